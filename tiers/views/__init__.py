from tiers.views.assessments import calculator, self_check, self_check_list
from tiers.views.city import (
    draw_detail,
    draw_new,
    intake_review,
    recommendation_order,
    report_detail,
    report_file,
    report_new,
)
from tiers.views.decisions import (
    application_recommend,
    application_reject,
    application_return,
    application_visit,
)
from tiers.views.publicity import (
    application_objection,
    objection_decision,
    publicity_detail,
    publicity_document,
    publicity_list,
    publicity_new,
    publicity_public,
)
from tiers.views.recognitions import recognition_list
from tiers.views.review import (
    application_accept,
    application_checks,
    application_note,
    application_review,
    application_take_up,
    point_reopen,
    point_settle,
)

__all__ = [
    "application_accept",
    "application_checks",
    "application_note",
    "application_objection",
    "application_recommend",
    "application_reject",
    "application_return",
    "application_review",
    "application_take_up",
    "application_visit",
    "calculator",
    "draw_detail",
    "draw_new",
    "intake_review",
    "objection_decision",
    "point_reopen",
    "point_settle",
    "publicity_detail",
    "publicity_document",
    "publicity_list",
    "publicity_new",
    "publicity_public",
    "recognition_list",
    "recommendation_order",
    "report_detail",
    "report_file",
    "report_new",
    "self_check",
    "self_check_list",
]
