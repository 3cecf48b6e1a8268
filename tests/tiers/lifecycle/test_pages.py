"""Pages of the life of titles: what is typed, what is refused beside its field, lists that agree with their exports."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import jobs
from core.models import Job
from enterprises.models import Evidence, YearlyFigures
from tests.factories import (
    AppealFactory,
    ApplicationFactory,
    EnterpriseFactory,
    MajorChangeFactory,
    RecognitionFactory,
    RevocationFactory,
    UserFactory,
    region,
)
from tests.tiers.lifecycle.sheets import read_sheet
from tiers.enums import ApplicationState, ChangeKind, ChangeState, ObjectionState
from tiers.models import AnnualUpdate, MajorChange, Objection, Revocation

pytestmark = pytest.mark.usefixtures("standards")
TODAY = date(2026, 5, 20)
NASTY = ["\x00", "​\u202e", "x" * 5000]


@pytest.fixture(autouse=True)
def _today(at):
    at(TODAY)


def page(client, name, *args, **query):
    return client.get(reverse(f"tiers:{name}", args=args), query)


def send(client, name, *args, **data):
    return client.post(reverse(f"tiers:{name}", args=args), data)


def errors(answer):
    return {field for field, found in answer.context["form"].errors.items() if found}


# ---- one enterprise -------------------------------------------------------------------------------------
def test_own_titles_show_validity_days_left_and_what_is_due(client, titled, member):
    row = titled("national_giant")
    titled("provincial_srdi", "2022-01-01", "2024-12-31", enterprise=row.enterprise)
    client.force_login(member(row.enterprise))
    answer = page(client, "my_titles")
    [firm] = answer.context["firms"]
    assert [(card.recognition.title, card.state, card.days_left) for card in firm.cards] == [
        ("national_giant", "valid", 41),
        ("provincial_srdi", "expired", -505),
    ]
    assert firm.cards[1].covered_by == row
    assert firm.cards[1].outlook is None
    assert (firm.due_on, firm.update_is_open, firm.update_is_overdue) == (date(2026, 5, 31), True, False)
    text = answer.content.decode()
    assert "还有 <b>41</b> 天到期" in text
    assert "2026-05-31 前（含当日）完成" in text


def test_revoked_title_shows_its_document_ban_and_appeal(client, titled, member):
    row = titled(revoked_on=date(2026, 5, 10))
    found = RevocationFactory(recognition=row)
    client.force_login(member(row.enterprise))
    text = page(client, "my_titles").content.decode()
    assert "已撤销" in text
    assert found.document_number in text
    assert "到 2029-05-10 为止（含当日）不得申报" in text
    assert reverse("tiers:title_appeal", args=[row.pk]) in text


def test_person_without_an_enterprise_is_told_whom_to_ask(client):
    client.force_login(UserFactory(of_enterprise=True))
    assert "请联系所在县（市、区）工信部门办理" in page(client, "my_titles").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_own_titles_do_not_grow_with_rows(
    client, titled, member, count, django_assert_max_num_queries
):
    row = titled()
    for n in range(count):
        MajorChangeFactory(enterprise=row.enterprise)
        titled("innovative", "2020-01-01", f"202{n + 1}-12-31", enterprise=row.enterprise)
        AnnualUpdate.objects.create(enterprise=row.enterprise, year=2023 + n, completed_on=TODAY)
    client.force_login(member(row.enterprise))
    page(client, "my_titles")
    with django_assert_max_num_queries(75):
        page(client, "my_titles")


# ---- yearly update --------------------------------------------------------------------------------------
def test_enterprise_confirms_its_update_after_reading_it(client, titled, member):
    row = titled()
    firm = row.enterprise
    YearlyFigures.objects.create(enterprise=firm, year=2024, revenue=10_000_000)
    YearlyFigures.objects.create(enterprise=firm, year=2025, revenue=12_000_000)
    client.force_login(member(firm))
    answer = page(client, "annual_update", firm.pk)
    news = {figure.label: figure for figure in answer.context["news"].figures}
    assert (news["营业收入"].before, news["营业收入"].now) == ("1,000.00 万元", "1,200.00 万元")
    assert f"{news['营业收入'].change:.2f}" == "0.20"
    assert "研发费用总额" in answer.context["news"].missing
    refused = send(client, "annual_update", firm.pk, note="无")
    assert (refused.status_code, errors(refused)) == (422, {"confirmed"})
    done = send(client, "annual_update", firm.pk, confirmed="on")
    assert done.url == reverse("tiers:firm_titles", args=[firm.pk])
    assert AnnualUpdate.objects.get().completed_on == TODAY
    assert "本年度已于 2026-05-20 更新" in page(client, "annual_update", firm.pk).content.decode()


def test_update_without_figures_is_refused_on_the_page(client, titled, member):
    firm = titled().enterprise
    client.force_login(member(firm))
    refused = send(client, "annual_update", firm.pk, confirmed="on")
    assert refused.status_code == 422
    assert "还没有填写 2025 年的数据" in refused.content.decode()


def test_county_registers_an_update_and_keeps_what_it_typed(client, titled, county):
    firm = titled().enterprise
    client.force_login(county)
    refused = send(client, "annual_update", firm.pk, completed_on="2026-05-21", note="已在国家平台更新")
    assert refused.status_code == 422
    assert "已在国家平台更新" in refused.content.decode()
    send(client, "annual_update", firm.pk, completed_on="2026-05-19", note="已在国家平台更新")
    assert AnnualUpdate.objects.get().completed_on == date(2026, 5, 19)


@pytest.mark.parametrize("nasty", NASTY)
def test_nasty_text_is_refused_or_cleaned_and_never_a_server_error(client, titled, county, nasty):
    row = titled()
    firm = row.enterprise
    client.force_login(county)
    assert send(client, "annual_update", firm.pk, completed_on=nasty, note=nasty).status_code in (302, 422)
    data = {"kind": nasty, "happened_on": nasty, "detail": nasty, "new_name": nasty, "new_unit": nasty}
    assert send(client, "change_report", firm.pk, **data).status_code == 422
    assert page(client, "update_list", q=nasty, state=nasty, title=nasty).status_code == 200
    assert page(client, "change_list", q=nasty, kind=nasty, late=nasty).status_code == 200
    assert page(client, "revocation_list", q=nasty, reason=nasty).status_code == 200
    assert page(client, "appeal_list", state=nasty).status_code == 200


# ---- who owes the update --------------------------------------------------------------------------------
@pytest.fixture
def owing(titled):
    """Four enterprises of 红旗区 in each state, one of 卫滨区, one of 郑州."""
    firms = {}
    for state, title, on in (
        ("open", "provincial_srdi", None),
        ("overdue", "innovative", None),
        ("done", "provincial_srdi", date(2026, 4, 1)),
        ("late", "innovative", date(2026, 5, 10)),
    ):
        firms[state] = titled(title).enterprise
        if on:
            AnnualUpdate.objects.create(enterprise=firms[state], year=2026, completed_on=on)
    begin = firms["open"].created_at
    for unit in ("卫滨区", "金水区"):
        titled(enterprise=EnterpriseFactory(managing_unit=region(unit), created_at=begin))
    return firms


def test_tabs_of_the_updates_count_the_rows_behind_them(client, owing, county):
    client.force_login(county)
    answer = page(client, "update_list")
    tabs = {tab["label"]: (tab["count"], tab["url"]) for tab in answer.context["tabs"]}
    assert {label: count for label, (count, _) in tabs.items()} == {
        "全部": 4,
        "未完成": 1,
        "已逾期": 1,
        "按期完成": 1,
        "逾期完成": 1,
    }
    for label, (count, url) in tabs.items():
        shown = client.get(reverse("tiers:update_list") + url).context["page"]
        assert shown.paginator.count == count, label
    assert {firm.pk for firm in answer.context["page"]} == {firm.pk for firm in owing.values()}


@pytest.mark.parametrize(
    ("query", "states"),
    [
        ({"title": "innovative"}, {"overdue", "late"}),
        ({"title": "provincial_srdi", "state": "open"}, {"open"}),
    ],
)
def test_updates_are_filtered(client, owing, county, query, states):
    client.force_login(county)
    shown = {firm.pk for firm in page(client, "update_list", **query).context["page"]}
    assert shown == {owing[state].pk for state in states}


def test_export_of_the_updates_holds_the_rows_of_the_page(client, owing, county):
    client.force_login(county)
    client.post(reverse("tiers:update_export") + "?state=overdue")
    job = Job.objects.get()
    jobs.run(job.pk)
    job.refresh_from_db()
    [row] = read_sheet(job)
    assert (row["统一社会信用代码"], row["更新情况"], row["更新期限"].date()) == (
        owing["overdue"].uscc,
        "已逾期",
        date(2026, 4, 30),
    )


def test_export_of_a_person_who_lost_the_right_is_refused(client, owing, county):
    client.force_login(county)
    client.post(reverse("tiers:update_export"))
    job = Job.objects.get()
    county.role, county.region = "enterprise", None
    county.save()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, bool(job.file)) == ("failed", False)


def test_api_of_the_updates_gives_the_same(client, owing, county):
    client.force_login(county)
    rows = client.get("/api/update-duties/", {"state": "late"}).json()["results"]
    assert [(row["uscc"], row["done_on"], row["state"]) for row in rows] == [
        (owing["late"].uscc, "2026-05-10", "late")
    ]
    assert client.get("/api/update-duties/", {"state": "x"}).status_code == 400


# ---- major changes --------------------------------------------------------------------------------------
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def test_change_is_reported_with_its_proof(client, titled, member):
    firm = titled().enterprise
    client.force_login(member(firm))
    data = {"kind": ChangeKind.MERGER, "happened_on": "2026-05-01", "detail": "吸收合并子公司"}
    answer = send(client, "change_report", firm.pk, **data, file=SimpleUploadedFile("证明.pdf", PDF))
    change = MajorChange.objects.get()
    assert answer.url == reverse("tiers:change_detail", args=[change.pk])
    assert (change.due_on, change.evidence) == (date(2026, 8, 1), Evidence.objects.get())
    assert "证明.pdf" in page(client, "change_detail", change.pk).content.decode()


def test_wrong_proof_is_refused_and_nothing_is_stored(client, titled, member):
    firm = titled().enterprise
    client.force_login(member(firm))
    data = {"kind": ChangeKind.MERGER, "happened_on": "2026-05-01", "detail": "吸收合并子公司"}
    refused = send(client, "change_report", firm.pk, **data, file=SimpleUploadedFile("木马.pdf", b"MZ\x90"))
    assert refused.status_code == 422
    assert "吸收合并子公司" in refused.content.decode()
    assert not MajorChange.objects.exists()
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({"kind": "", "happened_on": "", "detail": ""}, {"kind", "happened_on", "detail"}),
        ({"kind": "rename", "happened_on": "2026-05-01", "detail": "更名"}, {"new_name"}),
        ({"kind": "merger", "happened_on": "2026-05-21", "detail": "合并"}, {"__all__"}),
        ({"kind": "move", "happened_on": "2026-05-01", "detail": "迁移", "new_unit": "999999"}, {"new_unit"}),
    ],
)
def test_incomplete_change_is_refused_beside_its_field(client, titled, member, data, wrong):
    firm = titled().enterprise
    client.force_login(member(firm))
    refused = send(client, "change_report", firm.pk, **data)
    assert (refused.status_code, errors(refused)) == (422, wrong)


def test_late_change_says_what_it_may_cost(client, titled, county):
    change = MajorChangeFactory(enterprise=titled().enterprise, due_on=date(2026, 5, 19))
    client.force_login(county)
    answer = page(client, "change_detail", change.pk)
    text = answer.content.decode()
    assert "逾期报告：期限 2026-05-19，2026-05-20 才报告" in text
    assert "取消复核资格，或直接取消称号" in text
    assert "cancels_review" in answer.context["form"].fields
    timely = MajorChangeFactory()
    assert "cancels_review" not in page(client, "change_detail", timely.pk).context["form"].fields


def test_county_decides_a_change_once(client, titled, county):
    change = MajorChangeFactory(enterprise=titled().enterprise)
    client.force_login(county)
    refused = send(client, "change_decide", change.pk, accepted="yes")
    assert (refused.status_code, errors(refused)) == (422, {"opinion"})
    assert send(client, "change_decide", change.pk, accepted="yes", opinion="属实").status_code == 302
    again = send(client, "change_decide", change.pk, accepted="no", opinion="不属实")
    assert again.status_code == 422
    assert "已由" in again.content.decode()
    change.refresh_from_db()
    assert change.state == ChangeState.ACCEPTED


def test_unqualified_change_leads_the_city_to_the_revocation(client, titled, city):
    row = titled()
    change = MajorChangeFactory(enterprise=row.enterprise)
    client.force_login(city)
    send(client, "change_decide", change.pk, accepted="no", opinion="已成大型企业")
    link = f"{reverse('tiers:title_revoke', args=[row.pk])}?reason=unqualified"
    assert link in page(client, "change_detail", change.pk).content.decode()
    assert client.get(link).context["form"].initial["reason"] == "unqualified"


def test_ledger_tabs_filters_and_export_agree(client, titled, county):
    firm = titled().enterprise
    waits = MajorChangeFactory(enterprise=firm)
    late = MajorChangeFactory(due_on=date(2026, 5, 1), reported_on=date(2026, 5, 2))
    MajorChangeFactory(enterprise__managing_unit=region("卫滨区"))
    client.force_login(county)
    answer = page(client, "change_list")
    assert {tab["label"]: tab["count"] for tab in answer.context["tabs"]}["全部"] == 2
    assert {change.pk for change in page(client, "change_list", late="yes").context["page"]} == {late.pk}
    client.post(reverse("tiers:change_export") + "?late=no")
    job = Job.objects.get()
    jobs.run(job.pk)
    job.refresh_from_db()
    [row] = read_sheet(job)
    assert (row["统一社会信用代码"], row["是否按期"], row["仍有效的称号"]) == (
        waits.enterprise.uscc,
        "按期",
        "省级专精特新中小企业",
    )


# ---- revocations and appeals ----------------------------------------------------------------------------
REVOKE = {
    "reason": "tax",
    "document_number": "豫工信企业〔2026〕9号",
    "revoked_on": "2026-05-10",
    "detail": "税务稽查决定",
}


def test_city_enters_a_revocation(client, titled, city):
    row = titled()
    client.force_login(city)
    answer = send(client, "title_revoke", row.pk, **REVOKE)
    found = Revocation.objects.get()
    assert answer.url == reverse("tiers:revocation_detail", args=[found.pk])
    assert found.banned_until == date(2029, 5, 10)
    again = send(client, "title_revoke", row.pk, **REVOKE)
    assert again.url == answer.url
    assert Revocation.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"reason": ""}, {"reason"}),
        ({"document_number": "口头"}, {"document_number"}),
        ({"revoked_on": "2026-13-01"}, {"revoked_on"}),
        ({"revoked_on": "2026-05-21"}, {"__all__"}),
        ({"banned_until": "2029-05-09"}, {"__all__"}),
        ({"detail": " "}, {"detail"}),
    ],
)
def test_wrong_revocation_is_refused_and_keeps_what_was_typed(client, titled, city, change, wrong):
    client.force_login(city)
    refused = send(client, "title_revoke", titled().pk, **REVOKE | change)
    assert (refused.status_code, errors(refused)) == (422, wrong)
    assert not Revocation.objects.exists()


def test_unit_of_the_province_enters_its_own_revocations_and_its_city_does_not(client, titled):
    direct = region("郑州航空港经济综合实验区")
    row = titled(enterprise=EnterpriseFactory(managing_unit=direct))
    for user, status in (
        (UserFactory(region=region("郑州市")), 404),
        (UserFactory(county=True, region=direct), 302),
    ):
        client.force_login(user)
        assert send(client, "title_revoke", row.pk, **REVOKE).status_code == status


def test_note_stands_below_what_was_written(client, city):
    found = RevocationFactory()
    client.force_login(city)
    assert send(client, "revocation_note", found.pk, note="").status_code == 422
    send(client, "revocation_note", found.pk, note="文号更正")
    assert "文号更正" in page(client, "revocation_detail", found.pk).content.decode()


def test_enterprise_appeals_and_the_city_decides(client, member, city):
    found = RevocationFactory()
    firm = found.recognition.enterprise
    client.force_login(member(firm))
    data = {"raised_by": "张建国", "contact": "13800000000", "content": "数据属实"}
    assert send(client, "title_appeal", found.recognition_id, **data | {"contact": ""}).status_code == 422
    answer = send(client, "title_appeal", found.recognition_id, **data)
    appeal = Objection.objects.get()
    assert answer.url == reverse("tiers:appeal_detail", args=[appeal.pk])
    assert "等待市级处理" in client.get(answer.url).content.decode()
    assert send(client, "title_appeal", found.recognition_id, **data).status_code == 422
    client.force_login(city)
    assert send(client, "appeal_decide", appeal.pk, upheld="yes").status_code == 422
    send(client, "appeal_decide", appeal.pk, upheld="yes", decision="经核实数据真实")
    found.refresh_from_db()
    assert (found.restored_on, found.recognition.__class__.objects.get().revoked_on) == (TODAY, None)
    again = send(client, "appeal_decide", appeal.pk, upheld="no", decision="不成立")
    assert again.status_code == 422


def test_appeal_against_a_case_leads_back_to_it(client, member):
    case = ApplicationFactory(state=ApplicationState.FAILED, result_points=["研发费用占比不足"])
    client.force_login(member(case.enterprise))
    url = reverse("tiers:application_appeal", args=[case.pk])
    assert url in page(client, "application_detail", case.pk).content.decode()
    answer = client.get(url)
    assert "研发费用占比不足" in answer.content.decode()
    data = {"raised_by": "张建国", "contact": "13800000000", "content": "占比为 3.1%"}
    send(client, "application_appeal", case.pk, **data)
    assert Objection.objects.get().application == case


def test_enterprise_sees_its_own_appeals_and_never_objections_to_it(client, member):
    appeal = AppealFactory()
    firm = appeal.recognition.enterprise
    Objection.objects.create(
        kind="publicity",
        recognition=appeal.recognition,
        raised_by="李四",
        contact="13900000000",
        content="举报",
        raised_on=TODAY,
        recorded_by=UserFactory(),
    )
    AppealFactory()
    client.force_login(member(firm))
    assert [row.pk for row in page(client, "appeal_list").context["page"]] == [appeal.pk]
    rows = client.get("/api/appeals/").json()["results"]
    assert [row["id"] for row in rows] == [appeal.pk]
    assert "13800000000" not in str(rows)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("change_list", MajorChangeFactory),
        ("revocation_list", RevocationFactory),
        ("appeal_list", AppealFactory),
        ("update_list", lambda: RecognitionFactory(title="provincial_srdi", enterprise=EnterpriseFactory())),
        ("title_radar", lambda: RecognitionFactory(title="provincial_srdi", enterprise=EnterpriseFactory())),
    ],
)
def test_queries_of_the_lists_do_not_grow_with_rows(client, city, name, make, django_assert_max_num_queries):
    client.force_login(city)
    make()
    page(client, name)
    with django_assert_max_num_queries(80) as one:
        page(client, name)
    for _ in range(3):
        make()
    with django_assert_max_num_queries(80) as four:
        page(client, name)
    assert len(one) == len(four)


def test_state_of_an_appeal_filters_the_list(client, city):
    first = AppealFactory()
    closed = AppealFactory(
        state=ObjectionState.DISMISSED, decision="不成立", decided_by=city, decided_at=first.recorded_at
    )
    client.force_login(city)
    answer = page(client, "appeal_list", state="open")
    assert [row.pk for row in answer.context["page"]] == [first.pk]
    assert [tab["count"] for tab in answer.context["tabs"]] == [2, 1, 0, 1]
    assert "不成立" in page(client, "appeal_detail", closed.pk).content.decode()


def test_home_leads_to_the_rows_that_it_counts(client, titled, county):
    titled(valid_until="2026-06-19")
    titled(valid_until="2026-06-20")
    MajorChangeFactory()
    MajorChangeFactory(enterprise__managing_unit=region("卫滨区"))
    AppealFactory()
    client.force_login(county)
    figures = {f.label: f for f in client.get(reverse("reports:home")).context["waiting"]}
    assert {label: figure.value for label, figure in figures.items()} == {
        "30 天内到期的称号": 1,
        "待核实的重大变化": 1,
        "处理中的申诉": 1,
    }
    for figure in figures.values():
        assert client.get(figure.url).context["page"].paginator.count == figure.value
