"""Two people press the same button: one acts, the other is told, and nothing happens twice."""

from datetime import date

import pytest

from core.errors import Conflict
from enterprises.models import FormerName
from tests.factories import (
    ApplicationFactory,
    MajorChangeFactory,
    MembershipFactory,
    RecognitionFactory,
    UserFactory,
    published_standards,
)
from tests.tiers.applications.threads import in_threads
from tiers.enums import ApplicationState
from tiers.models import AnnualUpdate, Objection, Revocation
from tiers.services.appeals import decide_appeal, raise_appeal
from tiers.services.lifecycle import complete_annual_update, decide_change
from tiers.services.revocations import revoke_title

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_change_is_decided_by_one_officer():
    change = MajorChangeFactory(kind="rename", new_name="新乡新名有限公司")
    first, second = UserFactory(county=True), UserFactory(county=True)
    errors = in_threads(
        lambda: decide_change(change=change, accepted=True, opinion="属实", actor=first),
        lambda: decide_change(change=change, accepted=False, opinion="不属实", actor=second),
    )
    assert [type(error) for error in errors] == [Conflict]
    change.refresh_from_db()
    winner = change.decided_by
    assert str(winner) in str(errors[0])
    assert FormerName.objects.count() == (1 if winner == first else 0)


def test_same_revocation_twice_is_one():
    published_standards()
    row, city = RecognitionFactory(title="provincial_srdi"), UserFactory()
    call = {
        "recognition": row,
        "reason": "tax",
        "detail": "偷税",
        "document_number": "豫工信企业〔2026〕9号",
        "revoked_on": date(2026, 5, 10),
        "actor": city,
    }
    assert in_threads(lambda: revoke_title(**call), lambda: revoke_title(**call)) == []
    assert Revocation.objects.count() == 1


def test_update_is_confirmed_once():
    firm, county = RecognitionFactory().enterprise, UserFactory(county=True)
    call = {
        "enterprise": firm,
        "year": 2026,
        "completed_on": date(2026, 5, 1),
        "note": "国家平台",
        "actor": county,
    }
    assert in_threads(*[lambda: complete_annual_update(**call)] * 3) == []
    assert AnnualUpdate.objects.count() == 1


def test_one_of_two_appeals_is_accepted_and_one_of_two_decisions():
    edition = published_standards()["miit-2-provincial"]
    case = ApplicationFactory(state=ApplicationState.FAILED, edition=edition, accepted_on=date(2026, 5, 6))
    member, city = MembershipFactory(enterprise=case.enterprise).user, UserFactory()
    call = {"application": case, "raised_by": "张", "contact": "1", "content": "材料齐全", "actor": member}
    errors = in_threads(lambda: raise_appeal(**call), lambda: raise_appeal(**call))
    assert [type(error) for error in errors] == [Conflict]
    appeal = Objection.objects.get()
    errors = in_threads(
        lambda: decide_appeal(appeal=appeal, upheld=True, decision="成立", actor=city),
        lambda: decide_appeal(appeal=appeal, upheld=False, decision="不成立", actor=city),
    )
    assert [type(error) for error in errors] == [Conflict]
