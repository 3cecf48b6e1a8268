"""The way of a case, told honestly: what happened, who has it, what comes next, how long that usually takes.

Two voices: `public` is for the enterprise (offices instead of officers, only what it may know), the other for staff.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from django.utils import timezone

from accounts.enums import Role
from tiers.enums import ApplicationState as S
from tiers.enums import ReviewLevel
from tiers.models import Application, ApplicationEvent
from tiers.queries.queue import Limit, handler_of, limit_of
from tiers.queries.usual_times import Usual, usual_times


@dataclass(frozen=True)
class Past:
    """Something that happened; `more` are notes of the same kind by the same person on the same day."""

    at: datetime
    title: str
    who: str
    reason: str
    more: tuple[str, ...] = ()
    step: bool = True  # the case moved on; else a note


@dataclass(frozen=True)
class Now:
    """Where the case stands."""

    label: str
    since: datetime
    days: int  # whole days since then
    holder: str
    next: str  # what happens next, or what the reader can do
    usual: Usual
    news: str  # what to make of the silence
    limit: Limit
    paused: int | None  # working days the office has left while its clock stands still
    office: str  # whom to call
    contact: str


@dataclass(frozen=True)
class Ahead:
    """A step that is still to come."""

    label: str
    usual: Usual


@dataclass(frozen=True)
class Timeline:
    past: list[Past]
    now: Now | None  # None when the case has ended
    ahead: list[Ahead] = field(default_factory=list)


def timeline(application: Application, public: bool) -> Timeline:
    """The timeline of a case: two queries beside those for its unit and people."""
    events = list(_events(application, public))
    past = _told(events, application, public)
    if application.state in S.final():
        return Timeline(past, None)
    usual = usual_times(application.title, application.intake.city_id)
    return Timeline(past, _now(application, events, usual, public), _ahead(application, usual))


def _events(application, public) -> Iterable[ApplicationEvent]:
    events = application.events.select_related("actor__region").order_by("pk")
    return events.filter(public=True) if public else events


# ---- what happened --------------------------------------------------------------------------------------

# What the enterprise reads of a step: by old and new state, or by the new one alone.
PUBLIC_STEPS = {
    (S.DRAFT, S.SUBMITTED): "已提交申报",
    (S.SUBMITTED, S.DRAFT): "已撤回，可以继续修改",
    (S.SUBMITTED, S.COUNTY_REVIEW): "县（市、区）已受理",
    (S.COUNTY_REVIEW, S.RETURNED): "县（市、区）请您修改",
    (S.RETURNED_TO_COUNTY, S.RETURNED): "县（市、区）请您修改",
    (S.CITY_REVIEW, S.RETURNED): "市里请您修改",
    (S.RETURNED, S.COUNTY_REVIEW): "已修改并重新提交",
    (S.RETURNED, S.CITY_REVIEW): "已修改并重新提交",
    (S.RETURNED, S.RETURNED_TO_COUNTY): "已修改并重新提交",
    (S.RECOMMENDED, S.CITY_REVIEW): "市里开始审核",
    (S.OBJECTION, S.PUBLICITY): "核查完毕，继续公示",
    (S.GRANTED, S.REPORTED): "结果更正，重新等待省级结果",
    (S.FAILED, S.REPORTED): "结果更正，重新等待省级结果",
    S.RECOMMENDED: "县（市、区）已推荐到市里",
    S.PUBLICITY: "开始公示",
    S.OBJECTION: "公示核查中",
    S.REPORTED: "已上报省里",
    S.GRANTED: "已认定",
    S.FAILED: "省级未通过",
    S.REJECTED: "未予推荐",
    S.ABANDONED: "已放弃申报",
}


def _told(events: list[ApplicationEvent], application, public: bool) -> list[Past]:
    """Steps one by one; notes of one kind by one person on one day as one line."""

    def kind(event):
        day = timezone.localdate(event.at)
        return (event.pk,) if event.old != event.new else (event.action, event.actor_name, day)

    told = []
    for _, group in groupby(events, key=kind):
        first, *more = group
        told.append(
            Past(
                at=first.at,
                title=_title(first, public) + (f"（{len(more) + 1} 次）" if more else ""),
                who=_who(first, public),
                reason=first.reason,
                more=tuple(event.reason for event in more if event.reason),
                step=first.old != first.new,
            )
        )
    return told


def _title(event, public: bool) -> str:
    if not public or event.old == event.new:
        return event.action
    words = PUBLIC_STEPS.get((event.old, event.new)) or PUBLIC_STEPS.get(event.new)
    return words or S(event.new).public_label


def _who(event, public: bool) -> str:
    """Staff read the officer's name and office; the enterprise reads the office, and names of its own people."""
    actor = event.actor
    if actor is None:
        return event.actor_name
    if actor.role == Role.ENTERPRISE:
        return f"企业 {event.actor_name}" if not public else event.actor_name
    office = office_of(actor.region) if actor.region else ""
    return office if public else f"{event.actor_name}（{actor.region or actor.get_role_display()}）"


