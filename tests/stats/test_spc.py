"""Control charts: published limits, rules against slow ones by hand, series that are hard on purpose, guards."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from drugstats.stats import spc, spc_rules
from drugstats.tables import TableError

GOLDEN = Path(__file__).parent.parent / "golden"
CHARTS = pd.read_csv(GOLDEN / "control_charts.csv")
NAN = float("nan")


def series(x, start="2015-01", **columns):
    x = np.asarray(x, dtype="float64")
    return pd.DataFrame({"period": pd.period_range(start, periods=len(x), freq="M"), "x": x, **columns})


def values(x, **options):
    return spc.chart(series(x), time="period", value="x", **options)


def counts(x, **options):
    return spc.chart(series(x), time="period", part="x", **options)


def shares(x, n, **options):
    return spc.chart(series(x, n=n), time="period", part="x", whole="n", **options)


def steady(points, seed=0, level=10.0):
    return np.random.default_rng(seed).normal(level, 1, points)


def example(name, kind, **options):
    df = CHARTS[CHARTS["example"] == name]
    told = {"part": "x", "whole": "n"} if df["n"].notna().all() and kind != "c" else {"value": "x"}
    if kind == "c":
        told = {"part": "x"}
    return spc.chart(df, time="time", kind=kind, **told, **options)


# Published numbers


@pytest.mark.parametrize("row", pd.read_csv(GOLDEN / "control_limits.csv").to_dict("records"))
def test_published_limits_are_reached(row):
    rebase = None if np.isnan(row["rebase"]) else {row["rebase"]: "the intervention"}
    r = example(row["example"], row["kind"], rebase=rebase)
    at = r[r["time"] == row["time"]].iloc[0]
    for name in ("centre", "low", "high"):
        if not np.isnan(row[name]):
            assert at[name] == pytest.approx(row[name], abs=row["within"]), name


def test_montgomery_finds_samples_15_and_23_of_the_juice_and_6_and_20_of_the_boards():
    juice, boards = example("orange_juice", "p"), example("circuit_boards", "c")
    assert juice.loc[juice["signal"] == "beyond high", "time"].to_list() == [15, 23]
    assert boards.loc[boards["signal"].str.startswith("beyond"), "time"].to_list() == [6, 20]


def test_infections_show_the_run_of_low_months_that_qicharts2_shows():
    r = example("infections", "c")
    assert r["signal"].iloc[-1] == "run low"
    assert r.loc[r["suggested"], "time"].to_list() == [23]
    frozen = example("infections", "c", baseline=24)
    assert frozen["centre"].iloc[0] == pytest.approx(449 / 24)
    assert (frozen["signal"].iloc[-15:] != "").all()


def test_anhoej_limits_are_the_published_ones():
    table = pd.read_csv(GOLDEN / "anhoej_limits.csv")
    for row in table.itertuples():
        assert run_signal(row.points, row.longest_run) is False
        assert run_signal(row.points, row.longest_run + 1) is True
        assert spc_rules._fewest_crossings(np.array([row.points - 1]))[0] == row.fewest_crossings


def run_signal(points, run):
    """Whether a run so long, among points that else go up and down by turns, is a signal."""
    side = np.ones(points)
    side[run:] = np.resize([-1, 1], points - run)
    code, _ = spc_rules.signals(side[None, :], *spread(points), "anhoej")
    assert set(code[0, run:]) <= {0, SIGNAL["crossings"]}
    return bool((code[0, :run] == SIGNAL["run high"]).all())


SIGNAL = {name: place for place, name in enumerate(spc_rules.SIGNALS)}


def spread(points):
    """Centre, low, high and z of a chart that nothing can be beyond."""
    return (np.full((1, points), of) for of in (0.0, -np.inf, np.inf, 0.0))


# Limits by hand


def test_shares_of_few_get_exact_limits_and_the_others_three_sigma():
    x, n = [1, 2, 0, 1, 3, 0, 2, 1, 0, 2, 1, 9, 1, 2], [40] * 11 + [400] + [40] * 2
    r = shares(x, n, kind="p")
    p = sum(x) / sum(n)
    inside = [count / 40 for count in range(41) if stats.binom.sf(count - 1, 40, p) >= stats.norm.sf(3)]
    assert max(inside) <= r["high"].iloc[0] < max(inside) + 1 / 40
    assert r["low"].iloc[0] == 0
    assert r["high"].iloc[11] == pytest.approx(p + 3 * np.sqrt(p * (1 - p) / 400))
    assert "exact limits" in r["method"].iloc[0] and "no run rules: level below 5" in r["method"].iloc[0]


def test_limits_of_shares_near_one_are_cut_at_one_for_drawing_alone():
    r = shares([58, 60, 59, 57] * 4, [60] * 16, kind="pp")
    assert r["high"].max() == 1 and (r["low"] < r["centre"]).all()
    low = shares([52, 40, 58, 49] * 4, [60] * 16, kind="pp", target=1.02, better="low")
    assert low["high"].iloc[0] == 1 and low["assurance"].iloc[0] == "may or may not"


def test_p_prime_is_never_narrower_than_p_and_says_so():
    n = [2000] * 24
    calm, wild = [100, 103] * 12, [60, 140, 90, 180, 40, 110] * 4
    for x, named in ((calm, True), (wild, False)):
        plain, prime = shares(x, n, kind="p"), shares(x, n, kind="pp")
        assert (prime["high"] >= plain["high"]).all()
        assert ("σ_z raised to 1" in prime["method"].iloc[0]) is named
        assert np.allclose(prime["high"], plain["high"]) is named


def test_outlying_moving_ranges_are_left_out_once_from_20_points_and_never_of_counts():
    x = steady(24)
    x[10] = 40
    ranges = np.abs(np.diff(x))
    kept = ranges[ranges <= 3.267 * ranges.mean()]
    assert values(x)["high"].iloc[0] == pytest.approx(x.mean() + 3 * kept.mean() / 1.128)
    assert "left out" in values(x)["method"].iloc[0]
    for other in (x[:19], np.round(x)):
        ranges = np.abs(np.diff(other))
        assert values(other)["high"].iloc[0] == pytest.approx(other.mean() + 3 * ranges.mean() / 1.128)
        assert "left out" not in values(other)["method"].iloc[0]


def test_ranges_of_a_series_that_mostly_stands_still_are_not_screened():
    x = np.zeros(24)
    x[[3, 9, 15, 20, 22]] = [0.2, 0.3, 0.5, 6.5, 0.4]
    r = values(x)
    assert r["high"].iloc[0] == pytest.approx(x.mean() + 3 * np.abs(np.diff(x)).mean() / 1.128)
    assert np.flatnonzero(r["signal"] == "beyond high").tolist() == [20]
    fell = values(50 - x)
    assert np.flatnonzero(fell["signal"] == "beyond low").tolist() == [20] and (fell["signal"] != "").sum() == 1


def test_half_of_the_points_alike_is_just_half():
    mask = np.ones((1, 5), dtype=bool)
    assert spc_rules.tied(np.array([[1.0, 1, 2, 3, NAN]]), mask & ([True] * 4 + [False]))[0]
    assert not spc_rules.tied(np.array([[1.0, 1, 2, 3, 4]]), mask)[0]


def test_small_whole_numbers_given_as_values_show_no_runs():
    x = [0.0, 1, 2, 1, 0, 2, 1, 0, 1, 2, 0, 1, 3, 4, 3, 4, 3, 4, 3, 4, 3, 4, 3, 4]
    r = values(x)
    assert (r["signal"] == "").all() and "no run rules: level below 5" in r["method"].iloc[0]
    assert (values(np.add(x, 10))["signal"] != "").any()


def test_few_expected_in_a_primed_chart_keep_its_widened_limits():
    n = [1000] * 20 + [90]
    r = shares([20, 80, 10, 90] * 5 + [4], n, kind="pp")
    sigma = np.sqrt(r["centre"] * (1 - r["centre"]) / n)
    widened = (r["high"] - r["centre"]) / sigma / 3
    assert widened.iloc[-1] == pytest.approx(widened.iloc[0]) and widened.iloc[0] > 2


def test_screening_never_leaves_a_series_without_limits():
    r = values(np.repeat([1.5, 9.5, 17.5, 25.5], 6))
    assert r["high"].notna().all() and "left out" not in r["method"].iloc[0]


def test_limits_of_waits_counted_in_other_things_are_geometric():
    x = np.random.default_rng(3).geometric(0.04, 40) - 1
    x[-1] = 400
    r = values(x, kind="g")
    chance = 1 / (x.mean() + 1)
    assert r["centre"].iloc[0] == np.median(x)
    largest = stats.geom.isf(stats.norm.sf(3), chance, loc=-1)
    assert largest - 1 <= r["high"].iloc[0] <= largest + 1
    assert r["signal"].iloc[-1] == "beyond high"


def test_one_endless_wait_leaves_the_limits_round_the_centre():
    r = values([*[1.0] * 6, *[2.0] * 6, 100_000], kind="g")
    assert (r["low"] <= r["centre"]).all() and r["signal"].iloc[-1] == "beyond high"


def test_a_wait_of_zero_breaks_t_and_is_said():
    r = values([3.0, 0, 5, 8, 2, 9, 4, 1, 6, 7, 3, 12, 5], kind="t")
    assert r["high"].isna().all() and "use g" in r["method"].iloc[0]
    assert r["variation"].iloc[0] == "cannot tell"


# The kind by the data


@pytest.mark.parametrize(
    ("table", "kind", "why"),
    [
        (values(steady(15)), "xmr", "values without counts"),
        (counts([8, 9, 12, 7] * 4), "c", "counts"),
        (counts([8000, 9000, 12000, 7000] * 4), "xmr", "vary by more than chance"),
        (shares([8, 9, 12, 7] * 4, [100] * 16), "p", "part of a whole"),
        (shares([80, 90, 120, 70] * 4, [2000] * 16), "p′", "whole in thousands"),
        (shares([8, 9, 12, 7] * 4, [100.5] * 16), "u", "events over exposure"),
        (shares([8, 9, 12, 7] * 4, [3] * 16), "u", "events over exposure"),
        (shares([80, 90, 120, 70] * 4, [2000.5] * 16), "u′", "exposure in thousands"),
        (shares([1, 0, 2, 0] * 4, [2000] * 16), "p", "part of a whole); provisional limits"),
    ],
)  # fmt: skip
def test_auto_chooses_by_the_data_and_says_why(table, kind, why):
    assert (
        table["method"].str.startswith(f"{kind} (auto: ").all() and table["method"].str.contains(why, regex=False).all()
    )


def test_a_level_below_five_asks_for_longer_periods_and_shows_no_runs():
    r = shares([0, 1] * 10 + [3] * 14, [300] * 34)
    assert "longer periods or waits" in r["method"].iloc[0] and (r["signal"] == "").all()


# Rules, against the slow way


def by_hand(x, centre, sigma, rules):
    """Each point's signal, from the definitions, one point at a time; None is a gap."""
    n = len(x)
    side = [None if v is None else np.sign(v - centre) for v in x]
    told = [set() for _ in x]
    way = {1: "high", -1: "low"}
    for i, v in enumerate(x):
        if v is not None and abs(v - centre) > 3 * sigma:
            told[i].add(f"beyond {way[side[i]]}")
    runs, now, crossings, pairs, last = [], [], 0, 0, None
    for i in range(n):
        if side[i] is None or (side[i] == 0 and rules == "classic"):
            runs, now, last = [*runs, now], [], None
        elif side[i] != 0:
            pairs += last is not None
            if last is not None and side[i] != last:
                runs, now, crossings = [*runs, now], [], crossings + 1
            now, last = [*now, i], side[i]
    runs.append(now)
    useful = sum(s in (1, -1) for s in side)
    longest = round(np.log2(useful)) + 4 if rules == "anhoej" else 8
    for run in runs:
        if len(run) >= longest:
            for i in run:
                told[i].add(f"run {way[side[i]]}")
    if rules == "anhoej" and crossings < stats.binom.ppf(0.05, pairs, 0.5):
        told[max(i for i in range(n) if x[i] is not None)].add("crossings")
    if rules == "classic":
        for i in range(n - 5):
            six = x[i : i + 6]
            for sign, word in way.items():
                if None not in six and all(sign * (b - a) > 0 for a, b in zip(six, six[1:], strict=False)):
                    for j in range(i, i + 6):
                        told[j].add(f"trend {word}")
        for i in range(n - 2):
            three = range(i, i + 3)
            for sign, word in way.items():
                far = [j for j in three if x[j] is not None and sign * (x[j] - centre) > 2 * sigma]
                if all(x[j] is not None for j in three) and len(far) >= 2:
                    for j in far:
                        told[j].add(f"two of three {word}")
    return [next((name for name in spc_rules.SIGNALS if name in seen), "") for seen in told]


