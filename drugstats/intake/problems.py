"""What was found in a file, and where: file, sheet, cell, one sentence, and what was done about it."""

from dataclasses import asdict, dataclass
from typing import NamedTuple

import pandas as pd

from drugstats import vocab
from drugstats.names import spoken
from drugstats.tables import TableError

ERROR, WARNING, NOTE = "error", "warning", "note"
COLUMNS = ["severity", "file", "sheet", "cell", "what", "done"]


class Place(NamedTuple):
    """A cell of a sheet of a file; sheet and cell are empty where the whole is meant."""

    file: str
    sheet: str = ""
    cell: str = ""


@dataclass(frozen=True)
class Problem:
    """One finding: an error refuses the file, a warning was read and wants a look, a note says what was done."""

    what: str
    file: str
    sheet: str = ""
    cell: str = ""
    severity: str = ERROR
    done: str = ""

    def sentence(self, lang: str) -> str:
        where = "cell" if self.cell else "sheet" if self.sheet else "file"
        return vocab.text(f"error.at_{where}", lang, file=self.file, sheet=self.sheet, cell=self.cell, what=self.what)


class Report(list):
    """The findings so far, told in one language; `what` is the last part of a label's key."""

    def __init__(self, lang: str):
        super().__init__()
        self.lang = lang

    @property
    def sound(self) -> bool:
        return not any(problem.severity == ERROR for problem in self)

    def text(self, key: str, **words) -> str:
        return vocab.text(key, self.lang, **words)

    def error(self, place: Place, what: str | TableError, **words) -> None:
        """Keep what refuses the file: a label, or an error that says it already."""
        told = str(what) if isinstance(what, TableError) else self.text(f"error.{what}", **words)
        self.append(Problem(told, *place))

    def warning(self, place: Place, what: str, done: str = "", **words) -> None:
        self._tell(WARNING, place, what, done, words)

    def note(self, place: Place, what: str, done: str = "", **words) -> None:
        self._tell(NOTE, place, what, done, words)

    def _tell(self, severity: str, place: Place, what: str, done: str, words: dict) -> None:
        done = self.text(f"done.{done or what}")
        self.append(Problem(self.text(f"told.{what}", **words), *place, severity, done))

    def refuse(self) -> None:
        refuse(self, self.lang)


def table(problems: list[Problem]) -> pd.DataFrame:
    """Return the findings as a table, errors first: severity, file, sheet, cell, what, done."""
    ordered = sorted(problems, key=lambda problem: (ERROR, WARNING, NOTE).index(problem.severity))
    return pd.DataFrame(map(asdict, ordered), columns=COLUMNS, dtype="str")


def refuse(problems: list[Problem], lang: str) -> None:
    """Raise TableError with the first error and how many more there are, and all findings in its `problems`."""
    errors = [problem for problem in problems if problem.severity == ERROR]
    if errors:
        first, more = errors[0].sentence(lang), len(errors) - 1
        error = TableError(vocab.text("error.and_more", lang, first=first, more=more) if more else first)
        error.problems = table(problems)
        raise error


def at(row: pd.Series) -> Place:
    """Return the place of one number of a table of numbers: columns file, sheet, row and column."""
    return Place(row["file"], row["sheet"], address(int(row["row"]), int(row["column"])))


def address(row: int, column: int) -> str:
    """Return the spreadsheet name of a cell, both counted from zero: (4, 2) is C5."""
    return f"{letters(column)}{row + 1}"


def letters(column: int) -> str:
    """Return the letters of a spreadsheet column counted from zero: 2 is C."""
    above, last = divmod(column, 26)
    return (letters(above - 1) if above else "") + chr(ord("A") + last)


def shown(cell) -> str:
    """Return a cell as a person sees it: 202503, not 202503.0."""
    return f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else spoken(cell)
