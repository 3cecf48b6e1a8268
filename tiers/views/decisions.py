"""Forms of one case: a visit, a return, a recommendation, a rejection. Each shows what will follow before it does."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from tiers.enums import ApplicationState, ReviewLevel
from tiers.queries import review as queries
from tiers.queries.queue import is_with_office
from tiers.queries.review import IN_REVIEW
from tiers.return_form import ReturnForm
from tiers.review_forms import OpinionForm, RejectForm, VisitForm, add_refusals
from tiers.services.decisions import recommend_application, reject_application
from tiers.services.returns import return_application
from tiers.services.review import record_visit
from tiers.views.review import back, get_own_case

GET_OR_POST = require_http_methods(["GET", "POST"])


def _open_case(request, pk, *also):
    """The case with the officer's level while it may be worked on; else None and where to go instead."""
    case, level = get_own_case(request, pk)
    if case.state in (*IN_REVIEW[level], *also):
        return case, level, None
    if not is_with_office(case, request.user):
        raise PermissionDenied
    messages.error(request, f"这份申报现在是“{case.get_state_display()}”，不能进行这一步操作。")
    return case, level, back(case)


def _crumbs(case):
    return [
        (case.intake.name, reverse("tiers:intake_review", args=[case.intake_id])),
        (case.enterprise.name, reverse("tiers:application_review", args=[case.pk])),
    ]


def _handle(request, case, form, act, done, **arguments):
    """Call the service when the form is good; where to go, or None to show the form with what is wrong."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        act(application=case, actor=request.user, **arguments)
    except DomainError as refusal:
        add_refusals(form, refusal)
        return None
    messages.success(request, done)
    return back(case)


def _page(request, template, case, form, **more):
    context = {"case": case, "form": form, "crumbs": _crumbs(case)} | more
    return render(request, f"tiers/{template}.html", context, status=422 if form.errors else 200)


@GET_OR_POST
def application_visit(request, pk):
    """Record a visit by two officers, item by item, with photos."""
    case, level, elsewhere = _open_case(request, pk)
    if elsewhere:
        return elsewhere
    form = VisitForm(request.POST or None, request.FILES or None, officer=request.user.full_name)
    details = form.details() if request.method == "POST" and form.is_valid() else {}
    done = _handle(request, case, form, record_visit, "已登记实地核查。", level=level, **details)
    return done or _page(request, "application_visit", case, form)


@GET_OR_POST
def application_recommend(request, pk):
    """What stands against a recommendation, and what will follow from it."""
    case, level, elsewhere = _open_case(request, pk)
    if level != ReviewLevel.COUNTY:
        raise PermissionDenied
    if elsewhere:
        return elsewhere
    form = OpinionForm(request.POST or None)
    opinion = form.cleaned_data["opinion"] if form.is_bound and form.is_valid() else ""
    done = _handle(request, case, form, recommend_application, "已推荐。", opinion=opinion)
    if done:
        return done
    obstacles = queries.obstacles(case, level, timezone.localdate())
    direct = case.managing_unit.provincial_direct
    return _page(request, "application_recommend", case, form, obstacles=obstacles, direct=direct)


@GET_OR_POST
def application_reject(request, pk):
    """End a case with a reason; one that is out for correction only after its deadline."""
    case, level, elsewhere = _open_case(request, pk, ApplicationState.RETURNED)
    if elsewhere:
        return elsewhere
    overdue = case.state == ApplicationState.RETURNED
    form = RejectForm(request.POST or None, overdue=overdue)
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    done = _handle(
        request,
        case,
        form,
        reject_application,
        "已办结，企业会收到消息。",
        level=level,
        reason=given.get("reason", ""),
        words=given.get("words", ""),
    )
    return done or _page(request, "application_reject", case, form, overdue=overdue)


# ---- return ---------------------------------------------------------------------------------------------


@GET_OR_POST
def application_return(request, pk):
    """Tick what is to be corrected, say how, read the letter as it will be sent, then send it."""
    case, level, elsewhere = _open_case(request, pk)
    if elsewhere:
        return elsewhere
    letter = ReturnForm(case, level, request.POST if request.method == "POST" else None)
    if letter.is_bound and not letter.errors and "send" in request.POST:
        try:
            return_application(
                application=case,
                level=level,
                target=letter.target,
                comment=letter.comment,
                points=letter.points,
                due_on=letter.due_on,
                actor=request.user,
            )
        except DomainError as refusal:
            letter.refuse(refusal)
        else:
            messages.success(request, "已退回，时限已暂停。")
            return redirect("tiers:application_review", case.pk)
    preview = letter.is_bound and not letter.errors
    context = {"case": case, "level": level, "letter": letter, "preview": preview, "crumbs": _crumbs(case)}
    return render(request, "tiers/application_return.html", context, status=422 if letter.errors else 200)
