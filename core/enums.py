from django.db import models


class JobState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"

    @classmethod
    def live(cls):
        return [cls.QUEUED, cls.RUNNING]


# What people read for the acts in the audit trail (AuditEntry.action).
ACTIONS = {
    "policies.published": "发布政策",
    "accounts.login": "登录",
    "accounts.user_saved": "维护用户",
}
