"""Refuses a sheet that seems to hold persons; says where and what kind, never the content."""

import re
from datetime import date
from functools import lru_cache

from drugstats import vocab
from drugstats.intake.problems import Problem, address
from drugstats.intake.sheets import Sheet

HEADINGS = re.compile(r"姓名|身份证|证件号|手机号|联系电话|护照|住址|人员编号|出生日期")
IDENTITY = re.compile(r"(?<!\d)(\d{6})(\d{4})(\d{2})(\d{2})\d{3}[\dXx](?!\d)")
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
WEIGHTS = [2 ** (17 - place) % 11 for place in range(17)]
LARGEST_COUNT = 1e15


def persons(sheet: Sheet, lang: str) -> list[Problem]:
    """Return a problem for each cell that seems to speak of a person: telling headings, identity and phone numbers."""
    found = []
    for row, cells in enumerate(sheet.rows):
        for column, cell in enumerate(cells):
            kind = _kind(cell)
            if kind:
                what = vocab.text("error.person", lang, kind=vocab.text(f"person.{kind}", lang))
                found.append(Problem(what, sheet.file, sheet.name, address(row, column)))
    return found


@lru_cache(maxsize=100_000)
def _kind(cell) -> str | None:
    if isinstance(cell, float):
        # Excel keeps fifteen digits: an identity number typed as a number is a rounded giant.
        return "identity" if abs(cell) >= LARGEST_COUNT else None
    if not isinstance(cell, str):
        return None
    text = cell.replace(" ", "")
    if len(text) < 11:
        return "heading" if HEADINGS.search(text) else None
    if any(_is_identity(match) for match in IDENTITY.finditer(text)):
        return "identity"
    if PHONE.search(text):
        return "phone"
    return None


def _is_identity(match: re.Match) -> bool:
    number = match[0].upper()
    try:
        date(int(match[2]), int(match[3]), int(match[4]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17]
