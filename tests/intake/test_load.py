"""Office files become the right observations or are refused in one sentence, never wrong or lost in silence."""

import csv
import random
import re
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drugstats import intake, tables, vocab
from drugstats.tables import TableError

ROOT = Path(__file__).resolve().parents[2]
COUNTIES = [f"99010{number}" for number in range(1, 10)]
NEW, HELD, CONTROLLED = "新发现吸毒人员", "现有在册吸毒人员", "管控率"
HEADINGS = ["地区", "月份", NEW]
GOOD = [HEADINGS, ["青渡区", "2025年3月", 12], ["望鹭区", "2025年3月", 5]]
LONG = ["地区", "月份", "指标", "数值", "状态"]


def write(path, rows, encoding="utf-8"):
    """Write the rows to a .csv, or to the sheet 表 of an .xlsx."""
    if path.suffix == ".csv":
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(rows)
        return path
    book = openpyxl.Workbook()
    book.active.title = "表"
    for row in rows:
        book.active.append([None if cell == "" else cell for cell in row])
    book.save(path)
    return path


def load(paths, **words):
    return intake.load(paths, **words).observations


def refusal(paths, lang="zh"):
    with pytest.raises(TableError) as refused:
        load(paths, lang=lang)
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert lang == "en" or sentence.count("。") == 1
    return sentence


def values(observations):
    keys = zip(observations["area"], observations["period"].astype(str), observations["indicator"], strict=True)
    return dict(zip(keys, observations["value"], strict=True))


# What loads


def test_the_63_example_files_load_and_their_registers_of_december_2025_add_up(county_returns):
    assert county_returns["source"].nunique() == 63
    stock = county_returns.query("indicator == 'users_current' and area in @COUNTIES")
    assert stock.loc[stock["period"] == pd.Period("2025-12"), "value"].sum() == 4788
    assert set(county_returns["status"]) == {"final", "missing"}
    assert county_returns.loc[county_returns["value"] == 0, "status"].eq("final").all()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_table_loads_in_each_encoding_that_offices_save(tmp_path, encoding):
    write(tmp_path / "月报.csv", GOOD, encoding)
    assert list(values(load(tmp_path)).values()) == [12, 5]


def test_rows_and_files_in_another_order_give_the_same_observations(tmp_path):
    one, other = write(tmp_path / "一.xlsx", GOOD), write(tmp_path / "二.csv", [HEADINGS, ["澄溪县", "2025年3月", 7]])
    turned = tmp_path / "turned"
    turned.mkdir()
    write(turned / "一.xlsx", [GOOD[0], *GOOD[:0:-1]])
    expected = values(load([one, other]))
    assert values(load([other, one])) == values(load([turned / "一.xlsx", other])) == expected


def test_an_empty_cell_is_missing_and_a_zero_is_a_zero(tmp_path):
    rows = [HEADINGS, ["青渡区", "2025年3月", ""], ["望鹭区", "2025年3月", 0]]
    for path in (write(tmp_path / "x.xlsx", rows), write(tmp_path / "x.csv", rows)):
        found = load(path)
        assert list(found["status"]) == ["missing", "final"]
        assert np.isnan(found["value"][0]) and found["value"][1] == 0


def test_an_area_may_be_a_code_a_number_a_name_in_either_language_or_stand_in_spaces(tmp_path):
    names = ["990101", 990102, " 澄溪县\u3000", "Bailing County"]
    path = write(tmp_path / "x.xlsx", [HEADINGS, *[[name, "2025年3月", 1] for name in names]])
    assert list(load(path)["area"]) == COUNTIES[:4]


def test_only_the_offices_own_files_of_a_folder_are_read(tmp_path):
    (tmp_path / "县" / "vocabulary").mkdir(parents=True)
    write(tmp_path / "县" / "月报.xlsx", GOOD)
    for name in ("~$月报.xlsx", ".月报.csv", "县/vocabulary/areas.csv", "说明.txt"):
        (tmp_path / name).write_text("not a table", encoding="utf-8")
    assert [path.name for path in intake.files(tmp_path)] == ["月报.xlsx"]
    assert len(load(tmp_path)) == 2


