"""Numbers in words: what they say and which true values their wording allows."""

import math

import pytest

from drugstats.output.verify import masks, mentions, numerals


def read(text):
    return numerals.find(masks.without_dates(masks.masked(mentions.plain(text)[0])))


@pytest.mark.parametrize(
    "text, value, unit",
    [
        ("二百一十三名", 213, "person"), ("九百二十八名", 928, "person"), ("四千七百八十八人", 4788, "person"), ("4,788名", 4788, "person"),
        ("２１３名", 213, "person"), ("6万名", 60_000, "person"), ("3.5万起", 35_000, "case"), ("30亿元", 300_000, "ten-thousand-yuan"),
        ("百分之十二", 0.12, "fraction"), ("三成", 0.3, "fraction"), ("一成二", 0.12, "fraction"), ("三分之二", 2 / 3, "fraction"),
        ("12个百分点", 0.12, "points"), ("1.79 million", 1_790_000, "none"), ("two thirds", 2 / 3, "fraction"), ("25.9吨", 25_900, "kg"),
        ("12 percent", 0.12, "fraction"), ("2倍", 2, "times"), ("翻一番", 1, "fraction"), ("百分之零点五", 0.005, "fraction"),
    ],
)  # fmt: skip
def test_a_number_is_read_in_every_spelling(text, value, unit):
    (number,) = read(text)
    assert number.value == pytest.approx(value) and number.unit == unit


@pytest.mark.parametrize(
    "text, low, high",
    [
        ("213名", 213, 213), ("6万名", 55_000, 65_000), ("12%", 0.115, 0.125), ("12.2%", 0.1215, 0.1225), ("200余名", 200, 300),
        ("4,700余名", 4700, 4800), ("3万多人", 30_000, 40_000), ("70%以上", 0.7, math.inf), ("不足20千克", -math.inf, 20),
        ("超过300名", 300, math.inf), ("近80公斤", 72, 80.5), ("约4800名", 4560, 5040), ("八成多", 0.8, 0.9), ("more than 300 people", 300, math.inf),
    ],
)  # fmt: skip
def test_the_words_around_a_number_say_how_far_the_truth_may_be(text, low, high):
    (number,) = read(text)
    assert (number.low, number.high) == (pytest.approx(low), pytest.approx(high))


def test_a_range_is_one_number_but_the_ends_of_a_change_are_two():
    assert [(one.low < 8e11, one.high > 1e12) for one in read("8000至10000亿美元")] == [(True, True)]
    assert len(read("由92%下降到87%")) == len(read("from 92% to 87%")) == 2


@pytest.mark.parametrize(
    "text",
    ["刑法第三百四十八条", "禁毒委通〔2021〕12号", "电话：0731-12345678", "拨打110", "“8·31”工程", "6月26日", "比亚迪E6", "GB/T 9704-2012", "一起努力",
     "一、提高认识", "35岁", "第二次会议", "13800000000", "Article 348", "Room 301", "call 110", "千方百计"],
)  # fmt: skip
def test_articles_dates_telephones_names_and_lists_are_no_numbers(text):
    assert read(text) == []


def test_every_letter_keeps_its_place_in_the_draft():
    text, places = mentions.plain("在册 ２１３　名，at 4,788 users")
    assert text == "在册213名，at 4,788 users"
    assert "".join("在册 ２１３　名，at 4,788 users"[place] for place in places[:6]) == "在册２１３名"
