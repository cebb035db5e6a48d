"""The report as one self-contained HTML page: no request to any host, every text escaped, whole without scripts."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from drugstats import vocab
from drugstats.output.exhibits import Exhibit
from drugstats.output.report import Item, Report
from drugstats.output.templates import content, template

SORTED_BY_VALUE = ("area", "period")
NOT_DRAWN = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>", re.DOTALL)
IDENTIFIER = re.compile(r' id="([^"]*)"')
REFERENCE = re.compile(r'(href="#|url\(#)([^")]*)')


@dataclass(frozen=True)
class Part:
    """A part of the page: a heading and its exhibits or its lines of text, small ones for sources."""

    id: str
    heading: str
    items: list[Item] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    small: bool = False


def write(report: Report, charts: Path, path: Path) -> Path:
    """Write the report to an .html file, pictures inlined from the folder `charts`, and return its path."""
    drawn = [item for item in report.items if item.exhibit.chart]
    pictures = {item.exhibit.key: _svg(charts / f"{item.exhibit.chart}.svg", item) for item in drawn}
    script = content("sort.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = template("page.html").render(
        report=report, parts=_parts(report), pictures=pictures, text=vocab.text, values=_values,
        style=content("page.css"), script=script, script_hash=f"sha256-{digest}",
    )  # fmt: skip
    path.write_text(page, encoding="utf-8", newline="\n")
    return path


def exhibit_html(exhibit: Exhibit) -> str:
    """Return an exhibit's title, sentences and table as HTML for a notebook."""
    return template("exhibit.html").render(exhibit=exhibit, values=_values, text=vocab.text)


def _parts(report: Report) -> list[Part]:
    """The page in reading order: what is known, what the data cannot say, what may come, what is appended, sources."""
    sources = [*report.sources, report.revision]
    return [
        *_sections("section", report.body), Part("limits", report.limits_heading, lines=report.limits),
        *_sections("outlook", report.outlook), *_sections("appended", report.appended),
        Part("sources", vocab.text("document.sources", report.lang), lines=sources, small=True),
    ]  # fmt: skip


def _sections(name: str, sections: list[tuple[str, list[Item]]]) -> list[Part]:
    return [Part(f"{name}-{number}", heading, items) for number, (heading, items) in enumerate(sections, 1)]


def _values(exhibit: Exhibit) -> list[list]:
    """What each cell is sorted by: the unrounded number, an area's code, a period; None where it is its own text."""
    if not exhibit.columns:
        return [[None] * len(row) for row in exhibit.rows]
    return [[_value(row[name], shown) for name, shown in exhibit.columns] for row in exhibit.figures]


def _value(value, shown: str):
    if isinstance(value, str):
        return value if shown in SORTED_BY_VALUE else None
    return "" if value is None else value


def _svg(path: Path, item: Item):
    """The drawing with a name and a description, which scales with the page and keeps its identifiers to itself."""
    from markupsafe import Markup

    text = path.read_text(encoding="utf-8")
    drawing = NOT_DRAWN.sub("", text[text.index("<svg") :])
    used = {name for _, name in REFERENCE.findall(drawing)}
    prefix = f"{item.exhibit.key}-"
    drawing = IDENTIFIER.sub(lambda found: f' id="{prefix}{found[1]}"' if found[1] in used else "", drawing)
    drawing = REFERENCE.sub(rf"\1{prefix}\2", drawing)
    opening, _, rest = drawing.partition(">")
    size = re.search(r'viewBox="[^"]*"', opening)[0]
    described = " ".join(item.exhibit.sentences) or item.exhibit.title
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {size} role="img"'
        ' aria-labelledby="{prefix}title" aria-describedby="{prefix}description">'
        '<title id="{prefix}title">{title}</title><desc id="{prefix}description">{described}</desc>{rest}'
    ).format(size=Markup(size), prefix=prefix, title=item.figure_title, described=described, rest=Markup(rest))
