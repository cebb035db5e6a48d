"""Where the tables of a sheet stand: titles above, stacked headings, body, notes below; knows no number's meaning."""

import re
from datetime import date

from drugstats import vocab
from drugstats.intake import headings, periods, units
from drugstats.intake.block import Block
from drugstats.intake.headings import Heading, heading
from drugstats.intake.problems import NOTE, Problem, address, shown
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


def blocks(sheet: Sheet, lang: str) -> list[Block]:
    """Return the tables of a sheet, from the top; a sheet in which none can be made out has a problem instead."""
    found, titles, row = [], [], 0
    spread, cornerless = _spread(sheet), _cornerless_head(sheet)
    while row < len(sheet.rows):
        if cornerless and row == cornerless[0] or not cornerless and _is_head(sheet, row):
            head = cornerless or _head(sheet, row)
            # A table without a title of its own stands under the one above.
            block = _block(sheet, titles or (found[-1].titles if found else []), head, spread, lang)
            found.append(block)
            titles, row = [], max([*block.body, head[-1]]) + 1
        else:
            filled = _filled(sheet, row)
            told = LINE.search(plain(shown(_first(filled)))) if filled else None
            titles += [] if is_remark(filled) and not told else [shown(cell) for cell in filled.values()]
            row += 1
    return found


def strays(sheet: Sheet, blocks: list[Block], lang: str) -> list[Problem]:
    """Return a problem for each row of numbers that stands in no table, or a note for a sheet of text alone."""
    inside = {row for block in blocks for row in (*block.body, *range(block.head[0], block.head[-1] + 1))}
    outside = {row: cells for row in range(len(sheet.rows)) if row not in inside and (cells := _filled(sheet, row))}
    found = []
    for row, cells in outside.items():
        numbers = [column for column, cell in cells.items() if is_value(cell) and not isinstance(cell, date)]
        if numbers and not is_remark(cells) and not plain(shown(_first(cells))).endswith(":"):
            what = vocab.text("error.stray", lang, text=shown(cells[numbers[0]]))
            found.append(Problem(what, sheet.file, sheet.name, address(row, numbers[0])))
    if not blocks:
        if found:
            found = [Problem(vocab.text("error.no_table", lang), sheet.file, sheet.name, found[0].cell)]
        else:
            words = (
                vocab.text("told.no_table", lang),
                sheet.file,
                sheet.name,
                "",
                NOTE,
                vocab.text("done.no_table", lang),
            )
            found = [Problem(*words)]
    return found


