"""Slides: one message each, charts that carry their data and can be edited, and nothing claimed that a sentence limits."""

import io
import re
import zipfile
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from lxml import etree
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Inches

from drugstats import vocab
from drugstats.output import archive, charts, exhibits, native, report, slides

HOSTILE = '=1+1 <a:t>&"\x07\x0b</a:t> $a$ _b'
RATIO = {"area": "area", "part": "users_new", "whole": "users_current", "value": "new_user_ratio"}
LIMITS = {"low": "low", "high": "high"}


def publish(out, table, columns, key="parts_verdict", section="control", **words):
    table = pd.DataFrame({"source": "x.xlsx"} | table)
    if "period" in table:
        table["period"] = pd.PeriodIndex(table["period"], freq="Y" if len(str(table["period"].iloc[0])) == 4 else "M")
    told = {"area": "甲", "period": "乙"} | words
    return exhibits.publish(key, table, columns=columns, section=section, out=out, **told)


def of_areas(out, values=(0.02, 0.12, 0.05), **more):
    codes = [*vocab.children("990100"), *vocab.children("england")][: len(values)]
    table = {"area": codes, "part": 10, "whole": 200, "value": list(values)} | more
    columns = RATIO | {name: shown for name, shown in LIMITS.items() if name in more}
    return publish(out, table, columns | ({"verdict": "verdict"} if "verdict" in more else {}))


def of_years(out, years=("2019", "2020", "2021", "2023"), **more):
    table = {"period": list(years), "indicator": "users_new", "value": [float(year) for year in years], "status": "final"}
    columns = {"period": "period", "indicator": "indicator", "value": "level_value", "status": "status"}
    return publish(out, table | more, columns, key="national_new", section="national")


def deck(tmp_path, *published, lang="zh", area="430700"):
    told = report.assemble(list(published), area=area, period="2025", checksum="0", lang=lang)
    return Presentation(slides.write(told, tmp_path / "charts", tmp_path / "deck.pptx"))


def drawn(slide):
    return [shape.chart for shape in slide.shapes if shape.has_chart]


def values(chart):
    return {series.name: list(series.values) for plot in chart.plots for series in plot.series}


def sheet(chart):
    return openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active


