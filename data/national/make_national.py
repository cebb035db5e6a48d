"""National observations and printed changes, from published figures and rulings; knows no smaller area."""

import sys
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
DATA = HERE.parent

COLUMNS = ["area", "period", "indicator", "basis", "value", "status", "source", "note"]
CHANGE_COLUMNS = ["year", "indicator", "printed", "decimals", "source", "note"]

FACTORS = {
    ("tonne", "kg"): Decimal(1000),
    ("percent", "fraction"): Decimal("0.01"),
    ("permille", "fraction"): Decimal("0.001"),
    ("per10000", "fraction"): Decimal("0.0001"),
    ("lab", "laboratory"): Decimal(1),
    # Some years print persons where others print person-times; bases.csv keeps the two apart.
    ("person", "person-time"): Decimal(1),
}

SAME_INDICATOR = {
    "users_share_population_percent": "users_share_population",
    "users_share_population_permille": "users_share_population",
    "users_share_population_permyriad": "users_share_population",
    "share_seizure_smuggled_percent": "share_seizure_smuggled",
}

CHANGE_INDICATORS = {
    "users_new_yoy": "users_new",
    "users_meth_yoy": "users_meth",
    "users_opioid_yoy": "users_opioid",
    "new_users_growth_rate": "users_new",
}

RULINGS = {"estimated", "conflicting", "part_year"}
WORDS_THAT_NEED_A_RULING = ["END ", "CONFLICT", "MISPRINT", "DOUBTFUL"]
POPULATION_PREFACE = (
    "年末总人口, 万人, mainland (31 provinces plus servicemen), excludes Hong Kong, Macao, Taiwan"
)


def main(folder=HERE):
    figures = published_figures()
    is_change = figures["indicator"].isin(CHANGE_INDICATORS)

    levels = with_bases(with_rulings(in_vocabulary_units(figures[~is_change])))
    rows = settled(levels.to_dict("records")) + population()
    observations = pd.DataFrame(rows, columns=COLUMNS)
    order = ["indicator", "period", "basis", "status", "value"]
    write(observations.sort_values(order), Path(folder) / "observations.csv")

    changes = changes_beside_levels(levels) + changes_printed_alone(figures[is_change])
    printed = pd.DataFrame(changes, columns=CHANGE_COLUMNS)
    write(printed.sort_values(["year", "indicator"]), Path(folder) / "printed_changes.csv")


def published_figures():
    figures = read("raw/national_published.csv")
    figures["indicator"] = figures["indicator"].replace(SAME_INDICATOR)
    figures["source"] = source_keys(figures["source_title"])
    figures["remarks"] = [remarks(row) for row in figures.to_dict("records")]
    return figures


def source_keys(titles):
    keys = titles.map(read("vocabulary/sources.csv").set_index("title")["key"])
    for title in titles[keys.isna()]:
        fail(f"The source “{title}” has no row in data/vocabulary/sources.csv.")
    return keys


def remarks(row):
    low = "low confidence" if row["confidence"] == "low" else ""
    copy = "read in a copy" if row["read_in_copy"] == "yes" else ""
    return joined([low, copy])


def in_vocabulary_units(levels):
    units = read("vocabulary/indicators.csv").set_index("key")["unit"].to_dict()
    values = [in_unit(row, units) for row in levels.to_dict("records")]
    return levels.assign(printed=levels["value"], value=values)


def in_unit(row, units):
    indicator, printed_unit = row["indicator"], row["unit"]
    if indicator not in units:
        fail(f"The indicator {indicator} has no row in data/vocabulary/indicators.csv.")

    unit = units[indicator]
    if printed_unit == unit:
        return Decimal(row["value"])
    if (printed_unit, unit) not in FACTORS:
        fail(f"{indicator} {row['year']} is printed in {printed_unit}, which cannot be turned into {unit}.")
    return Decimal(row["value"]) * FACTORS[printed_unit, unit]


def with_rulings(levels):
    rulings = read("national/rulings.csv")
    for ruling in set(rulings["ruling"]) - RULINGS:
        fail(f"The ruling “{ruling}” in data/national/rulings.csv is none of {', '.join(sorted(RULINGS))}.")

    key = ["year", "indicator", "printed"]
    rulings = rulings.rename(columns={"printed_value": "printed"})
    if rulings.duplicated(key).any():
        fail("data/national/rulings.csv rules twice on one printed value.")

    unused = rulings.merge(levels, on=key, how="left", indicator=True).query("_merge == 'left_only'")
    for row in unused.to_dict("records"):
        fail(f"The ruling on {printing(row)} matches no published figure.")

    ruled = levels.merge(rulings, on=key, how="left").fillna({"ruling": "", "why": ""})
    refuse_marked_rows_without_ruling(ruled)
    return ruled


def refuse_marked_rows_without_ruling(ruled):
    for row in ruled[ruled["ruling"] == ""].to_dict("records"):
        for word in WORDS_THAT_NEED_A_RULING:
            if word in row["definition_note"]:
                fail(
                    f"The note on {printing(row)} says {word.strip()}, "
                    "so data/national/rulings.csv must rule on it."
                )


