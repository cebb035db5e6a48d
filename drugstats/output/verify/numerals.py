"""Numbers in words and digits of both languages, with the range of true values that their wording allows."""

import re
from dataclasses import dataclass, replace
from functools import cache

from drugstats.output.verify import mentions

DIGITS = dict(zip("〇一二三四五六七八九", range(10), strict=True)) | {"零": 0, "两": 2}
TENS = {"十": 10, "百": 100, "千": 1_000}
SCALES = {"": 1, "十": 10, "百": 100, "千": 1_000, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8,
          "十亿": 1e9,
          "百亿": 1e10, "千亿": 1e11, "万亿": 1e12, "hundred": 100, "thousand": 1e3, "million": 1e6,
          "billion": 1e9}  # fmt: skip
ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen",
        "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]  # fmt: skip
ENGLISH_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
FRACTIONS = {"half": 1 / 2, "a half": 1 / 2, "one half": 1 / 2, "a third": 1 / 3, "one third": 1 / 3,
             "two thirds": 2 / 3, "a quarter": 1 / 4,
             "one quarter": 1 / 4, "three quarters": 3 / 4, "a fifth": 1 / 5, "one in three": 1 / 3,
             "one in four": 1 / 4, "半数": 1 / 2,
             "一半": 1 / 2, "过半": 1 / 2}  # fmt: skip
TIMES_MORE = {"doubled": 2, "tripled": 3, "quadrupled": 4, "halved": 0.5}
# What one of each unit is in the unit of the indicators that are counted in it.
UNITS = {
    "%": ("fraction", 0.01), "‰": ("fraction", 1e-3), "‱": ("fraction", 1e-4), "percent": ("fraction", 0.01),
    "per cent": ("fraction", 0.01),
    "个百分点": ("points", 0.01), "个百分比": ("points", 0.01), "百分点": ("points", 0.01),
    "percentage points": ("points", 0.01), "percentage point": ("points", 0.01),
    "人次": ("person-time", 1), "名/万人": ("per-ten-thousand", 1), "人/万人": ("per-ten-thousand", 1),
    "名": ("person", 1), "人": ("person", 1),
    "起": ("case", 1), "宗": ("case", 1), "件": ("case", 1), "吨": ("kg", 1e3), "千克": ("kg", 1), "公斤": ("kg", 1),
    "斤": ("kg", 0.5),
    "克": ("kg", 1e-3), "tonnes": ("kg", 1e3), "tons": ("kg", 1e3), "kilograms": ("kg", 1), "kg": ("kg", 1),
    "grams": ("kg", 1e-3),
    "元": ("ten-thousand-yuan", 1e-4), "美元": ("dollar", 1), "yuan": ("ten-thousand-yuan", 1e-4),
    "dollars": ("dollar", 1),
    "片": ("tablet", 1), "粒": ("tablet", 1), "tablets": ("tablet", 1), "个": ("item", 1), "处": ("item", 1),
    "分": ("point", 1), "倍": ("times", 1),
    "persons": ("person", 1), "people": ("person", 1), "cases": ("case", 1), "times": ("times", 1),
}  # fmt: skip
DISCRETE = ("person", "person-time", "case", "tablet", "item")  # told without 万 they are not rounded
OTHER = (
    r"周?岁|年|月|日|天|时|小时|分钟|秒|点|号|楼|层|室|页|条|款|项|届|次|期|章|节|批|级|类|种|方面|步|米|公里"
    r"|里|亩|课时|度|场|家|株|[a-z]"
)
NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"
HAN = r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?"
UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_FRACTION = "|".join(sorted(map(re.escape, FRACTIONS), key=len, reverse=True))
_ENGLISH = rf"(?:{'|'.join(ENGLISH_TENS)})(?:-(?:{'|'.join(ONES[1:10])}))?|{'|'.join(ONES[2:])}"
CORE = re.compile(
    rf"(?P<per>[百千万])分之(?P<of>{NUMBER}|{HAN})|(?P<whole>{HAN})分之(?P<part>{HAN})"
    rf"|(?P<tenths>{HAN}|{NUMBER})成(?P<half>[半一二三四五六七八九])?(?P<more>多|余)?(?![立为功员果本])"
    rf"|翻(?:了|了?一|了?两|两|一)?(?P<turns>番)|(?P<fraction>{_FRACTION})(?![a-z])"
    rf"|(?P<multiple>\b(?:{'|'.join(TIMES_MORE)})\b)"
    rf"|(?:(?P<han>{HAN})|(?P<digits>(?<![\d.])(?:{NUMBER}))|\b(?P<english>{_ENGLISH})\b)(?P<rest>多|余|来)?"
    rf"(?P<scale>\s?(?:(?:[十百千]?[万亿]|万亿)|\b(?:hundred|thousand|million|billion)\b))?(?P<more2>多|余)?"
    rf"(?:\s?(?P<unit>{UNIT})(?![a-z])|(?P<other>-?(?:{OTHER})(?!量|比))|(?P<bare>))(?P<beyond>多)?"
)
AFTER = "以上|以下|以内|左右|上下|及以上|及以下|or more|or less|or fewer|or so"
RANGE = re.compile(r"\s?(?:[-—–~～至到]|to)\s?")


