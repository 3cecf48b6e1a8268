"""申诉: an enterprise does not accept a decision; the city looks at it again and says why."""

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import MessageKind
from accounts.services import tell
from core import audit
from core.errors import Conflict, DomainError
from core.fields import clean_text
from core.workdays import workdays_after
from policies.queries import standard_of
from tiers.enums import ApplicationState, ObjectionKind, ObjectionState, ReviewLevel
from tiers.models import Application, ApplicationEvent, Objection, Recognition
from tiers.queries.titles import Documents
from tiers.services.people import members_of, officers_of
from tiers.services.revocations import restore_titles
from tiers.services.steps import locked, move, note

MAX_CONTENT = 2000
AGAINST = (ApplicationState.REJECTED, ApplicationState.FAILED)


@transaction.atomic
def raise_appeal(*, raised_by, contact, content, actor, application=None, recognition=None) -> Objection:
    """Appeal against a case that was rejected or failed, or against a revocation; real name and contact are needed.

    It is due within the working days that the document gives the city. Refuses what was not decided against the
    enterprise, and (Conflict) a second appeal while one is open.
    """
    if (application is None) == (recognition is None):
        raise DomainError("请选择针对哪一项申报或哪一个称号申诉。")
    case = locked(application) if application else None
    if case and case.state not in AGAINST:
        raise DomainError(f"这项申报现在是“{case.public_state}”，不需要申诉。")
    title = None if case else Recognition.objects.select_for_update().get(pk=recognition.pk)
    if title and title.revoked_on is None:
        raise DomainError("这个称号没有被撤销，不需要申诉。")
    today = timezone.localdate()
    try:
        with transaction.atomic():
            appeal = Objection.objects.create(
                kind=ObjectionKind.APPEAL,
                application=case,
                recognition=title,
                raised_by=clean_text(raised_by, max_length=40),
                contact=clean_text(contact, max_length=100),
                content=clean_text(content, max_length=MAX_CONTENT, multiline=True),
                raised_on=today,
                recorded_by=actor,
                due_on=_due((case or title).title, today),
            )
    except IntegrityError:
        raise Conflict("已有一件申诉正在办理，请等处理结果。") from None
    audit.record("提出申诉", appeal, actor=actor)
    if case:
        note(case, actor=actor, action="提出申诉", data={"objection": appeal.pk})
    firm = (case or title).enterprise
    tell(
        recipients=officers_of(firm, but=actor),
        kind=MessageKind.CASE,
        key=f"appeal:{appeal.pk}",
        title=f"{firm}提出申诉：{about(appeal)}",
        body=f"请在 {appeal.due_on} 前办结。" if appeal.due_on else "",
        url=reverse("tiers:appeal_detail", args=[appeal.pk]),
    )
    return appeal


def about(appeal) -> str:
    """What an appeal is against, in words."""
    if appeal.application_id:
        case = appeal.application
        return f"{case.get_title_display()}{case.get_kind_display()}"
    return f"撤销{appeal.recognition.get_title_display()}称号"


def _due(title, today):
    procedure = Documents().procedure(title, today)
    return workdays_after(today, procedure.city_review_working_days) if procedure else None


@transaction.atomic
def decide_appeal(*, appeal, upheld, decision, actor) -> Objection:
    """Close an appeal with its reason. Upheld: a rejected case is taken up again where it was rejected, a case that
    failed counts as reported to the province again, a revoked title and the right to apply are given back.

    Refuses (Conflict) an appeal that is decided, and a case whose enterprise has begun another one meanwhile.
    """
    case = locked(appeal.application) if appeal.application_id else None
    appeal = Objection.objects.select_for_update().get(pk=appeal.pk)
    if appeal.kind != ObjectionKind.APPEAL or appeal.state != ObjectionState.OPEN:
        raise Conflict(f"这件申诉已由{appeal.decided_by or '他人'}处理，请刷新页面查看。")
    appeal.decision = clean_text(decision, max_length=MAX_CONTENT, multiline=True)
    appeal.state = ObjectionState.UPHELD if upheld else ObjectionState.DISMISSED
    appeal.decided_by, appeal.decided_at = actor, timezone.now()
    appeal.save()
    audit.record("处理申诉", appeal, actor=actor, upheld=upheld)
    if case:
        _close_case(case, appeal, actor)
        firm = case.enterprise
    else:
        firm = appeal.recognition.enterprise
        if upheld:
            restore_titles(revocation=appeal.recognition.revocation, decision=appeal.decision, actor=actor)
    tell(
        recipients=members_of(firm, but=actor),
        kind=MessageKind.RESULT,
        key=f"appeal:{appeal.pk}:decided",
        title=f"申诉{appeal.get_state_display()}：{about(appeal)}",
        body=appeal.decision,
        url=reverse("tiers:appeal_detail", args=[appeal.pk]),
    )
    return appeal


def _close_case(case, appeal, actor) -> None:
    data = {"objection": appeal.pk}
    action = f"申诉{appeal.get_state_display()}"
    if appeal.state != ObjectionState.UPHELD:
        note(case, actor=actor, action=action, reason=appeal.decision, data=data)
        return
    another = Application.objects.open().filter(
        enterprise=case.enterprise_id, title=case.title, kind=case.kind
    )
    if another.exists():
        raise Conflict("企业已重新提出同一项申报，请在新的申报上办理，原申报不再恢复。")
    new = _back_to(case)
    due_on = _review_due(case, new)
    move(case, new, actor=actor, action=action, reason=appeal.decision, data=data, due_on=due_on)


def _back_to(case) -> ApplicationState:
    """Where an upheld appeal takes a case up again: with whoever decided against it."""
    if case.state == ApplicationState.FAILED:
        return ApplicationState.REPORTED
    events = ApplicationEvent.objects.filter(application=case, new=ApplicationState.REJECTED)
    before = events.order_by("-pk").values_list("old", flat=True).first()
    was_returned = before == ApplicationState.RETURNED and case.returned_by == ReviewLevel.CITY
    if before in ApplicationState.with_city() or was_returned:
        return ApplicationState.CITY_REVIEW
    return ApplicationState.COUNTY_REVIEW


def _review_due(case, state):
    """The clock of a review starts anew; the province has none."""
    procedure = standard_of(case.edition).procedure
    days = {
        ApplicationState.COUNTY_REVIEW: procedure.county_review_working_days,
        ApplicationState.CITY_REVIEW: procedure.city_review_working_days,
    }.get(state)
    return workdays_after(timezone.localdate(), days) if days else None
