"""Acts on many cases: a plan with reasons, then each by itself, whatever happened in between."""

import datetime

import pytest
import time_machine
from django.db import OperationalError
from django.urls import reverse

from accounts.models import Message
from core.errors import DomainError
from core.models import AuditEntry
from tests.factories import MembershipFactory, UserFactory
from tests.tiers.queue.world import TODAY, case, city, county, event
from tiers import bulk
from tiers.bulk import LIMIT, Act, Pick, read_picks
from tiers.enums import ApplicationState as S

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 25, 10, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def accepted(monkeypatch):
    """Acceptance itself is tested where it lives; here it only moves the case."""

    def accept(*, application, actor):
        application.refresh_from_db()
        event(application, "受理", actor=actor, old=S.SUBMITTED, new=S.COUNTY_REVIEW)
        done.append(application.pk)

    done = []
    monkeypatch.setattr(bulk, "accept_application", accept)
    monkeypatch.setattr(bulk, "take_up_application", accept)
    return done


def pick(application):
    last = application.events.last()
    return Pick(application.pk, last.pk if last else 0)


def problems(act, picks, user, **more):
    return [line.problem for line in bulk.plan(act, picks, user=user, **more)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["1-2", "3-0"], [Pick(1, 2), Pick(3, 0)]),
        (["1-2", "1-5", "x", "1", "1-2-3", "", "-", "１-2", "1--2", f"{10**19}-1"], [Pick(1, 5)]),
    ],
)
def test_picks_are_read_each_once_without_nonsense(written, read):
    assert read_picks(written) == read
    assert read_picks([str(one) for one in read]) == read


def test_picks_have_a_limit():
    assert len(read_picks([f"{n}-0" for n in range(LIMIT)])) == LIMIT
    with pytest.raises(DomainError, match=str(LIMIT)):
        read_picks([f"{n}-0" for n in range(LIMIT + 1)])
    with pytest.raises(DomainError, match="勾选"):
        read_picks(["x"])


def test_plan_of_acceptance_names_every_reason():
    me, colleague = county(), county(full_name="张三")
    good = case(S.SUBMITTED)
    busy = case(S.SUBMITTED, handled_by=colleague, handled_at=NOW)
    stale = case(S.SUBMITTED, handled_by=colleague, handled_at=NOW - datetime.timedelta(minutes=31))
    wrong = case(S.CITY_REVIEW)
    foreign = case(S.SUBMITTED, unit="卫滨区")
    changed = case(S.SUBMITTED)
    seen = pick(changed)
    event(changed, "企业补充说明", at=NOW, actor=UserFactory(of_enterprise=True, full_name="王五"))

    picks = [*map(pick, [good, busy, stale, wrong, foreign]), seen, Pick(999_999, 0)]
    lines = bulk.plan(Act.ACCEPT, picks, user=me)

    assert [line.problem for line in lines] == [
        "",
        "张三正在处理。",
        "",
        "现在是“市级审核中”，不能受理。",
        "不在您的管理范围内，或已不存在。",
        "您打开列表以后有变化（王五 11-25 18:00 企业补充说明），请核对后再办。",
        "不在您的管理范围内，或已不存在。",
    ]
    assert [line.case for line in lines] == [good, busy, stale, wrong, None, changed, None]


def test_plan_of_a_city_only_reads_units_that_answer_to_the_province():
    direct = case(S.SUBMITTED, unit="郑州航空港经济综合实验区")
    user = city(region=direct.managing_unit.city)
    assert direct.managing_unit.provincial_direct
    assert problems(Act.ACCEPT, [pick(direct)], user) == ["管理单位直接向省里报送，市里只能查看。"]


def test_plan_of_assignment():
    me, colleague = county(), county(full_name="张三")
    ours, theirs = case(S.COUNTY_REVIEW), case(S.COUNTY_REVIEW, assigned_to=colleague)
    waiting = case(S.RETURNED, returned_by="county")
    at_city, city_waits = case(S.CITY_REVIEW), case(S.RETURNED, returned_by="city")
    picks = list(map(pick, [ours, theirs, waiting, at_city, city_waits]))
    assert problems(Act.ASSIGN, picks, me, officer=colleague) == [
        "",
        "已经由张三经办。",
        "",
        "现在是“市级审核中”，不在本单位办理，不能指派。",
        "现在是“退回企业修改”，不在本单位办理，不能指派。",
    ]


