"""How long the steps of a case usually take, by the real history of the city."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from django.db import connection

ENOUGH = 5  # cases; fewer say nothing about the usual time


@dataclass(frozen=True)
class Usual:
    """How many days (whole ones, rounded up) a step took in other cases of the same title and city."""

    cases: int = 0
    median: int | None = None
    ninety: int | None = None  # nine of ten cases were done by then

    @property
    def words(self) -> str:
        if self.median is None:
            return "样本不足，暂不显示"
        return f"通常 {self.median} 天，九成在 {self.ninety} 天内"


# One pass over the steps: a stay begins with the step before. The ORM cannot aggregate over a window.
STAYS = """
    SELECT old, count(DISTINCT application_id),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY at - began),
        percentile_cont(0.9) WITHIN GROUP (ORDER BY at - began)
    FROM (
        SELECT event.old, event.at, event.application_id,
            lag(event.at) OVER (PARTITION BY event.application_id ORDER BY event.id) AS began,
            lag(event.new) OVER (PARTITION BY event.application_id ORDER BY event.id) AS entered
        FROM tiers_applicationevent event
        JOIN tiers_application application ON application.id = event.application_id
        JOIN tiers_intake intake ON intake.id = application.intake_id
        WHERE application.title = %s AND intake.city_id = %s AND event.old <> event.new
    ) steps
    WHERE entered = old
    GROUP BY old
"""


def usual_times(title, city_id) -> dict[str, Usual]:
    """State → how long cases of this title stay in it, by the history of the city. One query.

    Each stay counts, from the event that began it to the one that ended it; stays that still last do not.
    """
    with connection.cursor() as cursor:
        cursor.execute(STAYS, [title, city_id])
        return {state: _usual(*row) for state, *row in cursor.fetchall()}


def _usual(cases: int, median: timedelta, ninety: timedelta) -> Usual:
    if cases < ENOUGH:
        return Usual(cases)
    return Usual(cases, _days(median), _days(ninety))


def _days(duration: timedelta) -> int:
    return max(1, ceil(duration / timedelta(days=1)))
