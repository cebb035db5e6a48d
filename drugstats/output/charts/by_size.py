"""The funnel: each area's value by its size, between limits that narrow as size grows."""

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

from drugstats import vocab
from drugstats.output.charts import fitting, frame
from drugstats.output.charts.placing import name_points
from drugstats.tables import need

INNER, OUTER = 0.95, 0.998
LIMITS = {"inner": ("low95", "high95", INNER, "--"), "outer": ("low998", "high998", OUTER, "-")}
# The marker, and whether it stands for high (True), low (False) or neither.
MARKS = {
    "inside": ("o", None), "not computed": ("x", None), "low95": ("X", False), "high95": ("P", True),
    "low998": ("v", False), "high998": ("^", True),
}  # fmt: skip
WITHIN, SIDES = ("inside", "not computed"), ("low95", "high95", "low998", "high998")
SIZES_APART, DECADES_APART = 12, 200
FAR_OFF = 4


@frame.in_house_style
def funnel(df: pd.DataFrame, *, curve: pd.DataFrame, ax=None, lang: str = "zh"):
    """Draw each area's value against its size between limits that narrow with size; returns the Axes.

    Columns area, value, whole, centre, low95, high95, low998, high998, outside; optional indicator, line, status.
    The limits are drawn as the smooth `curve` (whole, centre and the four limits).
    """
    need(df, "area", "value", "whole", "centre", *SIDES, "outside")
    ax = ax or frame.new_figure().subplots()
    rows = df[(df["whole"] > 0) & df["value"].notna()]
    rows = _within_view(rows, curve)
    _draw_points(ax, rows, lang)
    _draw_limits(ax, curve, lang)
    _draw_centre(ax, df, curve, lang)
    sizes = _sizes(rows)
    if len(rows):
        _size_axis(ax, sizes, lang)
    top = rows["top"].max()
    ax.set(ylim=(-0.03 * top, top)) if top > 0 else ax.set(ylim=(-0.03, 1), yticks=[0])
    frame.value_axis(ax.yaxis, df, lang)
    size = frame.axis_name(sizes, lang) or vocab.text("chart.size", lang)
    _name_outliers(ax, rows, curve, [[size], _captions(df, rows, lang)], lang)
    fitting.legend(ax)
    return ax


def _draw_points(ax, rows: pd.DataFrame, lang: str):
    for outside, (marker, high) in MARKS.items():
        chosen = rows[rows["outside"] == outside]
        within = outside in WITHIN
        colour = frame.QUIET if high is None else frame.tone(chosen, high)
        look = {"color": colour, "ms": 4.5 if within else 8, "zorder": 2 if within else 3}
        frame.points(ax, chosen, "whole", "y", marker, vocab.text(f"word.{outside}", lang), **look)


def _draw_limits(ax, limits: pd.DataFrame, lang: str):
    limits = limits.sort_values("whole")
    for name, (low, high, level, style) in LIMITS.items():
        label = vocab.text(f"chart.{name}_limits", lang, level=vocab.show_line(level))
        for side in (low, high):
            ax.plot(
                limits["whole"],
                limits[side],
                color=frame.COLOURS[0],
                linestyle=style,
                linewidth=1,
                zorder=1.5,
                label=label,
            )
            label = None


def _draw_centre(ax, df: pd.DataFrame, limits: pd.DataFrame, lang: str):
    """One line with its value; where each area is held against the others there is no one centre to draw."""
    centre = frame.only(limits["centre"])
    if centre is None:
        return
    show, _ = frame.writer(df, lang)
    words = vocab.text("chart.centre", lang, value=frame.short(show(centre)))
    if "line" in df and frame.only(df["line"]) == centre:
        words = frame.line_name(centre, df, lang)
    frame.line_across(ax, centre, words, 1.2, zorder=1.5)


