"""The words are complete in both languages and used, and numbers are shown as taught in school."""

import ast
import json
import os
import re
import string
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drugstats import lines, names, vocab
from drugstats.stats import control, rates, rounding
from drugstats.stats.contribution import NOTHING_BEFORE
from drugstats.tables import STATUSES, TableError

ROOT = Path(__file__).resolve().parent.parent
LABELS, INDICATORS, AREAS = (vocab.table(name) for name in ("labels", "indicators", "areas"))
FAMILIES = sorted({key.split(".")[0] for key in LABELS.index if "." in key})
NO_WORD = {"unit.ratio", "unit.fraction"}


def sources():
    """Name and syntax tree of every module and notebook."""
    for path in sorted((ROOT / "drugstats").rglob("*.py")):
        yield path.name, ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        yield path.name, ast.parse("\n".join(code))


NODES = [node for _, tree in sources() for node in ast.walk(tree)]
TEMPLATES = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "drugstats").rglob("*.html"))
TYPED = {node.value for node in NODES if isinstance(node, ast.Constant) and isinstance(node.value, str)}
TYPED |= set(re.findall(r'"([^"\n]+)"', TEMPLATES))


def shape(node):
    """An f-string as a pattern: its own letters, and a group for each placeholder."""
    return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else "(.+)" for part in node.values)


SHAPES = {shape(node) for node in NODES if isinstance(node, ast.JoinedStr)}
SHAPES = {pattern for pattern in SHAPES if re.match(rf"({'|'.join(FAMILIES)})\\\.", pattern)}


def called(name):
    """The calls of a function of that name, wherever it lives."""
    for node in NODES:
        if isinstance(node, ast.Call) and name in (getattr(node.func, "attr", None), getattr(node.func, "id", None)):
            yield node


# Labels


def test_every_label_has_both_languages_and_says_something():
    for lang in vocab.LANGUAGES:
        empty = set(LABELS.index[LABELS[lang].str.strip() == ""])
        assert empty == NO_WORD
        padded = set(LABELS.index[LABELS[lang] != LABELS[lang].str.strip()])
        assert padded <= {"document.section", "list_comma", "verify.joined"}


def test_both_languages_have_the_same_placeholders():
    for key, row in LABELS.iterrows():
        fields = [{name.split("!")[0] for _, name, _, _ in string.Formatter().parse(row[lang]) if name}
                  for lang in vocab.LANGUAGES]  # fmt: skip
        assert fields[0] == fields[1], key


def test_no_digit_is_typed_in_a_sentence_a_limit_or_a_title():
    for key, row in LABELS.iterrows():
        if key.startswith(("sentence.", "limits.", "exhibit.", "section.")):
            for lang in vocab.LANGUAGES:
                assert not re.search(r"[\d０-９%％]", re.sub(r"\{[^}]*\}", "", row[lang])), key


def test_no_key_of_a_shipped_table_stands_twice():
    for name, key in vocab.KEYS.items():
        keys = pd.read_csv(vocab.HOME / f"{name}.csv", dtype=str, encoding="utf-8")[key]
        assert keys.is_unique and keys.notna().all()


def test_every_word_that_code_and_notebooks_ask_for_exists():
    asked = {text for text in TYPED if re.fullmatch(rf"({'|'.join(FAMILIES)})\.[a-z].*[^_.]", text)}
    firsts = [call.args[0] for call in called("text") if call.args]
    asked |= {first.value for first in firsts if isinstance(first, ast.Constant)}
    assert len(asked) > 60
    assert asked - set(LABELS.index) - {"exhibit.html"} == set()
    assert [pattern for pattern in SHAPES if not any(re.fullmatch(pattern, key) for key in LABELS.index)] == []


