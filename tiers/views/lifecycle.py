"""Yearly updates and major changes: lists for the offices, and the pages on which they are done."""

from collections import Counter

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.enums import Role
from core.errors import DomainError
from enterprises.models import Enterprise
from enterprises.services.evidence import add_evidence
from tiers import permissions
from tiers.enums import ChangeState, Title
from tiers.models import AnnualUpdate, MajorChange, Recognition
from tiers.queries.lifecycle import update_duties, update_state_of
from tiers.queries.record_news import record_news
from tiers.queries.titles import Documents
from tiers.review_forms import add_refusals
from tiers.services.lifecycle import complete_annual_update, decide_change, report_change
from tiers.title_filters import UPDATE_STATES, change_rows, update_rows
from tiers.title_forms import ChangeDecisionForm, ChangeForm, OwnUpdateForm, RegisteredUpdateForm
from tiers.views.titles import PAGE, export, get_kept_firm

GET_OR_POST = require_http_methods(["GET", "POST"])


# ---- yearly updates -------------------------------------------------------------------------------------
@require_GET
def update_list(request):
    """信息更新催报表: who owes this year's update, who has done it, by when."""
    if not permissions.can_see_title_lists(request.user):
        raise PermissionDenied
    today = timezone.localdate()
    documents = Documents()
    found = update_rows(request.GET, request, today, documents)
    every = request.GET.copy()
    for name in ("state", "page"):
        every.pop(name, None)
    counts = _update_counts(update_rows(every, request, today, documents).qs, today)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    _add_titles(page.object_list, request.user, today)
    context = {
        "filter": found,
        "page": page,
        "tabs": _tabs(every, UPDATE_STATES, counts, request.GET.get("state", "")),
        "today": today,
        "deadlines": [(Title(title).label, due) for title, due in deadlines(today.year)],
    }
    return render(request, "tiers/update_list.html", context)


def deadlines(year) -> list[tuple[str, object]]:
    """The last day of each tier's update in the year, as the document in force says."""
    documents = Documents()
    return [(title, due) for title in Title.tiers() if (due := documents.update_due(title, year))]


def _update_counts(rows, today) -> dict[str, int]:
    """Enterprises by how their update stands, in one query."""
    found = rows.order_by().values_list("pk", "due_on", "done_on")
    return dict(Counter(update_state_of(due_on, done_on, today) for _, due_on, done_on in found))


def _tabs(every, states, counts, state) -> list[dict]:
    """One tab for all and one for each state, under the other filters."""
    tabs = []
    for value, label in [("", "全部"), *states]:
        query = every.copy()
        if value:
            query["state"] = value
        count = counts.get(value, 0) if value else sum(counts.values())
        url = f"?{query.urlencode()}"
        tabs.append({"label": label, "url": url, "count": count, "current": value == state})
    return tabs


def _add_titles(firms, user, today) -> None:
    """To each enterprise the tier titles that owe the update, how it stands, and whether the person may enter it."""
    owed = Q()
    for title, due in deadlines(today.year):
        owed |= Q(title=title, valid_from__lte=due, valid_until__gte=due, documented_on__lte=due)
    held: dict[int, list[str]] = {}
    rows = Recognition.objects.filter(owed, enterprise__in=[firm.pk for firm in firms]) if owed else []
    for row in rows:
        held.setdefault(row.enterprise_id, []).append(row.title)
    for firm in firms:
        titles = sorted(set(held.get(firm.pk, [])), key=lambda title: -Title(title).tier)
        firm.owing = titles
        firm.update_state = update_state_of(firm.due_on, firm.done_on, today)
        firm.update_label = dict(UPDATE_STATES)[firm.update_state]
        firm.days_left = (firm.due_on - today).days
        firm.may_register = permissions.can_keep_titles(user, firm)


@require_POST
def update_export(request):
    """The list as its filters show it, as a workbook."""
    return export(request, "updates", "信息更新催报表")


