"""What the rows of a table say before any number is read: their area, period, indicator, unit and notes."""

from dataclasses import dataclass
from functools import cache

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


@dataclass(frozen=True)
class What:
    """What a row or a column counts: the indicator, its unit, and whether it is the month's or the year's to date."""

    indicator: str | None = None
    unit: str = ""
    measure: str = ""


def read(block: Block, beside: frozenset, skip_unknown: bool) -> dict:
    """Return the keys of the rows that are to be read, as arrays; what is wrong is added to the block's problems.

    row, area (its place in `kinds`), area_total and span_total (the word 合计 where one stands), told (a dict of the
    table's own basis, status, source, note); what and span are places in the lists whats and spans.
    """
    return _Rows(block, beside, skip_unknown).read()


class _Rows:
    """The rows of a table being read, by dimension."""

    def __init__(self, block: Block, beside: frozenset, skip_unknown: bool):
        self.block, self.rows, self.skip_unknown = block, block.sheet.rows, skip_unknown
        self.stubs = {role: [n for n, one in block.stubs.items() if one == role] for role in headings.STUBS}
        self.beside = beside | self._neighbours()

    def read(self) -> dict:
        """The keys of each row that is read; those that only stand there are left out and told."""
        read = {
            "area": (self._area, self.stubs["area"]), "span": (self._span, self.stubs["period"]),
            "what": (self._what, self.stubs["indicator"] + self.stubs["unit"]),
            "told": (self._told, [column for role in TOLD for column in self.stubs[role]]),
        }  # fmt: skip
        lines = [self.rows[row] for row in self.block.body]
        known = {name: self._each_once(lines, *dimension) for name, dimension in read.items()}
        unread = [[one is None for one in found] for found, _ in known.values()]
        odd = np.any([np.array(no)[place] for no, (_, place) in zip(unread, known.values(), strict=True)], axis=0)
        odd |= np.array([_is_example(line) for line in lines], dtype=bool)
        kept = ~odd
        for n in np.flatnonzero(odd).tolist():
            kept[n] = self._read_alone(n, lines[n], read, known)
        return _arrays(np.array(self.block.body, dtype=np.int32), known, kept)

    def _each_once(self, lines: list[list], reader, columns: list[int]) -> tuple[list, np.ndarray]:
        """What each combination of cells says, None where a row is to be looked at alone; their places."""
        told = _cells(lines, columns)
        combinations = dict.fromkeys(told)
        places = {cells: place for place, cells in enumerate(combinations)}
        place = np.array([places[cells] for cells in told], dtype=np.intp)
        found = []
        for cells, first in zip(combinations, np.unique(place, return_index=True)[1].tolist(), strict=True):
            before = len(self.block.problems)
            key = reader(self.block.body[first], columns, cells)
            found.append(key if len(self.block.problems) == before else None)
            del self.block.problems[before:]
        return found, place

    def _read_alone(self, number: int, line: list, read: dict, known: dict) -> bool:
        """Read a row in which something is wrong or to be told, with its own cells; return whether it is kept."""
        if _is_example(line):
            return False
        row, before = self.block.body[number], len(self.block.problems)
        for name, (reader, columns) in read.items():
            found, place = known[name]
            if found[place[number]] is None:
                found.append(reader(row, columns, tuple(line[column] for column in columns)))
                place[number] = len(found) - 1
        if len(self.block.problems) > before and self._is_empty(row):
            del self.block.problems[before:]
            self.block.note(0, "empty_row", row)
            return False
        return known["what"][0][known["what"][1][number]] is not None

    def _is_empty(self, row: int) -> bool:
        stubs = self.block.stubs
        return all(plain(shown(cell)) == "" for n, cell in enumerate(self.rows[row]) if n not in stubs)

    def _area(self, row: int, columns: list[int], cells: tuple) -> tuple[str | None, str]:
        found, total, filled = None, "", False
        for column, cell in zip(columns, cells, strict=True):
            text = plain(shown(cell))
            filled = filled or text != ""
            if text == "" or headings.roles().get(text) == "total":
                total = total or text
                continue
            try:
                code = names.find_area(shown(cell), self.block.lang, frozenset([found]) if found else self.beside)
            except TableError as error:
                self.block.wrong(row, column, str(error))
                return None, ""
            if names.former(shown(cell), code):
                self.block.note(column, "renamed", row, name=shown(cell), now=vocab.area(code, self.block.lang))
            if found and found not in names.lineage(code) and code not in names.lineage(found):
                two = {"one": vocab.area(found, self.block.lang), "other": shown(cell)}
                self.block.wrong(row, column, self.block.text("error.two_areas", **two))
            found = max(found or code, code, key=lambda one: len(names.lineage(one)))
        if columns and not filled:
            self.block.wrong(
                row, columns[0], self.block.text("error.empty_key", missing=self.block.text("column.area"))
            )
        return found, total

    def _span(self, row: int, columns: list[int], cells: tuple) -> tuple[Span, str]:
        found, total = Span(), ""
        for column, cell in zip(columns, cells, strict=True):
            text = plain(shown(cell))
            above = plain(self.rows[self.block.head[-1]][column])
            span = periods.read(cell) or (periods.read(COUNTED[above].format(text)) if above in COUNTED else None)
            if headings.roles().get(text) == "total":
                total = text
            elif text == "":
                self.block.wrong(
                    row, column, self.block.text("error.empty_key", missing=self.block.text("column.period"))
                )
            elif span is None:
                self.block.wrong(row, column, self.block.text("error.period", text=shown(cell)))
            else:
                found = span.within(found)
        return found, total

    def _what(self, row: int, columns: list[int], cells: tuple) -> What | None:
        """What a row counts; None where it is not to be read."""
        inside = len(self.stubs["indicator"])
        unit = next((plain(cell) for cell in cells[inside:] if cell != ""), "")
        parts = [cell for cell in cells[:inside] if plain(shown(cell)) != ""]
        if not inside:
            return What(unit=unit)
        told = heading(parts)
        if not parts:
            self.block.wrong(
                row, columns[0], self.block.text("error.empty_key", missing=self.block.text("column.indicator"))
            )
        elif told.ignored:
            self.block.note(columns[0], "ignored", row, heading=plain(told.ignored))
            return None
        try:
            return What(told.indicator(self.block.lang), unit or told.unit, told.measure)
        except TableError as error:
            if self.skip_unknown:
                self.block.note(columns[0], "skipped", row, heading="".join(told.words))
            else:
                self.block.wrong(row, columns[0], str(error))
            return None

    def _told(self, row: int, columns: list[int], cells: tuple) -> tuple[str, ...]:
        told = {self.block.stubs[column]: _own_words(cell) for column, cell in zip(columns, cells, strict=True)}
        if told.get("status", "") not in (*tables.STATUSES, ""):
            words = {"text": told["status"], "known": ", ".join(tables.STATUSES)}
            self.block.wrong(row, self.stubs["status"][0], self.block.text("error.status", **words))
        return tuple(told.get(role, "") for role in TOLD)

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


