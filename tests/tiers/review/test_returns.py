"""Corrections: what is open, until when, the clock, ticking off."""

import datetime

import pytest

from core.errors import Conflict, DomainError
from core.workdays import workdays_after
from policies.queries import standard_of
from tests.tiers.review.cases import again, case, city, county, edition, ready, submit, to_city
from tiers.enums import ApplicationState, PointState, ReturnTarget, ReviewLevel
from tiers.models import Application, ReturnPoint
from tiers.queries.dossier import answered_rounds
from tiers.services.city import take_up_application
from tiers.services.decisions import recommend_application
from tiers.services.returns import NewPoint, reopen_point, return_application, settle_point
from tiers.services.review import Refused

pytestmark = pytest.mark.django_db
COUNTY, CITY = ReviewLevel.COUNTY, ReviewLevel.CITY
REVENUE = NewPoint("figures", "revenue.2025", "与审计报告不符")
TODAY = datetime.date(2026, 5, 20)


def send_back(application, *points, level=COUNTY, target=ReturnTarget.ENTERPRISE, **changes):
    details = {"comment": "请核对后重新提交", "actor": county() if level == COUNTY else city()}
    return return_application(
        application=application,
        level=level,
        target=target,
        points=points or (REVENUE,),
        **(details | changes),
    )


def answer(application, number=2, **answers):
    """What the enterprise's resubmission does, without its form."""
    submit(application, number=number, **answers)
    request = application.returns.last()
    request.answered_at = datetime.datetime(2026, 5, 21, tzinfo=datetime.UTC)
    request.save()
    request.points.filter(state=PointState.OPEN).update(state=PointState.CHANGED)
    back = "county_review" if request.level == COUNTY else "city_review"
    Application.objects.filter(pk=application.pk).update(state=back)
    return request.points.first()


# ---- sending back ---------------------------------------------------------------------------------------


def test_a_return_keeps_the_points_and_stops_the_clock():
    application = case(due_on=datetime.date(2026, 5, 27))
    request = send_back(application, REVENUE, NewPoint("distinctive", "", "请补充依据"))
    application = again(application)
    days = standard_of(application.edition).procedure.correction_working_days
    assert (application.state, application.returned_by, application.days_left) == ("returned", COUNTY, 5)
    assert application.due_on == request.due_on == workdays_after(TODAY, days)
    assert set(request.points.values_list("section", "field", "comment", "state")) == {
        ("figures", "revenue.2025", "与审计报告不符", "open"),
        ("distinctive", "", "请补充依据", "open"),
    }
    event = application.events.last()
    assert (event.action, event.reason, event.public) == ("退回企业修改", "请核对后重新提交", True)
    assert event.data == {
        "request": request.pk,
        "points": 2,
        "due_on": request.due_on.isoformat(),
        "submission": application.submissions.get().pk,
    }


@pytest.mark.parametrize(
    ("due", "left"),
    [("2026-05-19", 0), ("2026-05-20", 0), ("2026-05-21", 1), ("2026-05-22", 2), ("2026-05-25", 3)],
)
def test_the_working_days_left_are_kept_and_never_below_none(due, left):
    application = case(due_on=datetime.date.fromisoformat(due))
    send_back(application)
    assert again(application).days_left == left


@pytest.mark.parametrize(
    ("due", "good"),
    [("2026-05-19", False), ("2026-05-20", False), ("2026-05-21", True), ("2026-06-30", True)],
)
def test_the_deadline_is_after_today(due, good):
    application, due = case(), datetime.date.fromisoformat(due)
    if good:
        assert send_back(application, due_on=due).due_on == due
    else:
        with pytest.raises(DomainError, match="晚于今天"):
            send_back(application, due_on=due)


@pytest.mark.parametrize(
    "point",
    [
        NewPoint("figures", "no_such", "x"),
        NewPoint("no_such", "", "x"),
        NewPoint("figures", "revenue.1999", "x"),
        NewPoint("office", "", "x"),
        NewPoint("figures", "revenue.2025", " "),
        NewPoint("figures", "revenue.2025", "a\x00b"),
        NewPoint("figures", "revenue.2025", "长" * 1001),
    ],
)
def test_a_point_is_about_something_in_the_form_and_says_what(point):
    application = case()
    with pytest.raises(Refused) as refusal:
        send_back(application, REVENUE, point)
    assert set(refusal.value.errors) == {f"{point.section}:{point.field}"}
    assert again(application).state == "county_review"
    assert not ReturnPoint.objects.exists()


def test_lists_and_file_places_can_be_sent_back_too():
    application = case()
    request = send_back(
        application, NewPoint("innovation", "ip", "缺权利人"), NewPoint("figures", "audit.2025", "不清晰")
    )
    assert request.points.count() == 2


def test_a_return_to_the_enterprise_opens_something():
    with pytest.raises(DomainError, match="至少勾选一处"):
        return_application(
            application=case(),
            level=COUNTY,
            target=ReturnTarget.ENTERPRISE,
            comment="请改",
            points=[],
            actor=county(),
        )


