"""Spreadsheets out: exported facts give the answer of the stored run, an export shows what its list shows."""

import datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Sum
from openpyxl import load_workbook

from awards import queries, services
from awards.determine_file import determine_facts, document_of
from awards.exports import facts_workbook
from awards.facts_file import read_workbook
from awards.places import Places
from core import jobs
from core.enums import JobState
from tests.factories import (
    AwardRunFactory,
    DeterminationFactory,
    EnterpriseFactory,
    EquipmentInvestmentFactory,
    JobFactory,
    PlatformAssessmentFactory,
    ProvincialSubsidyFactory,
    RecognitionFactory,
    UserFactory,
    published_edition,
    region,
)
from tiers.enums import Title

pytestmark = pytest.mark.django_db
DAY = datetime.date


def finished_run(city, year, factors=None):
    run = services.start_run(city=city, year=year, factors=factors, actor=None)
    for job in queries.round_jobs(run):
        jobs.run(job.pk)
    run.refresh_from_db()
    assert run.state == "done"
    return run


def a_mixed_world():
    """Ties, rivals, a title from outside, a review, a lapse, a partly covered window; and the province-direct unit."""
    rival = EnterpriseFactory()
    RecognitionFactory(enterprise=rival)
    RecognitionFactory(enterprise=rival, title=Title.PROVINCIAL_SRDI, documented_on=DAY(2023, 5, 4))
    ProvincialSubsidyFactory(enterprise=rival)
    tie = EnterpriseFactory(managing_unit=region("长垣市"))
    RecognitionFactory(enterprise=tie)
    ProvincialSubsidyFactory(enterprise=tie, amount=Decimal("2000000.00"))
    ProvincialSubsidyFactory(
        enterprise=tie, amount=Decimal("2000000.00"), document_number="豫财企〔2023〕31号"
    )
    moved = EnterpriseFactory(managing_unit=region("新乡县"))
    RecognitionFactory(
        enterprise=moved, managing_unit=region("焦作市"), documented_on=DAY(2023, 2, 1), label_year=2022
    )
    ProvincialSubsidyFactory(enterprise=moved)
    reviewed = EnterpriseFactory(managing_unit=region("新乡高新技术产业开发区"))
    RecognitionFactory(
        enterprise=reviewed,
        documented_on=DAY(2020, 7, 1),
        valid_from=DAY(2020, 7, 1),
        valid_until=DAY(2023, 6, 30),
    )
    RecognitionFactory(enterprise=reviewed, kind="review")
    ProvincialSubsidyFactory(enterprise=reviewed, invested_from=DAY(2020, 1, 1))
    operator = EnterpriseFactory(managing_unit=region("卫滨区"))
    RecognitionFactory(enterprise=operator, title=Title.PROVINCIAL_PLATFORM, documented_on=DAY(2021, 9, 1))
    PlatformAssessmentFactory(enterprise=operator, grade="二等奖")
    zhengzhou = EnterpriseFactory(managing_unit=region("金水区"))
    RecognitionFactory(enterprise=zhengzhou, title=Title.PROVINCIAL_SRDI, documented_on=DAY(2025, 3, 1),
                       valid_from=DAY(2024, 1, 1), valid_until=DAY(2027, 12, 31))  # fmt: skip
    EquipmentInvestmentFactory(enterprise=zhengzhou)
    EquipmentInvestmentFactory(enterprise=zhengzhou, document_number="郑工信函〔2025〕2号", subsidised=True)
    direct = EnterpriseFactory(managing_unit=region("郑州航空港经济综合实验区"))
    RecognitionFactory(enterprise=direct, documented_on=DAY(2025, 10, 20))


def stored_totals(run):
    rows = (
        run.determinations.order_by()
        .values("item", "outcome")
        .annotate(n=Count("pk"), paid=Sum("amount"), worth=Sum("worth"))
    )
    return {(row["item"], row["outcome"]): (row["n"], row["paid"] or row["worth"]) for row in rows}


