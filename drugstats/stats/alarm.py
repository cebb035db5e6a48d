"""Early warning: counts far above what their own past leads one to expect; low counts never alarm, years never do."""

import numpy as np
import pandas as pd
from scipy import special

from drugstats.stats import dispersion
from drugstats.stats.rates import MISSING, NO_WHOLE
from drugstats.stats.series import clock, groups, marked, ordered
from drugstats.tables import TableError, need, numbers

ALARM, NONE, TOO_SHORT, NOT_COMPUTED, NOT_JUDGED = "alarm", "none", "too short", "not computed", "not judged"
REASONS = ["", MISSING, NO_WHOLE, "not computed: not whole numbers", "not computed: conflicting"]
GAPS = {"c1": 0, "c2": 2, "c3": 2}
BASELINE, LONGEST_REACH = 7, 12
# Periods a year, half of the window, other levels of the season, periods left out, periods in which events must come.
RULES = {"M": (12, 1, 9, 6, 1), "Q": (4, 0, 3, 2, 1), "W": (52, 3, 9, 26, 4)}
LIMITS = ("negative-binomial", "two-thirds-power")
FEWEST_YEARS, FEWEST_IN_SEASON, FEWEST_EVENTS, OUTLIER, TREND_LEVEL = 3, 3, 5, 2.58, 0.05
NEWTON_STEPS = 50


def ears(df: pd.DataFrame, *, events: str, time: str, by=None, kind: str = "c2", z: float = 3) -> pd.DataFrame:
    """Append expected, threshold, alarm (alarm, none, too short, not computed) and method to each row of counts.

    expected is the mean of the seven periods before (c1), or of those before a gap of two (c2); more than `z` standard
    deviations above it is an alarm (Hutwagner et al. 2003, doi:10.1007/PL00022319). c3 takes from z what each of the
    two periods before had beyond one deviation, down to 1: the judged count is high itself. Seven equal counts have the
    deviation √max(mean, 1). Nothing is known of season and trend.

    Missing, provisional and conflicting periods are never filled in and never in a baseline: it is the last seven of
    the others, not computed where they reach back over more than twelve periods. A provisional period is judged, and
    may still rise. Seven values know their deviation badly: chance alone puts 1.6 % of large counts above z = 3, 2 to
    4 % of those round 1 to 20, twice as many in c3; a season still more. `time` is a column of periods or of whole
    numbers. Raises TableError for yearly counts, a group that crosses a basis and a period told twice.

    >>> weeks = pd.DataFrame({"week": range(1, 11), "new": [4, 5, 3, 4, 6, 5, 4, 5, 4, 12]})
    >>> ears(weeks, events="new", time="week")[["week", "expected", "threshold", "alarm"]].round(2).tail(2)
       week  expected  threshold      alarm
    8     9       NaN        NaN  too short
    9    10      4.43       7.36      alarm
    """
    if kind not in GAPS or not 0 < z < np.inf:
        raise TableError(f"The kind is {kind!r} and z is {z}; use c1, c2 or c3 and a number above 0 such as 3.")
    x, at, group, fault, provisional, order = _rows(df, events, time, by)
    key = group * (np.ptp(at) + LONGEST_REACH if len(at) else 1) + at
    base = np.flatnonzero((fault == 0) & ~provisional)
    place = np.searchsorted(key[base], key - GAPS[kind]) - BASELINE
    short = place < np.searchsorted(group[base], np.arange(group.max(initial=0) + 1))[group]
    reach = at - np.append(at[base], 0)[np.where(short, -1, place)]
    far = ~short & (reach > LONGEST_REACH)
    told = (fault == 0) & ~short & ~far
    mean, sd, equal = (column[np.where(told, place, -1)] for column in _sevens(x[base]))
    if kind == "c3":
        beyond = np.where(told, np.maximum((x - mean) / sd - 1, 0), 0)
        known, z = np.flatnonzero(fault == 0), np.full(len(df), float(z))
        for back in (1, 2):
            z[known[back:]] -= beyond[known[:-back]] * (key[known[back:]] - key[known[:-back]] <= 2)
        z = np.maximum(z, 1)
    threshold = mean + z * sd
    reasons = [*REASONS, f"too short: fewer than {BASELINE} periods before", "not computed: gap in the baseline"]
    why = np.where(fault > 0, fault, np.where(short, len(REASONS), np.where(far, len(REASONS) + 1, 0)))
    notes = {"equal counts": equal, "gap in the baseline": reach > BASELINE + GAPS[kind], "provisional": provisional}
    word = _words([fault > 0, short, far, x > threshold], [NOT_COMPUTED, TOO_SHORT, NOT_COMPUTED, ALARM, NONE])
    method = _noted([f"ears {kind}"], np.zeros(len(df), dtype=int), notes, reasons, why)
    return _appended(df, order, expected=mean, threshold=threshold, alarm=word, method=method)


