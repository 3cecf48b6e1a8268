from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.enums import Role
from reports import queries
from tiers.queries.queue import firm_tasks


@require_GET
def home(request):
    """What matters to this person today; every figure links to the rows behind it."""
    user = request.user
    context = {"today": timezone.localdate()}
    if user.role == Role.ENTERPRISE:
        context["enterprises"] = queries.own_enterprises(user)
        context["tasks"] = firm_tasks(user)
    if user.role in (Role.COUNTY, Role.CITY):
        context["cases"] = queries.case_figures(user)
    if user.role in (Role.COUNTY, Role.CITY, Role.LEADER, Role.AUDITOR):
        context["titles"] = queries.title_figures(user)
        context["stock"] = queries.enterprise_figure(user)
    if user.role != Role.SYSADMIN:
        context["award_years"] = queries.award_years(user)
        context["waiting"] = queries.work_waiting(user)
    return render(request, "reports/home.html", context)
