"""What a city sees of an intake: how far each county is, what can be drawn, published and reported."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from accounts.enums import RegionKind
from core.workdays import ONE_DAY, workdays_left
from enterprises.models import Enterprise
from policies.queries import standard_of
from tiers.enums import ApplicationState, ObjectionKind, ObjectionState
from tiers.models import Application, Draw, Intake, Objection, Publicity, SiteVisit, Submission
from tiers.queries.review import obstacles_of

# Where a city may draw from: recommended to it and not yet published.
DRAWABLE = (ApplicationState.RECOMMENDED, ApplicationState.CITY_REVIEW)


# ---- an intake by county --------------------------------------------------------------------------------

STAGES = (
    ("draft", "填写中", (ApplicationState.DRAFT,)),
    ("submitted", "待受理", (ApplicationState.SUBMITTED,)),
    ("county", "县级审核", (ApplicationState.COUNTY_REVIEW, ApplicationState.RETURNED_TO_COUNTY)),
    ("returned", "企业修改", (ApplicationState.RETURNED,)),
    ("city", "市级审核", (ApplicationState.RECOMMENDED, ApplicationState.CITY_REVIEW)),
    ("publicity", "公示", (ApplicationState.PUBLICITY, ApplicationState.OBJECTION)),
    ("reported", "已报省", (ApplicationState.REPORTED,)),
    (
        "closed",
        "已办结",
        (
            ApplicationState.GRANTED,
            ApplicationState.FAILED,
            ApplicationState.REJECTED,
            ApplicationState.ABANDONED,
        ),
    ),
)
STATES_OF_STAGE = {key: states for key, _, states in STAGES}
# With the county as long as the city cannot act: what a county has still to finish.
UNFINISHED = ("submitted", "county", "returned")


def unit_progress(intake: Intake, cases) -> list[dict[str, Any]]:
    """Per managing unit: cases by stage, how many are handed in, how many of those the county has finished.

    `cases`: the cases of the intake that the reader may see. One query; units without a case are left out.
    """
    counts = {key: Count("pk", filter=Q(state__in=states)) for key, _, states in STAGES}
    rows = list(
        cases.filter(intake=intake)
        .order_by("managing_unit__code")
        .values(
            "managing_unit", "managing_unit__code", "managing_unit__name", "managing_unit__provincial_direct"
        )
        .annotate(total=Count("pk"), **counts)
    )
    for row in rows:
        row["unit"] = row["managing_unit__name"]
        row["handed_in"] = row["total"] - row["draft"]
        row["finished"] = row["handed_in"] - sum(row[key] for key in UNFINISHED)
    return rows


# ---- draw -----------------------------------------------------------------------------------------------


def draw_pool(intake: Intake) -> list[str]:
    """Numbers of the cases that the intake's city may draw from."""
    pool = Application.objects.filter(
        intake=intake, state__in=DRAWABLE, managing_unit__provincial_direct=False
    )
    return list(pool.order_by("number").values_list("number", flat=True))


def drawn_cases(draw: Draw) -> dict[str, Application]:
    """Number → case of those that were drawn."""
    cases = Application.objects.filter(number__in=draw.drawn).select_related("enterprise", "managing_unit")
    return {case.number: case for case in cases}


# ---- public notice --------------------------------------------------------------------------------------


def in_city_review(intake: Intake):
    """Cases the city has taken up: what can be published."""
    cases = Application.objects.filter(intake=intake, state=ApplicationState.CITY_REVIEW)
    return cases.select_related("enterprise", "managing_unit", "edition", "intake").order_by(
        "managing_unit__code", "recommended_as", "pk"
    )


def publishable(intake: Intake, level, day) -> list[tuple[Application, tuple[str, ...]]]:
    """Each case the city has taken up, with the reasons that still stand against publishing it on `day`."""
    cases = list(in_city_review(intake))
    found = obstacles_of(cases, level, day)
    return [(case, found[case.pk]) for case in cases]


def publicity_days(applications) -> int:
    """Working days of a notice: the longest that a pinned standard of the cases asks for."""
    return max(standard_of(case.edition).procedure.publicity_working_days for case in applications)


def working_days(publicity: Publicity) -> int:
    """Working days of a notice, first and last day included."""
    return workdays_left(publicity.starts_on - ONE_DAY, publicity.ends_on)


