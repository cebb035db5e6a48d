"""Counts against a control line: exact tests, honest verdicts, what could have been seen, guards."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from drugstats.stats import control, rates
from drugstats.tables import TableError

LARGE = 7_500_000_000
# The worked example of Benjamini & Hochberg 1995 (J R Stat Soc B 57:289): 4 are found, by Bonferroni 3.
PUBLISHED = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
PUBLISHED += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]

laws = settings(max_examples=20, deadline=None, derandomize=True, database=None)
lines = st.sampled_from([0.002, 0.05, 0.12, 0.5, 0.95])


@st.composite
def counts(draw, largest=20_000):
    whole = draw(st.one_of(st.integers(1, 60), st.integers(1, largest)))
    return draw(st.integers(0, whole)), whole


pairs = st.lists(counts(), min_size=1, max_size=12)


def judge(part, whole, line=0.05, **options):
    part, whole = np.atleast_1d(part), np.atleast_1d(whole)
    df = pd.DataFrame({"x": part, "n": whole})
    return control.judge(df, line=line, part="x", whole="n", **options)


def judged(part, whole, line=0.05, **options):
    return judge(part, whole, line, **options).iloc[0]


def adjusted_by_hand(p_value, adjust):
    """From the definitions, one hypothesis at a time."""
    ordered, m = sorted(p_value), len(p_value)
    if adjust == "holm":
        steps = [min(1, (m - place) * p) for place, p in enumerate(ordered)]
        return [max(steps[: ordered.index(p) + 1]) for p in p_value]
    harder = sum(1 / place for place in range(1, m + 1)) if adjust == "fdr_by" else 1
    steps = [min(1, harder * m / place * p) for place, p in enumerate(ordered, start=1)]
    return [min(steps[ordered.index(p) :]) for p in p_value]


def critical_count(n, line, tail=0.025):
    return next(x for x in range(n + 2) if stats.binom.sf(x - 1, n, line) <= tail)


def test_three_cases_among_41_are_never_called_over_the_line():
    assert judged(3, 41)["verdict"] == "cannot tell"
    assert 3 / 41 > 0.05


def test_the_county_of_the_speech_is_over_the_line_and_its_neighbours_are_not_told():
    result = judge([26, 3, 0, 12], [213, 41, 20, 240])
    assert result["verdict"].to_list() == ["above", "cannot tell", "cannot tell", "at the line"]


@pytest.mark.parametrize("part, whole", [(1, 20), (5, 100), (50, 1000), (375_000_000, LARGE)])
def test_exactly_at_the_line_is_said_to_be_at_the_line(part, whole):
    result = judged(part, whole)
    assert result["verdict"] == "at the line" and result["p_value"] > 0.99
    beside = judge([part - 1, part + 1], [whole, whole])
    assert not (beside["verdict"] == "at the line").any()


@laws
@given(st.integers(1, 999), st.integers(1, 7_500_000))
def test_a_line_in_thousandths_is_met_exactly_and_only_by_its_own_share(thousandths, times):
    line, whole = thousandths / 1000, 1000 * times
    result = judge([thousandths * times + step for step in (-1, 0, 1)], [whole] * 3, line)
    assert (result["verdict"] == "at the line").to_list() == [False, True, False]
    assert not (set(result["verdict"].iloc[[0]]) & {"above"} or set(result["verdict"].iloc[[2]]) & {"below"})


def test_a_line_that_is_itself_a_ratio_of_counts_is_met_by_the_same_ratio():
    assert judge([1, 26, 7], [3, 78, 22], 1 / 3)["verdict"].to_list() == ["at the line", "at the line", "cannot tell"]


def test_what_prints_as_five_percent_is_judged_by_its_counts():
    result = judge([4_960, 5_040, 4_960_000, 5_040_000], [100_000, 100_000, 100_000_000, 100_000_000])
    assert result["verdict"].to_list() == ["cannot tell", "cannot tell", "below", "above"]


def test_none_found_is_evidence_from_59_people_on_one_sided_and_from_72_on_two_sided():
    assert judge([0, 0], [58, 59], alpha=0.10, adjust="none")["verdict"].to_list() == ["cannot tell", "below"]
    assert judge([0, 0], [71, 72], adjust="none")["verdict"].to_list() == ["cannot tell", "below"]


def test_one_person_proves_nothing_and_all_of_mankind_everything():
    assert judge([0, 1], [1, 1])["verdict"].to_list() == ["cannot tell", "cannot tell"]
    sure = judge([375_200_000, 374_800_000, LARGE], [LARGE] * 3)
    assert sure["verdict"].to_list() == ["above", "below", "above"] and sure["p_adjusted"].iloc[-1] == 0


@laws
@given(counts(), lines)
def test_the_p_value_is_twice_the_nearer_tail(pair, line):
    x, n = pair
    tails = [stats.binomtest(x, n, line, side).pvalue for side in ("less", "greater")]
    assert judged(x, n, line)["p_value"] == pytest.approx(min(1, 2 * min(tails)), rel=1e-6)


@laws
@given(counts(), lines)
def test_the_verdict_agrees_with_clopper_pearson_limits(pair, line):
    df = pd.DataFrame([pair], columns=["x", "n"])
    limits = rates.share(df, part="x", whole="n", method="clopper-pearson").iloc[0]
    result = judged(*pair, line, adjust="none")
    assume(abs(result["p_value"] - 0.05) > 1e-9)
    assert (result["verdict"] == "above") == (limits["low"] > line)
    assert (result["verdict"] == "below") == (limits["high"] < line)


@laws
@given(pairs, lines, st.sampled_from(["fdr_bh", "fdr_by", "holm", "none"]))
def test_adjusting_never_makes_surer_and_the_verdict_is_on_the_side_of_the_share(pairs, line, adjust):
    result = judge(*zip(*pairs, strict=True), line, adjust=adjust)
    assert (result["p_adjusted"] >= result["p_value"]).all() and (result["p_adjusted"] <= 1).all()
    told = result["verdict"].isin(["above", "below"])
    assert (told == (result["p_adjusted"] <= 0.05)).all()
    assert ((result["verdict"] == "above") == (told & (result["x"] / result["n"] > line))).all()
    assert ((result["verdict"] == "at the line") == (result["x"] / result["n"] == line)).all()


@laws
@given(pairs, st.sampled_from(["fdr_bh", "fdr_by", "holm"]))
def test_the_adjustment_is_the_one_of_the_definition(pairs, adjust):
    result = judge(*zip(*pairs, strict=True), adjust=adjust)
    by_hand = adjusted_by_hand(result["p_value"].to_list(), adjust)
    assert result["p_adjusted"].to_list() == pytest.approx(by_hand)


@laws
@given(pairs, st.sampled_from(["fdr_bh", "fdr_by", "holm"]))
def test_the_adjustment_is_that_of_statsmodels_also_where_counts_repeat(pairs, adjust):
    from statsmodels.stats.multitest import multipletests

    result = judge(*zip(*pairs, *pairs[:3], strict=True), adjust=adjust)
    other = multipletests(result["p_value"], method=adjust)[1]
    assert result["p_adjusted"].to_list() == pytest.approx(list(other), rel=1e-12)


def test_the_number_of_tests_and_what_chance_alone_flags_stand_in_every_row():
    result = judge([26, 3, np.nan, 5, 12], [213, 41, 90, 4, 300], alpha=0.1)
    assert result["tests"].to_list() == [3] * 5 and result["false_flags"].to_list() == pytest.approx([0.3] * 5)


def test_chance_alone_flags_no_more_than_is_said_and_mid_p_comes_nearer_to_it():
    draws = stats.binom.rvs(300, 0.05, size=4_000, random_state=0)
    flagged = {
        test: judge(draws, [300] * 4_000, adjust="none", test=test)["verdict"].isin(["above", "below"]).sum()
        for test in ("exact", "mid-p")
    }
    assert flagged["exact"] < flagged["mid-p"] < 1.2 * 4_000 * 0.05
    assert flagged["exact"] < judge(draws, [300] * 4_000)["false_flags"].iloc[0]


def binomial_exactly(n, line):
    """Each count's chance, in whole-number arithmetic."""
    p = Fraction(str(line))
    return [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]


