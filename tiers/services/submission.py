"""Handing in: everything is checked once more, locked in a snapshot with its hash, and passed on."""

import hashlib
import json
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.enums import Role
from core import clock
from core.errors import Conflict, DomainError
from core.fields import FieldError, clean_name, clean_text
from core.workdays import workdays_after
from enterprises.enums import Source
from enterprises.services import save_answers
from policies.models import StandardEdition
from policies.queries import standard_edition_for, standard_of
from tiers.enums import ApplicationState, Origin, PointState, ReviewLevel
from tiers.models import Application, Submission
from tiers.queries.cases import Case, all_gaps, latest_submission, load_case
from tiers.queries.content import content
from tiers.queries.titles import may_apply
from tiers.sections import FORM
from tiers.services.review import assess_handed_in, stored
from tiers.services.steps import locked, move

NAMED = 5  # gaps named in one refusal


class AlreadySubmitted(Conflict):
    """The case was handed in a moment ago, by this person or a colleague: nothing is left to do."""


@transaction.atomic
def submit_application(*, application: Application, actor, declared_by: str, words: str = "") -> Submission:
    """Hand in a draft, or the corrections of a returned case. `declared_by`: who signs the declaration; `words`:
    what the officer should know.

    The first time: only on the days of the intake (inclusive, by the database's clock) and while may_apply has
    nothing against it. Corrections go back to the office that asked for them, with the working days it had left.
    Refuses gaps by name; a second press is told that it is done (AlreadySubmitted).
    """
    case = load_case(_with_relations(locked(application)))
    application, today = case.application, clock.today()
    _refuse_other_states(application)
    if not case.returned:
        _refuse_first(application, today)
    _refuse_gaps(case)
    edition = _edition(application, today)
    signer = _signer(declared_by)
    words = clean_text(words, max_length=500, multiline=True) if words.strip() else ""
    submission = _lock_in(case, edition, signer, actor, today)
    _update_record(case, actor, today)
    if case.returned:
        _send_back(case, submission, actor, words, today)
    else:
        _send_first(application, submission, actor, words, today)
    return submission


def _with_relations(application: Application) -> Application:
    """The locked row with what it refers to; a lock on the joined rows is not wanted."""
    full = Application.objects.select_related(
        "enterprise__managing_unit__parent", "managing_unit__parent", "intake__city", "edition"
    )
    return full.get(pk=application.pk)


def _refuse_other_states(application) -> None:
    if application.state in ApplicationState.with_firm():
        return
    if application.state in ApplicationState.open():
        last = latest_submission(application)
        when = timezone.localtime(last.submitted_at if last else application.submitted_at)
        raise AlreadySubmitted(
            f"这份申报已于 {when:%Y-%m-%d %H:%M} 提交，编号 {application.number}，不用再提交。"
        )
    raise Conflict(f"这份申报已经办结（{application.public_state}），不能再提交。")


def _refuse_first(application, today: date) -> None:
    intake = application.intake
    if not intake.opens_on <= today <= intake.closes_on:
        raise DomainError(
            f"“{intake}”的受理时间是 {intake.opens_on} 至 {intake.closes_on}，今天不能提交。"
            "填好的内容都在，下一批可以沿用。"
        )
    firm = application.enterprise
    if firm.managing_unit.city != intake.city:
        raise DomainError(
            f"企业现由{firm.managing_unit.city}{firm.managing_unit}管理，不能在“{intake}”里提交。"
        )
    if reasons := may_apply(firm, application.title, application.kind, today, intake.closes_on):
        raise DomainError("现在不能提交：" + "".join(reasons))


def _refuse_gaps(case: Case) -> None:
    found = all_gaps(case)
    if not found:
        return
    named = "；".join(f"{gap.section.title}的“{gap.label}”" for gap in found[:NAMED])
    more = f"等 {len(found)} 处" if len(found) > NAMED else ""
    raise DomainError(f"还没有填完：{named}{more}。请补全后再提交。")


