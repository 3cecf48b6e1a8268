"""What is known of enterprises across the apps: titles, yearly figures, facts and awards."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from awards.enums import Outcome
from awards.models import Determination, EquipmentInvestment, PlatformAssessment, ProvincialSubsidy
from enterprises.models import YearlyFigures
from policies.queries import policy_of
from tiers.enums import Title
from tiers.models import Recognition

ORDER = [Title.NATIONAL_GIANT, Title.PROVINCIAL_SRDI, Title.INNOVATIVE]  # the highest tier is shown first


def _rank(title) -> int:
    return ORDER.index(title) if title in ORDER else len(ORDER)


def titles_in_force(enterprise_ids, day) -> dict[int, list[str]]:
    """Enterprise → titles valid on the day, the highest tier first. One query."""
    found = defaultdict(set)
    rows = Recognition.objects.filter(enterprise__in=enterprise_ids).valid_on(day)
    for enterprise_id, title in rows.order_by().values_list("enterprise_id", "title"):
        found[enterprise_id].add(title)
    return {pk: sorted(titles, key=lambda title: (_rank(title), title)) for pk, titles in found.items()}


def latest_revenue(enterprise_ids, before_year) -> dict[int, YearlyFigures]:
    """Enterprise → the figures of its latest finished year that names a revenue. One query."""
    rows = YearlyFigures.objects.filter(
        enterprise__in=enterprise_ids, year__lt=before_year, revenue__isnull=False
    )
    rows = rows.order_by("enterprise_id", "-year").distinct("enterprise_id")
    return {row.enterprise_id: row for row in rows}


@dataclass
class TitleHeld:
    """One title over the years: its documents, newest first, and whether it is in force."""

    title: str
    label: str
    in_force: bool
    rows: list[Recognition]

    @property
    def tier(self) -> int:
        return Title(self.title).tier


def _in_force(row, day) -> bool:
    return row.valid_from <= day <= row.valid_until and (row.revoked_on is None or day < row.revoked_on)


def titles_of(enterprise, day) -> list[TitleHeld]:
    """Every title the enterprise has had, the highest tier first, those in force before lapsed ones."""
    by_title = defaultdict(list)
    for row in enterprise.recognitions.select_related("managing_unit").order_by("-documented_on", "-pk"):
        by_title[row.title].append(row)
    held = [
        TitleHeld(title, Title(title).label, any(_in_force(row, day) for row in rows), rows)
        for title, rows in by_title.items()
    ]
    return sorted(held, key=lambda item: (not item.in_force, _rank(item.title), item.title))


@dataclass
class AwardYear:
    """The award rows of one declaration year and what they pay."""

    year: int
    granted: Decimal = Decimal(0)
    rows: list[Determination] = field(default_factory=list)


def award_years(enterprise, user) -> list[AwardYear]:
    """Years with award rows that the user may see, newest first; within a year what is paid comes first."""
    years: dict[int, AwardYear] = {}
    rows = Determination.objects.visible_to(user).filter(enterprise=enterprise)
    for row in rows.prefetch_related("run__edition").order_by("-year", "event_on", "pk"):
        items = policy_of(row.run.edition).items
        row.item_name = items[row.item].name if row.item in items else row.item
        year = years.setdefault(row.year, AwardYear(row.year))
        year.granted += row.amount
        year.rows.append(row)
    for year in years.values():
        year.rows.sort(key=lambda row: list(Outcome).index(row.outcome))
    return list(years.values())


def facts_of(enterprise) -> dict:
    """The award facts besides titles, each newest first."""
    return {
        "subsidies": list(ProvincialSubsidy.objects.filter(enterprise=enterprise)),
        "assessments": list(PlatformAssessment.objects.filter(enterprise=enterprise)),
        "investments": list(EquipmentInvestment.objects.filter(enterprise=enterprise)),
    }
