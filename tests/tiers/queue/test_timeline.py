"""The way of a case in two voices, and the usual times of its steps."""

import datetime

import pytest
import time_machine
from django.template.loader import render_to_string

from tests.factories import ApplicationFactory, IntakeFactory, MembershipFactory, region
from tests.tiers.queue.world import TODAY, case, city, county, event
from tiers.enums import ApplicationState as S
from tiers.queries.timeline import timeline
from tiers.queries.usual_times import Usual, usual_times

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 25, 2, tzinfo=datetime.UTC)
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def step(application, old, new, at, **more):
    return event(application, more.pop("action", f"{old}→{new}"), old=old, new=new, at=at, **more)


# ---- usual times ----------------------------------------------------------------------------------------


def history(intake, *stays, state=S.COUNTY_REVIEW, after=S.RECOMMENDED):
    """Cases of the intake that stayed in `state` for so long each."""
    for stay in stays:
        old = ApplicationFactory(intake=intake, state=S.REPORTED)
        begun = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
        step(old, S.SUBMITTED, state, begun)
        event(old, "审核指标", at=begun + HOUR, public=False)
        step(old, state, after, begun + stay)


def test_usual_times_are_the_percentiles_of_the_history():
    intake = IntakeFactory()
    history(intake, *[n * DAY for n in (1, 2, 3, 4, 10)])
    # positions 0 … 4: median 3; the 90 % point lies 0.6 of the way from 4 to 10, at 7.6 days
    assert usual_times(intake.title, intake.city_id)[S.COUNTY_REVIEW] == Usual(5, 3, 8)


@pytest.mark.parametrize(("cases", "shown"), [(4, False), (5, True)])
def test_usual_times_need_five_cases(cases, shown):
    intake = IntakeFactory()
    history(intake, *[2 * DAY] * cases)
    found = usual_times(intake.title, intake.city_id)[S.COUNTY_REVIEW]
    assert (found.cases, found.median) == (cases, 2 if shown else None)
    assert found.words == ("通常 2 天，九成在 2 天内" if shown else "样本不足，暂不显示")


@pytest.mark.parametrize(
    ("stay", "days"), [(HOUR, 1), (DAY, 1), (DAY + HOUR, 2), (2 * DAY - HOUR, 2), (2 * DAY, 2)]
)
def test_usual_times_are_whole_days_rounded_up(stay, days):
    intake = IntakeFactory()
    history(intake, *[stay] * 5)
    assert usual_times(intake.title, intake.city_id)[S.COUNTY_REVIEW].median == days


def test_usual_times_of_other_titles_and_cities_do_not_count():
    intake = IntakeFactory()
    history(intake, *[2 * DAY] * 5)
    history(IntakeFactory(title="innovative"), *[50 * DAY] * 5)
    history(IntakeFactory(city=region("郑州市")), *[50 * DAY] * 5)
    assert usual_times(intake.title, intake.city_id)[S.COUNTY_REVIEW] == Usual(5, 2, 2)


def test_each_stay_counts_from_its_own_beginning_and_cases_are_counted_once():
    intake = IntakeFactory()
    history(intake, *[2 * DAY] * 4)
    often = ApplicationFactory(intake=intake, state=S.COUNTY_REVIEW)
    at = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
    step(often, S.SUBMITTED, S.COUNTY_REVIEW, at)
    step(often, S.COUNTY_REVIEW, S.RETURNED, at + 2 * DAY)
    step(often, S.RETURNED, S.COUNTY_REVIEW, at + 9 * DAY)  # and still there
    found = usual_times(intake.title, intake.city_id)
    assert found[S.COUNTY_REVIEW] == Usual(5, 2, 2)
    assert found[S.RETURNED].cases == 1


# ---- two voices -----------------------------------------------------------------------------------------


