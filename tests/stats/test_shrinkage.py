"""Empirical Bayes: published estimates, a rival by integration, laws, edges, coverage, guards."""

import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import integrate, stats

from drugstats.stats import rates
from drugstats.stats.shrinkage import DRAWS, NO_DIFFERENCES, shrink
from drugstats.tables import TableError

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "empirical_bayes.csv"
COUNTS = {"part": "part", "whole": "whole"}
LARGE = 7_500_000_000

laws = settings(max_examples=25, deadline=None, derandomize=True, database=None)
every_model = pytest.mark.parametrize("model", ["binomial", "poisson"])
every_moments = pytest.mark.parametrize("moments", ["unbiased", "marshall"])
sizes = st.one_of(st.integers(1, 400), st.integers(1, 20_000), st.just(LARGE), st.just(0))


@st.composite
def tables(draw, smallest=1):
    whole = draw(st.lists(sizes, min_size=smallest, max_size=8))
    part = [draw(st.integers(0, size)) for size in whole]
    df = table(part, whole)
    df.loc[df.index == draw(st.integers(0, 20)), "part"] = np.nan
    return df


def table(part, whole):
    return pd.DataFrame({"part": part, "whole": whole}, dtype="float64")


def known(df):
    return df[(df["whole"] > 0) & df["part"].notna()]


@pytest.fixture
def counties():
    return table([3, 26, 0, 40, 7, 60, 5], [41, 213, 20, 400, 90, 200, 210])


@pytest.mark.parametrize("data, near", [("huddersfield", 5.1e-5), ("st_louis", 1e-13)])
def test_marshalls_estimates_are_those_printed(data, near):
    printed = pd.read_csv(GOLDEN).query("data == @data")
    result = shrink(printed, **COUNTS, model=printed["model"].iloc[0], moments="marshall")
    told = result["shrunken"].notna()
    assert told.sum() in (71, 10)
    assert (result["value"] - result["shrunken"])[told].abs().max() <= near


def test_the_unbiased_variance_is_near_marshalls_where_no_area_is_huge():
    printed = pd.read_csv(GOLDEN).query("data == 'huddersfield'")
    between = [shrink(printed, **COUNTS, moments=name)["between"].iloc[0] for name in ("marshall", "unbiased")]
    assert between[0] < between[1] < 1.1 * between[0]


def test_the_unbiased_variance_is_right_on_average_and_marshalls_too_small():
    random = np.random.default_rng(3)
    whole, true = np.array([30, 60, 90, 200, 400, 9000]), 0.25 * 0.75 / 21
    tables = (table(random.binomial(whole, random.beta(5, 15, 6)), whole) for _ in range(600))
    found = np.array([[_raw_between(df, lost) for lost in (1, 0)] for df in tables])
    assert found.mean(axis=0)[0] == pytest.approx(true, rel=0.12)
    assert found.mean(axis=0)[1] < true / 2


def _raw_between(df, lost):
    """The moment equation before any floor, written out area by area."""
    x, n = df["part"].to_numpy(), df["whole"].to_numpy()
    b = x.sum() / n.sum()
    squares = sum(size * (count / size - b) ** 2 for count, size in zip(x, n, strict=True))
    weight = sum((size - 1) * (1 - lost * size / n.sum()) for size in n)
    return (squares - (len(x) - lost) * b * (1 - b)) / weight


@every_moments
def test_the_variance_between_agrees_with_the_moments_written_out(counties, moments):
    found = shrink(counties, **COUNTS, moments=moments)["between"]
    assert found.to_numpy() == pytest.approx(_raw_between(counties, moments == "unbiased"))


@every_model
def test_places_and_limits_agree_with_integrating_the_posterior(counties, model):
    result = shrink(counties, **COUNTS, model=model)
    pooled, between = counties["part"].sum() / counties["whole"].sum(), result["between"].iloc[0]
    if model == "binomial":
        prior = pooled * (1 - pooled) / between - 1
        rows = [stats.beta(pooled * prior + x, (1 - pooled) * prior + n - x) for x, n in counties.to_numpy()]
    else:
        prior = pooled / between
        rows = [stats.gamma(pooled * prior + x, scale=1 / (prior + n)) for x, n in counties.to_numpy()]
    assert result["value"].to_numpy() == pytest.approx([row.mean() for row in rows])
    assert result[["low", "high"]].to_numpy() == pytest.approx(np.array([row.interval(0.95) for row in rows]))

    for place, row in enumerate(rows):
        others = rows[:place] + rows[place + 1 :]
        first = _over(row, lambda t, others=others: np.prod([other.sf(t) for other in others], axis=0))
        last = _over(row, lambda t, others=others: np.prod([other.cdf(t) for other in others], axis=0))
        mean = 1 + _over(row, lambda t, others=others: sum(other.cdf(t) for other in others))
        found = result.iloc[place]
        assert (found["p_best"], found["p_worst"]) == pytest.approx((first, last), abs=3 * 0.5 / np.sqrt(DRAWS))
        assert found["expected_rank"] == pytest.approx(mean, abs=0.1)


