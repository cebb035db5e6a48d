"""Breaks the city's monthly kilograms up into single seizures; adds what no scale weighs: tablets, liquids, plants."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd

HEADINGS = ["地区", "年月", "毒品", "数量", "单位"]
WEIGHED = {"seizure_heroin": "海洛因", "seizure_meth": "冰毒", "seizure_ketamine": "氯胺酮"}
OTHERS = "大麻"
SPREAD = 1.6  # of the logarithm of a seizure's weight, as in the monthly figures
HUGE = 100_000  # grams in a month that are one haul and no sum of many
# What is counted and not weighed: how many times a year in the whole city, the middle quantity, and since when.
COUNTED = [
    ("摇头丸", "片", 6, 40, 2019), ("冰毒片剂", "片", 10, 120, 2019), ("大麻", "株", 5, 60, 2019),
    ("依托咪酯", "毫升", 14, 45, 2023), ("氧化亚氮", "升", 4, 30, 2021),
]  # fmt: skip


def write(path: Path, truth: pd.DataFrame, names: dict[str, str], seed: int) -> None:
    """Write the list of all seizures as a CSV file whose weights add up to the monthly figures."""
    rng = np.random.default_rng([seed, 6])
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(HEADINGS)
        for period, area, drug, quantity, unit in sorted([*weighed(truth, rng), *counted(truth, rng)]):
            lines.writerow([names[area], f"{period[:4]}年{int(period[5:])}月", drug, quantity, unit])


def weighed(truth: pd.DataFrame, rng):
    """Each month's weight by drug, in grams, shared out to as many seizures as cases were solved."""
    wide = truth.pivot(index=["area", "period"], columns="indicator", values="value").dropna(subset="seizure_total")
    for (area, period), month in wide.sort_index().iterrows():
        grams = {drug: round(month[key] * 1000) for key, drug in WEIGHED.items()}
        grams[OTHERS] = round(month["seizure_total"] * 1000) - sum(grams.values())
        chances = np.array(list(grams.values())) / max(sum(grams.values()), 1)
        cases = rng.multinomial(int(month["cases_solved"]), chances)
        for (drug, total), count in zip(grams.items(), cases, strict=True):
            for part in shares(total, max(count, 1), rng):
                yield period, area, drug, *amount(part)


def shares(total: int, count: int, rng) -> list[int]:
    """Whole grams, a few of them most of the total; the one big haul stays whole."""
    if total > HUGE:
        rest = round(total * 0.02)
        return [total - rest, *shares(rest, max(count - 1, 1), rng)]
    weights = rng.lognormal(0, SPREAD, count)
    edges = np.rint(np.cumsum(weights) / weights.sum() * total).astype(int)
    return [int(part) for part in np.diff(edges, prepend=0) if part > 0]


def amount(grams: int) -> tuple[str, str]:
    return (f"{grams / 1000:.3f}", "千克") if grams >= 10_000 else (str(grams), "克")


def counted(truth: pd.DataFrame, rng):
    areas, periods = sorted(set(truth["area"].str[:6])), sorted(truth["period"].unique())
    for drug, unit, times, middle, since in COUNTED:
        months = [period for period in periods if int(period[:4]) >= since]
        for period in rng.choice(months, times * len(months) // 12):
            yield str(period), str(rng.choice(areas)), drug, str(max(1, round(middle * rng.lognormal(0, 0.9)))), unit


