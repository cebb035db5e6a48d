"""A look at a file before anything parses it: what it truly is, and whether reading it could do harm."""

import io
import re
import zipfile
import zlib
from pathlib import PurePosixPath

from drugstats import vocab
from drugstats.intake.cells import MOST_CELLS, position
from drugstats.intake.problems import Problem, refuse

MOST_MEMBERS = 2_000
MOST_BYTES = 512 << 20
MOST_RATIO = 250  # a sheet of one number repeated packs a hundredfold
SMALL = 32 << 20
ENDINGS = (".xlsx", ".xls", ".et", ".csv", ".tsv")
OTHER_SPREADSHEETS = (".xlsm", ".xlsb", ".ods", ".ett", ".xltx", ".xlt", ".numbers")
# How a cell or row says where it stands; the first way is how all programs write it, and ten times as fast to find.
USUAL, ANY_WAY = rb' r="', rb"""\br\s*=\s*["']"""
ROW_OR_FAR_CELL = rb"(?:(\d{1,9})|([A-Z]{2,3})(\d{1,9})|[A-Z](\d{6,9}))"
# What zipfile raises where the bytes are not as the archive's own list says, ValueError for a part before its start.
SPOILED = (RuntimeError, NotImplementedError, KeyError, ValueError, EOFError, OSError)


def kind(content: bytes, name: str, lang: str) -> str:
    """Return xlsx, xls, text or zip by what the bytes are, not by the ending; raises TableError for anything else."""
    ending = PurePosixPath(name).suffix.lower()
    if ending not in (*ENDINGS, ".zip"):
        refuse_file(name, "error.ending", lang, endings=", ".join((*ENDINGS, ".zip")))
    if not content.removeprefix(b"\xef\xbb\xbf").strip(b"\0 \r\n\t"):
        refuse_file(name, "error.empty_file", lang)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            refuse_file(name, "error.password", lang)
        if "_VBA_PROJECT_CUR".encode("utf-16-le") in content:
            refuse_file(name, "error.macros", lang)
        return "xls"
    if content.startswith((b"\t\x08", b"\t\x04", b"\t\x02")):
        return "xls"
    if content.startswith(b"PK"):
        return _archive(content, name, lang)
    if ending not in (".csv", ".tsv"):
        start = content[:1000].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").replace(b"\0", b"").lower()
        refuse_file(name, "error.web_page" if start.startswith(b"<") else "error.not_workbook", lang)
    return "text"


def _archive(content: bytes, name: str, lang: str) -> str:
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, zlib.error, *SPOILED):
        refuse_file(name, "error.not_workbook", lang)
    if any(member.flag_bits & 1 for member in members):
        refuse_file(name, "error.password", lang)
    total = sum(member.file_size for member in members)
    packed = any(m.file_size > SMALL and m.file_size > MOST_RATIO * max(m.compress_size, 1) for m in members)
    if len(members) > MOST_MEMBERS or total > MOST_BYTES or packed:
        refuse_file(name, "error.too_large", lang)
    paths = [member.filename.replace("\\", "/").lower() for member in members]
    if len(set(paths)) < len(paths) or any(path.startswith("/") or ".." in path.split("/") for path in paths):
        refuse_file(name, "error.odd_archive", lang)
    names = {member.filename for member in members}
    if "xl/workbook.xml" in names:
        if any(path.endswith("vbaproject.bin") for path in paths):
            refuse_file(name, "error.macros", lang)
        return "xlsx"
    if name.lower().endswith(".zip") and "[Content_Types].xml" not in names:
        return "zip"
    refuse_file(name, "error.not_workbook", lang)


def look_through(content: bytes, name: str, lang: str) -> None:
    """Raise TableError when a part of a workbook is damaged, defines its own signs, or spans more than can be read."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    for member in archive.namelist():
        try:
            # Reading a member to its end checks its checksum, which the sheet reader does not: a flipped bit would
            # change a number in silence.
            part = archive.read(member)
        except (zipfile.BadZipFile, zlib.error):
            refuse_file(name, "error.damaged", lang)
        except SPOILED:
            refuse_file(name, "error.not_workbook", lang)
        if member.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in part or part.startswith((b"\xff\xfe", b"\xfe\xff"))):
            refuse_file(name, "error.odd_archive", lang)
        if member.startswith("xl/worksheets/") and _extent(part) > MOST_CELLS:
            refuse_file(name, "error.too_large", lang)


def _extent(xml: bytes) -> int:
    """How many cells the sheet spans: readers set aside memory for them all, whatever its rows and cells call it."""
    start = ANY_WAY if any(way in xml for way in (b" =", b"= ", b"='")) else USUAL
    rows, widths = {1}, {"Z"}
    for match in re.finditer(start + ROW_OR_FAR_CELL, xml):
        rows.add(int(match[1] or match[3] or match[4]))
        widths.add((match[2] or b"Z").decode())
    return max(position(f"{width}1")[1] + 1 for width in widths) * max(rows)


def links(content: bytes) -> bool:
    """Return whether a workbook takes numbers from other workbooks, which only its keeper can bring up to date."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(member.startswith("xl/externalLinks/") for member in archive.namelist())


def refuse_file(name: str, key: str, lang: str, **words) -> None:
    """Raise TableError with one sentence about the whole file."""
    refuse([Problem(vocab.text(key, lang, **words), name)], lang)
