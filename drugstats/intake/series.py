"""Numbers of running totals and repeated tables to one number a period: by difference, once, or conflicting."""

import numpy as np
import pandas as pd

from drugstats import vocab
from drugstats.intake.problems import Report, address, at
from drugstats.intake.totals import tell_difference
from drugstats.tables import KEY

SERIES = ["area", "indicator", "basis", "year"]
FREQUENCIES = {1: "M", 3: "Q", 12: "Y"}


def settle(cells: pd.DataFrame, report: Report) -> pd.DataFrame:
    """Return the numbers with a pandas period each (column period); what is wrong or was done is reported."""
    length = _length(cells)
    if length < 12:
        cells = _with_years(cells, report)
        report.refuse()
    running = (cells["first"] == 1) & (cells["last"] > length) & (cells["last"] < 13)
    single = cells[~running]
    single = single.assign(period=_codes(single, length), derived=False)
    _refuse(single[single["period"].isna()], "period_range", report)
    if running.any():
        single = pd.concat([single, _by_difference(cells[running], single, length, report)], ignore_index=True)
    report.refuse()
    ordinals = single["period"].to_numpy(dtype="int64")
    return single.assign(period=pd.PeriodIndex.from_ordinals(ordinals, freq=FREQUENCIES[length]))


def _length(cells: pd.DataFrame) -> int:
    """How many months a period of this table has: 1, 3 or 12."""
    spans = cells[["first", "last"]].drop_duplicates()
    months = ((spans["first"] == spans["last"]) & (spans["last"] > 0)).any()
    ends = set(spans.loc[(spans["first"] == 1) & (spans["last"] > 1), "last"])
    quarters = ((spans["last"] - spans["first"] == 2) & (spans["last"] % 3 == 0)).any()
    if months or ends - {3, 6, 9, 12}:
        return 1
    return 3 if quarters or ends - {12} else 12


def _with_years(cells: pd.DataFrame, report: Report) -> pd.DataFrame:
    """A year beside its own months is the total from January to December; one without is of another frequency."""
    year = cells["last"] == 0
    if not year.any():
        return cells
    alone = cells[year & ~_beside(cells, cells[~year])]
    if len(alone):
        one, other = cells[~year].iloc[0], alone.iloc[0]
        report.error(at(other), "frequency", one=_said(one), other=_said(other))
    whole = {"first": 1, "last": 12, "running": True}
    return cells.assign(**{name: cells[name].mask(year, value) for name, value in whole.items()})


def _beside(rows: pd.DataFrame, others: pd.DataFrame) -> np.ndarray:
    """Which rows have others of the same series beside them."""
    return pd.MultiIndex.from_frame(rows[SERIES]).isin(pd.MultiIndex.from_frame(others[SERIES]))


