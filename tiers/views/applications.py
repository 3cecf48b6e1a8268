"""The applications of an enterprise: the list with what is open, starting one, its hub, taking it back."""

from itertools import pairwise

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.enums import Role
from core import clock
from core.errors import DomainError
from core.fields import FieldError, clean_uscc
from enterprises.models import Enterprise
from tiers import permissions
from tiers.application_forms import StartForm
from tiers.enums import ApplicationState, Origin, ReviewLevel
from tiers.models import Application, Intake
from tiers.queries.cases import Case, diff, load_case
from tiers.queries.intakes import offers, papers
from tiers.queries.timeline import office_of, timeline
from tiers.sections import BY_KEY, label_of
from tiers.services.cases import abandon_application, start_application, withdraw_application
from tiers.views.filling import frame, get_own, section_url


@require_GET
def application_list(request):
    """The cases of one's enterprises and the intakes that are open, with what each takes; for the offices the
    cases they enter for enterprises."""
    user = request.user
    if not permissions.can_see_applications(user):
        raise Http404
    cases = Application.objects.visible_to(user).select_related(
        "enterprise", "intake", "managing_unit", "previous__intake"
    )
    firm = user.role == Role.ENTERPRISE
    if not firm:
        cases = cases.filter(origin=Origin.STAFF)
    today = clock.today()
    intakes = (
        Intake.objects.visible_to(user).open_on(today).select_related("city").order_by("closes_on", "pk")
    )
    firms = Enterprise.objects.visible_to(user).select_related("managing_unit__parent") if firm else []
    context = {
        "cases": [(case, (case.intake.closes_on - today).days) for case in cases],
        "offers": [(offer, papers(offer.intake)) for offer in offers(intakes, firms, today)],
        "firm": firm,
        "with_firm": ApplicationState.with_firm(),
    }
    return render(request, "tiers/application_list.html", context)


# ---- start ----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def application_start(request, pk):
    """Before the start: who may apply, what it takes, the managing unit to confirm, an earlier case to copy."""
    user = request.user
    if not permissions.can_see_applications(user):
        raise Http404
    intake = get_object_or_404(Intake.objects.visible_to(user).select_related("city"), pk=pk)
    enterprise = chosen_firm(request, intake)
    if enterprise is None:
        return render(request, "tiers/application_start.html", ask_for_firm(request, intake))
    firms = Enterprise.objects.filter(pk=enterprise.pk)
    earlier = Application.objects.filter(enterprise=enterprise, title=intake.title).select_related("intake")
    earlier = earlier.exclude(intake=intake).order_by("-pk")
    data = request.POST if request.method == "POST" else None
    form = StartForm(
        data,
        firms=firms,
        previous=earlier,
        unit=enterprise.managing_unit,
        initial={"previous": earlier.first()},
    )
    if data is not None and form.is_valid():
        try:
            application = start_application(
                intake=intake,
                enterprise=enterprise,
                actor=user,
                origin=Origin.ONLINE if user.role == Role.ENTERPRISE else Origin.STAFF,
                previous=form.cleaned_data["previous"],
                unit=enterprise.managing_unit,
            )
            return redirect("tiers:application_detail", application.pk)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
    context = start_page(intake, enterprise, form, earlier)
    return render(request, "tiers/application_start.html", context, status=422 if form.errors else 200)


def chosen_firm(request, intake) -> Enterprise | None:
    """The enterprise that is meant: the person's only one, or the one named by its key or its credit code."""
    firms = Enterprise.objects.visible_to(request.user).select_related("managing_unit__parent")
    named = request.POST.get("enterprise") or request.GET.get("enterprise", "")
    if named:
        firm = get_object_or_404(firms, pk=int(named)) if named.isdecimal() and len(named) < 19 else None
    elif request.GET.get("uscc"):
        firm = _by_code(firms, request)
    else:
        mine = firms[:2] if request.user.role == Role.ENTERPRISE else []
        firm = mine[0] if len(mine) == 1 else None
    if firm and not permissions.can_start(request.user, firm):
        raise PermissionDenied
    return firm


