"""The pages of review: who sees and does what, what is shown beside what, nothing typed is lost."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import IntakeFactory, PublicityFactory, UserFactory, region
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
    text,
    url,
    visited,
)
from tiers.enums import ApplicationState, VisitItem
from tiers.models import Application, Objection, ReturnRequest, SiteVisit
from tiers.services.returns import NewPoint, return_application

pytestmark = pytest.mark.django_db
D = datetime.date.fromisoformat


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


def test_an_enterprise_never_sees_the_officers_page(as_):
    application = case()
    assert as_(member(application)).get(url("application_review", application)).status_code == 404
