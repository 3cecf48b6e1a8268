"""What every app shares: background jobs, the audit trail, counters for limits."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.enums import JobState


class JobQuerySet(models.QuerySet):
    def live(self):
        return self.filter(state__in=JobState.live())

    def visible_to(self, user):
        """A person sees the jobs they asked for."""
        return self.filter(requested_by=user) if user.is_authenticated else self.none()


class Job(models.Model):
    """One background act. The row is the truth; a Celery message only wakes somebody up to work on it.

    `kind` names the step function: "awards.determine_region" is awards.tasks.determine_region(job).
    Each step works for at most about a second (or one region) and moves `cursor` in the same transaction.
    """

    kind = models.CharField("种类", max_length=64)
    key = models.CharField("唯一键", max_length=200, unique=True)
    label = models.CharField("说明", max_length=200)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="发起人", null=True, blank=True, on_delete=models.PROTECT
    )
    params = models.JSONField("参数", default=dict)
    cursor = models.JSONField("进度位置", default=dict)
    done = models.PositiveIntegerField("已完成", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    state = models.CharField("状态", max_length=8, choices=JobState, default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField("失败次数", default=0)
    result = models.JSONField("结果", default=dict)
    file = models.FileField("结果文件", upload_to="jobs/%Y/%m", blank=True)
    file_name = models.CharField("文件名", max_length=200, blank=True)
    error = models.TextField("错误", blank=True)
    created_at = models.DateTimeField("提交时间", db_default=Now())
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        ordering = ["-pk"]
        indexes = [
            models.Index(name="core_job_live", fields=["id"], condition=Q(state__in=["queued", "running"]))
        ]
        constraints = [
            models.CheckConstraint(
                name="core_job_finished_says_when",
                condition=Q(state__in=["queued", "running"], finished_at__isnull=True)
                | Q(state__in=["done", "failed"], finished_at__isnull=False),
                violation_error_message="任务结束时应记录完成时间。",
            ),
            models.CheckConstraint(
                name="core_job_failed_says_why",
                condition=~Q(state="failed") | ~Q(error=""),
                violation_error_message="任务失败时应写明原因。",
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def percent(self):
        """Progress 0–100 for the bar; a job that is not counted yet shows 0."""
        if self.state == JobState.DONE:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0


class AuditEntry(models.Model):
    """An act by a person or the system. Rows are only ever added."""

    at = models.DateTimeField("时间", db_default=Now())
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="操作人", null=True, blank=True, on_delete=models.PROTECT
    )
    actor_name = models.CharField("操作人姓名", max_length=150)
    action = models.CharField("操作", max_length=64)
    subject = models.CharField("对象", max_length=100)
    subject_name = models.CharField("对象名称", max_length=200)
    data = models.JSONField("内容", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "操作日志"
        ordering = ["-pk"]
        indexes = [models.Index(name="core_auditentry_subject", fields=["subject"])]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self):
        return f"{self.actor_name} {self.action} {self.subject_name}"

    @property
    def summary(self):
        """The data of the act on one line for a list."""
        return "；".join(
            f"{key}：{value}" for key, value in self.data.items() if value not in ("", None, {}, [])
        )


class Counter(models.Model):
    """How often something was tried inside one window; see core.limits."""

    key = models.CharField(max_length=200, primary_key=True)
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = "次数限制"

    def __str__(self):
        return f"{self.key}: {self.count}"


class CalendarDay(models.Model):
    """A day on which the office works, or does not, other than the built-in holiday calendar says."""

    day = models.DateField("日期", primary_key=True)
    is_workday = models.BooleanField("上班")
    note = models.CharField("说明", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作日历"
        ordering = ["-day"]

    def __str__(self):
        return f"{self.day} {'上班' if self.is_workday else '放假'}"
