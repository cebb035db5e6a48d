"""Claims of one sentence against each other: shares, changes and sums that do not follow from its figures."""

import math
import re

from drugstats import vocab
from drugstats.output.verify.claim import Claim
from drugstats.verification import across
from drugstats.verification.across import overlap, told, wrong

TOTAL = re.compile(
    r"(?:合计|共计|总计|一共|三者|两者|[两三四五六七八九十][^，\d]{0,2}共|in all|in total|altogether)[^\d，]{0,6}$"
)
ALL = re.compile("全部|所有|总数|总人数|总量|全体|其|登记|的|了|到|达|为|约|是|总|\\s")
# Parts that cannot overlap: places, times, sexes, drugs. One person may be both detained and charged.
APART = re.compile(
    "[县区镇乡市村]|街道|季度|月|半年|男|女|未成年|青年|中年|老年|岁|海洛因|冰毒|氯胺酮|鸦片|大麻|依托咪酯|头丸"
)
AMONG = re.compile("其中|of these|of whom|including")


def find(claims: list[Claim], passages: dict, lang: str = "zh") -> dict:
    """Return a finding for every claim (by its place in the list) that contradicts others; passages by their number."""
    texts, found = (
        {number: passage.text for number, passage in passages.items()},
        across.columns(claims, passages, lang),
    )
    for group in _sentences(claims):
        for check in (_shares, _changes, _sums, _totals):
            found = {**check(claims, group, texts, lang), **found}
    return {**across.repeated(claims), **across.nested(claims, lang), **across.per_head(claims), **found}


def _sentences(claims: list[Claim]) -> list[list[int]]:
    groups = {}
    for place, claim in enumerate(claims):
        groups.setdefault((claim.passage, claim.sentence), []).append(place)
    return list(groups.values())


def _shares(claims, group, texts, lang) -> dict:
    """A percentage behind two counts that no pair of them gives: 26 of 213 is not 13 %."""
    found = {}
    for place in group:
        claim = claims[place]
        counts = [
            claims[at]
            for at in group
            if at < place and claims[at].kind == "level" and claims[at].unit not in ("fraction", "points")
        ]
        if claim.kind != "share" or len(counts) < 2 or claim.scope or not _meant(claim, counts, texts):
            continue
        part = next(
            (one for one in reversed(counts) if claim.indicator and one.indicator == claim.indicator), counts[-1]
        )
        if texts[claim.passage][counts[-2].end : counts[-1].start].strip() in ("of", "out of", "of the"):
            part = counts[-2]
        wholes = [one for one in counts if one is not part and one.unit == part.unit and one.value >= part.value > 0]
        named = [one for one in wholes if claim.whole and one.indicator == claim.whole]
        wholes = named or wholes
        if wholes and not any(overlap(claim, part.low / one.high, part.high / max(one.low, 1e-9)) for one in wholes):
            right = vocab.show(part.value / wholes[0].value, "percent", lang)
            found[place] = wrong("share", right, part=part.text, whole=wholes[0].text)
    return found


def _meant(claim: Claim, counts: list[Claim], texts: dict) -> bool:
    """Whether the percentage is told of those counts: it stands right behind them, and names no other whole."""
    text = texts[claim.passage]
    between = text[counts[-1].end : claim.start]
    if (
        len(between) > 40
        or re.search("[。;；]", between)
        or (claim.whole and not any(one.indicator == claim.whole for one in counts))
    ):
        return False
    if between == "的":  # 占在册213名的12%
        return "占" in text[max(0, counts[-1].start - 12) : counts[-1].start]
    if of := re.search("(?:占比?|比例|比重)(?P<of>[^，]*?)的?$", between):
        named = ALL.sub("", of["of"])
        return (
            not named
            or claim.whole != ""
            or any(named in text[max(0, one.start - 20) : one.end + 12] for one in counts)
        )
    return (
        "占" in claim.text
        or re.fullmatch(r"[^，。]{0,20}[,(（]\s?(?:or|that is|some|about|nearly|almost|即|约)?\s?", between) is not None
    )


