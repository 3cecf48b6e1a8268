"""Which case stands in which tab, and that every number is the number of its rows."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from core.models import CalendarDay
from tests.factories import IntakeFactory, UserFactory, region
from tests.tiers.queue.world import TODAY, case, city, county, returned
from tiers.enums import ApplicationState as S
from tiers.models import Application
from tiers.queries.queue import WorkTab, in_order, tab_conditions, tab_counts

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(datetime.datetime(2026, 11, 25, 10, tzinfo=datetime.UTC), tick=False):
        yield


def tabs(user, today=TODAY):
    """Tab → the keys of its cases, and the counts beside them."""
    mine = Application.objects.visible_to(user)
    found = {
        str(tab): set(mine.filter(condition).values_list("pk", flat=True))
        for tab, condition in tab_conditions(user, today).items()
    }
    assert tab_counts(mine, user, today) == {tab: len(keys) for tab, keys in found.items()}
    return {tab: keys for tab, keys in found.items() if keys}


def pks(*cases):
    return {case.pk for case in cases}


def test_tabs_of_a_county_hold_exactly_their_cases():
    user = county()
    new = case(S.SUBMITTED)
    mine = case(S.COUNTY_REVIEW, assigned_to=user)
    due, late, today = (case(S.COUNTY_REVIEW, due_on=TODAY + n * DAY) for n in (1, -1, 0))
    corrected = case(S.COUNTY_REVIEW)
    returned(corrected, points=("changed", "settled"))
    settled = case(S.COUNTY_REVIEW)
    returned(settled, points=("settled",))
    whole = case(S.COUNTY_REVIEW)
    returned(whole, points=())
    from_city = case(S.RETURNED_TO_COUNTY, due_on=TODAY)
    with_firm = case(S.RETURNED, due_on=TODAY - DAY, assigned_to=user)
    returned(with_firm, answered=False)
    at_city = case(S.CITY_REVIEW, due_on=TODAY)
    at_province = case(S.REPORTED)
    granted, failed, rejected = case(S.GRANTED), case(S.FAILED), case(S.REJECTED, assigned_to=user)
    case(S.SUBMITTED, unit="卫滨区")
    case(S.DRAFT)
    entered_here = case(S.DRAFT, origin="staff")

    assert tabs(user) == {
        "mine": pks(mine, with_firm),
        "new": pks(new),
        "corrected": pks(corrected, whole),
        "due_today": pks(today, from_city),
        "overdue": pks(late),
        "here": pks(new, mine, due, late, today, corrected, settled, whole, from_city),
        "elsewhere": pks(with_firm, at_city, at_province, entered_here),
        "done": pks(granted, failed, rejected),
    }


def test_tabs_of_a_city_hold_exactly_their_cases():
    user = city()
    new = case(S.RECOMMENDED)
    again = case(S.RECOMMENDED)
    returned(again, level="city", target="county", points=("changed",))
    answered = case(S.CITY_REVIEW, assigned_to=user, due_on=TODAY)
    returned(answered, level="city", points=("changed",))
    county_matter = case(S.CITY_REVIEW, due_on=TODAY - DAY)
    returned(county_matter, level="county", points=("changed",))
    notice = case(S.PUBLICITY, due_on=TODAY)
    notice_over = case(S.PUBLICITY, due_on=TODAY - DAY)
    objection = case(S.OBJECTION, due_on=TODAY - DAY)
    at_county = case(S.COUNTY_REVIEW, due_on=TODAY, unit="卫滨区")
    back_at_county = case(S.RETURNED_TO_COUNTY)
    case(S.RECOMMENDED, unit="金水区")
    done = case(S.GRANTED)

    assert tabs(user) == {
        "mine": pks(answered),
        "new": pks(new),
        "corrected": pks(again, answered),
        "due_today": pks(answered),
        "overdue": pks(county_matter, objection),
        "here": pks(new, again, answered, county_matter, notice, notice_over, objection),
        "elsewhere": pks(at_county, back_at_county),
        "done": pks(done),
    }


def test_three_tabs_share_out_every_case():
    for state in S:
        case(state, origin="staff")
    for user in (county(), city()):
        found = tabs(user)
        parts = [found["here"], found["elsewhere"], found["done"]]
        assert sum(map(len, parts)) == len(set().union(*parts)) == len(S)


@pytest.mark.parametrize(
    ("today", "due_today", "overdue"),
    [
        # due on Thursday 26, Friday 27, Saturday 28, Sunday 29, Monday 30 November
        ("2026-11-26", {26}, set()),
        ("2026-11-27", {27, 28, 29}, {26}),  # the last working day before the weekend
        ("2026-11-28", {28, 29}, {26, 27}),
        ("2026-11-29", {29}, {26, 27, 28}),
        ("2026-11-30", {30}, {26, 27, 28, 29}),
        ("2026-12-01", set(), {26, 27, 28, 29, 30}),
    ],
)
def test_due_today_and_overdue_over_a_weekend(today, due_today, overdue):
    cases = {
        day: case(S.COUNTY_REVIEW, due_on=datetime.date(2026, 11, day)).pk for day in (26, 27, 28, 29, 30)
    }
    found = tabs(county(), datetime.date.fromisoformat(today))
    assert found.get("due_today", set()) == {cases[day] for day in due_today}
    assert found.get("overdue", set()) == {cases[day] for day in overdue}


@pytest.mark.parametrize(
    ("today", "due_today"),
    [
        ("2026-09-29", set()),
        ("2026-09-30", {"2026-09-30", "2026-10-05"}),  # National Day: off from October 1 to 7
        ("2026-10-08", {"2026-10-08"}),
        ("2026-10-09", {"2026-10-09"}),
        ("2026-10-10", {"2026-10-10", "2026-10-11"}),  # a Saturday that is worked
    ],
)
def test_due_today_over_the_holidays(today, due_today):
    days = ("2026-09-30", "2026-10-05", "2026-10-08", "2026-10-09", "2026-10-10", "2026-10-11")
    cases = {day: case(S.COUNTY_REVIEW, due_on=datetime.date.fromisoformat(day)).pk for day in days}
    found = tabs(county(), datetime.date.fromisoformat(today))
    assert found.get("due_today", set()) == {cases[day] for day in due_today}


def test_due_today_follows_the_office_calendar():
    CalendarDay.objects.create(day=TODAY + DAY, is_workday=False, note="停电检修")
    tomorrow = case(S.COUNTY_REVIEW, due_on=TODAY + DAY)
    assert tabs(county())["due_today"] == pks(tomorrow)


def test_urgent_cases_come_first_and_the_latest_of_the_done():
    user = county()
    without = case(S.SUBMITTED)
    later, late = (case(S.COUNTY_REVIEW, due_on=TODAY + n * DAY) for n in (3, -3))
    early = case(S.GRANTED, closed_at=datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC))
    recent = case(S.REJECTED, closed_at=datetime.datetime(2026, 10, 1, tzinfo=datetime.UTC))

    def keys(tab):
        cases = Application.objects.visible_to(user).filter(tab_conditions(user, TODAY)[tab])
        return list(in_order(cases, tab))

    assert keys(WorkTab.HERE) == [late, later, without]
    assert keys(WorkTab.DONE) == [recent, early]


# ---- page, API and home agree ---------------------------------------------------------------------------


@pytest.fixture
def desk(client):
    """A city's desk with something in most tabs."""
    user = city()
    client.force_login(user)
    case(S.RECOMMENDED)
    case(S.CITY_REVIEW, assigned_to=user, due_on=TODAY)
    case(S.CITY_REVIEW, due_on=TODAY - DAY, unit="卫滨区")
    returned(case(S.CITY_REVIEW), level="city", points=("changed",))
    case(S.SUBMITTED)
    case(S.GRANTED)
    case(S.RECOMMENDED, unit="金水区")
    return user


