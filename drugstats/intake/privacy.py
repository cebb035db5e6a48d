"""Refuses what seems to hold persons; says where and what kind, never the content."""

import re
from datetime import date
from itertools import chain
from unicodedata import category, normalize

from drugstats import vocab
from drugstats.intake.problems import Problem, address, refuse
from drugstats.intake.units import LARGEST_COUNT

# A line such as 联系电话：0736-… signs a table; a column of that name lists persons.
HEADINGS = re.compile(
    r"姓名|身份证|身份号|证件号|手机号|(?:联系)?电话(?=$|号码)|联系方式(?!:)|护照|住址|户籍地址|户籍所在|人员编号|出生日期|出生年月"
)
LONGEST_HEADING = 30
# As text, or as spreadsheets write what they took for a number.
IDENTITY = re.compile(r"(?<!\d)\d{6}(\d{4})(\d{2})(\d{2})\d{3}[\dXx](?!\d)")
OLD_IDENTITY = re.compile(r"(?<!\d)\d{6}(\d{2})(\d{2})(\d{2})\d{3}(?!\d)")
ROUNDED_IDENTITY = re.compile(r"\d\.\d+[eE]\+?1[5-9]")
MASKED = re.compile(r"(?<!\d)(?:\d{6}(?:\d{4})?[*xX]{4,8}\d{3}[\dXx]|\d{6}[*xX]{8}\d{3}[\dXx])")
PHONE = re.compile(r"(?<!\d)(?:\+?86)?1[3-9]\d(?:\d{8}|\*{4}\d{4})(?!\d)")
PASSPORT = re.compile(r"(?<![A-Za-z0-9])(?:[DEGPSdegps]\d{8}|[Ee][A-HJ-NP-Za-hj-np-z]\d{7})(?![A-Za-z0-9])")
WEIGHTS = [2 ** (17 - place) % 11 for place in range(17)]


def persons(sheet, lang: str) -> list[Problem]:
    """Return a problem for each cell that seems to speak of a person: telling headings, identity and phone numbers."""
    cells = set(chain.from_iterable(sheet.rows))
    kinds = {cell: kind for cell in cells if type(cell) is str and (kind := _kind(cell))}
    giants = any(type(cell) is float and abs(cell) >= LARGEST_COUNT for cell in cells)
    named = _kind(sheet.name)
    found = [("", named)] if named else []
    for row, cells in enumerate(sheet.rows) if kinds or giants else ():
        for column, cell in enumerate(cells):
            # Excel keeps fifteen digits: an identity number typed as a number is a rounded giant.
            giant = type(cell) is float and abs(cell) >= LARGEST_COUNT
            if kind := "identity" if giant else kinds.get(cell):
                found.append((address(row, column), kind))
    return [Problem(_sentence(kind, lang), sheet.file, "" if named else sheet.name, place) for place, kind in found]


def refuse_name(name: str, lang: str) -> None:
    """Raise TableError when a file's own name seems to speak of a person; its digits are not repeated."""
    for part in re.split(r"[/\\]", name):
        if kind := _kind(part.rpartition(".")[0] or part):
            masked = re.sub(r"\d|[^\W\d_]{2,4}(?=[^\W\d_]*\d)", "*", name)
            refuse([Problem(_sentence(kind, lang), masked)], lang)


def _sentence(kind: str, lang: str) -> str:
    return vocab.text("error.person", lang, kind=vocab.text(f"person.{kind}", lang))


def _kind(cell: str) -> str | None:
    text = "".join(sign for sign in normalize("NFKC", cell) if category(sign) != "Cf")
    together = re.sub(r"\s|(?<=\d)[-‐–—](?=\d)", "", text)
    if len(together) <= LONGEST_HEADING and HEADINGS.search(together):
        return "heading"
    if len(together) < 9:
        return None
    # Spaces may stand inside a number or between two: both readings are looked at.
    if any(_has_identity(reading) for reading in (text, together)):
        return "identity"
    if PASSPORT.search(together):
        return "passport"
    return "phone" if PHONE.search(text) or PHONE.search(together) else None


def _has_identity(text: str) -> bool:
    if MASKED.search(text) or ROUNDED_IDENTITY.search(text):
        return True
    if any(_is_day(1900 + int(match[1]), match[2], match[3]) for match in OLD_IDENTITY.finditer(text)):
        return True
    numbers = [match[0] for match in IDENTITY.finditer(text) if _is_day(match[1], match[2], match[3])]
    return any(number.endswith("000") or _is_checked(number) for number in numbers)  # rounded by Excel, or whole


def _is_day(year, month, day) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _is_checked(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17].upper()
