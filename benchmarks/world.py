"""A deterministic city of award events: the same number of claims gives the same rows, on every machine.

Four declaration years of 新乡市, all units its run determines. A claim is a title, a subsidy or an assessment
that reaches an award item; earlier titles and titles without an award lie around it as in life.
"""

from pathlib import Path

from benchmarks.database import execute

YEARS = (2022, 2023, 2024, 2025)
CITY = "410700"
ELSEWHERE = "410100"  # where a few titles come from
FIRMS_PER_CLAIM = 0.45
HISTORY_PER_CLAIM = 0.3  # titles from the years before
OTHERS_PER_CLAIM = 0.4  # titles that earn nothing
TABLES = (
    "awards_discrepancy, awards_determination, awards_awardrun, awards_provincialsubsidy,"
    " awards_platformassessment, tiers_recognition, enterprises_enterprise, core_job"
)
DOCUMENT = Path(__file__).resolve().parent.parent / "policies" / "documents" / "xinxiang-2022-8.toml"


def dice(key: str, salt: int, sides: str | int) -> str:
    """SQL for 0 … sides - 1, the same for the same key and salt."""
    return f"mod(hashint8extended(({key})::bigint, {salt}) & 2147483647, ({sides})::bigint)"


FIRMS = f"""
INSERT INTO enterprises_enterprise (uscc, name, managing_unit_id, industry_code, phone, initials, name_bigrams)
SELECT '91' || u.codes[u.n] || 'MA' || lpad(e::text, 8, '0'), '新乡测试' || e || '号有限公司', u.ids[u.n], 'C35', '',
       'xxcs' || e || 'hyxgs', ARRAY['新乡', '乡测', '测试']
  FROM generate_series(1, %(firms)s) e
 CROSS JOIN LATERAL (
    SELECT ids, codes, 1 + floor(cardinality(ids) * power({dice("e", 1, 10000)} / 10000.0, 1.4))::int AS n
      FROM (SELECT %(ids)s::bigint[] AS ids, %(codes)s::text[] AS codes) given
 ) u
"""

# A platform is every fifth firm; each is assessed in a third of the years.
ASSESSMENTS = f"""
INSERT INTO awards_platformassessment (enterprise_id, document_number, year, grade, published_on)
SELECT %(base)s + e, '豫工信企业〔' || y || '〕120号', y - CASE {dice("e", 11, 33)} WHEN 0 THEN 1 ELSE 0 END,
       (ARRAY['一等奖', '二等奖', '二等奖', '三等奖', '三等奖', '三等奖', '合格', '合格', '不合格'])
       [1 + {dice("e::bigint * 10000 + y", 12, 9)}],
       make_date(y, 10, 1) + {dice("e", 13, 60)}::int
  FROM generate_series(5, %(firms)s, 5) e, generate_series(%(first)s, %(last)s) y
 WHERE {dice("e::bigint * 10000 + y", 10, 3)} = 0
 LIMIT %(claims)s / 8
"""

# Every third firm is of the kind that gets national titles and provincial money.
EVENTS = f"""
CREATE TEMP TABLE events ON COMMIT DROP AS
SELECT i, r, %(base)s + CASE
         WHEN r BETWEEN 38 AND 54 OR r >= 77 THEN 3 * (1 + {dice("i", 20, "%(firms)s / 3")})
         WHEN r BETWEEN 70 AND 76 THEN 5 * (1 + {dice("i", 20, "%(firms)s / 5")})
         ELSE 1 + {dice("i", 20, "%(firms)s")} END AS firm,
       make_date(%(first)s + ((n - 1) * %(years)s / %(count)s)::int, 1, 1) + {dice("i", 21, 365)}::int AS day
  FROM (SELECT n AS n, n + %(salt)s AS i, {dice("n + %(salt)s", 22, "%(sides)s")} AS r
          FROM generate_series(1, %(count)s) n) numbered
"""