def test_every_label_is_used():
    """A label stands in the code as it is, or is put together from words that stand there (level_ and up_by_chance)."""
    words = {word.strip() for word in TYPED} | set(INDICATORS["unit"]) | set(vocab.table("headings")["role"])
    words |= {word.replace(" ", "_") for word in words}
    # What offices count seizures in stands in their files.
    words |= {key.removeprefix("counted.") for key in LABELS.index if key.startswith("counted.")}

    def spelled(part):
        return part in words or any(part[:at] in words and part[at:] in words for at in range(1, len(part)))

    def used(key):
        fits = [match for pattern in SHAPES if (match := re.fullmatch(pattern, key))]
        return key in TYPED or any(all(map(spelled, match.groups())) for match in fits)

    assert [key for key in LABELS.index if not used(key)] == []


def test_every_exhibit_section_column_and_format_of_the_notebooks_exists():
    calls = [call for call in called("publish") if call.args and isinstance(call.args[0], ast.Constant)]
    assert len(calls) >= 17
    for call in calls:
        assert f"exhibit.{call.args[0].value}" in LABELS.index
        words = {keyword.arg: keyword.value for keyword in call.keywords}
        assert f"section.{words['section'].value}" in LABELS.index
        dicts = [node for node in ast.walk(words["columns"]) if isinstance(node, ast.Dict)]
        for key in (cell.value for node in dicts for cell in node.values):
            assert key == "by_period" or f"column.{key}" in LABELS.index or key in INDICATORS.index, key
    formats = LABELS["format"][LABELS.index.str.startswith("column.")]
    assert set(formats) <= TYPED and (LABELS["format"].drop(formats.index) == "").all()


def test_every_verdict_status_method_and_reason_has_its_word():
    verdicts = [control.ABOVE, control.BELOW, control.AT_LINE, control.CANNOT_TELL, control.NOT_COMPUTED]
    for word in [*verdicts, rounding.FOLLOWS, rounding.DOES_NOT_FOLLOW, rounding.NOT_COMPUTED, *STATUSES]:
        assert vocab.show(word, "word") and vocab.show(word, "word", "en")
    methods = ["wilson", "clopper-pearson", "jeffreys", "mid-p", "exact", "byar", "newcombe", "conditional", "dobson"]
    reasons = [rates.NO_EVENTS, rates.NO_BASE_EVENTS, rates.NOTHING_EXPECTED, rates.FEW_EVENTS, *control.REASONS[1:], NOTHING_BEFORE]
    for name in [*methods, *reasons]:
        assert name in LABELS.index.str.removeprefix("method.")


def test_an_unknown_key_is_refused_with_the_nearest():
    with pytest.raises(TableError, match="'sentence.abov'.*'sentence.above'"):
        vocab.text("sentence.abov")
    for ask in (vocab.indicator, vocab.unit, vocab.ratio, vocab.peers):
        with pytest.raises(TableError, match="'nobody' is not in"):
            ask("nobody")


@pytest.mark.parametrize(
    "ask",
    [
        lambda lang: vocab.text("word.above", lang), lambda lang: vocab.area("990101", lang),
        lambda lang: vocab.area("nowhere", lang), lambda lang: vocab.indicator("users_new", lang),
        lambda lang: vocab.unit("users_new", lang), lambda lang: vocab.period("2025", lang),
        lambda lang: vocab.ordinal(3, lang), lambda lang: vocab.amount(3, "users_new", lang),
        lambda lang: vocab.scale("users_new", 1e6, lang), lambda lang: vocab.show("above", "word", lang),
        lambda lang: names.find_area("nowhere", lang), lambda lang: names.find_indicator("nothing", lang),
    ],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["fr", "ZH", "", None])
def test_an_unknown_language_is_refused(ask, lang):
    with pytest.raises(TableError, match="The language is .*; use zh or en"):
        ask(lang)


# Indicators, lines, areas


def test_every_indicator_is_complete():
    assert (INDICATORS[["zh", "en", "unit"]] != "").all().all()
    assert set(INDICATORS["kind"]) == {"stock", "flow", "share", "rate"}
    assert set(INDICATORS["better"]) == {"low", "high", "none"}
    assert INDICATORS["decimals"].str.fullmatch(r"\d").all()
    assert set("unit." + INDICATORS["unit"]) <= set(LABELS.index)
    assert (INDICATORS.loc[INDICATORS["kind"] == "share", "unit"] == "fraction").all()


