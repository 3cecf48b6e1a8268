"""The pages of review: who sees and does what, what is shown beside what, nothing typed is lost."""

import datetime
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document
from python_calamine import CalamineWorkbook

from core.models import AuditEntry
from tests.factories import IntakeFactory, PublicityFactory, ReportFactory, UserFactory, region
from tests.tiers.review.cases import (
    JUDGED,
    again,
    case,
    city,
    county,
    edition,
    judged,
    member,
    png,
    ready,
    submit,
    to_city,
    visited,
)
from tests.tiers.review.draws import drawn
from tiers.enums import ApplicationState, VisitItem
from tiers.exports import HEADS
from tiers.models import Application, Objection, Report, ReturnRequest, SiteVisit
from tiers.services.returns import NewPoint, return_application

pytestmark = pytest.mark.django_db
D = datetime.date.fromisoformat


def url(name, record):
    return reverse(f"tiers:{name}", args=[record.pk])


def text(answer):
    return answer.content.decode()


@pytest.fixture
def as_(client):
    """as_(user): the browser of that person."""

    def enter(user):
        client.force_login(user)
        return client

    return enter


# ---- transitions × role × own or other office ------------------------------------------------------------

LETTER = {
    "comment": "请核对",
    "point": "figures:revenue.2025",
    "comment-figures:revenue.2025": "与审计报告不符",
    "send": "1",
}
# act → (state the case is in, office, what is sent, state afterwards)
STEPS = {
    "application_accept": ("submitted", "county", {}, "county_review"),
    "application_recommend": ("county_review", "county", {"opinion": "同意"}, "recommended"),
    "application_return": ("county_review", "county", LETTER, "returned"),
    "application_reject": ("county_review", "county", {"reason": "criteria", "words": "不符合"}, "rejected"),
    "application_take_up": ("recommended", "city", {}, "city_review"),
    "city: application_return": ("city_review", "city", LETTER, "returned"),
    "county: application_return": (
        "city_review",
        "city",
        LETTER | {"target": "county"},
        "returned_to_county",
    ),
    "city: application_reject": ("city_review", "city", {"reason": "quota", "words": "名额有限"}, "rejected"),
    "application_objection": (
        "publicity",
        "city",
        {"raised_by": "赵", "contact": "1", "content": "x", "raised_on": "2026-05-20"},
        "objection",
    ),
}
PEOPLE = {
    "county": lambda: county(),
    "city": lambda: city(),
    "other county": lambda: county("卫滨区"),
    "other city": lambda: city("郑州市"),
    "leader": lambda: UserFactory(leader=True),
    "auditor": lambda: UserFactory(auditor=True),
    "finance": lambda: UserFactory(finance=True),
}


@pytest.fixture
def world():
    def build(state):
        if state == "county_review":
            return ready()
        if state == "publicity":
            notice = PublicityFactory(starts_on=D("2026-05-19"), ends_on=D("2026-05-25"))
            return case(ApplicationState.PUBLICITY, intake=notice.intake, publicity=notice)
        return case(ApplicationState(state))

    return build


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_taken_by_its_own_office_alone(as_, world, step):
    state, office, sent, after = STEPS[step]
    application = world(state)
    page = url(step.rpartition(" ")[2], application)
    for who, make in PEOPLE.items():
        if who != office:
            answer = as_(make()).post(page, sent)
            assert answer.status_code in (403, 404), who
    assert as_(member(application)).post(page, sent).status_code in (403, 404)
    assert again(application).state == state
    answer = as_(PEOPLE[office]()).post(page, sent)
    assert (answer.status_code, again(application).state) == (302, after)


def test_the_city_only_reads_cases_of_units_that_answer_to_the_province(as_):
    application = case(unit="郑州航空港经济综合实验区", intake=IntakeFactory(city=region("郑州市")))
    browser = as_(city("郑州市"))
    assert browser.get(url("application_review", application)).status_code == 200
    assert browser.post(url("application_take_up", application)).status_code == 403
    assert "开始审核" not in text(browser.get(url("application_review", application)))


