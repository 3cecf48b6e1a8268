"""A case: one enterprise asks for one title in one intake. Its sections, submissions and history."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.enums import Role
from accounts.models import Region
from core.states import pairs
from enterprises.models import Enterprise, Evidence
from policies.enums import CaseKind
from policies.models import StandardEdition
from tiers.enums import APPLICATION_TRANSITIONS, ApplicationState, Origin, ReviewLevel, Title
from tiers.models.recognition import Recognition

APPLIED_FOR = [Title.INNOVATIVE, Title.PROVINCIAL_SRDI, Title.NATIONAL_GIANT]


def people(label, **options):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        related_name="+",
        on_delete=models.PROTECT,
        **options,
    )


class IntakeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see their city's intakes, enterprises those of the cities that manage them."""
        if user.is_authenticated and user.role == Role.ENTERPRISE:
            firms = Enterprise.objects.visible_to(user)
            return self.filter(
                Q(city__units__enterprises__in=firms) | Q(city__enterprises__in=firms)
            ).distinct()
        units = Region.objects.visible_to(user)
        return self.filter(Q(city__in=units) | Q(city__units__in=units)).distinct()

    def open_on(self, day):
        return self.filter(opens_on__lte=day, closes_on__gte=day)


class Intake(models.Model):
    """申报批次: what a city takes applications for, from when until when (both days inclusive)."""

    city = models.ForeignKey(Region, verbose_name="市", related_name="intakes", on_delete=models.PROTECT)
    title = models.CharField(
        "申报称号", max_length=20, choices=[(title.value, title.label) for title in APPLIED_FOR]
    )
    kind = models.CharField("申报类型", max_length=6, choices=CaseKind, default=CaseKind.NEW)
    name = models.CharField("批次名称", max_length=60)
    year = models.PositiveSmallIntegerField("申报年度")
    opens_on = models.DateField("受理开始")
    closes_on = models.DateField("受理截止")
    document_number = models.CharField("通知文号", max_length=64, blank=True)
    note = models.TextField("说明", blank=True)
    created_by = people("建立人", null=True, blank=True)
    created_at = models.DateTimeField("建立时间", db_default=Now())

    objects = IntakeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申报批次"
        ordering = ["-year", "-opens_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="tiers_intake_opens_before_it_closes",
                condition=Q(opens_on__lte=F("closes_on")),
                violation_error_message="受理开始不能晚于受理截止。",
            ),
            models.UniqueConstraint(
                fields=["city", "name"],
                name="tiers_intake_name_once_per_city",
                violation_error_message="本市已有同名的申报批次，请换一个名称。",
            ),
        ]

    def __str__(self):
        return self.name


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see what their units manage, never a draft that the enterprise has not handed in; a draft entered
        for the enterprise is seen by the office that enters it."""
        if not user.is_authenticated:
            return self.none()
        if user.role == Role.ENTERPRISE:
            return self.filter(enterprise__memberships__user=user)
        mine = self.filter(
            managing_unit__in=list(Region.objects.visible_to(user).values_list("pk", flat=True))
        )
        if user.role in (Role.COUNTY, Role.CITY):
            return mine.exclude(state=ApplicationState.DRAFT, origin=Origin.ONLINE, submitted_at__isnull=True)
        return mine.exclude(state=ApplicationState.DRAFT)

    def open(self):
        return self.filter(state__in=ApplicationState.open())


@pghistory.track(
    pghistory.UpdateEvent(), fields=["state", "managing_unit", "assigned_to", "due_on", "recommended_as"]
)
class Application(models.Model):
    """One enterprise, one title, one intake. Its content stands in sections; what was handed in, in submissions."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", related_name="applications", on_delete=models.PROTECT
    )
    intake = models.ForeignKey(
        Intake, verbose_name="申报批次", related_name="applications", on_delete=models.PROTECT
    )
    title = models.CharField("申报称号", max_length=20, choices=Title)
    kind = models.CharField("申报类型", max_length=6, choices=CaseKind)
    managing_unit = models.ForeignKey(
        Region, verbose_name="管理单位", related_name="+", on_delete=models.PROTECT
    )
    number = models.CharField("申报编号", max_length=20, unique=True, null=True, blank=True)
    origin = models.CharField("填报方式", max_length=6, choices=Origin, default=Origin.ONLINE)
    state = models.CharField("状态", max_length=20, choices=ApplicationState, default=ApplicationState.DRAFT)
    previous = models.ForeignKey(
        "self", verbose_name="沿用自", null=True, blank=True, related_name="+", on_delete=models.PROTECT
    )
    # The standard of the acceptance date, pinned: a later edition never changes a running case.
    edition = models.ForeignKey(
        StandardEdition,
        verbose_name="适用标准",
        null=True,
        blank=True,
        related_name="+",
        on_delete=models.PROTECT,
    )
    started_by = people("发起人")
    started_at = models.DateTimeField("开始填写", db_default=Now())
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    # Who asked for the corrections that are being made; they go back there.
    returned_by = models.CharField("退回方", max_length=6, choices=ReviewLevel, blank=True)
    due_on = models.DateField("本步时限", null=True, blank=True)
    days_left = models.PositiveSmallIntegerField(
        "剩余工作日", null=True, blank=True, help_text="时限暂停时还剩的工作日。"
    )
    assigned_to = people("经办人", null=True, blank=True)
    handled_by = people("正在处理", null=True, blank=True)
    handled_at = models.DateTimeField("开始处理", null=True, blank=True)
    recommended_as = models.PositiveSmallIntegerField("推荐排序", null=True, blank=True)
    publicity = models.ForeignKey(
        "tiers.Publicity",
        verbose_name="公示",
        null=True,
        blank=True,
        related_name="applications",
        on_delete=models.PROTECT,
    )
    report = models.ForeignKey(
        "tiers.Report",
        verbose_name="上报批次",
        null=True,
        blank=True,
        related_name="applications",
        on_delete=models.PROTECT,
    )
    recognition = models.OneToOneField(
        Recognition,
        verbose_name="认定",
        null=True,
        blank=True,
        related_name="application",
        on_delete=models.PROTECT,
    )
    result_points = models.JSONField("扣分项", default=list, help_text="省级未通过时写明的扣分项。")
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申报"
        ordering = ["-pk"]
        indexes = [
            models.Index(name="tiers_application_queue", fields=["managing_unit", "state", "due_on"]),
            models.Index(name="tiers_application_intake", fields=["intake", "state"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "title", "kind"],
                condition=Q(state__in=ApplicationState.open()),
                name="tiers_application_one_open_per_title",
                violation_error_message="这家企业的这项申报正在办理，请在原申报上继续。",
            ),
            models.UniqueConstraint(
                fields=["intake", "managing_unit", "recommended_as"],
                name="tiers_application_recommended_in_order",
                violation_error_message="这个推荐排序已被另一家企业使用，请换一个。",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                name="tiers_application_submitted_says_when",
                condition=Q(state__in=[ApplicationState.DRAFT, ApplicationState.ABANDONED])
                | Q(submitted_at__isnull=False, number__isnull=False),
                violation_error_message="提交后的申报应有提交时间和编号。",
            ),
            models.CheckConstraint(
                name="tiers_application_accepted_has_a_standard",
                condition=Q(
                    state__in=[
                        ApplicationState.DRAFT,
                        ApplicationState.SUBMITTED,
                        ApplicationState.ABANDONED,
                        ApplicationState.REJECTED,
                    ]
                )
                | Q(accepted_on__isnull=False, edition__isnull=False),
                violation_error_message="受理后的申报应有受理日期和适用标准。",
            ),
            models.CheckConstraint(
                name="tiers_application_returned_says_by_whom",
                condition=~Q(state=ApplicationState.RETURNED) | Q(returned_by__in=ReviewLevel.values),
                violation_error_message="退回修改应写明由哪一级退回。",
            ),
            models.CheckConstraint(
                name="tiers_application_granted_has_a_title",
                condition=Q(state=ApplicationState.GRANTED, recognition__isnull=False)
                | (~Q(state=ApplicationState.GRANTED) & Q(recognition__isnull=True)),
                violation_error_message="已认定的申报应对应一条认定记录。",
            ),
            models.CheckConstraint(
                name="tiers_application_recommended_in_publicity",
                condition=~Q(state__in=[ApplicationState.PUBLICITY, ApplicationState.OBJECTION])
                | Q(publicity__isnull=False),
                violation_error_message="公示中的申报应对应一次公示。",
            ),
            models.CheckConstraint(
                name="tiers_application_closed_says_when",
                condition=Q(state__in=ApplicationState.final(), closed_at__isnull=False)
                | Q(state__in=ApplicationState.open(), closed_at__isnull=True),
                violation_error_message="办结的申报应有办结时间。",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="state", field="state", transitions=pairs(APPLICATION_TRANSITIONS)),
        ]

    def __str__(self):
        return f"{self.enterprise} {self.get_title_display()}{self.get_kind_display()}"

    @property
    def public_state(self):
        return ApplicationState(self.state).public_label


