"""The report: exhibits in their sections, numbered, with notices; Word and HTML print this one object."""

from dataclasses import dataclass

from drugstats import __version__, vocab
from drugstats.output import exhibits
from drugstats.output.exhibits import Exhibit

LIMITS = ("found", "base", "test", "interval", "hidden")


@dataclass(frozen=True)
class Item:
    """An exhibit in its place: what stands over its table and below its figure."""

    exhibit: Exhibit
    table_title: str
    figure_title: str | None


@dataclass(frozen=True)
class Report:
    """All that a document says, in reading order."""

    lang: str
    title: str
    notices: list[str]
    sections: list[tuple[str, list[Item]]]
    limits: list[str]
    sources: list[str]
    revision: str


def assemble(published: list[Exhibit], *, area: str, period: str, checksum: str, lang: str = "zh") -> Report:
    """Return the report on an area and period from the published exhibits; a section without exhibits is left out."""
    words = {"area": vocab.area(area, lang), "period": vocab.period(period, lang)}
    notices = [vocab.text("document.as_of", lang, **words)]
    if vocab.made_up(area):
        notices.insert(0, vocab.text("document.made_up", lang))
    return Report(
        lang=lang,
        title=vocab.text("document.title", lang, **words),
        notices=notices,
        sections=_sections(published, lang),
        limits=[vocab.text(f"limits.{name}", lang) for name in LIMITS],
        sources=list(dict.fromkeys(exhibit.sources for exhibit in published)),
        revision=vocab.text("document.revision", lang, version=__version__, hash=checksum),
    )


def _sections(published: list[Exhibit], lang: str) -> list[tuple[str, list[Item]]]:
    tables = figures = 0
    sections = []
    for key in exhibits.sections():
        items = []
        for exhibit in (one for one in published if one.section == key):
            tables += 1
            figures += exhibit.chart is not None
            items.append(Item(
                exhibit,
                vocab.text("document.table", lang, number=tables, title=exhibit.title),
                vocab.text("document.figure", lang, number=figures, title=exhibit.title) if exhibit.chart else None,
            ))  # fmt: skip
        if items:
            number = vocab.text("document.section", lang, number=vocab.ordinal(len(sections) + 1, lang))
            sections.append((number + vocab.text(f"section.{key}", lang), items))
    return sections