def test_every_part_and_whole_is_an_indicator_that_can_be_counted():
    for key, row in INDICATORS.iterrows():
        told = [row["part"] != "", row["whole"] != "", row["whole_when"] != ""]
        assert len(set(told)) == 1, key
        assert row["whole_when"] in ("", "end", "start", "register"), key
        counted = [row["part"], *row["whole"].split("+")] if row["part"] else []
        assert set(INDICATORS.loc[counted, "kind"]) <= {"stock", "flow"}, key
        if row["kind"] == "share":
            assert INDICATORS.loc[counted, "unit"].nunique() <= 1, key
        if told[0]:
            assert vocab.ratio(key)["part"] == row["part"]
        else:
            with pytest.raises(TableError, match=key):
                vocab.ratio(key)


def test_no_name_or_alias_means_two_indicators():
    owners = {}
    for key, row in INDICATORS.iterrows():
        for name in {key, row["zh"], row["en"], *filter(None, row["aliases"].split("|"))}:
            assert name == name.strip() and owners.setdefault(name, key) == key, name
            assert names.find_indicator(f" {name}\u3000") == key
    assert {names.plain(name): key for name, key in owners.items()} == names.indicator_names()


def test_every_line_names_its_indicator_source_and_a_fraction():
    rows = vocab.table("lines")
    assert set(rows["indicator"]) <= set(INDICATORS.index) and set(rows["area"]) <= {"", *AREAS.index}
    assert set(rows["source"]) <= set(vocab.table("sources").index)
    assert (rows[["zh", "en"]] != "").all().all() and set(rows["kind"]) <= {"max", "min"}
    shares = rows["indicator"].map(INDICATORS["unit"]) == "fraction"
    assert rows.loc[shares, "line"].astype(float).between(0, 1, inclusive="neither").all()
    assert (rows["line"].astype(float) > 0).all()
    assert lines.line("new_user_ratio", "2025") == lines.line("new_user_ratio", pd.Period("2025-06")) == 0.05
    with pytest.raises(TableError, match="0 lines for users_new at 2025"):
        lines.line("users_new", "2025")


def test_a_target_of_a_ratio_holds_for_the_areas_below_and_a_number_for_its_own_area():
    told = lines.targets(["990100", "990101", "430000"], "2025", "min")
    assert set(told[told["indicator"] == "clearance_rate"]["area"]) == {"990100", "990101"}
    assert set(told[told["indicator"] == "cases_solved"]["area"]) == {"990100"}
    assert lines.targets(["430000"], "2025", "min").empty
    assert set(lines.targets(["990100"], "2025", "max")["indicator"]) == {"sewage_mg_per_1000_day"}
    with pytest.raises(TableError, match="0 lines for clearance_rate"):
        lines.line("clearance_rate", "2025")


def test_every_source_has_a_title_and_an_unknown_one_stays_as_it_is():
    assert (vocab.table("sources")["title"] != "").all()
    assert vocab.source("nbs_population") == "国家统计局 年末总人口" and vocab.source("月报.xlsx") == "月报.xlsx"
    assert vocab.source("xinhua_2001") == "新华社2001-02-09（2000年底数据）"
    assert vocab.source("xinhua_2001", "en") == "新华社 2001-02-09 report on end-2000 figures"


def test_every_area_hangs_on_the_tree_and_has_a_name():
    assert (AREAS[["zh", "level"]] != "").all().all()
    assert set(AREAS["parent"]) - {""} <= set(AREAS.index)
    parents = AREAS["parent"].to_dict()
    for code in AREAS.index:
        above = [code]
        while parents[above[-1]]:
            above.append(parents[above[-1]])
            assert len(above) <= 6, code
    assert not AREAS.duplicated(["zh", "parent"]).any()


