"""One claim against the data, by what it claims; what data or wording leave in doubt is not traceable."""

import math
from dataclasses import replace
from functools import cache

import pandas as pd

from drugstats import vocab
from drugstats.output.verify.claim import Claim
from drugstats.output.verify.mentions import Span
from drugstats.stats import rounding
from drugstats.verification import standing
from drugstats.verification.evidence import SURE, Evidence, Fact, indicator, ratios_of
from drugstats.verification.finding import CONTRADICTED, HOLDS, INCONSISTENT, TRAP, UNTRACED, Finding

LIKE = {"none", "item"}


def judge(claim: Claim, evidence: Evidence | None, lang: str = "zh") -> Finding:
    """Return the verdict on a claim; whatever the data or the wording leave in doubt is not traceable."""
    if not claim.indicator:
        return Finding(UNTRACED, "no_indicator")
    if evidence is None:
        return Finding(UNTRACED, "no_data")
    if not claim.area or claim.scope == "?":
        return Finding(UNTRACED, "no_area")
    found = _read(claim, evidence, lang)
    if claim.span.loose and found.verdict != HOLDS:
        return _a_year_later(claim, evidence, found, lang)
    return found


def _a_year_later(claim: Claim, evidence: Evidence, found: Finding, lang: str) -> Finding:
    """The finding on what is told of 去年, unless the year reported on was meant: then nothing speaks against it."""
    base = claim.base.back(-12) if claim.base else None
    later = _read(replace(claim, span=claim.span.back(-12), base=base), evidence, lang)
    if later.verdict == HOLDS:
        words = (("period", claim.span.back(-12).code()), ("other", claim.span.code()))
        return Finding(UNTRACED, "a_year_later", facts=later.facts, words=words)
    return later if found.verdict == CONTRADICTED and later.verdict not in (CONTRADICTED, UNTRACED) else found


