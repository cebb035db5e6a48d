"""Periods as offices write them: 2025年, 2025年3月, 2025年第2季度, 2025, 2025-03, 2025Q2."""

import re
from functools import cache

YEAR = r"((?:19|20)\d{2})"
SHAPES = [
    (rf"{YEAR}年?", "{0}"),
    (rf"{YEAR}年第?([1-4])季度", "{0}Q{1}"),
    (rf"{YEAR}Q([1-4])", "{0}Q{1}"),
    (rf"{YEAR}年(0?[1-9]|1[0-2])月", "{0}-{1:0>2}"),
    (rf"{YEAR}-(0[1-9]|1[0-2])", "{0}-{1}"),
]


@cache
def parse(cell) -> str | None:
    """Return a period as the contract writes it (2025, 2025Q2, 2025-03), or None where the cell is no period."""
    text = f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    for shape, contract in SHAPES:
        match = re.fullmatch(shape, text, re.ASCII)
        if match:
            return contract.format(*match.groups())
    return None
