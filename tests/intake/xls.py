"""Makes the .xls fixtures in files/ again: small .xlsx by XlsxWriter, turned to BIFF8 by LibreOffice."""

import os
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import xlsxwriter

FILES = Path(__file__).parent / "files"
COUNTIES = ["青渡区", "望鹭区", "澄溪县"]


def make() -> None:
    """Write every fixture; needs soffice on the path and LibreOffice's own module uno importable."""
    with tempfile.TemporaryDirectory() as folder, _office(folder) as desktop:
        for write in (plain, stacked, values, formats, shares, hidden, links):
            path = Path(folder) / f"{write.__name__}.xlsx"
            with xlsxwriter.Workbook(path) as book:
                write(book)
            _convert(desktop, path, FILES / f"{write.__name__}.xls")
        _convert(desktop, Path(folder) / "plain.xlsx", FILES / "password.xls", Password="x")
    _hide_for_good(FILES / "hidden.xls")


def plain(book) -> None:
    """A wide table of one month."""
    sheet = book.add_worksheet("月报")
    rows = [["地区", "月份", "新发现吸毒人员", "现有在册吸毒人员"]]
    rows += [[area, "2025年6月", 3 + n, 210.0 + n] for n, area in enumerate(COUNTIES)]
    _fill(sheet, rows)


def stacked(book) -> None:
    """A title over two merged heading rows, a total below, notes and signatures."""
    sheet = book.add_worksheet("2025年6月")
    middle = book.add_format({"align": "center"})
    sheet.merge_range("A1:E1", "云汀市2025年6月毒情统计表", middle)
    sheet.merge_range("A2:A3", "地区", middle)
    sheet.merge_range("B2:C2", "吸毒人员", middle)
    sheet.merge_range("D2:E2", "毒品犯罪案件", middle)
    _fill(sheet, [["", "新发现", "现有在册", "破获（起）", "立案（起）"]], top=2)
    rows = [[area, 3 + n, 210 + n, 2 * n, 2 * n + 1] for n, area in enumerate(COUNTIES)]
    _fill(sheet, [*rows, ["合计", 12, 633, 6, 9]], top=3)
    sheet.write(8, 0, "注：破案数含协办案件。")
    sheet.write(9, 0, "填表人：")


def values(book) -> None:
    """Formulas with their values, error values, booleans and text that looks like numbers."""
    sheet = book.add_worksheet("值")
    _fill(sheet, [["地区", "月份", "新发现吸毒人员", "现有在册吸毒人员"]])
    for row, area in enumerate(COUNTIES, start=1):
        sheet.write_row(row, 0, [area, "2025年6月"])
    sheet.write_formula("C2", "=1+2", value=3)
    sheet.write_formula("D2", "=D5/0", value="#DIV/0!")
    sheet.write_formula("C3", "=NA()", value="#N/A")
    sheet.write_boolean("D3", True)
    sheet.write_string("C4", "1,234")
    sheet.write_formula("D4", '="约"&C2', value="约3")
    sheet.write_formula("E2", "=NOSUCHNAME+1", value="#NAME?")
    sheet.write_formula("E3", '=VALUE("字")', value="#VALUE!")
    sheet.write_formula("E4", '=""', value="")


def formats(book) -> None:
    """Numbers and months in formats that change what a person sees."""
    sheet = book.add_worksheet("月报")
    _fill(sheet, [["地区", "月份", "现有在册吸毒人员"]])
    shown = [
        ("青渡区", "yyyy-mm", '0.0"万"', 3.5), ("望鹭区", 'yyyy"年"m"月"', '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"??_ ;_ @_ ', 0),
        ("澄溪县", '[$-804]yyyy"年"m"月";@', '0"人"', 213), ("柏陵县", "[DBNum1]yyyy年m月", "#,##0", 1234),
        ("月岑县", "mmm-yy", "0.00E+00", 567), ("南杞县", "yyyy.mm", "@", 89),
    ]  # fmt: skip
    for row, (area, month, count, value) in enumerate(shown, start=1):
        sheet.write(row, 0, area)
        sheet.write(row, 1, date(2025, 6, 1), book.add_format({"num_format": month}))
        sheet.write(row, 2, value, book.add_format({"num_format": count}))


