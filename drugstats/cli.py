"""The command line: `drugstats build` and `drugstats load`; exit 0 fine, 1 something refused, 2 wrong use."""

import argparse
import json
import sys
from pathlib import Path

from drugstats.tables import TableError


def main(argv: list[str] | None = None) -> int:
    """Run a command and return its exit code; a refusal is one sentence on the error stream."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = _parser().parse_args(argv)
    try:
        arguments.run(arguments)
        return 0
    except TableError as error:
        if arguments.json:
            print(json.dumps({"error": str(error)}, ensure_ascii=False))
        else:
            print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    from drugstats.assessment import EXAMPLE

    parser = argparse.ArgumentParser(
        prog="drugstats", description="毒情统计 · drug statistics for narcotics-control offices"
    )
    commands = parser.add_subparsers(required=True, metavar="build | load")

    build = commands.add_parser("build", help="生成毒情形势分析 · write the situation assessment")
    build.add_argument("data", nargs="?", default=EXAMPLE, help="数据文件或文件夹 · a file or folder of data")
    build.add_argument("--out", default="outputs", help="输出文件夹 · the folder to write to")
    build.add_argument("--area", help="地区代码或名称 · code or name of the area")
    build.add_argument("--period", help="年份 · the year")
    build.add_argument("--jobs", type=int, default=2, help="同时运行的笔记本数 · notebooks run at once")
    build.set_defaults(run=_build)

    load = commands.add_parser("load", help="读取并检查表格 · read and check spreadsheets")
    load.add_argument("files", nargs="+", help="文件或文件夹 · files or folders")
    load.add_argument("--out", help="写出 observations.csv 的位置 · where to write observations.csv")
    load.set_defaults(run=_load)

    for command in (build, load):
        command.add_argument("--lang", choices=["zh", "en"], default="zh", help="语言 · language")
        command.add_argument("--json", action="store_true", help="供程序读取的结果 · a result for machines")
    return parser


def _build(arguments) -> None:
    from drugstats import assessment, vocab

    quiet = arguments.json
    documents = assessment.build(
        arguments.data, arguments.out, area=arguments.area, period=arguments.period, lang=arguments.lang,
        jobs=max(1, arguments.jobs), say=(lambda line: None) if quiet else lambda line: print(line, flush=True),
    )  # fmt: skip
    charts = Path(arguments.out).resolve() / "charts"
    if quiet:
        print(json.dumps({"documents": [str(path) for path in documents], "charts": str(charts)}, ensure_ascii=False))
        return
    for path in [*documents, charts]:
        print(vocab.text("progress.made", arguments.lang, path=path))


def _load(arguments) -> None:
    from drugstats import intake, tables, vocab

    observations = intake.load(arguments.files, lang=arguments.lang)
    if arguments.out:
        tables.write(observations, arguments.out)
    counts = {
        "rows": len(observations), "areas": observations["area"].nunique(),
        "indicators": observations["indicator"].nunique(), "missing": int(observations["value"].isna().sum()),
        "first": str(observations["period"].min()), "last": str(observations["period"].max()),
    }  # fmt: skip
    told = vocab.text("progress.checked", arguments.lang, **counts)
    print(json.dumps(counts) if arguments.json else told)
