"""Accepting a case: its day, its standard, its clock."""

import datetime

import pytest

from core.errors import Conflict, DomainError
from core.workdays import workdays_after
from policies.queries import standard_of
from tests.factories import IntakeFactory
from tests.tiers.review.cases import again, case, city, county, edition, firm, submit
from tiers.enums import ApplicationState, Title
from tiers.services.review import accept_application

pytestmark = pytest.mark.django_db


def test_acceptance_pins_the_standard_of_its_day_and_starts_the_clock():
    edition()
    application, officer = case(ApplicationState.SUBMITTED), county()
    accept_application(application=application, actor=officer)
    application = again(application)
    event = application.events.get()
    assert (application.state, application.accepted_on, application.edition.slug, application.assigned_to) == (
        "county_review", datetime.date(2026, 5, 20), "miit-2-provincial", officer
    )  # fmt: skip
    assert (event.action, event.old, event.new, event.actor, event.reason) == (
        "受理", "submitted", "county_review", officer, ""
    )  # fmt: skip
    days = standard_of(application.edition).procedure.county_review_working_days
    assert application.due_on == workdays_after(datetime.date(2026, 5, 20), days)


@pytest.mark.parametrize(
    ("day", "slug"),
    [
        ("2026-03-30", "miit-63-provincial"),
        ("2026-03-31", "miit-63-provincial"),
        ("2026-04-01", "miit-2-provincial"),
        ("2026-04-02", "miit-2-provincial"),
    ],
)
def test_acceptance_date_decides_the_standard(at, day, slug):
    edition()
    at(day)
    application = case(ApplicationState.SUBMITTED)
    accept_application(application=application, actor=county())
    assert again(application).edition.slug == slug


def test_another_edition_than_that_of_the_submission_is_told_with_what_it_makes_of_it(at):
    old = edition("miit-63-provincial")
    application = case(ApplicationState.SUBMITTED)
    submit(application, number=2)
    first = application.submissions.first()
    at("2026-03-31")  # handed in under 2号, accepted while 63号 was in force
    accept_application(application=application, actor=county())
    event = again(application).events.get()
    assert str(old) in event.reason
    assert "提交时是" in event.reason
    assert event.data["submission"] == first.pk
    assert {found["key"] for found in event.data["assessment"]["findings"]} >= {"rd_expense", "quality_items"}


def test_no_standard_no_acceptance():
    application = case(ApplicationState.SUBMITTED)
    application.intake.title = Title.INNOVATIVE
    application.kind = "review"
    application.title = "tech_sme"
    application.save()
    with pytest.raises(DomainError, match="没有适用于"):
        accept_application(application=application, actor=county())


@pytest.mark.parametrize(
    "state", [state for state in ApplicationState if state != ApplicationState.SUBMITTED]
)
def test_only_a_submitted_case_is_accepted(state):
    application = case(state, enterprise=firm(), intake=IntakeFactory())
    with pytest.raises(Conflict, match="不能进行这一步操作"):
        accept_application(application=application, actor=city())
    assert again(application).state == state
