"""Seizures: the weights of law and what has none, concentration by hand and by other formulas, one haul, laws, guards."""

import doctest
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.stats import mannwhitneyu

from drugstats import vocab
from drugstats.stats import hauls, seizures
from drugstats.tables import TableError

LEGAL_TABLE = pd.read_csv(Path(__file__).parents[1] / "golden" / "sentencing_ratios.csv")
ROLES = {"quantity": "quantity", "unit": "unit", "drug": "drug"}
MASS, LAW = vocab.table("conversions"), vocab.table("sentencing")
LISTING = vocab.table("drugs").reset_index(names="drug")
# The example city's county 990106: kilograms of methamphetamine seized in each month of 2023 and 2024, one haul planted.
MONTHS = {
    2023: [0, 2.8, 0.74, 0.14, 0.46, 0.96, 0.04, 1.18, 2.99, 0.25, 1.37, 0.2],
    2024: [0.06, 0.1, 219.8, 0.09, 0.2, 0.32, 1.16, 0.14, 0.18, 0.95, 0.2, 0.25],
}

laws = settings(max_examples=40, deadline=None, derandomize=True, database=None)
grams = st.one_of(st.integers(0, 60), st.integers(0, 7_500_000_000), st.floats(0, 1e6, allow_subnormal=False))


def seized(*rows, **columns):
    return pd.DataFrame(rows, columns=["drug", "quantity", "unit"]).astype({"quantity": "float64"}).assign(**columns)


def weigh(df, conversions=MASS, ratios=None):
    return seizures.weigh(df, **ROLES, conversions=conversions, ratios=ratios)


def cases(**years):
    """One row a case: y2023=[...]."""
    rows = [(int(year[1:]), weight) for year, weights in years.items() for weight in weights]
    return pd.DataFrame(rows, columns=["year", "grams"]).astype({"grams": "float64"})


def change(df, **options):
    return seizures.change(df, value="grams", time="year", **options)


def concentration(*weights, **options):
    return seizures.concentration(cases(y2024=weights), value="grams", **options).iloc[0]


# What units weigh


@pytest.mark.parametrize(
    "unit, grams",
    [("吨", 1e6), ("t", 1e6), ("千克", 1000), ("公斤", 1000), ("kg", 1000), ("克", 1), ("g", 1), ("毫克", 1e-3), ("mg", 1e-3),
     ("微克", 1e-6), ("μg", 1e-6), ("斤", 500), ("市斤", 500), ("两", 50), ("市两", 50)],
)  # fmt: skip
@pytest.mark.parametrize("drug", ["meth", "a drug of tomorrow", None])
def test_a_unit_of_mass_weighs_the_same_for_every_drug(unit, grams, drug):
    row = weigh(seized((drug, 2, unit))).iloc[0]
    assert (row["unit_grams"], row["grams"], row["method"]) == (grams, 2 * grams, "weight")


@pytest.mark.parametrize(
    "drug, count, unit, large",
    [("pethidine", 10_000, "片(25mg)", 250), ("pethidine", 5_000, "片(50mg)", 250), ("pethidine", 2_500, "支(100mg)", 250),
     ("pethidine", 5_000, "支(50mg)", 250), ("dihydroetorphine", 500, "片(20μg)", 0.01),
     ("dihydroetorphine", 500, "ampoule(20μg)", 0.01)],
)  # fmt: skip
def test_the_tablets_and_ampoules_that_law_names_weigh_what_law_says(drug, count, unit, large):
    row = weigh(seized((drug, count, unit)), ratios=LAW).iloc[0]
    assert row["grams"] == pytest.approx(large) and row["heroin_grams"] == pytest.approx(50)
    assert row["method"].startswith("converted by spc_2000_13, sentencing ratio of 法释〔2016〕8号第一条第一款第")


@pytest.mark.parametrize("unit", ["片", "粒", "株", "毫升", "升", "支", "tablet", "plant", "KG", "公两", "25mg", None])
def test_no_unit_crosses_a_dimension_by_itself(unit):
    drugs = [*vocab.table("drugs").index, "a drug of tomorrow", None]
    table = weigh(seized(*((drug, 200, unit) for drug in drugs)), ratios=LAW)
    assert table[["unit_grams", "grams", "heroin_grams"]].isna().all(axis=None) and (table["quantity"] == 200).all()
    for drug, method in zip(drugs, table["method"], strict=True):
        what = f"no weight for one {unit} of {drug or 'a drug not named'}" if unit else "no unit"
        assert method == f"not converted: {what}"


def test_a_row_of_the_workspace_gives_tablets_a_weight_and_is_named():
    own = pd.DataFrame([["mdma", "片", 0.3, "市局称量"]], columns=["drug", "unit", "grams", "source"])
    table = weigh(seized(("mdma", 200, "片"), ("meth_tablets", 200, "片")), pd.concat([MASS, own]))
    assert table["grams"].to_list() == [60, pytest.approx(np.nan, nan_ok=True)]
    assert table["method"].to_list()[0] == "converted by 市局称量"