@pytest.mark.parametrize(
    ("state", "role", "shown"),
    [
        ("submitted", "county", ["受理"]),
        ("county_review", "county", ["推荐", "登记核查", "退回修改", "不予推荐"]),
        ("recommended", "city", ["开始审核"]),
        ("city_review", "city", ["登记核查", "退回修改", "不予推荐"]),
        ("recommended", "county", []),
        ("county_review", "city", []),
        ("reported", "city", []),
        ("granted", "county", []),
    ],
)
def test_the_head_offers_only_what_is_legal_now(as_, state, role, shown):
    edition()
    application = case(ApplicationState(state))
    head = text(as_(PEOPLE[role]()).get(url("application_review", application))).split("page-head", 1)[1]
    head = head.split("</nav>", 2)[1].split("<nav", 1)[0]
    found = [
        word
        for word in ("受理", "推荐", "登记核查", "退回修改", "不予推荐", "开始审核")
        if f"</svg>{word}<" in head
    ]
    assert found == shown


def test_a_second_press_is_told_and_changes_nothing(as_):
    application = case(ApplicationState.SUBMITTED)
    edition()
    browser = as_(county())
    browser.post(url("application_accept", application))
    answer = browser.post(url("application_accept", application), follow=True)
    assert "不能进行这一步操作" in text(answer)
    assert again(application).events.count() == 1


# ---- one case -------------------------------------------------------------------------------------------


def test_the_page_shows_old_and_new_beside_the_comment(as_):
    application = case()
    return_application(
        application=application, level="county", target="enterprise", comment="请核对",
        points=[NewPoint("figures", "revenue.2025", "与审计报告不符")], actor=county(),
    )  # fmt: skip
    submit(application, number=2, figures={"revenue.2025": "8,600.00"})
    Application.objects.filter(pk=application.pk).update(state="county_review")
    ReturnRequest.objects.update(answered_at=datetime.datetime(2026, 5, 20, 4, tzinfo=datetime.UTC))
    page = text(as_(county()).get(url("application_review", application)))
    assert "<del>8,642.50 万元</del>" in page
    assert "<ins>8,600.00 万元</ins>" in page
    assert "确认解决" in page


def test_another_officer_at_work_is_shown(as_):
    application = case()
    other = UserFactory(county=True, full_name="张三")
    Application.objects.filter(pk=application.pk).update(
        handled_by=other, handled_at=datetime.datetime(2026, 5, 20, 3, 55, tzinfo=datetime.UTC)
    )
    assert "<b>张三</b>正在处理" in text(as_(county()).get(url("application_review", application)))
    assert "正在处理这份申报" not in text(as_(other).get(url("application_review", application)))


def test_failures_show_their_points_as_gaps(as_):
    application = case(ApplicationState.FAILED, result_points=["研发占比不足", "市场占有率缺证明"])
    page = text(as_(county()).get(url("application_review", application)))
    assert "培育短板" in page
    assert "<li>研发占比不足</li><li>市场占有率缺证明</li>" in page


def test_refused_ticks_come_back_with_what_was_typed(as_):
    application = case()
    sent = {
        f"verdict-{JUDGED}": "met",
        f"note-{JUDGED}": "",
        "verdict-rd_ratio": "not_met",
        "note-rd_ratio": "发票不符",
    }
    answer = as_(county()).post(url("application_checks", application), sent)
    page = text(answer)
    assert answer.status_code == 422
    assert "需要人工核实，请写明" in page
    assert ">发票不符</textarea>" in page
    assert not application.checks.exists()


def test_the_engines_verdicts_are_taken_over_at_one_press_where_no_person_must_judge(as_):
    application = case()
    answer = as_(county()).post(url("application_checks", application), {"adopt": "1"}, follow=True)
    assert "已保存" in text(answer)
    assert (
        application.checks.count()
        == len(application.submissions.get().snapshot["assessment"]["findings"]) - 1
    )
    assert not application.checks.filter(criterion=JUDGED).exists()


