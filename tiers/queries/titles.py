"""Which titles an enterprise holds on a day, lower ones implied, and whether it may apply for another."""

from datetime import date

from enterprises.models import Enterprise
from policies.engine.standards import titles as rules
from policies.engine.standards.titles import Applicant, Ban, Entry, Holding, TitleRow
from tiers.models import Recognition, Revocation


def title_rows(enterprises) -> dict[int, list[TitleRow]]:
    """Enterprise id → its titles on official lists, revoked and lapsed ones too. One query."""
    found: dict[int, list[TitleRow]] = {}
    rows = Recognition.objects.filter(enterprise__in=enterprises).order_by("documented_on", "pk")
    for pk, *values in rows.values_list(
        "enterprise_id", "title", "documented_on", "valid_from", "valid_until", "revoked_on"
    ):
        found.setdefault(pk, []).append(TitleRow(*values))
    return found


def bans_of(enterprises) -> dict[int, list[Ban]]:
    """Enterprise id → until when (inclusive) revocations keep it from applying. One query."""
    found: dict[int, list[Ban]] = {}
    rows = Revocation.objects.filter(recognition__enterprise__in=enterprises, banned_until__isnull=False)
    for pk, until, document in rows.order_by("banned_until").values_list(
        "recognition__enterprise_id", "banned_until", "document_number"
    ):
        found.setdefault(pk, []).append(Ban(until, document))
    return found


def held_titles(enterprise: Enterprise, day: date) -> dict[str, Holding]:
    """Title → how it is held on the day: by its own row, or implied by that of a higher tier."""
    return rules.held_on(title_rows([enterprise.pk]).get(enterprise.pk, []), day)


def may_apply(
    enterprise: Enterprise, title: str, kind: str, day: date, deadline: date | None = None
) -> tuple[str, ...]:
    """Why the enterprise may not apply for `title` on `day`; empty: it may. Chinese sentences.

    `kind` is CaseKind; `deadline` the last day of the intake (closes_on), at which full years since the
    registration are counted. Looks at the title below, at what it holds already, at running bans, and for a
    review at the title itself, its window and missed yearly updates.
    """
    firm = Applicant(
        rows=title_rows([enterprise.pk]).get(enterprise.pk, []),
        bans=bans_of([enterprise.pk]).get(enterprise.pk, []),
        established_on=enterprise.established_on,
    )
    return rules.reasons_against(
        firm, title=title, kind=kind, day=day, entry=entry_for(title, kind, day), deadline=deadline
    )


def entry_for(title: str, kind: str, day: date) -> Entry | None:
    """What the document in force on the day asks of applicants; None when there is none."""
    return None
