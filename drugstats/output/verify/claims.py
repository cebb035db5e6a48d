"""What a draft claims: each number, rank or course with indicator, area, period and comparison; judges nothing."""

import re
from dataclasses import replace

from drugstats import vocab
from drugstats.output.verify import courses, mentions
from drugstats.output.verify.cells import in_cell
from drugstats.output.verify.claim import COUNTED, Claim, Scene, counted
from drugstats.output.verify.masks import sentences
from drugstats.output.verify.mentions import Mention, Span, either
from drugstats.output.verify.numerals import Number
from drugstats.output.verify.sentence import SOFT, Sentence
from drugstats.output.verify.shares import of_a_whole

JOINED = re.compile(r"\s?(?:和|与|及|以及|、|and|,|or)\s?$")
SIGNED = re.compile(r"(?:变化|增减|变动|同比|环比|\bby |\bgives )(?:了|为)?\s?(?P<sign>[-−+])$")
VERBS = (
    "破获",
    "抓获",
    "缴获",
    "查处",
    "查获",
    "新发现",
    "新增",
    "捣毁",
    "侦破",
    "现有",
    "累计登记",
    "发生",
    "solved",
    "arrested",
    "seized",
)


def find(passages, scene: Scene) -> list[Claim]:
    """Return the claims of passages (see draft.read), in reading order."""
    found = []
    for passage in passages:
        text, places = mentions.plain(passage.text)
        claims = in_cell(passage, text, scene) if passage.context else _paragraph(passage.number, text, scene)
        for claim in claims:
            start, end = places[claim.start], places[claim.end - 1] + 1
            found.append(replace(claim, start=start, end=end, text=" ".join(passage.text[start:end].split())))
    return found


def _paragraph(passage: int, text: str, scene: Scene) -> list[Claim]:
    found, before = [], None
    for number, (start, end) in enumerate(sentences(text)):
        before = Sentence(text, start, end, scene, before)
        found += [replace(claim, passage=passage, sentence=number) for claim in _claims(before)]
    return found


def _claims(sentence: Sentence) -> list[Claim]:
    told, found = courses.lines(sentence) + courses.streaks(sentence), []
    for number in sentence.numbers:
        if not any(one.start < number.end and number.start < one.end for one in told) and not courses.is_line(
            sentence.text[number.end :]
        ):
            found += _numbered(sentence, number, found)
    found = _paired(sentence, found)
    found += told + courses.ranks(sentence, found) + courses.moves(sentence, found)
    found = [replace(one, start=one.start + sentence.offset, end=one.end + sentence.offset) for one in found]
    return sorted(found, key=lambda one: (one.start, one.end))


def _numbered(sentence: Sentence, number: Number, found: list[Claim]) -> list[Claim]:
    """The claim of a number: none where it counts nothing that can be named."""
    start = sentence.window(number.start)
    if re.fullmatch(r"(?:19|20)\d\d", sentence.text[number.start : number.end]):
        return []
    direction, degree = _direction(sentence, number, start, found)
    claim = counted(
        number, direction, span=sentence.span(number.start), degree=degree, told=sentence.told(number.start)
    )
    kind = claim.kind
    subject, firm, source = _subject(sentence, number, start, kind, found)
    of = re.match(r"\s(?:out )?of (?:the )?\d", sentence.text[number.end :])
    if number.unit in ("none", "item") and not subject and not of:
        return []
    span, base = _times(sentence, number, kind)
    own_area = kind == "level" or not source or sentence.named(sentence.areas, start, number.start)
    area = sentence.area(number.start) if own_area else source.area
    claim = replace(claim, span=span, base=base, area=area, firm=firm and not sentence.aim(number.start))
    if subject:
        added = (
            kind == "level"
            and vocab.kinds()[subject.what] == "stock"
            and re.search(r"新增|净增|\bnewly\b", sentence.text[start : number.start])
        )
        claim = replace(claim, indicator=subject.what, role="increment" if added else subject.role)
    dated = (
        sentence.named(sentence.periods, start, number.start)
        or not sentence.chinese
        and sentence.named(sentence.periods, number.end, number.end + 12)
    )
    if sentence.vague(number.start):
        claim = replace(claim, firm=False)
    sentence.clean[number.start] = claim.firm
    if kind == "level" and _from(sentence, number) and not dated:
        claim = replace(claim, firm=False)
    return [of_a_whole(sentence, claim, number, found) if kind == "level" and number.unit == "fraction" else claim]