@pytest.mark.parametrize("row", list(LEGAL_TABLE.itertuples()), ids=lambda row: row.drug)
def test_every_ratio_of_the_legal_table(row):
    law = LAW.set_index("drug").loc[row.drug]
    assert float(law["large"]) == row.large and Fraction(50) / Fraction(law["large"]) == Fraction(row.heroin_ratio)
    assert float(law["heroin_ratio"]) == float(Fraction(row.heroin_ratio))
    found = weigh(seized((row.drug, row.large, "克")), ratios=LAW).iloc[0]
    assert found["heroin_grams"] == pytest.approx(50, rel=1e-14)
    assert found["method"] == f"weight, sentencing ratio of {law['article']}"


def test_without_ratios_nothing_is_said_of_heroin_and_a_drug_without_one_has_none():
    plain = weigh(seized(("ketamine", 1, "kg"))).iloc[0]
    assert plain[["heroin_ratio", "heroin_grams"]].isna().all() and plain["method"] == "weight"
    vague = weigh(seized(("cannabis", 1, "kg")), ratios=LAW).iloc[0]
    assert vague["grams"] == 1000 and np.isnan(vague["heroin_grams"])
    assert vague["method"] == "weight, no sentencing ratio"


def test_an_unknown_quantity_and_a_conflicting_row_have_no_weight():
    table = weigh(seized(("meth", np.nan, "kg"), ("meth", 3, "kg"), status=["missing", "conflicting"]))
    assert table["grams"].isna().all()
    assert table["method"].to_list() == ["not computed: missing", "not computed: conflicting"]


def own(grams, unit="片", drug="mdma", source="市局"):
    return pd.DataFrame([[drug, unit, grams, source]], columns=["drug", "unit", "grams", "source"])


@pytest.mark.parametrize(
    "rows, sentence",
    [
        (own(0), "conversions says 0 for grams of 片 of mdma: write a number above 0."),
        (own("about 0.3"), "conversions says 'about 0.3' for grams of 片 of mdma"),
        (own(np.inf), "conversions says inf for grams of 片 of mdma"),
        (own(np.nan), "conversions says '' for grams of 片 of mdma"),
        (own(0.3, source=""), "conversions has no source for 片 of mdma: without one it is not used."),
        (own(0.3, source=None), "conversions has no source for 片 of mdma"),
        (pd.concat([own(0.3), own(0.25)]), "conversions has two rows for 片 of mdma: keep one."),
        (own(900, unit="kg"), "conversions weighs one kg as 1000 g, and of mdma as 900 g: keep one."),
        (own(0.3).drop(columns="source"), "The table has no column 'source'"),
    ],
)
def test_a_conversion_that_cannot_be_trusted_is_refused(rows, sentence):
    mass = MASS if "source" in rows else MASS.drop(columns="source")
    with pytest.raises(TableError, match=sentence):
        weigh(seized(("mdma", 1, "kg")), pd.concat([mass, rows]))


@pytest.mark.parametrize(
    "ratios, sentence",
    [
        (LAW.assign(heroin_ratio=-1), "ratios says -1 for heroin_ratio of heroin: write a number above 0."),
        (LAW.assign(article=""), "ratios has no article for heroin: without one it is not used."),
        (pd.concat([LAW, LAW.iloc[[1]]]), "ratios has two rows for meth: keep one."),
        (LAW.drop(columns="heroin_ratio"), "The table has no column 'heroin_ratio'"),
    ],
)
def test_a_ratio_that_cannot_be_trusted_is_refused(ratios, sentence):
    with pytest.raises(TableError, match=sentence):
        weigh(seized(("mdma", 1, "kg")), ratios=ratios)


# Totals, and what stands apart


@pytest.fixture
def county():
    """One county with weights alone, one with tablets and plants beside them, one with nothing but tablets."""
    rows = [("meth", 1.5, "kg"), ("heroin", 200, "克"), ("meth", 3, "kg"), ("mdma", 200, "片"), ("mdma", 6, "片"),
            ("cannabis", 30, "株"), ("mdma", 40, "片")]  # fmt: skip
    return weigh(seized(*rows, area=[*"aabbbbc"]), ratios=LAW)


def test_totals_add_weights_up_and_name_what_has_none(county):
    table = seizures.totals(county, by="area", **ROLES).set_index("area")
    assert table["n"].to_list() == [2, 4, 1] and table["apart"].to_list() == [0, 3, 1]
    assert table["grams"].to_list() == pytest.approx([1700, 3000, np.nan], nan_ok=True)
    assert table["heroin_grams"].to_list() == pytest.approx([1700, 3000, np.nan], nan_ok=True)
    assert table["method"].to_list() == [
        "weights added up", "weights added up, apart: 株 of cannabis, 片 of mdma", "no weight, apart: 片 of mdma",
    ]  # fmt: skip


