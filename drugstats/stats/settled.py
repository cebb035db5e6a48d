"""The rows of each series that may be computed with, in order of time: nothing provisional, nothing across a break."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from drugstats.tables import TableError, frequency, need, numbers

PERIODS_A_YEAR = {"Y": 1, "Q": 4, "M": 12}


@dataclass(frozen=True)
class Settled:
    """One group: the places of its rows in the table, their times, the periods in a year, and what was left out."""

    rows: np.ndarray
    t: np.ndarray
    cycle: int
    note: str


def settled(df: pd.DataFrame, time: str, by, known, provisional: bool = False):
    """Return the groups of `by` with n, first and last, and for each its `Settled` rows, of those that are `known`.

    Provisional rows (unless wanted), conflicting and unknown ones are left out. Raises TableError for a time told twice
    and for a group that crosses a basis.
    """
    keys = [by] if isinstance(by, str) else list(by or [])
    bases = ["basis"] if "basis" in df and "basis" not in keys else []
    need(df, time, *keys)
    for key in [time, *keys, *bases]:
        if df[key].isna().any():
            raise TableError(f"A row has no {key}: fill it in.")
    t, cycle = _clock(df, time)
    table, group = pd.DataFrame(index=[0]), np.zeros(len(df), dtype=np.int64)
    if keys:
        grouped = df.groupby(keys, observed=True)
        table, group = grouped.size().index.to_frame(index=False), grouped.ngroup().to_numpy()

    status = df["status"].to_numpy(dtype=object) if "status" in df else np.full(len(df), "")
    left = {"conflicting": status == "conflicting", "provisional": (status == "provisional") & (not provisional)}
    left["missing"] = ~known & ~left["conflicting"] & ~left["provisional"]
    order = np.lexsort((t, group))
    order = order[~np.any(list(left.values()), axis=0)[order]]
    _refuse_mixed(df.iloc[order], t[order], group[order], table, time, bases)

    ends = np.searchsorted(group[order], np.arange(len(table) + 1))
    rows = [order[start:end] for start, end in zip(ends[:-1], ends[1:], strict=True)]
    counts = {word: np.bincount(group[gone], minlength=len(table)) for word, gone in left.items()}
    notes = ["".join(f", {n[at]} {word} left out" for word, n in counts.items() if n[at]) for at in table.index]
    for key in bases:
        table[key] = [df[key].iloc[one[0]] if len(one) else None for one in rows]
    told = df[time].reset_index(drop=True)
    first, last = (told.reindex([one[end] if len(one) else -1 for one in rows]).array for end in (0, -1))
    table = table.assign(n=np.diff(ends), first=first, last=last)
    return table, [Settled(one, t[one], cycle, note) for one, note in zip(rows, notes, strict=True)]


def _clock(df: pd.DataFrame, time: str):
    """Time as whole numbers, and how many of them make a year (1 where that is not known)."""
    if isinstance(df[time].dtype, pd.PeriodDtype):
        kind = frequency(df[time])
        if kind not in PERIODS_A_YEAR:
            raise TableError(f"The periods of {time!r} are by {kind}; use years, quarters or months (Y, Q, M).")
        return df[time].array.asi8, PERIODS_A_YEAR[kind]
    t = numbers(df, time, lowest=None)
    if (t % 1).any():
        raise TableError(f"The times in {time!r} are not whole numbers; give periods, or whole numbers one apart.")
    return t.astype(np.int64), 1


def _refuse_mixed(df: pd.DataFrame, t, group, table: pd.DataFrame, time: str, bases: list[str]) -> None:
    same = group[1:] == group[:-1]
    twice = same & (t[1:] == t[:-1])
    if twice.any():
        name, when, _ = _place(df, group, table, time, twice)
        raise TableError(f"{name} has two rows for {when}: keep one, or name what parts them in by.")
    for key in bases:
        told = df[key].to_numpy(dtype=object)
        broken = same & (told[1:] != told[:-1])
        if broken.any():
            name, when, at = _place(df, group, table, time, broken)
            raise TableError(
                f"{name} stands on the {key} {told[at - 1]} before {when} and on {told[at]} from then on: "
                f"they do not compare, so choose one, or name {key} in by."
            )


def _place(df: pd.DataFrame, group, table: pd.DataFrame, time: str, bad):
    at = bad.argmax() + 1
    name = ", ".join(f"{key} {told}" for key, told in table.iloc[group[at]].items())
    return name or "The table", df[time].iloc[at], at
