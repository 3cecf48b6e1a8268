"""Firms with a record, for the tests of the self-assessment."""

from datetime import date
from decimal import Decimal

from enterprises.enums import Source
from enterprises.models import IntellectualProperty
from enterprises.services import save_answers
from tests.factories import EnterpriseFactory, RecognitionFactory, UserFactory
from tiers.enums import Title

DAY = date(2026, 11, 28)
STANDING = {
    "legal_person": True,
    "on_blacklist": False,
    "prohibited_product": False,
    "has_serious_violation": False,
}
FIGURES = {
    "staff": 120,
    "rd_staff": 24,
    "revenue": Decimal("80000000.00"),
    "main_revenue": Decimal("76000000.00"),
    "assets": Decimal("90000000.00"),
    "liabilities": Decimal("40000000.00"),
    "rd_expense": Decimal("3200000.00"),
    "dev_score": Decimal("58.50"),
}


def answers(**changes):
    """A medium firm that keeps all lines of the provincial title; `rd_expense_2025=None` takes one answer out."""
    figures = {
        f"{key}.{year}": value
        for year in (2023, 2024, 2025)
        for key, value in FIGURES.items()
        if key != "dev_score" or year == 2025
    }
    given = {**STANDING, "industry_code": "3484", "niche_since": 2015, "market_position": True, **figures}
    for key, value in changes.items():
        name, _, year = key.rpartition("_")
        given[f"{name}.{year}" if year.isdigit() else key] = value
    return {key: value for key, value in given.items() if value is not None}


def firm(*, rights=1, title=Title.INNOVATIVE, enterprise=None, **changes):
    """A firm with that record, `rights` patents and a title in force on DAY; title="" for none."""
    enterprise = enterprise or EnterpriseFactory()
    save_answers(
        enterprise=enterprise, answers=answers(**changes), source=Source.FIRM, as_of=DAY, actor=UserFactory()
    )
    for number in range(rights):
        IntellectualProperty.objects.create(
            enterprise=enterprise, kind="invention", name="专利", number=f"ZL{number}", origin="self",
            holder_rank=1, for_lead_product=True, applied=True, granted_on=date(2022, 3, 1),
        )  # fmt: skip
    if title:
        RecognitionFactory(
            enterprise=enterprise, title=title, valid_from=date(2025, 1, 1), valid_until=date(2027, 12, 31),
            documented_on=date(2025, 1, 10),
        )  # fmt: skip
    enterprise.refresh_from_db()
    return enterprise
