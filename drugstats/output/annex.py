"""The annex workbook: one sheet an exhibit, with native numbers that show what the report prints, and a contents."""

import re
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

from drugstats import vocab
from drugstats.output import archive
from drugstats.output.report import Item, Report
from drugstats.output.word_table import wide

TITLE_ROW, NOTICE_ROW, SOURCE_ROW, BACK_ROW, HEAD_ROW = range(5)
NARROWEST, WIDEST, LANDSCAPE = 9, 60, 90  # characters across; a page as wide as the last lies on its side
LINE_HEIGHT = 16
LONGEST_NAME, LONGEST_TEXT = 31, 32_767
A4 = 9
FACES = {"zh": "宋体", "en": "Arial"}
# A number as the report prints it, so that a year or a code is none.
SHOWN = re.compile(r"(-?(?:0|[1-9]\d{0,2}(?:,\d{3})*)(?:\.(\d+))?)(%?)([^\d\"]*)")
FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True)
class _Annex:
    """The workbook being written, with the formats of its cells; those of numbers are made when one asks for them."""

    book: object
    report: Report
    formats: dict = field(default_factory=dict)

    def look(self, **properties):
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            font = {"font_name": FACES[self.report.lang], "font_size": 11, "valign": "vcenter"}
            self.formats[key] = self.book.add_format(font | properties)
        return self.formats[key]

    def word(self, key: str) -> str:
        return vocab.text(f"annex.{key}", self.report.lang)


def write(report: Report, path) -> Path:
    """Write the exhibits of a report to an .xlsx file, one sheet each behind a contents sheet, and return its path."""
    import xlsxwriter

    path = Path(path)
    ways = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(path, ways) as book:
        book.set_properties({"title": report.title, "author": "drugstats", "created": archive.FIXED_DATE})
        annex = _Annex(book, report)
        names = _sheet_names(annex)
        _contents(annex, names)
        for item, name in zip(report.tables, names, strict=True):
            _sheet(annex, item, name)
    archive.fix_dates(path)
    return path


def _sheet_names(annex: _Annex) -> list[str]:
    """Number and topic of each exhibit, as Excel allows: short, without its signs, no two alike."""
    labels, lang, names = vocab.table("labels").index, annex.report.lang, []
    for item in annex.report.tables:
        key = f"topic.{item.exhibit.key}"
        topic = vocab.text(key, lang) if key in labels else item.exhibit.title
        name = FORBIDDEN.sub(" ", f"{item.table_name} {topic}").strip("' ")
        # Excel counts as UTF-16 does, where a rare character is two.
        while len(name.encode("utf-16-le")) > 2 * LONGEST_NAME:
            name = name.rpartition(" ")[0] if lang == "en" and name.count(" ") > 2 else name[:-1]
        names.append(name.strip("' "))
    return names


def _contents(annex: _Annex, names: list[str]) -> None:
    report, sheet = annex.report, annex.book.add_worksheet(annex.word("contents"))
    rows = [(item.table_name, item.exhibit.title, heading, len(item.exhibit.rows))
            for heading, items in report.sections for item in items if not item.repeated]  # fmt: skip
    headings = [annex.word(key) for key in ("number", "title", "section", "rows")]
    _text(sheet, TITLE_ROW, 0, report.title, annex.look(bold=True, font_size=14))
    for row, notice in enumerate(report.notices, start=NOTICE_ROW):
        _text(sheet, row, 0, notice, annex.look(bold=report.made_up and row == NOTICE_ROW))
    _head(annex, sheet, headings, [[str(cell) for cell in row] for row in rows])
    for place, (row, name) in enumerate(zip(rows, names, strict=True), start=HEAD_ROW + 1):
        number, title, section, count = row
        _text(sheet, place, 0, number, annex.look(border=1))
        _link(annex, sheet, place, 1, name, title, border=1, text_wrap=True)
        _text(sheet, place, 2, section, annex.look(border=1))
        sheet.write_number(place, 3, count, annex.look(border=1, num_format="#,##0"))
    _text(sheet, HEAD_ROW + len(rows) + 2, 0, report.revision, annex.look())


