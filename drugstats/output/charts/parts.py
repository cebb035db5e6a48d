"""Charts of a whole and its parts: shares by period, and groups that lie within one another."""

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.patheffects import withStroke

from drugstats import vocab
from drugstats.output.charts import comparison, fitting, frame, timeline
from drugstats.output.wording.amounts import REST, part, share_digits
from drugstats.tables import TableError, need

OTHERS = "others"
MOST_PARTS, MOST_TICKS = 8, 12
# Face and ink, dark and light in turn, so that neighbours stay apart in a grey copy.
LOOKS = [
    ("#1F5A94", "white"), ("#EBA56F", "black"), ("#3B7D4F", "white"), ("#B79FCB", "black"), ("#8A5A00", "white"),
    ("#7FB0D6", "black"), ("#8C2F39", "white"), ("#B4BAC3", "black"),
]  # fmt: skip
BAR, BREAK, EMPTY = 0.7, 1.8, 2
READABLE = 6  # the smallest size of letters
AXIS = 28  # points by which bars and the names beside them are together wider than words below a chart may be
LINE, FITS = 0.062, 0.055  # heights of a line of a name and of a number, as parts of the axis
NAMES, OF_MANY, MANY = 150, 172, 5  # points that a name beside the last bar may be wide, one of more than five
NEAR, A_BREAK = 1.6, 1.4  # above the totals, in letters of a legend; a line of words at a change of basis
ABOVE = "#CFDDEC"
NESTED_BAR, NESTED_ROW = 0.42, 0.86


@frame.in_house_style
def composition(df: pd.DataFrame, *, ax=None, lang: str = "zh"):
    """Draw the shares of the parts as a bar a period, its total on top, the parts named at the last; returns the Axes.

    Columns period, part (an indicator, drug or area, or "rest"), share, total; optional indicator (what the total
    counts), basis, status. A missing period and a change of basis are gaps, the latter marked; what a part that is not
    known leaves is hatched. Of more than eight parts the smallest are one.
    """
    need(df, "period", "part", "share", "total")
    rows = df.assign(hollow=frame.hollow(df), basis=df["basis"] if "basis" in df else "")
    _check(rows)
    bars, key = _bars(rows), _counted(df)
    rows = _stacked(_gathered(rows, lang), key).merge(bars[["basis", "period", "x"]])
    known = rows.dropna(subset="share")
    last = known[known["x"] == known["x"].max()]

    ax = ax or frame.new_figure().subplots()
    former, newest = ~known["part"].isin(last["part"]), last["x"].max() == bars["x"].max()
    names = _names(last, newest, lang)
    size = partial(_size, (fitting.room(ax) + AXIS - _widest(names, 9)) / (bars["x"].max() + 1))
    for part_of, dotted in ((known[~former], False), (known[former], True)):
        _draw_parts(ax, part_of, dotted)
    missing = _draw_missing(ax, rows)
    _write_shares(ax, known.drop(last.index).assign(former=former), size(BAR, ["99.9%"]), lang)
    _name_parts(ax, last, names)
    breaks = _set_axes(ax, bars, lang)
    fitting.legend(ax, NEAR + A_BREAK * breaks)
    if ax.get_legend():
        ax.get_legend().set(loc="lower left", bbox_to_anchor=(0, 1))
    told = [_write_totals(ax, bars, key, size, lang), vocab.text("chart.hatched", lang) if missing else ""]
    fitting.tell(ax, [*told, frame.hollow_note(df, lang)])
    ax.set_xlabel(ax.get_xlabel(), loc="left")  # the names take the room at the right
    return ax


def _check(rows: pd.DataFrame):
    keys = ["basis", "period", "part"]
    if rows.duplicated(keys).any():
        part, period = rows.loc[rows.duplicated(keys), ["part", "period"]].iloc[0]
        raise TableError(f"The part {part} stands twice at {period}; a composition shows one whole: select it.")
    whole = rows.groupby(["basis", "period"])["share"].sum()
    if (whole > 1 + 1e-9).any() or (rows["share"] < -1e-9).any():
        raise TableError(f"The parts at {whole.idxmax()[1]} are more than their whole; some of them overlap.")


