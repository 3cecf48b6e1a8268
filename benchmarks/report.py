"""Tables of figures with their goals, on the screen and in benchmarks/results.md."""

import platform
import shlex
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psutil

RESULTS = Path(__file__).resolve().parent / "results.md"


@dataclass
class Line:
    """One comparison: our figure beside the floor or peer, the ratio and whether it keeps the goal."""

    what: str
    ours: str
    other: str
    ratio: float | None = None
    goal: str = ""
    ok: bool | None = None

    def cells(self) -> list[str]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        verdict = "" if self.ok is None else "ok" if self.ok else "MISSED"
        return [self.what, self.ours, self.other, ratio, self.goal, verdict]


@dataclass
class Table:
    title: str
    heads: list[str]
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        rows = [self.heads, ["---"] * len(self.heads), *self.rows]
        lines = [f"| {' | '.join(row)} |" for row in rows]
        return "\n".join([f"## {self.title}", "", *lines, *(f"\n{note}" for note in self.notes)])


def comparisons(title: str, lines: list[Line], notes: list[str] | None = None) -> Table:
    heads = ["what", "ours", "floor or peer", "ratio", "goal", ""]
    return Table(title, heads, [line.cells() for line in lines], notes or [])


def at_most(what, ours, other, ratio, limit) -> Line:
    return Line(what, ours, other, ratio, f"≤ {limit:g}", ratio <= limit)


def at_least(what, ours, other, ratio, limit) -> Line:
    return Line(what, ours, other, ratio, f"≥ {limit:g}", ratio >= limit)


def show(table: Table) -> None:
    print(f"\n{table.markdown()}", flush=True)


def write(tables: list[Table], server: str) -> None:
    """Replace results.md by this run."""
    head = [
        "# Benchmark results",
        "",
        f"Measured {datetime.now():%Y-%m-%d %H:%M} by `make bench{_arguments()}` on {_machine()}, {server}.",
        "CPU seconds are those of the workers and of PostgreSQL together; ratios compare figures of this one run.",
        "",
    ]
    RESULTS.write_text(
        "\n".join(head) + "\n" + "\n\n".join(t.markdown() for t in tables) + "\n", encoding="utf-8"
    )


def _arguments() -> str:
    return f" ARGS={shlex.quote(' '.join(sys.argv[1:]))}" if sys.argv[1:] else ""


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{psutil.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB, {platform.system()},"
        f" Python {platform.python_version()}"
    )