def printing(row):
    return f"{row['indicator']} {row['year']} printed as {row['printed']}"


def with_bases(levels):
    bases = read("national/bases.csv")
    basis = pd.Series("published", index=levels.index)
    claimed = pd.Series(False, index=levels.index)

    for rule in bases.to_dict("records"):
        matched = levels["indicator"].eq(rule["indicator"]) & levels["year"].between(
            rule["first"] or "0000", rule["last"] or "9999"
        )
        if not matched.any():
            fail(f"The basis {rule['basis']} of {rule['indicator']} matches no published figure.")
        if (matched & claimed).any():
            fail(f"Two rows of data/national/bases.csv give {rule['indicator']} a basis in the same year.")
        basis[matched] = rule["basis"]
        claimed |= matched

    return levels.assign(basis=basis)


def settled(levels):
    def key(row):
        return row["indicator"], row["year"]

    rows = []
    for _, printed in groupby(sorted(levels, key=key), key):
        rows += settled_key(list(printed))
    return rows


def settled_key(printed):
    rows = [conflicting(row) for row in printed if row["ruling"] == "conflicting"]
    within = [row for row in printed if row["ruling"] == "part_year"]
    yearly = [row for row in printed if row["ruling"] in ("", "estimated")]

    if yearly:
        rows.append(most_exact(yearly, within))
    elif within:
        rows.append(no_yearly_value(within))
    return rows


def conflicting(row):
    return observation(row, "conflicting", [row["definition_note"], row["why"], row["remarks"]])


def most_exact(yearly, within):
    best, *others = sorted(yearly, key=lambda row: (last_digit(row["value"]), row["confidence"] != "high"))
    for other in others:
        refuse_unsettled(best, other)

    also = [also_printed(best, other) for other in others]
    inside = [part_year_count(row) for row in within]
    status = best["ruling"] or "final"
    return observation(best, status, [best["definition_note"], *also, *inside, best["remarks"]])


def refuse_unsettled(best, other):
    if best["value"].quantize(last_digit(other["value"]), ROUND_HALF_UP) != other["value"]:
        fail(
            f"{best['indicator']} {best['year']} is printed as {best['printed']} and as {other['printed']}, "
            "which rounding does not explain, so data/national/rulings.csv must rule on it."
        )


def last_digit(value):
    return Decimal(1).scaleb(value.normalize().as_tuple().exponent)


def also_printed(best, other):
    if other["value"] == best["value"]:
        return f"also in {other['source']}"
    return f"also printed as {plain(other['value'])} ({other['source']})"


def no_yearly_value(within):
    counts = [part_year_count(row) for row in within]
    marks = sorted({row["remarks"] for row in within})
    first = {**within[0], "value": None}
    return observation(first, "missing", ["no year-end figure", *counts, *marks])


def part_year_count(row):
    return f"{plain(row['value'])} counted within the year: {row['why']} ({row['source']})"


def observation(row, status, notes):
    return {
        "area": "100000",
        "period": row["year"],
        "indicator": row["indicator"],
        "basis": row["basis"],
        "value": plain(row["value"]),
        "status": status,
        "source": row["source"],
        "note": joined(notes),
    }


def population():
    people = read("raw/population.csv")
    people["indicator"], people["basis"] = "population", "year_end"
    people["value"] = [Decimal(persons) for persons in people["persons"]]
    people["source"] = source_keys(people["source_title"])
    return [
        observation(row, "final", [row["note"].replace(POPULATION_PREFACE, "mainland").rstrip(".")])
        for row in people.to_dict("records")
    ]


def changes_beside_levels(levels):
    changes = []
    for row in read("raw/printed_changes_read.csv").to_dict("records"):
        same = levels["year"].eq(row["year"]) & levels["indicator"].eq(row["indicator"])
        saying = same & levels["definition_note"].str.contains(row["wording"], regex=False)
        if not saying.any():
            fail(f"No note on {row['indicator']} {row['year']} prints the change “{row['wording']}”.")
        figure = levels[saying].iloc[0]
        changes.append(change(row, row["percent"], figure["source"], [row["remark"], figure["remarks"]]))
    return changes


def changes_printed_alone(figures):
    changes = []
    for row in figures.to_dict("records"):
        row["indicator"] = CHANGE_INDICATORS[row["indicator"]]
        changes.append(change(row, row["value"], row["source"], [row["definition_note"], row["remarks"]]))
    return changes


def change(row, percent, source, notes):
    return {
        "year": row["year"],
        "indicator": row["indicator"],
        "printed": plain(Decimal(percent) / 100),
        "decimals": len(percent.partition(".")[2]),
        "source": source,
        "note": joined(notes),
    }


def read(name):
    return pd.read_csv(DATA / name, dtype=str, keep_default_na=False, encoding="utf-8")


def write(table, path):
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def plain(value):
    return "" if value is None else f"{value.normalize():f}"


def joined(notes):
    return "; ".join(note for note in notes if note)


def fail(sentence):
    raise SystemExit(sentence)


if __name__ == "__main__":
    main(*sys.argv[1:])
