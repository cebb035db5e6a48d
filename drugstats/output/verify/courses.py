"""What a sentence says without counting: rises and falls, places, streaks and control lines."""

import math
import re
from dataclasses import replace
from functools import cache

from drugstats.output.verify import masks, numerals
from drugstats.output.verify.claim import Claim
from drugstats.output.verify.mentions import Mention, Span, either, words
from drugstats.output.verify.sentence import SOFT, Sentence, is_flow, is_rate, leftover

HAN = "[一二三四五六七八九十两]+"
RANK = re.compile(
    r"(?:(?P<verb>位居|位列|名列|排名|排在|排|居|列)(?:在)?[^，。;；、第]{0,6}?)?"
    rf"(?P<place>(?P<rest>倒数)?第(?P<number>\d+|{HAN})(?P<unit>位|名)?)"
    rf"|\brank(?:s|ed)?\s(?P<ordinal>{'|'.join(numerals.ORDINALS)}|\d+(?:st|nd|rd|th))\b"
)
STREAK = re.compile(
    rf"(?:连续|持续)(?P<number>\d+|{HAN})(?P<unit>年|个月|个季度)"
    rf"|(?:for )?(?P<english>{'|'.join(numerals.ONES[2:11])}) (?:(?:consecutive|straight|successive) years"
    r"|years (?:in a row|running))"
)
BEGUN = re.compile(r"(?:由|从|\bfrom )[^，,]{0,6}$")
FIRST = re.compile(r"首次|第一次|\bfor the first time\b")
EACH = re.compile(r"(?:各|其他|其它|所有)(?:县市区|县区|县|市|区|乡镇|镇|地区|省)(?:中|里)?[^，。]{0,12}$")
AMONG = re.compile(r"[^,.;]{0,30}?\b(?:in|of|among) (?:the |all )*(?:city|county|province|districts?|counties|nine)")
ORDINAL = re.compile(rf"\b(?:{'|'.join(numerals.ORDINALS)})[ -]$")
RATE = re.compile(r" (?:ratio|rate|share|percentage|score)\b")
SAME = re.compile(r"同比|on the year|year on year|year-on-year|from a year earlier")
PREVIOUS = re.compile(r"环比|on the month|on the quarter")
MANY = re.compile(r"这|都|均|各|两(?:地|县|区|个)|\b(?:districts|counties|townships)\b")
LISTED = re.compile(r"的?(?:有|地区|县|区|乡镇|是|为|共)")
COUNTED = re.compile(rf"(?P<count>\d+|{HAN})个(?:县|区|市|乡|镇|街道|地区|\(|\)|、)+[^，。;；\d]{{0,12}}$")
BETWEEN = ("", "了", "出", "发现", "抓获", "破获")  # what may part 少 or 增 from its number: 多达 is no rise


def direction(text: str) -> int:
    """Return 1 or -1 where a text says up or down last, else 0."""
    found = re.findall(_directions(), text)
    return _way(found[-1]) if found else 0


def turned(left: str, number: str = "") -> tuple[int, bool]:
    """Return the direction that the words before a number give it, and whether they press it (明显, sharply).

    Those before a level reached (降至, fell to) or left behind (from) give none. `number` itself may begin with one.
    """
    left = re.sub(either("share"), lambda word: masks.BLANK * len(word[0]), left)
    leading = re.match(either("bound"), number)
    found = list(re.finditer(_directions(), left + (leading[0] if leading else "")))
    if not found:
        return 0, False
    last, tail = found[-1], left[found[-1].end() :].replace(masks.BLANK, "")
    reached = not last[0].endswith("幅") and re.match(rf"了?(?:{either('to')})(?!\s*by)", tail.strip())
    left_behind = re.search(r"(?:由|从|自|\bfrom|\bto)\s?$", tail)
    if reached or left_behind or leftover(tail) or (len(last[0]) == 1 and tail not in BETWEEN):
        return 0, False
    return _way(last[0]), presses(left[max(0, last.start() - 8) : last.start()] + tail)


def presses(text: str) -> bool:
    """Return whether a text makes a change a large one: 明显, sharply."""
    return "strong" in {words("degree")[word] for word in re.findall(either("degree"), text)}


def base_of(left: str, periods: list, span: Span) -> Span | None:
    """Return the period that the words before a number compare with, None where they do not say."""
    based = [one.what for one in periods if one.role in ("base", "before")]
    if based:
        told = based[-1]
        # 比上年 is the year before the one spoken of, and its same months.
        same = span.back(12 * round((span.last - told.last) / 12) or 12)
        return replace(same, loose=told.loose) if told.length == 12 else told
    told = [*SAME.finditer(left), *PREVIOUS.finditer(left)]
    if not told:
        return None
    return span.back(span.length if PREVIOUS.fullmatch(max(told, key=lambda one: one.start())[0]) else 12)


