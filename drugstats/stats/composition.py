"""What a whole is made of: shares of parts and their change, parts within parts, classes of size, coverage."""

import numpy as np
import pandas as pd

from drugstats.stats import rates
from drugstats.stats.rates import MISSING, NO_WHOLE
from drugstats.stats.series import cells, clock, groups, keys, marked, named, ordered
from drugstats.stats.spc import CONFLICTING
from drugstats.stats.stocks import known
from drugstats.tables import STATUSES, TableError, need, numbers, sources

REST, WHOLE, COUNTED = "rest", "the whole", "counted"
PART_MISSING = "not computed: a part is missing"
NO_PARENT = ", of its parent not computed"
NO_CHANGE = [f", no change: {why}" for why in ("first time", "another basis before", "other parts before", "not told")]
LEFT_OUT = {"missing": MISSING, "conflicting": CONFLICTING}
ROUNDING = 1e-9


def shares(
    df: pd.DataFrame, *, part: str, value: str, time: str, by=None, whole: str | None = None,
    confidence: float | None = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """Append total, share, low, high (Wilson), `time`_before, change, change_low, change_high (Newcombe) and method.

    share is value / total, total the sum of the parts of one group of `by` and one time; all shares and changes are
    fractions. A time that lacks a part which the group has at other times has no total. With `whole`, a column of the
    total, it needs no such part, and where the parts of any time leave something each time gets one more row below the
    table, of part "rest", with its value, the worst status and the sources of its parts; the table is then numbered
    anew. change is the difference to the same part at the group's time before (`time`_before), on the same basis, of
    the rest only where the same parts are told; why there is none stands in `method`. `confidence=None` gives no
    limits: a complete register, kilograms. Conflicting rows stay and are not computed with. Raises TableError for parts
    above their whole, two wholes or two bases at one time, and a part told twice.

    >>> year = {"drug": ["meth", "heroin"] * 2, "year": [2023, 2023, 2024, 2024], "users": [60, 140, 90, 135]}
    >>> shares(pd.DataFrame(year), part="drug", value="users", time="year")[["drug", "share", "change"]].round(3)
         drug  share  change
    0    meth    0.3     NaN
    1  heroin    0.7     NaN
    2    meth    0.4     0.1
    3  heroin    0.6    -0.1
    """
    told = _parts(df, part, value, time, by, whole)
    if whole is not None:
        df, told = _with_rest(df, told, part, value, time, by, whole)
    one = {"part": "x", "whole": "total"}
    share = rates.share(told, **one, confidence=confidence)
    both, why = _beside_before(told)
    change = rates.difference(both, **one, base_part="x_before", base_whole="total_before", confidence=confidence)
    why = np.select([share["value"].isna(), change["value"].notna()], ["", ", newcombe"], why)
    return df.assign(
        total=told["total"].array, share=share["value"].array, low=share["low"].array, high=share["high"].array,
        **{f"{time}_before": cells(df, time, both["row_before"].fillna(-1).astype(int))},
        change=change["value"].array, change_low=change["low"].array, change_high=change["high"].array,
        method=(share["method"] + why).where(told["reason"] == "", told["reason"]).array,
    )  # fmt: skip


def nested(
    df: pd.DataFrame, *, level: str, value: str, by=None, order: list | None = None, confidence: float | None = 0.95
) -> pd.DataFrame:
    """Return the rows from the whole inwards with parent, whole, of_parent, of_all, low, high and method.

    Each level lies within the one before: of_parent is its share of that one (the level named in `parent`), of_all its
    share of the first (named in `whole`), low and high the Wilson limits of of_all; all are fractions. `order` names
    the levels, the whole first; without it the larger holds the smaller, by the sums over all groups of `by`. Raises
    TableError for a level above one that holds it, a level told twice, and two bases in one group.

    >>> users = pd.DataFrame({"began": ["at all", "before 35", "before 18"], "users": [1000, 945, 791]})
    >>> nested(users, level="began", value="users")[["began", "parent", "of_parent", "of_all"]].round(3)
           began     parent  of_parent  of_all
    0     at all        NaN      1.000   1.000
    1  before 35     at all      0.945   0.945
    2  before 18  before 35      0.837   0.791
    """
    need(df, level)
    (x,), reason = known(df, value)
    x = np.where(reason == "", x, np.nan)
    (table, group), used = _groups(df, by), reason != CONFLICTING
    if order is None:
        order = list(df.assign(sums=x).groupby(level)["sums"].sum().sort_values(ascending=False, kind="stable").index)
    place = pd.Index(order).get_indexer(df[level])
    if (place < 0).any():
        raise TableError(f"order lacks the level {df[level].iloc[place.argmin()]!r}: name each, the whole first.")
    twice = pd.DataFrame({"group": group, "place": place})[used].duplicated().reindex(range(len(df)), fill_value=False)
    _refuse(twice, df, [*keys(by), level], "two rows: keep one")

    grid = np.full((len(table), len(order)), np.nan)
    grid[group[used], place[used]] = x[used]
    least = np.fmin.accumulate(grid, axis=1)[group, place - 1]
    first, outer = place == 0, grid[group, place - 1]
    _refuse(~first & (x > least), df, [*keys(by), level], "more than a level that holds it: correct it, or give order")
    told = pd.DataFrame({"x": x, "whole": grid[group, 0] if order else x})
    told = rates.share(told, part="x", whole="whole", confidence=confidence)
    ready = told["value"].notna().to_numpy()
    of_parent = np.where(first, 1, x / np.where(outer > 0, outer, np.nan))
    lacks = np.where(ready & np.isnan(of_parent), NO_PARENT, "")
    return df.assign(
        parent=np.array([None, *order], dtype=object)[place], whole=order[0] if order else None,
        of_parent=np.where(ready, of_parent, np.nan), of_all=told["value"].array,
        low=told["low"].mask(first & told["low"].notna(), 1).array, high=told["high"].array,
        method=np.select([reason != "", first & ready], [reason, WHOLE], told["method"] + lacks),
    ).iloc[np.lexsort((place, group))].reset_index(drop=True)  # fmt: skip


def nested_shares(df: pd.DataFrame, *, level: str, share: str, decimals: str, by=None) -> pd.DataFrame:
    """Append of_all, low, high and method: what printed shares of shares are of the whole, with their rounding range.

    `level` is a column of 1, 2, 3 …: the share of level 1 is of the whole, each other of the level before. `share` is a
    fraction, `decimals` the decimals of the printed percentage.

    >>> printed = pd.DataFrame({"level": [1, 2], "share": [0.945, 0.837], "decimals": [1, 1]})
    >>> nested_shares(printed, level="level", share="share", decimals="decimals").iloc[1, 3:6].round(4).to_list()
    [0.791, 0.7901, 0.7919]
    """
    p, half, reason = _printed(df, share, decimals)
    depth = numbers(df, level)
    _, group = _groups(df, by)
    order = np.lexsort((depth, group))
    place = pd.Series(group[order]).groupby(group[order]).cumcount().set_axis(order).sort_index()
    _refuse(depth != place + 1, df, keys(by), "other levels than 1, 2, 3 …, once each")
    ranges = pd.DataFrame({"of_all": p, "low": np.maximum(p - half, 0), "high": np.minimum(p + half, 1)})
    ranges.loc[reason != ""] = np.nan
    ranges = ranges.iloc[order].groupby(group[order]).cumprod(skipna=False).sort_index()
    reason[(reason == "") & ranges["of_all"].isna()] = MISSING
    return df.assign(**{name: ranges[name].array for name in ranges}, method=np.where(reason == "", "rounding", reason))


def implied_whole(df: pd.DataFrame, *, part: str, share: str, decimals: str) -> pd.DataFrame:
    """Append value, low, high and method: the whole that a count and its printed share of it imply.

    `share` is a fraction, rounded to `decimals` of the printed percentage; the count is taken as exact.
    """
    (x,), why = known(df, part)
    p, half, reason = _printed(df, share, decimals)
    reason = np.where(why == "", reason, why)
    reason[(reason == "") & (p == 0)] = NO_WHOLE
    p = np.where(reason == "", p, np.nan)
    most = np.where(p > half, x / np.where(p > half, p - half, np.nan), np.nan)
    return df.assign(value=x / p, low=x / (p + half), high=most, method=np.where(reason == "", "rounding", reason))


def size_classes(df: pd.DataFrame, *, value: str, edges=(100, 1000), by=None) -> pd.DataFrame:
    """Return one row a group and class: lower, upper, areas, share, sum and method; each row of the table is an area.

    A class holds its lower edge and not its upper one; the ends are open (NaN). The lowest holds the areas with none:
    edges=(1, 100, 1000) keeps them apart. share is that of the areas with a value, sum that of their values. Areas
    without a value are counted in `method`. Raises TableError for two bases in one group.

    >>> size_classes(pd.DataFrame({"users": [38, 213, 99, 100, 1286]}), value="users").iloc[:, :4]
        lower   upper  areas  share
    0     NaN   100.0      2    0.4
    1   100.0  1000.0      2    0.4
    2  1000.0     NaN      1    0.2
    """
    edges = np.asarray(edges, dtype="float64")
    if not len(edges) or not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
        raise TableError("The edges are numbers that rise, such as (100, 1000).")
    table, group, x, ready, note = _areas(df, value, by)
    many = len(edges) + 1
    place = (group * many + np.searchsorted(edges, x, side="right"))[ready]
    areas = np.bincount(place, minlength=len(table) * many)
    whole = np.repeat(areas.reshape(-1, many).sum(axis=1), many)
    ends = np.array([np.nan, *edges, np.nan])
    return table.loc[table.index.repeat(many)].reset_index(drop=True).assign(
        lower=np.tile(ends[:-1], len(table)), upper=np.tile(ends[1:], len(table)), areas=areas,
        share=areas / np.where(whole, whole, np.nan), sum=_sums(place, x[ready], len(areas)),
        method=np.repeat(np.where(note == "", COUNTED, COUNTED + note), many).astype(object),
    )  # fmt: skip


def coverage(df: pd.DataFrame, *, value: str, by=None) -> pd.DataFrame:
    """Return one row a group: areas (those with a value), with_any, share and method; each row of the table is an area.

    with_any are the areas where the value is above 0. Areas without a value are counted in `method`.
    """
    table, group, x, ready, note = _areas(df, value, by)
    areas, with_any = (np.bincount(group[rows], minlength=len(table)) for rows in (ready, ready & (x > 0)))
    method = np.where(areas == 0, MISSING, np.where(note == "", COUNTED, COUNTED + note))
    return table.assign(areas=areas, with_any=with_any, share=with_any / np.where(areas, areas, np.nan), method=method)


def _parts(df: pd.DataFrame, part: str, value: str, time: str, by, whole: str | None) -> pd.DataFrame:
    """Each row's group, cell (group and time), time, basis, number x and its cell's total, or why there is none."""
    (x,), reason = known(df, value)
    (_, group), (t, _), used = groups(df, time, by), clock(df, time), ~marked(df, "conflicting")
    basis = ["basis"] if "basis" in df and "basis" not in keys(by) else []
    alone = [*keys(by), part, *basis]
    ordered(df, time, alone, t, groups(df, time, alone)[1], used)
    cell = pd.DataFrame({"group": group, "t": t}).groupby(["group", "t"]).ngroup().to_numpy()
    where = [*keys(by), time]
    _refuse_two_bases(df, cell, where)

    ready = reason == ""
    added = _sums(cell[ready], x[ready], cell.max(initial=-1) + 1)
    if whole is None:
        kinds = df[part].where(used).groupby(groups(df, time, [*keys(by), *basis])[1]).transform("nunique").to_numpy()
        total = np.where(np.bincount(cell[ready], minlength=len(added))[cell] == kinds, added[cell], np.nan)
    else:
        one = pd.Series(numbers(df, whole)).where(used).groupby(cell)
        total = one.transform("min").to_numpy()
        _refuse(total < one.transform("max").to_numpy(), df, where, f"two numbers of {whole}: keep one")
        _refuse(added[cell] > total * (1 + ROUNDING), df, where, f"parts that add up to more than {whole}: correct one")
    reason[ready & np.isnan(total)] = PART_MISSING if whole is None else MISSING
    told = {"row": np.arange(len(df)), "group": group, "cell": cell, "t": t, "part": df[part].to_numpy()}
    told |= {"basis": df["basis"].to_numpy() if basis else "", "reason": reason, "total": total, "added": added[cell]}
    return pd.DataFrame(told | {"x": np.where(reason == "", np.minimum(x, total), np.nan)})


def _with_rest(df: pd.DataFrame, told: pd.DataFrame, part: str, value: str, time: str, by, whole: str):
    """The table and its parts with a row of what each time's parts leave, where any leaves something."""
    used = told[told["reason"] != CONFLICTING]
    one = used.drop_duplicates("cell")
    left = (one["total"] - one["added"]).mask(one["cell"].isin(used.loc[used["x"].isna(), "cell"]))
    left = left.mask(left.abs() <= ROUNDING * one["total"], 0)
    if not (left > 0).any():
        return df, told
    if (df[part] == REST).any():
        raise TableError(f"A part is called {REST!r} already: rename it, or leave out whole.")
    copied = dict.fromkeys([*keys(by), time, whole, *(["basis"] if "basis" in df else [])])
    rest = df.iloc[one["row"]][list(copied)].assign(**{part: REST, value: left.to_numpy()})
    cell = used["cell"].to_numpy()
    if "status" in df:
        trust = df["status"].map({name: place for place, name in enumerate(STATUSES)}).iloc[used["row"]]
        worst = trust.groupby(cell, sort=False).max().map(dict(enumerate(STATUSES))).to_numpy()
        rest["status"] = np.where(left.isna(), "missing", worst)
    if "source" in df:
        rest["source"] = df.iloc[used["row"]].groupby(cell, sort=False)[["source"]].apply(sources).to_numpy()
    df = pd.concat([df, rest], ignore_index=True)
    return df, _parts(df, part, value, time, by, whole)


def _beside_before(told: pd.DataFrame):
    """Each row beside the same part at its group's time before, and why the two do not compare."""
    used = told[told["reason"] != CONFLICTING]
    parts = used.groupby("cell")["part"].agg(lambda names: " ".join(sorted(map(str, names))))
    times = used.drop_duplicates("cell").sort_values(["group", "t"])
    times = times.assign(parts=times["cell"].map(parts))
    earlier = times.groupby("group")[["row", "t", "basis", "parts"]].shift().add_suffix("_before")
    times = times[["cell", "parts"]].join(earlier)
    then = used[["group", "t", "part", "x", "total"]].rename(columns={"t": "t_before"})
    both = told.merge(times, on="cell", how="left")
    both = both.merge(then, on=["group", "t_before", "part"], how="left", suffixes=("", "_before"))
    apart = [
        both["t_before"].isna(),
        both["basis"] != both["basis_before"],
        (both["part"] == REST) & (both["parts"] != both["parts_before"]),
    ]
    both["x_before"] = both["x_before"].mask(np.any(apart, axis=0))
    return both, np.select(apart, NO_CHANGE[:-1], NO_CHANGE[-1])


def _areas(df: pd.DataFrame, value: str, by):
    (x,), reason = known(df, value)
    table, group = _groups(df, by)
    left = [(word, np.bincount(group[reason == why], minlength=len(table))) for word, why in LEFT_OUT.items()]
    notes = ["".join(f", {n[at]} {word} left out" for word, n in left if n[at]) for at in table.index]
    return table, group, x, reason == "", np.array(notes, dtype=object)


def _printed(df: pd.DataFrame, share: str, decimals: str):
    """Printed fractions, the half unit to which they were rounded, and why a row is not computed with."""
    (p, digits), reason = known(df, share, decimals)
    if (p > 1).any():
        raise TableError(f"A share is a fraction, not above 1; the column {share!r} has {np.nanmax(p):g}.")
    return p, 0.5 * 10.0 ** -(digits + 2), reason


def _groups(df: pd.DataFrame, by):
    """The groups of `by` and the number of each row's group, none of them on two bases."""
    table, group = pd.DataFrame(index=[0]), np.zeros(len(df), dtype=np.int64)
    need(df, *keys(by))
    for key in keys(by):
        if df[key].isna().any():
            raise TableError(f"A row has no {key}: fill it in.")
    if keys(by):
        grouped = df.groupby(keys(by), observed=True)
        table, group = grouped.size().index.to_frame(index=False), grouped.ngroup().to_numpy()
    _refuse_two_bases(df, group, keys(by))
    return table, group


def _refuse_two_bases(df: pd.DataFrame, group, by: list) -> None:
    if "basis" in df and "basis" not in by:
        bases = df["basis"].where(~marked(df, "conflicting")).groupby(group).transform("nunique").to_numpy()
        _refuse(bases > 1, df, by, "rows on two bases, which do not add up: choose one, or name basis in by")


def _refuse(bad, df: pd.DataFrame, by: list, what: str) -> None:
    if np.any(bad):
        raise TableError(f"{named(df, by, int(np.argmax(bad)))} has {what}.")


def _sums(place, values, length: int):
    """Sums by place, the smallest first, so that shuffled rows give the same last digit."""
    order = np.lexsort((values, place))
    return np.bincount(place[order], values[order], minlength=length)
