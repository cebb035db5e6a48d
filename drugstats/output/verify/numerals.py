"""Numbers in words and digits of both languages, with the range of true values that their wording allows."""

import math
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from drugstats.output.verify.mentions import either, words

DIGITS = dict(zip("〇一二三四五六七八九", range(10), strict=True)) | {"零": 0, "两": 2}
TENS = {"十": 10, "百": 100, "千": 1_000}
SCALES = TENS | {"万": 1e4, "亿": 1e8}
ENGLISH_SCALES = {"hundred": 100, "thousand": 1e3, "million": 1e6, "billion": 1e9}
ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
ENGLISH_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
DISCRETE = ("person", "person-time", "case", "tablet", "item")  # told without 万 they are not rounded
OTHER = (
    r"周?岁|年|月|日|天|时|小时|分钟|秒|点|号|楼|层|室|页|条|款|项|届|次|期|章|节|批|级|类|种|方面|步|米|公里"
    r"|里|亩|课时|度|场|家|株|[a-z]"
)
NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"
HAN = r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?"
RANGE = re.compile(r"\s?(?:[-—–~～至到]|to)\s?")
START = re.compile(r"(?:从|由|自|from )[^，。]{0,12}$|\b(?:by|rose|fell|climbed|dropped|grew|declined|up|down)\s$")
FRACTION_SLACK, CHANGE_SLACK = 0.03, 0.1  # a third may be 30 to 36 %; doubled may be by 90 to 110 %


@dataclass(frozen=True)
class Number:
    """A number where it stands: what it says, and from low to high the true values that its words allow.

    `unit` is a unit of indicators.csv, or points, times, item, dollar, none; `bound` is about, near, over, under, more
    or nothing; `per` is what one of the words behind the digits is: 10,000 for 万名.
    """

    start: int
    end: int
    value: float = math.nan
    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    bound: str = ""
    decimals: int = 0
    per: float = 1
    word: str = ""


def find(text: str) -> list[Number]:
    """Return the numbers of a plain text that count something, a range of two as one."""
    found = []
    for match in _core().finditer(text):
        number = None if match["other"] else _number(match)
        if number is None:
            continue
        number = _bounded(number, text)
        both = _range(found[-1], number, text) if found else None
        found = [*found[:-1], both] if both else [*found, number]
    return found


def han(text: str) -> float:
    """Return the value of a Chinese numeral.

    >>> han("二百一十三"), han("三万五千"), han("十二"), han("三点五")
    (213.0, 35000.0, 12.0, 3.5)
    """
    text, _, decimals = text.partition("点")
    if not set(text) & {*SCALES}:
        total = float("".join(str(DIGITS[sign]) for sign in text))
    else:
        total, section, digit = 0.0, 0.0, 0.0
        for sign in text:
            if sign in DIGITS:
                digit = DIGITS[sign]
            elif sign in TENS:
                section, digit = section + (digit or 1) * TENS[sign], 0.0
            else:
                total, section, digit = (total + section + digit) * SCALES[sign], 0.0, 0.0
        total += section + digit
    return total + (float("0." + "".join(str(DIGITS[sign]) for sign in decimals)) if decimals else 0)


def ordinal(text: str) -> int:
    """Return the place that 三, 3, third or 3rd names."""
    if text in ORDINALS:
        return ORDINALS.index(text) + 1
    return int(re.match(r"\d+", text)[0]) if text[0].isdigit() else int(han(text))


@cache
def units() -> dict:
    """Return for each word the unit of the indicators it counts in, and what one of it is in that unit."""
    told = {word: key.partition("*") for word, key in words("unit").items()}
    return {word: (unit, float(factor or 1)) for word, (unit, _, factor) in told.items()}


@cache
def unit_words() -> str:
    """Return the words of the units as one pattern, the longest first."""
    return "|".join(re.escape(word) for word in sorted(units(), key=len, reverse=True))


@cache
def _core() -> re.Pattern:
    below = rf"(?:{'|'.join(ENGLISH_TENS)})(?:-(?:{'|'.join(ONES[1:10])}))?|{'|'.join(ONES[1:])}"
    english = rf"(?:{'|'.join(ONES[1:10])}|a) hundred(?: and (?:{below}))?|(?:{below})(?<!\bone)"
    return re.compile(
        rf"(?P<per>[百千万])分之(?P<of>{NUMBER}|{HAN})|(?P<whole>{HAN})分之(?P<part>{HAN})"
        rf"|(?P<tenths>{HAN}|{NUMBER})成(?P<half>[半一二三四五六七八九])?(?P<more>多|余)?(?![立为功员果本])"
        rf"|翻(?:了|了?一|了?两|两|一)?(?P<turns>番)|(?P<fraction>过半|{either('fraction')})|(?P<multiple>{either('multiple')})"
        rf"|(?:(?P<han>{HAN})|(?P<digits>(?<![\d.])(?:{NUMBER}))|\b(?P<english>{english})\b)(?P<rest>多|余|来)?"
        rf"(?P<scale>\s?(?:(?:[十百千]?[万亿]|万亿)|\b(?:{'|'.join(ENGLISH_SCALES)})\b))?(?P<more2>多|余)?"
        rf"(?:\s?(?P<unit>{unit_words()})(?![a-z])|(?P<other>-?(?:{OTHER})(?!量|比))|(?P<bare>))(?P<beyond>多)?"
    )


