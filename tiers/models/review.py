"""What the offices do with a case: checks, visits, returns, draws, public notice, report to the province."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.enums import Role
from accounts.models import Region
from enterprises.models import Enterprise, Evidence
from tiers.enums import (
    CheckVerdict,
    ObjectionKind,
    ObjectionState,
    PointState,
    ReturnTarget,
    ReviewLevel,
)
from tiers.models.application import Application, Intake, Submission, people
from tiers.models.recognition import Recognition


class OfficeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A unit sees what it did itself; the city's people also see what its units did."""
        return self.filter(region__in=Region.objects.visible_to(user))


class CriterionCheck(models.Model):
    """An officer's tick on one criterion, made on one submission: a later submission asks for it anew."""

    application = models.ForeignKey(
        Application, verbose_name="申报", related_name="checks", on_delete=models.CASCADE
    )
    level = models.CharField("级别", max_length=6, choices=ReviewLevel)
    criterion = models.CharField("指标", max_length=40)
    submission = models.ForeignKey(
        Submission, verbose_name="所审内容", related_name="+", on_delete=models.PROTECT
    )
    verdict = models.CharField("结论", max_length=8, choices=CheckVerdict)
    note = models.TextField("说明", blank=True)
    officer = people("审核人")
    checked_at = models.DateTimeField("审核时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "指标审核"
        constraints = [
            models.UniqueConstraint(
                fields=["application", "level", "criterion"],
                name="tiers_criterioncheck_once",
                violation_error_message="这一项已经审核过，请修改原结论。",
            )
        ]

    def __str__(self):
        return f"{self.application} {self.criterion}"


class SiteVisit(models.Model):
    """实地核查: two officers, a day, what was found, photos."""

    application = models.ForeignKey(
        Application, verbose_name="申报", related_name="visits", on_delete=models.CASCADE
    )
    level = models.CharField("级别", max_length=6, choices=ReviewLevel)
    visited_on = models.DateField("核查日期")
    first_officer = models.CharField("核查人一", max_length=40)
    second_officer = models.CharField("核查人二", max_length=40)
    companion = models.CharField("企业陪同人", max_length=40, blank=True)
    findings = models.JSONField("逐项情况", default=dict)
    problems = models.TextField("发现的问题", blank=True)
    consistent = models.BooleanField("与申报材料一致")
    photos = models.ManyToManyField(Evidence, verbose_name="照片", related_name="+", blank=True)
    recorded_by = people("登记人")
    recorded_at = models.DateTimeField("登记时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "实地核查"
        ordering = ["-visited_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="tiers_sitevisit_by_two_officers",
                condition=~Q(first_officer="")
                & ~Q(second_officer="")
                & ~Q(first_officer=F("second_officer")),
                violation_error_message="实地核查应由两名不同的工作人员进行，请填写两个姓名。",
            ),
            models.CheckConstraint(
                name="tiers_sitevisit_problems_are_named",
                condition=Q(consistent=True) | ~Q(problems=""),
                violation_error_message="与申报材料不一致的，请写明发现的问题。",
            ),
        ]

    def __str__(self):
        return f"{self.application} {self.visited_on}"


class ReturnRequest(models.Model):
    """One round of corrections, asked for by an office, to the enterprise or to the county."""

    application = models.ForeignKey(
        Application, verbose_name="申报", related_name="returns", on_delete=models.CASCADE
    )
    number = models.PositiveSmallIntegerField("第几次退回")
    level = models.CharField("退回方", max_length=6, choices=ReviewLevel)
    target = models.CharField("退回给", max_length=10, choices=ReturnTarget)
    comment = models.TextField("退回意见")
    due_on = models.DateField("修改期限")
    requested_by = people("退回人")
    requested_at = models.DateTimeField("退回时间", db_default=Now())
    answered_at = models.DateTimeField("重新提交时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "退回记录"
        ordering = ["application_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "number"],
                name="tiers_returnrequest_number_once",
                violation_error_message="这一次退回已经登记。",
            ),
            models.UniqueConstraint(
                fields=["application", "target"],
                condition=Q(answered_at__isnull=True),
                name="tiers_returnrequest_one_open",
                violation_error_message="上一次退回还没有重新提交。",
            ),
            models.CheckConstraint(
                name="tiers_returnrequest_says_why",
                condition=~Q(comment=""),
                violation_error_message="退回时请写明意见。",
            ),
        ]

    def __str__(self):
        return f"{self.application} 第 {self.number} 次退回"


class ReturnPoint(models.Model):
    """One thing to correct: a field, or a whole part of the form when `field` is empty."""

    request = models.ForeignKey(
        ReturnRequest, verbose_name="退回", related_name="points", on_delete=models.CASCADE
    )
    section = models.CharField("部分", max_length=24)
    field = models.CharField("填报项", max_length=60, blank=True)
    comment = models.TextField("意见")
    state = models.CharField("状态", max_length=8, choices=PointState, default=PointState.OPEN)
    settled_by = people("确认人", null=True, blank=True)
    settled_at = models.DateTimeField("确认时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "修改意见"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "section", "field"],
                name="tiers_returnpoint_once",
                violation_error_message="这一项已经有意见，请合并在一起写。",
            ),
            models.CheckConstraint(
                name="tiers_returnpoint_settled_says_by_whom",
                condition=(
                    Q(state=PointState.SETTLED, settled_by__isnull=False, settled_at__isnull=False)
                    | (~Q(state=PointState.SETTLED) & Q(settled_at__isnull=True))
                ),
                violation_error_message="已解决的意见应记录确认人和时间。",
            ),
        ]

    def __str__(self):
        return self.comment[:40]


