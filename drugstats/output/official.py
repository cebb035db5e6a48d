"""The official page in Word: paper, type and page numbers of GB/T 9704-2012, and their English counterparts."""

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from docx import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm

PAPER = {"page_width": 210, "page_height": 297}
MARGINS = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}
# The dash beside a page number lies 7 mm below the text; the type stands around it.
EDGES = {"header_distance": 15, "footer_distance": 25}
TEXT_WIDTH = PAPER["page_width"] - MARGINS["left_margin"] - MARGINS["right_margin"]
TEXT_HEIGHT = PAPER["page_height"] - MARGINS["top_margin"] - MARGINS["bottom_margin"]

LATIN = "Times New Roman"
TITLE, HEI, KAI, FANG, SONG = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312", "宋体"
# What stands in where an office lacks a face, and its kind, for programs that choose another by themselves.
FACES = {
    TITLE: ("方正小标宋_GBK", "roman"), HEI: ("SimHei", "swiss"), KAI: ("楷体", "roman"), FANG: ("仿宋", "roman"),
    SONG: ("SimSun", "roman"), LATIN: ("Liberation Serif", "roman"),
}  # fmt: skip
CHINESE_CHARSET = "86"
MINUS = "\u2212"


@dataclass(frozen=True)
class Look:
    """How paragraphs of a style look: lengths in points, indents in characters, line 0 as the type needs."""

    face: str
    size: float
    align: str = "both"
    indent: float = 0
    line: float = 0
    before: float = 0
    after: float = 0
    bold: bool = False
    keep: bool = False
    level: int | None = None
    new_page: bool = False
    latin: str = LATIN
    spacing: float = 0


# 三号 type a quarter of a point closer gives the 28 characters a line that the standard asks for.
TEXT = {"line": 28, "spacing": -0.25}
CHINESE = {
    "Normal": Look(FANG, 16),
    "Title": Look(TITLE, 22, "center", line=36, after=10),
    "Subtitle": Look(KAI, 14, "center", line=28),
    "Body Text": Look(FANG, 16, indent=2, **TEXT),
    "heading 1": Look(HEI, 16, indent=2, keep=True, level=0, **TEXT),
    "heading 2": Look(KAI, 16, indent=2, keep=True, level=1, **TEXT),
    "heading 3": Look(FANG, 16, indent=2, keep=True, level=2, bold=True, **TEXT),
    "heading 4": Look(FANG, 16, indent=2, keep=True, level=3, **TEXT),
    "Figure": Look(FANG, 16, "center", before=8, keep=True),
    "caption": Look(HEI, 12, "center", before=8, after=4),
    "Table Heading": Look(HEI, 10.5, "center", before=2, after=2),
    "Table Text": Look(SONG, 10.5, "center", before=2, after=2),
    "Table Small Heading": Look(HEI, 9, "center", before=2, after=2),
    "Table Small Text": Look(SONG, 9, "center", before=2, after=2),
    "Note": Look(FANG, 10.5, "left", before=4, after=10),
    "Annex Item": Look(FANG, 16, "left", **TEXT),
    "Annex Mark": Look(HEI, 16, "left", line=28, keep=True, new_page=True),
    "Annex Title": Look(TITLE, 22, "center", line=36, before=14, after=14, keep=True, level=0),
    "header": Look(SONG, 10.5, "center"),
    "footer": Look(SONG, 14, "right", latin=SONG),
}
ENGLISH = {
    "Normal": Look(SONG, 11),
    "Title": Look(SONG, 18, "center", after=10, bold=True),
    "Subtitle": Look(SONG, 11, "center", after=4),
    "Body Text": Look(SONG, 11, "left", line=15, after=6),
    "heading 1": Look(SONG, 14, "left", before=16, after=6, bold=True, keep=True, level=0),
    "heading 2": Look(SONG, 12, "left", before=10, after=4, bold=True, keep=True, level=1),
    "heading 3": Look(SONG, 11, "left", before=8, after=4, bold=True, keep=True, level=2),
    "heading 4": Look(SONG, 11, "left", before=8, after=4, keep=True, level=3),
    "Figure": Look(SONG, 11, "center", before=8, keep=True),
    "caption": Look(SONG, 10, "left", before=8, after=4, bold=True),
    "Table Heading": Look(SONG, 9, "center", before=2, after=2, bold=True),
    "Table Text": Look(SONG, 9, "center", before=2, after=2),
    "Table Small Heading": Look(SONG, 8, "center", before=2, after=2, bold=True),
    "Table Small Text": Look(SONG, 8, "center", before=2, after=2),
    "Note": Look(SONG, 9, "left", before=3, after=10),
    "Annex Item": Look(SONG, 11, "left", line=15),
    "Annex Mark": Look(SONG, 11, "left", bold=True, keep=True, new_page=True),
    "Annex Title": Look(SONG, 16, "center", before=4, after=12, bold=True, keep=True, level=0),
    "header": Look(SONG, 9, "center"),
    "footer": Look(SONG, 10, "right"),
}
LOOKS = {"zh": CHINESE, "en": ENGLISH}
OWN_STYLES = {"Figure", "Note", "Table", "Annex"}
GRID = (
    '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:tblPr><w:tblBorders>{edges}'
    '</w:tblBorders><w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>'
    "</w:tblPr></w:style>"
).format(edges="".join(f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
                       for edge in ("top", "left", "bottom", "right", "insideH", "insideV")))  # fmt: skip


