"""Writes known observations in the many ways of offices, and spoils them; knows nothing of how they are read."""

import csv
import io
import random
import zipfile
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from itertools import islice, product
from pathlib import Path
from typing import NamedTuple

import xlsxwriter

# The known world: a few areas, a few indicators


class Areas(NamedTuple):
    parent: str
    parent_name: str
    path: str
    whole: str
    heading: str
    names: dict


AREAS = {
    "districts": Areas("990100", "云汀市", "", "全市", "区县", {"990101": "青渡区", "990102": "望鹭区", "990103": "澄溪县"}),
    "counties": Areas("990100", "云汀市", "", "全市", "县区", {"990105": "月岑县", "990108": "芦泽县", "990109": "石磴县"}),
    "townships": Areas("990105", "月岑县", "", "全县", "乡镇", {
        "990105001": "岑麓镇", "990105002": "月坳乡", "990105003": "霜枫乡", "990105004": "隐泉乡", "990105005": "鹤巢乡",
    }),
    "Changde": Areas("430700", "常德市", "湖南省常德市", "全市", "区县",
                     {"430702": "武陵区", "430703": "鼎城区", "430721": "安乡县"}),
    "Ezhou": Areas("420700", "鄂州市", "湖北省鄂州市", "全市", "区县",
                   {"420702": "梁子湖区", "420703": "华容区", "420704": "鄂城区"}),
    "Zhangjiajie": Areas("430800", "张家界市", "湖南省张家界市", "全市", "区县",
                         {"430802": "永定区", "430821": "慈利县", "430822": "桑植县"}),
    "Beijing": Areas("110000", "北京市", "北京市", "全市", "区县",
                     {"110101": "东城区", "110102": "西城区", "110105": "朝阳区"}),
}  # fmt: skip
COMPLETE = ("townships", "Ezhou")
AMBIGUOUS = ("Zhangjiajie", "Beijing")  # another county has the name of one of these


class Indicator(NamedTuple):
    name: str
    alias: str
    group: str
    part: str
    kind: str
    unit: str
    low: int
    high: int
    decimals: int


INDICATORS = {
    "users_current": Indicator("现有在册吸毒人员", "在册吸毒人数", "吸毒人员", "现有在册", "stock", "person", 1100, 9000, 0),
    "users_new": Indicator("新发现吸毒人员", "新增吸毒人员", "吸毒人员", "新发现", "flow", "person", 12, 400, 0),
    "cases_solved": Indicator("破获毒品犯罪案件", "破案数", "破获", "毒品案件", "flow", "case", 5, 300, 0),
    "seizure_total": Indicator("缴获各类毒品", "缴毒量", "缴获", "毒品", "flow", "kg", 100, 99999, 2),
    "users_handled": Indicator("查处吸毒人员", "查获吸毒人员", "吸毒人员", "查处", "flow", "person-time", 20, 900, 0),
    "drug_spending": Indicator("购毒支出估算", "购买毒品费用", "购毒支出", "估算", "flow", "money", 10, 9999, 1),
    "community_execution_rate": Indicator("社区戒毒社区康复执行率", "执行率", "社区戒毒社区康复", "执行率", "share", "share", 301, 989, 3),
    "clearance_rate": Indicator("侦破率", "破案率", "侦破率", "合计", "share", "share", 101, 989, 3),
}  # fmt: skip
THEMES = {
    "persons": ["users_current", "users_new"],
    "mixed": ["users_current", "cases_solved", "seizure_total"],
    "flows": ["users_handled", "drug_spending", "seizure_total"],
    "shares": ["community_execution_rate", "clearance_rate"],
    "everything": ["users_current", "users_handled", "community_execution_rate"],
}
UNITS = {
    "person": [("人", "1"), ("万人", "10000"), ("名", "1")],
    "person-time": [("人次", "1")],
    "case": [("起", "1"), ("宗", "1"), ("件", "1")],
    "kg": [("千克", "1"), ("吨", "1000"), ("克", "0.001"), ("公斤", "1"), ("斤", "0.5"), ("两", "0.05"), ("毫克", "0.000001")],
    "money": [("万元", "1"), ("元", "0.0001"), ("亿元", "10000")],
    "share": [("%", "0.01")],
}  # fmt: skip

# The ways of writing


class Layout(NamedTuple):
    """Which axes run down, across and over the sheets; `one` axis has a single member, `two` takes two columns."""

    rows: tuple
    columns: tuple
    sheets: tuple = ()
    one: str = ""
    two: str = ""
    split: bool = False


LAYOUTS = {
    "wide by indicator": Layout(("area", "period"), ("indicator",)),
    "wide by indicator, periods first": Layout(("period", "area"), ("indicator",)),
    "wide by period": Layout(("area", "indicator"), ("period",)),
    "wide by period, a sheet an indicator": Layout(("area",), ("period",), ("indicator",)),
    "long": Layout(("area", "period", "indicator"), ()),
    "transposed, areas across": Layout(("indicator",), ("area",), ("period",)),
    "transposed, periods across": Layout(("indicator",), ("period",), ("area",)),
    "a sheet a county": Layout(("period",), ("indicator",), ("area",)),
    "one county in the title": Layout(("period",), ("indicator",), ("area",), one="area"),
    "a sheet a month": Layout(("area",), ("indicator",), ("period",)),
    "one month in the title": Layout(("area",), ("indicator",), ("period",), one="period"),
    "stacked, periods below": Layout(("area",), ("indicator", "period")),
    "stacked, indicators below": Layout(("area",), ("period", "indicator")),
    "stacked, areas above": Layout(("period",), ("area", "indicator")),
    "two area columns": Layout(("area", "period"), ("indicator",), two="area"),
    "year and month columns": Layout(("area", "period"), ("indicator",), two="period"),
    "second table below": Layout(("area", "period"), ("indicator",), split=True),
}

DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
FULL_WIDTH = str.maketrans("0123456789.,%()", "０１２３４５６７８９．，％（）")
TRADITIONAL = str.maketrans(
    "区县镇乡隐鹭泽坳鹤东阳芦张湖华现册员发获类计时间单标指项数值称序号处购费额总云执复万吨汉报统报备注备证审关积两侦",
    "區縣鎮鄉隱鷺澤坳鶴東陽蘆張湖華現冊員發獲類計時間單標指項數值稱序號處購費額總雲執復萬噸漢報統報備註備證審關積兩偵",
)
MONTHS = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]


class Period(NamedTuple):
    """How a period is spelled; `mode` says what stands in it: its own number or the sum since January."""

    frequency: str
    spell: object
    bare: bool = False
    mode: str = "own"


def since_january(year: str, dash: str, end: str):
    return lambda y, m: year.format(y=y) + (f"1{dash}{m}月{end}" if m > 1 else f"1月{end}")


