"""What goes into a determination and what comes out."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from policies.engine.values import ZERO


class Mark:
    """One-letter facts of a claim, kept as one short string so that a million of them stay cheap."""

    REVIEW = "R"  # the document reviews a title, it does not award one
    REVOKED = "V"  # the title was taken away since
    EARLIER = "E"  # an earlier document gave the same title (or assessed the same year)
    LAPSED = "L"  # every earlier validity had ended before this one starts
    OUTSIDE = "O"  # recognised in another city
    MOVED = "M"  # managed by another city now
    LABEL = "Y"  # the year in the list's name is not the year of the document
    UNDATED = "U"  # a title that would count has no validity dates
    SUBSIDISED = "S"  # the province pays for the same equipment
    OVERLAP = "P"  # a provincial allocation covers the same time
    ON_FILE = "T"  # holds a title the item asks for
    BARRED = "B"  # holds a title the item excludes


class Claim(NamedTuple):
    """One event and one item it reaches, with every fact the decision needs."""

    item: str
    ref: str
    on: date
    marks: str = ""
    label_year: int = 0  # 0 = none
    earlier_on: date | None = None  # the earliest document of the same title
    grade: str = ""
    amount: Decimal = ZERO  # allocated or invested, in yuan
    invested_from: date | None = None
    invested_until: date | None = None
    held: tuple[tuple[date, date], ...] = ()  # joined validity of the titles the item asks for

    @property
    def key(self) -> str:
        return f"{self.item}@{self.ref}"


class Outcome(StrEnum):
    GRANTED = "granted"
    ABSORBED = "absorbed"
    INELIGIBLE = "ineligible"
    HELD = "held"


class Result(NamedTuple):
    claim: Claim
    outcome: Outcome
    worth: Decimal  # what the item is worth; 0 when ineligible
    amount: Decimal  # what this row pays
    other_amount: Decimal  # what it would pay under the other reading of the pool
    reasons: tuple[str, ...]
    absorbed_by: str = ""  # "ITEM@ref" of the winner


class Decided(NamedTuple):
    """A frozen row. `year` 0 means the year being determined; another year only bars one-time items."""

    item: str
    ref: str
    amount: Decimal
    worth: Decimal = ZERO  # 0 = not known, the amount stands in for it
    year: int = 0

    @property
    def key(self) -> str:
        return f"{self.item}@{self.ref}"


def ref_order(ref: str) -> tuple[str, int, str]:
    """Sort key of a reference: "recognition:9" comes before "recognition:17"."""
    head, _, tail = ref.rpartition(":")
    return (head, int(tail), tail) if tail.isdecimal() else (head, -1, tail)
