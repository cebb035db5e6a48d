"""Native charts of areas: bars from the highest down, and points by size between the limits of a funnel."""

from dataclasses import replace

from drugstats import vocab
from drugstats.output.charts import frame
from drugstats.output.exhibits import Exhibit
from drugstats.output.native import drawing
from drugstats.output.native.drawing import Drawing, Series

MOST = 12
FAR = 5  # times the next value: a bar of such a height would flatten all others
USUAL = {"expected": "diamond", "threshold": "triangle"}
INNER = ("low95", "high95")
VERDICTS = ("verdict", "alarm", "outside")
HATCHED = ("cannot tell", "not computed")
SYMBOLS = {"high998": "triangle", "high95": "diamond", "low998": "square", "low95": "plus"}
TARGETS = {"met": frame.GOOD, "missed": frame.BAD}
SIDES = {"above": True, "high": True, "alarm": True, "below": False, "low": False}


def by_area(exhibit: Exhibit) -> list[Drawing]:
    """Return bars of the value of each area in one period; none for another table or a single area."""
    shown = drawing.contents(exhibit)
    form = drawing.form(shown.get("value", ""))
    areas = {row.get("area") for row in exhibit.figures}
    if shown.get("area") != "area" or not form or not 1 < len(areas) == len(exhibit.figures):
        return []
    rows, notes = _highest(exhibit)
    code, times = form
    told = [drawing.limits_told(exhibit)] if drawing.limits(exhibit) else []
    return [Drawing(
        drawing.title(exhibit, "value"), [_name(row, exhibit.lang) for row in rows],
        [*_bars(exhibit, rows, times), *_usual(exhibit, rows, times), *drawing.across(exhibit, rows, shown["value"])],
        code, (*told, *notes),
    )]  # fmt: skip


def by_size(exhibit: Exhibit) -> list[Drawing]:
    """Return areas by their size, between the limits that belong to each size; none for another table."""
    shown = drawing.contents(exhibit)
    if not {"area", "value", "whole", *INNER} <= set(shown):
        return []
    rows = [row for row in exhibit.figures if None not in (row["value"], row["whole"], *map(row.get, INNER))]
    rows.sort(key=lambda row: row["whole"])
    code, times = drawing.form(shown["value"])
    points = Series(drawing.heading(exhibit, "value"), drawing.scaled(rows, "value", times), "dots", symbol="circle")
    edges = [
        Series(drawing.heading(exhibit, name), drawing.scaled(rows, name, times), "line", frame.GREY, dashed=True)
        for name in INNER
    ]  # fmt: skip
    return [Drawing(
        drawing.title(exhibit, "value"), [vocab.area(row["area"], exhibit.lang) for row in rows],
        [*_by_verdict(exhibit, points, rows), *edges, *drawing.across(exhibit, rows, shown["value"])], code,
        sizes=[row["whole"] for row in rows], size_title=drawing.title(exhibit, "whole"),
        named=_named(rows),
    )]  # fmt: skip


def _named(rows: list[dict]) -> tuple:
    """Place and side of the names: of few areas all, else of those outside the limits; neighbours on either side."""
    few = len(rows) <= MOST
    told = [place for place, row in enumerate(rows) if few or row.get("outside") not in (None, "inside")]
    far = [rows[place]["whole"] > rows[-1]["whole"] / 8 for place in told]
    return tuple((place, "l" if far[number] and number % 2 else "r") for number, place in enumerate(told))


def _highest(exhibit: Exhibit) -> tuple[list[dict], list[str]]:
    """The rows to draw, highest first, and what is to be told of those left out."""
    lang, notes = exhibit.lang, []
    rows = sorted((row for row in exhibit.figures if row["value"] is not None), key=lambda row: -row["value"])
    if unknown := len(exhibit.figures) - len(rows):
        notes.append(vocab.text("chart.left_out", lang, count=unknown))
    if len(rows) > 2 and rows[0]["value"] > FAR * rows[1]["value"] > 0:
        cells = exhibit.rows[exhibit.figures.index(rows[0])]
        value = cells[list(drawing.contents(exhibit)).index("value")]
        notes.append(vocab.text("slide.apart", lang, area=vocab.area(rows[0]["area"], lang), value=value))
        rows = rows[1:]
    if len(rows) > MOST:
        notes.append(vocab.text("slide.rest", lang, count=MOST, rest=len(rows) - MOST))
    return rows[:MOST], notes


def _bars(exhibit: Exhibit, rows: list[dict], times: float) -> list[Series]:
    """The bars, their numbers inside where something else stands above them."""
    pair, usual = drawing.limits(exhibit), USUAL.keys() & drawing.contents(exhibit).keys()
    low, high = (drawing.scaled(rows, name, times) for name in pair) if pair else (None, None)
    bars = Series(
        drawing.heading(exhibit, "value"), drawing.scaled(rows, "value", times), low=low, high=high,
        labels="inside" if pair or usual else "all",
    )  # fmt: skip
    return _by_verdict(exhibit, bars, rows)


def _usual(exhibit: Exhibit, rows: list[dict], times: float) -> list[Series]:
    return [
        Series(drawing.heading(exhibit, name), drawing.scaled(rows, name, times), "dots", frame.PLAIN, symbol=symbol)
        for name, symbol in USUAL.items() if name in drawing.contents(exhibit)
    ]  # fmt: skip


def _by_verdict(exhibit: Exhibit, series: Series, rows: list[dict]) -> list[Series]:
    """A series for each verdict: the legend says what a colour means, and hatching and symbols say it again."""
    shown = drawing.contents(exhibit)
    column = next((name for name in VERDICTS if name in shown), None)
    words = list(dict.fromkeys(row[column] for row in rows)) if column else []
    if len(words) < 2:
        return [series]
    place = list(shown).index(column)
    told = {row[column]: cells[place] for row, cells in zip(exhibit.figures, exhibit.rows, strict=True)}
    return [
        replace(
            _only(series, [row[column] == word for row in rows]), name=told[word], hatched=word in HATCHED,
            colour=_colour(word, shown["value"]), symbol=SYMBOLS.get(word, series.symbol),
        )
        for word in words
    ]  # fmt: skip


def _only(series: Series, kept: list[bool]) -> Series:
    columns = {
        name: [number if keep else None for number, keep in zip(values, kept, strict=True)]
        for name in ("values", "low", "high") if (values := getattr(series, name)) is not None
    }  # fmt: skip
    return replace(series, **columns)


def _colour(word: str, indicator: str) -> str:
    """The colour of a verdict: bad news follows the indicator, not the side of the line."""
    if word in TARGETS:
        return TARGETS[word]
    high = next((high for start, high in SIDES.items() if word.startswith(start)), None)
    better = vocab.table("indicators")["better"].get(indicator, "none")
    if high is None:
        return frame.QUIET
    return frame.PLAIN if better == "none" else frame.BAD if high == (better == "low") else frame.GOOD


def _name(row: dict, lang: str) -> str:
    """The area, below it the places that the data allow, so that no bar claims more than they do."""
    return "\n".join([vocab.area(row["area"], lang), *([str(row["standing"])] if row.get("standing") else [])])
