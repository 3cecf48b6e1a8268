"""Enterprises hear only of what is public: never of a result before it is published."""

import pytest

from accounts.models import Message
from tests.factories import MembershipFactory
from tests.tiers.queue.world import case, city
from tiers.enums import ApplicationState as S
from tiers.services.steps import move

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("public", [True, False])
def test_a_result_reaches_the_enterprise_only_when_it_is_public(public):
    reported, chief = case(S.REPORTED), city()
    member = MembershipFactory(enterprise=reported.enterprise).user

    move(reported, S.FAILED, actor=chief, action="登记结果", reason="研发费用不足", public=public)

    told = Message.objects.filter(recipient=member)
    assert [(m.kind, m.body) for m in told] == ([("result", "研发费用不足")] if public else [])


def test_what_the_offices_ask_of_each_other_stays_with_them():
    reviewed, chief = case(S.CITY_REVIEW), city()
    member = MembershipFactory(enterprise=reviewed.enterprise).user
    move(reviewed, S.RETURNED_TO_COUNTY, actor=chief, action="退回县级", reason="数据存疑", public=False)
    assert not Message.objects.filter(recipient=member).exists()
