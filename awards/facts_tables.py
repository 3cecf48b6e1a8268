"""The sheets of a FACTS workbook and their columns: the one description for reading, JSON and exporting."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from awards.places import Places
from core.fields import (
    FieldError,
    clean_choice,
    clean_date,
    clean_money,
    clean_text,
    clean_uscc,
    clean_year,
)
from core.spreadsheets.table import Column, TableSpec
from policies.engine import NEW, REVIEW, REVOKED
from tiers.enums import RecognitionKind, Title

# The first name of each value is the one that messages show.
TITLES: dict[str, str] = {
    "国家级小巨人": Title.NATIONAL_GIANT,
    "省级专精特新": Title.PROVINCIAL_SRDI,
    "创新型": Title.INNOVATIVE,
    "国家级示范平台": Title.NATIONAL_PLATFORM,
    "省级示范平台": Title.PROVINCIAL_PLATFORM,
    "国家级示范基地": Title.NATIONAL_BASE,
    "省级示范基地": Title.PROVINCIAL_BASE,
    "高新技术企业": Title.HIGH_TECH,
    "国家级特色产业集群": Title.NATIONAL_CLUSTER,
    "省级特色产业集群": Title.PROVINCIAL_CLUSTER,
    "国家级集群": Title.NATIONAL_CLUSTER,
    "省级集群": Title.PROVINCIAL_CLUSTER,
    "小巨人": Title.NATIONAL_GIANT,
    "小巨人企业": Title.NATIONAL_GIANT,
    "国家级小巨人企业": Title.NATIONAL_GIANT,
    "专精特新小巨人": Title.NATIONAL_GIANT,
    "专精特新小巨人企业": Title.NATIONAL_GIANT,
    "国家级专精特新小巨人": Title.NATIONAL_GIANT,
    "省级专精特新企业": Title.PROVINCIAL_SRDI,
    "专精特新中小企业": Title.PROVINCIAL_SRDI,
    "创新型企业": Title.INNOVATIVE,
    "国家中小企业公共服务示范平台": Title.NATIONAL_PLATFORM,
    "国家小型微型企业创业创新示范基地": Title.NATIONAL_BASE,
    **{title.label: title for title in Title},
    **{title.value: title for title in Title},
}
SHORT_TITLES = {title: name for name, title in reversed(list(TITLES.items())[:10])}
KINDS: dict[str, str] = {
    "新认定": NEW,
    "复核": REVIEW,
    "首次认定": NEW,
    "认定": NEW,
    "复核通过": REVIEW,
    "通过复核": REVIEW,
    "继续授予": REVIEW,
    "已撤销": REVOKED,
    RecognitionKind.NEW.value: NEW,
    RecognitionKind.REVIEW.value: REVIEW,
}
FLAGS = {"是": True, "否": False, "有": True, "没有": False, "true": True, "false": False}
GRADES = {"一等": "一等奖", "二等": "二等奖", "三等": "三等奖"}


class FactsTable(NamedTuple):
    key: str  # its name in JSON
    sheet: str
    columns: tuple[Column, ...]


def clean_title(value: Any) -> str:
    return str(clean_choice(clean_text(value), TITLES))


def clean_kind(value: Any) -> str:
    return str(clean_choice(clean_text(value), KINDS))


def clean_grade(value: Any) -> str:
    text = unicodedata.normalize("NFKC", clean_text(value, max_length=20))
    return GRADES.get(text, text)


def clean_flag(value: Any) -> bool:
    return value if isinstance(value, bool) else bool(clean_choice(clean_text(value), FLAGS))


def clean_factor(value: Any) -> Decimal:
    """An approved share such as 0.8. Which item takes one, and its range, is for the engine to say."""
    text = str(value).strip()
    if (
        isinstance(value, bool)
        or len(text) > 12
        or not (text.isascii() and text.replace(".", "", 1).isdecimal())
    ):
        raise FieldError("核定系数应是大于 0、不超过 1 的小数，如 0.8。")
    return Decimal(text)


def _optional(key: str, *names: str, clean: Any = clean_text, **more: Any) -> Column:
    """Neither the column nor its cells need to be there."""
    return Column(key=key, names=names, clean=clean, head=False, value=False, **more)


def _blankable(key: str, *names: str, clean: Any = clean_date, **more: Any) -> Column:
    """The column must be there, because its absence would change answers unseen; a cell may be blank."""
    return Column(key=key, names=names, clean=clean, value=False, **more)


CODE = Column(key="uscc", names=("统一社会信用代码",), clean=clean_uscc, kind="code", width=22)
DOCUMENT = _optional("document_number", "文号", width=24)
UNIT = _optional("managing_unit", "管理单位", fill=True, width=20)
WINDOW = (
    _blankable("invested_from", "投资区间起", kind="date"),
    _blankable("invested_until", "投资区间止", kind="date"),
)
TABLES = (
    FactsTable(
        "titles",
        "认定",
        (
            CODE,
            _optional("name", "名称", "企业名称", "运营单位", width=30),
            replace(UNIT, head=True),
            Column(key="title", names=("称号",), clean=clean_title, width=18),
            _blankable("kind", "类型", clean=clean_kind),
            DOCUMENT,
            Column(key="documented_on", names=("成文日期",), clean=clean_date, kind="date"),
            _blankable("valid_from", "有效期起", kind="date"),
            _blankable("valid_until", "有效期止", kind="date"),
            _optional("label_year", "名单年度", clean=clean_year, kind="number"),
        ),
    ),
    FactsTable(
        "subsidies",
        "补助",
        (
            CODE,
            Column(
                key="amount",
                names=("补助金额（元）", "补助金额"),
                clean=clean_money,
                money=True,
                kind="money",
            ),
            Column(key="allocated_on", names=("下达日期",), clean=clean_date, kind="date"),
            *WINDOW,
            UNIT,
            DOCUMENT,
        ),
    ),
    FactsTable(
        "assessments",
        "考核",
        (
            CODE,
            Column(key="year", names=("考核年度",), clean=clean_year, kind="number"),
            Column(key="grade", names=("等次", "考核等次"), clean=clean_grade),
            Column(key="published_on", names=("公布日期",), clean=clean_date, kind="date"),
            UNIT,
        ),
    ),
    FactsTable(
        "investments",
        "投资",
        (
            CODE,
            Column(
                key="amount",
                names=("投资额（不含税，元）",),
                clean=clean_money,
                money=True,
                unit=1,
                kind="money",
                width=20,
            ),
            Column(key="reported_on", names=("申报日期",), clean=clean_date, kind="date"),
            *WINDOW,
            _blankable("subsidised", "同一设备已获省级补助", clean=clean_flag, width=22),
            UNIT,
            DOCUMENT,
        ),
    ),
)
IN_ORDER = (
    ("valid_from", "valid_until", "有效期止早于有效期起，请核对两个日期。"),
    ("invested_from", "invested_until", "投资区间止早于投资区间起，请核对两个日期。"),
)


def ordered(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(column, message) for every pair of dates the wrong way round."""
    for start, until, message in IN_ORDER:
        if values.get(start) and values.get(until) and values[start] > values[until]:
            yield until, message


def spec_of(table: FactsTable, places: Places) -> TableSpec:
    """How to read the table: its 管理单位 says whether another city than the policy's was in charge."""

    def elsewhere(value: Any) -> bool:
        return places.is_elsewhere(clean_text(value, max_length=60))

    columns = tuple(
        replace(column, clean=elsewhere) if column.key == UNIT.key else column for column in table.columns
    )
    return TableSpec(name=table.sheet, columns=columns, check=ordered)
