"""The legal entity, its former names and the people who work for it here."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.enums import Role
from accounts.models import Region
from core.text import bigrams, initials


class EnterpriseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see what their units manage, enterprise users their own firms, others nothing."""
        if user.is_authenticated and user.role == Role.ENTERPRISE:
            return self.filter(memberships__user=user)
        # Looked up beforehand: only listed units let PostgreSQL read a page in the order of the index.
        units = Region.objects.visible_to(user).values_list("pk", flat=True)
        return self.filter(managing_unit__in=list(units))

    def search(self, text):
        """By credit code (prefix), former or present name (contains), or pinyin initials (prefix)."""
        text = "".join(text.split())
        if text.isascii() and text[:1].isdigit():
            return self.filter(uscc__startswith=text.upper())
        if text.isascii():
            return self.filter(initials__startswith=text.lower())
        if len(text) < 2:
            return self.filter(name__startswith=text)
        by_name = Q(name__contains=text)
        if not self.is_common(text):
            by_name &= Q(name_bigrams__contains=bigrams(text))
        # Read first: an OR with a subquery would keep PostgreSQL from using the bigram index.
        renamed = list(
            FormerName.objects.filter(name__contains=text).values_list("enterprise", flat=True)[:1000]
        )
        return self.filter(by_name | Q(pk__in=renamed)) if renamed else self.filter(by_name)

    def is_common(self, text) -> bool:
        """Do about one in a hundred names or more contain the text? A sample says so; only speed depends on it.

        For a common word PostgreSQL should walk the list and stop early, but it takes the bigrams of a word for
        independent, believes the word to be rare, and would collect every hit from the bigram index.
        """
        table = Enterprise._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FILTER (WHERE strpos(name, %s) > 0) * 100 >= count(*) AND count(*) > 0"
                f" FROM {table} TABLESAMPLE SYSTEM (0.1)",
                [text],
            )
            return cursor.fetchone()[0]


@pghistory.track(pghistory.UpdateEvent(), exclude=["name_bigrams", "initials"])
class Enterprise(models.Model):
    """A legal entity known by its 统一社会信用代码: a firm, or the operator of a platform or base."""

    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField("名称", max_length=100)
    # An older list must not rename an enterprise back to what it was called then.
    named_on = models.DateField("名称截至", null=True, blank=True, help_text="这个名称最近见于哪一天的名单。")
    managing_unit = models.ForeignKey(
        Region, verbose_name="管理单位", related_name="enterprises", on_delete=models.PROTECT
    )
    established_on = models.DateField("成立日期", null=True, blank=True)
    industry_code = models.CharField("行业代码", max_length=4, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    initials = models.CharField("拼音首字母", max_length=64, editable=False)
    name_bigrams = ArrayField(models.CharField(max_length=2), editable=False)
    created_at = models.DateTimeField("建档时间", db_default=Now(), editable=False)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业"
        ordering = ["managing_unit_id", "uscc"]
        indexes = [
            GinIndex(name="enterprises_name_bigrams", fields=["name_bigrams"]),
            models.Index(name="enterprises_initials", fields=["initials"], opclasses=["varchar_pattern_ops"]),
            models.Index(name="enterprises_unit_uscc", fields=["managing_unit", "uscc"]),
            models.Index(name="enterprises_unit_id", fields=["managing_unit", "id"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="enterprises_enterprise_uscc_is_well_formed",
                condition=Q(uscc__regex=r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$"),
                violation_error_message="统一社会信用代码应为 18 位，请核对。",
            ),
            models.CheckConstraint(
                name="enterprises_enterprise_has_a_name",
                condition=~Q(name=""),
                violation_error_message="请填写名称。",
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.initials, self.name_bigrams = initials(self.name), bigrams(self.name)
        super().save(*args, **kwargs)


class FormerName(models.Model):
    """A name the enterprise used before a change."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", related_name="former_names", on_delete=models.CASCADE
    )
    name = models.CharField("曾用名", max_length=100, db_index=True)
    changed_on = models.DateField("变更登记日期")
    batch = models.ForeignKey(
        "enterprises.ImportBatch", verbose_name="来源批次", null=True, blank=True, on_delete=models.PROTECT
    )

    class Meta:
        verbose_name = verbose_name_plural = "曾用名"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "name"],
                name="enterprises_formername_once",
                violation_error_message="这个曾用名已经登记过。",
            )
        ]

    def __str__(self):
        return self.name


class Membership(models.Model):
    """A person who works for an enterprise here."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="用户", related_name="memberships", on_delete=models.CASCADE
    )
    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", related_name="memberships", on_delete=models.CASCADE
    )

    class Meta:
        verbose_name = verbose_name_plural = "企业用户"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "enterprise"],
                name="enterprises_membership_once",
                violation_error_message="该用户已经是这家企业的人员。",
            )
        ]

    def __str__(self):
        return f"{self.user} @ {self.enterprise}"
