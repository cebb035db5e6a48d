"""Trends over time: published values, rivals by brute force and from other libraries, laws, short series, guards."""

import re
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import stats

from drugstats.stats import trend
from drugstats.tables import TableError

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
BY_HAND = [12.9, 14.8, 13.2, 15.7, 13.8, 15.6, 12.9, 11.0, 17.3, 15.9, 19.0, 18.3, 20.1, 21.7]
RESULTS = ["tau", "p_value", "slope", "low", "high"]
laws = settings(max_examples=40, deadline=None, derandomize=True, database=None)
whole = st.integers(-30, 30)

CALLS = {
    "monotone": lambda df, **more: trend.monotone(df, value="v", time="t", **more),
    "proportion": lambda df, **more: trend.proportion(df, part="v", whole="w", time="t", **more),
    "joinpoint": lambda df, **more: trend.joinpoint(df, value="v", time="t", **more),
    "step": lambda df, **more: trend.step(df, value="v", time="t", **more),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


def series(values, times=None, **more):
    times = range(len(values)) if times is None else times
    return pd.DataFrame({"t": times, "v": np.array(values, dtype="float64"), **more})


def monotone(values, times=None, **more):
    return CALLS["monotone"](series(values, times), **more).iloc[0]


def years(first, values, **more):
    return series(values, pd.period_range(str(first), periods=len(values), freq="Y"), **more)


@pytest.fixture
def areas():
    """Two areas over twenty years, with a gap, a missing value, counts and another order than that of time."""
    chance = np.random.default_rng(3)
    one = years(2001, chance.poisson(np.linspace(20, 60, 20)) + 1.0, area="110101")
    two = years(2001, chance.poisson(np.r_[[40] * 9, [15] * 11]) + 1.0, area="110102").drop(index=4)
    both = pd.concat([one, two]).assign(w=500.0)
    both.loc[both.index == 7, "v"] = np.nan
    return both.sample(frac=1, random_state=0)


def score_by_hand(t, y):
    pairs = [(i, j) for i in range(len(t)) for j in range(len(t)) if t[i] < t[j]]
    return sum(np.sign(y[j] - y[i]) for i, j in pairs), [(y[j] - y[i]) / (t[j] - t[i]) for i, j in pairs]


def test_the_score_and_z_are_those_of_the_example_by_hand():
    told = monotone(BY_HAND)
    s, z = 54, 2.9058
    assert told["p_value"] == pytest.approx(2 * stats.norm.sf(z), abs=1e-6)
    assert told["tau"] == pytest.approx(s / np.sqrt(91 * 90))
    assert told["verdict"] == "rising" and told["method"] == "mann-kendall normal, sen 95%"


def test_the_chances_of_short_series_are_those_of_kendalls_table():
    table = pd.read_csv(GOLDEN / "kendall_chances.csv")
    for row in table.itertuples():
        digits = len(str(row.chance).split(".")[1])
        assert trend._tails(((1,) * row.n,))[row.score] / 2 == pytest.approx(row.chance, abs=0.51 * 10**-digits)


@laws
@given(st.lists(whole, min_size=5, max_size=10, unique=True))
def test_without_ties_the_p_value_is_scipys_exact_one_and_the_slope_its_theil_slope(values):
    told, tau = monotone(values), stats.kendalltau(range(len(values)), values, method="exact")
    assert told["p_value"] == pytest.approx(tau.pvalue) and told["tau"] == pytest.approx(tau.statistic)
    assert told["slope"] == pytest.approx(stats.theilslopes(values).slope)


@laws
@given(st.lists(st.integers(0, 3), min_size=5, max_size=7))
def test_with_ties_the_p_value_is_that_of_all_orders(values):
    scores = [abs(score_by_hand(range(len(values)), order)[0]) for order in permutations(values)]
    told, own = monotone(values), abs(score_by_hand(range(len(values)), values)[0])
    assert told["p_value"] == pytest.approx(np.mean(np.array(scores) >= own))


@laws
@given(st.lists(st.integers(0, 9), min_size=11, max_size=40), st.randoms())
def test_long_series_follow_the_definition_with_gaps_as_gaps(values, chance):
    times = sorted(chance.sample(range(100), len(values)))
    told, (score, slopes) = monotone(values, times), score_by_hand(times, values)
    tied = np.unique(values, return_counts=True)[1]
    variance = sum(m * (m - 1) * (2 * m + 5) * sign / 18 for m, sign in [(len(values), 1), *((m, -1) for m in tied)])
    p_value = 1 if score == 0 else 2 * stats.norm.sf((abs(score) - 1) / np.sqrt(variance))
    assert told["p_value"] == pytest.approx(p_value) and told["slope"] == pytest.approx(np.median(slopes))
    reach = stats.norm.ppf(0.975) * np.sqrt(variance)
    ranks = [round((len(slopes) - reach) / 2), round((len(slopes) + reach) / 2 + 1)]
    assert [told["low"], told["high"]] == pytest.approx([sorted(slopes)[rank - 1] for rank in ranks])


@laws
@given(st.lists(st.floats(-5, 5), min_size=5, max_size=25, unique=True), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_limits_leave_0_out_just_where_the_p_value_says_so(values, confidence):
    told = monotone(values, confidence=confidence)
    if told["verdict"] != "too short":
        outside = told["low"] > 0 or told["high"] < 0
        assert outside == (told["p_value"] <= 1 - confidence) == (told["verdict"] in ("rising", "falling"))
        assert not told["low"] > told["slope"] and not told["high"] < told["slope"]


@laws
@given(st.lists(whole, min_size=5, max_size=30), st.integers(-1000, 1000))
def test_adding_a_constant_changes_nothing_and_turning_the_series_round_turns_the_trend(values, constant):
    told, moved, turned = monotone(values), monotone(np.add(values, constant)), monotone(np.negative(values))
    assert moved[RESULTS].to_list() == told[RESULTS].to_list()
    assert turned["p_value"] == told["p_value"] and turned["slope"] == -told["slope"]
    assert [turned["low"], turned["high"]] == [-told["high"], -told["low"]]


def test_the_slope_is_told_for_a_year_where_time_is_by_year_and_for_a_month_where_it_is_by_month():
    monthly = series(np.arange(36) * 2.0, pd.period_range("2020-01", periods=36, freq="M"))
    assert CALLS["monotone"](monthly)["slope"].item() == 2
    assert CALLS["monotone"](years(2015, [24, 48, 72, 96, 120]))["slope"].item() == 24
    assert CALLS["monotone"](years(2015, [24, 48, 72, 96, 120, 144]).drop(index=[2]))["slope"].item() == 24


def test_a_series_of_equal_values_has_no_trend():
    for size in (5, 10, 11, 40):
        told = monotone([7] * size)
        assert told[RESULTS].to_list() == [0, 1, 0, 0, 0] and told["verdict"] == "no trend"


@pytest.mark.parametrize("size", range(5))
def test_four_values_are_too_short_and_get_no_p_value(size):
    told = monotone([1, 2, 3, 4][:size])
    assert told["n"] == size and told["verdict"] == "too short" and told["method"] == "not computed: too short"
    assert told[RESULTS].isna().all()


def test_five_values_suffice_for_5_percent_and_not_for_1_percent():
    assert monotone([1, 2, 3, 4, 5])["p_value"] == pytest.approx(2 / 120)
    assert monotone([1, 2, 3, 4, 5], confidence=0.99)["verdict"] == "too short"
    assert monotone([1, 2, 3, 4], confidence=0.9)["verdict"] == "too short"


def test_missing_values_are_left_out_and_counted():
    told = monotone([np.nan, 5, 4, np.nan, 3, 2, 1])
    assert told["n"] == 5 and (told["first"], told["last"]) == (1, 6)
    assert told["method"] == "mann-kendall exact, sen 95%, 2 missing left out"
    nothing = monotone([np.nan] * 6)
    assert nothing["n"] == 0 and pd.isna(nothing["first"]) and nothing["method"].endswith("6 missing left out")


def monthly(size, seed=0, rise=0.0):
    chance = np.random.default_rng(seed)
    season = 20 * np.sin(np.arange(size) * np.pi / 6)
    values = np.round(season + rise * np.arange(size) + chance.normal(0, 3, size))
    return series(values, pd.period_range("2018-03", periods=size, freq="M"))


@pytest.mark.parametrize("size, lost", [(40, [5]), (160, [3, 70, 71]), (30, [])])
def test_the_seasonal_test_adds_up_the_months(size, lost):
    df = monthly(size, rise=0.05).drop(index=lost)
    told = CALLS["monotone"](df, season="month").iloc[0]
    parts = [own for _, own in df.groupby(df["t"].dt.month)]
    alone = [score_by_hand(own["t"].astype("int64").to_numpy(), own["v"].to_numpy()) for own in parts]
    score, slopes = sum(one for one, _ in alone), [slope for _, many in alone for slope in many]
    assert told["slope"] == pytest.approx(np.median(slopes))
    if size == 160:
        assert told["method"] == "mann-kendall normal, sen 95%, 12 seasons"
        variance = sum(stats_variance(own["v"]) for own in parts)
        assert told["p_value"] == pytest.approx(2 * stats.norm.sf((abs(score) - 1) / np.sqrt(variance)))
    else:
        assert told["method"] == "mann-kendall exact, sen 95%, 12 seasons"
        scores = shuffled_scores(parts)
        assert told["p_value"] == pytest.approx(np.mean(np.abs(scores) >= abs(score)), abs=0.02)


def stats_variance(values):
    sizes = [len(values), *np.unique(values, return_counts=True)[1]]
    terms = [m * (m - 1) * (2 * m + 5) / 18 for m in sizes]
    return terms[0] - sum(terms[1:])


def shuffled_scores(parts, draws=4_000):
    chance, total = np.random.default_rng(0), np.zeros(draws)
    for own in parts:
        rows = chance.permuted(np.tile(own["v"].to_numpy(), (draws, 1)), axis=1)
        total += sum(np.sign(rows[:, j] - rows[:, i]) for j in range(rows.shape[1]) for i in range(j))
    return total


def test_a_season_hides_a_trend_that_the_seasonal_test_finds():
    df = monthly(72, rise=0.15)
    assert CALLS["monotone"](df)["p_value"].item() > CALLS["monotone"](df, season="month")["p_value"].item()
    assert CALLS["monotone"](df, season="month")["verdict"].item() == "rising"


def test_months_told_as_numbers_give_the_same_and_two_years_of_quarters_are_too_short():
    df = monthly(48)
    numbered = df.assign(t=np.arange(48))
    told = [CALLS["monotone"](df, season="month"), CALLS["monotone"](numbered, season=12)]
    assert told[0][RESULTS].equals(told[1][RESULTS])
    quarters = series(range(8), pd.period_range("2020Q1", periods=8, freq="Q"))
    assert CALLS["monotone"](quarters, season="quarter")["verdict"].item() == "too short"
    assert CALLS["monotone"](quarters)["verdict"].item() == "rising"


def test_many_alike_areas_get_what_each_gets_alone():
    chance = np.random.default_rng(1)
    df = pd.concat([series(chance.poisson(9, 15 + number % 2), area=number) for number in range(30)])
    df.loc[(df["area"] == 3) & (df["t"] == 4), "v"] = np.nan
    for name, call in CALLS.items():
        df = df.assign(w=1_000, v=df["v"] + 1)
        together, alone = call(df, by="area"), [call(own) for _, own in df.groupby("area")]
        assert_frame_equal(together.drop(columns="area"), pd.concat(alone, ignore_index=True), obj=name)


@pytest.mark.parametrize("example, verdict", [("smokers", "falling"), ("first births", "rising")])
def test_the_trend_of_proportions_is_the_one_printed(example, verdict):
    table = pd.read_csv(GOLDEN / "chi_square_trends.csv").query("example == @example")
    told = trend.proportion(table, part="part", whole="whole", time="time").iloc[0]
    assert told["p_value"] == pytest.approx(stats.chi2.sf(table["chi_square"].iloc[0], 1), rel=6e-3)
    assert told["verdict"] == verdict
    if example == "smokers":
        assert round(told["p_value"], 6) == 0.004132


@laws
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 400)), min_size=3, max_size=12), st.randoms())
def test_the_slope_and_chi_square_of_proportions_are_those_of_weighted_least_squares(counts, chance):
    import statsmodels.api as sm

    df = pd.DataFrame(counts, columns=["v", "more"]).assign(t=sorted(chance.sample(range(50), len(counts))))
    df["w"] = df["v"] + df["more"]
    told, pooled = CALLS["proportion"](df).iloc[0], df["v"].sum() / df["w"].sum()
    fitted = sm.WLS(df["v"] / df["w"], sm.add_constant(df["t"].to_numpy()), df["w"]).fit()
    assert told["slope"] == pytest.approx(fitted.params.iloc[1], rel=1e-6, abs=1e-12)
    chi = fitted.ess / (pooled * (1 - pooled)) if pooled else 0
    assert told["p_value"] == pytest.approx(stats.chi2.sf(chi, 1), rel=1e-5)


