"""Writes the made-up city's figures as nine offices would send them, each county with faults of its own."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from paper import Formula, Sheet, archive, stack, text_file, workbook
from returns import Returns, added, by_county, figure, plain, so_far

CITY = "云汀市（虚构）"
INDICATORS = Path(__file__).resolve().parent.parent / "vocabulary" / "indicators.csv"
WORDS = pd.read_csv(INDICATORS, dtype=str, keep_default_na=False, index_col="key")
NAME = WORDS["zh"].to_dict() | {"persons_tested": "吸毒检测人次"}  # as offices head it
ALIASES = WORDS["aliases"].str.split("|").to_dict()
UNITS = {"person": "人", "person-time": "人次", "case": "起", "kg": "千克", "ten-thousand-yuan": "万元", "point": "分"}
UNIT = WORDS["unit"].map(UNITS).to_dict()
FLOWS = set(WORDS.index[WORDS["kind"] == "flow"])
MONTHS = range(1, 13)

FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
NUMERALS = str.maketrans("0123456789", "〇一二三四五六七八九")
TRADITIONAL = str.maketrans(
    "专业乡买云册农务动区单县发员坞垄处复执报数断无时晓机检满滥濑现获盗窃类纠统维缴调责贩购费踪转迁错镇间阴际学实应财总测录评计记职岁离强补",
    "專業鄉買雲冊農務動區單縣發員塢壟處復執報數斷無時曉機檢滿濫瀨現獲盜竊類糾統維繳調責販購費蹤轉遷錯鎮間陰際學實應財總測錄評計記職歲離強補",
)  # fmt: skip


class Office(NamedTuple):
    sheets: Callable[[Returns], list[Sheet]]
    texts: tuple[tuple[str, str, str], ...] = ()  # ending, encoding and separator, in turn from year to year
    zip_names_in: str = ""  # the encoding of the names in the .zip in which all years come


def write_city(folder: Path, truth: pd.DataFrame, names: dict[str, str]) -> None:
    """Write every county's files, a year each; the truth is a long table of area, period, indicator, value."""
    folder.mkdir(parents=True, exist_ok=True)
    for code, years in by_county(truth, names, list(NAME)).items():
        files = dict(written(OFFICES[code], told) for told in years)
        if names_in := OFFICES[code].zip_names_in:
            files = {f"{CITY}-{names[code]}-各年.zip": archive(files, names_in)}
        for name, content in files.items():
            (folder / name).write_bytes(content)


def written(office: Office, returns: Returns) -> tuple[str, bytes]:
    stem, sheets = f"{CITY}-{returns.county}-{returns.year}年", office.sheets(returns)
    if not office.texts:
        return f"{stem}.xlsx", workbook(sheets, stem)
    ending, encoding, separator = office.texts[returns.year % len(office.texts)]
    return f"{stem}.{ending}", text_file(sheets[0], encoding, separator)


def month_table(places: dict, period, stub=("地区", "月份"), heading=NAME.get, place=str, cell=figure) -> list[list]:
    """A heading row, then a row for each month and place."""
    keys = list(next(iter(places.values())))
    body = [
        [place(name), period(month), *(cell(told, key, month) for key in keys)]
        for month in MONTHS for name, told in places.items()
    ]  # fmt: skip
    return [[*stub, *map(heading, keys)], *body]


def two_tables(returns: Returns, **manner) -> dict[str, list[list]]:
    manner = {"period": lambda month: f"{returns.year}年{month}月"} | manner
    county = month_table({returns.county: returns.whole}, **manner)
    return {"县区月报": county, "乡镇月报": month_table(returns.townships, **manner)}


def titled_text(returns: Returns) -> list[Sheet]:
    """青渡区: titles and notes around the table, units and line breaks in headings, numbers kept as text."""
    year, full_width = str(returns.year).translate(FULL_WIDTH), {"users_new", "users_handled", "seizure_meth"}

    def heading(key: str) -> str:
        return f"{NAME[key][0]} {NAME[key][1:4]}\n{NAME[key][4:]}\n（{UNIT[key]}）"

    def cell(told: dict, key: str, month: int) -> str | None:
        value = figure(told, key, month)
        text = None if value is None else f"{value:.2f}" if UNIT[key] == "千克" else str(value)
        return text.translate(FULL_WIDTH) if text and key in full_width else text

    manner = {"period": lambda month: f"{year}年{month}月", "stub": ("地\n区", "月 份"), "place": " ".join}
    sheets = []
    for name, table in two_tables(returns, **manner, heading=heading, cell=cell).items():
        told = [f"填报单位：{returns.county}禁毒办", None, None, f"填报时间：{returns.year + 1}年1月5日"]
        above = [[f"{returns.county}{year}年禁毒工作{name}"], told + [None, "单位：人"] * (name == "乡镇月报"), []]
        below = [[], ["注：空格为尚无数据。"], ["填表人：云小舟"], ["审核人：沈望汀"]]
        sheets.append(Sheet(name, [*above, *table, *below], (3, 3), [(0, 0, 0, 7)]))
    return sheets


