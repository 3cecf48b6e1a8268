"""Every write of the import flow: upload → read → (correct) → confirm → written, and undo.

A batch is locked first. Reading and writing run as jobs; each is one transaction, so a killed worker leaves
nothing half done and the next one starts afresh.
"""

import hashlib
import json
from collections import Counter
from pathlib import PurePath

from django.core.files.base import File
from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.utils import timezone

from core import audit, jobs
from core.bulk import copy_rows, update_rows, without_collecting
from core.errors import Conflict, DomainError
from core.models import Job
from core.spreadsheets.guard import precheck
from core.spreadsheets.reader import read
from core.states import transition
from enterprises import registry
from enterprises.enums import BATCH_TRANSITIONS, BatchState, ImportMode, RowOutcome
from enterprises.models import Enterprise, ImportBatch, ImportRow, Membership

CONFIRM_AGAIN = "核对之后平台上的数据有变化，已按最新数据重新核对，请再看一遍后确认。"


# ---- upload and correct ---------------------------------------------------------------------------------


@transaction.atomic
def upload_batch(*, file, region, actor, kind="", header=None) -> ImportBatch:
    """Keep a workbook and have it read. `file`: a Django File with a name; `header`: what the user knows better.

    Refuses what is no workbook at first sight, and a file that is already here (Conflict).
    """
    given = _clean_header(kind, header or {})
    precheck(file.read(100_000), file.size)
    sha256 = _sha256(file)
    _refuse_same_file(sha256, region)
    name = PurePath(file.name).name[-150:]
    batch = ImportBatch(kind=kind, file_name=name, sha256=sha256, region=region, uploaded_by=actor)
    batch.header = {"given": given}
    batch.file.save(f"{sha256[:16]}.xlsx", File(file), save=False)
    try:
        with transaction.atomic():
            batch.save()
    except IntegrityError:  # the same file, uploaded twice at the same moment
        batch.file.delete(save=False)
        raise Conflict("这个文件刚刚已经上传过，请在导入列表中查看。") from None
    batch.refresh_from_db()
    audit.record("上传导入文件", batch, actor=actor, sha256=sha256)
    _submit(batch, "read", actor)
    return batch


def _sha256(file) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _refuse_same_file(sha256, region) -> None:
    """An office does not import a file twice, nor one that an office above it has imported for its rows too."""
    offices = [region]
    while offices[-1].parent:
        offices.append(offices[-1].parent)
    if region.provincial_direct:  # its city may not write its rows
        offices = [office for office in offices if office != region.city]
    same = ImportBatch.objects.filter(sha256=sha256, region__in=offices)
    earlier = same.exclude(state__in=BatchState.closed()).select_related("uploaded_by").first()
    if earlier:
        when = timezone.localtime(earlier.uploaded_at).strftime("%Y-%m-%d %H:%M")
        who = earlier.uploaded_by or "系统"
        raise Conflict(
            f"这个文件已由{who}于 {when} 上传（“{earlier.file_name}”，{earlier.get_state_display()}），不能重复导入。"
            "如需重新导入，请先撤销原来的批次。"
        )


def _clean_header(kind, values) -> dict:
    """Only fields of the kind's header, each cleaned; blanks leave what the file says."""
    fields = {field.key: field for field in registry.importer(kind).header} if kind else {}
    if unknown := set(values) - set(fields):
        raise DomainError(f"这种文件没有这些信息：{'、'.join(sorted(unknown))}。请先选择内容种类。")
    cleaned = {}
    for key, value in values.items():
        if value not in (None, ""):
            try:
                cleaned[key] = fields[key].clean(value)
            except DomainError as problem:
                raise DomainError(f"{fields[key].label}：{problem}") from None
    return cleaned


@transaction.atomic
def correct_header(*, batch, values, actor) -> ImportBatch:
    """Say better what the rows above the table say; a blank means: as the file says. The file is read again."""
    batch = _locked(batch)
    kept = {key: value for key, value in batch.header.get("given", {}).items() if key not in values}
    given = kept | _clean_header(batch.kind, values)
    _move(batch, BatchState.READING, actor, "更正文件信息", header={"given": given}, error="")
    _submit(batch, "read", actor)
    return batch


