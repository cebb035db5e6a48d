"""The search for breaks, joins of a line or steps between levels, in all series that share their times at once."""

from functools import cache
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
from scipy import special

from drugstats.stats.series import Settled, alike

PARAMETERS = {"bic3": 3, "bic": 2}
CHOICES = (*PARAMETERS, "permutation")
NOT_COMPUTED = "not computed: too short"
FEWEST, MOST_BY_SIZE = 3, (7, 12, 17, 22)
MOST_FITS = 200_000
AT_ONCE = 4_000_000
SHUFFLES, LEVEL = 999, 0.05
RESULTS = ["start", "end", "apc", "low", "high", "p_value", "aapc", "aapc_low", "aapc_high"]
EMPTY = {"joins": 0, "segment": 1, "first": -1, "last": -1} | dict.fromkeys(RESULTS, np.nan)
FEWEST_SIDE, SMALLEST_SIDE = 3, 0.15
BAI = 11.03  # the 97.5 % point of where a Brownian motion with a falling drift peaks (Yao 1987)
APART = 3  # two observations lie strictly between joins, and outside them
ROUNDING = 1e-9
NOISE = 1e-18  # a mean square that the rounding of logarithms leaves: no join can improve on it


def segments(series: list[Settled], y, error, asked: int | None, choose: str, seed: int):
    """Return one row a group and segment, with the group's number, and the method of each group.

    y and the standard errors (or None) are those of all rows; first and last are places among these, −1 for a group too
    short to be computed.
    """
    short = [place for place, one in enumerate(series) if len(one.t) < FEWEST]
    method, parts = np.full(len(series), NOT_COMPUTED, dtype=object), [pd.DataFrame({"group": short}).assign(**EMPTY)]
    for groups, t, rows in alike(series):
        if len(t) < FEWEST:
            continue
        most = most_joins(len(t), asked)
        method[groups] = f"{choose}, at most {most} join{'s' * (most != 1)}"
        alone = [(groups, rows, None)]
        if error is not None:
            alone = zip(groups[:, None], rows[:, None], (y[rows] / error[rows]) ** 2, strict=True)
        for some, own, weight in alone:
            told = fit(t / series[some[0]].cycle, np.log(y[own]), weight, most, choose, seed)
            line = told.pop("series").to_numpy()
            ends = {end: own[line, told[end]] for end in ("first", "last")}
            parts.append(told.assign(group=some[line], **ends))
    return pd.concat(parts).sort_values(["group", "segment"], ignore_index=True), method


def most_joins(n: int, asked: int | None = None) -> int:
    """Return how many joins n times may have: NCI's rule, `asked`, or as many as can be tried, whichever is least."""
    most = sum(n >= size for size in MOST_BY_SIZE)
    most = most if asked is None else min(asked, most)
    while most and comb(n - 4 - (APART - 1) * (most - 1), most) > MOST_FITS:
        most -= 1
    return most


def fit(t, y, weight, most: int, choose: str, seed: int = 0) -> pd.DataFrame:
    """Return one row a series of the matrix y (series by times) and segment: series, joins, segment, first, last
    (places among the times), start, end (fitted), apc, low, high, p_value, aapc, aapc_low and aapc_high.

    `weight` is one number a time, or None. The number of joins is that of the lowest criterion `choose`, or of
    permutation tests.
    """
    weight = np.ones(len(t)) if weight is None else weight / weight.mean()
    t = t - t.mean()
    found = search(t, y, weight, most)
    if choose == "permutation":
        number = np.array([_tested(t, one, weight, most, seed) for one in y])
    else:
        number = np.argmin([_criterion(sse, len(t), joins.shape[1], choose) for sse, joins in found], axis=0)
    parts = []
    for joins in np.unique(number):
        some = np.flatnonzero(number == joins)
        parts.append(_segments(t, y[some], weight, found[joins][1][some], some))
    return pd.concat(parts, ignore_index=True)


