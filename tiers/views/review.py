"""The officer's page of one case, and what can be done from it in one step."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.enums import Role
from core.errors import DomainError
from tiers import permissions
from tiers.enums import ApplicationState, CheckVerdict, ObjectionKind, ReviewLevel
from tiers.models import Application, ReturnPoint
from tiers.queries import dossier
from tiers.queries import review as queries
from tiers.queries.criteria import Row, criterion_rows
from tiers.queries.review import IN_REVIEW
from tiers.queries.timeline import timeline
from tiers.review_forms import NoteForm
from tiers.services.city import take_up_application
from tiers.services.notes import add_note
from tiers.services.returns import reopen_point, settle_point
from tiers.services.review import Refused, Tick, accept_application, check_criteria

PARTS = {"gate": "认定条件", "scored": "评价指标", "route": "直接通过条件"}


# ---- who and where --------------------------------------------------------------------------------------


def get_case(request, pk) -> Application:
    """A case that the officer may read; a stranger gets 404."""
    if not permissions.can_read_reviews(request.user):
        raise Http404
    cases = Application.objects.visible_to(request.user).select_related(
        "enterprise", "managing_unit__parent", "intake__city", "edition", "assigned_to", "handled_by", "publicity",
        "report", "recognition",
    )  # fmt: skip
    return get_object_or_404(cases, pk=pk)


def level_of(user) -> str:
    return ReviewLevel.COUNTY if user.role == Role.COUNTY else ReviewLevel.CITY


def get_own_case(request, pk) -> tuple[Application, str]:
    """A case of the officer's own office with its level; others who may only read get 403."""
    case, user = get_case(request, pk), request.user
    if not (permissions.is_county_of(user, case) or permissions.is_city_of(user, case)):
        raise PermissionDenied
    return case, level_of(user)


def back(case, anchor=""):
    return redirect(reverse("tiers:application_review", args=[case.pk]) + (f"#{anchor}" if anchor else ""))


