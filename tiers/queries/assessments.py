"""Self-assessment: a record measured against the standard of the day, and which tiers are open to an enterprise."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from enterprises.models import Enterprise
from enterprises.queries import firm_record, firm_records
from policies.engine.standards import (
    Assessment,
    FirmRecord,
    Lift,
    SizeTable,
    Standard,
    TitleHeld,
    Verdict,
    assess,
    lifts,
    with_size,
)
from policies.enums import CaseKind, StandardTier
from policies.models import StandardEdition
from policies.queries import standard_edition_for, standard_of
from tiers.enums import Title
from tiers.models import Intake
from tiers.queries.titles import held_titles, may_apply, title_rows

# Lowest first, as an enterprise climbs them.
ASSESSED = (
    StandardTier.TECH_SME,
    StandardTier.INNOVATIVE,
    StandardTier.PROVINCIAL_SRDI,
    StandardTier.NATIONAL_GIANT,
)
ELSEWHERE = "科技型中小企业在国家平台上自主评价，不在这里申报；这里可以自测条件。"
NO_STANDARD = "这一天没有适用的标准，暂不能申报。"
NO_INTAKE = "现在没有受理批次，请留意市里的通知。"


class Assessed(NamedTuple):
    """A record measured, with the edition that was used and what would lift it over each line."""

    edition: StandardEdition
    standard: Standard
    record: FirmRecord
    assessment: Assessment
    lifts: tuple[Lift, ...]


class Yardstick(NamedTuple):
    """The standard for a tier, a kind of case and an acceptance date, ready to measure any number of records."""

    edition: StandardEdition
    standard: Standard
    sizes: SizeTable | None  # the standard of company sizes of the same day
    kind: str
    on: date

    def measure(self, record: FirmRecord, confirmed: Mapping[str, Verdict] | None = None) -> Assessed:
        """`confirmed`: what officers ticked, by criterion key. Reads nothing from the database."""
        if self.sizes:
            record = with_size(record, self.sizes, self.on)
        found = assess(record, self.standard, kind=self.kind, on=self.on, confirmed=confirmed or {})
        return Assessed(self.edition, self.standard, record, found, lifts(record, self.standard, found))


def yardstick(tier: str, kind: str, on: date) -> Yardstick | None:
    """None when no standard of this tier and kind is in force on the day."""
    edition = standard_edition_for(tier, kind, on)
    if edition is None:
        return None
    sizes = standard_edition_for(StandardTier.COMPANY_SIZE, kind, on)
    return Yardstick(edition, standard_of(edition), standard_of(sizes).sizes if sizes else None, kind, on)


def assess_firm(
    enterprise: Enterprise,
    tier: str,
    *,
    kind: str = CaseKind.NEW,
    on: date,
    record: FirmRecord | None = None,
    confirmed: Mapping[str, Verdict] | None = None,
) -> Assessed | None:
    """The enterprise under the standard for a case accepted on the day; None without a standard.

    `record` stands for the stored one, for instance with the answers of an application laid over it. Titles
    always come from the official lists.
    """
    found = yardstick(tier, kind, on)
    if found is None:
        return None
    if record is None or record.titles is None:
        record = titled_record(enterprise, record)
    return found.measure(record, confirmed)


def titled_record(enterprise: Enterprise, record: FirmRecord | None = None) -> FirmRecord:
    """The stored record (or the given one) with the titles of the official lists."""
    rows = title_rows([enterprise.pk]).get(enterprise.pk, [])
    return _titled(record or firm_record(enterprise), rows)


def assess_firms(enterprises: Iterable[Enterprise], tier: str, kind: str, on: date) -> dict[int, Assessed]:
    """Enterprise id → its assessment, for lists: as many queries for a thousand as for one. {} without a standard."""
    found = yardstick(tier, kind, on)
    if found is None:
        return {}
    firms = list(enterprises)
    records, rows = firm_records(firms), title_rows([firm.pk for firm in firms])
    return {firm.pk: found.measure(_titled(records[firm.pk], rows.get(firm.pk, []))) for firm in firms}


def _titled(record: FirmRecord, rows) -> FirmRecord:
    held = tuple(TitleHeld(row.title, row.valid_from, row.ends_on) for row in rows)
    return replace(record, titles=held)


# ---- which tiers are open -------------------------------------------------------------------------------


class Outlook(NamedTuple):
    """One tier as it stands for an enterprise on a day."""

    tier: StandardTier
    kind: CaseKind  # review for whoever holds the title by its own row
    holds_until: date | None  # last day of the title it holds, implied ones too
    implied: bool  # held through a higher title
    intake: Intake | None  # the intake that takes applications on the day
    reasons: tuple[str, ...]  # why the enterprise may not apply; empty: it may
    assessed: Assessed | None

    @property
    def is_open(self) -> bool:
        return not self.reasons


def open_tiers(enterprise: Enterprise, on: date, record: FirmRecord | None = None) -> tuple[Outlook, ...]:
    """Every tier, lowest first, for the kind of case that is next: review for whoever holds the title itself.

    Whether the enterprise may apply on the day, every reason why not, and how its record stands. `record` must
    have its titles (see titled_record).
    """
    record = record or titled_record(enterprise)
    held = held_titles(enterprise, on)
    outlooks = []
    for tier in ASSESSED:
        holding = held.get(tier)
        implied = bool(holding and holding.implied)
        kind = CaseKind.REVIEW if holding and not implied else CaseKind.NEW
        intake, reasons = why_not(enterprise, tier, kind, on)
        assessed = assess_firm(enterprise, tier, kind=kind, on=on, record=record)
        until = holding.row.ends_on if holding else None
        outlooks.append(Outlook(tier, kind, until, implied, intake, reasons, assessed))
    return tuple(outlooks)


def why_not(enterprise: Enterprise, tier: str, kind: str, on: date) -> tuple[Intake | None, tuple[str, ...]]:
    """(the intake that takes such applications on the day, every reason why the enterprise may not apply).

    Looks at the standard in force, the intakes of its city, and at what tiers.queries.titles.may_apply says.
    """
    if tier not in Title.tiers():
        return None, (ELSEWHERE,)
    intakes = list(
        Intake.objects.filter(
            city=enterprise.managing_unit.city, title=tier, kind=kind, closes_on__gte=on
        ).order_by("opens_on", "pk")
    )
    now = next((intake for intake in intakes if intake.opens_on <= on), None)
    reasons = () if standard_edition_for(tier, kind, on) else (NO_STANDARD,)
    reasons += may_apply(enterprise, tier, kind, on, deadline=now.closes_on if now else None)
    if now is None:
        coming = f"{intakes[0].name}从 {intakes[0].opens_on} 起受理。" if intakes else NO_INTAKE
        reasons = (*reasons, coming)
    return now, reasons
