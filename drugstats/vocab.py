"""The words: indicators, areas, drugs, control lines, sources, labels and number formats, in Chinese and English."""

import difflib
import os
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import pandas as pd

from drugstats.tables import TableError

PACKAGE = Path(__file__).parent
HOME = next(folder for folder in (PACKAGE / "vocabulary", PACKAGE.parent / "data" / "vocabulary") if folder.is_dir())
LANGUAGES = ("zh", "en")
SURE = 0.99
# From how much on, divided by what, in which unit money is read.
MONEY = {
    "zh": [(1e8, 1e8, "hundred-million-yuan"), (1e6, 1e4, "ten-thousand-yuan"), (0, 1, "yuan")],
    "en": [(1e9, 1e9, "billion-yuan"), (1e6, 1e6, "million-yuan"), (0, 1, "yuan")],
}
DIGITS = ["", *"一二三四五六七八九"]
KEYS = {"areas": "code"} | dict.fromkeys(["indicators", "sources", "labels", "drugs", "drug_classes"], "key")
PARTS_OF_KEY = {"conversions": ["drug", "unit"], "sentencing": ["drug"]}


@cache
def table(name: str) -> pd.DataFrame:
    """Return a vocabulary table by the name of its file (indicators, areas, sources, drugs, …), every cell as text.

    A workspace's own file vocabulary/NAME.csv (folder in DRUGSTATS_WORKSPACE, else the current one) is added; its
    rows replace shipped rows of the same key.
    """
    own = Path(os.environ.get("DRUGSTATS_WORKSPACE", ".")) / "vocabulary" / f"{name}.csv"
    files = [HOME / f"{name}.csv"] + ([own] if own.is_file() else [])
    rows = pd.concat([_read(file) for file in files], ignore_index=True).fillna("")
    if name in PARTS_OF_KEY:
        return rows.drop_duplicates(PARTS_OF_KEY[name], keep="last", ignore_index=True)
    if name not in KEYS:
        return rows
    return rows.drop_duplicates(KEYS[name], keep="last").set_index(KEYS[name])


def text(key: str, lang: str = "zh", **values) -> str:
    """Return the label or sentence of a key with its placeholders filled; raises TableError for an unknown key."""
    return _row("labels", key)[_checked(lang)].format(**values)


def area(code: str, lang: str = "zh") -> str:
    """Return the name of an area; without an English name the Chinese one, an unknown code as it is."""
    row = _rows("areas").get(code, {"zh": str(code), "en": ""})
    return row[_checked(lang)] or row["zh"]


def indicator(key: str, lang: str = "zh") -> str:
    """Return the name of an indicator."""
    return _row("indicators", key)[_checked(lang)]


def indicator_with_unit(key: str, lang: str = "zh") -> str:
    """Return the name of an indicator with its unit in brackets, as a heading says it."""
    word = unit(key, lang)
    return text("heading", lang, name=indicator(key, lang), unit=word) if word else indicator(key, lang)


def unit(key: str, lang: str = "zh") -> str:
    """Return the word for an indicator's unit, empty for shares."""
    return text(f"unit.{_row('indicators', key)['unit']}", lang)


def source(key: str, lang: str = "zh") -> str:
    """Return a source's title as published, or as a Chinese reader is told of it; a file name stays as it is."""
    told = _rows("sources").get(key, {"title": str(key), "zh": ""})
    return told["zh"] if _checked(lang) == "zh" and told["zh"] else told["title"]


def drug(key: str, lang: str = "zh") -> str:
    """Return the name of a drug or of a class of drugs."""
    return (_rows("drug_classes").get(key) or _row("drugs", key))[_checked(lang)]


@cache
def kinds() -> dict:
    """Return stock, flow, share or rate for every indicator."""
    return table("indicators")["kind"].to_dict()