def test_every_area_is_found_by_its_code_and_by_each_name_that_is_its_own():
    for column in vocab.LANGUAGES:
        named = AREAS[column][AREAS[column] != ""]
        single = named[~named.duplicated(keep=False)]
        assert [names.find_area(name) for name in single.iloc[::40]] == list(single.index[::40])
    assert [names.find_area(f" {code} ") for code in AREAS.index[::200]] == list(AREAS.index[::200])
    with pytest.raises(TableError, match="110105 北京市、220104 长春市"):
        names.find_area("朝阳区")
    with pytest.raises(TableError, match="'Qingdu Distrikt', the nearest are: Qingdu District"):
        names.find_area("Qingdu Distrikt", "en")
    with pytest.raises(TableError, match="最接近的是：—"):
        names.find_area("xyz")


@pytest.mark.parametrize(
    "name, code",
    [("鼎城", "430703"), ("汉  寿  县", "430722"), ("常德市鼎城区", "430703"), ("湖南省常德市鼎城区", "430703"), ("430703鼎城区", "430703"),
     ("430703000000", "430703"), ("石柱土家族自治县", "500240"), ("石柱", "500240"), ("內蒙古", "150000"), ("云汀市", "990100"),
     ("顺义县", "110113"), ("长沙市", "430100"), ("長沙縣", "430121"), ("赵县", "130133")],
)  # fmt: skip
def test_an_area_is_found_by_short_name_path_code_former_name_and_with_typing_slips(name, code):
    assert names.find_area(name) == code


def test_two_characters_have_no_suffix_to_lose():
    with pytest.raises(TableError, match="赵县"):
        names.find_area("赵")


def test_an_area_of_many_names_is_settled_by_those_beside_it_and_else_asked_for():
    assert names.find_area("朝阳区", beside=frozenset({"220100"})) == "220104"
    assert names.find_area("桥西区", beside=frozenset({"130500"})) == "130503"  # renamed in 2020; two others keep the name
    for name in ("长沙", "吉林", "桥西区"):
        with pytest.raises(TableError, match="不止一个.*请写明上级"):
            names.find_area(name)


def test_a_county_that_was_merged_into_another_is_not_taken_for_it():
    with pytest.raises(TableError, match="“遵义县”已于2016年撤销（并入或改设：播州区）"):
        names.find_area("遵义县")


def test_a_title_names_the_lowest_of_its_areas():
    assert names.areas_within("湖南省常德市鼎城区2023年吸毒人员情况统计表") == ["430703"]
    assert names.areas_within("云汀市（虚构）-青渡区-2025年") == ["990101"] and names.areas_within("县区月报") == []


def test_the_area_names_of_each_language():
    assert vocab.area("990101") == "青渡区" and vocab.area("990101", "en") == "Qingdu District"
    assert vocab.area("110101", "en") == "东城区"  # no English name is shipped
    assert vocab.area("nowhere") == vocab.area("nowhere", "en") == "nowhere"


def test_children_peers_and_the_area_to_report_on():
    counties = [f"99010{number}" for number in range(1, 10)]
    assert vocab.children("990100") == vocab.peers("990105") == counties
    assert vocab.children("990101001") == vocab.children("nowhere") == []
    assert vocab.peers("100000") == vocab.peers("990100") == []
    assert vocab.top_area(counties) == vocab.top_area([*counties, "990100", "990101001"]) == "990100"
    assert vocab.top_area(["990101", "990101001"]) == vocab.top_area(["990101"]) == "990101"
    with pytest.raises(TableError, match="2个互不隶属的地区"):
        vocab.top_area(["990101", "110101"])


def test_an_area_below_one_that_is_made_up_is_made_up():
    assert all(map(vocab.made_up, ["990000", "990100", "990101", "990101001"]))
    assert not any(map(vocab.made_up, ["100000", "110101", "england", "nowhere"]))


# Numbers as readers see them


