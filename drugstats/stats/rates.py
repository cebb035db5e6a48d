"""Shares, rates and what compares them, with limits; a row that cannot be computed stays, its reason in `method`."""

from functools import partial

import numpy as np
import pandas as pd

from drugstats.stats import limits
from drugstats.tables import TableError, need, numbers

MISSING = "not computed: missing"
NO_WHOLE = "not computed: nobody counted"
PART_ABOVE_WHOLE = "not computed: part above whole"
NO_EVENTS = "not computed: no events"
NO_BASE_EVENTS = "not computed: no events in the base"
NOTHING_EXPECTED = "not computed: nothing expected"
FEW_EVENTS = "not computed: fewer than ten events"
FEWEST_EVENTS = 10
NOT_WHOLE = ", not whole counts"


def share(
    df: pd.DataFrame, *, part: str, whole: str, confidence: float | None = 0.95, method: str = "wilson"
) -> pd.DataFrame:
    """Append value, low, high (fractions) and method: the share part / whole with its limits.

    Methods: wilson (Wilson 1927; Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857), clopper-pearson,
    jeffreys (near end moved to 0 or 1; Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286), mid-p. Counts that
    are not whole numbers get Wilson limits whatever was asked, and `method` says so. `confidence=None` gives no
    limits: a complete register has no sampling error. Raises TableError for negative or infinite counts.

    >>> county = pd.DataFrame({"new": [26], "registered": [213]})
    >>> share(county, part="new", whole="registered").round(3).iloc[0].to_dict()
    {'new': 26, 'registered': 213, 'value': 0.122, 'low': 0.085, 'high': 0.173, 'method': 'wilson 95%'}
    """
    if method not in _SHARE_LIMITS:
        raise TableError(f"The method is {method!r}; use {', '.join(_SHARE_LIMITS)}.")
    x, n = numbers(df, part), numbers(df, whole)
    reason = _reasons(x, n)
    reason[x > n] = PART_ABOVE_WHOLE
    x, n = np.where(reason == "", [x, n], np.nan)

    broken = _broken(x, n)
    low = high = np.full(len(x), np.nan)
    if confidence is not None:
        alpha = limits.alpha_of(confidence)
        low, high = _SHARE_LIMITS[method](x, n, alpha)
        if broken.any():
            low, high = np.where(broken, limits.wilson(x, n, alpha), (low, high))
    named = _named([method, "wilson"], broken, confidence, reason, broken)
    return _appended(df, x / n, low, high, named)


def rate(
    df: pd.DataFrame, *, events: str, exposure: str, per: float = 10_000, confidence: float | None = 0.95,
    method: str = "exact",
) -> pd.DataFrame:  # fmt: skip
    """Append value, low, high (events per `per` units of exposure) and method, with Poisson limits.

    Methods: exact (Garwood 1936, doi:10.1093/biomet/28.3-4.437), byar from ten events on and exact below, as PHE
    Technical Guide (2018) does. Counts that are not whole numbers get Byar's limits. A row whose exposure is below
    `per` is marked "small exposure" in `method`: its rate speaks of more people than there are.

    >>> force = pd.DataFrame({"deaths": [71], "people": [554648]})
    >>> rate(force, events="deaths", exposure="people", per=100_000).round(2)
       deaths  people  value   low   high     method
    0      71  554648   12.8  10.0  16.15  exact 95%
    """
    if method not in ("exact", "byar"):
        raise TableError(f"The method is {method!r}; use exact or byar.")
    _check_per(per)
    x, n = numbers(df, events), numbers(df, exposure)
    reason = _reasons(x, n)
    x, n = np.where(reason == "", [x, n], np.nan)

    broken = _broken(x)
    byar = broken | ((x >= 10) & (method == "byar"))
    low, high = _count_limits(x, byar, confidence)
    named = _named(["exact", "byar"], byar, confidence, reason, broken)
    named[(n < per) & (per > 1)] += ", small exposure"
    return _appended(df, x / n * per, low / n * per, high / n * per, named)


