"""Writing the lists of the record: one entry at a time, and that a list is complete."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from core import audit
from core.errors import Conflict, DomainError
from enterprises.fields import ITEMS, ItemKind
from enterprises.models import Enterprise, Evidence, FirmProfile

MOST_ENTRIES = 500


@transaction.atomic
def save_item(
    *,
    enterprise: Enterprise,
    kind: str,
    answers: Mapping[str, Any],
    source: str,
    as_of: date,
    actor,
    item: models.Model | None = None,
    evidence: Evidence | None = None,
    seen: Mapping[str, str] | None = None,
) -> models.Model:
    """Add an entry to a list (a key of ITEMS), or change `item`. `answers`: clean values by the keys of the list.

    What is not in `answers` is not known. `evidence` is the file that proves it; None for none. `seen`: what stood in
    the inputs when they were shown; an entry that somebody changed since is refused (Conflict). Refuses an entry
    without what it needs, a number that is there already, and a file of another enterprise.
    """
    asked = ITEMS[kind]
    enterprise = Enterprise.objects.select_for_update(of=["self"]).get(pk=enterprise.pk)
    if evidence is not None and evidence.enterprise_id != enterprise.pk:
        raise DomainError("请从本企业的佐证材料中选择。")
    if item is None:
        if asked.model._default_manager.filter(enterprise=enterprise).count() >= MOST_ENTRIES:
            raise DomainError(f"{asked.label}最多登记 {MOST_ENTRIES} {asked.unit}，请先删除不用的。")
        entry, before = asked.model(enterprise=enterprise), {}
    else:
        entry = _locked(asked, enterprise, item)
        before = asked.words(entry)
        _refuse_stale(asked, entry, seen)
    _fill(asked, entry, answers)
    entry.evidence, entry.source, entry.as_of = evidence, source, as_of
    entry.updated_by, entry.updated_at = actor, timezone.now()
    _check(entry)
    entry.save()
    after = asked.words(entry)
    changed = {asked.field(key).label: [before.get(key, "—"), word] for key, word in after.items()
               if before.get(key, "—") != word}  # fmt: skip
    action = f"{'修改' if item is not None else '登记'}{asked.label}"
    audit.record(action, enterprise, actor=actor, source=source, entry=str(entry), changed=changed)
    return entry


def _locked(asked: ItemKind, enterprise, item) -> models.Model:
    entry = asked.model._default_manager.select_for_update(of=["self"]).filter(
        enterprise=enterprise, pk=item.pk
    )
    found = entry.first()
    if found is None:
        raise Conflict("这一条刚刚被删除，请返回清单查看。")
    return found


def _refuse_stale(asked: ItemKind, entry, seen) -> None:
    now = asked.shown(entry)
    if seen and any(now[key] != shown for key, shown in seen.items() if key in now):
        raise Conflict("刚刚有人修改了这一条，请重新打开，看过新内容后再改。")


def _fill(asked: ItemKind, entry, answers: Mapping[str, Any]) -> None:
    for field in asked.fields:
        value = answers.get(field.key)
        if value is None and field.required:
            raise DomainError(f"请填写{field.label}。")
        empty = None if asked.model._meta.get_field(field.key).null else ""
        setattr(entry, field.key, empty if value is None else value)


def _check(entry) -> None:
    """The database's own sentences, before it has to say them."""
    try:
        entry.validate_constraints()
    except ValidationError as refusal:
        raise DomainError(" ".join(refusal.messages)) from None


@transaction.atomic
def delete_item(*, enterprise: Enterprise, kind: str, item: models.Model, actor) -> None:
    """Take an entry out of a list; the history keeps it. Safe to repeat."""
    asked = ITEMS[kind]
    enterprise = Enterprise.objects.select_for_update(of=["self"]).get(pk=enterprise.pk)
    entry = asked.model._default_manager.filter(enterprise=enterprise, pk=item.pk).first()
    if entry is None:
        return
    words = {asked.field(key).label: word for key, word in asked.words(entry).items() if word != "—"}
    entry.delete()
    audit.record(f"删除{asked.label}", enterprise, actor=actor, entry=words)


@transaction.atomic
def complete_list(*, enterprise: Enterprise, kind: str, complete: bool, actor) -> None:
    """Say that a list holds all there is, or take that back. An empty complete list means: there are none."""
    asked = ITEMS[kind]
    enterprise = Enterprise.objects.select_for_update(of=["self"]).get(pk=enterprise.pk)
    profile, _ = FirmProfile.objects.get_or_create(enterprise=enterprise)
    lists = set(profile.complete_lists)
    if (kind in lists) == complete:
        return
    profile.complete_lists = sorted(lists | {kind} if complete else lists - {kind})
    profile.updated_by, profile.updated_at = actor, timezone.now()
    profile.save()
    count = asked.model._default_manager.filter(enterprise=enterprise).count()
    action = f"{asked.label}清单{'已填完' if complete else '改为未填完'}"
    audit.record(action, enterprise, actor=actor, count=count)