PERIODS = {
    "2025年3月": Period("M", lambda y, m: f"{y}年{m}月"),
    "2025年03月": Period("M", lambda y, m: f"{y}年{m:02}月"),
    "2025.03": Period("M", lambda y, m: f"{y}.{m:02}"),
    "2025-3": Period("M", lambda y, m: f"{y}-{m}"),
    "2025-03": Period("M", lambda y, m: f"{y}-{m:02}"),
    "2025/3": Period("M", lambda y, m: f"{y}/{m}"),
    "202503": Period("M", lambda y, m: f"{y}{m:02}"),
    "202503 as a number": Period("M", lambda y, m: Decimal(f"{y}{m:02}")),
    "二〇二五年三月": Period("M", lambda y, m: f"{y}年".translate(DIGITS) + f"{MONTHS[m]}月"),
    "a date": Period("M", lambda y, m: date(y, m, 1)),
    "3月": Period("M", lambda y, m: f"{m}月", bare=True),
    "三月": Period("M", lambda y, m: f"{MONTHS[m]}月", bare=True),
    "1-3月": Period("M", since_january("", "-", ""), bare=True, mode="since January"),
    "1—3月累计": Period("M", since_january("", "—", "累计"), bare=True, mode="since January"),
    "2025年1-3月": Period("M", since_january("{y}年", "-", ""), mode="since January"),
    "to 上半年": Period(
        "M", lambda y, m: "上半年" if m == 6 else since_january("", "-", "")(y, m), True, "since January"
    ),
    "1-2月, 3月": Period("M", lambda y, m: "1-2月" if m == 2 else f"{m}月", bare=True, mode="spring"),
    "3月 本月 累计": Period("M", lambda y, m: f"{m}月", bare=True, mode="both"),
    "2025年3月 累计": Period("M", lambda y, m: f"{y}年{m}月", mode="word"),
    "2025年一季度": Period("Q", lambda y, q: f"{y}年{MONTHS[q]}季度"),
    "2025年第2季度": Period("Q", lambda y, q: f"{y}年第{q}季度"),
    "2025Q2": Period("Q", lambda y, q: f"{y}Q{q}"),
    "第一季度": Period("Q", lambda y, q: f"第{MONTHS[q]}季度", bare=True),
    "一季度 上半年": Period("Q", lambda y, q: ["", "一季度", "上半年", "前三季度", "全年"][q], True, "since January"),
    "2025年": Period("Y", lambda y, n: f"{n}年"),
    "2025": Period("Y", lambda y, n: str(n)),
    "2025 as a number": Period("Y", lambda y, n: Decimal(n)),
    "二〇二五年": Period("Y", lambda y, n: f"{n}年".translate(DIGITS)),
    "2025年全年": Period("Y", lambda y, n: f"{n}年全年"),
    "全年": Period("Y", lambda y, n: "全年", bare=True),
}
IN_CELLS_ONLY = ("202503", "202503 as a number", "a date", "2025 as a number", "2025")
MEASURES = {"both": ("本月", "累计"), "word": ("本年累计",)}

# What is missing, suppressed and estimated, as three spellings.
MARKS = {
    "none": None,
    "empty, <5, 约": ("", "<5", "约{}"),
    "－, 不足5, 余": ("－", "不足5", "{}余"),
    "—, *, 多": ("—", "*", "{}多"),
    "-, ＜5, 近": ("-", "＜5", "近{}"),
    "/, <5, 约": ("/", "<5", "约{}"),
    "…, 不足5, 余": ("…", "不足5", "{}余"),
    "空, *, 近": ("空", "*", "近{}"),
}
TEXT_TABLES = {
    "csv": ("csv", "utf-8", ","), "csv with BOM": ("csv", "utf-8-sig", ","), "csv gb18030": ("csv", "gb18030", ","),
    "csv utf-16": ("csv", "utf-16", ","), "tsv": ("tsv", "utf-8", "\t"), "tsv utf-16": ("tsv", "utf-16", "\t"),
    "txt utf-16": ("txt", "utf-16", "\t"), "zip of csv": ("csv", "gb18030", ","), "zip of tsv": ("tsv", "utf-8", "\t"),
}  # fmt: skip
OLD_BOOKS = ("xls", "et", "zip of xls") if find_spec("xlwt") else ()
BOOKS = ("xlsx", "xlsx with inline text", "zip of xlsx", *OLD_BOOKS)
SCALED = ("bracket, other", "slash, other", "line, other", "column, other")
CHOICES = {
    "layout": tuple(LAYOUTS),
    "theme": tuple(THEMES),
    "areas": tuple(AREAS),
    "periods": tuple(PERIODS),
    "names": ("full", "code", "code as a number", "code of 12", "short", "path", "spaced", "indented"),
    "values": (
        "number", "format", "formula", "text", "spaced", "thousands", "full-width", "suffix", "ten thousands", "noted",
        "percent cell", "percent text", "per mille",
    ),
    "marks": tuple(MARKS),
    "units": ("none", "bracket", "half bracket", "slash", "line", "column", *SCALED),
    "heads": ("flat", "generic group", "group and part", "generic part"),
    "noise": ("plain", "spaces", "line breaks", "traditional", "alias", "full-width", "empty corner", "slash corner", "单位"),
    "furniture": (
        "none", "title", "dressed", "notes", "signatures", "numbering", "serial", "total", "total first", "total of the year",
        "hidden row", "hidden column", "hidden sheet", "never read", "merged stubs", "moved",
    ),
    "place": ("title", "sheet", "file", "office"),
    "container": (*BOOKS, *TEXT_TABLES),
}  # fmt: skip


class Way(NamedTuple):
    """One way of writing: a choice for each dimension; the first of each is the plainest."""

    layout: str = "wide by indicator"
    theme: str = "persons"
    areas: str = "districts"
    periods: str = "2025年3月"
    names: str = "full"
    values: str = "number"
    marks: str = "none"
    units: str = "none"
    heads: str = "flat"
    noise: str = "plain"
    furniture: str = "none"
    place: str = "title"
    container: str = "xlsx"
    seed: int = 0

    @property
    def axes(self) -> Layout:
        return LAYOUTS[self.layout]

    @property
    def period(self) -> Period:
        return PERIODS[self.periods]

    @property
    def stubs(self) -> int:
        return len(self.axes.rows) + bool(self.axes.two)

    @property
    def is_text(self) -> bool:
        return self.container in TEXT_TABLES

    def __str__(self) -> str:
        plain = Way()
        told = [f"{name}={own}" for name, own, usual in zip(self._fields, self, plain, strict=True) if own != usual]
        return "; ".join(told) or "all plain"


# Which choices go together


def possible(way: Way) -> bool:
    """Whether the choices can stand in one file that an office might send."""
    axes, kinds = way.axes, {INDICATORS[key].kind for key in THEMES[way.theme]}
    cumulative = way.period.mode != "own"
    return not any((
        "indicator" not in axes.columns and way.heads != "flat",
        "share" in kinds and way.heads == "generic part",
        way.units.startswith("column") and "indicator" not in axes.rows,
        way.units.startswith(("bracket", "half", "slash")) and "indicator" in axes.sheets,
        way.units.startswith("line") and "indicator" not in axes.sheets and way.theme not in ("persons", "shares"),
        way.units in SCALED and way.theme == "shares",
        way.units.startswith("slash") and "share" in kinds,
        way.values in ("percent cell", "percent text", "per mille") and "share" not in kinds,
        way.values == "per mille" and way.units != "none",
        way.values in ("suffix", "thousands", "ten thousands") and way.theme == "shares",
        way.values in ("suffix", "ten thousands") and way.units in SCALED,
        way.values == "ten thousands" and "users_current" not in THEMES[way.theme],
        way.values == "formula" and not way.container.startswith(("xlsx", "zip of xlsx")),
        way.marks != "none" and (cumulative or _totals(way)),
        cumulative and "share" in kinds,
        way.period.mode in MEASURES and not (axes.sheets == ("period",) and axes.columns == ("indicator",) and not axes.one),
        way.period.mode in MEASURES and (way.theme != "flows" or way.furniture != "none" or way.heads != "flat"),
        axes.one == "period" and cumulative,
        way.names == "short" and way.areas == "townships",
        way.names == "path" and not AREAS[way.areas].path,
        way.names.startswith("code") and "area" in axes.sheets,
        axes.two == "area" and way.names.startswith(("code", "path")),
        axes.two == "period" and way.periods not in ("3月", "三月"),
        way.periods == "a date" and way.is_text,
        way.periods in IN_CELLS_ONLY and "period" in axes.sheets,
        way.noise in ("empty corner", "slash corner") and (way.stubs > 1 or not axes.columns),
        way.noise == "单位" and ("area" not in axes.rows or axes.two == "area"),
        _totals(way) and ("share" in kinds or "area" in axes.sheets or axes.two == "area"),
        way.furniture == "total of the year" and not _may_total_years(way, kinds),
        way.furniture.startswith("hidden") and way.is_text,
        way.furniture == "never read" and not axes.columns,
        way.furniture == "merged stubs" and len(axes.rows) == 1,
        way.place != "title" and not (axes.sheets or way.period.bare),
        way.place == "sheet" and (way.is_text or (way.periods == "2025/3" and "period" in axes.sheets)),
        way.place == "file" and way.periods == "2025/3" and "period" in axes.sheets,
        way.place == "office" and "area" not in axes.sheets,
    ))  # fmt: skip


