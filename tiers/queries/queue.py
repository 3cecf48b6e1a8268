"""The work list of an office: which case stands in which tab, what a row says, and what an enterprise has to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import models
from django.db.models import Count, Exists, F, Func, OuterRef, Q, Subquery, Value
from django.db.models.fields.json import KT
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Message, User
from core.workdays import Workdays, workdays_after
from policies.engine.standards import Verdict
from tiers.enums import ApplicationState, PointState, ReviewLevel
from tiers.models import Application, ApplicationEvent, ReturnPoint, ReturnRequest, Submission

HANDLING = timedelta(minutes=30)  # “正在处理” that nobody renews ends by itself


class WorkTab(models.TextChoices):
    MINE = "mine", "我的"
    NEW = "new", "新提交"
    CORRECTED = "corrected", "补正返回"
    DUE_TODAY = "due_today", "今日到期"
    OVERDUE = "overdue", "已超期"
    HERE = "here", "办理中"
    ELSEWHERE = "elsewhere", "其他环节"
    DONE = "done", "已办结"


# What a person's office does: the level, the states it acts in, the one in which a case arrives, those in which
# corrections are looked at.
LEVELS = {Role.COUNTY: ReviewLevel.COUNTY, Role.CITY: ReviewLevel.CITY}
HELD = {Role.COUNTY: ApplicationState.with_county(), Role.CITY: ApplicationState.with_city()}
ARRIVED = {Role.COUNTY: ApplicationState.SUBMITTED, Role.CITY: ApplicationState.RECOMMENDED}
LOOKED_AT = {
    Role.COUNTY: [ApplicationState.COUNTY_REVIEW, ApplicationState.RETURNED_TO_COUNTY],
    Role.CITY: [ApplicationState.RECOMMENDED, ApplicationState.CITY_REVIEW],
}


def tab_conditions(user, today: date) -> dict[str, Q]:
    """Tab → its cases among those that an officer (county or city) may see.

    办理中, 其他环节 and 已办结 share out all of them; the other tabs look at some of these from another side.
    Due today: today is the last working day of the time limit; overdue: the limit (inclusive) has passed. A public
    notice that runs is no limit of the office.
    """
    here = Q(state__in=HELD[user.role])
    returned = ReturnRequest.objects.filter(
        application=OuterRef("pk"), level=LEVELS[user.role], answered_at__isnull=False
    )
    points = ReturnPoint.objects.filter(request=OuterRef("pk"))
    came_back = Exists(returned.filter(Exists(points.exclude(state=PointState.SETTLED)) | ~Exists(points)))
    limited = here & ~Q(state=ApplicationState.PUBLICITY)
    return {
        WorkTab.MINE: Q(assigned_to=user, state__in=ApplicationState.open()),
        WorkTab.NEW: Q(state=ARRIVED[user.role]) & ~Q(came_back),
        WorkTab.CORRECTED: Q(state__in=LOOKED_AT[user.role]) & Q(came_back),
        WorkTab.DUE_TODAY: limited & Q(due_on__gte=today, due_on__lt=workdays_after(today, 1)),
        WorkTab.OVERDUE: limited & Q(due_on__lt=today),
        WorkTab.HERE: here,
        WorkTab.ELSEWHERE: Q(state__in=[s for s in ApplicationState.open() if s not in HELD[user.role]]),
        WorkTab.DONE: Q(state__in=ApplicationState.final()),
    }


def tab_counts(cases, user, today: date) -> dict[str, int]:
    """Tab → how many of `cases` stand in it. One query beside that of the calendar."""
    conditions = tab_conditions(user, today)
    return cases.order_by().aggregate(
        **{str(tab): Count("pk", filter=condition) for tab, condition in conditions.items()}
    )


def in_order(cases, tab):
    """Most urgent first; what is done, latest first."""
    if tab == WorkTab.DONE:
        return cases.order_by("-closed_at", "-pk")
    return cases.order_by(F("due_on").asc(nulls_last=True), F("submitted_at").asc(nulls_last=True), "pk")


def officers_of(user):
    """The active people of the same office, who can work on the same cases."""
    return User.objects.filter(role=user.role, region=user.region_id, is_active=True).order_by(
        "full_name", "pk"
    )


def officers_with_cases(user):
    """People of the same office who are in charge of open cases, with their number; also those who have left."""
    cases = Application.objects.open().filter(assigned_to=OuterRef("pk")).order_by().values("assigned_to")
    people = User.objects.filter(role=user.role, region=user.region_id)
    return (
        people.annotate(cases=Subquery(cases.annotate(count=Count("pk")).values("count")))
        .filter(cases__isnull=False)
        .order_by("full_name", "pk")
    )


def is_with_office(case: Application, user) -> bool:
    """Does the officer's office hold the case, or wait for corrections that it has asked for?"""
    waits = case.state == ApplicationState.RETURNED and case.returned_by == LEVELS[user.role]
    return waits or case.state in HELD[user.role]


# ---- rows -----------------------------------------------------------------------------------------------


class Limit(NamedTuple):
    """A time limit in words. `left`: working days after today; negative when overdue; None without a limit."""

    due_on: date | None
    left: int | None
    words: str
    kind: str  # colour of the tag: bad, warn, mute


