"""The pages of award runs and determinations: what they show, to whom, and what they refuse."""

import datetime as dt
import io
import re
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from awards import services
from awards.exports import determination_rows, facts_workbook
from awards.models import AwardRun, Determination
from core import jobs
from core.models import AuditEntry, Job
from enterprises.models import Enterprise
from policies.models import PolicyEdition
from tests.factories import (
    DeterminationFactory,
    EnterpriseFactory,
    MembershipFactory,
    ProvincialSubsidyFactory,
    RecognitionFactory,
    UserFactory,
    published_edition,
    region,
)
from tiers.enums import Title
from tiers.models import Recognition

pytestmark = pytest.mark.django_db
LIST = "/awards/determinations/"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2024, 3, 1, 9, tzinfo=dt.UTC), tick=False):
        yield


def determine(actor, year=2023, city="新乡市", **more):
    run = services.start_run(city=region(city), year=year, actor=actor, **more)
    for job in Job.objects.live().order_by("pk"):
        jobs.run(job.pk)
    run.refresh_from_db()
    assert run.state == "done"
    return run


def provincial(enterprise, **more):
    return RecognitionFactory(
        enterprise=enterprise,
        **{
            "title": Title.PROVINCIAL_SRDI,
            "document_number": "豫工信企业〔2023〕51号",
            "documented_on": dt.date(2023, 5, 4),
            "valid_from": dt.date(2023, 1, 1),
            "valid_until": dt.date(2025, 12, 31),
            **more,
        },
    )


@pytest.fixture
def city():
    return UserFactory(username="city", full_name="王建军")


@pytest.fixture
def world(city):
    """甲 (红旗区): both titles in one year. 乙 (长垣市): provincial title, and a subsidy without a window.
    丙 (红旗区): a review only."""
    published_edition()
    first = EnterpriseFactory(name="新乡甲有限公司")
    second = EnterpriseFactory(name="新乡乙有限公司", managing_unit=region("长垣市"))
    third = EnterpriseFactory(name="新乡丙有限公司")
    provincial(first)
    RecognitionFactory(enterprise=first)
    provincial(second)
    RecognitionFactory(
        enterprise=second,
        documented_on=dt.date(2021, 7, 1),
        valid_from=dt.date(2021, 7, 1),
        valid_until=dt.date(2024, 6, 30),
    )
    ProvincialSubsidyFactory(
        enterprise=second, invested_from=None, invested_until=None, amount=Decimal(1_000_000)
    )
    provincial(third, kind="review")
    return determine(city)


def row(name, item="XX-PROV") -> Determination:
    return Determination.objects.get(enterprise__name=name, item=item)


def rows_shown(response) -> list[tuple[str, str]]:
    """(enterprise, item) of each row of the list page."""
    page = response.context["page"]
    return [(shown.enterprise.name, shown.item) for shown in page]


def tab_counts(response) -> dict[str, int]:
    return {tab["label"]: tab["count"] for tab in response.context["tabs"]}


def text_of(response) -> str:
    """The page as a person reads it."""
    body = re.sub(r"(?s)<(script|head).*?</\1>", " ", response.content.decode())
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def count_queries(client, url) -> int:
    client.get(url)  # sessions and caches are warm
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


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
def detail(determination):
    return reverse("awards:determination_detail", args=[determination.pk])


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


# ---- runs -----------------------------------------------------------------------------------------------
def test_run_list_shows_the_runs_of_the_own_city(client, world, city):
    client.force_login(city)
    response = client.get(reverse("awards:run_list"))
    [shown] = response.context["runs"]
    assert shown == world
    assert shown.totals == {
        "run": world.pk,
        "rows": 5,
        "granted": 2,
        "firms": 2,
        "held": 1,
        "decided": 0,
        "total": Decimal("800000.00"),
    }
    client.force_login(UserFactory(region=region("郑州市")))
    assert list(client.get(reverse("awards:run_list")).context["runs"]) == []


def test_run_list_is_for_people_of_a_city(client):
    for user in (UserFactory(county=True), UserFactory(sysadmin=True), UserFactory(of_enterprise=True)):
        client.force_login(user)
        assert client.get(reverse("awards:run_list")).status_code == 403