@pytest.mark.parametrize("rules", ["anhoej", "classic"])
def test_signals_agree_with_the_definitions_point_by_point(rules):
    rng, seen = np.random.default_rng(5), set()
    for _ in range(300):
        x = np.round(rng.normal(0, 1, 40).cumsum() * rng.choice([0, 0.3]) + rng.normal(0, rng.choice([1, 1.6]), 40), 1)
        x[rng.random(40) < 0.05] = 0
        x[rng.random(40) < 0.03] = NAN
        ones = np.ones((1, 40))
        code, _ = spc_rules.signals(x[None, :], 0 * ones, -3 * ones, 3 * ones, x[None, :], rules)
        expected = by_hand([None if np.isnan(v) else v for v in x], 0, 1, rules)
        assert [spc_rules.SIGNALS[place] for place in code[0]] == expected
        seen |= set(expected)
    assert len(seen) == (6 if rules == "anhoej" else 9)


def test_the_run_rules_alarm_as_often_as_counting_all_sequences_says():
    """The chance of a longer run than 8 or fewer than 8 crossings among 24 tosses, by recursion over the sequences."""
    ways = {(1, 1, 0): 1.0}
    for _ in range(23):
        grown = {}
        for (run, longest, crossings), chance in ways.items():
            for state in ((run + 1, max(longest, run + 1), crossings), (1, longest, crossings + 1)):
                grown[state] = grown.get(state, 0) + chance / 2
        ways = grown
    exact = sum(chance for (_, longest, crossings), chance in ways.items() if longest > 8 or crossings < 8)
    side = np.random.default_rng(0).choice([-1.0, 1.0], (20_000, 24))
    code, _ = spc_rules.signals(side, *(of[[0] * 20_000] for of in spread(24)), "anhoej")
    assert (code > 0).any(axis=1).mean() == pytest.approx(exact, abs=0.006)


