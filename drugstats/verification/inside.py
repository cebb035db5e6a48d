"""Claims of one sentence against each other: shares, changes and sums that do not follow from its figures."""

import math
import re
from itertools import pairwise

from drugstats import vocab
from drugstats.output.verify.claim import Claim
from drugstats.output.verify.courses import direction
from drugstats.output.verify.sentence import leftover
from drugstats.verification import across
from drugstats.verification.across import printed, wrong
from drugstats.verification.evidence import ratio

TOTAL = re.compile(
    r"(?:合计|共计|总计|一共|三者|两者|[两三四五六七八九十][^，\d]{0,2}共|in all|in total|altogether)[^\d，]{0,6}$"
)
ALL = re.compile(r"全部|所有|总数|总人数|总量|全体|其|登记|的|了|到|达|为|约|是|总|\s")
# Parts that cannot overlap: places, times, sexes, drugs. One person may be both detained and charged.
APART = re.compile(
    "[县区镇乡市村]|街道|季度|月|半年|男|女|未成年|青年|中年|老年|岁|海洛因|冰毒|氯胺酮|鸦片|大麻|依托咪酯|头丸"
)
AMONG = re.compile("其中|of these|of whom|including")
OTHER_LIST = re.compile("其中|[。;；]|同比|上年|去年|增加|减少|下降|上升|共|合计")
SHARE_WORDS = re.compile("(?:占比?|比例|比重)(?P<of>[^，]*?)的?$")
TO = re.compile(r"[到至为]$|\bto\s$")
ROSE_FROM = re.compile(r"(\S+)(?: \S+ly)? from $")
LEFT = re.compile(r"(?:由|从|自|\bfrom )[^，。,]{0,8}$")
IN_BRACKETS = re.compile(r"[^，。]{0,20}[,(（]\s?(?:or|that is|some|about|nearly|almost|即|约)?\s?")


def find(claims: list[Claim], passages: dict, lang: str = "zh") -> dict:
    """Return a finding for every claim that contradicts others; passages by their number."""
    groups = {}
    for claim in claims:
        groups.setdefault((claim.passage, claim.sentence), []).append(claim)
    found = dict(across.columns(claims, passages, lang))
    for (passage, _), group in groups.items():
        for check in (_shares, _changes, _ways, _sums, _totals):
            found = dict(check(group, passages[passage].text, lang)) | found
    return dict([*across.repeated(claims), *across.nested(claims, lang), *across.per_head(claims)]) | found


def _shares(group: list[Claim], text: str, lang: str):
    """A percentage behind two counts that no pair of them gives: 26 of 213 is not 13 %."""
    for place, claim in enumerate(group):
        counts = [one for one in group[:place] if one.kind == "level" and one.unit != "fraction"]
        if claim.kind != "share" or len(counts) < 2 or claim.scope or not _meant(claim, counts, text):
            continue
        named = [one for one in counts if claim.indicator and one.indicator == claim.indicator]
        part = (named or counts)[-1]
        if text[counts[-2].end : counts[-1].start].strip() in ("of", "out of", "of the"):
            part = counts[-2]
        wholes = [one for one in counts if one is not part and one.unit == part.unit and one.value >= part.value > 0]
        wholes = [one for one in wholes if not LEFT.search(text, 0, one.start)]
        # What a share was told of already is a part itself: 男性4021名，占84%，女性767名，占16%.
        parts = [one for one, next_one in pairwise(group) if next_one.kind == "share" and next_one is not claim]
        named = [one for one in wholes if claim.whole and one.indicator == claim.whole]
        wholes = named or [one for one in wholes if one not in parts]
        if wholes and not any(claim.allows(part.low / one.high, part.high / max(one.low, 1e-9)) for one in wholes):
            right = vocab.show(part.value / wholes[0].value, "percent", lang)
            yield claim, wrong("share", right, part=part.text, whole=wholes[0].text)


def _meant(claim: Claim, counts: list[Claim], text: str) -> bool:
    """Whether the percentage is told of those counts: it stands right behind them, and names no other whole."""
    between = text[counts[-1].end : claim.start]
    if len(between) > 40 or re.search("[。;；]", between):
        return False
    if claim.whole and not any(one.indicator == claim.whole for one in counts):
        return False
    if between == "的":  # 占在册213名的12%
        return "占" in text[max(0, counts[-1].start - 12) : counts[-1].start]
    if of := SHARE_WORDS.search(between):
        if leftover(re.split("[，,、]", between[: of.start()])[-1]):
            return False  # 其中未成年人12名，男性占88%: of another part
        named = ALL.sub("", of["of"])
        told = any(named in text[max(0, one.start - 20) : one.end + 12] for one in counts)
        return not named or claim.whole != "" or told
    return "占" in claim.text or IN_BRACKETS.fullmatch(between) is not None