def _direction(sentence: Sentence, number: Number, start: int, found: list[Claim]) -> tuple[int, bool]:
    left = sentence.text[start : number.start]
    if sign := SIGNED.search(left):
        return (1 if sign["sign"] == "+" else -1), False
    if JOINED.fullmatch(left) and found and found[-1].direction and number.unit == found[-1].unit:
        return found[-1].direction, False
    if not sentence.chinese and (
        after := re.match(r"\s(more|higher|less|fewer|lower) than", sentence.text[number.end :])
    ):
        return (1 if after[1] in ("more", "higher") else -1), False
    return courses.turned(left, sentence.text[number.start : number.end] if number.unit == "points" else "")


def _subject(sentence: Sentence, number: Number, start: int, kind: str, found: list[Claim]):
    """The indicator that is counted, whether it is read without doubt, and the claim it is taken over from."""
    known = [
        one
        for one in sentence.indicators
        if one not in sentence.taken and (one.role != "weight" or number.unit == "kg")
    ]
    if behind := _behind(sentence, number, start):
        sentence.taken.add(behind)
        return behind, True, None
    if inside := sentence.named(known, start, number.start):
        return inside[-1], _clean(sentence, inside[-1], number), None
    left = sentence.left(start, number.start)
    passed = max((one.end for one in sentence.numbers if one.end <= number.start), default=0)
    same = sentence.named(known, passed, number.start)
    earlier = [one for one in found if one.indicator and one.kind in COUNTED]
    follows = kind != "level" or _moved(sentence, number, start) or JOINED.search(sentence.text[: number.start])
    if not left and earlier and follows and not (same and same[-1].start > earlier[-1].start):
        source = earlier[-1]
        return (
            Mention(source.start, source.end, source.indicator, source.role),
            sentence.clean.get(source.start, source.firm),
            source,
        )
    if (
        same
        and not left
        and (same[-1].start >= sentence.clause(number.start) or not sentence.left(same[-1].end, number.start))
    ):
        return same[-1], _clean(sentence, same[-1], number), None
    if kind != "level" and (before := sentence.named(sentence.indicators, 0, number.start)):
        return before[-1], False, None
    if kind != "level" and sentence.before and sentence.before.indicators and not sentence.indicators and not left:
        return sentence.before.indicators[-1], False, None
    return None, False, None


def _behind(sentence: Sentence, number: Number, start: int) -> Mention | None:
    """The indicator that follows its number: 213名在册吸毒人员, 破获35起毒品案件, 26 new users."""
    if number.unit == "fraction":
        return None
    rest = (
        re.match(r"\s?(?:的|of (?:the |all )?|(?:were|are|was|is) )?", sentence.text[number.end :]).end() + number.end
    )
    for verb in VERBS:
        if sentence.text[start : number.start].rstrip("了 共").endswith(verb):
            ahead = mentions.indicators(verb + sentence.text[rest : rest + 14])
            if ahead and ahead[0].start == 0 and ahead[0].end > len(verb):
                return ahead[0]
    follows = [
        one
        for one in sentence.indicators
        if one.start == rest or (one.start > rest and _being(sentence, number.end, one.start))
    ]
    left = sentence.named(sentence.indicators, start, number.start)
    return follows[0] if follows and follows[0].role != "weight" and not (left and follows[0].role == "loose") else None


def _being(sentence: Sentence, start: int, end: int) -> bool:
    """Whether only 是 and a period stand between a number and what it counts (26人是今年新发现的)."""
    between = sentence.text[start:end]
    return between[:1] == "是" and not SOFT.search(between) and not sentence.left(start, end)


