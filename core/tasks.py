"""Celery entry points for jobs. A message carries a job id and nothing else."""

from celery import shared_task

from core import jobs
from core.models import Job


@shared_task
def run_job(job_id: int) -> None:
    jobs.run(job_id)


@shared_task
def sweep_jobs() -> int:
    """Pick up what nobody poked: lost messages, killed workers, a Redis that was away."""
    waiting = list(Job.objects.live().order_by("pk").values_list("pk", flat=True))
    for job_id in waiting:
        jobs.poke(job_id)
    return len(waiting)
