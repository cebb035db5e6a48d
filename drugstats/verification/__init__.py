"""A draft checked: every figure in it held against the data, the definitions, chance, and the rest of the draft."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from drugstats import names, vocab
from drugstats.output import verify
from drugstats.output.verify import annotate, read
from drugstats.output.verify.claim import COUNTED
from drugstats.output.verify.mentions import year
from drugstats.tables import check as checked
from drugstats.verification import inside
from drugstats.verification.evidence import Evidence
from drugstats.verification.finding import CONTRADICTED, HOLDS, INCONSISTENT, UNTRACED, Finding
from drugstats.verification.judge import judge

__all__ = ["annotate", "check", "read"]
FAR_MORE = 3  # figures
COLUMNS = (
    "place claim value unit indicator area period comparison verdict reason right evidence passage start end".split()
)


def check(
    text_or_path, observations: pd.DataFrame | None = None, *, lang: str = "zh", area=None, period=None, known=None
) -> pd.DataFrame:
    """Return one row a claim of a draft: what it says, the verdict, the reason, the right figure and the evidence.

    A Path, or a text that ends in .txt, .md or .docx, is a file; any other text is the draft itself. Without
    `observations` only contradictions inside the text are found. `area` (code or name) and `period` (a year) are those
    the draft means by 全市 and 今年, by default the area above all others and the last year of the data. `known` are
    printed changes (period, indicator, printed, source): one that a source printed so is not laid to the draft.
    """
    passages = _passages(text_or_path, lang)
    scene = _scene(observations, area, period, lang)
    claims = verify.find(passages, scene)
    data = None if observations is None else Evidence(checked(observations), claims)
    if data:
        claims = _read_again(passages, scene, claims, data, lang)
    findings = {claim: _printed(claim, _at_home(claim, judge(claim, data, lang), data, scene, lang), known)
                for claim in claims}  # fmt: skip
    places = {passage.number: passage for passage in passages}
    for claim, found in inside.find(claims, places, lang).items():
        if findings[claim].verdict == UNTRACED or found.reason != "inside_twice":
            findings[claim] = replace(found, facts=findings[claim].facts)
    rows = [_row(claim, found, places[claim.passage], lang) for claim, found in findings.items()]
    return pd.DataFrame(rows, columns=COLUMNS)


def _passages(text_or_path, lang: str) -> list:
    text = str(text_or_path)
    if isinstance(text_or_path, Path) or (text.lower().endswith((".txt", ".md", ".docx")) and "\n" not in text):
        return verify.read(text_or_path, lang)
    return verify.passages(text.split("\n"))


def _read_again(passages: list, scene, claims: list, data: Evidence, lang: str) -> list:
    """The claims read with what the data confirm, and 去年 as the year that far more figures fit, if one does."""
    held, decided = _held(claims, data, lang), False
    if any(claim.span.loose for claim in claims):
        later = replace(scene, year=scene.year + 1)  # in a speech given early in a year it is the year reported on
        others = _held(verify.find(passages, later), data, lang)
        decided = abs(len(others) - len(held)) >= FAR_MORE
        scene, held = (later, others) if len(others) >= len(held) + FAR_MORE else (scene, held)
    claims = verify.find(passages, scene, held)
    return [replace(one, span=replace(one.span, loose=False)) for one in claims] if decided else claims


def _held(claims: list, data: Evidence, lang: str) -> frozenset:
    """Where the claims stand that the data confirm; a single digit may hold by mere chance."""
    held = [one for one in claims if len(one.digits) > 1 and judge(one, data, lang).verdict == HOLDS]
    return frozenset((one.passage, one.start) for one in held)


def _scene(observations, area, period, lang: str) -> verify.Scene:
    codes = set() if observations is None else set(observations["area"].unique())
    own = names.find_area(area, lang) if area else vocab.top_area(codes, lang) if codes else ""
    known = frozenset(above for code in (*codes, own) for above in names.lineage(code))
    told = int(period) if period else 0
    last = told if observations is None or observations.empty else int(observations["period"].max().year)
    return verify.Scene(known, own, told or last, year(min(told, last) if told else last))


def _at_home(claim, found: Finding, data: Evidence | None, scene, lang: str) -> Finding:
    """A figure that fits the draft's own area and year, though others were named before it, is not contradicted.

    Nor is one that fits a shorter time named in the draft where its own sentence names none.
    """
    if found.verdict != CONTRADICTED:
        return found
    months = (claim.span.last // 12 - scene.span.last // 12) * 12
    home = replace(claim, span=claim.span.back(months), base=claim.base.back(months) if claim.base else None)
    others = [home, replace(claim, area=scene.area), replace(home, area=scene.area)]
    if "here" not in claim.told and claim.kind in COUNTED and not claim.bound:
        areas = [claim.area] if "there" in claim.told else [claim.area, scene.area]
        spans = [span for span in data.spans if span.length < 12]
        others += [replace(claim, area=area, span=span, base=claim.base and span.back())
                   for span in spans for area in areas]  # fmt: skip
    for other in others:
        fits = judge(other, data, lang)
        if other != claim and fits.verdict == HOLDS:
            words = {"area": other.area, "period": other.span.code()}
            return Finding(UNTRACED, "elsewhere", facts=fits.facts, words=words)
    return found


def _printed(claim, found: Finding, known: pd.DataFrame | None) -> Finding:
    """A change that does not follow from the levels, but that a source printed so: the levels contradict the source."""
    if known is None or claim.kind != "change" or found.verdict != CONTRADICTED:
        return found
    rows = known[(known["indicator"] == claim.indicator) & (known["period"].astype(str) == claim.span.code())]
    rows = rows[rows["printed"].between(claim.low - 1e-9, claim.high + 1e-9)]
    if rows.empty:
        return found
    return replace(found, verdict=INCONSISTENT, reason="printed", words={"source": rows["source"].iloc[0]})


def _row(claim, found: Finding, passage, lang: str) -> dict:
    words = {"right": found.right} | {key: _named(key, value, lang) for key, value in found.words.items()}
    kept = ("value", "unit", "indicator", "area", "passage", "start", "end")
    return {name: getattr(claim, name) for name in kept} | {
        "place": _place(passage, lang),
        "claim": claim.text,
        "period": claim.span.code() if claim.span.last > 12 else "",
        "comparison": "year" if claim.kind in ("change", "points", "difference") else claim.kind,
        "verdict": found.verdict,
        "reason": vocab.text(f"verify.{found.reason}", lang, **words),
        "right": found.right,
        "evidence": _evidence(found, lang),
    }


def _named(key: str, value, lang: str) -> str:
    """What fills a reason: the name of an area, source, indicator or of several, or the words as they are."""
    if key == "source":
        return vocab.source(value, lang)
    if key == "area":
        return vocab.area(value, lang)
    parts = str(value).split("+")
    return " + ".join(vocab.indicator(part, lang) for part in parts) if {*parts} <= {*vocab.kinds()} else value


def _place(passage, lang: str) -> str:
    if passage.table:
        return vocab.text("verify.cell", lang, table=passage.table, row=passage.row, column=passage.column)
    return vocab.text("verify.paragraph", lang, number=passage.paragraph)


def _evidence(found: Finding, lang: str) -> str:
    rows = dict.fromkeys(row for fact in found.facts for row in fact.rows)
    told = []
    for key, area, period, value, source in rows:
        named = {"area": vocab.area(area, lang), "indicator": vocab.indicator(key, lang)}
        amount = vocab.amount(value, key, lang)
        told.append(vocab.text("verify.row", lang, period=period, value=amount, source=source, **named))
    return vocab.text("verify.joined", lang).join(told)
