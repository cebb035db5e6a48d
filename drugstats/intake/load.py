"""From office files to observations: every number keeps its file, sheet and cell, or the file is refused."""

import math
import os
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd

from drugstats import tables, vocab
from drugstats.intake import headers, periods, privacy, sheets, units
from drugstats.intake.problems import Problem, address, refuse, shown
from drugstats.intake.sheets import Sheet
from drugstats.tables import TableError

BASIS = "reported"
TOLD = ("basis", "status", "source", "note")


def load(paths, *, lang: str = "zh") -> pd.DataFrame:
    """Return the checked observations of files or folders of .xlsx and .csv; `lang` is the language of errors.

    A sheet has one heading row: area, period and a column for each indicator, or area, period, indicator, value; and
    basis, status, source, note where known. source is the file and note the sheet and cell unless the sheet gives
    its own sources; an empty cell is missing. Raises TableError in one sentence with file, sheet and cell.
    """
    found = [sheet for path, name in _named(files(paths, lang)) for sheet in _sheets(path, name, lang)]
    refuse([problem for sheet in found for problem in privacy.persons(sheet, lang)], lang)

    rows, problems = [], []
    for sheet in found:
        problems += _read_sheet(sheet, rows, lang)
    refuse(problems, lang)
    read = {row["file"] for row in rows}
    refuse([Problem(vocab.text("error.no_rows", lang), sheet.file) for sheet in found if sheet.file not in read], lang)
    observations = _table(rows, lang)
    refuse(_duplicates(observations, lang), lang)
    refuse(_parts_above_whole(observations, lang), lang)
    return tables.check(observations.drop(columns=["file", "sheet", "cell"]))


