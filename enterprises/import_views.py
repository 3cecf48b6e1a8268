"""Pages of imports: list, upload, dry run, confirm, undo, templates and marked copies."""

import io

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Region
from core.errors import DomainError
from core.spreadsheets.guard import FileRefused
from core.spreadsheets.marked import error_list, marked_copy
from core.spreadsheets.spec import CellError
from core.spreadsheets.template import template
from enterprises import permissions, registry, services
from enterprises.enums import BatchState, ImportMode, RowOutcome
from enterprises.forms import HeaderForm, UploadForm
from enterprises.models import ImportBatch

PER_PAGE = 100
MARKED_AT_MOST = 20_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LIST = ("批量导入", "enterprises:import_list")


def _batch(request, pk) -> ImportBatch:
    if not permissions.can_see_imports(request.user):
        raise Http404
    batches = ImportBatch.objects.visible_to(request.user).select_related("region", "uploaded_by")
    return get_object_or_404(batches, pk=pk)


def _own_batch(request, pk) -> ImportBatch:
    batch = _batch(request, pk)
    if not permissions.can_change_batch(request.user, batch):
        raise Http404
    return batch


def _workbook(data, name) -> FileResponse:
    return FileResponse(io.BytesIO(data), as_attachment=True, filename=name, content_type=XLSX)


@require_GET
def import_list(request):
    """Batches of the user's offices, newest first."""
    if not permissions.can_see_imports(request.user):
        raise Http404
    batches = ImportBatch.objects.visible_to(request.user).select_related("region", "uploaded_by")
    state = request.GET.get("state", "")
    tabs = [{"label": "全部", "url": request.path, "count": None, "current": state not in BatchState.values}]
    tabs += [
        {"label": label, "url": f"?state={value}", "count": None, "current": state == value}
        for value, label in BatchState.choices
    ]
    if state in BatchState.values:
        batches = batches.filter(state=state)
    page = Paginator(batches, PER_PAGE).get_page(request.GET.get("page"))
    for batch in page:
        batch.kind_label = dict(registry.kinds()).get(batch.kind, "待识别")
        batch.bad = batch.counts.get(RowOutcome.BAD, 0)
        batch.total = sum(batch.counts.values())
    context = {"page": page, "tabs": tabs, "can_import": permissions.can_import(request.user)}
    return render(request, "enterprises/import_list.html", context)


@require_http_methods(["GET", "POST"])
def import_upload(request):
    if not permissions.can_import(request.user):
        raise Http404
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = services.upload_batch(
                file=form.cleaned_data["file"],
                kind=form.cleaned_data["kind"],
                region=request.user.region,
                actor=request.user,
            )
            return redirect("enterprises:import_detail", pk=batch.pk)
        except DomainError as refusal:
            form.add_error("file", str(refusal))
    context = {"form": form, "importers": registry.importers().values(), "crumbs": _crumbs()}
    return render(request, "enterprises/import_upload.html", context, status=422 if form.errors else 200)


def _crumbs():
    return [(LIST[0], reverse(LIST[1]))]


@require_GET
def import_detail(request, pk):
    """Progress while a job works, then the dry run by outcome; htmx asks for the progress alone."""
    batch = _batch(request, pk)
    working = batch.state in (BatchState.READING, BatchState.APPLYING)
    if request.htmx:
        if working:
            return render(request, "enterprises/_import_progress.html", _progress(batch))
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    return render(request, "enterprises/import_detail.html", _detail(request, batch))


def _progress(batch) -> dict:
    job = services.latest_job(batch)
    return {"batch": batch, "job": job, "url": reverse("enterprises:import_detail", args=[batch.pk])}


