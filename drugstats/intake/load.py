"""From office files to observations: every number keeps its file, sheet and cell, or the file is refused."""

from pathlib import Path

import pandas as pd

from drugstats import tables, vocab
from drugstats.intake import headers, periods, privacy, sheets, units
from drugstats.intake.problems import Problem, address, refuse
from drugstats.intake.sheets import Sheet
from drugstats.tables import TableError

BASIS = "reported"
CONTRACT = ("basis", "status", "source", "note")


def load(paths, *, lang: str = "zh") -> pd.DataFrame:
    """Return the checked observations of files or folders of .xlsx and .csv; `lang` is the language of errors.

    A sheet has one heading row: area, period and a column for each indicator, or area, period, indicator, value (and
    basis, status, source, note where known). source is the file and note the sheet and cell unless the sheet gives
    them; an empty cell is missing. Raises TableError in one sentence with file, sheet and cell.
    """
    found = [sheet for path in files(paths, lang) for sheet in sheets.read(path, lang)]
    refuse([problem for sheet in found for problem in privacy.persons(sheet, lang)], lang)

    rows, problems = [], []
    for sheet in found:
        problems += _read_sheet(sheet, rows, lang)
    refuse(problems, lang)
    observations = _table(rows, lang)
    refuse(_duplicates(observations, lang), lang)
    refuse(_parts_above_whole(observations, lang), lang)
    return tables.check(observations.drop(columns=["file", "sheet", "cell"]))


def files(paths, lang: str = "zh") -> list[Path]:
    """Return the files to read: those named, and of a folder all .xlsx and .csv below it but its vocabulary."""
    named = [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
    chosen = []
    for path in named:
        if not path.exists():
            raise TableError(vocab.text("error.no_file", lang, file=path))
        inside = path.rglob("*") if path.is_dir() else [path]
        chosen += sorted(
            file for file in inside
            if file == path or file.suffix.lower() in sheets.ENDINGS
            and file.parent.name != "vocabulary" and not file.name.startswith(("~$", "."))
        )  # fmt: skip
    if not chosen:
        raise TableError(vocab.text("error.empty_folder", lang, file=named[0] if named else "—"))
    return chosen


def _read_sheet(sheet: Sheet, rows: list[dict], lang: str) -> list[Problem]:
    roles, indicators, problems = headers.columns(sheet, lang)
    if problems:
        return problems
    long = "indicator" in roles
    for number, cells in enumerate(sheet.rows[1:], start=1):
        cells = [*cells, *[""] * (len(sheet.rows[0]) - len(cells))]
        if all(cell == "" for cell in cells):
            continue
        reader = _Row(sheet, number, cells, lang, problems)
        fixed = {"area": reader.area(roles["area"]), "period": reader.period(roles["period"])}
        if long:
            key = reader.indicator(roles["indicator"])
            extra = {name: str(cells[roles[name]]).strip() for name in CONTRACT if name in roles}
            rows.append(reader.observation(key, roles["value"], fixed | extra))
        else:
            rows += [reader.observation(key, column, fixed) for key, column in indicators.items()]
    return problems


class _Row:
    """One row of a sheet being read; what is wrong goes to `problems` with its cell."""

    def __init__(self, sheet, number, cells, lang, problems):
        self.sheet, self.number, self.cells, self.lang, self.problems = sheet, number, cells, lang, problems

    def area(self, column: int) -> str | None:
        cell = self.cells[column]
        name = f"{cell:.0f}" if isinstance(cell, float) else str(cell).strip()
        try:
            return vocab.find_area(name, self.lang)
        except TableError as error:
            self._wrong(column, str(error))

    def period(self, column: int) -> str | None:
        cell = self.cells[column]
        period = periods.parse(cell)
        if period is None:
            self._wrong(column, vocab.text("error.period", self.lang, text=cell))
        return period

    def indicator(self, column: int) -> str | None:
        try:
            return vocab.find_indicator(self.cells[column], self.lang)
        except TableError as error:
            self._wrong(column, str(error))

    def observation(self, key: str | None, column: int, known: dict) -> dict:
        cell = self.cells[column]
        value = units.parse(cell)
        if value is None:
            self._wrong(column, vocab.text("error.number", self.lang, text=cell))
        elif value < 0 or (value > 1 and key and vocab.kinds()[key] == "share"):
            limit = "negative" if value < 0 else "share"
            self._wrong(column, vocab.text(f"error.{limit}", self.lang, text=cell))
        place = {"file": self.sheet.file, "sheet": self.sheet.name, "cell": address(self.number, column)}
        told = {"basis": BASIS, "status": "missing" if value != value else "final", "source": self.sheet.file,
                "note": f"{self.sheet.name}!{place['cell']}"}  # fmt: skip
        return place | told | {name: text for name, text in known.items() if text} | {"indicator": key, "value": value}

    def _wrong(self, column: int, what: str) -> None:
        self.problems.append(Problem(what, self.sheet.file, self.sheet.name, address(self.number, column)))


def _table(rows: list[dict], lang: str) -> pd.DataFrame:
    if not rows:
        raise TableError(vocab.text("error.no_rows", lang))
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
    told, problems = dict(list(observations.groupby("indicator"))), []
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
