"""The facts of a run, read as plain tuples: histories for the engine, and the rows that are frozen already."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from accounts.models import Region
from awards.queries import run_units
from policies import engine

# One statement for every kind of fact. `due` holds the enterprises with an event in the year; for those alone
# all facts of all years are read, because what is first or still valid shows only in the whole history.
# `= ANY(ARRAY(…))` walks each index on enterprise_id once; a join would read every table once per unit.
FACTS = """
WITH mine AS MATERIALIZED ({scope}), due AS MATERIALIZED (
    SELECT enterprise_id FROM tiers_recognition
     WHERE enterprise_id = ANY(ARRAY(TABLE mine)) AND documented_on BETWEEN %(first)s AND %(last)s
       AND title = ANY(%(titles)s)
    UNION SELECT enterprise_id FROM awards_provincialsubsidy
     WHERE enterprise_id = ANY(ARRAY(TABLE mine)) AND allocated_on BETWEEN %(first)s AND %(last)s
    UNION SELECT enterprise_id FROM awards_platformassessment
     WHERE enterprise_id = ANY(ARRAY(TABLE mine)) AND published_on BETWEEN %(first)s AND %(last)s
    UNION SELECT enterprise_id FROM awards_equipmentinvestment
     WHERE enterprise_id = ANY(ARRAY(TABLE mine)) AND reported_on BETWEEN %(first)s AND %(last)s
)
SELECT enterprise_id, 1, 'recognition:' || id, title,
       CASE WHEN revoked_on IS NOT NULL AND kind = 'new' THEN 'revoked' ELSE kind END, documented_on, valid_from,
       LEAST(valid_until, revoked_on - 1), '', label_year, managing_unit_id <> ALL(%(city)s), NULL::numeric
  FROM tiers_recognition WHERE enterprise_id = ANY(ARRAY(TABLE due)) AND title = ANY(%(titles)s)
UNION ALL
SELECT enterprise_id, 2, 'subsidy:' || id, NULL, NULL, allocated_on, invested_from, invested_until, NULL, NULL, NULL,
       amount
  FROM awards_provincialsubsidy WHERE enterprise_id = ANY(ARRAY(TABLE due))
UNION ALL
SELECT enterprise_id, 3, 'assessment:' || id, grade, NULL, published_on, NULL, NULL, NULL, year, NULL, NULL
  FROM awards_platformassessment WHERE enterprise_id = ANY(ARRAY(TABLE due))
UNION ALL
SELECT enterprise_id, 4, 'investment:' || id, NULL, NULL, reported_on, invested_from, invested_until, NULL, NULL,
       subsidised, amount
  FROM awards_equipmentinvestment WHERE enterprise_id = ANY(ARRAY(TABLE due))
 ORDER BY 1
"""
OF_UNIT = "SELECT id FROM enterprises_enterprise WHERE managing_unit_id = %(unit)s"
LISTED = "SELECT unnest(%(ids)s::bigint[])"
FETCH = 2_000


def titles_of(policy: engine.Policy) -> set[str]:
    """Titles that an item of the document rewards, asks for or excludes."""
    items = policy.items.values()
    return set(policy.title_items).union(*(item.titles | item.barred_titles for item in items))


def histories(
    *,
    city: Region,
    year: int,
    titles: Iterable[str],
    unit: Region | None = None,
    enterprises: Iterable[int] = (),
    gone: bool = False,
) -> Iterator[tuple[int, engine.History]]:
    """(enterprise id, its history) of each enterprise with an event in the year, by id.

    Of one unit, or of the enterprises given by id. `titles` are those that count (titles_of), the others are left
    out. `gone` marks the enterprises as managed outside the city by now.
    References are "recognition:17", "subsidy:5", "assessment:3", "investment:9". One query of plain tuples.
    """
    params = {
        "first": date(year, 1, 1),
        "last": date(year, 12, 31),
        "unit": unit.pk if unit else None,
        "ids": list(enterprises),
        "titles": list(titles),
        "city": list(Region.objects.filter(Q(pk=city.pk) | Q(parent=city)).values_list("pk", flat=True)),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")  # the sort of a large unit stays in memory
        cursor.execute(FACTS.format(scope=OF_UNIT if unit else LISTED), params)
        yield from _grouped(cursor, gone)


def _grouped(cursor, gone: bool) -> Iterator[tuple[int, engine.History]]:
    current = None
    titles: list[engine.TitleFact] = []
    subsidies: list[engine.SubsidyFact] = []
    assessments: list[engine.AssessmentFact] = []
    investments: list[engine.InvestmentFact] = []
    make, title_fact = tuple.__new__, engine.TitleFact  # half the time of TitleFact(…), for most of the rows
    while rows := cursor.fetchmany(FETCH):
        for row in rows:
            if row[0] != current:
                if current is not None:
                    yield current, engine.History(titles, subsidies, assessments, investments, gone)
                current = row[0]
                titles, subsidies, assessments, investments = [], [], [], []
            if row[1] == 1:
                titles.append(make(title_fact, row[2:11]))  # the columns stand in its order
                continue
            _, source, ref, text, _, on, start, until, _, year, flag, amount = row
            if source == 2:
                subsidies.append(engine.SubsidyFact(ref, on, amount, start, until))
            elif source == 3:
                assessments.append(engine.AssessmentFact(ref, year, text, on))
            else:
                investments.append(engine.InvestmentFact(ref, on, amount, start, until, flag))
    if current is not None:
        yield current, engine.History(titles, subsidies, assessments, investments, gone)


class DecidedRow(NamedTuple):
    """A frozen determination, as far as a run needs it."""

    pk: int
    own: bool  # of the run that is being determined; otherwise a one-time grant of another
    year: int
    item: str
    source: str
    outcome: str
    amount: Decimal
    worth: Decimal
    reasons: list[str]
    decided_at: datetime

    @property
    def key(self) -> str:
        return f"{self.item}@{self.source}"

    def as_fact(self) -> engine.Decided:
        """For the engine, which knows the year being determined as 0."""
        return engine.Decided(self.item, self.source, self.amount, self.worth, 0 if self.own else self.year)


DECIDED = """
SELECT d.enterprise_id, e.managing_unit_id = %(unit)s, d.id, d.run_id = %(run)s, d.year, d.item, d.source, d.outcome,
       d.amount, d.worth, d.reasons, d.decided_at
  FROM awards_determination d JOIN enterprises_enterprise e ON e.id = d.enterprise_id
 WHERE d.decided_at IS NOT NULL
   AND ((e.managing_unit_id = %(unit)s AND (d.run_id = %(run)s OR (d.once AND d.outcome = 'granted')))
     OR (d.managing_unit_id = %(unit)s AND d.run_id = %(run)s AND e.managing_unit_id <> ALL(%(units)s)))
 ORDER BY d.enterprise_id, d.id
"""


def decided_rows(run, unit) -> tuple[dict[int, list[DecidedRow]], dict[int, list[DecidedRow]]]:
    """Frozen rows by enterprise: of those in the unit (one-time grants of any year too), and of those that
    left the run's units but had been decided in this one."""
    params = {"run": run.pk, "unit": unit.pk, "units": [region.pk for region in run_units(run.city)]}
    here: dict[int, list[DecidedRow]] = {}
    gone: dict[int, list[DecidedRow]] = {}
    with connection.cursor() as cursor:
        cursor.execute(DECIDED, params)
        for enterprise, inside, *row in cursor.fetchall():
            (here if inside else gone).setdefault(enterprise, []).append(DecidedRow(*row))
    return here, gone
