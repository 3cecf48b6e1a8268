"""The indicators by key: pure functions of a record and a day, each with its unit and what may narrow it."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from policies.engine.standards import listed
from policies.engine.standards.figures import (
    FIGURE_NAMES,
    FIGURE_UNITS,
    chain,
    compound_line,
    compound_shown,
    growth,
    mean_growth,
    plain,
    quotient,
    ratio,
)
from policies.engine.standards.measures import Measure
from policies.engine.standards.profile import (
    PROFILE_NAMES,
    PROFILE_UNITS,
    established_years,
    niche_years,
    profile_answer,
    profile_number,
    quality_items,
)
from policies.engine.standards.question import Question, Rules
from policies.engine.standards.record import FirmRecord
from policies.engine.standards.values import Args, Line


def same(value: Fraction) -> Fraction:
    return value


class Indicator(NamedTuple):
    """`line` turns a document's number into the measured domain, `shown` turns a measured value back."""

    name: str
    unit: str
    accepts: frozenset[str]  # arguments that narrow it
    measure: Callable[[Question], Measure]
    line: Callable[[Fraction], Fraction] = same
    shown: Callable[[Fraction], Fraction] = same
    top: str = ""  # field that moves the value, for those of yearly figures
    bottom: str = ""
    growth: int = 0  # years that a growth looks back


YEARS = frozenset({"years", "over"})
_figures = {
    field: Indicator(name, FIGURE_UNITS.get(field, "元"), YEARS, plain(field), top=field)
    for field, name in FIGURE_NAMES.items()
}
_ratios = {
    key: Indicator(name, "%", YEARS, ratio(top, bottom), top=top, bottom=bottom)
    for key, name, top, bottom in (
        ("rd_ratio", "研发费用占营业收入比重", "rd_expense", "revenue"),
        ("rd_cost_ratio", "研发费用占成本费用比重", "rd_expense", "cost"),
        ("main_ratio", "主营业务收入占营业收入比重", "main_revenue", "revenue"),
        ("debt_ratio", "资产负债率", "liabilities", "assets"),
        ("net_margin", "净利润率", "net_profit", "revenue"),
        ("rd_staff_ratio", "研发人员占职工比重", "rd_staff", "staff"),
    )
}
_growths = {
    "main_growth": Indicator(
        "主营业务收入增长率", "%", frozenset(), chain("main_revenue", 1, growth), top="main_revenue", growth=1
    ),
    "main_growth_mean2": Indicator(
        "近 2 年主营业务收入平均增长率", "%", frozenset(), chain("main_revenue", 2, mean_growth),
        top="main_revenue", growth=2,
    ),
    "revenue_growth_compound2": Indicator(
        "近 2 年营业收入复合增长率", "%", frozenset(), chain("revenue", 2, quotient),
        line=compound_line, shown=compound_shown, top="revenue", growth=2,
    ),
}  # fmt: skip
_lists = {
    "ip": Indicator(
        "知识产权", "项", frozenset({"kinds", "self_developed", "high_value", "applied"}), listed.ip
    ),
    "honours": Indicator(
        "奖项和荣誉", "项", frozenset({"kinds", "levels", "within_years", "rank_most", "titles"}),
        listed.honours,
    ),
    "institutions": Indicator("研发机构", "个", frozenset({"levels"}), listed.institutions),
    "equity": Indicator("新增股权融资", "元", frozenset({"within_years"}), listed.equity),
    "standards": Indicator(
        "参与制修订的标准", "项", frozenset({"levels", "leading", "within_years", "rank_most"}), listed.standards
    ),
    "certificates": Indicator("认证", "项", frozenset({"kinds", "valid"}), listed.certificates),
    "titles": Indicator("有效期内的称号", "项", frozenset({"titles"}), listed.titles),
}  # fmt: skip
_single = {
    "niche_years": Indicator("从事特定细分市场的时间", "年", frozenset(), niche_years),
    "established_years": Indicator("注册时间", "年", frozenset(), established_years),
    "number": Indicator("", "", frozenset({"field"}), profile_number),
    "share": Indicator("", "%", frozenset({"field"}), profile_number),
    "answer": Indicator("", "", frozenset({"field", "values"}), profile_answer),
    "quality_items": Indicator("质量管理水平", "项", frozenset({"levels"}), quality_items),
}
INDICATORS: dict[str, Indicator] = {**_figures, **_ratios, **_growths, **_lists, **_single}


def name_of(indicator: str, args: Args) -> str:
    """What the indicator is called, with its years: “近 2 年每年研发费用”."""
    name = INDICATORS[indicator].name or PROFILE_NAMES.get(args.field, args.field)
    over = {"each": "每年", "any": "任一年", "sum": "合计", "mean": "平均"}.get(args.over, "")
    if args.over in ("each", "any"):
        return f"近 {args.years} 年{over}{name}"
    if args.over:
        return f"近 {args.years} 年{name}{over}"
    return f"近 {args.within_years} 年{name}" if args.within_years else name


def unit_of(line: Line) -> str:
    return PROFILE_UNITS.get(line.args.field, "") or INDICATORS[line.indicator].unit


def measure(record: FirmRecord, on: date, indicator: str, args: Args, rules: Rules) -> Measure:
    """One indicator of a record on a day."""
    return INDICATORS[indicator].measure(Question(record, on, args, rules))
