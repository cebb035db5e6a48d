"""Makes hostile and odd office files, each as bytes, from one good table of three counties in June 2025."""

import csv
import io
import random
import re
import struct
import warnings
import zipfile
from xml.sax.saxutils import escape, quoteattr

HEADINGS = ["地区", "月份", "新发现吸毒人员", "现有在册吸毒人员"]
ROWS = [["青渡区", "2025年6月", 3, 210], ["望鹭区", "2025年6月", 4, 211], ["澄溪县", "2025年6月", 5, 212]]
TABLE = [HEADINGS, *ROWS]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET, SHARED, STYLES, WORKBOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
LAUGHS = "<!DOCTYPE x [" + '<!ENTITY a "哈哈哈哈哈哈哈哈哈哈">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"  # fmt: skip
OUTSIDE = '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/hostname">]>'
CORNERS = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
MEGABYTE = 1 << 20


# A good workbook, and the seams at which it can be spoiled


def workbook(rows=TABLE, **changes) -> bytes:
    """Return an .xlsx of one sheet, 月报; see `members` for the changes."""
    return archive(members({"月报": rows}, **changes))


def members(sheets: dict[str, list | str], states=(), formats=(), extra=()) -> dict[str, str | bytes]:
    """Return the members of an .xlsx by name; a sheet is rows or its own XML, a state is hidden or veryHidden."""
    states = [*states, *["visible"] * (len(sheets) - len(states))]
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" state="{state}" r:id="rId{n}"/>'
        for n, (name, state) in enumerate(zip(sheets, states, strict=True), start=1)
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    found = {
        "[Content_Types].xml": _types(len(sheets)),
        "_rels/.rels": _relationships(
            f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="{WORKBOOK}"/>'
        ),
        WORKBOOK: f'{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relationships(
            related + f'<Relationship Id="rIdS" Type="{RELATIONS}/styles" Target="styles.xml"/>'
            f'<Relationship Id="rIdT" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        ),
        STYLES: styles(formats),
        SHARED: shared([]),
    }
    for n, rows in enumerate(sheets.values(), start=1):
        found[f"xl/worksheets/sheet{n}.xml"] = rows if isinstance(rows, str) else sheet(cells(rows))
    return found | dict(extra)


def archive(parts: dict[str, str | bytes], stored: bool = False) -> bytes:
    """Return a zip of the members, all of one date."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(zipfile.ZipInfo(name), content, made.compression)
    return held.getvalue()


def sheet(data: str, before: str = "", after: str = "") -> str:
    """Return a worksheet's XML around its rows."""
    return f'{DECLARATION}<worksheet xmlns="{MAIN}">{before}<sheetData>{data}</sheetData>{after}</worksheet>'


def cells(rows: list[list], attributes: dict[int, str] | None = None) -> str:
    """Return the rows' XML, text inline; a cell that is XML already stays; attributes are of rows by number."""
    attributes = attributes or {}
    return "".join(
        f'<row r="{r}" {attributes.get(r, "")}>{"".join(cell(f"{_letter(c)}{r}", value) for c, value in enumerate(row))}</row>'
        for r, row in enumerate(rows, start=1)
    )


