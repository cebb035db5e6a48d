"""Periods as offices write them, whole (2025年3月, 202503, 2025Q2) or in part (3月, 1-6月累计, 上半年)."""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from drugstats.names import plain

YEAR = r"(?:(?:19|20)\d\d)"
MONTH = r"(?:0?[1-9]|1[0-2])"
NUMERALS = {name: str(number) for number, name in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
RANGES = {"上半年": (1, 6), "下半年": (7, 12), "前3季度": (1, 9), "全年": (1, 12)}
SHAPES = [
    rf"(?P<year>{YEAR})年?",
    rf"(?:(?P<year>{YEAR})年?)?(?P<name>上半年|下半年|前3季度|全年)",
    rf"(?:(?P<year>{YEAR})年?)?第?(?P<quarter>[1-4])季度?",
    rf"(?P<year>{YEAR})-?q(?P<quarter>[1-4])",
    rf"(?:(?P<year>{YEAR})年)?(?P<first>{MONTH})月?(?:-|至|到)(?P<last>{MONTH})月",
    rf"(?:(?P<year>{YEAR})年)?(?P<last>{MONTH})月",
    rf"(?P<year>{YEAR})(?:年|-|/|\.)(?P<last>{MONTH})(?:月|-|/|\.)(?:0?[1-9]|[12]\d|3[01])日?",
    rf"(?P<year>{YEAR})(?:[-/](?P<last>{MONTH})|\.(?P<point>0[1-9]|1[0-2]|[2-9])|(?P<short>0[1-9]|1[0-2]))",
]
SHAPES = [re.compile(shape) for shape in SHAPES]
INSIDE = re.compile(
    rf"(?:{YEAR}年?度?)?(?:上半年|下半年|前3季度|全年|第?[1-4]季度|{MONTH}月?(?:-|至|到){MONTH}月|{MONTH}月)"
    rf"|{YEAR}-?q[1-4]|{YEAR}年度?|(?<!\d){YEAR}[-./]{MONTH}(?!\d)|(?<!\d){YEAR}(?:0[1-9]|1[0-2])?(?!\d)"
)
DAY = rf"(?:{YEAR}年)?{MONTH}月(?:0?[1-9]|[12]\d|3[01])日"
# A year of accounts (上年12月26日至本年12月25日) does not begin in January; its title names the year that is meant.
FISCAL = re.compile(
    rf"\(?(?:自|从)?(?:{DAY}|上年{MONTH}月\d+日)(?:起)?(?:-|至|到)(?:{DAY}|本年{MONTH}月\d+日)(?:止)?\)?"
)
TOTAL = re.compile(r"(?:本年|当年|年内)?(?:累计|合计)(?:数)?$")
END = re.compile(r"(?:份|末|底|止)+$|(?<=年)度$")


class Span(NamedTuple):
    """What a text tells of a period: a year, the months from first to last, and whether they are a running total."""

    year: int | None = None
    first: int | None = None
    last: int | None = None
    running: bool = False

    def within(self, other: "Span") -> "Span":
        """Return this period with what it leaves open taken from a wider one."""
        first, last = (self.first, self.last) if self.last else (other.first, other.last)
        running = self.running or (not self.last and other.running)
        return Span(self.year or other.year, 1 if running and last else first, last, running)

    def disagrees(self, other: "Span") -> bool:
        """Return whether two texts name different years or last months: 1-6月 and 6月 agree, 1-6月 and 3月 do not."""
        years, months = (self.year, other.year), (self.last, other.last)
        return any(None not in pair and pair[0] != pair[1] for pair in (years, months))

    def code(self) -> str | None:
        """Return the period as the contract writes it (2025, 2025Q2, 2025-03); None for any other range."""
        match self.first, self.last:
            case None, None:
                return f"{self.year}"
            case 1, 12:
                return f"{self.year}"
            case first, last if first == last:
                return f"{self.year}-{last:02}"
            case first, last if last - first == 2 and last % 3 == 0:
                return f"{self.year}Q{last // 3}"
        return None


@lru_cache(maxsize=100_000, typed=True)
def read(cell) -> Span | None:
    """Return what a cell tells of a period, or None where it tells of none.

    2024.1 is none: typed as a number it may be January or October.
    """
    if isinstance(cell, date):
        return Span(cell.year, cell.month, cell.month)
    if isinstance(cell, float):
        cell = f"{cell:.0f}" if cell.is_integer() else repr(cell)
    if not isinstance(cell, str) or not cell:
        return None
    text = re.sub(r"^截[至止]|^(?:19|20)\d\d年(?=(?:19|20)\d\d年)", "", _arabic(plain(cell)).strip("()"))
    running = TOTAL.search(text) is not None and text[: TOTAL.search(text).start()] != ""
    text = END.sub("", TOTAL.sub("", text))
    for shape in SHAPES:
        if match := shape.fullmatch(text):
            return _span(match.groupdict(), running)
    return None


def _span(told: dict, running: bool) -> Span | None:
    year = int(told["year"]) if told.get("year") else None
    if name := told.get("name"):
        first, last = RANGES[name]
    elif quarter := told.get("quarter"):
        first, last = int(quarter) * 3 - 2, int(quarter) * 3
    else:
        last = next((int(told[key]) for key in ("last", "point", "short") if told.get(key)), None)
        first = int(told["first"]) if told.get("first") else last
    if last and first > last:
        return None
    running = running or (first == 1 and last not in (1, 3) and last is not None)
    return Span(year, 1 if running and last else first, last, running)


def inside(text: str) -> tuple[list[Span], str]:
    """Return the periods that a longer text names, and the text without them."""
    told = FISCAL.sub("", _arabic(plain(text)))
    found = [read(match[0]) for match in INSIDE.finditer(told)]
    return list(dict.fromkeys(span for span in found if span)), INSIDE.sub("", told)


def fiscal(text: str) -> str:
    """Return the range of days that a text names for its period, empty where it names none."""
    match = FISCAL.search(_arabic(plain(text)))
    return match[0].strip("()") if match else ""


def _arabic(text: str) -> str:
    """Chinese numerals before 年, 月 and 季度 as digits: 二〇二五年十二月 is 2025年12月."""
    text = re.sub(r"[一二〇零○三四五六七八九]{4}(?=年)", lambda m: "".join(NUMERALS[one] for one in m[0]), text)
    text = re.sub(r"[一二三四](?=季度)", lambda m: NUMERALS[m[0]], text)
    text = re.sub(r"十([一二])?(?=月|至|-)", lambda m: f"1{NUMERALS.get(m[1], '0')}", text)
    text = re.sub(r"(?<![\d十])[一二三四五六七八九](?=月|至|-)", lambda m: NUMERALS[m[0]], text)
    return re.sub(r"[—–~－～―]+", "-", text)
