from django.contrib import admin

from core.admin import ScopedAdmin
from policies.models import PolicyEdition, StandardEdition


@admin.register(PolicyEdition)
class PolicyEditionAdmin(ScopedAdmin):
    """Published texts, read only for everybody (a trigger refuses changes)."""

    readers = ("city", "auditor")
    list_display = ["number", "title", "city_code", "valid_from", "valid_until", "published_at"]

    def get_queryset(self, request):
        return PolicyEdition.objects.all()


@admin.register(StandardEdition)
class StandardEditionAdmin(ScopedAdmin):
    """Published standards read only for everybody."""

    readers = ("city", "auditor")
    list_display = ["number", "title", "tier", "revision", "published_at"]

    def get_queryset(self, request):
        return StandardEdition.objects.all()
