"""“正在处理” on the page of a case."""

from django import template

from tiers.permissions import can_handle, can_work
from tiers.queries.queue import handler_of, is_with_office

register = template.Library()


@register.inclusion_tag("tiers/_handling.html", takes_context=True)
def handling(context, case):
    """Who works on the case right now, and the button to begin, to take over or to stop; nothing for readers."""
    user = context["request"].user
    return {
        "case": case,
        "handler": handler_of(case),
        "ours": can_work(user) and can_handle(user, case) and is_with_office(case, user),
        "user": user,
        "csrf_token": context.get("csrf_token"),
    }