def test_what_stands_apart_keeps_its_own_unit(county):
    table = seizures.apart(county, **ROLES, by="area")
    assert table.to_numpy().tolist() == [
        ["b", "cannabis", "株", 1, 30], ["b", "mdma", "片", 2, 206], ["c", "mdma", "片", 1, 40],
    ]  # fmt: skip
    assert list(table.columns) == ["area", "drug", "unit", "n", "quantity"]
    assert seizures.apart(county, **ROLES)["quantity"].to_list() == [30, 246]
    assert seizures.apart(county[county["area"] == "a"], **ROLES).empty


def test_a_unit_that_nobody_wrote_stands_apart_too():
    table = seizures.apart(weigh(seized(("meth", 3, None), (None, 2, "片"))), **ROLES)
    assert table.to_numpy().tolist() == [["", "片", 1, 2], ["meth", "", 1, 3]]
    both = seizures.totals(weigh(seized(("meth", 3, None), area="a")), by="area", **ROLES).iloc[0]
    assert both["apart"] == 1 and both["method"] == "no weight, apart: no unit of meth"


def test_a_quantity_that_is_not_known_makes_a_sum_unknown_and_never_smaller():
    table = weigh(seized(("meth", 3, "kg"), ("meth", np.nan, "kg"), ("mdma", np.nan, "片"), area=[*"aab"]))
    told = seizures.totals(table, by="area", **ROLES)
    assert told["grams"].isna().all() and told["method"].to_list()[0] == "not computed: missing"
    assert seizures.apart(table, **ROLES)["quantity"].isna().to_list() == [True]


def test_tablets_that_are_not_known_leave_the_weights_their_sum():
    table = weigh(seized(("meth", 3, "kg"), ("mdma", np.nan, "片"), area="a"))
    assert seizures.totals(table, by="area", **ROLES)["grams"].to_list() == [3000]


def test_a_sum_is_the_same_to_the_last_digit_in_every_order():
    rows = [("meth", weight, "g") for weight in (0.1, 0.2, 0.3, 1e16, 0.7, 1.0)]
    sums = [
        seizures.totals(weigh(seized(*some, area="a")), by="area", **ROLES)["grams"][0] for some in (rows, rows[::-1])
    ]
    assert sums[0] == sums[1]


def test_a_weight_without_ratio_leaves_no_sum_in_heroin():
    table = weigh(seized(("meth", 3, "kg"), ("cannabis", 1, "kg"), area="a"), ratios=LAW)
    told = seizures.totals(table, by="area", **ROLES).iloc[0]
    assert told["grams"] == 4000 and np.isnan(told["heroin_grams"])


def test_conflicting_rows_are_left_out_of_every_sum_and_counted():
    rows = [("meth", 3, "kg"), ("meth", 4, "kg"), ("mdma", 7, "片")]
    table = weigh(seized(*rows, area="a", status=["final", "conflicting", "conflicting"]))
    told = seizures.totals(table, by="area", **ROLES).iloc[0]
    assert (told["n"], told["grams"], told["apart"]) == (1, 3000, 0)
    assert told["method"] == "weights added up, 2 conflicting left out"
    assert seizures.apart(table, **ROLES).empty


def test_two_bases_are_not_added_up_unless_the_basis_is_named(county):
    both = county.assign(basis=["old", "new", *["new"] * 5])
    for call in (seizures.totals, lambda df, **roles: seizures.concentration(df, by="area", value="grams")):
        with pytest.raises(TableError, match="area a stands on the bases old and new: they do not add up"):
            call(both, **({"by": "area"} | ROLES) if call is seizures.totals else {})
    assert len(seizures.totals(both, by=["area", "basis"], **ROLES)) == 4
    known = both.assign(status=["conflicting", *["final"] * 6])
    assert seizures.totals(weigh(known), by="area", **ROLES)["grams"].to_list()[0] == 200


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda df: seizures.totals(df.drop(columns="grams"), by="area", **ROLES), "no column 'grams'"),
        (lambda df: seizures.totals(df.assign(area=None), by="area", **ROLES), "A row has no area: fill it in."),
        (lambda df: seizures.totals(df.rename(columns={"area": "n"}), by="n", **ROLES), "by is 'n'; name columns"),
        (lambda df: seizures.apart(df.drop(columns="unit_grams"), **ROLES), "no column 'unit_grams'"),
        (lambda df: seizures.concentration(df.assign(grams=-1.0), value="grams"), "with a grams below 0"),
        (lambda df: seizures.concentration(df.assign(grams="1"), value="grams"), "holds text"),
        (lambda df: seizures.lorenz(df, value="gram"), "no column 'gram'; the nearest is 'grams'"),
        (lambda df: weigh(df.assign(quantity=-1.0)), "with a quantity below 0"),
        (lambda df: weigh(df.assign(quantity=np.inf)), "with an infinite quantity"),
        (lambda df: weigh(df.assign(quantity="3 kg")), "The column 'quantity' holds text"),
        (lambda df: weigh(df.drop(columns="unit")), "no column 'unit'"),
    ],
)
def test_what_cannot_be_added_up_is_refused_in_a_sentence(county, call, sentence):
    with pytest.raises(TableError, match=sentence):
        call(county)


