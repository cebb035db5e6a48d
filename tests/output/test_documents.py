"""Exhibits, Word and HTML: reopened, they say what the exhibits say; hostile text stays text."""

import html.parser
import json
import re
import shutil

import pandas as pd
import pytest
from docx import Document

from drugstats import vocab
from drugstats.output import charts, exhibits, page, report, word
from drugstats.output.exhibits import Exhibit
from drugstats.tables import TableError

HOSTILE = '<script>alert("x")</script>&=1+1 $a$ _b'


@pytest.fixture(scope="module")
def documents(city):
    published = exhibits.read(city)
    return published, Document(city / "毒情形势分析.docx"), (city / "毒情形势分析.html").read_text(encoding="utf-8")


def table(**columns) -> pd.DataFrame:
    return pd.DataFrame({"area": ["990101"], "part": [26], "whole": [213], "value": [0.122], "source": ["x.xlsx"]} | columns)


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


def test_word_says_what_the_exhibits_say(documents):
    published, document, _ = documents
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    shown = [[[cell.text for cell in row.cells] for row in grid.rows] for grid in document.tables]
    assert shown == [[exhibit.headings, *exhibit.rows] for exhibit in published]
    assert all(sentence in paragraphs for exhibit in published for sentence in exhibit.sentences)
    assert "本报告所用地区及全部数据均为虚构，仅供演示。" in paragraphs
    assert len(document.inline_shapes) == sum(exhibit.chart is not None for exhibit in published)


def test_every_picture_has_alternative_text_and_every_table_a_repeated_header(documents):
    _, document, _ = documents
    told = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert all(told) and len(set(told)) == len(told)
    assert all(grid.rows[0]._tr.xpath("./w:trPr/w:tblHeader") for grid in document.tables)


def test_the_word_page_is_an_official_one(documents):
    section = documents[1].sections[0]
    assert [round(length.mm) for length in (section.page_width, section.page_height)] == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(length.mm) for length in margins] == [37, 35, 28, 26]


def test_tables_and_figures_are_numbered_in_order(documents):
    captions = [paragraph.text for paragraph in documents[1].paragraphs]
    for word_ in ("图", "表"):
        numbers = [int(match[1]) for text in captions if (match := re.match(rf"{word_}(\d+)　", text))]
        assert numbers == list(range(1, len(numbers) + 1)) and numbers


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
    assert reader.cells == [cell for exhibit in published for row in [exhibit.headings, *exhibit.rows] for cell in row]
    assert all(address.startswith("#") for address in reader.addresses)
    assert "script" not in reader.tags and "link" not in reader.tags and "@import" not in text
    assert reader.tags.count("svg") == sum(exhibit.chart is not None for exhibit in published)


def test_hostile_text_stays_text_in_word_and_page(tmp_path):
    hostile = Exhibit("headline", "overview", "zh", HOSTILE, [HOSTILE], [[HOSTILE]], [], [HOSTILE], HOSTILE, None)
    told = report.assemble([hostile], area="990100", period="2025", checksum="0")
    text = page.write(told, tmp_path, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script>" not in text and "&lt;script&gt;" in text
    document = Document(word.write(told, tmp_path, tmp_path / "page.docx"))
    assert document.tables[0].cell(1, 0).text == HOSTILE
    assert "<script>" not in page.exhibit_html(hostile)


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


def test_a_table_of_many_rows_is_written_in_well_under_the_time_of_a_coffee(tmp_path):
    import time

    rows = [[str(row * column) for column in range(8)] for row in range(500)]
    large = Exhibit("headline", "overview", "zh", "t", ["h"] * 8, rows, [], [], "s", None)
    start = time.perf_counter()
    word.write(report.assemble([large], area="430700", period="2025", checksum="0"), tmp_path, tmp_path / "large.docx")
    assert time.perf_counter() - start < 20


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
    assert json.loads((tmp_path / "exhibits" / "parts_verdict.json").read_text(encoding="utf-8"))["key"] == "parts_verdict"
    shutil.rmtree(tmp_path / "exhibits")
    assert exhibits.read(tmp_path) == []


def test_the_sections_stand_in_the_order_of_the_labels():
    assert exhibits.sections()[:2] == ["overview", "control"]
    assert [vocab.ordinal(number) for number in (1, 10, 11, 20, 21)] == ["一", "十", "十一", "二十", "二十一"]
