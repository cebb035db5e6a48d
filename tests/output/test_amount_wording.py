"""Sentences on amounts: each says its row as the statistic has it, in both languages, and claims no more."""

import numpy as np
import pandas as pd
import pytest

from drugstats import vocab
from drugstats.output import wording
from drugstats.stats import composition, cost, seizures, stocks, target

YEAR, WHERE = pd.Period("2025", "Y"), {"area": "990100", "period": pd.Period("2025", "Y")}
languages = pytest.mark.parametrize("lang", vocab.LANGUAGES)


def frame(**columns) -> pd.DataFrame:
    return pd.DataFrame({name: values if isinstance(values, list) else [values] for name, values in (WHERE | columns).items()})


def same(**columns) -> pd.DataFrame:
    """A table of as many rows as its longest column; the others repeat."""
    size = max(len(values) for values in columns.values() if isinstance(values, list))
    return pd.DataFrame({name: values if isinstance(values, list) else [values] * size for name, values in (WHERE | columns).items()})


def shares(before, after, keys=("users_meth", "users_heroin"), confidence=0.95, now="2025", **columns) -> pd.DataFrame:
    years = [pd.Period("2024", "Y")] * len(before) + [pd.Period(now, "Y")] * len(after)
    table = same(part=[*keys] * 2, value=[float(value) for value in [*before, *after]]).assign(period=years)
    told = composition.shares(table, part="part", value="value", time="period", confidence=confidence)
    return told.assign(**columns).iloc[len(before) :]


# Shares


def test_a_share_is_said_to_rise_or_fall_only_beyond_chance():
    up, down = wording.each(shares((400, 600), (600, 400)), wording.share_change)
    assert up == "2025年，云汀市（虚构）滥用冰毒人员占全部1,000名的60.0%，比上年上升20.0个百分点（区间15.7至24.2）。"
    assert "占全部1,000名的40.0%，比上年下降20.0个百分点（区间15.7至24.2）" in down
    same_share = wording.share_change(shares((50, 50), (52, 48)).iloc[0])
    assert "比上年变化+2.0个百分点（区间-11.6至+15.5），看不出升降" in same_share and "上升" not in same_share and "下降" not in same_share
    english = wording.share_change(shares((400, 600), (600, 400)).iloc[1], "en")
    assert english == (
        "Yunting City (made up), 2025: heroin users, 40.0% of all 1,000 persons, down 20.0 percentage points on the year "
        "before (limits 15.7 to 24.2)."
    )


def test_without_limits_a_share_moves_as_it_was_counted():
    up, down = wording.each(shares((400, 600), (401, 599), confidence=None), wording.share_change)
    assert up.endswith("占全部1,000名的40.1%，比上年上升0.1个百分点。") and "下降0.1个百分点。" in down
    assert "与上年持平" in wording.share_change(shares((400, 600), (400, 600), confidence=None).iloc[0])


def test_a_first_or_unknown_share_says_no_change():
    first = shares((400, 600), (600, 400)).assign(change=np.nan).iloc[0]
    assert wording.share_change(first) == "2025年，云汀市（虚构）滥用冰毒人员占全部1,000名的60.0%。"
    assert "缺数" in wording.share_change(first.mask(first.index == "share"))


def test_the_time_before_is_named_where_it_is_not_the_last_one():
    assert "比2024年上升" in wording.share_change(shares((400, 600), (600, 400), now="2027").iloc[0])
    monthly = shares((400, 600), (600, 400)).assign(period=pd.Period("2025-06", "M"), period_before=pd.Period("2025-05", "M"))
    assert wording.share_change(monthly.iloc[0]).startswith("2025年6月") and "比上月上升" in wording.share_change(monthly.iloc[0])
    quarter = monthly.assign(period=pd.Period("2025Q2", "Q"), period_before=pd.Period("2025Q1", "Q"))
    assert "on the quarter before" in wording.share_change(quarter.iloc[0], "en")


def test_a_small_whole_has_no_decimals_and_the_rest_drugs_and_areas_have_names():
    told = wording.each(shares((40, 20), (20, 40), keys=("rest", "990101")), wording.share_change)
    assert "其余占全部60的33%" in told[0] and "青渡区占全部60的67%" in told[1]
    weights = shares((40, 20), (20, 40), keys=("meth", "opioid"), indicator="seizure_total")
    assert "冰毒占全部60.0千克的33.3%" in wording.share_change(weights.iloc[0])
    assert wording.part("opioid", "en") == "opioids" and wording.part("users_new") == "新发现吸毒人员"


