"""The made-up city keeps what its README promises: the layout, the accounts that close, what was planted."""

import csv
import importlib.util
import re
import subprocess
import sys
import zipfile
from itertools import product
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from scipy.stats import binom, false_discovery_control

ROOT = Path(__file__).resolve().parent.parent
CITY_FOLDER = ROOT / "data" / "example_city"
SCRIPT = CITY_FOLDER / "make_example_city.py"
WORKBOOKS = CITY_FOLDER / "workbooks"
RAW = ROOT / "data" / "raw"

COUNTY_NAMES = ["青渡区", "望鹭区", "澄溪县", "柏陵县", "月岑县", "南杞县", "松屏县", "芦泽县", "石磴县"]
ABOVE, BELOW = {"望鹭区", "石磴县"}, {"青渡区", "柏陵县", "南杞县"}
TOO_SMALL, WORSENING = {"月岑县", "芦泽县"}, "石磴县"
LINE = 0.05
CAMPAIGN_START = 2022 * 12 + 7
ROUND_THE_CAMPAIGN = [
    range(CAMPAIGN_START - 12, CAMPAIGN_START),
    range(CAMPAIGN_START, CAMPAIGN_START + 6),
    range(CAMPAIGN_START + 6, CAMPAIGN_START + 18),
]

TOWNSHIP_KEYS = [
    "population", "users_current", "users_registered", "users_new", "users_handled", "abstinent_3y",
    "community_ordered", "community_executed", "community_controlled", "community_lost",
]
DRUGS = ["users_heroin", "users_meth", "users_ketamine", "users_other_drugs"]
AGES = ["users_u18", "users_18_35", "users_36_59", "users_60plus"]
SECTORS = ["users_state_sector", "users_enterprise", "users_farmer", "users_unemployed", "users_pupil"]
SEIZURES = ["seizure_total", "seizure_heroin", "seizure_meth", "seizure_ketamine"]
TWICE_A_YEAR = ["awareness_asked", "awareness_aware", "satisfaction_asked", "satisfaction_satisfied"]
SURVEY = ["register_missed", "register_wrong"]
COUNTY_KEYS = [
    *TOWNSHIP_KEYS, "relapse_handled", "users_immigrated", "users_emigrated", *DRUGS, *AGES, *SECTORS,
    "users_under35", "users_first_under35", "users_first_under18", "users_male", "users_migrant",
    "users_property_crime", "cases_opened", "cases_solved", "suspects_arrested",
    "trafficking_outflow_persons", *SEIZURES, "persons_tested", "community_detox", "community_rehab",
    "community_detox_and_rehab", "community_measures_in_force", "community_reported", "community_employed",
    "community_employable", "community_relapsed", "community_followed", "deaths_cumulative",
    "hiv_positive_users", "theft_cases", "theft_cases_by_users", "drug_spending", "officers",
    *TWICE_A_YEAR, "evaluation_score", *SURVEY,
]
PARTS_AND_WHOLES = [
    ("users_current", "users_registered"), ("users_under35", "users_u18+users_18_35"),
    ("users_under35", "users_first_under35"), ("users_u18", "users_first_under18"),
    ("users_migrant", "users_current"), ("users_property_crime", "users_current"),
    ("users_state_sector+users_enterprise+users_farmer+users_unemployed+users_pupil", "users_current"),
    ("users_new", "users_handled"), ("cases_solved", "cases_opened"), ("community_detox", "users_handled"),
    ("community_ordered", "users_current"), ("register_missed", "users_immigrated"),
    ("register_wrong", "users_emigrated"), ("seizure_heroin+seizure_meth+seizure_ketamine", "seizure_total"),
]


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def total(table, keys):
    """The sum of the columns named in one text such as users_u18+users_18_35."""
    return table[keys.split("+")].sum(axis=1, skipna=False)


def sums(table, key):
    """City and year: the months and counties added up."""
    return table.groupby("year")[key].sum()


@pytest.fixture(scope="module")
def indicators():
    return {row["zh"]: row for row in rows_of(ROOT / "data" / "vocabulary" / "indicators.csv")}


@pytest.fixture(scope="module")
def areas():
    return pd.DataFrame(rows_of(RAW / "areas_example_city.csv"))


@pytest.fixture(scope="module")
def sheets():
    """Every sheet of every workbook as it stands: (county, year, sheet) to rows."""
    found = {}
    for path in sorted(WORKBOOKS.glob("*.xlsx")):
        _, county, year = path.stem.split("-")
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            found[county, int(year.rstrip("年")), name] = book.get_sheet_by_name(name).to_python()
    return found


