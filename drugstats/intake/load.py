"""From office files to observations: every number keeps its file, sheet and cell, or the file is refused."""

import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from drugstats import tables, vocab
from drugstats.intake import kept, layout, periods, privacy, problems, reading, series, sheets, template, totals
from drugstats.intake.block import Block
from drugstats.intake.problems import ERROR, WARNING, Problem, address, letters, refuse
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
        return Loaded(observations, problems.table([]))
    found, read, origins = [], [], []
    for name, inside, told in sheets.read(named(files(paths, lang)), lang):
        refuse([problem for sheet in inside for problem in privacy.persons(sheet, lang)], lang)
        found += told
        count = len(read)
        for sheet in inside:
            if sheet.state != "Visible":
                found.append(_told(sheet, "", "told.hidden_sheet", "done.hidden_sheet", lang))
            elif not template.is_guide(sheet):
                cells = _read_sheet(sheet, found, lang, skip_unknown)
                read += [cells.assign(origin=len(origins))] if len(cells) else []
                origins.append((sheet.file, sheet.name))
        if len(read) == count and not any(problem.severity == ERROR for problem in found):
            hidden = inside and all(sheet.state != "Visible" for sheet in inside)
            found.append(Problem(vocab.text("error.no_sheet" if hidden else "error.no_rows", lang), name))
    refuse(found, lang)
    numbers, told = series.settle(_cells(read, origins), lang)
    refuse(found + told, lang)
    numbers, more = series.once(numbers, lang)
    found += told + more + totals.levels(numbers, lang) + _parts_above_whole(numbers, lang)
    refuse(found, lang)
    observations = tables.check(_observations(numbers)).astype(dict.fromkeys(TEXTS, "str"))
    return Loaded(observations, problems.table(found))


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


def _read_sheet(sheet: Sheet, found: list[Problem], lang: str, skip_unknown: bool) -> pd.DataFrame:
    blocks = layout.blocks(sheet, lang)
    parts = []
    for block in blocks:
        cells = reading.read(block, skip_unknown)
        found += block.problems
        if len(cells) and block.sound:
            cells, told = totals.reconcile(cells, sheet, lang)
            found += told
            parts.append(cells)
    found += layout.strays(sheet, blocks, lang) + _unseen(sheet, blocks, lang)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _unseen(sheet: Sheet, blocks: list[Block], lang: str) -> list[Problem]:
    """What a reader of the sheet would not see, or would not expect."""
    rows = {row for block in blocks for row in block.body}.intersection(sheet.hidden_rows)
    columns = {column for block in blocks for column in block.columns}.intersection(sheet.hidden_columns)
    told = []
    if rows:
        told.append((f"A{min(rows) + 1}", "told.hidden_rows", {"count": len(rows)}))
    if columns:
        told.append((f"{letters(min(columns))}1", "told.hidden_columns", {"count": len(columns)}))
    if len(blocks) > 1:
        told.append((f"A{blocks[1].head[0] + 1}", "told.second_table", {"count": len(blocks)}))
    if len(sheet.rows) in EDGES[0] or max(map(len, sheet.rows), default=0) in EDGES[1]:
        told.append((f"A{len(sheet.rows)}", "told.edge", {}))
    return [_told(sheet, cell, key, "done.read", lang, **words) for cell, key, words in told] + _fiscal(
        sheet, blocks, lang
    )


def _fiscal(sheet: Sheet, blocks: list[Block], lang: str) -> list[Problem]:
    """Notes that a period runs from one day to another, as years of accounts and months of the police do."""
    around = set(range(len(sheet.rows))) - {row for block in blocks for row in block.body}
    texts = ((row, column, cell) for row in sorted(around) for column, cell in enumerate(sheet.rows[row])
             if isinstance(cell, str))  # fmt: skip
    days = ((address(row, column), periods.fiscal(cell)) for row, column, cell in texts)
    return [_told(sheet, cell, "told.fiscal", "done.fiscal", lang, days=told) for cell, told in days if told]


