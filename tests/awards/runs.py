"""Shared by the tests of the award run: a whole run without Celery, and short views on what it stored."""

import datetime

from awards import services
from awards.models import Determination
from awards.queries import run_units
from tests.factories import RecognitionFactory, UserFactory, published_edition, region

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


def provincial(enterprise, on=datetime.date(2023, 5, 4), **kwargs):
    return RecognitionFactory(
        enterprise=enterprise,
        title="provincial_srdi",
        documented_on=on,
        valid_from=datetime.date(on.year, 1, 1),
        valid_until=datetime.date(on.year + 2, 12, 31),
        **kwargs,
    )


def decide(run):
    return services.decide_run(run=run, actor=UserFactory(), basis="新政会纪〔2024〕3号")


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