def cell(place: str, value) -> str:
    """Return one cell's XML."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value if value.startswith("<c ") else inline(place, value)
    return f'<c r="{place}"><v>{value}</v></c>'


def inline(place: str, text: str) -> str:
    """Return a cell with its text inside."""
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _moved(parts: dict, target: str) -> dict:
    """The archive with its sheet under another name."""
    links = "xl/_rels/workbook.xml.rels"
    moved = {name.replace(SHEET, f"xl/{target}"): content for name, content in parts.items()}
    types = parts["[Content_Types].xml"].replace(f"/{SHEET}", f"/xl/{target}")
    return archive(moved | {links: parts[links].replace("worksheets/sheet1.xml", target), "[Content_Types].xml": types})


def shared(texts: list[str]) -> str:
    """Return a table of shared strings."""
    items = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    return f'{DECLARATION}<sst xmlns="{MAIN}" count="{len(texts)}" uniqueCount="{len(texts)}">{items}</sst>'


def styles(formats) -> str:
    """Return a style sheet: style n + 1 has the n-th number format, a code or a built-in number."""
    codes = [code for code in formats if isinstance(code, str)]
    numbers = [code if isinstance(code, int) else 164 + codes.index(code) for code in formats]
    own = "".join(f'<numFmt numFmtId="{164 + n}" formatCode={quoteattr(code)}/>' for n, code in enumerate(codes))
    used = "".join(f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0"/>' for number in [0, *numbers])
    return (
        f'{DECLARATION}<styleSheet xmlns="{MAIN}"><numFmts count="{len(codes)}">{own}</numFmts>'
        "<fonts><font/></fonts><fills><fill><patternFill/></fill></fills><borders><border/></borders>"
        f'<cellStyleXfs><xf/></cellStyleXfs><cellXfs count="{len(numbers) + 1}">{used}</cellXfs></styleSheet>'
    ).replace('<numFmts count="0"></numFmts>', "")


def text_table(rows=TABLE, encoding: str = "utf-8") -> bytes:
    """Return the rows as .csv."""
    held = io.StringIO(newline="")
    csv.writer(held, lineterminator="\n").writerows(rows)
    return held.getvalue().encode(encoding)


def _types(sheets: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {WORKBOOK: "sheet.main", STYLES: "styles", SHARED: "sharedStrings"}
    parts |= {f"xl/worksheets/sheet{n}.xml": "worksheet" for n in range(1, sheets + 1)}
    named = "".join(f'<Override PartName="/{part}" ContentType="{kind}.{name}+xml"/>' for part, name in parts.items())
    return (
        f'{DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{named}</Types>'
    )


def _relationships(inside: str) -> str:
    return f'{DECLARATION}<Relationships xmlns="{PACKAGE}">{inside}</Relationships>'


def _letter(column: int) -> str:
    return chr(ord("A") + column)


# Too large


def corners() -> bytes:
    """Two cells, the first and the last that a sheet can have."""
    return workbook(sheet(CORNERS))


def corners_elsewhere() -> bytes:
    """The same in a sheet that lies where no sheet is looked for."""
    return _moved(members({"月报": TABLE}) | {SHEET: sheet(CORNERS)}, "other/first.dat")


def corners_spelled() -> bytes:
    """The same, the letters of the last cell written as character references."""
    return workbook(
        sheet(CORNERS.replace("XFD1048576", "&#88;&#70;&#68;&#49;048576").replace('r="1048576"', 'r="&#49;048576"'))
    )


def merged_whole() -> bytes:
    """Every cell of the sheet merged into the first."""
    return workbook(sheet(cells(TABLE), after='<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'))


def merged_often() -> bytes:
    """A hundred thousand merged ranges, each a whole column long."""
    ranges = "".join(f'<mergeCell ref="A{n}:XFD{n + 900000}"/>' for n in range(1, 100_001))
    return workbook(sheet(cells(TABLE), after=f"<mergeCells>{ranges}</mergeCells>"))


def columns_hidden_to_the_edge() -> bytes:
    """Every column to the right of the table hidden, as an office does to tidy: quite ordinary."""
    return workbook(sheet(cells(TABLE), before='<cols><col min="5" max="16384" width="0" hidden="1"/></cols>'))


def columns_hidden_often() -> bytes:
    """A hundred thousand times all columns hidden."""
    return workbook(
        sheet(cells(TABLE), before="<cols>" + '<col min="1" max="16384" hidden="1"/>' * 100_000 + "</cols>")
    )


def rows_to_the_edge() -> bytes:
    """A million empty rows that only carry a height, as formatting a column leaves them."""
    return workbook(sheet(cells(TABLE) + "".join(f'<row r="{n}" ht="20"/>' for n in range(5, 1_048_577))))


def long_string(declared: int | None = None, megabytes: int = 200) -> bytes:
    """One shared string of that size; `declared` is what the archive says of its size."""
    content = _swollen(members({"月报": TABLE}), SHARED, shared(["@"]).split("@"), megabytes)
    return content if declared is None else _declare(content, SHARED, declared)


def ratio_bomb(megabytes: int = 200) -> bytes:
    """A member that no sheet names, nearly all air."""
    return _swollen(members({"月报": TABLE}), "xl/media/image1.bin", ["", ""], megabytes)


def many_members(number: int = 20_000) -> bytes:
    """A workbook among very many empty members."""
    return workbook(extra={f"xl/media/{n}.bin": b"" for n in range(number)})


def _swollen(parts: dict, name: str, around: list[str], megabytes: int) -> bytes:
    held = io.BytesIO(archive({key: content for key, content in parts.items() if key != name}))
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(held, "a") as made, made.open(info, "w") as member:
        member.write(around[0].encode())
        for _ in range(megabytes):
            member.write(b"9" * MEGABYTE)
        member.write(around[1].encode())
    return held.getvalue()


def _declare(content: bytes, name: str, size: int) -> bytes:
    """The same archive, which now says another size of a member, before the member and in its directory."""
    with zipfile.ZipFile(io.BytesIO(content)) as read:
        local, directory = read.getinfo(name).header_offset, content.rindex(name.encode()) - 46
    spoiled = bytearray(content)
    struct.pack_into("<I", spoiled, local + 22, size)
    struct.pack_into("<I", spoiled, directory + 24, size)
    return bytes(spoiled)


# Damaged or forged archives


def declared(size: int) -> bytes:
    """A sheet whose archive says a size that is not its own."""
    return _declare(workbook(), SHEET, size)


def flipped(old: bytes = b"<v>3</v>", new: bytes = b"<v>7</v>") -> bytes:
    """A number changed by flipped bits in a sheet; its checksum is still that of the old one."""
    content = archive(members({"月报": TABLE}), stored=True)
    assert content.count(old) == 1
    return content.replace(old, new)


def member_called(name: str) -> bytes:
    """A workbook with one more member, of that name."""
    return workbook(extra={name: b"x"})


def sheet_twice(name: str = SHEET) -> bytes:
    """Two members of one name, or of names that differ in case only, with other numbers in them."""
    held = io.BytesIO(workbook())
    with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED) as made:
        other = [HEADINGS, *[[*row[:2], row[2] + 100, row[3]] for row in ROWS]]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made.writestr(name, sheet(cells(other)))
    return held.getvalue()


def locked_zip(content: bytes) -> bytes:
    """The same archive, every member marked as encrypted."""
    spoiled = bytearray(content)
    for sign, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = content.find(sign)
        while start >= 0:
            spoiled[start + at] |= 1
            start = content.find(sign, start + 4)
    return bytes(spoiled)


def zip_of(files: dict[str, bytes]) -> bytes:
    """Return a .zip of whole files."""
    return archive(files, stored=True)


def zip_in_gbk(name: str, content: bytes) -> bytes:
    """A .zip whose file name is in GBK without saying so, as Chinese Windows writes it."""
    raw = name.encode("gbk")
    return archive({"@" * len(raw): content}).replace(b"@" * len(raw), raw)


def nested(content: bytes, depth: int) -> bytes:
    """The file in a .zip in a .zip."""
    for _ in range(depth):
        content = zip_of({"inner.zip": content})
    return content


def zip_with_twice(name: str, content: bytes) -> bytes:
    """A .zip that holds two files of one name, the second with other numbers."""
    held = io.BytesIO(zip_of({name: content}))
    with zipfile.ZipFile(held, "a") as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.writestr(name, content.replace(b",3,", b",103,"))
    return held.getvalue()


def cut(content: bytes, part: float = 0.6) -> bytes:
    """The first part of a file, as a broken copy leaves it."""
    return content[: int(len(content) * part)]


# XML that reaches further than a table


def entities(member: str, declaration: str = LAUGHS) -> bytes:
    """Entities declared and used in one member of a workbook."""
    parts = members({"月报": TABLE})
    body = parts[member].removeprefix(DECLARATION)
    # After the first element's own tag, where every reader comes past.
    end = body.index(">") + 1
    return archive(parts | {member: f"{DECLARATION}{declaration}{body[:end]}&i;{body[end:]}"})


def entities_elsewhere() -> bytes:
    """The same in a sheet whose ending is not that of XML."""
    parts = members({"月报": TABLE})
    body = parts[SHEET].replace("?><", f"?>{LAUGHS}<", 1).replace("青渡区", "&i;")
    return _moved(parts | {SHEET: body}, "other/first.dat")


def entities_in_utf16() -> bytes:
    """The same in UTF-16, where a search for the bytes of <!DOCTYPE finds nothing."""
    body = sheet(cells(TABLE)).replace("UTF-8", "UTF-16").replace("?><", f"?>{LAUGHS}<", 1).replace("青渡区", "&i;")
    return archive(members({"月报": TABLE}) | {SHEET: body.encode("utf-16")})


def deep(depth: int = 200_000) -> bytes:
    """Elements inside one another, which a reader that calls itself cannot hold."""
    return workbook(sheet(cells(TABLE), after="<a>" * depth + "</a>" * depth))


# Locked, with macros, with links


def compound(streams: dict[str, bytes], circle: bool = False) -> bytes:
    """Return an OLE2 file with the streams, all in one folder; in a circle its second sector leads to the first."""
    sectors, starts = [], {}
    for name, content in streams.items():
        padded = content.ljust(max(4096, -(-len(content) // 512) * 512), b"\0")
        starts[name] = (len(sectors), len(padded))
        sectors += [padded[at : at + 512] for at in range(0, len(padded), 512)]
    directory = _directory(starts)
    first = len(sectors)
    sectors += [directory[at : at + 512] for at in range(0, len(directory), 512)]
    chains = [*starts.values(), (first, len(directory))]
    table = [-1] * (-(-(len(sectors) + 4) // 128) * 128)
    for start, size in chains:
        count = size // 512
        table[start : start + count] = [*range(start + 1, start + count), -2]
    if circle:
        table[1] = 0
    own = range(len(sectors), len(sectors) + len(table) // 128)
    for number in own:
        table[number] = -3
    header = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<2I i I I i I i I", 0, len(own), first, 0, 4096, -2, 0, -2, 0)
    header += struct.pack("<109i", *own, *[-1] * (109 - len(own)))
    return header + b"".join(sectors) + struct.pack(f"<{len(table)}i", *table)


def _directory(starts: dict[str, tuple[int, int]]) -> bytes:
    # The entries hang below one another on one side, which every reader follows.
    names = list(starts)
    entries = [_entry("Root Entry", 5, child=1, start=-2, size=0)]
    for number, name in enumerate(names, start=1):
        right = number + 1 if number < len(names) else -1
        entries.append(_entry(name, 2, right=right, start=starts[name][0], size=starts[name][1]))
    entries += [_entry("", 0)] * (-len(entries) % 4)
    return b"".join(entries)


def _entry(name: str, kind: int, right: int = -1, child: int = -1, start: int = 0, size: int = 0) -> bytes:
    raw = name.encode("utf-16-le")
    length = len(raw) + 2 if name else 0
    return raw.ljust(64, b"\0") + struct.pack("<HBB3i36xiII", length, kind, 1, -1, right, child, start, size, 0)


def locked_workbook() -> bytes:
    """A workbook under a password: an OLE2 file that holds the encrypted package."""
    noise = random.Random(0).randbytes(8000)
    return compound(
        {"EncryptedPackage": struct.pack("<Q", 7990) + noise, "EncryptionInfo": b"\4\0\4\0@\0\0\0<encryption/>"}
    )


def locked_biff() -> bytes:
    """An .xls under a password."""
    return biff(after_first=record(0x2F, bytes.fromhex("010001000100") + bytes(48)))


def with_macros() -> bytes:
    """An .xlsx with a macro project in it."""
    return workbook(extra={"xl/vbaProject.bin": compound({"dir": b"x"})})


def endless() -> bytes:
    """An .xls whose sectors lead in a circle, which its reader follows for ever."""
    return compound({"Workbook": _biff_stream(TABLE)}, circle=True)


def biff_with_macros() -> bytes:
    """An .xls with a macro project beside its sheets."""
    return compound({"Workbook": _biff_stream(TABLE), "_VBA_PROJECT_CUR": b"x"})


def linked() -> bytes:
    """A workbook that reads a cell of another one."""
    parts = members({"月报": TABLE})
    row = '<c r="C2"><f>[1]月报!C2+1</f><v>3</v></c>'
    related = parts["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>",
        f'<Relationship Id="rIdL" Type="{RELATIONS}/externalLink" Target="externalLinks/externalLink1.xml"/></Relationships>',
    )
    link = f'{DECLARATION}<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{RELATIONS}" r:id="rId1"/></externalLink>'
    return archive(parts | {
        SHEET: sheet(cells([HEADINGS, [*ROWS[0][:2], row, 210], *ROWS[1:]])),
        WORKBOOK: parts[WORKBOOK].replace("</sheets>", '</sheets><externalReferences><externalReference r:id="rIdL"/></externalReferences>'),
        "xl/_rels/workbook.xml.rels": related,
        "xl/externalLinks/externalLink1.xml": link,
        "xl/externalLinks/_rels/externalLink1.xml.rels": _relationships(
            f'<Relationship Id="rId1" Type="{RELATIONS}/externalLinkPath" Target="file:///上月.xlsx" TargetMode="External"/>'
        ),
    })  # fmt: skip


# Old binary sheets written by hand


def biff(rows=TABLE, after_first: bytes = b"", old: bool = False) -> bytes:
    """Return an .xls of one sheet, 月报: BIFF8, or BIFF5 in GBK as Excel 95 wrote it."""
    return compound({"Book" if old else "Workbook": _biff_stream(rows, after_first, old)})


def record(kind: int, content: bytes) -> bytes:
    """Return one record of an .xls."""
    return struct.pack("<HH", kind, len(content)) + content


def _biff_stream(rows, after_first: bytes = b"", old: bool = False) -> bytes:
    version = 0x500 if old else 0x600
    start = record(0x809, struct.pack("<4H", version, 5, 0, 0) + (b"" if old else bytes(8))) + after_first
    start += record(0x42, struct.pack("<H", 936 if old else 1200))
    style = record(0xE0, bytes(16 if old else 20))
    name = "月报".encode("gbk") if old else b"\1" + "月报".encode("utf-16-le")
    at = len(start) + len(style) + 4 + 6 + 1 + len(name) + 4
    start += style + record(0x85, struct.pack("<IHB", at, 0, 4 if old else 2) + name) + record(0x0A, b"")
    body = record(0x809, struct.pack("<4H", version, 16, 0, 0) + (b"" if old else bytes(8)))
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            place = struct.pack("<3H", r, c, 0)
            if not isinstance(value, str):
                body += record(0x203, place + struct.pack("<d", value))
            elif old:
                body += record(0x204, place + struct.pack("<H", len(value.encode("gbk"))) + value.encode("gbk"))
            else:
                body += record(0x204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
    return start + body + record(0x0A, b"")


def biff_corners() -> bytes:
    """Two cells, the first and the last that an .xls can have."""
    stream = bytearray(_biff_stream([["地区"], [2.0]]))
    place = stream.rindex(struct.pack("<HH", 0x203, 14)) + 4
    struct.pack_into("<2H", stream, place, 65535, 255)
    return compound({"Workbook": bytes(stream)})


# Other things under the ending of a sheet


def page() -> bytes:
    """A web page with a table, which many office systems hand out as .xls."""
    rows = "".join(f"<tr>{''.join(f'<td>{value}</td>' for value in row)}</tr>" for row in TABLE)
    return f'<html><head><meta charset="utf-8"></head><body><table>{rows}</table></body></html>'.encode()


def page_in_parts() -> bytes:
    """A web page of several parts (MHTML), as Excel itself saves it."""
    return (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n'
        + page()
    )


def spreadsheet_2003() -> bytes:
    """XML Spreadsheet 2003, saved as .xls."""
    rows = "".join(f"<Row>{''.join(f'<Cell><Data>{value}</Data></Cell>' for value in row)}</Row>" for row in TABLE)
    return (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'
        f"<Worksheet><Table>{rows}</Table></Worksheet></Workbook>"
    ).encode()


def pdf() -> bytes:
    """The start of a PDF."""
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"


def picture() -> bytes:
    """The start of a PNG."""
    return b"\x89PNG\r\n\x1a\n" + bytes(200)


def letter() -> bytes:
    """A Word document."""
    return archive({"[Content_Types].xml": f"{DECLARATION}<Types/>", "word/document.xml": f"{DECLARATION}<document/>"})


def open_document() -> bytes:
    """An OpenDocument sheet."""
    return archive(
        {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<office/>"}, stored=True
    )


def binary_workbook() -> bytes:
    """A workbook with binary parts, which is .xlsb."""
    parts = members({"月报": TABLE})
    return archive({name.replace("workbook.xml", "workbook.bin"): content for name, content in parts.items()})


# Text tables


def commas(number: int = 10_000_000) -> bytes:
    """One line of commas after a good table."""
    return text_table() + b"," * number + b"\n"


def long_cell(megabytes: int = 60) -> bytes:
    """One cell of very many characters after a good table."""
    return text_table() + b"9" * (megabytes * MEGABYTE) + b",,,\n"


def half_a_character() -> bytes:
    """A table in GBK that ends in the middle of 县."""
    return text_table([*TABLE, ["澄溪县"]], "gbk").rstrip(b"\n")[:-1]


def open_quote() -> bytes:
    """A quotation mark that nobody closes, so that all lines after it are one cell."""
    return text_table([HEADINGS, ROWS[0]]) + '"望鹭区,2025年6月,4,211\n澄溪县,2025年6月,5,212\n'.encode()


# Odd ways to say a good table


def scattered() -> bytes:
    """The rows of the sheet in another order than their numbers."""
    parts = [cells(TABLE[:1])] + [_row(n, TABLE[n - 1]) for n in (4, 2, 3)]
    return workbook(sheet("".join(parts)))


def cells_scattered() -> bytes:
    """The cells of each row from right to left."""
    rows = "".join(
        f'<row r="{r}">{"".join(cell(f"{_letter(c)}{r}", row[c]) for c in reversed(range(len(row))))}</row>'
        for r, row in enumerate(TABLE, start=1)
    )
    return workbook(sheet(rows))


def same_place_twice() -> bytes:
    """Two cells that both say they are C2."""
    row = [*ROWS[0][:2], '<c r="C2"><v>3</v></c><c r="C2"><v>103</v></c>', 210]
    return workbook(sheet(cells([HEADINGS, row, *ROWS[1:]])))


def same_row_twice() -> bytes:
    """Two rows that both say they are row 4."""
    return workbook(sheet(cells(TABLE) + _row(4, [*ROWS[2][:2], 105, 212])))


def unnumbered() -> bytes:
    """Rows and cells without their places."""
    return workbook(sheet(re.sub(r' r="[A-Z]*\d+"', "", cells(TABLE))))


def prefixed() -> bytes:
    """The same sheet with a prefix before every element, as some programs of the state write it."""
    plain = cells(TABLE).replace("</", "</x:")
    body = re.sub(r"<(?=[a-z])", "<x:", plain)
    return workbook(f'{DECLARATION}<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{body}</x:sheetData></x:worksheet>')


def dimension(told: str) -> bytes:
    """A sheet that says another extent than it has."""
    return workbook(sheet(cells(TABLE), before=f'<dimension ref="{told}"/>'))


def shared_formula() -> bytes:
    """A formula shared by the cells below it, none of them calculated."""
    first = '<c r="C2"><f t="shared" ref="C2:C4" si="0">D2/70</f></c>'
    rows = [[*row[:2], f'<c r="C{n}"><f t="shared" si="0"/></c>', row[3]] for n, row in enumerate(ROWS[1:], start=3)]
    return workbook([HEADINGS, [*ROWS[0][:2], first, 210], *rows])


def rich() -> bytes:
    """Text in pieces with a reading above it, which is not part of it."""
    pieces = '<si><r><t>青</t></r><r><rPr><b/></rPr><t>渡区</t></r><rPh sb="0" eb="1"><t>qing</t></rPh></si>'
    table = shared([]).replace("</sst>", f"{pieces}</sst>").replace('"0"', '"1"')
    return workbook([HEADINGS, ['<c r="A2" t="s"><v>0</v></c>', *ROWS[0][1:]], *ROWS[1:]], extra={SHARED: table})


def dated_1904() -> bytes:
    """A workbook whose days are counted from 1904; its only period is a date of June 2025."""
    parts = members({"月报": [HEADINGS, *[[row[0], f'<c r="B{n}" s="1"><v>44347</v></c>', *row[2:]] for n, row in enumerate(ROWS, 2)]]},
                    formats=[14])  # fmt: skip
    return archive(parts | {WORKBOOK: parts[WORKBOOK].replace("<sheets>", '<workbookPr date1904="1"/><sheets>')})


def formatted(code: str | int, value: float, heading: str = HEADINGS[3]) -> bytes:
    """One number in C2 shown in that format, under that heading."""
    rows = [["地区", "月份", heading], [*ROWS[0][:2], f'<c r="C2" s="1"><v>{value}</v></c>']]
    return workbook(rows, formats=[code])


def dated(code: str | int) -> bytes:
    """Periods that are the first of June 2025, shown in that format."""
    return workbook([HEADINGS, *[[row[0], f'<c r="B{n}" s="1"><v>45809</v></c>', *row[2:]] for n, row in enumerate(ROWS, 2)]],
                    formats=[code])  # fmt: skip


def hidden_sheet(rows, state: str = "hidden") -> bytes:
    """A hidden first sheet with those rows before the good one."""
    return archive(members({"旧表": rows, "月报": TABLE}, states=[state]))


def hidden_row() -> bytes:
    """The second county's row hidden."""
    return workbook(sheet(cells(TABLE, {3: 'hidden="1"'})))


