"""What a sentence says without counting: rises and falls, places, streaks and control lines."""

import re
from dataclasses import replace

from drugstats.output.verify import masks, mentions, numerals
from drugstats.output.verify.claim import Claim
from drugstats.output.verify.mentions import Mention, Span, either
from drugstats.output.verify.sentence import leftover

LONG = "上升|增长|增加|提高|升高|攀升|反弹|回升|增多|提升|上涨|下降|减少|降低|回落|下滑|下跌|缩减"
SHORT = "升增多降减少"  # words of direction only right before their number: 多达 is none
RANK = re.compile(
    r"(?:(?P<verb>位居|位列|名列|排名|排在|排|居|列)(?:在)?[^，。;；、第]{0,6}?)?(?P<rest>倒数)?第(?P<place>\d+|[一二三四五六七八九十]+)(?P<unit>位|名)?"
    r"|\brank(?:s|ed)?\s(?P<ordinal>[a-z]+|\d+(?:st|nd|rd|th))"
)
STREAK = re.compile(
    r"(?:连续|持续)(?P<n>\d+|[一二两三四五六七八九十]+)(?P<unit>年|个月|个季度)"
    r"|(?:for )?(?P<english>two|three|four|five|six) (?:consecutive |straight |successive )?years(?: in a row"
    r"| running)?"
)
FIRST = re.compile(r"首次|第一次|\bfor the first time\b")
EACH = r"(?:各|其他|其它|所有)(?:县市区|县区|县|市|区|乡镇|镇|地区|省)"
SAME = re.compile(r"同比|on the year|year on year|year-on-year|from a year earlier")
PREVIOUS = re.compile(r"环比|on the month|on the quarter")


def direction(text: str) -> int:
    """Return 1 or -1 where a text says up or down last, else 0."""
    found = [match[0] for match in re.finditer(either("direction"), text)]
    return int(mentions.words("direction")[found[-1]]) if found else 0


def turned(left: str, number: str = "") -> tuple[int, bool]:
    """Return the direction that the words before a number give it, and whether they press it (明显, sharply).

    Those before a level reached (降至, fell to) or left behind (from) give none.
    """
    words = list(re.finditer(either("direction"), left + _leading(number)))
    if not words:
        return 0, False
    last, tail = words[-1], left[words[-1].end() :].replace(masks.BLANK, "")
    reached = not last[0].endswith("幅") and re.match(rf"了?(?:{either('to')})(?!\s*by)", tail.strip())
    if reached or re.search(r"(?:由|从|自|\bfrom|\bto)\s?$", tail):
        return 0, False
    if leftover(tail) or (last[0] in SHORT and tail not in ("", "了", "出", "发现", "抓获", "破获")):
        return 0, False
    before = left[max(0, last.start() - 8) : last.start()] + tail
    return int(mentions.words("direction")[last[0]]), re.search(either("degree"), before) is not None and _presses(
        before
    )


def base_of(left: str, periods: list, span: Span) -> Span | None:
    """Return the period that the words before a number compare with, None where they do not say."""
    based = [one.what for one in periods if one.role in ("base", "before")]
    if based:
        told = based[-1]
        # 比上年 is the year before the one spoken of, and its same months.
        same = span.back(12 * round((span.last - told.last) / 12) or 12)
        return replace(same, loose=told.loose) if told.length == 12 else told
    if PREVIOUS.search(left):
        return span.back(span.length)
    return span.back() if SAME.search(left) else None


def lines(sentence) -> list:
    """Return the claims that a control line is passed or kept."""
    found = []
    for match in re.finditer(
        rf"(?P<side>{either('bound')})[^，。;；]{{0,8}}?(?P<line>(?:{numerals.NUMBER})\s?%)?[^，。;；]{{0,4}}?(?:{either('line')})",
        sentence.text,
    ):
        side = {"over": 1, "under": -1}.get(mentions.words("bound")[match["side"]], 0)
        negated = re.search(r"(?:未|没有|不|not )$", sentence.text[: match.start()]) is not None
        many = (
            re.search(r"这|都|均|各|两(?:地|县|区|个)", sentence.text[sentence.clause(match.start()) : match.start()])
            is not None
        )
        listed = re.match(r"的?(?:有|地区|县|区|乡镇|是|为|共)", sentence.text[match.end() :]) is not None
        if side and not negated and not listed:
            claim = _said(sentence, match.start(), match.end(), "line")
            found.append(
                replace(
                    claim, direction=side, indicator=claim.indicator or "new_user_ratio", firm=claim.firm and not many
                )
            )
    return found


def is_line(text: str) -> bool:
    """Return whether a control line is named where a text begins, so that the number before it is the line's."""
    return re.match(rf"\s?的?(?:全国)?\s?(?:{either('line')})", text) is not None


def ranks(sentence, found: list) -> list:
    """Return the claims on places: 居全市第三位, 最高, ranks seventh."""
    claimed = []
    for match in RANK.finditer(sentence.text):
        if match["ordinal"] and not (match["ordinal"] in numerals.ORDINALS or match["ordinal"][0].isdigit()):
            continue
        if not match["ordinal"] and not (match["unit"] or match["verb"]):
            continue
        start = (
            match.start("rest")
            if match["rest"]
            else sentence.text.find("第", match.start())
            if not match["ordinal"]
            else match.start()
        )
        place = numerals.ordinal(match["ordinal"] or match["place"])
        claim = _said(sentence, start, match.end(), "rank", found)
        claimed.append(replace(claim, value=-place if match["rest"] else place, unit="place"))
    for role, place in (("highest", "highest"), ("lowest", "lowest"), ("last", "last")):
        for match in re.finditer(either(role), sentence.text):
            scope = [one for one in sentence.areas if one.end <= match.start() and sentence.is_scope(one)]
            each = re.search(rf"{EACH}(?:中|里)?[^，。]{{0,12}}$|\bthe $", sentence.text[: match.start()])
            if (scope or each) and sentence.indicators:
                claim = _said(sentence, match.start(), match.end(), "rank", found)
                claimed.append(replace(claim, unit=place, area=_named_after(sentence, match.end()) or claim.area))
    return claimed


