from django.urls import path

from policies import views

app_name = "policies"
urlpatterns = [
    path("", views.edition_list, name="edition_list"),
    path("<int:pk>/", views.edition_detail, name="edition_detail"),
    path("standards/", views.standard_list, name="standard_list"),
    path("standards/<int:pk>/", views.standard_detail, name="standard_detail"),
]
