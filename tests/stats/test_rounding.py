"""What rounded figures can and cannot mean: the printed national changes, laws, small levels."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from drugstats import tables
from drugstats.stats import rounding

ROOT = Path(__file__).resolve().parents[2]
laws = settings(max_examples=120, deadline=None, derandomize=True, database=None)


def follows(after, before, printed, decimals=1):
    df = pd.DataFrame({"after": [after], "before": [before], "printed": [printed], "decimals": [decimals]})
    names = {name: name for name in df.columns}
    return rounding.follows(df.astype("float64"), **names).iloc[0]


def test_the_printed_national_changes_follow_or_not_as_found_by_hand():
    folder = ROOT / "data" / "national"
    levels = tables.changes(tables.read(folder / "observations.csv"))
    printed = tables.read_given(folder / "printed_changes.csv")
    both = levels.merge(printed, on=["indicator", "period"])
    columns = {name: name for name in ("after", "before", "printed", "decimals")}
    result = rounding.follows(both, **columns)

    golden = pd.read_csv(ROOT / "tests" / "golden" / "national_changes.csv", dtype={"period": str})
    golden["period"] = tables.periods(golden["period"])
    found = golden.merge(result, on=["indicator", "period"], suffixes=("_golden", ""))
    assert len(found) == len(golden) == 10
    assert found["verdict"].to_list() == found["verdict_golden"].to_list()
    assert (found["printed"] * 100).to_list() == pytest.approx(found["percent"].to_list())


def test_the_fall_of_cases_in_2024_can_be_9_6_to_14_1_percent():
    result = follows(37_000, 42_000, -0.129)
    assert (result["low"], result["high"]) == pytest.approx((-0.1412, -0.0964), abs=5e-5)


@laws
@given(st.floats(1, 1e10), st.floats(1, 1e10), st.integers(0, 9), st.integers(0, 9), st.integers(0, 2))
def test_a_change_computed_from_the_unrounded_levels_always_follows(after, before, cut, base_cut, decimals):
    after, before = round(after), round(before)
    assume(after / before < 1e4)
    printed_after, printed_before = round(after, -cut), round(before, -base_cut)
    assume(printed_after > 0 and printed_before > 0)
    result = follows(printed_after, printed_before, round(after / before - 1, decimals + 2), decimals)
    assert result["verdict"] == "follows"
    assert result["low"] <= result["value"] <= result["high"]


@pytest.mark.parametrize(
    "after, before, printed, verdict",
    [
        (110, 101, 0.089, "follows"),
        (35, 54, -0.352, "follows"),
        (35, 54, 0.99, "does not follow"),
        (1_001, 999, 0.5, "does not follow"),
        (3, 2, 0.5, "follows"),
        (3, 2, 3.0, "does not follow"),
        (0.44, 0.42, 0.048, "follows"),
        (0.44, 0.42, 0.5, "does not follow"),
        (0, 0.05, 5.0, "does not follow"),
    ],
)
def test_small_levels_are_checked_like_large_ones(after, before, printed, verdict):
    assert follows(after, before, printed)["verdict"] == verdict


def test_a_fall_to_nothing_is_a_fall_of_all():
    assert follows(0, 54_000, -1.0)["verdict"] == "follows"
    assert follows(0, 54_000, 0.5)["verdict"] == "does not follow"


def test_levels_of_less_than_a_thousandth_give_limits_in_order():
    result = follows(0.0008, 0.0004, 1.0)
    assert result["low"] <= result["value"] <= result["high"]


@pytest.mark.parametrize(
    "after, before, printed, method",
    [
        (np.nan, 54_000, -0.286, "not computed: missing"),
        (35_000, np.nan, -0.286, "not computed: missing"),
        (35_000, 54_000, np.nan, "not computed: missing"),
        (35_000, 0, -0.286, "not computed: nobody counted"),
    ],
)
def test_what_is_not_known_is_neither_right_nor_wrong(after, before, printed, method):
    result = follows(after, before, printed)
    assert (result["verdict"], result["method"]) == ("not computed", method)
    assert result[["value", "low", "high"]].isna().all()
