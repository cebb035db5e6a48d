"""Sentences read aloud: each says its row, in both languages, and claims no more than the row allows."""

import numpy as np
import pandas as pd
import pytest

from drugstats.output import wording
from drugstats.output.wording import words
from drugstats.stats import control, ranking, rates, rounding

YEAR = pd.Period("2025", "Y")


def judged(*counts) -> pd.DataFrame:
    table = pd.DataFrame(counts, columns=["area", "part", "whole"]).assign(period=YEAR, indicator="new_user_ratio")
    return control.judge(rates.share(table, part="part", whole="whole"), line=0.05, part="part", whole="whole")


def said(*counts, lang="zh") -> list[str]:
    return wording.each(judged(*counts), wording.verdict, lang)


def headline(after, before, counted=True, key="users_new") -> str:
    table = pd.DataFrame({"area": ["990100"], "period": [YEAR], "indicator": [key], "after": [after], "before": [before]})
    row = rates.change(table, after="after", before="before", confidence=0.95 if counted else None).iloc[0]
    return wording.level(row)


def test_a_county_above_the_line_is_said_with_its_counts_and_interval():
    assert said(("990109", 26, 213)) == [
        "石磴县2025年新发现26名，占期末在册213名的12.2%（威尔逊95%区间8.5%至17.3%），高于5%的控制线。"
    ]
    assert said(("990109", 26, 213), lang="en") == [
        "Shideng County, 2025: 26 newly found of 213 registered, 12.2% (Wilson 95% interval 8.5% to 17.3%), "
        "above the 5% control line."
    ]


def test_a_county_of_three_cases_is_never_said_to_be_above():
    sentence = said(("990108", 3, 54))[0]
    assert "无法区分" in sentence and "高于" not in sentence
    assert "真实占比达到16%以上才看得出来" in sentence
    assert "3名，占期末在册54名的6%" in sentence


def test_a_county_below_and_one_that_cannot_be_judged_are_said_so():
    assert "低于5%的控制线" in said(("990101", 32, 1286))[0]
    assert said(("990101", 30, 26)) == ["青渡区2025年未作判断：分子大于分母。"]
    assert said(("990101", 0, 0), lang="en") == ["Qingdu District, 2025: not judged, since the denominator is zero."]
    assert said(("990101", np.nan, 5)) == ["青渡区2025年未作判断：数据缺失。"]
    assert "人数太少，任何占比都看不出来" in said(("990101", 0, 1))[0]


def test_the_summary_counts_and_names_every_group():
    table = judged(("990109", 26, 213), ("990101", 32, 1286), ("990108", 3, 54), ("990102", 5, 2))
    assert wording.verdicts(table) == [
        "4个地区中，高于5%控制线的有1个：石磴县。",
        "4个地区中，低于5%控制线的有1个：青渡区。",
        "4个地区中，与5%控制线无法区分的有1个：芦泽县。",
        "4个地区中，未作判断（5%控制线）的有1个：望鹭区。",
        "共检验3个地区；即使各地都正好等于控制线，未经校正的检验也会误报约0.2个，上述判断已按同时检验多个地区作了校正。",
    ]
    assert len(wording.verdicts(table, "en")) == 5
    assert wording.verdicts(table.iloc[:0]) == []


@pytest.mark.parametrize(
    ("after", "before", "counted", "words"),
    [
        (224, 243, True, "比上年少7.8%，未超出偶然波动的范围，不宜称为下降"),
        (108, 107, True, "比上年多0.9%，未超出偶然波动的范围，不宜称为上升"),
        (100, 200, True, "同比下降50.0%"),
        (300, 200, True, "同比上升50.0%"),
        (200, 200, True, "与上年持平"),
        (5107, 4788, False, "同比上升6.7%"),
        (5, 0, True, "新发现吸毒人员5名。"),
        (np.nan, 5, True, "数据缺失"),
    ],
)
def test_a_change_within_chance_is_not_called_a_rise_or_fall(after, before, counted, words):
    assert words in headline(after, before, counted)


def test_a_difference_of_shares_is_said_in_percentage_points():
    row = {"area": "990100", "period": YEAR, "period_before": YEAR - 1, "value": -0.033, "low": -0.05, "high": -0.016}
    assert wording.difference(row) == "云汀市（虚构）2025年新发现占比比2024年下降3.3个百分点（区间-5.0至-1.6）。"
    assert "看不出升降" in wording.difference(row | {"high": 0.01})
    assert "percentage points above" in wording.difference(row | {"value": 0.03, "low": 0.01, "high": 0.05}, "en")


