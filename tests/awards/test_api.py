"""The API of runs, determinations, facts and of determining a file: same scope, same filters, same services."""

import datetime
import json
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from awards import queries, services
from awards.filters import DeterminationFilter
from awards.models import AwardRun, Determination
from core import jobs
from core.models import Job
from tests.factories import (
    AwardRunFactory,
    DeterminationFactory,
    EnterpriseFactory,
    EquipmentInvestmentFactory,
    MembershipFactory,
    PlatformAssessmentFactory,
    ProvincialSubsidyFactory,
    RecognitionFactory,
    UserFactory,
    published_edition,
    region,
)
from tests.makers import uscc, workbook_of

pytestmark = pytest.mark.django_db


def client(user=None):
    api = APIClient()
    if user:
        api.force_login(user)
    return api


def ids(response):
    assert response.status_code == 200, response.content
    return {row["id"] for row in response.json()["results"]}


def here_and_there():
    """A determination in 红旗区, one in 卫滨区 and one in another city."""
    here = DeterminationFactory()
    beside = DeterminationFactory(
        run=here.run, enterprise__managing_unit=region("卫滨区"), outcome="ineligible", reasons=["not_first"]
    )
    far = DeterminationFactory(
        run=AwardRunFactory(city=region("郑州市"), edition=published_edition("zhengzhou-2024-2026")),
        enterprise__managing_unit=region("金水区"),
    )
    return here, beside, far


# ---- determinations --------------------------------------------------------------------------------------
def test_determinations_keep_to_the_scope():
    here, beside, far = here_and_there()
    assert ids(client(UserFactory()).get("/api/determinations/")) == {here.pk, beside.pk}
    assert ids(client(UserFactory(county=True)).get("/api/determinations/")) == {here.pk}
    member = MembershipFactory(enterprise=far.enterprise)
    assert ids(client(member.user).get("/api/determinations/")) == {far.pk}
    assert ids(client(UserFactory(sysadmin=True)).get("/api/determinations/")) == set()


@pytest.mark.parametrize("path", ["", "explanation/"])
def test_foreign_determination_answers_like_a_missing_one(path):
    *_, far = here_and_there()
    api = client(UserFactory())
    foreign = api.get(f"/api/determinations/{far.pk}/{path}")
    missing = api.get(f"/api/determinations/{far.pk + 1000}/{path}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert foreign["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "query",
    ["", "outcome=ineligible", "reason=not_first", "unit=410703", "year=2023", "item=XX-NAT", "q=新乡测试"],
)
def test_api_filters_are_those_of_the_page(query):
    here_and_there()
    user = UserFactory()
    page = DeterminationFilter(
        QueryDict(query), Determination.objects.visible_to(user), request=type("R", (), {"user": user})
    )
    assert ids(client(user).get(f"/api/determinations/?{query}")) == set(page.qs.values_list("pk", flat=True))


