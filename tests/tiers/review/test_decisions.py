"""Recommending in order, rejecting, and what stands against either."""

import datetime

import pytest

from core.errors import Conflict, DomainError
from tests.factories import IntakeFactory, UserFactory, region
from tests.tiers.review.cases import (
    AGREES,
    again,
    case,
    city,
    county,
    edition,
    firm,
    judged,
    ready,
    submit,
    to_city,
    visited,
)
from tiers.enums import ApplicationState, RejectReason, ReviewLevel
from tiers.models import Application, Recognition
from tiers.queries.criteria import criterion_rows
from tiers.queries.review import obstacles
from tiers.services.decisions import recommend_application, reject_application, reorder_recommendations
from tiers.services.returns import NewPoint, return_application, settle_point
from tiers.services.review import check_criterion

pytestmark = pytest.mark.django_db
COUNTY, CITY = ReviewLevel.COUNTY, ReviewLevel.CITY


def recommend(application, **changes):
    return recommend_application(
        application=application, **({"opinion": "同意推荐", "actor": county()} | changes)
    )


def reject(application, level=COUNTY, reason=RejectReason.CRITERIA, words="研发投入不足", actor=None):
    return reject_application(
        application=application, level=level, reason=reason, words=words, actor=actor or county()
    )


def why(application, level=COUNTY, day=datetime.date(2026, 5, 20)):
    return " ".join(obstacles(again(application), level, day))


# ---- recommending ---------------------------------------------------------------------------------------


def test_a_ready_case_goes_to_the_city_in_the_next_place():
    intake = IntakeFactory()
    first, second = (ready(intake=intake) for _ in range(2))
    elsewhere = ready(intake=intake, unit="卫滨区")
    for application in (second, first, elsewhere):
        recommend(application)
    found = {one.pk: (one.state, one.recommended_as, one.due_on) for one in Application.objects.all()}
    assert found == {
        second.pk: ("recommended", 1, None),
        first.pk: ("recommended", 2, None),
        elsewhere.pk: ("recommended", 1, None),
    }
    event = again(first).events.last()
    assert (event.action, event.reason, event.data) == ("县级推荐", "同意推荐", {"place": 2})


def test_all_that_stands_against_a_recommendation_is_said_at_once():
    application = case(verdicts={"rd_ratio": "not_met"})
    with pytest.raises(DomainError) as refusal:
        recommend(application)
    for words in ("需要人工核实", "不符合", "实地核查"):
        assert words in str(refusal.value)
    assert again(application).state == "county_review"


def test_a_judged_criterion_must_be_ticked_first():
    application = case()
    visited(application)
    assert "需要人工核实" in why(application)
    judged(application)
    assert why(application) == ""


def test_a_stale_tick_must_be_made_anew():
    application = ready()
    submit(application, number=2, verdicts={"market_position": "missing"})
    assert "需要人工核实" in why(application)


def test_an_officer_may_overrule_the_engine_both_ways():
    application = ready(verdicts={"rd_ratio": "not_met"})
    assert "不符合，不能推荐" in why(application)
    check_criterion(
        application=application,
        level=COUNTY,
        criterion="rd_ratio",
        verdict="met",
        note="以审计报告为准",
        actor=county(),
    )
    assert why(application) == ""
    check_criterion(
        application=application,
        level=COUNTY,
        criterion="revenue",
        verdict="not_met",
        note="含关联交易",
        actor=county(),
    )
    assert "不符合，不能推荐" in why(application)


def test_a_direct_route_stands_for_what_it_replaces():
    document = edition()
    from policies.queries import standard_of

    route = next(one for one in standard_of(document).routes if one.replaces)
    replaced = [key for key in route.replaces if key != "score"]
    assert replaced
    verdicts = dict.fromkeys(replaced, "not_met")
    assert "不符合" in why(ready(verdicts=verdicts))
    assert why(ready(verdicts=verdicts | {route.criterion.key: "met"})) == ""