def promised(way: Way) -> bool:
    """Whether the loader says that it reads this; what it does not promise it may refuse, never misread."""
    in_sheets = "area" in way.axes.sheets
    return not any((
        way.areas in AMBIGUOUS and in_sheets and way.names != "path",
        way.names == "short" and in_sheets and way.place != "sheet",
        way.names == "short" and in_sheets and way.areas == "Ezhou",
        way.names.startswith("code") and "area" in way.axes.columns,
        in_sheets and _names_city(way) and (way.place != "title" or way.furniture in ("title", "dressed")),
        way.periods == "2025Q2" and "period" in way.axes.sheets,
        way.furniture in ("merged stubs", "moved"),
        way.container == "txt utf-16",
        way.values == "suffix" and way.theme == "flows",  # is 5万元 five, or fifty thousand?
    ))  # fmt: skip


def settle(wishes: dict) -> Way:
    """Return the way with as many of the wishes as go together, the first having the first say."""
    way = Way(seed=wishes.get("seed", 0))
    for _ in range(2):
        for name, choice in wishes.items():
            if getattr(way, name) != choice:
                wished = way._replace(**{name: choice})
                way = wished if possible(wished) else way
    return way


def chance(dice: random.Random, **fixed) -> Way:
    """Return a way drawn by chance around some fixed wishes."""
    names = [name for name in CHOICES if name not in fixed]
    dice.shuffle(names)
    return settle(fixed | {name: dice.choice(CHOICES[name]) for name in names} | {"seed": dice.randrange(10**6)})


def pairs(way: Way) -> set:
    """Return every pair of choices that the way shows together."""
    chosen = [(name, getattr(way, name)) for name in CHOICES]
    return {(one, other) for place, one in enumerate(chosen) for other in chosen[place + 1 :]}


def sweep(seed: int = 0, tries: int = 32, enough: int = 6) -> tuple[list[Way], set, set]:
    """Return ways that together show every pair of choices that go together, those pairs, and the pairs never met.

    Of some ways that show a pair the one that shows most further pairs is taken, so that few ways show them all.
    """
    dice, ways, met = random.Random(seed), [], set()
    names = list(CHOICES)
    wanted = [((one, first), (other, second)) for place, one in enumerate(names) for other in names[place + 1 :]
              for first in CHOICES[one] for second in CHOICES[other]]  # fmt: skip
    dice.shuffle(wanted)
    for pair in wanted:
        if pair not in met:
            drawn = (chance(dice, **dict(pair)) for _ in range(tries))
            fitting = islice((way for way in drawn if promised(way) and pair in pairs(way)), enough)
            if best := max(fitting, key=lambda way: len(pairs(way) - met), default=None):
                ways.append(best)
                met |= pairs(best)
    return ways, met, set(wanted) - met


def _names_city(way: Way) -> bool:
    return "area" not in way.axes.sheets or way.seed % 5 == 0


def _totals(way: Way) -> bool:
    return way.furniture in ("total", "total first")


def _may_total_years(way: Way, kinds: set) -> bool:
    own = way.period.mode == "own" and way.period.frequency in "MQ" and way.marks == "none"
    return (
        own and kinds == {"flow"} and "period" not in way.axes.sheets and not way.axes.two and way.periods != "a date"
    )


# What is true


class Fact(NamedTuple):
    value: Decimal | None
    status: str = "final"


TOTAL, YEAR = "total", 99


class Known:
    """The numbers of one file: what is true, and what is to be written in each place."""

    def __init__(self, way: Way, year: int):
        self.way, self.year, self.dice = way, year, random.Random(f"{way.seed}")
        self.areas, self.keys = list(AREAS[way.areas].names), THEMES[way.theme]
        if way.axes.one == "area":
            self.areas = [self.dice.choice(self.areas)]
        self.times = self._times()
        self.facts = {}
        for key in product(self.areas, self._all_times(), self.keys):
            self.facts[key] = self._fact(key[2])
        self._mark()
        self.truth = self._truth()

    def written(self, area: str, time: int, key: str, measure: str = "") -> Fact:
        """Return what a cell is to say: the number of its period, or the sum since January, or a total."""
        if area == TOTAL:
            return self._sum([self.written(one, time, key, measure) for one in self.areas])
        if time == YEAR:
            return self._sum([self.facts[area, one, key] for one in self.times])
        mode, flow = self.way.period.mode, INDICATORS[key].kind == "flow"
        summed = (
            mode in ("since January", "word")
            or (mode == "both" and measure == "累计")
            or (mode == "spring" and time == 2)
        )
        if summed and flow:
            return self._sum([self.facts[area, one, key] for one in range(1, time + 1)])
        return self.facts[area, time, key]

    def name(self, time: int) -> str:
        """Return the period as the data contract writes it."""
        match self.way.period.frequency:
            case "M":
                return f"{self.year}-{time:02}"
            case "Q":
                return f"{self.year}Q{time}"
        return str(time)

    def _times(self) -> list[int]:
        way, few = self.way, 2 if self.way.areas == "townships" else 3
        if way.axes.one == "period":
            few = 1
        if way.period.frequency == "Y":
            return [self.year - n for n in range(min(few, 1 if way.period.bare else 2))][::-1]
        if way.furniture == "total of the year":
            return list(range(1, 13 if way.period.frequency == "M" else 5))
        if way.period.frequency == "Q":
            return list(range(1, 5)) if way.period.mode != "own" else sorted(self.dice.sample(range(1, 5), min(few, 3)))
        if way.period.mode == "spring":
            return [2, 3, 4]
        if way.period.mode != "own":
            return list(range(1, 7 if way.periods == "to 上半年" else few + 2))[
                -few if way.axes.one == "period" else 0 :
            ]
        first = self.dice.randint(1, 13 - few)
        return list(range(first, first + few))

    def _all_times(self) -> list[int]:
        return list(range(1, self.times[-1] + 1)) if self.way.period.mode != "own" else self.times

    def _fact(self, key: str) -> Fact:
        told, zero = INDICATORS[key], self.dice.random() < 0.1
        if told.kind == "flow" and zero:
            return Fact(Decimal(0))
        used = {fact.value for fact in self.facts.values()}  # two equal numbers could change places unseen
        while (drawn := Decimal(self.dice.randint(told.low, told.high)) / 10**told.decimals) in used:
            pass
        return Fact(drawn)

    def _mark(self):
        if self.way.marks == "none":
            return
        counts = [key for key in self.facts if INDICATORS[key[2]].unit != "share"]
        for status, choice in (("missing", list(self.facts)), ("suppressed", list(self.facts)), ("estimated", counts)):
            if choice:
                key = self.dice.choice(choice)
                self.facts[key] = Fact(Decimal(INDICATORS[key[2]].high) if status == "estimated" else None, status)

    def _truth(self) -> dict:
        truth = {(area, self.name(time), key): fact for (area, time, key), fact in self.facts.items()}
        if self.way.period.mode == "spring":
            truth = {place: fact for place, fact in map(self._spring, truth.items()) if fact}
        if _totals(self.way) and self.way.areas in COMPLETE:
            truth |= self._sums(truth)
        return truth

    def _spring(self, item: tuple) -> tuple:
        (area, name, key), fact = item
        month = int(name[-2:])
        if INDICATORS[key].kind == "stock":
            return item if month > 1 else (item[0], None)
        return item[0], Fact(None, "missing") if month < 3 else fact

    def _sums(self, truth: dict) -> dict:
        parent = AREAS[self.way.areas].parent
        places = {(name, key) for _, name, key in truth}
        return {(parent, name, key): self._sum([truth[area, name, key] for area in self.areas]) for name, key in places}

    @staticmethod
    def _sum(facts: list[Fact]) -> Fact:
        if any(fact.value is None for fact in facts):
            return Fact(None, "missing")
        return Fact(sum(fact.value for fact in facts))


