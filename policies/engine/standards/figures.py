"""Indicators on yearly figures; the last year is the year before the day."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from policies.engine.standards.measures import Gap, Measure
from policies.engine.standards.question import DECLARED, Question
from policies.engine.standards.record import Figures
from policies.engine.standards.words import amount_words

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


def plain(field: str) -> Callable[[Question], Measure]:
    def measure(ask: Question) -> Measure:
        years = [_read(ask, ask.last - back, field) for back in reversed(range(ask.args.years))]
        return _measured(ask, years, *_put_together([year.values[field] for year in years], ask.args.over))

    return measure


def ratio(top: str, bottom: str) -> Callable[[Question], Measure]:
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


def chain(field: str, back: int, formula: Callable[..., Fraction]) -> Callable[[Question], Measure]:
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


def growth(before: Fraction, now: Fraction) -> Fraction:
    return now / before - 1


def mean_growth(first: Fraction, second: Fraction, third: Fraction) -> Fraction:
    return (second / first + third / second) / 2 - 1


def quotient(first: Fraction, _second: Fraction, third: Fraction) -> Fraction:
    return third / first


def compound_line(rate: Fraction) -> Fraction:
    """(1 + r)²: the quotient of the first and the last year is measured against it, so no root is drawn."""
    return (1 + rate) ** 2


def compound_shown(quotient: Fraction) -> Fraction:
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
