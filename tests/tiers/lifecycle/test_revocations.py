"""Revocation by a document, with its ban; fabrication takes every tier; an upheld appeal gives them back."""

from datetime import date

import pytest
from django.db import InternalError

from accounts.models import Message
from core.errors import Conflict, DomainError
from core.models import AuditEntry
from tests.factories import RecognitionFactory
from tiers.enums import RevocationReason
from tiers.models import Recognition, Revocation
from tiers.services.appeals import decide_appeal, raise_appeal
from tiers.services.revocations import note_revocation, revoke_title

pytestmark = pytest.mark.usefixtures("standards")
DAY = date(2026, 5, 10)


def revoke(row, actor, reason=RevocationReason.TAX, **more):
    given = {
        "detail": "税务稽查决定",
        "document_number": "豫工信企业[2026] 9 号",
        "revoked_on": DAY,
    } | more
    return revoke_title(recognition=row, reason=reason, actor=actor, **given)


def test_revocation_takes_one_title_and_bans_for_the_years_of_the_document(titled, city, at):
    at("2026-05-20")
    row = titled("provincial_srdi")
    other = titled("innovative", enterprise=row.enterprise)
    [found] = revoke(row, city)
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.revoked_on, other.revoked_on) == (DAY, None)
    assert (found.document_number, found.banned_until) == ("豫工信企业〔2026〕9号", date(2029, 5, 10))
    assert AuditEntry.objects.filter(action="撤销称号").count() == 1


def test_revoked_title_is_not_in_force_from_its_day_on(titled, city, at):
    at("2026-05-20")
    row = titled()
    revoke(row, city)
    days = [date(2026, 5, 9), DAY, date(2026, 5, 11)]
    assert [Recognition.objects.valid_on(day).exists() for day in days] == [True, False, False]


@pytest.mark.parametrize(
    ("reason", "bans"),
    [
        (RevocationReason.ACCIDENT, True),
        (RevocationReason.DISHONESTY, True),
        (RevocationReason.TAX, True),
        (RevocationReason.FABRICATION, True),
        (RevocationReason.UNQUALIFIED, False),
        (RevocationReason.UNREPORTED, False),
        (RevocationReason.OTHER, False),
    ],
)
def test_misconduct_bans_and_a_change_does_not(titled, city, at, reason, bans):
    at("2026-05-20")
    [found] = revoke(titled(), city, reason)
    assert (found.banned_until is not None) is bans


@pytest.mark.parametrize(("until", "accepted"), [(date(2029, 5, 9), False), (date(2029, 5, 10), True)])
def test_ban_of_the_document_may_be_longer_and_never_shorter(titled, city, at, until, accepted):
    at("2026-05-20")
    row = titled()
    if accepted:
        assert revoke(row, city, banned_until=until)[0].banned_until == until
    else:
        with pytest.raises(DomainError, match="不能早于 2029-05-10"):
            revoke(row, city, banned_until=until)


def test_fabrication_takes_every_tier_still_held_and_no_other_title(titled, city, at):
    at("2026-05-20")
    row = titled("national_giant")
    firm = row.enterprise
    held = [row, titled("provincial_srdi", enterprise=firm), titled("innovative", enterprise=firm)]
    lapsed = titled("innovative", "2020-01-01", "2022-12-31", enterprise=firm)
    high_tech = titled("high_tech", enterprise=firm)
    stranger = titled("provincial_srdi")
    found = revoke(held[1], city, RevocationReason.FABRICATION)
    assert {one.recognition_id for one in found} == {one.pk for one in held}
    untouched = Recognition.objects.filter(revoked_on__isnull=True)
    assert set(untouched) == {lapsed, high_tech, stranger}


def test_same_document_again_changes_nothing_and_another_is_refused(titled, city, at):
    at("2026-05-20")
    row = titled("national_giant")
    titled("innovative", enterprise=row.enterprise)
    first = revoke(row, city, RevocationReason.FABRICATION)
    again = revoke(row, city, RevocationReason.FABRICATION)
    assert {one.pk for one in first} == {one.pk for one in again}
    with pytest.raises(Conflict, match="豫工信企业〔2026〕9号"):
        revoke(row, city, document_number="豫工信企业〔2026〕10号")
    assert Revocation.objects.count() == 2


