"""The data contract: one row is one number for one area, one period, one indicator; knows no indicator by name."""

import difflib

import numpy as np
import pandas as pd

COLUMNS = ["area", "period", "indicator", "basis", "value", "status", "source", "note"]
KEY = ["area", "period", "indicator", "basis"]
# From the most to the least trustworthy: a sum is only as good as its worst part.
STATUSES = ["final", "provisional", "estimated", "suppressed", "missing", "conflicting"]
NO_VALUE = ("suppressed", "missing")
PERIODS = ("period[Y-DEC]", "period[Q-DEC]", "period[M]")


class TableError(ValueError):
    """What is wrong with a table, in one sentence for the colleague who sent it."""


def check(observations: pd.DataFrame) -> pd.DataFrame:
    """Return the observations unchanged when they keep the contract.

    Columns area, period, indicator, basis, value, status, source, note; raises TableError otherwise.
    """
    need(observations, *COLUMNS)
    if str(observations["period"].dtype) not in PERIODS:
        raise TableError("period must be pandas periods of one frequency (Y, Q or M); read the table with tables.read.")
    numbers(observations, "value", lowest=None)
    for column in ("area", "indicator", "basis"):
        if pd.api.types.is_numeric_dtype(observations[column]):
            raise TableError(f"The column {column!r} holds numbers where text is needed; read codes as text.")

    _refuse(observations, ~observations["status"].isin(STATUSES), "an unknown status", "use " + ", ".join(STATUSES))
    _refuse(
        observations,
        observations["value"].isna() != observations["status"].isin(NO_VALUE),
        "a value that does not fit its status",
        "leave value empty exactly where status is suppressed or missing",
    )
    empty = observations[KEY].isna().any(axis=1) | observations[["area", "indicator", "basis"]].eq("").any(axis=1)
    _refuse(observations, empty, "an empty key", "give area, period, indicator and basis")
    settled = usable(observations)
    _refuse(settled, settled.duplicated(KEY), "a key told before", "keep one, or mark both conflicting")
    return observations


def read(path) -> pd.DataFrame:
    """Return the observations of a CSV file written by `write`, checked."""
    text = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    need(text, *COLUMNS)
    value = pd.to_numeric(text["value"].replace("", None), errors="coerce").replace([np.inf, -np.inf], np.nan)
    _refuse(text, value.isna() & (text["value"] != ""), "a value that is not a number", "write a number or nothing")
    return check(text[COLUMNS].assign(period=periods(text["period"]), value=value.astype("float64")))


def read_given(path) -> pd.DataFrame:
    """Return figures given by hand (CSV) as they stand, their year as period; area, indicator and source are text."""
    texts = dict.fromkeys(["year", "area", "indicator", "source"], str)
    rows = pd.read_csv(path, dtype=texts, encoding="utf-8-sig")
    need(rows, "year", "indicator", "source")
    return rows.assign(period=periods(rows["year"])).drop(columns="year")


def write(observations: pd.DataFrame, path) -> None:
    """Write checked observations as CSV (UTF-8): periods as 2023, 2023Q2 or 2023-06."""
    check(observations)[COLUMNS].to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def periods(text: pd.Series) -> pd.Series:
    """Return periods of one frequency for texts such as 2023, 2023Q2 or 2023-06."""
    shapes = {"Y": r"\d{4}", "Q": r"\d{4}Q[1-4]", "M": r"\d{4}-(?:0[1-9]|1[0-2])"}
    for frequency, shape in shapes.items():
        told = text.drop_duplicates()
        if told.str.fullmatch(shape).all():
            known = dict(zip(told, pd.PeriodIndex(told, freq=frequency), strict=True))
            return text.map(known).astype(f"period[{frequency}]")
    raise TableError(f"The periods are not all of one kind (2023, 2023Q2 or 2023-06); the first is {text.iloc[0]!r}.")


def frequency(period: pd.Series) -> str:
    """Return Y, Q or M for a column of periods."""
    return period.dtype.freq.freqstr[0]


def pick(observations: pd.DataFrame, *indicators: str) -> pd.DataFrame:
    """Return the rows of the named indicators, conflicting rows included: in the order named, then area and period."""
    rows = observations[observations["indicator"].isin(indicators)]
    place = rows["indicator"].map({name: place for place, name in enumerate(indicators)})
    order = ["place", "area", "period", "basis"]
    return rows.assign(place=place).sort_values(order, kind="stable", ignore_index=True).drop(columns="place")