def _blank(cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _filled(sheet: Sheet, row: int) -> dict:
    return {column: cell for column, cell in enumerate(sheet.rows[row]) if not _blank(cell)}


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


def _is_head(sheet: Sheet, row: int) -> bool:
    """A heading row names a part of the table and holds no number."""
    filled = _filled(sheet, row)
    if len(filled) < 2 or is_remark(filled) or any(is_value(cell) for cell in filled.values()):
        return False
    return any(_roles(cell) & {"area", "period", "indicator"} for cell in filled.values())


def _cornerless_head(sheet: Sheet) -> list[int]:
    """The heading rows of a sheet whose tables have an empty corner: those above its first row of numbers."""
    if any(_is_head(sheet, row) for row in range(min(len(sheet.rows), MOST_ABOVE))):
        return []
    for row in range(min(len(sheet.rows), MOST_ABOVE)):
        filled = _filled(sheet, row)
        if _is_numbering(filled):
            continue
        if len(filled) > 1 and not is_remark(filled) and any(is_value(cell) for cell in filled.values()):
            left, head = min(filled), []
            while len(head) < DEEPEST_HEAD and _stands_over(sheet, row - 1 - len(head), left):
                head.insert(0, row - 1 - len(head))
            return head
    return []


def _stands_over(sheet: Sheet, row: int, left: int) -> bool:
    filled = _filled(sheet, row) if row >= 0 else {}
    if filled and _is_numbering(filled):
        return True
    told = bool(filled) and not is_remark(filled) and not LINE.search(plain(shown(_first(filled))))
    return told and (len(filled) > 1 or min(filled) > left) and not any(is_value(cell) for cell in filled.values())


def _first(filled: dict):
    return filled[min(filled)] if filled else None


def _is_indicator(told: Heading) -> bool:
    return bool(told.words) and "".join(told.words) in headings.names.indicator_names()


def is_remark(filled: dict) -> bool:
    """Return whether a row is a note or a signature: 注：…, 填表人：…"""
    text = plain(_first(filled)) if filled else ""
    return REMARK.match(text) is not None


def _head(sheet: Sheet, start: int) -> list[int]:
    """The heading rows: those above that only stand over other columns, and those below that are no body yet."""
    left, rows = min(_filled(sheet, start)), [start]
    while rows[0] > 0 and len(rows) < DEEPEST_HEAD and _is_over(sheet, rows[0] - 1, left):
        rows.insert(0, rows[0] - 1)
    corner = _role(_filled(sheet, start)[left])
    below = start + 1
    while below < len(sheet.rows) and len(rows) < DEEPEST_HEAD and _continues(sheet, below, left, corner, start):
        rows.append(below)
        below += 1
    return rows


def _is_over(sheet: Sheet, row: int, left: int) -> bool:
    filled = _filled(sheet, row)
    if not filled or min(filled) <= left or any(is_value(cell) for cell in filled.values()):
        return False
    told = [heading([cell]) for cell in filled.values()]
    return all(one.groups or one.spans or one.areas or one.measure or _is_indicator(one) for one in told)


def _continues(sheet: Sheet, row: int, left: int, corner: str, start: int) -> bool:
    filled = _filled(sheet, row)
    if not filled:
        return False
    if _is_numbering(filled):
        return True
    if is_remark(filled) or any(is_value(cell) for cell in filled.values()):
        return False
    if left not in filled:
        return True
    same = plain(filled[left]) == plain(_filled(sheet, start)[left])
    if same and any(top <= start and bottom >= row and side == left for top, side, bottom, _ in sheet.merged):
        return True
    if corner in headings.STUBS:
        return False
    told = heading([filled[left]])
    return not (told.areas or told.spans or told.total) and len(filled) > 1


def _is_numbering(filled: dict) -> bool:
    """甲 乙 1 2 3: the row that counts the columns of an official form."""
    texts = [f"{cell:.0f}" if isinstance(cell, float) else plain(cell) for cell in filled.values()]
    if len(texts) < 2 or not all(NUMBERING.fullmatch(text) for text in texts):
        return False
    numbers = [int(text.strip("()")) for text in texts if text.strip("()").isdigit()]
    counted = numbers == list(range(1, len(numbers) + 1))
    return counted and (len(numbers) < len(texts) or len(numbers) > 2) and texts[0] in ("甲", "栏次", "1", "(1)")


def _spread(sheet: Sheet) -> dict:
    """The text of each merged range in all its cells."""
    told = {}
    for top, left, bottom, right in sheet.merged:
        if top >= len(sheet.rows) or left >= len(sheet.rows[top]):
            continue
        cell = sheet.rows[top][left]
        for row in range(top, min(bottom, top + DEEPEST_HEAD, len(sheet.rows)) + 1 if left != right else bottom + 1):
            told |= {(row, column): cell for column in range(left, min(right, left + 300) + 1)}
    return told


def _block(sheet: Sheet, titles: list, head: list[int], spread: dict, lang: str) -> Block:
    body = _body(sheet, head)
    shown = [row for row in head if not _is_numbering(_filled(sheet, row))]
    width = len(sheet.rows[head[0]])
    paths = _paths(sheet, shown, width, spread)
    columns = {}
    for column, path in enumerate(paths):
        told = heading(path)
        if told.empty or _is_corner(path) or told.role == "area":
            cells = {sheet.rows[row][column] for row in body}
            filled = [cell for cell in cells if not _blank(cell)]
            if told.role == "area" and filled and all(isinstance(c, str) and units.known(plain(c)) for c in filled):
                told.role = "unit"
            elif filled and told.role != "area":
                told = Heading(role=_by_content(filled)) if _by_content(filled) else told
            elif told.empty:
                continue
        columns[column] = told
    block = Block(sheet, list(titles), head, columns, body, lang)
    _fill_merged(block)
    for column, told in columns.items():
        if told.empty:
            block.wrong(head[-1], column, block.text("error.no_heading"))
    return block


def _fill_merged(block: Block) -> None:
    """A key that is merged over several rows (an area over its months) is the key of each of them."""
    rows = block.sheet.rows
    for top, left, bottom, right in block.sheet.merged:
        if left == right and left in block.stubs and block.body and top >= block.body[0]:
            for row in range(top + 1, min(bottom + 1, len(rows))):
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


def _paths(sheet: Sheet, head: list[int], width: int, spread: dict) -> list[list]:
    """The headings above each column, uppermost first; a heading reaches over the empty cells to its right.

    In a merged range it reaches exactly as far as the range; without one, as far as there are headings below.
    """
    paths = []
    carried = {}
    for column in range(width):
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
    first = {column: plain(cell) for column, cell in _filled(sheet, head[0]).items()}
    body = []
    for row in range(head[-1] + 1, len(sheet.rows)):
        if float in map(type, sheet.rows[row]):
            body.append(row)
            continue
        filled = _filled(sheet, row)
        if not filled:
            continue
        again = {column: plain(cell) for column, cell in filled.items() if isinstance(cell, str)} == first
        if is_remark(filled) or again or _is_head(sheet, row):
            break
        body.append(row)
    return body
