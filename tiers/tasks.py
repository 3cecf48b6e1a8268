"""Celery entry points and the steps of jobs: each calls one service or writes one file."""

from celery import shared_task
from django.utils import timezone

from tiers import title_exports
from tiers.services.queue import tell_deadlines
from tiers.services.reminders import remind


@shared_task
def remind_titles() -> int:
    """Daily: titles that end, yearly updates, changes not reported. A day that was missed is made up for."""
    return remind(timezone.localdate())


@shared_task
def remind_deadlines() -> int:
    """Daily: cases and corrections that are due tomorrow, today or overdue, by working days."""
    return tell_deadlines(today=timezone.localdate())


def export_titles(job) -> bool:
    """到期预警, 信息更新催报表 or 重大变化台账 as shown, as a workbook."""
    return title_exports.export_titles(job)