@laws
@given(counts(largest=60), lines)
def test_both_p_values_are_those_of_fractions(pair, line):
    x, n = pair
    chance = binomial_exactly(n, line)
    low, high = sum(chance[: x + 1]), sum(chance[x:])
    assert judged(x, n, line)["p_value"] == pytest.approx(float(min(1, 2 * min(low, high))), rel=1e-9)
    mid = 2 * min(low - chance[x] / 2, high - chance[x] / 2)
    assert judged(x, n, line, test="mid-p")["p_value"] == pytest.approx(float(mid), rel=1e-9)


@laws
@given(counts(), lines)
def test_mid_p_agrees_with_mid_p_limits_and_never_exceeds_the_exact_p(pair, line):
    df = pd.DataFrame([pair], columns=["x", "n"])
    limits = rates.share(df, part="x", whole="n", method="mid-p").iloc[0]
    result = judged(*pair, line, adjust="none", test="mid-p")
    assume(abs(result["p_value"] - 0.05) > 1e-6 and 0 < pair[0] < pair[1])
    assert result["p_value"] <= judged(*pair, line)["p_value"]
    assert (result["verdict"] == "above") == (limits["low"] > line)
    assert (result["verdict"] == "below") == (limits["high"] < line)


@pytest.mark.parametrize("n", [1, 20, 41, 213, 1_000])
def test_detectable_by_mid_p_starts_at_the_first_count_that_mid_p_calls_above(n):
    told = judge(range(n + 1), [n] * (n + 1), adjust="none", test="mid-p")
    critical = told.loc[told["verdict"] == "above", "x"].min()
    detectable = told["detectable"].iloc[0]
    if n == 1:
        assert np.isnan(critical) == np.isnan(detectable)
    else:
        assert stats.binom.sf(critical - 1, n, detectable) == pytest.approx(0.8)
        assert detectable <= judged(0, n)["detectable"]


