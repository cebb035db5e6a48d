"""The laws that every row function of stats keeps, whatever it computes."""

import doctest

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from drugstats.stats import control, ranking, rates, rounding
from drugstats.tables import TableError

COUNTS = {"part": "part", "whole": "whole"}
LEVELS = {"after": "part", "before": "whole", "printed": "printed", "decimals": "decimals"}
CALLS = {
    "wilson": lambda df: rates.share(df, **COUNTS),
    "clopper-pearson": lambda df: rates.share(df, **COUNTS, method="clopper-pearson"),
    "mid-p": lambda df: rates.share(df, **COUNTS, method="mid-p"),
    "rate": lambda df: rates.rate(df, events="part", exposure="whole"),
    "difference": lambda df: rates.difference(df, **COUNTS, base_part="part", base_whole="base"),
    "change": lambda df: rates.change(df, after="part", before="whole"),
    "judge": lambda df: control.judge(df, **COUNTS, line=0.05),
    "judge by lines": lambda df: control.judge(df, **COUNTS, line="line", adjust="fdr_by"),
    "rank": lambda df: ranking.rank(df, **COUNTS),
    "rank of all": lambda df: ranking.rank(df, **COUNTS, family="simultaneous", better="high"),
    "rank by steps": lambda df: ranking.rank(df, **COUNTS, critical="step-down"),
    "shrink": lambda df: ranking.shrink(df, **COUNTS),
    "ratio": lambda df: rates.ratio(df, events="part", exposure="whole", base_events="base", base_exposure="whole"),
    "funnel": lambda df: control.funnel(df, **COUNTS, centre=0.05),
    "funnel of rates": lambda df: control.funnel(df, **COUNTS, model="poisson", per=1000),
    "follows": lambda df: rounding.follows(df, **LEVELS),
}

laws = settings(max_examples=15, deadline=None, derandomize=True, database=None)
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
count = st.one_of(st.integers(0, 60), st.integers(0, 7_500_000_000), st.just(np.nan))


@st.composite
def tables(draw, smallest=1):
    size = draw(st.integers(smallest, 9))
    drawn = {name: draw(st.lists(count, min_size=size, max_size=size)) for name in ("part", "whole", "base")}
    return table(**drawn)


def table(**counts):
    df = pd.DataFrame(counts, dtype="float64").assign(printed=0.1, decimals=1.0, line=0.04)
    return df.assign(area=[f"county {number}" for number in range(len(df))])


@pytest.fixture
def good():
    return table(part=[3, 26, 0, 40, 7], whole=[41, 213, 20, 40, 90], base=[50, 200, 30, 40, 80])


@every_call
@laws
@given(df=tables())
def test_the_input_is_untouched_and_its_columns_come_back_first(call, df):
    df.index = pd.Index([7] * len(df))
    before = df.copy(deep=True)
    result = call(df)
    assert_frame_equal(df, before)
    if "line" not in result.columns.difference(df.columns):
        result = result.assign(line=df["line"])
    assert_frame_equal(result[df.columns], before)
    assert len(result.columns) > len(df.columns)


@every_call
@laws
@given(df=tables(smallest=2), data=st.data())
def test_shuffled_rows_get_the_same_answer(call, df, data):
    order = data.draw(st.permutations(range(len(df))))
    assert_frame_equal(call(df.iloc[order]).sort_index(), call(df))


@every_call
@laws
@given(df=tables(), place=st.integers(0, 9))
def test_a_row_that_is_not_known_changes_nothing_for_the_others(call, df, place):
    place = min(place, len(df))
    unknown = df.iloc[[0]].assign(part=np.nan, area="unknown")
    longer = pd.concat([df.iloc[:place], unknown, df.iloc[place:]], ignore_index=True)
    others = call(longer).query("area != 'unknown'").reset_index(drop=True)
    assert_frame_equal(others, call(df))


@every_call
def test_columns_are_found_by_name_and_never_by_place(call, good):
    assert_frame_equal(call(good[good.columns[::-1]])[call(good).columns], call(good))


@every_call
def test_whole_numbers_of_any_type_give_the_same_numbers(call, good):
    for kind in ("int64", "Int64", "UInt32"):
        same = good.astype({"part": kind, "whole": kind, "base": kind})
        results = call(same), call(good)
        new = results[1].columns.difference(good.columns)
        assert_frame_equal(results[0][new], results[1][new])


@every_call
def test_a_table_without_rows_stays_without_rows(call, good):
    result = call(good.iloc[:0])
    assert len(result) == 0 and set(call(good).columns) == set(result.columns)


@pytest.mark.parametrize("name", ["wilson", "rate", "difference", "change", "rank", "follows"])
@laws
@given(df=tables())
def test_a_value_is_missing_exactly_where_the_method_says_why(name, df):
    result = CALLS[name](df)
    assert (result["value"].isna() == result["method"].str.startswith("not computed: ")).all()


@every_call
@pytest.mark.parametrize(
    "bad, sentence",
    [
        (-1, "1 row with a {} below 0, the first at area county 1: correct it"),
        (np.inf, "1 row with an infinite {}, the first at area county 1: correct it"),
        ("3 cases", "The column '{}' holds text where numbers are needed; load it with intake.load"),
    ],
)
@pytest.mark.parametrize("column", ["part", "whole"])
def test_what_is_not_a_count_is_refused_with_its_place(call, good, column, bad, sentence):
    spoilt = good.astype({column: object} if isinstance(bad, str) else {})
    spoilt.loc[1, column] = bad
    with pytest.raises(TableError, match=sentence.format(column)):
        call(spoilt)


@every_call
def test_a_missing_column_is_named_with_the_nearest_one(call, good):
    with pytest.raises(TableError, match="The table has no column 'part'; the nearest is 'partt'"):
        call(good.rename(columns={"part": "partt"}))


@pytest.mark.parametrize("module", [rates, control, rounding])
def test_the_examples_in_the_docstrings_hold(module):
    result = doctest.testmod(module)
    assert result.attempted > 0 and result.failed == 0
