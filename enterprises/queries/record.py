"""The answers of the record, each with its source and day."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from enterprises.enums import Source
from enterprises.fields import FIELDS, RecordField, Store, answer_key
from enterprises.models import Enterprise, FirmProfile, YearlyFigures

YEARS = 3  # the forms ask for the three years that are finished


class Held(NamedTuple):
    """An answer as it is kept."""

    value: Any
    source: str
    as_of: date | None

    @property
    def source_label(self) -> str:
        return Source(self.source).label


def last_years(day: date) -> tuple[int, ...]:
    """The finished years that the forms ask for, newest first."""
    return tuple(day.year - back for back in range(1, YEARS + 1))


def profile_of(enterprise: Enterprise) -> FirmProfile:
    """The profile; an empty one, not stored, when nothing has been said yet. One query."""
    return FirmProfile.objects.filter(enterprise=enterprise).first() or FirmProfile(enterprise=enterprise)


def held_answers(enterprise: Enterprise, years: Iterable[int]) -> dict[str, Held]:
    """Every answer that is there, by its key, figures of these years only. Two queries."""
    figures = {row.year: row for row in enterprise.yearly_figures.filter(year__in=list(years))}
    return answers_in(enterprise, profile_of(enterprise), figures)


def answers_in(
    enterprise: Enterprise, profile: FirmProfile, figures: dict[int, YearlyFigures]
) -> dict[str, Held]:
    """As held_answers, of rows that were already read."""
    found = {}
    for field in FIELDS.values():
        if field.store is Store.FIGURES:
            for year, row in figures.items():
                key = answer_key(field, year)
                found[key] = in_column(field, getattr(row, field.key), profile.facts.get(key), row.as_of)
        elif field.store is Store.FIRM:
            value = getattr(enterprise, field.key)
            found[field.key] = in_column(field, value, profile.facts.get(field.key), None)
        elif fact := profile.facts.get(field.key):
            found[field.key] = Held(field.unpack(fact["value"]), fact["source"], _day(fact["as_of"]))
    return {key: held for key, held in found.items() if held.value is not None}


def in_column(field: RecordField, value: Any, mark: dict | None, as_of: date | None) -> Held:
    """The column has the value; the mark in the profile says who gave it, as long as it speaks of that value."""
    value = None if value == "" else value
    if mark and field.unpack(mark["value"]) == value:
        return Held(value, mark["source"], _day(mark["as_of"]))
    return Held(value, Source.ROSTER, as_of)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def answers_of(enterprise: Enterprise, years: Iterable[int]) -> dict[str, str]:
    """The answers as they stand in inputs, by key (“revenue.2025”), to fill in forms. Two queries."""
    return {key: input_text(key, held) for key, held in held_answers(enterprise, years).items()}


def input_text(key: str, held: Held) -> str:
    return FIELDS[key.partition(".")[0]].show(held.value)
