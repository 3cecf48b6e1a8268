from django.db import models


class Outcome(models.TextChoices):
    """Mirrors policies.engine.Outcome; a test keeps the two equal."""

    GRANTED = "granted", "给予"
    ABSORBED = "absorbed", "就高吸收"
    INELIGIBLE = "ineligible", "不符合"
    HELD = "held", "待定"


class Source(models.TextChoices):
    """What kind of record an award event comes from; the first part of an event's reference."""

    RECOGNITION = "recognition", "认定"
    SUBSIDY = "subsidy", "省级补助"
    ASSESSMENT = "assessment", "平台考核"
    INVESTMENT = "investment", "设备投资"


class RunState(models.TextChoices):
    RUNNING = "running", "测算中"
    DONE = "done", "测算完成"
    FAILED = "failed", "测算失败"


RUN_TRANSITIONS = {
    RunState.RUNNING: {RunState.DONE, RunState.FAILED},
    RunState.FAILED: {RunState.RUNNING},
    RunState.DONE: {RunState.RUNNING},
}
