"""The determination pages: what they show, to whom, and what they refuse."""

from decimal import Decimal

import pytest
from django.urls import reverse

from awards.exports import determination_rows
from awards.models import AwardRun, Determination
from core import jobs
from core.models import Job
from enterprises.models import Enterprise
from tests.awards.views.helpers import LIST, count_queries, detail, row, rows_shown, tab_counts, text_of
from tests.factories import (
    DeterminationFactory,
    MembershipFactory,
    UserFactory,
    published_edition,
    region,
)

pytestmark = pytest.mark.django_db


# ---- determination list ---------------------------------------------------------------------------------
def test_list_shows_every_determination_of_the_scope(client, world, city):
    client.force_login(city)
    assert set(rows_shown(client.get(LIST))) == {
        ("新乡甲有限公司", "XX-PROV"),
        ("新乡甲有限公司", "XX-NAT"),
        ("新乡乙有限公司", "XX-PROV"),
        ("新乡乙有限公司", "XX-EQ"),
        ("新乡丙有限公司", "XX-PROV"),
    }


def test_list_tabs_count_the_rows_they_lead_to(client, world, city):
    client.force_login(city)
    response = client.get(LIST, {"year": 2023})
    assert tab_counts(response) == {"全部": 5, "给予": 2, "就高吸收": 1, "不符合": 1, "待定": 1}
    for tab in response.context["tabs"]:
        assert len(rows_shown(client.get(LIST + tab["url"]))) == tab["count"]


def test_list_total_is_the_sum_granted_under_the_filter(client, world, city):
    client.force_login(city)
    assert "共 5 项，给予 2 项，合计 800,000.00 元" in text_of(client.get(LIST)).replace(" ，", "，")
    assert client.get(LIST, {"unit": "410783"}).context["paid"] == Decimal("300000.00")
    assert client.get(LIST, {"outcome": "held"}).context["paid"] == 0


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "甲有限"}, {("新乡甲有限公司", "XX-PROV"), ("新乡甲有限公司", "XX-NAT")}),
        ({"item": "XX-EQ"}, {("新乡乙有限公司", "XX-EQ")}),
        ({"unit": "410783"}, {("新乡乙有限公司", "XX-PROV"), ("新乡乙有限公司", "XX-EQ")}),
        ({"reason": "review_not_recognition"}, {("新乡丙有限公司", "XX-PROV")}),
        ({"outcome": "absorbed"}, {("新乡甲有限公司", "XX-PROV")}),
        ({"state": "decided"}, set()),
        ({"year": 2022}, set()),
    ],
)
def test_list_filters(client, world, city, query, expected):
    client.force_login(city)
    assert set(rows_shown(client.get(LIST, query))) == expected


def test_list_finds_by_credit_code(client, world, city):
    client.force_login(city)
    code = Enterprise.objects.get(name="新乡乙有限公司").uscc
    assert {name for name, _ in rows_shown(client.get(LIST, {"q": code}))} == {"新乡乙有限公司"}


def test_list_follows_the_scope_of_the_reader(client, world):
    county = UserFactory(county=True)
    client.force_login(county)
    assert {name for name, _ in rows_shown(client.get(LIST))} == {"新乡甲有限公司", "新乡丙有限公司"}
    client.force_login(UserFactory(region=region("郑州市")))
    assert rows_shown(client.get(LIST)) == []
    firm = MembershipFactory(enterprise=Enterprise.objects.get(name="新乡乙有限公司"))
    client.force_login(firm.user)
    response = client.get(LIST)
    assert {name for name, _ in rows_shown(response)} == {"新乡乙有限公司"}
    assert "我的奖励测算" in text_of(response)
    assert reverse("awards:determination_export") not in response.content.decode()


def test_list_refuses_the_system_administrator(client):
    client.force_login(UserFactory(sysadmin=True))
    assert client.get(LIST).status_code == 403


def test_list_export_and_api_agree_on_rows_and_total(client, world, city):
    client.force_login(city)
    for query in ({}, {"outcome": "granted"}, {"unit": "410702", "year": "2023"}, {"q": "乙有限"}):
        page = client.get(LIST, query)
        exported = list(determination_rows(page.context["filter"].qs))
        answered = client.get("/api/determinations/", query).json()
        assert [(line[3], line[5]) for line in exported] == rows_shown(page)
        assert [(line["name"], line["item"]) for line in answered["results"]] == rows_shown(page)
        assert answered["count"] == page.context["page"].paginator.count
        assert sum(line[10] for line in exported) == page.context["paid"]
        assert sum(Decimal(line["amount"]) for line in answered["results"]) == page.context["paid"]


