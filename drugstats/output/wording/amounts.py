"""Sentences on amounts: parts of a whole, seizures and their largest case, targets, stocks that close, costs."""

import re

import pandas as pd

from drugstats import vocab
from drugstats.output.wording import words

REST = "rest"
FEWEST_FOR_A_TENTH = 10
LEFT_OUT = {"left_out": r"(\d+) \w+ left out", "unweighed": r"(\d+) without a weight left out"}
NOTHING_LEFT = 1e-9  # smaller than any count or weight


def part(key: str, lang: str = "zh") -> str:
    """Return the name of a part of a whole: of an indicator, a drug or class of drugs, an area, or what is left."""
    if key == REST:
        return vocab.text("rest", lang)
    if key in vocab.table("indicators").index:
        return vocab.indicator(key, lang)
    drug = any(key in vocab.table(name).index for name in ("drugs", "drug_classes"))
    return vocab.drug(key, lang) if drug else vocab.area(key, lang)


def share_change(row, lang: str = "zh") -> str:
    """Say a part's share of the whole and by how many percentage points it moved, or that no move can be told.

    Columns of composition.shares, with part, period and area; optional indicator (what the total counts).
    """
    keys = [key for key in (row.get("indicator"), row["part"]) if key in vocab.table("indicators").index]
    total = vocab.amount(row["total"], keys[0], lang) if keys else vocab.show(row["total"], "count", lang)
    told = {"where": words.where(row, lang), "part": part(row["part"], lang), "total": total}
    told["share"] = vocab.show(row["share"], "percent", lang, share_digits(row["total"], *keys[:1]))
    if pd.isna(row["share"]):
        return vocab.text("sentence.share_missing", lang, **told)
    if pd.isna(row["change"]):
        return vocab.text("sentence.share", lang, **told)
    told |= {"base": _base(row, lang), "points": vocab.show(abs(row["change"]), "points", lang)}
    side = "up" if row["change"] > 0 else "down" if row["change"] < 0 else "level"
    if pd.isna(row["change_low"]):
        return vocab.text(f"sentence.share_{side}", lang, **told)
    ends = [row["change_low"], row["change_high"]]
    if ends[0] <= 0 <= ends[1]:
        change, low, high = (words.signed_points(value, lang) for value in (row["change"], *ends))
        return vocab.text("sentence.share_by_chance", lang, **told | {"points": change, "low": low, "high": high})
    ends = sorted(map(abs, ends))
    told |= {name: vocab.show(end, "points", lang) for name, end in zip(("low", "high"), ends, strict=True)}
    return vocab.text(f"sentence.share_{side}_sure", lang, **told)


def largest(df: pd.DataFrame, lang: str = "zh") -> list[str]:
    """Say of the largest part in the latest period what `share_change` says. Columns of `share_change`."""
    known = df.dropna(subset="share")
    last = known[known["period"] == known["period"].max()]
    return [share_change(last.loc[last["share"].idxmax()], lang)] if len(last) else []


def share_digits(total: float, key: str = "") -> int:
    """Return the decimals of a share: of few persons or cases none, of a weight or an amount of money one."""
    counted = not key or vocab.table("indicators").at[key, "decimals"] == "0"
    return vocab.share_decimals(total) if counted else 1


def nested(row, lang: str = "zh") -> str:
    """Say what a group within groups is of the whole and of the one that holds it, so that the two are not mixed up.

    Columns of composition.nested whose level is an indicator.
    """
    told = {"where": words.where(row, lang), "level": vocab.indicator(row["level"], lang)}
    told["value"] = vocab.amount(row["value"], row["level"], lang)
    if pd.isna(row["of_all"]):
        return vocab.text("sentence.nested_missing", lang, **told)
    if pd.isna(row["parent"]):
        return vocab.text("sentence.nested_whole", lang, **told)
    for name in ("of_all", "of_parent"):
        base = row["value"] / row[name] if row[name] > 0 else None
        told[name] = vocab.show(row[name], "percent", lang, vocab.share_decimals(base))
    told |= words.told(row, lang, parent="indicator", whole="indicator")
    outermost = row["parent"] == row["whole"] or pd.isna(row["of_parent"])
    return vocab.text("sentence.nested_first" if outermost else "sentence.nested", lang, **told)


def size_classes(row, lang: str = "zh") -> str:
    """Say how many areas are of one size and their sum. Columns of composition.size_classes, and indicator."""
    told = words.told(row, lang, indicator="indicator", lower="amount", upper="amount", areas="count", sum="amount")
    kind = "below" if pd.isna(row["lower"]) else "from" if pd.isna(row["upper"]) else "between"
    told |= {"where": words.where(row, lang), "size": vocab.text(f"size.{kind}", lang, **told)}
    decimals = vocab.share_decimals(row["areas"] / (row["share"] or 1))
    said = vocab.text("sentence.size_class", lang, share=vocab.show(row["share"], "percent", lang, decimals), **told)
    return _with(said, "left_out", row, lang) if kind == "below" else said


