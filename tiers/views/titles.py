"""Titles: those of one enterprise, and the radar of titles that lapse."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.enums import Role
from core import jobs
from enterprises.models import Enterprise
from policies.engine.standards import Verdict
from tiers import permissions
from tiers.queries.firm_titles import firm_titles as titles_of
from tiers.queries.lifecycle import outlooks, verdicts, windows
from tiers.queries.titles import Documents
from tiers.title_filters import radar_rows

PAGE = 100
RADAR_PAGE = 50  # each row is assessed


# ---- one enterprise -------------------------------------------------------------------------------------
@require_GET
def my_titles(request):
    """The titles of the person's own firms."""
    if request.user.role != Role.ENTERPRISE:
        raise PermissionDenied
    today = timezone.localdate()
    firms = Enterprise.objects.visible_to(request.user).select_related("managing_unit__parent")
    context = {"firms": [titles_of(firm, today) for firm in firms], "may_keep": True}
    return render(request, "tiers/my_titles.html", context)


@require_GET
def firm_titles(request, pk):
    """The titles of one enterprise, for its people and for the offices that look after it."""
    enterprise = get_firm(request, pk)
    context = {
        "firm": titles_of(enterprise, timezone.localdate()),
        "may_keep": permissions.can_keep_titles(request.user, enterprise),
        "may_revoke": permissions.can_revoke(request.user, enterprise),
        "crumbs": [(enterprise.name, reverse("enterprises:enterprise_detail", args=[enterprise.pk]))],
    }
    return render(request, "tiers/firm_titles.html", context)


def get_firm(request, pk) -> Enterprise:
    """An enterprise whose titles the person may see; else 404."""
    if not permissions.can_see_titles(request.user):
        raise Http404
    visible = Enterprise.objects.visible_to(request.user).select_related("managing_unit__parent")
    return get_object_or_404(visible, pk=pk)


def get_kept_firm(request, pk) -> Enterprise:
    """An enterprise whose titles the person may keep alive: confirm, report, appeal; else 404."""
    enterprise = get_firm(request, pk)
    if not permissions.can_keep_titles(request.user, enterprise):
        raise Http404
    return enterprise


# ---- the radar ------------------------------------------------------------------------------------------
@require_GET
def title_radar(request):
    """Titles that lapse with nothing behind them, and whether a review would succeed today."""
    if not permissions.can_see_title_lists(request.user):
        raise PermissionDenied
    today, documents = timezone.localdate(), Documents()
    found = radar_rows(request.GET, request, today, documents)
    rows = list(found.qs)
    said = verdicts(rows, today, documents)
    verdict = found.form.cleaned_data.get("verdict") if found.is_valid() else ""
    shown = [row for row in rows if not verdict or said[row.pk] == verdict]
    page = Paginator(shown, RADAR_PAGE).get_page(request.GET.get("page"))
    page.object_list = outlooks(page.object_list, today, documents)
    context = {
        "filter": found,
        "page": page,
        "cards": _cards(request, today, documents),
        "window": found.data.get("window"),
        "failing": sum(one == Verdict.NOT_MET for one in said.values()),
        "total": len(rows),
        "today": today,
    }
    return render(request, "tiers/title_radar.html", context)


def _cards(request, today, documents) -> list[dict]:
    """How many titles each window has under the other filters; each card leads to exactly those."""
    others = request.GET.copy()
    for name in ("window", "verdict", "page"):
        others.pop(name, None)
    cards = []
    for window in windows(today, documents):
        others["window"] = window
        found = radar_rows(others, request, today, documents)
        cards.append({"window": window, "count": found.qs.count(), "url": f"?{others.urlencode()}"})
    return cards


@require_POST
def title_radar_export(request):
    """The radar as its filters show it, as a workbook; the answer is the page of the job."""
    return export(request, "radar", "到期预警")


def export(request, what, label):
    """Queue an export of one of the lists with the query string of the page."""
    if not permissions.can_see_title_lists(request.user):
        raise PermissionDenied
    query = request.GET.copy()
    query.pop("page", None)
    job = jobs.submit(
        kind="tiers.export_titles",
        key=f"export-{what}:{request.user.pk}:{timezone.now():%Y%m%d%H%M%S}",
        label=f"导出{label}",
        requested_by=request.user,
        what=what,
        query=query.urlencode(),
    )
    return redirect("core:job_detail", job.pk)
