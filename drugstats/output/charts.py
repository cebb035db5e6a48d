"""Charts: each takes a computed table, computes nothing and returns its Axes; the look is always the house's."""

import math
import re
import warnings
from functools import wraps
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator

from drugstats import vocab
from drugstats.tables import frequency, need

PACKAGE = Path(__file__).parent.parent
for weight in ("Regular", "Bold"):
    fontManager.addfont(PACKAGE / "fonts" / f"DrugStatsSansSC-{weight}.ttf")
HOUSE = matplotlib.rc_params_from_file(PACKAGE / "house.mplstyle", use_default_template=False)

WIDTH, HEIGHT = 8, 4.6
COLOURS = HOUSE["axes.prop_cycle"].by_key()["color"]
MARKERS = ["o", "s", "D", "^", "v", "P"]
STYLES = ["-", "--", "-.", ":"]
VERDICT_MARKS = {"above": ("^", "#C8552B"), "below": ("v", "#3B7D4F"), "cannot tell": ("o", "#5B6770")}
LINE_COLOUR, QUIET = "#A61C1C", "#8A8F98"
HOLLOW = ("provisional", "estimated")
PARTS_OF_YEAR = {"Y": 1, "Q": 4, "M": 12}
ACROSS, UPWARDS = ("axes fraction", "data"), ("data", "axes fraction")
HALO = [withStroke(linewidth=3, foreground="white")]


def in_house_style(draw):
    """Run a drawing function under the house style and leave matplotlib's settings as they were.

    A table without rows makes no chart: None.
    """

    @wraps(draw)
    def styled(*args, **kwargs):
        if isinstance(args[0], pd.DataFrame) and args[0].empty:
            return None
        with matplotlib.rc_context(HOUSE):
            return draw(*args, **kwargs)

    return styled


@in_house_style
def trend(df: pd.DataFrame, *, line: float | None = None, ax=None, lang: str = "zh"):
    """Draw values over time, one line for each area, indicator and basis; returns the Axes.

    Columns period, value; optional area, indicator, basis, low, high (a band), status. A missing period is a gap, a
    change of basis a gap with a mark; provisional and estimated points are hollow, conflicting ones crosses.
    """
    need(df, "period", "value")
    ax = ax if ax is not None else _figure().subplots()
    names = _names(df, lang)
    _draw_trend(ax, df, names, line, lang, every_label=names.nunique() == 1)
    if line is not None:
        far = _farther_end(df, line)
        side = {"shift": (-4, 4), "ha": "right"} if far else {"shift": (4, 4)}
        _note(ax, _line_name(line, df, lang), (far, line), ACROSS, color=LINE_COLOUR, fontsize=10, **side)
    if names.nunique() > 1:
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2)
    return ax


@in_house_style
def panels(df: pd.DataFrame, *, line: float | None = None, lang: str = "zh"):
    """Draw one small trend for each area (or, where there is one area, each indicator); returns the array of Axes.

    Columns as for `trend`. Areas share one scale, so that they can be compared; indicators have their own.
    """
    need(df, "period", "value", "area", "indicator")
    by = "area" if df["area"].nunique() > 1 else "indicator"
    groups = list(df.groupby(by, sort=False))
    columns = min(3, len(groups))
    rows = math.ceil(len(groups) / columns)
    figure = _figure(height=1.1 + 2.0 * rows)
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
        handle = axes[0].plot([], [], color=LINE_COLOUR, linewidth=1.5)[0]
        figure.legend([handle], [_line_name(line, df, lang)], loc="outside upper right", labelcolor=LINE_COLOUR)
    return axes[: len(groups)]


