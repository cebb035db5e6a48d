"""Shares, rates and their differences: published limits, rivals, laws, guards."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats import proportion
from statsmodels.stats.rates import confint_poisson

from drugstats import tables, vocab
from drugstats.stats import rates
from drugstats.tables import TableError

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
METHODS = ["wilson", "clopper-pearson", "jeffreys", "mid-p"]
LARGE = 7_500_000_000

laws = settings(max_examples=20, deadline=None, derandomize=True, database=None)
every_method = pytest.mark.parametrize("method", METHODS)
confidences = st.floats(0.8, 0.999)


@st.composite
def counts(draw, largest=20_000):
    whole = draw(st.one_of(st.integers(1, 30), st.integers(1, largest)))
    return draw(st.integers(0, whole)), whole


def share(part, whole, **options):
    return rates.share(pd.DataFrame({"x": [part], "n": [whole]}), part="x", whole="n", **options).iloc[0]


def rate(events, exposure=1.0, per=1, **options):
    df = pd.DataFrame({"x": [events], "n": [exposure]})
    return rates.rate(df, events="x", exposure="n", per=per, **options).iloc[0]


def difference(part, whole, base_part, base_whole, **options):
    df = pd.DataFrame({"x": [part], "n": [whole], "y": [base_part], "m": [base_whole]})
    return rates.difference(df, part="x", whole="n", base_part="y", base_whole="m", **options).iloc[0]


def change(after, before, **options):
    df = pd.DataFrame({"x": [after], "y": [before]})
    return rates.change(df, after="x", before="y", **options).iloc[0]


def golden(name):
    return pd.read_csv(GOLDEN / name, dtype={"period": str})


def each_row(name):
    return pytest.mark.parametrize("row", list(golden(name).itertuples(index=False)))


@each_row("newcombe_1998_shares.csv")
def test_limits_of_a_share_are_those_newcombe_printed(row):
    result = share(row.part, row.whole, method=row.method)
    assert (result["low"], result["high"]) == pytest.approx((row.low, row.high), abs=5.1e-5)
    assert result["method"] == f"{row.method} 95%"


@each_row("newcombe_1998_differences.csv")
def test_limits_of_a_difference_are_those_newcombe_printed(row):
    result = difference(row.part, row.whole, row.base_part, row.base_whole)
    assert (result["low"], result["high"]) == pytest.approx((row.low, row.high), abs=5.1e-5)


@each_row("poisson_limits.csv")
def test_limits_of_a_count_are_the_tabulated_ones(row):
    for method in ["exact", "byar"] if row.events < 10 else ["exact"]:
        result = rate(row.events, method=method)
        assert (result["low"], result["high"]) == pytest.approx((row.low, row.high), abs=5.1e-5)
        assert result["method"] == "exact 95%"


def test_byar_stays_within_two_per_mille_of_exact_from_ten_events_on_as_phe_says():
    df = pd.DataFrame({"x": np.arange(10, 3000), "n": 1.0})
    exact, byar = (rates.rate(df, events="x", exposure="n", per=1, method=name) for name in ("exact", "byar"))
    assert set(byar["method"]) == {"byar 95%"}
    assert (byar["low"] / exact["low"] - 1).abs().max() < 0.002
    assert (byar["high"] / exact["high"] - 1).abs().max() < 0.002
    assert (byar["low"] != exact["low"]).all()


def test_all_390_rates_of_the_english_police_forces_are_as_printed():
    observed = tables.read(ROOT / "data" / "england" / "observations.csv")
    ratios = tables.ratio(observed, indicator="rate", part="drug_misuse_deaths", whole="population", whole_when="end")
    result = rates.rate(ratios, events="part", exposure="whole", per=100_000)
    printed = golden("england_rates.csv").assign(period=lambda df: tables.periods(df["period"]))
    both = printed.merge(result, on=["area", "period"])
    assert len(both) == len(printed) == 390
    assert (both["value"] - both["published"]).abs().max() <= 0.005 + 1e-9
    assert set(both.loc[both["method"].str.contains("small exposure"), "area"]) == {"england-city-of-london"}


def test_the_three_national_ratios_are_told_apart_as_the_published_counts_say():
    observed = tables.read(ROOT / "data" / "national" / "observations.csv")
    printed = golden("national_ratios.csv").assign(period=lambda df: tables.periods(df["period"]))
    definitions = [vocab.ratio(key) for key in printed["indicator"].unique()]
    ratios = tables.stack(*(tables.ratio(observed, **definition) for definition in definitions))
    result = rates.rate(ratios, events="part", exposure="whole", per=1)
    both = printed.merge(result, on=["period", "indicator"])
    assert len(both) == len(printed) == 17
    assert (both["value"] * 100 - both["percent"]).abs().max() <= 0.05 + 1e-9

    over = both[both["value"] > 0.05].groupby("indicator")["period"].max().astype(str).to_dict()
    assert over == {"new_user_ratio": "2022", "new_user_ratio_opening": "2021"}


@laws
@given(counts(), confidences)
def test_shares_agree_with_scipy_and_statsmodels(pair, confidence):
    x, n = pair
    test = stats.binomtest(x, n)
    rivals = {
        "wilson": test.proportion_ci(confidence, "wilson"),
        "clopper-pearson": test.proportion_ci(confidence, "exact"),
        "jeffreys": proportion.proportion_confint(x, n, 1 - confidence, "jeffreys"),
    }
    rivals["jeffreys"] = (rivals["jeffreys"][0] if x > 0 else 0, rivals["jeffreys"][1] if x < n else 1)
    for method, limits in rivals.items():
        result = share(x, n, confidence=confidence, method=method)
        assert (result["low"], result["high"]) == pytest.approx(tuple(limits), rel=1e-6, abs=1e-12)


@laws
@given(counts(), counts())
def test_differences_agree_with_statsmodels(one, two):
    rival = proportion.confint_proportions_2indep(*one, *two, compare="diff", method="newcomb")
    result = difference(*one, *two)
    assert (result["low"], result["high"]) == pytest.approx(rival, abs=1e-9)


@laws
@given(st.integers(0, 5000), confidences)
def test_rates_agree_with_statsmodels(events, confidence):
    rival = confint_poisson(events, 1, method="exact-c", alpha=1 - confidence)
    result = rate(events, confidence=confidence)
    assert (result["low"], result["high"]) == pytest.approx(np.nan_to_num(rival), rel=1e-9)


@pytest.mark.parametrize("after, before", [(0, 5), (3, 41), (60, 40), (40, 60), (535, 480)])
def test_limits_of_a_change_are_the_ratios_at_which_the_exact_test_turns(after, before):
    result = change(after, before)

    def turns(side):
        def tail(ratio):
            return stats.binomtest(after, after + before, ratio / (1 + ratio), side).pvalue - 0.025

        return optimize.brentq(tail, 1e-9, 1e3) - 1

    assert result["high"] == pytest.approx(turns("less"), rel=1e-6)
    assert result["low"] == (pytest.approx(turns("greater"), rel=1e-6) if after else -1)


@every_method
@laws
@given(pair=counts(largest=LARGE), confidence=confidences)
def test_limits_of_a_share_stay_in_range_and_around_the_value(method, pair, confidence):
    result = share(*pair, confidence=confidence, method=method)
    assert 0 <= result["low"] <= result["value"] <= result["high"] <= 1
    assert (result["low"] == 0) == (pair[0] == 0)
    assert (result["high"] == 1) == (pair[0] == pair[1])


@every_method
@laws
@given(pair=counts(), one=confidences, two=confidences)
def test_more_confidence_is_never_narrower(method, pair, one, two):
    narrow, wide = (share(*pair, confidence=level, method=method) for level in sorted([one, two]))
    assert wide["low"] <= narrow["low"] + 1e-12 and narrow["high"] <= wide["high"] + 1e-12


@every_method
@laws
@given(pair=counts())
def test_twice_the_counts_narrow_the_limits(method, pair):
    once, twice = share(*pair, method=method), share(2 * pair[0], 2 * pair[1], method=method)
    assert twice["high"] - twice["low"] < once["high"] - once["low"]


@laws
@given(st.floats(0, 1), st.floats(1e-3, 1e10), confidences)
def test_counts_that_are_not_whole_get_wilson_limits_around_the_value(portion, whole, confidence):
    assume(not float(whole).is_integer() or not float(portion * whole).is_integer())
    result = share(portion * whole, whole, confidence=confidence, method="clopper-pearson")
    assert result["method"].startswith("wilson ")
    assert 0 <= result["low"] <= result["value"] <= result["high"] <= 1


@pytest.mark.parametrize("method", ["exact", "byar"])
@laws
@given(events=st.one_of(st.integers(0, LARGE), st.floats(0, 1e6)), confidence=confidences)
def test_limits_of_a_rate_lie_around_it_or_are_missing_but_never_negative(method, events, confidence):
    result = rate(events, confidence=confidence, method=method)
    assert not result["low"] < 0
    assert not result["low"] > result["value"] and result["value"] < result["high"]
    assert (result["low"] == 0) == (events == 0)
    assert float(events).is_integer() or result["method"].startswith("byar ")


@pytest.mark.parametrize("part, whole, percent", [(26, 213, 12.2), (160, 4_788, 3.3), (31, 862, 3.6)])
def test_shares_that_speeches_and_reports_print(part, whole, percent):
    assert share(part, whole)["value"] * 100 == pytest.approx(percent, abs=0.05)


@pytest.mark.parametrize(
    "part, whole, method",
    [
        (np.nan, 41, "not computed: missing"),
        (3, np.nan, "not computed: missing"),
        (0, 0, "not computed: nobody counted"),
        (3, 0, "not computed: part above whole"),
        (42, 41, "not computed: part above whole"),
    ],
)
def test_a_share_that_cannot_be_computed_stays_with_its_reason(part, whole, method):
    df = pd.DataFrame({"x": [part, 3], "n": [whole, 41]})
    result = rates.share(df, part="x", whole="n")
    assert result.loc[0, ["value", "low", "high"]].isna().all() and result.loc[0, "method"] == method
    assert result.loc[1, "value"] == 3 / 41


def test_cases_where_nobody_lives_are_no_rate_and_more_cases_than_people_are_one():
    assert np.isnan(rate(3, 0)["value"]) and rate(3, 0)["method"] == "not computed: nobody counted"
    assert rate(3, 2)["value"] == 1.5


def test_a_difference_says_which_side_could_not_be_computed():
    assert difference(3, 41, 42, 41)["method"] == "not computed: part above whole"
    assert difference(np.nan, 41, 3, 0)["method"] == "not computed: missing"


def test_a_change_from_nothing_is_not_a_number():
    assert np.isnan(change(5, 0)["value"]) and change(5, 0)["method"] == "not computed: nobody counted"


def test_a_full_register_may_be_shown_without_limits():
    calls = [(share, 26, 213), (rate, 26, 213), (change, 26, 20), (difference, 26, 213, 20, 200)]
    for call, *counted in calls:
        result = call(*counted, confidence=None)
        assert not np.isnan(result["value"]) and result[["low", "high"]].isna().all()
        assert result["method"].endswith(" no limits")


def test_a_rate_per_more_people_than_there_are_is_marked():
    assert rate(1, 900, per=100_000)["method"] == "exact 95%, small exposure"
    assert rate(1, 100_000, per=100_000)["method"] == "exact 95%"


def test_byar_is_missing_where_its_formula_turns_negative():
    result = rate(0.3, confidence=0.95)
    assert np.isnan(result["low"]) and result["high"] > 0.3


@pytest.mark.parametrize("call", [share, rate, change, lambda x, n, **kw: difference(x, n, x, n, **kw)])
@pytest.mark.parametrize("confidence", [0, 1, 95, -0.95, np.nan])
def test_a_confidence_outside_0_to_1_is_refused(call, confidence):
    with pytest.raises(TableError, match="The confidence is .*; use a number between 0 and 1 such as 0.95"):
        call(3, 41, confidence=confidence)


def test_an_unknown_method_is_refused_with_the_known_ones():
    with pytest.raises(TableError, match="'wald'; use wilson, clopper-pearson, jeffreys, mid-p"):
        share(3, 41, method="wald")
    with pytest.raises(TableError, match="'normal'; use exact or byar"):
        rate(3, 41, method="normal")


@pytest.mark.parametrize("per", [0, -10_000, np.nan, np.inf])
def test_a_rate_per_nobody_is_refused(per):
    with pytest.raises(TableError, match="per is .*; use a number above 0 such as 10000"):
        rate(3, 41, per=per)


def test_limits_for_a_change_of_kilograms_are_refused():
    with pytest.raises(TableError, match="1 rows? .* not whole counts.* confidence=None"):
        change(3.5, 2)


@pytest.mark.parametrize("n", [5, 20, 50, 200])
def test_limits_hold_the_true_share_as_often_as_they_say(n):
    counted, truth = pd.DataFrame({"x": np.arange(n + 1), "n": n}), np.linspace(0.005, 0.995, 199)
    chance = stats.binom.pmf(counted["x"].to_numpy()[:, None], n, truth)
    coverage = {}
    for method in METHODS:
        limits = rates.share(counted, part="x", whole="n", method=method).iloc[:, -3:-1].to_numpy()
        inside = (limits[:, :1] <= truth) & (truth <= limits[:, 1:])
        coverage[method] = (inside * chance).sum(axis=0)
    assert coverage["wilson"].mean() == pytest.approx(0.95, abs=0.01)
    assert coverage["clopper-pearson"].min() >= 0.95