def _over(row, chance):
    """The mean of a chance over one area's posterior, by its quantiles."""
    at = (np.arange(4000) + 0.5) / 4000
    return integrate.trapezoid(chance(row.ppf(at)), at)


@every_model
@every_moments
@laws
@given(df=tables())
def test_a_shrunken_value_lies_between_its_own_and_the_pooled_one(model, moments, df):
    result, used = shrink(df, **COUNTS, model=model, moments=moments), known(df)
    pooled = used["part"].sum() / used["whole"].sum() if len(used) else np.nan
    found, own = result.loc[used.index], used["part"] / used["whole"]
    assert (found["value"] >= np.minimum(own, pooled)).all() and (found["value"] <= np.maximum(own, pooled)).all()
    assert (found["low"] <= found["value"]).all() and (found["value"] <= found["high"]).all()
    assert (found["low"] >= 0).all() and (found["between"] >= 0).all()
    assert (model == "poisson") or (found["high"] <= 1).all()


@every_model
@laws
@given(df=tables())
def test_chances_add_up_to_one_and_places_to_their_mean(model, df):
    found = known(shrink(df, **COUNTS, model=model))
    if len(found):
        assert found[["p_best", "p_worst"]].sum().to_list() == pytest.approx([1, 1])
        assert found["expected_rank"].mean() == pytest.approx((len(found) + 1) / 2)
        assert found["expected_rank"].between(1, len(found)).all()


@every_model
@laws
@given(df=tables(), data=st.data())
def test_shuffled_rows_get_the_same_answer_to_the_last_digit(model, df, data):
    order = data.draw(st.permutations(range(len(df))))
    shuffled = shrink(df.iloc[order], **COUNTS, model=model).sort_index()
    assert_frame_equal(shuffled, shrink(df, **COUNTS, model=model), check_exact=True)


@every_model
@laws
@given(df=tables())
def test_the_input_is_untouched_and_keeps_its_rows_and_index(model, df):
    df.index = pd.Index([7] * len(df))
    before = df.copy(deep=True)
    result = shrink(df, **COUNTS, model=model)
    assert_frame_equal(df, before)
    assert_frame_equal(result[df.columns], before)


@laws
@given(df=tables())
def test_a_value_is_missing_exactly_where_the_method_says_why(df):
    result = shrink(df, **COUNTS)
    missing = result["method"].str.startswith("not computed: ")
    for column in ("value", "low", "high", "p_best", "p_worst", "expected_rank", "between"):
        assert (result[column].isna() == missing).all()


@laws
@given(df=tables(smallest=2))
def test_the_best_from_above_is_the_worst_from_below(df):
    low, high = shrink(df, **COUNTS), shrink(df, **COUNTS, better="high")
    assert_frame_equal(
        low.drop(columns=["p_best", "p_worst", "expected_rank"]),
        high[low.columns.drop(["p_best", "p_worst", "expected_rank"])],
    )
    assert high["p_best"].to_numpy() == pytest.approx(low["p_worst"].to_numpy(), nan_ok=True)
    assert high["expected_rank"].to_numpy() == pytest.approx(
        len(known(low)) + 1 - low["expected_rank"].to_numpy(), nan_ok=True
    )


@every_model
def test_of_two_areas_with_one_share_the_smaller_is_drawn_further(counties, model):
    df = pd.concat([counties, table([6, 60, 600], [20, 200, 2000])], ignore_index=True)
    result = shrink(df, **COUNTS, model=model).tail(3)["value"].to_list()
    assert result[0] < result[1] < result[2] < 0.3


