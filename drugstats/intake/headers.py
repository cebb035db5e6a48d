"""Which column of a sheet holds what: the heading row read against the vocabulary."""

from functools import cache

from drugstats import vocab
from drugstats.intake.problems import Problem, address
from drugstats.intake.sheets import Sheet
from drugstats.tables import TableError

WIDE, LONG = ("area", "period"), ("area", "period", "indicator", "value")


def columns(sheet: Sheet, lang: str) -> tuple[dict, dict, list[Problem]]:
    """Return the roles (area, period, …) and the indicators of a sheet as {name: column}, and what is wrong.

    A table is wide (area, period, a column for each indicator) or long (area, period, indicator, value).
    """
    roles, indicators, problems = {}, {}, []
    for column, heading in enumerate(sheet.rows[0]):
        name = str(heading).strip()
        if name == "":
            if any(len(row) > column and row[column] != "" for row in sheet.rows):
                problems.append(_problem(sheet, column, vocab.text("error.no_heading", lang)))
            continue
        known = roles if name in _roles() else indicators
        try:
            key = _roles().get(name) or vocab.find_indicator(name, lang)
        except TableError as error:
            problems.append(_problem(sheet, column, str(error)))
            continue
        if key in known:
            problems.append(_problem(sheet, column, vocab.text("error.heading_twice", lang, heading=name)))
        else:
            known[key] = column

    odd = {"value": roles["value"]} if "value" in roles and "indicator" not in roles else {}
    odd |= indicators if "indicator" in roles else {}
    for column in odd.values():
        what = vocab.text("error.two_layouts", lang, heading=str(sheet.rows[0][column]).strip())
        problems.append(_problem(sheet, column, what))
    needed = LONG if "indicator" in roles else WIDE
    missing = [vocab.text(f"column.{role}", lang) for role in needed if role not in roles]
    if not missing and needed == WIDE and not indicators and not problems:
        missing = [vocab.text("column.indicator", lang)]
    if missing:
        what = vocab.text("error.no_column", lang, columns=vocab.text("list_comma", lang).join(missing))
        problems.insert(0, Problem(what, sheet.file, sheet.name, address(0, 0)))
    return roles, indicators, problems


def _problem(sheet: Sheet, column: int, what: str) -> Problem:
    return Problem(what, sheet.file, sheet.name, address(0, column))


@cache
def _roles() -> dict:
    return {name: row["role"] for _, row in vocab.table("headings").iterrows() for name in row["names"].split("|")}
