"""Native charts over time: lines that end where a period is missing and where the definition changes."""

from functools import cache
from itertools import pairwise

import pandas as pd

from drugstats import vocab
from drugstats.output.charts import frame
from drugstats.output.exhibits import Exhibit
from drugstats.output.native import drawing
from drugstats.output.native.drawing import Drawing, Series

FEWEST_PERIODS, MOST_LINES, MOST_PANELS, MOST_VALUES = 3, 12, 4, 4
PARTS = ("part", "drug")
LABELLED, LABELLED_LINES = 14, 3  # points of a line, and lines at their end, that can have their number
NAMED = 16  # periods that have their name on the axis of a chart as wide as a slide
BRIGHT = 3  # of many lines, those that end highest, in colour
APART = 0.05  # of the highest value, that the ends of lines differ by where each can have its number
SYMBOLS = ("circle", "square", "diamond", "triangle", "x", "star")


def over_time(exhibit: Exhibit) -> list[Drawing]:
    """Return lines over the periods of the table, a chart for each unit; none for a table that is no series."""
    points = [point for point in _points(exhibit) if point["form"]]
    periods, things = _periods(points), {point["thing"] for point in points}
    known = [point for point in points if point["value"] is not None]
    twice = len(known) > len({(point["thing"], point["basis"], point["period"]) for point in known})
    if len(periods) < FEWEST_PERIODS or len(known) < FEWEST_PERIODS * len(things) or twice:
        return []
    panels = {}
    for point in points:
        panels.setdefault((point["form"], point["unit"]), []).append(point)
    if len(panels) > MOST_PANELS:
        return []
    return [_panel(exhibit, several, periods, len(panels)) for several in panels.values()]


def _points(exhibit: Exhibit) -> list[dict]:
    """Each value with its period and what it is of: periods stand in columns, or in rows with an indicator or none."""
    shown = drawing.contents(exhibit)
    columns = [name for name in shown if name[:4].isdigit()]
    if columns:
        bases = exhibit.bases or [""] * len(exhibit.figures)
        return [_of_column(exhibit, row, name) | {"basis": basis}
                for row, basis in zip(exhibit.figures, bases, strict=True) for name in columns]  # fmt: skip
    fan = {"low", "high", "low80", "high80"} <= set(shown)
    if shown.get("period") != "period" or fan or {"period_before", "period_last", "area"} & set(shown.values()):
        return []
    rows = zip(exhibit.figures, exhibit.rows, exhibit.bases or [""] * len(exhibit.figures), strict=True)
    values = _values(exhibit)
    return [
        _of_row(exhibit, row, cells, name) | {"basis": basis, "period": row["period"]}
        for row, cells, basis in rows for name in values if row.get("status") != "conflicting"
    ]  # fmt: skip


def _values(exhibit: Exhibit) -> list[str]:
    """The columns to draw: the value, or the few of one kind where none is called so."""
    names = [name for name, shown in exhibit.columns if drawing.form(shown)]
    if "value" in drawing.contents(exhibit):
        return ["value"]
    kinds = {drawing.form(drawing.contents(exhibit)[name]) for name in names}
    return names if len(kinds) == 1 and len(names) <= MOST_VALUES else []


def _of_column(exhibit: Exhibit, row: dict, period: str) -> dict:
    """A value from a column of its own period; the row is an area's or an indicator's."""
    lang, shown = exhibit.lang, drawing.contents(exhibit)
    by = "indicator" if "indicator" in row else "area"
    indicator = row.get("indicator", shown[period])
    title = vocab.indicator_with_unit(indicator, lang) if drawing.form(indicator) else ""
    return {
        "thing": row[by], "name": vocab.show(row[by], by, lang), "title": title, "unit": _unit(indicator, lang),
        "form": drawing.form(indicator), "shown": indicator, "period": period, "value": row[period],
    }  # fmt: skip


def _of_row(exhibit: Exhibit, row: dict, cells: list[str], name: str) -> dict:
    """A value from a row of its own period, of an indicator or one part of it."""
    lang, shown = exhibit.lang, drawing.contents(exhibit)[name]
    form, indicator = drawing.form(shown), row.get("indicator", "")
    if not form:
        shown, form = indicator, drawing.form(indicator)
    part = [cell for cell, (_, told) in zip(cells, exhibit.columns, strict=True) if drawing.kind(told) in PARTS]
    words = [*([vocab.indicator(indicator, lang)] if indicator else []), *part]
    title = drawing.title(exhibit, name) if shown != indicator else vocab.indicator_with_unit(indicator, lang)
    low, high = drawing.limits(exhibit) or ("", "")
    return {
        "thing": (indicator, name, *part), "title": title, "unit": _unit(shown, lang), "form": form, "shown": shown,
        "name": " ".join(words) or drawing.heading(exhibit, name), "value": row[name],
        "low": row.get(low), "high": row.get(high), "status": row.get("status"), "line": row.get("line"),
    }  # fmt: skip


