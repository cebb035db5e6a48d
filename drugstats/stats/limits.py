"""Limits of one proportion and of one count, for arrays; exactly 0 and 1 at the ends; knows no table."""

import numpy as np
from scipy import special

from drugstats.tables import TableError


def alpha_of(confidence: float) -> float:
    """Return 1 − confidence; raises TableError outside 0–1."""
    if not 0 < confidence < 1:
        raise TableError(f"The confidence is {confidence}; use a number between 0 and 1 such as 0.95.")
    return 1 - confidence


def wilson(x, n, alpha: float):
    """Return low and high (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    z = special.ndtri(1 - alpha / 2)
    middle, spread = 2 * x + z**2, z * np.sqrt(z**2 + 4 * x * (1 - x / n))
    return _at_the_ends(x, n, (middle - spread) / (2 * (n + z**2)), (middle + spread) / (2 * (n + z**2)))


def clopper_pearson(x, n, alpha: float):
    """Return low and high (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404)."""
    low = special.betaincinv(np.maximum(x, 1e-9), n - x + 1, alpha / 2)
    high = special.betaincinv(x + 1, np.maximum(n - x, 1e-9), 1 - alpha / 2)
    return _at_the_ends(x, n, low, high)


def jeffreys(x, n, alpha: float):
    """Return low and high, the near end moved to 0 or 1 (Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286)."""
    low, high = (special.betaincinv(x + 0.5, n - x + 0.5, tail) for tail in (alpha / 2, 1 - alpha / 2))
    return _at_the_ends(x, n, low, high)


def mid_p(x, n, alpha: float):
    """Return low and high, half of the observed point's chance counted (Lancaster 1961, doi:10.2307/2282247).

    Halves the Clopper–Pearson interval, which holds them, until float64 cannot: P(X > x) + P(X = x) / 2 rises in p.
    """

    def beyond(p):
        above = np.where(x < n, special.betainc(x + 1, np.maximum(n - x, 1e-9), p), 0)
        least = np.where(x > 0, special.betainc(np.maximum(x, 1e-9), n - x + 1, p), 1)
        return (above + least) / 2

    limits = []
    for tail in (alpha / 2, 1 - alpha / 2):
        low, high = clopper_pearson(x, n, alpha)
        for _ in range(60):
            middle = (low + high) / 2
            right = beyond(middle) < tail
            low, high = np.where(right, middle, low), np.where(right, high, middle)
        limits.append((low + high) / 2)
    return _at_the_ends(x, n, *limits)


def garwood(x, alpha: float):
    """Return the exact low and high of a Poisson mean (Garwood 1936, doi:10.1093/biomet/28.3-4.437)."""
    low = np.where(x > 0, special.gammaincinv(np.maximum(x, 1e-9), alpha / 2), np.where(x == 0, 0, np.nan))
    return low, special.gammaincinv(x + 1, 1 - alpha / 2)


def byar(x, alpha: float):
    """Return Byar's low and high of a Poisson mean, NaN where low would be negative (Breslow & Day 1987, p. 69)."""
    z = special.ndtri(1 - alpha / 2)
    at = np.maximum(x, 1e-9)
    low = at * (1 - 1 / (9 * at) - z / (3 * np.sqrt(at))) ** 3
    high = (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * np.sqrt(x + 1))) ** 3
    return np.where(low < 0, np.nan, low), high


def _at_the_ends(x, n, low, high):
    unknown = np.isnan(x) | np.isnan(n)
    low, high = np.where(x == 0, 0.0, low), np.where(x == n, 1.0, high)
    return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)
