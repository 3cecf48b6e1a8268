"""Applications by API: own scope, words for the reader, the acts of review."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from tests.factories import UserFactory
from tests.tiers.review.cases import again, case, city, county, edition, member, ready, submit, to_city
from tiers.enums import ApplicationState
from tiers.models import ReturnRequest

pytestmark = pytest.mark.django_db
LIST = "/api/applications/"


def api(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def act(user, name, application, data=None):
    return api(user).post(
        reverse(f"api:application-{name}", args=[application.pk]), data or {}, format="json"
    )


LETTER = {
    "comment": "请核对",
    "points": [{"section": "figures", "field": "revenue.2025", "comment": "与审计报告不符"}],
}


def test_a_case_as_an_officer_reads_it():
    application = case(ApplicationState.FAILED, result_points=["研发占比不足"], recommended_as=2)
    submit(application, number=2)
    [row] = api(county()).get(LIST).json()["results"]
    wanted = {
        "id": application.pk,
        "number": application.number,
        "name": application.enterprise.name,
        "uscc": application.enterprise.uscc,
        "unit": "410702",
        "unit_name": "红旗区",
        "title": "provincial_srdi",
        "kind": "new",
        "state": "failed",
        "state_label": "省级未通过",
        "accepted_on": "2026-05-12",
        "standard": "工信部企业〔2026〕2号",
        "verdict": "person",
        "points": None,
        "recommended_as": 2,
        "recognition": None,
        "result_points": ["研发占比不足"],
    }
    assert {key: row[key] for key in wanted} == wanted
    assert api(county()).get(f"{LIST}{application.pk}/").json() == row


def test_the_enterprise_reads_its_own_words():
    application = case(ApplicationState.RETURNED_TO_COUNTY, recommended_as=1)
    case()
    [row] = api(member(application)).get(LIST).json()["results"]
    assert (row["id"], row["state"], row["state_label"], row["recommended_as"], row["due_on"]) == (
        application.pk, "county_review", "县（市、区）审核中", None, None
    )  # fmt: skip
    found = {
        state: api(member(application)).get(LIST, {"state": state}).json()["count"]
        for state in ("county_review", "returned_to_county")
    }
    assert found == {"county_review": 1, "returned_to_county": 0}


def test_scope():
    edition()
    mine, other = case(), case(unit="卫滨区")
    seen = {
        "county": {row["id"] for row in api(county()).get(LIST).json()["results"]},
        "city": {row["id"] for row in api(city()).get(LIST).json()["results"]},
        "other city": {row["id"] for row in api(city("郑州市")).get(LIST).json()["results"]},
        "system": {row["id"] for row in api(UserFactory(sysadmin=True)).get(LIST).json()["results"]},
    }
    assert seen == {"county": {mine.pk}, "city": {mine.pk, other.pk}, "other city": set(), "system": set()}
    assert api(county()).get(f"{LIST}{other.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"title": "provincial_srdi"}, 1),
        ({"title": "innovative"}, 0),
        ({"unit": "410702"}, 1),
        ({"state": "county_review"}, 1),
        ({"state": "returned"}, 0),
        ({"q": "新乡测试"}, 1),
        ({"q": "没有这家"}, 0),
    ],
)
def test_filters(query, count):
    case()
    assert api(city()).get(LIST, query).json()["count"] == count


def test_a_list_takes_as_many_queries_for_three_as_for_one(django_assert_max_num_queries):
    case()
    client = api(city())
    with django_assert_max_num_queries(20) as first:
        client.get(LIST)
        count = len(first)
    case()
    case()
    with django_assert_max_num_queries(count):
        assert client.get(LIST).json()["count"] == 3


def test_a_county_accepts_and_recommends():
    application = case(ApplicationState.SUBMITTED)
    edition()
    assert act(county(), "accept", application).json()["state"] == "county_review"
    second = act(county(), "accept", application)
    assert (second.status_code, second.json()["title"]) == (409, "状态已变化")
    refused = act(county(), "recommend", application, {"opinion": "同意"})
    assert refused.status_code == 400
    assert "实地核查" in refused.json()["detail"]
    good = ready()
    assert act(county(), "recommend", good, {"opinion": "同意"}).json()["state"] == "recommended"


def test_an_office_sends_back():
    application = case()
    answer = act(county(), "return", application, LETTER)
    assert (answer.status_code, answer.json()["state"], answer.json()["due_on"]) == (
        200,
        "returned",
        "2026-06-03",
    )
    other = to_city(ready())
    assert act(city(), "return", other, {"target": "county", "comment": "请补照片"}).json()["state"] == (
        "returned_to_county"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"comment": ""},
        {"comment": "a\u0000b"},
        {"points": []},
        {"points": [{"section": "figures", "field": "no_such", "comment": "x"}]},
        {"points": [{"section": "figures"}]},
        {"points": "x"},
        {"points": [LETTER["points"][0]] * 201},
        {"due_on": "2026-05-20"},
        {"due_on": "明天"},
        {"target": "county"},
        {"target": "province"},
    ],
)
def test_a_wrong_return_is_refused(changes):
    application = case()
    answer = act(county(), "return", application, LETTER | changes)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert again(application).state == "county_review"
    assert not ReturnRequest.objects.exists()


@pytest.mark.parametrize("name", ["accept", "recommend", "return"])
def test_acts_are_for_the_office_of_the_case(name):
    application = case()
    who = {
        "other county": county("卫滨区"),
        "other city": city("郑州市"),
        "leader": UserFactory(leader=True),
        "auditor": UserFactory(auditor=True),
        "finance": UserFactory(finance=True),
        "enterprise": member(application),
    }
    if name != "return":
        who["city"] = city()
    found = {
        role: act(user, name, application, LETTER | {"opinion": "x"}).status_code
        for role, user in who.items()
    }
    assert set(found.values()) <= {403, 404}
    assert again(application).state == "county_review"
