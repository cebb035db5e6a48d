"""The report as one self-contained HTML page: no request to any host, every text escaped."""

import re
from functools import cache
from pathlib import Path

from drugstats import vocab
from drugstats.output.exhibits import Exhibit
from drugstats.output.report import Report

TEMPLATES = Path(__file__).parent / "templates"


def write(report: Report, charts: Path, path: Path) -> Path:
    """Write the report to an .html file, pictures inlined from the folder `charts`, and return its path."""
    pictures = {
        item.exhibit.key: _svg(charts / f"{item.exhibit.chart}.svg")
        for _, items in report.sections for item in items if item.exhibit.chart
    }  # fmt: skip
    page = _templates().get_template("page.html").render(report=report, pictures=pictures, text=vocab.text)
    path.write_text(page, encoding="utf-8", newline="\n")
    return path


def exhibit_html(exhibit: Exhibit) -> str:
    """Return an exhibit's title, sentences and table as HTML for a notebook."""
    return _templates().get_template("exhibit.html").render(exhibit=exhibit, text=vocab.text)


def _svg(path: Path):
    from markupsafe import Markup

    content = path.read_text(encoding="utf-8")
    drawing = content[content.index("<svg") :]
    # The page gives the size; the drawing keeps its proportions.
    return Markup(re.sub(r'(<svg[^>]*?) height="[^"]*"([^>]*?) width="[^"]*"', r"\1\2", drawing, count=1))


@cache
def _templates():
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
