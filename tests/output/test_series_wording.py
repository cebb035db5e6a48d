"""Sentences on series: each says its row, in both languages, and claims no more than the row allows."""

import numpy as np
import pandas as pd
import pytest

from drugstats import vocab
from drugstats.output import wording
from drugstats.stats import alarm, campaign, forecast, pace, spc, trend

BY = ["area", "indicator"]


def yearly(values, key="users_current"):
    periods = pd.period_range("2016", periods=len(values), freq="Y")
    return pd.DataFrame({"area": "990100", "indicator": key, "period": periods, "value": values}).astype(
        {"value": float}
    )


def monthly(values, area="990109", key="users_new"):
    periods = pd.period_range("2019-01", periods=len(values), freq="M")
    return pd.DataFrame({"area": area, "indicator": key, "period": periods, "value": values}).astype({"value": float})


def said_of(values, key="users_current", lang="zh"):
    return wording.trend(trend.monotone(yearly(values, key), value="value", time="period", by=BY).iloc[0], lang)


def test_a_trend_is_said_with_its_slope_its_limits_and_its_chance():
    assert said_of([800, 700, 610, 500, 390, 310]) == (
        "云汀市（虚构）现有在册吸毒人员2016年至2021年呈下降趋势，平均每年减少100名（90名至110名，p=0.003）。"
    )
    assert "a rising trend, 1.0 percentage points more a year" in said_of(
        [0.01, 0.02, 0.03, 0.04, 0.05, 0.06], "new_user_ratio", "en"
    )


def test_no_trend_and_too_few_years_are_said_so():
    assert "看不出单向趋势" in said_of([5, 9, 4, 8, 5, 9])
    assert "只有4个数" in said_of([5, 6, 7, 8]) and "太短，不能判断趋势" in said_of([5, 6, 7, 8])
    assert "too few to tell a trend" in said_of([5, 6], lang="en")


@pytest.mark.parametrize("lang", vocab.LANGUAGES)
def test_pieces_are_said_one_by_one_only_where_the_pace_turned(lang):
    turned = yearly(np.r_[100 * 1.1 ** np.arange(8), 100 * 1.1**7 * 0.85 ** np.arange(1, 8)].round(), "cases_solved")
    told = trend.joinpoint(turned, value="value", time="period", by=BY)
    sentences = wording.segments(told, lang)
    assert len(sentences) == 1 + len(told) and "2023" in sentences[0]
    straight = trend.joinpoint(
        yearly((100 * 1.05 ** np.arange(9)).round(), "cases_solved"), value="value", time="period", by=BY, max_joins=0
    )
    assert wording.segments(straight, lang)[0].startswith(
        vocab.text(
            "sentence.no_joins",
            lang,
            **{
                "indicator": vocab.indicator("cases_solved", lang),
                "first": "",
                "last": "",
                "aapc": "",
                "low": "",
                "high": "",
            },
        )[:6]
    )
    short = trend.joinpoint(yearly([5, 6], "cases_solved"), value="value", time="period", by=BY)
    assert len(wording.segments(short, lang)) == 1 and "2" in wording.segments(short, lang)[0]
    assert wording.segments(told.iloc[:0], lang) == []


def warned(*series):
    df = pd.concat([monthly(values, area) for area, values in series], ignore_index=True)
    charted = spc.chart(df, time="period", part="value", by="area", better="low")
    told = alarm.farrington(df, events="value", time="period", by="area")
    charted = charted.assign(expected=told["expected"], threshold=told["threshold"], alarm=told["alarm"])
    return charted[charted["period"] == charted["period"].max()]


def test_a_county_is_worth_a_call_for_a_reason_and_the_others_are_named():
    chance = np.random.default_rng(0)
    calm, wild = chance.poisson(12, 60), np.r_[chance.poisson(12, 59), 60]
    sentences = wording.calls(warned(("990101", calm), ("990109", wild), ("990105", [0] * 60)))
    assert (
        sentences[0].startswith("石磴县2023年12月需要过问：当月60名，超过警戒值")
        and "控制图有信号：高于上限" in sentences[0]
    )
    assert "1个地区没有超出常态的信号：青渡区" in sentences[1] or "青渡区" in sentences[1]
    assert "worth a call, since 60 persons in the month" in wording.calls(warned(("990109", wild)), "en")[0]
    assert wording.calls(warned(("990109", wild)).iloc[:0]) == []


def test_a_series_without_history_is_said_to_be_no_ground_for_a_warning():
    assert wording.calls(warned(("990105", [0, 1, 0, 2, 0, 1]))) == ["月岑县的历史太短或数太小，不能预警。"]


def test_a_campaign_changed_by_so_much_and_never_because_of():
    chance = np.random.default_rng(4)
    df = monthly(np.r_[chance.poisson(40, 36), chance.poisson(20, 24)])
    told = campaign.effect(df, events="value", time="period", start="2022-01", by=BY).assign(start="2022-01")
    sentence = wording.effect(told.iloc[0])
    assert sentence.startswith("石磴县新发现吸毒人员自2022年1月起水平变化-") and "超出偶然" in sentence
    assert "不能说由行动引起" in sentence and "导致" not in sentence
    assert "no proof that the campaign did it" in wording.effect(told.iloc[0], "en")
    short = campaign.effect(df, events="value", time="period", start="2019-03", by=BY).assign(start="2019-03")
    assert "月份太少，不能比较" in wording.effect(short.iloc[0])


def test_a_forecast_is_said_with_both_limits_and_the_chance_of_being_below_the_line():
    chance = np.random.default_rng(4)
    df = monthly(chance.poisson(30, 36))
    ahead = forecast.forecast(df, value="value", time="period", by=BY, horizon=3, line=40).assign(line=0.05)
    sentence = wording.forecast(ahead.iloc[-1])
    assert sentence.startswith("石磴县新发现吸毒人员到2022年3月预计为") and "低于5%的把握为" in sentence
    assert "低于" not in wording.forecast(ahead.assign(p_below=np.nan).iloc[-1])
    assert wording.forecast(ahead.assign(p_below=0.9999).iloc[-1]).endswith("低于5%的把握为超过99%。")
    assert ". By 2" in wording.forecast(ahead.iloc[-1], "en")
    assert "不作预测" in wording.forecast(ahead.assign(value=np.nan).iloc[0])


def test_half_a_year_is_held_against_half_a_line():
    df = monthly([5] * 30).rename(columns={"value": "part"}).assign(whole=1000.0)
    told = pace.pace(df, part="part", whole="whole", time="period", line=0.05, by="area").assign(line=0.05)
    assert wording.pace(told.iloc[-1]) == (
        "石磴县2021年6月年初以来6个月的新发现占比为3.0%，按月折算的控制线为2.5%；最近十二个月的占比为6.0%，可与全年5%的控制线相比。"
    )
    assert wording.pace(told.assign(rolling=np.nan).iloc[-1]) == ""
