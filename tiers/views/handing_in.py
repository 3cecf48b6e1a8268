"""Checking the answers, the declaration, handing in, and what was handed in."""

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from core.errors import DomainError
from core.templatetags.portal import ymd_hm
from tiers import permissions, receipt
from tiers.application_forms import DeclarationForm
from tiers.boxes import anchor, reading_of, reading_of_submission
from tiers.models import Application, Submission
from tiers.queries.cases import Case, all_gaps, load_case
from tiers.sections import DECLARATION, FORM
from tiers.services.submission import AlreadySubmitted, submit_application
from tiers.views.filling import frame, get_own, panel, section_url

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
def application_check(request, pk):
    """Everything on one page: what is missing first, the answers by part, the estimated verdict, the declaration."""
    case = load_case(get_own(request, pk))
    return show_check(request, case) if case.writable else redirect("tiers:application_submission", pk)


def show_check(request, case: Case, form=None, status=200):
    assessed = panel(case)
    context = {
        **frame(case),
        **assessed,
        "parts": [(reading_of(case, section), section_url(case.application, section)) for section in FORM],
        "gaps": [(gap, gap_url(case, gap)) for gap in all_gaps(case)],
        "form": form or DeclarationForm(),
        "declaration": DECLARATION,
        "unchanged": [point for point in case.points if not case.has_changed(point)],
        **criteria_of(case, assessed["assessed"]),
    }
    return render(request, "tiers/application_check.html", context, status=status)


def criteria_of(case: Case, assessed) -> dict:
    """The criteria that files can be bound to, and the files that are; none while only some parts are open."""
    if assessed is None or case.returned:
        return {"criteria": [], "criterion_files": []}
    names = {one.key: one.name for one in assessed.standard.criteria()}
    files = [(use, names[use.slot]) for use in case.files if use.slot in names]
    return {"criteria": list(names.items()), "criterion_files": files}


def gap_url(case: Case, gap) -> str:
    return f"{section_url(case.application, gap.section)}?check=1#{anchor(gap.name)}"


@require_GET
def application_submission(request, pk):
    """What was handed in (`round`: which time; default: the last), as it was locked."""
    case = load_case(get_own(request, pk))
    every = list(case.application.submissions.select_related("edition", "submitted_by"))
    if not every:
        raise Http404
    chosen = request.GET.get("round", "")
    submission = next((one for one in every if str(one.round) == chosen), every[0])
    parts = [(reading_of_submission(submission, section), "") for section in FORM]
    context = {**frame(case), "submission": submission, "submissions": every, "parts": parts}
    return render(request, "tiers/application_submission.html", context)


@require_POST
def application_submit(request, pk):
    """Hand in, or hand in the corrections. Whoever is second is told that it is done."""
    application = get_own(request, pk)
    form = DeclarationForm(request.POST)
    case = load_case(application)
    if case.writable and not form.is_valid():
        return show_check(request, case, form, status=422)
    try:
        submission = submit_application(
            application=application,
            actor=request.user,
            declared_by=form.data.get("declared_by", ""),
            words=form.data.get("words", ""),
        )
    except AlreadySubmitted as done:
        messages.info(request, str(done))
    except DomainError as refusal:
        messages.error(request, str(refusal))
        if case.writable:
            return show_check(request, load_case(application), form, status=refusal.status)
    else:
        messages.success(
            request, f"已于 {ymd_hm(submission.submitted_at)} 提交，不用再做什么。接下来的步骤见下面。"
        )
    return redirect("tiers:application_detail", pk)


@require_GET
def application_receipt(request, pk):
    """The receipt as a Word file, made of the locked submission alone (`round`: which time; default: the last)."""
    application = get_object_or_404(Application.objects.visible_to(request.user), pk=pk)
    if not permissions.can_read_receipt(request.user, application):
        raise Http404
    submissions = Submission.objects.filter(application=application).select_related("submitted_by", "edition")
    chosen = request.GET.get("round", "")
    if chosen.isdecimal() and len(chosen) < 5:
        submissions = submissions.filter(round=int(chosen))
    submission = submissions.order_by("-round").first()
    if submission is None:
        raise Http404
    name = f"申报回执-{application.number}-第{submission.round}次.docx"
    return FileResponse(receipt.as_docx(submission), as_attachment=True, filename=name, content_type=DOCX)