def test_proportions_of_nothing_of_everyone_and_of_few_are_told():
    times = {"t": range(4), "w": [50.0, 60, 70, 80]}
    for part in ([0.0] * 4, times["w"]):
        told = CALLS["proportion"](pd.DataFrame({**times, "v": part})).iloc[0]
        assert told[["slope", "p_value"]].to_list() == [0, 1] and told["verdict"] == "no trend"
    few = CALLS["proportion"](pd.DataFrame({**times, "v": [1, 0, 2, 1]}))["method"].item()
    assert few == "chi-square trend, fewer than 5 expected"


def test_times_where_nobody_was_counted_are_left_out_and_two_shares_are_too_short():
    df = pd.DataFrame({"t": range(4), "v": [5, 0, 9, np.nan], "w": [50, 0, 60, 70]})
    told = CALLS["proportion"](df).iloc[0]
    assert (told["n"], told["verdict"]) == (2, "too short") and told[["slope", "p_value"]].isna().all()
    assert told["method"] == "not computed: too short, 2 missing left out"


def test_a_part_above_its_whole_is_refused_with_its_area_and_time():
    df = years(2015, [3, 60, 4], w=50.0, area="110101")
    with pytest.raises(TableError, match="area 110101 has more v than w in 2016: correct it"):
        CALLS["proportion"](df, by="area")
    with pytest.raises(TableError, match="The table has more v than w in 2: correct it"):
        CALLS["proportion"](series([0, 0, 3], w=0.0))


