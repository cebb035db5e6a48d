"""What is wrong with a file, and where: file, sheet, cell and one sentence."""

from dataclasses import dataclass
from datetime import datetime

from drugstats import vocab
from drugstats.tables import TableError


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong; sheet and cell are empty where the whole file is meant."""

    what: str
    file: str
    sheet: str = ""
    cell: str = ""

    def sentence(self, lang: str) -> str:
        where = "cell" if self.cell else "sheet" if self.sheet else "file"
        return vocab.text(f"error.at_{where}", lang, file=self.file, sheet=self.sheet, cell=self.cell, what=self.what)


def refuse(problems: list[Problem], lang: str) -> None:
    """Raise TableError with the first problem and how many more there are; nothing when there is none."""
    if problems:
        first, more = problems[0].sentence(lang), len(problems) - 1
        raise TableError(vocab.text("error.and_more", lang, first=first, more=more) if more else first)


def address(row: int, column: int) -> str:
    """Return the spreadsheet name of a cell, both counted from zero: (4, 2) is C5."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def position(place: str) -> tuple[int, int]:
    """Return the row and column of a cell's name, counted from zero: C5 is (4, 2)."""
    letters = place.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(place[len(letters) :]) - 1, column - 1


def shown(cell) -> str:
    """Return a cell as a person sees it: 202503, not 202503.0; a date without its hours."""
    if isinstance(cell, float) and cell.is_integer():
        return f"{cell:.0f}"
    return cell.date().isoformat() if isinstance(cell, datetime) else str(cell)
