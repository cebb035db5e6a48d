"""Cells to numbers by a strict grammar: an unknown token is no number, never a guess."""

import math
import re

NUMBER = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)


def parse(cell) -> float | None:
    """Return a cell's number, NaN for an empty cell (not known), None where it is neither."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell)
    text = cell.strip() if isinstance(cell, str) else None
    if text == "":
        return math.nan
    if text is None or not NUMBER.fullmatch(text):
        return None
    return float(text.replace(",", ""))