@pytest.mark.parametrize("rules", ["anhoej", "classic"])
def test_the_false_alarm_rate_told_is_the_rate_met(rules):
    x = np.random.default_rng(9).poisson(40, (1500, 30))
    df = pd.concat([series(row, area=str(area)) for area, row in enumerate(x)])
    r = spc.chart(df, time="period", part="x", by="area", rules=rules)
    met = (r["signal"] != "").groupby(r["area"]).any().mean()
    assert met == pytest.approx(r["false_alarm"].iloc[0], abs=0.035)


def test_false_alarms_grow_with_the_points_and_are_the_same_every_time():
    for kind in spc.KINDS:
        rates = [spc.false_alarms(n, "anhoej", kind) for n in (12, 24, 60)]
        assert rates == sorted(rates) and rates[2] < 0.3
    before = spc.false_alarms(24, "classic")
    spc_rules.false_alarms.cache_clear()
    assert spc.false_alarms(24, "classic") == before
    assert spc.false_alarms(60, "limits", "c") == pytest.approx(1 - 0.9973**60, abs=0.02)


# Gaps, provisional and conflicting rows


def test_a_gap_breaks_runs_and_moving_ranges():
    x = np.append(steady(16, level=0), steady(10, seed=1, level=2.5))
    df = series(x)
    whole = spc.chart(df, time="period", value="x")
    gapped = spc.chart(df.drop(index=[21]), time="period", value="x")
    missing = spc.chart(df.assign(x=df["x"].mask(df.index == 21)), time="period", value="x")
    assert whole["signal"].iloc[16:].isin(["run high", "beyond high"]).all()
    assert not gapped["signal"].str.startswith("run high").any()
    assert (missing.drop(index=[21])["signal"] == gapped["signal"]).all()
    assert missing.loc[21, "method"] == "not computed: missing" and missing.loc[21, ["value", "high"]].isna().all()
    ranges = np.abs(np.append(np.diff(x[:21]), np.diff(x[22:])))
    spread = (gapped["high"] - gapped["centre"]).iloc[0]
    assert spread == pytest.approx(3 * ranges[ranges <= 3.267 * ranges.mean()].mean() / 1.128)