@pytest.mark.parametrize("query", ["outcome=nothing", "unit=410105", "unit=999999", "year=abc", "q=%00"])
def test_wrong_filter_is_a_problem_not_everything(query):
    here_and_there()
    response = client(UserFactory()).get(f"/api/determinations/?{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["title"] == "请求有误"


def test_determination_carries_money_as_text():
    here, *_ = here_and_there()
    row = client(UserFactory()).get(f"/api/determinations/{here.pk}/").json()
    assert (row["worth"], row["amount"]) == ("500000.00", "500000.00")
    assert row["uscc"] == here.enterprise.uscc
    assert "phone" not in row


def test_determinations_take_the_same_number_of_queries_for_one_and_three_rows():
    run = AwardRunFactory()
    api = client(UserFactory())
    api.get("/api/determinations/")  # session and content types are warm

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            api.get("/api/determinations/")
        return len(captured)

    DeterminationFactory(run=run)
    one = queries()
    DeterminationFactory(run=run)
    DeterminationFactory(run=run)
    assert queries() == one


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_determinations_cannot_be_written(method):
    here, *_ = here_and_there()
    response = getattr(client(UserFactory()), method)(
        f"/api/determinations/{here.pk}/", {"amount": "1"}, format="json"
    )
    assert response.status_code == 405
    here.refresh_from_db()
    assert here.amount == Decimal("500000.00")


# ---- a real run: explanation, replay, totals, decide -----------------------------------------------------
@pytest.fixture
def finished():
    published_edition()
    enterprise = EnterpriseFactory()
    RecognitionFactory(enterprise=enterprise)
    ProvincialSubsidyFactory(enterprise=enterprise)
    run = services.start_run(city=region("新乡市"), year=2023, actor=None)
    for job in queries.round_jobs(run):
        jobs.run(job.pk)
    run.refresh_from_db()
    return run


def test_explanation_gives_steps_clause_and_arithmetic(finished):
    pk = finished.determinations.get(item="XX-EQ").pk
    body = client(UserFactory()).get(f"/api/determinations/{pk}/explanation/").json()
    assert all(step["passed"] for step in body["steps"])
    assert "新政文〔2022〕8号" in body["steps"][0]["cite"]
    assert "25%" in body["arithmetic"]
    assert body["conclusion"] == "给予 600,000.00 元"


def test_replay_compares_and_changes_nothing(finished):
    pk = finished.determinations.get(item="XX-NAT").pk
    before = list(finished.determinations.values())
    response = client(UserFactory()).post(f"/api/determinations/{pk}/replay/")
    assert response.json() == {"equal": True, "differences": []}
    assert list(finished.determinations.values()) == before


def test_run_totals_show_both_readings(finished):
    body = client(UserFactory(leader=True)).get(f"/api/award-runs/{finished.pk}/totals/").json()
    granted = next(row for row in body["by_outcome"] if row["outcome"] == "granted")
    absorbed = next(row for row in body["by_outcome"] if row["outcome"] == "absorbed")
    assert (granted["rows"], granted["total"]) == (1, "600000.00")
    assert Decimal(granted["other_total"]) + Decimal(absorbed["other_total"]) == Decimal("1100000.00")
    assert {row["unit"] for row in body["by_unit"]} == {"410702"}
    assert {row["item"] for row in body["by_item"]} == {"XX-NAT", "XX-EQ"}
    assert body["reading"]["id"] != body["other_reading"]["id"]


def test_city_staff_decide_a_run(finished):
    api = client(UserFactory())
    response = api.post(
        f"/api/award-runs/{finished.pk}/decide/", {"basis": "新政纪〔2024〕3号"}, format="json"
    )
    assert response.json() == {"decided": 2}
    again = api.post(f"/api/award-runs/{finished.pk}/decide/", {"basis": "新政纪〔2024〕3号"}, format="json")
    assert again.status_code == 409
    assert again["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("body", [{}, {"basis": ""}, {"basis": "x", "outcomes": ["held"]}, [], "x", None])
def test_decision_without_a_basis_is_refused(finished, body):
    response = client(UserFactory()).post(f"/api/award-runs/{finished.pk}/decide/", body, format="json")
    assert response.status_code == 400
    assert not finished.determinations.decided().exists()


@pytest.mark.parametrize("traits", [{"leader": True}, {"finance": True}, {"auditor": True}])
def test_readers_of_a_run_do_not_decide_or_start(finished, traits):
    api = client(UserFactory(**traits))
    assert api.get(f"/api/award-runs/{finished.pk}/").status_code == 200
    assert (
        api.post(f"/api/award-runs/{finished.pk}/decide/", {"basis": "x"}, format="json").status_code == 403
    )
    assert api.post("/api/award-runs/", {"year": 2023}, format="json").status_code == 403


def test_foreign_run_answers_like_a_missing_one(finished):
    api = client(UserFactory(region=region("郑州市")))
    for path in ("", "totals/"):
        foreign = api.get(f"/api/award-runs/{finished.pk}/{path}")
        missing = api.get(f"/api/award-runs/{finished.pk + 1000}/{path}")
        assert foreign.status_code == missing.status_code == 404
        assert foreign.content == missing.content
    assert (
        api.post(f"/api/award-runs/{finished.pk}/decide/", {"basis": "x"}, format="json").status_code == 404
    )


def test_run_answer_names_only_the_listed_fields(finished):
    row = client(UserFactory()).get(f"/api/award-runs/{finished.pk}/").json()
    assert set(row) == {
        "id", "city_code", "city_name", "year", "edition", "edition_number", "factors", "state", "round", "started_at",
        "finished_at",
    }  # fmt: skip


# ---- starting a run --------------------------------------------------------------------------------------
def test_city_staff_start_a_run_for_the_own_city():
    published_edition()
    response = client(UserFactory()).post("/api/award-runs/", {"year": 2023, "city": "410100"}, format="json")
    assert response.status_code == 201
    assert response.json()["city_code"] == "410700"
    assert response.json()["state"] == "running"
    assert Job.objects.filter(kind="awards.determine_region").exists()


@pytest.mark.parametrize(
    "traits", [{"county": True}, {"leader": True}, {"of_enterprise": True}, {"sysadmin": True}]
)
def test_others_cannot_start_a_run(traits):
    published_edition()
    response = client(UserFactory(**traits)).post("/api/award-runs/", {"year": 2023}, format="json")
    assert response.status_code == 403
    assert not AwardRun.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"year": "x"},
        {"year": 1},
        {"year": 2023, "factors": {"XX-NAT": "0.5"}},
        {"year": 2023, "factors": {"ZZ": "a"}},
        [],
    ],
)
def test_run_with_wrong_data_is_refused_in_words(body):
    published_edition()
    response = client(UserFactory()).post("/api/award-runs/", body, format="json")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert not AwardRun.objects.exists()


