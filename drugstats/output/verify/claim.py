"""One thing that a draft says, and what the draft is about before it says so."""

from dataclasses import dataclass, replace

from drugstats.output.verify.mentions import Span
from drugstats.output.verify.numerals import Number

COUNTS = (
    "none",
    "person",
    "person-time",
    "case",
    "kg",
    "ten-thousand-yuan",
    "tablet",
    "item",
    "point",
    "per-ten-thousand",
    "dollar",
)


@dataclass(frozen=True)
class Scene:
    """What a draft is about before it says so.

    The areas with data, the area it speaks for, the year it calls this year, and the year it means where it names none.
    """

    known: frozenset
    area: str
    year: int
    last: int


@dataclass(frozen=True)
class Claim:
    """One thing said. `firm`: read without doubt; only then may it be contradicted.

    Kinds: level, share, change, points, difference; rank, course (up or down without a number), streak, first, line.
    """

    passage: int
    sentence: int
    start: int
    end: int
    kind: str
    text: str
    span: Span
    value: float = float("nan")
    low: float = float("-inf")
    high: float = float("inf")
    unit: str = ""
    decimals: int = 0
    per: float = 1
    word: str = ""
    bound: str = ""
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


def kind_of(number: Number, direction: int) -> str:
    """Return the kind of claim that a number makes, empty where it counts nothing."""
    if number.unit == "points":
        return "points"
    if number.bound == "change" or number.unit == "times":
        return "change"
    if number.unit == "fraction":
        return "change" if direction else "level"
    return ("difference" if direction else "level") if number.unit in COUNTS else ""


def signed(claim: Claim) -> Claim:
    """Return the claim with its direction in its numbers; twice as many is a change by once as many."""
    low, high, value = claim.low, claim.high, claim.value
    if claim.unit == "times" and not claim.direction:
        low, high, value = low - 1, high - 1, value - 1
    if claim.direction < 0 and claim.kind in ("change", "points", "difference"):
        low, high, value = -high, -low, -value
    return replace(claim, low=low, high=high, value=value)