# Sheets of cells


class Cell(NamedTuple):
    """What a cell says: text, Decimal, date, Formula or Error; `role` and `key` say what it is to us, `form` how it is shown."""

    what: object = ""
    role: str = ""
    key: tuple = ()
    form: str = ""


class Formula(NamedTuple):
    value: Decimal | None


class Error(NamedTuple):
    word: str = "#DIV/0!"


@dataclass
class Sheet:
    name: str
    rows: list = field(default_factory=list)
    merged: list = field(default_factory=list)
    hidden_rows: list = field(default_factory=list)
    hidden_columns: list = field(default_factory=list)
    hidden: bool = False


@dataclass
class Book:
    """A file to be: its name without ending, its sheets, and what it truly says."""

    way: Way
    name: str
    sheets: list
    truth: dict
    known: Known = None

    def cells(self, *roles: str) -> list[tuple[Sheet, int, int, Cell]]:
        """Return every cell of some roles with its sheet and place."""
        return [(sheet, row, column, cell) for sheet in self.sheets for row, cells in enumerate(sheet.rows)
                for column, cell in enumerate(cells) if cell.role in roles]  # fmt: skip


def book(way: Way, year: int, name: str = "kk") -> Book:
    """Return a file written in a way, with what it truly says."""
    known = Known(way, year)
    made, stem = [], f"{name}-毒情报表"
    for members in product(*(_members(known, axis) for axis in way.axes.sheets)):
        fixed = dict(zip(way.axes.sheets, members, strict=True))
        title, sheet_name, file = _context(known, fixed)
        stem = f"{name}-{file}" if file else stem
        sheet = Sheet(sheet_name or f"Sheet{len(made) + 1}")
        _fill(sheet, known, fixed, title)
        made.append(sheet)
    if way.furniture == "hidden sheet":
        made.append(_decoy(made[0]))
    return Book(way, stem, made, known.truth, known)


def _members(known: Known, axis: str) -> list:
    return {"area": known.areas, "period": known.times, "indicator": known.keys}[axis]


def _context(known: Known, fixed: dict) -> tuple[dict, str, str]:
    """What stands in the title, in the name of the sheet and in the name of the file."""
    way = known.way
    told = {axis: _label(known, axis, fixed[axis]) for axis in ("area", "period", "indicator") if axis in fixed}
    year = {"year": f"{known.year}年"} if way.period.bare else {}
    order = ("area", "year", "period", "indicator")
    joined = "".join((told | year).get(piece, "") for piece in order)
    alone = bool(way.axes.one) or not fixed
    match way.place:
        case "title":
            return told | year, "", ""
        case "sheet":
            rest = year if "period" in fixed else {}
            return rest, "".join((told | ({} if rest else year)).get(piece, "") for piece in order), ""
        case "file" if alone:
            return {}, "", joined
        case "file":
            return {}, "".join(told.values()), year.get("year", "")
    return {piece: word for piece, word in (told | year).items() if piece != "area"} | {"office": told["area"]}, "", ""


def _fill(sheet: Sheet, known: Known, fixed: dict, title: dict):
    keys = [fixed["indicator"]] if "indicator" in fixed else known.keys
    tables = [keys[:1], keys[1:]] if known.way.axes.split else [keys]
    _above(sheet, known, fixed, title, keys)
    for number, part in enumerate(tables):
        if number:
            sheet.rows.append([])
        _table(sheet, known, fixed, part)
    _below(sheet, known)
    if known.way.furniture == "moved":
        sheet.rows = [[], *([Cell(), *row] for row in sheet.rows)]
        sheet.merged = [(first + 1, left + 1, last + 1, right + 1) for first, left, last, right in sheet.merged]
    width = max(len(row) for row in sheet.rows)
    sheet.rows = [[*row, *[Cell()] * (width - len(row))] for row in sheet.rows]


def _above(sheet: Sheet, known: Known, fixed: dict, title: dict, keys: list):
    way, rows = known.way, []
    parent = AREAS[way.areas].parent_name
    if title.keys() - {"office"} or way.furniture in ("title", "dressed"):
        about = "".join(title.get(piece, "") for piece in ("year", "period", "indicator"))
        words = (
            title.get("area", parent if _names_city(way) else "")
            + about
            + ("统计表" if "indicator" in title else "毒情统计表")
        )
        rows.append([Cell(_noisy(words, way, breaks=False), "title")])
    if "office" in title:
        rows.append([Cell(f"填报单位：{title['office']}禁毒办")])
    elif way.furniture == "dressed":
        office = _label(known, "area", fixed["area"]) if "area" in fixed else parent
        rows.append([Cell(f"填报单位：{office}禁毒办"), Cell(), Cell(f"填报时间：{known.year + 1}年1月5日")])
    if way.units.startswith("line"):
        rows.append([Cell(f"单位：{_unit(way, keys[0])[0]}")])
    sheet.rows += rows


def _below(sheet: Sheet, known: Known):
    if known.way.furniture in ("dressed", "notes"):
        sheet.rows += [[Cell(f"注：{known.year - 3}年6月起调整统计口径。")], [Cell("备注：外省协查的12起未计入。")]]
    if known.way.furniture in ("dressed", "signatures"):
        sheet.rows += [
            [],
            [Cell("填表人：王某某"), Cell(), Cell("审核人：李某某")],
            [Cell(f"制表日期：{known.year + 1}年1月6日")],
        ]


def _table(sheet: Sheet, known: Known, fixed: dict, keys: list):
    way = known.way
    columns, rows = (_places(known, axes, fixed, keys) for axes in (way.axes.columns, way.axes.rows))
    if way.period.mode in MEASURES:
        columns = [column | {"measure": word} for column in columns for word in MEASURES[way.period.mode]]
    headings = _headings(sheet, known, fixed, keys, columns)
    sheet.rows += headings
    width = len(headings[0])
    if way.furniture == "numbering":
        extra = width - len(columns)
        sheet.rows.append([Cell("甲乙丙丁戊"[n]) if n < extra else Cell(Decimal(n - extra + 1)) for n in range(width)])
    first = len(sheet.rows)
    for number, place in enumerate(rows, start=1):
        stubs = [cell for axis in way.axes.rows for cell in _stub(known, axis, place[axis])]
        if way.furniture == "serial":
            stubs.insert(0, Cell(Decimal(number)))
        if way.units.startswith("column"):
            stubs.append(Cell(_unit(way, place["indicator"])[0], "unit"))
        never = [Cell("-3.5%"), Cell(Decimal(number))] if way.furniture == "never read" else []
        sheet.rows.append(stubs + [_value(known, fixed | place | column) for column in columns] + never)
    if way.furniture == "merged stubs":
        _merge_down(sheet, first, 2 if way.axes.two == way.axes.rows[0] else 1)
    if way.furniture == "hidden row":
        sheet.hidden_rows.append(first + known.dice.randrange(len(rows)))
    if way.furniture == "hidden column":
        sheet.hidden_columns.append(len(headings[0]) - 1 - known.dice.randrange(len(columns)))


