"""Charts of a fitted course over time: broken trends, before and after a campaign, what may come next."""

import numpy as np
import pandas as pd

from drugstats import vocab
from drugstats.output.charts import fitting, frame, timeline
from drugstats.tables import need

FITTED, DOTS = frame.COLOURS[0], "#5B6770"
WITHOUT = frame.COLOURS[1]
INNER, OUTER = 0.80, 0.95
CROWDED, HISTORY = 3, 36


@frame.in_house_style
def joinpoint(df: pd.DataFrame, segments: pd.DataFrame, *, ax=None, lang: str = "zh"):
    """Draw observed points and the broken line of growth rates, each piece with its change a year; returns the Axes.

    Columns of df: period, value; of segments: segment, first, last, apc, low, high, p_value (percent), and start, end,
    the fitted values there, without which no line is drawn. A change that chance explains says so in words.
    """
    need(df, "period", "value")
    need(segments, "segment", "first", "last", "apc", "low", "high", "p_value")
    ax = ax or frame.new_figure().subplots()
    rows, pieces = timeline.placed(df), segments.sort_values("segment")
    timeline.axis(ax, rows["period"], lang)
    timeline.points(ax, rows.dropna(subset="value"), "o", color=DOTS, ms=6)
    told = [vocab.text("chart.joins", lang), vocab.text("chart.apc_limits", lang, level=vocab.show_line(OUTER))]
    told = told[len(pieces) == 1 :]
    if pieces["apc"].isna().all():
        told = [vocab.text("word.too short", lang)]
    ends = [pieces[name].array.asi8 for name in ("first", "last")]
    for number, piece in enumerate(pieces.assign(at=ends[0], to=ends[1]).to_dict("records")):
        _draw_piece(ax, piece, number, number % 2 if len(pieces) >= CROWDED else 0, lang)
    timeline.values(ax, rows, room=0.3 if len(pieces) < CROWDED else 0.55)
    frame.value_axis(ax.yaxis, rows, lang)
    timeline.mark_breaks(ax, rows, lang, 4)
    fitting.tell(ax, timeline.captions(ax, rows, lang, *told))
    return ax


def _draw_piece(ax, piece: dict, number: int, row: int, lang: str):
    """The fitted piece, an upright where it begins, and its change at the top, in one of two rows."""
    if piece.get("end", 0) > 0:
        x = np.linspace(piece["at"], piece["to"], 40)
        ax.plot(x, np.geomspace(piece["start"], piece["end"], 40), color=FITTED, linewidth=2.4)
    if number:
        ax.axvline(piece["at"], color=frame.QUIET, linewidth=1.2, linestyle=timeline.DOTTED)
        frame.note(ax, vocab.period(piece["first"], lang), (piece["at"], 0), frame.UPWARDS, shift=(3, 4))
    if piece["apc"] == piece["apc"]:
        apc, low, high = (_signed(piece[name]) for name in ("apc", "low", "high"))
        words = f"{vocab.text('chart.apc', lang, apc=apc, low=low, high=high)}\n{_direction(piece, lang)}"
        look = {"shift": (0, -3 - 48 * row), "ha": "center", "va": "top", "linespacing": 1.3}
        frame.note(ax, words.replace("|", "\n"), ((piece["at"] + piece["to"]) / 2, 1), frame.UPWARDS, **look)


def _direction(piece: dict, lang: str) -> str:
    sure = piece["low"] > 0 or piece["high"] < 0
    sign, word = ("○", "no trend") if not sure else ("▲", "rising") if piece["apc"] > 0 else ("▼", "falling")
    return f"{sign} {vocab.text(f'word.{word}', lang)}"


def _signed(percent: float) -> str:
    """A change that is given in percent, with its sign."""
    return ("+" if percent > 0 else "") + vocab.show(percent / 100, "percent")


