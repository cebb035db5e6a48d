"""What drugs cost: exact cases, laws of the ranges, the speeches' 30 亿 and 3 亿 a head, refusals."""

import doctest

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import stats

from drugstats.stats import cost as module
from drugstats.stats.cost import AGREE, DIFFER, a_head, total
from drugstats.tables import TableError

laws = settings(max_examples=25, deadline=None, derandomize=True, database=None)
sizes = st.floats(1, 1e6)
widths = st.floats(0.01, 0.9)


def ranges(**columns):
    return pd.DataFrame({name: np.atleast_1d(np.array(told, dtype="float64")) for name, told in columns.items()})


def around(users, user_width, money, money_width):
    """Two quantities, each within its width (a fraction) of its middle."""
    return ranges(
        u_low=users * (1 - user_width), u_high=users * (1 + user_width),
        m_low=money * (1 - money_width), m_high=money * (1 + money_width),
    )  # fmt: skip


BOTH = {"count": ("u_low", "u_high"), "money": ("m_low", "m_high")}


# Users times money a head


def test_certain_money_for_certain_users_is_their_product_and_nothing_drives_it():
    result = total(ranges(users=4788, yuan=62_000), count="users", money="yuan").iloc[0]
    assert result["value"] == result["low"] == result["high"] == 4788 * 62_000
    assert pd.isna(result["driver"]) and pd.isna(result["driver_share"])
    assert result["method"] == "20000 draws, seed 0, count given, money given, 95%"


@pytest.mark.parametrize(
    "columns, told",
    [
        ({"m_low": 40, "m_high": 90}, stats.uniform(40, 50)),
        ({"m_low": 40, "m_mode": 50, "m_high": 90}, stats.triang(0.2, 40, 50)),
        ({"m_low": 40, "m_mode": 40, "m_high": 90}, stats.triang(0, 40, 50)),
        ({"m_low": 40, "m_mode": 90, "m_high": 90}, stats.triang(1, 40, 50)),
    ],
)
def test_one_range_gives_the_quantiles_of_its_own_distribution(columns, told):
    result = total(ranges(users=2, **columns), count="users", money=tuple(columns), confidence=0.9).iloc[0]
    assert result[["low", "value", "high"]].to_list() == pytest.approx(list(2 * told.ppf([0.05, 0.5, 0.95])), rel=1e-4)
    assert result["driver"] == "money" and result["driver_share"] == 1


def test_the_product_of_two_uniform_quantities_has_its_known_quantiles():
    result = total(ranges(u_low=0, u_high=1, m_low=0, m_high=1), **BOTH, draws=200_000, confidence=0.9).iloc[0]
    # P(UV ≤ x) = x (1 − log x), and log U and log V have the variance 1.
    for column, chance in (("low", 0.05), ("value", 0.5), ("high", 0.95)):
        x = result[column]
        assert x * (1 - np.log(x)) == pytest.approx(chance, abs=0.003)
    assert result["driver_share"] == pytest.approx(0.5, abs=0.01)


@laws
@given(users=sizes, money=sizes, one=widths, other=widths, more=st.floats(1.05, 3), side=st.integers(0, 1))
def test_limits_widen_with_the_ranges_and_hold_the_median(users, money, one, other, more, side):
    wider = [min(width * (more if place == side else 1), 0.99) for place, width in enumerate((one, other))]
    result = total(around(users, one, money, other), **BOTH).iloc[0]
    wide = total(around(users, wider[0], money, wider[1]), **BOTH).iloc[0]
    assert result["low"] < result["value"] < result["high"]
    slack = 1e-3 * (result["high"] - result["low"])
    assert wide["low"] <= result["low"] + slack and wide["high"] >= result["high"] - slack


@laws
@given(users=sizes, money=sizes, width=widths)
def test_a_certain_input_never_drives(users, money, width):
    df = around(users, 0, money, width)
    assert total(df, **BOTH)[["driver", "driver_share"]].iloc[0].to_list() == ["money", 1]
    assert total(around(users, 0, money, 0), **BOTH)["driver"].isna().all()
    df = around(users, width, money, 0)
    assert total(df, **BOTH)[["driver", "driver_share"]].iloc[0].to_list() == ["count", 1]


@laws
@given(users=sizes, money=sizes, width=st.floats(0.01, 0.4))
def test_the_wider_range_drives_and_explains_the_larger_share(users, money, width):
    row = total(around(users, width, money, 2 * width), **BOTH).iloc[0]
    assert row["driver"] == "money" and 0.7 < row["driver_share"] < 0.9
    assert total(around(users, 2 * width, money, width), **BOTH)["driver"].item() == "count"


