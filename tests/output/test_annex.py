"""The annex workbook: reopened it shows what the exhibits say, in native numbers; hostile text stays text."""

import re
import zipfile
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import openpyxl
import pytest

from drugstats.output import annex, archive, exhibits, report
from drugstats.output.exhibits import Exhibit

MADE_UP = "本报告中云汀市（虚构）及其所辖地区的数据均为虚构，仅供演示。"
FIRST_ROW = annex.HEAD_ROW + 2


def finding(*cells, key="headline", section="overview", **given) -> Exhibit:
    """An exhibit of one column; each cell is its text and the value behind it."""
    rows, figures = [[text] for text, _ in cells], [{"value": value, "of": key} for _, value in cells]
    told = {"lang": "zh", "title": "题", "headings": ["数"], "sentences": [], "sources": "s", "chart": None,
            "columns": [["value", "share"]]} | given  # fmt: skip
    return Exhibit(key=key, section=section, rows=rows, figures=figures, **told)


def written(folder, *findings, lang="zh", area="430700"):
    told = report.assemble(list(findings), area=area, period="2025", checksum="0", lang=lang)
    return openpyxl.load_workbook(annex.write(told, folder / "annex.xlsx"))


def column(book, sheet=1) -> list:
    return [row[0] for row in book.worksheets[sheet].iter_rows(min_row=FIRST_ROW)]


def shown(cell) -> str:
    """The text that a spreadsheet program shows for a cell, for the formats that the annex uses."""
    if isinstance(cell.value, str):
        return cell.value
    form, unit = re.fullmatch(r'([^"]*)(?:"([^"]*)")?', cell.number_format).groups()
    places, percent = len(form.partition(".")[2].rstrip("%")), form.endswith("%")
    number = Decimal(repr(float(cell.value))) * (100 if percent else 1)
    number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{number:,}" + "%" * percent + (unit or "")


@pytest.fixture(scope="module")
def city_annex(city, tmp_path_factory):
    published = exhibits.read(city)
    told = report.assemble(published, area="990100", period="2025", checksum="0")
    return told, openpyxl.load_workbook(annex.write(told, tmp_path_factory.mktemp("annex") / "annex.xlsx"))


def test_the_annex_shows_what_the_exhibits_say(city_annex):
    told, book = city_annex
    for item, sheet in zip(told.tables, book.worksheets[1:], strict=True):
        rows = list(sheet.iter_rows(min_row=annex.HEAD_ROW + 1))
        assert [[shown(cell) for cell in row] for row in rows] == [item.exhibit.headings, *item.exhibit.rows]
        assert sheet.cell(1, 1).value == item.table_title
        assert sheet.cell(annex.SOURCE_ROW + 1, 1).value == f"来源：{item.exhibit.sources}"


def test_the_annex_holds_the_unrounded_values(city_annex):
    told, book = city_annex
    sheet = next(
        sheet
        for item, sheet in zip(told.tables, book.worksheets[1:], strict=True)
        if item.exhibit.key == "parts_verdict"
    )
    figures = next(item.exhibit for item in told.tables if item.exhibit.key == "parts_verdict").figures
    cells = [row[3] for row in sheet.iter_rows(min_row=FIRST_ROW)]
    assert [cell.value for cell in cells] == pytest.approx([row["value"] for row in figures], abs=1e-15)
    assert {cell.number_format for cell in cells} == {"#,##0.0%", "#,##0%"}


def test_the_contents_link_to_every_sheet_and_every_sheet_links_back(city_annex):
    told, book = city_annex
    contents = book.worksheets[0]
    rows = list(contents.iter_rows(min_row=FIRST_ROW, max_row=FIRST_ROW + len(told.tables) - 1))
    assert [row[0].value for row in rows] == [item.table_name for item in told.tables]
    assert [row[1].value for row in rows] == [item.exhibit.title for item in told.tables]
    assert [row[3].value for row in rows] == [len(item.exhibit.rows) for item in told.tables]
    assert [row[1].hyperlink.location for row in rows] == [f"'{name}'!A1" for name in book.sheetnames[1:]]
    for sheet in book.worksheets[1:]:
        assert sheet.cell(annex.BACK_ROW + 1, 1).hyperlink.location == "'目录'!A1"


