from django.urls import path

from tiers import views

app_name = "tiers"
urlpatterns = [
    path("recognitions/", views.recognition_list, name="recognition_list"),
    path("self-check/", views.self_check_list, name="self_check_list"),
    path("self-check/<int:pk>/", views.self_check, name="self_check"),
    path("calculator/", views.calculator, name="calculator"),
    path("applications/<int:pk>/review/", views.application_review, name="application_review"),
    path("applications/<int:pk>/accept/", views.application_accept, name="application_accept"),
    path("applications/<int:pk>/take-up/", views.application_take_up, name="application_take_up"),
    path("applications/<int:pk>/checks/", views.application_checks, name="application_checks"),
    path("applications/<int:pk>/note/", views.application_note, name="application_note"),
    path("applications/<int:pk>/visit/", views.application_visit, name="application_visit"),
    path("applications/<int:pk>/return/", views.application_return, name="application_return"),
    path("applications/<int:pk>/recommend/", views.application_recommend, name="application_recommend"),
    path("applications/<int:pk>/reject/", views.application_reject, name="application_reject"),
    path("applications/<int:pk>/objection/", views.application_objection, name="application_objection"),
    path("points/<int:pk>/settle/", views.point_settle, name="point_settle"),
    path("points/<int:pk>/reopen/", views.point_reopen, name="point_reopen"),
    path("intakes/<int:pk>/review/", views.intake_review, name="intake_review"),
    path("intakes/<int:pk>/order/", views.recommendation_order, name="recommendation_order"),
    path("intakes/<int:pk>/draw/", views.draw_new, name="draw_new"),
    path("intakes/<int:pk>/publicity/", views.publicity_new, name="publicity_new"),
    path("intakes/<int:pk>/report/", views.report_new, name="report_new"),
    path("draws/<int:pk>/", views.draw_detail, name="draw_detail"),
    path("reports/<int:pk>/", views.report_detail, name="report_detail"),
    path("reports/<int:pk>/file/", views.report_file, name="report_file"),
    path("publicities/", views.publicity_list, name="publicity_list"),
    path("publicities/<int:pk>/", views.publicity_detail, name="publicity_detail"),
    path("publicities/<int:pk>/list/", views.publicity_public, name="publicity_public"),
    path("publicities/<int:pk>/document/", views.publicity_document, name="publicity_document"),
    path("objections/<int:pk>/", views.objection_decision, name="objection_decision"),
]
