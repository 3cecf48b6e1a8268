"""Files of an enterprise: known by their bytes, kept as they came, given only to those who may see the enterprise."""

import socket
import threading
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.core.files.uploadedfile import SimpleUploadedFile

from core.errors import Conflict, DomainError
from core.models import AuditEntry
from enterprises import filetypes, scanners
from enterprises.enums import IpKind, ScanState
from enterprises.filetypes import JPEG, PDF, PNG, clean_file_name, media_type
from enterprises.models import Evidence, IntellectualProperty, YearlyFigures
from enterprises.queries.evidence import evidence_uses
from enterprises.services import add_evidence, delete_evidence
from tests.factories import EnterpriseFactory, EvidenceFactory, SubmissionFactory, UserFactory
from tests.makers import jpeg, pdf, png, roster

ZIP = b"PK\x03\x04" + b"x" * 40 + b"PK\x05\x06" + bytes(18)


@pytest.fixture
def firm(db):
    return EnterpriseFactory()


def upload(firm, data=None, name="审计报告.pdf", actor=None):
    file = SimpleUploadedFile(name, pdf() if data is None else data)
    return add_evidence(enterprise=firm, file=file, actor=actor or UserFactory())


# ---- what it is -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "kind"),
    [(pdf(), PDF), (pdf().rstrip() + b"\r\n\r\n", PDF), (png(), PNG), (png(4000, 3000), PNG), (jpeg(), JPEG),
     (jpeg(tail=b"\xff\xd8\xff camera preview" * 50), JPEG), (pdf().replace(b"1.4", b"2.0"), PDF)],
)  # fmt: skip
def test_known_kinds_are_told_by_their_bytes(data, kind):
    assert media_type(data) == kind


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", filetypes.WRONG_KIND),
        (b"<html><script>alert(1)</script>", filetypes.WRONG_KIND),
        (b"MZ\x90\x00" + bytes(200), filetypes.WRONG_KIND),
        (b"\x7fELF" + bytes(200), filetypes.WRONG_KIND),
        (ZIP, filetypes.WRONG_KIND),
        (b"GIF89a" + bytes(50), filetypes.WRONG_KIND),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", filetypes.WRONG_KIND),
        (b"<!--" + pdf(), filetypes.WRONG_KIND),
        (b"%PDF-1.4\n1 0 obj", filetypes.DAMAGED),
        (b"%PDF-1.4\n%%EOF", filetypes.DAMAGED),
        (pdf()[:-8], filetypes.DAMAGED),
        (pdf() + ZIP, filetypes.MIXED),
        (pdf() + b"<html>x", filetypes.MIXED),
        (
            pdf().replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript /JS (x) >>"),
            filetypes.SCRIPTED,
        ),
        (pdf().replace(b"/Catalog", b"/Catalog /AA << /S /Launch >>"), filetypes.SCRIPTED),
        (png()[:-6], filetypes.DAMAGED),
        (png()[:8] + png()[33:], filetypes.DAMAGED),
        (png(0, 5), filetypes.DAMAGED),
        (png(tail=b"x"), filetypes.MIXED),
        (png(tail=ZIP), filetypes.MIXED),
        (png(60_000, 2), filetypes.TOO_LARGE_PICTURE),
        (png(29_000, 29_000), filetypes.TOO_LARGE_PICTURE),
        (jpeg()[:-2], filetypes.DAMAGED),
        (b"\xff\xd8\xff<script>alert(1)</script>", filetypes.DAMAGED),
        (b"\xff\xd8\xff\xe0\x00\x00" + bytes(50), filetypes.DAMAGED),
        (b"\xff\xd8" + b"\xff" * 500, filetypes.DAMAGED),
        (jpeg(tail=ZIP), filetypes.MIXED),
        (jpeg(tail=b"<SCRIPT>alert(1)</SCRIPT>"), filetypes.MIXED),
        (jpeg(tail=pdf()), filetypes.MIXED),
        (jpeg(50_000, 2), filetypes.TOO_LARGE_PICTURE),
    ],
)
def test_other_kinds_damage_and_disguise_are_refused(data, reason):
    with pytest.raises(DomainError) as refusal:
        media_type(data)
    assert str(refusal.value) == reason


