"""Messages by e-mail: each, digest, none, muted; once, also with workers that die or run side by side."""

import datetime
import smtplib
import threading

import pytest
import time_machine
from django.core import mail
from django.db import connections
from django.utils import timezone

from accounts import mails
from accounts.enums import MailMode, MessageKind
from accounts.models import Message, MessageSetting
from accounts.tasks import send_mails
from tests.factories import MessageFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime.datetime.fromisoformat("2026-11-25T09:00:00+08:00")  # a Wednesday


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def person(**setting):
    user = UserFactory(of_enterprise=True, email="firm@example.com")
    if setting:
        MessageSetting.objects.create(user=user, **setting)
    return user


def message(user=None, *, ago=datetime.timedelta(), **more):
    return MessageFactory(recipient=user or person(), created_at=NOW - ago, **more)


def test_a_message_is_mailed_once_with_its_page():
    row = message(title="需要\n修改", body="请补充审计报告。", url="/applications/7/")

    assert (send_mails(), send_mails()) == (1, 0)

    [letter] = mail.outbox
    assert letter.subject == "【专精特新平台】需要 修改"
    assert letter.to == ["firm@example.com"]
    assert "请补充审计报告。" in letter.body
    assert "http://127.0.0.1:8000/applications/7/" in letter.body
    row.refresh_from_db()
    assert row.mailed_at == NOW


def test_mails_are_plain_text_that_nobody_can_inject_into():
    message(title="<script>alert(1)</script> & Bcc: x@example.com", body="a\r\nBcc: y@example.com")
    send_mails()
    [letter] = mail.outbox
    assert "<script>" in letter.body
    assert letter.bcc == []
    assert letter.message()["Bcc"] is None


def test_nobody_is_mailed_who_need_not_be():
    message(UserFactory(of_enterprise=True, email=""))
    message(UserFactory(of_enterprise=True, email="left@example.com", is_active=False))
    message(person(mail=MailMode.NONE))
    message(person(mail=MailMode.EACH, muted=[MessageKind.CASE, MessageKind.TITLE]), kind=MessageKind.CASE)
    message(read_at=NOW)
    message(mailed_at=NOW)
    message(ago=mails.KEEP_TRYING + datetime.timedelta(seconds=1))
    wanted = message(person(mail=MailMode.EACH, muted=[MessageKind.TITLE]), title="要发的")
    last = message(ago=mails.KEEP_TRYING, title="还来得及")

    assert send_mails() == 2
    assert {letter.subject for letter in mail.outbox} == {
        f"【专精特新平台】{m.title}" for m in (wanted, last)
    }


@pytest.mark.parametrize(
    ("moment", "cut"),
    [
        ("2026-11-25T07:59:59+08:00", "2026-11-24T08:00:00+08:00"),
        ("2026-11-25T08:00:00+08:00", "2026-11-25T08:00:00+08:00"),
        ("2026-11-25T23:59:59+08:00", "2026-11-25T08:00:00+08:00"),
        ("2026-11-25T00:30:00+00:00", "2026-11-25T08:00:00+08:00"),
    ],
)
def test_digest_day_turns_at_eight(moment, cut):
    parse = datetime.datetime.fromisoformat
    assert mails.digest_cut(parse(moment)) == parse(cut)


def test_digest_is_one_mail_a_day_with_what_is_unread():
    user = person(mail=MailMode.DIGEST, muted=[MessageKind.TITLE])
    message(user, ago=datetime.timedelta(hours=2), title="昨天的事")
    message(user, ago=datetime.timedelta(hours=20), title="前天的事")
    message(user, ago=datetime.timedelta(hours=2), title="已经看过", read_at=NOW)
    message(user, ago=datetime.timedelta(hours=2), title="不想知道", kind=MessageKind.TITLE)
    after_eight = message(user, ago=datetime.timedelta(minutes=59), title="今天的事")

    assert (send_mails(), send_mails()) == (1, 0)

    [letter] = mail.outbox
    assert letter.subject == "【专精特新平台】您有 2 条未读消息"
    assert letter.body.index("昨天的事") < letter.body.index("前天的事")
    assert not {"已经看过", "不想知道", "今天的事"} & set(letter.body.split())
    after_eight.refresh_from_db()
    assert after_eight.mailed_at is None
    with time_machine.travel(NOW + datetime.timedelta(days=1), tick=False):
        assert (send_mails(), send_mails()) == (1, 0)
    assert "今天的事" in mail.outbox[1].body


