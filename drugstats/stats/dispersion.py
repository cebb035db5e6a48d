"""The counts to expect round a centre, areas alike or differing beyond chance: tails, limits, φ and τ²; no table."""

import numpy as np
from scipy import special

NODES = 128
ROWS_AT_ONCE = 4_000
# Four steps of float64: enough that a count and its limit still differ after both are divided by the whole.
HAIR = 4 * np.finfo("float64").eps


def central(x, n, centre, model: str = "binomial", tau2: float = 0.0):
    """Return the central two-sided p-value of counts x, twice the nearer tail, and whether that is the upper one.

    A tail of at most one half is the nearer one, since both hold the count itself. Of a binomial or Poisson count the
    tail on the count's own side of the centre is enough: the median is the mean, rounded down or up (Kaas & Buhrman
    1980, doi:10.1111/j.1467-9574.1980.tb00681.x; Choi 1994, doi:10.2307/2160389), so where that tail passes one half
    the other does too.
    """
    upper = x > n * centre
    tail = np.empty(len(x))
    for side, rows in ((at_least, upper), (at_most, ~upper)):
        tail[rows] = side(x[rows], n[rows], centre[rows], model, tau2)
    if tau2:
        for side, rows in ((at_most, upper & (tail > 0.5)), (at_least, ~upper & (tail > 0.5))):
            other = side(x[rows], n[rows], centre[rows], model, tau2)
            upper[rows] ^= other < tail[rows]
            tail[rows] = np.minimum(tail[rows], other)
    return np.minimum(1, 2 * tail), upper


def at_least(x, n, centre, model: str = "binomial", tau2: float = 0.0):
    """Return P(X ≥ x): binomial, or Poisson with mean n × centre; with tau2 beta-binomial, or gamma-Poisson."""
    if model == "poisson":
        k, mean, shape = np.maximum(x, 1), n * centre, _gamma_shape(centre, tau2)
        tail = special.betainc(k, shape, mean / (shape + mean)) if tau2 else special.gammainc(k, mean)
        return np.where(x > 0, tail, 1)
    k = np.clip(x, 1, n)
    tail = _beta_binomial(k, n, centre, tau2) if tau2 else special.betainc(k, n - k + 1, centre)
    return np.where(x > n, 0, np.where(x > 0, tail, 1))


def at_most(x, n, centre, model: str = "binomial", tau2: float = 0.0):
    """Return P(X ≤ x) under the same distributions as `at_least`."""
    if model == "binomial":
        return at_least(n - x, n, 1 - centre, model, tau2)
    k, mean, shape = np.maximum(x, 0), n * centre, _gamma_shape(centre, tau2)
    tail = special.betainc(shape, k + 1, shape / (shape + mean)) if tau2 else special.gammaincc(k + 1, mean)
    return np.where(x < 0, 0, tail)


def variance(n, centre, model: str = "binomial", tau2: float = 0.0):
    """Return the variance of x / n: chance alone, and tau2 between areas (for shares, less the chance it replaces)."""
    if model == "poisson":
        return centre / n + tau2
    return centre * (1 - centre) / n + tau2 * (n - 1) / n


def interpolated(n, centre, tail: float, model: str = "binomial", tau2: float = 0.0):
    """Return the low and high limit of the count, each leaving out `tail`, interpolated between whole counts.

    low = r − δ with r the smallest count whose P(X ≤ r) reaches `tail` and δ = (P(X ≤ r) − tail) / P(X = r)
    (Spiegelhalter 2005, appendix A.1.1, doi:10.1002/sim.1970). high is the same formula read from above, with
    P(X ≥ x): what he prints for it, interpolated from below again, is one count lower and would leave one case of one
    person outside 99.8 % limits. Just the counts with P(X ≤ x) or P(X ≥ x) below `tail` lie outside.
    """

    def below(x):
        return at_most(x, n, centre, model, tau2)

    def beyond(x):
        return at_least(x, n, centre, model, tau2)

    low, high = (np.floor(_nearly(n, centre, at, model, tau2)) for at in (tail, 1 - tail))
    low, outer, inner = first_count(below, lambda chance: chance >= tail, low)
    low = np.maximum((low - 1) * (1 + HAIR), low - (inner - tail) / (inner - outer))
    high, inner, outer = first_count(beyond, lambda chance: chance < tail, high)
    high = np.minimum(high * (1 - HAIR), high - 1 + (inner - tail) / (inner - outer))
    return np.maximum(low, 0), np.minimum(high, n) if model == "binomial" else high


