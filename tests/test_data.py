"""The real data: rebuilt to the byte, true to the contract, and equal to what was published."""

import os
import re
import shutil
import subprocess
import sys
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
OBSERVED = ["national", "england"]
KEY = ["area", "period", "indicator", "basis"]


def read(name):
    return pd.read_csv(ROOT / name, dtype=str, keep_default_na=False, encoding="utf-8")


def observations(folder):
    return read(f"data/{folder}/observations.csv")


def run(script, *arguments):
    command = [sys.executable, str(script), *map(str, arguments)]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment)


@pytest.fixture
def national():
    return observations("national")


@pytest.fixture
def raw():
    return read("data/raw/national_published.csv")


@pytest.fixture
def copy(tmp_path):
    """A copy of what the national script reads, to be spoiled."""
    for folder in ["raw", "national", "vocabulary"]:
        shutil.copytree(DATA / folder, tmp_path / folder)
    return tmp_path


def spoil(path, old, new):
    text = path.read_bytes().decode("utf-8")
    assert text.count(old) == 1, f"{old} occurs {text.count(old)} times"
    path.write_bytes(text.replace(old, new).encode("utf-8"))


def refusal(copy):
    result = run(copy / "national" / "make_national.py", copy)
    assert result.returncode == 1
    return result.stderr.strip()


def only(table, **values):
    for column, value in values.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


def number(table, year, indicator):
    used = table[~table["status"].isin(["conflicting", "missing"])]
    return Decimal(only(used, period=str(year), indicator=indicator)["value"])


@pytest.mark.parametrize(
    "script, made",
    [
        ("vocabulary/make_areas.py", ["data/vocabulary/areas.csv", "data/vocabulary/area_changes.csv"]),
        ("england/make_england.py", ["data/england/observations.csv", "tests/golden/england_rates.csv"]),
        (
            "national/make_national.py",
            ["data/national/observations.csv", "data/national/printed_changes.csv"],
        ),
    ],
)
def test_a_script_rebuilds_the_committed_files_byte_for_byte(script, made, tmp_path):
    result = run(DATA / script, tmp_path)
    assert result.returncode == 0, result.stderr
    for name in made:
        assert (tmp_path / Path(name).name).read_bytes() == (ROOT / name).read_bytes(), name


@pytest.mark.parametrize("folder", OBSERVED)
def test_a_key_occurs_once_unless_it_is_conflicting(folder):
    table = observations(folder)
    assert not table[table["status"] != "conflicting"].duplicated(KEY).any()
    assert not table.duplicated().any()


@pytest.mark.parametrize("folder", OBSERVED)
def test_a_value_is_empty_exactly_when_it_is_suppressed_or_missing(folder):
    table = observations(folder)
    assert (table["value"].eq("") == table["status"].isin(["suppressed", "missing"])).all()


@pytest.mark.parametrize("folder", OBSERVED)
def test_every_word_of_an_observation_is_in_the_vocabulary(folder):
    table = observations(folder)
    statuses = {"final", "provisional", "estimated", "suppressed", "missing", "conflicting"}
    assert set(table["status"]) <= statuses
    assert set(table["area"]) <= set(read("data/vocabulary/areas.csv")["code"])
    assert set(table["indicator"]) <= set(read("data/vocabulary/indicators.csv")["key"])
    assert set(table["source"]) <= set(read("data/vocabulary/sources.csv")["key"])
    assert table["basis"].str.fullmatch("[a-z0-9_]+").all()
    assert table["period"].str.fullmatch("[12][0-9]{3}").all()


def test_shares_are_fractions(national):
    kinds = read("data/vocabulary/indicators.csv").query("unit == 'fraction'")["key"]
    shares = national[national["indicator"].isin(kinds) & national["value"].ne("")]
    assert len(shares) > 20
    assert shares["value"].map(Decimal).between(0, 1).all()


def test_source_keys_and_titles_are_told_apart_and_dates_stand_in_the_titles():
    sources = read("data/vocabulary/sources.csv")
    assert sources["key"].is_unique and sources["title"].is_unique
    assert sources["key"].str.fullmatch("[a-z0-9_]+").all()
    for row in sources[sources["date"] != ""].to_dict("records"):
        assert row["date"] in row["title"], row["key"]


def test_every_published_title_and_address_is_a_source(raw):
    sources = read("data/vocabulary/sources.csv").set_index("title")["url"]
    for title, url in raw[["source_title", "source_url"]].drop_duplicates().itertuples(index=False):
        assert sources[title] == url


