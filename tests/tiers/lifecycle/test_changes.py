"""Major changes: reported within three calendar months, decided once, and what follows."""

from datetime import date

import pytest

from accounts.models import Message
from core.errors import Conflict, DomainError
from enterprises.models import Enterprise, FormerName
from tests.factories import EnterpriseFactory, UserFactory, region
from tiers.enums import ChangeKind, ChangeState
from tiers.models import MajorChange
from tiers.services.lifecycle import decide_change, report_change

pytestmark = pytest.mark.usefixtures("standards")


def report(firm, actor, happened_on, kind=ChangeKind.MERGER, **more):
    return report_change(
        enterprise=firm, kind=kind, happened_on=happened_on, detail="与另一家企业合并", actor=actor, **more
    )


@pytest.mark.parametrize(
    ("happened_on", "today", "due_on", "late"),
    [
        (date(2026, 2, 20), "2026-05-19", date(2026, 5, 20), False),
        (date(2026, 2, 20), "2026-05-20", date(2026, 5, 20), False),
        (date(2026, 2, 20), "2026-05-21", date(2026, 5, 20), True),
        (date(2026, 2, 20), "2026-02-20", date(2026, 5, 20), False),
        (date(2025, 11, 30), "2026-02-28", date(2026, 2, 28), False),
        (date(2025, 11, 30), "2026-03-01", date(2026, 2, 28), True),
        (date(2023, 11, 30), "2024-02-29", date(2024, 2, 29), False),
        (date(2023, 11, 30), "2024-03-01", date(2024, 2, 29), True),
        (date(2026, 1, 31), "2026-04-30", date(2026, 4, 30), False),
        (date(2026, 1, 31), "2026-05-01", date(2026, 4, 30), True),
        (date(2025, 12, 1), "2026-03-01", date(2026, 3, 1), False),
    ],
)
def test_three_calendar_months_are_counted_to_the_day(titled, member, at, happened_on, today, due_on, late):
    at(today)
    firm = titled().enterprise
    change = report(firm, member(firm), happened_on)
    assert (change.due_on, change.is_late) == (due_on, late)


def test_change_of_tomorrow_is_refused_and_of_today_accepted(titled, member, at):
    at("2026-05-20")
    firm = titled().enterprise
    with pytest.raises(DomainError, match="不能晚于今天"):
        report(firm, member(firm), date(2026, 5, 21))
    assert report(firm, member(firm), date(2026, 5, 20)).reported_on == date(2026, 5, 20)


def test_same_report_twice_is_one(titled, member, at):
    at("2026-05-20")
    firm = titled().enterprise
    assert report(firm, member(firm), date(2026, 5, 1)).pk == report(firm, member(firm), date(2026, 5, 1)).pk
    assert MajorChange.objects.count() == 1


def test_change_before_the_first_document_says_whom_to_ask(titled, member, at):
    at("2026-05-20")
    firm = titled().enterprise
    with pytest.raises(DomainError, match="请联系市级工信部门"):
        report(firm, member(firm), date(2022, 7, 31))


def test_rename_needs_a_name(titled, member, at):
    at("2026-05-20")
    firm = titled().enterprise
    with pytest.raises(DomainError):
        report(firm, member(firm), date(2026, 5, 1), kind=ChangeKind.RENAME)


def test_offices_learn_of_a_report_and_the_enterprise_of_its_decision(titled, member, county, city, at):
    at("2026-05-20")
    firm = titled().enterprise
    user = member(firm)
    change = report(firm, user, date(2026, 5, 1))
    assert set(Message.objects.values_list("recipient", flat=True)) == {county.pk, city.pk}
    decide_change(change=change, accepted=True, opinion="情况属实", actor=county)
    assert Message.objects.filter(recipient=user).get().title.endswith("称号保留")


# ---- decisions ------------------------------------------------------------------------------------------
def test_accepted_rename_gives_the_new_name_and_keeps_the_old_one(titled, member, county, at):
    at("2026-05-20")
    firm = titled().enterprise
    old = firm.name
    change = report(
        firm, member(firm), date(2026, 4, 2), kind=ChangeKind.RENAME, new_name="新乡新名(集团)有限公司"
    )
    decide_change(change=change, accepted=True, opinion="已核对营业执照", actor=county)
    firm.refresh_from_db()
    former = FormerName.objects.get()
    assert (firm.name, former.name, former.changed_on) == (
        "新乡新名（集团）有限公司",
        old,
        date(2026, 4, 2),
    )
    assert list(Enterprise.objects.search(old)) == [firm]


