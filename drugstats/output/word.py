"""The report as a Word document: native tables, pictures with alternative text, the same bytes every time."""

import zipfile
from datetime import datetime
from pathlib import Path
from unicodedata import east_asian_width

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from drugstats import vocab
from drugstats.output.report import Item, Report

FIXED_DATE = datetime(2000, 1, 1)
# GB/T 9704-2012: A4, margins in millimetres, and the type faces of official documents.
MARGINS = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}
TEXT_WIDTH = 210 - MARGINS["left_margin"] - MARGINS["right_margin"]
HALF_WIDTH = 1.6  # mm, of half a Chinese character in a table
PADDING = 3  # half characters beside a cell's text
TITLE, HEADING, BODY, TABLE = "方正小标宋简体", "黑体", "仿宋_GB2312", "宋体"
LATIN = "Times New Roman"


def write(report: Report, charts: Path, path: Path) -> Path:
    """Write the report to a .docx file, pictures taken from the folder `charts`, and return its path."""
    document = Document()
    _page(document)
    _paragraph(document, report.title, TITLE, 22, centred=True, space=18, style="Title")
    for notice in report.notices:
        _paragraph(document, notice, HEADING, 12, centred=True, space=6)
    for heading, items in report.sections:
        _heading(document, heading)
        for item in items:
            _item(document, item, charts, report.lang)
    _heading(document, vocab.text("document.limits", report.lang))
    for sentence in report.limits:
        _body(document, sentence)
    _heading(document, vocab.text("document.sources", report.lang))
    for sentence in [*report.sources, report.revision]:
        _paragraph(document, sentence, BODY, 12, space=4)
    _save(document, report, path)
    return path


def _page(document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for margin, millimetres in MARGINS.items():
        setattr(section, margin, Mm(millimetres))
    _font(document.styles["Normal"], BODY, 16)
    for name in ("Title", "Heading 1"):
        style = document.styles[name]
        style.font.color.rgb = RGBColor(0, 0, 0)
        for border in style.element.pPr.findall(qn("w:pBdr")):
            style.element.pPr.remove(border)


def _item(document, item: Item, charts: Path, lang: str) -> None:
    for sentence in item.exhibit.sentences:
        _body(document, sentence)
    if item.figure_title:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_before = Pt(8)
        picture = paragraph.add_run().add_picture(str(charts / f"{item.exhibit.chart}.png"), width=Mm(TEXT_WIDTH))
        picture._inline.docPr.set("descr", " ".join([item.exhibit.title, *item.exhibit.sentences]))
        _paragraph(document, item.figure_title, HEADING, 11, centred=True, space=10)
    caption = _paragraph(document, item.table_title, HEADING, 11, centred=True, space=4).paragraph_format
    caption.keep_with_next, caption.space_before = True, Pt(8)
    _table(document, item)
    source = vocab.text("source_line", lang, sources=item.exhibit.sources)
    _paragraph(document, source, BODY, 9, space=14)


def _table(document, item: Item) -> None:
    headings, rows = item.exhibit.headings, item.exhibit.rows
    table = document.add_table(rows=1 + len(rows), cols=len(headings), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    widths = _widths([headings, *rows])
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for number, (row, texts) in enumerate(zip(table.rows, [headings, *rows], strict=True)):
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for column, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = widths[column]
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if number == 0 or column else WD_ALIGN_PARAGRAPH.LEFT
            run = paragraph.add_run(text)
            run.bold = number == 0
            _font(run, TABLE, 9)


def _widths(lines: list[list[str]]) -> list:
    """Column widths: room for the longest word, which must not break, then in proportion to the longest text."""
    columns = [[text.split() or [""] for text in texts] for texts in zip(*lines, strict=True)]
    least = [PADDING + max((_wide(word) for words in column for word in words if word.isascii()), default=4)
             for column in columns]  # fmt: skip
    wanted = [PADDING + max([_wide(" ".join(column[0])) / 2, *(_wide(" ".join(words)) for words in column[1:])])
              for column in columns]  # fmt: skip
    more = [max(want - need, 0) + 0.1 for want, need in zip(wanted, least, strict=True)]
    spare = max(TEXT_WIDTH / HALF_WIDTH - sum(least), 0)
    needed = [need + spare * extra / sum(more) for need, extra in zip(least, more, strict=True)]
    return [Mm(TEXT_WIDTH * share / sum(needed)) for share in needed]


def _wide(text: str) -> int:
    return sum(1 + (east_asian_width(letter) in "WF") for letter in text)


def _heading(document, text: str) -> None:
    paragraph = _paragraph(document, text, HEADING, 16, space=8, style="Heading 1")
    paragraph.paragraph_format.space_before = Pt(14)


def _body(document, text: str) -> None:
    paragraph = _paragraph(document, text, BODY, 16, space=0)
    paragraph.paragraph_format.line_spacing = Pt(28)
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    # Word counts the indent in characters; LibreOffice knows only the length.
    indent.set(qn("w:firstLineChars"), "200")
    indent.set(qn("w:firstLine"), "640")


def _paragraph(document, text: str, face: str, size: float, *, centred=False, space: float, style="Normal"):
    paragraph = document.add_paragraph(style=style)
    _font(paragraph.add_run(text), face, size)
    paragraph.paragraph_format.space_after = Pt(space)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def _font(owner, face: str, size: float) -> None:
    owner.font.name, owner.font.size = LATIN, Pt(size)
    properties = (
        owner.element.get_or_add_rPr() if hasattr(owner.element, "get_or_add_rPr") else owner._r.get_or_add_rPr()
    )
    properties.rFonts.set(qn("w:eastAsia"), face)


def _save(document, report: Report, path: Path) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.comments = report.title, "drugstats", ""
    properties.created = properties.modified = FIXED_DATE
    document.save(path)
    _fix_dates(path)


def _fix_dates(path: Path) -> None:
    """Write the archive again with one date for every member, so that the same report is the same bytes."""
    with zipfile.ZipFile(path) as archive:
        members = [(name, archive.read(name)) for name in sorted(archive.namelist())]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(members, key=lambda member: member[0] != "[Content_Types].xml"):
            archive.writestr(zipfile.ZipInfo(name, FIXED_DATE.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