@dataclass(frozen=True)
class Number:
    """A number where it stands: what it says, and from low to high the true values that its words allow.

    `unit` is a unit of indicators.csv, or points, times, item, dollar, none; `bound` is about, near, over, under, more
    or nothing.
    """

    start: int
    end: int
    value: float
    low: float
    high: float
    unit: str
    bound: str = ""
    decimals: int = 0
    per: float = 1  # what one of the words behind the digits is: 10,000 for 万名
    word: str = ""


def find(text: str) -> list[Number]:
    """Return the numbers of a plain text that count something, a range of two as one."""
    found = []
    for match in CORE.finditer(text):
        if not match["other"] and (number := _number(match)) is not None:
            found.append(_bounded(number, text))
    joined = []
    for number in map(lambda one: _as_points(one, text), found):
        if joined and (both := _range(joined[-1], number, text)):
            joined[-1] = both
        else:
            joined.append(number)
    return joined


def _as_points(number: Number, text: str) -> Number:
    """2.1个和1.6个百分点: the first is told in points too."""
    if number.unit != "item" or not re.match(rf"(?:和|、|与)(?:{NUMBER})个百分点", text[number.end :]):
        return number
    return replace(number, value=number.value / 100, low=number.low / 100, high=number.high / 100, unit="points")


def han(text: str) -> float:
    """Return the value of a Chinese numeral.

    >>> han("二百一十三"), han("三万五千"), han("十二"), han("三点五")
    (213.0, 35000.0, 12.0, 3.5)
    """
    text, _, decimals = text.partition("点")
    if not set(text) & {*TENS, "万", "亿"}:
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


def _number(match: re.Match) -> Number | None:
    start, end = match.span()
    if match["per"]:
        value, unit = _read(match["of"]) / {"百": 100, "千": 1e3, "万": 1e4}[match["per"]], "fraction"
        return _exact(start, end, value, _step(match["of"]) / {"百": 100, "千": 1e3, "万": 1e4}[match["per"]], unit)
    if match["whole"]:
        share = han(match["part"]) / han(match["whole"]) if han(match["whole"]) else 2
        return Number(start, end, share, share - 0.03, share + 0.03, "fraction") if share <= 1 else None
    if match["tenths"]:
        value = _read(match["tenths"]) / 10 + {"半": 0.05}.get(match["half"], DIGITS.get(match["half"], 0) / 100)
        number = _exact(
            start, end, value, 0.1 if not match["half"] else 0.01 if match["half"] != "半" else 0.05, "fraction"
        )
        return replace(number, low=value, high=value + 0.1, bound="more") if match["more"] else number
    if match["turns"]:
        value = 2.0 ** (2 if "两" in match[0] else 1) - 1
        return Number(start, end, value, value * 0.9, value * 1.1, "fraction", "change")
    if match["multiple"]:
        value = TIMES_MORE[match["multiple"]] - 1
        return Number(start, end, value, value - 0.1 * abs(value), value + 0.1 * abs(value), "fraction", "change")
    if match["fraction"]:
        value = FRACTIONS[match["fraction"]]
        low, high = (value, 1.0) if match["fraction"] == "过半" else (value - 0.03, value + 0.03)
        return Number(start, end, value, low, high, "fraction")
    return _counted(match)


