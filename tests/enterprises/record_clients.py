"""Browsers for the pages of the record, and entries for its lists."""

import datetime

from django.test import Client
from django.urls import reverse

from enterprises.enums import Source
from enterprises.services import save_answers, save_item
from tests.enterprises.test_record_items import FILLED

TODAY = datetime.date(2026, 11, 3)


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def url(name, *args):
    return reverse(f"enterprises:{name}", args=args)


def part_of(firm, part):
    return url("record_section", firm.pk, part)


def save(firm, answers, source=Source.FIRM):
    save_answers(enterprise=firm, answers=answers, source=source, as_of=TODAY, actor=None)


def entry(firm, kind="ip", **change):
    return save_item(
        enterprise=firm, kind=kind, answers=FILLED[kind] | change, source=Source.FIRM, as_of=TODAY, actor=None
    )


def posted(client, address, *, typed, seen=None, **more):
    """Send a form as a browser would: with what stood in the inputs beside what is typed."""
    data = {
        **typed,
        **{f"initial-{key}": text for key, text in (seen or dict.fromkeys(typed, "")).items()},
        **more,
    }
    return client.post(address, data)