def test_a_gap_in_the_whole_table_is_a_gap_for_years_too():
    years = [*range(2000, 2013), *range(2014, 2020)]
    df = pd.DataFrame({"year": years, "x": [*steady(10), *(steady(9) + 2)]})
    r = spc.chart(df, time="year", value="x")
    closed = spc.chart(df.assign(year=range(len(df))), time="year", value="x")
    assert (closed["signal"].iloc[10:] == "run high").all() and not (r["signal"] == "run high").any()


def test_provisional_rows_are_plotted_but_bear_no_limits_and_are_never_low():
    x = [*steady(20), 0.0, 0.0]
    status = ["final"] * 20 + ["provisional"] * 2
    df = series(x, status=status)
    r = spc.chart(df, time="period", value="x")
    alone = values(x[:20])
    assert (r["value"] == x).all() and r["centre"].iloc[-1] == alone["centre"].iloc[0]
    assert (r["signal"].iloc[-2:] == "").all() and r["variation"].iloc[0] == "common cause"
    assert values(x)["signal"].iloc[-1] == "beyond low"
    high = spc.chart(df.assign(x=[*x[:20], 30, 0]), time="period", value="x", better="low")
    assert high["signal"].iloc[20] == "beyond high" and (high["variation"] == "worsening").all()
    settled = spc.chart(df.assign(x=[*x[:20], 30, 10], status=[*status[:21], "final"]), time="period", value="x")
    assert settled["signal"].iloc[20] == "beyond high" and (settled["variation"] == "common cause").all()
    still = spc.chart(df.assign(x=[10.0] * 21 + [40]), time="period", part="x", better="low")
    assert (still["variation"] == "worsening").all()


