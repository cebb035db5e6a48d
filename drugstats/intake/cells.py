"""A workbook's cells, read in a process of its own that may fail alone; knows nothing but files, rows and columns.

Run as a script: each line of the input names a file, each answer is its sheets, or the reason why not.
"""

import gc
import io
import json
import marshal
import re
import struct
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain
from xml.etree import ElementTree

MEMORY = 4 << 30
MOST_CELLS = 5_000_000
MOST_MERGED = 20_000
PERCENT_FORMATS = {9: "0%", 10: "0.00%"}
# What makes a sheet's XML worth a look of its own; the patterns stand apart, each is a search for fixed bytes.
FORMULA = re.compile(rb"<f[\s>/]"), re.compile(rb":f[\s>/]")
FAULT = re.compile(rb"""\bt\s*=\s*["']e["']""")
STYLED = re.compile(rb"""\bs\s*=\s*["'](\d+)["']""")
HIDDEN = re.compile(rb"""\bhidden=["'](?:1|true)["']""")
UNCALCULATED = "="  # stands in a cell whose formula was never calculated


class Refused(Exception):
    """The word for what is wrong with a file."""


def main() -> None:
    """Answer each named file on the output: its length, then its sheets."""
    _limit_memory()
    gc.disable()  # nothing lives longer than its file, and a million cells are much to look through
    for path, member, kind in json.load(sys.stdin):
        answer = marshal.dumps(_read(path, member, kind))
        sys.stdout.buffer.write(struct.pack("<Q", len(answer)) + answer)
        sys.stdout.buffer.flush()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows knows no such limit; there the look before and the time limit must do
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _read(path: str, member: str | None, kind: str):
    """Sheets as dicts of name, state, rows, merged, dates, hidden_rows, hidden_columns; a word where it fails."""
    try:
        content = open(path, "rb").read() if member is None else zipfile.ZipFile(path).read(member)
        return _xlsx(content) if kind == "xlsx" else _xls(content)
    except MemoryError:
        return "too_large"
    except Refused as error:
        return str(error)
    except BaseException as error:  # a reader written in Rust panics past Exception
        return "password" if "encrypt" in str(error).lower() else "not_workbook"


def _xlsx(content: bytes) -> list[dict]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    archive = zipfile.ZipFile(io.BytesIO(content))
    parts, formats = _parts(archive), _formats(archive)
    unsaved = re.search(rb"""fullCalcOnLoad=["'](?:1|true)""", archive.read("xl/workbook.xml")) is not None
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = []
    for told in book.sheets_metadata:
        if told.typ != SheetTypeEnum.WorkSheet:
            continue
        # The reader lets go of the interpreter while it parses, and the look at the XML takes a third of its time.
        with ThreadPoolExecutor(1) as beside:
            look = beside.submit(_Look, archive, parts[told.name], formats, unsaved)
            sheet = book.get_sheet_by_name(told.name)
        look = look.result()
        rows, dates = _plain(sheet.to_python(skip_empty_area=False))
        look.refuse_lost(sum(len(row) - row.count("") for row in rows))
        for (row, column), token in look.tokens.items():
            if (row, column) not in dates:
                _put(rows, row, column, token)
        sheets.append({
            "name": told.name, "state": str(told.visible).rpartition(".")[2], "rows": rows, "dates": sorted(dates),
            "merged": _merged([(*area[0], *area[1]) for area in sheet.merged_cell_ranges or []], rows),
            "hidden_rows": sorted(look.hidden_rows), "hidden_columns": look.hidden_columns,
        })  # fmt: skip
    return sheets


