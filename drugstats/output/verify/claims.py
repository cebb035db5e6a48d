"""What a draft claims: each number, rank or course with indicator, area, period and comparison; judges nothing."""

import re
from dataclasses import replace

from drugstats import vocab
from drugstats.output.verify import courses, mentions
from drugstats.output.verify.cells import in_cell
from drugstats.output.verify.claim import COUNTED, Claim, Scene, counted
from drugstats.output.verify.masks import sentences
from drugstats.output.verify.mentions import WEIGHTS, Mention, Span, either
from drugstats.output.verify.numerals import Number
from drugstats.output.verify.sentence import SOFT, Context, Sentence, is_flow, is_rate, leftover
from drugstats.output.verify.shares import belongs, of_a_whole

JOINED = re.compile(r"\s?(?:和|与|及|以及|、|and|,|or)\s?$")
SIGNED = re.compile(r"(?:变化|增减|变动|同比|环比|\bby |\bgives )(?:了|为)?\s?(?P<sign>[-−+])$")
COMPARED = re.compile(r"\s(?:(more than|higher than|above)|(?:less|fewer|lower) than|below|short of)\b")
OF_A_NUMBER = re.compile(r"\s(?:out )?of (?:the )?\d")
A_NUMBER_OF = re.compile(r"\d (?:out )?of (?:the )?$")
OUT_OF = re.compile(r"\b(?:in|out of) (?:every )?$")  # seven in ten; fell in five counties
ADDED = re.compile(r"新增|净增|\bnewly\b")
FROM = re.compile(r"(?:由|从|(?<!来)自|\bfrom )[^，,;；]{0,8}$")
CLASS = re.compile(
    r"的(?:有|只有|县|区|乡|镇|地|[一二两三四五六七八九十\d])| in (?:all |only )?\w+ (?:districts|counties|townships)"
)
BEING = re.compile("[是为系](?!全)")  # 2015年底的234.5万名是现有数
THAN = re.compile(r"(?:比|较|与|同|跟|高于|低于|多于|少于|\bthan (?:in )?)$")
OPENED = re.compile(
    r"其中|[中里](?=[，有])|\b(?:of (?:these|whom)|including)\b|\b(?:among |of (?:the |all )?\d)[^，,;]*(?=, )"
)
LINK = re.compile(r"\s?(?:的|(?:were|are|was|is) )?")
OF = re.compile(r" of (?:the |all )?")  # a quarter of the users, 3 kg of heroin; but 52 of the users are a part of them


def find(passages, scene: Scene, held: frozenset = frozenset()) -> list[Claim]:
    """Return the claims of passages (see draft.read), in reading order.

    `held` are the places (passage, start) of claims that the data confirm: what is read from those is read well.
    What the title and opening words tell of area and period holds for every paragraph that tells none of its own.
    """
    found, opening = [], None
    for passage in passages:
        text, places = mentions.plain(passage.text)
        if passage.context:
            claims = in_cell(passage, text, scene)
        else:
            sure = {at for at, place in enumerate(places) if (passage.number, place) in held}
            claims, last = _paragraph(text, scene, opening, sure)
            if last and not (found or claims):
                opening, scene = last, replace(scene, span=last.span)
        for claim in claims:
            start, end = places[claim.start], places[claim.end - 1] + 1
            words = " ".join(passage.text[start:end].split())
            found.append(replace(claim, passage=passage.number, start=start, end=end, text=words))
    return found


def _paragraph(text: str, scene: Scene, before: Context | None, held: set) -> tuple[list[Claim], Context | None]:
    """The claims of a paragraph, and what is known of area and period at its end."""
    found = []
    for number, (start, end) in enumerate(sentences(text)):
        sentence = Sentence(text, start, end, scene, before)
        sentence.held = {place - start for place in held}
        before = sentence.context()
        for claim in _claims(sentence):
            found.append(replace(claim, sentence=number, start=claim.start + start, end=claim.end + start))
    return found, before


def _claims(sentence: Sentence) -> list[Claim]:
    told, found = courses.lines(sentence) + courses.streaks(sentence) + courses.besides(sentence), []
    for number in sentence.numbers:
        within = any(one.start < number.end and number.start < one.end for one in told)
        if not within and not courses.is_line(sentence.text[number.end :]):
            found += _numbered(sentence, number, found)
    found = _paired(sentence, found)
    found += told + courses.ranks(sentence, found) + courses.moves(sentence, found)
    return sorted(found, key=lambda one: (one.start, one.end))


