"""Starting, deciding, replaying, and the nightly schedule."""

import datetime

import pytest
import time_machine

from awards import permissions, queries, services, tasks
from awards.enums import Outcome, RunState
from awards.models import AwardRun, Determination
from core import audit, jobs
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Job
from policies import engine
from policies.services import publish_edition
from tests.awards.runs import outcomes, run_all
from tests.factories import (
    EnterpriseFactory,
    ProvincialSubsidyFactory,
    RecognitionFactory,
    UserFactory,
    published_edition,
    region,
)
from tiers.models import Recognition

pytestmark = pytest.mark.django_db
DAY = datetime.date


def start(year=2023, city="新乡市", **kwargs):
    published_edition("zhengzhou-2024-2026" if city == "郑州市" else "xinxiang-2022-8")
    return services.start_run(city=region(city), year=year, **{"actor": None, **kwargs})


# ---- start ----------------------------------------------------------------------------------------------
def test_start_run_makes_one_job_per_unit():
    user = UserFactory()

    run = start(actor=user)

    assert (run.state, run.round, run.started_by) == (RunState.RUNNING, 1, user)
    assert queries.round_jobs(run).count() == 15
    job = queries.round_jobs(run).get(key=f"award-run:{run.pk}:1:410702")
    assert (job.kind, job.requested_by, job.label) == (
        "awards.determine_region",
        user,
        "新乡市 2023 年度奖励测算：红旗区",
    )
    entry = AuditEntry.objects.get(action="开始测算")
    assert entry.data["edition"] == run.edition.sha256


def test_jobs_finish_the_run():
    RecognitionFactory()
    run = start()

    for job in queries.round_jobs(run):
        jobs.run(job.pk)

    run.refresh_from_db()
    assert (run.state, run.changes["inserted"]) == (RunState.DONE, 1)
    assert not Job.objects.live().exists()
    assert queries.round_jobs(run).get(params__unit="410702").result["inserted"] == 1


def test_start_run_includes_the_city_when_it_manages_enterprises_itself():
    RecognitionFactory(enterprise__managing_unit=region("新乡市"))

    run_all()

    assert Determination.objects.get().managing_unit.name == "新乡市"


def test_start_run_needs_an_edition():
    with pytest.raises(DomainError, match="无政策版本"):
        services.start_run(city=region("新乡市"), year=2023, actor=None)


@pytest.mark.parametrize("year", [1999, 2101])
def test_start_run_refuses_years_out_of_range(year):
    with pytest.raises(DomainError, match="申报年度"):
        start(year)


def test_start_run_refuses_a_running_run():
    start()

    with pytest.raises(Conflict, match="正在进行"):
        start()


def test_start_run_again_reuses_the_row():
    first = run_all()

    again = start()

    assert (again.pk, again.round, again.finished_at) == (first.pk, 2, None)


def test_start_run_takes_over_from_a_job_that_gave_up():
    run = start()
    queries.round_jobs(run).filter(params__unit="410702").update(
        state="failed", error="多次重试仍未成功。", finished_at=datetime.datetime.now(datetime.UTC)
    )
    assert queries.run_progress(run).error == "多次重试仍未成功。"

    assert start().round == 2


@pytest.mark.parametrize("factor", ["0", "1.01", "-1", "八折", "NaN", "1E-999", "0.1234567"])
def test_start_run_refuses_bad_factors(factor):
    with pytest.raises(DomainError, match="系数"):
        start(2025, "郑州市", factors={"ZZ-NAT": factor})


def test_start_run_refuses_a_factor_for_an_unknown_item():
    with pytest.raises(DomainError, match="系数"):
        start(2025, "郑州市", factors={"XX-NAT": "0.5"})


def test_start_run_refuses_a_factor_for_a_fixed_amount():
    with pytest.raises(DomainError, match="系数"):
        start(2023, factors={"XX-NAT": "0.8"})


