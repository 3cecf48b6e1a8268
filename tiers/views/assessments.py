"""Self-assessment for one enterprise, and the public calculator."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.enums import Role
from core import limits
from enterprises.fields import FIELDS, ITEMS, Kind
from enterprises.models import Enterprise
from enterprises.permissions import can_edit_record
from policies.engine.standards import Assessment
from policies.enums import CaseKind, StandardTier
from tiers.calculator import questions_for, record_of
from tiers.check_forms import CalculatorForm, DayForm
from tiers.enums import Title
from tiers.queries.assessments import (
    ASSESSED,
    Assessed,
    Outlook,
    assess_firm,
    open_tiers,
    titled_record,
    why_not,
    yardstick,
)
from tiers.verdicts import field_of, next_steps, to_do, year_of

TRIES, WINDOW = 120, timedelta(minutes=10)  # of one address on the calculator

Where = Callable[[str, int | None], str]  # a field of the record and a year → where to fill it in


@require_GET
def self_check_list(request):
    """The enterprise's own firms with what is open to each; one firm leads on with a click."""
    if request.user.role != Role.ENTERPRISE:
        raise Http404
    today = timezone.localdate()
    firms = Enterprise.objects.visible_to(request.user).select_related("managing_unit__parent")
    rows = [(firm, open_tiers(firm, today)) for firm in firms]
    return render(request, "tiers/self_check_list.html", {"rows": rows, "today": today})


@require_GET
def self_check(request, pk):
    """One enterprise against the standard of a tier: ?tier= &kind= &on= (acceptance date, today by default)."""
    visible = Enterprise.objects.visible_to(request.user).select_related("managing_unit__parent")
    enterprise = get_object_or_404(visible, pk=pk)
    today = timezone.localdate()
    form = DayForm(request.GET)
    on = (form.cleaned_data["on"] if form.is_valid() else None) or today
    record = titled_record(enterprise)
    outlooks = open_tiers(enterprise, on, record)
    outlook = _chosen(outlooks, request.GET.get("tier"))
    kind = _kind(request.GET.get("kind"), outlook.kind)
    assessed, intake, reasons = outlook.assessed, outlook.intake, outlook.reasons
    if kind != outlook.kind:
        assessed = assess_firm(enterprise, outlook.tier, kind=kind, on=on, record=record)
        intake, reasons = why_not(enterprise, outlook.tier, kind, on)
    may_edit = can_edit_record(request.user, enterprise)
    context = {
        "enterprise": enterprise,
        "reads_only": not may_edit,
        "crumbs": _crumbs(request.user, enterprise),
        "form": form,
        "on": on,
        "is_today": on == today,
        "outlooks": outlooks,
        "outlook": outlook,
        "intake": intake,
        "reasons": reasons,
        "kind": kind,
        "kinds": CaseKind.choices,
        **_shown(assessed, _in_record(enterprise, may_edit)),
    }
    if assessed and any("dev_score" in gate.fields for gate in assessed.assessment.gates):
        context["national_scores"] = list(_national_scores(enterprise))
    return render(request, "tiers/self_check.html", context)


def _chosen(outlooks: tuple[Outlook, ...], wanted: str | None) -> Outlook:
    """The tier asked for, else the next step: the lowest tier not held yet, else the highest."""
    for outlook in outlooks:
        if outlook.tier == wanted:
            return outlook
    ladder = [outlook for outlook in outlooks if outlook.tier in Title.tiers()]
    return next((outlook for outlook in ladder if outlook.holds_until is None), ladder[-1])


def _kind(wanted: str | None, usual: str) -> CaseKind:
    return CaseKind(wanted if wanted in CaseKind.values else usual)


def _crumbs(user, enterprise) -> list[tuple[str, str]]:
    label = "我的企业" if user.role == Role.ENTERPRISE else "企业库"
    return [
        (label, reverse("enterprises:enterprise_list")),
        (enterprise.name, reverse("enterprises:enterprise_detail", args=[enterprise.pk])),
    ]


def _national_scores(enterprise):
    """The scores of the national platform as recorded, newest first; they are never computed here."""
    rows = enterprise.yearly_figures.filter(dev_score__isnull=False)
    return rows.select_related("dev_score_evidence").order_by("-year")


