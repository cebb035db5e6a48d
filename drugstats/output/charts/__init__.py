"""Charts: each takes a computed table, computes nothing and returns its Axes; the look is always the house's."""

from drugstats.output.charts.amounts import balance, lorenz, target
from drugstats.output.charts.areas import caterpillar, ranking
from drugstats.output.charts.by_size import funnel
from drugstats.output.charts.comparison import heat, ladder, waterfall
from drugstats.output.charts.control_chart import control, controls
from drugstats.output.charts.frame import entitle, in_house_style, save
from drugstats.output.charts.glance import calendar, summary
from drugstats.output.charts.modelled import campaign, fan, joinpoint
from drugstats.output.charts.over_time import panels, trend
from drugstats.output.charts.parts import composition, nested

__all__ = [
    "balance", "calendar", "campaign", "caterpillar", "composition", "control", "controls", "entitle", "fan", "funnel",
    "heat", "in_house_style", "joinpoint", "ladder", "lorenz", "nested", "panels", "ranking", "save", "summary",
    "target", "trend", "waterfall",
]  # fmt: skip