def farrington(
    df: pd.DataFrame, *, events: str, time: str, by=None, exposure: str | None = None, periods: int = 12,
    alpha: float = 0.005, method: str = "negative-binomial", years: int = 5, season: bool = True,
) -> pd.DataFrame:  # fmt: skip
    """Append expected, threshold, alarm (the words of `ears`, or not judged) and method for the last `periods` periods.

    The flexible form (Noufaily et al. 2013, doi:10.1002/sim.5595) of Farrington et al. 1996 (doi:10.2307/2983331): a
    quasi-Poisson log-linear model of up to `years` years, with a trend and a season of ten levels, fitted twice, the
    second time with past outliers (Anscombe residual r above 2.58) weighted by r⁻². The trend stays if significant at
    5 % and not predicting above the past maximum. Above the 1 − `alpha` point of the negative binomial (`method`
    two-thirds-power: of that) is an alarm, if there are 5 events in four weeks, or in the month or quarter.

    Weeks: windows of ±3 round the same week of earlier years, nine blocks from window to window, 26 left out before the
    judged one. Months: windows of ±1 and the nine other months, 6 left out. Quarters: the four, 2 left out.
    season=False fits the windows alone, as in 1996. Values of three years are needed, less what is left out. Missing,
    provisional and conflicting periods are left out of the model; a provisional one is judged, and may still rise.
    Chance alone puts alpha of Poisson counts above, two to four times alpha of counts that vary more, since the model
    is taken for the truth. Raises TableError as `ears`.
    """
    rule = _rule(df, time, periods, alpha, method, years)
    x, at, group, fault, provisional, order = _rows(df, events, time, by)
    e = np.ones(len(df)) if exposure is None else numbers(df, exposure)[order]
    fault = np.where(fault > 0, fault, np.where(np.isnan(e), 1, np.where(e == 0, 2, 0)))
    last = at[fault == 0].max(initial=at.min() if len(at) else 0)
    first = last - periods - (years + 1) * (rule[0] + 1)
    near = np.flatnonzero((fault == 0) & (at >= first))

    def grid(values, rows):
        table = np.full((group.max(initial=0) + 1, last - first + 1), np.nan)
        table[group[rows], at[rows] - first] = values[rows]
        return table

    counts, sizes, settled = grid(x, near), grid(e, near), grid(x, near[~provisional[near]])
    expected, threshold = np.full((2, len(df)), np.nan)
    word, note = np.full((2, len(df)), NOT_JUDGED, dtype=object)
    unknown = (fault > 0) & (at > last - periods)
    word[unknown], note[unknown] = NOT_COMPUTED, np.array(REASONS, dtype=object)[fault[unknown]]
    for t in range(last - periods + 1, last + 1):
        rows = np.flatnonzero((fault == 0) & (at == t))
        past, level = _season(pd.Period(ordinal=t, freq=df[time].dtype.freq), years, *rule[1:4])
        y, n = (table[np.ix_(group[rows], past - first)] for table in (settled, sizes))
        short = (~np.isnan(y)).sum(axis=1) < FEWEST_YEARS * rule[0] - rule[3]
        bare = (~np.isnan(y[:, level == 0])).sum(axis=1) < FEWEST_IN_SEASON
        own = (level == 0) | season
        mean, error, phi, trend = _model(y[:, own], n[:, own], past[own] - t, level[own], e[rows])
        limit = _limit(mean, error, phi, alpha, method)
        few = np.nansum(counts[group[rows], t - first + 1 - rule[4] : t - first + 1], axis=1) < FEWEST_EVENTS

        expected[rows], threshold[rows] = np.where(short | bare, np.nan, [mean, limit])
        word[rows] = _words([short, bare, (x[rows] > limit) & ~few], [TOO_SHORT, NOT_COMPUTED, ALARM, NONE])
        notes = {f"fewer than {FEWEST_EVENTS} events": few, "provisional": provisional[rows]}
        reasons = ["", "too short: fewer than three years before", "not computed: fewer than three of this season"]
        words = [f"farrington {method}, no trend", f"farrington {method}, trend"]
        note[rows] = _noted(words, trend, notes, reasons, np.select([short, bare], [1, 2], 0))
    return _appended(df, order, expected=expected, threshold=threshold, alarm=word, method=note)


