"""Which rows are surely above which others: one critical value for all comparisons, in closed form or simulated.

Mogstad, Romano, Shaikh & Wilhelm 2024, doi:10.1093/restud/rdad006. Rows are compared by `reach`, which gives how far
below and above its estimate each row reaches at a number of standard errors.
"""

import numpy as np
from scipy import special

DRAWS = 1_000
FAR = 10  # rows farthest out in a draw: compared with one another first, then with all
ROWS_AT_ONCE = 64  # a block of comparisons stays within the processor's cache


def closed_form(theta, reach, alpha: float, family: str):
    """Return how many others each row is surely above, and surely below, without any draw.

    simultaneous: the studentised range (Tukey–Kramer; Hayter 1984, doi:10.1214/aos/1176346392). marginal: Šidák's
    bound over a row's m − 1 comparisons (1967, doi:10.1080/01621459.1967.10482935).
    """
    m = len(theta)
    if m < 2:
        return np.zeros(m), np.zeros(m)
    if family == "marginal":
        z = special.ndtri((1 + (1 - alpha) ** (1 / (m - 1))) / 2)
    else:
        from scipy.stats import studentized_range

        z = studentized_range.ppf(1 - alpha, m, np.inf) / np.sqrt(2)
    return _counts(theta, *reach(z))


def simulated(theta, reach, error, alpha: float, family: str, stepwise: bool, seed: int):
    """Return how many others each row is surely above, and surely below, by the largest of the simulated differences.

    `error` is each row's standard error. Stepwise, a difference told apart leaves the largest of the next step; its
    mirror image stays, for the hypotheses are directional.
    """
    m = len(theta)
    if m < 2 or not error.any():
        return _counts(theta, *reach(0.0))
    # Draws fall to rows by their values, so that the rows may stand in any order.
    noise = np.empty((m, DRAWS))
    noise[np.lexsort((error, theta))] = np.random.default_rng(seed).standard_normal((m, DRAWS))
    draws = _Draws(noise, np.maximum(error, error.max() * 1e-9))
    problem = (theta, reach, alpha, stepwise)
    if family == "simultaneous":
        above, _ = _told_apart(problem, np.arange(m), lambda still: draws.largest(still))
        return above.sum(axis=1), above.sum(axis=0)
    rows = [np.array([row]) for row in range(m)]
    told = [_told_apart(problem, row, lambda still, row=row: draws.largest_of(row[0], still)) for row in rows]
    return tuple(np.array([one[side].sum() for one in told]) for side in (0, 1))


def shares_of_a_total(x, alpha: float, family: str):
    """Return how many others each count of one total is surely above, and surely below, by exact tests.

    Of x + y in two classes x is binomial with one half where the two are equal; Holm's adjustment over all directed
    comparisons (simultaneous) or over those of the row (marginal) (Bazylik, Mogstad, Romano, Shaikh & Wilhelm 2024).
    """
    m = len(x)
    both = x[:, None] + x[None, :]
    p_above = np.where(
        x[:, None] > 0, special.betainc(np.maximum(x[:, None], 1), np.broadcast_to(x + 1, (m, m)), 0.5), 1
    )
    p_above[both == 0] = 1
    np.fill_diagonal(p_above, 1)
    if family == "simultaneous":
        above = p_above <= _holm_limit(p_above[~np.eye(m, dtype=bool)], alpha)
        return above.sum(axis=1), above.sum(axis=0)
    limits = [_holm_limit(np.delete(np.r_[p_above[row], p_above[:, row]], [row, m + row]), alpha) for row in range(m)]
    limits = np.array(limits)
    return (p_above <= limits[:, None]).sum(axis=1), (p_above <= limits[None, :]).sum(axis=0)


def _holm_limit(p_values, alpha: float) -> float:
    """The largest p-value that Holm's step-down adjustment still rejects; below zero where it rejects none."""
    small = np.sort(p_values[p_values <= alpha])
    held = np.flatnonzero(small > alpha / (len(p_values) - np.arange(len(small))))
    rejected = held[0] if len(held) else len(small)
    return small[rejected - 1] if rejected else -1.0


def _counts(theta, down, up):
    above, below = np.zeros(len(theta)), np.zeros(len(theta))
    for start in range(0, len(theta), ROWS_AT_ONCE):
        rows = np.arange(start, min(start + ROWS_AT_ONCE, len(theta)))
        sure = _above(theta, down, up, rows)
        above[rows] = sure.sum(axis=1)
        below += sure.sum(axis=0)
    return above, below


