"""Native charts: what of an exhibit's table an office can edit as a chart of its own, and that chart as a file."""

from drugstats.output.exhibits import Exhibit
from drugstats.output.native.areas import by_area, by_size
from drugstats.output.native.chart import EAST_ASIAN, LATIN, Chart
from drugstats.output.native.drawing import Drawing, Series
from drugstats.output.native.periods import over_time

__all__ = ["EAST_ASIAN", "LATIN", "Chart", "Drawing", "Series", "drawings"]


def drawings(exhibit: Exhibit) -> list[Drawing]:
    """Return the charts that show an exhibit's table, to stand side by side; none where no such chart makes sense."""
    if not exhibit.columns or not exhibit.figures:
        return []
    drawn = by_size(exhibit) or by_area(exhibit) or over_time(exhibit)
    # A table whose numbers are all unknown, of a change of which one end is missing, has nothing to draw.
    return drawn if all(one.categories for one in drawn) else []