def _numbered(sentence: Sentence, number: Number, found: list[Claim]) -> list[Claim]:
    """The claim of a number: none where it counts nothing that can be named."""
    start, text = sentence.window(number.start), sentence.text
    direction, degree = _direction(sentence, number, start, found)
    claim = counted(
        number, direction, degree=degree, span=sentence.span(number.start), told=sentence.told(number.start)
    )
    subject, firm, source = _subject(sentence, claim, start, found)
    of = OF_A_NUMBER.match(text, number.end) or A_NUMBER_OF.search(text[: number.start])
    unnamed = number.unit in ("none", "item") and not subject and not of
    if unnamed or re.fullmatch(r"(?:19|20)\d\d", text[number.start : number.end]):
        return []
    level = claim.kind == "level"
    claim = replace(claim, span=sentence.span(number.start, flow=bool(subject) and is_flow(subject.what)))
    span, base = _times(sentence, claim, start)
    own_area = level or not source or sentence.named(sentence.areas, start, number.start)
    area = sentence.area(number.start) if own_area else source.area
    firm = firm and not (sentence.aim(number.start) or sentence.vague(number.start) or CLASS.match(text, number.end))
    firm = firm and not (level and (BEING.match(text, number.end) or text[: number.start].endswith(" by ") or of))
    firm = firm and not OUT_OF.search(text, 0, number.start) and (number.unit != "times" or direction or base)
    # The same thing at the same place and time has one figure: another one is told of a part that has no name here.
    again = number.bound in ("over", "under")  # 4,956名，已降到5,000名以下
    same = source and not again and (source.direction, source.area, source.span) == (0, area, span)
    firm = firm and not (same or _led(sentence, start, number, subject, found) if level else _beside(sentence, number))
    claim = replace(claim, span=span, base=base, area=area, firm=firm)
    if subject:
        added = level and vocab.kinds()[subject.what] == "stock" and ADDED.search(text, start, number.start)
        claim = replace(claim, indicator=subject.what, role="increment" if added else subject.role)
        claim = replace(claim, firm=claim.firm and not (subject.role == "increment" and "累计" in text))
    if multiple := _multiple(sentence, number, claim, found):
        return [multiple]
    sentence.clean[number.start] = claim.firm
    begun = FROM.search(text, start, number.start)
    dated = begun and (sentence.named(sentence.periods, begun.start(), number.start) or _dated(sentence, claim))
    claim = replace(claim, firm=claim.firm and not (level and begun and not dated))
    if level and number.unit == "fraction":
        claim = of_a_whole(sentence, claim, found)
        flow = claim.indicator and is_flow(claim.indicator) and claim.span == sentence.span(number.start)
        claim = replace(claim, span=sentence.span(number.start, flow=True)) if flow else claim
    return [replace(claim, firm=claim.firm and not _astray(sentence, claim, found))]


def _multiple(sentence: Sentence, number: Number, claim: Claim, found: list[Claim]) -> Claim | None:
    """The claim that what was counted last is so many times another thing: 是现有吸毒人员的4.6倍."""
    of = [one for one in sentence.indicators if sentence.text[one.end : number.start] == "的"]
    if number.unit != "times" or not of or not found or found[-1].indicator in ("", of[0].what):
        return None
    part = next((one for one in reversed(found) if one.kind == "level"), found[-1])
    known = {name: getattr(part, name) for name in ("indicator", "role", "area", "span")}
    return replace(claim, kind="share", whole=of[0].what, firm=sentence.sure(part), base=None, **vars(number) | known)


def _led(sentence: Sentence, start: int, number: Number, subject, found: list[Claim]) -> bool:
    """Whether this follows from something counted before that has no name here, or is one of a list that has none."""
    if sentence.named([*sentence.areas, *sentence.periods], start, number.start) or "分别" in sentence.text:
        return False
    if subject and is_rate(subject.what) and subject.start >= start:
        return False  # a rate by its own name is of nothing counted before
    before = [one for one in found if one.kind == "level" and one.unit != "fraction"]
    if not before and not sentence.named([*sentence.areas, *sentence.periods, *sentence.indicators], 0, start):
        return re.search(r"\d", sentence.text[:start]) is not None
    other = any(not sentence.sure(one) and one.indicator != (subject and subject.what) for one in before)
    return other or any(JOINED.fullmatch(sentence.text, one.end, number.start) for one in sentence.numbers)


def _beside(sentence: Sentence, number: Number) -> bool:
    """Whether a change is one from another place, or thing, and not from another time: 比望鹭区多304名."""
    if than := COMPARED.match(sentence.text, number.end):
        return not any(0 <= one.end - than.end() and one.start - than.end() < 4 for one in sentence.periods)
    named = sentence.named([*sentence.areas, *sentence.indicators], 0, number.start)
    return any(THAN.search(sentence.text, 0, one.start) for one in named)


