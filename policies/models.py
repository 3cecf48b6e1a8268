"""The text of a policy document as published. A published text never changes: a correction is a new edition."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now


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
            models.CheckConstraint(
                name="policies_policyedition_hash_is_of_the_text",
                condition=Q(
                    sha256=Func(
                        Func(
                            Func(F("text"), Value("UTF8"), function="CONVERT_TO"),
                            function="SHA256",
                            output_field=models.BinaryField(),
                        ),
                        Value("hex"),
                        function="ENCODE",
                        output_field=models.CharField(),
                    )
                ),
                violation_error_message="指纹与规则文本不符。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_text_never_changes", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return f"{self.number} {self.title}"
