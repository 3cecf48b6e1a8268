from django.contrib import admin

from core.admin import ScopedAdmin
from tiers.models import AnnualUpdate, MajorChange, Recognition, Revocation


@admin.register(Recognition)
class RecognitionAdmin(ScopedAdmin):
    list_display = [
        "enterprise",
        "title",
        "kind",
        "document_number",
        "documented_on",
        "valid_from",
        "valid_until",
    ]
    list_filter = ["title", "kind"]
    list_select_related = ["enterprise"]
    search_fields = ["enterprise__uscc", "document_number"]


@admin.register(AnnualUpdate)
class AnnualUpdateAdmin(ScopedAdmin):
    list_display = ["enterprise", "year", "completed_on", "completed_by"]
    list_filter = ["year"]
    list_select_related = ["enterprise", "completed_by"]
    search_fields = ["enterprise__uscc"]


@admin.register(MajorChange)
class MajorChangeAdmin(ScopedAdmin):
    list_display = ["enterprise", "kind", "happened_on", "due_on", "reported_on", "state"]
    list_filter = ["kind", "state"]
    list_select_related = ["enterprise"]
    search_fields = ["enterprise__uscc"]


@admin.register(Revocation)
class RevocationAdmin(ScopedAdmin):
    list_display = ["recognition", "reason", "document_number", "revoked_on", "banned_until", "restored_on"]
    list_filter = ["reason"]
    list_select_related = ["recognition__enterprise"]
    search_fields = ["recognition__enterprise__uscc", "document_number"]
