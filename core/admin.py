"""Support screens. They show what a role may see; whatever changes a record goes through the same services."""

from django.contrib import admin


class ScopedAdmin(admin.ModelAdmin):
    """Read-only rows within the reader's scope. A subclass that allows a change overrides the permission and
    calls a service in save_model."""

    readers = ("city", "auditor")
    list_per_page = 100
    show_full_result_count = False
    actions = None

    def get_queryset(self, request):
        return self.model.objects.visible_to(request.user)

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return request.user.is_authenticated and request.user.role in self.readers

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
