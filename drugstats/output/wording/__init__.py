"""Sentences: one function for each kind of finding; a sentence claims no more than its row allows."""

from drugstats.output.wording.areas import ends, is_wide, place, places, tiers, verdict, verdicts
from drugstats.output.wording.comparing import (
    activity,
    activity_change,
    contributions,
    extremes,
    outside,
    twelve_months,
)  # fmt: skip
from drugstats.output.wording.levels import against_line, basis_break, difference, level, printed_change, small_exposure
from drugstats.output.wording.words import each, method

__all__ = [
    "activity", "activity_change", "against_line", "basis_break", "contributions", "difference", "each", "ends",
    "extremes", "is_wide", "level", "method", "outside", "place", "places", "printed_change", "small_exposure", "tiers",
    "twelve_months", "verdict", "verdicts",
]  # fmt: skip
