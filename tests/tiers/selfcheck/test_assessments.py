from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policies.engine.standards import Verdict
from tests.factories import EnterpriseFactory, IntakeFactory, RecognitionFactory, published_standards
from tests.tiers.selfcheck.firms import DAY, firm
from tiers.enums import Title
from tiers.queries.assessments import ASSESSED, assess_firm, assess_firms, open_tiers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def standards():
    return published_standards()


def verdicts(assessed):
    return {finding.key: str(finding.verdict) for finding in assessed.assessment.gates}


def test_a_complete_record_leaves_only_what_a_person_must_judge():
    found = assess_firm(firm(), Title.PROVINCIAL_SRDI, on=DAY)
    assert (found.edition.slug, found.assessment.verdict) == ("miit-2-provincial", Verdict.PERSON)
    assert {key for key, verdict in verdicts(found).items() if verdict != "met"} == {"market_position"}


def test_what_an_officer_ticked_is_heeded():
    found = assess_firm(firm(), Title.PROVINCIAL_SRDI, on=DAY, confirmed={"market_position": Verdict.MET})
    assert found.assessment.verdict is Verdict.MET


def test_same_figures_differ_for_new_and_review_of_giants_in_2026():
    giant = firm(
        rights=2,
        title=Title.NATIONAL_GIANT,
        market_share=Decimal("0.15"),
        main_revenue_2025=Decimal("60000000"),
    )
    new = assess_firm(giant, Title.NATIONAL_GIANT, kind="new", on=DAY)
    review = assess_firm(giant, Title.NATIONAL_GIANT, kind="review", on=DAY)
    assert (new.edition.number, review.edition.number) == ("工信部企业〔2026〕2号", "工信部企业〔2022〕63号")
    found = [one.assessment.finding("main_ratio") for one in (new, review)]
    assert [(one.verdict, one.value) for one in found] == [
        (Verdict.NOT_MET, Decimal("75.00")),
        (Verdict.MET, Decimal("75.00")),
    ]
    assert [one.cite for one in found] == ["附件2（二）", "附件3 一"]


@pytest.mark.parametrize(
    ("day", "slug"),
    [
        (date(2026, 3, 31), "miit-63-giant"),
        (date(2026, 4, 1), "miit-2-giant"),
    ],
)
def test_the_acceptance_date_chooses_the_edition(day, slug):
    assert assess_firm(firm(), Title.NATIONAL_GIANT, on=day).edition.slug == slug


@pytest.mark.parametrize(
    ("day", "slug"), [(date(2026, 12, 31), "miit-63-giant"), (date(2027, 1, 1), "miit-2-giant")]
)
def test_the_acceptance_date_chooses_the_edition_of_a_review(day, slug):
    assert assess_firm(firm(), Title.NATIONAL_GIANT, kind="review", on=day).edition.slug == slug


def test_without_a_standard_there_is_no_assessment():
    enterprise = firm()
    assert assess_firm(enterprise, Title.TECH_SME, kind="review", on=DAY) is None
    assert assess_firms([enterprise], Title.TECH_SME, "review", DAY) == {}


def test_an_empty_record_is_missing_and_never_not_met():
    for tier in ASSESSED:
        found = assess_firm(EnterpriseFactory(), tier, on=DAY).assessment
        findings = [*found.gates, *found.scored, *(route.finding for route in found.routes)]
        not_met = {finding.key for finding in findings if finding.verdict is Verdict.NOT_MET}
        assert not_met <= {"prior_title", "high_tech"}  # titles are on official lists: none is an answer
        assert found.verdict in (Verdict.MISSING, Verdict.NOT_MET)


def test_one_missing_figure_makes_its_criteria_missing_only():
    found = assess_firm(firm(rd_expense_2024=None), Title.PROVINCIAL_SRDI, on=DAY)
    assert {key for key, verdict in verdicts(found).items() if verdict == "missing"} == {
        "rd_expense",
        "rd_ratio",
    }
    assert found.assessment.finding("rd_ratio").missing == ("2024 年研发费用",)
    assert "not_met" not in verdicts(found).values()


def test_size_is_worked_out_from_the_figures():
    large = firm(staff_2025=1200, revenue_2025=Decimal("500000000"))
    found = assess_firm(large, Title.PROVINCIAL_SRDI, on=DAY).assessment.finding("sme")
    assert (found.verdict, found.value) == (Verdict.NOT_MET, "大型")


