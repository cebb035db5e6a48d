"""What was found in a file, and where: file, sheet, cell, one sentence, and what was done about it."""

from dataclasses import dataclass

import pandas as pd

from drugstats import vocab
from drugstats.names import spoken
from drugstats.tables import TableError

ERROR, WARNING, NOTE = "error", "warning", "note"


@dataclass(frozen=True)
class Problem:
    """One finding; sheet and cell are empty where the whole file is meant.

    An error refuses the file, a warning was read and wants a look, a note says what was done.
    """

    what: str
    file: str
    sheet: str = ""
    cell: str = ""
    severity: str = ERROR
    done: str = ""

    def sentence(self, lang: str) -> str:
        where = "cell" if self.cell else "sheet" if self.sheet else "file"
        return vocab.text(f"error.at_{where}", lang, file=self.file, sheet=self.sheet, cell=self.cell, what=self.what)


COLUMNS = ["severity", "file", "sheet", "cell", "what", "done"]


def table(problems: list[Problem]) -> pd.DataFrame:
    """Return the findings as a table, errors first: severity, file, sheet, cell, what, done."""
    order = {ERROR: 0, WARNING: 1, NOTE: 2}
    rows = [{name: getattr(problem, name) for name in COLUMNS} for problem in problems]
    rows.sort(key=lambda row: order[row["severity"]])
    return pd.DataFrame(rows, columns=COLUMNS, dtype="str")


def refuse(problems: list[Problem], lang: str) -> None:
    """Raise TableError with the first error and how many more there are, and all findings in its `problems`."""
    errors = [problem for problem in problems if problem.severity == ERROR]
    if errors:
        first, more = errors[0].sentence(lang), len(errors) - 1
        error = TableError(vocab.text("error.and_more", lang, first=first, more=more) if more else first)
        error.problems = table(problems)
        raise error


def address(row: int, column: int) -> str:
    """Return the spreadsheet name of a cell, both counted from zero: (4, 2) is C5."""
    return f"{letters(column)}{row + 1}"


def letters(column: int) -> str:
    """Return the letters of a spreadsheet column counted from zero: 2 is C."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def position(place: str) -> tuple[int, int]:
    """Return the row and column of a cell's name, counted from zero: C5 is (4, 2)."""
    named = place.rstrip("0123456789")
    column = 0
    for letter in named:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(place[len(named) :]) - 1, column - 1


def shown(cell) -> str:
    """Return a cell as a person sees it: 202503, not 202503.0."""
    return f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else spoken(cell)