def test_what_was_typed_goes_before_the_engines_verdict(as_):
    application = case()
    sent = {"adopt": "1", "verdict-rd_ratio": "not_met", "note-rd_ratio": "发票不符"}
    as_(county()).post(url("application_checks", application), sent)
    found = dict(application.checks.values_list("criterion", "verdict"))
    assert (found["rd_ratio"], found["revenue"]) == ("not_met", "met")


def test_a_note_without_a_verdict_is_not_lost(as_):
    application = case()
    answer = as_(county()).post(url("application_checks", application), {"note-rd_ratio": "等企业补发票"})
    assert answer.status_code == 422
    assert "请选择“符合”或“不符合”" in text(answer)
    assert ">等企业补发票</textarea>" in text(answer)


def test_the_county_does_not_read_who_objected(as_):
    edition()
    application = case(ApplicationState.OBJECTION)
    objection = Objection.objects.create(
        kind="publicity", application=application, raised_by="赵明明", contact="13800000000", content="x",
        raised_on=D("2026-05-20"), recorded_by=city(),
    )  # fmt: skip
    browser = as_(county())
    assert "赵明明" not in text(browser.get(url("application_review", application)))
    assert browser.get(url("objection_decision", objection)).status_code == 404
    assert "赵明明" in text(as_(city()).get(url("objection_decision", objection)))


def test_the_page_takes_as_many_queries_for_four_rounds_as_for_two(as_, django_assert_max_num_queries):
    application, browser = case(), as_(county())
    judged(application)
    visited(application)
    page = url("application_review", application)

    def another_round(number):
        return_application(
            application=again(application), level="county", target="enterprise", comment="请核对",
            points=[NewPoint("figures", "revenue.2025", "不符"), NewPoint("basic", "", "不清楚")], actor=county(),
        )  # fmt: skip
        submit(application, number=number, figures={"revenue.2025": f"{number}.00"})
        ReturnRequest.objects.update(answered_at=datetime.datetime(2026, 5, 20, 4, tzinfo=datetime.UTC))
        Application.objects.filter(pk=application.pk).update(state="county_review")
        browser.get(page)

    another_round(2)
    another_round(3)  # carries the comments of the first on: they name who settled them
    with django_assert_max_num_queries(60) as first:
        browser.get(page)
        count = len(first)
    another_round(4)
    another_round(5)
    visited(application)
    with django_assert_max_num_queries(count):
        browser.get(page)


def test_a_note_is_for_officers_only(as_):
    application = case()
    as_(county()).post(url("application_note", application), {"text": "老板说话要注意"})
    event = application.events.get()
    assert (event.action, event.reason, event.public) == ("内部备注", "老板说话要注意", False)


# ---- forms ----------------------------------------------------------------------------------------------


def visit(**changes):
    sent = {
        "visited_on": "2026-05-20",
        "first_officer": "张三",
        "second_officer": "李四",
        "companion": "王工",
    }
    return sent | {item.value: "yes" for item in VisitItem} | changes


def test_a_visit_is_recorded_with_photos(as_):
    application = case()
    photos = [SimpleUploadedFile("厂房.png", png(), "image/png")]
    answer = as_(county()).post(url("application_visit", application), visit(photos=photos))
    assert answer.status_code == 302
    found = SiteVisit.objects.get()
    assert (found.consistent, found.companion, found.photos.get().name) == (True, "王工", "厂房.png")
    page = text(as_(county()).get(url("application_review", application)))
    assert "厂房.png" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"visited_on": "2026-05-21"}, "不能晚于今天"),
        ({"second_officer": "张 三"}, "两名不同"),
        ({"staff": "no"}, "请写明发现了什么"),
        ({"staff": ""}, "请选择“社保人数”是否一致"),
        ({"visited_on": "昨天"}, "输入一个有效的日期"),
        ({"first_officer": "a\x07b"}, "控制字符"),
        ({"photos": SimpleUploadedFile("x.png", b"MZ\x90", "image/png")}, "照片"),
    ],
)
def test_a_wrong_visit_comes_back_with_what_was_typed(as_, changes, words):
    application = case()
    answer = as_(county()).post(url("application_visit", application), visit(**changes))
    page = text(answer)
    assert answer.status_code == 422
    assert words in page
    assert 'value="李四"' in page or "second_officer" in changes
    assert not SiteVisit.objects.exists()