@GET_OR_POST
def annual_update(request, pk):
    """Confirm the record of this year: what is there, what has changed since last year, what is missing."""
    enterprise = get_kept_firm(request, pk)
    today, own = timezone.localdate(), request.user.role == Role.ENTERPRISE
    form = (OwnUpdateForm if own else RegisteredUpdateForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        on = today if own else given["completed_on"]
        try:
            complete_annual_update(
                enterprise=enterprise,
                year=on.year,
                completed_on=on,
                note=given["note"],
                actor=request.user,
            )
        except DomainError as refusal:
            add_refusals(form, refusal)
        else:
            messages.success(request, f"{on.year} 年度信息更新已登记。")
            return redirect("tiers:firm_titles", enterprise.pk)
    duty = update_duties(Enterprise.objects.filter(pk=enterprise.pk), today.year, Documents()).first()
    context = {
        "enterprise": enterprise,
        "form": form,
        "own": own,
        "today": today,
        "due_on": duty.due_on if duty else None,
        "done": AnnualUpdate.objects.filter(enterprise=enterprise, year=today.year).first(),
        "news": record_news(enterprise, today.year - 1),
        "crumbs": [firm_crumb(enterprise)],
    }
    return render(request, "tiers/annual_update.html", context, status=422 if form.errors else 200)


def firm_crumb(enterprise):
    return (f"{enterprise.name}的称号", reverse("tiers:firm_titles", args=[enterprise.pk]))


# ---- major changes --------------------------------------------------------------------------------------
@require_GET
def change_list(request):
    """Reported changes: to be checked first, then the newest."""
    if not permissions.can_see_titles(request.user):
        raise PermissionDenied
    found = change_rows(request.GET, request)
    every = request.GET.copy()
    for name in ("state", "page"):
        every.pop(name, None)
    counts = dict(change_rows(every, request).qs.order_by().values_list("state").annotate(Count("pk")))
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page": page,
        "tabs": _tabs(every, ChangeState.choices, counts, request.GET.get("state", "")),
        "may_export": permissions.can_see_title_lists(request.user),
    }
    return render(request, "tiers/change_list.html", context)


@require_POST
def change_export(request):
    """The ledger as its filters show it, as a workbook."""
    return export(request, "changes", "重大变化台账")


@GET_OR_POST
def change_report(request, pk):
    """Report a change of the enterprise, with a file that proves it."""
    enterprise = get_kept_firm(request, pk)
    form = ChangeForm(request.POST or None, request.FILES or None, enterprise=enterprise)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        file = given.pop("file")
        try:
            with transaction.atomic():
                if file:
                    given["evidence"] = add_evidence(enterprise=enterprise, file=file, actor=request.user)
                change = report_change(enterprise=enterprise, actor=request.user, **given)
        except DomainError as refusal:
            add_refusals(form, refusal)
        else:
            words = f"已过报告期限 {change.due_on}，按逾期报告登记。" if change.is_late else "等待核实。"
            messages.success(request, f"已报告，{words}")
            return redirect("tiers:change_detail", change.pk)
    context = {
        "enterprise": enterprise,
        "form": form,
        "term": report_term(timezone.localdate()),
        "crumbs": [firm_crumb(enterprise)],
    }
    return render(request, "tiers/change_report.html", context, status=422 if form.errors else 200)


def report_term(day):
    """What the document in force says of reporting changes: months, gist, clause; None without a document."""
    procedure = Documents().procedure(Title.PROVINCIAL_SRDI, day)
    return procedure.terms["change_report_months"] if procedure else None


@require_GET
def change_detail(request, pk):
    """One reported change, what a late one may cost, and the form of whoever decides."""
    change = get_change(request, pk)
    return render(request, "tiers/change_detail.html", _change_page(request, change))


def get_change(request, pk) -> MajorChange:
    if not permissions.can_see_titles(request.user):
        raise Http404
    rows = MajorChange.objects.visible_to(request.user).select_related(
        "enterprise__managing_unit__parent", "evidence", "reported_by", "decided_by", "new_unit"
    )
    return get_object_or_404(rows, pk=pk)


def _change_page(request, change, form=None) -> dict:
    enterprise, waits = change.enterprise, change.state == ChangeState.REPORTED
    decides = permissions.can_decide_change(request.user, enterprise)
    today = timezone.localdate()
    held = Recognition.objects.filter(enterprise=enterprise, title__in=Title.tiers()).valid_on(today)
    proposed = change.state == ChangeState.UNQUALIFIED
    return {
        "change": change,
        "enterprise": enterprise,
        "form": form or (ChangeDecisionForm(change=change) if decides and waits else None),
        "term": report_term(change.happened_on),
        "held": held,
        "may_revoke": proposed and permissions.can_revoke(request.user, enterprise),
        "crumbs": [("重大变化", reverse("tiers:change_list"))],
    }


@require_POST
def change_decide(request, pk):
    """The title stays, or is proposed for revocation; a rename or a move is carried out at once."""
    change = get_change(request, pk)
    if not permissions.can_decide_change(request.user, change.enterprise):
        raise Http404
    form = ChangeDecisionForm(request.POST, change=change)
    if form.is_valid():
        given = form.cleaned_data
        try:
            change = decide_change(
                change=change,
                accepted=given["accepted"] == "yes",
                opinion=given["opinion"],
                cancels_review=given.get("cancels_review", False),
                new_unit=given.get("new_unit"),
                actor=request.user,
            )
        except DomainError as refusal:
            add_refusals(form, refusal)
        else:
            messages.success(request, f"已核实：{change.get_state_display()}。")
            return redirect("tiers:change_list")
    context = _change_page(request, change, form)
    return render(request, "tiers/change_detail.html", context, status=422)
