"""What the words over a column or beside a row say: indicator, area, period, unit, or the part they play."""

import re
from dataclasses import dataclass, field
from functools import cache, reduce

from drugstats import names, vocab
from drugstats.intake import periods, units
from drugstats.intake.periods import Span
from drugstats.names import plain

STUBS = ("area", "period", "indicator", "unit", "basis", "status", "source", "note", "serial")
BRACKETS = re.compile(r"(.+?)[(\[【〔](?:单位:?)?([^()\[\]【】〔〕]*(?:\([^()]*\))?[^()\[\]【】〔〕]*)[)\]】〕]")
SLASH = re.compile(r"([^/]+)/([^/]+)")


@dataclass
class Heading:
    """Everything a path of headings told, from the uppermost down."""

    words: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    areas: list[tuple[str, ...]] = field(default_factory=list)  # all that a name may mean
    unit: str = ""
    role: str = ""
    total: str = ""
    measure: str = ""
    ignored: str = ""

    @property
    def empty(self) -> bool:
        return self == Heading()

    @property
    def stub(self) -> bool:
        """Whether the column holds keys, not values."""
        return self.role not in ("", "value") and not (self.words or self.spans or self.areas)

    def span(self) -> Span | None:
        found = reduce(lambda inner, outer: inner.within(outer), reversed(self.spans)) if self.spans else None
        if self.measure == "running":
            found = Span(found.year if found else None, None, found.last if found else None, running=True)
        return found

    def indicator(self, lang: str) -> str | None:
        """Return the key of the indicator named, None where none is; raises TableError with the nearest name."""
        for inner in range(len(self.groups) + 1):
            parts = [*self.groups[inner:], *self.words]
            for way in (parts, parts[::-1]):
                if found := names.indicator_names().get("".join(way)):
                    return found
        if self.total and (found := names.indicator_names().get("".join([*self.groups, *self.words, self.total]))):
            return found
        return names.find_indicator("".join(self.words), lang) if self.words else None


def heading(parts: list) -> Heading:
    """Return what the headings above a column tell together, the uppermost first."""
    told = Heading()
    for part in parts:
        _absorb(told, part)
    # 新发现 over 占比 is 新发现占比, an indicator; 占比 alone is a column that is computed from others.
    whole = "".join([*told.groups, *told.words, plain(told.ignored)])
    if told.ignored and told.words + told.groups and whole in names.indicator_names():
        told.words, told.groups, told.ignored = [whole], [], ""
    return told


def _absorb(told: Heading, part) -> None:
    text = plain(part) if isinstance(part, str) else ""
    span = part if isinstance(part, Span) else periods.read(part)
    match roles().get(text):
        case "value":
            told.role = told.role or "value"
        case "total":
            told.total = text
        case "ignored":
            told.ignored = part
        case "month" | "running" as measure:
            told.measure = measure
        case "group":
            told.groups.append(text.removesuffix("情况"))
        case str(role):
            told.role = role
        case _ if text in names.indicator_names():
            told.words.append(text)
        case _ if span:
            told.spans.append(span)
        case _ if text and units.known(text):
            told.unit = text
        case _ if split := _split(text):
            for one in split:
                _absorb(told, one)
        case _ if found := areas_named(text):
            told.areas.append(found)
        case _:
            told.words.append(text or str(part))


@cache
def _split(text: str) -> tuple:
    """A heading of several things in its pieces, all known but perhaps the first: 破案数/起, 2023年新发现(人)."""
    for shape in (BRACKETS, SLASH):
        match = shape.fullmatch(text)
        if match and (units.known(match[2]) or (shape is BRACKETS and _known(match[2]))):
            return match[1], match[2]
    spans, rest = periods.inside(text)
    rest = rest.strip("末底年度-、,:()的")
    if len(spans) == 1 and rest and _known(rest):
        return spans[0], rest
    for measure in ("本月", "当月", "本年累计", "累计"):
        for name in (text.removeprefix(measure), text.removesuffix(measure)):
            if name != text and name in names.indicator_names():
                return measure, name
    return ()


def _known(text: str) -> bool:
    return text in names.indicator_names() or text in roles() or periods.read(text) is not None or bool(_split(text))


@cache
def areas_named(text: str) -> tuple[str, ...]:
    """Return the codes of the areas that a heading may name; a single sign names none."""
    return names.areas_meant(text) if len(text) > 1 else ()


@cache
def roles() -> dict:
    """Return the part that each known heading plays in a table; 单位 is an area until its cells are units."""
    rows = vocab.table("headings")
    found = {}
    for role, told in zip(rows["role"], rows["names"], strict=True):
        found |= {plain(name): role for name in told.split("|") if plain(name) not in found}
    return found
