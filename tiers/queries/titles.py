"""Which titles an enterprise holds on a day, lower ones implied, and whether it may apply for another.

What the documents say (deadlines, windows) comes from `Documents`, read once for any number of enterprises.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from enterprises.models import Enterprise
from policies.engine.standards import titles as rules
from policies.engine.standards.titles import Applicant, Ban, Holding, TitleRow
from policies.engine.standards.values import Entry, Procedure, Standard
from policies.enums import CaseKind
from policies.models import StandardPeriod
from policies.queries import standard_of
from tiers.enums import Title
from tiers.models import AnnualUpdate, MajorChange, Recognition, Revocation

Enterprises = Iterable[int] | QuerySet  # ids, or a queryset of enterprises


class Documents:
    """The standards of the three tiers by kind of case and day. One query, when first asked."""

    @cached_property
    def _periods(self) -> list[StandardPeriod]:
        return list(
            StandardPeriod.objects.filter(tier__in=Title.tiers())
            .select_related("edition")
            .order_by("valid_from")
        )

    def standard(self, title: str, kind: str, day: date) -> Standard | None:
        """The standard for a case of this kind accepted on the day; None when none is in force."""
        for period in self._periods:
            if (period.tier, period.kind) == (title, kind) and _covers(period, day):
                return standard_of(period.edition)
        return None

    def entry(self, title: str, kind: str, day: date) -> Entry | None:
        """What the document of the day asks of those who apply."""
        found = self.standard(title, kind, day)
        return found.entry if found else None

    def procedure(self, title: str, day: date) -> Procedure | None:
        """Deadlines and periods for holders of the title: those of the document in force for new cases, because a
        review may still use an older standard."""
        found = self.standard(title, CaseKind.NEW, day)
        return found.procedure if found else None

    def update_due(self, title: str, year: int) -> date | None:
        """Last day (inclusive) of the yearly update: the deadline of the document that is in force on that very
        day, so that a document that takes over in spring sets the deadline of its first year."""
        for period in self._periods:
            if (period.tier, period.kind) != (title, CaseKind.NEW):
                continue
            yearly = standard_of(period.edition).procedure.yearly_update
            due = date(year, yearly.month, yearly.day)
            if _covers(period, due):
                return due
        return None

    def reminder_days(self, title: str, day: date) -> tuple[int, ...]:
        """So many days before a last day people are reminded, the longest first."""
        procedure = self.procedure(title, day)
        return tuple(sorted(procedure.reminder_days, reverse=True)) if procedure else ()


def _covers(period: StandardPeriod, day: date) -> bool:
    return period.valid_from <= day and (period.valid_until is None or day <= period.valid_until)


@dataclass
class TitleLife:
    """What decides whether an enterprise may apply: its titles, bans, yearly updates, late changes."""

    known_since: date  # the day its record here begins; earlier updates are not known
    established_on: date | None
    rows: list[TitleRow] = field(default_factory=list)
    bans: list[Ban] = field(default_factory=list)
    updated: dict[int, date] = field(default_factory=dict)  # year → day of its update
    late_changes: list[date] = field(default_factory=list)  # days of changes that cost the review

    def missed_updates(self, row: TitleRow, day: date, documents: Documents) -> tuple[date, ...]:
        """Deadlines of a title that passed without an update, up to the day before `day`."""
        years = range(row.valid_from.year, min(row.valid_until, day).year + 1)
        deadlines = [due for year in years if (due := documents.update_due(row.title, year))]
        return rules.missed_updates(row, deadlines, self.updated, self.known_since, day)

    def applicant(self, title: str, day: date, documents: Documents) -> Applicant:
        """The facts for the rules; what costs a review is that of the title asked for."""
        row = rules.latest_row(self.rows, title)
        return Applicant(
            rows=self.rows,
            bans=self.bans,
            established_on=self.established_on,
            missed_updates=self.missed_updates(row, day, documents) if row else (),
            late_changes=[on for on in self.late_changes if row and row.valid_from <= on <= row.valid_until],
        )

    def review_lost(self, title: str, day: date, documents: Documents) -> list[str]:
        """Why the title's review is lost; empty: it is not."""
        return rules.review_lost(self.applicant(title, day, documents))