def first_count(chance, enough, start):
    """Return the smallest whole number whose chance is enough, and the chances just before it and at it.

    Strides that double, then halving: exact at any size, where a quantile function may be off by one.
    """
    low, high, stride = start - 1, start + 1, 1
    before, after = chance(low), chance(high)
    while (early := enough(before)).any():
        high, after = np.where(early, low, high), np.where(early, before, after)
        low, stride = np.where(early, low - stride, low), 2 * stride
        before = chance(low)
    while (late := ~enough(after)).any():
        low, before = np.where(late, high, low), np.where(late, after, before)
        high, stride = np.where(late, high + stride, high), 2 * stride
        after = chance(high)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        between = chance(middle)
        found = enough(between)
        high, after = np.where(found, middle, high), np.where(found, between, after)
        low, before = np.where(found, low, middle), np.where(found, before, between)
    return high, before, after


def excess(z, chance):
    """Return φ, the p-value of its test and τ², from Pearson z and the variance by chance of each area's value.

    φ is the mean of z², winsorised at the 10 % and 90 % quantiles (type 7); I·φ is set against chi-square on I degrees
    of freedom (Spiegelhalter 2005, doi:10.1136/qshc.2005.013755); τ² by DerSimonian & Laird 1986
    (doi:10.1016/0197-2456(86)90046-2). Winsorising keeps outliers from excusing themselves; it also counts a normal
    spread at two thirds, so the test is quiet and limits made from τ² leave out more areas than they say: 9 % for 5 %
    where true shares spread evenly round the centre, more where sizes vary widely.
    """
    squares = np.clip(z, *np.quantile(z, [0.1, 0.9])) ** 2
    count, weight = len(z), 1 / chance
    room = weight.sum() - (weight**2).sum() / weight.sum()
    tau2 = max(0.0, (squares.sum() - (count - 1)) / room)
    return squares.mean(), special.gammaincc(count / 2, squares.sum() / 2), float(tau2)


def _gamma_shape(centre, tau2: float):
    return centre**2 / tau2 if tau2 else None


def _nearly(n, centre, quantile: float, model: str, tau2: float):
    """A quantile of the count, a few counts off: Cornish–Fisher, or the gamma or beta of the same mean and variance."""
    spread = variance(n, centre, model, tau2)
    if not tau2:
        z = special.ndtri(quantile)
        skewed = (z**2 - 1) / 6 * (1 if model == "poisson" else 1 - 2 * centre)
        return n * (centre + z * np.sqrt(spread)) + skewed
    if model == "poisson":
        return n * spread / centre * special.gammaincinv(centre**2 / spread, quantile)
    size = np.maximum(centre * (1 - centre) / spread - 1, 0.001)
    return n * special.betaincinv(centre * size, (1 - centre) * size, quantile)


def _beta_binomial(x, n, centre, tau2: float):
    """P(X ≥ x) for 1 ≤ x ≤ n where true shares vary between areas with variance tau2.

    X ≥ x when Beta(x, n − x + 1) falls below the true share, itself Beta(a, b): whichever is narrower on the logit
    scale is summed over, by the trapezium rule, right to a millionth; the work does not grow with n.
    """
    size = centre * (1 - centre) / tau2 - 1
    shapes = np.broadcast_arrays(x, n - x + 1, centre * size, (1 - centre) * size)
    result = np.empty(len(x))
    for start in range(0, len(x), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        count, share = (shapes[0][rows], shapes[1][rows]), (shapes[2][rows], shapes[3][rows])
        over_share = _logit_variance(*share) < _logit_variance(*count)
        at, weight = _bell(np.where(over_share, share, count))
        wide = np.where(over_share, count, share)[:, :, None]
        below = special.betainc(wide[0], wide[1], special.expit(at))
        result[rows] = (weight * np.where(over_share[:, None], below, 1 - below)).sum(axis=1)
    return result


def _logit_variance(a, b):
    return special.zeta(2, a) + special.zeta(2, b)


def _bell(shape):
    """Places on the logit scale that span a beta distribution, and their weights."""
    a, b = shape[:, :, None]
    middle, sd = special.digamma(a) - special.digamma(b), np.sqrt(_logit_variance(a, b))
    place = np.linspace(0, 1, NODES)
    left, right = np.maximum(9 * sd, 37 / a), np.maximum(9 * sd, 37 / b)
    at = middle - left + (left + right) * place
    height = a * at - (a + b) * np.logaddexp(0, at)
    weight = np.exp(height - height.max(axis=1, keepdims=True))
    return at, weight / weight.sum(axis=1, keepdims=True)
