"""Charts that set areas side by side: two periods' places, many periods' values, parts of one change."""

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter

from drugstats import vocab
from drugstats.output.charts import fitting, frame
from drugstats.output.charts.areas import best_place, ranges
from drugstats.tables import TableError, need

BAND, EDGE = 0.3, 0.05
SIGNS = {"above": "▲", "below": "▼", "cannot tell": "○", "at the line": "＝"}
SHADES = LinearSegmentedColormap.from_list("house", ["#F3F6FA", "#123F6B"])
MOST_BARS = 20


@frame.in_house_style
def ladder(df: pd.DataFrame, *, ax=None, lang: str = "zh"):
    """Draw the areas' places in two periods with their ranges, each area's two places joined; returns the Axes.

    Columns area, period (two), rank, rank_low, rank_high; optional indicator, value, method, status. Place one is at
    the top. The line of an area is strong only where its two ranges do not overlap.
    """
    need(df, "area", "period", "rank", "rank_low", "rank_high")
    _check_once(df)
    rows = df.dropna(subset="rank").sort_values(["period", "rank", "area"], ignore_index=True)
    periods = list(rows["period"].unique())
    if len(periods) != 2:
        raise TableError(f"A ladder joins the places of two periods; the table has {len(periods)}.")
    after = rows["period"] == periods[1]
    slot = rows.groupby("period").cumcount() + 1
    out = BAND * slot / slot.max()
    rows = rows.assign(after=after, slot=slot, x=np.where(after, 1 + out, -out))

    ax = ax or frame.new_figure(frame.height(slot.max())).subplots()
    _join_places(ax, rows[~after].merge(rows[after], on="area", suffixes=("", "_after")), lang)
    _draw_places(ax, rows)
    _name_places(ax, rows, lang)
    ax.set(xlim=(-BAND - EDGE, 1 + BAND + EDGE), ylim=(slot.max() + 0.7, 0.3))
    ranked = vocab.text("chart.ladder", lang, name=vocab.indicator(frame.key(rows), lang)) if frame.key(rows) else ""
    first = best_place(rows[rows["after"]], lang)
    fitting.tell(ax, [ranked, first], [ranges(rows, lang), frame.hollow_note(rows, lang)])
    ax.set_xticks([-BAND / 2, 1 + BAND / 2], [vocab.period(period, lang) for period in periods])
    ax.tick_params(length=0, labelleft=False, labeltop=True, labelbottom=False)
    bare(ax)
    fitting.legend(ax, 1.8, "center")  # clear of the periods
    return ax


def _join_places(ax, pairs: pd.DataFrame, lang: str):
    apart = (pairs["rank_low"] > pairs["rank_high_after"]) | (pairs["rank_low_after"] > pairs["rank_high"])
    looks = {
        "chart.ladder_sure": (pairs[apart], {"color": frame.COLOURS[0], "linewidth": 2.6, "zorder": 2.2}),
        "chart.ladder_unsure": (pairs[~apart], {"color": frame.QUIET, "linewidth": 0.9}),
    }
    for key, (chosen, look) in looks.items():
        ax.plot([], [], label=vocab.text(key, lang), **look)
        for row in chosen.to_dict("records"):
            ax.plot([row["x"], row["x_after"]], [row["rank"], row["rank_after"]], **look)


def _draw_places(ax, rows: pd.DataFrame):
    wide = float(np.clip(70 / rows["slot"].max(), 0.8, 4))
    ax.vlines(rows["x"], rows["rank_low"] - 0.2, rows["rank_high"] + 0.2, color="#A9C1DA", linewidth=wide, zorder=2.1)
    frame.points(ax, rows, "x", "rank", "o", color=frame.COLOURS[0], ms=6.5, zorder=3)


def _name_places(ax, rows: pd.DataFrame, lang: str):
    """Names stand one below the other, also where places are shared; a dotted line leads to the place itself."""
    for row in rows.to_dict("records"):
        side, sign = (1, 1) if row["after"] else (0, -1)
        end = side + sign * (BAND + EDGE)
        ax.plot([end, row["x"]], [row["slot"], row["rank"]], ":", color=frame.QUIET, linewidth=0.8, zorder=1)
        place = vocab.show(row["rank"], "place", lang, int(row["rank"] % 1 > 0))
        words = "  ".join([place, vocab.area(row["area"], lang)][::sign])
        look = {"shift": (4 * sign, 0), "ha": "left" if row["after"] else "right", "va": "center"}
        frame.note(ax, words, (side, row["slot"]), frame.ACROSS, **look)