def lines(sentence: Sentence) -> list[Claim]:
    """Return the claims that a control line is passed or kept."""
    found = []
    number = rf"(?:(?:{numerals.NUMBER})\s?%)?"
    line = rf"({either('bound')})[^，。;；]{{0,8}}?{number}[^，。;；]{{0,4}}?(?:{either('line')})"
    for match in re.finditer(line, sentence.text):
        side = {"over": 1, "under": -1}.get(words("bound")[match[1]], 0)
        negated = re.search(r"(?:未|没有|不|not )$", sentence.text[: match.start()])
        if not side or negated or LISTED.match(sentence.text, match.end()):
            continue
        clause = sentence.text[sentence.clause(match.start()) : match.start()]
        claim = _said(sentence, match.start(), match.end(), "line")
        key = claim.indicator or "new_user_ratio"
        claim = replace(claim, direction=side, indicator=key, firm=claim.firm and not MANY.search(clause))
        if areas := COUNTED.search(sentence.text[: match.start()]):
            named = sentence.named(sentence.areas, sentence.window(areas.start()), areas.start())
            area = sentence.meant(named[-1]) if named else sentence.scene.area
            claim = replace(claim, start=areas.start(), kind="count", value=numerals.ordinal(areas["count"]), area=area)
        found.append(claim)
    return found


def besides(sentence: Sentence) -> list[Claim]:
    """Return the claims that a figure is above or below that of the area above: 低于全市平均水平, 比全市高2个百分点."""
    claimed = []
    for area in sentence.areas:
        before, after = _beside().search(sentence.text[: area.start]), _mean().match(sentence.text, area.end)
        way = (before and before["way"]) or after["way"]
        scope = sentence.meant(area)
        if not (area.role and before and way) or scope == sentence.area(before.start()):
            continue
        number = next(
            (one for one in sentence.numbers if one.start == after.end() and one.unit in ("points", "fraction")), None
        )
        if not (number or after["mean"]):
            continue
        clear = not sentence.left(sentence.window(before.start()), before.start())
        claim = _said(sentence, before.start(), number.end if number else after.end(), "beside")
        low, high = (number.low, number.high) if number else (0, math.inf)
        unit = number.unit if number else ""
        claimed.append(replace(claim, direction=_way(way), scope=scope, low=low, high=high, unit=unit,
                               firm=clear and bool(scope)))  # fmt: skip
    return claimed


def is_line(text: str) -> bool:
    """Return whether a control line is named where a text begins, so that the number before it is the line's."""
    return re.match(rf"\s?的?(?:全国)?\s?(?:{either('line')})", text) is not None


def ranks(sentence: Sentence, found: list[Claim]) -> list[Claim]:
    """Return the claims on places: 居全市第三位, 最高, ranks seventh."""
    claimed = []
    for match in RANK.finditer(sentence.text):
        if match["ordinal"] or match["unit"] or match["verb"]:
            place = numerals.ordinal(match["ordinal"] or match["number"])
            claim = _said(sentence, max(match.start(), match.start("place")), match.end(), "rank", found)
            elsewhere = any(one.start == match.end() for one in sentence.areas) or BEGUN.search(
                sentence.text, 0, match.start()
            )
            claim = replace(claim, firm=claim.firm and not elsewhere)
            claimed.append(replace(claim, value=-place if match["rest"] else place, unit="place"))
    for role in ("highest", "lowest", "last"):
        # The largest rise is no place among levels.
        for match in re.finditer(rf"(?<![幅升降增减长加少])(?:{either(role)})(?!\s(?:{_directions()}))", sentence.text):
            if ORDINAL.search(sentence.text, 0, match.start()):
                continue  # the second lowest is not the lowest
            among = _scope(sentence, match.start()) or EACH.search(sentence.text[: match.start()])
            named = any(one.start == match.end() + 1 for one in sentence.indicators)
            among = among or named or AMONG.match(sentence.text, match.end())
            if among and sentence.indicators:
                claim = _said(sentence, match.start(), match.end(), "rank", found)
                rate = RATE.match(sentence.text, match.end()) and claim.indicator and not is_rate(claim.indicator)
                claim = replace(claim, firm=claim.firm and not rate)
                claimed.append(replace(claim, unit=role, area=_named_after(sentence, match.end()) or claim.area))
    return claimed


