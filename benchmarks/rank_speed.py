"""Time and memory of rank confidence sets: closed form, bootstrap and step-down, against the plain p × p × draws form.

python benchmarks/rank_speed.py
"""

import resource
from functools import partial

import numpy as np
import pandas as pd
from timing import in_turns

from drugstats.stats import ranking

DRAWS, ROUNDS = 1_000, 3
SIZES = (333, 2_850)


def main() -> None:
    table(9).pipe(ranked, "closed form")  # imports what is imported late
    ways, tables = ("closed form", "bootstrap", "step-down"), {areas: table(areas) for areas in SIZES}
    calls = {(areas, way): partial(ranked, df, way) for areas, df in tables.items() for way in ways}
    few, many = SIZES
    seconds = in_turns(calls, ROUNDS).median()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rival = in_turns({"plain": partial(plain, tables[few])}, ROUNDS)["plain"].median()
    growth = {name: seconds[many, name] / seconds[few, name] for name in ("bootstrap", "step-down")}
    power = {name: np.log(growth[name]) / np.log(many / few) for name in growth}
    print(f"simultaneous rank sets of made-up counties, {DRAWS:,} draws, median of {ROUNDS} runs")
    print(f"closed form, {many:,} areas: {seconds[many, 'closed form']:.3f} s")
    for name in power:
        ratio = seconds[many, name] / seconds[many, "closed form"]
        print(f"{name:10} {many:,} areas: {seconds[many, name]:.2f} s, {ratio:.0f} times the closed form, "
              f"grows with the power {power[name]:.2f} of the areas")  # fmt: skip
        print(f"{name:10} {few:,} areas: {seconds[few, name]:.3f} s against {rival:.1f} s of the plain step-down over "
              f"all pairs in all draws, {rival / seconds[few, name]:.0f} times as fast")  # fmt: skip
    print(f"peak memory before the plain form: {peak:.0f} MB")


def table(areas: int) -> pd.DataFrame:
    chance = np.random.default_rng(0)
    whole = np.exp(chance.normal(6.5, 1.2, areas)).astype(int) + 5
    return pd.DataFrame({"part": chance.binomial(whole, chance.beta(5, 60, areas)), "whole": whole})


def ranked(df: pd.DataFrame, critical: str) -> pd.DataFrame:
    return ranking.rank(df, part="part", whole="whole", family="simultaneous", critical=critical)


def plain(df: pd.DataFrame) -> float:
    """The critical value by all pairs in all draws at once, in as many steps as ours."""
    share, size = df["part"].to_numpy() / df["whole"].to_numpy(), df["whole"].to_numpy()
    smoothed = (df["part"].to_numpy() + 0.5) / (size + 1)
    error = np.sqrt(smoothed * (1 - smoothed) / size)
    noise = np.random.default_rng(0).standard_normal((len(df), DRAWS)) * error[:, None]
    both = np.hypot(error[:, None], error[None])
    gap, still = (share[:, None] - share[None]) / both, np.ones((len(df), len(df)), dtype=bool)
    while True:
        differences = (noise[:, None] - noise[None]) / both[:, :, None]
        differences[~still] = -np.inf
        value = np.quantile(differences.max(axis=(0, 1)), 0.95)
        if not (still & (gap > value)).any():
            return value
        still &= gap <= value


if __name__ == "__main__":
    main()
