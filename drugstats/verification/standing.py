"""Claims on places, control lines, courses and streaks, held against what chance leaves open."""

import math

import pandas as pd

from drugstats import vocab
from drugstats.lines import line as line_of
from drugstats.output.verify.claim import Claim
from drugstats.output.verify.mentions import year
from drugstats.stats import control, ranking, rates
from drugstats.tables import TableError
from drugstats.verification.evidence import SURE, Evidence, Fact, indicator, pairs_of, ratios_of
from drugstats.verification.finding import CONTRADICTED, HOLDS, INCONSISTENT, TOO_MUCH, TRAP, UNTRACED, Finding

ENDS = ("highest", "lowest", "last")


def rank(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    """Return the verdict on a place among the areas of one parent."""
    peers = vocab.peers(claim.area)
    among = claim.scope in ("", vocab.parent(claim.area))
    facts = {code: evidence.level(claim.indicator, code, claim.span) for code in peers}
    if len(peers) < 3 or not among or any(len(one) != 1 for one in facts.values()):
        return Finding(UNTRACED, "no_peers")
    table = _ranked(claim, {code: one[0] for code, one in facts.items()})
    own, of = table.loc[claim.area], len(table)
    top, bottom = int(table["value"].gt(own["value"]).sum()) + 1, int(table["value"].ge(own["value"]).sum())
    right = vocab.text("verify.place_of", lang, place=f"{top}" if top == bottom else f"{top}–{bottom}", of=of)
    told = tuple(facts[claim.area])
    if not _placed(claim, top, bottom, of):
        return Finding(CONTRADICTED, "rank_wrong", right, told)
    end = claim.unit in ENDS or claim.value in (1, -1, of)
    if end and own["rank_low"] < own["rank_high"]:
        return Finding(TOO_MUCH, "not_told_apart", right, told, {"count": int(own["alike"])})
    return Finding(HOLDS, "rank_holds", right, told)


def line(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    """Return the verdict on passing or keeping a control line, judged among all areas of one parent."""
    key, limit = _limit(claim)
    if not key:
        return Finding(UNTRACED, "no_line")
    facts = {code: evidence.level(key, code, claim.span) for code in {*vocab.peers(claim.area), claim.area}}
    if not facts[claim.area] or math.isnan(facts[claim.area][0].whole):
        return Finding(UNTRACED, "no_figure")
    rows = [{"area": code, "part": one[0].part, "whole": one[0].whole} for code, one in sorted(facts.items()) if one]
    judged = control.judge(pd.DataFrame(rows), line=limit, part="part", whole="whole").set_index("area")
    own = facts[claim.area][0]
    right = vocab.amount(own.value, key, lang)
    if (own.value - limit) * claim.direction < 0:
        return Finding(CONTRADICTED, "line_wrong", right, (own,))
    if judged.at[claim.area, "verdict"] in (control.ABOVE, control.BELOW):
        return Finding(HOLDS, "line_holds", right, (own,))
    return Finding(TOO_MUCH, "line_by_chance", right, (own,))


def count(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    """Return the verdict on how many areas below one are beyond a control line."""
    key, limit = _limit(claim)
    facts = [evidence.level(key, code, claim.span) for code in vocab.children(claim.area)] if key else []
    if len(facts) < 2 or any(len(one) != 1 for one in facts):
        return Finding(UNTRACED, "no_peers")
    beyond = tuple(one for (one,) in facts if (one.value - limit) * claim.direction > 0)
    verdict, reason = (HOLDS, "count_holds") if len(beyond) == claim.value else (CONTRADICTED, "count_wrong")
    return Finding(verdict, reason, vocab.show(len(beyond), "count", lang), beyond)


def beside(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    """Return the verdict on being above or below the area above; of counts a part is always below its whole."""
    own, other = (evidence.level(claim.indicator, area, claim.span) for area in (claim.area, claim.scope))
    if (
        len(own) != 1
        or len(other) != 1
        or not other[0].value > 0
        or vocab.kinds()[claim.indicator] in ("flow", "stock")
    ):
        return Finding(UNTRACED, "no_figure")
    told = {"own": vocab.amount(own[0].value, claim.indicator, lang), "area": vocab.area(claim.scope, lang),
            "other": vocab.amount(other[0].value, claim.indicator, lang)}  # fmt: skip
    apart = (own[0].value - other[0].value) * claim.direction
    if claim.unit == "fraction":
        if claim.allows(apart, apart):
            points = vocab.text("points", lang, n=vocab.show(apart, "points", lang))
            return Finding(INCONSISTENT, "points_meant", points, (own[0], other[0]))
        apart /= other[0].value
    holds = apart > 0 and claim.allows(apart, apart)
    verdict, reason = (HOLDS, "beside_holds") if holds else (CONTRADICTED, "beside_wrong")
    return Finding(verdict, reason, vocab.text("verify.besides", lang, **told), (own[0], other[0]))


def course(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    """Return the verdict on a rise or fall told without a number."""
    after, before = evidence.ends(claim)
    pairs = pairs_of(after, before)
    if after and before and not pairs:
        words = {"one": claim.indicator, "other": claim.indicator}
        return Finding(TRAP, "across_basis", "", (after[0], before[0]), words)
    if len(pairs) != 1:
        return Finding(UNTRACED, "no_base" if after else "no_figure")
    one, other = pairs[0]
    right = _moved(claim, one, other, lang)
    if (one.value - other.value) * claim.direction <= 0:
        return Finding(CONTRADICTED if claim.told else UNTRACED, "course_wrong", right, pairs[0])
    return by_chance(claim, one, other, lang) or Finding(HOLDS, "course_holds", right, pairs[0])


def by_chance(claim: Claim, one: Fact, other: Fact, lang: str) -> Finding | None:
    """Return the finding that a change lies within its limits, None where it is beyond them or has none."""
    low, high = _limits(claim.indicator, one, other)
    if not low <= 0 <= high:
        return None
    words = {"low": vocab.show(low, "percent", lang), "high": vocab.show(high, "percent", lang)}
    return Finding(TOO_MUCH, "by_chance", _moved(claim, one, other, lang), (one, other), words)


def streak(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    """Return the verdict on so many years of one direction: it needs one year more than it names."""
    spans = [year(claim.span.last // 12 - back) for back in range(int(claim.value), -1, -1)]
    facts = [evidence.level(claim.indicator, claim.area, span) for span in spans]
    steps = [pairs_of(after, before) for before, after in zip(facts, facts[1:], strict=False)]
    steps = [pairs[0] for pairs in steps if len(pairs) == 1]
    known = [(span, one[0]) for span, one in zip(spans, facts, strict=True) if one]
    right = ", ".join(f"{span.code()}: {vocab.amount(one.value, claim.indicator, lang)}" for span, one in known)
    told = tuple(one for _, one in known)
    if any((one.value - other.value) * claim.direction <= 0 for one, other in steps):
        return Finding(CONTRADICTED, "streak_wrong", right, told)
    if len(steps) < claim.value:
        crossed = len(known) == len(facts)
        return Finding(TRAP if crossed else UNTRACED, "streak_basis" if crossed else "streak_short", right, told)
    return Finding(HOLDS, "streak_holds", right, told)


def first(claim: Claim, evidence: Evidence, lang: str) -> Finding:
    """Return the verdict on a first time: one earlier time in the data contradicts it, none does not prove it."""
    for back in range(1, 40):
        span = year(claim.span.last // 12 - back)
        for fact in evidence.level(claim.indicator, claim.area, span):
            if (fact.value - claim.value) * claim.direction > 0 and fact.status in SURE:
                right = f"{span.code()}: {vocab.amount(fact.value, claim.indicator, lang)}"
                return Finding(CONTRADICTED, "not_first", right, (fact,))
    return Finding(UNTRACED, "first_unknown")


def _limit(claim: Claim) -> tuple[str, float]:
    """The ratio that has a control line, the indicator itself or one it is a part or the whole of, and the line."""
    rows = vocab.table("indicators")
    over = rows.index[rows["whole"].str.split("+").map(lambda whole: claim.indicator in whole)]
    for key in (claim.indicator, *(key for key, _ in ratios_of(claim.indicator)), *over):
        try:
            return key, line_of(key, claim.span.code()[:4])
        except TableError:
            continue
    return "", math.nan


def _ranked(claim: Claim, facts: dict) -> pd.DataFrame:
    """The areas with their places and the places chance leaves open; none are left open for what is no count."""
    kind = vocab.kinds()[claim.indicator]
    rows = [{"area": code, "part": one.part, "whole": one.whole, "amount": one.value} for code, one in facts.items()]
    table = pd.DataFrame(rows)
    if table["whole"].notna().all():
        model = "binomial" if kind == "share" else "poisson"
        table = ranking.rank(table, part="part", whole="whole", model=model, family="simultaneous")
    elif kind in ("flow", "stock") and (table["amount"] % 1 == 0).all():
        table = ranking.rank(table, part="amount", family="simultaneous")
    else:
        table = table.assign(value=table["amount"], rank_low=math.nan, rank_high=math.nan, alike=0)
    return table.set_index("area")


def _placed(claim: Claim, top: int, bottom: int, of: int) -> bool:
    """Whether a place is right, counted from the highest or, where low is good, from the lowest."""
    low_is_good = indicator(claim.indicator)["better"] == "low"
    if claim.unit in ENDS:
        at_top = claim.unit == "highest" or (claim.unit == "last" and low_is_good)
        return (at_top and top == 1) or (claim.unit != "highest" and bottom == of)
    place = claim.value if claim.value > 0 else of + 1 + claim.value
    return top <= place <= bottom or (low_is_good and top <= of + 1 - place <= bottom)


def _moved(claim: Claim, one: Fact, other: Fact, lang: str) -> str:
    before, after = (vocab.amount(fact.value, claim.indicator, lang) for fact in (other, one))
    return vocab.text("verify.moved", lang, before=before, after=after)


def _limits(key: str, one: Fact, other: Fact) -> tuple[float, float]:
    """The limits of a change: of two counts, or of two shares; a register has none."""
    kind, whole_numbers = vocab.kinds()[key], one.value % 1 == 0 and other.value % 1 == 0
    row = pd.DataFrame([{"part": one.part, "whole": one.whole, "base_part": other.part, "base_whole": other.whole,
                         "after": one.value, "before": other.value}])  # fmt: skip
    if kind == "share" and row.notna().all(axis=None):
        told = rates.difference(row, part="part", whole="whole", base_part="base_part", base_whole="base_whole")
    elif kind == "flow" and whole_numbers and indicator(key)["unit"] != "kg":
        told = rates.change(row, after="after", before="before")
    else:
        return math.nan, math.nan
    return told["low"].iloc[0], told["high"].iloc[0]