def test_start_run_keeps_factors_that_are_not_given():
    run_all(2025, city="郑州市", factors={"ZZ-NAT": "0.80"})

    assert start(2025, "郑州市").factors == {"ZZ-NAT": "0.8"}


def test_start_run_keeps_edition_and_factors_once_something_is_decided():
    RecognitionFactory(
        enterprise__managing_unit=region("金水区"), documented_on=DAY(2025, 8, 1), document_number="新"
    )
    run = run_all(2025, city="郑州市", factors={"ZZ-NAT": "0.8"})
    services.decide_run(run=run, actor=UserFactory(), basis="会议纪要")
    text = run.edition.text.replace("revision = 1", "revision = 2")
    corrected = publish_edition(text=text, actor=None)

    with pytest.raises(DomainError, match="不能再改"):
        start(2025, "郑州市", factors={"ZZ-NAT": "0.9"})

    again = services.start_run(city=run.city, year=2025, factors={"ZZ-NAT": "0.80"}, actor=None)
    assert again.edition == run.edition != corrected


def test_start_run_takes_a_corrected_edition_while_nothing_is_decided():
    RecognitionFactory()
    run = run_all()
    text = run.edition.text.replace("revision = 1", "revision = 2").replace("500_000", "400_000")
    publish_edition(text=text, actor=None)

    again = services.start_run(city=run.city, year=2023, actor=None)
    for unit in queries.run_units(run.city):
        services.determine_region(run=again, unit=unit)

    assert outcomes() == [("XX-NAT", "granted", 400_000)]


# ---- decide ---------------------------------------------------------------------------------------------
def held_and_granted():
    national = RecognitionFactory()
    ProvincialSubsidyFactory(enterprise=national.enterprise, invested_from=None)
    return run_all()


def test_decide_run_freezes_all_but_held():
    run, user = held_and_granted(), UserFactory()

    assert services.decide_run(run=run, actor=user, basis=" 新政会纪〔2024〕 3号 ") == 1

    assert Determination.objects.decided().get().decided_by == user
    assert Determination.objects.drafts().get().outcome == Outcome.HELD
    entry = AuditEntry.objects.get(action="出具决定")
    assert (entry.data["basis"], entry.data["decided"]) == ("新政会纪〔2024〕 3号", 1)


def test_decide_run_takes_only_the_outcomes_asked_for():
    national = RecognitionFactory()
    RecognitionFactory(enterprise=national.enterprise, title="provincial_srdi", kind="review")
    run = run_all()

    services.decide_run(run=run, actor=UserFactory(), basis="纪要", outcomes=["ineligible"])

    assert Determination.objects.decided().get().outcome == Outcome.INELIGIBLE


@pytest.mark.parametrize("basis", ["", "  "])
def test_decide_run_needs_a_basis(basis):
    with pytest.raises(DomainError, match="决定依据"):
        services.decide_run(run=held_and_granted(), actor=UserFactory(), basis=basis)


@pytest.mark.parametrize("wanted", [["held"], ["granted", "held"], ["?"], []])
def test_decide_run_refuses_held_rows(wanted):
    with pytest.raises(DomainError, match="待定"):
        services.decide_run(run=held_and_granted(), actor=UserFactory(), basis="纪要", outcomes=wanted)


def test_decide_run_refuses_while_running():
    held_and_granted()

    with pytest.raises(Conflict, match="还没有完成"):
        services.decide_run(run=start(), actor=UserFactory(), basis="纪要")

    assert not Determination.objects.decided().exists()


def test_decide_run_refuses_when_nothing_is_left():
    run = held_and_granted()
    services.decide_run(run=run, actor=UserFactory(), basis="纪要")

    with pytest.raises(Conflict, match="没有待决定"):
        services.decide_run(run=run, actor=UserFactory(), basis="纪要")