def test_run_list_offers_the_form_to_city_staff_only(client):
    published_edition()
    for trait in ("leader", "finance", "auditor"):
        client.force_login(UserFactory(**{trait: True}))
        response = client.get(reverse("awards:run_list"))
        assert response.context["form"] is None
        assert "市级工作人员开始测算后" in text_of(response)


def test_run_form_offers_each_year_with_its_edition(client, city):
    edition = published_edition()
    client.force_login(city)
    form = client.get(reverse("awards:run_list")).context["form"]
    assert form.fields["year"].choices == [
        (year, f"{year} 年度：{edition.number}") for year in (2024, 2023, 2022)
    ]
    assert list(form.fields) == ["year"]


def test_run_start_takes_factors_for_ceiling_items_and_keeps_the_others(client):
    published_edition("zhengzhou-2024-2026")
    user = UserFactory(region=region("郑州市"))
    client.force_login(user)
    url = reverse("awards:run_start")
    client.post(url, {"year": 2024, "factor-ZZ-NAT": "0.8"})
    run = AwardRun.objects.get()
    assert (run.city, run.year, run.factors) == (region("郑州市"), 2024, {"ZZ-NAT": "0.8"})
    for job in Job.objects.live():
        jobs.run(job.pk)
    client.post(url, {"year": 2024, "factor-ZZ-PROV": "0.5"})
    run.refresh_from_db()
    assert run.factors == {"ZZ-NAT": "0.8", "ZZ-PROV": "0.5"}


@pytest.mark.parametrize("data", [{"year": "1999"}, {"year": ""}, {"year": "x"}])
def test_run_start_answers_a_wrong_form_with_its_errors(client, city, data):
    published_edition()
    client.force_login(city)
    response = client.post(reverse("awards:run_start"), data)
    assert response.status_code == 422
    assert "处需要修改" in text_of(response)
    assert not AwardRun.objects.exists()


def test_run_acts_are_refused_to_everybody_but_city_staff(client, world):
    users = [
        UserFactory(**{trait: True})
        for trait in ("leader", "finance", "auditor", "county", "sysadmin", "of_enterprise")
    ]
    users.append(UserFactory(region=region("郑州市")))
    published_edition("zhengzhou-2024-2026")
    decide = reverse("awards:run_decide", args=[world.pk])
    for user in users[:-1]:
        client.force_login(user)
        assert client.post(reverse("awards:run_start"), {"year": 2022}).status_code == 403
        assert client.post(decide, {"basis": "纪要"}).status_code in (403, 404)
    client.force_login(users[-1])
    assert client.post(decide, {"basis": "纪要"}).status_code == 404
    assert not Determination.objects.decided().exists()
    assert list(AwardRun.objects.all()) == [world]


def test_run_detail_hides_what_the_reader_may_not_do(client, world, city):
    url = reverse("awards:run_detail", args=[world.pk])
    acts = {reverse("awards:run_start"), reverse("awards:run_decide", args=[world.pk])}
    client.force_login(city)
    assert all(act in client.get(url).content.decode() for act in acts)
    for trait in ("leader", "finance", "auditor"):
        client.force_login(UserFactory(**{trait: True}))
        assert not any(act in client.get(url).content.decode() for act in acts)


def test_run_detail_every_figure_leads_to_exactly_its_rows(client, world, city):
    client.force_login(city)
    response = client.get(reverse("awards:run_detail", args=[world.pk]))
    html = response.content.decode()
    links = re.findall(r'<a href="(/awards/determinations/\?[^"]+)"[^>]*>([\d,]+)</a>', html)
    assert len(links) > 10
    for href, figure in links:
        shown = client.get(unescape(href))
        assert shown.context["page"].paginator.count == int(figure.replace(",", "")) == len(rows_shown(shown))


def test_run_detail_totals_agree_by_item_by_unit_and_in_all(client, world, city):
    client.force_login(city)
    context = client.get(reverse("awards:run_detail", args=[world.pk])).context
    for lines in (context["by_item"], context["by_unit"]):
        assert sum(line.total for line in lines) == context["sum"].total == Decimal("800000.00")
        assert sum(line.rows for line in lines) == context["sum"].rows == 5
    assert context["firms"] == 2


