"""An intake as its offices see it: progress by county, the order of recommendations, draws, reports."""

import io

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.enums import Role
from core import audit
from core.errors import DomainError
from tiers import draw as drawing
from tiers import permissions
from tiers.exports import report_cases, report_workbook
from tiers.models import Application, Draw, Intake, Report
from tiers.queries import city as queries
from tiers.review_forms import DrawForm, ReportForm, add_refusals
from tiers.services.city import draw_cases, report_to_province
from tiers.services.decisions import IN_ORDER, reorder_recommendations

PER_PAGE = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GET_OR_POST = require_http_methods(["GET", "POST"])


def get_intake(request, pk) -> Intake:
    """An intake of the reader's city, for those who follow reviews; others get 404."""
    if not permissions.can_read_reviews(request.user):
        raise Http404
    intakes = Intake.objects.visible_to(request.user).select_related("city")
    return get_object_or_404(intakes, pk=pk)


def get_city_intake(request, pk) -> Intake:
    """An intake that the reader's city runs; those who only read get 403."""
    intake = get_intake(request, pk)
    if not permissions.can_run_city(request.user, intake):
        raise PermissionDenied
    return intake


def crumbs_of(intake) -> list[tuple[str, str]]:
    return [(intake.name, reverse("tiers:intake_review", args=[intake.pk]))]


# ---- cases by county ------------------------------------------------------------------------------------


@require_GET
def intake_review(request, pk):
    """The cases of an intake by stage, and how far each county is."""
    intake, user = get_intake(request, pk), request.user
    visible = Application.objects.visible_to(user)
    progress = queries.unit_progress(intake, visible)
    stage, unit = request.GET.get("stage", ""), request.GET.get("unit", "")
    cases = visible.filter(intake=intake).select_related("enterprise", "managing_unit", "assigned_to")
    if unit.isdigit() and len(unit) <= 6:
        cases = cases.filter(managing_unit__code=unit)
    if stage in queries.STATES_OF_STAGE:
        cases = cases.filter(state__in=queries.STATES_OF_STAGE[stage])
    cases = cases.order_by("managing_unit__code", "recommended_as", "pk")
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "intake": intake,
        "progress": progress,
        "stages": [(key, label) for key, label, _ in queries.STAGES],
        "totals": {key: sum(row[key] for row in progress) for key in ("total", "handed_in", "finished")}
        | {key: sum(row[key] for row in progress) for key, _, _ in queries.STAGES},
        "tabs": _tabs(request, progress, stage),
        "unit": next((row["unit"] for row in progress if row["managing_unit__code"] == unit), ""),
        "page": page,
        "runs": permissions.can_run_city(user, intake),
        "of_city": permissions.can_read_city(user, intake),
        "direct": permissions.can_report_directly(user),
        "draws": Draw.objects.visible_to(user).filter(intake=intake),
        "publicities": intake.publicities.annotate(count=Count("applications")),
        "reports": Report.objects.visible_to(user)
        .filter(intake=intake)
        .annotate(count=Count("applications")),
    }
    return render(request, "tiers/intake_review.html", context)


def _tabs(request, progress, stage) -> list[dict]:
    query = request.GET.copy()
    for name in ("stage", "page"):
        query.pop(name, None)
    tabs = [{"label": "全部", "url": f"?{query.urlencode()}", "count": sum(row["total"] for row in progress)}]
    for key, label, _ in queries.STAGES:
        query["stage"] = key
        tabs.append(
            {"label": label, "url": f"?{query.urlencode()}", "count": sum(row[key] for row in progress)}
        )
    for tab, key in zip(tabs, ["", *queries.STATES_OF_STAGE], strict=True):
        tab["current"] = key == stage
    return tabs


# ---- the order of a unit's recommendations --------------------------------------------------------------


@GET_OR_POST
def recommendation_order(request, pk):
    """A county arranges the cases it recommends, as long as the city has not taken them up."""
    intake, user = get_intake(request, pk), request.user
    if user.role != Role.COUNTY:
        raise PermissionDenied
    if request.method == "POST":
        order = [int(one) for one in request.POST.getlist("order") if one.isascii() and one.isdigit()][:1000]
        after = _moved(order, request.POST.get("move", ""))
        try:
            reorder_recommendations(intake=intake, unit=user.region, before=order, after=after, actor=user)
            messages.success(request, "推荐排序已保存。")
        except DomainError as refusal:
            messages.error(request, str(refusal))
        return redirect("tiers:recommendation_order", intake.pk)
    mine = Application.objects.visible_to(user).filter(intake=intake, recommended_as__isnull=False)
    mine = mine.select_related("enterprise").order_by("recommended_as")
    context = {
        "intake": intake,
        "movable": [case for case in mine if case.state in IN_ORDER],
        "fixed": [case for case in mine if case.state not in IN_ORDER],
        "direct": permissions.can_report_directly(user),
        "crumbs": crumbs_of(intake),
    }
    return render(request, "tiers/recommendation_order.html", context)


