"""Titles that are taken away by a document. Never undone: corrected by a note, given back by an appeal."""

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import MessageKind
from accounts.services import tell
from core import audit
from core.errors import Conflict, DomainError
from core.fields import clean_document_number, clean_text
from enterprises.models import Enterprise
from policies.engine.standards.titles import months_after
from tiers.enums import RevocationReason, Title
from tiers.models import Recognition, Revocation
from tiers.queries.titles import Documents
from tiers.services.people import members_of, officers_of

MAX_DETAIL = 2000


@transaction.atomic
def revoke_title(
    *, recognition, reason, detail, document_number, revoked_on, actor, banned_until=None
) -> list[Revocation]:
    """Enter the document that takes a title away; `revoked_on` is the first day on which it is void.

    Fabrication takes every tier that the enterprise still holds. For the reasons that ban, the enterprise may not
    apply until `banned_until` (inclusive): at least the years of the document in force, which is also the default.
    Safe to repeat: the same document gives what is there. Refuses (Conflict) a title that another document took.
    63号 art. 15, 16.
    """
    firm = (
        Enterprise.objects.select_for_update(of=["self"])
        .select_related("managing_unit__parent")
        .get(pk=recognition.enterprise_id)
    )
    document = clean_document(document_number)
    if repeated := _taken_before(recognition, document):
        return repeated
    reason = RevocationReason(reason)
    if revoked_on > timezone.localdate():
        raise DomainError("撤销日期不能晚于今天。")
    if revoked_on < recognition.documented_on:
        raise DomainError(f"撤销日期不能早于认定文件的日期 {recognition.documented_on}。")
    until = _ban_until(recognition.title, reason, revoked_on, banned_until)
    detail = clean_text(detail, max_length=MAX_DETAIL, multiline=True)
    found = [
        _revoke(title, reason, detail, document, revoked_on, until, actor)
        for title in _titles_to_take(firm, recognition, reason, revoked_on)
    ]
    _tell(firm, found, actor)
    return found


def clean_document(number) -> str:
    """A 文号 in one spelling, or an announcement by its day (2026年5月10日公告)."""
    text = clean_text(number, max_length=60)
    return text if text.endswith("公告") else clean_document_number(text)


def _taken_before(recognition, document) -> list[Revocation]:
    earlier = Revocation.objects.filter(recognition=recognition).first()
    if earlier is None:
        return []
    if earlier.document_number == document and not earlier.restored_on:
        return list(
            Revocation.objects.filter(
                recognition__enterprise=recognition.enterprise_id, document_number=document
            )
        )
    state = "撤销后已恢复" if earlier.restored_on else "已撤销"
    raise Conflict(
        f"这个称号已按 {earlier.document_number} 登记为{state}，不能再次登记。需要更正的，请在撤销记录中写说明。"
    )


def _ban_until(title, reason, revoked_on, wanted) -> date | None:
    """The last day of the ban: what the document says, never shorter than the rule."""
    if not reason.bans:
        least = None
    elif procedure := Documents().procedure(title, revoked_on):
        least = months_after(revoked_on, 12 * procedure.ban_years)
    elif wanted:
        least = None
    else:
        raise DomainError(f"{revoked_on} 没有适用的管理办法，请按撤销文件填写不得申报的截止日期。")
    if wanted and wanted < (least or revoked_on):
        raise DomainError(f"不得申报的截止日期不能早于 {least or revoked_on}，请按撤销文件填写。")
    return wanted or least


def _titles_to_take(firm, recognition, reason, revoked_on) -> list[Recognition]:
    own = Recognition.objects.select_for_update().filter(enterprise=firm, revoked_on__isnull=True)
    if reason == RevocationReason.FABRICATION:
        still = own.filter(title__in=Title.tiers(), valid_until__gte=revoked_on) | own.filter(
            pk=recognition.pk
        )
        return list(still.order_by("pk"))
    return list(own.filter(pk=recognition.pk))


def _revoke(recognition, reason, detail, document, revoked_on, until, actor) -> Revocation:
    recognition.revoked_on = revoked_on
    recognition.save(update_fields=["revoked_on"])
    revocation = Revocation.objects.create(
        recognition=recognition,
        reason=reason,
        detail=detail,
        document_number=document,
        revoked_on=revoked_on,
        banned_until=until,
        recorded_by=actor,
    )
    audit.record(
        "撤销称号",
        recognition,
        actor=actor,
        document=document,
        reason=reason.label,
        revoked_on=revoked_on.isoformat(),
        banned_until=until.isoformat() if until else None,
    )
    return revocation


def _tell(firm, revocations, actor) -> None:
    first = revocations[0]
    titles = "、".join(one.recognition.get_title_display() for one in revocations)
    ban = f"到 {first.banned_until} 为止不得申报。" if first.banned_until else ""
    body = f"{first.document_number}，自 {first.revoked_on} 起称号无效。{ban}"
    for people in (members_of(firm, but=actor), officers_of(firm, but=actor)):
        tell(
            recipients=people,
            kind=MessageKind.TITLE,
            key=f"revoked:{first.pk}",
            title=f"{firm}的{titles}称号已撤销",
            body=body,
            url=reverse("tiers:revocation_detail", args=[first.pk]),
        )


@transaction.atomic
def note_revocation(*, revocation, note, actor) -> Revocation:
    """Correct or add to what is written of a revocation, by a dated note; nothing that stands there is changed."""
    revocation = Revocation.objects.select_for_update().get(pk=revocation.pk)
    note = clean_text(note, max_length=MAX_DETAIL, multiline=True)
    revocation.detail += f"\n\n{timezone.localdate()} {actor}补充说明：{note}"
    revocation.save(update_fields=["detail"])
    audit.record("补充撤销说明", revocation, actor=actor, note=note)
    return revocation


def restore_titles(*, revocation, decision, actor) -> list[Revocation]:
    """Give back what one document took, titles and the right to apply, because an appeal was upheld.

    For the service that decides the appeal, inside its transaction; the revocation stays on record. Safe to repeat.
    """
    taken = Revocation.objects.select_for_update(of=["self"]).select_related("recognition")
    taken = taken.filter(
        recognition__enterprise=revocation.recognition.enterprise_id,
        document_number=revocation.document_number,
        restored_on__isnull=True,
    )
    found = list(taken.order_by("pk"))
    for one in found:
        one.restored_on, one.banned_until = timezone.localdate(), None
        one.save(update_fields=["restored_on", "banned_until"])
        Recognition.objects.filter(pk=one.recognition_id).update(revoked_on=None)
        audit.record("恢复称号", one.recognition, actor=actor, document=one.document_number, reason=decision)
    return found
