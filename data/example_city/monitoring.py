"""What the city itself measures: where its seizures come from by month; sewage, prices and purity each third month."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd

HEADINGS = [
    "地区", "年月", "缴获境外毒品（千克）", "缴获国产毒品（千克）", "污水千人均消费量（毫克/千人·天）",
    "海洛因零售价（元/克）", "冰毒零售价（元/克）", "冰毒纯度（%）",
]  # fmt: skip
CITY = "云汀市（虚构）"
FOREIGN = (0.72, 0.86)  # of the weight seized, at the beginning and at the end
SEWAGE, HEROIN, METH, PURITY = (58, 34), (620, 1100), (310, 500), (0.78, 0.68)


def write(path: Path, truth: pd.DataFrame, seed: int) -> None:
    """Write one line a month; what is measured once a quarter stands in its last month."""
    seized = truth[truth["indicator"] == "seizure_total"].groupby("period")["value"].sum().sort_index()
    rng, span = np.random.default_rng([seed, 7]), len(seized)
    foreign = np.clip(np.linspace(*FOREIGN, span) + rng.normal(0, 0.05, span), 0, 1)
    noise = rng.lognormal(0, 0.06, (4, span))
    measured = np.transpose([np.linspace(*ends, span) for ends in (SEWAGE, HEROIN, METH, PURITY)] * noise)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(HEADINGS)
        for place, (period, total) in enumerate(seized.items()):
            abroad = round(total * foreign[place], 2)
            sewage, heroin, meth, purity = measured[place]
            told = [f"{sewage:.1f}", f"{heroin:.0f}", f"{meth:.0f}", f"{100 * purity:.1f}%"]
            month = int(period[5:])
            lines.writerow([CITY, f"{period[:4]}年{month}月", f"{abroad:.2f}", f"{total - abroad:.2f}",
                            *(told if month % 3 == 0 else [""] * 4)])  # fmt: skip