def _astray(sentence: Sentence, claim: Claim, found: list[Claim]) -> bool:
    """Whether a part is told among a group that it is no part of in the data: 抓获的491名嫌疑人中，未成年人12名."""
    others = [
        one for one in found if (one.kind, one.indicator) == ("level", claim.indicator) and one.area != claim.area
    ]
    if claim.kind == "share" and others and claim.whole in ("", claim.indicator):
        return True  # 全市31名，其中望鹭区14名，占45.2%; 青渡区96起、望鹭区72起，占46.9%
    apart = max((one.end() for one in re.finditer("[；;]", sentence.text[: claim.start])), default=0)
    opened = [one.end() for one in OPENED.finditer(sentence.text, apart, claim.start)]
    named = [(one.end, one.what) for one in sentence.indicators if one.role != "loose"]
    groups = [one for one in [*named, *((one.end, one.indicator) for one in found)] if opened and one[0] <= opened[-1]]
    return bool(groups) and not belongs(claim.indicator, max(groups)[1])


def _direction(sentence: Sentence, number: Number, start: int, found: list[Claim]) -> tuple[int, bool]:
    left = sentence.text[start : number.start]
    if sign := SIGNED.search(left):
        return (1 if sign["sign"] == "+" else -1), False
    named = any(one.start == LINK.match(sentence.text, number.end).end() for one in sentence.indicators)
    if JOINED.fullmatch(left) and found and found[-1].direction and number.unit == found[-1].unit and not named:
        return found[-1].direction, False
    if left.endswith("by ") and found and found[-1].kind == "change" and "," not in left:
        return found[-1].direction, False  # heroin users fell by 46% and ketamine users by 60%
    if after := COMPARED.match(sentence.text, number.end):
        return (1 if after[1] else -1), False
    return courses.turned(left, sentence.text[number.start : number.end] if number.unit == "points" else "")


def _subject(sentence: Sentence, claim: Claim, start: int, found: list[Claim]):
    """The indicator that is counted, whether it is read without doubt, and the claim it is taken over from."""
    if behind := _behind(sentence, claim, start):
        sentence.taken.add(behind)
        clear = not leftover(re.sub(either("act"), "", sentence.left(start, claim.start)))
        return behind, clear and (sentence.chinese or not sentence.behind(behind.end)), None
    free = [one for one in sentence.indicators if one not in sentence.taken]
    weighed = claim.unit == "kg", claim.unit == "kg" or claim.kind == "change"
    free = [one for one in free if one.role not in WEIGHTS or weighed[one.role == "weight"]]
    if inside := sentence.named(free, start, claim.start):
        return inside[-1], _clean(sentence, inside[-1], claim), None
    passed = max((one.end for one in sentence.numbers if one.end <= claim.start), default=0)
    same = sentence.named(free, passed, claim.start)
    left, level = sentence.left(start, claim.start), claim.kind == "level"
    earlier = [one for one in found if one.indicator and one.kind in COUNTED]
    follows = not level or _moved(sentence, claim, start) or JOINED.search(sentence.text[: claim.start])
    if not left and earlier and follows and not (same and same[-1].start > earlier[-1].start):
        source = earlier[-1]
        mention = Mention(source.start, source.end, source.indicator, source.role)
        return mention, sentence.clean.get(source.start) or sentence.sure(source), source
    near = same and (same[-1].start >= sentence.clause(claim.start) or not sentence.left(same[-1].end, claim.start))
    if near and not left:
        return same[-1], _clean(sentence, same[-1], claim), None
    if not left and sentence.before.topic and not sentence.named(sentence.indicators, 0, claim.start):
        return Mention(0, 0, sentence.before.topic), not level, None
    doubtful = [] if level else sentence.named(sentence.indicators, 0, claim.start)
    return doubtful[-1] if doubtful else None, False, None


def _behind(sentence: Sentence, claim: Claim, start: int) -> Mention | None:
    """The indicator that follows its number: 213名在册吸毒人员, 破获35起毒品案件, 26 new users."""
    if claim.unit == "fraction":
        return None
    link = (claim.unit == "kg" and OF.match(sentence.text, claim.end)) or LINK.match(sentence.text, claim.end)
    rest = link.end()
    if act := re.search(rf"({either('act')})[了 共]*$", sentence.text[start : claim.start]):
        gap = "" if sentence.chinese else " "
        ahead = mentions.indicators(act[1] + gap + sentence.text[rest : rest + 14])
        if ahead and ahead[0].start == 0 and ahead[0].end > len(act[1]):
            return replace(ahead[0], start=rest, end=rest + ahead[0].end - len(act[1] + gap))
    follows = [one for one in sentence.indicators if one.start == rest]
    idle = sentence.named(sentence.indicators, start, claim.start) and follows and follows[0].role == "loose"
    weighed = follows and (follows[0].role not in WEIGHTS or link.re is OF)
    return follows[0] if weighed and not idle else None


