"""Cells to numbers by a strict grammar, and units to units of one dimension: never a guess, never across."""

import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from unicodedata import normalize

from drugstats import vocab
from drugstats.names import plain, spoken

LARGEST_COUNT = 1e15  # beyond it float64 rounds whole numbers
# What one of each unit is in the base unit of its dimension; the vocabulary's own words for units come on top.
DIMENSIONS = {
    "weight": {"吨": 1e6, "千克": 1e3, "公斤": 1e3, "斤": 500.0, "两": 50.0, "克": 1.0, "毫克": 1e-3,
               "kg": 1e3, "g": 1.0, "t": 1e6, "mg": 1e-3},
    "person": {"人": 1.0, "名": 1.0, "人数": 1.0}, "person-time": {"人次": 1.0, "人次数": 1.0},
    "case": {"起": 1.0, "宗": 1.0, "件": 1.0}, "money": {"元": 1e-4, "yuan": 1e-4},
    "share": {"%": 0.01, "‰": 0.001, "‱": 0.0001, "百分比": 0.01, "percent": 0.01},
    "tablet": {"片": 1.0, "粒": 1.0}, "plant": {"株": 1.0}, "volume": {"毫升": 1.0},
    "county": {"个": 1.0, "县": 1.0}, "laboratory": {"处": 1.0, "个": 1.0}, "point": {"分": 1.0},
    "per-ten-thousand": {"人/万人": 1.0, "‱": 1.0, "‰": 10.0, "%": 100.0}, "per-hundred-thousand": {"人/十万人": 1.0},
    "per-thousand-tests": {"名/千人次": 1.0}, "mg-per-thousand-per-day": {"mg/(千人·天)": 1.0},
    "yuan-per-gram": {"元/克": 1.0}, "per-officer": {"起/人": 1.0}, "cases-per-ten-thousand": {"起/万人": 1.0},
    "ratio": {}, "unit": {},
}  # fmt: skip
OF_UNIT = {"kg": "weight", "ten-thousand-yuan": "money", "fraction": "share"}
SCALES = {"": 1.0, "万": 1e4, "亿": 1e8, "百": 1e2, "千": 1e3, "十万": 1e5, "百万": 1e6}
NUMBER = r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?"
UNIT = r"[^\W\d]*[^\W\d万亿余多]|[%‰‱]"
TOKEN = re.compile(rf"(约|近)?(-?{NUMBER})(余|多)?(万|亿)?(余|多)?({UNIT})?(余|多)?(?:\(([^()]*[^()\d.,%-][^()]*)\))?")
SUPPRESSED = re.compile(rf"(?:<|小于|不足|少于|≤|<=)({NUMBER})({UNIT})?|\*+")
# In the plain form of their signs: … is three full stops there.
MISSING = {"-", "--", "---", "—", "——", "–", "/", "空", "...", "......", "\\", "n/a", "na", "不详", "未报", "缺"}


@dataclass(frozen=True)
class Value:
    """A cell's number in its own words: the value, the unit written beside it, its status, and what else it says.

    `step` is the size of one digit in the last place written, the precision that a comparison may ask for.
    """

    number: float
    unit: str = ""
    status: str = "final"
    note: str = ""
    step: float = 0.0


@lru_cache(maxsize=100_000, typed=True)  # typed, or False would be read as the 0 it equals
def parse(cell) -> Value | None:
    """Return what a cell says as a number; NaN where it says that nothing is known, None where it is no number."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        number = abs(cell) < LARGEST_COUNT
        return Value(float(cell), step=_step(repr(float(cell)), 1)) if number else None
    if not isinstance(cell, str):
        return None
    # Two numbers, or one with a digit lost, or a dash beside a number; or a sign that nobody sees.
    if re.search(r"[\d.,-]\s+[\d.,]", normalize("NFKC", cell)) or spoken(cell) != " ".join(cell.split()):
        return None
    text = plain(cell)
    if text == "" or text in MISSING:
        return Value(math.nan, status="missing")
    if hidden := SUPPRESSED.fullmatch(text):
        return Value(math.nan, hidden[2] or "", "suppressed", cell.strip())
    if not (match := TOKEN.fullmatch(text)):
        return None
    about, digits, before, scale, after, unit, last, note = match.groups()
    vague = [word for word in (about, before, after, last) if word]
    scale = SCALES[scale or ""]
    number = round(float(digits.replace(",", "")) * scale, 9)
    if len(vague) > 1 or abs(number) >= LARGEST_COUNT:
        return None
    if unit and not known(unit):
        return None
    if note and known(note):
        unit, note = note, None
    status = "estimated" if vague or "估" in (note or "") else "final"
    return Value(number, unit or "", status, cell.strip() if vague else note or "", _step(digits, scale))


def _step(digits: str, scale: float) -> float:
    decimals = len(digits.partition(".")[2].rstrip("0"))
    return scale * 10.0**-decimals if decimals or scale > 1 else 0.0


@cache
def _own_words(own: str) -> set[str]:
    label = f"unit.{own}"
    named = (
        {plain(vocab.text(label, lang)) for lang in vocab.LANGUAGES} if label in vocab.table("labels").index else set()
    )
    return named | {own}


@cache
def known(word: str) -> bool:
    """Return whether a word is a unit (千克, 万人, %)."""
    return word != "" and any(factor(word, own) is not None for own in [*DIMENSIONS, *OF_UNIT])


@cache
def factor(word: str, own: str) -> float | None:
    """Return what one of the unit `word` is in an indicator's own unit; None across dimensions.

    >>> factor("克", "kg"), factor("万人", "person"), factor("人次", "person")
    (0.001, 10000.0, None)
    """
    units, word = DIMENSIONS[OF_UNIT.get(own, own)], plain(word)
    if word and word in _own_words(own):
        return 1.0
    base = units.get({"kg": "千克"}.get(own, ""), 1.0)
    for scale, times in SCALES.items():
        bare = word.removeprefix(scale)
        if word.startswith(scale) and bare in units and not (scale and not bare):
            return times * units[bare] / base
    return None
