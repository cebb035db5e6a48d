"""Cells to numbers by a strict grammar, and units to units of one dimension: never a guess, never across."""

import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from unicodedata import normalize

from drugstats import vocab
from drugstats.names import plain, spoken

LARGEST_COUNT = 1e15  # beyond it float64 rounds whole numbers
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
def _words() -> dict[str, dict[str, float]]:
    """What one of each word is in each unit of the vocabulary."""
    rows = vocab.table("units")
    found = {own: {} for own in vocab.table("indicators")["unit"]}
    for own, word, times in rows[["unit", "word", "times"]].itertuples(index=False):
        found.setdefault(own, {})[plain(word)] = float(times)
    return found


@cache
def _own_words(own: str) -> set[str]:
    labels = vocab.table("labels")[list(vocab.LANGUAGES)]
    return {own, *map(plain, labels.loc[f"unit.{own}"] if f"unit.{own}" in labels.index else ())}


@cache
def known(word: str) -> bool:
    """Return whether a word is a unit (千克, 万人, %)."""
    return word != "" and any(factor(word, own) is not None for own in _words())


@cache
def factor(word: str, own: str) -> float | None:
    """Return what one of the unit `word` is in an indicator's own unit; None across dimensions.

    >>> factor("克", "kg"), factor("万人", "person"), factor("人次", "person")
    (0.001, 10000.0, None)
    """
    words, word = _words()[own], plain(word)
    if word and word in _own_words(own):
        return 1.0
    for scale, times in SCALES.items():
        bare = word.removeprefix(scale)
        if bare and word.startswith(scale) and bare in words:
            return times * words[bare]
    return None
