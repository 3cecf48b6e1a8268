"""Revocations and appeals."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import DomainError
from tiers import permissions
from tiers.enums import ObjectionKind, ObjectionState, RevocationReason, Title
from tiers.models import Application, Objection, Recognition, Revocation
from tiers.queries.titles import Documents
from tiers.review_forms import add_refusals
from tiers.services.appeals import AGAINST, about, decide_appeal, raise_appeal
from tiers.services.revocations import note_revocation, revoke_title
from tiers.title_filters import AppealFilter, RevocationFilter
from tiers.title_forms import AppealDecisionForm, AppealForm, NoteForm, RevokeForm
from tiers.views.lifecycle import firm_crumb
from tiers.views.titles import PAGE

GET_OR_POST = require_http_methods(["GET", "POST"])
APPEALS = ("申诉", "tiers:appeal_list")


# ---- revocations ----------------------------------------------------------------------------------------
@require_GET
def revocation_list(request):
    """Titles that were taken away, newest first."""
    if not permissions.can_see_title_lists(request.user):
        raise PermissionDenied
    rows = Revocation.objects.visible_to(request.user).select_related(
        "recognition__enterprise__managing_unit"
    )
    found = RevocationFilter(request.GET, rows, request=request)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page": page, "today": timezone.localdate()}
    return render(request, "tiers/revocation_list.html", context)


@GET_OR_POST
def title_revoke(request, pk):
    """Enter the document that takes a title away. The form says what will follow."""
    recognition = _recognition(request, pk)
    if not permissions.can_revoke(request.user, recognition.enterprise):
        raise Http404
    form = RevokeForm(request.POST or None, initial={"reason": request.GET.get("reason", "")})
    if request.method == "POST" and form.is_valid():
        try:
            found = revoke_title(recognition=recognition, actor=request.user, **form.cleaned_data)
        except DomainError as refusal:
            add_refusals(form, refusal)
        else:
            messages.success(request, f"已登记撤销，共 {len(found)} 个称号。")
            return redirect("tiers:revocation_detail", found[0].pk)
    enterprise, today = recognition.enterprise, timezone.localdate()
    procedure = Documents().procedure(recognition.title, today) if recognition.tier else None
    context = {
        "recognition": recognition,
        "enterprise": enterprise,
        "form": form,
        "term": procedure.terms["ban_years"] if procedure else None,
        "others": Recognition.objects.filter(
            enterprise=enterprise,
            title__in=Title.tiers(),
            revoked_on__isnull=True,
            valid_until__gte=today,
        ).exclude(pk=recognition.pk),
        "banning": [reason.label for reason in RevocationReason if reason.bans],
        "crumbs": [firm_crumb(enterprise)],
    }
    return render(request, "tiers/title_revoke.html", context, status=422 if form.errors else 200)


def _recognition(request, pk) -> Recognition:
    rows = Recognition.objects.visible_to(request.user).select_related("enterprise__managing_unit__parent")
    return get_object_or_404(rows, pk=pk)


@require_GET
def revocation_detail(request, pk):
    """One revocation: document, reason, ban, notes; the enterprise finds its appeal here."""
    revocation = _revocation(request, pk)
    return render(request, "tiers/revocation_detail.html", _revocation_page(request, revocation))


def _revocation(request, pk) -> Revocation:
    if not permissions.can_see_titles(request.user):
        raise Http404
    rows = Revocation.objects.visible_to(request.user).select_related(
        "recognition__enterprise__managing_unit__parent", "recorded_by"
    )
    return get_object_or_404(rows, pk=pk)


def _revocation_page(request, revocation, form=None) -> dict:
    enterprise, user = revocation.recognition.enterprise, request.user
    appeals = Objection.objects.filter(recognition=revocation.recognition, kind=ObjectionKind.APPEAL)
    may_revoke = permissions.can_revoke(user, enterprise)
    same_document = Revocation.objects.filter(
        recognition__enterprise=enterprise, document_number=revocation.document_number
    )
    return {
        "revocation": revocation,
        "recognition": revocation.recognition,
        "enterprise": enterprise,
        "today": timezone.localdate(),
        "together": same_document.exclude(pk=revocation.pk).select_related("recognition"),
        "appeals": appeals,
        "may_appeal": permissions.can_keep_titles(user, enterprise)
        and revocation.recognition.revoked_on is not None
        and not appeals.filter(state=ObjectionState.OPEN).exists(),
        "form": form or (NoteForm() if may_revoke else None),
        "crumbs": [firm_crumb(enterprise)],
    }


@require_POST
def revocation_note(request, pk):
    """Correct or add by a dated note; nothing is deleted."""
    revocation = _revocation(request, pk)
    if not permissions.can_revoke(request.user, revocation.recognition.enterprise):
        raise Http404
    form = NoteForm(request.POST)
    if form.is_valid():
        note_revocation(revocation=revocation, note=form.cleaned_data["note"], actor=request.user)
        messages.success(request, "已补充说明。")
        return redirect("tiers:revocation_detail", revocation.pk)
    context = _revocation_page(request, revocation, form)
    return render(request, "tiers/revocation_detail.html", context, status=422)


# ---- appeals --------------------------------------------------------------------------------------------
def _appeals(user):
    rows = Objection.objects.visible_to(user).filter(kind=ObjectionKind.APPEAL)
    return rows.select_related(
        "application__enterprise__managing_unit__parent",
        "recognition__enterprise__managing_unit__parent",
        "decided_by",
        "recorded_by",
    )


@require_GET
def appeal_list(request):
    """Appeals, open ones first, each with its deadline."""
    if not permissions.can_see_titles(request.user):
        raise PermissionDenied
    rows = _appeals(request.user)
    found = AppealFilter(request.GET, rows, request=request)
    counts = {state: rows.filter(state=state).count() for state in ObjectionState.values}
    state = request.GET.get("state", "")
    tabs = [
        {"label": "全部", "url": request.path, "count": sum(counts.values()), "current": not state},
        *(
            {"label": label, "url": f"?state={value}", "count": counts[value], "current": value == state}
            for value, label in ObjectionState.choices
        ),
    ]
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    for appeal in page:
        _in_words(appeal)
    context = {"page": page, "tabs": tabs, "today": timezone.localdate()}
    return render(request, "tiers/appeal_list.html", context)


def _in_words(appeal) -> Objection:
    appeal.about = about(appeal)
    appeal.enterprise = (appeal.application or appeal.recognition).enterprise
    return appeal


@GET_OR_POST
def title_appeal(request, pk):
    """Appeal against the revocation of a title."""
    recognition = _recognition(request, pk)
    if not permissions.can_keep_titles(request.user, recognition.enterprise):
        raise Http404
    return _raise(request, recognition.enterprise, recognition=recognition)


@GET_OR_POST
def application_appeal(request, pk):
    """Appeal against a case that was rejected or failed."""
    cases = Application.objects.visible_to(request.user)
    case = get_object_or_404(cases.select_related("enterprise__managing_unit__parent"), pk=pk)
    if not permissions.can_keep_titles(request.user, case.enterprise):
        raise Http404
    return _raise(request, case.enterprise, application=case)


def _raise(request, enterprise, *, application=None, recognition=None):
    form = AppealForm(request.POST or None, initial={"raised_by": request.user.full_name})
    if request.method == "POST" and form.is_valid():
        try:
            appeal = raise_appeal(
                application=application, recognition=recognition, actor=request.user, **form.cleaned_data
            )
        except DomainError as refusal:
            add_refusals(form, refusal)
        else:
            messages.success(request, "申诉已提出，处理结果会通知您。")
            return redirect("tiers:appeal_detail", appeal.pk)
    against = Objection(application=application, recognition=recognition)
    context = {
        "enterprise": enterprise,
        "about": about(against),
        "application": application,
        "revocation": getattr(recognition, "revocation", None) if recognition else None,
        "possible": application.state in AGAINST if application else recognition.revoked_on is not None,
        "form": form,
        "crumbs": [firm_crumb(enterprise)],
    }
    return render(request, "tiers/appeal_raise.html", context, status=422 if form.errors else 200)


@require_GET
def appeal_detail(request, pk):
    """One appeal with its reason and decision, and the form of whoever decides."""
    appeal = _appeal(request, pk)
    return render(request, "tiers/appeal_detail.html", _appeal_page(request, appeal))


def _appeal(request, pk) -> Objection:
    if not permissions.can_see_titles(request.user):
        raise Http404
    return _in_words(get_object_or_404(_appeals(request.user), pk=pk))


def _appeal_page(request, appeal, form=None) -> dict:
    is_open = appeal.state == ObjectionState.OPEN
    decides = is_open and permissions.can_revoke(request.user, appeal.enterprise)
    return {
        "appeal": appeal,
        "enterprise": appeal.enterprise,
        "today": timezone.localdate(),
        "form": form or (AppealDecisionForm() if decides else None),
        "crumbs": [(APPEALS[0], reverse(APPEALS[1]))],
    }


@require_POST
def appeal_decide(request, pk):
    """Close an appeal with a reason; the page says what an upheld one brings back."""
    appeal = _appeal(request, pk)
    if not permissions.can_revoke(request.user, appeal.enterprise):
        raise Http404
    form = AppealDecisionForm(request.POST)
    if form.is_valid():
        try:
            decide_appeal(
                appeal=appeal,
                upheld=form.cleaned_data["upheld"] == "yes",
                decision=form.cleaned_data["decision"],
                actor=request.user,
            )
        except DomainError as refusal:
            add_refusals(form, refusal)
        else:
            messages.success(request, "申诉已办结。")
            return redirect("tiers:appeal_detail", appeal.pk)
    context = _appeal_page(request, appeal, form)
    return render(request, "tiers/appeal_detail.html", context, status=422)
