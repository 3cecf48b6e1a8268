"""企业名册: new enterprises, changes, moves, renames, undo; scope; size."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import Conflict
from enterprises import services
from enterprises.models import Enterprise, FormerName, YearlyFigures
from tests.enterprises.imports import confirm, imported, outcomes, upload, work
from tests.factories import EnterpriseFactory, MembershipFactory, RecognitionFactory, UserFactory, region
from tests.makers import ROSTER_HEAD, firm, roster, roster_row, workbook

pytestmark = pytest.mark.django_db


def roster_of(*rows, note="截止日期：2025-10-31"):
    return workbook([["新乡市中小企业名册"], [note], ROSTER_HEAD, *rows])


def state():
    """Everything a roster can write."""
    firms = Enterprise.objects.order_by("uscc")
    figures = YearlyFigures.objects.order_by("enterprise__uscc")
    return (
        list(firms.values_list("uscc", "name", "managing_unit", "phone", "established_on", "named_on")),
        list(figures.values_list("enterprise__uscc", "year", "staff", "revenue", "rd_expense")),
        list(FormerName.objects.values_list("enterprise__uscc", "name")),
    )


def test_roster_creates_enterprises_with_figures_of_the_year_before():
    bad = [[*roster_row(90)[:4], "91410702MA0000000X", *roster_row(90)[5:]]]
    batch = upload(roster(30, bad=bad))
    assert (batch.state, batch.kind, batch.counts) == ("review", "roster", {"new": 30, "bad": 1})
    assert not Enterprise.objects.exists()
    assert confirm(batch).state == "confirmed"
    enterprise = Enterprise.objects.get(uscc=firm(1)[1])
    assert (enterprise.name, enterprise.managing_unit, enterprise.industry_code) == (
        firm(1)[0],
        region("红旗区"),
        "35",
    )
    assert Enterprise.objects.search("测试第1精").get() == enterprise
    figures = enterprise.yearly_figures.get()
    assert (figures.year, figures.revenue) == (2024, Decimal(str(roster_row(1)[8])) * 10000)
    assert (figures.source, figures.as_of) == ("roster", datetime.date(2025, 10, 31))
    assert Enterprise.objects.count() == 30


def test_bad_row_names_place_value_and_what_to_do():
    row = roster_row(1)
    row[2] = "开发区"
    batch = upload(roster_of(row))
    [error] = batch.rows.get().errors
    assert (error["column"], error["head"], error["value"]) == ("C", "县（市、区）", "开发区")
    assert "新乡高新技术产业开发区" in error["message"]


def test_row_repeated_in_the_file_is_bad_and_names_the_first():
    batch = upload(roster_of(roster_row(1), roster_row(2), roster_row(1)))
    assert outcomes(batch) == {4: "new", 5: "new", 6: "bad"}
    assert "第 4 行" in batch.rows.get(number=6).errors[0]["message"]


def test_second_roster_says_what_changes_and_undo_restores_it():
    imported(roster_of(roster_row(1), roster_row(2), roster_row(3)))
    before = state()
    changed, moved, renamed = roster_row(1), roster_row(2), roster_row(3)
    changed[11], changed[7] = "13912345678", 77
    moved[2] = "卫滨区"
    renamed[3] = "新乡更名后有限公司"
    batch = upload(roster_of(changed, moved, renamed, roster_row(4), note="截止日期：2025-11-30"))
    assert outcomes(batch) == {4: "changed", 5: "conflict", 6: "renamed", 7: "new"}
    assert confirm(batch, "all").state == "confirmed"
    by_code = {e.uscc: e for e in Enterprise.objects.all()}
    assert by_code[firm(1)[1]].phone == "13912345678"
    assert by_code[firm(1)[1]].yearly_figures.get().staff == 77
    assert by_code[firm(2)[1]].managing_unit == region("卫滨区")
    assert by_code[firm(3)[1]].name == "新乡更名后有限公司"
    assert FormerName.objects.get().name == firm(3)[0]
    services.undo_batch(batch=batch, actor=None)
    assert state() == before


def test_good_rows_alone_leave_a_conflict_unwritten():
    imported(roster_of(roster_row(1)))
    moved = roster_row(1, "卫滨区")
    batch = confirm(upload(roster_of(moved, roster_row(2))))
    assert Enterprise.objects.get(uscc=firm(1)[1]).managing_unit == region("红旗区")
    assert Enterprise.objects.filter(uscc=firm(2)[1]).exists()
    assert batch.state == "confirmed"


def test_older_roster_does_not_rename_back():
    imported(roster_of(roster_row(1)))
    old = roster_row(1)
    old[3] = "新乡旧名有限公司"
    batch = upload(roster_of(old, roster_row(2), note="截止日期：2023-10-31"))
    assert "曾用名" in batch.rows.get(number=4).note
    confirm(batch)
    assert Enterprise.objects.get(uscc=firm(1)[1]).name == firm(1)[0]


def test_same_name_under_another_code_is_a_conflict_that_names_it():
    other = EnterpriseFactory(name=firm(1)[0])
    row = upload(roster_of(roster_row(1))).rows.get()
    assert row.outcome == "conflict"
    assert other.uscc in row.note


def test_brackets_and_spaces_are_no_rename():
    EnterpriseFactory(uscc=firm(1)[1], name="新乡（中原）有限公司")
    row = roster_row(1)
    row[3] = "新乡 (中原) 有限公司"
    assert upload(roster_of(row)).rows.get().outcome == "changed"


def test_rows_of_another_area_are_left_out():
    staff = UserFactory()
    other = roster_row(2, "金水区")
    other[1] = "郑州市"
    far = roster_row(3, "西工区")
    far[1] = "洛阳市"
    batch = upload(roster_of(roster_row(1), other, far), actor=staff)
    assert outcomes(batch) == {4: "new", 5: "foreign", 6: "foreign"}
    confirm(batch, "all", staff)
    assert Enterprise.objects.count() == 1


def test_city_staff_cannot_write_the_unit_that_answers_to_the_province():
    staff = UserFactory(region=region("郑州市"))
    row = roster_row(1, "航空港区")
    row[1] = "郑州市"
    assert outcomes(upload(roster_of(row), actor=staff)) == {4: "foreign"}
    county = UserFactory(county=True, region=region("郑州航空港经济综合实验区"))
    assert outcomes(upload(roster_of(row), actor=county)) == {4: "new"}


def test_roster_needs_its_day_before_it_can_be_confirmed():
    batch = upload(roster_of(roster_row(1), note="填报人："))
    with pytest.raises(Exception, match="截止日期"):
        services.confirm_batch(batch=batch, mode="good", actor=None)
    values = {"as_of": "2025年10月31日", "figures_year": "2024"}
    batch = work(services.correct_header(batch=batch, values=values, actor=None))
    assert batch.header["as_of"] == "2025-10-31"
    assert confirm(batch).state == "confirmed"


def test_undo_is_refused_while_something_rests_on_it():
    batch = imported(roster_of(roster_row(1)))
    enterprise = Enterprise.objects.get()
    recognition = RecognitionFactory(enterprise=enterprise)
    with pytest.raises(Conflict, match="其他来源的认定 1 条"):
        services.undo_batch(batch=batch, actor=None)
    recognition.delete()
    membership = MembershipFactory(enterprise=enterprise)
    with pytest.raises(Conflict, match="企业用户"):
        services.undo_batch(batch=batch, actor=None)
    membership.delete()
    services.undo_batch(batch=batch, actor=None)
    assert not Enterprise.objects.exists()


def test_undo_is_refused_after_a_later_batch_changed_the_same_enterprise():
    batch = imported(roster_of(roster_row(1)))
    changed = roster_row(1)
    changed[11] = "13912345678"
    later = imported(roster_of(changed), name="后来.xlsx")
    with pytest.raises(Conflict, match="后来"):
        services.undo_batch(batch=batch, actor=None)
    services.undo_batch(batch=later, actor=None)
    services.undo_batch(batch=batch, actor=None)
    assert not Enterprise.objects.exists()


def test_number_of_queries_does_not_grow_with_the_rows():
    counts = []
    for n, size in enumerate((1, 3, 100)):
        rows = [roster_row(n * 1000 + i) for i in range(1, size + 1)]
        with CaptureQueriesContext(connection) as queries:
            imported(roster_of(*rows))
        counts.append(len(queries))
    assert len(set(counts)) == 1
