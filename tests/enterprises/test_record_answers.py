"""Single answers: kept once, marked with source and day, read back for forms and for the engine."""

import datetime
from decimal import Decimal

import pytest

from core.errors import Conflict, DomainError
from core.models import AuditEntry
from enterprises.enums import Source
from enterprises.models import FirmProfile, YearlyFigures
from enterprises.queries import answers_of, firm_record, firm_records, held_answers, last_years, overlay
from enterprises.services import save_answers
from policies.engine.standards.record import Figures, FirmRecord
from tests.factories import EnterpriseFactory, UserFactory

TODAY = datetime.date(2026, 11, 3)
YEARS = (2025, 2024, 2023)
SOME = {
    "established_on": datetime.date(2009, 6, 18),
    "industry_code": "3525",
    "own_brand": True,
    "market_share": Decimal("0.125"),
    "niche_since": 2015,
    "systems": ("design", "supply"),
    "revenue.2025": Decimal("86425000.00"),
    "rd_staff.2025": 34,
    "revenue.2024": Decimal("73100000.00"),
}


@pytest.fixture
def firm(db):
    return EnterpriseFactory()


def save(firm, answers, *, source=Source.FIRM, day=TODAY, seen=None, actor=None):
    return save_answers(enterprise=firm, answers=answers, source=source, as_of=day, actor=actor, seen=seen)


def test_years_asked_for_are_the_three_finished_ones():
    assert last_years(datetime.date(2026, 1, 1)) == (2025, 2024, 2023)
    assert last_years(datetime.date(2025, 12, 31)) == (2024, 2023, 2022)


def test_answers_come_back_as_they_stand_in_the_form(firm):
    save(firm, SOME)
    assert answers_of(firm.__class__.objects.get(), YEARS) == {
        "established_on": "2009-06-18", "industry_code": "3525", "own_brand": "yes", "market_share": "12.5",
        "niche_since": "2015", "systems": "design,supply", "revenue.2025": "8,642.50", "rd_staff.2025": "34",
        "revenue.2024": "7,310.00",
    }  # fmt: skip


def test_engine_reads_yuan_fractions_and_source(firm):
    save(firm, SOME)
    firm.refresh_from_db()
    assert firm_record(firm) == FirmRecord(
        established_on=datetime.date(2009, 6, 18),
        industry_code="3525",
        years={
            2025: Figures(revenue=Decimal("86425000.00"), rd_staff=34, source="企业填报", as_of=TODAY),
            2024: Figures(revenue=Decimal("73100000.00"), source="企业填报", as_of=TODAY),
        },
        profile={"own_brand": True, "market_share": Decimal("0.125"), "niche_since": 2015,
                 "systems": ("design", "supply")},
    )  # fmt: skip


def test_none_takes_an_answer_back_and_others_stay(firm):
    save(firm, SOME)
    save(firm, {"own_brand": None, "revenue.2025": None, "industry_code": None, "established_on": None})
    firm.refresh_from_db()
    assert set(answers_of(firm, YEARS)) == {
        "market_share",
        "niche_since",
        "systems",
        "rd_staff.2025",
        "revenue.2024",
    }
    assert (firm.industry_code, firm.established_on) == ("", None)


def test_saving_again_changes_and_audits_nothing(firm):
    save(firm, SOME)
    entries, events = AuditEntry.objects.count(), YearlyFigures.pgh_event_model.objects.count()
    firm.refresh_from_db()
    assert save(firm, SOME, source=Source.STAFF, day=datetime.date(2026, 12, 1)) == {}
    assert (AuditEntry.objects.count(), YearlyFigures.pgh_event_model.objects.count()) == (entries, events)
    assert held_answers(firm, YEARS)["own_brand"].source == Source.FIRM


