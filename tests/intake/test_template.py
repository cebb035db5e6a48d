"""The workbook to fill in asks for what the vocabulary knows, checks what is typed, and loads with nothing to tell."""

import openpyxl
import pytest

from drugstats import intake, vocab
from drugstats.cli import main
from drugstats.intake import template
from drugstats.tables import TableError


def filled(path, lang, **cells):
    """Fill the first row below the example on the monthly sheet, every column with 5 but those named."""
    template.write(path, area="990100", lang=lang)
    book = openpyxl.load_workbook(path)
    sheet, areas = book.worksheets[0], [cell.value for cell in book.worksheets[-1]["B"][1:]]
    sheet["A4"] = next(area for area in areas if area.startswith("990101 "))
    sheet["B4"] = "2025年6月" if lang == "zh" else "2025-06"
    for column in range(3, sheet.max_column + 1):
        sheet.cell(4, column).value = 5
    for cell, value in cells.items():
        sheet[cell] = value
    book.save(path)
    return path


@pytest.mark.parametrize("lang", vocab.LANGUAGES)
def test_a_filled_template_loads_with_no_problems(tmp_path, lang):
    observations, problems = intake.load(filled(tmp_path / "x.xlsx", lang), lang=lang)
    asked = vocab.table("template")
    assert problems.empty
    assert list(observations["indicator"]) == list(asked.loc[asked["frequency"] == "month", "indicator"])
    assert (observations["value"] == 5).all() and set(observations["area"]) == {"990101"}
    assert set(observations["period"].astype(str)) == {"2025-06"}


@pytest.mark.parametrize("lang", vocab.LANGUAGES)
def test_an_empty_template_says_that_nothing_was_filled_in(tmp_path, lang):
    with pytest.raises(TableError, match="没有数据|no rows"):
        intake.load(template.write(tmp_path / "x.xlsx", lang=lang), lang=lang)


def test_each_frequency_has_a_sheet_with_units_lists_and_checks(tmp_path):
    book = openpyxl.load_workbook(template.write(tmp_path / "x.xlsx", area="云汀市"))
    assert book.sheetnames == ["月报", "季报", "年报", "填表说明"]
    for sheet, frequency in zip(book.worksheets[:3], ("month", "quarter", "year"), strict=True):
        asked = vocab.table("template").set_index("frequency").loc[frequency, "indicator"]
        headings = [cell.value for cell in sheet[2]]
        assert headings == ["地区", "时间", *map(vocab.indicator_with_unit, asked)]
        checks = {check.type for check in sheet.data_validations.dataValidation}
        assert "list" in checks and checks <= {"list", "whole", "decimal"} and len(checks) > 1
        assert sheet["A3"].value.startswith("示例") and sheet.freeze_panes == "C3"
    areas = [cell.value for cell in book.worksheets[-1]["B"][1:] if cell.value]
    assert areas[0] == "990100 云汀市（虚构）" and len(areas) == 1 + 9 + 62


def test_without_an_area_every_real_county_can_be_chosen_and_its_choice_is_understood(tmp_path):
    book = openpyxl.load_workbook(template.write(tmp_path / "x.xlsx"))
    areas = [cell.value for cell in book.worksheets[-1]["B"][1:] if cell.value]
    assert len(areas) > 3_000 and not any("虚构" in area for area in areas)
    from drugstats import names

    assert [names.find_area(area) for area in areas[::50]] == [area[:6] for area in areas[::50]]


def test_a_number_typed_past_the_checks_is_still_refused(tmp_path):
    with pytest.raises(TableError, match="单元格C4：“五”不是数字"):
        intake.load(filled(tmp_path / "x.xlsx", "zh", C4="五"))


def test_the_command_line_writes_it_and_refuses_another_ending(tmp_path, capsys):
    assert main(["template", str(tmp_path / "x.xlsx"), "--area", "990109", "--lang", "en"]) == 0
    assert (tmp_path / "x.xlsx").is_file() and "Made" in capsys.readouterr().out
    assert main(["template", str(tmp_path / "x.xls")]) == 1
    assert "写成 .xlsx" in capsys.readouterr().err and not (tmp_path / "x.xls").exists()
