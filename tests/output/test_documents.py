"""Exhibits, Word and HTML: reopened, they say what the exhibits say; hostile text stays text."""

import html.parser
import json
import re
import shutil
import time
import zipfile
from dataclasses import replace

import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from matplotlib.figure import Figure

from drugstats import vocab
from drugstats.output import archive as archive_
from drugstats.output import charts, exhibits, official, page, report, word, word_table
from drugstats.output.exhibits import Exhibit
from drugstats.tables import TableError

AGAIN = "parts_heat"  # its table is that of the exhibit before it
HOSTILE = '<script>alert("x")</script>&=1+1 $a$ _b'


@pytest.fixture(scope="module")
def documents(city):
    published = exhibits.read(city)
    return published, Document(city / "毒情形势分析.docx"), (city / "毒情形势分析.html").read_text(encoding="utf-8")


def table(**columns) -> pd.DataFrame:
    return pd.DataFrame(
        {"area": ["990101"], "part": [26], "whole": [213], "value": [0.122], "source": ["x.xlsx"]} | columns
    )


def publish(out, **columns):
    return exhibits.publish(
        "parts_verdict", table(**columns), section="control", out=out, area="甲", period="乙",
        columns={"area": "area", "part": "users_new", "value": "new_user_ratio"}, sentences=["一句。", ""],
    )  # fmt: skip


def test_an_exhibit_carries_headings_cells_values_and_sources(tmp_path):
    exhibit = publish(tmp_path)
    assert exhibit.headings == ["地区", "新发现吸毒人员（名）", "新发现占比（期末在册）"]
    assert exhibit.rows == [["青渡区", "26", "12.2%"]]
    assert exhibit.figures == [{"area": "990101", "part": 26, "value": 0.122}]
    assert exhibit.sentences == ["一句。"] and exhibit.title == "甲各地新发现占比与控制线（乙）"
    assert exhibit.sources == "x.xlsx（虚构数据，仅供演示）"
    assert exhibits.read(tmp_path) == [exhibit]


def test_a_share_of_fewer_than_a_hundred_has_no_decimals(tmp_path):
    assert publish(tmp_path, whole=[54], value=[0.0556]).rows == [["青渡区", "26", "6%"]]


def test_an_empty_table_publishes_nothing(tmp_path):
    empty = table().iloc[:0]
    told = exhibits.publish("parts_verdict", empty, section="control", out=tmp_path, columns={}, area="", period="")
    assert told is None and list(tmp_path.iterdir()) == []


def test_an_unknown_section_column_or_key_is_refused(tmp_path):
    with pytest.raises(TableError, match="section 'nowhere'"):
        exhibits.publish("headline", table(), section="nowhere", out=tmp_path, columns={})
    with pytest.raises(TableError, match="no column 'valu'; the nearest is 'value'"):
        exhibits.publish("headline", table(), section="overview", out=tmp_path, columns={"valu": "share"})
    with pytest.raises(TableError, match="'exhibit.headlin' is not in labels.csv; the nearest is 'exhibit.headline'"):
        exhibits.publish("headlin", table(), section="overview", out=tmp_path, columns={"value": "share"})
    assert list(tmp_path.iterdir()) == []


def test_many_sources_are_counted(tmp_path):
    exhibit = publish(tmp_path, source=["b.xlsx | a.xlsx | c.xlsx"], area=["430726"])
    assert exhibit.sources == "a.xlsx等3个来源"


def finding(key="headline", section="overview", *, rows=1, sentences=("一句。",), chart=None, **given) -> Exhibit:
    told = {"lang": "zh", "title": key, "headings": ["地区", "数"], "sources": "s"} | given
    cells = [[f"甲{number}", f"{number:,}"] for number in range(rows)]
    figures = [{"of": key}] * rows
    return Exhibit(key=key, section=section, rows=cells, figures=figures, sentences=list(sentences), chart=chart, **told)


def written(exhibits_, folder, lang="zh", area="430700"):
    told = report.assemble(exhibits_, area=area, period="2025", checksum="0", lang=lang)
    return told, Document(word.write(told, folder, folder / "report.docx"))


def picture(folder, name, height=1.0):
    for ending in ("png", "svg"):
        Figure(figsize=(2, 2 * height)).savefig(folder / f"{name}.{ending}")
    return name