def coverage(row, lang: str = "zh") -> str:
    """Say in how many areas there is any, and how many told nothing. Columns of composition.coverage, and indicator."""
    if not row["areas"]:
        return ""
    told = words.told(row, lang, indicator="indicator", areas="count", with_any="count")
    told["share"] = vocab.show(row["share"], "percent", lang, vocab.share_decimals(row["areas"]))
    said = vocab.text("sentence.coverage", lang, where=words.where(row, lang), **told)
    return _with(said, "left_out", row, lang)


def _with(said: str, kind: str, row, lang: str) -> str:
    """The sentence, and how many rows the method column says were left out: areas without a figure, cases unweighed."""
    count = sum(map(int, re.findall(LEFT_OUT[kind], row["method"])))
    if not count:
        return said
    more = vocab.text(f"sentence.{kind}", lang, count=vocab.show(count, "count", lang))
    return words.joined(said, more, lang=lang)


def haul(row, lang: str = "zh") -> str:
    """Say how the weight seized moved, with and without the largest case, and no more than the verdict allows.

    Columns of seizures.change, with period and area; optional indicator or drug.
    """
    told = {"where": words.where(row, lang), "what": _seized(row, lang), "after": _weight(row["after"], row, lang)}
    told["n"] = vocab.show(row["n_after"], "count", lang)
    if row["verdict"] == "too few" or pd.isna(row["change"]):
        return _with(vocab.text("sentence.haul_too_few", lang, **told), "unweighed", row, lang)
    told |= {"base": _base(row, lang), "moved": _moved(row["change"], lang), "limits": _limits(row, lang)}
    told["without"] = _moved(row["without_largest"], lang)
    told["not_said"] = vocab.text("moved.rise" if row["change"] > 0 else "moved.fall", lang)
    turned = row["change"] * row["without_largest"] < 0
    kinds = {
        "rise": "sure",
        "fall": "sure",
        "within chance": "by_chance",
        "one case": "turned" if turned else "one_case",
    }
    return _with(vocab.text(f"sentence.haul_{kinds[row['verdict']]}", lang, **told), "unweighed", row, lang)


def concentration(row, lang: str = "zh") -> str:
    """Say what the largest case and the largest tenth hold, and the median beside the mean.

    Columns of seizures.concentration, with period and area; optional indicator or drug.
    """
    told = {"where": words.where(row, lang), "what": _seized(row, lang), "n": vocab.show(row["n"], "count", lang)}
    if not row["total"] > 0:
        return _with(vocab.text("sentence.concentration_none", lang, **told), "unweighed", row, lang)
    weights = {"total", "largest", "mean", "median", "median_low", "median_high"}
    told |= {name: _weight(row[name], row, lang) for name in weights}
    told |= {"low": told["median_low"], "high": told["median_high"]}
    told |= words.told(row, lang, largest_share="percent", top_share="percent")
    few = "_few" if row["n"] < FEWEST_FOR_A_TENTH else ""
    return _with(vocab.text(f"sentence.concentration{few}", lang, **told), "unweighed", row, lang)


def gap(row, lang: str = "zh") -> str:
    """Say whether a value meets what the level above asks and by how much it misses or exceeds it.

    Columns of target.gap, with area, period, indicator, value, line; optional kind (min, else max), low, high.
    """
    key, kind = row["indicator"], row.get("kind", "min")
    told = {"where": words.where(row, lang), "indicator": vocab.indicator(key, lang)}
    told |= {name: vocab.amount(row.get(name), key, lang) for name in ("value", "line", "low", "high")}
    if vocab.table("indicators").at[key, "unit"] == "fraction" and pd.notna(row["line"]):
        told["line"] = vocab.show_line(row["line"], lang)
    if row["verdict"] == "not computed":
        return vocab.text("sentence.gap_none", lang, **told)
    if row["verdict"] == "cannot tell":
        return vocab.text("sentence.gap_unsure", lang, **told)
    if abs(row["gap"]) < NOTHING_LEFT:
        return vocab.text("sentence.gap_exactly", lang, **told)
    return vocab.text(f"sentence.gap_{row['verdict']}_{kind}", lang, gap=_distance(row, key, lang), **told)


def _distance(row, key: str, lang: str) -> str:
    """A gap in its unit with what part of the line it is; of shares in percentage points."""
    told = words.difference(row["gap"], key, lang)
    if vocab.table("indicators").at[key, "unit"] == "fraction":
        return told
    relative = vocab.show(abs(row["relative_gap"]), "percent", lang)
    return vocab.text("gap", lang, gap=told, relative=relative)


