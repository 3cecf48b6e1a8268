"""What an award document says, as frozen values. Money in yuan (Decimal), dates inclusive."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

ZERO = Decimal(0)
CENT = Decimal("0.01")

TITLES = frozenset(
    {
        "innovative",
        "tech_sme",
        "provincial_srdi",
        "national_giant",
        "high_tech",
        "national_platform",
        "provincial_platform",
        "national_base",
        "provincial_base",
        "national_cluster",
        "provincial_cluster",
    }
)


class Event(StrEnum):
    """What makes an item due."""

    TITLE = "title"  # a recognition document
    SUBSIDY = "subsidy"  # a provincial allocation
    ASSESSMENT = "assessment"  # a yearly assessment result
    INVESTMENT = "investment"  # an investment reported to the city


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One award item of a document: who earns it by what, and how much."""

    id: str
    name: str
    event: Event
    cite: str
    gist: str
    order: int  # place in the tie order, lower wins
    once: bool
    ceiling: bool  # the amount is "at most": an approved factor applies
    title: str = ""  # the title that earns it (Event.TITLE)
    titles: frozenset[str] = frozenset()  # any of these must be valid over the investment, or be on file
    titles_name: str = ""
    barred_titles: frozenset[str] = frozenset()  # holders of only these get nothing (Event.ASSESSMENT)
    amount: Decimal = ZERO
    rate: Decimal = ZERO
    above: Decimal = ZERO  # the base must be higher than this
    cap: Decimal = ZERO  # 0 = none
    grades: Mapping[str, Decimal]
    not_with_subsidy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One answer to the question which items 就高 compares."""

    id: str
    meaning: str
    items: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A question the text leaves open, and the answer in use."""

    id: str
    question: str
    options: Mapping[str, str]  # value → meaning
    default: str
    value: str  # in use
    since: date
    decided_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """就高: of these items an entity enjoys one a year, the highest."""

    cite: str
    gist: str
    tie_order: tuple[str, ...]
    reading: Reading
    other: Reading
    disputed: frozenset[str]  # items on which the two readings differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    slug: str
    revision: int
    city_code: str
    number: str
    title: str
    valid_from: date
    valid_until: date
    validity_cite: str
    validity_gist: str
    items: Mapping[str, Item]
    pool: Pool
    parameters: Mapping[str, Parameter]
    # Looked up once per claim, so worked out when the document is read.
    title_items: Mapping[str, str]  # title → item id
    subsidy_item: Item | None
    assessment_item: Item | None
    investment_item: Item | None
    first_since: date | None  # earlier titles count from this day on; None = ever
    review_counts: bool
    top_up: bool
    after_lapse: str  # "hold", "refuse" or "grant"
    holds_late_allocations: bool
    holds_partly_covered: bool
    implies_platform: bool

    def chosen(self, parameter: str) -> str:
        """The answer in use, "" when the document does not ask this question."""
        found = self.parameters.get(parameter)
        return found.value if found else ""


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
