"""Early warning: R's alarms, statsmodels' fits, laws, edges, guards."""

import doctest
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from drugstats.stats import alarm as module
from drugstats.stats.alarm import ears, farrington
from drugstats.tables import TableError

GOLDEN = Path(__file__).parent.parent / "golden" / "alarms_newport.csv"
Z_99, Z_95, Z_999 = 2.3263478740408408, 1.6448536269514722, 3.090232306167813
RULES = {"M": (12, 1, 9, 6), "Q": (4, 0, 3, 2), "W-SUN": (52, 3, 9, 26)}


def series(counts, start="2015-01", freq="M", **columns):
    periods = pd.period_range(start, periods=len(counts), freq=freq)
    return pd.DataFrame({"period": periods, "new": np.asarray(counts, dtype=float), **columns})


def areas(table, start="2015-01"):
    """One row an area and month from a matrix of counts."""
    periods = pd.period_range(start, periods=table.shape[1], freq="M")
    area = [f"county {place}" for place in range(len(table))]
    rows = {"period": np.tile(periods, len(table)), "new": table.ravel(), "area": np.repeat(area, len(periods))}
    return pd.DataFrame(rows).astype({"period": "period[M]"})


def months(n, mean=20.0, seed=0, phi=1.0, size=1):
    """Made-up monthly counts with a season."""
    chance = np.random.default_rng(seed)
    level = mean * np.exp(0.3 * np.sin(np.arange(n) * np.pi / 6)) * np.ones((size, 1))
    counts = chance.poisson(level) if phi == 1 else chance.negative_binomial(level / (phi - 1), 1 / phi)
    return counts if size > 1 else counts[0]


def warn(df, model=ears, **options):
    return model(df, **{"events": "new", "time": "period", **options})


@pytest.fixture(scope="module")
def newport():
    weeks = pd.read_csv(GOLDEN)
    return weeks.assign(week=pd.PeriodIndex(pd.to_datetime(weeks["monday"]), freq="W-SUN"))


@pytest.mark.parametrize("kind", ["c1", "c2"])
def test_ears_alarms_in_the_weeks_in_which_r_does(newport, kind):
    result = ears(newport, events="events", time="week", kind=kind, z=Z_999)
    judged = newport[kind].notna()
    assert (result["alarm"] == "alarm")[judged].to_list() == (newport[kind] == 1)[judged].to_list()
    assert judged.sum() == 105 and (newport[kind] == 1).sum() >= 5


def test_the_thresholds_of_ears_that_r_prints(newport):
    result = ears(newport, events="events", time="week", kind="c1", z=Z_95)
    first = result.loc[newport["monday"] >= "2011", "threshold"].head(4)
    assert first.to_list() == pytest.approx([3.278854, 3.278854, 3.436517, 3.855617], abs=6e-7)


def test_farrington_alarms_in_the_weeks_in_which_r_does_but_for_one(newport):
    """R takes the dispersion for the test of its trend from residuals that lack the mean, and so keeps one trend more."""
    result = farrington(newport, events="events", time="week", periods=105, alpha=0.01, years=3, season=False,
                        method="two-thirds-power")  # fmt: skip
    judged = newport["farrington"].notna()
    differs = newport["monday"][judged & ((result["alarm"] == "alarm") != (newport["farrington"] == 1))]
    assert differs.to_list() == ["2011-08-29"]
    assert (result["alarm"] == "not judged").to_list() == (~judged).to_list()
    assert result.loc[differs.index[0], "method"] == "farrington two-thirds-power, no trend"


@pytest.mark.parametrize(
    "phi, error, method, expected",
    [
        (1.5, 0, "negative-binomial", 10), (1.0, 0, "negative-binomial", 9),
        (1.0, 0.04, "two-thirds-power", 9.1154825),
    ],
)  # fmt: skip
def test_the_thresholds_of_the_tests_of_r(phi, error, method, expected):
    """Mean 5 at 5 %, as in test-farringtonFlexible.R of the R package surveillance (nbPlugin and 2/3)."""
    limit = module._limit(np.array([5.0]), np.array([error]), np.array([phi]), 0.05, method)
    assert limit[0] == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("alpha", [0.05, 0.005, 1e-6])