def title_lives(enterprises: Iterable[Enterprise]) -> dict[int, TitleLife]:
    """Enterprise id → the life of its titles. Four queries, however many enterprises."""
    lives = {
        firm.pk: TitleLife(timezone.localdate(firm.created_at), firm.established_on) for firm in enterprises
    }
    for pk, rows in title_rows(lives).items():
        lives[pk].rows = rows
    for pk, bans in bans_of(lives).items():
        lives[pk].bans = bans
    updates = AnnualUpdate.objects.filter(enterprise__in=lives)
    for pk, year, on in updates.values_list("enterprise_id", "year", "completed_on"):
        lives[pk].updated[year] = on
    changes = MajorChange.objects.filter(enterprise__in=lives, cancels_review=True).order_by("happened_on")
    for pk, on in changes.values_list("enterprise_id", "happened_on"):
        lives[pk].late_changes.append(on)
    return lives


def title_rows(enterprises: Enterprises) -> dict[int, list[TitleRow]]:
    """Enterprise id → its titles on official lists, revoked and lapsed ones too. One query."""
    found: dict[int, list[TitleRow]] = {}
    rows = Recognition.objects.filter(enterprise__in=enterprises).order_by("documented_on", "pk")
    for pk, *values in rows.values_list(
        "enterprise_id", "title", "documented_on", "valid_from", "valid_until", "revoked_on"
    ):
        found.setdefault(pk, []).append(TitleRow(*values))
    return found


def bans_of(enterprises: Enterprises) -> dict[int, list[Ban]]:
    """Enterprise id → until when (inclusive) revocations keep it from applying. One query."""
    found: dict[int, list[Ban]] = {}
    rows = Revocation.objects.filter(recognition__enterprise__in=enterprises, banned_until__isnull=False)
    rows = rows.order_by("banned_until").values_list(
        "recognition__enterprise_id", "banned_until", "document_number"
    )
    for pk, *values in rows:
        ban = Ban(*values)
        if ban not in (bans := found.setdefault(pk, [])):  # one document may cancel several titles
            bans.append(ban)
    return found


def held_titles(enterprise: Enterprise, day: date) -> dict[str, Holding]:
    """Title → how it is held on the day: by its own row, or implied by that of a higher tier."""
    return rules.held_on(title_rows([enterprise.pk]).get(enterprise.pk, []), day)


def may_apply(
    enterprise: Enterprise, title: str, kind: str, day: date, deadline: date | None = None
) -> tuple[str, ...]:
    """Why the enterprise may not apply for `title` on `day`; empty: it may. Chinese sentences with their clause.

    `kind` is CaseKind; `deadline` the last day of the intake (closes_on), at which full years since the
    registration are counted. Looks at the title below, at what it holds already, at running bans, and for a
    review at the title itself, its window, missed yearly updates and changes that were reported late.
    """
    return may_apply_each([Asked(enterprise, title, kind, deadline)], day)[0]


class Asked(NamedTuple):
    """An enterprise that wants a title; see may_apply."""

    enterprise: Enterprise
    title: str
    kind: str
    deadline: date | None = None


def may_apply_each(asked: Sequence[Asked], day: date) -> list[tuple[str, ...]]:
    """may_apply for each, in order. Five queries, however many ask."""
    documents = Documents()
    lives = title_lives([one.enterprise for one in asked])
    return [
        rules.reasons_against(
            lives[one.enterprise.pk].applicant(one.title, day, documents),
            title=one.title,
            kind=one.kind,
            day=day,
            entry=documents.entry(one.title, one.kind, day),
            deadline=one.deadline,
        )
        for one in asked
    ]