@in_house_style
def caterpillar(df: pd.DataFrame, *, line: float | None = None, ax=None, lang: str = "zh"):
    """Draw each area's value with its interval, in order, the verdict by shape; returns the Axes.

    Columns area, value, low, high; optional verdict, part, whole (printed at the right), indicator.
    """
    need(df, "area", "value", "low", "high")
    rows = df.dropna(subset="value").sort_values(["value", "area"], ascending=[False, True], ignore_index=True)
    ax = ax if ax is not None else _figure(_height(len(rows))).subplots()
    at = np.arange(len(rows))
    verdicts = rows["verdict"] if "verdict" in rows else pd.Series("cannot tell", index=rows.index)

    ax.hlines(at, rows["low"], rows["high"], color=QUIET, linewidth=2)
    for verdict, (marker, colour) in VERDICT_MARKS.items():
        chosen = verdicts == verdict
        label = vocab.text(f"word.{verdict}", lang) if "verdict" in rows and chosen.any() else None
        face = "white" if verdict == "cannot tell" else colour
        ax.plot(rows["value"][chosen], at[chosen], marker, color=colour, markerfacecolor=face, ms=8, label=label)
    if {"part", "whole"} <= set(rows.columns):
        for y, row in rows.iterrows():
            share = f"{vocab.show(row['part'], 'count')} / {vocab.show(row['whole'], 'count')}"
            _note(ax, share, (1, y), ACROSS, shift=(6, 0), va="center")
    _area_axis(ax, rows, lang)
    _value_axis(ax.xaxis, rows, lang)
    ax.set_xlim(left=0)
    if line is not None:
        ax.axvline(line, color=LINE_COLOUR, linewidth=1.5)
        _note(ax, _line_name(line, df, lang), (line, 1), UPWARDS, shift=(4, 3), color=LINE_COLOUR, fontsize=10)
    if "verdict" in rows:
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0.2)
    return ax


@in_house_style
def ranking(df: pd.DataFrame, *, ax=None, lang: str = "zh"):
    """Draw each area's place as a point on the range of places the data allow; returns the Axes.

    Columns area, value, rank, rank_low, rank_high; optional indicator. Place one, the best, is at the left.
    """
    need(df, "area", "value", "rank", "rank_low", "rank_high")
    rows = df.dropna(subset="rank").sort_values(["rank", "area"], ascending=False, ignore_index=True)
    ax = ax if ax is not None else _figure(_height(len(rows))).subplots()
    at = np.arange(len(rows))
    show, _ = _writer(df, lang)
    ax.barh(at, rows["rank_high"] - rows["rank_low"] + 0.6, left=rows["rank_low"] - 0.3, height=0.5, color="#C9D8E8")
    ax.plot(rows["rank"], at, "o", color="#1F5A94", ms=7)
    for y, row in rows.iterrows():
        _note(ax, show(row["value"], row.get("whole")), (1, y), ACROSS, shift=(6, 0), va="center")
    _area_axis(ax, rows, lang)
    ax.set_xlim(0.4, len(rows) + 0.6)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10, min_n_ticks=1))
    ax.set_xlabel(vocab.text("chart.place_axis", lang))
    return ax


@in_house_style
def save(figure: Figure, stem: Path) -> list[Path]:
    """Write the figure as PNG, SVG and PDF and return the paths; a glyph that the font lacks is an error.

    The same figure gives the same bytes: no date, fixed identifiers.
    """
    paths = [stem.with_name(f"{stem.name}.{ending}") for ending in ("png", "svg", "pdf")]
    dates = [{"Software": None}, {"Date": None}, {"CreationDate": None}]
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing from")
        for path, metadata in zip(paths, dates, strict=True):
            figure.savefig(path, metadata=metadata)
    return paths


def _figure(height: float = HEIGHT) -> Figure:
    return Figure(figsize=(WIDTH, height), layout="constrained")


def _height(rows: int) -> float:
    return 1.6 + 0.3 * max(rows, 4)


def _names(df: pd.DataFrame, lang: str) -> pd.Series:
    """What each row's line is called: its indicator where indicators differ, else its area."""
    by = next((key for key in ("indicator", "area") if key in df and df[key].nunique() > 1), None)
    return df[by].map(lambda key: vocab.show(key, by, lang)) if by else pd.Series("", index=df.index)


def _draw_trend(ax, df, names: pd.Series, line: float | None, lang: str, every_label: bool):
    show, _ = _writer(df, lang)
    rows = df.assign(name=names, at=_position(df["period"]), basis=df["basis"] if "basis" in df else "")
    for number, (name, series) in enumerate(rows.groupby("name", sort=False)):
        for _, run in series.groupby("basis", sort=False):
            _draw_run(ax, run.sort_values("at"), number)
        ax.plot([], [], STYLES[number % 4], marker=MARKERS[number % 6], color=COLOURS[number % 6], label=name)
        _label_points(ax, series.sort_values("at"), number, line, show, every_label)
    _mark_breaks(ax, rows, lang)
    if line is not None:
        ax.axhline(line, color=LINE_COLOUR, linewidth=1.5)
    _value_axis(ax.yaxis, df, lang)
    ax.margins(y=0.12)
    ax.set_ylim(bottom=min(0, df["value"].min()), auto=None)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))


