"""A native chart before it is written: its series, number format and notes, as an exhibit's columns tell them."""

from dataclasses import dataclass
from functools import cache

from drugstats import vocab
from drugstats.output.charts import frame
from drugstats.output.exhibits import Exhibit

LIMITS = (("low", "high"), ("low80", "high80"))
# Number format of Excel, and by how much a value is multiplied for it.
FORMS = {"percent": ("0.0%", 1), "points": ("0.0", 100), "count": ("#,##0", 1), "number": ("#,##0.0", 1)}


@dataclass(frozen=True)
class Series:
    """One series: its mark is bar, line or dots.

    Labels are all (values), inside (the bars), above or below (its end), name (at its end) or none; `hollow` holds the
    places of points that are not final.
    """

    name: str
    values: list
    mark: str = "bar"
    colour: str = frame.COLOURS[0]
    low: list | None = None
    high: list | None = None
    hollow: tuple = ()
    hatched: bool = False
    dashed: bool = False
    symbol: str = "none"
    labels: str = "none"


@dataclass(frozen=True)
class Drawing:
    """One chart: series over the same categories; given `sizes`, dots in a plane, of which `named` are told by name.

    Every `step`-th category has its name on the axis; `named` holds place and side of each name in a plane.
    """

    title: str
    categories: list[str]
    series: list[Series]
    form: str
    notes: tuple = ()
    step: int = 1
    sizes: list | None = None
    size_title: str = ""
    named: tuple = ()


def contents(exhibit: Exhibit) -> dict:
    """Return what each column of the table shows, by its name."""
    return dict(exhibit.columns)


@cache
def form(shown: str) -> tuple[str, float] | None:
    """Return the number format and the factor of what a column shows; None where it is nothing to draw."""
    rows = vocab.table("indicators")
    if shown not in rows.index:
        return FORMS.get(kind(shown))
    decimals = int(rows.at[shown, "decimals"])
    places = "." + "0" * decimals if decimals else ""
    return (f"0{places}%" if rows.at[shown, "unit"] == "fraction" else f"#,##0{places}", 1)


@cache
def kind(shown: str) -> str:
    """Return how a column of labels.csv is written: percent, part, word …; nothing for an indicator."""
    return vocab.table("labels")["format"].get(f"column.{shown}", "")


def title(exhibit: Exhibit, name: str) -> str:
    """Return what stands over the values of a column: the indicator with its unit, else the heading."""
    shown = contents(exhibit)[name]
    if shown in vocab.table("indicators").index:
        return vocab.indicator_with_unit(shown, exhibit.lang)
    return heading(exhibit, name)


def heading(exhibit: Exhibit, name: str) -> str:
    """Return the heading of a column."""
    return exhibit.headings[[column for column, _ in exhibit.columns].index(name)]


def scaled(rows: list[dict], name: str, times: float) -> list:
    """Return a column's values times a factor; what is not known stays None."""
    return [None if row.get(name) is None else row[name] * times for row in rows]


def limits(exhibit: Exhibit) -> tuple[str, str] | None:
    """Return the two columns that hold the limits of the value, if there are."""
    return next((pair for pair in LIMITS if set(pair) <= set(contents(exhibit))), None)


def limits_told(exhibit: Exhibit) -> str:
    """Return what the error bars are, in the words of the table."""
    low, high = (heading(exhibit, name) for name in limits(exhibit))
    return vocab.text("slide.limits", exhibit.lang, low=low, high=high)


def across(exhibit: Exhibit, rows: list[dict], shown: str) -> list[Series]:
    """Return the line that the values are held against as a series of its own: a column of the table, or a share's."""
    if "line" in contents(exhibit):
        return _column_of_lines(exhibit, scaled(rows, "line", form(shown)[1]))
    line = _in_force(exhibit, shown) if form(shown)[0].endswith("%") else None
    if line is None:
        return []
    name = vocab.text("chart.line", exhibit.lang, line=vocab.show_line(line, exhibit.lang))
    return [Series(name, [line] * len(rows), "line", frame.LINE_COLOUR, labels="name")]


def _column_of_lines(exhibit: Exhibit, values: list) -> list[Series]:
    """The line that the table gives for each row: one across, or a mark for each row where they differ."""
    name, known = heading(exhibit, "line"), {value for value in values if value is not None}
    if len(known) > 1:
        return [Series(name, values, "dots", frame.LINE_COLOUR, symbol="dash")]
    place = list(contents(exhibit)).index("line")
    told = next((cells[place] for row, cells in zip(exhibit.figures, exhibit.rows, strict=True)
                 if row["line"] is not None), "")  # fmt: skip
    return [Series(f"{name} {told}", values, "line", frame.LINE_COLOUR, labels="name")] if known else []


def _in_force(exhibit: Exhibit, shown: str) -> float | None:
    """The control line of the shares in a chart: the exhibit's own, else the only one of their indicator."""
    lines = vocab.table("lines")
    known = lines.loc[(lines["indicator"] == shown) & (lines["area"] == ""), "line"].unique()
    return exhibit.line if exhibit.line is not None else float(known[0]) if len(known) == 1 else None