def _rule(df: pd.DataFrame, time: str, periods, alpha, method, years):
    need(df, time)
    kind = df[time].dtype.freq.freqstr[0] if isinstance(df[time].dtype, pd.PeriodDtype) else ""
    if kind not in ("A", "Y", *RULES):
        raise TableError(f"The column {time!r} holds no months, quarters or weeks: make such periods, or use ears.")
    if method not in LIMITS or not 0 < alpha < 0.5:
        raise TableError(f"The method is {method!r} and alpha is {alpha}; use {' or '.join(LIMITS)}, and 0.005.")
    if years not in range(FEWEST_YEARS, 100) or periods not in range(1, 10_000):
        raise TableError(f"years is {years} and periods is {periods}; use whole numbers, from {FEWEST_YEARS} and 1 on.")
    return RULES.get(kind)


def _rows(df: pd.DataFrame, events: str, time: str, by):
    """Count, time, group, reason not to use it and whether it is provisional, sorted; and the order they came in."""
    (_, group), at, x = groups(df, time, by), _clock(df, time), numbers(df, events)
    conflicting = marked(df, "conflicting")
    fault = np.where(conflicting, 4, np.where(np.isnan(x), 1, 3 * (x != np.floor(x))))
    order = ordered(df, time, by, at, group, ~conflicting)
    return *(column[order] for column in (x, at, group, fault, marked(df, "provisional"))), order


def _clock(df: pd.DataFrame, time: str):
    at, a_year = clock(df, time)
    # Whole numbers have no unit, but these are years.
    if a_year == 1 or a_year == 0 and len(at) and 1900 <= at.min() <= at.max() <= 2100:
        raise TableError("No alarm on yearly counts: a year is over before it warns; give months, quarters or weeks.")
    return at


def _sevens(x):
    """Mean, standard deviation and whether all are equal of every seven values in a row; a last place has none."""
    windows = [x[start : max(0, len(x) - BASELINE + 1) + start] for start in range(BASELINE)]
    mean = sum(windows) / BASELINE
    sd = np.sqrt(sum((one - mean) ** 2 for one in windows) / (BASELINE - 1))
    columns = mean, np.where(sd > 0, sd, np.sqrt(np.maximum(mean, 1))), sd == 0
    return [np.append(column, np.nan) for column in columns]


def _season(period: pd.Period, years: int, half: int, blocks: int, left_out: int):
    """The past periods of the model of a period, and the level of the season of each; 0 is the period's own."""
    # Three days on: the week that starts nearest to the same day of the year; to months and quarters it is all one.
    days = [period.start_time - pd.DateOffset(years=back) + pd.Timedelta(days=3) for back in range(years, -1, -1)]
    same = [pd.Period(day, freq=period.freq).ordinal for day in days]
    past = np.arange(same[0] - half, period.ordinal)
    level = np.zeros(len(past), dtype=int)
    for one, other in zip(same[:-1], same[1:], strict=True):
        for number, block in enumerate(np.array_split(np.arange(one + half + 1, other - half), blocks), 1):
            level[block - past[0]] = number
    return past[:-left_out], level[:-left_out]


def _model(y, n, t, level, n_now):
    """What each row of counts leads one to expect at t = 0, its relative error, φ, and 1 where it has a trend."""
    order = np.argsort(level, kind="stable")
    y, n, t, level = y[:, order], n[:, order], t[order] / np.ptp(t), np.unique(level[order], return_inverse=True)[1]
    known = ~np.isnan(y)
    y, n, known = np.where(known, y, 0), np.where(known, n, 1), known.astype(float)
    flat, rising = (_robust(y, n, t, level, known, slope) for slope in (False, True))
    size = np.abs(rising["slope"]) * np.sqrt(rising["curve"] / rising["phi"])
    chance = 2 * special.stdtr(rising["freedom"], -size)
    kept = (chance < TREND_LEVEL) & (rising["rate"] * n_now <= y.max(axis=1))
    rate, variance, phi = (np.where(kept, rising[of], flat[of]) for of in ("rate", "variance", "phi"))
    return rate * n_now, np.sqrt(phi * variance), phi, kept.astype(int)