# Groups within groups


def nested(values=(4788, 4524, 3787)) -> pd.DataFrame:
    levels = ["users_current", "users_first_under35", "users_first_under18"][: len(values)]
    return composition.nested(same(level=levels, value=list(map(float, values))), level="level", value="value", by=["area", "period"])


def test_groups_within_groups_name_both_bases():
    whole, first, second = wording.each(nested(), wording.nested)
    assert whole == "2025年，云汀市（虚构）现有在册吸毒人员共4,788名。"
    assert first == "2025年，云汀市（虚构）三十五岁前初次吸毒人员4,524名，占现有在册吸毒人员的94.5%。"
    assert second == (
        "2025年，云汀市（虚构）十八岁前初次吸毒人员3,787名，占三十五岁前初次吸毒人员的83.7%，占现有在册吸毒人员的79.1%；"
        "两个占比的分母不同，引用时应写明。"
    )
    assert "83.7% of users who began before thirty-five and 79.1% of registered users" in wording.nested(nested().iloc[2], "en")
    assert "94%" in wording.nested(nested((50, 47)).iloc[1]) and "缺数" in wording.nested(nested((50, np.nan)).iloc[1])


# Sizes and coverage


def test_areas_are_counted_by_size_with_what_they_add_up_to():
    table = same(value=[38.0, 54, 213, 982, 1286, np.nan], indicator="users_current")
    told = composition.size_classes(table, value="value", by=["area", "period", "indicator"])
    assert wording.each(told, wording.size_classes) == [
        "2025年，云汀市（虚构）现有在册吸毒人员不足100名的地区2个，占40%，合计92名。另有1个地区没有可用的数，未计入。",
        "2025年，云汀市（虚构）现有在册吸毒人员100名以上、不足1,000名的地区2个，占40%，合计1,195名。",
        "2025年，云汀市（虚构）现有在册吸毒人员1,000名以上的地区1个，占20%，合计1,286名。",
    ]
    assert wording.size_classes(told.iloc[0], "en").endswith("92 persons in all. Areas without a figure, not counted: 1.")
    nation = pd.DataFrame({"area": "100000", "period": YEAR, "indicator": "users_current", "lower": [np.nan], "upper": [100.0],
                           "areas": [754], "share": [754 / 3048], "sum": [30_000.0], "method": ["counted"]})  # fmt: skip
    assert "全国现有在册吸毒人员不足100名的地区754个，占24.7%" in wording.size_classes(nation.iloc[0])


def test_coverage_says_how_many_areas_have_any_and_how_many_told_nothing():
    table = same(value=[3.0, 0, 1, np.nan], indicator="users_new")
    told = composition.coverage(table, value="value", by=["area", "period", "indicator"]).iloc[0]
    assert wording.coverage(told) == "2025年，云汀市（虚构）3个地区中有新发现吸毒人员的2个，占67%。另有1个地区没有可用的数，未计入。"
    assert wording.coverage(told, "en").startswith("Yunting City (made up), 2025: 2 of 3 areas have any (newly found users), 67%.")
    none = composition.coverage(table.assign(value=np.nan), value="value", by=["area", "period", "indicator"])
    assert wording.each(none, wording.coverage) == []


# Seizures


def hauls(before, after, **columns) -> pd.Series:
    grams = [*map(float, before), *map(float, after)]
    cases = pd.DataFrame({"area": "990100", "period": [YEAR - 1] * len(before) + [YEAR] * len(after), "grams": grams})
    told = seizures.change(cases, value="grams", time="period", by="area").iloc[0]
    return pd.concat([told, pd.Series(columns, dtype=object)])


EVEN = np.random.default_rng(0).lognormal(3, 0.5, 200)


def test_a_change_that_one_case_explains_is_said_with_and_without_it_and_called_nothing():
    row = hauls(EVEN, [*(EVEN * 0.6), 200_000], drug="meth")
    assert row["verdict"] == "one case"
    sentence = wording.haul(row)
    assert sentence.startswith("2025年，云汀市（虚构）缴获冰毒202.") and "千克，与上年相比缴获量上升" in sentence
    assert sentence.endswith("不计最大一案则下降40.0%；升降取决于这一案，不宜称为上升。")
    assert "down 40.0% when the largest case is left out" in wording.haul(row, "en") and "do not call it a rise" in wording.haul(row, "en")
    gone = wording.haul(hauls([*EVEN, 200_000], EVEN * 1.5))
    assert "下降" in gone and "不计最大一案则上升50.0%" in gone and gone.endswith("不宜称为下降。")