# ---- replay ---------------------------------------------------------------------------------------------
def test_replay_gives_the_stored_rows_again():
    national = RecognitionFactory()
    RecognitionFactory(enterprise=national.enterprise, title="provincial_srdi")
    ProvincialSubsidyFactory(enterprise=national.enterprise, invested_until=None)
    run = run_all()

    drafts = [services.replay(determination=row) for row in Determination.objects.all()]
    services.decide_run(run=run, actor=UserFactory(), basis="纪要")
    decided = [services.replay(determination=row) for row in Determination.objects.all()]

    assert [found.differences for found in drafts + decided] == [()] * 6
    assert all(found.equal for found in drafts + decided)


def test_replay_uses_the_factors_of_the_run():
    RecognitionFactory(enterprise__managing_unit=region("金水区"), documented_on=DAY(2025, 8, 1))
    run_all(2025, city="郑州市", factors={"ZZ-NAT": "0.8"})

    assert services.replay(determination=Determination.objects.get()).equal


def test_replay_reads_the_stored_facts_and_not_the_tables():
    recognition = RecognitionFactory()
    run_all()
    Recognition.objects.filter(pk=recognition.pk).update(kind="review")

    assert services.replay(determination=Determination.objects.get()).equal


def test_replay_shows_a_tampered_row():
    RecognitionFactory()
    run_all()
    Determination.objects.update(amount=450_000, reasons=["entitled", "label_year_differs"])

    found = services.replay(determination=Determination.objects.get())

    assert not found.equal
    assert [(d.name, d.stored, d.now) for d in found.differences] == [
        ("给予金额（元）", "450000.00", "500000.00"),
        ("原因", "符合条件、年度口径待确认", "符合条件"),
    ]


# ---- the schedule ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("today", "years"), [("2026-03-31", {2025, 2026}), ("2026-04-01", {2026}), ("2026-01-01", {2025, 2026})]
)
def test_nightly_runs_cover_last_year_until_the_end_of_march(today, years):
    published_edition()

    with time_machine.travel(f"{today} 02:00 +0800", tick=False):
        started = tasks.start_nightly_runs()

    assert started == len(years)
    assert set(AwardRun.objects.values_list("year", flat=True)) == years
    assert AwardRun.objects.first().started_by is None


@time_machine.travel("2026-06-01 02:00 +0800", tick=False)
def test_nightly_run_starts_only_when_a_fact_is_newer():
    enterprise = EnterpriseFactory()
    run = run_all(2026)
    assert tasks.start_nightly_runs() == 0
    audit.record("开始测算", run, actor=None)
    assert tasks.start_nightly_runs() == 0

    AwardRun.objects.update(started_at=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
    audit.record("enterprises.moved", enterprise, actor=None)

    assert tasks.start_nightly_runs() == 1


@time_machine.travel("2026-06-01 02:00 +0800", tick=False)
def test_nightly_run_goes_on_when_one_city_is_busy():
    start(2026)
    published_edition("zhengzhou-2024-2026")

    assert tasks.start_nightly_runs() == 1


# ---- mirrors and permissions ----------------------------------------------------------------------------
def test_outcomes_mirror_the_engine():
    assert {outcome.value for outcome in Outcome} == {outcome.value for outcome in engine.Outcome}


def test_only_city_staff_of_the_city_start_and_decide():
    run = run_all()
    users = {
        "own": UserFactory(),
        "other": UserFactory(region=region("郑州市")),
        "county": UserFactory(county=True),
        "leader": UserFactory(leader=True),
        "finance": UserFactory(finance=True),
        "auditor": UserFactory(auditor=True),
        "sysadmin": UserFactory(sysadmin=True),
        "enterprise": UserFactory(of_enterprise=True),
        "inactive": UserFactory(is_active=False),
    }

    assert {name for name, user in users.items() if permissions.can_start_run(user, run.city)} == {"own"}
    assert {name for name, user in users.items() if permissions.can_decide(user, run)} == {"own"}
    assert {name for name, user in users.items() if permissions.can_export_facts(user, run)} == {
        "own",
        "leader",
        "finance",
        "auditor",
    }
    assert not permissions.can_export(users["enterprise"])
    assert not permissions.can_export(users["sysadmin"])
