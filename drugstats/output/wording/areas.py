"""Sentences on areas beside one another and against a line."""

import pandas as pd

from drugstats import vocab
from drugstats.output.wording import words
from drugstats.tables import need

FEWEST_FOR_TIERS = 20  # in a shorter table the ranges themselves can be read


def verdict(row, lang: str = "zh") -> str:
    """Say a judged row: above or below the line, or cannot tell and what would have shown.

    Columns area, period, part, whole, value, low, high, method, line, verdict, detectable.
    """
    decimals = vocab.share_decimals(row["whole"])
    told = words.told(row, lang, area="area", period="period", part="count", whole="count", line="line")
    told |= {name: vocab.show(row[name], "percent", lang, decimals) for name in ("value", "low", "high", "detectable")}
    told["method"] = words.method(row["method"], lang)
    if row["verdict"] == "not computed":
        return vocab.text("sentence.not_computed", lang, **told)
    if row["verdict"] != "cannot tell":
        return vocab.text(f"sentence.{row['verdict'].replace(' ', '_')}", lang, **told)
    if pd.isna(row["detectable"]):
        return vocab.text("sentence.cannot_tell_ever", lang, **told)
    return vocab.text("sentence.cannot_tell", lang, **told)


def verdicts(df: pd.DataFrame, lang: str = "zh") -> list[str]:
    """Say, for a judged table, how many areas stand above, below and undecided, and which; and chance's own share."""
    need(df, "area", "verdict", "line", "value", "tests", "false_flags")
    if df.empty:
        return []
    total = vocab.show(len(df), "count", lang)
    told = {"total": total, "line": vocab.show_line(df["line"].iloc[0], lang)}
    sentences = []
    for word in ("above", "below", "at the line", "cannot tell", "not computed"):
        found = df[df["verdict"] == word].sort_values("value", ascending=False)
        if len(found):
            key = f"sentence.count_{word.replace(' ', '_')}"
            count = vocab.show(len(found), "count", lang)
            sentences.append(vocab.text(key, lang, count=count, areas=words.areas(found["area"], lang), **told))
    if (tests := df["tests"].max()) > 1:
        flags = vocab.show(df["false_flags"].max(), "number", lang)
        sentences.append(vocab.text("sentence.false_flags", lang, tests=vocab.show(tests, "count", lang), flags=flags))
    return sentences


def place(row, lang: str = "zh") -> str:
    """Say between which places an area stands, of how many. Columns area, rank, rank_low, rank_high, alike, of."""
    told = words.told(row, lang, area="area", of="count", alike="count")
    told |= {"low": vocab.show(row["rank_low"], "place", lang), "high": vocab.show(row["rank_high"], "place", lang)}
    if pd.isna(row["rank"]):
        return vocab.text("sentence.place_none", lang, **told)
    return vocab.text("sentence.place_sure" if row["alike"] == 0 else "sentence.place", lang, **told)


def places(df: pd.DataFrame, lang: str = "zh") -> list[str]:
    """Return each row's place with its range: 4 (2–7), or 3 where it is sure; where ranges are wide, its tier.

    Then only the half that an area surely lies in is worth printing.
    """
    if is_wide(df):
        told = [vocab.show(f"tier_{tier}", "word", lang) for tier in _tiers(df)]
    else:
        shown = df[["rank", "rank_low", "rank_high"]].map(lambda place: vocab.show(place, "place"))
        told = [row.rank if row.rank_low == row.rank_high else
                vocab.text("place_range", lang, place=row.rank, low=row.rank_low, high=row.rank_high)
                for row in shown.itertuples()]  # fmt: skip
    return [text if known else "—" for text, known in zip(told, df["rank"].notna(), strict=True)]


def is_wide(df: pd.DataFrame) -> bool:
    """Return whether a long table's ranges are too wide for places: over half of them on average."""
    ranked = df.dropna(subset="rank")
    return len(ranked) >= FEWEST_FOR_TIERS and (ranked["rank_high"] - ranked["rank_low"] + 1).mean() > len(ranked) / 2


def _tiers(df: pd.DataFrame) -> list[str]:
    """low or high for an area that surely lies in that half of the places, else middle."""
    half = df["rank"].notna().sum() / 2
    low, high = df["rank_high"] <= half, df["rank_low"] > half
    return ["low" if one else "high" if other else "middle" for one, other in zip(low, high, strict=True)]


def tiers(df: pd.DataFrame, lang: str = "zh") -> list[str]:
    """Say how many areas each tier holds where the ranges of a ranked table are too wide for places; else nothing."""
    if not is_wide(df):
        return []
    found = _tiers(df.dropna(subset="rank"))
    counts = {name: vocab.show(found.count(name), "count", lang) for name in ("low", "high", "middle")}
    return [vocab.text("sentence.tiers", lang, **counts)]


def ends(df: pd.DataFrame, indicator: str, lang: str = "zh") -> list[str]:
    """Say which area is surely last and which first, or that none can be called so; from a simultaneous ranking."""
    ranked = df.dropna(subset="rank")
    if len(ranked) < 2:
        return []
    last = ranked[ranked["rank_low"] == len(ranked)]
    first = ranked[ranked["rank_high"] == 1]
    told = {"indicator": vocab.indicator(indicator, lang), "of": vocab.show(len(ranked), "count", lang)}
    return [
        vocab.text(f"sentence.{name}" if len(rows) else f"sentence.no_{name}", lang,
                   areas=words.areas(rows["area"], lang), **told)
        for name, rows in (("last", last), ("first", first))
    ]  # fmt: skip
