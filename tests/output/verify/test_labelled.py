"""Sentences with known verdicts: how many planted errors are found, and how many are seen where there are none."""

import csv
from pathlib import Path

import pytest

from drugstats import intake, tables, verification

ROOT = Path(__file__).resolve().parents[3]
SETS = {name: ROOT / "tests" / "golden" / "claims" / f"{name}.csv" for name in ("dev", "held_out", "second", "third")}
# The least share of planted errors found, of all flags that are right, and of true figures that hold.
FLOORS = {
    "dev": (0.9, 0.95, 0.85),
    "held_out": (0.9, 0.95, 0.85),
    "second": (0.55, 0.94, 0.55),
    "third": (0.58, 0.94, 0.62),
}
BAD = ("contradicted", "inconsistent", "definition trap", "more than the data allow")


def labelled(name):
    with SETS[name].open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def data(office):
    nation = tables.read(ROOT / "data" / "national" / "observations.csv")
    return {"city": intake.load(office).observations, "nation": nation, "none": None}


@pytest.fixture(scope="module", params=SETS)
def judged(request, data):
    """Every labelled sentence with the claims found in it; those on one subject are checked as one draft."""
    drafts, found = {}, []
    for number, row in enumerate(labelled(request.param)):
        alone = number if row["data"] == "none" else ""
        drafts.setdefault((row["data"], row["lang"], row["area"], row["period"], alone), []).append(row)
    for (key, lang, area, period, _), rows in drafts.items():
        text = "\n".join(row["text"] for row in rows)
        told = verification.check(text, data[key], lang=lang, area=area or None, period=period or None)
        found += [(row, told[told["passage"] == number]) for number, row in enumerate(rows)]
    return request.param, found


def named(row, claim):
    return any(mark and mark in claim for mark in row["claim"].split("|"))


def is_found(row, claims):
    return any(
        named(row, one.claim) and one.verdict == row["verdict"] and row["right"] in f"{one.right} {one.reason}"
        for one in claims.itertuples()
    )


def test_planted_errors_are_found_and_nothing_is_called_contradicted_that_is_not(judged, record_property):
    name, found = judged
    planted = [is_found(row, claims) for row, claims in found if row["verdict"] in BAD]
    flags = [(row, one) for row, claims in found for one in claims.itertuples() if one.verdict in BAD]
    right = [one.verdict == row["verdict"] and named(row, one.claim) for row, one in flags]
    said = [good for good, (_, one) in zip(right, flags, strict=True) if one.verdict == "contradicted"]
    precision, recall = sum(said) / len(said), sum(planted) / len(planted)
    record_property(
        "measured",
        f"{name}: {len(found)} sentences; contradicted {sum(said)} of {len(said)} right (precision {precision:.3f}), "
        f"planted errors found {sum(planted)} of {len(planted)} (recall {recall:.3f})",
    )
    least_found, least_right, _ = FLOORS[name]
    assert precision >= 0.98 and recall >= least_found
    assert sum(right) / len(right) >= least_right


def test_numbers_that_count_nothing_make_no_verdict(judged):
    _, found = judged
    for row, claims in found:
        if row["verdict"] == "none":
            assert set(claims["verdict"]) <= {"not traceable"}, row["text"]


def test_what_is_true_mostly_holds(judged):
    name, found = judged
    held = [is_found(row, claims) for row, claims in found if row["verdict"] == "holds"]
    assert sum(held) / len(held) >= FLOORS[name][2]


def test_the_sets_are_large_enough_and_of_every_kind():
    rows = labelled("dev") + labelled("held_out")
    assert len(rows) >= 150 and len(labelled("held_out")) >= 50
    assert sum(row["verdict"] in BAD for row in rows) >= 60
    assert {row["verdict"] for row in rows} == {*BAD, "holds", "not traceable", "none"}
    assert {row["lang"] for row in labelled("held_out")} == {"zh", "en"}
    assert not {row["text"] for row in labelled("dev")} & {row["text"] for row in labelled("held_out")}
