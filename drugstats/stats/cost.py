"""What drugs cost: users times money a head, both as ranges, and whether printed totals agree a head."""

import numpy as np
import pandas as pd

from drugstats.stats import limits
from drugstats.stats.rates import NO_WHOLE
from drugstats.stats.stocks import known
from drugstats.tables import TableError, numbers

SHAPES = {1: "given", 2: "uniform", 3: "triangular"}
FEWEST_DRAWS = 1_000
AGREE, DIFFER, NOT_COMPUTED, ROUNDING = "agree", "differ", "not computed", "rounding"


def total(
    df: pd.DataFrame, *, count, money, draws: int = 20_000, confidence: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Append value (median), low, high, driver, driver_share and method of count × money.

    `count` and `money` are each a column (certain), two columns (low, high: any value between is as likely) or three
    (low, mode, high: triangular). The two are drawn independently, evenly spread over their ranges (McKay, Beckman &
    Conover 1979, doi:10.2307/1268522), every row from the same draws, so that rows compare and none depends on another.
    driver is count or money, whichever explains more of the variance of log(total), and driver_share how much of it;
    none where both are certain. The limits are only as good as the ranges. Raises TableError for a low above its high
    and a mode outside them.

    >>> city = pd.DataFrame({"users": [4788], "least": [40_000], "most": [80_000]})
    >>> total(city, count="users", money=("least", "most"))[["value", "low", "high", "driver"]].round(-6)
             value          low         high driver
    0  287000000.0  196000000.0  378000000.0  money
    """
    alpha = limits.alpha_of(confidence)
    if draws < FEWEST_DRAWS:
        raise TableError(f"{draws} draws are too few for limits; use {FEWEST_DRAWS} or more.")
    ranges = [[told] if isinstance(told, str) else list(told) for told in (count, money)]
    if not all(len(columns) in SHAPES for columns in ranges):
        raise TableError("Give count and money each as a column, as low and high, or as low, mode and high.")
    values, reason = known(df, *ranges[0], *ranges[1])
    sides = [values[: len(ranges[0])], values[len(ranges[0]) :]]
    for columns, side in zip(ranges, sides, strict=True):
        for name, low, high in zip(columns[1:], side[:-1], side[1:], strict=True):
            _refuse(low > high, f"a {name} below the column before it")

    rng = np.random.default_rng(seed)
    even = [(rng.permutation(draws) + rng.random(draws)) / draws for _ in sides]
    told, driver = np.full((4, len(df)), np.nan), np.full(len(df), None, dtype=object)
    for row in np.flatnonzero(reason == ""):
        drawn = [_quantile(at, *(bound[row] for bound in side)) for at, side in zip(even, sides, strict=True)]
        told[:3, row] = np.quantile(drawn[0] * drawn[1], [0.5, alpha / 2, 1 - alpha / 2])
        spread = [np.log(np.maximum(one, 1e-300)).var() if np.ptp(one) > 0 else 0.0 for one in drawn]
        if sum(spread):
            driver[row] = ("count", "money")[int(np.argmax(spread))]
            told[3, row] = max(spread) / sum(spread)
    shapes = [f"{name} {SHAPES[len(columns)]}" for name, columns in zip(("count", "money"), ranges, strict=True)]
    method = f"{draws} draws, seed {seed}, {', '.join(shapes)}, {confidence * 100:.4g}%"
    return df.assign(
        value=told[0], low=told[1], high=told[2], driver=driver, driver_share=told[3],
        method=np.where(reason == "", method, reason).astype(object),
    )  # fmt: skip


def a_head(df: pd.DataFrame, *, total: str, count: str, unit=None, low=None, high=None) -> pd.DataFrame:
    """Append a_head, a_head_low, a_head_high, ratio, verdict and method: a printed total over the number of users.

    The range is that of the total before it was rounded: `unit`, a number or a column, is the place value of its last
    printed digit (1e8 for "30 亿", 1e7 for "3.0 亿"), or `low` and `high` are columns. The count is taken as exact.
    ratio is to the row with the largest count, the widest area; verdict says whether the two ranges meet (agree), or
    whether no rounding makes the two figures one (differ).

    >>> told = pd.DataFrame({"area": ["province", "city"], "yuan": [30e8, 3e8], "users": [60_000, 4_788]})
    >>> a_head(told, total="yuan", count="users", unit=1e8)[["area", "a_head", "ratio", "verdict"]].round(2)
           area    a_head  ratio verdict
    0  province  50000.00   1.00   agree
    1      city  62656.64   1.25  differ
    """
    if [unit is None, low is None, high is None] not in ([False, True, True], [True, False, False]):
        raise TableError("Say how the total was rounded: give unit, such as 1e8 for whole 亿, or both low and high.")
    (x, n), reason = known(df, total, count)
    if unit is None:
        least, most = numbers(df, low), numbers(df, high)
    else:
        step = numbers(df, unit) if isinstance(unit, str) else np.full(len(df), float(unit))
        if not (step[reason == ""] > 0).all():
            raise TableError("unit is the place value of the last printed digit: give a number above 0 for each total.")
        least, most = np.maximum(x - step / 2, 0), x + step / 2
    _refuse((reason == "") & ~((least <= x) & (x <= most)), f"a {total} outside {low} to {high}")

    reason[(reason == "") & (n == 0)] = NO_WHOLE
    ready = reason == ""
    each, least, most = np.array([x, least, most]) / np.where(ready, n, np.nan)
    ratio, meets = np.full(len(df), np.nan), np.full(len(df), False)
    if ready.any():
        base = np.lexsort((x, np.where(ready, n, -1)))[-1]
        ratio = each / (each[base] or np.nan)
        meets = (least <= most[base]) & (most >= least[base])
    return df.assign(
        a_head=each, a_head_low=least, a_head_high=most, ratio=ratio,
        verdict=np.select([~ready, meets], [NOT_COMPUTED, AGREE], DIFFER).astype(object),
        method=np.where(ready, ROUNDING, reason).astype(object),
    )  # fmt: skip


def _refuse(bad, what: str) -> None:
    if bad.any():
        many = int(bad.sum())
        raise TableError(f"{many} row{'s' * (many > 1)} with {what}, the first is row {bad.argmax()}: correct it.")


def _quantile(at, low, *rest):
    """The value below which the share `at` of a certain, uniform or triangular quantity lies."""
    *mode, high = rest or (low,)
    if not mode:
        return low + at * (high - low)
    (mode,), width = mode, high - low
    left, right = np.sqrt(at * width * (mode - low)), np.sqrt((1 - at) * width * (high - mode))
    return np.where(at * width < mode - low, low + left, high - right)
