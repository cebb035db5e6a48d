"""Funnels: published and recomputed limits, flags that agree with them, areas that differ beyond chance, guards."""

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import special, stats

from drugstats.stats import control, dispersion
from drugstats.tables import TableError

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
LARGE = 7_500_000_000
LIMITS = ["low95", "high95", "low998", "high998"]
TAILS = {"95": 0.025, "998": 0.001}
# Twelve areas made up so that they differ far more than chance: shares from 2 % to 30 %.
CASES = [4, 30, 9, 61, 12, 150, 20, 41, 7, 88, 33, 60]
PEOPLE = [200, 210, 300, 400, 410, 500, 520, 610, 350, 700, 810, 900]

laws = settings(max_examples=25, deadline=None, derandomize=True, database=None)
models = pytest.mark.parametrize("model", ["binomial", "poisson"])
centres = st.sampled_from([0.0007, 0.02, 0.05, 0.12, 0.5, 0.9])
# From a village to all of mankind, each order of size as likely as the next.
sizes = st.floats(0, math.log(LARGE)).map(lambda logarithm: round(math.exp(logarithm)))


def funnel(part, whole, **options):
    return control.funnel(pd.DataFrame({"x": part, "n": whole}), part="x", whole="n", **options)


def placed(part, whole, centre=0.05, **options):
    return funnel([part], [whole], centre=centre, **options).iloc[0]


def differing(**options):
    return funnel(CASES, PEOPLE, overdispersion=True, **options)


def near_the_limits(n, centre, model="binomial", tau2=0.0):
    """Whole counts round each limit, and the centre."""
    found = {int(n * centre), 0}
    for tail in TAILS.values():
        for limit in dispersion.interpolated(np.array([float(n)]), np.array([centre]), tail, model, tau2):
            found |= {int(limit[0]) + step for step in (-2, -1, 0, 1, 2)}
    return sorted(x for x in found if x >= 0 and (model == "poisson" or x <= n))


def side_by_value(row):
    for name in ("998", "95"):
        if row["value"] > row[f"high{name}"]:
            return f"high{name}"
        if row["value"] < row[f"low{name}"]:
            return f"low{name}"
    return "inside"


def side_by_p_value(row):
    name = "998" if row["p_value"] < 0.002 else "95" if row["p_value"] < 0.05 else None
    return f"{'high' if row['value'] > row['centre'] else 'low'}{name}" if name else "inside"


def test_the_observed_number_lies_on_the_limit_where_the_authority_drew_it():
    printed = pd.read_csv(GOLDEN / "funnel_poisson.csv")
    for limit in LIMITS:
        drawn = funnel(printed["observed"], printed[f"at_{limit}"], centre=1, model="poisson")
        assert (drawn[limit] * drawn["n"]).to_list() == pytest.approx(printed["observed"].to_list(), abs=2e-4)


def test_lower_limits_are_the_published_interpolated_ones_and_upper_ones_stand_one_count_higher():
    printed = pd.read_csv(GOLDEN / "funnel_interpolated.csv")
    drawn = control.funnel(
        printed.assign(x=1), part="x", whole="expected", centre="centre", model="poisson"
    )  # the limits do not depend on x
    one_count = 1 / printed["expected"]
    for limit, column, step in [
        ("low95", "low95", 0), ("low998", "low998", 0),
        ("high95", "upper95_printed", one_count), ("high998", "upper998_printed", one_count),
    ]:  # fmt: skip
        assert drawn[limit].to_list() == pytest.approx((printed[column] + step).to_list(), abs=1e-9)


def test_one_case_of_one_person_is_inside():
    row = placed(1, 1)
    assert row["outside"] == "inside" and row["p_value"] == pytest.approx(0.1) and row["high998"] == 1


def exactly(n, centre, tail):
    """The limits from the definition, one count at a time, in fractions."""
    p, tail = Fraction(str(centre)), Fraction(str(tail))
    chance = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    below = [sum(chance[: k + 1]) for k in range(n + 1)]
    r = next(k for k in range(n + 1) if below[k] >= tail)
    low = max(Fraction(0), r - (below[r] - tail) / chance[r])
    beyond = [sum(chance[k:]) for k in range(n + 2)]
    s = next(k for k in range(n + 2) if beyond[k] < tail)
    high = min(Fraction(n), s - 1 + (beyond[s - 1] - tail) / chance[s - 1])
    return float(low / n), float(high / n)