def _by_code(firms, request) -> Enterprise | None:
    try:
        firm = firms.filter(uscc=clean_uscc(request.GET["uscc"])).first()
    except FieldError as refusal:
        messages.error(request, str(refusal))
        return None
    if firm is None:
        messages.error(request, "本辖区没有这家企业，请核对统一社会信用代码。")
    return firm


def ask_for_firm(request, intake) -> dict:
    mine = Enterprise.objects.visible_to(request.user) if request.user.role == Role.ENTERPRISE else []
    return {
        "intake": intake,
        "firms": list(mine),
        "papers": papers(intake),
        "staff": request.user.role != Role.ENTERPRISE,
        "crumbs": [("申报", reverse("tiers:application_list"))],
    }


def start_page(intake, enterprise, form, earlier) -> dict:
    [offer] = offers([intake], [enterprise], clock.today())
    chance = offer.chances[0] if offer.chances else None
    return {
        "intake": intake,
        "offer": offer,
        "enterprise": enterprise,
        "chance": chance,
        "foreign": chance is None,
        "papers": papers(intake),
        "form": form,
        "earlier": list(earlier),
        "staff": False,
        "crumbs": [("申报", reverse("tiers:application_list"))],
    }


# ---- one case -------------------------------------------------------------------------------------------


@require_GET
def application_detail(request, pk):
    """The hub of a case: where it stands, what to do, its parts, its history. Officers go to their own page."""
    application = get_object_or_404(Application.objects.visible_to(request.user), pk=pk)
    if not permissions.is_filler(request.user, application) or (
        request.user.role != Role.ENTERPRISE and application.state not in ApplicationState.with_firm()
    ):
        return redirect("tiers:application_review", pk)
    case = load_case(get_own(request, pk))
    return render(request, "tiers/application_detail.html", hub(request, case))


def hub(request, case: Case) -> dict:
    application = case.application
    submissions = list(application.submissions.select_related("submitted_by").order_by("round"))
    changes = {newer.pk: diff(older, newer) for older, newer in pairwise(submissions)}
    around = frame(case)
    return {
        **around,
        "rows": [(task, section_url(application, task.section)) for task in around["form_tasks"]],
        "done": sum(task.status in ("done", "changed") for task in around["form_tasks"]),
        "request_points": [(point, case.has_changed(point), *place_of(case, point)) for point in case.points],
        "timeline": timeline(application, public=True),
        "returned_by": office_of(returning_office(application)),
        "submissions": [(one, changes.get(one.pk, [])) for one in reversed(submissions)],
        "can_withdraw": permissions.can_withdraw(request.user, application),
        "can_fill": permissions.can_fill(request.user, application),
        "today": timezone.localdate(),
    }


def returning_office(application):
    """The county or the city, whoever asked for corrections."""
    unit = application.managing_unit
    return unit.city if application.returned_by == ReviewLevel.CITY else unit


def place_of(case: Case, point) -> tuple[str, str]:
    """What a comment is about, in words, and where it stands in the form."""
    section = BY_KEY.get(point.section)
    if section is None:
        return point.section, ""
    what = label_of(section.key, point.field) if point.field else "整个部分"
    return f"{section.title} · {what}", section_url(case.application, section, point.field)


@require_POST
def application_withdraw(request, pk):
    application = get_own(request, pk)
    try:
        withdraw_application(application=application, actor=request.user)
        messages.success(request, "已撤回，可以修改后重新提交。请留意受理截止日期。")
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("tiers:application_detail", pk)


@require_POST
def application_abandon(request, pk):
    application = get_own(request, pk)
    try:
        abandon_application(
            application=application, actor=request.user, reason=request.POST.get("reason", "")
        )
        messages.success(request, "已放弃这份申报，填过的内容还在，以后可以沿用。")
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("tiers:application_detail", pk)