def _merge_down(sheet: Sheet, first: int, columns: int):
    """Write each of the leading stubs only once for the rows it speaks for."""
    labels = [[cell.what for cell in row[:columns]] for row in sheet.rows]
    for row in range(len(sheet.rows) - 1, first - 1, -1):
        for column in range(columns):
            if row > first and labels[row][: column + 1] == labels[row - 1][: column + 1]:
                sheet.rows[row][column] = Cell()
            else:
                last = row
                while last + 1 < len(labels) and labels[last + 1][: column + 1] == labels[row][: column + 1]:
                    last += 1
                sheet.merged += [(row, column, last, column)] if last > row else []


def _places(known: Known, axes: tuple, fixed: dict, keys: list) -> list[dict]:
    members = {"area": list(known.areas), "period": list(known.times), "indicator": keys}
    if _totals(known.way):
        members["area"].insert(0 if known.way.furniture == "total first" else len(known.areas), TOTAL)
    if known.way.furniture == "total of the year":
        members["period"].append(YEAR)
    return [dict(zip(axes, chosen, strict=True)) for chosen in product(*(members[axis] for axis in axes))]


# Headings


def _headings(sheet: Sheet, known: Known, fixed: dict, keys: list, columns: list[dict]) -> list[list]:
    way, top = known.way, len(sheet.rows)
    stubs = [Cell(_noisy(word, way), "stub") for axis in way.axes.rows for word in _stub_headings(way, axis)]
    if way.furniture == "serial":
        stubs.insert(0, Cell("序号"))
    if way.units.startswith("column"):
        stubs.append(Cell("计量单位" if way.seed % 2 or way.noise == "单位" else "单位"))
    paths = [_path(known, column) for column in columns]
    paths += [[Cell(word)] for word in ("同比", "排名")] if way.furniture == "never read" else []
    depth = max(len(path) for path in paths)
    rows = [
        [*stubs, *([Cell()] * len(paths))] if n == 0 else [Cell()] * (len(stubs) + len(paths)) for n in range(depth)
    ]
    # A heading is written once over its columns: merged in a workbook, blank to the right in a text table.
    for level, first, last in _spans(paths):
        rows[level][len(stubs) + first] = paths[first][level]
        if last > first:
            sheet.merged.append((top + level, len(stubs) + first, top + level, len(stubs) + last))
    short = [*range(len(stubs)), *(len(stubs) + n for n, path in enumerate(paths) if len(path) < depth)]
    if depth > 1:
        sheet.merged += [(top, column, top + depth - 1, column) for column in short]
    return rows


def _spans(paths: list[list]) -> list[tuple[int, int, int]]:
    """Each heading's level, first and last column: neighbours with the same words down to it share one."""
    spans = []
    for number, path in enumerate(paths):
        for level in range(len(path)):
            upto = [cell.what for cell in path[: level + 1]]
            before = [cell.what for cell in paths[number - 1][: level + 1]] if number else []
            if upto != before:
                spans.append([level, number, number])
            else:
                next(span for span in reversed(spans) if span[0] == level)[2] = number
    return spans


def _path(known: Known, column: dict) -> list[Cell]:
    path = []
    for axis in known.way.axes.columns:
        if axis == "indicator":
            path += _indicator_path(known.way, column[axis])
        else:
            path.append(_label_cell(known, axis, column[axis]))
    if "measure" in column:
        path.append(Cell(column["measure"]))
    return path or [Cell("数值" if known.way.seed % 2 else "数量")]


def _indicator_path(way: Way, key: str) -> list[Cell]:
    told = INDICATORS[key]
    name = told.alias if way.noise == "alias" else told.name
    match way.heads:
        case "generic group":
            parts = ["基本情况" if way.seed % 2 else "毒情", name]
        case "group and part":
            parts = [told.group, told.part]
        case "generic part":
            parts = [name, {"person": "人数", "case": "起数"}.get(told.unit, "数量")]
        case _:
            parts = [name]
    parts = [_noisy(part, way) for part in parts]
    parts[-1] = _with_unit(parts[-1], way, key)
    return [Cell(part, "indicator", (key,)) for part in parts]


def _with_unit(name: str, way: Way, key: str) -> str:
    word = _unit(way, key)[0]
    if way.units in ("bracket", "bracket, other", "half bracket") and word:
        return f"{name}({word})" if way.units == "half bracket" else f"{name}（{word}）"
    return f"{name}/{word}" if way.units.startswith("slash") else name


def _unit(way: Way, key: str) -> tuple[str, Decimal]:
    """The word and the size of the unit that a number of the indicator is written in."""
    unit = INDICATORS[key].unit
    if way.units == "none":
        return ("", Decimal(1)) if unit == "share" else (UNITS[unit][0][0], Decimal(1))
    choice = UNITS[unit][1:] if way.units in SCALED and len(UNITS[unit]) > 1 else UNITS[unit][:1]
    word, size = choice[way.seed % len(choice)]
    return word, Decimal(size)


def _stub_headings(way: Way, axis: str) -> list[str]:
    period = {"M": "月份", "Q": "时间", "Y": "年份"}[way.period.frequency]
    indicator = ("指标", "项目", "指标名称")[way.seed % 3]
    area = "地区代码" if way.names.startswith("code") else (AREAS[way.areas].heading, "地区", "行政区划")[way.seed % 3]
    area = "单位" if way.noise == "单位" else area
    if way.axes.two == axis:
        return (
            ["年份", "月份"]
            if axis == "period"
            else ["县区" if way.areas == "townships" else "市", AREAS[way.areas].heading]
        )
    word = {"period": period, "indicator": indicator, "area": area}[axis]
    if way.noise == "empty corner":
        return [""]
    if way.noise == "slash corner":
        across = {"period": period, "indicator": "指标", "area": "地区"}[way.axes.columns[0]]
        return [f"{word}\\{across}"]
    return [word]


# Stubs, names of areas and periods


def _stub(known: Known, axis: str, member) -> list[Cell]:
    way, cell = known.way, _label_cell(known, axis, member)
    if axis == "indicator":
        return [cell._replace(what=_with_unit(cell.what, way, member))]
    if way.axes.two != axis:
        return [cell]
    if axis == "area":
        return [Cell(AREAS[way.areas].parent_name), cell]
    return [Cell((f"{known.year}年", Decimal(known.year), str(known.year))[way.seed % 3]), cell]


def _label_cell(known: Known, axis: str, member) -> Cell:
    what = _label(known, axis, member)
    return Cell(what, axis, (member,), "month" if isinstance(what, date) else "")


def _label(known: Known, axis: str, member):
    way = known.way
    if member == TOTAL:
        return ("合计", "总计", "小计", "共计", AREAS[way.areas].whole)[way.seed % 5]
    if axis == "period" and member == YEAR:
        return f"{known.year}年" if way.seed % 2 else "全年" if way.period.bare else f"{known.year}年全年"
    if axis == "area":
        return _noisy_label(_area(way, member), way)
    if axis == "period":
        return _noisy_label(way.period.spell(known.year, member), way)
    told = INDICATORS[member]
    return _noisy_label(told.alias if way.noise == "alias" else told.name, way)


def _area(way: Way, code: str):
    name = AREAS[way.areas].names[code]
    match way.names:
        case "code":
            return code
        case "code as a number":
            return Decimal(code)
        case "code of 12":
            return code.ljust(12, "0")
        case "short":
            return name[:-1]
        case "path":
            return AREAS[way.areas].path + name
        case "spaced":
            return " ".join(name)
        case "indented":
            return "\u3000\u3000" + name
    return name


def _noisy_label(label, way: Way):
    return _noisy(label, way, breaks=False) if isinstance(label, str) else label