def test_what_changed_is_audited_in_words_and_kept_in_history(firm):
    person = UserFactory()
    save(firm, SOME)
    changed = save(
        firm, {"revenue.2025": Decimal("90000000.00"), "own_brand": False}, source=Source.STAFF, actor=person
    )
    words = {"revenue.2025": ["8,642.50 万元", "9,000.00 万元"], "own_brand": ["是", "否"]}
    assert changed == words
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.actor, entry.data) == (
        "更新企业档案", person, {"source": "staff", "changed": words},
    )  # fmt: skip
    kept = YearlyFigures.pgh_event_model.objects.filter(year=2025)
    assert [event.revenue for event in kept] == [Decimal("86425000.00")]  # the row as it was
    profiles = FirmProfile.pgh_event_model.objects.values_list("facts", flat=True)
    assert [facts.get("own_brand", {}).get("value") for facts in profiles] == [None, True]


def test_each_answer_remembers_who_said_so_and_when(firm):
    save(firm, {"revenue.2025": Decimal(100), "staff.2025": 10, "phone": "13800000000"})
    save(firm, {"staff.2025": 11}, source=Source.STAFF, day=datetime.date(2026, 11, 9))
    firm.refresh_from_db()
    held = held_answers(firm, YEARS)
    assert {key: (one.source, one.as_of) for key, one in held.items()} == {
        "revenue.2025": ("firm", TODAY), "phone": ("firm", TODAY),
        "staff.2025": ("staff", datetime.date(2026, 11, 9)),
    }  # fmt: skip
    assert firm_record(firm).years[2025].source == "代办录入、企业填报"


def test_figure_overwritten_by_a_list_belongs_to_the_list(firm):
    save(firm, {"revenue.2025": Decimal(100), "staff.2025": 10})
    YearlyFigures.objects.update(staff=12)
    held = held_answers(firm, YEARS)
    assert (held["staff.2025"].source, held["revenue.2025"].source) == (Source.ROSTER, Source.FIRM)
    assert firm_record(firm).years[2025].source == "名册导入、企业填报"


@pytest.mark.parametrize("key", ["nothing", "revenue", "own_brand.2025", "revenue.3025"])
def test_key_that_is_no_question_is_refused(firm, key):
    with pytest.raises(DomainError, match="没有"):
        save(firm, {"staff.2025": 1, key: 1})
    assert not YearlyFigures.objects.exists()


def test_answer_changed_by_somebody_else_meanwhile_is_refused(firm):
    save(firm, {"own_brand": True, "brands": 3})
    seen = {"own_brand": "yes", "brands": "3"}
    save(firm, {"own_brand": False})
    with pytest.raises(Conflict, match="有自主品牌"):
        save(firm, {"own_brand": None, "brands": 4}, seen=seen)
    assert answers_of(firm, ()) == {"own_brand": "no", "brands": "3"}
    assert save(firm, {"own_brand": False, "brands": 4}, seen=seen)  # the same answer is no conflict


def test_overlay_puts_typed_answers_over_the_record(firm):
    save(firm, SOME)
    firm.refresh_from_db()
    record = firm_record(firm)
    found = overlay(
        record,
        {"revenue.2025": "9,000", "rd_expense.2023": "1.5", "taxes.2025": "7", "own_brand": "no",
         "niche_since": "", "market_share": "很多", "industry_code": "65", "established_on": "", "phone": "1",
         "nothing": "1", "staff": "1"},
    )  # fmt: skip
    assert (found.industry_code, found.established_on) == ("65", None)
    assert found.years[2025].revenue == Decimal(90_000_000)
    assert found.years[2025].rd_staff == 34
    assert found.years[2023] == Figures(rd_expense=Decimal(15_000))
    assert found.profile == {"own_brand": False, "market_share": None, "niche_since": None,
                             "systems": ("design", "supply")}  # fmt: skip
    assert record.profile["own_brand"] is True


def test_records_of_many_need_as_many_queries_as_of_one(db, django_assert_num_queries):
    firms = [EnterpriseFactory() for _ in range(3)]
    for firm in firms:
        save(firm, {"revenue.2025": Decimal(1), "own_brand": True})
    for some in (firms[:1], firms):
        with django_assert_num_queries(8):
            assert set(firm_records(some)) == {firm.pk for firm in some}
    with django_assert_num_queries(2):
        answers_of(firms[0], YEARS)
