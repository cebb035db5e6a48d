"""Counts and shares against what the level above asks: the gap, and a year's pace towards a target to be reached."""

import numpy as np
import pandas as pd

from drugstats.stats.pace import METHOD, MISSING, MONTHS
from drugstats.stats.series import marked, settled
from drugstats.stats.stocks import known
from drugstats.tables import TableError, frequency, need, numbers

MET, MISSED, CANNOT_TELL, NOT_COMPUTED = "met", "missed", "cannot tell", "not computed"
REACHED, ON_PACE, BEHIND = "reached", "on pace", "behind"
BY_VALUE, BY_LIMITS, NO_LIMITS = "by the value", "by the limits", "no limits"
NO_TARGET = "not computed: no target"
ROUNDING = 1e-9


def gap(
    df: pd.DataFrame, *, value: str, line, kind: str = "min", low: str | None = None, high: str | None = None
) -> pd.DataFrame:
    """Append gap, relative_gap, verdict and method: what a value lacks of a line, below 0 where it has to spare.

    `line` is a number or a column; `kind` is min (at least the line), max (at most the line) or a column of these. gap
    is line − value for min and value − line for max, relative_gap the same over the line's size. Without limits verdict
    is met or missed, by the unrounded value; with columns `low` and `high` it is met or missed only where the whole
    range is on that side, else cannot tell.

    >>> counties = pd.DataFrame({"solved": [0.91, 0.97], "low": [0.88, 0.93], "high": [0.94, 0.99]})
    >>> gap(counties, value="solved", line=0.95, low="low", high="high")[["gap", "verdict"]].round(2)
        gap      verdict
    0  0.04       missed
    1 -0.02  cannot tell
    """
    if (low is None) != (high is None):
        raise TableError("Give both limits, low and high, or neither.")
    (x,), reason = known(df, value, lowest=None)
    at = numbers(df, line, lowest=None) if isinstance(line, str) else np.full(len(df), float(line))
    if kind not in ("min", "max"):
        need(df, kind)
    kinds = np.full(len(df), kind, dtype=object) if kind in ("min", "max") else df[kind].to_numpy(dtype=object)
    if not np.isin(kinds.astype(str), ["min", "max"]).all():
        raise TableError("The kind of a line is min (at least) or max (at most).")
    least, most = (x, x) if low is None else (numbers(df, column, lowest=None) for column in (low, high))
    if (least > most).any():
        raise TableError(f"A row has {low} above {high}, the first is row {(least > most).argmax()}: correct it.")

    reason[(reason == "") & np.isnan(at)] = NO_TARGET
    ready, sign = reason == "", np.where(kinds == "min", 1, -1)
    lacks = np.where(ready, sign * (at - x), np.nan)
    worst, best = np.where(kinds == "min", [least, most], [most, least])
    sides = [~ready, sign * worst >= sign * at, sign * best < sign * at]
    named = BY_VALUE if low is None else np.where(np.isnan(least) | np.isnan(most), NO_LIMITS, BY_LIMITS)
    return df.assign(
        gap=lacks, relative_gap=lacks / np.where(at == 0, np.nan, np.abs(at)),
        verdict=np.select(sides, [NOT_COMPUTED, MET, MISSED], CANNOT_TELL).astype(object),
        method=np.where(ready, named, reason).astype(object),
    )  # fmt: skip


def pace(df: pd.DataFrame, *, value: str, time: str, target, by=None) -> pd.DataFrame:
    """Return a row a group and month of the running year: months, to_date, target, target_to_date, share, gap, needed,
    mean, verdict and method.

    `value` is what happened in a month, `target` the least that the whole year must bring, a number or a column.
    target_to_date is target × months / 12 and takes all months alike: where there is a season, behind in spring says
    little. share is to_date over the whole target, gap what is still lacking of it, needed what each month left must
    bring (0 once reached, none after December), mean what each has brought. verdict is reached, on pace, behind or not
    computed. A missing month makes to_date missing from then on. Provisional values are used and named. The running
    year is that of the table's last month, for all groups.

    >>> months = pd.period_range("2024-01", "2024-03", freq="M")
    >>> cases = pd.DataFrame({"month": months, "solved": [5, 2, 8]})
    >>> pace(cases, value="solved", time="month", target=96).iloc[-1, 2:9].to_dict()
    {'to_date': 15.0, 'target': 96.0, 'target_to_date': 24.0, 'share': 0.15625, 'gap': 81.0, 'needed': 9.0, 'mean': 5.0}
    """
    need(df, time)
    if not isinstance(df[time].dtype, pd.PeriodDtype) or frequency(df[time]) != "M":
        raise TableError(f"A year so far is added up from months; {time!r} has none.")
    x = numbers(df, value)
    asked = numbers(df, target, lowest=None) if isinstance(target, str) else np.full(len(df), float(target))
    if (asked <= 0).any() or np.isinf(asked).any():
        raise TableError("A target is a number above 0 that the year must reach.")
    table, groups = settled(df, time, by, np.full(len(df), True), provisional=True)
    last = max((group.t[-1] for group in groups if len(group.t)), default=-1)
    if last < 0:
        groups, table = [], table[:0]
    january = last - last % MONTHS
    shape, unsure = (len(groups), last - january + 1), marked(df, "provisional")
    keys = table.drop(columns=["n", "first", "last"])
    added, early, goal = np.full(shape, np.nan), np.full(shape, False), np.full((len(groups), 1), np.nan)
    for place, group in enumerate(groups):
        near = group.t >= january
        rows, month = group.rows[near], group.t[near] - january
        added[place, month], early[place, month] = x[rows], unsure[rows]
        goal[place] = _one_target(asked[rows], keys.iloc[place])

    to_date, months = added.cumsum(axis=1), np.tile(np.arange(1, shape[1] + 1), (len(groups), 1))
    lacks = goal - to_date
    lacks[np.abs(lacks) <= ROUNDING * goal] = 0
    left = np.where(months < MONTHS, MONTHS - months, np.nan)
    sides = [np.isnan(lacks), lacks <= 0, to_date >= goal * months / MONTHS * (1 - ROUNDING)]
    method = np.where(np.maximum.accumulate(early, axis=1), f"{METHOD}, provisional", METHOD).astype(object)
    method = np.where(np.isnan(to_date), MISSING, np.where(np.isnan(goal), NO_TARGET, method)).astype(object)
    method += np.array([[group.note] for group in groups], dtype=object).reshape(-1, 1)
    told = {
        "months": months, "to_date": to_date, "target": goal + 0 * months, "target_to_date": goal * months / MONTHS,
        "share": to_date / goal, "gap": lacks, "needed": np.where(lacks <= 0, 0, lacks / left),
        "mean": to_date / months, "verdict": np.select(sides, [NOT_COMPUTED, REACHED, ON_PACE], BEHIND).astype(object),
        "method": method,
    }  # fmt: skip
    keys = keys.loc[keys.index.repeat(shape[1])].reset_index(drop=True)
    when = pd.PeriodIndex.from_ordinals(january + months.ravel() - 1, freq="M")
    return keys.assign(**{time: when}, **{name: values.ravel() for name, values in told.items()})


def _one_target(asked, keys: pd.Series) -> float:
    told = np.unique(asked[~np.isnan(asked)])
    if len(told) > 1:
        name = ", ".join(f"{key} {value}" for key, value in keys.items()) or "The table"
        raise TableError(f"{name} has two targets in one year, {told[0]:g} and {told[1]:g}: keep one.")
    return told[0] if len(told) else np.nan
