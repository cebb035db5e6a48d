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
from drugstats.output.wording.over_time import calls, effect, forecast, pace, segments, trend
from drugstats.output.wording.words import each, method

__all__ = [
    "activity", "activity_change", "against_line", "basis_break", "calls", "contributions", "difference", "each",
    "effect", "ends", "extremes", "forecast", "is_wide", "level", "method", "outside", "pace", "place", "places",
    "printed_change", "segments", "small_exposure", "tiers", "trend", "twelve_months", "verdict", "verdicts",
]  # fmt: skip
