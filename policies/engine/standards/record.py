"""What is known of one enterprise when it is measured against a standard. None always means: not known.

Money in yuan, shares as fractions (0.03 is 3 %), days inclusive, years as calendar years.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Closing figures of one finished year, all on the same basis (single or consolidated)."""

    staff: int | None = None
    rd_staff: int | None = None
    revenue: Decimal | None = None
    main_revenue: Decimal | None = None
    net_profit: Decimal | None = None
    assets: Decimal | None = None
    liabilities: Decimal | None = None
    rd_expense: Decimal | None = None
    cost: Decimal | None = None  # 成本费用支出, asked for by 科技型
    # 专精特新发展评价得分 as the national platform gave it for the figures of this year; never computed. A case of
    # 2026 looks at the row of 2025 as “this year's score”, a review also at the row of 2024.
    dev_score: Decimal | None = None
    source: str = ""
    as_of: date | None = None


class IpFact(NamedTuple):
    """One intellectual property right. `kind` is a value of enterprises.enums.IpKind."""

    ref: str
    kind: str
    granted_on: date | None = None
    self_developed: bool | None = None  # None: not said
    assigned_on: date | None = None  # the day it was assigned to the enterprise
    holder_rank: int | None = None  # place among the right holders
    for_lead_product: bool | None = None
    applied: bool | None = None  # used, and with benefit
    high_value: bool | None = None  # Ⅰ类高价值


class HonourFact(NamedTuple):
    """An award or honour. `kind` is a value of enterprises.enums.HonourKind, `level` of Level."""

    ref: str
    kind: str
    level: str
    on: date | None = None
    rank: int | None = None  # place of the enterprise among the units


class InstitutionFact(NamedTuple):
    ref: str
    level: str
    on: date | None = None


class EquityFact(NamedTuple):
    """New equity financing in yuan, paid in."""

    ref: str
    on: date | None
    amount: Decimal | None
    qualified: bool | None = None  # by a 合格机构投资者
    share: Decimal | None = None  # share of the enterprise given for it


class StandardWorkFact(NamedTuple):
    """Part in a published standard. `level` is a value of enterprises.enums.Level."""

    ref: str
    level: str
    leading: bool | None
    on: date | None = None
    rank: int | None = None


class CertificateFact(NamedTuple):
    """`kind` is a value of enterprises.enums.CertificateKind."""

    ref: str
    kind: str
    valid_from: date | None = None
    valid_until: date | None = None


class TitleHeld(NamedTuple):
    """A title in force from `valid_from` to `valid_until`."""

    title: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmRecord:
    """The living record of one enterprise as values.

    A list that is None has never been filled in (missing); an empty one says: there are none.
    `profile` holds single facts; a key that is absent, None or "" is not known:
      yes or no (bool): legal_person (境内注册的独立法人), on_blacklist, prohibited_product, has_serious_violation,
        strategic_field, own_brand, core_system, market_position (市场地位靠前), key_link, lead_field
      numbers (Decimal, int or their text): niche_since (first year, or a date), market_share (0.12 is 12 %),
        market_rank, digital_level 0 to 4
      choices (str): field_grade "A" "B" "C"; company_size "large" "medium" "small" "micro" (sizes.with_size works
        it out from the figures); local_feature_1 … 3: the option chosen of a provincial 特色化 indicator
    """

    established_on: date | None = None
    industry_code: str = ""
    years: Mapping[int, Figures] = field(default_factory=dict)
    ip: tuple[IpFact, ...] | None = None
    honours: tuple[HonourFact, ...] | None = None
    institutions: tuple[InstitutionFact, ...] | None = None
    equity: tuple[EquityFact, ...] | None = None
    standards: tuple[StandardWorkFact, ...] | None = None
    certificates: tuple[CertificateFact, ...] | None = None
    titles: tuple[TitleHeld, ...] | None = None
    profile: Mapping[str, object] = field(default_factory=dict)