def _robust(y, n, t, level, known, slope: bool) -> dict:
    """A fit, made again where there are outliers, which then weigh r⁻²; all weights add up to the number of values."""
    fit = _fit(y, n, t, level, known, known, slope)
    mu = np.where(fit["mu"] > 0, fit["mu"], 1)
    r = 1.5 * (np.cbrt(y) ** 2 / np.sqrt(np.cbrt(mu)) - np.sqrt(mu))
    r /= np.sqrt(fit["phi"][:, None] * np.maximum(1 - fit["leverage"], 1e-9))
    again = np.flatnonzero((r > OUTLIER).any(axis=1))
    weight = known[again] * np.where(r[again] > OUTLIER, r[again], 1) ** -2
    weight *= (known[again].sum(axis=1) / weight.sum(axis=1))[:, None]
    for name, values in _fit(y[again], n[again], t, level, weight, known[again], slope).items():
        fit[name][again] = values
    return fit


def _fit(y, n, t, level, weight, known, slope: bool) -> dict:
    """Quasi-Poisson fits: given the slope, each level of the season has a closed form, so Newton seeks one number."""
    total, lean, mass = _sums(weight * y, level), (weight * y * t).sum(axis=1), weight * n
    beta, todo = np.zeros(len(y)), np.arange(len(y) * slope)
    for _ in range(NEWTON_STEPS):
        if not len(todo):
            break
        _, middle, spread = _moments(mass[todo] * np.exp(beta[todo, None] * t), t, level)
        curve = (total[todo] * spread).sum(axis=1)
        step = np.clip((lean[todo] - (total[todo] * middle).sum(axis=1)) / np.where(curve > 0, curve, np.inf), -2, 2)
        beta[todo] += step
        todo = todo[np.abs(step) > 1e-9]

    shape = n * np.exp(beta[:, None] * t)
    scale, middle, spread = _moments(weight * shape, t, level)
    curve = (total * spread).sum(axis=1)
    each, all_in = slope / np.where(curve > 0, curve, np.inf), 1 / np.where(total > 0, total, np.inf)
    mu = shape * (total / scale)[:, level]
    freedom = np.maximum(known.sum(axis=1) - (_sums(known, level) > 0).sum(axis=1) - slope, 1)
    pearson = (weight * (y - mu) ** 2 / np.where(mu > 0, mu, 1)).sum(axis=1)
    return {
        "mu": mu, "rate": total[:, 0] / scale[:, 0], "variance": all_in[:, 0] + middle[:, 0] ** 2 * each,
        "slope": beta, "curve": curve, "freedom": freedom, "phi": np.maximum(pearson / freedom, 1),
        "leverage": weight * mu * (all_in[:, level] + (t - middle[:, level]) ** 2 * each[:, None]),
    }  # fmt: skip


def _moments(mass, t, level):
    """The mass of each level of the season, and the mean and variance of t in it."""
    total, first, second = (_sums(mass * t**power, level) for power in range(3))
    total = np.where(total > 0, total, 1)
    return total, first / total, np.maximum(second / total - (first / total) ** 2, 0)


def _sums(values, level):
    return np.add.reduceat(values, np.flatnonzero(np.diff(level, prepend=-1)), axis=1)


def _limit(mean, error, phi, alpha: float, method: str):
    """The 1 − alpha point of a count with this mean and dispersion."""
    z, some = -special.ndtri(alpha), np.where(mean > 0, mean, 1)
    if method == "two-thirds-power":
        deviation = 2 / 3 * np.sqrt(some ** (1 / 3) * (phi + some * error**2))
        return np.where(mean > 0, (some ** (2 / 3) + z * deviation) ** 1.5, 0)
    wide = phi > 1 + 1e-6
    excess = np.where(wide, phi - 1, 1)

    def beyond(count):
        more = np.maximum(count + 1, 1)
        spread = special.betainc(more, some / excess, excess / (1 + excess))
        return np.where(count < 0, 1, np.where(wide, spread, special.gammainc(more, some)))

    near = np.floor(some + z * np.sqrt(phi * some))
    return np.where(mean > 0, dispersion.first_count(beyond, lambda chance: chance <= alpha, near)[0], 0)


def _words(conditions, words):
    """The word of the first condition that holds, else the last one."""
    return pd.array(words, dtype="str").take(np.select(conditions, range(len(conditions)), len(conditions)))


def _noted(words: list[str], place, notes: dict, reasons: list[str], why):
    """The word at each row's place and what is noted of the row, or the reason why there is none."""
    for note, holds in notes.items():
        place = place + len(words) * (np.asarray(holds) == 1)
        words = [*words, *(f"{word}, {note}" for word in words)]
    return pd.array([*words, *reasons], dtype="str").take(np.where(why > 0, len(words) + why, place))


def _appended(df: pd.DataFrame, order, **columns) -> pd.DataFrame:
    place = np.argsort(order)
    return df.assign(**{name: values[place] for name, values in columns.items()})