def _read(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    kinds = {"level": _level, "share": _share, "change": _change, "points": _points, "difference": _difference,
             "rank": standing.rank, "line": standing.line, "course": standing.course, "streak": standing.streak,
             "first": standing.first}  # fmt: skip
    found = kinds[claim.kind](claim, evidence, lang)
    if found.verdict not in (HOLDS, UNTRACED) and not claim.firm:
        return Finding(UNTRACED, "not_firm", facts=found.facts)
    return found


def _level(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    key = claim.indicator
    if not _fits(claim, key):
        return Finding(UNTRACED, "unit")
    facts = (
        evidence.increment(key, claim.area, claim.span)
        if claim.role == "increment"
        else evidence.level(key, claim.area, claim.span)
    )
    found = _held(claim, facts, key, lang)
    if found.verdict == HOLDS:
        return found
    return _elsewhere(claim, evidence, facts) or _trapped(claim, evidence, facts, lang) or found


def _share(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    if not claim.indicator or claim.unit != "fraction":
        return Finding(UNTRACED, "no_indicator")
    part = claim.indicator
    whole, key = _whole(claim)
    if not whole:
        return Finding(UNTRACED, "no_whole")
    facts = evidence.share(part, whole, claim.area, claim.span, of_area=claim.scope)
    if key and not facts and not claim.scope:
        facts = evidence.level(key, claim.area, claim.span)
    found = _held(claim, facts, key or "new_user_ratio", lang)
    if found.verdict == HOLDS or claim.scope:
        return found
    for other in sorted({other for _, other in ratios_of(part)} - {whole}):
        held = evidence.share(part, other, claim.area, claim.span)
        if facts and held and _meets(claim, held[0]):
            return Finding(TRAP, "other_whole", found.right, tuple(facts), (("other", other), ("meant", whole)))
    return found


def _change(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    key, base = claim.indicator, claim.base or claim.span.back()
    after, before = evidence.level(key, claim.area, claim.span), evidence.level(key, claim.area, base)
    pairs = [(one, other) for one in after for other in before if one.basis == other.basis]
    if not pairs:
        return _across(claim, evidence, after, before, base, lang)
    one, other = pairs[0]
    low, high, value = _ratio(one, other)
    facts = (one, other)
    right = vocab.show(value, "percent", lang)
    if indicator(key)["unit"] == "fraction" and claim.unit == "fraction":
        points = one.value - other.value
        if (
            claim.low <= one.high - other.low + 1e-9
            and one.low - other.high - 1e-9 <= claim.high
            and not _overlap(claim, low, high)
        ):
            return Finding(
                INCONSISTENT, "points_meant", vocab.text("points", lang, n=vocab.show(points, "points", lang)), facts
            )
    if _overlap(claim, low, high):
        if claim.degree and (more := standing.by_chance(claim, evidence, one, other, lang)):
            return more
        return Finding(HOLDS, "change_holds", right, facts)
    if len(pairs) > 1 or not _sure(facts):
        return Finding(UNTRACED, "sources_differ", right, facts)
    if claim.base is None and not _year_told(claim):
        return _doubted(claim, evidence, Finding(CONTRADICTED, "change_wrong", right, facts))
    return Finding(CONTRADICTED, "change_wrong", right, facts)


def _across(claim: Claim, evidence: Evidence, after: list, before: list, base: Span, lang: str) -> Finding:
    """A change whose two ends stand on different definitions, if that is what was printed."""
    keys = _siblings(claim.indicator)
    ends = [
        [(key, fact) for key in keys for fact in evidence.level(key, claim.area, span)] for span in (claim.span, base)
    ]
    for one_key, one in ends[0]:
        for other_key, other in ends[1]:
            if (
                (one_key, one.basis) != (other_key, other.basis)
                and other.value > 0
                and _overlap(claim, *_ratio(one, other)[:2])
            ):
                return Finding(TRAP, "across_basis", "", (one, other), (("one", one_key), ("other", other_key)))
    return Finding(UNTRACED, "no_base" if after else "no_figure", facts=tuple(after + before))


def _points(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    return _apart(claim, evidence, lang, points=True)


def _difference(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    if not _fits(claim, claim.indicator):
        return Finding(UNTRACED, "unit")
    return _apart(claim, evidence, lang, points=False)


def _apart(claim: Claim, evidence: Evidence, lang: str, points: bool) -> Finding:
    whole, part = "", claim.indicator
    if points and indicator(part)["unit"] != "fraction" and not (whole := _whole(claim)[0]):
        return Finding(UNTRACED, "unit")
    spans = (claim.span, claim.base or claim.span.back())
    after, before = (
        evidence.share(part, whole, claim.area, span) if whole else evidence.level(part, claim.area, span)
        for span in spans
    )
    pairs = [(one, other) for one in after for other in before if one.basis == other.basis]
    if len(pairs) != 1:
        return _grown(claim, after, lang) or Finding(UNTRACED, "no_base" if after else "no_figure")
    one, other = pairs[0]
    value, low, high = one.value - other.value, one.low - other.high, one.high - other.low
    right = (
        vocab.text("points", lang, n=vocab.show(value, "points", lang))
        if points
        else vocab.amount(value, claim.indicator, lang)
    )
    held = _overlap(claim, *((low, high) if claim.direction else sorted((abs(low), abs(high)))))
    if held:
        return Finding(HOLDS, "difference_holds", right, (one, other))
    if trap := _grown(claim, after, lang):
        return replace(trap, right=right)
    return Finding(CONTRADICTED if _sure((one, other)) else UNTRACED, "difference_wrong", right, (one, other))


def _grown(claim: Claim, after: list, lang: str) -> Finding | None:
    """A whole stock told as what was added to it."""
    if after and claim.kind == "difference" and _meets(claim, after[0]):
        return Finding(TRAP, "stock_as_flow", "", tuple(after))
    return None


def _held(claim: Claim, facts: list[Fact], key: str, lang: str) -> Finding:
    if not facts:
        return Finding(UNTRACED, "no_figure")
    right = _amount(claim, facts[0].value, key, lang)
    held = [fact for fact in facts if _meets(claim, fact)]
    if held and len(held) < len(facts):
        return Finding(UNTRACED, "sources_differ", right, tuple(facts))
    if held:
        return Finding(HOLDS, "holds", right, tuple(facts))
    if not _sure(facts) or claim.role == "loose" or _loose_unit(claim, key):
        return Finding(UNTRACED, "not_firm", "", tuple(facts))
    return Finding(CONTRADICTED, "wrong", right, tuple(facts))


def _amount(claim: Claim, value: float, key: str, lang: str) -> str:
    """A figure as the draft would print it: in tonnes where it speaks of tonnes."""
    if claim.unit == indicator(key)["unit"] and claim.per > 1 and claim.word:
        return vocab.show(value / claim.per, "number", lang, claim.decimals) + claim.word
    return vocab.amount(value, key, lang)


def _trapped(claim: Claim, evidence: Evidence, facts: list[Fact], lang: str) -> Finding | None:
    """The figure of a like indicator, of a longer period or of a whole stock, told under another name."""
    key = claim.indicator
    right = _amount(claim, facts[0].value, key, lang) if facts else ""
    if claim.bound in ("over", "under", "near", "about", "more") or claim.role == "loose":
        return None
    for other in _siblings(key)[1:]:
        held = [fact for fact in evidence.level(other, claim.area, claim.span) if _meets(claim, fact)]
        if held:
            return Finding(
                TRAP, "other_indicator", right, tuple(facts) or tuple(held), (("other", other), ("meant", key))
            )
    if claim.role == "increment" and any(_meets(claim, fact) for fact in evidence.level(key, claim.area, claim.span)):
        return Finding(TRAP, "stock_as_flow", right, tuple(facts))
    month = claim.span.length < 12 and vocab.kinds()[key] == "flow"
    running = Span(claim.span.last // 12 * 12, claim.span.last)
    if (
        month
        and running != claim.span
        and facts
        and any(_meets(claim, fact) for fact in evidence.level(key, claim.area, running))
    ):
        return Finding(TRAP, "running_total", right, tuple(facts))
    return None


def _elsewhere(claim: Claim, evidence: Evidence, facts: list[Fact]) -> Finding | None:
    """Where area or period were not told, a figure of another one of them is no error of the draft."""
    if claim.role == "increment" or claim.bound in ("over", "under"):
        return None
    for (key, area), told in evidence.facts.items():
        if key != claim.indicator or ("area" in claim.told and area != claim.area):
            continue
        for period, others in told.items():
            like = period == claim.span.code() or (not _year_told(claim) and len(period) == len(claim.span.code()))
            if like and any(_meets(claim, fact) for fact in others):
                return Finding(UNTRACED, "elsewhere", facts=tuple(facts), words=(("area", area), ("period", period)))
    return None


def _doubted(claim: Claim, evidence: Evidence, found: Finding) -> Finding:
    for years in range(-1, 8):
        span = claim.span.back(12 * years)
        after, before = (evidence.level(claim.indicator, claim.area, one) for one in (span, span.back()))
        if after and before and _overlap(claim, *_ratio(after[0], before[0])[:2]):
            return Finding(
                UNTRACED, "elsewhere", facts=found.facts, words=(("area", claim.area), ("period", span.code()))
            )
    return found


def _ratio(after: Fact, before: Fact) -> tuple[float, float, float]:
    """The least and the greatest change that the two levels can mean, and the change between them."""
    rounded = after.high > after.low or before.high > before.low
    if not rounded:
        value = after.value / before.value - 1 if before.value else math.nan
        return value, value, value
    row = pd.DataFrame({"after": [after.value], "before": [before.value], "printed": [0.0], "decimals": [1]})
    told = rounding.follows(row, after="after", before="before", printed="printed", decimals="decimals").iloc[0]
    return told["low"], told["high"], told["value"]


def _whole(claim: Claim) -> tuple[str, str]:
    """The whole of a share, and the ratio indicator that it is, if the vocabulary has it."""
    shares = [
        (key, whole)
        for key, whole in ratios_of(claim.indicator)
        if indicator(key)["kind"] == "share" and whole != "population"
    ]
    if claim.whole:
        return claim.whole, next((key for key, whole in shares if whole == claim.whole), "")
    if claim.scope:
        return claim.indicator, ""
    return (
        shares[0][::-1]
        if shares
        else (next((one[0] for one in _groups("parts") if claim.indicator in one[1:]), ""), "")
    )


def _siblings(key: str) -> list[str]:
    return [key, *(other for group in _groups("siblings") if key in group for other in group if other != key)]


@cache
def _groups(role: str) -> list[list[str]]:
    rows = vocab.table("claim_words")
    return [group.split("|") for group in rows.loc[rows["role"] == role, "key"]]


def _fits(claim: Claim, key: str) -> bool:
    unit = indicator(key)["unit"]
    return claim.unit == unit or claim.unit in LIKE or _loose_unit(claim, key)


def _loose_unit(claim: Claim, key: str) -> bool:
    """Persons where person-times are counted: good enough to agree, not to disagree."""
    return claim.unit == "person" and indicator(key)["unit"] in ("person-time", "per-ten-thousand")


def _meets(claim: Claim, fact: Fact) -> bool:
    return _overlap(claim, fact.low, fact.high)


def _overlap(claim: Claim, low: float, high: float) -> bool:
    """Whether a true value in low to high is among those that the words of the claim allow."""
    slack = 1e-9 * max(1.0, abs(high))
    return claim.low - slack <= high and low <= claim.high + slack


def _sure(facts) -> bool:
    return all(fact.status in SURE for fact in facts)


def _year_told(claim: Claim) -> bool:
    return "period" in claim.told
