"""Judging and the funnel of 684,000 county-months, against one binom.sf pass and a per-row loop in the same run.

python benchmarks/control_speed.py [rows]
"""

import sys

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from timing import in_turns, ratio, tell

from drugstats.stats import control, rates

MONTHS, LINE = 240, 0.05
ROUNDS, LOOPED = 5, 1_000


def main(rows: int = 684_000) -> None:
    df = counties(rows)
    x, n = (df[column].to_numpy("float64") for column in ("x", "n"))
    calls = {
        "binom.sf, one pass": lambda: stats.binom.sf(x - 1, n, LINE),
        "share and judge": lambda: control.judge(shares(df), line=LINE, part="x", whole="n"),
        "of that: share": lambda: shares(df),
        "funnel, line": lambda: control.funnel(df, part="x", whole="n", centre=LINE),
        "funnel, pooled": lambda: control.funnel(df, part="x", whole="n"),
        "funnel, others": lambda: control.funnel(df, part="x", whole="n", centre="others"),
        "loop": lambda: loop(df.sample(LOOPED, random_state=0), central),
        "loop, usual p": lambda: loop(df.sample(LOOPED, random_state=0), usual),
    }
    loops = ("loop", "loop, usual p")
    runs = in_turns(calls, ROUNDS, dict.fromkeys(loops, LOOPED / len(df)))
    print(f"{len(df):,} rows, {len(df.drop_duplicates()):,} of them different")
    tell(runs, dict.fromkeys(loops, f"from {LOOPED:,} rows"))
    print(f"share and judge take {ratio(runs, 'share and judge', 'binom.sf, one pass'):.1f} times as long as binom.sf")
    for rival in loops:
        print(f"{rival} takes {ratio(runs, rival, 'share and judge'):,.0f} times as long as share and judge")


def counties(rows: int) -> pd.DataFrame:
    """Registers that drift from month to month, and new users by chance; made up."""
    chance = np.random.default_rng(0)
    size = np.exp(chance.normal(6.5, 1, -(-rows // MONTHS))).clip(20, 20_000)
    drift = 1 + np.cumsum(chance.normal(0, 0.01, (len(size), MONTHS)), axis=1)
    n = np.floor(size[:, None] * drift).clip(10).ravel()[:rows]
    return pd.DataFrame({"x": chance.binomial(n.astype(int), LINE), "n": n.astype(int)})


def shares(df: pd.DataFrame) -> pd.DataFrame:
    return rates.share(df, part="x", whole="n")


def loop(df: pd.DataFrame, p_value) -> None:
    """One call a row for the limits and one or two for the test, then the adjustment."""
    p_values = []
    for x, n in zip(df["x"].tolist(), df["n"].tolist(), strict=True):
        proportion_confint(x, n, method="wilson")
        p_values.append(p_value(x, n))
    multipletests(np.minimum(p_values, 1), method="fdr_bh")


def central(x: int, n: int) -> float:
    return 2 * min(stats.binomtest(x, n, LINE, side).pvalue for side in ("less", "greater"))


def usual(x: int, n: int) -> float:
    """What a call without thinking gives: by minimum likelihood, at odds with its own limits."""
    return stats.binomtest(x, n, LINE).pvalue


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
