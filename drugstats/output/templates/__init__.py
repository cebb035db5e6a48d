"""The templates of the page, of a notebook's exhibit and of a native chart; whatever they print is escaped."""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


def template(name: str):
    """Return the template of a name."""
    return _environment().get_template(name)


def content(name: str):
    """Return a file as it is: our own style or script, which needs no escape."""
    from markupsafe import Markup

    return Markup((FOLDER / name).read_text(encoding="utf-8"))


@cache
def _environment():
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    strict = {"autoescape": True, "undefined": StrictUndefined}
    return Environment(loader=FileSystemLoader(FOLDER), trim_blocks=True, lstrip_blocks=True, **strict)
