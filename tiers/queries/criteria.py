"""The criteria of a case as its pinned standard asks for them, with the engine's and the officers' verdicts.

What a case needs to be judged is read for any number of cases at once (`files_of`); the rest is computed from it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from policies.engine.standards import Criterion, Verdict
from policies.engine.standards.assess import examined
from policies.queries import standard_of
from tiers.enums import CheckVerdict, ReviewLevel
from tiers.models import Application, ApplicationEvent, CriterionCheck, Submission

NEEDS_A_PERSON = (Verdict.PERSON, Verdict.MISSING)
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


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
        """Required, and nobody has judged it yet."""
        return self.required and self.decided not in CheckVerdict.values

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


# ---- what is read ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class CaseFile:
    """A case with what was handed in last and all the ticks on it. `pinned`: submission → its assessment under the
    pinned standard, where the enterprise handed in under another one."""

    application: Application
    submission: Submission
    checks: dict[tuple[str, str], CriterionCheck] = field(default_factory=dict)
    pinned: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def assessment(self, submission: Submission) -> Mapping[str, Any]:
        """What the engine said of a submission under the pinned standard."""
        if self.application.edition_id in (None, submission.edition_id):
            return submission.snapshot.get("assessment") or {}
        return self.pinned.get(submission.pk, {})


def newest(application: Application) -> Submission | None:
    return application.submissions.select_related("edition").first()


def files_of(applications: Sequence[Application]) -> dict[int, CaseFile]:
    """Case → its file, for those that were handed in. Three queries, however many cases."""
    cases = {case.pk: case for case in applications}
    submissions = Submission.objects.filter(application__in=cases).order_by("application_id", "-round")
    files = {
        one.application_id: CaseFile(cases[one.application_id], one)
        for one in submissions.distinct("application_id")
    }
    checks = CriterionCheck.objects.filter(application__in=files).select_related("officer", "submission")
    for check in checks:
        files[check.application_id].checks[check.level, check.criterion] = check
    events = ApplicationEvent.objects.filter(application__in=files, data__has_key="assessment").order_by("pk")
    for pk, data in events.values_list("application_id", "data"):
        files[pk].pinned[data["submission"]] = data["assessment"]
    return files


def file_of(application: Application) -> CaseFile | None:
    return files_of([application]).get(application.pk)


# ---- facts ----------------------------------------------------------------------------------------------


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
    """Every criterion with value, verdict, files and checks; [] before acceptance. Three queries."""
    file = file_of(application)
    return rows_of(file, level) if file else []


def rows_of(file: CaseFile, level: str) -> list[Row]:
    """As criterion_rows, of a file that was already read."""
    if file.application.edition_id is None:
        return []
    assessment = file.assessment(file.submission)
    findings, files = findings_by_key(assessment), evidence_for(file.submission)
    changed = _changed(file, assessment)
    other_level = ReviewLevel.CITY if level == ReviewLevel.COUNTY else ReviewLevel.COUNTY
    rows = []
    for part, criterion in criteria_of(file.application):
        finding = findings.get(criterion.key, {})
        check, other = file.checks.get((level, criterion.key)), file.checks.get((other_level, criterion.key))
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
                other=other if other and other.pk not in changed else None,
                stale=bool(check and check.pk in changed),
            )
        )
    return rows


def _value(finding) -> Decimal | str | None:
    """A stored value as the engine gave it: a number where it has a unit, else words."""
    value = finding.get("value")
    return Decimal(value) if value and finding.get("unit") and NUMBER.fullmatch(value) else value


def _changed(file: CaseFile, assessment: Mapping[str, Any]) -> set[int]:
    """Checks made on an older submission that said something else of their criterion."""
    found = set()
    for check in file.checks.values():
        older = check.submission
        if older.pk != file.submission.pk:
            before = facts_of(check.criterion, file.assessment(older), older)
            if before != facts_of(check.criterion, assessment, file.submission):
                found.add(check.pk)
    return found
