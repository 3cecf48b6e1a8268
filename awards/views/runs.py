from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, Sum
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Region
from awards import queries, services
from awards.enums import Outcome, RunState
from awards.forms import StartRunForm, factors_of
from awards.models import AwardRun, Determination
from awards.permissions import can_decide, can_export_facts, can_see_runs, can_start_run
from core import jobs
from core.errors import DomainError
from core.templatetags.portal import auto_wan
from policies.engine import reason_label
from policies.queries import policy_of

SHOWN_DIFFERENCES = 200


@require_GET
def run_list(request):
    """The runs of the reader's city, one a year, and for city staff the form to start one."""
    if not can_see_runs(request.user):
        raise PermissionDenied
    city = request.user.region
    return _run_list(request, StartRunForm(city=city) if can_start_run(request.user, city) else None)


def _run_list(request, form, status=200):
    runs = list(AwardRun.objects.visible_to(request.user).select_related("edition", "city", "started_by"))
    totals = {
        row["run"]: row
        for row in Determination.objects.filter(run__in=runs)
        .order_by()
        .values("run")
        .annotate(
            rows=Count("pk"),
            granted=Count("pk", filter=Q(outcome=Outcome.GRANTED)),
            firms=Count("enterprise", filter=Q(outcome=Outcome.GRANTED), distinct=True),
            held=Count("pk", filter=Q(outcome=Outcome.HELD)),
            decided=Count("pk", filter=Q(decided_at__isnull=False)),
            total=Sum("amount"),
        )
    }
    for run in runs:
        run.totals = totals.get(run.pk, {})
    return render(request, "awards/run_list.html", {"runs": runs, "form": form}, status=status)


@require_POST
def run_start(request):
    """Start the run of a year, or bring the one that is there up to date."""
    city = request.user.region
    if city is None or not can_start_run(request.user, city):
        raise PermissionDenied
    form = StartRunForm(request.POST, city=city)
    if not form.is_valid():
        return _run_list(request, form, status=422)
    year, factors = form.cleaned_data["year"], factors_of(form.cleaned_data)
    if factors:  # those left empty stay as they were
        before = AwardRun.objects.filter(city=city, year=year).first()
        factors = {**(before.factors if before else {}), **factors}
    try:
        run = services.start_run(city=city, year=year, factors=factors or None, actor=request.user)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("awards:run_list")
    messages.success(request, f"{run}已开始，可以离开本页，测算会继续进行。")
    return redirect("awards:run_detail", run.pk)


@require_GET
def run_detail(request, pk):
    """Totals of one run, every figure with the rows behind it; htmx polls the progress while it runs."""
    runs = AwardRun.objects.visible_to(request.user).select_related("city", "edition", "started_by")
    run = get_object_or_404(runs, pk=pk)
    if request.htmx:
        response = render(
            request, "awards/_run_progress.html", {"run": run, "progress": queries.run_progress(run)}
        )
        if run.state != RunState.RUNNING:
            response["HX-Refresh"] = "true"
        return response
    policy = policy_of(run.edition)
    drafts = dict(run.determinations.drafts().order_by().values_list("outcome").annotate(Count("pk")))
    differences = queries.differences(run)
    shown = list(differences[:SHOWN_DIFFERENCES])
    for row in shown:
        row.item_name = _item_name(policy, row.determination.item)
        row.because = "、".join(map(reason_label, row.reasons))
    context = {
        "run": run,
        "progress": queries.run_progress(run),
        "question": policy.parameters["pool"].question,
        "list_url": reverse("awards:determination_list") + f"?year={run.year}",
        "by_item": _by_item(run, policy),
        "by_unit": _by_unit(run),
        "differences": shown,
        "difference_count": differences.count() if len(shown) == SHOWN_DIFFERENCES else len(shown),
        "factors": [(_item_name(policy, item), factor) for item, factor in run.factors.items()],
        "decidable": sum(drafts.get(outcome, 0) for outcome in services.DECIDABLE),
        "held": drafts.get(Outcome.HELD, 0),
        "may_start": can_start_run(request.user, run.city),
        "may_decide": can_decide(request.user, run),
        "may_export_facts": can_export_facts(request.user, run),
        "crumbs": [("测算批次", reverse("awards:run_list"))],
        **_figures(run),
    }
    return render(request, "awards/run_detail.html", context)