def test_a_provisional_point_makes_no_settled_one_signal():
    x = [*np.tile([9.0, 11.0], 10), 15.0, 15.0]
    status = ["final"] * 21 + ["provisional"]
    r = spc.chart(series(x, status=status), time="period", value="x", rules="classic")
    assert (r["signal"] == "").all()
    settled = spc.chart(series(x), time="period", value="x", rules="classic")
    assert (settled["signal"].iloc[-2:] == "two of three high").all()


def test_conflicting_rows_may_repeat_a_period_and_are_not_computed():
    df = series(steady(15), status="final")
    more = pd.concat([df, df.iloc[[3, 3]].assign(x=99.0, status="conflicting")], ignore_index=True)
    r = spc.chart(more, time="period", value="x")
    assert (r["method"].iloc[15:] == "not computed: conflicting").all() and r["value"].iloc[15:].isna().all()
    pd.testing.assert_series_equal(r["high"].iloc[:15], values(df["x"])["high"])


# Words


def test_variation_follows_the_last_point_and_the_direction_of_better():
    x = [*steady(20), 20.0]
    assert [values(x, better=way)["variation"].iloc[0] for way in ("none", "low", "high")] == [
        "high", "worsening", "improving",
    ]  # fmt: skip
    x = [*steady(20), 0.0]
    assert [values(x, better=way)["variation"].iloc[0] for way in ("none", "low", "high")] == [
        "low", "improving", "worsening",
    ]  # fmt: skip
    assert values([*x, 10.0])["variation"].iloc[0] == "common cause"


def test_few_crossings_have_no_direction():
    x = np.tile([1, 1, 1, 1.0, -1, -1, -1, -1], 4) + steady(32, level=0) * 0.3
    r = values(x, better="low")
    assert r["signal"].iloc[-1] == "crossings" and (r["signal"].iloc[:-1] != "crossings").all()
    assert (r["variation"] == "unsettled").all()


