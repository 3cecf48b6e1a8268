"""The award run on real rows: what is stored, and that it can be repeated, interrupted and reordered."""

import datetime
from decimal import Decimal

import pytest

from awards import queries, services
from awards.models import AwardRun, Determination, Discrepancy
from tests.awards.runs import decide, digest, ids, outcomes, provincial, run_all
from tests.factories import (
    EnterpriseFactory,
    EquipmentInvestmentFactory,
    PlatformAssessmentFactory,
    ProvincialSubsidyFactory,
    RecognitionFactory,
    UserFactory,
    region,
)
from tiers.models import Recognition

pytestmark = pytest.mark.django_db
DAY = datetime.date
MAY = DAY(2023, 5, 4)


# ---- outcomes -------------------------------------------------------------------------------------------
def test_run_absorbs_the_lower_award_of_the_year():
    national = RecognitionFactory()
    provincial(national.enterprise)

    run_all()

    assert outcomes() == [("XX-NAT", "granted", 500_000), ("XX-PROV", "absorbed", 0)]
    loser = Determination.objects.get(item="XX-PROV")
    assert loser.absorbed_by == f"XX-NAT@recognition:{national.pk}"
    assert (loser.worth, loser.reasons) == (300_000, ["higher_award"])


def test_run_keeps_both_readings_of_the_pool():
    national = RecognitionFactory()
    ProvincialSubsidyFactory(enterprise=national.enterprise, amount=Decimal("3000000"))

    run = run_all()

    assert outcomes() == [("XX-EQ", "granted", 750_000), ("XX-NAT", "absorbed", 0)]
    [granted, absorbed] = sorted(queries.totals_by_outcome(run), key=lambda row: row["total"], reverse=True)
    assert (granted["total"], granted["other_total"] + absorbed["other_total"]) == (750_000, 1_250_000)


def test_run_holds_what_a_person_must_judge():
    national = RecognitionFactory()
    ProvincialSubsidyFactory(enterprise=national.enterprise, invested_from=None, invested_until=None)

    run_all()

    assert outcomes(item="XX-EQ") == [("XX-EQ", "held", 0)]


def test_run_pays_platforms_for_their_title_and_their_assessment():
    platform = RecognitionFactory(title="provincial_platform", documented_on=DAY(2022, 6, 1))
    PlatformAssessmentFactory(enterprise=platform.enterprise)

    run_all(2022)
    run_all(2023)

    assert outcomes() == [("XX-ASSESS", "granted", 200_000), ("XX-PLAT-P", "granted", 200_000)]


def test_run_after_the_policy_answers_no_policy_in_force():
    RecognitionFactory(documented_on=DAY(2026, 9, 1))

    run_all(2026)

    row = Determination.objects.get()
    assert (row.outcome, row.reasons) == ("ineligible", ["no_policy_in_force"])
    assert "无有效政策依据" in queries.explanation(row).conclusion + str(queries.explanation(row).steps)


def test_run_refuses_a_title_won_elsewhere():
    RecognitionFactory(managing_unit=region("开封市"))

    run_all()

    assert Determination.objects.get().reasons == ["outside_city"]


def test_run_looks_at_titles_of_other_years():
    enterprise = provincial(EnterpriseFactory(), on=DAY(2022, 5, 4)).enterprise
    provincial(enterprise, on=DAY(2023, 5, 4), document_number="第二次")

    run_all()

    assert outcomes() == [("XX-PROV", "ineligible", 0)]


def test_run_applies_factors_to_ceilings():
    investment = EquipmentInvestmentFactory(amount=Decimal("5000000"))
    provincial(investment.enterprise, on=DAY(2024, 3, 1))
    RecognitionFactory(enterprise=investment.enterprise, documented_on=DAY(2025, 8, 1))

    run_all(2025, city="郑州市", factors={"ZZ-NAT": "0.8"})

    assert outcomes() == [("ZZ-EQ", "granted", 500_000), ("ZZ-NAT", "granted", 1_600_000)]


def test_run_stores_free_text_as_it_is():
    grade = "合格\\N\t{良}|%，“好”"
    platform = RecognitionFactory(title="provincial_platform", documented_on=DAY(2022, 6, 1))
    PlatformAssessmentFactory(enterprise=platform.enterprise, grade=grade)

    run_all()
    run_all()

    assert queries.result_of(Determination.objects.get()).claim.grade == grade
    assert AwardRun.objects.get().changes["unchanged"] == 1


def test_run_leaves_the_unit_that_answers_to_the_province_alone():
    RecognitionFactory(
        enterprise__managing_unit=region("郑州航空港经济综合实验区"), documented_on=DAY(2025, 8, 1)
    )

    run = run_all(2025, city="郑州市")

    assert not Determination.objects.exists()
    assert run.changes["skipped"] == ["郑州航空港经济综合实验区"]
    assert run.changes["units"] == 15
    assert "郑州航空港经济综合实验区" not in [
        unit.name for unit in queries.undetermined_units(region("郑州市"), 2025)
    ]


# ---- again ----------------------------------------------------------------------------------------------
def test_same_run_twice_changes_nothing():
    national = RecognitionFactory()
    ProvincialSubsidyFactory(enterprise=national.enterprise)
    PlatformAssessmentFactory()
    run_all()
    before, stored = ids(), digest()

    run = run_all()

    assert (ids(), digest()) == (before, stored)
    assert run.round == 2
    assert {name: run.changes[name] for name in services.COUNTS} == {
        "inserted": 0,
        "deleted": 0,
        "unchanged": 3,
        "discrepancies": 0,
    }


