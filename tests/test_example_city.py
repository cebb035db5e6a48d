"""The made-up city keeps what its README promises: messy files that say one truth, accounts that close, what was planted."""

import csv
import importlib.util
import io
import re
import subprocess
import sys
import zipfile
from datetime import datetime
from itertools import product
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from scipy.stats import binom, false_discovery_control

from drugstats import intake

ROOT = Path(__file__).resolve().parent.parent
CITY_FOLDER = ROOT / "data" / "example_city"
SCRIPT = CITY_FOLDER / "make_example_city.py"
WORKBOOKS = CITY_FOLDER / "workbooks"
RAW = ROOT / "data" / "raw"

COUNTY_NAMES = ["青渡区", "望鹭区", "澄溪县", "柏陵县", "月岑县", "南杞县", "松屏县", "芦泽县", "石磴县"]
ABOVE, BELOW = {"望鹭区", "石磴县"}, {"青渡区", "柏陵县", "南杞县"}
ZIPPED = {"澄溪县", "松屏县"}
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
def truth(generator):
    return generator.truth()


@pytest.fixture(scope="module")
def months(truth, areas):
    """The truth with a column for each indicator: a row for each area and month."""
    table = truth.pivot(index=["area", "period"], columns="indicator", values="value").reset_index()
    name = areas.set_index("code")["zh"]
    year, month = table["period"].str[:4].astype(int), table["period"].str[5:].astype(int)
    told = {"county": table["area"].str[:6].map(name), "地区": table["area"].map(name), "year": year, "month": month}
    table = table.assign(**told, time=year * 12 + month)
    return table.sort_values(["county", "地区", "time"], ignore_index=True)


@pytest.fixture(scope="module")
def counties(months):
    return months[months["area"].str.len() == 6].reset_index(drop=True)


@pytest.fixture(scope="module")
def townships(months):
    return months[months["area"].str.len() == 9].reset_index(drop=True)


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
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(CITY_FOLDER)
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


@pytest.fixture(scope="module")
def files():
    """Every file of a county and year, those in a .zip too: name to content."""
    found = {}
    for path in WORKBOOKS.iterdir():
        found |= packed(path.read_bytes()) if path.suffix == ".zip" else {path.name: path.read_bytes()}
    return found


def packed(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name_of(entry): archive.read(entry) for entry in archive.infolist()}


def name_of(entry):
    """Without the flag for UTF-8 the names are GBK, which the library takes for the letters of old DOS."""
    return entry.filename if entry.flag_bits & 0x800 else entry.filename.encode("cp437").decode("gb18030")


@pytest.fixture(scope="module")
def cells(files):
    """What stands in each cell as a clerk sees it: file, sheet and cell to content, no row for an empty one."""
    found = {}
    for name, content in files.items():
        if name.endswith(".xlsx"):
            book = openpyxl.load_workbook(io.BytesIO(content), data_only=True, read_only=True)
            told = {sheet.title: sheet.iter_rows() for sheet in book}
            found |= {
                (name, sheet, cell.coordinate): cell.value
                for sheet, rows in told.items() for row in rows for cell in row if cell.value is not None
            }  # fmt: skip
    return found


# The files


def test_there_is_one_file_for_each_county_and_year_and_two_counties_send_theirs_in_a_zip(files):
    stems = {f"云汀市（虚构）-{county}-{year}年" for county, year in product(COUNTY_NAMES, range(2019, 2026))}
    assert {name.rpartition(".")[0] for name in files} == stems and len(files) == len(stems) == 63
    zips = sorted(WORKBOOKS.glob("*.zip"))
    assert {path.stem for path in zips} == {f"云汀市（虚构）-{county}-各年" for county in ZIPPED}
    flags = {path.stem: {entry.flag_bits & 0x800 for entry in zipfile.ZipFile(path).infolist()} for path in zips}
    assert flags == {"云汀市（虚构）-澄溪县-各年": {0x800}, "云汀市（虚构）-松屏县-各年": {0}}
    texts = {name for name in files if not name.endswith(".xlsx")}
    assert texts == {name for name in files if "月岑县" in name}


def test_the_files_are_small():
    assert sum(path.stat().st_size for path in WORKBOOKS.iterdir()) < 1_900_000


