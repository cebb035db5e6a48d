"""Draws the figures of a made-up city by chance, and has its offices' files written: none describes a place."""

import csv
import sys
from pathlib import Path
from typing import NamedTuple

import hauls
import mess
import monitoring
import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
AREAS = HERE.parent / "raw" / "areas_example_city.csv"

SEED = 20250101
YEARS = range(2019, 2026)
MONTHS = [(year, month) for year in YEARS for month in range(1, 13)]
SPAN = len(MONTHS)
LAST_YEAR = slice(-12, None)


class County(NamedTuple):
    code: str
    users_2018: int
    users_2025: int
    true_new_rate_2019: float
    true_new_rate_2025: float
    population_2025: int
    population_growth: float
    new_2025: int | None = None


# A true rate is the number to be newly found in the year for one user on the closing register.
# Against 5 %: 990102 and 990109 are truly above, 990101, 990104 and 990106 truly below,
# 990103 and 990107 too near the line and 990105 and 990108 too small to be told from it.
COUNTIES = [
    County("990101", 2200, 1286, 0.070, 0.026, 812_000, 0.008),
    County("990102", 1500, 982, 0.105, 0.084, 596_000, 0.006),
    County("990103", 1150, 624, 0.090, 0.053, 438_000, -0.003),
    County("990104", 1350, 781, 0.070, 0.021, 521_000, -0.004),
    County("990105", 62, 38, 0.080, 0.075, 66_000, -0.006),
    County("990106", 1010, 562, 0.075, 0.020, 402_000, -0.005),
    County("990107", 430, 248, 0.085, 0.056, 268_000, -0.006),
    County("990108", 95, 54, 0.075, 0.040, 81_000, -0.008),
    County("990109", 182, 213, 0.040, 0.118, 243_000, -0.004, new_2025=26),
]
REGISTER_2025 = np.array([county.users_2025 for county in COUNTIES])
HIV_2025 = 160
MOVING_IN, MOVING_OUT, DYING = 0.010, 0.012, 0.007  # a year, for one registered user
YUAN_A_HEAD = 60_300

CAMPAIGN_START = MONTHS.index((2022, 7))
CAMPAIGN_SURGE = [1.6, 1.8, 1.7, 1.5, 1.3, 1.15]
CAMPAIGN_AFTER = 0.8
SPRING_FESTIVAL_MONTH = {2019: 2, 2020: 1, 2021: 2, 2022: 2, 2023: 1, 2024: 2, 2025: 1}
BIG_HAUL_COUNTY, BIG_HAUL_MONTH, BIG_HAUL_GRAMS = "990106", MONTHS.index((2024, 3)), 218_600
LAGGING_TOWNSHIPS = {"990103006", "990104008", "990107005"}

SURVEY = [month in [(2024, 4), (2024, 5), (2024, 6)] for month in MONTHS]
JUNE_AND_DECEMBER = [month in (6, 12) for _, month in MONTHS]
KNOWN_ONLY_IN = {
    "awareness_asked": JUNE_AND_DECEMBER, "awareness_aware": JUNE_AND_DECEMBER,
    "satisfaction_asked": JUNE_AND_DECEMBER, "satisfaction_satisfied": JUNE_AND_DECEMBER,
    "evaluation_score": [month == 12 for _, month in MONTHS],
    "register_missed": SURVEY, "register_wrong": SURVEY,
}

# Shares in the city at the beginning of 2019 and in December 2025.
PARTS = {
    "users_male": (0.850, 0.840), "users_migrant": (0.190, 0.210), "users_property_crime": (0.740, 0.714),
    "users_first_under35": (0.940, 0.945), "users_first_under18": (0.845, 0.837),
}
DRUGS = {
    "users_heroin": (0.44, 0.36), "users_meth": (0.42, 0.48),
    "users_ketamine": (0.11, 0.06), "users_other_drugs": (0.03, 0.10),
}
AGES = {
    "users_u18": (0.008, 0.003), "users_18_35": (0.742, 0.722),
    "users_36_59": (0.242, 0.262), "users_60plus": (0.008, 0.013),
}
SECTORS = {
    "users_state_sector": (0.006, 0.004), "users_enterprise": (0.10, 0.13), "users_farmer": (0.27, 0.24),
    "users_unemployed": (0.56, 0.55), "users_pupil": (0.006, 0.003),
    "self-employed": (0.058, 0.073),
}
NOT_RETURNED = "self-employed"
COMPOSITIONS = [DRUGS, AGES, SECTORS]


