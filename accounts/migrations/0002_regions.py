"""The cities, counties and zones the portal starts with, from accounts/data/regions.csv."""

import csv
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "regions.csv"


def load(apps, schema_editor):
    region_model = apps.get_model("accounts", "Region")
    alias_model = apps.get_model("accounts", "RegionAlias")
    by_code = {}
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in sorted(
        rows, key=lambda r: ["province", "city"].index(r["kind"]) if r["parent"] in ("", "410000") else 2
    ):
        by_code[row["code"]] = region_model.objects.create(
            code=row["code"],
            name=row["name"],
            short_name=row["short_name"],
            kind=row["kind"],
            parent=by_code.get(row["parent"]),
            provincial_direct=row["provincial_direct"] == "1",
            in_portal=row["in_portal"] == "1",
        )
    for row in rows:
        for name in filter(None, row["aliases"].split("|")):
            unit = by_code[row["code"]]
            alias_model.objects.create(region=unit, city=unit.parent, name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
