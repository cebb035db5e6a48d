"""Lists of single seizures (area, month, drug, quantity, unit) to one table: nothing converted, nothing added up."""

import pandas as pd

from drugstats import names, vocab
from drugstats.intake import headings, periods, sheets, units
from drugstats.intake.load import files, named
from drugstats.intake.problems import Place, Report, address, shown
from drugstats.names import plain
from drugstats.tables import TableError

COLUMNS = ["area", "period", "drug", "quantity", "unit", "status", "source", "note"]
ROLES, WRITTEN = COLUMNS[:5], COLUMNS[5:]  # a list that this library wrote keeps where each row came from
# In a list of seizures 数量 and 单位 say what they are; in a table of figures they may be a value and an office.
HEADINGS = {
    "drug": ("毒品", "毒品种类", "毒品名称", "毒品类型", "种类", "drug"), "unit": ("单位", "计量单位", "unit"),
    "quantity": ("数量", "缴获数量", "缴获量", "重量", "quantity"),
}  # fmt: skip
HEADING = {word: role for role, words in HEADINGS.items() for word in words}


def seizures(paths, *, lang: str = "zh") -> pd.DataFrame:
    """Return one row a seizure: area, period (month), drug (a key of drugs.csv), quantity, unit, status, source, note.

    `paths` are files or folders; of a folder those whose name says 缴获明细 or seizures are read, which `load` leaves
    out. A folder without one gives an empty table. Quantities stay in the unit they were counted in:
    `stats.seizures.weigh` turns them into grams. Raises TableError with file, sheet and cell when anything is refused.
    """
    report, rows = Report(lang), []
    for _, found, _ in sheets.read(named(files(paths, lang, events=True)), lang):
        for sheet in found:
            rows += _rows(sheet, report) if sheet.state == "Visible" else []
    report.refuse()
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(period=pd.PeriodIndex(table["period"], freq="M"), quantity=table["quantity"].astype("float64"))


def write(table: pd.DataFrame, path) -> None:
    """Write a list of seizures as CSV (UTF-8), to be read again by `seizures`."""
    table[COLUMNS].to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _rows(sheet: sheets.Sheet, report: Report) -> list[list]:
    head, columns = _head(sheet)
    if head is None:
        named = (vocab.text(f"column.{role}", report.lang) for role in ROLES)
        report.error(sheet.at(), "event_headings", columns=vocab.text("list_comma", report.lang).join(named))
        return []
    told = []
    for row in range(head + 1, len(sheet.rows)):
        cells = {role: sheet.rows[row][columns[role]] for role in ROLES}
        is_total = headings.roles().get(plain(cells["area"])) == "total"
        if is_total or not any(str(cell).strip() for cell in cells.values()):
            continue
        read = {role: _read(cell, sheet.at(row, columns[role]), role, report) for role, cell in cells.items()}
        if None not in read.values():
            quantity = read["quantity"]
            origin = quantity.status, sheet.file, f"{sheet.name}!{address(row, columns['quantity'])}"
            if set(WRITTEN) <= set(columns):
                origin = (sheet.rows[row][columns[role]] for role in WRITTEN)
            told.append([read["area"], read["period"], read["drug"], quantity.number, read["unit"], *origin])
    return told


def _read(cell, place: Place, role: str, report: Report):
    try:
        return READERS[role](cell, report.lang)
    except TableError as error:
        report.error(place, error)


def _head(sheet: sheets.Sheet):
    """The row of headings and the column of each role."""
    for row, cells in enumerate(sheet.rows):
        told = {}
        for column, cell in enumerate(cells):
            role = HEADING.get(plain(cell)) or headings.roles().get(plain(cell))
            if role in COLUMNS:
                told.setdefault(role, column)
        if set(ROLES) <= set(told):
            return row, told
    return None, {}


def _month(cell, lang: str) -> str:
    span = periods.read(cell)
    if span is None or span.year is None or span.first is None or span.first != span.last:
        raise TableError(vocab.text("error.event_month", lang, text=shown(cell)))
    return span.code()


def _quantity(cell, lang: str) -> units.Value:
    value = units.parse(cell)
    if value is None or value.number < 0:
        raise TableError(vocab.text("error.number", lang, text=shown(cell)))
    return value


def _unit(cell, lang: str) -> str:
    if not isinstance(cell, str) or not cell.strip():
        raise TableError(vocab.text("error.event_unit", lang))
    return plain(cell)


READERS = {
    "area": lambda cell, lang: names.find_area(shown(cell), lang), "period": _month,
    "drug": lambda cell, lang: names.find_drug(shown(cell), lang), "quantity": _quantity, "unit": _unit,
}  # fmt: skip
