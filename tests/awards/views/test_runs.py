"""The run pages: totals that lead to their rows, and acts that are refused."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from awards import services
from awards.models import AwardRun, Determination
from core import jobs
from core.models import AuditEntry, Job
from tests.awards.views.helpers import count_queries, detail, determine, provincial, row, rows_shown, text_of
from tests.factories import (
    EnterpriseFactory,
    ProvincialSubsidyFactory,
    RecognitionFactory,
    UserFactory,
    published_edition,
    region,
)
from tiers.enums import Title
from tiers.models import Recognition

pytestmark = pytest.mark.django_db


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
    assert AuditEntry.objects.get(action="出具决定").data["basis"] == "新政会纪〔2024〕3号"


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