def test_titles_come_from_the_lists_until_they_end():
    enterprise = firm(title="")
    RecognitionFactory(
        enterprise=enterprise,
        title=Title.TECH_SME,
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
    )
    prior = [
        assess_firm(enterprise, Title.PROVINCIAL_SRDI, on=day).assessment.finding("prior_title").verdict
        for day in (date(2026, 12, 31), date(2027, 1, 1))
    ]
    assert prior == [Verdict.MET, Verdict.NOT_MET]


def test_lifts_name_the_distance_and_the_field():
    found = assess_firm(firm(rd_expense_2025=Decimal("2018000.00")), Title.PROVINCIAL_SRDI, on=DAY)
    lift = next(lift for lift in found.lifts if lift.criterion == "rd_ratio")
    assert (lift.distance, lift.unit, lift.needs, lift.year) == (
        Decimal("382000.00"),
        "元",
        "rd_expense",
        2025,
    )


def test_bulk_gives_the_same_as_one_by_one():
    firms = [firm(), firm(rights=0), EnterpriseFactory()]
    found = assess_firms(firms, Title.PROVINCIAL_SRDI, "new", DAY)
    assert {pk: one.assessment for pk, one in found.items()} == {
        one.pk: assess_firm(one, Title.PROVINCIAL_SRDI, on=DAY).assessment for one in firms
    }


def test_bulk_asks_as_often_for_three_as_for_one():
    firms = [firm() for _ in range(3)]
    counts = []
    for some in (firms[:1], firms):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assess_firms(some, Title.PROVINCIAL_SRDI, "new", DAY)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# ---- which tiers are open -------------------------------------------------------------------------------


def outlook(enterprise, tier, on=DAY):
    return next(one for one in open_tiers(enterprise, on) if one.tier == tier)


def test_tiers_come_lowest_first_and_tech_is_applied_for_elsewhere():
    found = open_tiers(firm(title=""), DAY)
    assert [str(one.tier) for one in found] == ["tech_sme", "innovative", "provincial_srdi", "national_giant"]
    assert "国家平台" in found[0].reasons[0]


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 11, 19), False),
        (date(2026, 11, 20), True),
        (date(2026, 12, 20), True),
        (date(2026, 12, 21), False),
    ],
)
def test_a_tier_is_open_while_its_intake_is(day, is_open):
    enterprise = firm()
    IntakeFactory(opens_on=date(2026, 11, 20), closes_on=date(2026, 12, 20))
    assert outlook(enterprise, "provincial_srdi", day).is_open is is_open


def test_a_coming_intake_is_named_and_none_is_said():
    enterprise = firm()
    assert "没有受理批次" in outlook(enterprise, "provincial_srdi").reasons[-1]
    IntakeFactory(name="2027年第一批", opens_on=date(2027, 3, 1), closes_on=date(2027, 4, 1))
    assert outlook(enterprise, "provincial_srdi").reasons == ("2027年第一批从 2027-03-01 起受理。",)


def test_intakes_of_other_cities_and_kinds_do_not_count():
    from tests.factories import region

    enterprise = firm()
    IntakeFactory(city=region("郑州市"), opens_on=DAY, closes_on=DAY)
    IntakeFactory(kind="review", opens_on=DAY, closes_on=DAY)
    assert not outlook(enterprise, "provincial_srdi").is_open


def test_without_the_title_below_a_tier_is_shut():
    enterprise = firm(title="")
    IntakeFactory(opens_on=DAY, closes_on=DAY)
    found = outlook(enterprise, "provincial_srdi")
    assert not found.is_open
    assert "申报须先是" in found.reasons[0]


def test_a_held_title_turns_to_review_and_lower_ones_are_implied():
    enterprise = firm(title=Title.PROVINCIAL_SRDI)
    own, implied = outlook(enterprise, "provincial_srdi"), outlook(enterprise, "innovative")
    assert (own.kind, own.holds_until, own.implied) == ("review", date(2027, 12, 31), False)
    assert (implied.kind, implied.holds_until, implied.implied) == ("new", date(2027, 12, 31), True)


def test_open_tiers_take_as_many_queries_with_more_rows():
    counts = []
    for number in (1, 3):
        enterprise = firm(rights=number)
        for place in range(number):
            IntakeFactory(opens_on=DAY, closes_on=date(2026, 12, 1 + place))
        with CaptureQueriesContext(connection) as queries:
            open_tiers(enterprise, DAY)
        counts.append(len(queries))
    assert counts[0] == counts[1]
