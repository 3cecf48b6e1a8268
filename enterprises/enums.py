from django.db import models


class BatchState(models.TextChoices):
    READING = "reading", "读取中"
    REVIEW = "review", "待确认"
    APPLYING = "applying", "写入中"
    CONFIRMED = "confirmed", "已导入"
    UNDONE = "undone", "已撤销"
    FAILED = "failed", "读取失败"

    @classmethod
    def closed(cls):
        """States in which the same file may be uploaded again."""
        return [cls.UNDONE, cls.FAILED]


BATCH_TRANSITIONS = {
    BatchState.READING: {BatchState.REVIEW, BatchState.FAILED, BatchState.UNDONE},
    BatchState.REVIEW: {BatchState.READING, BatchState.APPLYING, BatchState.UNDONE},
    BatchState.APPLYING: {BatchState.CONFIRMED, BatchState.REVIEW},
    BatchState.CONFIRMED: {BatchState.UNDONE},
    BatchState.UNDONE: set(),
    BatchState.FAILED: {BatchState.READING},
}


class RowOutcome(models.TextChoices):
    """What the dry run says about one row."""

    NEW = "new", "新增"
    CHANGED = "changed", "更新"
    RENAMED = "renamed", "更名"
    KNOWN = "known", "已有"
    CONFLICT = "conflict", "有冲突"
    FOREIGN = "foreign", "不在本辖区"
    BAD = "bad", "有错误"

    @classmethod
    def good(cls):
        return [cls.NEW, cls.CHANGED, cls.RENAMED]


class ImportMode(models.TextChoices):
    """Which rows a person confirmed. Known, foreign and bad rows are never written."""

    GOOD = "good", "仅正确行"
    ALL = "all", "含有冲突的行"

    @property
    def outcomes(self):
        return RowOutcome.good() + ([RowOutcome.CONFLICT] if self == ImportMode.ALL else [])
