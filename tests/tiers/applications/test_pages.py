"""The pages of a case: who opens them, list and start, check and submit, receipt, corrections, intakes."""

import io

import pytest
from django.urls import reverse
from docx import Document

from core.models import AuditEntry
from tests.factories import EnterpriseFactory, IntakeFactory, MembershipFactory, UserFactory, region
from tests.tiers.applications.clients import autosave, client_of, save, text_of, url
from tests.tiers.applications.filled import TODAY, evidence, fill, filled, firm, open_intake, started
from tests.tiers.applications.test_submission import MARKED, YEAR, change, returned, submit
from tiers.enums import ApplicationState, Origin, Title
from tiers.models import Application, Intake
from tiers.queries.cases import load_case
from tiers.services.drafts import attach_evidence

pytestmark = pytest.mark.django_db


# ---- who ------------------------------------------------------------------------------------------------


PAGES = ("application_detail", "application_check")


def test_other_enterprises_and_offices_do_not_find_a_draft():
    application, user = started()
    strangers = [
        firm()[1],
        UserFactory(county=True),
        UserFactory(),
        UserFactory(auditor=True),
        UserFactory(sysadmin=True),
    ]
    for stranger in strangers:
        client = client_of(stranger)
        for page in PAGES:
            assert client.get(url(page, application)).status_code == 404
        assert client.get(url("application_section", application, "basic")).status_code == 404
        assert save(client, application, "specialised", lead_product="x").status_code == 404
        assert autosave(client, application, "specialised", lead_product=("", "x")).status_code == 404
        for act in (
            "application_submit",
            "application_withdraw",
            "application_abandon",
            "application_evidence",
        ):
            assert client.post(url(act, application)).status_code == 404
    assert load_case(application).rows["specialised"].version == 0
    assert all(client_of(user).get(url(page, application)).status_code == 200 for page in PAGES)


@pytest.mark.usefixtures("standards")
def test_officers_are_led_to_their_own_page():
    application, user = filled()
    submit(application, user)
    answer = client_of(UserFactory(county=True)).get(url("application_detail", application))
    assert (answer.status_code, answer.url) == (302, url("application_review", application))
    assert client_of(user).get(url("application_detail", application)).status_code == 200


@pytest.mark.usefixtures("standards")
@pytest.mark.parametrize("state", ApplicationState)
def test_every_page_stands_in_every_state(state):
    from tests.factories import ApplicationFactory, SubmissionFactory

    application = ApplicationFactory(state=state)
    user = MembershipFactory(enterprise=application.enterprise).user
    if application.submitted_at:
        SubmissionFactory(application=application)
    client = client_of(user)
    assert client.get(url("application_detail", application)).status_code == 200
    with_firm = state in ApplicationState.with_firm()
    answers = {
        "check": client.get(url("application_check", application)).status_code,
        "part": client.get(url("application_section", application, "basic")).status_code,
        "submission": client.get(url("application_submission", application)).status_code,
        "receipt": client.get(url("application_receipt", application)).status_code,
    }
    handed_in = 200 if application.submitted_at else 404
    assert answers == {
        "check": 200 if with_firm else 302,
        "part": 200 if state == ApplicationState.DRAFT else 302,
        "submission": handed_in,
        "receipt": handed_in,
    }


# ---- list and start -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("standards")
def test_list_shows_own_cases_and_who_may_apply_and_why_not():
    _, user = started(open_intake(name="省级批次"))
    open_intake(name="小巨人批次", title=Title.NATIONAL_GIANT)
    open_intake(name="郑州批次", city=region("郑州市"))
    IntakeFactory(name="过期批次")
    text = text_of(client_of(user).get(reverse("tiers:application_list")))
    assert all(
        word in text for word in ("继续填写", "省级批次", "正在办理这项申报", "小巨人批次", "现在还不能申报")
    )
    assert "郑州批次" not in text
    assert "过期批次" not in text


