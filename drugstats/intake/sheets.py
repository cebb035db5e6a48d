"""Files to sheets of plain cells; knows nothing of what the cells mean."""

import csv
import io
import json
import marshal
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path
from threading import Timer

from drugstats import names, vocab
from drugstats.intake import cells, preflight, privacy
from drugstats.intake.preflight import refuse_file
from drugstats.intake.problems import Place, Problem, address, refuse

CSV_SHEET = "CSV"
EVENT_LISTS = ("缴获明细", "seizures")  # in the names of files that list single seizures
SECONDS = 60  # the largest sheet that is read at all takes ten
ENCODINGS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
WIDEST = 1 << 14


@dataclass(frozen=True)
class Sheet:
    """A sheet's cells (text, float, bool or date; empty text for an empty cell) as a rectangle, and what hides them.

    `merged` holds top, left, bottom and right of each merged range.
    """

    file: str
    name: str
    rows: list[list]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    state: str = "Visible"
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)

    def at(self, row: int | None = None, column: int = 0) -> Place:
        """Return the place of a cell, of the whole sheet where no row is named."""
        return Place(self.file, self.name, "" if row is None else address(row, column))


def read(files: list[tuple[Path, str]], lang: str) -> Iterator[tuple[str, list[Sheet], bool]]:
    """Yield name and sheets of each file, given with the name to call it by, and whether it has links to other files.

    Workbooks are parsed in a process of their own, under a limit of memory and time: one that would end the reader
    ends that process alone. Raises TableError for a file that is none, or that seems to hold persons.
    """
    waiting, texts, linked = [], [], set()
    for path, name in files:
        privacy.refuse_name(name, lang)
        for member, inner, content in _contents(path, name, lang):
            match preflight.kind(content, inner, lang):
                case "zip":
                    refuse_file(inner, "error.nested", lang)
                case "text":
                    texts.append((inner, [Sheet(inner, CSV_SHEET, _rectangle(_text(inner, content, lang)))]))
                case kind:
                    waiting.append((str(path), member, kind, inner))
                    linked |= {inner} if kind == "xlsx" and preflight.links(content) else set()
    for name, found in chain(_parsed(waiting, lang), texts):
        found = [sheet for sheet in found if sheet.rows]
        refuse([problem for sheet in found for problem in privacy.persons(sheet, lang)], lang)
        yield name, found, name in linked


def _contents(path: Path, name: str, lang: str) -> Iterator[tuple[str | None, str, bytes]]:
    try:
        content = path.read_bytes()
    except PermissionError:
        refuse_file(name, "error.locked", lang)
    if not (name.lower().endswith(".zip") and preflight.kind(content, name, lang) == "zip"):
        yield None, name, content
        return
    archive, members = zipfile.ZipFile(io.BytesIO(content)), 0
    for member in archive.infolist():
        inner = _member_name(member)
        if member.is_dir() or not is_meant(Path(inner)):
            continue
        members += 1
        privacy.refuse_name(f"{name}/{inner}", lang)
        try:
            yield member.filename, f"{name}/{inner}", archive.read(member)
        except Exception:  # whatever a torn archive makes the library raise
            refuse_file(name, "error.damaged", lang)
    if not members:
        refuse_file(name, "error.empty_file", lang)


def _member_name(member: zipfile.ZipInfo) -> str:
    """Names in archives packed on Chinese Windows are GBK, which the library takes for the letters of old DOS."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def is_meant(file: Path, events: bool = False) -> bool:
    """Return whether a file of a folder is meant: a spreadsheet that cannot be read too, it is refused by name."""
    spreadsheet = file.suffix.lower() in (*preflight.ENDINGS, *preflight.OTHER_SPREADSHEETS, ".zip")
    hidden = file.parent.name == "vocabulary" or file.name.startswith(("~$", ".", "__MACOSX"))
    return spreadsheet and not hidden and events == lists_events(file)


def lists_events(file: Path) -> bool:
    """Return whether a file lists single seizures, as its name says."""
    return any(word in file.stem for word in EVENT_LISTS)


def _parsed(waiting: list, lang: str) -> Iterator[tuple[str, list[Sheet]]]:
    if not waiting:
        return
    command = [sys.executable, "-P", cells.__file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        try:
            child.stdin.write(json.dumps([job[:3] for job in waiting]).encode())
            child.stdin.close()
            names.warm()
            for path, member, kind, name in waiting:
                if kind == "xlsx":  # looked through while the child parses it, for that takes longer
                    preflight.look_through(_content(path, member), name, lang)
                answer = _answer(child)
                if not isinstance(answer, list):
                    refuse_file(name, f"error.{answer}", lang)
                yield name, [_sheet(name, told) for told in answer]
        finally:
            child.kill()


def _content(path: str, member: str | None) -> bytes:
    return Path(path).read_bytes() if member is None else zipfile.ZipFile(path).read(member)


def _answer(child: subprocess.Popen):
    """One file's sheets, or why there are none; a child that died or was stopped has met more than it could bear."""
    watch = Timer(SECONDS, child.kill)
    watch.start()
    try:
        length = struct.unpack("<Q", child.stdout.read(8))[0]
        return marshal.loads(child.stdout.read(length))
    except (struct.error, EOFError, ValueError, TypeError):
        return "exhausting"
    finally:
        watch.cancel()


def _sheet(name: str, told: dict) -> Sheet:
    rows = _rectangle(told.pop("rows"))
    for row, column in told.pop("dates"):
        rows[row][column] = date.fromisoformat(rows[row][column])
    return Sheet(name, rows=rows, **told)


def _rectangle(rows: list[list]) -> list[list]:
    width = max(map(len, rows), default=0)
    return [row if len(row) == width else [*row, *[""] * (width - len(row))] for row in rows]


def _text(name: str, content: bytes, lang: str) -> list[list]:
    text = _decoded(name, content, lang)
    if "\0" in text:
        refuse_file(name, "error.not_workbook", lang)
    lines = text.splitlines() or [""]
    tabs = sum(line.count("\t") for line in lines[:20]) > sum(line.count(",") for line in lines[:20])
    mark = "\t" if tabs else ","
    if text.count(mark) > preflight.MOST_CELLS or max(line.count(mark) for line in lines) >= WIDEST:
        refuse_file(name, "error.too_large", lang)
    reader, rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True), []
    try:
        rows = list(reader)
    except csv.Error:
        refuse_file(name, "error.torn", lang, line=reader.line_num)
    _refuse_torn(name, rows, lang)
    return rows


def _decoded(name: str, content: bytes, lang: str) -> str:
    known = [encoding for mark, encoding in ENCODINGS if content.startswith(mark)] or ["utf-8", "gb18030"]
    for encoding in known:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    refuse_file(name, "error.encoding", lang)


def _refuse_torn(name: str, rows: list[list], lang: str) -> None:
    """A line with fewer or more cells than its table has lost or won a comma: numbers may stand one column off."""
    width = 0
    for line, row in enumerate(rows):
        filled = [cell for cell in row if cell.strip()]
        if not filled:
            width = 0
        elif len(filled) > 1 and not all(":" in cell or "：" in cell for cell in filled):
            if width and len(row) != width:
                what = vocab.text("error.torn", lang, line=line + 1)
                refuse([Problem(what, name, CSV_SHEET, address(line, 0))], lang)
            width = len(row)
