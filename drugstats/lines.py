"""Control lines and targets: what is in force for an area in a period."""

import pandas as pd

from drugstats import names, vocab
from drugstats.tables import TableError


def line(key: str, period) -> float:
    """Return the control line of an indicator in force everywhere; raises TableError when there is none, or two."""
    rows = _in_force(period)
    rows = rows[(rows["indicator"] == key) & (rows["area"] == "")]
    if len(rows) != 1:
        raise TableError(f"lines.csv has {len(rows)} lines for {key} at {period}; exactly one is needed.")
    return float(rows["line"].iloc[0])


def targets(areas: list[str], period, kind: str) -> pd.DataFrame:
    """Return area, indicator and line of the lines of a kind (max, min) that are set for some areas in a period.

    A line of a share or rate holds in the area it is set for and in all below; a number is that area's own to reach.
    """
    rows = _in_force(period)
    rows = rows[(rows["kind"] == kind) & (rows["area"] != "")]
    own = rows["indicator"].map(vocab.kinds()).isin(["stock", "flow"])
    reach = [[code for code in areas if code == area or (not alone and area in names.lineage(code))]
             for area, alone in zip(rows["area"], own, strict=True)]  # fmt: skip
    told = pd.DataFrame({"area": reach, "indicator": rows["indicator"], "line": rows["line"].astype(float)})
    return told.explode("area").dropna(subset="area").astype({"area": "str"}).reset_index(drop=True)


def _in_force(period) -> pd.DataFrame:
    rows, when = vocab.table("lines"), str(period)
    # A line in force to 2025 is in force in all months of 2025: periods are compared at the shorter one's length.
    valid = [
        when[: len(row["from"])] >= row["from"] and when[: len(row["to"])] <= row["to"] for _, row in rows.iterrows()
    ]
    return rows[valid]