def difference(
    df: pd.DataFrame, *, part: str, whole: str, base_part: str, base_whole: str, confidence: float | None = 0.95
) -> pd.DataFrame:
    """Append value, low, high (a difference of two shares, as fraction) and method.

    Newcombe's hybrid score limits (1998, method 10, doi:10.1002/(SICI)1097-0258(19980430)17:8<873). Two years of one
    register share people, so the limits are approximate there.
    """
    one = share(df, part=part, whole=whole, confidence=confidence)
    two = share(df, part=base_part, whole=base_whole, confidence=confidence)
    value = one["value"] - two["value"]
    low = value - np.hypot(one["value"] - one["low"], two["high"] - two["value"])
    high = value + np.hypot(one["high"] - one["value"], two["value"] - two["low"])
    reason = np.where(value.isna(), one["method"].where(one["value"].isna(), two["method"]), "")
    broken = one["method"].str.endswith(NOT_WHOLE) | two["method"].str.endswith(NOT_WHOLE)
    named = _named(["newcombe"], 0, confidence, reason, broken.to_numpy(dtype=bool))
    return _appended(df, value, low, high, named)


def change(df: pd.DataFrame, *, after: str, before: str, confidence: float | None = 0.95) -> pd.DataFrame:
    """Append value, low, high (after / before − 1, as fraction) and method.

    Limits for two independent Poisson counts over equal times: after | after + before is binomial, Clopper–Pearson
    (Przyborowski & Wilenski 1940, doi:10.1093/biomet/31.3-4.313). Use confidence=None where the numbers are not
    independent counts: a register, kilograms.
    """
    x, base = numbers(df, after), numbers(df, before)
    reason = _reasons(x, base)
    x, base = np.where(reason == "", [x, base], np.nan)
    low = high = np.full(len(x), np.nan)
    if confidence is not None:
        broken = _broken(x, base)
        if broken.any():
            raise TableError(f"{broken.sum()} rows are not whole counts: give confidence=None for them.")
        low, high = _odds(x, base, limits.clopper_pearson, limits.alpha_of(confidence)) - 1
    return _appended(df, x / base - 1, low, high, _named(["conditional"], 0, confidence, reason))


def ratio(
    df: pd.DataFrame, *, events: str, exposure: str, base_events: str, base_exposure: str,
    confidence: float | None = 0.95, method: str = "exact",
) -> pd.DataFrame:  # fmt: skip
    """Append value, low, high and method: the rate events / exposure over the rate base_events / base_exposure.

    Limits for two independent Poisson counts: events | both together is binomial, with Clopper–Pearson ("exact") or
    mid-p limits (Przyborowski & Wilenski 1940, doi:10.1093/biomet/31.3-4.313). A base without events gives no value
    and no upper limit but keeps the lower one: at least so many times. Counts that are not whole get no limits.
    """
    if method not in ("exact", "mid-p"):
        raise TableError(f"The method is {method!r}; use exact or mid-p.")
    x, n = numbers(df, events), numbers(df, exposure)
    base, base_n = numbers(df, base_events), numbers(df, base_exposure)
    reason = np.where(_reasons(x, n) == "", _reasons(base, base_n), _reasons(x, n))
    reason[(reason == "") & (x == 0) & (base == 0)] = NO_EVENTS
    reason[(reason == "") & (base == 0)] = NO_BASE_EVENTS
    x, n = np.where(np.isin(reason, ["", NO_BASE_EVENTS]), [x, n], np.nan)

    broken = _broken(x, base)
    low = high = np.full(len(x), np.nan)
    if confidence is not None:
        limit = limits.clopper_pearson if method == "exact" else limits.mid_p
        odds = _odds(np.where(broken, np.nan, x), base, limit, limits.alpha_of(confidence))
        low, high = odds / n * base_n
    name = "conditional" if method == "exact" else "mid-p"
    named = _named([name], 0, confidence, reason)
    named[broken & (reason == "")] = f"{name} {_level(None)}{NOT_WHOLE}"
    return _appended(df, x / np.where(reason == "", base, np.nan) / n * base_n, low, high, named)