def _told(sheet: Sheet, cell: str, what: str, done: str, lang: str, **words) -> Problem:
    return Problem(vocab.text(what, lang, **words), sheet.file, sheet.name, cell, WARNING, vocab.text(done, lang))


def _cells(read: list[pd.DataFrame], origins: list[tuple[str, str]]) -> pd.DataFrame:
    """All numbers of all sheets with their file, sheet and basis."""
    cells = pd.concat(read, ignore_index=True)
    cells = cells.fillna(dict.fromkeys(reading.SPARSE, ""))
    files, named = ([origin[n] for origin in origins] for n in (0, 1))
    basis = cells["told_basis"].replace("", BASIS) if "told_basis" in cells else pd.Series(BASIS, cells.index)
    return cells.assign(
        file=_repeated(files, cells["origin"]), sheet=_repeated(named, cells["origin"]), basis=basis.astype("category")
    )


def _repeated(texts: list[str], places: pd.Series) -> pd.Categorical:
    unique = list(dict.fromkeys(texts))
    return pd.Categorical.from_codes(np.array([unique.index(text) for text in texts])[places], unique)


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
    texts = {name: numbers[name] for name in TEXTS}
    table = pd.DataFrame(
        texts | {"period": numbers["period"], "value": numbers["value"], "source": source, "note": note}
    )
    return table[tables.COLUMNS].reset_index(drop=True)


def _places(numbers: pd.DataFrame) -> pd.Series:
    """The sheet and cell of each number (县区月报!C5), for a difference both cells."""
    pairs = numbers.groupby(["sheet", "column"], observed=True).ngroup()
    first = pairs.drop_duplicates()
    starts = {pair: f"{numbers.at[at, 'sheet']}!{letters(int(numbers.at[at, 'column']))}" for at, pair in first.items()}
    named = [f"{starts[pair]}{row}" for pair, row in zip(pairs.tolist(), (numbers["row"] + 1).tolist(), strict=True)]
    place = pd.Series(named, numbers.index, dtype="str")
    if "minus" not in numbers:
        return place
    minus = numbers["minus"].astype(object).fillna("")
    return place + ("−" + minus).where(minus != "", "")


def _parts_above_whole(numbers: pd.DataFrame, lang: str) -> list[Problem]:
    """No share's part may be above its whole in one period: 30 newly found of 26 registered is a slip of the pen."""
    indicators = vocab.table("indicators")
    shares = indicators[(indicators["kind"] == "share") & (indicators["part"] != "")]
    once = tables.usable(numbers)
    place = pd.Series(once["area"].cat.codes.to_numpy("int64") * 100_000 + once["period"].array.asi8, once.index)
    kinds = once["indicator"].cat.codes
    # On two bases in one period nobody can say which part belongs to which whole.
    single = ~(place * len(indicators) * 2 + kinds).duplicated(keep=False)
    once, place = once[single], place[single]
    rows = once.groupby("indicator", observed=True).indices
    told = {key: pd.Series(once.index[one], place.iloc[one]) for key, one in rows.items()}
    found = []
    for part, whole in shares[["part", "whole"]].drop_duplicates().itertuples(index=False):
        keys = whole.split("+")
        if {part, *keys} <= told.keys():
            places = told[part].index
            values = [once["value"].reindex(told[key].reindex(places)).to_numpy() for key in keys]
            above = once.loc[told[part]].assign(whole=sum(values)).query("value > whole")
            found += [_part_problem(row, part, keys, lang) for _, row in above.iterrows()]
    return found


def _part_problem(row: pd.Series, part: str, whole: list[str], lang: str) -> Problem:
    what = vocab.text(
        "error.part_above_whole", lang, part=vocab.indicator(part, lang),
        whole=vocab.text("list_plus", lang).join(vocab.indicator(key, lang) for key in whole),
        part_value=vocab.show(row["value"], "count"), whole_value=vocab.show(row["whole"], "count"),
    )  # fmt: skip
    return Problem(what, row["file"], row["sheet"], address(int(row["row"]), int(row["column"])))
