"""Visit the portal as a person would, by its own links, and say what is wrong with the pages."""

import re
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import NamedTuple

from demo.logins import Login

LANGUAGES = {"zh-CN", "zh-hans"}  # the second is what Django's own admin writes
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SECONDS = 30


class Answer(NamedTuple):
    status: int
    url: str
    kind: str
    text: str


class Page(HTMLParser):
    """What the walk needs of a page: language, headings, menu, links in the main part, files, form token."""

    def __init__(self, text: str):
        super().__init__()
        self.language = self.token = ""
        self.headings = 0
        self.menu: list[str] = []
        self.main: list[str] = []
        self.files: list[str] = []
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = values.get("lang", "")
        elif tag == "h1":
            self.headings += 1
        elif tag == "a":
            self._link(values.get("href", ""))
        elif tag == "input" and values.get("name") == "csrfmiddlewaretoken":
            self.token = values.get("value", "")
        elif tag == "script" and values.get("src"):
            self.files.append(values["src"])
        elif tag == "link" and values.get("rel") in {"stylesheet", "icon"}:
            self.files.append(values.get("href", ""))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def _link(self, href: str) -> None:
        if not href.startswith("/") or "logout" in href:
            return
        if "nav" in self._open:
            self.menu.append(href)
        elif "main" in self._open:
            self.main.append(href)


class Visitor:
    """A browser session without scripts."""

    def __init__(self, address: str):
        self.address = address
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str, data: dict[str, str] | None = None) -> Answer:
        url = urllib.parse.urljoin(self.address, path)
        body = urllib.parse.urlencode(data).encode() if data else None
        request = urllib.request.Request(url, body, {"Referer": url})
        try:
            response = self._opener.open(request, timeout=SECONDS)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            kind = response.headers.get_content_type()
            text = response.read().decode("utf-8", "replace") if kind == "text/html" else ""
            return Answer(response.status, response.url, kind, text)

    def log_in(self, login: Login) -> Answer:
        page = Page(self.get("/accounts/login/").text)
        form = {"login": login.username, "password": login.password, "csrfmiddlewaretoken": page.token}
        return self.get("/accounts/login/", form)


def faults(answer: Answer, status: int = 200) -> list[str]:
    """What is wrong with a page: status, an unrendered component, language, main heading."""
    if answer.status != status:
        return [f"应答 {answer.status}，应为 {status}"]
    if answer.kind != "text/html":
        return []
    page, found = Page(answer.text), []
    if "<c-" in answer.text:
        found.append("含有未渲染的组件 <c-")
    if page.language not in LANGUAGES:
        found.append(f"页面语言是 {page.language!r}")
    if not page.headings:
        found.append("没有主标题 h1")
    return found


def walk_open_pages(address: str) -> list[str]:
    """The pages of a stranger: health, login, and the refusal of a page that does not exist."""
    visitor = Visitor(address)
    expected = {"/healthz": 200, "/accounts/login/": 200, "/no-such-page/": 404}
    answers = {path: visitor.get(path) for path in expected}
    problems = [
        f"未登录 {p}：{f}"
        for p, status in expected.items()
        if p != "/healthz"
        for f in faults(answers[p], status)
    ]
    if answers["/healthz"].status != 200:
        problems.append(f"未登录 /healthz：应答 {answers['/healthz'].status}")
    for path in dict.fromkeys(Page(answers["/accounts/login/"].text).files):
        if (status := visitor.get(path).status) != 200:
            problems.append(f"文件 {path}：应答 {status}")
    return problems


def walk_as(address: str, login: Login) -> tuple[list[str], list[str]]:
    """Log in, open every menu entry and the first record each of them links to: (paths visited, problems)."""
    visitor = Visitor(address)
    home = visitor.log_in(login)
    if home.status != 200 or "/accounts/login/" in home.url:
        return [], [f"{login.role} {login.username}：登录失败（应答 {home.status}，{home.url}）"]
    menu = list(dict.fromkeys(link for link in Page(home.text).menu if not link.startswith("/accounts/")))
    problems = [] if len(menu) > 1 else [f"{login.role} {login.username}：没有菜单"]
    visited: list[str] = []
    for path in menu:
        answer = visitor.get(path)
        visited.append(path)
        problems += [f"{login.role} {path}：{fault}" for fault in faults(answer)]
        record = next((link for link in Page(answer.text).main if re.search(r"/\d+/$", link)), None)
        if record and record not in visited:
            visited.append(record)
            problems += [f"{login.role} {record}：{fault}" for fault in faults(visitor.get(record))]
    return visited, problems