def shares(book) -> None:
    """A percent format and months that are dates."""
    sheet = book.add_worksheet("管控率")
    percent, month = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": 'yyyy"年"m"月"'})
    _fill(sheet, [["地区", "月份", "管控率"]])
    for row, (area, share) in enumerate(zip(COUNTIES, (0.935, 0.9), strict=False), start=1):
        sheet.write(row, 0, area)
        sheet.write(row, 1, date(2025, 6, 1), month)
        sheet.write(row, 2, share, percent)


def hidden(book) -> None:
    """A hidden first sheet, a very hidden one, hidden rows and a column, a filter."""
    names = ["旧表", "月报", "底稿"]
    sheets = [book.add_worksheet(name) for name in names]
    for sheet in sheets:
        plain_rows = [["地区", "月份", "新发现吸毒人员", "现有在册吸毒人员"]]
        plain_rows += [[area, "2025年6月", 3 + n, 210 + n] for n, area in enumerate(COUNTIES)]
        _fill(sheet, plain_rows)
    sheets[1].activate()
    sheets[1].set_first_sheet()
    sheets[0].hide()
    sheets[2].very_hidden()
    sheets[1].set_row(2, None, None, {"hidden": True})
    sheets[1].set_column("D:D", None, None, {"hidden": True})
    sheets[1].autofilter("A1:D4")


def links(book) -> None:
    """A formula that reads another workbook."""
    sheet = book.add_worksheet("月报")
    _fill(sheet, [["地区", "月份", "新发现吸毒人员"], ["青渡区", "2025年6月", ""]])
    sheet.write_formula("C2", "='[上月.xlsx]月报'!C2+1", value=4)


def _fill(sheet, rows: list[list], top: int = 0) -> None:
    for row, cells in enumerate(rows, start=top):
        for column, cell in enumerate(cells):
            if cell != "":
                sheet.write(row, column, cell)


@contextmanager
def _office(folder: str):
    import uno

    door = f"pipe,name=fixtures{os.getpid()};urp"
    process = subprocess.Popen(
        ["soffice", "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/home", f"--accept={door}"]
    )
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(60):
        try:
            context = resolver.resolve(f"uno:{door};StarOffice.ComponentContext")
            break
        except Exception:  # the office is not up yet, and says so in several ways
            time.sleep(0.5)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    try:
        yield desktop
    finally:
        with suppress(Exception):
            desktop.terminate()
        process.wait(30)


def _convert(desktop, path: Path, made: Path, **told) -> None:
    from com.sun.star.beans import PropertyValue

    def properties(**named):
        return tuple(PropertyValue(Name=name, Value=value) for name, value in named.items())

    document = desktop.loadComponentFromURL(path.as_uri(), "_blank", 0, properties(Hidden=True))
    if path.stem == "values":
        # Without it a formula whose value is text is written with the value 0; a link would lose its value by it.
        document.calculateAll()
    document.storeToURL(made.as_uri(), properties(FilterName="MS Excel 97", **told))
    document.close(True)
    # A link is written with the name of the folder it was made in.
    folder = path.parent.name
    made.write_bytes(made.read_bytes().replace(folder.encode("utf-16-le"), ("x" * len(folder)).encode("utf-16-le")))


def _hide_for_good(path: Path) -> None:
    """LibreOffice knows hidden sheets but no very hidden ones: the state of the last is set by hand."""
    content = bytearray(path.read_bytes())
    name = content.index(b"\x02\x01" + "底稿".encode("utf-16-le"))
    assert content[name - 2] == 1
    content[name - 2] = 2
    path.write_bytes(content)


if __name__ == "__main__":
    make()