def _noisy(text: str, way: Way, breaks: bool = True) -> str:
    match way.noise:
        case "spaces":
            return (" ", "\u3000")[way.seed % 2].join(text) if not text.isascii() else f" {text} "
        case "line breaks" if breaks and len(text) > 3:
            return f"{text[: len(text) // 2]}\n{text[len(text) // 2 :]}"
        case "traditional":
            return text.translate(TRADITIONAL)
        case "full-width":
            return text.translate(FULL_WIDTH)
    return text


# Values


def _value(known: Known, place: dict) -> Cell:
    key = (place["area"], place["period"], place["indicator"])
    fact = known.written(*key, place.get("measure", ""))
    cell = Cell("", "value", (key[0], known.name(key[1]), key[2], place.get("measure", "")))
    marks = MARKS[known.way.marks]
    if fact.status == "missing":
        return cell._replace(what=marks[0])
    if fact.status == "suppressed":
        return cell._replace(what=marks[1])
    if fact.status == "estimated":
        return cell._replace(what=_estimate(known.way, fact.value, key[2], marks[2]))
    what, form = _number(known.way, fact.value, key[2])
    return cell._replace(what=what, form=form)


def _number(way: Way, value: Decimal, key: str) -> tuple[object, str]:
    """A number as the way of values wants it, and its number format; shares and weights have fewer ways than counts."""
    unit = INDICATORS[key].unit
    if unit == "share" and way.values in ("percent cell", "percent text", "per mille"):
        told = {"percent cell": (value, "percent"), "percent text": (f"{plain(value * 100)}%", ""),
                "per mille": (f"{plain(value * 1000)}‰", "")}  # fmt: skip
        return told[way.values]
    value = value / _unit(way, key)[1]
    text = plain(value)
    match way.values:
        case "format":
            return value, "thousands"
        case "formula":
            return Formula(value), ""
        case "text":
            return text, ""
        case "spaced":
            return f" {text}\u3000", ""
        case "full-width":
            return text.translate(FULL_WIDTH), ""
        case "noted":
            return f"{text}（含外流12）", ""
        case "thousands" if unit != "share":
            return f"{Decimal(text):,}", ""
        case "suffix" if unit != "share":
            return text + UNITS[unit][0][0], ""
        case "ten thousands" if unit == "person":
            return plain(value / 10000) + "万", ""
    return value, ""


def _estimate(way: Way, value: Decimal, key: str, mark: str) -> str:
    plainer = way if way.values in ("thousands", "full-width", "ten thousands") else way._replace(values="text")
    suffix = UNITS[INDICATORS[key].unit][0][0] if way.values == "suffix" else ""
    return mark.format(_number(plainer, value, key)[0]) + suffix


def plain(value: Decimal) -> str:
    """Return a number in full, without idle zeros: 1234.5, never 1.2E+3."""
    return f"{value.normalize():f}"


def _decoy(sheet: Sheet) -> Sheet:
    """A hidden sheet of the same shape with other numbers, which nobody is meant to read."""
    changed = [[Cell(cell.what + 1) if cell.role == "value" and isinstance(cell.what, Decimal) else Cell(cell.what, "", (), cell.form)
                for cell in row] for row in sheet.rows]  # fmt: skip
    return Sheet("旧表", changed, list(sheet.merged), hidden=True)


# Files

FORMS = {"percent": "0.0%", "thousands": "#,##0.00", "month": 'yyyy"年"m"月"', "day": "yyyy-mm-dd", "": "General"}
NOT_SAVED = 987654321.5


def write(book: Book, folder: Path) -> list[Path]:
    """Write the file into a folder and return what to load: a workbook, or a text table a sheet, or a .zip of them."""
    container = book.way.container
    if container in TEXT_TABLES:
        made = _text_tables(book, *TEXT_TABLES[container])
    elif container.endswith(("xls", "et")):
        made = {f"{book.name}.{container[-3:].strip()}": _old_workbook(book)}
    else:
        made = {f"{book.name}.xlsx": _workbook(book, inline=container == "xlsx with inline text")}
    if container.startswith("zip"):
        made = {f"{book.name}.zip": _zip(made)}
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in made]


def _zip(members: dict) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def _text_tables(book: Book, ending: str, encoding: str, delimiter: str) -> dict:
    made = {}
    for number, sheet in enumerate(book.sheets):
        named = (
            ""
            if len(book.sheets) == 1
            else f"-{sheet.name}"
            if not sheet.name.startswith("Sheet")
            else f"-{'abcdefgh'[number]}"
        )
        lines = io.StringIO()
        csv.writer(lines, delimiter=delimiter).writerows([_as_text(cell) for cell in row] for row in sheet.rows)
        made[f"{book.name}{named}.{ending}"] = lines.getvalue().encode(encoding)
    return made


def _as_text(cell: Cell) -> str:
    what = cell.what.value if isinstance(cell.what, Formula) else cell.what
    if not isinstance(what, Decimal):
        return str(what)
    return {"percent": f"{plain(what * 100)}%", "thousands": f"{Decimal(plain(what)):,}"}.get(cell.form, plain(what))


def _workbook(book: Book, inline: bool) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "constant_memory": inline}) as made:
        formats = {name: made.add_format({"num_format": form}) for name, form in FORMS.items()}
        for sheet in book.sheets:
            _worksheet(made.add_worksheet(sheet.name), sheet, formats)
    return _as_saved_by_excel(content.getvalue())


def _worksheet(there, sheet: Sheet, formats: dict):
    if sheet.hidden:
        there.hide()
    for row, cells in enumerate(sheet.rows):
        if row in sheet.hidden_rows:
            there.set_row(row, None, None, {"hidden": True})
        for column, cell in enumerate(cells):
            _put(there, row, column, cell, formats[cell.form])
    for column in sheet.hidden_columns:
        there.set_column(column, column, None, None, {"hidden": True})
    for first, left, last, right in sheet.merged:
        # merge_range writes blank cells in later rows, which a workbook with inline text cannot go back to.
        there.merge.append([first, left, last, right])


def _put(there, row: int, column: int, cell: Cell, form):
    match cell.what:
        case "":
            pass
        case bool():
            there.write_boolean(row, column, cell.what)
        case str():
            there.write_string(row, column, cell.what)
        case Decimal():
            there.write_number(row, column, float(cell.what), form)
        case date():
            there.write_datetime(row, column, cell.what, form)
        case Formula(None):
            there.write_formula(row, column, "=SUM(Z1:Z2)", form, NOT_SAVED)
        case Formula():
            there.write_formula(row, column, "=SUM(Z1:Z2)", form, float(cell.what.value))
        case Error():
            there.write_formula(row, column, "=1/0", form, cell.what.word)


def _as_saved_by_excel(content: bytes) -> bytes:
    """XlsxWriter asks for a calculation at the next opening; a file that Excel saved does not, and may lack a value."""
    made = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            made[name] = (
                archive.read(name).replace(b' fullCalcOnLoad="1"', b"").replace(f"<v>{NOT_SAVED}</v>".encode(), b"")
            )
    return _zip(made)


def _old_workbook(book: Book) -> bytes:
    import xlwt

    made = xlwt.Workbook(encoding="utf-8")
    formats = {name: xlwt.easyxf(num_format_str=form) for name, form in FORMS.items()}
    for sheet in book.sheets:
        there = made.add_sheet(sheet.name)
        there.visibility = int(sheet.hidden)
        for row, cells in enumerate(sheet.rows):
            for column, cell in enumerate(cells):
                if cell.what != "":
                    what = float(cell.what) if isinstance(cell.what, Decimal) else cell.what
                    there.write(row, column, what, formats[cell.form])
        for row in sheet.hidden_rows:
            there.row(row).hidden = True
        for column in sheet.hidden_columns:
            there.col(column).hidden = True
        for first, left, last, right in sheet.merged:
            there.merge(first, last, left, right)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


