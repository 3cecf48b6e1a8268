"""Daily reminders: titles that end, yearly updates, changes that are not reported. Safe to run any number of times.

Each reminder has a key of its own per person, so a day on which nothing ran is made up for by the next one: whoever
has passed a threshold is reminded of the nearest one.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import chain, islice
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from accounts.enums import MessageKind, Role
from accounts.models import Message, User
from accounts.services import tell
from enterprises.models import Enterprise, FormerName
from policies.engine.standards.titles import months_after
from tiers.enums import ChangeKind, Title
from tiers.models import MajorChange, Recognition
from tiers.queries.lifecycle import lapsing, update_duties
from tiers.queries.titles import Documents

CHUNK = 500


class Reminder(NamedTuple):
    enterprise: Enterprise
    kind: MessageKind
    key: str
    title: str
    body: str
    url: str


def remind(today: date) -> int:
    """Tell members of the enterprises and the officers of their counties; returns how many messages were new."""
    documents = Documents()
    due = chain.from_iterable(source(today, documents) for source in (_titles, _updates, _changes))
    sent = 0
    while batch := list(islice(due, CHUNK)):
        sent += _send(batch)
    return sent


def nearest(days_left: int, thresholds: Iterable[int]) -> int | None:
    """The threshold that has been passed last; None before the first one and after the end."""
    return min((days for days in thresholds if days_left <= days), default=None) if days_left >= 0 else None


def _titles(today, documents) -> Iterator[Reminder]:
    longest = max((documents.reminder_days(title, today) for title in Title.tiers()), default=())
    if not longest:
        return
    rows = lapsing(Recognition.objects.all()).filter(
        valid_until__gte=today, valid_until__lte=today + timedelta(days=longest[0])
    )
    for row in rows.select_related("enterprise__managing_unit").order_by("pk").iterator(CHUNK):
        days = nearest((row.valid_until - today).days, documents.reminder_days(row.title, today))
        if days is not None:
            yield Reminder(
                row.enterprise,
                MessageKind.TITLE,
                f"title:{row.pk}:{days}",
                f"{row.enterprise}的{row.get_title_display()}称号将于 {row.valid_until} 到期",
                "请及时核对条件、申请复核；不复核的，到期后称号失效。",
                reverse("tiers:firm_titles", args=[row.enterprise_id]),
            )


def _updates(today, documents) -> Iterator[Reminder]:
    duties = update_duties(Enterprise.objects.all(), today.year, documents)
    rows = duties.filter(done_on__isnull=True, due_on__gte=today).select_related("managing_unit")
    thresholds = documents.reminder_days(Title.PROVINCIAL_SRDI, today)
    for firm in rows.order_by("pk").iterator(CHUNK):
        days = nearest((firm.due_on - today).days, thresholds)
        if days is not None:
            yield Reminder(
                firm,
                MessageKind.DEADLINE,
                f"update:{firm.pk}:{today.year}:{days}",
                f"{firm}：{today.year} 年度信息更新请在 {firm.due_on} 前完成",
                "没有按期更新的，取消本次到期的复核资格。",
                reverse("tiers:annual_update", args=[firm.pk]),
            )


def _changes(today, documents) -> Iterator[Reminder]:
    """Names that changed here while a title was held, and that nobody has reported."""
    procedure = documents.procedure(Title.PROVINCIAL_SRDI, today)
    if procedure is None:
        return
    months = procedure.change_report_months
    for former in unreported_renames(months_after(today, -months)):
        firm, due = former.enterprise, months_after(former.changed_on, months)
        days = nearest((due - today).days, procedure.reminder_days)
        if days is not None:
            yield Reminder(
                firm,
                MessageKind.DEADLINE,
                f"change-due:{former.pk}:{days}",
                f"{firm}：更名请在 {due} 前报告",
                f"原名“{former.name}”，{former.changed_on} 变更。更名属于重大变化，应按期报告。",
                reverse("tiers:change_report", args=[firm.pk]),
            )


def unreported_renames(since: date):
    """Former names whose enterprise held a title on the day of the change, from `since` on, and has not reported it."""
    held = Recognition.objects.filter(enterprise=OuterRef("enterprise"), title__in=Title.tiers())
    reported = MajorChange.objects.filter(
        Q(new_name=OuterRef("enterprise__name")) | Q(reported_on__gte=OuterRef("changed_on")),
        enterprise=OuterRef("enterprise"),
        kind=ChangeKind.RENAME,
    )
    found = FormerName.objects.filter(
        Exists(held.valid_on(OuterRef("changed_on"))), ~Exists(reported), changed_on__gte=since
    )
    return found.select_related("enterprise__managing_unit").order_by("pk").iterator(CHUNK)


@transaction.atomic
def _send(batch: list[Reminder]) -> int:
    """Tell those who have not been told; who they are, and what they know, is read once for the batch."""
    firms = {reminder.enterprise.pk: reminder.enterprise for reminder in batch}
    members: dict[int, list[User]] = {}
    people = User.objects.filter(memberships__enterprise__in=firms, is_active=True)
    for user in people.annotate(firm=F("memberships__enterprise")):
        members.setdefault(user.firm, []).append(user)
    counties: dict[int, list[User]] = {}
    units = {firm.managing_unit_id for firm in firms.values()}
    for user in User.objects.filter(role=Role.COUNTY, region__in=units, is_active=True):
        counties.setdefault(user.region_id, []).append(user)
    told = set(
        Message.objects.filter(key__in=[reminder.key for reminder in batch]).values_list(
            "recipient_id", "key"
        )
    )
    sent = 0
    for reminder in batch:
        firm = reminder.enterprise
        own = members.get(firm.pk, [])
        everybody = own + counties.get(firm.managing_unit_id, [])
        fresh = [user for user in everybody if (user.pk, reminder.key) not in told]
        if fresh:
            body = reminder.body if own else f"{reminder.body}该企业没有平台用户，请电话通知。"
            tell(
                recipients=fresh,
                kind=reminder.kind,
                key=reminder.key,
                title=reminder.title,
                body=body,
                url=reminder.url,
            )
            sent += len(fresh)
    return sent