def _sheet(annex: _Annex, item: Item, name: str) -> None:
    exhibit, lang = item.exhibit, annex.report.lang
    sheet = annex.book.add_worksheet(name)
    made_up = exhibit.sources.endswith(vocab.text("sources_made_up", lang, sources=""))
    told = [*annex.report.notices[:-1] * made_up, _as_of(item, annex.report)]
    source = vocab.text("source_line", lang, sources=exhibit.sources)
    _text(sheet, TITLE_ROW, 0, item.table_title, annex.look(bold=True, font_size=14))
    _text(sheet, NOTICE_ROW, 0, " ".join(told), annex.look(bold=made_up))
    _text(sheet, SOURCE_ROW, 0, source, annex.look())
    _link(annex, sheet, BACK_ROW, 0, annex.word("contents"), annex.word("back"))
    _head(annex, sheet, exhibit.headings, exhibit.rows)
    for place, (row, figures) in enumerate(zip(exhibit.rows, _figures(item), strict=True), start=HEAD_ROW + 1):
        for column, (text, figure) in enumerate(zip(row, figures, strict=True)):
            _cell(annex, sheet, place, column, text, figure)


def _as_of(item: Item, report: Report) -> str:
    """Up to when an exhibit's figures go, where that is before the period of the report."""
    formats, exhibit = vocab.table("labels")["format"], item.exhibit
    known = [figures for figures in exhibit.figures if figures.get("value", 0) is not None]
    times = [name for name, shown in exhibit.columns if formats.get(f"column.{shown}") == "period"]
    last = max((str(figures[name]) for figures in known for name in times), default=report.period)
    if last >= report.period:
        return report.notices[-1]
    return vocab.text("document.as_of", report.lang, period=vocab.period(last, report.lang))


def _head(annex: _Annex, sheet, headings: list[str], rows: list[list[str]]) -> None:
    """Headings, which stay in sight and on every printed page, over columns as wide as their texts."""
    widths = []
    for column, texts in enumerate(zip(headings, *rows, strict=True)):
        longest = max((wide(text) for text in texts[1:]), default=0)
        widths.append(min(WIDEST, max(NARROWEST, longest + 2, wide(texts[0]) / 2 + 4)))
        sheet.set_column(column, column, widths[-1])
        look = annex.look(border=1, bold=True, text_wrap=True, align="center", bg_color="#E8EEF4")
        _text(sheet, HEAD_ROW, column, texts[0], look)
    lines = max(ceil((wide(text) + 1) / width) for text, width in zip(headings, widths, strict=True))
    sheet.set_row(HEAD_ROW, LINE_HEIGHT * min(lines, 5) + 4)
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)
    sheet.set_footer("&C&P / &N")
    if sum(widths) > LANDSCAPE:
        sheet.set_landscape()


def _figures(item: Item) -> list[list]:
    """The unrounded values behind an exhibit's rows, cell by cell, as it reads: points, and money in its unit."""
    labels, exhibit = vocab.table("labels")["format"], item.exhibit
    if not exhibit.columns:
        return [[None] * len(row) for row in exhibit.rows]
    columns = []
    for name, shown in exhibit.columns:
        values = [figures.get(name) for figures in exhibit.figures]
        times = _factor(values, labels.get(f"column.{shown}"), exhibit.lang)
        columns.append([value * times if isinstance(value, int | float) else value for value in values])
    return [list(row) for row in zip(*columns, strict=True)]


def _factor(values: list, form: str | None, lang: str) -> float:
    """By how much a column's values are multiplied to be in the unit that its cells show."""
    if form == "money":
        return vocab.money(1, lang, min((value for value in values if value is not None), default=0))[0]
    return 100 if form == "points" else 1


def _cell(annex: _Annex, sheet, row: int, column: int, text: str, figure) -> None:
    """A number where the cell shows one, in a format that shows the same text; else the text, as of codes and years."""
    shown = SHOWN.fullmatch(text)
    if shown is None or isinstance(figure, str):
        side = "center" if column else "left"
        _text(sheet, row, column, text, annex.look(border=1, text_wrap=wide(text) > WIDEST, align=side))
        return
    number, decimals, percent, unit = shown.groups()
    places, parts = len(decimals or ""), 100 if percent else 1
    printed = float(number.replace(",", "")) / parts
    close = figure is not None and abs(figure - printed) * parts <= 0.501 / 10**places
    # A figure that the sheet would round to another text, or to a zero with a minus, is written as printed.
    value = figure if close and (printed or figure >= 0) else printed
    form = "#,##0" + "." * (places > 0) + "0" * places + percent + (f'"{unit}"' if unit else "")
    sheet.write_number(row, column, value, annex.look(border=1, num_format=form))


def _text(sheet, row: int, column: int, text: str, look) -> None:
    sheet.write_string(row, column, _fitting(text), look)


def _link(annex: _Annex, sheet, row: int, column: int, name: str, text: str, **look) -> None:
    target = "internal:'{}'!A1".format(name.replace("'", "''"))
    sheet.write_url(row, column, target, annex.look(font_color="#1F5A94", underline=1, **look), _fitting(text))


def _fitting(text: str) -> str:
    """The text, cut where Excel holds no more: the library would leave the cell empty."""
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
