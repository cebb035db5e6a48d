"""Sentences: one function for each kind of finding; a sentence claims no more than its row allows."""

import pandas as pd

from drugstats import vocab
from drugstats.tables import need


def level(row, lang: str = "zh") -> str:
    """Say the value of a headline row: indicator, after, and its change on the year before with what chance explains.

    Columns area, period, indicator, after, value (the change), low, high.
    """
    key = row["indicator"]
    words = {
        "area": vocab.area(row["area"], lang),
        "period": vocab.period(row["period"], lang),
        "indicator": vocab.indicator(key, lang),
        "after": vocab.amount(row["after"], key, lang),
    }
    if pd.isna(row["after"]):
        return vocab.text("sentence.level_missing", lang, **words)
    if pd.isna(row["value"]):
        return vocab.text("sentence.level", lang, **words)
    words["change"] = vocab.show(abs(row["value"]), "percent", lang)
    if row["value"] == 0:
        return vocab.text("sentence.level_same", lang, **words)
    side = "up" if row["value"] > 0 else "down"
    if row["low"] <= 0 <= row["high"]:
        side += "_by_chance"
    return vocab.text(f"sentence.level_{side}", lang, **words)


def verdict(row, lang: str = "zh") -> str:
    """Say a judged row: above or below the line, or cannot tell and what would have shown.

    Columns area, period, part, whole, value, low, high, method, line, verdict, detectable; optional indicator.
    """
    decimals = vocab.share_decimals(row["whole"])
    words = {
        "area": vocab.area(row["area"], lang),
        "period": vocab.period(row["period"], lang),
        "part": vocab.show(row["part"], "count", lang),
        "whole": vocab.show(row["whole"], "count", lang),
        "value": vocab.show(row["value"], "percent", lang, decimals),
        "low": vocab.show(row["low"], "percent", lang, decimals),
        "high": vocab.show(row["high"], "percent", lang, decimals),
        "line": vocab.show_line(row["line"], lang),
        "method": method(row["method"], lang),
    }
    if row["verdict"] == "not computed":
        return vocab.text("sentence.not_computed", lang, **words)
    if row["verdict"] != "cannot tell":
        return vocab.text(f"sentence.{row['verdict']}", lang, **words)
    if pd.isna(row["detectable"]):
        return vocab.text("sentence.cannot_tell_ever", lang, **words)
    detectable = vocab.show(row["detectable"], "percent", lang, decimals)
    return vocab.text("sentence.cannot_tell", lang, detectable=detectable, **words)


def verdicts(df: pd.DataFrame, lang: str = "zh") -> list[str]:
    """Say, for a judged table, how many areas stand above, below and undecided, and which; and chance's own share."""
    need(df, "area", "verdict", "line", "value")
    if df.empty:
        return []
    total = vocab.show(len(df), "count", lang)
    words = {"total": total, "line": vocab.show_line(df["line"].iloc[0], lang)}
    sentences = []
    for word in ("above", "below", "cannot tell", "not computed"):
        found = df[df["verdict"] == word].sort_values("value", ascending=False)
        if len(found):
            key = f"sentence.count_{word.replace(' ', '_')}"
            count = vocab.show(len(found), "count", lang)
            sentences.append(vocab.text(key, lang, count=count, areas=_areas(found["area"], lang), **words))
    return sentences


def against_line(row, lang: str = "zh") -> str:
    """Say a ratio and on which side of the line its whole interval lies.

    Columns period, indicator, value, low, high, line.
    """
    side = "above" if row["low"] > row["line"] else "below" if row["high"] < row["line"] else "cannot_tell"
    return vocab.text(
        f"sentence.ratio_{side}", lang, period=vocab.period(row["period"], lang),
        indicator=vocab.indicator(row["indicator"], lang), value=vocab.show(row["value"], "percent", lang),
        line=vocab.show_line(row["line"], lang),
    )  # fmt: skip


def difference(row, lang: str = "zh") -> str:
    """Say the change of a share in percentage points with its limits, or that none can be told.

    Columns area, period, value, low, high, period_before.
    """
    words = {
        "area": vocab.area(row["area"], lang),
        "period": vocab.period(row["period"], lang),
        "base": vocab.period(row["period_before"], lang),
        "points": vocab.show(abs(row["value"]), "points", lang),
        "low": vocab.show(row["low"], "points", lang),
        "high": vocab.show(row["high"], "points", lang),
    }
    side = "up" if row["low"] > 0 else "down" if row["high"] < 0 else "same"
    return vocab.text(f"sentence.points_{side}", lang, **words)


