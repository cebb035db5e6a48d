"""Against what the level above asks: gaps to a line, the pace of a year towards its target, laws, refusals."""

import doctest

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from drugstats.stats import target as module
from drugstats.stats.target import BEHIND, CANNOT_TELL, MET, MISSED, NOT_COMPUTED, ON_PACE, REACHED, gap, pace
from drugstats.tables import TableError

ROLES = {"value": "solved", "time": "month"}

laws = settings(max_examples=40, deadline=None, derandomize=True, database=None)
counts = st.one_of(st.integers(0, 60), st.integers(0, 7_500_000_000))
values = st.one_of(st.floats(-1e6, 1e6), st.just(np.nan))


def values_of(*told, **columns):
    return pd.DataFrame({"rate": np.array(told, dtype="float64"), **columns})


def months(solved, first="2024-01", **columns):
    solved = np.array(solved, dtype="float64")
    return pd.DataFrame({"month": pd.period_range(first, periods=len(solved), freq="M"), "solved": solved, **columns})


# The gap to a line


@pytest.mark.parametrize(
    "kind, rate, line, lacks, verdict",
    [
        ("min", 0.91, 0.95, 0.04, MISSED),
        ("min", 0.97, 0.95, -0.02, MET),
        ("min", 0.95, 0.95, 0, MET),
        ("max", 0.07, 0.05, 0.02, MISSED),
        ("max", 0.03, 0.05, -0.02, MET),
        ("max", 0.05, 0.05, 0, MET),
        ("max", -0.15, -0.20, 0.05, MISSED),
    ],
)
def test_the_gap_is_what_a_value_lacks_of_its_line(kind, rate, line, lacks, verdict):
    row = gap(values_of(rate), value="rate", line=line, kind=kind).iloc[0]
    assert row[["gap", "relative_gap"]].to_list() == pytest.approx([lacks, lacks / abs(line)])
    assert row["verdict"] == verdict and row["method"] == "by the value"


@pytest.mark.parametrize(
    "kind, low, high, verdict",
    [
        ("min", 0.95, 0.99, MET), ("min", 0.90, 0.95, CANNOT_TELL), ("min", 0.90, 0.94, MISSED),
        ("max", 0.90, 0.95, MET), ("max", 0.95, 0.99, CANNOT_TELL), ("max", 0.96, 0.99, MISSED),
        ("min", np.nan, 0.99, CANNOT_TELL), ("max", 0.9, np.nan, CANNOT_TELL),
    ],
)  # fmt: skip
def test_with_limits_the_whole_range_must_be_on_one_side(kind, low, high, verdict):
    df = values_of(0.95, low=low, high=high)
    row = gap(df, value="rate", line=0.95, kind=kind, low="low", high="high").iloc[0]
    assert row["verdict"] == verdict
    assert row["method"] == ("no limits" if np.isnan([low, high]).any() else "by the limits")


@laws
@given(
    st.lists(
        st.tuples(values, values, st.floats(0, 10), st.floats(0, 10), st.sampled_from(["min", "max"])),
        min_size=1,
        max_size=9,
    ),
    st.data(),
)
def test_verdicts_follow_the_gap_and_limits_only_ever_add_doubt(rows, data):
    rate, line, below, above, kind = zip(*rows, strict=True)
    df = values_of(*rate, line=line, kind=kind)
    df = df.assign(low=df["rate"] - np.array(below), high=df["rate"] + np.array(above))
    roles = {"value": "rate", "line": "line", "kind": "kind"}
    sure, doubted = gap(df, **roles), gap(df, **roles, low="low", high="high")
    known = df[["rate", "line"]].notna().all(axis=1)
    assert ((sure["verdict"] == MET) == (known & (sure["gap"] <= 0))).all()
    assert ((sure["verdict"] == NOT_COMPUTED) == ~known).all() and sure["gap"][~known].isna().all()
    assert ((doubted["verdict"] == sure["verdict"]) | (doubted["verdict"] == CANNOT_TELL)).all()
    assert_frame_equal(doubted[["gap", "relative_gap"]], sure[["gap", "relative_gap"]])
    order = data.draw(st.permutations(range(len(df))))
    assert_frame_equal(gap(df.iloc[order], **roles).sort_index(), sure)
    assert list(sure.columns) == [*df.columns, "gap", "relative_gap", "verdict", "method"]


