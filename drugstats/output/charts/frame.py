"""What all charts share: the house style, fonts, figures, axes in the words of their indicator, and saving."""

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
from matplotlib.ticker import FuncFormatter

from drugstats import vocab

PACKAGE = Path(__file__).parent.parent.parent
for weight in ("Regular", "Bold"):
    fontManager.addfont(PACKAGE / "fonts" / f"DrugStatsSansSC-{weight}.ttf")
HOUSE = matplotlib.rc_params_from_file(PACKAGE / "house.mplstyle", use_default_template=False)

WIDTH, HEIGHT = 8, 4.6
PLACES = 6  # digits of a place in a figure that are kept
COLOURS = HOUSE["axes.prop_cycle"].by_key()["color"]
MARKERS = ["o", "s", "D", "^", "v", "P"]
STYLES = ["-", "--", "-.", ":"]
HOLLOW = ("provisional", "estimated")
RISE, FALL = "#C8552B", "#3B7D4F"
VERDICT_MARKS = {
    "above": ("^", RISE), "below": ("v", FALL), "cannot tell": ("o", "#5B6770"), "at the line": ("D", "#5B6770"),
}  # fmt: skip
LINE_COLOUR, QUIET = "#A61C1C", "#8A8F98"
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
    show, _ = writer(df, lang)
    return vocab.text("chart.line", lang, line=short(show(line)))


def writer(df, lang: str):
    """Return how a chart writes its numbers, and the unit that stands over its axis."""
    if "indicator" not in df.columns:
        return lambda value, whole=None: f"{value:,.6g}", ""
    key = df["indicator"].iloc[0]
    divisor, unit = vocab.scale(key, df["value"].abs().max(), lang)
    return lambda value, whole=None: vocab.show_indicator(value, key, lang, divisor, whole), unit


def short(number: str) -> str:
    """Return 5.0% as 5%."""
    return re.sub(r"\.0+(?=%|$)", "", number)


def value_axis(axis, df, lang: str):
    """Write an axis in the number format of the table's indicator, with its unit."""
    show, unit = writer(df, lang)
    axis.set_major_formatter(FuncFormatter(lambda value, _: short(show(value))))
    if axis.axis_name == "x":
        axis.axes.set_xlabel(unit)
    elif unit:
        note(axis.axes, unit, (0, 1), "axes fraction", shift=(-4, 6), ha="right")


def note(ax, words: str, at: tuple, coordinates="data", *, shift: tuple, **look):
    """Put a text beside a place of the chart, `shift` points away, with a halo that keeps it readable over lines."""
    look = {"fontsize": 9, "path_effects": HALO, "annotation_clip": False} | look
    return ax.annotate(words, at, xycoords=coordinates, xytext=shift, textcoords="offset points", **look)


def height(rows: int) -> float:
    """Return the height of a chart with a row for each area."""
    return 1.6 + 0.3 * max(rows, 4)


def area_axis(ax, rows, lang: str):
    """Name the rows of a chart after the areas of a table."""
    ax.set_yticks(np.arange(len(rows)), [vocab.area(code, lang) for code in rows["area"]])
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)


def hollow(rows: pd.DataFrame) -> pd.Series:
    """Return which rows are provisional or estimated: their points are hollow."""
    return rows["status"].isin(HOLLOW) if "status" in rows else pd.Series(False, index=rows.index)


def only(values: pd.Series):
    """Return the one number that all rows share, None where they differ or none is known."""
    known = values.dropna()
    return known.iloc[0] if len(known) and np.ptp(known) <= 1e-12 else None
