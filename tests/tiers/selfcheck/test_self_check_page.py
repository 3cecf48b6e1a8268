from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enterprises.models import Evidence, YearlyFigures
from tests.factories import (
    EnterpriseFactory,
    IntakeFactory,
    MembershipFactory,
    UserFactory,
    published_standards,
    region,
)
from tests.tiers.selfcheck.firms import firm
from tiers.enums import Title
from tiers.models import Intake

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def standards():
    return published_standards()


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel("2026-11-28T12:00:00+08:00"):
        yield


def page(client, enterprise, query="", user=None):
    client.force_login(user or MembershipFactory(enterprise=enterprise).user)
    return client.get(reverse("tiers:self_check", args=[enterprise.pk]) + query)


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


# ---- what the page says ---------------------------------------------------------------------------------


def test_page_tells_verdict_edition_and_that_review_decides(client):
    text = text_of(page(client, firm(), "?tier=provincial_srdi"))
    assert "能用数据判断的条件都已达到，1 项需人工核实。" in text
    assert "工信部企业〔2026〕2号" in text
    assert "最终以审核为准" in text
    assert text.count("<h1") == 1


def test_every_criterion_shows_state_value_need_source_clause_and_gist(client):
    text = text_of(page(client, firm(rights=0), "?tier=provincial_srdi"))
    row = text[text.index('id="rd_ratio"') : text.index('id="ip_one"')]
    for words in ("近两年每年研发费用占营业收入比重", "4.00%", "3% 以上", "2024—2025 年", "企业填报", "附件1（三）",
                  "两个年度都要够", "2025 年研发费用：320.00 万元", "符合"):  # fmt: skip
        assert words in row


def test_missing_data_comes_first_and_leads_into_the_record(client):
    enterprise = firm(rd_expense_2024=None)
    text = text_of(page(client, enterprise, "?tier=provincial_srdi"))
    url = reverse("enterprises:record_section", args=[enterprise.pk, "figures"])
    assert f'href="{url}#id_rd_expense.2024">去填写</a>' in text
    assert text.index("先补这些数据") < text.index("逐条核对")
    assert "用于：近两年每年研发费用、近两年每年研发费用占营业收入比重" in text


def test_lists_lead_to_their_part_of_the_record(client):
    enterprise = firm(rights=0)
    text = text_of(page(client, enterprise, "?tier=provincial_srdi"))
    url = reverse("enterprises:record_section", args=[enterprise.pk, "innovation"])
    assert f'href="{url}#list-ip">' in text


def test_a_gap_tells_the_cheapest_way_and_where_to_change_it(client):
    enterprise = firm(rd_expense_2025=Decimal("2018000"))
    text = text_of(page(client, enterprise, "?tier=provincial_srdi"))
    assert "2025 年研发费用再增 38.20 万元即达 3%" in text
    url = reverse("enterprises:record_section", args=[enterprise.pk, "figures"])
    assert f'href="{url}#id_rd_expense.2025">去修改</a>' in text


def test_staff_of_the_unit_may_fill_in_for_the_firm_and_readers_only_look(client):
    enterprise = firm(rd_expense_2024=None)
    text = text_of(page(client, enterprise, "?tier=provincial_srdi", user=UserFactory(county=True)))
    assert "去填写</a>" in text
    assert "企业库" in text
    text = text_of(page(client, enterprise, "?tier=provincial_srdi", user=UserFactory(auditor=True)))
    assert f'href="{reverse("enterprises:record", args=[enterprise.pk])}">去查看</a>' in text
    assert "去填写</a>" not in text


def test_score_is_shown_by_group_with_its_minimum(client):
    text = text_of(page(client, firm(title=""), "?tier=innovative"))
    for words in (
        "创新能力",
        "成长性",
        "专业化",
        "至少 20 分",
        "至少 15 分",
        "要求总分 60 分以上",
        "直接通过和免考察的情形",
    ):
        assert words in text


def test_new_and_review_differ_in_2026_and_both_are_cited(client):
    giant = firm(rights=2, title=Title.NATIONAL_GIANT, main_revenue_2025=Decimal("60000000"))
    texts = [text_of(page(client, giant, f"?tier=national_giant&kind={kind}")) for kind in ("new", "review")]
    rows = [text.partition('id="main_ratio"')[2].partition("</tr>")[0] for text in texts]
    assert "不符合" in rows[0]
    assert "附件2（二）" in rows[0]
    assert "不符合" not in rows[1]
    assert "附件3 一" in rows[1]
    assert "工信部企业〔2026〕2号" in texts[0]
    assert "工信部企业〔2022〕63号" in texts[1]


def test_missing_is_never_called_not_met(client):
    enterprise = EnterpriseFactory()
    for tier in ("tech_sme", "innovative", "provincial_srdi", "national_giant"):
        response = page(client, enterprise, f"?tier={tier}&kind=new")
        found = response.context["assessment"]
        not_met = {gate.key for gate in found.gates if gate.verdict == "not_met"}
        assert not_met <= {"prior_title"}
        assert "缺数据" in text_of(response)


def test_the_national_score_is_shown_as_recorded_with_its_evidence(client):
    enterprise = firm(dev_score_2024=Decimal("49.99"))
    proof = Evidence.objects.create(
        enterprise=enterprise, file="evidence/1/a.png", name="得分截图.png", media_type="image/png", size=1,
        sha256="0" * 64, scan="clean", uploaded_by=UserFactory(),
    )  # fmt: skip
    YearlyFigures.objects.filter(enterprise=enterprise, year=2025).update(dev_score_evidence=proof)
    text = text_of(page(client, enterprise, "?tier=provincial_srdi"))
    part = text[text.index("国家平台发展评价得分") :]
    assert part.index("58.50 分") < part.index("49.99 分")
    assert reverse("enterprises:evidence_file", args=[proof.pk]) in part
    assert part.count("没有截图") == 1
    assert "还没有登记得分" in text_of(page(client, EnterpriseFactory(), "?tier=provincial_srdi"))
    assert "国家平台发展评价得分" not in text_of(page(client, enterprise, "?tier=innovative"))


