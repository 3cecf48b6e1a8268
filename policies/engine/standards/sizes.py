"""Large, medium, small or micro: 中小企业划型标准规定. The limits are data, the arithmetic is here."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from policies.engine.standards.record import FirmRecord

GRADES = ("large", "medium", "small")  # below small is micro
MEASURES = ("staff", "revenue", "assets")


class Industry(NamedTuple):
    """One row of the standard: whose codes begin so, what each size needs at least (以下 is exclusive here)."""

    name: str
    codes: tuple[str, ...]  # beginnings of GB/T 4754 codes; the longest that fits wins
    limits: Mapping[str, Mapping[str, Decimal]]  # grade → measure → least value
    cite: str


class SizeTable(NamedTuple):
    industries: tuple[Industry, ...]
    by_code: Mapping[str, Industry]


def industry_of(industry_code: str, table: SizeTable) -> Industry | None:
    """The row for a code like "C3931" or "3931": None for finance, which has its own standard, and unknown codes."""
    digits = industry_code.strip().lstrip("ABCDEFGHIJKLMNOPQRST")
    for length in range(len(digits), 1, -1):
        if found := table.by_code.get(digits[:length]):
            return found
    return None


def size_of(
    industry_code: str, staff: int | None, revenue: Decimal | None, assets: Decimal | None, table: SizeTable
) -> str | None:
    """ "large", "medium", "small" or "micro"; None when the code is not in the table or a needed figure is unknown.

    Money in yuan, figures of the same year. A size needs all its limits; whoever misses one is a class lower.
    """
    industry = industry_of(industry_code, table)
    if industry is None:
        return None
    figures = {"staff": None if staff is None else Decimal(staff), "revenue": revenue, "assets": assets}
    for grade in GRADES:
        reached = [
            None if (figure := figures[measure]) is None else figure >= least
            for measure, least in industry.limits[grade].items()
        ]
        if False in reached:
            continue
        return None if None in reached else grade
    return "micro"


def with_size(record: FirmRecord, table: SizeTable, on: date) -> FirmRecord:
    """The record with profile["company_size"] worked out from the last finished year, when it can be."""
    figures = record.years.get(on.year - 1)
    if figures is None:
        return record
    size = size_of(record.industry_code, figures.staff, figures.revenue, figures.assets, table)
    return record if size is None else replace(record, profile={**record.profile, "company_size": size})
