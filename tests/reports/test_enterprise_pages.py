"""The enterprise list and the page of one enterprise: content, scope, and a cost that does not grow."""

import datetime as dt
import re
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enterprises.models import Enterprise, FormerName, YearlyFigures
from reports import pages
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
    region,
)
from tests.makers import uscc
from tiers.enums import Title

pytestmark = pytest.mark.django_db
LIST = "/enterprises/"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2025, 6, 1, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def city(client):
    user = UserFactory()
    client.force_login(user)
    return user


def names(response) -> list[str]:
    return [enterprise.name for enterprise in response.context["page"]]


def text_of(response) -> str:
    body = re.sub(r"(?s)<(script|head).*?</\1>", " ", response.content.decode())
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def page_of(enterprise) -> str:
    return reverse("enterprises:enterprise_detail", args=[enterprise.pk])


def count_queries(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


# ---- list -----------------------------------------------------------------------------------------------
def test_list_follows_the_scope_of_the_reader(client):
    EnterpriseFactory(name="红旗企业", managing_unit=region("红旗区"))
    EnterpriseFactory(name="长垣企业", managing_unit=region("长垣市"))
    EnterpriseFactory(name="港区企业", managing_unit=region("郑州航空港经济综合实验区"))
    firm = MembershipFactory(enterprise=Enterprise.objects.get(name="长垣企业"))
    for user, expected in (
        (UserFactory(county=True), {"红旗企业"}),
        (UserFactory(), {"红旗企业", "长垣企业"}),
        (UserFactory(leader=True), {"红旗企业", "长垣企业"}),
        (UserFactory(region=region("郑州市")), {"港区企业"}),
        (firm.user, {"长垣企业"}),
    ):
        client.force_login(user)
        assert set(names(client.get(LIST))) == expected
    client.force_login(UserFactory(sysadmin=True))
    assert client.get(LIST).status_code == 403


@pytest.mark.parametrize("written", ["瑞隆机", "XXRL", "xxrl", "瑞 隆", uscc(7)[:12]])
def test_list_finds_by_name_initials_and_code(client, city, written):
    EnterpriseFactory(name="新乡瑞隆机械有限公司", uscc=uscc(7))
    EnterpriseFactory(name="新乡华兰药业有限公司", uscc=uscc(31**5))
    assert names(client.get(LIST, {"q": written})) == ["新乡瑞隆机械有限公司"]


def test_list_finds_by_former_name(client, city):
    FormerName.objects.create(
        enterprise=EnterpriseFactory(name="新乡瑞隆机械有限公司"),
        name="红旗机械厂",
        changed_on=dt.date(2019, 4, 2),
    )
    assert names(client.get(LIST, {"q": "红旗机械"})) == ["新乡瑞隆机械有限公司"]


def test_list_filters_by_unit(client, city):
    EnterpriseFactory(name="甲", managing_unit=region("红旗区"))
    EnterpriseFactory(name="乙", managing_unit=region("长垣市"))
    assert names(client.get(LIST, {"unit": "410783"})) == ["乙"]


def test_list_offers_no_unit_outside_the_scope(client):
    client.force_login(UserFactory(county=True))
    units = client.get(LIST).context["filter"].form.fields["unit"].queryset
    assert set(units) == {region("红旗区")}


def test_list_filters_by_title_in_force_both_ends_inclusive(client, city):
    for name, start, until in (
        ("昨天到期", dt.date(2022, 6, 1), dt.date(2025, 5, 31)),
        ("今天到期", dt.date(2022, 6, 2), dt.date(2025, 6, 1)),
        ("今天开始", dt.date(2025, 6, 1), dt.date(2028, 5, 31)),
        ("明天开始", dt.date(2025, 6, 2), dt.date(2028, 6, 1)),
    ):
        RecognitionFactory(enterprise__name=name, valid_from=start, valid_until=until)
    RecognitionFactory(enterprise__name="省级", title=Title.PROVINCIAL_SRDI)
    assert set(names(client.get(LIST, {"title": "national_giant"}))) == {"今天到期", "今天开始"}
    assert set(names(client.get(LIST, {"title": "none"}))) == {"昨天到期", "明天开始"}


def test_list_shows_the_highest_title_and_counts_the_others(client, city):
    firm = EnterpriseFactory()
    for title in (Title.INNOVATIVE, Title.NATIONAL_GIANT, Title.HIGH_TECH):
        RecognitionFactory(enterprise=firm, title=title)
    [shown] = client.get(LIST).context["page"]
    assert (shown.title, shown.more_count, shown.more_titles) == (
        "national_giant",
        2,
        "创新型中小企业、高新技术企业",
    )


def test_list_shows_the_revenue_of_the_latest_finished_year(client, city):
    firm = EnterpriseFactory()
    for year, revenue in ((2023, 10_000_000), (2024, 20_930_000), (2025, 99_000_000)):
        YearlyFigures.objects.create(enterprise=firm, year=year, revenue=revenue)
    assert "2,093.00 2024" in text_of(client.get(LIST))


def test_list_needs_the_same_queries_for_one_row_and_for_many(client, city):
    def firm():
        enterprise = RecognitionFactory().enterprise
        YearlyFigures.objects.create(enterprise=enterprise, year=2024, revenue=1)

    firm()
    one = count_queries(client, LIST)
    firm()
    firm()
    assert count_queries(client, LIST) == one


def test_list_pages_lead_through_all_rows_and_back(client, city):
    for unit in ("红旗区", "长垣市"):
        EnterpriseFactory.create_batch(130, managing_unit=region(unit))
    seen, numbers, url = [], [], LIST
    while True:
        response = client.get(url)
        page = response.context["page"]
        seen.append(names(response))
        numbers.append(page.start_index)
        if not page.next_query:
            break
        url = f"{LIST}?page={page.next_query['page']}"
    assert numbers == [1, 101, 201]
    assert len({name for names_ in seen for name in names_}) == sum(map(len, seen)) == 260
    back = client.get(f"{LIST}?page={page.previous_query['page']}")
    assert (names(back), back.context["page"].start_index) == (seen[1], 101)


@pytest.mark.parametrize(
    "page", ["x", "after", "after.1.2", "after.a.b.c", "before.1.1.x", "after.99999999999.1.x", "2"]
)
def test_list_answers_an_unreadable_page_with_the_first(client, city, page):
    EnterpriseFactory()
    assert len(names(client.get(LIST, {"page": page}))) == 1


def test_list_stops_counting_at_the_cap(client, city, monkeypatch):
    monkeypatch.setattr(pages, "COUNT_CAP", 3)
    EnterpriseFactory.create_batch(4)
    assert "超过 3 家" in text_of(client.get(LIST))


def test_list_says_what_to_do_when_it_is_empty(client, city):
    assert "先导入企业名册" in text_of(client.get(LIST))
    assert "没有找到符合条件的企业" in text_of(client.get(LIST, {"q": "没有这家"}))
    client.force_login(UserFactory(of_enterprise=True))
    assert "您的账号还没有关联企业" in text_of(client.get(LIST))


# ---- one enterprise -------------------------------------------------------------------------------------
def test_detail_shows_titles_figures_facts_and_former_names(client, city):
    firm = EnterpriseFactory(name="新乡瑞隆机械有限公司")
    valid = RecognitionFactory(enterprise=firm)
    lapsed = RecognitionFactory(
        enterprise=firm,
        title=Title.PROVINCIAL_SRDI,
        valid_from=dt.date(2020, 1, 1),
        valid_until=dt.date(2022, 12, 31),
    )
    facts = {
        "subsidies": [ProvincialSubsidyFactory(enterprise=firm)],
        "assessments": [PlatformAssessmentFactory(enterprise=firm)],
        "investments": [EquipmentInvestmentFactory(enterprise=firm)],
        "figures": [
            YearlyFigures.objects.create(enterprise=firm, year=2024, staff=230, revenue=Decimal(20_930_000))
        ],
        "former_names": [
            FormerName.objects.create(enterprise=firm, name="红旗机械厂", changed_on=dt.date(2019, 4, 2))
        ],
    }
    response = client.get(page_of(firm))
    assert {name: response.context[name] for name in facts} == facts
    assert [(held.title, held.in_force, held.rows) for held in response.context["titles"]] == [
        ("national_giant", True, [valid]),
        ("provincial_srdi", False, [lapsed]),
    ]
    text = text_of(response)
    for words in ("红旗机械厂", "2,093.00", "2,400,000.00", "一等奖", "5,000,000.00", "已过期"):
        assert words in text


def test_detail_shows_awards_by_year_with_the_sum_granted(client, city):
    firm = EnterpriseFactory()
    first, second = AwardRunFactory(year=2022), AwardRunFactory(year=2023)
    granted = DeterminationFactory(enterprise=firm, run=first, item="XX-PROV", worth=Decimal(300_000))
    absorbed = DeterminationFactory(
        enterprise=firm,
        run=second,
        item="XX-ASSESS",
        outcome="absorbed",
        absorbed_by="XX-NAT@recognition:9",
        once=False,
    )
    winner = DeterminationFactory(enterprise=firm, run=second, source="recognition:9999")
    response = client.get(page_of(firm))
    years = [(year.year, year.granted, year.rows) for year in response.context["years"]]
    assert years == [(2023, Decimal(500_000), [winner, absorbed]), (2022, Decimal(300_000), [granted])]
    assert "历年给予合计 800,000.00 元" in text_of(response)
    for row in (winner, absorbed, granted):
        assert reverse("awards:determination_detail", args=[row.pk]) in response.content.decode()


def test_detail_is_not_there_for_strangers(client):
    firm = EnterpriseFactory(managing_unit=region("长垣市"))
    other = MembershipFactory()
    for user in (
        UserFactory(county=True),
        UserFactory(region=region("郑州市")),
        other.user,
        UserFactory(sysadmin=True),
    ):
        client.force_login(user)
        assert client.get(page_of(firm)).status_code == 404


def test_detail_of_a_province_direct_unit_says_that_the_city_only_reads(client):
    firm = EnterpriseFactory(managing_unit=region("郑州航空港经济综合实验区"))
    client.force_login(UserFactory(region=region("郑州市")))
    assert "市里只能查看" in text_of(client.get(page_of(firm)))
    client.force_login(UserFactory(county=True, region=firm.managing_unit))
    assert "市里只能查看" not in text_of(client.get(page_of(firm)))


def test_detail_masks_the_telephone_for_readers_without_need(client):
    firm = EnterpriseFactory(phone="13812345678")
    for user, shown in (
        (UserFactory(), "13812345678"),
        (UserFactory(county=True), "13812345678"),
        (UserFactory(leader=True), "138****5678"),
        (UserFactory(finance=True), "138****5678"),
        (UserFactory(auditor=True), "138****5678"),
    ):
        client.force_login(user)
        text = text_of(client.get(page_of(firm)))
        assert shown in text
        assert ("13812345678" in text) == (shown == "13812345678")


def test_detail_needs_the_same_queries_for_one_row_and_for_many(client, city):
    firm = EnterpriseFactory()
    run = AwardRunFactory()

    def more(n):
        RecognitionFactory(enterprise=firm, managing_unit=region("长垣市"))
        ProvincialSubsidyFactory(enterprise=firm, document_number=f"豫财企〔2023〕{n}号")
        DeterminationFactory(enterprise=firm, run=run, item="XX-ASSESS", pooled=False, once=False)

    more(1)
    one = count_queries(client, page_of(firm))
    more(2)
    more(3)
    assert count_queries(client, page_of(firm)) == one


def test_detail_says_what_comes_next_when_nothing_is_known(client, city):
    text = text_of(client.get(page_of(EnterpriseFactory())))
    for words in ("没有任何称号记录", "还没有奖励测算", "还没有年度数据"):
        assert words in text