# ---- which tier, which day ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "tier", "kind"),
    [
        ("", "innovative", "new"),
        (Title.TECH_SME, "innovative", "new"),
        (Title.INNOVATIVE, "provincial_srdi", "new"),
        (Title.PROVINCIAL_SRDI, "national_giant", "new"),
        (Title.NATIONAL_GIANT, "national_giant", "review"),
    ],
)
def test_the_next_step_is_shown_first(client, title, tier, kind):
    context = page(client, firm(title=title)).context
    assert (context["outlook"].tier, context["kind"]) == (tier, kind)


def test_the_day_of_acceptance_chooses_the_edition(client):
    enterprise = firm()
    numbers = [
        page(client, enterprise, f"?tier=national_giant&kind=new&on={day}").context["assessed"].edition.slug
        for day in ("2026-03-31", "2026-04-01")
    ]
    assert numbers == ["miit-63-giant", "miit-2-giant"]


@pytest.mark.parametrize("day", ["x", "2026-02-30", "0001-01-01", "99999-01-01", "%00", "2101-01-01"])
def test_a_bad_day_is_told_and_today_is_used(client, day):
    response = page(client, firm(), f"?tier=provincial_srdi&on={day}")
    assert response.context["on"] == date(2026, 11, 28)
    assert "error-line" in text_of(response)


@pytest.mark.parametrize("query", ["?tier=x&kind=x", "?tier=company_size", "?tier=%00&kind=%00", "?kind[]=1"])
def test_a_bad_address_falls_back_to_the_next_step(client, query):
    assert page(client, firm(), query).context["outlook"].tier == "provincial_srdi"


def test_without_a_standard_the_page_says_what_to_do(client):
    text = text_of(page(client, firm(), "?tier=tech_sme&kind=review"))
    assert "请换一个日期或申报类型" in text


def test_reasons_against_applying_and_the_open_intake_are_told(client):
    enterprise = firm()
    assert "今天还不能申报" in text_of(page(client, enterprise, "?tier=provincial_srdi"))
    IntakeFactory(name="2026年第二批", opens_on=date(2026, 11, 28), closes_on=date(2026, 11, 28))
    text = text_of(page(client, enterprise, "?tier=provincial_srdi"))
    assert "2026年第二批正在受理，2026-11-28 截止（含当天）。" in text
    assert "今天还不能申报" not in text
    assert f"/intakes/{Intake.objects.get().pk}/start/?enterprise={enterprise.pk}" in text


def test_reasons_are_those_of_the_kind_that_is_shown(client):
    text = text_of(page(client, firm(), "?tier=national_giant&kind=review"))
    assert "没有有效的国家级专精特新“小巨人”企业称号，不能申请复核。" in text
    assert "申报须先是" not in text


# ---- who may look ---------------------------------------------------------------------------------------


def test_other_firms_and_regions_and_missing_ones_answer_alike(client):
    enterprise = firm()
    for user in (MembershipFactory().user, UserFactory(region=region("郑州市")), UserFactory(sysadmin=True)):
        assert page(client, enterprise, user=user).status_code == 404
        assert client.get("/self-check/999999999/").status_code == 404


def test_only_reading_is_allowed(client):
    enterprise = firm()
    page(client, enterprise)
    assert client.post(reverse("tiers:self_check", args=[enterprise.pk])).status_code == 405


def test_queries_stay_the_same_with_more_rows(client):
    counts = []
    for rights in (1, 3):
        enterprise = firm(rights=rights)
        user = MembershipFactory(enterprise=enterprise).user
        IntakeFactory(opens_on=date(2026, 11, 1), closes_on=date(2026, 12, rights))
        client.force_login(user)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("tiers:self_check", args=[enterprise.pk])).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# ---- the list of one's own firms ------------------------------------------------------------------------


def test_the_list_shows_what_is_open_to_each_own_firm(client):
    membership = MembershipFactory(enterprise=firm())
    MembershipFactory(user=membership.user, enterprise=EnterpriseFactory(name="第二家有限公司"))
    EnterpriseFactory(name="别人的有限公司")
    IntakeFactory(name="2026年第二批", opens_on=date(2026, 11, 1), closes_on=date(2026, 12, 1))
    client.force_login(membership.user)
    text = text_of(client.get(reverse("tiers:self_check_list")))
    assert membership.enterprise.name in text
    assert "第二家有限公司" in text
    assert "别人的有限公司" not in text
    assert "2026年第二批正在受理" in text
    assert "申报须先是有效期内的" in text


def test_the_list_of_nobody_says_what_to_do(client):
    client.force_login(UserFactory(of_enterprise=True))
    assert "还没有绑定企业" in text_of(client.get(reverse("tiers:self_check_list")))


def test_the_list_is_for_enterprises(client):
    client.force_login(UserFactory())
    assert client.get(reverse("tiers:self_check_list")).status_code == 404


def test_an_enterprise_page_leads_to_the_self_assessment(client):
    enterprise = EnterpriseFactory()
    client.force_login(UserFactory(county=True))
    text = text_of(client.get(reverse("enterprises:enterprise_detail", args=[enterprise.pk])))
    assert reverse("tiers:self_check", args=[enterprise.pk]) in text