def test_run_detail_shows_both_readings_of_the_pool(client, city):
    published_edition()
    firm = EnterpriseFactory()
    RecognitionFactory(enterprise=firm)
    ProvincialSubsidyFactory(enterprise=firm)  # 25 % of 2,400,000 beats 500,000
    run = determine(city)
    client.force_login(city)
    text = text_of(client.get(reverse("awards:run_detail", args=[run.pk])))
    assert "采用：给予合计 600,000.00 元" in text
    assert "另一口径：给予合计 1,100,000.00 元" in text
    assert "换成另一口径要多给 500,000.00 元" in text


def test_run_detail_of_another_city_is_not_there(client, world):
    client.force_login(UserFactory(region=region("郑州市")))
    assert client.get(reverse("awards:run_detail", args=[world.pk])).status_code == 404
    client.force_login(UserFactory(county=True))
    assert client.get(reverse("awards:run_detail", args=[world.pk])).status_code == 404


def test_run_detail_shows_decided_rows_that_facts_now_contradict(client, world, city):
    client.force_login(city)
    client.post(reverse("awards:run_decide", args=[world.pk]), {"basis": "新政会纪〔2024〕3号"})
    Recognition.objects.filter(enterprise__name="新乡乙有限公司", title=Title.PROVINCIAL_SRDI).update(
        kind="review"
    )
    determine(city)
    response = client.get(reverse("awards:run_detail", args=[world.pk]))
    [difference] = response.context["differences"]
    assert difference.determination == row("新乡乙有限公司")
    assert (difference.outcome, difference.because) == ("ineligible", "复核不是首次认定")
    assert "有 1 项决定与现在的事实不一致" in text_of(response)
    assert "按现在的事实是不符合 0.00 元" in text_of(client.get(detail(row("新乡乙有限公司"))))


def test_run_detail_names_the_units_that_report_to_the_province(client):
    published_edition("zhengzhou-2024-2026")
    user = UserFactory(region=region("郑州市"))
    run = determine(user, year=2024, city="郑州市")
    client.force_login(user)
    assert "郑州航空港经济综合实验区直接向省里报送" in text_of(
        client.get(reverse("awards:run_detail", args=[run.pk]))
    )


