"""Cases on an office's desk, for the tests of the work list."""

import datetime

from accounts.enums import Role
from tests.factories import ApplicationFactory, SubmissionFactory, UserFactory, region, snapshot
from tiers.enums import ApplicationState as S
from tiers.models import ApplicationEvent, ReturnPoint, ReturnRequest

TODAY = datetime.date(2026, 11, 25)  # a Wednesday


def county(**more):
    return UserFactory(county=True, **more)


def city(**more):
    return UserFactory(role=Role.CITY, **more)


def case(state=S.SUBMITTED, *, unit="红旗区", **more):
    return ApplicationFactory(state=state, enterprise__managing_unit=region(unit), **more)


def returned(application, *, level="county", target="enterprise", answered=True, points=("open",)):
    """A round of corrections; `points`: the states of what was asked for."""
    office = UserFactory()
    now = datetime.datetime(2026, 11, 20, 9, tzinfo=datetime.UTC)
    request = ReturnRequest.objects.create(
        application=application,
        number=application.returns.count() + 1,
        level=level,
        target=target,
        comment="请修改",
        due_on=TODAY,
        requested_by=office,
        answered_at=now if answered else None,
    )
    for number, state in enumerate(points):
        settled = {"settled_by": office, "settled_at": now} if state == "settled" else {}
        ReturnPoint.objects.create(
            request=request, section="basics", field=f"f{number}", comment="改", state=state, **settled
        )
    return request


def event(application, action="受理", *, at=None, actor=None, **more):
    stamp = {"at": at} if at else {}
    return ApplicationEvent.objects.create(
        application=application, action=action, actor=actor, actor_name=str(actor or "系统"), **stamp, **more
    )


def handed_in(application, *, round=1, verdict="met", missing=0):
    findings = [{"key": f"c{n}", "verdict": "missing" if n < missing else "met"} for n in range(missing + 1)]
    edition = application.edition or SubmissionFactory(application=case()).edition
    return SubmissionFactory(
        application=application,
        round=round,
        edition=edition,
        snapshot=snapshot(
            application,
            edition=edition,
            number=round,
            assessment={"verdict": verdict, "points": None, "findings": findings},
        ),
    )
