"""Stocks that close: the example city to the person, the national register of 2015, planted slips, laws, refusals."""

import doctest
import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from drugstats import tables
from drugstats.stats import stocks as module
from drugstats.stats.stocks import CLOSING, DIFFERENCE, FELL, NOTHING_BEFORE, balance, increments
from drugstats.tables import TableError

ROOT = Path(__file__).resolve().parents[2]
ROLES = {"stock": "users", "time": "year", "plus": ["found", "came"], "minus": ["clean", "left"]}
FLOWS = [*ROLES["plus"], *ROLES["minus"]]
COUNTED = {"value": "deaths", "time": "year"}

laws = settings(max_examples=40, deadline=None, derandomize=True, database=None)
counts = st.one_of(st.integers(0, 60), st.integers(0, 7_500_000_000))


def register(flows, opening=1_000_000_000_000, first=2019):
    """A register that closes: a row of four flows a year after the opening one."""
    flows = np.array([[0, 0, 0, 0], *flows], dtype="float64").reshape(-1, 4)
    users = opening + (flows @ [1, 1, -1, -1]).cumsum()
    return pd.DataFrame(flows, columns=FLOWS).assign(users=users, year=np.arange(first, first + len(flows)))


def deaths(*values, **columns):
    return pd.DataFrame(
        {"year": range(2019, 2019 + len(values)), "deaths": np.array(values, dtype="float64"), **columns}
    )