def wide(df: pd.DataFrame) -> pd.DataFrame:
    """Return one row an area, indicator and basis with a column of values for each period (2023), and joined sources.

    Where the table has a column whole, each period's stands in 2023_whole.
    """
    keys = ["area", "indicator", "basis"]
    if df.duplicated(["area", "indicator", "period"]).any():
        raise TableError("An area and indicator has two values in one period: choose one basis first.")
    told = df.assign(period=df["period"].astype(str))
    values = told.pivot(index=keys, columns="period", values="value")
    if "whole" in df:
        values = values.join(told.pivot(index=keys, columns="period", values="whole").add_suffix("_whole"))
    sources = df.groupby(keys)["source"].agg(_joined)
    order = pd.MultiIndex.from_frame(df[keys].drop_duplicates())
    return values.join(sources).reindex(order).reset_index()


def until(observations: pd.DataFrame, period) -> pd.DataFrame:
    """Return the rows not later than the period (2023, 2023-06)."""
    last = pd.Period(str(period)).end_time
    return observations[observations["period"].dt.end_time <= last].reset_index(drop=True)


def usable(observations: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that may be computed with: no conflicting row."""
    return observations[observations["status"] != "conflicting"]


def yearly(observations: pd.DataFrame, kinds: dict) -> pd.DataFrame:
    """Return yearly observations from monthly ones: a flow is the sum of its twelve months, a stock its last month.

    `kinds` gives stock, flow, share or rate for each indicator; shares and rates have no sum and are left out. A year
    that lacks a month is missing, never a smaller sum. Yearly observations come back as they are.
    """
    if frequency(observations["period"]) == "Y":
        return observations
    if frequency(observations["period"]) != "M":
        raise TableError("Only monthly observations can be made yearly; quarters are not.")
    unknown = observations[~observations["indicator"].isin(list(kinds))]
    _refuse(unknown, unknown["indicator"].notna(), "an indicator of unknown kind", "add it to indicators.csv")

    kind = observations["indicator"].map(kinds)
    monthly = usable(observations[kind.isin(["stock", "flow"])])
    needed = monthly["indicator"].map(kinds).map({"flow": 12, "stock": 1})
    # Only December speaks for a stock; the other months keep the year in the table, so that it is seen to be missing.
    silent = (needed == 1) & (monthly["period"].dt.month != 12)
    monthly = monthly.assign(
        period=monthly["period"].dt.asfreq("Y"),
        value=monthly["value"].mask(silent),
        status=monthly["status"].mask(silent, "final"),
        source=monthly["source"].mask(silent, ""),
    )
    return _summed(monthly, needed)


def with_total(observations: pd.DataFrame, area: str, parts: list[str], kinds: dict | None = None) -> pd.DataFrame:
    """Return the observations and, for every indicator the area itself does not report, the sum of its parts.

    A period in which a part that reports the indicator at other times is silent gives a missing total. With `kinds`
    (stock, flow, share or rate for each indicator) only stocks and flows are summed.
    """
    own = observations.loc[observations["area"] == area, "indicator"].unique()
    rows = observations[observations["area"].isin(parts) & ~observations["indicator"].isin(own)]
    if kinds is not None:
        rows = rows[rows["indicator"].map(kinds).isin(["stock", "flow"])]
    rows = rows.assign(needed=rows.groupby("indicator")["area"].transform("nunique"))
    rows = usable(rows)
    if rows.empty:
        return observations
    return stack(observations, _summed(rows.assign(area=area), rows["needed"]))


def ratio(observations: pd.DataFrame, *, indicator: str, part: str, whole: str, whole_when: str) -> pd.DataFrame:
    """Return one row an area and period with the two counts of a ratio in the columns part and whole.

    `whole` may join several indicators with +; `whole_when` is end (same period), register (same period, the
    abstinent included) or start (the period before). Further columns: indicator, basis, status, source.
    """
    if whole_when not in ("end", "start", "register"):
        raise TableError(f"whole_when is {whole_when!r}; use end, start or register.")
    table = _column(observations, part).rename(columns={"value": "part"})
    for number, key in enumerate(whole.split("+")):
        other = _column(observations, key)
        if whole_when == "start":
            other["period"] = other["period"] + 1
        table = table.merge(other, on=["area", "period"], suffixes=("", "_other"))
        table["whole"] = table["value"] if number == 0 else table["whole"] + table["value"]
        table["status"] = _worst(table["status"], table["status_other"])
        for text in ("basis", "source"):
            same = table[text] == table[f"{text}_other"]
            table[text] = table[text].where(same, table[text] + " | " + table[f"{text}_other"])
        table = table.drop(columns=["value", "status_other", "basis_other", "source_other"])
    return table.assign(indicator=indicator)[
        ["area", "period", "indicator", "basis", "part", "whole", "status", "source"]
    ].sort_values(["area", "period"], ignore_index=True)


def changes(observations: pd.DataFrame) -> pd.DataFrame:
    """Return each value beside the one a year before, in the columns after and before.

    The two stand on the same area, indicator and basis, so no change crosses a definition.
    """
    both = year_before(usable(observations), "value")
    return both.rename(columns={"value": "after", "value_before": "before"})


def year_before(df: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return the rows that have one a year before, with its columns and period as NAME_before, and the worse status."""
    year = {"Y": 1, "Q": 4, "M": 12}[frequency(df["period"])]
    then = df[[*KEY, *columns, "status"]].assign(period_before=df["period"], period=df["period"] + year)
    both = df.merge(then, on=KEY, suffixes=("", "_before"))
    return both.assign(status=_worst(both["status"], both["status_before"])).drop(columns="status_before")


def at(df: pd.DataFrame, areas: list[str], period) -> pd.DataFrame:
    """Return the rows of some areas in one period, in order of area."""
    rows = df[df["area"].isin(areas) & (df["period"].astype(str) == str(period))]
    return rows.sort_values("area", kind="stable", ignore_index=True)


def at_last_month(df: pd.DataFrame, areas: list[str], period) -> pd.DataFrame:
    """Return the rows of some areas in the last month of a year, none where the table is not by month."""
    last = until(df, period)["period"].max()
    return at(df, areas, last) if frequency(df["period"]) == "M" else df.iloc[:0]


def complete(df: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the last two periods, or none where an area lacks a value in one: then no sum is a change."""
    last = sorted(df["period"].unique())[-2:]
    rows = df[df["period"].isin(last)].dropna(subset="value")
    whole = (
        len(last) == 2
        and (rows.groupby("area")["period"].nunique() == 2).all()
        and rows["area"].nunique() == df["area"].nunique()
    )
    return rows.reset_index(drop=True) if whole else rows.iloc[:0]


def sources(df: pd.DataFrame) -> str:
    """Return the sources of a table's rows as one text, as the source column of a sum holds them."""
    return _joined(df["source"])


def stack(*frames: pd.DataFrame) -> pd.DataFrame:
    """Return several tables below one another."""
    return pd.concat(frames, ignore_index=True)


def need(df: pd.DataFrame, *columns: str) -> None:
    """Raise TableError when a column is not in the table, naming the nearest one that is."""
    for column in columns:
        if column not in df.columns:
            near = difflib.get_close_matches(str(column), [str(name) for name in df.columns], n=1)
            hint = f"; the nearest is {near[0]!r}" if near else ""
            raise TableError(f"The table has no column {column!r}{hint}.")


def numbers(df: pd.DataFrame, column: str, lowest: float | None = 0) -> np.ndarray:
    """Return a column as float64, NaN kept; raises TableError on text, infinite numbers or numbers below `lowest`."""
    need(df, column)
    if not pd.api.types.is_numeric_dtype(df[column]) or pd.api.types.is_bool_dtype(df[column]):
        raise TableError(f"The column {column!r} holds text where numbers are needed; load it with intake.load.")
    values = df[column].to_numpy(dtype="float64", na_value=np.nan)
    _refuse(df, np.isinf(values), f"an infinite {column}", "correct it")
    if lowest is not None:
        _refuse(df, values < lowest, f"a {column} below {lowest}", "correct it")
    return values


def _refuse(df: pd.DataFrame, bad, what: str, remedy: str) -> None:
    bad = np.asarray(bad)
    if bad.any():
        first = df[bad].iloc[0]
        keys = [name for name in ("area", "period", "indicator", "source", "note") if name in df.columns]
        where = ", ".join(f"{name} {first[name]}" for name in keys) or f"row {int(bad.argmax())}"
        count = int(bad.sum())
        raise TableError(f"{count} row{'s' * (count > 1)} with {what}, the first at {where}: {remedy}.")


def _column(observations: pd.DataFrame, key: str) -> pd.DataFrame:
    rows = usable(observations)
    rows = rows[rows["indicator"] == key]
    twice = rows.duplicated(["area", "period"])
    _refuse(rows, twice, f"{key} on two bases in one period", "choose one basis first")
    return rows[["area", "period", "value", "status", "basis", "source"]].copy()


def _summed(rows: pd.DataFrame, needed: pd.Series) -> pd.DataFrame:
    groups = rows.assign(needed=needed, trust=_trust(rows["status"])).groupby(KEY, sort=True, observed=True)
    table = groups.agg(
        value=("value", "sum"), known=("value", "count"), needed=("needed", "max"), trust=("trust", "max"),
        source=("source", _joined),
    ).reset_index()  # fmt: skip
    whole = table["known"] == table["needed"]
    worst = table["trust"].map(dict(enumerate(STATUSES)))
    return table.assign(value=table["value"].where(whole), status=worst.where(whole, "missing"), note="")[COLUMNS]


def _joined(sources: pd.Series) -> str:
    return " | ".join(sorted(set(sources) - {""}))


def _trust(status: pd.Series) -> pd.Series:
    return status.map({name: place for place, name in enumerate(STATUSES)})


def _worst(one: pd.Series, other: pd.Series) -> pd.Series:
    return one.where(_trust(one) >= _trust(other), other)
