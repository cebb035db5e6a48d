"""Limits and signals of control charts, for arrays with a row a series and a column a period; knows no table."""

from functools import lru_cache

import numpy as np
from scipy import special

from drugstats.stats import dispersion

SIGNALS = ["", "beyond high", "beyond low", "run high", "run low", "trend high", "trend low"]
SIGNALS += ["two of three high", "two of three low", "crossings"]
SHARES, PRIMED, COUNTED = ("p", "pp"), ("pp", "up"), ("c", "p", "u", "pp", "up")
FEWEST_POINTS, FIRM_POINTS, LEAST_LEVEL = 12, 20, 5
SHIFT, TREND, BEYOND = 8, 6, 2
# As the published tables print them: the mean range of two, its upper limit, Nelson's power.
RANGE_OF_TWO, RANGE_LIMIT, WAIT_POWER = 1.128, 3.267, 3.6
TAIL = special.ndtr(-3)
SIMULATED = 4_000
LOW = f"no run rules: level below {LEAST_LEVEL}, longer periods or waits (g, t) tell more"
TIED = "no run rules: half of the points alike"
ZERO_WAIT = "a wait of 0 has no place on a t chart: use g"


def by_kind(kinds, x, n, base):
    """Return value, centre, low, high (uncut) and z by name, each row by its own kind, and the rows of each note.

    `base` marks the cells that fix the limits. low, high and z are NaN where nothing varies and below 12 such cells.
    """
    cells = {"value": x / n} | {name: np.full(x.shape, np.nan) for name in ("centre", "low", "high", "z")}
    notes = {note: np.zeros(len(x), dtype=bool) for note in (LOW, TIED)}
    for kind in set(kinds):
        rows = kinds == kind
        told, true = limits(kind, x[rows], n[rows], base[rows])
        for name, of in told.items():
            cells[name][rows] = of
        for note, mask in true.items():
            notes.setdefault(note, np.zeros(len(x), dtype=bool))[rows] = mask
    for name in ("low", "high", "z"):
        cells[name][base.sum(axis=1) < FEWEST_POINTS] = np.nan
    limited = ~np.isnan(cells["high"]).all(axis=1)
    return cells, {note: notes[note] & (limited | (note == ZERO_WAIT)) for note in sorted(notes)}


def limits(kind: str, x, n, base):
    """Return centre, low, high and z by name, and the rows of each note, for rows of one kind."""
    value = x / n
    if kind in COUNTED:
        told, notes = _counts(kind, x, n, base)
    elif kind == "g":
        told, notes = _waits(value, base), {}
    elif kind == "t":
        zero = (base & (value == 0)).any(axis=1)
        told, _ = _individuals(value ** (1 / WAIT_POWER), base & ~zero[:, None], screen=False)
        told |= {name: np.maximum(told[name], 0) ** WAIT_POWER for name in ("centre", "low", "high")}
        notes = {ZERO_WAIT: zero}
    else:
        told, notes = _individuals(value, base)
        counts = (~base | (value == np.floor(value)) & (value >= 0)).all(axis=1)
        notes[LOW] = counts & (mean_of(value, base)[:, 0] < LEAST_LEVEL)
    alike = tied(value, base)
    return told, {**notes, TIED: alike, LOW: notes.get(LOW, alike) & ~alike}


def judged(kinds, cells: dict, notes: dict, settled, early, rules: str):
    """Return each cell's place in SIGNALS, where a shift that stands began, and the false-alarm rate of each row."""
    value, *rest = (cells[name] for name in ("value", "centre", "low", "high", "z"))
    known = np.where(settled & ~np.isnan(cells["high"]), value, np.nan)
    code, began = signals(known, *rest, rules)
    plain = ~(notes[TIED] | notes[LOW])
    code[(code > BEYOND) & ~plain[:, None]] = 0
    code[early & (value > cells["high"])] = 1
    points = (~np.isnan(known)).sum(axis=1)
    sets = np.where(plain, rules, "limits").tolist()
    alarm = [false_alarms(int(n), *own) if n else np.nan for n, *own in zip(points, sets, kinds, strict=True)]
    return code, np.where(plain, began, -1), np.array(alarm)


