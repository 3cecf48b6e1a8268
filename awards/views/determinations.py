from datetime import date

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.enums import RegionKind, Role
from awards import queries, services
from awards.enums import Outcome, Source
from awards.filters import DeterminationPageFilter
from awards.models import Determination
from awards.permissions import can_export, can_see_runs
from core import jobs
from policies.engine import decode, reason_label
from policies.engine.results import Mark
from policies.queries import policy_of

PAGE = 100


# ---- list -----------------------------------------------------------------------------------------------
@require_GET
def determination_list(request):
    """What the reader may see, by outcome; an enterprise user sees the own firms' rows."""
    user = request.user
    if user.role == Role.SYSADMIN:
        raise PermissionDenied
    chosen = DeterminationPageFilter(request.GET, Determination.objects.visible_to(user), request=request)
    every = request.GET.copy()
    every.pop("outcome", None)
    counts = _counts(
        DeterminationPageFilter(every, Determination.objects.visible_to(user), request=request).qs
    )
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in Outcome.values else ""
    here = [counts[outcome]] if outcome else list(counts.values())
    page = _page(chosen.qs, sum(row["rows"] for row in here), request.GET.get("page"))
    context = {
        "filter": chosen,
        "page": page,
        "tabs": _tabs(every, counts, outcome),
        "granted": counts[Outcome.GRANTED]["rows"] if outcome in ("", Outcome.GRANTED) else 0,
        "paid": sum(row["total"] for row in here),
        "own": user.role == Role.ENTERPRISE,
        "may_export": can_export(user),
        "runs_url": reverse("awards:run_list") if can_see_runs(user) else "",
    }
    return render(request, "awards/determination_list.html", context)


def _counts(queryset) -> dict[str, dict]:
    """Outcome → rows and yuan paid, in one query."""
    found = queryset.order_by().values("outcome").annotate(rows=Count("pk"), total=Sum("amount"))
    counts = {outcome: {"rows": 0, "total": 0} for outcome in Outcome.values}
    return counts | {row["outcome"]: row for row in found}


def _tabs(every, counts, outcome) -> list[dict]:
    every = every.copy()
    every.pop("page", None)
    tabs = [
        {
            "label": "全部",
            "url": f"?{every.urlencode()}",
            "count": sum(row["rows"] for row in counts.values()),
        }
    ]
    for value, label in Outcome.choices:
        every["outcome"] = value
        tabs.append({"label": label, "url": f"?{every.urlencode()}", "count": counts[value]["rows"]})
    for tab, value in zip(tabs, ["", *Outcome.values], strict=True):
        tab["current"] = value == outcome
    return tabs


def _page(queryset, count, number):
    """One page of rows with the words that a list shows. The count is known from the tabs."""
    paginator = Paginator(
        queryset.select_related("enterprise", "managing_unit").prefetch_related("run__edition"), PAGE
    )
    paginator.count = count
    page = paginator.get_page(number)
    for row in page.object_list:
        items = policy_of(row.run.edition).items
        row.item_name = items[row.item].name if row.item in items else row.item
        row.because = "、".join(map(reason_label, row.reasons))
        unit = row.managing_unit
        row.unit_name = unit.short_name if unit.kind == RegionKind.ZONE else unit.name
    return page


@require_POST
def determination_export(request):
    """The list as its filters show it (the query string), as a workbook; the answer is the page of the job."""
    if not can_export(request.user):
        raise PermissionDenied
    query = request.GET.copy()
    query.pop("page", None)
    job = jobs.submit(
        kind="awards.export_determinations",
        key=f"export-determinations:{request.user.pk}:{timezone.now():%Y%m%d%H%M%S}",
        label="导出奖励测算",
        requested_by=request.user,
        query=query.urlencode(),
    )
    return redirect("core:job_detail", job.pk)


# ---- one determination ----------------------------------------------------------------------------------
@require_GET
def determination_detail(request, pk):
    """The result in words, the steps behind it, and the rivals of the same year."""
    determination = _get(request.user, pk)
    return render(request, "awards/determination_detail.html", _detail(request.user, determination))