@pytest.mark.parametrize("cut", range(0, len(jpeg()), 3))
def test_cut_off_files_end_in_a_refusal(cut):
    for whole in (jpeg(), png(), pdf()):
        with pytest.raises(DomainError):
            media_type(whole[: min(cut, len(whole) - 9)])


@pytest.mark.parametrize(
    ("given", "kind", "name"),
    [
        ("审计报告.pdf", PDF, "审计报告.pdf"),
        ("扫描件.PDF", PDF, "扫描件.PDF"),
        ("../../etc/passwd", PDF, "passwd.pdf"),
        ("C:\\用户\\桌面\\照片.jpg", JPEG, "照片.jpg"),
        ("照片.jpeg", JPEG, "照片.jpeg"),
        ("发票\u202egpj.exe", JPEG, "发票gpj.exe.jpg"),
        ("a\x00b\r\nc.png", PNG, "abc.png"),
        ("\ud800\ue000x.png", PNG, "x.png"),
        ("", PDF, "未命名.pdf"),
        ("...", PDF, "未命名.pdf"),
        (".pdf", PDF, "pdf.pdf"),
        ('a<b>"c|.pdf', PDF, "a_b__c_.pdf"),
        ("长" * 400 + ".pdf", PDF, "长" * 120 + ".pdf"),
    ],
)
def test_names_are_made_harmless(given, kind, name):
    assert clean_file_name(given, kind) == name


# ---- keeping --------------------------------------------------------------------------------------------


def test_file_is_kept_as_it_came_under_a_name_of_its_own(firm):
    person = UserFactory()
    evidence = upload(firm, pdf("甲"), "证明\u202e.pdf", person)
    assert (evidence.name, evidence.media_type, evidence.size, evidence.scan, evidence.uploaded_by) == (
        "证明.pdf", PDF, len(pdf("甲")), ScanState.UNSCANNED, person,
    )  # fmt: skip
    with evidence.file.open() as stored:
        assert stored.read() == pdf("甲")
    assert "证明" not in evidence.file.name
    assert Path(evidence.file.path).is_relative_to(portal.MEDIA_ROOT)
    assert Path(evidence.file.path).stat().st_mode & 0o777 == 0o600
    assert AuditEntry.objects.get().action == "上传佐证材料"


def test_same_file_is_kept_once_per_enterprise(firm):
    first = upload(firm, pdf("甲"), "一.pdf")
    assert upload(firm, pdf("甲"), "二.pdf") == first
    assert upload(EnterpriseFactory(), pdf("甲"), "一.pdf") != first
    assert Evidence.objects.count() == 2


def test_empty_too_large_and_too_many_are_refused(firm, settings):
    with pytest.raises(DomainError, match="空的"):
        upload(firm, b"")
    settings.EVIDENCE_MAX_MB = 1
    with pytest.raises(DomainError, match="超过 1 MB"):
        upload(firm, pdf("x" * 1024 * 1024))
    settings.EVIDENCE_MAX_FILES = 1
    upload(firm, pdf("一"))
    with pytest.raises(DomainError, match="最多保存 1 个"):
        upload(firm, pdf("二"))
    assert upload(firm, pdf("一"))  # the one that is there is no new one


def test_workbook_named_pdf_is_refused(firm):
    with pytest.raises(DomainError, match="只能上传"):
        upload(firm, roster(1), "名单.pdf")
    assert not Evidence.objects.exists()


