"""Reason codes: what a result stores instead of prose, each with its short Chinese label."""


class Reason:
    """Plain strings, because they are stored by the million."""

    # granted
    ENTITLED = "entitled"
    TOP_UP = "top_up"
    # absorbed
    HIGHER_AWARD = "higher_award"
    # ineligible
    NO_POLICY = "no_policy_in_force"
    OUTSIDE_CITY = "outside_city"
    REVIEW = "review_not_recognition"
    NOT_FIRST = "not_first"
    ASSESSED_BEFORE = "assessed_before"
    GRADE = "grade_not_awarded"
    ONLY_BASE = "base_not_assessed"
    NO_PLATFORM = "platform_title_missing"
    NO_TITLE = "no_title"
    OUTSIDE_TITLE = "window_outside_title"
    PARTLY_REFUSED = "window_partly_refused"
    NOT_ABOVE = "not_above_threshold"
    SUBSIDISED = "already_subsidised"
    BELOW_CENT = "below_one_cent"
    GRANTED_BEFORE = "already_granted"
    DECIDED_BEFORE = "already_decided"
    # held
    RETURNED = "lapse_and_return"
    REVOKED = "title_revoked"
    WINDOW_PARTLY = "window_partly_covered"
    WINDOW_UNKNOWN = "window_unknown"
    VALIDITY_UNKNOWN = "validity_unknown"
    AFTER_EXPIRY = "allocated_after_expiry"
    SUBSIDY_OVERLAP = "subsidy_overlap"
    # notes
    LABEL_YEAR = "label_year_differs"
    PLATFORM_IMPLIED = "platform_title_implied"


LABELS: dict[str, str] = {
    Reason.ENTITLED: "符合条件",
    Reason.TOP_UP: "同年度补足差额",
    Reason.HIGHER_AWARD: "同年度就高",
    Reason.NO_POLICY: "无有效政策依据",
    Reason.OUTSIDE_CITY: "不属本市",
    Reason.REVIEW: "复核不是首次认定",
    Reason.NOT_FIRST: "不是首次认定",
    Reason.ASSESSED_BEFORE: "同一考核年度重复",
    Reason.GRADE: "等次不在奖励范围",
    Reason.ONLY_BASE: "示范基地无考核奖励",
    Reason.NO_PLATFORM: "没有示范平台称号",
    Reason.NO_TITLE: "没有所需称号",
    Reason.OUTSIDE_TITLE: "投资不在称号有效期内",
    Reason.PARTLY_REFUSED: "投资只有部分在称号有效期内",
    Reason.NOT_ABOVE: "投资额未超过起点",
    Reason.SUBSIDISED: "省级已补助",
    Reason.BELOW_CENT: "金额不足一分",
    Reason.GRANTED_BEFORE: "一次性奖励已享受",
    Reason.DECIDED_BEFORE: "本项已有决定",
    Reason.RETURNED: "失效后重新认定",
    Reason.REVOKED: "称号已撤销",
    Reason.WINDOW_PARTLY: "投资部分在称号有效期内",
    Reason.WINDOW_UNKNOWN: "投资区间不明",
    Reason.VALIDITY_UNKNOWN: "称号有效期不明",
    Reason.AFTER_EXPIRY: "政策到期后下达",
    Reason.SUBSIDY_OVERLAP: "与省级补助区间重叠",
    Reason.LABEL_YEAR: "年度口径待确认",
    Reason.PLATFORM_IMPLIED: "平台称号由省考核推定",
}


def reason_label(code: str) -> str:
    """The short label of a reason for lists and filters; an unknown code stays as it is."""
    return LABELS.get(code, code)
