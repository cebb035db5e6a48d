"""Lists of single seizures are read as they are, or refused by file, sheet and cell."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from drugstats import intake
from drugstats.intake import events
from drugstats.tables import TableError

CITY = Path(__file__).resolve().parents[2] / "data" / "example_city"
HEADINGS = ["地区", "年月", "毒品种类", "数量", "单位"]
ROW = ["青渡区", "2025年3月", "冰毒", "12.5", "克"]


def listed(folder, *rows, headings=HEADINGS, name="缴获明细.csv", encoding="utf-8"):
    lines = [",".join(row) for row in (headings, *rows)]
    (folder / name).write_bytes("\n".join(lines).encode(encoding))
    return folder / name


def refusal(path, **words):
    with pytest.raises(TableError) as refused:
        intake.seizures(path, **words)
    return str(refused.value)


def test_a_list_keeps_drug_quantity_and_unit_and_the_cell_they_stand_in(tmp_path):
    table = intake.seizures(listed(tmp_path, ROW, ["望鹭区", "202504", "K粉", "1.2", "公斤"], encoding="gb18030"))
    assert table.astype({"period": str}).to_dict("records") == [
        {"area": "990101", "period": "2025-03", "drug": "meth", "quantity": 12.5, "unit": "克", "status": "final",
         "source": "缴获明细.csv", "note": "CSV!D2"},
        {"area": "990102", "period": "2025-04", "drug": "ketamine", "quantity": 1.2, "unit": "公斤", "status": "final",
         "source": "缴获明细.csv", "note": "CSV!D3"},
    ]  # fmt: skip


def test_a_workbook_with_a_title_other_columns_and_a_total_is_read_row_by_row(tmp_path):
    book = openpyxl.Workbook()
    for row in [["缴获毒品明细"], ["序号", *HEADINGS, "备注"], [1, *ROW, ""], [2, *ROW[:3], "约30", "片", "麻袋内"],
                ["", "合计", "", "", 42.5, "", ""]]:  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "2025缴获明细.xlsx")
    table = intake.seizures(tmp_path)
    assert table[["quantity", "unit", "status"]].values.tolist() == [[12.5, "克", "final"], [30, "片", "estimated"]]
    assert list(table["note"]) == ["Sheet!E3", "Sheet!E4"]


def test_what_is_not_known_is_missing_and_never_zero(tmp_path):
    table = intake.seizures(listed(tmp_path, [*ROW[:3], "", "克"], [*ROW[:3], "—", "克"], [*ROW[:3], "0", "克"]))
    assert table["quantity"].isna().tolist() == [True, True, False]
    assert list(table["status"]) == ["missing", "missing", "final"]


@pytest.mark.parametrize(
    ("place", "cell", "told"),
    [
        (0, "无名区", "A2：不认识“无名区”这个地区"), (1, "2025年", "B2：“2025年”不是一个月份"), (1, "一季度", "B2：“一季度”不是一个月份"),
        (2, "面粉糊", "C2"), (3, "很多", "D2：“很多”不是数字"), (3, "-4", "D2：“-4”不是数字"), (4, "", "E2：没有单位"),
    ],
)  # fmt: skip
def test_a_cell_that_says_nothing_certain_is_refused_by_its_place(tmp_path, place, cell, told):
    row = [*ROW]
    row[place] = cell
    assert told in refusal(listed(tmp_path, ROW[:0] or row))


def test_a_list_without_its_headings_and_one_with_persons_are_refused(tmp_path):
    assert "请写明这几列：地区、时间、毒品、数量、单位" in refusal(listed(tmp_path, ROW, headings=["地区", "年月", "毒品", "x", "y"]))
    named = listed(tmp_path, [*ROW, "张三"], headings=[*HEADINGS, "姓名"])
    assert "姓名" not in refusal(named) or "张三" not in refusal(named)
    assert "个人" in refusal(named)


def test_a_list_written_and_read_again_keeps_where_each_row_came_from(tmp_path):
    table = intake.seizures(listed(tmp_path, ROW, [*ROW[:3], "约30", "片"], [*ROW[:3], "", "克"]))
    events.write(table, tmp_path / "seizures.csv")
    pd.testing.assert_frame_equal(intake.seizures(tmp_path / "seizures.csv"), table)
    events.write(table[:0], tmp_path / "seizures.csv")
    assert list(intake.seizures(tmp_path / "seizures.csv")) == list(table)


def test_a_folder_keeps_lists_and_tables_apart(tmp_path):
    listed(tmp_path, ROW)
    (tmp_path / "月报.csv").write_text("地区,月份,查处吸毒人员\n青渡区,2025年3月,12\n", encoding="utf-8")
    assert len(intake.load(tmp_path).observations) == 1
    assert len(intake.seizures(tmp_path)) == 1
    assert [path.name for path in intake.files(tmp_path)] == ["月报.csv"]
    assert intake.seizures(tmp_path / "月报.csv").empty


def test_the_made_up_citys_list_adds_up_to_the_months_it_reports(city_observations):
    table = intake.seizures(CITY)
    table = table[table["unit"].isin(["克", "千克"])]
    grams = table["quantity"] * table["unit"].map({"克": 1, "千克": 1000})
    found = grams.groupby([table["area"], table["period"], table["drug"]]).sum() / 1000
    told = city_observations[(city_observations["area"].str.len() == 6) & city_observations["value"].notna()]
    for key, drug in {"seizure_heroin": "heroin", "seizure_meth": "meth", "seizure_ketamine": "ketamine"}.items():
        months = told[told["indicator"] == key].set_index(["area", "period"])["value"]
        own = found.xs(drug, level="drug").reindex(months.index).fillna(0)
        assert months.sum() > 50
        pd.testing.assert_series_equal(own, months, check_names=False, atol=1e-6)
    total = told[told["indicator"] == "seizure_total"].set_index(["area", "period"])["value"]
    assert found.groupby(["area", "period"]).sum().reindex(total.index).fillna(0).to_numpy() == pytest.approx(total.to_numpy())
