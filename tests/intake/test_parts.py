"""The parts of intake: periods, numbers, headings and sheets read strictly; what is not understood is no guess."""

import datetime
import io
import math
import random
import re
import subprocess
import sys
import unicodedata
import zipfile

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from drugstats import intake, names, vocab
from drugstats.intake import headings, periods, preflight, units
from drugstats.intake.headings import heading
from drugstats.intake.problems import Problem, address, refuse
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
    return [(row.area, row.indicator, row.value) for row in intake.load(path).observations.itertuples()]


# Periods


@pytest.mark.parametrize(
    "cell, period",
    [
        ("2025年", "2025"), ("2025", "2025"), (2025.0, "2025"), (" 2025年 ", "2025"), ("2025年度", "2025"), ("2025年1-12月", "2025"),
        ("2025年第2季度", "2025Q2"), ("2025年2季度", "2025Q2"), ("2025Q4", "2025Q4"), ("2025年一季度", "2025Q1"), ("2025年4-6月", "2025Q2"),
        ("2025年3月", "2025-03"), ("2025年03月", "2025-03"), ("2025年12月", "2025-12"), ("2025-10", "2025-10"), ("2025-3", "2025-03"),
        ("2025/3", "2025-03"), ("2025.03", "2025-03"), ("2025.10", "2025-10"), ("202503", "2025-03"), (202503.0, "2025-03"),
        ("２０２５年３月", "2025-03"), ("二〇二五年三月", "2025-03"), ("二○二五年十一月", "2025-11"), ("2025年3月份", "2025-03"),
        ("2025年3月末", "2025-03"), ("截至2025年3月底", "2025-03"), ("2025-03-31", "2025-03"), ("2025年3月31日", "2025-03"),
        (datetime.date(2025, 3, 1), "2025-03"),
    ],
)  # fmt: skip
def test_a_period_is_read_as_offices_write_it(cell, period):
    assert periods.read(cell).code() == period


@pytest.mark.parametrize(
    "cell, months",
    [("六月", (6, 6, False)), ("6月", (6, 6, False)), ("十二月", (12, 12, False)), ("一季度", (1, 3, False)), ("二季度", (4, 6, False)),
     ("上半年", (1, 6, True)), ("前三季度", (1, 9, True)), ("全年", (1, 12, True)), ("1-6月", (1, 6, True)), ("1—6月累计", (1, 6, True)),
     ("１－６月", (1, 6, True)), ("一至五月", (1, 5, True)), ("6月累计", (1, 6, True)), ("下半年", (7, 12, False)), ("2-3月", (2, 3, False))],
)  # fmt: skip
def test_a_part_of_a_period_leaves_the_year_to_its_surroundings(cell, months):
    told = periods.read(cell)
    assert (told.year, told.first, told.last, told.running) == (None, *months)
    assert told.within(periods.read("2025年")).year == 2025


@pytest.mark.parametrize(
    "cell",
    ["", " ", "2025年13月", "2025年0月", "2025年00月", "2025-13", "2025-00", "2025年第5季度", "2025Q0", "25年3月", "2025.1", 2025.1,
     45717.0, True, -2025.0, math.nan, math.inf, None, "0000年3月", "0年", "2105年3月", "9999", "6-1月", "累计", "213", 6.0, "2025-2026年"],
)  # fmt: skip
def test_anything_else_is_no_period(cell):
    assert periods.read(cell) is None


def test_a_range_that_is_no_period_of_the_contract_has_no_code():
    assert [periods.read(f"2025年{text}").code() for text in ("2-3月", "下半年", "1-4月")] == [None] * 3


def test_two_texts_disagree_only_where_their_years_or_last_months_differ():
    title = periods.read("2025年1-6月")
    assert [title.disagrees(periods.read(text)) for text in ("2025年", "6月", "3月", "7月", "2024年6月")] == [False, False, True, True, True]


@given(st.integers(1949, 2099), st.integers(1, 12), st.sampled_from("YQM"), st.sampled_from(vocab.LANGUAGES))
def test_a_period_is_read_back_as_it_is_shown(year, month, frequency, lang):
    period = pd.Period(f"{year}-{month:02}").asfreq(frequency)
    assert periods.read(vocab.period(period, lang)).code() == periods.read(str(period)).code() == str(period)


# Numbers


@pytest.mark.parametrize(
    "cell, number",
    [(12, 12), (0.0, 0), (-3.5, -3.5), ("12", 12), (" 12\u00a0", 12), ("0", 0), ("-3", -3), ("1,234", 1234), ("１２３", 123),
     ("1,234,567.5", 1234567.5), ("1234.50", 1234.5), ("999999999999", 999999999999), ("3.5万", 35000), ("2.7亿", 270000000),
     ("213人", 213), ("12.2%", 12.2), ("213（含外流12）", 213), ("2.3万人", 23000), ("1.1万", 11000)],
)  # fmt: skip
def test_a_number_is_read_as_offices_write_it(cell, number):
    told = units.parse(cell)
    assert told.number == number and told.status == "final"


