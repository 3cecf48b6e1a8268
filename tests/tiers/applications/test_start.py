"""Starting, withdrawing and giving up; intakes."""

import datetime

import pytest
from django.db import connection

from core.errors import Conflict, DomainError
from core.models import AuditEntry
from enterprises.models import Enterprise
from enterprises.services import save_answers
from tests.factories import ApplicationFactory, IntakeFactory, MembershipFactory, UserFactory, region
from tests.tiers.applications.filled import TODAY, evidence, filled, firm, open_intake, started
from tests.tiers.applications.threads import in_threads
from tiers.enums import ApplicationState, Origin, Title
from tiers.models import Application, ApplicationEvent
from tiers.queries.cases import load_case
from tiers.services.cases import (
    abandon_application,
    close_intake,
    save_intake,
    start_application,
    withdraw_application,
)
from tiers.services.drafts import attach_evidence, save_section
from tiers.services.submission import submit_application

DAY = datetime.timedelta(days=1)


@pytest.mark.django_db
def test_draft_is_filled_in_from_the_living_record():
    enterprise, user = firm()
    year = TODAY().year - 1
    save_answers(
        enterprise=enterprise,
        answers={f"revenue.{year}": 86_425_000, "lead_product": "丝杠", "own_brand": True},
        source="firm",
        as_of=TODAY(),
        actor=user,
    )
    application = start_application(intake=open_intake(), enterprise=enterprise, actor=user)
    answers = load_case(application).all_answers
    assert answers[f"revenue.{year}"] == "8,642.50"
    assert (answers["lead_product"], answers["own_brand"]) == ("丝杠", "yes")
    assert (answers["established_on"], application.state) == ("2012-06-18", "draft")
    assert {row.version for row in application.sections.all()} == {0}
    assert [event.action for event in ApplicationEvent.objects.filter(application=application)] == [
        "开始填报"
    ]


@pytest.mark.django_db
def test_last_years_case_fills_what_the_record_does_not_know_and_brings_its_files():
    old, user = started(open_intake(year=TODAY().year - 1))
    save_section(
        application=old,
        key="specialised",
        raw={"lead_product": "旧产品", "niche": "旧市场"},
        version=0,
        actor=user,
    )
    file = evidence(old.enterprise, user)
    attach_evidence(application=old, slot="licence", evidence=file, actor=user)
    abandon_application(application=old, actor=user)
    save_answers(
        enterprise=old.enterprise,
        answers={"lead_product": "新产品"},
        source="firm",
        as_of=TODAY(),
        actor=user,
    )
    new = start_application(intake=open_intake(), enterprise=old.enterprise, actor=user, previous=old)
    case = load_case(new)
    assert (case.all_answers["lead_product"], case.all_answers["niche"]) == ("新产品", "旧市场")
    assert [use.evidence for use in case.files_at("licence")] == [file]
    assert new.previous == old


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("opens", "closes", "words"),
    [
        (1, 5, "现在还不能填报"),  # the day before
        (0, 5, None),  # the first day
        (-5, 0, None),  # the last day
        (-5, -1, "截止"),  # the day after
    ],
)
def test_drafts_start_on_the_days_of_the_intake_only(opens, closes, words):
    enterprise, user = firm()
    intake = open_intake(opens_on=TODAY() + opens * DAY, closes_on=TODAY() + closes * DAY)
    if words is None:
        assert start_application(intake=intake, enterprise=enterprise, actor=user).pk
        return
    with pytest.raises(DomainError, match=words):
        start_application(intake=intake, enterprise=enterprise, actor=user)


@pytest.mark.django_db
def test_what_may_apply_says_is_said(standards):
    enterprise, user = firm()
    enterprise.recognitions.all().delete()
    with pytest.raises(DomainError, match="现在还不能申报"):
        start_application(intake=open_intake(title=Title.NATIONAL_GIANT), enterprise=enterprise, actor=user)
    assert not Application.objects.exists()


@pytest.mark.django_db
def test_firm_of_another_city_and_a_changed_unit_are_refused():
    enterprise, user = firm(managing_unit=region("金水区"))
    with pytest.raises(DomainError, match="只受理新乡市"):
        start_application(intake=open_intake(), enterprise=enterprise, actor=user)
    enterprise, user = firm()
    with pytest.raises(Conflict, match="管理单位已变为红旗区"):
        start_application(intake=open_intake(), enterprise=enterprise, actor=user, unit=region("卫滨区"))


@pytest.mark.django_db
def test_case_of_another_firm_or_title_cannot_be_copied():
    other, _ = started()
    enterprise, user = firm()
    with pytest.raises(DomainError, match="只能沿用本企业"):
        start_application(intake=open_intake(), enterprise=enterprise, actor=user, previous=other)


@pytest.mark.django_db
def test_one_case_of_a_title_runs_at_a_time():
    application, user = started()
    with pytest.raises(Conflict, match="正在办理"):
        start_application(intake=open_intake(), enterprise=application.enterprise, actor=user)
    abandon_application(application=application, actor=user)
    assert start_application(intake=open_intake(), enterprise=application.enterprise, actor=user).pk


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_colleagues_that_start_together_get_one_draft():
    enterprise, user = firm()
    intake = open_intake()
    errors = in_threads(*[lambda: start_application(intake=intake, enterprise=enterprise, actor=user)] * 4)
    assert [type(error) for error in errors] == [Conflict] * 3
    assert Application.objects.count() == 1


