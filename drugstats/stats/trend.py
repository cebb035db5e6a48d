"""Trends and breaks over time, one answer a group: gaps stay gaps, nothing is told across a change of definition."""

from functools import cache, partial

import numpy as np
import pandas as pd
from scipy import special

from drugstats.stats import joinpoint as breaks
from drugstats.stats.series import Settled, alike, cells, clock, keys, named, settled
from drugstats.tables import TableError, need, numbers

RISING, FALLING, NO_TREND, TOO_SHORT = "rising", "falling", "no trend", "too short"
RESULTS = {"n", "first", "last", "method", "verdict", "tau", "slope", "at", "joins", "segment", *breaks.RESULTS}
LEVEL = 0.05
MOST_EXACT = 10
FEWEST_SHARES, FEWEST_EXPECTED, FEWEST_STEPS = 3, 5, 8
SEASONS = {"month": 12, "quarter": 4, 12: 12, 4: 4}
PAIRS_AT_ONCE = 1_000_000


def monotone(
    df: pd.DataFrame, *, value: str, time: str, by=None, confidence: float = 0.95, season=None
) -> pd.DataFrame:
    """Return one row a group: n, first, last, tau (b), p_value, slope, low, high, verdict and method.

    Mann–Kendall (Mann 1945, doi:10.2307/1907187; Kendall 1975), exact up to ten values, also with ties, then normal
    with the corrections for ties and continuity. slope is Sen's (1968, doi:10.1080/01621459.1968.10480934), the median
    of all slopes between two times, per unit of time: a year where `time` is by year, a month where it is by month, 1
    where it is a number. low and high are Gilbert's (1987), at the whole ranks that leave 0 out where p_value says so;
    they are missing where n cannot give them. `season` is month or quarter (12 or 4 where time is a number): each month
    is compared with itself alone (Hirsch, Slack & Smith 1982, doi:10.1029/WR018i001p00107).

    verdict is rising, falling, no trend, or too short where even a perfect rise could not reach 1 − `confidence` (four
    values never reach 5 %). Values are taken as independent: nothing is corrected for autocorrelation, so a monthly
    series that lingers needs a smaller p than it shows. Missing, provisional and conflicting values are left out and
    counted in `method`. Raises TableError for a group that crosses a basis and for a time told twice.

    >>> years = pd.DataFrame({"year": [2018, 2019, 2021, 2022, 2023], "cases": [60, 52, 41, 43, 30]})
    >>> monotone(years, value="cases", time="year")[["n", "slope", "p_value", "verdict"]].round(3)
       n  slope  p_value   verdict
    0  5   -5.5    0.083  no trend
    """
    if not 0 < confidence < 1:
        raise TableError(f"confidence is {confidence}; use a number between 0 and 1 such as 0.95.")
    cycle, alpha, y = _cycle(df, time, season), 1 - confidence, numbers(df, value, lowest=None)
    table, series = _series(df, time, by, ~np.isnan(y))
    names = ["tau", "p_value", "slope", "low", "high"]
    result, method = np.full((len(names), len(table)), np.nan), _too_short(table)
    for groups, t, rows in alike(series):
        seasons = [np.flatnonzero(t % cycle == each) for each in np.unique(t % cycle)] if cycle else [np.arange(len(t))]
        if 2 / special.factorial([len(place) for place in seasons]).prod() <= min(LEVEL, alpha):
            result[:, groups], kind = _kendall(t, y[rows], seasons, cycle, alpha)
            method[groups] = f"mann-kendall {kind}, sen {100 * confidence:.4g}%{f', {cycle} seasons' * (cycle > 0)}"
    verdict = _words(result[1], result[0], alpha)
    return _told(table, series, **dict(zip(names, result, strict=True)), verdict=verdict, method=method)


