"""Indicators on single facts: years in the niche, answers, numbers, and how many of several things there are."""

from datetime import date
from fractions import Fraction

from policies.engine.standards import listed
from policies.engine.standards.measures import Gap, Measure, number_of
from policies.engine.standards.question import DECLARED, Question
from policies.engine.standards.values import Args

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


def niche_years(ask: Question) -> Measure:
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


def established_years(ask: Question) -> Measure:
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


def profile_number(ask: Question) -> Measure:
    found = number_of(ask.record.profile.get(ask.args.field))
    return _of_profile(ask, found)


def profile_answer(ask: Question) -> Measure:
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


def quality_items(ask: Question) -> Measure:
    """Of four: a quality award of the level, a certified management system, an own brand, part in a standard."""
    parts = [
        listed.honours(ask, Args(kinds=("quality_award",), levels=ask.args.levels)),
        listed.certificates(ask, Args(kinds=("management_system",), valid=True)),
        profile_answer(ask._replace(args=Args(field="own_brand", values=(True,)))),
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