def test_headings_stay_in_sight_and_stand_on_every_printed_page(city_annex):
    for sheet in city_annex[1].worksheets:
        assert sheet.freeze_panes == f"B{FIRST_ROW}"
        assert sheet.print_title_rows == f"${annex.HEAD_ROW + 1}:${annex.HEAD_ROW + 1}"
        assert sheet.page_setup.paperSize == 9 and sheet.page_setup.fitToHeight == 0


def test_columns_are_wide_enough_for_chinese(city_annex):
    told, book = city_annex
    for item, sheet in zip(told.tables, book.worksheets[1:], strict=True):
        for place, texts in enumerate(zip(*item.exhibit.rows, strict=True)):
            width = sheet.column_dimensions[openpyxl.utils.get_column_letter(place + 1)].width
            assert width > max(annex.wide(text) for text in texts) or width > annex.WIDEST


def test_only_made_up_figures_are_called_made_up(city_annex):
    told, book = city_annex
    for item, sheet in zip(told.tables, book.worksheets[1:], strict=True):
        notice = sheet.cell(annex.NOTICE_ROW + 1, 1).value
        assert notice.startswith(MADE_UP) == ("虚构" in item.exhibit.sources)
    sections = {item.exhibit.section for item in told.tables if "虚构" not in item.exhibit.sources}
    assert sections == {"national", "example"}


def test_figures_that_end_before_the_period_of_the_report_say_when(tmp_path):
    columns = {"headings": ["时间"], "columns": [["period", "period"]]}
    old = replace(finding(("2018年", 1), **columns), figures=[{"period": "2018"}])
    ahead = replace(finding(("2026年1月", 1), key="activity", **columns), figures=[{"period": "2026-01"}])
    unknown = replace(finding(("2025年", 1), key="contribution", **columns), rows=[["2024年"], ["2025年"]],
                      figures=[{"period": "2024", "value": 1}, {"period": "2025", "value": None}])  # fmt: skip
    book = written(tmp_path, old, ahead, unknown)
    notices = [sheet.cell(annex.NOTICE_ROW + 1, 1).value for sheet in book.worksheets[1:]]
    assert notices == ["数据截至2018年。", "数据截至2025年。", "数据截至2024年。"]


@pytest.mark.parametrize(
    ("text", "figure", "value", "form"),
    [
        ("12.2%", 26 / 213, 26 / 213, "#,##0.0%"), ("11%", 4 / 38, 4 / 38, "#,##0%"), ("4,788", 4788, 4788, "#,##0"),
        ("2.4", 2.3636, 2.3636, "#,##0.0"), ("4,788名", 4788, 4788, '#,##0"名"'), ("-6.2%", -0.0619, -0.0619, "#,##0.0%"),
        ("79.0 kg", 79.01, 79.01, '#,##0.0" kg"'), ("0.0%", -0.0004, 0, "#,##0.0%"), ("0.0", 0.0, 0, "#,##0.0"),
    ],
)  # fmt: skip
def test_a_number_is_a_number_in_the_format_in_which_it_is_printed(tmp_path, text, figure, value, form):
    cell = column(written(tmp_path, finding((text, figure))))[0]
    assert cell.value == pytest.approx(value, abs=1e-15) and cell.number_format == form and shown(cell) == text


@pytest.mark.parametrize(
    ("lang", "text", "yuan", "value", "form"),
    [
        ("zh", "4.6亿元", 457_419_991.0, 4.57419991, '#,##0.0"亿元"'), ("zh", "2,370万元", 23_701_234.0, 2370.1234, '#,##0"万元"'),
        ("en", "457 million yuan", 457_419_991.0, 457.419991, '#,##0" million yuan"'), ("zh", "50,000元", 50_000.4, 50_000.4, '#,##0"元"'),
    ],
)  # fmt: skip
def test_money_keeps_its_digits_behind_the_unit_that_is_printed(tmp_path, lang, text, yuan, value, form):
    cell = column(written(tmp_path, finding((text, yuan), columns=[["value", "yuan"]], lang=lang), lang=lang))[0]
    assert cell.value == pytest.approx(value, rel=1e-12) and cell.number_format == form and shown(cell) == text


