"""Control charts over time: what ordinary variation allows and what it does not; the causes are for people to name."""

import numpy as np
import pandas as pd

from drugstats.stats import spc_rules
from drugstats.stats.rates import MISSING, NO_WHOLE, PART_ABOVE_WHOLE
from drugstats.stats.series import clock, groups, marked, named, ordered
from drugstats.stats.spc_rules import FEWEST_POINTS, FIRM_POINTS, LEAST_LEVEL, SHARES, SIGNALS, false_alarms
from drugstats.tables import TableError, numbers

__all__ = ["chart", "false_alarms"]

KINDS = {"xmr": "xmr", "c": "c", "p": "p", "u": "u", "pp": "p′", "up": "u′", "g": "g", "t": "t"}
COUNTS, RATIOS, WAITS = ("c", "g", "t"), ("p", "u", "pp", "up"), ("g", "t")
THOUSANDS = 1_000
CONFLICTING = "not computed: conflicting"


def chart(
    df: pd.DataFrame, *, time: str, value: str | None = None, part: str | None = None, whole: str | None = None,
    by: str | list[str] | None = None, kind: str = "auto", rules: str = "anhoej", baseline=None, rebase=None,
    better: str = "none", target: float | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Append value, centre, low, high, signal, variation, assurance, method, segment, suggested and false_alarm.

    Give `value`, a count as `part`, or `part` and `whole`. `time` is a column of periods, or of whole numbers one
    apart (of g and t any numbers, each row an event). Kinds: xmr; c, p, u; pp and up (Laney 2002,
    doi:10.1081/QEN-120003555, σ_z not below 1); g (what passed between events, geometric) and t (time between events,
    Nelson 1994). Counts expected below 5 get exact limits; ranges of xmr above 3.267 times their mean are left out,
    once, from 20 points that are not counts. auto: values xmr, counts c, part and whole p or u, in thousands pp or
    up. low and high are cut at what the value can be; signals come from the uncut ones. Compare months with a season
    like with like first.

    signal is the first that holds of beyond, run, trend, two of three (each high or low) and crossings, of the set
    `rules`: anhoej or classic, told in `spc_rules.signals`. A level below 5 a period, or half of the points alike,
    leaves no rule but the limits. false_alarm is the chance that as many points of pure chance show any signal. Gaps
    and missing values break runs and moving ranges. Provisional rows take no part in limits and runs and signal only
    by being beyond high; conflicting rows are not computed.

    variation speaks of the last settled point: improving or worsening (high or low where `better` is none), unsettled
    (few crossings), common cause, no variation, cannot tell (no limits), too short (below 12 points). assurance: met,
    missed, may or may not, of `target` by the last limits.

    `baseline` is the last period that fixes the first limits, or with periods a number of points. `rebase` is
    {period: cause}, each the first period of a new segment. suggested marks where a run of 12 points or more that
    still stands began: whoever knows its cause may rebase there, nothing does by itself. Raises TableError for a
    series that crosses a basis, a period told twice, a rebase without a cause or without 12 points after it.
    """
    _check(kind, rules, better, target, value, part, whole)
    (table, group), (at, _) = groups(df, time, by), clock(df, time, whole=kind not in WAITS)
    conflicting = marked(df, "conflicting")
    ordered(df, time, by, at, group, ~conflicting)
    starts, causes = _rebases(rebase, df[time])
    many = len(starts) + 1
    segment = np.searchsorted(starts, at, side="right")
    series, column = group * many + segment, _columns(at, group, kind)

    x, n, reason = _rows(df, kind, value, part, whole, conflicting)

    def grid(values):
        field = np.full((len(table) * many, column.max(initial=0) + 1), np.nan)
        field[series[reason == ""], column[reason == ""]] = values[reason == ""]
        return field

    grouped = (np.hstack([grid(of)[place::many] for place in range(many)]) for of in (x, n))
    kinds, why = _kinds(kind, *grouped, part, whole)
    reason[(reason == "") & np.isin(kinds[group], SHARES) & (x > n)] = PART_ABOVE_WHOLE

    x, n, when, early = (grid(of) for of in (x, n, at, marked(df, "provisional")))
    settled, early, kinds, why = early == 0, early == 1, np.repeat(kinds, many), np.repeat(why, many)
    _check_segments(settled.sum(axis=1).reshape(-1, many), table, by)
    base = _based(settled, baseline, many, when, df[time])
    cells, notes = spc_rules.by_kind(kinds, x, n, base)
    code, began, alarm = spc_rules.judged(kinds, cells, notes, settled, early, rules)
    variation, assurance = _words(cells, code, settled, early, base, better, target)
    method = _methods(kinds, why, _lacks(cells, settled, base) | notes, causes)
    filled = settled.any(axis=1).reshape(-1, many)
    last = many * np.arange(len(table)) + np.where(filled, np.arange(many), 0).max(axis=1)
    _cut(cells, settled, kinds)

    ready = reason == ""
    shown = {name: np.where(ready, cells[name][series, column], np.nan) for name in ("value", "centre", "low", "high")}
    return df.assign(
        **shown, signal=np.array(SIGNALS, dtype=object)[np.where(ready, code[series, column], 0)],
        variation=variation[last][group], assurance=assurance[last][group],
        method=np.where(ready, method[series], reason), segment=segment + 1,
        suggested=ready & (column == began[series]) & (series == last[group]), false_alarm=alarm[series],
    )  # fmt: skip


def _check(kind, rules, better, target, value, part, whole) -> None:
    if kind not in ("auto", *KINDS):
        raise TableError(f"The kind is {kind!r}; use auto, {', '.join(KINDS)}.")
    if rules not in ("anhoej", "classic"):
        raise TableError(f"The rules are {rules!r}; use anhoej or classic.")
    if better not in ("low", "high", "none"):
        raise TableError(f"better is {better!r}; use low, high or none.")
    if target is not None and better == "none":
        raise TableError("A target has a direction: give better='low' or better='high'.")
    if (value is None) == (part is None) or (whole is not None and part is None):
        raise TableError("Give a value, a count as part, or part and whole.")
    if (kind in RATIOS and whole is None) or (kind in COUNTS and whole is not None):
        raise TableError(f"A {kind} chart has {'part and whole' if kind in RATIOS else 'no whole'}.")


def _moment(told, column: pd.Series) -> float:
    """A period or number that the user gave, on the scale of the column of times."""
    if not isinstance(column.dtype, pd.PeriodDtype):
        return float(told)
    try:
        period = pd.Period(str(told))
    except ValueError:
        period = None
    if period is None or pd.PeriodDtype(period.freqstr) != column.dtype:
        raise TableError(f"{told} is not a period such as {column.iloc[0]}.")
    return float(period.ordinal)


def _rebases(rebase, column: pd.Series):
    """The first times of the segments after the first one, in order, and their causes."""
    pairs = [] if rebase is None else list(rebase.items() if isinstance(rebase, dict) else rebase)
    for pair in pairs:
        if not isinstance(pair, tuple | list) or len(pair) != 2 or not str(pair[1] or "").strip():
            raise TableError(f"The rebase {pair} names no cause: give the period and what changed.")
    ordered = sorted((_moment(period, column), str(cause)) for period, cause in pairs)
    return np.array([start for start, _ in ordered]), [cause for _, cause in ordered]


def _columns(at, group, kind: str):
    """Each row's column: neighbours stand side by side, one empty column stands for any gap; waits have no gaps."""
    if kind in WAITS:
        order = np.lexsort((at, group))
        column = np.empty(len(at), dtype=int)
        column[order] = np.arange(len(at)) - np.searchsorted(group[order], group[order])
        return column
    told, place = np.unique(at, return_inverse=True)
    return np.append(0, np.cumsum(np.where(np.diff(told) > 1, 2, 1)))[place].astype(int)


def _rows(df: pd.DataFrame, kind: str, value, part, whole, conflicting):
    """Each row's value or count, what it is out of, and why it cannot be computed."""
    x = numbers(df, part or value, lowest=0 if part or kind in COUNTS else None)
    n = numbers(df, whole) if whole else np.ones(len(df))
    reason = np.where(np.isnan(x) | np.isnan(n), MISSING, np.where(n == 0, NO_WHOLE, "")).astype(object)
    reason[conflicting] = CONFLICTING
    return x, n, reason


def _kinds(kind: str, x, n, part, whole):
    """The kind of each group's chart, and why it was chosen."""
    known = ~np.isnan(x)
    if kind != "auto":
        cases = [(known.any(axis=1) | True, kind, "")]
    elif part is None:
        cases = [(known.any(axis=1) | True, "xmr", "values without counts")]
    elif whole is None:
        much = spc_rules.level("c", x, n, known) >= THOUSANDS
        cases = [(much, "xmr", "counts in thousands vary by more than chance"), (~much, "c", "counts")]
    else:
        totals = [np.where(known, of, 0).sum(axis=1) for of in (x, n)]
        exposure = (known & (n != np.floor(n))).any(axis=1) | (totals[0] > totals[1])
        level = np.where(exposure, *(spc_rules.level(of, x, n, known) for of in ("u", "p")))
        large = (level >= LEAST_LEVEL) & (spc_rules.middle(n, known)[0][:, 0] >= THOUSANDS)
        cases = [
            (large & exposure, "up", "exposure in thousands"), (large, "pp", "whole in thousands"),
            (exposure, "u", "events over exposure"), (~exposure, "p", "part of a whole"),
        ]  # fmt: skip
    place = np.select([mask for mask, *_ in cases], range(len(cases)))
    return (np.array(words)[place] for words in list(zip(*cases, strict=True))[1:])


def _check_segments(count, table: pd.DataFrame, by) -> None:
    for number in range(1, count.shape[1]):
        split = count[:, :number].any(axis=1) & count[:, number:].any(axis=1)
        if not split.any():
            raise TableError(f"Rebase {number} has no points on both sides: correct its period.")
        short = split & (count[:, number] < FEWEST_POINTS)
        if short.any():
            row = short.argmax()
            name, points = named(table, by, row), count[row, number]
            raise TableError(f"{name} has {points} points after rebase {number}: wait for {FEWEST_POINTS}.")


def _based(settled, baseline, many: int, when, column: pd.Series):
    """The cells that fix the limits: of a first segment those of the baseline, of the others all."""
    if baseline is None:
        return settled
    if isinstance(baseline, int | np.integer) and isinstance(column.dtype, pd.PeriodDtype):
        within = np.cumsum(settled, axis=1) <= baseline
    else:
        within = when <= _moment(baseline, column)
    base = settled & (within | (np.arange(len(settled)) % many > 0)[:, None])
    if not base[::many].any():
        raise TableError(f"The baseline {baseline} leaves no point to set limits by.")
    return base


def _words(cells, code, settled, early, base, better: str, target):
    """What is said of each series by its last settled point, or a provisional one after it that is beyond high."""
    end = spc_rules.last_of(settled)
    later = (early & (code > 0) & (np.arange(code.shape[1]) > end[:, None])).any(axis=1)
    value, low, high, last = (spc_rules.pick(of, end) for of in (cells["value"], cells["low"], cells["high"], code))
    last = np.where(later, 1, last)
    still = (last == 0) & (~settled | (cells["value"] == value[:, None])).all(axis=1)
    cases = [base.sum(axis=1) < FEWEST_POINTS, still, np.isnan(high)]
    said = {"low": ("worsening", "improving"), "high": ("improving", "worsening"), "none": ("high", "low")}[better]
    said = np.array(["common cause", *said * 4, "unsettled"], dtype=object)[last]
    variation = np.select(cases, ["too short", "no variation", "cannot tell"], said)
    if target is None:
        return variation, np.full(len(value), "")

    low, high = np.where(still, value, [low, high])
    sides = [cases[0] | np.isnan(high), high < target, low > target]
    said = ("met", "missed") if better == "low" else ("missed", "met")
    return variation, np.select(sides, [variation, *said], "may or may not")


def _lacks(cells, settled, base) -> dict:
    """What is lacking, and which series lack it."""
    count, limited = base.sum(axis=1), (~np.isnan(cells["high"])).any(axis=1)
    zero = (~settled | (cells["value"] == 0)).all(axis=1)
    enough = count >= FEWEST_POINTS
    return {
        f"too short: fewer than {FEWEST_POINTS} points to set limits by": ~enough,
        "no limits: all zero, σ undefined": enough & ~limited & zero,
        "no limits: no spread between neighbours to set them by": enough & ~limited & ~zero,
        f"provisional limits: fewer than {FIRM_POINTS} points": limited & (count < FIRM_POINTS),
        "limits of the baseline": count < settled.sum(axis=1),
    }


def _methods(kinds, why, notes: dict, causes):
    """How each series was charted."""
    method = [KINDS[kind] + (f" (auto: {reason})" if reason else "") for kind, reason in zip(kinds, why, strict=True)]
    method = np.array(method, dtype=object)
    for note, mask in notes.items():
        method[mask] += f"; {note}"
    for number, cause in enumerate(causes, start=1):
        method[number :: len(causes) + 1] += f"; rebased: {cause}"
    return method


def _cut(cells, settled, kinds) -> None:
    """Cut limits for drawing: none below 0 where no value is, none above 1 for a share."""
    above = (kinds != "xmr") | ~(settled & (cells["value"] < 0)).any(axis=1)
    cells["low"] = np.where(above[:, None], np.maximum(cells["low"], 0), cells["low"])
    cells["high"] = np.where(np.isin(kinds, SHARES)[:, None], np.minimum(cells["high"], 1), cells["high"])
