"""Shares, rates and what compares them: published limits, rivals, laws, guards."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
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


def ratio(events, exposure, base_events, base_exposure, **options):
    df = pd.DataFrame({"x": [events], "n": [exposure], "y": [base_events], "m": [base_exposure]})
    return rates.ratio(df, events="x", exposure="n", base_events="y", base_exposure="m", **options).iloc[0]


def standardised(df, by="area", **options):
    return rates.standardised(df, events="events", exposure="people", weight="weight", by=by, **options)


def indirectly_standardised(df, by="area", **options):
    roles = dict(events="events", exposure="people", reference="standard")
    return rates.indirectly_standardised(df, **roles, by=by, **options)


def strata(*groups, people=(4000, 2500, 900), weight=(5, 3, 2), standard=(0.001, 0.004, 0.01)):
    """A table of areas a, b, … from the events of their strata, each as long as the shortest."""
    rows = [
        ("abcdefgh"[number], *row)
        for number, events in enumerate(groups)
        for row in zip(events, people, weight, standard, strict=False)
    ]
    return pd.DataFrame(rows, columns=["area", "events", "people", "weight", "standard"]).astype({"events": float})


@st.composite
def areas(draw, fewest=0):
    """Two or three areas of two to four strata on one standard, counts up to 7.5 billion people."""
    groups, size = draw(st.integers(2, 3)), draw(st.integers(2, 4))
    people = draw(st.lists(st.integers(1, LARGE), min_size=groups * size, max_size=groups * size))
    events = draw(st.lists(st.integers(fewest, 5000), min_size=groups * size, max_size=groups * size))
    weight = draw(st.lists(st.integers(1, 10**6), min_size=size, max_size=size))
    columns = {"area": np.repeat([*"cab"][:groups], size), "events": events, "people": people}
    return pd.DataFrame(columns).assign(weight=weight * groups, standard=[w / 10**9 for w in weight] * groups)


def golden(name, **options):
    return pd.read_csv(GOLDEN / name, **{"dtype": {"period": str}, **options})


def printed(text):
    """What a source printed, give or take half its last digit."""
    return pytest.approx(float(text), abs=0.5001 * 10.0 ** -len(text.partition(".")[2]))


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


@pytest.mark.parametrize("row", list(golden("rate_ratios.csv", dtype=str).itertuples(index=False)))
def test_ratios_of_two_rates_are_those_that_rateratio_test_and_openepi_print(row):
    result = ratio(*(float(number) for number in row[:4]), method=row.method)
    for column in ("value", "low", "high"):
        assert result[column] == printed(getattr(row, column))
    assert result["method"] == {"exact": "conditional 95%", "mid-p": "mid-p 95%"}[row.method]


@pytest.mark.parametrize("row", list(golden("standardised_rates.csv", dtype=str).itertuples(index=False)))
def test_standardised_rates_are_those_that_phe_and_fay_print(row):
    df = golden("standardised_strata.csv").query(f"example == '{row.example}'")
    roles = dict(events="events", exposure="exposure", weight="weight", by="example")
    result = rates.standardised(df, **roles).iloc[0]
    assert (result["n"], result["events"], result["value"]) == (int(row.n), int(row.events), printed(row.value))
    assert result["method"] == "dobson 95%"
    if row.example == "phe":
        count = int(row.events)
        for side, text in (("low", row.byar_low), ("high", row.byar_high)):
            reach = [rate(count, method=method)[side] - count for method in ("byar", "exact")]
            assert result["value"] + (result[side] - result["value"]) * reach[0] / reach[1] == printed(text)


def test_observed_over_expected_is_what_sas_and_openepi_print():
    florida = golden("skin_cancer_strata.csv")
    florida = florida.assign(area="florida", standard=florida["reference_events"] / florida["reference_exposure"])
    openepi = pd.DataFrame({"area": ["openepi"], "events": 4, "exposure": 3.3, "standard": 1.0})
    df = pd.concat([florida, openepi]).rename(columns={"exposure": "people"})
    published = golden("observed_to_expected.csv", dtype=str)
    for row, (_, result) in zip(published.itertuples(), indirectly_standardised(df).iterrows(), strict=True):
        assert (result["area"], result["events"]) == (row.example, int(row.events))
        assert (result["expected"], result["value"]) == (printed(row.expected), printed(row.value))
        low, high = stats.chi2.ppf([0.025, 0.975], [2 * result["events"], 2 * result["events"] + 2]) / 2
        assert (result["low"], result["high"]) == pytest.approx(
            (low / result["expected"], high / result["expected"]), rel=1e-9
        )


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
    assert result["method"].startswith("wilson ") and result["method"].endswith(", not whole counts")
    wilson = proportion.proportion_confint(portion * whole, whole, 1 - confidence, "wilson")
    assert (result["low"], result["high"]) == pytest.approx(wilson, rel=1e-6, abs=1e-12)
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
    assert float(events).is_integer() != result["method"].endswith(", not whole counts")


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


@laws
@given(counts(largest=LARGE), counts(largest=LARGE), confidences)
def test_limits_of_a_difference_stay_in_range_and_around_the_value(one, two, confidence):
    result = difference(*one, *two, confidence=confidence)
    assert -1 <= result["low"] <= result["value"] <= result["high"] <= 1


def test_a_share_says_that_the_exact_limits_were_switched_off_and_only_then():
    assert share(2.5, 41, method="mid-p")["method"] == "wilson 95%, not whole counts"
    assert difference(3, 41, 2.5, 40)["method"] == "newcombe 95%, not whole counts"
    assert difference(2.5, 41, 3, 40)["method"] == "newcombe 95%, not whole counts"
    assert rate(2.5, 900, per=100_000)["method"] == "byar 95%, not whole counts, small exposure"
    for call, *counted in [(share, 2.5, 41), (rate, 2.5), (difference, 2.5, 9, 3, 9)]:
        assert call(*counted, confidence=None)["method"].endswith(" no limits")


@pytest.mark.parametrize("part, whole", [(1, LARGE), (LARGE - 1, LARGE), (1, 1), (0, 1), (1, 2)])
def test_mid_p_limits_are_where_half_the_point_counts_at_any_size(part, whole):
    result = share(part, whole, method="mid-p", confidence=0.999)
    for limit in (result["low"], result["high"]):
        if 0 < limit < 1:
            beyond = stats.binom.sf(part, whole, limit) + stats.binom.pmf(part, whole, limit) / 2
            assert min(beyond, 1 - beyond) == pytest.approx(0.0005, rel=1e-6 if limit < 0.5 else 2e-3)


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


@pytest.mark.parametrize("method", ["exact", "mid-p"])
@pytest.mark.parametrize("events, base", [(0, 5), (3, 41), (60, 40), (7, 1), (535, 480)])
def test_limits_of_a_ratio_are_where_the_test_turns(method, events, base):
    result = ratio(events, 300, base, 700, method=method, confidence=0.9)

    def turns(limit, side):
        share = limit * 300 / (limit * 300 + 700)
        counted = stats.binom(events + base, share)
        tail = counted.sf(events - 1) if side == "low" else counted.cdf(events)
        return tail - (counted.pmf(events) / 2 if method == "mid-p" else 0)

    assert turns(result["high"], "high") == pytest.approx(0.05, rel=1e-6)
    assert result["low"] == 0 if events == 0 else turns(result["low"], "low") == pytest.approx(0.05, rel=1e-6)


positive = st.integers(1, LARGE)


@pytest.mark.parametrize("method", ["exact", "mid-p"])
@laws
@given(x=positive, n=positive, base=positive, base_n=positive, confidence=confidences)
def test_a_ratio_turned_round_is_the_inverse_with_its_limits(method, x, n, base, base_n, confidence):
    options = dict(confidence=confidence, method=method)
    one, other = ratio(x, n, base, base_n, **options), ratio(base, base_n, x, n, **options)
    assert 0 < one["low"] < one["value"] < one["high"] < np.inf
    inverse = (1 / other["value"], 1 / other["high"], 1 / other["low"])
    assert (one["value"], one["low"], one["high"]) == pytest.approx(inverse, rel=1e-9)


@laws
@given(st.integers(0, 5000), st.integers(1, 5000), confidences)
def test_a_ratio_over_equal_times_is_one_more_than_the_change(after, before, confidence):
    one, other = ratio(after, 7, before, 7, confidence=confidence), change(after, before, confidence=confidence)
    columns = ["value", "low", "high"]
    assert one[columns].to_list() == pytest.approx([1 + value for value in other[columns]], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("method", ["exact", "mid-p"])
@laws
@given(x=st.integers(0, 5000), base=st.integers(1, 5000), one=confidences, two=confidences)
def test_more_confidence_never_narrows_a_ratio(method, x, base, one, two):
    narrow, wide = (ratio(x, 3, base, 4, confidence=level, method=method) for level in sorted([one, two]))
    assert wide["low"] <= narrow["low"] * (1 + 1e-12) and narrow["high"] <= wide["high"] * (1 + 1e-12)


def test_a_ratio_keeps_its_digits_where_one_side_is_a_single_case_of_billions():
    result = ratio(LARGE, 1, 1, 1)
    low, high = stats.chi2.ppf([0.025, 0.975], [2, 4]) / 2
    assert (result["low"], result["high"]) == pytest.approx((LARGE / high, LARGE / low), rel=1e-6)
    assert change(LARGE, 1)["high"] == pytest.approx(LARGE / low, rel=1e-6)


def test_no_cases_have_the_ratio_nothing_and_a_limit_above():
    result = ratio(0, 1000, 5, 1000)
    assert (result["value"], result["low"]) == (0, 0) and 0 < result["high"] < 1.1


def test_a_base_without_events_gives_only_the_ratio_that_is_surely_reached():
    result = ratio(17, 1000, 0, 2000)
    assert np.isnan(result["value"]) and np.isnan(result["high"])
    assert stats.binom.sf(16, 17, result["low"] / (result["low"] + 2)) == pytest.approx(0.025)
    assert result["method"] == "not computed: no events in the base"


@pytest.mark.parametrize(
    "given, method",
    [
        ((0, 1000, 0, 2000), "not computed: no events"),
        ((np.nan, 1000, 0, 2000), "not computed: missing"),
        ((3, np.nan, 4, 2000), "not computed: missing"),
        ((3, 1000, np.nan, 2000), "not computed: missing"),
        ((3, 1000, 4, np.nan), "not computed: missing"),
        ((3, 0, 4, 2000), "not computed: nobody counted"),
        ((3, 1000, 4, 0), "not computed: nobody counted"),
        ((0, 1000, 0, 0), "not computed: nobody counted"),
    ],
)
def test_a_ratio_that_cannot_be_computed_stays_with_its_reason(given, method):
    result = ratio(*given)
    assert result[["value", "low", "high"]].isna().all() and result["method"] == method


@pytest.mark.parametrize("given", [(2.5, 1000, 4, 2000), (3, 1000, 4.5, 2000)])
def test_a_ratio_of_counts_that_are_not_whole_has_no_limits_and_says_so(given):
    result = ratio(*given)
    assert result["value"] == pytest.approx(given[0] / given[1] / (given[2] / given[3]))
    assert result[["low", "high"]].isna().all() and result["method"] == "conditional no limits, not whole counts"
    assert np.isnan(ratio(2.5, 1000, 0, 2000)["low"])


def test_a_ratio_without_limits_and_one_by_an_unknown_method():
    assert ratio(3, 10, 4, 10, confidence=None)["method"] == "conditional no limits"
    with pytest.raises(TableError, match="'wald'; use exact or mid-p"):
        ratio(3, 10, 4, 10, method="wald")
    with pytest.raises(TableError, match="The confidence is 95"):
        ratio(3, 10, 4, 10, confidence=95)


def test_ratios_leave_the_table_as_it_was_and_do_not_mind_the_order_of_its_rows():
    df = pd.DataFrame({"x": [3, 0, 17, 4], "n": [9, 8, 7, 0], "y": [4, 0, 0, 5], "m": [5, 6, 7, 8]}, index=[7, 5, 7, 2])
    before, roles = df.copy(deep=True), dict(events="x", exposure="n", base_events="y", base_exposure="m")
    result = rates.ratio(df, **roles)
    assert_frame_equal(df, before)
    assert_frame_equal(result[df.columns], before)
    assert_frame_equal(rates.ratio(df.iloc[::-1], **roles), result.iloc[::-1])
    assert len(rates.ratio(df.iloc[:0], **roles)) == 0


def test_limits_of_a_ratio_hold_the_true_ratio_at_least_as_often_as_they_say():
    x, y = (each.ravel() for each in np.meshgrid(np.arange(60), np.arange(60)))
    df = pd.DataFrame({"x": x, "n": 1.0, "y": y, "m": 2.0})
    result = rates.ratio(df, events="x", exposure="n", base_events="y", base_exposure="m")
    for mean, base_mean in [(4, 9), (12, 12), (20, 5)]:
        true = mean / (base_mean / 2)
        chance = stats.poisson.pmf(x, mean) * stats.poisson.pmf(y, base_mean)
        missed = (result["low"] > true) | (result["high"] < true)
        assert chance.sum() > 0.999 and chance[missed].sum() <= 0.05


@laws
@given(areas(fewest=3), confidences)
def test_standardised_rates_follow_dobson_summed_by_hand(df, confidence):
    result = standardised(df, confidence=confidence).set_index("area")
    assert list(result.index) == sorted(df["area"].unique())
    for area, rows in df.groupby("area"):
        if rows["events"].sum() < 10:
            continue
        factor = rows["weight"] / rows["weight"].sum() / rows["people"]
        value, variance = (factor * rows["events"]).sum(), (factor**2 * rows["events"]).sum()
        count, tail = rows["events"].sum(), (1 - confidence) / 2
        low, high = stats.chi2.ppf([tail, 1 - tail], [2 * count, 2 * count + 2]) / 2
        reach = [value + (variance / count) ** 0.5 * (limit - count) for limit in (low, high)]
        expected = [100_000 * number for number in (value, max(reach[0], 0), reach[1])]
        assert result.loc[area, ["value", "low", "high"]].to_list() == pytest.approx(expected, rel=1e-6)
        assert result.loc[area, ["n", "events", "exposure"]].to_list() == [len(rows), count, rows["people"].sum()]


@laws
@given(st.integers(10, LARGE), st.integers(1, LARGE), st.integers(1, 10**9), confidences)
def test_one_stratum_or_weights_like_the_people_give_the_crude_rate(events, people, weight, confidence):
    crude = rate(events, people, per=100_000, confidence=confidence)[["value", "low", "high"]].to_list()
    one = strata([events], people=[people], weight=[weight])
    assert standardised(one, confidence=confidence).loc[0, ["value", "low", "high"]].to_list() == pytest.approx(crude)
    split = strata([events - 4, 4], people=[people, people], weight=[weight, weight])
    halves = rate(events, 2 * people, per=100_000, confidence=confidence)[["value", "low", "high"]].to_list()
    assert standardised(split, confidence=confidence).loc[0, ["value", "low", "high"]].to_list() == pytest.approx(
        halves
    )


@pytest.mark.parametrize("call", [standardised, indirectly_standardised])
@laws
@given(df=areas(), data=st.data())
def test_groups_do_not_mind_the_order_of_rows_and_leave_the_table_as_it_was(call, df, data):
    df.index = [7] * len(df)
    before, order = df.copy(deep=True), data.draw(st.permutations(range(len(df))))
    result = call(df)
    assert_frame_equal(df, before)
    assert_frame_equal(call(df.iloc[order]), result)
    assert_frame_equal(call(df[df.columns[::-1]]), result)
    assert (result["value"].isna() == result["method"].str.startswith("not computed: ")).all()


@pytest.mark.parametrize("call", [standardised, indirectly_standardised])
@laws
@given(df=areas(), one=confidences, two=confidences)
def test_more_confidence_never_narrows_a_standardised_value(call, df, one, two):
    narrow, wide = (call(df, confidence=level).dropna() for level in sorted([one, two]))
    assert (wide["low"] <= narrow["low"] * (1 + 1e-12)).all() and (narrow["high"] <= wide["high"] * (1 + 1e-12)).all()
    assert ((0 <= narrow["low"]) & (narrow["low"] <= narrow["value"]) & (narrow["value"] <= narrow["high"])).all()


@laws
@given(areas(), st.floats(1e-6, 1e6))
def test_weights_times_a_constant_change_nothing(df, constant):
    assert_frame_equal(standardised(df.assign(weight=df["weight"] * constant)), standardised(df))


def test_one_row_a_group_with_its_columns_in_order():
    df = strata([3, 9, 8], [1, 30, 4])
    assert " ".join(standardised(df)) == "area n events exposure value low high method"
    assert " ".join(indirectly_standardised(df)) == "area n events expected value low high method"
    both = pd.concat([df.assign(period=year) for year in pd.period_range("2022", periods=2, freq="Y")])
    for call in (standardised, indirectly_standardised):
        result = call(both, by=["period", "area"])
        assert list(result["area"]) == ["a", "b", "a", "b"] and result["period"].dtype == "period[Y-DEC]"
        assert list(result["n"]) == [3] * 4 and result["n"].dtype == "int64"
        assert len(call(df.iloc[:0])) == 0 and list(call(df.iloc[:0]).columns) == list(call(df).columns)
        assert list(call(df.astype({"area": pd.CategoricalDtype(["b", "a", "never"])}))["area"]) == ["b", "a"]


def test_below_ten_events_a_standardised_rate_is_not_computed_but_its_events_are_told():
    result = standardised(strata([3, 3, 3], [3, 3, 4], [0, 0, 0]))
    assert list(result["events"]) == [9, 10, 0]
    few = "not computed: fewer than ten events"
    assert list(result["method"]) == [few, "dobson 95%", few]
    assert result.loc[[0, 2], ["value", "low", "high"]].isna().all(axis=None) and result.loc[1, "value"] > 0


@pytest.mark.parametrize("column", ["events", "people"])
@pytest.mark.parametrize("call", [standardised, indirectly_standardised])
def test_a_group_with_a_missing_count_is_not_a_smaller_sum(call, column):
    df = strata([30, 9, 8], [1, 30, 4])
    result = call(df.assign(**{column: df[column].where(df.index != 1)}))
    assert result.loc[0, "method"] == "not computed: missing"
    assert result.loc[0, ["value", "low", "high"]].isna().all()
    assert_frame_equal(result.tail(1), call(df).tail(1))


def test_smoothed_counts_get_limits_by_byar_and_say_so():
    df = strata([30.5, 9, 8.5], [1, 30, 4])
    direct, indirect = standardised(df), indirectly_standardised(df)
    assert list(direct["method"]) == ["dobson 95%, not whole counts", "dobson 95%"]
    assert list(indirect["method"]) == ["byar 95%, not whole counts", "exact 95%"]
    byar = rate(48, method="byar")
    assert indirect.loc[0, "low"] * indirect.loc[0, "expected"] == pytest.approx(byar["low"])
    share = np.array([0.5, 0.3, 0.2]) / np.array([4000, 2500, 900])
    scale = (share**2 @ np.array([30.5, 9, 8.5]) / 48) ** 0.5
    assert direct.loc[0, "low"] == pytest.approx(direct.loc[0, "value"] + 100_000 * scale * (byar["low"] - 48))


def test_strata_of_weight_0_are_left_out_even_where_nobody_lives():
    with_visitors = strata([30, 9, 8], [1, 30, 4], weight=(5, 0, 2), people=(4000, 0, 900))
    without = with_visitors.query("weight > 0")
    assert_frame_equal(standardised(with_visitors), standardised(without))
    assert list(standardised(with_visitors)["events"]) == [38, 5] and list(standardised(without)["n"]) == [2, 2]


def test_a_heavy_stratum_with_one_event_never_gives_a_rate_below_nothing():
    result = standardised(strata([1, 400, 30], people=(10, 900_000, 900_000)))
    assert result.loc[0, "low"] == 0 < result.loc[0, "value"] < result.loc[0, "high"]


def test_groups_may_be_shown_without_limits():
    for call, name in ((standardised, "dobson no limits"), (indirectly_standardised, "exact no limits")):
        result = call(strata([30, 9, 8]), confidence=None).iloc[0]
        assert result["method"] == name and result["value"] > 0 and result[["low", "high"]].isna().all()


@pytest.mark.parametrize(
    "spoil, sentence",
    [
        (lambda df: df.assign(weight=df["weight"].where(df.index != 4)), "A stratum of area b has no weight: join the standard by its label"),
        (lambda df: df.assign(people=df["people"].where(df.index != 4, 0)), "A stratum of area b has a weight but no exposure"),
        (lambda df: df.drop(index=4), r"area b \(2 strata, 7 in all\) has other weights than area a \(3 strata, 10 in all\): give each group every stratum of one standard"),
        (lambda df: df.assign(weight=df["weight"].where(df.index != 4, 4)), r"area b \(3 strata, 11 in all\) has other weights than area a \(3 strata, 10 in all\)"),
        (lambda df: df.assign(weight=[5, 3, 2, 4, 4, 2, 5, 3, 2]), r"area b \(3 strata, 10 in all\) has other weights than area a \(3 strata, 10 in all\)"),
        (lambda df: pd.concat([df, df.iloc[[4]]]), r"area b \(4 strata, 13 in all\) has other weights"),
        (lambda df: df.assign(weight=df["weight"].where(df["area"] != "b", 0)), r"area b \(0 strata, 0 in all\) has other weights"),
        (lambda df: df.assign(weight=0), "No stratum has a weight above 0: join the standard by its label"),
        (lambda df: df.assign(weight=-df["weight"]), "9 rows with a weight below 0"),
        (lambda df: df.assign(area=df["area"].where(df.index != 4)), "A row has no area: fill it in"),
        (lambda df: df.drop(columns="weight"), "The table has no column 'weight'"),
    ],
)  # fmt: skip
def test_a_standardised_rate_over_a_spoilt_standard_is_refused(spoil, sentence):
    good = strata([30, 9, 8], [1, 30, 4], [7, 7, 7])
    assert (standardised(good)["method"] == "dobson 95%").all()
    with pytest.raises(TableError, match=sentence):
        standardised(spoil(good))


@pytest.mark.parametrize("call", [standardised, indirectly_standardised])
@pytest.mark.parametrize("by", [[], "value", ["area", "n"]])
def test_groups_by_nothing_or_by_a_result_are_refused(call, by):
    with pytest.raises(TableError, match="by is .*; name one column or more, none of them a result such as n or value"):
        call(strata([30, 9, 8]).assign(value=1, n=1), by=by)
    with pytest.raises(TableError, match="The table has no column 'arae'; the nearest is 'area'"):
        call(strata([30, 9, 8]), by="arae")


@pytest.mark.parametrize("call", [standardised, indirectly_standardised])
def test_groups_refuse_a_confidence_of_95_and_a_rate_per_nobody(call):
    with pytest.raises(TableError, match="The confidence is 95"):
        call(strata([30, 9, 8]), confidence=95)
    with pytest.raises(TableError, match="per is 0"):
        standardised(strata([30, 9, 8]), per=0)


@laws
@given(areas(), confidences)
def test_observed_over_expected_is_the_rate_per_expected_event(df, confidence):
    result = indirectly_standardised(df, confidence=confidence)
    expected = df.assign(expected=df["people"] * df["standard"])
    sums = expected.groupby("area", as_index=False)[["events", "expected"]].sum()
    crude = rates.rate(sums, events="events", exposure="expected", per=1, confidence=confidence)
    columns = ["events", "expected", "value", "low", "high", "method"]
    assert_frame_equal(result[columns], crude[columns].astype({"events": float}))
    assert ((result["low"] == 0) == (result["events"] == 0)).all()


def test_no_events_are_a_ratio_of_nothing_with_a_limit_above():
    result = indirectly_standardised(strata([0, 0, 0])).iloc[0]
    assert (result["value"], result["low"]) == (0, 0)
    assert result["high"] == pytest.approx(-np.log(0.025) / 23)


def test_where_nothing_is_expected_or_nobody_lives_nothing_is_compared():
    df = strata([30, 9, 8], [1, 30, 4], [2, 2, 2])
    df.loc[df["area"] == "a", "standard"] = 0
    df.loc[4, "people"] = 0
    result = indirectly_standardised(df)
    assert list(result["method"]) == ["not computed: nothing expected", "not computed: nobody counted", "exact 95%"]
    assert result.loc[:1, ["value", "low", "high"]].isna().all(axis=None)


def test_a_reference_rate_that_did_not_join_is_refused():
    df = strata([30, 9, 8], [1, 30, 4])
    with pytest.raises(TableError, match="A stratum of area b has no reference rate: join the standard by its label"):
        indirectly_standardised(df.assign(standard=df["standard"].where(df.index != 4)))


def test_two_indirect_ratios_of_the_same_rates_differ_with_the_strata_as_the_docstring_warns():
    rate_of_each = np.array([0.002, 0.004, 0.005])
    young, old = (np.array(people) for people in ([9000, 500, 500], [500, 500, 9000]))
    areas = [strata(people * rate_of_each, people=people) for people in (young, old)]
    both = pd.concat([areas[0], areas[1].assign(area="b")])
    result = indirectly_standardised(both)
    assert result.loc[0, "value"] > 1.4 and result.loc[1, "value"] < 0.6
    assert standardised(both)["value"].to_list() == pytest.approx([320, 320])
    assert "not comparable with one another" in " ".join(rates.indirectly_standardised.__doc__.split())


@pytest.mark.slow
def test_limits_of_a_standardised_rate_hold_the_true_one_as_often_as_they_say():
    people, weight = np.array([40_000, 25_000, 9_000, 3_000]), np.array([5, 3, 2, 1])
    true_rates, draws = np.array([0.0001, 0.0005, 0.001, 0.002]), 20_000
    events = np.random.default_rng(0).poisson(people * true_rates, (draws, 4))
    columns = {"area": np.repeat(np.arange(draws), 4), "events": events.ravel(), "people": np.tile(people, draws)}
    result = standardised(pd.DataFrame(columns).assign(weight=np.tile(weight, draws)), per=1).dropna()
    true = weight @ true_rates / weight.sum()
    assert len(result) > 0.99 * draws
    assert ((result["low"] <= true) & (true <= result["high"])).mean() == pytest.approx(0.955, abs=0.01)