@pytest.mark.parametrize(
    "query", ["", "unit=410702&", "title=provincial_srdi&kind=new&", "state=city_review&"]
)
def test_every_tab_counts_its_rows_on_page_and_api(client, desk, query):
    page = client.get(f"{reverse('tiers:work_list')}?{query}")
    seen = {}
    for tab in page.context["tabs"]:
        url = reverse("tiers:work_list") + tab["url"]
        answer = client.get(url)
        rows = {row.case.pk for row in answer.context["rows"]}
        listed = client.get(reverse("api:work-list") + tab["url"]).json()
        assert tab["count"] == len(rows) == listed["count"], tab
        assert {row["id"] for row in listed["results"]} == rows
        assert answer.context["page"].paginator.count == len(rows)
        seen[tab["label"]] = len(rows)
    assert sum(seen.values()) > 0


def test_home_counts_equal_the_work_list(client, desk):
    figures = client.get(reverse("reports:home")).context["cases"]
    assert [figure.label for figure in figures] == [
        "我的",
        "新提交",
        "补正返回",
        "今日到期",
        "已超期",
        "办理中",
    ]
    for figure in figures:
        page = client.get(figure.url)
        current = next(tab for tab in page.context["tabs"] if tab["current"])
        assert (current["label"], current["count"]) == (figure.label, figure.value)
        assert len(page.context["rows"]) == figure.value
    assert [figure.value for figure in figures] == [1, 1, 1, 1, 1, 4]


