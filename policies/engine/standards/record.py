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
    dev_score: Decimal | None = None  # 专精特新发展评价得分 as the national platform gave it; never computed
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
    `profile` holds single facts by the key of enterprises.fields: niche_since, field_grade, strategic_field,
    market_share, market_rank, digital_level, own_brand, quality_award, core_system, key_link,
    has_serious_violation, on_blacklist, prohibited_product …
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
