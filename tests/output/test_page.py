"""The page: one file that asks nothing of anybody, whole without scripts, its tables sorted as numbers with them."""

import base64
import hashlib
import html.parser
import os
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from browser import PROGRAM, browser

from drugstats import vocab
from drugstats.output import charts, exhibits, page, report, templates
from drugstats.output.exhibits import Exhibit

IN_A_BROWSER = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")
AXE = os.environ.get("AXE_CORE", "")  # axe.min.js of npm's axe-core
WITH_AXE = pytest.mark.skipif(not AXE, reason="AXE_CORE names no axe.min.js")
LOADING = ("src", "href", "srcset", "data", "poster", "action", "formaction", "background", "manifest", "ping", "cite")
VOID = ("meta", "link", "br", "img", "input", "hr", "col", "path", "use", "rect")


class Reader(html.parser.HTMLParser):
    """All tags with their attributes, and the text that stands directly in each."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes), []))
        if tag not in VOID:
            self.open.append(self.tags[-1])

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes), []))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self.open:
            self.open[-1][2].append(data)

    def all(self, *names):
        return [(attributes, "".join(text)) for tag, attributes, text in self.tags if tag in names]


def table(**columns):
    told = {"area": ["990101", "990102", "990103"], "value": [120.0, 1080.0, None], "source": "x.xlsx"}
    return pd.DataFrame(told | columns)


def publish(out, key="rank_count", **words):
    drawn = charts.trend(pd.DataFrame({"period": pd.period_range("2024", periods=2, freq="Y"), "value": [0.1, 0.2]}))
    return exhibits.publish(
        key, table(source=f"{key}.xlsx"), section="ranking", out=out, columns={"area": "area", "value": "users_current"},
        sentences=["第一句。"], chart=drawn, area="甲", period="乙", **words,
    )  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A page of two exhibits whose charts have the same identifiers, and a table with long and many columns."""
    out = tmp_path_factory.mktemp("page")
    wide = Exhibit("headline", "overview", "zh", "宽表", ["很长的一列标题" * 3] * 9, [["很长的单元格", *["1"] * 8]], [], [], "来源", None)
    told = [publish(out), publish(out, "rank_rate"), wide]
    whole = report.assemble(told, area="990100", period="2025", checksum="0" * 60)
    return page.write(whole, out / "charts", out / "page.html")


@pytest.fixture(scope="module")
def read(small):
    return Reader(small.read_text(encoding="utf-8"))


def addresses(reader):
    return [value for _, attributes, _ in reader.tags for name, value in attributes.items() if name.split(":")[-1] in LOADING]


@pytest.mark.parametrize("which", ["small", "city"])
def test_nothing_in_the_file_leads_out_of_it(which, small, city):
    text = (small if which == "small" else city / "毒情形势分析.html").read_text(encoding="utf-8")
    reader = Reader(text)
    assert addresses(reader) and all(address.startswith("#") for address in addresses(reader))
    assert all(inside.startswith("#") for inside in re.findall(r"url\(\s*['\"]?([^)]*)", text))
    assert not re.search(r"@import|fetch\(|XMLHttpRequest|WebSocket|import\(|sendBeacon", text)
    assert {tag for tag, _, _ in reader.tags}.isdisjoint({"link", "iframe", "img", "object", "embed", "base", "form"})


def test_the_browser_is_told_to_load_nothing_and_to_run_our_script_alone(read):
    [policy] = [attributes["content"] for attributes, _ in read.all("meta") if "http-equiv" in attributes]
    [(_, script)] = read.all("script")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; ") and f"script-src 'sha256-{digest}'" in policy


@pytest.mark.parametrize("which", ["small", "city"])
def test_identifiers_are_there_once_and_every_reference_has_its_end(which, small, city):
    text = (small if which == "small" else city / "毒情形势分析.html").read_text(encoding="utf-8")
    reader = Reader(text)
    names = [attributes["id"] for _, attributes, _ in reader.tags if "id" in attributes]
    assert len(names) == len(set(names))
    ends = [address.removeprefix("#") for address in addresses(reader)] + re.findall(r"url\(#([^)]*)\)", text)
    for name in ("aria-labelledby", "aria-describedby"):
        ends += [attributes[name] for _, attributes, _ in reader.tags if name in attributes]
    assert set(ends) <= set(names)


