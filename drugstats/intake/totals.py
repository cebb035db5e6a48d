"""Totals against their parts: what adds up is loaded at its own level, what does not is told with both numbers."""

import numpy as np
import pandas as pd

from drugstats import names, vocab
from drugstats.intake.problems import NOTE, WARNING, Problem, address
from drugstats.intake.sheets import Sheet

SUBTOTAL = "小计"
SUMMED = ("stock", "flow")
TEXTS = ("area", "indicator", "total", "status")


def reconcile(cells: pd.DataFrame, sheet: Sheet, lang: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the numbers of a table with its totals checked against their parts, and the differences.

    A total of areas becomes the number of the area above them when it covers all of that area's parts; otherwise, and
    every total of periods, it is only checked. A total that does not add up is conflicting.
    """
    if (cells["total"] == "").all():
        return cells, []
    dtypes = {name: cells[name].dtype for name in TEXTS}
    cells = pd.DataFrame({"total_word": ""} | dict(cells.astype(dict.fromkeys(TEXTS, "str")).items()))
    cells = cells.assign(
        kind=cells["indicator"].map(vocab.kinds()), segment=_segments(cells), file=sheet.file, sheet=sheet.name
    )
    parts = cells[cells["total"] == ""]
    told, problems, kept = cells[cells["total"] != ""], [], []
    for (kind, word, segment, within), rows in told.groupby(["total", "total_word", "segment", "area"], sort=False):
        if kind == "period":
            by = ["area", "indicator"] + ["year"] * bool(rows["year"].all())
            problems += _differences(rows, _sums(parts[~parts["running"]], by), lang)
            continue
        inside = _inside(parts, word, segment, within)
        sums = _sums(inside, ["indicator", "year", "first", "last"])
        wrong = _differences(rows, sums, lang)
        problems += wrong
        area = within or _area(set(inside["area"]))
        if area is None:
            problems.append(_told(rows, "told.part_total", "done.part_total", NOTE, lang))
            continue
        places = {problem.cell for problem in wrong}
        bad = [place in places for place in _addresses(rows)]
        kept.append(rows.assign(area=area, status=np.where(bad, "conflicting", rows["status"])))
    left = pd.concat([parts, *kept], ignore_index=True).drop(columns=["kind", "segment", "file", "sheet"])
    return left.astype(dtypes), problems


def levels(numbers: pd.DataFrame, lang: str) -> list[Problem]:
    """Return a warning for each number of an area that is not the sum of all areas below it, where all are told."""
    told, found = set(numbers["area"].unique()), []
    above = {vocab.parent(code) for code in told} & told
    summed = [key for key, kind in vocab.kinds().items() if kind in SUMMED]
    usable = numbers[(numbers["status"] != "conflicting") & numbers["indicator"].isin(summed)] if above else numbers
    for area in sorted(above):
        below = vocab.children(area)
        if not told.issuperset(below):
            continue
        parts = usable[usable["area"].isin(below)]
        sums = _sums(parts.assign(kind="stock"), ["period", "indicator", "basis"])
        sums = sums[sums["parts"] == len(below)]
        found += _differences(usable[usable["area"] == area].assign(total="area"), sums, lang)
    return found


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
    groups = parts.assign(slack=exact / 2).groupby(by, observed=True)
    return groups.agg(
        sum=("value", "sum"), known=("value", "count"), parts=("value", "size"), slack=("slack", "sum"),
        kind=("kind", "first"),
    ).reset_index()  # fmt: skip


def _differences(rows: pd.DataFrame, sums: pd.DataFrame, lang: str) -> list[Problem]:
    """A warning for each total that is not the sum of its parts, or below it where some parts are not known."""
    by = [name for name in sums.columns if name not in ("sum", "known", "parts", "slack", "kind")]
    both = rows.merge(sums, on=by, how="left", suffixes=("", "_parts"))
    # The year's total of a stock is nobody's sum: some write the last month, some nothing that means anything.
    both = both[(both["kind"] == "flow") | (both["total"] == "area")]
    slack = both["slack"] + np.where(both["value"] % 1 == 0, both["step"], 0.01) / 2 + 1e-9
    off = both["value"] - both["sum"]
    wrong = (off.abs() > slack) & (both["known"] == both["parts"]) | (off < -slack) & (both["known"] > 0)
    found = []
    for _, row in both[wrong].iterrows():
        what = vocab.text(
            "told.total", lang, indicator=vocab.indicator(row["indicator"], lang),
            total=vocab.show_indicator(row["value"], row["indicator"], lang),
            sum=vocab.show_indicator(row["sum"], row["indicator"], lang),
        )  # fmt: skip
        done = vocab.text("done.total", lang)
        place = address(int(row["row"]), int(row["column"]))
        found.append(Problem(what, row["file"], row["sheet"], place, WARNING, done))
    return found


def _area(parts: set[str]) -> str | None:
    """The area that a total speaks for: the lowest above all its parts, if all that lies below it is among them."""
    above = (
        [code for code in names.lineage(min(parts))[1:] if all(code in names.lineage(one) for one in parts)]
        if parts
        else []
    )
    return above[0] if above and set(vocab.children(above[0])) <= parts else None


def _told(rows: pd.DataFrame, what: str, done: str, severity: str, lang: str) -> Problem:
    first = rows.iloc[0]
    place = address(int(first["row"]), int(first["column"]))
    return Problem(vocab.text(what, lang), first["file"], first["sheet"], place, severity, vocab.text(done, lang))


def _addresses(rows: pd.DataFrame) -> list[str]:
    return [address(int(row), int(column)) for row, column in zip(rows["row"], rows["column"], strict=True)]
