"""Seizures: what counted units weigh, and what has no weight told apart; knows no drug and no unit by name."""

import numpy as np
import pandas as pd

from drugstats.stats.hauls import change, concentration, grouped, lorenz, noted
from drugstats.stats.rates import MISSING
from drugstats.stats.series import keys, marked
from drugstats.stats.spc import CONFLICTING
from drugstats.tables import TableError, need, numbers

__all__ = ["apart", "change", "concentration", "listed", "lorenz", "totals", "weigh"]
LISTED, LISTED_THEN, NEVER_LISTED = "listed", "listed around then", "not listed"
NOT_LISTED, BEFORE_LISTED = "not computed: not listed then", "seized before it was listed"
UNKNOWN_LISTING = "not known whether listed then"


def weigh(
    df: pd.DataFrame, *, quantity: str, unit: str, drug: str, conversions: pd.DataFrame,
    ratios: pd.DataFrame | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Append unit_grams, grams, heroin_ratio, heroin_grams and method: bulk weight, without regard to purity.

    `conversions` tells what one unit weighs: drug (empty for any: units of mass), unit, grams, source. A unit without
    a row there is not converted: its row keeps its quantity, has no grams, and is told by `apart`. Units are compared
    as they are written. `ratios` (drug, heroin_ratio, article) weights grams as sentencing law does, and `method` says
    so; without it both heroin columns are empty. Raises TableError for two weights of one unit, or one without source.

    >>> told = pd.DataFrame({"drug": ["meth", "mdma"], "quantity": [1.5, 200], "unit": ["kg", "片"]})
    >>> mass = pd.DataFrame({"drug": [""], "unit": ["kg"], "grams": [1000], "source": ["law"]})
    >>> weighed = weigh(told, quantity="quantity", unit="unit", drug="drug", conversions=mass)
    >>> weighed[["drug", "grams", "method"]]
       drug   grams                                      method
    0  meth  1500.0                                      weight
    1  mdma     NaN  not converted: no weight for one 片 of mdma
    """
    need(df, drug, unit)
    amount, conflicting = numbers(df, quantity), marked(df, "conflicting")
    weights = _looked_up(conversions, "conversions", ["drug", "unit"], "grams", "source")
    law = {} if ratios is None else _looked_up(ratios, "ratios", ["drug"], "heroin_ratio", "article")
    pairs, pair = _pairs(df, drug, unit)
    told = [_conversion(weights, *one) for one in pairs]
    ratio = [law.get(one[:1], (np.nan, "")) for one in pairs]
    if ratios is not None:
        ends = [f", sentencing ratio of {article}" if article else ", no sentencing ratio" for _, article in ratio]
        told = [(grams, words + end * (grams > 0)) for (grams, words), end in zip(told, ends, strict=True)]

    unit_grams, heroin = (np.array([one for one, _ in column], dtype="float64")[pair] for column in (told, ratio))
    grams = np.where(conflicting, np.nan, amount) * unit_grams
    method = np.array([words for _, words in told], dtype=object)[pair]
    method[np.isnan(amount) & ~np.isnan(unit_grams)] = MISSING
    method[conflicting] = CONFLICTING
    told = {"unit_grams": unit_grams, "grams": grams, "heroin_ratio": heroin, "heroin_grams": grams * heroin}
    return df.assign(**told, method=method)


def totals(df: pd.DataFrame, *, by, quantity: str, unit: str, drug: str) -> pd.DataFrame:
    """Return one row a group of weighed rows: n, grams, apart, heroin_grams and method.

    apart counts the rows without a weight, and `method` names them: they are not in grams, which is NaN where no row
    of the group has a weight. A quantity that is not known makes the sum unknown, never smaller; so does, for
    heroin_grams alone, a weight without a sentencing ratio. Conflicting rows are left out and counted.
    """
    need(df, "unit_grams", "grams", "heroin_grams", drug, unit)
    amount, conflicting = numbers(df, quantity), marked(df, "conflicting")
    table, group = grouped(df, by, "n", "grams", "apart", "heroin_grams", "method")
    loose = df["unit_grams"].isna().to_numpy() & ~conflicting
    used = ~loose & ~conflicting
    n, weighed, unknown = (_count(rows, group, table) for rows in (~conflicting, used, used & np.isnan(amount)))

    pairs, pair = _pairs(df[loose], drug, unit)
    names = [f"{unit or 'no unit'} of {drug or 'no drug named'}" for drug, unit in pairs]
    method = np.select([unknown > 0, weighed == 0], [MISSING, "no weight"], "weights added up").astype(object)
    found = pd.DataFrame({"group": group[loose], "pair": pair}).drop_duplicates()
    for place, some in found.groupby("group")["pair"]:
        method[place] += ", apart: " + ", ".join(sorted(names[one] for one in some))
    method += noted({"conflicting left out": _count(conflicting, group, table)})
    grams, heroin = (_sum(df[column], used, group, table) for column in ("grams", "heroin_grams"))
    return table.assign(n=n, grams=grams, apart=_count(loose, group, table), heroin_grams=heroin, method=method)


def apart(df: pd.DataFrame, *, quantity: str, unit: str, drug: str, by=None) -> pd.DataFrame:
    """Return one row a group, drug and unit of what `weigh` found no weight for: n and quantity (NaN if not known)."""
    need(df, "unit_grams", drug, unit)
    rows = df[df["unit_grams"].isna() & ~marked(df, "conflicting")]
    rows = rows.assign(**{column: rows[column].astype("object").fillna("") for column in (drug, unit)})
    table, group = grouped(rows, [*keys(by), drug, unit], "n", "quantity")
    every = np.full(len(rows), True)
    amount = _sum(rows.assign(amount=numbers(rows, quantity))["amount"], every, group, table)
    return table.assign(n=_count(every, group, table), quantity=amount)


def listed(df: pd.DataFrame, *, value: str, drug: str, time: str, listing: pd.DataFrame) -> pd.DataFrame:
    """Append value and method: the amount, or NaN where a 0 tells only that the drug was not under control yet.

    `listing` tells drug, scheduled (the first day under control, or a month or year where no more is known; "none" for
    what is not) and scheduled_by (a day on which it was for certain). `time` holds periods. An amount above 0 stays.
    """
    need(listing, "drug", "scheduled", "scheduled_by")
    need(df, drug, time)
    amount = numbers(df, value)
    if not isinstance(df[time].dtype, pd.PeriodDtype):
        raise TableError(f"{time!r} holds no periods, so no date can be laid beside it; read it with tables.periods.")
    days = {name: dates for name, *dates in listing[["drug", "scheduled", "scheduled_by"]].itertuples(index=False)}
    pairs, pair = _pairs(df, drug, time)
    words = [_listing(*days.get(name, ("", "")), when) for name, when in pairs]
    method = np.array(words, dtype=object)[pair]
    method[(method == NOT_LISTED) & (amount > 0)] = BEFORE_LISTED
    method[(method != NOT_LISTED) & np.isnan(amount)] = MISSING
    return df.assign(value=np.where(method == NOT_LISTED, np.nan, amount), method=method)


def _count(rows, group, table: pd.DataFrame):
    return np.bincount(group[rows], minlength=len(table))


def _sum(values: pd.Series, rows, group, table: pd.DataFrame):
    """Sums over the groups, whatever the order of the rows; NaN where a value is not known, and where none is used."""
    x, group = values.to_numpy(dtype="float64", na_value=np.nan)[rows], group[rows]
    order = np.lexsort((x, group))
    return np.where(_count(order, group, table), np.bincount(group[order], x[order], len(table)), np.nan)


def _pairs(df: pd.DataFrame, one: str, two: str):
    """The pairs of cells that occur in two columns, an empty text for a missing cell, and the number of each row's."""
    (ones, names), (twos, others) = (pd.factorize(df[column], use_na_sentinel=False) for column in (one, two))
    places, pair = np.unique(ones * len(others) + twos, return_inverse=True)
    told = [(names[place // len(others)], others[place % len(others)]) for place in places]
    return [tuple("" if pd.isna(cell) else cell for cell in cells) for cells in told], pair


def _looked_up(table: pd.DataFrame, name: str, columns: list[str], number: str, source: str) -> dict:
    need(table, *columns, number, source)
    found = {}
    rows = table[[*columns, number, source]].astype("object")
    for *key, told, why in rows.where(rows.notna(), "").itertuples(index=False):
        what = " of ".join(filter(None, reversed(key)))
        try:
            amount = float(told)
        except ValueError:
            amount = np.nan
        if not 0 < amount < np.inf:
            raise TableError(f"{name} says {told!r} for {number} of {what}: write a number above 0.")
        if not why:
            raise TableError(f"{name} has no {source} for {what}: without one it is not used.")
        if tuple(key) in found:
            raise TableError(f"{name} has two rows for {what}: keep one.")
        found[tuple(key)] = amount, why
    return found


def _conversion(weights: dict, drug, unit):
    own, common = weights.get((drug, unit)), weights.get(("", unit))
    if own and common and own[0] != common[0]:
        raise TableError(f"conversions weighs one {unit} as {common[0]:g} g, and of {drug} as {own[0]:g} g: keep one.")
    if common:
        return common[0], "weight"
    if own:
        return own[0], f"converted by {own[1]}"
    what = f"no weight for one {unit} of {drug or 'a drug not named'}" if unit else "no unit"
    return np.nan, f"not converted: {what}"


def _listing(scheduled: str, by: str, when: pd.Period) -> str:
    if scheduled == "none":
        return NEVER_LISTED
    if not scheduled:
        return LISTED if by and when.start_time >= pd.Timestamp(by) else UNKNOWN_LISTING
    first = pd.Period(scheduled)
    if when.end_time < first.start_time:
        return NOT_LISTED
    # Of a month or a year nobody can say on which day it began.
    sure = first.start_time if first.freqstr == "D" else first.end_time
    return LISTED if when.start_time >= sure else LISTED_THEN
