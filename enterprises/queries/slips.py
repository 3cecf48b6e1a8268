"""What looks like a slip in typed figures. A warning stands beside the field and never keeps anybody from saving.

The bounds are plausibility, not policy: nothing is decided by them.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from core.errors import DomainError
from core.money import WAN
from enterprises.fields import FIELDS, Kind, answer_key, split_key

TIMES_LOW, TIMES_HIGH = Decimal(10) ** 3, Decimal(10) ** 5  # around 10,000: yuan typed where 万元 was asked
SWING = Decimal("0.5")  # against the year before
RD_MOST = Decimal("0.6")  # of revenue
PEOPLE = 20  # a small team may double
PER_HEAD_MOST, PER_HEAD_LEAST = Decimal(10) ** 8, Decimal(10) ** 3  # yuan of revenue per head

Values = Mapping[tuple[str, int], Any]


class Whole(NamedTuple):
    """A part that cannot be more than its whole."""

    part: str
    whole: str
    sentence: str


WHOLES = (
    Whole("main_revenue", "revenue", "主营业务收入大于营业收入，请核对。"),
    Whole("lead_product_revenue", "revenue", "主导产品收入大于营业收入，请核对。"),
    Whole("exports", "revenue", "出口额大于营业收入，请核对。"),
    Whole("gross_profit", "revenue", "毛利大于营业收入，请核对。"),
    Whole("net_profit", "revenue", "净利润大于营业收入，请核对。"),
    Whole("rd_expense", "cost", "研发费用大于成本费用总额，请核对。"),
    Whole("rd_staff", "staff", "研发人员多于全职员工，请核对。"),
    Whole("liabilities", "assets", "负债总额大于资产总额；确已资不抵债的可以不改。"),
)


def slips(answers: Mapping[str, Any], earlier: Mapping[str, Any]) -> dict[str, list[str]]:
    """Warnings by the key of the answer they stand beside.

    Both are answers as they stand in inputs, by key: `answers` what is being typed, `earlier` what is on record
    (years that are not typed now are compared with it). What does not clean is left to the field's own message.
    """
    values = values_of({**earlier, **answers})
    found: dict[str, list[str]] = {}
    for (name, year), value in values.items():
        key = answer_key(FIELDS[name], year)
        if key in answers:
            warnings = [sentence for check in CHECKS if (sentence := check(name, year, value, values))]
            if warnings:
                found[key] = warnings
    return found


def values_of(answers: Mapping[str, Any]) -> dict[tuple[str, int], Any]:
    """Amounts and counts of typed answers by question and year; what does not clean is left out."""
    values = {}
    for key, raw in answers.items():
        try:
            field, year = split_key(key)
            value = field.clean(raw) if field.per_year and field.kind in (Kind.MONEY, Kind.INT) else None
        except (KeyError, DomainError):
            continue
        if value is not None and year is not None:
            values[field.key, year] = value
    return values


def _against_last_year(name: str, year: int, value: Any, values: Values) -> str | None:
    before = values.get((name, year - 1))
    if before is None or before <= 0 or value <= 0:
        return None
    times = Decimal(value) / Decimal(before)
    if FIELDS[name].kind is Kind.MONEY:
        if TIMES_LOW <= times <= TIMES_HIGH:
            return f"约为 {year - 1} 年的 {times:,.0f} 倍。单位是万元，如误填为元，请除以 {WAN:,}。"
        if TIMES_LOW <= 1 / times <= TIMES_HIGH:
            return f"只有 {year - 1} 年的约 {1 / times:,.0f} 分之一。单位是万元，请核对两年是否都按万元填写。"
    elif abs(value - before) < PEOPLE:
        return None
    if abs(times - 1) > SWING:
        word = "增加" if times > 1 else "减少"
        return f"比 {year - 1} 年{word} {abs(times - 1) * 100:,.1f}%，变化较大，请核对。"
    return None


def _rd_share(name: str, year: int, value: Any, values: Values) -> str | None:
    revenue = values.get(("revenue", year))
    if name != "rd_expense" or not revenue or revenue <= 0 or value <= revenue * RD_MOST:
        return None
    return f"占营业收入 {value / revenue * 100:,.2f}%，超过 {RD_MOST * 100:.0f}%。如单位误填为元，请除以 {WAN:,}。"


def _more_than_whole(name: str, year: int, value: Any, values: Values) -> str | None:
    for one in WHOLES:
        whole = values.get((one.whole, year))
        if one.part == name and whole is not None and value > whole:
            return one.sentence
    return None


def _per_head(name: str, year: int, value: Any, values: Values) -> str | None:
    """Catches a slip that is made in every year alike."""
    staff = values.get(("staff", year))
    if name != "revenue" or not staff or value <= 0:
        return None
    per_head = value / staff
    if per_head > PER_HEAD_MOST:
        return f"平均每名员工的收入过高，请核对。单位是万元，如误填为元，请除以 {WAN:,}。"
    if per_head < PER_HEAD_LEAST:
        return "平均每名员工的收入过低，请核对单位：应填万元，不是亿元。"
    return None


CHECKS: tuple[Callable[[str, int, Any, Values], str | None], ...] = (
    _against_last_year,
    _rd_share,
    _more_than_whole,
    _per_head,
)
