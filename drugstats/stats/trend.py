"""Trends and breaks over time, one answer a group: gaps stay gaps, nothing is told across a change of definition."""

from functools import cache, partial

import numpy as np
import pandas as pd
from scipy import special

from drugstats.stats import joinpoint as breaks
from drugstats.tables import TableError, frequency, need, numbers

RISING, FALLING, NO_TREND, TOO_SHORT = "rising", "falling", "no trend", "too short"
RESULTS = {"n", "first", "last", "method", "verdict", "tau", "slope", "at", "joins", "segment", *breaks.RESULTS}
LEVEL = 0.05
MOST_EXACT = 10
FEWEST_SHARES, FEWEST_EXPECTED, FEWEST_STEPS = 3, 5, 8
PERIODS_A_YEAR = {"Y": 1, "Q": 4, "M": 12}
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
    series that lingers needs a smaller p than it shows. Missing values are left out and counted in `method`. Raises
    TableError for a group that crosses a basis and for a time told twice.

    >>> years = pd.DataFrame({"year": [2018, 2019, 2021, 2022, 2023], "cases": [60, 52, 41, 43, 30]})
    >>> monotone(years, value="cases", time="year")[["n", "slope", "p_value", "verdict"]].round(3)
       n  slope  p_value   verdict
    0  5   -5.5    0.083  no trend
    """
    if not 0 < confidence < 1:
        raise TableError(f"confidence is {confidence}; use a number between 0 and 1 such as 0.95.")
    cycle, alpha = _cycle(df, time, season), 1 - confidence
    series = _Series(df, time, by, numbers(df, value, lowest=None), what=value)
    names = ["tau", "p_value", "slope", "low", "high"]
    result, method = (
        np.full((len(names), len(series.n)), np.nan),
        np.full(len(series.n), breaks.NOT_COMPUTED, dtype=object),
    )
    for groups, t, y in series.alike():
        seasons = [np.flatnonzero(t % cycle == each) for each in np.unique(t % cycle)] if cycle else [np.arange(len(t))]
        if 2 / special.factorial([len(place) for place in seasons]).prod() <= min(LEVEL, alpha):
            result[:, groups], kind = _kendall(t, y, seasons, cycle, alpha)
            method[groups] = f"mann-kendall {kind}, sen {100 * confidence:.4g}%{f', {cycle} seasons' * (cycle > 0)}"
    verdict = _words(result[1], result[0], alpha)
    return series.table(**dict(zip(names, result, strict=True)), verdict=verdict, method=method)


def proportion(df: pd.DataFrame, *, part: str, whole: str, time: str, by=None) -> pd.DataFrame:
    """Return one row a group: n, first, last, slope, p_value, verdict and method for the share part / whole.

    The chi-square test for trend with the denominators (Armitage 1955, doi:10.2307/3001775): it knows how many were
    counted, so prefer it to a trend of percentages. slope is that of the share (a fraction) per unit of time, a year
    where `time` is by year, each share weighted by its whole. verdict is rising, falling, no trend at 5 %, or too short
    below three shares. The people of a register are counted again each year and are not independent: there the p-value
    is a guide only. Times where nobody was counted are left out like missing ones. Raises TableError for a part above
    its whole.
    """
    x, n = numbers(df, part), numbers(df, whole)
    series = _Series(df, time, by, x, np.where((x == 0) & (n == 0), np.nan, n), what=part)
    x, n = series.values
    series.refuse(x > n, f"more {part} than {whole} in", "correct it")
    total = partial(np.bincount, series.group, minlength=len(series.n))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = total(x) / total(n)
        t = series.t - (total(n * series.t) / total(n))[series.group]
        spread, pull, noise = total(n * t * t), total((x - n * share[series.group]) * t), share * (1 - share)
        chi = np.where(noise > 0, pull**2 / (noise * spread), 0)
        long = series.n >= FEWEST_SHARES
        p_value, slope = np.where(long, [special.chdtrc(1, chi), pull / spread], np.nan)
    few = total(n * np.minimum(share, 1 - share)[series.group] < FEWEST_EXPECTED) > 0
    named = np.where(few, f"chi-square trend, fewer than {FEWEST_EXPECTED} expected", "chi-square trend")
    method = np.where(long, named, breaks.NOT_COMPUTED).astype(object)
    return series.table(slope=slope, p_value=p_value, verdict=_words(p_value, slope, LEVEL), method=method)


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
    that overlap (rolling years) make joins of nothing and cannot be seen here: give whole years. Raises TableError for
    a value of 0, which has no logarithm.
    """
    if choose not in breaks.CHOICES:
        raise TableError(f"choose is {choose!r}; use {', '.join(breaks.CHOICES)}.")
    if max_joins is not None and max_joins not in range(5):
        raise TableError(f"max_joins is {max_joins}; use 0 to 4.")
    y, error = numbers(df, value), np.ones(len(df)) if se is None else numbers(df, se)
    series = _Series(df, time, by, y, error, what=value)
    series.refuse(
        series.values[0] == 0, f"a {value} of 0 in", "it has no logarithm; leave the group out or use proportion"
    )
    series.refuse(series.values[1] == 0, f"a {se} of 0 in", "give its standard error or leave the row out")
    return breaks.segments(series, max_joins, choose, seed, weighted=se is not None)


