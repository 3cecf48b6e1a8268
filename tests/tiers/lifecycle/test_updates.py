"""The yearly update: who may say it, when it counts, and the list of who still owes it."""

import datetime as dt
from datetime import date

import pytest

from core.errors import DomainError
from core.models import AuditEntry
from enterprises.models import Enterprise, YearlyFigures
from tests.factories import EnterpriseFactory, RecognitionFactory
from tiers.models import AnnualUpdate
from tiers.queries.lifecycle import update_duties
from tiers.queries.titles import Documents
from tiers.services.lifecycle import complete_annual_update

pytestmark = pytest.mark.usefixtures("standards")


def duties(year):
    rows = update_duties(Enterprise.objects.all(), year, Documents()).order_by("pk")
    return {firm.pk: (firm.due_on, firm.done_on) for firm in rows}


# ---- saying it ------------------------------------------------------------------------------------------
def test_enterprise_confirms_this_year_once(titled, member, at):
    at("2026-05-20")
    firm = titled().enterprise
    user = member(firm)
    YearlyFigures.objects.create(enterprise=firm, year=2025, revenue=1)
    first = complete_annual_update(enterprise=firm, year=2026, actor=user)
    again = complete_annual_update(enterprise=firm, year=2026, actor=user)
    assert (first.pk, first.completed_on, first.completed_by) == (again.pk, date(2026, 5, 20), user)
    assert AuditEntry.objects.filter(action="年度信息更新").count() == 1


def test_enterprise_without_figures_of_the_year_before_is_told_what_to_do(titled, member, at):
    at("2026-05-20")
    firm = titled().enterprise
    with pytest.raises(DomainError, match="还没有填写 2025 年的数据"):
        complete_annual_update(enterprise=firm, year=2026, actor=member(firm))
    assert not AnnualUpdate.objects.exists()


@pytest.mark.parametrize(
    ("year", "on"), [(2025, date(2025, 5, 1)), (2026, date(2026, 5, 19)), (2027, date(2027, 1, 1))]
)
def test_enterprise_confirms_no_other_day(titled, member, at, year, on):
    at("2026-05-20")
    firm = titled().enterprise
    YearlyFigures.objects.create(enterprise=firm, year=year - 1, revenue=1)
    with pytest.raises(DomainError, match="现在只能更新 2026 年度的信息"):
        complete_annual_update(enterprise=firm, year=year, completed_on=on, actor=member(firm))


def test_officer_registers_what_was_done_elsewhere_with_a_note(titled, county, at):
    at("2026-06-10")
    firm = titled().enterprise
    done = {"enterprise": firm, "year": 2026, "completed_on": date(2026, 5, 31), "actor": county}
    with pytest.raises(DomainError, match="写明更新是在哪里完成的"):
        complete_annual_update(**done)
    update = complete_annual_update(**done, note="已在国家平台更新")
    assert (update.completed_on, update.note) == (date(2026, 5, 31), "已在国家平台更新")


@pytest.mark.parametrize(("year", "on"), [(2026, date(2026, 6, 11)), (2026, date(2025, 5, 1))])
def test_officer_registers_no_day_to_come_and_none_of_another_year(titled, county, at, year, on):
    at("2026-06-10")
    with pytest.raises(DomainError, match="完成日期应在 2026 年内"):
        complete_annual_update(
            enterprise=titled().enterprise, year=year, completed_on=on, note="已更新", actor=county
        )


# ---- who owes it ----------------------------------------------------------------------------------------
def test_each_tier_owes_the_update_by_the_date_of_its_document(titled):
    innovative = titled("innovative").enterprise
    provincial = titled("provincial_srdi").enterprise
    titled("high_tech")
    assert duties(2026) == {
        innovative.pk: (date(2026, 4, 30), None),
        provincial.pk: (date(2026, 5, 31), None),
    }
    assert set(duties(2025).values()) == {(date(2025, 4, 30), None)}


def test_earliest_deadline_of_several_titles_counts(titled):
    firm = titled("innovative").enterprise
    titled("provincial_srdi", enterprise=firm)
    assert duties(2026) == {firm.pk: (date(2026, 4, 30), None)}


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "owes"),
    [
        ("2026-05-31", "2029-05-30", True),
        ("2026-06-01", "2029-05-31", False),
        ("2023-06-01", "2026-05-31", True),
        ("2023-06-01", "2026-05-30", False),
    ],
)
def test_update_is_owed_for_titles_in_force_on_the_deadline(titled, valid_from, valid_until, owes):
    titled(valid_from=valid_from, valid_until=valid_until)
    assert bool(duties(2026)) is owes


@pytest.mark.parametrize(("documented_on", "owes"), [(date(2026, 5, 31), True), (date(2026, 6, 1), False)])
def test_update_is_not_owed_before_the_title_was_known(titled, documented_on, owes):
    titled(valid_from="2026-01-01", valid_until="2028-12-31", documented_on=documented_on)
    assert bool(duties(2026)) is owes


@pytest.mark.parametrize(("revoked_on", "owes"), [(date(2026, 6, 1), True), (date(2026, 5, 31), False)])
def test_revoked_title_owes_no_update(titled, revoked_on, owes):
    titled(revoked_on=revoked_on)
    assert bool(duties(2026)) is owes


@pytest.mark.parametrize(
    ("since", "owes"), [("2026-05-31T23:00+08:00", True), ("2026-06-01T00:30+08:00", False)]
)
def test_update_is_owed_by_enterprises_on_record_on_the_deadline(titled, since, owes):
    titled(enterprise=EnterpriseFactory(created_at=dt.datetime.fromisoformat(since)))
    assert bool(duties(2026)) is owes


def test_day_of_the_update_stands_beside_the_deadline(titled):
    firm = titled().enterprise
    AnnualUpdate.objects.create(enterprise=firm, year=2025, completed_on=date(2025, 4, 1))
    AnnualUpdate.objects.create(enterprise=firm, year=2026, completed_on=date(2026, 6, 2))
    assert duties(2026) == {firm.pk: (date(2026, 5, 31), date(2026, 6, 2))}


def test_without_documents_nobody_owes_anything(db):
    RecognitionFactory()
    assert duties(2021) == {}
