"""Interrupted series: how level and slope changed when a campaign began, which is not to say because of it."""

import warnings

import numpy as np
import pandas as pd
from scipy import special

from drugstats.stats.series import settled
from drugstats.tables import TableError, numbers

TOO_SHORT, FEW_EVENTS, UNSTABLE = "too short", "not computed: too few events", "not computed: no stable fit"
HARMONICS = {12: 2, 4: 1, 1: 0}
CHANGES = ["level", "level_low", "level_high", "level_p", "slope", "slope_low", "slope_high", "slope_p"]
TOLD = ["before", "after", *CHANGES, "dispersion", "method"]
CURVE = ["value", "fitted", "expected", "low", "high"]
FEWEST_POINTS, LARGEST_ERROR = 8, 5  # the error on the log scale: limits a factor of e¹⁰ either way say nothing


def effect(
    df: pd.DataFrame, *, events: str, time: str, start, exposure: str | None = None, season: int | None = None,
    control: str | None = None, control_exposure: str | None = None, by=None, slope: bool = True,
) -> pd.DataFrame:  # fmt: skip
    """Return one row a group: n, first, last, before, after, level and slope with _low, _high, _p, dispersion, method.

    Segmented quasi-Poisson with log(exposure) as offset (Lopez Bernal et al. 2017, doi:10.1093/ije/dyw098):
    b0 + b1·t + b2·after + b3·t·after, t counted from `start`, the first period of the campaign. level, exp(b2) − 1, is
    the jump there; slope, exp(b3) − 1, the change of the growth factor in a year (in one unit of a `time` of numbers).
    Decide on `start`, and on slope=False (a jump alone), before looking. `season` is the number of harmonics: 2 for
    months, 1 for quarters, none for years. before and after are the points on either side: below eight, too short.

    Limits (95 %, t) take the larger of the Newey–West error, of int(4(n/100)^(2/9)) lags, and the quasi-Poisson one, a
    dispersion below 1 counted as 1: in simulations of 16 and 48 months Newey–West alone covered 75 % and 87 %, the
    larger one 95 % to 98 %, and 89 % where shocks linger (correlation 0.3). Periods without a value are gaps in time.
    `control` is a column of a comparison series' counts in the same rows, with `control_exposure` (else `exposure`):
    then level and slope are how much more the group changed than its comparison. Provisional, conflicting and missing
    values are left out and counted. Raises TableError for a series that crosses a basis.
    """
    table, fits = _fitted(df, events, time, start, exposure, season, control, control_exposure, by, slope)
    return table.join(pd.DataFrame([told for told, *_ in fits], columns=TOLD))


def counterfactual(df: pd.DataFrame, *, time: str, **roles) -> pd.DataFrame:
    """Return a row a group and point used, for drawing: `time`, value, fitted, expected, low, high and method.

    Arguments and fit are those of `effect`; all are events, or events for one unit of exposure. expected goes on as
    before `start` (with `control`: changes as the comparison did), low and high are limits of that line, not of points.
    """
    table, fits = _fitted(df, time=time, **roles)
    size = [len(rows) for _, rows, _ in fits]
    keys = table.drop(columns=["n", "first", "last"]).loc[table.index.repeat(size)].reset_index(drop=True)
    when = df[time].iloc[[row for _, rows, _ in fits for row in rows]].array
    curve = pd.DataFrame(np.vstack([np.empty((0, len(CURVE))), *(points for *_, points in fits)]), columns=CURVE)
    return keys.assign(**{time: when}).join(curve).assign(method=np.repeat([told["method"] for told, *_ in fits], size))


def _fitted(df, events, time, start, exposure=None, season=None, control=None, control_exposure=None, by=None, slope=1):
    """The groups, and of each what `effect` tells, its rows and the points of its curve."""
    pairs = [(events, exposure)] + ([(control, control_exposure or exposure)] if control else [])
    y = np.array([numbers(df, count) for count, _ in pairs])
    n = np.array([np.ones(len(df)) if one is None else numbers(df, one) for _, one in pairs])
    bare = ((n == 0) & (y > 0)).any(axis=0)
    if bare.any():
        raise TableError(f"{bare.sum()} rows have events but no exposure, the first is row {bare.argmax()}.")
    table, groups = settled(df, time, by, (~np.isnan(y) & (n > 0)).all(axis=0))
    begin, harmonics = _start(df[time], start), _harmonics(season, groups[0].cycle if groups else 1)
    return table, [_fit(group, y[:, group.rows], n[:, group.rows], begin, harmonics, slope) for group in groups]


