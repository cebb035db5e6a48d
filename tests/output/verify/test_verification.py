"""A draft checked and annotated: verdicts and their reasons, places, bad files, and the Word file with comments."""

import zipfile
from pathlib import Path

import docx
import pandas as pd
import pytest

from drugstats import tables, verification, vocab
from drugstats.tables import TableError
from drugstats.verification.finding import VERDICTS

COUNTIES = vocab.children("990100")
USERS = dict(zip(COUNTIES, [1286, 982, 624, 781, 38, 562, 248, 54, 213], strict=True))
NEW = dict(zip(COUNTIES, [32, 80, 30, 20, 4, 9, 20, 3, 26], strict=True))
NATIONAL = Path(__file__).resolve().parents[3] / "data" / "national"


def rows(indicator, values, year, basis="reported"):
    told = {"period": tables.periods(pd.Series([str(year)] * len(values))), "indicator": indicator, "basis": basis}
    return pd.DataFrame({"area": list(values), "value": [float(value) for value in values.values()], **told}).assign(
        status="final", source="月报.xlsx", note=""
    )


DATA = tables.stack(
    rows("users_current", USERS, 2025), rows("users_new", NEW, 2025), rows("users_registered", {"990109": 487}, 2025),
    rows("users_current", {"990109": 207}, 2024), rows("users_new", {"990109": 15}, 2024),
)[tables.COLUMNS]  # fmt: skip


def check(text, data=DATA, **more):
    return verification.check(text, data, **({"area": "990100"} | more))


def verdicts(text, data=DATA, **more):
    told = check(text, data, **more)
    return dict(zip(told["claim"], told["verdict"], strict=True))


def test_each_verdict_is_given_with_the_right_figure_and_its_source():
    told = check("2025年石磴县在册吸毒人员231名。").iloc[0]
    assert (told["verdict"], told["right"], told["indicator"], told["area"], told["period"]) == (
        "contradicted", "213名", "users_current", "990109", "2025")  # fmt: skip
    assert "月报.xlsx" in told["evidence"] and "213名" in told["reason"]
    assert verdicts("2025年石磴县在册吸毒人员213名。") == {"213名": "holds"}
    assert verdicts("2025年石磴县现有吸毒人员487名。") == {"487名": "definition trap"}
    assert verdicts("2025年石磴县新发现占比全市最高。") == {"最高": "more than the data allow"}
    assert verdicts("在册213名，新发现26名，占13%。", None)["13%"] == "inconsistent"
    assert verdicts("2025年长沙市在册吸毒人员213名。") == {"213名": "not traceable"}


def test_an_area_that_reports_one_indicator_itself_is_still_the_sum_of_its_parts_in_the_others():
    own = rows("satisfaction", {"990100": 0.928}, 2025)
    assert verdicts("2025年全市在册吸毒人员4788名。", tables.stack(DATA, own)) == {"4788名": "holds"}


def test_what_fits_the_drafts_own_year_is_not_contradicted_for_a_year_named_before_it():
    assert verdicts("在2024年工作的基础上，石磴县新发现吸毒人员26名。") == {"26名": "not traceable"}
    assert verdicts("在2024年工作的基础上，石磴县新发现吸毒人员27名。") == {"27名": "contradicted"}


def test_every_verdict_and_reason_has_words_in_both_languages():
    for lang in vocab.LANGUAGES:
        assert all(vocab.show(verdict, "word", lang) for verdict in VERDICTS)
        assert check("2025年石磴县在册吸毒人员231名。", lang=lang)["reason"].str.contains("213").all()


def test_the_two_estimates_of_the_speech_are_seen_not_to_agree():
    text = "全省吸毒人员6万名，每年购买毒品费用30亿元；全市吸毒人员4788名，每年购买毒品费用3亿元。"
    told = verification.check(text, None, area="990100").set_index("claim")
    assert told.at["3亿元", "verdict"] == "inconsistent"
    assert "50,000" in told.at["3亿元", "reason"] and "62,657" in told.at["3亿元", "reason"]


def test_what_is_narrower_vague_or_wanted_is_never_contradicted():
    for text in ("石磴县女性在册吸毒人员32名。", "近三年石磴县新发现吸毒人员90名。", "石磴县要确保新发现吸毒人员控制在20名以内。", "石磴县、望鹭区共有在册吸毒人员1195名。",
                 "石磴县新发现26名未成年人。", "本月石磴县新发现吸毒人员9名。"):  # fmt: skip
        assert set(verdicts(f"{text}").values()) == {"not traceable"}, text


