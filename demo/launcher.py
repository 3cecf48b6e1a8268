"""The whole portal as child processes of one launcher: servers, worker, seeded world, web, beat."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from config import embedded
from config.processes import EmbeddedError, Say, check_port, spawn, stop, tail

WEB_SECONDS = 60
ENDED = "{0} 意外退出，日志（{1}）末尾：\n{2}\n/ {0} ended unexpectedly."
NOT_PREPARED = "准备演示数据失败，原因见上。/ Preparing the demo data failed."
NO_ANSWER = "网页服务 {0} 秒内没有应答，请看日志 {1}。/ The web server does not answer."
CELERY = ("-m", "celery", "-A", "config")


class World:
    """The children of a running demo, by name."""

    def __init__(self, var: Path, environment: dict[str, str]):
        self.logs = var / "logs"
        self.logs.mkdir(exist_ok=True)
        self.environment = environment
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str) -> None:
        """A Python child that writes to logs/<name>.log."""
        with self._log(name).open("wb") as out:
            self.children[name] = spawn(
                [sys.executable, *arguments],
                env=self.environment,
                cwd=settings.BASE_DIR,
                stdout=out,
                stderr=out,
            )

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def check(self) -> None:
        """Refuse to go on when a child has ended."""
        for name, child in self.children.items():
            if child.poll() is not None:
                log = self._log(name)
                raise EmbeddedError(ENDED.format(name, log, tail(log)))

    def prepare(self) -> None:
        """Migrations, policies and the seeded world, in a child that prints here; the worker must stay up."""
        command = [sys.executable, "manage.py", "demo", "--prepare"]
        child = spawn(command, env=self.environment, cwd=settings.BASE_DIR)
        try:
            while child.poll() is None:
                self.check()
                time.sleep(0.1)
        finally:
            stop(child)
        if child.returncode:
            raise EmbeddedError(NOT_PREPARED)

    def await_web(self, address: str) -> None:
        until = time.monotonic() + WEB_SECONDS
        while time.monotonic() < until:
            self.check()
            with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=10):
                return
            time.sleep(0.1)
        raise EmbeddedError(NO_ANSWER.format(WEB_SECONDS, self._log("web")))

    def watch(self) -> None:
        """Wait until a child ends (an error) or a signal ends us."""
        while True:
            self.check()
            time.sleep(0.5)

    def stop(self) -> None:
        """All children at once, last started first to be waited for."""
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        for child in reversed(self.children.values()):
            stop(child)


@contextlib.contextmanager
def serving(var: Path, port: int, say: Say, *, own: bool = False) -> Iterator[tuple[str, World]]:
    """The portal with its seeded world at http://127.0.0.1:port/; everything ends with the block.

    own=True never touches servers named in the environment.
    """
    with (embedded.running if own else embedded.available)(var, say=say) as servers:
        check_port(port)
        say("数据库和消息队列已启动")
        address = f"http://127.0.0.1:{port}/"
        world = World(var, _environment(var, servers, address))
        try:
            world.start(
                "worker", *CELERY, "worker", "-c", "2", "-l", "INFO", "--without-gossip", "--without-mingle"
            )
            world.prepare()
            say("数据已就绪")
            gunicorn = ("--workers", "2", "--threads", "4", "--preload", "--no-control-socket")
            world.start("web", "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", *gunicorn)
            world.start("beat", *CELERY, "beat", "-l", "INFO", "--pidfile=")
            world.await_web(address)
            yield address, world
        finally:
            say("正在停止……")
            world.stop()


def _environment(var: Path, servers: embedded.Servers, address: str) -> dict[str, str]:
    return {
        **os.environ,
        **servers.environment(),
        "PORTAL_DEMO": "1",
        "PORTAL_VAR": str(var),
        "PORTAL_URL": address,
        "SECRET_KEY": settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
    }
