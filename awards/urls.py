from django.urls import path

from awards import views

app_name = "awards"
urlpatterns = [
    path("runs/", views.run_list, name="run_list"),
    path("runs/start/", views.run_start, name="run_start"),
    path("runs/<int:pk>/", views.run_detail, name="run_detail"),
    path("runs/<int:pk>/decide/", views.run_decide, name="run_decide"),
    path("runs/<int:pk>/facts/", views.run_facts, name="run_facts"),
    path("determinations/", views.determination_list, name="determination_list"),
    path("determinations/export/", views.determination_export, name="determination_export"),
    path("determinations/<int:pk>/", views.determination_detail, name="determination_detail"),
    path("determinations/<int:pk>/replay/", views.determination_replay, name="determination_replay"),
    path("determine/", views.determine_file, name="determine_file"),
]
