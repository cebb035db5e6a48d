"""One thing that a draft says, and what the draft is about before it says so."""

from dataclasses import dataclass

from drugstats.output.verify.mentions import Span
from drugstats.output.verify.numerals import Number

COUNTED = ("level", "share", "change", "points", "difference")


@dataclass(frozen=True)
class Scene:
    """What a draft is about before it says so.

    The areas with data, the area it speaks for, the year it calls this year, and the time it means where it names none.
    """

    known: frozenset
    area: str
    year: int
    span: Span


@dataclass(frozen=True, kw_only=True)
class Claim(Number):
    """One thing said, mostly with a number. `firm`: read without doubt; only then may it be contradicted.

    Kinds: level, share, change, points, difference; rank, course (up or down without a number), streak, first, line,
    count (of areas beyond a line), beside (above or below the area above).
    """

    kind: str
    span: Span
    passage: int = 0
    sentence: int = 0
    text: str = ""
    indicator: str = ""
    role: str = ""
    whole: str = ""
    area: str = ""
    scope: str = ""
    base: Span | None = None
    direction: int = 0
    degree: bool = False
    nested: bool = False
    firm: bool = False
    told: tuple = ()

    @property
    def digits(self) -> str:
        """The digits it is told with."""
        return f"{abs(self.value) / self.per:.{self.decimals}f}".replace(".", "").lstrip("0")

    def allows(self, low: float, high: float) -> bool:
        """Return whether a true value in low to high is among those that the words allow."""
        slack = 1e-9 * max(1.0, abs(high))
        return self.low - slack <= high and low <= self.high + slack


def counted(number: Number, direction: int, **known) -> Claim:
    """Return the claim that a number makes, with its direction in its numbers; twice as many is a change by once."""
    low, high, value = number.low, number.high, number.value
    if number.unit == "times" and not direction:
        low, high, value = low - 1, high - 1, value - 1
    if direction < 0:
        low, high, value = -high, -low, -value
    numbers = vars(number) | {"low": low, "high": high, "value": value}
    return Claim(kind=_kind(number, direction), direction=direction, **numbers | known)


def _kind(number: Number, direction: int) -> str:
    if number.unit == "points":
        return "points"
    if number.bound == "change" or number.unit == "times" or (number.unit == "fraction" and direction):
        return "change"
    return "difference" if direction else "level"
