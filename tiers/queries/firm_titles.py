"""The titles of one enterprise as its page shows them: validity as printed, what is due, what a review would say."""

from dataclasses import dataclass, field
from datetime import date

from django.urls import reverse

from enterprises.models import Enterprise
from policies.engine.standards.titles import Ban, implied_by
from policies.enums import CaseKind
from tiers.enums import ObjectionState, Title
from tiers.models import AnnualUpdate, Intake, MajorChange, Objection, Recognition, Revocation
from tiers.queries.lifecycle import Outlook, outlooks, update_duties
from tiers.queries.titles import Documents, bans_of

KEPT_TITLES = [*Title.tiers(), Title.TECH_SME]


@dataclass
class TitleCard:
    """The latest row of one title."""

    recognition: Recognition
    today: date
    outlook: Outlook | None  # None for a title that is not reviewed here
    intake: Intake | None  # that takes reviews of this title today
    revocation: Revocation | None
    appeal: Objection | None  # the open one
    covered_by: Recognition | None  # a higher title that lasts longer and stands for this one

    @property
    def state(self) -> str:
        row = self.recognition
        if row.revoked_on and row.revoked_on <= self.today:
            return "revoked"
        if row.valid_until < self.today:
            return "expired"
        return "queued" if row.valid_from > self.today else "valid"

    @property
    def days_left(self) -> int:
        return (self.recognition.valid_until - self.today).days

    @property
    def implied(self) -> list[str]:
        """Lower titles that this one stands for."""
        return [Title(title).label for title in implied_by(self.recognition.title)[:-1]]


@dataclass
class FirmTitles:
    enterprise: Enterprise
    today: date
    cards: list[TitleCard]
    earlier: list[Recognition]  # rows that a later one has replaced
    bans: list[Ban]
    due_on: date | None  # of this year's update; None: not owed
    updated_on: date | None
    updates: list[AnnualUpdate]
    changes: list[MajorChange]
    appeals: list[Objection] = field(default_factory=list)

    @property
    def update_is_open(self) -> bool:
        return self.due_on is not None and self.updated_on is None

    @property
    def update_is_overdue(self) -> bool:
        return self.update_is_open and self.due_on < self.today

    @property
    def update_days_left(self) -> int:
        return (self.due_on - self.today).days


def firm_titles(enterprise: Enterprise, today: date) -> FirmTitles:
    """Everything the page of an enterprise's titles shows. The same queries however many titles there are."""
    documents = Documents()
    latest, earlier = _latest(enterprise)
    duty = update_duties(Enterprise.objects.filter(pk=enterprise.pk), today.year, documents).first()
    updates = list(AnnualUpdate.objects.filter(enterprise=enterprise).order_by("-year"))
    return FirmTitles(
        enterprise=enterprise,
        today=today,
        cards=_cards(enterprise, latest, today, documents),
        earlier=earlier,
        bans=[ban for ban in bans_of([enterprise.pk]).get(enterprise.pk, []) if ban.until >= today],
        due_on=duty.due_on if duty else None,
        updated_on=next((update.completed_on for update in updates if update.year == today.year), None),
        updates=updates,
        changes=list(MajorChange.objects.filter(enterprise=enterprise)),
        appeals=_appeals(enterprise),
    )


def _latest(enterprise) -> tuple[list[Recognition], list[Recognition]]:
    """The row of each title that ends last, highest tier first, and the others."""
    rows = list(
        Recognition.objects.filter(enterprise=enterprise, title__in=KEPT_TITLES)
        .select_related("enterprise", "revocation")
        .order_by("-valid_until", "-pk")
    )
    first: dict[str, Recognition] = {}
    for row in rows:
        first.setdefault(row.title, row)
    latest = sorted(first.values(), key=lambda row: (-row.tier, -row.valid_until.toordinal()))
    return latest, [row for row in rows if first[row.title] is not row]


def _cards(enterprise, rows, today, documents) -> list[TitleCard]:
    covered = {row.pk: _covering(row, rows) for row in rows}
    reviewed = [row for row in rows if row.tier and row.revoked_on is None and not covered[row.pk]]
    found = {one.recognition.pk: one for one in outlooks(reviewed, today, documents)}
    intakes = Intake.objects.open_on(today).filter(
        city=enterprise.managing_unit.city, kind=CaseKind.REVIEW, title__in=Title.tiers()
    )
    by_title = {intake.title: intake for intake in intakes}
    open_appeals = {
        appeal.recognition_id: appeal
        for appeal in Objection.objects.filter(
            recognition__in=[row.pk for row in rows], state=ObjectionState.OPEN
        )
    }
    return [
        TitleCard(
            recognition=row,
            today=today,
            outlook=found.get(row.pk),
            intake=by_title.get(row.title),
            revocation=getattr(row, "revocation", None),
            appeal=open_appeals.get(row.pk),
            covered_by=covered[row.pk],
        )
        for row in rows
    ]


def _covering(row, rows) -> Recognition | None:
    """The longest-lasting higher title that implies this one beyond its own end; none for a revoked title."""
    higher = [
        other
        for other in rows
        if other.title != row.title
        and row.title in implied_by(other.title)
        and other.revoked_on is None
        and other.valid_until > row.valid_until
    ]
    return max(higher, key=lambda other: other.valid_until, default=None) if row.revoked_on is None else None


def _appeals(enterprise) -> list[Objection]:
    appeals = Objection.objects.filter(kind="appeal").select_related(
        "application__enterprise", "recognition__enterprise"
    )
    of_cases, of_titles = (
        appeals.filter(application__enterprise=enterprise),
        appeals.filter(recognition__enterprise=enterprise),
    )
    return list((of_cases | of_titles).distinct())


def self_check_url(enterprise_id: int, title: str) -> str:
    """The page that shows why a review would fail."""
    return f"{reverse('tiers:self_check', args=[enterprise_id])}?tier={title}&kind={CaseKind.REVIEW}"