def main(folder: Path = HERE / "workbooks") -> None:
    figures, names = truth(), {row["code"]: row["zh"] for row in read_csv(AREAS)}
    mess.write_city(folder, figures, names)
    office = folder.parent / "city_office"
    office.mkdir(exist_ok=True)
    counties = figures[figures["area"].str.len() == 6]
    hauls.write(office / "云汀市（虚构）-缴获明细.csv", counties, names, SEED)
    monitoring.write(office / "云汀市（虚构）-监测.csv", counties, SEED)


def truth() -> pd.DataFrame:
    """Every figure of the city in one long table: area, period (2025-03), indicator, value, NaN where not known."""
    areas, tables = read_csv(AREAS), []
    for county, leaning in zip(COUNTIES, county_leanings(), strict=True):
        rng = np.random.default_rng([SEED, int(county.code)])
        townships = [row["code"] for row in areas if row["parent"] == county.code]

        effort = police_effort(rng)
        flows = meet_targets(county, register_flows(county, effort, rng))
        by_township = township_returns(county, flows, townships, rng)
        whole = county_return(county, flows, by_township, effort, leaning, rng)
        tables += [long_table([county.code], whole), long_table(townships, by_township)]
    return pd.concat(tables, ignore_index=True)


def long_table(codes: list[str], returns: dict[str, np.ndarray]) -> pd.DataFrame:
    tables = []
    for key, values in returns.items():
        known = np.array(KNOWN_ONLY_IN.get(key, [True] * SPAN))
        values = np.where(known[:, None], np.reshape(values, (SPAN, -1)), np.nan)
        table = pd.DataFrame(values, [f"{year}-{month:02}" for year, month in MONTHS], codes)
        tables.append(table.stack().rename_axis(["period", "area"]).reset_index(name="value").assign(indicator=key))
    return pd.concat(tables, ignore_index=True)[["area", "period", "indicator", "value"]]


