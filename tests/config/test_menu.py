from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from django.urls import NoReverseMatch

from accounts.enums import Role
from config import menu


@pytest.fixture(autouse=True)
def addresses(monkeypatch):
    """Menu addresses without the project's pages: app:page → /app/page/, 首页 → /, one page missing."""

    def reverse(name):
        if name == "awards:determine_file":
            raise NoReverseMatch
        return "/" if name == "reports:home" else f"/{name.replace(':', '/')}/"

    monkeypatch.setattr(menu, "reverse", reverse)


def labels(role):
    return [item["label"] for group in menu.menu_for(role) for item in group["items"]]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (
            Role.ENTERPRISE,
            "首页 我的企业 企业档案 条件自测 申报 公示 我的称号 我的奖励测算 政策依据 认定标准",
        ),
        (
            Role.COUNTY,
            "首页 待办 企业库 申报批次 公示 认定名单 到期预警 批量导入 奖励测算 政策依据 认定标准",
        ),
        (
            Role.CITY,
            "首页 待办 企业库 申报批次 公示 认定名单 到期预警 批量导入 奖励测算 测算批次 政策依据 认定标准",
        ),
        (
            Role.LEADER,
            "首页 企业库 申报批次 公示 认定名单 到期预警 奖励测算 测算批次 政策依据 认定标准",
        ),
        (Role.FINANCE, "首页 奖励测算 测算批次 政策依据"),
        (
            Role.AUDITOR,
            "首页 企业库 申报批次 公示 认定名单 到期预警 批量导入 奖励测算 测算批次 政策依据 认定标准 操作日志",
        ),
        (Role.SYSADMIN, "首页 系统管理"),
    ],
)
def test_menu_shows_each_role_its_pages_and_skips_missing_ones(role, expected):
    assert labels(role) == expected.split()


def test_menu_marks_the_closest_entry_as_current():
    items = [item for group in menu.menu_for(Role.CITY, "/awards/run_list/7/") for item in group["items"]]
    assert [item["label"] for item in items if item["current"]] == ["测算批次"]
    items = [item for group in menu.menu_for(Role.CITY, "/") for item in group["items"]]
    assert [item["label"] for item in items if item["current"]] == ["首页"]


def test_shell_names_person_and_region():
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(
        is_authenticated=True,
        role=Role.COUNTY,
        full_name="",
        username="xx01",
        region_id=1,
        region=SimpleNamespace(name="新乡县"),
        get_role_display=lambda: "县（市、区）工作人员",
    )
    context = menu.shell(request)
    assert context["user_label"] == "xx01"
    assert str(context["scope_label"]) == "新乡县"
    assert context["search_url"] == "/enterprises/enterprise_list/"
    assert context["body_class"] == ""


def test_shell_of_a_stranger_has_no_menu():
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(is_authenticated=False)
    assert menu.shell(request)["menu_groups"] == []
