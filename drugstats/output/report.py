"""The report: exhibits in their places, numbered, with notices and annexes; every document prints this one object."""

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import count

from drugstats import __version__, vocab
from drugstats.output import exhibits
from drugstats.output.exhibits import Exhibit

LIMITS = ("found", "base", "test", "interval", "hidden")
OUTLOOK, APPENDED = ["outlook"], ["example"]
LONG = 25
# What no file format holds or what turns the reading round; breaks of lines become spaces.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
BREAKS = re.compile(r"[\t\n\r\u2028\u2029]+")


@dataclass(frozen=True)
class Item:
    """An exhibit in its place: what stands over its table and below its figure.

    `heading` is the heading of the second level that begins here, if any; an `annexed` table is too long for the body,
    a `repeated` one stands above already, under the name that `table_name` gives.
    """

    exhibit: Exhibit
    table_title: str
    figure_title: str | None
    table_name: str
    figure_name: str | None
    heading: str | None
    annexed: bool
    repeated: bool


@dataclass(frozen=True)
class Report:
    """All that a document says, in reading order.

    Sections are pairs of heading and items; those of `body` come before the limits, then `outlook` and, among the
    annexes, `appended`. `annexes` are the titles of the annexes in order, the last of them a workbook.
    """

    lang: str
    period: str
    title: str
    notices: list[str]
    made_up: bool
    body: list[tuple[str, list[Item]]]
    limits_heading: str
    limits: list[str]
    outlook: list[tuple[str, list[Item]]]
    appended: list[tuple[str, list[Item]]]
    annexes: list[str]
    sources: list[str]
    revision: str

    @property
    def sections(self) -> list[tuple[str, list[Item]]]:
        """All sections in order."""
        return self.body + self.outlook + self.appended

    @property
    def items(self) -> list[Item]:
        """The items of all sections in order."""
        return [item for _, items in self.sections for item in items]

    @property
    def tables(self) -> list[Item]:
        """The items whose table does not stand with an earlier one."""
        return [item for item in self.items if not item.repeated]


def assemble(published: list[Exhibit], *, area: str, period: str, checksum: str, lang: str = "zh") -> Report:
    """Return the report on an area and period from the published exhibits; a section without exhibits is left out."""
    words = {"area": plain(vocab.area(area, lang)), "period": vocab.period(period, lang)}
    made_up, known = vocab.made_up(area), [_plain_exhibit(exhibit) for exhibit in published]
    filled = [key for key in exhibits.sections() if any(exhibit.section == key for exhibit in known)]
    numbers = _Numbers(lang)
    body = [_section(key, known, numbers, lang) for key in filled if key not in OUTLOOK + APPENDED]
    limits_heading = _heading("document.limits", numbers.next("section"), lang)
    outlook = [_section(key, known, numbers, lang) for key in filled if key in OUTLOOK]
    appended = [_appended(key, known, numbers, lang) for key in filled if key in APPENDED]
    return Report(
        lang=lang, period=str(period), title=vocab.text("document.title", lang, **words), made_up=made_up,
        notices=[vocab.text(f"document.{name}", lang, **words) for name in ["made_up"] * made_up + ["as_of"]],
        body=body, limits_heading=limits_heading, limits=[vocab.text(f"limits.{name}", lang) for name in LIMITS],
        outlook=outlook, appended=appended, annexes=_annexes(body + outlook, appended, lang),
        sources=list(dict.fromkeys(exhibit.sources for exhibit in known)),
        revision=vocab.text("document.revision", lang, version=__version__, hash=checksum),
    )  # fmt: skip


class _Numbers:
    """The numbers given so far, and the names of the tables that have one."""

    def __init__(self, lang: str):
        self.lang, self.counts, self.tables = lang, defaultdict(lambda: count(1)), []

    def next(self, kind: str) -> int:
        return next(self.counts[kind])

    def name(self, kind: str) -> str:
        return vocab.text(f"document.{kind}", self.lang, number=self.next(kind))

    def table(self, exhibit: Exhibit, kind: str) -> tuple[str, bool]:
        """The name of an exhibit's table, and whether it is that of an earlier exhibit with the same table."""
        same = [getattr(exhibit, name) for name in ("headings", "rows", "figures", "columns", "sources")]
        for known, name in self.tables:
            if known == same:
                return name, True
        self.tables.append((same, self.name(kind)))
        return self.tables[-1][1], False


def plain(text: str) -> str:
    """Return a text in one line, without the characters that no file can hold."""
    return UNPRINTABLE.sub("", BREAKS.sub(" ", text))


def _plain_exhibit(exhibit: Exhibit) -> Exhibit:
    return replace(exhibit, **{name: _plain_value(value) for name, value in vars(exhibit).items()})


def _plain_value(value):
    match value:
        case str():
            return plain(value)
        case list():
            return [_plain_value(part) for part in value]
        case dict():
            return {name: _plain_value(part) for name, part in value.items()}
    return value


def _section(key: str, known: list[Exhibit], numbers, lang: str) -> tuple[str, list[Item]]:
    chapter = numbers.next("section")
    chosen = [exhibit for exhibit in known if exhibit.section == key]
    topics = _topics([exhibit.key for exhibit in chosen], chapter, lang)
    items = [_item(exhibit, topic, numbers, lang, annexed=len(exhibit.rows) > LONG)
             for exhibit, topic in zip(chosen, topics, strict=True)]  # fmt: skip
    return _heading(f"section.{key}", chapter, lang), items


def _appended(key: str, known: list[Exhibit], numbers, lang: str) -> tuple[str, list[Item]]:
    """A section among the annexes: no number, and long tables stay where they are."""
    chosen = [exhibit for exhibit in known if exhibit.section == key]
    items = [_item(exhibit, None, numbers, lang, annexed=False) for exhibit in chosen]
    return vocab.text(f"section.{key}", lang), items


def _heading(key: str, chapter: int, lang: str) -> str:
    return vocab.text("document.section", lang, number=vocab.ordinal(chapter, lang)) + vocab.text(key, lang)


def _topics(keys: list[str], chapter: int, lang: str) -> list[str | None]:
    """Headings of the second level, one where a topic begins; a section of one topic needs none."""
    labels = vocab.table("labels").index
    topics = [vocab.text(f"topic.{key}", lang) if f"topic.{key}" in labels else None for key in keys]
    headings, last, begun = [], None, 0
    for topic in topics:
        begins = topic not in (None, last)
        begun, last = begun + begins, topic or last
        number = vocab.ordinal(begun, lang) if lang == "zh" else f"{chapter}.{begun}"
        headings.append(vocab.text("document.topic", lang, number=number, title=topic) if begins else None)
    return headings if begun > 1 else [None] * len(keys)


def _item(exhibit: Exhibit, heading: str | None, numbers, lang: str, *, annexed: bool) -> Item:
    table, repeated = numbers.table(exhibit, "annex_table" if annexed else "table")
    figure = numbers.name("figure") if exhibit.chart else None
    titles = [name and vocab.text("document.caption", lang, name=name, title=exhibit.title) for name in (table, figure)]
    return Item(exhibit, *titles, table, figure, heading, annexed, repeated)


def _annexes(sections, appended, lang: str) -> list[str]:
    tables = any(item.annexed for _, items in sections for item in items)
    workbook = vocab.text("document.annex_file", lang) + ".xlsx"
    return [
        *([vocab.text("document.annex_tables", lang)] if tables else []), *(heading for heading, _ in appended),
        vocab.text("document.annex_sources", lang), vocab.text("document.annex_workbook", lang, file=workbook),
    ]  # fmt: skip
