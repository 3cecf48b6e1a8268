"""What the offices look at: a case's criteria as its pinned standard asks for them, the officers' verdicts beside
them, and what stands against sending the case on."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from policies.engine.standards import Criterion, Standard, Verdict
from policies.engine.standards.assess import examined
from policies.engine.standards.values import SCORE
from policies.engine.standards.words import plain
from policies.queries import standard_of
from tiers.enums import ApplicationState, CheckVerdict, PointState, ReturnTarget, ReviewLevel
from tiers.models import Application, CriterionCheck, ReturnPoint, Submission
from tiers.queries.titles import may_apply
from tiers.sections import FORM, Section, targets, years_of

# Where a case stands while an office may check, visit, return or decide.
IN_REVIEW = {
    ReviewLevel.COUNTY: (ApplicationState.COUNTY_REVIEW, ApplicationState.RETURNED_TO_COUNTY),
    ReviewLevel.CITY: (ApplicationState.CITY_REVIEW,),
}
NEEDS_A_PERSON = (Verdict.PERSON, Verdict.MISSING)
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
NAMED = 3  # how many names a sentence lists


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion of the pinned standard in one case, as seen from one level."""

    criterion: Criterion
    part: str  # gate, scored, route
    verdict: Verdict  # what the engine says
    value: Decimal | str | None
    unit: str
    points: Decimal | None
    finding: Mapping[str, Any]  # the stored finding, {} when the submission has none
    evidence: tuple[Mapping[str, str], ...]  # files handed in for this criterion
    check: CriterionCheck | None  # this level's verdict
    other: CriterionCheck | None  # the other level's, when it still holds
    stale: bool  # the check was made on an older submission whose facts were different

    @property
    def key(self) -> str:
        return self.criterion.key

    @property
    def inputs(self) -> tuple[tuple[str, str], ...]:
        """What went into the value: (label, words)."""
        return tuple((name, words) for name, words in self.finding.get("inputs") or ())

    @property
    def holds(self) -> CriterionCheck | None:
        """This level's check, unless it is stale."""
        return None if self.stale else self.check

    @property
    def required(self) -> bool:
        """A person has to judge before the case is recommended: a condition that data alone does not decide."""
        return self.part == "gate" and self.verdict in NEEDS_A_PERSON

    @property
    def open(self) -> bool:
        return self.required and self.holds is None

    @property
    def earned(self) -> Decimal:
        """Points of a scored criterion; open ones only when an officer has found it met."""
        if self.points is not None:
            return self.points
        return self.criterion.most if self.decided == CheckVerdict.MET else Decimal(0)

    @property
    def decided(self) -> str:
        """This level's verdict; the city takes over that of the county; else the engine's."""
        below = self.other if self.other and self.other.level == ReviewLevel.COUNTY else None
        check = self.holds or below
        return check.verdict if check else self.verdict.value


# ---- submissions ----------------------------------------------------------------------------------------


def newest(application: Application) -> Submission | None:
    return application.submissions.select_related("edition").first()


def stored_assessment(application: Application, submission: Submission) -> Mapping[str, Any]:
    """What the engine said of a submission under the pinned standard: in the submission itself, or, when another
    edition was in force at acceptance, in the event that pinned it."""
    if application.edition_id in (None, submission.edition_id):
        return submission.snapshot.get("assessment") or {}
    events = application.events.filter(data__submission=submission.pk, data__has_key="assessment")
    pinned = events.order_by("-pk").values_list("data", flat=True).first()
    return pinned["assessment"] if pinned else {}


