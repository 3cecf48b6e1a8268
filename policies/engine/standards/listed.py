"""Indicators that count entries of the record's lists: certain ones, and ones that would count if more were known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from policies.engine.standards.measures import (
    Check,
    Gap,
    Measure,
    at_most,
    known,
    tally,
    years_after,
    years_before,
)
from policies.engine.standards.question import DECLARED, Question
from policies.engine.standards.record import (
    CertificateFact,
    EquityFact,
    HonourFact,
    InstitutionFact,
    IpFact,
    StandardWorkFact,
    TitleHeld,
)
from policies.engine.standards.values import Args, IpRule
from policies.engine.standards.words import amount_words


@dataclass(frozen=True, slots=True)
class _List:
    name: str
    field: str
    unit: str = "项"
    source: str = DECLARED


def _counted(
    ask: Question, what: _List, found: tuple[Fraction | None, Fraction | None, tuple[str, ...]], within: int
) -> Measure:
    low, high, unknown = found
    start = f"{years_before(ask.on, within)} 至 " if within else "截至 "
    there = (
        ()
        if "" in unknown
        else ((f"{what.name}（符合要求的）", amount_words(low or Fraction(0), what.unit)),)
    )
    missing = tuple(Gap(f"{what.name}{label and '的'}{label}", what.field) for label in unknown)
    return Measure(low, high, f"{start}{ask.on}", what.source, (what.field,), missing, there)


def _happened(day: date | None, on: date, within: int) -> bool | None:
    """Within so many years up to the day, both ends inclusive; without a number of years: not after the day."""
    if day is None:
        return None if within else True
    return day <= on and (not within or day >= years_before(on, within))


# ---- intellectual property ------------------------------------------------------------------------------
def ip(ask: Question) -> Measure:
    """Rights of class one or two (args.kinds) that count under the standard's rule."""
    rule = ask.rules.ip
    assert rule is not None, "the loader refuses a line on ip without an [ip] table"
    found = tally(ask.record.ip, lambda right: _ip_checks(right, ask.on, ask.args, rule))
    return _counted(ask, _List("知识产权", "ip"), found, 0)


def _ip_checks(right: IpFact, on: date, args: Args, rule: IpRule) -> Iterable[Check]:
    second = "class_two" in args.kinds
    yield "类别", known(right.kind, rule.class_two if second else rule.class_one)
    yield "授权日期", right.granted_on is None or right.granted_on <= on
    if second and (kept := rule.class_two.get(right.kind, 0)):
        yield "授权日期", None if right.granted_on is None else years_after(right.granted_on, kept) < on
    yield "是否与主导产品相关", right.for_lead_product
    yield "来源（自主研发或受让）和受让日期", _source_counts(right, on, rule)
    if rule.holder_rank_most:
        yield "权利人排名", at_most(right.holder_rank, rule.holder_rank_most)
    if args.self_developed:
        yield "来源（自主研发或受让）", False if right.assigned_on else right.self_developed
    if args.applied:
        yield "是否实际应用并产生效益", right.applied
    if args.high_value:
        yield "是否属于高价值", _is_high_value(right, on, rule)


def _source_counts(right: IpFact, on: date, rule: IpRule) -> bool | None:
    """Whether a right counts by where it comes from: own, or assigned long enough ago."""
    assigned = True if right.assigned_on or right.self_developed is False else (
        None if right.self_developed is None else False
    )  # fmt: skip
    if assigned is False:
        return True
    if not rule.assigned_counts:
        return None if assigned is None else False
    if not rule.assigned_years:
        return True
    return None if right.assigned_on is None else years_after(right.assigned_on, rule.assigned_years) <= on


def _is_high_value(right: IpFact, on: date, rule: IpRule) -> bool | None:
    years = rule.high_value_years
    if years and right.granted_on and years_after(right.granted_on, years) < on:
        return True
    return right.high_value