@pytest.mark.parametrize(
    ("better", "target", "word"),
    [("low", 30, "met"), ("low", 10, "may or may not"), ("low", -9, "missed"), ("high", 30, "missed"), ("high", -9, "met"), ("low", None, "")],
)  # fmt: skip
def test_assurance_sets_the_limits_against_the_target(better, target, word):
    assert (values(steady(20), better=better, target=target)["assurance"] == word).all()


def test_eleven_points_have_no_icon_and_no_limits():
    r = values([*steady(10), 99], target=5, better="low")
    assert (r["variation"] == "too short").all() and (r["assurance"] == "too short").all()
    assert r[["low", "high", "false_alarm"]].isna().all(axis=None) and (r["signal"] == "").all()
    assert r["centre"].notna().all() and "too short" in r["method"].iloc[0]
    assert "provisional limits" in values(steady(19))["method"].iloc[0]
    assert "provisional limits" not in values(steady(20))["method"].iloc[0]


# Baseline, rebase, suggestion


def test_a_baseline_fixes_the_limits_by_period_or_by_points():
    x = [*steady(15), *(steady(10, seed=4) + 1)]
    by_period, by_points = values(x, baseline="2016-03"), values(x, baseline=15)
    pd.testing.assert_frame_equal(by_period, by_points)
    assert by_period["high"].iloc[-1] == values(x[:15])["high"].iloc[0]
    assert "limits of the baseline" in by_period["method"].iloc[0]
    assert (values(x, baseline=8)["variation"] == "too short").all()
    years = spc.chart(series(x).assign(year=range(2000, 2025)), time="year", value="x", baseline=2014)
    assert years["high"].to_list() == by_period["high"].to_list()


def test_a_rebase_by_cause_gives_each_segment_its_own_limits_and_no_run_crosses_it():
    x = [*steady(16), *(steady(14, seed=4) + 4)]
    r = values(x, rebase={"2016-05": "the new centre opened"}, target=13, better="low")
    assert r["segment"].to_list() == [1] * 16 + [2] * 14
    assert r["high"].iloc[0] == values(x[:16])["high"].iloc[0] and r["high"].iloc[-1] == values(x[16:])["high"].iloc[0]
    assert not r["signal"].str.startswith("run").any() and not r["suggested"].any()
    assert r["method"].iloc[-1].endswith("rebased: the new centre opened") and "rebased" not in r["method"].iloc[0]
    assert (r["assurance"] == "may or may not").all()
    pd.testing.assert_frame_equal(r, values(x, rebase=[("2016-05", "the new centre opened")], target=13, better="low"))


@pytest.mark.parametrize("step", [5, -5])
@pytest.mark.parametrize("better", ["low", "high"])
def test_a_lasting_shift_suggests_a_rebase_on_worsening_as_on_improvement(step, better):
    x = [*steady(15), *(steady(13, seed=4) + step)]
    r = values(x, better=better)
    assert np.flatnonzero(r["suggested"]).tolist() == [15] and (r["segment"] == 1).all()
    assert not values([*x, 10 - step])["suggested"].any()
    assert not values(x[:-2])["suggested"].any()


def test_a_baseline_is_of_the_first_segment_and_rebases_may_be_told_in_any_order():
    x = [*steady(20), *(steady(13, seed=4) + 5), *steady(12, seed=5)]
    told = [("2016-09", "a law"), ("2017-10", "its end")]
    r = values(x, rebase=told, baseline=15)
    pd.testing.assert_frame_equal(r, values(x, rebase=told[::-1], baseline="2016-03"))
    parts = [values(x[:20], baseline=15), values(x[20:33]), values(x[33:])]
    assert np.allclose(r["high"], pd.concat(parts)["high"], rtol=1e-12)
    assert r["method"].iloc[25].endswith("rebased: a law") and r["method"].iloc[-1].endswith("rebased: its end")


def test_only_the_last_segment_speaks_and_is_suggested_for():
    x = [*steady(15), *(steady(13, seed=4) + 5), *steady(12, seed=5)]
    r = values(x, rebase={"2017-05": "the budget was cut"}, target=20, better="low")
    assert r["signal"].iloc[27].endswith("high") and not r["suggested"].any()
    assert (r["variation"] == "common cause").all() and (r["assurance"] == "met").all()


# Series that are hard on purpose