def test_the_nile_fell_after_1898():
    from statsmodels.datasets import nile

    told = trend.step(nile.load_pandas().data, value="volume", time="year").iloc[0]
    assert (told["at"], told["at_low"], told["at_high"]) == (1899, 1896, 1902) and told["verdict"] == "step down"
    assert [told["before"], told["after"]] == pytest.approx([1097.75, 849.97], abs=0.01)
    assert told["p_value"] == 0.001 and told["method"] == "least squares, 999 shuffles, Bai's limits"


@laws
@given(st.lists(whole, min_size=8, max_size=30, unique=True))
def test_the_step_is_the_best_of_all(values):
    told, size = CALLS["step"](series(values)).iloc[0], len(values)
    least = max(3, int(np.ceil(0.15 * size)))
    left = {k: np.var(values[:k]) * k + np.var(values[k:]) * (size - k) for k in range(least, size - least + 1)}
    assert left[told["at"]] == pytest.approx(min(left.values()))
    assert told["before"] == pytest.approx(np.mean(values[: int(told["at"])]))
    assert told["at_low"] <= told["at"] <= told["at_high"] and 0.001 <= told["p_value"] <= 1


def test_chance_alone_shows_a_step_in_one_series_of_twenty():
    chance = np.random.default_rng(5)
    df = pd.concat([series(chance.normal(size=20), area=number) for number in range(400)])
    assert (CALLS["step"](df, by="area")["p_value"] <= 0.05).mean() == pytest.approx(0.05, abs=0.03)


