"""Pages of imports, records and files; config/urls.py joins them with the enterprise pages as "enterprises"."""

from django.urls import path

from enterprises import evidence_views, item_views, record_views
from enterprises import import_views as views

urlpatterns = [
    path("imports/", views.import_list, name="import_list"),
    path("imports/new/", views.import_upload, name="import_upload"),
    path("imports/templates/<slug:kind>/", views.import_template, name="import_template"),
    path("imports/<int:pk>/", views.import_detail, name="import_detail"),
    path("imports/<int:pk>/header/", views.import_header, name="import_header"),
    path("imports/<int:pk>/confirm/", views.import_confirm, name="import_confirm"),
    path("imports/<int:pk>/undo/", views.import_undo, name="import_undo"),
    path("imports/<int:pk>/marked/", views.import_marked, name="import_marked"),
    path("record/", record_views.record_list, name="record_list"),
    path("record/<int:pk>/", record_views.record, name="record"),
    path("record/<int:pk>/evidence/", evidence_views.evidence_upload, name="evidence_upload"),
    path("record/<int:pk>/proofs/", record_views.record_proofs, name="record_proofs"),
    path("record/<int:pk>/lists/<slug:kind>/new/", item_views.record_item_new, name="record_item_new"),
    path("record/<int:pk>/lists/<slug:kind>/done/", item_views.record_list_done, name="record_list_done"),
    path(
        "record/<int:pk>/lists/<slug:kind>/<int:item>/", item_views.record_item_edit, name="record_item_edit"
    ),
    path(
        "record/<int:pk>/lists/<slug:kind>/<int:item>/delete/",
        item_views.record_item_delete,
        name="record_item_delete",
    ),
    path("record/<int:pk>/<slug:part>/", record_views.record_section, name="record_section"),
    path("record/<int:pk>/<slug:part>/notes/", record_views.record_notes, name="record_notes"),
    path("evidence/<int:pk>/", evidence_views.evidence_file, name="evidence_file"),
    path("evidence/<int:pk>/delete/", evidence_views.evidence_delete, name="evidence_delete"),
]
