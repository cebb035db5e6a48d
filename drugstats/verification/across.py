"""Claims that stand apart in a draft against each other: tables, repetitions, nested shares, costs a head."""

from drugstats import vocab
from drugstats.output.verify.cells import TOTAL
from drugstats.output.verify.claim import Claim
from drugstats.verification.finding import INCONSISTENT, Finding

PER_HEAD = 1.15  # two estimates of one cost a head that differ by more than this are two different estimates
NO_COUNTS = ("fraction", "points", "point", "per-ten-thousand")


def columns(claims: list[Claim], passages: dict, lang: str):
    """Yield the findings on a table's totals that its columns do not add up to; an empty cell hides a sum."""
    columns = {}
    for claim in claims:
        cell = passages[claim.passage]
        if cell.table and claim.kind == "level" and claim.unit not in NO_COUNTS:
            columns.setdefault((cell.table, cell.column), []).append(claim)
    for column in columns.values():
        *parts, total = column
        cells = [passages[claim.passage] for claim in column]
        sums = [TOTAL.search(cell.context) is not None for cell in cells]
        whole = [cell.row for cell in cells] == list(range(2, len(cells) + 2))
        alike = len({claim.indicator for claim in column}) == 1
        if len(parts) > 1 and whole and alike and sums == [False] * len(parts) + [True]:
            yield from added(parts, total, lang)


def added(parts: list[Claim], total: Claim, lang: str):
    """Yield the finding that parts do not add up to their total."""
    if not total.allows(sum(one.low for one in parts), sum(one.high for one in parts)):
        yield total, wrong("sum", printed(sum(one.value for one in parts), total, lang), total=total.text)


def repeated(claims: list[Claim]):
    """Yield the findings on one figure told twice and differently."""
    seen = {}
    for claim in claims:
        sure = claim.kind == "level" and claim.firm and claim.indicator and not claim.role
        if not sure or not {"there", "here"} <= set(claim.told):
            continue
        first = seen.setdefault((claim.indicator, claim.area, claim.span, claim.span.loose, claim.unit), claim)
        if not claim.allows(first.low, first.high):
            yield claim, wrong("twice", first.text)


def nested(claims: list[Claim], lang: str):
    """Yield the findings on a share of a part told again as a share of the whole."""
    shares, within = [claim for claim in claims if claim.kind == "share" and claim.indicator], []
    for place, claim in enumerate(shares):
        outer = [one for one in shares[:place] if not one.nested and one.indicator == claim.whole]
        if claim.nested and outer:
            within.append((claim, outer[-1]))
            continue
        for inner, of in within:
            alike = claim.indicator == inner.indicator and claim.whole != inner.whole and claim.value == inner.value
            if alike and not claim.allows(inner.low * of.low, inner.high * of.high):
                right = vocab.show(inner.value * of.value, "percent", lang)
                yield claim, wrong("nested", right, part=of.text, share=inner.text)


def per_head(claims: list[Claim]):
    """Yield the findings on money spent that means two costs a head: 30亿 by 6万 users, 3亿 by 4,788."""
    earlier, users = [], []
    for claim in claims:
        if claim.kind != "level" or not claim.value > 0:
            continue
        if claim.indicator in ("users_current", "users_registered"):
            users.append(claim)
        heads = [one for one in users if one.area == claim.area and one.passage == claim.passage]
        heads = [one for one in heads if claim.sentence - one.sentence < 2]
        if claim.indicator != "drug_spending" or not heads:
            continue
        cost = claim.value * 10_000 / heads[-1].value
        for area, other in earlier:
            if area != claim.area and max(cost, other) / min(cost, other) > PER_HEAD:
                yield claim, wrong("per_head", "", one=vocab.show(other, "count"), other=vocab.show(cost, "count"))
        earlier.append((claim.area, cost))


def printed(value: float, like: Claim, lang: str) -> str:
    """Return a figure printed as the claim prints its own."""
    if like.unit == "fraction":
        return vocab.show(value, "percent", lang, like.decimals)
    return vocab.show(value / like.per, "number", lang, like.decimals) + like.word


def wrong(reason: str, right: str, **words) -> Finding:
    """Return the finding that a claim does not agree with others of the draft."""
    return Finding(INCONSISTENT, f"inside_{reason}", right, words=words)