@pytest.mark.parametrize(
    "table", [values([0.0] * 15), counts([0] * 15), shares([0] * 15, [50] * 15), values([0] * 15, kind="g")]
)
def test_all_zero_has_no_sigma_and_says_so(table):
    assert table[["low", "high"]].isna().all(axis=None) and (table["signal"] == "").all()
    assert table["method"].str.contains("all zero, σ undefined").all() and (table["variation"] == "no variation").all()


def test_a_constant_series_does_not_vary():
    r = values([7.5] * 24, target=8, better="low")
    assert (r["variation"] == "no variation").all() and (r["assurance"] == "met").all() and r["high"].isna().all()
    r = counts([10] * 24, target=8, better="low")
    assert (r["variation"] == "no variation").all() and (r["assurance"] == "missed").all() and r["high"].notna().all()
    assert "half of the points alike" in r["method"].iloc[0]


def test_fourteen_zeros_and_a_one_are_one_signal_without_a_negative_limit():
    for place in (0, 7, 14):
        x = np.zeros(15)
        x[place] = 1
        r = values(x)
        assert np.flatnonzero(r["signal"] != "").tolist() == [place]
        assert (r["low"] == 0).all() and r["signal"].iloc[place] == "beyond high"


def test_a_base_that_stands_still_cannot_tell():
    r = values([*[4.0] * 12, 5.0], baseline=12)
    assert (r["variation"] == "cannot tell").all() and "no spread between neighbours" in r["method"].iloc[0]


def test_one_point_and_no_point_are_answered():
    assert values([3.0])["variation"].to_list() == ["too short"]
    assert values([NAN])["method"].to_list() == ["not computed: missing"]
    empty = spc.chart(series([], area=[]), time="period", value="x", by="area")
    assert list(empty.columns) == list(spc.chart(series([1.0], area="a"), time="period", value="x", by="area").columns)


def test_rows_that_cannot_be_computed_stay_with_their_reason():
    x, n = [5.0, 6, 4, 7] * 4, [50.0] * 16
    n[2], x[5], x[9] = 0, NAN, 60
    r = shares(x, n, kind="p")
    assert r["method"].iloc[[2, 5, 9]].to_list() == [
        "not computed: nobody counted", "not computed: missing", "not computed: part above whole",
    ]  # fmt: skip
    assert r.loc[[2, 5, 9], ["value", "centre", "low", "high"]].isna().all(axis=None) and (r["signal"] == "").all()


def test_one_huge_denominator_keeps_its_own_narrow_limits():
    r = shares([5, 6, 4, 7] * 4 + [10**8], [100] * 16 + [2 * 10**9], kind="p")
    assert r["centre"].iloc[0] == pytest.approx(0.05, rel=1e-6)
    assert r["high"].iloc[-1] - r["centre"].iloc[-1] < 1e-4 < r["high"].iloc[0] - r["centre"].iloc[0]


# Laws


def test_shuffled_rows_of_many_areas_give_the_same_answer_and_leave_the_input():
    rng = np.random.default_rng(2)
    df = pd.concat([series(rng.poisson(level, 30), area=str(level), n=100 * level) for level in (2, 8, 90, 700)])
    df = df.reset_index(drop=True).drop(index=[5, 40])
    mixed = df.sample(frac=1, random_state=3)
    kept = mixed.copy()
    for told in ({"value": "x"}, {"part": "x"}, {"part": "x", "whole": "n"}):
        for rules in ("anhoej", "classic"):
            options = dict(time="period", by="area", rules=rules, rebase={"2016-03": "a law"}, **told)
            r = spc.chart(mixed, **options)
            assert r.index.equals(mixed.index)
            pd.testing.assert_frame_equal(r.sort_index(), spc.chart(df, **options))
            alone = spc.chart(df[df["area"] == "8"], **options)
            pd.testing.assert_frame_equal(r[r["area"] == "8"].sort_index(), alone)
    pd.testing.assert_frame_equal(mixed, kept)


