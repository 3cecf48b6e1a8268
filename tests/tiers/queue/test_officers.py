"""Who works on a case: in charge, handing over, “正在处理” between two people at once."""

import datetime
import threading

import pytest
import time_machine
from django.db import connections
from django.template import RequestContext, Template
from django.urls import reverse

from accounts.models import Message
from core.errors import Conflict, DomainError
from core.fields import FieldError
from core.models import AuditEntry
from tests.factories import UserFactory, region
from tests.tiers.queue.world import case, city, county
from tiers.enums import ApplicationState as S
from tiers.services.queue import assign_case, hand_over, release_case, take_case

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 25, 2, 42, tzinfo=datetime.UTC)  # 10:42 in China


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


# ---- in charge ------------------------------------------------------------------------------------------


def test_assignment_stays_in_the_office():
    me, one = county(), case(S.COUNTY_REVIEW)
    for stranger in (city(), UserFactory(county=True, region=region("卫滨区"))):
        with pytest.raises(DomainError, match="本单位"):
            assign_case(application=one, officer=stranger, actor=me)
    with pytest.raises(DomainError, match="停用"):
        assign_case(application=one, officer=county(is_active=False), actor=me)


@pytest.mark.parametrize("state", [S.CITY_REVIEW, S.REPORTED, S.GRANTED, S.DRAFT])
def test_assignment_needs_a_case_of_the_office(state):
    with pytest.raises(Conflict, match="不在本单位"):
        assign_case(application=case(state), officer=county(), actor=county())


def test_assignment_twice_is_told():
    me, colleague, one = county(), county(full_name="张三"), case(S.COUNTY_REVIEW)
    assign_case(application=one, officer=colleague, actor=me)
    with pytest.raises(Conflict, match="已经由张三经办"):
        assign_case(application=one, officer=colleague, actor=me)
    assign_case(application=one, officer=me, actor=me)
    assert one.events.last().reason == f"经办人：张三 → {me}"


def test_hand_over_moves_all_open_cases_with_the_reason():
    me, leaver, to = county(full_name="李四"), county(full_name="张三", is_active=False), county()
    mine = [case(state, assigned_to=leaver) for state in (S.SUBMITTED, S.RETURNED, S.CITY_REVIEW)]
    done = case(S.REJECTED, assigned_to=leaver)
    other = case(S.SUBMITTED, assigned_to=me)

    assert hand_over(officer=leaver, to=to, reason=" 岗位调整 ", actor=me) == mine

    for one in (*mine, done, other):
        one.refresh_from_db()
    assert [one.assigned_to for one in (*mine, done, other)] == [to, to, to, leaver, me]
    last = mine[0].events.last()
    assert (last.action, last.public, last.reason) == ("移交", False, f"经办人：张三 → {to}。岗位调整")
    [message] = Message.objects.all()
    assert (message.recipient, message.title) == (to, "李四把 3 件申报移交给您")
    assert "岗位调整" in message.body
    assert AuditEntry.objects.filter(action="移交").count() == 3


def test_hand_over_refusals():
    me, leaver, to = county(), county(), county()
    with pytest.raises(Conflict, match="没有办理中"):
        hand_over(officer=leaver, to=to, reason="休假", actor=me)
    case(S.SUBMITTED, assigned_to=leaver)
    with pytest.raises(FieldError):
        hand_over(officer=leaver, to=to, reason=" ", actor=me)
    with pytest.raises(DomainError, match="同一个人"):
        hand_over(officer=leaver, to=leaver, reason="休假", actor=me)
    with pytest.raises(DomainError, match="本单位"):
        hand_over(officer=leaver, to=city(), reason="休假", actor=me)
    with pytest.raises(DomainError, match="停用"):
        hand_over(officer=leaver, to=county(is_active=False), reason="休假", actor=me)


def test_hand_over_page_offers_who_has_cases_and_keeps_what_was_typed(client):
    me, leaver = county(), county(full_name="张三", is_active=False)
    case(S.SUBMITTED, assigned_to=leaver)
    case(S.REJECTED, assigned_to=me)
    client.force_login(me)
    url = reverse("tiers:hand_over")

    form = client.get(url).context["form"]
    assert [str(label) for _, label in form.fields["officer"].choices] == [
        "请选择",
        "张三（1 件，账号已停用）",
    ]
    refused = client.post(url, {"officer": leaver.pk, "reason": "岗位调整"})
    assert refused.status_code == 200
    assert "岗位调整" in refused.content.decode()
    done = client.post(url, {"officer": leaver.pk, "to": me.pk, "reason": "岗位调整"}, follow=True)
    assert "1 件申报移交给" in done.content.decode()
    assert "不需要移交" in client.get(url).content.decode() or client.get(url).status_code == 200


# ---- somebody is handling this --------------------------------------------------------------------------


def test_taking_shows_others_and_can_be_renewed():
    me, colleague, one = county(full_name="李四"), county(full_name="张三"), case(S.COUNTY_REVIEW)
    take_case(application=one, actor=colleague)
    with pytest.raises(Conflict, match="张三正在处理这份申报（10:42 开始）"):
        take_case(application=one, actor=me)
    take_case(application=one, actor=colleague)
    with time_machine.travel(NOW + datetime.timedelta(minutes=30), tick=False):
        take_case(application=one, actor=me)
    one.refresh_from_db()
    assert one.handled_by == me
    assert not Message.objects.exists()