def _changes(claims, group, texts, lang) -> dict:
    """A change that does not follow from the two levels beside it, or is told in % where points are meant."""
    found = {}
    for place in group:
        claim = claims[place]
        if claim.kind not in ("change", "points", "difference"):
            continue
        before, after = _ends(
            claim, [claims[at] for at in group if at < place and claims[at].kind in ("level", "share")], texts
        )
        if before is None:
            continue
        fraction = before.unit == "fraction"
        apart = (after.low - before.high, after.high - before.low)
        value = after.value - before.value
        if claim.kind == "change" and fraction:
            if overlap(claim, *apart) or not overlap(claim, *_ratio(after, before)):
                points = vocab.text("points", lang, n=vocab.show(abs(value), "points", lang, _decimals(before, after)))
                found[place] = wrong("points", points, before=before.text, after=after.text)
        elif claim.kind == "change":
            if not overlap(claim, *_ratio(after, before)):
                right = vocab.show(after.value / before.value - 1, "percent", lang)
                found[place] = wrong("change", right, before=before.text, after=after.text)
        elif (
            fraction == (claim.kind == "points")
            and claim.unit in ("points", before.unit)
            and not overlap(claim, *apart)
        ):
            right = (
                vocab.text("points", lang, n=vocab.show(value, "points", lang))
                if fraction
                else told(value, after, lang)
            )
            found[place] = wrong("change", right, before=before.text, after=after.text)
    return found


def _ends(claim: Claim, levels: list[Claim], texts: dict):
    """The level a change starts from and the one it ends at: told as from and to, or of the two periods compared."""
    levels = [
        one for one in levels if (one.indicator == claim.indicator or not one.indicator) and one.area == claim.area
    ]
    levels = [one for one in levels if one.value and claim.unit in ("fraction", "times", "points", one.unit)]
    if claim.base:
        ends = [[one for one in levels if one.span == span] for span in (claim.base, claim.span)]
        levels = [*ends[0][-1:], *ends[1][-1:]] if all(ends) else []
    if len(levels) < 2 or levels[-1].unit != levels[-2].unit:
        return None, None
    one, other = sorted(levels[-2:], key=lambda level: level.start)
    between = texts[one.passage][one.end : other.start]
    opening = texts[one.passage][max(0, one.start - 14) : one.start]
    if re.search(r"由|从|自|\bfrom ", opening) and re.search(r"到|至|为|\bto\b", between):
        return one, other
    if one.span.length != other.span.length or one.span == other.span:
        return None, None
    return sorted((one, other), key=lambda level: level.span.last)


def _sums(claims, group, texts, lang) -> dict:
    """Parts that are told with their total and do not add up to it: 12, 9 and 7 are not 29."""
    found = {}
    for place in group:
        total = claims[place]
        text = texts[total.passage]
        parts = [
            claims[at]
            for at in group
            if at < place and claims[at].kind in ("level", "share") and claims[at].unit == total.unit
        ]
        if (
            len(parts) < 2
            or total.kind not in ("level", "share")
            or not TOTAL.search(text[max(0, total.start - 10) : total.start])
        ):
            continue
        # What stands first may be no part: any run of two or more up to the total may be what adds up.
        sums = [
            (sum(one.low for one in parts[at:]), sum(one.high for one in parts[at:])) for at in range(len(parts) - 1)
        ]
        if math.isfinite(sums[0][1] - sums[0][0]) and not any(overlap(total, *one) for one in sums):
            found[place] = wrong("sum", told(sum(one.value for one in parts), total, lang), total=total.text)
    return found


def _totals(claims, group, texts, lang) -> dict:
    """Parts behind 其中 that are more than what they are parts of."""
    found = {}
    text = texts[claims[group[0]].passage]
    counts = [
        (at, claims[at]) for at in group if claims[at].kind == "level" and claims[at].unit not in ("fraction", "none")
    ]
    for at, total in counts:
        rest = [(place, one) for place, one in counts if place > at]
        opening = AMONG.search(text, total.end, rest[0][1].start) if rest else None
        if not opening or re.search("[。;；]", text[total.end : opening.start()]):
            continue
        parts = _listed(total, rest, text)
        labels = [
            text[before.end : one.start]
            for before, (_, one) in zip([total, *(one for _, one in parts)], parts, strict=False)
        ]
        if (
            len(parts) > 1
            and all(APART.search(label) for label in labels)
            and sum(one.low for _, one in parts) > total.high
        ):
            finest = max((one for _, one in parts), key=lambda one: one.decimals)
            found[at] = wrong("parts", told(sum(one.value for _, one in parts), finest, lang), total=total.text)
    return found


def _listed(total: Claim, rest: list, text: str) -> list:
    """The counts of the total's unit that follow one another, up to words that begin something else."""
    parts = []
    for place, one in rest:
        before = text[(parts[-1][1] if parts else total).end : one.start]
        if (
            one.unit != total.unit
            or one.area != total.area
            and one.indicator == ""
            or (parts and re.search("其中|[。;；]|同比|上年|去年|增加|减少|下降|上升|共|合计", before))
        ):
            break
        parts.append((place, one))
    return parts


def _ratio(after: Claim, before: Claim) -> tuple[float, float]:
    return after.low / before.high - 1, after.high / before.low - 1 if before.low > 0 else math.inf


def _decimals(*claims: Claim) -> int:
    return max(claim.decimals for claim in claims)
