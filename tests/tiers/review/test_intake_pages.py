"""The pages of an intake: its list, the order, draws, public notices, objections, reports to the province."""

import datetime
import io

import pytest
from django.urls import reverse
from docx import Document
from python_calamine import CalamineWorkbook

from core.models import AuditEntry
from tests.factories import IntakeFactory, ReportFactory, UserFactory, region
from tests.tiers.review.cases import (
    again,
    case,
    city,
    county,
    edition,
    ready,
    text,
    to_city,
    url,
)
from tests.tiers.review.draws import drawn
from tiers.enums import ApplicationState
from tiers.exports import HEADS
from tiers.models import Application, Objection, Report

pytestmark = pytest.mark.django_db
D = datetime.date.fromisoformat


# ---- an intake ------------------------------------------------------------------------------------------


def test_an_intake_shows_a_county_its_own_cases_alone(as_):
    intake = IntakeFactory()
    mine, other = case(intake=intake), case(intake=intake, unit="卫滨区")
    page = text(as_(county()).get(url("intake_review", intake)))
    assert mine.enterprise.name in page
    assert other.enterprise.name not in page
    page = text(as_(city()).get(url("intake_review", intake)))
    assert mine.enterprise.name in page
    assert other.enterprise.name in page
    page = text(as_(city()).get(url("intake_review", intake), {"unit": "410703"}))
    assert mine.enterprise.name not in page


@pytest.mark.parametrize(
    "query", [{"unit": "x"}, {"unit": "9" * 30}, {"stage": "x"}, {"page": "x"}, {"unit": "４１０７０２"}]
)
def test_odd_addresses_of_an_intake_are_answered(as_, query):
    assert as_(city()).get(url("intake_review", case().intake), query).status_code == 200


def test_an_intake_takes_as_many_queries_for_three_cases_as_for_one(as_, django_assert_max_num_queries):
    intake = IntakeFactory()
    case(intake=intake)
    browser = as_(city())
    browser.get(url("intake_review", intake))
    with django_assert_max_num_queries(60) as first:
        browser.get(url("intake_review", intake))
        count = len(first)
    for unit in ("红旗区", "卫滨区"):
        case(intake=intake, unit=unit)
    with django_assert_max_num_queries(count):
        browser.get(url("intake_review", intake))


def test_a_county_moves_a_case_up(as_):
    intake = IntakeFactory()
    one, two = (case(ApplicationState.RECOMMENDED, intake=intake, recommended_as=n) for n in (1, 2))
    page = url("recommendation_order", intake)
    browser = as_(county())
    shown = [one.pk, two.pk]
    browser.post(page, {"order": shown, "move": f"up:{two.pk}"})
    assert (again(one).recommended_as, again(two).recommended_as) == (2, 1)
    stale = browser.post(page, {"order": shown, "move": f"down:{one.pk}"}, follow=True)
    assert "刚有变化" in text(stale)
    for odd in ({}, {"order": ["x", "9" * 40]}, {"order": shown[::-1], "move": "up:999"}, {"move": "x"}):
        assert browser.post(page, odd).status_code == 302
    assert (again(one).recommended_as, again(two).recommended_as) == (2, 1)


# ---- draw -----------------------------------------------------------------------------------------------


def test_a_draw_is_open_to_everybody_without_names(client, as_):
    application = case(ApplicationState.CITY_REVIEW)
    found = drawn(application)
    page = text(client.get(url("draw_detail", found)))
    assert "重新验算一致" in page
    assert application.number in page
    assert found.pool_sha256 in page
    assert application.enterprise.name not in page
    assert str(found.drawn_by) not in page
    assert application.enterprise.name in text(as_(city()).get(url("draw_detail", found)))
    assert application.enterprise.name not in text(as_(city("郑州市")).get(url("draw_detail", found)))


def test_a_draw_that_was_tampered_with_is_found_out(client, monkeypatch):
    found = drawn(case(ApplicationState.CITY_REVIEW))
    monkeypatch.setattr("tiers.draw._sha256", lambda text: text[::-1])
    assert "重新验算不一致" in text(client.get(url("draw_detail", found)))


