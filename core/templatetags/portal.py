"""What templates use to show numbers, dates, states and links between pages.

Money comes in yuan and stays Decimal; 万元 and 亿元 exist only here. A missing value is shown as "—".
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html

register = template.Library()

NONE = "—"
WAN = Decimal(10_000)
YI = Decimal(100_000_000)
MINUS = "−"


# ---- numbers --------------------------------------------------------------------------------------------


def _decimal(value) -> Decimal | None:
    """The value as an exact Decimal; None for anything that is not a number."""
    if value is None or value == "":
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _grouped(number: Decimal, places: int) -> str:
    """Rounded half up, thousands by comma, a real minus sign, never "−0.00"."""
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{MINUS if rounded < 0 else ''}{abs(rounded):,}"


@register.filter
def yuan(value, places=2) -> str:
    """1234 → 1,234.00 (元, without unit)."""
    number = _decimal(value)
    return NONE if number is None else _grouped(number, int(places))


@register.filter
def wan(value, places=2) -> str:
    """Yuan → 万元, without unit: 562500 → 56.25."""
    number = _decimal(value)
    return NONE if number is None else _grouped(number / WAN, int(places))


@register.filter
def auto_wan(value) -> str:
    """Yuan with its unit, for cards and sentences: 300000 → 30 万元, 562500 → 56.25 万元.

    Whole 万元 have no decimals, nor have amounts from 100 万元 up; from 1 亿元 up the unit changes.
    """
    number = _decimal(value)
    if number is None:
        return NONE
    if abs(number) >= YI:
        return f"{_grouped(number / YI, 2)} 亿元"
    in_wan = number / WAN
    whole = in_wan == in_wan.to_integral_value() or abs(in_wan) >= 100
    return f"{_grouped(in_wan, 0 if whole else 2)} 万元"


@register.filter
def num(value) -> str:
    """A count: 2600 → 2,600. Decimals are kept as they are."""
    number = _decimal(value)
    if number is None:
        return NONE
    return _grouped(number, max(0, -int(number.as_tuple().exponent)))


@register.filter
def pct(value, places=1) -> str:
    """A share of one as percent: 0.4938 → 49.4%."""
    number = _decimal(value)
    return NONE if number is None else f"{_grouped(number * 100, int(places))}%"


@register.filter
def ratio(part, whole) -> Decimal | None:
    """part ÷ whole, None when there is nothing to divide by."""
    above, below = _decimal(part), _decimal(whole)
    return None if above is None or not below else above / below


# ---- dates, telephone, dictionaries ---------------------------------------------------------------------


def _local(value):
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


@register.filter
def ymd(value) -> str:
    """2025-10-31; moments are shown in the portal's time zone."""
    return _local(value).strftime("%Y-%m-%d") if isinstance(value, date) else NONE


@register.filter
def ymd_hm(value) -> str:
    """2025-10-31 14:32."""
    return _local(value).strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else NONE


@register.filter
def ymd_cn(value) -> str:
    """2025年10月31日, as documents write it."""
    if not isinstance(value, date):
        return NONE
    day = _local(value)
    return f"{day.year}年{day.month}月{day.day}日"


@register.filter
def mask_phone(value) -> str:
    """13812345678 → 138****5678; shorter numbers keep their last two digits."""
    digits = str(value or "").strip()
    if not digits:
        return NONE
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 8 else f"****{digits[-2:]}"