TITLES = f"""
INSERT INTO tiers_recognition
       (enterprise_id, title, kind, document_number, documented_on, valid_from, valid_until, label_year,
        managing_unit_id)
SELECT firm, title, CASE WHEN r BETWEEN 30 AND 37 OR r BETWEEN 51 AND 54 THEN 'review' ELSE 'new' END,
       '豫工信企业〔' || extract(year FROM day) || '〕' || i || '号', day, since,
       (since + interval '3 years' - interval '1 day')::date,
       CASE WHEN {dice("i", 31, 3)} > 0
            THEN extract(year FROM day) - CASE {dice("i", 32, 30)} WHEN 0 THEN 1 ELSE 0 END END,
       CASE {dice("i", 33, 100)} WHEN 0 THEN %(elsewhere)s ELSE f.managing_unit_id END
  FROM events
  JOIN enterprises_enterprise f ON f.id = firm
 CROSS JOIN LATERAL (SELECT {{title}} AS title, day - {dice("i", 30, 90)}::int AS since) t
 WHERE r < 77
"""
AWARDED = """CASE WHEN r < 38 THEN 'provincial_srdi' WHEN r < 55 THEN 'national_giant'
WHEN r < 65 THEN 'provincial_srdi' WHEN r < 70 THEN 'provincial_base' WHEN r < 71 THEN 'national_base'
WHEN r < 75 THEN 'provincial_platform' ELSE 'national_platform' END"""
UNAWARDED = "CASE WHEN r < 50 THEN 'innovative' ELSE 'high_tech' END"

SUBSIDIES = f"""
INSERT INTO awards_provincialsubsidy
       (enterprise_id, document_number, allocated_on, invested_from, invested_until, amount)
SELECT firm, '豫财企〔' || extract(year FROM day) || '〕' || i || '号', day,
       CASE WHEN {dice("i", 40, 50)} > 0 THEN day - 700 + {dice("i", 41, 360)}::int END,
       day - 340 + {dice("i", 42, 300)}::int, 10000 + {dice("i", 43, 500000000)} / 100.0
  FROM events WHERE r >= 77
"""


def make(claims: int) -> None:
    """Empty the tables and fill them with exactly `claims` claims. Publishes the policy document."""
    from accounts.models import Region
    from awards.queries import run_units
    from policies.services import publish_edition

    execute(f"TRUNCATE {TABLES} CASCADE")
    publish_edition(text=DOCUMENT.read_text(encoding="utf-8"), actor=None)
    units = run_units(Region.objects.get(code=CITY))
    firms = max(30, int(claims * FIRMS_PER_CLAIM))
    fixed = {
        "firms": firms,
        "claims": claims,
        "ids": [unit.pk for unit in units],
        "codes": [unit.code for unit in units],
        "elsewhere": Region.objects.get(code=ELSEWHERE).pk,
        "first": YEARS[0],
        "last": YEARS[-1],
    }
    execute(FIRMS, fixed)
    [(smallest,)] = execute("SELECT min(id) FROM enterprises_enterprise")
    fixed["base"] = smallest - 1
    execute(ASSESSMENTS, fixed)
    [(assessed,)] = execute("SELECT count(*) FROM awards_platformassessment")
    batches = [  # how many, from which year, over how many years, dice (below 77: titles), which titles
        (int(claims * HISTORY_PER_CLAIM), 2016, 6, 77, AWARDED),
        (int(claims * OTHERS_PER_CLAIM), 2018, 8, 77, UNAWARDED),
        (claims - assessed, YEARS[0], len(YEARS), 100, AWARDED),
    ]
    salt = 0
    for count, first, years, sides, title in batches:
        _titles(fixed | {"count": count, "first": first, "years": years, "sides": sides, "salt": salt}, title)
        salt += count


def tidy() -> None:
    """Statistics and hint bits as after a night, so that whoever reads first does not pay for the writing."""
    for table in TABLES.split(", "):
        execute(f"VACUUM ANALYZE {table}")


def _titles(params: dict, title: str) -> None:
    from django.db import transaction

    with transaction.atomic():
        execute(EVENTS, params)
        execute(TITLES.format(title=title), params)
        execute(SUBSIDIES, params)
        execute("DROP TABLE events")


def start_runs() -> list[int]:
    """Start the run of every year; the ids of the jobs, one per year and unit, as a worker would get them."""
    from accounts.models import Region
    from awards import services
    from core.models import Job

    execute("TRUNCATE awards_discrepancy, awards_determination, awards_awardrun, core_job CASCADE")
    city = Region.objects.get(code=CITY)
    for year in YEARS:
        services.start_run(city=city, year=year, actor=None)
    return list(Job.objects.order_by("pk").values_list("pk", flat=True))
