from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.clock import today
from policies.engine.standards import MonthDay
from policies.engine.standards.profile import SIZE_WORDS
from policies.engine.standards.values import Side
from policies.engine.standards.words import side_words
from policies.models import PolicyEdition, StandardEdition
from policies.queries import policy_of, standard_of


@require_GET
def edition_list(request):
    """The published rules; public documents, so everybody who is signed in may read them."""
    return render(request, "policies/edition_list.html", {"editions": PolicyEdition.objects.all()})


@require_GET
def edition_detail(request, pk):
    """What one edition says: items, readings in use and the others, and the text with its hash."""
    edition = get_object_or_404(PolicyEdition, pk=pk)
    policy = policy_of(edition)
    context = {
        "edition": edition,
        "policy": policy,
        "parameters": [_reading(parameter) for parameter in policy.parameters.values()],
        "crumbs": [("政策依据", reverse("policies:edition_list"))],
    }
    return render(request, "policies/edition_detail.html", context)


def _reading(parameter) -> dict:
    return {
        "question": parameter.question,
        "meaning": parameter.options.get(parameter.value, parameter.value),
        "others": [meaning for value, meaning in parameter.options.items() if value != parameter.value],
        "since": parameter.since,
        "decided_by": parameter.decided_by,
    }


# ---- standards ------------------------------------------------------------------------------------------
# What a term of a standard is called, with the unit of its value.
TERMS = {
    "yearly_update": ("每年信息更新截止", ""),
    "change_report_months": ("重大变化报告期限", "个月"),
    "ban_years": ("撤销后不得申报", "年"),
    "validity_years": ("称号有效期一般为", "年"),
    "reminder_days": ("到期前提醒", "天"),
    "publicity_working_days": ("公示", "个工作日"),
    "county_review_working_days": ("县级审核", "个工作日"),
    "city_review_working_days": ("市级审核", "个工作日"),
    "correction_working_days": ("退回补正", "个工作日"),
    "registered_years": ("注册满", "年"),
    "review_opens_months": ("到期前可申请复核", "个月"),
    "review_closes_months": ("到期后仍可申请复核", "个月"),
}


@require_GET
def standard_list(request):
    """The published standards with the acceptance dates they serve; public documents."""
    editions = StandardEdition.objects.prefetch_related("periods")
    return render(request, "policies/standard_list.html", {"editions": editions, "today": today()})


@require_GET
def standard_detail(request, pk):
    """What one standard asks for: criteria with clauses, exceptions, deadlines, open questions, text and hash."""
    edition = get_object_or_404(StandardEdition.objects.prefetch_related("periods"), pk=pk)
    standard = standard_of(edition)
    context = {
        "edition": edition,
        "standard": standard,
        "today": today(),
        "groups": _groups(standard),
        "counting": [rule for rule in (standard.ip, standard.equity) if rule],
        "terms": _terms(standard),
        "industries": _industries(standard),
        "parameters": [_reading(parameter) for parameter in standard.parameters.values()],
        "crumbs": [("认定标准", reverse("policies:standard_list"))],
    }
    return render(request, "policies/standard_detail.html", context)


def _groups(standard) -> list[dict]:
    """The scored criteria by group, with the least points that the group asks for."""
    groups: dict[str, list] = {}
    for criterion in standard.scored:
        groups.setdefault(criterion.group, []).append(criterion)
    least = standard.pass_line.groups if standard.pass_line else {}
    return [
        {
            "name": name,
            "criteria": criteria,
            "most": sum(criterion.most for criterion in criteria),
            "least": least.get(name),
        }
        for name, criteria in groups.items()
    ]


def _industries(standard) -> list[dict]:
    """The industries of the standard of sizes, each limit in words."""
    units = {"staff": ("", "人"), "revenue": ("收入 ", "元"), "assets": ("资产 ", "元")}

    def words(limits):
        return [
            f"{units[m][0]}{side_words(Side.AT_LEAST, least, units[m][1])}" for m, least in limits.items()
        ]

    return [
        {
            "industry": industry,
            "sizes": [(SIZE_WORDS[grade], words(limits)) for grade, limits in industry.limits.items()],
        }
        for industry in (standard.sizes.industries if standard.sizes else ())
    ]


def _terms(standard) -> list[dict]:
    """Deadlines and periods in words; those with an open question first."""
    found = [part.terms for part in (standard.procedure, standard.entry) if part]
    rows = [
        {"name": TERMS[name][0], "value": _value(term.value, TERMS[name][1]), "term": term}
        for terms in found
        for name, term in terms.items()
        if name in TERMS
    ]
    return sorted(rows, key=lambda row: not row["term"].question)


def _value(value, unit: str) -> str:
    if isinstance(value, MonthDay):
        return f"{value.month} 月 {value.day} 日"
    several = value if isinstance(value, tuple) else (value,)
    return f"{'、'.join(map(str, several))} {unit}"
