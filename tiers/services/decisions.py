"""Sending a case on, or ending it."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core import audit
from core.errors import Conflict, DomainError
from core.fields import clean_text
from tiers.enums import ApplicationState, PointState, RejectReason, ReturnTarget, ReviewLevel
from tiers.models import Application, Intake, ReturnPoint
from tiers.queries import review as queries
from tiers.queries.review import IN_REVIEW
from tiers.services.steps import locked, locked_in, move, note

REASON_LENGTH = 2000
# While a unit may still arrange the order in which it recommends.
IN_ORDER = (
    ApplicationState.COUNTY_REVIEW,
    ApplicationState.RETURNED_TO_COUNTY,
    ApplicationState.RECOMMENDED,
)


@transaction.atomic
def recommend_application(*, application, opinion, actor) -> Application:
    """The county speaks for a case: it takes the next place in the unit's order and goes to the city.

    A unit that answers to the province alone keeps the case, in its order, until it reports (report_to_province).
    `opinion` is mandatory. Refused, all reasons at once, while queries.review.obstacles has any.
    """
    _lock_order(application)
    case = locked_in(application, *IN_REVIEW[ReviewLevel.COUNTY])
    opinion = clean_text(opinion, max_length=REASON_LENGTH, multiline=True)
    direct = case.managing_unit.provincial_direct
    if direct and case.recommended_as:
        raise Conflict(f"“{case}”已经列入推荐，请刷新页面查看。")
    if found := queries.obstacles(case, ReviewLevel.COUNTY, timezone.localdate()):
        raise DomainError("还不能推荐：" + "".join(found))
    place = case.recommended_as or _next_place(case)
    data = {"place": place}
    if direct:
        case.recommended_as = place
        case.save(update_fields=["recommended_as"])
        note(case, actor=actor, action="列入推荐", reason=opinion, data=data)
        audit.record("列入推荐", case, actor=actor, place=place)
        return case
    _answer_city(case)
    move(
        case,
        ApplicationState.RECOMMENDED,
        actor=actor,
        action="县级推荐",
        reason=opinion,
        data=data,
        recommended_as=place,
        due_on=None,
        days_left=None,
        returned_by="",
    )
    return case


def _lock_order(application) -> None:
    """One recommendation at a time in an intake, so that no place is given twice."""
    Intake.objects.select_for_update(no_key=True).get(pk=application.intake_id)


def _next_place(case) -> int:
    mine = Application.objects.filter(intake=case.intake_id, managing_unit=case.managing_unit_id)
    return (mine.aggregate(last=Max("recommended_as"))["last"] or 0) + 1


def _answer_city(case) -> None:
    """What the city sent back to the county comes up again, its points to be looked at."""
    request = queries.open_request(case, ReturnTarget.COUNTY)
    if request:
        request.answered_at = timezone.now()
        request.save(update_fields=["answered_at"])
        ReturnPoint.objects.filter(request=request, state=PointState.OPEN).update(state=PointState.CHANGED)


@transaction.atomic
def reorder_recommendations(*, intake, unit, before: list[int], after: list[int], actor) -> None:
    """Put a unit's recommended cases into another order; `before` and `after`: their ids, first to last.

    Refused (Conflict) when the cases that may still move do not stand as `before` says: somebody was faster.
    """
    Intake.objects.select_for_update(no_key=True).get(pk=intake.pk)
    mine = Application.objects.select_for_update().filter(
        intake=intake, managing_unit=unit, state__in=IN_ORDER, recommended_as__isnull=False
    )
    cases = {case.pk: case for case in mine.order_by("recommended_as")}
    if list(cases) != before or sorted(after) != sorted(before):
        raise Conflict("推荐名单刚有变化，请按刷新后的名单重新排序。")
    places = sorted(case.recommended_as for case in cases.values())
    for place, pk in zip(places, after, strict=True):
        case = cases[pk]
        if case.recommended_as == place:
            continue
        old, case.recommended_as = case.recommended_as, place
        case.save(update_fields=["recommended_as"])
        words = f"推荐排序由第 {old} 位调整为第 {place} 位"
        note(
            case,
            actor=actor,
            action="调整推荐排序",
            reason=words,
            public=False,
            data={"from": old, "to": place},
        )
        audit.record("调整推荐排序", case, actor=actor, before=old, after=place)


@transaction.atomic
def reject_application(*, application, level, reason, words, actor) -> Application:
    """End a case without recommendation: a picked RejectReason and the officer's words, both shown to the enterprise.

    A case out for correction is ended only by the office that sent it back, and only from the day after its
    deadline on; nothing does that by itself.
    """
    case = locked(application)
    words = clean_text(words, max_length=REASON_LENGTH, multiline=True)
    if case.state == ApplicationState.RETURNED:
        reason = _overdue(case, level)
    else:
        case = locked_in(application, *IN_REVIEW[level])
        if reason not in RejectReason.offered():
            raise DomainError("请选择不予推荐的原因。")
    return end_case(case, reason=RejectReason(reason), words=words, actor=actor, action="不予推荐")


def _overdue(case, level) -> RejectReason:
    if case.returned_by != level:
        raise Conflict("这次修改不是本级要求的，请由退回的单位处理。")
    if timezone.localdate() <= case.due_on:
        raise DomainError(f"企业的修改期限到 {case.due_on}，过了期限没有重新提交的，才能不予推荐。")
    return RejectReason.OVERDUE


def end_case(case, *, reason: RejectReason, words, actor, action) -> Application:
    """Move a locked case to REJECTED, free its place in the order and say why."""
    move(
        case,
        ApplicationState.REJECTED,
        actor=actor,
        action=action,
        reason=f"{reason.label}：{words}",
        data={"reason": reason.value, "place": case.recommended_as},
        recommended_as=None,
        due_on=None,
        days_left=None,
    )
    return case
