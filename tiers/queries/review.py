"""What the offices have to look at before a case goes on, and the corrections they have asked for."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Count
from django.utils import timezone

from policies.engine.standards import Standard
from policies.engine.standards.values import SCORE
from policies.engine.standards.words import plain
from policies.queries import standard_of
from tiers.enums import ApplicationState, CheckVerdict, PointState, ReturnTarget, ReviewLevel
from tiers.models import Application, Draw, ReturnPoint, SiteVisit
from tiers.queries.criteria import Row, files_of, rows_of
from tiers.queries.titles import Asked, may_apply_each
from tiers.sections import FORM, Section, targets, years_of

# Where a case stands while an office may check, visit, return or decide.
IN_REVIEW = {
    ReviewLevel.COUNTY: (ApplicationState.COUNTY_REVIEW, ApplicationState.RETURNED_TO_COUNTY),
    ReviewLevel.CITY: (ApplicationState.CITY_REVIEW,),
}
NAMED = 3  # how many names a sentence lists


# ---- what stands against sending on ---------------------------------------------------------------------


def obstacles(application: Application, level: str, day: date) -> tuple[str, ...]:
    """Why the office may not recommend (county) or publish (city) the case on `day`; empty: it may."""
    return obstacles_of([application], level, day)[application.pk]


def obstacles_of(applications: Sequence[Application], level: str, day: date) -> dict[int, tuple[str, ...]]:
    """Case → what stands against sending it on. Twelve queries, however many cases; they come with their enterprise,
    intake and edition."""
    files = files_of(applications)
    visits, points = _last_visits(applications, level), _unsettled_counts(applications, level)
    drawn = _drawn(applications)
    asked = [Asked(case.enterprise, case.title, case.kind, case.intake.closes_on) for case in applications]
    found = {}
    for case, reasons in zip(applications, may_apply_each(asked, day), strict=True):
        file = files.get(case.pk)
        rows = rows_of(file, level) if file else []
        found[case.pk] = (
            *(_unchecked(rows) if level == ReviewLevel.COUNTY else ()),
            *shortfalls(case, rows),
            *_lacking_visit(level, visits.get(case.pk), case.number in drawn),
            *_open_points(points.get(case.pk, 0)),
            *reasons,
        )
    return found


def _unchecked(rows: list[Row]) -> Iterable[str]:
    if names := [row.criterion.name for row in rows if row.open]:
        yield f"{_named(names)}需要人工核实，请先作出结论并写明说明。"


def _named(names: list[str]) -> str:
    more = f"等 {len(names)} 项" if len(names) > NAMED else ""
    return "".join(f"“{name}”" for name in names[:NAMED]) + more


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


# ---- visits, draws, points ------------------------------------------------------------------------------


def _last_visits(applications, level) -> dict[int, SiteVisit]:
    visits = SiteVisit.objects.filter(application__in=applications, level=level)
    visits = visits.order_by("application_id", "-visited_on", "-pk").distinct("application_id")
    return {visit.application_id: visit for visit in visits}


def _drawn(applications) -> set[str]:
    """Numbers that a spot check of their intake has picked."""
    draws = Draw.objects.filter(intake__in={case.intake_id for case in applications})
    return {number for numbers in draws.values_list("drawn", flat=True) for number in numbers}


def _lacking_visit(level, last: SiteVisit | None, drawn: bool) -> Iterable[str]:
    """The county must have been on site; the city where the draw has picked the case."""
    if last and not last.consistent:
        yield "最近一次实地核查与申报材料不一致，请退回企业修改，或重新核查后再登记。"
    elif last is None and level == ReviewLevel.COUNTY:
        yield "还没有登记实地核查，请先登记。"
    elif last is None and drawn:
        yield "抽查抽中了这家企业，请先登记市级实地核查。"


def _unsettled_counts(applications, level) -> dict[int, int]:
    points = ReturnPoint.objects.filter(request__application__in=applications, request__level=level)
    points = points.exclude(state=PointState.SETTLED).order_by().values_list("request__application")
    return dict(points.annotate(count=Count("pk")))


def _open_points(count: int) -> Iterable[str]:
    if count:
        yield f"还有 {count} 条退回意见没有确认解决，请逐条确认，或再次退回。"


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
