"""Groups in order of time: which rows belong together, when each was, nothing told twice, nothing across a break."""

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


def settled(df: pd.DataFrame, time: str, by, known, *, provisional: bool = False, whole: bool = True):
    """Return the groups of `by` with basis, n, first and last, and for each its `Settled` rows that are `known`.

    Provisional rows (unless wanted), conflicting and unknown ones are left out. Raises TableError for a time told twice
    and for a group that crosses a basis.
    """
    table, group = groups(df, time, by)
    t, a_year = clock(df, time, whole)
    if a_year is None:
        raise TableError(f"The periods of {time!r} are by {frequency(df[time])}; use years, quarters or months.")
    left = {"conflicting": marked(df, "conflicting"), "provisional": marked(df, "provisional") & (not provisional)}
    left["missing"] = ~known & ~left["conflicting"] & ~left["provisional"]
    used = ~np.any(list(left.values()), axis=0)
    every = ordered(df, time, by, t, group, used)
    order = every[used[every]]

    ends = np.searchsorted(group[order], np.arange(len(table) + 1))
    rows = [order[start:end] for start, end in zip(ends[:-1], ends[1:], strict=True)]
    counts = {word: np.bincount(group[gone], minlength=len(table)) for word, gone in left.items()}
    notes = ["".join(f", {n[at]} {word} left out" for word, n in counts.items() if n[at]) for at in table.index]
    if "basis" in df:
        first = np.full(len(table), -1)
        for those in (every, order):  # a group of which nothing is used still has a basis
            first[group[those][::-1]] = those[::-1]
        table["basis"] = cells(df, "basis", first)
    first, last = (cells(df, time, [one[end] if len(one) else -1 for one in rows]) for end in (0, -1))
    table = table.assign(n=np.diff(ends), first=first, last=last)
    return table, [Settled(one, t[one], a_year or 1, note) for one, note in zip(rows, notes, strict=True)]


def groups(df: pd.DataFrame, time: str, by):
    """Return a table of the groups of `by`, one without columns where that is None, and the number of each row's group.

    Raises TableError where a row does not tell its group, its time or, where there is a column of that, its basis.
    """
    need(df, time, *keys(by))
    if time in keys(by):
        raise TableError(f"{time!r} is the time: not in by.")
    table, group = pd.DataFrame(index=[0]), pd.Series(0, index=df.index)
    if keys(by):
        grouped = df.groupby(keys(by), observed=True)
        table, group = grouped.size().index.to_frame(index=False), grouped.ngroup()
    for key in [time, *(keys(by) if group.isna().any() else []), *(["basis"] if "basis" in df else [])]:
        if df[key].isna().any():
            raise TableError(f"A row has no {key}: fill it in.")
    return table, group.to_numpy()


def clock(df: pd.DataFrame, time: str, whole: bool = True):
    """Return the time of each row as a number, one apart for neighbouring periods, and how many of them make a year.

    A year is 0 where time is a number and None where periods are neither years, quarters nor months. Raises TableError
    for what is neither and, if they are to be `whole`, for numbers that are not.
    """
    if isinstance(df[time].dtype, pd.PeriodDtype):
        return df[time].array.asi8, PERIODS_A_YEAR.get(frequency(df[time]))
    if not pd.api.types.is_numeric_dtype(df[time]):
        raise TableError(f"The times in {time!r} are neither periods nor numbers; make periods of them first.")
    t = numbers(df, time, lowest=None)
    if whole and (t % 1).any():
        raise TableError(f"The times in {time!r} are not whole numbers; give periods, or whole numbers one apart.")
    return t.astype(np.int64) if whole else t, 0


def ordered(df: pd.DataFrame, time: str, by, t, group, used):
    """Return the places of all rows in order of group and time.

    Raises TableError where two of those that are `used` share group and time, and where a group crosses a basis.
    """
    order = np.arange(len(t))
    if ((group[1:] < group[:-1]) | (group[1:] == group[:-1]) & (t[1:] < t[:-1])).any():
        order = np.lexsort((t, group))
    rows = order[used[order]]
    same = np.diff(group[rows]) == 0
    twice = same & (np.diff(t[rows]) == 0)
    if twice.any():
        row = rows[twice.argmax() + 1]
        raise TableError(
            f"{named(df, by, row)} has two rows for {df[time].iloc[row]}: keep one, or name what parts them in by."
        )
    if "basis" in df:
        told = df["basis"].to_numpy(dtype=object)[rows]
        broken = same & (told[1:] != told[:-1])
        if broken.any():
            place = broken.argmax()
            row = rows[place + 1]
            raise TableError(
                f"{named(df, by, row)} stands on the basis {told[place]} before {df[time].iloc[row]} and on "
                f"{told[place + 1]} from then on: they do not compare, so choose one, or name basis in by."
            )
    return order


def alike(settled: list[Settled]):
    """Yield the groups that share their times: their places among all, the times, and their rows, a line each."""
    kinds = {}
    for place, one in enumerate(settled):
        kinds.setdefault(one.t.tobytes(), []).append(place)
    for places in kinds.values():
        yield np.array(places), settled[places[0]].t, np.array([settled[place].rows for place in places])


def marked(df: pd.DataFrame, status: str):
    """Return which rows have a status; none where the table has no such column."""
    return df["status"].isin([status]).to_numpy() if "status" in df else np.zeros(len(df), dtype=bool)


def named(df: pd.DataFrame, by, row) -> str:
    """Return what the group of a row is called."""
    return ", ".join(f"{key} {df[key].iloc[row]}" for key in keys(by)) or "The table"


def cells(df: pd.DataFrame, column: str, rows):
    """Return the cells of a column in rows given by place, missing for −1."""
    return df[column].reset_index(drop=True).reindex(rows).array


def keys(by) -> list:
    """Return the columns that `by` names."""
    return [by] if isinstance(by, str) else list(by or [])