def test_areas_have_one_code_a_known_parent_and_an_english_name_where_promised():
    areas = read("data/vocabulary/areas.csv")
    assert areas["code"].is_unique
    assert set(areas["parent"]) <= set(areas["code"]) | {""}
    assert areas["zh"].ne("").all()

    named = areas["level"].isin(["nation", "province", "country", "force"])
    assert areas[named]["en"].ne("").all()
    assert len(areas.query("level == 'force' and parent == 'england'")) == 39
    assert areas["code"].str.startswith("990").any()


def test_the_dated_changes_are_those_of_the_raw_file():
    assert read("data/vocabulary/area_changes.csv").equals(read("data/raw/area_changes.csv"))


def test_the_two_headline_stocks_are_as_published(national):
    registered = only(national, indicator="users_registered", period="2014", status="final")
    assert (registered["basis"], registered["value"]) == ("cumulative", "2955964")

    current = only(national, indicator="users_current", period="2015", status="final")
    assert (current["basis"], current["value"]) == ("current", "2345000")


def test_no_basis_joins_registered_and_current_users_across_2014_and_2015(national):
    stocks = national[national["indicator"].isin(["users_registered", "users_current"])]
    assert stocks.groupby("basis")["indicator"].nunique().eq(1).all()

    current = stocks[stocks["indicator"] == "users_current"]
    spans = current.groupby("basis")["period"].agg(["min", "max"])
    assert not ((spans["min"] <= "2014") & (spans["max"] >= "2015")).any()


def test_the_old_basis_reaches_2015_only_as_an_estimate(national):
    registered = national[national["indicator"] == "users_registered"]
    late = registered[registered["period"] >= "2015"]
    assert late[["period", "basis", "status"]].values.tolist() == [["2015", "cumulative", "estimated"]]


def test_a_cumulative_count_never_falls(national):
    for indicator in ["users_registered", "deaths_cumulative", "hiv_cumulative_reported"]:
        series = national[national["indicator"] == indicator]
        series = series[series["status"].isin(["final", "estimated"]) & series["basis"].ne("known_addicts")]
        assert len(series) > 1
        assert series.sort_values("period")["value"].map(Decimal).is_monotonic_increasing


@pytest.mark.parametrize("indicator, last_before", [("cases_solved", "2004"), ("abstinent_3y", "2010")])
def test_a_changed_counting_rule_is_another_basis(national, indicator, last_before):
    series = national[national["indicator"] == indicator]
    before = series["period"] <= last_before
    assert before.any() and not before.all()
    assert not set(series[before]["basis"]) & set(series[~before]["basis"])


def test_persons_and_person_times_never_share_a_basis(national, raw):
    units = read("data/vocabulary/indicators.csv").set_index("key")["unit"]
    persons = raw[raw["unit"].eq("person") & raw["indicator"].map(units).eq("person-time")]
    assert len(persons) > 0
    for row in persons.to_dict("records"):
        same = national[national["indicator"].eq(row["indicator"]) & national["period"].eq(row["year"])]
        assert set(same["basis"]) == {"published_persons"}


@pytest.mark.parametrize("year, parts", [(2014, [754, 1545, 749]), (2003, [1033, 963, 205])])
def test_counties_by_size_add_up_to_all_counties_with_users(national, year, parts):
    sizes = ["counties_under100_users", "counties_100_999_users", "counties_1000plus_users"]
    assert [number(national, year, size) for size in sizes] == parts
    assert number(national, year, "counties_affected") == sum(parts)


@pytest.mark.parametrize(
    "year, parts",
    [
        (2016, ["users_u18", "users_18_35", "users_36_59", "users_60plus"]),
        (2017, ["users_u18", "users_18_35", "users_36_59", "users_60plus"]),
        (2019, ["users_u18", "users_18_35", "users_gt35"]),
        (2016, ["users_opioid", "users_synthetic", "users_other_drugs"]),
    ],
)
def test_the_parts_add_up_to_the_current_users_within_rounding(national, year, parts):
    total = sum(number(national, year, part) for part in parts)
    assert abs(total - number(national, year, "users_current")) <= 500 * (len(parts) + 1)


