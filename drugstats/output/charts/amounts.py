"""Charts of amounts: a year's pace towards a target, how few cases hold most of the weight, a stock and its flows."""

import numpy as np
import pandas as pd

from drugstats import vocab
from drugstats.output.charts import fitting, frame, timeline
from drugstats.output.charts.placing import name_points
from drugstats.tables import TableError, need

MONTHS = 12
SIGNS = {"reached": "√", "on pace": "○", "behind": "▼", "not computed": "…"}
FEWEST_FOR_A_TENTH = 10
LARGE = 100
PLUS, MINUS, LEFT = frame.COLOURS[0], frame.COLOURS[1], frame.GREY
INK = frame.HOUSE["text.color"]
RESTS = 1e-9  # smaller than any count or weight
FLOWS = 150  # points that the name of a flow may be wide


@frame.in_house_style
def target(df: pd.DataFrame, *, ax=None, lang: str = "zh"):
    """Draw what the year has brought, month by month, beside the target and its part for so many months.

    Columns period (months of one year), to_date, target, target_to_date, share, needed, mean, verdict; optional
    indicator, status. A third line leads from the last month to the target. Without a target there is no chart: None.
    Returns the Axes.
    """
    need(df, "period", "to_date", "target", "target_to_date", "share", "needed", "mean", "verdict")
    rows = df.sort_values("period", ignore_index=True)
    if rows["target"].isna().all():
        return None
    goal = frame.only(rows["target"])
    if goal is None or rows["period"].duplicated().any() or rows["period"].dt.year.nunique() > 1:
        raise TableError("The chart shows one target over the months of one year; select one area and indicator.")
    rows = rows.assign(at=rows["period"].dt.month, value=rows["to_date"])
    known, last = rows.dropna(subset="value"), rows.iloc[-1].to_dict()

    ax = ax or frame.new_figure().subplots()
    lines = [([0, MONTHS], [0, goal]), ([0, *known["at"]], [0, *known["value"]])]
    ax.plot(*lines[0], "--", color=LEFT, linewidth=1.4, label=vocab.text("chart.pro_rated", lang))
    ax.plot(*lines[1], color=PLUS, label=vocab.text("chart.to_date", lang))
    timeline.points(ax, known, "o", color=PLUS, ms=5)
    if last["needed"] > 0:
        lines.append(([last["at"], MONTHS], [last["value"], goal]))
        ax.plot(*lines[2], ":", color=frame.LINE_COLOUR, label=vocab.text("chart.to_go", lang))
    _set_months(ax, rows, max(goal, known["value"].max() if len(known) else 0), lang)
    scaled = _scaled(rows, goal)
    frame.value_axis(ax.yaxis, scaled, lang)
    frame.line_across(ax, goal, vocab.text("chart.target", lang, value=frame.exact(scaled, lang)(goal)))
    if len(known):
        _name_last(ax, scaled, known.iloc[-1], [*lines, ([0, MONTHS], [goal, goal])], lang)
    fitting.tell(ax, [*_pace(last, scaled, lang), frame.hollow_note(rows, lang)])
    fitting.legend(ax)
    return ax


def _scaled(rows: pd.DataFrame, goal: float) -> pd.DataFrame:
    """The rows with the largest number of the chart as value, by which the axis takes its unit."""
    return rows.assign(value=max(goal, rows["value"].max() if rows["value"].notna().any() else 0))


def _set_months(ax, rows: pd.DataFrame, top: float, lang: str):
    names = vocab.text("chart.months", lang).split("|")
    names[0] += "\n" + vocab.period(rows["period"].iloc[0].asfreq("Y"), lang)
    ax.set_xticks(range(1, MONTHS + 1), names)
    ax.set(xlim=(0, MONTHS + 0.15), ylim=(0, 1.12 * top))


def _name_last(ax, scaled: pd.DataFrame, last, lines: list, lang: str):
    """The sum so far, placed off the lines."""
    words = frame.exact(scaled, lang)(last["value"])
    at = np.linspace(0, MONTHS, 25 * MONTHS)
    crowd = [np.column_stack([at, np.interp(at, *line)])[(at >= line[0][0]) & (at <= line[0][-1])] for line in lines]
    for text in name_points(ax, [last["at"]], [last["value"]], [words], crowd=crowd):
        text.set(color=PLUS, fontsize=10)


