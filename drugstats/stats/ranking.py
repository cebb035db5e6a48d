"""Ranks with the range of places the data allow, so that chance is not read as failure."""

import numpy as np
import pandas as pd
from scipy import special

from drugstats.stats import limits
from drugstats.stats.rates import MISSING, NO_WHOLE, PART_ABOVE_WHOLE
from drugstats.tables import TableError, numbers

ROWS_AT_ONCE = 500


def rank(
    df: pd.DataFrame, *, part: str | None = None, whole: str | None = None, value: str | None = None,
    se: str | None = None, better: str = "low", confidence: float = 0.95, family: str = "marginal",
) -> pd.DataFrame:  # fmt: skip
    """Append value, rank, rank_low, rank_high, alike and method: each row's place and its rank confidence set.

    Give part and whole (a share), part alone (a Poisson count), or value with its standard error. Place 1 is the
    best: the lowest value when better="low". Ties share the best place (1, 2, 2, 4). From rank_low to rank_high are
    the places compatible with the data; alike counts the other rows that cannot be told apart from this one.

    Two rows are told apart when the limits of their difference leave out 0, at one critical value for all pairs
    (Mogstad, Romano, Shaikh & Wilhelm 2024, doi:10.1093/restud/rdad006). family="marginal" holds for one row looked at
    alone: Šidák's bound over its m − 1 comparisons (1967, doi:10.1080/01621459.1967.10482935). family="simultaneous"
    holds for the whole table: the studentised range (Tukey–Kramer; Hayter 1984, doi:10.1214/aos/1176346392). The
    limits of a difference join the two rows' own limits at that value by square-and-add (Zou & Donner 2008,
    doi:10.1002/sim.3095): Clopper–Pearson for shares, Garwood for counts, so that three cases prove nothing. All are
    closed forms and need no seed. A row that cannot be computed is not ranked.
    """
    if family not in ("marginal", "simultaneous"):
        raise TableError(f"The family is {family!r}; use marginal or simultaneous.")
    if better not in ("low", "high"):
        raise TableError(f"better is {better!r}; use low or high.")
    _check_roles(part, whole, value, se)
    estimate, reason = _estimates(df, part, whole, value, se)
    ready = reason == ""
    z = _critical(ready.sum(), confidence, family)
    down, up = _reach(df[ready], estimate[ready], part, whole, se, z)
    theta = estimate[ready]
    if better == "high":
        theta, down, up = -theta, up, down

    better_sure, worse_sure = _sure(theta, down, up)
    result = pd.DataFrame(np.nan, index=df.index, columns=["rank", "rank_low", "rank_high", "alike"])
    result.loc[ready, "rank"] = pd.Series(theta).rank(method="min").to_numpy()
    result.loc[ready, "rank_low"] = 1 + better_sure
    result.loc[ready, "rank_high"] = len(theta) - worse_sure
    result.loc[ready, "alike"] = len(theta) - 1 - better_sure - worse_sure
    method = np.where(ready, f"{family} {confidence * 100:.4g}%", reason)
    return df.assign(value=estimate, **result, method=method.astype(object))


def _check_roles(part, whole, value, se) -> None:
    given = tuple(role is not None for role in (part, whole, value, se))
    if given not in {(True, True, False, False), (True, False, False, False), (False, False, True, True)}:
        raise TableError("Give part and whole, part alone, or value and se.")


def _estimates(df, part, whole, value, se):
    """The numbers to compare, and why a row has none."""
    if value:
        theta, error = numbers(df, value, lowest=None), numbers(df, se)
        return theta, np.where(np.isnan(theta) | np.isnan(error), MISSING, "")
    x = numbers(df, part)
    n = numbers(df, whole) if whole else np.ones(len(df))
    reason = np.select(
        [np.isnan(x) | np.isnan(n), bool(whole) & (x > n), n == 0], [MISSING, PART_ABOVE_WHOLE, NO_WHOLE], ""
    )
    return x / np.where(reason == "", n, np.nan), reason


def _reach(df, theta, part, whole, se, z: float):
    """How far below and above its estimate each row reaches at z standard errors, exactly for counts."""
    if se:
        return z * df[se].to_numpy(dtype="float64"), z * df[se].to_numpy(dtype="float64")
    alpha = 2 * special.ndtr(-z)
    x = df[part].to_numpy(dtype="float64")
    if not whole:
        low, high = limits.garwood(x, alpha)
    else:
        low, high = limits.clopper_pearson(x, df[whole].to_numpy(dtype="float64"), alpha)
    return theta - low, high - theta


def _critical(m: int, confidence: float, family: str) -> float:
    limits.alpha_of(confidence)
    if m < 2:
        return 0.0
    if family == "marginal":
        return special.ndtri((1 + confidence ** (1 / (m - 1))) / 2)
    from scipy.stats import studentized_range

    return studentized_range.ppf(confidence, m, np.inf) / np.sqrt(2)


def _sure(theta, down, up):
    """How many others are surely better, and surely worse, than each; a block of rows at a time to spare memory."""
    better, worse = np.zeros(len(theta)), np.zeros(len(theta))
    for start in range(0, len(theta), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        gap = theta[rows, None] - theta[None, :]
        better[rows] = (gap > np.hypot(down[rows, None], up[None, :])).sum(axis=1)
        worse[rows] = (-gap > np.hypot(up[rows, None], down[None, :])).sum(axis=1)
    return better, worse
