"""Assessing a million enterprises: ours beside polars by hand, each from rows in PostgreSQL to stored results."""

from datetime import date
from pathlib import Path

from benchmarks import standards_polars
from benchmarks.database import execute
from benchmarks.measure import Cost, cost_of
from benchmarks.report import Line, Table, at_most, comparisons

DOCUMENTS = Path(__file__).resolve().parent.parent / "policies" / "documents" / "standards"
SIZES = (100_000, 1_000_000)
STANDARDS = ("miit-63-innovative", "miit-2-provincial")
ON = date(2026, 5, 1)
SOURCE, OURS, THEIRS = "bench_firms", "bench_ours", "bench_polars"
LIMIT, MEMORY_MB = 2.0, 400
# The columns of a result; text of a number means the same to both.
RESULT = "id bigint, verdict smallint, points smallint, possible smallint, failed bigint, waiting bigint"
UNKNOWN = 0.05  # so many values are not known


class Unequal(Exception):
    """Two ways of assessing do not agree, so their times mean nothing."""


def measure(sizes=SIZES, repeat: int = 1) -> list[Table]:
    """A table of costs and one of goals. Raises Unequal when the stored results differ in any column."""
    table = Table(
        "Standards in bulk: costs",
        [
            "enterprises",
            "standard",
            "who",
            "CPU s",
            "of it PostgreSQL",
            "wall s",
            "cores of others",
            "peak MB",
        ],
    )
    lines = []
    for size in sizes:
        for slug in STANDARDS:
            make(slug, size)
            found = {who: _best(act, slug, size, repeat) for who, act in ACTS.items()}
            check_equal()
            ours, polars = found.values()
            for who, cost in found.items():
                figures = [cost.cpu, cost.server_cpu, cost.wall, cost.others]
                cells = [*(f"{figure:.1f}" for figure in figures), f"{cost.peak:.0f}"]
                table.rows.append([f"{size:,}", slug, who, *cells])
            what = f"{size:,} against {slug}"
            lines += [
                at_most(f"{what}: CPU, polars = 1", *_pair(ours.cpu, polars.cpu), ours.cpu / polars.cpu, LIMIT),
                at_most(f"{what}: wall, polars = 1", *_pair(ours.wall, polars.wall), ours.wall / polars.wall, LIMIT),
                Line(f"{what}: memory", f"{ours.peak:.0f} MB", f"polars {polars.peak:.0f} MB", None,
                     f"< {MEMORY_MB} MB", ours.peak < MEMORY_MB),
            ]  # fmt: skip
    notes = ["Both load from PostgreSQL and store by COPY; their results were equal in every column."]
    return [table, comparisons("Standards in bulk: goals", lines, notes)]


def _pair(ours: float, theirs: float) -> tuple[str, str]:
    return f"{ours:.1f} s", f"{theirs:.1f} s"


def _best(act, slug: str, size: int, repeat: int) -> Cost:
    costs = []
    for _ in range(repeat):
        costs.append(act(slug))
        if costs[-1].results != [size]:
            raise Unequal(f"{costs[-1].results} rows of {size} assessed")
    return min(costs, key=lambda cost: cost.cpu)


def _ours(slug: str) -> Cost:
    execute(f"DROP TABLE IF EXISTS {OURS}; CREATE TABLE {OURS} ({RESULT})")
    return cost_of("benchmarks.standards.assess", [(slug,)])


def _polars(slug: str) -> Cost:
    execute(f"DROP TABLE IF EXISTS {THEIRS}; CREATE TABLE {THEIRS} ({RESULT})")
    columns = {column.name: meaning(column) for column in bulk_of(slug).columns}
    return cost_of("benchmarks.standards_polars.assess", [(slug, columns, SOURCE, THEIRS)])


ACTS = {"ours": _ours, "polars": _polars}


def assess(slug: str) -> int:
    """What a worker does: the whole table, load and store included."""
    from policies.bulk import assess_table

    return assess_table(bulk_of(slug), source=SOURCE, target=OURS)


def bulk_of(slug: str):
    from policies.bulk import NULL
    from policies.engine.standards import parse_standard
    from policies.engine.standards.bulk import Bulk

    text = (DOCUMENTS / f"{slug}.toml").read_text(encoding="utf-8")
    return Bulk(parse_standard(text), kind="new", on=ON, null=NULL)


def meaning(column) -> str:
    """A name for polars' hand-written rules: rd_expense:1, answer:own_brand:True:low, ip:class_one:applied:high …"""
    key = column.key
    if not key.end:
        return f"{key.indicator}:{key.back}"
    flags = [name for name in ("self_developed", "high_value", "applied") if getattr(key.args, name)]
    field = [key.args.field] if key.args.field else []
    return ":".join(
        [key.indicator, *field, *map(str, key.args.values[:1]), *key.args.kinds[:1], *flags, key.end]
    )


# ---- the rows -------------------------------------------------------------------------------------------
def make(slug: str, size: int) -> None:
    """Random enterprises of every kind: some pass, some fail by little, some have gaps."""
    columns = bulk_of(slug).columns
    execute("SELECT setseed(0.5)")
    execute(f"DROP TABLE IF EXISTS {SOURCE}")
    values = ", ".join(f"{_value(column)} AS {column.name}" for column in columns)
    execute(
        f"CREATE TABLE {SOURCE} AS SELECT n::bigint AS id, {values} FROM generate_series(1, {size}) n"
        " CROSS JOIN LATERAL (SELECT exp(14 + 4 * random() + 0 * n) * 100 AS revenue) firm"
    )
    execute(f"ALTER TABLE {SOURCE} ADD PRIMARY KEY (id)")
    execute(f"VACUUM ANALYZE {SOURCE}")


FACTORS = {  # of the enterprise's revenue: from, to
    "revenue": (0.8, 1.2),
    "main_revenue": (0.4, 1.2),
    "rd_expense": (0, 0.1),
    "assets": (0.5, 2),
    "liabilities": (0, 1.5),
}


def _value(column) -> str:
    key = column.key
    if not key.end:
        low, high = FACTORS.get(key.indicator, (0, 0))
        drawn = f"revenue * ({low} + {high - low} * random())" if high else "10000 * random()"
    elif key.indicator == "equity":
        drawn = "CASE WHEN random() < 0.1 THEN 1e10 * random() ELSE 0 END"
    elif key.indicator == "niche_years":
        drawn = "12 * random()"
    elif key.indicator == "answer":
        drawn = "CASE WHEN random() < 0.95 THEN 1 ELSE 0 END"
    else:
        drawn = "3 * random() * random()"
    known = key.end != "low" or key.indicator in ("answer", "niche_years")
    value = f"({drawn})::bigint"
    return f"CASE WHEN random() < {UNKNOWN} THEN NULL ELSE {value} END" if known else f"{value}"


def check_equal() -> None:
    [(ours,)] = execute(f"SELECT count(*) FROM (TABLE {OURS} EXCEPT TABLE {THEIRS}) one")
    [(theirs,)] = execute(f"SELECT count(*) FROM (TABLE {THEIRS} EXCEPT TABLE {OURS}) one")
    if ours or theirs:
        raise Unequal(f"{ours} rows of ours and {theirs} of polars stand alone")
    verdicts = execute(f"SELECT verdict, count(*) FROM {OURS} GROUP BY 1 ORDER BY 1")
    if len(verdicts) < len(standards_polars.NAMES) - 1:
        raise Unequal(f"the rows are too much alike to show anything: {verdicts}")