# ---- facts -----------------------------------------------------------------------------------------------
FACTS = {
    "subsidies": ProvincialSubsidyFactory,
    "assessments": PlatformAssessmentFactory,
    "investments": EquipmentInvestmentFactory,
}


@pytest.mark.parametrize("name", FACTS)
def test_facts_keep_to_the_scope(name):
    here = FACTS[name](enterprise__managing_unit=region("红旗区"))
    there = FACTS[name](enterprise__managing_unit=region("金水区"))
    api = client(UserFactory())
    assert ids(api.get(f"/api/{name}/")) == {here.pk}
    assert api.get(f"/api/{name}/{here.pk}/").json()["uscc"] == here.enterprise.uscc
    assert api.get(f"/api/{name}/{there.pk}/").content == api.get(f"/api/{name}/{there.pk + 999}/").content


@pytest.mark.parametrize(
    ("name", "year"), [("subsidies", 2023), ("assessments", 2023), ("investments", 2025)]
)
def test_facts_are_filtered_by_year_unit_and_name(name, year):
    here = FACTS[name](enterprise__managing_unit=region("红旗区"))
    api = client(UserFactory())
    assert ids(api.get(f"/api/{name}/?year={year}&unit=410702&q={here.enterprise.uscc}")) == {here.pk}
    assert ids(api.get(f"/api/{name}/?year=2019")) == set()


# ---- determine -------------------------------------------------------------------------------------------
A = uscc(1)
TITLE = {"uscc": A, "title": "national_giant", "documented_on": "2024-09-02", "valid_from": "2024-01-01",
         "valid_until": "2026-12-31", "managing_unit": "红旗区"}  # fmt: skip
SUBSIDY = {"uscc": A, "amount": "3000000.00", "allocated_on": "2024-06-20", "invested_from": "2024-02-01",
           "invested_until": "2024-05-31"}  # fmt: skip
BODY = {"policy": "xinxiang-2022-8", "year": 2024, "titles": [TITLE], "subsidies": [SUBSIDY]}


def stored_rows():
    return {model: model.objects.count() for model in (AwardRun, Determination, Job)}


@pytest.mark.parametrize("traits", [{}, {"county": True}, {"of_enterprise": True}])
def test_determine_answers_json_and_stores_nothing(traits):
    before = stored_rows()
    response = client(UserFactory(**traits)).post("/api/determine/", BODY, format="json")
    assert response.status_code == 200
    body = response.json()
    assert [(r["item"], r["outcome"], r["worth"], r["amount"]) for r in body["results"]] == [
        ("XX-EQ", "granted", "750000.00", "750000.00"),
        ("XX-NAT", "absorbed", "500000.00", "0.00"),
    ]
    assert body["results"][1]["absorbed_by"] == "XX-EQ"
    assert [reading["total"] for reading in body["readings"]] == ["750000.00", "1250000.00"]
    assert {"item": "XX-EQ", "outcome": "granted", "rows": 1, "amount": "750000.00"} in body["totals"]
    assert stored_rows() == before


def test_determine_takes_a_workbook():
    sheets = {
        "认定": [
            ["统一社会信用代码", "管理单位", "称号", "类型", "成文日期", "有效期起", "有效期止"],
            [A, "金水区", "国家级小巨人", "新认定", datetime.date(2025, 10, 20), None, None],
        ]
    }
    upload = SimpleUploadedFile("F.xlsx", workbook_of(sheets))
    data = {"file": upload, "policy": "zhengzhou-2024-2026", "year": "2025", "factors": '{"ZZ-NAT": "0.8"}'}
    response = client(UserFactory()).post("/api/determine/", data, format="multipart")
    assert [row["amount"] for row in response.json()["results"]] == ["1600000.00"]


def test_determine_uses_the_published_text():
    edition = published_edition()
    response = client(UserFactory()).post("/api/determine/", BODY, format="json")
    assert response.json()["sha256"] == edition.sha256


