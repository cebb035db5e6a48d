"""What charts over time share: periods as places on an axis, stretches that end at gaps, marks at what changed."""

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedFormatter, FixedLocator

from drugstats import vocab
from drugstats.output.charts import frame
from drugstats.tables import TableError, frequency

A_YEAR = {"Y": 1, "Q": 4, "M": 12}
STEPS = {"Y": (1, 2, 5, 10, 20, 50), "Q": (1, 2, 4, 8, 20, 40, 80), "M": (1, 2, 3, 6, 12, 24, 60, 120, 240)}
DOTTED = (0, (2, 2))
SMALL, NEAR_ZERO = 100, 0.6
ROWS = 4  # in which the words of neighbouring marks stand below one another


def placed(df: pd.DataFrame) -> pd.DataFrame:
    """Return a row a period in order of time with its place on the axis as the column at; conflicting values are gaps.

    Raises TableError where a period has two values on one basis.
    """
    crossed = df["status"].eq("conflicting") if "status" in df else pd.Series(False, index=df.index)
    rows = df.assign(at=df["period"].array.asi8, value=df["value"].mask(crossed))
    keys = ["at", "basis"] if "basis" in rows else ["at"]
    known = rows.dropna(subset="value")
    if known.duplicated(keys).any():
        period = known.loc[known.duplicated(keys), "period"].iloc[0]
        raise TableError(f"{period} stands twice; a chart over time shows one series: select it.")
    return rows.sort_values(["at", "value"], kind="stable", ignore_index=True).drop_duplicates(keys, ignore_index=True)


def pieces(rows: pd.DataFrame, *by: str) -> list[pd.DataFrame]:
    """Return stretches of neighbouring periods with a value; one ends at a gap and where a column of `by` changes."""
    rows = rows.dropna(subset="value")
    keys = [key for key in by if key in rows]
    groups = [group for _, group in rows.groupby(keys, sort=False)] if keys else [rows]
    return [piece for group in groups for _, piece in group.groupby((group["at"].diff() > 1).cumsum())]


def points(ax, rows: pd.DataFrame, marker: str, label: str | None = None, **look):
    """Draw the points of a series without a line, hollow where they are provisional or estimated."""
    frame.points(ax, rows, "at", "value", marker, label, clip_on=False, **look)


def steps(piece: pd.DataFrame, column: str):
    """Return a column as the corners of steps, each as wide as its period."""
    return np.add.outer(piece["at"].to_numpy(), [-0.5, 0.5]).ravel(), np.repeat(piece[column].to_numpy(), 2)


def mark(ax, at: float, words: str, row: int = 0, **look):
    """Draw a dotted upright with words at its top, on the side that has more room, in a row of their own."""
    ax.axvline(at, **{"color": frame.QUIET, "linewidth": 1.2, "linestyle": DOTTED} | look)
    sign, side = (1, "left") if at < sum(ax.get_xlim()) / 2 else (-1, "right")
    shift = (4 * sign, -3 - 13 * row)
    frame.note(ax, words, (at, 1), frame.UPWARDS, shift=shift, ha=side, va="top").set_in_layout(False)


def marks(ax, kinds: dict, lang: str):
    """Mark places of several kinds, the words of neighbours below one another; of one kind and place one mark."""
    told = sorted({(place, number, kind) for number, kind in enumerate(kinds) for place in kinds[kind]})
    for row, (place, _, kind) in enumerate(told):
        look = {"linestyle": "-"} if kind == "rebased" else {}
        mark(ax, place - 0.5, vocab.text(f"chart.{kind}", lang), row % ROWS, **look)


def mark_breaks(ax, rows: pd.DataFrame, lang: str, row: int = 0):
    """Mark where the series goes over to another basis."""
    for number, start in enumerate(starts(rows, "basis")):
        mark(ax, start - 0.5, vocab.text("chart.break", lang), row + number % ROWS)


def starts(rows: pd.DataFrame, column: str) -> list:
    """Return the places where another entry of a column begins, the first one left out."""
    return sorted(rows.groupby(column)["at"].min())[1:] if column in rows else []


def axis(ax, periods: pd.Series, lang: str, most: int = 9):
    """Name at most `most` round periods on the axis, which begins and ends with the table."""
    kind, first, last = frequency(periods), periods.min(), periods.max()
    span = np.arange(first.ordinal, last.ordinal + 1)
    step = next((step for step in STEPS[kind] if (span % step == 0).sum() <= most), STEPS[kind][-1])
    ticks = span[span % step == 0] if (span % step == 0).any() else span[:1]
    told = [_name(first + int(at - first.ordinal), step % A_YEAR[kind] == 0, lang) for at in ticks]
    ax.xaxis.set_major_locator(FixedLocator(ticks))
    ax.xaxis.set_major_formatter(FixedFormatter(told))
    room = 0.5 + 0.01 * len(span)
    ax.set_xlim(span[0] - room, span[-1] + room)


def values(ax, rows: pd.DataFrame, room: float = 0.1):
    """Let the value axis begin at zero where what is drawn comes near it, with room above."""
    ax.margins(y=room)
    ax.autoscale_view(scalex=False)
    lowest, highest = ax.dataLim.intervaly
    if 0 <= lowest <= NEAR_ZERO * highest or lowest == highest:
        ax.set_ylim(bottom=min(0, lowest))


def share_scale(axes, values: pd.Series, line: float | None):
    """Give charts one scale, wide enough for all values; limits that open wider are cut."""
    ends = [values.min(), values.max(), *([] if line is None else [line])]
    low, high = min(ends), max(ends)
    low = low if low > NEAR_ZERO * high else 0
    room = 0.12 * (high - low)
    for ax in axes if room > 0 else ():
        ax.set_ylim(low - room if low else 0, high + room)


def captions(ax, rows: pd.DataFrame, lang: str, *told: str) -> list[str]:
    """Return what stands below a chart: what is told, that points are hollow, that the axis leaves zero out."""
    from_zero = ax.get_ylim()[0] <= 0
    notes = [*told, frame.hollow_note(rows, lang), "" if from_zero else vocab.text("chart.no_zero", lang)]
    return [note for note in notes if note]


def target(ax, line: float, df: pd.DataFrame, lang: str):
    """Draw a line across, its name at the right."""
    frame.line_across(ax, line, frame.line_name(line, df, lang))


def level(value: float, rows: pd.DataFrame, lang: str) -> str:
    """Return a mean or limit as a chart writes it: of small counts with a decimal."""
    told = frame.short(frame.writer(rows, lang)[0](value))
    small = "indicator" in rows and rows["value"].abs().max() < SMALL and not told.endswith("%")
    return frame.short(vocab.show(value, "number", lang)) if small else told


def _name(period: pd.Period, yearly: bool, lang: str) -> str:
    return str(period.year) if yearly else frame.in_two_lines(period, lang)