def test_bais_constant_is_the_point_that_yaos_distribution_leaves_2_and_a_half_percent_above():
    x, normal = trend.breaks.BAI, stats.norm.cdf
    below = 1 + np.sqrt(x / (2 * np.pi)) * np.exp(-x / 8) - (x + 5) / 2 * normal(-np.sqrt(x) / 2)
    below += 1.5 * np.exp(x) * normal(-1.5 * np.sqrt(x))
    assert below == pytest.approx(0.975, abs=1e-4)


def test_a_flat_series_has_no_step_a_clean_one_is_found_and_seven_values_are_too_short():
    flat = CALLS["step"](series([0.1] * 12)).iloc[0]
    assert flat["p_value"] == 1 and pd.isna(flat["at"]) and flat["verdict"] == "no step"
    clean = CALLS["step"](years(2010, [5] * 5 + [9] * 5)).iloc[0]
    assert [str(clean[name]) for name in ("at", "at_low", "at_high")] == ["2015", "2014", "2016"]
    assert clean["verdict"] == "step up"
    short = CALLS["step"](series(range(7))).iloc[0]
    assert short["verdict"] == "too short" and pd.isna(short["at"]) and pd.isna(short["p_value"])


@every_call
def test_shuffled_rows_give_the_same_answer_and_the_input_stays_as_it_was(call, areas):
    before = areas.copy(deep=True)
    told = call(areas, by="area")
    assert_frame_equal(areas, before)
    assert_frame_equal(told, call(areas.sample(frac=1, random_state=9), by=["area"]))
    assert list(told["n"].unique()) == [19, 18] and told["first"].dtype == "period[Y-DEC]"
    assert told["method"].str.endswith("1 missing left out").all()