def test_a_row_has_the_same_answer_alone_and_in_any_company():
    df = pd.concat([around(4788, 0.1, 60_000, width) for width in (0.1, 0.2, 0.3)], ignore_index=True)
    before, result = df.copy(deep=True), total(df, **BOTH)
    assert_frame_equal(total(df.iloc[[2, 0, 1]], **BOTH).sort_index(), result, check_exact=True)
    assert_frame_equal(total(df.iloc[[1]], **BOTH), result.iloc[[1]], check_exact=True)
    assert_frame_equal(df, before)
    assert list(result.columns) == [*df.columns, "value", "low", "high", "driver", "driver_share", "method"]
    assert total(df, **BOTH, seed=1)["value"].iloc[0] == pytest.approx(result["value"].iloc[0], rel=2e-3)
    assert total(df, **BOTH, seed=1)["value"].iloc[0] != result["value"].iloc[0]
    assert total(df, **BOTH, draws=1000)["value"].iloc[0] == pytest.approx(result["value"].iloc[0], rel=1e-2)


def test_limits_are_wider_at_higher_confidence():
    df = around(4788, 0.1, 60_000, 0.2)
    narrow, wide = (total(df, **BOTH, confidence=level).iloc[0] for level in (0.8, 0.99))
    assert wide["low"] < narrow["low"] < narrow["high"] < wide["high"] and narrow["value"] == wide["value"]


def test_no_users_cost_nothing_and_unknown_ones_are_not_computed():
    df = ranges(users=[0, np.nan, 5], m_low=[1, 1, 1], m_high=[2, 2, 2]).assign(
        status=["final", "final", "conflicting"]
    )
    result = total(df, count="users", money=("m_low", "m_high"))
    assert result.iloc[0][["value", "low", "high"]].to_list() == [0, 0, 0]
    assert result["method"].to_list()[1:] == ["not computed: missing", "not computed: conflicting"]
    assert result[["value", "low", "high", "driver", "driver_share"]].iloc[1:].isna().all(axis=None)


@pytest.mark.parametrize(
    "spoil, roles, sentence",
    [
        (
            {"m_high": [2.0, 0.5]},
            {},
            "1 row with a m_high below the column before it, the first is row 1: correct it.",
        ),
        ({"m_mode": 3.0}, {"money": ("m_low", "m_mode", "m_high")}, "2 rows with a m_high below the column before it"),
        ({"m_mode": 0.0}, {"money": ("m_low", "m_mode", "m_high")}, "2 rows with a m_mode below the column before it"),
        (
            {},
            {"count": ("u_low", "u_low", "u_high", "u_high")},
            "Give count and money each as a column, as low and high, or",
        ),
        ({}, {"count": ()}, "Give count and money each as a column"),
        ({}, {"draws": 10}, "10 draws are too few for limits; use 1000 or more."),
        ({}, {"confidence": 95}, "The confidence is 95; use a number between 0 and 1 such as 0.95."),
        ({"u_low": -1.0}, {}, "with a u_low below 0"),
        ({}, {"money": ("m_low", "m_hihg")}, "no column 'm_hihg'; the nearest is 'm_high'"),
    ],
)
def test_ranges_that_are_none_are_refused_in_a_sentence(spoil, roles, sentence):
    good = ranges(u_low=[1, 1], u_high=[2, 2], m_low=[1, 1], m_high=[2, 2])
    assert total(good, **BOTH)["value"].notna().all()
    with pytest.raises(TableError, match=sentence):
        total(good.assign(**spoil), **BOTH | roles)


# A head


def speeches():
    """A province's 30 亿 for 60,000 users, a city's 3 亿 for 4,788."""
    return ranges(yuan=[30e8, 3e8], users=[60_000, 4_788]).assign(area=["province", "city"])


ROLES = {"total": "yuan", "count": "users"}


def test_30_and_3_hundred_million_yuan_differ_a_head_by_a_quarter():
    result = a_head(speeches(), **ROLES, unit=1e8)
    assert result["a_head"].round().to_list() == [50_000, 62_657]
    assert result[["a_head_low", "a_head_high"]].iloc[0].to_list() == pytest.approx([29.5e8 / 60_000, 30.5e8 / 60_000])
    assert result["verdict"].to_list() == [AGREE, DIFFER] and result["ratio"].to_list() == pytest.approx(
        [1, 1.2531], abs=1e-4
    )


