"""Filling in one part of the form: saving by button or by script, its lists, its files."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Role
from core.errors import DomainError
from enterprises.models import Evidence
from enterprises.queries import firm_record, overlay
from enterprises.services import complete_list
from policies.engine.standards import Verdict
from tiers import parking, permissions
from tiers.boxes import Sheet, anchor, choosable, warnings_of
from tiers.enums import ApplicationState
from tiers.models import Application
from tiers.queries.assessments import assess_firm
from tiers.queries.cases import Case, check_status, load_case, problem_of, status_of, tasks_of
from tiers.queries.content import with_unit
from tiers.sections import BY_KEY, FORM, Section
from tiers.services.drafts import Stale, attach_evidence, detach_evidence, save_section

SEEN = "seen."  # before the name of what stood in an input when it was shown


RELATED = (
    "enterprise__managing_unit__parent",
    "managing_unit__parent",
    "intake__city",
    "edition",
    "previous__intake",
)


def get_own(request, pk, related=RELATED) -> Application:
    """A case of those who fill it in: its enterprise, or the office that enters it. Others get 404."""
    cases = Application.objects.visible_to(request.user).select_related(*related)
    application = get_object_or_404(cases, pk=pk)
    # The enterprise's people see their own cases alone.
    if request.user.role != Role.ENTERPRISE and not permissions.is_filler(request.user, application):
        raise Http404
    return application


def section_url(application, section, name="") -> str:
    url = reverse("tiers:application_section", args=[application.pk, section.key])
    return f"{url}#{anchor(name)}" if name else url


# ---- one part -------------------------------------------------------------------------------------------


@login_not_required
@require_http_methods(["GET", "POST"])
def application_section(request, pk, key):
    """One part of the form. A script posts it with X-Autosave and gets JSON; htmx asks for the side panel. What a
    person sends whose session has ended is kept until after the login."""
    section = BY_KEY.get(key)
    if section is None or section.office:
        raise Http404
    posted = answers_in(request, section)
    place = f"{pk}:{key}"
    if not request.user.is_authenticated:
        return parking.refuse_stranger(request, posted, place)
    if request.headers.get("X-Autosave"):
        application = get_own(request, pk, related=("enterprise", "intake"))
        return autosave(request, application, section, posted)
    case = load_case(get_own(request, pk))
    if request.method == "GET":
        if request.htmx:
            return render(request, "tiers/_application_panel.html", panel(case))
        if not case.is_open(section):
            return redirect("tiers:application_check", pk)
        parked = {
            name: text for name, text in parking.parked(request, place).items() if case.is_open(section, name)
        }
        strict = "check" in request.GET
        return show_section(request, case, section, typed=parked, parked=bool(parked), strict=strict)
    return save_and_go(request, case, section, posted, place)


def answers_in(request, section) -> dict[str, str]:
    """What was sent for the part, by name; ticks of one question joined by commas."""
    keys = {key for group in section.groups for key in group.asks}
    return {
        name: ",".join(request.POST.getlist(name)) for name in request.POST if name.partition(".")[0] in keys
    }


def version_in(request) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def autosave(request, application, section: Section, posted) -> JsonResponse:
    """Save what has changed in the browser: only the names that are sent with what stood there before."""
    seen = {name.removeprefix(SEEN): text for name, text in request.POST.items() if name.startswith(SEEN)}
    raw = {name: posted.get(name, "") for name in seen}
    version = version_in(request)
    try:
        row = save_section(
            application=application,
            key=section.key,
            raw=raw,
            version=version,
            actor=request.user,
            seen=seen,
        )
    except Stale as stale:
        words = {name: with_unit(name, text) or "（空）" for name, text in stale.theirs.items()}
        body = {"message": str(stale), "version": stale.row.version, "theirs": stale.theirs, "words": words}
        return JsonResponse(body, status=stale.status)
    except DomainError as refusal:
        return JsonResponse({"message": str(refusal)}, status=refusal.status)
    returned = application.state == ApplicationState.RETURNED
    case = load_case(application) if returned else Case(application, {section.key: row}, None, [])
    status = status_of(case, section)
    body = {
        "version": row.version,
        "saved": saved_time(row),
        "notes": notes(case, section),
        "status": status.label,
    }
    if row.version > version + 1:  # a colleague has saved other answers meanwhile
        body["answers"] = {name: text for name, text in row.answers.items() if name not in raw}
    return JsonResponse(body)


def saved_time(row) -> str:
    return timezone.localtime(row.saved_at).strftime("%H:%M") if row.saved_at else ""


def notes(case: Case, section: Section) -> dict[str, dict]:
    """What stands beside the answers after a save: {name: {problem, warnings}}."""
    answers = case.answers(section.key)
    found = {
        name: {"problem": "", "warnings": lines} for name, lines in warnings_of(section, answers).items()
    }
    for question in case.questions(section):
        if problem := problem_of(question.field, answers.get(question.name, ""), required=False):
            found[question.name] = {"problem": problem, "warnings": []}
    return found


def save_and_go(request, case: Case, section: Section, posted, place):
    """The save button, with or without a script: keep the answers, then go where the button says."""
    go = request.POST.get("go", "save")
    raw = {  # of a case that has gone meanwhile everything, to be shown again
        question.name: posted.get(question.name, "")
        for question in case.questions(section)
        if not case.writable or case.is_open(section, question.name)
    }
    try:
        row = save_section(
            application=case.application,
            key=section.key,
            raw=raw,
            version=version_in(request),
            actor=request.user,
            done=True if go == "next" else None,
        )
        kind = go.removeprefix("complete.").removeprefix("open.")
        if kind != go:
            set_complete(case, section, kind, go.startswith("complete."), request.user)
    except DomainError as refusal:
        theirs = refusal.theirs if isinstance(refusal, Stale) else None
        if isinstance(refusal, Stale):
            case.rows[section.key] = refusal.row
        messages.error(request, str(refusal))
        return show_section(request, case, section, typed=raw, theirs=theirs, status=refusal.status)
    parking.forget(request, place)
    return redirect(where_next(request, case, section, go, row.done))


def set_complete(case, section, kind, complete, actor) -> None:
    if kind in section.items and case.is_open(section, kind):
        complete_list(enterprise=case.application.enterprise, kind=kind, complete=complete, actor=actor)


def where_next(request, case: Case, section: Section, go: str, done: bool) -> str:
    previous, following = neighbours(case, section)
    here = section_url(case.application, section)
    if go == "previous" and previous:
        return section_url(case.application, previous)
    if go == "next":
        if not done:
            return f"{here}?check=1"
        if following:
            return section_url(case.application, following)
        return reverse("tiers:application_check", args=[case.application.pk])
    if go == "list":
        return reverse("tiers:application_detail", args=[case.application.pk])
    if go == "save":
        messages.success(request, "已保存。可以继续填写，也可以离开后再来。")
        return here
    return f"{here}#{anchor(go.partition('.')[2])}" if "." in go else here


def neighbours(case: Case, section: Section) -> tuple[Section | None, Section | None]:
    """The parts before and after, among those that may be changed now."""
    open_parts = [one for one in FORM if case.is_open(one)]
    at = open_parts.index(section) if section in open_parts else 0
    before = open_parts[at - 1] if at else None
    return before, open_parts[at + 1] if at + 1 < len(open_parts) else None


def show_section(request, case, section, *, status=200, parked=False, **look):
    """The page of a part. `look`: typed, theirs, strict, as Sheet takes them."""
    sheet = Sheet(case, section, **look)
    previous, following = neighbours(case, section)
    row = case.rows.get(section.key)
    context = {
        **frame(case, section),
        **panel(case),
        "sheet": sheet,
        "row": row,
        "version": row.version if row else 0,
        "previous": previous,
        "following": following,
        "parked": parked,
        "strict": look.get("strict", False),
        "choosable": choosable(case) if section.slots else [],
        "points": [point for point in case.points_of(section) if not point.field],
    }
    return render(request, "tiers/application_section.html", context, status=status)


def frame(case: Case, section: Section | None = None) -> dict:
    """What every page of one case shows around its content."""
    application = case.application
    tasks = tasks_of(case)
    form = [task for task in tasks if not task.section.office]
    steps = [task.section for task in form]
    number = steps.index(section) + 1 if section in steps else len(steps) + 1
    return {
        "case": case,
        "application": application,
        "tasks": tasks,
        "form_tasks": form,
        "section": section,
        "step": number,
        "step_count": len(steps) + 1,
        "check_status": check_status(case),
        "days_left": (application.intake.closes_on - timezone.localdate()).days,
        "by_staff": application.origin == "staff",
        "crumbs": [
            ("申报", reverse("tiers:application_list")),
            (application.get_title_display(), reverse("tiers:application_detail", args=[application.pk])),
        ],
    }


def panel(case: Case) -> dict:
    """申报条件自动核对: what the standard says of the record with the answers of the case laid over it."""
    application = case.application
    record = overlay(firm_record(application.enterprise), case.all_answers)
    day = application.accepted_on or timezone.localdate()
    assessed = assess_firm(
        application.enterprise, application.title, kind=application.kind, on=day, record=record
    )
    gates = assessed.assessment.gates if assessed else ()
    return {
        "application": application,
        "assessed": assessed,
        "open_gates": [finding for finding in assessed.assessment.open() if finding in gates]
        if assessed
        else [],
        "met_gates": [finding for finding in gates if finding.verdict is Verdict.MET],
    }


# ---- files ----------------------------------------------------------------------------------------------


@require_POST
def application_evidence(request, pk):
    """Put a file into a place (`slot`, with file.<slot> or use.<slot>) or take one away (`remove`). Sent from a
    part of the form, the answers typed there are kept first."""
    case = load_case(get_own(request, pk))
    application, slot = case.application, request.POST.get("slot", "")
    section = BY_KEY.get(request.POST.get("part", ""))
    try:
        if section and not section.office and case.is_open(section):
            keep_answers(request, case, section)
        if remove := request.POST.get("remove", ""):
            use = next((one for one in case.files if str(one.pk) == remove), None)
            slot = use.slot if use else ""
            detach_evidence(application=application, use_pk=use.pk if use else 0, actor=request.user)
            messages.success(request, "已从这里移除，文件还在“佐证材料”里。")
        else:
            chosen = chosen_file(request, case, slot)
            use = attach_evidence(application=application, slot=slot, actor=request.user, **chosen)
            messages.success(request, f"已添加“{use.evidence.name}”。")
    except DomainError as refusal:
        messages.error(request, str(refusal))
    if section:
        return redirect(section_url(application, section, slot))
    return redirect(reverse("tiers:application_check", args=[pk]) + "#f-criterion")


def keep_answers(request, case: Case, section: Section) -> None:
    posted = answers_in(request, section)
    raw = {q.name: posted.get(q.name, "") for q in case.questions(section) if case.is_open(section, q.name)}
    save_section(
        application=case.application,
        key=section.key,
        raw=raw,
        version=version_in(request),
        actor=request.user,
    )


def chosen_file(request, case: Case, slot: str) -> dict:
    """A new upload, or a file that is there already."""
    if file := request.FILES.get(f"file.{slot}") or request.FILES.get("file"):
        return {"file": file}
    chosen = request.POST.get(f"use.{slot}", "")
    known = Evidence.objects.filter(enterprise=case.application.enterprise)
    pk = int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0
    return {"evidence": known.filter(pk=pk).first()}