@frame.in_house_style
def campaign(df: pd.DataFrame, *, ax=None, lang: str = "zh"):
    """Draw what was observed, the fitted course, and the one expected without the campaign; returns the Axes.

    Columns period, value, fitted, expected, low, high (of expected); optional indicator, basis, status. The campaign
    begins where expected leaves fitted.
    """
    need(df, "period", "value", "fitted", "expected", "low", "high")
    ax = ax or frame.new_figure().subplots()
    rows = timeline.placed(df)
    timeline.axis(ax, rows["period"], lang)
    known = rows.dropna(subset="value")
    later = ~np.isclose(rows["fitted"], rows["expected"], rtol=1e-9) & rows["fitted"].notna()
    rows = rows.assign(later=later.cummax())
    timeline.points(ax, known, "o", vocab.text("chart.observed", lang), color=DOTS, ms=4)
    after = rows[rows["later"]]
    _draw_course(ax, rows.assign(value=rows["fitted"]), vocab.text("chart.fitted", lang), "-", FITTED)
    label = vocab.text("chart.expected", lang, level=vocab.show_line(OUTER))
    _draw_course(ax, after.assign(value=after["expected"]), label, "--", WITHOUT)
    for piece in timeline.pieces(after.assign(value=after["expected"]), "basis"):
        ax.fill_between(piece["at"], piece["low"], piece["high"], color=WITHOUT, alpha=0.14, linewidth=0)
    timeline.values(ax, known, room=0.15)
    frame.value_axis(ax.yaxis, known, lang)
    if len(after):
        begun = vocab.text("chart.campaign", lang, period=vocab.period(after["period"].iloc[0], lang))
        timeline.mark(ax, after["at"].iloc[0] - 0.5, begun, linestyle="-")
    timeline.mark_breaks(ax, known, lang, 1)
    told = vocab.text("chart.not_because" if len(after) else "word.not computed", lang)
    fitting.tell(ax, timeline.captions(ax, known, lang, told))
    fitting.legend(ax)
    return ax


@frame.in_house_style
def fan(df: pd.DataFrame, *, line: float | None = None, ax=None, lang: str = "zh"):
    """Draw a history and the forecast that follows it with its two bands, wider the further ahead; returns the Axes.

    Columns period, value, step (missing in the history, from one on in the forecast), low80, high80, low, high;
    optional p_below, the probability of being under the `line`, told for the last step; indicator, basis, status. Of a
    long history the last part is drawn, so that the forecast can be read.
    """
    need(df, "period", "value", "step", "low80", "high80", "low", "high")
    ax = ax or frame.new_figure().subplots()
    past, ahead = timeline.placed(df[df["step"].isna()]), timeline.placed(df[df["step"].notna()])
    known, past = len(past), past.tail(HISTORY)
    timeline.axis(ax, pd.concat([past["period"], ahead["period"]]), lang)
    for piece in timeline.pieces(past, "basis"):
        ax.plot(piece["at"], piece["value"], color=FITTED, linewidth=1.6)
    timeline.points(ax, past.dropna(subset="value"), "o", vocab.text("chart.observed", lang), color=FITTED, ms=4)
    if ahead["value"].notna().any():
        _draw_fan(ax, past, ahead, lang)
    if line is not None:
        timeline.target(ax, line, df, lang)
    timeline.values(ax, df, room=0.12)
    frame.value_axis(ax.yaxis, df, lang)
    timeline.mark_breaks(ax, past, lang)
    shortened = vocab.text("chart.history", lang, count=HISTORY) if known > len(past) else ""
    fitting.tell(ax, timeline.captions(ax, past, lang, _told(ahead, line, lang), shortened))
    fitting.legend(ax)
    return ax


def _draw_fan(ax, past: pd.DataFrame, ahead: pd.DataFrame, lang: str):
    """The bands open from the last value known, where it is the period before the first step."""
    ahead, last = ahead.dropna(subset="value"), past.dropna(subset="value").tail(1)
    if len(ahead) and len(last) and last["at"].iloc[0] == ahead["at"].iloc[0] - 1:
        sides = {name: last["value"] for name in ("low80", "high80", "low", "high")}
        ahead = pd.concat([last.assign(**sides), ahead])
    for low, high, level, colour in (("low", "high", OUTER, "#DCE6F0"), ("low80", "high80", INNER, "#A9C1DA")):
        label, band = vocab.text("chart.band", lang, level=vocab.show_line(level)), ahead.dropna(subset=high)
        if len(band) > 1:
            ax.fill_between(band["at"], band[low], band[high], color=colour, linewidth=0, label=label)
    ax.plot(ahead["at"], ahead["value"], "--", color=FITTED, label=vocab.text("chart.forecast", lang))
    steps = ahead[ahead["step"].notna()]
    ax.plot(steps["at"], steps["value"], "s", color=FITTED, markerfacecolor="white", ms=4)


def _told(ahead: pd.DataFrame, line: float | None, lang: str) -> str:
    last = ahead.tail(1)
    if ahead["value"].isna().all():
        return vocab.text("chart.no_forecast", lang)
    if line is None or "p_below" not in last or last["p_below"].isna().all():
        return ""
    told = vocab.show(last["p_below"].iloc[0], "probability", lang)
    return vocab.text("chart.p_below", lang, period=vocab.period(last["period"].iloc[0], lang), chance=told)


def _draw_course(ax, rows: pd.DataFrame, label: str, style: str, colour: str):
    for piece in timeline.pieces(rows, "basis", "later"):
        ax.plot(piece["at"], piece["value"], style, color=colour, label=label)
        label = None
