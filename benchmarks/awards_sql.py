"""The floor: the rules of 新政文〔2022〕8号 as one SQL statement, for all units and years at once.

Amounts and the tie order come from the published document; the readings of its open questions are fixed here as
the document has them by default. It writes what a run writes: codes and facts, to a table of the same build.
"""

from benchmarks import world
from benchmarks.database import execute

TARGET = "bench_sql"
COPIED = "run_id, enterprise_id, managing_unit_id, year, item, source, event_on, outcome, worth, amount,\
 other_amount, pooled, topup, once, reasons, absorbed_by, facts"

# One pass over each kind of fact, then one sort per enterprise and year to find the highest.
STATEMENT = """
WITH item AS (
    SELECT * FROM unnest(%(items)s::text[], %(titles)s::text[], %(amounts)s::numeric[], %(places)s::int[],
                         %(once)s::bool[]) AS item(id, title, amount, place, once)
), grade AS (
    SELECT * FROM unnest(%(grades)s::text[], %(prizes)s::numeric[]) AS grade(name, prize)
), run AS (
    SELECT id, year FROM awards_awardrun WHERE city_id = %(city)s
), firm AS (
    SELECT id, managing_unit_id FROM enterprises_enterprise WHERE managing_unit_id = ANY(%(units)s)
), title AS (
    SELECT r.*, item.id AS item, item.amount AS worth, item.place, item.once,
           min(documented_on) OVER earlier AS earlier_on, max(valid_until) OVER earlier AS earlier_until
      FROM tiers_recognition r JOIN item ON item.title = r.title
    WINDOW earlier AS (PARTITION BY enterprise_id, r.title ORDER BY documented_on, r.id
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), holding AS (
    SELECT enterprise_id,
           range_agg(daterange(valid_from, valid_until, '[]')) FILTER (WHERE title = ANY(%(matched)s)) AS held,
           bool_or(title = ANY(%(platforms)s)) AS platform, bool_or(title = ANY(%(bases)s)) AS base
      FROM title GROUP BY enterprise_id
), claim AS (
    SELECT enterprise_id, run.id AS run, run.year, item, 'recognition' AS kind, t.id, documented_on AS event_on,
           worth, place, once,
           documented_on NOT BETWEEN %(valid_from)s AND %(valid_until)s AS unbased,
           t.managing_unit_id <> ALL(%(regions)s) AS outside,
           CASE WHEN t.kind = 'review' THEN 'review_not_recognition'
                WHEN earlier_on IS NOT NULL AND earlier_until >= valid_from THEN 'not_first' END AS refused,
           CASE WHEN t.kind <> 'review' AND earlier_until < valid_from THEN 'lapse_and_return' END AS held,
           CASE WHEN label_year <> run.year THEN 'label_year_differs' END AS note,
           concat(CASE WHEN label_year <> run.year THEN 'Y' END,
                  CASE WHEN t.managing_unit_id <> ALL(%(regions)s) THEN 'O' END,
                  CASE WHEN t.kind = 'review' THEN 'R' END,
                  CASE WHEN earlier_until < valid_from THEN 'L' WHEN earlier_on IS NOT NULL THEN 'E' END,
                  '|', label_year, '|', earlier_on) AS facts
      FROM title t JOIN run ON documented_on BETWEEN make_date(run.year, 1, 1) AND make_date(run.year, 12, 31)
    UNION ALL
    SELECT s.enterprise_id, run.id, run.year, item.id, 'subsidy', s.id, allocated_on,
           round(s.amount * %(rate)s, 2), place, once,
           allocated_on NOT BETWEEN %(valid_from)s AND %(valid_until)s, false,
           CASE WHEN held IS NULL THEN 'no_title'
                WHEN NOT held && daterange(invested_from, invested_until, '[]') AND invested_from IS NOT NULL
                 AND invested_until IS NOT NULL THEN 'window_outside_title' END,
           CASE WHEN invested_from IS NULL OR invested_until IS NULL THEN 'window_unknown'
                WHEN NOT held @> daterange(invested_from, invested_until, '[]') THEN 'window_partly_covered' END,
           NULL,
           concat('||||', s.amount, '|', invested_from, '|', invested_until, '|',
                  (SELECT string_agg(concat(lower(p), '~', upper(p) - 1), ',' ORDER BY p) FROM unnest(held) p))
      FROM awards_provincialsubsidy s
      JOIN run ON allocated_on BETWEEN make_date(run.year, 1, 1) AND make_date(run.year, 12, 31)
      JOIN item ON item.id = %(match)s
      LEFT JOIN holding USING (enterprise_id)
    UNION ALL
    SELECT a.enterprise_id, run.id, run.year, item.id, 'assessment', a.id, published_on, prize, place, once,
           published_on NOT BETWEEN %(valid_from)s AND %(valid_until)s, false,
           CASE WHEN prize IS NULL THEN 'grade_not_awarded'
                WHEN platform IS NOT TRUE AND base THEN 'base_not_assessed' END,
           NULL,
           concat_ws(',', CASE WHEN a.year <> run.year THEN 'label_year_differs' END,
                     CASE WHEN prize IS NOT NULL AND platform IS NOT TRUE AND base IS NOT TRUE
                          THEN 'platform_title_implied' END),
           concat(CASE WHEN a.year <> run.year THEN 'Y' END, CASE WHEN platform THEN 'T' WHEN base THEN 'B' END,
                  '|', a.year, '||', grade)
      FROM awards_platformassessment a
      JOIN run ON published_on BETWEEN make_date(run.year, 1, 1) AND make_date(run.year, 12, 31)
      JOIN item ON item.id = %(assessed)s
      LEFT JOIN grade ON grade.name = a.grade
      LEFT JOIN holding USING (enterprise_id)
), judged AS (
    SELECT claim.*, managing_unit_id, concat(kind, ':', claim.id) AS source,
           CASE WHEN unbased OR outside OR refused IS NOT NULL THEN 'ineligible' WHEN held IS NOT NULL THEN 'held'
                ELSE 'granted' END AS verdict
      FROM claim JOIN firm ON firm.id = enterprise_id
), ranked AS (
    SELECT *, row_number() OVER highest AS place_among_all,
           row_number() OVER (PARTITION BY enterprise_id, year, verdict = 'granted', item = %(match)s
                              ORDER BY worth DESC, place, event_on, id) AS place_among_rewards,
           first_value(concat(item, '@', source)) OVER highest AS winner
      FROM judged
    WINDOW highest AS (PARTITION BY enterprise_id, year, verdict = 'granted' ORDER BY worth DESC, place, event_on, id)
)
INSERT INTO {target} ({columns})
SELECT run, enterprise_id, managing_unit_id, year, item, source, event_on,
       CASE WHEN verdict = 'granted' AND place_among_all > 1 THEN 'absorbed' ELSE verdict END,
       CASE WHEN verdict = 'ineligible' OR held = 'lapse_and_return' THEN 0 ELSE worth END,
       CASE WHEN verdict = 'granted' AND place_among_all = 1 THEN worth ELSE 0 END,
       CASE WHEN verdict = 'granted' AND (item = %(match)s OR place_among_rewards = 1) THEN worth ELSE 0 END,
       true, false, once,
       string_to_array(concat_ws(',', CASE
           WHEN verdict = 'ineligible' THEN concat_ws(',', CASE WHEN unbased THEN 'no_policy_in_force' END,
                                                      CASE WHEN outside THEN 'outside_city' END, refused)
           WHEN verdict = 'held' THEN held
           WHEN place_among_all = 1 THEN 'entitled' ELSE 'higher_award' END, nullif(note, '')), ','),
       CASE WHEN verdict = 'granted' AND place_among_all > 1 THEN winner ELSE '' END,
       concat(item, '|', source, '|', event_on, '|', facts)
  FROM ranked
"""


