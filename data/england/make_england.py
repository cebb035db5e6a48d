"""English observations and the rates printed beside them, by police force; computes no rate."""

import sys
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
DATA = HERE.parent
GOLDEN = DATA.parent / "tests" / "golden"

COLUMNS = ["area", "period", "indicator", "basis", "value", "status", "source", "note"]

COUNTED = {"deaths": ("drug_misuse_deaths", "three_year_total"), "population": ("population", "mid_year")}

THREE_YEARS = "registered in the three years that end with this one"

# The gathered counts put Hackney with the City of London, where the gathered population leaves it out.
CITY, METROPOLITAN = "england-city-of-london", "england-metropolitan-police"
WRONG_AREA = {
    (CITY, "deaths"): "with the deaths of Hackney, though the population is the City's alone",
    (METROPOLITAN, "deaths"): "without Hackney",
    (METROPOLITAN, "population"): "about six percent below the population of London outside the City",
}


def main(folder=None):
    counts = counts_by_force()
    write(observations(counts), Path(folder or HERE) / "observations.csv")
    write(published_rates(counts), Path(folder or GOLDEN) / "england_rates.csv")


def counts_by_force():
    counts = read("raw/drug_misuse_deaths_by_police_force_2009_2018.csv")
    areas = read("vocabulary/areas.csv").query("level == 'force'")
    counts["area"] = counts["force"].map(areas.set_index("en")["code"])

    for force in counts["force"][counts["area"].isna()]:
        raise SystemExit(f"The police force {force} has no row in data/vocabulary/areas.csv.")
    return counts.rename(columns={"year": "period"})


def observations(counts):
    tables = [counted(counts, column) for column in COUNTED]
    return pd.concat(tables).sort_values(["area", "period", "indicator"])[COLUMNS]


def counted(counts, column):
    indicator, basis = COUNTED[column]
    return counts.assign(
        indicator=indicator,
        basis=basis,
        value=counts[column],
        status="final",
        source="ons_drug_misuse_deaths",
        note=[note(area, column) for area in counts["area"]],
    )


def note(area, column):
    parts = [THREE_YEARS if column == "deaths" else "", WRONG_AREA.get((area, column), "")]
    return "; ".join(part for part in parts if part)


def published_rates(counts):
    rates = counts.rename(columns={"published_rate_per_100k": "published"})
    return rates.sort_values(["area", "period"])[["area", "period", "published"]]


def read(name):
    return pd.read_csv(DATA / name, dtype=str, keep_default_na=False, encoding="utf-8")


def write(table, path):
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
