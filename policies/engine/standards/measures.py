"""A measured value as a range: what is certain, and what would be possible if the data that is not there were good.

Exact throughout: fractions of whole cents, no rounding before a comparison.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import NamedTuple, TypeVar

from policies.engine.standards.results import Verdict
from policies.engine.standards.values import Side

T = TypeVar("T")
Check = tuple[str, bool | None]  # what is asked of an entry, and the answer; None is not known


class Gap(NamedTuple):
    """Something that is not there: what to call it, and the field of the record it belongs into."""

    label: str
    field: str


class Measure(NamedTuple):
    """`low` and `high` are equal when all is known; None is without a limit."""

    low: Fraction | None
    high: Fraction | None
    period: str
    source: str
    fields: tuple[str, ...]  # keys of the record that were looked at
    missing: tuple[Gap, ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()

    @property
    def exact(self) -> Fraction | None:
        return self.low if self.low is not None and self.low == self.high else None


def against(measure: Measure, side: Side, at: Fraction) -> Verdict:
    """MET when certain, NOT_MET when not even the best of the missing data would help, else MISSING."""
    if side is Side.AT_LEAST:
        if measure.low is not None and measure.low >= at:
            return Verdict.MET
        return Verdict.NOT_MET if measure.high is not None and measure.high < at else Verdict.MISSING
    if measure.high is not None and not _over(measure.high, side, at):
        return Verdict.MET
    return Verdict.NOT_MET if measure.low is not None and _over(measure.low, side, at) else Verdict.MISSING


def _over(value: Fraction, side: Side, at: Fraction) -> bool:
    return value > at or (side is Side.BELOW and value == at)


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Not met if one is not met, else open if one is open, else met."""
    found = set(verdicts)
    for verdict in (Verdict.NOT_MET, Verdict.MISSING, Verdict.PERSON):
        if verdict in found:
            return verdict
    return Verdict.MET


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Met if one is met, else open if one is open, else not met."""
    found = set(verdicts)
    for verdict in (Verdict.MET, Verdict.PERSON, Verdict.MISSING):
        if verdict in found:
            return verdict
    return Verdict.NOT_MET


def tally(
    entries: Sequence[T] | None,
    checks: Callable[[T], Iterable[Check]],
    amount: Callable[[T], Fraction | None] = lambda entry: Fraction(1),
) -> tuple[Fraction | None, Fraction | None, tuple[str, ...]]:
    """(certain, possible, what is not known) over the entries that pass every check; None entries: not filled in."""
    if entries is None:
        return Fraction(0), None, ("",)
    low: Fraction = Fraction(0)
    high: Fraction | None = Fraction(0)
    missing: dict[str, None] = {}
    for entry in entries:
        answers = list(checks(entry))
        if any(answer is False for _, answer in answers):
            continue
        worth = amount(entry)
        unknown = [label for label, answer in answers if answer is None]
        if worth is None:
            unknown.append("金额")
        if not unknown and worth is not None:
            low += worth
        missing.update(dict.fromkeys(unknown))
        high = None if high is None or worth is None else high + worth
    return low, high, tuple(missing)


def known(value: object, of: Iterable[object]) -> bool | None:
    """Whether a value is one of these; None when it is not given."""
    return None if value is None or value == "" else value in of


def at_most(value: int | None, most: int) -> bool | None:
    return None if value is None else value <= most


def number_of(value: object) -> Fraction | None:
    """A plain number of the profile, also as text; None for anything else."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return Fraction(number) if number.is_finite() else None


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; February 29 becomes the 28th."""
    return _in_year(day, day.year - years)


def years_after(day: date, years: int) -> date:
    return _in_year(day, day.year + years)


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
