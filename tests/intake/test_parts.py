"""The parts of intake: periods, numbers, headings and sheets read strictly; what is not understood is no guess."""

import datetime
import io
import math
import random
import re
import subprocess
import sys
import zipfile

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from drugstats import intake, vocab
from drugstats.intake import headers, periods, sheets, units
from drugstats.intake.problems import Problem, address, refuse
from drugstats.intake.sheets import Sheet
from drugstats.tables import TableError

HEADINGS = ["地区", "月份", "查处吸毒人员"]
ROW = ["青渡区", "2025年3月", 12]


def workbook(path, *sheets, change=lambda book: None):
    """Write sheets given as lists of rows, then let `change` spoil the book."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    change(book)
    book.save(path)
    return path


def text_table(path, *lines):
    path.write_bytes("\n".join(["地区,月份,查处吸毒人员,检测人次", *lines]).encode())
    return path


def refusal(path):
    with pytest.raises(TableError) as refused:
        intake.load(path)
    return str(refused.value)


def found(path):
    return [(row.area, row.indicator, row.value) for row in intake.load(path).itertuples()]


# Periods


@pytest.mark.parametrize(
    "cell, period",
    [
        ("2025年", "2025"), ("2025", "2025"), (2025.0, "2025"), (" 2025年 ", "2025"),
        ("2025年第2季度", "2025Q2"), ("2025年2季度", "2025Q2"), ("2025Q4", "2025Q4"),
        ("2025年3月", "2025-03"), ("2025年03月", "2025-03"), ("2025年12月", "2025-12"), ("2025-10", "2025-10"),
    ],
)  # fmt: skip
def test_a_period_is_read_as_offices_write_it(cell, period):
    assert periods.parse(cell) == period


@pytest.mark.parametrize(
    "cell",
    ["", " ", "2025年13月", "2025年0月", "2025年00月", "2025-13", "2025-00", "2025-3", "2025年第5季度", "2025Q0", "2025年1-3月",
     "2025年1—3月", "1—3月", "3月", "25年3月", "2025.10", "2025.1", 2025.1, 202503.0, 45717.0, "2025/3", "２０２５年３月",
     "2025年上半年", "2025-03-31", "截至2025年3月", "2025年3月累计", True, -2025.0, math.nan, math.inf, None,
     datetime.date(2025, 3, 1), "0000年3月", "0年", "2105年3月", "9999"],
)  # fmt: skip
def test_anything_else_is_no_period(cell):
    assert periods.parse(cell) is None


@given(st.integers(1949, 2099), st.integers(1, 12), st.sampled_from("YQM"), st.sampled_from(vocab.LANGUAGES))
def test_a_period_is_read_back_as_it_is_shown(year, month, frequency, lang):
    period = pd.Period(f"{year}-{month:02}").asfreq(frequency)
    assert periods.parse(vocab.period(period, lang)) == periods.parse(str(period)) == str(period)


# Numbers


@pytest.mark.parametrize(
    "cell, number",
    [(12, 12), (0.0, 0), (-3.5, -3.5), ("12", 12), (" 12\u00a0", 12), ("0", 0), ("-3", -3), ("1,234", 1234),
     ("1,234,567.5", 1234567.5), ("1234.50", 1234.5), ("999999999999", 999999999999)],
)  # fmt: skip
def test_a_number_is_read_also_as_text(cell, number):
    assert units.parse(cell) == number


@pytest.mark.parametrize("cell", ["", " ", "\u3000", "\t"])
def test_an_empty_cell_is_not_known(cell):
    assert math.isnan(units.parse(cell))


@pytest.mark.parametrize(
    "cell",
    ["—", "-", "…", "/", "无", "约12", "12人", "3万", "12.2%", "1.5e3", "1E5", "１２", "１，２３４", "12,34", "1,2345", ",123",
     "1 234", "12.", ".5", "+5", "--5", "5-", "1_000", "0x1F", "NaN", "inf", "None", "#DIV/0!", "=1+1", "'12", "②", "٣",
     "12\n13", "12\u200b", True, False, None, datetime.date(2025, 3, 1), datetime.time(12), math.nan, math.inf],
)  # fmt: skip
def test_anything_else_is_no_number(cell):
    assert units.parse(cell) is None


@pytest.mark.parametrize("cell", ["9" * 400, "9007199254740993", "110105199003071231", "1,000,000,000,000,001"])
def test_a_giant_is_no_count_because_it_would_be_rounded(cell):
    assert units.parse(cell) is None


@given(st.text("0123456789.,-+eE%_ \u3000万１人", max_size=12))
def test_no_text_is_read_as_another_number_than_python_reads(text):
    number = units.parse(text)
    if number is not None and text.strip():
        assert number == float(text.replace(",", "")) and re.fullmatch(r"\s*-?[\d,]+(\.\d+)?\s*", text)


@given(st.integers(-(10**14), 10**14))
def test_every_whole_number_is_read_with_and_without_commas(number):
    assert units.parse(str(number)) == units.parse(f"{number:,}") == number


# Headings and places


def test_every_name_of_a_role_and_of_an_indicator_is_understood_as_heading():
    roles = vocab.table("headings")
    for role, names in zip(roles["role"], roles["names"], strict=True):
        for name in names.split("|"):
            assert headers.columns(Sheet("f", "s", [[f" {name}\u3000"]]), "zh")[0] == {role: 0}
    sheet = Sheet("f", "s", [["地区", "月份", *[f"{name}\n" for name in vocab.table("indicators")["zh"]]]])
    roles, indicators, problems = headers.columns(sheet, "zh")
    assert problems == [] and roles == {"area": 0, "period": 1}
    assert list(indicators) == list(vocab.table("indicators").index)


def test_no_name_of_a_role_is_the_name_of_an_indicator():
    names = [name for names in vocab.table("headings")["names"] for name in names.split("|")]
    assert len(set(names)) == len(names) and not set(names) & set(vocab.indicator_names())


@pytest.mark.parametrize("column", [0, 1, 25, 26, 51, 52, 701, 702, 703, 16383])
def test_a_cell_is_named_as_spreadsheets_name_it(column):
    assert address(9, column) == f"{get_column_letter(column + 1)}10"


def test_problems_are_counted_and_no_problem_refuses_nothing():
    refuse([], "zh")
    several = [Problem("错。", "f", "s", "A1"), Problem("错。", "f", "s"), Problem("错。", "f")]
    for number, sentence in ((1, "文件f，工作表s，单元格A1：错。$"), (2, "A1：错。（.*另有1处）$"), (3, "另有2处")):
        with pytest.raises(TableError, match=sentence):
            refuse(several[:number], "zh")
    assert several[2].sentence("zh") == "文件f：错。" and several[1].sentence("en") == "f, sheet s: 错。"


# Sheets

ERRORS = ["#DIV/0!", "#REF!", "#N/A", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("cell", ["A3", "B3", "C3"])
@pytest.mark.parametrize("formula", ["=1/0", None])
def test_an_error_in_a_cell_is_never_an_empty_cell(tmp_path, error, cell, formula):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        for number, row in enumerate([HEADINGS, ROW, ["望鹭区", "2025年3月", 5]]):
            sheet.write_row(number, 0, row)
        sheet.write_formula(cell, formula or f"={error}", None, error)
    assert f"单元格{cell}" in refusal(path)


def test_a_row_of_errors_is_not_dropped(tmp_path):
    def spoil(book):
        for cell in book.active[3]:
            cell.value, cell.data_type = "#N/A", "e"

    assert "3：" in refusal(workbook(tmp_path / "x.xlsx", [HEADINGS, ROW, ROW], change=spoil))


@pytest.mark.parametrize("cell", ["A2", "B2", "C2", "D1"])
def test_a_formula_that_was_never_calculated_is_never_an_empty_cell(tmp_path, cell):
    def spoil(book):
        book.active[cell] = "=10+2"

    path = workbook(tmp_path / "x.xlsx", [[*HEADINGS, "检测人次"], [*ROW, 3]], change=spoil)
    assert f"单元格{cell}" in refusal(path)


@pytest.mark.parametrize(
    "value, number_format",
    [(True, None), (datetime.datetime(2025, 3, 1), None), (12, "yyyy-mm-dd"), (0.5, "hh:mm"), (12, "[h]:mm")],
)
def test_a_date_or_a_truth_value_is_no_number(tmp_path, value, number_format):
    def spoil(book):
        book.active["C2"] = value
        if number_format:
            book.active["C2"].number_format = number_format

    assert "单元格C2" in refusal(workbook(tmp_path / "x.xlsx", [HEADINGS, ROW], change=spoil))


def test_a_calculated_formula_and_a_share_shown_as_percent_count_as_the_value_behind_them(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [*HEADINGS, "管控率"])
        sheet.write_row(1, 0, ROW)
        sheet.write_formula("C2", "=10+2.5", None, 12.5)
        sheet.write_number("D2", 0.935, book.add_format({"num_format": "0.0%"}))
    assert [value for _, _, value in found(tmp_path / "x.xlsx")] == [12.5, 0.935]


def test_every_sheet_is_read_hidden_ones_and_hidden_rows_too_and_empty_ones_are_not(tmp_path):
    def hide(book):
        book.worksheets[1].sheet_state = "hidden"
        book.worksheets[2].row_dimensions[3].hidden = True
        book.create_chartsheet()

    more = [HEADINGS, ["澄溪县", "2025年3月", 7], ["柏陵县", "2025年3月", 8]]
    path = workbook(tmp_path / "x.xlsx", [], [HEADINGS, ROW], more, change=hide)
    told = intake.load(path)
    assert list(told["value"]) == [12, 7, 8]
    assert list(told["note"]) == ["Sheet1!C2", "Sheet2!C2", "Sheet2!C3"]
    assert [sheet.name for sheet in sheets.read(path, "zh")] == ["Sheet1", "Sheet2"]


@pytest.mark.parametrize("cells, place", [("C1:D1", "D1"), ("A2:A3", "A3"), ("B2:B3", "B3")])
def test_what_a_merged_cell_covers_is_not_guessed(tmp_path, cells, place):
    rows = [[*HEADINGS, "检测人次"], [*ROW, 3], ["望鹭区", "2025年3月", 5, 4]]
    path = workbook(tmp_path / "x.xlsx", rows, change=lambda book: book.active.merge_cells(cells))
    assert f"单元格{place}" in refusal(path)


def test_blank_rows_and_columns_are_passed_over_and_cells_keep_their_names(tmp_path):
    rows = [["", *HEADINGS, ""], ["", *ROW], [], [""], ["", "望鹭区", "2025年3月", 5, "", ""], [], []]
    path = workbook(tmp_path / "x.xlsx", [[cell or None for cell in row] for row in rows])
    assert list(intake.load(path)["note"]) == ["Sheet!D2", "Sheet!D5"]


@pytest.mark.parametrize("cell", ["C20", "A20", "H3", "H1", "F2"])
def test_a_cell_of_spaces_is_an_empty_cell(tmp_path, cell):
    def spoil(book):
        book.active[cell] = " \u3000"

    assert found(workbook(tmp_path / "x.xlsx", [HEADINGS, ROW], change=spoil)) == [("990101", "users_handled", 12)]


# Text tables


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(tmp_path, end):
    path = text_table(tmp_path / "x.csv", "青渡区,2025年3月,12,30", '望鹭区,2025年3月,"1,234",', "", ",,,", "")
    path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
    assert [value for _, _, value in found(path)[:3]] == [12, 30, 1234]
    assert len(intake.load(path)) == 4


TORN = {
    "a comma in a number": ["青渡区,2025年3月,30,1,234"],
    "a comma in the number before": ["青渡区,2025年3月,1,234,30"],
    "a line cut short": ["青渡区,2025年3月,12,30", "望鹭区,2025年3月,5"],
    "a quote never closed": ["青渡区,2025年3月,12,30", '望鹭区,2025年3月,5,"7', "澄溪县,2025年3月,8,9"],
    "text behind a quote": ['青渡区,2025年3月,12,"3"0'],
    "a quote inside": ['青渡区,2025年3月,12,3"0'],
    "a cell without end": ["青渡区,2025年3月,12," + "9" * 200_000],
    "another separator": ["青渡区;2025年3月;12;30"],
    "a zero-width space": ["青渡区,2025年3月,12,30\u200b"],
}


@pytest.mark.parametrize("lines", TORN.values(), ids=TORN)
def test_a_torn_line_is_refused_and_never_shifts_or_cuts_a_number(tmp_path, lines):
    assert "x.csv" in refusal(text_table(tmp_path / "x.csv", *lines))


def test_an_open_quote_in_a_note_does_not_swallow_the_rows_below(tmp_path):
    path = tmp_path / "x.csv"
    lines = ["地区,月份,指标,数值,备注", '青渡区,2025年3月,检测人次,3,"见附表', "望鹭区,2025年3月,检测人次,4,"]
    path.write_bytes("\n".join(lines).encode())
    assert "x.csv" in refusal(path)


# Damaged workbooks


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    path = tmp_path_factory.mktemp("sound") / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        rows = [HEADINGS, ROW, ["望鹭区", "2025年3月", 1.5], ["澄溪县", "2025年3月", 0]]
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path.read_bytes(), found(path)


def stored(content, change=lambda name, part: part):
    """The same workbook with parts changed and none of them compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def test_a_flipped_bit_that_turns_12_into_13_is_caught_by_the_checksum(sound, tmp_path):
    content = stored(sound[0])
    assert content.count(b"<v>12</v>") == 1
    (tmp_path / "x.xlsx").write_bytes(content)
    assert found(tmp_path / "x.xlsx") == sound[1]
    (tmp_path / "x.xlsx").write_bytes(content.replace(b"<v>12</v>", b"<v>13</v>"))
    assert "文件x.xlsx：文件已损坏（校验不符）" in refusal(tmp_path / "x.xlsx")


