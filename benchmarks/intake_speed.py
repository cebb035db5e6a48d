"""Time and memory of loading 100,000 rows of 12 columns, against pandas.read_excel on the same file in the same run.

python benchmarks/intake_speed.py [rows]
"""

import compileall
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import xlsxwriter

ROOT = Path(__file__).resolve().parent.parent
INDICATORS = ["users_current", "users_new", "users_handled", "relapse_handled", "abstinent_3y", "cases_solved",
              "suspects_arrested", "seizure_total", "community_ordered", "community_executed"]  # fmt: skip
RIVAL = "import sys, pandas; print(len(pandas.read_excel(sys.argv[1], engine='calamine')))"
OURS = "import sys; from drugstats import intake; print(len(intake.load(sys.argv[1]).observations))"
ROUNDS = 5


def main(rows: int = 100_000) -> None:
    compileall.compile_dir(ROOT / "drugstats", quiet=1)  # pandas comes compiled as well
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speed.xlsx"
        write(path, rows)
        rounds = [(run(RIVAL, path), run(OURS, path)) for _ in range(ROUNDS)]  # in turns: the machine's pace changes
    empty = run("pass", path)
    print(f"{rows:,} rows x 12 columns, median of {ROUNDS} runs, each in a process of its own")
    told = dict(zip(("pandas", "drugstats"), zip(*rounds, strict=True), strict=True))
    medians = {name: [statistics.median(one) for one in zip(*runs, strict=True)] for name, runs in told.items()}
    for name, (seconds, megabytes) in medians.items():
        print(f"{name:10} {seconds:6.1f} s {megabytes:6.0f} MB")
    ratio = [ours / rival for ours, rival in zip(medians["drugstats"], medians["pandas"], strict=True)]
    print(f"ratio      {ratio[0]:6.2f}   {ratio[1]:6.2f}   (an empty process takes {empty[0]:.1f} s)")


def write(path: Path, rows: int) -> None:
    """Counties by month, made up by chance; real codes, so that every area is looked up."""
    sys.path.insert(0, str(ROOT))
    from drugstats import vocab

    areas = vocab.table("areas")
    counties = areas.index[(areas["level"] == "county") & areas.index.str.match("[1-6]")]
    chance = np.random.default_rng(0)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("made up")
        sheet.write_row(0, 0, ["地区代码", "月份", *(vocab.indicator(key) for key in INDICATORS)])
        for row in range(rows):
            month = row // len(counties)
            whole = int(chance.integers(50, 5000))
            parts = chance.integers(0, 50, len(INDICATORS) - 1).tolist()
            parts[6] = round(parts[6] * 1.37, 2)
            parts[7] = max(parts[7:])
            sheet.write_row(
                row + 1, 0, [counties[row % len(counties)], f"{2010 + month // 12}年{month % 12 + 1}月", whole, *parts]
            )


def run(code: str, path: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of a program, its own children included."""
    start = time.perf_counter()
    measured = f"{code}\nimport resource\nprint(sum(resource.getrusage(who).ru_maxrss for who in (0, -1)))"
    done = subprocess.run(
        [sys.executable, "-c", measured, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return time.perf_counter() - start, int(done.stdout.split()[-1]) / 1024


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