def test_a_column_of_money_is_in_one_unit(tmp_path):
    cells = [("27,000 million yuan", 27e9), ("300 million yuan", 3e8), ("—", None)]
    found = finding(*cells, columns=[["value", "yuan"]], lang="en")
    assert [cell.value for cell in column(written(tmp_path, found, lang="en"))] == [27_000, 300, "—"]


@pytest.mark.parametrize(
    ("text", "figure"),
    [("—", None), ("2025", "2025"), ("007", "007"), ("430726", "430726"), ("2（1–6）", "2（1–6）"), ("9", "9"),
     ("超过99%", 0.997), ("2025", None), ("", ""), ("=1+1", "=1+1"), ("+1.1%", 0.011)],
)  # fmt: skip
def test_a_code_a_year_a_range_or_a_dash_stays_text(tmp_path, text, figure):
    cell = column(written(tmp_path, finding((text, figure))))[0]
    assert (cell.value or "") == text and cell.data_type != "f" and isinstance(cell.value, str | None)


def test_points_are_written_as_points_and_a_figure_that_would_show_another_text_as_printed(tmp_path):
    points = finding(("-0.1", -0.000798), columns=[["value", "points"]])
    assert column(written(tmp_path, points))[0].value == pytest.approx(-0.0798)
    assert column(written(tmp_path, finding(("12.2%", 0.5))))[0].value == pytest.approx(0.122)
    without_columns = replace(finding(("12.2%", 0.12206)), columns=[])
    assert column(written(tmp_path, without_columns))[0].value == pytest.approx(0.122)


def test_names_of_sheets_are_legal_short_and_unlike(tmp_path):
    titles = ["a[b]:c*d?e/f\\g", "'quoted'", "很长" * 40, "𠮷" * 40, "x" * 40, "X" * 40]
    book = written(tmp_path, *(finding(("1", 1), key=f"unknown{n}", title=title) for n, title in enumerate(titles)))
    assert len({name.lower() for name in book.sheetnames}) == len(titles) + 1
    for name in book.sheetnames:
        assert 0 < len(name.encode("utf-16-le")) / 2 <= 31 and not re.search(r"[\[\]:*?/\\]", name)
        assert name == name.strip("' ")
    assert book.sheetnames[:2] == ["目录", "表1 a b  c d e f g"]
    assert book.worksheets[0].cell(FIRST_ROW + 1, 2).hyperlink.location == "'表2 ''quoted'!A1"


def test_hostile_text_stays_text_in_the_annex(tmp_path):
    dirty = '=HYPERLINK("http://x")\x00\x0b\ud800\n@SUM(A1)'
    hostile = finding((dirty, dirty), title=dirty, headings=[dirty], sources=dirty)
    book = written(tmp_path, hostile)
    clean = '=HYPERLINK("http://x") @SUM(A1)'
    sheet = book.worksheets[1]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type == "s" for cell in cells) and sheet.cell(FIRST_ROW, 1).value == clean
    assert [cell.coordinate for cell in cells if cell.hyperlink] == [f"A{annex.BACK_ROW + 1}"]


def test_a_text_longer_than_excel_holds_is_cut_and_not_lost(tmp_path):
    cell = column(written(tmp_path, finding(("长" * 50_000, "长"))))[0]
    assert len(cell.value) == 32_767 and cell.value.endswith("…")


def test_the_english_annex_is_in_english(tmp_path):
    book = written(tmp_path, finding(("12.2%", 0.122), lang="en"), lang="en")
    assert book.sheetnames == ["Contents", "Table 1 Headline counts"]
    sheet = book.worksheets[1]
    told = [sheet.cell(row, 1).value for row in range(1, annex.HEAD_ROW + 1)]
    assert told == ["Table 1. 题", "Data up to 2025.", "Sources: s", "Back to contents"]
    long = finding(("1", 1), key="activity", lang="en")
    assert written(tmp_path, long, lang="en").sheetnames[1] == "Table 1 Newly found users and"


def test_the_annex_written_twice_is_the_same_bytes_of_one_date(city, tmp_path):
    told = report.assemble(exhibits.read(city), area="990100", period="2025", checksum="0")
    one, two = (annex.write(told, tmp_path / f"{name}.xlsx") for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as packed:
        assert {member.date_time for member in packed.infolist()} == {archive.FIXED_DATE.timetuple()[:6]}
        assert b"2000-01-01T00:00:00Z" in packed.read("docProps/core.xml")