def test_a_rebuild_gives_the_committed_files(rebuilt):
    # Two systems may compress the same bytes differently, so what is compared is every member unpacked.
    assert {path.name for path in rebuilt.iterdir()} == {path.name for path in WORKBOOKS.iterdir()}
    for path in rebuilt.iterdir():
        assert unpacked(path.read_bytes()) == unpacked((WORKBOOKS / path.name).read_bytes()), path.name


def unpacked(content):
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(entry.filename, entry.date_time, unpacked(archive.read(entry))) for entry in archive.infolist()]


def test_two_builds_on_one_machine_are_equal_byte_for_byte(rebuilt, generator, truth, areas, tmp_path):
    names, one_year = dict(zip(areas.code, areas.zh, strict=True)), truth[truth.period.str.startswith("2024")]
    generator.mess.write_city(tmp_path, one_year, names)
    assert len(list(tmp_path.iterdir())) == 9
    for path in tmp_path.iterdir():
        first, second = (rebuilt / path.name).read_bytes(), path.read_bytes()
        if path.suffix == ".zip":
            (second,) = packed(second).values()
            first = packed(first)[path.name.replace("各年.zip", "2024年.xlsx")]
        assert first == second, path.name


def test_no_file_holds_a_link_and_only_one_county_uses_formulas(files):
    for name, content in files.items():
        parts = packed(content) if name.endswith(".xlsx") else {}
        assert not any(b"hyperlink" in part or b"externalLink" in part for part in parts.values()), name
        formulas = any(b"<f>" in part for part in parts.values())
        assert formulas == ("石磴县" in name), name
        assert not any(b"fullCalcOnLoad" in part for part in parts.values()), name


def test_each_formula_holds_the_sum_that_it_would_calculate(files, cells):
    for name in (name for name in files if "石磴县" in name):
        column = openpyxl.load_workbook(io.BytesIO(files[name]))["台账"]["E"]
        formulas = [cell for cell in column if str(cell.value).startswith("=")]
        assert len(formulas) == 24
        for cell in formulas:
            parts = [cells[name, "台账", place] for place in cell.value[1:].split("+")]
            assert cells[name, "台账", cell.coordinate] == sum(parts) and len(parts) == 2


# What the loader makes of them


@pytest.fixture(scope="module")
def loaded():
    return intake.load(WORKBOOKS)


def test_the_files_together_load_as_the_truth_and_as_nothing_else(loaded, truth):
    key = ["area", "period", "indicator"]
    told = loaded.observations.assign(period=loaded.observations["period"].astype(str)).set_index(key)
    told, expected = told["value"].sort_index(), truth.set_index(key)["value"].sort_index()
    assert told.index.is_unique and told.index.equals(expected.index)

    converted = told.index.get_level_values("area").str.startswith("990108")
    pd.testing.assert_series_equal(told[~converted], expected[~converted], check_exact=True)
    pd.testing.assert_series_equal(told[converted], expected[converted], rtol=1e-12, atol=0)


def test_what_is_wrong_with_the_files_is_told_but_refuses_none(loaded):
    assert "error" not in set(loaded.problems["severity"])
    assert set(loaded.observations["status"]) == {"final", "missing"}


def test_every_loaded_number_names_the_cell_where_it_stands(loaded, cells, indicators):
    kinds = {row["key"]: row["kind"] for row in indicators.values()}
    compared = 0
    table = loaded.observations[~loaded.observations["source"].str.contains("月岑县")]
    for row in table.itertuples():
        place = re.match(r"(.+?)!([A-Z]+[0-9]+)", row.note)
        there = cells.get((row.source.rpartition("/")[2], *place.groups()))
        if np.isnan(row.value):
            assert there in (None, "—", "－", "/"), row
        elif written_plainly(row, kinds[row.indicator]):
            text = re.sub(r"（含.+）|起|,", "", normal(there))
            assert float(text) == row.value, row
            compared += 1
        else:
            assert there is not None, row
    assert compared > 0.95 * table["value"].notna().sum()


def written_plainly(row, kind):
    """Not a total since January and not in another unit."""
    cumulated = row.area.startswith("990103") and kind == "flow" and "专项" not in row.note
    converted = row.area.startswith("990108") and row.indicator in [*SEIZURES, "drug_spending"]
    return not cumulated and not converted


