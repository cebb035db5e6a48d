"""What each area adds to the change of the whole between two times (拉动); unequal sets of areas are never compared."""

from math import fsum

import numpy as np
import pandas as pd

from drugstats.tables import TableError, need, numbers

METHOD = "difference over the former total"
NOTHING_BEFORE = "not computed: nothing before"
ROUNDING = 1e-12


def contribution(df: pd.DataFrame, *, value: str, time: str, by: str) -> pd.DataFrame:
    """Return one row an area and pair of consecutive times: what the area adds to the change of the total.

    Columns: `by`, `time`_before, `time`, before, after, value, share_of_change, total_change and method. value is
    (after − before) / former total, as fraction: in percentage points it is the area's 拉动, and all add up to
    total_change, the change of the total. share_of_change is the area's part of that change (below 0 where it went the
    other way), NaN where the total did not change. A pair that starts from nothing stays, NaN, with its reason in
    `method`. The table holds the areas alone, without a row of their total; a table without rows gives none.

    Raises TableError for fewer than two times, an area told twice in one time, and an area without a number in one of
    the times: totals of different areas differ by more than change.

    >>> year = {"area": ["east", "west"] * 2, "year": [2023, 2023, 2024, 2024], "new": [60, 40, 54, 44]}
    >>> contribution(pd.DataFrame(year), value="new", time="year", by="area")[["area", "value", "total_change"]]
       area  value  total_change
    0  east  -0.06         -0.02
    1  west   0.04         -0.02
    """
    need(df, time, by)
    told = pd.DataFrame({"by": df[by], "time": df[time], "value": numbers(df, value)})
    areas = _areas_by_times(told, value, time)
    times = areas.columns
    pairs = [_pair(areas, before, after) for before, after in zip(times[:-1], times[1:], strict=True)]
    pairs = pairs or [_pair(areas.reindex(columns=[0, 1]), 0, 1)]
    return pd.concat(pairs, ignore_index=True).rename(columns={"by": by, "before_time": f"{time}_before", "time": time})


def _areas_by_times(told: pd.DataFrame, value: str, time: str) -> pd.DataFrame:
    if told[["by", "time"]].isna().any(axis=None):
        raise TableError(f"A row has no area or no {time}: give both.")
    twice = told.duplicated(["by", "time"])
    if twice.any():
        first = told[twice].iloc[0]
        raise TableError(f"{first['by']} has two rows of {value} for {first['time']}: keep one.")
    if len(told) and told["time"].nunique() < 2:
        raise TableError(f"A change needs two times; the column {time!r} has {told['time'].nunique()}.")
    areas = told.pivot(index="by", columns="time", values="value")
    lacking = areas.isna().stack()
    if lacking.any():
        area, when = lacking.idxmax()
        raise TableError(f"{area} has no {value} for {when}: a change needs the same areas at both times.")
    return areas


def _pair(areas: pd.DataFrame, time_before, time) -> pd.DataFrame:
    before, after = areas[time_before].to_numpy(), areas[time].to_numpy()
    former = fsum(before)
    change = fsum([*after, *-before])
    if abs(change) <= ROUNDING * former:
        change = 0.0
    ready = former > 0
    columns = {
        "before": before,
        "after": after,
        "value": (after - before) / former if ready else np.nan,
        "share_of_change": (after - before) / change if ready and change else np.nan,
        "total_change": change / former if ready else np.nan,
        "method": METHOD if ready else NOTHING_BEFORE,
    }
    return pd.DataFrame({"by": areas.index, "before_time": time_before, "time": time, **columns})