def texts(document) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def parts(path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels"))}


def test_word_says_what_the_exhibits_say(documents):
    published, document, _ = documents
    paragraphs = [text.replace("\u2212", "-") for text in texts(document)]
    shown = [[[cell.text for cell in row.cells] for row in grid.rows] for grid in document.tables]
    assert sorted(shown) == sorted([exhibit.headings, *exhibit.rows] for exhibit in published if exhibit.key != AGAIN)
    beginnings = {sentence.split("。")[0] for exhibit in published for sentence in exhibit.sentences}
    assert [told for told in beginnings if not any(text.startswith(told) for text in paragraphs)] == []
    assert "本报告中云汀市（虚构）及其所辖地区的数据均为虚构，仅供演示。" in paragraphs
    assert len(document.inline_shapes) == sum(exhibit.chart is not None for exhibit in published)


def test_every_picture_has_alternative_text_and_fits_the_page_and_every_table_repeats_its_header(documents):
    _, document, _ = documents
    told = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert all(told) and len(set(told)) == len(told)
    assert all(shape.width.mm <= 156 and shape.height.mm <= 195 for shape in document.inline_shapes)
    assert {shape._inline.get(f"dist{side}") for shape in document.inline_shapes for side in "TBLR"} == {"0"}
    for grid in document.tables:
        rows = grid._tbl.tr_lst
        assert [bool(row.xpath("./w:trPr/w:tblHeader")) for row in rows] == [True] + [False] * (len(rows) - 1)
        assert grid._tbl.xpath("./w:tblPr/w:tblCaption")[0].get(qn("w:val"))


def test_a_picture_taller_than_the_page_is_made_smaller_in_proportion(tmp_path):
    _, document = written([finding(chart=picture(tmp_path, "headline", height=3))], tmp_path)
    shape = document.inline_shapes[0]
    assert shape.height.mm == pytest.approx(190, abs=0.1) and shape.width.mm == pytest.approx(190 / 3, rel=0.02)


def test_the_word_page_is_an_official_one(documents):
    _, document, _ = documents
    section = document.sections[0]
    assert [round(length.mm) for length in (section.page_width, section.page_height)] == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(length.mm) for length in margins] == [37, 35, 28, 26]


@pytest.mark.parametrize(
    ("style", "face", "size"),
    [("Title", "方正小标宋简体", 22), ("Body Text", "仿宋_GB2312", 16), ("Heading 1", "黑体", 16),
     ("Heading 2", "楷体_GB2312", 16), ("Heading 3", "仿宋_GB2312", 16), ("Heading 4", "仿宋_GB2312", 16),
     ("Footer", "宋体", 14)],
)  # fmt: skip
def test_the_type_is_that_of_official_documents(documents, style, face, size):
    look = documents[1].styles[style]
    assert look.element.rPr.rFonts.get(qn("w:eastAsia")) == face and look.font.size.pt == size
    assert bool(look.font.bold) == (style == "Heading 3")
    if style.startswith(("Body", "Heading")):
        indent = look.element.pPr.ind
        assert look.paragraph_format.line_spacing.pt == 28
        assert (indent.get(qn("w:firstLineChars")), indent.get(qn("w:firstLine"))) == ("200", "640")


def test_no_type_face_depends_on_a_theme_and_every_face_names_another(city):
    content = parts(city / "毒情形势分析.docx")
    assert not any("theme" in name for name in content) and "Theme=" not in content["word/styles.xml"]
    assert "thumbnail" not in content["_rels/.rels"]
    for face in ("方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312", "宋体"):
        assert re.search(rf'w:name="{face}"><w:altName w:val="[^"]+"/>', content["word/fontTable.xml"])


def test_chinese_punctuation_is_set_in_the_chinese_face_and_a_minus_is_not(tmp_path):
    _, document = written([finding(sentences=["“新发现”变化-7.8%。"])], tmp_path)
    paragraph = next(paragraph for paragraph in document.paragraphs if "新发现" in paragraph.text)
    assert paragraph.text == "“新发现”变化\u22127.8%，见表1。"
    hints = {run.text: run._r.xpath("./w:rPr/w:rFonts/@w:hint") for run in paragraph.runs}
    assert hints == {"“新发现”变化": ["eastAsia"], "\u2212": [], "7.8%，见表1。": ["eastAsia"]}


def test_page_numbers_stand_between_dashes_at_the_outer_edge(documents):
    section, settings = documents[1].sections[0], documents[1].settings
    assert settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        paragraph = footer.paragraphs[0]
        assert paragraph._p.pPr.jc.get(qn("w:val")) == side
        assert paragraph._p.pPr.ind.get(qn(f"w:{side}Chars")) == "100"
        assert "".join(paragraph._p.xpath(".//w:t/text()")) == "— 1 —"
        assert paragraph._p.xpath("./w:fldSimple/@w:instr") == [" PAGE "] and paragraph.style.name == "Footer"
    assert section.footer.paragraphs[0].style.element.rPr.rFonts.get(qn("w:ascii")) == "宋体"


