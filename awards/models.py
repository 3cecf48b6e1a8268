"""The facts awards are built on, and what a run of the rules made of them."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.enums import Role
from accounts.models import Region
from awards.enums import RUN_TRANSITIONS, Outcome, RunState
from core.states import pairs
from enterprises.models import Enterprise, ImportBatch
from policies.models import PolicyEdition


class FactQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


class AwardFact(models.Model):
    """What every fact besides a title shares."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", related_name="%(class)ss", on_delete=models.PROTECT
    )
    document_number = models.CharField("文号", max_length=64)
    batch = models.ForeignKey(
        ImportBatch,
        verbose_name="来源批次",
        null=True,
        blank=True,
        related_name="+",
        on_delete=models.PROTECT,
    )

    objects = FactQuerySet.as_manager()

    class Meta:
        abstract = True


class ProvincialSubsidy(AwardFact):
    """A provincial equipment and software subsidy as allocated: the base of the city's match."""

    allocated_on = models.DateField("下达日期", db_index=True)
    invested_from = models.DateField("投资区间起", null=True, blank=True)
    invested_until = models.DateField("投资区间止", null=True, blank=True)
    approved_investment = models.DecimalField(
        "核定投资额（不含税，元）", max_digits=14, decimal_places=2, null=True, blank=True
    )
    amount = models.DecimalField("补助金额（元）", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "省级设备软件补助"
        ordering = ["-allocated_on", "pk"]
        indexes = [models.Index(name="awards_subsidy_history", fields=["enterprise", "allocated_on"])]
        constraints = [
            models.CheckConstraint(
                name="awards_provincialsubsidy_amount_positive",
                condition=Q(amount__gt=0),
                violation_error_message="补助金额应大于零。",
            ),
            models.CheckConstraint(
                name="awards_provincialsubsidy_window_in_order",
                condition=Q(invested_from__lte=F("invested_until")),
                violation_error_message="投资区间起不能晚于投资区间止。",
            ),
            models.UniqueConstraint(
                fields=["enterprise", "document_number"],
                name="awards_provincialsubsidy_once_per_document",
                violation_error_message="这家企业在该下达文件中已有一笔补助。",
            ),
        ]

    def __str__(self):
        return f"{self.enterprise} {self.amount}"


class PlatformAssessment(AwardFact):
    """The province's yearly assessment of a public service platform."""

    year = models.PositiveSmallIntegerField("考核年度")
    grade = models.CharField("等次", max_length=20)
    published_on = models.DateField("公布日期", db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "示范平台省考核"
        ordering = ["-published_on", "pk"]
        indexes = [models.Index(name="awards_assessment_history", fields=["enterprise", "published_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "year"],
                name="awards_platformassessment_once_a_year",
                violation_error_message="该单位本年度考核结果已登记。",
            )
        ]

    def __str__(self):
        return f"{self.enterprise} {self.year} {self.grade}"


class EquipmentInvestment(AwardFact):
    """Equipment and software bought, as filed with the city, without VAT."""

    reported_on = models.DateField("申报日期", db_index=True)
    invested_from = models.DateField("投资区间起", null=True, blank=True)
    invested_until = models.DateField("投资区间止", null=True, blank=True)
    amount = models.DecimalField("投资额（不含税，元）", max_digits=14, decimal_places=2)
    subsidised = models.BooleanField("同一设备已获省级补助", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "设备软件投资"
        ordering = ["-reported_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="awards_equipmentinvestment_amount_positive",
                condition=Q(amount__gt=0),
                violation_error_message="投资额应大于零。",
            ),
            models.CheckConstraint(
                name="awards_equipmentinvestment_window_in_order",
                condition=Q(invested_from__lte=F("invested_until")),
                violation_error_message="投资区间起不能晚于投资区间止。",
            ),
            models.UniqueConstraint(
                fields=["enterprise", "document_number", "reported_on"],
                name="awards_equipmentinvestment_once_per_filing",
                violation_error_message="这笔投资已经登记过。",
            ),
        ]

    def __str__(self):
        return f"{self.enterprise} {self.amount}"


class AwardRunQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Runs belong to a city: its staff, leaders, finance and auditors see them."""
        if not user.is_authenticated or user.role not in Role.of_city():
            return self.none()
        return self.filter(city_id=user.region_id)


class AwardRun(models.Model):
    """One city, one declaration year, one edition. Running it again brings drafts up to date."""

    city = models.ForeignKey(Region, verbose_name="市", related_name="+", on_delete=models.PROTECT)
    year = models.PositiveSmallIntegerField("申报年度")
    edition = models.ForeignKey(
        PolicyEdition, verbose_name="政策版本", related_name="+", on_delete=models.PROTECT
    )
    factors = models.JSONField("核定系数", default=dict, blank=True)
    state = models.CharField("状态", max_length=8, choices=RunState, default=RunState.RUNNING)
    round = models.PositiveIntegerField("第几次测算", default=1)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="发起人",
        null=True,
        blank=True,
        related_name="+",
        on_delete=models.PROTECT,
    )
    started_at = models.DateTimeField("开始时间", db_default=Now())
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    changes = models.JSONField("本次变化", default=dict)

    objects = AwardRunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "测算批次"
        ordering = ["-year", "city_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "year"],
                name="awards_awardrun_one_per_city_and_year",
                violation_error_message="本市本年度已有测算批次，请在原批次上重新测算。",
            ),
            models.CheckConstraint(
                name="awards_awardrun_finished_says_when",
                condition=~Q(state="done") | Q(finished_at__isnull=False),
                violation_error_message="测算完成时应记录时间。",
            ),
        ]
        triggers = [pgtrigger.FSM(name="state", field="state", transitions=pairs(RUN_TRANSITIONS))]

    def __str__(self):
        return f"{self.city} {self.year} 年度奖励测算"


class DeterminationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see the units they look after, enterprise users their own firms."""
        if user.is_authenticated and user.role == Role.ENTERPRISE:
            return self.filter(enterprise__in=Enterprise.objects.visible_to(user))
        return self.filter(managing_unit__in=Region.objects.visible_to(user))

    def drafts(self):
        return self.filter(decided_at__isnull=True)

    def decided(self):
        return self.filter(decided_at__isnull=False)

    def granted(self):
        return self.filter(outcome=Outcome.GRANTED)


class Determination(models.Model):
    """What one clause makes of one event of one enterprise.

    Drafts follow the facts; a decided row never changes (trigger). The row keeps reason codes and the compact
    facts used, never prose: sentences are rendered, and replaying the facts must give the same row again.
    """

    # A run is never deleted; checking it for every row would cost as much as the rules.
    run = models.ForeignKey(
        AwardRun,
        verbose_name="测算批次",
        related_name="determinations",
        on_delete=models.PROTECT,
        db_constraint=False,
    )
    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", related_name="determinations", on_delete=models.PROTECT
    )
    # Copied from the enterprise so that scope, lists and totals read one table; the run keeps it fresh.
    managing_unit = models.ForeignKey(
        Region, verbose_name="管理单位", related_name="+", on_delete=models.PROTECT, db_constraint=False
    )
    year = models.PositiveSmallIntegerField("申报年度")
    item = models.CharField("条款", max_length=16)
    source = models.CharField("事项来源", max_length=40)  # "recognition:17"
    event_on = models.DateField("事项日期")
    outcome = models.CharField("结果", max_length=10, choices=Outcome)
    worth = models.DecimalField("条款金额（元）", max_digits=14, decimal_places=2)
    amount = models.DecimalField("给予金额（元）", max_digits=14, decimal_places=2)
    other_amount = models.DecimalField("另一口径金额（元）", max_digits=14, decimal_places=2)
    pooled = models.BooleanField("参加就高")
    topup = models.BooleanField("补足差额", default=False)
    once = models.BooleanField("一次性")
    reasons = ArrayField(models.CharField(max_length=32), verbose_name="原因")
    absorbed_by = models.CharField("吸收于", max_length=60, blank=True)  # "XX-NAT@recognition:17"
    facts = models.TextField("所用事实")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="决定人",
        null=True,
        blank=True,
        related_name="+",
        on_delete=models.PROTECT,
        db_index=False,
    )

    objects = DeterminationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "奖励测算"
        ordering = ["-year", "managing_unit_id", "pk"]
        indexes = [
            models.Index(name="awards_determination_list", fields=["year", "managing_unit", "outcome", "id"]),
            # a run asks for the frozen rows of a unit's enterprises; empty until something is decided
            models.Index(
                name="awards_determination_decided",
                fields=["enterprise"],
                condition=Q(decided_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "item"],
                name="awards_determination_one_per_event_and_item",
                violation_error_message="同一事项对同一条款只能有一条测算。",
            ),
            models.UniqueConstraint(
                fields=["run", "enterprise"],
                condition=Q(outcome="granted", pooled=True, topup=False),
                name="awards_determination_one_grant_per_year",
                violation_error_message="同一企业同一申报年度按就高原则只享受一项奖励。",
            ),
            models.UniqueConstraint(
                fields=["enterprise", "item"],
                condition=Q(outcome="granted", once=True),
                name="awards_determination_one_time_item_once",
                violation_error_message="一次性奖励每家企业只能享受一次。",
            ),
            models.CheckConstraint(
                name="awards_determination_only_grants_carry_money",
                condition=Q(outcome="granted", amount__gt=0, amount__lte=F("worth"))
                | (~Q(outcome="granted") & Q(amount=0)),
                violation_error_message="只有给予的奖励有金额，且不超过条款金额。",
            ),
            models.CheckConstraint(
                name="awards_determination_absorbed_names_its_winner",
                condition=Q(outcome="absorbed") ^ Q(absorbed_by=""),
                violation_error_message="就高吸收应写明由哪一项吸收。",
            ),
            models.CheckConstraint(
                name="awards_determination_decided_says_by_whom",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                violation_error_message="决定应写明决定人和时间。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen_once_decided",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            )
        ]

    def __str__(self):
        return f"{self.enterprise} {self.year} {self.item} {self.get_outcome_display()}"


class Discrepancy(models.Model):
    """What the rules would say today about a decided row; shown, never applied."""

    run = models.ForeignKey(AwardRun, related_name="discrepancies", on_delete=models.CASCADE)
    managing_unit = models.ForeignKey(Region, related_name="+", on_delete=models.PROTECT, db_constraint=False)
    determination = models.OneToOneField(Determination, related_name="discrepancy", on_delete=models.CASCADE)
    outcome = models.CharField("现在的结果", max_length=10, choices=Outcome, blank=True)
    amount = models.DecimalField("现在的金额（元）", max_digits=14, decimal_places=2)
    reasons = ArrayField(models.CharField(max_length=32), verbose_name="现在的原因")

    class Meta:
        verbose_name = verbose_name_plural = "与决定不一致"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.determination}：{self.get_outcome_display() or '事项已撤销'}"