@pytest.mark.parametrize("day", [date(2026, 5, 21), date(2023, 6, 30)])
def test_day_to_come_and_day_before_the_title_are_refused(titled, city, at, day):
    at("2026-05-20")
    with pytest.raises(DomainError, match="撤销日期"):
        revoke(titled(), city, revoked_on=day)


def test_announcement_serves_as_a_document_and_nonsense_does_not(titled, city, at):
    at("2026-05-20")
    assert revoke(titled(), city, document_number="2026年5月10日公告")
    with pytest.raises(DomainError, match="文号应写成"):
        revoke(titled(), city, document_number="口头通知")


def test_people_of_the_enterprise_and_its_county_are_told(titled, member, county, city, at):
    at("2026-05-20")
    row = titled()
    user = member(row.enterprise)
    revoke(row, city)
    assert set(Message.objects.values_list("recipient", flat=True)) == {user.pk, county.pk}


def test_note_is_added_and_nothing_is_deleted(titled, city, at):
    at("2026-05-20")
    [found] = revoke(titled(), city)
    note_revocation(revocation=found, note="文号更正为豫工信企业〔2026〕19号", actor=city)
    found.refresh_from_db()
    assert found.detail.startswith("税务稽查决定\n\n2026-05-20")
    assert found.detail.endswith("文号更正为豫工信企业〔2026〕19号")


def test_database_keeps_revocations(titled, city, at):
    at("2026-05-20")
    [found] = revoke(titled(), city)
    with pytest.raises(InternalError, match="Cannot delete"):
        found.delete()


# ---- appeals --------------------------------------------------------------------------------------------
def appeal_against(row, actor, **more):
    given = {"raised_by": "张建国", "contact": "13800000000", "content": "数据属实"} | more
    return raise_appeal(recognition=row, actor=actor, **given)


def test_upheld_appeal_gives_back_what_the_document_took(titled, member, city, at):
    at("2026-05-20")
    row = titled("national_giant")
    lower = titled("innovative", enterprise=row.enterprise)
    revoke(row, city, RevocationReason.FABRICATION)
    appeal = appeal_against(row, member(row.enterprise))
    decide_appeal(appeal=appeal, upheld=True, decision="经核实数据真实", actor=city)
    assert Recognition.objects.filter(revoked_on__isnull=True).count() == 2
    assert list(Revocation.objects.values_list("banned_until", "restored_on")) == [
        (None, date(2026, 5, 20)),
        (None, date(2026, 5, 20)),
    ]
    lower.refresh_from_db()
    assert lower.revoked_on is None


def test_dismissed_appeal_leaves_the_revocation(titled, member, city, at):
    at("2026-05-20")
    row = titled()
    [found] = revoke(row, city)
    user = member(row.enterprise)
    appeal = appeal_against(row, user)
    decide_appeal(appeal=appeal, upheld=False, decision="证据不足", actor=city)
    row.refresh_from_db()
    found.refresh_from_db()
    assert (row.revoked_on, found.banned_until) == (DAY, date(2029, 5, 10))
    assert Message.objects.get(recipient=user, key=f"appeal:{appeal.pk}:decided").body == "证据不足"


def test_restored_title_is_not_revoked_again_by_the_same_paper(titled, member, city, at):
    at("2026-05-20")
    row = titled()
    revoke(row, city)
    appeal = appeal_against(row, member(row.enterprise))
    decide_appeal(appeal=appeal, upheld=True, decision="属实", actor=city)
    with pytest.raises(Conflict, match="撤销后已恢复"):
        revoke(row, city)


def test_title_that_was_not_revoked_needs_no_appeal(db, at):
    at("2026-05-20")
    row = RecognitionFactory()
    with pytest.raises(DomainError, match="没有被撤销"):
        appeal_against(row, None)
