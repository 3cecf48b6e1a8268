"""Which edition applies, and what it says."""

from datetime import date
from functools import lru_cache

from django.db.models import Q

from policies.engine import Policy, parse
from policies.engine.standards import SizeTable, Standard, parse_standard
from policies.enums import CaseKind, StandardTier
from policies.models import PolicyEdition, StandardEdition


def edition_for(city_code: str, year: int) -> PolicyEdition | None:
    """The city's scheme for a declaration year: the latest revision of the one in force in that year.

    A later year gets the latest earlier scheme, so that its events are answered 无有效政策依据. So does a
    year before the first scheme. None when the city has no scheme at all.
    """
    editions = PolicyEdition.objects.filter(city_code=city_code)
    started = editions.filter(valid_from__year__lte=year).order_by("-valid_from", "-revision").first()
    return started or editions.order_by("valid_from", "-revision").first()


def policy_of(edition: PolicyEdition) -> Policy:
    """The parsed document of an edition. Parsed once per process, as a text never changes."""
    return _parsed(edition.text)


@lru_cache(maxsize=64)
def _parsed(text: str) -> Policy:
    return parse(text)


# ---- standards ------------------------------------------------------------------------------------------
def standard_edition_for(tier: str, kind: str, on: date) -> StandardEdition | None:
    """The standard of a tier for a case of this kind accepted on this day; None when there is none."""
    return (
        StandardEdition.objects.filter(
            Q(periods__valid_until__isnull=True) | Q(periods__valid_until__gte=on),
            periods__tier=tier,
            periods__kind=kind,
            periods__valid_from__lte=on,
        )
        .order_by("-revision")
        .first()
    )


def standard_of(edition: StandardEdition) -> Standard:
    """The parsed document of an edition. Parsed once per process, as a text never changes."""
    return parsed_standard(edition.text)


def size_table(on: date) -> SizeTable | None:
    """The limits of company sizes in force on a day; None before the first standard of sizes."""
    edition = standard_edition_for(StandardTier.COMPANY_SIZE, CaseKind.NEW, on)
    return standard_of(edition).sizes if edition else None


@lru_cache(maxsize=64)
def parsed_standard(text: str) -> Standard:
    """The standard that a text says, read once per process. PolicyError when it cannot be read."""
    return parse_standard(text)