def test_the_city_draws(as_):
    application = case(ApplicationState.CITY_REVIEW)
    browser, page = as_(city()), url("draw_new", application.intake)
    sent = {"purpose": "实地抽查", "seed": "20260520", "size": 1}
    for wrong in (
        {"size": 2},
        {"size": 0},
        {"size": "x"},
        {"seed": ""},
        {"seed": "a\x00"},
        {"size": "9" * 30},
    ):
        assert browser.post(page, sent | wrong).status_code == 422
    answer = browser.post(page, sent)
    assert answer.status_code == 302
    assert browser.get(answer.url).status_code == 200
    assert browser.post(page, sent).status_code == 422


# ---- public notice --------------------------------------------------------------------------------------


def in_review(**changes):
    return to_city(ready(**changes))


def test_the_city_publishes_a_list(as_):
    one = in_review()
    two = in_review(intake=one.intake)
    browser, page = as_(city()), url("publicity_new", one.intake)
    assert text(browser.get(page)).count("可以公示</span>") == 2
    sent = {"cases": [one.pk, two.pk], "title": "公示", "starts_on": "2026-05-21", "contact": "0373-3050000"}
    for wrong in (
        {"cases": []},
        {"cases": [999_999]},
        {"starts_on": "2026-05-19"},
        {"title": "a\x00"},
        {"contact": ""},
    ):
        assert browser.post(page, sent | wrong).status_code == 422
    assert browser.post(page, sent).status_code == 302
    assert {a.state for a in Application.objects.all()} == {"publicity"}


def test_the_list_takes_as_many_queries_for_three_as_for_one(as_, django_assert_max_num_queries):
    one = in_review()
    page, browser = url("publicity_new", one.intake), as_(city())
    browser.get(page)
    with django_assert_max_num_queries(60) as first:
        browser.get(page)
        count = len(first)
    for unit in ("红旗区", "卫滨区"):
        in_review(intake=one.intake, unit=unit)
    with django_assert_max_num_queries(count):
        assert text(browser.get(page)).count("可以公示</span>") == 3


@pytest.mark.parametrize(
    ("day", "shown"),
    [("2026-07-05", None), ("2026-07-06", "公示中"), ("2026-07-10", "公示中"), ("2026-07-11", "已结束")],
)
def test_the_public_page_opens_on_the_first_day_and_says_when_it_is_over(client, at, day, shown):
    edition()
    application = case(ApplicationState.PUBLICITY)
    at(day)
    answer = client.get(url("publicity_public", application.publicity))
    listing = text(client.get(reverse("tiers:publicity_list")))
    if shown is None:
        assert answer.status_code == 404
        assert application.publicity.title not in listing
    else:
        assert shown in text(answer)
        assert application.publicity.title in listing


def test_the_public_page_has_names_and_counties_and_nothing_else(client, at):
    edition()
    application = case(ApplicationState.PUBLICITY)
    at("2026-07-06")
    page = text(client.get(url("publicity_public", application.publicity)))
    assert application.enterprise.name in page
    assert "红旗区" in page
    assert "共 5 个工作日" in page
    secrets = [
        application.enterprise.uscc,
        application.number,
        "13803730002",
        "李工",
        "张建国",
        str(application.publicity.published_by),
    ]
    assert [secret for secret in secrets if secret in page] == []


def test_the_list_is_public_as_it_was_published(client, at):
    edition()
    application = case(ApplicationState.PUBLICITY)
    at("2026-07-06")
    cases = Application.objects.filter(pk=application.pk)
    cases.update(state="objection")
    cases.update(state="rejected", closed_at="2026-07-08T00:00:00Z")
    assert application.enterprise.name in text(client.get(url("publicity_public", application.publicity)))


def test_the_notice_comes_as_a_word_file(as_, at):
    edition()
    application = case(ApplicationState.PUBLICITY)
    at("2026-07-06")
    answer = as_(city()).get(url("publicity_document", application.publicity))
    document = Document(io.BytesIO(b"".join(answer.streaming_content)))
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "公示期：2026年7月6日至2026年7月10日，共 5 个工作日。" in words
    [table] = document.tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows == [["序号", "企业名称", "所属县（市、区）"], ["1", application.enterprise.name, "红旗区"]]