def _moved(sentence: Sentence, number: Number, start: int) -> bool:
    """Whether only the time or the place is another than that of the number before (去年15名，今年26名)."""
    told = [one for one in (*sentence.periods, *sentence.areas) if start - 1 <= one.end <= number.start]
    behind = [
        one for one in sentence.periods if one.start >= number.end and not sentence.text[number.end : one.start].strip()
    ]
    reached = re.search(rf"(?:{either('to')})$", sentence.text[start : number.start].rstrip())
    return bool(told) or reached is not None or (not sentence.chinese and bool(behind))


def _clean(sentence: Sentence, mention: Mention, number: Number) -> bool:
    """Whether nothing narrows the indicator: neither before it, nor between it and its number, nor behind."""
    named = [*sentence.areas, *sentence.periods, *sentence.numbers, *sentence.indicators]
    edges = [one.end for one in named if one.end <= mention.start] + [
        match.end() for match in SOFT.finditer(sentence.text, 0, mention.start)
    ]
    joined = any(one.end == mention.start and one.role not in ("loose", "weight") for one in sentence.indicators)
    before = joined or sentence.left(max(edges, default=0), mention.start)
    behind = sentence.left(number.end, sentence.stop(number.end)) if sentence.chinese else ""
    return not (before or sentence.left(mention.end, number.start) or behind)


def _times(sentence: Sentence, number: Number, kind: str) -> tuple[Span, Span | None]:
    """The period a number speaks of and the one it is compared with."""
    start, span = sentence.window(number.start), sentence.span(number.start)
    before = sentence.named(sentence.periods, 0, number.start)
    own = [one for one in before if one.start >= start or one.end == start - 1]
    after = [
        one
        for one in sentence.periods
        if one.start >= number.end and not sentence.text[number.end : one.start].strip(" (")
    ]
    if kind == "level":
        if own and own[-1].role in ("base", "before"):
            return courses.base_of("", own[-1:], span), None
        if not sentence.chinese and after:
            return after[0].what, None
        return (span.back() if _from(sentence, number) and not own else span), None
    if number.unit == "times" and own and own[-1].what.last // 12 < sentence.scene.last:
        return own[-1].what.back(-12), own[-1].what
    told = [one.what for one in before if not one.role]
    if len(told) > 1 and told[-2].length == told[-1].length and told[-2] != told[-1]:
        return max(told[-2:], key=lambda one: one.last), min(told[-2:], key=lambda one: one.last)
    return span, courses.base_of(sentence.text[sentence.clause(number.start) : number.start], before, span)


def _from(sentence: Sentence, number: Number) -> bool:
    """Whether a number is the one that a change starts from (由5107名降至)."""
    return (
        re.search(r"(?:由|从|自|\bfrom )[^，,;；]{0,8}$", sentence.text[sentence.window(number.start) : number.start])
        is not None
    )


def _paired(sentence: Sentence, found: list[Claim]) -> list[Claim]:
    """Claims with 分别: the areas, or the indicators, named in a list each take their own number."""
    place = sentence.text.find("分别")
    if place < 0:
        return found
    end = re.search("[，;；]|$", sentence.text[place:]).start() + place
    mine = [one for one in found if place < one.start < end]
    areas = [one for one in sentence.areas if one.end <= place and not sentence.is_scope(one)]
    levels = [one for one in found if one.end <= place and one.kind == "level"]
    if len(areas) == len(mine) > 1:
        mine = [replace(one, area=sentence.meant(area)) for one, area in zip(mine, areas, strict=True)]
    elif len(levels) == len(mine) > 1:
        mine = [
            replace(one, indicator=of.indicator, role=of.role, area=of.area, span=of.span, firm=of.firm and one.firm)
            for one, of in zip(mine, levels, strict=True)
        ]
    else:
        mine = [replace(one, firm=len(mine) == 1 and one.firm) for one in mine]
    return [one for one in found if not place < one.start < end] + mine