def test_the_young_of_2014_are_the_printed_share_of_the_registered(national):
    young = number(national, 2014, "users_u18") + number(national, 2014, "users_18_35")
    share = young / number(national, 2014, "users_registered")
    assert round(share, 3) == number(national, 2014, "users_under35_share")


def test_a_count_within_the_year_is_never_a_yearly_value(national):
    rulings = read("data/national/rulings.csv").query("ruling == 'part_year'")
    assert len(rulings) > 20
    for row in rulings.to_dict("records"):
        same = national[national["indicator"].eq(row["indicator"]) & national["period"].eq(row["year"])]
        share = Decimal(row["printed_value"]) / (100 if row["indicator"].endswith("_share") else 1)
        kept = same[same["status"] != "missing"]["value"].map(Decimal)
        assert len(same) > 0
        assert share not in set(kept)
        assert same["note"].str.contains(row["why"], regex=False).any()


def test_every_raw_note_on_a_part_of_a_year_is_ruled_so(raw):
    marked = raw[raw["definition_note"].str.contains(r"END [A-Z]+|Jan-Oct|\(Nov |date of count not stated")]
    rulings = read("data/national/rulings.csv").query("ruling == 'part_year'")
    ruled = set(rulings[["year", "indicator", "printed_value"]].itertuples(index=False, name=None))
    assert set(marked[["year", "indicator", "value"]].itertuples(index=False, name=None)) <= ruled


def test_every_raw_note_that_shows_its_own_conflict_is_conflicting(national, raw):
    marked = raw[raw["definition_note"].str.contains("CONFLICT|conflicts with|MISPRINT|DOUBTFUL|garbled:")]
    assert len(marked) > 10
    factors = {"percent": Decimal("0.01"), "tonne": Decimal(1000)}
    for row in marked.to_dict("records"):
        same = national[national["indicator"].eq(row["indicator"]) & national["period"].eq(row["year"])]
        value = Decimal(row["value"]) * factors.get(row["unit"], 1)
        printed = same[same["value"] == f"{value.normalize():f}"]
        assert set(printed["status"]) == {"conflicting"}


def test_a_misprint_in_another_source_leaves_the_figure_final(national):
    for indicator in ["users_meth", "users_cannabis"]:
        assert only(national, indicator=indicator, period="2018")["status"] == "final"
    assert only(national, indicator="users_share_population", period="2022")["status"] == "final"


def test_words_of_doubt_about_the_size_make_an_estimate(national):
    doubtful = "more than|almost|nearly|advance estimate|[0-9万]余|超过|; rounded"
    rows = national[national["note"].str.contains(doubtful) & national["status"].ne("missing")]
    assert len(rows) > 5
    assert set(rows["status"]) <= {"estimated", "conflicting"}


def test_low_confidence_and_reading_in_a_copy_are_seen_in_the_note(national, raw):
    sources = read("data/vocabulary/sources.csv").set_index("title")["key"]
    marks = [("confidence", "low confidence", "low"), ("read_in_copy", "read in a copy", "yes")]
    for column, mark, value in marks:
        for row in raw[raw[column] == value].to_dict("records"):
            same = national[
                national["indicator"].eq(row["indicator"])
                & national["period"].eq(row["year"])
                & national["source"].eq(sources[row["source_title"]])
            ]
            assert same["note"].str.contains(mark).all()


def test_every_raw_figure_is_an_observation_a_change_or_named_in_a_note(national, raw):
    keys = read("data/vocabulary/sources.csv").set_index("title")["key"]
    changes = read("data/national/printed_changes.csv")
    seen = pd.concat([national[["period", "source", "note"]], changes.rename(columns={"year": "period"})])
    for row in raw.to_dict("records"):
        key = keys[row["source_title"]]
        same = seen[seen["period"] == row["year"]]
        assert (same["source"].eq(key) | same["note"].str.contains(key, regex=False)).any(), row


NOT_PRINTED_CHANGES = {
    ("1998", "cases_all_drug_related", "+2.4%"): "the change of 1999",
    ("1998", "users_registered", "+14.3%"): "the change of 1999",
    ("2020", "users_handled", "-31%"): "the -30.8% of another copy, rounded",
    ("2021", "users_current", "-42.1%"): "on the end of 2016",
}


