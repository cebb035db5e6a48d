"""Joinpoints: NCI's own output, all lines fitted one by one, laws, perfect lines, coverage, guards."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from drugstats.stats import joinpoint as breaks
from drugstats.stats import trend
from drugstats.tables import TableError

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
RATES = ["apc", "low", "high", "p_value", "aapc"]
AVERAGE = ["aapc_low", "aapc_high"]
laws = settings(max_examples=20, deadline=None, derandomize=True, database=None)
logs = st.floats(-2, 2).map(lambda number: round(number, 3))


def nci():
    table = pd.read_csv(GOLDEN / "nci_joinpoint_series.csv")
    rates = table["rates"].str.split().map(lambda told: [float(rate) for rate in told])
    return (
        table.assign(v=rates, year=[list(range(2001, 2020))] * len(table))
        .explode(["v", "year"])[["series", "year", "v"]]
        .astype({"v": "float64", "year": "int64"})
    )


def joinpoint(df, **more):
    return trend.joinpoint(df, value="v", time="year", **more)


def one(values, years=None, **more):
    years = range(2001, 2001 + len(values)) if years is None else years
    return joinpoint(pd.DataFrame({"year": years, "v": values, **more}), **{"se": "se"} if "se" in more else {})


def fitted(years, values, joins, weights=None):
    """The broken line through given joins, by statsmodels."""
    import statsmodels.api as sm

    years = np.array(years, dtype="float64") - years[0]
    line = np.column_stack([np.ones(len(years)), years, *(np.maximum(years - years[join], 0) for join in joins)])
    return sm.WLS(np.log(values), line, 1 if weights is None else weights).fit()


def allowed(size, joins):
    for places in combinations(range(2, size - 2), joins):
        if all(after - before >= 3 for before, after in zip(places[:-1], places[1:], strict=True)):
            yield places


def test_every_sum_of_squares_and_criterion_is_the_one_nci_printed():
    printed, rates = pd.read_csv(GOLDEN / "nci_joinpoint_fits.csv"), nci().pivot(index="series", columns="year")["v"]
    found = breaks.search(np.arange(19.0), np.log(rates.to_numpy()), np.ones(19), 3)
    told = {(name, joins): sse[row] for row, name in enumerate(rates.index) for joins, (sse, _) in enumerate(found)}
    assert len(printed) == 48
    for row in printed.itertuples():
        sse = told[row.series, row.joins]
        criteria = [breaks._criterion(sse, 19, row.joins, choose) for choose in ("bic", "bic3")]
        assert [sse, *criteria] == pytest.approx([row.sse, row.bic, row.bic3], abs=6e-8)


def test_every_segment_is_the_one_nci_printed_to_four_decimals():
    printed = pd.read_csv(GOLDEN / "nci_joinpoint_segments.csv")
    assert printed["series"].nunique() == 12
    for _, segments in printed.groupby("series"):
        own = nci().merge(segments[["series"]].head(1))
        _, joins = breaks.search(np.arange(19.0), np.log(own[["v"]].to_numpy().T), np.ones(19), 2)[len(segments) - 1]
        told = breaks._segments(np.arange(19.0), np.log(own[["v"]].to_numpy().T), np.ones(19), joins, np.zeros(1))
        assert (told["first"] + 2001).to_list() == segments["first"].to_list()
        assert (told["last"] + 2001).to_list() == segments["last"].to_list()
        assert (told[RATES].to_numpy() - segments[RATES].to_numpy()) == pytest.approx(0, abs=5.1e-5)


def test_bic3_chooses_what_nci_chose_in_eleven_of_twelve():
    told = joinpoint(nci(), by="series").groupby("series")["joins"].first()
    printed = pd.read_csv(GOLDEN / "nci_joinpoint_segments.csv").groupby("series").size() - 1
    assert told.index[told != printed].to_list() == ["Liver 20-49"] and told["Liver 20-49"] == 0


def test_the_answer_tells_each_segment_and_the_average_of_the_whole():
    told = joinpoint(nci(), by="series").query("series == 'Kidney 20-49'")
    printed = pd.read_csv(GOLDEN / "nci_joinpoint_segments.csv").query("series == 'Kidney 20-49'")
    assert told[["segment", "first", "last"]].to_numpy().tolist() == [[1, 2001, 2004], [2, 2004, 2016], [3, 2016, 2019]]
    assert (told[RATES].to_numpy() - printed[RATES].to_numpy()) == pytest.approx(0, abs=5.1e-5)
    assert told[["n", "joins"]].drop_duplicates().to_numpy().tolist() == [[19, 2]]
    assert set(told["method"]) == {"bic3, at most 3 joins"}


def test_the_average_has_narrower_limits_than_ncis_that_take_the_segments_for_independent():
    printed = pd.read_csv(GOLDEN / "nci_joinpoint_segments.csv").groupby("series").first()
    told = joinpoint(nci(), by="series").groupby("series").first()
    for name, row in told.iterrows():
        width, ncis = (
            row["aapc_high"] - row["aapc_low"],
            printed.loc[name, "clegg_high"] - printed.loc[name, "clegg_low"],
        )
        if row["joins"]:
            assert width < 0.8 * ncis
        elif printed.loc[name, "last"] == 2019:
            assert width == pytest.approx(ncis, abs=2e-4)


@pytest.mark.parametrize("true_join, bend", [(9, 0.08), (14, -0.2)])
def test_the_limits_of_the_average_cover_it_also_after_the_search(true_join, bend):
    chance, t = np.random.default_rng(0), np.arange(19)
    line = 0.02 * t + bend * np.maximum(t - true_join, 0)
    y = line + chance.normal(0, 0.05, (2_000, 19))
    told = breaks.fit(t * 1.0, y, None, 1, "bic3").groupby("series").first()
    truth = 100 * np.expm1((line[-1] - line[0]) / 18)
    assert (told["joins"] == 1).mean() > 0.99
    assert ((told["aapc_low"] <= truth) & (truth <= told["aapc_high"])).mean() == pytest.approx(0.95, abs=0.015)


@laws
@given(st.lists(logs, min_size=7, max_size=14), st.randoms(), st.booleans())
def test_the_search_finds_the_best_of_all_lines_with_gaps_and_weights(y, chance, weighted):
    values, years = np.exp(y), sorted(chance.sample(range(1990, 2020), len(y)))
    weight = np.array([chance.uniform(0.2, 3) for _ in y]) if weighted else np.ones(len(y))
    found = breaks.search(np.array(years) * 1.0, np.array([y]), weight, 2 if len(y) >= 12 else 1)
    for joins, (sse, places) in enumerate(found):
        rivals = {each: fitted(years, values, each, weight).ssr for each in allowed(len(y), joins)}
        best = min(rivals.values())
        assert sse[0] == pytest.approx(best, rel=1e-6, abs=1e-9)
        assert rivals[tuple(places[0].tolist())] == pytest.approx(best, rel=1e-6, abs=1e-9)


@laws
@given(st.lists(logs, min_size=7, max_size=16), st.randoms())
def test_the_slopes_are_those_of_statsmodels_with_standard_errors_as_weights(y, chance):
    values = np.exp(y)
    se = values * [chance.uniform(0.02, 0.2) for _ in y]
    told = one(values, se=se)
    joins = [int(year) - 2001 for year in told["first"].iloc[1:]]
    line = fitted(range(len(y)), values, joins, (values / se) ** 2)
    assert told["apc"].to_list() == pytest.approx(list(100 * np.expm1(np.cumsum(line.params[1:]))), rel=1e-6, abs=1e-6)
    if not joins and line.ssr > 1e-12:
        low, high = 100 * np.expm1(line.conf_int()[1])
        assert [told["low"].item(), told["high"].item()] == pytest.approx([low, high], rel=1e-6, abs=1e-6)
        assert told["p_value"].item() == pytest.approx(line.pvalues[1], abs=1e-9)
        assert told[["aapc", *AVERAGE]].to_numpy()[0] == pytest.approx(told[["apc", "low", "high"]].to_numpy()[0])


@laws
@given(st.lists(logs, min_size=3, max_size=16), st.floats(0.01, 1000))
def test_multiplying_by_a_constant_changes_nothing(y, constant):
    told, scaled = one(np.exp(y)), one(np.exp(y) * constant)
    scaled[["start", "end"]] /= constant
    assert_frame_equal(told, scaled, check_exact=False, rtol=1e-5, atol=1e-5)


@laws
@given(st.lists(logs, min_size=7, max_size=16))
def test_segments_touch_the_average_lies_between_them_and_limits_hold_their_value(y):
    told = one(np.exp(y))
    assert (told["first"].iloc[1:].to_numpy() == told["last"].iloc[:-1].to_numpy()).all()
    assert told["apc"].min() - 1e-9 <= told["aapc"].iloc[0] <= told["apc"].max() + 1e-9
    assert ((told["low"] <= told["apc"]) & (told["apc"] <= told["high"])).all()
    assert ((told["aapc_low"] <= told["aapc"]) & (told["aapc"] <= told["aapc_high"])).all()


def test_a_clean_bend_is_found_and_the_average_is_from_end_to_end():
    values = 100 * np.r_[1.1 ** np.arange(6), 1.1**5 * 0.9 ** np.arange(1, 6)]
    told = one(values)
    assert told[["first", "last"]].to_numpy().tolist() == [[2001, 2006], [2006, 2011]]
    assert told["apc"].to_list() == pytest.approx([10, -10])
    assert told["aapc"].iloc[0] == pytest.approx(100 * ((values[-1] / values[0]) ** 0.1 - 1))


@pytest.mark.parametrize("choose", breaks.CHOICES)
@pytest.mark.parametrize("growth", [1.0, 1.07])
def test_a_perfect_growth_gets_no_join_out_of_rounding(choose, growth):
    told = joinpoint(pd.DataFrame({"year": range(25), "v": 3 * growth ** np.arange(25)}), choose=choose)
    assert len(told) == 1 and told["apc"].item() == pytest.approx(100 * (growth - 1), abs=1e-6)
    assert (told["p_value"].item() < 0.001) == (growth != 1)


def test_the_percent_change_is_that_of_a_year_whatever_the_periods():
    months = pd.period_range("2020-01", periods=48, freq="M")
    quarters = pd.period_range("2020Q1", periods=16, freq="Q")
    for periods, each in ((months, 12), (quarters, 4)):
        told = one(1.06 ** (np.arange(len(periods)) / each), periods)
        assert told["apc"].item() == pytest.approx(6) and told["first"].dtype == periods.dtype


def test_the_most_joins_follow_the_number_of_times_and_what_can_be_tried():
    sizes = [3, 6, 7, 11, 12, 16, 17, 21, 22, 58, 59, 115, 116, 240]
    assert [breaks.most_joins(size) for size in sizes] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 2, 2]
    assert [breaks.most_joins(240, asked) for asked in range(5)] == [0, 1, 2, 2, 2]
    told = one(np.exp(np.sin(np.arange(6) * 3)))
    assert told["joins"].item() == 0 and told["method"].item() == "bic3, at most 0 joins"


def test_fewer_joins_may_be_asked_for_and_bic_allows_more_than_bic3():
    kidney = nci().query("series == 'Kidney 20-49'")
    assert [joinpoint(kidney, max_joins=most)["joins"].iloc[0] for most in range(4)] == [0, 1, 2, 2]
    assert joinpoint(kidney, max_joins=1)["method"].iloc[0] == "bic3, at most 1 join"
    liver = nci().query("series == 'Liver 20-49'")
    assert joinpoint(liver, choose="bic")["joins"].iloc[0] == 1 and joinpoint(liver)["joins"].iloc[0] == 0


def test_permutation_finds_a_bend_leaves_chance_alone_and_repeats_itself():
    chance, t = np.random.default_rng(2), np.arange(15)
    bent = np.exp(0.1 * np.maximum(t - 7, 0) - 0.05 * t + chance.normal(0, 0.02, 15))
    df = pd.DataFrame({"year": t, "v": bent})
    told = joinpoint(df, choose="permutation")
    assert told["joins"].iloc[0] == 1 and told["last"].iloc[0] in (6, 7, 8)
    assert_frame_equal(told, joinpoint(df.sample(frac=1, random_state=0), choose="permutation"))
    noise = breaks.fit(t * 1.0, chance.normal(size=(60, 15)), None, 1, "permutation")
    assert (noise.groupby("series")["joins"].first() > 0).mean() <= 0.15


def test_fewer_than_three_values_are_too_short_and_stay_as_a_row():
    df = pd.DataFrame(
        {"area": ["a"] * 3 + ["b"] * 8, "year": [*range(3), *range(8)], "v": [np.nan, 2, 3, *range(1, 9)]}
    )
    told = joinpoint(df, by="area")
    short = told.iloc[0]
    assert [short[name] for name in ("area", "n", "joins", "segment", "first", "last")] == ["a", 2, 0, 1, 1, 2]
    assert short[[*RATES, *AVERAGE]].isna().all() and short["method"] == "not computed: too short, 1 missing left out"
    assert told.iloc[1:]["apc"].notna().all()
    assert one([np.nan, np.nan])["n"].item() == 0


def test_a_row_without_its_standard_error_is_left_out():
    told = one([3.0, 4, 5, 7, 8], se=[0.1, np.nan, 0.1, 0.2, 0.1])
    assert told["n"].item() == 4 and told["method"].item().endswith("1 missing left out")


def test_a_value_of_0_is_refused_with_its_area_and_time():
    df = pd.DataFrame({"area": "110101", "year": pd.period_range("2015", periods=4, freq="Y"), "v": [3, 0, 4, 5]})
    with pytest.raises(TableError, match="area 110101 has a v of 0 in 2016: it has no logarithm"):
        joinpoint(df, by="area")
    with pytest.raises(TableError, match="The table has a se of 0 in 2002: give its standard error"):
        one([3, 4, 5], se=[1, 0, 1])
    with pytest.raises(TableError, match="1 row with a v below 0"):
        one([3, -4, 5])


def test_an_unknown_choice_and_a_number_of_joins_out_of_range_are_refused():
    with pytest.raises(TableError, match="choose is 'aic'; use bic3, bic, permutation"):
        joinpoint(nci(), by="series", choose="aic")
    for joins in (-1, 5, 1.5):
        with pytest.raises(TableError, match=f"max_joins is {joins}; use 0 to 4"):
            joinpoint(nci(), by="series", max_joins=joins)


def test_the_fitted_ends_of_the_segments_are_those_of_the_broken_line():
    years = np.arange(2000, 2020)
    truth = np.exp(5 + np.where(years < 2010, 0.05 * (years - 2000), 0.5 - 0.1 * (years - 2010)))
    told = trend.joinpoint(pd.DataFrame({"year": years, "value": truth}), value="value", time="year", max_joins=1)
    assert told["last"].astype(int).to_list() == [2010, 2019]
    np.testing.assert_allclose(told[["start", "end"]], [[truth[0], truth[10]], [truth[10], truth[19]]], rtol=1e-9)
