"""What all sentences share: columns of a row as words, signs, lists of areas, methods in the reader's language."""

import pandas as pd

from drugstats import vocab

SMALLEST_CHANCE = 0.001  # smaller ones are printed as below it


def told(row, lang: str, **forms: str) -> dict:
    """Return columns of a row as the words of a sentence, each in its form.

    Forms are those of `vocab.show`, and signed, signed_points, line, own and amount: a value of the row's indicator
    in its own format, without and with its unit.
    """
    return {column: _in_words(row[column], form, row, lang) for column, form in forms.items()}


def _in_words(value, form: str, row, lang: str) -> str:
    match form:
        case "signed":
            return signed(value, lang)
        case "signed_points":
            return signed_points(value, lang)
        case "line":
            return vocab.show_line(value, lang)
        case "own":
            return vocab.show_indicator(value, row["indicator"], lang)
        case "amount":
            return vocab.amount(value, row["indicator"], lang)
    return vocab.show(value, form, lang)


def where(row, lang: str) -> str:
    """Return when and where a sentence holds, as far as the row tells."""
    known = {name: vocab.show(row[name], name, lang) for name in ("area", "period") if pd.notna(row.get(name))}
    return vocab.text("where", lang, **known) if len(known) == 2 else "".join(known.values())


def each(df: pd.DataFrame, say, lang: str = "zh") -> list[str]:
    """Return the sentences of a row function for every row, empty ones left out."""
    return [sentence for _, row in df.iterrows() if (sentence := say(row, lang))]


def found(claims: pd.DataFrame, lang: str = "zh") -> str:
    """Say how many figures of a draft were checked and how many came to each verdict. Column verdict."""
    counts = claims["verdict"].value_counts().items()
    told = [vocab.text("verdicts", lang, verdict=vocab.show(key, "word", lang), count=n) for key, n in counts]
    return vocab.text("sentence.checked", lang, count=len(claims), told=vocab.text("list_comma", lang).join(told))


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
    return _sign(value, vocab.show(value, "percent", lang))


def signed_points(value: float, lang: str) -> str:
    """Return a difference in percentage points with its sign."""
    return _sign(value, vocab.show(value, "points", lang))


def _sign(value: float, shown: str) -> str:
    """A plus before what is above nought also when it is rounded."""
    return f"+{shown}" if value > 0 and shown.strip("0.%") else shown


def more(value: float, lang: str) -> str:
    """Return how many more or fewer there are, without calling it a rise or fall, which chance may explain."""
    if value == 0:
        return vocab.text("word.as_many", lang)
    return vocab.text("word.more" if value > 0 else "word.fewer", lang, value=vocab.show(abs(value), "percent", lang))


def difference(value: float, key: str, lang: str) -> str:
    """Return how far two values of an indicator are apart, without a sign: of shares, percentage points."""
    if vocab.table("indicators").at[key, "unit"] == "fraction":
        return vocab.text("points", lang, n=vocab.show(abs(value), "points", lang))
    return vocab.amount(abs(value), key, lang)


def areas(codes, lang: str) -> str:
    """Return the names of areas as a list in one sentence."""
    return vocab.text("list_comma", lang).join(vocab.area(code, lang) for code in codes)


def chance(p_value: float, lang: str) -> str:
    """Return a p-value as readers see it: p = 0.032, or p < 0.001."""
    if p_value < SMALLEST_CHANCE:
        return vocab.text("p_value_below", lang, p=SMALLEST_CHANCE)
    return vocab.text("p_value", lang, p=vocab.show(p_value, "number", lang, 3))


def said(word: str, column: str, lang: str = "zh") -> str:
    """Return a column's word in the reader's language, as labels.csv has it for that column, else for all columns."""
    own = f"said.{column}.{word}"
    return vocab.text(own, lang) if own in vocab.table("labels").index else vocab.show(word, "word", lang)
