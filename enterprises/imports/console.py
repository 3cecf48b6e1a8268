"""What the import commands share: take files in, print the dry run, confirm."""

from pathlib import Path

from django.core.files import File
from django.core.management.base import CommandError

from accounts.enums import RegionKind
from accounts.models import Region
from core import jobs
from core.errors import DomainError
from enterprises import registry, services
from enterprises.enums import BatchState, ImportMode, RowOutcome
from enterprises.models import ImportBatch

SHOWN = 200  # bad rows printed


def add_arguments(parser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="an .xlsx workbook")
    parser.add_argument("--region", default="", help="code of the office (default: the province, all units)")
    parser.add_argument("--dry-run", action="store_true", help="read and report, then give the batch up")
    parser.add_argument("--good-only", action="store_true", help="write only new, changed and renamed rows")


def import_files(command, options, *, kind="", header=None) -> list[ImportBatch]:
    """Import every file of a command line; CommandError with all that went wrong at the end."""
    failures, batches = [], []
    for path in map(Path, options["files"]):
        try:
            batches.append(_import(command, path, options, kind, header))
        except (DomainError, OSError) as error:
            failures.append(f"{path.name}：{error}")
    if failures:
        raise CommandError("\n".join(failures))
    return batches


def _region(code) -> Region:
    if not code:
        return Region.objects.get(kind=RegionKind.PROVINCE)
    region = Region.objects.filter(code=code).first()
    if region is None:
        raise CommandError(f"没有代码为 {code} 的单位。")
    return region


def _import(command, path, options, kind, header) -> ImportBatch:
    with path.open("rb") as handle:
        region = _region(options["region"])
        file = File(handle, name=path.name)
        batch = services.upload_batch(file=file, region=region, actor=None, kind=kind, header=header)
    batch = _work_off(batch)
    if batch.state == BatchState.FAILED:
        raise DomainError(batch.error)
    report(command, batch)
    if options["dry_run"]:
        services.undo_batch(batch=batch, actor=None)
        command.stdout.write("  试读完成，没有写入。")
        return batch
    mode = ImportMode.GOOD if options["good_only"] else ImportMode.ALL
    if not any(batch.counts.get(outcome) for outcome in mode.outcomes):
        services.undo_batch(batch=batch, actor=None)
        command.stdout.write("  没有需要写入的行。")
        return batch
    try:
        services.confirm_batch(batch=batch, mode=mode, actor=None)
    except DomainError:
        services.undo_batch(batch=batch, actor=None)
        raise
    batch = _work_off(batch)
    if batch.state != BatchState.CONFIRMED:
        raise DomainError(batch.error)
    written = sum(batch.counts.get(outcome, 0) for outcome in mode.outcomes)
    command.stdout.write(f"  已写入 {written} 行。")
    return batch


def _work_off(batch) -> ImportBatch:
    """Run the batch's job here and now."""
    job = services.latest_job(batch)
    jobs.run(job.pk)
    job.refresh_from_db()
    if job.error:
        raise DomainError(job.error)
    batch.refresh_from_db()
    return batch


def report(command, batch) -> None:
    """Counts and bad rows, as the page shows them."""
    write = command.stdout.write
    counts = "，".join(f"{o.label} {batch.counts[o]}" for o in RowOutcome if batch.counts.get(o))
    write(f"{batch.file_name}（{registry.importer(batch.kind).label}）：{counts or '没有数据行'}")
    for row in batch.rows.filter(outcome=RowOutcome.BAD).order_by("number")[:SHOWN]:
        for error in row.errors:
            place = f"工作表「{row.sheet}」第 {row.number} 行"
            column = f" {error['column']} 列「{error['head']}」" if error["column"] else ""
            value = f"（填写的是：{error['value']}）" if error["value"] else ""
            write(f"  {place}{column}：{error['message']}{value}")
