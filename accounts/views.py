from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import services
from accounts.filters import MessageFilter
from accounts.forms import MessageSettingForm
from accounts.models import Message, SavedFilter
from accounts.permissions import can_read_audit
from accounts.queries import audit_entries, last_mail_error
from core.errors import DomainError


@require_GET
def audit_list(request):
    """Who did what in the auditor's city; for everybody else the page does not exist."""
    if not can_read_audit(request.user):
        raise Http404
    query = request.GET.get("q", "").strip()
    page = Paginator(audit_entries(request.user, query), per_page=100).get_page(request.GET.get("page"))
    return render(request, "accounts/audit_list.html", {"page": page, "q": query})


# ---- messages -------------------------------------------------------------------------------------------
@require_GET
def message_list(request):
    """The person's own messages, newest first, 50 a page."""
    mine = Message.objects.visible_to(request.user)
    found = MessageFilter(request.GET, mine, request=request)
    page = Paginator(found.qs, per_page=50).get_page(request.GET.get("page"))
    tabs = _message_tabs(request, mine)
    context = {
        "filter": found,
        "page": page,
        "tabs": tabs,
        "may_read_all": tabs[1]["count"] and page.number == 1 and not request.GET.get("kind"),
        "newest": max((message.pk for message in page), default=0),
    }
    return render(request, "accounts/message_list.html", context)


def _message_tabs(request, mine) -> list[dict]:
    """All and unread, of the kind that is chosen; one query."""
    every = request.GET.copy()
    for name in ("unread", "page"):
        every.pop(name, None)
    counts = MessageFilter(every, mine, request=request).qs.aggregate(
        all=Count("pk"), unread=Count("pk", filter=Q(read_at__isnull=True))
    )
    unread = every.copy()
    unread["unread"] = "1"
    only = bool(request.GET.get("unread"))
    return [
        {"label": "全部", "url": f"?{every.urlencode()}", "count": counts["all"], "current": not only},
        {"label": "未读", "url": f"?{unread.urlencode()}", "count": counts["unread"], "current": only},
    ]


@require_POST
def message_open(request, pk):
    """Mark a message as read and go to the page it speaks of."""
    message = get_object_or_404(Message.objects.visible_to(request.user), pk=pk)
    services.read_message(message=message)
    inside = url_has_allowed_host_and_scheme(message.url, allowed_hosts=None)
    return redirect(message.url if message.url and inside else "accounts:message_list")


@require_POST
def message_read_all(request):
    """Mark as read what stood on the page (`upto`: the newest of it)."""
    upto = request.POST.get("upto", "")
    if upto.isascii() and upto.isdecimal() and len(upto) < 19:
        count = services.read_messages(user=request.user, upto=int(upto))
        messages.success(request, f"已把 {count} 条消息标为已读。")
    return redirect("accounts:message_list")


@require_http_methods(["GET", "POST"])
def message_settings(request):
    """By which way the person is told, and of what."""
    form = MessageSettingForm.of(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.save_message_setting(
            user=request.user,
            mail=form.cleaned_data["mail"],
            muted=form.muted,
            email=form.cleaned_data["email"],
        )
        messages.success(request, "消息设置已保存。")
        return redirect("accounts:message_settings")
    context = {"form": form, "mail_error": last_mail_error(request.user)}
    return render(request, "accounts/message_settings.html", context)


# ---- saved filters --------------------------------------------------------------------------------------
@require_POST
def filter_save(request):
    """Keep the conditions of a list (`page`: its URL name, `query`: its query string) under a name."""
    page = request.POST.get("page", "")
    try:
        address = reverse(page)
    except (NoReverseMatch, ValueError):
        raise Http404 from None
    query = request.POST.get("query", "")
    try:
        saved = services.save_filter(
            user=request.user, page=page, name=request.POST.get("name", ""), query=query
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(f"{address}?{query[:2000]}")
    messages.success(request, f"已保存常用筛选“{saved.name}”。")
    return redirect(f"{address}?{saved.query}")


@require_POST
def filter_delete(request, pk):
    """Forget one of the person's own saved filters."""
    saved = get_object_or_404(SavedFilter, pk=pk, user=request.user)
    services.delete_filter(saved=saved)
    messages.success(request, f"已删除常用筛选“{saved.name}”。")
    return redirect(f"{reverse(saved.page)}?{saved.query}")