def run(target: str = TARGET) -> int:
    """Write the decisions of every run of the city; how many."""
    from django.db import connection

    sql = STATEMENT.format(target=target, columns=COPIED)
    with connection.cursor() as cursor:
        cursor.execute(sql, _parameters())
        return cursor.rowcount


def _parameters() -> dict:
    from accounts.models import Region
    from awards.queries import run_units
    from policies.engine import parse

    policy = parse(world.DOCUMENT.read_text(encoding="utf-8"))
    items, match, assessed = list(policy.items.values()), policy.subsidy_item, policy.assessment_item
    city = Region.objects.get(code=world.CITY)
    return {
        "items": [item.id for item in items],
        "titles": [item.title for item in items],
        "amounts": [item.amount for item in items],
        "places": [item.order for item in items],
        "once": [item.once for item in items],
        "grades": list(assessed.grades),
        "prizes": list(assessed.grades.values()),
        "rate": match.rate,
        "match": match.id,
        "assessed": assessed.id,
        "matched": list(match.titles),
        "platforms": list(assessed.titles),
        "bases": list(assessed.barred_titles),
        "valid_from": policy.valid_from,
        "valid_until": policy.valid_until,
        "city": city.pk,
        "regions": [city.pk, *city.units.values_list("pk", flat=True)],
        "units": [unit.pk for unit in run_units(city)],
    }


def make_target(target: str) -> None:
    """An empty table like awards_determination: same columns, indexes, constraints, foreign keys and triggers."""
    execute(f"DROP TABLE IF EXISTS {target}")
    execute(f"CREATE TABLE {target} (LIKE awards_determination INCLUDING ALL)")
    source = "'awards_determination'::regclass"
    for (definition,) in execute(
        f"SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = {source} AND contype = 'f'"
    ):
        execute(f"ALTER TABLE {target} ADD {definition}")
    for (definition,) in execute(
        f"SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = {source} AND NOT tgisinternal"
    ):
        execute(definition.replace("awards_determination", target))


def differences(one: str, other: str) -> int:
    """Rows that are in one table only, looking at every column but the id."""
    [(count,)] = execute(
        f"WITH a AS (SELECT {COPIED} FROM {one}), b AS (SELECT {COPIED} FROM {other})"
        " SELECT count(*) FROM ((TABLE a EXCEPT TABLE b) UNION ALL (TABLE b EXCEPT TABLE a)) d"
    )
    return count
