"""Files that prove something: taken in, and deleted while nothing rests on them."""

import hashlib

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from core import audit
from core.errors import Conflict, DomainError
from enterprises.filetypes import clean_file_name, media_type
from enterprises.models import Enterprise, Evidence
from enterprises.queries.evidence import kept_because
from enterprises.scanners import scan

MB = 1024 * 1024


@transaction.atomic
def add_evidence(*, enterprise: Enterprise, file, actor) -> Evidence:
    """Keep an uploaded file (a Django File with a name) for an enterprise, exactly as it came.

    The bytes say what it is: PDF, PNG or JPEG. The same file again is the one already there. Refuses other kinds,
    empty, damaged, disguised, infected and too large files, and more files than an enterprise may have.
    """
    if not file.size:
        raise DomainError("文件是空的，请确认选对了文件后重新上传。")
    if file.size > settings.EVIDENCE_MAX_MB * MB:
        raise DomainError(f"文件超过 {settings.EVIDENCE_MAX_MB} MB，请降低扫描分辨率，或拆成几个文件上传。")
    file.seek(0)
    data = file.read()
    kind = media_type(data)
    sha256 = hashlib.sha256(data).hexdigest()
    mine = Evidence.objects.filter(enterprise=enterprise)
    if known := mine.filter(sha256=sha256).first():
        return known
    state = scan(data)
    Enterprise.objects.select_for_update(of=["self"]).get(pk=enterprise.pk)
    if known := mine.filter(sha256=sha256).first():  # uploaded twice at the same moment
        return known
    if mine.count() >= settings.EVIDENCE_MAX_FILES:
        raise DomainError(
            f"最多保存 {settings.EVIDENCE_MAX_FILES} 个文件，请先删除不用的，或合并成一个 PDF。"
        )
    evidence = Evidence(enterprise=enterprise, name=clean_file_name(file.name, kind), media_type=kind,
                        size=len(data), sha256=sha256, scan=state, uploaded_by=actor,
                        uploaded_at=timezone.now())  # fmt: skip
    evidence.file.save("", ContentFile(data), save=False)
    try:
        evidence.save()
        audit.record("上传佐证材料", enterprise, actor=actor, file=evidence.name, sha256=sha256)
    except BaseException:
        evidence.file.delete(save=False)
        raise
    return evidence


@transaction.atomic
def delete_evidence(*, evidence: Evidence, actor) -> None:
    """Delete a file for good. Refuses one that is used, or was handed in with a case. Safe to repeat."""
    Enterprise.objects.select_for_update(of=["self"]).get(pk=evidence.enterprise_id)
    evidence = Evidence.objects.select_related("enterprise").filter(pk=evidence.pk).first()
    if evidence is None:
        return
    if reasons := kept_because(evidence):
        raise Conflict(f"“{evidence.name}”用在{'、'.join(reasons)}中，不能删除。请先在那里换掉这个文件。")
    stored = evidence.file
    audit.record("删除佐证材料", evidence.enterprise, actor=actor, file=evidence.name, sha256=evidence.sha256)
    evidence.delete()
    transaction.on_commit(lambda: stored.storage.delete(stored.name))
