from tiers.views.assessments import calculator, self_check, self_check_list
from tiers.views.recognitions import recognition_list

__all__ = [
    "calculator",
    "recognition_list",
    "self_check",
    "self_check_list",
]
