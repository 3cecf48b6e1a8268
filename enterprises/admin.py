"""Support screens: records read-only; uploading goes through the same service as the page."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from core.admin import ScopedAdmin
from core.errors import DomainError
from enterprises import services
from enterprises.forms import UploadForm
from enterprises.models import Enterprise, ImportBatch, Membership
from enterprises.permissions import can_import


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Enterprise)
class EnterpriseAdmin(ScopedAdmin):
    list_display = ["uscc", "name", "managing_unit", "established_on", "industry_code"]
    list_select_related = ["managing_unit"]
    search_fields = ["uscc", "name"]
    fields = ["uscc", "name", "managing_unit", "established_on", "industry_code", "phone"]
    inlines = [MembershipInline]


@admin.register(ImportBatch)
class ImportBatchAdmin(ScopedAdmin):
    """Upload here or on 批量导入; reading, the dry run and confirming are on the batch's own page."""

    list_display = ["file_name", "kind", "region", "state", "uploaded_by", "uploaded_at", "confirmed_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["region", "uploaded_by"]
    fields = ["file_name", "kind", "region", "state", "counts", "error", "uploaded_by", "uploaded_at"]

    def has_add_permission(self, request):
        return can_import(request.user)

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                batch = services.upload_batch(
                    file=form.cleaned_data["file"],
                    kind=form.cleaned_data["kind"],
                    region=request.user.region,
                    actor=request.user,
                )
            except DomainError as problem:
                form.add_error("file", str(problem))
            else:
                messages.success(request, "文件已上传，正在读取。")
                return HttpResponseRedirect(reverse("enterprises:import_detail", args=[batch.pk]))
        context = self.admin_site.each_context(request) | {
            "form": form,
            "title": "上传导入文件",
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/upload.html", context)