@pytest.mark.parametrize(
    ("yuan", "zh", "en"),
    [(457_419_991, "4.6亿元", "457 million yuan"), (99_999_999, "10,000万元", "100.0 million yuan"), (999_999, "999,999元", "999,999 yuan"),
     (1e6, "100万元", "1.0 million yuan"), (0, "0元", "0 yuan"), (float("nan"), "—", "—"),
     (-300e6, "-3.0亿元", "-300 million yuan")],
)  # fmt: skip
def test_money_has_no_more_digits_than_can_be_read(yuan, zh, en):
    assert (vocab.show(yuan, "money"), vocab.show(yuan, "money", "en")) == (zh, en)


def test_a_column_of_money_has_the_unit_of_its_smallest_so_that_it_sorts_and_nothing_becomes_nought():
    assert [vocab.show_money(yuan, "en", 3e8) for yuan in (27e9, 3e9, 3e8)] == [
        "27,000 million yuan", "3,000 million yuan", "300 million yuan"]  # fmt: skip
    assert [vocab.show_money(yuan, "zh", 4e6) for yuan in (27e9, 4e6)] == ["2,700,000万元", "400万元"]


@pytest.mark.parametrize(
    "value, form, decimals, shown",
    [
        (12.25, "number", 1, "12.3"), (-12.25, "number", 1, "-12.3"), (1.005, "number", 2, "1.01"),
        (0.125, "percent", None, "12.5%"), (0.1225, "percent", 1, "12.3%"), (0.125, "percent", 0, "13%"),
        (0.285, "percent", 0, "29%"), (23 / 80, "percent", None, "28.8%"), (41 / 80, "points", None, "51.3"),
        (0.5, "count", None, "1"), (2.5, "count", None, "3"), (4788.0, "count", None, "4,788"), (3, "place", None, "3"),
        (1234567.89, "number", None, "1,234,567.9"), (10**15, "count", None, "1,000,000,000,000,000"),
        (0.708, "probability", None, "71%"), (0.994, "probability", None, "超过99%"), (0, "probability", None, "不到1%"),
        (-0.0, "number", None, "0.0"), (-0.04, "number", None, "0.0"), (-0.00001, "percent", None, "0.0%"),
        (float("nan"), "count", None, "—"), (None, "percent", None, "—"), (pd.NA, "number", None, "—"),
        ("990101", "area", None, "青渡区"), ("users_new", "indicator", None, "新发现吸毒人员"),
        ("above", "word", None, "高于控制线"), (pd.Period("2025-06"), "period", None, "2025年6月"),
        ("2–7", "text", None, "2–7"),
    ],
)  # fmt: skip
def test_a_value_is_shown_half_up_with_thousands_and_a_dash_for_unknown(value, form, decimals, shown):
    assert vocab.show(value, form, decimals=decimals) == shown


@given(st.integers(0, 10**7), st.sampled_from(["percent", "points", "number"]), st.integers(0, 2))
def test_a_decimal_number_is_rounded_as_on_paper(units, form, decimals):
    written = Decimal(units).scaleb(-5)
    factor = 1 if form == "number" else 100
    paper = (written * factor).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert vocab.show(float(written), form, decimals=decimals).rstrip("%") == f"{paper:,}"


def test_a_unit_of_a_list_is_told_in_the_readers_language_and_an_unknown_one_as_it_is():
    assert [vocab.show("株", "counted", lang) for lang in vocab.LANGUAGES] == ["株", "plants"]
    assert vocab.show("箱", "counted", "en") == "箱"


def test_an_unknown_form_is_refused():
    with pytest.raises(TableError, match="'percentage' is not a number format"):
        vocab.show(0.5, "percentage")


@pytest.mark.parametrize("period, zh", [("2025", "2025年"), ("2025Q2", "2025年第2季度"), ("2025-06", "2025年6月")])
def test_a_period_is_shown_alike_as_text_and_as_period(period, zh):
    for value in (period, pd.Period(period)):
        assert (vocab.period(value), vocab.period(value, "en")) == (zh, period)


