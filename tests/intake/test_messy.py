"""However an office writes what it knows, the loader reads exactly that or refuses; it never reads something else."""

import math
import random
import re
import string
from collections import Counter
from itertools import groupby
from pathlib import Path

import messy
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from drugstats.intake import load
from drugstats.tables import TableError

YEARS = range(2000, 2026)
EACH_SPOILT = 4
SOUND = ("equal", "refused, not promised")
USABLE = ("final", "provisional", "estimated")


# What came of a file


def outcome(books: list, paths: list) -> tuple[str, str]:
    """Equal, refused or wrong; and what the refusal says or which numbers differ."""
    try:
        loaded = load(paths)
    except TableError as error:
        assert (error.problems["severity"] == "error").any()
        return "refused", str(error)
    except Exception as error:  # whatever it is, the file that does it is to be named
        return "crashed", repr(error)
    truth = {key: fact for book in books for key, fact in book.truth.items()}
    found = differences(loaded.observations, truth) or elsewhere(loaded.observations, books)
    return ("wrong", "; ".join(found[:4])) if found else ("equal", "")


def differences(observations, truth: dict) -> list[str]:
    """What is there and not true, or true and not there."""
    there = {}
    for row in observations.itertuples():
        there.setdefault((row.area, str(row.period), row.indicator), []).append((row.value, row.status))
    wrong = [f"{key} is not there" for key in truth.keys() - there.keys()]
    for key, rows in there.items():
        if key not in truth:
            wrong.append(f"{key} is {rows} and should not be there")
        elif len(rows) > 1 or not same(*rows[0], truth[key]):
            wrong.append(f"{key} is {rows}, in truth {truth[key]}")
    return wrong


def same(value: float, status: str, fact) -> bool:
    if status != fact.status or math.isnan(value) != (fact.value is None):
        return False
    return fact.value is None or math.isclose(value, float(fact.value), rel_tol=1e-9)


def elsewhere(observations, books: list) -> list[str]:
    """Numbers whose note names a cell that they do not stand in; sums since January stand in several."""
    own = [book for book in books if book.way.period.mode == "own"]
    cells = {(*cell.key[:3],): address(row, column) for book in own for _, row, column, cell in book.cells("value")}
    wrong = []
    for row in observations.itertuples():
        told = cells.get((row.area, str(row.period), row.indicator))
        if told and not re.search(rf"!{told}(?!\d)", row.note):
            wrong.append(f"{row.indicator} of {row.area} stands in {told}, its note says {row.note}")
    return wrong


def address(row: int, column: int) -> str:
    high, low = divmod(column, 26)
    return f"{string.ascii_uppercase[high - 1] if high else ''}{string.ascii_uppercase[low]}{row + 1}"


def as_loaded(book) -> pd.DataFrame:
    rows = [
        (*key, math.nan if fact.value is None else float(fact.value), fact.status, "")
        for key, fact in book.truth.items()
    ]
    return pd.DataFrame(rows, columns=["area", "period", "indicator", "value", "status", "note"])


def test_a_number_too_many_too_few_changed_exchanged_or_otherwise_known_would_be_seen():
    book = messy.book(messy.Way(marks="empty, <5, 约"), 2025)
    good = as_loaded(book)
    swapped = good.assign(value=[good["value"][1], good["value"][0], *good["value"][2:]])
    spoilt = [good[1:], pd.concat([good, good[:1]]), good.assign(area="990104"), good.assign(status="final"), swapped,
              good.assign(value=good["value"] * 1.00001), good.fillna({"value": 0})]  # fmt: skip
    assert differences(good, book.truth) == []
    assert all(differences(one, book.truth) for one in spoilt)
    assert elsewhere(good, [book])


# Every pair of choices


def batches(ways: list) -> list[list]:
    """Files of one frequency in years of their own, so that many can be loaded in one call without meeting."""
    made = []
    for frequency, same_kind in groupby(
        sorted(ways, key=lambda way: way.period.frequency), lambda way: way.period.frequency
    ):
        years, some_kind = YEARS[1::2] if frequency == "Y" else YEARS, list(same_kind)
        for start in range(0, len(some_kind), len(years)):
            some = some_kind[start : start + len(years)]
            made.append([messy.book(way, year, "k" + string.ascii_lowercase[n])
                         for n, (way, year) in enumerate(zip(some, years, strict=False))])  # fmt: skip
    return made


def outcomes(books: list, paths: dict) -> list[tuple]:
    """Each file's outcome: all in one call, and only where that is not simply equal, in halves down to one."""
    what, detail = outcome(books, [path for book in books for path in paths[book.name]])
    if what == "equal" or len(books) == 1:
        return [(what, book.way, detail) for book in books]
    middle = len(books) // 2
    parts = outcomes(books[:middle], paths) + outcomes(books[middle:], paths)
    together = all(part[0] == "equal" for part in parts)
    return parts + ([(f"{what} together", "", detail)] if together else [])


