"""The draft again as a Word file, with a comment on every claim that does not hold."""

import copy
import io
from pathlib import Path

import pandas as pd

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
    passages = draft.read(path, lang)
    word = path.suffix.lower() == ".docx"
    document = draft.opened(path.read_bytes(), path.name, lang) if word else _written(passages)
    elements = draft.elements(document)
    # From the end backwards, so that splitting a run moves no place that is still to be found.
    for claim in (
        claims[~claims["verdict"].isin(SILENT)].sort_values(["passage", "start"], ascending=False).itertuples()
    ):
        verdict = vocab.show(claim.verdict, "word", lang)
        _comment(
            document,
            elements[claim.passage],
            claim,
            vocab.text("verify.comment", lang, verdict=verdict, reason=claim.reason),
        )
    written = io.BytesIO()
    document.save(written)
    out.write_bytes(fixed(written.getvalue()))
    return out


def _comment(document, element, claim, text: str) -> None:
    from docx.oxml.ns import qn
    from docx.text.run import Run

    marked = _marked(element, claim.start, claim.end)
    if not marked:
        return
    comment = document.add_comment(
        [Run(run, document) for run in (marked[0], marked[-1])], text=text, author=AUTHOR, initials="ds"
    )
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
    from docx.oxml.ns import qn

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
    import docx

    document, tables = docx.Document(), {}
    for passage in passages:
        if passage.table:
            tables.setdefault(passage.table, []).append(passage)
    for passage in passages:
        if not passage.table:
            document.add_paragraph(passage.text)
        elif (passage.row, passage.column) == (1, 1):
            cells = tables[passage.table]
            grid = document.add_table(
                max(one.row for one in cells), max(one.column for one in cells), style="Table Grid"
            )
            for row in grid.rows:
                for cell, one in zip(row.cells, [one for one in cells if one.row == row._index + 1], strict=True):
                    cell.text = one.text
    return document
