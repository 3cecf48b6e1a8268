"""Titles on official lists. A title's dates are printed in its document and never computed."""

from datetime import timedelta

import pghistory
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Cast, Least

from accounts.models import Region
from enterprises.models import Enterprise, ImportBatch
from policies import engine
from tiers.enums import RecognitionKind, Title


class RecognitionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))

    def valid_on(self, day):
        """Titles in force on a day, both ends inclusive; a revoked one is not from its revocation on."""
        return self.filter(valid_from__lte=day, valid_until__gte=day).filter(
            Q(revoked_on__isnull=True) | Q(revoked_on__gt=day)
        )

    def in_effect(self):
        """With what is left of each title: `effect` (its kind, or "revoked" for a new title that was taken away) and
        `ends_on` (its last day in force)."""
        day_before = Cast(F("revoked_on") - timedelta(days=1), models.DateField())
        return self.annotate(
            effect=Case(
                When(revoked_on__isnull=False, kind=RecognitionKind.NEW, then=Value(engine.REVOKED)),
                default=F("kind"),
                output_field=models.CharField(),
            ),
            ends_on=Least(F("valid_until"), day_before),
        )


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Recognition(models.Model):
    """One title of one enterprise on one official list."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", related_name="recognitions", on_delete=models.PROTECT, db_index=False
    )
    title = models.CharField("称号", max_length=20, choices=Title)
    kind = models.CharField("类型", max_length=6, choices=RecognitionKind, default=RecognitionKind.NEW)
    document_number = models.CharField("文号", max_length=64)
    documented_on = models.DateField("成文日期")
    valid_from = models.DateField("有效期起")
    valid_until = models.DateField("有效期止")
    label_year = models.PositiveSmallIntegerField("名单年度", null=True, blank=True)
    revoked_on = models.DateField(
        "撤销日期", null=True, blank=True, help_text="从这一天起称号无效；由撤销登记写入。"
    )
    managing_unit = models.ForeignKey(
        Region,
        verbose_name="认定时管理单位",
        related_name="+",
        on_delete=models.PROTECT,
        help_text="目标任务计入这个单位；迁入前在外市取得的称号填外市。",
    )
    batch = models.ForeignKey(
        ImportBatch,
        verbose_name="来源批次",
        null=True,
        blank=True,
        related_name="+",
        on_delete=models.PROTECT,
    )

    objects = RecognitionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "认定"
        ordering = ["-documented_on", "pk"]
        indexes = [
            models.Index(name="tiers_recognition_title_dates", fields=["title", "documented_on"]),
            models.Index(
                name="tiers_recognition_history", fields=["enterprise", "documented_on"], include=["title"]
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="tiers_recognition_valid_from_before_until",
                condition=Q(valid_from__lte=F("valid_until")),
                violation_error_message="有效期起不能晚于有效期止。",
            ),
            models.CheckConstraint(
                name="tiers_recognition_has_a_document",
                condition=~Q(document_number=""),
                violation_error_message="请填写认定文件的文号。",
            ),
            models.UniqueConstraint(
                fields=["enterprise", "title", "document_number"],
                name="tiers_recognition_once_per_document",
                violation_error_message="这家企业的这个称号已按该文件登记。",
            ),
        ]

    def __str__(self):
        return f"{self.enterprise} {self.get_title_display()}"

    @property
    def tier(self) -> int:
        return Title(self.title).tier