def test_filters_narrow_the_list(client, desk):
    def shown(**query):
        answer = client.get(reverse("tiers:work_list"), {"tab": "here", **query})
        return {row.case.pk for row in answer.context["rows"]}

    every = shown()
    target = Application.objects.get(assigned_to=desk)
    firm = target.enterprise
    assert shown(q=firm.uscc) == shown(q=firm.name) == shown(q=target.number) == pks(target)
    assert shown(officer=desk.pk) == pks(target)
    assert shown(officer="none") == every - pks(target)
    assert shown(unit="410703") == pks(Application.objects.get(managing_unit__name="卫滨区"))
    assert shown(intake=target.intake_id) == pks(target)
    assert shown(title="national_giant") == set()
    assert shown(kind="review") == set()


@pytest.mark.parametrize(
    "query",
    [
        {"tab": "nonsense"},
        {"tab": "here\x00"},
        {"q": "\x00"},
        {"unit": "x"},
        {"officer": "9" * 40},
        {"intake": "-1"},
        {"page": "zwei"},
        {"page": "9" * 30},
    ],
)
def test_nonsense_in_the_address_is_no_error(client, desk, query):
    assert client.get(reverse("tiers:work_list"), query).status_code == 200


def test_other_officers_and_intakes_are_no_choice(client, desk):
    stranger, foreign = UserFactory(region=region("郑州市")), IntakeFactory(city=region("郑州市"))
    form = client.get(reverse("tiers:work_list")).context["filter"].form
    assert stranger not in form.fields["officer"].queryset
    assert foreign not in form.fields["intake"].queryset
    assert desk in form.fields["officer"].queryset


def test_a_county_is_not_asked_for_its_unit(client):
    client.force_login(county())
    assert "unit" not in client.get(reverse("tiers:work_list")).context["filter"].form.fields


@pytest.mark.parametrize("role", ["leader", "finance", "auditor", "sysadmin", "of_enterprise"])
def test_others_have_no_work_list(client, role):
    client.force_login(UserFactory(**{role: True}))
    assert client.get(reverse("tiers:work_list")).status_code == 404
    assert client.get(reverse("api:work-list")).status_code == 403
    assert client.post(reverse("tiers:work_bulk")).status_code == 404
