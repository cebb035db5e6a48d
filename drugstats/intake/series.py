"""Numbers of running totals and repeated tables to one number a period: by difference, once, or conflicting."""

import numpy as np
import pandas as pd

from drugstats import vocab
from drugstats.intake.problems import ERROR, NOTE, WARNING, Problem, address
from drugstats.tables import KEY

SERIES = ["area", "indicator", "basis", "year"]


def settle(cells: pd.DataFrame, lang: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the numbers with a pandas period each (column period), and what is wrong or was done."""
    length = _length(cells)
    cells, wrong = _with_years(cells, length, lang)
    if wrong:
        return cells, wrong
    running = (cells["first"] == 1) & (cells["last"] > length) & (cells["last"] < 13)
    if length == 12:
        running[:] = False
    single, problems = cells[~running], []
    single = single.assign(period=_codes(single, length), derived=False)
    odd = single[single["period"].isna()]
    problems += [_problem(row, "error.period_range", lang, **_span(row)) for _, row in odd.iterrows()]
    if running.any():
        months, told = _by_difference(cells[running], single, length, lang)
        single, problems = pd.concat([single, months], ignore_index=True), problems + told
    if problems and any(problem.severity == ERROR for problem in problems):
        return single, problems
    frequency = {1: "M", 3: "Q", 12: "Y"}[length]
    ordinals = single["period"].to_numpy(dtype="int64")
    return single.assign(period=pd.PeriodIndex.from_ordinals(ordinals, freq=frequency)), problems


def _length(cells: pd.DataFrame) -> int:
    """How many months a period of this table has: 1, 3 or 12."""
    spans = cells[["first", "last"]].drop_duplicates()
    months = ((spans["first"] == spans["last"]) & (spans["last"] > 0)).any()
    ends = set(spans.loc[(spans["first"] == 1) & (spans["last"] > 1), "last"])
    quarters = ((spans["last"] - spans["first"] == 2) & (spans["last"] % 3 == 0)).any()
    if months or ends - {3, 6, 9, 12}:
        return 1
    return 3 if quarters or ends - {12} else 12


def _with_years(cells: pd.DataFrame, length: int, lang: str) -> tuple[pd.DataFrame, list[Problem]]:
    """A year beside its own months is the total from January to December; one without is of another frequency."""
    year = cells["last"] == 0
    if length == 12 or not year.any():
        return cells, []
    own = pd.MultiIndex.from_frame(cells[SERIES])
    beside = own.isin(own[~year])
    if (year & ~beside).any():
        alone = cells[year & ~beside].iloc[0]
        words = {"one": _said(cells[~year].iloc[0]), "other": _said(alone)}
        return cells, [_problem(alone, "error.frequency", lang, **words)]
    whole = {"first": 1, "last": 12, "running": True}
    return cells.assign(**{name: cells[name].mask(year, value) for name, value in whole.items()}), []


def _codes(cells: pd.DataFrame, length: int) -> pd.Series:
    """The number of each period, counted as pandas does from 1970; missing where the months make no such period."""
    if length == 12:
        return (cells["year"] - 1970).where((cells["last"] == 0) | ((cells["first"] == 1) & (cells["last"] == 12)))
    fits = (cells["last"] - cells["first"] == length - 1) & (cells["last"] % length == 0) & (cells["last"] > 0)
    return ((cells["year"] - 1970) * (12 // length) + cells["last"] // length - 1).where(fits)


def _by_difference(running: pd.DataFrame, single: pd.DataFrame, length: int, lang: str):
    """Months (or quarters) from totals that run from January; a stock is its last month, a share has no difference."""
    kinds, problems = running["indicator"].map(vocab.kinds()), []
    shares = running[~kinds.isin(["stock", "flow"]) & running["value"].notna()]
    beside = pd.MultiIndex.from_frame(shares[SERIES]).isin(pd.MultiIndex.from_frame(single[SERIES]))
    beside &= (shares["last"] == 12).to_numpy()
    if beside.any():
        problems.append(_problem(shares[beside].iloc[0], "told.share_total", lang, NOTE, "done.unused"))
    shares = shares[~beside]
    problems += [_problem(row, "error.running_share", lang, **_span(row)) for _, row in shares.iterrows()]
    stocks = running[kinds == "stock"]
    stocks = stocks.assign(first=stocks["last"] - length + 1)
    flows = running[kinds == "flow"]
    starts = single[(single["first"] == 1) & single["indicator"].isin(flows["indicator"].unique())]
    starts = starts[starts.set_index(SERIES).index.isin(flows.set_index(SERIES).index)]
    told = pd.concat([starts.assign(origin=False), flows.assign(origin=True)], ignore_index=True)
    told, wrong = _once(told, lang)
    problems += wrong
    told = told.sort_values([*SERIES, "last"], kind="stable", ignore_index=True)
    before = told.groupby(SERIES, sort=False, observed=True)[
        ["value", "last", "step", "row", "column", "status"]
    ].shift()
    gap = told["last"] - before["last"].fillna(0)
    value = (told["value"] - before["value"].where(before["last"].notna(), 0)).round(9)

    alone = told[told["origin"] & (gap > length)]
    spring = alone[(alone["last"] == 2) & (length == 1)]
    rest, wrong = _checked(alone.drop(spring.index), single, lang)
    problems += wrong + [_problem(row, "error.running_gap", lang, **_span(row)) for _, row in rest.iterrows()]
    for at in told.index[told["origin"] & (value < 0)]:
        row = told.loc[at]
        words = {"now": _shown(row), "before": _shown(row, before.at[at, "value"])}
        problems.append(_problem(row, "error.running_falls", lang, **words))
    months = told.assign(
        value=value, first=told["last"] - length + 1,
        step=told["step"] + before["step"].fillna(0),
        status=np.where(value.isna(), "missing", _worse(told["status"].astype("str"), before["status"].astype("str"))),
        minus=[address(int(row), int(column)) if row >= 0 else ""
               for row, column in zip(before["row"].fillna(-1), before["column"].fillna(-1), strict=True)],
    )[told["origin"]].drop(index=alone.index)  # fmt: skip
    silent = _spring(told.loc[spring.index])
    if len(spring):
        problems.append(_problem(spring.iloc[0], "told.spring", lang, WARNING, "done.spring"))
    if len(months):
        problems.append(_problem(months.iloc[0], "told.running", lang, NOTE, "done.running"))
    made = pd.concat([stocks, months, silent], ignore_index=True)
    return made.assign(period=_codes(made, length), derived=True), problems


def _checked(alone: pd.DataFrame, single: pd.DataFrame, lang: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Totals that nothing can be subtracted from: those whose own months are told are held against them, not used."""
    problems, left = [], []
    beside = single[single.set_index(SERIES).index.isin(alone.set_index(SERIES).index)]
    beside = dict(list(beside.groupby(SERIES, observed=True)))
    for at, row in alone.iterrows():
        months = beside.get(tuple(row[SERIES]), single[:0])
        months = months[months["last"] <= row["last"]].drop_duplicates("last")
        if not (months["last"] == row["last"]).any():
            left.append(at)
            continue
        off = abs(row["value"] - months["value"].sum()) > 1e-6 + row["step"] + months["step"].sum()
        if off and months["value"].notna().sum() * (months["last"] - months["first"] + 1).max() == row["last"]:
            words = {"indicator": vocab.indicator(row["indicator"], lang), "total": _shown(row),
                     "sum": _shown(row, months["value"].sum())}  # fmt: skip
            problems.append(_problem(row, "told.total", lang, WARNING, "done.unused", **words))
    return alone.loc[left], problems


def _once(told: pd.DataFrame, lang: str) -> tuple[pd.DataFrame, list[Problem]]:
    """One row a key and end; of two that differ nobody can say which one to subtract."""
    first = told.groupby([*SERIES, "last"], observed=True)["value"].transform("first")
    differ = told[told["value"].notna() & ((told["value"] - first).abs() > 1e-9)]
    wrong = [_problem(row, "error.running_twice", lang, text=_said(row), one=_shown(row, first[at]), other=_shown(row))
             for at, row in differ.iterrows()]  # fmt: skip
    known = told.sort_values("value", na_position="last", kind="stable")
    return known.drop_duplicates([*SERIES, "last"]), wrong


def _spring(rows: pd.DataFrame) -> pd.DataFrame:
    """January and February that were reported together: neither is known."""
    silent = rows.assign(value=np.nan, status="missing")
    return pd.concat([silent.assign(first=1, last=1), silent.assign(first=2, last=2)])


def _worse(one: pd.Series, other: pd.Series) -> pd.Series:
    return one.where((one != "final") | other.isna(), other)


def once(numbers: pd.DataFrame, lang: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Return one row a key: what was told twice alike stands once, what was told twice differently is conflicting."""
    again = numbers.duplicated(KEY, keep=False) & (numbers["status"] != "conflicting")
    if not again.any():
        return numbers, []
    known = numbers[again].groupby(KEY, sort=False, observed=True)["value"].transform("count")
    # An empty cell beside a number tells nothing against it.
    numbers = numbers.drop(index=known.index[(known > 0) & numbers.loc[known.index, "value"].isna()])
    again = numbers.duplicated(KEY, keep=False) & (numbers["status"] != "conflicting")
    rows = numbers[again]
    groups = rows.groupby(KEY, sort=False, observed=True)
    first = groups["value"].transform("first")
    same = (rows["value"] - first).abs() <= 1e-9 + rows["step"].where(rows["value"] % 1 == 0, 0.0)
    same |= rows["value"].isna() & first.isna()
    alike = same.groupby([rows[name] for name in KEY], sort=False, observed=True).transform("all")
    twice = rows.duplicated(KEY)
    problems = []
    pasted = rows[alike & twice & (rows["total"] == "") & ~rows["derived"]]
    for _, told in pasted.groupby(["file", "sheet"], sort=False, observed=True):
        words = {"count": vocab.show(len(told), "count")}
        problems.append(_problem(told.iloc[0], "told.pasted", lang, WARNING, "done.pasted", **words))
    for key, told in rows[~alike].groupby(KEY, sort=False, observed=True):
        one, other = told.iloc[0], told.iloc[-1]
        words = dict(zip(("area", "period", "indicator"), key, strict=False))
        words = {name: vocab.show(value, name, lang) for name, value in words.items()}
        words |= {"value": _shown(one), "file": one["file"], "sheet": one["sheet"], "other": _shown(other),
                  "cell": address(int(one["row"]), int(one["column"]))}  # fmt: skip
        problems.append(_problem(other, "told.twice", lang, WARNING, "done.twice", **words))
    numbers.loc[alike.index[~alike], "status"] = "conflicting"
    return numbers.drop(index=rows.index[alike & twice]), problems


def _problem(row: pd.Series, key: str, lang: str, severity: str = ERROR, done: str = "", **words) -> Problem:
    place = address(int(row["row"]), int(row["column"]))
    done = vocab.text(done, lang) if done else ""
    return Problem(vocab.text(key, lang, **words), row["file"], row["sheet"], place, severity, done)


def _span(row: pd.Series) -> dict:
    return {"text": _said(row)}


def _said(row: pd.Series) -> str:
    if row["last"] == 0:
        return str(row["year"])
    if row["first"] == row["last"]:
        return f"{row['year']}-{row['last']:02}"
    return f"{row['year']}-{row['first']:02}–{row['last']:02}"


def _shown(row: pd.Series, value=None) -> str:
    return vocab.show_indicator(row["value"] if value is None else value, row["indicator"])