def test_a_p_value_too_small_for_a_number_is_0_and_still_adjusted_and_told():
    result = judge([LARGE, 0, 3], [LARGE, LARGE, 41], adjust="fdr_by")
    assert result["verdict"].to_list() == ["above", "below", "cannot tell"]
    assert result["p_adjusted"].to_list()[:2] == [0, 0] and result["p_adjusted"].notna().all()


@pytest.mark.parametrize("adjust, found", [("fdr_bh", 4), ("holm", 3)])
def test_the_definition_finds_what_benjamini_and_hochberg_printed(adjust, found):
    assert sum(p <= 0.05 for p in adjusted_by_hand(PUBLISHED, adjust)) == found


def test_a_row_that_cannot_be_computed_is_not_counted_among_the_tests():
    alone = judge([26, 3], [213, 41], adjust="holm")
    among = judge([26, 3, np.nan, 5, 0, 2.5], [213, 41, 90, 4, 0, 50], adjust="holm")
    assert among["p_adjusted"].head(2).to_list() == alone["p_adjusted"].to_list()
    assert among["verdict"].tail(4).to_list() == ["not computed"] * 4
    assert among[["p_value", "p_adjusted", "detectable"]].tail(4).isna().all(axis=None)


def test_every_row_may_have_its_own_line_and_one_without_a_line_is_not_judged():
    df = pd.DataFrame({"x": [26, 26, 26], "n": [213, 213, 213], "limit": [0.05, 0.12, np.nan]})
    result = control.judge(df, line="limit", part="x", whole="n")
    assert result["verdict"].to_list() == ["above", "cannot tell", "not computed"]
    assert result["line"].to_list()[:2] == [0.05, 0.12]


@pytest.mark.parametrize("n", [4, 20, 41, 59, 213, 1_000, 4_788])
def test_detectable_is_the_smallest_share_seen_four_times_in_five(n):
    critical = critical_count(n, 0.05)
    detectable = judged(0, n)["detectable"]
    assert stats.binom.sf(critical - 1, n, detectable) >= 0.8 - 1e-9
    assert stats.binom.sf(critical - 1, n, detectable - 1e-4) < 0.8
    told = judge([critical - 1, critical], [n, n], adjust="none")["verdict"].to_list()
    assert told == ["cannot tell", "above"]


@laws
@given(st.integers(1, LARGE), lines)
def test_detectable_is_above_the_line_or_missing(n, line):
    detectable = judged(0, n, line)["detectable"]
    assert detectable > line or (np.isnan(detectable) and line**n > 0.025)


@pytest.mark.parametrize("line", [0, 1, 5, -0.05, np.inf])
def test_a_line_that_is_not_a_fraction_is_refused(line):
    with pytest.raises(TableError, match="A control line is a fraction between 0 and 1, such as 0.05"):
        judge([3], [41], line)


def test_a_column_of_lines_in_percent_is_refused_and_a_missing_one_is_named():
    df = pd.DataFrame({"x": [3], "n": [41], "limit": [5.0]})
    with pytest.raises(TableError, match="A control line is a fraction"):
        control.judge(df, line="limit", part="x", whole="n")
    with pytest.raises(TableError, match="no column 'limits'; the nearest is 'limit'"):
        control.judge(df, line="limits", part="x", whole="n")


def test_an_unknown_adjustment_is_refused_with_the_known_ones():
    with pytest.raises(TableError, match="'bonferroni'; use fdr_bh, fdr_by, holm or none"):
        judge([3], [41], adjust="bonferroni")


def test_an_unknown_test_is_refused_with_the_known_ones():
    with pytest.raises(TableError, match="The test is 'wald'; use exact or mid-p"):
        judge([3], [41], test="wald")


@pytest.mark.parametrize("alpha", [0, 1, 5, -0.05, np.nan])
def test_an_error_rate_outside_0_to_1_is_refused(alpha):
    with pytest.raises(TableError, match="alpha is .*; use a number between 0 and 1 such as 0.05"):
        judge([3], [41], alpha=alpha)


def test_each_period_is_adjusted_for_its_own_tests_alone():
    df = pd.DataFrame({"part": [26, 3, 9, 30], "whole": [213, 41, 80, 213], "period": [2024, 2025, 2024, 2025]})
    options = {"line": 0.05, "part": "part", "whole": "whole"}
    together = control.judge(df, by="period", **options)
    for period, rows in df.groupby("period"):
        alone = control.judge(rows, **options)
        pd.testing.assert_frame_equal(together[df["period"] == period], alone)
    assert together["tests"].to_list() == [2, 2, 2, 2]
