import datetime

import pytest
import time_machine


@pytest.fixture
def at():
    """at("2026-05-20"): noon of that day in Beijing, until the next call or the end of the test."""
    machines = []

    def travel(day):
        while machines:
            machines.pop().stop()
        machine = time_machine.travel(datetime.datetime.fromisoformat(f"{day}T12:00:00+08:00"), tick=False)
        machine.start()
        machines.append(machine)

    yield travel
    while machines:
        machines.pop().stop()


@pytest.fixture(autouse=True)
def _today(at):
    """Every test begins on Wednesday 2026-05-20."""
    at("2026-05-20")


@pytest.fixture
def as_(client):
    """as_(user): the browser of that person."""

    def enter(user):
        client.force_login(user)
        return client

    return enter
