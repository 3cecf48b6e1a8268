"""The work on one case: accept it, judge its criteria, be on site."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from core import audit
from core.errors import DomainError
from core.fields import FieldError, clean_text, is_blank, name_key
from core.workdays import workdays_after
from enterprises.models import Evidence
from enterprises.queries import firm_record, overlay, with_lists
from enterprises.services import add_evidence
from policies.engine.standards import Assessment
from policies.queries import size_table, standard_edition_for, standard_of
from tiers.enums import ApplicationState, CheckVerdict, ReviewLevel, VisitItem
from tiers.models import Application, CriterionCheck, SiteVisit
from tiers.queries.assessments import Yardstick, titled_record
from tiers.queries.cases import Case, load_case
from tiers.queries.content import lists_in
from tiers.queries.criteria import NEEDS_A_PERSON, Row, criterion_rows, newest
from tiers.queries.review import IN_REVIEW
from tiers.services.steps import locked_in, move, note

NOTE_LENGTH = 1000


class Refused(DomainError):
    """Several things are wrong at once; `errors` says which: name of the field → sentence."""

    def __init__(self, errors: Mapping[str, str]):
        super().__init__("；".join(dict.fromkeys(errors.values())))
        self.errors = dict(errors)


# ---- acceptance -----------------------------------------------------------------------------------------


@transaction.atomic
def accept_application(*, application, actor) -> Application:
    """Take a case on: today is its acceptance date, and the standard of this day is pinned to it for good.

    Refused when no standard is in force. When the enterprise handed in under another edition, the event says so
    and keeps what the pinned one makes of the submission.
    """
    case = locked_in(application, ApplicationState.SUBMITTED)
    today = timezone.localdate()
    edition = standard_edition_for(case.title, case.kind, today)
    if edition is None:
        raise DomainError(
            f"今天没有适用于{case.get_title_display()}{case.get_kind_display()}的认定标准，请先发布标准再受理。"
        )
    submission = newest(case)
    data: dict[str, Any] = {"edition": str(edition), "sha256": edition.sha256}
    reason = ""
    if submission.edition_id != edition.pk:
        reason = f"受理之日适用的标准是 {edition}，提交时是 {submission.edition}，按受理之日的标准审核。"
        # Nobody can change the answers while the case waits.
        found = assess_handed_in(load_case(case), submission.snapshot["sections"], edition, today)
        data |= {"submission": submission.pk, "assessment": stored(found)}
    days = standard_of(edition).procedure.county_review_working_days
    move(
        case,
        ApplicationState.COUNTY_REVIEW,
        actor=actor,
        action="受理",
        reason=reason,
        data=data,
        accepted_on=today,
        edition=edition,
        due_on=workdays_after(today, days),
        assigned_to=case.assigned_to or actor,
    )
    return case


def assess_handed_in(case: Case, sections: Mapping[str, Any], edition, on) -> Assessment:
    """What the edition says of the answers of a case and of the lists in `sections` of its snapshot: not of what the
    living record says by now in lists that were not open."""
    application = case.application
    record = overlay(firm_record(application.enterprise), case.all_answers)
    record = titled_record(application.enterprise, with_lists(record, lists_in(sections)))
    stick = Yardstick(edition, standard_of(edition), size_table(on), application.kind, on)
    return stick.measure(record).assessment


def stored(found: Assessment) -> dict[str, Any]:
    """An assessment as submissions and events keep it."""
    every = (*found.gates, *found.scored, *(route.finding for route in found.routes))
    return {
        "verdict": found.verdict.value,
        "points": None if found.score is None else str(found.score.points),
        "findings": [
            {
                "key": finding.key,
                "verdict": finding.verdict.value,
                "value": None if finding.value is None else str(finding.value),
                "unit": finding.unit,
                "points": None if finding.points is None else str(finding.points),
                "period": finding.period,
                "source": finding.source,
                "inputs": [list(pair) for pair in finding.inputs],
            }
            for finding in every
        ],
    }


# ---- criteria -------------------------------------------------------------------------------------------


class Tick(NamedTuple):
    """What an officer says of one criterion."""

    criterion: str
    verdict: str
    note: str = ""


@transaction.atomic
def check_criteria(*, application, level, ticks: Iterable[Tick], actor) -> list[CriterionCheck]:
    """Keep an officer's verdicts on the newest submission; all or none.

    Refused (Refused, by criterion): a criterion that the pinned standard does not ask for, and a missing note where
    a person has to judge, or where the verdict is not the engine's, or not the county's. Safe to repeat: a verdict
    that stands already is left alone.
    """
    case = locked_in(application, *IN_REVIEW[level])
    rows = {row.key: row for row in criterion_rows(case, level)}
    submission = newest(case)
    kept, errors = [], {}
    for tick in ticks:
        try:
            row = rows.get(tick.criterion)
            if row is None:
                raise FieldError("适用的标准没有这一项，请刷新页面。")
            words = _note_for(row, tick, level)
        except FieldError as error:
            errors[tick.criterion] = str(error)
            continue
        if not _stands(row, tick, words):
            kept.append(_keep(case, level, row, tick, words, submission, actor))
    if errors:
        raise Refused(errors)
    return kept


def check_criterion(*, application, level, criterion, verdict, note="", actor) -> CriterionCheck | None:
    """One verdict; see check_criteria. None when it stood already."""
    kept = check_criteria(
        application=application, level=level, ticks=[Tick(criterion, verdict, note)], actor=actor
    )
    return kept[0] if kept else None


def _note_for(row: Row, tick: Tick, level) -> str:
    if tick.verdict not in CheckVerdict.values:
        raise FieldError("请选择“符合”或“不符合”。")
    words = "" if is_blank(tick.note) else clean_text(tick.note, max_length=NOTE_LENGTH, multiline=True)
    if words:
        return words
    if row.verdict in NEEDS_A_PERSON:
        raise FieldError("这一项需要人工核实，请写明怎样核实、依据是什么。")
    if tick.verdict != row.verdict.value:
        raise FieldError("结论与自动核对不同，请写明理由。")
    if level == ReviewLevel.CITY and row.other and row.other.verdict != tick.verdict:
        raise FieldError("结论与县级审核不同，请写明理由。")
    return ""


def _stands(row: Row, tick: Tick, words: str) -> bool:
    return row.holds is not None and (row.holds.verdict, row.holds.note) == (tick.verdict, words)


def _keep(case, level, row: Row, tick: Tick, words, submission, actor) -> CriterionCheck:
    before = {"verdict": row.check.verdict, "note": row.check.note} if row.check else {}
    check, _ = CriterionCheck.objects.update_or_create(
        application=case,
        level=level,
        criterion=row.key,
        defaults={
            "submission": submission,
            "verdict": tick.verdict,
            "note": words,
            "officer": actor,
            "checked_at": timezone.now(),
        },
    )
    after = {"verdict": tick.verdict, "note": words}
    note(
        case,
        actor=actor,
        action="审核指标",
        reason=f"{row.criterion.name}：{check.get_verdict_display()}。{words}",
        public=False,
        data={"level": level, "criterion": row.key, "before": before, "after": after},
    )
    audit.record("审核指标", case, actor=actor, criterion=row.key, before=before, after=after)
    return check


# ---- on site --------------------------------------------------------------------------------------------


@transaction.atomic
def record_visit(
    *,
    application,
    level,
    visited_on,
    first_officer,
    second_officer,
    findings: Mapping[str, tuple[bool, str]],
    actor,
    companion="",
    problems="",
    photos=(),
) -> SiteVisit:
    """Write down a visit by two officers: each VisitItem agrees with the application or not, and why not.

    Refused: a day to come, one person under two spellings, an item left out, a disagreement without words. The
    visit as a whole agrees when every item does.
    """
    case = locked_in(application, *IN_REVIEW[level])
    first_officer, second_officer = (
        clean_text(first_officer, max_length=40),
        clean_text(second_officer, max_length=40),
    )
    errors = _visit_errors(visited_on, first_officer, second_officer, findings)
    if errors:
        raise Refused(errors)
    consistent = all(agrees for agrees, _ in findings.values())
    told = [f"{VisitItem(key).label}：{words}" for key, (agrees, words) in findings.items() if not agrees]
    visit = SiteVisit.objects.create(
        application=case,
        level=level,
        visited_on=visited_on,
        first_officer=first_officer,
        second_officer=second_officer,
        companion=companion,
        findings={key: {"agrees": agrees, "note": words} for key, (agrees, words) in findings.items()},
        problems="\n".join([*told, *([problems] if problems else [])]),
        consistent=consistent,
        recorded_by=actor,
    )
    visit.photos.set(_photos(case, photos, actor))
    result = "与申报材料一致" if consistent else f"与申报材料不一致：{visit.problems}"
    note(
        case,
        actor=actor,
        action="登记实地核查",
        reason=f"{visited_on}，{first_officer}、{second_officer}，{result}",
        public=False,
        data={"visit": visit.pk, "level": level},
    )
    audit.record("登记实地核查", case, actor=actor, visit=visit.pk, consistent=consistent)
    return visit


def _photos(case, files, actor) -> list[Evidence]:
    try:
        return [add_evidence(enterprise=case.enterprise, file=file, actor=actor) for file in files]
    except DomainError as refusal:
        raise Refused({"photos": str(refusal)}) from refusal


def _visit_errors(visited_on, first_officer, second_officer, findings) -> dict[str, str]:
    errors = {}
    if visited_on > timezone.localdate():
        errors["visited_on"] = "核查日期不能晚于今天。"
    if name_key(first_officer) == name_key(second_officer):
        errors["second_officer"] = "实地核查应由两名不同的工作人员进行，请填写另一人的姓名。"
    for item in VisitItem:
        agrees, words = findings.get(item, (None, ""))
        if agrees is None:
            errors[item.value] = f"请选择“{item.label}”是否一致。"
        elif not agrees and not words:
            errors[item.value] = f"“{item.label}”不一致，请写明发现了什么。"
    return errors
