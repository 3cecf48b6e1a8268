"""The facts of awards besides titles: provincial subsidies, platform assessments, equipment investments."""

import re
from typing import ClassVar

from awards.models import Determination, EquipmentInvestment, PlatformAssessment, ProvincialSubsidy
from core.fields import clean_choice, clean_document_number, clean_money, clean_text, clean_year
from core.spreadsheets.spec import Column
from enterprises.imports import (
    CITY,
    NAME,
    UNIT,
    UNIT_IF_ANY,
    USCC,
    HeaderField,
    RecordImporter,
    date_text,
    day_after,
    optional,
)

MONEY_UNIT = HeaderField(
    "unit",
    "金额单位",
    lambda value: int(clean_choice(str(value), {"1": 1, "10000": 10_000, "元": 1, "万元": 10_000})),
    required=False,
    choices=(("1", "元"), ("10000", "万元")),
)
YES_NO = {"是": True, "否": False, "有": True, "没有": False, "未获": False, "已获": True}
GRADES = {"一等": "一等奖", "二等": "二等奖", "三等": "三等奖"}


def positive_money(value, *, unit=1) -> str:
    return str(clean_money(value, unit=unit, positive=True))


def clean_grade(value) -> str:
    text = clean_text(value, max_length=20)
    return GRADES.get(text, text)


def clean_flag(value) -> bool:
    return clean_choice(value, YES_NO)


class AwardGuard:
    """Awards that rest on a batch: decided ones keep it, drafts go and come back with the next run."""

    @staticmethod
    def _of(batch, firms):
        return Determination.objects.filter(enterprise__in=firms)

    def reasons(self, batch, firms) -> list[str]:
        """Whatever was decided after the batch came in was decided with its facts in view."""
        decided = self._of(batch, firms).decided().filter(decided_at__gte=batch.confirmed_at)
        count = decided.count()
        return [f"已有 {count} 项已确定的奖励测算以它为依据"] if count else []

    def release(self, batch, firms) -> None:
        self._of(batch, firms).drafts().delete()


DOCUMENT = HeaderField("document_number", "文号", clean_document_number)
WINDOW = (
    HeaderField("invested_from", "投资区间起", date_text, kind="date", required=False),
    HeaderField("invested_until", "投资区间止", date_text, kind="date", required=False),
)


class FactImporter(RecordImporter):
    guard = AwardGuard

    def prepare(self, line, header, table) -> None:
        super().prepare(line, header, table)
        data = line.data
        if data.get("invested_from", "") > data.get("invested_until", "9999"):
            line.fail(table, "name", "投资区间止早于投资区间起，请在文件信息中改正。")


def _money(key, *names, **more):
    return Column(key=key, names=names, money=True, kind="money", width=20, **more)


class SubsidyImporter(FactImporter):
    kind = "subsidies"
    label = "省级补助下达表"
    about = "省级设备、软件投资补助的下达表：企业、核定投资额、补助金额，表上方写明文号、下达日期、投资计算区间和单位。"
    words = re.compile("补助|奖补|下达")
    model = ProvincialSubsidy
    noun = "补助"
    new_note = "登记补助"
    dated_by = "allocated_on"
    identity_fields = ("document_number",)
    fields = (
        "document_number",
        "allocated_on",
        "invested_from",
        "invested_until",
        "approved_investment",
        "amount",
    )
    template_title = "2025年省级制造业高质量发展专项资金（设备软件投资补助）下达表"
    template_note = (
        "文号：豫财企〔2026〕9号  下达日期：2026-06-20  投资计算区间：2025-01-01至2025-11-30  单位：万元"
    )
    columns: ClassVar[tuple[Column, ...]] = (
        CITY,
        UNIT,
        NAME,
        USCC,
        _money(
            "approved_investment", "核定投资额（不含税）", "核定投资额", "核定投资金额",
            clean=positive_money, head=False, value=False,
        ),
        _money(
            "amount", "补助金额", "下达金额", "补助资金", "奖补金额", "本次下达金额", "资金额度", clean=positive_money
        ),
    )  # fmt: skip
    header: ClassVar = (
        DOCUMENT,
        HeaderField("allocated_on", "下达日期", date_text, read=lambda n: n.documented_on, kind="date"),
        *WINDOW,
        MONEY_UNIT,
    )


class AssessmentImporter(FactImporter):
    kind = "assessments"
    label = "示范平台考核结果"
    about = "省级中小企业公共服务示范平台的年度考核结果：运营单位、代码、考核等次。单位应已在平台建档。"
    words = re.compile("考核|绩效评价|测评")
    model = PlatformAssessment
    noun = "考核结果"
    new_note = "登记考核结果"
    dated_by = "published_on"
    identity_fields = ("year",)
    fields = ("document_number", "year", "grade", "published_on")
    template_title = "2025年度省级中小企业公共服务示范平台考核结果"
    template_note = "文号：豫工信企业〔2025〕1号  公布日期：2025-11-20"
    columns: ClassVar[tuple[Column, ...]] = (
        CITY,
        UNIT_IF_ANY,
        NAME,
        USCC,
        Column(
            key="grade", names=("考核等次", "等次", "考核结果", "考核等级", "评价等次"), clean=clean_grade
        ),
        optional("year", "考核年度", "年度", clean=clean_year, kind="plain"),
    )
    header: ClassVar = (
        DOCUMENT,
        HeaderField("year", "考核年度", clean_year, read=lambda n: n.label_year),
        HeaderField("published_on", "公布日期", date_text, read=lambda n: n.documented_on, kind="date"),
    )


class InvestmentImporter(FactImporter):
    kind = "investments"
    label = "设备软件投资申报表"
    about = "企业向市里申报的设备、软件投资（不含税），表上方写明申报日期、投资区间和单位。郑州市使用。"
    words = re.compile("投资.*申报|申报.*投资|设备软件投资")
    model = EquipmentInvestment
    noun = "投资申报"
    new_note = "登记投资申报"
    dated_by = "reported_on"
    identity_fields = ("document_number", "reported_on")
    fields = ("document_number", "reported_on", "invested_from", "invested_until", "amount", "subsidised")
    template_title = "2025年设备软件投资申报表"
    template_note = (
        "文号：郑工信〔2025〕1号  申报日期：2025-09-01  投资区间：2025-01-01至2025-08-31  单位：万元"
    )
    columns: ClassVar[tuple[Column, ...]] = (
        CITY,
        UNIT,
        NAME,
        USCC,
        _money(
            "amount", "设备软件投资额（不含税）", "设备、软件投资额（不含税）", "设备软件投资额", "设备、软件投资额",
            "投资额（不含税）", "投资额", "申报投资额", clean=positive_money,
        ),
        optional(
            "subsidised", "是否已获省级补助", "已获省级补助", "同一设备已获省级补助", "是否与省补重复",
            clean=clean_flag, choices=("是", "否"),
        ),
    )  # fmt: skip
    header: ClassVar = (
        HeaderField("document_number", "文号", clean_document_number, required=False),
        HeaderField(
            "reported_on",
            "申报日期",
            date_text,
            read=day_after("(?:申报|填报|上报)(?:日期|时间)"),
            kind="date",
        ),
        *WINDOW,
        MONEY_UNIT,
    )
