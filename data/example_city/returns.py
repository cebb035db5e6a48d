"""What each county of the made-up city has to report for each year, before an office writes it down its own way."""

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

import pandas as pd


class Returns(NamedTuple):
    """A county's year: for each indicator twelve months, None where not known; townships also by their name."""

    county: str
    year: int
    whole: dict[str, list]
    townships: dict[str, dict[str, list]]


def by_county(truth: pd.DataFrame, names: dict[str, str], indicators: list[str]) -> dict[str, list[Returns]]:
    """Code to the returns of each year; the indicators stand in the order of their list."""
    place = truth["indicator"].map({key: place for place, key in enumerate(indicators)})
    figures = defaultdict(lambda: defaultdict(list))
    for row in truth.assign(place=place).sort_values(["area", "place", "period"]).itertuples():
        figures[row.area, int(row.period[:4])][row.indicator].append(plain(row.value))

    found = defaultdict(list)
    for code, year in figures:
        if len(code) == 6:
            townships = {name: figures[area, year] for area, name in names.items() if area[:6] == code != area}
            found[code].append(Returns(names[code], year, figures[code, year], townships))
    return found


def plain(value: float) -> int | float | None:
    return None if value != value else int(value) if value == int(value) else float(value)


def figure(told: dict, key: str, month: int):
    return told[key][month - 1]


def so_far(told: dict, key: str, month: int):
    """The total since January, without the dust of adding binary fractions; not known where a month is not."""
    values = told[key][:month]
    return None if None in values else plain(float(sum(Decimal(str(value)) for value in values)))


def added(townships: dict) -> dict[str, list]:
    first, *others = townships.values()
    return {key: [sum(month) for month in zip(first[key], *(one[key] for one in others), strict=True)] for key in first}
