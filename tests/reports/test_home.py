import datetime

import pytest
import time_machine
from django.urls import reverse

from tests.factories import (
    DeterminationFactory,
    EnterpriseFactory,
    ImportBatchFactory,
    MembershipFactory,
    RecognitionFactory,
    UserFactory,
    region,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2025-06-30T10:00:00+08:00", tick=False):
        yield


def home(client, user):
    client.force_login(user)
    return client.get(reverse("reports:home"))


@pytest.mark.parametrize(
    ("until", "held"),
    [(datetime.date(2025, 6, 29), 0), (datetime.date(2025, 6, 30), 1), (datetime.date(2025, 7, 1), 1)],
)
def test_home_counts_titles_valid_today_with_both_ends(client, until, held):
    RecognitionFactory(valid_until=until)

    figures = home(client, UserFactory()).context["titles"]

    assert [(f.label, f.value) for f in figures] == [
        ("国家级专精特新“小巨人”企业", held),
        ("省级专精特新中小企业", 0),
        ("创新型中小企业", 0),
    ]


def test_home_figures_equal_the_lists_they_link_to(client):
    RecognitionFactory.create_batch(3)
    RecognitionFactory(valid_until=datetime.date(2024, 1, 1))
    RecognitionFactory(enterprise=EnterpriseFactory(managing_unit=region("金水区")))
    response = home(client, UserFactory())

    for figure in [*response.context["titles"], response.context["stock"]]:
        listed = client.get(figure.url)
        page = listed.context["page"]
        assert figure.value == (page.paginator.count if hasattr(page, "paginator") else page.count)


def test_home_shows_award_years_within_scope(client):
    DeterminationFactory()
    DeterminationFactory(enterprise=EnterpriseFactory(managing_unit=region("金水区")))

    rows = home(client, UserFactory(county=True)).context["award_years"]

    assert [(row["year"], row["enterprises"], row["amount"]) for row in rows] == [(2023, 1, 500_000)]


def test_home_of_an_enterprise_shows_its_own_firm_only(client):
    membership = MembershipFactory()
    RecognitionFactory(enterprise=membership.enterprise)
    other = EnterpriseFactory()

    text = home(client, membership.user).content.decode()

    assert membership.enterprise.name in text
    assert other.name not in text


def test_home_lists_what_waits(client):
    ImportBatchFactory(state="review")
    DeterminationFactory(outcome="held")

    response = home(client, UserFactory())

    assert [(f.label, f.value) for f in response.context["waiting"]] == [
        ("待确认的导入", 1),
        ("待定的奖励", 1),
        ("测算中的批次", 1),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_home_costs_the_same_queries_for_any_number_of_firms(client, django_assert_max_num_queries, count):
    user = UserFactory(of_enterprise=True)
    for membership in MembershipFactory.create_batch(count, user=user):
        RecognitionFactory(enterprise=membership.enterprise)
    client.force_login(user)
    with django_assert_max_num_queries(10):
        client.get(reverse("reports:home"))


def test_home_of_the_system_administrator_has_no_business_figures(client):
    RecognitionFactory()
    response = home(client, UserFactory(sysadmin=True))
    assert not {"titles", "award_years", "waiting"} & {
        key for layer in response.context for key in layer.flatten()
    }