def test_a_place_told_of_several_areas_together_is_not_traceable():
    assert verdicts("2025年石磴县、月岑县突破5%的控制线。") == {"突破5%的控制线": "not traceable"}


def test_parts_that_may_overlap_are_not_added_up():
    assert set(verdicts("抓获嫌疑人50名，其中刑事拘留40名、逮捕30名。", None).values()) == {"not traceable"}
    assert verdicts("抓获嫌疑人50名，其中甲县30名、乙县30名。", None)["50名"] == "inconsistent"


def test_a_change_that_a_source_printed_is_laid_to_the_source():
    nation = tables.read(NATIONAL / "observations.csv")
    printed = pd.read_csv(NATIONAL / "printed_changes.csv", dtype={"year": str}).rename(columns={"year": "period"})
    text = "2022年全国破获毒品犯罪案件同比下降28.6%。"
    assert verdicts(text, nation, area="100000") == {"28.6%": "contradicted"}
    assert verdicts(text, nation, area="100000", known=printed) == {"28.6%": "inconsistent"}


def test_claims_copy_no_name_of_a_person():
    told = check("张某某汇报，2025年石磴县在册吸毒人员231名，李某某同志抓获嫌疑人5名。")
    assert len(told) and not told.astype(str).apply(lambda column: column.str.contains("张某某|李某某")).any(axis=None)


def test_the_same_draft_gives_the_same_table_and_leaves_the_data_alone():
    before = DATA.copy()
    pd.testing.assert_frame_equal(check("2025年全市在册吸毒人员4788名。"), check("2025年全市在册吸毒人员4788名。"))
    pd.testing.assert_frame_equal(DATA, before)
    assert verdicts("2025年石磴县在册吸毒人员231名。", DATA.sample(frac=1, random_state=1)) == {"231名": "contradicted"}


