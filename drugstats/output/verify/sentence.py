"""A sentence with what it names and counts, and what it takes over from the one before: area, period, whether told."""

import re
from dataclasses import dataclass, replace
from functools import cache

from drugstats import names, vocab
from drugstats.output.verify import masks, mentions, numerals
from drugstats.output.verify.claim import Scene
from drugstats.output.verify.mentions import Mention, Span, either

WITH = re.compile(r"(?: of| were| was)? ?")  # between a number and the word behind it that names it
SOFT = re.compile(r"[，,;；:：()、]|, | - ")
HARD = re.compile(r"[，;；()]|, ")
# What is wanted; an average, a rate, or what is left without a part: no figure that the data count.
AIM = re.compile(r"案件?，|(?<![主重需首次紧扼摘纪只将])要(?![闻点素案情犯员塞])|除[^，]+外|按[^，]+[算计]")
THE_TIME = re.compile("(?:the (?:quarter|month|half)|本月|当月|本季度)$")
RHETORIC = re.compile("(?:应当?|应该|必须|也?要)(?:清醒)?(?:地)?看到")  # nothing is wanted
AVERAGE = re.compile(r"每(?!年)|[年月日人户]均|\bper (?!cent)")
OF_AREA = re.compile(r"的|(?: (?!and\b)[a-z]+){0,4} (?:in|from) (?:the )?")
COMPARED = re.compile(r"\b(?:from|than|against|with) [^,]*\d")
PLACE = re.compile(r"\b(?:province|county|city)\b|(?<![各该])(?<!各.)(?<!\d个)[省市县区镇乡村国](?=[\0，、,]|$)|[某邻]")


@dataclass(frozen=True)
class Context:
    """What a sentence takes over from those before it.

    Period, area, which of them were told, a day that stocks are of, and the indicator if it named but one.
    """

    span: Span
    area: str
    told: tuple = ()
    day: Span | None = None
    topic: str = ""