def _changes(group: list[Claim], text: str, lang: str):
    """A change that does not follow from the two levels beside it, or is told in % where points are meant."""
    for place, claim in enumerate(group):
        if claim.kind not in ("change", "points", "difference"):
            continue
        levels = [one for one in group[:place] if not re.search("[;；]", text[one.end : claim.start])]
        before, after = _ends(claim, [one for one in levels if one.kind in ("level", "share")], text)
        if before is None:
            continue
        of_shares, value = before.unit == "fraction", after.value - before.value
        apart = claim.allows(after.low - before.high, after.high - before.low)
        if claim.kind == "change":
            right = vocab.show(after.value / before.value - 1, "percent", lang)
            holds = claim.allows(*ratio(after, before)) and not (of_shares and apart)
        else:
            right = printed(value, after, lang)
            holds = apart or of_shares != (claim.kind == "points") or claim.unit not in ("points", before.unit)
        if of_shares:
            decimals = max(before.decimals, after.decimals)
            right = vocab.text("points", lang, n=vocab.show(abs(value), "points", lang, decimals))
        if not holds:
            reason = "points" if claim.kind == "change" and of_shares else "change"
            yield claim, wrong(reason, right, before=before.text, after=after.text)


def _ways(group: list[Claim], text: str, lang: str):
    """A level said to be risen or fallen to from another one that lies on the other side of it."""
    levels = [one for one in group if one.kind in ("level", "share") and one.value]
    for one, other in pairwise(levels):
        between = text[one.end : other.start]
        way = direction(between) if TO.search(between) and not leftover(between) else 0
        if between == " to " and (said := ROSE_FROM.search(text[: one.start].lower())):
            way = direction(said[1])
        if (one.unit, one.indicator) == (other.unit, other.indicator) and (other.value - one.value) * way < 0:
            apart = printed(abs(other.value - one.value), other, lang)
            if other.unit == "fraction":
                n = vocab.show(abs(other.value - one.value), "points", lang, max(one.decimals, other.decimals))
                apart = vocab.text("points", lang, n=n)
            yield other, wrong("way", apart, before=one.text, after=other.text)


def _ends(claim: Claim, levels: list[Claim], text: str):
    """The level a change starts from and the one it ends at: told as from and to, or of the two periods compared."""
    levels = [one for one in levels if one.indicator in (claim.indicator, "") and one.area == claim.area]
    levels = [one for one in levels if one.value and claim.unit in ("fraction", "times", "points", one.unit)]
    if claim.base:
        ends = [[one for one in levels if one.span == span] for span in (claim.base, claim.span)]
        levels = [*ends[0][-1:], *ends[1][-1:]] if all(ends) else []
    if len(levels) < 2 or levels[-1].unit != levels[-2].unit:
        return None, None
    one, other = sorted(levels[-2:], key=lambda level: level.start)
    opening, between = text[max(0, one.start - 14) : one.start], text[one.end : other.start]
    if re.search(r"由|从|自|\bfrom ", opening) and re.search(r"到|至|为|\bto\b", between):
        return one, other
    if one.span.length != other.span.length or one.span == other.span:
        return None, None
    return sorted((one, other), key=lambda level: level.span.last)


def _sums(group: list[Claim], text: str, lang: str):
    """Parts that are told with their total and do not add up to it: 12, 9 and 7 are not 29."""
    levels = [one for one in group if one.kind in ("level", "share")]
    for place, total in enumerate(levels):
        parts = [one for one in levels[:place] if one.unit == total.unit]
        if len(parts) < 2 or not TOTAL.search(text[max(0, total.start - 10) : total.start]):
            continue
        # What stands first may be no part: any run of two or more up to the total may be what adds up.
        runs = [list(across.added(parts[at:], total, lang)) for at in range(len(parts) - 1)]
        if all(runs) and all(math.isfinite(one.low) and math.isfinite(one.high) for one in parts):
            yield from runs[0]


def _totals(group: list[Claim], text: str, lang: str):
    """Parts behind 其中 that are more than what they are parts of."""
    counts = [one for one in group if one.kind == "level" and one.unit not in ("fraction", "none")]
    for place, total in enumerate(counts[:-1]):
        rest = counts[place + 1 :]
        opening = AMONG.search(text, total.end, rest[0].start)
        if not opening or re.search("[。;；]", text[total.end : opening.start()]):
            continue
        parts = _listed(total, rest, text)
        names = [text[one.end : other.start] for one, other in zip([total, *parts], parts, strict=False)]
        apart = len(parts) > 1 and all(APART.search(name) for name in names)
        if apart and sum(one.low for one in parts) > total.high:
            finest = max(parts, key=lambda one: one.decimals)
            right = printed(sum(one.value for one in parts), finest, lang)
            yield total, wrong("parts", right, total=total.text)


def _listed(total: Claim, rest: list[Claim], text: str) -> list[Claim]:
    """The counts of the total's unit that follow one another, up to words that begin something else."""
    parts = []
    for one in rest:
        elsewhere = one.area != total.area and not one.indicator
        if one.unit != total.unit or elsewhere or (parts and OTHER_LIST.search(text[parts[-1].end : one.start])):
            break
        parts.append(one)
    return parts