@pytest.fixture
def told():
    """A case that went through a return, with things the enterprise must not see."""
    firm = MembershipFactory(user__full_name="王五")
    officer, chief = county(full_name="张三"), city(full_name="赵六")
    one = ApplicationFactory(
        enterprise=firm.enterprise, state=S.RETURNED_TO_COUNTY, due_on=TODAY + 2 * DAY, assigned_to=officer
    )
    steps = [
        (S.DRAFT, S.SUBMITTED, firm.user, "提交", "", True),
        (S.SUBMITTED, S.COUNTY_REVIEW, officer, "受理", "", True),
        ("", "", officer, "审核指标", "研发费用：符合。", False),
        ("", "", officer, "审核指标", "主营占比：符合。", False),
        (S.COUNTY_REVIEW, S.RETURNED, officer, "退回企业修改", "请补审计报告。", True),
        (S.RETURNED, S.COUNTY_REVIEW, firm.user, "重新提交", "", True),
        (S.COUNTY_REVIEW, S.RECOMMENDED, officer, "县级推荐", "同意推荐。", True),
        (S.RECOMMENDED, S.CITY_REVIEW, chief, "市级受理", "", True),
        (S.CITY_REVIEW, S.RETURNED_TO_COUNTY, chief, "退回县级", "内部意见：数据存疑。", False),
    ]
    for number, (old, new, actor, action, reason, public) in enumerate(steps):
        event(
            one, action, old=old, new=new, actor=actor, reason=reason, public=public,
            at=NOW - 9 * DAY + number * HOUR,
        )  # fmt: skip
    return one


def test_enterprise_reads_public_words_only(told):
    found = timeline(told, public=True)
    assert [(past.title, past.who, past.reason) for past in found.past] == [
        ("已提交申报", "王五", ""),
        ("县（市、区）已受理", "红旗区工信部门", ""),
        ("县（市、区）请您修改", "红旗区工信部门", "请补审计报告。"),
        ("已修改并重新提交", "王五", ""),
        ("县（市、区）已推荐到市里", "红旗区工信部门", "同意推荐。"),
        ("市里开始审核", "新乡市工信部门", ""),
    ]
    now = found.now
    assert (now.label, now.holder, now.office) == ("县（市、区）审核中", "红旗区工信部门", "红旗区工信部门")
    assert now.since == NOW - 9 * DAY + 7 * HOUR
    page = render_to_string("tiers/_timeline.html", {"timeline": found})
    for secret in ("张三", "赵六", "退回县级", "数据存疑", "审核指标", "研发费用"):
        assert secret not in page


def test_staff_read_everything_with_names(told):
    found = timeline(told, public=False)
    assert [(past.title, past.who) for past in found.past] == [
        ("提交", "企业 王五"),
        ("受理", "张三（红旗区）"),
        ("审核指标（2 次）", "张三（红旗区）"),
        ("退回企业修改", "张三（红旗区）"),
        ("重新提交", "企业 王五"),
        ("县级推荐", "张三（红旗区）"),
        ("市级受理", "赵六（新乡市）"),
        ("退回县级", "赵六（新乡市）"),
    ]
    assert found.past[2].more == ("主营占比：符合。",)
    assert (found.now.label, found.now.holder) == ("退回县级", "红旗区工信部门，经办人 张三")
    page = render_to_string("tiers/_timeline.html", {"timeline": found})
    assert "数据存疑" in page
    assert "主营占比" in page


@pytest.mark.parametrize("public", [True, False])
def test_every_open_state_says_who_has_it_and_what_comes_next(public):
    for state in S.open():
        one = case(state, due_on=TODAY + 3 * DAY, days_left=4 if state == S.RETURNED else None)
        now = timeline(one, public=public).now
        assert now.label
        assert now.next
        assert now.holder
        assert now.office
        assert (now.paused == 4) is (state == S.RETURNED)


@pytest.mark.parametrize("state", S.final())
def test_a_case_that_has_ended_waits_for_nothing(state):
    found = timeline(case(state), public=True)
    assert (found.now, found.ahead) == (None, [])


