"""Claims on places, control lines, courses and streaks, held against what chance leaves open."""

import math

import pandas as pd

from drugstats import vocab
from drugstats.lines import line as line_of
from drugstats.output.verify.claim import Claim
from drugstats.output.verify.mentions import year
from drugstats.stats import control, ranking, rates
from drugstats.tables import TableError
from drugstats.verification.evidence import SURE, indicator, ratios_of
from drugstats.verification.finding import CONTRADICTED, HOLDS, TOO_MUCH, TRAP, UNTRACED, Finding


def rank(claim: Claim, evidence, lang: str):
    """Return the verdict on a place among the areas of one parent."""
    peers = [code for code in vocab.peers(claim.area) if code in evidence.areas] if claim.area in evidence.areas else []
    if (
        len(peers) < 3
        or (claim.scope and claim.scope != vocab.parent(claim.area))
        or len(peers) < len(vocab.peers(claim.area))
    ):
        return Finding(UNTRACED, "no_peers")
    facts = {code: evidence.level(claim.indicator, code, claim.span) for code in peers}
    if any(len(one) != 1 for one in facts.values()):
        return Finding(UNTRACED, "no_peers")
    table = _ranked(claim, {code: one[0] for code, one in facts.items()})
    own, of = table.loc[claim.area], len(table)
    top, bottom = (int(table["value"].gt(own["value"]).sum()) + 1, int(table["value"].ge(own["value"]).sum()))
    right = vocab.text("verify.place_of", lang, place=f"{top}" if top == bottom else f"{top}–{bottom}", of=of)
    if not _placed(claim, top, bottom, of, indicator(claim.indicator)["better"]):
        return Finding(CONTRADICTED, "rank_wrong", right, tuple(facts[claim.area]))
    end = claim.unit in ("highest", "lowest", "last") or claim.value in (1, -1, of)
    if end and own["rank_low"] != own["rank_high"] and not math.isnan(own["rank_low"]):
        return Finding(TOO_MUCH, "not_told_apart", right, tuple(facts[claim.area]), (("count", int(own["alike"])),))
    return Finding(HOLDS, "rank_holds", right, tuple(facts[claim.area]))


def line(claim: Claim, evidence, lang: str):
    """Return the verdict on passing or keeping a control line, judged among all areas of one parent."""
    key, limit = _limit(claim)
    if not key:
        return Finding(UNTRACED, "no_line")
    peers = vocab.peers(claim.area) or [claim.area]
    facts = {code: evidence.level(key, code, claim.span) for code in {*peers, claim.area}}
    if not facts[claim.area] or math.isnan(facts[claim.area][0].whole):
        return Finding(UNTRACED, "no_figure")
    rows = pd.DataFrame(
        [{"area": code, "part": one[0].part, "whole": one[0].whole} for code, one in sorted(facts.items()) if one]
    )
    judged = control.judge(rows, line=limit, part="part", whole="whole").set_index("area").loc[claim.area, "verdict"]
    own = facts[claim.area][0]
    right = vocab.amount(own.value, key, lang)
    if (own.value - limit) * claim.direction < 0:
        return Finding(CONTRADICTED, "line_wrong", right, (own,))
    if judged in (control.ABOVE, control.BELOW):
        return Finding(HOLDS, "line_holds", right, (own,))
    return Finding(TOO_MUCH, "line_by_chance", right, (own,))


def course(claim: Claim, evidence, lang: str):
    """Return the verdict on a rise or fall told without a number."""
    base = claim.base or claim.span.back()
    after, before = (
        evidence.level(claim.indicator, claim.area, claim.span),
        evidence.level(claim.indicator, claim.area, base),
    )
    pairs = [(one, other) for one in after for other in before if one.basis == other.basis]
    if len(pairs) != 1:
        if after and before and not pairs:
            return Finding(
                TRAP, "across_basis", "", (after[0], before[0]), (("one", claim.indicator), ("other", claim.indicator))
            )
        return Finding(UNTRACED, "no_base" if after else "no_figure")
    one, other = pairs[0]
    right = _moved(claim, one, other, lang)
    if (one.value - other.value) * claim.direction <= 0:
        sure = "period" in claim.told or "area" in claim.told
        return Finding(CONTRADICTED if sure else UNTRACED, "course_wrong", right, (one, other))
    return by_chance(claim, evidence, one, other, lang) or Finding(HOLDS, "course_holds", right, (one, other))


