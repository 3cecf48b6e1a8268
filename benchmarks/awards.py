"""Award runs: ours beside one hand-written SQL statement and beside OpenFisca, every decision stored and compared."""

from benchmarks import awards_sql, openfisca_store, world
from benchmarks.database import execute
from benchmarks.measure import Cost, cost_of
from benchmarks.report import Line, Table, at_least, at_most, comparisons

SIZES = (100_000, 1_000_000)
OURS = "awards_determination"
SQL_LIMIT, WORKERS_GAIN, PEER_GAIN, MEMORY_MB, GROWTH = 2.0, 1.7, 1.5, 400, 1.25
RUN_JOB = "core.jobs.run"


class Unequal(Exception):
    """Two ways of deciding do not agree, so their times mean nothing."""


def measure(sizes=SIZES, repeat: int = 1) -> list[Table]:
    """A table of costs and a table of goals. Raises Unequal when the stored decisions differ."""
    costs = {size: _measure_size(size, repeat) for size in sizes}
    table = Table(
        "Award runs: costs",
        ["claims", "who", "CPU s", "of it PostgreSQL", "wall s", "cores of others", "peak MB per worker"],
    )
    for size, found in costs.items():
        for who, cost in found.items():
            figures = [
                f"{cost.cpu:.1f}",
                f"{cost.server_cpu:.1f}",
                f"{cost.wall:.1f}",
                f"{cost.others:.1f}",
                f"{cost.peak:.0f}",
            ]
            table.rows.append([f"{size:,}", who, *figures])
    notes = ["All rows are stored with codes and facts; the tables of all three were equal in every column."]
    return [table, comparisons("Award runs: goals", _goals(costs), notes)]


def _measure_size(size: int, repeat: int) -> dict[str, Cost]:
    world.make(size)
    world.tidy()
    found: dict[str, list[Cost]] = {}
    for _ in range(repeat):
        for who, act in ACTS.items():
            found.setdefault(who, []).append(act(size))
    return {who: min(costs, key=lambda cost: cost.cpu) for who, costs in found.items()}


def _ours(size: int, workers: int = 1) -> Cost:
    """The jobs of four runs, worked off as Celery's workers do."""
    jobs = world.start_runs()
    cost = cost_of(RUN_JOB, [(pk,) for pk in jobs], workers=workers)
    check_done(size)
    return cost


def _ours_on_two(size: int) -> Cost:
    return _ours(size, workers=2)


def _sql(size: int) -> Cost:
    awards_sql.make_target(awards_sql.TARGET)
    cost = cost_of("benchmarks.awards_sql.run", [()])
    check_equal(awards_sql.TARGET)
    return cost


def _openfisca(size: int) -> Cost:
    awards_sql.make_target(openfisca_store.TARGET)
    cost = cost_of("benchmarks.openfisca_store.run", [()])
    check_equal(openfisca_store.TARGET)
    return cost


ACTS = {"ours, one worker": _ours, "SQL": _sql, "OpenFisca": _openfisca, "ours, two workers": _ours_on_two}


def check_done(size: int) -> None:
    """All runs are finished and hold a row for every claim."""
    [(count,)] = execute(f"SELECT count(*) FROM {OURS}")
    states = {state for (state,) in execute("SELECT state FROM awards_awardrun")}
    if count != size or states != {"done"}:
        raise Unequal(f"{count} of {size} claims determined, runs {states}")


def check_equal(other: str) -> None:
    if count := awards_sql.differences(OURS, other):
        raise Unequal(f"{count} rows of {other} differ from ours")


def _goals(costs: dict[int, dict[str, Cost]]) -> list[Line]:
    lines = []
    for size, found in costs.items():
        ours, sql, peer, two = (found[who] for who in ACTS)
        claims = f"{size:,} claims"
        lines += [
            at_most(f"{claims}: CPU, SQL = 1", _cpu(ours), _cpu(sql), ours.cpu / sql.cpu, SQL_LIMIT),
            at_least(f"{claims}: one worker's wall, two workers = 1", f"{two.wall:.1f} s", f"{ours.wall:.1f} s",
                     ours.wall / two.wall, WORKERS_GAIN),
            at_least(f"{claims}: OpenFisca's CPU, ours = 1", _cpu(ours), _cpu(peer), peer.cpu / ours.cpu, PEER_GAIN),
            at_least(f"{claims}: OpenFisca's wall, ours = 1", f"{ours.wall:.1f} s", f"{peer.wall:.1f} s",
                     peer.wall / ours.wall, PEER_GAIN),
            Line(f"{claims}: memory per worker", f"{max(ours.peak, two.peak):.0f} MB", f"OpenFisca {peer.peak:.0f} MB",
                 None, f"< {MEMORY_MB} MB", max(ours.peak, two.peak) < MEMORY_MB),
        ]  # fmt: skip
    if len(costs) > 1:
        small, large = min(costs), max(costs)
        one = costs[small]["ours, one worker"].cpu / small
        other = costs[large]["ours, one worker"].cpu / large
        what = f"CPU per claim at {large:,}, at {small:,} = 1"
        lines.append(at_most(what, f"{other * 1e6:.0f} µs", f"{one * 1e6:.0f} µs", other / one, GROWTH))
    return lines


def _cpu(cost: Cost) -> str:
    return f"{cost.cpu:.1f} CPU s"