def test_conflicting_values_may_stand_side_by_side(tmp_path):
    rows = [LONG, *[["青渡区", "2025年", NEW, value, "conflicting"] for value in (3, 4)]]
    found = load(write(tmp_path / "x.csv", rows))
    assert list(found["status"]) == ["conflicting", "conflicting"]


# At most fifteen digits, which every program writes to a sheet unchanged.
numbers = st.one_of(st.none(), st.integers(0, 10**9), st.integers(0, 10**12).map(lambda number: number / 1000))
several = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@several
@given(st.dictionaries(st.sampled_from([(area, month) for area in COUNTIES for month in range(1, 13)]),
                       st.tuples(numbers, numbers, numbers), min_size=1, max_size=8), st.randoms())  # fmt: skip
def test_any_table_written_wide_loads_as_exactly_the_same_values(tmp_path, table, random):
    indicators = ["persons_tested", "seizure_total", "officers"]
    expected, rows = {}, [["地区", "月份", *[vocab.indicator(key) for key in indicators]]]
    for (area, month), cells in table.items():
        rows.append([random.choice([area, vocab.area(area)]), f"2025年{month}月", *cells])
        expected |= {(area, f"2025-{month:02}", key): cell for key, cell in zip(indicators, cells, strict=True)}
    plain = [[np.format_float_positional(cell, trim="-") if isinstance(cell, float) else cell for cell in row]
             for row in rows]  # fmt: skip
    paths = [write(tmp_path / "x.xlsx", rows)]
    paths += [write(tmp_path / f"{encoding}.csv", plain, encoding) for encoding in ("utf-8", "gb18030")]

    for path in paths:
        found = {key: None if np.isnan(value) else value for key, value in values(load(path)).items()}
        assert found == expected


@several
@given(st.dictionaries(
    st.tuples(st.sampled_from(COUNTIES), st.integers(2000, 2030), st.sampled_from(["officers", "persons_tested"]),
              st.sampled_from(["旧口径", "new"])),
    st.tuples(st.floats(0, 1e9), st.sampled_from(tables.STATUSES), st.sampled_from(["a", 'b, "c"', "两\n行"])),
    min_size=1, max_size=12,
))  # fmt: skip
def test_written_observations_load_as_the_same_observations(tmp_path, table):
    rows = [[*key, np.nan if status in tables.NO_VALUE else round(value, 3), status, "source", note]
            for key, (value, status, note) in table.items()]  # fmt: skip
    observations = pd.DataFrame(rows, columns=tables.COLUMNS).astype({"value": "float64"})
    observations["period"] = tables.periods(observations["period"].astype(str))
    tables.write(observations, tmp_path / "observations.csv")
    pd.testing.assert_frame_equal(load(tmp_path / "observations.csv")[tables.COLUMNS], observations)


@pytest.mark.parametrize("folder", ["national", "england"])
def test_published_observations_load_as_tables_read_them_empty_notes_included(folder):
    path = ROOT / "data" / folder / "observations.csv"
    pd.testing.assert_frame_equal(load(path)[tables.COLUMNS], tables.read(path))


def test_an_indicator_told_on_two_bases_in_one_period_is_no_fault(tmp_path):
    rows = [[*LONG, "口径"], *[["青渡区", "2025年", key, value, "final", basis]
            for key in (NEW, HELD) for value, basis in ((3, "旧"), (5, "新"))]]  # fmt: skip
    assert len(load(write(tmp_path / "x.csv", rows))) == 4


def test_the_language_of_the_errors_does_not_change_the_observations(tmp_path):
    path = write(tmp_path / "x.csv", GOOD)
    pd.testing.assert_frame_equal(load(path, lang="en"), load(path, lang="zh"))


# What is refused, and how