@pytest.mark.parametrize(
    ("state", "more", "ahead"),
    [
        (S.DRAFT, {}, 6),
        (S.SUBMITTED, {}, 5),
        (S.COUNTY_REVIEW, {}, 4),
        (S.RETURNED, {"returned_by": "county"}, 5),
        (S.RETURNED, {"returned_by": "city"}, 3),
        (S.RETURNED_TO_COUNTY, {}, 4),
        (S.OBJECTION, {}, 1),
        (S.REPORTED, {}, 0),
    ],
)
def test_steps_ahead_of_a_case(state, more, ahead):
    found = timeline(case(state, **more), public=True)
    assert len(found.ahead) == ahead
    if state == S.RETURNED:
        assert found.ahead[0].label == ("市级审核" if more["returned_by"] == "city" else "县（市、区）审核")


def test_a_unit_that_answers_to_the_province_skips_the_city():
    direct = case(S.COUNTY_REVIEW, unit="郑州航空港经济综合实验区", intake__city=region("郑州市"))
    found = timeline(direct, public=True)
    assert [step.label for step in found.ahead] == ["省级审定"]
    assert "上报省里" in found.now.next


def test_whom_to_call_has_the_number_of_the_office():
    unit = region("红旗区")
    unit.contact = "0373-3050001"
    unit.save()
    one = case(S.COUNTY_REVIEW)
    assert (timeline(one, public=True).now.contact, timeline(one, public=True).now.office) == (
        "0373-3050001",
        "红旗区工信部门",
    )


@pytest.mark.parametrize(
    ("days", "news"),
    [
        (2, "已等 2 天，没有新消息是正常的。"),
        (3, "已等 3 天，没有新消息是正常的。"),
        (4, "已等 4 天，比多数同类申报久一些，仍属常见。"),
        (8, "已等 8 天，比多数同类申报久一些，仍属常见。"),
        (9, "已等 9 天，超过九成同类申报，可以打电话问一问。"),
    ],
)
def test_no_news_is_a_state_too(days, news):
    intake = IntakeFactory()
    history(intake, *[n * DAY for n in (1, 2, 3, 4, 10)])  # median 3, nine of ten within 8
    one = ApplicationFactory(intake=intake, state=S.COUNTY_REVIEW)
    step(one, S.SUBMITTED, S.COUNTY_REVIEW, NOW - days * DAY)
    assert timeline(one, public=True).now.news == news


@pytest.mark.parametrize(
    ("state", "public", "words", "kind"),
    [
        (S.COUNTY_REVIEW, True, "审核时限至 2026-11-24", "mute"),
        (S.COUNTY_REVIEW, False, "已超期 1 个工作日", "bad"),
        (S.PUBLICITY, True, "公示至 2026-11-24", "mute"),
        (S.RETURNED, True, "企业已超期 1 个工作日", "bad"),
    ],
)
def test_limit_of_an_office_does_not_press_the_enterprise(state, public, words, kind):
    limit = timeline(case(state, due_on=TODAY - DAY), public=public).now.limit
    assert (limit.words, limit.kind) == (words, kind)


def test_without_history_nothing_is_promised():
    one = case(S.COUNTY_REVIEW)
    step(one, S.SUBMITTED, S.COUNTY_REVIEW, NOW - 90 * DAY)
    now = timeline(one, public=True).now
    assert (now.news, now.usual.words, now.days) == ("", "样本不足，暂不显示", 90)


@pytest.mark.parametrize("count", [1, 3])
def test_timeline_costs_the_same_queries_for_any_number_of_events(count, django_assert_num_queries):
    one = case(S.COUNTY_REVIEW)
    for number in range(count):
        event(one, f"说明{number}", actor=county())
    with django_assert_num_queries(3):  # events, usual times, calendar of the limit
        timeline(type(one).objects.select_related("intake", "managing_unit__parent").get(pk=one.pk), True)