def test_determine_lists_every_error():
    wrong = BODY | {
        "titles": [TITLE | {"title": "大巨人", "documented_on": "2024-13-01"}],
        "subsidies": [SUBSIDY | {"amount": "-1"}],
    }
    response = client(UserFactory()).post("/api/determine/", wrong, format="json")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    places = [(e["sheet"], e["row"], e["column"]) for e in response.json()["errors"]]
    assert places == [("titles", 1, "title"), ("titles", 1, "documented_on"), ("subsidies", 1, "amount")]
    assert all(error["message"] for error in response.json()["errors"])


DEEP = '{"policy": "xinxiang-2022-8", "year": 2024, "titles": ' + "[" * 5000 + "]" * 5000 + "}"
BAD_JSON = [
    "", "{", "[]", "null", "1", '"x"', DEEP, json.dumps({**BODY, "titles": [[[[{}]]]]}),
    json.dumps({**BODY, "policy": "a\x00b"}), json.dumps({**BODY, "policy": "\ud800"}),
    json.dumps({**BODY, "titles": [{**TITLE, "uscc": "\ud800"}]}),
    json.dumps({**BODY, "titles": [{**TITLE, "\x00": 1}]}), json.dumps({**BODY, "titles": {"a": 1}}),
    json.dumps({**BODY, "year": 10**30}), json.dumps({**BODY, "year": "二〇二四"}), json.dumps({**BODY, "year": 1e400}),
    json.dumps({**BODY, "factors": []}), json.dumps({**BODY, "factors": {"XX-NAT": {"a": 1}}}),
    json.dumps({**BODY, "factors": {"ZZ-NAT": "NaN"}}), json.dumps({**BODY, "policy": "../../etc"}),
    json.dumps({**BODY, "subsidies": [{**SUBSIDY, "amount": 1e300}]}),
    '{"year": ' + "9" * 5000 + "}", "\xff",
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(BAD_JSON)))
def test_bad_json_is_a_problem_never_an_error(number):
    api = client(UserFactory())
    for path in ("/api/determine/", "/api/award-runs/"):
        response = api.post(path, BAD_JSON[number], content_type="application/json")
        assert response.status_code == 400, BAD_JSON[number][:80]
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["status"] == 400


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"file": "x"},
        {"file": SimpleUploadedFile("F.xlsx", b"not a workbook")},
        {"file": SimpleUploadedFile("F.xlsx", workbook_of({"Sheet1": [["x"]]}))},
        {"file": SimpleUploadedFile("F.xlsx", workbook_of({"认定": [["x"]]})), "factors": "[" * 5000},
        {"file": SimpleUploadedFile("F.xlsx", workbook_of({"认定": [["x"]]})), "factors": '{"\\ud800": "1"}'},
    ],
)
def test_bad_upload_is_a_problem_never_an_error(data):
    fields = {"policy": "xinxiang-2022-8", "year": "2024"} | data
    response = client(UserFactory()).post("/api/determine/", fields, format="multipart")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_determine_is_limited(monkeypatch):
    monkeypatch.setattr("awards.determine_api.TRIES", 1)
    api = client(UserFactory())
    assert api.post("/api/determine/", BODY, format="json").status_code == 200
    response = api.post("/api/determine/", BODY, format="json")
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0


def test_determine_refuses_more_rows_than_a_request_can_answer(monkeypatch):
    monkeypatch.setattr("awards.determine_api.MAX_ROWS", 1)
    response = client(UserFactory()).post("/api/determine/", BODY, format="json")
    assert response.status_code == 400
    assert "manage.py determine" in response.json()["detail"]


# ---- everybody -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path",
    [
        "determinations",
        "award-runs",
        "subsidies",
        "assessments",
        "investments",
        "recognitions",
        "enterprises",
        "policies",
    ],
)
def test_strangers_get_json_and_no_redirect(path):
    response = client().get(f"/api/{path}/")
    assert response.status_code in (401, 403)
    assert response["Content-Type"] == "application/problem+json"
    response = client().post("/api/determine/", BODY, format="json")
    assert response.status_code in (401, 403)


@pytest.mark.parametrize("pk", ["0", "999999999999999999", "9" * 18])
def test_absurd_id_is_missing(pk):
    assert client(UserFactory()).get(f"/api/determinations/{pk}/").status_code == 404


def test_filters_without_a_reader_offer_no_unit():
    chosen = DeterminationFilter(QueryDict(""), Determination.objects.none())
    assert not chosen.form.fields["unit"].queryset.exists()