def test_a_line_that_nobody_gave_and_a_value_in_doubt_are_not_computed():
    df = values_of(0.9, 0.9, np.nan, line=[np.nan, 0.8, 0.8], status=["final", "conflicting", "missing"])
    result = gap(df, value="rate", line="line")
    assert result["method"].to_list() == [
        "not computed: no target",
        "not computed: conflicting",
        "not computed: missing",
    ]
    assert set(result["verdict"]) == {NOT_COMPUTED} and result[["gap", "relative_gap"]].isna().all(axis=None)
    nothing = gap(values_of(2), value="rate", line=0, kind="max").iloc[0]
    assert nothing["gap"] == 2 and pd.isna(nothing["relative_gap"]) and nothing["verdict"] == MISSED


@pytest.mark.parametrize(
    "roles, sentence",
    [
        ({"low": "low"}, "Give both limits, low and high, or neither."),
        ({"low": "high", "high": "low"}, "A row has high above low, the first is row 0: correct it."),
        ({"kind": "word"}, r"The kind of a line is min \(at least\) or max \(at most\)."),
        ({"kind": "least"}, "no column 'least'"),
        ({"line": "lin"}, "no column 'lin'"),
        ({"value": "word"}, "The column 'word' holds text"),
    ],
)
def test_lines_that_say_nothing_are_refused_in_a_sentence(roles, sentence):
    df = values_of(0.9, low=0.8, high=0.95, word="about")
    with pytest.raises(TableError, match=sentence):
        gap(df, **{"value": "rate", "line": 0.95} | roles)


# The pace of a year


def test_the_year_so_far_beside_its_target():
    result = pace(months([5, 2, 8, 81, 0]), **ROLES, target=96)
    assert result["months"].to_list() == [1, 2, 3, 4, 5] and result["to_date"].to_list() == [5, 7, 15, 96, 96]
    assert result["target_to_date"].to_list() == [8, 16, 24, 32, 40] and set(result["target"]) == {96}
    assert result["share"].to_list() == pytest.approx([5 / 96, 7 / 96, 15 / 96, 1, 1])
    assert result["gap"].to_list() == [91, 89, 81, 0, 0]
    assert result["needed"].to_list() == pytest.approx([91 / 11, 8.9, 9, 0, 0])
    assert result["mean"].to_list() == pytest.approx([5, 3.5, 5, 24, 19.2])
    assert result["verdict"].to_list() == [BEHIND] * 3 + [REACHED] * 2 and set(result["method"]) == {"months added up"}
    assert list(result.columns) == [
        "month",
        "months",
        "to_date",
        "target",
        "target_to_date",
        "share",
        "gap",
        "needed",
        "mean",
        "verdict",
        "method",
    ]


@laws
@given(st.lists(counts, min_size=1, max_size=12), st.integers(1, 10**9))
def test_what_is_needed_in_the_months_left_makes_up_the_target(solved, target):
    result = pace(months(solved), **ROLES, target=target)
    left = 12 - result["months"]
    short = (result["gap"] > 0) & (left > 0)
    reached = result["to_date"][short] + result["needed"][short] * left[short]
    assert reached.to_numpy() == pytest.approx(target)
    assert (result["needed"][result["gap"] <= 0] == 0).all()
    assert result["to_date"].iloc[-1] == sum(solved)
    assert ((result["verdict"] == REACHED) == (result["to_date"] >= target)).all()
    due = result["to_date"] >= result["target_to_date"] * (1 - 1e-9)
    assert ((result["verdict"] == BEHIND) == ~due).all()


def test_a_year_that_keeps_to_twelfths_is_on_pace_and_reaches_it_in_december():
    result = pace(months([0.1] * 12), **ROLES, target=1.2)
    assert result["verdict"].to_list() == [ON_PACE] * 11 + [REACHED] and result["gap"].iloc[-1] == 0
    short = pace(months([1] * 11 + [0]), **ROLES, target=12).iloc[-1]
    assert short["verdict"] == BEHIND and pd.isna(short["needed"]) and short["gap"] == 1


def test_a_missing_month_leaves_the_year_missing_from_then_on():
    for df in (
        months([5, np.nan, 8]),
        months([5, 2, 8]).drop(index=1),
        months([5, 2, 8], status=["final", "conflicting", "final"]),
    ):
        result = pace(df, **ROLES, target=96)
        assert result["verdict"].to_list() == [BEHIND, NOT_COMPUTED, NOT_COMPUTED]
        assert result[["to_date", "share", "gap", "needed", "mean"]].iloc[1:].isna().all(axis=None)
        assert result["method"].str.startswith("not computed: a month is missing").to_list() == [False, True, True]
    assert result["method"].iloc[0] == "months added up, 1 conflicting left out"