def _bars(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a bar with its place x: bases apart in order of time, a place left empty where periods are missing."""
    bars = rows.groupby(["basis", "period"], as_index=False).agg(total=("total", "max"), hollow=("hollow", "any"))
    first = bars.groupby("basis")["period"].transform("min")
    bars = bars.assign(first=first).sort_values(["first", "basis", "period"], ignore_index=True)
    steps = bars["period"].array.asi8 - np.r_[bars["period"].array.asi8[:1], bars["period"].array.asi8[:-1]]
    starts = bars["basis"].ne(bars["basis"].shift()).to_numpy()
    return bars.assign(x=np.where(starts, BREAK, np.minimum(steps, EMPTY)).cumsum() - BREAK, starts=starts)


def _gathered(rows: pd.DataFrame, lang: str) -> pd.DataFrame:
    """The parts with their names; of too many those that were never large are added up."""
    rows = rows.assign(name=[part(key, lang) for key in rows["part"]])
    largest = rows[rows["part"] != REST].groupby("part")["share"].max().sort_values(ascending=False, kind="stable")
    room = MOST_PARTS - rows["part"].eq(REST).any()
    if len(largest) <= room:
        return rows
    few = rows["part"].isin(largest.index[room - 1 :])
    name = vocab.text("chart.other_parts", lang, count=vocab.show(len(largest) - room + 1, "count", lang))
    # One unknown share leaves their sum unknown: a sum that skipped it would pass for a fall.
    summed = {"share": lambda shares: shares.sum(skipna=False), "total": "max", "hollow": "any"}
    others = rows[few].groupby(["basis", "period"], as_index=False).agg(summed)
    return pd.concat([rows[~few], others.assign(part=OTHERS, name=name)], ignore_index=True)


def _counted(df: pd.DataFrame) -> str:
    """The indicator whose unit the total has, where one is told."""
    told = [*df.get("indicator", pd.Series(dtype=str)).dropna(), *sorted(set(df["part"]))]
    return next((key for key in told if key in vocab.table("indicators").index), "")


def _stacked(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """Append where each part begins and its look; the parts stand as in the vocabulary, what is left on top."""
    places = {key: place for place, key in enumerate(vocab.table("indicators").index)}
    last = {OTHERS: len(places) + 1, REST: len(places) + 2}
    order = sorted(rows["part"].unique(), key=lambda part: ((places | last).get(part, len(places)), part))
    digits = [share_digits(total, key) for total in rows["total"]]
    rows = rows.assign(place=rows["part"].map(order.index), digits=digits)
    rows = rows.sort_values(["basis", "period", "place"], ignore_index=True)
    end = rows["share"].fillna(0).groupby([rows["basis"], rows["period"]]).cumsum()
    return rows.assign(start=end - rows["share"].fillna(0))


def _draw_parts(ax, rows: pd.DataFrame, dotted: bool):
    """Parts that the last bar lacks are dotted and have a label, for they are named above the chart."""
    for row in rows.sort_values(["place", "x"]).to_dict("records"):
        colour, _ = LOOKS[row["place"]]
        look = {"facecolor": colour, "edgecolor": "white", "linewidth": 0.8, "hatch": "..." if dotted else None}
        look |= {"facecolor": "white", "edgecolor": colour, "linewidth": 1.4} if row["hollow"] else {}
        told = row["name"] if dotted and row["name"] not in ax.get_legend_handles_labels()[1] else None
        ax.bar(row["x"], row["share"], BAR, bottom=row["start"], label=told, **look)


def _draw_missing(ax, rows: pd.DataFrame) -> bool:
    """Hatch what the known parts leave of a bar with an unknown one; tell whether there is such a bar."""
    bars = rows.groupby("x")["share"].agg(["sum", lambda shares: shares.isna().any()]).set_axis(["sum", "gap"], axis=1)
    gaps = bars[bars["gap"] & (bars["sum"] < 1 - 1e-9)]
    look = {"facecolor": "none", "edgecolor": frame.QUIET, "linewidth": 0.8, "hatch": "////"}
    ax.bar(gaps.index, 1 - gaps["sum"], BAR, bottom=gaps["sum"], **look)
    return len(gaps) > 0


def _size(place: float, part: float, words: list[str]) -> float:
    """The size of letters at which the widest of the words fits into a part of the place of a bar."""
    return min(9.0, part * place / _widest(words, 1))


def _widest(words: list[str], size: float) -> float:
    lines = [line for word in words for line in word.split("\n")]
    return max([fitting.width(line, fitting.NOTE) for line in lines], default=0) * size / fitting.NOTE


def _write_shares(ax, rows: pd.DataFrame, size: float, lang: str):
    for row in rows[rows["share"] >= (FITS if size >= READABLE else np.inf)].to_dict("records"):
        face, ink = ("white", "black") if row["hollow"] else LOOKS[row["place"]]
        halo = [withStroke(linewidth=4, foreground=face)] if row["former"] else None
        words = vocab.show(row["share"], "percent", lang, row["digits"])
        look = {"ha": "center", "va": "center", "fontsize": size, "color": ink, "path_effects": halo}
        ax.text(row["x"], row["start"] + row["share"] / 2, words, **look)


def _names(last: pd.DataFrame, newest: bool, lang: str) -> list[str]:
    """The names of the parts of the last known bar, with its shares where it is the newest."""
    across = OF_MANY if len(last) > MANY else NAMES
    shares = [vocab.show(share, "percent", lang, digits) + "  " if newest else ""
              for share, digits in zip(last["share"], last["digits"], strict=True)]  # fmt: skip
    return [fitting.wrapped(share + name, across, 9) for share, name in zip(shares, last["name"], strict=True)]


def _name_parts(ax, last: pd.DataFrame, names: list[str]):
    """The names beside the last bar, a line from each to its part."""
    middles = (last["start"] + last["share"] / 2).to_list()
    line = {"arrowstyle": "-", "color": frame.QUIET, "linewidth": 0.8, "relpos": (0, 0.5), "shrinkA": 2, "shrinkB": 0}
    look = {"fontsize": 9, "va": "center", "annotation_clip": False, "arrowprops": line, "linespacing": 1.1}
    for name, middle, y in zip(names, middles, _spread(middles, names), strict=True):
        ax.annotate(name, (last["x"].max() + BAR / 2, middle), (1.03, y), textcoords=frame.ACROSS, **look)


def _spread(middles: list, names: list) -> list:
    """The heights of names beside their parts, from the bottom up: as near as the lines of each allow."""
    high = [LINE * (1 + name.count("\n")) for name in names]
    apart = [(one + other) / 2 for one, other in zip(high, high[1:], strict=False)]
    places = list(middles)
    for n, gap in enumerate(apart, 1):
        places[n] = max(places[n], places[n - 1] + gap)
    places[-1:] = [min(place, 1 - high[-1] / 2) for place in places[-1:]]
    for n, gap in reversed(list(enumerate(apart))):
        places[n] = min(places[n], places[n + 1] - gap)
    return places


def _write_totals(ax, bars: pd.DataFrame, key: str, size, lang: str) -> str:
    """Write each total above its bar and return what it counts."""
    divisor, unit = vocab.scale(key, bars["total"].max(), lang) if key else (1, "")
    words = [vocab.show_indicator(total, key, lang, divisor) if key else vocab.show(total, "count", lang)
             for total in bars["total"]]  # fmt: skip
    fits = size(0.85, words)
    look = {"fontsize": fits} if fits >= READABLE else {"fontsize": 7, "rotation": 90}
    for x, word in zip(bars["x"], words, strict=True):
        frame.note(ax, word, (x, 1), shift=(0, 4), ha="center", **look)
    return vocab.text("chart.totals_in" if unit else "chart.totals", lang, unit=unit)


def _set_axes(ax, bars: pd.DataFrame, lang: str) -> int:
    """Name the bars and mark each change of basis; return how many lines of words stand above the totals for that."""
    words = vocab.text("chart.break", lang).replace(" ", "\n")
    for x in bars.loc[bars["starts"], "x"].iloc[1:]:
        at = x - BREAK / 2
        ax.axvline(at, color=frame.QUIET, linewidth=1.2, linestyle=timeline.DOTTED)
        frame.note(ax, words, (at, 1), shift=(0, 17), ha="center")
    named = bars[:: -(-len(bars) // MOST_TICKS)]
    names = [frame.in_two_lines(period, lang).strip() for period in named["period"]]
    ax.set_xticks(named["x"], names, fontsize=float(np.clip(110 / len(named), 7, 10)))
    # A lone bar stands beside its names and not across the page.
    ax.set(xlim=(min(-0.6, bars["x"].max() - 3), bars["x"].max() + 0.5), ylim=(0, 1), yticks=np.arange(5) / 4)
    ax.yaxis.set_major_formatter(lambda share, _: vocab.show(share, "percent", lang, 0))
    ax.tick_params(axis="x", length=0)
    return (words.count("\n") + 1) * int(bars["starts"].sum() > 1)


@frame.in_house_style
def nested(df: pd.DataFrame, *, ax=None, lang: str = "zh"):
    """Draw groups within one another as bars from one edge, each with its share of all and of the group above it.

    Columns level (indicator), value, of_parent, of_all; optional status. The outline of a bar is the whole, its pale
    part the group above. Where no share is known there is no chart: None. Returns the Axes.
    """
    need(df, "level", "value", "of_parent", "of_all")
    if df["level"].duplicated().any():
        level = df.loc[df["level"].duplicated(), "level"].iloc[0]
        raise TableError(f"The level {level} stands twice; nested bars show one area and period: select them.")
    rows = df.assign(hollow=frame.hollow(df))
    rows = rows.dropna(subset="of_all").sort_values(["of_all", "level"], ascending=[False, True], ignore_index=True)
    if rows.empty:
        return None
    if rows["of_all"].iloc[0] != 1:
        raise TableError("Nested bars begin with the whole; its row is missing.")
    rows = rows.assign(above=rows["of_all"].shift(fill_value=1.0), base=rows["value"].shift())

    ax = ax or frame.new_figure(0.9 + NESTED_ROW * len(rows)).subplots()
    at, colour = np.arange(len(rows)), frame.COLOURS[0]
    edge = {"edgecolor": frame.QUIET, "linewidth": 0.8}
    ax.barh(at, 1, NESTED_BAR, facecolor="white", **edge)
    ax.barh(at, rows["above"], NESTED_BAR, facecolor=ABOVE, **edge)
    faces = np.where(rows["hollow"], "white", colour)
    ax.barh(at, rows["of_all"], NESTED_BAR, color=faces, edgecolor=colour, linewidth=1.4)
    for y, row in rows.iterrows():
        name, value = vocab.indicator(row["level"], lang), vocab.amount(row["value"], row["level"], lang)
        name = vocab.text("chart.level", lang, name=name, value=value)
        for words, x, side in ((name, 0, "left"), (_told(row, rows["value"].iloc[0], lang), 1, "right")):
            frame.note(ax, words, (x, y - NESTED_BAR / 2), shift=(0, 4), ha=side, fontsize=10, path_effects=None)
    ax.set(xlim=(-0.002, 1.002), ylim=(len(rows) - 1 + NESTED_BAR / 2 + 0.06, -NESTED_BAR / 2 - 0.36), yticks=[])
    comparison.bare(ax)
    ax.xaxis.set_major_formatter(lambda share, _: vocab.show(share, "percent", lang, 0))
    fitting.tell(ax, [vocab.text("chart.nested", lang), frame.hollow_note(rows, lang)])
    return ax


def _told(row, whole: float, lang: str) -> str:
    """A group's share of all and of the group above, each with its base."""
    if row["of_all"] == 1:
        return vocab.text("chart.all", lang)
    told = {name: vocab.amount(base, row["level"], lang) for name, base in (("whole", whole), ("base", row["base"]))}
    for share, base in (("of_all", whole), ("of_parent", row["base"])):
        told[share] = vocab.show(row[share], "percent", lang, vocab.share_decimals(base))
    return vocab.text("chart.of_all" if row["above"] == 1 else "chart.of_both", lang, **told)
