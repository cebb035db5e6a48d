"""What every function over time says of a table that it cannot put in order: the same sentence, and in which rows."""

import re

import numpy as np
import pandas as pd
import pytest

from drugstats.stats import alarm, campaign, forecast, pace, series, spc, trend
from drugstats.tables import TableError

ROLES = {
    spc.chart: {"part": "v", "whole": "w"},
    trend.monotone: {"value": "v"},
    trend.proportion: {"part": "v", "whole": "w"},
    trend.joinpoint: {"value": "v", "max_joins": 1},
    trend.step: {"value": "v"},
    alarm.ears: {"events": "v"},
    alarm.farrington: {"events": "v"},
    campaign.effect: {"events": "v", "start": "2017-01"},
    campaign.counterfactual: {"events": "v", "start": "2017-01"},
    forecast.forecast: {"value": "v", "horizon": 3},
    pace.pace: {"part": "v", "whole": "w", "line": 0.05},
}
every_function = pytest.mark.parametrize("function", ROLES, ids=lambda function: function.__name__)
BREAK = "stands on the basis old before 2016-03 and on new from then on: they do not compare, so choose one, or name basis in by."


@pytest.fixture
def df():
    """Two areas over four years of months, in another order than that of time."""
    months = pd.period_range("2015-01", periods=48, freq="M")
    parts = [pd.DataFrame({"t": months, "area": area, "v": 30 + np.arange(48) % 5}) for area in ("east", "west")]
    both = pd.concat(parts, ignore_index=True).assign(w=900, basis="new", status="final")
    return both.sample(frac=1, random_state=0)


def told(function, df, by="area"):
    return function(df, time="t", by=by, **ROLES[function])


def spoilt(df, column, value, time="2016-02", area="east"):
    df = df.astype({column: object}) if value is None and column != "t" else df.copy()
    df.loc[(df["t"] <= time) & (df["area"] == area), column] = value
    return df


@every_function
@pytest.mark.parametrize("spoil, by, sentence", [
    (lambda df: pd.concat([df, df[df["t"] == "2015-04"]]), "area", "area east has two rows for 2015-04: keep one, or name what parts them in by."),
    (lambda df: df, None, "The table has two rows for 2015-01: keep one, or name what parts them in by."),
    (lambda df: df, "basis", "basis new has two rows for 2015-01: keep one, or name what parts them in by."),
    (lambda df: spoilt(df, "basis", "old"), ["area"], f"area east {BREAK}"),
    (lambda df: spoilt(df, "basis", "old")[df["area"] == "east"], None, f"The table {BREAK}"),
    (lambda df: spoilt(df, "t", None), "area", "A row has no t: fill it in."),
    (lambda df: spoilt(df, "area", None), "area", "A row has no area: fill it in."),
    (lambda df: spoilt(df, "area", None), ["basis", "area"], "A row has no area: fill it in."),
    (lambda df: spoilt(df, "basis", None), "area", "A row has no basis: fill it in."),
    (lambda df: df.assign(basis=pd.NA), "area", "A row has no basis: fill it in."),
    (lambda df: df, "t", "'t' is the time: not in by."),
    (lambda df: df, ["area", "t"], "'t' is the time: not in by."),
    (lambda df: df.drop(columns="area"), "area", "The table has no column 'area'"),
])  # fmt: skip
def test_what_cannot_be_put_in_order_is_refused_with_its_place(function, df, spoil, by, sentence):
    with pytest.raises(TableError, match=f"^{re.escape(sentence)}"):
        told(function, spoil(df), by)


@every_function
def test_conflicting_rows_may_repeat_a_time_and_stand_on_another_basis(function, df):
    other = df[df["t"] == "2015-04"].assign(basis="old", status="conflicting", v=899)
    result, plain = told(function, pd.concat([other, df])), told(function, df)
    if len(result) == len(df) + len(other):
        assert set(result["method"].iloc[: len(other)]) <= {"not computed: conflicting", "not judged"}
        result = result.iloc[len(other) :]
    named = [name for name in plain if name != "method"]
    pd.testing.assert_frame_equal(result[named], plain[named])


@every_function
def test_a_basis_named_in_by_parts_the_groups(function, df):
    parted = told(function, spoilt(df, "basis", "old"), ["area", "basis"])
    assert set(zip(parted["area"], parted["basis"], strict=True)) >= {("east", "old"), ("east", "new"), ("west", "new")}


@pytest.mark.parametrize("function", [spc.chart, alarm.ears, campaign.effect, forecast.forecast])
def test_times_that_leave_open_which_rows_are_neighbours_are_refused(function, df):
    ordinal = df["t"].array.asi8
    for times, sentence in (
        (ordinal / 2, "The times in 't' are not whole numbers; give periods, or whole numbers one apart."),
        (df["t"].astype(str), "The times in 't' are neither periods nor numbers; make periods of them first."),
        (df["t"].dt.to_timestamp(), "The times in 't' are neither periods nor numbers; make periods of them first."),
    ):
        with pytest.raises(TableError, match=f"^{re.escape(sentence)}$"):
            told(function, df.assign(t=times))


@pytest.mark.parametrize(
    "order, up", [(["area", "t"], [True, True]), (["area", "t"], [False, True]), (["t", "area"], True)]
)
def test_rows_may_stand_in_any_order(df, order, up):
    pd.testing.assert_frame_equal(told(trend.step, df.sort_values(order, ascending=up)), told(trend.step, df))


def test_a_group_without_a_row_to_compute_with_keeps_its_place_and_its_basis(df):
    df.loc[df["area"] == "east", "status"] = "provisional"
    table, (east, west) = series.settled(df, "t", "area", np.full(len(df), True))
    assert table["n"].to_list() == [0, 48] and table["basis"].to_list() == ["new", "new"]
    assert table["first"].isna().to_list() == [True, False] and str(table["last"].iloc[1]) == "2018-12"
    assert (len(east.rows), east.note, west.note) == (0, ", 48 provisional left out", "")
    assert (np.diff(west.t) == 1).all() and west.cycle == 12 and set(df["area"].iloc[west.rows]) == {"west"}
