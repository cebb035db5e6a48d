"""The draft again as a Word file, with a comment on every claim that does not hold."""

import copy
import io
from pathlib import Path

import docx
import pandas as pd
from docx.oxml.ns import qn
from docx.text.run import Run

from drugstats import vocab
from drugstats.output.archive import FIXED_DATE, fixed
from drugstats.output.verify import draft
from drugstats.output.verify.draft import Passage
from drugstats.tables import TableError, need

AUTHOR = "drugstats"
SILENT = ("holds", "not traceable")


def annotate(path, claims: pd.DataFrame, out, lang: str = "zh") -> Path:
    """Write the draft at `path` to `out` (.docx) with a comment on each claim of `check` that does not hold.

    A Word draft keeps its own formatting; a text draft becomes plain paragraphs and tables.
    """
    need(claims, "verdict", "reason", "passage", "start", "end")
    path, out = Path(path), Path(out)
    if out.suffix.lower() != ".docx":
        raise TableError(vocab.text("error.annotated_ending", lang, file=out.name))
    word = path.suffix.lower() == ".docx"
    document = draft.opened(path, lang) if word else _written(draft.read(path, lang))
    elements, noted = draft.elements(document), claims[~claims["verdict"].isin(SILENT)]
    # From the end backwards, so that splitting a run moves no place that is still to be found.
    for claim in noted.sort_values(["passage", "start"], ascending=False).itertuples():
        verdict = vocab.show(claim.verdict, "word", lang)
        text = vocab.text("verify.comment", lang, verdict=verdict, reason=claim.reason)
        _comment(document, _marked(elements[claim.passage], claim.start, claim.end), text)
    written = io.BytesIO()
    document.save(written)
    out.write_bytes(fixed(written.getvalue()))
    return out


def _comment(document, marked: list, text: str) -> None:
    ends = [Run(run, document) for run in marked[:1] + marked[-1:]]
    if ends:
        comment = document.add_comment(ends, text=text, author=AUTHOR, initials="ds")
        comment._comment_elm.set(qn("w:date"), FIXED_DATE.isoformat() + "Z")


def _marked(element, start: int, end: int) -> list:
    """The runs that hold the letters from start to end of a passage, split where they hold others too."""
    found, place = [], 0
    for number, paragraph in enumerate(draft.paragraphs(element)):
        place += number > 0  # the paragraphs of a cell are read with a space between them
        for run in draft.runs(paragraph):
            length = len(draft.text_of(run))
            inside = (max(start - place, 0), min(end - place, length))
            if inside[0] < inside[1]:
                found.append(_cut(run, *inside))
            place += length
    return found


def _cut(run, start: int, end: int):
    """The run with nothing but its letters from start to end; what stands around them becomes runs of its own."""
    text = draft.text_of(run)
    if any(part.tag not in (qn("w:rPr"), qn("w:t")) for part in run) or (start, end) == (0, len(text)):
        return run
    for words, place in ((text[:start], run.addprevious), (text[end:], run.addnext)):
        if words:
            other = copy.deepcopy(run)
            other.text = words
            place(other)
    run.text = text[start:end]
    return run


def _written(passages: list[Passage]):
    """A plain Word document of a text draft: a paragraph or cell for every passage, in the same order."""
    document = docx.Document()
    for passage in passages:
        if not passage.table:
            document.add_paragraph(passage.text)
        elif (passage.row, passage.column) == (1, 1):
            cells = [one for one in passages if one.table == passage.table]
            grid = document.add_table(cells[-1].row, cells[-1].column, style="Table Grid")
            for cell, one in zip((cell for row in grid.rows for cell in row.cells), cells, strict=True):
                cell.text = one.text
    return document