def streaks(sentence: Sentence) -> list[Claim]:
    """Return the claims that something went on for so many years, or happened for the first time."""
    claimed = []
    for match in STREAK.finditer(sentence.text):
        after = re.search(either("course"), sentence.text[match.end() : match.end() + 12])
        way = _way(after[0]) if after else direction(sentence.text[: match.start()])
        if way and match["unit"] in ("年", None):
            count = numerals.ONES.index(match["english"]) if match["english"] else numerals.ordinal(match["number"])
            claim = _said(sentence, match.start(), match.end() + (after.end() if after else 0), "streak")
            claimed.append(replace(claim, value=count, direction=way))
    for match in FIRST.finditer(sentence.text):
        number = next((one for one in sentence.numbers if one.start >= match.end()), None)
        between = sentence.text[match.end() : number.start] if number else ","
        if not SOFT.search(between) and not leftover(between):
            under = number.bound == "under" or direction(sentence.text[match.end() : number.start]) < 0
            claim = _said(sentence, match.start(), number.end, "first")
            claimed.append(replace(claim, value=number.value, unit=number.unit, direction=-1 if under else 1))
    return claimed


def moves(sentence: Sentence, found: list[Claim]) -> list[Claim]:
    """Return the claims that something rose or fell without a number that says by how much."""
    claimed = []
    counted = [one.start for one in found if one.kind in ("change", "difference", "points")]
    for match in re.finditer(rf"(?:{either('course')})(?!到|至|为|\w{{0,4}}?\d| (?:by|to|from|\d))", sentence.text):
        start = sentence.window(match.start())
        before = _moving(sentence, start, match.start())
        end = re.search(r"[，。;；]|$|, ", sentence.text[match.end() :]).start() + match.end()
        streak = any(one.start() <= match.start() < one.end() + 8 for one in STREAK.finditer(sentence.text))
        if not before or sentence.named(sentence.numbers, match.end(), end) or streak or sentence.aim(match.start()):
            continue
        degree = re.search(rf"(?:{either('degree')})[^，。]{{0,2}}$", sentence.text[before.end : match.start()])
        pressed = re.match(rf"\s(?:{either('degree')})", sentence.text[match.end() :])
        told = any(place > match.end() for place in counted)
        if told and not (degree and presses(degree[0])):
            continue
        opening = before.end + degree.start() if degree else match.start()
        claim = _said(sentence, opening, match.end() + (pressed.end() if pressed else 0), "course")
        claimed.append(
            replace(
                claim, direction=_way(match[0]), degree=bool(degree or pressed), indicator=before.what,
                role=before.role, base=base_of(sentence.text[start : match.start()], sentence.periods, claim.span),
                firm=not sentence.left(max(before.end, start), match.start()),
            )
        )  # fmt: skip
    return claimed


def _moving(sentence: Sentence, start: int, end: int) -> Mention | None:
    """The indicator that rises or falls: named in the same words, or before them since the last number."""
    named = sentence.named(sentence.indicators, start, end)
    if not named and not sentence.left(start, end):
        passed = max((one.end for one in sentence.numbers if one.end <= start), default=0)
        named = sentence.named(sentence.indicators, passed, start)
    return named[-1] if named else None


def _said(sentence: Sentence, start: int, end: int, kind: str, found: list[Claim] = ()) -> Claim:
    """A claim at a place of a sentence, with the indicator named next to it."""
    before = [one for one in sentence.indicators if one.end <= start]
    behind = [one for one in sentence.indicators if one.start >= end and not leftover(sentence.text[end : one.start])]
    behind = [one for one in behind if not SOFT.search(sentence.text, end, one.start)]
    subject = (behind or before[-1:] or [None])[0]
    counted = [Mention(0, 0, one.indicator, one.role) for one in found if one.end <= start and one.indicator]
    if not subject and (counted or not sentence.chinese):
        subject = (counted or sentence.indicators or [None])[-1]
    scope = _scope(sentence, start)
    flow = kind == "line" or (subject is not None and is_flow(subject.what))
    return Claim(
        start, end, kind=kind, span=sentence.span(start, flow), area=sentence.area(start), told=sentence.told(start),
        indicator=subject.what if subject else "", role=subject.role if subject else "",
        scope=sentence.meant(scope[-1]) or "?" if scope else "", firm=not sentence.aim(start),
    )  # fmt: skip


def _scope(sentence: Sentence, end: int) -> list[Mention]:
    """The areas before a place that something is ranked within."""
    return [one for one in sentence.areas if one.end <= end and sentence.is_scope(one)]


def _named_after(sentence: Sentence, end: int) -> str:
    """The area of 最高的是石磴县."""
    for one in sentence.areas:
        if one.start >= end and re.fullmatch(r"的?(?:地区|县|区)?(?:是|为)", sentence.text[end : one.start]):
            return one.what
    return ""


@cache
def _beside() -> re.Pattern:
    return re.compile(rf"(?:(?P<way>{_directions()})了?|比|较)\s?$")


@cache
def _mean() -> re.Pattern:
    return re.compile(rf"(?P<mean>的?平均(?:水平|数|值)?|水平)?(?P<way>{_directions()}|[高低])?(?:出|了)?")


@cache
def _directions() -> str:
    return either("course", "direction")


def _way(word: str) -> int:
    return int((words("course") | words("direction") | {"高": "1", "低": "-1"})[word])