@cache
def _unit(shown: str, lang: str) -> str:
    return vocab.unit(shown, lang) if shown in vocab.table("indicators").index else ""


def _periods(points: list[dict]) -> list[str]:
    """All periods from the first to the last: one without a value is a gap."""
    told = sorted({point["period"] for point in points})
    return [str(period) for period in pd.period_range(told[0], told[-1], freq=pd.Period(told[0]).freq)] if told else []


def _panel(exhibit: Exhibit, points: list[dict], periods: list[str], beside: int) -> Drawing:
    """The lines of one unit; of areas those that end highest, in that order."""
    lang, (code, times) = exhibit.lang, points[0]["form"]
    groups = {}
    for point in points:
        groups.setdefault((point["thing"], point["basis"]), []).append(point)
    lines = [own for own in groups.values() if any(point["value"] is not None for point in own)]
    if "area" in drawing.contents(exhibit):
        lines.sort(key=lambda own: -next(point["value"] for point in reversed(own) if point["value"] is not None))
    series = _series(lines[:MOST_LINES], periods, times, beside)
    notes = []
    if any(one.hollow for one in series):
        notes.append(vocab.text("chart.hollow", lang))
    if len(lines) > MOST_LINES:
        notes.append(vocab.text("slide.rest", lang, count=MOST_LINES, rest=len(lines) - MOST_LINES))
    names = [vocab.period(period, lang).removesuffix("年").replace("年", "年\n") for period in periods]
    series += _edges(exhibit, lines, periods, times)
    series += drawing.across(exhibit, _rows(lines[0], periods), points[0]["shown"])
    return Drawing(_title(points, lang), names, series, code, tuple(notes), -(-len(periods) * beside // NAMED))


def _series(lines: list[list[dict]], periods: list[str], times: float, beside: int) -> list[Series]:
    """A series for each line; the same thing counted on another definition has the same colour and symbol."""
    things = list(dict.fromkeys(own[0]["thing"] for own in lines))
    every, some = len(lines) == 1 and len(periods) <= LABELLED and beside == 1, _ends_apart(lines)
    series = []
    for own in lines:
        place, rows = things.index(own[0]["thing"]), _rows(own, periods)
        labels = "all" if every else "below" if series else "above"
        bright = len(things) <= len(frame.COLOURS) or place < BRIGHT
        series.append(Series(
            _name(own, lines), drawing.scaled(rows, "value", times), "line",
            frame.COLOURS[place] if bright else frame.QUIET, symbol=SYMBOLS[place % len(SYMBOLS)],
            dashed=place >= len(SYMBOLS), labels=labels if some else "none",
            hollow=tuple(number for number, row in enumerate(rows) if row.get("status") in frame.HOLLOW),
        ))  # fmt: skip
    return series


def _ends_apart(lines: list[list[dict]]) -> bool:
    """Whether each line can have its number at its end without hiding another's."""
    known = [point for own in lines for point in own if point["value"] is not None]
    last = max(point["period"] for point in known)
    ends = sorted(point["value"] for point in known if point["period"] == last)
    room = APART * max(abs(point["value"]) for point in known)
    return len(lines) <= LABELLED_LINES and all(two - one > room for one, two in pairwise(ends))


def _edges(exhibit: Exhibit, lines: list[list[dict]], periods: list[str], times: float) -> list[Series]:
    """The limits of a line that stands alone; those of several would hide one another."""
    if len(lines) > 1 or not any(point.get("low") is not None for point in lines[0]):
        return []
    rows = _rows(lines[0], periods)
    return [
        Series(drawing.heading(exhibit, name), drawing.scaled(rows, name, times), "line", frame.QUIET, dashed=True)
        for name in drawing.limits(exhibit)
    ]  # fmt: skip


def _rows(own: list[dict], periods: list[str]) -> list[dict]:
    found = {point["period"]: point for point in own}
    return [found.get(period, {}) for period in periods]


def _name(own: list[dict], lines: list[list[dict]]) -> str:
    """The name of a line, with its years where the same thing was counted on several definitions."""
    if sum(line[0]["thing"] == own[0]["thing"] for line in lines) == 1:
        return own[0]["name"]
    known = sorted(point["period"] for point in own if point["value"] is not None)
    return f"{own[0]['name']} {'–'.join(dict.fromkeys([known[0], known[-1]]))}"


def _title(points: list[dict], lang: str) -> str:
    """What stands over the chart: the one thing that all lines show, else their unit."""
    titles, unit = {point["title"] for point in points}, points[0]["unit"]
    return titles.pop() if len(titles) == 1 else vocab.text("chart.unit", lang, unit=unit) if unit else ""
