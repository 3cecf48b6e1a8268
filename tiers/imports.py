"""Official lists of titles: the three tiers, 高新技术企业, service platforms, startup bases, clusters."""

import re
from typing import ClassVar

from core.fields import FieldError, clean_choice, clean_document_number, clean_text, clean_year
from core.spreadsheets.spec import Column
from enterprises.enums import RowOutcome
from enterprises.imports import (
    CITY,
    NAME,
    UNIT,
    USCC,
    HeaderField,
    RecordImporter,
    console,
    date_text,
    optional,
)
from tiers.enums import RecognitionKind, Title
from tiers.models import Recognition

# What a title is called, most telling word first. A family needs 国家级 or 省级 beside it.
SINGLE = (
    ("小巨人", Title.NATIONAL_GIANT),
    ("高新技术企业", Title.HIGH_TECH),
    ("创新型", Title.INNOVATIVE),
    ("科技型", Title.TECH_SME),
)
FAMILIES = (
    ("产业集群", "cluster"),
    ("示范平台", "platform"),
    ("服务平台", "platform"),
    ("示范基地", "base"),
    ("双创基地", "base"),
)
FAMILY_LABELS = {
    "platform": "中小企业公共服务示范平台",
    "base": "小型微型企业创业创新示范基地",
    "cluster": "中小企业特色产业集群",
}
LEVELS = {"国家级": "national", "国家": "national", "省级": "provincial", "省": "provincial"}
KINDS = {
    "新认定": RecognitionKind.NEW,
    "复核": RecognitionKind.REVIEW,
    "首次认定": RecognitionKind.NEW,
    "认定": RecognitionKind.NEW,
    "新申报": RecognitionKind.NEW,
    "复核通过": RecognitionKind.REVIEW,
    "通过复核": RecognitionKind.REVIEW,
    "继续授予": RecognitionKind.REVIEW,
}
HEADER_CHOICES = (
    *((title.value, title.label) for title in Title),
    *((family, f"{label}（级别见各行）") for family, label in FAMILY_LABELS.items()),
)


def title_in(text: str) -> str:
    """The title, or the family of titles, that a text names; "" when it names none."""
    for word, title in SINGLE:
        if word in text:
            return title.value
    for word, family in FAMILIES:
        if word in text:
            level = "national" if "国家级" in text else "provincial" if "省级" in text else ""
            return f"{level}_{family}" if level else family
    if "专精特新" in text:
        return Title.NATIONAL_GIANT.value if "国家级" in text else Title.PROVINCIAL_SRDI.value
    return ""


def clean_title(value) -> str:
    """A title, or a family of titles, as a cell or the form names it."""
    text = clean_text(value)
    found = text if text in dict(HEADER_CHOICES) else title_in(text)
    if not found:
        raise FieldError("不认识这个称号，请写成“国家级小巨人”“省级专精特新”“创新型”“国家级示范平台”这样。")
    return found


def clean_level(value) -> str:
    return clean_choice(clean_text(value), LEVELS)


def clean_kind(value) -> str:
    return clean_choice(clean_text(value), KINDS).value


def document_of(notes) -> str | None:
    """The 文号; a list that was only announced is known by the day of its announcement."""
    if notes.document_number:
        return notes.document_number
    day = notes.documented_on
    announced = any("公告" in text for text in notes.texts)
    return f"{day.year}年{day.month}月{day.day}日公告" if day and announced else None


def clean_document(value) -> str:
    """A 文号, or an announcement by its day."""
    text = clean_text(value, max_length=60)
    return text if text.endswith("公告") else clean_document_number(text)