def test_places_are_said_as_a_range_and_nobody_is_last_where_ranges_overlap():
    table = pd.DataFrame({"area": ["990101", "990102", "990108"], "part": [32, 80, 3], "whole": [1286, 982, 54]})
    ranked = ranking.rank(table, part="part", whole="whole", family="simultaneous").assign(of=3)
    assert wording.places(ranked) == ["1（1–2）", "3（2–3）", "2（1–3）"]
    assert "望鹭区位于第2至第3名之间（共3个，从低到高）" in wording.place(ranked.iloc[1])
    assert wording.ends(ranked, "new_user_ratio")[0] == "按新发现占比（期末在册），3个地区中没有哪一个可以被称为最高（末位）。"
    sure = ranking.rank(table.iloc[:2], part="part", whole="whole", family="simultaneous").assign(of=2)
    assert wording.ends(sure, "new_user_ratio") == [
        "按新发现占比（期末在册），2个地区中可以确定最高的是望鹭区。",
        "按新发现占比（期末在册），2个地区中可以确定最低的是青渡区。",
    ]
    assert wording.place(sure.iloc[1]) == "望鹭区位于第2名（共2个，从低到高）。"
    assert wording.ends(sure.iloc[:1], "new_user_ratio") == []


def test_an_area_without_figures_is_said_to_be_unranked():
    table = pd.DataFrame({"area": ["990101", "990102"], "part": [32, np.nan], "whole": [1286, 982]})
    ranked = ranking.rank(table, part="part", whole="whole").assign(of=2)
    assert wording.places(ranked) == ["1", "—"] and "未排名" in wording.place(ranked.iloc[1])


def test_a_printed_change_that_does_not_follow_is_said_with_what_rounding_allows():
    table = pd.DataFrame({"period": [pd.Period("2022", "Y")] * 2, "indicator": "cases_solved", "after": [35000, 37000],
                          "before": [54000, 42000], "printed": [-0.286, -0.129], "decimals": 1})  # fmt: skip
    checked = rounding.follows(table, after="after", before="before", printed="printed", decimals="decimals")
    sentences = wording.each(checked, wording.printed_change)
    assert sentences == [
        "2022年破获毒品犯罪案件公布同比-28.6%，但由公布数35,000起、上年54,000起计算为-35.2%，舍入最多允许-36.7%至-33.6%。"
    ]


def test_a_break_of_definition_is_said_to_be_no_change():
    before = {"indicator": "users_registered", "period": pd.Period("2014", "Y"), "value": 2955964}
    after = {"indicator": "users_current", "period": pd.Period("2015", "Y"), "value": 2345000}
    sentence = wording.basis_break(before, after)
    assert "2,955,964名" in sentence and "2,345,000名" in sentence and "其差不是升降" in sentence
    assert "is no change" in wording.basis_break(before, after, "en")


def test_a_ratio_is_above_or_below_the_line_only_with_its_whole_interval():
    row = {"period": YEAR, "indicator": "new_user_ratio", "value": 0.063, "low": 0.06, "high": 0.066, "line": 0.05}
    assert wording.against_line(row) == "2025年，新发现占比（期末在册）为6.3%，高于5%。"
    assert "低于" in wording.against_line(row | {"value": 0.04, "low": 0.03, "high": 0.049})
    assert "无法区分" in wording.against_line(row | {"low": 0.04})


def test_a_rate_per_more_people_than_there_are_is_warned_of():
    table = pd.DataFrame({"area": ["england-city-of-london", "england-kent"], "indicator": "drug_misuse_death_rate",
                          "part": [45, 200], "whole": [8706, 1_800_000]})  # fmt: skip
    rated = rates.rate(table, events="part", exposure="whole", per=100_000)
    assert [sentence[:5] for sentence in wording.each(rated, wording.small_exposure)] == ["伦敦金融城"]


def test_what_is_rounded_to_nought_has_no_sign():
    assert [words.signed_points(value, "zh") for value in (0.0002, 0.002, -0.002)] == ["0.0", "+0.2", "-0.2"]
    assert [words.more(value, "en") for value in (0.1, -0.1, 0)] == ["10.0% more", "10.0% fewer", "as many"]
