"""What the enterprise sees of a case: its parts with their status, what is open, what is missing, what has changed.

A Case is read once, in a constant number of queries; the rest is computed from it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from core.fields import FieldError
from enterprises.fields import ITEMS, RecordField
from enterprises.queries.record import profile_of
from tiers.enums import ApplicationState, PointState, ReturnTarget, SectionStatus
from tiers.models import (
    Application,
    ApplicationEvidence,
    ApplicationSection,
    ReturnPoint,
    ReturnRequest,
    Submission,
)
from tiers.queries import content
from tiers.queries.content import Change, diff
from tiers.sections import (
    BY_KEY,
    FORM,
    SECTIONS,
    Place,
    Question,
    Section,
    places,
    questions,
    targets,
    years_of,
)

__all__ = ["Case", "Change", "diff", "editable", "latest_submission", "load_case", "open_points", "task_list"]


class Gap(NamedTuple):
    """Something that is missing or wrong; `name` is its place in the form."""

    section: Section
    name: str
    label: str
    problem: str


class Task(NamedTuple):
    """One line of the task list."""

    section: Section
    status: SectionStatus
    points: tuple[ReturnPoint, ...] = ()


@dataclass
class Case:
    """A case with its parts, files, and, while it is returned, what is to be changed."""

    application: Application
    rows: dict[str, ApplicationSection]
    request: ReturnRequest | None
    points: list[ReturnPoint]

    @cached_property
    def years(self) -> tuple[int, ...]:
        return years_of(self.application)

    @property
    def returned(self) -> bool:
        return self.application.state == ApplicationState.RETURNED

    @property
    def writable(self) -> bool:
        """The enterprise has the case and may work on some of it."""
        return self.application.state in ApplicationState.with_firm()

    def questions(self, section: Section) -> tuple[Question, ...]:
        return questions(section, self.application.title, self.years)

    def places(self, section: Section) -> list[Place]:
        return places(section, self.application.title, self.years)

    def answers(self, key: str) -> Mapping[str, str]:
        return self.rows[key].answers if key in self.rows else {}

    @cached_property
    def all_answers(self) -> dict[str, str]:
        """Every answer as typed, by name."""
        return {name: raw for section in FORM for name, raw in self.answers(section.key).items()}

    @cached_property
    def files(self) -> list[ApplicationEvidence]:
        return list(self.application.evidence.select_related("evidence"))

    @cached_property
    def submission(self) -> Submission | None:
        """What was handed in last."""
        return latest_submission(self.application) if self.application.submitted_at else None

    def files_at(self, place: str) -> list[ApplicationEvidence]:
        return [file for file in self.files if file.slot == place]

    def points_of(self, section: Section) -> list[ReturnPoint]:
        return [point for point in self.points if point.section == section.key]

    def is_open(self, section: Section, name: str = "") -> bool:
        """May this place be changed now? Without a name: anything in the part?"""
        if section.office or not self.writable:
            return False
        if not self.returned:
            return True
        return any(not name or point.field in ("", name) for point in self.points_of(section))

    @cached_property
    def entries(self) -> dict[str, list]:
        """List of the record → its entries. One query a list."""
        return content.entries_of(self.application.enterprise)

    @cached_property
    def lists(self) -> dict[str, list[dict[str, str]]]:
        """List of the record → its entries as a person reads them."""
        return {key: [ITEMS[key].words(entry) for entry in found] for key, found in self.entries.items()}

    @cached_property
    def complete(self) -> set[str]:
        """Lists that the enterprise has declared to be complete."""
        return set(profile_of(self.application.enterprise).complete_lists)

    @cached_property
    def changes(self) -> list[Change]:
        """What has been changed since the last submission and not been handed in, in a returned case."""
        if not (self.returned and self.submission):
            return []
        handed_in = self.submission.snapshot["sections"]
        keys = {point.section for point in self.points} & BY_KEY.keys()
        before = {key: handed_in.get(key, {}) for key in keys}
        now = {key: content.part(self, BY_KEY[key], before[key]) for key in keys}
        return list(content.differences(before, now))

    def has_changed(self, point: ReturnPoint) -> bool:
        """Does the place of a comment say something else than when it was returned?"""
        return any(
            change.section == point.section and point.field in ("", change.name) for change in self.changes
        )


def load_case(application: Application) -> Case:
    """Parts and the return that waits for an answer: one query, three in a returned case. The rest is read when
    it is asked for."""
    rows = {row.key: row for row in application.sections.select_related("saved_by")}
    request = open_return(application) if application.state == ApplicationState.RETURNED else None
    points = list(request.points.exclude(state=PointState.SETTLED)) if request else []
    return Case(application, rows, request, points)


def latest_submission(application: Application) -> Submission | None:
    return application.submissions.select_related("edition", "submitted_by").order_by("-round").first()


def open_return(application: Application) -> ReturnRequest | None:
    """The return that waits for the enterprise."""
    returns = application.returns.filter(target=ReturnTarget.ENTERPRISE, answered_at__isnull=True)
    return returns.order_by("-number").first()


def open_points(application: Application) -> list[ReturnPoint]:
    """What the enterprise is asked to change, in the order of the comments."""
    return load_case(application).points


def editable(application: Application) -> set[tuple[str, str]]:
    """(part, place) of every field, list and file place that may be changed now."""
    case = load_case(application)
    return {
        (section.key, name)
        for section in FORM
        for name, _ in targets(section, application.title, case.years)
        if case.is_open(section, name)
    }


# ---- status ---------------------------------------------------------------------------------------------

UNDONE = (SectionStatus.NOT_STARTED, SectionStatus.IN_PROGRESS)


def task_list(application: Application) -> list[Task]:
    """The ten parts with their status, in the order of the form."""
    return tasks_of(load_case(application))


def tasks_of(case: Case) -> list[Task]:
    return [Task(section, status_of(case, section), tuple(case.points_of(section))) for section in SECTIONS]


def status_of(case: Case, section: Section) -> SectionStatus:
    """Part 10 waits for the offices; a returned part is changed when every comment on it has been followed."""
    if section.office:
        return SectionStatus.CANNOT_START
    if points := case.points_of(section):
        return SectionStatus.CHANGED if all(map(case.has_changed, points)) else SectionStatus.NEEDS_CHANGE
    row = case.rows.get(section.key)
    if row is None or not row.version:
        return SectionStatus.NOT_STARTED
    return SectionStatus.DONE if row.done else SectionStatus.IN_PROGRESS


def check_status(case: Case) -> SectionStatus:
    """Of the last step, check and submit: it waits for every part before it."""
    if not case.writable:
        return SectionStatus.DONE
    if not case.returned and any(status_of(case, section) in UNDONE for section in FORM):
        return SectionStatus.CANNOT_START
    return SectionStatus.NOT_STARTED


# ---- gaps -----------------------------------------------------------------------------------------------


def problem_of(field: RecordField, raw: Any, required: bool) -> str:
    """What is wrong with one answer as typed; "" for nothing."""
    try:
        value = field.clean(raw)
    except FieldError as refusal:
        return str(refusal)
    return "请填写。" if required and value in (None, "", ()) else ""


def answer_gaps(case: Case, section: Section) -> list[Gap]:
    """Answers of a part that are required and missing, or cannot be read. No query."""
    answers = case.answers(section.key)
    return [
        Gap(section, question.name, question.label, problem)
        for question in case.questions(section)
        if (problem := problem_of(question.field, answers.get(question.name), question.required))
    ]


def gaps(case: Case, section: Section) -> list[Gap]:
    """All that is missing in a part: answers, entries of lists, files. What cannot be changed now does not count."""
    found = answer_gaps(case, section)
    for kind in section.kinds:
        if not case.entries[kind.key] and kind.key not in case.complete:
            found.append(Gap(section, kind.key, kind.label, "请登记；确实没有的，请勾选“没有”。"))
    for place in case.places(section):
        if place.required and not case.files_at(place.name):
            found.append(Gap(section, place.name, place.label, "请上传。"))
    return [gap for gap in found if case.is_open(section, gap.name)]


def all_gaps(case: Case) -> list[Gap]:
    """What stands between the case and its submission, in the order of the form."""
    return [gap for section in FORM for gap in gaps(case, section)]


# ---- the cases of one enterprise user -------------------------------------------------------------------


class Waiting(NamedTuple):
    """A returned case: how many changes wait to be handed in, how many comments wait to be followed."""

    application: Application
    request: ReturnRequest | None
    changes: int
    left: int


def waiting_for(user) -> list[Waiting]:
    """The returned cases of an enterprise user. One query when there are none."""
    cases = Application.objects.visible_to(user).filter(state=ApplicationState.RETURNED)
    return [_waiting(one) for one in cases.select_related("enterprise", "intake").order_by("pk")]


def _waiting(application: Application) -> Waiting:
    case = load_case(application)
    left = sum(not case.has_changed(point) for point in case.points)
    return Waiting(application, case.request, len(case.changes), left)


def previous_cases(enterprises: Iterable, intake) -> list[Application]:
    """Earlier cases for the same title that a new one can be copied from, latest first."""
    cases = Application.objects.filter(
        enterprise__in=enterprises, title=intake.title, submissions__isnull=False
    )
    return list(cases.exclude(intake=intake).select_related("intake").distinct().order_by("-pk"))