def test_plan_of_reminding():
    me = county()
    waiting, again = (case(S.RETURNED, returned_by="county") for _ in range(2))
    event(again, "催办")
    yesterday = case(S.RETURNED, returned_by="county")
    event(yesterday, "催办", at=NOW - datetime.timedelta(days=1))
    by_city, ours = case(S.RETURNED, returned_by="city"), case(S.COUNTY_REVIEW)
    assert problems(Act.REMIND, list(map(pick, [waiting, again, yesterday, by_city, ours])), me) == [
        "",
        "今天已经催办过。",
        "",
        "是市级退回的，由退回的单位催办。",
        "现在是“县级审核中”，没有等企业修改。",
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_plan_costs_the_same_queries_for_any_number(django_assert_num_queries, count):
    me = county()
    picks = [pick(case(S.SUBMITTED)) for _ in range(count)]
    with django_assert_num_queries(3):
        bulk.plan(Act.ACCEPT, picks, user=me)


def test_what_changed_between_plan_and_act_is_left_out(accepted):
    me = county()
    first, second, third = (case(S.SUBMITTED) for _ in range(3))
    picks = list(map(pick, [first, second, third]))
    assert problems(Act.ACCEPT, picks, me) == ["", "", ""]
    event(second, "撤回")
    third.managing_unit = case(S.SUBMITTED, unit="卫滨区").managing_unit
    third.save()

    lines = bulk.carry_out(Act.ACCEPT, picks, user=me)

    assert [bool(line.problem) for line in lines] == [False, True, True]
    assert "有变化" in lines[1].problem
    assert accepted == [first.pk]


def test_one_that_fails_does_not_take_the_others_with_it(monkeypatch, accepted):
    me = county()
    picks = [pick(case(S.SUBMITTED)) for _ in range(4)]
    accept = bulk.accept_application

    def sometimes(*, application, actor):
        accept(application=application, actor=actor)
        if application.pk == picks[1].case:
            raise DomainError("今天没有适用的认定标准。")
        if application.pk == picks[2].case:
            raise OperationalError("lock timeout")

    monkeypatch.setattr(bulk, "accept_application", sometimes)
    lines = bulk.carry_out(Act.ACCEPT, picks, user=me)

    assert [line.problem for line in lines] == [
        "",
        "今天没有适用的认定标准。",
        "别人正在修改这份申报，请稍后再试。",
        "",
    ]
    # what a failed one had written is undone
    assert [line.case.events.count() for line in lines] == [1, 0, 0, 1]


def test_sending_the_same_form_again_does_nothing(client, accepted):
    me = county()
    client.force_login(me)
    form = {"act": "accept", "pick": [str(pick(case(S.SUBMITTED)))]}

    first = client.post(reverse("tiers:work_bulk_apply"), form)
    second = client.post(reverse("tiers:work_bulk_apply"), form)

    assert [line.problem for line in first.context["lines"]] == [""]
    assert "有变化" in second.context["lines"][0].problem
    assert len(accepted) == 1


def test_assignment_of_many_is_one_message(client):
    me, colleague = county(full_name="李四"), county(full_name="张三")
    client.force_login(me)
    cases = [case(S.COUNTY_REVIEW) for _ in range(3)]
    form = {
        "act": "assign",
        "officer": colleague.pk,
        "pick": [str(pick(one)) for one in cases],
        "query": "tab=here",
    }

    plan = client.post(reverse("tiers:work_bulk"), form)
    assert (len(plan.context["good"]), plan.context["bad"], plan.context["back"]) == (
        3,
        0,
        "/queue/?tab=here",
    )
    for one in cases:
        one.refresh_from_db()
        assert one.assigned_to is None
    done = client.post(reverse("tiers:work_bulk_apply"), form)

    assert done.context["bad"] == 0
    for one in cases:
        one.refresh_from_db()
        assert one.assigned_to == colleague
        last = one.events.last()
        assert (last.action, last.public, last.reason) == ("指派", False, "经办人：无 → 张三")
    [message] = Message.objects.all()
    assert (message.recipient, message.title, message.url) == (
        colleague,
        "李四把 3 件申报指派给您",
        "/queue/?tab=mine",
    )
    assert AuditEntry.objects.filter(action="指派").count() == 3


def test_reminding_reaches_the_people_of_the_firm_once_a_day(client):
    waiting = case(S.RETURNED, returned_by="county", due_on=TODAY)
    member = MembershipFactory(enterprise=waiting.enterprise).user
    MembershipFactory(enterprise=waiting.enterprise, user__is_active=False)
    lonely = case(S.RETURNED, returned_by="county", due_on=TODAY)
    client.force_login(county())
    form = {"act": "remind", "pick": [str(pick(waiting)), str(pick(lonely))]}

    lines = client.post(reverse("tiers:work_bulk_apply"), form).context["lines"]

    assert [line.problem for line in lines] == ["", f"“{lonely.enterprise}”还没有平台用户，请电话通知。"]
    [message] = Message.objects.all()
    assert (message.recipient, message.kind) == (member, "return")
    assert "今日到期" in message.body
    assert waiting.events.last().public is True
    form["pick"] = [str(pick(waiting))]
    assert (
        client.post(reverse("tiers:work_bulk_apply"), form).context["lines"][0].problem == "今天已经催办过。"
    )
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"act": "delete", "pick": ["1-0"]},
        {"act": "accept"},
        {"act": "accept", "pick": ["x"]},
        {"act": "assign", "pick": ["1-0"]},
        {"act": "assign", "pick": ["1-0"], "officer": "abc"},
        {"act": "assign", "pick": ["1-0"], "officer": "9" * 40},
        {"act": "accept", "pick": [f"{n}-0" for n in range(LIMIT + 1)]},
    ],
)
@pytest.mark.parametrize("page", ["tiers:work_bulk", "tiers:work_bulk_apply"])
def test_nonsense_leads_back_to_the_list_with_a_sentence(client, form, page):
    client.force_login(county())
    answer = client.post(reverse(page), form | {"query": "tab=here"}, follow=True)
    assert answer.redirect_chain == [("/queue/?tab=here", 302)]
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


def test_an_officer_of_another_office_cannot_be_chosen(client):
    client.force_login(county())
    elsewhere = UserFactory(county=True, region=case(unit="卫滨区").managing_unit)
    for stranger in (city(), county(is_active=False), elsewhere):
        form = {"act": "assign", "pick": ["1-0"], "officer": stranger.pk}
        assert client.post(reverse("tiers:work_bulk"), form).status_code == 302


def test_names_of_other_units_do_not_leak(client):
    foreign = case(S.SUBMITTED, unit="卫滨区")
    client.force_login(county())
    text = client.post(
        reverse("tiers:work_bulk"), {"act": "accept", "pick": [str(pick(foreign))]}
    ).content.decode()
    assert foreign.enterprise.name not in text
    assert foreign.number not in text