def _counted(match: re.Match) -> Number | None:
    said = match["han"] or match["digits"] or match["english"]
    if match["han"] and (not match["unit"] or _idle(match)):
        return None
    unit, factor = UNITS[match["unit"]] if match["unit"] else ("none", 1)
    scale = SCALES[(match["scale"] or "").strip()] * factor
    value, step = _read(said), _step(said)
    whole = unit in DISCRETE and scale == 1 and value % 1 == 0
    number = _exact(*match.span(), value * scale, 0 if whole else step * scale, unit)
    word = "".join(part or "" for part in (match["scale"], match["unit"]))
    number = replace(number, decimals=len(said.partition(".")[2]) if match["digits"] else 0, per=scale, word=word)
    if match["rest"] or match["more2"] or match["beyond"]:
        return replace(number, low=number.value, high=(value + _last(said)) * scale, bound="more")
    return number


def _idle(match: re.Match) -> bool:
    """Whether a numeral is only a manner of speaking (一起, 一个, 万名): no count of anything."""
    return match["han"] in ("一", "百", "千", "万", "亿", "千万", "百万") and match["unit"] not in ("%", "倍")


def _read(said: str) -> float:
    if said[0].isdigit():
        return float(said.replace(",", ""))
    if said[0] in DIGITS or said[0] in TENS or said[0] in "万亿":
        return han(said)
    tens, _, ones = said.partition("-")
    if tens in ENGLISH_TENS:
        return float(20 + 10 * ENGLISH_TENS.index(tens) + (ONES.index(ones) if ones else 0))
    return float(ONES.index(said))


def _step(said: str) -> float:
    """The size of one in the last place that is written out: 三万 says 30,000 to the nearest 10,000, 30000 to one."""
    if said[0].isdigit():
        return 10.0 ** -len(said.partition(".")[2])
    if said[-1] in "万亿":
        return SCALES[said[-1]]
    return 10.0 ** -len(said.partition("点")[2])


def _last(said: str) -> float:
    """The place value of the last digit that is not zero: somewhat more than 4700 is less than 4800."""
    value, step = _read(said), _step(said)
    while value and step < value and round(value / step) % 10 == 0:
        step *= 10
    return step


def _exact(start: int, end: int, value: float, step: float, unit: str) -> Number:
    return Number(start, end, value, value - step / 2, value + step / 2, unit)


def _bounded(number: Number, text: str) -> Number:
    """The number with the words before and after it that loosen it."""
    words = _bounds()
    before, after = words[0].search(text[: number.start]), words[1].match(text, number.end)
    kinds = [_kind(match) for match in (before, after) if match] or ([number.bound] if number.bound else [])
    start, end = before.start() if before else number.start, after.end() if after else number.end
    number = replace(number, start=start, end=end)
    if not kinds or kinds[0] in ("more", "change"):
        return number
    value, step = number.value, number.high - number.low
    edge = max(step / 2, _coarse(value) / 2, abs(value) * 0.05)
    low, high = {
        "about": (value - edge, value + edge), "near": (value - max(step / 2, value * 0.1), value + step / 2),
        "over": (value, float("inf")), "under": (float("-inf"), value),
    }[kinds[0]]  # fmt: skip
    return replace(number, low=low, high=high, bound=kinds[0])


def _coarse(value: float) -> float:
    """The place value of the last digit of a whole number that is not zero, at most a tenth of it."""
    step = 1.0
    while value >= 1 and step * 10 <= abs(value) and round(value / step) % 10 == 0:
        step *= 10
    return min(step, abs(value) / 10)


@cache
def _bounds() -> tuple:
    every = mentions.either("bound")
    return re.compile(rf"(?:{every})(?:了|为|占|有|在)?\s?$"), re.compile(rf"\s?(?:{AFTER})(?!线)")


@cache
def _kinds() -> dict:
    return mentions.words("bound")


def _kind(match: re.Match) -> str:
    said = match[0].strip()
    return next(_kinds()[word] for word in sorted(_kinds(), key=len, reverse=True) if word in said)


def _range(one: Number, other: Number, text: str) -> Number | None:
    """Two numbers that are one range (8000至10000亿); not the two ends of a change (由92%到87%)."""
    if not RANGE.fullmatch(text[one.end : other.start]) or re.search(
        r"(?:从|由|自|from )[^，。]{0,12}$", text[: one.start]
    ):
        return None
    if one.unit not in ("none", other.unit):
        return None
    low = one.low
    if one.unit == "none" and other.unit != "none":
        low *= _factor_of(other, text)
    return (
        Number(one.start, other.end, (low + other.high) / 2, low, other.high, other.unit) if low < other.low else None
    )


def _factor_of(number: Number, text: str) -> float:
    """What scale and unit make of the digits of a number."""
    digits = re.search(NUMBER, text[number.start : number.end])
    return number.value / float(digits[0].replace(",", "")) if digits else 1.0
