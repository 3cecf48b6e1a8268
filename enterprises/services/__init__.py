"""Every write of the enterprise app: imports of spreadsheets, the living record, its files, names and moves."""

from enterprises.services.evidence import add_evidence, delete_evidence
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
from enterprises.services.items import complete_list, delete_item, save_item
from enterprises.services.record import StaleAnswers, prove_figures, save_answers

__all__ = [
    "StaleAnswers",
    "add_evidence",
    "apply_batch",
    "complete_list",
    "confirm_batch",
    "correct_header",
    "delete_evidence",
    "delete_item",
    "dependents",
    "latest_job",
    "prove_figures",
    "read_batch",
    "save_answers",
    "save_item",
    "undo_batch",
    "upload_batch",
]
