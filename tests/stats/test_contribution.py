"""Contributions to a change: exact sums, laws, edges, guards."""

import doctest
from fractions import Fraction
from math import fsum

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from drugstats.stats import contribution as module
from drugstats.stats.contribution import METHOD, NOTHING_BEFORE, contribution
from drugstats.tables import TableError

ROLES = {"value": "new", "time": "year", "by": "area"}
COLUMNS = ["area", "year_before", "year", "before", "after", "value", "share_of_change", "total_change", "method"]

laws = settings(max_examples=40, deadline=None, derandomize=True, database=None)
counts = st.one_of(st.integers(0, 60), st.integers(0, 7_500_000_000))
weights = st.floats(0, 1e6, allow_subnormal=False).map(lambda grams: round(grams, 3))


def table(**years):
    """One column of numbers a year: y2023=[...]."""
    rows = [
        (f"county {place}", int(year[1:]), number)
        for year, values in years.items()
        for place, number in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["area", "year", "new"])


@st.composite
def tables(draw, numbers=counts, times=2):
    size = draw(st.integers(1, 9))
    return table(**{f"y{2020 + k}": draw(st.lists(numbers, min_size=size, max_size=size)) for k in range(times)})


def test_the_contributions_of_a_worked_example():
    result = contribution(table(y2023=[60, 40, 100], y2024=[54, 44, 72]), **ROLES)
    assert list(result.columns) == COLUMNS
    assert result["value"].to_list() == pytest.approx([-0.03, 0.02, -0.14])
    assert result["total_change"].to_list() == pytest.approx([-0.15] * 3)
    assert result["share_of_change"].to_list() == pytest.approx([0.2, -4 / 30, 28 / 30])
    assert result["before"].to_list() == [60, 40, 100] and result["after"].to_list() == [54, 44, 72]
    assert set(result["method"]) == {METHOD} and set(result["year_before"]) == {2023} and set(result["year"]) == {2024}


@pytest.mark.parametrize("numbers", [counts, weights], ids=["counts", "kilograms"])
@laws
@given(data=st.data())
def test_contributions_add_up_to_the_change_of_the_total(numbers, data):
    df = data.draw(tables(numbers))
    result = contribution(df, **ROLES)
    former, later = (sum(map(Fraction, result[column])) for column in ("before", "after"))
    if former == 0:
        assert set(result["method"]) == {NOTHING_BEFORE}
        assert result[["value", "share_of_change", "total_change"]].isna().all(axis=None)
        return
    exact = float((later - former) / former)
    size = float(sum(map(abs, map(Fraction, result["value"]))))
    assert abs(fsum(result["value"]) - exact) <= 4e-16 * size * len(result)
    near = {"rel": 5e-16, "abs": 0} if abs(exact) > 1e-11 else {"abs": 2e-12}
    assert result["total_change"].to_numpy() == pytest.approx(exact, **near)
    if result["total_change"].iloc[0]:
        assert fsum(result["share_of_change"]) == pytest.approx(
            1, abs=1e-15 * result["share_of_change"].abs().sum() * 9 + 1e-15
        )
    else:
        assert result["share_of_change"].isna().all()


@laws
@given(df=tables())
def test_each_contribution_is_the_exact_quotient_rounded_once_or_twice(df):
    result = contribution(df, **ROLES)
    former = sum(map(Fraction, result["before"]))
    for row in result[result["value"].notna()].itertuples():
        assert row.value == pytest.approx(float((Fraction(row.after) - Fraction(row.before)) / former), rel=1e-15)


@laws
@given(df=tables(times=3), data=st.data())
def test_shuffled_rows_get_the_same_answer_and_the_input_is_untouched(df, data):
    order, before = data.draw(st.permutations(range(len(df)))), df.copy(deep=True)
    assert_frame_equal(contribution(df.iloc[order], **ROLES), contribution(df, **ROLES), check_exact=True)
    assert_frame_equal(df, before)


@laws
@given(df=tables(times=3))
def test_more_than_two_times_give_each_pair_of_neighbours(df):
    result = contribution(df, **ROLES)
    pairs = [contribution(df[df["year"].isin(years)], **ROLES) for years in ([2020, 2021], [2021, 2022])]
    assert_frame_equal(result, pd.concat(pairs, ignore_index=True))


