"""Every menu entry of every role, at both widths: accessible, no wider than the window, no complaints."""

import pytest

from demo.logins import LOGINS

pytestmark = pytest.mark.browser


def menu_links(page):
    hrefs = page.eval_on_selector_all("nav a[href]", "all => all.map(a => a.getAttribute('href'))")
    return sorted({h for h in hrefs if h.startswith("/") and not h.startswith(("/accounts/", "/admin/"))})


@pytest.mark.parametrize("width", ["desktop", "phone"])
@pytest.mark.parametrize("username", [login.username for login in LOGINS[:7]])  # one of each role
def test_pages_of_the_menu_are_sound(visit, faults, username, width):
    page = visit(username, width)
    page.goto("/")
    found = {}
    for path in menu_links(page):
        page.complaints.clear()
        page.goto(path)
        if wrong := faults(page):
            found[path] = wrong
        record = page.locator("main td.cell-main a[href], main td a[href]").first
        if record.count():
            href = record.get_attribute("href")
            page.goto(href)
            if wrong := faults(page):
                found[href] = wrong
    assert found == {}


@pytest.mark.parametrize("width", ["desktop", "phone"])
@pytest.mark.parametrize("path", ["/accounts/login/", "/no-such-page/"])
def test_open_pages_are_sound(visit, faults, path, width):
    page = visit(None, width)
    page.goto(path)
    page.complaints.clear()  # a 404 is reported by the browser itself
    assert faults(page) == []


def test_skip_link_is_the_first_stop_of_the_keyboard(visit):
    page = visit("shiji")
    page.goto("/enterprises/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_phone_menu_opens_without_javascript(visit):
    page = visit("shiji", "phone", javascript=False)
    page.goto("/")
    link = page.locator("nav a[href='/enterprises/']").first
    assert not link.is_visible() or link.bounding_box()["x"] < 0
    page.locator("header a[href*='#'], header label, header summary").first.click()
    assert link.is_visible()


def test_lists_print_with_a_head_and_without_the_menu(visit):
    page = visit("shiji")
    page.goto("/recognitions/")
    page.emulate_media(media="print")
    assert page.locator(".print-head").is_visible()
    assert not page.locator("nav[aria-label='主导航']").is_visible()
