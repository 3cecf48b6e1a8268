"""Pages of imports; config/urls.py joins them with the enterprise pages into the namespace "enterprises"."""

from django.urls import path

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
]