PERSONS, CASES = "人员情况", "案件情况"
STEMS = {"吸毒人员": PERSONS, "社区戒毒康复人员": PERSONS, "滥用": PERSONS, "毒品犯罪案件": CASES, "缴获": CASES}


def stacked_headings(returns: Returns) -> list[Sheet]:
    """望鹭区: two or three merged heading rows, a numbering row, 合计 under each month, 1,234 as text."""

    def cell(told: dict, key: str, month: int):
        value = figure(told, key, month)
        return f"{value:,}" if UNIT[key] == "人" and value is not None and value >= 1000 else value

    def sheet(name: str, area: str, places: dict, depth: int) -> Sheet:
        # Headings of one group and stem stand side by side.
        keys = sorted(next(iter(places.values())), key=lambda key: heading_path(key)[:-1])
        places = {place: {key: told[key] for key in keys} for place, told in places.items()}
        _, *body = month_table(places, lambda month: f"{month}月", cell=cell)
        header, merged = stack([(area,), ("月份",), *(heading_path(key)[-depth:] for key in keys)], depth, top=1)
        above = [[f"{returns.county}{returns.year}年禁毒工作统计表"], *header, ["甲", "乙", *range(1, len(keys) + 1)]]
        return Sheet(name, above + body, (1, depth + 1), [(0, 0, 0, len(keys) + 1), *merged])

    whole = sheet("县区月报", "地区", {returns.county: returns.whole}, 3)
    return [whole, sheet("乡镇月报", "乡镇", returns.townships | {"合计": added(returns.townships)}, 2)]


def heading_path(key: str) -> tuple[str, ...]:
    name, unit = NAME[key], "" if UNIT[key] in ("人", "人次", "起") else f"（{UNIT[key]}）"
    for stem, group in STEMS.items():
        part = name.removesuffix(stem) if name.endswith(stem) else name.removeprefix(stem)
        if part != name:
            return (group, stem + unit, part)
    return (name + unit,)


def year_to_date(returns: Returns) -> list[Sheet]:
    """澄溪县: flows as totals since January, stocks at the month's end."""

    def cell(told: dict, key: str, month: int):
        return (so_far if key in FLOWS else figure)(told, key, month)

    # A score has no total since January, nor has the survey, which began in April: they stand on a sheet of their own.
    survey = [key for key in ("register_missed", "register_wrong") if set(returns.whole[key]) != {None}]
    apart = {key: returns.whole[key] for key in ["evaluation_score", *survey]}
    whole = {returns.county: {key: told for key, told in returns.whole.items() if key not in apart}}
    title = [f"{returns.county}{returns.year}年禁毒工作统计表"]
    table = month_table(whole, lambda month: "1月" if month == 1 else f"1—{month}月累计", cell=cell)

    _, *body = two_tables(returns, cell=cell)["乡镇月报"]
    keys = next(iter(returns.townships.values()))
    paths = [("本年累计", NAME[key]) if key in FLOWS else (NAME[key],) for key in keys]
    header, merged = stack([("乡镇",), ("月份",), *paths], 2, top=0)

    return [
        Sheet("县区月报", [title, *table], (1, 1)),
        Sheet("乡镇月报", [*header, *body], (0, 1), merged),
        Sheet("专项", two_tables(returns._replace(whole=apart))["县区月报"]),
    ]


def transposed(returns: Returns) -> list[Sheet]:
    """柏陵县: indicators down, months across, the year's total of a flow beside them; a sheet for each township."""
    sheets = []
    for place, told in {returns.county: returns.whole, **returns.townships}.items():
        rows = [[f"{place}{returns.year}年禁毒工作情况统计表"]]
        rows.append(["序号", "指标名称", "计量单位", *(f"{month}月" for month in MONTHS), "全年"])
        for number, (key, values) in enumerate(told.items(), start=1):
            rows.append([number, NAME[key], UNIT[key], *values, so_far(told, key, 12) if key in FLOWS else None])
        sheets.append(Sheet(place, rows, (1, 1), [(0, 0, 0, 15)]))
    return sheets


def one_below_the_other(returns: Returns) -> list[Sheet]:
    """月岑县: text files, saved by another program from year to year; the townships stand below the county."""
    county, townships = two_tables(returns).values()
    return [Sheet("月报", [*county, [], *townships])]


def sheet_a_month(returns: Returns) -> list[Sheet]:
    """南杞县: a sheet a month, the townships with their sum, then what only the county counts; one year a list."""
    if returns.year == 2023:
        return [dated_list(returns)]
    sums, sheets = added(returns.townships), []
    for month in MONTHS:
        rows = [[f"{returns.county}{returns.year}年{month}月禁毒工作报表"], ["乡镇", *map(NAME.get, sums)]]
        for place, told in {**returns.townships, "合计": sums}.items():
            rows.append([place, *(figure(told, key, month) for key in sums)])
        own = [key for key in returns.whole if key not in sums]
        rows += [[], ["指标", "计量单位", "数量"]]
        rows += [[NAME[key], UNIT[key], figure(returns.whole, key, month)] for key in own]
        sheets.append(Sheet(f"{month}月", rows, (1, 1), [(0, 0, 0, len(sums))]))
    return sheets