def proportion(df: pd.DataFrame, *, part: str, whole: str, time: str, by=None) -> pd.DataFrame:
    """Return one row a group: n, first, last, slope, p_value, verdict and method for the share part / whole.

    The chi-square test for trend with the denominators (Armitage 1955, doi:10.2307/3001775): it knows how many were
    counted, so prefer it to a trend of percentages. slope is that of the share (a fraction) per unit of time, a year
    where `time` is by year, each share weighted by its whole. verdict is rising, falling, no trend at 5 %, or too short
    below three shares. The people of a register are counted again each year and are not independent: there the p-value
    is a guide only. Times where nobody was counted are left out like missing, provisional and conflicting values.
    Raises TableError for a part above its whole.
    """
    x, n = numbers(df, part), numbers(df, whole)
    table, series = _series(df, time, by, ~np.isnan(x) & ~np.isnan(n) & ((x > 0) | (n > 0)))
    _refuse(df, time, by, series, x > n, f"more {part} than {whole} in", "correct it")
    rows = np.concatenate([np.empty(0, dtype=np.int64), *(one.rows for one in series)])
    x, n, t, group = x[rows], n[rows], clock(df, time, whole=False)[0][rows], np.repeat(table.index, table["n"])
    total = partial(np.bincount, group, minlength=len(table))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = total(x) / total(n)
        t = t - (total(n * t) / total(n))[group]
        spread, pull, noise = total(n * t * t), total((x - n * share[group]) * t), share * (1 - share)
        chi = np.where(noise > 0, pull**2 / (noise * spread), 0)
        long = table["n"] >= FEWEST_SHARES
        p_value, slope = np.where(long, [special.chdtrc(1, chi), pull / spread], np.nan)
    few = total(n * np.minimum(share, 1 - share)[group] < FEWEST_EXPECTED) > 0
    words = np.where(few, f"chi-square trend, fewer than {FEWEST_EXPECTED} expected", "chi-square trend")
    method = np.where(long, words, breaks.NOT_COMPUTED).astype(object)
    return _told(table, series, slope=slope, p_value=p_value, verdict=_words(p_value, slope, LEVEL), method=method)