# ---- read -----------------------------------------------------------------------------------------------


@transaction.atomic
def read_batch(*, batch, actor) -> ImportBatch:
    """Read the file and store what each row would do. What cannot be read fails the batch, saying why."""
    batch = _locked(batch)
    if batch.state != BatchState.READING:
        return batch
    try:
        with transaction.atomic(), without_collecting():
            _stage(batch)
    except DomainError as refusal:
        return _move(batch, BatchState.FAILED, actor, "导入文件读取失败", error=str(refusal))
    return _move(batch, BatchState.REVIEW, actor, "读取导入文件", error="")


def _stage(batch) -> None:
    with batch.file.open("rb") as file:
        book = read(file)
    importer = registry.importer(batch.kind) if batch.kind else registry.guess(book)
    checked = importer.examine(book, batch)
    del book
    _delete(ImportRow.objects.filter(batch=batch))
    dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    copy_rows(
        ImportRow,
        ["batch_id", "sheet", "number", "outcome", "uscc", "name", "data", "errors", "note", "undo"],
        (
            (
                batch.pk,
                checked.sheet,
                line.number,
                line.outcome,
                line.uscc,
                line.name,
                dumps(line.data),
                dumps(line.errors) if line.errors else "[]",
                line.note,
                dumps(line.undo) if line.undo else "{}",
            )
            for line in checked.lines
        ),
    )
    batch.kind = importer.kind
    batch.header = checked.header | {"given": batch.header.get("given", {}), "head_row": checked.head_row}
    batch.counts = dict(Counter(line.outcome for line in checked.lines))
    batch.notes = checked.notes


# ---- confirm --------------------------------------------------------------------------------------------


@transaction.atomic
def confirm_batch(*, batch, mode, actor) -> ImportBatch:
    """Have the good rows written, or the conflicting ones as well. Refuses an incomplete header."""
    batch = _locked(batch)
    mode = ImportMode(mode)
    if batch.state == BatchState.APPLYING:
        _submit(batch, "apply", actor, again=True)
        return batch
    if missing := registry.importer(batch.kind).missing(batch.header) if batch.kind else []:
        raise DomainError(f"请先补全文件信息：{'、'.join(missing)}。")
    if batch.state == BatchState.REVIEW and not any(batch.counts.get(outcome) for outcome in mode.outcomes):
        raise Conflict("没有可以写入的行，不需要确认。")
    _move(batch, BatchState.APPLYING, actor, "确认导入", error="", mode=mode)
    _submit(batch, "apply", actor)
    return batch


@transaction.atomic
def apply_batch(*, batch, actor) -> ImportBatch:
    """Write all confirmed rows in this one transaction.

    Every row is judged again first; when one reads differently now, nothing is written and the batch goes back
    to be looked at.
    """
    batch = _locked(batch)
    if batch.state != BatchState.APPLYING:
        return batch
    with without_collecting():
        return _apply(batch, actor)


def _apply(batch, actor) -> ImportBatch:
    importer = registry.importer(batch.kind)
    lines = importer.stored(batch.rows.exclude(outcome=RowOutcome.BAD))
    if _judge_again(batch, importer, lines):
        return _move(batch, BatchState.REVIEW, actor, "导入前数据有变化", error=CONFIRM_AGAIN, mode="")
    wanted = ImportMode(batch.mode).outcomes
    try:
        with transaction.atomic():
            importer.apply(batch, [line for line in lines if line.outcome in wanted])
            _check_constraints()
    except IntegrityError:
        return _move(batch, BatchState.REVIEW, actor, "导入时数据有变化", error=CONFIRM_AGAIN, mode="")
    return _move(batch, BatchState.CONFIRMED, actor, "完成导入", stamp="confirmed_at")


