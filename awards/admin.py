"""Support screens of the award facts, runs and determinations. Read-only: the pages and the API do the work."""

from django.contrib import admin

from awards.models import (
    AwardRun,
    Determination,
    EquipmentInvestment,
    PlatformAssessment,
    ProvincialSubsidy,
)
from core.admin import ScopedAdmin


@admin.register(ProvincialSubsidy)
class ProvincialSubsidyAdmin(ScopedAdmin):
    list_display = [
        "enterprise",
        "document_number",
        "allocated_on",
        "invested_from",
        "invested_until",
        "amount",
    ]
    list_select_related = ["enterprise"]
    search_fields = ["enterprise__uscc", "document_number"]


@admin.register(PlatformAssessment)
class PlatformAssessmentAdmin(ScopedAdmin):
    list_display = ["enterprise", "year", "grade", "published_on", "document_number"]
    list_select_related = ["enterprise"]
    search_fields = ["enterprise__uscc"]


@admin.register(EquipmentInvestment)
class EquipmentInvestmentAdmin(ScopedAdmin):
    list_display = ["enterprise", "reported_on", "amount", "subsidised", "document_number"]
    list_select_related = ["enterprise"]
    search_fields = ["enterprise__uscc"]


@admin.register(AwardRun)
class AwardRunAdmin(ScopedAdmin):
    list_display = ["city", "year", "edition", "state", "round", "started_by", "started_at", "finished_at"]
    list_select_related = ["city", "edition", "started_by"]


@admin.register(Determination)
class DeterminationAdmin(ScopedAdmin):
    list_display = ["enterprise", "year", "item", "event_on", "outcome", "worth", "amount", "decided_at"]
    list_filter = ["year", "outcome", "item"]
    list_select_related = ["enterprise"]
    search_fields = ["enterprise__uscc"]
