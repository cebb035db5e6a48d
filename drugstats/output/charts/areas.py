"""Charts that set areas beside one another: values with limits, places with their ranges."""

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from drugstats import vocab
from drugstats.output.charts import fitting, frame
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
    paired = {"low_pair", "high_pair"} <= set(rows.columns)

    ax.hlines(at, rows["low"], rows["high"], color=frame.QUIET, linewidth=1 if paired else 2)
    if paired:
        ax.hlines(at, rows["low_pair"], rows["high_pair"], color="#B4BAC3", linewidth=6)
    _draw_verdicts(ax, rows, lang)
    counted = {"part", "whole"} <= set(rows.columns)
    for y, row in rows.iterrows() if counted else ():
        share = f"{vocab.show(row['part'], 'count')} / {vocab.show(row['whole'], 'count')}"
        frame.note(ax, share, (1, y), frame.ACROSS, shift=(6, 0), va="center")
    frame.area_axis(ax, rows, lang)
    frame.ticks(ax.xaxis, df, lang)
    lowest = min(0, rows[["value", "low"]].min().min())
    ax.set_xlim(left=lowest * 1.05)
    if lowest < 0:
        ax.axvline(0, color=frame.QUIET, linewidth=1)
    if line is not None:
        ax.axvline(line, color=frame.LINE_COLOUR, linewidth=1.5)
        look = {"color": frame.LINE_COLOUR, "fontsize": 10}
        frame.note(ax, frame.line_name(line, df, lang), (line, 1), frame.UPWARDS, shift=(4, 3), **look)
    right = [_fraction(rows, lang)] if counted and len(rows) else []
    fitting.tell(
        ax,
        [frame.axis_name(df, lang)],
        [_limits(rows, paired, lang), *right, frame.left_out(len(df) - len(rows), lang)],
    )
    fitting.legend(ax, fitting.NEAR if line is None else 1.6)  # clear of the line's name
    return ax


def _draw_verdicts(ax, rows: pd.DataFrame, lang: str):
    verdicts = rows["verdict"] if "verdict" in rows else pd.Series("cannot tell", index=rows.index)
    for verdict, (marker, high) in frame.VERDICT_MARKS.items():
        chosen, colour = verdicts == verdict, frame.tone(rows, high)
        label = vocab.text(f"word.{verdict}", lang) if "verdict" in rows and chosen.any() else None
        face = "white" if verdict == "cannot tell" else colour
        look = {"color": colour, "markerfacecolor": face, "ms": 8, "label": label}
        ax.plot(rows["value"][chosen], rows.index[chosen], marker, **look)


def _limits(rows: pd.DataFrame, paired: bool, lang: str) -> str:
    """What the thick and the thin bar are; the level of the thin one as the method column names it."""
    if paired:
        level = frame.level(rows, USUAL)
        return vocab.text("chart.pair_limits", lang, pair=vocab.show_line(PAIRWISE), level=level)
    return vocab.text("chart.limits", lang, level=level) if (level := frame.level(rows)) else ""


def _fraction(rows: pd.DataFrame, lang: str) -> str:
    """What the two numbers at the right are."""
    known = vocab.table("indicators")
    keys = known.loc[frame.key(rows), ["part", "whole"]] if frame.key(rows) else pd.Series(dtype=str)
    if len(keys) and keys.isin(known.index).all():
        names = [vocab.indicator(key, lang) for key in keys]
    else:
        names = [vocab.text(f"chart.{key}", lang) for key in ("part", "whole")]
    return vocab.text("chart.right", lang, told=" / ".join(names))


@frame.in_house_style
def ranking(df: pd.DataFrame, *, ax=None, lang: str = "zh"):
    """Draw each area's place as a point on the range of places the data allow; returns the Axes.

    Columns area, value, rank, rank_low, rank_high; optional indicator, method. Place one, the best, is at the left.
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
    name = frame.axis_name(df, lang)
    right = vocab.text("chart.right", lang, told=name) if name else ""
    fitting.tell(ax, [vocab.text("chart.place_axis", lang), best_place(rows, lang), right],
                 [ranges(rows, lang), frame.left_out(len(df) - len(rows), lang)])  # fmt: skip
    return ax


def best_place(rows: pd.DataFrame, lang: str) -> str:
    """Return whether place one has the lowest or the highest value; nothing where all are the same or unknown."""
    if "value" not in rows or rows["value"].nunique() < 2:
        return ""
    first, last = rows.loc[rows["rank"].idxmin(), "value"], rows.loc[rows["rank"].idxmax(), "value"]
    return vocab.text("chart.first_lowest" if first < last else "chart.first_highest", lang)


def ranges(rows: pd.DataFrame, lang: str) -> str:
    """Return what the bars of a ranking are; their level and whether it holds for all at once as the method says."""
    family = rows["method"].astype(str).iloc[0].split(" ")[0] if "method" in rows and len(rows) else ""
    key = {"simultaneous": "chart.ranges_together", "marginal": "chart.ranges_alone"}.get(family, "chart.ranges")
    # Without its words a level is rather left out than the whole chart.
    key = key if key in vocab.table("labels").index else "chart.ranges"
    return vocab.text(key, lang, level=frame.level(rows))