@every_model
def test_areas_of_equal_counts_get_equal_chances(model):
    result = shrink(table([2, 9, 2, 30, 2], [50, 60, 50, 80, 50]), **COUNTS, model=model)
    assert result["between"].iloc[0] > 0
    assert result.loc[[0, 2, 4], "p_best"].nunique() == result.loc[[0, 2, 4], "expected_rank"].nunique() == 1


def test_one_seed_gives_one_answer_and_another_seed_moves_the_chances_little(counties):
    one, same, other = (shrink(counties, **COUNTS, seed=seed) for seed in (5, 5, 6))
    assert_frame_equal(one, same, check_exact=True)
    assert (one["p_best"] != other["p_best"]).any()
    assert (one["p_best"] - other["p_best"]).abs().max() < 0.05
    assert_frame_equal(one[["value", "low", "high", "between"]], other[["value", "low", "high", "between"]])


def test_limits_widen_with_confidence_and_the_method_says_which(counties):
    narrow, wide = shrink(counties, **COUNTS, confidence=0.8), shrink(counties, **COUNTS, confidence=0.99)
    assert (wide["low"] < narrow["low"]).all() and (wide["high"] > narrow["high"]).all()
    assert set(wide["method"]) == {"beta-binomial, unbiased 99%"}
    poisson = shrink(counties, **COUNTS, model="poisson", moments="marshall")
    assert set(poisson["method"]) == {"gamma-Poisson, marshall 95%"}


@every_model
@every_moments
@pytest.mark.parametrize(
    "part, whole",
    [
        ([2, 4, 6], [20, 40, 60]),
        ([0, 0, 0], [5, 60, LARGE]),
        ([5, 60, LARGE], [5, 60, LARGE]),
        ([1], [4]),
        ([0], [1]),
        ([3, 5, 4], [50, 60, 55]),
        ([1] * 7, [1] * 7),
    ],
)
def test_without_a_variance_between_all_areas_are_the_pooled_one(model, moments, part, whole):
    result, m, share = (
        shrink(table(part, whole), **COUNTS, model=model, moments=moments),
        len(part),
        sum(part) / sum(whole),
    )
    assert set(result["method"]) == {NO_DIFFERENCES} and (result["between"] == 0).all()
    assert result["value"].to_list() == pytest.approx([share] * m, rel=1e-15)
    assert result["p_best"].to_list() == result["p_worst"].to_list() == [1 / m] * m
    assert (result["expected_rank"] == (m + 1) / 2).all()
    assert (result["low"] <= share).all() and (result["high"] >= share).all() and (result["low"] < result["high"]).all()


def test_areas_of_one_person_each_tell_nothing_of_their_differences():
    assert set(shrink(table([1, 0, 1, 1, 0, 1, 0], [1] * 7), **COUNTS)["method"]) == {NO_DIFFERENCES}


def test_the_limits_of_equal_areas_are_those_of_the_pooled_count():
    df, pooled = table([3, 5, 4], [50, 60, 55]), table([12], [165])
    shares = rates.share(pooled, **COUNTS, method="jeffreys")[["low", "high"]].to_numpy()[0]
    assert shrink(df, **COUNTS)[["low", "high"]].to_numpy() == pytest.approx(np.tile(shares, (3, 1)))
    counts = rates.rate(pooled, events="part", exposure="whole", per=1)[["low", "high"]].to_numpy()[0]
    assert shrink(df, **COUNTS, model="poisson")[["low", "high"]].to_numpy() == pytest.approx(np.tile(counts, (3, 1)))