class Draw(models.Model):
    """随机抽查 that anybody can do again: order the pool by the hash of seed and number, take the first ones."""

    intake = models.ForeignKey(
        Intake, verbose_name="申报批次", related_name="draws", on_delete=models.PROTECT
    )
    region = models.ForeignKey(Region, verbose_name="抽取单位", related_name="+", on_delete=models.PROTECT)
    purpose = models.CharField("用途", max_length=60)
    seed = models.CharField("种子", max_length=60)
    pool = models.JSONField("抽取范围")
    pool_sha256 = models.CharField("范围指纹", max_length=64)
    size = models.PositiveSmallIntegerField("抽取数量")
    drawn = models.JSONField("结果")
    drawn_by = people("抽取人")
    drawn_at = models.DateTimeField("抽取时间", db_default=Now())

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "随机抽查"
        ordering = ["-pk"]
        triggers = [
            pgtrigger.Protect(name="never_changes", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self):
        return f"{self.intake} {self.purpose}"


class Publicity(models.Model):
    """公示 of a list: both days inclusive; reported to the province only when it ended without open objections."""

    intake = models.ForeignKey(
        Intake, verbose_name="申报批次", related_name="publicities", on_delete=models.PROTECT
    )
    region = models.ForeignKey(Region, verbose_name="公示单位", related_name="+", on_delete=models.PROTECT)
    title = models.CharField("标题", max_length=100)
    starts_on = models.DateField("公示开始")
    ends_on = models.DateField("公示截止")
    contact = models.CharField("受理异议的地址和电话", max_length=200)
    published_by = people("公示人")
    published_at = models.DateTimeField("发布时间", db_default=Now())

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="tiers_publicity_starts_before_it_ends",
                condition=Q(starts_on__lte=F("ends_on")),
                violation_error_message="公示开始不能晚于公示截止。",
            )
        ]

    def __str__(self):
        return self.title


class Report(models.Model):
    """上报批次: the 推荐名单汇总表 that went to the province."""

    intake = models.ForeignKey(
        Intake, verbose_name="申报批次", related_name="reports", on_delete=models.PROTECT
    )
    region = models.ForeignKey(Region, verbose_name="上报单位", related_name="+", on_delete=models.PROTECT)
    document_number = models.CharField("上报文号", max_length=64)
    reported_on = models.DateField("上报日期")
    reported_by = people("上报人")
    reported_at = models.DateTimeField("登记时间", db_default=Now())

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上报批次"
        ordering = ["-reported_on", "-pk"]

    def __str__(self):
        return f"{self.document_number} {self.intake}"


class ObjectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see those about enterprises they manage; an enterprise its own appeals, never who objected to it."""
        firms = Enterprise.objects.visible_to(user)
        found = self.filter(Q(application__enterprise__in=firms) | Q(recognition__enterprise__in=firms))
        if user.is_authenticated and user.role == Role.ENTERPRISE:
            return found.filter(kind=ObjectionKind.APPEAL)
        return found


class Objection(models.Model):
    """An objection during public notice, or the appeal of an enterprise against a decision."""

    kind = models.CharField("类型", max_length=10, choices=ObjectionKind)
    application = models.ForeignKey(
        Application,
        verbose_name="申报",
        null=True,
        blank=True,
        related_name="objections",
        on_delete=models.PROTECT,
    )
    recognition = models.ForeignKey(
        Recognition,
        verbose_name="称号",
        null=True,
        blank=True,
        related_name="objections",
        on_delete=models.PROTECT,
    )
    raised_by = models.CharField("提出人", max_length=40)
    contact = models.CharField("联系方式", max_length=100)
    content = models.TextField("内容和依据")
    raised_on = models.DateField("提出日期")
    recorded_by = people("登记人")
    recorded_at = models.DateTimeField("登记时间", db_default=Now())
    due_on = models.DateField("办理期限", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=ObjectionState, default=ObjectionState.OPEN)
    decision = models.TextField("处理结论", blank=True)
    decided_by = people("处理人", null=True, blank=True)
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "异议和申诉"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="tiers_objection_is_about_something",
                condition=Q(application__isnull=False) | Q(recognition__isnull=False),
                violation_error_message="请选择针对的申报或称号。",
            ),
            models.CheckConstraint(
                name="tiers_objection_is_real_name",
                condition=~Q(raised_by="") & ~Q(contact="") & ~Q(content=""),
                violation_error_message="异议应实名提出，请填写提出人、联系方式和内容。",
            ),
            models.CheckConstraint(
                name="tiers_objection_decided_says_why",
                condition=Q(state=ObjectionState.OPEN, decided_at__isnull=True)
                | (~Q(state=ObjectionState.OPEN) & Q(decided_at__isnull=False) & ~Q(decision="")),
                violation_error_message="请写明处理结论。",
            ),
            *(
                models.UniqueConstraint(
                    fields=[about],
                    condition=Q(kind=ObjectionKind.APPEAL, state=ObjectionState.OPEN),
                    name=f"tiers_objection_one_open_appeal_per_{about}",
                    violation_error_message="已有一件申诉正在办理，请等处理结果。",
                )
                for about in ("application", "recognition")
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.raised_by}"
