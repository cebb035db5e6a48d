"""How much of the weight a few hauls make, and whether a change is one haul's: for heavy-tailed amounts of any kind."""

import numpy as np
import pandas as pd

from drugstats.stats.series import keys, marked, named
from drugstats.tables import TableError, need, numbers

NO_CASES, NOTHING = "not computed: no cases", "not computed: nothing seized"
NOTHING_BEFORE = "not computed: nothing before"
RISE, FALL, CHANCE, ONE_CASE, TOO_FEW = "rise", "fall", "within chance", "one case", "too few"
BOOTSTRAP, NO_LIMITS = "bootstrap 95%", "too few cases for limits"

FEWEST = 6  # cases: of five, even the smallest and the largest hold the median less than 95 times in 100
HAUL = 0.25  # of its time's weight: no lighter case is said to explain a change
DRAWS, TAILS = 2000, (0.025, 0.975)
SINGLE = 1000  # cases drawn one by one; the sum of all lighter ones is as good as normal
AT_ONCE = 4_000_000
COMPARED = [
    "n_before", "n_after", "before", "after", "change", "low", "high", "largest", "without_largest", "ranks_p",
    "verdict", "method",
]  # fmt: skip


def concentration(df: pd.DataFrame, *, value: str, by=None, seed: int = 0) -> pd.DataFrame:
    """Return one row a group of cases: how much of the total the largest few make up.

    Columns: n, total, mean, median, median_low, median_high, largest, largest_share, top_share (of the largest tenth,
    at least one case), hhi (Herfindahl: the sum of squared shares, 1/n to 1), gini (0 to 1 − 1/n) and method. The
    limits (95 %, from six cases on) are percentiles of bootstrapped medians; simulated, they hold 93 to 95 in 100.
    Unknown and conflicting rows are left out.

    >>> cases = pd.DataFrame({"grams": [1, 2, 3, 94]})
    >>> concentration(cases, value="grams")[["mean", "median", "largest_share", "hhi", "gini"]].round(3)
       mean  median  largest_share    hhi  gini
    0  25.0     2.5           0.94  0.885   0.7
    """
    table, group, x, start, n, notes = _cases(df, value, by)
    total = np.where(n > 0, np.bincount(group, x, len(table)), np.nan)
    whole, count = np.where(total > 0, total, np.nan), np.where(n > 0, n, np.nan)
    share, place = x / whole[group], np.arange(len(x)) - start[group] + 1

    def add(parts):
        return np.where(total > 0, np.bincount(group, parts, len(table)), np.nan)

    padded = np.append(x, np.nan)
    at = [padded[np.where(n > 0, start + step, -1)] for step in ((n - 1) // 2, n // 2, n - 1)]
    low, high = _median_limits(x, start, n, seed)
    tenth = place > (n - np.maximum(n // 10, 1))[group]
    words = [NO_CASES, NOTHING, NO_LIMITS]
    return table.assign(
        n=n, total=total, mean=total / count, median=(at[0] + at[1]) / 2, median_low=low, median_high=high,
        largest=at[2], largest_share=at[2] / whole, top_share=add(share * tenth), hhi=add(share**2),
        gini=np.maximum(add(share * (2 * place - n[group] - 1)) / count, 0),
        method=np.select([n == 0, total == 0, n < FEWEST], words, BOOTSTRAP).astype(object) + noted(notes),
    )  # fmt: skip


def lorenz(df: pd.DataFrame, *, value: str, by=None) -> pd.DataFrame:
    """Return each group's Lorenz curve, from the lightest case on: share_of_cases and share_of_weight, from 0 to 1.

    A group without weight has one row, without numbers.
    """
    table, group, x, start, n, _ = _cases(df, value, by)
    total = np.bincount(group, x, len(table))
    size = np.where(total > 0, n + 1, 1)
    owner = np.repeat(np.arange(len(table)), size)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(size) - size, size)
    # Shares, not weights, are added up over all groups, so that a heavy group takes no digit from a light one.
    drawn = np.append(0, np.cumsum(x / np.where(total > 0, total, np.inf)[group]))
    weight = np.minimum(drawn[start[owner] + place] - drawn[start[owner]], 1)
    weight[place == n[owner]] = 1
    cases, some = place / np.maximum(n, 1)[owner], (total > 0)[owner]
    curve = {"share_of_cases": np.where(some, cases, np.nan), "share_of_weight": np.where(some, weight, np.nan)}
    return table.iloc[owner].reset_index(drop=True).assign(**curve)


def change(df: pd.DataFrame, *, value: str, time: str, by=None, seed: int = 0) -> pd.DataFrame:
    """Return one row a group and pair of neighbouring times: how the total of its cases changed, and what explains it.

    Columns: `by`, `time`_before, `time`, n_before, n_after, before, after, change (a fraction), low and high (95 %),
    largest (the largest case of both times), without_largest (the change without it), ranks_p (Mann–Whitney: are cases
    heavier or lighter?), verdict (rise, fall, within chance, one case, too few) and method. The limits are percentiles
    of totals in which each case is drawn a Poisson number of times, since how many there are is chance too; simulated,
    they hold 95 in 100, but 91 to 93 where weights vary as those of seizures do. One case: without the largest, of a
    quarter or more of its time's weight, the sign or the verdict would be another; of thirty cases or fewer that is
    common. Too few: below six cases at a time. A row may also be a month. Unknown and conflicting rows are left out,
    provisional ones named.
    """
    need(df, time)
    if df[time].isna().any():
        raise TableError(f"A row has no {time}: fill it in.")
    when, times = pd.factorize(df[time], sort=True)
    if len(times) == 1:
        raise TableError(f"A change needs two times; the column {time!r} has one.")
    table, _, x, start, n, notes = _cases(df, value, by, when, len(times))
    cases = [x[first : first + size][::-1] for first, size in zip(start, n, strict=True)]
    draws = [_draws(min(n.max(initial=0), SINGLE), seed, side) for side in ("before", "after")]
    after = np.flatnonzero(np.arange(len(n)) % max(len(times), 1))
    told = pd.DataFrame([_compared(cases[at - 1], cases[at], draws) for at in after], columns=COMPARED)
    told = told.astype(dict.fromkeys(COMPARED[2:10], "float64"))
    told["method"] += noted({word: count[after - 1] + count[after] for word, count in notes.items()})
    place, turn = np.divmod(after, max(len(times), 1))
    groups = table.iloc[place].reset_index(drop=True)
    return groups.assign(**{f"{time}_before": times[turn - 1], time: times[turn]}).join(told)


def _compared(before, after, draws) -> dict:
    """What two times' cases, the heaviest first, tell of the change between them."""
    told = {"n_before": len(before), "n_after": len(after), "verdict": TOO_FEW, "method": NO_CASES}
    told |= {name: cases.sum() for name, cases in (("before", before), ("after", after)) if len(cases)}
    if not len(before) or not len(after):
        return told
    told["largest"] = max(before[0], after[0])
    if told["before"] == 0:
        return told | {"method": NOTHING_BEFORE}
    # The largest of both goes, of two alike the later.
    later = int(after[0] >= before[0])
    rest = [before[1 - later :], after[later:]]
    told["change"] = told["after"] / told["before"] - 1
    told["without_largest"] = rest[1].sum() / rest[0].sum() - 1 if rest[0].sum() else np.nan
    if min(len(before), len(after)) < FEWEST:
        return told | {"method": NO_LIMITS}

    from scipy.stats import mannwhitneyu

    drawn = [_resampled(cases, *draw) for cases, draw in zip((before, after), draws, strict=True)]
    low, high = _limits(drawn[0][0], drawn[1][0])
    verdict = _verdict(low, high)
    without = _verdict(*_limits(drawn[0][1 - later], drawn[1][later]))
    turned = np.sign(told["change"]) != np.sign(told["without_largest"])
    if told["largest"] >= HAUL * (told["before"], told["after"])[later] and (turned or without != verdict):
        verdict = ONE_CASE
    ranks = mannwhitneyu(before, after).pvalue
    return told | {"low": low, "high": high, "ranks_p": ranks, "verdict": verdict, "method": BOOTSTRAP}


def _verdict(low: float, high: float) -> str:
    return RISE if low > 0 else FALL if high < 0 else CHANCE


def _limits(before, after):
    """Limits of the change, no upper one where too many draws hold nothing before."""
    ratio = np.sort(np.divide(after, before, out=np.full(DRAWS, np.inf), where=before > 0)) - 1
    low, high = ratio[[int(TAILS[0] * DRAWS), int(TAILS[1] * DRAWS) - 1]]
    return low, high if np.isfinite(high) else np.nan


def _draws(single: int, seed: int, side: str):
    """How often each case is drawn, the heaviest first, and where the sum of all further ones lies."""
    random = np.random.default_rng([seed, side == "after"])
    far = random.standard_normal(DRAWS)
    return random.poisson(1, (single, DRAWS)).astype("float64"), far


def _resampled(cases, times, far):
    """Drawn totals, and those of the same draws without the heaviest case."""
    single, rest = cases[1:SINGLE], cases[SINGLE:]
    others = single @ times[1 : len(single) + 1] + np.maximum(rest.sum() + np.sqrt((rest**2).sum()) * far, 0)
    return cases[0] * times[0] + others, others


def _median_limits(x, start, n, seed: int):
    """The order statistics next to the middle of n draws, drawn at once: n uniform numbers have theirs beta."""
    found = np.full((2, len(n)), np.nan)
    for size in np.unique(n[n >= FEWEST]):
        random, middle = np.random.default_rng([seed, size]), (size + 1) // 2
        near = random.beta(middle, size + 1 - middle, DRAWS)
        far = near if size % 2 else near + (1 - near) * random.beta(1, size - middle, DRAWS)
        places = np.minimum(np.array([near, far]) * size, size - 1).astype(int)
        places, times = np.unique(places, axis=1, return_counts=True)
        groups = np.flatnonzero(n == size)
        for some in np.array_split(groups, -(-len(groups) * len(times) // AT_ONCE)):
            medians = x[start[some][:, None, None] + places].mean(axis=1)
            order = medians.argsort(axis=1)
            below = times[order].cumsum(axis=1)
            for side, tail in enumerate(TAILS):
                place = np.take_along_axis(order, (below < tail * DRAWS).sum(axis=1)[:, None], axis=1)
                found[side, some] = np.take_along_axis(medians, place, axis=1)[:, 0]
    return found


def _cases(df: pd.DataFrame, value: str, by, when=0, times: int = 1):
    """The groups; of the cases used, in order of weight, group (and time) and weight; and how they lie there."""
    x, conflicting = numbers(df, value), marked(df, "conflicting")
    table, group = grouped(df, by, "n", "total", *COMPARED)
    cell, cells = group * times + when, len(table) * times
    unknown = np.isnan(x) & ~conflicting
    rows = np.flatnonzero(~unknown & ~conflicting)
    rows = rows[np.lexsort((x[rows], cell[rows]))]
    start, end = np.searchsorted(cell[rows], [np.arange(cells), np.arange(1, cells + 1)])
    notes = {"conflicting left out": conflicting, "without a weight left out": unknown}
    notes["provisional"] = marked(df, "provisional") & ~unknown
    notes = {word: np.bincount(cell[meant], minlength=cells) for word, meant in notes.items()}
    return table, cell[rows], x[rows], start, end - start, notes


def noted(counts: dict):
    """Return of each group, as a text to follow its method, how many rows there are of each kind."""
    notes = [[f", {n} {word}" if n else "" for n in count] for word, count in counts.items()]
    return np.array(["".join(note) for note in zip(*notes, strict=True)], dtype=object)


def grouped(df: pd.DataFrame, by, *results: str):
    """Return the groups of `by`, a row each, and the number of each row's group.

    Raises TableError for a row without a group, a group of two bases and a key that a column of `results` would hide.
    """
    need(df, *keys(by))
    if set(keys(by)) & set(results):
        raise TableError(f"by is {by!r}; name columns that are not results themselves, such as n or method.")
    for key in keys(by):
        if df[key].isna().any():
            raise TableError(f"A row has no {key}: fill it in.")
    table, group = pd.DataFrame(index=[0]), np.zeros(len(df), dtype=np.int64)
    if keys(by):
        grouped = df.groupby(keys(by), observed=True)
        table, group = grouped.size().index.to_frame(index=False), grouped.ngroup().to_numpy()
    if "basis" in df and "basis" not in keys(by):
        _refuse_bases(df, by, group)
    return table, group


def _refuse_bases(df: pd.DataFrame, by, group) -> None:
    rows = np.flatnonzero(~marked(df, "conflicting"))
    code = pd.factorize(df["basis"])[0]
    first = np.zeros(len(df), dtype=np.int64)
    first[group[rows[::-1]]] = rows[::-1]
    other = code[rows] != code[first[group[rows]]]
    if other.any():
        row = rows[other.argmax()]
        one, two = (df["basis"].iloc[place] for place in (first[group[row]], row))
        raise TableError(
            f"{named(df, by, row)} stands on the bases {one} and {two}: they do not add up, so choose one, or name "
            "basis in by."
        )
