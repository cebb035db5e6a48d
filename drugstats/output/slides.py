"""The report as slides: one message a slide, charts that an office can edit, and in the notes what was measured."""

import re
from pathlib import Path

from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches

from drugstats import vocab
from drugstats.output import archive, deck, native
from drugstats.output.deck import ACROSS, EDGE, INK, LINE, TOP, WIDTH
from drugstats.output.exhibits import Exhibit
from drugstats.output.report import Item, Report

GREY, BLUE, RED = "5B6770", "1F5A94", "A61C1C"
BOTTOM = 6.5  # inches from above, of what a slide shows
SMALL, NOTE, LAST = 14, 12, 10  # points
TABLES = ((18, 1), (16, 1), (14, 1), (14, 1.7), (12, 1.7), (10, 1.7))  # points, and lines that a heading takes
LISTS, LISTED = (20, 18, 16, 14, 12, 10), 5  # points, and inches they have
MARK = 2.2  # inches that the mark of made-up data takes
GAP = "　"
MOST_ROWS, MOST_LINES = 8, 3
ROW = 1.8  # lines that a row of a table takes


def write(report: Report, charts: Path, path: Path) -> Path:
    """Write the report to a .pptx file, pictures taken from the folder `charts`, and return its path."""
    show, drawn = deck.new(report.title, report.lang), []
    _cover(show, report)
    _sections(show, report.body, charts, drawn)
    _listing(show, report.limits_heading, report.limits, report.lang)
    _sections(show, report.outlook + report.appended, charts, drawn)
    _listing(show, vocab.text("document.sources", report.lang), [*report.sources, report.revision], report.lang)
    show.save(path)
    archive.fix_dates(path)
    return path


def claim(sentence: str) -> tuple[str, str]:
    """Return a sentence's claim, short enough for a title, and the rest of it.

    Limits in brackets and what follows a full-width semicolon may go; a bracket that says more than limits stays.
    """
    first = re.split(r"(?<=[。；])(?=.)|(?<=[.])\s+(?=[A-Z])", sentence, maxsplit=1)
    told = re.sub(r"（[^（），]*\d[^（），]*）|\s\((?:[^(),]|,(?!\s))*\d(?:[^(),]|,(?!\s))*\)", "", first[0])
    return told.rstrip("。；."), first[1] if len(first) > 1 else ""


def _sections(show, sections: list, charts: Path, drawn: list) -> None:
    for heading, items in sections:
        for item in items:
            _exhibit(show, heading, item, charts, drawn)
            drawn.append(item.exhibit.figures)


def _exhibit(show, heading: str, item: Item, charts: Path, drawn: list) -> None:
    exhibit, lang = item.exhibit, item.exhibit.lang
    title, rest = _message(exhibit)
    slide, size = deck.slide(show, title, lang), deck.title_size(title)
    _kicker(slide, heading, exhibit, title)
    below = TOP + deck.lines(title, size) * size * LINE + 0.1
    small = SMALL if deck.lines(rest, SMALL) <= 2 else NOTE
    deck.text(slide, rest, lang, (EDGE, below, ACROSS, 0.65), small, GREY)
    # The same figures twice are drawn once; the second time their picture says what it adds.
    drawings = native.drawings(exhibit) if exhibit.figures not in drawn or not exhibit.chart else []
    notes = _notes(item, drawings)
    _body(slide, exhibit, drawings, charts, below + deck.lines(rest, small) * small * LINE + 0.2, notes)
    source = vocab.text("source_line", lang, sources=exhibit.sources)
    deck.text(slide, source, lang, (EDGE, 6.85, ACROSS - 0.9, 0.45), LAST, GREY)
    where = vocab.text("slide.table", lang, table=item.table_title)
    slide.notes_slide.notes_text_frame.text = "\n".join([*exhibit.sentences, *notes, source, where])


def _body(slide, exhibit: Exhibit, drawings: list, charts: Path, top: float, notes: list[str]) -> None:
    """Charts, a picture or a table, and below them what they leave out."""
    told = GAP.join(notes)
    bottom = BOTTOM - max(deck.lines(told, NOTE) - 1, 0) * NOTE * LINE
    deck.text(slide, told, exhibit.lang, (EDGE, bottom, ACROSS, 0.35), NOTE, GREY)
    if drawings:
        _charts(slide, exhibit, drawings, top, bottom)
    elif exhibit.chart:
        _picture(slide, exhibit, charts / f"{exhibit.chart}.png", top)
    else:
        _table(slide, exhibit, top)


def _kicker(slide, heading: str, exhibit: Exhibit, title: str) -> None:
    """Above the title the section and what the slide shows, and whether it is made up."""
    told = heading if title == exhibit.title else f"{heading}{GAP}{exhibit.title}"
    told = told if deck.lines(told, NOTE, ACROSS - MARK) == 1 else exhibit.title
    deck.text(slide, told, exhibit.lang, (EDGE, 0.32, ACROSS - MARK, 0.35), NOTE, BLUE)
    if _made_up(exhibit):
        place = (WIDTH - EDGE - MARK, 0.32, MARK, 0.35)
        deck.text(slide, vocab.text("slide.made_up", exhibit.lang), exhibit.lang, place, NOTE, RED, right=True)