def _arrays(rows: np.ndarray, known: dict, kept: np.ndarray) -> dict:
    """The keys of the rows that are kept; spans and what is counted as places in the few that there are."""
    keys = {name: _uniques(found, place[kept]) for name, (found, place) in known.items()}
    (named, area), (spans, span), (whats, what), (told, own) = keys.values()
    areas = places("area")
    codes = np.array([areas[code or ""] for code, _ in named], dtype=np.int32)
    return {
        "row": rows[kept], "area": codes[area], "whats": whats, "what": what, "spans": [one for one, _ in spans],
        "span": span, "area_total": _objects([word for _, word in named])[area],
        "span_total": _objects([word for _, word in spans])[span],
        "told": {f"told_{role}": _objects([one[n] for one in told])[own] for n, role in enumerate(TOLD)},
    }  # fmt: skip


def _objects(texts: list) -> np.ndarray:
    return np.array(texts, dtype=object)


def _uniques(found: list, place: np.ndarray) -> tuple[list, np.ndarray]:
    """What is still used of what was found, each once, and the places therein."""
    used, place = np.unique(place, return_inverse=True)
    told = [found[one] for one in used.tolist()]
    places = {one: n for n, one in enumerate(dict.fromkeys(told))}
    return list(places), np.array([places[one] for one in told], dtype=np.intp)[place]


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
