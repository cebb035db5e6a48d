"""The cells of one column to numbers in their indicators' units; forms that could mean two things are refused."""

import math
from datetime import date
from functools import cache

import numpy as np

from drugstats import vocab
from drugstats.intake import units
from drugstats.intake.problems import shown
from drugstats.tables import STATUSES

PERCENT = ("%", "‰", "‱", "百分比", "percent")


def read(cells: list, whats: list, what: np.ndarray, lang: str) -> tuple[dict, list]:
    """Return value, status, said and step of a column's cells, and what is wrong with its place (None: the heading).

    `what` gives for each cell the place in `whats` of what it counts.
    """
    plain = set(map(type, cells)) <= {float}
    texts = {} if plain else {cell: units.parse(cell) for cell in {cell for cell in cells if type(cell) is not float}}
    parsed = [texts.get(cell) for cell in cells] if texts else []

    def told(default, take, dtype=object) -> np.ndarray:
        if not texts:  # most columns are plain numbers alone
            return np.full(len(cells), default, dtype=dtype)
        return np.array([take(one) if one else default for one in parsed], dtype=dtype)

    number = np.array(cells) if not texts else np.array(
        [cell if type(cell) is float else one.number if one else math.nan
         for cell, one in zip(cells, parsed, strict=True)]
    )  # fmt: skip
    problems = _no_numbers(cells, parsed, number, lang)
    factor, words = np.ones(len(cells)), told("", lambda one: one.unit)
    for place, one in enumerate(whats):
        inside = what == place
        for word in set(words[inside]):
            chosen = inside & (words == word)
            factor[chosen], wrong = _factor(word, one, lang)
            if wrong:
                problems.append((int(chosen.argmax()) if word else None, wrong))
        problems += _shares(number, words, inside, one, cells, lang)
    if (factor != 1).any():
        number = np.array([round(one * times, 12) for one, times in zip(number, factor, strict=True)])
    table = {
        "value": number, "status": told(0, lambda one: STATUSES.index(one.status), np.int8),
        "said": told("", lambda one: one.note), "step": told(0.0, lambda one: one.step, float) * factor,
    }  # fmt: skip
    return table, problems


def _no_numbers(cells: list, parsed: list, number: np.ndarray, lang: str) -> list:
    bad = [place for place, one in enumerate(parsed) if one is None and type(cells[place]) is not float]
    bad += [int(place) for place in np.flatnonzero(np.abs(number) >= units.LARGEST_COUNT)]
    bad += [int(place) for place in np.flatnonzero(np.isnan(number)) if type(cells[place]) is float]
    found = [(place, _no_number(cells[place], lang)) for place in bad]
    below = [(int(place), vocab.text("error.negative", lang, text=shown(cells[place])))
             for place in np.flatnonzero(number < 0)]  # fmt: skip
    return found + below


def _no_number(cell, lang: str) -> str:
    if isinstance(cell, str) and cell.startswith("="):
        return vocab.text("error.uncalculated", lang)
    kind = (
        "error.date" if isinstance(cell, date) else "error.cell_fault" if str(cell).startswith("#") else "error.number"
    )
    return vocab.text(kind, lang, text=shown(cell))


def _factor(word: str, what, lang: str) -> tuple[float, str]:
    """What one in the unit of the cell, else of what it counts, is in the indicator's own unit."""
    if not what.indicator:
        return 1.0, ""
    own = _unit(what.indicator)
    told = [one for one in (word, what.unit) if one] or [own]
    factors = [units.factor(one, own) for one in told]
    if None in factors:
        named = vocab.indicator_with_unit(what.indicator, lang)
        return 1.0, vocab.text("error.unit", lang, unit=told[factors.index(None)], indicator=named)
    if len(set(factors)) > 1:
        return 1.0, vocab.text("error.two_units", lang, one=told[0], other=told[1])
    return factors[0], ""


@cache
def _unit(indicator: str) -> str:
    return vocab.table("indicators").at[indicator, "unit"]


def _shares(number: np.ndarray, words: np.ndarray, inside: np.ndarray, what, cells: list, lang: str) -> list:
    """A share is 12.2% or 12.2 under a % heading or 0.122; what may be read two ways is refused, never guessed."""
    if not what.indicator or _unit(what.indicator) != "fraction":
        return []
    signed = inside & np.isin(words, PERCENT)
    bare = inside & ~signed & ~np.isnan(number) & (number != 0)
    under = what.unit in PERCENT
    limit = 1.0 if not under else 1000.0 if what.unit == "‰" else 100.0
    share = vocab.table("indicators").at[what.indicator, "kind"] == "share"
    found = []
    for chosen, key in (
        (bare & (number > limit) & (share | (not under)), "error.share"),
        (signed & (words == "%") & (number > 100.0) & share, "error.share"),
        (bare & signed.any(), "error.share_mix"),
        (bare & (number <= 1.0) & under, "error.share_small"),
    ):
        if chosen.any():
            place = int(chosen.argmax())
            found.append((place, vocab.text(key, lang, text=shown(cells[place]))))
    return found