# Before it was listed


def listed(drug, when, value=0.0):
    df = pd.DataFrame({"drug": drug, "time": [pd.Period(when)], "kg": [value]})
    return seizures.listed(df, value="kg", drug="drug", time="time", listing=LISTING).iloc[0]


@pytest.mark.parametrize(
    "drug, when, method",
    [
        ("etomidate", "2022", "not computed: not listed then"), ("etomidate", "2023", "listed around then"),
        ("etomidate", "2023-09", "not computed: not listed then"), ("etomidate", "2023-10", "listed"),
        ("etomidate", "2023Q4", "listed"), ("etomidate", "2024", "listed"),
        ("fentanyl_analogues", "2018", "not computed: not listed then"), ("fentanyl_analogues", "2019-05", "listed"),
        ("synthetic_cannabinoids", "2021-06", "not computed: not listed then"),
        ("ketamine", "2000", "not computed: not listed then"), ("ketamine", "2001-05", "listed around then"),
        ("ketamine", "2002", "listed"), ("nitazenes", "2025-06", "not computed: not listed then"),
        ("nitazenes", "2025-07", "listed around then"), ("nitazenes", "2025-08", "listed"),
        ("nitrous_oxide", "2024", "not listed"), ("heroin", "1996", "not known whether listed then"),
        ("heroin", "1998", "listed"), ("lsd", "2024", "not known whether listed then"),
        ("no such drug", "2024", "not known whether listed then"),
    ],
)  # fmt: skip
def test_nothing_seized_before_a_drug_was_listed_is_not_zero(drug, when, method):
    row = listed(drug, when)
    assert row["method"] == method
    assert np.isnan(row["value"]) == (method == "not computed: not listed then") and row["kg"] == 0


def test_what_was_seized_before_listing_stays_and_the_unknown_stays_unknown():
    early = listed("etomidate", "2022", 4.0)
    assert (early["value"], early["method"]) == (4, "seized before it was listed")
    assert listed("etomidate", "2022", np.nan)["method"] == "not computed: not listed then"
    late = listed("etomidate", "2024", np.nan)
    assert np.isnan(late["value"]) and late["method"] == "not computed: missing"


def test_a_time_that_is_no_period_is_refused():
    df = pd.DataFrame({"drug": ["meth"], "time": [2024], "kg": [1.0]})
    with pytest.raises(TableError, match="'time' holds no periods, so no date can be laid beside it"):
        seizures.listed(df, value="kg", drug="drug", time="time", listing=LISTING)


# Concentration


def test_the_concentration_of_a_worked_example():
    row = concentration(1, 2, 3, 94)
    assert (row["n"], row["total"], row["mean"], row["median"], row["largest"]) == (4, 100, 25, 2.5, 94)
    assert row["largest_share"] == row["top_share"] == 0.94
    assert row["hhi"] == pytest.approx((1 + 4 + 9 + 94**2) / 100**2)
    assert row["gini"] == pytest.approx((-3 * 1 - 1 * 2 + 1 * 3 + 3 * 94) / (4 * 100))  # 0.7
    assert row[["median_low", "median_high"]].isna().all() and row["method"] == "too few cases for limits"


@pytest.mark.parametrize("n, tenth", [(1, 1), (9, 1), (10, 1), (19, 1), (20, 2), (35, 3)])
def test_the_largest_tenth_is_at_least_one_case(n, tenth):
    weights = np.arange(1.0, n + 1)
    assert concentration(*weights)["top_share"] == pytest.approx(weights[-tenth:].sum() / weights.sum())


@laws
@given(weights=st.lists(grams, min_size=1, max_size=30))
def test_concentration_by_other_formulas_and_within_its_bounds(weights):
    row, x = concentration(*weights), np.array(weights, dtype="float64")
    n, total = len(x), x.sum()
    assert row["n"] == n and row["median"] == pytest.approx(np.median(x))
    if total == 0:
        assert row[["largest_share", "top_share", "hhi", "gini"]].isna().all()
        assert row["method"] == "not computed: nothing seized" and row["total"] == 0
        return
    # Gini as half the mean difference of all pairs over the mean; Herfindahl from the variance.
    assert row["gini"] == pytest.approx(abs(x[:, None] - x).mean() / 2 / x.mean(), abs=1e-9)
    assert row["hhi"] == pytest.approx((1 + (x.std() / x.mean()) ** 2) / n)
    assert 1 / n - 1e-12 <= row["hhi"] <= 1 + 1e-12 and 0 <= row["gini"] <= 1 - 1 / n + 1e-12
    assert row["largest_share"] <= row["top_share"] + 1e-12 <= 1 + 2e-12
    assert (row["largest_share"] == row["top_share"]) or n >= 20
    if n >= hauls.FEWEST:
        assert row["median_low"] <= row["median"] <= row["median_high"]


