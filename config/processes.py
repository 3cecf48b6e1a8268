"""Child processes that end with us, signals that run our `finally` blocks, ports: what a launcher needs."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PORT_TAKEN = "端口 {0} 已被占用，请用 --port 指定其他端口。/ Port {0} is in use."
NOT_STARTED = "{0} 启动失败，日志（{1}）末尾：\n{2}\n/ {0} did not start."

Say = Callable[[str], None]


class EmbeddedError(Exception):
    """Why the servers cannot be started, in a sentence for the person at the terminal."""


@contextlib.contextmanager
def ending_on_signals() -> Iterator[None]:
    """Turn SIGTERM, SIGHUP and Ctrl-C into SystemExit, so that `finally` runs; deaf to more once leaving."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def leave(number: int, _frame: object) -> None:
        for name in names:
            signal.signal(name, signal.SIG_IGN)
        raise SystemExit(128 + number)

    before = {name: signal.signal(name, leave) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def spawn(command: list[str], **options: Any) -> "subprocess.Popen[bytes]":
    """A child in its own session (Ctrl-C reaches only us) that ends when we are killed hard (Linux)."""
    before_exec = _die_with_parent if sys.platform == "linux" else None
    return subprocess.Popen(command, start_new_session=True, preexec_fn=before_exec, **options)


def _die_with_parent() -> None:
    import ctypes  # optional: Linux only

    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def stop(process: "subprocess.Popen[bytes]", seconds: float = 15) -> None:
    """Ask a child to end; after `seconds` kill it with all its own children."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def check_port(port: int) -> None:
    """Refuse a port that somebody already answers on: else an old server would pass for the new one."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise EmbeddedError(PORT_TAKEN.format(port))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tail(log: Path, lines: int = 15) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
