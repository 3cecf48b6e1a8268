import datetime

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.factories import EnterpriseFactory, MembershipFactory, RecognitionFactory, UserFactory, region
from tiers.enums import Title
from tiers.filters import RecognitionFilter
from tiers.models import Recognition

pytestmark = pytest.mark.django_db


def client(user):
    api = APIClient()
    api.force_login(user)
    return api


def ids(response):
    assert response.status_code == 200, response.content
    return {row["id"] for row in response.json()["results"]}


def three():
    here = RecognitionFactory()
    beside = RecognitionFactory(
        enterprise__managing_unit=region("卫滨区"), title=Title.PROVINCIAL_SRDI, kind="review",
        documented_on=datetime.date(2025, 12, 20), valid_from=datetime.date(2026, 1, 1),
        valid_until=datetime.date(2028, 12, 31),
    )  # fmt: skip
    far = RecognitionFactory(enterprise__managing_unit=region("金水区"))
    return here, beside, far


def test_recognitions_keep_to_the_scope():
    here, beside, far = three()
    assert ids(client(UserFactory()).get("/api/recognitions/")) == {here.pk, beside.pk}
    assert ids(client(UserFactory(county=True)).get("/api/recognitions/")) == {here.pk}
    assert ids(client(MembershipFactory(enterprise=far.enterprise).user).get("/api/recognitions/")) == {
        far.pk
    }


def test_foreign_recognition_answers_like_a_missing_one():
    *_, far = three()
    api = client(UserFactory())
    foreign, missing = api.get(f"/api/recognitions/{far.pk}/"), api.get(f"/api/recognitions/{far.pk + 1000}/")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


@pytest.mark.parametrize(
    "query",
    [
        "",
        "title=provincial_srdi",
        "kind=review",
        "unit=410703",
        "year=2025",
        "valid_on=2026-07-01",
        "valid_on=2026-01-01",
        "q=新乡测试",
    ],
)
def test_api_filters_are_those_of_the_page(query):
    three()
    user = UserFactory()
    page = RecognitionFilter(
        QueryDict(query), Recognition.objects.visible_to(user), request=type("R", (), {"user": user})
    )
    assert ids(client(user).get(f"/api/recognitions/?{query}")) == set(page.qs.values_list("pk", flat=True))


@pytest.mark.parametrize("query", ["title=x", "unit=410105", "year=x", "valid_on=2026-13-01", "q=%00"])
def test_wrong_filter_is_a_problem(query):
    three()
    response = client(UserFactory()).get(f"/api/recognitions/?{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_valid_on_counts_the_first_and_the_last_day():
    here, *_ = three()
    api = client(UserFactory(county=True))
    days = [
        here.valid_from - datetime.timedelta(1),
        here.valid_from,
        here.valid_until,
        here.valid_until + datetime.timedelta(1),
    ]
    assert [len(ids(api.get(f"/api/recognitions/?valid_on={day}"))) for day in days] == [0, 1, 1, 0]


def test_recognitions_take_the_same_number_of_queries_for_one_and_three_rows():
    api = client(UserFactory())
    api.get("/api/recognitions/")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            api.get("/api/recognitions/")
        return len(captured)

    RecognitionFactory()
    one = queries()
    RecognitionFactory(enterprise=EnterpriseFactory(managing_unit=region("卫滨区")))
    RecognitionFactory()
    assert queries() == one


def test_recognitions_cannot_be_written():
    here, *_ = three()
    api = client(UserFactory())
    assert (
        api.patch(f"/api/recognitions/{here.pk}/", {"title": "innovative"}, format="json").status_code == 405
    )
    assert api.post("/api/recognitions/", {}, format="json").status_code == 405
