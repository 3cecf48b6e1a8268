"""Bulk acceptance through the real services: the same as case by case, and one of two officers wins."""

import datetime
import threading

import pytest
import time_machine
from django.db import connections

from tests.tiers.review import cases as real
from tiers.bulk import Act, Pick, carry_out
from tiers.enums import ApplicationState as S

NOW = "2026-05-20T12:00:00+08:00"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(datetime.datetime.fromisoformat(NOW), tick=False):
        yield


def pick(application):
    last = application.events.last()
    return Pick(application.pk, last.pk if last else 0)


@pytest.mark.django_db
def test_bulk_acceptance_is_acceptance():
    real.edition()
    officer = real.county()
    picks = [pick(real.case(S.SUBMITTED)) for _ in range(3)]

    lines = carry_out(Act.ACCEPT, picks, user=officer)

    assert [line.problem for line in lines] == ["", "", ""]
    for line in lines:
        case = real.again(line.case)
        assert (case.state, case.assigned_to, case.edition.slug) == (S.COUNTY_REVIEW, officer, real.STANDARD)
        assert case.due_on is not None


@pytest.mark.django_db
def test_bulk_acceptance_without_a_standard_says_so_and_changes_nothing():
    application = real.case(S.SUBMITTED)
    with time_machine.travel("2001-05-20T12:00:00+08:00", tick=False):
        [line] = carry_out(Act.ACCEPT, [pick(application)], user=real.county())
    assert "认定标准" in line.problem
    assert real.again(application).state == S.SUBMITTED


@pytest.mark.django_db
def test_bulk_acceptance_of_a_city_takes_up():
    real.edition()
    chief = real.city()
    application = real.case(S.RECOMMENDED)
    [line] = carry_out(Act.ACCEPT, [pick(application)], user=chief)
    assert line.problem == ""
    case = real.again(application)
    assert (case.state, case.assigned_to) == (S.CITY_REVIEW, chief)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_officers_accept_the_same_cases_at_once_and_each_case_is_accepted_once():
    real.edition()
    picks = [pick(real.case(S.SUBMITTED)) for _ in range(4)]
    officers, results = [real.county(), real.county()], {}
    start = threading.Barrier(2, timeout=10)

    def work(officer, order):
        start.wait()
        results[officer.pk] = carry_out(Act.ACCEPT, order, user=officer)
        connections.close_all()

    threads = [
        threading.Thread(target=work, args=(officers[0], picks)),
        threading.Thread(target=work, args=(officers[1], picks[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    done = [line.case.pk for lines in results.values() for line in lines if not line.problem]
    assert sorted(done) == sorted(pick.case for pick in picks)
    for lines in results.values():
        for line in lines:
            assert line.problem == "" or "有变化" in line.problem
            assert line.case.events.filter(action="受理").count() == 1
