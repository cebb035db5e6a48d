"""Turns rows of cells into an office's file: a workbook, a text file, an archive, the same bytes every time."""

import csv
import io
import zipfile
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

import xlsxwriter

FONT = {"font_name": "宋体", "font_size": 11}
HEADER = FONT | {"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"}

PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


class Sheet(NamedTuple):
    """Rows of cells, None where empty; header is the first and the last heading row, all counted from 0."""

    name: str
    rows: list[list]
    header: tuple[int, int] = (0, 0)
    merged: list[tuple[int, int, int, int]] = []
    hidden: bool = False
    hidden_column: int | None = None
    shown_only: tuple[int, int, str] | None = None  # the last row of the filter, its column, what it lets through


class Formula(NamedTuple):
    text: str
    value: float


def workbook(sheets: list[Sheet], title: str) -> bytes:
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, PLAIN) as book:
        # Without a fixed date no two builds would be the same file.
        book.set_properties({"title": title, "comments": "虚构数据 made-up figures", "created": datetime(2026, 1, 5)})
        # A file that an office has saved holds the values of its formulas and need not be calculated again.
        book.calc_on_load = False
        header, body = book.add_format(HEADER), book.add_format(FONT)
        day = book.add_format(FONT | {"num_format": 'yyyy"年"m"月"'})
        for told in sheets:
            write_sheet(book.add_worksheet(told.name), told, header, body, day)
    return packed.getvalue()


def write_sheet(sheet, told: Sheet, header, body, day) -> None:
    first, last = told.header
    sheet.freeze_panes(last + 1, 2)
    for column in range(max(map(len, told.rows))):
        hidden = {"hidden": True} if column == told.hidden_column else {}
        sheet.set_column(column, column, column_width(told, column), body, hidden)
    for line, row in enumerate(told.rows):
        for column, cell in enumerate(row):
            write_cell(sheet, line, column, cell, header if first <= line <= last else None, day)
        lines = max((cell.count("\n") + 1 for cell in row if isinstance(cell, str)), default=1)
        if lines > 1:
            sheet.set_row(line, 16 * lines)
    for top, left, bottom, right in told.merged:
        sheet.merge_range(top, left, bottom, right, told.rows[top][left], header)
    if told.hidden:
        sheet.hide()
    if told.shown_only:
        leave_filter_on(sheet, told.rows, *told.shown_only)


def column_width(told: Sheet, column: int) -> int:
    below = told.rows[told.header[0] :]
    texts = [row[column] for row in below if len(row) > column and isinstance(row[column], str)]
    return min(24, max([9, *(2 * len(line) + 1 for text in texts for line in text.split("\n"))]))


def write_cell(sheet, line: int, column: int, cell, style, day) -> None:
    if isinstance(cell, Formula):
        sheet.write_formula(line, column, cell.text, style, cell.value)
    elif isinstance(cell, date):
        sheet.write_datetime(line, column, cell, day)
    elif cell not in (None, ""):
        sheet.write(line, column, cell, style)


def leave_filter_on(sheet, rows: list[list], bottom: int, column: int, kept: str) -> None:
    sheet.autofilter(0, 0, bottom, len(rows[0]) - 1)
    sheet.filter_column_list(column, [kept])
    for line in range(1, bottom + 1):
        if rows[line][column] != kept:
            sheet.set_row(line, options={"hidden": True})


def stack(paths: list[tuple[str, ...]], depth: int, top: int) -> tuple[list[list], list[tuple]]:
    """Heading rows and their merged cells: equal parts side by side are one cell, a short path reaches down."""
    rows, merged = [[None] * len(paths) for _ in range(depth)], []
    for level in range(depth):
        for begun, run in groupby(range(len(paths)), key=lambda column: paths[column][: level + 1]):
            left, *others = run
            if len(begun) > level:
                rows[level][left] = begun[level]
                bottom = depth - 1 if len(paths[left]) == level + 1 else level
                merged += [(top + level, left, top + bottom, left + len(others))] if others or bottom > level else []
    return rows, merged


def text_file(sheet: Sheet, encoding: str, separator: str) -> bytes:
    """As a spreadsheet program saves it: every line with as many cells as the widest."""
    told, width = io.StringIO(), max(map(len, sheet.rows))
    lines = csv.writer(told, delimiter=separator, lineterminator="\r\n")
    lines.writerows([*row, *[None] * (width - len(row))] for row in sheet.rows)
    # utf-16 alone would leave the order of the bytes to the machine.
    return ("\ufeff" * (encoding == "utf-16-le") + told.getvalue()).encode(encoding)


def archive(files: dict[str, bytes], names_in: str) -> bytes:
    """A .zip without compression; packed on an old Chinese Windows its names are GBK and nothing says so."""
    packed, written = io.BytesIO(), {}
    with zipfile.ZipFile(packed, "w") as into:
        for number, (name, content) in enumerate(files.items()):
            # The library would write UTF-8, so a name of the same length keeps the place.
            encoded = name.encode(names_in)
            held = name if names_in == "utf-8" else f"{number:?>{len(encoded)}}"
            written[held.encode()] = encoded
            entry = zipfile.ZipInfo(held, (2026, 1, 5, 0, 0, 0))
            entry.create_system = 0
            into.writestr(entry, content)
    content = packed.getvalue()
    for held, encoded in written.items():
        content = content.replace(held, encoded)
    return content