def published(publicity: Publicity):
    """The cases of a notice in the order of the list: by county, then as the county recommended them."""
    cases = publicity.applications.select_related("enterprise", "managing_unit", "edition")
    return cases.order_by("managing_unit__code", "recommended_as", "pk")


def public_list(publicity: Publicity) -> list[tuple[str, str]]:
    """(enterprise, county): all that a person without login may see of a notice."""
    return [(case.enterprise.name, case.managing_unit.name) for case in published(publicity)]


# ---- report ---------------------------------------------------------------------------------------------


def reportable(intake: Intake, region, today):
    """Cases that `region` may report to the province on `today`.

    A city: those whose notice has ended (its last day before today) and that no objection holds. A unit that
    answers to the province alone: those it has put on its list.
    """
    cases = Application.objects.filter(intake=intake).select_related(
        "enterprise", "managing_unit__parent", "edition", "intake", "publicity"
    )
    if region.kind == RegionKind.CITY:
        held = Objection.objects.filter(
            application=OuterRef("pk"), kind=ObjectionKind.PUBLICITY, state=ObjectionState.OPEN
        )
        cases = cases.filter(state=ApplicationState.PUBLICITY, publicity__ends_on__lt=today).exclude(
            Exists(held)
        )
    else:
        cases = cases.filter(
            state=ApplicationState.COUNTY_REVIEW,
            managing_unit=region,
            managing_unit__provincial_direct=True,
            recommended_as__isnull=False,
        )
    return cases.order_by("managing_unit__code", "recommended_as", "pk")


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One line of the 推荐名单汇总表: what the page and the workbook both show."""

    number: int
    city: str
    unit: str
    name: str
    uscc: str
    industry: str
    product: str
    score: str
    visit: str
    place: int | None
    contact: str
    phone: str
    application: Application


def report_rows(cases) -> list[ReportRow]:
    """Lines of the summary in the order of the cases. Three queries for any number of cases."""
    cases = list(cases)
    submissions = newest_of(cases)
    visits = _last_visits(cases)
    return [
        _row(number, case, submissions.get(case.pk), visits.get(case.pk))
        for number, case in enumerate(cases, 1)
    ]


def newest_of(cases) -> dict[int, Submission]:
    """Case → its newest submission. One query."""
    found = Submission.objects.filter(application__in=cases)
    rows = found.order_by("application_id", "-round").distinct("application_id")
    return {row.application_id: row for row in rows}


def _last_visits(cases) -> dict[int, SiteVisit]:
    rows = SiteVisit.objects.filter(application__in=cases).order_by("application_id", "-visited_on", "-pk")
    return {visit.application_id: visit for visit in rows.distinct("application_id")}


def _row(number, case, submission, visit) -> ReportRow:
    answers = _answers(submission)
    firm: Enterprise = case.enterprise
    return ReportRow(
        number=number,
        city=case.managing_unit.city.name,
        unit=case.managing_unit.name,
        name=firm.name,
        uscc=firm.uscc,
        industry=answers.get("industry_code") or firm.industry_code,
        product=answers.get("lead_product", ""),
        score=score_words(case, submission),
        visit=visit_words(visit),
        place=case.recommended_as,
        contact=answers.get("contact", ""),
        phone=answers.get("contact_mobile") or answers.get("phone") or firm.phone,
        application=case,
    )


def _answers(submission) -> dict[str, str]:
    parts = submission.snapshot.get("sections", {}) if submission else {}
    return {name: value for part in parts.values() for name, value in (part.get("answers") or {}).items()}


def score_words(case, submission) -> str:
    """得分/直通条件: the met direct route by name, else the points, else that the conditions are reached."""
    assessment = submission.snapshot.get("assessment") or {} if submission else {}
    met = {found["key"] for found in assessment.get("findings") or () if found["verdict"] == "met"}
    routes = standard_of(case.edition).routes
    names = [route.criterion.name for route in routes if route.criterion.key in met]
    points = assessment.get("points")
    words = [f"{points} 分"] if points is not None else []
    return "；".join(words + [f"直通：{name}" for name in names[:1]]) or "符合认定条件"


def visit_words(visit) -> str:
    if visit is None:
        return "未核查"
    return f"{visit.visited_on} {'一致' if visit.consistent else '不一致'}"
