"""Random records for property tests: complete ones, and ones in which anything may be missing.

Built from a seed by plain code: drawing each of a hundred values by hypothesis would take most of the time.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from hypothesis import strategies as st

from policies.engine.standards import (
    CertificateFact,
    EquityFact,
    Figures,
    FirmRecord,
    HonourFact,
    InstitutionFact,
    IpFact,
    StandardWorkFact,
    TitleHeld,
    Verdict,
)
from tests.policies.standards import worked

TODAY = date(2026, 5, 1)
FLAGS = [
    "legal_person",
    "strategic_field",
    "own_brand",
    "core_system",
    "market_position",
    "key_link",
    "lead_field",
]
SLIPS = ["on_blacklist", "prohibited_product", "has_serious_violation"]
LEVELS = ["international", "national", "industry", "group", "provincial", "city", "below_city"]
IP_KINDS = ["invention", "invention", "ic_layout", "software", "utility_model", "design", "other"]
HONOURS = [
    "science_award",
    "maker_china_500",
    "maker_china_50",
    "tech_demo",
    "ip_advantage",
    "quality_award",
    "high_tech",
]
TITLES = ["innovative", "tech_sme", "provincial_srdi", "national_giant", "high_tech"]
# Round figures meet the lines of the standards exactly, others pass beside them.
ROUND = [0, 500_000, 1_000_000, 1_500_000, 3_000_000, 5_000_000, 6_000_000, 10_000_000, 15_000_000, 20_000_000,
         50_000_000, 60_000_000, 80_000_000, 100_000_000, 200_000_000]  # fmt: skip
EDGES = [
    TODAY - timedelta(days=shift) for shift in (-1, 0, 1, 364, 365, 366, 730, 731, 1095, 1096, 1825, 1826)
]
LIST_FIELDS = ["ip", "honours", "institutions", "equity", "standards", "certificates", "titles"]


class Maker:
    """Draws the parts of a record; with `missing` any part may be unknown."""

    def __init__(self, random: Random, *, missing: bool) -> None:
        self.random = random
        self.missing = missing

    def maybe(self, value):
        return None if self.missing and self.random.random() < 0.15 else value

    def money(self) -> Decimal:
        drawn = self.random.random()
        if drawn < 0.5:
            return Decimal(self.random.choice(ROUND))
        return Decimal(self.random.randrange(3 * 10**9 if drawn < 0.95 else 5 * 10**15)) / 100

    def day(self) -> date:
        if self.random.random() < 0.3:
            return self.random.choice(EDGES)
        return date(2014, 1, 1) + timedelta(days=self.random.randrange(4700))

    def flag(self, chance: float = 0.5) -> bool:
        return self.random.random() < chance

    def figures(self) -> Figures:
        staff, rd_staff = self.random.randrange(600), self.random.randrange(120)
        profit, score = round(self.money() / 10, 2), self.random.choice([4999, 5000, 5999, 6000, 0])
        return Figures(
            staff=self.maybe(staff), rd_staff=self.maybe(rd_staff), revenue=self.maybe(self.money()),
            main_revenue=self.maybe(self.money()), net_profit=self.maybe(-profit if self.flag(0.2) else profit),
            assets=self.maybe(self.money()), liabilities=self.maybe(self.money()), rd_expense=self.maybe(self.money()),
            cost=self.maybe(self.money()), dev_score=self.maybe(Decimal(score) / 100),
        )  # fmt: skip

    def entry(self, field: str):
        level, rank = self.random.choice(LEVELS), self.maybe(self.random.randrange(1, 7))
        on = self.maybe(self.day())
        if field == "ip":
            return IpFact(
                "ip", self.random.choice(IP_KINDS), on, self.maybe(self.flag(0.8)),
                self.day() if self.flag(0.15) else None, self.maybe(self.random.randrange(1, 5)),
                self.maybe(self.flag(0.85)), self.maybe(self.flag(0.8)), self.maybe(self.flag(0.2)),
            )  # fmt: skip
        if field == "honours":
            return HonourFact("honour", self.random.choice(HONOURS), level, on, rank)
        if field == "institutions":
            return InstitutionFact("institution", level, on)
        if field == "equity":
            share = Decimal(self.random.choice(["0.1", "0.3", "0.31"]))
            return EquityFact(
                "equity", on, self.maybe(self.money()), self.maybe(self.flag(0.8)), self.maybe(share)
            )
        if field == "standards":
            return StandardWorkFact("standard", level, self.maybe(self.flag()), on, rank)
        if field == "certificates":
            kind = self.random.choice(["management_system", "foreign_product", "other"])
            return CertificateFact("certificate", kind, on, self.maybe(self.day() + timedelta(days=900)))
        return TitleHeld(self.random.choice(TITLES), self.day(), self.day() + timedelta(days=1095))

    def entries(self, field: str) -> tuple:
        return tuple(self.entry(field) for _ in range(self.random.choice([0, 1, 1, 2, 5])))

    def profile(self) -> dict:
        told = {
            **{flag: self.flag(0.8) for flag in FLAGS},
            **{flag: self.flag(0.1) for flag in SLIPS},
            "company_size": self.random.choice(["large", "medium", "small", "micro"]),
            "niche_since": date(self.random.randrange(2010, 2024), 1, self.random.choice([1, 2, 31]))
            if self.flag(0.3)
            else self.random.randrange(2010, 2024),
            "field_grade": self.random.choice("ABC"),
            "digital_level": self.random.randrange(5),
            "market_share": self.random.choice(["0.0999", "0.1", Decimal("0.12")]),
            "market_rank": self.random.randrange(1, 7),
        }
        return {key: value for key, value in told.items() if self.maybe(True)}

    def record(self) -> FirmRecord:
        lists = {field: self.maybe(self.entries(field)) for field in LIST_FIELDS}
        years = {year: self.figures() for year in range(2021, 2027) if self.maybe(True)}
        return FirmRecord(
            established_on=self.maybe(date(self.random.randrange(2010, 2024), 5, 2)),
            years=years,
            profile=self.profile(),
            **lists,
        )


def record(seed: int, *, missing: bool = True) -> FirmRecord:
    return Maker(Random(seed), missing=missing).record()


seeds = st.integers(0, 2**63)
records = seeds.map(record)
whole_records = seeds.map(lambda seed: record(seed, missing=False))
slugs = st.sampled_from(worked.tier_slugs())
kinds = st.sampled_from(["new", "review"])
acceptances = st.sampled_from(
    [TODAY, date(2025, 1, 1), date(2025, 12, 31), date(2024, 12, 31), date(2026, 2, 28), date(2024, 2, 29)]
)
ticks = st.dictionaries(
    st.sampled_from(["market_share", "key_link", "lead_field", "market_position", "debt_ratio"]),
    st.sampled_from(list(Verdict)),
)


def without(record: FirmRecord, *, figure=None, fields=(), keys=()) -> FirmRecord:
    """The record with some things no longer known."""
    years = {
        year: replace(figures, **{figure[1]: None}) if figure and year == figure[0] else figures
        for year, figures in record.years.items()
    }
    profile = {key: value for key, value in record.profile.items() if key not in keys}
    return replace(record, years=years, profile=profile, **dict.fromkeys(fields))