def test_every_chart_is_a_picture_with_a_name_and_a_description(read):
    drawings = [attributes for attributes, _ in read.all("svg")]
    assert len(drawings) == 2 and all(attributes["role"] == "img" and "height" not in attributes for attributes in drawings)
    titles = read.all("title")[1:]
    assert [text for _, text in titles] == ["图1　甲各地按在册人数排名（乙）", "图2　甲各地按万人吸毒率排名（乙）"]
    assert [text for _, text in read.all("desc")] == ["第一句。"] * 2
    assert [attributes["aria-labelledby"] for attributes in drawings] == [attributes["id"] for attributes, _ in titles]


def test_the_page_has_a_language_a_way_to_the_text_and_contents(read):
    assert read.all("html")[0][0]["lang"] == "zh-CN"
    links = [attributes["href"] for attributes, _ in read.all("a")]
    assert links[0] == "#main" and links[1:] == ["#section-1", "#headline", "#section-2", "#rank_count", "#rank_rate", "#limits", "#sources"]
    assert len(read.all("h1")) == 1 and [text for _, text in read.all("h2")][0] == vocab.text("screen.contents")


def test_every_table_has_a_caption_heads_for_columns_and_rows_and_values_to_sort_by(read):
    assert len(read.all("caption")) == len(read.all("table")) == 3
    scopes = [attributes["scope"] for attributes, _ in read.all("th")]
    assert scopes.count("col") == 9 + 2 + 2 and scopes.count("row") == 1 + 3 + 3
    cells = [(attributes.get("data-sort"), text) for attributes, text in read.all("th", "td") if attributes.get("scope") != "col"]
    assert cells[-6:] == [("990101", "青渡区"), ("120.0", "120"), ("990102", "望鹭区"), ("1080.0", "1,080"), ("990103", "澄溪县"), ("", "—")]
    assert cells[0] == (None, "很长的单元格")


def test_hostile_text_stays_text(tmp_path):
    bad = '</title><script>alert(1)</script>"onload="x {{ 7 * 7 }}'
    exhibit = replace(publish(tmp_path), title=bad, sentences=[bad], headings=[bad, bad], rows=[[bad, bad]] * 3, sources=bad)
    told = report.assemble([exhibit], area="990100", period="2025", checksum="0")
    reader = Reader(page.write(told, tmp_path / "charts", tmp_path / "bad.html").read_text(encoding="utf-8"))
    assert len(reader.all("script")) == 1 and not any("onload" in attributes for _, attributes, _ in reader.tags)
    assert [text for _, text in reader.all("desc")] == [bad] and [text for _, text in reader.all("td")] == [bad] * 3
    assert [text for _, text in Reader(page.exhibit_html(exhibit)).all("h3", "p")] == [bad, bad]


def test_an_exhibit_published_without_columns_is_shown_all_the_same(tmp_path):
    told = report.assemble([replace(publish(tmp_path), columns=[])], area="990100", period="2025", checksum="0", lang="en")
    reader = Reader(page.write(told, tmp_path / "charts", tmp_path / "page.html").read_text(encoding="utf-8"))
    assert not any("data-sort" in attributes for attributes, _ in reader.all("td")) and reader.all("html")[0][0]["lang"] == "en"


def test_the_page_prints_with_heads_repeated_and_numbers_of_pages():
    style = templates.content("page.css")
    printed = style[style.index("@media print") :]
    assert "display: table-header-group" in printed and "break-inside: avoid" in printed
    assert "counter(page)" in style and "overflow: visible" in printed


# In a browser


@pytest.fixture(scope="module")
def window():
    with browser() as page:
        yield page


@IN_A_BROWSER
def test_a_browser_without_a_network_asks_for_the_file_alone_and_complains_of_nothing(window, small, city):
    for path in (small, city / "毒情形势分析.html"):
        window.requests.clear()
        window.open(path)
        assert window.requests == [path.resolve().as_uri()]
    assert window.messages == []