def _number(match: re.Match) -> Number | None:
    place = match.span()
    if match["per"]:
        of = SCALES[match["per"]]
        return _exact(place, _read(match["of"]) / of, _step(match["of"]) / of, "fraction")
    if match["whole"]:
        part, whole = han(match["part"]), han(match["whole"])
        return _within(place, part / whole, FRACTION_SLACK) if 0 < whole >= part else None
    if match["tenths"]:
        half = match["half"] or ""
        more, step = {"": (0, 0.1), "半": (0.05, 0.05)}.get(half) or (DIGITS[half] / 100, 0.01)
        number = _exact(place, _read(match["tenths"]) / 10 + more, step, "fraction")
        return replace(number, low=number.value, high=number.value + 0.1, bound="more") if match["more"] else number
    if match["turns"] or match["multiple"]:
        times = float(words("multiple")[match["multiple"]]) if match["multiple"] else 4 if "两" in match[0] else 2
        return _within(place, times - 1, CHANGE_SLACK * abs(times - 1), "change")
    if match["fraction"] == "过半":
        return Number(*place, 0.5, 0.5, 1.0, "fraction")
    if match["fraction"]:
        return _within(place, float(Fraction(words("fraction")[match["fraction"]])), FRACTION_SLACK)
    return _counted(match)


def _counted(match: re.Match) -> Number | None:
    said = match["han"] or match["digits"] or match["english"]
    if match["han"] and (not match["unit"] or _idle(match)):
        return None
    unit, factor = units()[match["unit"]] if match["unit"] else ("none", 1)
    scale = factor * _scale((match["scale"] or "").strip())
    value, step = _read(said), _step(said)
    exact = unit in DISCRETE and scale == 1 and value % 1 == 0
    number = _exact(match.span(), value * scale, 0 if exact else step * scale, unit)
    if match["rest"] or match["more2"] or match["beyond"]:  # somewhat more than 4700 is less than 4800
        number = replace(number, low=number.value, high=(value + _last_place(value, step)) * scale, bound="more")
    decimals = len(said.partition(".")[2]) if match["digits"] else 0
    return replace(number, decimals=decimals, per=scale, word=(match["scale"] or "") + (match["unit"] or ""))


def _idle(match: re.Match) -> bool:
    """Whether a numeral is only a manner of speaking (一起, 一个, 万名): no count of anything."""
    return match["han"] in ("一", "百", "千", "万", "亿", "千万", "百万") and match["unit"] not in ("%", "倍")


def _scale(word: str) -> float:
    return ENGLISH_SCALES.get(word) or math.prod(SCALES[sign] for sign in word)


def _read(said: str) -> float:
    if said[0].isdigit():
        return float(said.replace(",", ""))
    if not said.isascii():
        return han(said)
    hundreds, _, rest = said.partition(" hundred")
    if rest or " hundred" in said:
        below = _read(rest.removeprefix(" and ")) if rest else 0.0
        return below + 100.0 * (1 if hundreds == "a" else ONES.index(hundreds))
    tens, _, ones = said.partition("-")
    if tens in ENGLISH_TENS:
        return float(20 + 10 * ENGLISH_TENS.index(tens) + (ONES.index(ones) if ones else 0))
    return float(ONES.index(said))


def _step(said: str) -> float:
    """The size of one in the last place that is written out: 三万 says 30,000 to the nearest 10,000, 30000 to one."""
    if said[-1] in "万亿":
        return SCALES[said[-1]]
    return 10.0 ** -len(said.replace("点", ".").partition(".")[2])


def _last_place(value: float, step: float) -> float:
    """The place value of the last digit that is not zero."""
    while step < value and round(value / step) % 10 == 0:
        step *= 10
    return step


def _exact(place: tuple, value: float, step: float, unit: str) -> Number:
    return Number(*place, value, value - step / 2, value + step / 2, unit)


def _within(place: tuple, value: float, slack: float, bound: str = "") -> Number:
    return Number(*place, value, value - slack, value + slack, "fraction", bound)


def _bounded(number: Number, text: str) -> Number:
    """The number with the words before and after it that loosen it."""
    words_before, words_after = _bounds()
    before, after = words_before.search(text[: number.start]), words_after.match(text, number.end)
    if after:
        number = replace(number, end=after.end(), bound=words("bound after")[after[1]])
    if before:
        number = replace(number, start=before.start(), bound=words("bound")[before[1]])
    value, step = number.value, number.high - number.low
    edge = max(step / 2, min(_last_place(value, 1.0), value / 10) / 2, abs(value) * 0.05)
    low, high = {
        "about": (value - edge, value + edge), "near": (value - max(step / 2, value * 0.1), value + step / 2),
        "over": (value, math.inf), "under": (-math.inf, value),
    }.get(number.bound, (number.low, number.high))  # fmt: skip
    return replace(number, low=low, high=high)


@cache
def _bounds() -> tuple[re.Pattern, re.Pattern]:
    before, after = either("bound"), either("bound after")
    return re.compile(rf"({before})(?:了|为|占|有|在)?\s?$"), re.compile(rf"\s?({after})(?!线)")


def _range(one: Number, other: Number, text: str) -> Number | None:
    """Two numbers that are one range (8000至10000亿); not the two ends of a change (由92%到87%)."""
    if not RANGE.fullmatch(text[one.end : other.start]) or START.search(text[: one.start]):
        return None
    if one.unit not in ("none", other.unit):
        return None
    low = one.low * (other.per if one.unit == "none" else 1)
    return (
        Number(one.start, other.end, (low + other.high) / 2, low, other.high, other.unit) if low < other.low else None
    )