def dated_list(returns: Returns) -> Sheet:
    places = {returns.county: returns.whole, **returns.townships}
    rows = [
        [place, date(returns.year, month, 1), NAME[key], figure(told, key, month)]
        for place, told in places.items() for key in told for month in MONTHS
    ]  # fmt: skip
    return Sheet("台账", [["地区", "月份", "指标", "数值"], *rows])


def other_names(returns: Returns) -> list[Sheet]:
    """松屏县: traditional characters, other names of indicators, short or spaced areas, periods of three shapes."""

    def period(month: int) -> str | int:
        if returns.year % 3 == 0:
            return int(f"{returns.year}{month:02}")
        if returns.year % 3 == 1:
            return f"{returns.year}.{month:02}"
        tens = {10: "十", 11: "十一", 12: "十二"}
        return f"{returns.year}年".translate(NUMERALS) + (tens.get(month) or str(month).translate(NUMERALS)) + "月"

    def heading(key: str) -> str:
        return (ALIASES[key][returns.year % len(ALIASES[key])] or NAME[key]).translate(TRADITIONAL)

    def place(name: str) -> str:
        return (" ".join(name) if name == returns.county else name[:2]).translate(TRADITIONAL)

    manner = {"period": period, "stub": ("地區", "時間"), "heading": heading, "place": place}
    return [Sheet(name.translate(TRADITIONAL), table) for name, table in two_tables(returns, **manner).items()]


WEIGHTS = [("克", "1000"), ("公斤", "1"), ("吨", "0.001"), ("斤", "2")]
MONEY = [("元", "10000"), ("亿元", "0.0001"), ("万元", "1")]
OF_THESE = {"users_current": ("流动人口", "users_migrant"), "users_handled": ("复吸", "relapse_handled")}


def other_units(returns: Returns) -> list[Sheet]:
    """芦泽县: other units every year, dashes for what is not known, units and remarks in the cells."""
    units = {"千克": WEIGHTS[returns.year % 4], "万元": MONEY[returns.year % 3]}

    def heading(key: str) -> str:
        return f"{NAME[key]}（{units[UNIT[key]][0]}）" if UNIT[key] in units else NAME[key]

    def cell(told: dict, key: str, month: int):
        value, (word, among) = figure(told, key, month), OF_THESE.get(key, ("", ""))
        if value is None:
            return "—－/"[month % 3]
        if among in told and figure(told, among, month):
            return f"{value}（含{word}{figure(told, among, month)}）"
        if UNIT[key] in units:
            return plain(float(Decimal(str(value)) * Decimal(units[UNIT[key]][1])))
        return f"{value}起" if UNIT[key] == "起" else value

    return [Sheet(name, table) for name, table in two_tables(returns, heading=heading, cell=cell).items()]


SUMS = {
    "users_handled": ("users_new", "relapse_handled"),
    "community_detox_and_rehab": ("community_detox", "community_rehab"),
}


def long_list(returns: Returns) -> list[Sheet]:
    """石磴县: a long list with formulas, a filter left on, a hidden column, a hidden draft, a block pasted twice."""
    header = ["地区", "月份", "指标", "计量单位", "数值", "备注"]

    def listed(place: str, told: dict, month: int, above: int) -> list[list]:
        line, rows = {key: above + number for number, key in enumerate(told, start=1)}, []
        for key in told:
            value, parts = figure(told, key, month), SUMS.get(key, [""])
            value = Formula("=" + "+".join(f"E{line[part]}" for part in parts), value) if {*parts} <= {*told} else value
            remark = "已与台账核对" if key == "users_current" and month % 3 == 0 else None
            rows.append([place, f"{returns.year}年{month}月", NAME[key], UNIT[key], value, remark])
        return rows

    rows = [header]
    for month in MONTHS:
        rows += listed(returns.county, returns.whole, month, len(rows))
    draft = [[*row[:4], row[4] + 1] for row in rows if row[2] == NAME["users_new"]]
    rows += [row for row in rows[-30:] if not isinstance(row[4], Formula)]
    end_of_first = len(rows) - 1
    rows += [[], header]
    for month in MONTHS:
        for place, told in returns.townships.items():
            rows += listed(place, told, month, len(rows))
    filtered = (end_of_first, 1, f"{returns.year}年12月")
    table = Sheet("台账", rows, hidden_column=5, shown_only=filtered)
    return [table, Sheet("旧稿", [header[:5], *draft], hidden=True)]


TEXTS = (("csv", "gb18030", ","), ("tsv", "utf-16-le", "\t"), ("csv", "utf-8-sig", ","))
OFFICES = {
    "990101": Office(titled_text),
    "990102": Office(stacked_headings),
    "990103": Office(year_to_date, zip_names_in="utf-8"),
    "990104": Office(transposed),
    "990105": Office(one_below_the_other, texts=TEXTS),
    "990106": Office(sheet_a_month),
    "990107": Office(other_names, zip_names_in="gb18030"),
    "990108": Office(other_units),
    "990109": Office(long_list),
}