@frame.in_house_style
def heat(df: pd.DataFrame, *, ax=None, lang: str = "zh"):
    """Draw a table of areas by periods, each value written on its shade with the mark of its verdict.

    Columns area, period, value, verdict; optional indicator, whole (decimals), line, status. Returns the Axes. What
    is missing or was not judged is hatched; a provisional value stands framed on white.
    """
    need(df, "area", "period", "value", "verdict")
    _check_once(df)
    areas, periods = sorted(df["area"].unique(), reverse=True), sorted(df["period"].unique())
    cells = df.assign(x=df["period"].map(periods.index), y=df["area"].map(areas.index), framed=frame.hollow(df))
    cells = every_cell(cells, len(areas), len(periods))
    cells["hatched"] = cells["value"].isna() | ~cells["verdict"].isin(SIGNS)
    size = float(np.clip(110 / len(periods), 5.5, 9.5))
    ax = ax or frame.new_figure(frame.height(len(areas))).subplots()
    shaded(ax, cells, cells, frame.writer(df, lang)[0], size)
    ax.set_yticks(np.arange(len(areas)) + 0.5, [vocab.area(code, lang) for code in areas])
    fitting.tell(ax, *_heat_notes(df, cells, lang))
    names = [frame.in_two_lines(period, lang).strip() for period in periods]
    ax.set_xticks(np.arange(len(periods)) + 0.5, names, fontsize=size)
    return ax


def every_cell(cells: pd.DataFrame, rows: int, columns: int) -> pd.DataFrame:
    """Return a row for every place (y, x), also where the table has none."""
    cells = cells.set_index(["y", "x"]).reindex(list(np.ndindex(rows, columns)))
    return cells.assign(framed=cells["framed"].eq(True))


def shaded(ax, cells: pd.DataFrame, written: pd.DataFrame, show, size: float):
    """Draw cells on shades of their values, provisional ones on white, and write those that are `written`."""
    shape = [1 + number for number in cells.index.max()]
    shade = cells["value"].mask(cells["framed"]).to_numpy(dtype="float64").reshape(shape)
    mesh = ax.pcolormesh(np.ma.masked_invalid(shade), cmap=SHADES, edgecolors="white", linewidth=1.5)
    write_cells(ax, written, mesh, show, size)
    ax.tick_params(length=0, labeltop=True, labelbottom=False)
    bare(ax)


def write_cells(ax, cells: pd.DataFrame, mesh, show, size: float):
    """Write value and mark of each cell (y, x) on its shade in the mesh; hatched and framed ones get a frame."""
    for (y, x), row in cells.iterrows():
        plain = row["framed"] or pd.isna(row["value"])
        if row["hatched"] or row["framed"]:
            look = {"hatch": "////" if row["hatched"] else None, "edgecolor": frame.QUIET if plain else "white"}
            ax.add_patch(Rectangle((x + 0.03, y + 0.05), 0.94, 0.9, facecolor="none", linewidth=0.8, **look))
        value = "—" if pd.isna(row["value"]) else show(row["value"], row.get("whole"))
        face = "white" if plain else mesh.to_rgba(row["value"])
        words = f"{SIGNS.get(row['verdict'], '')} {value}".strip()
        halo = [withStroke(linewidth=5, foreground=face)] if row["hatched"] else None
        look = {"color": _ink(face), "path_effects": halo}
        ax.text(x + 0.5, y + 0.5, words, ha="center", va="center", fontsize=size, **look)


