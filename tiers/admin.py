from django.contrib import admin

from core.admin import ScopedAdmin
from tiers.models import Recognition


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