def place(row, lang: str = "zh") -> str:
    """Say between which places an area stands, of how many. Columns area, rank, rank_low, rank_high, alike, of."""
    words = {
        "area": vocab.area(row["area"], lang),
        "low": vocab.show(row["rank_low"], "place", lang),
        "high": vocab.show(row["rank_high"], "place", lang),
        "of": vocab.show(row["of"], "count", lang),
        "alike": vocab.show(row["alike"], "count", lang),
    }
    if pd.isna(row["rank"]):
        return vocab.text("sentence.place_none", lang, **words)
    return vocab.text("sentence.place_sure" if row["alike"] == 0 else "sentence.place", lang, **words)


def places(row, lang: str = "zh") -> str:
    """Return the range of places alone, for a table cell: 2–7, or 3 where it is sure."""
    if pd.isna(row["rank"]):
        return "—"
    low, high = (vocab.show(row[name], "place", lang) for name in ("rank_low", "rank_high"))
    return low if low == high else f"{low}–{high}"


def ends(df: pd.DataFrame, indicator: str, lang: str = "zh") -> list[str]:
    """Say which area is surely last and which first, or that none can be called so; from a simultaneous ranking."""
    ranked = df.dropna(subset="rank")
    if len(ranked) < 2:
        return []
    last = ranked[ranked["rank_low"] == len(ranked)]
    first = ranked[ranked["rank_high"] == 1]
    words = {"indicator": vocab.indicator(indicator, lang), "of": vocab.show(len(ranked), "count", lang)}
    return [
        vocab.text(f"sentence.{name}" if len(rows) else f"sentence.no_{name}", lang,
                   areas=_areas(rows["area"], lang), **words)
        for name, rows in (("last", last), ("first", first))
    ]  # fmt: skip


def printed_change(row, lang: str = "zh") -> str:
    """Say that a printed change does not follow from the printed levels; empty when it does."""
    if row["verdict"] != "does not follow":
        return ""
    key = row["indicator"]
    return vocab.text(
        "sentence.printed_change", lang, period=vocab.period(row["period"], lang),
        indicator=vocab.indicator(key, lang), printed=_signed(row["printed"], lang),
        value=_signed(row["value"], lang), low=_signed(row["low"], lang), high=_signed(row["high"], lang),
        after=vocab.amount(row["after"], key, lang), before=vocab.amount(row["before"], key, lang),
    )  # fmt: skip


def basis_break(before, after, lang: str = "zh") -> str:
    """Say that two levels stand on two definitions, so that their difference is no change.

    Columns indicator, period, value.
    """
    return vocab.text(
        "sentence.basis_break", lang, before=vocab.indicator(before["indicator"], lang),
        after=vocab.indicator(after["indicator"], lang), before_period=vocab.period(before["period"], lang),
        after_period=vocab.period(after["period"], lang),
        before_value=vocab.amount(before["value"], before["indicator"], lang),
        after_value=vocab.amount(after["value"], after["indicator"], lang),
    )  # fmt: skip


def small_exposure(row, lang: str = "zh") -> str:
    """Warn of a rate per more people than there are; empty otherwise. Columns area, indicator, whole, value, method."""
    if "small exposure" not in str(row["method"]):
        return ""
    return vocab.text(
        "sentence.small_exposure", lang, area=vocab.area(row["area"], lang),
        indicator=vocab.indicator(row["indicator"], lang), exposure=vocab.show(row["whole"], "count", lang),
        value=vocab.show_indicator(row["value"], row["indicator"], lang),
        unit=vocab.unit(row["indicator"], lang),
    )  # fmt: skip


def each(df: pd.DataFrame, say, lang: str = "zh") -> list[str]:
    """Return the sentences of a row function for every row, empty ones left out."""
    return [sentence for _, row in df.iterrows() if (sentence := say(row, lang))]


def method(name: str, lang: str = "zh") -> str:
    """Return a method column's entry, such as "wilson 95%", in the reader's language."""
    if name.startswith("not computed"):
        return vocab.text(f"method.{name}", lang)
    word, level = name.split(",")[0].split(" ", 1)
    return vocab.text("method", lang, name=vocab.text(f"method.{word}", lang), level=level)


def _signed(value: float, lang: str) -> str:
    return ("+" if value > 0 else "") + vocab.show(value, "percent", lang)


def _areas(codes, lang: str) -> str:
    return vocab.text("list_comma", lang).join(vocab.area(code, lang) for code in codes)