def test_a_county_cannot_send_back_to_itself():
    with pytest.raises(DomainError, match="县级只能退回给企业"):
        send_back(case(), target=ReturnTarget.COUNTY)


@pytest.mark.parametrize("level", ReviewLevel)
@pytest.mark.parametrize("state", ApplicationState)
def test_only_the_office_that_reviews_sends_back(level, state):
    if state in {COUNTY: ("county_review", "returned_to_county"), CITY: ("city_review",)}[level]:
        return
    edition()
    application = case(state)
    with pytest.raises(Conflict):
        send_back(application, level=level)


# ---- the city's ways ------------------------------------------------------------------------------------


def test_the_city_sends_back_to_the_enterprise():
    application = to_city(ready())
    send_back(application, level=CITY)
    application = again(application)
    assert (application.state, application.returned_by) == ("returned", CITY)


def test_the_city_sends_back_to_the_county_and_its_clock_goes_on_where_it_stopped():
    application, officer = ready(), county()
    recommend_application(application=application, opinion="同意", actor=officer)
    take_up_application(application=application, actor=city())
    Application.objects.filter(pk=application.pk).update(due_on=datetime.date(2026, 5, 25))
    request = send_back(
        application, NewPoint("innovation", "", "请核实专利"), level=CITY, target=ReturnTarget.COUNTY
    )
    application = again(application)
    assert (application.state, application.days_left, application.assigned_to) == (
        "returned_to_county",
        3,
        officer,
    )
    assert (application.events.last().public, application.recommended_as) == (False, 1)
    # the county sends it to the enterprise in between: that is its own clock
    send_back(application)
    answer(application)
    settle_point(point=ReturnPoint.objects.get(request__level=COUNTY), actor=officer)
    recommend_application(application=application, opinion="已核实", actor=officer)
    assert again(request).answered_at is not None
    assert request.points.get().state == PointState.CHANGED
    assert again(application).recommended_as == 1
    take_up_application(application=application, actor=city())
    assert again(application).due_on == workdays_after(TODAY, 3)


def test_a_return_to_the_county_needs_no_points():
    application = to_city(ready())
    request = return_application(
        application=application,
        level=CITY,
        target=ReturnTarget.COUNTY,
        comment="请补核查照片",
        points=[],
        actor=city(),
    )
    assert request.points.count() == 0


# ---- ticking off ----------------------------------------------------------------------------------------


def test_the_answer_stands_beside_the_comment():
    application = case()
    send_back(application, REVENUE, NewPoint("specialised", "", "写清主导产品"))
    answer(application, figures={"revenue.2025": "8,600.00"}, specialised={"lead_product": "滚珠丝杠"})
    submissions = list(application.submissions.all())
    [found] = answered_rounds(application, submissions)
    assert [(one.label, [(c.label, c.old, c.new) for c in one.changes]) for one in found.points] == [
        ("经济效益和经营情况：2025 年营业收入", [("2025 年营业收入", "8,642.50 万元", "8,600.00 万元")]),
        ("专业化", [("主导产品名称", "精密滚珠丝杠副", "滚珠丝杠")]),
    ]
    assert found.others == ()


def test_every_round_compares_its_own_two_submissions():
    application = case()
    send_back(application)
    answer(application, 2, figures={"revenue.2025": "8,600.00"})
    send_back(application)
    answer(application, 3, figures={"revenue.2025": "8,500.00"})
    rounds = answered_rounds(application, list(application.submissions.all()))
    assert [[(c.old, c.new) for one in found.points for c in one.changes] for found in rounds] == [
        [("8,600.00 万元", "8,500.00 万元")],
        [("8,642.50 万元", "8,600.00 万元")],
    ]


def test_an_officer_ticks_a_comment_off_and_opens_it_again():
    application = case()
    send_back(application)
    point, officer = answer(application), county()
    settle_point(point=point, actor=officer)
    point = again(point)
    assert (point.state, point.settled_by) == (PointState.SETTLED, officer)
    with pytest.raises(Conflict, match="已经确认"):
        settle_point(point=point, actor=officer)
    reopen_point(point=point, actor=officer)
    point = again(point)
    assert (point.state, point.settled_by, point.settled_at) == (PointState.OPEN, None, None)
    with pytest.raises(Conflict, match="没有解决过"):
        reopen_point(point=point, actor=officer)
    assert [event.data for event in application.events.all()][-2:] == [
        {"point": point.pk, "before": "changed", "after": "settled"},
        {"point": point.pk, "before": "settled", "after": "open"},
    ]


def test_a_comment_is_ticked_off_only_while_its_office_has_the_case():
    application = case()
    request = send_back(application)
    with pytest.raises(Conflict):
        settle_point(point=request.points.get(), actor=county())


def test_asking_again_about_the_same_place_carries_the_earlier_comment_on():
    application = case()
    send_back(application, REVENUE, NewPoint("specialised", "", "写清主导产品"))
    answer(application)
    second = send_back(application)
    states = set(ReturnPoint.objects.exclude(request=second).values_list("section", "state"))
    assert states == {("figures", "settled"), ("specialised", "changed")}
    assert (second.number, second.points.get().state) == (2, "open")
