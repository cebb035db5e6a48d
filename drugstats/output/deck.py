"""An empty deck of wide slides in the house's look, and text of a size that fits on them."""

import copy
import re
from unicodedata import east_asian_width

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches, Pt

from drugstats.output.native import EAST_ASIAN, LATIN

WIDTH, HEIGHT, EDGE = 13.333, 7.5, 0.6  # inches
ACROSS = WIDTH - 2 * EDGE
TOP = 0.75  # of a title
LINE = 1.25 / 72  # inches a line takes for each point of its size
TITLES, SMALLEST = (28, 24), 20  # points
INK = "202124"
ACCENTS = ("1F5A94", "C8552B", "3B7D4F", "7A5195", "8A6D00", "5B6770")
LANGUAGES = {"zh": ("zh-CN", "en-US"), "en": ("en-GB", "zh-CN")}
TITLE_ONLY = 5


def new(title: str, lang: str):
    """Return a deck of wide slides with one layout, the title on top, in the house's colours and type faces."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = inches(WIDTH, HEIGHT)
    for number, layout in reversed(list(enumerate(deck.slide_layouts))):
        if number != TITLE_ONLY:
            deck.slide_layouts.remove(layout)
    master = deck.slide_master
    for shape in master.placeholders:
        shape.left, shape.width = int(shape.left * WIDTH / 10), int(shape.width * WIDTH / 10)
    master.placeholders[0].text_frame.vertical_anchor = MSO_ANCHOR.TOP
    master.element.find(f".//{qn('p:titleStyle')}/{qn('a:lvl1pPr')}").set("algn", "l")
    theme = master.part.part_related_by(RT.THEME)
    theme.blob = _in_house_style(theme.blob.decode()).encode()
    _forget_the_template(deck)
    _count_parts(deck.part.package)
    about = deck.core_properties
    about.title, about.author, about.last_modified_by, about.comments = title, "drugstats", "drugstats", ""
    about.language = LANGUAGES[lang][0]
    return deck


def slide(deck, title: str, lang: str, top: float = TOP, size: int | None = None):
    """Return a new slide with a title, of a size that fits if none is given, and its number."""
    layout = deck.slide_layouts[0]
    slide = deck.slides.add_slide(layout)
    shape = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = inches(EDGE, top, ACROSS, 1)
    write(shape.text_frame, title, lang, size or title_size(title), INK, True)
    number = next(one for one in layout.placeholders if one.placeholder_format.type == PP_PLACEHOLDER.SLIDE_NUMBER)
    slide.shapes._spTree.append(copy.deepcopy(number._element))
    return slide


def text(slide, text: str, lang: str, place: tuple, size: float, colour: str, right=False, space: float = 0) -> None:
    """Put lines of text at a place on a slide, with room after each; nothing where there is none."""
    if not text:
        return
    box = slide.shapes.add_textbox(*inches(*place))
    box.text_frame.word_wrap = True
    for number, line in enumerate(text.split("\n")):
        paragraph = box.text_frame.paragraphs[0] if number == 0 else box.text_frame.add_paragraph()
        paragraph.space_after = Pt(space)
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
        _run(paragraph, line, lang, size, colour, False)


def write(frame, text: str, lang: str, size: float, colour: str, bold: bool) -> None:
    """Write one line of text into an empty frame."""
    frame.word_wrap = True
    _run(frame.paragraphs[0], text, lang, size, colour, bold)


def describe(shape, words: str) -> None:
    """Give a chart, table or picture the text that stands for it where it cannot be seen."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", words)


def inches(*lengths: float) -> list:
    """Return lengths as PowerPoint counts them."""
    return [Inches(length) for length in lengths]


def title_size(title: str) -> int:
    """Return the largest size that saves a title a line; the smallest where it needs more than two."""
    fitting = [size for size in TITLES if lines(title, size) <= 2]
    return min(fitting, key=lambda size: lines(title, size), default=SMALLEST)


def lines(text: str, size: float, width: float = ACROSS) -> int:
    """Return how many lines a text takes across a slide, where no line is filled to its very end."""
    across = 0.94 * (width - 0.2) * 72 / (size / 2)
    return -int(-wide(text) // across) if text else 0


def wide(text: str) -> float:
    """Return how wide a text is, in halves of a Chinese character."""
    return sum(2 if east_asian_width(letter) in "WFA" else 1.1 for letter in text)


def _in_house_style(theme: str) -> str:
    theme = re.sub(r'<a:latin typeface="[^"]*"/><a:ea typeface="[^"]*"/>',
                   f'<a:latin typeface="{LATIN}"/><a:ea typeface="{EAST_ASIAN}"/>', theme)  # fmt: skip
    theme = re.sub(r'(<a:font script="Hans" typeface=")[^"]*', rf"\g<1>{EAST_ASIAN}", theme)
    for number, colour in enumerate(ACCENTS, 1):
        theme = re.sub(rf'(<a:accent{number}><a:srgbClr val=")[^"]*', rf"\g<1>{colour}", theme)
    return theme


def _forget_the_template(deck) -> None:
    """Drop what python-pptx's empty deck brings along: a picture of it, someone's printer and program."""
    package = deck.part.package
    for rels in (package._rels, deck.part.rels):
        for key, rel in list(rels.items()):
            if rel.reltype in (RT.THUMBNAIL, RT.PRINTER_SETTINGS, RT.EXTENDED_PROPERTIES):
                rels.pop(key)


def _count_parts(package) -> None:
    """Number new parts: python-pptx looks through all there are for each, a third of the time of a long deck."""
    first, last = package.next_partname, {}

    def following(template: str) -> PackURI:
        last[template] = last[template] + 1 if template in last else int(re.search(r"\d+(?=\.)", first(template))[0])
        return PackURI(template % last[template])

    package.next_partname = following


def _run(paragraph, text: str, lang: str, size: float, colour: str, bold: bool) -> None:
    """Add text with its type faces; told its language, no office is shown red waves under every word."""
    own, other = LANGUAGES[lang]
    run = paragraph.add_run()
    run.text = text
    run._r.insert(0, parse_xml(
        f'<a:rPr {nsdecls("a")} lang="{own}" altLang="{other}" sz="{round(100 * size)}" b="{bold:d}">'
        f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill><a:latin typeface="{LATIN}"/>'
        f'<a:ea typeface="{EAST_ASIAN}"/></a:rPr>'
    ))  # fmt: skip
