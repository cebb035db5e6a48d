"""What the next periods may bring, with limits: simple methods first, a richer one only where it has done better."""

import warnings

import numpy as np
import pandas as pd
from scipy import special

from drugstats.stats.series import Settled, settled
from drugstats.tables import TableError, numbers

TOO_SHORT, NO_VARIATION = "too short", "no variation, no limits"
FEWEST, FEWEST_ETS, FEWEST_CYCLES = 5, 20, 3
FIRST_ORIGIN, FIRST_ETS_ORIGIN, MOST_ORIGINS = 3, 10, 12
LEVELS = {"low80": 0.1, "high80": 0.9, "low": 0.025, "high": 0.975}
COLUMNS = ["value", *LEVELS, "p_below", "mase", "method"]
# Each kind: its highest value, its name, the way to a scale without bounds, and the way back into them.
SCALES = {
    "count": (np.inf, " on log(1 + y)", np.log1p, lambda z: np.expm1(np.maximum(z, 0))),
    "share": (1, " on arcsin √y", lambda y: np.arcsin(np.sqrt(y)), lambda z: np.sin(np.clip(z, 0, np.pi / 2)) ** 2),
    "number": (np.inf, "", np.asarray, np.asarray),
}


def forecast(
    df: pd.DataFrame, *, value: str, time: str, horizon: int, by=None, line: float | None = None, kind: str = "count"
) -> pd.DataFrame:
    """Return a row a group and step: n, first, last, step, value, low80, high80, low, high, p_below, mase and method.

    Mean, naive (the last value) and drift; from 20 values without a gap also exponential smoothing, ETS(A,N,N), and
    from three years of months or quarters the naive and ETS(A,N,A) of the same season. The least mean error of
    forecasts made from up to twelve earlier origins, each for up to `horizon` steps, chooses, the simpler one where
    they tie; mase is its error over that of the naive (1: no better than the last value). Limits (80 % and 95 %) are
    closed forms with t: mean sd·√(1 + 1/n), naive σ√h, drift σ√(h(1 + h/(n − 1))) (Hyndman & Athanasopoulos 2021,
    5.5); naive and drift take time as time, so a gap widens and does not bend. They do not know of the choosing: at
    ten values 95 % limits covered 95 % where values were independent and 88 % where they wandered. Nor do they know of
    plans and campaigns to come.

    `kind` is count (limits on log(1 + y), never below 0), share (on arcsin √y, never outside 0–1) or number (any);
    value is the median. p_below is the probability of being under `line` at that step. Provisional, conflicting and
    missing values are left out and counted in `method`; step 1 is the period after the last one used. Below five
    values, or three times the horizon, a group is too short. Raises TableError for a horizon above a third of the
    longest series, and for a series that crosses a basis.
    """
    if kind not in SCALES:
        raise TableError(f"The kind is {kind!r}; use {', '.join(SCALES)}.")
    most, name, forth, back = SCALES[kind]
    y = numbers(df, value, lowest=None if kind == "number" else 0)
    if (y > most).any():
        raise TableError(f"{(y > most).sum()} rows have a {value} above 1; a share is a fraction such as 0.05 for 5 %.")
    if line is not None and not (kind == "number" or 0 <= line <= most):
        raise TableError(f"The line is {line}, which no {kind} can be; give 0.05 for 5 %.")
    table, groups = settled(df, time, by, ~np.isnan(y))
    _check_horizon(horizon, table["n"])

    steps = np.arange(1, horizon + 1)
    told = [_told(group, y[group.rows], steps, line, name, forth, back) for group in groups]
    rows = table.loc[table.index.repeat(horizon)].reset_index(drop=True)
    step = np.tile(steps, len(table))
    rows = rows.assign(**{time: rows["last"].array + step, "step": step})
    return rows.assign(**{column: _spread(told, column, horizon) for column in COLUMNS})


def _check_horizon(horizon, n) -> None:
    if not isinstance(horizon, int | np.integer) or horizon < 1:
        raise TableError(f"The horizon is {horizon}; give a whole number of periods.")
    if n.max() >= FEWEST and horizon > n.max() / 3:
        raise TableError(f"A horizon of {horizon} needs {3 * horizon} values; the longest series has {n.max()}.")