def hidden_column() -> bytes:
    """The last column hidden."""
    return workbook(sheet(cells(TABLE), before='<cols><col min="4" max="4" width="0" hidden="1"/></cols>'))


def filtered() -> bytes:
    """A filter that hides all but the first county."""
    hidden = {n: 'hidden="1"' for n in (3, 4)}
    chosen = '<autoFilter ref="A1:D4"><filterColumn colId="0"><filters><filter val="青渡区"/></filters></filterColumn></autoFilter>'
    return workbook(sheet(cells(TABLE, hidden), after=chosen))


def with_cell(place: str, content: str) -> bytes:
    """The good table with the XML of one cell, of rows 2 to 4, put in its place."""
    rows = [list(row) for row in TABLE]
    rows[int(place[1:]) - 1][ord(place[0]) - ord("A")] = (
        content if content.startswith("<c ") else inline(place, content)
    )
    return workbook(rows)


def commented(text: str) -> bytes:
    """A comment beside a cell."""
    comments = (
        f'{DECLARATION}<comments xmlns="{MAIN}"><authors><author>x</author></authors><commentList>'
        f'<comment ref="C2" authorId="0"><text><t>{escape(text)}</t></text></comment></commentList></comments>'
    )
    related = _relationships(f'<Relationship Id="rId1" Type="{RELATIONS}/comments" Target="../comments1.xml"/>')
    return workbook(extra={"xl/comments1.xml": comments, "xl/worksheets/_rels/sheet1.xml.rels": related})


def _row(number: int, row: list) -> str:
    return f'<row r="{number}">{"".join(cell(f"{_letter(c)}{number}", value) for c, value in enumerate(row))}</row>'