def test_any_flipped_bit_is_refused_or_changes_no_value(sound, tmp_path):
    content, expected = sound
    chance, path = random.Random(0), tmp_path / "x.xlsx"
    for _ in range(300):
        flipped = bytearray(content)
        flipped[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        try:
            assert found(path) == expected
        except TableError as error:
            assert "文件x.xlsx" in str(error)


def prefixed(part):
    part = re.sub(rb"<(/?)([a-zA-Z])", rb"<\1x:\2", part)
    return part.replace(b'xmlns="', b'xmlns:x="')


SPELLINGS = {
    "a name space": prefixed,
    "single quotes": lambda part: re.sub(rb'="([^"]*)"', rb"='\1'", part),
    "no cell names": lambda part: re.sub(rb' r="[A-Z]+\d+"', b"", part),
    "spaces and lines": lambda part: part.replace(b' t="e"', b'\n t = "e" ').replace(b"<v></v>", b"<v>\n</v>"),
}


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("fault", [b' t="e"><v>#N/A</v>', b"><f>10+2</f><v></v>"])
def test_an_error_or_an_uncalculated_formula_is_found_however_a_program_spells_its_cells(sound, tmp_path, fault, spell):
    def change(name, part):
        if name != "xl/worksheets/sheet1.xml":
            return part
        return spell(part.replace(b"><v>12</v>", fault))

    (tmp_path / "x.xlsx").write_bytes(stored(sound[0], lambda name, part: spell(part) if "sheet1" in name else part))
    assert found(tmp_path / "x.xlsx") == sound[1]
    (tmp_path / "x.xlsx").write_bytes(stored(sound[0], change))
    assert "单元格C2" in refusal(tmp_path / "x.xlsx")


def test_a_formula_that_came_out_as_empty_text_is_an_empty_cell(sound, tmp_path):
    empty = b' t="str"><f>IF(D2=0,"",D2)</f><v></v>'
    (tmp_path / "x.xlsx").write_bytes(stored(sound[0], lambda name, part: part.replace(b"><v>12</v>", empty)))
    assert list(intake.load(tmp_path / "x.xlsx")["status"]) == ["missing", "final", "final"]


def test_a_workbook_cut_anywhere_is_refused(sound, tmp_path):
    for length in range(1, len(sound[0]), 97):
        (tmp_path / "x.xlsx").write_bytes(sound[0][:length])
        assert "文件x.xlsx" in refusal(tmp_path / "x.xlsx")


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"])
def test_a_workbook_with_half_a_part_is_refused(sound, tmp_path, part):
    halved = stored(sound[0], lambda name, text: text[: len(text) // 2] if name == part else text)
    (tmp_path / "x.xlsx").write_bytes(halved)
    assert "文件x.xlsx" in refusal(tmp_path / "x.xlsx")


def test_a_locked_workbook_is_refused(sound, tmp_path):
    content = bytearray(stored(sound[0]))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for match in re.finditer(re.escape(signature), bytes(content)):
            content[match.start() + offset] |= 1
    (tmp_path / "x.xlsx").write_bytes(content)
    assert "文件x.xlsx" in refusal(tmp_path / "x.xlsx")


def test_a_sheet_that_claims_to_be_endless_does_not_end_the_program(tmp_path):
    def spoil(book):
        book.active["XFD1048576"] = 1

    path = workbook(tmp_path / "x.xlsx", [HEADINGS, ROW], change=spoil)
    code = "import sys; from drugstats.cli import main; sys.exit(main(['load', sys.argv[1]]))"
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, timeout=60)
    assert done.returncode == 1 and done.stderr.decode().startswith("文件x.xlsx")
