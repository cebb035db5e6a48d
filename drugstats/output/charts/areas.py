"""Charts that set areas beside one another: values with limits, places with their ranges."""

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from drugstats import vocab
from drugstats.output.charts import frame
from drugstats.tables import need

# Two areas differ about where limits of this level stop overlapping, not those of 95 % (Goldstein & Healy 1995).
PAIRWISE, USUAL = 0.84, 0.95


@frame.in_house_style
def caterpillar(df: pd.DataFrame, *, line: float | None = None, ax=None, lang: str = "zh"):
    """Draw each area's value with its interval, in order, the verdict by shape; returns the Axes.

    Columns area, value, low, high; optional verdict, part, whole (printed at the right), indicator, method, and
    low_pair, high_pair: the narrower limits by which two areas are compared, a thick bar within the thin line.
    """
    need(df, "area", "value", "low", "high")
    rows = df.dropna(subset="value").sort_values(["value", "area"], ascending=[False, True], ignore_index=True)
    ax = ax if ax is not None else frame.new_figure(frame.height(len(rows))).subplots()
    at = np.arange(len(rows))
    verdicts = rows["verdict"] if "verdict" in rows else pd.Series("cannot tell", index=rows.index)
    paired = {"low_pair", "high_pair"} <= set(rows.columns)

    ax.hlines(at, rows["low"], rows["high"], color=frame.QUIET, linewidth=1 if paired else 2)
    if paired:
        ax.hlines(at, rows["low_pair"], rows["high_pair"], color="#B4BAC3", linewidth=6)
    for verdict, (marker, colour) in frame.VERDICT_MARKS.items():
        chosen = verdicts == verdict
        label = vocab.text(f"word.{verdict}", lang) if "verdict" in rows and chosen.any() else None
        face = "white" if verdict == "cannot tell" else colour
        ax.plot(rows["value"][chosen], at[chosen], marker, color=colour, markerfacecolor=face, ms=8, label=label)
    if {"part", "whole"} <= set(rows.columns):
        for y, row in rows.iterrows():
            share = f"{vocab.show(row['part'], 'count')} / {vocab.show(row['whole'], 'count')}"
            frame.note(ax, share, (1, y), frame.ACROSS, shift=(6, 0), va="center")
    frame.area_axis(ax, rows, lang)
    frame.value_axis(ax.xaxis, rows, lang)
    if paired:
        ax.set_xlabel("\n".join(filter(None, [ax.get_xlabel(), _two_limits(rows, lang)])), linespacing=1.4)
    ax.set_xlim(left=0)
    if line is not None:
        ax.axvline(line, color=frame.LINE_COLOUR, linewidth=1.5)
        frame.note(
            ax,
            frame.line_name(line, df, lang),
            (line, 1),
            frame.UPWARDS,
            shift=(4, 3),
            color=frame.LINE_COLOUR,
            fontsize=10,
        )
    if "verdict" in rows:
        above = 0.2 if line is None else 1.6  # clear of the line's name
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=4, borderaxespad=above)
    return ax


def _two_limits(rows: pd.DataFrame, lang: str) -> str:
    """What the thick and the thin bar are; the level of the thin one as the method column names it."""
    named = rows["method"].str.extract(r"([\d.]+%)")[0].dropna() if "method" in rows else pd.Series(dtype=str)
    level = named.iloc[0] if len(named) else vocab.show_line(USUAL)
    return vocab.text("chart.pair_limits", lang, pair=vocab.show_line(PAIRWISE), level=level)


@frame.in_house_style
def ranking(df: pd.DataFrame, *, ax=None, lang: str = "zh"):
    """Draw each area's place as a point on the range of places the data allow; returns the Axes.

    Columns area, value, rank, rank_low, rank_high; optional indicator. Place one, the best, is at the left.
    """
    need(df, "area", "value", "rank", "rank_low", "rank_high")
    rows = df.dropna(subset="rank").sort_values(["rank", "area"], ascending=False, ignore_index=True)
    ax = ax if ax is not None else frame.new_figure(frame.height(len(rows))).subplots()
    at = np.arange(len(rows))
    show, _ = frame.writer(df, lang)
    ax.barh(at, rows["rank_high"] - rows["rank_low"] + 0.6, left=rows["rank_low"] - 0.3, height=0.5, color="#C9D8E8")
    ax.plot(rows["rank"], at, "o", color="#1F5A94", ms=7)
    for y, row in rows.iterrows():
        frame.note(ax, show(row["value"], row.get("whole")), (1, y), frame.ACROSS, shift=(6, 0), va="center")
    frame.area_axis(ax, rows, lang)
    ax.set_xlim(0.4, len(rows) + 0.6)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10, min_n_ticks=1))
    ax.set_xlabel(vocab.text("chart.place_axis", lang))
    return ax