MARCH, LAST = "2025年3月", ["望鹭区", "2025年3月", 5]
BROKEN = {
    "no period": ([["地区", NEW], ["青渡区", 12]], "B2", "没有写明时间", "nothing tells the Period"),
    "no area": ([["月份", NEW], [MARCH, 12]], "B2", "没有写明地区", "nothing tells the Area"),
    "no indicator": ([["地区", "月份"], ["青渡区", MARCH]], "", "只有标题行，没有数据", "no rows of data"),
    "no value": ([LONG[:3], ["青渡区", MARCH, NEW]], "", "只有标题行，没有数据", "no rows of data"),
    "text in a number": ([HEADINGS, ["青渡区", MARCH, "十二"]], "C2", "“十二”不是数字", "'十二' is not a number"),
    "unknown area": ([*GOOD, ["青渡地区", MARCH, 1]], "A4", "不认识“青渡地区”.*：青渡区", "'青渡地区'.*: 青渡区"),
    "ambiguous area": ([HEADINGS, ["朝阳区", MARCH, 1]], "A2", "110105 北京市、220104", "110105 Beijing, 220104"),
    "unknown indicator": ([[*HEADINGS, "社区戒毒人"], [*LAST, 1]], "D1", "“社区戒毒人”.*“社区戒毒”", "is '社区戒毒'"),
    "unknown in long": ([LONG[:4], ["青渡区", MARCH, "新发现", 1]], "C2", "不认识“新发现”", "no indicator called"),
    "new above registered": ([[*HEADINGS, HELD], ["青渡区", MARCH, 30, 26]], "C2",
                             "新发现吸毒人员30大于现有在册吸毒人员26", "30 is above registered users .* 26"),
    "two frequencies": ([*GOOD, ["澄溪县", "2025年", 12]], "[BC]4", "时间2025与前面的2025-03", "2025 .*2025-03"),
    "negative": ([HEADINGS, ["青渡区", MARCH, -3]], "C2", "-3.*是负数", "-3.* is negative"),
    "share above one": ([[*HEADINGS[:2], CONTROLLED], ["青渡区", MARCH, 12.2]], "C2", "12.2大于一", "12.2 is above one"),
    "no heading": ([[*HEADINGS, ""], [*LAST, 4]], "D1", "有数据但没有标题", "has data but no heading"),
    "two areas": ([["地区", "县区", *HEADINGS[1:]], ["青渡区", *LAST]], "B2", "“望鹭区”不在青渡区辖内", "'望鹭区' does not lie in Qingdu"),
    "thirteenth month": ([HEADINGS, ["青渡区", "2025年13月", 1]], "B2", "“2025年13月”不是时间", "is no period"),
    "year to date alone": ([HEADINGS, ["青渡区", "2025年1-4月", 1]], "C2", "只有2025-01–04的累计", "the one before is missing"),
    "a part of a year": ([HEADINGS, ["青渡区", "2025年2-4月", 1], *GOOD[1:]], "C2", "不是一个月", "is neither a month"),
    "unknown status": ([LONG, ["青渡区", MARCH, NEW, 1, "大概"]], "[DE]2", "大概", "大概"),
    "value though missing": ([LONG, ["青渡区", MARCH, NEW, 1, "missing"]], "[DE]2", "missing|缺", "missing"),
    "no value though final": ([LONG, ["青渡区", MARCH, NEW, "", "final"]], "[DE]2", "final|确定", "final"),
    "rate as percent": ([[*HEADINGS[:2], "侦破率"], ["青渡区", MARCH, 93.5]], "C2", "93.5", "93.5"),
}


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("rows, cell, zh, en", BROKEN.values(), ids=BROKEN)
def test_a_broken_table_is_refused_with_file_sheet_and_cell(tmp_path, rows, cell, zh, en, ending):
    path = write(tmp_path / f"x.{ending}", rows)
    sheet = {"xlsx": "表", "csv": ".*"}[ending]
    place = (f"，工作表{sheet}，单元格{cell}", f", sheet {sheet}, cell {cell}") if cell else ("", "")
    assert re.match(rf"文件x.{ending}{place[0]}：.*({zh})", refusal(path))
    assert re.match(rf"x.{ending}{place[1]}: .*({en})", refusal(path, "en"))


@pytest.mark.parametrize("headings", [["地区", "时间", "指标", "数值"], ["Area", "Period", "Indicator", "Value"]])
def test_the_headings_that_a_refusal_asks_for_are_understood(tmp_path, headings):
    path = write(tmp_path / "x.csv", [headings, ["青渡区", MARCH, NEW, 1]])
    assert list(load(path)["value"]) == [1]


