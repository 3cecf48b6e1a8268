"""Records for tests. Defaults are valid; a test names only what it is about."""

import datetime
import hashlib
import json
from decimal import Decimal

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from accounts.enums import Role
from accounts.models import Message, Region, User
from awards.models import AwardRun, Determination, EquipmentInvestment, PlatformAssessment, ProvincialSubsidy
from core.models import Job
from enterprises.enums import ScanState
from enterprises.models import Enterprise, Evidence, ImportBatch, Membership
from policies.models import PolicyEdition, StandardEdition
from tests.makers import pdf, uscc
from tiers.enums import ApplicationState, ReviewLevel, Title
from tiers.models import (
    Application,
    Intake,
    MajorChange,
    Objection,
    Publicity,
    Recognition,
    Report,
    ReturnRequest,
    Revocation,
    Submission,
)


def region(name):
    """A unit or city of the portal by its name (they come with the migrations): region("红旗区")."""
    return Region.objects.get(name=name)


class UserFactory(DjangoModelFactory):
    """City staff of 新乡市 unless a trait says otherwise."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    full_name = factory.Sequence(lambda n: f"用户{n}")
    role = Role.CITY
    region = factory.LazyFunction(lambda: region("新乡市"))

    class Params:
        county = factory.Trait(role=Role.COUNTY, region=factory.LazyFunction(lambda: region("红旗区")))
        leader = factory.Trait(role=Role.LEADER)
        finance = factory.Trait(role=Role.FINANCE)
        auditor = factory.Trait(role=Role.AUDITOR)
        sysadmin = factory.Trait(role=Role.SYSADMIN, region=None, is_staff=True)
        of_enterprise = factory.Trait(role=Role.ENTERPRISE, region=None)


class EnterpriseFactory(DjangoModelFactory):
    class Meta:
        model = Enterprise

    uscc = factory.Sequence(lambda n: uscc(n))
    name = factory.Sequence(lambda n: f"新乡测试{n}号有限公司")
    managing_unit = factory.LazyFunction(lambda: region("红旗区"))


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory, of_enterprise=True)
    enterprise = factory.SubFactory(EnterpriseFactory)


class RecognitionFactory(DjangoModelFactory):
    class Meta:
        model = Recognition

    enterprise = factory.SubFactory(EnterpriseFactory)
    title = Title.NATIONAL_GIANT
    document_number = factory.Sequence(lambda n: f"工信部企业函〔2023〕{n + 1}号")
    documented_on = datetime.date(2023, 7, 14)
    valid_from = datetime.date(2023, 7, 1)
    valid_until = datetime.date(2026, 6, 30)
    managing_unit = factory.SelfAttribute("enterprise.managing_unit")


class ProvincialSubsidyFactory(DjangoModelFactory):
    class Meta:
        model = ProvincialSubsidy

    enterprise = factory.SubFactory(EnterpriseFactory)
    document_number = "豫财企〔2023〕30号"
    allocated_on = datetime.date(2023, 9, 1)
    invested_from = datetime.date(2023, 7, 1)
    invested_until = datetime.date(2023, 8, 31)
    amount = Decimal("2400000.00")


class PlatformAssessmentFactory(DjangoModelFactory):
    class Meta:
        model = PlatformAssessment

    enterprise = factory.SubFactory(EnterpriseFactory)
    document_number = "豫工信企业〔2023〕120号"
    year = 2023
    grade = "一等奖"
    published_on = datetime.date(2023, 11, 20)


class EquipmentInvestmentFactory(DjangoModelFactory):
    class Meta:
        model = EquipmentInvestment

    enterprise = factory.SubFactory(
        EnterpriseFactory, managing_unit=factory.LazyFunction(lambda: region("金水区"))
    )
    document_number = "郑工信函〔2025〕1号"
    reported_on = datetime.date(2025, 9, 1)
    invested_from = datetime.date(2025, 1, 1)
    invested_until = datetime.date(2025, 8, 31)
    amount = Decimal("5000000.00")


class ImportBatchFactory(DjangoModelFactory):
    class Meta:
        model = ImportBatch

    kind = "recognitions"
    file = factory.django.FileField(filename="list.xlsx", data=b"x")
    file_name = "名单.xlsx"
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    region = factory.LazyFunction(lambda: region("新乡市"))
    uploaded_by = factory.SubFactory(UserFactory)


def published_edition(slug="xinxiang-2022-8") -> PolicyEdition:
    """The policy document as shipped, published (the same row on every call)."""
    from pathlib import Path

    from policies.services import publish_edition

    documents = Path(__file__).resolve().parent.parent / "policies" / "documents"
    return publish_edition(text=(documents / f"{slug}.toml").read_text(encoding="utf-8"), actor=None)


class AwardRunFactory(DjangoModelFactory):
    class Meta:
        model = AwardRun

    city = factory.LazyFunction(lambda: region("新乡市"))
    year = 2023
    edition = factory.LazyFunction(published_edition)


class DeterminationFactory(DjangoModelFactory):
    """A draft grant of 500,000 yuan for a first national title."""

    class Meta:
        model = Determination

    run = factory.LazyFunction(lambda: AwardRun.objects.first() or AwardRunFactory())
    enterprise = factory.SubFactory(EnterpriseFactory)
    managing_unit = factory.SelfAttribute("enterprise.managing_unit")
    year = factory.SelfAttribute("run.year")
    item = "XX-NAT"
    source = factory.Sequence(lambda n: f"recognition:{n + 1}")
    event_on = datetime.date(2023, 7, 14)
    outcome = "granted"
    worth = Decimal("500000.00")
    amount = factory.LazyAttribute(lambda o: o.worth if o.outcome == "granted" else Decimal(0))
    other_amount = factory.SelfAttribute("amount")
    pooled = True
    once = True
    reasons = factory.LazyFunction(list)
    facts = factory.LazyAttribute(lambda o: f"{o.item}|{o.source}|{o.event_on.isoformat()}|||")


class JobFactory(DjangoModelFactory):
    class Meta:
        model = Job

    kind = "core.nothing"
    key = factory.Sequence(lambda n: f"test:{n}")
    label = "测试任务"


# ---- applications ---------------------------------------------------------------------------------------


class StandardEditionFactory(DjangoModelFactory):
    """2号's standard for the provincial title as shipped, in force on no day; published_standards() are."""

    class Meta:
        model = StandardEdition

    slug = factory.Sequence(lambda n: f"test-standard-{n}")
    tier = Title.PROVINCIAL_SRDI
    number = "工信部企业〔2026〕2号"
    title = "专精特新中小企业认定标准"
    text = factory.LazyAttribute(lambda o: f"{standard_text('miit-2-provincial')}# {o.slug}\n")
    sha256 = factory.LazyAttribute(lambda o: hashlib.sha256(o.text.encode()).hexdigest())