def test_only_the_running_year_counts_and_provisional_months_are_named():
    df = months([100] * 12 + [5, 2, 8], first="2023-01", status=["final"] * 13 + ["provisional", "final"])
    result = pace(df, **ROLES, target=96)
    assert result["to_date"].to_list() == [5, 7, 15] and str(result["month"].iloc[0]) == "2024-01"
    assert result["method"].to_list() == ["months added up"] + ["months added up, provisional"] * 2


def test_each_group_has_its_own_target_and_the_last_month_is_that_of_all():
    df = pd.concat(
        [
            months([5, 2], area="a", asked=24.0),
            months([9], area="b", asked=12.0),
            months([1], first="2023-05", area="c", asked=9.0),
        ]
    )
    roles = ROLES | {"target": "asked", "by": "area"}
    result = pace(df, **roles).set_index(["area", "months"])
    assert result.loc[("a", 1), "target_to_date"] == 2 and result.loc[("b", 1), "target"] == 12
    assert result.loc[("b", 2), "method"] == "not computed: a month is missing" and result.loc[("b", 2), "target"] == 12
    assert set(result.loc["c", "verdict"]) == {NOT_COMPUTED} and result.loc["c", "target"].isna().all()
    shuffled = pace(df.iloc[[2, 0, 3, 1]], **roles)
    assert_frame_equal(shuffled, pace(df, **roles))


def test_months_without_a_target_are_added_up_but_not_judged():
    result = pace(months([5, 2], asked=np.nan), **ROLES, target="asked")
    assert result["to_date"].to_list() == [5, 7] and result["mean"].to_list() == [5, 3.5]
    assert set(result["method"]) == {"not computed: no target"} and set(result["verdict"]) == {NOT_COMPUTED}


@pytest.mark.parametrize(
    "spoil, roles, sentence",
    [
        ({"asked": [24.0, 36.0]}, {"target": "asked"}, "The table has two targets in one year, 24 and 36: keep one."),
        ({"asked": [24.0, 36.0], "area": "a"}, {"target": "asked", "by": "area"}, "area a has two targets in one year"),
        ({}, {"target": 0}, "A target is a number above 0 that the year must reach."),
        ({}, {"target": np.inf}, "A target is a number above 0"),
        ({"asked": [24.0, -1.0]}, {"target": "asked"}, "A target is a number above 0"),
        (
            {"month": pd.period_range("2023", periods=2, freq="Y")},
            {},
            "A year so far is added up from months; 'month' has none.",
        ),
        ({"month": [1, 2]}, {}, "A year so far is added up from months"),
        ({"month": pd.PeriodIndex(["2024-01"] * 2, freq="M")}, {}, "The table has two rows for 2024-01: keep one"),
        ({"basis": ["a", "b"]}, {}, "The table stands on the basis a before 2024-02"),
        ({"solved": [1.0, -1.0]}, {}, "with a solved below 0"),
        ({}, {"time": "moth"}, "no column 'moth'; the nearest is 'month'"),
    ],
)
def test_years_that_cannot_be_paced_are_refused_in_a_sentence(spoil, roles, sentence):
    good = months([5, 2])
    assert pace(good, **ROLES, target=24)["to_date"].notna().all()
    with pytest.raises(TableError, match=sentence):
        pace(good.assign(**spoil), **ROLES | {"target": 24} | roles)


def test_a_table_without_rows_gives_all_its_columns():
    df = months([5, 2], area="a")
    for by in (None, "area"):
        none, full = pace(df.iloc[:0], **ROLES, target=24, by=by), pace(df, **ROLES, target=24, by=by)
        assert none.empty and list(none.columns) == list(full.columns)


def test_the_input_is_untouched():
    df = months([5, 2, np.nan], asked=24.0)
    before = df.copy(deep=True)
    pace(df, **ROLES, target="asked")
    gap(df, value="solved", line="asked")
    assert_frame_equal(df, before)


def test_the_examples_in_the_docstrings_hold():
    result = doctest.testmod(module)
    assert np.array_equal((result.attempted > 3, result.failed), (True, 0))
