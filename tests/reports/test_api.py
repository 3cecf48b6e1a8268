import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from enterprises.models import Enterprise
from reports import api as module
from reports.filters import EnterpriseFilter
from tests.factories import EnterpriseFactory, MembershipFactory, RecognitionFactory, UserFactory, region

pytestmark = pytest.mark.django_db


def client(user):
    api = APIClient()
    api.force_login(user)
    return api


def ids(response):
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def three():
    here = EnterpriseFactory(phone="13800000001", name="新乡瑞隆智能装备有限公司")
    beside = EnterpriseFactory(managing_unit=region("卫滨区"))
    far = EnterpriseFactory(managing_unit=region("金水区"))
    return here, beside, far


def test_enterprises_keep_to_the_scope():
    here, beside, far = three()
    assert set(ids(client(UserFactory()).get("/api/enterprises/"))) == {here.pk, beside.pk}
    assert ids(client(UserFactory(county=True)).get("/api/enterprises/")) == [here.pk]
    assert ids(client(MembershipFactory(enterprise=far).user).get("/api/enterprises/")) == [far.pk]
    assert ids(client(UserFactory(sysadmin=True)).get("/api/enterprises/")) == []


def test_foreign_enterprise_answers_like_a_missing_one():
    *_, far = three()
    api = client(UserFactory())
    foreign, missing = api.get(f"/api/enterprises/{far.pk}/"), api.get(f"/api/enterprises/{far.pk + 1000}/")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


@pytest.mark.parametrize(
    ("traits", "phone"),
    [
        ({}, "13800000001"),
        ({"county": True}, "13800000001"),
        ({"leader": True}, "138****0001"),
        ({"auditor": True}, "138****0001"),
    ],
)
def test_phone_is_masked_for_those_who_do_not_call(traits, phone):
    here, *_ = three()
    assert client(UserFactory(**traits)).get(f"/api/enterprises/{here.pk}/").json()["phone"] == phone


def test_enterprise_shows_only_the_listed_fields():
    here, *_ = three()
    row = client(UserFactory()).get(f"/api/enterprises/{here.pk}/").json()
    assert set(row) == {"id", "uscc", "name", "unit", "unit_name", "established_on", "industry_code", "phone"}


@pytest.mark.parametrize(
    "query", ["", "q=瑞隆", "q=xxrl", "unit=410703", "title=national_giant", "title=none"]
)
def test_api_filters_are_those_of_the_page(query):
    here, *_ = three()
    RecognitionFactory(enterprise=here)
    user = UserFactory()
    page = EnterpriseFilter(
        QueryDict(query), Enterprise.objects.visible_to(user), request=type("R", (), {"user": user})
    )
    assert set(ids(client(user).get(f"/api/enterprises/?{query}"))) == set(
        page.qs.values_list("pk", flat=True)
    )


@pytest.mark.parametrize("query", ["title=x", "unit=410105", "q=%00", "q=a%00b"])
def test_wrong_filter_is_a_problem(query):
    response = client(UserFactory()).get(f"/api/enterprises/?{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_phone_is_no_oracle():
    three()
    api = client(UserFactory(leader=True))
    everything = ids(api.get("/api/enterprises/"))
    for query in ("phone=1", "search=138", "ordering=phone", "phone__startswith=138"):
        assert ids(api.get(f"/api/enterprises/?{query}")) == everything
    assert ids(api.get("/api/enterprises/?q=13800000001")) == []


def test_pages_follow_each_other_and_back(monkeypatch):
    monkeypatch.setattr(module, "PAGE_SIZE", 2)
    rows = [EnterpriseFactory() for _ in range(5)]
    api = client(UserFactory())
    seen, url = [], "/api/enterprises/"
    while url:
        body = api.get(url).json()
        seen += [row["id"] for row in body["results"]]
        last, url = body, body["next"]
    assert sorted(seen) == sorted(row.pk for row in rows)
    assert last["count"] == 5
    assert last["count_is_capped"] is False
    assert ids(api.get(last["previous"])) == seen[2:4]


@pytest.mark.parametrize("page", ["x", "after.1.x.y", "after.1.9999999999.9", "%00", "after.1.1.%00", "-1"])
def test_nonsense_page_is_never_an_error(page):
    three()
    response = client(UserFactory(county=True)).get(f"/api/enterprises/?page={page}")
    assert response.status_code == 200


def test_enterprises_take_the_same_number_of_queries_for_one_and_three_rows():
    api = client(UserFactory())
    api.get("/api/enterprises/")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            api.get("/api/enterprises/")
        return len(captured)

    EnterpriseFactory()
    one = queries()
    EnterpriseFactory(managing_unit=region("卫滨区"))
    EnterpriseFactory()
    assert queries() == one


def test_enterprises_cannot_be_written():
    here, *_ = three()
    api = client(UserFactory())
    assert (
        api.patch(f"/api/enterprises/{here.pk}/", {"name": "改名有限公司"}, format="json").status_code == 405
    )
    assert api.post("/api/enterprises/", {}, format="json").status_code == 405