def table_of(sheets, sheet, indicators):
    frames = []
    for (county, year, name), (headings, *rows) in sheets.items():
        if name == sheet:
            columns = [indicators[zh]["key"] if zh in indicators else zh for zh in headings]
            frames.append(pd.DataFrame(rows, columns=columns).assign(county=county, year=year))
    table = pd.concat(frames, ignore_index=True).replace("", np.nan).infer_objects()
    year_and_month = table["月份"].str.extract(r"^(\d{4})年(\d{1,2})月$").astype(int)
    table["month"] = year_and_month[1]
    table["time"] = year_and_month[0] * 12 + year_and_month[1]
    assert (year_and_month[0] == table["year"]).all()
    return table.sort_values(["county", "地区", "time"], ignore_index=True)


@pytest.fixture(scope="module")
def counties(sheets, indicators):
    return table_of(sheets, "县区月报", indicators)


@pytest.fixture(scope="module")
def townships(sheets, indicators):
    return table_of(sheets, "乡镇月报", indicators)


@pytest.fixture(scope="module")
def last_year(counties):
    """One row a county: the register of December 2025, newly found in 2025, and the test against the line."""
    register = counties.query("year == 2025 and month == 12").set_index("county")["users_current"]
    new = counties.query("year == 2025").groupby("county")["users_new"].sum()
    table = pd.DataFrame({"n": register, "x": new}).astype(int)
    tails = np.minimum(binom.cdf(table.x, table.n, LINE), binom.sf(table.x - 1, table.n, LINE))
    table["p_adjusted"] = false_discovery_control(np.minimum(1, 2 * tails), method="bh")
    side = np.where(table.x / table.n > LINE, "above", "below")
    table["verdict"] = np.where(table.p_adjusted < 0.05, side, "cannot tell")
    return table


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("make_example_city", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def true_rates(generator, areas):
    name = areas.set_index("code")["zh"]
    return {name[county.code]: county.true_new_rate_2025 for county in generator.COUNTIES}


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rebuilt")
    subprocess.run([sys.executable, str(SCRIPT), str(folder)], check=True)
    return folder


def test_there_is_one_workbook_for_each_county_and_year(sheets):
    years = range(2019, 2026)
    wanted = {f"云汀市（虚构）-{county}-{year}年.xlsx" for county, year in product(COUNTY_NAMES, years)}
    assert {path.name for path in WORKBOOKS.iterdir()} == wanted and len(wanted) == 63
    assert set(sheets) == set(product(COUNTY_NAMES, years, ["县区月报", "乡镇月报"]))


def test_the_workbooks_are_small():
    assert sum(path.stat().st_size for path in WORKBOOKS.iterdir()) < 6_000_000


def test_a_rebuild_gives_the_committed_workbooks(rebuilt):
    # Two systems may compress the same bytes differently, so what is compared is every member unpacked.
    assert {path.name for path in rebuilt.iterdir()} == {path.name for path in WORKBOOKS.iterdir()}
    for path in rebuilt.iterdir():
        assert members(path) == members(WORKBOOKS / path.name), path.name


def members(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return [(entry.filename, entry.date_time, archive.read(entry)) for entry in archive.infolist()]


def test_two_builds_on_one_machine_are_equal_byte_for_byte(rebuilt, generator, tmp_path):
    generator.main(tmp_path)
    for path in rebuilt.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_no_workbook_holds_a_formula_or_a_link():
    for path in WORKBOOKS.iterdir():
        for name, _, content in members(path):
            assert b"<f>" not in content and b"hyperlink" not in content, (path.name, name)


def test_the_readme_says_first_that_everything_is_invented():
    lines = (CITY_FOLDER / "README.md").read_text("utf-8").splitlines()
    heading, chinese, english, *_ = [line for line in lines if line]
    assert "虚构" in heading and "made up" in heading
    assert "编造" in chinese and "invented" in english


def test_the_table_of_the_readme_is_what_the_workbooks_say(last_year, true_rates):
    text = (CITY_FOLDER / "README.md").read_text("utf-8")
    row = r"^\| (\S+) (99\d{4}) \| ([\d.]+) % \| ([\d,]+) \| (\d+) \|"
    printed = re.findall(row, text, flags=re.MULTILINE)
    assert [name for name, *_ in printed] == COUNTY_NAMES
    for name, _, rate, users, found in printed:
        assert float(rate) == pytest.approx(100 * true_rates[name])
        assert (int(users.replace(",", "")), int(found)) == tuple(last_year.loc[name, ["n", "x"]])


def test_the_areas_are_one_province_one_city_nine_counties_and_their_townships(areas):
    by_level = areas.groupby("level")["code"].apply(list)
    assert by_level["province"] == ["990000"] and by_level["prefecture"] == ["990100"]
    assert by_level["county"] == [f"99010{number}" for number in range(1, 10)]
    counties = areas[areas.level == "county"]
    assert list(counties.zh) == COUNTY_NAMES and (counties.parent == "990100").all()

    townships = areas[areas.level == "township"]
    assert (townships.code.str[:6] == townships.parent).all() and (townships.code.str.len() == 9).all()
    assert townships.groupby("parent").size().between(5, 9).all() and townships.parent.nunique() == 9
    assert areas.code.is_unique and areas.zh.is_unique and areas.en.is_unique
    assert townships.zh.str.fullmatch(r"..(镇|乡|街道)").all()
    assert townships.en.str.fullmatch(r"[A-Z][a-z']+ (Town|Township|Subdistrict)").all()


def test_no_county_of_the_city_is_a_real_one(areas):
    real = "".join((RAW / name).read_text("utf-8") for name in ("areas_china.csv", "area_changes.csv"))
    assert "昆明市" in real
    stems = [name.rstrip("区县") for name in COUNTY_NAMES] + ["云汀"]
    assert [stem for stem in stems if stem in real] == []
    townships = areas[areas.level == "township"].zh
    assert [name for name in townships if name in real] == []
    assert not (areas.code.isin(row["code"] for row in rows_of(RAW / "areas_china.csv"))).any()


def test_province_and_city_carry_the_word_made_up_in_both_languages(areas):
    top = areas[areas.level.isin(["province", "prefecture"])]
    assert top.zh.str.endswith("（虚构）").all() and top.en.str.endswith("(made up)").all()


def test_every_heading_is_a_name_of_the_vocabulary(sheets, indicators):
    for (_, _, sheet), (headings, *_) in sheets.items():
        assert headings[:2] == ["地区", "月份"]
        keys = [indicators[zh]["key"] for zh in headings[2:]]
        wanted = COUNTY_KEYS if sheet == "县区月报" else TOWNSHIP_KEYS
        assert len(keys) == len(set(keys)) and set(keys) == set(wanted)


def test_a_county_sheet_has_twelve_rows_and_a_township_sheet_a_row_for_each_township_and_month(sheets, areas):
    codes = areas.set_index("zh")["code"]
    for (county, year, sheet), (_, *rows) in sheets.items():
        names = [county] if sheet == "县区月报" else list(areas[areas.parent == codes[county]].zh)
        months = [f"{year}年{month}月" for month in range(1, 13)]
        assert [tuple(row[:2]) for row in rows] == [(name, month) for month in months for name in names]


def test_the_header_is_frozen_and_the_columns_are_wide_enough_for_chinese():
    book = openpyxl.load_workbook(WORKBOOKS / "云汀市（虚构）-石磴县-2025年.xlsx")
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "C2" and not sheet.merged_cells.ranges
        for cell in sheet[1]:
            in_two_lines = 2 * sheet.column_dimensions[cell.column_letter].width
            assert 2 * len(cell.value) <= in_two_lines, cell.value


def test_what_is_not_known_is_an_empty_cell_and_nothing_else_is_empty(counties, townships):
    june_and_december = counties.month.isin([6, 12])
    survey = (counties.year == 2024) & counties.month.isin([4, 5, 6])
    known = {key: june_and_december for key in TWICE_A_YEAR} | {key: survey for key in SURVEY}
    known["evaluation_score"] = counties.month == 12
    for key in COUNTY_KEYS:
        assert (counties[key].notna() == known.get(key, True)).all(), key
    assert townships[TOWNSHIP_KEYS].notna().all(axis=None)

    sheet = openpyxl.load_workbook(WORKBOOKS / "云汀市（虚构）-月岑县-2025年.xlsx")["县区月报"]
    headings = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, headings.index("考评得分") + 1).value is None
    assert sheet.cell(2, headings.index("新发现吸毒人员") + 1).value == 0


def test_counts_are_whole_and_nothing_is_negative(counties, townships):
    decimals = {key: 2 for key in SEIZURES} | {"drug_spending": 1, "evaluation_score": 1}
    for table, keys in ((counties, COUNTY_KEYS), (townships, TOWNSHIP_KEYS)):
        for key in keys:
            values = table[key].dropna()
            assert (values >= 0).all(), key
            assert np.allclose(values, values.round(decimals.get(key, 0)), rtol=0, atol=1e-9), key


def test_no_part_is_larger_than_its_whole(counties, townships, indicators):
    shares = [(row["part"], row["whole"]) for row in indicators.values() if row["kind"] == "share"]
    for table, keys in ((counties, COUNTY_KEYS), (townships, TOWNSHIP_KEYS)):
        pairs = [pair for pair in shares + PARTS_AND_WHOLES if set("+".join(pair).split("+")) <= {*keys}]
        assert len(pairs) > 5
        for part, whole in pairs:
            larger = total(table, part) > total(table, whole) + 1e-9
            assert not larger.any(), (part, whole)


def test_newly_found_in_a_year_are_fewer_than_the_closing_register(counties):
    years = counties.groupby(["county", "year"])
    assert (years["users_new"].sum() <= years["users_current"].last()).all()


def test_drugs_and_ages_add_up_to_the_register_and_handled_to_its_two_kinds(counties):
    assert (counties[DRUGS].sum(axis=1) == counties.users_current).all()
    assert (counties[AGES].sum(axis=1) == counties.users_current).all()
    assert (counties.users_new + counties.relapse_handled == counties.users_handled).all()
    assert (counties.community_detox + counties.community_rehab == counties.community_detox_and_rehab).all()


def test_those_under_community_measures_are_in_control_or_lost(counties, townships):
    for table in (counties, townships):
        assert (table.community_controlled + table.community_lost == table.community_executed).all()
    assert (counties.community_measures_in_force == counties.community_executed).all()


def test_townships_add_up_to_their_county_in_every_month(counties, townships):
    added = townships.groupby(["county", "time"])[TOWNSHIP_KEYS].sum()
    whole = counties.set_index(["county", "time"])[TOWNSHIP_KEYS]
    pd.testing.assert_frame_equal(added, whole, check_dtype=False)


def test_the_register_closes_every_month(counties):
    stocks = ["users_current", "abstinent_3y", "deaths_cumulative", "users_registered"]
    change = counties.groupby("county")[stocks].diff()
    entered = counties.users_new + counties.users_immigrated
    left = change.abstinent_3y + counties.users_emigrated + change.deaths_cumulative
    later = change.users_current.notna()
    assert later.sum() == 9 * 83
    assert (change.users_current == entered - left)[later].all()
    assert (change.users_registered == entered)[later].all()


def test_what_accumulates_never_falls(counties, townships):
    for table, keys in ((counties, ["deaths_cumulative", "users_registered", "abstinent_3y"]),
                        (townships, ["users_registered", "abstinent_3y"])):
        assert not (table.groupby(["county", "地区"])[keys].diff() < 0).any(axis=None)


def test_ever_registered_holds_the_present_users_and_the_abstinent(counties, townships):
    for table in (counties, townships):
        assert (table.users_registered >= table.users_current + table.abstinent_3y).all()


def test_population_and_users_for_ten_thousand_residents_are_plausible(counties):
    assert counties.population.between(60_000, 900_000).all()
    assert (counties.users_current / counties.population * 10_000).between(3, 35).all()
    assert (counties.groupby(["county", "year"])["population"].nunique() == 1).all()


def test_a_user_is_taken_to_spend_between_fifty_and_sixty_five_thousand_yuan_a_year(counties):
    yuan_a_head = counties.drug_spending * 10_000 * 12 / counties.users_current
    assert yuan_a_head.between(50_000, 65_000).all()
    assert sums(counties, "drug_spending")[2025] == pytest.approx(30_000, rel=0.03)


def test_the_city_and_the_county_of_the_speech_have_its_figures(counties, last_year):
    december = counties.query("year == 2025 and month == 12")
    assert december.users_current.sum() == 4788 and december.hiv_positive_users.sum() == 160
    assert tuple(last_year.loc["石磴县", ["n", "x"]]) == (213, 26) and round(100 * 26 / 213, 1) == 12.2


def test_the_shares_of_the_speech_hold_for_the_city_at_the_end(counties):
    december = counties.query("year == 2025 and month == 12").sum(numeric_only=True)
    year = counties.query("year == 2025").sum(numeric_only=True)
    assert december.users_under35 / december.users_current == pytest.approx(0.70, abs=0.01)
    assert december.users_first_under35 / december.users_current == pytest.approx(0.945, abs=0.001)
    assert december.users_first_under18 / december.users_first_under35 == pytest.approx(0.837, abs=0.001)
    assert 0.70 < december.users_property_crime / december.users_current < 0.75
    assert 0.80 < year.theft_cases_by_users / year.theft_cases < 0.85


def test_two_counties_are_seen_above_the_line_three_below_and_the_others_untold(last_year, true_rates):
    verdict = last_year.groupby("verdict").groups
    assert set(verdict["above"]) == ABOVE and set(verdict["below"]) == BELOW
    assert all(true_rates[name] > LINE for name in ABOVE) and all(true_rates[name] < LINE for name in BELOW)


def test_exactly_two_counties_are_too_small_to_tell(last_year):
    untold = last_year[last_year.verdict == "cannot tell"]
    small = untold[untold.n <= 60]
    assert set(small.index) == TOO_SMALL
    assert small.n.between(25, 60).all() and small.x.between(1, 4).all()
    assert (untold.drop(small.index).n > 200).all()

    # Even three times the line would often be missed, and not one found would prove nothing.
    for n in small.n:
        critical = next(count for count in range(n + 1) if binom.sf(count - 1, n, LINE) <= 0.025)
        assert binom.sf(critical - 1, n, 3 * LINE) < 0.8
        assert binom.cdf(0, n, LINE) > 0.025


def test_every_rate_found_in_the_last_year_is_a_likely_draw_from_its_true_rate(last_year, true_rates):
    for name, county in last_year.iterrows():
        x, n, truth = county.x, county.n, true_rates[name]
        assert min(binom.cdf(x, n, truth), binom.sf(x - 1, n, truth)) > 0.025, name


def test_the_city_falls_from_year_to_year_and_one_county_gets_worse(counties):
    december = counties[counties.month == 12].pivot(index="year", columns="county", values="users_current")
    assert (december.sum(axis=1).diff().dropna() < 0).all()
    assert december.sum(axis=1)[2025] < 0.7 * december.sum(axis=1)[2019]

    new = counties.pivot_table(index="year", columns="county", values="users_new", aggfunc="sum") / december
    worse = (december.loc[2025] > december.loc[2019]) & (new.loc[2025] > 2 * new.loc[2019])
    assert set(worse[worse].index) == {WORSENING}


@pytest.mark.parametrize("key", ["users_new", "cases_solved"])
def test_the_campaign_finds_more_for_some_months_and_less_afterwards(counties, key):
    monthly = counties.groupby("time")[key].sum()
    before, surge, after = (monthly.loc[months].mean() for months in ROUND_THE_CAMPAIGN)
    assert surge > 1.25 * before and after < 0.8 * before


def test_police_look_more_during_the_surge_than_before_and_after(counties):
    tested = counties.groupby("time")["persons_tested"].sum()
    before, surge, after = (tested.loc[months].mean() for months in ROUND_THE_CAMPAIGN)
    assert surge > 1.25 * before and after == pytest.approx(before, rel=0.05)


def test_the_month_of_the_spring_festival_is_the_quietest_of_its_year(counties):
    tested = counties.pivot_table(index="year", columns="month", values="persons_tested", aggfunc="sum")
    assert dict(tested.idxmin(axis=1)) == {2019: 2, 2020: 1, 2021: 2, 2022: 2, 2023: 1, 2024: 2, 2025: 1}


def test_seizures_are_heavy_tailed_with_one_haul_above_all(counties):
    largest, second = counties.nlargest(2, "seizure_total").itertuples()
    assert (largest.county, largest.year, largest.month) == ("南杞县", 2024, 3)
    assert largest.seizure_meth > 200 > 3 * second.seizure_total and largest.cases_solved >= 1
    assert largest.seizure_total > 0.5 * sums(counties, "seizure_total")[2024]

    ordinary = counties.seizure_total.drop(largest.Index).sort_values()
    assert ordinary.tail(len(ordinary) // 10).sum() > 0.4 * ordinary.sum()
    assert (counties.seizure_total[counties.cases_solved == 0] == 0).all()


def test_three_townships_lag_in_community_measures(townships):
    year = townships[townships.year == 2025].groupby("地区")[TOWNSHIP_KEYS].sum()
    rate = year.community_executed / year.community_ordered
    assert set(rate[rate < 0.7].index) == {"茶磨乡", "草檐乡", "云磨乡"}


def test_residents_arrested_elsewhere_are_few(counties):
    assert counties.trafficking_outflow_persons.max() <= 12
    assert sums(counties, "trafficking_outflow_persons").between(50, 250).all()


def test_the_months_are_noisy_but_the_register_moves_slowly(counties):
    large = counties[counties.county == "青渡区"]
    assert large.users_current.pct_change().abs().max() < 0.03
    assert large.users_new.std() > 0.2 * large.users_new.mean()
