"""The beginning and the early ends of a case, and the intakes in which cases are taken."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core import audit, clock
from core.errors import Conflict, DomainError
from core.fields import clean_text
from enterprises.models import Enterprise
from enterprises.queries import answers_of
from tiers.enums import ApplicationState, Origin
from tiers.models import Application, ApplicationEvidence, ApplicationSection, Intake
from tiers.queries.titles import may_apply
from tiers.sections import FORM, questions, years_of
from tiers.services.steps import locked, move, note

RUNNING = "这项申报正在办理，请在“我的申报”里打开原来的申报继续，不用重新发起。"


@transaction.atomic
def start_application(
    *, intake: Intake, enterprise: Enterprise, actor, origin: str = Origin.ONLINE, previous=None, unit=None
) -> Application:
    """Open a draft, filled in from the living record, and from `previous` (an earlier case of the same title, its
    files too) where the record has nothing.

    `unit`: the managing unit that the enterprise has confirmed. Refuses outside the intake's days (both inclusive,
    by the database's clock), for a firm of another city, with every reason of may_apply, and while the same title
    is being applied for (Conflict).
    """
    today = clock.today()
    _refuse_closed(intake, today)
    _refuse_foreign(intake, enterprise, unit, previous)
    if reasons := may_apply(enterprise, intake.title, intake.kind, today, intake.closes_on):
        raise DomainError("现在还不能申报：" + "".join(reasons))
    application = Application(
        enterprise=enterprise,
        intake=intake,
        title=intake.title,
        kind=intake.kind,
        managing_unit=enterprise.managing_unit,
        origin=origin,
        previous=previous,
        started_by=actor,
    )
    try:
        with transaction.atomic():
            application.save()
    except IntegrityError:
        raise Conflict(RUNNING) from None
    _fill_in(application, previous)
    action = "开始填报" if origin == Origin.ONLINE else "代企业开始填报"
    data = {"previous": previous.pk} if previous else {}
    note(application, actor=actor, action=action, new=ApplicationState.DRAFT, data=data)
    audit.record(action, application, actor=actor, **data)
    return application


def _refuse_closed(intake, today) -> None:
    if today < intake.opens_on:
        raise DomainError(f"“{intake}”从 {intake.opens_on} 起受理，现在还不能填报。")
    if today > intake.closes_on:
        raise DomainError(f"“{intake}”已于 {intake.closes_on} 截止，请留意下一批申报通知。")


def _refuse_foreign(intake, enterprise, unit, previous) -> None:
    if enterprise.managing_unit.city != intake.city:
        raise DomainError(
            f"“{intake}”只受理{intake.city}的企业，{enterprise}由{enterprise.managing_unit}管理。"
        )
    if unit is not None and unit != enterprise.managing_unit:
        raise Conflict(f"管理单位已变为{enterprise.managing_unit}，请重新确认后再开始。")
    if previous is not None and (previous.enterprise_id, previous.title) != (enterprise.pk, intake.title):
        raise DomainError("只能沿用本企业同一称号的申报，请重新选择。")


def _fill_in(application, previous) -> None:
    """Answers of the record; of the earlier case what the record does not know; its files."""
    years = years_of(application)
    known = answers_of(application.enterprise, years)
    if previous is not None:
        earlier = {
            name: text for part in previous.sections.all() for name, text in part.answers.items() if text
        }
        known = earlier | known
        ApplicationEvidence.objects.bulk_create(
            ApplicationEvidence(
                application=application,
                slot=use.slot,
                evidence_id=use.evidence_id,
                added_by=application.started_by,
            )
            for use in previous.evidence.all()
        )
    ApplicationSection.objects.bulk_create(
        ApplicationSection(
            application=application,
            key=section.key,
            answers={
                question.name: known[question.name]
                for question in questions(section, application.title, years)
                if known.get(question.name)
            },
        )
        for section in FORM
    )


@transaction.atomic
def withdraw_application(*, application: Application, actor) -> Application:
    """Take back what was handed in, before the county has accepted it; all of it may be changed again.

    Refuses (Conflict) once the county has it. Safe to repeat on a case that is already back.
    """
    application = locked(application)
    if application.state == ApplicationState.DRAFT:
        return application
    if application.state != ApplicationState.SUBMITTED:
        raise Conflict(
            f"这份申报已经受理，现在是“{application.public_state}”，不能撤回。需要修改的，请联系受理的工信部门退回。"
        )
    move(application, ApplicationState.DRAFT, actor=actor, action="撤回申报", due_on=None)
    return application


@transaction.atomic
def abandon_application(*, application: Application, actor, reason: str = "") -> Application:
    """End a case that the enterprise holds. A case that was handed in once needs a reason. Cannot be undone, but
    a new one may be started while the intake is open."""
    application = locked(application)
    if application.state not in ApplicationState.with_firm():
        raise Conflict(f"这份申报现在是“{application.public_state}”，不能放弃，请刷新页面查看。")
    if reason.strip():
        reason = clean_text(reason, max_length=500, multiline=True)
    elif application.submitted_at:
        raise DomainError("请写明放弃的原因，受理的工信部门会看到。")
    move(application, ApplicationState.ABANDONED, actor=actor, action="放弃申报", reason=reason, due_on=None)
    return application


# ---- intakes --------------------------------------------------------------------------------------------


@transaction.atomic
def save_intake(*, intake: Intake, actor) -> Intake:
    """Store a new or changed intake after the model's own checks. Title and kind stay once cases were started."""
    old = Intake.objects.select_for_update().filter(pk=intake.pk).first() if intake.pk else None
    if old and (old.title, old.kind) != (intake.title, intake.kind) and old.applications.exists():
        raise Conflict("已有企业在这个批次里填报，不能再改申报称号和申报类型。请另建一个批次。")
    if old is None:
        intake.created_by = actor
    try:
        intake.full_clean()
    except ValidationError as problem:
        raise DomainError("".join(problem.messages)) from None
    intake.save()
    before = _dates(old) if old else {}
    audit.record(
        "建立申报批次" if old is None else "修改申报批次",
        intake,
        actor=actor,
        before=before,
        after=_dates(intake),
    )
    return intake


def _dates(intake: Intake) -> Mapping[str, str]:
    return {"name": intake.name, "opens_on": str(intake.opens_on), "closes_on": str(intake.closes_on)}


@transaction.atomic
def close_intake(*, intake: Intake, actor) -> Intake:
    """Make today its last day. Refuses an intake that is not open; drafts that are not handed in today stay drafts."""
    intake = Intake.objects.select_for_update().get(pk=intake.pk)
    today = clock.today()
    if not intake.opens_on <= today <= intake.closes_on:
        raise Conflict(f"“{intake}”现在不在受理期内，不用截止。")
    before = _dates(intake)
    intake.closes_on = today
    intake.save(update_fields=["closes_on"])
    audit.record("提前截止申报批次", intake, actor=actor, before=before, after=_dates(intake))
    return intake