def test_every_signed_percentage_of_a_raw_note_is_a_printed_change(raw):
    changes = read("data/national/printed_changes.csv")
    known = {(row.year, row.indicator, Decimal(row.printed)) for row in changes.itertuples()}
    for row in raw.itertuples():
        indicator = row.indicator.removesuffix("_yoy")
        for text in re.findall(r"(?<![0-9])[+-][0-9.]+%", row.definition_note):
            if (row.year, indicator, text) not in NOT_PRINTED_CHANGES:
                assert (row.year, indicator, Decimal(text.strip("%")) / 100) in known, row


def test_printed_changes_are_fractions_with_the_printed_decimals():
    changes = read("data/national/printed_changes.csv")
    assert not changes.duplicated(["year", "indicator"]).any()
    assert set(changes["source"]) <= set(read("data/vocabulary/sources.csv")["key"])
    assert set(changes["indicator"]) <= set(read("data/vocabulary/indicators.csv")["key"])

    new = only(changes, year="2022", indicator="cases_solved")
    assert (new["printed"], new["decimals"]) == ("-0.286", "1")
    assert only(changes, year="2023", indicator="seizure_total")["decimals"] == "0"


@pytest.mark.parametrize(
    "year, indicator, levels, printed, from_levels",
    [
        (2015, "users_new", (531, 480), "0.146", "0.106"),
        (2022, "cases_solved", (35, 54), "-0.286", "-0.352"),
        (2022, "suspects_arrested", (53, 77), "-0.243", "-0.312"),
        (2023, "cases_solved", (42, 35), "0.126", "0.200"),
        (2024, "cases_solved", (37, 42), "-0.129", "-0.119"),
        (2016, "users_current", (2505, 2345), "0.068", "0.068"),
        (2018, "users_current", (2404, 2553), "-0.058", "-0.058"),
        (2019, "users_current", (2148, 2404), "-0.106", "-0.106"),
        (2020, "users_handled", (427, 617), "-0.308", "-0.308"),
        (2023, "users_current", (896, 1124), "-0.203", "-0.203"),
    ],
)
def test_the_printed_changes_of_the_reports_stand_beside_their_levels(
    national, year, indicator, levels, printed, from_levels
):
    after, before = (number(national, when, indicator) for when in (year, year - 1))
    assert (after / 1000, before / 1000) == levels
    assert round(after / before - 1, 3) == Decimal(from_levels)
    change = only(read("data/national/printed_changes.csv"), year=str(year), indicator=indicator)
    assert change["printed"] == printed


@pytest.mark.parametrize("rounding", [ROUND_HALF_UP, ROUND_HALF_EVEN])
def test_the_390_printed_english_rates_follow_from_the_counts(rounding):
    wide = observations("england").pivot(index=["area", "period"], columns="indicator", values="value")
    rates = read("tests/golden/england_rates.csv").merge(wide.reset_index(), on=["area", "period"])
    assert len(rates) == 390
    for row in rates.itertuples():
        rate = Decimal(row.drug_misuse_deaths) * 100_000 / Decimal(row.population)
        assert rate.quantize(Decimal("0.01"), rounding) == Decimal(row.published), row


def test_the_english_deaths_of_a_year_are_those_of_three_years():
    deaths = observations("england").query("indicator == 'drug_misuse_deaths'")
    assert set(deaths["basis"]) == {"three_year_total"}

    # ONS, England and Wales, drug misuse deaths registered in one year: 2,593 in 2016, 2,917 in 2018.
    for year, in_one_year in [("2016", 2593), ("2018", 2917)]:
        england = deaths[deaths["period"] == year]["value"].astype(int).sum()
        assert 2 * in_one_year < england < 3 * in_one_year


def test_the_city_of_londons_deaths_say_that_they_include_hackney():
    table = observations("england")
    city = table[table["area"].eq("england-city-of-london") & table["indicator"].eq("drug_misuse_deaths")]
    assert len(city) == 10
    assert city["note"].str.contains("Hackney").all()


def test_an_unruled_conflict_stops_the_script(copy):
    spoil(
        copy / "raw/national_published.csv",
        "2020,suspects_arrested,92000,person,9.2万",
        "2020,suspects_arrested,95000,person,9.5万",
    )
    assert refusal(copy) == (
        "suspects_arrested 2020 is printed as 92000 and as 95000, "
        "which rounding does not explain, so data/national/rulings.csv must rule on it."
    )


def test_a_ruling_that_matches_no_figure_stops_the_script(copy):
    spoil(copy / "national/rulings.csv", "2019,users_meth,1180000,", "2019,users_meth,1180001,")
    assert refusal(copy) == "The ruling on users_meth 2019 printed as 1180001 matches no published figure."


