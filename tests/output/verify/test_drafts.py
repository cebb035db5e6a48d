"""Whole drafts with marked figures, written before the rules were read: what the checker makes of each mark.

A draft's first line says what it is about; [[T|…]] is true by the data, [[E|…|right]] false, [[U|…]] in no data.
"""

import re
from pathlib import Path

import pytest

from drugstats import intake, tables, verification

ROOT = Path(__file__).resolve().parents[3]
DRAFTS = ROOT / "tests" / "golden" / "drafts"
MARK = re.compile(r"\[\[([TEU])\|([^|\]]*)(?:\|[^\]]*)?\]\]")
BAD = ("contradicted", "inconsistent", "definition trap", "more than the data allow")
SETS = sorted(path.name for path in DRAFTS.iterdir() if path.is_dir())
# The least share of what is called contradicted that is an error, of errors found, and of true figures that hold.
FLOORS = {"zh": (0.97, 0.6, 0.6), "en": (0.88, 0.15, 0.25)}


def read(path):
    """Return what a draft is about, its lines without marks, and the marks: line, start, end, kind."""
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    texts, marks = [], []
    for number, line in enumerate(lines):
        text, place = "", 0
        for mark in MARK.finditer(line):
            text += line[place : mark.start()]
            marks.append((number, len(text), len(text) + len(mark[2]), mark[1]))
            text, place = text + mark[2], mark.end()
        texts.append(text + line[place:])
    return dict(part.split("=") for part in head.split()), texts, marks


@pytest.fixture(scope="module")
def data(office):
    nation = tables.read(ROOT / "data" / "national" / "observations.csv")
    return {"city": intake.load(office).observations, "nation": nation}


@pytest.fixture(scope="module", params=SETS)
def checked(request, data):
    """The verdicts on every mark of a set, and for every flag whether it stands on an error."""
    verdicts, flags = [], []
    for path in sorted((DRAFTS / request.param).glob("*.txt")):
        about, texts, marks = read(path)
        told = verification.check(
            "\n".join(texts) + "\n", data[about["data"]], lang=about["lang"], area=about["area"], period=about["period"]
        )
        for number, start, end, kind in marks:
            on = told[(told["passage"] == number) & (told["start"] < end) & (told["end"] > start)]
            verdicts.append((kind, set(on["verdict"])))
        for one in told[told["verdict"].isin(BAD)].itertuples():
            wrong = [mark for mark in marks if mark[0] == one.passage and mark[1] < one.end and one.start < mark[2]]
            flags.append((one.verdict, any(mark[3] == "E" for mark in wrong)))
    return request.param, verdicts, flags


def test_figures_called_contradicted_are_errors_and_most_of_a_chinese_draft_is_read(checked, record_property):
    name, verdicts, flags = checked
    said = [right for verdict, right in flags if verdict == "contradicted"]
    errors = [bool(found & set(BAD)) for kind, found in verdicts if kind == "E"]
    true = ["holds" in found for kind, found in verdicts if kind == "T"]
    precision, recall, held = (sum(part) / len(part) for part in (said, errors, true))
    record_property(
        "measured",
        f"drafts {name}: contradicted {sum(said)} of {len(said)} right (precision {precision:.3f}), "
        f"errors found {sum(errors)} of {len(errors)} (recall {recall:.3f}), true figures held {sum(true)} of {len(true)}",
    )
    least_right, least_found, least_held = FLOORS[name[-2:]]
    assert precision >= least_right and recall >= least_found and held >= least_held


def test_a_figure_that_no_data_hold_is_not_flagged(checked):
    _, verdicts, _ = checked
    assert sum(bool(found & set(BAD)) for kind, found in verdicts if kind == "U") <= 1