@register.filter
def get(mapping, key):
    """mapping[key] for keys known only at run time; "" when absent."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def error_count(form) -> int:
    """How many sentences the error summary lists."""
    return sum(len(errors) for errors in form.errors.values())


# ---- icons, states, tiers -------------------------------------------------------------------------------


@register.simple_tag
def icon(name, css=""):
    """Icon from the sprite; decorative, so a word must stand beside it or on its link."""
    return format_html(
        '<svg class="ico {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static("img/icons.svg"),
        name,
    )


# State → (tag colour, icon, word). One vocabulary for outcomes, jobs, batches, runs and row states.
STATES = {
    "granted": ("ok", "circle-check", "给予"),
    "absorbed": ("info", "arrow-up-right", "就高吸收"),
    "ineligible": ("mute", "circle-x", "不符合"),
    "held": ("warn", "player-pause", "待定"),
    "queued": ("mute", "clock", "排队中"),
    "running": ("info", "progress", "进行中"),
    "done": ("ok", "circle-check", "已完成"),
    "failed": ("bad", "alert-triangle", "失败"),
    "draft": ("mute", "pencil", "草稿"),
    "reading": ("info", "progress", "读取中"),
    "checked": ("info", "eye", "待确认"),
    "ready": ("info", "eye", "待确认"),
    "confirmed": ("ok", "circle-check", "已确认"),
    "decided": ("ok", "lock", "已确定"),
    "undone": ("mute", "history", "已撤销"),
    "rejected": ("bad", "circle-x", "已拒绝"),
    "new": ("ok", "plus", "新增"),
    "known": ("mute", "check", "已有"),
    "renamed": ("info", "pencil", "更名"),
    "conflicting": ("warn", "alert-triangle", "冲突"),
    "conflict": ("warn", "alert-triangle", "冲突"),
    "bad": ("bad", "circle-x", "有错"),
    "valid": ("ok", "circle-check", "有效"),
    "expired": ("mute", "clock", "已过期"),
    # the four states of a criterion
    "met": ("ok", "circle-check", "符合"),
    "not_met": ("bad", "circle-x", "不符合"),
    "missing": ("warn", "help-circle", "缺数据"),
    "person": ("info", "user-check", "需人工核实"),
    # where an application stands (tiers.enums.ApplicationState says it in words)
    "submitted": ("info", "inbox", "待县级受理"),
    "county_review": ("info", "progress", "县级审核中"),
    "returned": ("warn", "arrow-left", "退回企业修改"),
    "recommended": ("info", "send", "待市级审核"),
    "returned_to_county": ("warn", "arrow-left", "退回县级"),
    "city_review": ("info", "progress", "市级审核中"),
    "publicity": ("info", "eye", "公示中"),
    "objection": ("warn", "alert-triangle", "异议处理中"),
    "reported": ("info", "upload", "已报省"),
    "abandoned": ("mute", "ban", "企业已放弃"),
    "not_started": ("mute", "minus", "未开始"),
    "in_progress": ("info", "pencil", "填写中"),
    "needs_change": ("bad", "pencil", "需要修改"),
    "changed": ("info", "check", "已修改"),
}
KINDS = {
    "ok": "circle-check",
    "warn": "alert-triangle",
    "bad": "circle-x",
    "info": "info-circle",
    "mute": "minus",
}


@register.simple_tag
def status_tag(state, label="", kind=""):
    """State as a coloured tag with icon and word. An unknown state needs its label, kind picks its colour."""
    known_kind, known_icon, word = STATES.get(state, ("mute", "minus", state))
    if kind:
        known_kind, known_icon = kind, KINDS.get(kind, known_icon)
    return format_html('<span class="tag {}">{}{}</span>', known_kind, icon(known_icon), label or word)


@register.simple_tag
def state_kind(state):
    """Colour name of a state (ok, info, warn, bad, mute), for boxes that follow it."""
    return STATES.get(state, ("mute",))[0]


TIERS = {
    "innovative": (1, "创新型"),
    "provincial_srdi": (2, "省级专精特新"),
    "national_giant": (3, "国家级小巨人"),
}


@register.simple_tag
def tier_tag(title, label=""):
    """A title: the tiers with their rising bars, every other title with a certificate; "" is no title."""
    if not title:
        return format_html('<span class="muted">{}</span>', label or "无")
    if title not in TIERS:
        return format_html('<span class="tier">{}{}</span>', icon("certificate"), label or title)
    step, word = TIERS[title]
    bars = '<span class="tier" data-tier="{}"><i aria-hidden="true"><b></b><b></b><b></b></i>{}</span>'
    return format_html(bars, step, label or word)


@register.simple_tag
def share_bar(part, whole, label=""):
    """Thin bar for part of whole, drawn as SVG because the content policy allows no inline style."""
    share = ratio(part, whole) or Decimal(0)
    width = max(Decimal(0), min(share, Decimal(1))) * 100
    return format_html(
        '<svg class="share" role="img" aria-label="{} {}"><rect width="{}%" height="100%" rx="2"/></svg>',
        label or "占比",
        pct(share),
        f"{width:.2f}",
    )


# ---- lists: numbering, pages, chosen filters ------------------------------------------------------------


@register.simple_tag
def row_no(page, counter0):
    """序号 of a row that runs on over pages; page is a Django Page or a keyset page with start_index."""
    start = getattr(page, "start_index", 1)
    return (start() if callable(start) else start) + counter0


def _url(context, **changes) -> str:
    """The current query string with changes; None takes a parameter out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag
