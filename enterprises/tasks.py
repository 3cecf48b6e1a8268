"""Job steps of imports. A file is read, and a batch written, in one step: all of it or nothing."""

from enterprises import services
from enterprises.models import ImportBatch


def read_import(job) -> bool:
    return _work(job, services.read_batch)


def apply_import(job) -> bool:
    return _work(job, services.apply_batch)


def _work(job, act) -> bool:
    """The first step only says that work has begun, so that the page can show it."""
    if not job.cursor:
        job.cursor = {"begun": True}
        return False
    batch = act(batch=ImportBatch.objects.get(pk=job.params["batch"]), actor=job.requested_by)
    job.done = job.total = sum(batch.counts.values())
    job.result = {"state": batch.state, "counts": batch.counts}
    return True