class ApplicationSection(models.Model):
    """The answers of one part of the form, as typed: incomplete and wrong ones too."""

    application = models.ForeignKey(
        Application, verbose_name="申报", related_name="sections", on_delete=models.CASCADE
    )
    key = models.CharField("部分", max_length=24)
    answers = models.JSONField("内容", default=dict)
    done = models.BooleanField("已填完", default=False)
    version = models.PositiveIntegerField("版本", default=0)
    saved_by = people("保存人", null=True, blank=True)
    saved_at = models.DateTimeField("保存时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "申报内容"
        constraints = [
            models.UniqueConstraint(
                fields=["application", "key"],
                name="tiers_applicationsection_once",
                violation_error_message="这一部分已经存在。",
            )
        ]

    def __str__(self):
        return f"{self.application} {self.key}"


class ApplicationEvidence(models.Model):
    """A file used in a case: for a criterion of its standard or for a part of the form."""

    application = models.ForeignKey(
        Application, verbose_name="申报", related_name="evidence", on_delete=models.CASCADE
    )
    slot = models.CharField("用于", max_length=40)
    evidence = models.ForeignKey(Evidence, verbose_name="材料", related_name="uses", on_delete=models.PROTECT)
    added_by = people("添加人")
    added_at = models.DateTimeField("添加时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "申报材料"
        ordering = ["slot", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "slot", "evidence"],
                name="tiers_applicationevidence_once",
                violation_error_message="这个文件已经用在这里。",
            )
        ]

    def __str__(self):
        return f"{self.slot} {self.evidence}"


