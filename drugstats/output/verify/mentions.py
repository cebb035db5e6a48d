"""What a text names around its numbers: areas, periods and indicators, each with its place; knows no figure."""

import re
from dataclasses import dataclass, field, replace
from functools import cache

from drugstats import names, vocab

YEAR = r"(?:19|20)\d\d"
MONTH = r"1[0-2]|0?[1-9]"
MONTHS = "january february march april may june july august september october november december".split()
HALVES = {"上半年": (0, 5), "下半年": (6, 11), "前三季度": (0, 8), "前3季度": (0, 8), "first half": (0, 5),
          "second half": (6, 11)}  # fmt: skip
COUNTS = "two three four five six seven eight nine ten eleven".split()
HALVES |= {f"first {count} months": (0, last) for last, count in enumerate(COUNTS, 1)}
NAMED = "|".join(MONTHS)
QUARTERS = [*"一二三四1234", "first", "second", "third", "fourth", "", "", "", "last"]
TO = "[-—–~～至到]"
CHINESE = re.compile(
    rf"(?P<asof>截[至止]到?|至)?"
    rf"(?:(?:(?P<year>{YEAR})年(?:度|(?P<shut>末|底))?|(?P<relative>今年|本年度?|当年|去年|上一?年度?|前一年|前年|全年|(?<=[比较])年初)(?P<end>末|底)?)"
    rf"(?:{TO}(?P<until>{YEAR})年(?:末|底)?)?的?)?"
    rf"(?:(?P<half>上半年|下半年|前[三3]季度)|第?(?P<quarter>[一二三四1-4])季度末?"
    rf"|(?<!\d)(?P<first>{MONTH})月?{TO}(?P<last>{MONTH})月份?"
    rf"|(?<!\d)(?P<month>{MONTH})月(?:份|(?P<close>末|底))?(?:(?:[12]\d|3[01]|0?[1-9])日)?)?(?:同期)?"
)
ENGLISH = re.compile(
    rf"\b(?:(?P<lead>in|of|by|since|from|to|than|with|against|during|for|and|until|on|between|over|at|after)\s)?"
    rf"(?:the\s)?(?:(?P<close>end|close)\sof\s(?:the\s)?)?"
    rf"(?:(?:(?P<half>first half|second half|first (?:{'|'.join(COUNTS)}) months)"
    rf"|(?P<quarter>first|second|third|fourth|last)\squarter"
    rf"|(?:(?:[12]\d|(?P<day>3[01])|\d)\s)?(?:(?P<open>{NAMED})\s?(?:to|and|through|–|-)\s?)?(?P<named>{NAMED}))"
    rf"(?:,?\s(?:(?:of|in)\s)?(?:(?P<year1>{YEAR})\b(?!-\d)|(?:the|that|this) year)|\b)"
    rf"|(?P<year>{YEAR})\b(?![,.]\d|\s*%|-\d)|(?P<relative>this year|last year|a year earlier|a year before|a year ago"
    rf"|twelve months (?:earlier|before)|the year before|the previous year"
    r"|the same (?:period|time|months?|quarter|half)"
    rf"(?: (?:of|in) (?P<year2>{YEAR})| last year| a year earlier| of (?:the previous|last) year)?)\b)"
)
# A time that the text alone does not settle: what is said of it may hold, but nothing contradicts it.
VAGUE = re.compile(
    r"(?:近|过去|最近|这)[一二两三四五六七八九十\d]+(?:年|个月)来?|[一二两三四五六七八九十\d]+年[来间前]|前(?:\d+|[一二两三四五六七八九十]+)个月|本月|上月|当月|本季度|上季度"
    r"|本周|近期|近日|历年|(?<![年月度末底初])以来"
    r"|\bsince (?:records|the)\b|\b(?:years|decades?) ago\b"
    r"|\b(?:over|in) the (?:last|past) \w+ (?:years|months)\b|\b(?:this|last) (?:month|quarter)\b(?! of)"
    r"|\b(?:last|past) (?:half|\w+ months)\b|\b(?:during|in|for|over) the (?:quarter|month|half)\b"
)
# In a speech given early in a year 去年 is often the year it reports on.
RELATIVE = {"今年": 0, "本年": 0, "当年": 0, "去年": -1, "前年": -2, "this year": 0, "last year": -1}
BEFORE = {"上年", "上一年", "前一年", "年初", "a year earlier", "a year before", "a year ago", "twelve months earlier",
          "twelve months before", "the year before", "the previous year"}  # fmt: skip