@pytest.mark.usefixtures("standards")
def test_list_asks_as_many_queries_for_three_firms_as_for_one(django_assert_max_num_queries):
    counts = []
    user = None
    for _ in range(2):
        for _ in range(1 if user is None else 2):
            application, member = started(open_intake())
            user = user or member
            if member != user:
                MembershipFactory(enterprise=application.enterprise, user=user)
        client = client_of(user)
        with django_assert_max_num_queries(40) as captured:
            client.get(reverse("tiers:application_list"))
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.usefixtures("standards")
def test_start_confirms_the_managing_unit_and_offers_last_years_case():
    old, user = started(open_intake(year=TODAY().year - 1, name="去年批次"))
    old.state, old.closed_at = ApplicationState.ABANDONED, old.started_at
    old.save()
    intake = open_intake()
    client, address = client_of(user), reverse("tiers:application_start", args=[intake.pk])
    page = text_of(client.get(address))
    assert f"沿用 {TODAY().year - 1} 年填报" in page
    assert "新乡市红旗区" in page
    refused = client.post(address, {"enterprise": old.enterprise_id, "previous": old.pk})
    assert (refused.status_code, "请确认管理单位" in text_of(refused)) == (422, True)
    done = client.post(address, {"enterprise": old.enterprise_id, "previous": old.pk, "unit_confirmed": "on"})
    new = Application.objects.exclude(pk=old.pk).get()
    assert (done.url, new.previous, new.origin) == (url("application_detail", new), old, Origin.ONLINE)


def test_foreign_firms_and_intakes_cannot_be_started():
    enterprise, user = firm()
    other = EnterpriseFactory()
    intake = open_intake()
    client, address = client_of(user), reverse("tiers:application_start", args=[intake.pk])
    for named in (other.pk, 999_999):
        body = {"enterprise": named, "unit_confirmed": "on"}
        assert client.post(address, body).status_code == 404
        assert client.get(address, {"enterprise": named}).status_code == 404
    far = open_intake(city=region("郑州市"))
    body = {"enterprise": enterprise.pk, "unit_confirmed": "on"}
    assert client.post(reverse("tiers:application_start", args=[far.pk]), body).status_code == 404
    assert client_of(UserFactory(auditor=True)).get(address).status_code == 404
    assert not Application.objects.exists()


def test_staff_enter_a_case_for_a_firm_of_their_own_and_it_is_marked():
    enterprise, user = firm()
    officer = UserFactory(county=True)
    intake = open_intake()
    client, address = client_of(officer), reverse("tiers:application_start", args=[intake.pk])
    assert "替哪家企业填报" in text_of(client.get(address))
    assert "本辖区没有这家企业" in text_of(
        client.get(address, {"uscc": EnterpriseFactory(managing_unit=region("卫滨区")).uscc})
    )
    assert "校验位" in text_of(client.get(address, {"uscc": "91410702MA0000000X"}))
    assert enterprise.name in text_of(client.get(address, {"uscc": enterprise.uscc}))
    client.post(address, {"enterprise": enterprise.pk, "unit_confirmed": "on"})
    application = Application.objects.get()
    assert application.origin == Origin.STAFF
    for person in (officer, user):  # both may work on it, both see the mark
        page = client_of(person).get(url("application_detail", application))
        assert "工作人员代办" in text_of(page)
    assert save(client, application, "specialised", lead_product="丝杠").status_code == 302
    assert (
        client_of(UserFactory(county=True, region=region("卫滨区")))
        .get(url("application_detail", application))
        .status_code
        == 404
    )


# ---- check, submit, receipt -----------------------------------------------------------------------------


@pytest.mark.usefixtures("standards")
def test_check_page_lists_what_is_missing_and_holds_the_button_back():
    application, user = started()
    fill(application, user, but=("niche", "licence"))
    client = client_of(user)
    page = text_of(client.get(url("application_check", application)))
    assert "还有 2 处没有填完或填错" in page
    assert url("application_section", application, "specialised") + "?check=1#f-niche" in page
    assert "以审核为准" in page
    assert "disabled" in page
    refused = client.post(url("application_submit", application), {"agreed": "on", "declared_by": "张建国"})
    assert (refused.status_code, "还没有填完" in text_of(refused)) == (400, True)