def _detail(request, batch, form=None) -> dict:
    own = permissions.can_change_batch(request.user, batch)
    importer = registry.importer(batch.kind) if batch.kind else None
    reviewing = batch.state == BatchState.REVIEW
    missing = importer.missing(batch.header) if importer and reviewing else []
    if importer and reviewing and own and form is None:
        form = HeaderForm(batch)
    outcome, tabs = _tabs(request, batch)
    page = Paginator(batch.rows.filter(outcome=outcome).order_by("number"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    units = dict(Region.objects.values_list("pk", "name"))
    for row in page:
        row.unit_name = units.get(row.data.get("unit"), "")
    return _progress(batch) | {
        "importer": importer,
        "header": _header(importer, batch),
        "missing": missing,
        "form": form,
        "tabs": tabs,
        "outcome": outcome,
        "page": page,
        "own": own,
        "crumbs": _crumbs(),
        "good": _count(batch, ImportMode.GOOD),
        "all": _count(batch, ImportMode.ALL),
        "bad": batch.counts.get(RowOutcome.BAD, 0),
    }


def _count(batch, mode) -> int:
    return sum(batch.counts.get(outcome, 0) for outcome in mode.outcomes)


def _tabs(request, batch):
    """Outcomes that occur, and the one to show: as asked, else the first that needs attention."""
    present = [outcome for outcome in RowOutcome if batch.counts.get(outcome)]
    asked = request.GET.get("outcome")
    if asked not in present:
        worrying = [o for o in (RowOutcome.BAD, RowOutcome.CONFLICT) if o in present]
        asked = (worrying or present or [RowOutcome.NEW])[0]
    tabs = [
        {"label": o.label, "url": f"?outcome={o}", "count": batch.counts[o], "current": o == asked}
        for o in present
    ]
    return RowOutcome(asked), tabs


def _header(importer, batch) -> list[tuple]:
    """(label, value) of what the file says of all its rows."""
    shown = []
    for field in importer.header if importer else ():
        value = batch.header.get(field.key)
        shown.append((field.label, dict(field.choices).get(str(value), value)))
    return shown


@require_POST
def import_header(request, pk):
    batch = _own_batch(request, pk)
    if not batch.kind:
        raise Http404
    form = HeaderForm(batch, request.POST)
    if not form.is_valid():
        return render(request, "enterprises/import_detail.html", _detail(request, batch, form), status=422)
    try:
        services.correct_header(batch=batch, values=form.cleaned_data, actor=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("enterprises:import_detail", pk=pk)


@require_POST
def import_confirm(request, pk):
    batch = _own_batch(request, pk)
    mode = request.POST.get("mode") or batch.mode
    try:
        if mode not in ImportMode.values:
            raise DomainError("请选择要写入哪些行。")
        services.confirm_batch(batch=batch, mode=mode, actor=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("enterprises:import_detail", pk=pk)


@require_POST
def import_undo(request, pk):
    batch = _own_batch(request, pk)
    try:
        services.undo_batch(batch=batch, actor=request.user)
        messages.success(request, "已撤销，平台恢复到导入之前。如已测算过奖励，请重新测算。")
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("enterprises:import_detail", pk=pk)


@require_GET
def import_marked(request, pk):
    """The uploaded workbook with its bad and conflicting rows marked."""
    batch = _batch(request, pk)
    rows = batch.rows.filter(outcome__in=[RowOutcome.BAD, RowOutcome.CONFLICT]).order_by("number")
    remarks = list(_remarks(rows[:MARKED_AT_MOST]))
    try:
        with batch.file.open("rb") as file:
            data = marked_copy(file, remarks, head_row=batch.header.get("head_row", 0))
    except (FileRefused, OSError):  # cannot be marked: the list of errors still helps
        data = error_list(remarks)
    return _workbook(data, f"标注_{batch.file_name}")


def _remarks(rows):
    for row in rows:
        for error in row.errors:
            yield CellError(
                row.sheet, row.number, error["column"], error["head"], error["value"], error["message"]
            )
        if not row.errors:
            yield CellError(row.sheet, row.number, "", "", "", row.note)


@require_GET
def import_template(request, kind):
    if not permissions.can_see_imports(request.user) or kind not in registry.importers():
        raise Http404
    importer = registry.importer(kind)
    data = template(importer.spec(), title=importer.template_title, note=importer.template_note)
    return _workbook(data, f"模板_{importer.label}.xlsx")