def test_a_note_in_capitals_without_a_ruling_stops_the_script(copy):
    spoil(copy / "national/rulings.csv", "2013,users_synthetic,834000,part_year,end of March 2013\n", "")
    assert refusal(copy) == (
        "The note on users_synthetic 2013 printed as 834000 says END, "
        "so data/national/rulings.csv must rule on it."
    )


def test_a_basis_that_matches_no_figure_stops_the_script(copy):
    spoil(copy / "national/bases.csv", "users_ketamine,2015,,current", "users_ketamine,2030,,current")
    assert refusal(copy) == "The basis current of users_ketamine matches no published figure."


def test_two_bases_in_one_year_stop_the_script(copy):
    spoil(copy / "national/bases.csv", "users_meth,,2014,cumulative", "users_meth,,2018,cumulative")
    assert refusal(copy) == "Two rows of data/national/bases.csv give users_meth a basis in the same year."


def test_an_unknown_ruling_stops_the_script(copy):
    spoil(copy / "national/rulings.csv", "etomidate_cases,9800,estimated", "etomidate_cases,9800,guessed")
    assert "“guessed”" in refusal(copy)


def test_two_rulings_on_one_value_stop_the_script(copy):
    line = "2019,users_meth,1180000,estimated,printed rounded\n"
    spoil(copy / "national/rulings.csv", line, line + line)
    assert refusal(copy) == "data/national/rulings.csv rules twice on one printed value."


def test_an_unknown_source_stops_the_script(copy):
    spoil(copy / "vocabulary/sources.csv", "Sixth Tone 2021-06-25", "Sixth Tone 2021-06-26")
    assert refusal(copy) == "The source “Sixth Tone 2021-06-25” has no row in data/vocabulary/sources.csv."


def test_an_unknown_indicator_stops_the_script(copy):
    spoil(copy / "vocabulary/indicators.csv", "\netomidate_cases,", "\netomidate_case,")
    assert refusal(copy) == "The indicator etomidate_cases has no row in data/vocabulary/indicators.csv."


def test_a_unit_that_cannot_be_turned_stops_the_script(copy):
    spoil(copy / "raw/national_published.csv", "etomidate_cases,9800,case", "etomidate_cases,9800,tonne")
    assert refusal(copy) == "etomidate_cases 2024 is printed in tonne, which cannot be turned into case."


def test_a_printed_change_that_no_note_prints_stops_the_script(copy):
    spoil(copy / "raw/printed_changes_read.csv", "2022,users_new,-41.7%", "2022,users_new,-41.8%")
    assert refusal(copy) == "No note on users_new 2022 prints the change “-41.8%”."


@pytest.mark.parametrize(
    "old, new, sentence",
    [
        ("990102,望鹭区", "990101,望鹭区", "The area code 990101 is given twice."),
        ("(made up),prefecture,990000", "(made up),prefecture,980000", "lies in 980000, which is no area."),
    ],
)
def test_a_broken_list_of_areas_stops_the_script(copy, old, new, sentence):
    spoil(copy / "raw/areas_example_city.csv", old, new)
    result = run(copy / "vocabulary/make_areas.py", copy)
    assert result.returncode == 1 and sentence in result.stderr


def test_an_english_name_for_no_area_stops_the_script(copy):
    spoil(copy / "raw/area_names_en.csv", "460000,Hainan", "460001,Hainan")
    result = run(copy / "vocabulary/make_areas.py", copy)
    expected = "data/raw/area_names_en.csv names 460001, which is no area of data/raw/areas_china.csv."
    assert result.stderr.strip() == expected


def test_an_unknown_police_force_stops_the_script(copy):
    shutil.copytree(DATA / "england", copy / "england")
    spoil(copy / "vocabulary/areas.csv", "诺福克郡,Norfolk,", "诺福克郡,Norfolks,")
    result = run(copy / "england/make_england.py", copy)
    assert result.stderr.strip() == "The police force Norfolk has no row in data/vocabulary/areas.csv."


def test_a_missing_list_of_areas_stops_the_script(copy):
    (copy / "raw/areas_example_city.csv").unlink()
    result = run(copy / "vocabulary/make_areas.py", copy)
    expected = "The list of areas needs data/raw/areas_example_city.csv, which is missing."
    assert result.stderr.strip() == expected