def test_limits_hold_the_centre_in_every_kind():
    rng = np.random.default_rng(6)
    for kind in spc.KINDS:
        for level in (0.02, 0.5, 4, 60):
            x = rng.poisson(level, 25) + (kind == "t")
            r = shares(x, [200] * 25, kind=kind) if kind in spc.RATIOS else values(x, kind=kind)
            told = r.dropna(subset="high")
            assert ((told["low"] <= told["centre"]) & (told["centre"] <= told["high"])).all(), (kind, level)


def test_adding_a_constant_shifts_and_scaling_scales_the_individuals_chart():
    x = steady(30, level=50)
    r, more, times = values(x), values(x + 100), values(x * 7)
    for name in ("value", "centre", "low", "high"):
        assert np.allclose(more[name], r[name] + 100) and np.allclose(times[name], r[name] * 7)
    assert (more["signal"] == r["signal"]).all() and (times["signal"] == r["signal"]).all()


def test_multiplying_events_and_exposure_narrows_the_limits():
    r, more = shares([10, 12, 8, 9] * 5, [100] * 20, kind="u"), shares([40, 48, 32, 36] * 5, [400] * 20, kind="u")
    assert np.allclose(r["centre"], more["centre"])
    assert np.allclose((r["high"] - r["centre"]) / 2, more["high"] - more["centre"])


# Guards


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"kind": "np"}, "The kind is 'np'; use auto, xmr"),
        ({"rules": "nelson"}, "The rules are 'nelson'; use anhoej or classic."),
        ({"better": "up"}, "better is 'up'; use low, high or none."),
        ({"target": 5}, "A target has a direction"),
        ({"value": None}, "Give a value, a count as part"),
        ({"part": "x"}, "Give a value, a count as part"),
        ({"whole": "n"}, "Give a value, a count as part"),
        ({"kind": "p"}, "A p chart has part and whole."),
        ({"kind": "g", "value": None, "part": "x", "whole": "n"}, "A g chart has no whole."),
        ({"time": "month"}, "no column 'month'"),
        ({"time": "word"}, "The times in 'word' are neither periods nor numbers; make periods of them first."),
        ({"time": "part_of_year"}, "The times in 'part_of_year' are not whole numbers; give periods, or whole numbers one apart."),
        ({"by": "row", "rebase": {"2015-08": ""}}, r"The rebase \('2015-08', ''\) names no cause"),
        ({"by": "row", "rebase": {"2015-08": None}}, "names no cause"),
        ({"by": "row", "rebase": ["2015-08"]}, "names no cause"),
        ({"by": "row", "rebase": {"2015-08": "x"}}, "row 1 has 11 points after rebase 1: wait for 12"),
        ({"by": "row", "rebase": {"2015-05": "x", "2015-09": "y"}}, "row 1 has 4 points after rebase 1"),
        ({"by": "row", "rebase": {"2030-01": "x"}}, "Rebase 1 has no points on both sides"),
        ({"by": "row", "rebase": {"2010-01": "x"}}, "Rebase 1 has no points on both sides"),
        ({"by": "row", "rebase": {"2015": "x"}}, "2015 is not a period such as 2015-01"),
        ({"by": "row", "rebase": {"spring": "x"}}, "spring is not a period"),
        ({"by": "row", "baseline": "2014-12"}, "The baseline 2014-12 leaves no point"),
        ({"by": "row", "baseline": "2015Q1"}, "2015Q1 is not a period"),
        ({"by": "row", "value": None, "part": "below"}, "below 0"),
        ({"by": "row", "kind": "t", "value": "below"}, "below 0"),
    ],
)  # fmt: skip
def test_every_guard_fires(options, sentence):
    df = pd.concat([series(steady(18), row=row) for row in (1, 2)], ignore_index=True).assign(
        n=50, word="Jan", part_of_year=0.5, below=-1.0
    )
    with pytest.raises(TableError, match=sentence):
        spc.chart(df, **{"time": "period", "value": "x", **options})


def test_a_chart_across_a_basis_is_parted_by_it():
    df = series(steady(30), area="石磴县", basis=["cumulative"] * 15 + ["current"] * 15).sample(frac=1, random_state=1)
    r = spc.chart(df, time="period", value="x", by=["area", "basis"])
    assert r.groupby("basis")["centre"].nunique().to_list() == [1, 1] and r["centre"].nunique() == 2
