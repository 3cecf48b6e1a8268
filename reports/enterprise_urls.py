"""Enterprise pages; config/urls.py puts them into the namespace "enterprises"."""

from django.urls import path

from reports import enterprise_views as views

urlpatterns = [
    path("enterprises/", views.enterprise_list, name="enterprise_list"),
    path("enterprises/<int:pk>/", views.enterprise_detail, name="enterprise_detail"),
]
