"""Upload, read, confirm, undo: states, refusals, killed workers, bad files."""

import io
import zipfile

import pytest
from django.core.files.base import ContentFile

from core import jobs
from core.errors import Conflict, DomainError
from core.models import AuditEntry
from enterprises import registry, services
from enterprises.models import Enterprise, ImportBatch, ImportRow
from tests.enterprises.imports import confirm, imported, upload, work
from tests.factories import UserFactory, region
from tests.makers import firm, recognition_list, roster, workbook
from tiers.models import Recognition

pytestmark = pytest.mark.django_db


def test_same_file_is_refused_with_who_and_when():
    staff, data = UserFactory(full_name="张三"), roster(2)
    upload(data, actor=staff, name="甲.xlsx")
    with pytest.raises(Conflict, match=r"张三.*甲\.xlsx"):
        upload(data, actor=staff, name="乙.xlsx")


def test_same_file_is_refused_below_the_office_that_imported_it_but_not_beside_it():
    data = roster(2)
    upload(data, actor=UserFactory())
    with pytest.raises(Conflict):
        upload(data, actor=UserFactory(county=True))
    assert upload(data, actor=UserFactory(region=region("郑州市"))).counts == {"foreign": 2}


def test_undone_file_may_come_again():
    data = roster(2)
    services.undo_batch(batch=imported(data), actor=None)
    assert imported(data).state == "confirmed"
    assert Enterprise.objects.count() == 2


def test_unknown_kind_is_refused():
    with pytest.raises(DomainError, match="没有这种导入"):
        upload(roster(1), kind="nothing")


@pytest.mark.parametrize(
    ("kind", "sheet"),
    [("roster", roster(2)), ("recognitions", recognition_list([firm(1), firm(2)]))],
)
def test_kind_is_guessed_from_the_content(kind, sheet):
    assert upload(sheet).kind == kind


def macro_book():
    target = io.BytesIO(roster(1))
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    return target.getvalue()


BAD_AT_ONCE = {
    "empty": b"",
    "text": b"hello",
    "html": b"<html></html>",
    "old": bytes.fromhex("d0cf11e0a1b11ae1") * 99,
}
HEAD = ["企业名称", "统一社会信用代码", "县区"]
BAD_WHEN_READ = {
    "macro": macro_book(),
    "zip": b"PK\x03\x04" + b"x" * 400,
    "no rows": workbook([["只有标题"]]),
    "no head": workbook([["甲", "乙"], [1, 2], [3, 4]]),
    "blank": workbook([[]]),
    "two heads": workbook([HEAD, list(firm(1)), HEAD]),
    "wide": workbook([[*HEAD, *map(str, range(250))], list(firm(1))]),
}


@pytest.mark.parametrize("data", BAD_AT_ONCE.values(), ids=BAD_AT_ONCE)
def test_what_is_no_workbook_is_refused_at_once(data):
    with pytest.raises(DomainError):
        upload(data)
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize("data", BAD_WHEN_READ.values(), ids=BAD_WHEN_READ)
def test_what_cannot_be_read_fails_with_advice(data):
    batch = upload(data)
    assert batch.state == "failed"
    assert "请" in batch.error
    assert not batch.rows.exists()


def test_worker_killed_while_writing_leaves_nothing_and_the_next_one_finishes(monkeypatch):
    data = recognition_list([firm(n) for n in range(20)])
    undisturbed = imported(data)
    expected = sorted(Recognition.objects.values_list("enterprise__uscc", "title", "document_number"))
    services.undo_batch(batch=undisturbed, actor=None)
    assert not Enterprise.objects.exists()

    batch = services.confirm_batch(batch=upload(data), mode="good", actor=None)
    importer = registry.importer("recognitions")
    create = importer.create_firms

    def killed(*args):
        create(*args)
        raise SystemExit

    monkeypatch.setattr(importer, "create_firms", killed)
    with pytest.raises(SystemExit):
        work(batch)
    assert not Enterprise.objects.exists()
    monkeypatch.undo()
    assert work(batch).state == "confirmed"
    assert sorted(Recognition.objects.values_list("enterprise__uscc", "title", "document_number")) == expected


def test_worker_killed_while_reading_leaves_nothing_and_the_next_one_finishes(monkeypatch):
    importer = registry.importer("roster")

    def killed(*args):
        raise SystemExit

    monkeypatch.setattr(importer, "classify", killed)
    with pytest.raises(SystemExit):
        upload(roster(5))
    batch = ImportBatch.objects.get()
    assert (batch.state, ImportRow.objects.count()) == ("reading", 0)
    monkeypatch.undo()
    assert work(batch).counts == {"new": 5}


def test_data_that_moved_on_after_the_dry_run_is_shown_again():
    first, second = upload(roster(2), name="1.xlsx"), upload(roster(3), name="2.xlsx")
    confirm(first)
    second = confirm(second)
    assert second.state == "review"
    assert "重新核对" in second.error
    assert second.counts == {"known": 2, "new": 1}
    assert confirm(second).state == "confirmed"
    assert Enterprise.objects.count() == 3


def test_confirming_twice_is_refused_and_writes_once():
    batch = imported(roster(2))
    with pytest.raises(Conflict):
        services.confirm_batch(batch=batch, mode="good", actor=None)
    jobs.run(services.latest_job(batch).pk)
    assert Enterprise.objects.count() == 2


def test_every_act_is_in_the_audit_trail():
    staff = UserFactory()
    batch = confirm(upload(roster(2), actor=staff), actor=staff)
    services.undo_batch(batch=batch, actor=staff)
    acts = AuditEntry.objects.filter(subject=f"enterprises.importbatch:{batch.pk}").order_by("pk")
    assert [entry.action for entry in acts] == [
        "上传导入文件",
        "读取导入文件",
        "确认导入",
        "完成导入",
        "撤销导入",
    ]
    assert {entry.actor for entry in acts} == {staff}


def test_parallel_upload_of_one_file_is_refused(monkeypatch):
    data = roster(2)
    upload(data)
    monkeypatch.setattr(services.imports, "_refuse_same_file", lambda *args: None)
    with pytest.raises(Conflict, match="刚刚"):
        services.upload_batch(file=ContentFile(data, name="x.xlsx"), region=region("河南省"), actor=None)
