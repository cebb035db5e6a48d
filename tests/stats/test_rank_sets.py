"""Rank sets by simulation and by exact tests: against all pairs one by one, laws, coverage, guards."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from drugstats.stats import rank_sets, ranking
from drugstats.tables import TableError

laws = settings(max_examples=15, deadline=None, derandomize=True, database=None)
every_family = pytest.mark.parametrize("family", ["marginal", "simultaneous"])


def rank(part, whole, **options):
    return ranking.rank(pd.DataFrame({"x": part, "n": whole}), part="x", whole="n", **options)


@st.composite
def counts(draw):
    wholes = draw(st.lists(st.integers(1, 5_000), min_size=1, max_size=25))
    return [draw(st.integers(0, whole)) for whole in wholes], wholes


def all_differences(draws):
    z, error = draws.z, draws.error
    gaps = z[:, None] * error[:, None, None] - z[None] * error[None, :, None]
    return gaps / np.hypot(error[:, None], error)[:, :, None]


@pytest.mark.parametrize("m", [2, 3, 17, 60, 90])
@pytest.mark.parametrize("uneven", [0.0, 2.0])
def test_the_largest_difference_of_each_draw_is_that_of_all_pairs(m, uneven):
    chance = np.random.default_rng(m)
    draws = rank_sets._Draws(chance.standard_normal((m, 40)), np.exp(chance.normal(0, uneven, m)))
    still = chance.random((m, m)) < 0.7
    np.fill_diagonal(still, True)
    gaps = all_differences(draws)
    np.testing.assert_allclose(draws.largest((still,)), np.where(still[:, :, None], gaps, -np.inf).max(axis=(0, 1)))
    for row in (0, m - 1):
        over, under = still[row], still[:, row]
        expected = np.maximum(
            np.where(over[:, None], gaps[row], -np.inf).max(axis=0), np.where(under[:, None], -gaps[row], -np.inf).max(axis=0)
        )
        np.testing.assert_allclose(draws.largest_of(row, (over[None], under[None])), expected)


@laws
@given(counts())
def test_places_hold_their_laws_however_the_critical_value_is_found(table):
    part, whole = table
    for family in ("marginal", "simultaneous"):
        plain, stepped = (rank(part, whole, family=family, critical=name) for name in ("bootstrap", "step-down"))
        for result in (plain, stepped):
            assert (result["rank_low"] <= result["rank"]).all() and (result["rank"] <= result["rank_high"]).all()
            assert (result["alike"] == result["rank_high"] - result["rank_low"]).all()
        assert (stepped["rank_low"] >= plain["rank_low"]).all() and (stepped["rank_high"] <= plain["rank_high"]).all()


@laws
@given(counts())
def test_a_whole_table_is_never_narrower_than_one_row_alone(table):
    one, all_of_them = (rank(*table, family=family, critical="bootstrap") for family in ("marginal", "simultaneous"))
    assert (all_of_them["rank_low"] <= one["rank_low"]).all() and (all_of_them["rank_high"] >= one["rank_high"]).all()


def test_one_seed_gives_one_answer_and_the_rows_may_stand_in_any_order():
    chance = np.random.default_rng(3)
    df = pd.DataFrame({"x": chance.integers(0, 60, 40), "n": chance.integers(60, 900, 40)})
    options = {"part": "x", "whole": "n", "critical": "step-down", "family": "simultaneous"}
    once = ranking.rank(df, **options, seed=4)
    pd.testing.assert_frame_equal(once, ranking.rank(df, **options, seed=4))
    pd.testing.assert_frame_equal(ranking.rank(df[::-1], **options, seed=4)[::-1], once)


def test_a_table_of_few_distinct_groups_is_told_apart_by_every_way():
    df = pd.DataFrame({"x": [10, 11, 500, 520, 4000], "n": [10_000] * 5})
    for critical, family in itertools.product(ranking.CHOICES["critical"], ["marginal", "simultaneous"]):
        result = ranking.rank(df, part="x", whole="n", critical=critical, family=family)
        assert result["rank_low"].to_list() == [1, 1, 3, 3, 5] and result["rank_high"].to_list() == [2, 2, 4, 4, 5]


def test_errors_of_zero_are_compared_as_what_they_are():
    df = pd.DataFrame({"v": [1.0, 1.0, 2.0], "s": [0.0, 0.0, 0.0]})
    for critical in ("bootstrap", "step-down"):
        assert ranking.rank(df, value="v", se="s", critical=critical)["alike"].to_list() == [1, 1, 0]


@every_family
def test_the_simulated_value_lies_just_below_the_closed_form(family):
    """Equal errors: the studentised range is exact there, so one thousand draws come within a twentieth of it."""
    m, error = 30, np.ones(30)
    draws = rank_sets._Draws(np.random.default_rng(0).standard_normal((m, 1000)), error)
    everything = np.ones((m, m), dtype=bool)
    if family == "simultaneous":
        largest, exact = draws.largest((everything,)), stats.studentized_range.ppf(0.95, m, np.inf) / np.sqrt(2)
    else:
        largest = draws.largest_of(0, (everything[:1], everything[:1]))
        exact = stats.norm.ppf((1 + 0.95 ** (1 / (m - 1))) / 2)
    value = np.quantile(largest, 0.95, method="higher")
    assert 0.93 * exact < value < 1.05 * exact


@pytest.mark.parametrize("critical", ["bootstrap", "step-down"])
def test_equal_counties_are_told_apart_at_most_once_in_twenty_tables(critical):
    chance = np.random.default_rng(1)
    whole = np.array([60, 200, 500, 900, 2_000, 40])
    tables = [chance.binomial(whole, 0.06) for _ in range(200)]
    wrong = [(rank(part, whole, critical=critical, family="simultaneous")["alike"] < 5).any() for part in tables]
    assert np.mean(wrong) <= 0.05


@every_family
def test_shares_of_one_total_are_compared_by_exact_tests_with_holms_adjustment(family):
    x = np.array([0, 3, 9, 30, 31, 90, 4])
    result = ranking.rank(pd.DataFrame({"x": x}), part="x", model="multinomial", family=family, better="high")
    np.testing.assert_allclose(result["value"], x / x.sum())
    above = _told_one_by_one(x, family)
    better = [sum(above[family == "marginal" and row, other, row] for other in range(7)) for row in range(7)]
    worse = [sum(above[family == "marginal" and row, row, other] for other in range(7)) for row in range(7)]
    assert result["rank_low"].to_list() == [1 + n for n in better]
    assert result["rank_high"].to_list() == [7 - n for n in worse]


def _told_one_by_one(x, family: str) -> dict:
    """For one row's set of tests (the whole table's is set 0): whether the first count is surely above the second."""
    pairs = [(i, k) for i in range(len(x)) for k in range(len(x)) if i != k]
    p = {(i, k): stats.binom.sf(x[i] - 1, x[i] + x[k], 0.5) if x[i] else 1.0 for i, k in pairs}
    told = {}
    for number in range(len(x)) if family == "marginal" else [0]:
        chosen = [pair for pair in pairs if family == "simultaneous" or number in pair]
        ordered, rejecting = sorted(chosen, key=p.get), True
        for place, pair in enumerate(ordered):
            rejecting = rejecting and p[pair] <= 0.05 / (len(chosen) - place)
            told[number, *pair] = rejecting
    return {key: told.get(key, False) for key in itertools.product(range(len(x)), repeat=3)}


def test_shares_of_a_total_all_zero_or_equal_are_not_told_apart():
    equal = ranking.rank(pd.DataFrame({"x": [5, 5, 5]}), part="x", model="multinomial")
    assert equal["alike"].to_list() == [2, 2, 2] and equal["rank"].to_list() == [1, 1, 1]
    with pytest.raises(TableError, match="Nothing was counted anywhere"):
        ranking.rank(pd.DataFrame({"x": [0, 0]}), part="x", model="multinomial")


def test_a_rate_may_pass_one_where_a_share_may_not():
    df = pd.DataFrame({"x": [30, 3], "n": [20, 40]})
    assert ranking.rank(df, part="x", whole="n", model="poisson")["rank"].to_list() == [2, 1]
    assert ranking.rank(df, part="x", whole="n")["method"].iloc[0] == "not computed: part above whole"


def test_ties_stand_as_the_named_rule_says():
    df = pd.DataFrame({"x": [1, 2, 2, 3]})
    places = {ties: ranking.rank(df, part="x", ties=ties)["rank"].to_list() for ties in ranking.CHOICES["ties"]}
    assert places == {"min": [1, 2, 2, 4], "max": [1, 3, 3, 4], "average": [1, 2.5, 2.5, 4]}


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"critical": "guess"}, "critical is 'guess'; use closed form, bootstrap or step-down"),
        ({"model": "normal"}, "model is 'normal'; use binomial, poisson or multinomial"),
        ({"ties": "first"}, "ties is 'first'; use min, max or average"),
        ({"model": "multinomial", "whole": "n"}, "Shares of one total need part alone"),
        ({"model": "multinomial", "critical": "bootstrap"}, "Shares of one total need part alone"),
    ],
)
def test_choices_that_do_not_go_together_are_refused(options, sentence):
    with pytest.raises(TableError, match=sentence):
        ranking.rank(pd.DataFrame({"x": [1, 2], "n": [5, 5]}), part="x", **options)
