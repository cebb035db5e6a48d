"""The main job: office files in, notebooks run, an assessment out; nothing half-done is left behind."""

import json
import os
import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd

from drugstats import intake, names, tables, vocab
from drugstats.intake import events
from drugstats.output import annex, exhibits, page, report, slides, speech, word
from drugstats.tables import TableError

ROOT = Path(__file__).parent.parent
NOTEBOOKS = ROOT / "notebooks"
EXAMPLE = ROOT / "data" / "example_city"
MANIFEST = "manifest.txt"
PROBLEMS, SEIZURES = "problems.csv", "seizures.csv"
SPEECHES = {"zh": "讲话稿", "en": "speech"}  # in the names of drafts to fill


def build(data, out, *, area=None, period=None, lang="zh", jobs=2, say=print) -> list[Path]:
    """Write the assessment of an area and year to the folder `out` and return the paths of its documents.

    `data` is a file or folder of office files, `area` a code or name (default: the area above all others), `period` a
    year (default: the last whole one). Progress goes to `say`. Raises TableError and leaves `out` as it was when
    anything is refused.
    """
    say(vocab.text("progress.load", lang, count=len(intake.files(data, lang)), data=data))
    observations, problems = intake.load(data, lang=lang)
    seizures = intake.seizures(data, lang=lang)
    if told := (problems["severity"] == "warning").sum():
        say(vocab.text("progress.look_at", lang, count=told, file=PROBLEMS))
    area = _area(observations, area, lang)
    period = _period(observations, period, lang)
    say(vocab.text("progress.loaded", lang, rows=vocab.show(len(observations), "count"), area=vocab.area(area, lang),
                   period=vocab.period(period, lang)))  # fmt: skip

    # A draft speaks of the area that all the data are about.
    draft = _draft(Path(data), lang) if area == vocab.top_area(set(observations["area"]), lang) else ""
    out = Path(out).resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".drugstats-", dir=out.parent))
    try:
        checksum = intake.keep(observations, staging / "observations.csv")[:12]
        events.write(seizures, staging / SEIZURES)
        problems.to_csv(staging / PROBLEMS, index=False, encoding="utf-8-sig", lineterminator="\n")
        given = {"data": str(staging / "observations.csv"), "listed": str(staging / SEIZURES), "area": area,
                 "period": period, "lang": lang, "out": str(staging), "draft": draft}  # fmt: skip
        _run_notebooks(given, tables.frequency(observations["period"]) == "M", jobs, lang, say)
        told = report.assemble(exhibits.read(staging), area=area, period=period, checksum=checksum, lang=lang)
        name = vocab.text("document.file", lang)
        documents = [
            word.write(told, staging / "charts", staging / f"{name}.docx"),
            slides.write(told, staging / "charts", staging / f"{name}.pptx"),
            page.write(told, staging / "charts", staging / f"{name}.html"),
            annex.write(told, staging / f"{vocab.text('document.annex_file', lang)}.xlsx"),
        ]
        _deliver(staging, out)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return [out / document.name for document in documents]


def _draft(data: Path, lang: str) -> str:
    """The draft of a speech in the report's language among the data, to be filled and checked; empty without one."""
    drafts = [path for path in sorted(data.rglob("*")) if path.suffix.lower() in speech.DRAFTS
              and SPEECHES[lang] in path.stem.lower()]  # fmt: skip
    return str(drafts[0].resolve()) if drafts else ""


def _area(observations: pd.DataFrame, area: str | None, lang: str) -> str:
    told = set(observations["area"])
    code = names.find_area(area, lang) if area else vocab.top_area(told, lang)
    if not told & set(vocab.children(code)):
        raise TableError(vocab.text("error.no_parts", lang, area=vocab.area(code, lang)))
    return code


def _period(observations: pd.DataFrame, period: str | None, lang: str) -> str:
    """The year to report on: its months must all be there, since a year's line is not held against half a year."""
    months = observations["period"].drop_duplicates()
    whole = months.dt.year.value_counts()
    whole = sorted(whole[whole == {"Y": 1, "Q": 4, "M": 12}[tables.frequency(months)]].index)
    if not whole:
        raise TableError(vocab.text("error.no_year", lang))
    if period is None:
        return str(whole[-1])
    if not re.fullmatch(r"\d{4}", str(period), re.ASCII) or int(period) not in whole:
        raise TableError(vocab.text("error.no_such_year", lang, period=period, first=whole[0], last=whole[-1]))
    return str(period)


def _run_notebooks(given: dict, by_month: bool, jobs: int, lang: str, say) -> None:
    paths = [path for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")) if by_month or not _needs_months(path)]
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        for path, _ in zip(paths, pool.map(lambda path: run_notebook(path, given), paths), strict=True):
            say(vocab.text("progress.notebook", lang, notebook=path.stem))


def _needs_months(path: Path) -> bool:
    """Whether a notebook has nothing to say of yearly figures, as its own metadata tell."""
    return json.loads(path.read_text(encoding="utf-8"))["metadata"].get("drugstats", {}).get("needs") == "months"


def run_notebook(path: Path, given: dict) -> None:
    """Run a notebook with other values for its parameters and keep the executed copy below given["out"]."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
    from traitlets.config import Config

    notebook = nbformat.read(path, as_version=4)
    place = next(n for n, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(_assignments(given), id="given"))
    client = NotebookClient(
        notebook, timeout=600, kernel_name="python3", record_timing=False,
        resources={"metadata": {"path": path.parent}}, config=Config(KernelManager={"transport_encryption": "auto"}),
    )  # fmt: skip
    try:
        client.execute(env=_surroundings())
    except CellExecutionError as error:
        if error.ename == "TableError":
            raise TableError(error.evalue) from None
        raise
    kept = Path(given["out"]) / "notebooks"
    kept.mkdir(exist_ok=True)
    # The folder that was worked in is gone when the copy is read, so the copy names its neighbours instead.
    notebook.cells[place + 1].source = _assignments(
        given | {"data": "../observations.csv", "listed": f"../{SEIZURES}", "out": "..", "draft": ""}
    )
    nbformat.write(notebook, kept / path.name)


def _surroundings() -> dict:
    """What the kernel inherits; the workspace's own words are found from the notebooks' folder too."""
    workspace = os.environ.get("DRUGSTATS_WORKSPACE", str(Path.cwd()))
    fixed = {"PYTHONPATH": str(ROOT), "DRUGSTATS_WORKSPACE": workspace, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    return {**os.environ, **fixed}


def _assignments(values: dict) -> str:
    return "\n".join(f"{name} = {value!r}" for name, value in values.items())


def _deliver(staging: Path, out: Path) -> None:
    """Move the finished files into place and remove those of the build before that are no longer made."""
    made = sorted(path.relative_to(staging).as_posix() for path in staging.rglob("*") if path.is_file())
    (staging / MANIFEST).write_text("\n".join(made) + "\n", encoding="utf-8", newline="\n")
    before = (out / MANIFEST).read_text(encoding="utf-8").split("\n") if (out / MANIFEST).is_file() else []
    for name in [*made, MANIFEST]:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(staging / name, out / name)
    for name in set(before) - set(made) - {""}:
        (out / name).unlink(missing_ok=True)