def page_total(page, unit="条"):
    """共 2,600 条 — or 超过 1,000 条 when a keyset page stopped counting there (page.count_is_capped)."""
    if hasattr(page, "paginator"):
        return f"共 {num(page.paginator.count)} {unit}"
    if not isinstance(getattr(page, "count", None), int):
        return f"本页 {num(len(page))} {unit}"
    return f"{'超过' if getattr(page, 'count_is_capped', False) else '共'} {num(page.count)} {unit}"


def _numbered(context, page) -> list[dict]:
    last = page.paginator.num_pages
    if last < 2:
        return []
    previous = _url(context, page=page.number - 1) if page.has_previous() else ""
    following = _url(context, page=page.number + 1) if page.has_next() else ""
    links = [{"label": "上一页", "url": previous, "rel": "prev"}]
    for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1):
        if isinstance(number, int):
            current = number == page.number
            links.append({"label": str(number), "url": _url(context, page=number), "current": current})
        else:
            links.append({"label": str(number), "url": ""})
    return [*links, {"label": "下一页", "url": following, "rel": "next"}]


@register.simple_tag(takes_context=True)
def page_links(context, page):
    """Links of the pager, keeping every other query parameter; [] when all fits on one page.

    A numbered page is Django's Page. A keyset page has no paginator but previous_query and next_query:
    dicts of the query parameters that lead there (for example {"after": "…", "no": 101}), empty at an end.
    """
    if hasattr(page, "paginator"):
        return _numbered(context, page)
    backward, forward = getattr(page, "previous_query", None), getattr(page, "next_query", None)
    if not backward and not forward:
        return []
    clear = dict.fromkeys([*(backward or {}), *(forward or {}), "page"])
    links = [("上一页", backward, "prev"), ("下一页", forward, "next")]
    return [
        {"label": label, "url": _url(context, **{**clear, **query}) if query else "", "rel": rel}
        for label, query, rel in links
    ]


def _shown(field, value) -> str:
    """What a person reads for a chosen filter value: the label of the choice, a date, or the text itself."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, slice):
        ends = [_shown(field, end) if end is not None else "" for end in (value.start, value.stop)]
        return " 至 ".join(ends).strip()
    if isinstance(value, str | int):
        choices = getattr(field.field, "choices", ())
        return str({str(key): label for key, label in choices}.get(str(value), value))
    if isinstance(value, date):
        return ymd(value)
    if isinstance(value, list | tuple) or hasattr(value, "values_list"):
        return "、".join(_shown(field, item) for item in value)
    return str(value)


@register.simple_tag(takes_context=True)
def filter_chips(context, form):
    """The filters in use, each with the address of the list without it."""
    if form is None or not form.is_bound or not form.is_valid():
        return []
    chips = []
    for field in form.visible_fields():
        value = form.cleaned_data.get(field.name)
        if value in (None, "", False) or (hasattr(value, "__len__") and not len(value)):
            continue
        url = _url(context, page=None, **dict.fromkeys(_parameters(field.html_name)))
        chips.append({"label": field.label, "value": _shown(field, value), "url": url})
    return chips


def _parameters(name: str) -> list[str]:
    """Query parameters of a filter; django-filter splits a range into name_after, name_before and so on."""
    return [name, *(f"{name}_{end}" for end in ("after", "before", "min", "max"))]


@register.simple_tag(takes_context=True)
def url_with(context, **changes):
    """The current list with other parameters: {% url_with state="granted" page=None %}."""
    return _url(context, **changes)


@register.simple_tag(takes_context=True)
def sort_link(context, name, label):
    """Table head that sorts by name; a second click turns the order round (parameter: sort)."""
    now = context["request"].GET.get("sort", "")
    wanted = f"-{name}" if now == name else name
    state = "，当前升序" if now == name else "，当前降序" if now == f"-{name}" else ""
    return format_html(
        '<a href="{}" aria-label="按{}排序{}">{} {}</a>',
        _url(context, sort=wanted, page=None),
        label,
        state,
        label,
        icon("arrows-sort"),
    )
