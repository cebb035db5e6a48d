"""What the rows of a table say before any number is read: their area, period, indicator, unit and notes."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from drugstats import names, tables, vocab
from drugstats.intake import headings, periods
from drugstats.intake.block import Block
from drugstats.intake.headings import heading
from drugstats.intake.periods import Span
from drugstats.intake.problems import shown
from drugstats.names import plain
from drugstats.tables import TableError

TOLD = ("basis", "status", "source", "note")
TOTALS = ["", "area", "period"]
EXAMPLES, MARKS = ("示例", "填写示例", "example"), "示填eE"
COUNTED = dict.fromkeys(("月", "月份", "month"), "{}月") | dict.fromkeys(("季度", "quarter"), "{}季度")


class What(NamedTuple):
    """What a row or a column counts: the indicator, its unit, and whether it is the month's or the year's to date."""

    indicator: str | None = None
    unit: str = ""
    measure: str = ""


def read(block: Block, beside: frozenset, skip_unknown: bool) -> dict:
    """Return the keys of the rows that are to be read, as arrays; what is wrong is added to the block's report.

    row, area (its place in `kinds`), area_total and span_total (the word 合计 where one stands), told (a dict of the
    table's own basis, status, source, note); what and span are places in the lists whats and spans.
    """
    rows, keys = _Rows(block, beside, skip_unknown).read()
    if not rows:
        return {}
    (named, area), (spans, span), (whats, what), (told, own) = map(_uniques, zip(*keys, strict=True))
    codes = places("area")
    return {
        "row": np.array(rows, dtype=np.int32), "whats": whats, "what": what, "spans": [one for one, _ in spans],
        "span": span, "area": np.array([codes[code or ""] for code, _ in named], dtype=np.int32)[area],
        "area_total": _objects([word for _, word in named])[area],
        "span_total": _objects([word for _, word in spans])[span],
        "told": {f"told_{role}": _objects([one[n] for one in told])[own] for n, role in enumerate(TOLD)},
    }  # fmt: skip


class _Rows:
    """The rows of a table being read, by dimension."""

    def __init__(self, block: Block, beside: frozenset, skip_unknown: bool):
        self.block, self.rows, self.skip_unknown, self.lang = block, block.sheet.rows, skip_unknown, block.report.lang
        self.stubs = {role: [n for n, one in block.stubs.items() if one == role] for role in headings.STUBS}
        self.remarks = [column for role in TOLD for column in self.stubs[role]]
        self.beside = beside | self._neighbours()

    def read(self) -> tuple[list, list]:
        """The rows that are read and their keys; those that only stand there are left out and told."""
        report, rows, keys = self.block.report, [], []
        readers = {
            self._area: self.stubs["area"], self._span: self.stubs["period"],
            self._what: self.stubs["indicator"] + self.stubs["unit"], self._told: self.remarks,
        }  # fmt: skip
        lines, known = [self.rows[row] for row in self.block.body], [{} for _ in readers]
        told = (_cells(lines, columns) for columns in readers.values())
        for row, line, *cells in zip(self.block.body, lines, *told, strict=True):
            if _is_example(line):
                continue
            before, key = len(report), []
            for read, one, seen in zip(readers, cells, known, strict=True):
                key.append(seen.get(one) or self._key(read, row, one, seen))
            if len(report) > before and self._is_empty(row):
                del report[before:]
                self.block.note(row, 0, "empty_row")
            elif key[2] is not None:
                rows.append(row)
                keys.append(key)
        return rows, keys

    def _key(self, read: Callable, row: int, cells: tuple, known: dict):
        """What some cells of a row say; where all is well with them, the next row that says the same is not read."""
        before = len(self.block.report)
        key = read(row, cells)
        if len(self.block.report) == before:
            known[cells] = key
        return key

    def _is_empty(self, row: int) -> bool:
        stubs = self.block.stubs
        return all(plain(shown(cell)) == "" for n, cell in enumerate(self.rows[row]) if n not in stubs)

    def _area(self, row: int, cells: tuple) -> tuple[str | None, str]:
        found, total, filled = None, "", False
        for column, cell in zip(self.stubs["area"], cells, strict=True):
            text = plain(shown(cell))
            filled = filled or text != ""
            if text == "" or headings.roles().get(text) == "total":
                total = total or text
                continue
            try:
                code = names.find_area(shown(cell), self.lang, frozenset([found]) if found else self.beside)
            except TableError as error:
                self.block.wrong(row, column, error)
                return None, ""
            if names.former(shown(cell), code):
                self.block.note(row, column, "renamed", name=shown(cell), now=vocab.area(code, self.lang))
            if found and found not in names.lineage(code) and code not in names.lineage(found):
                self.block.wrong(row, column, "two_areas", one=vocab.area(found, self.lang), other=shown(cell))
            found = max(found or code, code, key=lambda one: len(names.lineage(one)))
        if cells and not filled:
            self._refuse_empty(row, self.stubs["area"][0], "area")
        return found, total

    def _span(self, row: int, cells: tuple) -> tuple[Span, str]:
        found, total = Span(), ""
        for column, cell in zip(self.stubs["period"], cells, strict=True):
            text = plain(shown(cell))
            above = plain(self.rows[self.block.head[-1]][column])
            span = periods.read(cell) or (periods.read(COUNTED[above].format(text)) if above in COUNTED else None)
            if headings.roles().get(text) == "total":
                total = text
            elif text == "":
                self._refuse_empty(row, column, "period")
            elif span is None:
                self.block.wrong(row, column, "period", text=shown(cell))
            else:
                found = span.within(found)
        return found, total

    def _what(self, row: int, cells: tuple) -> What | None:
        """What a row counts; None where it is not to be read."""
        columns = self.stubs["indicator"]
        parts = [cell for cell in cells[: len(columns)] if plain(shown(cell)) != ""]
        unit = next((plain(cell) for cell in cells[len(columns) :] if cell != ""), "")
        if not columns:
            return What(unit=unit)
        told = heading(parts)
        if not parts:
            self._refuse_empty(row, columns[0], "indicator")
        elif told.ignored:
            return self.block.note(row, columns[0], "ignored", heading=plain(told.ignored))
        try:
            return What(told.indicator(self.lang), unit or told.unit, told.measure)
        except TableError as error:
            if self.skip_unknown:
                return self.block.note(row, columns[0], "skipped", heading="".join(told.words))
            return self.block.wrong(row, columns[0], error)

    def _told(self, row: int, cells: tuple) -> tuple[str, ...]:
        told = {self.block.stubs[column]: _own_words(cell) for column, cell in zip(self.remarks, cells, strict=True)}
        if told.get("status", "") not in (*tables.STATUSES, ""):
            known = ", ".join(tables.STATUSES)
            self.block.wrong(row, self.stubs["status"][0], "status", text=told["status"], known=known)
        return tuple(told.get(role, "") for role in TOLD)

    def _refuse_empty(self, row: int, column: int, missing: str) -> None:
        self.block.wrong(row, column, "empty_key", missing=vocab.text(f"column.{missing}", self.lang))

    def _neighbours(self) -> frozenset:
        cells = {self.rows[row][column] for row in self.block.body for column in self.stubs["area"]}
        return shared_parent(headings.areas_named(plain(shown(cell))) for cell in cells)


def shared_parent(named) -> frozenset:
    """The area above all areas whose names mean one only: it settles which of several of one name the others mean."""
    parents = {vocab.parent(codes[0]) for codes in named if len(codes) == 1} - {""}
    return frozenset(parents if len(parents) == 1 else ())


def _cells(lines: list[list], columns: list[int]) -> list[tuple]:
    return list(zip(*([line[column] for line in lines] for column in columns), strict=True)) or [()] * len(lines)


def _is_example(line: list) -> bool:
    first = line[0] if line and line[0] != "" else next((cell for cell in line if cell != ""), "")
    return isinstance(first, str) and first.lstrip()[:1] in MARKS and plain(first[:10]).startswith(EXAMPLES)


def _own_words(cell) -> str:
    return cell.strip() if isinstance(cell, str) else shown(cell)


def _objects(texts: list) -> np.ndarray:
    return np.array(texts, dtype=object)


def _uniques(found: tuple) -> tuple[list, np.ndarray]:
    """What was found, each once, and the place of each therein."""
    places = {}
    place = np.array([places.setdefault(one, len(places)) for one in found], dtype=np.intp)
    return list(places), place


@cache
def kinds() -> dict[str, pd.CategoricalDtype]:
    """Return the columns that are kept as places in a list, empty text first: a million names would be a burden."""
    return {
        "area": pd.CategoricalDtype(["", *vocab.table("areas").index]),
        "indicator": pd.CategoricalDtype(["", *vocab.table("indicators").index]),
        "total": pd.CategoricalDtype(TOTALS), "status": pd.CategoricalDtype(tables.STATUSES),
    }  # fmt: skip


@cache
def places(name: str) -> dict[str, int]:
    """Return the place of each name in the list of its kind."""
    return {one: place for place, one in enumerate(kinds()[name].categories)}
