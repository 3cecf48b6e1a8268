"""The standards on pages and in the API: what each asks for, with clauses, periods, open questions, text and hash."""

import html
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from policies.models import StandardEdition
from policies.services import publish_standard
from tests.factories import UserFactory, published_standards
from tests.policies.standards import worked

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    client.force_login(UserFactory())
    return client


def words(response) -> str:
    """What a reader sees, without tags and in one line."""
    assert response.status_code == 200
    body = response.content.decode().split("<main", 1)[1]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def detail(client, slug):
    edition = published_standards()[slug]
    return words(client.get(reverse("policies:standard_detail", args=[edition.pk])))


@time_machine.travel("2026-11-28")
def test_list_names_every_standard_with_its_periods(signed_in):
    published_standards()
    page = words(signed_in.get(reverse("policies:standard_list")))
    for slug in worked.slugs():
        assert worked.standard(slug).title in page
    assert "新申报 2022-08-01 至 2026-03-31" in page
    assert "复核 2022-08-01 至 2026-12-31" in page
    assert "新申报 2026-04-01 起" in page


def test_empty_list_says_what_to_do(signed_in):
    assert "manage.py load_policies" in words(signed_in.get(reverse("policies:standard_list")))


@pytest.mark.parametrize("name", ["policies:standard_list", "api:standard-list"])
def test_list_asks_the_same_number_of_queries_for_one_and_for_all(signed_in, name):
    def queries():
        with CaptureQueriesContext(connection) as found:
            assert signed_in.get(reverse(name)).status_code == 200
        return len(found)

    publish_standard(text=worked.text("miit-63-innovative"), actor=None)
    one = queries()
    published_standards()
    assert queries() == one


def test_detail_shows_gates_bands_and_clauses(signed_in):
    page = detail(signed_in, "miit-63-innovative")
    for text in (
        "必须符合的条件",
        "直通条件",
        "创新能力 最高 40 分，至少 20 分",
        "3% 以上、不足 5%：15 分",
        "自主研发Ⅰ类 1 项以上：15 分",
        "附件1 二 指标2",
        "总分 60 分以上",
        "500 万元以上",
        "4 月 30 日",
    ):
        assert text in page, text
    edition = StandardEdition.objects.get(slug="miit-63-innovative")
    assert edition.sha256 in page
    assert "[[scored]]" in page


def test_detail_shows_exceptions_and_who_judges(signed_in):
    page = detail(signed_in, "miit-63-giant")
    assert "2025 年复核不考察收入增长率。 2025-01-01 至 2025-12-31 复核 工信厅企业函〔2025〕190号" in page
    assert "处于产业链关键环节 由审核人员对照产业链判断。 补短板、锻长板或填空白 审核人员" in page


def test_detail_shows_open_questions(signed_in):
    page = detail(signed_in, "miit-63-provincial")
    assert "还没有填写：河南省特色化指标（一至三个，合计 15 分）的内容和分值是什么？" in page
    assert "2026 年省级专精特新复核用哪一份标准？ 2026年4月起用2号" in page
    assert "市级公示几个工作日？" in page
    assert "5 个工作日" in page


def test_detail_of_the_sizes_shows_every_industry(signed_in):
    page = detail(signed_in, "miit-300-sizes")
    assert "工业 代码开头 06、07" in page
    assert "1,000 人以上 收入 4 亿元以上 300 人以上 收入 2,000 万元以上" in page


def test_replaced_edition_says_so(signed_in):
    text = worked.text("miit-63-innovative")
    publish_standard(text=text, actor=None)
    publish_standard(text=text.replace("revision = 1", "revision = 2"), actor=None)
    page = words(signed_in.get(reverse("policies:standard_list")))
    assert "已由新版代替" in page
    assert "第 2 版" in page


def test_unknown_standard_is_not_found(signed_in):
    assert signed_in.get(reverse("policies:standard_detail", args=[999_999])).status_code == 404
    assert signed_in.post(reverse("policies:standard_list")).status_code == 405


@pytest.mark.parametrize("traits", [{}, {"of_enterprise": True}, {"sysadmin": True}])
def test_api_lists_standards_for_everybody_who_is_signed_in(traits):
    edition = publish_standard(text=worked.text("miit-63-giant"), actor=None)
    api = APIClient()
    assert api.get(reverse("api:standard-list")).status_code in (401, 403)
    api.force_login(UserFactory(**traits))
    [row] = api.get(reverse("api:standard-list")).json()["results"]
    assert row["slug"] == edition.slug
    assert sorted((p["kind"], p["valid_from"], p["valid_until"]) for p in row["periods"]) == [
        ("new", "2022-08-01", "2026-03-31"),
        ("review", "2022-08-01", "2026-12-31"),
    ]
    assert "text" not in row
    body = api.get(reverse("api:standard-detail", args=[edition.pk])).json()
    assert body["text"] == edition.text
    assert api.delete(reverse("api:standard-detail", args=[edition.pk])).status_code == 405
