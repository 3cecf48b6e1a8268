"""Start a demo world of its own, visit every menu entry as every role, stop. Exit 0 when all is well."""

import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.processes import EmbeddedError, free_port
from demo.launcher import serving
from demo.logins import LOGINS
from demo.walk import walk_as, walk_open_pages


class Command(BaseCommand):
    help = "冒烟检查：启动独立的演示实例，以每种角色访问每个菜单，检查后停止"
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("--data", type=Path, default=settings.BASE_DIR / "var" / "smoke", help="数据目录")

    def handle(self, *, data, **options):
        self.started = time.monotonic()
        problems = []
        try:
            with serving(data.resolve(), free_port(), self.say, own=True) as (address, world):
                problems += walk_open_pages(address)
                for login in LOGINS:
                    visited, found = walk_as(address, login)
                    self.say(f"{login.role}：{len(visited)} 个页面，{len(found)} 个问题")
                    problems += found
                world.check()
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"冒烟检查发现 {len(problems)} 个问题。/ {len(problems)} problems.")
        self.stdout.write("冒烟检查通过。/ All is well.")

    def say(self, message):
        self.stdout.write(f"[{time.monotonic() - self.started:5.1f} 秒] {message}")
        self.stdout.flush()
