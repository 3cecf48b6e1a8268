"""Autosave in a real browser: nothing typed is lost when the network, the login or a colleague is in the way."""

import itertools

import pytest
from django.db import OperationalError
from django.test import Client

from tests.browser.test_application_story import rows
from tests.factories import MembershipFactory
from tests.makers import uscc
from tests.tiers.applications.filled import open_intake, started
from tiers.models import ApplicationSection
from tiers.services.drafts import save_section
from tiers.views import filling

pytestmark = pytest.mark.browser
NUMBERS = itertools.count(500_000_000)  # far from the enterprises of the demo


@pytest.fixture
def draft(portal):
    """(application, user) of an enterprise of its own."""
    number = next(NUMBERS)
    return rows(lambda: started(open_intake(name=f"自动保存 {number}"), uscc=uscc(number)))


@pytest.fixture
def page(chromium, portal, draft):
    """The part 专业化 of the draft, open in a signed-in browser."""
    application, user = draft
    context = chromium.new_context(base_url=portal, locale="zh-CN", timezone_id="Asia/Shanghai")
    sign_in(context, user, portal)
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/applications/{application.pk}/parts/specialised/")
    yield page
    assert page.complaints == []
    context.close()


def sign_in(context, user, portal):
    client = Client()
    rows(lambda: client.force_login(user))
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": portal}])


def part_of(draft, key="specialised"):
    return rows(lambda: ApplicationSection.objects.get(application=draft[0], key=key))


def colleague_saves(draft, **raw):
    """Somebody else of the enterprise saves the part meanwhile; returns who."""
    application, _ = draft

    def act():
        colleague = MembershipFactory(enterprise=application.enterprise).user
        save_section(application=application, key="specialised", raw=raw, version=0, actor=colleague)
        return colleague

    return rows(act)


def kept(page, draft, expected, key="specialised"):
    """Wait until the server has exactly these answers, and the page says so."""
    for _ in range(50):
        found = part_of(draft, key).answers
        if found == expected:
            break
        page.wait_for_timeout(200)
    assert found == expected
    state(page, "已保存")


def state(page, words):
    page.locator("[data-save-text]", has_text=words).wait_for()


def write(page, name, text):
    """Type and leave the field."""
    page.locator(f"[name={name}]").fill(text)
    page.locator(f"[name={name}]").blur()


def test_typing_is_saved_and_says_so(page, draft):
    page.locator("[name=lead_product]").fill("丝杠")
    state(page, "有未保存的修改")
    state(page, "已保存")
    write(page, "niche_since", "很久以前")
    page.get_by_text("年份应为四位数字").wait_for()
    assert part_of(draft).answers == {"lead_product": "丝杠", "niche_since": "很久以前"}
    assert page.locator(".apply-steps .here small").inner_text() == "填写中"


def test_network_cut_is_said_and_saved_later(page, draft):
    page.route(
        "**/parts/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    write(page, "niche", "机床")
    state(page, "保存失败")
    page.unroute("**/parts/**")
    page.get_by_role("button", name="重试").click()
    kept(page, draft, {"niche": "机床"})
    page.reload()
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('unsaved:'))") == []


def test_text_survives_a_reload_while_the_server_is_ill(page, draft, monkeypatch):
    def ill(**_):
        raise OperationalError("down")

    with monkeypatch.context() as sick:
        sick.setattr(filling, "save_section", ill)
        write(page, "niche", "机床")
        state(page, "保存失败")
        page.reload()
        assert page.locator("[name=niche]").input_value() == "机床"
        assert part_of(draft).answers == {}
    kept(page, draft, {"niche": "机床"})  # tried again by itself


def test_lost_answer_of_the_server_is_no_conflict(page, draft):
    cut = []

    def lose_the_answer(route):
        if route.request.method == "POST" and not cut:
            cut.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/parts/**", lose_the_answer)
    write(page, "niche", "机床")
    state(page, "保存失败")
    assert (cut, part_of(draft).answers) == ([200], {"niche": "机床"})
    write(page, "niche", "机床用丝杠")
    kept(page, draft, {"niche": "机床用丝杠"})
    assert page.locator(".theirs").count() == 0


@pytest.mark.parametrize(("choice", "niche"), [("用我的", "导轨"), ("用对方的", "机床")])
def test_two_versions_stand_side_by_side(page, draft, choice, niche):
    colleague = colleague_saves(draft, niche="机床", niche_since="2013")
    write(page, "niche", "导轨")
    state(page, str(colleague))
    page.get_by_text("对方保存的是：机床").wait_for()
    assert page.locator("[name=niche]").input_value() == "导轨"
    page.get_by_role("button", name=choice).click()
    write(page, "lead_product", "丝杠")
    kept(page, draft, {"niche": niche, "niche_since": "2013", "lead_product": "丝杠"})


def test_answers_of_a_colleague_appear_where_one_has_not_typed(page, draft):
    colleague_saves(draft, niche="机床")
    write(page, "lead_product", "丝杠")
    state(page, "已保存")
    assert page.locator("[name=niche]").input_value() == "机床"
    assert part_of(draft).answers == {"niche": "机床", "lead_product": "丝杠"}


def test_expired_login_keeps_the_text_until_after_the_login(page, draft, portal):
    page.context.clear_cookies(name="sessionid")
    write(page, "niche", "机床")
    state(page, "登录已过期，请重新登录；您填写的内容还在。")
    assert page.locator("[name=niche]").input_value() == "机床"
    page.get_by_role("link", name="重新登录").click()
    page.wait_for_url("**/accounts/login/**")
    sign_in(page.context, draft[1], portal)
    page.goto(f"/applications/{draft[0].pk}/parts/specialised/")
    kept(page, draft, {"niche": "机床"})


def test_expired_token_keeps_the_text(page, draft):
    page.context.clear_cookies(name="csrftoken")
    write(page, "niche", "机床")
    state(page, "页面已过期，请刷新；您填写的内容还在。")
    page.reload()
    kept(page, draft, {"niche": "机床"})


def test_ticks_and_choices_are_saved_at_once(page, draft):
    page.goto(f"/applications/{draft[0].pk}/parts/refined/")
    page.get_by_label("研发设计").check()
    page.get_by_label("供应链管理").check()
    page.locator("[name=core_system][value=yes]").check()
    page.locator("[name=digital_level]").select_option("2")
    kept(page, draft, {"systems": "design,supply", "core_system": "yes", "digital_level": "2"}, "refined")


def test_keyboard_alone_is_enough(page, draft):
    page.locator("[name=lead_product]").focus()
    page.keyboard.type("丝杠")
    page.keyboard.press("Enter")  # saves, never uploads or leaves
    page.get_by_text("已保存。可以继续填写").wait_for()
    assert part_of(draft).answers == {"lead_product": "丝杠"}