class Submission(models.Model):
    """What was handed in, locked. Each round of corrections adds one; none is ever changed."""

    application = models.ForeignKey(
        Application, verbose_name="申报", related_name="submissions", on_delete=models.PROTECT
    )
    round = models.PositiveSmallIntegerField("第几次提交")
    snapshot = models.JSONField("内容")
    sha256 = models.CharField("指纹", max_length=64)
    edition = models.ForeignKey(
        StandardEdition, verbose_name="提交时的标准", related_name="+", on_delete=models.PROTECT
    )
    declared_by = models.CharField("承诺人", max_length=40)
    submitted_by = people("提交人")
    submitted_at = models.DateTimeField("提交时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "提交记录"
        ordering = ["application_id", "-round"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "round"],
                name="tiers_submission_round_once",
                violation_error_message="这一次提交已经登记。",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="never_changes", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self):
        return f"{self.application} 第 {self.round} 次提交"


class ApplicationEvent(models.Model):
    """One step in the life of a case. Rows are only ever added; the timeline and its usual times read them."""

    application = models.ForeignKey(
        Application, verbose_name="申报", related_name="events", on_delete=models.PROTECT
    )
    at = models.DateTimeField("时间", db_default=Now())
    actor = people("操作人", null=True, blank=True)
    actor_name = models.CharField("操作人姓名", max_length=150)
    action = models.CharField("操作", max_length=40)
    old = models.CharField("原状态", max_length=20, choices=ApplicationState, blank=True)
    new = models.CharField("新状态", max_length=20, choices=ApplicationState, blank=True)
    reason = models.TextField("理由", blank=True)
    public = models.BooleanField("企业可见", default=True)
    data = models.JSONField("内容", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "办理记录"
        ordering = ["pk"]
        indexes = [models.Index(name="tiers_applicationevent_step", fields=["new", "at"])]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self):
        return f"{self.application} {self.action}"
