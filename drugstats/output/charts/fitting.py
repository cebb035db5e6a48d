"""Words that fit: titles, notes and legends, broken by the width that they take in the house's font."""

import re
from functools import cache

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from drugstats.output.charts.house import HOUSE

NOTE, LINE, APART = 10, 1.17, "    "  # the size of notes, the height of a line in sizes of its letters
HANDLE = 4.2  # width of a legend's sample with the space around it, in sizes of its letters
NEAR, HEAD_LINE = 0.3, 1.25  # how far above a chart its legend stays, and what a line of words below it adds
DOTS, POINTS = 200, 72  # to the inch: of the picture, of type
SLACK = 1.02  # what the renderers of PNG and PDF differ by

WIDE, OPENING, CLOSING = "\u2e80-\u9fff\uff00-\uffef\u3000-\u303f", "（《“‘【〔(", "，。、；：！？）》”’】〕%"
# A Chinese character alone or a word of other letters, never parted from the punctuation that belongs to it.
PIECE = re.compile(rf"[{OPENING}]*(?:[^\s{WIDE}{OPENING}{CLOSING}]+|[{WIDE}])?[{CLOSING}]*\s*")


def tell(ax, *lines) -> None:
    """Write lines of notes below a chart; those that do not fit beside one another stand below one another."""
    names = [label.get_text() for label in ax.get_yticklabels()]
    left = max([width(line, NOTE) for name in names for line in name.split("\n")], default=0)
    # The notes are centred on the chart: the wider the names at its left, the nearer the right edge is.
    across = min(room(ax), ax.figure.get_figwidth() * POINTS - left - 2 * NOTE)
    ax.set_xlabel("\n".join(flowed(lines, across)), linespacing=1.4)


def legend(ax, near: float = NEAR, side: str = "right") -> None:
    """Set the legend above the chart and the words at its head, at one side, in as many columns as fit."""
    handles, names = ax.get_legend_handles_labels()
    heads = [text for text in ax.texts if getattr(text, "xycoords", "") == "axes fraction" and text.xy == (0, 1)]
    near += HEAD_LINE * sum(text.get_text().count("\n") + 1 for text in heads)
    if names:
        count, names = columns(names, room(ax), NOTE)
        at = {"right": 1, "center": 0.5}[side]
        look = {"loc": f"lower {side}", "bbox_to_anchor": (at, 1), "columnspacing": 1.2, "fontsize": NOTE}
        ax.legend(handles, names, ncols=count, borderaxespad=near, **look)


def room(ax) -> float:
    """Return how wide words below or above a chart may be, in points: its own width and a little of its sides."""
    return 1.1 * ax.get_position(original=True).width * ax.figure.get_figwidth() * POINTS


def columns(names: list[str], across: float, size: float, most: int = 4) -> tuple[int, list[str]]:
    """Return in how many columns a legend fits, and its names, broken where one alone is too wide."""
    names = [wrapped(name, across - HANDLE * size, size) for name in names]
    wide = [HANDLE * size + max(width(line, size) for line in name.split("\n")) for name in names]
    fits = [n for n in range(1, most + 1) if sum(map(max, _split(wide, n))) <= across]
    return max(fits, default=1), names


def _split(wide: list[float], count: int) -> list[list[float]]:
    """The names of each column, as matplotlib hands them out."""
    return [column.tolist() for column in np.array_split(wide, count) if len(column)]


def flowed(lines, across: float, size: float = NOTE) -> list[str]:
    """Return lines of notes as lines no wider than `across` points, broken between notes where that is enough."""
    told = []
    for notes in lines:
        line = ""
        for note in filter(None, notes):
            if line and width(line + APART + note, size) <= across:
                line += APART + note
            else:
                *full, rest = wrapped(note, across, size).split("\n")
                told, line = [*told, *filter(None, [line]), *full], rest
        told += [line] if line else []
    return told


def wrapped(words: str, across: float, size: float, weight: str = "normal") -> str:
    """Return words in lines no wider than `across` points, Chinese broken by character, other letters by word."""
    lines = []
    for paragraph in words.split("\n"):
        line = ""
        for piece in _pieces(paragraph, across, size, weight):
            if line and width((line + piece).rstrip(), size, weight) > across:
                lines, line = [*lines, line.rstrip()], ""
            line += piece
        lines.append(line.rstrip())
    return "\n".join(lines)


def _pieces(words: str, across: float, size: float, weight: str):
    """What may stand in a line of its own; a word too long for any line falls into letters."""
    for piece in PIECE.findall(words):
        yield from [piece] if width(piece.rstrip(), size, weight) <= across else piece


def width(words: str, size: float, weight: str = "normal") -> float:
    """Return how wide words are in points, as the picture's renderer draws them."""
    font = FontProperties(family=HOUSE["font.family"], size=size, weight=weight)
    return _renderer().get_text_width_height_descent(words, font, False)[0] * POINTS / DOTS * SLACK if words else 0


@cache
def _renderer() -> RendererAgg:
    return RendererAgg(1, 1, DOTS)
