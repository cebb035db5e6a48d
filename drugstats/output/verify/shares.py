"""A percentage that is no change: the value of a rate by its own name, or the part of a whole."""

import re
from dataclasses import replace
from functools import cache

from drugstats import vocab
from drugstats.output.verify.claim import Claim
from drugstats.output.verify.mentions import Mention, either
from drugstats.output.verify.numerals import Number
from drugstats.output.verify.sentence import SOFT, Sentence

NESTED = re.compile("其中|of these|of whom")
AMONG = re.compile(r"(?:总数|人数|总人数)?(?:中|里|当中)")
WHOLE = re.compile(r"\s?(?:of (?:the |all )?|的)")


def of_a_whole(sentence: Sentence, claim: Claim, number: Number, found: list[Claim]) -> Claim:
    """Return the claim of a percentage as a share with its part and whole, or as it is where it names a rate."""
    clause = sentence.clause(number.start)
    digits = number.start + re.search(r"[\d零一二两三四五六七八九十百半a-z]", sentence.text[number.start :]).start()
    of = re.search(rf"(?:{either('share')})(?P<of>[^占]*)$", sentence.text[clause:digits])
    if claim.indicator and is_fraction(claim.indicator) and not (of and claim.role):
        return claim
    if twin := _twin(sentence, number, found):
        return replace(
            claim,
            kind=twin.kind,
            indicator=twin.indicator,
            role=twin.role,
            whole=twin.whole,
            area=twin.area,
            firm=twin.firm,
        )
    at = clause + of.start() if of else number.start
    known = [one for one in sentence.indicators if one.role != "weight"]
    named = sentence.named(known, at, number.start) if of else []
    ahead = [one for one in known if number.end <= one.start and not SOFT.search(sentence.text[number.end : one.start])]
    follows = WHOLE.match(sentence.text[number.end :])
    if ahead and follows and number.end + follows.end() == ahead[0].start:
        named, ahead = ahead[:1], ahead[1:]
    part, firm = _part(sentence, clause, at, number, ahead, found, bool(of))
    opening = [match.start() for match in NESTED.finditer(sentence.text[: number.start])]
    outer = [one for one in found if one.kind == "share" and opening and one.start < opening[-1]]
    inside = [one for one in known if one.end <= number.start and one != part and AMONG.match(sentence.text[one.end :])]
    inside = [one for one in inside if not outer or one.start > opening[-1]]
    whole = named[0].what if named else inside[-1].what if inside else outer[-1].indicator if outer else ""
    scope = sentence.named(sentence.areas, at, number.start) if of else []
    return replace(
        claim, kind="share", indicator=part.what if part else "", role=part.role if part else "", whole=whole,
        nested=bool(outer),
        scope=sentence.meant(scope[-1]) if scope else "", firm=firm and not sentence.aim(number.start),
    )  # fmt: skip


def _part(sentence: Sentence, clause: int, at: int, number: Number, ahead: list, found: list[Claim], of: bool):
    """What the share is a part for, and whether that is read without doubt."""
    behind = sentence.left(number.end, sentence.stop(number.end)) if sentence.chinese else ""
    before = [one for one in sentence.named(sentence.indicators, clause, at) if one.role != "weight"]
    before = [one for one in before if not AMONG.match(sentence.text[one.end :])]
    if before:
        return before[-1], not behind and not sentence.left(before[-1].end, number.start)
    if ahead:
        return ahead[0], not behind
    earlier = [one for one in found if one.kind == "level" and one.unit != "fraction" and one.end <= at]
    if earlier and earlier[-1].indicator and (of or not sentence.chinese):
        source = earlier[-1]
        return Mention(0, 0, source.indicator, source.role), source.firm and not behind and not sentence.left(
            clause, at
        )
    return None, False


def _twin(sentence: Sentence, number: Number, found: list[Claim]) -> Claim | None:
    """The share that a percentage repeats for another period: 占12.2%，比上年的7.2%上升."""
    start = sentence.window(number.start)
    told = sentence.named(sentence.periods, start, number.start)
    shares = [one for one in found if one.kind in ("share", "level") and one.unit == "fraction" and one.indicator]
    return (
        shares[-1]
        if told
        and shares
        and not sentence.left(start, number.start)
        and not sentence.named(sentence.indicators, start, number.start)
        else None
    )


@cache
def is_fraction(key: str) -> bool:
    """Return whether an indicator is itself a percentage."""
    return vocab.table("indicators").at[key, "unit"] == "fraction"
