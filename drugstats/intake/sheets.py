"""Files to sheets of plain cells; knows nothing of what the cells mean."""

import csv
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from drugstats import vocab
from drugstats.intake.problems import Problem, address, position, refuse
from drugstats.tables import TableError

ENDINGS = (".xlsx", ".csv")
OTHER_SPREADSHEETS = (".xls", ".xlsm", ".xlsb", ".et", ".ods", ".tsv")
CSV_SHEET = "CSV"
MOST_CELLS = 5_000_000
PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
SUSPECT = re.compile(rb"""<(?:[\w.-]+:)?f[\s/>]|\bt\s*=\s*["']e["']""")


@dataclass(frozen=True)
class Sheet:
    """A sheet's cells as read (text, float, bool or date; empty text for an empty cell), row 0 first."""

    file: str
    name: str
    rows: list[list]


def read(path: Path, lang: str) -> list[Sheet]:
    """Return the sheets of a workbook (.xlsx) or text table (.csv) that hold anything; raises TableError otherwise."""
    if path.suffix.lower() not in ENDINGS:
        _refuse(path, "error.ending", lang, endings=", ".join(ENDINGS))
    content = path.read_bytes()
    if not content:
        _refuse(path, "error.empty_file", lang)
    found = (
        _workbook(path, content, lang) if path.suffix.lower() == ".xlsx" else {CSV_SHEET: _text(path, content, lang)}
    )
    sheets = [Sheet(path.name, name, [[_plain(cell) for cell in row] for row in rows]) for name, rows in found.items()]
    filled = [sheet for sheet in sheets if any(cell != "" for row in sheet.rows for cell in row)]
    if not filled:
        _refuse(path, "error.empty_file", lang)
    return filled


def _plain(cell):
    return "" if isinstance(cell, str) and not cell.strip() else cell


def _workbook(path: Path, content: bytes, lang: str) -> dict[str, list]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # calamine does not check the archive's checksums, so a flipped bit would change a number in silence.
            if archive.testzip():
                _refuse(path, "error.damaged", lang)
            looked_at = {name: _second_look(archive.read(part)) for name, part in _parts(archive).items()}
        if any(size > MOST_CELLS for _, size in looked_at.values()):
            _refuse(path, "error.too_large", lang)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except TableError:
        raise
    except (
        zipfile.BadZipFile, zlib.error, ElementTree.ParseError, CalamineError, RuntimeError, NotImplementedError,
        KeyError, ValueError, EOFError, OSError,
    ):  # fmt: skip
        _refuse(path, "error.not_workbook", lang)
    for name, (faults, _) in looked_at.items():
        for place, token in faults.items():
            _put(sheets[name], *place, token or vocab.text("uncalculated", lang))
    return sheets


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The archive member of each worksheet by the sheet's name."""
    related = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {item.get("Id"): item.get("Target").removeprefix("/xl/") for item in related}
    parts = {}
    for item in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if item.tag.endswith("}sheet"):
            key = next(value for name, value in item.attrib.items() if name.endswith("}id"))
            parts[item.get("name")] = f"xl/{targets[key]}"
    return parts


def _second_look(xml: bytes) -> tuple[dict, int]:
    """What the reader passes over in silence, error values and formulas never calculated (None); and the size."""
    columns, rows = (
        (set(found) for found in zip(*PLACE.findall(xml), strict=True)) if PLACE.search(xml) else ({b"A"}, {1})
    )
    width = max(position(f"{letters.decode()}1")[1] for letters in columns) + 1
    return _faults(xml) if SUSPECT.search(xml) else {}, width * max(int(row) for row in rows)


def _faults(xml: bytes) -> dict[tuple[int, int], str | None]:
    faults, row, column = {}, -1, -1
    for event, item in ElementTree.iterparse(io.BytesIO(xml), events=("start", "end")):
        tag = item.tag.rpartition("}")[2]
        if tag == "row" and event == "start":
            row, column = int(item.get("r", row + 2)) - 1, -1
        elif tag == "c" and event == "end":
            row, column = position(item.get("r")) if item.get("r") else (row, column + 1)
            inside = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in item}
            if item.get("t") == "e":
                faults[row, column] = inside.get("v")
            elif "f" in inside and not inside.get("v") and item.get("t") != "str":
                faults[row, column] = None
        elif tag == "row":
            item.clear()
    return faults


def _put(rows: list[list], row: int, column: int, token: str) -> None:
    rows += [[] for _ in range(row + 1 - len(rows))]
    rows[row] = [*rows[row], *[""] * (column + 1 - len(rows[row]))]
    rows[row][column] = token


def _text(path: Path, content: bytes, lang: str) -> list[list]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        _refuse(path, "error.encoding", lang)
    if "\0" in text:
        _refuse(path, "error.not_workbook", lang)
    reader, rows = csv.reader(io.StringIO(text, newline=""), strict=True), []
    try:
        rows = list(reader)
    except csv.Error:
        _refuse(path, "error.torn", lang, line=reader.line_num)
    # A line with fewer or more cells than the headings has lost or won a comma: its numbers may stand one column off.
    headings = len(rows[0]) if rows else 0
    torn = [n for n, row in enumerate(rows) if row and len(row) != headings and any(cell.strip() for cell in row)]
    if torn and headings > 1:
        what = vocab.text("error.torn", lang, line=torn[0] + 1)
        refuse([Problem(what, path.name, CSV_SHEET, address(torn[0], 0))], lang)
    return rows


def _refuse(path: Path, key: str, lang: str, **words):
    refuse([Problem(vocab.text(key, lang, **words), path.name)], lang)
