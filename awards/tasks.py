"""Celery and job entry points of the award run: fetch, call one service."""

import logging

from celery import shared_task
from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.models import Region
from awards import exports, queries, services
from awards.models import AwardRun
from core.errors import DomainError
from core.jobs import MAX_ATTEMPTS

logger = logging.getLogger(__name__)


def determine_region(job) -> bool:
    """The whole of one unit in one step. A failure is written on the run; the job itself has then ended."""
    run = AwardRun.objects.filter(pk=job.params["run"], round=job.params["round"]).first()
    if run is None:  # a later round has taken over
        return True
    unit = Region.objects.get(code=job.params["unit"])
    try:
        with transaction.atomic():
            job.result = services.determine_region(run=run, unit=unit)
    except DomainError as error:
        services.fail_run(run=run, unit=unit, reason=str(error))
        job.result = {"error": str(error)}
    except OperationalError:  # the sweeper tries again; the last try is written down
        if job.attempts + 1 < MAX_ATTEMPTS:
            raise
        services.fail_run(run=run, unit=unit, reason="数据库多次没有响应，请重新测算。")
    except Exception:
        logger.exception("run %s: unit %s failed", run.pk, unit.code)
        services.fail_run(run=run, unit=unit, reason="处理时发生内部错误，已记录日志，请联系系统管理员。")
        job.result = {"error": "内部错误"}
    job.done = 1
    return True


def export_determinations(job) -> bool:
    """The list as shown, as a workbook."""
    return exports.export_determinations(job)


def export_facts(job) -> bool:
    """The facts behind a city's runs, as a FACTS workbook."""
    return exports.export_facts(job)


@shared_task
def start_nightly_runs() -> int:
    """Run every portal city again where facts are newer than its last run; returns how many were started.

    This year, and until the end of March the year before, whose last documents arrive late.
    """
    today = timezone.localdate()
    years = [today.year, today.year - 1] if today.month <= 3 else [today.year]
    started = 0
    for city in Region.objects.cities():
        for year in years:
            if not queries.needs_run(city, year):
                continue
            try:
                services.start_run(city=city, year=year, actor=None)
                started += 1
            except DomainError as error:
                logger.info("%s %s: no nightly run: %s", city, year, error)
    return started