@laws
@given(st.integers(1, 60), st.sampled_from([0.02, 0.05, 0.3, 0.5, 0.95]))
def test_binomial_limits_are_those_of_fractions(n, centre):
    row = placed(0, n, centre)
    for name, tail in TAILS.items():
        assert (row[f"low{name}"], row[f"high{name}"]) == pytest.approx(exactly(n, centre, tail), rel=1e-9, abs=1e-12)


@laws
@given(sizes, centres)
def test_the_funnel_of_those_who_passed_is_the_mirror_of_those_who_failed(n, centre):
    row, mirrored = placed(0, n, centre), placed(n, n, 1 - centre)
    for name in TAILS:
        assert n * row[f"low{name}"] == pytest.approx(n - n * mirrored[f"high{name}"], rel=1e-6, abs=1e-3)
        assert n * row[f"high{name}"] == pytest.approx(n - n * mirrored[f"low{name}"], rel=1e-6, abs=1e-3)


@models
@laws
@given(n=sizes, centre=centres)
def test_flag_drawn_limit_and_p_value_never_disagree_at_any_size(model, n, centre):
    x = near_the_limits(n, centre, model)
    result = funnel(x, [n] * len(x), centre=centre, model=model)
    assert result["outside"].to_list() == [side_by_value(row) for _, row in result.iterrows()]
    assert result["outside"].to_list() == [side_by_p_value(row) for _, row in result.iterrows()]
    limits = result[["low998", "low95", "centre", "high95", "high998"]].to_numpy()
    assert (np.diff(limits) >= 0).all() and (limits >= 0).all()
    assert model == "poisson" or (limits <= 1).all()


@models
@pytest.mark.parametrize("rho", [0.001, 0.05, 0.3])
@settings(max_examples=4, deadline=None, derandomize=True, database=None)
@given(n=st.one_of(st.integers(1, 40), sizes), centre=st.sampled_from([0.02, 0.05, 0.5]))
def test_they_never_disagree_where_areas_differ_beyond_chance_either(model, rho, n, centre):
    tau2 = rho * centre * (1 - centre)
    x = np.array(near_the_limits(n, centre, model, tau2), dtype="float64")
    numbers, words = control._placed(x, np.full(len(x), float(n)), np.full(len(x), centre), model, tau2)
    rows = pd.DataFrame(numbers, columns=["value", "centre", *LIMITS, "z", "p_value"])
    assert words.tolist() == [side_by_value(row) for _, row in rows.iterrows()]
    assert [word[-2:] == "de" for word in words] == (rows["p_value"] >= 0.05).to_list()


@models
@laws
@given(n=st.integers(1, 5_000), centre=centres, data=st.data())
def test_the_p_value_is_twice_the_nearer_tail_of_scipy(model, n, centre, data):
    x = data.draw(st.integers(0, n))
    law = stats.binom(n, centre) if model == "binomial" else stats.poisson(n * centre)
    expected = min(1, 2 * min(law.cdf(x), law.sf(x - 1)))
    assert placed(x, n, centre, model=model)["p_value"] == pytest.approx(expected, rel=1e-6, abs=1e-250)


@pytest.mark.parametrize("n, centre, rho", [(1, 0.05, 0.2), (40, 0.05, 0.01), (700, 0.3, 0.1), (2000, 0.02, 0.004)])
def test_the_tails_of_shares_that_differ_are_those_of_the_beta_binomial(n, centre, rho):
    x = np.unique(np.linspace(0, min(n, 4 * n * centre), 12).round())
    law = stats.betabinom(n, centre * (1 / rho - 1), (1 - centre) * (1 / rho - 1))
    given = x, np.full(len(x), float(n)), np.full(len(x), centre), "binomial", rho * centre * (1 - centre)
    assert dispersion.at_least(*given) == pytest.approx(law.sf(x - 1), rel=1e-6, abs=1e-12)
    assert dispersion.at_most(*given) == pytest.approx(law.cdf(x), rel=1e-6, abs=1e-12)
    assert n**2 * dispersion.variance(n, centre, "binomial", given[-1]) == pytest.approx(law.var())