def test_equal_cases_are_not_concentrated_and_one_case_is_all():
    equal, single = concentration(*[0.1] * 7), concentration(5)
    assert equal["gini"] == pytest.approx(0, abs=1e-15) and equal["hhi"] == pytest.approx(1 / 7)
    assert (equal["median_low"], equal["median_high"]) == (0.1, 0.1)
    assert (single["gini"], single["hhi"], single["largest_share"]) == (0, 1, 1)


def test_no_case_at_all_is_told():
    row = concentration(np.nan, np.nan)
    assert row["n"] == 0 and row.drop(["n", "method"]).isna().all()
    assert row["method"] == "not computed: no cases, 2 without a weight left out"
    assert concentration()["method"] == "not computed: no cases"


def test_what_is_left_out_and_what_is_provisional_is_counted():
    df = cases(y2024=[1, 2, 3, 4, 5, 6, 7, 8]).assign(status=["conflicting", "provisional", *["final"] * 6])
    df.loc[7, ["grams", "status"]] = np.nan, "provisional"
    row = seizures.concentration(df, value="grams").iloc[0]
    assert (row["n"], row["total"]) == (6, 27)
    assert row["method"] == "bootstrap 95%, 1 conflicting left out, 1 without a weight left out, 1 provisional"


@pytest.mark.parametrize("n", [6, 7, 12, 25])
def test_the_limits_of_the_median_are_those_of_a_plain_bootstrap(n):
    weights = np.random.default_rng(n).lognormal(0, 1.6, n)
    drawn = np.median(np.random.default_rng(1).choice(weights, (40_000, n)), axis=1)
    row = concentration(*weights)
    for limit, tail in (("median_low", 0.025), ("median_high", 0.975)):
        # Between the same percentiles a little further in and out: medians of draws take few values.
        assert np.quantile(drawn, tail - 0.009) <= row[limit] <= np.quantile(drawn, tail + 0.009)


def test_limits_of_the_median_do_not_hang_on_the_other_groups_nor_on_how_many_are_done_at_once(monkeypatch):
    random = np.random.default_rng(3)
    df = pd.DataFrame({"area": random.integers(0, 30, 400), "grams": random.lognormal(0, 1.6, 400)})
    all_at_once = seizures.concentration(df, value="grams", by="area")
    alone = seizures.concentration(df[df["area"] == 7], value="grams", by="area")
    assert_frame_equal(all_at_once[all_at_once["area"] == 7].reset_index(drop=True), alone)
    monkeypatch.setattr(hauls, "AT_ONCE", 1000)
    assert_frame_equal(seizures.concentration(df, value="grams", by="area"), all_at_once)
    other = seizures.concentration(df, value="grams", by="area", seed=1)
    assert not other["median_high"].equals(all_at_once["median_high"])


def test_the_lorenz_curve_of_a_worked_example():
    curve = seizures.lorenz(cases(y2024=[3, 1, 94, 2]), value="grams")
    assert curve["share_of_cases"].to_list() == [0, 0.25, 0.5, 0.75, 1]
    assert curve["share_of_weight"].to_list() == pytest.approx([0, 0.01, 0.03, 0.06, 1])


