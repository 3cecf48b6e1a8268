import json
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.factories import EnterpriseFactory, MembershipFactory, UserFactory, published_standards, region
from tests.tiers.selfcheck.firms import DAY, firm
from tiers.enums import Title

pytestmark = pytest.mark.django_db
URL = "/api/self-assess/"
YEAR = {
    "staff": 120, "rd_staff": 24, "revenue": "80000000.00", "main_revenue": "76000000.00",
    "assets": "90000000", "liabilities": "40000000", "rd_expense": "3200000", "dev_score": "58.5",
}  # fmt: skip
RECORD = {
    "established_on": "2009-06-18",
    "industry_code": "3484",
    "years": {"2025": YEAR, "2024": YEAR, "2023": YEAR},
    "profile": {
        "legal_person": True, "on_blacklist": False, "prohibited_product": False, "has_serious_violation": False,
        "niche_since": 2015, "market_position": True, "market_share": "0.12", "lead_field": True,
    },
    "ip": [
        {"kind": "invention", "granted_on": "2022-03-01", "self_developed": True, "holder_rank": 1,
         "for_lead_product": True, "applied": True},
    ],
    "honours": [],
    "institutions": [],
    "titles": [{"title": "innovative", "valid_from": "2025-01-01", "valid_until": "2027-12-31"}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def standards():
    return published_standards()


@pytest.fixture
def api():
    client = APIClient()
    client.force_login(UserFactory())
    return client


def ask(api, record=RECORD, **more):
    body = {"tier": "provincial_srdi", "on": str(DAY), "record": record, **more}
    return api.post(URL, json.dumps(body), content_type="application/json")


def verdicts(answer):
    return {finding["key"]: finding["verdict"] for finding in answer["gates"]}


def test_a_record_is_assessed_with_its_edition(api, standards):
    answer = ask(api)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    edition = standards["miit-2-provincial"]
    assert {key: body[key] for key in ("standard", "sha256", "verdict", "on", "score")} == {
        "standard": edition.slug, "sha256": edition.sha256, "verdict": "person", "on": "2026-11-28", "score": None,
    }  # fmt: skip
    assert {key for key, verdict in verdicts(body).items() if verdict != "met"} == {"market_position"}
    ratio = next(finding for finding in body["gates"] if finding["key"] == "rd_ratio")
    assert {key: ratio[key] for key in ("value", "unit", "needed", "period", "cite", "missing")} == {
        "value": "4.00", "unit": "%", "needed": "3% 以上", "period": "2024—2025 年", "cite": "附件1（三）",
        "missing": [],
    }  # fmt: skip


def test_score_and_routes_are_told(api):
    body = ask(api, tier="innovative").json()
    assert body["score"]["least"] == "60"
    assert [group["group"] for group in body["score"]["groups"]] == ["创新能力", "成长性", "专业化"]
    assert {route["key"]: route["finding"]["verdict"] for route in body["routes"]}["equity"] == "missing"


def test_gaps_come_with_the_way_over_the_line(api):
    years = {**RECORD["years"], "2025": {**YEAR, "rd_expense": "2018000"}}
    lifts = ask(api, {**RECORD, "years": years}).json()["lifts"]
    lift = next(lift for lift in lifts if lift["criterion"] == "rd_ratio")
    assert (lift["distance"], lift["unit"], lift["needs"], lift["year"]) == (
        "382000.00",
        "元",
        "rd_expense",
        2025,
    )


def test_an_empty_record_is_missing_and_not_refused(api):
    body = ask(api, {}).json()
    assert body["verdict"] == "missing"
    assert set(verdicts(body).values()) == {"missing"}


def test_new_and_review_use_their_own_edition(api):
    numbers = [ask(api, tier="national_giant", kind=kind).json()["number"] for kind in ("new", "review")]
    assert numbers == ["工信部企业〔2026〕2号", "工信部企业〔2022〕63号"]


@time_machine.travel("2026-03-31T12:00:00+08:00")
def test_today_is_the_day_when_none_is_given(api):
    answer = api.post(
        URL, json.dumps({"tier": "provincial_srdi", "record": {}}), content_type="application/json"
    )
    assert (answer.json()["on"], answer.json()["standard"]) == ("2026-03-31", "miit-63-provincial")


def test_without_a_standard_the_refusal_says_what_to_do(api):
    answer = ask(api, tier="tech_sme", kind="review")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert "请换一个受理日期" in answer.json()["detail"]


def test_nothing_is_stored(api):
    before = rows()
    assert ask(api).status_code == 200
    assert {table for table, count in rows().items() if count != before[table]} == {"core_counter"}


def rows():
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


HOSTILE = [
    [], "x", None, {"years": []}, {"years": {"x": {}}}, {"years": {"99999": {}}}, {"years": {"２０２５": {}}},
    {"years": {"2025": {"revenue": "NaN"}}}, {"years": {"2025": {"revenue": "1e400"}}},
    {"years": {"2025": {"revenue": 1e300}}}, {"years": {"2025": {"revenue": 10**40}}},
    {"years": {"2025": {"revenue": "1.005"}}}, {"years": {"2025": {"staff": -1}}},
    {"years": {"2025": {"staff": 2**40}}}, {"years": {"2025": {"staff": 1.5}}},
    {"years": {str(year): {} for year in range(1990, 2024)}},
    {"years": {"2025": {"umsatz": 1}}}, {"turnover": 1}, {"profile": {"legal_person": "vielleicht"}},
    {"profile": {"market_share": "12"}}, {"profile": []}, {"profile": {"local_feature_1": "甲\u0000乙"}},
    {"ip": [{"kind": "trademark"}]}, {"ip": [{}]}, {"ip": {"kind": "invention"}},
    {"ip": [{"kind": "invention"}] * 501}, {"honours": [{"kind": "high_tech", "level": "city", "on": "0001-01-01"}]},
    {"established_on": "2026-02-30"}, {"established_on": "9999-12-31"}, {"industry_code": "\ud800"},
    {"titles": [{"title": "innovative"}]},
]  # fmt: skip


@pytest.mark.parametrize("record", HOSTILE)
def test_a_bad_record_is_refused_with_where_and_what(api, record):
    answer = ask(api, record)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_deep_json_is_refused(api):
    body = '{"tier":"innovative","record":{"ip":' + "[" * 900 + "]" * 900 + "}}"
    assert api.post(URL, body, content_type="application/json").status_code == 400


@pytest.mark.parametrize(
    "more", [{"tier": "company_size"}, {"kind": "again"}, {"on": "1900-01-01"}, {"when": 1}]
)
def test_a_bad_question_is_refused(api, more):
    assert ask(api, **more).status_code == 400


def test_a_stranger_is_refused():
    assert ask(APIClient()).status_code in (401, 403)


def test_too_many_tries_are_put_off(api, monkeypatch):
    monkeypatch.setattr("tiers.assess_api.TRIES", 1)
    assert [ask(api, {}).status_code for _ in range(2)] == [200, 429]


# ---- an enterprise's own record -------------------------------------------------------------------------


def stored(enterprise, user, query=""):
    client = APIClient()
    client.force_login(user)
    return client.get(f"/api/enterprises/{enterprise.pk}/self-assessments/{query}")


def test_a_stored_firm_is_assessed_under_every_tier():
    enterprise = firm()
    answer = stored(enterprise, MembershipFactory(enterprise=enterprise).user, f"?on={DAY}")
    assert {row["tier"]: row["verdict"] for row in answer.json()} == {
        "tech_sme": "met", "innovative": "met", "provincial_srdi": "person", "national_giant": "not_met",
    }  # fmt: skip


def test_one_tier_can_be_asked_for():
    enterprise = firm(title=Title.NATIONAL_GIANT)
    query = f"?on={DAY}&tier=national_giant&kind=review"
    [row] = stored(enterprise, UserFactory(county=True), query).json()
    assert (row["standard"], row["kind"]) == ("miit-63-giant", "review")


def test_other_regions_and_missing_firms_answer_alike():
    enterprise = EnterpriseFactory()
    stranger = UserFactory(region=region("郑州市"))
    assert stored(enterprise, stranger).status_code == 404
    client = APIClient()
    client.force_login(stranger)
    assert client.get("/api/enterprises/999999999999999999/self-assessments/").status_code == 404
    other = MembershipFactory().user
    assert stored(enterprise, other).status_code == 404


@pytest.mark.parametrize("query", ["?tier=x", "?kind=x", "?on=gestern", "?on=0001-01-01"])
def test_a_bad_query_is_refused(query):
    assert stored(EnterpriseFactory(), UserFactory(), query).status_code == 400


def test_the_day_chooses_the_edition_of_a_stored_firm():
    answer = stored(EnterpriseFactory(), UserFactory(), f"?tier=national_giant&on={date(2026, 3, 31)}")
    assert answer.json()[0]["standard"] == "miit-63-giant"


def test_a_stored_firm_takes_as_many_queries_with_more_entries():
    user, counts = UserFactory(), []
    for rights in (1, 3):
        enterprise = firm(rights=rights)
        with CaptureQueriesContext(connection) as queries:
            assert stored(enterprise, user).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_schema_describes_both(api):
    schema = api.get("/api/schema/?format=json").json()
    assert "/api/self-assess/" in schema["paths"]
    own = schema["paths"]["/api/enterprises/{enterprise_pk}/self-assessments/"]["get"]
    assert {parameter["name"] for parameter in own["parameters"]} == {"tier", "kind", "on", "enterprise_pk"}
