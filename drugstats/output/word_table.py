"""A table in Word, as XML: its type and the widths of its columns follow from what stands in it."""

import re
from math import ceil
from unicodedata import east_asian_width
from xml.sax.saxutils import quoteattr

from drugstats.output import official
from drugstats.output.exhibits import Exhibit

KINDS = ("Table", "Table Small")
TOGETHER, FIRST = 14, 3  # rows of a table, and first rows of a longer one, that the end of a page does not part
POINT, TWIP = 25.4 / 72, 25.4 / 1440  # mm
CELL_EDGES = 120  # twips
# In half characters: the edges of a cell, the longest cell and the longest word that are not broken, and the room for a
# bracket that may end no line.
PADDING, SHORT, LONGEST, SLACK = 3, 14, 30, 1.5
NUMBER = re.compile(r"[-+]?[\d,]+(\.\d+)?%?|—")


def grid(exhibit: Exhibit, title: str, lang: str) -> str:
    """Return an exhibit's table as XML: the library's cells take seconds where this takes hundredths."""
    headings, rows = exhibit.headings, exhibit.rows
    wanted = _wanted([headings, *rows])
    room = {kind: official.TEXT_WIDTH / (official.LOOKS[lang][f"{kind} Text"].size * POINT / 2) for kind in KINDS}
    kind = next((kind for kind in KINDS if sum(map(max, *wanted[:3])) <= room[kind]), KINDS[-1])
    size = official.LOOKS[lang][f"{kind} Text"].size
    widths = _widths(wanted, room[kind])
    places = [_place(texts, width, size) for texts, width in zip(zip(*rows, strict=True), widths, strict=True)]
    places[0] = '<w:jc w:val="left"/>'
    kept = ["<w:keepNext/>" + place for place in places]
    together = len(rows) if len(rows) <= TOGETHER else FIRST
    even = ["<w:keepNext/>" + _even(text, width, size) for text, width in zip(headings, widths, strict=True)]
    lines = [_row(headings, widths, f"{kind} Heading", even, lang, "<w:tblHeader/>")]
    lines += [_row(row, widths, f"{kind} Text", kept, lang) for row in rows[:together]]
    lines += [_row(row, widths, f"{kind} Text", places, lang) for row in rows[together:]]
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:jc w:val="center"/><w:tblLayout w:type="fixed"/><w:tblLook w:val="0020" w:firstRow="1"/>'
        f"<w:tblCaption w:val={quoteattr(title)}/></w:tblPr>"
        f"<w:tblGrid>{columns}</w:tblGrid>{''.join(lines)}</w:tbl>"
    )


def wide(text: str) -> int:
    """Return how many half characters a text takes in one line."""
    return sum(1 + (east_asian_width(letter) in "WF") for letter in text)


def _row(texts: list[str], widths: list[int], style: str, places: list[str], lang: str, header: str = "") -> str:
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f"{official.paragraph(style, text, lang, place)}</w:tc>"
        for text, width, place in zip(texts, widths, places, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{header}</w:trPr>{cells}</w:tr>"


def _place(texts, width: int, size: float) -> str:
    """Numbers of one kind stand with their last digits below each other, under the middle of the heading."""
    if not all(NUMBER.fullmatch(text) for text in texts):
        return '<w:jc w:val="center"/>'
    widest = max(wide(text) for text in texts) * size * 10
    return f'<w:ind w:right="{max(0, round((width - CELL_EDGES - widest) / 2))}"/><w:jc w:val="right"/>'


def _even(heading: str, width: int, size: float) -> str:
    """Indents by which a Chinese heading breaks into lines of one length, and not before its last character."""
    room, need = (width - CELL_EDGES) / (size * 10), wide(heading)
    if need <= room or " " in heading:
        return ""
    edge = max(0, round((room - need / ceil(need / room) - SLACK) / 2 * size * 10))
    return f'<w:ind w:left="{edge}" w:right="{edge}"/>'


def _wanted(lines: list[list[str]]) -> list[list[float]]:
    """What each column asks for, in half characters and most urgent first: its longest word, which must not break,
    short cells, the heading in two lines, long cells."""
    columns = [[wide(text) for text in texts] for texts in zip(*lines, strict=True)]
    words = [max((wide(part) for text in texts for part in text.split() if part.isascii()), default=4)
             for texts in zip(*lines, strict=True)]  # fmt: skip
    cells = [max(column[1:], default=0) for column in columns]
    headings = [max(min(column[0], 8), column[0] / 2 + SLACK) for column in columns]
    wanted = ([min(word, LONGEST) for word in words], [min(cell, SHORT) for cell in cells], headings, cells)
    return [[length + PADDING for length in lengths] for lengths in wanted]


def _widths(wanted: list[list[float]], room: float) -> list[int]:
    """Column widths in twips: each wish is met for all columns or shared out, then the next; the rest goes to all."""
    widths = [0.0] * len(wanted[0])
    for level in wanted:
        missing = [max(0, length - width) for length, width in zip(level, widths, strict=True)]
        given = min(1, (room - sum(widths)) / (sum(missing) or 1))
        widths = [width + more * max(0, given) for width, more in zip(widths, missing, strict=True)]
    return [round(official.TEXT_WIDTH / TWIP * width / sum(widths)) for width in widths]
