from django.db import models


class JobState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"

    @classmethod
    def live(cls):
        return [cls.QUEUED, cls.RUNNING]
