import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enterprises.fields import FIELDS
from policies.engine.standards import Verdict
from tests.factories import UserFactory, published_standards
from tests.tiers.selfcheck.firms import DAY
from tiers.calculator import OWNED, questions_for, record_of
from tiers.check_forms import CalculatorForm
from tiers.queries.assessments import ASSESSED, yardstick

pytestmark = pytest.mark.django_db
URL = "/calculator/"
NOON = "2026-11-28T12:00:00+08:00"
PROVINCIAL = {
    "legal_person": "yes", "on_blacklist": "no", "prohibited_product": "no", "has_serious_violation": "no",
    "company_size": "medium", "revenue.2025": "8,642.50", "revenue.2024": "7310", "main_revenue.2025": "8000",
    "assets.2025": "9000", "liabilities.2025": "4000", "rd_expense.2025": "300", "rd_expense.2024": "286.4",
    "dev_score.2025": "58.5", "niche_since": "2015", "market_position": "yes", "number_ip_one": "1",
    "owned": ["prior_title"], "equity_2": "0",
}  # fmt: skip


@pytest.fixture(autouse=True)
def standards():
    return published_standards()


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON):
        yield


def calculate(client, data, tier="provincial_srdi", kind="new", **headers):
    return client.post(f"{URL}?tier={tier}&kind={kind}", data, **headers)


def verdicts(response):
    return {finding.key: str(finding.verdict) for finding in response.context["assessment"].gates}


# ---- the questions --------------------------------------------------------------------------------------


def names(tier, kind="new", on=DAY):
    return {question.name for question in questions_for(yardstick(tier, kind, on).standard, kind, on)}


def test_questions_are_those_of_the_standard_of_the_day():
    assert names("provincial_srdi") == {*PROVINCIAL}
    assert {f"revenue.{year}" for year in (2023, 2024, 2025)} < names("national_giant")
    assert "main_revenue.2023" in names("national_giant", "review")  # 63号 looks at main income
    assert "main_revenue.2023" not in names("national_giant")
    assert "band_ip_grade" in names("innovative")
    assert "cost.2025" in names("tech_sme")


def test_every_year_is_counted_from_the_day():
    assert "revenue.2026" in names("provincial_srdi", on=date(2027, 1, 1))


@pytest.mark.parametrize("kind", ["new", "review"])
@pytest.mark.parametrize("tier", ASSESSED)
@pytest.mark.parametrize("on", [date(2024, 2, 29), date(2026, 3, 31), date(2026, 4, 1), date(2027, 6, 1)])
def test_answering_everything_leaves_nothing_missing(tier, kind, on):
    stick = yardstick(tier, kind, on)
    if stick is None:
        pytest.skip("no such standard")
    questions = questions_for(stick.standard, kind, on)
    answers = {question.name: full_answer(question) for question in questions}
    form = CalculatorForm(questions, answers)
    assert form.is_valid(), form.errors
    found = stick.measure(record_of(questions, form.cleaned_data, stick.standard, on)).assessment
    unfilled = {criterion.key for criterion in stick.standard.scored if not criterion.bands}
    missing = [*found.gates, *found.scored, *(route.finding for route in found.routes)]
    assert {one.key for one in missing if one.verdict is Verdict.MISSING} == unfilled


def full_answer(question):
    kind = question.field.kind
    if question.name == OWNED:
        return [code for code, _ in question.field.choices][:-1]
    if kind == "yesno":
        return (
            "no"
            if question.name in ("on_blacklist", "prohibited_product", "has_serious_violation")
            else "yes"
        )
    if kind == "multichoice":
        return [question.field.choices[0][0]]
    if kind == "choice":
        return question.field.choices[0][0]
    return {"year": "2010", "date": "2010-01-01"}.get(kind, "60")


def test_what_one_has_meets_the_routes_and_gates_that_ask_for_it():
    stick = yardstick("innovative", "new", DAY)
    questions = questions_for(stick.standard, "new", DAY)

    def routes(*owned):
        record = record_of(questions, {OWNED: owned}, stick.standard, DAY)
        return {route.key: str(route.finding.verdict) for route in stick.measure(record).assessment.routes}

    assert routes("honour") == {
        "science_award": "not_met", "honour": "met", "institution": "not_met", "equity": "missing",
    }  # fmt: skip
    assert routes("none")["honour"] == "not_met"
    assert routes("none")["equity"] == "missing"  # asked apart