def ratio(key: str) -> dict:
    """Return the definition of a ratio indicator as the arguments of `tables.ratio`."""
    row = _row("indicators", key)
    if not row["part"]:
        raise TableError(f"{key} has no part and whole in indicators.csv, so it cannot be computed.")
    return {"indicator": key, "part": row["part"], "whole": row["whole"], "whole_when": row["whole_when"]}


def parent(code: str) -> str:
    """Return the code of the area above an area, empty for the highest and for an unknown code."""
    return _rows("areas").get(code, {"parent": ""})["parent"]


def children(code: str) -> list[str]:
    """Return the codes of the areas directly below an area, in order of code."""
    areas = table("areas")
    return sorted(areas.index[areas["parent"] == code])


def peers(code: str) -> list[str]:
    """Return the codes of all areas below the same parent, the area itself included; none where it stands alone."""
    found = children(_row("areas", code)["parent"]) if _row("areas", code)["parent"] else []
    return found if len(found) > 1 else []


def top_area(codes, lang: str = "zh") -> str:
    """Return the area to report on by default: the one above all others, or their common parent."""
    areas, codes = table("areas"), set(codes)
    tops = {code for code in codes if areas.at[code, "parent"] not in codes}
    parents = {areas.at[code, "parent"] for code in tops}
    if len(tops) == 1:
        return tops.pop()
    if len(parents) == 1 and "" not in parents:
        return parents.pop()
    raise TableError(text("error.no_top", lang, count=len(tops)))


def show(value, form: str, lang: str = "zh", decimals: int | None = None) -> str:
    """Return a value as readers see it; rounding is half up, as taught in school (四舍五入).

    Forms: count, number, index (two decimals), percent, points, probability, place, money (yuan), period, area,
    indicator, indicator_with_unit, part, drug, driver, word, counted (a unit), text. An unknown number is a dash; no
    probability is told as 0 or 1.
    """
    if form in ("count", "number", "index", "percent", "points", "probability", "place") and pd.isna(value):
        return "—"
    match form:
        case "count" | "place":
            return _rounded(value, decimals or 0)
        case "number":
            return _rounded(value, 1 if decimals is None else decimals)
        case "index":
            return _rounded(value, 2)
        case "percent":
            return show(value, "points", lang, decimals) + "%"
        case "points":
            return _rounded(value, 1 if decimals is None else decimals, times=100)
        case "probability":
            near = min(max(value, 1 - SURE), SURE)
            told = show(near, "percent", lang, 0)
            key = "more_than" if value > SURE else "less_than"
            return told if near == value else text(f"word.{key}", lang, value=told)
        case "money":
            return show_money(value, lang)
        case "period":
            return period(value, lang)
        case "area":
            return area(value, lang)
        case "indicator":
            return indicator(value, lang)
        case "part":
            return text("rest", lang) if value == "rest" else indicator(value, lang)
        case "drug":
            return drug(value, lang)
        case "indicator_with_unit":
            return indicator_with_unit(value, lang)
        case "word" | "driver":
            return text(f"{form}.{value}", lang) if value else "—"
        case "counted":  # an office may count in other units than these
            return text(f"counted.{value}", lang) if f"counted.{value}" in _rows("labels") else str(value)
        case "text":
            return str(value)
    raise TableError(f"{form!r} is not a number format.")


def show_indicator(value, key: str, lang: str = "zh", divisor: int = 1, whole=None) -> str:
    """Return a value of an indicator in its own format; divided (see `scale`) with one decimal.

    A share is a percent, without decimals where its whole is below a hundred: there one person is over one percent.
    """
    row = _row("indicators", key)
    if row["unit"] == "fraction":
        return show(value, "percent", lang, share_decimals(whole, int(row["decimals"])))
    return show(value / divisor, "number", lang, int(row["decimals"]) if divisor == 1 else 1)


def share_decimals(whole, usual: int = 1) -> int:
    """Return how many decimals a percentage of `whole` persons deserves."""
    return 0 if whole is not None and whole < 100 else usual