def test_they_would_agree_had_30_been_rounded_to_tens_or_the_city_been_larger():
    assert a_head(speeches().assign(unit=[1e9, 1e8]), **ROLES, unit="unit")["verdict"].to_list() == [AGREE, AGREE]
    assert a_head(speeches().assign(users=[60_000, 6_000]), **ROLES, unit=1e8)["verdict"].to_list() == [AGREE, AGREE]


def test_the_widest_area_is_the_measure_wherever_it_stands():
    df = speeches()
    assert_frame_equal(a_head(df.iloc[::-1], **ROLES, unit=1e8).sort_index(), a_head(df, **ROLES, unit=1e8))
    low = a_head(
        df.assign(low=25e8, high=35e8).assign(low=[25e8, 2e8], high=[35e8, 4e8]), **ROLES, low="low", high="high"
    )
    assert low["verdict"].to_list() == [AGREE, AGREE]
    assert low["a_head_low"].to_list() == pytest.approx([25e8 / 60_000, 2e8 / 4_788])


@pytest.mark.parametrize("users, verdict", [([2, 1, 1], [AGREE, AGREE, DIFFER]), ([1, 2, 1], [AGREE, AGREE, DIFFER])])
def test_ranges_that_touch_agree(users, verdict):
    df = ranges(yuan=np.array([2, 3, 10]) * users, users=users, step=users)
    assert a_head(df, **ROLES, unit="step")["verdict"].to_list() == verdict


def test_a_total_may_lie_at_the_end_of_its_range_and_not_beyond():
    df = speeches().assign(high=speeches()["yuan"], low=[29e8, 3e8])
    assert a_head(df, **ROLES, low="low", high="high")["verdict"].to_list() == [AGREE, DIFFER]
    with pytest.raises(TableError, match="1 row with a yuan outside low to high, the first is row 0"):
        a_head(df.assign(high=[29.5e8, 3e8]), **ROLES, low="low", high="high")


@laws
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)), min_size=1, max_size=6), st.integers(1, 1000))
def test_totals_rounded_from_one_figure_a_head_always_agree(rows, unit):
    users = np.array([count for _, count in rows], dtype="float64")
    df = ranges(users=users, yuan=np.round(users * 123 / unit) * unit)
    result = a_head(df, **ROLES, unit=unit)
    assert set(result["verdict"]) == {AGREE}
    assert ((result["a_head_low"] <= result["a_head"]) & (result["a_head"] <= result["a_head_high"])).all()


def test_a_total_without_users_or_unknown_is_not_computed_and_no_measure():
    df = ranges(yuan=[30e8, np.nan, 3e8, 1e8], users=[0, 90_000, 4_788, 80_000])
    df = df.assign(status=["final", "final", "final", "conflicting"])
    result = a_head(df, **ROLES, unit=1e8)
    assert result["method"].to_list() == [
        "not computed: nobody counted",
        "not computed: missing",
        "rounding",
        "not computed: conflicting",
    ]
    assert result["verdict"].to_list() == ["not computed", "not computed", AGREE, "not computed"]
    assert result["ratio"].to_list()[2] == 1 and result["a_head"].isna().sum() == 3
    assert set(a_head(df.iloc[:2], **ROLES, unit=1e8)["verdict"]) == {"not computed"}


@pytest.mark.parametrize(
    "roles, sentence",
    [
        ({}, "Say how the total was rounded: give unit, such as 1e8 for whole 亿, or both low and high."),
        ({"low": "least"}, "Say how the total was rounded"),
        ({"unit": 1e8, "low": "least", "high": "most"}, "Say how the total was rounded"),
        ({"unit": 0}, "unit is the place value of the last printed digit: give a number above 0 for each total."),
        ({"unit": "least"}, "unit is the place value of the last printed digit"),
        ({"low": "most", "high": "least"}, "2 rows with a yuan outside most to least, the first is row 0: correct it."),
        ({"low": "least", "high": "mist"}, "no column 'mist'; the nearest is 'most'"),
    ],
)
def test_totals_whose_rounding_nobody_tells_are_refused_in_a_sentence(roles, sentence):
    df = speeches().assign(least=[29e8, np.nan], most=[31e8, 3.1e8])
    with pytest.raises(TableError, match=sentence):
        a_head(df, **ROLES, **roles)


def test_tables_without_rows_give_all_their_columns():
    none, df = speeches().iloc[:0], speeches()
    assert list(a_head(none, **ROLES, unit=1e8).columns) == list(a_head(df, **ROLES, unit=1e8).columns)
    assert total(none, count="users", money="yuan").empty


def test_the_examples_in_the_docstrings_hold():
    result = doctest.testmod(module)
    assert np.array_equal((result.attempted > 3, result.failed), (True, 0))
