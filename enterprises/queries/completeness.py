"""How far the record is filled in, part by part, and what is missing."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from enterprises.fields import ITEMS, PARTS, Part, answer_key, fields_of, items_of
from enterprises.models import Enterprise
from enterprises.queries.record import held_answers, profile_of


@dataclass(frozen=True, slots=True)
class PartState:
    """One part: how many of its questions have an answer. Lists count as one question each."""

    part: Part
    asked: int
    answered: int
    missing: tuple[str, ...]  # labels of what is asked for and not there
    started: bool

    @property
    def state(self) -> str:
        """done | partial | empty"""
        return "done" if not self.missing else "partial" if self.started else "empty"


def completeness(
    answers: Mapping[str, Any], counts: Mapping[str, int], complete: Collection[str], years: Iterable[int]
) -> list[PartState]:
    """The parts in order. `answers`: what is there, by key; `counts`: entries by list; `complete`: finished lists."""
    return [_part(part, answers, counts, complete, tuple(years)) for part in PARTS]


def _part(part: Part, answers, counts, complete, years) -> PartState:
    asked, missing, started = 0, [], False
    for field in fields_of(part.key):
        keys = [answer_key(field, year) for year in years] if field.per_year else [field.key]
        there = [key for key in keys if key in answers]
        started = started or bool(there)
        if not field.optional:
            asked += len(keys)
            gaps = [key for key in keys if key not in answers]
            missing += [field.label_in(int(key.partition(".")[2])) if field.per_year else field.label
                        for key in gaps]  # fmt: skip
    for kind in items_of(part.key):
        asked += 1
        started = started or bool(counts.get(kind.key)) or kind.key in complete
        if kind.key not in complete:
            missing.append(f"{kind.label}清单")
    return PartState(part, asked, asked - len(missing), tuple(missing), started)


def record_state(
    enterprise: Enterprise, years: Iterable[int], held: Mapping[str, Any] | None = None
) -> list[PartState]:
    """The parts of an enterprise's record. Seven queries, two more when the answers `held` are not given."""
    years = tuple(years)
    counts = {
        key: kind.model._default_manager.filter(enterprise=enterprise).count() for key, kind in ITEMS.items()
    }
    complete = profile_of(enterprise).complete_lists
    held = held_answers(enterprise, years) if held is None else held
    return completeness(held, counts, complete, years)
