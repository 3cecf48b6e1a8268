"""Two officers press the same button at once: one wins, the other is told. Each race has a control that shows what
happens without the lock."""

import datetime
import time

import pytest

from core.errors import Conflict
from tests.factories import IntakeFactory
from tests.tiers.applications.threads import in_threads
from tests.tiers.review.cases import again, case, city, county, ready
from tiers.enums import ApplicationState
from tiers.models import Application, Draw, Publicity
from tiers.services import city as city_services
from tiers.services import decisions, review
from tiers.services.city import draw_cases, publish_publicity
from tiers.services.decisions import recommend_application
from tiers.services.review import accept_application

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def unlocked(application, *states):
    """What locked_in would be without the lock: read, look, and a moment later act."""
    found = Application.objects.get(pk=application.pk)
    time.sleep(0.3)
    return found


def twice(act, **arguments):
    return in_threads(*(lambda: act(**arguments) for _ in range(2)))


def test_one_of_two_acceptances_wins():
    application = case(ApplicationState.SUBMITTED)
    errors = twice(accept_application, application=application, actor=county())
    assert [type(error) for error in errors] == [Conflict]
    assert again(application).events.count() == 1


def test_control_without_the_lock_both_accept(monkeypatch):
    application = case(ApplicationState.SUBMITTED)
    monkeypatch.setattr(review, "locked_in", unlocked)
    errors = twice(accept_application, application=application, actor=county())
    assert errors == []
    assert again(application).events.count() == 2


def test_one_of_two_recommendations_wins():
    application = ready()
    before = application.events.count()
    errors = twice(recommend_application, application=application, opinion="同意", actor=county())
    assert [type(error) for error in errors] == [Conflict]
    assert again(application).events.count() == before + 1


def recommend_all(cases):
    officer = county()
    return in_threads(
        *(
            lambda one=one: recommend_application(application=one, opinion="同意", actor=officer)
            for one in cases
        )
    )


def test_no_place_in_the_order_is_given_twice():
    intake = IntakeFactory()
    cases = [ready(intake=intake) for _ in range(4)]
    assert recommend_all(cases) == []
    assert sorted(Application.objects.values_list("recommended_as", flat=True)) == [1, 2, 3, 4]


def test_control_without_the_lock_places_clash(monkeypatch):
    intake = IntakeFactory()
    cases = [ready(intake=intake) for _ in range(2)]
    place = decisions._next_place

    def slowly(application):
        found = place(application)
        time.sleep(0.3)
        return found

    monkeypatch.setattr(decisions, "_lock_order", lambda application: None)
    monkeypatch.setattr(decisions, "_next_place", slowly)
    assert len(recommend_all(cases)) == 1  # the database refuses the second


def test_one_of_two_notices_gets_the_case():
    application = case(ApplicationState.CITY_REVIEW)
    errors = twice(publish_publicity, **notice_of(application))
    assert [type(error) for error in errors] == [Conflict]
    assert Publicity.objects.count() == 1
    assert again(application).state == "publicity"


def test_control_without_the_lock_two_notices_are_published(monkeypatch):
    application = case(ApplicationState.CITY_REVIEW)

    def careless(intake, applications, state):
        found = list(Application.objects.filter(pk__in=[one.pk for one in applications]))
        time.sleep(0.3)
        return found

    monkeypatch.setattr(city_services, "_locked_cases", careless)
    monkeypatch.setattr(city_services, "_lock_intake", lambda intake: None)
    assert twice(publish_publicity, **notice_of(application)) == []
    assert Publicity.objects.count() == 2


def notice_of(application):
    return {
        "intake": application.intake,
        "applications": [application],
        "title": "公示",
        "starts_on": datetime.date(2026, 5, 21),
        "contact": "0373-3050000",
        "actor": city(),
    }


def test_a_seed_is_used_once_by_two_who_draw():
    application = case(ApplicationState.CITY_REVIEW)
    errors = twice(
        draw_cases, intake=application.intake, purpose="抽查", seed="20260520", size=1, actor=city()
    )
    assert [type(error) for error in errors] == [Conflict]
    assert Draw.objects.count() == 1