def document(lang: str, header: str):
    """Return an empty document with the page, styles and page numbers of official documents, `header` on each page."""
    empty = Document()
    _only_what_is_needed(empty)
    _rewrite(empty.styles.element, _styles(lang))
    _rewrite(empty.settings.element, _settings())
    _fonts(empty)
    section = empty.sections[0]
    for name, millimetres in (PAPER | MARGINS | EDGES).items():
        setattr(section, name, Mm(millimetres))
    for at_right, header_part, footer_part in (
        (True, section.header, section.footer), (False, section.even_page_header, section.even_page_footer),
    ):  # fmt: skip
        _rewrite(header_part._element, paragraph("header", header, lang))
        _rewrite(footer_part._element, _page_number(lang, at_right))
    return empty


def paragraph(style: str, text: str, lang: str, properties: str = "") -> str:
    """Return the XML of a paragraph; `properties` is XML that differs from the style."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style_id(style)}"/>{properties}</w:pPr>{_runs(text, lang)}</w:p>'


def indent(left: float, first: float, size: float) -> str:
    """Return the XML of indents in characters of a size; Word counts in characters, LibreOffice knows only lengths."""
    way = "firstLine" if first >= 0 else "hanging"
    twips = round(left * size * 20), round(abs(first) * size * 20)
    return (f'<w:ind w:leftChars="{round(left * 100)}" w:left="{twips[0]}" '
            f'w:{way}Chars="{round(abs(first) * 100)}" w:{way}="{twips[1]}"/>')  # fmt: skip


def style_id(name: str) -> str:
    """Return the identifier of a style."""
    return name.title().replace(" ", "")


def xml(text: str):
    """Return the element of an XML text in the namespace of Word."""
    end = min(text.index(mark) for mark in (" ", ">", "/>") if mark in text)
    return parse_xml(f"{text[:end]} {nsdecls('w')}{text[end:]}")


def _runs(text: str, lang: str) -> str:
    # Else Word takes the quotation marks and dashes of a Chinese sentence from the Latin face, as it should the minus.
    hint = '<w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>' if lang == "zh" else ""
    return "".join(
        f'<w:r>{"" if part == MINUS else hint}<w:t xml:space="preserve">{escape(part)}</w:t></w:r>'
        for part in re.split(f"({MINUS})", text)
    )


def _only_what_is_needed(empty) -> None:
    """Leave out what the library's template brings: its theme, thumbnail, lists and fonts."""
    kept = {RELATIONSHIP_TYPE.STYLES, RELATIONSHIP_TYPE.SETTINGS, RELATIONSHIP_TYPE.OFFICE_DOCUMENT,
            RELATIONSHIP_TYPE.CORE_PROPERTIES}  # fmt: skip
    for holder in (empty.part, empty.part.package):
        for key in [key for key, relation in holder.rels.items() if relation.reltype not in kept]:
            del holder.rels[key]


