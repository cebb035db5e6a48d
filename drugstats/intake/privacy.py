"""Refuses a sheet that seems to hold persons; says where and what kind, never the content."""

import re
from datetime import date
from functools import lru_cache
from unicodedata import normalize

from drugstats import vocab
from drugstats.intake.problems import Problem, address
from drugstats.intake.sheets import Sheet
from drugstats.intake.units import LARGEST_COUNT

HEADINGS = re.compile(r"姓名|身份证|身份号|证件号|手机号|联系电话|护照|住址|人员编号|出生日期")
LONGEST_HEADING = 30
IDENTITY = re.compile(r"(?<!\d)\d{6}(\d{4})(\d{2})(\d{2})\d{3}[\dXx](?!\d)")
OLD_IDENTITY = re.compile(r"(?<!\d)\d{6}(\d{2})(\d{2})(\d{2})\d{3}(?!\d)")
MASKED_IDENTITY = re.compile(r"(?<!\d)\d{6}(?:\d{4})?\*{4,8}\d{3}[\dXx]")
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
WEIGHTS = [2 ** (17 - place) % 11 for place in range(17)]


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
    text = normalize("NFKC", cell)
    together = re.sub(r"\s", "", text)
    if len(together) <= LONGEST_HEADING and HEADINGS.search(together):
        return "heading"
    if len(together) < 11:
        return None
    # Spaces may stand inside a number or between two: both readings are looked at.
    if any(_has_identity(reading) for reading in (text, together)):
        return "identity"
    return "phone" if PHONE.search(text) or PHONE.search(together) else None


def _has_identity(text: str) -> bool:
    if MASKED_IDENTITY.search(text):
        return True
    if any(_is_day(1900 + int(match[1]), match[2], match[3]) for match in OLD_IDENTITY.finditer(text)):
        return True
    return any(_is_day(match[1], match[2], match[3]) and _is_checked(match[0]) for match in IDENTITY.finditer(text))


def _is_day(year, month, day) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _is_checked(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17].upper()
