from django.urls import path

from tiers import views

app_name = "tiers"
urlpatterns = [
    path("recognitions/", views.recognition_list, name="recognition_list"),
    path("self-check/", views.self_check_list, name="self_check_list"),
    path("self-check/<int:pk>/", views.self_check, name="self_check"),
    path("calculator/", views.calculator, name="calculator"),
]