def _pace(last: dict, scaled: pd.DataFrame, lang: str) -> list[str]:
    """The verdict with its sign, the share reached, what each month left must bring; small amounts have a decimal."""
    told = [f"{SIGNS[last['verdict']]} {vocab.show(last['verdict'], 'word', lang)}"]
    if pd.isna(last["value"]):
        return [*told, vocab.text("chart.month_missing", lang)]
    told.append(vocab.text("chart.done", lang, share=vocab.show(last["share"], "percent", lang)))
    if last["needed"] > 0:
        key = frame.key(scaled)
        divisor, unit = vocab.scale(key, scaled["value"].max(), lang) if key else (1, "")
        amounts = {name: last[name] / divisor for name in ("needed", "mean")}
        decimals = 0 if min(amounts.values()) >= LARGE else 1
        amounts = {name: vocab.show(value, "number", lang, decimals) for name, value in amounts.items()}
        told.append(vocab.text("chart.needed", lang, unit=unit, **amounts))
    return told


@frame.in_house_style
def lorenz(df: pd.DataFrame, *, ax=None, lang: str = "zh"):
    """Draw how much of the weight the smaller cases hold, beside the line of equal cases, and what the largest hold.

    Columns share_of_cases, share_of_weight, n, gini, top_share, all of one group: the largest tenth is told, of fewer
    than ten cases the largest one. A group without weight makes no chart: None. Returns the Axes.
    """
    need(df, "share_of_cases", "share_of_weight", "n", "gini", "top_share")
    rows = df.dropna(subset=["share_of_cases", "share_of_weight"]).sort_values(["share_of_cases", "share_of_weight"])
    if rows.empty:
        return None
    if df["n"].nunique() > 1 or rows["share_of_cases"].duplicated().any():
        raise TableError("The curve shows the cases of one group; select its rows.")
    n, gini, top = (rows[name].iloc[0] for name in ("n", "gini", "top_share"))

    ax = ax or frame.new_figure().subplots()
    cases, weight = rows["share_of_cases"], rows["share_of_weight"]
    ax.fill_between(cases, weight, cases, color=PLUS, alpha=0.1, linewidth=0)
    ax.plot([0, 1], [0, 1], "--", color=LEFT, linewidth=1.2)
    ax.plot(cases, weight, color=PLUS, linewidth=2.2)
    ax.text(x=0.33, y=0.36, s=vocab.text("chart.equal", lang), ha="right", color=LEFT, fontsize=10)
    _mark_top(ax, rows, n, top, lang)
    told = vocab.text("chart.gini", lang, n=vocab.show(n, "count", lang), gini=vocab.show(gini, "number", lang, 2))
    ax.set(xlim=(0, 1), ylim=(0, 1))
    fitting.tell(ax, [vocab.text("chart.lorenz_cases", lang)], [told])
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda share, _: vocab.show(share, "percent", lang, 0))
    frame.note(ax, vocab.text("chart.lorenz_weight", lang), (0, 1), "axes fraction", shift=(-4, 8))
    return ax


def _mark_top(ax, rows: pd.DataFrame, n: float, top: float, lang: str):
    """A bracket at the right over what the largest cases hold, a dotted line from where they begin."""
    begin = rows.iloc[(rows["share_of_weight"] - (1 - top)).abs().argmin()]
    x, y = begin["share_of_cases"], 1 - top
    ax.plot([x, x, 1], [1, y, y], linestyle=timeline.DOTTED, color=frame.LINE_COLOUR, linewidth=1.2)
    ax.plot([1.012, 1.012], [y, 1], color=frame.LINE_COLOUR, linewidth=5, solid_capstyle="butt", clip_on=False)
    ax.plot([x], [y], "o", color=frame.LINE_COLOUR, ms=6, zorder=3)
    key = "chart.top_tenth" if n >= FEWEST_FOR_A_TENTH else "chart.top_one"
    words = vocab.text(key, lang, share=vocab.show(top, "percent", lang))
    side = {"shift": (-8, -4), "ha": "right"} if x > 0 else {"shift": (8, -4)}
    frame.note(ax, words, (x, 1), va="top", color=frame.LINE_COLOUR, fontsize=11, **side)


