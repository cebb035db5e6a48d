"""Cells to numbers by a strict grammar: an unknown token is no number, never a guess."""

import math
import re

NUMBER = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
LARGEST_COUNT = 1e15  # beyond it float64 rounds whole numbers


def parse(cell) -> float | None:
    """Return a cell's number, NaN for an empty cell (not known), None where it is neither."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, str):
        text = cell.strip()
        if text == "":
            return math.nan
        cell = float(text.replace(",", "")) if NUMBER.fullmatch(text) else None
    number = isinstance(cell, int | float) and abs(cell) < LARGEST_COUNT
    return float(cell) if number else None
