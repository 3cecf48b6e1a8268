"""Public notice: choosing, publishing, the page for everybody, objections."""

import io

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import DomainError
from core.workdays import is_certain, nth_workday
from tiers import permissions
from tiers.enums import ObjectionKind, ReviewLevel
from tiers.models import Objection, Publicity
from tiers.notices import notice_document
from tiers.queries import city as queries
from tiers.review_forms import DecisionForm, ObjectionForm, PublicityForm, add_refusals
from tiers.services.city import decide_objection, publish_publicity, raise_objection
from tiers.views.city import crumbs_of, get_city_intake
from tiers.views.review import back, get_case

PER_PAGE = 100
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
GET_OR_POST = require_http_methods(["GET", "POST"])


# ---- publishing -----------------------------------------------------------------------------------------


@GET_OR_POST
def publicity_new(request, pk):
    """Choose the cases, read the list and its period, publish. Cases that something stands against say why."""
    intake, today = get_city_intake(request, pk), timezone.localdate()
    cases = queries.in_city_review(intake)
    last = Publicity.objects.filter(region=intake.city).first()
    initial = {
        "title": f"关于拟推荐{intake.name}企业名单的公示",
        "starts_on": nth_workday(today, 1),
        "contact": last.contact if last else intake.city.contact,
    }
    form = PublicityForm(request.POST or None, cases=cases, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            publicity = publish_publicity(
                intake=intake,
                applications=given["cases"],
                title=given["title"],
                starts_on=given["starts_on"],
                contact=given["contact"],
                actor=request.user,
            )
            messages.success(request, f"已发布，公示到 {publicity.ends_on} 为止。")
            return redirect("tiers:publicity_detail", publicity.pk)
        except DomainError as refusal:
            add_refusals(form, refusal)
    rows = queries.publishable(intake, ReviewLevel.CITY, today)
    context = {
        "intake": intake,
        "form": form,
        "rows": rows,
        "ready": sum(not reasons for _, reasons in rows),
        "ticked": set(request.POST.getlist("cases")) if form.is_bound else None,
        "days": queries.publicity_days([case for case, _ in rows]) if rows else 0,
        "crumbs": crumbs_of(intake),
    }
    return render(request, "tiers/publicity_new.html", context, status=422 if form.errors else 200)


def _publicity(request, pk) -> Publicity:
    if not permissions.can_read_reviews(request.user):
        raise Http404
    notices = Publicity.objects.visible_to(request.user).select_related(
        "intake__city", "region", "published_by"
    )
    return get_object_or_404(notices, pk=pk)


@require_GET
def publicity_detail(request, pk):
    """The notice for the city's people: its cases, where each stands, the objections."""
    publicity, today = _publicity(request, pk), timezone.localdate()
    objections = Objection.objects.filter(kind=ObjectionKind.PUBLICITY, application__publicity=publicity)
    context = {
        "publicity": publicity,
        "cases": queries.published(publicity),
        "objections": objections.select_related("application__enterprise", "decided_by"),
        "phase": phase_of(publicity, today),
        "days": queries.working_days(publicity),
        "certain": is_certain(publicity.ends_on.year),
        "runs": permissions.can_run_city(request.user, publicity.intake),
        "crumbs": crumbs_of(publicity.intake),
    }
    return render(request, "tiers/publicity_detail.html", context)


def phase_of(publicity, today) -> str:
    """before, running or over, by its first and last day (both inclusive)."""
    if today < publicity.starts_on:
        return "before"
    return "running" if today <= publicity.ends_on else "over"


@require_GET
def publicity_document(request, pk):
    """The notice as a Word file."""
    publicity = _publicity(request, pk)
    target = io.BytesIO()
    notice_document(publicity, target)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{publicity.title}.docx", content_type=DOCX)


# ---- for everybody --------------------------------------------------------------------------------------


def started(today):
    return Publicity.objects.filter(starts_on__lte=today).select_related("region", "intake")


@require_GET
@login_not_required
def publicity_list(request):
    """Every notice that has begun, newest first, without login."""
    today = timezone.localdate()
    page = Paginator(started(today), PER_PAGE).get_page(request.GET.get("page"))
    for publicity in page:
        publicity.phase = phase_of(publicity, today)
    return render(request, "tiers/publicity_list.html", {"page": page})


@require_GET
@login_not_required
def publicity_public(request, pk):
    """One notice without login: enterprise and county, nothing else; from its first day on."""
    today = timezone.localdate()
    publicity = get_object_or_404(started(today), pk=pk)
    context = {
        "publicity": publicity,
        "firms": queries.public_list(publicity),
        "phase": phase_of(publicity, today),
        "days": queries.working_days(publicity),
    }
    return render(request, "tiers/publicity_public.html", context)


# ---- objections -----------------------------------------------------------------------------------------


@GET_OR_POST
def application_objection(request, pk):
    """Record an objection to a published case."""
    case = get_case(request, pk)
    if not permissions.is_city_of(request.user, case):
        raise PermissionDenied
    if case.publicity is None:
        messages.error(request, "这份申报还没有公示，不能登记异议。")
        return back(case)
    form = ObjectionForm(request.POST or None, initial={"raised_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            objection = raise_objection(application=case, actor=request.user, **form.cleaned_data)
            messages.success(request, "已登记，这家企业暂缓上报，处理后再继续。")
            return redirect("tiers:objection_decision", objection.pk)
        except DomainError as refusal:
            add_refusals(form, refusal)
    crumbs = [
        *crumbs_of(case.intake),
        (case.enterprise.name, reverse("tiers:application_review", args=[case.pk])),
    ]
    context = {"case": case, "form": form, "crumbs": crumbs}
    return render(request, "tiers/application_objection.html", context, status=422 if form.errors else 200)


@GET_OR_POST
def objection_decision(request, pk):
    """One objection: what it says, and the city's reasoned decision."""
    if not permissions.can_read_reviews(request.user):
        raise Http404
    objections = Objection.objects.visible_to(request.user).filter(kind=ObjectionKind.PUBLICITY)
    objections = objections.select_related("application__managing_unit__parent", "application__enterprise",
                                           "application__intake", "application__publicity", "recorded_by",
                                           "decided_by")  # fmt: skip
    objection = get_object_or_404(objections, pk=pk)
    case = objection.application
    decides = permissions.is_city_of(request.user, case)
    if not permissions.can_read_city(request.user, case.intake):
        raise Http404  # who objected is not for the county that recommended
    form = DecisionForm(request.POST or None)
    if request.method == "POST":
        if not decides:
            raise PermissionDenied
        if form.is_valid():
            try:
                decide_objection(objection=objection, actor=request.user, **form.cleaned_data)
                messages.success(request, "异议已处理。")
                return redirect("tiers:publicity_detail", case.publicity_id)
            except DomainError as refusal:
                add_refusals(form, refusal)
    crumbs = [
        *crumbs_of(case.intake),
        (case.publicity.title, reverse("tiers:publicity_detail", args=[case.publicity_id])),
    ]
    context = {"objection": objection, "case": case, "form": form, "decides": decides, "crumbs": crumbs}
    return render(request, "tiers/objection_decision.html", context, status=422 if form.errors else 200)
