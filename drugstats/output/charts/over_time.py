"""Charts of values over time: one trend, or a small one for each area or indicator."""

import math

import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from drugstats import vocab
from drugstats.output.charts import frame
from drugstats.tables import frequency, need

LONG_NAME = 24  # letters; three names longer than that do not stand side by side
PARTS_OF_YEAR = {"Y": 1, "Q": 4, "M": 12}


@frame.in_house_style
def trend(df: pd.DataFrame, *, line: float | None = None, ax=None, lang: str = "zh"):
    """Draw values over time, one line for each area, indicator and basis; returns the Axes.

    Columns period, value; optional area, indicator, basis, low, high (a band), status. A missing period is a gap, a
    change of basis a gap with a mark; provisional and estimated points are hollow, conflicting ones crosses.
    """
    need(df, "period", "value")
    ax = ax if ax is not None else frame.new_figure().subplots()
    names = _names(df, lang)
    _draw_trend(ax, df, names, line, lang, every_label=names.nunique() == 1)
    if line is not None:
        far = _farther_end(df, line)
        side = {"shift": (-4, 4), "ha": "right"} if far else {"shift": (4, 4)}
        frame.note(
            ax, frame.line_name(line, df, lang), (far, line), frame.ACROSS, color=frame.LINE_COLOUR, fontsize=10, **side
        )
    if names.nunique() > 1:
        columns = 3 if names.map(len).max() <= LONG_NAME else 2
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=0.2)
    return ax


@frame.in_house_style
def panels(df: pd.DataFrame, *, line: float | None = None, lang: str = "zh"):
    """Draw one small trend for each area (or, where there is one area, each indicator); returns the array of Axes.

    Columns as for `trend`. Areas share one scale, so that they can be compared; indicators have their own.
    """
    need(df, "period", "value", "area", "indicator")
    by = "area" if df["area"].nunique() > 1 else "indicator"
    groups = list(df.groupby(by, sort=False))
    columns = min(3, len(groups))
    rows = math.ceil(len(groups) / columns)
    figure = frame.new_figure(height=1.1 + 2.0 * rows)
    axes = figure.subplots(rows, columns, sharex=True, squeeze=False).ravel()
    for ax, (name, group) in zip(axes, groups, strict=False):
        _draw_trend(ax, group, _names(group, lang), line, lang, every_label=False)
        ax.set_title(vocab.show(name, by, lang), fontsize=11)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=4))
        if by == "area":
            ax.set_ylim(top=1.2 * max(df["value"].max(), line or 0))
    for ax in axes[len(groups) :]:
        ax.remove()
    if line is not None:
        handle = axes[0].plot([], [], color=frame.LINE_COLOUR, linewidth=1.5)[0]
        figure.legend(
            [handle], [frame.line_name(line, df, lang)], loc="outside upper right", labelcolor=frame.LINE_COLOUR
        )
    return axes[: len(groups)]


def _names(df: pd.DataFrame, lang: str) -> pd.Series:
    """What each row's line is called: its indicator where indicators differ, else its area."""
    by = next((key for key in ("indicator", "area") if key in df and df[key].nunique() > 1), None)
    return df[by].map(lambda key: vocab.show(key, by, lang)) if by else pd.Series("", index=df.index)


def _draw_trend(ax, df, names: pd.Series, line: float | None, lang: str, every_label: bool):
    show, _ = frame.writer(df, lang)
    rows = df.assign(name=names, at=_position(df["period"]), basis=df["basis"] if "basis" in df else "")
    for number, (name, series) in enumerate(rows.groupby("name", sort=False)):
        for _, run in series.groupby("basis", sort=False):
            _draw_run(ax, run.sort_values("at"), number)
        ax.plot(
            [],
            [],
            frame.STYLES[number % 4],
            marker=frame.MARKERS[number % 6],
            color=frame.COLOURS[number % 6],
            label=name,
        )
        _label_points(ax, series.sort_values("at"), number, line, show, every_label)
    _mark_breaks(ax, rows, lang)
    if line is not None:
        ax.axhline(line, color=frame.LINE_COLOUR, linewidth=1.5)
    frame.value_axis(ax.yaxis, df, lang)
    ax.margins(y=0.12)
    ax.set_ylim(bottom=min(0, df["value"].min()), auto=None)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))


def _draw_run(ax, rows: pd.DataFrame, number: int):
    """One series on one basis; conflicting values are crosses that no line runs through."""
    status = rows["status"] if "status" in rows else pd.Series("final", index=rows.index)
    crossed, rows = rows[status == "conflicting"], rows[(status != "conflicting") & rows["value"].notna()]
    colour, marker = frame.COLOURS[number % 6], frame.MARKERS[number % 6]
    unit = 1 / PARTS_OF_YEAR[frequency(rows["period"])]
    for _, piece in rows.groupby((rows["at"].diff() > 1.5 * unit).cumsum()):
        ax.plot(piece["at"], piece["value"], frame.STYLES[number % 4], color=colour)
        if {"low", "high"} <= set(piece.columns):
            ax.fill_between(piece["at"], piece["low"], piece["high"], color=colour, alpha=0.15, linewidth=0)
    hollow = status.reindex(rows.index).isin(frame.HOLLOW)
    ax.plot(rows["at"][~hollow], rows["value"][~hollow], marker, color=colour)
    ax.plot(rows["at"][hollow], rows["value"][hollow], marker, color=colour, markerfacecolor="white")
    ax.plot(crossed["at"], crossed["value"], "x", color=frame.QUIET)


def _label_points(ax, rows, number: int, line: float | None, show, every: bool):
    known = rows.dropna(subset="value")
    if "status" in known:
        known = known[known["status"] != "conflicting"]
    for _, row in (known if every and len(known) <= 10 else known.tail(1)).iterrows():
        below = line is not None and line / 2 < row["value"] < line
        words, colour = show(row["value"], row.get("whole")), frame.COLOURS[number % 6]
        frame.note(ax, words, (row["at"], row["value"]), shift=(0, -16 if below else 7), ha="center", color=colour)


def _position(period: pd.Series) -> pd.Series:
    parts = PARTS_OF_YEAR[frequency(period)]
    within = {1: 0, 4: period.dt.quarter - 1, 12: period.dt.month - 1}[parts]
    return period.dt.year + within / parts


def _mark_breaks(ax, rows: pd.DataFrame, lang: str):
    """A vertical mark where a series goes over to another basis."""
    unit = 1 / PARTS_OF_YEAR[frequency(rows["period"])]
    middle = (rows["at"].min() + rows["at"].max()) / 2
    for _, series in rows.groupby("name"):
        for start in series.groupby("basis")["at"].min().sort_values().iloc[1:]:
            ax.axvline(start - unit / 2, color=frame.QUIET, linewidth=1.2, linestyle=(0, (2, 2)))
            early = start < middle
            side = {"shift": (3, 0)} if early else {"shift": (-3, 0), "ha": "right"}
            note = frame.note(ax, vocab.text("chart.break", lang), (start - unit / 2, 0.03), frame.UPWARDS, **side)
            note.set_in_layout(False)


def _farther_end(df: pd.DataFrame, line: float) -> int:
    """0 where the line's name has more room at the left end of the chart, 1 at the right."""
    distances = [
        (df.loc[df["period"] == end, "value"] - line).abs().min() for end in (df["period"].min(), df["period"].max())
    ]
    return int(distances[1] > distances[0])