def by_chance(claim: Claim, evidence, one, other, lang: str):
    """Return the finding that a change lies within its limits, None where it is beyond them or has none."""
    low, high = _limits(claim.indicator, one, other)
    if math.isnan(low) or not low <= 0 <= high:
        return None
    return Finding(
        TOO_MUCH, "by_chance", _moved(claim, one, other, lang), (one, other),
        (("low", vocab.show(low, "percent", lang)), ("high", vocab.show(high, "percent", lang))),
    )  # fmt: skip


def streak(claim: Claim, evidence, lang: str):
    """Return the verdict on so many years of one direction: it needs one year more than it names."""
    spans = [year(claim.span.last // 12 - back) for back in range(int(claim.value), -1, -1)]
    facts = [evidence.level(claim.indicator, claim.area, span) for span in spans]
    steps = [(b[0].value - a[0].value) * claim.direction for a, b in zip(facts, facts[1:], strict=False)
             if len(a) == len(b) == 1 and a[0].basis == b[0].basis]  # fmt: skip
    told = ", ".join(
        f"{span.code()}: {vocab.amount(one[0].value, claim.indicator, lang)}"
        for span, one in zip(spans, facts, strict=True)
        if one
    )
    flat = tuple(one[0] for one in facts if one)
    if any(step <= 0 for step in steps):
        return Finding(CONTRADICTED, "streak_wrong", told, flat)
    if len(steps) < claim.value:
        crossed = all(facts) and len(steps) < len(facts) - 1
        return Finding(TRAP if crossed else UNTRACED, "streak_basis" if crossed else "streak_short", told, flat)
    return Finding(HOLDS, "streak_holds", told, flat)


def first(claim: Claim, evidence, lang: str):
    """Return the verdict on a first time: one earlier time in the data contradicts it, none does not prove it."""
    for back in range(1, 40):
        span = year(claim.span.last // 12 - back)
        for fact in evidence.level(claim.indicator, claim.area, span):
            if (fact.value - claim.value) * claim.direction > 0 and fact.status in SURE:
                right = f"{span.code()}: {vocab.amount(fact.value, claim.indicator, lang)}"
                return Finding(CONTRADICTED, "not_first", right, (fact,))
    return Finding(UNTRACED, "first_unknown")


def _limit(claim: Claim) -> tuple[str, float]:
    """The ratio that has a control line, the indicator itself or one it is a part of, and the line."""
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
    row = indicator(claim.indicator)
    table = pd.DataFrame(
        [{"area": code, "part": fact.part, "whole": fact.whole, "amount": fact.value} for code, fact in facts.items()]
    )
    if table["whole"].notna().all():
        table = ranking.rank(
            table,
            part="part",
            whole="whole",
            model="binomial" if row["kind"] == "share" else "poisson",
            family="simultaneous",
        )
    elif row["kind"] in ("flow", "stock") and (table["amount"] % 1 == 0).all():
        table = ranking.rank(table, part="amount", family="simultaneous")
    else:
        table = table.assign(value=table["amount"], rank_low=math.nan, rank_high=math.nan, alike=0)
    return table.set_index("area")


def _placed(claim: Claim, top: int, bottom: int, of: int, better: str) -> bool:
    """Whether a place is right, counted from the highest or, where low is good, from the lowest."""
    if claim.unit == "highest":
        return top == 1
    if claim.unit == "lowest":
        return bottom == of
    if claim.unit == "last":
        return bottom == of or (better == "low" and top == 1)
    places = range(top, bottom + 1)
    wanted = claim.value if claim.value > 0 else of + 1 + claim.value
    return wanted in places or (better == "low" and of + 1 - wanted in places)


def _moved(claim: Claim, one, other, lang: str) -> str:
    return vocab.text(
        "verify.moved",
        lang,
        before=vocab.amount(other.value, claim.indicator, lang),
        after=vocab.amount(one.value, claim.indicator, lang),
    )


def _limits(key: str, one, other) -> tuple[float, float]:
    """The limits of a change: of two counts, or of two shares; a register has none."""
    if not math.isnan(one.whole) and not math.isnan(other.whole) and vocab.kinds()[key] == "share":
        row = pd.DataFrame([{"part": one.part, "whole": one.whole, "base_part": other.part, "base_whole": other.whole}])
        told = rates.difference(row, part="part", whole="whole", base_part="base_part", base_whole="base_whole").iloc[0]
        return told["low"], told["high"]
    if vocab.kinds()[key] == "flow" and one.value % 1 == 0 and other.value % 1 == 0 and indicator(key)["unit"] != "kg":
        told = rates.change(
            pd.DataFrame({"after": [one.value], "before": [other.value]}), after="after", before="before"
        ).iloc[0]
        return told["low"], told["high"]
    return math.nan, math.nan
