"""One table of a sheet, and what was found in it."""

from dataclasses import dataclass, field

from drugstats import vocab
from drugstats.intake.headings import Heading
from drugstats.intake.problems import ERROR, NOTE, Problem, address
from drugstats.intake.sheets import Sheet


@dataclass
class Block:
    """One table of a sheet: what stands above it, its heading rows, the heading of each column, and its rows."""

    sheet: Sheet
    titles: list[str]
    head: list[int]
    columns: dict[int, Heading]
    body: list[int]
    lang: str
    problems: list[Problem] = field(default_factory=list)

    @property
    def stubs(self) -> dict[int, str]:
        """The columns that hold keys, with the part each plays."""
        return {column: told.role for column, told in self.columns.items() if told.stub}

    @property
    def sound(self) -> bool:
        return not any(problem.severity == ERROR for problem in self.problems)

    def text(self, key: str, **words) -> str:
        return vocab.text(key, self.lang, **words)

    def area(self, code: str) -> str:
        return vocab.area(code, self.lang)

    def wrong(self, row: int, column: int, what: str) -> None:
        """Keep what is wrong with a cell."""
        self.problems.append(Problem(what, self.sheet.file, self.sheet.name, address(row, column)))

    def note(self, column: int, key: str, row: int | None = None, **words) -> None:
        """Keep what was done about a cell, or about a column where no row is named."""
        place = address(self.head[-1] if row is None else row, column)
        told, done = self.text(f"told.{key}", **words), self.text(f"done.{key}")
        self.problems.append(Problem(told, self.sheet.file, self.sheet.name, place, NOTE, done))
