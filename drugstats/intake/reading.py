"""From a table on a sheet to one row a number, with the cell it stands in; totals are kept apart by name."""

from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from drugstats import names, vocab
from drugstats.intake import rows, units, values
from drugstats.intake.block import Block
from drugstats.intake.context import around
from drugstats.intake.headings import Heading
from drugstats.intake.periods import Span
from drugstats.intake.rows import TOLD, TOTALS, What, places
from drugstats.names import plain
from drugstats.tables import TableError

SPARSE = ("total_word", "said", *(f"told_{role}" for role in TOLD))


class Column(NamedTuple):
    """A column of numbers: what its headings said; the rest comes from its rows or from around the table."""

    number: int
    what: What
    area: str | None
    span: Span
    total: str  # area or period: numbers that only add up others


def read(block: Block, skip_unknown: bool) -> pd.DataFrame:
    """Return one row a number; what is wrong is added to the block's report with its cell.

    Columns row, column, area, indicator, year, first, last, running, total (area or period where it adds up others),
    value, status, step; and only where there is something to tell total_word, said (in the cell) and told_basis,
    told_status, told_source, told_note (in columns of the table).
    """
    return _Reader(block, skip_unknown).table()


class _Reader:
    """A table being read."""

    def __init__(self, block: Block, skip_unknown: bool):
        self.block, self.skip_unknown, self.lang = block, skip_unknown, block.report.lang
        self.context = around(block)
        self.fitted = not self.context.units  # whether the unit told above the table is the unit of anything in it

    def table(self) -> pd.DataFrame:
        columns = [self._column(number, told) for number, told in self.block.columns.items() if not told.stub]
        columns = [column for column in columns if column]
        keys = rows.read(self.block, self.context.beside, self.skip_unknown)
        if not columns or not keys:
            return pd.DataFrame()
        self._refuse_merged(keys["row"].tolist(), columns)
        keys["lines"] = [self.block.sheet.rows[row] for row in keys["row"].tolist()]
        parts = [self._numbers(column, keys) for column in columns]
        if not self.fitted:
            self.block.wrong(self.block.head[0], columns[0].number, "unit_above", unit=self.context.units[0])
        table = {name: np.stack([part[name] for part in parts], axis=1).ravel() for name in parts[0]}
        for name, dtype in rows.kinds().items():
            table[name] = pd.Categorical.from_codes(table[name], dtype=dtype)
        silent = {name for name in SPARSE if (table[name] == "").all()}
        return pd.DataFrame({name: column for name, column in table.items() if name not in silent})

    def _column(self, number: int, told: Heading) -> Column | None:
        if told.ignored:
            return self.block.note(None, number, "ignored", heading=plain(told.ignored))
        try:
            indicator = told.indicator(self.lang)
        except TableError as error:
            if self.skip_unknown:
                return self.block.note(None, number, "skipped", heading="".join(told.words))
            return self.block.wrong(None, number, error)
        if indicator and "indicator" in self.block.stubs.values():
            return self.block.wrong(None, number, "two_layouts", heading=told.words[-1])
        others, total = self.block.columns.values(), ""
        if told.total and not told.areas and any(one.areas for one in others):
            total = "area"
        elif told.total and not indicator and not told.spans and any(one.spans for one in others):
            total = "period"
        area = self._area(number, told.areas[-1]) if told.areas else None
        return Column(number, What(indicator, told.unit, told.measure), area, told.span() or Span(), total)

    def _area(self, number: int, named: tuple[str, ...]) -> str | None:
        """The one area that a heading means, settled by its neighbours where several have the name."""
        others = (one.areas[-1] for one in self.block.columns.values() if one.areas)
        beside = self.context.beside | rows.shared_parent(others)
        found = [code for code in named if set(names.lineage(code)) & beside] or named
        if len(found) == 1:
            return found[0]
        choices = vocab.text("list_comma", self.lang).join(f"{one} {vocab.area(vocab.parent(one))}" for one in found)
        return self.block.wrong(None, number, "area_many", name=vocab.area(found[0]), choices=choices)

    def _numbers(self, column: Column, keys: dict) -> dict[str, np.ndarray]:
        both = [self._what(one, column) for one in keys["whats"]]
        spans = [_joined(span, column.span, self.context.span, one.measure or column.what.measure)
                 for one in keys["whats"] for span in keys["spans"]]  # fmt: skip
        span = keys["what"] * len(keys["spans"]) + keys["span"]
        own = "" if keys["area_total"].any() or column.total == "area" else self.context.area
        areas, indicators = places("area"), places("indicator")
        table = {
            "row": keys["row"], "column": np.full(len(span), column.number, dtype=np.int32),
            "area": np.where(keys["area"] == areas[""], areas[column.area or own or ""], keys["area"]),
            "indicator": np.array([indicators[one.indicator or ""] for one in both], dtype=np.int16)[keys["what"]],
            "year": np.array([one.year or 0 for one in spans], dtype=np.int32)[span],
            "first": np.array([one.first or 0 for one in spans], dtype=np.int32)[span],
            "last": np.array([one.last or 0 for one in spans], dtype=np.int32)[span],
            "running": np.array([one.running for one in spans])[span],
            "total": np.where(keys["area_total"] != "", TOTALS.index("area"), np.where(
                keys["span_total"] != "", TOTALS.index("period"), TOTALS.index(column.total))).astype(np.int8),
            "total_word": keys["area_total"],
        }  # fmt: skip
        self._refuse_keyless(table, column)
        cells = [line[column.number] for line in keys["lines"]]

        def wrong(place: int | None, what: str, **words) -> None:
            self.block.wrong(None if place is None else int(keys["row"][place]), column.number, what, **words)

        table |= values.read(cells, both, keys["what"], self.lang, wrong) | keys["told"]
        if "status" in self.block.stubs.values():
            table["status"] = values.with_status(cells, table, wrong)
        return table

    def _what(self, row: What, column: Column) -> What:
        """What a cell counts and in which unit: the row's, the column's, or the one that stands above the table."""
        indicator = row.indicator or column.what.indicator or self.context.indicator
        unit = row.unit or column.what.unit
        if indicator and not unit:
            own = vocab.table("indicators").at[indicator, "unit"]
            fitting = [word for word in self.context.units if units.factor(word, own) is not None]
            if len(fitting) > 1:
                self.block.wrong(None, column.number, "two_units", one=fitting[0], other=fitting[1])
            unit = fitting[0] if fitting else ""
        self.fitted = self.fitted or unit != ""
        return What(indicator, unit)

    def _refuse_keyless(self, table: dict, column: Column) -> None:
        """Each number needs an area, a period and an indicator; the first that lacks one speaks for its column."""
        kinds = {
            "area": (table["area"] == 0) & (table["total"] != TOTALS.index("area")), "period": table["year"] == 0,
            "indicator": table["indicator"] == 0,
        }  # fmt: skip
        for name, lacking in kinds.items():
            if lacking.any():
                row = int(table["row"][lacking.argmax()])
                self.block.wrong(row, column.number, "no_key", missing=vocab.text(f"column.{name}", self.lang))

    def _refuse_merged(self, rows: list[int], columns: list[Column]) -> None:
        read, wide = set(rows), {column.number for column in columns}
        for top, left, bottom, right in self.block.sheet.merged:
            if read.intersection(range(top, bottom + 1)) and wide.intersection(range(left, right + 1)):
                self.block.wrong(top, left, "merged")


@cache
def _joined(row: Span, column: Span, around: Span, measure: str) -> Span:
    span = row.within(column).within(around)
    if measure == "month":
        return span._replace(first=span.last, running=False)
    if measure == "running" or span.running:
        return span._replace(first=1 if span.last else None, running=True)
    return span
