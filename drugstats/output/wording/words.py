"""What all sentences share: signs, lists of areas, methods in the reader's language."""

import pandas as pd

from drugstats import vocab

SMALLEST_CHANCE = 0.001  # smaller ones are printed as below it


def each(df: pd.DataFrame, say, lang: str = "zh") -> list[str]:
    """Return the sentences of a row function for every row, empty ones left out."""
    return [sentence for _, row in df.iterrows() if (sentence := say(row, lang))]


def joined(*sentences: str, lang: str) -> str:
    """Return sentences as one text: English ones stand a space apart, Chinese ones do not."""
    return (" " if lang == "en" else "").join(sentences)


def method(name: str, lang: str = "zh") -> str:
    """Return a method column's entry, such as "wilson 95%", in the reader's language."""
    if name.startswith("not computed"):
        return vocab.text(f"method.{name}", lang)
    word, level = name.split(",")[0].split(" ", 1)
    return vocab.text("method", lang, name=vocab.text(f"method.{word}", lang), level=level)


def signed(value: float, lang: str) -> str:
    """Return a change as percent with its sign."""
    return ("+" if value > 0 else "") + vocab.show(value, "percent", lang)


def areas(codes, lang: str) -> str:
    """Return the names of areas as a list in one sentence."""
    return vocab.text("list_comma", lang).join(vocab.area(code, lang) for code in codes)


def signed_points(value: float, lang: str) -> str:
    """Return a difference in percentage points with its sign."""
    return ("+" if value > 0 else "") + vocab.show(value, "points", lang)


def chance(p_value: float, lang: str) -> str:
    """Return a p-value as readers see it: p = 0.032, or p < 0.001."""
    return vocab.text("p_value", lang, p=vocab.show(p_value, "number", lang, 3)) if p_value >= SMALLEST_CHANCE else (
        vocab.text("p_value_below", lang, p=SMALLEST_CHANCE)
    )  # fmt: skip


def said(word: str, column: str, lang: str = "zh") -> str:
    """Return a column's word in the reader's language, as labels.csv has it for that column, else for all columns."""
    own = f"said.{column}.{word}"
    return vocab.text(own, lang) if own in vocab.table("labels").index else vocab.show(word, "word", lang)
