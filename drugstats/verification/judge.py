"""One claim against the data, by what it claims; what data or wording leave in doubt is not traceable."""

from dataclasses import replace

from drugstats import vocab
from drugstats.output.verify.claim import Claim
from drugstats.output.verify.mentions import Span
from drugstats.verification import standing
from drugstats.verification.across import printed
from drugstats.verification.evidence import SURE, Evidence, Fact, groups, indicator, pairs_of, ratio, ratios_of
from drugstats.verification.finding import CONTRADICTED, HOLDS, INCONSISTENT, TRAP, UNTRACED, Finding


def judge(claim: Claim, evidence: Evidence | None, lang: str = "zh") -> Finding:
    """Return the verdict on a claim; whatever the data or the wording leave in doubt is not traceable."""
    if not claim.indicator:
        return Finding(UNTRACED, "no_indicator")
    if evidence is None:
        return Finding(UNTRACED, "no_data")
    if not claim.area or claim.scope == "?":
        return Finding(UNTRACED, "no_area")
    found = _read(claim, evidence, lang)
    return _a_year_later(claim, evidence, found, lang) if claim.span.loose and found.verdict != HOLDS else found


def _read(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    found = KINDS[claim.kind](claim, evidence, lang)
    sure = claim.firm or (found.reason == "wrong" and _slipped(claim, found))
    if found.verdict not in (HOLDS, UNTRACED) and not sure:
        return Finding(UNTRACED, "not_firm", facts=found.facts)
    return found


def _slipped(claim: Claim, found: Finding) -> bool:
    """Whether a figure has the digits of the right one in another order or at another scale: no other is meant then."""
    told = claim.digits.rstrip("0")
    right = f"{found.facts[0].value:.{max(len(told) - 1, 0)}e}".partition("e")[0].replace(".", "")
    return len(told) > 2 and sorted(told) == sorted(right)


def _a_year_later(claim: Claim, evidence: Evidence, found: Finding, lang: str) -> Finding:
    """The finding on what is told of 去年, unless the year reported on was meant: then nothing speaks against it."""
    span, base = claim.span.back(-12), claim.base.back(-12) if claim.base else None
    later = _read(replace(claim, span=span, base=base), evidence, lang)
    if later.verdict == HOLDS:
        words = {"period": span.code(), "other": claim.span.code()}
        return Finding(UNTRACED, "a_year_later", facts=later.facts, words=words)
    return later if found.verdict == CONTRADICTED and later.verdict not in (CONTRADICTED, UNTRACED) else found


def _level(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    key = claim.indicator
    if not _fits(claim, key):
        return Finding(UNTRACED, "unit")
    told = evidence.increment if claim.role == "increment" else evidence.level
    facts = told(key, claim.area, claim.span)
    found = _held(claim, facts, key, lang)
    if found.verdict == HOLDS:
        return found
    return _elsewhere(claim, evidence, facts) or _trapped(claim, evidence, facts, lang) or found


def _share(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    whole, key = _whole(claim)
    if not whole or (whole == claim.indicator and not claim.scope):
        return Finding(UNTRACED, "no_whole")
    facts = evidence.share(claim.indicator, whole, claim.area, claim.span, of_area=claim.scope)
    if key and not facts and not claim.scope:
        facts = evidence.level(key, claim.area, claim.span)
    found = _held(claim, facts, key or "new_user_ratio", lang)
    if found.verdict == HOLDS or claim.scope:
        return found
    for other in sorted({other for _, other in ratios_of(claim.indicator)} - {whole}):
        held = evidence.share(claim.indicator, other, claim.area, claim.span)
        if facts and held and _meets(claim, held[0]):
            return Finding(TRAP, "other_whole", found.right, tuple(facts), {"other": other, "meant": whole})
    return found


def _change(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    after, before = evidence.ends(claim)
    pairs = [(one, other) for one, other in pairs_of(after, before) if other.value > 0]
    if not pairs:
        return _across(claim, evidence, after, before)
    one, other = facts = pairs[0]
    right, follows = vocab.show(one.value / other.value - 1, "percent", lang), claim.allows(*ratio(one, other))
    of_shares = indicator(claim.indicator)["unit"] == claim.unit == "fraction"
    if of_shares and not follows and claim.allows(one.low - other.high, one.high - other.low):
        points = vocab.text("points", lang, n=vocab.show(one.value - other.value, "points", lang))
        return Finding(INCONSISTENT, "points_meant", points, facts)
    if follows:
        by_chance = standing.by_chance(claim, one, other, lang) if claim.degree else None
        return by_chance or Finding(HOLDS, "change_holds", right, facts)
    if len(pairs) > 1 or not _sure(facts):
        return Finding(UNTRACED, "sources_differ", right, facts)
    if not claim.base and "period" not in claim.told:
        return Finding(UNTRACED, "not_firm", facts=facts)
    return Finding(CONTRADICTED, "change_wrong", right, facts)


def _across(claim: Claim, evidence: Evidence, after: list, before: list) -> Finding:
    """A change whose two ends stand on different definitions, if that is what was printed."""
    ends = [[], []]
    for key in _siblings(claim.indicator):
        for found, facts in zip(ends, evidence.ends(replace(claim, indicator=key)), strict=True):
            found += [(key, fact) for fact in facts]
    for one_key, one in ends[0]:
        for other_key, other in ends[1]:
            differ = (one_key, one.basis) != (other_key, other.basis)
            if differ and other.value > 0 and claim.allows(*ratio(one, other)):
                return Finding(TRAP, "across_basis", "", (one, other), {"one": one_key, "other": other_key})
    return Finding(UNTRACED, "no_base" if after else "no_figure", facts=tuple(after + before))


def _apart(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    """A change told in counts or in percentage points."""
    points, of_share = claim.kind == "points", indicator(claim.indicator)["unit"] == "fraction"
    whole = _whole(claim)[0] if points and not of_share else ""
    if not (of_share or whole if points else _fits(claim, claim.indicator)):
        return Finding(UNTRACED, "unit")
    after, before = evidence.ends(claim, whole)
    pairs = pairs_of(after, before)
    stock_as_flow = not points and after and _meets(claim, after[0])
    trap = Finding(TRAP, "stock_as_flow", "", tuple(after)) if stock_as_flow else None
    if len(pairs) != 1:
        return trap or Finding(UNTRACED, "no_base" if after else "no_figure")
    one, other = facts = pairs[0]
    value, low, high = one.value - other.value, one.low - other.high, one.high - other.low
    right = vocab.amount(value, claim.indicator, lang)
    if points:
        right = vocab.text("points", lang, n=vocab.show(value, "points", lang))
    if claim.allows(*((low, high) if claim.direction else sorted((abs(low), abs(high))))):
        return Finding(HOLDS, "difference_holds", right, facts)
    if trap:
        return replace(trap, right=right)
    return Finding(CONTRADICTED if _sure(facts) else UNTRACED, "difference_wrong", right, facts)


LOOSE = ("person person-time", "person per-ten-thousand", "item person", "item person-time", "item case", "item kg")
KINDS = {
    "level": _level, "share": _share, "change": _change, "points": _apart, "difference": _apart, "rank": standing.rank,
    "line": standing.line, "count": standing.count, "beside": standing.beside, "course": standing.course,
    "streak": standing.streak, "first": standing.first,
}  # fmt: skip


def _held(claim: Claim, facts: list[Fact], key: str, lang: str) -> Finding:
    if not facts:
        return Finding(UNTRACED, "no_figure")
    right = _amount(claim, facts[0].value, key, lang)
    held = [_meets(claim, fact) for fact in facts]
    if all(held):
        return Finding(HOLDS, "holds", right, tuple(facts))
    if any(held):
        return Finding(UNTRACED, "sources_differ", right, tuple(facts))
    if not _sure(facts) or claim.role == "loose" or _loose_unit(claim, key):
        return Finding(UNTRACED, "not_firm", "", tuple(facts))
    return Finding(CONTRADICTED, "wrong", right, tuple(facts))


def _amount(claim: Claim, value: float, key: str, lang: str) -> str:
    """A figure as the draft would print it: in tonnes where it speaks of tonnes, in times where it speaks of times."""
    if claim.unit == "times":
        return printed(value, claim, lang)
    if claim.unit == indicator(key)["unit"] and claim.per > 1:
        return printed(value, claim, lang)
    return vocab.amount(value, key, lang)


def _trapped(claim: Claim, evidence: Evidence, facts: list[Fact], lang: str) -> Finding | None:
    """The figure of a like indicator, of a longer period or of a whole stock, told under another name."""
    key = claim.indicator
    if claim.bound or claim.role == "loose":
        return None
    right = _amount(claim, facts[0].value, key, lang) if facts else ""
    for other in _siblings(key)[1:]:
        held = tuple(fact for fact in evidence.level(other, claim.area, claim.span) if _meets(claim, fact))
        if held:
            return Finding(TRAP, "other_indicator", right, tuple(facts) or held, {"other": other, "meant": key})
    stock = evidence.level(key, claim.area, claim.span) if claim.role == "increment" else []
    if any(_meets(claim, fact) for fact in stock):
        return Finding(TRAP, "stock_as_flow", right, tuple(facts))
    running = Span(claim.span.last // 12 * 12, claim.span.last)
    if facts and "here" in claim.told and vocab.kinds()[key] == "flow" and claim.span.length < running.length:
        if any(_meets(claim, fact) for fact in evidence.level(key, claim.area, running)):
            return Finding(TRAP, "running_total", right, tuple(facts))
    return None


def _elsewhere(claim: Claim, evidence: Evidence, facts: list[Fact]) -> Finding | None:
    """Where area or period were not told, a figure of another one that the draft names is no error of it."""
    if claim.role == "increment" or claim.bound in ("over", "under"):
        return None
    areas, periods = evidence.named
    for (key, area), told in evidence.facts.items():
        if key != claim.indicator or area not in areas or ("area" in claim.told and area != claim.area):
            continue
        for period, others in told.items():
            free = "period" not in claim.told and period in periods
            if (free or period == claim.span.code()) and any(_meets(claim, fact) for fact in others):
                return Finding(UNTRACED, "elsewhere", facts=tuple(facts), words={"area": area, "period": period})
    return None


def _whole(claim: Claim) -> tuple[str, str]:
    """The whole of a share, and the ratio indicator that it is, if the vocabulary has it."""
    shares = [(whole, key) for key, whole in ratios_of(claim.indicator) if indicator(key)["unit"] == "fraction"]
    shares = [(whole, key) for whole, key in shares if whole != "population"]
    if claim.whole:
        return claim.whole, dict(reversed(shares)).get(claim.whole, "")
    if claim.scope:
        return claim.indicator, ""
    if shares:
        return shares[0]
    return next((whole for whole, *parts in groups("parts") if claim.indicator in parts), ""), ""


def _siblings(key: str) -> list[str]:
    return [key, *(other for group in groups("siblings") if key in group for other in group if other != key)]


def _fits(claim: Claim, key: str) -> bool:
    unit = indicator(key)["unit"]
    return claim.unit == unit or (claim.unit in ("none", "item") and unit != "fraction") or _loose_unit(claim, key)


def _loose_unit(claim: Claim, key: str) -> bool:
    """Persons where person-times are counted, things where persons are: good enough to agree, not to disagree."""
    return f"{claim.unit} {indicator(key)['unit']}" in LOOSE


def _meets(claim: Claim, fact: Fact) -> bool:
    return claim.allows(fact.low, fact.high)


def _sure(facts) -> bool:
    return all(fact.status in SURE for fact in facts)