@require_POST
def determination_replay(request, pk):
    """Work it out once more from the stored facts and the stored text, and compare. Changes nothing."""
    determination = _get(request.user, pk)
    replay = services.replay(determination=determination)
    if request.htmx:
        return render(request, "awards/_replay.html", {"determination": determination, "replay": replay})
    context = _detail(request.user, determination) | {"replay": replay}
    return render(request, "awards/determination_detail.html", context)


def _get(user, pk) -> Determination:
    rows = Determination.objects.visible_to(user)
    rows = rows.select_related(
        "enterprise", "managing_unit__parent", "run__edition", "run__city", "decided_by", "discrepancy"
    )
    return get_object_or_404(rows, pk=pk)


def _detail(user, determination) -> dict:
    policy = policy_of(determination.run.edition)
    item = policy.items[determination.item]
    rivals = list(queries.competitors(determination).filter(pk__in=Determination.objects.visible_to(user)))
    for row in rivals:
        row.item_name = policy.items[row.item].name if row.item in policy.items else row.item
        row.because = "、".join(map(reason_label, row.reasons))
        row.key = f"{row.item}@{row.source}"
    source, _, record = determination.source.partition(":")
    return {
        "determination": determination,
        "edition": determination.run.edition,
        "item": item,
        "because": "、".join(map(reason_label, determination.reasons)),
        "explanation": queries.explanation(determination),
        "kind": {"granted": "ok", "held": "warn"}.get(determination.outcome, "mute"),
        "rivals": rivals,
        "winner": next((row for row in rivals if row.key == determination.absorbed_by), None),
        "own_key": f"{determination.item}@{determination.source}",
        "facts": facts_in_words(determination),
        "source_name": Source(source).label if source in Source.values else source,
        "source_url": reverse("enterprises:enterprise_detail", args=[determination.enterprise_id])
        + f"#{source}-{record}",
        "sees_run": can_see_runs(user),
        "discrepancy": _discrepancy(determination),
        "crumbs": [("奖励测算", reverse("awards:determination_list"))],
    }


def _discrepancy(determination):
    """What today's facts would say about a decided row, when that is something else."""
    found = getattr(determination, "discrepancy", None)
    if found:
        found.because = "、".join(map(reason_label, found.reasons))
    return found


MARKS = {
    Mark.REVIEW: ("文件类型", "复核"),
    Mark.REVOKED: ("称号", "已撤销"),
    Mark.EARLIER: ("此前同级称号或同年度考核", "有"),
    Mark.LAPSED: ("此前同级称号", "已失效"),
    Mark.OUTSIDE: ("取得称号时", "由外市管理"),
    Mark.MOVED: ("现在", "由外市管理"),
    Mark.LABEL: ("名单年度与文件年度", "不一致"),
    Mark.UNDATED: ("有关称号", "缺有效期"),
    Mark.SUBSIDISED: ("省级是否已补助同一设备", "是"),
    Mark.OVERLAP: ("与省级补助投资区间", "有重叠"),
    Mark.ON_FILE: ("所需称号", "在库"),
    Mark.BARRED: ("不奖励的称号", "在库"),
}


def facts_in_words(determination) -> list[tuple[str, str]]:
    """The facts the result was worked out from: label and value, only what was stored."""
    claim = decode(determination.facts)
    facts = [("事项日期", str(claim.on))]
    if claim.label_year:
        facts.append(("名单或考核年度", f"{claim.label_year} 年"))
    if claim.grade:
        facts.append(("考核等次", claim.grade))
    if claim.amount:
        facts.append(("金额基数", f"{claim.amount:,.2f} 元"))
    if claim.invested_from or claim.invested_until:
        facts.append(("投资区间", _window(claim.invested_from, claim.invested_until)))
    if claim.held:
        facts.append(("称号有效期", "；".join(_window(*period) for period in claim.held)))
    if claim.earlier_on:
        facts.append(("最早的同级文件", str(claim.earlier_on)))
    return facts + [MARKS[mark] for mark in claim.marks if mark in MARKS]


def _window(start: date | None, until: date | None) -> str:
    return f"{start or '不明'} 至 {until or '不明'}"