def step(df: pd.DataFrame, *, value: str, time: str, by=None, seed: int = 0) -> pd.DataFrame:
    """Return one row a group: n, first, last, at, at_low, at_high, before, after, p_value, verdict and method.

    at is the first time of the new level, where two means fit best by least squares among all breaks with three values
    and 15 % on either side. p_value is that of 999 seeded shuffles, each searched in the same way. at_low and at_high
    are Bai's 95 % limits (1997, doi:10.1162/003465397557132): for large samples, a guide in short ones. verdict is step
    up, step down, no step at 5 %, or too short below eight values. A steady trend shows as a step too: read it beside
    `monotone` and `joinpoint`.
    """
    series = _Series(df, time, by, numbers(df, value, lowest=None), what=value)
    at, method = np.full((3, len(series.n)), -1), np.full(len(series.n), breaks.NOT_COMPUTED, dtype=object)
    result = np.full((3, len(series.n)), np.nan)
    for groups, t, y in series.alike():
        if len(t) >= FEWEST_STEPS:
            method[groups] = f"least squares, {breaks.SHUFFLES} shuffles, Bai's limits"
            found, result[:, groups] = breaks.step(y, seed)
            at[:, groups] = np.where(found < 0, -1, series.start[groups] + found)
    when = dict(zip(("at", "at_low", "at_high"), map(series.when, at), strict=True))
    before, after, p_value = result
    verdict = _words(p_value, after - before, LEVEL, "step up", "step down", "no step")
    return series.table(**when, before=before, after=after, p_value=p_value, verdict=verdict, method=method)


class _Series:
    """The known values of each group in order of time; `start` is where a group begins among them."""

    def __init__(self, df: pd.DataFrame, time: str, by, *values, what: str):
        keys = [by] if isinstance(by, str) else list(by or [])
        need(df, time, *keys)
        self.t, self.a_year = _clock(df, time)
        basis = "basis" in df and "basis" not in keys
        lacking = [key for key in [time, *keys, *["basis"] * basis] if df[key].isna().any()]
        if lacking:
            raise TableError(f"A row has no {lacking[0]}: fill it in.")
        if {time, *RESULTS}.intersection(keys):
            raise TableError(f"by is {by!r}; name neither the time nor a result such as n or method.")
        self.keys, group = pd.DataFrame(index=[0]), np.zeros(len(df), dtype=np.int64)
        if keys:
            groups = df.groupby(keys, observed=True)
            self.keys, group = groups.size().index.to_frame(index=False), groups.ngroup().to_numpy()

        known = ~np.isnan(values).any(axis=0)
        self.missing, self.n = (np.bincount(group[rows], minlength=len(self.keys)) for rows in (~known, known))
        self.start = np.cumsum(self.n) - self.n
        order = np.lexsort((self.t, group))
        self.row = order[known[order]]
        self.times, self.t, self.group = df[time].reset_index(drop=True), self.t[self.row], group[self.row]
        self.values = [column[self.row] for column in values]
        self.follows = np.diff(self.group, prepend=-1) == 0
        self.refuse(self.follows & (np.diff(self.t, prepend=np.nan) == 0), f"two rows of {what} for", "keep one")
        if basis:
            self._hold_to_one(df["basis"].to_numpy(dtype=object), group)

    def _hold_to_one(self, basis, group) -> None:
        told = basis[self.row]
        broken = self.follows & np.append(False, told[1:] != told[:-1])[: len(told)]
        before, after = told[broken.argmax() - 1 :][:2] if broken.any() else ("", "")
        self.refuse(broken, f"the basis {before!r} before and {after!r} from", "name basis in by, or choose one")
        first = np.empty(len(self.keys), dtype=object)
        first[group[::-1]] = basis[::-1]
        first[self.group] = told
        self.keys = self.keys.assign(basis=pd.Series(first).infer_objects())

    def refuse(self, bad, what: str, remedy: str) -> None:
        if bad.any():
            name = ", ".join(f"{key} {told}" for key, told in self.keys.iloc[self.group[bad.argmax()]].items())
            raise TableError(f"{name or 'The table'} has {what} {self.times[self.row[bad.argmax()]]}: {remedy}.")

    def alike(self):
        """Groups that share their times, the times, and a matrix of groups by times for each of the values."""
        for size in np.unique(self.n[self.n > 0]):
            groups = np.flatnonzero(self.n == size)
            place = self.start[groups][:, None] + np.arange(size)
            times, kind = np.unique(self.t[place], axis=0, return_inverse=True)
            for number, t in enumerate(times):
                some = kind.ravel() == number
                yield groups[some], t, *(column[place[some]] for column in self.values)

    def when(self, place):
        """The times at places among the known values, missing for -1."""
        return self.times.reindex(np.append(self.row, -1)[place]).reset_index(drop=True)

    def table(self, method, **columns) -> pd.DataFrame:
        ends = [np.where(self.n > 0, place, -1) for place in (self.start, self.start + self.n - 1)]
        noted = method + np.array([f", {n} missing left out" if n else "" for n in self.missing], dtype=object)
        first, last = (self.when(place) for place in ends)
        return self.keys.assign(n=self.n, first=first, last=last, **columns, method=noted)


def _clock(df: pd.DataFrame, time: str):
    """Time as numbers, and how many of them make a year, 0 where it is not told by periods."""
    if not isinstance(df[time].dtype, pd.PeriodDtype):
        return numbers(df, time, lowest=None), 0
    if frequency(df[time]) not in PERIODS_A_YEAR:
        raise TableError(f"The periods of {time!r} are by {frequency(df[time])}; use years, quarters or months.")
    return df[time].array.asi8.astype("float64"), PERIODS_A_YEAR[frequency(df[time])]


def _cycle(df: pd.DataFrame, time: str, season) -> int:
    """How many times make a round of seasons, 0 for none."""
    if season is not None and season not in SEASONS:
        raise TableError(f"season is {season!r}; use month or quarter, or 12 or 4.")
    need(df, time)
    cycle, (t, a_year) = SEASONS.get(season, 0), _clock(df, time)
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