def _edition(application, today: date) -> StandardEdition:
    """The pinned standard of a case that was accepted, else the one in force today."""
    edition = application.edition or standard_edition_for(application.title, application.kind, today)
    if edition is None:
        raise DomainError("今天没有适用的认定标准，暂时不能提交。请联系市工信部门，填好的内容都在。")
    return edition


def _signer(name: str) -> str:
    try:
        return clean_name(name, max_length=40)
    except FieldError as refusal:
        raise FieldError(f"承诺人姓名：{refusal}") from None


# ---- the snapshot ---------------------------------------------------------------------------------------


def canonical(snapshot: dict[str, Any]) -> str:
    """The one spelling of a snapshot that its hash is taken of: sorted keys, no spaces."""
    return json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(snapshot: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(snapshot).encode()).hexdigest()


def _lock_in(case: Case, edition, signer: str, actor, today: date) -> Submission:
    application = case.application
    number = (case.submission.round if case.submission else 0) + 1
    firm = application.enterprise
    sections = content(case)
    snapshot = {
        "enterprise": {"name": firm.name, "uscc": firm.uscc, "unit": firm.managing_unit.name},
        "title": application.title,
        "kind": application.kind,
        "intake": application.intake.name,
        "edition": {"slug": edition.slug, "revision": edition.revision, "sha256": edition.sha256},
        "sections": sections,
        "assessment": stored(assess_handed_in(case, sections, edition, application.accepted_on or today)),
        "declared_by": signer,
        "round": number,
    }
    return Submission.objects.create(
        application=application,
        round=number,
        snapshot=snapshot,
        sha256=fingerprint(snapshot),
        edition=edition,
        declared_by=signer,
        submitted_by=actor,
    )


# ---- what follows ---------------------------------------------------------------------------------------


def _update_record(case: Case, actor, today: date) -> None:
    """The living record takes the valid answers of what could be changed, with source and day."""
    answers = {}
    for section in FORM:
        typed = case.answers(section.key)
        for question in case.questions(section):
            if typed.get(question.name) and case.is_open(section, question.name):
                try:
                    answers[question.name] = question.field.clean(typed[question.name])
                except FieldError:  # only an answer that is not required may be wrong here
                    continue
    known = {name: value for name, value in answers.items() if value not in (None, "", ())}
    source = Source.FIRM if actor.role == Role.ENTERPRISE else Source.STAFF
    save_answers(
        enterprise=case.application.enterprise, answers=known, source=source, as_of=today, actor=actor
    )


def _send_first(application: Application, submission, actor, words: str, today: date) -> None:
    """To the county, which has so many working days. The unit is the one that manages the enterprise now."""
    days = standard_of(submission.edition).procedure.county_review_working_days
    unit = application.enterprise.managing_unit
    move(
        application,
        ApplicationState.SUBMITTED,
        actor=actor,
        action="提交申报" if application.origin == Origin.ONLINE else "代企业提交申报",
        reason=words,
        data={"submission": submission.pk, "round": submission.round},
        managing_unit=unit,
        submitted_at=timezone.now(),
        number=application.number or f"{application.intake.year}-{unit.code}-{application.pk:05d}",
        due_on=workdays_after(today, days),
    )


def _send_back(case: Case, submission, actor, words: str, today: date) -> None:
    """To the office that asked; its clock runs on. Comments whose place says something else now are changed."""
    application = case.application
    for point in case.points:
        if point.state == PointState.OPEN and case.has_changed(point):
            point.state = PointState.CHANGED
            point.save(update_fields=["state"])
    if case.request:
        case.request.answered_at = timezone.now()
        case.request.save(update_fields=["answered_at"])
    county = application.returned_by == ReviewLevel.COUNTY
    left = application.days_left
    move(
        application,
        ApplicationState.COUNTY_REVIEW if county else ApplicationState.CITY_REVIEW,
        actor=actor,
        action="重新提交",
        reason=words,
        data={"submission": submission.pk, "round": submission.round},
        due_on=None if left is None else workdays_after(today, left),
        days_left=None,
        returned_by="",
    )
