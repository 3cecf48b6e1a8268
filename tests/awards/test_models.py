"""The database has the last word: each rule of the award tables refuses on its own."""

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from awards.models import AwardRun, Determination
from tests.factories import AwardRunFactory, DeterminationFactory, UserFactory

pytestmark = pytest.mark.django_db


def refused(sql, params, match, error=IntegrityError):
    with pytest.raises(error, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def copy_of(row, **changes):
    """SQL that inserts the row once more with some columns changed."""
    columns = [f.column for f in Determination._meta.fields if f.column != "id"]
    values = ", ".join("%s" if column in changes else column for column in columns)
    sql = (
        f"INSERT INTO awards_determination ({', '.join(columns)})"
        f" SELECT {values} FROM awards_determination WHERE id = %s"
    )
    return sql, [*(changes[column] for column in columns if column in changes), row.pk]


def test_database_refuses_a_second_grant_in_a_year():
    row = DeterminationFactory()

    refused(*copy_of(row, source="recognition:900", item="XX-PROV"), "one_grant_per_year")


def test_database_allows_a_top_up_beside_the_grant():
    row = DeterminationFactory()
    sql, params = copy_of(row, source="recognition:900", item="XX-PROV", topup=True)

    with connection.cursor() as cursor:
        cursor.execute(sql, params)

    assert Determination.objects.count() == 2


def test_database_refuses_a_one_time_item_twice():
    row = DeterminationFactory()
    other = AwardRunFactory(year=2024)

    refused(*copy_of(row, source="recognition:900", run_id=other.pk, year=2024), "one_time_item_once")


def test_database_refuses_an_event_and_item_twice():
    row = DeterminationFactory(outcome="ineligible")

    refused(*copy_of(row), "one_per_event_and_item")


def test_database_refuses_money_without_a_grant():
    row = DeterminationFactory(outcome="ineligible")

    refused(*copy_of(row, source="recognition:900", amount=1), "only_grants_carry_money")


def test_database_refuses_a_grant_above_its_worth():
    row = DeterminationFactory()

    refused(
        "UPDATE awards_determination SET amount = worth + 1 WHERE id = %s",
        [row.pk],
        "only_grants_carry_money",
    )


def test_database_refuses_absorption_without_a_winner():
    row = DeterminationFactory(outcome="ineligible")

    refused(
        "UPDATE awards_determination SET outcome = 'absorbed' WHERE id = %s",
        [row.pk],
        "absorbed_names_its_winner",
    )


def test_database_refuses_a_decision_by_nobody():
    row = DeterminationFactory()

    refused(
        "UPDATE awards_determination SET decided_at = now() WHERE id = %s", [row.pk], "decided_says_by_whom"
    )


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE awards_determination SET amount = 1 WHERE id = %s",
        "UPDATE awards_determination SET decided_at = NULL, decided_by_id = NULL WHERE id = %s",
        "DELETE FROM awards_determination WHERE id = %s",
    ],
)
def test_database_refuses_to_change_a_decided_row(sql):
    row = DeterminationFactory(decided_at=timezone.now(), decided_by=UserFactory())

    refused(sql, [row.pk], "Cannot (update or )?delete|Cannot update", error=InternalError)


def test_database_refuses_a_second_run_of_a_city_and_year():
    run = AwardRunFactory()

    with pytest.raises(IntegrityError, match="one_per_city_and_year"), transaction.atomic():
        AwardRunFactory(city=run.city, year=run.year)


def test_database_refuses_a_finished_run_without_a_time():
    run = AwardRunFactory()

    with pytest.raises(IntegrityError, match="finished_says_when"), transaction.atomic():
        AwardRun.objects.filter(pk=run.pk).update(state="done")


def test_database_refuses_an_illegal_change_of_state():
    run = AwardRunFactory()
    AwardRun.objects.filter(pk=run.pk).update(state="done", finished_at=timezone.now())

    with pytest.raises(InternalError, match=r"[Ii]nvalid"), transaction.atomic():
        AwardRun.objects.filter(pk=run.pk).update(state="failed")
