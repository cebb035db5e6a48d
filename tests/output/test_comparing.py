"""Sentences on what lies behind a comparison: each says its table, in both languages, and claims no more."""

import numpy as np
import pandas as pd
import pytest

from drugstats import vocab
from drugstats.output import wording
from drugstats.stats import control, ranking, rates

YEAR = pd.Period("2025", "Y")
languages = pytest.mark.parametrize("lang", vocab.LANGUAGES)


def checked(part, whole):
    row = {"area": "990109", "period": YEAR, "indicator": "found_per_1k_tests", "part": part, "whole": whole}
    return rates.rate(pd.DataFrame([row]), events="part", exposure="whole", per=1000)


def counties(part, whole, **more):
    areas = [f"99010{number}" for number in range(1, len(part) + 1)]
    return pd.DataFrame({"area": areas, "indicator": "new_user_ratio", "part": part, "whole": whole, **more})


def crowd(spread: float):
    chance = np.random.default_rng(2)
    whole = chance.integers(200, 3_000, 40)
    part = chance.binomial(whole, np.clip(chance.normal(0.06, spread, 40), 0.001, 1))
    return pd.DataFrame({"area": "england", "indicator": "new_user_ratio", "part": part, "whole": whole})


def test_tests_stand_beside_the_users_found_and_found_is_not_new():
    sentence = wording.activity(checked(26, 5_200).iloc[0])
    assert sentence.startswith("石磴县2025年检测5,200人次，发现26名，每千人次检测发现5.0名（精确泊松95%区间3.3至7.3）")
    assert "不等于新增" in sentence
    assert "users found, not new users" in wording.activity(checked(26, 5_200).iloc[0], "en")
    assert wording.each(checked(np.nan, 5_200), wording.activity) == []


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [((80, 4_000), (30, 4_000), "上升超出偶然"), ((30, 8_000), (60, 4_000), "下降超出偶然"), ((31, 6_000), (30, 5_900), "变化没有超出偶然")],
)
def test_a_change_of_the_yield_is_told_only_beyond_chance(now, before, told):
    row = checked(*now).rename(columns={"value": "now"})[["area", "indicator", "part", "whole", "now"]]
    row = row.assign(part_before=before[0], whole_before=before[1], now_before=1000 * before[0] / before[1])
    moved = rates.ratio(row, events="part", exposure="whole", base_events="part_before", base_exposure="whole_before")
    assert told in wording.activity_change(moved.iloc[0])
    assert wording.activity_change(moved.iloc[0], "en").startswith("Shideng County: against the year before, users found were")


def test_a_yield_that_starts_from_nothing_makes_no_sentence():
    row = checked(5, 100).rename(columns={"value": "now"}).assign(part_before=0, whole_before=90, now_before=0.0)
    moved = rates.ratio(row, events="part", exposure="whole", base_events="part_before", base_exposure="whole_before")
    assert wording.each(moved, wording.activity_change) == []


@languages
def test_a_funnel_says_who_is_outside_and_whether_the_areas_differ_beyond_chance(lang):
    even, uneven = (control.funnel(crowd(spread), part="part", whole="whole", overdispersion=True) for spread in (0, 0.03))
    assert wording.outside(even, lang)[0] == vocab.text("sentence.no_dispersion", lang)
    assert str(round(uneven["phi"].iloc[0], 1)) in wording.outside(uneven, lang)[0]
    plain = control.funnel(crowd(0.03), part="part", whole="whole")
    for word in ("high998", "low998"):
        told = [sentence for sentence in wording.outside(plain, lang) if vocab.text(f"word.{word}", lang) in sentence]
        assert len(told) == 1 and str((plain["outside"] == word).sum()) in told[0]


def test_a_funnel_with_nobody_outside_says_so_and_an_empty_one_nothing():
    df = control.funnel(counties([5, 6, 5], [100, 110, 105]), part="part", whole="whole", centre=0.05)
    assert wording.outside(df)[-1] == "3个地区都落在界限之内，与5.0%没有超出偶然的差别。"
    assert wording.outside(df.iloc[:0]) == []


def test_the_likeliest_ends_are_said_with_their_chance_and_equal_areas_as_one_level():
    apart = ranking.shrink(counties([10, 100, 12], [1_000, 1_000, 900]), part="part", whole="whole")
    worst, best = wording.extremes(apart)
    assert "望鹭区为最高的把握是100%" in worst and "为最低的把握是" in best
    alike = ranking.shrink(counties([50, 50, 50], [1_000, 1_000, 1_000]), part="part", whole="whole")
    assert wording.extremes(alike, "en") == [
        "By new-user ratio (closing register), the 3 areas show no differences beyond chance and may be taken as one level."
    ]
    assert wording.extremes(alike.iloc[:1]) == []


def test_the_largest_contribution_is_said_with_the_change_of_the_whole():
    years = [YEAR - 1, YEAR - 1, YEAR, YEAR]
    df = pd.DataFrame({"area": ["990101", "990102"] * 2, "period": years, "value": [60, 40, 40, 44]})
    added = ranking.contribution(df, value="value", time="period", by="area")
    assert wording.contributions(added, "990100", "users_new") == [
        "云汀市（虚构）2025年新发现吸毒人员比2024年少16.0%；各地拉动相加正好等于这一变化。",
        "青渡区对总体的-16.0%拉动-20.0个百分点，是拉动最大的地区。",
    ]
    assert wording.contributions(added.iloc[:0], "990100", "users_new") == []


@languages
def test_a_single_month_is_said_to_rank_less_than_a_year(lang):
    chance = np.random.default_rng(0)
    whole = chance.integers(300, 900, 9)
    year, month = (counties(chance.binomial(whole, rate), whole) for rate in (0.08, 0.006))
    ranked = [ranking.rank(df, part="part", whole="whole", family="simultaneous") for df in (year, month)]
    sentence = wording.twelve_months(*ranked, lang)[0]
    assert all(f"{df['alike'].mean():.1f}" in sentence for df in ranked)
    assert wording.twelve_months(year.assign(rank=1.0, alike=0.0), month.assign(rank=np.nan), lang) == []


def test_a_long_table_of_wide_ranges_prints_tiers_and_a_short_one_its_ranges():
    wide = ranking.rank(crowd(0.004), part="part", whole="whole", family="simultaneous")
    assert wording.is_wide(wide) and set(wording.places(wide)) <= {"偏低（确定在前半）", "偏高（确定在后半）", "分不出档次"}
    counts = [(wide["rank_high"] <= 20).sum(), (wide["rank_low"] > 20).sum()]
    assert f"确定偏低{counts[0]}个，确定偏高{counts[1]}个" in wording.tiers(wide)[0]
    short = ranking.rank(crowd(0.004).iloc[:9], part="part", whole="whole", family="simultaneous")
    assert wording.tiers(short) == [] and all("–" in told for told in wording.places(short))
