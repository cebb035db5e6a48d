"""The report as a Word document: native tables, pictures with alternative text, annexes, the same bytes every time."""

import re
from dataclasses import dataclass
from pathlib import Path

from docx.shared import Mm

from drugstats import vocab
from drugstats.output import archive, official, word_table
from drugstats.output.report import Item, Report

TALLEST = 190  # mm, of a picture, so that its caption fits below it
MINUS = re.compile(r"(?<![\w%])-(?=\d)", re.ASCII)


@dataclass(frozen=True)
class _Draft:
    """The document being written, its language and where its pictures are."""

    document: object
    lang: str
    charts: Path

    def add(self, style: str, text: str, properties: str = "") -> None:
        self.insert(official.paragraph(style, text, self.lang, properties))

    def insert(self, content: str) -> None:
        self.document.element.body.sectPr.addprevious(official.xml(content))


def write(report: Report, charts: Path, path: Path) -> Path:
    """Write the report to a .docx file, pictures taken from the folder `charts`, and return its path."""
    draft = _Draft(official.document(report.lang, report.notices[0] if report.made_up else ""), report.lang, charts)
    draft.add("Title", report.title)
    for notice in report.notices:
        draft.add("Subtitle", notice)
    for heading, items in report.body:
        _section(draft, heading, items)
    draft.add("heading 1", report.limits_heading)
    for sentence in report.limits:
        draft.add("Body Text", sentence)
    for heading, items in report.outlook:
        _section(draft, heading, items)
    _list_of_annexes(draft, report.annexes)
    _annexes(draft, report)
    _save(draft.document, report, path)
    return path


def _section(draft: _Draft, heading: str, items: list[Item]) -> None:
    draft.add("heading 1", heading)
    for item in items:
        _item(draft, item)


def _item(draft: _Draft, item: Item) -> None:
    if item.heading:
        draft.add("heading 2", item.heading)
    for sentence in _sentences(item, draft.lang):
        draft.add("Body Text", sentence)
    if item.figure_title:
        _picture(draft, item)
    if item.annexed:
        draft.add("Note", vocab.text("document.moved", draft.lang, where=item.table_name))
    elif not item.repeated:
        _table(draft, item)


def _sentences(item: Item, lang: str) -> list[str]:
    """The exhibit's sentences, the first naming figure and table; without any, a sentence that only points there.

    A hyphen at the end of a line leaves its number behind, a true minus does not.
    """
    where = item.table_name
    if item.figure_name:
        where = vocab.text("document.both", lang, figure=item.figure_name, table=item.table_name)
    if not item.exhibit.sentences:
        return [vocab.text("document.shown", lang, title=item.exhibit.title, where=where)]
    where = re.sub(r" (?=\d)", "\u00a0", where)
    first, *others = (MINUS.sub(official.MINUS, sentence) for sentence in item.exhibit.sentences)
    # An exhibit's sentence may be two: the place is named at the end of the first.
    end = "。" if lang == "zh" else "."
    told, stop, rest = first.partition(end if lang == "zh" else f"{end} ")
    if not stop:
        told, stop = told.removesuffix(end), end
    return [vocab.text("document.referred", lang, sentence=told, where=where) + stop + rest, *others]


def _picture(draft: _Draft, item: Item) -> None:
    run = draft.document.add_paragraph(style="Figure").add_run()
    picture = run.add_picture(str(draft.charts / f"{item.exhibit.chart}.png"), width=Mm(official.TEXT_WIDTH))
    if picture.height > Mm(TALLEST):
        picture.width, picture.height = round(picture.width * Mm(TALLEST) / picture.height), Mm(TALLEST)
    for side in "TBLR":
        # LibreOffice takes what is not told for an eighth of an inch.
        picture._inline.set(f"dist{side}", "0")
    picture._inline.docPr.set("descr", " ".join([item.exhibit.title, *item.exhibit.sentences[:1]]))
    draft.add("caption", item.figure_title)


def _table(draft: _Draft, item: Item) -> None:
    draft.add("caption", item.table_title, "<w:keepNext/>")
    draft.insert(word_table.grid(item.exhibit, item.table_title, draft.lang))
    draft.add("Note", vocab.text("source_line", draft.lang, sources=item.exhibit.sources))


def _list_of_annexes(draft: _Draft, annexes: list[str]) -> None:
    """The list after the text; in Chinese it begins beside its mark and goes on below the first number."""
    mark, size = vocab.text("document.annexes", draft.lang), official.LOOKS[draft.lang]["Annex Item"].size
    first, *others = (vocab.text("document.annex_item", draft.lang, number=number, title=title)
                      for number, title in enumerate(annexes, start=1))  # fmt: skip
    apart, width = f'<w:spacing w:before="{round(size * 35)}"/>', word_table.wide(mark) / 2
    if draft.lang == "zh":
        draft.add("Annex Item", mark + first, apart + official.indent(width + 3, -width - 1, size))
    else:
        draft.add("Annex Item", mark, apart)
        others.insert(0, first)
    for line in others:
        draft.add("Annex Item", line, official.indent(width + 3 if draft.lang == "zh" else 1, -1, size))


def _annexes(draft: _Draft, report: Report) -> None:
    """The annexes, each on a new page: long tables, sections that are no part of the text, sources and revision."""
    titles = iter(enumerate(report.annexes, start=1))
    if tables := [item for item in report.tables if item.annexed]:
        _annex(draft, *next(titles))
        for item in tables:
            _table(draft, item)
    for _, items in report.appended:
        _annex(draft, *next(titles))
        for item in items:
            _item(draft, item)
    _annex(draft, *next(titles))
    for sentence in [*_sources(report), report.revision]:
        draft.add("Body Text", sentence, '<w:jc w:val="left"/>')


def _sources(report: Report) -> list[str]:
    """Each source with the tables that rest on it."""
    comma = vocab.text("list_comma", report.lang)
    return [
        vocab.text("document.sources_of", report.lang, sources=source,
                   tables=comma.join(item.table_name for item in report.tables if item.exhibit.sources == source))
        for source in report.sources
    ]  # fmt: skip


def _annex(draft: _Draft, number: int, title: str) -> None:
    draft.add("Annex Mark", vocab.text("document.annex", draft.lang, number=number))
    draft.add("Annex Title", title)


def _save(document, report: Report, path: Path) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.comments = report.title, "drugstats", ""
    properties.language = "zh-CN" if report.lang == "zh" else "en-GB"
    properties.created = properties.modified = archive.FIXED_DATE
    document.save(path)
    archive.fix_dates(path)
