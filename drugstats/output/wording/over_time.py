"""Sentences on series: trend, pieces, early warning, campaign, forecast, the year so far."""

import pandas as pd

from drugstats import vocab
from drugstats.output.wording import words


def trend(row, lang: str = "zh") -> str:
    """Say a trend with its slope and limits, or that none can be told. Columns of trend.monotone, area, indicator."""
    key, verdict = row["indicator"], row["verdict"].replace(" ", "_")
    told = _series(row, lang) | {"n": vocab.show(row["n"], "count", lang)}
    if verdict == "too_short":
        return vocab.text("sentence.trend_too_short", lang, **told)
    ends = dict(zip(("low", "high"), sorted(abs(row[name]) for name in ("low", "high")), strict=True))
    told |= {name: words.difference(value, key, lang) for name, value in ({"slope": row["slope"]} | ends).items()}
    unit = vocab.text(f"time.{row['first'].freqstr[0]}", lang)
    return vocab.text(f"sentence.trend_{verdict}", lang, unit=unit, p=words.chance(row["p_value"], lang), **told)


def segments(df: pd.DataFrame, lang: str = "zh") -> list[str]:
    """Say when the pace of a series changed, how fast it is in each piece and over the whole.

    Columns of trend.joinpoint for one series, with indicator.
    """
    if df.empty:
        return []
    whole = df.iloc[0].to_dict() | {"last": df["last"].iloc[-1]}
    told = _series(whole, lang)
    if pd.isna(whole["aapc"]):
        return [vocab.text("sentence.segments_too_short", lang, n=vocab.show(whole["n"], "count", lang), **told)]
    joins = vocab.text("list_comma", lang).join(vocab.period(when, lang) for when in df["first"].iloc[1:])
    over = {"aapc": whole["aapc"], "low": whole["aapc_low"], "high": whole["aapc_high"]}
    over = {name: words.signed(value / 100, lang) for name, value in over.items()}
    return [
        vocab.text("sentence.joins" if joins else "sentence.no_joins", lang, joins=joins, **told, **over),
        *[_segment(row, lang) for _, row in df.iterrows() if joins],
    ]


def _segment(row, lang: str) -> str:
    told = {name: words.signed(row[name] / 100, lang) for name in ("apc", "low", "high")}
    sure = row["low"] > 0 or row["high"] < 0
    return vocab.text("sentence.segment" if sure else "sentence.segment_chance", lang, **_series(row, lang), **told)


def calls(df: pd.DataFrame, lang: str = "zh") -> list[str]:
    """Say which areas are worth a call this month, and why; which are not; and for which no warning is possible.

    Columns area, period, indicator, value, expected, threshold, alarm, signal, variation; one row an area.
    """
    if df.empty:
        return []
    reasons = {number: _reasons(row, lang) for number, row in df.iterrows()}
    called = [
        vocab.text("sentence.call", lang, area=vocab.area(row["area"], lang), period=vocab.period(row["period"], lang),
                   why=vocab.text("list_comma", lang).join(reasons[number]))
        for number, row in df.iterrows() if reasons[number]
    ]  # fmt: skip
    quiet = df[[not why for why in reasons.values()]]
    blind = quiet[(quiet["alarm"] != "none") & quiet["variation"].isin(["too short", "cannot tell"])]
    quiet = quiet.drop(blind.index)
    if len(quiet):
        told = {"count": vocab.show(len(quiet), "count", lang), "areas": words.areas(quiet["area"], lang)}
        called.append(vocab.text("sentence.no_call", lang, period=vocab.period(df["period"].iloc[0], lang), **told))
    if len(blind):
        called.append(vocab.text("sentence.call_short", lang, areas=words.areas(blind["area"], lang)))
    return called


def _reasons(row, lang: str) -> list[str]:
    why = []
    if row["alarm"] == "alarm":
        told = words.told(row, lang, value="own", expected="number", threshold="number")
        why.append(vocab.text("why.alarm", lang, unit=vocab.unit(row["indicator"], lang), **told))
    if row["variation"] == "worsening" and row["signal"]:
        why.append(vocab.text("why.signal", lang, signal=vocab.show(row["signal"], "word", lang)))
    return why


def effect(row, lang: str = "zh") -> str:
    """Say how level and pace changed from a date on, never because of it. Columns of campaign.effect, and start."""
    told = _series(row, lang) | {"start": vocab.period(row["start"], lang)}
    if pd.isna(row["level"]):
        return vocab.text("sentence.effect_too_short", lang, **told)
    ends = [f"{name}{end}" for name in ("level", "slope") for end in ("", "_low", "_high")]
    told |= words.told(row, lang, **dict.fromkeys(ends, "signed"))
    told |= {"low": told["level_low"], "high": told["level_high"]}
    for name, of in (("told", "level"), ("slope_told", "slope")):
        sure = row[f"{of}_low"] > 0 or row[f"{of}_high"] < 0
        told[name] = vocab.show("beyond_chance" if sure else "by_chance", "word", lang)
    said = [vocab.text(key, lang, **told) for key in ("sentence.effect", "sentence.effect_caution")]
    return words.joined(*said, lang=lang)


def forecast(row, lang: str = "zh") -> str:
    """Say what is expected of a series at a period, with limits, and how likely it is below the line.

    Columns of forecast.forecast, and area, indicator, period, line.
    """
    told = _series(row, lang) | {"period": vocab.period(row["period"], lang)}
    if pd.isna(row["value"]):
        return vocab.text("sentence.forecast_too_short", lang, **told)
    told |= words.told(row, lang, value="amount", low80="own", high80="own", low="own", high="own")
    sentence = vocab.text("sentence.forecast", lang, **told)
    if pd.isna(row["p_below"]):
        return sentence
    told |= words.told(row, lang, line="line", p_below="probability")
    return words.joined(sentence, vocab.text("sentence.forecast_below", lang, p=told["p_below"], **told), lang=lang)


def pace(row, lang: str = "zh") -> str:
    """Say the year so far beside the line for so many months, and the last twelve months beside the yearly line.

    Columns of forecast's pace, and area, line.
    """
    if pd.isna(row["year_to_date"]) or pd.isna(row["rolling"]):
        return ""
    shares = dict.fromkeys(("year_to_date", "line_to_date", "rolling"), "percent")
    told = words.told(row, lang, area="area", period="period", months="count", line="line", **shares)
    told |= {"to_date": told["year_to_date"], "year_line": told["line"], "line": told["line_to_date"]}
    return vocab.text("sentence.pace", lang, **told)


def _series(row, lang: str) -> dict:
    """The words that name a series: its area where it has one, its indicator, its first and last period."""
    ends = {name: vocab.period(row[name], lang) for name in ("first", "last") if isinstance(row.get(name), pd.Period)}
    area = vocab.area(row["area"], lang) if "area" in row else ""
    return {"area": area, "indicator": vocab.indicator(row["indicator"], lang)} | ends