def joinpoint(
    df: pd.DataFrame, *, value: str, time: str, by=None, se: str | None = None, max_joins: int | None = None,
    choose: str = "bic3", seed: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """Return one row a group and segment: n, joins, segment, first, last, start, end (the fitted values there), apc,
    low, high, p_value, aapc, aapc_low, aapc_high and method.

    log(value) is a broken line without jumps (Kim et al. 2000, doi:10.1002/(SICI)1097-0258(20000215)19:3<335): all sets
    of observed times are tried, two observations between joins and outside them, at most `max_joins` (0 below 7 values,
    1 from 7, 2 from 12, 3 from 17, 4 from 22, fewer where that is too many to try). `choose` is bic3, bic or
    permutation (999 seeded shuffles, 5 % shared over the tests; slow). With `se`, standard errors, a value weighs
    value² / se². apc is the percent change in a year, also where `time` is by month or quarter, and in 1 where it is a
    number. Segments share the time at which they join; below three values there is one, not computed.

    low, high and p_value of a segment are those of NCI's Joinpoint, which do not know that the joins were searched for:
    too narrow. aapc is the average over all times, with limits for the broken line from end to end, the joins unknown
    (Muggeo 2010, doi:10.1002/sim.3850); NCI's are twice as wide and covered 99 % in simulations. Seasons and periods
    that overlap (rolling years) make joins of nothing and cannot be seen here: give whole years. Missing, provisional
    and conflicting values are left out. Raises TableError for a value of 0, which has no logarithm.
    """
    if choose not in breaks.CHOICES:
        raise TableError(f"choose is {choose!r}; use {', '.join(breaks.CHOICES)}.")
    if max_joins is not None and max_joins not in range(5):
        raise TableError(f"max_joins is {max_joins}; use 0 to 4.")
    y, error = numbers(df, value), np.ones(len(df)) if se is None else numbers(df, se)
    table, series = _series(df, time, by, ~np.isnan(y) & ~np.isnan(error))
    remedy = "it has no logarithm; leave the group out or use proportion"
    _refuse(df, time, by, series, y == 0, f"a {value} of 0 in", remedy)
    _refuse(df, time, by, series, error == 0, f"a {se} of 0 in", "give its standard error or leave the row out")
    told, method = breaks.segments(series, y, None if se is None else error, max_joins, choose, seed)
    table = _told(table, series, method).iloc[told.pop("group")].reset_index(drop=True)
    for end in ("first", "last"):
        told[end] = table[end].where(told[end] < 0, cells(df, time, told[end]))
    return table.drop(columns=["first", "last", "method"]).join(told).assign(method=table["method"])


def step(df: pd.DataFrame, *, value: str, time: str, by=None, seed: int = 0) -> pd.DataFrame:
    """Return one row a group: n, first, last, at, at_low, at_high, before, after, p_value, verdict and method.

    at is the first time of the new level, where two means fit best by least squares among all breaks with three values
    and 15 % on either side. p_value is that of 999 seeded shuffles, each searched in the same way. at_low and at_high
    are Bai's 95 % limits (1997, doi:10.1162/003465397557132): for large samples, a guide in short ones. verdict is step
    up, step down, no step at 5 %, or too short below eight values, where missing, provisional and conflicting ones do
    not count. A steady trend shows as a step too: read it beside `monotone` and `joinpoint`.
    """
    y = numbers(df, value, lowest=None)
    table, series = _series(df, time, by, ~np.isnan(y))
    at, result, method = np.full((3, len(table)), -1), np.full((3, len(table)), np.nan), _too_short(table)
    for groups, t, rows in alike(series):
        if len(t) >= FEWEST_STEPS:
            method[groups] = f"least squares, {breaks.SHUFFLES} shuffles, Bai's limits"
            found, result[:, groups] = breaks.step(y[rows], seed)
            at[:, groups] = np.where(found < 0, -1, rows[np.arange(len(rows)), found])
    when = dict(zip(("at", "at_low", "at_high"), (cells(df, time, one) for one in at), strict=True))
    before, after, p_value = result
    verdict = _words(p_value, after - before, LEVEL, "step up", "step down", "no step")
    return _told(table, series, **when, before=before, after=after, p_value=p_value, verdict=verdict, method=method)


def _series(df: pd.DataFrame, time: str, by, known):
    if RESULTS.intersection(keys(by)):
        raise TableError(f"by is {by!r}; name no result such as n or method.")
    return settled(df, time, by, known, whole=False)


def _refuse(df: pd.DataFrame, time: str, by, series: list[Settled], bad, what: str, remedy: str) -> None:
    for row in (row for one in series for row in one.rows[bad[one.rows]]):
        raise TableError(f"{named(df, by, row)} has {what} {df[time].iloc[row]}: {remedy}.")


def _too_short(table: pd.DataFrame):
    return np.full(len(table), breaks.NOT_COMPUTED, dtype=object)


def _told(table: pd.DataFrame, series: list[Settled], method, **columns) -> pd.DataFrame:
    return table.assign(**columns, method=method + np.array([one.note for one in series], dtype=object))


def _cycle(df: pd.DataFrame, time: str, season) -> int:
    """How many times make a round of seasons, 0 for none."""
    if season is not None and season not in SEASONS:
        raise TableError(f"season is {season!r}; use month or quarter, or 12 or 4.")
    need(df, time)
    cycle, (t, a_year) = SEASONS.get(season, 0), clock(df, time, whole=False)
    if cycle and (a_year not in (0, cycle) or (t % 1 > 0).any()):
        raise TableError(f"The times of {time!r} are not {cycle} a year: leave season out or give such times.")
    return cycle


def _words(p_value, direction, level: float, up=RISING, down=FALLING, neither=NO_TREND):
    sides = [np.isnan(p_value), (p_value <= level) & (direction > 0), (p_value <= level) & (direction < 0)]
    return np.array([TOO_SHORT, up, down, neither], dtype=object)[np.select(sides, [0, 1, 2], 3)]


def _kendall(t, y, seasons, cycle: int, alpha: float):
    """tau, p_value, slope, low and high of each row of y, and the kind of test."""
    ties, exact = [_ties(y[:, place]) for place in seasons], max(map(len, seasons)) <= MOST_EXACT
    counts = lambda n: n * (n - 1) / 2, lambda n: n * (n - 1) * (2 * n + 5) / 18  # pairs, and the variance of S
    own = [sum(of(len(place)) for place in seasons) for of in counts]
    tied = [sum(np.bincount(row, of(size), len(y)) for row, size in ties) for of in counts]
    pairs, untied, deviation = int(own[0]), own[0] - tied[0], np.sqrt(own[1] - tied[1])
    critical = 1 - special.ndtri(alpha / 2) * deviation
    if exact:
        runs = zip(*(np.split(size, np.searchsorted(row, np.arange(1, len(y)))) for row, size in ties), strict=True)
        tails = [_tails(tuple(tuple(sorted(run.tolist())) for run in one)) for one in runs]
        critical = np.array([(tail <= alpha).argmax() for tail in tails])

    rank = np.floor((pairs - critical) / 2).astype(int)
    s, slope, low, high = np.empty((4, len(y)))
    size = max(1, PAIRS_AT_ONCE // pairs)
    for some in (slice(start, start + size) for start in range(0, len(y), size)):
        s[some], slope[some], low[some], high[some] = _slopes(t, y[some], cycle, pairs, rank[some])
    with np.errstate(divide="ignore", invalid="ignore"):
        tau = np.where(untied > 0, s / np.sqrt(untied * pairs), 0)
        p_value = np.where(s == 0, 1, 2 * special.ndtr((1 - np.abs(s)) / deviation))
    if exact:
        p_value = [tail[int(abs(one))] for tail, one in zip(tails, s, strict=True)]
    return (tau, p_value, slope, low, high), "exact" if exact else "normal"


def _slopes(t, y, cycle: int, pairs: int, rank):
    """The score, the median slope, and the slopes that have `rank` others below and above them."""
    slopes, done = np.empty((len(y), pairs)), 0
    for lag in range(1, len(t)):
        apart, rise = t[lag:] - t[:-lag], y[:, lag:] - y[:, :-lag]
        if cycle:
            apart, rise = apart[apart % cycle == 0], rise[:, apart % cycle == 0]
        np.divide(rise, apart, out=slopes[:, done : done + len(apart)])
        done += len(apart)
    slopes.sort(axis=1)
    score = [pairs - one.searchsorted(0, "right") - one.searchsorted(0) for one in slopes]
    ends = [slopes[np.arange(len(y)), np.clip(place, 0, pairs - 1)] for place in (rank, pairs - 1 - rank)]
    return score, slopes[:, [(pairs - 1) // 2, pairs // 2]].mean(axis=1), *np.where(rank >= 0, ends, np.nan)


def _ties(y):
    """The row and the length of every run of equal values."""
    ordered = np.sort(y, axis=1)
    place = np.flatnonzero(np.column_stack([np.full(len(y), True), ordered[:, 1:] != ordered[:, :-1]]))
    return place // y.shape[1], np.diff(np.append(place, y.size))


@cache
def _tails(seasons: tuple):
    """P(|S| ≥ s) for s = 0, 1 and so on, over all orders of values of which some are equal."""
    chances = np.ones(1)
    for before, size in ((sum(ties[:place]), ties[place]) for ties in seasons for place in range(len(ties))):
        chances = np.convolve(chances, _merged(before, size) / _merged(before, size).sum())
    score = np.abs(np.arange(len(chances)) * 2 - len(chances) + 1)
    return np.append(np.cumsum(np.bincount(score, chances)[::-1])[::-1], 0)


@cache
def _merged(one: int, other: int):
    """How many ways to merge two rows of equal values have 0, 1 and so on pairs in the wrong order."""
    if one == 0 or other == 0:
        return np.ones(1)
    return np.pad(_merged(one, other - 1), (0, one)) + np.pad(_merged(one - 1, other), (other, 0))
