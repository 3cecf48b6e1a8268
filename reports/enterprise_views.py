"""The enterprise pages. They show titles and awards beside the record, so they stand above those apps."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.enums import Role
from enterprises.models import Enterprise
from reports import profiles
from reports.filters import EnterpriseFilter
from reports.pages import keyset_page
from tiers.enums import Title


@require_GET
def enterprise_list(request):
    """Enterprises in the reader's scope; an enterprise user sees the own firms."""
    if request.user.role == Role.SYSADMIN:
        raise PermissionDenied
    today = timezone.localdate()
    visible = Enterprise.objects.visible_to(request.user).select_related("managing_unit")
    filter_ = EnterpriseFilter(request.GET, queryset=visible, request=request)
    page = keyset_page(filter_.qs, request.GET.get("page"), key=("managing_unit_id", "uscc"))
    ids = [enterprise.pk for enterprise in page]
    titles, revenue = profiles.titles_in_force(ids, today), profiles.latest_revenue(ids, today.year)
    labels = dict(Title.choices)
    for enterprise in page:
        held = titles.get(enterprise.pk, [])
        enterprise.title = held[0] if held else ""
        enterprise.more_count = len(held) - 1
        enterprise.more_titles = "、".join(labels[title] for title in held[1:])
        enterprise.title_label = "" if not held or Title(held[0]).tier else labels[held[0]]
        enterprise.latest = revenue.get(enterprise.pk)
    context = {
        "filter": filter_,
        "page": page,
        "own": request.user.role == Role.ENTERPRISE,
        "can_import": request.user.role in (Role.COUNTY, Role.CITY),
    }
    return render(request, "enterprises/enterprise_list.html", context)


@require_GET
def enterprise_detail(request, pk):
    """Everything the portal knows of one enterprise."""
    visible = Enterprise.objects.visible_to(request.user).select_related("managing_unit__parent")
    enterprise = get_object_or_404(visible, pk=pk)
    years = profiles.award_years(enterprise, request.user)
    today, user = timezone.localdate(), request.user
    context = {
        "enterprise": enterprise,
        "today": today,
        "read_only": user.role in Role.of_city() and enterprise.managing_unit.provincial_direct,
        "shows_phone": user.role in (Role.ENTERPRISE, Role.COUNTY, Role.CITY),
        "crumbs": [
            ("我的企业" if user.role == Role.ENTERPRISE else "企业库", reverse("enterprises:enterprise_list"))
        ],
        "titles": profiles.titles_of(enterprise, today),
        "figures": list(enterprise.yearly_figures.all()),
        "former_names": list(enterprise.former_names.order_by("-changed_on")),
        "years": years,
        "granted_ever": sum(year.granted for year in years),
        **profiles.facts_of(enterprise),
    }
    return render(request, "enterprises/enterprise_detail.html", context)
