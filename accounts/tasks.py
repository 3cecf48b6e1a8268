"""Beat entry points: each calls one service."""

from celery import shared_task

from accounts import mails


@shared_task
def send_mails() -> int:
    """Messages by e-mail, every minute. Safe to run twice (accounts/mails.py)."""
    return mails.send_mails()
