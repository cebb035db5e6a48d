"""Totals against their parts: what adds up is loaded at its own level, what does not is told with both numbers."""

import numpy as np
import pandas as pd

from drugstats import names, vocab
from drugstats.intake.problems import Report, at

SUBTOTAL = "小计"
SUMMED = ("stock", "flow")
COUNTED = ["sum", "known", "parts", "slack"]  # what is told of the parts of a total; slack is what rounding may do
TEXTS = ("area", "indicator", "total", "status")


def reconcile(cells: pd.DataFrame, report: Report) -> pd.DataFrame:
    """Return the numbers of a table with its totals checked against their parts; differences are reported.

    A total of areas becomes the number of the area above them when it covers all of that area's parts; otherwise, and
    every total of periods, it is only checked. A total that does not add up is conflicting.
    """
    if (cells["total"] == "").all():
        return cells
    dtypes = {name: cells[name].dtype for name in TEXTS}
    cells = pd.DataFrame({"total_word": ""} | dict(cells.astype(dict.fromkeys(TEXTS, "str")).items()))
    cells = cells.assign(kind=cells["indicator"].map(vocab.kinds()), segment=_segments(cells))
    parts = cells[cells["total"] == ""]
    told, kept = cells[cells["total"] != ""], [parts]
    for (kind, word, segment, within), rows in told.groupby(["total", "total_word", "segment", "area"], sort=False):
        if kind == "period":
            by = ["area", "indicator"] + ["year"] * bool(rows["year"].all())
            _report_differences(rows, _sums(parts[~parts["running"]], by), report)
            continue
        inside = _inside(parts, word, segment, within)
        wrong = _report_differences(rows, _sums(inside, ["indicator", "year", "first", "last"]), report)
        area = within or _area(set(inside["area"]))
        if area is None:
            report.note(at(rows.iloc[0]), "part_total")
        else:
            kept.append(rows.assign(area=area, status=rows["status"].mask(wrong, "conflicting")))
    left = pd.concat(kept, ignore_index=True).drop(columns=["kind", "segment"])
    return left.astype(dtypes)


def check_levels(numbers: pd.DataFrame, report: Report) -> None:
    """Report each number of an area that is not the sum of all areas below it, where all are told."""
    told = set(numbers["area"].unique())
    above = {vocab.parent(code) for code in told} & told
    summed = [key for key, kind in vocab.kinds().items() if kind in SUMMED]
    usable = numbers[(numbers["status"] != "conflicting") & numbers["indicator"].isin(summed)] if above else numbers
    for area in sorted(above):
        below = vocab.children(area)
        if told.issuperset(below):
            parts = usable[usable["area"].isin(below)]
            sums = _sums(parts.assign(kind="stock"), ["period", "indicator", "basis"])
            sums = sums[sums["parts"] == len(below)]
            _report_differences(usable[usable["area"] == area].assign(total="area"), sums, report)


def _segments(cells: pd.DataFrame) -> np.ndarray:
    """Which run of rows between totals each row belongs to; a table that opens with a total puts totals first."""
    rows = cells.drop_duplicates("row").sort_values("row")
    is_total = (rows["total"] == "area") & (rows["total_word"] != "")
    first = bool(len(is_total)) and bool(is_total.iloc[0])
    before = is_total.shift(fill_value=False)
    number = ((is_total & ~before) if first else (before & ~is_total)).cumsum()
    return cells["row"].map(dict(zip(rows["row"], number, strict=True))).to_numpy()


def _inside(parts: pd.DataFrame, word: str, segment: int, within: str) -> pd.DataFrame:
    """The parts of a total: those below its area where one is named, those of its run for a 小计, else the highest."""
    areas = set(parts["area"])
    if within:
        chosen = {area for area in areas if area != within and within in names.lineage(area)}
    else:
        rows = parts[parts["segment"] == segment] if word == SUBTOTAL else parts
        chosen = set(rows["area"])
        parts = rows
    highest = {area for area in chosen if not set(names.lineage(area)[1:]) & chosen}
    return parts[parts["area"].isin(highest)]


def _sums(parts: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    parts = parts[parts["kind"].isin(SUMMED)]
    exact = parts["step"].where(parts["value"] % 1 == 0, 0.01)
    counted = parts.assign(sum=parts["value"], known=parts["value"].notna(), parts=1, slack=exact / 2)
    groups = counted.groupby(by, observed=True)
    return groups[COUNTED].sum().assign(kind=groups["kind"].first()).reset_index()


def _report_differences(rows: pd.DataFrame, sums: pd.DataFrame, report: Report) -> np.ndarray:
    """Warn of each total that is not the sum of its parts, or below it where some are not known; return which are."""
    by = [name for name in sums.columns if name not in (*COUNTED, "kind")]
    both = rows.merge(sums, on=by, how="left", suffixes=("", "_parts"))
    slack = both["slack"] + np.where(both["value"] % 1 == 0, both["step"], 0.01) / 2 + 1e-9
    off = both["value"] - both["sum"]
    wrong = (off.abs() > slack) & (both["known"] == both["parts"]) | (off < -slack) & (both["known"] > 0)
    # The year's total of a stock is nobody's sum: some write the last month, some nothing that means anything.
    wrong &= (both["kind"] == "flow") | (both["total"] == "area")
    for _, row in both[wrong].iterrows():
        tell_difference(row, row["sum"], report)
    return wrong.to_numpy()


def tell_difference(row: pd.Series, parts: float, report: Report, done: str = "total") -> None:
    """Warn that a total is not the sum of its parts."""
    key = row["indicator"]
    total, parts = (vocab.show_indicator(value, key) for value in (row["value"], parts))
    report.warning(at(row), "total", done, indicator=vocab.indicator(key, report.lang), total=total, sum=parts)


def _area(parts: set[str]) -> str | None:
    """The area that a total speaks for: the lowest above all its parts, if all that lies below it is among them."""
    if not parts:
        return None
    shared = set.intersection(*(set(names.lineage(one)) for one in parts))
    above = [code for code in names.lineage(min(parts))[1:] if code in shared]
    return above[0] if above and set(vocab.children(above[0])) <= parts else None