class _Look:
    """What a sheet's XML tells that the reader passes over in silence.

    Error values, formulas never calculated and formats that say more, by their place; hidden rows and columns.
    """

    def __init__(self, archive: zipfile.ZipFile, part: str, formats: dict, unsaved: bool):
        self.xml, self.formats, self.unsaved = archive.read(part), formats, unsaved
        self.tokens, self.hidden_rows, self.hidden_columns, self.misplaced = {}, set(), [], False
        # How many cells hold something; where the reader gives as many, none was lost and none need be looked at.
        self.counted = self.xml.count(b"<v>") + self.xml.count(b"<is>")
        if self._is_needed():
            self._parse()

    def refuse_lost(self, given: int) -> None:
        """Refuse a sheet in which two cells or rows claim one place, of which the reader keeps one in silence."""
        if given != self.counted:
            self._parse()
            if self.misplaced:
                raise Refused("odd_archive")

    def _is_needed(self) -> bool:
        if self.formats and any(style.decode() in self.formats for style in set(STYLED.findall(self.xml))):
            return True
        # A search for fixed bytes takes a tenth of the time of the pattern that spares no way of writing the same.
        plain = b" =" not in self.xml and b"= " not in self.xml
        fault = b't="e"' in self.xml or b"t='e'" in self.xml if plain else FAULT.search(self.xml)
        return fault or any(mark.search(self.xml) for mark in (*FORMULA, HIDDEN))

    def _parse(self) -> None:
        row, column, rows, spans = -1, -1, set(), set()
        for event, item in ElementTree.iterparse(io.BytesIO(self.xml), events=("start", "end")):
            tag = item.tag.rpartition("}")[2]
            hidden = item.get("hidden") in ("1", "true")
            if tag == "row" and event == "start":
                numbered, places = item.get("r"), set()
                row, column = int(numbered or row + 2) - 1, -1
                self.misplaced |= bool(numbered) and row in rows
                self.hidden_rows |= {row} if hidden else set()
                rows.add(row)
            elif tag == "c" and event == "end":
                place = position(item.get("r")) if item.get("r") else (row, column + 1)
                self.misplaced |= bool(numbered) and (place in places or place[0] != row)
                places.add(place)
                row, column = place
                if token := self._token(item):
                    self.tokens[place] = token
            elif tag == "col" and hidden:
                spans.add(range(int(item.get("min")) - 1, min(int(item.get("max")), 1 << 14)))
            elif tag == "row":
                item.clear()
        self.hidden_columns = sorted(set(chain.from_iterable(spans)))

    def _token(self, item) -> str | None:
        inside = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in item}
        value, kind, style = inside.get("v"), item.get("t", "n"), item.get("s")
        if kind == "e":
            return value or UNCALCULATED
        # Some writers store 0 beside a formula and ask for it to be calculated when the file is opened.
        if "f" in inside and ("v" not in inside or kind != "str" and (not value or (self.unsaved and value == "0"))):
            return UNCALCULATED
        return shown(float(value), self.formats[style]) if kind == "n" and value and style in self.formats else None


def _merged(ranges: list[tuple], rows: list[list]) -> list[tuple]:
    """Merged ranges as top, left, bottom and right, cut to the cells that there are."""
    if len(ranges) > MOST_MERGED:
        raise Refused("too_large")
    bottom, right = len(rows) - 1, max(map(len, rows), default=0) - 1
    clipped = [(one[0], one[1], min(one[2], bottom), min(one[3], right)) for one in ranges]
    return [one for one in clipped if one[0] <= one[2] and one[1] <= one[3]]


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


