"""Sentences on one number and its change."""

import pandas as pd

from drugstats import vocab
from drugstats.output.wording import words

NAMED = {"area": "area", "period": "period", "indicator": "indicator"}


def level(row, lang: str = "zh") -> str:
    """Say the value of a headline row: indicator, after, and its change on the year before with what chance explains.

    Columns area, period, indicator, after, value (the change), low, high.
    """
    told = words.told(row, lang, **NAMED, after="amount")
    if pd.isna(row["after"]):
        return vocab.text("sentence.level_missing", lang, **told)
    if pd.isna(row["value"]):
        return vocab.text("sentence.level", lang, **told)
    if row["value"] == 0:
        return vocab.text("sentence.level_same", lang, **told)
    side = "up" if row["value"] > 0 else "down"
    if row["low"] <= 0 <= row["high"]:
        side += "_by_chance"
    change = vocab.show(abs(row["value"]), "percent", lang)
    return vocab.text(f"sentence.level_{side}", lang, change=change, **told)


def against_line(row, lang: str = "zh") -> str:
    """Say a ratio and on which side of the line its whole interval lies.

    Columns period, indicator, value, low, high, line.
    """
    side = "above" if row["low"] > row["line"] else "below" if row["high"] < row["line"] else "cannot_tell"
    told = words.told(row, lang, period="period", indicator="indicator", value="percent", line="line")
    return vocab.text(f"sentence.ratio_{side}", lang, **told)


def difference(row, lang: str = "zh") -> str:
    """Say the change of a share in percentage points with its limits, or that none can be told.

    Columns area, period, value, low, high, period_before.
    """
    told = words.told(row, lang, area="area", period="period", low="points", high="points")
    told |= {"base": vocab.period(row["period_before"], lang), "points": vocab.show(abs(row["value"]), "points", lang)}
    side = "up" if row["low"] > 0 else "down" if row["high"] < 0 else "same"
    return vocab.text(f"sentence.points_{side}", lang, **told)


def printed_change(row, lang: str = "zh") -> str:
    """Say that a printed change does not follow from the printed levels; empty when it does."""
    if row["verdict"] != "does not follow":
        return ""
    changes = dict.fromkeys(("printed", "value", "low", "high"), "signed")
    told = words.told(row, lang, period="period", indicator="indicator", after="amount", before="amount", **changes)
    return vocab.text("sentence.printed_change", lang, **told)


def basis_break(before, after, lang: str = "zh") -> str:
    """Say that two levels stand on two definitions, so that their difference is no change.

    Columns indicator, period, value.
    """
    told = {}
    for name, row in (("before", before), ("after", after)):
        said = words.told(row, lang, indicator="indicator", period="period", value="amount")
        told |= {name: said["indicator"], f"{name}_period": said["period"], f"{name}_value": said["value"]}
    return vocab.text("sentence.basis_break", lang, **told)


def small_exposure(row, lang: str = "zh") -> str:
    """Warn of a rate per more people than there are; empty otherwise. Columns area, indicator, whole, value, method."""
    if "small exposure" not in str(row["method"]):
        return ""
    told = words.told(row, lang, area="area", indicator="indicator", value="own")
    told |= {"exposure": vocab.show(row["whole"], "count", lang), "unit": vocab.unit(row["indicator"], lang)}
    return vocab.text("sentence.small_exposure", lang, **told)
