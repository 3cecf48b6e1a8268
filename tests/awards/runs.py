"""Shared by the tests of the award run: a whole run without Celery, and short views on what it stored."""

from awards import services
from awards.models import Determination
from awards.queries import run_units
from tests.factories import published_edition, region

EDITIONS = {"新乡市": "xinxiang-2022-8", "郑州市": "zhengzhou-2024-2026"}


def run_all(year=2023, *, city="新乡市", factors=None, actor=None, backwards=False):
    """Start a run and determine every unit of the city; the finished run."""
    published_edition(EDITIONS[city])
    run = services.start_run(city=region(city), year=year, factors=factors, actor=actor)
    units = run_units(run.city)
    for unit in reversed(units) if backwards else units:
        services.determine_region(run=run, unit=unit)
    run.refresh_from_db()
    return run


def outcomes(**filters):
    """(item, outcome, amount) of the stored rows, by item."""
    rows = Determination.objects.filter(**filters).order_by("item", "source", "pk")
    return [(row.item, row.outcome, int(row.amount)) for row in rows]


def digest():
    """Everything stored about determinations except their ids."""
    fields = [f.attname for f in Determination._meta.fields if f.attname not in ("id", "run_id")]
    return sorted(map(repr, Determination.objects.values_list(*fields)))


def ids():
    return set(Determination.objects.values_list("pk", flat=True))
