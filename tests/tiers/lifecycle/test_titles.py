"""Titles held and whether an enterprise may apply, from the rows of the database."""

from datetime import date, timedelta

import pytest

from tests.factories import EnterpriseFactory, UserFactory
from tiers.enums import ChangeKind, ChangeState, RevocationReason
from tiers.models import AnnualUpdate, MajorChange
from tiers.queries.titles import Documents, held_titles, may_apply
from tiers.services.revocations import revoke_title

pytestmark = pytest.mark.usefixtures("standards")
ONE_DAY = timedelta(days=1)
DAY = date(2026, 5, 20)


def test_giant_holds_the_lower_titles_too(titled):
    row = titled("national_giant")
    held = held_titles(row.enterprise, DAY)
    assert {title: holding.implied for title, holding in held.items()} == {
        "innovative": True,
        "provincial_srdi": True,
        "national_giant": False,
    }
    assert held_titles(row.enterprise, date(2026, 7, 1)) == {}


def test_innovative_holder_may_apply_for_the_provincial_title_and_not_for_the_national_one(titled):
    firm = titled("innovative").enterprise
    assert may_apply(firm, "provincial_srdi", "new", DAY) == ()
    assert may_apply(firm, "national_giant", "new", DAY) == (
        "申报须先是有效期内的省级专精特新中小企业。依据：2号（条款待核）。",
    )
    assert may_apply(firm, "innovative", "new", DAY) != ()


def test_tech_title_opens_the_provincial_tier_under_the_new_document_only(titled):
    firm = titled("tech_sme").enterprise
    assert may_apply(firm, "provincial_srdi", "new", date(2026, 3, 31)) != ()
    assert may_apply(firm, "provincial_srdi", "new", date(2026, 4, 1)) == ()


def test_years_since_registration_are_counted_at_the_end_of_the_intake(titled):
    row = titled("innovative", enterprise=EnterpriseFactory(established_on=date(2024, 6, 1)))
    assert may_apply(row.enterprise, "provincial_srdi", "new", DAY) != ()
    assert may_apply(row.enterprise, "provincial_srdi", "new", DAY, deadline=date(2026, 6, 1)) == ()
    assert may_apply(row.enterprise, "provincial_srdi", "new", DAY, deadline=date(2026, 5, 31)) != ()


def test_ban_of_a_revocation_ends_on_its_anniversary(titled, at):
    at("2026-05-20")
    row = titled("innovative")
    revoke_title(
        recognition=row,
        reason=RevocationReason.TAX,
        detail="偷税",
        document_number="豫工信企业〔2026〕9号",
        revoked_on=date(2024, 2, 29),
        actor=UserFactory(),
    )
    last = date(2027, 2, 28)  # three years, clipped
    banned = [may_apply(row.enterprise, "innovative", "new", day) != () for day in (last, last + ONE_DAY)]
    assert banned == [True, False]


# ---- yearly updates -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("title", "year", "due"),
    [
        ("innovative", 2025, date(2025, 4, 30)),
        ("innovative", 2026, date(2026, 4, 30)),
        ("provincial_srdi", 2025, date(2025, 4, 30)),
        ("provincial_srdi", 2026, date(2026, 5, 31)),  # the new document is in force before the old deadline
        ("national_giant", 2026, date(2026, 5, 31)),
        ("national_giant", 2022, None),  # the old document came after its first deadline
    ],
)
def test_deadline_of_the_update_is_that_of_the_document_in_force_on_it(title, year, due):
    assert Documents().update_due(title, year) == due


def test_review_is_lost_from_the_day_after_a_missed_deadline(titled):
    firm = titled(valid_from="2025-06-01", valid_until="2026-06-30").enterprise
    due = date(2026, 5, 31)
    assert may_apply(firm, "provincial_srdi", "review", due) == ()
    assert may_apply(firm, "provincial_srdi", "review", due + ONE_DAY) == (
        "没有在 2026-05-31 前（含当日）完成年度信息更新，取消本次到期的复核资格。",
    )


@pytest.mark.parametrize(("done_on", "kept"), [(date(2026, 5, 31), True), (date(2026, 6, 1), False)])
def test_update_on_the_last_day_keeps_the_review_and_a_later_one_does_not(titled, done_on, kept):
    firm = titled(valid_from="2025-06-01", valid_until="2026-06-30").enterprise
    AnnualUpdate.objects.create(enterprise=firm, year=2026, completed_on=done_on)
    assert (may_apply(firm, "provincial_srdi", "review", date(2026, 6, 2)) == ()) is kept


def test_missed_update_of_an_earlier_validity_does_not_count(titled):
    row = titled(valid_from="2022-07-01", valid_until="2025-06-30")
    titled(valid_from="2025-07-01", valid_until="2026-12-31", enterprise=row.enterprise)
    AnnualUpdate.objects.create(enterprise=row.enterprise, year=2026, completed_on=date(2026, 5, 1))
    assert may_apply(row.enterprise, "provincial_srdi", "review", date(2026, 7, 1)) == ()


def test_update_before_the_record_began_is_not_missed(titled):
    firm = titled(enterprise=EnterpriseFactory()).enterprise  # on record since now
    assert may_apply(firm, "provincial_srdi", "review", DAY) == ()


def test_same_update_may_be_in_time_for_one_title_and_late_for_another(titled):
    firm = titled("innovative", "2025-06-01", "2026-06-30").enterprise
    titled("provincial_srdi", "2025-06-01", "2026-06-30", enterprise=firm)
    AnnualUpdate.objects.create(enterprise=firm, year=2026, completed_on=date(2026, 5, 10))
    day = date(2026, 6, 5)
    assert may_apply(firm, "provincial_srdi", "review", day) == ()
    assert may_apply(firm, "innovative", "review", day) != ()


def test_late_change_costs_the_review_only_where_an_officer_said_so(titled):
    firm = titled(valid_from="2025-06-01").enterprise
    change = MajorChange.objects.create(
        enterprise=firm,
        kind=ChangeKind.MERGER,
        happened_on=date(2025, 7, 1),
        due_on=date(2025, 10, 1),
        reported_on=date(2025, 10, 2),
        detail="合并",
        reported_by=UserFactory(),
        state=ChangeState.REPORTED,
    )
    assert may_apply(firm, "provincial_srdi", "review", DAY) == ()
    MajorChange.objects.filter(pk=change.pk).update(cancels_review=True)
    assert may_apply(firm, "provincial_srdi", "review", DAY) == (
        "2025-07-01 的重大变化没有按期报告，已取消本次到期的复核资格。",
    )


def test_reading_takes_the_same_queries_for_any_number_of_titles(titled, django_assert_num_queries):
    firm = titled("innovative").enterprise
    with django_assert_num_queries(5):  # titles, bans, updates, changes, documents
        may_apply(firm, "provincial_srdi", "new", DAY)
    titled("provincial_srdi", enterprise=firm)
    titled("tech_sme", enterprise=firm)
    with django_assert_num_queries(5):
        may_apply(firm, "provincial_srdi", "review", DAY)
