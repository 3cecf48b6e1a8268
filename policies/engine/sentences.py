"""The Chinese sentences of an explanation: one template per reason code, and one per condition that held.

The fields in braces are filled by explain.py.
"""

from typing import NamedTuple

from policies.engine.reasons import Reason
from policies.engine.values import Event


class Condition(NamedTuple):
    """What is checked: the sentence when it holds, and the reason codes that say it does not."""

    holds: str
    codes: tuple[str, ...]
    source: str = "item"  # whose clause is cited: "item", "validity" or "" for none


IN_FORCE = Condition(
    "{on} 在政策有效期 {valid_from} 至 {valid_until} 内",
    (Reason.NO_POLICY, Reason.AFTER_EXPIRY),
    "validity",
)
IN_CITY = Condition("由本市管理", (Reason.OUTSIDE_CITY,), "")
RECOGNISED = Condition("文件是新认定，不是复核", (Reason.REVIEW, Reason.REVOKED))
FIRST = Condition("{first}", (Reason.NOT_FIRST, Reason.RETURNED))
TITLE_HELD = Condition(
    "投资区间 {window} 都在{titles_name}有效期 {held} 内",
    (
        Reason.NO_TITLE,
        Reason.OUTSIDE_TITLE,
        Reason.PARTLY_REFUSED,
        Reason.WINDOW_PARTLY,
        Reason.WINDOW_UNKNOWN,
        Reason.VALIDITY_UNKNOWN,
    ),
)
GRADE = Condition("考核等次“{grade}”在奖励范围内", (Reason.GRADE,))
ONCE_A_YEAR = Condition("{label_year} 考核年度此前没有别的结果", (Reason.ASSESSED_BEFORE,))
PLATFORM = Condition("有{titles_name}", (Reason.ONLY_BASE, Reason.NO_PLATFORM, Reason.PLATFORM_IMPLIED))
NOT_SUBSIDISED = Condition("同一投资没有省级补助", (Reason.SUBSIDISED, Reason.SUBSIDY_OVERLAP))
ABOVE = Condition("投资额 {base} 元超过 {above} 元", (Reason.NOT_ABOVE,))

CONDITIONS: dict[Event, tuple[Condition, ...]] = {
    Event.TITLE: (IN_FORCE, IN_CITY, RECOGNISED, FIRST),
    Event.SUBSIDY: (IN_FORCE, IN_CITY, TITLE_HELD),
    Event.ASSESSMENT: (IN_FORCE, IN_CITY, GRADE, ONCE_A_YEAR, PLATFORM),
    Event.INVESTMENT: (IN_FORCE, IN_CITY, NOT_SUBSIDISED, ABOVE, TITLE_HELD),
}

# After these the rest was not looked at, or would say the same again.
ENDS = frozenset({Reason.REVIEW, Reason.SUBSIDISED, Reason.GRADE})

SENTENCES: dict[str, str] = {
    Reason.ENTITLED: "各项条件都符合",
    Reason.TOP_UP: "同年度已决定 {already} 元，本项更高，补足差额 {paid} 元",
    Reason.HIGHER_AWARD: "就高：同年度 {winner}，本项不再享受",
    Reason.NO_POLICY: "{on} {outside_period}，无有效政策依据",
    Reason.OUTSIDE_CITY: "{outside_city}",
    Reason.REVIEW: "文件是复核，不是首次认定",
    Reason.NOT_FIRST: "{earlier_on} 已有同级称号，不是首次认定",
    Reason.ASSESSED_BEFORE: "{label_year} 考核年度在 {earlier_on} 已有结果，不重复奖励",
    Reason.GRADE: "考核等次“{grade}”不在奖励范围，奖励等次是{grades}",
    Reason.ONLY_BASE: "只有示范基地称号，考核奖励只给示范平台",
    Reason.NO_PLATFORM: "库中没有{titles_name}，请先补录",
    Reason.NO_TITLE: "没有{titles_name}",
    Reason.OUTSIDE_TITLE: "投资区间 {window} 不在{titles_name}有效期 {held} 内",
    Reason.PARTLY_REFUSED: "投资区间 {window} 只有部分在{titles_name}有效期 {held} 内",
    Reason.NOT_ABOVE: "投资额 {base} 元没有超过 {above} 元",
    Reason.SUBSIDISED: "省级已补助同一投资，不重复补助",
    Reason.BELOW_CENT: "算得金额不足一分",
    Reason.GRANTED_BEFORE: "这项一次性奖励已经享受过",
    Reason.DECIDED_BEFORE: "本项已有决定，不再测算",
    Reason.RETURNED: "{earlier_on} 起有过同级称号，失效后重新认定，由市里判断",
    Reason.REVOKED: "称号已被撤销，是否给予由市里判断",
    Reason.WINDOW_PARTLY: "投资区间 {window} 只有部分在{titles_name}有效期 {held} 内，由市里判断",
    Reason.WINDOW_UNKNOWN: "投资区间不明，请补录起止日期",
    Reason.VALIDITY_UNKNOWN: "{titles_name}缺有效期，请补录起止日期",
    Reason.AFTER_EXPIRY: "投资在政策期内，资金在 {valid_until} 到期后的 {on} 才下达，由市里判断",
    Reason.SUBSIDY_OVERLAP: "省级补助的投资区间与本次重叠，请核对是否同一投资",
    Reason.LABEL_YEAR: "名单年度 {label_year} 与文件日期 {on} 不在同一年，按文件日期计，年度口径待确认",
    Reason.PLATFORM_IMPLIED: "库中没有{titles_name}，由省考核结果推定，请补录",
}