@pytest.mark.parametrize(
    ("city", "slug", "year", "factors"),
    [
        ("新乡市", "xinxiang-2022-8", 2023, {}),
        ("郑州市", "zhengzhou-2024-2026", 2025, {"ZZ-PROV": "0.8"}),
    ],
)
def test_determining_the_exported_facts_gives_the_totals_of_the_run(city, slug, year, factors, tmp_path):
    edition = published_edition(slug)
    a_mixed_world()
    run = finished_run(region(city), year, factors)
    with (tmp_path / "F.xlsx").open("w+b") as file:
        facts_workbook(city=region(city), target=file)
    facts, notes = read_workbook(tmp_path / "F.xlsx", Places(region(city).code))
    answer = determine_facts(
        facts, document_of(edition.text), year, {k: Decimal(v) for k, v in factors.items()}
    )
    assert answer.totals() == stored_totals(run)
    assert len(answer.lines) > 2
    sums = run.determinations.aggregate(used=Sum("amount"), other=Sum("other_amount"))
    assert [total for *_, total in answer.readings()] == [sums["used"], sums["other"]]
    stored = run.determinations.values_list(
        "enterprise__uscc", "event_on", "item", "outcome", "worth", "amount", "reasons"
    )
    found = [
        (line.uscc, line.result.claim.on, line.result.claim.item, str(line.result.outcome), line.result.worth,
         line.result.amount, [str(code) for code in line.result.reasons])
        for line in answer.lines
    ]  # fmt: skip
    assert sorted(found) == sorted(stored)
    assert notes == []


def test_export_facts_command_writes_every_sheet(tmp_path, capsys):
    a_mixed_world()
    call_command("export_facts", "410700", output=tmp_path / "F.xlsx")
    book = load_workbook(tmp_path / "F.xlsx")
    assert book.sheetnames == ["认定", "补助", "考核", "投资"]
    assert [sheet.max_row - 1 for sheet in book] == [7, 5, 1, 0]
    assert "认定 7 行" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["F.xlsx"]


def test_export_facts_of_an_unknown_city_is_refused(tmp_path):
    with pytest.raises(CommandError, match="410700"):
        call_command("export_facts", "410800", output=tmp_path / "F.xlsx")


# ---- determinations --------------------------------------------------------------------------------------
def exported(user, query=""):
    """Run the export job; its rows below title, note and head."""
    job = JobFactory(kind="awards.export_determinations", requested_by=user, params={"query": query})
    jobs.run(job.pk)
    job.refresh_from_db()
    if job.state == JobState.FAILED:
        return job, []
    with job.file.open("rb") as file:
        rows = list(load_workbook(file).active.iter_rows(values_only=True))
    return job, rows[3:]


def two_units():
    here = DeterminationFactory(enterprise__name="=1+1红旗公司")
    there = DeterminationFactory(
        run=here.run, enterprise__managing_unit=region("卫滨区"), outcome="ineligible", reasons=["not_first"]
    )
    return here, there


def test_export_shows_the_rows_of_the_list():
    two_units()
    job, rows = exported(UserFactory(), "outcome=ineligible")
    assert job.state == JobState.DONE
    [row] = rows
    assert row[0] == 1
    assert row[2] == "卫滨区"
    assert row[8] == "不符合"
    assert row[12] == "不是首次认定"
    assert job.file_name.endswith(".xlsx")


def test_export_carries_no_formula():
    two_units()
    _, rows = exported(UserFactory())
    assert "=1+1红旗公司" in [row[3] for row in rows]


def test_export_keeps_to_the_requesters_scope():
    here, _ = two_units()
    _, rows = exported(UserFactory(county=True))
    assert [row[4] for row in rows] == [here.enterprise.uscc]
    _, rows = exported(UserFactory(region=region("郑州市")))
    assert [row[4] for row in rows if row[4]] == []


def test_export_is_refused_after_a_demotion():
    two_units()
    user = UserFactory()
    user.role, user.region = "enterprise", None
    user.save()
    job, _ = exported(user)
    assert job.state == JobState.FAILED
    assert "没有导出权限" in job.error
    assert not job.file


def test_export_with_a_foreign_unit_is_refused():
    two_units()
    job, _ = exported(UserFactory(), "unit=410105")
    assert "筛选条件有误" in job.error


def test_export_facts_job_serves_the_own_city_only():
    a_mixed_world()
    job = JobFactory(kind="awards.export_facts", requested_by=UserFactory(), params={"city": "410700"})
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.result["认定"] == 7
    foreign = JobFactory(kind="awards.export_facts", requested_by=UserFactory(), params={"city": "410100"})
    jobs.run(foreign.pk)
    foreign.refresh_from_db()
    assert foreign.state == JobState.FAILED


def test_export_of_a_run_is_numbered_in_the_order_of_the_list():
    run = AwardRunFactory()
    for _ in range(3):
        DeterminationFactory(run=run)
    _, rows = exported(UserFactory())
    assert [row[0] for row in rows] == [1, 2, 3]