# Spoiled files


class Spoil(NamedTuple):
    """A way to spoil a good file: what it needs, what it does, and whether it must be refused or may be told.

    `spoil(book, dice)` returns the keys that may no longer be loaded as sound, or None where it finds nothing to spoil.
    """

    spoil: object
    needs: dict
    refused: bool = True


ALL = None  # every key of the file is in doubt


def spoiled(name: str, dice: random.Random, year: int) -> tuple[Book, set]:
    """Return a spoiled file and the keys in doubt."""
    told = SPOILS[name]
    for _ in range(500):
        needs = {
            what: dice.choice(choice) if isinstance(choice, list) else choice for what, choice in told.needs.items()
        }
        way = chance(dice, **needs)
        if not promised(way) or any(getattr(way, what) != choice for what, choice in needs.items()):
            continue
        made = book(way, year)
        doubtful = told.spoil(made, dice)
        if doubtful is not False:
            return made, set(made.truth) if doubtful is ALL else doubtful
    raise LookupError(f"No file can be spoiled by {name!r}.")


def _put_cell(sheet: Sheet, row: int, column: int, what, form: str = ""):
    sheet.rows[row][column] = sheet.rows[row][column]._replace(what=what, form=form)


def _pick(book: Book, dice: random.Random, role: str, wanted=lambda cell: True):
    """A cell of a role, drawn by chance; totals are left alone."""
    found = [place for place in book.cells(role) if place[3].key[0] not in (TOTAL, YEAR) and wanted(place[3])]
    return dice.choice(found) if found else None


def value(what, form: str = "", unit: str = ""):
    """Put something else into a cell of numbers."""

    def spoil(book: Book, dice: random.Random):
        place = _pick(book, dice, "value", lambda cell: not unit or INDICATORS[cell.key[2]].unit == unit)
        if not place:
            return False
        content = str(what) if book.way.is_text and not isinstance(what, Decimal) else what
        _put_cell(
            *place[:3], content.upper() if isinstance(content, str) and content in ("True", "False") else content, form
        )
        return ALL

    return spoil


def label(role: str, change, wanted=lambda cell: True):
    """Change the label of an area, a period or an indicator wherever it is not the only one of its kind."""

    def spoil(book: Book, dice: random.Random):
        place = _pick(book, dice, role, wanted)
        if not place:
            return False
        _put_cell(*place[:3], change(place[3].what))
        return ALL

    return spoil


def _misspelt(name: str) -> str:
    return name[:2] + name[3] + name[2] + name[4:]


def _unit_of(word: str, unit: str):
    return label("indicator", lambda name: f"{name}（{word}）", lambda cell: INDICATORS[cell.key[0]].unit == unit)


def _unit_line(book: Book, dice: random.Random):
    for sheet in book.sheets:
        for row, cells in enumerate(sheet.rows):
            if str(cells[0].what).startswith("单位："):
                _put_cell(sheet, row, 0, "单位：千克")
    return ALL


def _covered(sheet: Sheet, row: int, column: int) -> list[tuple]:
    """The keys of the numbers that a label speaks for: those of its row, or below it and its merged neighbours."""
    beside = [cell.key[:3] for cell in sheet.rows[row] if cell.role == "value"]
    last = next((right for first, left, _, right in sheet.merged if (first, left) == (row, column)), column)
    below = [cell.key[:3] for cells in sheet.rows for cell in cells[column : last + 1] if cell.role == "value"]
    return beside or below


def _relabelled(role: str, choose):
    """Write another label over one: the numbers under it are now nobody's, or somebody else's too."""

    def spoil(book: Book, dice: random.Random):
        place = _pick(book, dice, role)
        if not place:
            return False
        sheet, row, column, cell = place
        others = [other for _, _, _, other in book.cells(role) if other.key != cell.key]
        what, form, name = choose(book, dice.choice(others)) if others else ("", "", "")
        if not what:
            return False
        _put_cell(sheet, row, column, what, form)
        covered = _covered(sheet, row, column)
        return {*covered} | {(name, *key[1:]) if role == "area" else (key[0], name, key[2]) for key in covered}

    return spoil


def _another_area(book: Book, other: Cell) -> tuple:
    return other.what, other.form, other.key[0]


def _another_period(book: Book, other: Cell) -> tuple:
    return other.what, other.form, book.known.name(other.key[0])


def _the_year(book: Book, other: Cell) -> tuple:
    return f"{book.known.year}年", "", str(book.known.year)


def _another_number(book: Book, dice: random.Random):
    """Repeat a row with one number changed."""
    sheet, row, column, cell = _pick(book, dice, "value")
    again = list(sheet.rows[row])
    again[column] = cell._replace(what=cell.what + 1)
    sheet.rows.insert(row + 1, again)
    return {cell.key[:3]}


def _wrong_total(book: Book, dice: random.Random):
    """A total of areas or of the year is too large; whose fault a year's is nobody can say, only told it must be."""
    totals = [place for place in book.cells("value") if TOTAL in place[3].key or place[3].key[1][4:] in ("-99", "Q99")]
    sheet, row, column, cell = dice.choice(totals)
    _put_cell(sheet, row, column, cell.what + 7)
    return {(AREAS[book.way.areas].parent, *cell.key[1:3])} if TOTAL in cell.key else set()


def _second_sums(book: Book) -> list:
    """The cells of the second sum since January, and what stood in the first."""
    first, second = (book.known.times[n] for n in (0, 1))
    flows = [place for place in book.cells("value") if INDICATORS[place[3].key[2]].kind == "flow"]
    there = [place for place in flows if place[3].key[0] != TOTAL and place[3].key[1] == book.known.name(second)]
    return [(place, book.known.written(place[3].key[0], first, place[3].key[2]).value) for place in there]


def _falling(book: Book, dice: random.Random):
    """The sum since January of the second period falls below that of the first."""
    falling = [(place, before) for place, before in _second_sums(book) if before > 1]
    if not falling:
        return False
    (sheet, row, column, _), before = dice.choice(falling)
    _put_cell(sheet, row, column, Decimal(int(before / 2)))
    return ALL


def _gap(book: Book, dice: random.Random):
    (sheet, row, column, cell), _ = dice.choice(_second_sums(book))
    _put_cell(sheet, row, column, "—")
    gone = [book.known.name(time) for time in book.known.times[1:3]]
    return {(cell.key[0], name, cell.key[2]) for name in gone}


def _untitled(book: Book, dice: random.Random):
    titles = book.cells("title")
    for sheet, row, column, _ in titles:
        _put_cell(sheet, row, column, "毒情统计表")
    return ALL if titles else False


def _other_year(book: Book, dice: random.Random):
    """The sheet's name tells another year than the title."""
    for number, sheet in enumerate(book.sheets):
        sheet.name = f"{book.known.year - 1}年" + ("" if len(book.sheets) == 1 else f"表{'甲乙丙丁戊'[number]}")
    return ALL


def _other_county(book: Book, dice: random.Random):
    """The sheet's name tells another county than the title."""
    book.sheets[0].name = "柏陵县"
    return ALL


def _torn(book: Book, dice: random.Random):
    sheet, row, column, _ = _pick(book, dice, "value")
    del sheet.rows[row][column]
    return ALL


def _comma(book: Book, dice: random.Random):
    """1,234 without quotation marks: one cell too many."""
    sheet, row, column, cell = _pick(book, dice, "value")
    sheet.rows[row].insert(column, Cell(Decimal(1)))
    return ALL


def _persons(book: Book, dice: random.Random):
    sheet, row, _, _ = book.cells("stub")[0]
    for number, cells in enumerate(sheet.rows):
        cells.append(Cell("姓名" if number == row else "王某某" if number > row else ""))
    return ALL


