"""Figures for a speech: every one under a key, with its words and its cells; drafts are filled from them alone."""

import difflib
import re
from pathlib import Path

import numpy as np
import pandas as pd

from drugstats import vocab
from drugstats.tables import TableError, need

COLUMNS = ["key", "period", "value", "text_zh", "text_en", "source", "cells"]
LEVELS = {"prefecture": "city"}
DRAFTS = (".txt", ".md", ".docx")
PLACEHOLDER = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def figures(table: pd.DataFrame, area: str) -> pd.DataFrame:
    """Return one row a figure: key, period, value, text_zh, text_en, source, cells.

    The table has area, indicator, period, value, source, optional whole, cells (see `trace`), and before, period_before
    and change (a fraction). Keys are INDICATOR.PLACE, the place being the level of the reported `area`
    and of those above it (county, city, province, nation) and the name of any other; .before and .change follow.
    """
    need(table, "area", "indicator", "period", "value", "source")
    named, rows = _places(list(dict.fromkeys(table["area"])), area), []
    for row in table.to_dict("records"):
        key = f"{row['indicator']}.{named[row['area']]}"
        now = {"period": str(row["period"]), "source": row["source"], "cells": row.get("cells", "")}
        rows.append(now | {"key": key, "value": row["value"]} | _amounts(row["value"], row))
        if pd.notna(row.get("before")):
            then = now | {"period": str(row["period_before"]), "cells": row.get("cells_before", "")}
            rows.append(then | {"key": f"{key}.before", "value": row["before"]} | _amounts(row["before"], row))
        if pd.notna(row.get("change")):
            both = "; ".join(filter(None, [now["cells"], row.get("cells_before", "")]))
            rows.append(now | {"key": f"{key}.change", "value": row["change"], "cells": both} | _changes(row))
    found = pd.DataFrame(rows, columns=COLUMNS)
    return found[found["value"].notna()].drop_duplicates("key").reset_index(drop=True)


def trace(table: pd.DataFrame, observations: pd.DataFrame) -> pd.DataFrame:
    """Append cells: file, sheet and cell of the observations behind each row, and cells_before of those a year before.

    An area that does not report itself is the sum of those below it; a ratio stands on its part and its whole.
    """
    year, december = observations["period"].dt.year.astype(str), observations["period"].dt.month.eq(12).to_numpy()
    places = (observations["source"] + " " + observations["note"]).to_numpy()
    groups = observations.groupby(["area", "indicator", year]).indices

    def cells(area: str, indicator: str, period: str) -> str:
        found = []
        for key in _counted(indicator):
            own = [area] if (area, key, period) in groups else vocab.children(area)
            rows = np.concatenate([groups.get((code, key, period), []) for code in own] or [[]]).astype(int)
            # A stock at a year's end is its last month's; figures by year have no December of their own.
            last = rows[december[rows]] if vocab.kinds()[key] == "stock" else rows
            found += places[last if len(last) else rows].tolist()
        return _listed(found)

    told = {name.replace("period", "cells"): [cells(*row) for row in
            table[["area", "indicator", name]].astype(str).itertuples(index=False)]
            for name in ("period", "period_before") if name in table}  # fmt: skip
    return table.assign(**told)


def write(table: pd.DataFrame, out) -> Path:
    """Write the figures to speech/figures.csv below the folder `out` and return its path."""
    path = Path(out) / "speech" / "figures.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    table[COLUMNS].to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
    return path


def read(path) -> pd.DataFrame:
    """Return the figures of a file written by `write`."""
    table = pd.read_csv(path, dtype=dict.fromkeys(COLUMNS, str) | {"value": float}, keep_default_na=False,
                        na_values={"value": [""]}, encoding="utf-8-sig")  # fmt: skip
    need(table, *COLUMNS)
    return table


def fill(draft: str, table: pd.DataFrame, lang: str = "zh") -> str:
    """Return the draft with placeholders such as {{ new_user_ratio.county.text }} filled from the figures.

    Each figure has text, value, period and source. Raises TableError for a placeholder that is no figure, with the
    nearest one, and for a draft that asks for more than figures.
    """
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    tree, known = _tree(table, lang), set(table["key"])
    environment = ImmutableSandboxedEnvironment(keep_trailing_newline=True)
    try:
        for asked in _asked(environment.parse(draft)):
            _check(asked, tree, known, lang)
        return environment.from_string(draft).render(tree)
    except TemplateError as error:
        raise TableError(vocab.text("error.draft", lang, what=error.message or type(error).__name__)) from None


def fill_file(draft, table: pd.DataFrame, out, lang: str = "zh") -> Path | str:
    """Write a .txt, .md or .docx draft, filled, to the path or folder `out` and return its path; "" without draft."""
    if not str(draft):
        return ""
    draft, out = Path(draft), Path(out)
    out = out / draft.name if out.is_dir() else out
    if draft.suffix.lower() not in DRAFTS:
        raise TableError(vocab.text("error.draft_ending", lang, file=draft.name))
    if draft.suffix.lower() == ".docx":
        return _fill_word(draft, table, out, lang)
    out.write_text(fill(_text(draft), table, lang), encoding="utf-8", newline="\n")
    return out


