"""One table of a sheet, and what was found in it."""

from dataclasses import dataclass
from functools import cached_property

from drugstats.intake.headings import Heading
from drugstats.intake.problems import Report
from drugstats.intake.sheets import Sheet


@dataclass
class Block:
    """One table of a sheet: what stands above it, its heading rows, the heading of each column, and its rows."""

    sheet: Sheet
    titles: list[str]
    head: list[int]
    columns: dict[int, Heading]
    body: list[int]
    report: Report

    @cached_property
    def stubs(self) -> dict[int, str]:
        """The columns that hold keys, with the part each plays."""
        return {column: told.role for column, told in self.columns.items() if told.stub}

    def wrong(self, row: int | None, column: int, what, **words) -> None:
        """Keep what is wrong with a cell, or with a column where no row is named."""
        self.report.error(self._place(row, column), what, **words)

    def note(self, row: int | None, column: int, what: str, **words) -> None:
        """Keep what was done about a cell, or about a column where no row is named."""
        self.report.note(self._place(row, column), what, **words)

    def _place(self, row: int | None, column: int):
        return self.sheet.at(self.head[-1] if row is None else row, column)
