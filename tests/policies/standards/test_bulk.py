"""Bulk assessment follows the same rules: equal to assess() row by row, in memory and through the database."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest
from django.db import connection

from policies.bulk import NULL, RESULTS, assess_table
from policies.engine.standards import Verdict, assess, parse_standard
from policies.engine.standards.bulk import VERDICTS, Bulk, Compact, compact_of
from tests.policies.standards import firms, worked

DAYS = (firms.TODAY, date(2025, 6, 1))
VARIANTS = [(slug, kind, on) for slug in worked.tier_slugs() for kind in ("new", "review") for on in DAYS]
TYPES = {"id": "bigint", "points": "numeric", "possible": "numeric", "failed": "bigint", "waiting": "bigint"}


@cache
def bulk_of(name, kind, on):
    return Bulk(worked.standard_of(name), kind=kind, on=on)


@pytest.mark.parametrize("missing", [True, False])
@pytest.mark.parametrize(("slug", "kind", "on"), VARIANTS)
def test_bulk_equals_assess_on_random_records(slug, kind, on, missing):
    standard = worked.standard(slug)
    bulk = Bulk(standard, kind=kind, on=on)
    records = [firms.record(seed, missing=missing) for seed in range(50)]
    found = list(bulk.run(bulk.row_of(record, seed) for seed, record in enumerate(records)))
    wanted = [
        compact_of(bulk, assess(record, standard, kind=kind, on=on), seed)
        for seed, record in enumerate(records)
    ]
    assert found == wanted


def test_random_records_reach_every_verdict():
    seen = set()
    for slug, kind, on in VARIANTS:
        bulk = Bulk(worked.standard(slug), kind=kind, on=on)
        seen |= {
            Compact(*row).verdict for row in bulk.run(bulk.row_of(firms.record(seed)) for seed in range(60))
        }
    assert {VERDICTS[place] for place in seen} >= {Verdict.NOT_MET, Verdict.MISSING}


@pytest.mark.parametrize("name", sorted(worked.files()))
def test_bulk_equals_assess_on_every_worked_case(name):
    """The records of the cases and ladders stand exactly on the lines and a cent beside them."""
    file, standard = worked.files()[name], worked.standard_of(name)
    tolds = [worked.merged(file["base"], case) for case in file["case"]]
    for ladder in file["ladder"]:
        base = worked.merged(file["base"], ladder.get("with", {}))
        tolds += [worked.with_field(base, ladder["field"], value) for value, _ in ladder["steps"]]
    for told in tolds:
        kind, on, record = worked.KINDS[told["类型"]], told["受理日期"], worked.record(told)
        bulk = bulk_of(name, kind, on)
        [found] = bulk.run([bulk.row_of(record)])
        assert found == compact_of(bulk, assess(record, standard, kind=kind, on=on)), told


def test_share_that_is_no_whole_number_is_still_exact():
    bulk = Bulk(worked.standard("miit-63-giant"), kind="new", on=firms.TODAY)
    record = firms.FirmRecord(profile={"market_share": Decimal("0.099999")})
    assert Fraction(99999, 100) in bulk.row_of(record)
    [row] = bulk.run([bulk.row_of(record)])
    assert bulk.keys(Compact(*row).failed) == ("market_share",)


def test_money_of_any_size_is_exact():
    bulk = Bulk(worked.standard("miit-2-provincial"), kind="new", on=firms.TODAY)
    for rd, met in ((Decimal("29999999999.99"), False), (Decimal(30_000_000_000), True)):
        years = {year: firms.Figures(revenue=Decimal(10**12), rd_expense=rd) for year in (2024, 2025)}
        [row] = bulk.run([bulk.row_of(firms.FirmRecord(years=years))])
        assert ("rd_ratio" in bulk.keys(Compact(*row).failed)) != met


def test_points_that_are_no_whole_numbers_are_kept():
    text = worked.text("miit-63-innovative").replace("[[0.05, 20], [0.03, 15]", "[[0.05, 20], [0.03, 15.5]")
    standard = parse_standard(text)
    bulk = Bulk(standard, kind="new", on=firms.TODAY)
    record = worked.record(worked.files()["miit-63-innovative"]["base"])
    [row] = bulk.run([bulk.row_of(record)])
    assert row == compact_of(bulk, assess(record, standard, kind="new", on=firms.TODAY))
    assert Compact(*row).points == Decimal("75.5")


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["miit-63-innovative", "miit-63-provincial", "miit-2-provincial"])
def test_table_of_numbers_is_assessed_like_its_records(slug, monkeypatch):
    monkeypatch.setattr("policies.bulk.CHUNK", 7)
    standard = worked.standard(slug)
    bulk = Bulk(standard, kind="new", on=firms.TODAY, null=NULL)
    records = {3 * seed - 20: firms.record(seed) for seed in range(40)}
    with connection.cursor() as cursor:
        columns = ", ".join(f"{column.name} bigint" for column in bulk.columns)
        cursor.execute(f"CREATE TEMP TABLE numbers (id bigint PRIMARY KEY, {columns})")
        results = ", ".join(f"{name} {TYPES.get(name, 'smallint')}" for name in RESULTS)
        cursor.execute(f"CREATE TEMP TABLE results ({results})")
        for pk, record in records.items():
            row = [None if value == NULL else value for value in bulk.row_of(record, pk)]
            cursor.execute(f"INSERT INTO numbers VALUES ({', '.join(['%s'] * len(row))})", row)
        assert assess_table(bulk, source="numbers", target="results") == len(records)
        cursor.execute("SELECT * FROM results ORDER BY id")
        found = cursor.fetchall()
    assert found == [
        compact_of(bulk, assess(record, standard, kind="new", on=firms.TODAY), pk)
        for pk, record in records.items()
    ]


@pytest.mark.django_db
def test_empty_table_gives_no_results():
    bulk = Bulk(worked.standard("miit-2-provincial"), kind="new", on=firms.TODAY, null=NULL)
    with connection.cursor() as cursor:
        columns = ", ".join(f"{column.name} bigint" for column in bulk.columns)
        cursor.execute(f"CREATE TEMP TABLE numbers (id bigint PRIMARY KEY, {columns})")
    assert assess_table(bulk, source="numbers", target="anything") == 0
    other = Bulk(worked.standard("miit-2-provincial"), kind="new", on=firms.TODAY)
    with pytest.raises(ValueError, match="null=NULL"):
        assess_table(other, source="numbers", target="anything")