def normal(cell):
    """Full-width digits and points become plain ones, brackets stay."""
    return str(cell).translate(str.maketrans("０１２３４５６７８９．", "0123456789."))


# The faults of each county, as the README lists them


def book(files, county, year=2025):
    return openpyxl.load_workbook(io.BytesIO(files[f"云汀市（虚构）-{county}-{year}年.xlsx"]), data_only=True)


def lines(sheet):
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_one_county_types_numbers_as_text_between_titles_and_signatures(files):
    for sheet in book(files, "青渡区"):
        title, told, _, headings, *body = lines(sheet)
        assert title[0].startswith("青渡区２０２５年") and told[0] == "填报单位：青渡区禁毒办"
        assert all(re.fullmatch(r"\S \S+\n\S*\n（\S+）", heading) for heading in headings[2:])
        assert [row[0][:3] for row in body[-3:]] == ["注：空", "填表人", "审核人"]
        values = [cell for row in body[:-4] for cell in row[2:] if cell is not None]
        assert {type(cell) for cell in values} == {str}
        assert any(re.search("[０-９]", cell) for cell in values)


def test_one_county_stacks_merged_headings_and_adds_its_townships_up_under_each_month(files):
    county, townships = book(files, "望鹭区")
    assert county["A5"].value == townships["A4"].value == "甲" and county["D5"].value == 2
    assert {"人员情况", "案件情况"} <= set(lines(county)[1]) and len(county.merged_cells.ranges) > 30
    assert any(isinstance(cell, str) and re.fullmatch(r"\d+,\d{3}", cell) for cell in lines(county)[5])
    column = [int(str(row[2]).replace(",", "")) for row in lines(townships)[4:]]
    sums = [n for n, row in enumerate(lines(townships)[4:]) if row[0] == "合计"]
    assert len(sums) == 12 and all(column[n] == sum(column[n - 8 : n]) for n in sums)


def test_one_county_reports_flows_as_totals_since_january(files, counties):
    county, townships, apart = book(files, "澄溪县", 2024)
    title, headings, *body = lines(county)
    assert [row[1] for row in body] == ["1月", *(f"1—{month}月累计" for month in range(2, 13))]
    year = counties[(counties.county == "澄溪县") & (counties.year == 2024)]
    assert body[-1][headings.index("新发现吸毒人员")] == year.users_new.sum()
    assert body[-1][headings.index("缴获各类毒品")] == round(year.seizure_total.sum(), 2)
    assert body[-1][headings.index("现有在册吸毒人员")] == year.users_current.iloc[-1]
    assert "本年累计" in lines(townships)[0]
    assert lines(apart)[0] == ["地区", "月份", "考评得分", "排查补录人员", "排查纠错人员"]


def test_one_county_writes_months_across_and_a_sheet_for_each_township(files, areas):
    sheets = book(files, "柏陵县")
    assert sheets.sheetnames == list(areas[areas.code.str.startswith("990104")].zh)
    for sheet in sheets:
        _, headings, *body = lines(sheet)
        assert headings == ["序号", "指标名称", "计量单位", *(f"{month}月" for month in range(1, 13)), "全年"]
        for row in body:
            assert row[-1] is None or row[-1] == pytest.approx(sum(row[3:-1]))
        assert {row[1] for row in body if row[-1] is not None} >= {"新发现吸毒人员", "查处吸毒人员"}
        assert next(row[-1] for row in body if row[1] == "现有在册吸毒人员") is None


@pytest.mark.parametrize(
    "year, ending, encoding, mark", [(2025, "csv", "gb18030", b""), (2023, "tsv", "utf-16", b"\xff\xfe"), (2024, "csv", "utf-8-sig", b"\xef\xbb\xbf")]
)
def test_one_county_saves_text_in_three_encodings(files, year, ending, encoding, mark):
    content = files[f"云汀市（虚构）-月岑县-{year}年.{ending}"]
    assert content.startswith(mark)
    told = content.decode(encoding)
    assert "，" not in told
    rows = list(csv.reader(io.StringIO(told, newline=""), delimiter="\t" if ending == "tsv" else ","))
    assert len(rows) == 1 + 12 + 1 + 1 + 12 * 5 and {len(row) for row in rows} == {2 + len(COUNTY_KEYS)}
    january = dict(zip(rows[0], rows[1], strict=True))
    assert january["考评得分"] == "" and january["地区"] == "月岑县" and rows[14][:2] == ["地区", "月份"]