def _moved(sentence: Sentence, claim: Claim, start: int) -> bool:
    """Whether only the time or the place is another than that of the number before (去年15名，今年26名)."""
    told = any(start - 1 <= one.end <= claim.start for one in (*sentence.periods, *sentence.areas))
    reached = re.search(rf"(?:{either('to')})$", sentence.text[start : claim.start].rstrip())
    return told or reached is not None or bool(_dated(sentence, claim))


def _dated(sentence: Sentence, claim: Claim) -> list[Mention]:
    """The periods right behind a number, which in English may belong to it: 432 in 2024."""
    behind = [one for one in sentence.periods if one.start >= claim.end and not sentence.chinese]
    return [one for one in behind if not sentence.text[claim.end : one.start].strip(" (")]


def _clean(sentence: Sentence, mention: Mention, claim: Claim) -> bool:
    """Whether nothing narrows the indicator: neither before it, nor between it and its number, nor behind."""
    named = [*sentence.areas, *sentence.periods, *sentence.numbers, *sentence.indicators]
    edges = [one.end for one in named if one.end <= mention.start]
    edges += [match.end() for match in SOFT.finditer(sentence.text, 0, mention.start)]
    joined = any(one.end == mention.start and one.role not in ("loose", *WEIGHTS) for one in sentence.indicators)
    before = joined or sentence.left(max(edges, default=0), mention.start)
    return not (before or sentence.left(mention.end, claim.start) or sentence.behind(claim.end))


def _times(sentence: Sentence, claim: Claim, start: int) -> tuple[Span, Span | None]:
    """The period a number speaks of and the one it is compared with."""
    before = sentence.named(sentence.periods, 0, claim.start)
    own = [one for one in before if one.start >= start or one.end == start - 1]
    if claim.kind == "level":
        begun = FROM.search(sentence.text, start, claim.start)
        own = [one for one in own if not begun or one.start >= begun.start()]
        if own and own[-1].role in ("base", "before"):
            return courses.base_of("", own[-1:], claim.span), None
        if behind := _dated(sentence, claim):
            return behind[0].what, None
        return claim.span.back() if begun and not own else claim.span, None
    if claim.unit == "times" and own and own[-1].what.last < sentence.scene.span.last:
        return own[-1].what.back(-12), own[-1].what
    told = [one.what for one in before if not one.role]
    if len(told) > 1 and told[-2].length == told[-1].length and told[-2] != told[-1]:
        return max(told[-2:], key=lambda one: one.last), min(told[-2:], key=lambda one: one.last)
    left = sentence.text[: claim.start]
    behind = [] if sentence.chinese else [one for one in sentence.periods if one.start >= claim.end and one.role]
    behind = [one for one in behind if not re.search(r"[\d,;]", sentence.text[claim.end : one.start])]
    return claim.span, courses.base_of(left, before + behind[:1], claim.span)


def _paired(sentence: Sentence, found: list[Claim]) -> list[Claim]:
    """Claims with 分别: the areas, or the indicators, named in a list each take their own number."""
    place = sentence.text.find("分别")
    if place < 0:
        return found
    end = re.search("[，;；]|$", sentence.text[place:]).start() + place
    mine = [one for one in found if place < one.start < end]
    others = [one for one in found if one not in mine]
    levels = [one for one in found if one.end <= place and one.kind == "level"]
    counts = [one for one in levels if one.unit != "fraction"]  # a rate between them is told with its own change
    levels = counts if len(counts) == len(mine) else levels
    passed = levels[-1].end if len(levels) == len(mine) else 0
    areas = [one for one in sentence.areas if passed <= one.start < place and not sentence.is_scope(one)]
    if len(areas) == len(mine) > 1:
        return others + [replace(one, area=sentence.meant(area)) for one, area in zip(mine, areas, strict=True)]
    if len(levels) == len(mine) > 1:
        return others + [
            replace(one, indicator=of.indicator, role=of.role, area=of.area, span=of.span, firm=of.firm and one.firm)
            for one, of in zip(mine, levels, strict=True)
        ]
    return others + [replace(one, firm=len(mine) == 1 and one.firm) for one in mine]