def test_one_huge_area_does_not_make_the_small_ones_equal(counties):
    huge = pd.concat([counties, table([LARGE // 20], [LARGE])], ignore_index=True)
    result = shrink(huge, **COUNTS)
    assert result["value"].iloc[5] > 0.25 and result["p_worst"].iloc[5] > 0.99
    assert result["value"].iloc[-1] == pytest.approx(0.05, abs=1e-9)
    huger = huge.assign(part=huge["part"] * [*[1] * 7, 1e6], whole=huge["whole"] * [*[1] * 7, 1e6])
    assert shrink(huger, **COUNTS)["between"].iloc[0] == pytest.approx(result["between"].iloc[0], rel=1e-6)
    drowned = shrink(huge, **COUNTS, moments="marshall")
    assert drowned["value"].iloc[5] < 0.051 and drowned["p_worst"].iloc[5] < 0.2


@every_model
def test_none_of_twenty_is_never_surely_zero_however_the_others_differ(model):
    result = shrink(table([0, 0, 20, 0, 20], [20] * 5), **COUNTS, model=model)
    assert (result["value"].iloc[0] > 0) and result["high"].iloc[0] > 0.08
    assert (result["value"] < 1).all()


def test_the_share_of_the_others_is_the_rest():
    df = table([20, 20, 0, 20, 20, 19], [20] * 6)
    rest = shrink(df.assign(part=df["whole"] - df["part"]), **COUNTS)
    assert rest["value"].to_numpy() == pytest.approx(1 - shrink(df, **COUNTS)["value"].to_numpy())
    assert rest["low"].to_numpy() == pytest.approx(1 - shrink(df, **COUNTS)["high"].to_numpy())


def test_counts_that_are_not_whole_are_shrunk_too():
    result = shrink(table([0.5, 30.2, 4.4], [10.5, 60.5, 44]), **COUNTS)
    assert result["between"].iloc[0] > 0 and result["value"].notna().all()


def test_rows_that_cannot_be_computed_say_why_and_leave_the_others_alone(counties):
    spoilt = pd.concat([counties, table([np.nan, 3, 5, 0], [40, np.nan, 4, 0])], ignore_index=True)
    result = shrink(spoilt, **COUNTS)
    reasons = [rates.MISSING, rates.MISSING, rates.PART_ABOVE_WHOLE, rates.NO_WHOLE]
    assert result["method"].tail(4).to_list() == reasons
    assert_frame_equal(result.head(7), shrink(counties, **COUNTS))
    assert shrink(spoilt, **COUNTS, model="poisson")["value"].iloc[-2] > 0


def test_a_table_without_rows_or_without_known_rows_stays():
    empty, unknown = shrink(table([], []), **COUNTS), shrink(table([np.nan], [3]), **COUNTS)
    assert len(empty) == 0 and list(empty.columns) == list(unknown.columns)
    assert unknown["method"].to_list() == [rates.MISSING]


@every_model
def test_memory_stays_small_for_every_county_of_the_country(model):
    random = np.random.default_rng(1)
    whole = random.integers(20, 3000, 2850)
    df = table(random.binomial(whole, random.beta(5, 95, 2850)), whole)
    tracemalloc.start()
    result = shrink(df, **COUNTS, model=model)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6
    assert result["p_worst"].sum() == pytest.approx(1)


@pytest.mark.parametrize("model, areas, least", [("binomial", 40, 0.93), ("poisson", 40, 0.93), ("binomial", 9, 0.85)])
def test_limits_cover_the_true_numbers_nearly_as_often_as_promised(model, areas, least):
    random, covered = np.random.default_rng(7), []
    whole = np.resize([30, 80, 150, 400, 1000], areas)
    for _ in range(60):
        true = random.beta(4, 36, areas) if model == "binomial" else random.gamma(4, 0.025, areas)
        part = random.binomial(whole, true) if model == "binomial" else random.poisson(whole * true)
        result = shrink(table(part, whole), **COUNTS, model=model)
        covered.append(((result["low"] <= true) & (true <= result["high"])).mean())
    assert least < np.mean(covered) < 0.98


def test_shrunken_shares_are_nearer_to_the_true_ones_than_the_counted():
    random, whole = np.random.default_rng(8), np.resize([30, 80, 150, 400], 40)
    true = random.beta(4, 36, 40)
    result = shrink(table(random.binomial(whole, true), whole), **COUNTS)
    raw = result["part"] / result["whole"]
    assert ((result["value"] - true) ** 2).sum() < 0.8 * ((raw - true) ** 2).sum()


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"model": "normal"}, "'normal' is not known here; use binomial or poisson."),
        ({"moments": "median"}, "'median' is not known here; use unbiased or marshall."),
        ({"better": "none"}, "'none' is not known here; use low or high."),
        ({"confidence": 95}, "The confidence is 95; use a number between 0 and 1"),
        ({"whole": "wholee"}, "The table has no column 'wholee'; the nearest is 'whole'."),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(counties, options, sentence):
    with pytest.raises(TableError, match=sentence):
        shrink(counties, **(COUNTS | options))


@pytest.mark.parametrize("bad", [-1, np.inf])
def test_what_is_not_a_count_is_refused(counties, bad):
    with pytest.raises(TableError, match="1 row with a"):
        shrink(counties.assign(part=[bad, *[1] * 6]), **COUNTS)
