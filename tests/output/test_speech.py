"""Every figure of a speech has one key, its words and its cells; a draft is filled from them alone."""

import docx
import pandas as pd
import pytest

from drugstats import tables, vocab
from drugstats.output import speech
from drugstats.tables import TableError


def observed(*rows):
    table = pd.DataFrame(rows, columns=["area", "period", "indicator", "value", "note"])
    table = table.assign(basis="reported", status="final", source=table["area"] + ".xlsx")
    return tables.check(table.assign(period=tables.periods(table["period"]), value=table["value"].astype(float)))


def told(**more):
    row = {"area": "990109", "indicator": "users_new", "period": pd.Period("2025"), "value": 26.0, "source": "x.xlsx"}
    return pd.DataFrame([row | more])


MONTHS = observed(
    ("990109", "2024-11", "users_new", 4, "表!B2"), ("990109", "2024-12", "users_new", 5, "表!B3"),
    ("990109", "2025-12", "users_new", 6, "表!B4"), ("990109", "2024-12", "users_current", 207, "表!C3"),
    ("990109", "2025-11", "users_current", 210, "表!C9"), ("990109", "2025-12", "users_current", 213, "表!C4"),
    ("990101", "2025-12", "users_current", 100, "册!C4"),
)  # fmt: skip


def test_a_figure_has_its_words_in_both_languages_and_what_it_was_before():
    table = told(before=15.0, period_before=pd.Period("2024"), change=26 / 15 - 1, cells="c", cells_before="b")
    rows = speech.figures(table, "990109").set_index("key")
    assert list(rows.index) == ["users_new.county", "users_new.county.before", "users_new.county.change"]
    assert list(rows["text_zh"]) == ["26名", "15名", "上升73%"]
    assert list(rows["text_en"]) == ["26 persons", "15 persons", "up 73%"]
    assert list(rows["period"]) == ["2025", "2024", "2025"] and list(rows["cells"]) == ["c", "b", "c; b"]


@pytest.mark.parametrize(
    ("more", "zh"),
    [
        ({"indicator": "new_user_ratio", "value": 0.12207, "whole": 213, "before": 0.0725, "change": 0.0496}, "上升5.0个百分点"),
        ({"value": 150.0, "before": 200.0, "change": -0.25}, "下降25.0%"),
        ({"value": 20001.0, "before": 20000.0, "change": 0.00005}, "持平（0.0%）"),
    ],
)  # fmt: skip
def test_a_change_says_its_direction_and_shares_change_by_points(more, zh):
    rows = speech.figures(told(period_before=pd.Period("2024"), **more), "990109").set_index("key")
    assert rows["text_zh"].iloc[-1] == zh


def test_what_is_not_known_is_no_figure():
    assert speech.figures(told(value=float("nan")), "990109").empty
    both = speech.figures(told(before=0.0, period_before=pd.Period("2024"), change=float("nan")), "990109")
    assert list(both["key"]) == ["users_new.county", "users_new.county.before"]


def test_areas_above_are_named_by_their_level_others_by_their_name_and_twins_by_their_code(monkeypatch):
    codes = ["100000", "990000", "990100", "990109", "990101"]
    table = pd.concat([told(area=code) for code in codes], ignore_index=True)
    places = [key.split(".")[1] for key in speech.figures(table, "990109")["key"]]
    assert places == ["nation", "province", "city", "county", "青渡区"]
    monkeypatch.setattr(vocab, "area", lambda code, lang="zh": "同名镇")
    assert [key.split(".")[1] for key in speech.figures(table, "990100")["key"]][-2:] == ["990109", "990101"]


def test_a_figure_is_traced_to_the_cells_of_its_year_and_of_the_year_before():
    table = pd.concat([
        told(period_before=pd.Period("2024")), told(indicator="users_current", period_before=pd.Period("2024")),
        told(indicator="new_user_ratio", period_before=pd.Period("2024")),
        told(area="990100", indicator="users_current", period_before=pd.Period("2024")),
    ])  # fmt: skip
    found = speech.trace(table, MONTHS)
    assert list(found["cells"]) == [
        "990109.xlsx 表!B4", "990109.xlsx 表!C4", "990109.xlsx 表!B4, C4",
        "990101.xlsx 册!C4; 990109.xlsx 表!C4",
    ]  # fmt: skip
    assert list(found["cells_before"])[:2] == ["990109.xlsx 表!B2, B3", "990109.xlsx 表!C3"]


