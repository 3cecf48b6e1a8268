"""Who may act on award runs. Which rows: Determination.objects.visible_to, AwardRun.objects.visible_to."""

from accounts.enums import Role
from accounts.permissions import has_role


def can_start_run(user, city) -> bool:
    """City staff, for their own city."""
    return has_role(user, Role.CITY) and user.region_id == city.pk


def can_decide(user, run) -> bool:
    """City staff decide what their city's run found."""
    return has_role(user, Role.CITY) and user.region_id == run.city_id


def can_see_runs(user) -> bool:
    """The people of a city."""
    return has_role(user, *Role.of_city())


def can_export(user) -> bool:
    """Staff export the list they see, in their own scope."""
    return has_role(user, *Role.with_region())


def can_export_facts(user, run) -> bool:
    """The people of the run's city take away the facts behind it."""
    return can_see_runs(user) and user.region_id == run.city_id
