"""A believable world: users, the official lists as bureaus pass them around, and real award runs."""

import contextlib
import time
from pathlib import Path

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from accounts import services as accounts
from accounts.enums import Role
from accounts.models import Region, User
from awards import services as awards
from awards.enums import RunState
from awards.models import AwardRun
from core import jobs
from core.errors import Conflict
from core.models import Job
from demo import story
from demo.logins import LOGINS
from demo.story.cast import demo_password
from enterprises import services as enterprises
from enterprises.enums import BatchState, ImportMode, RowOutcome
from enterprises.models import Enterprise, ImportBatch, Membership

LISTS = Path(__file__).resolve().parents[2] / "lists"
ROLES = {
    "qiye": (Role.ENTERPRISE, None),
    "xianqu": (Role.COUNTY, "410702"),
    "shiji": (Role.CITY, "410700"),
    "lingdao": (Role.LEADER, "410700"),
    "caizheng": (Role.FINANCE, "410700"),
    "shenji": (Role.AUDITOR, "410700"),
    "xitong": (Role.SYSADMIN, None),
    "zz_shiji": (Role.CITY, "410100"),
    "hk_xianqu": (Role.COUNTY, "410173"),
    "zz_qiye": (Role.ENTERPRISE, None),
    "zz_xianqu": (Role.COUNTY, "410105"),
    "hq_qiye": (Role.ENTERPRISE, None),
}
OWN_FIRM = "91410724MAJ5YGK88P"  # a 小巨人 of 获嘉县 with a provincial subsidy: title award and match compete
OFFICES = ["shiji", "zz_shiji", "hk_xianqu"]
RUNS = {"410700": [2021, 2022, 2023, 2024, 2025], "410100": [2024, 2025]}
PATIENCE = 120  # seconds for the worker to finish the runs


class Command(BaseCommand):
    help = "装入演示数据：用户、名单、奖励测算（重复运行不会重复装入）"

    def add_arguments(self, parser):
        parser.add_argument("--inline", action="store_true", help="不用后台任务，在本进程内测算")

    def handle(self, *, inline, **options):
        self.refuse_real_data()
        self.users()
        for path in self.lists():
            self.import_list(path)
        self.own_firm()
        story.tell(self.import_offices, self.stdout.write)
        if not AwardRun.objects.exists():
            self.runs(inline)

    def refuse_real_data(self):
        """The demo passwords are public: never beside accounts that are not the demo's."""
        names = [login.username for login in LOGINS]
        of_firms = Enterprise.objects.values("uscc")  # the people of the story's firms log in by their codes
        if User.objects.exclude(username__in=names).exclude(username__in=of_firms).exists():
            raise CommandError("这个数据库里已有其他用户，不能装入演示数据。请换一个空数据库。")

    def users(self):
        for login in LOGINS:
            if User.objects.filter(username=login.username).exists():
                continue
            role, code = ROLES[login.username]
            user = User(
                username=login.username,
                full_name=login.name,
                role=role,
                region=Region.objects.get(code=code) if code else None,
                is_staff=role in (Role.SYSADMIN, Role.CITY, Role.AUDITOR),
            )
            user.password = demo_password()
            accounts.save_user(user=user, actor=None)

    def lists(self):
        """The roster first, then titles by year, then what hangs on them."""
        order = [
            "名册",
            "创新型",
            "省级专精特新",
            "小巨人企业名单",
            "平台名单",
            "基地名单",
            "下达表",
            "考核",
            "投资",
        ]
        paths = sorted(LISTS.glob("*.xlsx"))
        return sorted(paths, key=lambda p: next((n for n, word in enumerate(order) if word in p.name), 99))

    def import_list(self, path):
        with path.open("rb") as file:
            self.import_offices(File(file, path.name))

    def import_offices(self, file):
        """Each office imports the rows of its own area, as its people would."""
        for username in OFFICES:
            actor = User.objects.select_related("region").get(username=username)
            with contextlib.suppress(Conflict):  # this very file is in already
                file.seek(0)
                batch = enterprises.upload_batch(file=file, region=actor.region, actor=actor)
                self.confirm(batch, actor)

    def confirm(self, batch, actor):
        self.wait_for(batch, BatchState.READING)
        if batch.state != BatchState.REVIEW:
            raise CommandError(f"{batch.file_name}：{batch.error}")
        if not any(batch.counts.get(outcome) for outcome in RowOutcome.good()):
            enterprises.undo_batch(batch=batch, actor=actor)  # nothing of this office is on the list
            return
        enterprises.confirm_batch(batch=batch, mode=ImportMode.GOOD, actor=actor)
        self.wait_for(batch, BatchState.APPLYING)
        counts = "，".join(f"{RowOutcome(k).label} {n}" for k, n in batch.counts.items() if n)
        self.stdout.write(f"  {batch.region.short_name} {Path(batch.file_name).stem}：{counts}")

    def wait_for(self, batch, state):
        """Until the batch has left the state: the worker may hold its job, or none runs and we do it here."""
        self.until(lambda: ImportBatch.objects.get(pk=batch.pk).state != state)
        batch.refresh_from_db()

    def until(self, done, *, work=True):
        give_up = time.monotonic() + PATIENCE
        while True:
            if work:
                self.work()
            if done():
                return
            if time.monotonic() > give_up:
                raise CommandError("等待后台任务超时，请查看 worker 日志。")
            time.sleep(0.05)

    def work(self):
        """Do what is queued here and now; what a worker holds is left to it."""
        for job_id in Job.objects.live().order_by("pk").values_list("pk", flat=True):
            jobs.run(job_id)

    def own_firm(self):
        Membership.objects.get_or_create(
            user=User.objects.get(username="qiye"), enterprise=Enterprise.objects.get(uscc=OWN_FIRM)
        )

    def runs(self, inline):
        """Started like by city staff; a worker does them, unless there is none."""
        for code, years in RUNS.items():
            for year in years:
                awards.start_run(city=Region.objects.get(code=code), year=year, factors={}, actor=None)
        self.until(lambda: not AwardRun.objects.filter(state=RunState.RUNNING).exists(), work=inline)
        for run in AwardRun.objects.all():
            self.stdout.write(f"  {run}：{run.get_state_display()}")