class IntakeFactory(DjangoModelFactory):
    """新乡市's intake for the provincial title, open from 2026-05-01 to 2026-06-30."""

    class Meta:
        model = Intake

    city = factory.LazyFunction(lambda: region("新乡市"))
    title = Title.PROVINCIAL_SRDI
    kind = "new"
    name = factory.Sequence(lambda n: f"2026年度第{n + 1}批省级专精特新申报")
    year = 2026
    opens_on = datetime.date(2026, 5, 1)
    closes_on = datetime.date(2026, 6, 30)


class ApplicationFactory(DjangoModelFactory):
    """A draft, or with `state=…` a case that stands there with all that the database asks of it."""

    class Meta:
        model = Application

    enterprise = factory.SubFactory(EnterpriseFactory)
    intake = factory.SubFactory(IntakeFactory)
    title = factory.SelfAttribute("intake.title")
    kind = factory.SelfAttribute("intake.kind")
    managing_unit = factory.SelfAttribute("enterprise.managing_unit")
    started_by = factory.SubFactory(UserFactory, of_enterprise=True)
    number = factory.Maybe("submitted", factory.Sequence(lambda n: f"2026-{n:06d}"), None)
    submitted_at = factory.Maybe("submitted", datetime.datetime(2026, 5, 10, 9, tzinfo=datetime.UTC), None)
    accepted_on = factory.Maybe("accepted", datetime.date(2026, 5, 12), None)
    edition = factory.Maybe("accepted", factory.SubFactory(StandardEditionFactory), None)
    returned_by = factory.LazyAttribute(
        lambda o: ReviewLevel.COUNTY if o.state == ApplicationState.RETURNED else ""
    )
    publicity = factory.Maybe(
        "published",
        factory.SubFactory("tests.factories.PublicityFactory", intake=factory.SelfAttribute("..intake")),
        None,
    )
    recognition = factory.Maybe(
        "granted",
        factory.SubFactory(
            RecognitionFactory,
            enterprise=factory.SelfAttribute("..enterprise"),
            title=factory.SelfAttribute("..title"),
        ),
        None,
    )
    closed_at = factory.Maybe("closed", datetime.datetime(2026, 9, 1, 9, tzinfo=datetime.UTC), None)

    class Params:
        submitted = factory.LazyAttribute(
            lambda o: o.state not in (ApplicationState.DRAFT, ApplicationState.ABANDONED)
        )
        accepted = factory.LazyAttribute(
            lambda o: o.submitted and o.state not in (ApplicationState.SUBMITTED, ApplicationState.REJECTED)
        )
        published = factory.LazyAttribute(
            lambda o: o.state in (ApplicationState.PUBLICITY, ApplicationState.OBJECTION)
        )
        granted = factory.LazyAttribute(lambda o: o.state == ApplicationState.GRANTED)
        closed = factory.LazyAttribute(lambda o: o.state in ApplicationState.final())

    state = ApplicationState.DRAFT