def test_time_may_be_periods_and_other_columns_are_not_read():
    df = table(y2023=[60, 40], y2024=[54, 44])
    plain = contribution(df, **ROLES)
    df = df.assign(year=pd.PeriodIndex(df["year"].astype(str), freq="Y"), after="noise", method=1).iloc[:, ::-1]
    result = contribution(df, **ROLES)
    assert str(result["year"].dtype) == str(result["year_before"].dtype) == "period[Y-DEC]"
    assert_frame_equal(result.drop(columns=["year", "year_before"]), plain.drop(columns=["year", "year_before"]))


def test_areas_may_be_the_used_ones_of_many_categories():
    df = table(y2023=[60, 40], y2024=[54, 44])
    result = contribution(df.assign(area=df["area"].astype("category").cat.add_categories("county 9")), **ROLES)
    assert result["area"].astype(str).to_list() == ["county 0", "county 1"]


def test_nothing_before_is_not_computed_and_the_next_pair_is():
    result = contribution(table(y2022=[0, 0], y2023=[3, 1], y2024=[3, 2]), **ROLES)
    assert result["method"].to_list() == [NOTHING_BEFORE] * 2 + [METHOD] * 2
    assert result["value"].isna().to_list() == [True, True, False, False]
    assert result["before"].to_list() == [0, 0, 3, 1]


def test_areas_that_cancel_each_other_have_contributions_but_no_share_of_the_change():
    result = contribution(table(y2023=[0.1, 0.2], y2024=[0.3, 0.0]), **ROLES)
    assert result["value"].to_list() == pytest.approx([2 / 3, -2 / 3])
    assert result["total_change"].to_list() == [0, 0] and result["share_of_change"].isna().all()


def test_one_area_makes_the_whole_change():
    row = contribution(table(y2023=[4], y2024=[5]), **ROLES).iloc[0]
    assert (row["value"], row["share_of_change"], row["total_change"]) == (0.25, 1, 0.25)


def test_one_huge_area_leaves_the_small_ones_their_exact_share():
    result = contribution(table(y2023=[7_500_000_000, 1], y2024=[7_500_000_000, 2]), **ROLES)
    assert result["share_of_change"].to_list() == [0, 1]
    assert result["value"].iloc[1] == result["total_change"].iloc[1] == 1 / 7_500_000_001


def good():
    return table(y2023=[60, 40, 5], y2024=[54, 44, 5])


@pytest.mark.parametrize(
    "spoil, sentence",
    [
        (lambda df: df.drop(index=4), "county 1 has no new for 2024: a change needs the same areas at both times."),
        (lambda df: df.assign(new=df["new"].where(df.index != 2)), "county 2 has no new for 2023: a change needs"),
        (lambda df: pd.concat([df, df.iloc[[3]]]), "county 0 has two rows of new for 2024: keep one."),
        (lambda df: df[df["year"] == 2024], "A change needs two times; the column 'year' has 1."),
        (lambda df: df.assign(area=df["area"].where(df.index != 2)), "A row has no area or no year: give both."),
        (lambda df: df.assign(year=df["year"].where(df.index != 2)), "A row has no area or no year: give both."),
        (lambda df: df.assign(new=df["new"] - 41), "with a new below 0"),
        (lambda df: df.assign(new="3"), "The column 'new' holds text"),
        (lambda df: df.rename(columns={"area": "areas"}), "The table has no column 'area'; the nearest is 'areas'."),
        (lambda df: df.rename(columns={"year": "years"}), "The table has no column 'year'; the nearest is 'years'."),
    ],
)
def test_every_table_that_cannot_be_compared_is_refused_in_a_sentence(spoil, sentence):
    assert contribution(good(), **ROLES)["value"].notna().all()
    with pytest.raises(TableError, match=sentence):
        contribution(spoil(good()), **ROLES)


def test_the_example_in_the_docstring_holds():
    result = doctest.testmod(module)
    assert np.array_equal((result.attempted > 0, result.failed), (True, 0))


def test_a_table_without_rows_has_no_contributions_but_all_their_columns():
    years = pd.DataFrame({"area": ["a", "a"], "year": [2023, 2024], "new": [1.0, 2.0]})
    full, none = (contribution(df, value="new", time="year", by="area") for df in (years, years.iloc[:0]))
    assert none.empty and list(none.columns) == list(full.columns)
