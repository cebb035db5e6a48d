"""Shares, rates and their differences with limits; a row that cannot be computed stays, with its reason in `method`."""

import numpy as np
import pandas as pd

from drugstats.stats import limits
from drugstats.tables import TableError, numbers

MISSING = "not computed: missing"
NO_WHOLE = "not computed: nobody counted"
PART_ABOVE_WHOLE = "not computed: part above whole"


def share(
    df: pd.DataFrame, *, part: str, whole: str, confidence: float | None = 0.95, method: str = "wilson"
) -> pd.DataFrame:
    """Append value, low, high (fractions) and method: the share part / whole with its limits.

    Methods: wilson (Wilson 1927; Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857), clopper-pearson,
    jeffreys (near end moved to 0 or 1; Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286), mid-p. Counts that
    are not whole numbers get Wilson limits whatever was asked. `confidence=None` gives no limits: a complete register
    has no sampling error. Raises TableError for negative or infinite counts.

    >>> county = pd.DataFrame({"new": [26], "registered": [213]})
    >>> share(county, part="new", whole="registered").round(3).iloc[0].to_dict()
    {'new': 26, 'registered': 213, 'value': 0.122, 'low': 0.085, 'high': 0.173, 'method': 'wilson 95%'}
    """
    if method not in _SHARE_LIMITS:
        raise TableError(f"The method is {method!r}; use {', '.join(_SHARE_LIMITS)}.")
    x, n = numbers(df, part), numbers(df, whole)
    reason = _reasons(x, n)
    reason[x > n] = PART_ABOVE_WHOLE
    x, n = np.where(reason == "", x, np.nan), np.where(reason == "", n, np.nan)

    used = np.where((x == np.floor(x)) & (n == np.floor(n)), method, "wilson")
    low, high = _no_limits(x)
    if confidence is not None:
        for name in set(used):
            rows = (used == name) & (reason == "")
            low[rows], high[rows] = _SHARE_LIMITS[name](x[rows], n[rows], limits.alpha_of(confidence))
    return _appended(df, x / n, low, high, _named(used, confidence, reason))


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
    if not 0 < per < np.inf:
        raise TableError(f"per is {per}; use a number above 0 such as 10000.")
    x, n = numbers(df, events), numbers(df, exposure)
    reason = _reasons(x, n)
    x, n = np.where(reason == "", x, np.nan), np.where(reason == "", n, np.nan)

    broken = x != np.floor(x)
    byar = broken | ((x >= 10) & (method == "byar"))
    used = np.where(byar, "byar", "exact")
    low, high = _no_limits(x)
    if confidence is not None:
        alpha = limits.alpha_of(confidence)
        exact_low, exact_high = limits.garwood(x, alpha)
        byar_low, byar_high = limits.byar(x, alpha)
        low, high = np.where(byar, byar_low, exact_low), np.where(byar, byar_high, exact_high)
    named = _named(used, confidence, reason)
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
    reason = one["method"].where(one["value"].isna(), two["method"])
    method = reason.where(value.isna(), f"newcombe {_level(confidence)}")
    return _appended(df, value, low, high, method.to_numpy())


def change(df: pd.DataFrame, *, after: str, before: str, confidence: float | None = 0.95) -> pd.DataFrame:
    """Append value, low, high (after / before − 1, as fraction) and method.

    Limits for two independent Poisson counts over equal times: after | after + before is binomial, Clopper–Pearson
    (Przyborowski & Wilenski 1940, doi:10.1093/biomet/31.3-4.313). Use confidence=None where the numbers are not
    independent counts: a register, kilograms.
    """
    x, base = numbers(df, after), numbers(df, before)
    reason = _reasons(x, base)
    x, base = np.where(reason == "", x, np.nan), np.where(reason == "", base, np.nan)
    low, high = _no_limits(x)
    if confidence is not None:
        broken = (reason == "") & ((x != np.floor(x)) | (base != np.floor(base)))
        if broken.any():
            raise TableError(f"{broken.sum()} rows are not whole counts: give confidence=None for them.")
        low, high = limits.clopper_pearson(x, x + base, limits.alpha_of(confidence))
        low, high = low / (1 - low) - 1, high / (1 - high) - 1
    return _appended(df, x / base - 1, low, high, _named(np.full(len(x), "conditional"), confidence, reason))


_SHARE_LIMITS = {
    "wilson": limits.wilson, "clopper-pearson": limits.clopper_pearson, "jeffreys": limits.jeffreys,
    "mid-p": limits.mid_p,
}  # fmt: skip


def _reasons(x, n):
    reason = np.full(len(x), "", dtype=object)
    reason[n == 0] = NO_WHOLE
    reason[np.isnan(x) | np.isnan(n)] = MISSING
    return reason


def _no_limits(x):
    return np.full(len(x), np.nan), np.full(len(x), np.nan)


def _level(confidence: float | None) -> str:
    return "no limits" if confidence is None else f"{confidence * 100:.4g}%"


def _named(used, confidence: float | None, reason):
    return np.where(reason == "", [f"{name} {_level(confidence)}" for name in used], reason).astype(object)


def _appended(df: pd.DataFrame, value, low, high, method) -> pd.DataFrame:
    return df.assign(value=np.asarray(value), low=np.asarray(low), high=np.asarray(high), method=method)
