"""What all charts share: figures, axes in the words of their indicator, titles, and saving in the house's look."""

import re
import warnings
from functools import wraps
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator

from drugstats import vocab
from drugstats.output.charts import fitting
from drugstats.output.charts.house import HOUSE

WIDTH, HEIGHT = 8, 4.6
EDGE, TITLE, SOURCE = 0.01, 14, 9  # left of title and source line, in widths of the figure, and their sizes
PLACES = 6  # digits of a place in a figure that are kept
COLOURS = HOUSE["axes.prop_cycle"].by_key()["color"]
MARKERS = ["o", "s", "D", "^", "v", "P"]
STYLES = ["-", "--", "-.", ":"]
HOLLOW = ("provisional", "estimated")
BAD, GOOD, PLAIN = "#C8552B", "#3B7D4F", "#7A5195"
# The marker, and whether it stands for high (True), low (False) or neither.
VERDICT_MARKS = {"above": ("^", True), "below": ("v", False), "cannot tell": ("o", None), "at the line": ("D", None)}
LINE_COLOUR, QUIET, GREY = "#A61C1C", "#8A8F98", "#5B6770"
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
def entitle(figure: Figure, title: str, source: str) -> None:
    """Put a title above a chart and the source line below it, broken at the figure's edge, with room of their own."""
    across = (1 - 2 * EDGE) * figure.get_figwidth() * fitting.POINTS
    title, source = fitting.wrapped(title, across, TITLE, "bold"), fitting.wrapped(source, across, SOURCE)
    figure.suptitle(title, x=EDGE, ha="left", fontsize=TITLE)
    figure.supxlabel(source, x=EDGE, ha="left", fontsize=SOURCE, color=GREY)
    more = fitting.LINE * (TITLE * title.count("\n") + SOURCE * source.count("\n")) / fitting.POINTS
    figure.set_figheight(figure.get_figheight() + more)


@in_house_style
def save(figure: Figure, stem: Path) -> list[Path]:
    """Write the figure as PNG, SVG and PDF and return the paths; a glyph that the font lacks is an error.

    The same figure gives the same bytes: no date, fixed identifiers.
    """
    paths = [stem.with_name(f"{stem.name}.{ending}") for ending in ("png", "svg", "pdf")]
    dates = [{"Software": None}, {"Date": None}, {"CreationDate": None}]
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing from")
        _settle(figure)
        for path, metadata in zip(paths, dates, strict=True):
            figure.savefig(path, metadata=metadata)
    return paths


def _settle(figure: Figure) -> None:
    """Lay the figure out once and round its places: the last digits of the solver differ from run to run."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for ax in figure.axes:
        if ax.get_axes_locator() is None:
            ax.set_position([round(number, PLACES) for number in ax.get_position().bounds])


def new_figure(height: float = HEIGHT) -> Figure:
    """Return an empty figure of the house's width, `height` inches high."""
    return Figure(figsize=(WIDTH, height), layout="constrained")


def line_name(line: float, df, lang: str) -> str:
    """Return what stands beside a control line: its name and value."""
    return vocab.text("chart.line", lang, line=exact(df, lang)(line))


def writer(df, lang: str):
    """Return how a chart writes its numbers, and the unit that stands over its axis."""
    if not (name := key(df)):
        return lambda value, whole=None: f"{value:,.6g}", ""
    divisor, unit = vocab.scale(name, df["value"].abs().max(), lang)
    return lambda value, whole=None: vocab.show_indicator(value, name, lang, divisor, whole), unit


def short(number: str) -> str:
    """Return 5.0% as 5%."""
    return re.sub(r"\.0+(?=%|$)", "", number)


def exact(df, lang: str):
    """Return how a chart writes round numbers, those of its axes and lines: percentages with all their decimals."""
    show, _ = writer(df, lang)
    if _of(df, "unit") == "fraction":
        return lambda value: vocab.show_line(value, lang)
    return lambda value: short(show(value))


def ticks(axis, df, lang: str):
    """Write an axis in the number format of the table's indicator; of counts only whole ones."""
    write = exact(df, lang)
    axis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))
    if _of(df, "decimals") == "0":
        axis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))


