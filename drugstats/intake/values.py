"""The cells of one column to numbers in their indicators' units; forms that could mean two things are refused."""

import math
from datetime import date
from functools import cache, partial

import numpy as np

from drugstats import vocab
from drugstats.intake import units
from drugstats.intake.problems import shown
from drugstats.tables import NO_VALUE, STATUSES

PERCENT = ("%", "‰", "‱", "百分比", "percent")


def read(cells: list, whats: list, what: np.ndarray, lang: str, wrong) -> dict:
    """Return value, status, said and step of a column's cells; `wrong` is told each fault and its place among them.

    `what` gives for each cell the place in `whats` of what it counts. A fault of the whole column has no place.
    """
    texts = {cell: units.parse(cell) for cell in {cell for cell in cells if type(cell) is not float}}
    parsed = [texts.get(cell) for cell in cells] if texts else []

    def told(default, take, dtype=object) -> np.ndarray:
        if not texts:  # most columns are plain numbers alone
            return np.full(len(cells), default, dtype=dtype)
        return np.array([take(one) if one else default for one in parsed], dtype=dtype)

    number = np.array(cells) if not texts else np.array(
        [cell if type(cell) is float else one.number if one else math.nan
         for cell, one in zip(cells, parsed, strict=True)]
    )  # fmt: skip
    _refuse_no_numbers(cells, parsed, number, wrong)
    factor, words = np.ones(len(cells)), told("", lambda one: one.unit)
    for place, one in enumerate(whats):
        inside = what == place
        for word in set(words[inside]):
            chosen = inside & (words == word)
            place_of_fault = int(chosen.argmax()) if word else None
            factor[chosen] = _factor(word, one, lang, partial(wrong, place_of_fault))
        _refuse_shares(number, words, inside, one, cells, wrong)
    if (factor != 1).any():
        number = np.array([round(one * times, 12) for one, times in zip(number, factor, strict=True)])
    return {
        "value": number, "status": told(0, lambda one: STATUSES.index(one.status), np.int8),
        "said": told("", lambda one: one.note), "step": told(0.0, lambda one: one.step, float) * factor,
    }  # fmt: skip


def with_status(cells: list, table: dict, wrong) -> np.ndarray:
    """Return the status of each cell, the one that the table itself gives where it gives one that fits the number."""
    own = table["told_status"]
    given = np.array([STATUSES.index(one) if one in STATUSES else -1 for one in own])
    unfit = (given >= 0) & (np.isnan(table["value"]) != np.isin(own, NO_VALUE))
    for place in np.flatnonzero(unfit):
        wrong(place, "status_value", text=shown(cells[place]) or "—", status=own[place])
    return np.where(given < 0, table["status"], given).astype(np.int8)


def _refuse_no_numbers(cells: list, parsed: list, number: np.ndarray, wrong) -> None:
    bad = [place for place, one in enumerate(parsed) if one is None and type(cells[place]) is not float]
    bad += np.flatnonzero(np.abs(number) >= units.LARGEST_COUNT).tolist()
    bad += [place for place in np.flatnonzero(np.isnan(number)).tolist() if type(cells[place]) is float]
    for place in bad:
        wrong(place, _fault(cells[place]), text=shown(cells[place]))
    for place in np.flatnonzero(number < 0):
        wrong(place, "negative", text=shown(cells[place]))


def _fault(cell) -> str:
    if isinstance(cell, str) and cell.startswith("="):
        return "uncalculated"
    return "date" if isinstance(cell, date) else "cell_fault" if str(cell).startswith("#") else "number"


def _factor(word: str, what, lang: str, wrong) -> float:
    """What one in the unit of the cell, else of what it counts, is in the indicator's own unit."""
    if not what.indicator:
        return 1.0
    own = _unit(what.indicator)
    told = [one for one in (word, what.unit) if one] or [own]
    factors = [units.factor(one, own) for one in told]
    if None in factors:
        named = vocab.indicator_with_unit(what.indicator, lang)
        return wrong("unit", unit=told[factors.index(None)], indicator=named) or 1.0
    if len(set(factors)) > 1:
        return wrong("two_units", one=told[0], other=told[1]) or 1.0
    return factors[0]


@cache
def _unit(indicator: str) -> str:
    return vocab.table("indicators").at[indicator, "unit"]


def _refuse_shares(number: np.ndarray, words: np.ndarray, inside: np.ndarray, what, cells: list, wrong) -> None:
    """A share is 12.2% or 12.2 under a % heading or 0.122; what may be read two ways is refused, never guessed."""
    if not what.indicator or _unit(what.indicator) != "fraction":
        return
    signed = inside & np.isin(words, PERCENT)
    bare = inside & ~signed & ~np.isnan(number) & (number != 0)
    under = what.unit in PERCENT
    limit = 1.0 if not under else 1000.0 if what.unit == "‰" else 100.0
    share = vocab.table("indicators").at[what.indicator, "kind"] == "share"
    for chosen, fault in (
        (bare & (number > limit) & (share | (not under)), "share"),
        (signed & (words == "%") & (number > 100.0) & share, "share"),
        (bare & signed.any(), "share_mix"),
        (bare & (number <= 1.0) & under, "share_small"),
    ):
        if chosen.any():
            place = int(chosen.argmax())
            wrong(place, fault, text=shown(cells[place]))
