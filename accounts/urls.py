from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("audit/", views.audit_list, name="audit_list"),
    path("messages/", views.message_list, name="message_list"),
    path("messages/<int:pk>/open/", views.message_open, name="message_open"),
    path("messages/read-all/", views.message_read_all, name="message_read_all"),
    path("messages/settings/", views.message_settings, name="message_settings"),
    path("filters/", views.filter_save, name="filter_save"),
    path("filters/<int:pk>/delete/", views.filter_delete, name="filter_delete"),
]
