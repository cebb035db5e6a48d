"""The command line: build, load, fill, verify and template; exit 0 fine, 1 something refused, 2 wrong use."""

import argparse
import json
import sys
from pathlib import Path

from drugstats.tables import TableError

MOST_LINES = 30


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
        problems = getattr(error, "problems", None)
        if arguments.json:
            told = {} if problems is None else {"problems": problems.to_dict("records")}
            print(json.dumps({"error": str(error)} | told, ensure_ascii=False))
        elif problems is not None and len(problems) > 1:
            print(*_grouped(problems, arguments.lang), error, sep="\n", file=sys.stderr)
        else:
            print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    from drugstats.assessment import EXAMPLE

    parser = argparse.ArgumentParser(
        prog="drugstats", description="毒情统计 · drug statistics for narcotics-control offices"
    )
    commands = parser.add_subparsers(required=True, metavar="build | load | fill | verify | template")

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
    load.add_argument("--skip-unknown", action="store_true", help="跳过不认识的指标 · leave out unknown headings")
    load.set_defaults(run=_load)

    fill = commands.add_parser("fill", help="用 figures.csv 填讲话稿 · fill a draft from figures.csv")
    fill.add_argument("draft", help="草稿 .txt .md .docx · the draft")
    fill.add_argument("figures", help="build 写出的 speech/figures.csv · the figures that build wrote")
    fill.add_argument("--out", required=True, help="成稿 · the filled draft")
    fill.set_defaults(run=_fill)

    verify = commands.add_parser("verify", help="核对稿中每个数字 · check every figure of a draft")
    verify.add_argument("draft", help="草稿 .txt .md .docx · the draft")
    verify.add_argument("data", nargs="?", help="数据文件或文件夹 · a file or folder of data")
    verify.add_argument("--area", help="地区代码或名称 · code or name of the area that the draft speaks of")
    verify.add_argument("--period", help="年份 · the year that the draft speaks of")
    verify.add_argument("--out", help="带批注的 .docx · the draft again, with comments, as .docx")
    verify.set_defaults(run=_verify)

    template = commands.add_parser("template", help="生成空白填报表 · write a clean workbook to fill in")
    template.add_argument("out", help="写出的 .xlsx · the .xlsx to write")
    template.add_argument(
        "--area", help="填报地区，只列它和下级 · the area that reports; only it and those below are listed"
    )
    template.set_defaults(run=_template)

    for command in (build, load, fill, verify, template):
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

    observations, problems = intake.load(arguments.files, lang=arguments.lang, skip_unknown=arguments.skip_unknown)
    if arguments.out:
        tables.write(observations, arguments.out)
    counts = {
        "rows": len(observations), "areas": observations["area"].nunique(),
        "indicators": observations["indicator"].nunique(), "missing": int(observations["value"].isna().sum()),
        "first": str(observations["period"].min()), "last": str(observations["period"].max()),
    }  # fmt: skip
    if arguments.json:
        print(json.dumps(counts | {"problems": problems.to_dict("records")}, ensure_ascii=False))
    else:
        end = "progress.some_problems" if len(problems) else "progress.no_problem"
        print(*_grouped(problems, arguments.lang), sep="\n", end="\n" if len(problems) else "")
        told = vocab.text("progress.checked", arguments.lang, **counts)
        print(vocab.text(end, arguments.lang, told=told, count=len(problems)))


def _fill(arguments) -> None:
    from drugstats import vocab
    from drugstats.output import speech

    path = speech.fill_file(arguments.draft, speech.read(arguments.figures), arguments.out, arguments.lang)
    print(json.dumps({"made": str(path)}) if arguments.json else vocab.text("progress.made", arguments.lang, path=path))


def _verify(arguments) -> None:
    from drugstats import intake, names, verification, vocab
    from drugstats.output import verify, wording

    lang = arguments.lang
    observations = intake.load(arguments.data, lang=lang).observations if arguments.data else None
    area = names.find_area(arguments.area, lang) if arguments.area else None
    claims = verification.check(Path(arguments.draft), observations, lang=lang, area=area, period=arguments.period)
    if arguments.out:
        verify.annotate(arguments.draft, claims, arguments.out, lang)
    if arguments.json:
        print(claims.astype(str).to_json(orient="records", force_ascii=False))
        return
    for _, claim in claims.iterrows():
        told = vocab.show(claim["verdict"], "word", lang)
        print(vocab.text("progress.claim", lang, verdict=told, **claim[["place", "claim", "reason"]]))
    print(wording.found(claims, lang))


def _template(arguments) -> None:
    from drugstats import vocab
    from drugstats.intake import template

    path = template.write(arguments.out, area=arguments.area, lang=arguments.lang)
    print(json.dumps({"made": str(path)}) if arguments.json else vocab.text("progress.made", arguments.lang, path=path))


def _grouped(problems, lang: str) -> list[str]:
    """One line for each kind of finding, with its first place and how many more there are."""
    from drugstats import vocab

    lines = []
    for (severity, what, done), rows in problems.groupby(["severity", "what", "done"], sort=False):
        first = rows.iloc[0]
        where = "cell" if first["cell"] else "sheet" if first["sheet"] else "file"
        place = vocab.text(f"error.at_{where}", lang, what=what, **first[["file", "sheet", "cell"]])
        more = vocab.text("progress.more", lang, count=len(rows) - 1) if len(rows) > 1 else ""
        words = {"severity": vocab.text(f"severity.{severity}", lang), "done": f" → {done}" if done else ""}
        lines.append(vocab.text("progress.problem", lang, place=place, more=more, **words).rstrip())
    left = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], *([vocab.text("progress.left", lang, count=left)] if left > 0 else [])]