def test_further_problems_are_counted_over_all_files(tmp_path):
    write(tmp_path / "a.csv", [HEADINGS, ["青渡区", MARCH, "x"], ["青渡", "3月", "y"]])
    write(tmp_path / "b.csv", [HEADINGS, ["青渡区", MARCH, "z"]])
    assert refusal(tmp_path).startswith("文件a.csv") and "另有3处" in refusal(tmp_path)
    assert "(3 more like it)" in refusal(tmp_path, "en")


def test_a_number_told_in_two_files_alike_is_kept_once_and_told(tmp_path):
    write(tmp_path / "a.csv", [HEADINGS, ["青渡区", MARCH, 1]])
    write(tmp_path / "b.xlsx", [HEADINGS, ["990101", "2025-03", 1]])
    loaded = intake.load(tmp_path)
    assert list(loaded.observations["value"]) == [1]
    assert list(loaded.problems["severity"]) == ["warning"] and "重复" in loaded.problems["what"][0]


def test_a_number_told_in_two_files_differently_is_conflicting_and_told_with_both_cells(tmp_path):
    write(tmp_path / "a.csv", [HEADINGS, ["青渡区", MARCH, 1]])
    write(tmp_path / "b.xlsx", [HEADINGS, ["990101", "2025-03", 2]])
    observations, problems = intake.load(tmp_path)
    assert list(observations["status"]) == ["conflicting", "conflicting"]
    told = problems.iloc[0]
    assert (told["severity"], told["file"], told["cell"]) == ("warning", "a.csv", "C2")
    assert re.search(r"青渡区2025年3月的新发现吸毒人员这里是1，在文件b.xlsx、工作表表、单元格C2是2", told["what"])


def test_a_part_above_its_whole_is_found_across_files(tmp_path):
    write(tmp_path / "a.csv", [HEADINGS, ["青渡区", MARCH, 30]])
    write(tmp_path / "b.csv", [[*HEADINGS[:2], HELD], ["青渡区", MARCH, 26]])
    assert "新发现吸毒人员30大于现有在册吸毒人员26" in refusal(tmp_path)
    write(tmp_path / "b.csv", [[*HEADINGS[:2], HELD], ["青渡区", MARCH, 30]])
    assert len(load(tmp_path)) == 2


@pytest.mark.parametrize(
    "column, cell, role", [("状态", "provisional", "status"), ("口径", "旧", "basis"), ("备注", "估", "note")]
)
def test_what_stands_beside_a_wide_number_stays_with_it(tmp_path, column, cell, role):
    path = write(tmp_path / "x.xlsx", [[*HEADINGS, column], ["青渡区", MARCH, 3, cell]])
    assert cell in load(path)[role][0]


@pytest.mark.parametrize("rows", [[[*HEADINGS, "数值"], [*LAST, 99]], [[*LONG[:4], NEW], ["青渡区", MARCH, NEW, 3, 99]]])
def test_a_column_of_numbers_is_not_passed_over_because_of_another_layout(tmp_path, rows):
    assert re.search("单元格[ADE][12]", refusal(write(tmp_path / "x.xlsx", rows)))


@pytest.mark.parametrize("role", ["地区", "月份", "指标"])
def test_an_empty_key_is_called_empty_and_not_given_nearest_names(tmp_path, role):
    row = {"地区": "青渡区", "月份": MARCH, "指标": NEW, "数值": 3} | {role: ""}
    path = write(tmp_path / "x.csv", [list(row), list(row.values())])
    assert "“”" not in refusal(path) and "''" not in refusal(path, "en")


@pytest.mark.parametrize("cell, shown", [(20253, "20253"), (2025.1, "2025.1"), (True, "True")])
def test_a_refused_cell_is_quoted_as_a_person_sees_it(tmp_path, cell, shown):
    path = write(tmp_path / "x.xlsx", [HEADINGS, ["青渡区", cell, 3]])
    assert f"“{shown}”" in refusal(path)
    assert re.search(rf"cell B2: ['“\"]?{shown}['”\"]? is no period", refusal(path, "en"))


