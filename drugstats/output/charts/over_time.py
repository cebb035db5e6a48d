"""Charts of values over time: one trend, or a small one for each area or indicator."""

import numpy as np
import pandas as pd

from drugstats import vocab
from drugstats.output.charts import fitting, frame, pages, timeline
from drugstats.output.charts.placing import AROUND, UPRIGHT, name_points
from drugstats.tables import TableError, need

MOST_LABELS, DENSE = 10, 120
ROW, BAND = 2.0, 0.15
BESIDE, BESIDE_SMALL = 0.06, 0.22  # room right of the last points for their values, part of the width


@frame.in_house_style
def trend(df: pd.DataFrame, *, line: float | None = None, ax=None, lang: str = "zh"):
    """Draw values over time, one line for each area, indicator and basis; returns the Axes.

    Columns period, value; optional area, indicator, basis, low, high (a band), status. A missing period is a gap, a
    change of basis a gap with a mark; provisional and estimated points are hollow, conflicting ones crosses. Raises
    TableError where the indicators have several units.
    """
    need(df, "period", "value")
    ax = ax or frame.new_figure().subplots()
    _check_units(df)
    rows = df.assign(name=_names(df, lang))
    timeline.axis(ax, rows["period"], lang)
    _draw(ax, rows, line, lang)
    frame.value_axis(ax.yaxis, df, lang)
    if line is not None:
        timeline.target(ax, line, df, lang)
    fitting.tell(ax, _notes(df, lang))
    fitting.legend(ax)
    return ax


@frame.in_house_style
def panels(df: pd.DataFrame, *, line: float | None = None, lang: str = "zh"):
    """Draw one small trend for each area (or, where there is one area, each indicator); returns the array of Axes.

    Columns as for `trend`. Areas share one scale, so that they can be compared; indicators have their own.
    """
    need(df, "period", "value", "area", "indicator")
    by = "area" if df["area"].nunique() > 1 else "indicator"
    groups = list(df.assign(name=_names(df, lang, beside=by)).groupby(by, sort=False))
    axes, grid = pages.grid(len(groups), ROW)
    names = [vocab.area(key, lang) if by == "area" else frame.axis_name(group, lang) for key, group in groups]
    pages.name(axes, names, grid, size=11)
    for ax, (_, group) in zip(axes, groups, strict=True):
        _check_units(group)
        timeline.axis(ax, df["period"], lang, most=4)
        _draw(ax, group, line, lang, small=True)
        frame.ticks(ax.yaxis, df if by == "area" else group, lang)
    top = 1.2 * np.nanmax([df["value"].max(), line or 0, 0])
    cut = by == "area" and "high" in df and df["high"].max() > top
    if by == "area" and top > 0:
        for ax in axes:
            ax.set_ylim(top=top)
    told = pages.samples(axes) | pages.line_sample(line, df, lang)
    notes = [frame.axis_name(df, lang) if by == "area" else "", *_notes(df, lang)]
    pages.explain(grid, [*notes, vocab.text("chart.cut", lang) if cut else ""], told)
    return axes


def _names(df: pd.DataFrame, lang: str, beside: str = "") -> pd.Series:
    """What each row's line is called: its indicator where indicators differ, else its area; nothing beside others."""
    by = next((key for key in ("indicator", "area") if key in df and key != beside and df[key].nunique() > 1), None)
    return df[by].map(lambda key: vocab.show(key, by, lang)) if by else pd.Series("", index=df.index)