def search(t, y, weight, most: int) -> list:
    """Return, for each number of joins up to `most`, the least sum of squares of every series and its places of joins.

    Each hinge (t − join)+ is made orthogonal to the straight line once; what it takes off the sum of squares is then
    its squared product with the series, and one matrix product serves all series and joins.
    """
    hinges, line = _hinges(t, weight)
    pulled = y * np.sqrt(weight)
    pulled = pulled - (pulled @ line) @ line.T
    product, gram = hinges @ pulled.T, hinges @ hinges.T
    straight = (pulled**2).sum(axis=1)
    found = [(straight, np.zeros((len(y), 0), dtype=int))]
    for joins in range(1, most + 1):
        sets = _sets(len(t), joins)
        inverse = np.linalg.inv(gram[sets[:, :, None], sets[:, None, :]])
        gain, best = np.empty(len(y)), np.empty(len(y), dtype=int)
        step = max(1, AT_ONCE // len(sets))
        for start in range(0, len(y), step):
            some = slice(start, start + step)
            taken = _taken(product[:, some], sets, inverse)
            best[some] = taken.argmax(axis=0)
            gain[some] = taken.max(axis=0)
        found.append((np.maximum(straight - gain, 0), sets[best] + APART - 1))
    return found


def step(y, seed: int = 0):
    """Return, for each series of the matrix y, the places at, at_low and at_high, and before, after and p_value.

    The places are -1 where all values are equal.
    """
    size = y.shape[1]
    least = int(max(FEWEST_SIDE, np.ceil(SMALLEST_SIDE * size)))
    shuffle = np.random.default_rng(seed).permuted(np.tile(np.arange(size), (SHUFFLES, 1)), axis=1)
    told = [_stepped(one, shuffle, np.arange(least, size - least + 1)) for one in y]
    return tuple(np.array(column).T for column in zip(*told, strict=True))


def _stepped(y, shuffle, places):
    size, centred = len(y), y - y.mean()
    found = _gain(centred, places)
    if found.max() <= ROUNDING * (y**2).sum():
        return (-1, -1, -1), (y.mean(), y.mean(), 1.0)
    at, total = int(places[found.argmax()]), (centred**2).sum()
    reached = _gain(centred[shuffle], places).max(axis=-1) >= found.max() * (1 - ROUNDING)
    before, after = y[:at].mean(), y[at:].mean()
    noise = max(total - found.max(), 0) / (size - 2)
    reach = 1 + int(min(BAI * noise / (after - before) ** 2, size))
    return (at, max(at - reach, 1), min(at + reach, size - 1)), (before, after, (1 + reached.sum()) / (1 + SHUFFLES))


def _gain(centred, places):
    """What a step at each place takes off the sum of squares."""
    size = centred.shape[-1]
    return np.cumsum(centred, axis=-1)[..., places - 1] ** 2 * size / (places * (size - places))


def _hinges(t, weight):
    """The hinges at every place that may join, made orthogonal to the straight line, and the line itself."""
    root = np.sqrt(weight)
    line = np.linalg.qr(np.column_stack([root, t * root]))[0]
    hinges = np.maximum(t - t[APART - 1 : len(t) - APART + 1, None], 0) * root
    return hinges - (hinges @ line) @ line.T, line


@cache
def _sets(n: int, joins: int):
    """All sets of hinges with two observations between them."""
    closed = combinations(range(n - 4 - (APART - 1) * (joins - 1)), joins)
    return np.array(list(closed)) + (APART - 1) * np.arange(joins)


def _taken(product, sets, inverse):
    if sets.shape[1] == 1:
        return product**2 * inverse[:, 0]
    own = product[sets]
    return np.einsum("sjk,skg,sjg->sg", inverse, own, own, optimize=["einsum_path", (0, 1), (0, 1)])


def _criterion(sse, n: int, joins: int, choose: str):
    each = PARAMETERS[choose]
    return np.log(np.maximum(sse / n, NOISE)) + (2 + each * joins) * np.log(n) / n


def _tested(t, y, weight, most: int, seed: int) -> int:
    """The number of joins by permutation tests of few against many, 5 % shared over them (Kim et al. 2000)."""
    few, many = 0, most
    chance, root = np.random.default_rng(seed), np.sqrt(weight)
    while few < many:
        found = search(t, y[None], weight, many)
        line = _line(t, weight, found[few][1][0])
        fitted = line @ np.linalg.lstsq(line * root[:, None], y * root, rcond=None)[0]
        shuffled = chance.permuted(np.tile((y - fitted) * root, (SHUFFLES, 1)), axis=1) / root
        again = search(t, fitted + shuffled, weight, many)
        ratios = [of[few][0] / np.maximum(of[many][0], NOISE * len(t)) for of in (found, again)]
        p_value = (1 + (ratios[1] >= ratios[0] * (1 - ROUNDING)).sum()) / (1 + SHUFFLES)
        few, many = (few + 1, many) if p_value <= LEVEL / most else (few, many - 1)
    return few


def _line(t, weight, joins):
    return np.column_stack([np.ones(len(t)), t, *(np.maximum(t - t[place], 0) for place in joins)])


def _segments(t, y, weight, joins, series) -> pd.DataFrame:
    """The segments of series that have the same number of joins.

    The slopes are those of the broken line. Their errors are those of a line of its own for each segment, the joins
    themselves left out, as a join that was searched for is no fixed point: NCI's parametric method.
    """
    count, size = joins.shape[1], len(t)
    slope = _slopes(t, y, weight, joins)
    edge = np.column_stack([np.zeros(len(y), dtype=int), joins, np.full(len(y), size - 1)])
    first = np.column_stack([edge[:, :1], edge[:, 1:-1] + 1])
    last = np.column_stack([edge[:, 1:-1], np.full(len(y), size)])
    centred = y - (y @ weight / weight.sum())[:, None]
    what = (1, t, t * t, centred, t * centred, centred**2)
    w, wt, wtt, wy, wty, wyy = (_between(np.broadcast_to(one * weight, y.shape), first, last) for one in what)
    spread, own = wtt - wt**2 / w, wty - wt * wy / w
    free = size - 2 - 3 * count
    noise = np.maximum((wyy - wy**2 / w - own**2 / spread).sum(axis=1) / free, NOISE)[:, None]
    error = np.sqrt(noise / spread)

    span = t[edge[:, 1:]] - t[edge[:, :-1]]
    mean = (slope * span).sum(axis=1, keepdims=True) / (t[-1] - t[0])
    ends = (t[[0, -1]] - (wt / w)[:, [0, -1]]) ** 2 / spread[:, [0, -1]] + 1 / w[:, [0, -1]]
    mean_error = np.sqrt(noise * ends.sum(axis=1, keepdims=True)) / (t[-1] - t[0]) if count else error
    each = np.repeat(np.arange(len(y)), count + 1)
    wide = special.stdtrit(free, 1 - LEVEL / 2)
    logs = slope, slope - wide * error, slope + wide * error, mean, mean - wide * mean_error, mean + wide * mean_error
    apc, low, high, *average = (100 * np.expm1(np.broadcast_to(log, slope.shape).ravel()) for log in logs)
    p_value = 2 * special.stdtr(free, -np.abs(slope / error)).ravel()
    percent = dict(zip(RESULTS[2:], (apc, low, high, p_value, *average), strict=True))
    reached = np.column_stack([np.zeros(len(y)), (slope * span).cumsum(axis=1)])
    along = (np.clip(t - t[edge[:, :-1], None], 0, span[:, :, None]) * slope[:, :, None]).sum(axis=1)
    fitted = np.exp(reached + ((y - along) @ weight / weight.sum())[:, None])
    return pd.DataFrame({
        "series": series[each], "joins": count, "segment": np.tile(np.arange(count + 1) + 1, len(y)),
        "first": edge[:, :-1].ravel(), "last": edge[:, 1:].ravel(),
        "start": fitted[:, :-1].ravel(), "end": fitted[:, 1:].ravel(), **percent,
    })  # fmt: skip


def _slopes(t, y, weight, joins):
    """The slope of each segment of the broken line through the joins of each series."""
    hinges, line = _hinges(t, weight)
    root = np.sqrt(weight)
    own = hinges[joins - APART + 1]
    pulled = y * root
    turn = np.linalg.solve(own @ own.transpose(0, 2, 1), own @ pulled[:, :, None])[:, :, 0]
    raw = np.maximum(t - t[joins][:, :, None], 0) * root
    rest = pulled - (turn[:, :, None] * raw).sum(axis=1)
    tilt = t - (t * weight).sum() / weight.sum()
    start = rest @ (tilt * root) / (tilt**2 * weight).sum()
    return np.cumsum(np.column_stack([start, turn]), axis=1)


def _between(what, first, last):
    """The sums of each row from `first` up to before `last`."""
    total = np.column_stack([np.zeros(len(what)), np.cumsum(what, axis=1)])
    return np.take_along_axis(total, last, axis=1) - np.take_along_axis(total, first, axis=1)