class PublicityFactory(DjangoModelFactory):
    """Five working days: Monday 2026-07-06 to Friday 2026-07-10."""

    class Meta:
        model = Publicity

    intake = factory.SubFactory(IntakeFactory)
    region = factory.SelfAttribute("intake.city")
    title = "关于2026年度拟推荐省级专精特新中小企业的公示"
    starts_on = datetime.date(2026, 7, 6)
    ends_on = datetime.date(2026, 7, 10)
    contact = "新乡市工业和信息化局 0373-3050000"
    published_by = factory.SubFactory(UserFactory)


def snapshot(application, *, edition, number=1, sections=None, assessment=None):
    """What a submission locks, in the shape that the portal writes."""
    firm = application.enterprise
    return {
        "enterprise": {"name": firm.name, "uscc": firm.uscc, "unit": firm.managing_unit.name},
        "title": application.title,
        "kind": application.kind,
        "intake": application.intake.name,
        "edition": {"slug": edition.slug, "revision": edition.revision, "sha256": edition.sha256},
        "sections": sections or {},
        "assessment": assessment or {"verdict": "person", "points": None, "findings": []},
        "declared_by": "张建国",
        "round": number,
    }


class SubmissionFactory(DjangoModelFactory):
    """What was handed in; `snapshot` fills itself, or pass one (see snapshot above)."""

    class Meta:
        model = Submission

    application = factory.SubFactory(ApplicationFactory, state=ApplicationState.SUBMITTED)
    round = 1
    edition = factory.LazyAttribute(lambda o: o.application.edition or StandardEditionFactory())
    snapshot = factory.LazyAttribute(lambda o: snapshot(o.application, edition=o.edition, number=o.round))
    sha256 = factory.LazyAttribute(lambda o: snapshot_sha256(o.snapshot))
    declared_by = "张建国"
    submitted_by = factory.SelfAttribute("application.started_by")


def snapshot_sha256(content):
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class MessageFactory(DjangoModelFactory):
    """An unread message to an enterprise user with an e-mail address."""

    class Meta:
        model = Message

    recipient = factory.SubFactory(UserFactory, of_enterprise=True, email="firm@example.com")
    kind = "case"
    key = factory.Sequence(lambda n: f"test:{n}")
    title = factory.Sequence(lambda n: f"测试消息{n}")


def standard_text(slug) -> str:
    from pathlib import Path

    folder = Path(__file__).resolve().parent.parent / "policies" / "documents" / "standards"
    return (folder / f"{slug}.toml").read_text(encoding="utf-8")


