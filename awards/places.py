"""Does a written place belong to a policy's city? From accounts/data/regions.csv, so it needs no database."""

import csv
import difflib
import unicodedata
from functools import cache
from pathlib import Path

from core.fields import FieldError

REGIONS = Path(__file__).resolve().parent.parent / "accounts" / "data" / "regions.csv"
ANYWHERE_ELSE = ("外市", "外省")
PROVINCE = "河南省"


class Places:
    """The units of one city, and the names that mean another city."""

    def __init__(self, city_code: str) -> None:
        rows = _regions()
        cities = {row["code"]: row for row in rows if row["kind"] == "city"}
        if city_code not in cities:
            raise ValueError(f"accounts/data/regions.csv 里没有代码为 {city_code} 的市")
        own = cities[city_code]
        self.city = own["name"]
        self.units = [row["name"] for row in rows if row["parent"] == city_code]
        self.here = {name for row in rows if row["parent"] == city_code or row is own for name in _names(row)}
        self.other_cities = tuple(
            name
            for code, row in cities.items()
            if code != city_code
            for name in (row["name"], row["short_name"])
        )
        self.elsewhere = {name for row in rows if row["parent"] in cities for name in _names(row)} - self.here
        self._known: dict[str, bool] = {}

    def is_elsewhere(self, written: str) -> bool:
        """False for a unit of the city, True for another city's. FieldError (with likely names) when unknown."""
        if written not in self._known:
            self._known[written] = self._look_up(written)
        return self._known[written]

    def _look_up(self, written: str) -> bool:
        name = "".join(unicodedata.normalize("NFKC", written).split()).removeprefix(PROVINCE)
        if name in self.here or name.removeprefix(self.city) in self.here:
            return False
        if name.startswith((*self.other_cities, *ANYWHERE_ELSE)) or name in self.elsewhere:
            return True
        likely = difflib.get_close_matches(name, sorted(self.here), n=3, cutoff=0.4)
        advice = (
            f"是不是 {'、'.join(likely)}？" if likely else f"{self.city}的单位有：{'、'.join(self.units)}。"
        )
        raise FieldError(f"不认识这个管理单位。{advice}在外市的请写市名，在外省的请写“外省”。")


def _names(row: dict[str, str]) -> list[str]:
    return [row["name"], row["short_name"], *filter(None, row["aliases"].split("|"))]


@cache
def _regions() -> list[dict[str, str]]:
    with REGIONS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