@IN_A_BROWSER
def test_a_request_to_a_host_would_be_seen(window, tmp_path):
    (tmp_path / "bad.html").write_text('<img src="http://host.example/x.png">')
    window.requests.clear()
    window.open(tmp_path / "bad.html")
    assert "http://host.example/x.png" in window.requests
    window.messages.clear()


@IN_A_BROWSER
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_never_scrolls_sideways_but_its_wide_tables_do(window, small, width, scripts):
    window.open(small, width, scripts)
    document = "document.documentElement"
    assert window.ask(f"{document}.scrollWidth <= {document}.clientWidth")
    wider = window.ask("[...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth).length")
    assert wider >= (1 if width == 390 else 0)
    assert window.ask("document.querySelectorAll('svg').length") == 2


FIRST = "[...document.querySelector('#rank_count tbody').rows].map(row => row.cells[0].textContent).join('')"
SORT = "document.querySelectorAll('#rank_count th[scope=col]')[1].getAttribute('aria-sort')"


@IN_A_BROWSER
def test_a_heading_sorts_numbers_up_down_and_back_by_the_keyboard_with_the_unknown_last(window, small):
    window.open(small)
    window.ask("document.querySelectorAll('#rank_count th button')[1].focus()")
    seen = []
    for _ in range(3):
        window.press("Enter", 13, "\r")
        seen.append((window.ask(FIRST), window.ask(SORT)))
    assert seen == [("青渡区望鹭区澄溪县", "ascending"), ("望鹭区青渡区澄溪县", "descending"), ("青渡区望鹭区澄溪县", None)]


@IN_A_BROWSER
def test_areas_are_sorted_in_the_order_of_their_codes(window, small):
    window.open(small)
    window.ask("document.querySelectorAll('#rank_count th button')[0].click();document.querySelectorAll('#rank_count th button')[0].click()")
    assert window.ask(FIRST) == "澄溪县望鹭区青渡区"


@IN_A_BROWSER
def test_a_click_on_another_heading_takes_the_mark_from_the_first(window, small):
    window.open(small)
    window.ask("document.querySelectorAll('#rank_count th button').forEach(one => one.click())")
    assert window.ask("[...document.querySelectorAll('#rank_count th[scope=col]')].map(one => one.getAttribute('aria-sort'))") == [None, "ascending"]


@IN_A_BROWSER
def test_without_scripts_the_tables_stand_as_the_report_has_them(window, small):
    window.open(small, scripts=False)
    assert window.ask("document.querySelectorAll('th button').length") == 0 and window.ask(FIRST) == "青渡区望鹭区澄溪县"


@IN_A_BROWSER
def test_the_first_key_leads_to_the_text(window, small):
    window.open(small)
    window.press("Tab", 9)
    assert window.ask("document.activeElement.className") == "skip"
    window.press("Enter", 13, "\r")
    assert window.ask("location.hash") == "#main"


@IN_A_BROWSER
def test_the_page_prints_on_more_sheets_than_one(window, small, tmp_path):
    window.open(small)
    window.print(tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def serious(window, path, width) -> list[str]:
    """What axe-core calls serious or critical in a page."""
    window.open(path, width)
    window.ask(Path(AXE).read_text(encoding="utf-8") + ";0")
    found = window.ask("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found if rule["impact"] in ("serious", "critical")]


@IN_A_BROWSER
@WITH_AXE
def test_axe_finds_nothing_serious_at_a_desk_and_on_a_telephone(window, city, county):
    assert serious(window, city / "毒情形势分析.html", 1280) == []
    assert serious(window, county / "situation-assessment.html", 390) == []


@IN_A_BROWSER
@WITH_AXE
def test_axe_finds_a_picture_without_words(window, tmp_path):
    (tmp_path / "bad.html").write_text('<html lang="zh"><title>t</title><main><h1>h</h1><img src="data:,"></main>')
    assert [told.partition(":")[0] for told in serious(window, tmp_path / "bad.html", 1280)] == ["image-alt"]
    window.messages.clear()
