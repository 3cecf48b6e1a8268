from django.urls import path

from tiers import views

app_name = "tiers"
urlpatterns = [path("recognitions/", views.recognition_list, name="recognition_list")]