def test_a_change_of_one_direction_that_hangs_on_one_case_is_no_finding_either():
    row = hauls(EVEN, [*(EVEN * 1.02), 4_000])
    row["verdict"] = "one case"
    assert "能否称为上升取决于这一案，不宜下结论" in wording.haul(row)


def test_a_change_beyond_chance_is_said_and_one_within_chance_is_called_nothing():
    rise, fall, level = hauls(EVEN, EVEN * 2), hauls(EVEN * 2, EVEN), hauls(EVEN, EVEN * 1.01)
    assert [row["verdict"] for row in (rise, fall, level)] == ["rise", "fall", "within chance"]
    assert "与上年相比上升100.0%（区间+" in wording.haul(rise) and "不宜" not in wording.haul(rise)
    assert "与上年相比下降50.0%（区间-" in wording.haul(fall)
    assert wording.haul(level).endswith("未超出偶然波动的范围，不宜称为上升。")
    assert "chance alone can explain this" in wording.haul(level, "en")


def test_few_cases_or_none_before_make_no_change():
    for row in (hauls([5, 6], [5, 9, 1]), hauls([0, 0], EVEN)):
        assert row["verdict"] == "too few"
        assert "不判断升降" in wording.haul(row) and "%" not in wording.haul(row)


@pytest.mark.parametrize("column, words", [("high", "（区间-10.0%以上，上限不定）"), ("without_largest", "不计最大一案则无从比较")])
def test_what_has_no_number_is_said_so(column, words):
    row = hauls(EVEN, EVEN * 1.01)
    row["low"], row[column] = -0.1, np.nan
    assert words in wording.haul(row) and "nan" not in wording.haul(row, "en")


@pytest.mark.parametrize(
    ("told", "value", "shown"),
    [({}, 35.25, "35.3克"), ({}, 999.94, "999.9克"), ({}, 1000, "1.0千克"), ({"indicator": "seizure_meth"}, 0.0353, "35.3克"),
     ({"indicator": "seizure_meth"}, 12.5, "12.5千克"), ({"indicator": "seizure_ecstasy_tablets"}, 120, "120粒")],
)  # fmt: skip
def test_weights_are_read_in_the_unit_that_suits_them(told, value, shown):
    row = hauls(EVEN, EVEN * 2)
    row["after"] = value
    assert shown in wording.haul(pd.concat([row, pd.Series(told, dtype=object)]))


def concentrated(grams, **columns) -> pd.Series:
    cases = pd.DataFrame({"area": "990100", "period": YEAR, "grams": [float(value) for value in grams]})
    told = seizures.concentration(cases, value="grams", by=["area", "period"]).iloc[0]
    return pd.concat([told, pd.Series(columns, dtype=object)])


def test_concentration_tells_the_largest_the_tenth_and_the_median_beside_the_mean():
    row = concentrated([10] * 18 + [500, 4000], drug="heroin")
    sentence = wording.concentration(row)
    assert sentence.startswith("2025年，云汀市（虚构）缴获海洛因20起，共4.7千克；最大一案4.0千克，占85.5%，最大的一成案件占96.2%。")
    assert "平均每案234.0克，中位数10.0克" in sentence and "以中位数为准" in sentence
    assert "the largest tenth of cases hold 96.2%" in wording.concentration(row, "en")


def test_of_few_cases_no_tenth_is_told_and_unweighed_ones_are_counted():
    few = wording.concentration(concentrated([10, 20, 500, np.nan]))
    assert "缴获毒品3起" in few and "一成" not in few and few.endswith("另有1起的数量不能折成重量，单列，未计入。")
    assert wording.concentration(concentrated([np.nan, np.nan])).startswith("2025年，云汀市（虚构）缴获毒品没有可计重量的案件。")
    assert "not counted here: 1." in wording.concentration(concentrated([10, 20, 500, np.nan]), "en")


# Targets


