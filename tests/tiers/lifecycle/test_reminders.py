"""Reminders: at each threshold once, made up for after a day on which nothing ran, to those concerned and no others."""

from datetime import date, timedelta

import pytest

from accounts.models import Message
from enterprises.models import FormerName
from tests.factories import EnterpriseFactory, MembershipFactory, UserFactory, region
from tiers.enums import ChangeKind
from tiers.models import AnnualUpdate
from tiers.services.lifecycle import report_change
from tiers.services.reminders import nearest, remind

pytestmark = pytest.mark.usefixtures("standards")
UNTIL = date(2026, 6, 30)


def keys(prefix):
    found = Message.objects.filter(key__startswith=prefix).values_list("key", flat=True)
    return sorted({key.rpartition(":")[2] for key in found}, key=int, reverse=True)


@pytest.mark.parametrize(
    ("left", "found"),
    [(181, None), (180, 180), (91, 180), (90, 90), (31, 90), (30, 30), (1, 30), (0, 30), (-1, None)],
)
def test_nearest_threshold_that_has_passed(left, found):
    assert nearest(left, (180, 90, 30)) == found


@pytest.mark.parametrize(
    ("days_before", "told"),
    [(181, []), (180, ["180"]), (90, ["90"]), (30, ["30"]), (0, ["30"]), (-1, [])],
)
def test_title_is_announced_on_the_day_of_each_threshold(titled, county, days_before, told):
    titled()
    remind(UNTIL - timedelta(days=days_before))
    assert keys("title:") == told


def test_day_by_day_each_threshold_reaches_each_person_once(titled, county):
    firm = titled().enterprise
    user = MembershipFactory(enterprise=firm).user
    stranger = MembershipFactory().user
    for back in range(200, -3, -7):
        remind(UNTIL - timedelta(days=back))
    told = Message.objects.filter(key__startswith="title:")
    assert keys("title:") == ["180", "90", "30"]
    assert told.count() == 6
    assert set(told.values_list("recipient", flat=True)) == {user.pk, county.pk}
    assert not Message.objects.filter(recipient=stranger).exists()


def test_second_run_of_a_day_tells_nobody_again(titled, county):
    titled()
    day = UNTIL - timedelta(days=30)
    assert (remind(day), remind(day)) == (2, 0)  # the title, and the yearly update that is due on that day


def test_missed_day_is_made_up_for_with_the_nearest_threshold_only(titled, county):
    titled()
    remind(UNTIL - timedelta(days=85))  # nothing ran at 180 and at 90
    assert keys("title:") == ["90"]
    remind(UNTIL - timedelta(days=28))
    assert keys("title:") == ["90", "30"]


def test_new_person_of_the_enterprise_is_told_at_the_next_run(titled, county):
    firm = titled().enterprise
    day = UNTIL - timedelta(days=30)
    remind(day)
    user = MembershipFactory(enterprise=firm).user
    remind(day + timedelta(days=1))
    assert list(Message.objects.filter(recipient=user, key__startswith="title:").values_list("read_at")) == [
        (None,)
    ]


def test_enterprise_without_users_is_named_to_the_county(titled, county):
    titled()
    remind(UNTIL - timedelta(days=30))
    told = Message.objects.get(key__startswith="title:")
    assert told.body.endswith("该企业没有平台用户，请电话通知。")


def test_officers_of_other_units_and_inactive_people_are_not_told(titled):
    firm = titled().enterprise
    UserFactory(county=True, region=region("卫滨区"))
    UserFactory(county=True, is_active=False)
    MembershipFactory(enterprise=firm, user__is_active=False)
    assert remind(UNTIL - timedelta(days=30)) == 0


@pytest.mark.parametrize(
    "behind",
    [
        {"title": "provincial_srdi", "valid_from": "2026-07-01", "valid_until": "2029-06-30"},
        {"title": "national_giant", "valid_from": "2025-07-01", "valid_until": "2028-06-30"},
    ],
)
def test_title_with_another_behind_it_is_not_announced(titled, county, behind):
    firm = titled().enterprise
    titled(enterprise=firm, **behind)
    remind(UNTIL - timedelta(days=30))
    assert not Message.objects.filter(key__startswith="title:").exists()


def test_lower_title_behind_a_higher_one_does_not_silence_it(titled, county):
    firm = titled("national_giant").enterprise
    titled("innovative", "2025-07-01", "2028-06-30", enterprise=firm)
    remind(UNTIL - timedelta(days=30))
    assert keys("title:") == ["30"]


def test_revoked_title_is_not_announced(titled, county):
    titled(revoked_on=date(2026, 1, 1))
    remind(UNTIL - timedelta(days=30))
    assert not Message.objects.filter(key__startswith="title:").exists()


# ---- yearly updates -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2026, 1, 1), ["180"]),
        (date(2026, 3, 1), ["180"]),
        (date(2026, 3, 2), ["90"]),
        (date(2026, 5, 1), ["30"]),
        (date(2026, 5, 31), ["30"]),
        (date(2026, 6, 1), []),
    ],
)
def test_yearly_update_is_announced_before_its_deadline(titled, county, day, told):
    titled(valid_until="2028-06-30")
    remind(day)
    assert keys("update:") == told


def test_done_update_is_not_announced(titled, county):
    firm = titled(valid_until="2028-06-30").enterprise
    AnnualUpdate.objects.create(enterprise=firm, year=2026, completed_on=date(2026, 2, 1))
    assert remind(date(2026, 5, 1)) == 0


# ---- changes that nobody has reported -------------------------------------------------------------------
def renamed(firm, on=date(2026, 3, 10)):
    return FormerName.objects.create(enterprise=firm, name="旧名有限公司", changed_on=on)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2026, 3, 12), ["90"]),
        (date(2026, 5, 11), ["30"]),
        (date(2026, 6, 10), ["30"]),
        (date(2026, 6, 11), []),
    ],
)
def test_rename_that_was_not_reported_is_announced_until_its_deadline(titled, county, day, told):
    renamed(titled(valid_until="2028-06-30").enterprise)
    remind(day)
    assert keys("change-due:") == told


def test_reported_rename_is_not_announced(titled, county, at):
    at("2026-03-20")
    firm = titled(valid_until="2028-06-30").enterprise
    renamed(firm)
    report_change(
        enterprise=firm,
        kind=ChangeKind.RENAME,
        happened_on=date(2026, 3, 1),
        detail="变更登记",
        new_name=firm.name,
        actor=county,
    )
    remind(date(2026, 3, 21))
    assert keys("change-due:") == []


def test_rename_without_a_title_needs_no_report(db, county):
    renamed(EnterpriseFactory())
    assert remind(date(2026, 3, 12)) == 0


def test_queries_do_not_grow_with_titles_that_were_announced(titled, county, django_assert_max_num_queries):
    for _ in range(4):
        titled()
    day = UNTIL - timedelta(days=30)
    remind(day)
    with django_assert_max_num_queries(16):
        remind(day)
