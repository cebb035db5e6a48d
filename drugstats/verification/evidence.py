"""What the data say on an indicator, an area and a period: levels and shares, with their rounding."""

import math
from dataclasses import dataclass, replace
from functools import cache

import pandas as pd

from drugstats import tables, vocab
from drugstats.output.verify.mentions import Span

SURE = ("final", "provisional")
DOUBTFUL = 0.05  # an estimated figure may be off by this much


@dataclass(frozen=True)
class Fact:
    """A figure of the data, or worked out from them; `rows` names the observations behind it."""

    value: float
    low: float
    high: float
    basis: str
    status: str
    rows: tuple
    part: float = math.nan
    whole: float = math.nan


class Evidence:
    """The observations that a draft may be held against, found by indicator, area and period."""

    def __init__(self, observations: pd.DataFrame, indicators: set, areas: set):
        self.kinds, self.areas = vocab.kinds(), set(observations["area"].unique())
        self.monthly = tables.frequency(observations["period"]) == "M"
        rows = observations[observations["indicator"].isin(_wanted(indicators))]
        # What an area does not report itself is the sum of those below it; they are at hand then for ranks too.
        wanted = set(areas) | {child for code in areas for child in vocab.children(code)}
        below = {child for code in wanted for child in vocab.children(code)}
        rows = rows[rows["area"].isin(wanted | below)].reset_index(drop=True)
        for code in sorted(wanted, key=len, reverse=True):
            parts = vocab.children(code)
            if len(parts) > 1 and set(parts) <= set(rows["area"]):
                rows = tables.with_total(rows, code, parts, self.kinds)
        rows = rows[rows["area"].isin(wanted)]
        self.facts = {}
        self._keep(rows)
        if self.monthly and len(rows):
            self._keep(tables.yearly(rows, self.kinds))

    def level(self, key: str, area: str, span: Span) -> list[Fact]:
        """Return the figures of an indicator: one, or several where the data conflict or count on several bases."""
        row, own = indicator(key), self._told(key, area, span)
        if own or not row["part"]:
            return own
        return self.share(row["part"], row["whole"], area, span, row["whole_when"], float(row["per"] or 1))

    def share(
        self, part: str, whole: str, area: str, span: Span, when: str = "end", per: float = 1, of_area: str = ""
    ) -> list[Fact]:
        """Return part over whole (several joined by +), the whole of the period before where `when` is start."""
        top = self._told(part, area, span)
        at = Span(span.first - 1 if self.monthly else span.first - 12, span.first - 1) if when == "start" else span
        bottoms = [self._told(key, of_area or area, at) for key in whole.split("+")]
        if len(top) != 1 or any(len(one) != 1 or not one[0].value > 0 for one in bottoms):
            return []
        lows, values, highs = (sum(getattr(one[0], name) for one in bottoms) for name in ("low", "value", "high"))
        facts = [top[0], *(one[0] for one in bottoms)]
        return [Fact(
            top[0].value / values * per, top[0].low / highs * per, top[0].high / max(lows, 1e-9) * per,
            " | ".join(sorted({one.basis for one in facts})),
            max((one.status for one in facts), key=tables.STATUSES.index),
            tuple(row for one in facts for row in one.rows), top[0].value, values,
        )]  # fmt: skip

    def increment(self, key: str, area: str, span: Span) -> list[Fact]:
        """Return by how much a stock grew over a period."""
        after, before = self.level(key, area, span), self.level(key, area, Span(span.first - 12, span.first - 1))
        if len(after) != 1 or len(before) != 1 or after[0].basis != before[0].basis:
            return []
        one, other = after[0], before[0]
        return [
            replace(
                one,
                value=one.value - other.value,
                low=one.low - other.high,
                high=one.high - other.low,
                rows=one.rows + other.rows,
            )
        ]

    def _keep(self, rows: pd.DataFrame) -> None:
        rows = rows[rows["value"].notna()]
        columns = [rows[name].tolist() for name in ("indicator", "area", "value", "basis", "status", "source")]
        for key, area, value, basis, status, source, period in zip(
            *columns, rows["period"].astype(str).tolist(), strict=True
        ):
            fact = Fact(value, *_rounded(value, status), basis, status, ((key, area, period, value, source),))
            self.facts.setdefault((key, area), {}).setdefault(period, []).append(fact)

    def _told(self, key: str, area: str, span: Span) -> list[Fact]:
        told = self.facts.get((key, area), {})
        if span.code() in told:
            return told[span.code()]
        last = Span(span.last, span.last)
        if self.kinds[key] != "flow":  # a stock is what it is at the end, a rate too
            year = Span(span.last - 11, span.last).code()
            return told.get(last.code()) or (told.get(year, []) if not self.monthly else [])
        step = 1 if self.monthly else 12
        pieces = [Span(first, first + step - 1).code() for first in range(span.first, span.last + 1, step)]
        facts = [told.get(piece, []) for piece in pieces]
        if len(pieces) < 2 or any(len(one) != 1 or one[0].status == "conflicting" for one in facts):
            return []
        return [_added([one[0] for one in facts])]


@cache
def _rows() -> dict:
    return vocab.table("indicators").to_dict("index")


def indicator(key: str) -> dict:
    """Return the row of an indicator."""
    return _rows()[key]


@cache
def ratios_of(part: str) -> list[tuple[str, str]]:
    """Return the ratios that an indicator is the part of: their key and their whole."""
    rows = vocab.table("indicators")
    return list(rows.loc[rows["part"] == part, "whole"].items())


def _added(facts: list[Fact]) -> Fact:
    low, value, high = (sum(getattr(fact, name) for fact in facts) for name in ("low", "value", "high"))
    bases = sorted({fact.basis for fact in facts})
    return Fact(value, low, high, " | ".join(bases), max((fact.status for fact in facts), key=tables.STATUSES.index),
                facts[0].rows[:1] + facts[-1].rows[:1])  # fmt: skip


def _wanted(indicators: set) -> set:
    parts = {one for key in indicators for one in (indicator(key)["part"], *indicator(key)["whole"].split("+"))}
    return indicators | (parts - {""})


def _rounded(value: float, status: str) -> tuple[float, float]:
    """What the true figure may be: a large one that ends in noughts was rounded before it was published."""
    step = 0.0
    if value >= 10_000 and value % 100 == 0:
        step = 100.0
        while value % (step * 10) == 0:
            step *= 10
    slack = max(step / 2, value * DOUBTFUL if status == "estimated" else 0)
    return value - slack, value + slack
