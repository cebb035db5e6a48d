"""What stands around a table (titles, 填报单位, 单位, the names of sheet and file), used where its cells are silent."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from drugstats import names, vocab
from drugstats.intake import periods, units
from drugstats.intake.block import Block
from drugstats.intake.periods import Span
from drugstats.names import plain

LINE = re.compile(
    r"(填报|填表|报送|报出|制表|编制|上报|打印|生成|统计|报告|所属|计量)?(单位|时间|日期|年份|月份|年度|期):"
    r"(.*?)(?=(?:填报|填表|报送|报出|制表|编制|上报|打印|生成|统计|报告|所属|计量)?(?:单位|时间|日期|年份|月份|年度|期):|$)"
)
OFFICES = re.compile(r"(禁毒委员会办公室|禁毒委办公室|禁毒委|禁毒办|禁毒支队|禁毒大队|公安局|公安分局|分局|人民政府)$")
OF_THE_TABLE = ("", "统计", "报告", "所属")


@dataclass(frozen=True)
class Context:
    """The area, period, indicator and units that the surroundings of a table give, each None where they give none."""

    area: str | None
    beside: frozenset
    span: Span
    indicator: str | None
    units: tuple[str, ...]


def around(block: Block) -> Context:
    """Return what stands around a table; what contradicts itself is added to the block's problems."""
    lines, titles = _lines(block.titles)
    sheet, file = block.sheet.name, PurePosixPath(block.sheet.file).stem
    offices = [OFFICES.sub("", text) for _, noun, text in lines if noun == "单位" and not _units(text)]
    told = [text for prefix, noun, text in lines if noun != "单位" and prefix in OF_THE_TABLE]
    span = _span(block, [*told, *titles], sheet, file)
    area = _area(block, [offices, titles, [sheet], [file]])
    told_by = map(names.indicators_within, ("".join(titles), sheet, file))
    named = next(filter(None, told_by), [])
    return Context(
        area, frozenset(names.lineage(area)[:1] if area else ()), span,
        named[0] if len(named) == 1 else None,
        tuple(word for _, noun, text in lines if noun == "单位" for word in _units(text)),
    )  # fmt: skip


def _lines(texts: list[str]) -> tuple[list, list[str]]:
    """Lines such as 单位：人 as prefix, noun and text, and the titles without them; a line may fill two cells."""
    joined = []
    for text in map(plain, texts):
        if joined and joined[-1].endswith(":"):
            joined[-1] += text
        else:
            joined.append(text)
    lines = [(match[1] or "", match[2], match[3]) for text in joined for match in LINE.finditer(text)]
    titles = [re.sub(r"[(\[]$", "", LINE.sub("", text)) for text in joined]
    return lines, [title for title in titles if title]


def _units(text: str) -> list[str]:
    words = re.split(r"[、,;和]|(?<!万人)(?<!千人)/", text.strip("()[]"))
    return words if all(units.known(word) for word in words) else []


def _span(block: Block, told: list[str], sheet: str, file: str) -> Span:
    title, by_sheet, by_file = (_one_span(texts) for texts in (told, [sheet], [file]))
    if title.disagrees(by_sheet):
        block.report.error(block.sheet.at(), "two_periods", one=_shown(title), other=sheet)
    inner = title.within(by_sheet)
    # A file's name often tells when it was sent: it only fills what nothing nearer says.
    return inner if inner.disagrees(by_file) or (inner.year and inner.last) else inner.within(by_file)


def _one_span(texts: list[str]) -> Span:
    found = [span for text in texts for span in periods.inside(text)[0]]
    if len(found) == 1:
        return found[0]
    years, months = {span.year for span in found} - {None}, {(span.first, span.last) for span in found if span.last}
    if not found or len(years) > 1 or len(months) > 1:
        return Span()
    last = months.pop() if months else (None, None)
    return Span(years.pop() if years else None, *last, any(span.running for span in found))


def _shown(span: Span) -> str:
    months = "" if not span.last else f"{span.last}月" if span.first == span.last else f"{span.first}-{span.last}月"
    return (f"{span.year}年" if span.year else "") + months


def _area(block: Block, places: list[list[str]]) -> str | None:
    """The area told nearest, or one below it that is told farther off: the city's title, the county's sheet.

    Two that do not lie in one another contradict each other, unless the table names its areas itself.
    """
    told = [named for texts in places if (named := {code for text in texts for code in _areas(text)})]
    single = [next(iter(named)) for named in told if len(named) == 1]
    for named in told:
        # Of several areas of one name the one that lies in what else is told.
        inside = {code for code in named if set(names.lineage(code)[1:]) & set(single)}
        single += [inside.pop()] if len(named) > 1 and len(inside) == 1 else []
    if not single:
        return None
    lowest = max(single, key=lambda code: len(names.lineage(code)))
    strange = [code for code in single if code not in names.lineage(lowest)]
    own = "area" in block.stubs.values() or any(one.areas for one in block.columns.values())
    if strange and not own:
        one, other = (vocab.area(code, block.report.lang) for code in (strange[0], lowest))
        block.report.error(block.sheet.at(), "two_places", one=one, other=other)
    return None if strange else lowest


def _areas(text: str) -> list[str]:
    """The areas that a title, an office, a sheet or a file names: in full anywhere, or shortly as a word of its own."""
    rest = periods.inside(text)[1]
    words = [rest, *re.split(r"[-_—()\[\]、,./|]+", rest)]
    short = [code for word in words if len(word) > 1 for code in names.areas_meant(word)]
    return names.areas_within(text) or list(dict.fromkeys(short))
