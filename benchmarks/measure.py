"""Run a function in fresh worker processes and see what it costs: CPU, wall clock, memory.

CPU is that of the workers and their children plus that of the whole PostgreSQL server, if it runs here.
"""

import multiprocessing
import resource
import time
from dataclasses import dataclass, field
from typing import Any

import psutil
from django.db import connection, connections
from django.utils.module_loading import import_string

from benchmarks import database

MB = 1024 * 1024
POLL_SECONDS = 0.05
LOOK_FOR_CHILDREN = 6  # polls: looking through all processes of the machine is work
SPAWN = multiprocessing.get_context("spawn")  # a forked worker would begin with our own memory


@dataclass
class Cost:
    """What a measured act took. `peak` is the largest worker with its children, in MB."""

    wall: float
    client_cpu: float
    server_cpu: float
    peak: float
    results: list[Any] = field(default_factory=list)
    machine_cpu: float = 0.0  # of everything that ran meanwhile

    @property
    def cpu(self) -> float:
        return self.client_cpu + self.server_cpu

    @property
    def others(self) -> float:
        """Cores that other programs kept busy meanwhile: above 0.3 or so the wall clock says little."""
        return max(0.0, self.machine_cpu - self.cpu) / self.wall


class WorkerFailed(Exception):
    """A measured function raised."""


def cost_of(function: str, tasks: list[tuple], *, workers: int = 1) -> Cost:
    """Call the function (a dotted path) with each task, by workers that take the next when they are free."""
    queue = SPAWN.SimpleQueue()
    pipes, processes = [], []
    for _ in range(workers):
        here, there = SPAWN.Pipe()
        process = SPAWN.Process(target=_work, args=(there, queue, function), daemon=False)
        process.start()
        there.close()
        pipes.append(here)
        processes.append(process)
    try:
        for pipe in pipes:
            _receive(pipe)  # ready
        settle()
        for task in [*tasks, *[None] * workers]:
            queue.put(task)
        server, machine = server_cpu(), machine_cpu()
        started = time.perf_counter()
        for pipe in pipes:
            pipe.send("go")
        peak = _watch(pipes, processes)
        wall = time.perf_counter() - started
        machine = machine_cpu() - machine
        server = server_cpu() - server  # while the workers still hold their connections
        reports = [_receive(pipe) for pipe in pipes]
        for pipe in pipes:
            pipe.send("end")
    finally:
        for process in processes:
            process.join(5)
            if process.is_alive():
                process.kill()
    results = [result for report in reports for result in report["results"]]
    return Cost(wall, sum(report["cpu"] for report in reports), server, peak, results, machine)


def _watch(pipes, processes) -> float:
    """Wait for all reports; the highest memory of one worker and its children meanwhile, in MB."""
    peak, polls = 0, 0
    families: list[list[psutil.Process]] = []
    while not all(pipe.poll() for pipe in pipes):
        if polls % LOOK_FOR_CHILDREN == 0:
            families = [_family(process.pid) for process in processes]
        peak = max(peak, *(sum(map(_memory, family)) for family in families))
        polls += 1
        time.sleep(POLL_SECONDS)
    return peak / MB


def _family(pid: int) -> list[psutil.Process]:
    try:
        worker = psutil.Process(pid)
        return [worker, *worker.children(recursive=True)]
    except psutil.Error:
        return []


def _memory(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def _receive(pipe) -> Any:
    try:
        message = pipe.recv()
    except EOFError:
        raise WorkerFailed("the worker ended without a word") from None
    if isinstance(message, str) and message.startswith("Traceback"):
        raise WorkerFailed(message)
    return message


def _work(pipe, queue, function: str) -> None:
    """The worker: get ready, wait for "go", work, report."""
    import traceback

    try:
        database.attach()
        act = import_string(function)
        connection.ensure_connection()
        pipe.send("ready")
        pipe.recv()
        before = _own_cpu()
        results = []
        while (task := queue.get()) is not None:
            results.append(act(*task))
        pipe.send({"cpu": _own_cpu() - before, "results": results})
        pipe.recv()
    except BaseException:
        pipe.send(traceback.format_exc())
    finally:
        connections.close_all()


def _own_cpu() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def settle() -> None:
    """Write out what earlier acts left dirty, so that the next one does not pay for it."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def machine_cpu() -> float:
    """CPU seconds of all programs of this machine so far."""
    times = psutil.cpu_times()
    return times.user + times.system


def server_cpu() -> float:
    """CPU seconds of the server so far: its processes, and those it has already reaped. 0 when it is elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [backend] = cursor.fetchone()
    try:
        postmaster = psutil.Process(backend).parent()
        if postmaster is None or "postgres" not in postmaster.name():
            return 0.0
        times = postmaster.cpu_times()
        total = (
            times.user
            + times.system
            + getattr(times, "children_user", 0)
            + getattr(times, "children_system", 0)
        )
        for child in postmaster.children():
            with_child = child.cpu_times()
            total += with_child.user + with_child.system
        return total
    except psutil.Error:
        return 0.0
