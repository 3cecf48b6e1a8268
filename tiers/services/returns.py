"""Sending a case back for correction, to the enterprise or to the county, and ticking the answers off."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from core import audit
from core.errors import Conflict, DomainError
from core.fields import FieldError, clean_text
from core.workdays import workdays_after, workdays_left
from policies.queries import standard_of
from tiers.enums import ApplicationState, PointState, ReturnTarget, ReviewLevel
from tiers.models import Application, ReturnPoint, ReturnRequest
from tiers.queries.criteria import newest
from tiers.queries.review import IN_REVIEW, places_of
from tiers.services.review import Refused
from tiers.services.steps import locked_in, move, note

COMMENT_LENGTH = 1000


class NewPoint(NamedTuple):
    """One thing to correct: a field, or a whole part of the form when `field` is ""."""

    section: str
    field: str
    comment: str


def default_due(application, today: date) -> date:
    """When corrections asked for on `today` are due, by the working days of the pinned standard's procedure."""
    days = standard_of(application.edition).procedure.correction_working_days
    return workdays_after(today, days)


@transaction.atomic
def return_application(
    *, application, level, target, comment, points: Iterable[NewPoint], actor, due_on=None
) -> ReturnRequest:
    """Ask for corrections until `due_on` (inclusive; default: default_due). The office's clock stops and the
    working days it has left are kept. Only what is named in `points` is open to the enterprise.

    Refused: no point for the enterprise, a point on something the form does not have, one without words, a
    deadline that is not after today, and a county's return to itself. An earlier point on the same thing that was
    not settled is carried on by the new one.
    """
    case = locked_in(application, *IN_REVIEW[level])
    today = timezone.localdate()
    comment = clean_text(comment, max_length=COMMENT_LENGTH, multiline=True)
    due_on = due_on or default_due(case, today)
    clean = _clean_points(case, points)
    _refuse(case, level, target, due_on, clean, today)
    request = ReturnRequest.objects.create(
        application=case,
        number=case.returns.count() + 1,
        level=level,
        target=target,
        comment=comment,
        due_on=due_on,
        requested_by=actor,
    )
    _carry_on(case, level, clean, actor)
    ReturnPoint.objects.bulk_create([ReturnPoint(request=request, **point._asdict()) for point in clean])
    _send(case, request, len(clean), today, actor)
    return request


def _clean_points(case, points) -> list[NewPoint]:
    places = places_of(case)
    clean, errors = {}, {}
    for point in points:
        name = f"{point.section}:{point.field}"
        try:
            if name not in places:
                raise FieldError("申报书里没有这一项，请刷新页面后重新勾选。")
            words = clean_text(point.comment, max_length=COMMENT_LENGTH, multiline=True)
        except FieldError as error:
            errors[name] = f"{places[name]}：{error}" if name in places else str(error)
            continue
        clean[name] = point._replace(comment=words)
    if errors:
        raise Refused(errors)
    return list(clean.values())


def _refuse(case, level, target, due_on, points, today) -> None:
    if target == ReturnTarget.COUNTY and level != ReviewLevel.CITY:
        raise DomainError("县级只能退回给企业。")
    if target == ReturnTarget.COUNTY and case.managing_unit.provincial_direct:
        raise DomainError("这家企业的管理单位直接向省里报送，市里不能退回。")
    if target == ReturnTarget.ENTERPRISE and not points:
        raise DomainError("请至少勾选一处要修改的内容并写明意见，企业只能修改勾选的部分。")
    if due_on <= today:
        raise DomainError("修改期限应晚于今天。")


def _carry_on(case, level, points, actor) -> None:
    """Points of earlier rounds that the new one asks about again end with it."""
    again = {(point.section, point.field) for point in points}
    earlier = ReturnPoint.objects.filter(request__application=case, request__level=level)
    for point in earlier.exclude(state=PointState.SETTLED):
        if (point.section, point.field) in again:
            _settle(point, actor)


def _send(case, request, count, today, actor) -> None:
    to_firm = request.target == ReturnTarget.ENTERPRISE
    data = {
        "request": request.pk,
        "points": count,
        "due_on": request.due_on.isoformat(),
        "submission": newest(case).pk,  # what the comments speak of
    }
    left = max(0, workdays_left(today, case.due_on)) if case.due_on else None
    changes = {"due_on": request.due_on, "days_left": left}
    if to_firm:
        changes["returned_by"] = request.level
    else:
        changes["assigned_to"] = _recommender(case)
        data["days_left"] = left  # the city's clock: the county may stop its own in between
    move(
        case,
        ApplicationState.RETURNED if to_firm else ApplicationState.RETURNED_TO_COUNTY,
        actor=actor,
        action="退回企业修改" if to_firm else "退回县级",
        reason=request.comment,
        public=to_firm,
        data=data,
        **changes,
    )


def _recommender(case):
    """The officer who sent the case up knows it best."""
    event = case.events.filter(new=ApplicationState.RECOMMENDED).select_related("actor").last()
    return event.actor if event else None


# ---- ticking off ----------------------------------------------------------------------------------------


@transaction.atomic
def settle_point(*, point, actor) -> ReturnPoint:
    """An officer of the office that asked says: this is solved. Refused when it is ticked off already."""
    case, point = _locked_point(point)
    if point.state == PointState.SETTLED:
        raise Conflict("这条意见已经确认解决，请刷新页面查看。")
    before = point.state
    _settle(point, actor)
    _tell(case, point, actor, "确认意见已解决", before)
    return point


@transaction.atomic
def reopen_point(*, point, actor) -> ReturnPoint:
    """Not solved after all: the point is open again and keeps the case from going on until it is returned or
    settled."""
    case, point = _locked_point(point)
    if point.state == PointState.OPEN:
        raise Conflict("这条意见没有解决过，请刷新页面查看。")
    before = point.state
    point.state, point.settled_by, point.settled_at = PointState.OPEN, None, None
    point.save()
    _tell(case, point, actor, "意见重新打开", before)
    return point


def _locked_point(point) -> tuple[Application, ReturnPoint]:
    request = point.request
    case = locked_in(request.application, *IN_REVIEW[request.level])
    return case, ReturnPoint.objects.select_for_update(of=("self",)).get(pk=point.pk)


def _settle(point, actor) -> None:
    point.state, point.settled_by, point.settled_at = PointState.SETTLED, actor, timezone.now()
    point.save()


def _tell(case, point, actor, action, before) -> None:
    data = {"point": point.pk, "before": before, "after": point.state}
    note(case, actor=actor, action=action, reason=point.comment, public=False, data=data)
    audit.record(action, case, actor=actor, **data)
