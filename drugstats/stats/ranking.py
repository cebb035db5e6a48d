"""Ranks with the range of places the data allow, so that chance is not read as failure."""

import numpy as np
import pandas as pd
from scipy import special

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

    Pairwise differences are compared with one critical value (Mogstad, Romano, Shaikh & Wilhelm 2024,
    doi:10.1093/restud/rdad006). family="marginal" holds for one row looked at alone: Šidák's bound over its m − 1
    comparisons (1967, doi:10.1080/01621459.1967.10482935). family="simultaneous" holds for the whole table: the
    studentised range (Tukey–Kramer; Hayter 1984, doi:10.1214/aos/1176346392). Both are closed forms and never too
    narrow. Standard errors of counts use (x + ½), so that a zero has one. A row that cannot be computed is not ranked.
    """
    if family not in ("marginal", "simultaneous"):
        raise TableError(f"The family is {family!r}; use marginal or simultaneous.")
    if better not in ("low", "high"):
        raise TableError(f"better is {better!r}; use low or high.")
    estimate, error, reason = _estimates(df, part, whole, value, se)
    ready = reason == ""
    theta = np.where(better == "low", 1, -1) * estimate[ready]

    better_sure, worse_sure = _sure(theta, error[ready], _critical(len(theta), confidence, family))
    result = pd.DataFrame(np.nan, index=df.index, columns=["rank", "rank_low", "rank_high", "alike"])
    result.loc[ready, "rank"] = pd.Series(theta).rank(method="min").to_numpy()
    result.loc[ready, "rank_low"] = 1 + better_sure
    result.loc[ready, "rank_high"] = len(theta) - worse_sure
    result.loc[ready, "alike"] = len(theta) - 1 - better_sure - worse_sure
    method = np.where(ready, f"{family} {confidence * 100:.4g}%", reason)
    return df.assign(value=estimate, **result, method=method.astype(object))


def _estimates(df, part, whole, value, se):
    """The numbers to compare, their standard errors, and why a row has none."""
    if part and not value:
        x = numbers(df, part)
        n = numbers(df, whole) if whole else np.ones(len(df))
        reason = np.select(
            [np.isnan(x) | np.isnan(n), bool(whole) & (x > n), n == 0], [MISSING, PART_ABOVE_WHOLE, NO_WHOLE], ""
        )
        n = np.where(reason == "", n, np.nan)
        near = (x + 0.5) / (n + 1)
        error = np.sqrt(near * (1 - near) / n) if whole else np.sqrt(x + 0.5)
        return np.where(reason == "", x / n, np.nan), error, reason
    if value and se and not part:
        theta, error = numbers(df, value, lowest=None), numbers(df, se)
        return theta, error, np.where(np.isnan(theta) | np.isnan(error), MISSING, "")
    raise TableError("Give part and whole, part alone, or value and se.")


def _critical(m: int, confidence: float, family: str) -> float:
    if m < 2:
        return np.inf
    if family == "marginal":
        return special.ndtri((1 + confidence ** (1 / (m - 1))) / 2)
    from scipy.stats import studentized_range

    return studentized_range.ppf(confidence, m, np.inf) / np.sqrt(2)


def _sure(theta, error, critical: float):
    """How many others are surely better, and surely worse, than each; a block of rows at a time to spare memory."""
    better, worse = np.zeros(len(theta)), np.zeros(len(theta))
    for start in range(0, len(theta), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        gap = theta[rows, None] - theta[None, :]
        margin = critical * np.hypot(error[rows, None], error[None, :])
        better[rows] = (gap > margin).sum(axis=1)
        worse[rows] = (-gap > margin).sum(axis=1)
    return better, worse
