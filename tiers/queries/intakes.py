"""Open intakes as an applicant sees them: until when, who may apply, what it takes."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from enterprises.models import Enterprise
from policies.engine.standards.titles import reasons_against
from tiers.enums import ApplicationState
from tiers.models import Application, Intake
from tiers.queries.titles import Documents, title_lives
from tiers.sections import FORM, places


class Chance(NamedTuple):
    """One enterprise and one intake: why it may not apply, or the case that is running already."""

    enterprise: Enterprise
    reasons: tuple[str, ...]
    running: Application | None


class Offer(NamedTuple):
    """An intake that takes applications today."""

    intake: Intake
    days: int  # left after today; 0 on the last day
    chances: list[Chance]


def offers(intakes: Iterable[Intake], firms: Iterable[Enterprise], day: date) -> list[Offer]:
    """Every intake with the chances of every firm of its city. As many queries for many as for one."""
    firms, documents = list(firms), Documents()
    lives = title_lives(firms)
    running = {}
    for case in Application.objects.filter(enterprise__in=firms, state__in=ApplicationState.open()):
        running[case.enterprise_id, case.title, case.kind] = case

    def chance(intake: Intake, firm: Enterprise) -> Chance:
        found = running.get((firm.pk, intake.title, intake.kind))
        if found:
            return Chance(firm, (), found)
        reasons = reasons_against(
            lives[firm.pk].applicant(intake.title, day, documents),
            title=intake.title,
            kind=intake.kind,
            day=day,
            entry=documents.entry(intake.title, intake.kind, day),
            deadline=intake.closes_on,
        )
        return Chance(firm, tuple(reasons), None)

    return [
        Offer(
            intake,
            (intake.closes_on - day).days,
            [chance(intake, firm) for firm in firms if firm.managing_unit.city == intake.city],
        )
        for intake in intakes
    ]


def papers(intake: Intake) -> list[str]:
    """The files that every application of the intake needs."""
    years = tuple(range(intake.year - 1, intake.year - 4, -1))
    return [
        place.label for section in FORM for place in places(section, intake.title, years) if place.required
    ]