@pytest.mark.parametrize(
    ("band", "points"), [("0", 20), ("1", 15), ("2", 10), ("3", 5), ("none", 0), (None, None)]
)
def test_the_best_right_takes_its_band(band, points):
    stick = yardstick("innovative", "new", DAY)
    questions = questions_for(stick.standard, "new", DAY)
    record = record_of(questions, {"band_ip_grade": band}, stick.standard, DAY)
    assert stick.measure(record).assessment.finding("ip_grade").points == points


@pytest.mark.parametrize(("number", "verdict"), [("3", "not_met"), ("4", "met"), ("", "missing")])
def test_rights_are_counted(client, number, verdict):
    data = {"number_ip_one": number, "owned": ["none"]}  # no award stands for the rights
    response = calculate(client, data, tier="national_giant")
    assert verdicts(response)["ip_one"] == verdict


def test_a_field_that_only_a_province_asks_for_becomes_a_choice(standards):
    text = standards["miit-63-provincial"].text
    rows = 'rows = [{ name = "本地指标", options = { "甲" = 15, "乙" = 5 } }]'
    text = re.sub(r"rows = \[\]", rows, text)
    from policies.engine.standards import assess, parse_standard

    standard, on = parse_standard(text), date(2026, 3, 1)
    questions = questions_for(standard, "new", on)
    record = record_of(questions, {"local_feature_1": "甲"}, standard, on)
    assert assess(record, standard, kind="new", on=on).finding("local_feature_1").points == 15


# ---- the page -------------------------------------------------------------------------------------------


def test_anybody_may_open_it_without_a_session(client):
    response = client.get(URL)
    assert response.status_code == 200
    assert set(response.cookies) == {"csrftoken"}
    assert "no-cache" in response["Cache-Control"]
    text = response.content.decode()
    assert text.count("<h1") == 1
    assert "省级专精特新中小企业" in text
    assert 'id="menu-1"' not in text


def test_the_login_page_leads_to_it(client):
    assert f'href="{URL}"' in client.get("/accounts/login/").content.decode()


def test_a_full_answer_leaves_the_judgement_of_a_person(client):
    response = calculate(client, PROVINCIAL)
    assert {key for key, verdict in verdicts(response).items() if verdict != "met"} == {"market_position"}
    text = response.content.decode()
    assert "能用数据判断的条件都已达到，1 项需人工核实。" in text
    assert "最终以审核为准" in text
    assert "工信部企业〔2026〕2号" in text


def test_the_way_over_the_line_is_told_in_wan(client):
    response = calculate(client, {**PROVINCIAL, "revenue.2025": "8000", "rd_expense.2025": "201.8"})
    text = response.content.decode()
    assert "2025 年研发费用再增 38.20 万元即达 3%" in text
    assert '<a class="end no-print" href="#id_rd_expense.2025">去修改</a>' in text


def test_blank_answers_are_missing_and_link_to_their_question(client):
    response = calculate(client, {"legal_person": "yes"})
    assert set(verdicts(response).values()) == {"met", "missing"}
    for place in ("id_rd_expense.2024", "id_owned", "id_number_ip_one"):
        assert f'href="#{place}"' in response.content.decode()


def test_nothing_at_all_asks_for_an_answer(client):
    response = calculate(client, {})
    assert response.context["form"].non_field_errors()
    assert "assessment" not in response.context


def test_new_and_review_name_their_documents(client):
    data = {"revenue.2025": "8000", "main_revenue.2025": "6000"}
    texts = [calculate(client, data, "national_giant", kind) for kind in ("new", "review")]
    assert [verdicts(text)["main_ratio"] for text in texts] == ["not_met", "met"]
    for text, number in zip(texts, ("工信部企业〔2026〕2号", "工信部企业〔2022〕63号"), strict=True):
        assert number in text.content.decode()


