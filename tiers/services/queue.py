"""Who works on a case (in charge, handing over, “正在处理”), reminding the enterprise, and what is due."""

from collections import defaultdict
from datetime import date

from django.db import transaction
from django.db.models.functions import Now, TruncDate
from django.urls import reverse
from django.utils import timezone

from accounts.enums import MessageKind, Role
from accounts.models import User
from accounts.services import tell
from core import audit
from core.errors import Conflict, DomainError
from core.fields import clean_text
from core.workdays import is_workday, workdays_after
from tiers.enums import ApplicationState, ReviewLevel
from tiers.models import Application
from tiers.queries.queue import handler_of, is_with_office, limit_of
from tiers.services.steps import holders, in_charge, locked, locked_in, note

NAMED = 10  # cases that a message names


# ---- in charge ------------------------------------------------------------------------------------------


@transaction.atomic
def assign_case(*, application, officer, actor) -> Application:
    """Put a colleague of the actor's office in charge. Whoever calls for many cases tells the officer once
    (tell_assigned). Refused: somebody of another office, a case that is with another office."""
    case = locked(application)
    _refuse_strangers(actor, officer)
    if not is_with_office(case, actor):
        raise Conflict(f"“{case}”现在是“{case.get_state_display()}”，不在本单位办理，不能指派。")
    if case.assigned_to_id == officer.pk:
        raise Conflict(f"“{case}”已经由{officer}经办。")
    _put_in_charge(case, officer, actor, "指派")
    return case


def _refuse_strangers(actor, *officers) -> None:
    for officer in officers:
        if (officer.role, officer.region_id) != (actor.role, actor.region_id):
            raise DomainError("只能在本单位的工作人员之间指派和移交。")
    if not officers[-1].is_active:
        raise DomainError(f"{officers[-1]}的账号已停用，请选择其他人。")


def _put_in_charge(case, officer, actor, action, reason="") -> None:
    before = case.assigned_to
    case.assigned_to = officer
    case.save(update_fields=["assigned_to"])
    words = f"经办人：{before or '无'} → {officer}"
    data = {"from": before.pk if before else None, "to": officer.pk}
    note(
        case,
        actor=actor,
        action=action,
        reason=f"{words}。{reason}" if reason else words,
        public=False,
        data=data,
    )
    audit.record(action, case, actor=actor, reason=reason, **data)


def tell_assigned(*, officer, cases, actor, action="指派", reason="") -> None:
    """One message about all the cases that came to an officer at once; none to oneself."""
    if not cases or officer == actor:
        return
    tell(
        recipients=[officer],
        kind=MessageKind.CASE,
        key=f"assigned:{actor.pk}:{timezone.now().isoformat()}",
        title=f"{actor}把 {len(cases)} 件申报{action}给您",
        body="\n".join([*([f"原因：{reason}"] if reason else []), _named(cases)]),
        url=f"{reverse('tiers:work_list')}?tab=mine",
    )


def _named(cases) -> str:
    more = f"等 {len(cases)} 件" if len(cases) > NAMED else ""
    return "、".join(str(case.enterprise) for case in cases[:NAMED]) + more


