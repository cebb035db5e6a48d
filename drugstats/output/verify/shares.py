"""A percentage that is no change: the value of a rate by its own name, or the part of a whole."""

import re
from dataclasses import replace
from functools import cache

from drugstats import vocab
from drugstats.output.verify.claim import Claim
from drugstats.output.verify.mentions import WEIGHTS, Mention, either
from drugstats.output.verify.sentence import SOFT, Sentence

NESTED = re.compile("其中|of these|of whom")
AMONG = re.compile("(?:总数|人数|总人数)?(?:中|里|当中)")
WHOLE = re.compile(r"\s?(?:of (?:the |all )?|的)")
BEING = re.compile(r"是|为|\s(?:are|were|is|was)\s")
DIGIT = re.compile(r"[\d零一二两三四五六七八九十百半a-z]")


def of_a_whole(sentence: Sentence, claim: Claim, found: list[Claim]) -> Claim:
    """Return the claim of a percentage as a share with its part and whole, or as it is where it names a rate."""
    clause = sentence.clause(claim.start)
    digits = DIGIT.search(sentence.text, claim.start).start()
    of = re.search(rf"(?:{either('share')})(?P<of>[^占]*)$", sentence.text[clause:digits])
    if claim.indicator and _is_rate(claim.indicator) and not (of and claim.role):
        return claim
    if twin := _twin(sentence, claim, found):
        return replace(claim, kind=twin.kind, indicator=twin.indicator, role=twin.role, whole=twin.whole,
                       area=twin.area, firm=sentence.sure(twin))  # fmt: skip
    at = clause + of.start() if of else claim.start
    known = [one for one in sentence.indicators if one.role not in WEIGHTS]
    named = sentence.named(known, at, claim.start) if of else []
    ahead = [one for one in known if one.start >= claim.end and not SOFT.search(sentence.text, claim.end, one.start)]
    ahead = [one for one in ahead if not sentence.named(sentence.numbers, claim.end, one.start)]
    follows = WHOLE.match(sentence.text, claim.end)
    if ahead and follows and follows.end() == ahead[0].start:
        sentence.taken.add(ahead[0])
        named, ahead = ahead[:1], ahead[1:]
    part, firm = _part(sentence, clause, at, claim, ahead, found, bool(of))
    opening = [match.start() for match in NESTED.finditer(sentence.text, 0, claim.start)]
    outer = [one.indicator for one in found if one.kind == "share" and opening and one.start < opening[-1]]
    inside = [one for one in known if one.end <= claim.start and one != part and AMONG.match(sentence.text, one.end)]
    inside = [one for one in inside if not outer or one.start > opening[-1]]
    whole = [*outer, *(one.what for one in inside), *(one.what for one in named[:1])]
    scope = sentence.named(sentence.areas, at, claim.start) if of else []
    return replace(
        claim, kind="share", indicator=part.what if part else "", role=part.role if part else "",
        whole=whole[-1] if whole else "", nested=bool(outer), scope=sentence.meant(scope[-1]) if scope else "",
        firm=firm and not sentence.aim(claim.start),
    )  # fmt: skip


def belongs(part: str, group: str) -> bool:
    """Return whether an indicator may be told among another: the data count it as a part of nothing else."""
    rows = vocab.table("indicators")
    wholes = {key for whole in rows.loc[rows["part"] == part, "whole"] for key in whole.split("+")}
    wholes |= {keys[0] for keys in groups("parts") if part in keys}
    like = {group, *(key for keys in groups("siblings") if group in keys for key in keys)}
    return not wholes or bool({part, *wholes} & like)


@cache
def groups(role: str) -> list[list[str]]:
    """Return the groups of indicators of a role of claim_words.csv: siblings, or a whole with its parts."""
    rows = vocab.table("claim_words")
    return [group.split("|") for group in rows.loc[rows["role"] == role, "key"]]


def _part(sentence: Sentence, clause: int, at: int, claim: Claim, ahead: list, found: list[Claim], of: bool):
    """What the share is a part for, and whether that is read without doubt."""
    clear = not sentence.behind(claim.end)
    before = [one for one in sentence.named(sentence.indicators, clause, at) if one.role not in WEIGHTS]
    before = [one for one in before if not AMONG.match(sentence.text, one.end)]
    ends = [one.end for one in sentence.numbers if one.end < claim.start]
    before = [one for one in before if not any(BEING.fullmatch(sentence.text, end, one.start) for end in ends)]
    if ahead and BEING.fullmatch(sentence.text, claim.end, ahead[0].start):
        return ahead[0], clear
    if before:
        return before[-1], clear and not sentence.left(before[-1].end, claim.start)
    if ahead:
        return ahead[0], clear
    earlier = [one for one in found if one.kind == "level" and one.unit != "fraction" and one.end <= at]
    if earlier and earlier[-1].indicator and (of or not sentence.chinese):
        source = earlier[-1]
        clear = clear and sentence.sure(source) and not sentence.left(clause, at)
        return Mention(0, 0, source.indicator, source.role), clear
    return None, False


def _twin(sentence: Sentence, claim: Claim, found: list[Claim]) -> Claim | None:
    """The share that a percentage repeats for another period: 占12.2%，比上年的7.2%上升."""
    start = sentence.window(claim.start)
    shares = [one for one in found if one.kind in ("share", "level") and one.unit == "fraction" and one.indicator]
    dated = sentence.named(sentence.periods, start, claim.start)
    named = sentence.named(sentence.indicators, start, claim.start)
    return shares[-1] if dated and shares and not named and not sentence.left(start, claim.start) else None


def _is_rate(key: str) -> bool:
    return vocab.table("indicators").at[key, "unit"] == "fraction"