def test_digest_names_how_many_more_there_are():
    user = person(mail=MailMode.DIGEST)
    for _ in range(mails.DIGEST_ROWS + 3):
        message(user, ago=datetime.timedelta(hours=2))
    send_mails()
    [letter] = mail.outbox
    assert "还有 3 条" in letter.body
    assert Message.objects.filter(mailed_at__isnull=True).count() == 0


def test_without_a_mail_server_nothing_counts_as_mailed(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    row = message()
    assert send_mails() == 0
    row.refresh_from_db()
    assert row.mailed_at is None


# ---- trouble --------------------------------------------------------------------------------------------


@pytest.fixture
def trouble(monkeypatch):
    """trouble(error): the next mails fail so; trouble(None): the server works again."""
    send = mail.EmailMessage.send
    state = {"error": None}

    def maybe(self, *args, **kwargs):
        if state["error"]:
            raise state["error"]
        return send(self, *args, **kwargs)

    monkeypatch.setattr(mail.EmailMessage, "send", maybe)
    return lambda error: state.update(error=error)


GONE = smtplib.SMTPRecipientsRefused({"firm@example.com": (550, "没有这个用户".encode())})
BUSY = smtplib.SMTPRecipientsRefused({"firm@example.com": (450, b"greylisted")})
SPAM = smtplib.SMTPDataError(554, b"refused")


@pytest.mark.parametrize(
    ("error", "kept"), [(GONE, "550 没有这个用户"), (SPAM, "554 refused"), (ValueError(), "邮箱地址不正确")]
)
def test_an_address_that_does_not_work_is_written_down_and_not_tried_again(trouble, error, kept):
    row = message()
    trouble(error)
    assert send_mails() == 0
    trouble(None)
    assert send_mails() == 0
    row.refresh_from_db()
    assert (row.mail_error, row.mailed_at) == (kept, None)


@pytest.mark.parametrize(
    "error", [BUSY, ConnectionRefusedError(), TimeoutError(), smtplib.SMTPSenderRefused(550, b"no", "portal")]
)
def test_a_server_that_is_busy_or_away_is_tried_again(trouble, error):
    row = message()
    trouble(error)
    assert send_mails() == 0
    trouble(None)
    assert send_mails() == 1
    row.refresh_from_db()
    assert (row.mail_error, row.mailed_at) == ("", NOW)


def test_one_bad_address_does_not_hold_up_the_others(monkeypatch):
    bad, good = message(), message(person())
    send = mail.EmailMessage.send

    def refuse_first(self, *args, **kwargs):
        if bad.title in self.subject:
            raise GONE
        return send(self, *args, **kwargs)

    monkeypatch.setattr(mail.EmailMessage, "send", refuse_first)
    assert send_mails() == 1
    assert good.title in mail.outbox[0].subject


def test_a_killed_worker_sends_at_most_the_mail_in_its_hand_again(monkeypatch):
    class Killed(BaseException):
        pass

    rows = [message() for _ in range(3)]
    send, calls = mail.EmailMessage.send, []

    def dies_after_the_second(self, *args, **kwargs):
        result = send(self, *args, **kwargs)
        calls.append(self)
        if len(calls) == 2:
            raise Killed
        return result

    monkeypatch.setattr(mail.EmailMessage, "send", dies_after_the_second)
    with pytest.raises(Killed):
        send_mails()
    assert Message.objects.filter(mailed_at__isnull=True).count() == 2
    send_mails()

    times = [sum(row.title in letter.subject for letter in mail.outbox) for row in rows]
    assert times == [1, 2, 1]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_workers_never_mail_the_same_message(monkeypatch):
    for _ in range(4):
        message()
    for _ in range(2):
        user = person(mail=MailMode.DIGEST)
        message(user, ago=datetime.timedelta(hours=2))
    meet, send = threading.Barrier(2, timeout=10), mail.EmailMessage.send
    first = threading.local()

    def slowly(self, *args, **kwargs):
        if not getattr(first, "met", False):  # both hold a row before either lets go
            first.met = True
            meet.wait()
        return send(self, *args, **kwargs)

    monkeypatch.setattr(mail.EmailMessage, "send", slowly)
    total = []

    def worker():
        total.append(mails.send_mails(now=NOW))
        connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(total) == 6
    assert len(mail.outbox) == 6
    assert not Message.objects.filter(mailed_at__isnull=True).exists()
    assert timezone.now() == NOW
