"""What kind of file is this? Bytes decide, never the name or what the browser says. Nothing is opened or rendered.

Known are the three kinds that evidence comes in: PDF, PNG and JPEG. A file that is two kinds at once is refused.
"""

import re
from collections.abc import Callable
from pathlib import PureWindowsPath

from core.errors import DomainError

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
ENDINGS = {PDF: (".pdf",), PNG: (".png",), JPEG: (".jpg", ".jpeg")}

WRONG_KIND = "只能上传 PDF、PNG 或 JPG 文件。Word、Excel 请另存为 PDF，纸质材料请扫描或拍照。"
DAMAGED = "文件不完整或已损坏，请重新导出或重新拍照后再上传。"
MIXED = "文件里夹带了别的内容，不能上传。请用打印的方式重新生成 PDF，或重新拍照。"
SCRIPTED = "PDF 里有脚本或会启动程序的内容，不能上传。请用“打印”重新生成一份 PDF。"
TOO_LARGE_PICTURE = "图片尺寸过大，请缩小后再上传。"

# Long enough not to occur by chance in the binary tail that cameras append to their pictures.
PAGE_OR_ARCHIVE = re.compile(
    rb"%PDF-|<script|<html|<!doctype|<\?php|<svg |Rar!\x1a\x07|7z\xbc\xaf\x27\x1c", re.I
)
ZIP_END, ZIP_TAIL = b"PK\x05\x06", 66_000
ACTIVE = re.compile(rb"/(?:JavaScript|Launch|RichMedia)\b")
MOST_PIXELS_A_SIDE = 30_000
MOST_PIXELS = 200_000_000


def media_type(data: bytes) -> str:
    """The media type of a whole file. Refuses every other kind, and a known kind that is damaged or a disguise."""
    for kind, (magic, check) in KINDS.items():
        if data.startswith(magic):
            check(data)
            return kind
    raise DomainError(WRONG_KIND)


def _check_pdf(data: bytes) -> None:
    end = data.rfind(b"%%EOF")
    if end < 0 or b" obj" not in data:
        raise DomainError(DAMAGED)
    _refuse_mixture(data, end)
    if ACTIVE.search(data):
        raise DomainError(SCRIPTED)


def _check_png(data: bytes) -> None:
    """Walk the chunks: IHDR first, IEND last, nothing behind it."""
    at, first = 8, True
    while at + 12 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if first:
            if kind != b"IHDR" or length != 13:
                raise DomainError(DAMAGED)
            _check_size(int.from_bytes(data[at + 8 : at + 12]), int.from_bytes(data[at + 12 : at + 16]))
        first = False
        at += 12 + length
        if kind == b"IEND":
            if at != len(data):
                raise DomainError(MIXED)
            return
    raise DomainError(DAMAGED)


def _check_jpeg(data: bytes) -> None:
    """Walk the segments to the picture; cameras may append to it, as long as it is no page and no archive."""
    at, sized = 2, False
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise DomainError(DAMAGED)
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        length = int.from_bytes(data[at + 2 : at + 4])
        if length < 2:
            raise DomainError(DAMAGED)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            _check_size(int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7]))
            sized = True
        at += 2 + length
        if marker == 0xDA:  # the picture itself
            break
    end = data.find(b"\xff\xd9", at)
    if not sized or end < 0:
        raise DomainError(DAMAGED)
    _refuse_mixture(data, end)


def _refuse_mixture(data: bytes, end: int) -> None:
    """Nothing that another program would open may follow the end."""
    if PAGE_OR_ARCHIVE.search(data, end) or data.rfind(ZIP_END, max(end, len(data) - ZIP_TAIL)) >= 0:
        raise DomainError(MIXED)


def _check_size(width: int, height: int) -> None:
    if not width or not height:
        raise DomainError(DAMAGED)
    if max(width, height) > MOST_PIXELS_A_SIDE or width * height > MOST_PIXELS:
        raise DomainError(TOO_LARGE_PICTURE)


KINDS: dict[str, tuple[bytes, Callable[[bytes], None]]] = {
    PDF: (b"%PDF-", _check_pdf),
    PNG: (b"\x89PNG\r\n\x1a\n", _check_png),
    JPEG: (b"\xff\xd8\xff", _check_jpeg),
}


def clean_file_name(name: str, kind: str, *, longest: int = 120) -> str:
    """A name fit to be shown and saved: no folders, no invisible or turning characters, the ending of its kind."""
    base = PureWindowsPath(str(name)).name
    base = "".join(c if c not in '<>:"|?*' else "_" for c in base if c.isprintable()).strip(". ")
    if not base.lower().endswith(ENDINGS[kind]):
        base = f"{base or '未命名'}{ENDINGS[kind][0]}"
    stem, dot, ending = base.rpartition(".")
    return f"{(stem or '未命名')[:longest]}{dot}{ending}"
