"""Every change to users, and what they are told, goes through here."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Message, MessageSetting, SavedFilter, User
from core import audit
from core.errors import Conflict, DomainError
from core.fields import clean_text

RECORDED = ["username", "full_name", "role", "region_id", "is_active", "is_staff"]
FILTERS = 30  # saved filters of one person on one page


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


# ---- messages -------------------------------------------------------------------------------------------


def tell(*, recipients, kind, key, title, body="", url="") -> None:
    """Put a message into the box of each recipient. Safe to repeat: the same key reaches a person once."""
    Message.objects.bulk_create(
        [
            Message(recipient=user, kind=kind, key=key, title=title[:120], body=body, url=url)
            for user in recipients
        ],
        ignore_conflicts=True,
    )


def read_message(*, message) -> None:
    """The recipient has opened it. Safe to repeat: the first time counts."""
    Message.objects.filter(pk=message.pk).unread().update(read_at=timezone.now())


def read_messages(*, user, upto) -> int:
    """Mark everything up to the newest message that the person saw as read; what came later stays unread."""
    seen = Message.objects.visible_to(user).unread().filter(pk__lte=upto)
    return seen.update(read_at=timezone.now())


@transaction.atomic
def save_message_setting(*, user, mail, muted, email) -> MessageSetting:
    """How and where a person is told by e-mail. `muted` are the kinds not mailed; an empty `email` takes it away."""
    person = User.objects.select_for_update().get(pk=user.pk)
    if person.email != email:
        person.email = email
        person.save(update_fields=["email"])
        audit.record("修改邮箱", person, actor=user)
    setting, _ = MessageSetting.objects.update_or_create(
        user=person, defaults={"mail": mail, "muted": sorted(muted)}
    )
    return setting


# ---- saved filters --------------------------------------------------------------------------------------


@transaction.atomic
def save_filter(*, user, page, name, query) -> SavedFilter:
    """Keep a list's query string under a name. `page` is the URL name of the list. Refuses a name that is taken,
    a query that is too long, and more than FILTERS of one page."""
    User.objects.select_for_update().get(pk=user.pk)
    name = clean_text(name, max_length=30)
    wanted = QueryDict(query, mutable=True)
    wanted.pop("page", None)
    mine = SavedFilter.objects.filter(user=user, page=page)
    if mine.filter(name=name).exists():
        raise Conflict(f"已有名为“{name}”的常用筛选，请换一个名称，或先删除原来的。")
    if mine.count() >= FILTERS:
        raise DomainError(f"常用筛选最多保存 {FILTERS} 个，请先删除不用的。")
    saved = SavedFilter(user=user, page=page, name=name, query=clean_query(wanted))
    try:
        saved.full_clean()
    except ValidationError as error:
        raise DomainError("筛选条件太长，不能保存，请去掉几个条件。") from error
    saved.save()
    return saved


def clean_query(query: QueryDict) -> str:
    """The query string without empty parameters, as it stands in an address."""
    kept = query.copy()
    for name in [name for name, values in kept.lists() if not any(values)]:
        del kept[name]
    return kept.urlencode()


def delete_filter(*, saved) -> None:
    saved.delete()
