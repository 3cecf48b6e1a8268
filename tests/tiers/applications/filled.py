"""An open intake, an enterprise that may apply, and applications that are filled in as far as a test wants."""

import datetime
import itertools

from django.core.files.base import ContentFile

from enterprises.fields import Kind
from enterprises.models import Evidence, FirmProfile
from policies.services import publish_standard
from tests.factories import EnterpriseFactory, IntakeFactory, MembershipFactory, RecognitionFactory
from tiers.enums import Title
from tiers.queries.cases import load_case
from tiers.sections import FORM
from tiers.services.cases import start_application
from tiers.services.drafts import attach_evidence, save_section

TODAY = datetime.date.today
FILES = itertools.count()
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"

# Typed values of a firm that does well; a key without one gets the default of its kind.
TYPED = {
    "established_on": "2012-06-18",
    "industry_code": "3525",
    "legal_representative_phone": "13803730001",
    "contact_mobile": "13803730002",
    "phone": "0373-3051234",
    "email": "office@example.com",
    "postcode": "453000",
    "stock_code": "873001",
    "basis": "single",
    "audit_code": "豫26ABCDEF1234".replace("豫", ""),
    "staff": "180",
    "rd_staff": "40",
    "revenue": "8642.50",
    "main_revenue": "8500",
    "lead_product_revenue": "7000",
    "cost": "7300",
    "gross_profit": "2600",
    "net_profit": "900",
    "assets": "12000",
    "liabilities": "4800",
    "rd_expense": "520.40",
    "taxes": "310",
    "exports": "0",
    "bank_loans": "1500",
    "dev_score": "81.5",
    "lead_product": "精密滚珠丝杠副",
    "lead_product_code": "3525",
    "niche": "数控机床用滚珠丝杠副",
    "niche_since": "2013",
    "market_share": "14.5",
    "world_share": "3",
    "has_serious_violation": "no",
    "on_blacklist": "no",
    "prohibited_product": "no",
    "fabricated_data": "no",
    "single_champion": "no",
    "held_by_giant": "no",
    "group_similar": "no",
    "giant_holder": "",
    "group_similar_name": "",
}
BY_KIND = {
    Kind.MONEY: "100",
    Kind.PERCENT: "10",
    Kind.INT: "5",
    Kind.DECIMAL: "80",
    Kind.TEXT: "测试内容",
    Kind.MULTILINE: "测试说明",
    Kind.DATE: "2020-01-02",
    Kind.YEAR: "2015",
    Kind.YESNO: "yes",
}


def typed(question) -> str:
    """A valid answer as a person would type it."""
    field = question.field
    if field.key in TYPED:
        return TYPED[field.key]
    return field.choices[0][0] if field.kind in (Kind.CHOICE, Kind.MULTICHOICE) else BY_KIND[field.kind]


def publish_standards() -> None:
    """The standards as shipped, in force."""
    from pathlib import Path

    folder = Path(__file__).resolve().parents[3] / "policies" / "documents" / "standards"
    for path in sorted(folder.glob("*.toml")):
        publish_standard(text=path.read_text(encoding="utf-8"), actor=None)


def open_intake(**changes):
    """新乡市 takes applications for the provincial title from a week ago until a week from now."""
    today = TODAY()
    defaults = {
        "year": today.year,
        "opens_on": today - datetime.timedelta(days=7),
        "closes_on": today + datetime.timedelta(days=7),
    }
    return IntakeFactory(**(defaults | changes))


def firm(**changes):
    """An enterprise of 红旗区 that holds the innovative title, and one of its people."""
    today = TODAY()
    enterprise = EnterpriseFactory(**({"established_on": datetime.date(2012, 6, 18)} | changes))
    RecognitionFactory(
        enterprise=enterprise,
        title=Title.INNOVATIVE,
        documented_on=datetime.date(today.year - 1, 3, 1),
        valid_from=datetime.date(today.year - 1, 3, 1),
        valid_until=datetime.date(today.year + 2, 2, 28),
    )
    return enterprise, MembershipFactory(enterprise=enterprise).user


def evidence(enterprise, user, name="材料.pdf") -> Evidence:
    number = next(FILES)
    return Evidence.objects.create(
        enterprise=enterprise,
        file=ContentFile(PDF, name="x.pdf"),
        name=name,
        media_type="application/pdf",
        size=len(PDF),
        sha256=f"{number:064x}",
        scan="clean",
        uploaded_by=user,
    )


def started(intake=None, **changes):
    """(application, user): a draft as it begins."""
    enterprise, user = firm(**changes)
    return start_application(intake=intake or open_intake(), enterprise=enterprise, actor=user), user


def fill(application, user, *, but=()) -> None:
    """Fill in everything except the places named in `but`, and mark every part as finished."""
    enterprise = application.enterprise
    profile, _ = FirmProfile.objects.get_or_create(enterprise=enterprise)
    profile.complete_lists = [kind.key for section in FORM for kind in section.kinds if kind.key not in but]
    profile.save()
    case = load_case(application)
    for section in FORM:
        for place in case.places(section):
            if place.required and place.name not in but:
                attach_evidence(
                    application=application,
                    slot=place.name,
                    evidence=evidence(enterprise, user, f"{place.label}.pdf"),
                    actor=user,
                )
        raw = {q.name: "" if q.name in but else typed(q) for q in case.questions(section)}
        save_section(
            application=application,
            key=section.key,
            raw=raw,
            version=case.rows[section.key].version,
            actor=user,
            done=True,
        )


def filled(intake=None, **changes):
    """(application, user): a draft that is ready to be handed in."""
    application, user = started(intake, **changes)
    fill(application, user)
    application.refresh_from_db()
    return application, user
