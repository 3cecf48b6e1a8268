"""Files of an enterprise: the list with the upload, the file itself, and its end."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import DomainError
from enterprises.models import Evidence
from enterprises.permissions import can_edit_record
from enterprises.queries.evidence import evidence_uses
from enterprises.record_forms import EvidenceForm
from enterprises.record_views import crumbs_of, editable_or_403, firm_or_404, record_crumb
from enterprises.services import add_evidence, delete_evidence

AT_ONCE = 20


@require_http_methods(["GET", "POST"])
def evidence_upload(request, pk):
    """All files of an enterprise and where they are used; those who may edit the record add to them."""
    enterprise = editable_or_403(request, pk) if request.method == "POST" else firm_or_404(request, pk)
    form = EvidenceForm(request.POST, request.FILES) if request.method == "POST" else EvidenceForm()
    if request.method == "POST" and form.is_valid() and _take_in(request, enterprise, form):
        return redirect("enterprises:evidence_upload", enterprise.pk)
    files = list(Evidence.objects.filter(enterprise=enterprise).select_related("uploaded_by"))
    uses = evidence_uses(enterprise)
    context = {
        "enterprise": enterprise,
        "form": form,
        "can_edit": can_edit_record(request.user, enterprise),
        "files": [(file, uses.get(file.pk, [])) for file in files],
        "crumbs": crumbs_of(request, enterprise, record_crumb(enterprise)),
    }
    return render(request, "enterprises/evidence_upload.html", context)


def _take_in(request, enterprise, form) -> bool:
    """Take in each file on its own: one that is refused does not keep the others out."""
    files, kept = form.cleaned_data["files"], 0
    if len(files) > AT_ONCE:
        form.add_error("files", f"一次最多选 {AT_ONCE} 个文件，请分几次上传。")
        return False
    for file in files:
        try:
            add_evidence(enterprise=enterprise, file=file, actor=request.user)
            kept += 1
        except DomainError as refusal:
            form.add_error("files", f"{file.name[:60]}：{refusal}")
    if kept:
        messages.success(request, f"已上传 {kept} 个文件。")
    return not form.errors


@require_GET
def evidence_file(request, pk):
    """The file itself, always as a download: what people upload is never shown as a page of this site."""
    evidence = get_object_or_404(Evidence.objects.visible_to(request.user), pk=pk)
    response = FileResponse(
        evidence.file.open("rb"),
        as_attachment=True,
        filename=evidence.name,
        content_type=evidence.media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_http_methods(["GET", "POST"])
def evidence_delete(request, pk):
    """Ask, then delete a file that nothing uses."""
    visible = Evidence.objects.visible_to(request.user).select_related("enterprise__managing_unit__parent")
    evidence = get_object_or_404(visible, pk=pk)
    enterprise = evidence.enterprise
    if not can_edit_record(request.user, enterprise):
        raise PermissionDenied
    back = reverse("enterprises:evidence_upload", args=[enterprise.pk])
    if request.method == "POST":
        try:
            delete_evidence(evidence=evidence, actor=request.user)
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"已删除文件“{evidence.name}”。")
        return redirect(back)
    context = {
        "evidence": evidence,
        "enterprise": enterprise,
        "uses": evidence_uses(enterprise).get(evidence.pk, []),
        "back": back,
        "crumbs": crumbs_of(request, enterprise, record_crumb(enterprise), ("佐证材料", back)),
    }
    return render(request, "enterprises/evidence_delete.html", context)
