"""Control charts: a series between the limits of its ordinary variation, alone or one small one for each area."""

import pandas as pd
from matplotlib.patches import Patch

from drugstats import vocab
from drugstats.output.charts import fitting, frame, pages, timeline
from drugstats.output.wording import words
from drugstats.tables import need

SIGNALS = {
    "beyond high": "^", "beyond low": "v", "run high": "D", "run low": "s", "trend high": ">", "trend low": "<",
    "two of three high": "P", "two of three low": "X", "crossings": "*",
}  # fmt: skip
VARIATIONS = {
    "worsening": "◆", "high": "▲", "low": "▼", "unsettled": "≈", "common cause": "○", "improving": "◇",
    "no variation": "＝", "cannot tell": "？", "too short": "…",
}  # fmt: skip
ASSURANCES = {"missed": "×", "may or may not": "～", "met": "√"}
URGENT = ("worsening", "high", "low", "unsettled")
CENTRE, BAND, STRONG = "#5B6770", "#E9EFF6", frame.COLOURS[0]
MOST_PANELS, ROW, COMPARABLE = 18, 1.75, ("share", "rate")


@frame.in_house_style
def control(df: pd.DataFrame, *, line: float | None = None, ax=None, lang: str = "zh"):
    """Draw a series between its control limits, signals by shape, what they say in words below; returns the Axes.

    Columns period, value, centre, low, high, signal; optional variation, assurance, segment, suggested, false_alarm,
    indicator, basis, status. Each segment has its own limits; a gap or another basis ends the line. `line` is the
    target.
    """
    need(df, "period", "value", "centre", "low", "high", "signal")
    ax = ax or frame.new_figure().subplots()
    rows = timeline.placed(df)
    timeline.axis(ax, rows["period"], lang)
    if line is not None:
        timeline.target(ax, line, df, lang)
    _draw(ax, rows, lang)
    frame.value_axis(ax.yaxis, rows, lang)
    _mark_changes(ax, rows, lang)
    fitting.tell(ax, _said(rows, lang), timeline.captions(ax, rows, lang, _false_alarm(rows, lang)))
    fitting.legend(ax)
    return ax


@frame.in_house_style
def controls(df: pd.DataFrame, *, line: float | None = None, lang: str = "zh"):
    """Draw a small control chart for each area, what needs attention first; returns the array of Axes.

    Columns as for `control`, and area and variation. First come those that worsen or signal, then those beyond the
    target, those that are too short last. Ratios share one scale, counts have their own. Of more areas than fit a
    page the last ones are left out, and their number is told.
    """
    need(df, "period", "value", "centre", "low", "high", "signal", "variation", "area")
    groups = [(area, timeline.placed(group)) for area, group in df.groupby("area")]
    groups = sorted(groups, key=lambda pair: _urgency(pair[1].iloc[-1]))
    drawn = groups[:MOST_PANELS]
    axes, grid = pages.grid(len(drawn), ROW)
    pages.name(axes, [vocab.area(area, lang) for area, _ in drawn], grid, size=10, pad=17)
    for ax, (_, rows) in zip(axes, drawn, strict=True):
        timeline.axis(ax, df["period"], lang, most=4)
        if line is not None:
            ax.axhline(line, color=frame.LINE_COLOUR, linewidth=1.5)
        _draw(ax, rows, lang, small=True)
        frame.ticks(ax.yaxis, df, lang)
        timeline.mark_breaks(ax, rows, lang)
        frame.note(ax, "  ".join(_said(rows, lang)), (0, 1), "axes fraction", shift=(0, 5))
        ax.tick_params(labelsize=9)
    if "indicator" in df and vocab.kinds().get(df["indicator"].iloc[0]) in COMPARABLE:
        timeline.share_scale(axes, pd.concat([rows["value"] for _, rows in drawn]), line)
    _explain(grid, axes, df, line, len(groups) - len(drawn), lang)
    return axes