def test_made_up_figures_say_so_on_every_page_and_others_do_not(documents, tmp_path):
    section = documents[1].sections[0]
    assert {section.header.paragraphs[0].text, section.even_page_header.paragraphs[0].text} == {
        "本报告中云汀市（虚构）及其所辖地区的数据均为虚构，仅供演示。"
    }
    _, real = written([finding()], tmp_path)
    assert real.sections[0].header.paragraphs[0].text == "" and not any("虚构" in text for text in texts(real))


def test_tables_and_figures_are_numbered_in_order(documents):
    for word_ in ("图", "表", "附表"):
        found = [int(match[1]) for text in texts(documents[1]) if (match := re.match(rf"{word_}(\d+)　", text))]
        assert found == list(range(1, len(found) + 1)) and found


def test_headings_count_on_with_the_limits_before_the_outlook(tmp_path):
    keys = [("activity", "overview"), ("contribution", "overview"), ("area_trend", "control"), ("area_change", "control"),
            ("forecast", "outlook"), ("england_rate", "example")]  # fmt: skip
    told, document = written([finding(*pair) for pair in keys], tmp_path)
    headings = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs
                if paragraph.style.name.startswith(("Heading", "Annex Title"))]  # fmt: skip
    assert headings == [
        ("Heading 1", "一、总体情况"), ("Heading 2", "（一）新发现与执法活动"), ("Heading 2", "（二）各地对变化的拉动"),
        ("Heading 1", "二、新发现占比与控制线"), ("Heading 1", "三、数据的局限"), ("Heading 1", "四、形势展望"),
        ("Annex Title", "方法示例：英格兰公开数据"), ("Annex Title", "数据来源和编制说明"),
    ]  # fmt: skip
    assert [heading for heading, _ in told.sections] == ["一、总体情况", "二、新发现占比与控制线", "四、形势展望",
                                                         "方法示例：英格兰公开数据"]  # fmt: skip


def test_a_table_of_more_than_25_rows_stands_among_the_annexes_with_a_word_where_it_stood(tmp_path):
    short, long = finding(rows=25), finding("activity", rows=26)
    told, document = written([short, long], tmp_path)
    assert [item.annexed for item in told.items] == [False, True]
    lines = texts(document)
    assert lines.index("附件1") < lines.index("附表") < lines.index("附表1　activity")
    assert lines.index("表1　headline") < lines.index("表格较长，移至附表1。") < lines.index("附件1")
    assert "一句，见附表1。" in lines


def test_a_table_that_stands_above_already_is_named_and_not_printed_again(tmp_path):
    first = finding(rows=2, chart=picture(tmp_path, "c"))
    second = replace(first, title="热力", sentences=[])
    told, document = written([first, second, replace(first, sources="other")], tmp_path)
    assert [(item.table_name, item.repeated) for item in told.items] == [("表1", False), ("表1", True), ("表2", False)]
    assert len(document.tables) == 2 and "热力见图2、表1。" in texts(document)
    text = page.write(told, tmp_path, tmp_path / "page.html").read_text(encoding="utf-8")
    assert text.count("<table") == 2
    assert [item.table_name for item in told.tables] == ["表1", "表2"]


def test_the_annexes_are_listed_as_they_follow_and_the_last_is_the_workbook(tmp_path):
    told, document = written([finding(rows=30), finding("england_rate", "example", rows=30)], tmp_path)
    lines = texts(document)
    assert told.annexes == ["附表", "方法示例：英格兰公开数据", "数据来源和编制说明",
                            "数据工作簿（电子文件：毒情形势分析附件.xlsx）"]  # fmt: skip
    start = lines.index("附件：1. 附表")
    assert lines[start + 1 : start + 4] == [
        f"{number}. {title}" for number, title in enumerate(told.annexes[1:], start=2)
    ]
    for number, title in enumerate(told.annexes[:-1], start=1):
        assert lines[lines.index(f"附件{number}") + 1] == title
    marks = [paragraph.style.paragraph_format.page_break_before for paragraph in document.paragraphs
             if re.fullmatch(r"附件\d", paragraph.text)]  # fmt: skip
    assert marks == [True] * 3
    assert "表1：s" in [text.replace("附表1、", "") for text in lines]