def test_list_needs_the_same_queries_for_one_row_and_for_many(client, world, city):
    client.force_login(city)
    one = count_queries(client, f"{LIST}?q=丙有限")
    assert count_queries(client, f"{LIST}?q=新乡") == one


def test_list_numbers_run_on_over_pages(client, city):
    run = AwardRun.objects.create(city=region("新乡市"), year=2023, edition=published_edition())
    DeterminationFactory.create_batch(101, run=run)
    client.force_login(city)
    response = client.get(LIST, {"page": 2})
    assert '<td class="cell-no">101</td>' in response.content.decode()
    assert len(rows_shown(response)) == 1


def test_list_says_what_to_do_when_it_is_empty(client, city):
    client.force_login(city)
    assert "到测算批次里选一个申报年度开始" in text_of(client.get(LIST))
    assert "可以换一个结果" in text_of(client.get(LIST, {"q": "没有这家"}))


def test_export_starts_a_job_with_the_filters_of_the_list(client, world, city):
    client.force_login(city)
    response = client.post(f"{reverse('awards:determination_export')}?outcome=granted&page=3")
    job = Job.objects.get(kind="awards.export_determinations")
    assert response.url == reverse("core:job_detail", args=[job.pk])
    assert job.params == {"query": "outcome=granted"}
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 2)


def test_export_is_refused_to_enterprises(client, world):
    client.force_login(MembershipFactory().user)
    assert client.post(reverse("awards:determination_export")).status_code == 403
    assert not Job.objects.filter(kind="awards.export_determinations").exists()


# ---- one determination ----------------------------------------------------------------------------------
def test_detail_says_the_result_first_then_the_working(client, world, city):
    client.force_login(city)
    text = text_of(client.get(detail(row("新乡甲有限公司", "XX-NAT"))))
    assert (
        text.index("给予 500,000.00 元") < text.index("定额 500,000.00 元") < text.index("首次取得这一级称号")
    )
    assert world.edition.sha256 in text


def test_detail_of_a_loser_names_and_links_its_winner(client, world, city):
    client.force_login(city)
    response = client.get(detail(row("新乡甲有限公司")))
    assert response.context["winner"] == row("新乡甲有限公司", "XX-NAT")
    assert "由 XX-NAT 吸收" in text_of(response)
    assert f'href="{detail(row("新乡甲有限公司", "XX-NAT"))}"' in response.content.decode()


def test_detail_of_the_winner_names_what_it_absorbed(client, world, city):
    client.force_login(city)
    assert "由本项吸收" in text_of(client.get(detail(row("新乡甲有限公司", "XX-NAT"))))


def test_detail_marks_no_step_of_a_loser_as_failed(client, world, city):
    client.force_login(city)
    steps = client.get(detail(row("新乡甲有限公司"))).context["explanation"].steps
    assert {step.passed for step in steps} == {True, None}


def test_detail_is_not_there_for_strangers(client, world):
    other = MembershipFactory()
    for user in (other.user, UserFactory(region=region("郑州市")), UserFactory(sysadmin=True)):
        client.force_login(user)
        assert client.get(detail(row("新乡甲有限公司"))).status_code == 404
        assert (
            client.post(reverse("awards:determination_replay", args=[row("新乡甲有限公司").pk])).status_code
            == 404
        )


def test_detail_is_there_for_the_enterprise_itself(client, world):
    firm = MembershipFactory(enterprise=Enterprise.objects.get(name="新乡甲有限公司"))
    client.force_login(firm.user)
    response = client.get(detail(row("新乡甲有限公司")))
    assert response.status_code == 200
    assert reverse("awards:run_detail", args=[world.pk]) not in response.content.decode()


def test_replay_tells_that_nothing_differs(client, world, city):
    client.force_login(city)
    for determination in Determination.objects.all():
        url = reverse("awards:determination_replay", args=[determination.pk])
        assert "重算结果一致 ✓" in text_of(client.post(url))
        fragment = client.post(url, headers={"HX-Request": "true"}).content.decode()
        assert "重算结果一致 ✓" in fragment
        assert "<html" not in fragment


def test_replay_lists_what_differs(client, world, city):
    client.force_login(city)
    determination = row("新乡乙有限公司")
    Determination.objects.filter(pk=determination.pk).update(worth=Decimal(200_000), amount=Decimal(200_000))
    response = client.post(reverse("awards:determination_replay", args=[determination.pk]))
    assert "重算结果不一致" in text_of(response)
    differences = {(d.name, d.stored, d.now) for d in response.context["replay"].differences}
    assert differences == {
        ("条款金额（元）", "200000.00", "300000.00"),
        ("给予金额（元）", "200000.00", "300000.00"),
    }
