"""Units by the names people write, and the audit trail by city."""

from dataclasses import dataclass

from django.db.models import Q

from accounts.models import Message, Region, RegionAlias, SavedFilter
from core.models import AuditEntry


@dataclass(frozen=True)
class UnitNames:
    """Resolves written unit names; built once per file or run, one query."""

    by_city: dict[str, dict[str, Region]]  # city name → written name → unit
    cities: dict[str, Region]

    def city(self, written: str | None) -> Region | None:
        return self.cities.get((written or "").strip())

    def unit(self, written: str | None, city: str | None = None) -> Region | None:
        """The unit, or None when the name is unknown or, without a city, not unique."""
        name = (written or "").strip()
        if city is not None:
            return self.by_city.get(city.strip(), {}).get(name)
        for prefix in self.by_city:  # 新乡市红旗区
            if name.startswith(prefix) and (unit := self.by_city[prefix].get(name.removeprefix(prefix))):
                return unit
        found = {unit.pk: unit for names in self.by_city.values() if (unit := names.get(name))}
        return next(iter(found.values())) if len(found) == 1 else None

    def suggestions(self, city: str | None) -> list[str]:
        return sorted({unit.name for unit in self.by_city.get((city or "").strip(), {}).values()})


def unit_names() -> UnitNames:
    """Every unit of the portal's cities under its name, short name and aliases."""
    cities = {}
    by_city: dict[str, dict[str, Region]] = {}
    for city in Region.objects.cities():
        cities[city.name] = cities[city.short_name] = city
        by_city[city.name] = by_city[city.short_name] = {}
    for unit in Region.objects.units().select_related("parent"):
        names = by_city[unit.parent.name]
        names[unit.name] = names[unit.short_name] = unit
    for alias in RegionAlias.objects.select_related("region", "city"):
        by_city[alias.city.name][alias.name] = alias.region
    return UnitNames(by_city, cities)


def audit_entries(user, query=""):
    """Acts by people of the auditor's city and by the system, newest first; `query` finds person or object."""
    entries = AuditEntry.objects.filter(
        Q(actor__region__in=Region.objects.visible_to(user)) | Q(actor__isnull=True)
    )
    if query:
        entries = entries.filter(Q(actor_name__contains=query) | Q(subject_name__contains=query))
    return entries


def units_for(request):
    """Units that the person may choose from in a filter; none without a request (the API schema asks so)."""
    return Region.objects.units().visible_to(request.user) if request else Region.objects.none()


def last_mail_error(user) -> str:
    """Why the newest mail to the person did not arrive; "" when it did."""
    newest = Message.objects.visible_to(user).exclude(mailed_at__isnull=True, mail_error="").first()
    return newest.mail_error if newest else ""


def saved_filters(user, page, query="") -> list[SavedFilter]:
    """The person's saved filters of one list; the one that is in use has `current`."""
    found = list(SavedFilter.objects.filter(user=user, page=page))
    for saved in found:
        saved.current = saved.query == query
    return found
