"""One command for the whole portal: servers, believable world, award run, web. Ctrl-C ends everything."""

import argparse
import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config.processes import EmbeddedError
from demo.launcher import serving
from demo.logins import LOGINS

READY = """
门户已启动：{address}
{logins}
数据目录：{var}（再次启动会保留数据）。按 Ctrl-C 停止。
"""


class Command(BaseCommand):
    help = "启动演示：PostgreSQL、Redis、后台任务、演示数据和网页，一条命令；按 Ctrl-C 全部停止"
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000, help="网页端口，默认 8000")
        parser.add_argument("--data", type=Path, default=settings.BASE_DIR / "var" / "demo", help="数据目录")
        parser.add_argument("--once", action="store_true", help="启动成功后立即停止")
        parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)

    def handle(self, *, port, data, once, prepare, **options):
        if prepare:
            self.prepare()
            return
        self.started = time.monotonic()
        try:
            with serving(data.resolve(), port, self.say) as (address, world):
                logins = "\n".join(f"  {x.username:<10} {x.password:<11} {x.role} {x.name}" for x in LOGINS)
                self.stdout.write(READY.format(address=address, logins=logins, var=data))
                if not once:
                    world.watch()
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
        except SystemExit as leaving:
            if not isinstance(leaving.code, int) or leaving.code < 128:
                raise
        self.say("已停止")

    def prepare(self):
        """In a child of the launcher, which has set DATABASE_URL and REDIS_URL and runs a worker."""
        call_command("migrate", verbosity=0)
        call_command("load_policies")
        call_command("seed_demo")

    def say(self, message):
        self.stdout.write(f"[{time.monotonic() - self.started:5.1f} 秒] {message}")
        self.stdout.flush()
