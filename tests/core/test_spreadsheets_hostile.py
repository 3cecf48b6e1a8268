"""Files that are wrong, broken or meant to do harm: each gets a sentence that says what to do."""

import io
import random
import re
import time
import zipfile
from contextlib import suppress

import pytest

from core.errors import DomainError
from core.spreadsheets import guard, reader
from core.spreadsheets.guard import FileRefused
from tests.makers import recognition_list, workbook, workbook_of

FIRMS = [("新乡甲机械有限公司", "91410702MA1W8UG64K")]
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(scope="module")
def good():
    return recognition_list(FIRMS)


def refusal(source, **kwargs):
    with pytest.raises(FileRefused) as caught:
        reader.read(source, **kwargs)
    assert isinstance(caught.value, DomainError)
    assert str(caught.value).endswith("。")
    return str(caught.value)


def rezipped(data, *, replace=None, add=None, drop=()):
    """The archive with parts replaced (name → function of the old bytes), added or dropped."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in drop:
                body = old.read(name)
                new.writestr(name, replace[name](body) if replace and name in replace else body)
        for name, body in (add or {}).items():
            new.writestr(name, body)
    return out.getvalue()


def sheet_of(cells, *, extra=""):
    """A workbook whose only sheet has this inside <sheetData>."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<?xml version="1.0"?><worksheet xmlns="{space}"><sheetData>{cells}</sheetData>{extra}</worksheet>'
    return rezipped(workbook([["a"]]), replace={SHEET: lambda _: xml.encode()})


# --- the wrong file ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "空的"),
        ("统一社会信用代码,名称\n".encode("gbk"), "不是 .xlsx"),
        (b"%PDF-1.7 ...", "不是 .xlsx"),
        (b"<html><table>", "网页"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "网页或 XML"),
        (guard.OLE + bytes(600), "旧版 .xls"),
        (guard.OLE + bytes(600) + guard.ENCRYPTED, "密码"),
        (b"PK\x03\x04" + bytes(100), "损坏"),
        (b"PK\x03\x04", "损坏"),
    ],
)
def test_wrong_kind_of_file_is_refused(data, says):
    assert says in refusal(data)


def test_file_over_the_limit_is_refused_before_it_is_opened(monkeypatch, good, tmp_path):
    monkeypatch.setattr(guard, "MAX_FILE_BYTES", 1000)
    path = tmp_path / "名单.xlsx"
    path.write_bytes(good)
    assert "超过" in refusal(path)
    assert "超过" in refusal(io.BytesIO(good))


def test_other_archives_and_office_files_are_refused(good):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "不是 .xlsx" in refusal(out.getvalue())
    assert "xlsb" in refusal(rezipped(good, add={"xl/workbook.bin": b"x"}))


@pytest.mark.parametrize(
    ("add", "says"),
    [
        ({"xl/vbaProject.bin": b"x"}, "宏"),
        ({"xl/macrosheets/sheet1.xml": b"<x/>"}, "宏"),
        ({"xl/externalLinks/externalLink1.xml": b"<x/>"}, "编辑链接"),
        ({f"xl/media/image{n}.png": b"x" for n in range(300)}, "过多"),
        ({"XL/WORKBOOK.XML": b"<x/>"}, "重复"),
        ({"docProps/custom.xml": b'<?xml version="1.0" encoding="utf-7"?><x/>'}, "编码"),
        ({"docProps/custom.xml": "<?xml version='1.0'?><x/>".encode("utf-16")}, "编码"),
        ({"docProps/custom.xml": b"no xml at all"}, "不允许"),
    ],
)
def test_workbook_with_parts_we_do_not_take_is_refused(good, add, says):
    assert says in refusal(rezipped(good, add=add))


def test_macro_content_type_alone_is_refused(good):
    def macro(body):
        return body.replace(b"spreadsheetml.sheet.main+xml", b"macroEnabled.main+xml")

    assert "宏" in refusal(rezipped(good, replace={"[Content_Types].xml": macro}))


