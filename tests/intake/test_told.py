"""What was read but wants a look, or was done on reading, is in the list of problems with its cell."""

import json

import openpyxl
import pytest

from drugstats import intake, vocab
from drugstats.cli import main
from drugstats.tables import TableError

NEW, HELD = "新发现吸毒人员", "现有在册吸毒人员"
EZHOU = [("梁子湖区", 3), ("华容区", 4), ("鄂城区", 5)]


def sheet(path, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def told(loaded, severity=None):
    rows = loaded.problems if severity is None else loaded.problems[loaded.problems["severity"] == severity]
    return list(zip(rows["severity"], rows["cell"], rows["what"], rows["done"], strict=True))


def values(loaded):
    rows = loaded.observations
    keys = zip(rows["area"], rows["period"].astype(str), rows["indicator"], strict=True)
    return dict(zip(keys, zip(rows["value"], rows["status"], strict=True), strict=True))


def test_a_total_that_adds_up_is_the_number_of_the_area_above(tmp_path):
    rows = [["鄂州市2025年统计表"], ["地区", NEW], *EZHOU, ["合 计", 12]]
    loaded = intake.load(sheet(tmp_path / "x.xlsx", *rows))
    assert values(loaded)["420700", "2025", "users_new"] == (12, "final") and told(loaded) == []


def test_a_total_that_does_not_add_up_is_told_with_both_numbers_and_never_computed_with(tmp_path):
    rows = [["鄂州市2025年统计表"], ["地区", NEW], *EZHOU, ["合计", 13]]
    loaded = intake.load(sheet(tmp_path / "x.xlsx", *rows))
    assert values(loaded)["420700", "2025", "users_new"] == (13, "conflicting")
    assert told(loaded) == [("warning", "B6", "新发现吸毒人员写的是13，各部分相加是12。", "合计不作计算，请核对")]


def test_a_total_over_some_of_the_parts_is_not_taken_for_the_whole(tmp_path):
    rows = [["鄂州市2025年统计表"], ["地区", NEW], *EZHOU[:2], ["全市", 7]]
    loaded = intake.load(sheet(tmp_path / "x.xlsx", *rows))
    assert set(loaded.observations["area"]) == {"420702", "420703"}
    assert [row[:2] for row in told(loaded)] == [("note", "B5")]


def test_a_city_reported_by_itself_is_held_against_its_counties(tmp_path):
    rows = [["地区", "年份", NEW], *[[name, "2025年", value] for name, value in EZHOU], ["鄂州市", "2025年", 20]]
    loaded = intake.load(sheet(tmp_path / "x.xlsx", *rows))
    assert [row[:3] for row in told(loaded)] == [("warning", "C5", "新发现吸毒人员写的是20，各部分相加是12。")]


def test_running_totals_become_months_and_each_names_both_cells(tmp_path):
    rows = [["鄂城区2025年"], ["指标", "1月", "1-2月", "1-3月累计"], [NEW, 5, 5, 12], [HELD, 90, 91, 92]]
    loaded = intake.load(sheet(tmp_path / "x.xlsx", *rows))
    assert [values(loaded)["420704", f"2025-0{month}", "users_new"][0] for month in (1, 2, 3)] == [5, 0, 7]
    assert [values(loaded)["420704", f"2025-0{month}", "users_current"][0] for month in (1, 2, 3)] == [90, 91, 92]
    assert "Sheet!D3−C3" in set(loaded.observations["note"]) and told(loaded)[0][2] == "数字是从一月起的累计。"


def test_a_running_total_that_falls_is_refused_with_its_cell(tmp_path):
    rows = [["鄂城区2025年"], ["指标", "1月", "1-2月"], [NEW, 5, 4]]
    with pytest.raises(TableError, match="单元格C3：累计数由5降到4"):
        intake.load(sheet(tmp_path / "x.xlsx", *rows))


def test_the_running_total_of_a_share_is_refused(tmp_path):
    rows = [["鄂城区2025年"], ["指标", "1月", "1-2月"], ["管控率", "90%", "91%"]]
    with pytest.raises(TableError, match="单元格C3：.*累计的比例"):
        intake.load(sheet(tmp_path / "x.xlsx", *rows))


def test_the_month_beside_its_own_running_total_is_held_against_it(tmp_path):
    months = [["地区", "月份", "新发现吸毒人员"], *[["鄂城区", f"2025年{month}月", month] for month in (1, 2, 3)]]
    good = intake.load(sheet(tmp_path / "a.xlsx", *months, ["鄂城区", "2025年1-3月", 6]))
    bad = intake.load(sheet(tmp_path / "b.xlsx", *months, ["鄂城区", "2025年1-3月", 7]))
    assert told(good, "warning") == [] and [row[1] for row in told(bad, "warning")] == ["C5"]
    assert values(good) == values(bad)


def test_an_unknown_heading_is_left_out_only_when_asked_and_then_told(tmp_path):
    path = sheet(tmp_path / "x.xlsx", ["地区", "年份", NEW, "心情指数"], ["鄂城区", "2025年", 3, 4])
    with pytest.raises(TableError, match="单元格D1：不认识“心情指数”"):
        intake.load(path)
    loaded = intake.load(path, skip_unknown=True)
    assert list(loaded.observations["value"]) == [3]
    assert told(loaded) == [("note", "D1", "不认识“心情指数”。", "按要求跳过")]


def test_a_column_computed_from_others_is_not_read_and_told(tmp_path):
    path = sheet(tmp_path / "x.xlsx", ["地区", "年份", NEW, "同比（%）"], ["鄂城区", "2025年", 3, -12.5])
    loaded = intake.load(path)
    assert list(loaded.observations["value"]) == [3] and told(loaded)[0][1:] == ("D1", "“同比(%)”由其他数算出或不是数据。", "未读取")


def test_a_county_under_its_former_name_is_read_and_told(tmp_path):
    loaded = intake.load(sheet(tmp_path / "x.xlsx", ["地区", "年份", NEW], ["顺义县", "1999年", 3]))
    assert list(loaded.observations["area"]) == ["110113"] and told(loaded)[0][2] == "“顺义县”现名顺义区。"


@pytest.mark.parametrize("rows", [65_535, 65_536])
def test_a_table_that_ends_where_old_software_cuts_is_told(tmp_path, rows):
    lines = ["地区,年份,检测人次"] + [f"{code},2025年,1" for code in ["990101"]] * (rows - 1)
    (tmp_path / "x.csv").write_text("\n".join(lines), encoding="utf-8")
    found = [row[2] for row in told(intake.load(tmp_path / "x.csv"))]
    assert any("上限" in what for what in found) == (rows == 65_536)


def test_a_second_table_lower_down_is_read_and_told(tmp_path):
    rows = [["地区", "年份", NEW], ["鄂城区", "2025年", 3], [], ["地区", "年份", HELD], ["鄂城区", "2025年", 90]]
    loaded = intake.load(sheet(tmp_path / "x.xlsx", *rows))
    assert len(loaded.observations) == 2 and told(loaded)[0][:2] == ("warning", "A4")


def test_numbers_outside_of_any_table_are_never_lost(tmp_path):
    rows = [["地区", "年份", NEW], ["鄂城区", "2025年", 3], ["注：以上为户籍地口径"], ["华容区", "2025年", 4]]
    with pytest.raises(TableError, match="单元格C4：“4”不在任何表格里"):
        intake.load(sheet(tmp_path / "x.xlsx", *rows))


@pytest.mark.parametrize("place", ["title", "note"])
def test_a_year_of_accounts_is_read_under_its_year_and_told_with_its_days(tmp_path, place):
    days = "2024年12月26日至2025年12月25日"
    rows = [["鄂州市2025年度统计表" + f"（{days}）" * (place == "title")], ["地区", NEW], ["鄂城区", 3]]
    loaded = intake.load(sheet(tmp_path / "x.xlsx", *rows, *[[f"注：统计期为{days}"]] * (place == "note")))
    assert values(loaded) == {("420704", "2025", "users_new"): (3, "final")}
    assert [row[2] for row in told(loaded)] == ["统计期是2024年12月26日至2025年12月25日，不是整月整年。"]


def test_a_unit_above_the_table_that_fits_nothing_in_it_is_refused(tmp_path):
    rows = [["鄂州市2025年统计表"], ["单位：千克"], ["地区", NEW], ["鄂城区", 3]]
    with pytest.raises(TableError, match="“千克”不适用于表里任何指标"):
        intake.load(sheet(tmp_path / "x.xlsx", *rows))


def test_a_title_and_a_sheet_of_two_counties_contradict_each_other(tmp_path):
    rows = [["华容区2025年统计表"], [NEW, HELD], [3, 90]]
    path = sheet(tmp_path / "x.xlsx", *rows)
    book = openpyxl.load_workbook(path)
    book.active.title = "鄂城区"
    book.save(path)
    with pytest.raises(TableError, match="表名和工作表名说的地区不同"):
        intake.load(path)


@pytest.mark.parametrize(
    "heading, cells, sentence",
    [("管控率", [12.2], "大于一"), ("管控率（%）", [0.122], "写上百分号"), ("管控率（%）", [12.2, 0.9], "写上百分号"),
     ("管控率", ["12.2%", 0.5], "有的带百分号"), ("管控率", ["120%"], "大于一")],
)  # fmt: skip
def test_a_share_that_could_mean_two_things_is_refused(tmp_path, heading, cells, sentence):
    rows = [[f"99010{n}", "2025年", cell] for n, cell in enumerate(cells, start=1)]
    with pytest.raises(TableError, match=sentence):
        intake.load(sheet(tmp_path / "x.xlsx", ["地区", "年份", heading], *rows))


@pytest.mark.parametrize("heading, cell", [("管控率", "12.2%"), ("管控率（%）", 12.2), ("管控率", 0.122), ("管控率", "122‰")])
def test_a_share_is_a_fraction_however_it_is_written(tmp_path, heading, cell):
    loaded = intake.load(sheet(tmp_path / "x.xlsx", ["地区", "年份", heading], ["鄂城区", "2025年", cell]))
    assert list(loaded.observations["value"]) == [0.122]


def test_a_clearance_rate_may_be_above_one_where_the_percent_sign_says_so(tmp_path):
    loaded = intake.load(sheet(tmp_path / "x.xlsx", ["地区", "年份", "侦破率"], ["鄂城区", "2025年", "105%"]))
    assert list(loaded.observations["value"]) == [1.05]


def test_the_command_line_groups_what_it_tells_and_json_holds_it_all(tmp_path, capsys):
    rows = [["地区", "年份", NEW, "同比", "环比"], ["鄂城区", "2025年", 3, 1, 2]]
    sheet(tmp_path / "a.xlsx", *rows)
    sheet(tmp_path / "b.xlsx", rows[0], ["华容区", "2025年", 4, 1, 2])
    assert main(["load", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "说明｜文件a.xlsx" in said and said.count("同样的另有1处") == 2 and "另有4处说明" in said
    assert main(["load", str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["problems"]
    assert len(found) == 4 and set(found[0]) == {"severity", "file", "sheet", "cell", "what", "done"}


def test_a_refusal_tells_everything_to_machines_too(tmp_path, capsys):
    sheet(tmp_path / "x.xlsx", ["地区", "年份", NEW], ["鄂城区", "2025年", "三"], ["华容区", "2025年", "四"])
    assert main(["load", str(tmp_path), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [row["cell"] for row in found["problems"]] == ["C2", "C3"] and "C2" in found["error"]


def test_every_finding_has_its_words_in_both_languages():
    labels = vocab.table("labels")
    told_keys = {key.partition(".")[2] for key in labels.index if key.startswith("told.")}
    assert len(told_keys) > 15 and (labels.loc[[f"told.{key}" for key in told_keys], ["zh", "en"]] != "").all().all()
