"""A million enterprises with names as they sound, and a thousand of the same beside them in a schema of their own."""

from benchmarks.database import execute
from core.text import initials

SMALL = "small"
SMALL_SIZE = 1_000
TABLES = (
    "enterprises_enterprise",
    "enterprises_formername",
    "enterprises_yearlyfigures",
    "tiers_recognition",
)
PLACES = "新乡 河南 豫北 牧野 红旗 凤泉 卫滨 原阳 封丘 获嘉 延津 辉县 卫辉 平原 郑州 中原".split()
FIRST = list("瑞隆恒远博盛科中天安金豫嘉卓航信达诚源泰")
SECOND = list("锐凯维宏泰邦创新合通成润兴昌宇润丰鼎拓腾")
TRADES = (
    "精密机械 智能装备 生物科技 起重设备 环保科技 电源 过滤设备 传感技术 新材料 仪器仪表 医疗器械 振动机械"
    " 耐火材料 软件 轴承 电气"
).split()
ENDS = "有限公司 股份有限公司 有限责任公司 科技有限公司".split()
RARE = "麒麟阁"  # one firm in 20,000 carries it


def roll(salt: int, sides: str | int) -> str:
    """SQL for 1 … sides, the same for the same enterprise and salt."""
    return f"(1 + mod(hashint8extended(e::bigint, {salt}) & 2147483647, {sides}))::int"


def part(name: str, salt: int) -> str:
    return f"({name})[{roll(salt, f'cardinality({name})')}]"


PARTS = ("places", "first", "second", "trades", "ends")
NAMES = " || ".join(part(f"%({name})s::text[]", salt) for salt, name in enumerate(PARTS, 1))
INITIALS = " || ".join(part(f"%({name}_initials)s::text[]", salt) for salt, name in enumerate(PARTS, 1))

FIRMS = f"""
INSERT INTO enterprises_enterprise
       (id, uscc, name, managing_unit_id, established_on, industry_code, phone, initials, name_bigrams)
SELECT e, '91' || codes || 'MA' || lpad(e::text, 8, '0'), name, unit, '2010-01-01', 'C35', '13800000000', sound,
       ARRAY(SELECT DISTINCT substr(name, i, 2) FROM generate_series(1, length(name) - 1) i)
  FROM (SELECT e, {part("%(units)s::bigint[]", 9)} AS unit, {part("%(codes)s::text[]", 9)} AS codes,
               CASE WHEN e %% 20000 = 7 THEN %(rare)s ELSE '' END || {NAMES} AS name, {INITIALS} AS sound
          FROM generate_series(1, %(count)s) e) firm
"""
TITLES = f"""
INSERT INTO tiers_recognition
       (enterprise_id, title, kind, document_number, documented_on, valid_from, valid_until, managing_unit_id)
SELECT e, (ARRAY['innovative', 'provincial_srdi', 'national_giant', 'high_tech'])[{roll(20, 4)}], 'new',
       '豫工信企业〔2024〕1号', '2024-05-01', '2024-05-01', '2030-04-30', managing_unit_id
  FROM (SELECT id AS e, managing_unit_id FROM enterprises_enterprise) f WHERE {roll(21, 5)} = 1
"""
FIGURES = f"""
INSERT INTO enterprises_yearlyfigures (enterprise_id, year, staff, revenue)
SELECT e, y, 100, 1000000 + e FROM (SELECT id AS e FROM enterprises_enterprise) f, generate_series(2023, 2024) y
 WHERE {roll(22, 5)} < 4
"""
FORMER = f"""
INSERT INTO enterprises_formername (enterprise_id, name, changed_on)
SELECT e, '原' || name, '2020-01-01' FROM (SELECT id AS e, name FROM enterprises_enterprise) f WHERE {roll(23, 50)} = 1
"""


def make(count: int) -> None:
    """Fill the tables with `count` enterprises, and the small schema with SMALL_SIZE of the same."""
    execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
    execute(f"DROP SCHEMA IF EXISTS {SMALL} CASCADE; CREATE SCHEMA {SMALL}")
    for table in TABLES:
        execute(f"CREATE TABLE {SMALL}.{table} (LIKE public.{table} INCLUDING ALL)")
    fill(min(SMALL_SIZE, count), SMALL)
    fill(count, "public")


def fill(count: int, schema: str) -> None:
    from accounts.models import Region

    units = list(Region.objects.units().order_by("code").values_list("pk", "code"))
    params = {"count": count, "rare": RARE}
    params |= {
        "units": [pk for pk, _ in units],
        "codes": [code if code.isdigit() else "410100" for _, code in units],
    }
    for name, words in zip(PARTS, (PLACES, FIRST, SECOND, TRADES, ENDS), strict=True):
        params |= {name: words, f"{name}_initials": [initials(word) for word in words]}
    use(schema)
    for statement in (FIRMS, TITLES, FIGURES, FORMER):
        execute(statement, params)
    use("public")


def tidy() -> None:
    """Statistics, and search indexes without a backlog, as after a night."""
    for schema in (SMALL, "public"):
        for table in TABLES:
            execute(f"VACUUM ANALYZE {schema}.{table}")


def use(schema: str) -> None:
    """Which of the two crowds this connection sees."""
    execute(f"SET search_path TO {schema}, public")