def signals(value, centre, low, high, z, rules: str):
    """Return the place in SIGNALS of each cell's signal, the first that holds, and where a run of 12 still stands.

    Cells of NaN are gaps. Beyond the limits always counts. anhoej (Anhøj & Olesen 2014,
    doi:10.1371/journal.pone.0113825): a run on one side of the centre longer than log2 of the points off the centre,
    rounded, + 3, or fewer crossings than all but 5 % of as many tosses of a coin; points on the centre neither count
    nor break; crossings stand at the last point. classic: 8 points on one side, 6 rising or falling, two of three
    beyond two sigma on one side; a point on the centre breaks a run and a tie a trend. A shift's first column is −1
    where no run longer than Anhøj's limit and of 12 points or more reaches the last point.
    """
    side = np.where(np.isclose(value, centre, rtol=1e-9, atol=0), 0, np.sign(value - centre))
    z = np.where(np.isnan(value), np.nan, z)
    length, first, crossings, pairs = _runs(side, skip=True)
    useful = (first >= 0).sum(axis=1, keepdims=True)
    long = length > np.round(np.log2(np.maximum(useful, 1))) + 3
    end = last_of(first >= 0)
    stands = pick(long, end) & (pick(length, end) >= FEWEST_POINTS)

    few = trend = two = np.zeros(side.shape)
    if rules == "anhoej":
        run = long * side
        few = np.zeros(side.shape, dtype=bool)
        short = crossings < _fewest_crossings(pairs)
        few[np.flatnonzero(short), last_of(~np.isnan(value))[short]] = True
    elif rules == "classic":
        run = (_runs(side, skip=False)[0] >= SHIFT) * side
        trend, two = _trend(value), _two_of_three(z)
    else:
        run = np.zeros(side.shape)
    held = [value > high, value < low, run > 0, run < 0, trend > 0, trend < 0, two > 0, two < 0, few > 0]
    return np.select(held, range(1, len(SIGNALS)), 0), np.where(stands, pick(first, end), -1)


@lru_cache(maxsize=4_096)
def false_alarms(n: int, rules: str = "anhoej", kind: str = "xmr") -> float:
    """Return the chance that n points of pure chance, charted by all of them, show any signal (4,000 simulations).

    Chance is normal values, Poisson counts of about 100, geometric or exponential waits; rules "limits" is none of
    the sets, only the limits.
    """
    draw, size = np.random.default_rng(0), (SIMULATED, n)
    if kind in COUNTED:
        x, kind = draw.poisson(100, size), "up" if kind in PRIMED else "c"
    elif kind == "g":
        x = draw.geometric(0.05, size) - 1
    else:
        x = draw.standard_exponential(size) if kind == "t" else draw.standard_normal(size)
    told, _ = limits(kind, x.astype("float64"), np.ones(size), np.ones(size, dtype=bool))
    code, _ = signals(x, *(told[name] for name in ("centre", "low", "high", "z")), rules)
    return float((code > 0).any(axis=1).mean())


def mean_of(values, mask):
    """Return each row's mean of the masked cells, as a column; NaN where there is none."""
    count = mask.sum(axis=1, keepdims=True)
    return np.where(mask, values, 0).sum(axis=1, keepdims=True) / np.where(count > 0, count, np.nan)


