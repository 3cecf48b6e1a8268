"""What a tier standard says, as frozen values. Money in yuan, shares as fractions (0.03 is 3 %), days inclusive."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from policies.engine.standards.sizes import SizeTable
from policies.engine.values import TITLES, Parameter

KINDS = ("new", "review")  # the kinds of case: 新申报, 复核
TIERS = ("innovative", "tech_sme", "provincial_srdi", "national_giant", "company_size")
HELD_TITLES = TITLES | {"tech_sme"}
SCORE = "score"  # what a route names when it stands for the score


class Side(StrEnum):
    """On which side of a line a value has to be. 以上 and 以下 include the number itself."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BELOW = "below"


class Args(NamedTuple):
    """What narrows an indicator; the defaults narrow nothing."""

    years: int = 1  # so many finished years, the last one included
    over: str = ""  # how the years are put together: "each", "any", "sum" or "mean"
    within_years: int = 0  # only what happened in so many years up to the day
    kinds: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    rank_most: int = 0
    valid: bool = False  # must be in force on the day
    leading: bool = False
    self_developed: bool = False
    high_value: bool = False
    applied: bool = False
    field: str = ""  # key of the profile
    values: tuple[str | bool, ...] = ()  # the answers that count


class Line(NamedTuple):
    """A value measured against a number: R&D ratio, each of 2 years, at least 0.03."""

    indicator: str
    args: Args
    side: Side
    at: Decimal


# Alternatives, any one of which is enough; in each, every line must hold.
Condition = tuple[tuple[Line, ...], ...]


class Band(NamedTuple):
    """Points for those who keep the condition; the band with most points wins."""

    points: Decimal
    name: str
    condition: Condition

    def lines(self) -> tuple[Line, ...]:
        return tuple(line for lines in self.condition for line in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing a standard asks for. A gate and a route have a condition, a scored one has bands."""

    key: str
    name: str
    cite: str
    gist: str
    group: str = ""
    needed: str
    condition: Condition = ()
    bands: tuple[Band, ...] = ()  # most points first; without bands the document is not filled in yet
    most: Decimal = Decimal(0)
    judged: bool = False  # only a person can say that it holds
    kinds: tuple[str, ...] = KINDS
    question: str = ""  # what is open while the document is not filled in

    def lines(self) -> tuple[Line, ...]:
        """Every line of the condition and of the bands."""
        own = tuple(line for lines in self.condition for line in lines)
        return (*own, *(line for band in self.bands for line in band.lines()))


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectRoute:
    """A condition that stands for others: for the score ("score") or for gates."""

    criterion: Criterion
    replaces: tuple[str, ...]
    replaces_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A rule for certain acceptance dates or kinds of case: gates it adds, gates it does not examine."""

    id: str
    kinds: tuple[str, ...]
    since: date | None  # None: always
    until: date | None
    adds: tuple[str, ...]
    waives: tuple[str, ...]
    cite: str
    gist: str

    def applies(self, kind: str, on: date) -> bool:
        started = self.since is None or self.since <= on
        return kind in self.kinds and started and (self.until is None or on <= self.until)


class Applies(NamedTuple):
    """The acceptance dates, both inclusive, for which the standard is used; None is open-ended."""

    kind: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IpRule:
    """Which intellectual property counts."""

    class_one: frozenset[str]
    class_two: Mapping[str, int]  # kind → years it must have been kept since the grant, more than
    assigned_counts: bool
    assigned_years: int  # an assigned right counts from so many years on
    holder_rank_most: int  # 0: any place among the right holders
    high_value_years: int  # kept longer than so many years is of high value; 0: no such rule
    cite: str
    gist: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityRule:
    """Which equity financing counts: at most this share of the enterprise given for it."""

    share_most: Decimal
    cite: str
    gist: str


class MonthDay(NamedTuple):
    month: int
    day: int


class Term(NamedTuple):
    """One value of the procedure with its clause, or with the question it leaves open."""

    value: int | tuple[int, ...] | tuple[str, ...] | MonthDay
    cite: str
    gist: str
    question: str  # "" when the text is plain
    since: date | None
    decided_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """Deadlines and periods of a tier. `terms` has the clause or the open question of each, by its name."""

    yearly_update: MonthDay  # the yearly update of the enterprise's information, inclusive
    change_report_months: int  # a major change is reported within so many months
    ban_years: int  # no new application for so many years after a revocation for fraud
    validity_years: int  # the usual length of a title: what is printed in the document wins
    reminder_days: tuple[int, ...]  # so many days before a title ends
    publicity_working_days: int
    county_review_working_days: int
    city_review_working_days: int
    correction_working_days: int
    terms: Mapping[str, Term]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What those who apply must be, beside the criteria. `terms` has the clause or the open question of each."""

    prior: tuple[str, ...]  # a new title asks for any one of these, in force; none is asked for when empty
    registered_years: int  # full years since the registration at the end of the intake; 0: not asked for
    review_opens_months: int  # a review is accepted from so many months before the title's last day …
    review_closes_months: int  # … until so many months after it
    terms: Mapping[str, Term]


class PassLine(NamedTuple):
    total: Decimal
    groups: Mapping[str, Decimal]  # group → least points
    cite: str
    gist: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A standard as read from its document. `sizes` is there for the standard of company sizes alone."""

    slug: str
    revision: int
    tier: str
    number: str
    title: str
    applies: tuple[Applies, ...]
    gates: tuple[Criterion, ...] = ()
    scored: tuple[Criterion, ...] = ()
    routes: tuple[DirectRoute, ...] = ()
    overrides: tuple[Override, ...] = ()
    parameters: Mapping[str, Parameter]
    pass_line: PassLine | None = None
    ip: IpRule | None = None
    equity: EquityRule | None = None
    procedure: Procedure | None = None
    entry: Entry | None = None
    sizes: SizeTable | None = None

    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria: gates, scored ones, direct routes."""
        return (*self.gates, *self.scored, *(route.criterion for route in self.routes))
