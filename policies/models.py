"""Award schemes and tier standards as published. A published text never changes: a correction is a new edition."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from policies.enums import CaseKind, StandardTier


def hash_is_of_the_text(name) -> models.CheckConstraint:
    """`sha256` is the hash of the column `text`."""
    digest = Func(Func(F("text"), Value("UTF8"), function="CONVERT_TO"), function="SHA256")
    digest.output_field = models.BinaryField()
    encoded = Func(digest, Value("hex"), function="ENCODE", output_field=models.CharField())
    return models.CheckConstraint(
        name=name, condition=Q(sha256=encoded), violation_error_message="指纹与规则文本不符。"
    )


class PolicyEdition(models.Model):
    """One award scheme of one city for a period, both ends inclusive. What runs is this text.

    A correction of the same document keeps the slug and carries a higher revision.
    """

    slug = models.CharField("标识", max_length=64)
    revision = models.PositiveSmallIntegerField("修订次数", default=1)
    city_code = models.CharField("市代码", max_length=6)
    number = models.CharField("文号", max_length=64)
    title = models.CharField("名称", max_length=200)
    text = models.TextField("规则文本")
    sha256 = models.CharField("指纹", max_length=64)
    valid_from = models.DateField("有效期起")
    valid_until = models.DateField("有效期止")
    published_at = models.DateTimeField("发布时间", db_default=Now())
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="发布人",
        null=True,
        blank=True,
        related_name="+",
        on_delete=models.PROTECT,
    )

    class Meta:
        verbose_name = verbose_name_plural = "政策版本"
        ordering = ["city_code", "-valid_from", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"],
                name="policies_policyedition_text_once",
                violation_error_message="这份规则文本已经发布过。",
            ),
            models.UniqueConstraint(
                fields=["slug", "revision"],
                name="policies_policyedition_revision_once",
                violation_error_message="这份文件的这次修订已经发布过。",
            ),
            models.CheckConstraint(
                name="policies_policyedition_period_in_order",
                condition=Q(valid_from__lte=F("valid_until")),
                violation_error_message="有效期起不能晚于有效期止。",
            ),
            models.CheckConstraint(
                name="policies_policyedition_city_is_a_code",
                condition=Q(city_code__regex=r"^\d{4}00$"),
                violation_error_message="市代码应是六位行政区划代码，后两位为零。",
            ),
            hash_is_of_the_text("policies_policyedition_hash_is_of_the_text"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_text_never_changes", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return f"{self.number} {self.title}"


class StandardEdition(models.Model):
    """One tier standard as published (or the standard of company sizes). What runs is this text."""

    slug = models.CharField("标识", max_length=64)
    revision = models.PositiveSmallIntegerField("修订次数", default=1)
    tier = models.CharField("层级", max_length=20, choices=StandardTier)
    number = models.CharField("文号", max_length=64)
    title = models.CharField("名称", max_length=200)
    text = models.TextField("标准文本")
    sha256 = models.CharField("指纹", max_length=64, unique=True)
    published_at = models.DateTimeField("发布时间", db_default=Now())
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="发布人",
        null=True,
        blank=True,
        related_name="+",
        on_delete=models.PROTECT,
    )

    class Meta:
        verbose_name = verbose_name_plural = "认定标准"
        ordering = ["tier", "slug", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "revision"],
                name="policies_standardedition_revision_once",
                violation_error_message="这份标准的这次修订已经发布过。",
            ),
            hash_is_of_the_text("policies_standardedition_hash_is_of_the_text"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_standard_never_changes", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return f"{self.number} {self.title}"


class StandardPeriod(models.Model):
    """The acceptance dates, both ends inclusive, for which an edition is the standard of a tier and kind of case."""

    edition = models.ForeignKey(
        StandardEdition, verbose_name="标准", related_name="periods", on_delete=models.PROTECT
    )
    tier = models.CharField("层级", max_length=20, choices=StandardTier)
    kind = models.CharField("申报类型", max_length=6, choices=CaseKind)
    valid_from = models.DateField("受理日期起")
    valid_until = models.DateField("受理日期止", null=True, blank=True, help_text="留空表示至今有效。")

    class Meta:
        verbose_name = verbose_name_plural = "标准适用期"
        ordering = ["tier", "kind", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="policies_standardperiod_in_order",
                condition=Q(valid_until__isnull=True) | Q(valid_from__lte=F("valid_until")),
                violation_error_message="受理日期起不能晚于受理日期止。",
            ),
            # One constraint per tier and kind: without an extension GiST compares ranges but not texts.
            *(
                ExclusionConstraint(
                    name=f"policies_standardperiod_no_overlap_{tier}_{kind}",
                    expressions=[
                        (
                            Func(
                                "valid_from",
                                "valid_until",
                                Value("[]"),
                                function="DATERANGE",
                                output_field=DateRangeField(),
                            ),
                            RangeOperators.OVERLAPS,
                        )
                    ],
                    condition=Q(tier=tier, kind=kind),
                    violation_error_message="同一层级、同一申报类型在这段受理日期已有另一份标准，请核对适用期。",
                )
                for tier in StandardTier.values
                for kind in CaseKind.values
            ),
        ]

    def __str__(self):
        return f"{self.edition} {self.get_kind_display()} {self.valid_from}"