@pytest.fixture
def word(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph()
    for words, bold in (("2025年石磴县在册吸", False), ("毒人员23", True), ("1名，形势严峻。", False)):
        paragraph.add_run(words).bold = bold
    document.add_paragraph("2025年各县区情况表")
    table = document.add_table(4, 3)
    for row, cells in zip(table.rows, [["地区", "在册吸毒人员（名）", "新发现吸毒人员（名）"], ["石磴县", "213", "62"], ["望鹭区", "982", "80"],
                                       ["合计", "1205", "142"]], strict=True):  # fmt: skip
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.save(tmp_path / "稿.docx")
    return tmp_path / "稿.docx"


def test_a_word_draft_is_read_with_its_tables_and_every_place_is_told(word):
    told = check(word).set_index("claim")
    assert told.at["231名", "place"] == "第1段" and told.at["62", "place"] == "表1第2行第3列"
    assert told.at["62", "verdict"] == "contradicted" and told.at["213", "verdict"] == "holds"
    assert told.at["1205", "verdict"] == "inconsistent" and told.at["142", "verdict"] == "not traceable"


def test_the_annotated_draft_keeps_its_words_and_looks_and_carries_the_comments(word, tmp_path):
    told = check(word)
    made = verification.annotate(word, told, tmp_path / "批注.docx")
    again = verification.annotate(word, told, tmp_path / "再.docx")
    assert made.read_bytes() == again.read_bytes() and zipfile.ZipFile(made).testzip() is None
    document, before = docx.Document(made), docx.Document(word)
    assert [one.text for one in document.paragraphs] == [one.text for one in before.paragraphs]
    assert [cell.text for row in document.tables[0].rows for cell in row.cells] == [
        cell.text for row in before.tables[0].rows for cell in row.cells]  # fmt: skip
    assert "".join(run.text for run in document.paragraphs[0].runs if run.bold) == "毒人员23"
    comments = [comment.text for comment in document.comments]
    assert len(comments) == (~told["verdict"].isin(["holds", "not traceable"])).sum() == 3
    assert "与数据不符：数据为213名，请改正或写明口径。" in comments


def test_a_text_draft_becomes_a_word_file_with_its_comments(tmp_path):
    draft = tmp_path / "draft.md"
    draft.write_text(
        "# Speech\n\nIn 2025 Shideng County had 231 registered users.\n\n| Area | Registered users |\n|---|---|\n| Shideng County | 213 |\n",
        encoding="utf-8",
    )
    told = check(draft, lang="en", period=2025)
    made = docx.Document(verification.annotate(draft, told, tmp_path / "out.docx", "en"))
    assert [comment.text.split(":")[0] for comment in made.comments] == ["contradicted by the data"]
    assert made.tables[0].rows[1].cells[1].text == "213"


@pytest.mark.parametrize(
    "name, content, told",
    [
        ("稿.doc", b"x", "不是可以核对的文稿"), ("稿.docx", b"", "已损坏"), ("稿.txt", b"", "没有文字"), ("稿.docx", b"PK\x03\x04broken", "已损坏"),
        ("稿.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "有密码"),
        ("稿.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1WordDocument", "旧版 Word"), ("稿.txt", b"\x00\x01\x02\xff", "已损坏"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_draft_is_refused_in_one_sentence(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError, match=told):
        verification.read(tmp_path / name)


def test_a_missing_file_and_a_wrong_ending_are_refused(tmp_path, word):
    with pytest.raises(TableError, match="没有|找不到"):
        verification.check(tmp_path / "none.docx")
    with pytest.raises(TableError, match="不是 .docx"):
        verification.annotate(word, check(word), tmp_path / "批注.pdf")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_draft_is_read_in_every_encoding_that_offices_save(tmp_path, encoding):
    (tmp_path / "稿.txt").write_text("2025年石磴县在册吸毒人员231名。", encoding=encoding)
    assert list(check(tmp_path / "稿.txt")["verdict"]) == ["contradicted"]


def test_what_the_title_tells_of_the_period_holds_for_paragraphs_that_tell_none():
    monthly = tables.stack(
        *(
            rows("users_new", {"990109": value}, f"2025-{month:02}")
            for month, value in enumerate([2, 3, 1, 2, 4, 1], 1)
        ),
        rows("users_current", {"990109": 211}, "2025-06"),
    )[tables.COLUMNS]
    text = "石磴县2025年上半年禁毒工作情况\n新发现吸毒人员{}名。\n6月末，现有在册吸毒人员211名，新发现吸毒人员13名。"
    assert verdicts(text.format(13), monthly) == {"13名": "holds", "211名": "holds"}  # not those of June alone
    assert verdicts(text.format(31), monthly)["31名"] == "contradicted"


def test_a_figure_that_fits_a_shorter_time_named_elsewhere_in_the_draft_is_not_contradicted():
    year = [rows("users_new", {"990109": 2}, f"2025-{month:02}") for month in range(1, 13)]
    text = "2025年石磴县新发现吸毒人员24名，其中6月新发现吸毒人员2名。石磴县新发现吸毒人员{}名。"
    told = check(text.format(2), tables.stack(*year)[tables.COLUMNS])
    assert list(told["verdict"]) == ["holds", "holds", "not traceable"]
    assert check(text.format(21), tables.stack(*year)[tables.COLUMNS])["verdict"].iloc[-1] == "contradicted"


def test_a_word_that_names_by_its_unit_is_read_by_the_unit_of_its_number():
    data = tables.stack(
        rows("seizure_heroin", {"990109": 1.5}, 2025), rows("users_heroin", {"990109": 74}, 2025),
        rows("seizure_total", {"990109": 2.8}, 2025), rows("cases_solved", {"990109": 18}, 2025),
    )[tables.COLUMNS]  # fmt: skip
    text = "2025年石磴县破获18起，缴获各类毒品2.8公斤，其中海洛因1.5公斤；在册人员中海洛因47名。"
    assert verdicts(text, data, area="990109") == {
        "18起": "holds", "2.8公斤": "holds", "1.5公斤": "holds", "47名": "contradicted"}  # fmt: skip
    passed = verdicts("2025年石磴县立案18起，本县人员在外省被抓获18名。", data, area="990109")
    assert set(passed.values()) <= {"definition trap", "not traceable"}  # opened, not solved; caught by others


def test_what_follows_a_figure_that_the_data_confirm_is_read_well_and_what_follows_none_is_not():
    unread = verdicts("2025年石磴县走访排查21名，新发现27名。", area="990109")
    assert unread["27名"] == "not traceable"  # found among those visited, for all that is told
    confirmed = verdicts("2025年石磴县走访在册吸毒人员213名，新发现27名。", area="990109")
    assert confirmed == {"213名": "holds", "27名": "contradicted"}


def test_digits_in_another_order_are_a_slip_even_where_the_wording_is_loose():
    assert verdicts("2025年全市共走访在册吸毒人员4878名。") == {"4878名": "contradicted"}  # 4788
    assert verdicts("2025年全市共走访在册吸毒人员1200名。") == {"1200名": "not traceable"}


def test_areas_beyond_the_line_are_counted():
    assert verdicts("2025年，全市仍有5个县（区）超过5%的控制线。") == {"5个县（区）超过5%的控制线": "holds"}
    told = check("2025年，全市仍有3个县（区）超过5%的控制线。").iloc[0]
    assert (told["verdict"], told["right"]) == ("contradicted", "5")


def test_above_or_below_the_city_is_checked_with_and_without_the_distance():
    start = "2025年石磴县新发现占比12.2%，"
    assert verdicts(f"{start}高于全市平均水平。", area="990109")["高于全市平均水平"] == "holds"
    assert verdicts(f"{start}低于全市平均水平。", area="990109")["低于全市平均水平"] == "contradicted"
    assert verdicts(f"{start}比全市高7.5个百分点。", area="990109")["比全市高7.5个百分点"] == "holds"
    assert verdicts(f"{start}比全市高5.7个百分点。", area="990109")["比全市高5.7个百分点"] == "contradicted"
    assert verdicts(f"{start}比全市高7.5%。", area="990109")["比全市高7.5%"] == "inconsistent"  # of a percentage


def test_a_level_that_rose_to_less_is_inconsistent():
    told = check("新发现占比由8.07%降至8.15%。", None).iloc[-1]
    assert (told["verdict"], told["right"]) == ("inconsistent", "0.08个百分点")
    assert verdicts("新发现占比由8.15%降至8.07%。", None)["8.07%"] == "not traceable"
    assert verdicts("Newly found users rose from 26 to 15.", None, lang="en")["15"] == "inconsistent"


def test_one_figure_as_so_many_times_another_is_checked():
    text = "2025年石磴县累计登记吸毒人员487名，是现有吸毒人员的{}倍。"
    assert verdicts(text.format(2.3))["2.3倍"] == "holds" and verdicts(text.format(3.2))["3.2倍"] == "contradicted"


def test_last_year_is_the_year_that_far_more_figures_fit():
    speech = "去年，石磴县在册吸毒人员213名，新发现吸毒人员26名，望鹭区在册吸毒人员982名，青渡区在册吸毒人员{}名。"
    assert set(verdicts(speech.format(1286), period=2025).values()) == {"holds"}  # given early in 2026
    assert verdicts(speech.format(1268), period=2025)["1268名"] == "contradicted"
    assert verdicts("去年，石磴县在册吸毒人员213名。", period=2025) == {"213名": "not traceable"}


def test_a_list_under_a_heading_is_of_what_the_heading_names():
    told = verdicts("三、新发现占比。石磴县12.2%、望鹭区8.1%、柏陵县3.6%。")
    assert told == {"12.2%": "holds", "8.1%": "holds", "3.6%": "contradicted"}


def test_a_part_told_in_english_is_no_figure_of_the_whole():
    assert "contradicted" not in verdicts("In 2025, 9 of the newly found users were women.", lang="en").values()
    assert verdicts("In 2025, 26 users were newly found in schools.", area="990100", lang="en") == {
        "26": "not traceable"
    }


def test_per_cent_is_no_average_and_english_months_are_a_period():
    text = "In 2025 newly found users made up 12.2 per cent of the registered users of Shideng County."
    assert verdicts(text, lang="en") == {"12.2 per cent": "holds"}
    months = [rows("users_new", {"990109": 2}, f"2025-{month:02}") for month in range(1, 13)]
    found = "In the first nine months of 2025 Shideng County recorded {} newly found users."
    assert verdicts(found.format(18), tables.stack(*months)[tables.COLUMNS], lang="en") == {"18": "holds"}
    assert verdicts(found.format(81), tables.stack(*months)[tables.COLUMNS], lang="en") == {"81": "contradicted"}


def test_nothing_is_so_much_percent_above_a_city_that_has_none():
    data = tables.stack(rows("relapse_rate", {"990109": 0.02, "990100": 0.0}, 2025))[tables.COLUMNS]
    told = verdicts("2025年石磴县复吸率2%，比全市高5%。", data, area="990109")
    assert told["比全市高5%"] == "not traceable"


def test_prosecuted_in_a_year_is_not_since_that_year():
    assert check("2024年起诉的石磴县新发现吸毒人员15名。")["period"].iloc[0] == "2024"
    assert check("2024年起石磴县新发现吸毒人员41名。")["period"].iloc[0] == "2024-01/2025-12"