@pytest.mark.parametrize("n, centre, tau2", [(0.5, 1, 0.1), (40, 0.05, 0.001), (90, 1.1, 0.04), (5000, 0.3, 0.02)])
def test_the_tails_of_rates_that_differ_are_those_of_the_negative_binomial(n, centre, tau2):
    x = np.unique(np.linspace(0, 4 * n * centre + 3, 12).round())
    shape = centre**2 / tau2
    law = stats.nbinom(shape, shape / (shape + n * centre))
    given = x, np.full(len(x), float(n)), np.full(len(x), centre), "poisson", tau2
    assert dispersion.at_least(*given) == pytest.approx(law.sf(x - 1), rel=1e-8, abs=1e-14)
    assert dispersion.at_most(*given) == pytest.approx(law.cdf(x), rel=1e-8, abs=1e-14)
    assert n**2 * dispersion.variance(n, centre, "poisson", tau2) == pytest.approx(law.var())


@models
def test_differences_that_vanish_leave_the_plain_limits(model):
    n, centre = np.array([1.0, 40, 3_000, LARGE]), np.full(4, 0.05)
    for tail in TAILS.values():
        plain, nearly = (dispersion.interpolated(n, centre, tail, model, tau2) for tau2 in (0.0, 1e-15))
        assert np.array(nearly) == pytest.approx(np.array(plain), rel=1e-4, abs=1e-6)


@models
def test_excess_is_that_of_the_formulas_worked_step_by_step(model):
    centre = sum(CASES) / sum(PEOPLE)
    chance = [centre * (1 - centre if model == "binomial" else 1) / n for n in PEOPLE]
    z = [(x / n - centre) / math.sqrt(s2) for x, n, s2 in zip(CASES, PEOPLE, chance, strict=True)]
    ordered = sorted(z)  # type 7: 1 + 11 × 0.1 = the 2.1th value of twelve, and the 10.9th
    lowest = ordered[1] + 0.1 * (ordered[2] - ordered[1])
    highest = ordered[9] + 0.9 * (ordered[10] - ordered[9])
    kept = [min(max(value, lowest), highest) for value in z]
    phi = sum(value**2 for value in kept) / 12
    weights = [1 / s2 for s2 in chance]
    tau2 = (12 * phi - 11) / (sum(weights) - sum(w**2 for w in weights) / sum(weights))

    result = differing(model=model)
    assert result["phi"].to_list() == pytest.approx([phi] * 12) and phi > 10
    assert result["tau2"].to_list() == pytest.approx([tau2] * 12)
    assert result["phi_p"].iloc[0] == pytest.approx(stats.chi2.sf(12 * phi, 12))
    rest = (lambda n: (n - 1) / n) if model == "binomial" else (lambda n: 1)
    by_hand = [
        (x / n - centre) / math.sqrt(s2 + tau2 * rest(n)) for x, n, s2 in zip(CASES, PEOPLE, chance, strict=True)
    ]
    assert result["z"].to_list() == pytest.approx(by_hand)


@models
def test_where_areas_differ_beyond_chance_the_limits_widen_and_fewer_lie_outside(model):
    plain, wide = funnel(CASES, PEOPLE, model=model), differing(model=model)
    assert plain["phi"].equals(wide["phi"]) and (plain["tau2"] == 0).all()
    assert (wide["high95"] > plain["high95"]).all() and (wide["low95"] < plain["low95"]).all()
    assert (plain["outside"] != "inside").sum() > 4 > (wide["outside"] != "inside").sum()
    assert wide["method"].iloc[0].startswith({"binomial": "beta-binomial", "poisson": "gamma-poisson"}[model])


def test_areas_that_differ_by_chance_alone_keep_the_plain_limits():
    result = funnel([10, 9, 11, 12, 8] * 2, [200] * 10, overdispersion=True)
    assert (result["tau2"] == 0).all() and (result["phi_p"] > 0.9).all()
    assert (result["method"] == "binomial, pooled centre").all()
    assert_frame_equal(result, funnel([10, 9, 11, 12, 8] * 2, [200] * 10))


