"""From a table on a sheet to one row a number, with the cell it stands in; totals are kept apart by name."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from drugstats import names, tables, vocab
from drugstats.intake import rows, units, values
from drugstats.intake.block import Block
from drugstats.intake.context import around
from drugstats.intake.headings import Heading
from drugstats.intake.periods import Span
from drugstats.intake.problems import shown
from drugstats.intake.rows import TOLD, TOTALS, What, places
from drugstats.names import plain
from drugstats.tables import TableError

SPARSE = ("total_word", "said", *(f"told_{role}" for role in TOLD))


@dataclass(frozen=True)
class Column:
    """A column of numbers: what its headings said; the rest comes from its rows or from around the table."""

    number: int
    what: What
    area: str | None
    span: Span
    total: str  # area or period: numbers that only add up others


def read(block: Block, skip_unknown: bool) -> pd.DataFrame:
    """Return one row a number; what is wrong is added to the block's problems with its cell.

    Columns row, column, area, indicator, year, first, last, running, total (area or period where it adds up others),
    value, status, step; and only where there is something to tell total_word, said (in the cell) and told_basis,
    told_status, told_source, told_note (in columns of the table).
    """
    return _Reader(block, skip_unknown).table()


class _Reader:
    """A table being read."""

    def __init__(self, block: Block, skip_unknown: bool):
        self.block, self.cells, self.skip_unknown = block, block.sheet.rows, skip_unknown
        self.context = around(block)
        self.fitted = not self.context.units  # whether the unit told above the table is the unit of anything in it

    def table(self) -> pd.DataFrame:
        columns = [self._column(number, told) for number, told in self.block.columns.items() if not told.stub]
        columns = [column for column in columns if column]
        keys = rows.read(self.block, self.context.beside, self.skip_unknown)
        self._refuse_merged(keys["row"].tolist(), columns)
        if not columns or not len(keys["row"]):
            return pd.DataFrame()
        keys["lines"] = [self.cells[row] for row in keys["row"].tolist()]
        parts = [self._numbers(column, keys) for column in columns]
        if not self.fitted:
            unit = self.context.units[0]
            self.block.wrong(self.block.head[0], columns[0].number, self.block.text("error.unit_above", unit=unit))
        table = {name: np.stack([part[name] for part in parts], axis=1).ravel() for name in parts[0]}
        for name, dtype in rows.kinds().items():
            table[name] = pd.Categorical.from_codes(table[name], dtype=dtype)
        spoken = {name for name in SPARSE if name in table and (table[name] != "").any()}
        return pd.DataFrame({name: column for name, column in table.items() if name not in SPARSE or name in spoken})

    def _column(self, number: int, told: Heading) -> Column | None:
        if told.ignored:
            return self.block.note(number, "ignored", heading=plain(told.ignored))
        try:
            indicator = told.indicator(self.block.lang)
        except TableError as error:
            if self.skip_unknown:
                return self.block.note(number, "skipped", heading="".join(told.words))
            return self.block.wrong(self.block.head[-1], number, str(error))
        if indicator and "indicator" in self.block.stubs.values():
            return self.block.wrong(
                self.block.head[-1], number, self.block.text("error.two_layouts", heading=told.words[-1])
            )
        others, total = self.block.columns.values(), ""
        if told.total and not told.areas and any(one.areas for one in others):
            total = "area"
        elif told.total and not indicator and not told.spans and any(one.spans for one in others):
            total = "period"
        area = self._area(number, told.areas[-1]) if told.areas else None
        what = What(indicator, told.unit, told.measure)
        return Column(number, what, area, told.span() or Span(), total)

    def _area(self, number: int, named: tuple[str, ...]) -> str | None:
        """The one area that a heading means, settled by its neighbours where several have the name."""
        others = (one.areas[-1] for one in self.block.columns.values() if one.areas)
        beside = self.context.beside | rows.shared_parent(others)
        found = [code for code in named if set(names.lineage(code)) & beside] or named
        if len(found) == 1:
            return found[0]
        choices = self.block.text("list_comma").join(f"{one} {vocab.area(vocab.parent(one))}" for one in found)
        words = {"name": vocab.area(found[0]), "choices": choices}
        return self.block.wrong(self.block.head[-1], number, self.block.text("error.area_many", **words))

    def _numbers(self, column: Column, keys: dict) -> dict[str, np.ndarray]:
        both = [self._what(one, column) for one in keys["whats"]]
        measured = [_joined(span, column.span, self.context.span, one.measure or column.what.measure)
                    for one in keys["whats"] for span in keys["spans"]]  # fmt: skip
        span = keys["what"] * len(keys["spans"]) + keys["span"]
        own = "" if keys["area_total"].any() or column.total == "area" else self.context.area
        areas, indicators = places("area"), places("indicator")
        default = areas[column.area or own or ""]
        table = {
            "row": keys["row"], "column": np.full(len(span), column.number, dtype=np.int32),
            "area": np.where(keys["area"] == areas[""], default, keys["area"]),
            "indicator": np.array([indicators[one.indicator or ""] for one in both], dtype=np.int16)[keys["what"]],
            "year": np.array([one.year or 0 for one in measured], dtype=np.int32)[span],
            "first": np.array([one.first or 0 for one in measured], dtype=np.int32)[span],
            "last": np.array([one.last or 0 for one in measured], dtype=np.int32)[span],
            "running": np.array([one.running for one in measured])[span],
            "total": np.where(keys["area_total"] != "", TOTALS.index("area"), np.where(
                keys["span_total"] != "", TOTALS.index("period"), TOTALS.index(column.total))).astype(np.int8),
            "total_word": keys["area_total"],
        }  # fmt: skip
        self._refuse_keyless(table, column)
        cells = [line[column.number] for line in keys["lines"]]
        read, wrong = values.read(cells, both, keys["what"], self.block.lang)
        for place, text in wrong:
            self.block.wrong(self.block.head[-1] if place is None else keys["row"][place], column.number, text)
        return self._with_status(table | read | keys["told"], cells)

    def _what(self, row: What, column: Column) -> What:
        """What a cell counts and in which unit: the row's, the column's, or the one that stands above the table."""
        indicator = row.indicator or column.what.indicator or self.context.indicator
        unit = row.unit or column.what.unit
        self.fitted = self.fitted or unit != ""
        if indicator and not unit:
            own = vocab.table("indicators").at[indicator, "unit"]
            fitting = [word for word in self.context.units if units.factor(word, own) is not None]
            self.fitted = self.fitted or bool(fitting)
            if len(fitting) > 1:
                words = {"one": fitting[0], "other": fitting[1]}
                self.block.wrong(self.block.head[-1], column.number, self.block.text("error.two_units", **words))
            unit = fitting[0] if fitting else ""
        return What(indicator, unit)

    def _with_status(self, table: dict, cells: list) -> dict:
        """The status that the table itself gives, which has to fit its numbers."""
        if "status" not in self.block.stubs.values():
            return table
        own = table["told_status"]
        unfit = (
            (own != "") & (np.isnan(table["value"]) != np.isin(own, tables.NO_VALUE)) & np.isin(own, tables.STATUSES)
        )
        for place in np.flatnonzero(unfit):
            words = {"text": shown(cells[place]) or "—", "status": own[place]}
            self.block.wrong(
                int(table["row"][place]), int(table["column"][place]), self.block.text("error.status_value", **words)
            )
        told = np.array([tables.STATUSES.index(one) if one in tables.STATUSES else -1 for one in own])
        return table | {"status": np.where(told < 0, table["status"], told).astype(np.int8)}

    def _refuse_keyless(self, table: dict, column: Column) -> None:
        """Each number needs an area, a period and an indicator; the first that lacks one speaks for its column."""
        kinds = {
            "area": (table["area"] == 0) & (table["total"] != TOTALS.index("area")), "period": table["year"] == 0,
            "indicator": table["indicator"] == 0,
        }  # fmt: skip
        for name, lacking in kinds.items():
            if lacking.any():
                row = int(table["row"][lacking.argmax()])
                self.block.wrong(
                    row, column.number, self.block.text("error.no_key", missing=self.block.text(f"column.{name}"))
                )

    def _refuse_merged(self, rows: list[int], columns: list[Column]) -> None:
        read, wide = set(rows), {column.number for column in columns}
        for top, left, bottom, right in self.block.sheet.merged:
            if read.intersection(range(top, bottom + 1)) and wide.intersection(range(left, right + 1)):
                self.block.wrong(top, left, self.block.text("error.merged"))


@cache
def _joined(row: Span, column: Span, around: Span, measure: str) -> Span:
    span = row.within(column).within(around)
    if measure == "month":
        return replace(span, first=span.last, running=False)
    if measure == "running" or span.running:
        return replace(span, first=1 if span.last else None, running=True)
    return span
