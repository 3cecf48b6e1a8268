from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import can_read_audit
from accounts.queries import audit_entries


@require_GET
def audit_list(request):
    """Who did what in the auditor's city; for everybody else the page does not exist."""
    if not can_read_audit(request.user):
        raise Http404
    query = request.GET.get("q", "").strip()
    page = Paginator(audit_entries(request.user, query), per_page=100).get_page(request.GET.get("page"))
    return render(request, "accounts/audit_list.html", {"page": page, "q": query})