@transaction.atomic
def hand_over(*, officer, to, reason, actor) -> list[Application]:
    """Give all open cases of one officer to another one of the same office, who may have left: all or none. `reason`
    is mandatory. Refused when there is nothing to hand over."""
    reason = clean_text(reason)
    _refuse_strangers(actor, officer, to)
    if officer == to:
        raise DomainError("移交人和接收人是同一个人，请另选接收人。")
    cases = list(
        Application.objects.open()
        .filter(assigned_to=officer)
        .select_related("enterprise", "assigned_to")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    if not cases:
        raise Conflict(f"{officer}名下没有办理中的申报，不需要移交。")
    for case in cases:
        _put_in_charge(case, to, actor, "移交", reason)
    tell_assigned(officer=to, cases=cases, actor=actor, action="移交", reason=reason)
    return cases


# ---- somebody is handling this --------------------------------------------------------------------------


@transaction.atomic
def take_case(*, application, actor, instead_of=None) -> Application:
    """“正在处理”: others see who works on the case; it ends by itself after a while, and with the next step.

    Refused (Conflict, by name) while somebody else works on it, unless the actor takes over from just this person
    (`instead_of`), who is told. Safe to repeat: it begins anew.
    """
    case = locked(application)
    if not is_with_office(case, actor):
        raise Conflict(f"“{case}”现在是“{case.get_state_display()}”，不在本单位办理。")
    other = handler_of(case)
    if other and other != actor:
        since = f"{timezone.localtime(case.handled_at):%H:%M}"
        if other != instead_of:
            raise Conflict(f"{other}正在处理这份申报（{since} 开始）。需要由您办理时，请点“接手”。")
        audit.record("接手", case, actor=actor, instead_of=other.pk)
        tell(
            recipients=[other],
            kind=MessageKind.CASE,
            key=f"taken-over:{case.pk}:{case.handled_at.isoformat()}",
            title=f"{actor}接手了您正在处理的申报",
            body=str(case),
            url=reverse("tiers:application_detail", args=[case.pk]),
        )
    case.handled_by, case.handled_at = actor, timezone.now()
    case.save(update_fields=["handled_by", "handled_at"])
    return case


@transaction.atomic
def release_case(*, application, actor) -> None:
    """Stop handling. Safe to repeat; what a colleague has taken over stays with the colleague."""
    case = locked(application)
    if case.handled_by_id == actor.pk:
        case.handled_by = case.handled_at = None
        case.save(update_fields=["handled_by", "handled_at"])


# ---- reminding ------------------------------------------------------------------------------------------


@transaction.atomic
def remind_firm(*, application, actor) -> Application:
    """催办: ask the people of the enterprise for the corrections that are being waited for; once a day.

    Refused: a case that is not out for correction, a second time on one day, an enterprise without people here.
    """
    case = locked_in(application, ApplicationState.RETURNED)
    people = holders(case)
    if was_reminded(case):
        raise Conflict(f"“{case}”今天已经催办过，请明天再催。")
    if not people:
        raise DomainError(f"“{case.enterprise}”还没有平台用户，请电话通知。")
    event = note(case, actor=actor, action="催办", reason=f"请在 {case.due_on} 前修改并重新提交。")
    tell(
        recipients=people,
        kind=MessageKind.RETURN,
        key=f"reminded:{event.pk}",
        title=f"请尽快修改并重新提交：{case}",
        body=f"修改期限 {case.due_on}，{limit_of(case, timezone.localdate()).words.removeprefix('企业')}。",
        url=reverse("tiers:application_detail", args=[case.pk]),
    )
    audit.record("催办", case, actor=actor)
    return case


def was_reminded(case) -> bool:
    """Today, by the clock that writes the events."""
    return case.events.filter(action="催办", at__date=TruncDate(Now())).exists()


# ---- what is due ----------------------------------------------------------------------------------------


@transaction.atomic
def tell_deadlines(*, today: date) -> int:
    """Tell officers what is due on the next working day, due today and overdue (one message a day), and enterprises of
    the corrections that are (one message for each of the three). Returns how many people and cases that were.

    On days off nothing is told: the working day before has said it. Safe to repeat: keys carry the day.
    """
    if not is_workday(today):
        return 0
    tomorrow = workdays_after(today, 1)
    cases = (
        Application.objects.open()
        .filter(due_on__lt=workdays_after(tomorrow, 1))
        .exclude(state=ApplicationState.PUBLICITY)
        .select_related("enterprise", "managing_unit__parent", "assigned_to")
        .order_by("due_on", "pk")
    )
    officers: dict[User, dict[str, list[Application]]] = defaultdict(lambda: defaultdict(list))
    firms = 0
    for case in cases:
        when = "已超期" if case.due_on < today else "今日到期" if case.due_on < tomorrow else "下一工作日到期"
        people = holders(case)
        if case.state == ApplicationState.RETURNED:
            firms += 1
            _tell_firm(case, people, when)
            if case.due_on >= today:
                continue
            when = "企业逾期未修改"
            people = in_charge(case, Role.COUNTY if case.returned_by == ReviewLevel.COUNTY else Role.CITY)
        for person in people:
            officers[person][when].append(case)
    for person, due in officers.items():
        _tell_officer(person, due, today)
    return firms + len(officers)


def _tell_firm(case, people, when) -> None:
    tell(
        recipients=people,
        kind=MessageKind.DEADLINE,
        key=f"due:{case.pk}:{case.due_on}:{when}",
        title=f"修改期限{when}：{case}",
        body=f"请在 {case.due_on} 前修改并重新提交。"
        if when != "已超期"
        else f"修改期限 {case.due_on} 已过，请立即修改并重新提交，或联系退回的单位；逾期可能不予推荐。",
        url=reverse("tiers:application_detail", args=[case.pk]),
    )


def _tell_officer(person, due, today) -> None:
    tell(
        recipients=[person],
        kind=MessageKind.DEADLINE,
        key=f"due:{today}",
        title="，".join(f"{len(cases)} 件{when}" for when, cases in due.items()),
        body="\n".join(f"{when}：{_named(cases)}" for when, cases in due.items()),
        url=reverse("tiers:work_list"),
    )
