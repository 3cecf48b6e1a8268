"""Messages by e-mail: each at once, or a digest a day, as the recipient has set.

The message row is the work to do and its lock is the lease, as with jobs: lock one row and skip what others hold, send,
write mailed_at, commit. A worker that is killed between the mail server's yes and the commit makes that one mail go out
a second time; a mail that is lost would be worse, so this is the side to err on. Nothing is ever sent twice otherwise,
however many workers run.
"""

import logging
import smtplib
from datetime import datetime, time, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core import mail
from django.db import transaction
from django.db.models import CharField, Exists, F, Func, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.enums import MailMode
from accounts.models import Message, MessageSetting

logger = logging.getLogger(__name__)

KEEP_TRYING = timedelta(days=3)  # an older message is no news any more: it waits in the portal only
DIGEST_AT = time(8, 0)
DIGEST_ROWS = 50
NOTHING_LEFT = None
# What is wrong with one mail only. Any other trouble (an OSError, as smtplib's errors are) ends the run.
REFUSED = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, ValueError)


def send_mails(*, now=None) -> int:
    """Send what is due; returns how many mails went out. Safe to run any number of times, also side by side."""
    if settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
        return 0
    now = now or timezone.now()
    sent = 0
    try:
        with mail.get_connection() as connection:
            for step in (_mail_one, _mail_digest):
                at = 0
                while (done := step(after=at, now=now, connection=connection)) is not NOTHING_LEFT:
                    at, went_out = done
                    sent += went_out
    except OSError:
        logger.exception("mail server cannot be reached; the next run tries again")
    return sent


def digest_cut(now: datetime) -> datetime:
    """A digest holds what happened before the latest 8 o'clock: one a day, and a missed hour is made good."""
    local = timezone.localtime(now)
    cut = datetime.combine(local.date(), DIGEST_AT, tzinfo=local.tzinfo)
    return cut if local >= cut else cut - timedelta(days=1)


def to_mail(now: datetime, mode: MailMode):
    """Messages that should go out: unread, young, of a kind that is not muted, to people with an address."""
    kind = Func(F("kind"), template="ARRAY[%(expressions)s]", output_field=ArrayField(CharField()))
    wants = Q(recipient__message_setting__mail=mode)
    if mode == MailMode.EACH:
        wants |= Q(recipient__message_setting__isnull=True)
    waiting = Message.objects.unread().filter(
        wants,
        mailed_at__isnull=True,
        mail_error="",
        created_at__gte=now - KEEP_TRYING,
        recipient__is_active=True,
    )
    return waiting.exclude(recipient__email="").exclude(recipient__message_setting__muted__contains=kind)


@transaction.atomic
def _mail_one(*, after, now, connection):
    waiting = to_mail(now, MailMode.EACH).filter(pk__gt=after).order_by("pk")
    message = (
        waiting.select_related("recipient")
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .first()
    )
    if message is None:
        return NOTHING_LEFT
    return message.pk, _send([message], message.title, now, connection)


@transaction.atomic
def _mail_digest(*, after, now, connection):
    due = to_mail(now, MailMode.DIGEST).filter(created_at__lt=digest_cut(now))
    people = MessageSetting.objects.filter(Exists(due.filter(recipient=OuterRef("user"))), pk__gt=after)
    setting = (
        people.select_related("user")
        .order_by("pk")
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .first()
    )
    if setting is None:
        return NOTHING_LEFT
    mine = due.filter(recipient=setting.user).select_related("recipient")
    messages = list(mine.order_by("pk").select_for_update(of=("self",), no_key=True))
    if not messages:  # somebody else was faster
        return setting.pk, 0
    return setting.pk, _send(messages, f"您有 {len(messages)} 条未读消息", now, connection)


def _send(messages, subject, now, connection) -> int:
    """One mail about these messages of one person; 1 when it went out. An address that does not exist is written down
    and not tried again; one that is busy is tried again by the next run."""
    recipient = messages[0].recipient
    rows = Message.objects.filter(pk__in=[message.pk for message in messages])
    context = {
        "messages": messages[:DIGEST_ROWS],
        "more": len(messages) - DIGEST_ROWS,
        "recipient": recipient,
        "site": settings.PORTAL_URL.rstrip("/"),
        "inbox": reverse("accounts:message_list"),
        "settings_page": reverse("accounts:message_settings"),
    }
    letter = mail.EmailMessage(
        subject=" ".join(f"【专精特新平台】{subject}".split()),
        body=render_to_string("accounts/mail.txt", context),
        to=[recipient.email],
        connection=connection,
    )
    try:
        letter.send()
    except REFUSED as error:
        reason, final = _refusal(error)
        logger.warning("message %s was not mailed: %s", messages[0].pk, reason)
        if final:
            rows.update(mail_error=reason[:200])
        return 0
    rows.update(mailed_at=now)
    return 1


def _refusal(error) -> tuple[str, bool]:
    """(reason, is it final): a code from 500 up is, 4xx means "try again later", a broken address never gets better."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPDataError):
        code, text = error.smtp_code, error.smtp_error
    else:
        return "邮箱地址不正确", True
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return f"{code} {text}", code >= 500
