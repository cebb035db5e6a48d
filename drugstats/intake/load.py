"""From office files to observations: every number keeps its file, sheet and cell, or the file is refused."""

import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from drugstats import tables, vocab
from drugstats.intake import kept, layout, periods, problems, reading, series, sheets, template, totals
from drugstats.intake.block import Block
from drugstats.intake.problems import Place, Report, at, letters
from drugstats.intake.sheets import Sheet
from drugstats.tables import TableError

BASIS = "reported"
TEXTS = ["area", "indicator", "basis", "status"]
EDGES = (65_536, 1_048_576), (256, 16_384)  # where old and new workbooks cut a table off


class Loaded(NamedTuple):
    """What files held: the observations, and what was found wrong or done (severity, file, sheet, cell, what, done)."""

    observations: pd.DataFrame
    problems: pd.DataFrame


def load(paths, *, lang: str = "zh", skip_unknown: bool = False) -> Loaded:
    """Return the checked observations of files, folders or .zip archives, and the list of problems.

    Reads .xlsx, .xls, .et, .csv and .tsv as they were mailed: titles, stacked headings, totals, running totals. source
    is the file and note the sheet and cell unless the sheet gives its own sources; an empty cell is missing. Unknown
    headings are left out only with `skip_unknown`. `lang` is the language of the problems. Raises TableError with
    file, sheet and cell when anything is refused; its `problems` holds the whole list.
    """
    if (observations := kept.read(paths)) is not None:
        return Loaded(observations, problems.table(Report(lang)))
    report, read = Report(lang), []
    for name, found, linked in sheets.read(named(files(paths, lang)), lang):
        if linked:
            report.warning(Place(name), "links", "read")
        tables_before = len(read)
        for sheet in found:
            if sheet.state != "Visible":
                report.warning(sheet.at(), "hidden_sheet")
            elif not template.is_guide(sheet):
                read += _read_sheet(sheet, report, skip_unknown)
        if len(read) == tables_before and report.sound:
            hidden = found and all(sheet.state != "Visible" for sheet in found)
            report.error(Place(name), "no_sheet" if hidden else "no_rows")
    report.refuse()
    cells = pd.concat(read, ignore_index=True)
    numbers = series.once(series.settle(_complete(cells), report), report)
    totals.check_levels(numbers, report)
    _check_parts(numbers, report)
    report.refuse()
    observations = tables.check(_observations(numbers)).astype(dict.fromkeys(TEXTS, "str"))
    return Loaded(observations, problems.table(report))