def _text(draft: Path) -> str:
    content = draft.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError(vocab.text("error.encoding", "zh"))


def _fill_word(draft: Path, table: pd.DataFrame, out: Path, lang: str) -> Path:
    from docx import Document

    document = Document(str(draft))
    cells = (cell for one in document.tables for row in one.rows for cell in row.cells)
    for paragraph in [*document.paragraphs, *(one for cell in cells for one in cell.paragraphs)]:
        if PLACEHOLDER.search(paragraph.text):
            first, *others = paragraph.runs
            first.text = fill(paragraph.text, table, lang)
            for run in others:
                run.text = ""
    document.save(str(out))
    return out


def _counted(indicator: str) -> list[str]:
    row = vocab.table("indicators").loc[indicator]
    return [row["part"], *row["whole"].split("+")] if row["part"] else [indicator]


def _listed(places: list[str]) -> str:
    """The cells as one text, those of one sheet behind its name: 月报.xlsx 县区月报!F5, F6."""
    sheets = {}
    for place in places:
        sheet, mark, cell = place.rpartition("!")
        sheets.setdefault(sheet + mark, []).append(cell)
    return "; ".join(sheet + ", ".join(cells) for sheet, cells in sheets.items())


def _places(codes: list[str], area: str) -> dict[str, str]:
    """What each area is called in a key: its level for the area reported on and those above it, else its name."""
    areas, above, code = vocab.table("areas"), [], area
    while code:
        above.append(code)
        code = vocab.parent(code)
    above = {*above, *(code for code in codes if code in areas.index and areas.at[code, "level"] == "nation")}
    named = {code: vocab.area(code) for code in codes}
    twice = {name for name in named.values() if list(named.values()).count(name) > 1}
    for code, name in named.items():
        level = areas.at[code, "level"] if code in above else ""
        named[code] = LEVELS.get(level, level) if level else code if name in twice else name
    return named


def _amounts(value: float, row: dict) -> dict:
    key, whole = row["indicator"], row.get("whole")
    shown = {lang: vocab.show_indicator(value, key, lang, whole=whole) for lang in vocab.LANGUAGES}
    return {f"text_{lang}": vocab.text("amount", lang, number=told, unit=vocab.unit(key, lang)).strip()
            for lang, told in shown.items()}  # fmt: skip


def _changes(row: dict) -> dict:
    form = "points" if vocab.table("indicators").at[row["indicator"], "unit"] == "fraction" else "percent"
    base = row["before"] if form == "percent" else row.get("whole")
    number = vocab.show(abs(row["change"]), form, decimals=vocab.share_decimals(base))
    word = "level" if not float(number.rstrip("%").replace(",", "")) else "up" if row["change"] > 0 else "down"
    told = {lang: vocab.text("points", lang, n=number) if form == "points" else number for lang in vocab.LANGUAGES}
    return {f"text_{lang}": vocab.text(f"change.{word}", lang, number=shown) for lang, shown in told.items()}


def _tree(table: pd.DataFrame, lang: str) -> dict:
    """The figures as nested dicts, so that a template reads users_current.city.change.text."""
    tree = {}
    for row in table.to_dict("records"):
        node = tree
        for part in row["key"].split("."):
            node = node.setdefault(part, {})
        node |= {"text": row[f"text_{lang}"]} | {name: row[name] for name in ("value", "period", "source")}
    return tree


def _asked(parsed) -> list[list[str]]:
    """The dotted names that a template asks for; raises TemplateError for anything but names."""
    from jinja2 import TemplateRuntimeError, nodes

    asked = []
    for output in parsed.body:
        if not isinstance(output, nodes.Output):
            raise TemplateRuntimeError(type(output).__name__)
        for node in output.nodes:
            if not isinstance(node, nodes.TemplateData):
                asked.append(_names(node))
    return asked


def _names(node) -> list[str]:
    from jinja2 import TemplateRuntimeError, nodes

    match node:
        case nodes.Name():
            return [node.name]
        case nodes.Getattr():
            return [*_names(node.node), node.attr]
        case nodes.Getitem() if isinstance(node.arg, nodes.Const):
            return [*_names(node.node), str(node.arg.value)]
    raise TemplateRuntimeError(type(node).__name__)


def _check(asked: list[str], tree: dict, known: set, lang: str) -> None:
    node = tree
    for part in asked:
        node = node.get(part) if isinstance(node, dict) else None
    if node is None or isinstance(node, dict):
        near = difflib.get_close_matches(".".join(asked), [f"{key}.text" for key in known], n=1, cutoff=0.3)
        raise TableError(vocab.text("error.figure", lang, name=".".join(asked), near=near[0] if near else "—"))
