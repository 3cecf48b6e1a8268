"""A portal with the demo world, served to a headless Chromium. The world is built once and kept for the run."""

import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from core import jobs
from core.models import Job
from demo.logins import PASSWORD

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]
WIDTHS = {"desktop": (1440, 900), "phone": (390, 844)}


@pytest.fixture(scope="session", autouse=True)
def _sync_playwright_beside_django():
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def portal(django_db_modify_db_settings, django_db_blocker, tmp_path_factory):
    """Address of the served demo world, in a database of its own that no test rolls back."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock():
        databases = setup_databases(verbosity=0, interactive=False, aliases={"default"})
        call_command("load_policies", verbosity=0)
        call_command("seed_demo", "--inline", verbosity=0)
        server = LiveServer("127.0.0.1")
        yield server.url
        server.stop()
        teardown_databases(databases, verbosity=0)


@pytest.fixture(autouse=True)
def _media_root():
    """The world's files outlive a single test here."""


@pytest.fixture(scope="session")
def chromium():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sessions():
    """Cookies per user name: each person logs in once."""
    return {}


@pytest.fixture
def visit(portal, chromium, sessions):
    """visit("shiji", "phone") → a logged-in page; complaints of the browser are collected in page.complaints."""
    contexts = []

    def open_page(username=None, width="desktop", javascript=True):
        size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
        context = chromium.new_context(
            viewport=size,
            base_url=portal,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=javascript,
            storage_state=sessions.get(username),
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda m: page.complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: page.complaints.append(str(e)))
        if username and username not in sessions:
            log_in(page, username)
            sessions[username] = context.storage_state()
        return page

    yield open_page
    for context in contexts:
        context.close()


def log_in(page, username):
    page.goto("/accounts/login/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit], form button[type=submit]")
    page.wait_for_url("**/")


@pytest.fixture
def faults():
    """What is wrong with a page that is open: accessibility, width, the browser's own complaints."""

    def check(page):
        page.evaluate(AXE)
        found = page.evaluate(
            """async () => (await axe.run(document,
                {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}))
            .violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ")).join(" | "))"""
        )
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found.append(f"{wide} px wider than the window")
        if page.locator("h1").count() != 1:
            found.append(f"{page.locator('h1').count()} h1 headings")
        if "<c-" in page.content():
            found.append("component not rendered")
        return found + page.complaints

    return check


@pytest.fixture
def reader(visit, faults):
    """reader("shiji", "phone") → a page, and a check that what it shows is sound and says some words."""

    def open_reader(username, width="desktop", javascript=True):
        page = visit(username, width, javascript=javascript)
        page.set_default_timeout(15_000)
        page.on("dialog", lambda dialog: dialog.accept())

        def shows(*words, status=200):
            """`status`: of the answer shown; the browser itself complains of one from 400 on, and only then."""
            text = page.locator("main").inner_text()
            assert [word for word in words if word not in text] == [], text
            refusal = f"status of {status} "
            page.complaints[:] = [c for c in page.complaints if status < 400 or refusal not in c]
            found = faults(page) if javascript else page.complaints  # axe is itself a script
            assert found == [], page.url

        return page, shows

    return open_reader


def work():
    """Do what is queued, as a worker would. Beside playwright's loop Django opens a connection that only we close."""
    try:
        for job_id in Job.objects.live().order_by("pk").values_list("pk", flat=True):
            jobs.run(job_id)
    finally:
        connection.close()
