"""The living record: what an enterprise says of itself once, with source, day and evidence, for every use."""

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from enterprises.enums import (
    Basis,
    CertificateKind,
    HonourKind,
    IpKind,
    IpSource,
    Level,
    ScanState,
    Source,
)
from enterprises.models.firm import Enterprise


def _before():
    """The row as it was before each change: with the row itself nothing is lost, and a mass insert fires nothing."""
    return pghistory.UpdateEvent(row=pghistory.Old)


def evidence_path(evidence, name) -> str:
    """Outside the web root, and never by the name a person chose."""
    return f"evidence/{evidence.enterprise_id}/{uuid.uuid4().hex}.{evidence.media_type.rpartition('/')[2]}"


class EvidenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


class Evidence(models.Model):
    """A file that proves something: a PDF, a picture. It is kept as uploaded and never changed."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", related_name="evidence", on_delete=models.PROTECT
    )
    file = models.FileField("文件", upload_to=evidence_path, max_length=200)
    name = models.CharField("文件名", max_length=150)
    media_type = models.CharField("类型", max_length=40)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("指纹", max_length=64)
    scan = models.CharField("病毒检查", max_length=10, choices=ScanState)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="上传人", related_name="+", on_delete=models.PROTECT
    )
    uploaded_at = models.DateTimeField("上传时间", db_default=Now())

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "佐证材料"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "sha256"],
                name="enterprises_evidence_same_file_once",
                violation_error_message="这个文件已经上传过，直接选用即可。",
            )
        ]

    def __str__(self):
        return self.name


class Sourced(models.Model):
    """Where a fact comes from, of which day it speaks, and the file that proves it."""

    source = models.CharField("来源", max_length=8, choices=Source, db_default=Source.ROSTER)
    as_of = models.DateField("截至日期", null=True, blank=True)
    evidence = models.ForeignKey(
        Evidence,
        verbose_name="佐证材料",
        null=True,
        blank=True,
        related_name="+",
        on_delete=models.PROTECT,
    )
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="更新人",
        null=True,
        blank=True,
        related_name="+",
        on_delete=models.PROTECT,
    )
    updated_at = models.DateTimeField("更新时间", db_default=Now())

    class Meta:
        abstract = True


class RecordItem(Sourced):
    """One entry of a list in the record."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", related_name="%(class)ss", on_delete=models.CASCADE
    )
    name = models.CharField("名称", max_length=200)
    number = models.CharField("编号", max_length=64, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name


def _money(label):
    return models.DecimalField(f"{label}（元）", max_digits=14, decimal_places=2, null=True, blank=True)


@pghistory.track(_before())
class YearlyFigures(Sourced):
    """Closing figures of one year on one basis, in yuan."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", related_name="yearly_figures", on_delete=models.CASCADE
    )
    year = models.PositiveSmallIntegerField("年度")
    basis = models.CharField("报表口径", max_length=12, choices=Basis, blank=True, db_default="")
    audit_code = models.CharField("审计报告编码", max_length=40, blank=True, db_default="")
    staff = models.PositiveIntegerField("职工人数", null=True, blank=True)
    rd_staff = models.PositiveIntegerField("研发人员", null=True, blank=True)
    revenue = _money("营业收入")
    main_revenue = _money("主营业务收入")
    lead_product_revenue = _money("主导产品收入")
    cost = _money("成本费用")
    gross_profit = _money("毛利")
    net_profit = _money("净利润")
    assets = _money("资产总额")
    liabilities = _money("负债总额")
    rd_expense = _money("研发费用")
    taxes = _money("上缴税金")
    exports = _money("出口额")
    bank_loans = _money("银行贷款余额")
    dev_score = models.DecimalField(
        "专精特新发展评价得分",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="国家平台给出的得分，只登记，不计算。",
    )
    dev_score_evidence = models.ForeignKey(
        Evidence, verbose_name="得分截图", null=True, blank=True, related_name="+", on_delete=models.PROTECT
    )

    class Meta:
        verbose_name = verbose_name_plural = "年度数据"
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "year"],
                name="enterprises_yearlyfigures_once_a_year",
                violation_error_message="该企业本年度数据已存在，请修改原记录。",
            ),
            models.CheckConstraint(
                name="enterprises_yearlyfigures_dev_score_in_range",
                condition=Q(dev_score__isnull=True) | Q(dev_score__gte=0, dev_score__lte=100),
                violation_error_message="发展评价得分应在 0 至 100 之间。",
            ),
        ]

    def __str__(self):
        return f"{self.enterprise} {self.year}"


@pghistory.track(_before())
class FirmProfile(Sourced):
    """Single facts of an enterprise by the key of enterprises.fields; each remembers its source and day."""

    enterprise = models.OneToOneField(
        Enterprise, verbose_name="企业", related_name="profile", on_delete=models.CASCADE
    )
    facts = models.JSONField("内容", default=dict, help_text="键 → {value, source, as_of}")
    # Lists that the enterprise has said are complete, empty ones too: "none" is an answer, silence is not.
    complete_lists = models.JSONField("已填完的清单", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "企业基本情况"

    def __str__(self):
        return str(self.enterprise)


@pghistory.track(_before(), pghistory.DeleteEvent())
class IntellectualProperty(RecordItem):
    kind = models.CharField("类别", max_length=20, choices=IpKind)
    granted_on = models.DateField("授权日期", null=True, blank=True)
    origin = models.CharField("取得方式", max_length=8, choices=IpSource, blank=True)
    assigned_on = models.DateField("受让日期", null=True, blank=True)
    holder_rank = models.PositiveSmallIntegerField("权利人排名", null=True, blank=True)
    for_lead_product = models.BooleanField("与主导产品相关", null=True, blank=True)
    applied = models.BooleanField("已应用并产生效益", null=True, blank=True)
    high_value = models.BooleanField("Ⅰ类高价值", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "知识产权"
        ordering = ["kind", "-granted_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "kind", "number"],
                condition=~Q(number=""),
                name="enterprises_intellectualproperty_number_once",
                violation_error_message="这个编号的知识产权已经登记过。",
            ),
            models.CheckConstraint(
                name="enterprises_intellectualproperty_assigned_says_how",
                condition=Q(assigned_on__isnull=True) | Q(origin="assigned"),
                violation_error_message="填写了受让日期的，取得方式应选“受让”。",
            ),
        ]


@pghistory.track(_before(), pghistory.DeleteEvent())
class Honour(RecordItem):
    kind = models.CharField("类别", max_length=20, choices=HonourKind)
    level = models.CharField("级别", max_length=16, choices=Level)
    awarded_on = models.DateField("证书日期", null=True, blank=True)
    rank = models.PositiveSmallIntegerField("单位排名", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "荣誉奖励"
        ordering = ["-awarded_on", "pk"]


@pghistory.track(_before(), pghistory.DeleteEvent())
class RdInstitution(RecordItem):
    level = models.CharField("级别", max_length=16, choices=Level)
    recognised_on = models.DateField("认定日期", null=True, blank=True)
    partner = models.CharField("共建单位", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "研发机构"
        ordering = ["-recognised_on", "pk"]


@pghistory.track(_before(), pghistory.DeleteEvent())
class EquityFinancing(RecordItem):
    """`name` is the investor."""

    financed_on = models.DateField("到账日期", null=True, blank=True)
    amount = _money("实缴金额")
    qualified = models.BooleanField("合格机构投资者", null=True, blank=True)
    share = models.DecimalField(
        "出让股份",
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="占总股本：0.125 即 12.5%。",
    )

    class Meta:
        verbose_name = verbose_name_plural = "股权融资"
        ordering = ["-financed_on", "pk"]


@pghistory.track(_before(), pghistory.DeleteEvent())
class StandardWork(RecordItem):
    level = models.CharField("级别", max_length=16, choices=Level)
    leading = models.BooleanField("主持制定", null=True, blank=True)
    rank = models.PositiveSmallIntegerField("起草单位排名", null=True, blank=True)
    published_on = models.DateField("发布日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "标准制定"
        ordering = ["-published_on", "pk"]


@pghistory.track(_before(), pghistory.DeleteEvent())
class Certificate(RecordItem):
    kind = models.CharField("类别", max_length=20, choices=CertificateKind)
    valid_from = models.DateField("有效期起", null=True, blank=True)
    valid_until = models.DateField("有效期止", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "认证证书"
        ordering = ["-valid_until", "pk"]
        constraints = [
            models.CheckConstraint(
                name="enterprises_certificate_valid_in_order",
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_from__lte=models.F("valid_until")),
                violation_error_message="有效期起不能晚于有效期止。",
            )
        ]
