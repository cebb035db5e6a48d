"""Mann–Kendall with Sen's slope and one joinpoint for 2,850 counties by 240 months, against loops over the counties.

python benchmarks/trend_speed.py [counties]
"""

import sys

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.stats import norm
from timing import in_turns, ratio, tell

from drugstats.stats import joinpoint, trend

MONTHS, ROUNDS = 240, 3
LOOPED = {"mann-kendall": 60, "joinpoint": 2}


def main(counties: int = 2_850) -> None:
    df = table(counties)
    values = df["v"].to_numpy("float64").reshape(counties, MONTHS)
    logs, months = np.log(values), np.arange(MONTHS) / 12
    calls = {
        "trend.monotone": lambda: trend.monotone(df, value="v", time="month", by="area"),
        "the same, by season": lambda: trend.monotone(df, value="v", time="month", by="area", season="month"),
        "trend.joinpoint": lambda: trend.joinpoint(df, value="v", time="month", by="area", max_joins=1),
        "of that: search": lambda: joinpoint.search(months, logs, np.ones(MONTHS), 1),
        "mann-kendall": lambda: [plain_mann_kendall(one) for one in values[: LOOPED["mann-kendall"]]],
        "joinpoint": lambda: [plain_joinpoint(months, one) for one in logs[: LOOPED["joinpoint"]]],
    }
    check(calls, values, logs, months)
    runs = in_turns(calls, ROUNDS, {name: size / counties for name, size in LOOPED.items()})
    print(f"{counties:,} made-up counties x {MONTHS} months")
    tell(runs, {name: f"a loop, from {size} counties" for name, size in LOOPED.items()})
    for ours, rival in (("trend.monotone", "mann-kendall"), ("trend.joinpoint", "joinpoint"),
                        ("of that: search", "joinpoint")):  # fmt: skip
        print(f"{ours}: {ratio(runs, rival, ours):,.0f} times as fast as the loop")


def table(counties: int) -> pd.DataFrame:
    chance = np.random.default_rng(0)
    level = np.exp(chance.normal(3, 0.7, (counties, 1)) + chance.normal(0, 0.002, (counties, 1)) * np.arange(MONTHS))
    months = pd.period_range("2005-01", periods=MONTHS, freq="M")
    return pd.DataFrame({
        "area": np.repeat([f"{number:06d}" for number in range(counties)], MONTHS),
        "month": np.tile(months, counties),
        "v": chance.poisson(level).ravel() + 1,
    }).astype({"month": months.dtype})  # fmt: skip


def plain_mann_kendall(x) -> tuple[float, float]:
    """One series in the steps of pymannkendall's original_test: signs and slopes in a loop over the first time.

    Written here anew, since pymannkendall need not be installed.
    """
    n, score, slopes, ones = len(x), 0, [], np.ones(len(x))
    for k in range(n - 1):
        later = ones[k + 1 :]
        score += sum(later[x[k + 1 :] > x[k]]) - sum(later[x[k + 1 :] < x[k]])
    tied = np.array([sum(ones[x == value]) for value in np.unique(x)])
    variance = (n * (n - 1) * (2 * n + 5) - (tied * (tied - 1) * (2 * tied + 5)).sum()) / 18
    for k in range(n - 1):
        after = np.arange(k + 1, n)
        slopes.extend((x[after] - x[k]) / (after - k))
    return 2 * norm.sf(max(abs(score) - 1, 0) / np.sqrt(variance)), np.median(slopes)


def plain_joinpoint(t, y) -> tuple[float, int]:
    """The least sum of squares of a line with one join and its place, one regression for each place."""
    lines = (np.column_stack([np.ones(len(t)), t, np.maximum(t - t[place], 0)]) for place in range(2, len(t) - 2))
    left = [sm.OLS(y, line).fit().ssr for line in lines]
    return min(left), int(np.argmin(left)) + 2


def check(calls: dict, values, logs, months) -> None:
    """A rival that answers something else is none."""
    ours, (sse, places) = calls["trend.monotone"](), calls["of that: search"]()[1]
    for row in range(2):
        np.testing.assert_allclose(ours[["p_value", "slope"]].iloc[row], plain_mann_kendall(values[row]))
        np.testing.assert_allclose((sse[row], places[row, 0]), plain_joinpoint(months, logs[row]))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
