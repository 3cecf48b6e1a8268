"""Lists of the life of titles: what lapses and would fail today, and who still owes its yearly update."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Case, DateField, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Value, When

from core.templatetags.portal import num
from enterprises.models import Enterprise
from enterprises.queries import firm_records
from policies.engine.standards import Assessment, Finding, FirmRecord, TitleHeld, Verdict, with_size
from policies.engine.standards.bulk import VERDICTS, Bulk
from policies.engine.standards.titles import implied_by, review_window
from policies.enums import CaseKind
from tiers.enums import Title
from tiers.models import AnnualUpdate, Recognition, RecognitionQuerySet
from tiers.queries.assessments import Yardstick, assess_firms, yardstick
from tiers.queries.titles import Documents, TitleLife, title_lives
from tiers.verdicts import money_words

EXPIRED = "expired"


# ---- titles that lapse ----------------------------------------------------------------------------------
def lapsing(recognitions: RecognitionQuerySet) -> RecognitionQuerySet:
    """Of these, the tier titles with nothing behind them: not revoked, and no later row gives the same title, itself
    or implied by a higher tier."""
    later = Recognition.objects.filter(enterprise=OuterRef("enterprise"), revoked_on__isnull=True)
    longer = Q(valid_until__gt=OuterRef("valid_until"))
    twin = Q(title=OuterRef("title"), valid_until=OuterRef("valid_until"), pk__gt=OuterRef("pk"))
    found = Q()
    for title in Title.tiers():
        gives_it = [higher for higher in Title.tiers() if title in implied_by(higher)]
        found |= Q(title=title) & ~Exists(later.filter(longer | twin, title__in=gives_it))
    return recognitions.filter(found, revoked_on__isnull=True)


def in_window(recognitions: RecognitionQuerySet, window: str, today: date) -> RecognitionQuerySet:
    """`window`: so many days from today on (both ends inclusive), or EXPIRED for those that have ended."""
    if window == EXPIRED:
        return recognitions.filter(valid_until__lt=today)
    return recognitions.filter(valid_until__range=(today, today + timedelta(days=int(window))))


def windows(today: date, documents: Documents) -> list[str]:
    """The windows of the radar: the reminder days of the documents in force, longest first, and EXPIRED."""
    days = {day for title in Title.tiers() for day in documents.reminder_days(title, today)}
    return [*map(str, sorted(days, reverse=True)), EXPIRED]


@dataclass
class Outlook:
    """A title that ends, and what a review would say today."""

    recognition: Recognition
    today: date
    assessment: Assessment | None
    review_lost: list[str]
    window: tuple[date, date] | None  # first and last day on which a review is accepted
    update_due: date | None  # of this year
    updated_on: date | None

    @property
    def days_left(self) -> int:
        """Whole days after today on which the title is still in force; negative once it has ended."""
        return (self.recognition.valid_until - self.today).days

    @property
    def verdict(self) -> str:
        """A review that is lost fails, whatever the figures say; "" when no standard is in force."""
        if self.review_lost:
            return Verdict.NOT_MET
        return self.assessment.verdict if self.assessment else ""

    @property
    def failing(self) -> list[Finding]:
        """Criteria that are not met today."""
        open_points = self.assessment.open() if self.assessment else ()
        return [found for found in open_points if found.verdict == Verdict.NOT_MET]

    @property
    def missing(self) -> list[Finding]:
        open_points = self.assessment.open() if self.assessment else ()
        return [found for found in open_points if found.verdict == Verdict.MISSING]

    @property
    def reasons(self) -> list[str]:
        """Why a review would fail today, in words, the score last."""
        words = [f"{found.name}{_has(found)}，应{_spaced(found.needed)}" for found in self.failing]
        score = self.assessment.score if self.assessment else None
        if score and score.verdict == Verdict.NOT_MET:
            words.append(f"评分 {num(score.points)} 分，应达 {num(score.least)} 分")
        return [*self.review_lost, *words]

    @property
    def review_is_open(self) -> bool:
        return bool(self.window) and self.window[0] <= self.today <= self.window[1] and not self.review_lost


def _has(found: Finding) -> str:
    """The value in words, money in 万元."""
    if not isinstance(found.value, Decimal):
        return f"“{found.value}”" if found.value else "不符合"
    if found.unit == "元":
        return f" {money_words(found.value)}"
    return f" {num(found.value)}{'' if found.unit == '%' else ' '}{found.unit}"


def _spaced(needed: str) -> str:
    return f" {needed}" if needed[:1].isascii() else needed


def outlooks(recognitions: Iterable[Recognition], today: date, documents: Documents) -> list[Outlook]:
    """What a review of these titles would say today. As many queries for a thousand as for one."""
    rows = list(recognitions)
    lives = title_lives({row.enterprise_id: row.enterprise for row in rows}.values())
    assessed = {}
    for title in {row.title for row in rows}:
        firms = {row.enterprise_id: row.enterprise for row in rows if row.title == title}
        found = assess_firms(firms.values(), title, CaseKind.REVIEW, today)
        assessed |= {(title, pk): one.assessment for pk, one in found.items()}
    return [
        _outlook(
            row, lives[row.enterprise_id], assessed.get((row.title, row.enterprise_id)), today, documents
        )
        for row in rows
    ]


def verdicts(recognitions: Iterable[Recognition], today: date, documents: Documents) -> dict[int, str]:
    """Recognition id → what `Outlook.verdict` says of it, without the reasons: for counting and sorting out many.
    As many queries for a thousand as for one."""
    rows = list(recognitions)
    firms = {row.enterprise_id: row.enterprise for row in rows}
    lives, records = title_lives(firms.values()), firm_records(firms.values())
    found: dict[int, str] = {}
    for title in {row.title for row in rows}:
        yard = yardstick(title, CaseKind.REVIEW, today)
        mine = [row for row in rows if row.title == title]
        if yard is None:
            found |= {row.pk: "" for row in mine}
            continue
        bulk = Bulk(yard.standard, kind=CaseKind.REVIEW, on=today)
        measured = (
            bulk.row_of(_full(records[row.enterprise_id], lives[row.enterprise_id], yard), row.pk)
            for row in mine
        )
        found |= {pk: VERDICTS[verdict] for pk, verdict, *_ in bulk.run(measured)}
    for row in rows:
        if lives[row.enterprise_id].review_lost(row.title, today, documents):
            found[row.pk] = Verdict.NOT_MET
    return found


def _full(record: FirmRecord, life: TitleLife, yard: Yardstick) -> FirmRecord:
    """With the titles of the official lists and the size of the company."""
    titles = tuple(TitleHeld(row.title, row.valid_from, row.ends_on) for row in life.rows)
    record = replace(record, titles=titles)
    return with_size(record, yard.sizes, yard.on) if yard.sizes else record


def _outlook(row, life: TitleLife, assessment, today, documents) -> Outlook:
    entry = documents.entry(row.title, CaseKind.REVIEW, today)
    return Outlook(
        recognition=row,
        today=today,
        assessment=assessment,
        review_lost=life.review_lost(row.title, today, documents),
        window=review_window(row, entry) if entry else None,
        update_due=documents.update_due(row.title, today.year),
        updated_on=life.updated.get(today.year),
    )


# ---- yearly updates -------------------------------------------------------------------------------------
def update_duties(enterprises: QuerySet[Enterprise], year: int, documents: Documents) -> QuerySet[Enterprise]:
    """Of these, the enterprises that owe a yearly update in `year`, with `due_on` (the earliest deadline of their
    titles, inclusive) and `done_on` (None: not done).

    Owed for every tier title that is known and in force on its deadline; deadlines before the record of the
    enterprise began are not asked for.
    """
    owed = []
    for title in Title.tiers():
        if due := documents.update_due(title, year):
            on_it = Q(recognitions__valid_from__lte=due, recognitions__valid_until__gte=due)
            known = Q(recognitions__documented_on__lte=due, created_at__date__lte=due)
            kept = Q(recognitions__revoked_on__isnull=True) | Q(recognitions__revoked_on__gt=due)
            owed.append(When(Q(recognitions__title=title) & on_it & known & kept, then=Value(due)))
    done = AnnualUpdate.objects.filter(enterprise=OuterRef("pk"), year=year).values("completed_on")
    return enterprises.annotate(
        due_on=Min(Case(*owed, default=None, output_field=DateField())), done_on=Subquery(done)
    ).filter(due_on__isnull=False)


def update_state_of(due_on: date, done_on: date | None, today: date) -> str:
    """How one update stands: "open", "overdue", "done" or "late"; update_states says the same in SQL."""
    if done_on:
        return "done" if done_on <= due_on else "late"
    return "open" if due_on >= today else "overdue"


def update_states(today: date) -> dict[str, Q]:
    """The condition of each state on `update_duties`."""
    return {
        "open": Q(done_on__isnull=True, due_on__gte=today),
        "overdue": Q(done_on__isnull=True, due_on__lt=today),
        "done": Q(done_on__lte=F("due_on")),
        "late": Q(done_on__gt=F("due_on")),
    }
