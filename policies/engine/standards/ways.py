"""How far a record is from a line, exactly, and what would have to change to reach it."""

from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from policies.engine.standards.figures import FIGURE_NAMES, FIGURE_UNITS
from policies.engine.standards.indicators import INDICATORS, unit_of
from policies.engine.standards.measures import Measure
from policies.engine.standards.profile import PROFILE_NAMES
from policies.engine.standards.record import Figures, FirmRecord
from policies.engine.standards.values import Line, Side
from policies.engine.standards.words import decimal_of

PEOPLE = frozenset({"staff", "rd_staff"})


class Way(NamedTuple):
    """One change: `field` up by `distance` (down when negative), in the figures of `year` if it has one."""

    line: Line
    field: str
    year: int | None
    distance: Fraction
    unit: str


def ways_over(record: FirmRecord, last: int, line: Line, measure: Measure) -> tuple[Way, ...] | None:
    """The least changes that reach a line that is not met; None when no number would do it.

    Every change is the smallest one possible: a cent or a person less would not be enough.
    """
    indicator = INDICATORS[line.indicator]
    if line.side is Side.BELOW or line.indicator == "answer":
        return None
    at = indicator.line(Fraction(line.at))
    if indicator.top:
        return _of_figures(record, last, line, at)
    value = measure.low if line.side is Side.AT_LEAST else measure.high
    field = measure.fields[0] if measure.fields else ""
    if value is None:
        return None
    return (Way(line, field, None, at - value, unit_of(line)),)


def _of_figures(record: FirmRecord, last: int, line: Line, at: Fraction) -> tuple[Way, ...]:
    indicator = INDICATORS[line.indicator]
    if indicator.growth:
        return (_way(record, line, indicator.top, last, _for_growth(record, last, line, at)),)
    years = [last - back for back in reversed(range(line.args.years))]
    if line.args.over in ("sum", "mean"):
        total = at * (len(years) if line.args.over == "mean" else 1)
        rest = sum((_value(record, year, indicator.top) for year in years[:-1]), Fraction(0))
        return (_way(record, line, indicator.top, last, total - rest),)
    if line.args.over == "any":
        years = years[-1:]  # an earlier year has its result already
    found = []
    for year in years:
        if not _is_known(record, year, indicator.top, indicator.bottom):
            continue  # has to be filled in first
        needed = at * _value(record, year, indicator.bottom) if indicator.bottom else at
        way = _way(record, line, indicator.top, year, needed)
        if (way.distance > 0) == (line.side is Side.AT_LEAST) and way.distance:
            found.append(way)
    return tuple(found)


def _for_growth(record: FirmRecord, last: int, line: Line, at: Fraction) -> Fraction:
    """What the last year would have to be for the growth to reach the line."""
    field = INDICATORS[line.indicator].top
    first, before = _value(record, last - 2, field), _value(record, last - 1, field)
    if line.indicator == "main_growth":
        return (1 + at) * before
    if line.indicator == "main_growth_mean2":
        return before * (2 * (1 + at) - before / first)
    return at * first


def _is_known(record: FirmRecord, year: int, *fields: str) -> bool:
    figures = record.years.get(year)
    return figures is not None and all(getattr(figures, field) is not None for field in fields if field)


def _value(record: FirmRecord, year: int, field: str) -> Fraction:
    figures = record.years.get(year)
    value = getattr(figures, field) if figures else None
    return Fraction(0 if value is None else value)


def _way(record: FirmRecord, line: Line, field: str, year: int, needed: Fraction) -> Way:
    """From the value of the year to what is needed, in whole cents or whole people."""
    exact = needed - _value(record, year, field)
    step = 1 if field in PEOPLE else 100
    scaled = exact * step
    up = line.side is Side.AT_LEAST
    whole = -(-scaled.numerator // scaled.denominator) if up else scaled.numerator // scaled.denominator
    return Way(line, field, year, Fraction(whole, step), FIGURE_UNITS.get(field, "元"))


def name_of_field(way: Way) -> str:
    if way.year is not None:
        return FIGURE_NAMES[way.field]
    return INDICATORS[way.line.indicator].name or PROFILE_NAMES.get(way.line.args.field, way.line.args.field)


def changed(record: FirmRecord, way: Way) -> FirmRecord:
    """The record as it would be after a change of a yearly figure; other changes leave it as it is."""
    if way.year is None:
        return record
    figures = record.years.get(way.year) or Figures()
    value = _value(record, way.year, way.field) + way.distance
    new: Any = int(value) if way.field in PEOPLE else decimal_of(value, 2)
    return replace(record, years={**record.years, way.year: replace(figures, **{way.field: new})})
