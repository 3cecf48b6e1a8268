"""Appeals against a case: only against a decision, one at a time, and an upheld one takes the case up again."""

from datetime import date

import pytest

from core.errors import Conflict, DomainError
from tests.factories import ApplicationFactory, published_standards
from tiers.enums import ApplicationState, ObjectionState, ReviewLevel
from tiers.models import ApplicationEvent
from tiers.services.appeals import decide_appeal, raise_appeal
from tiers.services.steps import locked, move

pytestmark = pytest.mark.usefixtures("standards")
S = ApplicationState


def case_in(state, **more):
    edition = published_standards()["miit-2-provincial"]
    return ApplicationFactory(state=state, edition=edition, accepted_on=date(2026, 5, 6), **more)


def rejected_from(state, actor, **more):
    case = case_in(state, **more)
    move(locked(case), S.REJECTED, actor=actor, action="不予推荐", reason="条件不符")
    case.refresh_from_db()
    return case


def appeal(case, actor):
    return raise_appeal(
        application=case, raised_by="张建国", contact="13800000000", content="材料齐全", actor=actor
    )


@pytest.mark.parametrize(
    ("before", "back", "due_on"),
    [
        (S.COUNTY_REVIEW, S.COUNTY_REVIEW, date(2026, 6, 3)),
        (S.CITY_REVIEW, S.CITY_REVIEW, date(2026, 6, 3)),
        (S.RETURNED_TO_COUNTY, S.COUNTY_REVIEW, date(2026, 6, 3)),
    ],
)
def test_upheld_appeal_takes_a_rejected_case_up_where_it_was_rejected(
    db, member, county, city, at, before, back, due_on
):
    at("2026-05-20")
    case = rejected_from(before, county)
    decided = decide_appeal(
        appeal=appeal(case, member(case.enterprise)), upheld=True, decision="材料确已齐全", actor=city
    )
    case.refresh_from_db()
    assert (case.state, case.due_on, case.closed_at) == (back, due_on, None)
    assert decided.state == ObjectionState.UPHELD
    actions = list(
        ApplicationEvent.objects.filter(application=case).order_by("pk").values_list("action", flat=True)
    )
    assert actions[-2:] == ["提出申诉", "申诉成立"]


@pytest.mark.parametrize(
    ("level", "back"), [(ReviewLevel.CITY, S.CITY_REVIEW), (ReviewLevel.COUNTY, S.COUNTY_REVIEW)]
)
def test_case_rejected_while_returned_goes_back_to_who_returned_it(db, member, city, at, level, back):
    at("2026-05-20")
    case = rejected_from(S.RETURNED, city, returned_by=level)
    decide_appeal(appeal=appeal(case, member(case.enterprise)), upheld=True, decision="属实", actor=city)
    case.refresh_from_db()
    assert case.state == back


def test_upheld_appeal_against_the_province_counts_as_reported_again(db, member, city, at):
    at("2026-05-20")
    case = case_in(S.FAILED)
    decide_appeal(appeal=appeal(case, member(case.enterprise)), upheld=True, decision="另有证据", actor=city)
    case.refresh_from_db()
    assert (case.state, case.due_on) == (S.REPORTED, None)


def test_dismissed_appeal_leaves_the_case_and_says_why(db, member, city, at):
    at("2026-05-20")
    case = case_in(S.FAILED)
    decide_appeal(appeal=appeal(case, member(case.enterprise)), upheld=False, decision="分数不足", actor=city)
    case.refresh_from_db()
    assert case.state == S.FAILED
    assert ApplicationEvent.objects.filter(application=case).order_by("pk").last().reason == "分数不足"


@pytest.mark.parametrize("state", [S.DRAFT, S.SUBMITTED, S.COUNTY_REVIEW, S.REPORTED, S.GRANTED, S.ABANDONED])
def test_case_without_a_decision_against_it_needs_no_appeal(db, member, at, state):
    at("2026-05-20")
    case = ApplicationFactory(state=state)
    with pytest.raises(DomainError, match="不需要申诉"):
        appeal(case, member(case.enterprise))


def test_one_appeal_at_a_time_and_another_after_the_decision(db, member, city, at):
    at("2026-05-20")
    case = case_in(S.FAILED)
    user = member(case.enterprise)
    first = appeal(case, user)
    with pytest.raises(Conflict, match="正在办理"):
        appeal(case, user)
    decide_appeal(appeal=first, upheld=False, decision="不成立", actor=city)
    assert appeal(case, user).pk != first.pk


def test_appeal_is_decided_once(db, member, city, at):
    at("2026-05-20")
    case = case_in(S.FAILED)
    first = appeal(case, member(case.enterprise))
    decide_appeal(appeal=first, upheld=False, decision="不成立", actor=city)
    with pytest.raises(Conflict, match=f"已由{city}处理"):
        decide_appeal(appeal=first, upheld=True, decision="成立", actor=city)


def test_case_is_not_taken_up_beside_a_new_one(db, member, city, at):
    at("2026-05-20")
    case = case_in(S.FAILED)
    first = appeal(case, member(case.enterprise))
    ApplicationFactory(enterprise=case.enterprise, intake=case.intake, state=S.DRAFT)
    with pytest.raises(Conflict, match="新的申报"):
        decide_appeal(appeal=first, upheld=True, decision="成立", actor=city)
    first.refresh_from_db()
    assert first.state == ObjectionState.OPEN


def test_deadline_is_the_working_days_that_the_document_gives_the_city(db, member, at):
    at("2026-05-20")  # Wednesday; ten working days later
    case = case_in(S.FAILED)
    assert appeal(case, member(case.enterprise)).due_on == date(2026, 6, 3)