def office_of(region) -> str:
    """The office that works on cases there, as people call it."""
    return f"{region.name}工信部门"


# ---- where it stands ------------------------------------------------------------------------------------


def _now(application, events, usual: dict[str, Usual], public: bool) -> Now:
    state, unit = S(application.state), application.managing_unit
    steps = [event.at for event in events if event.old != event.new]
    since = steps[-1] if steps else application.started_at
    days = (timezone.now() - since) // timedelta(days=1)
    here = usual.get(state, Usual())
    if public and state == S.RETURNED_TO_COUNTY:
        state = S.COUNTY_REVIEW  # what the offices ask of each other is not the enterprise's business
    back_to_city = state == S.RETURNED and application.returned_by == ReviewLevel.CITY
    city = state in S.with_city() or state == S.REPORTED or back_to_city
    office = unit.city if city and not unit.provincial_direct else unit
    return Now(
        label=state.public_label if public else state.label,
        since=since,
        days=days,
        holder=_holder(application, state, office, public),
        next=_next(application, state, office),
        usual=here,
        news=_news(state, days, here),
        limit=_limit(application, state, public),
        paused=application.days_left if state == S.RETURNED else None,
        office=office_of(office),
        contact=office.contact,
    )


def _limit(application, state, public: bool) -> Limit:
    """Its own time limit presses the enterprise; that of an office is only said."""
    limit = limit_of(application, timezone.localdate())
    if not public or limit.due_on is None or state in S.with_firm():
        return limit
    words = "公示至" if state == S.PUBLICITY else "审核时限至"
    return limit._replace(words=f"{words} {limit.due_on}", kind="mute")


def _holder(application, state, office, public: bool) -> str:
    if state in S.with_firm():
        return "您的企业" if public else "企业"
    if state == S.REPORTED:
        return "省级主管部门"
    if public:
        return office_of(office)
    officer = application.assigned_to
    in_charge = f"，经办人 {officer}" if officer else "，还没有指派经办人"
    handler = handler_of(application)
    return f"{office_of(office)}{in_charge}" + (f"，{handler}正在处理" if handler else "")


def _next(application, state, office) -> str:
    name, unit = office_of(office), application.managing_unit
    then = "上报省里" if unit.provincial_direct else "推荐到市里"
    words = {
        S.DRAFT: "填完各部分并核对后提交。",
        S.SUBMITTED: f"{name}核对材料后受理；受理前可以撤回修改。",
        S.COUNTY_REVIEW: f"{name}逐项审核并实地核查，通过后{then}；有要修改的会退回企业。",
        S.RETURNED: f"企业在 {application.due_on} 前修改并重新提交，提交后{name}继续审核。",
        S.RECOMMENDED: f"{name}开始审核。",
        S.RETURNED_TO_COUNTY: f"{office_of(unit)}补充核实后重新推荐。",
        S.CITY_REVIEW: f"{name}审核，通过后公示；有要修改的会退回。",
        S.OBJECTION: f"{name}核查后通知结果。",
        S.REPORTED: f"省里公布名单后，{name}登记结果并通知企业。",
    }
    if state == S.PUBLICITY:
        return f"公示到 {application.publicity.ends_on}，没有异议的上报省里。"
    return words[state]


def _news(state, days: int, usual: Usual) -> str:
    """No news is a state, too: is the silence normal?"""
    if state in S.with_firm() or usual.median is None:
        return ""
    if days > usual.ninety:
        return f"已等 {days} 天，超过九成同类申报，可以打电话问一问。"
    if days > usual.median:
        return f"已等 {days} 天，比多数同类申报久一些，仍属常见。"
    return f"已等 {days} 天，没有新消息是正常的。"


# The way that a case goes when nothing is in its way.
WAY = (S.DRAFT, S.SUBMITTED, S.COUNTY_REVIEW, S.RECOMMENDED, S.CITY_REVIEW, S.PUBLICITY, S.REPORTED)
SHORT_WAY = (S.DRAFT, S.SUBMITTED, S.COUNTY_REVIEW, S.REPORTED)  # units that answer to the province alone
AHEAD = {
    S.SUBMITTED: "提交后等待受理",
    S.COUNTY_REVIEW: "县（市、区）审核",
    S.RECOMMENDED: "等待市级审核",
    S.CITY_REVIEW: "市级审核",
    S.PUBLICITY: "公示",
    S.REPORTED: "省级审定",
}


def _ahead(application, usual: dict[str, Usual]) -> list[Ahead]:
    way = SHORT_WAY if application.managing_unit.provincial_direct else WAY
    stands = {
        S.RETURNED: S.CITY_REVIEW if application.returned_by == ReviewLevel.CITY else S.COUNTY_REVIEW,
        S.RETURNED_TO_COUNTY: S.COUNTY_REVIEW,
        S.OBJECTION: S.PUBLICITY,
    }
    at = way.index(stands.get(S(application.state), S(application.state)))
    # What was sent back for corrections goes through its office once more.
    first = at if application.state == S.RETURNED else at + 1
    return [Ahead(AHEAD[state], usual.get(state, Usual())) for state in way[first:]]