def perform(request, act, done="", **arguments) -> bool:
    """Call one service; a refusal is shown above the page."""
    try:
        act(**arguments, actor=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return False
    if done:
        messages.success(request, done)
    return True


# ---- the page -------------------------------------------------------------------------------------------


@require_GET
def application_review(request, pk):
    """One case as the offices see it: what was handed in, criteria, comments, visits, history, and the acts that
    are legal now."""
    case = get_case(request, pk)
    return render(request, "tiers/application_review.html", page_of(request, case))


def page_of(request, case, *, errors=None, typed=None) -> dict:
    """What the page shows; `errors` and `typed` by criterion after refused ticks."""
    user, level = request.user, level_of(request.user)
    submissions = list(case.submissions.select_related("submitted_by", "edition"))
    rows = criterion_rows(case, level)
    mine = permissions.is_county_of(user, case) or permissions.is_city_of(user, case)
    working = mine and case.state in IN_REVIEW[level]
    of_city = permissions.can_read_city(user, case.intake)
    return {
        "case": case,
        "level": level,
        "mine": mine,
        "working": working,
        "acts": legal_acts(user, case) if mine else [],
        "submission": submissions[0] if submissions else None,
        "submissions": submissions,
        "groups": criterion_groups(case, rows, submissions, errors or {}, typed or {}),
        "open_rows": sum(row.open for row in rows),
        "adoptable": sum(_adoptable(row) for row in rows) if working else 0,
        "parts": dossier.parts(case, submissions),
        "rounds": dossier.answered_rounds(case, submissions),
        "visits": case.visits.select_related("recorded_by").prefetch_related("photos"),
        "objections": case.objections.filter(kind=ObjectionKind.PUBLICITY) if of_city else [],
        "timeline": timeline(case, public=False),
        "note_form": NoteForm(),
        "errors": errors or {},
        "crumbs": [(case.intake.name, reverse("tiers:intake_review", args=[case.intake_id]))],
    }


def criterion_groups(case, rows: list[Row], submissions, errors, typed) -> list[dict]:
    """The criteria under their headings, each with its files as links and what was typed."""
    ids = dossier.evidence_ids(case, submissions[0]) if submissions else {}
    groups: dict[str, dict] = {}
    for row in rows:
        title = row.criterion.group if row.part == "scored" else PARTS[row.part]
        group = groups.setdefault(title, {"title": title, "part": row.part, "lines": []})
        verdict, words = typed.get(row.key) or (
            (row.holds.verdict, row.holds.note) if row.holds else ("", row.check.note if row.check else "")
        )
        group["lines"].append(
            {
                "row": row,
                "verdict": verdict,
                "note": words,
                "error": errors.get(row.key, ""),
                "files": [{**file, "pk": ids.get(file["sha256"])} for file in row.evidence],
            }
        )
    return list(groups.values())


def legal_acts(user, case) -> list[dict]:
    """The acts that the case allows its office now, the usual one first; `post`: one press does it."""
    state, county = case.state, permissions.is_county_of(user, case)
    page = {name: reverse(f"tiers:application_{name}", args=[case.pk]) for name in PAGES}
    if county and state == ApplicationState.SUBMITTED:
        return [{"label": "受理", "icon": "check", "url": page["accept"], "kind": "primary", "post": True}]
    if not county and state == ApplicationState.RECOMMENDED:
        return [
            {
                "label": "开始审核",
                "icon": "player-play",
                "url": page["take_up"],
                "kind": "primary",
                "post": True,
            }
        ]
    if state == ApplicationState.RETURNED:
        overdue = case.returned_by == level_of(user) and queries.is_overdue(case)
        return (
            [{"label": "逾期办结", "icon": "ban", "url": page["reject"], "kind": "danger"}] if overdue else []
        )
    if not county and state in (ApplicationState.PUBLICITY, ApplicationState.OBJECTION):
        return [{"label": "登记异议", "icon": "scale", "url": page["objection"], "kind": ""}]
    if state not in IN_REVIEW[level_of(user)]:
        return []
    acts = [
        {"label": "登记核查", "icon": "map-pin", "url": page["visit"], "kind": ""},
        {"label": "退回修改", "icon": "rotate", "url": page["return"], "kind": ""},
        {"label": "不予推荐", "icon": "ban", "url": page["reject"], "kind": "danger"},
    ]
    if county:
        acts.insert(0, {"label": "推荐", "icon": "send", "url": page["recommend"], "kind": "primary"})
    return acts


PAGES = ("accept", "take_up", "visit", "return", "reject", "recommend", "objection")


# ---- acts of one press ----------------------------------------------------------------------------------


@require_POST
def application_accept(request, pk):
    case = get_case(request, pk)
    if not permissions.is_county_of(request.user, case):
        raise PermissionDenied
    perform(request, accept_application, "已受理。", application=case)
    return back(case)


@require_POST
def application_take_up(request, pk):
    case = get_case(request, pk)
    if not permissions.is_city_of(request.user, case):
        raise PermissionDenied
    perform(request, take_up_application, "已开始市级审核。", application=case)
    return back(case)


@require_POST
def application_checks(request, pk):
    """The officer's ticks on the criteria, all at once; `adopt` takes over the engine's verdict where it stands
    alone. What was typed comes back with the refusals beside it."""
    case, level = get_own_case(request, pk)
    rows = criterion_rows(case, level)
    typed = {row.key: _typed(request.POST, row.key) for row in rows}
    ticks = [Tick(row.key, *typed[row.key]) for row in rows if _says_something(row, *typed[row.key])]
    if "adopt" in request.POST:
        said = {tick.criterion for tick in ticks}
        ticks += [Tick(row.key, row.verdict.value) for row in rows if _adoptable(row) and row.key not in said]
    try:
        kept = check_criteria(application=case, level=level, ticks=ticks, actor=request.user)
    except Refused as refusal:
        context = page_of(request, case, errors=refusal.errors, typed=typed)
        return render(request, "tiers/application_review.html", context, status=422)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return back(case, "criteria")
    messages.success(request, f"已保存 {len(kept)} 项审核结论。" if kept else "结论没有变化。")
    return back(case, "criteria")


def _typed(data, key) -> tuple[str, str]:
    return data.get(f"verdict-{key}", ""), data.get(f"note-{key}", "")


def _says_something(row: Row, verdict: str, words: str) -> bool:
    """A verdict, or a note that was not there before and still lacks its verdict."""
    return bool(verdict) or words.strip() not in ("", row.check.note if row.check else "")


def _adoptable(row: Row) -> bool:
    agrees = row.other is None or row.other.verdict == row.verdict.value
    return row.holds is None and row.verdict.value in CheckVerdict.values and agrees


@require_POST
def application_note(request, pk):
    case = get_case(request, pk)
    if not (permissions.is_county_of(request.user, case) or permissions.is_city_of(request.user, case)):
        raise PermissionDenied
    perform(request, add_note, "已保存备注。", application=case, text=request.POST.get("text", ""))
    return back(case, "notes")


# ---- points of a return ---------------------------------------------------------------------------------


@require_POST
def point_settle(request, pk):
    return _tick_off(request, pk, settle_point)


@require_POST
def point_reopen(request, pk):
    return _tick_off(request, pk, reopen_point)


def _tick_off(request, pk, act):
    """Only the office that asked may say that a comment is solved."""
    if not permissions.can_read_reviews(request.user):
        raise Http404
    points = ReturnPoint.objects.filter(request__application__in=Application.objects.visible_to(request.user))
    points = points.select_related("request__application__managing_unit", "request__application__enterprise")
    point = get_object_or_404(points, pk=pk)
    case, level = point.request.application, point.request.level
    asked = permissions.is_county_of if level == ReviewLevel.COUNTY else permissions.is_city_of
    if not asked(request.user, case):
        raise PermissionDenied
    perform(request, act, point=point)
    return back(case, f"round-{point.request.number}")