def _sizes(rows: pd.DataFrame) -> pd.DataFrame:
    """The sizes as a table of their own, so that they are written as what they are: the whole of the indicator."""
    known = vocab.table("indicators")["whole"]
    whole = known.get(frame.key(rows), "")
    return pd.DataFrame({"value": rows["whole"]} | ({"indicator": whole} if whole in known.index else {}))


def _size_axis(ax, sizes: pd.DataFrame, lang: str):
    smallest, largest = sizes["value"].min(), sizes["value"].max()
    apart = largest / smallest
    if apart > SIZES_APART:
        ax.set_xscale("log")
        ax.set_xlim(smallest / apart**0.04, largest * apart**0.04)
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if apart < DECADES_APART else (1,)))
        ax.xaxis.set_minor_formatter(lambda value, _: "")
    else:
        room = 0.05 * (largest - smallest) or 0.1 * largest
        ax.set_xlim(max(0, smallest - room), largest + room)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    write = frame.exact(sizes, lang)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))


def _within_view(rows: pd.DataFrame, limits: pd.DataFrame) -> pd.DataFrame:
    """Append top, where the value axis ends, and y, where a point is drawn.

    Of the limits, which open wide for the smallest areas, only as much is shown as leaves the points room. A value
    many times the next one would press all others flat: it is drawn at the upper edge and told beside its name.
    """
    highest = rows["value"].nlargest(2).to_list() + [0, 0]
    far = len(rows) > 2 and highest[0] > FAR_OFF * highest[1] > 0
    highest = highest[1] if far else highest[0]
    widest = limits.loc[limits["whole"] >= rows["whole"].min(), "high998"].max()
    top = np.nanmax([1.15 * highest, min(1.05 * widest, 2 * highest)]) if highest > 0 else widest
    off = rows["value"] > FAR_OFF * highest if far else pd.Series(False, index=rows.index)
    return rows.assign(top=top, off=off, y=rows["value"].mask(off, 0.96 * top))


def _captions(df: pd.DataFrame, rows: pd.DataFrame, lang: str) -> list[str]:
    return [vocab.text("chart.funnel", lang), frame.hollow_note(rows, lang), frame.left_out(len(df) - len(rows), lang)]


def _name_outliers(ax, rows: pd.DataFrame, limits: pd.DataFrame, captions: list[list], lang: str):
    """Names in order of how many half-widths of the inner limits a point stands off, so that the extreme come first."""
    above = rows["value"] > rows["centre"]
    width = np.where(above, rows["high95"] - rows["centre"], rows["centre"] - rows["low95"])
    off = ((rows["value"] - rows["centre"]).abs() / width)[~rows["outside"].isin(WITHIN) | rows["off"]]
    chosen = rows.loc[off.sort_values(ascending=False, kind="stable").index]

    across, kept = fitting.room(ax), 0

    def tell(unnamed: int):
        more = [vocab.text("chart.unnamed", lang, count=vocab.show(unnamed, "count"))] if unnamed else []
        told = fitting.flowed([captions[0], [*captions[1], *more]], across)
        ax.xaxis.label.set_text("\n".join(told + [" "] * (kept - len(told))))
        return len(told)

    # The line for what is not named is kept free from the start: the layout is settled before the names are.
    kept = tell(len(chosen))
    tell(0)
    ax.xaxis.label.set_linespacing(1.4)
    spaced = limits.sort_values("whole")[:: 1 + len(limits) // 30]
    lines = [spaced[["whole", side]].dropna().to_numpy() for side in (*SIDES, "centre")]
    crowd = [rows[["whole", "y"]].to_numpy(), *lines]
    names = [_name(row, frame.writer(rows, lang)[0], lang) for row in chosen.to_dict("records")]
    name_points(ax, chosen["whole"], chosen["y"], names, crowd=crowd, tell=tell)


def _name(row: dict, show, lang: str) -> str:
    name = vocab.area(row["area"], lang)
    return f"{name} ↑ {show(row['value'], row['whole'])}" if row["off"] else name