def test_without_a_visit_or_with_a_bad_one_nothing_is_recommended():
    application = case()
    judged(application)
    assert "还没有登记实地核查" in why(application)
    visited(
        application, findings=AGREES | {"ip": (False, "专利已转让")}, visited_on=datetime.date(2026, 5, 18)
    )
    assert "与申报材料不一致" in why(application)
    visited(application, visited_on=datetime.date(2026, 5, 19))
    assert why(application) == ""


def test_open_comments_of_the_county_stand_against_a_recommendation():
    application = ready()
    request = return_application(
        application=application, level=COUNTY, target="enterprise", comment="请核对",
        points=[NewPoint("figures", "revenue.2025", "与审计报告不符")], actor=county(),
    )  # fmt: skip
    Application.objects.filter(pk=application.pk).update(state="county_review")
    assert "1 条退回意见" in why(application)
    settle_point(point=request.points.get(), actor=county())
    assert why(application) == ""


@pytest.mark.parametrize(
    ("until", "good"), [("2026-05-19", False), ("2026-05-20", True), ("2026-05-21", True)]
)
def test_the_title_below_must_still_be_valid_on_the_day(until, good):
    application = ready()
    Recognition.objects.update(valid_until=until)
    assert (why(application) == "") == good


def test_an_opinion_is_mandatory():
    with pytest.raises(DomainError):
        recommend(ready(), opinion="  ")


@pytest.mark.parametrize(
    "state", [s for s in ApplicationState if s not in ("county_review", "returned_to_county")]
)
def test_only_a_case_in_county_review_is_recommended(state):
    edition()
    application = case(state)
    with pytest.raises(Conflict):
        recommend(application)


def test_a_unit_that_answers_to_the_province_keeps_its_case_in_order():
    hub = region("郑州航空港经济综合实验区")
    assert hub.provincial_direct
    application = ready(unit=hub.name, intake=IntakeFactory(city=region("郑州市")))
    recommend(application)
    application = again(application)
    assert (application.state, application.recommended_as) == ("county_review", 1)
    assert application.events.last().action == "列入推荐"
    with pytest.raises(Conflict, match="已经列入推荐"):
        recommend(application)


# ---- order ----------------------------------------------------------------------------------------------


@pytest.fixture
def three(db):
    intake = IntakeFactory()
    cases = [ready(intake=intake) for _ in range(3)]
    for application in cases:
        recommend(application)
    return intake, [application.pk for application in cases]


def order_of(intake):
    return list(
        Application.objects.filter(intake=intake).order_by("recommended_as").values_list("pk", flat=True)
    )


def reorder(intake, before, after):
    reorder_recommendations(intake=intake, unit=region("红旗区"), before=before, after=after, actor=county())


def test_a_county_puts_its_cases_into_another_order(three):
    intake, (one, two, last) = three
    reorder(intake, [one, two, last], [last, one, two])
    assert order_of(intake) == [last, one, two]
    event = Application.objects.get(pk=last).events.last()
    assert (event.action, event.data, event.public) == ("调整推荐排序", {"from": 3, "to": 1}, False)


def test_cases_the_city_has_taken_up_keep_their_places(three):
    intake, (one, two, last) = three
    Application.objects.filter(pk=two).update(state="city_review")
    reorder(intake, [one, last], [last, one])
    assert order_of(intake) == [last, two, one]


@pytest.mark.parametrize("wrong", ["empty", "foreign", "shorter", "doubled", "taken up", "moved by another"])
def test_an_order_that_rests_on_another_list_is_refused(three, wrong):
    intake, pks = three
    before, after = pks, pks[::-1]
    if wrong == "taken up":
        Application.objects.filter(pk=pks[0]).update(state="city_review")
    elif wrong == "moved by another":
        before = [pks[1], pks[0], pks[2]]
    else:
        after = {"empty": [], "foreign": [0, *pks[1:]], "shorter": pks[:2], "doubled": [*pks, pks[0]]}[wrong]
    with pytest.raises(Conflict, match="刚有变化"):
        reorder(intake, before, after)
    assert order_of(intake) == pks