def test_one_county_keeps_a_sheet_a_month_and_once_a_list_with_dates(files):
    sheets = book(files, "南杞县")
    assert sheets.sheetnames == [f"{month}月" for month in range(1, 13)]
    assert sheets["3月"]["A1"].value == "南杞县2025年3月禁毒工作报表"
    assert [row[0] for row in lines(sheets["3月"])[9:12]] == ["合计", None, "指标"]
    listed = book(files, "南杞县", 2023)["台账"]
    assert {cell.value for cell in listed["B"][1:]} == {datetime(2023, month, 1) for month in range(1, 13)}


def test_one_county_writes_traditional_characters_short_names_and_other_names(files):
    for year in range(2019, 2026):
        county, townships = book(files, "松屏县", year)
        assert (county.title, townships.title) == ("縣區月報", "鄉鎮月報")
        assert county["A2"].value == "松 屏 縣" and townships["A2"].value == "松陰"
        periods = [str(cell.value) for cell in county["B"][1:]]
        assert all(re.fullmatch(r"20\d{4}|20\d\d\.\d\d|二〇..年[一二三四五六七八九十]+月", period) for period in periods)
        assert len(set(periods)) == 12
    assert "新滋生吸毒人員" in lines(book(files, "松屏县", 2024)["縣區月報"])[0]


def test_one_county_changes_its_units_and_writes_words_into_cells(files):
    headings, seen = set(), set()
    for year in range(2019, 2026):
        first, *body = lines(book(files, "芦泽县", year)["县区月报"])
        headings |= set(first)
        seen |= {cell for row in body for cell in row[2:] if isinstance(cell, str)}
    units = {heading[6:] for heading in headings if heading.startswith("缴获各类毒品")}
    assert units == {"（克）", "（公斤）", "（吨）", "（斤）"}
    assert {"购毒支出估算（元）", "购毒支出估算（亿元）"} <= headings
    assert {"—", "－", "/"} <= seen and any(re.fullmatch(r"\d+（含流动人口\d+）", cell) for cell in seen)


def test_one_county_sends_a_long_list_with_things_hidden_and_a_block_pasted_twice(files):
    listed, draft = book(files, "石磴县")
    assert draft.sheet_state == "hidden" and listed.auto_filter.ref
    assert listed.column_dimensions["F"].hidden and listed.row_dimensions[2].hidden
    rows = lines(listed)
    first = [tuple(row[:5]) for row in rows[1 : rows.index([None] * 6)]]
    assert 20 < len(first) - len(set(first)) < 40
    assert rows.count(rows[0]) == 2


def test_the_readme_lists_the_faults_of_each_county():
    text = (CITY_FOLDER / "README.md").read_text("utf-8")
    assert re.findall(r"^\| (\S+) (99\d{4}) \| [^\d]", text, flags=re.MULTILINE) == [
        (name, f"99010{number}") for number, name in enumerate(COUNTY_NAMES, start=1)
    ]


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


def test_the_truth_has_every_indicator_of_every_area_and_month_once(truth, areas):
    assert list(truth.columns) == ["area", "period", "indicator", "value"]
    periods = [f"{year}-{month:02}" for year in range(2019, 2026) for month in range(1, 13)]
    wanted = [
        (code, period, key)
        for code in areas[areas.level.isin(["county", "township"])].code for period in periods
        for key in (COUNTY_KEYS if len(code) == 6 else TOWNSHIP_KEYS)
    ]  # fmt: skip
    told = list(truth[["area", "period", "indicator"]].itertuples(index=False, name=None))
    assert sorted(told) == sorted(wanted)


def test_only_what_is_counted_now_and_then_is_not_known_in_between(counties, townships):
    june_and_december = counties.month.isin([6, 12])
    survey = (counties.year == 2024) & counties.month.isin([4, 5, 6])
    known = {key: june_and_december for key in TWICE_A_YEAR} | {key: survey for key in SURVEY}
    known["evaluation_score"] = counties.month == 12
    for key in COUNTY_KEYS:
        assert (counties[key].notna() == known.get(key, True)).all(), key
    assert townships[TOWNSHIP_KEYS].notna().all(axis=None)


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