def streaks(sentence) -> list:
    """Return the claims that something went on for so many years, or happened for the first time."""
    claimed = []
    for match in STREAK.finditer(sentence.text):
        after = sentence.text[match.end() : match.end() + 12]
        way = turned_word(after) or turned_word(sentence.text[: match.start()])
        if way and (match["unit"] or "年") == "年":
            count = numerals.ordinal(match["n"]) if match["n"] else numerals.ONES.index(match["english"])
            end = match.end() + (re.search(LONG, after).end() if re.search(LONG, after) else 0)
            claimed.append(replace(_said(sentence, match.start(), end, "streak"), value=count, direction=way))
    for match in FIRST.finditer(sentence.text):
        number = next((one for one in sentence.numbers if 0 <= one.start - match.end() < 14), None)
        if number:
            under = number.bound == "under" or direction(sentence.text[match.end() : number.start]) < 0
            claim = _said(sentence, match.start(), number.end, "first")
            claimed.append(replace(claim, value=number.value, unit=number.unit, direction=-1 if under else 1))
    return claimed


def moves(sentence, found: list) -> list:
    """Return the claims that something rose or fell without a number that says by how much."""
    claimed = []
    for match in re.finditer(
        rf"(?:{LONG})(?!到|至|为|了?\d|\w{{0,4}}?\d)|\b(?:rose|fell|increased|decreased|declined|dropped|grew"
        rf"|climbed)\b(?! (?:by|to|from|\d))",
        sentence.text,
    ):
        start = sentence.window(match.start())
        before = sentence.named(sentence.indicators, start, match.start())
        if not before and not sentence.left(start, match.start()):
            passed = max((one.end for one in sentence.numbers if one.end <= start), default=0)
            before = sentence.named(sentence.indicators, passed, start)
        end = re.search(r"[，。;；]|$|, ", sentence.text[match.end() :]).start() + match.end()
        counted = any(match.end() <= one.start < end for one in sentence.numbers)
        streak = any(one.start() <= match.start() < one.end() + 8 for one in STREAK.finditer(sentence.text))
        if not before or counted or streak or sentence.aim(match.start()):
            continue
        between = sentence.text[before[-1].end : match.start()]
        degree = re.search(rf"(?:{either('degree')})[^，。]{{0,2}}$", between)
        pressed = re.match(rf"\s(?:{either('degree')})", sentence.text[match.end() :])
        told = any(one.kind in ("change", "difference", "points") and one.start > match.end() for one in found)
        if told and not (degree and _presses(degree[0])):
            continue
        opening = before[-1].end + degree.start() if degree else match.start()
        claim = _said(sentence, opening, match.end() + (pressed.end() if pressed else 0), "course")
        way = int(mentions.words("direction")[match[0]])
        bare = sentence.bare(max(before[-1].end, start), match.start())
        claimed.append(
            replace(
                claim,
                direction=way,
                base=base_of(sentence.text[start : match.start()], sentence.periods, claim.span),
                degree=bool(degree or pressed),
                firm=not leftover(bare),
                indicator=before[-1].what,
                role=before[-1].role,
            )
        )
    return claimed


def turned_word(text: str) -> int:
    """Return the direction of the first full word of direction in a text."""
    match = re.search(LONG, text)
    return int(mentions.words("direction")[match[0]]) if match else direction(text)


def _said(sentence, start: int, end: int, kind: str, found: list = ()):
    """A claim at a place of a sentence, with the indicator named next to it."""
    before = [one for one in sentence.indicators if one.end <= start]
    behind = [one for one in sentence.indicators if one.start >= end and one.start - end < 4]
    counted = [one for one in found if one.end <= start and one.indicator]
    subject = (behind or before[-1:] or [None])[0]
    if not subject and counted:
        subject = Mention(0, 0, counted[-1].indicator, counted[-1].role)
    if not subject and not sentence.chinese and sentence.indicators:
        subject = sentence.indicators[-1]
    scope = [one for one in sentence.areas if one.end <= start and sentence.is_scope(one)]
    return Claim(
        start,
        end,
        kind,
        sentence.span(start),
        indicator=subject.what if subject else "",
        role=subject.role if subject else "",
        area=sentence.area(start),
        scope=sentence.meant(scope[-1]) or "?" if scope else "",
        firm=not sentence.aim(start),
        told=sentence.told(start),
    )


def _named_after(sentence, end: int) -> str:
    """The area of 最高的是石磴县."""
    named = [
        one.what
        for one in sentence.areas
        if one.start >= end and re.fullmatch(r"的?(?:地区|县|区)?(?:是|为)", sentence.text[end : one.start])
    ]
    return named[0] if named else ""


def _leading(number: str) -> str:
    """The words of a number itself that also give it a direction: 高于, above."""
    match = re.match(either("bound"), number)
    return match[0] if match else ""


def _presses(words: str) -> bool:
    return (
        re.search(
            r"明显|显著|大幅|急剧|快速|较快|sharply|significantly|markedly|clearly|rapidly|strongly|substantially",
            words,
        )
        is not None
    )
