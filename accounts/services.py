"""Every change to users, and what they are told, goes through here."""

from django.db import transaction

from accounts.models import Message, User
from core import audit

RECORDED = ["username", "full_name", "role", "region_id", "is_active", "is_staff"]


@transaction.atomic
def save_user(*, user, actor) -> User:
    """Store a new or changed user after the model's own checks; what changed is audited (never the password)."""
    before = User.objects.filter(pk=user.pk).values(*RECORDED).first() or {}
    user.full_clean(exclude=["password"])
    user.save()
    after = {field: getattr(user, field) for field in RECORDED}
    changed = {
        field: [before.get(field), value] for field, value in after.items() if before.get(field) != value
    }
    audit.record("维护用户", user, actor=actor, changed=changed)
    return user


def tell(*, recipients, kind, key, title, body="", url="") -> None:
    """Put a message into the box of each recipient. Safe to repeat: the same key reaches a person once."""
    Message.objects.bulk_create(
        [
            Message(recipient=user, kind=kind, key=key, title=title[:120], body=body, url=url)
            for user in recipients
        ],
        ignore_conflicts=True,
    )
