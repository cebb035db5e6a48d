"""Empirical Bayes: shares and rates drawn towards the pooled one by as much as chance accounts for."""

import numpy as np
import pandas as pd
from scipy import special

from drugstats.stats import limits
from drugstats.stats.rates import MISSING, NO_WHOLE, PART_ABOVE_WHOLE
from drugstats.tables import TableError, numbers

NO_DIFFERENCES = "no differences beyond chance"
MODELS = {"binomial": "beta-binomial", "poisson": "gamma-Poisson"}
RESULTS = ["value", "low", "high", "p_best", "p_worst", "expected_rank", "between"]
DRAWS = 4000  # the standard error of p_best and p_worst is then at most 0.008
NUMBERS_AT_ONCE = 1_000_000
LEAST_EVENTS = 0.5
ROUNDING = 1e-6  # of what chance gives: less is no finding, and a prior so heavy has no quantiles in float64


def shrink(
    df: pd.DataFrame, *, part: str, whole: str, model: str = "binomial", moments: str = "unbiased",
    better: str = "low", confidence: float = 0.95, seed: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """Append value, low, high, p_best, p_worst, expected_rank, between and method: part / whole, shrunken.

    model="binomial" is for shares (beta-binomial), "poisson" for events over an exposure (gamma-Poisson). value is
    b + w(r − b): r the row's own number, b the pooled one, w the nearer 1 the larger `whole`. low and high are the
    equal-tailed posterior limits as if b and between were known: simulated, 95 % limits hold 94 in 100 of 40 rows, 88
    of 9, 82 of 5. p_best and p_worst are the chances of the first and last place (lowest first when better="low"),
    expected_rank the mean place (Laird & Louis 1989, doi:10.2307/1164724), from DRAWS posterior draws by `seed`.

    between estimates the variance of the true numbers; above 0 it is no proof. moments="marshall" takes s² − b/n̄
    (Marshall 1991, doi:10.2307/2347593; shares: Martuzzi & Elliott 1996), which one huge area drowns: all small ones
    come out equal. "unbiased" divides the same squares by what they grow with when b is estimated too (Kleinman 1973,
    doi:10.1080/01621459.1973.10481332). Below 0 it is 0: all rows get b, with the limits of the pooled count, and all
    places are equally likely. A prior holds half an event or more: 0 of 20 is not surely 0. Counts may be fractions.
    """
    for word, known in [(model, MODELS), (moments, ("unbiased", "marshall")), (better, ("low", "high"))]:
        if word not in known:
            raise TableError(f"{word!r} is not known here; use {' or '.join(known)}.")
    alpha, share = limits.alpha_of(confidence), model == "binomial"
    x, n = numbers(df, part), numbers(df, whole)
    unknown = [np.isnan(x) | np.isnan(n), share & (x > n), n == 0]
    method = np.select(unknown, [MISSING, PART_ABOVE_WHOLE, NO_WHOLE], "").astype(object)
    found = np.full((len(df), len(RESULTS)), np.nan)

    # By size, so that sums and draws come out the same however the rows are shuffled.
    rows = np.flatnonzero(method == "")
    rows = rows[np.lexsort((n[rows], x[rows]))]
    if len(rows):
        x, n = x[rows], n[rows]
        b, prior, between = _prior(x, n, share, moments)
        columns = _alike(x, n, b, share, alpha)
        if between:
            columns = [*_posterior(x, n, b, prior, share, alpha), *_places(x, n, b, prior, share, better, seed)]
        found[rows] = np.column_stack([*columns, np.full(len(rows), between)])
        method[rows] = f"{MODELS[model]}, {moments} {confidence * 100:.4g}%" if between else NO_DIFFERENCES
    return df.assign(**dict(zip(RESULTS, found.T, strict=True)), method=method)


def _prior(x, n, share: bool, moments: str):
    """The pooled number, how much of `whole` the prior is worth, and the variance between the rows."""
    b, lost = x.sum() / n.sum(), moments == "unbiased"
    noise = b * (1 - b) if share else b
    chance = (len(x) - lost) * noise
    excess = (n * (x / n - b) ** 2).sum() - chance
    growth = (n * (n.sum() - lost * n)).sum() / n.sum() - share * (len(x) - lost)
    if excess <= ROUNDING * chance or growth <= ROUNDING * share * len(x):
        return b, np.inf, 0.0
    prior = max(noise * growth / excess - share, LEAST_EVENTS / (min(b, 1 - b) if share else b))
    return b, prior, noise / (prior + share)


def _alike(x, n, b, share: bool, alpha: float):
    m, events, exposure = len(x), x.sum(keepdims=True), n.sum(keepdims=True)
    low, high = limits.jeffreys(events, exposure, alpha) if share else limits.garwood(events, alpha) / exposure
    return np.repeat([[b], low, high, [1 / m], [1 / m], [(m + 1) / 2]], m, axis=1)


def _posterior(x, n, b, prior: float, share: bool, alpha: float):
    events, exposure, tails = b * prior + x, prior + n, np.array([[alpha / 2], [1 - alpha / 2]])
    value = b + n / exposure * (x / n - b)
    if share:
        return value, *special.betaincinv(events, exposure - events, tails)
    return value, *(special.gammaincinv(events, tails) / exposure)


def _places(x, n, b, prior: float, share: bool, better: str, seed: int):
    """The chances of the first and the last place and the mean place; rows of equal counts share theirs."""
    m, random, events, exposure = len(x), np.random.default_rng(seed), b * prior + x, prior + n
    first, last, places = np.zeros((3, m))
    for done in range(0, DRAWS, at_once := max(1, NUMBERS_AT_ONCE // m)):
        size = min(at_once, DRAWS - done), m
        drawn = random.beta(events, exposure - events, size) if share else random.gamma(events, 1 / exposure, size)
        order = np.argsort(drawn if better == "low" else -drawn, axis=1)
        first += np.bincount(order[:, 0], minlength=m)
        last += np.bincount(order[:, -1], minlength=m)
        places += np.bincount(order.ravel(), np.tile(np.arange(1, m + 1), len(order)), m)
    same = np.unique(np.column_stack([x, n]), axis=0, return_inverse=True)[1].ravel()
    return [(np.bincount(same, sums) / np.bincount(same))[same] / DRAWS for sums in (first, last, places)]