def told(record_property, title: str, found: list[tuple]) -> Counter:
    """Tell at the end of the run how many files came to which end."""
    counts = Counter(what for what, _, _ in found)
    record_property("measured", f"{title}: {len(found)} files, {said(counts)}")
    return counts


def said(counts: Counter) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items())


def bad(found: list[tuple]) -> str:
    return "\n".join(f"{what}: {way}\n    {detail}" for what, way, detail in found if what not in SOUND)


def written_and_loaded(ways: list, folder: Path) -> list[tuple]:
    """Each file's outcome, many of them loaded at once."""
    found = []
    for number, books in enumerate(batches(ways)):
        own = folder / str(number)
        own.mkdir(parents=True)
        found += outcomes(books, {book.name: messy.write(book, own) for book in books})
    return found


def test_every_pair_of_choices_loads_as_the_truth(tmp_path, record_property):
    ways, met, never = messy.sweep()
    found = written_and_loaded(ways, tmp_path)
    without = "" if messy.OLD_BOOKS else ", without .xls and .et because xlwt is not installed"
    pairs = f"{len(met)} pairs of choices, all but {len(never)} that do not go together or are not promised{without}"
    counts = told(record_property, pairs, found)
    assert len(met) > 8000 and len(never) < 1050
    assert met == set().union(*(messy.pairs(way) for _, way, _ in found))
    assert counts == {"equal": len(ways)}, bad(found)


# Any combination

WISHES = st.fixed_dictionaries({name: st.sampled_from(choices) for name, choices in messy.CHOICES.items()})


def test_any_combination_loads_as_the_truth_or_is_refused_where_nothing_was_promised(tmp_path, record_property):
    ways = []

    @settings(max_examples=300, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(WISHES, st.permutations(list(messy.CHOICES)), st.integers(0, 10**6))
    def any_combination(wishes, order, seed):
        ways.append(messy.settle({name: wishes[name] for name in order} | {"seed": seed}))

    any_combination()
    found = written_and_loaded([way for way in ways if messy.promised(way)], tmp_path / "promised")
    for number, way in enumerate(way for way in ways if not messy.promised(way)):
        book, folder = messy.book(way, 2025), tmp_path / str(number)
        folder.mkdir()
        what, detail = outcome([book], messy.write(book, folder))
        found.append(("refused, not promised" if what == "refused" else what, way, detail))
    counts = told(record_property, "Any combination", found)
    assert len(found) >= 300
    assert counts.keys() <= set(SOUND), bad(found)


# Spoiled files


def spoilt_outcome(book, paths: list, doubtful: set, refused: bool) -> tuple[str, str]:
    """Refused, told (loaded with a warning, the doubtful keys not as sound numbers), or wrong."""
    try:
        loaded = load(paths)
    except TableError as error:
        assert len(error.problems)
        return "refused", str(error)
    sound = loaded.observations[loaded.observations["status"].isin(USABLE)]
    rows = [((row.area, str(row.period), row.indicator), row.value, row.status) for row in sound.itertuples()]
    wrong = [f"{key} is {value}" for key, value, status in rows
             if key in doubtful or key not in book.truth or not same(value, status, book.truth[key])]  # fmt: skip
    if wrong or refused or loaded.problems.empty:
        return "wrong", "loaded as sound: " + "; ".join(wrong[:4]) if wrong else "loaded without a word"
    return "told", ""


@pytest.fixture(scope="module")
def tally(request):
    """How the spoiled files ended, printed when all are done."""
    counts = Counter()
    yield counts
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\nSpoiled: {counts.total()} files, " + said(counts))


@pytest.mark.parametrize("name", messy.SPOILS)
def test_a_spoiled_file_is_refused_or_told(name, tmp_path, tally):
    dice, found = random.Random(name), []
    for number in range(EACH_SPOILT):
        folder = tmp_path / str(number)
        folder.mkdir()
        book, doubtful = messy.spoiled(name, dice, 2025)
        what, detail = spoilt_outcome(book, messy.write(book, folder), doubtful, messy.SPOILS[name].refused)
        found.append((what, book.way, detail))
    counts = Counter(what for what, _, _ in found)
    tally.update(counts)
    assert counts["wrong"] == 0, "\n".join(f"{way}\n    {detail}" for what, way, detail in found if what == "wrong")


@pytest.mark.parametrize("make", [messy.alone, messy.share_since_january])
def test_sums_since_january_that_cannot_be_months_are_refused_or_told(make, tmp_path):
    book = make(2025)
    assert spoilt_outcome(book, messy.write(book, tmp_path), set(book.truth), False)[0] in ("refused", "told")
