"""A year's ratio before the year is over: beside the line for so many months, and over the last twelve months."""

import numpy as np
import pandas as pd

from drugstats.stats.series import marked, settled
from drugstats.tables import TableError, frequency, need, numbers

METHOD, MISSING, NO_WHOLE = "months added up", "not computed: a month is missing", "not computed: nobody counted"
MONTHS = 12


def pace(df: pd.DataFrame, *, part: str, whole: str, time: str, line: float, by=None) -> pd.DataFrame:
    """Return a row a group and month of the running year: months, year_to_date, line_to_date, rolling and method.

    `part` is what happened in a month (new users), `whole` what stood at its end (users), `line` the fraction that a
    whole year may reach. year_to_date is the parts of the year so far over the month's whole, to be read beside
    line_to_date, line × months / 12, and never beside the line itself; rolling is the last twelve months' parts over
    the same whole, to be read beside the line. line_to_date takes all months alike: where there is a season, trust
    rolling more. A sum that lacks a month is missing, with its reason in `method`. Provisional values are used and
    named. The running year is that of the table's last month, for all groups.

    >>> months = pd.period_range("2023-07", "2024-06", freq="M")
    >>> year = pd.DataFrame({"month": months, "new": 5, "users": 1000})
    >>> pace(year, part="new", whole="users", time="month", line=0.05).iloc[-1, 1:-1].to_dict()
    {'months': 6.0, 'year_to_date': 0.03, 'line_to_date': 0.025, 'rolling': 0.06}
    """
    need(df, time)
    if not isinstance(df[time].dtype, pd.PeriodDtype) or frequency(df[time]) != "M":
        raise TableError(f"A year so far is added up from months; {time!r} has none.")
    if not 0 < line < 1:
        raise TableError(f"The line is {line}; give a fraction between 0 and 1, such as 0.05 for 5 %.")
    x, n = numbers(df, part), numbers(df, whole)
    table, groups = settled(df, time, by, np.full(len(df), True), provisional=True)
    if not table["n"].sum():
        none = dict.fromkeys(["months", "year_to_date", "line_to_date", "rolling"], 0.0)
        return table.drop(columns=["n", "first", "last"])[:0].assign(**{time: df[time].array[:0]}, **none, method="")

    last = max(group.t[-1] for group in groups if len(group.t))
    january = last - last % MONTHS
    told, grid = [x, n, marked(df, "provisional")], np.full((3, len(groups), MONTHS + last - january + 1), np.nan)
    for place, group in enumerate(groups):
        near = group.t >= january - MONTHS
        grid[:, place, group.t[near] - january + MONTHS] = [column[group.rows[near]] for column in told]
    parts, wholes, unsure = grid[:, :, MONTHS:]
    twelve = np.lib.stride_tricks.sliding_window_view(grid, MONTHS, axis=2)[:, :, 1:]
    over = np.where(wholes > 0, wholes, np.nan)
    year_to_date, rolling = parts.cumsum(axis=1) / over, twelve[0].sum(axis=-1) / over

    method = np.where(np.isnan(rolling), f"{METHOD}, rolling {MISSING}", METHOD).astype(object)
    method[~np.isnan(year_to_date) & (np.nansum(twelve[2], axis=-1) > 0)] += ", provisional"
    method[np.isnan(year_to_date)] = MISSING
    method[wholes == 0] = NO_WHOLE
    method += np.array([[group.note] for group in groups], dtype=object)

    months = np.tile(np.arange(1, last - january + 2), len(groups))
    keys = table.drop(columns=["n", "first", "last"])
    return keys.loc[keys.index.repeat(last - january + 1)].reset_index(drop=True).assign(
        **{time: pd.PeriodIndex.from_ordinals(january + months - 1, freq="M")}, months=months,
        year_to_date=year_to_date.ravel(), line_to_date=line * (months / MONTHS), rolling=rolling.ravel(),
        method=method.ravel(),
    )  # fmt: skip
