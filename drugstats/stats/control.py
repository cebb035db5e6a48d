"""Counts against a control line: decided by an exact test, never by reading an interval."""

import numpy as np
import pandas as pd
from scipy import special

from drugstats.tables import TableError, numbers

ABOVE, BELOW, CANNOT_TELL, NOT_COMPUTED = "above", "below", "cannot tell", "not computed"
POWER = 0.8


def judge(
    df: pd.DataFrame, *, line, part: str, whole: str, alpha: float = 0.05, adjust: str = "fdr_bh"
) -> pd.DataFrame:
    """Append line, p_value, p_adjusted, verdict and detectable for each row's share part / whole.

    `line` is a fraction or the name of a column of fractions. The p-value is the central exact binomial one, twice
    the nearer tail (agrees with Clopper–Pearson limits; Fay 2010, doi:10.1093/biostatistics/kxp050). `adjust` is
    fdr_bh (Benjamini & Hochberg 1995), fdr_by, holm (Holm 1979) or none, over all rows that can be computed. verdict
    is above, below, cannot tell or not computed (part above whole, nobody counted, missing, not whole numbers).
    detectable is the smallest true share that a row of this size would show above its line with 80 % power, before
    any adjustment; NaN where none could. Raises TableError for a line outside 0–1 or an unknown adjustment.

    >>> counties = pd.DataFrame({"new": [26, 3], "registered": [213, 41]})
    >>> judge(counties, line=0.05, part="new", whole="registered")["verdict"].to_list()
    ['above', 'cannot tell']
    """
    if adjust not in ("fdr_bh", "fdr_by", "holm", "none"):
        raise TableError(f"The adjustment is {adjust!r}; use fdr_bh, fdr_by, holm or none.")
    if not 0 < alpha < 1:
        raise TableError(f"alpha is {alpha}; use a number between 0 and 1 such as 0.05.")
    x, n = numbers(df, part), numbers(df, whole)
    at = numbers(df, line) if isinstance(line, str) else np.full(len(df), float(line))
    if ((at <= 0) | (at >= 1)).any():
        raise TableError("A control line is a fraction between 0 and 1, such as 0.05 for 5 %.")

    ready = (n > 0) & (x <= n) & (x == np.floor(x)) & (n == np.floor(n)) & ~np.isnan(at)
    p_value, p_adjusted, detectable = (np.full(len(df), np.nan) for _ in range(3))
    p_value[ready] = _central(x[ready], n[ready], at[ready])
    p_adjusted[ready] = _adjusted(p_value[ready], adjust)
    detectable[ready] = _detectable(n[ready], at[ready], alpha)

    sure = p_adjusted <= alpha
    side = np.where(x > at * n, ABOVE, BELOW)
    verdict = np.where(ready, np.where(sure, side, CANNOT_TELL), NOT_COMPUTED)
    return df.assign(
        line=at, p_value=p_value, p_adjusted=p_adjusted, verdict=verdict.astype(object), detectable=detectable
    )


def _central(x, n, line):
    at_most = np.where(x < n, special.betaincc(x + 1, np.maximum(n - x, 1), line), 1)
    return np.minimum(1, 2 * np.minimum(at_most, _at_least(x, n, line)))


def _at_least(x, n, line):
    return np.where(x > 0, special.betainc(np.maximum(x, 1), np.maximum(n - x + 1, 1), line), 1)


def _adjusted(p_value, adjust: str):
    if adjust == "none" or not len(p_value):
        return p_value
    from statsmodels.stats.multitest import multipletests

    return multipletests(p_value, method=adjust)[1]


def _detectable(n, line, alpha: float):
    critical = _critical(n, line, alpha / 2)
    reachable = critical <= n
    count = np.where(reachable, critical, 1)
    return np.where(reachable, special.betaincinv(count, n - count + 1, POWER), np.nan)


def _critical(n, line, tail: float):
    """The smallest count whose upper tail is within `tail`: bisection on whole numbers, exact at any size."""
    low, high = np.zeros(len(n)), n + 1
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        within = _at_least(middle, n, line) <= tail
        low, high = np.where(within, low, middle), np.where(within, middle, high)
    return high
