"""Importing a roster: ours from upload to written rows, beside bare read + bare COPY and django-import-export."""

import tempfile
from pathlib import Path

from benchmarks import roster
from benchmarks.database import execute
from benchmarks.measure import Cost, cost_of
from benchmarks.report import Line, Table, at_least, at_most, comparisons

SIZES = (100_000,)
PEER_ROWS = 5_000  # it needs minutes for more; its cost grows with the rows
FLOOR_LIMIT, PEER_GAIN, MEMORY_MB = 3.0, 8.0, 500


class Wrong(Exception):
    """The import did not do what the roster asks for."""


def measure(sizes=SIZES, repeat: int = 1) -> list[Table]:
    tables = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            tables += _measure_size(size, min(size, PEER_ROWS), Path(folder), repeat)
    return tables


def _measure_size(size: int, peer_size: int, folder: Path, repeat: int) -> list[Table]:
    book, small = folder / "roster.xlsx", folder / "small.xlsx"
    roster.write_workbook(book, size)
    roster.write_workbook(small, peer_size)
    ours = min((_ours(book, size) for _ in range(repeat)), key=_cpu)
    floor = min((_floor(book, size) for _ in range(repeat)), key=_cpu)
    finished = min((_finished(book, size) for _ in range(repeat)), key=_cpu)
    peer = _peer(small, peer_size)
    scale = size / peer_size
    costs = Table(
        f"Roster of {size:,} rows: costs",
        ["who", "rows", "CPU s", "of it PostgreSQL", "wall s", "cores of others", "peak MB with children"],
    )
    measured = {
        "ours: upload, read, dry run, confirm, write": (size, ours),
        "floor: bare calamine read + COPY into a plain table": (size, floor),
        "floor: the same into tables built like ours": (size, finished),
        "django-import-export: read, dry run, import": (peer_size, peer),
    }
    for who, (rows, cost) in measured.items():
        figures = [
            f"{cost.cpu:.1f}",
            f"{cost.server_cpu:.1f}",
            f"{cost.wall:.1f}",
            f"{cost.others:.1f}",
            f"{cost.peak:.0f}",
        ]
        costs.rows.append([who, f"{rows:,}", *figures])
    peer_cpu, peer_wall = peer.cpu * scale, peer.wall * scale
    lines = [
        at_most("CPU, read + COPY into a plain table = 1", _s(ours.cpu), _s(floor.cpu), ours.cpu / floor.cpu,
                FLOOR_LIMIT),
        at_most("CPU, read + COPY into tables like ours = 1", _s(ours.cpu), _s(finished.cpu), ours.cpu / finished.cpu,
                FLOOR_LIMIT),
        at_least("django-import-export's CPU, ours = 1", _s(ours.cpu), _s(peer_cpu), peer_cpu / ours.cpu, PEER_GAIN),
        at_least("django-import-export's wall, ours = 1", _s(ours.wall), _s(peer_wall), peer_wall / ours.wall,
                 PEER_GAIN),
        Line("peak memory, worker and reading child", f"{ours.peak:.0f} MB", f"django-import-export {peer.peak:.0f} MB",
             None, f"< {MEMORY_MB} MB", ours.peak < MEMORY_MB),
    ]  # fmt: skip
    notes = [f"django-import-export was measured on {peer_size:,} rows and scaled by {scale:g}."]
    return [costs, comparisons(f"Roster of {size:,} rows: goals", lines, notes)]


def _cpu(cost: Cost) -> float:
    return cost.cpu


def _s(seconds: float) -> str:
    return f"{seconds:.1f} s"


def _ours(book: Path, size: int) -> Cost:
    roster.on_record(size)
    roster.tidy()
    cost = cost_of("benchmarks.imports.import_roster", [(str(book),)])
    [counts] = cost.results
    check(size, counts)
    return cost


def check(size: int, counts: dict) -> None:
    """Bad rows were found, all others are on record with their figures."""
    bad = sum(map(roster.is_bad, range(1, size + 1)))
    [(firms,)] = execute("SELECT count(*) FROM enterprises_enterprise")
    [(dated,)] = execute("SELECT count(*) FROM enterprises_enterprise WHERE established_on IS NOT NULL")
    [(figures,)] = execute("SELECT count(*) FROM enterprises_yearlyfigures WHERE main_revenue IS NOT NULL")
    bad_known = sum(roster.is_bad(n) for n in range(2, size + 1, 2))
    wanted = (bad, size - bad + bad_known, size - bad, size - bad)
    if (counts.get("bad", 0), firms, dated, figures) != wanted:
        raise Wrong(
            f"bad, firms, dated, figures {counts.get('bad')}, {firms}, {dated}, {figures}; wanted {wanted}"
        )


def import_roster(path: str) -> dict:
    """Upload, read, confirm the good rows, write: the jobs as a worker runs them. Counts by outcome."""
    from django.core.files import File

    from accounts.models import Region
    from core import jobs
    from enterprises import services

    with Path(path).open("rb") as handle:
        file = File(handle, name=Path(path).name)
        province = Region.objects.get(code="410000")
        batch = services.upload_batch(file=file, region=province, actor=None, kind="roster")
    try:
        jobs.run(services.latest_job(batch).pk)
        batch.refresh_from_db()
        services.confirm_batch(batch=batch, mode="good", actor=None)
        jobs.run(services.latest_job(batch).pk)
        batch.refresh_from_db()
        if batch.state != "confirmed":
            raise Wrong(f"{batch.state}: {batch.error}")
        return batch.counts
    finally:
        batch.file.delete(save=False)


def _floor(book: Path, size: int) -> Cost:
    columns = ", ".join(f"column{n} text" for n in range(12))
    execute(f"DROP TABLE IF EXISTS bench_rows; CREATE TABLE bench_rows ({columns})")
    cost = cost_of("benchmarks.imports_peer.copy_plain", [(str(book),)])
    if execute("SELECT count(*) FROM bench_rows") != [(size,)]:
        raise Wrong("the bare COPY lost rows")
    return cost


def _finished(book: Path, size: int) -> Cost:
    for table in ("enterprises_enterprise", "enterprises_yearlyfigures"):
        execute(
            f"DROP TABLE IF EXISTS bench_{table}; CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)"
        )
    return cost_of("benchmarks.imports_peer.copy_finished", [(str(book),)])


def _peer(book: Path, size: int) -> Cost:
    roster.on_record(size)
    roster.tidy()
    cost = cost_of("benchmarks.imports_peer.import_export", [(str(book),)])
    check(size, cost.results[0])
    return cost