def words(slide):
    return [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


# Messages


@pytest.mark.parametrize(
    "sentence, title, rest",
    [
        ("甲占4.7%（威尔逊95%区间4.1%至5.3%），与5%的控制线无法区分；真实占比5.9%以上才看得出来。", "甲占4.7%，与5%的控制线无法区分", "真实占比5.9%以上才看得出来。"),
        ("甲水平变化+12.5%（-24.6%至+68.0%，未超出偶然）。这是前后之差。", "甲水平变化+12.5%（-24.6%至+68.0%，未超出偶然）", "这是前后之差。"),
        ("2014年累计2,955,964名，2015年现有2,345,000名：两者口径不同，其差不是升降。", "2014年累计2,955,964名，2015年现有2,345,000名：两者口径不同，其差不是升降", ""),
        ("云汀市（虚构）新发现占比（期末在册）看不出单向趋势（p=0.136）。", "云汀市（虚构）新发现占比（期末在册）看不出单向趋势", ""),
        ("A (made up), 4.7% (limits 4.1% to 5.3%); it cannot be told from the line. More tests find more.", "A (made up), 4.7%; it cannot be told from the line", "More tests find more."),
        ("Falling by 240,583 persons (143,167 persons to 306,000 persons, p = 0.002).", "Falling by 240,583 persons (143,167 persons to 306,000 persons, p = 0.002)", ""),
        ("The level changed by 3.5% (1,200 to 1,300).", "The level changed by 3.5%", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_a_title_is_the_sentence_without_its_limits_but_never_without_what_limits_it(sentence, title, rest):
    assert slides.claim(sentence) == (title, rest)


def test_a_sentence_too_long_for_a_title_leaves_it_to_the_exhibit_and_stands_below(tmp_path):
    exhibit = replace(of_areas(tmp_path), sentences=["很长的话" * 40 + "。"])
    slide = deck(tmp_path, exhibit).slides[1]
    assert slide.shapes.title.text == exhibit.title and exhibit.sentences[0] in words(slide)


def test_every_exhibit_has_a_slide_with_its_sentences_source_and_table_in_the_notes(city, tmp_path):
    published = exhibits.read(city)
    told = report.assemble(published, area="990100", period="2025", checksum="0")
    shown = Presentation(slides.write(told, city / "charts", tmp_path / "deck.pptx")).slides
    notes = [slide.notes_slide.notes_text_frame.text for slide in shown]
    assert len(shown) == len(published) + 3
    for item in told.items:
        place = next(n for n, text in enumerate(notes) if f"“{item.table_title}”" in text)
        exhibit = item.exhibit
        assert all(sentence in notes[place] for sentence in [*exhibit.sentences, exhibit.sources])
        title = shown[place].shapes.title.text
        assert title == exhibit.title or title == slides.claim(exhibit.sentences[0])[0]
        shapes = shown[place].shapes
        assert any(shape.has_chart or shape.has_table or hasattr(shape, "image") for shape in shapes), exhibit.key
    assert any(all(limit in text for limit in told.limits) for text in notes) and told.revision in notes[-1]


def test_made_up_data_are_called_so_on_their_own_slides_only(tmp_path):
    real = replace(of_areas(tmp_path), sources="年鉴", key="rank_ratio")
    mark = vocab.text("slide.made_up")
    shown = deck(tmp_path, of_areas(tmp_path), real, area="990100").slides
    assert [mark in words(slide) for slide in shown] == [False, True, False, False, False]
    assert vocab.text("document.made_up", area="云汀市（虚构）") in "".join(words(shown[0]))


def test_the_deck_is_wide_has_one_layout_and_remembers_nothing_of_the_template(tmp_path):
    shown = deck(tmp_path, of_areas(tmp_path))
    assert shown.slide_width / shown.slide_height == pytest.approx(16 / 9, abs=1e-3)
    assert [layout.name for layout in shown.slide_layouts] == ["Title Only"]
    with zipfile.ZipFile(tmp_path / "deck.pptx") as packed:
        names = packed.namelist()
        assert not [name for name in names if "thumbnail" in name or "printer" in name or "app.xml" in name]
        assert "微软雅黑" in packed.read("ppt/theme/theme1.xml").decode()
    for slide in shown.slides:
        assert all(0 <= shape.left and shape.left + shape.width <= shown.slide_width for shape in slide.shapes)
        assert all(0 <= shape.top and shape.top + shape.height <= Inches(7.5) for shape in slide.shapes)


def test_every_run_of_text_names_a_latin_and_an_east_asian_face(tmp_path):
    table = replace(of_areas(tmp_path), columns=[], chart=None, key="rank_ratio")
    shown = deck(tmp_path, of_areas(tmp_path), table)
    for slide in shown.slides:
        runs = [run for run in slide._element.iter(qn("a:r"))]
        assert runs and all(run.find(f"{qn('a:rPr')}/{qn('a:ea')}").get("typeface") == "微软雅黑" for run in runs)
        for chart in drawn(slide):
            faces = list(chart._chartSpace.iter(qn("a:latin")))
            assert faces and all(face.getnext().get("typeface") == "微软雅黑" for face in faces)


# Bars


def test_bars_stand_from_the_highest_down_and_carry_their_data(tmp_path):
    exhibit = of_areas(tmp_path)
    [chart] = drawn(deck(tmp_path, exhibit).slides[1])
    assert list(chart.plots[0].categories) == ["望鹭区", "澄溪县", "青渡区"]
    assert values(chart) == {"新发现占比（期末在册）": [0.12, 0.05, 0.02], "控制线 5%": [0.05, 0.05, 0.05]}
    rows = [[cell.value for cell in row] for row in sheet(chart).iter_rows()]
    assert rows == [[None, "新发现占比（期末在册）", "控制线 5%"], ["望鹭区", 0.12, 0.05], ["澄溪县", 0.05, 0.05], ["青渡区", 0.02, 0.05]]
    assert sheet(chart)["B2"].number_format == "0.0%"


def test_each_reference_of_a_chart_points_at_the_cells_with_its_numbers(city):
    seen = 0
    for exhibit in exhibits.read(city):
        for drawing in native.drawings(exhibit):
            made = native.Chart(drawing, "zh", 12, 4)
            page = openpyxl.load_workbook(io.BytesIO(made.xlsx_blob)).active
            for kind, cells, cached in references(made.xml_bytes()):
                shown = [cell for row in page[cells] for cell in row] if ":" in cells else [page[cells]]
                found = {place: computed(page, cell.value) for place, cell in enumerate(shown) if cell.value is not None}
                assert found == (pytest.approx(cached) if kind == "num" else cached)
                seen += 1
    assert seen > 100


def references(xml):
    """Kind, cells and cached values of each reference of a chart to its workbook."""
    for node in etree.fromstring(xml).iter(qn("c:numRef"), qn("c:strRef")):
        points = {int(point.get("idx")): point.find(qn("c:v")).text for point in node.iter(qn("c:pt"))}
        kind = "num" if node.tag == qn("c:numRef") else "str"
        cells = node.find(qn("c:f")).text.removeprefix("Sheet1!").replace("$", "")
        yield kind, cells, {place: float(text) for place, text in points.items()} if kind == "num" else points


def computed(page, value):
    """A cell's value, or what its formula gives: openpyxl does not count."""
    if not str(value).startswith("="):
        return value
    one, other = value.removeprefix("=").split("-")
    return page[one].value - page[other].value


def test_limits_are_error_bars_that_follow_the_cells_of_the_limits(tmp_path):
    [drawing] = native.drawings(of_areas(tmp_path, low=[0.01, 0.08, None], high=[0.04, 0.16, None]))
    assert drawing.notes == ("误差线自“区间下限”至“区间上限”",)
    made = native.Chart(drawing, "zh", 12, 4)
    page = openpyxl.load_workbook(io.BytesIO(made.xlsx_blob)).active
    assert [page["E2"].value, page["F2"].value, page["E3"].value] == ["=D2-B2", "=B2-C2", None]
    assert made.xml_bytes().decode().count("<c:errBars>") == 1


def test_verdicts_have_a_series_each_and_what_cannot_be_told_is_hatched(tmp_path):
    exhibit = of_areas(tmp_path, verdict=["below", "above", "cannot tell"])
    [drawing] = native.drawings(exhibit)
    told = {series.name: (series.values, series.hatched) for series in drawing.series[:-1]}
    assert told == {
        "高于控制线": ([0.12, None, None], False), "无法区分": ([None, 0.05, None], True), "低于控制线": ([None, None, 0.02], False),
    }  # fmt: skip
    assert len({series.colour for series in drawing.series}) == 4
    text = native.Chart(drawing, "zh", 12, 4).xml_bytes().decode()
    assert text.count("pattFill prst") == 1


def test_a_verdict_is_told_in_the_words_of_the_table(tmp_path):
    exhibit = of_areas(tmp_path, verdict=["missed", "met", "cannot tell"])
    exhibit = replace(exhibit, rows=[[*cells[:-1], word] for cells, word in zip(exhibit.rows, ["未达到", "达到", "无法区分"], strict=True)])
    named = {series.name: series.colour for series in native.drawings(exhibit)[0].series[:-1]}
    assert named == {"达到": charts.frame.GOOD, "无法区分": charts.frame.QUIET, "未达到": charts.frame.BAD}


def test_of_many_areas_the_highest_twelve_are_drawn_and_the_rest_told(tmp_path):
    [drawing] = native.drawings(of_areas(tmp_path, values=[0.02 + place / 1000 for place in range(15)]))
    assert len(drawing.categories) == 12 and max(drawing.series[0].values) == 0.034
    assert drawing.notes == (vocab.text("slide.rest", count=12, rest=3),)


def test_one_area_far_above_the_rest_and_one_unknown_are_told_and_not_drawn(tmp_path):
    [drawing] = native.drawings(of_areas(tmp_path, values=[0.9, 0.05, 0.04, None]))
    assert drawing.series[0].values == [0.05, 0.04]
    assert drawing.notes == (vocab.text("chart.left_out", count=1), vocab.text("slide.apart", area="青渡区", value="90.0%"))


def test_targets_of_the_table_are_one_line_or_a_mark_for_each_area(tmp_path):
    columns = {"area": "area", "value": "clearance_rate", "line": "target", "verdict": "verdict"}
    table = {"area": ["990101", "990102"], "value": [0.9, 0.8], "verdict": ["above", "below"]}
    one, two = (publish(tmp_path, table | {"line": line}, columns) for line in ([0.85, 0.85], [0.85, 0.8]))
    last = [native.drawings(exhibit)[0].series[-1] for exhibit in (one, two)]
    assert [(series.name, series.mark, series.values) for series in last] == [
        ("目标 85.0%", "line", [0.85, 0.85]), ("目标", "dots", [0.85, 0.8]),
    ]  # fmt: skip
    above, below = native.drawings(one)[0].series[:2]
    assert (above.colour, below.colour) == (charts.frame.GOOD, charts.frame.BAD)


def test_a_ranking_says_beside_each_area_which_places_the_data_allow(tmp_path):
    table = {"area": ["990101", "990102"], "value": [120.0, 80.0], "standing": ["2（1–2）", "1（1–2）"]}
    exhibit = publish(tmp_path, table, {"area": "area", "value": "users_current", "standing": "standing"})
    assert native.drawings(exhibit)[0].categories == ["青渡区\n2（1–2）", "望鹭区\n1（1–2）"]


# Over time


def test_a_missing_year_is_a_gap(tmp_path):
    [chart] = drawn(deck(tmp_path, of_years(tmp_path)).slides[1])
    assert list(chart.plots[0].categories) == ["2019", "2020", "2021", "2022", "2023"]
    assert list(chart.plots[0].series[0].values) == [2019, 2020, 2021, None, 2023]
    assert chart._chartSpace.find(f".//{qn('c:dispBlanksAs')}").get("val") == "gap"
    assert sheet(chart)["B5"].value is None and sheet(chart)["A5"].value == "2022"


def test_no_line_runs_across_a_change_of_definition(tmp_path):
    [drawing] = native.drawings(of_years(tmp_path, basis=["old", "old", "new", "new"]))
    assert {series.name: series.values for series in drawing.series} == {
        "新发现吸毒人员 2019–2020": [2019, 2020, None, None, None], "新发现吸毒人员 2021–2023": [None, None, 2021, None, 2023],
    }  # fmt: skip
    assert len({series.colour for series in drawing.series}) == 1


def test_conflicting_values_are_not_drawn_and_what_is_not_final_is_hollow(tmp_path):
    years = ("2019", "2020", "2020", "2021", "2022")
    status = ["final", "final", "conflicting", "final", "provisional"]
    exhibit = of_years(tmp_path, years, value=[1.0, 2.0, 9.0, 3.0, 4.0], status=status)
    [drawing] = native.drawings(exhibit)
    assert drawing.series[0].values == [1, 2, 3, 4] and drawing.series[0].hollow == (3,)
    assert drawing.notes == (vocab.text("chart.hollow"),)
    assert "<c:dPt><c:idx val=\"3\"/>" in native.Chart(drawing, "zh", 12, 4).xml_bytes().decode()


def test_each_unit_has_a_chart_of_its_own_side_by_side(tmp_path):
    table = {"area": "990100", "indicator": ["users_new", "cases_solved"], "2019": [5.0, 9.0], "2020": [4.0, 8.0], "2021": [3.0, 7.0]}
    columns = {"indicator": "indicator_with_unit"} | dict.fromkeys(["2019", "2020", "2021"], "by_period")
    found = drawn(deck(tmp_path, publish(tmp_path, table, columns, key="activity", section="overview")).slides[1])
    assert [chart.chart_title.text_frame.text for chart in found] == ["新发现吸毒人员（名）", "破获毒品犯罪案件（起）"]
    assert [list(chart.plots[0].series[0].values) for chart in found] == [[5, 4, 3], [9, 8, 7]]


def test_parts_over_time_have_a_line_each_and_a_value_given_twice_is_not_drawn(tmp_path):
    years, parts = ["2019", "2020", "2021"], ["18岁以下", "18—35岁"]
    table = {"period": years * 2, "part": [part for part in parts for _ in years], "value": [0.1, 0.2, 0.3, 0.9, 0.8, 0.7]}
    columns = {"period": "period", "part": "unit", "value": "share"}
    assert native.drawings(publish(tmp_path, table, columns)) == []
    exhibit = replace(publish(tmp_path, table, columns), columns=[["period", "period"], ["part", "component"], ["value", "share"]])
    [drawing] = native.drawings(exhibit)
    assert [(series.name, series.values) for series in drawing.series] == [(parts[0], [0.1, 0.2, 0.3]), (parts[1], [0.9, 0.8, 0.7])]


def test_areas_over_time_stand_in_the_order_of_their_ends_beside_the_line(tmp_path):
    exhibit = parts_over_time(tmp_path)
    [drawing] = native.drawings(exhibit)
    assert [series.name for series in drawing.series] == ["望鹭区", "青渡区", "控制线 5%"]
    assert drawing.series[-1].values == [0.05] * 3 and drawing.form == "0.0%"


def parts_over_time(out, **words):
    table = {"area": ["990101", "990102"], "indicator": "new_user_ratio", "2019": [0.1, 0.2], "2020": [0.1, 0.2], "2021": [0.1, 0.3]}
    columns = {"area": "area"} | dict.fromkeys(["2019", "2020", "2021"], "by_period")
    return publish(out, table, columns, key="parts_trend", **words)


def test_a_share_with_limits_shows_them_and_the_line_it_was_held_against(tmp_path):
    table = {"period": ["2019", "2020", "2021"], "value": [0.1, 0.2, 0.3], "low": 0.05, "high": 0.4, "line": 0.05}
    columns = {"period": "period", "value": "new_user_ratio"} | LIMITS
    [drawing] = native.drawings(publish(tmp_path, table, columns, key="area_trend"))
    assert [series.name for series in drawing.series] == ["新发现占比（期末在册）", "区间下限", "区间上限", "控制线 5%"]


@pytest.mark.parametrize(
    "table, columns",
    [
        ({"period": ["2024", "2025"], "value": [1.0, 2.0]}, {"period": "period", "value": "users_new"}),
        ({"area": ["990101", "990101"], "period": ["2024", "2025"], "value": [1.0, 2.0]}, {"area": "area", "period": "period", "value": "users_new"}),
        ({"area": ["990101"], "standing": ["1–2"]}, {"area": "area", "standing": "standing"}),
        ({"indicator": ["users_new"], "value": [0.1]}, {"indicator": "indicator", "value": "change"}),
        ({"first": ["2005"], "last": ["2015"], "apc": [1.0]}, {"first": "period", "last": "period_last", "apc": "apc"}),
        ({"period": ["2024", "2025", "2026"], "value": 1.0, "low80": 0.0, "high80": 2.0, "low": 0.0, "high": 3.0}, {"period": "period", "value": "users_new", "low80": "low80", "high80": "high80", "low": "count_low", "high": "count_high"}),
    ],
    ids=["two years", "areas of two years", "places", "indicators", "segments", "fan"],
)  # fmt: skip
def test_what_is_no_series_is_not_drawn_as_one(tmp_path, table, columns):
    for name in ("first", "last"):
        if name in table:
            table = table | {name: pd.PeriodIndex(table[name], freq="Y")}
    assert native.drawings(publish(tmp_path, table, columns, key="rank_ladder")) == []


# By size


def test_a_funnel_shows_areas_by_size_between_their_limits_and_names_those_outside(tmp_path):
    codes = vocab.children("england")[:14]
    table = {
        "area": codes, "part": 1.0, "whole": [float(100 * (place + 1)) for place in range(14)], "value": 0.05,
        "low95": 0.01, "high95": 0.1, "outside": ["high998", *["inside"] * 12, "low95"],
    }  # fmt: skip
    columns = RATIO | {"low95": "low95", "high95": "high95", "outside": "outside"}
    [drawing] = native.drawings(publish(tmp_path, table | {"indicator": "new_user_ratio"}, columns, key="parts_funnel"))
    assert drawing.sizes == table["whole"] and [place for place, _ in drawing.named] == [0, 13]
    marks = {series.name: series.symbol for series in drawing.series if series.mark == "dots"}
    assert marks == {"高于外侧界限": "triangle", "界限之内": "circle", "低于内侧界限": "plus"}
    text = native.Chart(drawing, "zh", 12, 4).xml_bytes().decode()
    assert text.count("<c:xVal>") == 6 and vocab.area(codes[0]) in text


# Tables and pictures


def test_a_table_has_at_most_eight_rows_and_tells_the_rest(tmp_path):
    exhibit = replace(of_areas(tmp_path, values=[0.1] * 9), columns=[])
    slide = deck(tmp_path, exhibit).slides[1]
    [table] = [shape.table for shape in slide.shapes if shape.has_table]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [exhibit.headings, *exhibit.rows[:8]]
    assert vocab.text("slide.rows", count=1) in words(slide)


def test_the_same_figures_are_drawn_once_and_then_shown_by_their_picture(tmp_path):
    trend = charts.trend(pd.DataFrame({"period": pd.period_range("2024", periods=2, freq="Y"), "value": [0.1, 0.2]}))
    again = replace(parts_over_time(tmp_path, chart=trend), key="parts_heat")
    shown = deck(tmp_path, parts_over_time(tmp_path, chart=trend), again).slides
    assert len(drawn(shown[1])) == 1 and drawn(shown[2]) == []
    [picture] = [shape for shape in shown[2].shapes if hasattr(shape, "image")]
    assert picture._element.xpath(".//p:cNvPr")[0].get("descr").startswith(again.title)


def test_every_chart_table_and_picture_has_alternative_text(city, tmp_path):
    told = report.assemble(exhibits.read(city), area="990100", period="2025", checksum="0")
    for slide in Presentation(slides.write(told, city / "charts", tmp_path / "deck.pptx")).slides:
        shapes = [shape for shape in slide.shapes if shape.has_chart or shape.has_table or hasattr(shape, "image")]
        assert all(shape._element.xpath(".//p:cNvPr")[0].get("descr") for shape in shapes)


# Files


def test_slides_written_twice_are_the_same_bytes_with_no_date_of_today(city, tmp_path):
    told = report.assemble(exhibits.read(city), area="990100", period="2025", checksum="0")
    one, two = (slides.write(told, city / "charts", tmp_path / name).read_bytes() for name in ("one.pptx", "two.pptx"))
    assert one == two
    with zipfile.ZipFile(io.BytesIO(one)) as packed:
        books = [packed.read(name) for name in packed.namelist() if name.endswith(".xlsx")]
        assert books and {member.date_time for member in packed.infolist()} == {(2000, 1, 1, 0, 0, 0)}
    for content in [one, *books]:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            about = packed.read("docProps/core.xml").decode()
            assert set(re.findall(r">(\d{4}-\d\d-\d\dT[^<]*)<", about)) == {"2000-01-01T00:00:00Z"}


def test_an_archive_loses_its_dates_and_its_order_but_no_content(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name in ("b.xml", "a.xml", "[Content_Types].xml"):
            packed.writestr(zipfile.ZipInfo(name, (2025, 5, 5, 5, 5, 6)), name * 3)
    archive.fix_dates(path)
    with zipfile.ZipFile(path) as packed:
        assert packed.namelist() == ["[Content_Types].xml", "a.xml", "b.xml"]
        assert {(member.date_time[0], member.create_system) for member in packed.infolist()} == {(2000, 3)}
        assert packed.read("a.xml") == b"a.xml" * 3


def test_hostile_text_stays_text_in_slides_charts_and_their_workbooks(tmp_path, monkeypatch):
    monkeypatch.setattr(vocab, "area", lambda code, lang="zh": HOSTILE)
    exhibit = replace(of_areas(tmp_path), title=HOSTILE, sentences=[HOSTILE], sources=HOSTILE, key="rank_ratio")
    table = replace(exhibit, columns=[], headings=[HOSTILE], rows=[[HOSTILE]], key="rank_rate")
    shown = deck(tmp_path, exhibit, table)
    [chart] = drawn(shown.slides[1])
    clean = '=1+1 <a:t>&"</a:t> $a$ _b'
    assert list(chart.plots[0].categories) == [clean] * 3
    assert [(cell.value, cell.data_type) for cell in sheet(chart)["A"][1:]] == [(clean, "s")] * 3
    [table] = [shape.table for shape in shown.slides[2].shapes if shape.has_table]
    assert table.cell(1, 0).text == clean == shown.slides[2].shapes.title.text


def test_the_english_deck_says_no_chinese_of_its_own(tmp_path):
    columns = {"period": "period", "indicator": "indicator", "value": "level_value", "status": "status"}
    table = {"period": ["2019", "2020", "2021", "2022"], "indicator": "users_new", "value": 1.0, "status": "provisional"}
    exhibit = publish(tmp_path, table | {"basis": ["a", "a", "b", "b"]}, columns, key="national_new", lang="en")
    many = publish(tmp_path, {"area": vocab.children("england")[:15], "part": 1, "whole": 200, "value": 0.1, "low": 0.0, "high": 0.2},
                   RATIO | LIMITS, lang="en", area="A", period="B")  # fmt: skip
    shown = deck(tmp_path, exhibit, many, lang="en", area="990100")
    texts = [text for slide in shown.slides for text in [*words(slide), slide.notes_slide.notes_text_frame.text]]
    texts += [name for slide in shown.slides for chart in drawn(slide) for name in values(chart)]
    assert len(texts) > 20 and not re.search("[\u4e00-\u9fff]", " ".join(texts))


def test_one_area_alone_is_no_chart_and_its_table_is_shown(tmp_path):
    slide = deck(tmp_path, of_areas(tmp_path, [0.12])).slides[1]
    assert not drawn(slide) and [shape.has_table for shape in slide.shapes].count(True) == 1
    assert drawn(deck(tmp_path, of_areas(tmp_path, [0.12, 0.05])).slides[1])


def test_the_name_of_a_line_stands_away_from_the_numbers_at_the_ends_of_others(tmp_path):
    chart = drawn(deck(tmp_path, of_areas(tmp_path)).slides[1])[0]
    labels = [one for one in chart._chartSpace.iter(qn("c:dLbl")) if one.find(qn("c:showSerName")).get("val") == "1"]
    assert [float(one.find(f".//{qn('c:x')}").get("val")) > 0.01 for one in labels] == [True]
