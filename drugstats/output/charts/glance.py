"""Charts to be read at a glance: one area's months as a calendar, and a page of indicators with their verdicts."""

from textwrap import wrap

import numpy as np
import pandas as pd

from drugstats import vocab
from drugstats.output.charts import comparison, fitting, frame, timeline
from drugstats.output.charts.control_chart import ASSURANCES, VARIATIONS
from drugstats.output.wording import words
from drugstats.tables import TableError, frequency, need

MARKED = {"above": "high", "below": "low"}
# Where the columns of a summary stand across the page, and to which side of that their words run.
COLUMNS = {
    "name": (0, "left"), "value": (0.36, "right"), "change": (0.465, "right"), "sparkline": (0.475, "left"),
    "variation": (0.577, "left"), "assurance": (0.726, "left"), "verdict": (0.87, "left"),
}  # fmt: skip
SPARKLINE, ROW, SIZE = 0.09, 0.36, 8.5
LETTERS = {"zh": 13, "en": 26}


@frame.in_house_style
def calendar(df: pd.DataFrame, *, ax=None, lang: str = "zh"):
    """Draw one area's months, a row a year, each value on its shade with a mark where it stands out; returns the Axes.

    Columns period (months), value; optional signal (of a control chart), alarm, indicator, whole (decimals), status.
    A month without a value is hatched, a provisional one framed on white. Raises TableError for other periods.
    """
    need(df, "period", "value")
    if frequency(df["period"]) != "M":
        raise TableError("A calendar has months; these periods are not.")
    rows = timeline.placed(df)
    if rows["at"].duplicated().any():
        raise TableError("A calendar shows the months of one basis; choose one first.")
    years = np.arange(rows["period"].dt.year.max(), rows["period"].dt.year.min() - 1, -1)
    cells = rows.assign(y=years[0] - rows["period"].dt.year, x=rows["period"].dt.month - 1, framed=frame.hollow(rows))
    cells = comparison.every_cell(cells.assign(verdict=_standing_out(rows)), len(years), 12)
    month = [12 * (years[0] - y - 1970) + x for y, x in cells.index]
    inside = (month >= rows["at"].min()) & (month <= rows["at"].max())
    cells["hatched"] = cells["value"].isna() & inside

    ax = ax if ax is not None else frame.new_figure(frame.height(len(years)) + 0.4).subplots()
    comparison.shaded(ax, cells, cells[inside], frame.writer(df, lang)[0], 9.5)
    ax.set_yticks(np.arange(len(years)) + 0.5, [str(year) for year in years])
    ax.set_xticks(np.arange(12) + 0.5, vocab.text("chart.months", lang).split("|"))
    marks = [f"{comparison.SIGNS[side]} {vocab.text(f'word.{key}', lang)}" for side, key in MARKED.items()]
    marks = [told for told, side in zip(marks, MARKED, strict=True) if (cells["verdict"] == side).any()]
    fitting.tell(ax, [frame.axis_name(df, lang), *marks], comparison.faces(cells, lang))
    return ax


def _standing_out(rows: pd.DataFrame):
    signal = rows["signal"].fillna("") if "signal" in rows else pd.Series("", index=rows.index)
    alarm = rows["alarm"].eq("alarm") if "alarm" in rows else pd.Series(False, index=rows.index)
    return np.select([signal.str.endswith("high") | alarm, signal.str.endswith("low")], ["above", "below"], "")


