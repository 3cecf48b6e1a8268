"""What a yearly update confirms: the figures of the year beside those of the year before, and the lists."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Max

from enterprises.fields import FIELDS, ITEMS, answer_key
from enterprises.models import Enterprise
from enterprises.queries import held_answers, slips
from policies.engine.standards import Figures
from tiers.models import AnnualUpdate

ASKED = {field.name for field in fields(Figures)} & set(FIELDS)  # figures that standards look at


class FigureNews(NamedTuple):
    label: str
    before: str  # in words with the unit, "—" when not there
    now: str
    change: Decimal | None  # as a share of the year before
    asked: bool  # a standard looks at it
    warnings: list[str]

    @property
    def is_missing(self) -> bool:
        return self.asked and self.now == "—"


class FactNews(NamedTuple):
    label: str
    now: str
    as_of: date


class ListNews(NamedTuple):
    label: str
    count: int
    unit: str


class RecordNews(NamedTuple):
    year: int
    figures: list[FigureNews]
    facts: list[FactNews]  # single answers changed since the update before
    lists: list[ListNews]
    since: date | None  # the day of that update

    @property
    def missing(self) -> list[str]:
        return [figure.label for figure in self.figures if figure.is_missing]

    @property
    def is_empty(self) -> bool:
        return all(figure.now == "—" for figure in self.figures)


def record_news(enterprise: Enterprise, year: int) -> RecordNews:
    """The record as it would be confirmed, `year` being the last finished one."""
    held = held_answers(enterprise, (year, year - 1))
    typed = {key: FIELDS[key.partition(".")[0]].show(one.value) for key, one in held.items()}
    fresh = {key: text for key, text in typed.items() if key.endswith(f".{year}")}
    warned = slips(fresh, {key: text for key, text in typed.items() if key not in fresh})
    last = AnnualUpdate.objects.filter(enterprise=enterprise, year__lte=year).aggregate(
        on=Max("completed_on")
    )
    return RecordNews(
        year=year,
        figures=[
            _figure(field, year, held, warned) for field in FIELDS.values() if _is_shown(field, year, held)
        ],
        facts=_facts(held, last["on"]),
        lists=[
            ListNews(kind.label, kind.model.objects.filter(enterprise=enterprise).count(), kind.unit)
            for kind in ITEMS.values()
        ],
        since=last["on"],
    )


def _is_shown(field, year, held) -> bool:
    """Figures that a standard looks at, and others that are there."""
    if not field.per_year:
        return False
    there = answer_key(field, year) in held or answer_key(field, year - 1) in held
    return field.key in ASKED or there


def _figure(field, year, held, warned) -> FigureNews:
    key = answer_key(field, year)
    now, before = held.get(key), held.get(answer_key(field, year - 1))
    change = None
    if now and before and before.value and isinstance(before.value, int | Decimal):
        change = (Decimal(now.value) - Decimal(before.value)) / abs(Decimal(before.value))
    return FigureNews(
        label=field.label,
        before=field.words(before.value) if before else "—",
        now=field.words(now.value) if now else "—",
        change=change,
        asked=field.key in ASKED,
        warnings=warned.get(key, []),
    )


def _facts(held, since) -> list[FactNews]:
    """Single answers given after the update before; without one, all that have a day."""
    found = [
        FactNews(FIELDS[key].label, FIELDS[key].words(one.value), one.as_of)
        for key, one in held.items()
        if key in FIELDS and not FIELDS[key].personal and one.as_of and (since is None or one.as_of > since)
    ]
    return sorted(found, key=lambda news: news.as_of, reverse=True)
