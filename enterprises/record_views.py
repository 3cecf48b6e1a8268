"""Pages of the record of an enterprise: what is there part by part, and a form for each part."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.enums import Role
from accounts.permissions import has_role
from core.errors import DomainError
from core.templatetags.portal import mask_phone
from enterprises.enums import Source
from enterprises.fields import ITEMS, PARTS, Store, answer_key, fields_of, items_of
from enterprises.models import Enterprise, Evidence
from enterprises.permissions import can_edit_record, can_see_personal, source_of
from enterprises.queries import held_answers, last_years, notes, record_state, slips
from enterprises.queries.history import recent_changes
from enterprises.queries.record import profile_of
from enterprises.record_forms import PartForm, ProofsForm
from enterprises.services import StaleAnswers, prove_figures, save_answers

KEYS = [part.key for part in PARTS]
MAIN_FIGURES = (
    "revenue",
    "main_revenue",
    "rd_expense",
    "net_profit",
    "assets",
    "liabilities",
    "staff",
    "rd_staff",
)


def firm_or_404(request, pk) -> Enterprise:
    visible = Enterprise.objects.visible_to(request.user).select_related("managing_unit__parent")
    return get_object_or_404(visible, pk=pk)


def editable_or_403(request, pk) -> Enterprise:
    enterprise = firm_or_404(request, pk)
    if not can_edit_record(request.user, enterprise):
        raise PermissionDenied
    return enterprise


def crumbs_of(request, enterprise, *more):
    first = "我的企业" if request.user.role == Role.ENTERPRISE else "企业库"
    return [
        (first, reverse("enterprises:enterprise_list")),
        (enterprise.name, reverse("enterprises:enterprise_detail", args=[enterprise.pk])),
        *more,
    ]


def record_crumb(enterprise):
    return ("企业档案", reverse("enterprises:record", args=[enterprise.pk]))


# ---- overview -------------------------------------------------------------------------------------------


@require_GET
def record_list(request):
    """The records of the firms a person works for; with one firm, its record itself."""
    if not has_role(request.user, Role.ENTERPRISE):
        raise PermissionDenied
    firms = list(Enterprise.objects.visible_to(request.user).select_related("managing_unit").order_by("name"))
    if len(firms) == 1:
        return record(request, firms[0].pk)
    return render(request, "enterprises/record_list.html", {"firms": firms})


@require_GET
def record(request, pk):
    """How far the record is, part by part, the main figures, and what changed lately."""
    enterprise = firm_or_404(request, pk)
    years = last_years(timezone.localdate())
    held = held_answers(enterprise, years)
    states = record_state(enterprise, years, held)
    asked, answered = sum(one.asked for one in states), sum(one.answered for one in states)
    context = {
        "enterprise": enterprise,
        "crumbs": crumbs_of(request, enterprise),
        "can_edit": can_edit_record(request.user, enterprise),
        "states": states,
        "asked": asked,
        "answered": answered,
        "percent": 100 * answered // asked,
        "next_part": next((one.part for one in states if one.missing), None),
        "years": years,
        "figures": _main_figures(held, years),
        "changes": recent_changes(enterprise),
        "evidence_count": Evidence.objects.filter(enterprise=enterprise).count(),
    }
    return render(request, "enterprises/record.html", context)


def _main_figures(held, years):
    """(question, [answer or None of each year]) of the figures that matter most."""
    asked = {field.key: field for field in fields_of("figures")}
    return [
        (asked[key], [(year, held.get(answer_key(asked[key], year))) for year in years])
        for key in MAIN_FIGURES
    ]


# ---- one part -------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def record_section(request, pk, part):
    """One part: to fill in for those who may, else to read. What is right is saved, also beside what is wrong."""
    if part not in KEYS:
        raise Http404
    enterprise = editable_or_403(request, pk) if request.method == "POST" else firm_or_404(request, pk)
    years = last_years(timezone.localdate())
    held = held_answers(enterprise, (*years, years[-1] - 1))
    if not can_edit_record(request.user, enterprise):
        return render(
            request, "enterprises/record_section.html", _section(request, enterprise, part, years, held)
        )
    form = PartForm(part, years, held, request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return _form_page(request, enterprise, part, form)
    form.is_valid()
    changed = form.changed_answers()
    try:
        saved = _save(request, enterprise, changed, form.seen())
    except StaleAnswers as stale:
        form.say_stale(stale.now)
        return _form_page(request, enterprise, part, form, status=409)
    if form.errors:
        form.settle({key: form.questions[key].question.show(value) for key, value in changed.items()})
        if saved:
            messages.success(request, f"已保存 {len(saved)} 项，其余的请按提示修改。")
        return _form_page(request, enterprise, part, form)
    return _go_on(request, enterprise, part, saved, _warnings(form))


def _save(request, enterprise, answers, seen):
    return save_answers(
        enterprise=enterprise,
        answers=answers,
        source=source_of(request.user),
        as_of=timezone.localdate(),
        actor=request.user,
        seen=seen,
    )


def _go_on(request, enterprise, part, saved, warnings):
    """To the next part when asked for; back to this one while something new looks like a slip."""
    here = redirect("enterprises:record_section", enterprise.pk, part)
    doubtful = [key for key in saved if key in warnings]
    if doubtful:
        messages.warning(
            request, f"已保存。有 {len(doubtful)} 处数据看起来不寻常，请看一下提示；确认无误不用改。"
        )
        return here
    messages.success(request, f"已保存 {len(saved)} 项。" if saved else "没有改动，不需要保存。")
    if request.POST.get("then") != "next":
        return here
    place = KEYS.index(part) + 1
    if place == len(KEYS):
        return redirect("enterprises:record", enterprise.pk)
    return redirect("enterprises:record_section", enterprise.pk, KEYS[place])


def _warnings(form):
    return slips(form.typed(), form.earlier)


def _form_page(request, enterprise, part, form, status=200):
    context = _section(request, enterprise, part, form.years, form.held) | {
        "form": form,
        "groups": form.groups(notes(form.typed(), form.earlier), _warnings(form)),
        "by_staff": source_of(request.user) == Source.STAFF,
    }
    if part == "figures":
        rows = {row.year: row for row in enterprise.yearly_figures.filter(year__in=form.years)}
        context["proofs"] = ProofsForm(enterprise, form.years, rows)
    return render(request, "enterprises/record_section.html", context, status=status)


def _section(request, enterprise, key, years, held):
    """What a part shows to everybody who may see it."""
    part = next(part for part in PARTS if part.key == key)
    place = KEYS.index(key)
    states = record_state(enterprise, years, held)
    return {
        "enterprise": enterprise,
        "part": part,
        "number": place + 1,
        "states": states,
        "state": states[place],
        "before": PARTS[place - 1] if place else None,
        "after": PARTS[place + 1] if place + 1 < len(PARTS) else None,
        "crumbs": crumbs_of(request, enterprise, record_crumb(enterprise)),
        "can_edit": can_edit_record(request.user, enterprise),
        "years": years,
        "values": _values(part, years, held, can_see_personal(request.user)),
        "lists": _lists(enterprise, key),
    }


def _values(part, years, held, personal):
    """(heading, [(question, [(year, words, answer)])]) of a part, for reading."""
    groups: dict[str, list] = {}
    for field in fields_of(part.key):
        cells = []
        for year in years if field.store is Store.FIGURES else (None,):
            one = held.get(answer_key(field, year))
            words = field.words(one.value) if one else "—"
            cells.append((year, mask_phone(words) if one and field.personal and not personal else words, one))
        groups.setdefault(field.group, []).append((field, cells))
    return list(groups.items())


def _lists(enterprise, part):
    """The lists of a part with their entries as words."""
    kinds = items_of(part)
    complete = profile_of(enterprise).complete_lists if kinds else []
    found = []
    for kind in kinds:
        entries = kind.model._default_manager.filter(enterprise=enterprise).select_related("evidence")
        rows = [_entry(kind, entry) for entry in entries]
        heads = [kind.head(key) for key in kind.columns if key not in kind.under]
        found.append({"kind": kind, "rows": rows, "heads": heads, "complete": kind.key in complete})
    return found


def _entry(kind, entry):
    """The entry, what stands under its name, and (head, words) of its columns."""
    words = kind.words(entry)
    under = "　".join(words[key] for key in kind.under if words[key] != "—")
    return entry, under, [(kind.head(key), words[key]) for key in kind.columns if key not in kind.under]


# ---- while typing, and proofs ---------------------------------------------------------------------------


@require_POST
def record_notes(request, pk, part):
    """What stands beside the figures as they are typed (htmx); nothing is saved."""
    if part not in KEYS:
        raise Http404
    enterprise = editable_or_403(request, pk)
    years = last_years(timezone.localdate())
    form = PartForm(part, years, held_answers(enterprise, (*years, years[-1] - 1)), request.POST)
    form.is_valid()
    groups = form.groups(notes(form.typed(), form.earlier), _warnings(form))
    cells = [cell for _, rows in groups for row in rows for cell in row]
    return render(request, "enterprises/_record_notes.html", {"cells": cells})


@require_POST
def record_proofs(request, pk):
    """Say which files prove the figures of the years."""
    enterprise = editable_or_403(request, pk)
    years = last_years(timezone.localdate())
    form = ProofsForm(enterprise, years, {}, request.POST)
    if form.is_valid():
        try:
            for year in years:
                prove_figures(enterprise=enterprise, year=year, proofs=form.proofs(year), actor=request.user)
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "佐证材料已保存。")
    else:
        messages.error(request, "有文件刚刚被删除，请重新选择。")
    return redirect(reverse("enterprises:record_section", args=[enterprise.pk, "figures"]) + "#proofs")


def kind_or_404(kind):
    if kind not in ITEMS:
        raise Http404
    return ITEMS[kind]
