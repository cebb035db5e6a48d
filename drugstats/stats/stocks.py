"""Whether a stock follows from the one before and its flows, and what a cumulative figure gained from time to time."""

import numpy as np
import pandas as pd

from drugstats.stats.rates import MISSING
from drugstats.stats.series import clock, groups, marked, ordered
from drugstats.stats.spc import CONFLICTING
from drugstats.tables import TableError, numbers

CLOSING, DIFFERENCE, PROVISIONAL = "opening with flows", "difference", ", provisional"
NOTHING_BEFORE = "not computed: no value one time before"
FELL = "not computed: a cumulative figure cannot fall"


def balance(df: pd.DataFrame, *, stock: str, time: str, plus, minus, by=None) -> pd.DataFrame:
    """Append opening, expected, residual and method: the stock before, what the flows make of it, and what is left.

    expected is opening + the flows of the list `plus` − those of `minus`; residual is the stock − expected, above 0
    where more stands in the register than the flows explain. Flows are those of the row's time: take cumulative columns
    through `increments` first. The opening stands exactly one period before: the first row and the one after a gap have
    none. Conflicting rows are neither computed nor anyone's opening; a provisional side is named in `method`. Raises
    TableError for a flow in both lists, a flow below 0 (it belongs to the other list), a time told twice and a series
    that crosses a basis.

    >>> county = pd.DataFrame({"year": [2023, 2024], "users": [213, 220], "new": [26, 31], "abstinent": [9, 20]})
    >>> balance(county, stock="users", time="year", plus=["new"], minus=["abstinent"])[["opening", "residual"]]
       opening  residual
    0      NaN       NaN
    1    213.0      -4.0
    """
    plus, minus = ([names] if isinstance(names, str) else list(names) for names in (plus, minus))
    named = [*plus, *minus]
    twice = [name for place, name in enumerate(named) if name in named[:place] or name == stock]
    if twice:
        raise TableError(f"{twice[0]!r} is named twice: a flow either adds to the stock or takes from it.")
    (closing, *flows), reason = known(df, stock, *named)
    before, unsure = _one_before(df, time, by)

    opening = np.where(before < 0, np.nan, closing[before])
    expected = opening + sum(flows[: len(plus)]) - sum(flows[len(plus) :])
    reason[(reason == "") & np.isnan(opening)] = NOTHING_BEFORE
    method = _methods(CLOSING, reason, unsure)
    return df.assign(opening=opening, expected=expected, residual=closing - expected, method=method)


def increments(df: pd.DataFrame, *, value: str, time: str, by=None) -> pd.DataFrame:
    """Append increment and method: what a cumulative figure gained since the period before.

    The first row and the one after a gap have none: what several periods gained is not one's. Where the figure falls
    there is none either, its reason in `method`: somebody corrected it or counts otherwise. Rows and refusals are as in
    `balance`.
    """
    (x,), reason = known(df, value)
    before, unsure = _one_before(df, time, by)
    increment = np.where((reason == "") & (before >= 0), x - x[before], np.nan)
    reason[(reason == "") & np.isnan(increment)] = NOTHING_BEFORE
    reason[increment < 0] = FELL
    increment = np.where(reason == "", increment, np.nan)
    return df.assign(increment=increment, method=_methods(DIFFERENCE, reason, unsure))


def known(df: pd.DataFrame, *columns: str, lowest: float | None = 0):
    """Return the columns as numbers and, of each row, why it is not computed with: conflicting, missing or nothing."""
    values = [numbers(df, column, lowest) for column in columns]
    reason = np.where(np.isnan(values).any(axis=0), MISSING, "").astype(object)
    reason[marked(df, "conflicting")] = CONFLICTING
    return values, reason


def _one_before(df: pd.DataFrame, time: str, by):
    """The place of each row's row one period earlier, −1 where there is none, and whether either is provisional."""
    (_, group), (t, _), used = groups(df, time, by), clock(df, time), ~marked(df, "conflicting")
    order = ordered(df, time, by, t, group, used)
    rows = order[used[order]]
    near = (np.diff(group[rows]) == 0) & (np.diff(t[rows]) == 1)
    before, unsure = np.full(len(df), -1), marked(df, "provisional")
    before[rows[1:][near]] = rows[:-1][near]
    return before, unsure | ((before >= 0) & unsure[before])


def _methods(word: str, reason, unsure):
    return np.where(reason == "", np.where(unsure, word + PROVISIONAL, word), reason).astype(object)
