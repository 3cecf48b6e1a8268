"""Fixtures shared by all tests: own media folder, no network, no worker, Chinese and local time."""

import ipaddress
import os
import shutil
import socket

import pytest

LOCAL_NAMES = {"", "localhost", "testserver", socket.gethostname()}


def _is_local(host: object) -> bool:
    if host is None or (isinstance(host, str | bytes) and (os.fsdecode(host) in LOCAL_NAMES)):
        return True
    try:
        return ipaddress.ip_address(os.fsdecode(host)).is_loopback  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def pytest_configure(config):
    """Refuse connections that leave the machine, in this process and from the first import on."""
    connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo

    def local_connect(self, address):
        if self.family != getattr(socket, "AF_UNIX", None) and not _is_local(address[0]):
            raise RuntimeError(f"tests must not use the network: {address[0]}")
        return connect(self, address)

    def local_getaddrinfo(host, *args, **kwargs):
        if not _is_local(host):
            raise RuntimeError(f"tests must not use the network: {os.fsdecode(host)}")
        return getaddrinfo(host, *args, **kwargs)

    socket.socket.connect = local_connect
    socket.getaddrinfo = local_getaddrinfo


@pytest.fixture(autouse=True)
def _media_root(settings, tmp_path):
    """Uploaded and produced files of a test end with the test."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True, scope="session")
def _no_worker():
    """Pokes go nowhere: a test calls the step of a job itself, and no worker of this machine hears it."""
    from config.celery import app

    app.conf.update(task_always_eager=False, broker_url="memory://")


@pytest.fixture(autouse=True)
def _chinese():
    """Every test starts in the language of the users, whatever an earlier test activated."""
    from django.conf import settings
    from django.utils import timezone, translation

    timezone.deactivate()
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium of the system, by playwright; `browser.new_page()` in a test marked `browser`."""
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        pytest.skip("Chromium is not on the path")
    # playwright's event loop runs in this thread, and Django would take the test for an asynchronous one
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program, args=["--font-render-hinting=none", *sandbox]
        )
        yield chromium
        chromium.close()
