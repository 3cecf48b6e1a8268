from datetime import date

import pytest

from core import workdays
from core.models import CalendarDay

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),  # National Day
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # a Saturday that is worked in exchange
        (date(2026, 11, 28), False),  # Saturday
        (date(2026, 11, 30), True),
    ],
)
def test_workday_follows_the_published_holidays(day, works):
    assert workdays.is_workday(day) is works


def test_workday_of_an_unpublished_year_goes_by_weekends_and_says_so():
    assert workdays.is_workday(date(2031, 10, 1)) is True  # a Wednesday
    assert (workdays.is_certain(2026), workdays.is_certain(2031)) == (True, False)


def test_own_calendar_goes_before_the_published_one():
    CalendarDay.objects.create(day=date(2026, 11, 30), is_workday=False, note="停电检修")
    assert workdays.is_workday(date(2026, 11, 30)) is False


@pytest.mark.parametrize(
    ("start", "count", "last"),
    [
        (date(2026, 11, 27), 1, date(2026, 11, 27)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # begins on a Saturday
        (date(2026, 11, 23), 5, date(2026, 11, 27)),
        (date(2026, 11, 24), 5, date(2026, 11, 30)),
        (date(2026, 9, 29), 5, date(2026, 10, 10)),  # over the holidays and the worked Saturday
    ],
)
def test_period_ends_on_its_last_workday(start, count, last):
    assert workdays.nth_workday(start, count) == last


def test_due_day_counts_from_the_day_after():
    assert workdays.workdays_after(date(2026, 11, 27), 1) == date(2026, 11, 30)
    assert workdays.workdays_after(date(2026, 11, 23), 0) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("today", "left"),
    [(date(2026, 11, 26), 2), (date(2026, 11, 27), 1), (date(2026, 11, 30), 0), (date(2026, 12, 1), -1)],
)
def test_workdays_left_before_on_and_after_the_due_day(today, left):
    assert workdays.workdays_left(today, date(2026, 11, 30)) == left