@pytest.mark.parametrize("cell", ["", " ", "\u3000", "\t", "—", "－", "-", "——", "/", "…", "空"])
def test_an_empty_cell_or_a_dash_is_not_known(cell):
    told = units.parse(cell)
    assert math.isnan(told.number) and told.status == "missing"


@pytest.mark.parametrize("cell", ["<5", "＜5", "不足5", "小于5", "*", "**", "<5人"])
def test_a_number_held_back_keeps_its_range_in_words(cell):
    told = units.parse(cell)
    assert math.isnan(told.number) and (told.status, told.note) == ("suppressed", cell)


@pytest.mark.parametrize(
    "cell, number", [("约200", 200), ("200余", 200), ("200多", 200), ("近3亿", 3e8), ("3.5万余", 35000), ("35余万", 350000), ("200余人", 200)]
)
def test_a_number_told_roughly_is_estimated_and_keeps_its_words(cell, number):
    told = units.parse(cell)
    assert (told.number, told.status, told.note) == (number, "estimated", cell)


@pytest.mark.parametrize(
    "cell",
    ["无", "1.5e3", "1E5", "12,34", "1,2345", ",123", "1 234", "12 3", "12.", ".5", "+5", "--5", "5-", "1_000", "0x1F", "NaN", "inf",
     "None", "#DIV/0!", "=1+1", "'12", "٣", "12\n13", "12\u200b", "(213)", "213(12)", "约200余", "十二", "3月5日", "1/2", "3:2",
     True, False, None, datetime.date(2025, 3, 1), datetime.time(12), math.nan, math.inf],
)  # fmt: skip
def test_anything_else_is_no_number(cell):
    assert units.parse(cell) is None


@pytest.mark.parametrize("cell", ["9" * 400, "9007199254740993", "110105199003071231", "1,000,000,000,000,001", "99999999亿"])
def test_a_giant_is_no_count_because_it_would_be_rounded(cell):
    assert units.parse(cell) is None


@given(st.text("0123456789.,-+eE_ \u3000１", max_size=12))
def test_no_text_is_read_as_another_number_than_python_reads(text):
    told = units.parse(text)
    if told is not None and not math.isnan(told.number) and not told.unit:
        plain = unicodedata.normalize("NFKC", text)
        assert told.number == float(plain.replace(",", "")) and re.fullmatch(r"\s*-?[\d,]+(\.\d+)?\s*", plain)


@pytest.mark.parametrize("cell", ["- 5", "－ 5", "- 0", "5 5", "５． ５", "1, 234"])
def test_a_space_inside_a_number_is_no_number(cell):
    assert units.parse(cell) is None


@given(st.integers(-(10**14), 10**14))
def test_every_whole_number_is_read_with_and_without_commas(number):
    assert units.parse(str(number)).number == units.parse(f"{number:,}").number == number


@pytest.mark.parametrize(
    "word, own, times",
    [("吨", "kg", 1000), ("公斤", "kg", 1), ("斤", "kg", 0.5), ("两", "kg", 0.05), ("克", "kg", 0.001), ("毫克", "kg", 1e-6),
     ("万人", "person", 10000), ("名", "person", 1), ("万元", "ten-thousand-yuan", 1), ("元", "ten-thousand-yuan", 1e-4),
     ("亿元", "ten-thousand-yuan", 10000), ("%", "fraction", 0.01), ("‰", "fraction", 0.001), ("宗", "case", 1), ("万粒", "tablet", 10000)],
)  # fmt: skip
def test_a_unit_converts_within_its_dimension(word, own, times):
    assert units.factor(word, own) == pytest.approx(times, rel=1e-15)


@pytest.mark.parametrize("word, own", [("人次", "person"), ("人", "person-time"), ("片", "kg"), ("粒", "kg"), ("株", "kg"), ("毫升", "kg"),
                                       ("人", "case"), ("千克", "tablet"), ("元", "person"), ("万", "person"), ("", "person"), ("箱", "kg")])  # fmt: skip
def test_no_unit_crosses_to_another_dimension(word, own):
    assert units.factor(word, own) is None


@pytest.mark.parametrize("lang", vocab.LANGUAGES)
def test_every_unit_of_the_vocabulary_is_known_in_its_own_words(lang):
    for key, own in vocab.table("indicators")["unit"].items():
        if word := vocab.unit(key, lang):
            assert units.factor(word, own) == 1, (key, word)


# Headings and places


def test_every_name_of_a_role_and_of_an_indicator_is_understood_as_heading():
    rows = vocab.table("headings")
    for role, told in zip(rows["role"], rows["names"], strict=True):
        for name in told.split("|"):
            assert headings.roles()[names.plain(f" {name}\n")] in (role, "area")
    for key, name in vocab.table("indicators")["zh"].items():
        assert heading([f"{name[:2]} \n{name[2:]}"]).indicator("zh") == key