def test_run_detail_polls_while_it_runs_and_reloads_when_done(client, city):
    published_edition()
    run = services.start_run(city=region("新乡市"), year=2023, actor=city)
    client.force_login(city)
    url = reverse("awards:run_detail", args=[run.pk])
    assert f'hx-get="{url}"' in client.get(url).content.decode()
    fragment = client.get(url, headers={"HX-Request": "true"})
    assert "HX-Refresh" not in fragment
    assert "<html" not in fragment.content.decode()
    for job in Job.objects.live():
        jobs.run(job.pk)
    assert client.get(url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "没有可以测算的事项" in text_of(client.get(url))


def test_run_detail_needs_the_same_queries_for_one_row_and_for_many(client, city):
    published_edition()
    provincial(EnterpriseFactory())
    run = determine(city)
    client.force_login(city)
    url = reverse("awards:run_detail", args=[run.pk])
    one = count_queries(client, url)
    provincial(EnterpriseFactory(managing_unit=region("长垣市")))
    RecognitionFactory(enterprise=EnterpriseFactory(managing_unit=region("卫滨区")))
    determine(city)
    assert count_queries(client, url) == one


def test_run_decide_freezes_and_keeps_the_basis(client, world, city):
    client.force_login(city)
    client.post(reverse("awards:run_decide", args=[world.pk]), {"basis": "新政会纪〔2024〕3号"})
    decided = Determination.objects.decided()
    assert {(d.enterprise.name, d.item) for d in Determination.objects.drafts()} == {
        ("新乡乙有限公司", "XX-EQ")
    }
    assert {d.decided_by for d in decided} == {city}
    assert AuditEntry.objects.get(action="awards.run_decided").data["basis"] == "新政会纪〔2024〕3号"


def test_run_decide_without_a_basis_says_what_is_missing(client, world, city):
    client.force_login(city)
    response = client.post(reverse("awards:run_decide", args=[world.pk]), {"basis": "  "}, follow=True)
    assert "请填写决定依据" in text_of(response)
    assert not Determination.objects.decided().exists()


def test_run_facts_starts_a_job_for_the_people_of_the_city(client, world, city):
    client.force_login(UserFactory(auditor=True))
    response = client.post(reverse("awards:run_facts", args=[world.pk]))
    job = Job.objects.get(kind="awards.export_facts")
    assert response.url == reverse("core:job_detail", args=[job.pk])
    client.force_login(UserFactory(county=True))
    assert client.post(reverse("awards:run_facts", args=[world.pk])).status_code == 404


# ---- determining from a file ----------------------------------------------------------------------------
FILE = "/awards/determine/"


def facts_file(name="事实.xlsx"):
    file = io.BytesIO()
    facts_workbook(city=region("新乡市"), target=file)
    file.seek(0)
    file.name = name
    return file


def sent(**more):
    return {"edition": PolicyEdition.objects.get().pk, "year": 2023, **more}


def test_file_is_answered_like_the_run(client, world, city):
    client.force_login(city)
    response = client.post(FILE, sent(file=facts_file()))
    assert response.status_code == 200
    from_file = {
        (line.uscc, line.result.claim.item, str(line.result.outcome), line.result.amount)
        for line in response.context["lines"]
    }
    stored = {
        (d.enterprise.uscc, d.item, d.outcome, d.amount)
        for d in Determination.objects.select_related("enterprise")
    }
    assert from_file == stored
    assert "给予合计 800,000.00 元" in text_of(response)


def test_file_answer_can_be_taken_away_without_choosing_the_file_again(client, world, city):
    client.force_login(city)
    again = client.post(FILE, sent(file=facts_file())).context["again"]
    for data in (sent(again=again, again_name="事实.xlsx"), sent(file=facts_file())):
        response = client.post(FILE, {**data, "as": "file"})
        assert "2023" in response["Content-Disposition"]
        book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
        assert book.sheetnames == ["测算", "汇总"]
        assert book["测算"].max_row == 6


def test_file_stores_nothing(client, world, city):
    client.force_login(city)
    before = (
        Determination.objects.count(),
        AwardRun.objects.count(),
        Enterprise.objects.count(),
        Job.objects.count(),
    )
    client.post(FILE, sent(file=facts_file()))
    assert before == (
        Determination.objects.count(),
        AwardRun.objects.count(),
        Enterprise.objects.count(),
        Job.objects.count(),
    )


def test_file_with_errors_lists_sheet_row_and_column(client, world, city):
    file = facts_file()
    book = load_workbook(file)
    book["认定"]["A2"] = "123"
    changed = io.BytesIO()
    book.save(changed)
    changed.seek(0)
    changed.name = "事实.xlsx"
    client.force_login(city)
    response = client.post(FILE, sent(file=changed))
    assert response.status_code == 422
    [problem] = response.context["problems"]
    assert (problem.sheet, problem.row, problem.column, problem.value) == ("认定", 2, "A", "123")
    assert response.context["answer"] is None


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "a.xlsx"), (b"not a workbook", "a.xlsx"), (b"PK\x03\x04", "a.xlsx"), (b"x", "a.docx")],
)
def test_file_that_is_no_workbook_is_refused_in_words(client, world, city, content, name):
    file = io.BytesIO(content)
    file.name = name
    client.force_login(city)
    response = client.post(FILE, sent(file=file))
    assert response.status_code == 422
    assert response.context["answer"] is None


@pytest.mark.parametrize("data", [{}, {"again": "%%%"}, {"year": "x"}, {"edition": "999999"}])
def test_file_form_without_what_it_needs_is_shown_again(client, world, city, data):
    client.force_login(city)
    assert client.post(FILE, {**sent(), **data}).status_code == 422


def test_file_page_is_for_city_staff(client):
    for trait in ("county", "leader", "finance", "auditor", "sysadmin", "of_enterprise"):
        client.force_login(UserFactory(**{trait: True}))
        assert client.get(FILE).status_code == 403
        assert client.post(FILE).status_code == 403
