"""From names to keys: areas, indicators and drugs as offices write them, cleaned of everything that is only typing."""

import difflib
import re
from functools import cache
from unicodedata import category, normalize

from drugstats import vocab
from drugstats.tables import TableError

SUFFIXES = re.compile(
    r"(特别行政区|自治区|自治州|自治县|自治旗|民族乡|街道|地区|林区|特区|省|市|县|区|旗|盟|镇|乡)(办事处)?$"
)
PEOPLES = re.compile(
    r"(?:各|汉|壮|满|回|苗|维吾尔|土家|彝|蒙古|藏|布依|侗|瑶|朝鲜|白|哈尼|哈萨克|黎|傣|畲|傈僳|仡佬|东乡|拉祜|水|佤|纳西"
    r"|羌|土|仫佬|锡伯|柯尔克孜|达斡尔|景颇|毛南|撒拉|布朗|塔吉克|阿昌|普米|鄂温克|怒|京|基诺|德昂|保安|俄罗斯|裕固"
    r"|乌孜别克|门巴|鄂伦春|独龙|赫哲|高山|珞巴|塔塔尔)族"
)
# A county that only changed its name or rank is the county of today; one that was split or merged is not.
RENAMED = ("更名", "撤县设区", "撤县设市", "撤地设市", "撤市设区", "撤区设区")


def plain(text) -> str:
    """Return a text without what typing adds: white space, full-width forms, capitals, traditional characters."""
    return "".join(normalize("NFKC", str(text)).split()).translate(_simplified()).casefold()


def spoken(text) -> str:
    """Return a text as a sentence may repeat it: on one line, without unseen signs and without endless numbers."""
    seen = str(text)
    if not seen.isprintable():
        seen = "".join(" " if sign.isspace() else sign for sign in seen if sign.isspace() or _is_seen(sign))
    return re.sub(r"\d{16,}", "…", " ".join(seen.split()))


@cache
def find_area(name: str, lang: str = "zh", beside: frozenset = frozenset()) -> str:
    """Return the code of an area given by code, name, short name, path (常德市鼎城区) or former name.

    Of several areas of one name the one at or below an area of `beside` is meant. Raises TableError with the nearest
    names, with the choices where several are left, or with its end where the area was abolished.
    """
    found, wanted = areas_meant(name, beside), plain(name)
    if len(found) == 1:
        return found[0]
    if found:
        named = vocab.text("list_comma", lang).join(f"{one} {vocab.area(vocab.parent(one), lang)}" for one in found)
        raise TableError(vocab.text("error.area_many", lang, name=spoken(name), choices=named))
    if gone := _abolished().get(wanted):
        raise TableError(vocab.text("error.area_gone", lang, name=spoken(name), **gone))
    raise TableError(vocab.text("error.area", lang, name=spoken(name), near=_nearest(wanted, _areas(), beside, lang)))


def warm() -> None:
    """Make the tables of names ready, for a caller that has to wait for something else meanwhile."""
    find_area("100000"), _short_names(), _renamed(), indicator_names()


@cache
def areas_meant(name: str, beside: frozenset = frozenset()) -> tuple[str, ...]:
    """Return the codes of the areas that a name may mean, only those at or below an area of `beside` if any are."""
    wanted, areas = plain(name), vocab.table("areas").index
    code = re.match(r"(\d{6})(?:000000$|(\d{3})(?:000$|$|(?=\D)))?", wanted)
    if wanted in areas:
        return (wanted,)
    if code and (found := _by_code(wanted, code)):
        return (found,)
    called, once = sorted(areas_called(wanted)), sorted(_renamed().get(wanted, ()))
    near_by = [[code for code in codes if set(lineage(code)) & beside] for codes in (called, once)]
    return tuple(near_by[0] or near_by[1] or called or once)


def areas_called(wanted: str) -> tuple[str, ...]:
    """Return the codes of the areas of a plain name: of the full name, else of the path, else of the short name."""
    if found := _areas().get(wanted):
        return tuple(found)
    for cut in range(len(wanted) - 2, 1, -1):
        above = areas_called(wanted[:cut]) if wanted[cut:] in _areas() else ()
        if found := [one for one in _areas().get(wanted[cut:], ()) if set(lineage(one)) & set(above)]:
            return tuple(found)
    return tuple(_short_names().get(wanted, ()))


def former(name: str, code: str) -> bool:
    """Return whether the area of this code is called otherwise today."""
    return code in _renamed().get(plain(name), ()) and code not in areas_called(plain(name))


def areas_within(text: str) -> list[str]:
    """Return the codes of the areas that a title names in full, those that only lead to another one left out."""
    wanted, found, start = plain(text), [], 0
    while start < len(wanted):
        ends = [end for end in range(min(len(wanted), start + 20), start + 1, -1) if wanted[start:end] in _areas()]
        if ends:
            found.append(_areas()[wanted[start : ends[0]]])
        start = ends[0] if ends else start + 1
    chosen = []
    for number, codes in enumerate(found):
        above = [code for one in found[:number] for code in one]
        inside = [code for code in codes if set(lineage(code)[1:]) & set(above)]
        chosen.append(inside or codes)
    named = {code for codes in chosen for code in codes}
    return sorted(named - {above for code in named for above in lineage(code)[1:]})


