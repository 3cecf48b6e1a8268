"""What the tests of imports share: take a workbook in and work its jobs off."""

from django.core.files.base import ContentFile

from core import jobs
from enterprises import services
from enterprises.enums import ImportMode
from enterprises.models import ImportBatch
from tests.factories import region


def upload(data, *, actor=None, where="河南省", kind="", header=None, name="名单.xlsx") -> ImportBatch:
    """Upload and read."""
    file = ContentFile(data, name=name)
    batch = services.upload_batch(
        file=file, region=actor.region if actor else region(where), actor=actor, kind=kind, header=header
    )
    return work(batch)


def work(batch) -> ImportBatch:
    jobs.run(services.latest_job(batch).pk)
    batch.refresh_from_db()
    return batch


def confirm(batch, mode=ImportMode.GOOD, actor=None) -> ImportBatch:
    return work(services.confirm_batch(batch=batch, mode=mode, actor=actor))


def imported(data, **options) -> ImportBatch:
    batch = confirm(upload(data, **options), ImportMode.ALL)
    assert batch.state == "confirmed", batch.error
    return batch


def outcomes(batch) -> dict:
    return dict(batch.rows.values_list("number", "outcome"))
