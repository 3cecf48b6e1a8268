"""What is due is told by working days, once, to the people who have to act."""

import datetime

import pytest
import time_machine

from accounts.models import Message
from tests.factories import MembershipFactory
from tests.tiers.queue.world import TODAY, case, city, county
from tiers.enums import ApplicationState as S
from tiers.services.queue import tell_deadlines
from tiers.tasks import remind_deadlines

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(datetime.datetime(2026, 11, 25, 0, tzinfo=datetime.UTC), tick=False):
        yield


def messages(user):
    return [(m.title, m.url) for m in Message.objects.filter(recipient=user).order_by("pk")]


def test_officers_get_one_message_a_day_about_all_that_is_due():
    mine, office, other = county(), county(), county(is_active=False)
    chief = city()
    late = case(S.COUNTY_REVIEW, due_on=TODAY - DAY, assigned_to=mine)
    case(S.COUNTY_REVIEW, due_on=TODAY, assigned_to=mine)
    case(S.RETURNED_TO_COUNTY, due_on=TODAY + DAY, assigned_to=mine)
    case(S.COUNTY_REVIEW, due_on=TODAY + 2 * DAY, assigned_to=mine)
    unassigned = case(S.SUBMITTED, due_on=TODAY)
    case(
        S.CITY_REVIEW, due_on=TODAY, assigned_to=mine
    )  # left over from the county: the city's office is told
    case(S.PUBLICITY, due_on=TODAY, publicity__published_by=chief)
    case(S.GRANTED, due_on=TODAY)

    assert remind_deadlines() == 3
    assert remind_deadlines() == 3

    title = "1 件已超期，2 件今日到期，1 件下一工作日到期"
    assert messages(mine) == [(title, "/queue/")]
    assert messages(office) == [("1 件今日到期", "/queue/")]
    assert messages(chief) == [("1 件今日到期", "/queue/")]
    assert messages(other) == []
    body = Message.objects.get(recipient=mine).body
    assert f"已超期：{late.enterprise}" in body
    assert str(unassigned.enterprise) in body
    assert tell_deadlines(today=TODAY + DAY)
    assert len(messages(mine)) == 2


@pytest.mark.parametrize(
    ("today", "title"),
    [
        ("2026-11-25", None),  # due on Monday, November 30
        ("2026-11-26", None),
        ("2026-11-27", "1 件下一工作日到期"),
        ("2026-11-28", None),  # Saturday
        ("2026-11-29", None),
        ("2026-11-30", "1 件今日到期"),
        ("2026-12-01", "1 件已超期"),
    ],
)
def test_next_working_day_reaches_over_the_weekend(today, title):
    officer = county()
    case(S.COUNTY_REVIEW, due_on=datetime.date(2026, 11, 30))
    tell_deadlines(today=datetime.date.fromisoformat(today))
    assert [words for words, _ in messages(officer)] == ([title] if title else [])


@pytest.mark.parametrize(
    ("today", "told"),
    [
        ("2026-09-29", "下一工作日到期"),
        ("2026-09-30", "今日到期"),
        ("2026-10-05", None),
        ("2026-10-08", "已超期"),
    ],
)
def test_holidays_are_no_working_days(today, told):
    officer = county()
    case(S.COUNTY_REVIEW, due_on=datetime.date(2026, 9, 30))
    tell_deadlines(today=datetime.date.fromisoformat(today))
    assert [words for words, _ in messages(officer)] == ([f"1 件{told}"] if told else [])


def test_enterprises_are_told_of_their_corrections_once_for_each_stage():
    officer = county()
    waiting = case(S.RETURNED, returned_by="county", due_on=TODAY + DAY)
    member = MembershipFactory(enterprise=waiting.enterprise).user
    stranger = MembershipFactory().user

    for day in range(5):
        for _ in range(2):
            tell_deadlines(today=TODAY + day * DAY)  # Wednesday to Sunday

    url = f"/applications/{waiting.pk}/"
    assert messages(member) == [
        (f"修改期限下一工作日到期：{waiting}", url),
        (f"修改期限今日到期：{waiting}", url),
        (f"修改期限已超期：{waiting}", url),
    ]
    assert messages(stranger) == []
    assert messages(officer) == [("1 件企业逾期未修改", "/queue/")]  # on Friday; the weekend is silent


def test_overdue_corrections_go_to_the_office_that_asked_for_them():
    officer, chief = county(), city()
    case(S.RETURNED, returned_by="city", due_on=TODAY - DAY)
    tell_deadlines(today=TODAY)
    assert messages(officer) == []
    assert messages(chief) == [("1 件企业逾期未修改", "/queue/")]


def test_long_lists_are_cut_in_the_message():
    officer = county()
    for _ in range(12):
        case(S.COUNTY_REVIEW, due_on=TODAY)
    tell_deadlines(today=TODAY)
    [message] = Message.objects.filter(recipient=officer)
    assert message.title == "12 件今日到期"
    assert message.body.endswith("等 12 件")