@models
def test_limits_leave_out_no_more_areas_than_they_say_where_the_difference_between_them_is_known(model):
    chance, tau2 = np.random.default_rng(0), 0.03**2
    whole = chance.integers(100, 110, 2_000).astype("float64")
    if model == "binomial":
        part = chance.binomial(whole.astype(int), chance.beta(9.9, 89.1, 2_000))
    else:
        part = chance.poisson(whole * chance.gamma(100 / 9, 0.009, 2_000))
    p_value, _ = dispersion.central(part.astype("float64"), whole, np.full(2_000, 0.1), model, tau2)
    assert 0.03 < (p_value < 0.05).mean() < 0.05


def test_winsorising_counts_a_normal_spread_at_two_thirds():
    z = stats.norm.ppf((np.arange(4_000) + 0.5) / 4_000)
    phi, p_value, tau2 = dispersion.excess(z, np.full(4_000, 0.01))
    assert phi == pytest.approx(0.679, abs=0.001) and p_value > 0.999 and tau2 == 0


def test_the_pooled_centre_is_the_total_and_a_row_out_of_order_does_not_count():
    result = funnel([5, 15, np.nan, 9], [100, 100, 50, 3])
    assert result["centre"].head(2).to_list() == [0.1, 0.1] and result["centre"].tail(2).isna().all()


def test_against_the_others_a_large_area_cannot_hide_in_its_own_yardstick():
    part, whole = [900, 5, 6, 4], [9_000, 100, 100, 100]
    pooled, others = funnel(part, whole), funnel(part, whole, centre="others")
    assert others["centre"].to_list() == pytest.approx([15 / 300, 910 / 9_200, 909 / 9_200, 911 / 9_200])
    assert pooled["outside"].iloc[0] == "inside" and others["outside"].iloc[0] == "high998"


def test_a_fixed_line_may_differ_from_row_to_row():
    df = pd.DataFrame({"x": [26, 26, 26], "n": [213, 213, 213], "limit": [0.05, 0.12, np.nan]})
    result = control.funnel(df, part="x", whole="n", centre="limit")
    assert result["outside"].to_list() == ["high998", "inside", "not computed"]
    assert result["method"].iloc[2] == "not computed: no centre"


@models
def test_a_row_that_cannot_be_computed_stays_listed_with_its_reason(model):
    result = funnel([3, 0, np.nan, 2.5, 50, 4], [41, 0, 30, 50, 40, 60], model=model, centre=0.1)
    reasons = ["nobody counted", "missing", "not whole numbers"] + ["part above whole"] * (model == "binomial")
    assert result["method"].iloc[1 : 1 + len(reasons)].to_list() == [f"not computed: {reason}" for reason in reasons]
    lost = result["outside"] == "not computed"
    assert lost.sum() == len(reasons)
    assert result.loc[lost, ["value", "centre", *LIMITS, "z", "p_value"]].isna().all(axis=None)
    assert result.loc[~lost, ["value", "centre", *LIMITS, "z", "p_value"]].notna().all(axis=None)


def test_an_expected_number_need_not_be_whole_and_may_be_passed():
    row = placed(9, 2.5, 1, model="poisson")
    assert row["value"] == 3.6 and row["outside"] == "high95"
    assert row["p_value"] == pytest.approx(2 * stats.poisson.sf(8, 2.5))


@pytest.mark.parametrize(
    "part, centre", [([0, 0, 0], None), ([41, 50, 60], None), ([0, 0, 3], "others"), ([4], "others")]
)
def test_where_no_chance_can_be_reckoned_no_area_is_called_outside(part, centre):
    result = funnel(part, [41, 50, 60][: len(part)], centre=centre)
    assert result["outside"].iloc[-1] == "not computed" and result["method"].iloc[-1] == "not computed: no centre"


def test_areas_that_are_all_equal_are_all_inside():
    result = funnel([5] * 12, [100] * 12, overdispersion=True)
    assert (result["outside"] == "inside").all() and (result["phi"] == 0).all() and (result["z"] == 0).all()


