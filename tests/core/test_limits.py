from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from core import limits
from core.models import Counter

QUARTER = timedelta(minutes=15)


@pytest.mark.django_db
def test_take_refuses_past_the_limit_and_release_forgets():
    assert [limits.take("k", limit=2, window=QUARTER) for _ in range(3)] == [True, True, False]
    limits.release("k")
    assert limits.take("k", limit=2, window=QUARTER)


@pytest.mark.django_db
def test_take_starts_again_in_a_new_window():
    limits.take("k", limit=1, window=QUARTER)
    Counter.objects.update(window_start="2020-01-01T00:00Z")
    assert limits.take("k", limit=1, window=QUARTER)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_take_gives_exactly_the_limit_under_parallel_load():
    def one(_):
        try:
            return limits.take("burst", limit=5, window=QUARTER)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(one, range(48))) == 5
