"""What is known of one legal entity. Plain tuples, because a run builds millions of them."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

NEW = "new"
REVIEW = "review"
REVOKED = "revoked"  # awarded by its document, taken away since; its validity ends the day before


class TitleFact(NamedTuple):
    """A title on an official list; `on` is the date of the document."""

    ref: str  # the caller's key, e.g. "recognition:17"
    title: str
    kind: str  # NEW, REVIEW or REVOKED
    on: date
    valid_from: date | None = None
    valid_until: date | None = None
    document: str = ""
    label_year: int | None = None  # the year in the list's name
    elsewhere: bool = False  # recognised while managed by another city


class SubsidyFact(NamedTuple):
    """What the province allocated, in yuan; `on` is the date of the allocation document."""

    ref: str
    on: date
    amount: Decimal
    invested_from: date | None = None
    invested_until: date | None = None
    document: str = ""


class AssessmentFact(NamedTuple):
    """A platform's result for `year`, published `on`."""

    ref: str
    year: int
    grade: str
    on: date
    document: str = ""


class InvestmentFact(NamedTuple):
    """Equipment and software bought, in yuan without VAT, as reported to the city."""

    ref: str
    on: date
    amount: Decimal
    invested_from: date | None = None
    invested_until: date | None = None
    subsidised: bool = False  # the province already pays for this equipment


class History(NamedTuple):
    """Everything known of one entity, any year, in any order."""

    titles: tuple[TitleFact, ...] | list[TitleFact] = ()
    subsidies: tuple[SubsidyFact, ...] | list[SubsidyFact] = ()
    assessments: tuple[AssessmentFact, ...] | list[AssessmentFact] = ()
    investments: tuple[InvestmentFact, ...] | list[InvestmentFact] = ()
    elsewhere_now: bool = False  # managed by another city today
