"""Background jobs whose truth is a row in PostgreSQL.

The row lock is the lease: a step locks the job, works, moves the cursor and commits. A killed or frozen worker
simply loses its transaction, and the next poke or sweep goes on from the last committed cursor.
"""

import logging

from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from core.enums import JobState
from core.errors import DomainError
from core.models import Job

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5


def submit(*, kind, key, label, requested_by=None, total=0, **params) -> Job:
    """Record a job and wake a worker after commit.

    Safe to repeat: the same key gives the same job; one that failed is queued again.
    """
    job, created = Job.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "label": label,
            "requested_by": requested_by,
            "total": total,
            "params": params,
        },
    )
    if not created and job.state == JobState.FAILED:
        job.state, job.error, job.attempts, job.finished_at = JobState.QUEUED, "", 0, None
        job.save()
    if job.state == JobState.QUEUED:
        transaction.on_commit(lambda: poke(job.pk), robust=True)
    return job


def poke(job_id: int) -> None:
    """Tell a worker. Losing this message costs at most one sweep interval, never the job."""
    from core.tasks import run_job  # tasks import this module

    run_job.apply_async((job_id,), retry=False)


def run(job_id: int) -> None:
    """Work on a job until it is finished or somebody else holds it. Safe to call any number of times."""
    while step(job_id):
        pass


def step(job_id: int) -> bool:
    """One step in one transaction. True when there is more to do for this caller."""
    try:
        with transaction.atomic():
            job = Job.objects.live().select_for_update(skip_locked=True).filter(pk=job_id).first()
            if job is None:
                return False
            finished = _handler(job.kind)(job)
            job.state = JobState.DONE if finished else JobState.RUNNING
            job.finished_at = timezone.now() if finished else None
            job.save()
            return not finished
    except DomainError as error:
        _fail(job_id, str(error))
    except OperationalError:
        logger.exception("job %s: infrastructure error, will be swept up", job_id)
        _count_attempt(job_id)
    except Exception:
        logger.exception("job %s failed", job_id)
        _fail(job_id, "处理时发生内部错误，已记录日志，请联系系统管理员。")
    return False


def _handler(kind: str):
    app, _, function = kind.partition(".")
    return import_string(f"{app}.tasks.{function}")


def _fail(job_id: int, message: str) -> None:
    Job.objects.live().filter(pk=job_id).update(
        state=JobState.FAILED, error=message, finished_at=timezone.now()
    )


def _count_attempt(job_id: int) -> None:
    with transaction.atomic():
        job = Job.objects.live().select_for_update().filter(pk=job_id).first()
        if job is None:
            return
        job.attempts += 1
        if job.attempts >= MAX_ATTEMPTS:
            job.state, job.finished_at = JobState.FAILED, timezone.now()
            job.error = "多次重试仍未成功，请稍后重新提交或联系系统管理员。"
        job.save()