def test_one_huge_area_breaks_nothing():
    result = funnel([*CASES, 380_000_000], [*PEOPLE, LARGE], overdispersion=True)
    assert result[[*LIMITS, "z", "p_value", "tau2"]].notna().all(axis=None) and (result["tau2"] > 0).all()
    alone = placed(375_000_000, LARGE)
    assert alone["outside"] == "inside" and alone["p_value"] > 0.99
    assert placed(375_060_000, LARGE)["outside"] == "high998" and placed(374_960_000, LARGE)["outside"] == "low95"


def test_a_p_value_too_small_for_a_number_is_0_and_z_is_still_finite():
    row = placed(LARGE, LARGE)
    assert row["p_value"] == 0 and np.isfinite(row["z"]) and row["outside"] == "high998"


CALLS = {
    "line": {"centre": 0.05}, "pooled": {}, "others": {"centre": "others"}, "poisson": {"model": "poisson"},
    "beta-binomial": {"overdispersion": True}, "gamma-poisson": {"overdispersion": True, "model": "poisson"},
}  # fmt: skip


@pytest.mark.parametrize("options", CALLS.values(), ids=CALLS)
def test_order_index_and_unknown_rows_change_nothing_and_the_input_is_untouched(options):
    df = pd.DataFrame({"n": PEOPLE, "x": CASES, "area": [f"county {number}" for number in range(12)]}, index=[7] * 12)
    before = df.copy(deep=True)
    result = control.funnel(df, part="x", whole="n", **options)
    assert_frame_equal(df, before)
    assert_frame_equal(result[df.columns], before)
    turned = control.funnel(df.iloc[::-1], part="x", whole="n", **options).iloc[::-1]
    assert_frame_equal(turned, result)
    unknown = df.iloc[:1].assign(x=np.nan)
    longer = control.funnel(pd.concat([unknown, df]), part="x", whole="n", **options)
    assert_frame_equal(longer.iloc[1:], result, check_dtype=False)
    assert len(control.funnel(df.iloc[:0], part="x", whole="n", **{**options, "overdispersion": False})) == 0


@models
@pytest.mark.parametrize("overdispersion", [False, True])
def test_the_curve_passes_through_the_limits_of_the_rows_at_its_ends(model, overdispersion):
    result = funnel(CASES, PEOPLE, model=model, overdispersion=overdispersion)
    drawn = control.curve(result, whole="n", model=model)
    assert list(drawn) == ["whole", "centre", *LIMITS] and 100 < len(drawn) <= 150
    assert (drawn["whole"].iloc[0], drawn["whole"].iloc[-1]) == (200, 900) and drawn["whole"].is_monotonic_increasing
    ends = result.sort_values("n").iloc[[0, -1]]
    for limit in LIMITS:
        assert drawn[limit].iloc[[0, -1]].to_list() == ends[limit].to_list()
        assert np.abs(np.diff(drawn[limit])).max() < 0.05


def test_the_curve_of_shares_stands_at_whole_sizes_and_that_of_one_size_is_one_point():
    drawn = control.curve(funnel([1, 40], [3, 90], centre=0.3), whole="n")
    assert (drawn["whole"] == drawn["whole"].round()).all() and drawn["whole"].is_unique
    assert len(control.curve(funnel([1, 2], [40, 40]), whole="n")) == 1


def test_a_curve_is_refused_where_rows_have_centres_of_their_own():
    with pytest.raises(TableError, match="The centre or tau2 differs between rows: draw each row's own limits"):
        control.curve(funnel(CASES, PEOPLE, centre="others"), whole="n")
    two = pd.concat([funnel(CASES, PEOPLE, centre=0.1), funnel(CASES, PEOPLE, centre=0.1, overdispersion=True)])
    with pytest.raises(TableError, match="The centre or tau2 differs"):
        control.curve(two, whole="n")


def test_a_curve_of_nothing_is_empty_and_of_another_model_or_of_no_funnel_refused():
    assert control.curve(funnel([np.nan], [3]), whole="n").empty
    with pytest.raises(TableError, match="not computed with the model 'poisson'"):
        control.curve(funnel(CASES, PEOPLE), whole="n", model="poisson")
    with pytest.raises(TableError, match="The table has no column 'centre'"):
        control.curve(pd.DataFrame({"n": [3]}), whole="n")