def amount(value, key: str, lang: str = "zh") -> str:
    """Return a value of an indicator with its unit; a dash alone where it is not known."""
    if pd.isna(value):
        return "—"
    number = show_indicator(value, key, lang)
    one = f"unit_one.{_row('indicators', key)['unit']}"
    word = text(one, lang) if number == "1" and one in _rows("labels") else unit(key, lang)
    return text("amount", lang, number=number, unit=word).strip()


def scale(key: str, largest: float, lang: str = "zh") -> tuple[int, str]:
    """Return the divisor and the unit for an axis: large Chinese counts are read in 万, English ones in thousands."""
    word = unit(key, lang)
    if _row("indicators", key)["unit"] == "kg" and largest >= 10_000:
        return 1_000, text("unit.tonne", lang)
    if largest < 100_000 or not word:
        return 1, word
    return (10_000, f"万{word}") if _checked(lang) == "zh" else (1_000, f"thousand {word}")


def money(yuan: float, lang: str = "zh", smallest: float | None = None) -> tuple[float, str]:
    """Return an amount of yuan in the unit it is read in, and the unit's key; in a column, that of its `smallest`."""
    told = abs(yuan if smallest is None else smallest)
    divisor, word = next(step[1:] for step in MONEY[_checked(lang)] if told >= step[0])
    return yuan / divisor, word


def show_money(yuan: float, lang: str = "zh", smallest: float | None = None) -> str:
    """Return an amount of yuan as readers see it; in a column, in the unit of its `smallest`."""
    if pd.isna(yuan):
        return "—"
    number, word = money(yuan, lang, smallest)
    told = _rounded(number, 0 if word == "yuan" or abs(number) >= 100 else 1)
    return text("amount", lang, number=told, unit=text(f"unit.{word}", lang))


def show_line(value: float, lang: str = "zh") -> str:
    """Return a control line as percent without idle zeros: 5%, 0.2%."""
    return show(
        value, "percent", lang, max(0, -Decimal(repr(round(float(value) * 100, 6))).normalize().as_tuple().exponent)
    )


def made_up(code: str) -> bool:
    """Return whether an area, or one above it, says in its name that it is made up."""
    areas, mark = _rows("areas"), text("made_up_mark")
    while code in areas:
        if mark in areas[code]["zh"]:
            return True
        code = areas[code]["parent"]
    return False


def period(value, lang: str = "zh") -> str:
    """Return 2025年, 2025年第2季度 or 2025年6月 for a pandas period; 2025, 2025Q2, 2025-06 in English."""
    value = value if isinstance(value, pd.Period) else pd.Period(str(value))
    if _checked(lang) == "en":
        return str(value)
    names = {"Y": "{0.year}年", "Q": "{0.year}年第{0.quarter}季度", "M": "{0.year}年{0.month}月"}
    return names[value.freqstr[0]].format(value)


def ordinal(number: int, lang: str = "zh") -> str:
    """Return 一, 二, … 十一 as headings of official documents count, plain digits in English."""
    if _checked(lang) == "en":
        return str(number)
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十") + DIGITS[ones]


def _read(file: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except UnicodeDecodeError:
        return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="gb18030")


@cache
def _rows(name: str) -> dict:
    return table(name).to_dict("index")


def _row(name: str, key: str) -> dict:
    rows = _rows(name)
    if key not in rows:
        near = difflib.get_close_matches(str(key), rows, n=1)
        hint = f"; the nearest is {near[0]!r}" if near else ""
        raise TableError(f"{key!r} is not in {name}.csv{hint}.")
    return rows[key]


def _rounded(value, decimals: int, times: int = 1) -> str:
    step = Decimal(1).scaleb(-decimals)
    # Through its shortest decimal text, so that 0.285 is rounded as on paper and not as its binary neighbour.
    number = (Decimal(repr(float(value))) * times).quantize(step, ROUND_HALF_UP)
    return f"{abs(number) if number.is_zero() else number:,}"


def _checked(lang: str) -> str:
    if lang not in LANGUAGES:
        raise TableError(f"The language is {lang!r}; use zh or en.")
    return lang