def _draw_run(ax, rows: pd.DataFrame, number: int):
    """One series on one basis; conflicting values are crosses that no line runs through."""
    status = rows["status"] if "status" in rows else pd.Series("final", index=rows.index)
    crossed, rows = rows[status == "conflicting"], rows[(status != "conflicting") & rows["value"].notna()]
    colour, marker = COLOURS[number % 6], MARKERS[number % 6]
    unit = 1 / PARTS_OF_YEAR[frequency(rows["period"])]
    for _, piece in rows.groupby((rows["at"].diff() > 1.5 * unit).cumsum()):
        ax.plot(piece["at"], piece["value"], STYLES[number % 4], color=colour)
        if {"low", "high"} <= set(piece.columns):
            ax.fill_between(piece["at"], piece["low"], piece["high"], color=colour, alpha=0.15, linewidth=0)
    hollow = status.reindex(rows.index).isin(HOLLOW)
    ax.plot(rows["at"][~hollow], rows["value"][~hollow], marker, color=colour)
    ax.plot(rows["at"][hollow], rows["value"][hollow], marker, color=colour, markerfacecolor="white")
    ax.plot(crossed["at"], crossed["value"], "x", color=QUIET)


def _label_points(ax, rows, number: int, line: float | None, show, every: bool):
    known = rows.dropna(subset="value")
    if "status" in known:
        known = known[known["status"] != "conflicting"]
    for _, row in (known if every and len(known) <= 10 else known.tail(1)).iterrows():
        below = line is not None and line / 2 < row["value"] < line
        words, colour = show(row["value"], row.get("whole")), COLOURS[number % 6]
        _note(ax, words, (row["at"], row["value"]), shift=(0, -16 if below else 7), ha="center", color=colour)


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
            ax.axvline(start - unit / 2, color=QUIET, linewidth=1.2, linestyle=(0, (2, 2)))
            early = start < middle
            side = {"shift": (3, 0)} if early else {"shift": (-3, 0), "ha": "right"}
            note = _note(ax, vocab.text("chart.break", lang), (start - unit / 2, 0.03), UPWARDS, **side)
            note.set_in_layout(False)


def _farther_end(df: pd.DataFrame, line: float) -> int:
    """0 where the line's name has more room at the left end of the chart, 1 at the right."""
    distances = [
        (df.loc[df["period"] == end, "value"] - line).abs().min() for end in (df["period"].min(), df["period"].max())
    ]
    return int(distances[1] > distances[0])


def _line_name(line: float, df, lang: str) -> str:
    show, _ = _writer(df, lang)
    return vocab.text("chart.line", lang, line=_short(show(line)))


def _writer(df, lang: str):
    """How this chart writes its numbers, and the unit that stands over its axis."""
    if "indicator" not in df.columns:
        return lambda value, whole=None: f"{value:,.6g}", ""
    key = df["indicator"].iloc[0]
    divisor, unit = vocab.scale(key, df["value"].abs().max(), lang)
    return lambda value, whole=None: vocab.show_indicator(value, key, lang, divisor, whole), unit


def _short(number: str) -> str:
    """5.0% as 5%."""
    return re.sub(r"\.0+(?=%|$)", "", number)


def _value_axis(axis, df, lang: str):
    show, unit = _writer(df, lang)
    axis.set_major_formatter(FuncFormatter(lambda value, _: _short(show(value))))
    if axis.axis_name == "x":
        axis.axes.set_xlabel(unit)
    elif unit:
        _note(axis.axes, unit, (0, 1), "axes fraction", shift=(-4, 6), ha="right")


def _note(ax, words: str, at: tuple, coordinates="data", *, shift: tuple, **look):
    """A text beside a place of the chart, `shift` points away, with a halo that keeps it readable over lines."""
    look = {"fontsize": 9, "path_effects": HALO, "annotation_clip": False} | look
    return ax.annotate(words, at, xycoords=coordinates, xytext=shift, textcoords="offset points", **look)


def _area_axis(ax, rows, lang: str):
    ax.set_yticks(np.arange(len(rows)), [vocab.area(code, lang) for code in rows["area"]])
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
