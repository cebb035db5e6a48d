"""Charts: each takes a computed table, computes nothing and returns its Axes; the look is always the house's."""

from drugstats.output.charts.areas import caterpillar, ranking
from drugstats.output.charts.by_size import funnel
from drugstats.output.charts.comparison import heat, ladder, waterfall
from drugstats.output.charts.control import control, controls
from drugstats.output.charts.frame import in_house_style, save
from drugstats.output.charts.glance import calendar, summary
from drugstats.output.charts.modelled import campaign, fan, joinpoint
from drugstats.output.charts.over_time import panels, trend

__all__ = [
    "calendar", "campaign", "caterpillar", "control", "controls", "fan", "funnel", "heat", "in_house_style",
    "joinpoint", "ladder", "panels", "ranking", "save", "summary", "trend", "waterfall",
]  # fmt: skip
