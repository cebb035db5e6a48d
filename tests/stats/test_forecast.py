"""What comes next: published limits, exact coverage, choosing, laws, guards; and the pace of a year that is not over."""

import doctest
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import stats

from drugstats.stats import pace as pace_module
from drugstats.stats.forecast import METHODS, NO_VARIATION, TOO_SHORT, forecast
from drugstats.stats.pace import METHOD, MISSING, NO_WHOLE, pace
from drugstats.tables import TableError

GOLDEN = Path(__file__).parent.parent / "golden"
ROLES = {"value": "cases", "time": "year"}
LIMITS = ["low", "low80", "value", "high80", "high"]
PUPILS = {"n": 22, "last": 5995239, "drift": -126815.1905, "sd": 77849.7308}

laws = settings(max_examples=40, deadline=None, derandomize=True, database=None)


def years(values, first=2001, **columns):
    values = np.asarray(values, dtype="float64")
    return pd.DataFrame({"year": np.arange(first, first + len(values)), "cases": values, **columns})


def months(values, first="2019-01"):
    return pd.DataFrame({"year": pd.period_range(first, periods=len(values), freq="M"), "cases": values})


def seasonal(n, noise=0.05, seed=0):
    rng = np.random.default_rng(seed)
    return np.exp(4 + np.tile(rng.normal(size=12), n // 12 + 1)[:n] + noise * rng.normal(size=n))


def nile():
    return sm.datasets.nile.load_pandas().data["volume"].to_numpy(dtype="float64")


def pupils():
    """A series with the last value, mean change and spread of changes that the printed forecast tells of its own."""
    n, last, drift, sd = PUPILS.values()
    change = drift + sd * np.repeat([1, -1, 0], [(n - 2) // 2, (n - 2) // 2, 1])
    return np.append(last - np.cumsum(change[::-1])[::-1], last)


@pytest.mark.parametrize("row", pd.read_csv(GOLDEN / "forecast_limits.csv").to_dict("records"))
def test_the_limits_of_r_forecast_are_reached(row):
    z = nile() if row["example"] == "nile" else pupils()
    n, step = len(z), np.array([row["step"]])
    centre, error, freedom = METHODS[row["method"]](np.arange(n), z, step, 1)
    assert centre[0] == pytest.approx(row["value"], abs=1)
    for tail, low, high in ((0.9, "low80", "high80"), (0.975, "low95", "high95")):
        # R takes normal quantiles but for the mean, and for the drift divides its squares by n − 1, not by n − 2.
        reach = stats.t.ppf(tail, freedom) if row["method"] == "mean" else stats.norm.ppf(tail)
        if row["method"] == "drift":
            reach *= np.sqrt(((n - 2) / (n - 1) + step[0] / (n - 1)) / (1 + step[0] / (n - 1)))
        near = {"abs": 6e-4} if row["example"] == "nile" else {"abs": 2}
        near = {"abs": 6e-3} if row["value"] == 919.35 else near
        assert centre[0] - reach * error[0] == pytest.approx(row[low], **near)
        assert centre[0] + reach * error[0] == pytest.approx(row[high], **near)


def test_the_table_gives_those_limits_with_t():
    result = forecast(years(pupils()), **ROLES, horizon=7, kind="number")
    h, n = result["step"], PUPILS["n"]
    spread = PUPILS["sd"] * np.sqrt(h * (1 + h / (n - 1)))
    assert set(result["method"]) == {"drift"}
    assert result["value"].to_numpy() == pytest.approx(PUPILS["last"] + PUPILS["drift"] * h.to_numpy())
    for tail, column in ((0.025, "low"), (0.1, "low80"), (0.9, "high80"), (0.975, "high")):
        assert result[column].to_numpy() == pytest.approx(
            (result["value"] + stats.t.ppf(tail, n - 2) * spread).to_numpy()
        )
    assert result["year"].to_list() == list(range(2023, 2030)) and set(result["last"]) == {2022}


@pytest.mark.parametrize("method, rises", [("mean", None), ("naive", 0.0), ("drift", 1.5)])
def test_each_simple_method_covers_its_own_model_exactly(method, rises):
    rounds, n, ahead = 2000, 6, 2
    shocks = np.random.default_rng(5).normal(size=(rounds, n + ahead))
    series = shocks if rises is None else (shocks + rises).cumsum(axis=1)
    held, reach = 0, stats.t.ppf(0.95, np.arange(7))
    for z in series:
        centre, error, freedom = METHODS[method](np.arange(n), z[:n], np.array([ahead]), 1)
        held += abs(z[-1] - centre[0]) <= reach[freedom] * error[0]
    assert held / rounds == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("kept", [[0, 1, 2, 5, 6, 7], [0, 3, 4, 5, 9, 10]])
@pytest.mark.parametrize("method, rises", [("naive", 0.0), ("drift", 2.0)])
def test_time_enters_as_time_so_a_gap_widens_and_does_not_bend(kept, method, rises):
    t, rounds = np.array(kept), 2000
    walk = np.random.default_rng(6).normal(rises, 1, size=(rounds, 14)).cumsum(axis=1)
    held, reach = 0, stats.t.ppf(0.95, np.arange(7))
    for z in walk:
        centre, error, freedom = METHODS[method](t, z[t], np.array([3]), 1)
        held += abs(z[t[-1] + 3] - centre[0]) <= reach[freedom] * error[0]
    assert held / rounds == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("kept", [[0, 1, 2, 5, 6, 7], [0, 3, 4, 5, 9, 10]])
def test_a_line_with_gaps_goes_on_as_a_line(kept):
    t = np.array(kept)
    df = years(100 + 7 * np.arange(11) + np.resize([0.3, -0.3], 11)).iloc[kept]
    result = forecast(df, **ROLES, horizon=2, kind="number")
    slope = (df["cases"].iloc[-1] - df["cases"].iloc[0]) / (t[-1] - t[0])
    assert set(result["method"]) == {"drift"}
    assert result["value"].to_list() == pytest.approx(list(df["cases"].iloc[-1] + slope * np.array([1, 2])))


def test_a_missing_year_is_a_gap_too():
    df = years([60, 52, np.nan, 41, 43, 30, 28])
    result, left = forecast(df, **ROLES, horizon=2), forecast(df.drop(index=2), **ROLES, horizon=2)
    assert_frame_equal(result.drop(columns="method"), left.drop(columns="method"))
    assert set(result["method"]) == {left["method"].iloc[0] + ", 1 missing left out"}


@pytest.mark.parametrize("seed", range(6))
def test_the_least_error_from_earlier_origins_chooses(seed):
    rng = np.random.default_rng(seed)
    y = 50 + (rng.normal(size=12) + 0.4 * (seed % 3)).cumsum() * (1 if seed < 4 else 0) + rng.normal(size=12)
    errors = {name: [] for name in ("mean", "naive", "drift")}
    for origin in range(3, 12):
        known = y[:origin]
        for h in range(1, min(3, 12 - origin) + 1):
            slope = (known[-1] - known[0]) / (origin - 1)
            made = {"mean": known.mean(), "naive": known[-1], "drift": known[-1] + h * slope}
            for name, value in made.items():
                errors[name].append(abs(value - y[origin + h - 1]))
    told = {name: np.mean(error) for name, error in errors.items()}
    result = forecast(years(y), **ROLES, horizon=3, kind="number")
    best = min(told, key=told.get)
    assert set(result["method"]) == {best}
    assert result["mase"].to_numpy() == pytest.approx(told[best] / told["naive"])


def test_among_equals_the_simpler_one_is_taken():
    assert forecast(years([1, 2, 3, 2, 3, 1, 2, 2]), **ROLES, horizon=1)["mase"].item() <= 1
    steady = forecast(years(np.arange(10) * 5.0), **ROLES, horizon=1, kind="number").iloc[0]
    assert steady["method"] == "drift" and steady["value"] == pytest.approx(50) and steady["mase"] == pytest.approx(0)
    jump = forecast(years([5, 5, 5, 5, 5, 9]), **ROLES, horizon=1, kind="number").iloc[0]
    assert jump["method"] == "mean" and jump["mase"] == 1


def test_months_with_a_season_are_forecast_with_it_and_without_a_gap_only():
    y = seasonal(60)
    result = forecast(months(y[:48]), **ROLES, horizon=12)
    assert result["method"].iloc[0] in ("seasonal naive on log(1 + y)", "ETS(A,N,A) on log(1 + y)")
    assert (np.abs(np.log(result["value"].to_numpy() / y[48:])) < 0.3).all() and result["mase"].iloc[0] < 0.3
    assert (result["low"].to_numpy() < y[48:]).all() and (y[48:] < result["high"].to_numpy()).all()
    assert str(result["year"].dtype) == "period[M]" and str(result["year"].iloc[0]) == "2023-01"
    gap = forecast(months(y[:48]).drop(index=20), **ROLES, horizon=12)
    assert gap["method"].iloc[0].split(" on")[0] in ("mean", "naive", "drift")


def test_the_season_of_last_year_is_repeated_with_closed_limits():
    z = np.log(seasonal(48))
    steps = np.array([1, 12, 13, 25])
    centre, error, freedom = METHODS["seasonal naive"](np.arange(48), z, steps, 12)
    assert centre.tolist() == [z[36], z[47], z[36], z[36]] and freedom == 36
    spread = np.sqrt(((z[12:] - z[:-12]) ** 2).mean())
    assert error == pytest.approx(spread * np.sqrt([1, 1, 2, 3]))


def test_smoothing_is_that_of_statsmodels_with_its_squares_over_what_is_free():
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    z = nile()
    told = ETSModel(pd.Series(z), error="add").fit(disp=False)
    centre, error, freedom = METHODS["ETS(A,N,N)"](np.arange(100), z, np.array([1, 2, 5]), 1)
    alpha, level = (
        told.params["smoothing_level"] if "smoothing_level" in told.params else told.params.iloc[0],
        centre[0],
    )
    assert centre == pytest.approx([told.forecast(1).iloc[0]] * 3) and level == pytest.approx(805, abs=2)
    variance = (told.resid**2).sum() / freedom * (1 + alpha**2 * np.array([0, 1, 4]))
    assert error == pytest.approx(np.sqrt(variance), rel=1e-6) and freedom == 98
    assert set(forecast(years(z), **ROLES, horizon=3, kind="number")["method"]) == {"ETS(A,N,N)"}


@laws
@given(
    values=st.lists(st.one_of(st.integers(0, 30), st.integers(0, 7_500_000_000)), min_size=5, max_size=18),
    kind=st.sampled_from(["count", "share", "number"]),
)
def test_limits_are_in_order_widen_and_stay_where_values_can_be(values, kind):
    y = np.array(values, dtype="float64")
    y = y / max(y.max(), 1) if kind == "share" else y
    result = forecast(years(y), **ROLES, horizon=len(y) // 3, kind=kind, line=0.5)
    if NO_VARIATION in result["method"].iloc[0]:
        assert result["value"].eq(y[0]).all() and result[["low", "high", "p_below"]].isna().all(axis=None)
        return
    ordered = result[LIMITS].to_numpy()
    assert (np.diff(ordered, axis=1) >= -1e-9 * np.abs(ordered[:, 1:])).all() and np.isfinite(ordered).all()
    assert kind == "number" or (ordered >= 0).all()
    assert kind != "share" or (ordered <= 1).all()
    assert result["p_below"].between(0, 1).all()


def test_counts_never_fall_below_none_however_steep_the_fall():
    result = forecast(years([900, 500, 260, 120, 60, 31, 14, 8, 3]), **ROLES, horizon=3)
    assert result["method"].iloc[0].startswith("drift") and (result[LIMITS] >= 0).all(axis=None)
    assert (forecast(years([9, 7, 6, 4, 2, 1.0]), **ROLES, horizon=2, kind="number")["low"] < 0).all()


def test_shares_stay_between_none_and_all():
    near = forecast(years([0.97, 0.99, 1, 0.98, 1, 1]), **ROLES, horizon=2, kind="share")
    far = forecast(years([0.02, 0, 0.01, 0.03, 0, 0]), **ROLES, horizon=2, kind="share")
    assert (near["high"] <= 1).all() and (far["low"] >= 0).all() and (near["low"] < 1).all() and (far["high"] > 0).all()
    assert near["method"].iloc[0].endswith(" on arcsin √y")


@pytest.mark.parametrize("kind", ["count", "share", "number"])
def test_the_chance_of_being_under_a_line_fits_the_limits(kind):
    df = years(np.array([60, 52, 58, 41, 43, 36, 44, 30, 28]) / (100 if kind == "share" else 1))
    row = forecast(df, **ROLES, horizon=1, kind=kind).iloc[0]
    assert np.isnan(row["p_below"])
    for column, chance in zip(LIMITS, (0.025, 0.1, 0.5, 0.9, 0.975), strict=True):
        told = forecast(df, **ROLES, horizon=1, kind=kind, line=row[column]).iloc[0]
        assert told["p_below"] == pytest.approx(chance, abs=1e-9)


def test_provisional_last_values_and_conflicting_ones_are_left_out_and_said():
    df = years([60, 52, 58, 41, 43, 36, 44, 3], status=["final"] * 7 + ["provisional"])
    result = forecast(df, **ROLES, horizon=2)
    assert result["method"].iloc[0].endswith(", 1 provisional left out") and result["year"].to_list() == [2008, 2009]
    plain = forecast(df.iloc[:7].drop(columns="status"), **ROLES, horizon=2)
    assert_frame_equal(result.drop(columns="method"), plain.drop(columns="method"))
    again = pd.concat([df, df.iloc[[2, 2]].assign(cases=[1.0, 99.0], status="conflicting")])
    assert (
        forecast(again, **ROLES, horizon=2)["method"]
        .iloc[0]
        .endswith(", 2 conflicting left out, 1 provisional left out")
    )


def areas():
    rng = np.random.default_rng(7)
    parts = [years(rng.poisson(30 + 10 * place, size=9), area=f"county {place}") for place in range(4)]
    return pd.concat(parts, ignore_index=True)


def test_shuffled_rows_get_the_same_answer_and_the_input_is_untouched():
    df = areas()
    before, order = df.copy(deep=True), np.random.default_rng(0).permutation(len(df))
    assert_frame_equal(
        forecast(df.iloc[order], **ROLES, by="area", horizon=3), forecast(df, **ROLES, by="area", horizon=3)
    )
    assert_frame_equal(df, before)


def test_a_group_gets_the_answer_it_gets_alone():
    result = forecast(areas(), **ROLES, by=["area"], horizon=3, line=40)
    assert result["area"].to_list() == [f"county {place}" for place in range(4) for _ in range(3)]
    for area, rows in areas().groupby("area"):
        alone = result[result["area"] == area].drop(columns="area").reset_index(drop=True)
        assert_frame_equal(alone, forecast(rows, **ROLES, horizon=3, line=40))


def test_another_unit_gives_the_same_forecast_in_that_unit():
    df = areas()[lambda df: df["area"] == "county 1"]
    one = forecast(df, **ROLES, horizon=3, kind="number")
    other = forecast(df.assign(cases=df["cases"] * 1000), **ROLES, horizon=3, kind="number")
    assert (one[LIMITS] * 1000).to_numpy() == pytest.approx(other[LIMITS].to_numpy())


def test_a_short_group_stays_with_its_reason():
    df = areas().drop(index=[0, 1, 2, 3, 4, 10])
    df = pd.concat([df, years([np.nan], area="silent")])
    result = forecast(df, **ROLES, by="area", horizon=3).groupby("area").first()
    assert result["method"].str.startswith(TOO_SHORT).to_list() == [True, True, False, False, True]
    assert result.loc[["county 0", "county 1", "silent"], LIMITS].isna().all(axis=None)
    assert result["n"].to_list() == [4, 8, 9, 9, 0]
    assert forecast(years([3, 4, 5, 6]), **ROLES, horizon=2)["method"].to_list() == [TOO_SHORT] * 2
    assert forecast(years([3, 4, 5, 6, 4]), **ROLES, horizon=1)["value"].notna().all()


def test_a_table_without_rows_gives_one_without_groups():
    assert forecast(areas().iloc[:0], **ROLES, by="area", horizon=3).empty


@pytest.mark.parametrize("value", [0, 12])
def test_a_series_that_never_varied_has_no_limits(value):
    result = forecast(years([value] * 9), **ROLES, horizon=2, line=5)
    assert result["value"].to_list() == [value] * 2 and result["method"].to_list() == [NO_VARIATION] * 2
    assert result[["low", "high", "low80", "high80", "p_below", "mase"]].isna().all(axis=None)


def test_a_basis_named_in_by_is_forecast_apart():
    df = years([900, 950, 990, 1010, 1100, 60, 52, 58, 41, 43], basis=["old"] * 5 + ["new"] * 5)
    assert forecast(df, **ROLES, by="basis", horizon=1)["basis"].to_list() == ["new", "old"]
    assert forecast(df.iloc[5:], **ROLES, horizon=1)["basis"].to_list() == ["new"]


@pytest.mark.parametrize(
    "spoil, roles, sentence",
    [
        (lambda df: df, {"horizon": 4}, "A horizon of 4 needs 12 values; the longest series has 9."),
        (lambda df: df, {"horizon": 0}, "The horizon is 0; give a whole number of periods."),
        (lambda df: df, {"horizon": 1.5}, "The horizon is 1.5; give a whole number of periods."),
        (lambda df: df, {"kind": "rate"}, "The kind is 'rate'; use count, share, number."),
        (lambda df: df, {"kind": "share"}, "9 rows have a cases above 1; a share is a fraction such as 0.05 for 5 %."),
        (lambda df: df.assign(cases=df["cases"] / 100), {"kind": "share", "line": 5}, "The line is 5, which no share can be"),
        (lambda df: df, {"line": -1}, "The line is -1, which no count can be"),
        (lambda df: df.assign(cases=df["cases"] - 50), {}, "with a cases below 0"),
        (lambda df: df.assign(cases="3"), {}, "The column 'cases' holds text"),
        (lambda df: df.assign(year=df["year"] + 0.5), {}, "The times in 'year' are not whole numbers; give periods"),
        (lambda df: df.rename(columns={"year": "years"}), {}, "The table has no column 'year'; the nearest is 'years'."),
    ],
)  # fmt: skip
def test_every_table_that_cannot_be_forecast_is_refused_in_a_sentence(spoil, roles, sentence):
    good = years([60, 52, 58, 41, 43, 36, 44, 30, 28])
    assert forecast(good, **ROLES, horizon=3)["value"].notna().all()
    with pytest.raises(TableError, match=sentence):
        forecast(spoil(good), **ROLES, **{"horizon": 3, **roles})


def reports(new, users=1000.0, first="2023-01", **columns):
    month = pd.period_range(first, periods=len(new), freq="M")
    return pd.DataFrame({"month": month, "new": np.array(new, dtype="float64"), "users": users, **columns})


PACE = {"part": "new", "whole": "users", "time": "month", "line": 0.05}


def test_six_months_are_put_beside_half_the_line():
    result = pace(reports([5] * 12 + [4] * 6, users=[1000.0] * 12 + [800.0] * 6), **PACE)
    assert [str(month) for month in result["month"]] == [f"2024-0{month}" for month in range(1, 7)]
    assert result["months"].to_list() == [1, 2, 3, 4, 5, 6] and set(result["method"]) == {METHOD}
    assert result["year_to_date"].to_numpy() == pytest.approx(0.005 * np.arange(1, 7))
    assert result["line_to_date"].to_numpy() == pytest.approx(0.05 * np.arange(1, 7) / 12)
    assert result["rolling"].to_numpy() == pytest.approx([(60 - k) / 800 for k in range(1, 7)])


def test_in_december_the_year_so_far_is_the_rolling_year_and_the_line_is_whole():
    row = pace(reports(np.arange(24)), **PACE).iloc[-1]
    assert row["year_to_date"] == row["rolling"] == sum(range(12, 24)) / 1000 and row["line_to_date"] == 0.05
    assert row["months"] == 12


def test_a_year_that_lacks_a_month_is_missing_and_not_smaller():
    df = reports([5] * 18)
    gone = pace(df.drop(index=13), **PACE)
    assert gone["year_to_date"].isna().to_list() == [False, True, True, True, True, True]
    assert gone["method"].to_list() == [METHOD] + [MISSING] * 5
    before = pace(df.drop(index=8), **PACE)
    assert before["rolling"].isna().all() and before["year_to_date"].notna().all()
    assert set(before["method"]) == {f"{METHOD}, rolling {MISSING}"}
    assert pace(df.assign(new=df["new"].where(df.index != 16)), **PACE)["year_to_date"].isna().sum() == 2
    short = pace(reports([5] * 3), **PACE)
    assert short["year_to_date"].notna().all() and short["rolling"].isna().all()


def test_the_running_year_is_that_of_the_last_month_of_all():
    df = pd.concat([reports([5] * 18, area="east"), reports([5] * 12, area="west")])
    result = pace(df, **PACE, by="area").set_index("area")
    assert result.loc["east", "year_to_date"].notna().all() and len(result.loc["west"]) == 6
    assert result.loc["west", "year_to_date"].isna().all() and set(result.loc["west", "method"]) == {MISSING}
    east = pace(df[df["area"] == "east"], **PACE, by="area").set_index("area")
    assert_frame_equal(result.loc[["east"]], east)
    order = np.random.default_rng(0).permutation(len(df))
    assert_frame_equal(pace(df.iloc[order], **PACE, by="area"), pace(df, **PACE, by="area"))


def test_nobody_counted_gives_no_ratio():
    result = pace(reports([1] * 14, users=[10.0] * 13 + [0.0]), **PACE)
    assert result["method"].to_list() == [METHOD, NO_WHOLE] and np.isnan(result["year_to_date"].iloc[1])


def test_provisional_months_are_used_and_named_and_conflicting_ones_are_not():
    df = reports([5] * 18, status="final")
    df.loc[17, "status"] = "provisional"
    result = pace(df, **PACE)
    assert result["method"].to_list() == [METHOD] * 5 + [f"{METHOD}, provisional"]
    assert result["year_to_date"].iloc[-1] == pytest.approx(0.03)
    df.loc[12, "status"] = "conflicting"
    assert set(pace(df, **PACE)["method"]) == {f"{MISSING}, 1 conflicting left out"}
    none = pace(df.assign(status="conflicting"), **PACE)
    assert none.empty and list(none.columns) == list(result.columns)


@pytest.mark.parametrize(
    "spoil, roles, sentence",
    [
        (lambda df: df.assign(month=df["month"].dt.asfreq("Q")), {}, "A year so far is added up from months; 'month' has none."),
        (lambda df: df.assign(month=range(18)), {}, "A year so far is added up from months; 'month' has none."),
        (lambda df: df, {"line": 5}, "The line is 5; give a fraction between 0 and 1, such as 0.05 for 5 %."),
        (lambda df: df.assign(new=-1), {}, "with a new below 0"),
        (lambda df: df.rename(columns={"users": "user"}), {}, "The table has no column 'users'; the nearest is 'user'."),
    ],
)  # fmt: skip
def test_every_table_without_a_pace_is_refused_in_a_sentence(spoil, roles, sentence):
    with pytest.raises(TableError, match=sentence):
        pace(spoil(reports([5] * 18)), **PACE | roles)


def test_the_example_in_the_docstring_holds():
    result = doctest.testmod(pace_module)
    assert (result.attempted > 0, result.failed) == (True, 0)
