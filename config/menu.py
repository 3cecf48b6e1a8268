"""The frame of every page: which menu entries a role sees, and what the top bar says."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from accounts.enums import Role
from accounts.models import Message
from tiers.queries.cases import waiting_for

PRODUCT = "专精特新梯度培育管理平台"
PRODUCT_SHORT = "梯度培育平台"
PRODUCT_FOR_ENTERPRISES = "专精特新企业服务"

STAFF = {Role.COUNTY, Role.CITY, Role.LEADER, Role.AUDITOR}
MONEY = STAFF | {Role.FINANCE}
FIRM = {Role.ENTERPRISE}


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    icon: str
    url_name: str
    roles: frozenset


def _entry(label, icon, url_name, roles) -> Entry:
    return Entry(label, icon, url_name, frozenset(roles))


GROUPS = (
    (
        "工作台",
        (
            _entry("首页", "home", "reports:home", Role),
            _entry("待办", "list-check", "tiers:work_list", {Role.COUNTY, Role.CITY}),
        ),
    ),
    (
        "企业与认定",
        (
            _entry("企业库", "building-factory-2", "enterprises:enterprise_list", STAFF),
            _entry("我的企业", "building-factory-2", "enterprises:enterprise_list", FIRM),
            _entry("企业档案", "list-details", "enterprises:record_list", FIRM),
            _entry("条件自测", "progress-check", "tiers:self_check_list", FIRM),
            _entry("申报", "file-certificate", "tiers:application_list", FIRM),
            _entry("申报批次", "calendar", "tiers:intakes", STAFF),
            _entry("公示", "eye", "tiers:publicity_list", STAFF | FIRM),
            _entry("认定名单", "certificate", "tiers:recognition_list", STAFF),
            _entry("到期预警", "clock", "tiers:title_radar", STAFF),
            _entry("我的称号", "certificate", "tiers:my_titles", FIRM),
            _entry("批量导入", "cloud-upload", "enterprises:import_list", STAFF - {Role.LEADER}),
        ),
    ),
    (
        "奖励",
        (
            _entry("奖励测算", "award", "awards:determination_list", MONEY),
            _entry("我的奖励测算", "award", "awards:determination_list", FIRM),
            _entry("测算批次", "list-check", "awards:run_list", MONEY - {Role.COUNTY}),
            _entry("文件测算", "calculator", "awards:determine_file", {Role.CITY}),
        ),
    ),
    (
        "依据与记录",
        (
            _entry("政策依据", "book-2", "policies:edition_list", MONEY | FIRM),
            _entry("认定标准", "book-2", "policies:standard_list", STAFF | FIRM),
            _entry("操作日志", "history", "accounts:audit_list", {Role.AUDITOR}),
        ),
    ),
    ("系统", (_entry("系统管理", "settings", "admin:index", {Role.SYSADMIN}),)),
)


def _address(url_name: str) -> str:
    """The address of a page; "" for one that does not exist in this installation."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def menu_for(role: str, path: str = "") -> list[dict]:
    """Groups of entries that a role sees; the entry whose address begins path most closely is current."""
    groups = []
    for label, entries in GROUPS:
        seen = [entry for entry in entries if role in entry.roles]
        items = [
            {"label": entry.label, "icon": entry.icon, "url": url, "current": False}
            for entry in seen
            if (url := _address(entry.url_name))
        ]
        if items:
            groups.append({"label": label, "items": items})
    _mark_current([item for group in groups for item in group["items"]], path)
    return groups


def _mark_current(items: list[dict], path: str) -> None:
    def leads_to(url: str) -> bool:
        return path == url or (url != "/" and path.startswith(url))

    matching = [item for item in items if leads_to(item["url"])]
    if matching:
        max(matching, key=lambda item: len(item["url"]))["current"] = True


def _scope(user) -> str:
    return user.region.name if user.region_id else ""


def _unread(user) -> str:
    """How many messages wait, for the badge; "" for none. Stops counting at 99."""
    count = Message.objects.visible_to(user).unread().order_by()[:100].count()
    return "99+" if count > 99 else str(count or "")


def shell(request) -> dict:
    """Context of the page frame. Menu and region are lazy: fragments do not ask for them."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"product_name": PRODUCT, "product_short": PRODUCT_SHORT, "menu_groups": []}
    firm = user.role == Role.ENTERPRISE
    searches = user.role in STAFF
    return {
        "product_name": PRODUCT_FOR_ENTERPRISES if firm else PRODUCT,
        "product_short": PRODUCT_FOR_ENTERPRISES if firm else PRODUCT_SHORT,
        "body_class": "ap" if firm else "",
        "menu_groups": SimpleLazyObject(lambda: menu_for(user.role, request.path)),
        "scope_label": SimpleLazyObject(lambda: _scope(user)),
        "inbox_url": _address("accounts:message_list"),
        "unread": SimpleLazyObject(lambda: _unread(user)),
        "unsubmitted": SimpleLazyObject(lambda: waiting_for(user)) if firm else (),
        "user_label": user.full_name or user.username,
        "role_label": user.get_role_display(),
        "search_url": _address("enterprises:enterprise_list") if searches else "",
    }