def test_refused_rename_changes_no_name(titled, member, county, at):
    at("2026-05-20")
    firm = titled().enterprise
    change = report(firm, member(firm), date(2026, 4, 2), kind=ChangeKind.RENAME, new_name="别的名字有限公司")
    decide_change(change=change, accepted=False, opinion="主体已变", actor=county)
    old = firm.name
    firm.refresh_from_db()
    assert firm.name == old
    assert not FormerName.objects.exists()


def test_rename_older_than_the_name_on_record_is_kept_as_a_former_name(titled, member, county, at):
    at("2026-05-20")
    firm = titled(enterprise=EnterpriseFactory(named_on=date(2026, 5, 1))).enterprise
    change = report(firm, member(firm), date(2026, 4, 2), kind=ChangeKind.RENAME, new_name="中间名字有限公司")
    decide_change(change=change, accepted=True, opinion="属实", actor=county)
    old = firm.name
    firm.refresh_from_db()
    assert firm.name == old
    assert FormerName.objects.get().name == "中间名字有限公司"


def test_city_moves_an_enterprise_and_a_county_may_not(titled, member, county, city, at):
    at("2026-05-20")
    row = titled()
    firm, target = row.enterprise, region("卫滨区")
    change = report(firm, member(firm), date(2026, 4, 2), kind=ChangeKind.MOVE, new_unit=target)
    with pytest.raises(DomainError, match="由市级核实办理"):
        decide_change(change=change, accepted=True, opinion="属实", actor=county)
    change.refresh_from_db()
    assert change.state == ChangeState.REPORTED
    decide_change(change=change, accepted=True, opinion="属实", actor=city)
    firm.refresh_from_db()
    row.refresh_from_db()
    assert (firm.managing_unit, row.managing_unit) == (target, region("红旗区"))


def test_city_does_not_move_an_enterprise_into_another_city(titled, member, city, at):
    at("2026-05-20")
    firm = titled().enterprise
    change = report(firm, member(firm), date(2026, 4, 2), kind=ChangeKind.MOVE, new_unit=region("金水区"))
    with pytest.raises(DomainError, match="由市级核实办理"):
        decide_change(change=change, accepted=True, opinion="属实", actor=city)


def test_unqualified_change_is_proposed_for_revocation_and_keeps_the_title_until_then(
    titled, member, county, city, at
):
    at("2026-05-20")
    row = titled()
    change = report(row.enterprise, member(row.enterprise), date(2026, 4, 2))
    decide_change(change=change, accepted=False, opinion="合并后为大型企业", actor=county)
    row.refresh_from_db()
    assert row.revoked_on is None
    assert Message.objects.filter(recipient=city, title__startswith="建议撤销称号").count() == 1


def test_second_decision_is_told_who_was_faster(titled, member, county, at):
    at("2026-05-20")
    firm = titled().enterprise
    change = report(firm, member(firm), date(2026, 4, 2))
    decide_change(change=change, accepted=True, opinion="属实", actor=county)
    with pytest.raises(Conflict, match=f"已由{county}核实"):
        decide_change(change=change, accepted=False, opinion="不属实", actor=UserFactory(county=True))
    change.refresh_from_db()
    assert (change.state, change.opinion) == (ChangeState.ACCEPTED, "属实")


@pytest.mark.parametrize(("happened_on", "may"), [(date(2026, 2, 20), False), (date(2026, 2, 19), True)])
def test_only_a_late_report_may_cost_the_review(titled, member, county, at, happened_on, may):
    at("2026-05-20")
    firm = titled().enterprise
    change = report(firm, member(firm), happened_on)
    decision = {
        "change": change,
        "accepted": True,
        "opinion": "属实",
        "cancels_review": True,
        "actor": county,
    }
    if may:
        assert decide_change(**decision).cancels_review
    else:
        with pytest.raises(DomainError, match="按期报告"):
            decide_change(**decision)
