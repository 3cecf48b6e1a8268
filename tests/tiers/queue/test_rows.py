"""What one row of the work list says, and what a page of rows costs."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from tests.tiers.queue.world import TODAY, case, city, county, event, handed_in
from tiers.enums import ApplicationState as S
from tiers.models import Application
from tiers.queries.queue import HANDLING, limit_of, work_rows

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 25, 10, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize(
    ("state", "due_on", "left", "words", "kind"),
    [
        (S.COUNTY_REVIEW, "2026-12-01", 4, "剩 4 个工作日", "mute"),
        (S.COUNTY_REVIEW, "2026-11-26", 1, "剩 1 个工作日", "warn"),
        (S.COUNTY_REVIEW, "2026-11-25", 0, "今日到期", "warn"),
        (S.COUNTY_REVIEW, "2026-11-24", -1, "已超期 1 个工作日", "bad"),
        (S.COUNTY_REVIEW, "2026-11-20", -3, "已超期 3 个工作日", "bad"),
        (S.RETURNED, "2026-11-27", 2, "企业剩 2 个工作日", "mute"),
        (S.RETURNED, "2026-11-24", -1, "企业已超期 1 个工作日", "bad"),
        (S.PUBLICITY, "2026-11-27", 2, "公示至 11-27", "mute"),
        (S.PUBLICITY, "2026-11-25", 0, "公示至 11-25", "mute"),
        (S.PUBLICITY, "2026-11-24", -1, "公示期满，可上报", "warn"),
        (S.GRANTED, "2026-11-24", None, "", "mute"),
        (S.COUNTY_REVIEW, None, None, "", "mute"),
    ],
)
def test_limit_in_words(state, due_on, left, words, kind):
    due = due_on and datetime.date.fromisoformat(due_on)
    limit = limit_of(case(state, due_on=due), TODAY)
    assert (limit.left, limit.words, limit.kind) == (left, words, kind)


@pytest.mark.parametrize(
    ("today", "words"),
    [
        ("2026-11-27", "今日到期"),
        ("2026-11-28", "已超期"),
        ("2026-11-29", "已超期"),
        ("2026-11-30", "已超期 1 个工作日"),
    ],
)
def test_limit_that_ended_on_a_friday(today, words):
    late = case(S.COUNTY_REVIEW, due_on=datetime.date(2026, 11, 27))
    assert limit_of(late, datetime.date.fromisoformat(today)).words == words


def test_row_tells_of_the_latest_submission_and_the_last_act():
    row_of = case(S.COUNTY_REVIEW, due_on=TODAY)
    handed_in(row_of, round=1, verdict="not_met", missing=5)
    handed_in(row_of, round=2, verdict="missing", missing=2)
    event(row_of, "受理")
    last = event(row_of, "审核指标", actor=county(full_name="张三"), public=False)

    [row] = work_rows(Application.objects.filter(pk=row_of.pk))

    assert (row.verdict, row.missing, row.last, row.seen) == ("missing", 2, last, last.pk)
    assert row.limit.words == "今日到期"


def test_row_without_submission_or_act_is_a_row():
    draft = case(S.DRAFT, origin="staff")
    [row] = work_rows(Application.objects.filter(pk=draft.pk))
    assert (row.verdict, row.missing, row.last, row.seen, row.handler) == ("", 0, None, 0, None)


@pytest.mark.parametrize(("ago", "shown"), [(0, True), (29 * 60 + 59, True), (30 * 60, False)])
def test_handling_ends_by_itself(client, ago, shown):
    colleague = county(full_name="张三")
    at = NOW - datetime.timedelta(seconds=ago)
    busy = case(S.COUNTY_REVIEW, handled_by=colleague, handled_at=at)
    client.force_login(county())

    text = client.get(reverse("tiers:work_list")).content.decode()

    assert HANDLING == datetime.timedelta(minutes=30)
    assert ("正在处理" in text and "接手" in text) is shown
    assert busy.enterprise.name in text


def test_own_handling_is_told_apart(client):
    me = county(full_name="李四")
    case(S.COUNTY_REVIEW, handled_by=me, handled_at=NOW)
    client.force_login(me)
    text = client.get(reverse("tiers:work_list")).content.decode()
    assert "您正在处理" in text
    assert "接手" not in text


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("url", ["tiers:work_list", "api:work-list"])
def test_work_list_costs_the_same_queries_for_any_number_of_rows(
    client, django_assert_num_queries, count, url
):
    user = city()
    for _ in range(count):
        row = case(S.CITY_REVIEW, due_on=TODAY, assigned_to=city(), handled_by=city(), handled_at=NOW)
        handed_in(row)
        event(row)
    client.force_login(user)
    with django_assert_num_queries(17 if url == "tiers:work_list" else 9):
        client.get(reverse(url), {"tab": "here"})


def test_pages_of_a_hundred_go_on(client):
    user = county()
    for _ in range(101):
        case(S.SUBMITTED)
    client.force_login(user)
    first = client.get(reverse("tiers:work_list"))
    second = client.get(reverse("tiers:work_list"), {"page": 2})
    assert (len(first.context["rows"]), len(second.context["rows"])) == (100, 1)
    keys = {row.case.pk for page in (first, second) for row in page.context["rows"]}
    assert len(keys) == 101


def test_saved_filters_stand_on_the_list_and_are_shared_by_address(client):
    me, colleague = county(), county()
    case(S.COUNTY_REVIEW, due_on=TODAY - DAY)
    client.force_login(me)
    page = client.get(reverse("tiers:work_list"), {"tab": "overdue", "kind": "new", "page": "1"})
    client.post(
        reverse("accounts:filter_save"),
        {"page": "tiers:work_list", "name": "超期新申报", "query": page.context["to_save"]},
    )
    again = client.get(reverse("tiers:work_list"), {"kind": "new", "tab": "overdue"})
    [saved] = again.context["saved"]
    assert (saved.name, saved.current) == ("超期新申报", True)
    client.force_login(colleague)
    shared = client.get(f"{reverse('tiers:work_list')}?{saved.query}")
    assert shared.context["saved"] == []
    assert [row.case for row in shared.context["rows"]] == [row.case for row in again.context["rows"]]
