"""Working days: the office's own calendar first, then the published holidays, then plain weekends.

Years whose holidays are not published yet are counted by weekends; `is_certain` says so, and pages show it.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

from core.models import CalendarDay

ONE_DAY = timedelta(days=1)


@lru_cache
def is_certain(year: int) -> bool:
    """Are the holidays of the year published?"""
    try:
        chinese_calendar.is_workday(date(year, 7, 1))
    except NotImplementedError:
        return False
    return True


@lru_cache(maxsize=4096)
def _published(day: date) -> bool:
    """By the published holidays, else by the weekend."""
    return chinese_calendar.is_workday(day) if is_certain(day.year) else day.weekday() < 5


class Workdays:
    """The calendar around a period, read once: own days come in one query."""

    def __init__(self, first: date, last: date):
        self.own = dict(
            CalendarDay.objects.filter(day__gte=first, day__lte=last).values_list("day", "is_workday")
        )

    def is_workday(self, day: date) -> bool:
        if day in self.own:
            return self.own[day]
        return _published(day)

    def left(self, today: date, due: date) -> int:
        """Working days after `today` up to and including `due`; negative when it has passed."""
        if due < today:
            return -self.left(due, today)
        return sum(self.is_workday(today + timedelta(days=n)) for n in range(1, (due - today).days + 1))


def _workdays_from(day: date) -> Iterator[date]:
    """Working days from `day` on, `day` included when it is one."""
    calendar, end = Workdays(day, day + timedelta(days=400)), day + timedelta(days=400)
    while day <= end:
        if calendar.is_workday(day):
            yield day
        day += ONE_DAY


def is_workday(day: date) -> bool:
    return Workdays(day, day).is_workday(day)


def nth_workday(start: date, count: int) -> date:
    """The last day of a period of `count` working days that begins on `start` (start counts when it is one)."""
    days = _workdays_from(start)
    for _ in range(count - 1):
        next(days)
    return next(days)


def workdays_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`: what is due within `count` working days."""
    return nth_workday(day + ONE_DAY, count) if count else day


def workdays_left(today: date, due: date) -> int:
    """Working days after `today` up to and including `due`; negative when it has passed."""
    return Workdays(min(today, due), max(today, due)).left(today, due)