@frame.in_house_style
def balance(df: pd.DataFrame, *, plus, minus, ax=None, lang: str = "zh"):
    """Draw one row of a balance as a ladder: the opening stock, its flows, what they make of it, the stock at the end.

    Columns opening, expected, closing, residual and the flows named in `plus` and `minus`, indicators; optional
    indicator (of the stock), status. The residual stands there also where it is nothing. A row that was not computed
    makes no chart: None. Returns the Axes.
    """
    plus, minus = ([names] if isinstance(names, str) else list(names) for names in (plus, minus))
    flows = dict.fromkeys(plus, 1) | dict.fromkeys(minus, -1)
    need(df, "opening", "expected", "closing", "residual", *flows)
    if len(df) > 1:
        raise TableError(f"A ladder shows one area and period; the table has {len(df)} rows: select one.")
    row = df.iloc[0]
    if row[["opening", "residual", *flows]].isna().any():
        return None
    steps = _steps(row, flows, lang)

    ax = ax or frame.new_figure(1.4 + 0.36 * len(steps)).subplots()
    hollow = frame.hollow(df).any()
    for y, step in enumerate(steps):
        _draw_step(ax, y, step, hollow)
        if y + 1 < len(steps):
            ax.vlines(step["end"], y, y + 1, color=frame.QUIET, linewidth=0.8, zorder=1)
    frame.row_axis(ax, [step["name"] for step in steps])
    ax.set_ylim(len(steps) - 0.4, -0.6)
    ax.use_sticky_edges = False
    ax.margins(x=0.1)
    ax.xaxis.set_major_formatter(lambda value, _: frame.short(_shown(value, row, lang)))
    unit = vocab.unit(df["indicator"].iloc[0], lang) if "indicator" in df else ""
    told = [vocab.text("chart.unit", lang, unit=unit) if unit else "", vocab.text("chart.ladder_levels", lang)]
    cut = vocab.text("chart.no_zero_across", lang) if ax.get_xlim()[0] > 0 else ""
    fitting.tell(ax, told, [cut, frame.hollow_note(df, lang)])
    ax.set_xlabel(ax.get_xlabel(), loc="right")  # the names take the room at the left
    return ax


def _steps(row, flows: dict, lang: str) -> list[dict]:
    """The rungs from top to bottom: name, where each begins and ends, its words and its look."""
    steps = [_stock(row, "opening", "D", lang)]
    for name, sign in flows.items():
        begin = steps[-1]["end"]
        step = {"name": fitting.wrapped(vocab.indicator(name, lang), FLOWS, 10), "begin": begin, "mark": "|"}
        step |= {"end": begin + sign * row[name], "words": ("+" if sign > 0 else "−") + _shown(row[name], row, lang)}
        steps.append(step | {"colour": PLUS if sign > 0 else MINUS})
    left = row["residual"] if abs(row["residual"]) > RESTS else 0.0
    words = {-1: "−", 0: "", 1: "+"}[np.sign(left)] + _shown(abs(left), row, lang)
    residual = {"name": vocab.text("chart.residual", lang), "begin": row["closing"] - left, "end": row["closing"]}
    residual |= {"words": words, "colour": LEFT, "mark": "x", "hatch": "////"}
    return [*steps, _stock(row, "expected", "o", lang), residual, _stock(row, "closing", "D", lang)]


def _stock(row, name: str, mark: str, lang: str) -> dict:
    step = {"name": vocab.text(f"chart.{name}_stock", lang), "begin": row[name], "end": row[name]}
    return step | {"words": _shown(row[name], row, lang), "colour": INK, "mark": mark}


def _shown(value: float, row, lang: str) -> str:
    key = row.get("indicator")
    return vocab.show_indicator(value, key, lang) if key else vocab.show(value, "count", lang)


def _draw_step(ax, y: int, step: dict, hollow: bool):
    """A flow is a bar from stock to stock; a stock is a mark and no bar, so that the axis may begin near it."""
    begin, end, colour = step["begin"], step["end"], step["colour"]
    if begin != end:
        face = "white" if hollow or "hatch" in step else colour
        look = {"edgecolor": colour, "hatch": step.get("hatch"), "linewidth": 1.4, "zorder": 2}
        ax.barh(y, end - begin, left=begin, height=0.56, facecolor=face, **look)
    else:
        face = "white" if hollow or step["mark"] == "o" else colour
        ax.plot([end], [y], step["mark"], color=colour, markerfacecolor=face, ms=8, zorder=3)
    frame.note(ax, step["words"], (max(begin, end), y), shift=(8, 0), va="center", fontsize=10)