def test_encrypted_archive_entry_is_refused(good):
    data = bytearray(good)
    for match in re.finditer(rb"PK\x01\x02", good):
        data[match.start() + 8] |= 1
    assert "密码" in refusal(bytes(data))


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE lolz [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>',
        '<!--x--><!DOCTYPE worksheet SYSTEM "remote.dtd">',
        f"<!--{'x' * 70000}--><!DOCTYPE worksheet>",
    ],
)
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml"])
def test_document_type_declaration_is_refused(good, declaration, part):
    def add(body):
        head, _, rest = body.rpartition(b"?>")
        return head + (b"?>" if head else b"") + declaration.encode() + rest

    assert "声明" in refusal(rezipped(good, replace={part: add}))


def test_1904_calendar_is_refused(good):
    def shift(body):
        return body.replace(b"<workbookPr", b'<workbookPr date1904="1"', 1)

    assert "1904" in refusal(rezipped(good, replace={"xl/workbook.xml": shift}))


# --- bombs -------------------------------------------------------------------------------------------


def test_small_file_with_a_cell_in_the_last_corner_costs_the_child_only():
    corner = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    data = sheet_of(corner)
    assert len(data) < 6000
    started = time.monotonic()
    assert "范围过大" in refusal(data)
    assert time.monotonic() - started < 5


def test_zip_bomb_is_refused_by_counted_bytes(good):
    bomb = rezipped(good, add={"xl/media/image1.bin": bytes(60 * guard.MB)})
    assert "压缩比" in refusal(bomb)


def test_unpacked_limit_counts_what_comes_out_not_what_is_declared(monkeypatch, good):
    monkeypatch.setattr(guard, "MAX_UNPACKED_BYTES", 5_000)
    with pytest.raises(FileRefused, match="解开后过大"):
        guard.scan(good)


def test_too_many_cells_are_refused(monkeypatch, good):
    monkeypatch.setattr(guard, "MAX_CELLS", 5)
    with pytest.raises(FileRefused, match="单元格超过"):
        guard.scan(good)


def test_too_many_columns_rows_and_sheets_are_refused():
    assert "200 列" in refusal(workbook([["x"] * 201]))
    assert "200000 行" in refusal(sheet_of('<row r="200001"><c r="A200001"><v>1</v></c></row>'))
    assert "20 个" in refusal(workbook_of({f"表{n}": [["x"]] for n in range(21)}))


def test_child_that_takes_too_long_is_stopped(good):
    assert "规定时间" in refusal(good, timeout=0.001)


def test_child_holds_no_secret_of_the_parent(monkeypatch, good):
    monkeypatch.setenv("SECRET_KEY", "x")
    seen = {}
    real = reader.subprocess.Popen

    def popen(*args, **kwargs):
        seen.update(kwargs["env"])
        return real(*args, **kwargs)

    monkeypatch.setattr(reader.subprocess, "Popen", popen)
    reader.read(good)
    assert set(seen) <= set(reader.KEPT_ENVIRONMENT)


def test_mutated_files_are_read_or_refused_never_more(good):
    """Broken archives stop at the scan; sound archives with broken XML go through the child."""
    rng = random.Random(600)
    for n in range(300):
        data = bytearray(good)
        for _ in range(rng.randint(1, 8)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        if n % 3 == 0:
            data = data[: rng.randrange(len(data))]
        with suppress(FileRefused):
            guard.scan(bytes(data))


@pytest.mark.parametrize("seed", range(30))
def test_mutated_parts_are_read_or_refused_never_more(good, seed):
    rng = random.Random(seed)
    part = rng.choice([SHEET, SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"])

    def mutate(body):
        data = bytearray(body)
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(data))
            match rng.randrange(3):
                case 0:
                    data[at] = rng.randrange(32, 127)
                case 1:
                    del data[at : at + rng.randint(1, 40)]
                case 2:
                    data[at:at] = data[at : at + rng.randint(1, 40)]
        return bytes(data)

    with suppress(FileRefused):
        reader.read(rezipped(good, replace={part: mutate}))