def test_the_text_names_every_figure_and_table_at_the_end_of_its_first_sentence(tmp_path):
    chart = picture(tmp_path, "c")
    silent, spoken = finding("activity", sentences=[], chart=chart), finding(sentences=["一句（甲）。二句。", "三句。"])
    _, document = written([spoken, silent], tmp_path)
    assert {"一句（甲），见表1。二句。", "三句。", "activity见图1、表2。"} <= set(texts(document))
    spoken = finding(sentences=["1.2 of 3. And more."], chart=chart, lang="en")
    _, document = written([spoken], tmp_path, "en")
    assert "1.2 of 3, see Figure\u00a01 and Table\u00a01. And more." in texts(document)


def test_the_english_word_file_follows_english_ways(tmp_path):
    exhibits_ = [finding("activity", rows=30), finding("contribution"), finding("england_rate", "example")]
    told, document = written(exhibits_, tmp_path, "en")
    lines = texts(document)
    assert {"1. Overview", "1.1 Newly found users and police activity", "1.2 What each area adds to the change", "Annexes:",
            "2. What the data cannot say", "Annex 1", "Annex table 1. activity", "Table 1. contribution"} <= set(lines)  # fmt: skip
    assert told.annexes[-1] == "Workbook of the data (file: situation-assessment-annex.xlsx)"
    body = document.styles["Body Text"]
    assert body.paragraph_format.first_line_indent is None and body.font.name == "Times New Roman"
    footer = document.sections[0].footer.paragraphs[0]._p
    assert "".join(footer.xpath(".//w:t/text()")) == "1" and not body.element.xpath("./w:rPr/w:rFonts/@w:hint")


def test_numbers_stand_below_each_other_and_words_in_the_middle(tmp_path):
    mixed = replace(finding(), headings=["地区", "数", "率", "判断"],
                    rows=[["甲", "1,234", "—", "低"], ["乙", "-5", "4.7%", "3"]])  # fmt: skip
    _, document = written([mixed], tmp_path)
    row = document.tables[0]._tbl.tr_lst[1]
    assert row.xpath("./w:tc/w:p/w:pPr/w:jc/@w:val") == ["left", "right", "right", "center"]


@pytest.mark.parametrize("headings", [["地区", "数"], ["x" * 500, "数", "a b " * 300], ["地区"] * 12])
def test_the_columns_fill_the_page_whatever_stands_in_them(tmp_path, headings):
    wide = replace(finding(), headings=headings, rows=[["一" * number for number in range(len(headings))]])
    _, document = written([wide], tmp_path)
    widths = [column.width.mm for column in document.tables[0].columns]
    assert sum(widths) == pytest.approx(156, abs=0.2) and min(widths) > 4


def test_a_table_that_fits_a_page_is_not_parted_and_no_caption_leaves_its_table(tmp_path):
    _, document = written([finding(rows=14), finding("activity", rows=15)], tmp_path)
    kept = [[bool(row.xpath("./w:tc/w:p/w:pPr/w:keepNext")) for row in grid._tbl.tr_lst] for grid in document.tables]
    assert kept == [[True] * 15, [True] * 4 + [False] * 12]
    captions = [paragraph for paragraph in document.paragraphs if paragraph.style.name == "Caption"]
    assert len(captions) == 2 and all(paragraph.paragraph_format.keep_with_next for paragraph in captions)


class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.addresses, self.cells, self.tags, self.open = [], [], [], None

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [value for name, value in attributes if name.split(":")[-1] in ("src", "href")]
        self.open = tag
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data):
        if self.open in ("td", "th"):
            self.cells[-1] += data

    def handle_endtag(self, tag):
        self.open = None


def test_the_page_says_what_the_exhibits_say_and_asks_nothing_of_any_host(documents):
    published, _, text = documents
    reader = Reader()
    reader.feed(text)
    assert reader.cells == [cell for exhibit in published if exhibit.key != AGAIN
                            for row in [exhibit.headings, *exhibit.rows] for cell in row]  # fmt: skip
    assert all(address.startswith("#") for address in reader.addresses)
    assert reader.tags.count("script") <= 1 and "link" not in reader.tags and "@import" not in text
    assert reader.tags.count("svg") == sum(exhibit.chart is not None for exhibit in published)