@pytest.mark.usefixtures("standards")
def test_declaration_is_needed_and_a_second_press_is_calm():
    application, user = filled()
    client, address = client_of(user), url("application_submit", application)
    for body in ({}, {"agreed": "on"}, {"declared_by": "张建国"}):
        assert client.post(address, body).status_code == 422
    body = {"agreed": "on", "declared_by": "张建国", "words": "请审核"}
    for words in ("提交，不用再做什么", "不用再提交"):
        answer = client.post(address, body, follow=True)
        assert (answer.status_code, words in text_of(answer)) == (200, True)
    assert application.submissions.count() == 1


@pytest.mark.usefixtures("standards")
def test_receipt_says_what_the_snapshot_says():
    application, user = filled()
    submission = submit(application, user)
    answer = client_of(user).get(url("application_receipt", application))
    assert answer["Content-Disposition"].startswith("attachment")
    document = Document(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert {submission.sha256, application.number, application.enterprise.uscc, "8,642.50 万元"} <= set(cells)
    foot = document.sections[0].footer._element.xml
    assert submission.sha256[:16] in foot
    assert ('"PAGE"' in foot, '"NUMPAGES"' in foot) == (True, True)
    assert any("张建国" in line.text for line in document.paragraphs)
    application.enterprise.name = "后来的名字有限公司"
    application.enterprise.save()
    again = b"".join(client_of(user).get(url("application_receipt", application)).streaming_content)
    assert "后来的名字有限公司" not in [
        c.text for t in Document(io.BytesIO(again)).tables for r in t.rows for c in r.cells
    ]


@pytest.mark.usefixtures("standards")
def test_receipts_of_rounds_that_never_were_are_not_found():
    application, user = filled()
    submit(application, user)
    client, address = client_of(user), url("application_receipt", application)
    asked = {
        number: client.get(address, {"round": number}).status_code for number in ("1", "2", "x", "9" * 30)
    }
    assert asked == {"1": 200, "2": 404, "x": 200, "9" * 30: 200}
    assert client_of(firm()[1]).get(address).status_code == 404


@pytest.mark.usefixtures("standards")
def test_withdraw_and_abandon_buttons():
    application, user = filled()
    submit(application, user)
    client = client_of(user)
    assert "撤回申报" in text_of(client.get(url("application_detail", application)))
    assert "已撤回" in text_of(client.post(url("application_withdraw", application), follow=True))
    page = text_of(client.post(url("application_abandon", application), {"reason": ""}, follow=True))
    assert "请写明放弃的原因" in page
    assert "已放弃这份申报" in text_of(
        client.post(url("application_abandon", application), {"reason": "条件有变"}, follow=True)
    )


# ---- corrections ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("standards")
def test_bar_stands_on_every_page_until_the_corrections_are_handed_in():
    application, user, officer = returned(*MARKED)
    client = client_of(user)
    pages = [
        "/",
        reverse("tiers:application_list"),
        reverse("policies:edition_list"),
        url("application_detail", application),
    ]

    def bars(words):
        return [words in text_of(client.get(page)) for page in pages]

    assert bars("有 2 处需要修改") == [True] * 4
    change(application, user, "specialised", niche="机床用丝杠")
    assert bars("您有 1 处修改尚未提交") == [True] * 4
    assert "您有" not in text_of(client_of(officer).get("/"))
    assert "unsubmitted" not in text_of(client_of(firm()[1]).get("/"))
    submit(application, user)
    assert bars('class="unsubmitted') == [False] * 4


@pytest.mark.usefixtures("standards")
def test_bar_costs_one_query_when_nothing_was_returned(django_assert_num_queries):
    from config.menu import shell

    _, user = started()
    request = type("Request", (), {"user": user, "path": "/"})()
    with django_assert_num_queries(1):
        assert not shell(request)["unsubmitted"]
    request.user = UserFactory()
    with django_assert_num_queries(0):
        assert not shell(request)["unsubmitted"]


@pytest.mark.usefixtures("standards")
def test_returned_part_shows_comment_old_value_and_only_open_inputs():
    application, user, _ = returned(*MARKED)
    client = client_of(user)
    page = text_of(client.get(url("application_section", application, "specialised")))
    assert "请核对这一项" in page
    assert ' name="niche"' in page
    assert ' name="lead_product"' not in page
    assert client.get(url("application_section", application, "basic")).status_code == 302
    save(
        client,
        application,
        "specialised",
        version=load_case(application).rows["specialised"].version,
        niche="机床用丝杠",
        lead_product="导轨",
    )
    assert load_case(application).answers("specialised")["lead_product"] == "精密滚珠丝杠副"
    page = text_of(client.get(url("application_check", application)))
    assert "这次改了 1 处" in page
    assert "还有 1 处意见没有改" in page
    assert "上次提交：数控机床用滚珠丝杠副" in page


@pytest.mark.usefixtures("standards")
def test_hub_shows_what_each_round_changed():
    application, user, _ = returned(*MARKED)
    change(application, user, "figures", **{f"revenue.{YEAR}": "8700"})
    submit(application, user)
    page = text_of(client_of(user).get(url("application_detail", application)))
    assert "与上一次相比改了 1 处" in page
    assert "8,700.00 万元" in page
    first = text_of(client_of(user).get(url("application_submission", application), {"round": 1}))
    assert "8,642.50 万元" in first
    assert "8,700.00" not in first


# ---- intakes --------------------------------------------------------------------------------------------


INTAKE = {
    "title": "provincial_srdi",
    "kind": "new",
    "name": "2026 年第三批",
    "year": "2026",
    "opens_on": "2026-05-01",
    "closes_on": "2026-06-30",
    "document_number": "",
    "note": "",
}


def test_city_staff_create_change_and_close_intakes():
    client = client_of(UserFactory())
    assert client.post(reverse("tiers:intake_new"), INTAKE).status_code == 302
    intake = Intake.objects.get()
    assert (intake.city, intake.name) == (region("新乡市"), "2026 年第三批")
    assert AuditEntry.objects.filter(action="建立申报批次").exists()
    wrong = client.post(reverse("tiers:intake_edit", args=[intake.pk]), INTAKE | {"closes_on": "2026-04-01"})
    assert (wrong.status_code, "受理开始不能晚于受理截止" in text_of(wrong)) == (422, True)
    same = client.post(reverse("tiers:intake_new"), INTAKE)
    assert (same.status_code, "已有同名的申报批次" in text_of(same)) == (422, True)
    assert "2026 年第三批" in text_of(client.get(reverse("tiers:intakes")))
    running = open_intake()
    page = client.post(reverse("tiers:intake_close", args=[running.pk]), follow=True)
    running.refresh_from_db()
    assert (running.closes_on, "今天 24 时截止" in text_of(page)) == (TODAY(), True)


def test_other_cities_intakes_cannot_be_changed():
    intake = open_intake(city=region("郑州市"))
    client = client_of(UserFactory())
    assert client.get(reverse("tiers:intake_edit", args=[intake.pk])).status_code == 404
    assert client.post(reverse("tiers:intake_close", args=[intake.pk])).status_code == 404


# ---- cost -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("standards")
def test_pages_of_a_case_ask_as_much_for_many_entries_as_for_one(django_assert_max_num_queries):
    from enterprises.models import IntellectualProperty

    application, user = filled()
    client = client_of(user)
    pages = [
        url("application_detail", application),
        url("application_section", application, "innovation"),
        url("application_check", application),
    ]
    counts = []
    for entries in (1, 3):
        for number in range(entries):
            IntellectualProperty.objects.create(
                enterprise=application.enterprise, name=f"专利{entries}{number}", kind="invention"
            )
            file = evidence(application.enterprise, user)
            attach_evidence(application=application, slot="ip_proof", evidence=file, actor=user)
        found = []
        for page in pages:
            with django_assert_max_num_queries(60) as captured:
                assert client.get(page).status_code == 200
            found.append(len(captured))
        counts.append(found)
    assert counts[0] == counts[1]