def _draw(ax, rows: pd.DataFrame, line: float | None, lang: str, small: bool = False):
    """The lines of a chart, their last values beside them; of a single one with few points all values."""
    groups = [(name, group, timeline.placed(group)) for name, group in rows.groupby("name", sort=False)]
    crowd = [_draw_series(ax, *group, number) for number, group in enumerate(groups)]
    if line is not None:
        ax.axhline(line, color=frame.LINE_COLOUR, linewidth=1.5)
        crowd.append(np.column_stack([np.linspace(*ax.get_xlim(), DENSE), np.full(DENSE, line)]))
    breaks = {start for _, _, series in groups for start in timeline.starts(series, "basis")}
    timeline.marks(ax, {"break": breaks}, lang)
    _set_limits(ax, rows, rooms=len(breaks))

    known = [series.dropna(subset="value").assign(number=number) for number, (_, _, series) in enumerate(groups)]
    every = len(known) == 1 and not small and len(known[0]) <= MOST_LABELS
    if not every:
        left, right = ax.get_xlim()
        ax.set_xlim(left, right + (BESIDE_SMALL if small else BESIDE) * (right - left))
    told = pd.concat([series if every else series.tail(1) for series in known])
    words = [frame.writer(rows, lang)[0](row["value"], row.get("whole")) for _, row in told.iterrows()]
    texts = name_points(ax, told["at"], told["value"], words, crowd=crowd, around=UPRIGHT if every else AROUND)
    for text, number in zip(texts, told["number"], strict=True):
        text.set_color(frame.COLOURS[number % 6])


def _check_units(df: pd.DataFrame):
    """One axis, one unit: with the unit of the first, numbers in another would be read as what they are not."""
    if "indicator" in df and vocab.table("indicators").loc[df["indicator"].unique(), "unit"].nunique() > 1:
        raise TableError("A trend has one unit, and these indicators have several; draw them as panels.")


def _draw_series(ax, name: str, group: pd.DataFrame, series: pd.DataFrame, number: int) -> np.ndarray:
    """The pieces of one line with band and points; conflicting values are crosses. Return places along the line."""
    colour, marker, style = frame.COLOURS[number % 6], frame.MARKERS[number % 6], frame.STYLES[number % 4]
    pieces = timeline.pieces(series, "basis")
    for piece in pieces:
        ax.plot(piece["at"], piece["value"], style, color=colour)
        if {"low", "high"} <= set(piece.columns):
            ax.fill_between(piece["at"], piece["low"], piece["high"], color=colour, alpha=BAND, linewidth=0)
    timeline.points(ax, series.dropna(subset="value"), marker, color=colour)
    ax.plot([], [], style, color=colour, marker=marker, label=name or None)
    if "status" in group:
        crossed = group[group["status"] == "conflicting"]
        ax.plot(crossed["period"].array.asi8, crossed["value"], "x", color=frame.QUIET, ms=7, zorder=3)
    return np.vstack([np.empty((0, 2)), *map(_dense, pieces)])


def _dense(piece: pd.DataFrame) -> np.ndarray:
    """Places along a piece of a line, close enough that no value is written across it unseen."""
    at = np.linspace(piece["at"].iloc[0], piece["at"].iloc[-1], max(len(piece), min(DENSE, 12 * len(piece))))
    return np.column_stack([at, np.interp(at, piece["at"], piece["value"])])


def _set_limits(ax, rows: pd.DataFrame, rooms: int):
    """The axis begins at zero, or is marked there; above is room for values and for the words of so many marks."""
    lowest, highest = ax.dataLim.intervaly if rows["value"].notna().any() else (0, 0)
    lowest = min(0, lowest)
    room = (0.12 + 0.06 * min(rooms, timeline.ROWS)) * (highest - lowest) or 1
    ax.set_ylim(lowest - (0.12 * (highest - lowest) if lowest < 0 else 0), highest + room)
    if lowest < 0:
        ax.axhline(0, color=frame.QUIET, linewidth=1)


def _notes(df: pd.DataFrame, lang: str) -> list[str]:
    """What the band, hollow points and crosses are."""
    band = {"low", "high"} <= set(df.columns) and df["high"].notna().any()
    crossed = "status" in df and df["status"].eq("conflicting").any()
    return [
        vocab.text("chart.shaded_limits", lang, level=frame.level(df)).strip() if band else "",
        frame.hollow_note(df, lang),
        vocab.text("chart.crossed", lang) if crossed else "",
    ]