@laws
@given(weights=st.lists(st.lists(grams, max_size=12), min_size=1, max_size=4))
def test_each_lorenz_curve_rises_below_the_diagonal_and_holds_the_gini(weights):
    rows = [(group, one) for group, some in enumerate(weights) for one in [*some, np.nan]]
    df = pd.DataFrame(rows, columns=["group", "grams"])
    gini = seizures.concentration(df, value="grams", by="group")["gini"]
    for group, curve in seizures.lorenz(df, value="grams", by="group").groupby("group"):
        x, y = (curve[column].to_numpy() for column in ("share_of_cases", "share_of_weight"))
        if not sum(weights[group]):
            assert np.isnan(x).all() and np.isnan(y).all() and len(x) == 1
            continue
        assert len(x) == len(weights[group]) + 1 and (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
        assert (np.diff(y) >= -1e-12).all() and (y <= x + 1e-9).all()
        area = ((y[1:] + y[:-1]) / 2 * np.diff(x)).sum()
        assert 1 - 2 * area == pytest.approx(gini[group], abs=1e-9)


# A change, and whether one haul explains it


def months():
    rows = [(year, weight) for year, weights in MONTHS.items() for weight in weights]
    return pd.DataFrame(rows, columns=["year", "grams"])


def test_the_planted_haul_of_the_example_city_is_told_as_one_case():
    row = change(months()).iloc[0]
    assert (row["year_before"], row["year"], row["n_before"], row["n_after"]) == (2023, 2024, 12, 12)
    assert row["change"] == pytest.approx(223.45 / 11.13 - 1) and row["change"] > 19
    assert row["without_largest"] == pytest.approx(3.65 / 11.13 - 1) and row["without_largest"] < -0.6
    assert (row["largest"], row["verdict"]) == (219.8, "one case")
    assert row["low"] < 0 < row["high"]


def test_the_fall_after_the_haul_is_one_case_too():
    turned = months().assign(year=lambda df: 4047 - df["year"])
    row = change(turned).iloc[0]
    assert row["change"] < -0.9 and row["without_largest"] > 1.9 and row["verdict"] == "one case"


RANDOM = np.random.default_rng(5).lognormal(0, 0.8, 400)


@pytest.mark.parametrize(
    "before, after, verdict",
    [
        (RANDOM[:100], 3 * RANDOM[100:200], "rise"),
        (3 * RANDOM[:100], RANDOM[100:200], "fall"),
        (RANDOM[:100], RANDOM[100:200], "within chance"),
        ([10] * 20, [10] * 21, "within chance"),
        ([10] * 20, [10] * 20, "within chance"),
        ([10] * 5, [10] * 500, "too few"),
        ([10] * 500, [10], "too few"),
        ([1] * 20, [*[0.9] * 20, 40], "one case"),
        ([*[1] * 20, 40], [1.1] * 20, "one case"),
    ],
    ids=str,
)
def test_each_verdict(before, after, verdict):
    row = change(cases(y2023=before, y2024=after)).iloc[0]
    assert row["verdict"] == verdict
    assert row["change"] == pytest.approx(np.sum(after) / np.sum(before) - 1)
    if verdict in ("rise", "fall"):
        assert (row["low"] > 0) == (verdict == "rise") and (row["high"] < 0) == (verdict == "fall")
        assert row["ranks_p"] == pytest.approx(mannwhitneyu(before, after).pvalue)


def test_a_haul_that_hides_a_rise_is_one_case_though_the_sign_stays():
    row = change(cases(y2023=[*[1] * 30, 15], y2024=[1] * 60)).iloc[0]
    assert row["change"] > 0 and row["without_largest"] == pytest.approx(1) and row["low"] < 0
    assert row["verdict"] == "one case"


def test_a_rise_that_stays_without_its_largest_case_is_a_rise():
    row = change(cases(y2023=[1] * 30, y2024=[*[3] * 30, 60])).iloc[0]
    assert row["largest"] == 60 and row["verdict"] == "rise"
    assert row["without_largest"] == pytest.approx(2)


def test_a_case_lighter_than_a_quarter_is_never_said_to_explain_a_change(monkeypatch):
    df = cases(y2023=[10] * 20, y2024=[*[9] * 20, 22])
    assert change(df).iloc[0][["change", "without_largest"]].to_list() == pytest.approx([0.01, -0.1])
    assert change(df).iloc[0]["verdict"] == "within chance"
    monkeypatch.setattr(hauls, "HAUL", 0.1)
    assert change(df).iloc[0]["verdict"] == "one case"


def test_of_two_alike_the_later_is_the_largest():
    row = change(cases(y2023=[50, *[1] * 9], y2024=[50, *[2] * 9])).iloc[0]
    assert row["without_largest"] == pytest.approx(18 / 59 - 1)


def test_too_few_cases_still_tell_the_change_and_what_the_largest_does():
    row = change(cases(y2023=[1, 2], y2024=[1, 2, 97])).iloc[0]
    assert row["change"] == pytest.approx(100 / 3 - 1) and row["without_largest"] == 0
    assert row[["low", "high", "ranks_p"]].isna().all()
    assert (row["verdict"], row["method"]) == ("too few", "too few cases for limits")


def test_from_nothing_there_is_no_change():
    row = change(cases(y2023=[0] * 8, y2024=[1] * 8)).iloc[0]
    assert (row["before"], row["after"]) == (0, 8) and row[["change", "without_largest", "low"]].isna().all()
    assert (row["verdict"], row["method"]) == ("too few", "not computed: nothing before")


def test_a_single_case_that_weighs_before_leaves_nothing_to_compare_without_it():
    row = change(cases(y2023=[9, *[0] * 7], y2024=[1] * 8)).iloc[0]
    assert np.isnan(row["without_largest"]) and row["verdict"] == "one case"
    assert np.isnan(row["high"])


def test_a_time_without_cases_is_not_a_time_of_zero():
    df = pd.DataFrame({"area": [*"aaab"], "year": [2022, 2023, 2024, 2023], "grams": [1.0, 2, 3, 4]})
    table = change(df, by="area")
    assert table[["area", "year_before", "year", "n_before", "n_after"]].to_numpy().tolist() == [
        ["a", 2022, 2023, 1, 1], ["a", 2023, 2024, 1, 1], ["b", 2022, 2023, 0, 1], ["b", 2023, 2024, 1, 0],
    ]  # fmt: skip
    assert table.loc[2:, "change"].isna().all() and set(table.loc[2:, "method"]) == {"not computed: no cases"}
    assert np.isnan(table.loc[2, "before"]) and np.isnan(table.loc[3, "after"])


def test_the_limits_are_those_of_cases_drawn_a_poisson_number_of_times():
    before, after = RANDOM[:40], 1.5 * RANDOM[40:70]
    random = np.random.default_rng(2)
    drawn = [random.poisson(1, (100_000, len(x))) @ x for x in (before, after)]
    row = change(cases(y2023=before, y2024=after)).iloc[0]
    plain = np.log(np.quantile(drawn[1] / drawn[0], [0.025, 0.975]))
    assert np.log1p(row[["low", "high"]].astype(float)).to_list() == pytest.approx(plain.tolist(), abs=0.05)


def test_many_cases_are_drawn_as_one_normal_sum_without_a_change_of_the_limits(monkeypatch):
    df = cases(y2023=RANDOM[:200], y2024=1.2 * RANDOM[200:])
    single = change(df).iloc[0][["low", "high"]].to_list()
    monkeypatch.setattr(hauls, "SINGLE", 20)
    assert change(df).iloc[0][["low", "high"]].to_list() == pytest.approx(single, abs=0.03)


def test_equal_weights_leave_the_chance_of_how_many_there_were():
    row = change(cases(y2023=[1] * 50, y2024=[1] * 60)).iloc[0]
    # Two Poisson counts: the logarithm of their ratio has the variance 1/50 + 1/60.
    reach = 1.96 * np.sqrt(1 / 50 + 1 / 60)
    assert np.log1p(row[["low", "high"]].astype(float)).to_list() == pytest.approx(
        [np.log(1.2) - reach, np.log(1.2) + reach], abs=0.05
    )
    assert row["ranks_p"] == 1


def test_what_is_left_out_of_either_time_is_counted_once():
    df = cases(y2022=[1] * 7, y2023=[1] * 7, y2024=[1] * 8).assign(status="final")
    df.loc[[0, 8], "grams"], df.loc[9, "status"], df.loc[21, "status"] = np.nan, "conflicting", "provisional"
    assert change(df.assign(grams=df["grams"] * 2))["method"].to_list() == [
        "too few cases for limits, 1 conflicting left out, 2 without a weight left out",
        "too few cases for limits, 1 conflicting left out, 1 without a weight left out, 1 provisional",
    ]


def test_periods_stay_periods_and_another_group_changes_nothing():
    df = months().assign(year=lambda df: pd.PeriodIndex(df["year"].astype(str), freq="Y"), area="a")
    alone = change(df, by="area")
    assert str(alone["year"].dtype) == str(alone["year_before"].dtype) == "period[Y-DEC]"
    more = cases(y2023=RANDOM[:150], y2024=RANDOM[150:]).assign(
        area="b", year=lambda df: pd.PeriodIndex(df["year"].astype(str), freq="Y")
    )
    both = change(pd.concat([more, df]), by="area")
    assert_frame_equal(both[both["area"] == "a"].reset_index(drop=True), alone)


@pytest.mark.parametrize(
    "spoil, sentence",
    [
        (lambda df: df[df["year"] == 2024], "A change needs two times; the column 'year' has one."),
        (lambda df: df.assign(year=df["year"].where(df.index != 2)), "A row has no year: fill it in."),
        (lambda df: df.assign(grams=df["grams"] - 1), "with a grams below 0"),
        (lambda df: df.assign(grams="much"), "The column 'grams' holds text"),
        (lambda df: df.rename(columns={"year": "years"}), "no column 'year'; the nearest is 'years'"),
        (lambda df: df.assign(basis=df["year"].map({2023: "old", 2024: "new"})), "The table stands on the bases"),
    ],
)
def test_what_cannot_be_compared_is_refused(spoil, sentence):
    assert len(change(months())) == 1
    with pytest.raises(TableError, match=sentence):
        change(spoil(months()))


# Laws

GROUPED = {"value": "grams", "by": "area"}
CALLS = {
    "weigh": lambda df: weigh(df, ratios=LAW),
    "totals": lambda df: seizures.totals(weigh(df, ratios=LAW), by="area", **ROLES),
    "apart": lambda df: seizures.apart(weigh(df), by="area", **ROLES),
    "listed": lambda df: seizures.listed(df, value="quantity", drug="drug", time="time", listing=LISTING),
    "concentration": lambda df: seizures.concentration(weigh(df), **GROUPED),
    "lorenz": lambda df: seizures.lorenz(weigh(df), **GROUPED),
    "change": lambda df: seizures.change(weigh(df), time="time", **GROUPED),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@st.composite
def lists(draw, smallest=2):
    size = draw(st.integers(smallest, 25))

    def some(cells):
        return draw(st.lists(cells, min_size=size, max_size=size))

    drug = some(st.sampled_from(["meth", "mdma", "pethidine", "etomidate", None]))
    unit = some(st.sampled_from(["kg", "克", "片", "片(25mg)", "毫升", None]))
    years = some(st.sampled_from(["2022", "2023", "2024"]))
    years[:2] = ["2022", "2024"]
    quantity = some(st.one_of(grams, st.just(np.nan)))
    return pd.DataFrame(
        {"area": some(st.sampled_from("ab")), "time": pd.PeriodIndex(years, freq="Y"), "drug": drug, "unit": unit}
    ).assign(quantity=np.array(quantity, dtype="float64"))


@every_call
@laws
@given(df=lists(), data=st.data())
def test_shuffled_rows_get_the_same_answer_and_the_input_is_untouched(call, df, data):
    before, order = df.copy(deep=True), data.draw(st.permutations(range(len(df))))
    result, shuffled = call(df), call(df.iloc[order])
    assert_frame_equal(df, before)
    if len(result) == len(df) and (shuffled.index != result.index).any():
        shuffled = shuffled.sort_index()
    assert_frame_equal(shuffled, result, check_exact=True)


@every_call
def test_a_table_without_rows_keeps_its_columns(call):
    df = seized(("meth", 3, "kg"), ("mdma", 3, "片"), area="a", time=pd.PeriodIndex(["2023", "2024"], freq="Y"))
    none = call(df.iloc[:0])
    assert len(none) == 0 and list(none.columns) == list(call(df).columns)
    for result in (none, call(df)):
        amounts = [name for name in hauls.COMPARED[2:10] if name in result]
        assert (result[amounts].dtypes == "float64").all()


@laws
@given(df=lists())
def test_no_row_and_no_quantity_is_lost(df):
    weighed = weigh(df)
    table, loose = seizures.totals(weighed, by="area", **ROLES), seizures.apart(weighed, by="area", **ROLES)
    assert table["n"].sum() == len(df) and table["apart"].sum() == loose["n"].sum()
    assert (weighed["grams"].notna() <= weighed["unit_grams"].notna()).all()
    assert weighed["grams"].isna().equals(weighed["method"].str.startswith("not "))
    # Whatever is not in the grams is in the quantities that stand apart, or not known.
    for area, rows in weighed.groupby("area"):
        kept = loose.loc[loose["area"] == area, "quantity"].sum(skipna=False)
        told = rows.loc[rows["unit_grams"].isna(), "quantity"].sum(skipna=False)
        assert kept == pytest.approx(told, nan_ok=True)


def test_rows_that_belong_to_no_table_keep_their_index_and_order():
    df = seized(("meth", 3, "kg"), ("mdma", 200, "片")).set_axis([7, 7])
    result = weigh(df[["unit", "quantity", "drug"]])
    assert list(result.index) == [7, 7] and list(result.columns[:3]) == ["unit", "quantity", "drug"]
    categories = weigh(df.astype({"unit": "category", "drug": "category"}))
    assert_frame_equal(categories[["grams", "method"]], result[["grams", "method"]])


def test_the_examples_in_the_docstrings_hold():
    for module, least in ((seizures, 4), (hauls, 2)):
        result = doctest.testmod(module)
        assert result.attempted >= least and result.failed == 0


# Chance


@pytest.mark.slow
@pytest.mark.parametrize("spread, fewest", [(0.5, 0.935), (1.6, 0.89)])
def test_the_limits_of_a_change_hold_the_truth_as_often_as_said(spread, fewest):
    random, draws = np.random.default_rng(1), [hauls._draws(hauls.SINGLE, 0, side) for side in ("before", "after")]
    held, verdicts = [], []
    for _ in range(1500):
        weights = [np.sort(random.lognormal(0, spread, random.poisson(40)))[::-1] for _ in range(2)]
        told = hauls._compared(*weights, draws)
        held.append(told["low"] <= 0 <= told["high"])
        verdicts.append(told["verdict"])
    assert fewest < np.mean(held) < 0.975
    assert np.isin(verdicts, ["rise", "fall"]).mean() < 0.08


@pytest.mark.slow
@pytest.mark.parametrize("n", [6, 9, 12, 40])
def test_the_limits_of_a_median_hold_the_truth_as_often_as_said(n):
    random = np.random.default_rng(n)
    df = pd.DataFrame({"group": np.repeat(np.arange(4000), n), "grams": random.lognormal(0, 1.6, 4000 * n)})
    table = seizures.concentration(df, value="grams", by="group")
    assert 0.915 < ((table["median_low"] <= 1) & (table["median_high"] >= 1)).mean() < 0.975