def test_the_threshold_is_the_quantile_of_scipy(alpha):
    from scipy import stats

    mean, phi = (side.ravel() for side in np.meshgrid([0.01, 0.3, 4, 77, 3e4], [1, 1.001, 1.7, 30]))
    wide = np.maximum(phi - 1, 1e-9)
    expected = np.where(
        phi > 1, stats.nbinom.ppf(1 - alpha, mean / wide, 1 / (1 + wide)), stats.poisson.ppf(1 - alpha, mean)
    )
    assert module._limit(mean, 0 * mean, phi, alpha, "negative-binomial") == pytest.approx(expected, abs=0)


def told_by_hand(df, place, kind, z=3.0):
    """Baseline mean and threshold of one row of a sorted series, in a loop."""

    def parts(row):
        t = df["period"][row].ordinal
        gap = 0 if kind == "c1" else 2
        before = [
            (other.ordinal, count)
            for other, count, status in zip(df["period"], df["new"], df["status"], strict=True)
            if other.ordinal < t - gap and status == "final" and count == count
        ][-7:]
        if len(before) < 7 or t - before[0][0] > 12:
            return None
        values = [count for _, count in before]
        return np.mean(values), np.std(values, ddof=1) or np.sqrt(max(np.mean(values), 1))

    own = parts(place)
    if own is None or df["new"][place] != df["new"][place]:
        return np.nan, np.nan
    if kind == "c3":
        for row in range(len(df)):
            near = df["period"][place].ordinal - df["period"][row].ordinal
            if near in (1, 2) and parts(row) and df["new"][row] == df["new"][row]:
                z -= max(0, (df["new"][row] - parts(row)[0]) / parts(row)[1] - 1)
        z = max(z, 1)
    return own[0], own[0] + z * own[1]


@pytest.mark.parametrize("kind", ["c1", "c2", "c3"])
def test_ears_is_what_a_loop_over_the_periods_says(kind):
    chance = np.random.default_rng(3)
    df = series(chance.poisson(4, 90), status=chance.choice(["final", "provisional"], 90, p=[0.9, 0.1]))
    df.loc[chance.choice(90, 6, replace=False), "new"] = np.nan
    df.loc[40:47, "new"] = 6
    df = df.drop(index=[20, 21, 60]).reset_index(drop=True)
    expected = np.array([told_by_hand(df, place, kind) for place in range(len(df))])
    result = warn(df, kind=kind)
    assert result[["expected", "threshold"]].to_numpy() == pytest.approx(expected, nan_ok=True)
    high = df["new"] > expected[:, 1]
    assert (result["alarm"] == "alarm").to_list() == high.to_list() and high.any()
    assert set(result["alarm"]) == {"alarm", "none", "too short", "not computed"}


def test_seven_equal_counts_have_the_deviation_of_chance():
    nine = warn(series([9] * 7 + [18, 19]), kind="c1").iloc[7]
    zero = warn(series([0] * 9 + [3]))
    assert (nine["expected"], nine["threshold"], nine["alarm"]) == (9, 18, "none")
    assert nine["method"] == "ears c1, equal counts"
    assert zero["threshold"].iloc[-1] == 3 and zero["alarm"].iloc[-1] == "none"
    assert warn(series([0] * 9 + [4]))["alarm"].iloc[-1] == "alarm"


