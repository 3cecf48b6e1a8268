"""Runs that are interrupted, reordered or done by two workers end like an undisturbed one."""

import threading

import pytest
from django.db import OperationalError, connection
from django.db import transaction as db_transaction

from awards import queries, rows, services, tasks
from awards.enums import RunState
from awards.models import AwardRun, Determination
from core import jobs
from core.errors import DomainError
from core.models import AuditEntry, Job
from tests.awards.runs import decide, digest, provincial, run_all
from tests.factories import (
    ProvincialSubsidyFactory,
    RecognitionFactory,
    region,
)

pytestmark = pytest.mark.django_db


# ---- interrupted, reordered, in parallel ----------------------------------------------------------------
def believable_world():
    for name in ("红旗区", "牧野区", "长垣市"):
        for _ in range(3):
            national = RecognitionFactory(enterprise__managing_unit=region(name))
            provincial(national.enterprise)
            ProvincialSubsidyFactory(enterprise=national.enterprise)


def run_jobs(found):
    for job in found:
        jobs.run(job.pk)


def test_order_of_units_does_not_matter():
    believable_world()
    run_all()
    forwards = digest()
    Determination.objects.all().delete()

    run_all(backwards=True)

    assert digest() == forwards


def test_run_killed_in_the_middle_ends_like_an_undisturbed_one(monkeypatch):
    believable_world()
    run_all()
    undisturbed = digest()
    Determination.objects.all().delete()
    insert, calls = rows.insert, []

    def dies(lines):
        calls.append(len(lines))
        if len(calls) == 8:
            insert(lines[: len(lines) // 2])
            raise KeyboardInterrupt
        insert(lines)

    monkeypatch.setattr(rows, "insert", dies)
    run = services.start_run(city=region("新乡市"), year=2023, actor=None)
    with pytest.raises(KeyboardInterrupt):
        run_jobs(queries.round_jobs(run).order_by("pk"))
    run.refresh_from_db()
    assert run.state == RunState.RUNNING

    run_jobs(Job.objects.live())

    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert digest() == undisturbed
    assert run.changes["inserted"] == len(undisturbed)


def test_failed_unit_fails_the_run_and_a_new_start_repairs_it(monkeypatch):
    RecognitionFactory()
    run_all()
    stored = digest()

    def broken(lines):
        raise DomainError("磁盘已满。")

    Determination.objects.all().delete()
    with monkeypatch.context() as patch:
        patch.setattr(rows, "insert", lambda lines: broken(lines) if lines else None)
        run = services.start_run(city=region("新乡市"), year=2023, actor=None)
        for job in queries.round_jobs(run):
            jobs.run(job.pk)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert queries.run_progress(run).error == "红旗区：磁盘已满。"
    assert not Determination.objects.exists()

    run = run_all()

    assert (run.state, digest()) == (RunState.DONE, stored)
    assert queries.run_progress(run).error == ""


def test_database_that_never_answers_fails_the_run(monkeypatch):
    RecognitionFactory()
    run_all()
    run = services.start_run(city=region("新乡市"), year=2023, actor=None)

    def silent(*args, **kwargs):
        raise OperationalError("lock timeout")

    monkeypatch.setattr(services, "work_of", silent)
    job = queries.round_jobs(run).first()
    for _ in range(jobs.MAX_ATTEMPTS):
        jobs.run(job.pk)

    run.refresh_from_db()
    assert run.state == RunState.FAILED


def test_job_of_an_earlier_round_does_nothing():
    RecognitionFactory()
    run = run_all()
    old = queries.round_jobs(run).first()
    run_all()

    assert tasks.determine_region(old) is True
    assert AwardRun.objects.get().state == RunState.DONE


def test_finished_unit_is_not_determined_twice_in_a_round():
    enterprise = RecognitionFactory().enterprise
    run = run_all()

    assert services.determine_region(run=run, unit=enterprise.managing_unit)["unchanged"] == 0


def test_query_count_does_not_grow_with_enterprises(django_assert_max_num_queries):
    unit = region("红旗区")
    run_all()
    counts = []
    for size in (1, 2):  # 1, then 3 in all
        for _ in range(size):
            ProvincialSubsidyFactory(enterprise=RecognitionFactory().enterprise)
        run = services.start_run(city=region("新乡市"), year=2023, actor=None)
        with django_assert_max_num_queries(20) as captured:
            services.determine_region(run=run, unit=unit)
        counts.append(len(captured))
        for other in queries.run_units(run.city):
            services.determine_region(run=run, unit=other)

    assert counts[0] == counts[1]
    assert Determination.objects.count() == 6


def in_threads(*calls):
    errors = []

    def work(call):
        try:
            call()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.fixture
def _no_poke(monkeypatch):
    monkeypatch.setattr(jobs, "poke", lambda job_id: None)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.usefixtures("_no_poke")
def test_two_workers_on_the_same_unit_give_one_result():
    believable_world()
    run_all(2022)
    run = services.start_run(city=region("新乡市"), year=2023, actor=None)
    unit = region("红旗区")

    errors = in_threads(*[lambda: services.determine_region(run=run, unit=unit)] * 4)

    assert errors == []
    assert Determination.objects.filter(year=2023).count() == 9
    run.refresh_from_db()
    assert run.changes["inserted"] == 9
    assert len(run.changes["pending"]) == 14


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.usefixtures("_no_poke")
def test_two_workers_that_finish_together_finish_the_run_once():
    believable_world()
    run_all(2022)
    run = services.start_run(city=region("新乡市"), year=2023, actor=None)
    todo = list(queries.round_jobs(run).values_list("pk", flat=True))

    errors = in_threads(*[lambda part=todo[n::3]: [jobs.run(pk) for pk in part] for n in range(3)])

    assert errors == []
    run.refresh_from_db()
    assert (run.state, run.changes["inserted"]) == (RunState.DONE, 27)
    finished = AuditEntry.objects.filter(action="测算完成", subject=f"awards.awardrun:{run.pk}")
    assert finished.count() == 1
    assert not Job.objects.live().filter(pk__in=todo).exists()


def test_clash_with_a_decision_names_the_rule(monkeypatch):
    """A decided grant of the same year in another city's run: the database refuses a second one."""
    recognition = RecognitionFactory()
    decide(run_all())
    row = Determination.objects.get()
    enterprise = recognition.enterprise
    enterprise.managing_unit = region("金水区")
    enterprise.save()
    other = RecognitionFactory(
        enterprise=enterprise, document_number="另一份", kind="new", title="provincial_srdi"
    )

    run = run_all(2023, city="郑州市")  # before the plan of that city: ineligible, so no clash

    assert (run.state, run.changes["discrepancies"]) == (RunState.DONE, 0)
    assert Determination.objects.get(source=f"recognition:{other.pk}").outcome == "ineligible"
    line = rows.writer(run, region("金水区"), queries.policy_of(row.run.edition))(
        enterprise.pk,
        queries.result_of(row)._replace(claim=queries.result_of(row).claim._replace(ref="recognition:0")),
    )
    with pytest.raises(DomainError, match="一次性奖励每家企业只能享受一次"), db_transaction.atomic():
        rows.replace(run, region("金水区"), [line])