def _told(group: Settled, y, steps, line, name: str, forth, back) -> dict:
    """The columns of one group's forecast."""
    t, horizon = group.t, len(steps)
    if len(y) < max(FEWEST, 3 * horizon):
        return {"method": TOO_SHORT + group.note}
    if np.ptp(y) == 0:
        return {"value": np.full(horizon, y[0]), "method": NO_VARIATION + group.note}
    z, errors = forth(y), _errors(t, y, group.cycle, horizon, forth, back)
    best = min(errors, key=errors.get)
    centre, se, freedom = METHODS[best](t, z, steps, group.cycle)
    told = {level: back(centre + special.stdtrit(freedom, tail) * se) for level, tail in LEVELS.items()}
    if line is not None:
        told["p_below"] = special.stdtr(freedom, (forth(line) - centre) / se)
    told["mase"] = errors[best] / errors["naive"] if errors["naive"] else np.nan
    return {"value": back(centre), **told, "method": best + name + group.note}


def _spread(told: list[dict], column: str, horizon: int):
    """A column of all groups, where one value may stand for all steps of a group."""
    return np.ravel([np.broadcast_to(one.get(column, np.nan), horizon) for one in told])


def _errors(t, y, cycle: int, horizon: int, forth, back) -> dict:
    """The mean absolute error of each method that the series is long enough for, the simplest first."""
    n, unbroken = len(y), t[-1] - t[0] == len(t) - 1
    rich = unbroken and n >= FEWEST_ETS
    seasonal = rich and cycle > 1 and n >= FEWEST_CYCLES * cycle
    fit = [*METHODS][: 3 if not rich else 4 if not seasonal else 6]
    origins = range(max(FIRST_ETS_ORIGIN if rich else FIRST_ORIGIN, n - MOST_ORIGINS), n)
    errors = {name: [] for name in fit}
    for origin in origins:
        ahead = t[origin:] - t[origin - 1]
        ahead = ahead[ahead <= horizon]
        for name in fit if len(ahead) else []:
            centre, _, _ = METHODS[name](t[:origin], forth(y[:origin]), ahead, cycle)
            errors[name].extend(np.abs(back(centre) - y[origin : origin + len(ahead)]))
    return {name: np.mean(made) if made else 0.0 for name, made in errors.items()}


def _mean(t, z, steps, cycle: int):
    return np.full(len(steps), z.mean()), np.full(len(steps), z.std(ddof=1) * np.sqrt(1 + 1 / len(z))), len(z) - 1


def _naive(t, z, steps, cycle: int):
    noise = (np.diff(z) ** 2 / np.diff(t)).mean()
    return np.full(len(steps), z[-1]), np.sqrt(noise * steps), len(z) - 1


def _drift(t, z, steps, cycle: int):
    span = t[-1] - t[0]
    slope = (z[-1] - z[0]) / span
    noise = ((np.diff(z) - slope * np.diff(t)) ** 2 / np.diff(t)).sum() / (len(z) - 2)
    return z[-1] + slope * steps, np.sqrt(noise * steps * (1 + steps / span)), len(z) - 2


def _seasonal_naive(t, z, steps, cycle: int):
    noise = ((z[cycle:] - z[:-cycle]) ** 2).mean()
    return z[len(z) - cycle + (steps - 1) % cycle], np.sqrt(noise * ((steps - 1) // cycle + 1)), len(z) - cycle


def _ets(t, z, steps, cycle: int):
    return _smoothed(z, steps, None)


def _seasonal_ets(t, z, steps, cycle: int):
    return _smoothed(z, steps, cycle)


def _smoothed(z, steps, cycle: int | None):
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    season = {"seasonal": "add", "seasonal_periods": cycle, "initialization_method": "heuristic"} if cycle else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = ETSModel(pd.Series(z), error="add", **season).fit(disp=False)
        ahead = told.get_prediction(start=len(z), end=len(z) + int(steps[-1]) - 1)
    # statsmodels divides by n: the smoothing weights and first states were fitted too.
    freedom = len(z) - 2 - (cycle + 1 if cycle else 0)
    variance = np.asarray(ahead.forecast_variance) * len(z) / freedom
    return ahead.predicted_mean.to_numpy()[steps - 1], np.sqrt(variance)[steps - 1], freedom


METHODS = {
    "mean": _mean, "naive": _naive, "drift": _drift, "ETS(A,N,N)": _ets, "seasonal naive": _seasonal_naive,
    "ETS(A,N,A)": _seasonal_ets,
}  # fmt: skip