def test_c3_asks_less_after_high_counts_but_never_alarms_for_them_alone():
    before = [4, 5, 3, 4, 6, 5, 4, 5, 4, 9, 9]
    ordinary, raised = (warn(series([*before, last]), kind="c3").iloc[-1] for last in (5, 6))
    assert ordinary["threshold"] == pytest.approx(np.mean(before[2:9]) + np.std(before[2:9], ddof=1))
    assert (ordinary["alarm"], raised["alarm"]) == ("none", "alarm")
    assert warn(series([*before, 6]))["alarm"].iloc[-3:].to_list() == ["alarm", "alarm", "none"]


def test_an_outlier_alarms_once_and_then_keeps_the_baseline_wide():
    result = warn(series([4, 5, 3, 4, 6, 5, 4, 5, 4, 40, 4, 5, 6, 5]))
    assert result["alarm"].to_list() == ["too short"] * 9 + ["alarm"] + ["none"] * 4
    assert result["threshold"].iloc[-1] > 40


@pytest.mark.parametrize("model, size", [(ears, 10), (farrington, 48)])
def test_provisional_counts_never_alarm_by_being_low_and_stay_out_of_the_model(model, size):
    counts = months(size)
    df = series(counts, status=["final"] * (size - 2) + ["provisional"] * 2)
    low = warn(df.assign(new=np.append(counts[:-2], [0, 0])), model).iloc[-1]
    same = warn(df.assign(new=np.append(counts[:-2], [999, 0])), model).iloc[-1]
    assert low["alarm"] == "none" and low["method"].endswith("provisional")
    assert low["threshold"] == same["threshold"]
    high = warn(df.assign(new=np.append(counts[:-2], [0, 999])), model).iloc[-1]
    assert high["alarm"] == "alarm"
    spoilt = df.assign(new=np.append(counts[: size // 2], [999] * (size - size // 2)), status="final")
    spoilt.loc[size // 2 :, "status"] = "provisional"
    assert (warn(spoilt, model)["threshold"].dropna() < 100).all()


def test_a_gap_is_not_filled_but_reached_over_up_to_twelve_periods():
    df = series([4, 5, 3, 4, 6, 5, 4, 5, 4, 4, 5, 3, 9])
    bridged = warn(df.drop(index=[9, 10, 11])).iloc[-1]
    assert bridged["method"] == "ears c2, gap in the baseline"
    assert bridged["expected"] == pytest.approx(np.mean([3, 4, 6, 5, 4, 5, 4]))
    missing = df.assign(new=df["new"].where(~df.index.isin([9, 10, 11])))
    assert warn(missing).iloc[-1]["expected"] == bridged["expected"]
    assert warn(missing)["method"].iloc[9] == "not computed: missing"
    far = warn(pd.concat([df.iloc[:9], series([9], "2016-05")])).iloc[-1]
    assert (far["alarm"], far["method"]) == ("not computed", "not computed: gap in the baseline")
    assert np.isnan(far["threshold"])


def levels_by_hand(t, freq, years=5):
    """The level of the season of every past period that the model takes, period by period."""
    a_year, half, blocks, left_out = RULES[freq]
    dates = [pd.Period(ordinal=t, freq=freq).start_time - pd.DateOffset(years=back) for back in range(years + 1)]
    near = [min(range(t - a_year * 6 - 9, t + 1), key=lambda s: abs((pd.Period(ordinal=s, freq=freq).start_time - day).days))
            for day in dates]  # fmt: skip
    level = {}
    for past in range(near[-1] - half, t - left_out):
        after, before = min(day for day in near if day >= past), max([day for day in near if day <= past], default=-999)
        if min(after - past, past - before) <= half:
            level[past] = 0
        else:
            sizes = [(after - before - 2 * half - 1 + extra) // blocks for extra in range(blocks - 1, -1, -1)]
            level[past] = 1 + int(np.searchsorted(np.cumsum(sizes), past - before - half))
    return level


def told_by_statsmodels(y, n, t, freq, alpha=0.005, method="negative-binomial", n_now=1.0):
    """Expected count and threshold by two fits of statsmodels for each form of the model; y and n by ordinal."""
    import statsmodels.api as sm
    from scipy import stats

    level = {past: of for past, of in levels_by_hand(t, freq).items() if past in y}
    past = np.array(list(level))
    counts, sizes = (np.array([of[one] for one in past], dtype=float) for of in (y, n))
    factor = np.column_stack([np.array(list(level.values())) == of for of in sorted(set(level.values()))]).astype(float)

    def fits(design):
        weight = np.ones(len(past))
        for _ in range(2):
            model = sm.GLM(counts, design, sm.families.Poisson(), offset=np.log(sizes), var_weights=weight)
            fit = model.fit(tol=1e-13, maxiter=200, scale="X2")
            phi, mu, hat = max(fit.scale, 1), fit.mu, fit.get_hat_matrix_diag()
            r = 1.5 * (counts ** (2 / 3) * mu ** (-1 / 6) - np.sqrt(mu)) / np.sqrt(phi * (1 - hat))
            weight = np.array([one**-2.0 if one > 2.58 else 1.0 for one in r])
            weight *= len(weight) / weight.sum()
        return fit, phi

    rising, phi = fits(np.column_stack([factor, past - t]))
    size = abs(rising.params[-1]) / np.sqrt(phi * rising.normalized_cov_params[-1, -1])
    trend = 2 * stats.t.sf(size, rising.df_resid) < 0.05 and np.exp(rising.params[0]) * n_now <= counts.max()
    if not trend:
        rising, phi = fits(factor)
    mean, variance = np.exp(rising.params[0]) * n_now, phi * rising.normalized_cov_params[0, 0]
    if method == "two-thirds-power":
        spread = 4 / 9 * mean ** (1 / 3) * (phi + mean * variance)
        return mean, (mean ** (2 / 3) + stats.norm.isf(alpha) * np.sqrt(spread)) ** 1.5, trend
    wide = stats.nbinom(mean / (phi - 1), 1 / phi) if phi > 1 else stats.poisson(mean)
    return mean, wide.isf(alpha), trend


@pytest.mark.parametrize("method", ["negative-binomial", "two-thirds-power"])
@pytest.mark.parametrize("freq, size", [("M", 80), ("M", 45), ("Q", 30), ("W-SUN", 330)])
def test_farrington_is_the_fit_of_statsmodels(freq, size, method):
    chance, trends = np.random.default_rng(size), []
    for rise, phi in ((0, 2.5), (-2, 1.01), (0.4, 4)):
        level = 25 * np.exp(0.3 * np.sin(np.arange(size)) + rise * np.arange(size) / size)
        df = series(chance.negative_binomial(level / (phi - 1), 1 / phi), "2010-01", freq)
        df["people"] = np.round(1000 * np.exp(0.2 * chance.standard_normal(size)))
        df.loc[[size // 2, size - RULES[freq][0]], "new"] *= 6
        df.loc[size - RULES[freq][0] - 3, "new"] = np.nan
        result = warn(df, farrington, exposure="people", periods=2, method=method)
        ordinal, known = df["period"].array.asi8, df.dropna()
        y, n = (dict(zip(known["period"].array.asi8, known[of], strict=True)) for of in ("new", "people"))
        for row in (size - 2, size - 1):
            mean, limit, trend = told_by_statsmodels(y, n, ordinal[row], freq, 0.005, method, df["people"][row])
            assert result["expected"][row] == pytest.approx(mean, rel=1e-6)
            assert result["threshold"][row] == pytest.approx(limit, rel=1e-6)
            assert result["method"][row].split(",")[1] == (" trend" if trend else " no trend")
            trends.append(trend)
    assert set(trends) == {True, False}


def test_months_have_ten_levels_and_the_window_is_the_month_and_its_neighbours():
    past, level = module._season(pd.Period("2024-03", "M"), 3, 1, 9, 6)
    named = dict(zip([str(pd.Period(ordinal=one, freq="M")) for one in past], level, strict=True))
    assert (min(named), max(named)) == ("2021-02", "2023-08")
    assert [of for of, kind in named.items() if kind == 0 and of > "2022-01"] == [
        "2022-02", "2022-03", "2022-04", "2023-02", "2023-03", "2023-04",
    ]  # fmt: skip
    assert [named[f"2022-{month:02}"] for month in range(5, 13)] + [named["2023-01"]] == list(range(1, 10))


def test_a_doubled_month_alarms_and_an_ordinary_one_does_not():
    counts = months(60, mean=40)
    counts[-1] = 40
    for model in (ears, farrington):
        assert warn(series(counts), model)["alarm"].iloc[-1] == "none"
        assert warn(series(np.append(counts[:-1], 100)), model)["alarm"].iloc[-1] == "alarm"


def test_an_outbreak_of_the_past_hides_no_outbreak_of_today():
    counts = np.full(72, 20) + np.arange(72) % 3
    spoilt = counts.copy()
    spoilt[[-13, -25]] = 200
    clean, kept = (warn(series(of), farrington).iloc[-1]["threshold"] for of in (counts, spoilt))
    assert clean < kept < 90


def test_a_trend_that_would_predict_more_than_ever_was_is_dropped():
    rising = np.round(20 * np.exp(0.02 * np.arange(72)))
    assert warn(series(rising), farrington)["method"].iloc[-1] == "farrington negative-binomial, no trend"
    assert warn(series(rising[::-1]), farrington)["method"].iloc[-1] == "farrington negative-binomial, trend"


def test_fewer_than_five_events_never_alarm_in_the_month_or_in_four_weeks():
    few, enough = (warn(series([0] * 50 + [last]), farrington).iloc[-1] for last in (4, 5))
    assert (few["expected"], few["threshold"], few["alarm"]) == (0, 0, "none")
    assert few["method"] == "farrington negative-binomial, no trend, fewer than 5 events"
    assert enough["alarm"] == "alarm"
    weekly = [
        warn(series([0] * 200 + last, freq="W-SUN"), farrington)["alarm"].iloc[-1]
        for last in ([1, 2, 0, 2], [2, 2, 2, 0, 0, 2])
    ]
    assert weekly == ["alarm", "none"]


@pytest.mark.parametrize("place", [0, 20, 43, 53])
def test_all_zero_but_one_and_constant_series_have_a_plain_answer(place):
    mostly = np.zeros(60)
    mostly[place] = 8
    result = warn(series(mostly), farrington).iloc[-12:]
    assert np.isfinite(result[["expected", "threshold"]]).all(axis=None)
    assert (result["alarm"] == "alarm").to_list() == (mostly[-12:] == 8).tolist()
    constant = warn(series([7] * 60), farrington).iloc[-12:]
    assert constant["expected"].to_list() == pytest.approx([7] * 12) and set(constant["alarm"]) == {"none"}


def test_only_the_last_periods_are_judged():
    result = warn(series(months(60)), farrington, periods=3)
    assert result["alarm"].to_list() == ["not judged"] * 57 + ["none"] * 3
    assert result["expected"].notna().to_list() == [False] * 57 + [True] * 3
    ended = warn(
        pd.concat([series(months(60), area="a"), series(months(50), area="b")]), farrington, by="area", periods=3
    )
    assert (ended["alarm"] == "not judged").sum() == 57 + 50


@pytest.mark.parametrize("freq, least", [("M", 36), ("Q", 12), ("W-SUN", 156)])
def test_a_short_history_is_too_short_and_never_an_alarm(freq, least):
    counts = np.append(np.full(least, 5), 500)
    assert warn(series(counts, freq=freq), farrington)["alarm"].iloc[-1] == "alarm"
    short = warn(series(counts[1:], freq=freq), farrington).iloc[-1]
    assert (short["alarm"], short["method"]) == ("too short", "too short: fewer than three years before")
    assert np.isnan(short["expected"])
    assert warn(series([5] * 8 + [500], freq=freq))["alarm"].iloc[-1] == "too short"


def test_a_season_never_seen_is_not_computed():
    counts = np.where(np.isin(np.arange(72) % 12, [10, 11, 0]), np.nan, 9)
    result = warn(series(np.append(counts[:-1], 50)), farrington).iloc[-1]
    assert (result["alarm"], result["method"]) == ("not computed", "not computed: fewer than three of this season")
    assert result[["expected", "threshold"]].isna().all()


def test_rows_that_cannot_be_counted_stay_with_their_reason():
    status = ["final"] * 47 + ["conflicting"]
    df = series(months(48), status=status, people=[9.0] * 45 + [0.0, np.nan, 9.0])
    df.loc[[43, 44], "new"] = [2.5, np.nan]
    result = warn(df, farrington, exposure="people")
    assert result["method"].iloc[43:].to_list() == [module.REASONS[of] for of in (3, 1, 2, 1, 4)]
    assert module.REASONS[3:] == ["not computed: not whole numbers", "not computed: conflicting"]
    assert set(result["alarm"].iloc[43:]) == {"not computed"} and result["expected"].iloc[43:].isna().all()
    assert warn(df)["method"].iloc[[43, 44, 47]].to_list() == [module.REASONS[of] for of in (3, 1, 4)]


def test_a_missing_month_among_the_judged_is_not_computed():
    result = warn(series(months(60)).assign(new=np.where(np.arange(60) % 47 == 7, np.nan, 20)), farrington)
    assert result["method"].iloc[[7, 54]].to_list() == ["not judged", module.MISSING]
    assert result["alarm"].iloc[54] == "not computed"


def test_a_conflicting_row_beside_the_one_that_holds_changes_nothing():
    df = series(months(48), status="final")
    both = pd.concat([df, df.iloc[[40, 44, 46]].assign(status="conflicting", new=900)], ignore_index=True)
    for model, options in ((ears, {"kind": "c3"}), (farrington, {})):
        assert_frame_equal(warn(both, model, **options).iloc[:48], warn(df, model, **options))


@pytest.mark.parametrize("model", [ears, farrington])
def test_shuffled_rows_give_the_same_answer_and_the_table_is_left_alone(model):
    df = areas(months(50, size=6, phi=2)).assign(basis="new", status="final")
    df.loc[[7, 90, 200], "new"] = np.nan
    before, result = df.copy(), warn(df, model, by="area")
    shuffled = df.sample(frac=1, random_state=1)
    assert_frame_equal(df, before)
    assert_frame_equal(warn(shuffled, model, by="area").loc[df.index], result)
    assert warn(shuffled, model, by="area").index.equals(shuffled.index)
    assert list(result.columns) == [*df.columns, "expected", "threshold", "alarm", "method"]
    for one, rows in df.groupby("area"):
        alone = warn(rows, model)
        assert_frame_equal(alone, result[result["area"] == one])


def test_exposure_moves_what_is_expected_and_its_unit_does_not_matter():
    counts, people = months(72, 30), np.append(np.full(71, 1000.0), 2000.0)
    plain, doubled, in_thousands = (
        warn(series(counts, people=size), farrington, exposure="people").iloc[-1]
        for size in (np.full(72, 1000.0), people, people / 1000)
    )
    assert doubled["expected"] == pytest.approx(2 * plain["expected"])
    assert in_thousands["expected"] == pytest.approx(doubled["expected"])
    assert in_thousands["threshold"] == doubled["threshold"]


def test_whole_numbers_will_do_as_times_for_ears():
    df = series(months(30))
    numbered = warn(df.assign(period=np.arange(30)))
    assert_frame_equal(numbered.drop(columns="period"), warn(df).drop(columns="period"))


def test_false_alarms_of_ears_are_as_documented():
    for mean, kind, share in ((1000, "c2", 0.0162), (5, "c2", 0.0234), (1000, "c3", 0.039)):
        counts = np.random.default_rng(5).poisson(mean, (1500, 40))
        judged = warn(areas(counts), by="area", kind=kind)["alarm"]
        assert (judged[judged != "too short"] == "alarm").mean() == pytest.approx(share, abs=0.0025)


def test_false_alarms_of_farrington_are_as_documented():
    for phi, most in ((1, 0.0065), (3, 0.02)):
        judged = warn(areas(months(72, 20, size=600, phi=phi)), farrington, by="area")["alarm"]
        share = (judged[judged != "not judged"] == "alarm").mean()
        assert 0.0025 < share < most


@pytest.mark.parametrize("model", [ears, farrington])
def test_a_group_that_crosses_a_basis_is_parted_by_it(model):
    df = areas(months(48, size=2)).assign(basis="old")
    df.loc[60:, "basis"] = "new"
    parted = warn(df.sample(frac=1, random_state=0), model, by=["area", "basis"])
    assert parted.loc[60:68, "alarm"].isin(["too short", "not judged"]).all()


@pytest.mark.parametrize("model", [ears, farrington])
def test_yearly_counts_are_refused(model):
    with pytest.raises(TableError, match="^No alarm on yearly counts: a year is over before it warns"):
        warn(series([5] * 12, "2010", "Y"), model)
    with pytest.raises(TableError, match="No alarm on yearly counts" if model is ears else "holds no months"):
        warn(series([5] * 12).assign(period=np.arange(2010, 2022)), model)


@pytest.mark.parametrize(
    "spoil, sentence",
    [
        (lambda df: df.assign(new=df["new"] - 99), "48 rows with a new below 0"),
        (lambda df: df.assign(new="five"), "The column 'new' holds text"),
        (lambda df: df.drop(columns="new"), "The table has no column 'new'"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("model", [ears, farrington])
def test_a_table_that_cannot_be_read_is_refused(model, spoil, sentence):
    df = series(months(48), area="a")
    with pytest.raises(TableError, match=f"^{sentence}"):
        warn(spoil(df), model, by="area")


@pytest.mark.parametrize(
    "model, options, sentence",
    [
        (ears, {"kind": "c4"}, "The kind is 'c4' and z is 3; use c1, c2 or c3"),
        (ears, {"z": 0}, "The kind is 'c2' and z is 0"),
        (ears, {"time": "half"}, "The times in 'half' are not whole numbers; give periods, or whole numbers one apart."),
        (farrington, {"time": "half"}, "The column 'half' holds no months, quarters or weeks"),
        (farrington, {"time": "day"}, "The column 'day' holds no months, quarters or weeks"),
        (farrington, {"method": "muan"}, "The method is 'muan' and alpha is 0.005; use negative-binomial or two-thirds-"),
        (farrington, {"alpha": 0.5}, "The method is 'negative-binomial' and alpha is 0.5"),
        (farrington, {"years": 2}, "years is 2 and periods is 12; use whole numbers, from 3 and 1 on."),
        (farrington, {"periods": 0}, "years is 5 and periods is 0"),
        (farrington, {"exposure": "people"}, "The table has no column 'people'"),
    ],
)  # fmt: skip
def test_wrong_words_are_refused(model, options, sentence):
    day = pd.period_range("2024-01-01", periods=48, freq="D")
    df = series(months(48), half=np.arange(48) / 2, day=day)
    with pytest.raises(TableError, match=f"^{sentence}"):
        warn(df, model, **options)


@pytest.mark.parametrize("model", [ears, farrington])
def test_tables_without_a_usable_row_come_back_with_the_columns(model):
    df = series(months(48))
    assert list(warn(df.iloc[:0], model)["alarm"]) == []
    nothing = warn(df.assign(new=np.nan), model)
    assert "alarm" not in set(nothing["alarm"]) and nothing["expected"].isna().all()


def test_the_example_in_the_documentation_is_right():
    result = doctest.testmod(module)
    assert result.attempted > 0 and result.failed == 0