def test_hostile_text_stays_text_in_word_and_page(tmp_path):
    hostile = Exhibit("headline", "overview", "zh", HOSTILE, [HOSTILE], [[HOSTILE]], [], [HOSTILE], HOSTILE, None)
    told = report.assemble([hostile], area="990100", period="2025", checksum="0")
    text = page.write(told, tmp_path, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script>" not in text and "&lt;script&gt;" in text
    document = Document(word.write(told, tmp_path, tmp_path / "page.docx"))
    assert document.tables[0].cell(1, 0).text == HOSTILE and f"{HOSTILE}，见表1。" in texts(document)
    assert "<script>" not in page.exhibit_html(hostile)


def test_what_no_file_can_hold_is_left_out_of_every_document(tmp_path):
    dirty = "甲\x00乙\x0b丙\ud800丁\ufffe戊\u202e己\r\n庚\t辛"
    hostile = Exhibit("headline", "overview", "zh", dirty, [dirty], [[dirty]], [{"area": dirty}], [dirty], dirty, None)
    told, document = written([hostile], tmp_path)
    assert told.items[0].exhibit.figures == [{"area": "甲乙丙丁戊己 庚 辛"}]
    assert [cell.text for row in document.tables[0].rows for cell in row.cells] == ["甲乙丙丁戊己 庚 辛"] * 2
    assert "表1　甲乙丙丁戊己 庚 辛" in texts(document)


def test_a_text_of_any_length_is_written_whole(tmp_path):
    _, document = written([finding(sentences=["长" * 50_000], title="题" * 3_000)], tmp_path)
    assert "长" * 50_000 + "，见表1。" in texts(document) and "表1　" + "题" * 3_000 in texts(document)


def test_a_section_without_exhibits_is_left_out_and_the_others_count_on():
    one = Exhibit("rank_ratio", "ranking", "zh", "t", ["h"], [["c"]], [], [], "s", None)
    told = report.assemble([one], area="430700", period="2025", checksum="0")
    assert [heading for heading, _ in told.sections] == ["一、地区排名"]
    assert told.notices == ["数据截至2025年。"]


def test_documents_written_twice_are_the_same_bytes(city, tmp_path):
    told = report.assemble(exhibits.read(city), area="990100", period="2025", checksum="0")
    for write, ending in ((word.write, "docx"), (page.write, "html")):
        one, two = (write(told, city / "charts", tmp_path / f"{name}.{ending}").read_bytes() for name in ("one", "two"))
        assert one == two


def test_a_long_table_is_written_in_well_under_a_second_and_not_cell_by_cell(tmp_path):
    rows = [[str(row * column) for column in range(8)] for row in range(121)]
    large = replace(finding(), headings=["标题"] * 8, rows=rows)
    start = time.process_time()
    grid = official.xml(word_table.grid(large, "题", "zh"))
    ours, start = time.process_time() - start, time.process_time()
    assert len(grid.tr_lst) == 122
    table = Document().add_table(30, 8)
    for row in range(30):
        for column in range(8):
            table.cell(row, column).text = rows[row][column]
    assert ours < 0.5 and ours < (time.process_time() - start) / 2


def test_every_member_of_the_word_file_has_one_date(city):
    with zipfile.ZipFile(city / "毒情形势分析.docx") as archive:
        assert {member.date_time for member in archive.infolist()} == {archive_.FIXED_DATE.timetuple()[:6]}
        assert archive.namelist()[0] == "[Content_Types].xml"


def test_the_chart_of_an_exhibit_carries_title_and_source_line(tmp_path):
    trend = charts.trend(pd.DataFrame({"period": pd.period_range("2024", periods=2, freq="Y"), "value": [0.1, 0.2]}))
    exhibits.publish("headline", table(), section="overview", out=tmp_path, columns={"value": "share"}, chart=trend,
                     area="甲", period="乙")  # fmt: skip
    drawn = [text.get_text() for text in trend.figure.texts]
    assert "甲主要指标及同比（乙）" in drawn and any("来源：x.xlsx（虚构数据" in text for text in drawn)
    assert {path.suffix for path in (tmp_path / "charts").iterdir()} == {".png", ".svg", ".pdf"}


def test_a_notebook_shows_an_exhibit_with_its_sentences(tmp_path):
    shown = publish(tmp_path)._repr_html_()
    assert "一句。" in shown and "12.2%" in shown and "来源" in shown


def test_the_published_file_is_plain_json(tmp_path):
    publish(tmp_path)
    assert (
        json.loads((tmp_path / "exhibits" / "parts_verdict.json").read_text(encoding="utf-8"))["key"] == "parts_verdict"
    )
    shutil.rmtree(tmp_path / "exhibits")
    assert exhibits.read(tmp_path) == []


def test_the_sections_stand_in_the_order_of_the_labels():
    assert exhibits.sections()[:2] == ["overview", "control"]
    assert [vocab.ordinal(number) for number in (1, 10, 11, 20, 21)] == ["一", "十", "十一", "二十", "二十一"]
