"""Cases under the 2号 standard for the provincial title, as they stand before an office, and the people around them."""

import datetime
import struct
import zlib

from django.urls import reverse

from policies.engine.standards.assess import examined
from policies.models import StandardEdition
from policies.queries import standard_of
from tests.factories import (
    ApplicationFactory,
    EnterpriseFactory,
    IntakeFactory,
    MembershipFactory,
    RecognitionFactory,
    SubmissionFactory,
    UserFactory,
    published_standards,
    region,
    snapshot,
    snapshot_sha256,
)
from tiers.enums import ApplicationState, ReviewLevel, Title, VisitItem
from tiers.models import Application, SiteVisit
from tiers.services.review import check_criterion, record_visit

STANDARD = "miit-2-provincial"
JUDGED = "market_position"  # the criterion that only a person can judge
ACCEPTED = datetime.date(2026, 5, 12)
TODAY = datetime.date(2026, 5, 20)  # a Wednesday
AGREES = {item.value: (True, "") for item in VisitItem}


def edition(slug=STANDARD):
    """A standard as shipped, published once per test."""
    return StandardEdition.objects.filter(slug=slug).first() or published_standards()[slug]


def findings(kind="new", **verdicts):
    """All criteria met but for the one that a person must judge; `verdicts` by key change some."""
    standard = standard_of(edition())
    keys = [gate.key for gate in examined(standard, kind, ACCEPTED)]
    keys += [route.criterion.key for route in standard.routes if kind in route.criterion.kinds]
    found = {key: "met" for key in keys} | {JUDGED: "person"}
    found |= {route.criterion.key: "not_met" for route in standard.routes}
    return [
        {"key": key, "verdict": verdict, "value": None, "unit": "", "points": None, "inputs": []}
        for key, verdict in (found | verdicts).items()
    ]


def firm(unit="红旗区", **changes):
    """An enterprise that may apply for the provincial title: it holds the innovative one."""
    enterprise = EnterpriseFactory(
        managing_unit=region(unit), **({"established_on": datetime.date(2012, 6, 18)} | changes)
    )
    RecognitionFactory(
        enterprise=enterprise,
        title=Title.INNOVATIVE,
        documented_on=datetime.date(2025, 3, 1),
        valid_from=datetime.date(2025, 3, 1),
        valid_until=datetime.date(2028, 2, 29),
    )
    return enterprise


def sections(**answers):
    """What was handed in, part by part; `figures={"revenue.2025": "8,642.50"}` changes one."""
    base = {
        "basic": {"contact": "李工", "contact_mobile": "13803730002", "industry_code": "3525"},
        "figures": {"revenue.2025": "8,642.50", "rd_expense.2025": "520.40"},
        "specialised": {"lead_product": "精密滚珠丝杠副"},
        "distinctive": {"market_position": "国内前三"},
    }
    return {
        key: {"answers": said | answers.get(key, {}), "items": {}, "evidence": []}
        for key, said in base.items()
    }


def submit(case, *, number=1, verdicts=None, **answers):
    """Lock what was handed in, as the enterprise's submission does."""
    assessment = {"verdict": "person", "points": None, "findings": findings(**(verdicts or {}))}
    used = case.edition or edition()
    content = snapshot(case, edition=used, number=number, sections=sections(**answers), assessment=assessment)
    return SubmissionFactory(
        application=case, round=number, edition=used, snapshot=content, sha256=snapshot_sha256(content)
    )


def case(state=ApplicationState.COUNTY_REVIEW, *, unit="红旗区", verdicts=None, **changes):
    """A case that stands in `state`, with what was handed in."""
    changes.setdefault("enterprise", None) or changes.update(enterprise=firm(unit))
    accepted = state not in (ApplicationState.DRAFT, ApplicationState.SUBMITTED)
    if accepted:
        changes.setdefault("edition", edition())
        changes.setdefault("accepted_on", ACCEPTED)
    changes.setdefault("intake", None) or changes.update(intake=IntakeFactory())
    found = ApplicationFactory(
        state=state, due_on=changes.pop("due_on", datetime.date(2026, 6, 9)), **changes
    )
    if state != ApplicationState.DRAFT:
        submit(found, verdicts=verdicts)
    return found


def again(record):
    """The record as the database has it now."""
    return type(record).objects.get(pk=record.pk)


def county(unit="红旗区"):
    return UserFactory(county=True, region=region(unit))


def city(name="新乡市"):
    return UserFactory(region=region(name))


def member(application):
    return MembershipFactory(enterprise=application.enterprise).user


def visited(application, level=ReviewLevel.COUNTY, **changes) -> SiteVisit:
    details = {
        "visited_on": TODAY,
        "first_officer": "张三",
        "second_officer": "李四",
        "findings": AGREES,
        "actor": county() if level == ReviewLevel.COUNTY else city(),
    }
    return record_visit(application=application, level=level, **(details | changes))


def judged(application, verdict="met", note="查阅行业协会排名", level=ReviewLevel.COUNTY):
    return check_criterion(
        application=application, level=level, criterion=JUDGED, verdict=verdict, note=note, actor=county()
    )


def ready(**changes) -> Application:
    """A case that the county may recommend."""
    application = case(**changes)
    visited(application)
    judged(application)
    return application


def to_city(application) -> Application:
    """A case in county review as the city has taken it up, the steps in between left out."""
    cases = Application.objects.filter(pk=application.pk)
    cases.update(state=ApplicationState.RECOMMENDED)
    cases.update(state=ApplicationState.CITY_REVIEW)
    return again(application)


def png() -> bytes:
    """One white pixel."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0\xff"))
        + chunk(b"IEND", b"")
    )


def url(name, record):
    return reverse(f"tiers:{name}", args=[record.pk])


def text(answer):
    return answer.content.decode()
