"""What a city does: take cases up, draw spot checks, publish, decide objections, report to the province."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.enums import RegionKind
from core import audit
from core.errors import Conflict, DomainError
from core.fields import clean_document_number, clean_text
from core.workdays import nth_workday, workdays_after
from policies.queries import standard_of
from tiers import draw as drawing
from tiers.enums import (
    ApplicationState,
    ObjectionKind,
    ObjectionState,
    RejectReason,
    ReviewLevel,
)
from tiers.models import Application, Draw, Intake, Objection, Publicity, Report
from tiers.queries import city as queries
from tiers.queries.review import obstacles_of
from tiers.services.decisions import end_case
from tiers.services.steps import locked, locked_in, move, note

WORDS_LENGTH = 2000
NAMED = 3  # how many cases a refusal names


@transaction.atomic
def take_up_application(*, application, actor) -> Application:
    """The city starts on a case that the county has recommended; its clock starts, or goes on where it stopped
    when the case was sent back to the county."""
    case = locked_in(application, ApplicationState.RECOMMENDED)
    sent_back = case.events.filter(new=ApplicationState.RETURNED_TO_COUNTY).last()
    left = sent_back.data.get("days_left") if sent_back else None
    if left is None:
        left = standard_of(case.edition).procedure.city_review_working_days
    move(
        case,
        ApplicationState.CITY_REVIEW,
        actor=actor,
        action="市级受理",
        due_on=workdays_after(timezone.localdate(), left),
        assigned_to=actor,
    )
    return case


def _lock_intake(intake) -> None:
    """One draw, notice or report at a time in an intake."""
    Intake.objects.select_for_update(no_key=True).get(pk=intake.pk)


# ---- spot checks ----------------------------------------------------------------------------------------


@transaction.atomic
def draw_cases(*, intake, purpose, seed, size, actor) -> Draw:
    """Draw `size` of the cases before the city. Seed, pool and result are kept for good and published.

    Refused: an empty pool, more than there are, a seed that was used in this intake before.
    """
    _lock_intake(intake)
    seed = clean_text(seed, max_length=60)
    pool = drawing.pool_of(queries.draw_pool(intake))
    if not pool:
        raise DomainError("还没有县级推荐上来的申报，现在没有可以抽取的对象。")
    if not 1 <= size <= len(pool):
        raise DomainError(f"可抽取的申报有 {len(pool)} 件，抽取数量应在 1 至 {len(pool)} 之间。")
    if intake.draws.filter(seed=seed).exists():
        raise Conflict("这个种子在本批次已经用过，不能重抽。请换一个事先公布的种子。")
    draw = Draw.objects.create(
        intake=intake,
        region=intake.city,
        purpose=clean_text(purpose, max_length=60),
        seed=seed,
        pool=pool,
        pool_sha256=drawing.pool_sha256(pool),
        size=size,
        drawn=drawing.draw(pool, seed=seed, size=size),
        drawn_by=actor,
    )
    for case in queries.drawn_cases(draw).values():
        note(case, actor=actor, action="抽中抽查", reason=draw.purpose, public=False, data={"draw": draw.pk})
    audit.record("随机抽查", draw, actor=actor, seed=seed, pool_sha256=draw.pool_sha256, drawn=draw.drawn)
    return draw


# ---- public notice --------------------------------------------------------------------------------------


@transaction.atomic
def publish_publicity(*, intake, applications, title, starts_on: date, contact, actor) -> Publicity:
    """Publish a list of cases from `starts_on` for the working days that their standards ask for (both ends
    inclusive).

    Refused, naming the cases: one that is not in city review any more, one that something still stands against; a
    first day in the past.
    """
    _lock_intake(intake)
    if starts_on < timezone.localdate():
        raise DomainError("公示开始不能早于今天。")
    cases = _locked_cases(intake, applications, ApplicationState.CITY_REVIEW)
    _refuse_unready(cases, ReviewLevel.CITY, "公示")
    publicity = Publicity.objects.create(
        intake=intake,
        region=intake.city,
        title=clean_text(title, max_length=100),
        starts_on=starts_on,
        ends_on=nth_workday(starts_on, queries.publicity_days(cases)),
        contact=clean_text(contact),
        published_by=actor,
    )
    for case in cases:
        move(
            case,
            ApplicationState.PUBLICITY,
            actor=actor,
            action="公示",
            reason=f"公示期 {publicity.starts_on} 至 {publicity.ends_on}。",
            data={"publicity": publicity.pk},
            publicity=publicity,
            due_on=publicity.ends_on,
            days_left=None,
        )
    audit.record("发布公示", publicity, actor=actor, cases=[case.number for case in cases])
    return publicity


def _locked_cases(intake, applications, state) -> list[Application]:
    """The chosen cases, locked in the order of their keys; refused unless all of them stand in `state`."""
    chosen = {case.pk for case in applications}
    if not chosen:
        raise DomainError("请至少选择一家企业。")
    cases = list(
        Application.objects.select_for_update(of=("self",))
        .select_related("enterprise", "edition", "managing_unit", "intake", "publicity")
        .filter(pk__in=chosen, intake=intake)
        .order_by("pk")
    )
    if len(cases) < len(chosen):
        raise Conflict("所选申报不都在这个批次，请刷新页面后重新选择。")
    if moved := [case for case in cases if case.state != state]:
        raise Conflict(f"{_named(moved)}的状态刚有变化，请刷新页面后重新选择。")
    return cases


def _named(cases) -> str:
    more = f"等 {len(cases)} 家" if len(cases) > NAMED else ""
    return "、".join(f"“{case.enterprise}”" for case in cases[:NAMED]) + more


def _refuse_unready(cases, level, act: str) -> None:
    found = obstacles_of(cases, level, timezone.localdate())
    told = [f"“{case.enterprise}”：{''.join(found[case.pk])}" for case in cases if found[case.pk]]
    if told:
        raise DomainError(f"还不能{act}：{''.join(told[:NAMED])}")


# ---- objections -----------------------------------------------------------------------------------------


@transaction.atomic
def raise_objection(*, application, raised_by, contact, content, raised_on, actor, due_on=None) -> Objection:
    """Record an objection to a published case under the name of who raised it; the case is held until it is decided.

    Refused: a day outside the notice (both ends inclusive) or to come, a case that is no longer in publicity.
    A second objection to a held case is recorded beside the first.
    """
    case = locked_in(application, ApplicationState.PUBLICITY, ApplicationState.OBJECTION)
    notice = case.publicity
    if not notice.starts_on <= raised_on <= notice.ends_on:
        raise DomainError(f"异议应在公示期（{notice.starts_on} 至 {notice.ends_on}）内提出。")
    if raised_on > timezone.localdate():
        raise DomainError("提出日期不能晚于今天。")
    if due_on and due_on < timezone.localdate():
        raise DomainError("办理期限不能早于今天。")
    objection = Objection.objects.create(
        kind=ObjectionKind.PUBLICITY,
        application=case,
        raised_by=clean_text(raised_by, max_length=40),
        contact=clean_text(contact, max_length=100),
        content=clean_text(content, max_length=WORDS_LENGTH, multiline=True),
        raised_on=raised_on,
        recorded_by=actor,
        due_on=due_on,
    )
    data = {"objection": objection.pk}
    if case.state == ApplicationState.PUBLICITY:
        # Who raised it and what it says is not for the enterprise's eyes.
        move(case, ApplicationState.OBJECTION, actor=actor, action="登记异议", data=data, due_on=due_on)
    else:
        note(case, actor=actor, action="登记异议", public=False, data=data)
    audit.record("登记异议", objection, actor=actor, raised_on=raised_on.isoformat())
    return objection


@transaction.atomic
def decide_objection(*, objection, upheld: bool, decision, actor) -> Objection:
    """Close an objection with a reasoned decision: upheld ends the case, dismissed gives it back to the notice once
    no other objection is open. An objection to a case that has ended is only closed."""
    case = locked(objection.application)
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    if objection.kind != ObjectionKind.PUBLICITY or objection.state != ObjectionState.OPEN:
        raise Conflict("这项异议已经处理，请刷新页面查看。")
    decision = clean_text(decision, max_length=WORDS_LENGTH, multiline=True)
    objection.state = ObjectionState.UPHELD if upheld else ObjectionState.DISMISSED
    objection.decision, objection.decided_by, objection.decided_at = decision, actor, timezone.now()
    objection.save()
    audit.record("处理异议", objection, actor=actor, state=objection.state)
    if case.state != ApplicationState.OBJECTION:
        return objection
    if upheld:
        end_case(
            case, reason=RejectReason.OBJECTION, words=decision, actor=actor, action="异议成立，不予推荐"
        )
    elif case.objections.filter(kind=ObjectionKind.PUBLICITY, state=ObjectionState.OPEN).exists():
        note(
            case,
            actor=actor,
            action="异议不成立",
            reason=decision,
            public=False,
            data={"objection": objection.pk},
        )
    else:
        move(
            case,
            ApplicationState.PUBLICITY,
            actor=actor,
            action="异议不成立",
            reason=decision,
            data={"objection": objection.pk},
            due_on=case.publicity.ends_on,
        )
    return objection


# ---- report ---------------------------------------------------------------------------------------------


@transaction.atomic
def report_to_province(*, intake, region, applications, document_number, reported_on: date, actor) -> Report:
    """Send the chosen cases to the province under a document of `region`: a city, or a unit that answers to the
    province alone.

    Refused: a case whose notice has not ended before `reported_on` or that an objection holds; for such a unit,
    a case that is not on its list or that something stands against by now; a day to come.
    """
    _lock_intake(intake)
    if reported_on > timezone.localdate():
        raise DomainError("上报日期不能晚于今天。")
    direct = region.kind != RegionKind.CITY
    state = ApplicationState.COUNTY_REVIEW if direct else ApplicationState.PUBLICITY
    cases = _locked_cases(intake, applications, state)
    ready = set(queries.reportable(intake, region, reported_on).values_list("pk", flat=True))
    if early := [case for case in cases if case.pk not in ready]:
        why = "没有列入本单位推荐名单" if direct else "的公示到上报日期还没有结束"
        raise DomainError(f"{_named(early)}{why}，不能上报。")
    if direct:
        _refuse_unready(cases, ReviewLevel.COUNTY, "上报")
    report = Report.objects.create(
        intake=intake,
        region=region,
        document_number=clean_document_number(document_number),
        reported_on=reported_on,
        reported_by=actor,
    )
    for case in cases:
        move(
            case,
            ApplicationState.REPORTED,
            actor=actor,
            action="上报省级",
            reason=f"以 {report.document_number} 上报。",
            data={"report": report.pk},
            report=report,
            due_on=None,
            days_left=None,
        )
    audit.record("上报省级", report, actor=actor, cases=[case.number for case in cases])
    return report