def _item_name(policy, item):
    return policy.items[item].name if item in policy.items else item


def _figures(run) -> dict:
    """Rows and yuan by outcome, how many firms are paid, and what both readings of the pool pay."""
    found = list(queries.totals_by_outcome(run))
    empty = {"rows": 0, "total": 0, "other_total": 0}
    line = Line("合计")
    for row in found:
        line.add(row)
    used, other = queries.readings(run)
    other_total = sum(row["other_total"] for row in found)
    return {
        "figures": dict.fromkeys(Outcome.values, empty) | {row["outcome"]: row for row in found},
        "sum": line,
        "paid": auto_wan(line.total).rpartition(" "),
        "firms": run.determinations.granted().order_by().aggregate(n=Count("enterprise", distinct=True))["n"],
        "readings": {
            "used": used,
            "other": other,
            "used_total": line.total,
            "other_total": other_total,
            "more": other_total - line.total,
            "less": line.total - other_total,
        },
    }


class Line:
    """One line of a table of totals: a cell of rows for each outcome, and the money paid."""

    def __init__(self, label, note="", query=""):
        self.label, self.note, self.query = label, note, query
        self.counts = dict.fromkeys(Outcome.values, 0)
        self.total = 0

    def add(self, row):
        self.counts[row["outcome"]] += row["rows"]
        self.total += row["total"] or 0

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    @property
    def cells(self):
        return [(outcome, Outcome(outcome).label, count) for outcome, count in self.counts.items()]


def _by_item(run, policy) -> list[Line]:
    """In the order of the document; an item that nothing reached is not shown."""
    lines: dict[str, Line] = {}
    for row in queries.totals_by_item(run):
        item = row["item"]
        if item not in lines:
            lines[item] = Line(_item_name(policy, item), item, urlencode({"item": item}))
        lines[item].add(row)
    order = list(policy.items)
    return [
        lines[item] for item in sorted(lines, key=lambda i: (order.index(i) if i in order else len(order), i))
    ]


def _by_unit(run) -> list[Line]:
    codes = dict(Region.objects.filter(Q(parent=run.city) | Q(pk=run.city_id)).values_list("pk", "code"))
    lines: dict[str, Line] = {}
    for row in queries.totals_by_unit(run):
        code = codes.get(row["managing_unit"], "")
        if code not in lines:
            lines[code] = Line(row["managing_unit__name"], "", urlencode({"unit": code}))
        lines[code].add(row)
    return [lines[code] for code in sorted(lines)]


@require_POST
def run_decide(request, pk):
    """Freeze what the run found; the basis goes into the audit trail."""
    run = get_object_or_404(AwardRun.objects.visible_to(request.user), pk=pk)
    if not can_decide(request.user, run):
        raise PermissionDenied
    try:
        decided = services.decide_run(run=run, actor=request.user, basis=request.POST.get("basis", ""))
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已对 {decided:,} 项出具决定，不再随事实变化。")
    return redirect("awards:run_detail", run.pk)


@require_POST
def run_facts(request, pk):
    """Ask for the facts of the city as a workbook; the answer is the page of the job."""
    run = get_object_or_404(AwardRun.objects.visible_to(request.user).select_related("city"), pk=pk)
    if not can_export_facts(request.user, run):
        raise PermissionDenied
    job = jobs.submit(
        kind="awards.export_facts",
        key=f"export-facts:{request.user.pk}:{run.pk}:{timezone.now():%Y%m%d%H%M%S}",
        label=f"导出{run.city}测算事实表",
        requested_by=request.user,
        city=run.city.code,
    )
    return redirect("core:job_detail", job.pk)
