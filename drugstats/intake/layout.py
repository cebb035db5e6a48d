"""Where the tables of a sheet stand: titles above, stacked headings, body, notes below; knows no number's meaning."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import product

from drugstats import names
from drugstats.intake import headings, periods, units
from drugstats.intake.block import Block
from drugstats.intake.headings import Heading, heading
from drugstats.intake.problems import Report, shown
from drugstats.intake.sheets import Sheet
from drugstats.names import plain

MOST_ABOVE = 40  # rows above the first number of a sheet
CORNER = re.compile(r"[\\/|]")
DEEPEST_HEAD = 6  # four rows of headings, their units, and the numbers of the columns
REMARK = re.compile(
    r"(注|附注|备注|说明|数据来源|资料来源|来源|统计口径|口径说明|note)\d*[:.、)]"
    r"|(填表|制表|填报|审核|复核|负责|报送|报出|联系|分管|经办|单位负责|统计负责|打印)[^:]{0,6}:|注\d+"
)
LINE = re.compile(r"(单位|时间|日期|年份|月份|年度|期):")
NUMBERING = re.compile(r"甲|乙|丙|丁|栏次|\(?\d{1,3}\)?|-|—")


@dataclass(frozen=True)
class Line:
    """The filled cells of a row, by column."""

    cells: dict

    @property
    def left(self) -> int:
        return min(self.cells)

    @cached_property
    def text(self) -> str:
        """What stands leftmost."""
        return plain(shown(self.cells[self.left])) if self.cells else ""

    @property
    def is_remark(self) -> bool:
        """A note or a signature: 注：…, 填表人：…"""
        return REMARK.match(self.text) is not None

    @property
    def has_value(self) -> bool:
        return any(is_value(cell) for cell in self.cells.values())

    @property
    def is_numbering(self) -> bool:
        """甲 乙 1 2 3: the row that counts the columns of an official form."""
        texts = [f"{cell:.0f}" if isinstance(cell, float) else plain(cell) for cell in self.cells.values()]
        if len(texts) < 2 or not all(NUMBERING.fullmatch(text) for text in texts):
            return False
        numbers = [int(text.strip("()")) for text in texts if text.strip("()").isdigit()]
        counted = numbers == list(range(1, len(numbers) + 1))
        return counted and (len(numbers) < len(texts) or len(numbers) > 2) and texts[0] in ("甲", "栏次", "1", "(1)")

    @property
    def is_head(self) -> bool:
        """A heading row names a part of the table and holds no number."""
        if len(self.cells) < 2 or self.is_remark or self.has_value:
            return False
        return any(_roles(cell) & {"area", "period", "indicator"} for cell in self.cells.values())


def blocks(sheet: Sheet, lang: str) -> Iterator[Block]:
    """Yield the tables of a sheet, from the top."""
    above, titles, row = [], [], 0
    spread, cornerless = _spread(sheet), _cornerless_head(sheet)
    while row < len(sheet.rows):
        line = _line(sheet, row)
        if row == cornerless[0] if cornerless else line.is_head:
            # A table without a title of its own stands under the one above.
            above = titles or above
            block = _block(sheet, above, cornerless or _head(sheet, row), spread, Report(lang))
            yield block
            titles, row = [], max([*block.body, block.head[-1]]) + 1
        else:
            titles += [] if line.is_remark and not LINE.search(line.text) else map(shown, line.cells.values())
            row += 1


def tell_strays(sheet: Sheet, blocks: list[Block], report: Report) -> None:
    """Report each row of numbers that stands in no table, or a sheet in which there is none."""
    inside = {row for block in blocks for row in (*block.body, *range(block.head[0], block.head[-1] + 1))}
    strays = []
    for row in sorted(set(range(len(sheet.rows))) - inside):
        line = _line(sheet, row)
        numbers = [column for column, cell in line.cells.items() if is_value(cell) and not isinstance(cell, date)]
        if numbers and not line.is_remark and not line.text.endswith(":"):
            strays.append((row, numbers[0]))
    if not blocks and not strays:
        report.note(sheet.at(), "no_table")
    elif not blocks:
        report.error(sheet.at(*strays[0]), "no_table")
    else:
        for row, column in strays:
            report.error(sheet.at(row, column), "stray", text=shown(sheet.rows[row][column]))


def _line(sheet: Sheet, row: int) -> Line:
    return Line({column: cell for column, cell in enumerate(sheet.rows[row]) if not _blank(cell)})


def _blank(cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def is_value(cell) -> bool:
    """Return whether a cell speaks as a number does; a year or a date may also be a heading."""
    if not isinstance(cell, str):
        return periods.read(cell) is None
    return units.parse(cell) is not None and periods.read(cell) is None or cell.startswith("#")


def _role(cell) -> str:
    return headings.roles().get(plain(cell), "") if isinstance(cell, str) else ""


def _roles(cell) -> set[str]:
    """The parts that a heading names; a corner split by a slash (地区\\月份) names two."""
    pieces = CORNER.split(cell.strip()) if isinstance(cell, str) else []
    return {_role(cell), *map(_role, pieces)} - {""}


def _cornerless_head(sheet: Sheet) -> list[int]:
    """The heading rows of a sheet whose tables have an empty corner: those above its first row of numbers."""
    lines = [_line(sheet, row) for row in range(min(len(sheet.rows), MOST_ABOVE))]
    if any(line.is_head for line in lines):
        return []
    for row, line in enumerate(lines):
        if len(line.cells) > 1 and line.has_value and not line.is_remark and not line.is_numbering:
            top = row
            while top > 0 and row - top < DEEPEST_HEAD and _stands_over(lines[top - 1], line.left):
                top -= 1
            return list(range(top, row))
    return []


def _stands_over(line: Line, left: int) -> bool:
    if line.is_numbering:
        return True
    told = line.cells and not line.is_remark and not LINE.search(line.text)
    return bool(told) and (len(line.cells) > 1 or line.left > left) and not line.has_value


def _head(sheet: Sheet, start: int) -> list[int]:
    """The heading rows: those above that only stand over other columns, and those below that are no body yet."""
    first, top, end = _line(sheet, start), start, start + 1
    while top > 0 and end - top < DEEPEST_HEAD and _is_over(_line(sheet, top - 1), first.left):
        top -= 1
    while end < len(sheet.rows) and end - top < DEEPEST_HEAD and _continues(sheet, end, first, start):
        end += 1
    return list(range(top, end))


def _is_over(line: Line, left: int) -> bool:
    if not line.cells or line.left <= left or line.has_value:
        return False
    told = [heading([cell]) for cell in line.cells.values()]
    return all(one.groups or one.spans or one.areas or one.measure or _is_indicator(one) for one in told)


def _is_indicator(told: Heading) -> bool:
    return bool(told.words) and "".join(told.words) in names.indicator_names()


def _continues(sheet: Sheet, row: int, first: Line, start: int) -> bool:
    """Whether a row goes on with the headings: it numbers them, or says nothing leftmost that a row of data would."""
    line, left = _line(sheet, row), first.left
    if line.is_numbering:
        return True
    if not line.cells or line.is_remark or line.has_value:
        return False
    if left not in line.cells:
        return True
    same = plain(line.cells[left]) == plain(first.cells[left])
    if same and any(top <= start and bottom >= row and side == left for top, side, bottom, _ in sheet.merged):
        return True
    if _role(first.cells[left]) in headings.STUBS:
        return False
    told = heading([line.cells[left]])
    return not (told.areas or told.spans or told.total) and len(line.cells) > 1


def _spread(sheet: Sheet) -> dict:
    """The text of each merged range in all its cells."""
    told = {}
    for top, left, bottom, right in sheet.merged:
        last = bottom if left == right else min(bottom, top + DEEPEST_HEAD)
        columns = range(left, min(right, left + 300) + 1)
        told |= dict.fromkeys(product(range(top, last + 1), columns), sheet.rows[top][left])
    return told


def _block(sheet: Sheet, titles: list, head: list[int], spread: dict, report: Report) -> Block:
    body = _body(sheet, head)
    named = [row for row in head if not _line(sheet, row).is_numbering]
    columns = {}
    for column, path in enumerate(_paths(sheet, named, spread)):
        told = heading(path)
        if told.role == "area" or told.empty or _is_corner(path):
            cells = [cell for cell in {sheet.rows[row][column] for row in body} if not _blank(cell)]
            if told.empty and not cells:
                continue
            if told.role != "area":
                role = _by_content(cells) if cells else ""
                told = Heading(role=role) if role else told
            elif cells and all(isinstance(cell, str) and units.known(plain(cell)) for cell in cells):
                told.role = "unit"
        columns[column] = told
    block = Block(sheet, titles, head, columns, body, report)
    _fill_merged(block)
    for column, told in columns.items():
        if told.empty:
            block.wrong(None, column, "no_heading")
    return block


def _fill_merged(block: Block) -> None:
    """A key that is merged over several rows (an area over its months) is the key of each of them."""
    rows = block.sheet.rows
    for top, left, bottom, right in block.sheet.merged:
        if left == right and left in block.stubs and block.body and top >= block.body[0]:
            for row in range(top + 1, bottom + 1):
                rows[row][left] = rows[top][left]


def _is_corner(path: list) -> bool:
    """A corner split by a slash names what stands below it and what stands beside it."""
    return len(path) == 1 and _role(path[0]) == "" and len(_roles(path[0])) > 1


def _by_content(cells: list) -> str:
    """What a column without a heading holds, judged by all its cells: areas (codes too), periods or indicators."""
    if all(headings.areas_named(plain(shown(cell))) or _role(cell) == "total" for cell in cells):
        return "area"
    if all(periods.read(cell) for cell in cells):
        return "period"
    told = [heading([cell]) for cell in cells if isinstance(cell, str)]
    return "indicator" if len(told) == len(cells) and all(map(_is_indicator, told)) else ""


def _paths(sheet: Sheet, head: list[int], spread: dict) -> list[list]:
    """The headings above each column, uppermost first; a heading reaches over the empty cells to its right.

    In a merged range it reaches exactly as far as the range; without one, as far as there are headings below.
    """
    paths = []
    carried = {}
    for column in range(len(sheet.rows[0])):
        path = []
        for depth, row in enumerate(head):
            cells = sheet.rows[row]
            cell = spread.get((row, column), cells[column])
            under = [sheet.rows[below][column] for below in head[depth + 1 :]]
            if not _blank(cell):
                merged = (row, column) in spread
                carried[row] = "" if merged or _role(cell) in headings.STUBS else cell
            elif any(not _blank(one) for one in under) and (row, column) not in spread:
                cell = carried.get(row, "")
            else:
                carried[row] = ""
            if not _blank(cell) and (not path or cell != path[-1]):
                path.append(cell)
        paths.append(path)
    return paths


def _body(sheet: Sheet, head: list[int]) -> list[int]:
    """The rows of the table: to its notes, the next heading row, or the end."""
    first = {column: plain(cell) for column, cell in _line(sheet, head[0]).cells.items()}
    body = []
    for row in range(head[-1] + 1, len(sheet.rows)):
        if float in map(type, sheet.rows[row]):
            body.append(row)
            continue
        line = _line(sheet, row)
        again = {column: plain(cell) for column, cell in line.cells.items() if isinstance(cell, str)} == first
        if line.is_remark or again or line.is_head:
            break
        if line.cells:
            body.append(row)
    return body
