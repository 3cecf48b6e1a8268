"""The enterprise list and its API at a thousand and at a million rows, beside the primary-key lookup of 100 rows."""

import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from benchmarks import crowd
from benchmarks.database import execute
from benchmarks.report import Line, Table, at_most, comparisons

SIZES = (1_000_000,)
ROUNDS = 4
LOOKUP_LIMIT, PAGE_LIMIT, ROWS = 3.0, 2.0, 100
PATHS = {"page": "/enterprises/", "API": "/api/enterprises/"}
SEARCHES = {
    "first page": [{}],
    "unit": [{"unit": "410702"}, {"unit": "410782"}, {"unit": "410726"}],
    "rare word": [{"q": "麒麟"}, {"q": "麒麟阁"}, {"q": "瑞锐精密"}, {"q": "达宇轴承"}],
    "common word": [{"q": "新乡"}, {"q": "机械"}, {"q": "有限公司"}, {"q": "智能装备"}, {"q": "科技"}],
    "word in a unit": [{"q": "轴承", "unit": "410724"}, {"q": "有限", "unit": "410783"}],
    "code": [{"q": "914107"}, {"q": "91410702MA0"}, {"q": "9141070"}],
    "initials": [{"q": "xxrr"}, {"q": "hn"}, {"q": "mytf"}],
    "title": [{"title": "national_giant"}],
}


@dataclass
class Request:
    """What requests of one kind took at one size, in milliseconds."""

    queries: list[float] = field(default_factory=list)
    queries_cpu: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    whole_cpu: list[float] = field(default_factory=list)
    counts: set[int] = field(default_factory=set)
    slowest: tuple[float, str] = (0.0, "")


def measure(sizes=SIZES, repeat: int = 1) -> list[Table]:
    tables = []
    for size in sizes:
        crowd.make(size)
        crowd.tidy()
        lookup = _lookups(size)
        for name, path in PATHS.items():
            small, large = _requests(path, size, ROUNDS * repeat)
            tables += _report(name, size, lookup, small, large)
    return tables


class Clock:
    """Notes every query while it is installed: (wall ms, backend's CPU ms, SQL). Fetching is included.

    On a busy machine the CPU of the backend tells more than the wall clock; it is 0 where Linux does not tell it.
    """

    def __init__(self):
        self.queries: list[tuple[float, float, str]] = []
        [(backend,)] = execute("SELECT pg_backend_pid()")
        self.statistics = Path(f"/proc/{backend}/schedstat")

    def __call__(self, execute_query, sql, params, many, context):
        cpu, started = self._cpu(), time.perf_counter()
        try:
            return execute_query(sql, params, many, context)
        finally:
            wall = (time.perf_counter() - started) * 1000
            self.queries.append((wall, self._cpu() - cpu, sql))

    def _cpu(self) -> float:
        """Milliseconds the backend has run so far."""
        try:
            return int(self.statistics.read_text().split()[0]) / 1e6
        except OSError:
            return 0.0

    @property
    def wall(self) -> float:
        return sum(wall for wall, _, _ in self.queries)

    @property
    def cpu(self) -> float:
        return sum(cpu for _, cpu, _ in self.queries)


def _lookups(size: int) -> Request:
    """Lookups of 100 random enterprises by primary key."""
    from django.db import connection

    from enterprises.models import Enterprise

    chance = random.Random(1)
    found = Request()
    for _ in range(200):
        clock = Clock()
        ids = chance.sample(range(1, size + 1), ROWS)
        with connection.execute_wrapper(clock):
            list(Enterprise.objects.filter(pk__in=ids).select_related("managing_unit"))
        found.queries.append(clock.wall)
        found.queries_cpu.append(clock.cpu)
    return found


def _requests(path: str, size: int, rounds: int) -> tuple[dict[str, Request], dict[str, Request]]:
    """Every search at both sizes, turn by turn, so that a busy machine slows both. The first round warms up."""
    client = _client()
    found: dict[str, dict[str, Request]] = {crowd.SMALL: {}, "public": {}}
    searches = {kind: list(queries) for kind, queries in SEARCHES.items()} | {"deep page": [{}, {}, {}]}
    for turn in range(rounds + 1):
        for kind, queries in searches.items():
            for number, query in enumerate(queries):
                for schema, requests in found.items():
                    crowd.use(schema)
                    if kind == "deep page":
                        query = {"page": _deep(schema, number)}
                    request = requests.setdefault(kind, Request())
                    _get(client, path, query, request if turn else Request())
    crowd.use("public")
    return found[crowd.SMALL], found["public"]