def test_headings_are_counted_as_official_documents_count():
    counted = "一、二、三、四、五、六、七、八、九、十、十一、十二、十三、十四、十五、十六、十七、十八、十九、二十、二十一、二十二、二十三、二十四、二十五"
    counted = counted.split("、")
    assert [vocab.ordinal(number) for number in range(1, 26)] == counted
    assert [vocab.ordinal(number, "en") for number in (1, 25)] == ["1", "25"]


def test_an_amount_has_its_unit_and_a_share_is_percent():
    assert [vocab.amount(4788, "users_current", lang) for lang in vocab.LANGUAGES] == ["4,788名", "4,788 persons"]
    assert [vocab.amount(1, key, "en") for key in ("users_new", "cases_solved")] == ["1 person", "1 case"]
    assert vocab.amount(0.122, "new_user_ratio") == vocab.amount(0.122, "new_user_ratio", "en") == "12.2%"
    assert vocab.amount(float("nan"), "users_current") == "—" and vocab.amount(4.25, "seizure_total") == "4.3千克"
    assert [vocab.show_line(line) for line in (0.05, 0.002, 0.125, 0.1)] == ["5%", "0.2%", "12.5%", "10%"]


# A workspace's own words

OWN = {
    "areas": "code,zh,en,level,parent\n990199,新设区,,county,990100\n990101,青渡新区,Qingdu New District,county,990100\n",
    "indicators": "key,zh,en,unit,kind,better,decimals\nusers_glue,滥用胶水人员,glue users,person,stock,low,0\n",
    "headings": "role,names\narea,填报区县\n",
    "labels": "key,zh,en\nunit.person,人,people\n",
    "lines": "indicator,line,kind,zh,en,source,from,to\nrelapse_rate,0.1,max,市控制线,city line,example_city,2024,2025\n",
}
ASK = """
import json
from drugstats import intake, lines, vocab
from drugstats.tables import TableError

def line(key, when):
    try:
        return lines.line(key, when)
    except TableError:
        return None

told = intake.load("x.csv").observations
print(json.dumps({
    "loaded": [*told["area"], *told["indicator"]],
    "names": [vocab.area("990101"), vocab.area("990102"), vocab.amount(3, "users_glue")],
    "lines": [line("relapse_rate", when) for when in ("2023", "2024", "2025", "2026")],
    "months": [line("relapse_rate", when) for when in ("2023-12", "2024-01", "2025-12", "2025Q4", "2026-01")],
    "last": [vocab.children("990100")[-1], vocab.kinds()["users_glue"]],
    "once": bool(vocab.table("areas").index.is_unique),
}))
"""


def asked_in(workspace, encoding="utf-8", cwd=None):
    """What the words say to a program that works in the folder `cwd`, or in the workspace itself."""
    (workspace / "vocabulary").mkdir()
    for name, text in OWN.items():
        (workspace / "vocabulary" / f"{name}.csv").write_text(text, encoding=encoding)
    at = cwd or workspace
    (at / "x.csv").write_text("填报区县,月份,滥用胶水人员\n新设区,2025年3月,3\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "DRUGSTATS_WORKSPACE": str(workspace)}
    if not cwd:
        del environment["DRUGSTATS_WORKSPACE"]
    done = subprocess.run([sys.executable, "-c", ASK], cwd=at, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-300:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return asked_in(tmp_path_factory.mktemp("office"), "utf-8-sig", tmp_path_factory.mktemp("elsewhere"))


def test_a_workspaces_own_words_extend_and_replace_the_shipped_ones(own):
    assert own["loaded"] == ["990199", "users_glue"]
    assert own["names"] == ["青渡新区", "望鹭区", "3人"]
    assert own["lines"] == [None, 0.1, 0.1, None]
    assert own["last"] == ["990199", "stock"] and own["once"]


def test_a_line_in_force_to_the_end_of_a_year_is_in_force_in_its_months(own):
    assert own["months"] == [None, 0.1, 0.1, 0.1, None]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_own_words_may_lie_where_one_works_in_each_encoding_that_offices_save(tmp_path, own, encoding):
    assert asked_in(tmp_path, encoding) == own
