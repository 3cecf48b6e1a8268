"""Is this file a workbook that is safe to open? Everything here looks at bytes only, opens nothing.

`precheck` is cheap and runs where the file arrives. `scan` unpacks every part in a stream and counts,
and runs in the child process, before any library sees the file.
"""

import io
import re
import zipfile
import zlib
from typing import NamedTuple

from core.errors import DomainError

MB = 1024 * 1024
# A roster of 100,000 rows × 30 columns has about 22 MB packed, 150 MB unpacked; × 12 columns 7 and 60.
MAX_FILE_BYTES = 30 * MB
MAX_UNPACKED_BYTES = 240 * MB
MAX_ENTRIES = 300  # a real list has 9 to 30 parts
# Sheets pack 10 to 60 times; deflate cannot pack more than 1,030 times. Small parts may pack as they like.
MAX_RATIO = 150
RATIO_FROM_BYTES = 20 * MB
MAX_CELLS = 6_000_000  # 200,000 rows × 30 columns
CHUNK = MB
OVERLAP = 16  # longer than any pattern searched, for patterns on the edge of two chunks
PROLOG = 64 * 1024  # where a DTD would have to stand


class FileRefused(DomainError):
    """The whole file cannot be taken; the message says what to do with it."""


class SheetFlags(NamedTuple):
    """What a quick look at a sheet's XML tells; `formulas` and `errors` may be false alarms."""

    formulas: bool
    errors: bool
    hidden: bool


RESAVE = "请用 Excel 或 WPS 打开后另存为 .xlsx 格式再上传。"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def precheck(head: bytes, size: int) -> None:
    """Refuse by size and first bytes. `head` is the file or at least its first 100 KB."""
    if not size:
        raise FileRefused("文件是空的，请确认选对了文件后重新上传。")
    if size > MAX_FILE_BYTES:
        raise FileRefused(
            f"文件超过 {MAX_FILE_BYTES // MB} MB，请删除图片和多余的工作表，或拆成几个文件上传。"
        )
    if head.startswith(OLE):
        if ENCRYPTED in head:
            raise FileRefused("文件设置了打开密码，请取消密码后另存为 .xlsx 再上传。")
        raise FileRefused(f"这是旧版 .xls（或其他 Office）文件，{RESAVE}")
    if not head.startswith(b"PK\x03\x04"):
        start = head[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
        if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
            raise FileRefused(f"这其实是网页或 XML 文件，只是改了扩展名，{RESAVE}")
        raise FileRefused(f"这不是 .xlsx 工作簿，{RESAVE}")


def scan(data: bytes) -> dict[str, SheetFlags]:
    """Refuse archives that are not plain workbooks; part name → flags for every worksheet part."""
    precheck(data, len(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_names(entries)
            return _unpack_all(archive, entries)
    except FileRefused:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
        KeyError,
        RuntimeError,
        IndexError,
        OverflowError,
        UnicodeError,
    ) as problem:
        raise FileRefused(f"文件已损坏，无法打开，{RESAVE}") from problem


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise FileRefused(f"工作簿内部文件过多，请删除图片和图表，{RESAVE}")
    names = [entry.filename.replace("\\", "/").lower().lstrip("/") for entry in entries]
    if len(set(names)) != len(names):
        raise FileRefused(f"工作簿内部结构重复，{RESAVE}")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise FileRefused("文件设置了密码，请取消密码后另存为 .xlsx 再上传。")
    if any("vbaproject" in name or "/macrosheets/" in name for name in names):
        raise FileRefused("工作簿带有宏，请另存为不带宏的 .xlsx 格式再上传。")
    if any(name.startswith("xl/externallinks/") for name in names):
        raise FileRefused("工作簿链接了别的文件，请在“数据”菜单的“编辑链接”里断开全部链接，保存后再上传。")
    if "xl/workbook.bin" in names:
        raise FileRefused(f"这是 .xlsb 二进制工作簿，{RESAVE}")
    if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
        raise FileRefused(f"这不是 .xlsx 工作簿（可能是 Word、压缩包或其他文件），{RESAVE}")


def _unpack_all(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, SheetFlags]:
    flags, unpacked, cells = {}, 0, 0
    for entry in entries:
        with archive.open(entry) as part:
            look = _Look(entry.filename)
            while chunk := part.read(CHUNK):
                unpacked += len(chunk)
                if unpacked > MAX_UNPACKED_BYTES:
                    raise FileRefused("文件解开后过大，请删除多余的行、列和工作表，或拆成几个文件上传。")
                look.at(chunk)
            if look.size > RATIO_FROM_BYTES and look.size > MAX_RATIO * max(entry.compress_size, 1):
                raise FileRefused(f"文件压缩比异常，请把数据复制到新的工作簿，{RESAVE}")
            cells += look.cells
            if look.is_sheet:
                flags[entry.filename] = look.flags()
    if cells > MAX_CELLS:
        raise FileRefused(f"单元格超过 {MAX_CELLS // 10000} 万个，请拆成几个文件上传。")
    return flags


class _Look:
    """One part of the archive, looked at chunk by chunk."""

    def __init__(self, name: str) -> None:
        lowered = name.lower().lstrip("/")
        self.is_xml = lowered.endswith((".xml", ".rels", ".vml"))
        self.is_sheet = lowered.startswith("xl/worksheets/") and lowered.endswith(".xml")
        self.is_types = lowered == "[content_types].xml"
        self.size = self.cells = 0
        self.tail, self.prefix = b"", b""
        self.formulas = self.errors = self.hidden = False

    def at(self, chunk: bytes) -> None:
        if not self.size and self.is_xml:
            self._prolog(chunk[:PROLOG])
        self.size += len(chunk)
        if self.is_types and b"macroEnabled" in chunk:
            raise FileRefused("工作簿带有宏，请另存为不带宏的 .xlsx 格式再上传。")
        if self.is_sheet:
            self.cells += chunk.count(b"<%bc " % self.prefix)
            window = self.tail + chunk
            self.formulas = self.formulas or b"<%bf" % self.prefix in window
            self.errors = self.errors or b't="e"' in window
            self.hidden = self.hidden or b'hidden="1"' in window
            self.tail = chunk[-OVERLAP:]

    def _prolog(self, head: bytes) -> None:
        """Before the root element: no DTD, no encoding but UTF-8 (another would hide one from the search)."""
        if b"\x00" in head[:200] or re.search(rb"encoding\s*=\s*[\"'](?!utf-?8|us-ascii)", head[:200], re.I):
            raise FileRefused(f"工作簿内部编码不常见，{RESAVE}")
        root = re.search(rb"<([A-Za-z_][\w.-]*:)?[A-Za-z_]", head)
        if not root or b"<!DOCTYPE" in head[: root.start()] or b"<!ENTITY" in head[: root.start()]:
            raise FileRefused(f"工作簿内部含有不允许的声明，{RESAVE}")
        self.prefix = root[1] or b""

    def flags(self) -> SheetFlags:
        return SheetFlags(self.formulas, self.errors, self.hidden)
