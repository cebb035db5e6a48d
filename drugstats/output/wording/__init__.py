"""Sentences: one function for each kind of finding; a sentence claims no more than its row allows."""

from drugstats.output.wording.amounts import (
    a_head,
    balance,
    concentration,
    cost,
    coverage,
    gap,
    haul,
    largest,
    nested,
    part,
    share_change,
    size_classes,
    target_pace,
)  # fmt: skip
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
from drugstats.output.wording.words import each, found, method

__all__ = [
    "a_head", "activity", "activity_change", "against_line", "balance", "basis_break", "calls", "concentration",
    "contributions", "cost", "coverage", "difference", "each", "effect", "ends", "extremes", "forecast", "found",
    "gap", "haul", "is_wide", "largest", "level", "method", "nested", "outside", "pace", "part", "place", "places",
    "printed_change", "segments", "share_change", "size_classes", "small_exposure", "target_pace", "tiers", "trend",
    "twelve_months", "verdict", "verdicts",
]  # fmt: skip