def test_an_objection_is_recorded_and_decided(as_, at):
    edition()
    application = case(ApplicationState.PUBLICITY)
    at("2026-07-07")
    browser = as_(city())
    sent = {"raised_by": "赵明", "contact": "138", "content": "专利受让", "raised_on": "2026-07-07"}
    for wrong in (
        {"raised_by": ""},
        {"raised_on": "2026-07-05"},
        {"raised_on": "2026-07-08"},
        {"content": "\x00"},
    ):
        assert browser.post(url("application_objection", application), sent | wrong).status_code == 422
    answer = browser.post(url("application_objection", application), sent)
    objection = Objection.objects.get()
    assert answer.url == url("objection_decision", objection)
    assert (
        as_(UserFactory(leader=True)).post(answer.url, {"upheld": "no", "decision": "x"}).status_code == 403
    )
    browser = as_(city())
    assert browser.post(answer.url, {"upheld": "no", "decision": ""}).status_code == 422
    assert browser.post(answer.url, {"upheld": "", "decision": "查无此事"}).status_code == 422
    browser.post(answer.url, {"upheld": "no", "decision": "查无此事"})
    assert again(application).state == "publicity"


# ---- report ---------------------------------------------------------------------------------------------


def test_the_workbook_says_what_the_page_says(as_, at):
    edition()
    one = case(ApplicationState.PUBLICITY, recommended_as=1)
    two = case(ApplicationState.PUBLICITY, intake=one.intake, publicity=one.publicity, recommended_as=2)
    at("2026-07-13")
    browser, page = as_(city()), url("report_new", one.intake)
    shown = text(browser.get(page))
    sent = {"cases": [one.pk, two.pk], "document_number": "新工信[2026]12号", "reported_on": "2026-07-13"}
    for wrong in (
        {"cases": []},
        {"document_number": "12"},
        {"reported_on": "2026-07-14"},
        {"reported_on": "2026-07-10"},
    ):
        assert browser.post(page, sent | wrong).status_code == 422
    browser.post(page, sent)
    report = Report.objects.get()
    answer = browser.get(url("report_file", report))
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    title, note, head, *rows = book.get_sheet_by_index(0).to_python()
    assert title[0].endswith("推荐名单汇总表")
    assert "文号：新工信〔2026〕12号" in note[0]
    assert head == [one.label for one in HEADS]
    assert (
        "".join(head)
        == "序号省辖市县（市、区）企业名称统一社会信用代码行业主导产品得分/直通条件实地核查情况推荐排序联系人电话"
    )
    assert [row[3] for row in rows] == [one.enterprise.name, two.enterprise.name]
    assert [row[9] for row in rows] == [1, 2]
    for row in rows:  # the page masks the telephone; all other words are the same
        assert [value for value in row[2:9] if str(value) not in shown] == []
        assert "138****0002" in shown
        assert row[11] == "13803730002"
    entry = AuditEntry.objects.get(action="导出推荐名单汇总表")
    assert entry.data == {"rows": 2}


def test_reports_of_others_stay_theirs(as_):
    report = ReportFactory()
    for person, status in (
        (city("郑州市"), 404),
        (county(), 404),
        (UserFactory(finance=True), 404),
        (city(), 200),
    ):
        assert as_(person).get(url("report_detail", report)).status_code == status
        assert as_(person).get(url("report_file", report)).status_code == status


def test_a_unit_that_answers_to_the_province_reports_on_its_own_page(as_):
    hub = "郑州航空港经济综合实验区"
    application = ready(unit=hub, intake=IntakeFactory(city=region("郑州市")))
    browser = as_(county(hub))
    browser.post(url("application_recommend", application), {"opinion": "同意"})
    assert "列入本单位推荐名单第 1 位" in text(browser.get(url("application_review", application)))
    sent = {"cases": [application.pk], "document_number": "郑港工信〔2026〕3号", "reported_on": "2026-05-20"}
    assert as_(city("郑州市")).post(url("report_new", application.intake), sent).status_code == 422
    assert as_(county(hub)).post(url("report_new", application.intake), sent).status_code == 302
    assert again(application).state == "reported"
    assert Report.objects.get().region.name == hub