@frame.in_house_style
def summary(df: pd.DataFrame, *, lang: str = "zh"):
    """Draw a page with a row for each indicator or area: last value, course, what is said of it; returns the Axes.

    Columns indicator, period, value; optional area, and of each series' last row change on the year before (of a share
    in points, else relative), variation, assurance, verdict. The rows stand in the order in which the table names them.
    """
    need(df, "indicator", "period", "value")
    by = [key for key in ("area", "indicator") if key in df and df[key].nunique() > 1] or ["indicator"]
    groups = [timeline.placed(group) for _, group in df.groupby(by, sort=False)]
    shown = {name: place for name, place in COLUMNS.items() if name in df or name in ("name", "sparkline")}
    last = {rows["period"].iloc[-1] for rows in groups}
    ax = frame.new_figure(0.8 + ROW * (len(groups) + 1)).subplots()
    ax.set(xlim=(0, _end(shown)), ylim=(-0.5, len(groups) + 0.5), xticks=[], yticks=[])
    comparison.bare(ax)
    for name, (x, side) in shown.items():
        heading = vocab.text(f"chart.summary_{by[0] if name == 'name' else name}", lang)
        heading = vocab.period(*last, lang) if name == "value" and len(last) == 1 else heading
        ax.text(x, len(groups), heading, ha=side, va="center", fontsize=SIZE, color=frame.GREY)
    for y, rows in enumerate(reversed(groups)):
        ax.axhline(y + 0.5, color="#E3E6EA", linewidth=0.8)
        told = _told(rows.iloc[-1], by, lang)
        told["value"] += f"\n{vocab.period(rows['period'].iloc[-1], lang)}" if len(last) > 1 else ""
        for name, (x, side) in shown.items():
            if name == "sparkline":
                _draw_sparkline(ax.inset_axes([x, y - 0.36, SPARKLINE, 0.72], transform=ax.transData), rows)
            else:
                look = {"fontweight": "bold", "color": frame.BAD} if _alerts(rows.iloc[-1], name) else {}
                ax.text(x, y, told[name], ha=side, va="center", fontsize=SIZE, **look)
    ends = {name: vocab.period(period, lang) for name, period in (("first", df["period"].min()), ("last", max(last)))}
    fitting.tell(ax, [vocab.text("chart.sparklines", lang, **ends)])
    return ax


def _end(shown: dict) -> float:
    """Where the page ends: behind the last column that it has."""
    after = [*COLUMNS].index([*shown][-1]) + 1
    return [x for x, _ in COLUMNS.values()][after] if after < len(COLUMNS) else 1


def _alerts(row, name: str) -> bool:
    """Whether a word is bad news; which side of the line is, depends on the indicator."""
    wrong = {"high": "below", "low": "above"}.get(vocab.table("indicators").at[row["indicator"], "better"])
    return row.get(name, "") in ("worsening", "missed", wrong or "worsening")


def _told(row, by: list[str], lang: str) -> dict:
    """The words of one row, empty where nothing is known."""
    name = " ".join(vocab.show(row[key], key, lang) for key in by)
    told = {"name": "\n".join(wrap(name, LETTERS[lang])), "change": _change(row, lang)}
    told["value"] = "\n".join(wrap(vocab.amount(row["value"], row["indicator"], lang), LETTERS[lang]))
    signs = {"variation": VARIATIONS, "assurance": ASSURANCES, "verdict": comparison.SIGNS}
    for column, own in signs.items():
        word = row.get(column)
        known = isinstance(word, str) and word != ""
        told[column] = f"{own.get(word, '')} {words.said(word, column, lang)}".strip() if known else ""
    return told


def _change(row, lang: str) -> str:
    change = row.get("change", np.nan)
    if change != change:
        return "—"
    sign = "+" if change > 0 else ""
    if vocab.table("indicators").at[row["indicator"], "unit"] == "fraction":
        return vocab.text("chart.points", lang, points=sign + vocab.show(change, "points", lang))
    return sign + vocab.show(change, "percent", lang)


def _draw_sparkline(ax, rows: pd.DataFrame):
    for piece in timeline.pieces(rows, "basis"):
        ax.plot(piece["at"], piece["value"], color=frame.COLOURS[0], linewidth=1.1)
    timeline.points(ax, rows.dropna(subset="value").tail(1), "o", color=frame.COLOURS[0], ms=3.5)
    ax.set_xlim(rows["at"].min() - 1, rows["at"].max() + 1)
    ax.margins(y=0.15)
    ax.axis("off")
