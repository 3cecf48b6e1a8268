from tiers.views.recognitions import recognition_list

__all__ = ["recognition_list"]