def _urgency(row) -> int:
    """The place of a series in the order of attention."""
    if row["variation"] in URGENT:
        return URGENT.index(row["variation"])
    missed = row.get("assurance") == "missed" and row["variation"] != "too short"
    return len(URGENT) + (0 if missed else 1 + [*VARIATIONS].index(row["variation"]))


def _draw(ax, rows: pd.DataFrame, lang: str, small: bool = False):
    known = rows.dropna(subset="value")
    _draw_limits(ax, known, lang, small)
    for piece in timeline.pieces(known, "basis", "segment"):
        ax.plot(piece["at"], piece["value"], color=STRONG, linewidth=1 if small else 1.4)
    signal = known["signal"].where(known["signal"].isin([*SIGNALS]), "")
    timeline.points(ax, known[signal == ""], "o", color=STRONG, ms=2.2 if small else 4)
    for name, marker in SIGNALS.items():
        high = not name.endswith("low")
        colour = frame.PLAIN if name == "crossings" else frame.tone(rows, high)
        look = {"color": colour, "ms": 3.5 if small else 8, "zorder": 3}
        timeline.points(ax, known[signal == name], marker, vocab.text(f"word.{name}", lang), **look)
    timeline.values(ax, rows, room=0.1 if small else 0.15)


def _draw_limits(ax, known: pd.DataFrame, lang: str, small: bool):
    for piece in timeline.pieces(known, "basis", "segment"):
        (x, low), (_, high), (_, centre) = (timeline.steps(piece, name) for name in ("low", "high", "centre"))
        ax.fill_between(x, low, high, color=BAND, linewidth=0, zorder=0.5)
        ax.plot(x, centre, color=CENTRE, linewidth=1)
        ax.plot(x, low, "--", x, high, "--", color=CENTRE, linewidth=1)
    if small or known.empty:
        return
    last, look = known.iloc[-1], {"color": CENTRE, "linewidth": 1}
    centre, low, high = (timeline.level(last[name], known, lang) for name in ("centre", "low", "high"))
    ax.plot([], [], label=vocab.text("chart.centre", lang, value=centre), **look)
    if last["high"] == last["high"]:
        ax.plot([], [], "--", label=vocab.text("chart.control_limits", lang, low=low, high=high), **look)


def _mark_changes(ax, rows: pd.DataFrame, lang: str):
    """Uprights where the basis, the limits or perhaps the level changed."""
    kinds = {"break": timeline.starts(rows, "basis"), "rebased": timeline.starts(rows, "segment")}
    kinds["suggested"] = list(rows.loc[rows["suggested"].eq(True), "at"]) if "suggested" in rows else []
    timeline.marks(ax, kinds, lang)


def _said(rows: pd.DataFrame, lang: str) -> list[str]:
    """The words of variation and assurance with their shapes."""
    last = {name: rows[name].iloc[-1] for name in ("variation", "assurance") if name in rows}
    return [f"{(VARIATIONS | ASSURANCES)[word]} {words.said(word, name, lang)}" for name, word in last.items() if word]


def _false_alarm(rows: pd.DataFrame, lang: str) -> str:
    if "false_alarm" not in rows or rows["false_alarm"].isna().all():
        return ""
    chance = vocab.show(rows["false_alarm"].iloc[-1], "percent", lang, 0)
    return vocab.text("chart.false_alarm", lang, chance=chance)


def _explain(grid, axes, df: pd.DataFrame, line: float | None, left_out: int, lang: str):
    drawn, signals = pages.samples(axes), [vocab.text(f"word.{name}", lang) for name in SIGNALS]
    told = {vocab.text("chart.shaded", lang): Patch(color=BAND)} | pages.line_sample(line, df, lang)
    told |= {word: drawn[word] for word in signals if word in drawn}
    notes = [frame.axis_name(df, lang), *timeline.captions(axes[0], df, lang)]
    notes += [vocab.text("chart.not_drawn", lang, count=vocab.show(left_out, "count"))] if left_out else []
    pages.explain(grid, notes, told)
