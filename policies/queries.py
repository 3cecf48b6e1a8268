"""Which edition applies, and what it says."""

from functools import lru_cache

from policies.engine import Policy, parse
from policies.models import PolicyEdition


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
