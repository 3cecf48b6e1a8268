"""The calendar of the story: weeks of work done in a second are dated back, so that usual times have a history."""

from datetime import timedelta

import pgtrigger
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core.workdays import workdays_after
from enterprises.models import Enterprise
from tiers.models import AnnualUpdate, Application, ApplicationEvent, Publicity, ReturnRequest, Submission
from tiers.queries.lifecycle import update_duties
from tiers.queries.titles import Documents

DAYS = (0, 2, 5, 1, 3, 6, 4)  # between one event of a case and the next, over and over


@transaction.atomic
def age(case) -> None:
    """Spread the events of a case over the last weeks; the last one was yesterday. What was handed in moves along."""
    events = list(ApplicationEvent.objects.filter(application=case).order_by("pk"))
    shift, shifts = 1, {}
    for number, event in enumerate(reversed(events)):
        if number and event.old != event.new:
            shift += DAYS[(case.pk + number) % len(DAYS)]
        shifts[event.pk] = timedelta(days=shift)
    with pgtrigger.ignore("tiers.ApplicationEvent:append_only", "tiers.Submission:never_changes"):
        for event in events:
            ApplicationEvent.objects.filter(pk=event.pk).update(at=F("at") - shifts[event.pk])
            if handed_in := event.data.get("submission") if event.new != event.old else None:
                Submission.objects.filter(pk=handed_in).update(
                    submitted_at=F("submitted_at") - shifts[event.pk]
                )
    for event in events:
        moved = timezone.localtime(event.at - shifts[event.pk])
        if event.action == "受理":
            Application.objects.filter(pk=case.pk).update(accepted_on=moved.date())
        if asked := event.data.get("request"):
            ReturnRequest.objects.filter(pk=asked).update(requested_at=moved)
        elif event.action == "重新提交":
            ReturnRequest.objects.filter(
                application=case, answered_at__gte=event.at - timedelta(minutes=1)
            ).filter(answered_at__lte=event.at).update(answered_at=moved)
    first = max(shifts.values())
    Application.objects.filter(pk=case.pk).update(
        started_at=F("started_at") - first - timedelta(days=3), submitted_at=F("submitted_at") - first
    )


def end_notice(publicity, today) -> None:
    """The notice was two weeks ago."""
    starts_on = today - timedelta(days=14)
    ends_on = workdays_after(starts_on, 5)
    Publicity.objects.filter(pk=publicity.pk).update(
        starts_on=starts_on, ends_on=ends_on, published_at=timezone.now() - timedelta(days=14)
    )
    publicity.refresh_from_db()


def years_pass(today) -> None:
    """The records began three years ago, and most enterprises bring them up to date every year; every ninth forgot."""
    Enterprise.objects.update(created_at=F("created_at") - timedelta(days=3 * 365))
    documents = Documents()
    for year in range(today.year - 2, today.year + 1):
        owing = update_duties(Enterprise.objects.order_by("pk"), year, documents)
        AnnualUpdate.objects.bulk_create(
            AnnualUpdate(
                enterprise=firm, year=year, completed_on=min(firm.due_on - timedelta(days=20), today)
            )
            for place, firm in enumerate(owing)
            if firm.done_on is None and (year < today.year or place % 9)
        )