def _rewrite(element, content: str) -> None:
    for child in list(element):
        element.remove(child)
    for child in xml(f"<w:all>{content}</w:all>"):
        element.append(child)


def _styles(lang: str) -> str:
    looks = LOOKS[lang]
    defaults = (
        "<w:docDefaults><w:rPrDefault><w:rPr>{}</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
    ).format(_type(looks["Normal"]))  # fmt: skip
    return defaults + "".join(_style(name, look) for name, look in looks.items()) + GRID


def _style(name: str, look: Look) -> str:
    own = name.split()[0] in OWN_STYLES
    kind = ' w:default="1"' if name == "Normal" else ' w:customStyle="1"' if own else ""
    base = "" if name == "Normal" else '<w:basedOn w:val="Normal"/>'
    after = "" if look.level is None else '<w:next w:val="BodyText"/>'
    level = "" if look.level is None else f'<w:outlineLvl w:val="{look.level}"/>'
    rule = f' w:line="{round(look.line * 20)}" w:lineRule="exact"' if look.line else ""
    first = indent(0, look.indent, look.size) if look.indent else ""
    return (
        f'<w:style w:type="paragraph"{kind} w:styleId="{style_id(name)}"><w:name w:val="{name}"/>{base}{after}'
        "<w:qFormat/>"
        f"<w:pPr>{'<w:keepNext/>' * look.keep}{'<w:pageBreakBefore/>' * look.new_page}"
        f'<w:spacing w:before="{round(look.before * 20)}" w:after="{round(look.after * 20)}"{rule}/>{first}'
        f'<w:jc w:val="{look.align}"/>{level}</w:pPr><w:rPr>{_type(look)}</w:rPr></w:style>'
    )


def _type(look: Look) -> str:
    latin, size = look.latin, round(look.size * 2)
    return (
        f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{look.face}" w:cs="{latin}"/>{"<w:b/>" * look.bold}'
        f'<w:color w:val="000000"/><w:spacing w:val="{round(look.spacing * 20)}"/><w:sz w:val="{size}"/>'
        f'<w:szCs w:val="{size}"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/>'
    )


def _settings() -> str:
    modes = {"compatibilityMode": 15, "overrideTableStyleFontSizeAndJustification": 1, "enableOpenTypeFeatures": 1,
             "doNotFlipMirrorIndents": 1}  # fmt: skip
    office = "http://schemas.microsoft.com/office/word"
    told = "".join(
        f'<w:compatSetting w:name="{name}" w:uri="{office}" w:val="{value}"/>' for name, value in modes.items()
    )
    return (
        '<w:evenAndOddHeaders/><w:characterSpacingControl w:val="compressPunctuation"/>'
        f"<w:compat>{told}</w:compat>"
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/>'
    )


def _fonts(empty) -> None:
    told = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/>'
        f'<w:charset w:val="{"00" if name == LATIN else CHINESE_CHARSET}"/><w:family w:val="{kind}"/>'
        '<w:pitch w:val="variable"/></w:font>'
        for name, (other, kind) in FACES.items()
    )  # fmt: skip
    content = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{told}</w:fonts>'
    part = Part(PackURI("/word/fontTable.xml"), CONTENT_TYPE.WML_FONT_TABLE, content.encode(), empty.part.package)
    empty.part.relate_to(part, RELATIONSHIP_TYPE.FONT_TABLE)


def _page_number(lang: str, at_right: bool) -> str:
    """The number at the outer edge, one character in."""
    dash = "— {} —" if lang == "zh" else "{}"
    before, after = (f'<w:r><w:t xml:space="preserve">{part}</w:t></w:r>' if part else "" for part in dash.split("{}"))
    side, size = "right" if at_right else "left", LOOKS[lang]["footer"].size
    return (
        f'<w:p><w:pPr><w:pStyle w:val="Footer"/><w:ind w:{side}Chars="100" w:{side}="{round(size * 20)}"/>'
        f'<w:jc w:val="{side}"/></w:pPr>{before}<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        f"{after}</w:p>"
    )