def _in_record(enterprise, may_edit: bool) -> Where:
    """The form of the part of the record, at the question or the list; for readers the record's overview."""
    if not may_edit:
        overview = reverse("enterprises:record", args=[enterprise.pk])
        return lambda field, year: overview if field in FIELDS or field in ITEMS else ""

    def where(field: str, year: int | None) -> str:
        asked = FIELDS.get(field) or ITEMS.get(field)
        if asked is None:
            return ""
        page = reverse("enterprises:record_section", args=[enterprise.pk, asked.part])
        return f"{page}#list-{field}" if field in ITEMS else f"{page}#id_{field}{f'.{year}' if year else ''}"

    return where


def _shown(assessed: Assessed | None, where: Where) -> dict[str, Any]:
    """What the shared parts of the page (_assessment.html) read."""
    if assessed is None:
        return {"assessed": None}
    found = assessed.assessment
    waiting = [
        (item, where(item.field, item.year) if item.field else "") for item in to_do(found, assessed.standard)
    ]
    return {
        "assessed": assessed,
        "assessment": found,
        "waiting": waiting,
        "links": _links(found, where),
        "steps": [
            (step, found.finding(step.criterion), where(step.needs, step.year) if step.needs else "")
            for step in next_steps(found, assessed.lifts)
        ],
        "judged": [finding for finding in found.open() if finding.verdict == "person"],
    }


def _links(found: Assessment, where: Where) -> dict[str, str]:
    """Missing label → where it is filled in, of all findings: also of those that decide nothing now."""
    findings = (*found.gates, *found.scored, *(route.finding for route in found.routes))
    pairs = [(label, field_of(label, finding)) for finding in findings for label in finding.missing]
    return {label: where(field, year_of(label)) for label, field in pairs if field}


# ---- the public calculator ------------------------------------------------------------------------------


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def calculator(request):
    """Anybody may try out figures: ?tier= &kind=. Nothing that is typed is stored, logged or put into an address."""
    tier = request.GET.get("tier")
    tier = StandardTier(tier if tier in ASSESSED else StandardTier.PROVINCIAL_SRDI)
    kind = _kind(request.GET.get("kind"), CaseKind.NEW)
    today = timezone.localdate()
    stick = yardstick(tier, kind, today)
    context = {"tier": tier, "kind": kind, "tiers": ASSESSED, "kinds": CaseKind.choices, "stick": stick}
    if stick is None:
        return render(request, "tiers/calculator.html", context)
    questions = questions_for(stick.standard, kind, today)
    context["form"] = form = _form(request, questions)
    status = 200
    if form.is_bound and not limits.take(_visitor(request), limit=TRIES, window=WINDOW):
        form.add_error(None, "测算得太频繁，请过几分钟再试，已填的内容还在。")
        status = 200 if request.htmx else 429  # htmx puts nothing but a success into the page
    elif form.is_bound and form.is_valid():
        record = record_of(questions, form.cleaned_data, stick.standard, today)
        context |= _shown(stick.measure(record), _in_form(questions))
    template = "tiers/_calculator.html" if request.htmx else "tiers/calculator.html"
    return render(request, template, context, status=status)


def _form(request, questions) -> CalculatorForm:
    """?keep: what was typed for one tier is taken along to another, without a result yet."""
    if request.method == "POST" and "keep" in request.GET:
        many = {question.name for question in questions if question.field.kind is Kind.MULTICHOICE}
        kept = {
            name: request.POST.getlist(name) if name in many else request.POST.get(name)
            for name in request.POST
        }
        return CalculatorForm(questions, initial=kept)
    return CalculatorForm(questions, request.POST if request.method == "POST" else None)


def _visitor(request) -> str:
    """A key of the limit that tells nobody the address."""
    return f"calculator:{salted_hmac('calculator', limits.address(request)).hexdigest()}"


def _in_form(questions) -> Where:
    """Missing data is filled in a little further up: a link to the question."""
    places = {question.name: question.name for question in questions}
    for question in questions:
        for key in question.answers_for():
            places.setdefault(key, question.name)

    def where(field: str, year: int | None) -> str:
        name = places.get(f"{field}.{year}" if year else field)
        return f"#id_{name}" if name else ""

    return where