def _moved(order: list[int], move: str) -> list[int]:
    """`move` is "up:17" or "down:17": the case changes places with its neighbour."""
    way, _, pk = move.partition(":")
    found = list(order)
    if not (pk.isascii() and pk.isdigit()) or int(pk[:18]) not in found:
        return found
    place = found.index(int(pk[:18]))
    other = place - 1 if way == "up" else place + 1
    if 0 <= other < len(found):
        found[place], found[other] = found[other], found[place]
    return found


# ---- draws ----------------------------------------------------------------------------------------------


@GET_OR_POST
def draw_new(request, pk):
    """Draw spot checks among the cases before the city."""
    intake = get_city_intake(request, pk)
    form = DrawForm(request.POST or None)
    pool = queries.draw_pool(intake)
    if request.method == "POST" and form.is_valid():
        try:
            draw = draw_cases(intake=intake, actor=request.user, **form.cleaned_data)
            return redirect("tiers:draw_detail", draw.pk)
        except DomainError as refusal:
            add_refusals(form, refusal)
    context = {"intake": intake, "form": form, "pool": pool, "crumbs": crumbs_of(intake)}
    return render(request, "tiers/draw_new.html", context, status=422 if form.errors else 200)


@require_GET
@login_not_required
def draw_detail(request, pk):
    """A draw for everybody: seed, pool, fingerprint, result, and the same drawn again now. Names are for staff."""
    draw = get_object_or_404(Draw.objects.select_related("intake__city", "region"), pk=pk)
    staff = request.user.is_authenticated and Draw.objects.visible_to(request.user).filter(pk=pk).exists()
    holds = drawing.holds(
        seed=draw.seed, pool=draw.pool, pool_hash=draw.pool_sha256, size=draw.size, drawn=draw.drawn
    )
    context = {
        "draw": draw,
        "holds": holds,
        "cases": queries.drawn_cases(draw) if staff else {},
        "staff": staff and permissions.can_read_reviews(request.user),
        "crumbs": crumbs_of(draw.intake) if staff else [],
    }
    return render(request, "tiers/draw_detail.html", context)


# ---- reports --------------------------------------------------------------------------------------------


def _reporting(request, pk) -> Intake:
    intake = get_intake(request, pk)
    if not (permissions.can_run_city(request.user, intake) or permissions.can_report_directly(request.user)):
        raise PermissionDenied
    return intake


@GET_OR_POST
def report_new(request, pk):
    """Choose what goes to the province: the page is the 推荐名单汇总表 as it will be sent."""
    intake, today = _reporting(request, pk), timezone.localdate()
    region = request.user.region
    cases = queries.reportable(intake, region, today)
    form = ReportForm(request.POST or None, cases=cases, initial={"reported_on": today})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            report = report_to_province(
                intake=intake,
                region=region,
                applications=given["cases"],
                document_number=given["document_number"],
                reported_on=given["reported_on"],
                actor=request.user,
            )
            messages.success(request, "已上报，可以下载推荐名单汇总表。")
            return redirect("tiers:report_detail", report.pk)
        except DomainError as refusal:
            add_refusals(form, refusal)
    context = {
        "intake": intake,
        "form": form,
        "rows": queries.report_rows(cases),
        "ticked": set(request.POST.getlist("cases")) if form.is_bound else None,
        "waiting": _waiting(intake, region, today),
        "crumbs": crumbs_of(intake),
    }
    return render(request, "tiers/report_new.html", context, status=422 if form.errors else 200)


def _waiting(intake, region, today) -> dict[str, int]:
    """What of a city's notices cannot be reported yet."""
    found = Application.objects.filter(intake=intake, publicity__region=region)
    return found.aggregate(
        running=Count("pk", filter=Q(state="publicity", publicity__ends_on__gte=today)),
        objected=Count("pk", filter=Q(state="objection")),
    )


def _report(request, pk) -> Report:
    if not permissions.can_read_reviews(request.user):
        raise Http404
    reports = Report.objects.visible_to(request.user).select_related("intake__city", "region", "reported_by")
    return get_object_or_404(reports, pk=pk)


@require_GET
def report_detail(request, pk):
    """What went to the province, and the answers that have come back."""
    report = _report(request, pk)
    context = {
        "report": report,
        "rows": queries.report_rows(report_cases(report)),
        "crumbs": crumbs_of(report.intake),
    }
    return render(request, "tiers/report_detail.html", context)


@require_GET
def report_file(request, pk):
    """The 推荐名单汇总表 as a workbook; it carries names and telephone numbers, so taking it is recorded."""
    report = _report(request, pk)
    target = io.BytesIO()
    count = report_workbook(report, target)
    audit.record("导出推荐名单汇总表", report, actor=request.user, rows=count)
    target.seek(0)
    name = f"推荐名单汇总表_{report.intake.name}_{report.reported_on}.xlsx"
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX)
