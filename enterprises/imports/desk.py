"""What the rows of a file are held against: units, the uploader's area, and the enterprises on record."""

from django.db import connection

from accounts.enums import RegionKind
from accounts.models import Region
from accounts.queries import unit_names
from core.fields import name_key
from enterprises.models import Enterprise, FormerName


class Desk:
    """Resolves written units and says whose rows the uploader may write. Four queries, once per file."""

    def __init__(self, batch):
        self.batch = batch
        self.names = unit_names()
        others = Region.objects.filter(kind=RegionKind.CITY, in_portal=False)
        self.other_cities = {name: city for city in others for name in (city.name, city.short_name)}
        user = batch.uploaded_by
        writable = Region.objects.writable_by(user) if user else Region.objects.units()
        self.writable = set(writable.values_list("pk", flat=True))
        city = batch.region.city
        self.city = city.name if city else None
        self._places: dict[tuple, tuple] = {}

    def place(self, city, unit) -> tuple:
        """(pk of the unit or of a city outside the portal, problem); (None, "") when nothing is written."""
        key = (city, unit)
        if key not in self._places:
            self._places[key] = self._find(city, unit)
        return self._places[key]

    def _find(self, city, unit):
        if city and city not in self.names.cities:
            other = self.other_cities.get(city)
            return (other.pk, "") if other else (None, "不认识这个省辖市，请写全称，如 新乡市。")
        if not unit:
            return None, ""
        home = city or self.city
        region = self.names.unit(unit, home) or (None if city else self.names.unit(unit))
        return (region.pk, "") if region else (None, self._advice(home, unit))

    def _advice(self, city, unit):
        if city is None:
            return "不认识这个单位，或两个市都有这个名称。请加一列“省辖市”，或写单位全称。"
        units = self.names.suggestions(city)
        alike = [name for name in units if any(unit[i : i + 2] in name for i in range(len(unit) - 1))]
        if 1 < len(alike) < len(units):
            return f"不能确定是{city}的哪个单位，请改为{'或'.join(alike)}。"
        return f"{city}没有这个单位，请改为{'、'.join(alike or units)}中的一个。"

    def may_write(self, unit) -> bool:
        return unit in self.writable


class Firms:
    """The enterprises that a file's rows are about, and those that carry a new row's name. Two or three queries."""

    def __init__(self, lines, *, extra=()):
        self.fields = ("name", "managing_unit_id", "named_on", *extra)
        codes = list({line.uscc for line in lines if line.uscc})
        self.by_code = {
            code: firm for code, *firm in self._select("uscc", codes, ("uscc", "id", *self.fields))
        }
        strangers = [line for line in lines if line.uscc and line.uscc not in self.by_code]
        names = list({line.name for line in strangers if line.name})
        self.namesakes = dict(self._select("name", names, ("name", "uscc")))
        self.in_file = {}
        for line in strangers:
            self.in_file.setdefault(line.name, line)
        self._former = None
        self._lines = lines

    @staticmethod
    def _select(column, values, fields):
        if not values:
            return []
        with connection.cursor() as cursor:
            table = Enterprise._meta.db_table
            cursor.execute(f"SELECT {', '.join(fields)} FROM {table} WHERE {column} = ANY(%s)", [values])
            return cursor.fetchall()

    def get(self, code):
        """The enterprise as a dict, None when it is not on record."""
        firm = self.by_code.get(code)
        return dict(zip(("id", *self.fields), firm, strict=True)) if firm else None

    def was_called(self, firm, name) -> bool:
        """Is `name` one of the enterprise's former names? One query for all rows whose name differs."""
        if self._former is None:
            ids = [
                known[0]
                for line in self._lines
                if (known := self.by_code.get(line.uscc)) and not same_name(known[1], line.name)
            ]
            found = FormerName.objects.filter(enterprise__in=ids).values_list("enterprise", "name")
            self._former = {(pk, name_key(former)) for pk, former in found}
        return (firm["id"], name_key(name)) in self._former


def same_name(one, other) -> bool:
    return one == other or name_key(one) == name_key(other)