def findings_by_key(assessment: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {finding["key"]: finding for finding in assessment.get("findings") or ()}


def evidence_for(submission: Submission) -> dict[str, list[Mapping[str, str]]]:
    """Criterion or place in the form → the files handed in for it."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for part in submission.snapshot.get("sections", {}).values():
        for file in part.get("evidence") or ():
            found.setdefault(file["slot"], []).append(file)
    return found


def facts_of(key: str, assessment: Mapping[str, Any], submission: Submission) -> Any:
    """All that a verdict on one criterion rests on; two submissions with equal facts may share a check.

    A finding that does not list its inputs rests on the whole form.
    """
    finding = findings_by_key(assessment).get(key, {})
    rests_on = finding.get("inputs")
    if rests_on is None:
        rests_on = {
            name: part.get("answers") for name, part in submission.snapshot.get("sections", {}).items()
        }
    files = sorted(file["sha256"] for file in evidence_for(submission).get(key, ()))
    return finding.get("verdict"), finding.get("value"), finding.get("points"), rests_on, files


# ---- criteria -------------------------------------------------------------------------------------------


def criteria_of(application: Application) -> list[tuple[str, Criterion]]:
    """(part, criterion) of the pinned standard for this kind of case, in the order of the document."""
    standard = standard_of(application.edition)
    gates = examined(standard, application.kind, application.accepted_on)
    return [
        *(("gate", one) for one in gates),
        *(("scored", one) for one in standard.scored),
        *(("route", one.criterion) for one in standard.routes if application.kind in one.criterion.kinds),
    ]


def criterion_rows(application: Application, level: str) -> list[Row]:
    """Every criterion with value, verdict, files and checks. A constant number of queries."""
    if application.edition is None or (submission := newest(application)) is None:
        return []
    assessment = stored_assessment(application, submission)
    findings, files = findings_by_key(assessment), evidence_for(submission)
    checks = _checks(application)
    facts = _facts_of_checks(application, checks.values(), submission, assessment)
    other_level = ReviewLevel.CITY if level == ReviewLevel.COUNTY else ReviewLevel.COUNTY
    rows = []
    for part, criterion in criteria_of(application):
        finding = findings.get(criterion.key, {})
        check, other = checks.get((level, criterion.key)), checks.get((other_level, criterion.key))
        rows.append(
            Row(
                criterion=criterion,
                part=part,
                verdict=Verdict(finding.get("verdict", Verdict.MISSING)),
                value=_value(finding),
                unit=finding.get("unit", ""),
                points=None if finding.get("points") is None else Decimal(str(finding["points"])),
                finding=finding,
                evidence=tuple(files.get(criterion.key, ())),
                check=check,
                other=other if other and not facts[other.pk] else None,
                stale=bool(check and facts[check.pk]),
            )
        )
    return rows


def _value(finding) -> Decimal | str | None:
    """A stored value as the engine gave it: a number where it has a unit, else words."""
    value = finding.get("value")
    return Decimal(value) if value and finding.get("unit") and NUMBER.fullmatch(value) else value


def _checks(application) -> dict[tuple[str, str], CriterionCheck]:
    found = application.checks.select_related("officer", "submission", "submission__edition")
    return {(check.level, check.criterion): check for check in found}


def _facts_of_checks(
    application, checks: Iterable[CriterionCheck], submission, assessment
) -> dict[int, bool]:
    """Check → does the newest submission say something else than the one that was checked?"""
    older = {check.submission_id: check.submission for check in checks}
    assessments = {
        pk: assessment if pk == submission.pk else stored_assessment(application, one)
        for pk, one in older.items()
    }
    return {
        check.pk: check.submission_id != submission.pk
        and facts_of(check.criterion, assessments[check.submission_id], check.submission)
        != facts_of(check.criterion, assessment, submission)
        for check in checks
    }


# ---- what stands against sending on ---------------------------------------------------------------------


def obstacles(application: Application, level: str, day) -> tuple[str, ...]:
    """Why the office may not recommend (county) or publish (city) the case on `day`; empty: it may."""
    rows = criterion_rows(application, ReviewLevel.COUNTY)
    found = list(_unchecked(rows)) if level == ReviewLevel.COUNTY else []
    found += shortfalls(
        application, criterion_rows(application, level) if level == ReviewLevel.CITY else rows
    )
    found += _visits(application, level)
    if points := unsettled(application, level).count():
        found.append(f"还有 {points} 条退回意见没有确认解决，请逐条确认，或再次退回。")
    found += may_apply(
        application.enterprise, application.title, application.kind, day, application.intake.closes_on
    )
    return tuple(found)


def _unchecked(rows) -> Iterable[str]:
    if names := [row.criterion.name for row in rows if row.open]:
        yield f"{_named(names)}需要人工核实，请先作出结论并写明说明。"


def shortfalls(application: Application, rows: list[Row]) -> list[str]:
    """What is not reached, the officers' verdicts counted; a direct route stands for what it replaces."""
    standard = standard_of(application.edition)
    met = {row.key for row in rows if row.part == "route" and row.decided == CheckVerdict.MET}
    replaced = {key for route in standard.routes if route.criterion.key in met for key in route.replaces}
    failed = [
        row.criterion.name
        for row in rows
        if row.part == "gate" and row.decided == CheckVerdict.NOT_MET and row.key not in replaced
    ]
    found = [f"{_named(failed)}不符合，不能推荐。数据有误的请退回企业修改。"] if failed else []
    return found if SCORE in replaced else found + _short_score(standard, rows)


def _short_score(standard: Standard, rows: list[Row]) -> list[str]:
    """Points that lack data count only where an officer has said that the criterion is met."""
    if standard.pass_line is None:
        return []
    scored = [row for row in rows if row.part == "scored"]
    reach: dict[str, Decimal] = dict.fromkeys((row.criterion.group for row in scored), Decimal(0))
    for row in scored:
        reach[row.criterion.group] += row.earned
    total, line = sum(reach.values(), Decimal(0)), standard.pass_line
    short = [f"评价得分 {plain(total)} 分，低于 {plain(line.total)} 分"] if total < line.total else []
    short += [
        f"{group} {plain(reach.get(group, Decimal(0)))} 分，低于 {plain(least)} 分"
        for group, least in line.groups.items()
        if reach.get(group, Decimal(0)) < least
    ]
    if not short:
        return []
    unknown = [
        row.criterion.name for row in scored if row.points is None and row.decided not in CheckVerdict.values
    ]
    if unknown:
        return [f"{'，'.join(short)}。{_named(unknown)}缺数据，请退回企业补齐，或核实后作出结论。"]
    return [f"{'，'.join(short)}，也不符合直接通过条件，不能推荐。"]


def _named(names: list[str]) -> str:
    more = f"等 {len(names)} 项" if len(names) > NAMED else ""
    return "".join(f"“{name}”" for name in names[:NAMED]) + more


def _visits(application, level) -> list[str]:
    """The county must have been on site; the city where the draw has picked the case."""
    last = application.visits.filter(level=level).order_by("-visited_on", "-pk").first()
    if last is None:
        if level == ReviewLevel.COUNTY:
            return ["还没有登记实地核查，请先登记。"]
        return ["抽查抽中了这家企业，请先登记市级实地核查。"] if drawn_in(application) else []
    if not last.consistent:
        return ["最近一次实地核查与申报材料不一致，请退回企业修改，或重新核查后再登记。"]
    return []


def drawn_in(application: Application) -> bool:
    """Has a spot check picked this case?"""
    return application.intake.draws.filter(drawn__contains=[application.number]).exists()


# ---- corrections ----------------------------------------------------------------------------------------


def parts_of(application: Application) -> list[tuple[Section, list[tuple[str, str]]]]:
    """Every part of the form with what a reviewer can send back in it: (name, label)."""
    years = years_of(application)
    return [(section, targets(section, application.title, years)) for section in FORM]


def places_of(application: Application) -> dict[str, str]:
    """“part:name” → label of everything that can be sent back; “part:” is the part as a whole."""
    found = {}
    for section, named in parts_of(application):
        found[f"{section.key}:"] = section.title
        found |= {f"{section.key}:{name}": label for name, label in named}
    return found


def unsettled(application: Application, level: str):
    """The points that this office has asked for and not yet ticked off."""
    points = ReturnPoint.objects.filter(request__application=application, request__level=level)
    return points.exclude(state=PointState.SETTLED)


def is_overdue(application: Application) -> bool:
    """Is the day by which the enterprise should have handed in its corrections over?"""
    return application.state == ApplicationState.RETURNED and timezone.localdate() > application.due_on


def rounds(application: Application) -> list:
    """Every round of corrections, newest first, each with its points."""
    return list(
        application.returns.order_by("-number")
        .select_related("requested_by")
        .prefetch_related("points__settled_by")
    )


def open_request(application: Application, target: str = ReturnTarget.ENTERPRISE):
    """The corrections that are being waited for, None when none are."""
    return application.returns.filter(target=target, answered_at__isnull=True).first()