def _part_above_whole(book: Book, dice: random.Random):
    place = _pick(book, dice, "value", lambda cell: cell.key[2] == "users_new")
    _put_cell(*place[:3], Decimal(99999))
    area, period, _ = place[3].key[:3]
    return {(area, period, key) for key in ("users_current", "users_new")}


def _heading_lost(book: Book, dice: random.Random):
    """The last heading of numbers is gone; in a text table it looks like a merged one."""
    last = max((place for place in book.cells("indicator") if place[0] is book.sheets[0]), key=lambda place: place[2])
    if not all(cell.key[2] == last[3].key[0] for sheet, _, column, cell in book.cells("value") if column == last[2]):
        return False
    _put_cell(*last[:3], "")
    return ALL


PLAIN = {"values": "number", "marks": "none", "units": "none"}
LABELLED = {"heads": "flat", "noise": ["plain", "empty corner", "alias"], "units": "none"}
DOWN = {
    "layout": ["wide by indicator", "wide by indicator, periods first", "long", "a sheet a county", "wide by period"]
}
XLSX = {"container": ["xlsx", "xlsx with inline text", "zip of xlsx"]}
SINCE = {"periods": ["1-3月", "1—3月累计", "2025年1-3月", "to 上半年", "一季度 上半年"]}
OWN = [name for name, period in PERIODS.items() if period.mode == "own"]
COUNTED = {"theme": ["persons", "mixed", "flows"]}
ROWS = {"layout": ["wide by indicator", "wide by indicator, periods first", "long", "wide by period"]}
SPOILS = {
    "text in a number": Spoil(value("已报"), {}),
    "a letter in a number": Spoil(value("1O3"), {}),
    "two dots": Spoil(value("1.2.3"), {}),
    "a comma in the wrong place": Spoil(value("12,34"), {}),
    "a European number": Spoil(value("1.234,5"), {}),
    "a range": Spoil(value("10-15"), {}),
    "a fraction": Spoil(value("3/4"), {}),
    "a sum": Spoil(value("12+3"), {}),
    "two numbers": Spoil(value("12 （上年15） 13"), {}),
    "a question": Spoil(value("12?"), {}),
    "true": Spoil(value(True), {}),
    "a date": Spoil(value(date(2025, 3, 5), "day"), {}),
    "a month as number": Spoil(value("2025年3月"), {}),
    "#DIV/0!": Spoil(value("#DIV/0!"), {}),
    "a real #DIV/0!": Spoil(value(Error()), XLSX),
    "a real #N/A": Spoil(value(Error("#N/A")), XLSX),
    "a formula never calculated": Spoil(value(Formula(None)), XLSX),
    "below zero": Spoil(value(Decimal(-3)), {"theme": ["persons", "flows"]}),
    "another unit in a cell": Spoil(value("12克", unit="person"), {"theme": "persons", "units": "none"}),
    "percent of persons": Spoil(value("12%", unit="person"), {"theme": "persons"}),
    "a share above one": Spoil(value(Decimal("12.2"), unit="share"), {"theme": "shares", **PLAIN}),
    "one percent sign among plain shares": Spoil(value("35.4%", unit="share"), {"theme": "shares", **PLAIN, "layout": "wide by indicator"}),
    "percent signs and one plain share": Spoil(value(Decimal("0.354"), unit="share"), {"theme": "shares", **PLAIN, "values": ["percent text", "percent cell"], "layout": "wide by indicator"}),
    "a fraction under （%）": Spoil(value(Decimal("0.354"), unit="share"), {"theme": "shares", **PLAIN, "units": "bracket"}),
    "a misspelt indicator": Spoil(label("indicator", _misspelt), {**LABELLED, "noise": "plain"}),
    "an unknown county": Spoil(label("area", lambda name: "青渡地区"), {"names": "full"}),
    "a county of two names": Spoil(label("area", lambda name: "朝阳区"), {"names": "full", "areas": ["districts", "Changde"]}),
    "an empty county": Spoil(label("area", lambda name: ""), DOWN),
    "an empty period": Spoil(label("period", lambda name: ""), DOWN),
    "a thirteenth month": Spoil(label("period", lambda name: "2025年13月"), {}),
    "a note for a period": Spoil(label("period", lambda name: "上月"), {}),
    "another frequency": Spoil(_relabelled("period", _the_year), {"periods": ["2025年3月", "2025-03", "a date", "三月"], "furniture": "none"}, refused=False),
    "kilograms of persons": Spoil(_unit_of("千克", "person"), {**LABELLED, "theme": "persons"}),
    "times for persons": Spoil(_unit_of("人次", "person"), {**LABELLED, "theme": "persons"}),
    "persons for times": Spoil(_unit_of("人", "person-time"), {**LABELLED, "theme": ["flows", "everything"]}),
    "percent for persons": Spoil(_unit_of("%", "person"), {**LABELLED, "theme": "persons"}),
    "a unit line of another dimension": Spoil(_unit_line, {"theme": "persons", "units": "line"}),
    "one county twice": Spoil(_relabelled("area", _another_area), {"marks": "none", "furniture": "none", "periods": OWN}, refused=False),
    "one period twice": Spoil(_relabelled("period", _another_period), {"marks": "none", "furniture": "none", "periods": OWN}, refused=False),
    "a row again with another number": Spoil(_another_number, {**PLAIN, **ROWS, **COUNTED, "furniture": "none", "periods": ["2025年3月", "2025Q2", "2025"]}, refused=False),
    "a total that does not add up": Spoil(_wrong_total, {**PLAIN, **COUNTED, "furniture": ["total", "total first"], "periods": ["2025年3月", "3月", "2025Q2", "2025"]}, refused=False),
    "a year that does not add up": Spoil(_wrong_total, {"theme": "flows", **PLAIN, "furniture": "total of the year"}, refused=False),
    "a sum since January that falls": Spoil(_falling, {**SINCE, **PLAIN, **COUNTED}),
    "a gap in sums since January": Spoil(_gap, {**SINCE, **PLAIN, **COUNTED, "furniture": "none"}, refused=False),
    "a year nowhere": Spoil(_untitled, {"periods": ["3月", "三月", "第一季度", "1-3月", "全年"], "place": "title", "furniture": "none"}),
    "a county nowhere": Spoil(_untitled, {"layout": ["a sheet a county", "one county in the title"], "place": "title", "furniture": "none"}),
    "an indicator nowhere": Spoil(_untitled, {"layout": "wide by period, a sheet an indicator", "place": "title", "furniture": "none"}),
    "two years": Spoil(_other_year, {"periods": ["3月", "三月", "第一季度", "全年"], "place": "title", "container": ["xlsx", *OLD_BOOKS]}),
    "two counties": Spoil(_other_county, {"layout": "one county in the title", "place": "title", "container": ["xlsx", *OLD_BOOKS]}),
    "a torn line": Spoil(_torn, {"container": list(TEXT_TABLES)}),
    "a comma too many": Spoil(_comma, {"container": list(TEXT_TABLES)}),
    "persons": Spoil(_persons, {"layout": ["wide by indicator", "long"]}),
    "a part above its whole": Spoil(_part_above_whole, {"theme": "persons", **PLAIN, "periods": ["2025年3月", "2025", "2025Q2"]}, refused=False),
    "a heading lost": Spoil(_heading_lost, {"layout": ["wide by indicator", "a sheet a month"], **LABELLED, **COUNTED, "furniture": ["none", "title", "notes"]}, refused=False),
}  # fmt: skip


def alone(year: int) -> Book:
    """Return a file with a sum since January and nothing before it: no month can be known."""
    return book(Way(layout="one month in the title", theme="flows", periods="2025年1-3月"), year)


def share_since_january(year: int) -> Book:
    """Return a file of shares since January, which have no difference."""
    return book(Way(theme="shares", periods="2025年1-3月"), year)
