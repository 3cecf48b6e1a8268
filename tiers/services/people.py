"""Whom what happens to a title concerns: the people of the enterprise, and the offices that look after it."""

from django.db.models import QuerySet

from accounts.enums import Role
from accounts.models import User


def members_of(enterprise, *, but=None) -> QuerySet[User]:
    """The active people of an enterprise, without the one who acts."""
    return _without(User.objects.filter(memberships__enterprise=enterprise, is_active=True), but)


def officers_of(enterprise, *, but=None) -> QuerySet[User]:
    """The county that manages an enterprise and its city; the county alone where it answers to the province."""
    unit = enterprise.managing_unit
    regions = [unit.pk] if unit.provincial_direct else [unit.pk, unit.city.pk]
    officers = User.objects.filter(role__in=[Role.COUNTY, Role.CITY], region__in=regions, is_active=True)
    return _without(officers, but)


def _without(people, actor) -> QuerySet[User]:
    return people.exclude(pk=actor.pk) if actor else people
