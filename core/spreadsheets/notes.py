"""What the rows above a table's head say: title, 文号, dates, periods, unit. Tolerant: what it cannot
read stays None and the user fills it in."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from core.fields import DOCUMENT, FOLD, FieldError, clean_date, document_number
from core.money import WAN

UNITS = {"元": 1, "万元": WAN}
DAY = r"[0-9]{4}\s*[-./年]\s*[0-9]{1,2}\s*[-./月]\s*[0-9]{1,2}\s*日?"
TO = r"\s*(?:起|开始)?\s*(?:至|到|—+|–|-+|~|～)\s*"
DOCUMENTED = re.compile(
    r"(成文|公告|发文|印发|下达|公布|发布|认定|印制|公示)\s*(?:日期|时间|日)\s*:?\s*(?P<day>" + DAY + ")"
)
VALID = re.compile(rf"有效(?:期限?|时间|日期)\s*:?\s*(?:自|从)?\s*({DAY}){TO}({DAY})")
VALID_YEARS = re.compile(r"有效期限?\s*:?\s*为?\s*([一二三四五六1-6])\s*年")
INVESTED = re.compile(
    rf"投资\s*(?:额|费用)?\s*(?:计算|核算|统计)?\s*(?:区间|期间|时间段?|起止)\s*:?\s*(?:自|从)?\s*({DAY}){TO}({DAY})"
)
AS_OF = re.compile(rf"(?:截止|截至|统计)\s*(?:日期|时间)?\s*:?\s*({DAY})")
UNIT = re.compile(r"单位\s*:\s*(?:人民币)?\s*(万元|元)")
HEAD_UNIT = re.compile(r"[(\[（【]\s*(?:单位\s*[:：]?)?\s*(?:人民币)?\s*(万元|元)\s*[)\]）】]")
LABEL_YEAR = (
    re.compile(r"((?:19|20)[0-9]{2})\s*年度"),
    re.compile(r"[(（]\s*((?:19|20)[0-9]{2})\s*年"),
    re.compile(r"((?:19|20)[0-9]{2})\s*年"),
)
# Words before a document number that are not part of it: 根据豫工信企业〔2023〕52号.
LEADING = re.compile(r"^(?:文件)?(?:文号|发文字号|文件编号)?(?:根据|依据|按照|按|经|见|由|附件)?")
YEARS = {c: i for i, c in enumerate("一二三四五六", 1)}


class Notes(NamedTuple):
    """`texts` are the non-empty cells above the head as they stand; dates are inclusive."""

    title: str = ""
    document_number: str | None = None
    documented_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    valid_years: int | None = None
    invested_from: date | None = None
    invested_until: date | None = None
    unit: int | None = None  # yuan in one unit of money
    label_year: int | None = None
    as_of: date | None = None  # 截止日期 of a roster: what “上年” counts from
    texts: tuple[str, ...] = ()


def read_notes(rows: Sequence[Sequence[Any]]) -> Notes:
    """From the rows above the head; the first text is the title."""
    texts = tuple(v.strip() for row in rows for v in row if isinstance(v, str) and v.strip())
    return from_texts(texts)


def from_texts(texts: Sequence[str]) -> Notes:
    text = "\n".join(texts).translate(FOLD)
    title = texts[0] if texts else ""
    valid, invested = _period(VALID, text), _period(INVESTED, text)
    documented, unit, years = DOCUMENTED.search(text), UNIT.search(text), VALID_YEARS.search(text)
    return Notes(
        title=title,
        document_number=_document(text),
        documented_on=_day(documented["day"]) if documented else None,
        valid_from=valid[0],
        valid_until=valid[1],
        valid_years=int(YEARS.get(years[1], years[1])) if years else None,
        invested_from=invested[0],
        invested_until=invested[1],
        unit=UNITS[unit[1]] if unit else None,
        label_year=_label_year(title.translate(FOLD)),
        as_of=_day(as_of[1]) if (as_of := AS_OF.search(text)) else None,
        texts=tuple(texts),
    )


def head_unit(head: str) -> int | None:
    """'补助金额（万元）' → 10000."""
    match = HEAD_UNIT.search(head)
    return UNITS[match[1]] if match else None


def _document(text: str) -> str | None:
    match = DOCUMENT.search(text)
    return LEADING.sub("", document_number(match), count=1) if match else None


def _period(pattern: re.Pattern[str], text: str) -> tuple[date | None, date | None]:
    match = pattern.search(text)
    return (_day(match[1]), _day(match[2])) if match else (None, None)


def _day(text: str) -> date | None:
    try:
        return clean_date("".join(text.split()))
    except FieldError:
        pass
    try:  # 2023年5月4 without 日
        return clean_date("-".join(re.findall("[0-9]+", text)))
    except FieldError:
        return None


def _label_year(title: str) -> int | None:
    for pattern in LABEL_YEAR:
        if match := pattern.search(title):
            return int(match[1])
    return None
