"""What pages of small charts share: the charts three abreast, and one key for all in a row above them."""

import math

import numpy as np
from matplotlib.lines import Line2D

from drugstats.output.charts import fitting, frame

ABREAST, SIZE = 3, 9
AROUND, LEGEND_LINE, ABOVE_PANELS = 0.65, 0.2, 0.5  # inches: a small chart's names and ticks, a line, the title


def grid(count: int, high: float):
    """Return the Axes of `count` small charts, each `high` inches with its names, and the grid they stand in."""
    lines, across = math.ceil(count / ABREAST), min(ABREAST, count)
    spec = frame.new_figure(ABOVE_PANELS + high * lines).add_gridspec(lines + 1, across)
    spec.set_height_ratios([0.01, *[high - AROUND] * lines])
    places = [spec[1 + number // across, number % across] for number in range(count)]
    return np.array([spec.figure.add_subplot(place) for place in places]), spec


def name(axes, names: list[str], spec, size: float, **look) -> None:
    """Put a name above each small chart, broken where the chart ends; the page grows by the lines that this takes."""
    across = 0.78 * spec.figure.get_figwidth() / spec.ncols * fitting.POINTS
    names = [fitting.wrapped(words, across, size, "bold") for words in names]
    for ax, words in zip(axes, names, strict=True):
        ax.set_title(words, fontsize=size, **look)
    rows = [names[start : start + spec.ncols] for start in range(0, len(names), spec.ncols)]
    _grow(spec.figure, size * fitting.LINE / fitting.POINTS * sum(max(w.count("\n") for w in row) for row in rows))


def samples(axes) -> dict:
    """Return what small charts draw, one artist by each label."""
    return {artist.get_label(): artist for ax in axes for artist in ax.lines if artist.get_label()[0] != "_"}


def line_sample(line: float | None, df, lang: str) -> dict:
    """Return a sample of the line across all small charts by its name; nothing without a line."""
    sample = Line2D([], [], color=frame.LINE_COLOUR, linewidth=1.5)
    return {} if line is None else {frame.line_name(line, df, lang): sample}


def explain(spec, notes: list[str], told: dict) -> None:
    """Write one key for all charts in a row of its own: beside the figure's title and sources it would lie on them.

    `told` are the artists by what they stand for, `notes` what needs no sample.
    """
    figure = spec.figure
    across = (1 - 4 * frame.EDGE) * figure.get_figwidth() * fitting.POINTS
    notes = fitting.flowed([notes], across, SIZE)
    if not (told or notes):
        return
    count, names = fitting.columns([*told], across, SIZE, most=3) if told else (1, [])
    lines = len(notes) + math.ceil(len(names) / count) + sum(words.count("\n") for words in names)
    high = LEGEND_LINE * lines
    spec.set_height_ratios([high, *spec.get_height_ratios()[1:]])
    _grow(figure, high + 0.1)
    key = figure.add_subplot(spec[0, :])
    key.axis("off")
    look = {"loc": "center left", "bbox_to_anchor": (0, 0.5), "fontsize": SIZE, "borderaxespad": 0}
    title = {"title": "\n".join(notes), "title_fontsize": SIZE, "alignment": "left"} if notes else {}
    key.legend(told.values(), names, ncols=count, **look, **title)


def _grow(figure, more: float) -> None:
    figure.set_figheight(figure.get_figheight() + more)
