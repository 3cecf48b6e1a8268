"""Every write of the enterprise app: imports of spreadsheets, the living record, its evidence."""

from enterprises.services.imports import (
    apply_batch,
    confirm_batch,
    correct_header,
    dependents,
    latest_job,
    read_batch,
    undo_batch,
    upload_batch,
)
from enterprises.services.record import save_answers

__all__ = [
    "apply_batch",
    "confirm_batch",
    "correct_header",
    "dependents",
    "latest_job",
    "read_batch",
    "save_answers",
    "undo_batch",
    "upload_batch",
]
