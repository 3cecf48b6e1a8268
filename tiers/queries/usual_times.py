"""How long the steps of a case usually take, by the real history of the city."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, OuterRef, Subquery

from tiers.models import ApplicationEvent

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


class Percentile(Aggregate):
    """percentile_cont: the value below which this share of the rows lies."""

    function = "percentile_cont"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression, share: float, **extra):
        super().__init__(expression, share=share, output_field=DurationField(), **extra)


def usual_times(title, city_id) -> dict[str, Usual]:
    """State → how long cases of this title stay in it, by the history of the city. One query.

    Each stay counts, from the event that began it to the one that ended it; stays that still last do not.
    """
    began = (
        ApplicationEvent.objects.filter(
            application=OuterRef("application"), new=OuterRef("old"), pk__lt=OuterRef("pk")
        )
        .order_by("-pk")
        .values("at")[:1]
    )
    stay = ExpressionWrapper(F("at") - Subquery(began), output_field=DurationField())
    rows = (
        ApplicationEvent.objects.filter(application__title=title, application__intake__city=city_id)
        .exclude(old="")
        .exclude(old=F("new"))
        .annotate(stay=stay)
        .filter(stay__isnull=False)
        .order_by()
        .values("old")
        .annotate(
            cases=Count("application", distinct=True),
            median=Percentile("stay", 0.5),
            ninety=Percentile("stay", 0.9),
        )
    )
    return {row.pop("old"): _usual(**row) for row in rows}


def _usual(cases: int, median: timedelta, ninety: timedelta) -> Usual:
    if cases < ENOUGH:
        return Usual(cases)
    return Usual(cases, _days(median), _days(ninety))


def _days(duration: timedelta) -> int:
    return max(1, ceil(duration / timedelta(days=1)))
