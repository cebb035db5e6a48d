"""Counts against a line or against one another: decided by an exact test, never by reading an interval."""

import numpy as np
import pandas as pd
from scipy import special

from drugstats.stats import dispersion
from drugstats.stats.rates import MISSING, NO_WHOLE, PART_ABOVE_WHOLE
from drugstats.tables import TableError, need, numbers

ABOVE, BELOW, AT_LINE, CANNOT_TELL, NOT_COMPUTED = "above", "below", "at the line", "cannot tell", "not computed"
REASONS = ["", MISSING, NO_WHOLE, PART_ABOVE_WHOLE, "not computed: not whole numbers", "not computed: no centre"]
NO_CENTRE = len(REASONS) - 1
MODELS = {"binomial": ("binomial", "beta-binomial"), "poisson": ("poisson", "gamma-poisson")}
POWER = 0.8
LIMITS = ["low95", "high95", "low998", "high998"]
TAIL_95, TAIL_998 = 0.025, 0.001
FEWEST_AREAS = 10
CURVE_POINTS = 150


def judge(
    df: pd.DataFrame, *, line, part: str, whole: str, alpha: float = 0.05, adjust: str = "fdr_bh", test: str = "exact",
    by: str | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Append line, p_value, p_adjusted, tests, false_flags, verdict and detectable for each row's share part / whole.

    `line` is a fraction or the name of a column of fractions. The p-value is the central exact binomial one, twice
    the nearer tail (agrees with Clopper–Pearson limits; Fay 2010, doi:10.1093/biostatistics/kxp050); test="mid-p"
    counts half of the observed point's chance (Lancaster 1961, doi:10.2307/2282247), a choice for screening. `adjust`
    is fdr_bh (Benjamini & Hochberg 1995), fdr_by (Benjamini & Yekutieli 2001), holm (Holm 1979) or none, over all rows
    that can be computed, or over those of each value of `by` (a period): tests is how many, false_flags how many of
    them chance alone may flag at most, before adjustment, if none differed. verdict is above, below, at the line (the
    unrounded share is the line), cannot tell, or not computed (part above whole, nobody counted, missing, not whole
    numbers). detectable is the smallest true share that a row of this size would show above its line with 80 % power,
    before adjustment; NaN where none could. A p-value of 0 is one below 1e-300. Raises TableError for a line outside
    0–1, an unknown adjustment or test.

    >>> counties = pd.DataFrame({"new": [26, 3, 5], "registered": [213, 41, 100]})
    >>> judge(counties, line=0.05, part="new", whole="registered")["verdict"].to_list()
    ['above', 'cannot tell', 'at the line']
    """
    if adjust not in ("fdr_bh", "fdr_by", "holm", "none"):
        raise TableError(f"The adjustment is {adjust!r}; use fdr_bh, fdr_by, holm or none.")
    if test not in ("exact", "mid-p"):
        raise TableError(f"The test is {test!r}; use exact or mid-p.")
    if not 0 < alpha < 1:
        raise TableError(f"alpha is {alpha}; use a number between 0 and 1 such as 0.05.")
    x, n = numbers(df, part), numbers(df, whole)
    at = numbers(df, line) if isinstance(line, str) else np.full(len(df), float(line))
    if ((at <= 0) | (at >= 1)).any():
        raise TableError("A control line is a fraction between 0 and 1, such as 0.05 for 5 %.")

    ready = (n > 0) & (x <= n) & (x == np.floor(x)) & (n == np.floor(n)) & ~np.isnan(at)
    kind, first = _alike(x[ready], n[ready], at[ready])
    one = x[ready][first], n[ready][first], at[ready][first]
    p_value, p_adjusted, detectable = (np.full(len(df), np.nan) for _ in range(3))
    raw = _p_value(*one, test)
    p_value[ready] = raw[kind]
    group = df.groupby(by, dropna=False).ngroup().to_numpy() if by else np.zeros(len(df), dtype=int)
    tests = np.bincount(group[ready], minlength=group.max(initial=0) + 1)[group]
    for one_group in np.unique(group[ready]):
        used, place = np.unique(kind[group[ready] == one_group], return_inverse=True)
        p_adjusted[ready & (group == one_group)] = _adjusted(raw[used], np.bincount(place), adjust)[place]
    detectable[ready] = _by_size(_detectable, *one[1:], alpha, test)[kind]

    # Division rounds a share to the float nearest to it, which is also how a decimal line is read: 5 / 100 == 0.05.
    share = x / np.where(ready, n, np.nan)
    sides = [~ready, share == at, p_adjusted > alpha, share > at]
    return df.assign(
        line=at, p_value=p_value, p_adjusted=p_adjusted, tests=tests, false_flags=tests * alpha,
        verdict=_words(sides, [NOT_COMPUTED, AT_LINE, CANNOT_TELL, ABOVE, BELOW]), detectable=detectable,
    )  # fmt: skip


def funnel(
    df: pd.DataFrame, *, part: str, whole: str, centre=None, model: str = "binomial", per: float = 1,
    overdispersion: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """Append value, centre, low95, high95, low998, high998, z, p_value, outside, phi, phi_p, tau2 and method.

    value is part / whole. `model` is binomial (a share) or poisson (whole is an exposure, or an expected number; value
    and all that goes with it are then events per `per` units of it).
    `centre` is None (the pooled value), "others" (each row against all the others pooled, so that a large area does
    not hide in its own yardstick), or a fixed line as a number or column; it is taken as known. The limits are exact
    and interpolated between counts at the row's own size (Spiegelhalter 2005, doi:10.1002/sim.1970; see
    `dispersion.interpolated`), p_value is the central exact one, z the distance in standard deviations. outside is
    inside, low95, high95, low998, high998 or not computed. It is decided by the exact tail that holds the count: below
    0.025 (0.001) it is outside, which is where p_value is below 0.05 (0.002) and where value passes the limit: the
    three cannot disagree.

    phi and phi_p say whether areas differ beyond chance (NaN for fewer than 10; Pearson z, since zeros stay finite
    and τ² comes out on the scale of the shares). With `overdispersion` tau2 is their variance, and limits and tails
    are those of the beta-binomial or gamma-Poisson; 0 gives the plain ones. τ² is a finding to be explained, not a
    cure. Raises TableError for fewer than 10 areas then, and for an unknown model or a centre out of range.
    """
    if model not in ("binomial", "poisson"):
        raise TableError(f"The model is {model!r}; use binomial or poisson.")
    if per != 1 and model == "binomial" or not 0 < per < np.inf:
        raise TableError(f"per is {per}; a share has none, a rate one above 0 such as 100000.")
    x, n = numbers(df, part), numbers(df, whole) / per
    reason = _reasons(x, n, model)
    at, named = _centre(df, x, n, reason == 0, centre, model)
    reason[(reason == 0) & np.isnan(at)] = NO_CENTRE
    ready = reason == 0
    x, n, at = x[ready], n[ready], at[ready]
    phi, phi_p, tau2 = _excess(x, n, at, model, overdispersion)

    kind, first = _alike(x, n, at)
    placed, words = _placed(x[first], n[first], at[first], model, tau2)
    result = np.full((len(df), placed.shape[1]), np.nan)
    result[ready] = placed[kind]
    outside = np.full(len(df), NOT_COMPUTED, dtype=object)
    outside[ready] = words[kind]
    method = np.array([f"{MODELS[model][tau2 > 0]}, {named}", *REASONS[1:]], dtype=object)[reason]
    columns = dict(zip(["value", "centre", *LIMITS, "z", "p_value"], result.T, strict=True))
    return df.assign(**columns, outside=outside, phi=phi, phi_p=phi_p, tau2=tau2, method=method)


def curve(df: pd.DataFrame, *, whole: str, model: str = "binomial", per: float = 1) -> pd.DataFrame:
    """Return whole, centre, low95, high95, low998 and high998 for drawing: a funnel's limits at about 150 sizes.

    `df` is the result of `funnel` with one centre and the same model and per; the sizes run from its smallest to its
    largest, evenly on a log scale, whole numbers for shares; without a computed row there are none. Flags come from
    `funnel`, never from between two points of this curve. Raises TableError when the centre differs between rows or
    the model is another.
    """
    need(df, "centre", "tau2", "method")
    rows = df[df["centre"].notna()]
    n, limits = numbers(rows, whole), rows[["centre", "tau2"]].drop_duplicates()
    if rows.empty:
        return pd.DataFrame(columns=["whole", "centre", *LIMITS], dtype="float64")
    if len(limits) > 1:
        raise TableError("The centre or tau2 differs between rows: draw each row's own limits, not one curve.")
    if model not in MODELS or not rows["method"].str.startswith(MODELS[model]).all():
        raise TableError(f"This funnel was not computed with the model {model!r}; give the same one.")

    size = np.geomspace(n.min(), n.max(), CURVE_POINTS)
    size = np.unique(np.round(size) if model == "binomial" else size)
    centre, tau2 = limits.iloc[0]
    bounds = _limits(size / per, np.full(len(size), centre), model, tau2)
    return pd.DataFrame({"whole": size, "centre": centre, **dict(zip(LIMITS, bounds.T, strict=True))})


def _p_value(x, n, line, test: str):
    if test == "exact":
        return dispersion.central(x, n, line)[0]
    over = x > n * line
    tails = np.empty(len(x))
    tails[over] = 2 * _mid_tail(x[over], n[over], line[over])
    tails[~over] = 2 * _mid_tail(n[~over] - x[~over], n[~over], 1 - line[~over])
    return np.minimum(tails, 2 - tails)


def _mid_tail(x, n, line):
    return (dispersion.at_least(x, n, line) + dispersion.at_least(x + 1, n, line)) / 2


def _adjusted(p_value, count, adjust: str):
    """Adjusted p-values, each standing for `count` rows; tied rows share the answer of the last (Holm: first) place."""
    if adjust == "none" or not len(p_value):
        return p_value
    order = np.argsort(p_value)
    place, tests = np.cumsum(count[order]), count.sum()
    if adjust == "holm":
        steps = np.maximum.accumulate(p_value[order] * (tests - place + count[order]))
    else:
        harder = (1 / np.arange(1, tests + 1)).sum() if adjust == "fdr_by" else 1
        steps = np.minimum.accumulate((p_value[order] * (harder * tests / place))[::-1])[::-1]
    result = np.empty(len(p_value))
    result[order] = np.minimum(steps, 1)
    return result


def _detectable(n, line, alpha: float, test: str):
    tail = _mid_tail if test == "mid-p" else dispersion.at_least
    start = np.floor(n * line - special.ndtri(alpha / 2) * np.sqrt(n * line * (1 - line)))
    critical, _, _ = dispersion.first_count(lambda x: tail(x, n, line), lambda chance: chance <= alpha / 2, start)
    count = np.minimum(critical, n)
    return np.where(critical <= n, special.betaincinv(count, n - count + 1, POWER), np.nan)


def _reasons(x, n, model: str):
    broken = (x != np.floor(x)) | ((n != np.floor(n)) & (model == "binomial"))
    above = (x > n) & (model == "binomial")
    return np.select([np.isnan(x) | np.isnan(n), n == 0, above, broken], [1, 2, 3, 4], 0)


def _centre(df, x, n, ready, centre, model: str):
    """Each row's centre, NaN where there is none that chance can be reckoned from, and its name."""
    most = 1 if model == "binomial" else np.inf
    if centre is None or (isinstance(centre, str) and centre == "others"):
        own_x, own_n = (0, 0) if centre is None else (x, n)
        rest = np.broadcast_to(n[ready].sum() - own_n, len(x))
        at = (x[ready].sum() - own_x) / np.where(rest > 0, rest, np.nan)
        return np.where((at > 0) & (at < most), at, np.nan), "pooled centre" if centre is None else "centre of others"
    at = numbers(df, centre) if isinstance(centre, str) else np.full(len(df), float(centre))
    if ((at <= 0) | (at >= most)).any():
        kind = "fraction between 0 and 1, such as 0.05 for 5 %" if model == "binomial" else "finite rate above 0"
        raise TableError(f"A centre is a {kind}.")
    return at, "given centre"