COMPARED = re.compile(
    r"(?:比|较|与|同|和|跟|[高低多少]于|\b(?:than|on|with|against|above|below) )$"
    r"|\b(?:compared with|against|from) [\d,.]+%? $"
)
WEIGHTS = ("weight", "drug")  # roles of words that name what is seized: of so many kg, or by the drug alone
CHANGED = re.compile(r"\b(?:increase|decrease|rise|fall|drop|up|down|change)\b[^,;]*$")
SINCE = re.compile("以来|起(?![诉草])|开始")
NUMERALS = {sign: str(number) for number, sign in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
KEPT = "，"  # as a half-width comma it would join two numbers into one


@dataclass(frozen=True)
class Span:
    """Whole months from first to last, counted from the year 0; `loose`: told as 去年, so it may mean a year later."""

    first: int
    last: int
    loose: bool = field(default=False, compare=False)

    def back(self, months: int = 12) -> "Span":
        """Return the span so many months earlier."""
        return Span(self.first - months, self.last - months, self.loose)

    @property
    def length(self) -> int:
        """Return how many months it covers."""
        return self.last - self.first + 1

    def code(self) -> str:
        """Return the span as the contract writes a period, 2025-01/2025-06 where it has no word for it."""
        year, month = divmod(self.last, 12)
        if self.length == 12 and month == 11:
            return f"{year}"
        last = f"{year}-{month + 1:02}"
        return last if self.length == 1 else f"{self.first // 12}-{self.first % 12 + 1:02}/{last}"


def year(number: int) -> Span:
    """Return the span of a calendar year."""
    return Span(number * 12, number * 12 + 11)


@dataclass(frozen=True)
class Mention:
    """A thing named in a text: `what` is a code, a Span or a key; `role` how it is named."""

    start: int
    end: int
    what: object
    role: str = ""


def plain(text: str) -> tuple[str, list[int]]:
    """Return a text cleaned of what only typing adds, and the place of each of its letters in the text itself."""
    letters, places = [], []
    for place, sign in enumerate(text):
        for letter in _clean(sign):
            letters.append(letter)
            places.append(place)
    # A space parts words and numbers of Latin script; within Chinese it is only typing.
    spaces = [at for at, letter in enumerate(letters) if letter == " " and not _parts(letters, at)]
    for at in reversed(spaces):
        del letters[at], places[at]
    return re.sub(
        rf"[一二][{''.join(NUMERALS)}]{{3}}(?=年)", lambda found: "".join(NUMERALS[one] for one in found[0]),
        "".join(letters)
    ), places  # fmt: skip


def areas(text: str, known: frozenset) -> list[Mention]:
    """Return the areas named; those of `known` also by short names; a name of several areas has an empty code."""
    return _scan(text, _area_names(known))


def indicators(text: str) -> list[Mention]:
    """Return the indicators named, the longest name at each place; role loose or increment where it is told so."""
    joined = []
    for one in _scan(text, _indicator_names()):
        # 新发现 吸毒者, 不满18岁 的 在册人员 are one name: the general word behind it names nothing more.
        general = one.role == "loose" or one.what == "users_current"
        if joined and general and text[joined[-1].end : one.start] in ("", "的", " "):
            joined[-1] = replace(joined[-1], end=one.end)
        else:
            joined.append(one)
    return joined


def periods(text: str, this_year: int, said: Span, last: int) -> list[Mention]:
    """Return the periods named; role base where something is compared with it.

    `said` is the one spoken of before, `last` the last month of what is told from a year on (since 2019).
    """
    found, told = [Mention(*one.span(), year(said.last // 12), "vague") for one in VAGUE.finditer(text)], said
    chinese = re.search("[\u4e00-\u9fff]", text) is not None
    for match in (CHINESE if chinese else ENGLISH).finditer(text):
        parts = match.groupdict("")
        parts["year"] = parts["year"] or parts.get("year1", "") or parts.get("year2", "")
        relative = parts["relative"] = parts["relative"].removesuffix("度")
        a_time = any(shape for part, shape in parts.items() if part not in ("asof", "lead"))
        verb = match[0] in ("may", "march")  # they are no months where nothing leads to them
        if not a_time or verb or any(one.start < match.end() and match.start() < one.end for one in found):
            continue
        alone = text[match.start() - 2 : match.start()] in (", ", " (") and re.match(r"[:,.)]|$", text[match.end() :])
        if not chinese and match[0] == parts["year"] and match.start() and not alone:
            continue  # a bare 2033 in English may count anything
        start, lead = text[: match.start()], parts.get("lead")
        on = lead == "on" and not parts.get("named")
        on = on or (lead == "from" and CHANGED.search(start)) or relative.startswith("the same")
        base = bool(on) or parts.get("lead") in ("than", "with", "against") or bool(COMPARED.search(start))
        span = _span(parts, told, this_year)
        if relative in BEFORE and not base and not re.search(r"\d", text[: match.start()]):
            span = replace(span, loose=True)  # nothing was told before it that it could be the year before of
        if not base and (parts["year"] or relative in RELATIVE):
            told = span
        if (parts.get("lead") == "since" or SINCE.match(text, match.end())) and span.last < last:
            span = Span(span.first, last, span.loose)
        if base and (
            parts.get("end") or parts.get("shut") or (parts.get("close") and span.length == 12) or relative == "年初"
        ):
            span = replace(span, first=span.last)  # compared with the end of a year, not with its same months
        role = "base" if base else "before" if relative in BEFORE else ""
        if not role and (parts.get("close") or parts.get("day")) and span.length == 1:
            role = "end"
        found.append(Mention(match.start(), match.end(), span, role))
    return sorted(found, key=lambda mention: mention.start)


@cache
def words(role: str) -> dict:
    """Return the key of each plain word of a role of claim_words.csv, in both languages."""
    rows = vocab.table("claim_words").query("role == @role")
    told = [(text, key) for lang in vocab.LANGUAGES for text, key in zip(rows[lang], rows["key"], strict=True)]
    return {plain(word)[0]: key for text, key in told for word in text.split("|") if word}


@cache
def either(*roles: str) -> str:
    """Return the words of some roles as one pattern, the longest first, Latin ones as whole words."""
    chosen = {word for role in roles for word in words(role)}
    return "|".join(rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word)
                    for word in sorted(chosen, key=lambda word: (-len(word), word)))  # fmt: skip


def _scan(text: str, known: dict) -> list[Mention]:
    """Every known name in a text, the longest at each place; `known` is of _by_first_letter."""
    found, end = [], 0
    for start in range(len(text)):
        for name, (what, role) in known.get(text[start], ()) if start >= end else ():
            if text.startswith(name, start) and _whole_word(text, start, start + len(name)):
                end = start + len(name)
                found.append(Mention(start, end, what, role))
                break
    return found


def _by_first_letter(known: dict) -> dict:
    """Names with what they mean, the longest first, by their first letters."""
    found = {}
    for name in sorted(known, key=len, reverse=True):
        found.setdefault(name[0], []).append((name, known[name]))
    return found


def _whole_word(text: str, start: int, end: int) -> bool:
    """Whether a Latin name is not a part of a longer word."""
    return not any(re.fullmatch(r"[a-z\d]{2}", text[edge - 1 : edge + 1]) for edge in (start, end) if edge)


@cache
def _clean(sign: str) -> str:
    return " " if sign.isspace() else KEPT if sign in KEPT else names.plain(sign)


def _parts(letters: list, at: int) -> bool:
    around = [letters[place] for place in (at - 1, at + 1) if 0 <= place < len(letters)]
    return len(around) == 2 and all(letter.isascii() and letter != " " for letter in around[1:] + around[:1])


@cache
def _area_names(known: frozenset) -> dict:
    found = {}
    for code, zh, en in vocab.table("areas")[["zh", "en"]].itertuples():
        bare = plain(zh.replace(vocab.text("made_up_mark"), ""))[0]
        told = {bare, plain(en.replace(vocab.text("made_up_mark", "en"), "").strip())[0]}
        if code in known:
            told |= {names.SUFFIXES.sub("", bare)} if len(bare) > 2 else set()
        for name in told - {""}:
            if len(name) > 2 or code in known:
                found.setdefault(name, []).append(code)
    near = {name: [code for code in codes if code in known] or codes for name, codes in found.items()}
    meant = {name: (codes[0] if len(codes) == 1 else "", "") for name, codes in near.items()}
    # China and 全国 are said of whatever the draft is about.
    return _by_first_letter(meant | {word: ("", level) for word, level in words("area").items()})


@cache
def _indicator_names() -> dict:
    found = {name: (key, "") for name, key in names.indicator_names().items() if len(name) >= 3 and not name.isascii()}
    found |= {plain(name)[0]: (key, "") for key, name in vocab.table("indicators")["en"].items()}
    for role in ("indicator", "increment", "by unit", "loose"):
        found |= {word: (key, role.removeprefix("indicator")) for word, key in words(role).items()}
    # 破获的毒品案件 is said for 破获毒品案件.
    spelt = {re.sub(rf"^({either('act')})(?!的)(?=.)", r"\1的", name): what for name, what in found.items()}
    return _by_first_letter(spelt | found)


def _span(told: dict, said: Span, this_year: int) -> Span:
    relative = told["relative"]
    if relative.startswith("the same"):
        return said.back(12 * (said.last // 12 - int(told["year"] or said.last // 12 - 1)))
    if told["year"]:
        of, loose = int(told["year"]), False
    elif relative in RELATIVE:
        of, loose = this_year + RELATIVE[relative], RELATIVE[relative] < 0
    else:
        of, loose = said.last // 12 - (relative in BEFORE), said.loose
    if told.get("until"):
        return Span(of * 12, int(told["until"]) * 12 + 11)
    first, last = _months(told)
    return Span(of * 12 + (0 if told.get("asof") else first), of * 12 + last, loose)


def _months(told: dict) -> tuple[int, int]:
    """The first and the last month of a period within its year, counted from nought."""
    if told["half"]:
        return HALVES[told["half"]]
    if told.get("quarter"):
        number = QUARTERS.index(told["quarter"]) % 4
        return 3 * number, 3 * number + 2
    if told.get("named"):
        return MONTHS.index(told["open"] or told["named"]), MONTHS.index(told["named"])
    first, last = told.get("first") or told.get("month") or 1, told.get("last") or told.get("month") or 12
    return int(first) - 1, int(last) - 1
