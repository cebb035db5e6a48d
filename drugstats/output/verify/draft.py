"""The draft as passages: paragraphs and table cells of .txt, .md and .docx, each with its place."""

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import docx
from docx.oxml.ns import qn
from docx.table import Table

from drugstats import vocab
from drugstats.tables import TableError

LARGEST = 64 << 20
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENDINGS = (".txt", ".md", ".docx")
SIGNS = {qn("w:tab"): "\t", qn("w:br"): " ", qn("w:noBreakHyphen"): "-"}
DELETED = {qn("w:del"), qn("w:moveFrom")}
FIGURE = re.compile(r"[-+]?[\d.,]+")


@dataclass(frozen=True)
class Passage:
    """A paragraph, or a cell with its headings in `context`; places are counted from one, 0 for none."""

    number: int
    text: str
    context: str = ""
    paragraph: int = 0
    table: int = 0
    row: int = 0
    column: int = 0


def read(path, lang: str = "zh") -> list[Passage]:
    """Return the passages of a draft in reading order; raises TableError for what is no readable draft."""
    path = Path(path)
    if path.suffix.lower() not in ENDINGS:
        raise TableError(vocab.text("error.verify_ending", lang, file=path.name, endings=", ".join(ENDINGS)))
    if path.suffix.lower() == ".docx":
        found = passages([_spoken(block) for block in _blocks(opened(path, lang))])
    else:
        found = passages(_lines(_decoded(path, lang)))
    if not any(one.text.strip() for one in found):
        raise TableError(vocab.text("error.draft_empty", lang, file=path.name))
    return found


def passages(blocks: list) -> list[Passage]:
    """Return passages from blocks: a text is a paragraph, a list of rows a table."""
    found, paragraph, table, above = [], 0, 0, ""
    for block in blocks:
        if isinstance(block, str):
            paragraph += bool(block.strip())
            found.append(Passage(len(found), block, paragraph=paragraph))
            above = block if block.strip() else above
            continue
        table += 1
        for row, cells in enumerate(block):
            for column, text in enumerate(cells):
                context = _headings(block, row, column, above) if row and column else ""
                found.append(Passage(len(found), text, context, 0, table, row + 1, column + 1))
    return found


def opened(path: Path, lang: str):
    """Return the Word document of a file; raises TableError where it is locked, old, damaged or far too large."""
    content = _content(path, lang)
    if content.startswith(OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in content
        raise TableError(vocab.text("error.draft_locked" if locked else "error.draft_old", lang, file=path.name))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(member.file_size for member in archive.infolist())
        document = docx.Document(io.BytesIO(content)) if size <= LARGEST else None
    except Exception:  # whatever zip, XML and python-docx make of a damaged file, the reader needs one sentence
        raise TableError(vocab.text("error.draft_damaged", lang, file=path.name)) from None
    if document is None:
        raise TableError(vocab.text("error.draft_large", lang, file=path.name))
    return document


def elements(document) -> list:
    """Return the element of every passage of a Word document, in their order: a paragraph's or a cell's."""
    found = []
    for block in _blocks(document):
        found += [cell for row in block for cell in row] if isinstance(block, list) else [block]
    return found


def paragraphs(element) -> list:
    """Return the paragraph elements of a passage's element."""
    return [element] if element.tag == qn("w:p") else list(element.iter(qn("w:p")))


def runs(paragraph) -> list:
    """Return the run elements of a paragraph, those inserted or linked included, those deleted not."""
    every = paragraph.iter(qn("w:r"))
    return [run for run in every if not any(above.tag in DELETED for above in run.iterancestors())]


def text_of(run) -> str:
    """Return the text of a run element, a tab as a tab and a break as a space."""
    return "".join(part.text or "" if part.tag == qn("w:t") else SIGNS.get(part.tag, "") for part in run)


def _blocks(document) -> list:
    """The elements of paragraphs, and of cells in lists of rows, in reading order."""
    blocks = document.iter_inner_content()
    return [_cells(block._tbl) if isinstance(block, Table) else block._p for block in blocks]


def _spoken(block):
    """The words of a block as it reads with its tracked changes accepted."""
    if isinstance(block, list):
        return [[_spoken(cell) for cell in row] for row in block]
    return " ".join("".join(map(text_of, runs(paragraph))) for paragraph in paragraphs(block))


def _cells(table) -> list[list]:
    """The cell elements of a table by row and column; a merged cell stands in every place it covers."""
    rows = []
    for row in table.tr_lst:
        cells = []
        for cell in row.tc_lst:
            covered = cell.vMerge == "continue" and rows and len(rows[-1]) > len(cells)
            cells += [rows[-1][len(cells)] if covered else cell] * cell.grid_span
        rows.append(cells)
    return rows


def _lines(text: str) -> list:
    """The paragraphs of a plain text, and its tables between bars."""
    blocks = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not (line.strip().startswith("|") and len(cells) > 1):
            blocks.append(re.sub(r"^\s*#+\s*|\*\*|__|`", "", line))
        elif not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            if blocks and isinstance(blocks[-1], list) and len(blocks[-1][0]) == len(cells):
                blocks[-1].append(cells)
            else:
                blocks.append([cells])
    return blocks


def _content(path: Path, lang: str) -> bytes:
    if not path.is_file():
        raise TableError(vocab.text("error.no_file", lang, file=path.name))
    return path.read_bytes()


def _decoded(path: Path, lang: str) -> str:
    content = _content(path, lang)
    codings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for coding in codings:
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise TableError(vocab.text("error.draft_damaged", lang, file=path.name))


def _headings(rows: list, row: int, column: int, above: str) -> str:
    """What stands above and to the left of a cell, and the line over its table."""
    over = [cells[column] for cells in rows[:row] if column < len(cells)]
    named = [cell for cell in (*rows[row][:column], *over) if not FIGURE.match(cell.strip())]
    told = dict.fromkeys(part.strip() for part in (above if len(above) < 60 else "", *named))
    return "，".join(part for part in told if part)
