"""申报批次: what a city takes applications for."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import clock
from core.errors import DomainError
from tiers import permissions
from tiers.application_forms import IntakeForm
from tiers.models import Intake
from tiers.services.cases import close_intake, save_intake


@require_GET
def intakes(request):
    """Every intake of the reader's city, latest first, with how many enterprises are at work in it."""
    if not permissions.can_see_intakes(request.user):
        raise Http404
    rows = Intake.objects.visible_to(request.user).distinct().select_related("city")
    rows = rows.annotate(
        drafts=Count("applications", filter=Q(applications__submitted_at__isnull=True), distinct=True),
        handed_in=Count("applications", filter=Q(applications__submitted_at__isnull=False), distinct=True),
    )
    today = clock.today()
    context = {
        "intakes": [(intake, state_of(intake, today), (intake.closes_on - today).days) for intake in rows],
        "may_manage": permissions.can_manage_intakes(request.user),
        "may_enter": permissions.can_see_applications(request.user),
    }
    return render(request, "tiers/intakes.html", context)


def state_of(intake, today) -> tuple[str, str]:
    """(colour, word)"""
    if today < intake.opens_on:
        return "mute", "未开始"
    return ("ok", "受理中") if today <= intake.closes_on else ("mute", "已截止")


@require_http_methods(["GET", "POST"])
def intake_new(request):
    if not permissions.can_manage_intakes(request.user):
        raise PermissionDenied
    return edit(request, Intake(city=request.user.region), "新建申报批次")


@require_http_methods(["GET", "POST"])
def intake_edit(request, pk):
    return edit(request, own_intake(request, pk), "修改申报批次")


def own_intake(request, pk) -> Intake:
    """An intake of the person's own city; others that may be read get 403."""
    if not permissions.can_see_intakes(request.user):
        raise Http404
    intake = get_object_or_404(Intake.objects.visible_to(request.user), pk=pk)
    if not permissions.can_manage_intakes(request.user) or intake.city_id != request.user.region_id:
        raise PermissionDenied
    return intake


def edit(request, intake, title):
    form = IntakeForm(request.POST or None, instance=intake)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_intake(intake=form.save(commit=False), actor=request.user)
            messages.success(request, f"已保存“{saved}”。")
            return redirect("tiers:intakes")
        except DomainError as refusal:
            form.add_error(None, str(refusal))
    context = {
        "form": form,
        "title": title,
        "intake": intake,
        "open": intake.pk and state_of(intake, clock.today())[1] == "受理中",
        "crumbs": [("申报批次", reverse("tiers:intakes"))],
    }
    return render(request, "tiers/intake_edit.html", context, status=422 if form.errors else 200)


@require_POST
def intake_close(request, pk):
    intake = own_intake(request, pk)
    try:
        close_intake(intake=intake, actor=request.user)
        messages.success(request, f"“{intake}”今天 24 时截止。")
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("tiers:intakes")