@every_call
def test_a_group_that_crosses_a_basis_is_told_apart_by_it(call):
    basis = ["cumulative"] * 4 + ["current"] * 6
    df = years(2011, np.linspace(30, 9, 10), area="110101", w=90.0, basis=basis)
    apart = call(df.sample(frac=1, random_state=1), by=["area", "basis"])
    assert apart.groupby("basis")["n"].first().to_dict() == {"cumulative": 4, "current": 6}


@every_call
def test_one_basis_joins_the_keys_of_the_answer_also_where_only_missing_values_cross(call):
    df = years(2011, [np.nan, 3, 4, 5, 6, 7, 8, 9, 10], area="110101", w=90.0, basis="current")
    df.loc[0, "basis"] = "cumulative"
    told = call(df, by="area")
    assert list(told.columns[:2]) == ["area", "basis"] and told["basis"].unique().tolist() == ["current"]
    assert call(df)["basis"].iloc[0] == "current"


@every_call
@pytest.mark.parametrize("spoil, told", [
    (lambda df: df.assign(t=df["t"].astype(str)), "The times in 't' are neither periods nor numbers; make periods of them first."),
    (lambda df: df.assign(t=df["t"].dt.asfreq("D")), "The periods of 't' are by D; use years, quarters or months"),
    (lambda df: df.rename(columns={"t": "time"}), "no column 't'"),
])  # fmt: skip
def test_a_broken_table_is_refused(call, spoil, told):
    df = years(2011, np.linspace(30, 9, 10), area="110101", w=90.0)
    call(df, by="area")
    with pytest.raises(TableError, match=told):
        call(spoil(df), by="area")


@every_call
@pytest.mark.parametrize("by", ["n", "method", ["w", "n"]])
def test_a_group_named_like_a_result_is_refused(call, by):
    with pytest.raises(TableError, match=re.escape(f"by is {by!r}; name no result such as n or method.")):
        call(series([1, 2, 3], n=1, method=1, w=9.0), by=by)


@every_call
def test_conflicting_and_provisional_values_are_left_out_and_counted(call):
    df = years(2001, np.linspace(30, 9, 12), w=90.0, basis="current", status=["final"] * 11 + ["provisional"])
    plain = call(df.iloc[:11].drop(columns="status"))
    twice = df.iloc[[3, 3]].assign(v=[0.0, 95.0], basis="cumulative", status="conflicting")
    for more, counted in ((twice, "2 conflicting"), (twice.iloc[:1], "1 conflicting")):
        told = call(pd.concat([more, df]))
        assert (told["method"] == plain["method"] + f", {counted} left out, 1 provisional left out").all()
        assert_frame_equal(told.drop(columns="method"), plain.drop(columns="method"))
    settled = call(df.assign(status="final"))
    assert settled["n"].iloc[0] == 12 and not settled["method"].str.contains("left out").any()


@every_call
def test_a_table_without_rows_has_no_groups(call):
    assert len(call(series([], w=[], area=[]), by="area")) == 0


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.1, np.nan])
def test_a_confidence_outside_0_to_1_is_refused(confidence):
    with pytest.raises(TableError, match="confidence is .*; use a number between 0 and 1"):
        monotone([1, 2, 3, 4, 5], confidence=confidence)


def test_a_season_that_the_times_do_not_have_is_refused():
    with pytest.raises(TableError, match="season is 'week'; use month or quarter, or 12 or 4"):
        monotone([1, 2, 3], season="week")
    with pytest.raises(TableError, match="The times of 't' are not 12 a year"):
        CALLS["monotone"](years(2011, range(9)), season="month")
    with pytest.raises(TableError, match="The times of 't' are not 4 a year"):
        monotone([1, 2, 3], [2020, 2020.25, 2020.5], season=4)


def test_the_examples_in_the_documentation_are_right():
    import doctest

    result = doctest.testmod(trend)
    assert result.attempted > 0 and result.failed == 0