def test_taking_over_tells_the_other():
    me, colleague, one = county(full_name="李四"), county(full_name="张三"), case(S.COUNTY_REVIEW)
    take_case(application=one, actor=colleague)

    take_case(application=one, actor=me, instead_of=colleague)

    one.refresh_from_db()
    assert one.handled_by == me
    [message] = Message.objects.all()
    assert (message.recipient, message.title) == (colleague, "李四接手了您正在处理的申报")
    assert AuditEntry.objects.filter(action="接手").count() == 1
    with pytest.raises(Conflict, match="李四"):  # taking over from somebody who is not there any more
        take_case(application=one, actor=county(), instead_of=colleague)


@pytest.mark.parametrize("state", [S.CITY_REVIEW, S.REPORTED, S.GRANTED, S.DRAFT])
def test_taking_needs_a_case_of_the_office(state):
    with pytest.raises(Conflict, match="不在本单位"):
        take_case(application=case(state), actor=county())


def test_releasing_leaves_a_colleague_alone():
    me, colleague, one = county(), county(), case(S.COUNTY_REVIEW)
    take_case(application=one, actor=colleague)
    release_case(application=one, actor=me)
    one.refresh_from_db()
    assert one.handled_by == colleague
    release_case(application=one, actor=colleague)
    release_case(application=one, actor=colleague)
    one.refresh_from_db()
    assert (one.handled_by, one.handled_at) == (None, None)


def test_pages_take_and_release(client):
    me, colleague, one = county(full_name="李四"), county(full_name="张三"), case(S.COUNTY_REVIEW)
    client.force_login(me)
    take, review = (
        reverse("tiers:case_take", args=[one.pk]),
        reverse("tiers:application_review", args=[one.pk]),
    )
    assert client.post(take).url == review
    one.refresh_from_db()
    assert one.handled_by == me
    client.post(reverse("tiers:case_release", args=[one.pk]))
    take_case(application=one, actor=colleague)
    for nonsense in ("", "x", "9" * 40, str(me.pk)):
        assert client.post(take, {"instead_of": nonsense}).url == review
        one.refresh_from_db()
        assert one.handled_by == colleague
    client.post(take, {"instead_of": colleague.pk})
    one.refresh_from_db()
    assert one.handled_by == me


def test_a_city_only_reads_what_answers_to_the_province(client):
    direct = case(S.COUNTY_REVIEW, unit="郑州航空港经济综合实验区")
    client.force_login(city(region=direct.managing_unit.city))
    assert client.post(reverse("tiers:case_take", args=[direct.pk])).status_code == 403


@pytest.mark.parametrize(
    ("who", "begins", "ends", "takes_over"),
    [
        ("nobody", True, False, False),
        ("me", False, True, False),
        ("colleague", False, False, True),
    ],
)
def test_the_page_of_a_case_offers_what_can_be_done_about_handling(rf, who, begins, ends, takes_over):
    me, colleague, one = county(), county(full_name="张三"), case(S.COUNTY_REVIEW)
    if who != "nobody":
        one = take_case(application=one, actor=me if who == "me" else colleague)
    shown = handling_bar(rf, me, one)
    assert ("开始处理" in shown, "停止处理" in shown, "接手" in shown) == (begins, ends, takes_over)
    assert ("张三" in shown) is takes_over


def test_readers_see_who_handles_a_case_and_no_button(rf):
    one = take_case(application=case(S.COUNTY_REVIEW), actor=county(full_name="张三"))
    shown = handling_bar(rf, UserFactory(leader=True), one)
    assert "张三" in shown
    assert "<form" not in shown
    release_case(application=one, actor=one.handled_by)
    one.refresh_from_db()
    assert handling_bar(rf, UserFactory(leader=True), one).strip() == ""


def handling_bar(rf, user, application):
    request = rf.get("/")
    request.user = user
    return Template("{% load work %}{% handling case %}").render(
        RequestContext(request, {"case": application})
    )


def at_once(*acts):
    """Run the acts side by side; returns what each raised or None."""
    start, results = threading.Barrier(len(acts), timeout=10), [None] * len(acts)

    def run(number, act):
        try:
            start.wait()
            act()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_officers_take_at_once_and_one_is_told():
    first, second, one = county(), county(), case(S.COUNTY_REVIEW)
    results = at_once(
        lambda: take_case(application=one, actor=first), lambda: take_case(application=one, actor=second)
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "NoneType"]
    one.refresh_from_db()
    assert one.handled_by == (first if results[0] is None else second)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_officers_take_over_at_once_and_one_is_told():
    holder, first, second, one = county(), county(), county(), case(S.COUNTY_REVIEW)
    take_case(application=one, actor=holder)
    results = at_once(
        lambda: take_case(application=one, actor=first, instead_of=holder),
        lambda: take_case(application=one, actor=second, instead_of=holder),
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "NoneType"]
    assert Message.objects.filter(recipient=holder).count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_hand_over_twice_at_once_moves_each_case_once():
    me, leaver, to = county(), county(), county()
    one = case(S.SUBMITTED, assigned_to=leaver)
    results = at_once(*[lambda: hand_over(officer=leaver, to=to, reason="休假", actor=me)] * 2)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "NoneType"]
    assert one.events.filter(action="移交").count() == 1