@pytest.mark.django_db
def test_entry_by_staff_is_marked():
    enterprise, _ = firm()
    officer = UserFactory(county=True)
    application = start_application(
        intake=open_intake(), enterprise=enterprise, actor=officer, origin=Origin.STAFF
    )
    assert application.origin == Origin.STAFF
    assert AuditEntry.objects.filter(action="代企业开始填报", actor=officer).exists()


# ---- withdraw, abandon ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_withdrawn_case_can_be_changed_and_handed_in_again(standards):
    application, user = filled()
    first = submit_application(application=application, actor=user, declared_by="张建国")
    application = withdraw_application(application=application, actor=user)
    assert (application.state, application.due_on) == ("draft", None)
    save_section(
        application=application,
        key="specialised",
        raw={"niche": "另一个市场"},
        version=load_case(application).rows["specialised"].version,
        actor=user,
    )
    second = submit_application(application=application, actor=user, declared_by="张建国")
    assert (first.round, second.round) == (1, 2)
    assert second.snapshot["sections"]["specialised"]["answers"]["niche"] == "另一个市场"
    numbers = {submission.application.number for submission in (first, second)}
    application.refresh_from_db()
    assert (application.state, numbers) == ("submitted", {application.number})


REFUSED_TO_WITHDRAW = [
    s for s in ApplicationState if s not in (ApplicationState.DRAFT, ApplicationState.SUBMITTED)
]


@pytest.mark.django_db
@pytest.mark.parametrize("state", REFUSED_TO_WITHDRAW)
def test_accepted_cases_cannot_be_withdrawn(state):
    application = ApplicationFactory(state=state)
    with pytest.raises(Conflict, match="不能撤回"):
        withdraw_application(application=application, actor=application.started_by)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ApplicationState)
def test_only_cases_with_the_firm_can_be_given_up(state):
    application = ApplicationFactory(state=state)
    if state in ApplicationState.with_firm():
        done = abandon_application(application=application, actor=application.started_by, reason="条件有变")
        assert (done.state, done.closed_at is None) == ("abandoned", False)
        return
    with pytest.raises(Conflict, match="不能放弃"):
        abandon_application(application=application, actor=application.started_by, reason="条件有变")


@pytest.mark.django_db
def test_giving_up_what_was_handed_in_needs_a_reason():
    application = ApplicationFactory(state="returned")
    with pytest.raises(DomainError, match="写明放弃的原因"):
        abandon_application(application=application, actor=application.started_by, reason=" ")


# ---- intakes --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_intake_is_created_and_changed_until_somebody_applies():
    actor = UserFactory()
    intake = save_intake(intake=IntakeFactory.build(city=region("新乡市")), actor=actor)
    assert intake.created_by == actor
    intake.title = Title.NATIONAL_GIANT
    save_intake(intake=intake, actor=actor)
    ApplicationFactory(intake=intake)
    intake.closes_on += DAY
    save_intake(intake=intake, actor=actor)
    intake.title = Title.INNOVATIVE
    with pytest.raises(Conflict, match="不能再改申报称号"):
        save_intake(intake=intake, actor=actor)


@pytest.mark.django_db
def test_intake_that_ends_before_it_begins_or_has_a_known_name_is_refused():
    actor, known = UserFactory(), IntakeFactory()
    with pytest.raises(DomainError, match="受理开始不能晚于受理截止"):
        save_intake(intake=IntakeFactory.build(city=known.city, closes_on=known.opens_on - DAY), actor=actor)
    with pytest.raises(DomainError, match="已有同名的申报批次"):
        save_intake(intake=IntakeFactory.build(city=known.city, name=known.name), actor=actor)


@pytest.mark.django_db
def test_closing_makes_today_the_last_day():
    intake = open_intake()
    assert close_intake(intake=intake, actor=UserFactory()).closes_on == TODAY()
    for past in (IntakeFactory(), open_intake(opens_on=TODAY() + DAY, closes_on=TODAY() + DAY)):
        with pytest.raises(Conflict, match="不在受理期内"):
            close_intake(intake=past, actor=UserFactory())


@pytest.mark.django_db
def test_database_clock_decides_the_day(monkeypatch):
    import time_machine

    from core import clock

    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date")
        [day] = cursor.fetchone()
    with time_machine.travel("2001-01-01"):
        assert clock.today() == day


@pytest.mark.django_db
def test_members_of_one_firm_see_its_cases_and_nobody_else_a_draft():
    application, user = started()
    colleague = MembershipFactory(enterprise=application.enterprise).user
    stranger = firm()[1]
    county, city = UserFactory(county=True), UserFactory()
    seen = {
        person: Application.objects.visible_to(person).filter(pk=application.pk).exists()
        for person in (user, colleague, stranger, county, city)
    }
    assert seen == {user: True, colleague: True, stranger: False, county: False, city: False}
    assert Enterprise.objects.visible_to(county).filter(pk=application.enterprise_id).exists()
