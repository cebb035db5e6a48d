"""Sentences on one number and its change."""

import pandas as pd

from drugstats import vocab
from drugstats.output.wording import words


def level(row, lang: str = "zh") -> str:
    """Say the value of a headline row: indicator, after, and its change on the year before with what chance explains.

    Columns area, period, indicator, after, value (the change), low, high.
    """
    key = row["indicator"]
    told = {
        "area": vocab.area(row["area"], lang),
        "period": vocab.period(row["period"], lang),
        "indicator": vocab.indicator(key, lang),
        "after": vocab.amount(row["after"], key, lang),
    }
    if pd.isna(row["after"]):
        return vocab.text("sentence.level_missing", lang, **told)
    if pd.isna(row["value"]):
        return vocab.text("sentence.level", lang, **told)
    told["change"] = vocab.show(abs(row["value"]), "percent", lang)
    if row["value"] == 0:
        return vocab.text("sentence.level_same", lang, **told)
    side = "up" if row["value"] > 0 else "down"
    if row["low"] <= 0 <= row["high"]:
        side += "_by_chance"
    return vocab.text(f"sentence.level_{side}", lang, **told)


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
    told = {
        "area": vocab.area(row["area"], lang),
        "period": vocab.period(row["period"], lang),
        "base": vocab.period(row["period_before"], lang),
        "points": vocab.show(abs(row["value"]), "points", lang),
        "low": vocab.show(row["low"], "points", lang),
        "high": vocab.show(row["high"], "points", lang),
    }
    side = "up" if row["low"] > 0 else "down" if row["high"] < 0 else "same"
    return vocab.text(f"sentence.points_{side}", lang, **told)


def printed_change(row, lang: str = "zh") -> str:
    """Say that a printed change does not follow from the printed levels; empty when it does."""
    if row["verdict"] != "does not follow":
        return ""
    key = row["indicator"]
    return vocab.text(
        "sentence.printed_change", lang, period=vocab.period(row["period"], lang),
        indicator=vocab.indicator(key, lang), printed=words.signed(row["printed"], lang),
        **{name: words.signed(row[name], lang) for name in ("value", "low", "high")},
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