def _formats(archive: zipfile.ZipFile) -> dict[str, str]:
    """The number format of each cell style whose look says more than its number: a percent sign, a unit, a scale."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    told, codes, found = ElementTree.fromstring(archive.read("xl/styles.xml")), dict(PERCENT_FORMATS), {}
    for item in told.iter():
        if item.tag.endswith("}numFmt"):
            codes[int(item.get("numFmtId"))] = item.get("formatCode")
    for group in told:
        if group.tag.endswith("}cellXfs"):
            found = {str(n): codes.get(int(style.get("numFmtId", 0)), "") for n, style in enumerate(group)}
    return {style: code for style, code in found.items() if _says_more(code)}


def _says_more(code: str) -> bool:
    return shown(0.5, code) != "0.5"


def shown(number: float, code: str) -> str:
    """Return a number as its format shows it where that means more: 0.122 as 12.2%, 3.5 as 3.5吨; digits are kept.

    A format that only scales what is seen (0!.0,"万") gives the number with the format, which no reader takes for one.
    """
    section = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)[0]
    if re.search(r"[ymdhse]", re.sub(r'"[^"]*"|\[[^]]*\]|[\\!_*].', "", section).lower()):
        return _digits(number)
    literal = re.compile(r'"([^"]*)"|[\\!](.)')
    bare = literal.sub("", re.sub(r"\[[^]]*\]|[_*].", "", section))
    words = "".join(one or other for one, other in literal.findall(section)).strip()
    if re.search(r"[0#?],+(?![0#?])", bare) or re.search(r"[\\!]\.", section):
        return f"{_digits(number)} [{code}]"
    if "%" in bare:
        return _digits(Decimal(repr(number)) * 100) + "%"
    after = re.sub(r"[^\w‰%]", "", words + re.sub(r"[0#?.,\s\-+()$¥￥/]|General|G/通用格式", "", bare))
    return _digits(number) + after


def _digits(number) -> str:
    plain = f"{number if isinstance(number, Decimal) else Decimal(repr(number)):f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def position(place: str) -> tuple[int, int]:
    """Return the row and column of a cell's name, counted from zero: C5 is (4, 2)."""
    letters = place.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(place[len(letters) :]) - 1, column - 1


def _plain(rows: list[list]) -> tuple[list[list], set]:
    """Cells as text, float or bool, and which of them are dates."""
    dates, days = set(), {date, datetime, time, timedelta}
    for number, row in enumerate(rows) if days & set(map(type, chain.from_iterable(rows))) else ():
        for column, cell in enumerate(row) if days & set(map(type, row)) else ():
            if isinstance(cell, date):
                dates.add((number, column))
                row[column] = (cell.date() if isinstance(cell, datetime) else cell).isoformat()
            elif isinstance(cell, time | timedelta):
                row[column] = str(cell)
    return rows, dates


def _put(rows: list[list], row: int, column: int, token: str) -> None:
    rows += [[] for _ in range(row + 1 - len(rows))]
    rows[row] = [*rows[row], *[""] * (column + 1 - len(rows[row]))]
    rows[row][column] = token


def _xls(content: bytes) -> list[dict]:
    import xlrd

    told = {"formatting_info": True, "ragged_rows": True, "logfile": io.StringIO()}
    book = xlrd.open_workbook(file_contents=content, **told)
    sheets = []
    for sheet in book.sheets():
        if sheet.nrows * sheet.ncols > MOST_CELLS:
            raise Refused("too_large")
        cells = [sheet.row(row) for row in range(sheet.nrows)]
        rows = [[_xls_cell(book, cell) for cell in row] for row in cells]
        ranges = [(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells]
        sheets.append({
            "name": sheet.name, "state": ("Visible", "Hidden", "VeryHidden")[sheet.visibility], "rows": rows,
            "dates": [(row, n) for row, line in enumerate(cells) for n, cell in enumerate(line)
                      if cell.ctype == xlrd.XL_CELL_DATE],
            "merged": _merged(ranges, rows),
            "hidden_rows": [row for row, told in sheet.rowinfo_map.items() if told.hidden],
            "hidden_columns": [column for column, told in sheet.colinfo_map.items() if told.hidden],
        })  # fmt: skip
    return sheets


def _xls_cell(book, cell):
    import xlrd

    if cell.ctype == xlrd.XL_CELL_NUMBER:
        code = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
        return shown(cell.value, code) if _says_more(code) else cell.value
    if cell.ctype == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(cell.value, book.datemode).date().isoformat()
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, UNCALCULATED)
    if cell.ctype == xlrd.XL_CELL_TEXT and cell.value == "":  # an empty cell is of another type
        return UNCALCULATED
    return bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else cell.value or ""


if __name__ == "__main__":
    main()