def test_nothing_that_is_typed_is_stored(client):
    before = rows()
    response = calculate(client, PROVINCIAL)
    assert response.context["assessment"] is not None
    after = rows()
    assert {table for table in after if after[table] != before[table]} == {"core_counter"}
    assert set(response.cookies) <= {"csrftoken"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM core_counter")
        keys = [key for (key,) in cursor.fetchall()]
    assert not any("127.0.0.1" in key or "8642" in key for key in keys)


def rows():
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


def test_htmx_gets_the_part_alone(client):
    response = calculate(client, PROVINCIAL, headers={"HX-Request": "true"})
    text = response.content.decode()
    assert text.lstrip().startswith('<div id="calculator">')
    assert "<html" not in text


def test_another_tier_takes_along_what_was_typed(client):
    data = {"revenue.2025": "8642.5", "legal_person": "yes", "owned": ["institution"]}
    response = client.post(f"{URL}?tier=innovative&kind=new&keep=1", data, headers={"HX-Request": "true"})
    form = response.context["form"]
    assert form["revenue.2025"].value() == "8642.5"
    assert form[OWNED].value() == ["institution"]
    assert not form.is_bound


def test_too_many_tries_keep_what_was_typed(client, monkeypatch):
    monkeypatch.setattr("tiers.views.assessments.TRIES", 1)
    calculate(client, PROVINCIAL)
    response = calculate(client, PROVINCIAL)
    assert response.status_code == 429
    text = response.content.decode()
    assert "请过几分钟再试" in text
    assert "8,642.50" in text
    assert calculate(client, PROVINCIAL, headers={"HX-Request": "true"}).status_code == 200
    assert calculate(client, PROVINCIAL, headers={"X-Real-IP": "203.0.113.9"}).status_code == 200


BAD = [
    ("revenue.2025", "八千", "金额不是数字"), ("revenue.2025", "-1", "金额不能是负数"),
    ("revenue.2025", "9" * 40, "金额"), ("revenue.2025", "1\x00", "金额"), ("revenue.2025", "1e9", "金额"),
    ("niche_since", "15", "年份"), ("dev_score.2025", "101", "0 至 100"), ("legal_person", "maybe", "请选"),
    ("company_size", "giant", "只能填"), ("number_ip_one", "1.5", "整数"), ("number_ip_one", "10000", "9999"),
    ("owned", ["prior_title", "none"], "以上都没有"), ("owned", ["x"], "只能填"), ("owned", ["none"] * 99, "重复"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "words"), BAD)
def test_a_bad_answer_is_told_beside_its_field_and_kept(client, name, value, words):
    response = calculate(client, {**PROVINCIAL, name: value})
    assert response.status_code == 200
    form = response.context["form"]
    assert words in form.errors[name][0]
    assert form["rd_expense.2025"].value() == "300"
    assert "assessment" not in response.context
    assert f'href="#id_{name}' in response.content.decode()


@pytest.mark.parametrize(
    "query", ["?tier=x&kind=y", "?tier=company_size", "?tier=%00", "?tier=a&tier=b&kind[]=1"]
)
def test_a_bad_address_falls_back_to_a_tier(client, query):
    response = client.get(URL + query)
    assert (response.status_code, response.context["tier"]) == (200, "provincial_srdi")


def test_a_tier_without_a_standard_says_so(client):
    response = client.get(f"{URL}?tier=tech_sme&kind=review")
    assert "请换一个层级或申报类型" in response.content.decode()
    assert client.post(f"{URL}?tier=tech_sme&kind=review", PROVINCIAL).status_code == 200


def test_other_methods_and_a_missing_token_are_refused(client):
    from django.test import Client

    assert client.put(URL).status_code == 405
    assert Client(enforce_csrf_checks=True).post(URL, PROVINCIAL).status_code == 403


def test_a_signed_in_person_may_use_it_too(client):
    client.force_login(UserFactory())
    assert calculate(client, PROVINCIAL).status_code == 200


def test_a_page_takes_the_same_queries_however_much_is_answered(client):
    cache.clear()
    counts = []
    for data in ({"legal_person": "yes"}, PROVINCIAL):
        with CaptureQueriesContext(connection) as queries:
            calculate(client, data)
        counts.append(len(queries))
    assert counts == [3, 3]  # standard, sizes, limit


def test_every_question_but_those_of_lists_is_one_of_the_record():
    for tier in ASSESSED:
        for question in questions_for(yardstick(tier, "new", DAY).standard, "new", DAY):
            listed = question.lines or question.name.startswith("equity_") or question.name == "company_size"
            assert listed or question.field is FIELDS[question.field.key]


def test_amounts_are_read_in_wan():
    stick = yardstick("provincial_srdi", "new", DAY)
    questions = questions_for(stick.standard, "new", DAY)
    form = CalculatorForm(questions, {"revenue.2025": "8,642.50"})
    assert form.is_valid()
    record = record_of(questions, form.cleaned_data, stick.standard, DAY)
    assert record.years[2025].revenue == Decimal("86425000.00")