@dataclass
class WorkRow:
    """A case as the work list shows it."""

    case: Application
    limit: Limit
    verdict: str  # of the check when it was last handed in; "" before
    missing: int  # criteria whose data was missing then
    last: ApplicationEvent | None
    handler: User | None  # who is working on it right now
    seen: int  # key of its last event: what the reader has seen


def work_rows(cases: Iterable[Application]) -> list[WorkRow]:
    """The rows of one page: three queries, however many cases."""
    cases = list(cases)
    ids = [case.pk for case in cases]
    checks = _checks(ids)
    last, today = last_events(ids), timezone.localdate()
    dues = [case.due_on for case in cases if case.due_on]
    calendar = Workdays(min([today, *dues]), max([today, *dues]))
    rows = []
    for case in cases:
        event = last.get(case.pk)
        verdict, missing = checks.get(case.pk, ("", 0))
        rows.append(
            WorkRow(
                case=case,
                limit=limit_of(case, today, calendar),
                verdict=verdict,
                missing=missing,
                last=event,
                handler=handler_of(case),
                seen=event.pk if event else 0,
            )
        )
    return rows


def _checks(ids) -> dict[int, tuple[str, int]]:
    """Case → (verdict, criteria without data) of its latest submission. Counted where the snapshots are."""
    lacking = Func(
        F("snapshot"),
        Value(f'$.assessment.findings[*] ? (@.verdict == "{Verdict.MISSING}")'),
        function="jsonb_path_query_array",
    )
    newest = (
        Submission.objects.filter(application__in=ids)
        .order_by("application_id", "-round")
        .distinct("application_id")
        .annotate(
            verdict=KT("snapshot__assessment__verdict"),
            lacking=Func(lacking, function="jsonb_array_length", output_field=models.IntegerField()),
        )
    )
    found = newest.values_list("application_id", "verdict", "lacking")
    return {pk: (verdict or "", missing) for pk, verdict, missing in found}


def last_events(ids) -> dict[int, ApplicationEvent]:
    """Case → the last thing that happened in it. One query."""
    events = ApplicationEvent.objects.filter(application__in=ids).order_by("application_id", "-pk")
    return {event.application_id: event for event in events.distinct("application_id")}


def handler_of(case: Application, now: datetime | None = None) -> User | None:
    """Who is working on the case at this moment."""
    if case.handled_by is None or case.handled_at is None:
        return None
    return case.handled_by if case.handled_at > (now or timezone.now()) - HANDLING else None


def limit_of(case: Application, today: date, calendar: Workdays | None = None) -> Limit:
    """How long the office, or the enterprise with its corrections, still has."""
    due = case.due_on
    if due is None or case.state in ApplicationState.final():
        return Limit(None, None, "", "mute")
    calendar = calendar or Workdays(min(today, due), max(today, due))
    left = calendar.left(today, due)
    if case.state == ApplicationState.PUBLICITY:
        words = "公示期满，可上报" if due < today else f"公示至 {due:%m-%d}"
        return Limit(due, left, words, "warn" if due < today else "mute")
    whose = "企业" if case.state == ApplicationState.RETURNED else ""
    if due < today:
        return Limit(due, left, f"{whose}已超期" + (f" {-left} 个工作日" if left else ""), "bad")
    if left == 0:
        return Limit(due, left, f"{whose}今日到期", "warn")
    return Limit(due, left, f"{whose}剩 {left} 个工作日", "warn" if left == 1 else "mute")


# ---- what an enterprise has to do -----------------------------------------------------------------------


class Task(NamedTuple):
    """Something the person has to do, with the page for it."""

    words: str
    note: str
    url: str
    action: str
    kind: str = ""  # colour: bad, warn, "" for what is not urgent
    icon: str = "pencil"


def firm_tasks(user) -> list[Task]:
    """What waits for an enterprise: cases to correct (nearest deadline first), drafts to finish, unread messages."""
    today = timezone.localdate()
    waiting = (
        Application.objects.visible_to(user)
        .filter(state__in=ApplicationState.with_firm())
        .select_related("enterprise", "intake")
        .order_by(F("due_on").asc(nulls_last=True), "pk")
    )
    tasks = [_task(case, today) for case in waiting]
    if unread := Message.objects.visible_to(user).unread().count():
        tasks.append(
            Task(
                f"{unread} 条未读消息",
                "",
                f"{reverse('accounts:message_list')}?unread=1",
                "查看",
                icon="inbox",
            )
        )
    return tasks


def _task(case: Application, today: date) -> Task:
    url = reverse("tiers:application_detail", args=[case.pk])
    if case.state == ApplicationState.RETURNED:
        limit = limit_of(case, today)
        left = limit.words.removeprefix("企业")
        return Task(
            f"{case}需要修改",
            f"请在 {case.due_on} 前重新提交，{left}",
            url,
            "去修改",
            limit.kind.replace("mute", ""),
        )
    closes = case.intake.closes_on
    late = closes < today
    note = f"{case.intake}已于 {closes} 截止" if late else f"{case.intake}，{closes} 截止"
    return Task(f"{case}还没有提交", note, url, "继续填写", "warn" if late else "")