def middle(values, mask):
    """Return each row's lower and upper median of the masked cells, as columns; NaN where there is none."""
    ordered = np.sort(np.where(mask, values, np.nan), axis=1)
    count = mask.sum(axis=1, keepdims=True)
    return [np.take_along_axis(ordered, np.maximum(place, 0) // 2, axis=1) for place in (count - 1, count)]


def tied(values, mask):
    """Return, a row, whether half of the masked cells or more are one value."""
    alike = [((values == at) & mask).sum(axis=1) for at in middle(values, mask)]
    return 2 * np.maximum(*alike) >= np.maximum(mask.sum(axis=1), 1)


def level(kind: str, x, n, base):
    """Return, a row, the count to expect in a period (of shares the smaller of both sides): its median."""
    centre = _pooled(x, n, base)
    expected = n * np.minimum(centre, 1 - centre) if kind in SHARES else n * centre
    return np.mean(middle(expected, base), axis=0)[:, 0]


def _individuals(value, base, screen: bool = True):
    centre = mean_of(value, base)
    ranges, pairs = _moving_ranges(value, base)
    spread = mean_of(ranges, pairs)
    inside = pairs & (ranges <= RANGE_LIMIT * spread)
    whole = (~base | (value == np.floor(value))).all(axis=1)
    # Counts and series that mostly stand still lose their genuine steps to screening.
    screened = screen & (base.sum(axis=1) >= FIRM_POINTS) & ~whole & ~tied(value, base) & (inside != pairs).any(axis=1)
    screened &= mean_of(ranges, inside)[:, 0] > 0
    spread = np.where(screened[:, None], mean_of(ranges, inside), spread)
    return _three_sigma(value, centre, spread / RANGE_OF_TWO), {"outlying moving ranges left out": screened}


def _counts(kind: str, x, n, base):
    """Limits of counts: binomial for shares, else Poisson; Laney's σ_z where primed."""
    model = "binomial" if kind in SHARES else "poisson"
    value, centre = x / n, _pooled(x, n, base)
    chance = np.sqrt(dispersion.variance(n, centre, model))
    sigma_z = np.ones((len(x), 1))
    floored = np.zeros(len(x), dtype=bool)
    if kind in PRIMED:
        sigma_z = mean_of(*_moving_ranges(_three_sigma(value, centre, chance)["z"], base)) / RANGE_OF_TWO
        floored = sigma_z[:, 0] < 1
        sigma_z = np.maximum(sigma_z, 1)
    told = _three_sigma(value, centre, chance * sigma_z)

    few = n * (np.minimum(centre, 1 - centre) if kind in SHARES else centre) < LEAST_LEVEL
    few &= (sigma_z == 1) & ~np.isnan(told["z"])
    size, middles = n[few], np.broadcast_to(centre, n.shape)[few]
    for name, count in zip(("low", "high"), dispersion.interpolated(size, middles, TAIL, model), strict=True):
        told[name][few] = count / size
    notes = {"σ_z raised to 1": floored, f"exact limits where fewer than {LEAST_LEVEL} are expected": few.any(axis=1)}
    return told, notes | {LOW: level(kind, x, n, base) < LEAST_LEVEL}


def _waits(value, base) -> dict:
    """Exact limits of geometric waits (0, 1, 2 …); the median as centre, since half of the waits lie on each side."""
    mean, centre = mean_of(value, base), np.mean(middle(value, base), axis=0)
    decay = np.log1p(1 / np.where(mean > 0, mean, np.nan))
    longer, shorter = np.exp(-decay * value), -np.expm1(-decay * (value + 1))
    z = np.where(value > centre, -special.ndtri(longer), special.ndtri(shorter))
    low, high = -np.log1p(-TAIL) / decay - 1, -np.log(TAIL) / decay
    ends = {"low": np.minimum(low, centre), "high": high, "centre": centre}
    return {"z": z, **{name: np.where(np.isnan(value), np.nan, end) for name, end in ends.items()}}


def _three_sigma(value, centre, sigma) -> dict:
    sigma = np.where(sigma > 0, sigma, np.nan) + 0 * value
    centre = centre + 0 * value
    return {"centre": centre, "low": centre - 3 * sigma, "high": centre + 3 * sigma, "z": (value - centre) / sigma}


def _pooled(x, n, base):
    whole = np.where(base, n, 0).sum(axis=1, keepdims=True)
    return np.where(base, x, 0).sum(axis=1, keepdims=True) / np.where(whole > 0, whole, np.nan)


def _moving_ranges(value, base):
    """The ranges between neighbours and which of them count: none crosses a gap."""
    return np.abs(np.diff(value, axis=1)), base[:, 1:] & base[:, :-1]


def _runs(side, skip: bool):
    """Each cell's length of run and its first column (−1 off any run); crossings and neighbouring pairs a row.

    Cells of 0 neither count nor break with `skip`, else they break; NaN always breaks.
    """
    rows, columns = side.shape
    first = np.full(side.shape, -1)
    last, start, crossings, pairs = np.zeros(rows), np.zeros(rows, dtype=int), np.zeros(rows, int), np.zeros(rows, int)
    for column in range(columns):
        now = side[:, column]
        useful = np.abs(now) == 1
        pairs += useful & (last != 0)
        crossings += useful & (last == -now)
        start = np.where(useful & (last != now), column, start)
        first[:, column] = np.where(useful, start, -1)
        last = np.where(useful, now, np.where((now == 0) & skip, last, 0))
    key = first + columns * np.arange(rows)[:, None]
    length = np.bincount(key[first >= 0], minlength=rows * columns)
    return np.where(first >= 0, length[key], 0), first, crossings, pairs


def _trend(value):
    """1 or −1 on every point of a stretch of 6 that all rise or all fall."""
    step = np.sign(np.diff(value, axis=1))
    hit = np.where(_runs(step, skip=False)[0] >= TREND - 1, step, 0)
    trend = np.zeros(value.shape)
    trend[:, :-1] = hit
    trend[:, 1:] = np.where(hit != 0, hit, trend[:, 1:])
    return trend


def _two_of_three(z):
    far = np.where(np.abs(z) > 2, np.sign(z), 0)
    result = np.zeros(z.shape)
    for sign in (1, -1):
        hit = far == sign
        window = hit[:, :-2].astype(int) + hit[:, 1:-1] + hit[:, 2:] >= 2
        window &= ~(np.isnan(z[:, :-2]) | np.isnan(z[:, 1:-1]) | np.isnan(z[:, 2:]))
        for shift in range(3):
            cells = slice(shift, z.shape[1] - 2 + shift)
            result[:, cells] += sign * (window & hit[:, cells])
    return result


def _fewest_crossings(pairs):
    """R's qbinom(0.05, pairs, 0.5): counted up, where a quantile function may be off by one."""
    most = np.arange(pairs.max(initial=0) + 1)
    chance = special.bdtr(np.minimum(most, most[:, None]), most[:, None], 0.5)
    return np.argmax(chance >= 0.05, axis=1)[pairs]


def last_of(mask):
    """The last column of each row's mask; 0 where there is none."""
    return np.where(mask.any(axis=1), mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1), 0)


def pick(table, column):
    """Return each row's cell in its column."""
    return np.take_along_axis(table, column[:, None], axis=1)[:, 0]