@cache
def lineage(code: str) -> tuple[str, ...]:
    """Return an area and all above it, upwards."""
    found = []
    while code:
        found.append(code)
        code = vocab.parent(code)
    return tuple(found)


@cache
def find_indicator(name: str, lang: str = "zh") -> str:
    """Return the key of an indicator given by key, name or alias; raises TableError with the nearest name."""
    known, wanted = indicator_names(), plain(name)
    if wanted in known:
        return known[wanted]
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.3)
    near = vocab.indicator(known[near[0]], lang if wanted.isascii() else "zh") if near else "—"
    raise TableError(vocab.text("error.heading", lang, heading=spoken(name), near=near))


def indicators_within(text: str) -> list[str]:
    """Return the keys of the indicators that a title names, the longest name at each place."""
    wanted, found, start = plain(text), [], 0
    while start < len(wanted):
        ends = [end for end in range(min(len(wanted), start + 40), start + 1, -1) if wanted[start:end] in _titled()]
        found += [indicator_names()[wanted[start : ends[0]]]] if ends else []
        start = ends[0] if ends else start + 1
    return list(dict.fromkeys(found))


@cache
def indicator_names() -> dict:
    """Return the key of every plain name, alias and key of the indicators."""
    return _named("indicators")


@cache
def find_drug(name: str, lang: str = "zh") -> str:
    """Return the key of a drug given by key, name or alias; raises TableError with the nearest name."""
    known, wanted = _named("drugs"), plain(name)
    if wanted in known:
        return known[wanted]
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.3)
    near = vocab.drug(known[near[0]], lang if wanted.isascii() else "zh") if near else "—"
    raise TableError(vocab.text("error.drug", lang, name=spoken(name), near=near))


@cache
def _titled() -> set:
    """Names long enough to be meant when they stand inside a longer text."""
    return {name for name in indicator_names() if len(name) >= 3 and not name.isascii()}


@cache
def _named(table: str) -> dict:
    rows = vocab.table(table)
    named = {plain(name): key for key, row in rows.iterrows() for name in row["aliases"].split("|") if name}
    for column in vocab.LANGUAGES:
        named |= {plain(name): key for key, name in rows[column].items() if name}
    return named | {plain(key): key for key in rows.index}


@cache
def _simplified() -> dict:
    rows = vocab.table("traditional")
    unseen = {code: None for code in (*range(0x20000), *range(0xE0000, 0xE0080)) if not _is_seen(chr(code))}
    return unseen | dict(zip(map(ord, rows["traditional"]), rows["simplified"], strict=True))


def _is_seen(sign: str) -> bool:
    return category(sign) not in ("Cc", "Cf")


@cache
def _areas() -> dict:
    found = {}
    for code, zh, en in vocab.table("areas")[["zh", "en"]].itertuples():
        for name in {zh, en, zh.replace("（虚构）", "")} - {""}:
            found.setdefault(plain(name), []).append(code)
    return found


@cache
def _short_names() -> dict:
    found = {}
    for name, codes in _areas().items():
        # A name of two characters (赵县, 城区) has nothing to lose.
        bare = PEOPLES.sub("", SUFFIXES.sub("", name)) if len(name) > 2 else name
        for short in {bare, PEOPLES.sub("", name)} - {name}:
            if len(short) > 1:
                found[short] = [*found.get(short, []), *codes]
    return found


@cache
def _renamed() -> dict:
    """The present codes of areas by each name they had since 1998."""
    rows = vocab.table("area_changes")
    rows = rows[rows["type"].isin(RENAMED) & (rows["old_name"] != "") & (rows["new_code"] != "")]
    # Several old areas in one new one, or one in several: nobody can say what a number of the old one is today.
    rows = rows[~rows.duplicated(["year", "new_code"], keep=False) & ~rows.duplicated(["year", "old_code"], keep=False)]
    newer = dict(zip(rows["old_code"], rows["new_code"], strict=True))
    found = {}
    for _, row in rows.iterrows():
        code, seen = row["new_code"], set()
        while code not in vocab.table("areas").index and code in newer and code not in seen:
            seen.add(code)
            code = newer[code]
        if code in vocab.table("areas").index and row["old_name"] != vocab.area(code):
            found[plain(row["old_name"])] = tuple({*found.get(plain(row["old_name"]), ()), code})
    return found


@cache
def _abolished() -> dict:
    rows = vocab.table("area_changes")
    rows = rows[(rows["type"] == "撤销") & (rows["old_name"] != "")]
    return {plain(row["old_name"]): {"year": row["year"], "now": row["new_name"] or "—"} for _, row in rows.iterrows()}


def _by_code(wanted: str, code: re.Match) -> str | None:
    areas, rest = vocab.table("areas").index, wanted[code.end() :]
    whole = code[1] + (code[2] or "")
    digits = whole if whole in areas else code[1]
    if digits in areas and (not rest or digits in areas_called(rest)):
        return digits
    return None


def _nearest(wanted: str, known: dict, beside: frozenset, lang: str) -> str:
    near_by = [name for name, codes in known.items() if any(set(lineage(code)) & beside for code in codes)]
    near = difflib.get_close_matches(wanted, near_by, n=3, cutoff=0.4) or difflib.get_close_matches(
        wanted, known, n=3, cutoff=0.5
    )
    named = [vocab.area(known[name][0], lang if wanted.isascii() else "zh") for name in near]
    return vocab.text("list_comma", lang).join(dict.fromkeys(named)) or "—"