def published_standards() -> dict:
    """Every tier standard as shipped, published: slug → edition (the same rows on every call)."""
    from pathlib import Path

    from policies.services import publish_standard

    documents = Path(__file__).resolve().parent.parent / "policies" / "documents" / "standards"
    editions = [
        publish_standard(text=path.read_text(encoding="utf-8"), actor=None)
        for path in sorted(documents.glob("*.toml"))
    ]
    return {edition.slug: edition for edition in editions}


class EvidenceFactory(DjangoModelFactory):
    """A PDF kept for an enterprise; `data` makes it another file."""

    class Meta:
        model = Evidence
        exclude = ["data"]

    data = factory.Sequence(lambda n: pdf(f"文件{n}"))
    enterprise = factory.SubFactory(EnterpriseFactory)
    file = factory.LazyAttribute(lambda o: ContentFile(o.data, name="x.pdf"))
    name = factory.Sequence(lambda n: f"证明{n}.pdf")
    media_type = "application/pdf"
    size = factory.LazyAttribute(lambda o: len(o.data))
    sha256 = factory.LazyAttribute(lambda o: hashlib.sha256(o.data).hexdigest())
    scan = ScanState.UNSCANNED
    uploaded_by = factory.SubFactory(UserFactory)


class MajorChangeFactory(DjangoModelFactory):
    """A merger reported in time, waiting for a decision."""

    class Meta:
        model = MajorChange

    enterprise = factory.SubFactory(EnterpriseFactory)
    kind = "merger"
    happened_on = datetime.date(2026, 5, 1)
    due_on = datetime.date(2026, 8, 1)
    reported_on = datetime.date(2026, 5, 20)
    detail = "与另一家企业合并"
    reported_by = factory.SubFactory(UserFactory, of_enterprise=True)


class RevocationFactory(DjangoModelFactory):
    """A title taken away for tax evasion, with a ban of three years."""

    class Meta:
        model = Revocation

    revoked_on = datetime.date(2026, 5, 10)
    recognition = factory.SubFactory(RecognitionFactory, revoked_on=factory.SelfAttribute("..revoked_on"))
    reason = "tax"
    detail = "税务稽查决定"
    document_number = factory.Sequence(lambda n: f"豫工信企业〔2026〕{n + 1}号")
    banned_until = datetime.date(2029, 5, 10)
    recorded_by = factory.SubFactory(UserFactory)


class AppealFactory(DjangoModelFactory):
    """An open appeal against a revocation."""

    class Meta:
        model = Objection

    kind = "appeal"
    recognition = factory.LazyFunction(lambda: RevocationFactory().recognition)
    raised_by = "张建国"
    contact = "13800000000"
    content = "数据属实"
    raised_on = datetime.date(2026, 5, 20)
    due_on = datetime.date(2026, 6, 3)
    recorded_by = factory.SubFactory(UserFactory, of_enterprise=True)


class ReturnRequestFactory(DjangoModelFactory):
    """An answered return of the county to the enterprise."""

    class Meta:
        model = ReturnRequest

    application = factory.SubFactory(ApplicationFactory, state=ApplicationState.COUNTY_REVIEW)
    number = 1
    level = ReviewLevel.COUNTY
    target = "enterprise"
    comment = "请核对后重新提交"
    due_on = datetime.date(2026, 6, 3)
    requested_by = factory.SubFactory(UserFactory, county=True)
    answered_at = datetime.datetime(2026, 6, 2, 9, tzinfo=datetime.UTC)


class ObjectionFactory(DjangoModelFactory):
    """An open objection to a published case."""

    class Meta:
        model = Objection

    kind = "publicity"
    application = factory.SubFactory(ApplicationFactory, state=ApplicationState.OBJECTION)
    raised_by = "赵明"
    contact = "13800000000"
    content = "主导产品专利为受让取得"
    raised_on = datetime.date(2026, 7, 7)
    recorded_by = factory.SubFactory(UserFactory)


class ReportFactory(DjangoModelFactory):
    class Meta:
        model = Report

    intake = factory.SubFactory(IntakeFactory)
    region = factory.SelfAttribute("intake.city")
    document_number = "新工信〔2026〕12号"
    reported_on = datetime.date(2026, 7, 13)
    reported_by = factory.SubFactory(UserFactory)