def target_pace(row, lang: str = "zh") -> str:
    """Say how much of the year's target is reached, beside its part for so many months, and what is still to come.

    Columns of target.pace, with area, period and indicator.
    """
    amounts = dict.fromkeys(("to_date", "target", "target_to_date", "gap", "needed", "mean"), "amount")
    told = words.told(row, lang, indicator="indicator", share="percent", **amounts)
    told |= {"where": words.where(row, lang), "due": told["target_to_date"]}
    over = row["verdict"] == "behind" and pd.isna(row["needed"])
    return vocab.text(f"sentence.pace_{'missed' if over else row['verdict'].replace(' ', '_')}", lang, **told)


def balance(row, lang: str = "zh") -> str:
    """Say whether a stock follows from the one before and its flows, or by how much it does not.

    Columns of stocks.balance, with area, period, indicator (of the stock) and closing.
    """
    key = row["indicator"]
    told = words.told(row, lang, indicator="indicator", opening="amount", expected="amount", closing="amount")
    told["where"] = words.where(row, lang)
    if pd.isna(row["residual"]):
        return vocab.text("sentence.balance_none", lang, **told)
    side = "closes" if abs(row["residual"]) < NOTHING_LEFT else "more" if row["residual"] > 0 else "less"
    return vocab.text(f"sentence.balance_{side}", lang, left=vocab.amount(abs(row["residual"]), key, lang), **told)


def cost(row, lang: str = "zh") -> str:
    """Say an estimated cost as a range, and which assumption its width hangs on most.

    Columns of cost.total in yuan, with area and period.
    """
    told = words.told(row, lang, value="money", low="money", high="money") | {"where": words.where(row, lang)}
    if pd.isna(row["value"]):
        return vocab.text("sentence.cost_none", lang, **told)
    if pd.isna(row["driver"]):
        return vocab.text("sentence.cost_certain", lang, **told)
    driver, share = vocab.text(f"driver.{row['driver']}", lang), vocab.show(row["driver_share"], "percent", lang, 0)
    return vocab.text("sentence.cost", lang, driver=driver, share=share, **told)


def a_head(row, lang: str = "zh") -> str:
    """Say what a printed total is a head, and whether it agrees with that of the widest area.

    Columns of cost.a_head in yuan, with area, total and count; optional period.
    """
    if row["verdict"] == "not computed":
        return ""
    amounts = dict.fromkeys(("total", "a_head", "a_head_low", "a_head_high"), "money")
    told = words.told(row, lang, count="count", **amounts) | {"where": words.where(row, lang)}
    told |= {"each": told["a_head"], "low": told["a_head_low"], "high": told["a_head_high"]}
    kind = "base" if row["ratio"] == 1 else row["verdict"]
    return vocab.text(f"sentence.a_head_{kind}", lang, ratio=vocab.show(row["ratio"], "number", lang, 2), **told)


def _base(row, lang: str) -> str:
    """What a change is measured from: the year before, or the period where it is not the one just before."""
    now, before = row["period"], row["period_before"]
    return vocab.text(f"before.{now.freqstr[0]}", lang) if (now - before).n == 1 else vocab.period(before, lang)


def _seized(row, lang: str) -> str:
    if pd.notna(row.get("indicator")):
        return vocab.indicator(row["indicator"], lang)
    if pd.notna(row.get("drug")):
        return vocab.text("seized.drug", lang, drug=vocab.drug(row["drug"], lang))
    return vocab.text("seized.all", lang)


def _weight(value: float, row, lang: str) -> str:
    """A weight in grams, from a thousand on in kilograms; as its indicator has it where that is not weighed."""
    key = row.get("indicator")
    unit = vocab.table("indicators").at[key, "unit"] if pd.notna(key) else "gram"
    if pd.isna(value) or unit not in ("kg", "gram"):
        return vocab.amount(value, key, lang) if pd.notna(value) else "—"
    grams = value * 1000 if unit == "kg" else value
    number, unit = (grams / 1000, "kg") if grams >= 1000 else (grams, "gram")
    return vocab.text("amount", lang, number=vocab.show(number, "number", lang), unit=vocab.text(f"unit.{unit}", lang))


def _limits(row, lang: str) -> str:
    """The limits of a change; nothing seized in many draws of the time before leaves no upper one."""
    low, high = (words.signed(row[name], lang) for name in ("low", "high"))
    return vocab.text("interval_from" if pd.isna(row["high"]) else "interval", lang, low=low, high=high)


def _moved(change: float, lang: str) -> str:
    if pd.isna(change):
        return vocab.text("moved.unknown", lang)
    kind = "up" if change > 0 else "down" if change < 0 else "same"
    return vocab.text(f"moved.{kind}", lang, by=vocab.show(abs(change), "percent", lang))
