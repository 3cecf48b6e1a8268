"""What becomes of a title: yearly updates, major changes, revocation."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Region
from enterprises.models import Enterprise, Evidence
from tiers.enums import ChangeKind, ChangeState, RevocationReason
from tiers.models.application import people
from tiers.models.recognition import Recognition


class FirmRowQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


class AnnualUpdate(models.Model):
    """The information of the enterprise was brought up to date in this year."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", related_name="annual_updates", on_delete=models.CASCADE
    )
    year = models.PositiveSmallIntegerField("年度")
    completed_on = models.DateField("完成日期")
    completed_by = people("填报人", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = FirmRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度信息更新"
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "year"],
                name="tiers_annualupdate_once_a_year",
                violation_error_message="本年度已经更新过。",
            )
        ]

    def __str__(self):
        return f"{self.enterprise} {self.year}"


@pghistory.track(pghistory.UpdateEvent())
class MajorChange(models.Model):
    """重大变化: must be reported in time, and somebody decides whether the title stays."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", related_name="major_changes", on_delete=models.CASCADE
    )
    kind = models.CharField("变化类型", max_length=16, choices=ChangeKind)
    happened_on = models.DateField("发生日期")
    due_on = models.DateField("报告期限")
    reported_on = models.DateField("报告日期")
    detail = models.TextField("变化情况")
    new_name = models.CharField("变更后名称", max_length=100, blank=True)
    new_unit = models.ForeignKey(
        Region, verbose_name="迁入单位", null=True, blank=True, related_name="+", on_delete=models.PROTECT
    )
    evidence = models.ForeignKey(
        Evidence, verbose_name="证明材料", null=True, blank=True, related_name="+", on_delete=models.PROTECT
    )
    reported_by = people("报告人")
    state = models.CharField("状态", max_length=12, choices=ChangeState, default=ChangeState.REPORTED)
    opinion = models.TextField("核实意见", blank=True)
    # What a late report may cost, decided by a person: the titles held then are not reviewed when they end.
    cancels_review = models.BooleanField("取消复核资格", default=False)
    decided_by = people("核实人", null=True, blank=True)
    decided_at = models.DateTimeField("核实时间", null=True, blank=True)

    objects = FirmRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "重大变化"
        ordering = ["-happened_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="tiers_majorchange_reported_after_it_happened",
                condition=Q(happened_on__lte=F("reported_on")),
                violation_error_message="报告日期不能早于变化发生的日期。",
            ),
            models.CheckConstraint(
                name="tiers_majorchange_rename_names_it",
                condition=~Q(kind=ChangeKind.RENAME) | ~Q(new_name=""),
                violation_error_message="更名请填写变更后的名称。",
            ),
            models.CheckConstraint(
                name="tiers_majorchange_decided_says_why",
                condition=Q(state=ChangeState.REPORTED, decided_at__isnull=True)
                | (~Q(state=ChangeState.REPORTED) & Q(decided_at__isnull=False) & ~Q(opinion="")),
                violation_error_message="请写明核实意见。",
            ),
            models.CheckConstraint(
                name="tiers_majorchange_only_a_late_one_costs_the_review",
                condition=Q(cancels_review=False) | Q(reported_on__gt=F("due_on")),
                violation_error_message="按期报告的变化不取消复核资格。",
            ),
        ]

    def __str__(self):
        return f"{self.enterprise} {self.get_kind_display()}"

    @property
    def is_late(self) -> bool:
        return self.reported_on > self.due_on


class RevocationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(recognition__enterprise__in=Enterprise.objects.visible_to(user))


@pghistory.track(pghistory.UpdateEvent())
class Revocation(models.Model):
    """A title was taken away by a document; until `banned_until` (inclusive) no application is accepted.

    Never undone: a mistake is corrected by a note, a title given back by an appeal that was upheld.
    """

    recognition = models.OneToOneField(
        Recognition, verbose_name="称号", related_name="revocation", on_delete=models.PROTECT
    )
    reason = models.CharField("原因", max_length=12, choices=RevocationReason)
    detail = models.TextField("情况")
    document_number = models.CharField("撤销文号", max_length=64)
    revoked_on = models.DateField("撤销日期")
    banned_until = models.DateField("不得申报至", null=True, blank=True)
    recorded_by = people("登记人")
    recorded_at = models.DateTimeField("登记时间", db_default=Now())
    restored_on = models.DateField("恢复日期", null=True, blank=True, help_text="申诉成立后称号恢复。")

    objects = RevocationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "称号撤销"
        ordering = ["-revoked_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="tiers_revocation_has_a_document",
                condition=~Q(document_number=""),
                violation_error_message="请填写撤销文件的文号。",
            ),
            models.CheckConstraint(
                name="tiers_revocation_ban_after_it",
                condition=Q(banned_until__isnull=True) | Q(banned_until__gte=F("revoked_on")),
                violation_error_message="不得申报的期限不能早于撤销日期。",
            ),
            models.CheckConstraint(
                name="tiers_revocation_restored_bans_nobody",
                condition=Q(restored_on__isnull=True) | Q(banned_until__isnull=True),
                violation_error_message="称号已恢复，不应再限制申报。",
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self):
        return f"{self.recognition} 撤销"