def files(paths, lang: str = "zh", *, events: bool = False) -> list[Path]:
    """Return the files to read: those named, and of a folder every spreadsheet below it but its vocabulary.

    Of a folder lists of single `events` are read by `events.seizures`, all others by `load`.
    """
    named = [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
    chosen = []
    for path in named:
        if not path.exists():
            raise TableError(vocab.text("error.no_file", lang, file=path))
        inside = (file for file in path.rglob("*") if file.is_file() and sheets.is_meant(file, events))
        chosen += sorted(inside) if path.is_dir() else [path] * (events == sheets.lists_events(path))
    if not chosen and not events:
        raise TableError(vocab.text("error.empty_folder", lang, file=named[0] if named else "—"))
    return chosen


def named(paths: list[Path]) -> list[tuple[Path, str]]:
    """Return each file with the name that tells it from the others."""
    times = Counter(path.name for path in paths)
    above = Path(os.path.commonpath([path.resolve().parent for path in paths] or ["."]))
    return [
        (path, path.name if times[path.name] == 1 else path.resolve().relative_to(above).as_posix()) for path in paths
    ]


def _read_sheet(sheet: Sheet, report: Report, skip_unknown: bool) -> list[pd.DataFrame]:
    """The numbers of each table of a sheet that has any."""
    blocks, read = [], []
    for block in layout.blocks(sheet, report.lang):
        blocks.append(block)
        cells = reading.read(block, skip_unknown)
        report.extend(block.report)
        if len(cells) and block.report.sound:
            names = {name: pd.Categorical.from_codes(np.zeros(len(cells), dtype=np.int8), [getattr(sheet, what)])
                     for name, what in (("file", "file"), ("sheet", "name"))}  # fmt: skip
            read.append(totals.reconcile(cells.assign(**names), report))
    layout.tell_strays(sheet, blocks, report)
    _tell_unseen(sheet, blocks, report)
    return [cells for cells in read if len(cells)]


def _tell_unseen(sheet: Sheet, blocks: list[Block], report: Report) -> None:
    """Tell what a reader of the sheet would not see, or would not expect."""
    body = {row for block in blocks for row in block.body}
    rows = body.intersection(sheet.hidden_rows)
    columns = {column for block in blocks for column in block.columns}.intersection(sheet.hidden_columns)
    if rows:
        report.warning(sheet.at(min(rows)), "hidden_rows", "read", count=len(rows))
    if columns:
        report.warning(sheet.at(0, min(columns)), "hidden_columns", "read", count=len(columns))
    if len(blocks) > 1:
        report.warning(sheet.at(blocks[1].head[0]), "second_table", "read", count=len(blocks))
    if len(sheet.rows) in EDGES[0] or len(sheet.rows[0]) in EDGES[1]:
        report.warning(sheet.at(len(sheet.rows) - 1), "edge", "read")
    for row in sorted(set(range(len(sheet.rows))) - body):
        for column, cell in enumerate(sheet.rows[row]):
            # Years of accounts and months of the police run from one day to another.
            if isinstance(cell, str) and (days := periods.fiscal(cell)):
                report.warning(sheet.at(row, column), "fiscal", days=days)


def _complete(cells: pd.DataFrame) -> pd.DataFrame:
    """The numbers of all tables with a basis; what only some tables tell is empty text in the others."""
    cells = cells.fillna(dict.fromkeys(reading.SPARSE, ""))
    basis = cells["told_basis"].replace("", BASIS) if "told_basis" in cells else BASIS
    return cells.assign(basis=basis).astype(dict.fromkeys(["file", "sheet", "basis"], "category"))


def _observations(numbers: pd.DataFrame) -> pd.DataFrame:
    """The contract's columns; source and note as a table with its own sources gives them, else file and cell."""
    source, note = numbers["file"].astype("str"), _places(numbers)
    for name in ("said", "told_note"):
        if name in numbers:
            note = (note + " " + numbers[name]).str.rstrip()
    if "told_source" in numbers:
        own = numbers["told_source"] != ""
        source = source.mask(own, numbers["told_source"])
        note = note.mask(own, numbers["told_note"] if "told_note" in numbers else "")
    return numbers.assign(source=source, note=note)[tables.COLUMNS].reset_index(drop=True)


def _places(numbers: pd.DataFrame) -> pd.Series:
    """The sheet and cell of each number (县区月报!C5), for a difference both cells."""
    named = {column: letters(column) for column in numbers["column"].unique().tolist()}
    places = zip(numbers["sheet"].tolist(), numbers["column"].tolist(), (numbers["row"] + 1).tolist(), strict=True)
    place = pd.Series([f"{sheet}!{named[column]}{row}" for sheet, column, row in places], numbers.index, dtype="str")
    if "minus" not in numbers:
        return place
    minus = numbers["minus"].astype(object).fillna("")
    return place + ("−" + minus).where(minus != "", "")


def _check_parts(numbers: pd.DataFrame, report: Report) -> None:
    """No share's part may be above its whole in one period: 30 newly found of 26 registered is a slip of the pen."""
    indicators = vocab.table("indicators")
    shares = indicators[(indicators["kind"] == "share") & (indicators["part"] != "")]
    told = tables.usable(numbers)
    place = told["area"].cat.codes.astype("int64") * 100_000 + told["period"].array.asi8
    told = told.assign(place=place)
    # On two bases in one period nobody can say which part belongs to which whole.
    told = told[~told.duplicated(["place", "indicator"], keep=False)].set_index("place")
    present = set(told["indicator"].unique())
    for part, whole in shares[["part", "whole"]].drop_duplicates().itertuples(index=False):
        keys = whole.split("+")
        if {part, *keys} <= present:
            rows = told[told["indicator"] == part]
            wholes = [told["value"][told["indicator"] == key].reindex(rows.index) for key in keys]
            for _, row in rows.assign(whole=sum(wholes)).query("value > whole").iterrows():
                report.error(
                    at(row), "part_above_whole", part=vocab.indicator(part, report.lang),
                    whole=vocab.text("list_plus", report.lang).join(vocab.indicator(key, report.lang) for key in keys),
                    part_value=vocab.show(row["value"], "count"), whole_value=vocab.show(row["whole"], "count"),
                )  # fmt: skip