def test_file_of_a_failed_write_does_not_stay(firm, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("enterprises.services.evidence.audit.record", fail)
    with pytest.raises(RuntimeError):
        upload(firm)
    assert [path for path in Path(portal.MEDIA_ROOT).rglob("*") if path.is_file()] == []


# ---- scanning -------------------------------------------------------------------------------------------


def finds_nothing(data):
    pass


def finds_a_virus(data):
    raise scanners.Infected("文件里发现病毒，没有保存。")


def is_broken(data):
    raise OSError("no daemon")


@pytest.mark.parametrize(
    ("scanner", "refusal"),
    [("finds_a_virus", "发现病毒"), ("is_broken", "暂时不能用"), ("is_not_there", "暂时不能用")],
)
def test_nothing_is_kept_that_the_scanner_does_not_pass(firm, settings, scanner, refusal):
    settings.EVIDENCE_SCANNER = f"tests.enterprises.test_evidence.{scanner}"
    with pytest.raises(DomainError, match=refusal):
        upload(firm)
    assert not Evidence.objects.exists()


def test_file_that_the_scanner_passes_is_marked_clean(firm, settings):
    settings.EVIDENCE_SCANNER = "tests.enterprises.test_evidence.finds_nothing"
    assert upload(firm).scan == ScanState.CLEAN


@pytest.fixture
def daemon(settings):
    """A stand-in for clamd: reads one INSTREAM and gives the answer it was told to give."""
    said, heard = {"answer": b"stream: OK\0"}, bytearray()
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        link, _ = server.accept()
        with link, link.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while length := int.from_bytes(stream.read(4)):
                heard.extend(stream.read(length))
            link.sendall(said["answer"])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    settings.CLAMD_ADDRESS = f"127.0.0.1:{server.getsockname()[1]}"
    settings.EVIDENCE_SCANNER = "enterprises.scanners.clamd"
    yield said, heard
    server.close()


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [(b"stream: OK\0", ""), (b"stream: Eicar-Signature FOUND\0", "发现病毒"), (b"stream: size limit ERROR\0", "暂时"),
     (b"", "暂时")],
)  # fmt: skip
def test_clamd_is_asked_and_believed(daemon, answer, refusal):
    said, heard = daemon
    said["answer"] = answer
    data = pdf("x" * 200_000)
    if refusal:
        with pytest.raises(DomainError, match=refusal):
            scanners.scan(data)
    else:
        assert scanners.scan(data) == ScanState.CLEAN
    assert bytes(heard) == data


# ---- deleting -------------------------------------------------------------------------------------------


def test_unused_file_is_deleted_with_its_bytes(firm, django_capture_on_commit_callbacks):
    evidence = upload(firm)
    path = Path(evidence.file.path)
    with django_capture_on_commit_callbacks(execute=True):
        delete_evidence(evidence=evidence, actor=None)
    assert not path.exists()
    assert not Evidence.objects.exists()
    delete_evidence(evidence=evidence, actor=None)  # safe to repeat


def test_file_in_use_stays_and_says_where(firm):
    evidence = EvidenceFactory(enterprise=firm)
    IntellectualProperty.objects.create(enterprise=firm, name="x", kind=IpKind.DESIGN, evidence=evidence)
    YearlyFigures.objects.create(enterprise=firm, year=2025, dev_score_evidence=evidence, evidence=evidence)
    with pytest.raises(Conflict, match=r"知识产权、年度数据|年度数据、知识产权"):
        delete_evidence(evidence=evidence, actor=None)
    assert Evidence.objects.exists()


def test_file_that_was_handed_in_stays(firm):
    evidence = EvidenceFactory(enterprise=firm)
    sections = {"other": {"evidence": [{"slot": "x", "name": evidence.name, "sha256": evidence.sha256}]}}
    SubmissionFactory(application__enterprise=firm, snapshot={"sections": sections})
    with pytest.raises(Conflict, match="已提交的申报"):
        delete_evidence(evidence=evidence, actor=None)


def test_uses_cost_the_same_for_few_and_many_files(
    firm, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(20) as first:
        evidence_uses(firm)
    for _ in range(3):
        IntellectualProperty.objects.create(
            enterprise=firm, name="x", kind=IpKind.DESIGN, evidence=EvidenceFactory(enterprise=firm)
        )
    with django_assert_num_queries(len(first)):
        assert list(evidence_uses(firm).values()) == [["知识产权"]] * 3