def test_no_name_of_a_role_is_the_name_of_an_indicator():
    told = [names.plain(name) for row in vocab.table("headings")["names"] for name in row.split("|")]
    assert not set(told) & set(names.indicator_names())


@pytest.mark.parametrize(
    "path, indicator, unit",
    [(["缴获毒品（千克）"], "seizure_total", "千克"), (["破案数/起"], "cases_solved", "起"), (["在 册\n吸毒人员"], "users_current", ""),
     (["吸毒人员", "在册"], "users_current", ""), (["基本情况", "在冊吸毒人員", "万人"], "users_current", "万人"),
     (["社区戒毒社区康复", "执行率（%）"], "community_execution_rate", "%"), (["缴获", "海洛因", "克"], "seizure_heroin", "克"),
     (["人员情况", "吸毒人员", "现有在册"], "users_current", ""), (["新发现吸毒人员", "人数"], "users_new", "")],
)  # fmt: skip
def test_stacked_headings_are_read_together(path, indicator, unit):
    told = heading(path)
    assert (told.indicator("zh"), told.unit) == (indicator, unit)


def test_a_group_that_changes_the_meaning_is_never_dropped():
    with pytest.raises(TableError, match="新发现吸毒人员不满十八岁吸毒人员"):
        heading(["新发现吸毒人员", "不满十八岁吸毒人员"]).indicator("zh")


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


def test_hidden_rows_are_read_and_told_and_hidden_sheets_are_told_and_not_read(tmp_path):
    def hide(book):
        book.worksheets[1].sheet_state = "hidden"
        book.worksheets[2].row_dimensions[3].hidden = True
        book.worksheets[2].column_dimensions["C"].hidden = True
        book.create_chartsheet()

    more = [HEADINGS, ["澄溪县", "2025年3月", 7], ["柏陵县", "2025年3月", 8]]
    path = workbook(tmp_path / "x.xlsx", [], [HEADINGS, ROW], more, change=hide)
    observations, problems = intake.load(path)
    assert list(observations["value"]) == [7, 8]
    assert list(observations["note"]) == ["Sheet2!C2", "Sheet2!C3"]
    told = problems[["severity", "sheet", "cell"]].itertuples(index=False, name=None)
    assert set(told) == {("warning", "Sheet1", ""), ("warning", "Sheet2", "A3"), ("warning", "Sheet2", "C1")}


@pytest.mark.parametrize("cells", ["C2:D2", "C2:C3", "B2:C2"])
def test_a_number_in_merged_cells_is_refused_because_nobody_knows_whose_it_is(tmp_path, cells):
    rows = [[*HEADINGS, "检测人次"], [*ROW, 3], ["望鹭区", "2025年3月", 5, 4]]
    path = workbook(tmp_path / "x.xlsx", rows, change=lambda book: book.active.merge_cells(cells))
    assert f"单元格{cells.split(':')[0]}：数据区里有合并" in refusal(path)


def test_a_key_merged_over_its_rows_is_the_key_of_each(tmp_path):
    rows = [HEADINGS, ["青渡区", "2025年3月", 1], [None, "2025年4月", 2], ["望鹭区", "2025年3月", 3]]
    path = workbook(tmp_path / "x.xlsx", rows, change=lambda book: book.active.merge_cells("A2:A3"))
    assert [row[::2] for row in found(path)] == [("990101", 1), ("990101", 2), ("990102", 3)]
    workbook(path, rows)
    assert "单元格A3" in refusal(path)


def test_blank_rows_and_columns_are_passed_over_and_cells_keep_their_names(tmp_path):
    rows = [["", *HEADINGS, ""], ["", *ROW], [], [""], ["", "望鹭区", "2025年3月", 5, "", ""], [], []]
    path = workbook(tmp_path / "x.xlsx", [[cell or None for cell in row] for row in rows])
    assert list(intake.load(path).observations["note"]) == ["Sheet!D2", "Sheet!D5"]


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
    assert len(intake.load(path).observations) == 4


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


def test_a_flipped_bit_in_the_list_of_parts_is_refused_by_name_and_raises_nothing_else(sound):
    content = sound[0]
    refused, directory = 0, content.index(b"PK\x01\x02")
    for place in range(8 * directory, 8 * len(content)):
        flipped = bytearray(content)
        flipped[place // 8] ^= 1 << place % 8
        try:
            if preflight.kind(bytes(flipped), "x.xlsx", "zh") == "xlsx":
                preflight.look_through(bytes(flipped), "x.xlsx", "zh")
        except TableError as error:
            assert "文件x.xlsx" in str(error)
            refused += 1
    assert refused > 1_000


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
    assert list(intake.load(tmp_path / "x.xlsx").observations["status"]) == ["missing", "final", "final"]


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