def _ink(colour) -> str:
    """Black or white, whichever stands out more against a colour (the contrast ratio of WCAG, by luminance)."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    luminance = np.dot(linear, [0.2126, 0.7152, 0.0722])
    return "white" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "black"


def _heat_notes(df: pd.DataFrame, cells: pd.DataFrame, lang: str) -> list[list[str]]:
    line = frame.only(df["line"]) if "line" in df else None
    first = [frame.axis_name(df, lang), frame.line_name(line, df, lang) if line is not None else ""]
    found = set(df["verdict"])
    marks = [f"{sign} {vocab.text(f'word.{verdict}', lang)}" for verdict, sign in SIGNS.items() if verdict in found]
    return [first, marks, faces(cells, lang)]


def faces(cells: pd.DataFrame, lang: str) -> list[str]:
    """Return what shades, hatching and frames of cells mean."""
    found = [look for look in ("hatched", "framed") if cells[look].any()]
    return [vocab.text(f"chart.{look}", lang) for look in ("darker", *found)]


@frame.in_house_style
def waterfall(df: pd.DataFrame, *, ax=None, lang: str = "zh"):
    """Draw what each area adds to the whole's change, bar after bar, the largest rise first; returns the Axes.

    Columns area, value, total_change (fractions of the former total); optional indicator, period, period_before,
    status. The smallest contributions of many areas are one bar. Raises TableError where the values do not add up to
    the change.
    """
    need(df, "area", "value", "total_change")
    bars, total = _bars(df, lang), frame.only(df["total_change"])
    if total is None:
        raise TableError("A waterfall shows one change of the whole; select the rows of one period.")
    if abs(bars["value"].sum() - total) > 1e-9:
        raise TableError("The contributions do not add up to the whole's change; an area is missing or stands twice.")
    ends = bars["value"].cumsum()
    whole = {"name": vocab.text("chart.total", lang), "value": total, "hollow": bars["hollow"].any(), "start": 0}
    bars = pd.concat([bars.assign(start=ends - bars["value"]), pd.DataFrame([whole])], ignore_index=True)

    ax = ax or frame.new_figure(frame.height(len(bars))).subplots()
    decimals = 1 if bars["value"].abs().max() >= 0.01 else 2
    for y, row in bars.iterrows():
        colour = frame.COLOURS[0] if y == len(bars) - 1 else _tone(df, row["value"] > 0)
        face = "white" if row["hollow"] else colour
        ax.barh(y, row["value"], left=row["start"], height=0.62, color=face, edgecolor=colour, linewidth=1.2)
        words = vocab.show(row["value"], "points", lang, decimals)
        words = "+" + words if row["value"] > 0 and words.strip("0.") else words
        end = max(row["start"], row["start"] + row["value"])
        frame.note(ax, words, (end, y), shift=(4, 0), va="center")
    ax.vlines(ends, np.arange(len(ends)) + 0.31, np.arange(len(ends)) + 0.69, color=frame.QUIET, linewidth=1)
    ax.axvline(0, color=frame.QUIET, linewidth=1)
    ax.use_sticky_edges = False
    ax.margins(x=0.06)
    frame.row_axis(ax, bars["name"])
    ax.get_yticklabels()[-1].set_fontweight("bold")
    ax.set_ylim(len(bars) - 0.4, -0.6)
    fitting.tell(ax, [vocab.text("chart.contribution", lang), _compared(df, lang), frame.hollow_note(df, lang)])
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: vocab.show_line(value).rstrip("%")))
    return ax


def _tone(df: pd.DataFrame, rise: bool) -> str:
    """Where the table does not say of what, a rise is as bad as it is for most numbers of this field."""
    return frame.tone(df, rise) if frame.key(df) else frame.BAD if rise else frame.GOOD


def _compared(df: pd.DataFrame, lang: str) -> str:
    """Which two periods the change lies between, where the table tells."""
    if not {"period", "period_before"} <= set(df.columns):
        return ""
    ends = {name: vocab.period(df[name].iloc[0], lang) for name in ("period", "period_before")}
    return vocab.text("chart.compared", lang, period=ends["period"], before=ends["period_before"])


def _bars(df: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Name, value and hollow of each bar, from the largest rise to the largest fall, the gathered rest last."""
    rows = df.dropna(subset="value").assign(hollow=frame.hollow(df))
    rows = rows.assign(name=[vocab.area(code, lang) for code in rows["area"]], size=-rows["value"].abs())
    rows = rows.sort_values(["size", "area"])
    kept, rest = (rows, rows.iloc[:0]) if len(rows) <= MOST_BARS else (rows[: MOST_BARS - 1], rows[MOST_BARS - 1 :])
    bars = kept.sort_values(["value", "area"], ascending=[False, True])[["name", "value", "hollow"]]
    if rest.empty:
        return bars.reset_index(drop=True)
    name = vocab.text("chart.others", lang, count=vocab.show(len(rest), "count"))
    others = pd.DataFrame([{"name": name, "value": rest["value"].sum(), "hollow": rest["hollow"].any()}])
    return pd.concat([bars, others], ignore_index=True)


def _check_once(df: pd.DataFrame):
    twice = df[df.duplicated(["area", "period"])]
    if len(twice):
        area, period = twice[["area", "period"]].iloc[0]
        raise TableError(f"{area} stands twice at {period}; give each area one row a period.")


def bare(ax):
    """Take the grid and the edges away."""
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