def standardised(
    df: pd.DataFrame, *, events: str, exposure: str, weight: str, by: str | list[str], per: float = 100_000,
    confidence: float | None = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """Return one row a group of `by`: n (strata), events, exposure, value, low, high (per `per`) and method.

    The directly standardised rate: the strata's rates averaged by `weight`, the standard population joined by label.
    Limits of Dobson et al. 1991 (doi:10.1002/sim.4780100317) from the exact ones of the events, Byar's where counts
    are not whole; never below 0; too narrow where weight over exposure varies greatly (Fay & Feuer 1997). Below ten
    events nothing is computed (Morris et al. 2018, doi:10.1186/s12963-018-0177-1). Strata of weight 0 are left out.
    Raises TableError for a stratum with weight but no exposure, and for groups that do not carry the same weights; a
    stratum told twice in place of another of the same weight cannot be seen here.
    """
    _check_per(per)
    group, table = _groups(df, by, ["n", "events", "exposure"])
    x, n, w = numbers(df, events), numbers(df, exposure), numbers(df, weight)
    _refuse(np.isnan(w), group, table, "no weight: join the standard by its label")
    _refuse((w > 0) & (n == 0), group, table, "a weight but no exposure: join it to its neighbour")
    group, x, n, w = (column[w > 0] for column in (group, x, n, w))
    _check_weights(w, group, table)

    total = partial(np.bincount, group, minlength=len(table))
    count, w = total(x), w / total(w)[group]
    reason = np.where(count < FEWEST_EVENTS, FEW_EVENTS, "").astype(object)
    reason[np.isnan(count) | np.isnan(total(n))] = MISSING
    known, broken = np.where(reason == "", count, np.nan), total(_broken(x)) > 0

    value, scale = np.where(reason == "", total(w * x / n), np.nan), np.sqrt(total((w / n) ** 2 * x) / known)
    low, high = _count_limits(known, broken, confidence)
    low, high = np.maximum(value + scale * (low - known), 0), value + scale * (high - known)
    named = _named(["dobson"], 0, confidence, reason, broken)
    counted = table.assign(n=total(), events=count, exposure=total(n))
    return _appended(counted, value * per, low * per, high * per, named)


def indirectly_standardised(
    df: pd.DataFrame, *, events: str, exposure: str, reference: str, by: str | list[str],
    confidence: float | None = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """Return one row a group of `by`: n (strata), events, expected, value (events / expected), low, high and method.

    Expected are the events each stratum would have at its `reference` rate (for one unit of exposure), joined by
    label. Limits: the exact ones of the events, Byar's where counts are not whole, over the expected. Two such ratios
    are not comparable with one another, each only with the reference: each averages over its own strata.
    """
    group, table = _groups(df, by, ["n", "events", "expected"])
    x, n, standard = numbers(df, events), numbers(df, exposure), numbers(df, reference)
    _refuse(np.isnan(standard), group, table, "no reference rate: join the standard by its label")

    total = partial(np.bincount, group, minlength=len(table))
    count, expected = total(x), total(n * standard)
    reason = np.where(expected == 0, NOTHING_EXPECTED, "").astype(object)
    reason[total((n == 0) & (x > 0)) > 0] = NO_WHOLE
    reason[np.isnan(count) | np.isnan(expected)] = MISSING
    known, broken = np.where(reason == "", count, np.nan), total(_broken(x)) > 0

    low, high = _count_limits(known, broken, confidence)
    named = _named(["exact", "byar"], broken, confidence, reason, broken)
    counted = table.assign(n=total(), events=count, expected=expected)
    return _appended(counted, known / expected, low / expected, high / expected, named)


_SHARE_LIMITS = {
    "wilson": limits.wilson, "clopper-pearson": limits.clopper_pearson, "jeffreys": limits.jeffreys,
    "mid-p": limits.mid_p,
}  # fmt: skip


def _reasons(x, n):
    reason = np.full(len(x), "", dtype=object)
    reason[n == 0] = NO_WHOLE
    reason[np.isnan(x) | np.isnan(n)] = MISSING
    return reason


def _broken(*counts):
    return np.any([count > np.floor(count) for count in counts], axis=0)


def _count_limits(x, byar, confidence: float | None):
    if confidence is None:
        return np.full((2, len(x)), np.nan)
    alpha = limits.alpha_of(confidence)
    return np.where(byar, limits.byar(x, alpha), limits.garwood(x, alpha))


def _odds(x, base, limit, alpha: float):
    """Limits of x / base from those of the smaller count's share: a share near 1 keeps no digits of its odds."""
    low, high = limit(np.minimum(x, base), x + base, alpha)
    with np.errstate(divide="ignore"):
        odds = np.where(x < base, [low / (1 - low), high / (1 - high)], [(1 - high) / high, (1 - low) / low])
    return np.where(np.isinf(odds), np.nan, odds)


def _check_per(per: float) -> None:
    if not 0 < per < np.inf:
        raise TableError(f"per is {per}; use a number above 0 such as 10000.")


def _groups(df: pd.DataFrame, by: str | list[str], added: list[str]):
    """The number of each row's group, and the groups in order."""
    keys = [by] if isinstance(by, str) else list(by)
    need(df, *keys)
    if not keys or {*added, "value", "low", "high", "method"}.intersection(keys):
        raise TableError(f"by is {by!r}; name one column or more, none of them a result such as n or value.")
    if df[keys].isna().any(axis=None):
        raise TableError(f"A row has no {' or no '.join(keys)}: fill it in.")
    groups = df.groupby(keys, observed=True)
    return groups.ngroup().to_numpy(), groups.size().index.to_frame(index=False)


def _name(table: pd.DataFrame, number: int) -> str:
    return ", ".join(f"{key} {value}" for key, value in table.iloc[number].items())


def _refuse(bad, group, table: pd.DataFrame, what: str) -> None:
    if bad.any():
        raise TableError(f"A stratum of {_name(table, group[bad].min())} has {what}.")


def _check_weights(w, group, table: pd.DataFrame) -> None:
    """A group that lacks a stratum would be averaged over another standard than the rest."""
    if len(table) and not len(w):
        raise TableError("No stratum has a weight above 0: join the standard by its label.")
    size, whole = np.bincount(group, minlength=len(table)), np.bincount(group, w, minlength=len(table))
    other = size != size[:1]
    if not other.any():
        sets = w[np.lexsort((w, group))].reshape(len(table), size.max(initial=0))
        other = ~np.isclose(sets, sets[:1], rtol=1e-9, atol=0).all(axis=1)
    if other.any():
        pair = [f"{_name(table, row)} ({size[row]} strata, {whole[row]:g} in all)" for row in (other.argmax(), 0)]
        raise TableError(f"{' has other weights than '.join(pair)}: give each group every stratum of one standard.")


def _level(confidence: float | None) -> str:
    return "no limits" if confidence is None else f"{confidence * 100:.4g}%"


def _named(words: list[str], kind, confidence: float | None, reason, broken=False):
    """The method of each row (of words, the one at the place `kind`), or its reason."""
    named = [f"{word} {_level(confidence)}{suffix}" for word in words for suffix in ("", NOT_WHOLE)]
    place = 2 * np.asarray(kind, dtype=int) + np.logical_and(broken, confidence is not None)
    return np.where(reason == "", np.array(named, dtype=object)[place], reason)


def _appended(df: pd.DataFrame, value, low, high, method) -> pd.DataFrame:
    return df.assign(value=np.asarray(value), low=np.asarray(low), high=np.asarray(high), method=method)
