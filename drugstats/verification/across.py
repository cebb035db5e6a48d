"""Claims that stand apart in a draft against each other: tables, repetitions, nested shares, costs a head."""

import re

from drugstats import vocab
from drugstats.output.verify.claim import Claim
from drugstats.verification.finding import INCONSISTENT, Finding

PER_HEAD = 1.15  # two estimates of one cost a head that differ by more than this are two different estimates
SUM = re.compile("合计|总计|小计|共计|[Tt]otal")


def columns(claims: list[Claim], passages: dict, lang: str) -> dict:
    """Return the findings on a table's totals that its columns do not add up to; an empty cell hides a sum."""
    found, columns = {}, {}
    for place, claim in enumerate(claims):
        cell = passages[claim.passage]
        if (
            cell.table
            and claim.kind == "level"
            and claim.unit not in ("fraction", "points", "point", "per-ten-thousand")
        ):
            columns.setdefault((cell.table, cell.column), []).append((place, cell))
    for cells in columns.values():
        *parts, (place, last) = cells
        rows = [cell.row for _, cell in cells]
        whole = (
            len(parts) > 1
            and rows == list(range(2, rows[-1] + 1))
            and len({claims[at].indicator for at, _ in cells}) == 1
        )
        inner = any(SUM.search(cell.context) for _, cell in parts)
        total = claims[place]
        if (
            whole
            and not inner
            and SUM.search(last.context)
            and not overlap(total, sum(claims[at].low for at, _ in parts), sum(claims[at].high for at, _ in parts))
        ):
            found[place] = wrong("sum", told(sum(claims[at].value for at, _ in parts), total, lang), total=total.text)
    return found


def repeated(claims: list[Claim]) -> dict:
    """Return the findings on one figure told twice and differently."""
    found, seen = {}, {}
    for place, claim in enumerate(claims):
        if (
            claim.kind != "level"
            or not claim.firm
            or not claim.indicator
            or claim.role
            or not {"area", "period"} <= set(claim.told)
        ):
            continue
        key = (claim.indicator, claim.area, claim.span, claim.span.loose, claim.unit)
        if key in seen and not overlap(claim, seen[key].low, seen[key].high):
            found[place] = wrong("twice", seen[key].text, other=seen[key].text)
        seen.setdefault(key, claim)
    return found


def nested(claims: list[Claim], lang: str) -> dict:
    """Return the findings on a share of a part told again as a share of the whole."""
    found, inner_ones = {}, []
    for place, claim in enumerate(claims):
        if claim.kind != "share" or not claim.indicator:
            continue
        outer = [
            one for one in claims[:place] if one.kind == "share" and not one.nested and one.indicator == claim.whole
        ]
        if claim.nested and outer:
            inner_ones.append((claim, outer[-1]))
            continue
        for inner, of in inner_ones:
            alike = claim.indicator == inner.indicator and claim.whole != inner.whole and claim.value == inner.value
            if alike and not overlap(claim, inner.low * of.low, inner.high * of.high):
                right = vocab.show(inner.value * of.value, "percent", lang)
                found[place] = wrong("nested", right, part=of.text, share=inner.text)
    return found


def per_head(claims: list[Claim]) -> dict:
    """Return the findings on money spent that means two costs a head: 30亿 by 6万 users, 3亿 by 4,788."""
    pairs, found = [], {}
    for place, claim in enumerate(claims):
        if claim.kind != "level" or claim.indicator != "drug_spending" or not claim.value > 0:
            continue
        counted = [one for one in claims[:place] if one.kind == "level" and one.value > 0 and one.area == claim.area]
        counted = [one for one in counted if one.passage == claim.passage and claim.sentence - one.sentence < 2]
        heads = [one for one in counted if one.indicator in ("users_current", "users_registered")]
        if heads:
            pairs.append((place, claim, claim.value * 10_000 / heads[-1].value))
    for number, (place, claim, cost) in enumerate(pairs):
        for _, other, former in pairs[:number]:
            if other.area != claim.area and max(cost, former) / min(cost, former) > PER_HEAD:
                costs = {"one": vocab.show(former, "count"), "other": vocab.show(cost, "count")}
                found[place] = wrong("per_head", "", **costs)
    return found


def overlap(claim: Claim, low: float, high: float) -> bool:
    """Return whether a true value in low to high is among those that the words of the claim allow."""
    slack = 1e-9 * max(1.0, abs(claim.value))
    return claim.low - slack <= high and low <= claim.high + slack


def told(value: float, like: Claim, lang: str) -> str:
    """Return a figure printed as the claim prints its own."""
    if like.unit == "fraction":
        return vocab.show(value, "percent", lang, like.decimals)
    return vocab.show(value / like.per, "number", lang, like.decimals) + like.word


def wrong(reason: str, right: str, **words) -> Finding:
    """Return the finding that a claim does not agree with others of the draft."""
    return Finding(INCONSISTENT, f"inside_{reason}", right, words=tuple(words.items()))
