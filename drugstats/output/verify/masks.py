"""Numbers that count nothing: articles, documents, telephones, dates, names and list marks, blanked out of a text."""

import re

from drugstats.output.verify import mentions

BLANK = "\0"
HAN = "一二三四五六七八九十百"
QUOTED = re.compile(
    r"《[^》]*》|[“\"「‘][^”\"」’。，]{0,12}[”\"」’](?=工程|行动|专项|机制|活动|工作|战役|战|宣传|模式|体系|等|、|，|。|“|$|[\u4e00-\u9fff])"
)
NOT_COUNTED = [
    r"[〔\[(【]\d{4}[〕\])】]\s*(?:第)?\d+号", r"(?:公告|令|文件|决议)第?\d+号?",
    rf"第(?:\d+|[{HAN}零]+)(?:条|款|项|章|节|编|届|次|批|期|页|卷|号|部|集|方面|步|阶段|种|类|个|年|天|轮)(?:之[{HAN}])?",
    r"(?<!\d)(?:\d{3,4}-)\d{7,8}(?:-\d+)?(?!\d)", r"(?<!\d)1[3-9]\d{9}(?!\d)", r"\d{12,}",
    r"(?:电话|热线|传真|拨打|手机|邮编|专线|平台|微信|qq|\bcall|\bdial|\bphone|\btel\.?|\bfax)[^\d，。]{0,6}\d[\d-]*(?:(?:[,、或]|\s?(?:or|and)\s?)(?:拨打)?\d[\d-]*)*",
    r"\d+[·•]\d+", r"(?<![\d.])\d{1,2}\.\d{1,2}(?=工程|国际禁毒日|禁毒日|专案|行动)",
    r"(?<![a-z])[a-z]+[-·/]?\d[a-z\d]*(?:[-·/]\d+)*", r"[a-z]/[a-z]\s?[\d.-]+",
    r"(?<![\d.])\d+[a-z]{1,3}(?![a-z])(?<!kg)(?<!\dg)(?<!\dt)",
    r"\d{4,}-\d{4}", r"\d{1,2}(?::|时|点)\d{1,2}分?", rf"(?:\d+|[{HAN}]+)(?:时|点钟|分钟|小时)",
    r"(?:article|section|table|figure|chapter|page|room|resolution|no\.|item|paragraph|annex|part|volume|step|phase)s?\s\d+(?:\.\d+)*",
    rf"[{HAN}][是要](?=[\u4e00-\u9fff])", r"\d+(?:\.\d+){2,}", rf"[{HAN}]+(?:大队|中队|支队|中全会|大精神|届)",
    r"二十大", r"(?:表|图|附件|附表)\s?\d+",
    r"\d+(?:\.\d+)?\s?%的?(?:(?:置信)?区间|把握|可能|\w* ?(?:limits|interval))",
    r"(?:区间|interval|limits)(?:为|of)?\s?[-\d.]+%?\s?(?:to|至|到|-|–)\s?[-\d.]+\d%?",
    r"\bper (?:a |one |ten |hundred |thousand )+", r"每\d*[十百千万]*(?:名|人|户|个)(?:次)?", r"配备\d+[名人个]",
    rf"[\d{HAN}千万]+(?:元|年|日|个?月)以上[\d{HAN}千万]+(?:元|年|日|个?月)以下",
    rf"[\d{HAN}千万]+(?:元|年|日|个?月)以下的?(?:罚|有期|拘|徒)",
    r"[年月日人]均[^，。;；\d]{0,6}\d[\d.,]*",  # an average is none of the figures of the data
    r"最高(?:人民)?(?:检察院|法院|检)", r"(?:满分|总分)\d+分", r"(?:十五|十四|十三)五",
]  # fmt: skip
MASK = re.compile("|".join(f"(?:{pattern})" for pattern in NOT_COUNTED))
MARK = re.compile(rf"^\s*(?:[{HAN}]+、|\([{HAN}\d]+\)、?|\d{{1,2}}[.、](?!\d)|第[{HAN}]+[，、,:])")
ITEM = re.compile(r"(?:(?<=[:;。])|(?<=^))\s?\d{1,2}[.、](?=[\u4e00-\u9fff])")
AGE = re.compile(rf"(?:\d+|[{HAN}]+)周?岁")
DATE = re.compile(
    rf"(?:(?:{mentions.YEAR})年)?(?:{mentions.MONTH})月(?:[12]\d|3[01]|0?[1-9])日"
    rf"|\b\d{{1,2}} (?:{mentions.NAMED})\b(?: \d{{4}})?|(?:{mentions.NAMED}) \d{{1,2}}\b(?!\d)(?:, \d{{4}})?"
    rf"|[{HAN}\d]+日"
)
UP_TO = re.compile(r"截[至止]|至|(?:(?:on|at|by|to|until) )?(?:the )?3[01] ")
END = re.compile(r"[。!?\n]|(?<=[a-z\d%)])\.(?=\s|$)(?<!no\.)")


def sentences(text: str) -> list[tuple[int, int]]:
    """Return start and end of every sentence of a plain text."""
    ends = [match.end() for match in END.finditer(text)]
    edges = sorted({0, *ends, len(text)})
    return [(start, end) for start, end in zip(edges[:-1], edges[1:], strict=True) if text[start:end].strip(" .。")]


def masked(text: str) -> str:
    """Return the text with the numbers that count nothing blanked, every letter keeping its place."""
    for pattern in (QUOTED, MARK, ITEM, MASK):
        text = pattern.sub(_blank, text)
    return text


def is_date(text: str) -> bool:
    """Return whether a period is a single day, which is no period to count in unless it says up to."""
    return DATE.search(text) is not None and not UP_TO.match(text)


def without_dates(text: str) -> str:
    """Return the text with its dates and ages blanked."""
    return AGE.sub(_blank, DATE.sub(_blank, text))


def _blank(match: re.Match) -> str:
    return BLANK * len(match[0])
