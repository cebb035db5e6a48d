"""A draft checked: every figure in it held against the data, the definitions, chance, and the rest of the draft."""

from pathlib import Path

import pandas as pd

from drugstats import names, vocab
from drugstats.output import verify
from drugstats.output.verify import annotate, read
from drugstats.tables import check as checked
from drugstats.verification import inside
from drugstats.verification.evidence import Evidence
from drugstats.verification.finding import CONTRADICTED, INCONSISTENT, UNTRACED, Finding
from drugstats.verification.judge import judge

__all__ = ["annotate", "check", "read"]
COLUMNS = [
    "place",
    "claim",
    "value",
    "unit",
    "indicator",
    "area",
    "period",
    "comparison",
    "verdict",
    "reason",
    "right",
    "evidence",
    "passage",
    "start",
    "end",
]


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
    data = None
    if observations is not None and claims:
        told = {claim.indicator for claim in claims if claim.indicator} | {
            claim.whole for claim in claims if claim.whole
        }
        compared = {
            code
            for claim in claims
            if claim.kind in ("rank", "line") and claim.area
            for code in vocab.peers(claim.area)
        }
        data = Evidence(
            checked(observations),
            _related(told),
            {claim.area for claim in claims} | {claim.scope for claim in claims} | compared,
        )
    findings = [_printed(claim, judge(claim, data, lang), known) for claim in claims]
    places = {passage.number: passage for passage in passages}
    for place, found in inside.find(claims, places, lang).items():
        if findings[place].verdict == UNTRACED or found.reason != "inside_twice":
            findings[place] = Finding(found.verdict, found.reason, found.right, findings[place].facts, found.words)
    rows = [_row(claim, found, places[claim.passage], lang) for claim, found in zip(claims, findings, strict=True)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _passages(text_or_path, lang: str) -> list:
    if (
        isinstance(text_or_path, Path)
        or str(text_or_path).lower().endswith((".txt", ".md", ".docx"))
        and "\n" not in str(text_or_path)
    ):
        return verify.read(text_or_path, lang)
    return verify.passages(str(text_or_path).split("\n"))


def _scene(observations, area, period, lang: str) -> verify.Scene:
    codes = set() if observations is None else set(observations["area"].unique())
    own = names.find_area(area, lang) if area else vocab.top_area(codes, lang) if codes else ""
    known = frozenset(codes | set(names.lineage(own)) | {above for code in codes for above in names.lineage(code)})
    told = int(period) if period else 0
    last = told if observations is None or observations.empty else int(observations["period"].max().year)
    return verify.Scene(known, own, told or last, min(told, last) if told else last)


def _printed(claim, found: Finding, known: pd.DataFrame | None) -> Finding:
    """A change that does not follow from the levels, but that a source printed so: the levels contradict the source."""
    if known is None or claim.kind != "change" or found.verdict != CONTRADICTED:
        return found
    rows = known[(known["indicator"] == claim.indicator) & (known["period"].astype(str) == claim.span.code())]
    rows = rows[rows["printed"].between(claim.low - 1e-9, claim.high + 1e-9)]
    if rows.empty:
        return found
    source = vocab.source(rows["source"].iloc[0])
    return Finding(INCONSISTENT, "printed", found.right, found.facts, (("source", source),))


def _related(keys: set) -> set:
    groups = vocab.table("claim_words").query("role in ('siblings', 'parts')")["key"].str.split("|")
    told = keys | {other for group in groups if set(group) & keys for other in group}
    rows = vocab.table("indicators")
    return (told | set(rows.index[rows["part"].isin(told)])) & set(rows.index)


def _row(claim, found: Finding, passage, lang: str) -> dict:
    words = dict(found.words)
    for key in ("other", "meant", "one"):
        if words.get(key) in vocab.kinds():
            words[key] = vocab.indicator(words[key], lang)
        elif "+" in str(words.get(key, "")):
            words[key] = " + ".join(vocab.indicator(part, lang) for part in words[key].split("+"))
    if "area" in words:
        words["area"] = vocab.area(words["area"], lang)
    comparison = {"change": "year", "points": "year", "difference": "year", "share": "share", "rank": "rank"}.get(
        claim.kind, claim.kind
    )
    return {
        "place": _place(passage, lang),
        "claim": claim.text,
        "value": claim.value,
        "unit": claim.unit,
        "indicator": claim.indicator,
        "area": claim.area,
        "period": claim.span.code() if claim.span.last > 12 else "",
        "comparison": comparison,
        "verdict": found.verdict,
        "reason": vocab.text(f"verify.{found.reason}", lang, **({"right": found.right} | words)),
        "right": found.right,
        "evidence": _evidence(found, lang),
        "passage": claim.passage,
        "start": claim.start,
        "end": claim.end,
    }


def _place(passage, lang: str) -> str:
    if passage.table:
        return vocab.text("verify.cell", lang, table=passage.table, row=passage.row, column=passage.column)
    return vocab.text("verify.paragraph", lang, number=passage.paragraph)


def _evidence(found: Finding, lang: str) -> str:
    told = []
    for fact in found.facts:
        for key, area, period, value, source in fact.rows:
            told.append(
                vocab.text(
                    "verify.row",
                    lang,
                    area=vocab.area(area, lang),
                    period=period,
                    indicator=vocab.indicator(key, lang),
                    value=vocab.amount(value, key, lang),
                    source=source,
                )
            )
    return vocab.text("verify.joined", lang).join(dict.fromkeys(told))
