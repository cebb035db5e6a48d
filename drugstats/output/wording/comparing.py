"""Sentences on what lies behind a comparison: activity, chance among areas, shrunken estimates, contributions."""

import pandas as pd

from drugstats import vocab
from drugstats.output.wording import words
from drugstats.tables import need


def activity(row, lang: str = "zh") -> str:
    """Say how many tests stand behind the users found, and that found is not new.

    Columns area, period, indicator, part (found), whole (tests), value (found per thousand tests), low, high, method.
    """
    if pd.isna(row["value"]):
        return ""
    yields = dict.fromkeys(("value", "low", "high"), "own")
    told = words.told(row, lang, area="area", period="period", part="count", whole="count", **yields)
    return vocab.text("sentence.activity", lang, method=words.method(row["method"], lang), **told)


def activity_change(row, lang: str = "zh") -> str:
    """Say how users found, tests and the yield of the tests moved since the year before.

    Columns area, indicator, part, whole, now (the yield), part_before, whole_before, now_before; low and high are the
    limits of the ratio of the two yields.
    """
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return ""
    told = "yield_up" if row["low"] > 1 else "yield_down" if row["high"] < 1 else "yield_same"
    shown = words.told(row, lang, area="area", now="own", now_before="own")
    return vocab.text(
        "sentence.activity_more", lang, area=shown["area"], value=shown["now"], before=shown["now_before"],
        change=words.more(row["part"] / row["part_before"] - 1, lang),
        tests=words.more(row["whole"] / row["whole_before"] - 1, lang), told=vocab.show(told, "word", lang),
    )  # fmt: skip


def outside(df: pd.DataFrame, lang: str = "zh") -> list[str]:
    """Say which areas of a funnel lie outside its limits, and whether the areas differ more than chance explains.

    Columns area, indicator, centre, outside, phi, phi_p, tau2.
    """
    need(df, "area", "indicator", "centre", "outside", "phi", "phi_p", "tau2")
    judged = df[df["outside"] != "not computed"]
    if judged.empty:
        return []
    first, total = judged.iloc[0], vocab.show(len(judged), "count", lang)
    sentences = [] if judged["phi"].isna().all() else [_dispersion(first, lang)]
    found = judged[judged["outside"] != "inside"]
    if found.empty:
        told = words.told(first, lang, centre="own")
        return [*sentences, vocab.text("sentence.none_outside", lang, total=total, **told)]
    for word, rows in found.groupby("outside", sort=False):
        told = {"where": vocab.show(word, "word", lang), "areas": words.areas(rows["area"], lang)}
        count = vocab.show(len(rows), "count", lang)
        sentences.append(vocab.text("sentence.outside", lang, total=total, count=count, **told))
    return sentences


def _dispersion(row, lang: str) -> str:
    if not row["tau2"] > 0:
        return vocab.text("sentence.no_dispersion", lang)
    told = words.told(row, lang, phi="number")
    return vocab.text("sentence.dispersion", lang, p=words.chance(row["phi_p"], lang), **told)


def extremes(df: pd.DataFrame, lang: str = "zh") -> list[str]:
    """Say which area is most likely the highest and which the lowest after shrinking, or that none differs.

    Columns area, indicator, value, low, high, p_best, p_worst, between.
    """
    known = df.dropna(subset="value")
    if len(known) < 2:
        return []
    key = known["indicator"].iloc[0]
    told = {"indicator": vocab.indicator(key, lang), "of": vocab.show(len(known), "count", lang)}
    if not known["between"].iloc[0] > 0:
        return [vocab.text("sentence.no_differences", lang, **told)]
    sentences = []
    for name in ("worst", "best"):
        row = known.loc[known[f"p_{name}"].idxmax()]
        told |= {"area": vocab.area(row["area"], lang), name: vocab.show(row[f"p_{name}"], "percent", lang, 0)}
        for column in ("value", "low", "high"):
            told[column] = vocab.show_indicator(row[column], key, lang, whole=row.get("whole"))
        sentences.append(vocab.text(f"sentence.likely_{name}", lang, **told))
    return sentences


def contributions(df: pd.DataFrame, whole: str, indicator: str, lang: str = "zh") -> list[str]:
    """Say the change of the whole and which area contributes most to it. Columns of ranking.contribution."""
    known = df.dropna(subset="value")
    if known.empty:
        return []
    row = known.loc[known["value"].abs().idxmax()]
    told = words.told(row, lang, area="area", period="period", value="signed_points", total_change="signed")
    names = {"area": vocab.area(whole, lang), "indicator": vocab.indicator(indicator, lang), "period": told["period"]}
    change, base = words.more(row["total_change"], lang), vocab.period(row["period_before"], lang)
    return [
        vocab.text("sentence.whole_change", lang, change=change, base=base, **names),
        vocab.text("sentence.contribution", lang, area=told["area"], change=told["total_change"], points=told["value"]),
    ]


def twelve_months(year: pd.DataFrame, month: pd.DataFrame, lang: str = "zh") -> list[str]:
    """Say how much a ranking over twelve months can tell, and how little one on the last month alone."""
    year, month = (ranked.dropna(subset="rank") for ranked in (year, month))
    if len(year) < 2 or len(month) < 2:
        return []
    told = {"alike": year["alike"].mean(), "alike_month": month["alike"].mean()}
    told = {name: vocab.show(value, "number", lang) for name, value in told.items()}
    return [vocab.text("sentence.twelve_months", lang, of=vocab.show(len(year) - 1, "count", lang), **told)]
