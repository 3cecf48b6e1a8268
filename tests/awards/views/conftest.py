"""The little world of the award pages."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from tests.awards.views.helpers import determine, provincial
from tests.factories import (
    EnterpriseFactory,
    ProvincialSubsidyFactory,
    RecognitionFactory,
    UserFactory,
    published_edition,
    region,
)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2024, 3, 1, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def city():
    return UserFactory(username="city", full_name="王建军")


@pytest.fixture
def world(city):
    """甲 (红旗区): both titles in one year. 乙 (长垣市): provincial title, and a subsidy without a window.
    丙 (红旗区): a review only."""
    published_edition()
    first = EnterpriseFactory(name="新乡甲有限公司")
    second = EnterpriseFactory(name="新乡乙有限公司", managing_unit=region("长垣市"))
    third = EnterpriseFactory(name="新乡丙有限公司")
    provincial(first)
    RecognitionFactory(enterprise=first)
    provincial(second)
    RecognitionFactory(
        enterprise=second,
        documented_on=dt.date(2021, 7, 1),
        valid_from=dt.date(2021, 7, 1),
        valid_until=dt.date(2024, 6, 30),
    )
    ProvincialSubsidyFactory(
        enterprise=second, invested_from=None, invested_until=None, amount=Decimal(1_000_000)
    )
    provincial(third, kind="review")
    return determine(city)
