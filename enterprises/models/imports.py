"""Spreadsheets on their way into the records: uploaded, checked, confirmed, undone."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Region
from core.states import pairs
from enterprises.enums import BATCH_TRANSITIONS, BatchState, ImportMode, RowOutcome


class ImportBatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A unit sees its own uploads; the city's people also see those of its units."""
        return self.filter(region__in=Region.objects.visible_to(user))


class ImportBatch(models.Model):
    """One uploaded spreadsheet: read, checked, shown as a dry run, confirmed in one transaction, undone."""

    kind = models.CharField("种类", max_length=32, blank=True, help_text="留空表示读取时按内容识别。")
    file = models.FileField("文件", upload_to="imports/%Y/%m")
    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("文件指纹", max_length=64)
    region = models.ForeignKey(Region, verbose_name="上传单位", related_name="+", on_delete=models.PROTECT)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="上传人",
        null=True,
        blank=True,
        related_name="+",
        on_delete=models.PROTECT,
    )
    uploaded_at = models.DateTimeField("上传时间", db_default=Now())
    state = models.CharField("状态", max_length=12, choices=BatchState, default=BatchState.READING)
    header = models.JSONField("文件信息", default=dict)
    counts = models.JSONField("行数", default=dict)
    notes = models.JSONField("提示", default=list)
    error = models.TextField("错误", blank=True)
    mode = models.CharField("确认范围", max_length=4, choices=ImportMode, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "sha256"],
                condition=~Q(state__in=["undone", "failed"]),
                name="enterprises_importbatch_same_file_once",
                violation_error_message="这个文件已经上传过，不能重复导入。",
            ),
            models.CheckConstraint(
                name="enterprises_importbatch_confirmed_says_when",
                condition=~Q(state="confirmed") | Q(confirmed_at__isnull=False),
                violation_error_message="已导入的批次应记录确认时间。",
            ),
        ]
        triggers = [pgtrigger.FSM(name="state", field="state", transitions=pairs(BATCH_TRANSITIONS))]

    def __str__(self):
        return self.file_name


class ImportRowQuerySet(models.QuerySet):
    def confirmed(self, batch):
        """The rows of a batch that its confirmation writes."""
        return self.filter(batch=batch, outcome__in=ImportMode(batch.mode).outcomes if batch.mode else [])


class ImportRow(models.Model):
    """One row of a batch: what was read, what it would do, and what it replaces (for undo).

    Rows come by the hundred thousand, by COPY in one transaction with their batch, so nothing but the one index
    that pages need stands in the way.
    """

    batch = models.ForeignKey(
        ImportBatch,
        verbose_name="批次",
        related_name="rows",
        on_delete=models.CASCADE,
        db_index=False,
        db_constraint=False,
    )
    sheet = models.CharField("工作表", max_length=64)
    number = models.PositiveIntegerField("行号")
    outcome = models.CharField("核对结果", max_length=8, choices=RowOutcome)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    name = models.CharField("名称", max_length=200, blank=True)
    data = models.JSONField("内容", default=dict)
    errors = models.JSONField("问题", default=list)
    note = models.CharField("说明", max_length=300, blank=True)
    undo = models.JSONField("原内容", default=dict)

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入行"
        ordering = ["batch_id", "sheet", "number"]
        indexes = [models.Index(name="enterprises_row_outcome", fields=["batch", "outcome", "number"])]

    def __str__(self):
        return f"{self.sheet} 第 {self.number} 行"