def test_the_letter_is_read_before_it_is_sent(as_):
    application, browser = case(), as_(county())
    sent = {k: v for k, v in LETTER.items() if k != "send"} | {"preview": "1"}
    page = text(browser.post(url("application_return", application), sent))
    assert "请核对将发出的通知" in page
    assert "经济效益和经营情况：2025 年营业收入" in page
    assert "2026年6月3日前" in page
    assert again(application).state == "county_review"
    browser.post(url("application_return", application), LETTER)
    assert ReturnRequest.objects.get().due_on == D("2026-06-03")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"comment": ""}, "请写明退回意见"),
        ({"point": "", "comment-": "x"}, "没有这一项"),
        ({"point": "figures:no_such", "comment-figures:no_such": "x"}, "没有这一项"),
        ({"point": "figures:no_such"}, "请写明要怎样修改"),
        ({"comment-figures:revenue.2025": " "}, "请写明要怎样修改"),
        ({"due_on": "2026-05-20"}, "晚于今天"),
        ({"due_on": "x"}, "有效的日期"),
        ({"comment": "坏\x07的"}, "控制字符"),
    ],
)
def test_a_wrong_letter_comes_back_with_what_was_typed(as_, changes, words):
    application = case()
    answer = as_(county()).post(url("application_return", application), LETTER | changes)
    page = text(answer)
    assert answer.status_code == 422
    assert words in page
    assert "与审计报告不符" in page or "comment-figures:revenue.2025" in changes
    assert again(application).state == "county_review"


def test_nothing_ticked_is_refused(as_):
    sent = {k: v for k, v in LETTER.items() if k != "point"}
    answer = as_(county()).post(url("application_return", case()), sent)
    assert "至少勾选一处" in text(answer)


def test_a_point_opened_again_comes_ticked(as_):
    application = case()
    return_application(
        application=application, level="county", target="enterprise", comment="请核对",
        points=[NewPoint("figures", "revenue.2025", "与审计报告不符")], actor=county(),
    )  # fmt: skip
    Application.objects.filter(pk=application.pk).update(state="county_review")
    page = text(as_(county()).get(url("application_return", application)))
    assert 'value="figures:revenue.2025" checked' in page
    assert ">与审计报告不符</textarea>" in page


def test_what_stands_against_a_recommendation_is_listed_before_the_form(as_):
    application = case()
    page = text(as_(county()).get(url("application_recommend", application)))
    assert "还没有登记实地核查" in page
    assert "确认推荐" not in page


def test_points_are_ticked_off_and_opened_again(as_):
    application = case()
    request = return_application(
        application=application, level="county", target="enterprise", comment="请核对",
        points=[NewPoint("figures", "revenue.2025", "不符")], actor=county(),
    )  # fmt: skip
    point = request.points.get()
    Application.objects.filter(pk=application.pk).update(state="county_review")
    assert as_(city()).post(url("point_settle", point)).status_code == 403
    assert as_(county("卫滨区")).post(url("point_settle", point)).status_code == 404
    as_(county()).post(url("point_settle", point))
    assert again(point).state == "settled"
    as_(county()).post(url("point_reopen", point))
    assert again(point).state == "open"


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


def test_an_enterprise_never_sees_the_officers_page(as_):
    application = case()
    assert as_(member(application)).get(url("application_review", application)).status_code == 404
