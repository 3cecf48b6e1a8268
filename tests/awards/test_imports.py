"""Subsidies, assessments and investments from their spreadsheets."""

import datetime
from decimal import Decimal

import pytest

from awards.models import EquipmentInvestment, PlatformAssessment, ProvincialSubsidy
from enterprises import services
from tests.enterprises.imports import confirm, imported, outcomes, upload, work
from tests.factories import EnterpriseFactory
from tests.makers import assessment, firm, subsidy_table, workbook

pytestmark = pytest.mark.django_db


def test_subsidies_are_kept_in_yuan_with_their_window():
    batch = imported(subsidy_table([(*firm(1), 666.666667, 200.0), (*firm(2), 411.52263, 123.456789)]))
    assert batch.kind == "subsidies"
    found = set(ProvincialSubsidy.objects.values_list(
        "enterprise__uscc", "document_number", "allocated_on", "invested_from", "invested_until",
        "approved_investment", "amount",
    ))  # fmt: skip
    same = (
        "豫财企〔2024〕36号",
        datetime.date(2024, 6, 20),
        datetime.date(2022, 7, 1),
        datetime.date(2023, 6, 30),
    )
    assert found == {
        (firm(1)[1], *same, Decimal("6666666.67"), Decimal("2000000.00")),
        (firm(2)[1], *same, Decimal("4115226.30"), Decimal("1234567.89")),
    }


def test_unit_of_money_can_be_corrected():
    batch = upload(subsidy_table([(*firm(1), 30000, 20000)]))
    batch = confirm(work(services.correct_header(batch=batch, values={"unit": "1"}, actor=None)))
    assert batch.state == "confirmed"
    assert ProvincialSubsidy.objects.get().amount == 20000


def test_amount_without_unit_is_refused():
    batch = upload(
        subsidy_table([(*firm(1), 3, 2)], note="文号：豫财企〔2024〕36号  下达日期：2024年6月20日")
    )
    assert batch.state == "failed"
    assert "单位" in batch.error


def test_zero_and_negative_amounts_are_bad():
    batch = upload(subsidy_table([(*firm(1), 3, 0), (*firm(2), 3, -2), (*firm(3), 3, "20万元")]))
    assert set(outcomes(batch).values()) == {"bad"}


def test_other_amount_for_a_registered_subsidy_is_a_conflict():
    imported(subsidy_table([(*firm(1), 100, 30)]))
    batch = upload(subsidy_table([(*firm(1), 100, 31)]))
    assert outcomes(batch) == {4: "conflict"}
    confirm(batch, "all")
    assert ProvincialSubsidy.objects.get().amount == 310000
    services.undo_batch(batch=batch, actor=None)
    assert ProvincialSubsidy.objects.get().amount == 300000


def test_assessments_need_known_platforms():
    for n in (1, 2):
        EnterpriseFactory(uscc=firm(n)[1], name=firm(n)[0])
    batch = upload(assessment([(*firm(1), "一等奖"), (*firm(2), "合格"), (*firm(3), "二等奖")]))
    assert (batch.kind, outcomes(batch)) == ("assessments", {4: "new", 5: "new", 6: "bad"})
    confirm(batch)
    found = set(PlatformAssessment.objects.values_list("enterprise__uscc", "year", "grade", "published_on"))
    day = datetime.date(2023, 11, 20)
    assert found == {(firm(1)[1], 2023, "一等奖", day), (firm(2)[1], 2023, "合格", day)}


def test_investments_are_registered_with_their_flag():
    rows = [[1, "郑州市", "金水区", *firm(1), 500, "否"], [2, "郑州市", "金水区", *firm(2), 120.5, "是"]]
    head = ["序号", "省辖市", "县（市、区）", "企业名称", "统一社会信用代码"]
    head += ["设备、软件投资额（不含税）", "是否已获省级补助"]
    note = "申报日期：2025年9月1日  投资区间：2025-01-01至2025-08-31  单位：万元"
    batch = imported(workbook([["2025年设备软件投资申报表"], [note], head, *rows]))
    assert batch.kind == "investments"
    found = set(
        EquipmentInvestment.objects.values_list("enterprise__uscc", "reported_on", "amount", "subsidised")
    )
    day = datetime.date(2025, 9, 1)
    assert found == {(firm(1)[1], day, Decimal(5000000), False), (firm(2)[1], day, Decimal(1205000), True)}
    assert set(EquipmentInvestment.objects.values_list("invested_until", flat=True)) == {
        datetime.date(2025, 8, 31)
    }
    services.undo_batch(batch=batch, actor=None)
    assert not EquipmentInvestment.objects.exists()