def _notes(item: Item, drawings: list) -> list[str]:
    """What is to be told below a chart or table of what it leaves out."""
    left = len(item.exhibit.rows) - MOST_ROWS
    if not drawings and not item.exhibit.chart and left > 0:
        return [vocab.text("slide.rows", item.exhibit.lang, count=left)]
    return list(dict.fromkeys(note for drawing in drawings for note in drawing.notes))


def _message(exhibit: Exhibit) -> tuple[str, str]:
    """The slide's title, and as much of the other sentences as two lines hold."""
    if not exhibit.sentences:
        return exhibit.title, ""
    told, rest = claim(exhibit.sentences[0])
    if deck.lines(told, deck.title_size(told)) > MOST_LINES:
        told, rest = exhibit.title, exhibit.sentences[0]
    shown, gap = rest, "" if exhibit.lang == "zh" else " "
    for sentence in exhibit.sentences[1:]:
        if deck.lines(f"{shown}{gap}{sentence}", SMALL) > 2:
            break
        shown = f"{shown}{gap}{sentence}".strip()
    return told, shown


def _made_up(exhibit: Exhibit) -> bool:
    """Whether the exhibit's own sources say so: a report on a made-up city also shows real figures."""
    before, after = vocab.text("sources_made_up", exhibit.lang, sources="\n").split("\n")
    return exhibit.sources.startswith(before) and exhibit.sources.endswith(after)


def _charts(slide, exhibit: Exhibit, drawings: list, top: float, bottom: float) -> None:
    width = ACROSS / len(drawings)
    for place, drawing in enumerate(drawings):
        chart = native.Chart(drawing, exhibit.lang, width, bottom - top)
        # The chart brings its own XML; python-pptx takes the type for nothing else.
        frame = slide.shapes.add_chart(
            XL_CHART_TYPE.COLUMN_CLUSTERED, *deck.inches(EDGE + place * width, top, width, bottom - top), chart
        )
        deck.describe(frame, " ".join([drawing.title, exhibit.title, *exhibit.sentences]))


def _picture(slide, exhibit: Exhibit, path: Path, top: float) -> None:
    picture = slide.shapes.add_picture(str(path), 0, 0)
    room, height = ACROSS, BOTTOM + 0.3 - top
    scale = min(Inches(room) / picture.width, Inches(height) / picture.height)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    picture.left, picture.top = (Inches(WIDTH) - picture.width) // 2, Inches(top)
    deck.describe(picture, " ".join([exhibit.title, *exhibit.sentences]))


def _table(slide, exhibit: Exhibit, top: float) -> None:
    lines = [exhibit.headings, *exhibit.rows[:MOST_ROWS]]
    columns = list(zip(*lines, strict=True))
    right = [all(re.match(r"[-+—]?\d|—", text) for text in column[1:]) for column in columns]
    rows = len(lines) + 1  # the heading may take two lines
    size, heads = next(((size, heads) for size, heads in TABLES if rows * ROW * size * LINE <= BOTTOM - top
                        and sum(_room(column, size, heads) for column in columns) <= ACROSS), TABLES[-1])  # fmt: skip
    height = ROW * size * LINE
    place = deck.inches(EDGE, top, ACROSS, height * len(lines))
    frame = slide.shapes.add_table(len(lines), len(columns), *place)
    deck.describe(frame, exhibit.title)
    needed = sum(_room(column, size, heads) for column in columns)
    for column, texts in zip(frame.table.columns, columns, strict=True):
        column.width = Inches(ACROSS * _room(texts, size, heads) / needed)
    for number, (row, texts) in enumerate(zip(frame.table.rows, lines, strict=True)):
        row.height = Inches(height)
        for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            deck.write(cell.text_frame, text, exhibit.lang, size, "FFFFFF" if number == 0 else INK, number == 0)
            cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT if right[place] else PP_ALIGN.LEFT


def _room(texts: tuple, size: float, heads: float) -> float:
    """Inches that a column needs: its longest cell in one line, its heading in so many."""
    return max([deck.wide(texts[0]) / heads, *(deck.wide(text) for text in texts[1:])]) * size / 2 / 72 + 0.3


def _cover(show, report: Report) -> None:
    slide = deck.slide(show, report.title, report.lang, top=2.4, size=36)
    deck.text(slide, "\n".join(report.notices), report.lang, (EDGE, 4.0, ACROSS, 1.2), 20, GREY)
    slide.notes_slide.notes_text_frame.text = "\n".join([*report.notices, report.revision])


def _listing(show, title: str, lines: list[str], lang: str) -> None:
    slide = deck.slide(show, title, lang)
    taken = {size: sum(deck.lines(line, size) + 0.5 for line in lines) * size * LINE for size in LISTS}
    size = next((size for size in LISTS if taken[size] <= LISTED), LISTS[-1])
    deck.text(slide, "\n".join(lines), lang, (EDGE, 1.6, ACROSS, LISTED), size, INK, space=size / 2)
    slide.notes_slide.notes_text_frame.text = "\n".join(lines)