def _start(times: pd.Series, start) -> float:
    try:
        periods = isinstance(times.dtype, pd.PeriodDtype)
        return pd.Period(str(start), freq=times.dtype.freq).ordinal if periods else float(start)
    except (TypeError, ValueError):
        raise TableError(f"start is {start!r}; give the campaign's first period, written as in the table.") from None


def _harmonics(season: int | None, cycle: int) -> int:
    most = (cycle - 1) // 2
    if season is not None and season not in range(most + 1):
        raise TableError(f"season is {season!r}; with {cycle} periods a year give 0 to {most} harmonics.")
    return HARMONICS[cycle] if season is None else season


def _fit(group, y, n, begin: float, harmonics: int, slope: bool):
    t = (group.t - begin) / group.cycle
    after = t >= 0
    told, none = {"before": (~after).sum(), "after": after.sum()}, np.full((len(t), len(CURVE)), np.nan)
    waves = [wave(2 * np.pi * k * t) for k in range(1, harmonics + 1) for wave in (np.sin, np.cos)]
    x = np.column_stack([np.ones(len(t)), t, *waves, after, *([t * after] if slope else [])])
    if min(told.values()) < FEWEST_POINTS or len(t) - x.shape[1] < FEWEST_POINTS:
        return {**told, "method": TOO_SHORT + group.note}, group.rows, none
    if min((side > 0).sum() for one in y for side in (one[after], one[~after])) < 2:
        return {**told, "method": FEW_EVENTS + group.note}, group.rows, none

    # A comparison has the first set of columns alone; the second set tells how the series differs from it.
    design = x if len(y) == 1 else np.block([[x, x], [x, 0 * x]])
    fit, covariances, dispersion, lags = _model(y, n, design, group.t)
    wanted = np.eye(design.shape[1])[-2 if slope else -1 :]
    b, errors, reach = wanted @ fit.params, _error(wanted, covariances), special.stdtrit(fit.df_resid, 0.975)
    if not fit.converged or not (errors < LARGEST_ERROR).all():
        return {**told, "method": UNSTABLE + group.note}, group.rows, none

    p_values, reached = 2 * special.stdtr(fit.df_resid, -abs(b / errors)), reach * errors
    changes = np.transpose([*np.expm1([b, b - reached, b + reached]), p_values])
    told |= dict(zip(CHANGES, changes.ravel(), strict=False), dispersion=dispersion)
    words = f"quasi-poisson, {harmonics} harmonics, newey-west {lags} lags{', less comparison' if len(y) == 2 else ''}"
    own = design[: len(t)]
    without = own * (wanted.sum(axis=0) == 0)
    line, spread = without @ fit.params, reach * _error(without, covariances)
    curve = [y[0] / n[0], *np.exp([own @ fit.params, line, line - spread, line + spread])]
    return {**told, "method": words + group.note}, group.rows, np.transpose(curve)


def _model(y, n, design, t):
    """The fit, its two covariances and the lags; scores added up by time keep gaps, and shocks that series share."""
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.stats.sandwich_covariance import S_hac_simple

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = GLM(y.ravel(), design, family=Poisson(), offset=np.log(n).ravel()).fit(tol=1e-10, tol_criterion="params")
    scores = np.zeros((t[-1] - t[0] + 1, design.shape[1]))
    np.add.at(scores, np.tile(t - t[0], len(y)), fit.model.score_obs(fit.params, scale=1))
    lags, bread = int(4 * (len(t) / 100) ** (2 / 9)), fit.normalized_cov_params
    newey_west = bread @ S_hac_simple(scores, nlags=lags) @ bread * y.size / fit.df_resid
    dispersion = fit.pearson_chi2 / fit.df_resid
    return fit, [bread * max(dispersion, 1), newey_west], dispersion, lags


def _error(at, covariances):
    """The larger of the standard errors of the line at each row of a design."""
    return np.sqrt(np.max([np.einsum("ij,jk,ik->i", at, one, at) for one in covariances], axis=0))