def test_nine_areas_are_too_few_to_say_how_much_areas_differ():
    with pytest.raises(TableError, match="Overdispersion needs 10 areas that can be computed; here are 9"):
        funnel([*CASES[:9], np.nan], PEOPLE[:10], overdispersion=True)
    assert funnel(CASES[:9], PEOPLE[:9])[["phi", "phi_p"]].isna().all(axis=None)


def test_shares_further_apart_than_shares_can_be_are_refused():
    with pytest.raises(TableError, match="Shares cannot differ this much round this centre"):
        funnel([190] * 10, [200] * 10, centre=0.05, overdispersion=True)


@pytest.mark.parametrize("centre", [0, 1, 5, -0.05, np.inf])
def test_a_centre_that_is_not_a_fraction_is_refused(centre):
    with pytest.raises(TableError, match="A centre is a fraction between 0 and 1, such as 0.05 for 5 %"):
        placed(3, 41, centre)


@pytest.mark.parametrize("centre", [0, -1, np.inf])
def test_a_rate_to_compare_with_is_above_0(centre):
    with pytest.raises(TableError, match="A centre is a finite rate above 0"):
        placed(3, 41, centre, model="poisson")


def test_an_unknown_model_and_an_unknown_column_are_named():
    with pytest.raises(TableError, match="The model is 'normal'; use binomial or poisson"):
        placed(3, 41, model="normal")
    with pytest.raises(TableError, match="The table has no column 'other'"):
        placed(3, 41, "other")


def test_the_nearer_tail_is_found_without_trying_both():
    x, n = np.arange(41.0), np.full(41, 40.0)
    for centre in (0.0007, 0.03, 0.31, 0.5, 0.9):
        for model, law in (("binomial", stats.binom(40, centre)), ("poisson", stats.poisson(40 * centre))):
            p_value, _ = dispersion.central(x, n, np.full(41, centre), model)
            assert p_value == pytest.approx(
                np.minimum(1, 2 * np.minimum(law.cdf(x), law.sf(x - 1))), rel=1e-8, abs=1e-15
            )


@laws
@given(st.lists(st.tuples(*[st.sampled_from([0, 1, 7, 2**31 - 1, 2**31, LARGE, 2**53, 0.05, 0.5])] * 3), max_size=9))
def test_rows_are_of_one_kind_exactly_where_all_their_numbers_are_the_same(rows):
    kind, first = control._alike(*np.array(rows, dtype="float64").reshape(len(rows), 3).T)
    same = [[one == other for other in rows] for one in rows]
    assert (kind[:, None] == kind[None, :]).tolist() == same
    assert [rows[place] for place in first[kind]] == rows


def test_the_first_count_is_found_from_any_start():
    for start in (-50.0, 0.0, 3.0, 1e6):
        count, before, at = dispersion.first_count(
            lambda x: special.gammaincc(np.maximum(x, 0) + 1, 7.0) * (x >= 0),
            lambda chance: chance >= 0.025,
            np.array([start]),
        )
        assert (count, before, at) == (stats.poisson.ppf(0.025, 7), *stats.poisson.cdf([count - 1, count], 7).ravel())


def test_a_rate_per_many_persons_is_the_same_funnel_on_another_scale():
    one, many = (funnel(CASES, PEOPLE, model="poisson", per=per) for per in (1, 1000))
    for name in ("value", "centre", "low95", "high95", "low998", "high998"):
        np.testing.assert_allclose(many[name], 1000 * one[name])
    assert (many["outside"] == one["outside"]).all()
    drawn = control.curve(many, whole="n", model="poisson", per=1000)
    np.testing.assert_allclose(drawn[["low95", "high998"]], 1000 * control.curve(one, whole="n", model="poisson")[["low95", "high998"]])
    np.testing.assert_allclose(drawn["whole"], control.curve(one, whole="n", model="poisson")["whole"])


@pytest.mark.parametrize("options", [{"per": 1000}, {"per": 0, "model": "poisson"}, {"per": np.inf, "model": "poisson"}])
def test_a_share_per_many_and_a_rate_per_none_are_refused(options):
    with pytest.raises(TableError, match="a share has none, a rate one above 0"):
        funnel(CASES, PEOPLE, **options)