class Sentence:
    """A sentence of a plain text, the places of its letters counted from its own start."""

    def __init__(self, text: str, start: int, end: int, scene: Scene, before: Context | None = None):
        self.scene, self.before = scene, before or Context(scene.span, scene.area)
        self.whole = RHETORIC.sub(lambda words: masks.BLANK * len(words[0]), text[start:end])
        self.text = masks.masked(text[start:end])
        self.chinese = re.search("[\u4e00-\u9fff]", self.text) is not None
        self.indicators = mentions.indicators(self.text)
        self.areas = mentions.areas(self.text, scene.known)
        unnamed = without(self.text, self.indicators)
        told = mentions.periods(unnamed, scene.year, self.before.span, scene.span.last)
        self.periods = [one for one in told if not masks.is_date(unnamed[one.start : one.end])]
        self.numbers = numerals.find(masks.without_dates(without(unnamed, told)))
        self.unit = ""  # that of the number last named by its unit
        self.indicators = [known for one in self.indicators if (known := self._by_unit(one))]
        self.clean = {}  # whether the indicator of the number at a place is read without doubt
        self.held = set()  # where the claims stand that the data confirm
        self.taken = set()  # indicators that belong to a number already

    def window(self, place: int) -> int:
        """Return where the words begin that belong to what stands at a place: after a comma or the number before."""
        ends = [match.end() for match in SOFT.finditer(self.text, 0, place)]
        return max([*ends, *(one.end for one in self.numbers if one.end <= place)], default=0)

    def clause(self, place: int) -> int:
        """Return where the clause of a place begins."""
        return max((match.end() for match in HARD.finditer(self.text, 0, place)), default=0)

    def behind(self, place: int) -> str:
        """Return what is left of the words behind a place, up to a sign or number."""
        stop = re.search(r"[，。；;:()、]|$|, |\.| and | but | while ", self.text[place:]).start() + place
        return self.left(place, min([stop, *(one.start for one in self.numbers if one.start >= place)]))

    def left(self, start: int, end: int) -> str:
        """Return what is left of the words from start to end that neither name nor change what is counted."""
        blanked = without(self.text, [*self.areas, *self.periods, *self.indicators])
        return leftover(blanked[start:end].replace(masks.BLANK, ""))

    def aim(self, place: int) -> bool:
        """Return whether what stands at a place is wanted, asked or worked out, or is told of a place not known."""
        end = place + re.search("[，,;；]|, |$", self.whole[place:]).start()
        aimed = re.search(either("aim"), self.whole[:end]) or AIM.search(self.whole, 0, end)
        aimed = aimed or AVERAGE.search(self.whole, max(map(self.whole[:place].rfind, "；;")) + 1, end)
        unread = without(self.text, [*self.areas, *self.periods, *self.indicators])[:place]
        elsewhere = PLACE.search(unread) or any(one.end <= place and not self.meant(one) for one in self.areas)
        return bool(aimed or elsewhere) or self.text.rstrip().endswith("?")

    def span(self, place: int, flow: bool = False) -> Span:
        """Return the period told last before a place, else that carried over; a flow has none at the end of a month."""
        told = [one for one in self._periods(place) if not (flow and one.role == "end")]
        return told[-1].what if told else self.before.span if flow else self.before.day or self.before.span

    def area(self, place: int) -> str:
        """Return the code of the area told last before a place, else that carried over, else the draft's own."""
        told = self._areas(place)
        if len(told) > 1 and re.fullmatch("、|和|与|及|以及| and |, ", self.text[told[-2].end : told[-1].start]):
            return ""  # several areas together
        if told:
            return self.meant(told[-1], [one.what for one in told if one.what])
        return self.before.area

    def told(self, place: int) -> tuple:
        """Return which of area and period the draft itself tells; there and here stand for them in this sentence."""
        known = {"area": self._areas(place), "period": self._periods(place)}
        told = [name for name, named in known.items() if named or name in self.before.told]
        return *told, *(word for word, name in (("there", "area"), ("here", "period")) if known[name])

    def vague(self, place: int) -> bool:
        """Return whether the time told last before a place is one that the text does not settle."""
        usual = self.scene.span.length < 12  # what a draft on one quarter calls the quarter
        known = [one for one in self.periods if not (usual and THE_TIME.search(self.text[one.start : one.end]))]
        known = [one for one in known if one.role in ("", "end", "vague") and (one.end <= place or not self.chinese)]
        return "vague" in {one.role for one in (known[-1:] if self.chinese else known)}

    def sure(self, claim) -> bool:
        """Return whether a claim is read without doubt, or as the data confirm it."""
        return claim.firm or claim.start in self.held

    def context(self) -> Context:
        """Return what the next sentence takes over: of several areas the one above all, of several times the latest.

        A month is never sure, unless the whole draft is about it.
        """
        spans = [one.what for one in self.periods if not one.role and one.what.length <= 12]
        spans = [one for one in spans if one.last <= self.scene.span.last]
        span = max(spans, key=lambda one: (one.last, one.length), default=self.before.span)
        areas = list(dict.fromkeys(self.meant(one) for one in self.areas if not self.is_scope(one)))
        above = [code for code in areas if code and all(code in names.lineage(other) for other in areas)]
        area = (above or [self.scene.area])[0] if areas else self.before.area
        settled = span.length >= 12 or span == self.scene.span
        sure = {"area": above if areas else "area" in self.before.told,
                "period": settled if spans else "period" in self.before.told}  # fmt: skip
        days = [one.what for one in self.periods if one.role == "end"]
        day = (days or [None if spans else self.before.day])[-1]
        named = {one.what for one in self.indicators}
        topic = self.indicators[0].what if len(named) == 1 else ""
        return Context(span, area, tuple(name for name, told in sure.items() if told), day, topic)

    def meant(self, mention: Mention, named: list[str] = ()) -> str:
        """Return the code of an area mention: 全市 is the city at or above the area last named, or the draft's own."""
        if mention.what or not mention.role:
            return mention.what
        levels = vocab.table("areas")["level"]
        above = [one for code in (*reversed(named), self.scene.area) for one in names.lineage(code)]
        return next((code for code in above if levels.get(code) == mention.role), "")

    def is_scope(self, area: Mention) -> bool:
        """Return whether an area is not spoken of but ranked within (居全市第三) or shared in (占全市的)."""
        before = self.text[max(0, area.start - 4) : area.start]
        if before.endswith("占") or re.match(_ranked(), self.text[area.end : area.end + 10]):
            return True
        # 低于全市的平均水平, 毒情在全市比较突出: a county goes on speaking of itself.
        own = self.scene.area in names.lineage(self.meant(area)) or not self.meant(area)
        if area.role and not own and self.text[area.start - 1 : area.start] not in ("", *"，。；:、"):
            return True
        named = any(one.start < area.start for one in self.areas)
        named = named and not self.text.startswith("'s", area.end)
        return bool(area.role) and named and re.search(r"\b(?:in|of)\s$|在$|居$|列$", before) is not None

    def named(self, known: list[Mention], start: int, end: int) -> list[Mention]:
        """Return the mentions, or numbers, that lie between two places."""
        return [one for one in known if start <= one.start and one.end <= end]

    def _by_unit(self, mention: Mention) -> Mention | None:
        """The indicator that a word names beside a number of one unit: 海洛因 in kg is seized, in 名 are users."""
        if mention.role != "by unit":
            return mention
        keys = dict(key.split(":") for key in mention.what.split("|"))
        near = [one for one in self.numbers if WITH.fullmatch(self.text, one.end, mention.start)]
        near = near or [one for one in self.numbers if one.start >= mention.end]
        if self.text[: mention.start].endswith("被"):
            return None  # who is caught by others
        self.unit = near[0].unit if near and near[0].unit in keys else self.unit
        if self.unit in keys:
            return replace(mention, what=keys[self.unit], role="weight" if self.unit == "kg" else "")
        return replace(mention, what=keys["kg"], role="drug") if "kg" in keys else None

    def _areas(self, place: int) -> list[Mention]:
        own = [one for one in self.areas if not self.is_scope(one)]
        end = next((one.end for one in self.numbers if one.start == place), place)
        if behind := [one for one in own if one.start >= end and OF_AREA.fullmatch(self.text[end : one.start])]:
            return behind[:1]
        return [one for one in own if one.end <= place] or ([] if self.chinese else own[:1])

    def _periods(self, place: int) -> list[Mention]:
        own = [one for one in self.periods if one.role in ("", "end")]
        told = [one for one in own if one.end <= place and not self._left_behind(one, place)]
        behind = [one for one in own if one.start >= place and not HARD.search(self.text, place, one.start)]
        behind = [one for one in behind if not COMPARED.search(self.text, place, one.start)]
        return told or ([] if self.chinese else behind[:1])

    def _left_behind(self, period: Mention, place: int) -> bool:
        """Whether a period belongs to a number passed already (由上年的15名上升到26名)."""
        passed = self.named(self.numbers, period.end, place)
        started = re.search(r"[由从自]$|\bfrom $", self.text[: period.start])
        return bool(passed and started) and period.what.last < self.scene.span.last