def _client():
    from django.test import Client

    from accounts.models import Region, User

    city = Region.objects.get(code="410700")
    user, _ = User.objects.get_or_create(
        username="bench", defaults={"role": "city", "region": city, "full_name": "测"}
    )
    client = Client()
    client.force_login(user)
    return client


def _deep(schema: str, number: int) -> str:
    """The page after a row in the middle of the reader's list."""
    [(unit, uscc)] = execute(
        "SELECT managing_unit_id, uscc FROM enterprises_enterprise JOIN accounts_region r ON r.id = managing_unit_id"
        " WHERE r.code = %s ORDER BY uscc OFFSET %s LIMIT 1",
        [("410704", "410725", "410781")[number], number * 5],
    )
    return f"after.{5001}.{unit}.{uscc}"


def _get(client, path: str, query: dict, request: Request) -> None:
    from django.db import connection

    clock = Clock()
    started, cpu = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(clock):
        response = client.get(path, query)
    whole, cpu = (time.perf_counter() - started) * 1000, (time.process_time() - cpu) * 1000
    if response.status_code != 200:
        raise RuntimeError(f"{path} {query}: {response.status_code}")
    request.whole.append(whole)
    request.whole_cpu.append(cpu + clock.cpu)
    request.queries.append(clock.wall)
    request.queries_cpu.append(clock.cpu)
    if b"914107" in response.content:  # a page without rows asks less
        request.counts.add(len(clock.queries))
    request.slowest = max(request.slowest, max((cpu or wall, sql) for wall, cpu, sql in clock.queries))


def p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


def _report(name, size, lookup, small, large) -> list[Table]:
    title = f"Enterprise list at {size:,} rows, {name}"
    heads = ["requests", "queries", "query ms p95", "CPU", f"at {crowd.SMALL_SIZE:,}: ms", "CPU", "whole ms p95", "CPU",
             f"at {crowd.SMALL_SIZE:,}: ms", "CPU", "slowest query, ms"]  # fmt: skip
    costs = Table(f"{title}: costs (p95)", heads)
    for kind, request in large.items():
        spent, sql = request.slowest
        both = request, small[kind]
        asked = [f"{p95(times):.2f}" for of in both for times in (of.queries, of.queries_cpu)]
        whole = [f"{p95(times):.1f}" for of in both for times in (of.whole, of.whole_cpu)]
        counts = _numbers(request.counts)
        costs.rows.append([kind, counts, *asked, *whole, f"{spent:.1f} {_table_of(sql)}"])
    costs.rows.append(
        ["lookup of 100 rows", "1", f"{p95(lookup.queries):.2f}", f"{p95(lookup.queries_cpu):.2f}"]
    )
    costs.rows[-1] += [""] * (len(heads) - 4)
    lines = []
    for what, kind in (("", "queries"), ("CPU of ", "queries_cpu")):
        ours, floor = p95(_all(large, kind)), p95(getattr(lookup, kind))
        lines.append(
            at_most(f"{what}all queries of a request p95, of a lookup = 1", *_ms(ours, floor), LOOKUP_LIMIT)
        )
    for what, kind in (("", "whole"), ("CPU of ", "whole_cpu")):
        ours, other = p95(_all(large, kind)), p95(_all(small, kind))
        lines.append(
            at_most(
                f"{what}a whole request p95, at {crowd.SMALL_SIZE:,} rows = 1", *_ms(ours, other), PAGE_LIMIT
            )
        )
    counts = [{n for request in of.values() for n in request.counts} for of in (large, small)]
    same = counts[0] == counts[1]
    lines.append(Line("queries of a request with rows", *map(_numbers, counts), None, "the same", same))
    requests = len(_all(large, "whole"))
    notes = [
        f"{requests} requests at each size, after a round that warmed up; session and user queries included."
    ]
    return [costs, comparisons(f"{title}: goals", lines, notes)]


def _ms(ours: float, other: float) -> tuple[str, str, float]:
    return f"{ours:.2f} ms", f"{other:.2f} ms", ours / other if other else 0.0


def _all(requests: dict[str, Request], what: str) -> list[float]:
    return [value for request in requests.values() for value in getattr(request, what)]


def _numbers(counts: set[int]) -> str:
    return "/".join(map(str, sorted(counts))) or "none"


def _table_of(sql: str) -> str:
    """What a query is about, shortly."""
    table = sql.split(' FROM "', 1)[-1].split('"', 1)[0]
    return f"{'count of ' if 'COUNT(' in sql else ''}{table}"
