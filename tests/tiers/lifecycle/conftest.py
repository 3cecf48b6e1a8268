import datetime

import pytest
import time_machine

from tests.factories import (
    EnterpriseFactory,
    MembershipFactory,
    RecognitionFactory,
    UserFactory,
    published_standards,
)
from tiers.enums import Title

BEGIN = datetime.datetime(2023, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def standards(db):
    """Every standard as shipped."""
    return published_standards()


@pytest.fixture
def at():
    """Stop the clock: at("2026-05-20"). Noon in Beijing, so that the day is the same everywhere."""
    machines = []

    def stop(day):
        machine = time_machine.travel(datetime.datetime.fromisoformat(f"{day}T12:00:00+08:00"), tick=False)
        machine.start()
        machines.append(machine)

    yield stop
    for machine in reversed(machines):
        machine.stop()


@pytest.fixture
def titled():
    """An enterprise that was on record in time, with a title: titled("provincial_srdi", "2023-07-01", "2026-06-30")."""

    def make(title=Title.PROVINCIAL_SRDI, valid_from="2023-07-01", valid_until="2026-06-30", **more):
        enterprise = more.pop("enterprise", None) or EnterpriseFactory(created_at=BEGIN)
        return RecognitionFactory(
            enterprise=enterprise,
            title=title,
            valid_from=datetime.date.fromisoformat(valid_from),
            valid_until=datetime.date.fromisoformat(valid_until),
            documented_on=more.pop("documented_on", datetime.date.fromisoformat(valid_from)),
            **more,
        )

    return make


@pytest.fixture
def member():
    """A person of an enterprise."""
    return lambda enterprise: MembershipFactory(enterprise=enterprise).user


@pytest.fixture
def city(db):
    return UserFactory()


@pytest.fixture
def county(db):
    return UserFactory(county=True)