def gaps(value, line, key, kind="min", **limits) -> pd.Series:
    table = frame(indicator=key, value=value, line=line, kind=kind, **limits)
    return target.gap(table, value="value", line="line", kind="kind", **{side: side for side in limits}).iloc[0]


@pytest.mark.parametrize(
    ("row", "told"),
    [(gaps(0.9, 0.85, "clearance_rate"), "侦破率90.0%，达到不低于85%的要求，高出5.0个百分点。"),
     (gaps(0.8, 0.85, "clearance_rate"), "侦破率80.0%，未达到不低于85%的要求，差5.0个百分点。"),
     (gaps(0.85, 0.85, "clearance_rate"), "侦破率85.0%，正好达到85%的要求。"),
     (gaps(380.0, 400.0, "cases_solved"), "破获毒品犯罪案件380起，未达到不低于400起的要求，差20起（5.0%）。"),
     (gaps(37.2, 40.0, "sewage_mg_per_1000_day", "max"), "符合不高于40.0毫克/千人·天的要求，低2.8毫克/千人·天（7.0%）。"),
     (gaps(0.06, 0.05, "new_user_ratio", "max"), "超出不高于5%的要求，高1.0个百分点。"),
     (gaps(0.84, 0.85, "clearance_rate", low=0.8, high=0.88), "侦破率84.0%（区间80.0%至88.0%），与85%的要求无法区分，不宜称为达到或未达到。"),
     (gaps(np.nan, 400.0, "cases_solved"), "缺数或没有目标，未作比较。"), (gaps(3.0, np.nan, "cases_solved"), "缺数或没有目标，未作比较。")],
)  # fmt: skip
def test_a_gap_is_said_in_its_unit_and_no_more_than_the_verdict(row, told):
    assert wording.gap(row).endswith(told)
    assert "cases" not in told and wording.gap(row, "en").startswith("Yunting City (made up), 2025: ")


def paced(values, goal=120) -> pd.Series:
    months = pd.period_range("2025-01", periods=len(values), freq="M")
    table = pd.DataFrame({"area": "990100", "indicator": "cases_solved", "period": months, "value": np.array(values, dtype=float)})
    return target.pace(table, value="value", time="period", target=goal, by=["area", "indicator"]).iloc[-1]


def test_the_pace_to_a_target_is_said_with_what_each_month_left_must_bring():
    assert wording.target_pace(paced([8] * 7)) == (
        "截至2025年7月，云汀市（虚构）破获毒品犯罪案件累计56起，完成全年目标120起的46.7%，按月平均折算应为70起，进度落后；"
        "今后每月需13起，至今月均8起。"
    )
    assert "进度不落后" in wording.target_pace(paced([11] * 7)) and "it is on pace" in wording.target_pace(paced([11] * 7), "en")
    assert "已完成全年目标120起（133.3%）" in wording.target_pace(paced([20] * 8))
    assert wording.target_pace(paced([9] * 12)).endswith("全年累计108起，完成目标120起的90.0%，差12起。")
    assert "累计进度无法得出" in wording.target_pace(paced([9, np.nan, 8]))


# Stocks and money


def closing(value) -> pd.Series:
    table = pd.DataFrame({"area": "990100", "period": [YEAR - 1, YEAR], "users_current": [5107.0, value], "users_new": [250.0, 224.0],
                          "users_emigrated": [10.0, 543.0]})  # fmt: skip
    told = stocks.balance(table, stock="users_current", time="period", by="area", plus=["users_new"], minus=["users_emigrated"])
    return told.rename(columns={"users_current": "closing"}).assign(indicator="users_current").iloc[-1]


def test_a_register_closes_or_what_is_left_is_to_be_checked():
    assert wording.balance(closing(4788.0)) == "2025年，云汀市（虚构）现有在册吸毒人员期初5,107名，按各项增减应为4,788名，实有4,788名，增减相符。"
    assert wording.balance(closing(4790.0)).endswith("实有4,790名，多2名，须核对。")
    assert wording.balance(closing(4700.0), "en").endswith("4,700 persons are found, 88 persons fewer, to be checked.")
    assert wording.balance(closing(np.nan)).endswith("未作核对。")


