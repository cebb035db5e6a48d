"""Ranks with the range of places the data allow, so that chance is not read as failure."""

import numpy as np
import pandas as pd
from scipy import special

from drugstats.stats import limits, rank_sets
from drugstats.stats.contribution import contribution
from drugstats.stats.rates import MISSING, NO_WHOLE, PART_ABOVE_WHOLE
from drugstats.stats.shrinkage import shrink
from drugstats.tables import TableError, numbers

__all__ = ["contribution", "rank", "shrink"]
CHOICES = {
    "better": ("low", "high"), "family": ("marginal", "simultaneous"), "ties": ("min", "max", "average"),
    "critical": ("closed form", "bootstrap", "step-down"), "model": ("binomial", "poisson", "multinomial"),
}  # fmt: skip


def rank(
    df: pd.DataFrame, *, part: str | None = None, whole: str | None = None, value: str | None = None,
    se: str | None = None, model: str = "binomial", better: str = "low", ties: str = "min", confidence: float = 0.95,
    family: str = "marginal", critical: str = "closed form", seed: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """Append value, rank, rank_low, rank_high, alike and method: each row's place and its rank confidence set.

    Give part and whole (a share; a rate with model="poisson"), part alone (a Poisson count; the share of their total
    with model="multinomial"), or value with its standard error. Place 1 is the best: the lowest value when
    better="low". Ties share the best place of theirs (ties="min": 1, 2, 2, 4), the last ("max") or the mean
    ("average"). From rank_low to rank_high are the places compatible with the data; alike counts the other rows that
    cannot be told apart from this one.

    Two rows are told apart when the limits of their difference leave out 0, at one critical value for all pairs
    (Mogstad, Romano, Shaikh & Wilhelm 2024, doi:10.1093/restud/rdad006). family="marginal" holds for one row looked at
    alone, "simultaneous" for the whole table. The critical value is a closed form by default: Šidák's bound, or the
    studentised range (see rank_sets). critical="bootstrap" simulates it with `seed`, and "step-down" goes on with the
    differences not yet told apart; the simulation takes a count's standard error with half a case added, since three
    cases of none have none. The limits of a difference join the two rows' own limits at that value by square-and-add
    (Zou & Donner 2008, doi:10.1002/sim.3095): Clopper–Pearson for shares, Garwood for counts and rates, so that three
    cases prove nothing. Shares of one total are compared by exact tests with Holm's adjustment instead. A row that
    cannot be computed is not ranked. Raises TableError for roles or choices that do not go together.
    """
    _check(part, whole, value, se, dict(better=better, family=family, ties=ties, critical=critical, model=model))
    alpha = limits.alpha_of(confidence)
    estimate, reason = _estimates(df, part, whole, value, se, model)
    ready = reason == ""
    theta = estimate[ready] if better == "high" else -estimate[ready]
    if model == "multinomial":
        x = numbers(df, part)[ready]
        sides = rank_sets.shares_of_a_total(x, alpha, family)
        sides = sides if better == "high" else sides[::-1]
        critical = "exact"
    else:
        spread = _Spread(df[ready], estimate[ready], part, whole, se, model, better)
        if critical == "closed form":
            sides = rank_sets.closed_form(theta, spread.reach, alpha, family)
        else:
            stepwise = critical == "step-down"
            sides = rank_sets.simulated(theta, spread.reach, spread.error(), alpha, family, stepwise, seed)
    worse_sure, better_sure = sides
    result = pd.DataFrame(np.nan, index=df.index, columns=["rank", "rank_low", "rank_high", "alike"])
    result.loc[ready, "rank"] = pd.Series(-theta).rank(method=ties).to_numpy()
    result.loc[ready, "rank_low"] = 1 + better_sure
    result.loc[ready, "rank_high"] = len(theta) - worse_sure
    result.loc[ready, "alike"] = len(theta) - 1 - better_sure - worse_sure
    method = np.where(ready, f"{family} {confidence * 100:.4g}%, {critical}", reason)
    return df.assign(value=estimate, **result, method=method.astype(object))


def _check(part, whole, value, se, chosen: dict) -> None:
    for name, choice in chosen.items():
        if choice not in CHOICES[name]:
            *others, last = CHOICES[name]
            raise TableError(f"{name} is {choice!r}; use {', '.join(others)} or {last}.")
    given = tuple(role is not None for role in (part, whole, value, se))
    if given not in {(True, True, False, False), (True, False, False, False), (False, False, True, True)}:
        raise TableError("Give part and whole, part alone, or value and se.")
    if chosen["model"] == "multinomial" and (whole or value or chosen["critical"] != "closed form"):
        raise TableError("Shares of one total need part alone, and no critical value: their test is exact.")


def _estimates(df, part, whole, value, se, model: str):
    """The numbers to compare, and why a row has none."""
    if value:
        theta, error = numbers(df, value, lowest=None), numbers(df, se)
        return theta, np.where(np.isnan(theta) | np.isnan(error), MISSING, "")
    x = numbers(df, part)
    n = numbers(df, whole) if whole else np.ones(len(df))
    above = (model == "binomial") & bool(whole) & (x > n)
    reason = np.select([np.isnan(x) | np.isnan(n), n == 0, above], [MISSING, NO_WHOLE, PART_ABOVE_WHOLE], "")
    total = np.nansum(x) if model == "multinomial" else 1
    if total == 0:
        raise TableError("Nothing was counted anywhere, so there are no shares of a total to rank.")
    return x / np.where(reason == "", n, np.nan) / total, reason


class _Spread:
    """How far the estimates may be off: their standard errors, and their exact reach at a number of them."""

    def __init__(self, df, estimate, part, whole, se, model, better):
        self.estimate, self.better = estimate, better
        self.se = df[se].to_numpy(dtype="float64") if se else None
        self.x = df[part].to_numpy(dtype="float64") if part else None
        self.n = df[whole].to_numpy(dtype="float64") if whole else np.ones(len(df))
        self.is_share = whole is not None and model == "binomial"

    def error(self):
        """The standard error of each estimate, of counts with half a case added: none is no proof of none."""
        if self.se is not None:
            return self.se
        if self.is_share:
            share = (self.x + 0.5) / (self.n + 1)
            return np.sqrt(share * (1 - share) / self.n)
        return np.sqrt(self.x + 0.5) / self.n

    def reach(self, z: float):
        """How far below and above its estimate each row reaches, better rows being above."""
        down, up = self._reach(z)
        return (down, up) if self.better == "high" else (up, down)

    def _reach(self, z: float):
        if self.se is not None:
            return z * self.se, z * self.se
        alpha = 2 * special.ndtr(-z)
        if self.is_share:
            low, high = limits.clopper_pearson(self.x, self.n, alpha)
        else:
            low, high = (limit / self.n for limit in limits.garwood(self.x, alpha))
        return self.estimate - low, high - self.estimate
