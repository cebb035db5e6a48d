"""Exhibits: findings with title, table, chart, sentences and sources; documents print what the notebooks publish."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd

from drugstats import vocab
from drugstats.output import charts
from drugstats.output.wording.words import said
from drugstats.tables import TableError, need


@dataclass(frozen=True)
class Exhibit:
    """One finding, ready to print: `rows` are the table's cells as readers see them, below `headings`.

    `figures` are the unrounded values behind the cells. `columns` tells name and content of each column in order, as
    `publish` takes them; where all rows show one indicator, that stands in place of "by_period" or "value". `bases`
    are the definitions that the rows were counted on, and `line` is the control line they were held against, if any.
    """

    key: str
    section: str
    lang: str
    title: str
    headings: list[str]
    rows: list[list[str]]
    figures: list[dict]
    sentences: list[str]
    sources: str
    chart: str | None
    columns: list[list[str]] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    line: float | None = None

    def _repr_html_(self) -> str:
        from drugstats.output.page import exhibit_html

        return exhibit_html(self)


def publish(
    key: str, table: pd.DataFrame, *, columns: dict, section: str, out, lang: str = "zh", sentences=(), chart=None,
    **words,
) -> Exhibit | None:  # fmt: skip
    """Write an exhibit to the folder `out` and return it; an empty table publishes nothing.

    `columns` maps the table's columns, in order, to what they show: an indicator's key or a column of labels.csv;
    that gives heading and number format; by_period is a period's column in the row's own format. `words` fill the
    title. The sources are those of the table's source column.
    """
    if table.empty:
        return None
    need(table, *columns, "source")
    if section not in sections():
        raise TableError(f"The section {section!r} is not in labels.csv; use one of {', '.join(sections())}.")
    exhibit = Exhibit(
        key=key, section=section, lang=lang, title=vocab.text(f"exhibit.{key}", lang, **words),
        headings=[_heading(name, shown, lang) for name, shown in columns.items()],
        rows=[[_cell(name, shown, row, table, lang) for name, shown in columns.items()] for _, row in table.iterrows()],
        figures=_figures(table[list(columns)]),
        sentences=[_begun(sentence) for sentence in sentences if sentence], sources=_sources(table, lang),
        chart=key if chart is not None else None,
        columns=[[name, _content(shown, table)] for name, shown in columns.items()],
        bases=[str(basis) for basis in table["basis"]] if "basis" in table else [], line=_line(table),
    )  # fmt: skip
    _write(exhibit, chart, _as_of(table, columns, lang), Path(out))
    return exhibit


def read(out) -> list[Exhibit]:
    """Return the exhibits published in a folder, in the order of sections and titles in labels.csv."""
    files = (Path(out) / "exhibits").glob("*.json")
    exhibits = [Exhibit(**json.loads(file.read_text(encoding="utf-8"))) for file in files]
    order = {key: place for place, key in enumerate(vocab.table("labels").index)}
    return sorted(exhibits, key=lambda item: (order[f"section.{item.section}"], order[f"exhibit.{item.key}"]))


def sections() -> list[str]:
    """Return the keys of the document's sections, in order."""
    return [key.removeprefix("section.") for key in vocab.table("labels").index if key.startswith("section.")]


def _write(exhibit: Exhibit, chart, as_of: str, out: Path) -> None:
    for folder in ("exhibits", "charts"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    if chart is not None:
        figure = chart.flat[0].figure if hasattr(chart, "flat") else chart.figure
        # Title and source stand in the picture too, so that one cut out of its page still says both.
        source = vocab.text("source_line", exhibit.lang, sources=exhibit.sources)
        charts.entitle(figure, exhibit.title, source + as_of)
        charts.save(figure, out / "charts" / exhibit.key)
    text = json.dumps(asdict(exhibit), ensure_ascii=False, indent=1, sort_keys=True)
    (out / "exhibits" / f"{exhibit.key}.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _as_of(table: pd.DataFrame, columns: dict, lang: str) -> str:
    """Up to when the data behind a table go: what is foreseen for later comes from periods up to its last one."""
    known = table[table["value"].notna()] if "value" in table else table
    ends = [known[name] for name in ("last", "period") if name in known]
    told = [end.max() for end in ends if isinstance(end.dtype, pd.PeriodDtype) and end.notna().any()]
    told += sorted((name for name, shown in columns.items() if shown == "by_period"), reverse=True)
    return vocab.text("source_as_of", lang, period=vocab.period(told[0], lang)) if told else ""


def _content(shown: str, table: pd.DataFrame) -> str:
    """What a column shows; the indicator where each row's own is asked for and all rows have the same."""
    labels, told = vocab.table("labels"), table.get("indicator", pd.Series(dtype=str)).unique()
    own = shown not in vocab.table("indicators").index and labels.at[f"column.{shown}", "format"].startswith("own")
    return told[0] if own and len(told) == 1 else shown


def _line(table: pd.DataFrame) -> float | None:
    lines = table["line"].dropna().unique() if "line" in table else []
    return float(lines[0]) if len(lines) == 1 else None


def _figures(table: pd.DataFrame) -> list[dict]:
    """The unrounded values behind the cells, periods as the contract writes them."""
    periods = {name: str for name in table.columns if isinstance(table[name].dtype, pd.PeriodDtype)}
    return json.loads(table.astype(periods).to_json(orient="records", double_precision=15))


def _heading(name: str, shown: str, lang: str) -> str:
    if shown == "by_period":
        return vocab.period(name, lang)
    if shown in vocab.table("indicators").index:
        return _begun(vocab.indicator_with_unit(shown, lang))
    return vocab.text(f"column.{shown}", lang)


def _cell(name: str, shown: str, row, table: pd.DataFrame, lang: str) -> str:
    value, whole = row[name], row.get("whole", row.get(f"{name}_whole"))
    if shown in vocab.table("indicators").index:
        return vocab.show_indicator(value, shown, lang, whole=whole)
    match vocab.table("labels").at[f"column.{shown}", "format"]:
        case "own":
            return vocab.amount(value, row["indicator"], lang)
        case "own_number":
            return vocab.show_indicator(value, row["indicator"], lang, whole=whole)
        case "money":
            # One unit a column, so that it can be sorted; that of the smallest, so that none is told as nought.
            return vocab.show_money(value, lang, table[name].min())
        case "percent":
            return vocab.show(value, "percent", lang, vocab.share_decimals(whole))
        case "word" if isinstance(value, str) and value:
            return said(value, shown, lang)
        case "indicator" | "indicator_with_unit" | "part" | "drug" as form:
            return _begun(vocab.show(value, form, lang))
        case form:
            return vocab.show(value, form, lang)


def _begun(name: str) -> str:
    """A name or sentence as it begins: in English with a capital letter."""
    return name[:1].upper() + name[1:]


def _sources(table: pd.DataFrame, lang: str) -> str:
    """Titles of the sources; of many, the first and how many there are; made-up data say so."""
    keys = sorted({key for keys in table["source"] for key in str(keys).split(" | ")} - {""})
    titles = list(dict.fromkeys(vocab.source(key, lang) for key in keys))
    told = vocab.text("list_comma", lang).join(titles)
    if len(titles) > 2:
        told = vocab.text("sources_many", lang, first=titles[0], count=vocab.show(len(titles), "count"))
    if "area" in table and any(vocab.made_up(code) for code in table["area"].unique()):
        return vocab.text("sources_made_up", lang, sources=told)
    return told
