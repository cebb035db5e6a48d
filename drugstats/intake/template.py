"""A clean workbook for an office to fill, made from the vocabulary: it loads with nothing to tell."""

from pathlib import Path

from drugstats import names, vocab
from drugstats.intake.sheets import Sheet
from drugstats.names import plain
from drugstats.tables import TableError

FREQUENCIES = {"month": "2025-06", "quarter": "2025Q2", "year": "2025"}
ROWS = 500  # rows with drop-down lists and checks of numbers
LARGEST, EXAMPLE = 10**12, 12
HELP_ROW, HEAD_ROW, EXAMPLE_ROW = 0, 1, 2


def write(path, *, area: str | None = None, lang: str = "zh") -> Path:
    """Write an .xlsx to fill in, one sheet a frequency, and return its path.

    Headings are the vocabulary's names with their units; areas come from a list (of `area` and those below it, else
    of provinces to counties), numbers are checked on typing. Raises TableError for another ending or unknown area.
    """
    import xlsxwriter

    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise TableError(vocab.text("error.template_ending", lang, file=path))
    listed = _areas(area, lang)
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        looks = _looks(book)
        for frequency, period in FREQUENCIES.items():
            _fill_sheet(book, looks, frequency, period, listed, lang)
        _guide(book, looks, listed, lang)
    return path


def is_guide(sheet: Sheet) -> bool:
    """Return whether a sheet is the template's own page of help, which holds no data."""
    marks = {plain(vocab.text("template.guide", lang)) for lang in vocab.LANGUAGES}
    return bool(sheet.rows) and isinstance(sheet.rows[0][0], str) and plain(sheet.rows[0][0]) in marks


def _areas(area: str | None, lang: str) -> list[str]:
    """The areas to choose from, with their codes, so that two counties of one name stay two."""
    rows = vocab.table("areas")
    if area is None:
        chosen = rows.index[rows["level"].isin(["nation", "province", "prefecture", "county"]) & (rows.index < "99")]
    else:
        top = names.find_area(area, lang)
        chosen = [code for code in rows.index if top in names.lineage(code)]
    return [f"{code} {vocab.area(code, lang)}" for code in sorted(chosen)]


def _looks(book) -> dict:
    font = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
    head = font | {"bold": True, "border": 1, "text_wrap": True, "align": "center", "bg_color": "#E8EEF4"}
    return {
        "head": book.add_format(head), "example": book.add_format(font | {"italic": True, "font_color": "#7A7A7A"}),
        "text": book.add_format(font | {"num_format": "@"}), "body": book.add_format(font),
        "help": book.add_format(font | {"font_color": "#7A7A7A"}),
    }  # fmt: skip


def _fill_sheet(book, looks: dict, frequency: str, period: str, listed: list[str], lang: str) -> None:
    rows = vocab.table("template")
    keys = list(rows.loc[rows["frequency"] == frequency, "indicator"])
    sheet = book.add_worksheet(vocab.text(f"template.{frequency}", lang))
    sheet.write(HELP_ROW, 0, vocab.text("template.help", lang), looks["help"])
    headings = [vocab.text("column.area", lang), vocab.text("column.period", lang)]
    sheet.write_row(HEAD_ROW, 0, [*headings, *(vocab.indicator_with_unit(key, lang) for key in keys)], looks["head"])
    example = [vocab.text("template.example", lang), vocab.period(period, lang)]
    sheet.write_row(EXAMPLE_ROW, 0, example + [EXAMPLE] * len(keys), looks["example"])
    sheet.set_row(HEAD_ROW, 48)
    sheet.set_column(0, 0, 24, looks["text"])
    sheet.set_column(1, 1, 14, looks["text"])
    sheet.set_column(2, len(keys) + 1, 16, looks["body"])
    sheet.freeze_panes(HEAD_ROW + 1, 2)
    guide = vocab.text("template.guide_sheet", lang)
    choices = f"='{guide}'!$B$2:$B${len(listed) + 1}"
    message = {"error_title": vocab.text("template.check", lang), "error_message": vocab.text("template.number", lang)}
    last = EXAMPLE_ROW + ROWS
    sheet.data_validation(EXAMPLE_ROW + 1, 0, last, 0, {"validate": "list", "source": choices})
    for column, key in enumerate(keys, start=2):
        limits = {"criteria": "between", "minimum": 0, "maximum": LARGEST}
        whole = "integer" if vocab.table("indicators").at[key, "decimals"] == "0" else "decimal"
        sheet.data_validation(EXAMPLE_ROW + 1, column, last, column, {"validate": whole} | limits | message)


def _guide(book, looks: dict, listed: list[str], lang: str) -> None:
    """The last sheet: how to fill in, and the areas that the lists offer."""
    sheet = book.add_worksheet(vocab.text("template.guide_sheet", lang))
    sheet.set_column(0, 0, 70, looks["body"])
    sheet.set_column(1, 1, 28, looks["text"])
    sheet.write(0, 0, vocab.text("template.guide", lang), looks["head"])
    sheet.write(0, 1, vocab.text("template.areas", lang), looks["head"])
    for row, line in enumerate(vocab.text("template.lines", lang).split("|"), start=1):
        sheet.write(row, 0, line, looks["body"])
    sheet.write_column(1, 1, listed, looks["text"])