@cache
def is_flow(key: str) -> bool:
    """Return whether an indicator adds up over a period, or is a ratio of what does."""
    row = vocab.table("indicators").loc[key]
    return row["kind"] == "flow" or (row["part"] != "" and is_flow(row["part"]))


@cache
def is_rate(key: str) -> bool:
    """Return whether an indicator is a share or rate by its own name."""
    return vocab.kinds()[key] in ("share", "rate")


def without(text: str, named: list) -> str:
    """Return the text with what is named in it blanked, every letter keeping its place."""
    for one in named:
        text = text[: one.start] + masks.BLANK * (one.end - one.start) + text[one.end :]
    return text


def leftover(text: str) -> str:
    """Return what is left of some words when those are gone that change nothing in what is counted."""
    return _idle().sub("", text).strip()


@cache
def _ranked() -> str:
    ends = either("highest", "lowest", "last")
    return rf"(?:的|各[县市区镇乡]+)?(?:中|里|排名|位居|排)?(?:倒数)?(?:第[一二三四五六七八九十\d]|{ends}|首位|之首)"


@cache
def _idle() -> re.Pattern:
    words = either("filler", "bound", "bound after", "degree", "base", "to", "course", "direction", "share")
    return re.compile(rf"{words}|[\s，、,:：;()\"“”\0-]|由|从|自|和|与|及|'s")