def test_a_cost_is_a_range_with_the_assumption_that_drives_it():
    table = frame(users=4788.0, least=5_000.0, most=6_000.0, low=40_000.0, high=80_000.0)
    estimated = cost.total(table, count=("least", "most"), money=("low", "high")).iloc[0]
    sentence = wording.cost(estimated)
    assert sentence.startswith("2025年，云汀市（虚构）购毒支出估计在2.") and "亿元之间（中位数3.3亿元）" in sentence
    assert "不是统计数" in sentence and "取决于对人均花费的假设" in sentence
    assert "million yuan" in wording.cost(estimated, "en") and "of its width hangs on what is assumed of the money a head" in wording.cost(estimated, "en")
    users = cost.total(table, count=("users", "most"), money="low").iloc[0]
    assert "取决于对吸毒人数的假设" in wording.cost(users)
    certain = cost.total(table, count="users", money="low").iloc[0]
    assert "推算为1.9亿元，不是统计数" in wording.cost(certain) and "至" not in wording.cost(certain)
    assert "未作估算" in wording.cost(cost.total(table.assign(users=np.nan), count="users", money="low").iloc[0])


def test_printed_totals_are_compared_a_head():
    told = pd.DataFrame({"area": ["430000", "990100", "990101"], "total": [30e8, 3e8, 5e7], "count": [60_000, 4788, 0]})
    rows = cost.a_head(told, total="total", count="count", unit=1e7)
    assert wording.each(rows, wording.a_head) == [
        "湖南省总额30.0亿元按60,000名折算，人均50,000元（舍入允许49,917元至50,083元）。",
        "云汀市（虚构）总额3.0亿元按4,788名折算，人均62,657元（舍入允许61,612元至63,701元），是涉及人数最多的地区人均数的1.25倍，"
        "超出舍入所能允许，两个总额不宜并用。",
    ]
    agreeing = cost.a_head(told.assign(total=[30e8, 2.4e8, 1]), total="total", count="count", unit=1e8).iloc[1]
    assert wording.a_head(agreeing).endswith("与涉及人数最多的地区的人均数相符。")
    assert "3.0 billion yuan over 60,000 users is 50,000 yuan a head" in wording.a_head(rows.iloc[0], "en")


@pytest.mark.parametrize(
    ("yuan", "zh", "en"),
    [(62_657, "62,657元", "62,657 yuan"), (1_500_000, "150万元", "1.5 million yuan"), (2.37e7, "2,370万元", "23.7 million yuan"),
     (3e8, "3.0亿元", "300 million yuan"), (270e8, "270亿元", "27.0 billion yuan"), (np.nan, "—", "—")],
)  # fmt: skip
def test_money_is_read_in_the_unit_that_suits_it(yuan, zh, en):
    row = cost.total(frame(users=1.0, money=1.0), count="users", money="money").iloc[0]
    row["value"], row["low"], row["high"], row["driver"], row["driver_share"] = 5.0, yuan, yuan, "money", 0.9
    assert f"估计在{zh}至{zh}之间" in wording.cost(row) and f"estimated {en} to {en}" in wording.cost(row, "en")


# All of them


@languages
def test_no_sentence_says_because_and_none_has_an_empty_place(lang):
    sentences = [
        *wording.each(shares((400, 600), (600, 400)), wording.share_change, lang), *wording.each(nested(), wording.nested, lang),
        wording.haul(hauls(EVEN, [*EVEN, 200_000]), lang), wording.concentration(concentrated([1, 2, 900]), lang),
        wording.gap(gaps(0.8, 0.85, "clearance_rate"), lang), wording.target_pace(paced([8] * 7), lang), wording.balance(closing(4790.0), lang),
    ]  # fmt: skip
    because = {"zh": ["因为", "由于", "导致", "所致"], "en": ["because", "due to", "caused"]}[lang]
    for sentence in sentences:
        assert not any(word in sentence for word in because)
        assert "nan" not in sentence and "{" not in sentence and "None" not in sentence and sentence.endswith("。" if lang == "zh" else ".")


def test_a_row_without_an_area_or_a_period_says_what_it_knows():
    row = shares((400, 600), (600, 400)).iloc[0]
    assert wording.share_change(row.drop("area")).startswith("2025年滥用冰毒人员占")
    assert wording.share_change(row.drop("area"), "en").startswith("2025: methamphetamine users")
    told = pd.DataFrame({"area": ["430000"], "total": [30e8], "count": [60_000]})
    assert wording.a_head(cost.a_head(told, total="total", count="count", unit=1e7).iloc[0], "en").startswith("Hunan: 3.0 billion")
