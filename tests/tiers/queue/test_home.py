"""What waits for an enterprise on its home page."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from tests.factories import ApplicationFactory, MembershipFactory, MessageFactory
from tests.tiers.queue.world import TODAY
from tiers.enums import ApplicationState as S
from tiers.queries.queue import firm_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(datetime.datetime(2026, 11, 25, 10, tzinfo=datetime.UTC), tick=False):
        yield


@pytest.fixture
def member():
    return MembershipFactory(enterprise__name="新乡甲公司")


def own(member, state, **more):
    return ApplicationFactory(enterprise=member.enterprise, state=state, **more)


def test_tasks_are_corrections_by_deadline_then_drafts_then_messages(member):
    day = datetime.timedelta(days=1)
    draft = own(member, S.DRAFT, intake__closes_on=TODAY)
    late = own(member, S.RETURNED, kind="review", due_on=TODAY - day)
    soon = own(member, S.RETURNED, title="national_giant", due_on=TODAY + 5 * day)
    own(member, S.SUBMITTED, title="innovative")
    ApplicationFactory(state=S.RETURNED)
    MessageFactory(recipient=member.user)
    MessageFactory(recipient=member.user, read_at=datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC))

    tasks = firm_tasks(member.user)

    detail = "/applications/{}/".format
    assert [(task.url, task.action, task.kind) for task in tasks] == [
        (detail(late.pk), "去修改", "bad"),
        (detail(soon.pk), "去修改", ""),
        (detail(draft.pk), "继续填写", ""),
        ("/messages/?unread=1", "查看", ""),
    ]
    assert tasks[0].note == "请在 2026-11-24 前重新提交，已超期 1 个工作日"
    assert tasks[3].words == "1 条未读消息"


@pytest.mark.parametrize(
    ("closes_on", "kind", "words"),
    [("2026-11-24", "warn", "已于 2026-11-24 截止"), ("2026-11-25", "", "2026-11-25 截止")],
)
def test_task_of_a_draft_says_when_the_intake_closes(member, closes_on, kind, words):
    own(member, S.DRAFT, intake__closes_on=datetime.date.fromisoformat(closes_on))
    [task] = firm_tasks(member.user)
    assert task.kind == kind
    assert words in task.note


def test_home_of_an_enterprise_shows_its_tasks(client, member):
    client.force_login(member.user)
    assert "没有需要您处理的事" in client.get(reverse("reports:home")).content.decode()
    own(member, S.RETURNED, due_on=TODAY)
    text = client.get(reverse("reports:home")).content.decode()
    assert "去修改" in text
    assert "今日到期" in text


@pytest.mark.parametrize("count", [1, 3])
def test_tasks_cost_the_same_queries_for_any_number(member, django_assert_num_queries, count):
    for title in ("innovative", "provincial_srdi", "national_giant")[:count]:
        own(member, S.DRAFT, title=title)
    with django_assert_num_queries(2):
        firm_tasks(member.user)
