"""The number in a cell of a table: its headings say what it counts."""

import re
from dataclasses import replace

from drugstats.output.verify import courses, mentions, numerals
from drugstats.output.verify.claim import Claim, Scene, counted
from drugstats.output.verify.masks import masked
from drugstats.output.verify.sentence import Sentence

TOTAL = re.compile(r"合计|总计|小计|共计|\btotal\b", re.IGNORECASE)  # a table may show some of the areas only


def in_cell(passage, text: str, scene: Scene) -> list[Claim]:
    """Return the claim of a cell: its number, of what the headings say."""
    context = mentions.plain(passage.context)[0]
    head = Sentence(context, 0, len(context), scene)
    read = numerals.find(masked(text))
    if len(read) != 1 or not head.indicators or len(text) > 24:
        return []
    number, key = read[0], head.indicators[-1]
    unit = re.search(rf"\((?:单位:)?(?P<unit>{numerals.unit_words()})\)", context)
    if number.unit == "none" and unit:
        unit, factor = numerals.units()[unit["unit"]]
        number = replace(
            number, value=number.value * factor, low=number.low * factor, high=number.high * factor, unit=unit
        )
    change = re.search(r"同比|环比|增减|增幅|\bchange\b", context) is not None
    if change and number.unit not in ("fraction", "points"):
        return []
    down = re.match(r"[-−–]", text) is not None or courses.direction(text) < 0
    span = head.span(len(context))
    return [counted(
        number, (-1 if down else 1) * change, span=span, indicator=key.what, role=key.role,
        area=head.area(len(context)), base=courses.base_of(context, [], span) if change else None,
        firm=not TOTAL.search(context), told=head.told(len(context)),
    )]  # fmt: skip