def _codes(cells: pd.DataFrame, length: int) -> pd.Series:
    """The number of each period, counted as pandas does from 1970; missing where the months make no such period."""
    first, last = cells["first"], cells["last"]
    if length == 12:
        return (cells["year"] - 1970).where((last == 0) | ((first == 1) & (last == 12)))
    fits = (last - first == length - 1) & (last % length == 0) & (last > 0)
    return ((cells["year"] - 1970) * (12 // length) + last // length - 1).where(fits)


def _by_difference(running: pd.DataFrame, single: pd.DataFrame, length: int, report: Report) -> pd.DataFrame:
    """Months (or quarters) from totals that run from January; a stock is its last month, a share has no difference."""
    kinds = running["indicator"].map(vocab.kinds())
    shares = running[~kinds.isin(["stock", "flow"]) & running["value"].notna()]
    beside = _beside(shares, single) & (shares["last"] == 12)
    if beside.any():
        report.note(at(shares[beside].iloc[0]), "share_total", "unused")
    _refuse(shares[~beside], "running_share", report)
    stocks, flows = running[kinds == "stock"], running[kinds == "flow"]
    starts = single[single["first"] == 1]
    starts = starts[_beside(starts, flows)]
    told = _once(pd.concat([starts.assign(origin=False), flows.assign(origin=True)], ignore_index=True), report)
    told = told.sort_values([*SERIES, "last"], kind="stable", ignore_index=True)
    before = told.groupby(SERIES, sort=False, observed=True)[
        ["value", "last", "step", "row", "column", "status"]
    ].shift()
    gap = told["last"] - before["last"].fillna(0)
    value = (told["value"] - before["value"].where(before["last"].notna(), 0)).round(9)

    alone = told["origin"] & (gap > length)
    spring = told[alone & (told["last"] == 2) & (length == 1)]
    rest = _checked(told[alone].drop(spring.index), single, report)
    _refuse(rest, "running_gap", report)
    for n, row in told[told["origin"] & (value < 0)].iterrows():
        report.error(at(row), "running_falls", now=_shown(row), before=_shown(row, before.at[n, "value"]))
    months = told.assign(
        value=value, step=told["step"] + before["step"].fillna(0),
        status=np.where(value.isna(), "missing", _worse(told["status"].astype("str"), before["status"].astype("str"))),
        minus=["" if pd.isna(row) else address(int(row), int(column))
               for row, column in zip(before["row"], before["column"], strict=True)],
    )[told["origin"] & (gap <= length)]  # fmt: skip
    if len(spring):
        report.warning(at(spring.iloc[0]), "spring")
    if len(months):
        report.note(at(months.iloc[0]), "running")
    # January and February that were reported together: neither is known.
    silent = [spring.assign(value=np.nan, status="missing", last=last) for last in (1, 2)]
    made = pd.concat([stocks, months, *silent], ignore_index=True)
    made["first"] = made["last"] - length + 1
    return made.assign(period=_codes(made, length), derived=True)


def _checked(alone: pd.DataFrame, single: pd.DataFrame, report: Report) -> pd.DataFrame:
    """Totals that nothing can be subtracted from: those whose own months are told are held against them, not used."""
    left = []
    beside = dict(list(single[_beside(single, alone)].groupby(SERIES, observed=True)))
    for n, row in alone.iterrows():
        months = beside.get(tuple(row[SERIES]), single[:0])
        months = months[months["last"] <= row["last"]].drop_duplicates("last")
        if not (months["last"] == row["last"]).any():
            left.append(n)
            continue
        off = abs(row["value"] - months["value"].sum()) > 1e-6 + row["step"] + months["step"].sum()
        if off and months["value"].notna().sum() * (months["last"] - months["first"] + 1).max() == row["last"]:
            tell_difference(row, months["value"].sum(), report, "unused")
    return alone.loc[left]


def _once(told: pd.DataFrame, report: Report) -> pd.DataFrame:
    """One row a key and end; of two that differ nobody can say which one to subtract."""
    first = told.groupby([*SERIES, "last"], observed=True)["value"].transform("first")
    for n, row in told[told["value"].notna() & ((told["value"] - first).abs() > 1e-9)].iterrows():
        report.error(at(row), "running_twice", text=_said(row), one=_shown(row, first[n]), other=_shown(row))
    known = told.sort_values("value", na_position="last", kind="stable")
    return known.drop_duplicates([*SERIES, "last"])


def _worse(one: pd.Series, other: pd.Series) -> pd.Series:
    return one.where((one != "final") | other.isna(), other)


def once(numbers: pd.DataFrame, report: Report) -> pd.DataFrame:
    """Return one row a key: what was told twice alike stands once, what was told twice differently is conflicting."""
    again = numbers.duplicated(KEY, keep=False) & (numbers["status"] != "conflicting")
    if not again.any():
        return numbers
    known = numbers[again].groupby(KEY, sort=False, observed=True)["value"].transform("count")
    # An empty cell beside a number tells nothing against it.
    numbers = numbers.drop(index=known.index[(known > 0) & numbers.loc[known.index, "value"].isna()])
    rows = numbers[numbers.duplicated(KEY, keep=False) & (numbers["status"] != "conflicting")]
    first = rows.groupby(KEY, sort=False, observed=True)["value"].transform("first")
    same = (rows["value"] - first).abs() <= 1e-9 + rows["step"].where(rows["value"] % 1 == 0, 0.0)
    same |= rows["value"].isna() & first.isna()
    alike = same.groupby([rows[name] for name in KEY], sort=False, observed=True).transform("all")
    twice = rows.duplicated(KEY)
    pasted = rows[alike & twice & (rows["total"] == "") & ~rows["derived"]]
    for _, told in pasted.groupby(["file", "sheet"], sort=False, observed=True):
        report.warning(at(told.iloc[0]), "pasted", count=vocab.show(len(told), "count"))
    for key, told in rows[~alike].groupby(KEY, sort=False, observed=True):
        _tell_twice(key, told.iloc[0], told.iloc[-1], report)
    numbers.loc[alike.index[~alike], "status"] = "conflicting"
    return numbers.drop(index=rows.index[alike & twice])


def _tell_twice(key: tuple, one: pd.Series, other: pd.Series, report: Report) -> None:
    words = {name: vocab.show(value, name, report.lang) for name, value in zip(KEY[:3], key, strict=False)}
    words |= at(one)._asdict() | {"value": _shown(one), "other": _shown(other)}
    report.warning(at(other), "twice", **words)


def _refuse(rows: pd.DataFrame, fault: str, report: Report) -> None:
    for _, row in rows.iterrows():
        report.error(at(row), fault, text=_said(row))


def _said(row: pd.Series) -> str:
    if row["last"] == 0:
        return str(row["year"])
    if row["first"] == row["last"]:
        return f"{row['year']}-{row['last']:02}"
    return f"{row['year']}-{row['first']:02}–{row['last']:02}"


def _shown(row: pd.Series, value=None) -> str:
    return vocab.show_indicator(row["value"] if value is None else value, row["indicator"])
