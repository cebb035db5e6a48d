"""A native chart as a file: its XML, and the workbook that an office opens to edit it."""

import io
import math
import re
from dataclasses import dataclass

import xlsxwriter

from drugstats.output import archive
from drugstats.output.native.drawing import Drawing, Series
from drugstats.output.templates import template
from drugstats.output.word_table import wide

LATIN, EAST_ASIAN = "Arial", "微软雅黑"
SHEET = "Sheet1"
MANY = 6  # series whose names do not stand in one row
FEW = 10  # categories whose names can be large
EM, LINE, LEGEND = 0.09, 0.22, 2.0  # inches, of half a Chinese character, of a line and of a legend at the side
ASIDE = 0.3  # inches by which the name of a line stands away from its end, where the ends of other lines have numbers
TINT = 0.45
STEPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Chart:
    """A drawing with its language and its size in inches, in the form in which python-pptx takes a chart's data."""

    drawing: Drawing
    lang: str
    width: float
    height: float

    def xml_bytes(self, chart_type=None) -> bytes:
        """Return the XML of the chart."""
        drawn = self.drawing
        series = [_told(one, drawn, column) for one, column in zip(drawn.series, _columns(drawn), strict=True)]
        text = template("native_chart.xml").render(
            lang=self.lang, latin=LATIN, east_asian=EAST_ASIAN, sheet=SHEET, last=len(drawn.categories) + 1,
            drawing=drawn, series=series, top=_top(drawn), axis_form=_axis_form(drawn), legend=_legend(drawn),
            sizes=list(enumerate(drawn.sizes or ())), plot=self._place(), legend_top=1.7 * LINE / self.height,
            names=1000 if len(drawn.categories) > FEW and drawn.step == 1 else 1200,
            points=[(place, _clean(name)) for place, name in enumerate(drawn.categories)], title=_clean(drawn.title),
            aside=ASIDE / self.width,
        )  # fmt: skip
        return text.encode()

    def _legend_lines(self) -> int:
        """How many lines a legend on top takes, whose columns are as wide as its longest name."""
        column = EM * (max(wide(series.name) for series in self.drawing.series) + 8)
        beside = max(int(self.width * 0.9 // column), 1)
        return -(-len(self.drawing.series) // beside) if _legend(self.drawing) == "t" else 0

    def _place(self) -> dict:
        """Where the plot stands: room is left for the axes, and beside the ends of lines for their names."""
        drawn, legend = self.drawing, _legend(self.drawing)
        ends = [wide(series.name) for series in drawn.series if series.labels == "name"]
        left = EM * (wide(_shown(drawn)) + 2)
        right = ASIDE * bool(ends) + EM * (max(ends, default=4) + 2) + (LEGEND if legend == "r" else 0)
        top = LINE * (0.6 + 1.4 * bool(drawn.title) + 1.3 * self._legend_lines())
        lines = max(_wrapped(name, self.width / len(drawn.categories)) for name in drawn.categories)
        below = LINE * (2.6 if drawn.sizes else lines + 0.4)
        return {"x": left / self.width, "y": top / self.height, "w": 1 - (left + right) / self.width,
                "h": 1 - (top + below) / self.height}  # fmt: skip

    @property
    def xlsx_blob(self) -> bytes:
        """Return the workbook: a row a category; error bars follow the limits, which can be edited as well."""
        content, drawn = io.BytesIO(), self.drawing
        safe = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(content, safe) as book:
            sheet, number = book.add_worksheet(SHEET), book.add_format({"num_format": drawn.form})
            sheet.write_column(1, 0, [_clean(name) for name in drawn.categories])
            if drawn.sizes:
                sheet.write(0, 1, _clean(drawn.size_title))
                sheet.write_column(1, 1, drawn.sizes)
            for one, column in zip(drawn.series, _columns(drawn), strict=True):
                _write_series(sheet, one, column, number)
            sheet.set_column(0, 40, 16)
            sheet.freeze_panes(1, 1)
        return archive.fixed(content.getvalue())


def _write_series(sheet, series: Series, column: int, number) -> None:
    sheet.write(0, column, _clean(series.name))
    _write_values(sheet, column, series.values, number)
    if not series.low:
        return
    sides = [(f"{_clean(series.name)} {mark}", values) for mark, values in (("↓", series.low), ("↑", series.high))]
    for place, (name, values) in enumerate(sides, column + 1):
        sheet.write(0, place, name)
        _write_values(sheet, place, values, number)
    sheet.write_row(0, column + 3, ["+", "−"])
    for row, (value, low, high) in enumerate(zip(series.values, series.low, series.high, strict=True), 2):
        if None not in (value, low, high):
            at, below, above = (f"{_letter(column + step)}{row}" for step in range(3))
            sheet.write_formula(row - 1, column + 3, f"={above}-{at}", number, high - value)
            sheet.write_formula(row - 1, column + 4, f"={at}-{below}", number, value - low)


def _write_values(sheet, column: int, values: list, number) -> None:
    for row, value in enumerate(values, 1):
        if value is not None:
            sheet.write_number(row, column, value, number)


def _columns(drawing: Drawing) -> list[int]:
    """The column of each series' values: after the names, the sizes and the four columns of limits of one before it."""
    columns, free = [], 2 if drawing.sizes else 1
    for series in drawing.series:
        columns.append(free)
        free += 5 if series.low else 1
    return columns


def _told(series: Series, drawing: Drawing, column: int) -> dict:
    """What the template asks of a series."""
    known = [place for place, value in enumerate(series.values) if value is not None]
    plus, minus, colour = [], [], series.colour.removeprefix("#")
    if series.low:
        whole = [place for place in known if series.low[place] is not None and series.high[place] is not None]
        plus = [(place, series.high[place] - series.values[place]) for place in whole]
        minus = [(place, series.values[place] - series.low[place]) for place in whole]
    return {
        "series": series, "name": _clean(series.name), "known": [(place, series.values[place]) for place in known],
        "last": known[-1] if known else None, "plus": plus, "minus": minus, "letter": _letter(column),
        "plus_letter": _letter(column + 3), "minus_letter": _letter(column + 4),
        "colour": colour, "tint": _tint(colour), "order": drawing.series.index(series),
    }  # fmt: skip


def _top(drawing: Drawing) -> float | None:
    """A round end of the value axis above all limits, which no program counts in; None where there are no limits."""
    highest = [value for series in drawing.series for value in series.high or () if value is not None]
    lowest = [value for series in drawing.series for value in series.low or () if value is not None]
    if not highest or max(highest) <= 0 or min(lowest, default=0) < 0:
        return None
    size = 10 ** math.floor(math.log10(max(highest)))
    return next(step for step in STEPS if step * size >= max(highest)) * size


def _axis_form(drawing: Drawing) -> str:
    """The number format of the value axis: its round numbers need no decimals where they are large."""
    largest = max((abs(value) for series in drawing.series for value in series.values if value is not None), default=0)
    large = largest > 0.06 if drawing.form.endswith("%") else largest > 6
    return re.sub(r"\.0+", "", drawing.form) if large else drawing.form


def _shown(drawing: Drawing) -> str:
    """About the longest number of the value axis."""
    largest = max((value for series in drawing.series for value in series.values if value is not None), default=0)
    return "100%" if drawing.form.endswith("%") else f"{largest:,.0f}.0"


def _legend(drawing: Drawing) -> str:
    """Where the legend stands; nowhere for one series beside a line that has its name."""
    unnamed = [series for series in drawing.series if series.labels != "name"]
    return "" if len(unnamed) == 1 else "r" if len(drawing.series) > MANY else "t"


def _wrapped(name: str, width: float) -> int:
    """How many lines the name of a category takes."""
    return sum(-int(-EM * wide(line) // width) for line in name.split("\n"))


def _tint(colour: str) -> str:
    """The colour of a bar that its number stands on."""
    parts = [int(colour[place : place + 2], 16) for place in (0, 2, 4)]
    return "".join(f"{round(255 - (255 - part) * TINT):02X}" for part in parts)


def _letter(column: int) -> str:
    return xlsxwriter.utility.xl_col_to_name(column)


def _clean(text: str) -> str:
    return NOT_IN_XML.sub("", text)