# ---- rejecting ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "level"),
    [("county_review", COUNTY), ("returned_to_county", COUNTY), ("city_review", CITY)],
)
def test_an_office_ends_a_case_with_a_reason(state, level):
    application = case(ApplicationState(state), recommended_as=1)
    reject(application, level)
    application = again(application)
    event = application.events.last()
    assert (application.state, application.recommended_as, application.due_on) == ("rejected", None, None)
    assert application.closed_at is not None
    assert (event.reason, event.data) == ("不符合认定条件：研发投入不足", {"reason": "criteria", "place": 1})


@pytest.mark.parametrize("reason", ["", "overdue", "objection", "nonsense"])
def test_the_reason_is_one_of_the_list(reason):
    application = case()
    with pytest.raises(DomainError, match="请选择不予推荐的原因"):
        reject(application, reason=reason)


@pytest.mark.parametrize("words", ["", "  ", "a\x00"])
def test_the_words_are_mandatory(words):
    with pytest.raises(DomainError):
        reject(case(), words=words)


@pytest.mark.parametrize("level", ReviewLevel)
@pytest.mark.parametrize("state", ApplicationState)
def test_an_office_ends_only_what_it_has(level, state):
    allowed = {COUNTY: ("county_review", "returned_to_county"), CITY: ("city_review",)}[level]
    if state in allowed or state == "returned":
        return
    edition()
    application = case(state)
    with pytest.raises(Conflict):
        reject(application, level)


@pytest.mark.parametrize(
    ("today", "good"),
    [("2026-06-08", False), ("2026-06-09", False), ("2026-06-10", True), ("2026-06-11", True)],
)
def test_a_return_is_ended_only_after_its_deadline(at, today, good):
    application = case(ApplicationState.RETURNED, due_on=datetime.date(2026, 6, 9))
    at(today)
    if good:
        reject(application)
        assert again(application).events.last().data["reason"] == "overdue"
    else:
        with pytest.raises(DomainError, match="过了期限"):
            reject(application)
    assert again(application).state == ("rejected" if good else "returned")


def test_a_return_is_ended_only_by_the_office_that_asked(at):
    application = case(ApplicationState.RETURNED, due_on=datetime.date(2026, 6, 9), returned_by=CITY)
    at("2026-07-01")
    with pytest.raises(Conflict, match="不是本级要求"):
        reject(application, COUNTY)
    reject(application, CITY, actor=city())
    assert again(application).state == "rejected"


# ---- the city's conditions ------------------------------------------------------------------------------


def test_the_city_needs_no_visit_unless_the_draw_picked_the_case():
    application = to_city(ready())
    assert why(application, CITY) == ""
    from tests.tiers.review.draws import drawn

    drawn(application)
    assert "抽查抽中" in why(application, CITY)
    visited(application, CITY)
    assert why(application, CITY) == ""


def test_the_city_counts_its_own_verdicts_before_those_of_the_county():
    application = to_city(ready())
    check_criterion(
        application=application, level=CITY, criterion="market_position", verdict="not_met", note="材料不实",
        actor=UserFactory(),
    )  # fmt: skip
    assert "不符合" in why(application, CITY)


def test_the_city_takes_over_what_the_county_has_found():
    application = ready(verdicts={"rd_ratio": "not_met"})
    check_criterion(
        application=application,
        level=COUNTY,
        criterion="rd_ratio",
        verdict="met",
        note="以审计报告为准",
        actor=county(),
    )
    assert why(to_city(application), CITY) == ""


def test_what_the_county_has_judged_is_not_open_for_the_city():
    application = to_city(ready())
    assert [row.key for row in criterion_rows(application, CITY) if row.open] == []
    assert [row.key for row in criterion_rows(to_city(case()), CITY) if row.open] == ["market_position"]


def test_a_revoked_title_below_stands_against_the_notice():
    application = to_city(ready(enterprise=firm()))
    Recognition.objects.update(revoked_on=datetime.date(2026, 5, 1))
    assert why(application, CITY) != ""
