"""What the data say on an indicator, an area and a period: levels and shares, with their rounding."""

import math
from dataclasses import dataclass, replace
from functools import cache

import pandas as pd

from drugstats import tables, vocab
from drugstats.output.verify.claim import Claim
from drugstats.output.verify.mentions import Span
from drugstats.output.verify.shares import groups

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

    def __init__(self, observations: pd.DataFrame, claims: list[Claim]):
        self.kinds = vocab.kinds()
        self.spans = sorted({claim.span for claim in claims}, key=Span.code)
        self.named = {claim.area for claim in claims}, {span.code() for span in self.spans}
        self.monthly = tables.frequency(observations["period"]) == "M"
        rows = observations[observations["indicator"].isin(_indicators(claims))]
        # What an area does not report itself is the sum of those below it; they are at hand then for ranks too.
        wanted = _areas(claims)
        wanted |= {child for code in wanted for child in vocab.children(code)}
        below = {child for code in wanted for child in vocab.children(code)}
        rows = rows[rows["area"].isin(wanted | below)].reset_index(drop=True)
        for code in sorted(wanted, key=len, reverse=True):
            parts = vocab.children(code)
            if len(parts) > 1 and {*parts} <= {*rows["area"].unique()}:
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
        at = Span(span.first - (1 if self.monthly else 12), span.first - 1) if when == "start" else span
        bottoms = [self._told(key, of_area or area, at) for key in whole.split("+")]
        if len(top) != 1 or any(len(one) != 1 or not one[0].value > 0 for one in bottoms):
            return []
        one, other = top[0], _added([bottom[0] for bottom in bottoms])
        both = _added([one, other])
        low, value, high = one.low / other.high, one.value / other.value, one.high / max(other.low, 1e-9)
        return [replace(both, value=value * per, low=low * per, high=high * per, part=one.value, whole=other.value)]

    def increment(self, key: str, area: str, span: Span) -> list[Fact]:
        """Return by how much a stock grew over a period."""
        before = Span(span.first - 12, span.first - 1)
        pairs = pairs_of(self.level(key, area, span), self.level(key, area, before))
        return [replace(_added([one, other]), value=one.value - other.value, low=one.low - other.high,
                        high=one.high - other.low) for one, other in pairs]  # fmt: skip

    def ends(self, claim: Claim, whole: str = "") -> tuple[list[Fact], list[Fact]]:
        """Return the figures that a change ends at and those it starts from, as shares of a whole if one is given."""
        spans = claim.span, claim.base or claim.span.back()
        if whole:
            return tuple(self.share(claim.indicator, whole, claim.area, span) for span in spans)
        return tuple(self.level(claim.indicator, claim.area, span) for span in spans)

    def _keep(self, rows: pd.DataFrame) -> None:
        rows = rows[rows["value"].notna()].assign(period=rows["period"].astype(str))
        columns = ["indicator", "area", "period", "value", "source", "basis", "status"]
        # Lists at once: pandas steps through a column of texts slowly.
        for *row, basis, status in zip(*(rows[column].to_numpy(object) for column in columns), strict=True):
            key, area, period, value, _ = row
            fact = Fact(value, *_rounded(value, status), basis, status, (tuple(row),))
            self.facts.setdefault((key, area), {}).setdefault(period, []).append(fact)

    def _told(self, key: str, area: str, span: Span) -> list[Fact]:
        told = self.facts.get((key, area), {})
        if span.code() in told:
            return told[span.code()]
        if self.kinds[key] != "flow":  # a stock is what it is at the end, a rate too
            last, year = Span(span.last, span.last), Span(span.last - 11, span.last)
            return told.get(last.code()) or (told.get(year.code(), []) if not self.monthly else [])
        step = 1 if self.monthly else 12
        pieces = [Span(first, first + step - 1).code() for first in range(span.first, span.last + 1, step)]
        facts = [told.get(piece, []) for piece in pieces]
        if len(pieces) < 2 or any(len(one) != 1 or one[0].status == "conflicting" for one in facts):
            return []
        total = _added([one[0] for one in facts])
        return [replace(total, rows=total.rows[:1] + total.rows[-1:])]


def pairs_of(after: list[Fact], before: list[Fact]) -> list[tuple[Fact, Fact]]:
    """Return every figure with one of before that was counted on the same basis."""
    return [(one, other) for one in after for other in before if one.basis == other.basis]


def ratio(after, before) -> tuple[float, float]:
    """Return the least and the greatest change that two levels can mean, of facts or of claims."""
    low = after.low / before.high - 1 if before.high > 0 else -math.inf
    return low, after.high / before.low - 1 if before.low > 0 else math.inf


@cache
def _rows() -> dict:
    return vocab.table("indicators").to_dict("index")


def indicator(key: str) -> dict:
    """Return the row of an indicator."""
    return _rows()[key]


@cache
def ratios_of(part: str) -> list[tuple[str, str]]:
    """Return the ratios that an indicator is the part of: their key and their whole."""
    return [(key, row["whole"]) for key, row in _rows().items() if row["part"] == part]


def _indicators(claims: list[Claim]) -> set:
    told = {key for claim in claims for key in (claim.indicator, claim.whole)}
    told |= {other for group in groups("siblings") + groups("parts") if set(group) & told for other in group}
    told = {key for key, row in _rows().items() if key in told or row["part"] in told - {""}}
    return told | {key for one in told for key in (indicator(one)["part"], *indicator(one)["whole"].split("+"))}


def _areas(claims: list[Claim]) -> set:
    ranked = {claim.area for claim in claims if claim.kind in ("rank", "line") and claim.area}
    told = {code for claim in claims for code in (claim.area, claim.scope)}
    return told | {peer for code in ranked for peer in vocab.peers(code)}


def _added(facts: list[Fact]) -> Fact:
    """Several figures in one: their sum, all their bases and rows, and the least sure status of them."""
    low, value, high = (sum(getattr(fact, name) for fact in facts) for name in ("low", "value", "high"))
    status = max((fact.status for fact in facts), key=tables.STATUSES.index)
    bases, rows = sorted({fact.basis for fact in facts}), tuple(row for fact in facts for row in fact.rows)
    return Fact(value, low, high, " | ".join(bases), status, rows)


def _rounded(value: float, status: str) -> tuple[float, float]:
    """What the true figure may be: a large one that ends in noughts was rounded before it was published."""
    step = 0.0
    if value >= 10_000 and value % 100 == 0:
        step = 100.0
        while value % (step * 10) == 0:
            step *= 10
    slack = max(step / 2, value * DOUBTFUL if status == "estimated" else 0)
    return value - slack, value + slack