def _above(theta, down, up, rows):
    """Which of `rows` lie above which others by more than the two reaches that face each other, by square-and-add."""
    gap = theta[rows, None] - theta[None, :]
    return (gap > 0) & (gap * gap > down[rows, None] ** 2 + up[None, :] ** 2)


def _told_apart(problem, rows, largest):
    """Above and below, as matrices of `rows` by all rows, at the simulated critical value of their comparisons."""
    theta, reach, alpha, stepwise = problem
    still = np.ones((len(rows), len(theta)), dtype=bool), np.ones((len(rows), len(theta)), dtype=bool)
    while True:
        down, up = reach(np.quantile(largest(still), 1 - alpha, method="higher"))
        told = _above(theta, down, up, rows), _above(-theta, up, down, rows)
        left = tuple(one & ~sure for one, sure in zip(still, told, strict=True))
        if not stepwise or all((one == other).all() for one, other in zip(still, left, strict=True)):
            return told
        still = left


class _Draws:
    """Simulated estimates of all rows; the largest studentised difference of each draw, without looking at all pairs.

    (z s − w t) / √(s² + t²) is at most √(z² + w²), so only rows that lie far out in a draw can set its largest: the
    farthest are compared, and more only where a difference left out could still be larger. Exact.
    """

    def __init__(self, z, error):
        self.z, self.error, self.all = z, error, np.arange(len(z))[:, None]
        few = min(FAR, len(z))
        self.top, self.bottom = _farthest(-z, few), _farthest(z, few)
        self.high = np.maximum(np.take_along_axis(z, self.top, 0), 0)
        self.low = np.maximum(-np.take_along_axis(z, self.bottom, 0), 0)

    def largest(self, still):
        """Over all pairs: still[0][i, k] where i above k is not told yet."""
        draws, few = np.arange(self.z.shape[1]), len(self.top)
        found = self._between(self.top, self.bottom, draws, still[0])
        left = draws[found < np.maximum(np.hypot(self.high[-1], self.low[0]), np.hypot(self.high[0], self.low[-1]))]
        while len(left):
            z = self.z[:, left]
            top, bottom = _farthest(-z, few), _farthest(z, few)
            found[left] = np.maximum(self._between(top, self.all, left, still[0]),
                                     self._between(self.all, bottom, left, still[0]))  # fmt: skip
            high, low = (np.maximum(np.take_along_axis(far, at, 0)[-1], 0) for far, at in ((z, top), (-z, bottom)))
            left = left[(found[left] < np.hypot(high, low)) & (few < len(z))]
            few = min(8 * few, len(z))
        return found

    def _between(self, ones, others, draws, still):
        """The largest of each draw with `ones` above `others`: places of rows, a column a draw or one for all."""
        z = np.take_along_axis(self.z[:, draws], np.broadcast_to(ones, (len(ones), len(draws))), 0)
        w = np.take_along_axis(self.z[:, draws], np.broadcast_to(others, (len(others), len(draws))), 0)
        value = _studentised(z[:, None], self.error[ones][:, None], w[None], self.error[others][None])
        return np.where(still[ones[:, None], others[None]], value, -np.inf).max(axis=(0, 1))

    def largest_of(self, row: int, still):
        """Over the pairs of one row: still[0][0, k] where it above k is not told yet, still[1][0, k] below k."""
        found = self._of_row(row, np.concatenate([self.top, self.bottom]), slice(None), still)
        farthest = np.maximum(self.high[-1], self.low[-1])
        left = np.flatnonzero(found < np.hypot(self.z[row], farthest))
        found[left] = self._of_row(row, self.all, left, still)
        return found

    def _of_row(self, row: int, others, draws, still):
        z = self.z[:, draws]
        drawn = np.take_along_axis(z, np.broadcast_to(others, (len(others), z.shape[1])), 0)
        value = _studentised(z[row], self.error[row], drawn, self.error[others])
        over = np.where(still[0][0, others], value, -np.inf).max(axis=0)
        return np.maximum(over, np.where(still[1][0, others], -value, -np.inf).max(axis=0))


def _farthest(z, few: int):
    """The places of the smallest of each column, the smallest first."""
    found = np.argpartition(z, few - 1, axis=0)[:few]
    return np.take_along_axis(found, np.take_along_axis(z, found, 0).argsort(axis=0), 0)


def _studentised(z, s, w, t):
    return (z * s - w * t) / np.sqrt(s * s + t * t)
