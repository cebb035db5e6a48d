"""EARS and Farrington's twelve last months for 2,850 counties, against pandas windows and a GLM loop in the same run.

python benchmarks/alarm_speed.py [counties]
"""

import sys

import numpy as np
import pandas as pd
import statsmodels.api as sm
from timing import in_turns, ratio, tell

from drugstats.stats import alarm

MONTHS, JUDGED, YEARS = 240, 12, 5
ROUNDS, LOOPED = 5, 8


def main(areas: int = 2_850) -> None:
    df = counties(areas)
    some = df[df["area"].isin(df["area"].unique()[:: max(1, areas // LOOPED)][:LOOPED])]
    calls = {
        "ears c1": lambda: warned(df, alarm.ears, kind="c1"),
        "ears c2": lambda: warned(df, alarm.ears, kind="c2"),
        "ears c3": lambda: warned(df, alarm.ears, kind="c3"),
        "pandas, the c2 limit": lambda: rolled(df),
        "farrington": lambda: warned(df, alarm.farrington),
        "statsmodels GLM loop": lambda: loop(some),
    }
    runs = in_turns(calls, ROUNDS, {"statsmodels GLM loop": len(some) / len(df)})
    print(f"{areas:,} counties, {len(df):,} rows")
    tell(runs, {"statsmodels GLM loop": f"from {LOOPED} counties"})
    for ours, rival in (("ears c2", "pandas, the c2 limit"), ("farrington", "statsmodels GLM loop")):
        print(f"{rival} takes {ratio(runs, rival, ours):,.1f} times as long as {ours}")


def counties(areas: int) -> pd.DataFrame:
    """Monthly counts with a season that vary more than chance; made up."""
    chance = np.random.default_rng(0)
    season = np.exp(0.3 * np.sin(np.arange(MONTHS) * np.pi / 6))
    counts = chance.negative_binomial(np.exp(chance.normal(2.5, 1, areas))[:, None] * season, 0.5)
    period = pd.PeriodIndex(np.tile(pd.period_range("2005-01", periods=MONTHS, freq="M"), areas))
    area = np.repeat([f"county {number:04}" for number in range(areas)], MONTHS)
    return pd.DataFrame({"area": area, "period": period, "new": counts.ravel()})


def warned(df: pd.DataFrame, model, **options) -> pd.DataFrame:
    return model(df, events="new", time="period", by="area", **options)


def rolled(df: pd.DataFrame) -> pd.Series:
    """Mean and deviation alone, of sorted rows without a gap."""
    windows = df["new"].groupby(df["area"]).shift(3).groupby(df["area"]).rolling(7)
    return windows.mean() + 3 * windows.std()


def loop(df: pd.DataFrame) -> None:
    """For each county and month the fits of the model with the trend, and without it where it does not hold."""
    for _, rows in df.groupby("area"):
        counts = rows["new"].to_numpy("float64")
        for now in range(MONTHS - JUDGED, MONTHS):
            past = np.arange(now - 12 * YEARS - 1, now - 6)
            away = np.minimum((past - now) % 12, (now - past) % 12)
            month = np.where(away <= 1, 0, (past - now) % 12)
            season = (month[:, None] == np.unique(month)).astype(float)
            rising = twice(counts[past], np.column_stack([season, past - now]))
            if rising.pvalues[-1] >= 0.05 or np.exp(rising.params[0]) > counts[past].max():
                twice(counts[past], season)


def twice(counts, design):
    fit = sm.GLM(counts, design, sm.families.Poisson()).fit(scale="X2")
    leverage, phi = fit.get_hat_matrix_diag(), max(fit.scale, 1)
    mean = np.maximum(fit.mu, 1e-9)
    r = 1.5 * (counts ** (2 / 3) * mean ** (-1 / 6) - np.sqrt(mean)) / np.sqrt(phi * np.maximum(1 - leverage, 1e-9))
    weight = np.where(r > 2.58, np.maximum(r, 1) ** -2, 1)
    return sm.GLM(counts, design, sm.families.Poisson(), var_weights=weight * len(r) / weight.sum()).fit(scale="X2")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