# ---- the other lists ------------------------------------------------------------------------------------
def honours(ask: Question, args: Args | None = None) -> Measure:
    """Honours by kind, level, age and rank; with `titles` also titles in force, such as 高新技术企业."""
    args = args or ask.args
    what = _List("奖项和荣誉", "honours")
    found = _counted(
        ask, what, tally(ask.record.honours, lambda one: _honour_checks(one, ask.on, args)), args.within_years
    )
    if not args.titles:
        return found
    held = titles(ask, args)
    return found._replace(
        low=(found.low or Fraction(0)) + (held.low or Fraction(0)),
        high=None if found.high is None or held.high is None else found.high + held.high,
        fields=(*found.fields, *held.fields),
        missing=(*found.missing, *held.missing),
        inputs=(*found.inputs, *held.inputs),
    )


def _honour_checks(one: HonourFact, on: date, args: Args) -> Iterable[Check]:
    yield "类别", known(one.kind, args.kinds)
    if args.levels:
        yield "级别", known(one.level, args.levels)
    yield "取得日期", _happened(one.on, on, args.within_years)
    if args.rank_most:
        yield "单位排名", at_most(one.rank, args.rank_most)


def institutions(ask: Question) -> Measure:
    """R&D institutions of the levels; all levels when none is named."""

    def checks(one: InstitutionFact) -> Iterable[Check]:
        if ask.args.levels:
            yield "级别", known(one.level, ask.args.levels)
        yield "认定日期", _happened(one.on, ask.on, 0)

    return _counted(ask, _List("研发机构", "institutions", "个"), tally(ask.record.institutions, checks), 0)


def equity(ask: Question) -> Measure:
    """Yuan paid in by qualified institutional investors, within the years."""
    rule = ask.rules.equity
    assert rule is not None, "the loader refuses a line on equity without an [equity] table"

    def checks(one: EquityFact) -> Iterable[Check]:
        yield "到账日期", _happened(one.on, ask.on, ask.args.within_years)
        yield "投资者是否合格机构投资者", one.qualified
        yield "出让股份比例", None if one.share is None else one.share <= rule.share_most

    found = tally(ask.record.equity, checks, lambda one: None if one.amount is None else Fraction(one.amount))
    return _counted(ask, _List("新增股权融资", "equity", "元"), found, ask.args.within_years)


def standards(ask: Question, args: Args | None = None) -> Measure:
    """Standards the enterprise took part in."""
    args = args or ask.args

    def checks(one: StandardWorkFact) -> Iterable[Check]:
        if args.levels:
            yield "级别", known(one.level, args.levels)
        if args.leading:
            yield "是否主导制定", one.leading
        yield "发布日期", _happened(one.on, ask.on, args.within_years)
        if args.rank_most:
            yield "单位排名", at_most(one.rank, args.rank_most)

    what = _List("参与制修订的标准", "standards")
    return _counted(ask, what, tally(ask.record.standards, checks), args.within_years)


def certificates(ask: Question, args: Args | None = None) -> Measure:
    """Certificates by kind; with `valid` in force on the day."""
    args = args or ask.args

    def checks(one: CertificateFact) -> Iterable[Check]:
        yield "类别", known(one.kind, args.kinds)
        if args.valid:
            yield "有效期起", one.valid_from is None or one.valid_from <= ask.on
            yield "有效期止", None if one.valid_until is None else ask.on <= one.valid_until

    return _counted(ask, _List("认证", "certificates"), tally(ask.record.certificates, checks), 0)


def titles(ask: Question, args: Args | None = None) -> Measure:
    """Titles in force on the day, of those named."""
    args = args or ask.args

    def checks(one: TitleHeld) -> Iterable[Check]:
        yield "称号", known(one.title, args.titles)
        yield "有效期", one.valid_from <= ask.on <= one.valid_until

    what = _List("有效期内的称号", "titles", source="认定名单")
    return _counted(ask, what, tally(ask.record.titles, checks), 0)
