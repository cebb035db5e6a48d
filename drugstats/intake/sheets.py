"""Files to sheets of plain cells; knows nothing of what the cells mean."""

import csv
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from drugstats import vocab
from drugstats.intake.problems import Problem, refuse

ENDINGS = (".xlsx", ".csv")


@dataclass(frozen=True)
class Sheet:
    """A sheet's cells as read (text, float, bool or date; empty text for an empty cell), row 0 first."""

    file: str
    name: str
    rows: list[list]


def read(path: Path, lang: str) -> list[Sheet]:
    """Return the sheets of a workbook (.xlsx) or text table (.csv); raises TableError for anything else."""
    if path.suffix.lower() not in ENDINGS:
        _refuse(path, "error.ending", lang, endings=", ".join(ENDINGS))
    content = path.read_bytes()
    if not content:
        _refuse(path, "error.empty_file", lang)
    sheets = _workbook(path, content, lang) if path.suffix.lower() == ".xlsx" else [_text_table(path, content, lang)]
    filled = [sheet for sheet in sheets if any(cell != "" for row in sheet.rows for cell in row)]
    if not filled:
        _refuse(path, "error.empty_file", lang)
    return filled


def _workbook(path: Path, content: bytes, lang: str) -> list[Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        # calamine does not check the archive's checksums, so a flipped bit would change a number in silence.
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            broken = archive.testzip()
        if broken:
            _refuse(path, "error.damaged", lang)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [
            Sheet(path.name, name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in book.sheet_names
        ]
    except (zipfile.BadZipFile, CalamineError):
        _refuse(path, "error.not_workbook", lang)


def _text_table(path: Path, content: bytes, lang: str) -> Sheet:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        _refuse(path, "error.encoding", lang)
    if "\0" in text:
        _refuse(path, "error.not_workbook", lang)
    return Sheet(path.name, vocab.text("csv_sheet", lang), list(csv.reader(io.StringIO(text, newline=""))))


def _refuse(path: Path, key: str, lang: str, **words):
    refuse([Problem(vocab.text(key, lang, **words), path.name)], lang)