histories = st.lists(st.tuples(counts, counts, counts, counts), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def city():
    """The truth of the example city: a row a county and month, the cumulative columns differenced."""
    folder = ROOT / "data" / "example_city"
    spec = importlib.util.spec_from_file_location("city_of_stocks", folder / "make_example_city.py")
    script = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        spec.loader.exec_module(script)
    truth = script.truth()
    truth = truth[truth["area"].str.len() == 6]
    wide = truth.pivot(index=["area", "period"], columns="indicator", values="value").reset_index()
    wide = wide.assign(period=tables.periods(wide["period"]))
    for cumulative in ("abstinent_3y", "deaths_cumulative"):
        wide[f"{cumulative}_newly"] = increments(wide, value=cumulative, time="period", by="area")["increment"]
    return wide


# Registers that close


def test_the_register_of_the_example_city_closes_to_the_person_in_every_county_and_month(city):
    result = balance(
        city, stock="users_current", time="period", plus=["users_new", "users_immigrated"],
        minus=["abstinent_3y_newly", "users_emigrated", "deaths_cumulative_newly"], by="area",
    )  # fmt: skip
    first = result["period"].astype(str) == "2019-01"
    assert len(result) == 9 * 84 and first.sum() == 9
    assert (result["residual"][~first] == 0).all() and set(result["method"][~first]) == {CLOSING}
    assert result["residual"][first].isna().all()


def test_the_national_register_of_2015_closes_with_11_000_for_deaths_and_departures():
    rows = tables.usable(tables.read(ROOT / "data" / "national" / "observations.csv"))
    told = rows.set_index([rows["period"].astype(str), "indicator", "basis"])["value"]
    ever, removed, current = (
        told["2015", key, basis]
        for key, basis in [
            ("users_registered", "cumulative"),
            ("abstinent_3y_removed", "published"),
            ("users_current", "current"),
        ]
    )
    assert (ever, removed, current) == (3_496_000, 1_140_000, 2_345_000)
    # The list before and after the abstinent came off it: two lines of one balance.
    lists = pd.DataFrame({"step": [1, 2], "users": [ever, current], "abstinent": [0, removed]})
    result = balance(lists, stock="users", time="step", plus=[], minus=["abstinent"]).iloc[1]
    assert result["expected"] == 2_356_000 and result["residual"] == -11_000
    # The deaths alone were 49,000 a year before: the three printed figures leave no room for all of them.
    assert told["2014", "deaths_cumulative", "published"] == 49_000


# Laws


@laws
@given(history=histories)
def test_a_register_that_follows_from_its_flows_leaves_no_residual(history):
    df = register(history)
    result = balance(df, **ROLES)
    assert_frame_equal(result[df.columns], df)
    assert list(result.columns) == [*df.columns, "opening", "expected", "residual", "method"]
    assert result["method"].to_list() == [NOTHING_BEFORE] + [CLOSING] * len(history)
    assert (result["residual"].iloc[1:] == 0).all() and result["residual"].isna().iloc[0]
    assert (result["opening"].iloc[1:].to_numpy() == df["users"].iloc[:-1].to_numpy()).all()


@laws
@given(history=histories, slip=st.integers(-1000, 1000), data=st.data())
def test_a_planted_slip_is_the_residual_of_its_year_and_of_no_other(history, slip, data):
    row = data.draw(st.integers(1, len(history)))
    df = register(history)
    df.loc[row:, "users"] += slip
    residual = balance(df, **ROLES)["residual"]
    assert residual[row] == slip and (residual.drop(index=[0, row]) == 0).all()


@laws
@given(history=histories, data=st.data())
def test_shuffled_rows_get_the_same_answer_and_the_input_is_untouched(history, data):
    df = pd.concat(
        [register(history).assign(area="a"), register(history[::-1], 10**9 * 50).assign(area="b")], ignore_index=True
    )
    df, before = df.set_index(df.index + 5), df.copy(deep=True).set_index(df.index + 5)
    order = data.draw(st.permutations(range(len(df))))
    for call in (
        lambda df: balance(df, **ROLES, by="area"),
        lambda df: increments(df, value="users", time="year", by="area"),
    ):
        assert_frame_equal(call(df.iloc[order]).sort_index(), call(df), check_exact=True)
    assert_frame_equal(df, before)


@laws
@given(st.lists(counts, min_size=1, max_size=12))
def test_increments_add_up_to_the_last_less_the_first(gains):
    df = deaths(*np.cumsum(gains))
    result = increments(df, **COUNTED)
    assert result["increment"].sum() == df["deaths"].iloc[-1] - df["deaths"].iloc[0]
    assert result["increment"].to_list()[1:] == gains[1:]
    assert result["method"].to_list() == [NOTHING_BEFORE] + [DIFFERENCE] * (len(gains) - 1)


# Gaps and doubts


def test_a_gap_a_fall_and_a_missing_figure_give_no_increment():
    df = deaths(5, 9, np.nan, 12, 11, 15).drop(index=0)
    result = increments(pd.concat([df, deaths(40).assign(year=2027)]), **COUNTED)
    assert result["method"].to_list() == [
        NOTHING_BEFORE,
        "not computed: missing",
        NOTHING_BEFORE,
        FELL,
        DIFFERENCE,
        NOTHING_BEFORE,
    ]
    assert result["increment"].iloc[4] == 4 and result["increment"].isna().sum() == 5


def test_months_follow_months_over_the_turn_of_the_year():
    months = pd.PeriodIndex(["2024-01", "2023-12", "2023-11"], freq="M")
    result = increments(pd.DataFrame({"year": months, "deaths": [9, 7, 7]}), **COUNTED)
    assert result["increment"].to_list()[:2] == [2, 0]


def test_a_year_after_a_gap_has_no_opening_and_a_missing_flow_no_expectation():
    df = register([(3, 0, 1, 0), (2, 1, 0, 0), (4, 0, 0, 1)])
    gap = balance(df.drop(index=1), **ROLES)
    assert gap["method"].to_list() == [NOTHING_BEFORE, NOTHING_BEFORE, CLOSING]
    lacking = balance(df.assign(came=[0, 0, np.nan, 0]), **ROLES)
    assert lacking["method"].to_list() == [NOTHING_BEFORE, CLOSING, "not computed: missing", CLOSING]
    assert lacking["opening"].notna().iloc[2] and lacking[["expected", "residual"]].iloc[2].isna().all()
    unknown = balance(df.assign(users=df["users"].where(df["year"] != 2020)), **ROLES)
    assert unknown["method"].to_list() == [NOTHING_BEFORE, "not computed: missing", NOTHING_BEFORE, CLOSING]
    assert unknown["expected"].iloc[1] == df["users"].iloc[1] and pd.isna(unknown["residual"].iloc[1])


def test_a_conflicting_row_is_nobodys_opening_and_a_provisional_one_is_named():
    df = register([(3, 0, 1, 0), (2, 1, 0, 0), (4, 0, 0, 1)])
    doubt = balance(df.assign(status=["final", "conflicting", "final", "final"]), **ROLES)
    assert doubt["method"].to_list() == [NOTHING_BEFORE, "not computed: conflicting", NOTHING_BEFORE, CLOSING]
    assert doubt[["opening", "expected", "residual"]].iloc[1].isna().all()
    early = balance(df.assign(status=["provisional", "final", "final", "provisional"]), **ROLES)
    assert early["method"].to_list() == [NOTHING_BEFORE, CLOSING + ", provisional", CLOSING, CLOSING + ", provisional"]
    both = pd.concat([deaths(5, 9, status="final"), deaths(7, 8, status="conflicting")])
    assert increments(both, **COUNTED)["increment"].to_list()[1] == 4
    assert increments(both, **COUNTED)["increment"].isna().to_list() == [True, False, True, True]


def test_one_flow_needs_no_list():
    df = register([(3, 0, 1, 0)])
    result = balance(df, stock="users", time="year", plus="found", minus="clean")
    assert result["residual"].iloc[1] == 0


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda df: balance(df, **ROLES | {"minus": ["clean", "found"]}), "'found' is named twice: a flow either adds to the stock or takes from it."),
        (lambda df: balance(df, **ROLES | {"plus": ["users"]}), "'users' is named twice"),
        (lambda df: balance(df.assign(clean=-1), **ROLES), "with a clean below 0"),
        (lambda df: balance(df.assign(basis=["a", "b"]), **ROLES), "The table stands on the basis a before 2020 and on b from then on"),
        (lambda df: balance(df.assign(year=2020), **ROLES), "The table has two rows for 2020: keep one"),
        (lambda df: balance(df.assign(year=[2019, np.nan]), **ROLES), "A row has no year: fill it in."),
        (lambda df: balance(df.rename(columns={"left": "lefts"}), **ROLES), "no column 'left'; the nearest is 'lefts'"),
        (lambda df: increments(df, value="users", time="years"), "no column 'years'; the nearest is 'year'"),
        (lambda df: increments(df.assign(basis=["a", "b"]), value="users", time="year"), "so choose one, or name basis in by"),
        (lambda df: increments(df.assign(users="12"), value="users", time="year"), "The column 'users' holds text"),
    ],
)  # fmt: skip
def test_every_table_that_cannot_be_closed_is_refused_in_a_sentence(call, sentence):
    good = register([(3, 0, 1, 0)])
    assert balance(good, **ROLES)["residual"].iloc[1] == 0
    with pytest.raises(TableError, match=sentence):
        call(good)


def test_a_table_without_rows_has_no_balance_but_its_columns():
    none = register([]).iloc[:0]
    assert list(balance(none, **ROLES).columns) == list(balance(register([]), **ROLES).columns)
    assert increments(none, value="users", time="year").empty


def test_the_examples_in_the_docstrings_hold():
    result = doctest.testmod(module)
    assert np.array_equal((result.attempted > 1, result.failed), (True, 0))