def read_csv(path: Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def county_leanings() -> list[dict]:
    """How far each county departs from the city, centred so that the city still meets its last shares."""
    rng = np.random.default_rng(SEED)
    leanings = {key: rng.normal(0, 0.015, len(COUNTIES)) for key in PARTS}
    leanings = {key: drawn - np.average(drawn, weights=REGISTER_2025) for key, drawn in leanings.items()}
    leanings |= {key: rng.normal(0, 0.06, len(COUNTIES)) for shares in COMPOSITIONS for key in shares}
    leanings["hiv_2025"] = share_out(HIV_2025, REGISTER_2025 * rng.uniform(0.7, 1.3, len(COUNTIES)))
    return [{key: values[place] for key, values in leanings.items()} for place in range(len(COUNTIES))]


def police_effort(rng) -> np.ndarray:
    """Monthly activity, about one on average: low at the Spring Festival, high before it and in June."""
    season = []
    for year, month in MONTHS:
        holiday = SPRING_FESTIVAL_MONTH[year]
        busy = 1.25 if month == 6 else 1.12 if month in (holiday - 1, 12) else 1.0
        season.append(0.60 if month == holiday else busy)
    by_year = np.reshape(season, (-1, 12))
    return (by_year / by_year.mean(axis=1, keepdims=True)).ravel() * rng.lognormal(-0.005, 0.10, SPAN)


def campaign(after: float) -> np.ndarray:
    level = np.where(np.arange(SPAN) < CAMPAIGN_START, 1.0, after)
    level[CAMPAIGN_START:CAMPAIGN_START + len(CAMPAIGN_SURGE)] = CAMPAIGN_SURGE
    return level


def register_flows(county: County, effort: np.ndarray, rng) -> dict[str, np.ndarray]:
    """Who enters and leaves the register each month, steered along a smooth path to the last register."""
    growth = county.true_new_rate_2025 / CAMPAIGN_AFTER / county.true_new_rate_2019
    yearly_rate = county.true_new_rate_2019 * growth ** (np.arange(7) / 6)
    new_rate = np.repeat(yearly_rate, 12) * campaign(CAMPAIGN_AFTER)
    decline = np.log(county.users_2018 / county.users_2025) / 7
    path = county.users_2018 * np.exp(-decline * np.arange(1, SPAN + 1) / 12)
    closing = np.repeat(path[11::12], 12)

    names = ["users_new", "users_immigrated", "newly_abstinent", "users_emigrated", "deaths"]
    names += ["register_missed", "register_wrong"]
    flows = {name: np.zeros(SPAN, dtype=int) for name in names}
    users = county.users_2018
    for at in range(SPAN):
        leaving = users * (decline + new_rate[at] + MOVING_IN - MOVING_OUT - DYING) / 12
        missed, wrong = rng.poisson([users * 0.004 * SURVEY[at], users * 0.005 * SURVEY[at]])
        moved_in, moved_out, died = rng.poisson(np.array([MOVING_IN, MOVING_OUT, DYING]) * users / 12)
        new = rng.poisson(closing[at] * new_rate[at] * effort[at] / 12)
        abstinent = min(rng.poisson(max(0.0, leaving + 0.06 * (users - path[at]))), users // 3)
        counts = [new, moved_in + missed, abstinent, moved_out + wrong, died, missed, wrong]
        for name, count in zip(names, counts, strict=True):
            flows[name][at] = count
        users += net_flow(flows)[at]
    return flows


def net_flow(flows: dict) -> np.ndarray:
    gone = flows["newly_abstinent"] + flows["users_emigrated"] + flows["deaths"]
    return flows["users_new"] + flows["users_immigrated"] - gone


def meet_targets(county: County, flows: dict) -> dict:
    """Adjusts the last year, in proportion to what was drawn, to the stated newly found and last register."""
    if county.new_2025 is not None:
        flows["users_new"][LAST_YEAR] = share_out(county.new_2025, flows["users_new"][LAST_YEAR] + 0.2)

    drawn = flows["newly_abstinent"][LAST_YEAR]
    too_many = county.users_2018 + net_flow(flows).sum() - county.users_2025
    flows["newly_abstinent"][LAST_YEAR] = share_out(drawn.sum() + too_many, drawn + 0.2)
    return flows


def share_out(total: int, weights) -> np.ndarray:
    """Whole numbers that add up to the total, in proportion to the weights."""
    if total < 0:
        raise ValueError(f"{total} cannot be shared out: choose other rates or another seed.")
    exact = total * np.asarray(weights, dtype=float) / np.sum(weights)
    counts = np.floor(exact + 1e-9).astype(int)
    counts[np.argsort(counts - exact, kind="stable")[: total - counts.sum()]] += 1
    return counts


def wander(rng, scale: float, shape=SPAN) -> np.ndarray:
    """A slow drift that ends at zero, so that what is stated for December 2025 still holds."""
    steps = rng.normal(0, scale, shape)
    steps[-1] = 0
    return np.cumsum(steps[::-1], axis=0)[::-1]


def over_time(first: float, last: float) -> np.ndarray:
    return np.linspace(first, last, SPAN)


def part_of(whole: np.ndarray, share) -> np.ndarray:
    return np.rint(whole * np.clip(share, 0, 1)).astype(int)


def township_returns(county: County, flows: dict, codes: list[str], rng) -> dict[str, np.ndarray]:
    """Shares the county out to its townships, month by month; nobody leaves a township who is not there."""
    size = np.sort(rng.dirichlet(np.full(len(codes), 12.0)))[::-1]
    weights = size * rng.lognormal(0, 0.3, len(codes))
    weights /= weights.sum()
    growth = county.population_growth * (np.arange(7) - 6) + rng.normal(0, 0.001, 7)
    residents = np.repeat(np.rint(county.population_2025 * np.exp(growth)).astype(int), 12)
    register = county.users_2018 + np.cumsum(net_flow(flows))
    relapses = rng.poisson(register * 0.006 + flows["users_new"] * 0.35)

    users = share_out(county.users_2018, weights)
    abstinent = share_out(round(county.users_2018 * 0.85), weights)
    registered = users + abstinent + share_out(round(county.users_2018 * 0.12), weights)
    keys = ["population", "users_current", "users_registered", "users_new", "users_handled", "abstinent_3y"]
    months = []
    for at in range(SPAN):
        new = rng.multinomial(flows["users_new"][at], weights)
        arrived = new + rng.multinomial(flows["users_immigrated"][at], weights)
        freed = rng.multivariate_hypergeometric(users + arrived, flows["newly_abstinent"][at])
        users = users + arrived - freed
        gone = flows["users_emigrated"][at] + flows["deaths"][at]
        users = users - rng.multivariate_hypergeometric(users, gone)
        abstinent, registered = abstinent + freed, registered + arrived
        handled = new + rng.multinomial(relapses[at], weights)
        months.append([share_out(residents[at], size), users, registered, new, handled, abstinent])
    returns = dict(zip(keys, np.array(months).transpose(1, 0, 2), strict=True))
    return returns | community_by_township(returns["users_current"], codes, rng)


def community_by_township(users: np.ndarray, codes: list[str], rng) -> dict[str, np.ndarray]:
    """Community measures: better from year to year, the lagging townships excepted."""
    time = over_time(0, 1)[:, None]
    lagging = np.array([code in LAGGING_TOWNSHIPS for code in codes])
    level = np.where(lagging, 0.52 + 0.06 * time, 0.72 + 0.19 * time) + rng.normal(0, 0.02, len(codes))
    ordered = part_of(users, 0.55 + wander(rng, 0.004, users.shape))
    executed = part_of(ordered, np.minimum(level + wander(rng, 0.004, users.shape), 0.98))
    lost = rng.binomial(executed, np.where(lagging, 0.10, 0.07 - 0.045 * time))
    return {
        "community_ordered": ordered, "community_executed": executed,
        "community_controlled": executed - lost, "community_lost": lost,
    }


def county_return(county: County, flows: dict, by_township: dict, effort, leaning: dict, rng) -> dict:
    """One column an indicator for the county: the sums of the townships, then what only a county counts."""
    table = {key: values.sum(axis=1) for key, values in by_township.items()}
    users = table["users_current"]
    officers = 5 + county.population_2025 / 28_000 + np.linspace(-1.5, 0.5, len(YEARS))
    table |= {
        "users_immigrated": flows["users_immigrated"], "users_emigrated": flows["users_emigrated"],
        "relapse_handled": table["users_handled"] - table["users_new"],
        "deaths_cumulative": round(county.users_2018 * 0.04) + np.cumsum(flows["deaths"]),
        "hiv_positive_users": np.rint(leaning["hiv_2025"] * np.sqrt(users / users[-1])).astype(int),
        "officers": np.repeat(np.rint(officers).astype(int), 12),
        "drug_spending": np.round(users * YUAN_A_HEAD * rng.normal(1, 0.015, SPAN) / 12 / 10_000, 1),
        "register_missed": flows["register_missed"], "register_wrong": flows["register_wrong"],
    }
    table |= compositions(users, leaning, rng) | policing(county, table, effort, rng)
    table |= community_figures(table, effort, rng)
    return table | seizures(county, table["cases_solved"], rng) | opinions(table, rng)


def compositions(users: np.ndarray, leaning: dict, rng) -> dict:
    table = {}
    for shares in COMPOSITIONS:
        drift = {key: np.exp(leaning[key] + wander(rng, 0.006)) for key in shares}
        weights = np.transpose([over_time(*share) * drift[key] for key, share in shares.items()])
        counts = [share_out(total, weight) for total, weight in zip(users, weights, strict=True)]
        table |= dict(zip(shares, np.transpose(counts), strict=True))
    table["users_under35"] = table["users_u18"] + part_of(table["users_18_35"], 0.965)
    for key, share in PARTS.items():
        whole = table["users_first_under35"] if key == "users_first_under18" else users
        table[key] = part_of(whole, over_time(*share) + leaning[key] + wander(rng, 0.001))
    del table[NOT_RETURNED]
    return table


def policing(county: County, table: dict, effort: np.ndarray, rng) -> dict:
    users = table["users_current"]
    opened = rng.poisson(users * 0.0085 * effort * campaign(0.85))
    solved = rng.binomial(opened, over_time(0.74, 0.84))
    if county.code == BIG_HAUL_COUNTY:
        opened[BIG_HAUL_MONTH] += 1
        solved[BIG_HAUL_MONTH] += 1
    thefts_by_users = rng.poisson(users * 0.055 * np.sqrt(effort))
    outflow = 0.0029 if county.code == "990102" else 0.0016
    return {
        "cases_opened": opened, "cases_solved": solved,
        "suspects_arrested": solved + rng.poisson(solved * 0.4),
        "trafficking_outflow_persons": rng.poisson(users * outflow),
        "persons_tested": rng.poisson(table["population"] * 0.0035 * effort * campaign(1.0)),
        "theft_cases": thefts_by_users + rng.poisson(users * 0.0125), "theft_cases_by_users": thefts_by_users,
    }


def community_figures(table: dict, effort: np.ndarray, rng) -> dict:
    ordered, executed = table["community_ordered"], table["community_executed"]
    detox = rng.binomial(table["users_handled"], 0.45)
    rehab = rng.poisson(table["users_current"] * 0.007 * effort)
    followed, employable = part_of(ordered, 0.8), part_of(executed, 0.7)
    return {
        "community_detox": detox, "community_rehab": rehab, "community_detox_and_rehab": detox + rehab,
        "community_measures_in_force": executed,
        "community_reported": executed + part_of(ordered - executed, 0.45),
        "community_employable": employable,
        "community_employed": part_of(employable, over_time(0.55, 0.72) + wander(rng, 0.004)),
        "community_followed": followed, "community_relapsed": rng.binomial(followed, over_time(0.06, 0.03)),
    }


def seizures(county: County, solved: np.ndarray, rng) -> dict:
    """Kilograms by month: the weights of the cases are lognormal, so a few of them are most of the total."""
    grams = np.array([rng.lognormal(np.log(70), 1.6, cases).sum() for cases in solved])
    parts = grams * rng.dirichlet([1.6, 2.0, 0.5, 0.4], SPAN).T
    if county.code == BIG_HAUL_COUNTY:
        grams[BIG_HAUL_MONTH] += BIG_HAUL_GRAMS
        parts[1, BIG_HAUL_MONTH] += BIG_HAUL_GRAMS
    keys = ["seizure_heroin", "seizure_meth", "seizure_ketamine"]
    # The total is rounded up and its parts down, so that the parts never pass it.
    table = dict(zip(keys, np.floor(parts[:3] / 10) / 100, strict=True))
    return table | {"seizure_total": np.ceil(grams / 10) / 100}


def opinions(table: dict, rng) -> dict:
    asked, answered = rng.integers(300, 500, SPAN), rng.integers(260, 420, SPAN)
    aware = rng.binomial(asked, over_time(0.78, 0.90) + rng.normal(0, 0.02))
    satisfied = rng.binomial(answered, over_time(0.84, 0.93) + rng.normal(0, 0.015))
    execution = table["community_executed"] / table["community_ordered"]
    score = np.round(62 + 20 * execution + 15 * aware / asked + rng.normal(0, 1.2, SPAN), 1)
    return {
        "awareness_asked": asked, "awareness_aware": aware,
        "satisfaction_asked": answered, "satisfaction_satisfied": satisfied, "evaluation_score": score,
    }


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