def test_an_area_code_with_a_fraction_is_not_rounded_to_a_county(tmp_path):
    assert "单元格A2" in refusal(write(tmp_path / "x.xlsx", [HEADINGS, [990101.4, MARCH, 3]]))


# Files that are no tables

FILES = {
    "nothing": (".xlsx", b"", "没有数据", "holds no data"),
    "nothing in text": (".csv", b"", "没有数据", "holds no data"),
    "only a byte order mark": (".csv", b"\xef\xbb\xbf\r\n", "没有数据", "holds no data"),
    "text named workbook": (".xlsx", "地区,月份".encode(), "不是工作簿", "is not a workbook"),
    "random bytes": (".xlsx", random.Random(0).randbytes(5000), "不是工作簿", "is not a workbook"),
    "half a signature": (".xlsx", b"PK\x03\x04" + bytes(300), "不是工作簿", "is not a workbook"),
    "a page": (".xlsx", b"<html><table></table></html>", "其实是网页", "is a web page"),
    "half of UTF-16": (".csv", "地区,月份".encode("utf-16")[:-1], "既不是 UTF-8 也不是 GB18030", "neither UTF-8 nor GB18030"),
    "no encoding": (".csv", "地区,".encode() + b"\xff\xfe,\x81", "既不是 UTF-8", "neither UTF-8"),
    "a NUL": (".csv", b"area,period,users_new\n990101,2025,1\x002\n", "不是", "is not|neither"),
    "another ending": (".docx", b"x", "不是可读的文件类型", "is not a kind of file"),
}


@pytest.mark.parametrize("ending, content, zh, en", FILES.values(), ids=FILES)
def test_a_file_that_is_no_table_is_refused_by_name(tmp_path, ending, content, zh, en):
    path = tmp_path / f"x{ending}"
    path.write_bytes(content)
    assert re.match(rf"文件x{ending}：.*{zh}", refusal(path))
    assert re.match(rf"x{ending}: .*({en})", refusal(path, "en"))


def test_a_missing_path_and_an_empty_folder_are_refused_by_name(tmp_path):
    assert "找不到文件" in refusal(tmp_path / "x.xlsx") and "There is no file" in refusal(tmp_path / "x.xlsx", "en")
    (tmp_path / "空").mkdir()
    assert "空里没有 .xlsx 或 .csv" in refusal(tmp_path / "空") and "空" in refusal(tmp_path / "空", "en")
    assert "没有" in refusal([])


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("beside", [False, True])
def test_a_file_with_headings_only_is_refused_by_name_also_beside_a_good_one(tmp_path, ending, beside):
    write(tmp_path / f"x.{ending}", [HEADINGS])
    if beside:
        write(tmp_path / "a.csv", GOOD)
    assert re.search(rf"文件x.{ending}.*没有数据", refusal(tmp_path))
    assert re.search(rf"x.{ending}.*no rows", refusal(tmp_path, "en"))


def test_a_spreadsheet_of_another_kind_in_a_folder_is_not_passed_over(tmp_path):
    write(tmp_path / "青渡区.xlsx", GOOD)
    (tmp_path / "望鹭区.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    assert "望鹭区.xls" in refusal(tmp_path)


def test_a_folder_named_like_a_workbook_is_no_workbook(tmp_path):
    (tmp_path / "2025.xlsx").mkdir()
    write(tmp_path / "2025.xlsx" / "月报.csv", GOOD)
    assert len(load(tmp_path)) == 2


def test_files_of_one_name_can_be_told_apart_by_their_source(tmp_path):
    for year in ("2024", "2025"):
        for county in ("青渡区", "望鹭区"):
            (tmp_path / year / county).mkdir(parents=True)
            write(tmp_path / year / county / "月报.csv", [HEADINGS, [county, f"{year}年3月", 1]])
    assert load([tmp_path / "2025"])["source"].nunique() == 2
    assert load(tmp_path)["source"].nunique() == 4


def test_the_same_file_given_twice_is_told_and_not_doubled(tmp_path):
    path = write(tmp_path / "x.csv", GOOD)
    for paths in ([path, path], [path, tmp_path]):
        observations, problems = intake.load(paths)
        assert len(observations) == 2 and "有2个数重复出现" in problems["what"][0]