def test_changed_facts_replace_only_their_drafts():
    kept, changed, withdrawn = RecognitionFactory(), provincial(EnterpriseFactory()), RecognitionFactory()
    run_all()
    before = {row.source: row.pk for row in Determination.objects.all()}
    Recognition.objects.filter(pk=changed.pk).update(kind="review")
    withdrawn.delete()

    run = run_all()

    after = {row.source: row.pk for row in Determination.objects.all()}
    assert after[f"recognition:{kept.pk}"] == before[f"recognition:{kept.pk}"]
    assert after[f"recognition:{changed.pk}"] != before[f"recognition:{changed.pk}"]
    assert Determination.objects.get(source=f"recognition:{changed.pk}").outcome == "ineligible"
    assert f"recognition:{withdrawn.pk}" not in after
    assert (run.changes["inserted"], run.changes["deleted"], run.changes["unchanged"]) == (1, 2, 1)


def test_event_moved_to_another_year_gives_up_its_old_draft():
    recognition = RecognitionFactory()
    run_all(2023)
    Recognition.objects.filter(pk=recognition.pk).update(documented_on=DAY(2024, 1, 5))

    run_all(2024)

    assert list(Determination.objects.values_list("year", "outcome")) == [(2024, "granted")]


def test_earlier_title_found_later_takes_the_one_time_award():
    late = provincial(EnterpriseFactory(), on=DAY(2024, 5, 4))
    run_all(2024)
    early = provincial(late.enterprise, on=DAY(2022, 5, 4), document_number="补录")

    run_all(2022)
    run_all(2024)

    assert list(Determination.objects.order_by("year").values_list("year", "source", "outcome")) == [
        (2022, f"recognition:{early.pk}", "granted"),
        (2024, f"recognition:{late.pk}", "ineligible"),
    ]


# ---- decided rows ---------------------------------------------------------------------------------------
def test_decided_rows_never_change_and_the_difference_is_shown():
    recognition = RecognitionFactory()
    run = run_all()
    decide(run)
    before = digest()
    Recognition.objects.filter(pk=recognition.pk).update(kind="review")

    run = run_all()

    assert digest() == before
    [difference] = queries.differences(run)
    assert (difference.outcome, difference.amount, difference.reasons) == (
        "ineligible",
        0,
        ["review_not_recognition"],
    )
    assert run.changes["discrepancies"] == 1


def test_difference_disappears_with_its_cause():
    recognition = RecognitionFactory()
    decide(run_all())
    Recognition.objects.filter(pk=recognition.pk).update(kind="review")
    run_all()
    Recognition.objects.filter(pk=recognition.pk).update(kind="new")

    run_all()

    assert not Discrepancy.objects.exists()


def test_withdrawn_event_of_a_decided_row_is_a_difference_without_outcome():
    recognition = RecognitionFactory()
    decide(run_all())
    recognition.delete()

    run = run_all()

    assert [d.outcome for d in queries.differences(run)] == [""]
    assert outcomes() == [("XX-NAT", "granted", 500_000)]


def test_later_higher_award_tops_up_a_decision():
    first = provincial(EnterpriseFactory())
    decide(run_all())
    RecognitionFactory(enterprise=first.enterprise)

    run = run_all()

    assert outcomes() == [("XX-NAT", "granted", 200_000), ("XX-PROV", "granted", 300_000)]
    assert Determination.objects.get(item="XX-NAT").topup
    assert not queries.differences(run).exists()
    decide(run)
    assert not queries.differences(run_all()).exists()
    assert all(services.replay(determination=row).equal for row in Determination.objects.all())


def test_later_lower_award_is_absorbed_by_the_decision():
    first = RecognitionFactory()
    decide(run_all())
    provincial(first.enterprise)

    run_all()

    assert outcomes() == [("XX-NAT", "granted", 500_000), ("XX-PROV", "absorbed", 0)]


def test_event_decided_in_one_year_is_not_determined_again_in_another():
    recognition = RecognitionFactory()
    decide(run_all(2023))
    Recognition.objects.filter(pk=recognition.pk).update(documented_on=DAY(2024, 1, 5))

    run_all(2024)
    run_all(2023)

    assert list(Determination.objects.values_list("year", "outcome")) == [(2023, "granted")]
    assert [d.outcome for d in Discrepancy.objects.all()] == [""]


# ---- moved ----------------------------------------------------------------------------------------------
def test_enterprise_moved_inside_the_city_takes_its_drafts_along():
    enterprise = RecognitionFactory().enterprise
    run_all()
    for unit, backwards in (("牧野区", False), ("红旗区", False), ("牧野区", True)):
        enterprise.managing_unit = region(unit)
        enterprise.save()

        run_all(backwards=backwards)

        [row] = Determination.objects.all()
        assert (row.managing_unit.name, row.amount) == (unit, 500_000)


def test_enterprise_moved_away_loses_its_drafts_and_keeps_its_decisions():
    drafted, decided = RecognitionFactory().enterprise, provincial(EnterpriseFactory()).enterprise
    run = run_all()
    Determination.objects.filter(enterprise=decided).update(
        decided_at=run.finished_at, decided_by=UserFactory()
    )
    for enterprise in (drafted, decided):
        enterprise.managing_unit = region("金水区")
        enterprise.save()

    run = run_all()

    assert outcomes() == [("XX-PROV", "granted", 300_000)]
    [difference] = queries.differences(run)
    assert (difference.outcome, difference.reasons) == ("ineligible", ["outside_city"])


def test_decided_row_of_an_enterprise_moved_inside_the_city_is_no_difference():
    enterprise = RecognitionFactory().enterprise
    decide(run_all())
    enterprise.managing_unit = region("牧野区")
    enterprise.save()

    run = run_all()

    assert (run.changes["discrepancies"], run.changes["inserted"], run.changes["deleted"]) == (0, 0, 0)
