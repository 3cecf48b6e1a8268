"""Reading the record of an enterprise: as answers for forms, as facts for the engine, and what looks wrong in it."""

from enterprises.queries.completeness import PartState, completeness, record_state
from enterprises.queries.facts import firm_record, firm_records, overlay, with_lists
from enterprises.queries.notes import notes
from enterprises.queries.record import Held, answers_of, held_answers, last_years
from enterprises.queries.slips import slips

__all__ = [
    "Held",
    "PartState",
    "answers_of",
    "completeness",
    "firm_record",
    "firm_records",
    "held_answers",
    "last_years",
    "notes",
    "overlay",
    "record_state",
    "slips",
    "with_lists",
]
