"""The work list of an office, and what officers do there."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.enums import Role
from accounts.models import User
from accounts.queries import saved_filters
from accounts.services import clean_query
from core.errors import DomainError
from tiers import bulk
from tiers.filters import WorkFilter
from tiers.models import Application
from tiers.permissions import can_handle, can_work
from tiers.queries.queue import (
    WorkTab,
    in_order,
    is_with_office,
    officers_of,
    tab_conditions,
    tab_counts,
    work_rows,
)
from tiers.services import queue as services
from tiers.work_forms import HandOverForm

PAGE = 100
EMPTY = {
    WorkTab.MINE: "没有指派给您的申报。可以在“办理中”勾选后指派。",
    WorkTab.NEW: "没有等待受理的申报。",
    WorkTab.CORRECTED: "没有企业改好后返回的申报。",
    WorkTab.DUE_TODAY: "今天没有到期的申报。",
    WorkTab.OVERDUE: "没有超期的申报。",
    WorkTab.HERE: "本单位现在没有要办的申报。",
    WorkTab.ELSEWHERE: "没有在企业、其他单位或省里办理的申报。",
    WorkTab.DONE: "还没有办结的申报。",
}


def officer(request) -> User:
    """The signed-in officer; for everybody else there is no work list."""
    if not can_work(request.user):
        raise Http404
    return request.user


@require_GET
def work_list(request):
    """The cases in sight of an office by tab, with filters; everything stands in the address."""
    user, today = officer(request), timezone.localdate()
    every = request.GET.copy()
    tab = every.get("tab") if every.get("tab") in WorkTab.values else WorkTab.HERE
    for name in ("tab", "page"):
        every.pop(name, None)
    cases = WorkFilter(every, Application.objects.visible_to(user), request=request).qs
    counts = tab_counts(cases, user, today)
    here = in_order(cases.filter(tab_conditions(user, today)[tab]), tab)
    paginator = Paginator(
        here.select_related("enterprise", "managing_unit", "intake", "assigned_to", "handled_by"), PAGE
    )
    paginator.count = counts[tab]
    page = paginator.get_page(request.GET.get("page"))
    rows = work_rows(page.object_list)
    for row in rows:
        row.ours = is_with_office(row.case, user) and can_handle(user, row.case)
    context = {
        "filter": _shown_filter(request, tab),
        "tabs": _tabs(every, counts, tab),
        "page": page,
        "rows": rows,
        "empty": EMPTY[tab],
        "filtered": bool(clean_query(every)),
        "officers": officers_of(user),
        "acts": bulk.Act,
        "city": user.role == Role.CITY,
        "query": clean_query(request.GET),
        "saved": saved_filters(user, "tiers:work_list", _query(every, tab)),
        "to_save": _query(every, tab),
    }
    return render(request, "tiers/work_list.html", context)


def _shown_filter(request, tab):
    """The filter form with the tab that is open; a county has one unit only and is not asked for it."""
    data = request.GET.copy()
    data["tab"] = tab
    shown = WorkFilter(data, Application.objects.none(), request=request)
    if request.user.role == Role.COUNTY:
        del shown.form.fields["unit"]
    return shown


def _query(every, tab) -> str:
    every = every.copy()
    every["tab"] = tab
    return clean_query(every)


def _tabs(every, counts, tab) -> list[dict]:
    return [
        {"label": label, "url": f"?{_query(every, value)}", "count": counts[value], "current": value == tab}
        for value, label in WorkTab.choices
    ]


# ---- many at once ---------------------------------------------------------------------------------------


@require_POST
def work_bulk(request):
    """What would become of the chosen cases (`pick`), before anything is done."""
    return _bulk(request, "tiers/work_bulk.html", bulk.plan)


@require_POST
def work_bulk_apply(request):
    """Do it, and say what became of each case. Sending it again finds every case changed and does nothing."""
    return _bulk(request, "tiers/work_bulk_done.html", bulk.carry_out)


def _bulk(request, template, run):
    user = officer(request)
    back = f"{reverse('tiers:work_list')}?{request.POST.get('query', '')[:2000]}"
    try:
        act, colleague = _act(request, user)
        lines = run(act, bulk.read_picks(request.POST.getlist("pick")), user=user, officer=colleague)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    good = [line for line in lines if not line.problem]
    context = {
        "act": bulk.Act(act),
        "officer": colleague,
        "lines": lines,
        "good": good,
        "bad": len(lines) - len(good),
        "back": back,
        "query": request.POST.get("query", "")[:2000],
        "crumbs": [("待办", back)],
    }
    return render(request, template, context)


def _act(request, user) -> tuple[str, User | None]:
    act = request.POST.get("act")
    if act not in bulk.Act.values:
        raise DomainError("请选择要做什么。")
    if act != bulk.Act.ASSIGN:
        return act, None
    chosen = request.POST.get("officer", "")
    colleague = officers_of(user).filter(pk=chosen).first() if _is_key(chosen) else None
    if colleague is None:
        raise DomainError("请选择要指派给谁。")
    return act, colleague


def _is_key(written: str) -> bool:
    return written.isascii() and written.isdecimal() and len(written) < 19


# ---- one case -------------------------------------------------------------------------------------------


def _own_case(request, pk) -> Application:
    """A case that the officer's office may work on."""
    user = officer(request)
    cases = Application.objects.visible_to(user).select_related("managing_unit__parent")
    case = get_object_or_404(cases, pk=pk)
    if not can_handle(user, case):
        raise PermissionDenied
    return case


@require_POST
def case_take(request, pk):
    """“办理”: begin to work on a case, or take over from the colleague who does (`instead_of`), and open it."""
    case, other = _own_case(request, pk), request.POST.get("instead_of", "")
    instead_of = User.objects.filter(pk=other).first() if _is_key(other) else None
    try:
        services.take_case(application=case, actor=request.user, instead_of=instead_of)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("tiers:application_review", pk)


@require_POST
def case_release(request, pk):
    """Stop working on a case."""
    services.release_case(application=_own_case(request, pk), actor=request.user)
    messages.success(request, "已停止处理，其他人可以办理。")
    return redirect("tiers:work_list")


@require_http_methods(["GET", "POST"])
def hand_over(request):
    """Give all open cases of one officer to another, with the reason."""
    user = officer(request)
    form = HandOverForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            cases = services.hand_over(**form.cleaned_data, actor=user)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            officer_, to = form.cleaned_data["officer"], form.cleaned_data["to"]
            messages.success(request, f"已把{officer_}名下的 {len(cases)} 件申报移交给{to}。")
            return redirect("tiers:work_list")
    context = {"form": form, "crumbs": [("待办", reverse("tiers:work_list"))]}
    return render(request, "tiers/hand_over.html", context)