def _excess(x, n, centre, model: str, wanted: bool):
    if len(x) < FEWEST_AREAS:
        if wanted:
            raise TableError(f"Overdispersion needs {FEWEST_AREAS} areas that can be computed; here are {len(x)}.")
        return np.nan, np.nan, 0.0
    chance = dispersion.variance(n, centre, model)
    phi, phi_p, tau2 = dispersion.excess((x / n - centre) / np.sqrt(chance), chance)
    if wanted and model == "binomial" and tau2 >= (centre * (1 - centre)).min():
        raise TableError("Shares cannot differ this much round this centre: check that all areas count the same thing.")
    return phi, phi_p, tau2 if wanted else 0.0


def _placed(x, n, centre, model: str, tau2: float):
    """What the funnel says of each count: the numbers, and the word for where it lies."""
    p_value, upper = dispersion.central(x, n, centre, model, tau2)
    z = (x / n - centre) / np.sqrt(dispersion.variance(n, centre, model, tau2))
    limits = _by_size(_limits, n, centre, model, tau2)
    far, very_far = p_value < 2 * TAIL_95, p_value < 2 * TAIL_998
    sides = [very_far & upper, very_far, far & upper, far]
    words = _words(sides, ["high998", "low998", "high95", "low95", "inside"])
    return np.column_stack([x / n, centre, limits, z, p_value]), words


def _limits(n, centre, model: str, tau2: float):
    pairs = (dispersion.interpolated(n, centre, tail, model, tau2) for tail in (TAIL_95, TAIL_998))
    return np.column_stack([limit / n for pair in pairs for limit in pair])


def _by_size(function, n, line, *rest):
    kind, first = _alike(n, line)
    return function(n[first], line[first], *rest)[kind]


def _alike(*columns):
    """The kind of each row and a row of each kind: among months of counties most counts come more than once."""
    key, span = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        own = column.astype(np.int64)
        if (own != column).any() or own.max(initial=0) >= 2**31:
            own = pd.factorize(column)[0]
        if span >= 2**31:  # a product of two such spans still fits into an int64, of three it does not
            key, _ = pd.factorize(key)
            span = len(key)
        width = int(own.max(initial=0)) + 1
        key, span = key * width + own, span * width
    kind, _ = pd.factorize(key)
    first = np.zeros(kind.max(initial=-1) + 1, dtype=np.int64)
    first[kind] = np.arange(len(kind))
    return kind, first


def _words(conditions, words):
    """The word of the first condition that holds, else the last one."""
    return np.array(words, dtype=object)[np.select(conditions, range(len(conditions)), len(conditions))]
