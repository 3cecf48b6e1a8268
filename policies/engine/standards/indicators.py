"""Indicators: pure functions of a record and a day, each with its unit, its period and what is missing.

Yearly figures are those of the last finished year, the year before the day.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from policies.engine.standards import listed
from policies.engine.standards.measures import Gap, Measure, number_of
from policies.engine.standards.record import Figures, FirmRecord
from policies.engine.standards.values import Args, EquityRule, IpRule, Line
from policies.engine.standards.words import amount_words

DECLARED = "企业填报"
FIGURE_NAMES = {
    "staff": "职工人数",
    "rd_staff": "研发人员数",
    "revenue": "营业收入",
    "main_revenue": "主营业务收入",
    "net_profit": "净利润",
    "assets": "资产总额",
    "liabilities": "负债总额",
    "rd_expense": "研发费用",
    "cost": "成本费用支出",
    "dev_score": "专精特新发展评价得分",
}
FIGURE_UNITS = {"staff": "人", "rd_staff": "人", "dev_score": "分"}  # the others are yuan


class Rules(NamedTuple):
    """What counts under this standard."""

    ip: IpRule | None
    equity: EquityRule | None


class Question(NamedTuple):
    record: FirmRecord
    on: date
    args: Args
    rules: Rules

    @property
    def last(self) -> int:
        """The last finished year."""
        return self.on.year - 1


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


# ---- yearly figures -------------------------------------------------------------------------------------
class _Year(NamedTuple):
    """Figures of one year by field, and what is not there."""

    year: int
    values: dict[str, Fraction | None]


def _figure(figures: Figures | None, field: str) -> Fraction | None:
    value: int | Decimal | None = getattr(figures, field) if figures else None
    return None if value is None else Fraction(value)


def _read(ask: Question, year: int, *fields: str) -> _Year:
    figures = ask.record.years.get(year)
    return _Year(year, {field: _figure(figures, field) for field in fields})


def _measured(ask: Question, years: list[_Year], low: Fraction | None, high: Fraction | None,
              extra: Iterable[Gap] = ()) -> Measure:  # fmt: skip
    read = [(year.year, field, value) for year in years for field, value in year.values.items()]
    missing = [Gap(f"{year} 年{FIGURE_NAMES[field]}", field) for year, field, value in read if value is None]
    inputs = tuple(
        (f"{year} 年{FIGURE_NAMES[field]}", amount_words(value, FIGURE_UNITS.get(field, "元")))
        for year, field, value in read
        if value is not None
    )
    first, last = min(year.year for year in years), max(year.year for year in years)
    sources = dict.fromkeys(
        ask.record.years[year.year].source or DECLARED for year in years if year.year in ask.record.years
    )
    return Measure(
        low,
        high,
        f"{last} 年" if first == last else f"{first}—{last} 年",
        "、".join(sources),
        tuple(dict.fromkeys(field for _, field, _ in read)),
        (*missing, *extra),
        inputs,
    )


def _put_together(values: list[Fraction | None], over: str) -> tuple[Fraction | None, Fraction | None]:
    """(low, high) of several years: of an unknown year nothing is certain."""
    there = [value for value in values if value is not None]
    whole = len(there) == len(values)
    if over == "each":
        return (min(there) if whole else None), (min(there) if there else None)
    if over == "any":
        return (max(there) if there else None), (max(there) if whole else None)
    if not whole:
        return None, None
    total = sum(there, Fraction(0))
    total = total / len(there) if over == "mean" else total
    return total, total


def _plain(field: str) -> Callable[[Question], Measure]:
    def measure(ask: Question) -> Measure:
        years = [_read(ask, ask.last - back, field) for back in reversed(range(ask.args.years))]
        return _measured(ask, years, *_put_together([year.values[field] for year in years], ask.args.over))

    return measure


def _ratio(top: str, bottom: str) -> Callable[[Question], Measure]:
    def measure(ask: Question) -> Measure:
        years = [_read(ask, ask.last - back, top, bottom) for back in reversed(range(ask.args.years))]
        ratios: list[Fraction | None] = []
        extra = []
        for year, values in years:
            above, below = values[top], values[bottom]
            ratios.append(above / below if above is not None and below is not None and below > 0 else None)
            if below is not None and below <= 0:
                extra.append(Gap(f"大于 0 的 {year} 年{FIGURE_NAMES[bottom]}（为 0 时算不出比例）", bottom))
        return _measured(ask, years, *_put_together(ratios, ask.args.over), extra=extra)

    return measure


def _chain(field: str, back: int, formula: Callable[..., Fraction]) -> Callable[[Question], Measure]:
    """A growth over `back` steps: formula(oldest … newest); every year but the last must be above 0."""

    def measure(ask: Question) -> Measure:
        years = [_read(ask, ask.last - step, field) for step in reversed(range(back + 1))]
        values = [year.values[field] for year in years]
        extra = [
            Gap(f"大于 0 的 {year.year} 年{FIGURE_NAMES[field]}（为 0 时算不出增长率）", field)
            for year, value in zip(years[:-1], values, strict=False)
            if value is not None and value <= 0
        ]
        whole = not extra and None not in values
        found = formula(*values) if whole else None
        return _measured(ask, years, found, found, extra=extra)

    return measure


def _growth(before: Fraction, now: Fraction) -> Fraction:
    return now / before - 1


def _mean_growth(first: Fraction, second: Fraction, third: Fraction) -> Fraction:
    return (second / first + third / second) / 2 - 1


def _quotient(first: Fraction, _second: Fraction, third: Fraction) -> Fraction:
    return third / first


def _compound_line(rate: Fraction) -> Fraction:
    """(1 + r)²: the quotient of the first and the last year is measured against it, so no root is drawn."""
    return (1 + rate) ** 2


def _compound_shown(quotient: Fraction) -> Fraction:
    """The yearly rate of a quotient, for the eye only: eight digits, rounded down."""
    scale = 10**8
    whole = quotient * scale**2
    return Fraction(_root(max(whole.numerator // whole.denominator, 0)), scale) - 1


def _root(number: int) -> int:
    if number < 2:
        return number
    guess = 1 << ((number.bit_length() + 1) // 2)
    while (better := (guess + number // guess) // 2) < guess:
        guess = better
    return guess


# ---- the profile ----------------------------------------------------------------------------------------
def _niche_years(ask: Question) -> Measure:
    """Full years in the niche at the end of the last finished year; the first year itself is not full."""
    since = ask.record.profile.get("niche_since")
    start = number_of(since.year if isinstance(since, date) else since)
    found = None if start is None else max(Fraction(ask.last) - start, Fraction(0))
    if found is not None and isinstance(since, date) and (since.month, since.day) == (1, 1):
        found += 1
    return Measure(
        found,
        found,
        f"截至 {ask.last}-12-31",
        DECLARED,
        ("niche_since",),
        () if found is not None else (Gap("从事特定细分市场的起始年份", "niche_since"),),
        () if start is None else (("从事特定细分市场的起始年份", f"{start} 年"),),
    )


def _established_years(ask: Question) -> Measure:
    since = ask.record.established_on
    found = None
    if since is not None:
        full = ask.on.year - since.year - ((ask.on.month, ask.on.day) < (since.month, since.day))
        found = Fraction(max(full, 0))
    return Measure(
        found,
        found,
        f"截至 {ask.on}",
        "登记信息",
        ("established_on",),
        () if found is not None else (Gap("注册日期", "established_on"),),
        () if since is None else (("注册日期", since.isoformat()),),
    )


def _profile_number(ask: Question) -> Measure:
    found = number_of(ask.record.profile.get(ask.args.field))
    return _of_profile(ask, found)


def _profile_answer(ask: Question) -> Measure:
    """1 when the answer is one of those that count, 0 when it is another."""
    answer = ask.record.profile.get(ask.args.field)
    given = answer is not None and answer != ""
    return _of_profile(
        ask, Fraction(any(answer is v or answer == v for v in ask.args.values)) if given else None
    )


def _of_profile(ask: Question, found: Fraction | None) -> Measure:
    field = ask.args.field
    name = PROFILE_NAMES.get(field, field)
    answer = ask.record.profile.get(field)
    words = (
        ("是" if answer else "否") if isinstance(answer, bool) else SIZE_WORDS.get(str(answer), str(answer))
    )
    return Measure(
        found,
        found,
        f"截至 {ask.on}",
        DECLARED,
        (field,),
        () if found is not None else (Gap(name, field),),
        () if found is None else ((name, words),),
    )


def _quality_items(ask: Question) -> Measure:
    """Of four: a quality award of the level, a certified management system, an own brand, part in a standard."""
    parts = [
        listed.honours(ask, Args(kinds=("quality_award",), levels=ask.args.levels)),
        listed.certificates(ask, Args(kinds=("management_system",), valid=True)),
        _profile_answer(ask._replace(args=Args(field="own_brand", values=(True,)))),
        listed.standards(ask, Args()),
    ]
    low = sum((min(part.low or Fraction(0), Fraction(1)) for part in parts), Fraction(0))
    high = sum(
        (Fraction(1) if part.high is None else min(part.high, Fraction(1)) for part in parts), Fraction(0)
    )
    return Measure(
        low,
        high,
        f"截至 {ask.on}",
        DECLARED,
        tuple(field for part in parts for field in part.fields),
        tuple(label for part in parts for label in part.missing),
        tuple(pair for part in parts for pair in part.inputs),
    )


PROFILE_NAMES = {
    "company_size": "企业规模",
    "legal_person": "境内注册的独立法人",
    "on_blacklist": "列入经营异常名录或严重失信主体名单",
    "prohibited_product": "产品或服务属于禁止、限制或淘汰类",
    "has_serious_violation": "规定年限内有严重违法行为",
    "field_grade": "主导产品所属领域类别",
    "strategic_field": "主导产品属于战略性新兴产业",
    "digital_level": "数字化水平等级",
    "own_brand": "拥有自主品牌",
    "core_system": "核心业务采用信息系统",
    "market_share": "主导产品细分市场占有率",
    "market_rank": "主导产品国内细分市场排名",
    "market_position": "主导产品市场地位靠前",
    "key_link": "处于产业链关键环节",
    "lead_field": "主导产品属于规定领域",
}
SIZE_WORDS = {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型"}
PROFILE_UNITS = {"digital_level": "级", "market_rank": "名"}

YEARS = frozenset({"years", "over"})
_figures = {
    field: Indicator(name, FIGURE_UNITS.get(field, "元"), YEARS, _plain(field), top=field)
    for field, name in FIGURE_NAMES.items()
}
_ratios = {
    key: Indicator(name, "%", YEARS, _ratio(top, bottom), top=top, bottom=bottom)
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
        "主营业务收入增长率", "%", frozenset(), _chain("main_revenue", 1, _growth), top="main_revenue", growth=1
    ),
    "main_growth_mean2": Indicator(
        "近 2 年主营业务收入平均增长率", "%", frozenset(), _chain("main_revenue", 2, _mean_growth),
        top="main_revenue", growth=2,
    ),
    "revenue_growth_compound2": Indicator(
        "近 2 年营业收入复合增长率", "%", frozenset(), _chain("revenue", 2, _quotient),
        line=_compound_line, shown=_compound_shown, top="revenue", growth=2,
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
    "niche_years": Indicator("从事特定细分市场的时间", "年", frozenset(), _niche_years),
    "established_years": Indicator("注册时间", "年", frozenset(), _established_years),
    "number": Indicator("", "", frozenset({"field"}), _profile_number),
    "share": Indicator("", "%", frozenset({"field"}), _profile_number),
    "answer": Indicator("", "", frozenset({"field", "values"}), _profile_answer),
    "quality_items": Indicator("质量管理水平", "项", frozenset({"levels"}), _quality_items),
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