class RecognitionImporter(RecordImporter):
    kind = "recognitions"
    label = "认定名单"
    about = "公布的认定或复核名单：专精特新各层级、高新技术企业、示范平台、示范基地、特色产业集群。"
    words = re.compile(
        "小巨人|专精特新|创新型|高新技术企业|示范平台|服务平台|示范基地|双创基地|产业集群|认定"
    )
    model = Recognition
    noun = "认定"
    new_note = "登记认定"
    dated_by = "documented_on"
    identity_fields = ("title", "document_number")
    fields = (
        "title",
        "document_number",
        "kind",
        "documented_on",
        "valid_from",
        "valid_until",
        "label_year",
        "managing_unit_id",
    )
    template_title = "2025年度河南省专精特新中小企业名单"
    template_note = "文号：豫工信企业〔2025〕1号  成文日期：2025-01-01  有效期：2025-01-01至2027-12-31"
    columns: ClassVar[tuple[Column, ...]] = (
        CITY,
        UNIT,
        NAME,
        USCC,
        optional("title", "称号", "认定称号", "认定类别", "认定层级", "层级", clean=clean_title),
        optional("level", "级别", "认定级别", "等级", clean=clean_level, choices=("国家级", "省级")),
        optional("kind", "类型", "认定类型", "申报类型", clean=clean_kind, choices=("新认定", "复核")),
        optional("document_number", "文号", "认定文号", "认定文件", clean=clean_document, width=24),
        optional("documented_on", "成文日期", "认定日期", "发文日期", clean=date_text, kind="date"),
        optional("valid_from", "有效期起", "有效期开始", clean=date_text, kind="date"),
        optional("valid_until", "有效期止", "有效期至", "有效期截止", clean=date_text, kind="date"),
        optional("remark", "备注", "说明"),
    )
    header: ClassVar = (
        HeaderField(
            "title",
            "称号",
            clean_title,
            read=lambda notes: title_in(notes.title),
            required=False,
            choices=HEADER_CHOICES,
        ),
        HeaderField(
            "document_number", "文号", clean_document, read=document_of, hint="如 豫工信企业〔2023〕52号。"
        ),
        HeaderField("documented_on", "成文日期", date_text, kind="date", hint="奖励按这一天所在的年度测算。"),
        HeaderField("valid_from", "有效期起", date_text, kind="date"),
        HeaderField("valid_until", "有效期止", date_text, kind="date", hint="以文件写明的为准，不推算。"),
        HeaderField("label_year", "名单年度", clean_year, required=False),
    )

    def missing(self, header) -> list[str]:
        return [label for label in super().missing(header) if label not in header.get("in_rows", [])]

    def header_of(self, table, given) -> dict:
        """A column that every row fills makes the same line above the table unnecessary."""
        header = super().header_of(table, given)
        filled = [
            field.label
            for field in self.header
            if field.key in table.columns
            and all(row.values.get(field.key) for row in table.rows if not row.errors)
        ]
        return header | {"in_rows": filled}

    def prepare(self, line, header, table) -> None:
        data = line.data
        own, level = data.pop("title", ""), data.pop("level", "")
        title = own or header.get("title") or ""
        family = title.removeprefix("national_").removeprefix("provincial_")
        if level and family in FAMILY_LABELS:
            title = f"{level}_{family}"
        if title not in Title:
            named = family in FAMILY_LABELS
            problem = "请写明级别：国家级或省级。" if named else "不知道是什么称号，请在文件信息中选择。"
            line.fail(table, "level" if title else "title", problem)
            return
        data["title"] = title
        if "复核" in data.pop("remark", ""):
            data.setdefault("kind", RecognitionKind.REVIEW.value)
        data.setdefault("kind", RecognitionKind.NEW.value)
        super().prepare(line, header, table)
        if data.get("valid_from", "") > data.get("valid_until", "9999"):
            line.fail(table, "valid_until", "有效期止早于有效期起，请核对。", data["valid_until"])

    def compare(self, line, records) -> None:
        """A title of the same level twice at once is right only for a review."""
        data = line.data
        if data["kind"] == RecognitionKind.REVIEW or not (data.get("valid_from") and data.get("valid_until")):
            return
        for record in records:
            if (
                record["title"] == data["title"]
                and record["valid_from"] <= data["valid_until"]
                and record["valid_until"] >= data["valid_from"]
            ):
                line.say(
                    RowOutcome.CONFLICT,
                    f"与 {record['document_number']} 的同一称号有效期重叠"
                    f"（{record['valid_from']} 至 {record['valid_until']}），本行未注明复核，请核对。",
                )
                return


# ---- manage.py import_recognitions ----------------------------------------------------------------------

CORRECTIONS = ("title", "document_number", "documented_on", "valid_from", "valid_until")


def add_arguments(parser) -> None:
    console.add_arguments(parser)
    for key in CORRECTIONS:
        parser.add_argument(f"--{key.replace('_', '-')}", default="")


def import_lists(command, options) -> None:
    """Import the lists of a command line; its options go before what the files say."""
    header = {key: options[key] for key in CORRECTIONS if options[key]}
    console.import_files(command, options, kind=RecognitionImporter.kind, header=header)