def test_the_cells_of_one_sheet_stand_together_behind_its_name():
    months = [("990109", f"2025-{n:02}", "users_new", n, f"表!B{n}") for n in range(1, 13)]
    cells = speech.trace(told(), observed(*months))["cells"].iloc[0]
    assert cells == "990109.xlsx 表!" + ", ".join(f"B{n}" for n in range(1, 13))


FIGURES = speech.figures(pd.concat([told(), told(area="990101", value=32.0)], ignore_index=True), "990109")


def test_a_draft_is_filled_by_level_by_name_and_by_code_in_either_language(tmp_path):
    draft = "全县{{ users_new.county.text }}，青渡区{{ users_new.青渡区.text }}（{{ users_new['青渡区'].period }}）。\n"
    assert speech.fill(draft, FIGURES) == "全县26名，青渡区32名（2025）。\n"
    assert speech.fill("{{ users_new.county.text }}", FIGURES, "en") == "26 persons"
    assert speech.fill("5%的控制线 {不变}", FIGURES) == "5%的控制线 {不变}"


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        ("{{ user_new.county.text }}", "没有“user_new.county.text”这个数字，最接近的是“users_new.county.text”"),
        ("{{ users_new.county }}", "最接近的是“users_new.county.text”"),
        ("{{ users_new.county.__class__ }}", "没有“users_new.county.__class__”"),
        ("{% for one in users_new %}{{ one }}{% endfor %}", "占位符只能是数字的键"),
        ("{{ users_new.county.text.upper() }}", "占位符只能是数字的键"), ("{{ 5 }}", "占位符只能是数字的键"),
        ("{{ users_new.county.text", "占位符只能是数字的键"), ("{{ users_new.county.value * 2 }}", "占位符只能是数字的键"),
    ],
)  # fmt: skip
def test_a_draft_may_ask_for_figures_and_nothing_else(draft, told):
    with pytest.raises(TableError, match=told.replace(".", r"\.")):
        speech.fill(draft, FIGURES)


def test_a_word_draft_keeps_its_paragraphs_and_tables_even_where_a_key_is_split_among_runs(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("全县{{ users_new.")
    paragraph.add_run("county.text }}").bold = True
    document.add_paragraph("没有数字的一段")
    document.add_table(1, 1).cell(0, 0).text = "{{ users_new.青渡区.text }}"
    document.save(tmp_path / "draft.docx")
    made = docx.Document(speech.fill_file(tmp_path / "draft.docx", FIGURES, tmp_path / "made.docx"))
    assert [one.text for one in made.paragraphs] == ["全县26名", "没有数字的一段"]
    assert made.tables[0].cell(0, 0).text == "32名"


def test_a_text_draft_in_an_office_encoding_is_filled_and_other_files_are_refused(tmp_path):
    (tmp_path / "稿.txt").write_bytes("全县{{ users_new.county.text }}".encode("gb18030"))
    made = speech.fill_file(tmp_path / "稿.txt", FIGURES, tmp_path / "成稿.txt")
    assert made.read_text(encoding="utf-8") == "全县26名"
    with pytest.raises(TableError, match="草稿稿.doc不是"):
        speech.fill_file(tmp_path / "稿.doc", FIGURES, tmp_path / "成稿.txt")


def test_figures_written_and_read_again_are_the_same(tmp_path):
    path = speech.write(FIGURES, tmp_path)
    assert path == tmp_path / "speech" / "figures.csv"
    pd.testing.assert_frame_equal(speech.read(path), FIGURES, check_dtype=False)
    assert speech.fill("{{ users_new.county.text }}", speech.read(path)) == "26名"