def value_axis(axis, df, lang: str):
    """Write an axis in the number format of the table's indicator; above an upright one stands what is drawn."""
    ticks(axis, df, lang)
    name = axis_name(df, lang)
    if axis.axis_name == "y" and name:
        note(axis.axes, fitting.wrapped(name, fitting.room(axis.axes), 9), (0, 1), "axes fraction", shift=(-4, 6))


def axis_name(df, lang: str) -> str:
    """Return what the numbers of a table are: their indicator with its unit, of several indicators the unit alone."""
    _, unit = writer(df, lang)
    if not key(df):
        return ""
    if df["indicator"].nunique() > 1:
        return vocab.text("chart.unit", lang, unit=unit) if unit else ""
    name = vocab.indicator(key(df), lang)
    return vocab.text("heading", lang, name=name, unit=unit) if unit else name


def tone(df, high: bool | None) -> str:
    """Return the colour of what is high or low: by what is better for the indicator, plain where neither is."""
    if high is None:
        return GREY
    better = _of(df, "better")
    return PLAIN if better in ("", "none") else BAD if high == (better == "low") else GOOD


def key(df) -> str:
    """Return the indicator of a table, of several the first; nothing where it names none."""
    return df["indicator"].iloc[0] if "indicator" in df.columns and len(df) else ""


def _of(df, column: str) -> str:
    """What indicators.csv says of the table's indicator."""
    return vocab.table("indicators").at[key(df), column] if key(df) else ""


def note(ax, words: str, at: tuple, coordinates="data", *, shift: tuple, **look):
    """Put a text beside a place of the chart, `shift` points away, with a halo that keeps it readable over lines."""
    look = {"fontsize": 9, "path_effects": HALO, "annotation_clip": False} | look
    return ax.annotate(words, at, xycoords=coordinates, xytext=shift, textcoords="offset points", **look)


def height(rows: int) -> float:
    """Return the height of a chart with a row for each area."""
    return 1.6 + 0.3 * max(rows, 4)


def area_axis(ax, rows, lang: str):
    """Name the rows of a chart after the areas of a table."""
    row_axis(ax, [vocab.area(code, lang) for code in rows["area"]])
    ax.set_ylim(-0.7, len(rows) - 0.3)


def row_axis(ax, names):
    """Name the rows of a chart, whose values are read across."""
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)


def points(ax, rows: pd.DataFrame, x: str, y: str, marker: str, label: str | None = None, **look):
    """Draw points, hollow where they are provisional or estimated; at least one artist has the label."""
    unsure = hollow(rows)
    for chosen, face in ((rows[~unsure], look["color"]), (rows[unsure], "white")):
        if len(chosen):
            ax.plot(chosen[x], chosen[y], marker, markerfacecolor=face, label=label, **look)
            label = None


def hollow_note(rows: pd.DataFrame, lang: str) -> str:
    """Return what hollow points mean where a table has any."""
    return vocab.text("chart.hollow", lang) if hollow(rows).any() else ""


def left_out(count: int, lang: str) -> str:
    """Return how many rows a chart leaves out, nothing for none."""
    return vocab.text("chart.left_out", lang, count=vocab.show(count, "count")) if count else ""


def line_across(ax, value: float, words: str, width: float = 1.5, **look):
    """Draw a line across a chart, its name at the right."""
    ax.axhline(value, color=LINE_COLOUR, linewidth=width, **look)
    note(ax, words, (1, value), ACROSS, shift=(5, 0), va="center", color=LINE_COLOUR, fontsize=10)


def in_two_lines(period, lang: str) -> str:
    """Return the name of a period for a narrow place: the year above its month or quarter."""
    return vocab.period(period, lang).replace("年", "年\n", 1)


def hollow(rows: pd.DataFrame) -> pd.Series:
    """Return which rows are provisional or estimated: their points are hollow."""
    return rows["status"].isin(HOLLOW) if "status" in rows else pd.Series(False, index=rows.index)


def only(values: pd.Series):
    """Return the one number that all rows share, None where they differ or none is known."""
    known = values.dropna()
    return known.iloc[0] if len(known) and np.ptp(known) <= 1e-12 else None


def level(df: pd.DataFrame, usual: float | None = None) -> str:
    """Return the level of a table's limits as its method column names it, else the usual one, else nothing."""
    named = df["method"].astype(str).str.extract(r"([\d.]+%)")[0].dropna() if "method" in df else []
    return named.iloc[0] if len(named) else "" if usual is None else vocab.show_line(usual)
