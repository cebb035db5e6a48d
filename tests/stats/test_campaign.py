"""Before and after a campaign: a published example, known jumps, laws, and every guard."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from pandas.testing import assert_frame_equal
from scipy import stats

from drugstats.stats.campaign import FEW_EVENTS, TOO_SHORT, UNSTABLE, counterfactual, effect
from drugstats.tables import TableError

GOLDEN = Path(__file__).parent.parent / "golden"
ROLES = {"events": "events", "time": "month", "start": "2018-01"}
CHANGES = ["level", "level_low", "level_high", "level_p", "slope", "slope_low", "slope_high", "slope_p"]


def months(mean, start="2016-01", freq="M", **columns):
    """A series whose counts are just what is expected of it."""
    return pd.DataFrame({"month": pd.period_range(start, periods=len(mean), freq=freq), "events": mean, **columns})


def curve(n=48, begin=24, level=-0.2, slope=0.1, cycle=12, growth=0.05, base=200.0):
    """Expected counts with a known jump and change of slope a year, and a season."""
    t = (np.arange(n) - begin) / cycle
    season = 0.2 * np.sin(2 * np.pi * t) if cycle > 1 else 0
    after = t >= 0
    return base * np.exp(growth * t + season + np.log1p(level) * after + np.log1p(slope) * t * after)


def noisy(seed=0, **known):
    return months(np.random.default_rng(seed).poisson(curve(**known)).astype(float))


@pytest.fixture
def sicily():
    df = pd.read_csv(GOLDEN / "sicily_smoking_ban.csv")
    return df.assign(month=pd.PeriodIndex.from_fields(year=df["year"], month=df["month"], freq="M"))


SMOKING_BAN = {"events": "events", "exposure": "exposure", "time": "month", "start": "2005-01"}


@pytest.mark.parametrize("published", pd.read_csv(GOLDEN / "interrupted_series.csv").to_dict("records"))
def test_the_published_jump_of_the_sicilian_smoking_ban_is_reached(sicily, published):
    row = effect(sicily, **SMOKING_BAN, slope=False, season=published["season"]).iloc[0]
    assert 1 + row["level"] == pytest.approx(published["ratio"], abs=6e-4)
    assert np.isnan(row["slope"]) and (row["before"], row["after"]) == (36, 23)
    low, high = 1 + row["level_low"], 1 + row["level_high"]
    # t in place of normal quantiles, and Newey–West where it is larger, only ever widen the published limits.
    assert low <= published["low"] + 6e-4 and high >= published["high"] - 6e-4
    if published["error"] == "quasi-poisson":
        assert (low, high) == pytest.approx((published["low"], published["high"]), abs=3e-3)


def test_the_authors_own_change_of_slope_is_centred_a_month_earlier(sicily):
    """Their fourth model counts time from the last month before; a jump a month later is its jump times its slope."""
    t = np.arange(1, 60)
    after = t > 36
    waves = [f(2 * np.pi * k * t / 12) for k in (1, 2) for f in (np.sin, np.cos)]
    x = np.column_stack([np.ones(59), t, after, (t - 36) * after, *waves])
    theirs = sm.GLM(sicily["events"], x, family=sm.families.Poisson(), offset=np.log(sicily["exposure"])).fit(
        scale="X2"
    )
    row = effect(sicily, **SMOKING_BAN).iloc[0]
    b = theirs.params.to_numpy()
    assert [row["level"], row["slope"]] == pytest.approx(np.expm1([b[2] + b[3], 12 * b[3]]), rel=1e-6)
    assert row["dispersion"] == pytest.approx(theirs.scale)
    assert row["slope_p"] == pytest.approx(2 * (1 - stats.t.cdf(abs(b[3] / theirs.bse.iloc[3]), 51)))


@pytest.mark.parametrize("lingers, gone", [(True, []), (False, []), (True, [5, 6, 7, 40, 41, 42, 60, 75])])
def test_limits_take_the_larger_of_newey_west_over_time_and_quasi_poisson(lingers, gone):
    shocks = np.random.default_rng(4).normal(size=96)
    for place in range(1, 96) if lingers else []:
        shocks[place] += 0.7 * shocks[place - 1]
    df = months(curve(96, 48) * np.exp(0.15 * shocks)).drop(index=gone)
    t = (df.index.to_numpy() - 48) / 12
    waves = [f(2 * np.pi * k * t) for k in (1, 2) for f in (np.sin, np.cos)]
    x = np.column_stack([np.ones(len(t)), t, *waves, t >= 0, t * (t >= 0)])
    plain = sm.GLM(df["events"], x, family=sm.families.Poisson()).fit(scale="X2", tol=1e-12)
    scores = x * plain.resid_response.to_numpy()[:, None]
    near = np.clip(1 - np.abs(df.index.to_numpy()[:, None] - df.index.to_numpy()) / 4, 0, None)
    bread = np.asarray(plain.normalized_cov_params)
    newey_west = bread @ scores.T @ near @ scores @ bread
    newey_west = np.sqrt(np.diag(newey_west)[-2:] * len(t) / plain.df_resid)
    larger = np.maximum(newey_west, plain.bse.iloc[-2:])
    assert (newey_west[0] > plain.bse.iloc[-2]) == lingers
    row = effect(df, **ROLES | {"start": "2020-01"}).iloc[0]
    assert "newey-west 3 lags" in row["method"]
    reach = stats.t.ppf(0.975, plain.df_resid)
    for name, b, error in zip(("level", "slope"), plain.params.iloc[-2:], larger, strict=True):
        told = row[[name, f"{name}_low", f"{name}_high"]].astype(float)
        assert told.to_list() == pytest.approx(np.expm1([b, b - reach * error, b + reach * error]), rel=1e-5)


def test_counts_that_never_vary_have_the_limits_of_chance_and_not_none():
    row = effect(months(np.full(48, 10.0)), **ROLES).iloc[0]
    assert row["dispersion"] == pytest.approx(0, abs=1e-9)
    assert [row["level"], row["level_p"]] == pytest.approx([0, 1], abs=1e-6)
    assert row["level_low"] < -0.2 and row["level_high"] > 0.2


@pytest.mark.parametrize(
    "freq, cycle, n, start", [("M", 12, 48, "2018-01"), ("Q", 4, 40, "2021Q1"), ("Y", 1, 20, "2026")]
)
def test_a_known_jump_and_slope_come_back_by_month_quarter_and_year(freq, cycle, n, start):
    df = months(curve(n, n // 2, cycle=cycle), freq=freq)
    row = effect(df, **ROLES | {"start": start}).iloc[0]
    assert [row["level"], row["slope"]] == pytest.approx([-0.2, 0.1], abs=1e-6)
    assert row["before"] == row["after"] == n // 2 and row["n"] == n
    assert str(row["first"]) == str(df["month"].iloc[0]) and str(row["last"]) == str(df["month"].iloc[-1])
    assert f"{ {12: 2, 4: 1, 1: 0}[cycle] } harmonics" in row["method"]


def test_time_may_be_whole_numbers():
    df = months(curve(20, 10, cycle=1)).assign(month=np.arange(2001, 2021))
    row = effect(df, **ROLES | {"start": 2011}).iloc[0]
    assert [row["level"], row["slope"]] == pytest.approx([-0.2, 0.1], abs=1e-6)


def test_time_enters_as_time_and_a_gap_stays_a_gap():
    df = months(curve())
    gone = df.drop(index=[5, 6, 7, 30, 31])
    assert effect(gone, **ROLES)[["level", "slope"]].to_numpy() == pytest.approx(np.array([[-0.2, 0.1]]), abs=1e-6)
    rough = noisy()
    empty = rough.assign(events=rough["events"].where(~rough.index.isin([5, 6, 7, 30, 31])))
    left = effect(empty, **ROLES)
    assert left["method"].item().endswith(", 5 missing left out") and left["n"].item() == 43
    assert_frame_equal(
        left.drop(columns="method"), effect(rough.drop(index=[5, 6, 7, 30, 31]), **ROLES).drop(columns="method")
    )
    close = rough.drop(index=[5, 6, 7, 30, 31]).assign(month=np.arange(43))
    assert effect(close, **ROLES | {"start": 21})["level_low"].item() != pytest.approx(
        left["level_low"].item(), rel=1e-4
    )


def test_a_comparison_takes_away_what_both_went_through():
    shared = np.exp(0.2 * np.random.default_rng(1).normal(size=48))
    ours, theirs = curve(level=-0.3, slope=0.2), curve(level=-0.1, slope=0.05, base=900.0, growth=-0.1)
    row = effect(months(ours, others=theirs), **ROLES, control="others").iloc[0]
    assert [row["level"], row["slope"]] == pytest.approx([0.7 / 0.9 - 1, 1.2 / 1.05 - 1], abs=1e-6)
    assert "less comparison" in row["method"] and row["n"] == 48

    rng = np.random.default_rng(2)
    df = months(rng.poisson(ours * shared), others=rng.poisson(theirs * shared))
    alone, compared = effect(df, **ROLES).iloc[0], effect(df, **ROLES, control="others").iloc[0]
    assert compared["level"] == pytest.approx(0.7 / 0.9 - 1, abs=0.1)
    assert abs(compared["level"] - (0.7 / 0.9 - 1)) < abs(alone["level"] + 0.3)


def test_the_comparison_may_have_an_exposure_of_its_own():
    grows = np.linspace(1000, 3000, 48)
    df = months(curve() * grows, people=grows, others=curve(level=0, slope=0) * grows[::-1], others_people=grows[::-1])
    same = {"control": "others", "exposure": "people"}
    own = effect(df, **ROLES, **same, control_exposure="others_people").iloc[0]
    assert [own["level"], own["slope"]] == pytest.approx([-0.2, 0.1], abs=1e-6)
    assert effect(df, **ROLES, **same)["slope"].item() != pytest.approx(0.1, abs=1e-3)


def test_limits_cover_a_known_jump_about_as_often_as_they_say():
    n, rounds, rng = 32, 200, np.random.default_rng(3)
    counts = rng.poisson(np.tile(curve(n, 16, base=60.0), (rounds, 1))).astype(float)
    table = pd.concat([months(row, round=place) for place, row in enumerate(counts)])
    result = effect(table, **ROLES | {"start": "2017-05"}, by="round")
    for name, true in (("level", -0.2), ("slope", 0.1)):
        held = result[f"{name}_low"].le(true) & result[f"{name}_high"].ge(true)
        assert 0.92 <= held.mean() <= 0.98
    assert result["dispersion"].mean() == pytest.approx(1, abs=0.05)


def test_the_counterfactual_is_the_same_fit(sicily):
    roles = SMOKING_BAN
    points, row = counterfactual(sicily, **roles), effect(sicily, **roles).iloc[0]
    after = points["month"] >= pd.Period("2005-01", "M")
    assert points["value"].to_numpy() == pytest.approx((sicily["events"] / sicily["exposure"]).to_numpy())
    assert np.allclose(points.loc[~after, "fitted"], points.loc[~after, "expected"])
    ratio = (points["fitted"] / points["expected"])[after].to_numpy()
    assert ratio[0] == pytest.approx(1 + row["level"]) and ratio[12] / ratio[0] == pytest.approx(1 + row["slope"])
    assert (points["low"] < points["expected"]).all() and (points["expected"] < points["high"]).all()
    assert (points["method"] == row["method"]).all() and len(points) == row["n"]


def test_without_exposure_and_with_a_comparison_the_counterfactual_follows_the_comparison():
    df = months(curve(level=-0.3, slope=0.0), others=curve(level=-0.1, slope=0.0, base=900.0))
    points = counterfactual(df, **ROLES, control="others")
    assert points["value"].to_list() == df["events"].to_list()
    assert points["expected"].to_numpy() == pytest.approx(curve(level=-0.1, slope=0.0), rel=1e-6)
    level = counterfactual(df, **ROLES, slope=False)
    assert level["fitted"].iloc[-1] / level["expected"].iloc[-1] == pytest.approx(0.7, rel=1e-6)


@pytest.mark.parametrize("call", [effect, counterfactual])
def test_shuffled_rows_get_the_same_answer_and_the_input_is_untouched(call):
    df = pd.concat([noisy(seed).assign(area=f"county {seed}") for seed in range(3)]).reset_index(drop=True)
    before, order = df.copy(deep=True), np.random.default_rng(0).permutation(len(df))
    assert_frame_equal(call(df.iloc[order], **ROLES, by="area"), call(df, **ROLES, by="area"))
    assert_frame_equal(df, before)


@pytest.mark.parametrize("call", [effect, counterfactual])
def test_a_group_gets_the_answer_it_gets_alone(call):
    df = pd.concat([noisy(seed).assign(area=f"county {seed}") for seed in range(3)])
    result = call(df, **ROLES, by=["area"])
    for area, rows in df.groupby("area"):
        alone = result[result["area"] == area].drop(columns="area").reset_index(drop=True)
        assert_frame_equal(alone, call(rows, **ROLES))


def test_the_unit_of_exposure_changes_neither_level_nor_slope():
    df = noisy().assign(people=np.linspace(9000, 12000, 48))
    one = effect(df, **ROLES, exposure="people")
    other = effect(df.assign(people=df["people"] / 10_000), **ROLES, exposure="people")
    assert_frame_equal(one, other, rtol=1e-6)


def test_a_short_side_is_too_short_and_the_other_groups_stay():
    short = noisy().iloc[17:].assign(area="short")
    result = effect(pd.concat([noisy().assign(area="long"), short]), **ROLES, by="area").set_index("area")
    assert result.loc["short", "method"] == TOO_SHORT and result.loc["short", ["before", "after"]].to_list() == [7, 24]
    assert result.loc["short", [*CHANGES, "dispersion"]].isna().all() and result.loc["long", CHANGES].notna().all()
    assert effect(noisy().iloc[:31], **ROLES)["method"].item() == TOO_SHORT
    assert effect(noisy().iloc[16:32], **ROLES)["level"].notna().all()
    points = counterfactual(short, **ROLES)
    assert points[["fitted", "expected", "low", "high"]].isna().all(axis=None) and (points["method"] == TOO_SHORT).all()


def test_more_harmonics_than_the_points_can_bear_are_too_short():
    assert effect(noisy().iloc[16:33], **ROLES, season=3)["method"].item() == TOO_SHORT
    assert effect(noisy().iloc[16:34], **ROLES, season=3)["level"].notna().all()


def test_without_events_on_a_side_nothing_is_computed():
    df = noisy()
    df.loc[25:, "events"] = 0
    assert effect(df, **ROLES)["method"].item() == FEW_EVENTS
    df.loc[26, "events"] = 3
    assert effect(df, **ROLES)["method"].item() != FEW_EVENTS
    assert effect(noisy().assign(others=0), **ROLES, control="others")["method"].item() == FEW_EVENTS


def test_a_fit_without_a_bound_is_not_told_as_a_number():
    rare = np.zeros(24)
    rare[[0, 1, 12, 13]] = 1
    row = effect(months(rare), **ROLES | {"start": "2017-01"}).iloc[0]
    assert row["method"] == UNSTABLE and row[CHANGES].isna().all()


def test_provisional_conflicting_and_missing_values_are_left_out_and_counted():
    df = noisy().assign(status="final")
    spoilt = df.copy()
    spoilt.loc[47, ["events", "status"]] = [0, "provisional"]
    spoilt.loc[10, "status"], spoilt.loc[11, "events"] = "conflicting", np.nan
    row = effect(spoilt, **ROLES)
    assert row["method"].item().endswith(", 1 conflicting left out, 1 provisional left out, 1 missing left out")
    assert str(row["last"].item()) == "2019-11"
    assert_frame_equal(row.drop(columns="method"), effect(df.drop(index=[10, 11, 47]), **ROLES).drop(columns="method"))
    nobody = effect(spoilt.assign(status="provisional"), **ROLES).iloc[0]
    assert nobody["n"] == 0 and pd.isna(nobody["first"]) and nobody["method"].startswith(TOO_SHORT)


@pytest.mark.parametrize("call", [effect, counterfactual])
def test_a_table_without_rows_gives_one_without_groups(call):
    assert call(noisy().assign(area="east").iloc[:0], **ROLES, by="area").empty


def test_periods_without_exposure_and_without_events_are_missing():
    df = noisy().assign(people=100.0)
    df.loc[3, ["events", "people"]] = 0
    assert effect(df, **ROLES, exposure="people")["n"].item() == 47


def test_a_basis_is_told_and_never_crossed():
    df = noisy().assign(basis="current")
    assert effect(df, **ROLES)["basis"].item() == "current"
    both = pd.concat([df, df.assign(basis="cumulative")])
    assert effect(both, **ROLES, by="basis")["basis"].to_list() == ["cumulative", "current"]


GOOD = {"exposure": "people"}


@pytest.mark.parametrize(
    "spoil, roles, sentence",
    [
        (lambda df: df.assign(people=df["people"].where(df.index != 4, 0)), GOOD, "1 rows have events but no exposure, the first is row 4"),
        (lambda df: df, {"start": "spring"}, "start is 'spring'; give the campaign's first period"),
        (lambda df: df.assign(month=range(48)), {}, "start is '2018-01'; give the campaign's first period"),
        (lambda df: df, {"season": 6}, "season is 6; with 12 periods a year give 0 to 5 harmonics"),
        (lambda df: df.assign(month=range(48)), {"start": 20, "season": 1}, "season is 1; with 1 periods a year give 0 to 0"),
        (lambda df: df.assign(month=df["month"].dt.asfreq("D")), {}, "The periods of 'month' are by D; use years, quarters or months"),
        (lambda df: df.assign(month=np.arange(48) / 2), {"start": 20}, "The times in 'month' are not whole numbers"),
        (lambda df: df.assign(events=df["events"] - 1000), {}, "with a events below 0"),
        (lambda df: df.assign(events="3"), {}, "The column 'events' holds text"),
        (lambda df: df.rename(columns={"month": "months"}), {}, "The table has no column 'month'; the nearest is 'months'."),
        (lambda df: df, {"control": "others"}, "The table has no column 'others'"),
    ],
)  # fmt: skip
def test_every_table_that_cannot_be_read_is_refused_in_a_sentence(spoil, roles, sentence):
    good = noisy().assign(people=1000.0)
    assert effect(good, **ROLES, **GOOD)["level"].notna().all()
    with pytest.raises(TableError, match=sentence):
        effect(spoil(good), **ROLES | roles)
    with pytest.raises(TableError, match=sentence):
        counterfactual(spoil(good), **ROLES | roles)
