"""Ranks with the range of places the data allow: published critical values, coverage, laws, guards."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from drugstats.stats import ranking
from drugstats.tables import TableError

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
FAMILIES = ["marginal", "simultaneous"]
HUGE = 10**9

laws = settings(max_examples=20, deadline=None, derandomize=True, database=None)
every_family = pytest.mark.parametrize("family", FAMILIES)


@st.composite
def counts(draw):
    whole = st.one_of(st.integers(1, 50), st.integers(1, 7_500_000_000))
    wholes = draw(st.lists(whole, min_size=1, max_size=12))
    return [draw(st.integers(0, whole)) for whole in wholes], wholes


def rank(part, whole, **options):
    return ranking.rank(pd.DataFrame({"x": part, "n": whole}), part="x", whole="n", **options)


def rank_values(value, se, **options):
    return ranking.rank(pd.DataFrame({"v": value, "s": se}), value="v", se="s", **options)


def county_among_peers(part, whole, peers, **options):
    parts, wholes = zip((part, whole), *peers, strict=True)
    return rank(parts, wholes, **options).iloc[0]


def chance_that_the_worst_place_is_missed(whole, truth, peers, **options):
    """How often the range of a county that is truly last leaves the last place out, over all its counts."""
    places = [county_among_peers(part, whole, peers, **options)["rank_high"] for part in range(whole + 1)]
    missed = np.array(places) <= len(peers)
    return (missed * stats.binom.pmf(np.arange(whole + 1), whole, truth)).sum()


def chance_of_being_told_apart(one, two, truth):
    """How often two counties of one true share are told apart, over all pairs of their counts."""
    x, y = np.indices((one + 1, two + 1)).reshape(2, -1)
    told = [county_among_peers(a, one, [(b, two)])["alike"] == 0 for a, b in zip(x, y, strict=True)]
    return (told * stats.binom.pmf(x, one, truth) * stats.binom.pmf(y, two, truth)).sum()


@every_family
@pytest.mark.parametrize("registered", [41, 60, 100])
def test_a_county_of_three_cases_is_never_called_worst(family, registered):
    peers = [(round(share * 2_000), 2_000) for share in np.linspace(0.015, 0.029, 9)]
    county = county_among_peers(3, registered, peers, family=family)
    assert county["rank"] == 10 and county["value"] >= 0.03
    assert county["rank_low"] < 10 and county["alike"] > 0


@every_family
def test_a_county_of_no_cases_among_41_is_never_called_best(family):
    county = county_among_peers(0, 41, [(5_000, 100_000)] * 10, family=family)
    assert county["rank"] == 1 and county["rank_high"] > 1


@pytest.mark.parametrize("whole, truth", [(41, 0.05), (100, 0.02), (20, 0.1), (5, 0.4), (200, 0.01)])
@pytest.mark.parametrize("peers", [1, 10])
def test_the_true_place_of_a_small_county_is_kept_95_times_in_a_hundred(whole, truth, peers):
    almost = [(round((truth - 1e-6) * HUGE), HUGE)] * peers
    assert chance_that_the_worst_place_is_missed(whole, truth, almost) <= 0.05


@pytest.mark.parametrize("one, two, truth", [(2, 2, 0.5), (3, 3, 0.5), (5, 5, 0.3), (1, 20, 0.05), (12, 12, 0.2)])
def test_equal_small_counties_are_told_apart_at_most_once_in_twenty(one, two, truth):
    assert chance_of_being_told_apart(one, two, truth) <= 0.05


@pytest.mark.parametrize("row", list(pd.read_csv(GOLDEN / "studentised_range.csv").itertuples(index=False)))
def test_the_whole_table_is_compared_by_the_tabulated_studentised_range(row):
    for gap, alike in [(row.q - 0.006, 1), (row.q + 0.006, 0)]:
        values = [0.0, gap] + [1e6 * number for number in range(1, row.groups - 1)]
        assert rank_values(values, np.ones(row.groups), family="simultaneous")["alike"].iloc[0] == alike


@pytest.mark.parametrize("m", [2, 5, 11, 300])
def test_one_row_is_compared_by_sidaks_bound_over_the_others(m):
    z = stats.norm.isf((1 - 0.95 ** (1 / (m - 1))) / 2)
    for factor, alike in [(0.999, 1), (1.001, 0)]:
        values = [0.0, factor * z * np.sqrt(2)] + [1e6 * number for number in range(1, m - 1)]
        assert rank_values(values, np.ones(m))["alike"].iloc[0] == alike


@every_family
def test_counts_alone_are_compared_as_poisson_counts(family):
    df = pd.DataFrame({"x": [3, 0, 100, 400]})
    result = ranking.rank(df, part="x", family=family)
    assert result["rank"].to_list() == [2, 1, 3, 4]
    assert result["rank_low"].to_list() == [1, 1, 3, 4] and result["rank_high"].to_list() == [2, 2, 3, 4]


def test_four_cases_against_none_are_not_told_apart():
    assert stats.binomtest(4, 4).pvalue > 0.05
    assert (ranking.rank(pd.DataFrame({"x": [0, 4]}), part="x")["alike"] == 1).all()


def test_ties_share_the_best_place():
    assert rank([1, 2, 4, 3], [100, 100, 200, 100])["rank"].to_list() == [1, 2, 2, 4]
    assert rank([1, 2, 4, 3], [100, 100, 200, 100], better="high")["rank"].to_list() == [4, 2, 2, 1]


@every_family
@pytest.mark.parametrize("part", [0, 5, 100])
def test_where_all_are_equal_all_are_first_and_none_is_told_apart(family, part):
    result = rank([part] * 4, [100] * 4, family=family)
    assert (result["rank"] == 1).all() and (result["rank_low"] == 1).all()
    assert (result["rank_high"] == 4).all() and (result["alike"] == 3).all()


def test_a_county_alone_is_first_and_last():
    assert rank([3], [41])[["rank", "rank_low", "rank_high", "alike"]].to_numpy().tolist() == [[1, 1, 1, 0]]


def test_a_row_that_cannot_be_ranked_says_why_and_takes_no_place():
    result = rank([26, np.nan, 0, 5, 3], [213, 90, 0, 4, 41])
    assert result["method"].to_list() == [
        "marginal 95%, closed form", "not computed: missing", "not computed: nobody counted",
        "not computed: part above whole", "marginal 95%, closed form",
    ]  # fmt: skip
    assert result["rank"].to_list()[0] == 2 and result["rank_high"].max() == 2
    assert result.loc[1:3, ["value", "rank", "rank_low", "rank_high", "alike"]].isna().all(axis=None)


@every_family
@laws
@given(counts())
def test_the_place_lies_within_its_range_and_the_range_within_the_table(family, table):
    result, m = rank(*table, family=family), len(table[0])
    assert ((1 <= result["rank_low"]) & (result["rank_low"] <= result["rank"])).all()
    assert ((result["rank"] <= result["rank_high"]) & (result["rank_high"] <= m)).all()
    assert (result["alike"] == result["rank_high"] - result["rank_low"]).all()


@laws
@given(counts(), st.sampled_from(["low", "high"]))
def test_the_whole_table_is_never_surer_than_one_row_and_more_confidence_never_surer(table, better):
    one, whole, surest = (
        rank(*table, better=better, family=family, confidence=confidence)
        for family, confidence in [("marginal", 0.95), ("simultaneous", 0.95), ("simultaneous", 0.99)]
    )
    for narrow, wide in [(one, whole), (whole, surest)]:
        assert (wide["rank_low"] <= narrow["rank_low"]).all()
        assert (narrow["rank_high"] <= wide["rank_high"]).all()


@every_family
@laws
@given(counts())
def test_turning_the_order_turns_the_ranges(family, table):
    low, high = rank(*table, family=family), rank(*table, family=family, better="high")
    assert (low["rank_low"] == len(low) + 1 - high["rank_high"]).all()
    assert (low["alike"] == high["alike"]).all()


def test_three_thousand_counties_are_ranked_in_one_go():
    random = np.random.default_rng(0)
    whole = random.integers(20, 5_000, 3_000)
    result = rank(random.binomial(whole, 0.05), whole, family="simultaneous")
    assert result["rank_high"].max() == 3_000 and (result["rank_low"] <= result["rank"]).all()


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"family": "both"}, "family is 'both'; use marginal or simultaneous"),
        ({"better": "lower"}, "better is 'lower'; use low or high"),
        ({"confidence": 95}, "The confidence is 95; use a number between 0 and 1 such as 0.95"),
        ({"confidence": 0}, "The confidence is 0; use a number between 0 and 1"),
        ({"confidence": np.nan}, "The confidence is nan; use a number between 0 and 1"),
    ],
)
def test_a_bad_choice_is_refused_with_the_good_ones(options, sentence):
    with pytest.raises(TableError, match=sentence):
        rank([3, 4], [41, 50], **options)


@pytest.mark.parametrize(
    "roles",
    [
        [], ["whole"], ["value"], ["se"], ["part", "value"], ["part", "value", "se"], ["whole", "value"],
        ["part", "se"], ["part", "whole", "se"], ["whole", "value", "se"], ["part", "whole", "value", "se"],
    ],
)  # fmt: skip
def test_a_wrong_combination_of_columns_is_refused_rather_than_half_used(roles):
    df = pd.DataFrame({"part": [3, 4], "whole": [41, 50], "value": [0.1, 0.2], "se": [0.01, 0.02]})
    with pytest.raises(TableError, match="Give part and whole, part alone, or value and se"):
        ranking.rank(df, **{role: role for role in roles})


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_simulated_tables_keep_the_true_places_95_times_in_a_hundred(family):
    random, repeats = np.random.default_rng(20240626), 200
    truth = np.linspace(0.02, 0.12, 12)
    whole = np.array([500, 30, 1_500, 60, 4_788, 150, 41, 300, 90, 900, 213, 3_000])
    place, inside = np.arange(1, 13), np.zeros((repeats, 12), dtype=bool)
    for row in range(repeats):
        result = rank(random.binomial(whole, truth), whole, family=family)
        inside[row] = (result["rank_low"] <= place) & (place <= result["rank_high"])
    coverage = inside.all(axis=1).mean() if family == "simultaneous" else inside.mean(axis=0).min()
    assert coverage >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / repeats)


@pytest.mark.slow
def test_simulated_equal_counties_are_mostly_left_untold():
    random, repeats = np.random.default_rng(7), 200
    whole = np.array([41, 60, 90, 213, 500, 4_788])
    drawn = [random.binomial(whole, 0.05) for _ in range(repeats)]
    untold = [(rank(part, whole, family="simultaneous")["alike"] == 5).all() for part in drawn]
    assert np.mean(untold) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / repeats)
