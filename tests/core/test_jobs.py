import pytest
from django.db import IntegrityError, OperationalError, transaction

from core import jobs, tasks
from core.enums import JobState
from core.errors import DomainError
from core.models import Job
from tests.factories import JobFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def handler(monkeypatch):
    """Let a test say what one step of kind "core.nothing" does."""

    def use(function):
        monkeypatch.setattr(tasks, "nothing", function, raising=False)

    return use


def three_steps(job):
    job.cursor["at"] = job.cursor.get("at", 0) + 1
    job.done = job.cursor["at"]
    return job.cursor["at"] == 3


def test_run_works_until_the_handler_says_it_is_finished(handler):
    handler(three_steps)
    job = JobFactory(total=3)

    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.cursor, job.done, job.percent) == (JobState.DONE, {"at": 3}, 3, 100)
    assert job.finished_at is not None


def test_run_goes_on_from_the_committed_cursor_after_a_worker_died(handler):
    class Killed(BaseException):
        pass

    def dies_at_two(job):
        if job.cursor.get("at") == 1:
            raise Killed
        return three_steps(job)

    job = JobFactory(total=3)
    handler(dies_at_two)
    with pytest.raises(Killed):
        jobs.run(job.pk)
    handler(three_steps)
    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.cursor) == (JobState.DONE, {"at": 3})


def test_run_of_a_finished_job_does_nothing(handler):
    handler(lambda job: pytest.fail("a finished job was worked on"))
    job = JobFactory(state=JobState.FAILED, error="坏了", finished_at="2026-01-01T00:00Z")

    jobs.run(job.pk)

    assert Job.objects.get().error == "坏了"


def test_refusal_ends_the_job_with_its_sentence(handler):
    def refuse(job):
        raise DomainError("请先发布政策。")

    handler(refuse)
    job = JobFactory()

    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "请先发布政策。")


def test_bug_ends_the_job_without_leaking_its_text(handler):
    handler(lambda job: 1 / 0)
    job = JobFactory()

    jobs.run(job.pk)

    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "division" not in job.error


def test_infrastructure_error_is_retried_and_given_up_after_five(handler):
    def away(job):
        raise OperationalError("gone")

    handler(away)
    job = JobFactory()
    states = []
    for _ in range(jobs.MAX_ATTEMPTS):
        jobs.run(job.pk)
        job.refresh_from_db()
        states.append(job.state)

    assert states == [JobState.QUEUED] * 4 + [JobState.FAILED]


def test_submit_twice_gives_one_job_and_pokes_after_commit(monkeypatch, django_capture_on_commit_callbacks):
    poked = []
    monkeypatch.setattr(jobs, "poke", poked.append)
    user = UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        first = jobs.submit(kind="core.nothing", key="a", label="甲", requested_by=user)
        again = jobs.submit(kind="core.nothing", key="a", label="甲", requested_by=user)

    assert first == again == Job.objects.get()
    assert set(poked) == {first.pk}


def test_submit_queues_a_failed_job_again(monkeypatch):
    monkeypatch.setattr(jobs, "poke", lambda pk: None)
    JobFactory(key="a", state=JobState.FAILED, error="坏了", finished_at="2026-01-01T00:00Z")

    job = jobs.submit(kind="core.nothing", key="a", label="甲")

    assert (job.state, job.error, job.finished_at) == (JobState.QUEUED, "", None)


def test_sweep_pokes_every_live_job(monkeypatch):
    poked = []
    monkeypatch.setattr(jobs, "poke", poked.append)
    live = [JobFactory().pk, JobFactory(state=JobState.RUNNING).pk]
    JobFactory(state=JobState.DONE, finished_at="2026-01-01T00:00Z")

    assert tasks.sweep_jobs() == 2
    assert poked == live


def test_jobs_are_seen_by_the_person_who_asked_only(client):
    job = JobFactory(requested_by=UserFactory())
    client.force_login(UserFactory())
    assert client.get(f"/jobs/{job.pk}/").status_code == 404
    assert client.get(f"/jobs/{job.pk}/file/").status_code == 404


def test_database_refuses_a_failed_job_without_a_reason():
    with pytest.raises(IntegrityError, match="core_job_failed_says_why"), transaction.atomic():
        JobFactory(state=JobState.FAILED, finished_at="2026-01-01T00:00Z")


def test_database_refuses_a_live_job_with_an_end():
    with pytest.raises(IntegrityError, match="core_job_finished_says_when"), transaction.atomic():
        JobFactory(finished_at="2026-01-01T00:00Z")


def test_health_page_is_open_and_needs_only_the_database(client):
    assert client.get("/healthz").status_code == 200
