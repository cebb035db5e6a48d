"""Names beside points, placed while the chart is drawn, at its final size: never on one another, never outside."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.transforms import IdentityTransform

from drugstats.output.charts import frame

GAPS = (7, 12, 18, 26, 35, 46, 60, 78)
AROUND = np.array([(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)])
AROUND = np.vstack([AROUND, AROUND[4:] * (1, 0.5), AROUND[4:] * (0.5, 1)])
UPRIGHT = np.vstack([AROUND[[2, 3, 0, 1]], AROUND[4:]])  # above and below before the sides
APART, MARK, LED = 2, 3, 12
ON_A_POINT, ACROSS_A_NAME, TOO_DEAR = 12, 100, 100
MOST_NAMES = 30


def name_points(ax, x, y, names, *, crowd=(), around=AROUND, tell=None):
    """Write a name beside each point (the first comes first), a thin line to those that stand off; returns the texts.

    `crowd` are places that names rather leave free, `around` where they may stand, the first preferred. A point
    without room, or beyond the number that a reader can take in, stays unnamed, its text invisible; `tell` is called
    with the number of those.
    """
    look = {"fontsize": 9, "ha": "center", "va": "center", "path_effects": frame.HALO, "transform": IdentityTransform()}
    texts = [ax.text(x=0, y=0, s=name, **look) for name in names]
    leaders = LineCollection([], colors=frame.QUIET, linewidths=0.7, transform=IdentityTransform(), zorder=2.5)
    ax.add_collection(leaders, autolim=False)
    points = np.column_stack([x, y]).reshape(-1, 2)
    placing = _Placing(texts, leaders, points, np.vstack([points, *crowd]), around, tell)
    ax.add_artist(placing)
    for artist in (*texts, leaders, placing):
        artist.set_in_layout(False)
    return texts


class _Placing(Artist):
    """Draws nothing: it is drawn before all else of its Axes and then moves the names to their places."""

    def __init__(self, texts, leaders, points, crowd, around, tell):
        super().__init__()
        self.set_zorder(-1)
        self.texts, self.leaders, self.points, self.crowd = texts, leaders, points, crowd
        self.around, self.tell = around, tell

    def draw(self, renderer):
        to_pixels, point = self.axes.transData.transform, renderer.points_to_pixels(1)
        for text in self.texts:
            text.set_visible(True)  # an invisible text has no size
        sizes = np.array([text.get_window_extent(renderer).size for text in self.texts]).reshape(-1, 2)
        points, inside = to_pixels(self.points), self.axes.bbox.extents
        crowd = to_pixels(self.crowd) / point
        centres, segments = places(points / point, sizes / point, inside / point, crowd, self.around)
        for text, centre in zip(self.texts, centres * point, strict=True):
            text.set_visible(not np.isnan(centre).any())
            text.set_position(np.nan_to_num(centre))
        self.leaders.set_segments([segment * point for segment in segments])
        if self.tell:
            self.tell(int(np.isnan(centres[:, 0]).sum()))


def places(points, sizes, inside, crowd, around=AROUND):
    """Return the centre of each name's box, NaN where there is no room, and the lines to those that stand off.

    All in points (1/72 inch). Each name in turn takes the cheapest place around its point: near, off the crowd, no
    line across a name.
    """
    centres, segments = np.full((len(points), 2), np.nan), []
    boxes, busy = np.empty((0, 4)), crowd
    for number, (at, size) in enumerate(zip(points, sizes, strict=True)):
        centre, edge, gap = _candidates(at, size, around)
        box = np.hstack([centre - size / 2 - APART, centre + size / 2 + APART])
        within = (box[:, :2] >= inside[:2]).all(axis=1) & (box[:, 2:] <= inside[2:]).all(axis=1)
        free = ~((box[:, None, :2] < boxes[:, 2:]) & (boxes[:, :2] < box[:, None, 2:])).all(axis=2).any(axis=1)
        cost = gap + ON_A_POINT * _inside(busy, box + (-MARK, -MARK, MARK, MARK)).sum(axis=0)
        line = at + np.linspace(0, 1, 12)[:, None, None] * (edge - at)
        names = boxes + (APART, APART, -APART, -APART)
        cost = cost + ACROSS_A_NAME * _inside(line.reshape(-1, 2), names).any(axis=1).reshape(12, -1).any(axis=0)
        cost = np.where(within & free, cost, np.inf)
        best = cost.argmin()
        if cost[best] < TOO_DEAR and len(boxes) < MOST_NAMES:
            centres[number] = centre[best]
            boxes = np.vstack([boxes, box[best]])
            if gap[best] >= LED:
                segments.append(np.array([at, edge[best]]))
                busy = np.vstack([busy, line[1:, best]])
    return centres, segments


def _candidates(at, size, around):
    """Centres of the box around a point, the place of its edge nearest to the point, and how far off it stands."""
    gap = np.repeat(GAPS, len(around))
    way = np.tile(around, (len(GAPS), 1))
    centre = at + way * (size / 2 + gap[:, None])
    return centre, np.clip(at, centre - size / 2, centre + size / 2), gap


def _inside(points, boxes):
    """Which points (rows) lie in which boxes (columns)."""
    x, y = points[:, :1], points[:, 1:]
    return (x > boxes[:, 0]) & (y > boxes[:, 1]) & (x < boxes[:, 2]) & (y < boxes[:, 3])