def files(paths, lang: str = "zh") -> list[Path]:
    """Return the files to read: those named, and of a folder every spreadsheet below it but its vocabulary."""
    named = [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
    chosen = []
    for path in named:
        if not path.exists():
            raise TableError(vocab.text("error.no_file", lang, file=path))
        chosen += sorted(file for file in path.rglob("*") if _is_meant(file)) if path.is_dir() else [path]
    if not chosen:
        raise TableError(vocab.text("error.empty_folder", lang, file=named[0] if named else "—"))
    return chosen


def _is_meant(file: Path) -> bool:
    """A spreadsheet that cannot be read is meant too: it is refused by name, not passed over."""
    spreadsheet = file.suffix.lower() in (*sheets.ENDINGS, *sheets.OTHER_SPREADSHEETS)
    own = file.parent.name != "vocabulary" and not file.name.startswith(("~$", "."))
    return spreadsheet and own and file.is_file()


def _named(paths: list[Path]) -> list[tuple[Path, str]]:
    """Each file with the name that tells it from the others."""
    times = Counter(path.name for path in paths)
    above = Path(os.path.commonpath([path.resolve().parent for path in paths]))
    return [
        (path, path.name if times[path.name] == 1 else path.resolve().relative_to(above).as_posix()) for path in paths
    ]


def _sheets(path: Path, name: str, lang: str) -> list[Sheet]:
    return [replace(sheet, file=name) for sheet in sheets.read(path, lang)]


def _read_sheet(sheet: Sheet, rows: list[dict], lang: str) -> list[Problem]:
    roles, indicators, problems = headers.columns(sheet, lang)
    if problems:
        return problems
    for number, cells in enumerate(sheet.rows[1:], start=1):
        cells = [*cells, *[""] * (len(sheet.rows[0]) - len(cells))]
        if all(cell == "" for cell in cells):
            continue
        reader = _Row(sheet, number, cells, roles, lang, problems)
        if "indicator" in roles:
            rows.append(reader.observation(reader.indicator(), roles["value"]))
        else:
            rows += [reader.observation(key, column) for key, column in indicators.items()]
    return problems


class _Row:
    """One row of a sheet being read; what is wrong goes to `problems` with its cell."""

    def __init__(self, sheet, number, cells, roles, lang, problems):
        self.sheet, self.number, self.cells = sheet, number, cells
        self.roles, self.lang, self.problems = roles, lang, problems
        self.fixed = {"area": self.area(), "period": self.period()}
        self.told = {name: str(cells[roles[name]]).strip() for name in TOLD if name in roles}
        if self.told.get("status", "final") not in (*tables.STATUSES, ""):
            self._wrong(roles["status"], "error.status", text=self.told["status"], known=", ".join(tables.STATUSES))

    def area(self) -> str | None:
        return self._found("area", lambda cell: vocab.find_area(shown(cell), self.lang))

    def indicator(self) -> str | None:
        return self._found("indicator", lambda cell: vocab.find_indicator(str(cell), self.lang))

    def period(self) -> str | None:
        return self._found("period", periods.parse)

    def observation(self, key: str | None, column: int) -> dict:
        cell = self.cells[column]
        value = units.parse(cell)
        if value is None:
            self._wrong(column, "error.number", text=shown(cell))
            value = math.nan
        elif value < 0:
            self._wrong(column, "error.negative", text=shown(cell))
        elif value > 1 and key in _fractions():
            self._wrong(column, "error.share", text=shown(cell))
        status = self.told.get("status") or ("missing" if math.isnan(value) else "final")
        if math.isnan(value) != (status in tables.NO_VALUE) and status in tables.STATUSES:
            self._wrong(column, "error.status_value", text=shown(cell) or "—", status=status)
        place = {"file": self.sheet.file, "sheet": self.sheet.name, "cell": address(self.number, column)}
        return place | self.fixed | self._origin(place) | {
            "indicator": key, "basis": self.told.get("basis") or BASIS, "value": value, "status": status
        }  # fmt: skip

    def _origin(self, place: dict) -> dict:
        """Source and note: as a table with its own sources gives them, else the file and the cell."""
        note = self.told.get("note", "")
        if self.told.get("source"):
            return {"source": self.told["source"], "note": note}
        cell = f"{place['sheet']}!{place['cell']}"
        return {"source": place["file"], "note": f"{cell} {note}".strip()}

    def _found(self, role: str, find):
        column = self.roles[role]
        if self.cells[column] == "":
            return self._wrong(column, "error.empty_key", missing=vocab.text(f"column.{role}", self.lang))
        try:
            found = find(self.cells[column])
        except TableError as error:
            return self.problems.append(self._problem(column, str(error)))
        return found or self._wrong(column, f"error.{role}", text=shown(self.cells[column]))

    def _wrong(self, column: int, key: str, **words) -> None:
        self.problems.append(self._problem(column, vocab.text(key, self.lang, **words)))

    def _problem(self, column: int, what: str) -> Problem:
        return Problem(what, self.sheet.file, self.sheet.name, address(self.number, column))


@cache
def _fractions() -> set:
    """Shares and rates that are written as fractions: 93.5 there is a percent, and is not guessed to be one."""
    indicators = vocab.table("indicators")
    return set(indicators.index[indicators["unit"] == "fraction"])


def _table(rows: list[dict], lang: str) -> pd.DataFrame:
    table = pd.DataFrame(rows).astype({"value": "float64"})
    kinds = table["period"].str.len()
    if kinds.nunique() > 1:
        first, other = table.iloc[0], table[kinds != kinds.iloc[0]].iloc[0]
        what = vocab.text("error.frequency", lang, one=first["period"], other=other["period"])
        refuse([Problem(what, other["file"], other["sheet"], other["cell"])], lang)
    return table.assign(period=tables.periods(table["period"]))


def _duplicates(observations: pd.DataFrame, lang: str) -> list[Problem]:
    settled = observations[observations["status"] != "conflicting"]
    first = settled.drop_duplicates(tables.KEY).set_index(tables.KEY)
    again = settled[settled.duplicated(tables.KEY)]
    problems = []
    for _, row in again.iterrows():
        before = first.loc[tuple(row[name] for name in tables.KEY)]
        words = {name: before[name] for name in ("file", "sheet", "cell")}
        words |= {"area": vocab.area(row["area"], lang), "indicator": vocab.indicator(row["indicator"], lang)}
        what = vocab.text("error.twice", lang, period=vocab.period(row["period"], lang), **words)
        problems.append(Problem(what, row["file"], row["sheet"], row["cell"]))
    return problems


def _parts_above_whole(observations: pd.DataFrame, lang: str) -> list[Problem]:
    """No share's part may be above its whole in one period: 30 newly found of 26 registered is a slip of the pen."""
    indicators = vocab.table("indicators")
    shares = indicators[(indicators["kind"] == "share") & (indicators["part"] != "")]
    # On two bases in one period nobody can say which part belongs to which whole.
    once = tables.usable(observations)
    once = once[~once.duplicated(["area", "period", "indicator"], keep=False)]
    told, problems = dict(list(once.groupby("indicator"))), []
    for key in shares.index:
        definition = vocab.ratio(key)
        needed = {definition["part"], *definition["whole"].split("+")}
        if not needed <= told.keys():
            continue
        ratio = tables.ratio(tables.stack(*(told[one] for one in needed)), **definition)
        for _, row in ratio[ratio["part"] > ratio["whole"]].iterrows():
            problems.append(_part_problem(observations, definition, row, lang))
    return problems


def _part_problem(observations: pd.DataFrame, definition: dict, row, lang: str) -> Problem:
    same = (observations["area"] == row["area"]) & (observations["period"] == row["period"])
    cell = tables.usable(observations[same & (observations["indicator"] == definition["part"])]).iloc[0]
    whole = vocab.text("list_plus", lang).join(vocab.indicator(key, lang) for key in definition["whole"].split("+"))
    what = vocab.text(
        "error.part_above_whole", lang, part=vocab.indicator(definition["part"], lang), whole=whole,
        part_value=vocab.show(row["part"], "count"), whole_value=vocab.show(row["whole"], "count"),
    )  # fmt: skip
    return Problem(what, cell["file"], cell["sheet"], cell["cell"])