def _judge_again(batch, importer, lines) -> bool:
    """Bring the stored verdicts up to date; True when an outcome changed."""
    changed = importer.judge_again(batch, lines)
    if not changed:
        return False
    update_rows(
        ImportRow,
        ["outcome", "note", "undo", "errors"],
        (
            (line.pk, line.outcome, line.note, json.dumps(line.undo), json.dumps(line.errors))
            for line, _ in changed
        ),
    )
    rows = batch.rows.order_by().values_list("outcome").annotate(count=Count("pk"))
    batch.counts = dict(rows)
    return any(line.outcome != before for line, before in changed)


# ---- undo -----------------------------------------------------------------------------------------------


@transaction.atomic
def undo_batch(*, batch, actor) -> ImportBatch:
    """Give up a batch, or take back what it wrote. Refused, with reasons, while something rests on it."""
    batch = _locked(batch)
    if batch.state == BatchState.CONFIRMED:
        _take_back(batch)
    return _move(batch, BatchState.UNDONE, actor, "撤销导入", error="")


def dependents(batch) -> list[str]:
    """What forbids undoing a confirmed batch; [] for nothing."""
    rows = ImportRow.objects.confirmed(batch)
    codes = rows.values("uscc")
    created = Enterprise.objects.filter(uscc__in=rows.filter(undo__has_key="created").values("uscc"))
    reasons = []
    later = ImportBatch.objects.filter(state=BatchState.CONFIRMED, confirmed_at__gt=batch.confirmed_at)
    for other in later.order_by("confirmed_at"):
        if count := ImportRow.objects.confirmed(other).filter(uscc__in=codes).exclude(undo={}).count():
            reasons.append(f"之后的批次“{other.file_name}”又改动了其中 {count} 家企业，请先撤销它")
    reasons += [held for one in registry.importers().values() if (held := one.holds(created, batch))]
    if users := Membership.objects.filter(enterprise__in=created).count():
        reasons.append(f"本批次新建的企业已有 {users} 个企业用户")
    if registry.importer(batch.kind).feeds_awards:
        firms = Enterprise.objects.filter(uscc__in=codes)
        reasons += [reason for guard in registry.guards() for reason in guard().reasons(batch, firms)]
    return reasons


def _take_back(batch) -> None:
    if reasons := dependents(batch):
        raise Conflict(f"不能撤销：{'；'.join(reasons)}。")
    importer = registry.importer(batch.kind)
    rows = ImportRow.objects.confirmed(batch)
    try:
        with transaction.atomic():
            if importer.feeds_awards:
                firms = Enterprise.objects.filter(uscc__in=rows.values("uscc"))
                for guard in registry.guards():
                    guard().release(batch, firms)
            importer.undo(batch, importer.stored(rows))
            _check_constraints()
    except IntegrityError:
        raise Conflict("不能撤销：本批次新建的企业已有其他记录，请先处理这些记录。") from None


# ---- shared ---------------------------------------------------------------------------------------------


def _locked(batch) -> ImportBatch:
    return ImportBatch.objects.select_for_update().get(pk=batch.pk)


def _move(batch, state, actor, action, **changes) -> ImportBatch:
    return transition(batch, state, table=BATCH_TRANSITIONS, actor=actor, action=action, **changes)


def _check_constraints() -> None:
    """Deferred foreign keys speak now, inside the savepoint, not at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _delete(rows) -> None:
    rows._raw_delete(rows.db)  # nothing refers to import rows


def latest_job(batch) -> Job | None:
    """The job that last worked on a batch."""
    return Job.objects.filter(key__startswith=f"import:{batch.pk}:").order_by("-pk").first()


def _submit(batch, act, actor, *, again=False) -> None:
    """Queue reading or writing; `again` wakes the job that failed instead of making another."""
    number = Job.objects.filter(key__startswith=f"import:{batch.pk}:").count() + (0 if again else 1)
    label = f"{'读取' if act == 'read' else '写入'} {batch.file_name}"
    key = f"import:{batch.pk}:{number}"
    jobs.submit(kind=f"enterprises.{act}_import", key=key, label=label, requested_by=actor, batch=batch.pk)
