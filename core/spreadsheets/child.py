"""The process that opens untrusted workbooks. It has little memory, little time and nothing to lose.

    python -m core.spreadsheets.child read < file      frames on stdout, see reader.py
    python -m core.spreadsheets.child mark REMARKS < file   the marked workbook on stdout, see marked.py

Data flows one way: the parent hands over a file and gets back plain values.
"""

import gc
import io
import marshal
import posixpath
import resource
import struct
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from types import NoneType
from typing import Any, BinaryIO
from xml.etree import ElementTree
from xml.parsers import expat

from core.spreadsheets.guard import MB, FileRefused, SheetFlags, scan

READ_MEMORY = 640 * MB  # 200,000 × 30 cells need about 500 MB of address space, Python itself 40
MARK_MEMORY = 1024 * MB
MARK_FILE = 200 * MB
CPU_SECONDS = 30  # 100,000 × 30 cells take about 6
MAX_SHEETS = 20
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_MERGES = 100_000
MAX_ODD_CELLS = 10_000  # formulas without a value and error values worth naming one by one
BLOCK = 2000  # rows in a frame
SHARED = 50_000  # distinct values remembered, so that 新乡市 is one object and not 100,000
PLAIN = frozenset({str, float})

DAMAGED = "文件已损坏，无法读取，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"


def main(mode: str, *arguments: str) -> None:
    if mode == "read":
        limit(READ_MEMORY, file_size=0)
    else:
        limit(MARK_MEMORY, file_size=MARK_FILE)  # openpyxl writes sheets through temporary files
    gc.disable()
    out = sys.stdout.buffer
    try:
        data = sys.stdin.buffer.read()
        if mode == "read":
            send_workbook(data, out)
        else:
            from core.spreadsheets.marked import mark  # heavy: openpyxl, not for the usual read

            out.write(mark(data, arguments[0]))
    except FileRefused as refusal:
        send(out, ("refused", str(refusal)))
        sys.exit(3)
    except MemoryError:
        sys.exit(4)
    out.flush()


def limit(memory: int, file_size: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))


def send(out: BinaryIO, frame: tuple[Any, ...]) -> None:
    payload = marshal.dumps(frame)
    out.write(struct.pack("<I", len(payload)))
    out.write(payload)


def send_workbook(data: bytes, out: BinaryIO) -> None:
    flags = scan(data)
    parts = sheet_parts(data)
    import python_calamine as calamine  # heavy: not for marking

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [s for s in book.sheets_metadata if s.typ == calamine.SheetTypeEnum.WorkSheet]
        if len(sheets) > MAX_SHEETS:
            raise FileRefused(f"工作表超过 {MAX_SHEETS} 个，请删除多余的工作表再上传。")
        for number, about in enumerate(sheets):
            if about.visible != calamine.SheetVisibleEnum.Visible:
                send(out, ("hidden", about.name))
                continue
            if number:  # frees the cells of the sheet before
                book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
            part = parts.get(about.name, "")
            send_sheet(book.get_sheet_by_name(about.name), data, part, flags.get(part), out)
    except calamine.CalamineError as problem:
        raise FileRefused(DAMAGED) from problem
    send(out, ("end",))


def send_sheet(sheet: Any, data: bytes, part: str, flags: SheetFlags | None, out: BinaryIO) -> None:
    height, width = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
    if width > MAX_COLUMNS:
        raise FileRefused(
            f"工作表「{sheet.name}」超过 {MAX_COLUMNS} 列，请删除多余的列（包括右侧看似空白的列）再上传。"
        )
    if height > MAX_ROWS:
        raise FileRefused(
            f"工作表「{sheet.name}」超过 {MAX_ROWS} 行，请删除多余的行（包括下方看似空白的行）或拆成几份。"
        )
    merged = sheet.merged_cell_ranges or []
    if len(merged) > MAX_MERGES:
        raise FileRefused(f"工作表「{sheet.name}」的合并单元格过多，请取消合并后再上传。")
    odd: list[tuple[int, int, str]] = []
    formulas = 0
    if flags and (flags.formulas or flags.errors):
        formulas, odd = odd_cells(data, part)
    hidden = bool(flags and flags.hidden)
    send(out, ("sheet", sheet.name, [(*a, *b) for a, b in merged], odd, formulas, hidden))
    left = [None] * (sheet.start[1] if sheet.start else 0)
    for block in blocks(sheet.iter_rows(), left):
        send(out, ("rows", *block))


def blocks(rows: Iterator[list[Any]], left: list[None]) -> Iterator[tuple[list[Any], list[Any]]]:
    """Rows of plain values, and the dates among them as (row, column, kind, number) to be put back."""
    known: dict[Any, Any] = {"": None}
    share = known.setdefault
    while block := list(islice(rows, BLOCK)):
        dates = []
        for i, row in enumerate(block):
            if left:
                row = left + row
            if PLAIN.issuperset(map(type, row)):
                block[i] = list(map(share, row, row))
                continue
            for j, value in enumerate(row):  # True equals 1.0 and dates must be packed: one by one
                if type(value) is str:
                    row[j] = share(value, value)
                elif type(value) not in (float, bool, NoneType):
                    row[j], packed = pack(value)
                    if packed:
                        dates.append((i, j, *packed))
            block[i] = row
        if len(known) > SHARED:
            known = {"": None}
            share = known.setdefault
        yield block, dates


def pack(value: Any) -> tuple[Any, tuple[str, Any] | None]:
    if isinstance(value, datetime):
        return None, ("t", value.isoformat())
    if isinstance(value, date):
        return None, ("d", value.toordinal())
    if isinstance(value, (time, timedelta)):
        return str(value), None  # no column of ours holds times: the validators will say so
    return (value if isinstance(value, int) else str(value)), None


# --- what calamine does not tell: parts by sheet name, formulas without a value, error values --------


def sheet_parts(data: bytes) -> dict[str, str]:
    """Sheet name → part in the archive. Refuses the 1904 calendar: its day numbers are four years off."""

    def local(tag: str) -> str:
        return tag.rpartition("}")[2]

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.lower(): name for name in archive.namelist()}
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
            links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError) as problem:
        raise FileRefused(DAMAGED) from problem
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    parts = {}
    for element in book.iter():
        if local(element.tag) == "workbookPr" and element.get("date1904", "0").lower() in ("1", "true"):
            raise FileRefused("工作簿用的是 1904 日期系统，请在 Excel 选项的“高级”里取消后，核对日期再上传。")
        if local(element.tag) == "sheet":
            ids = [value for key, value in element.items() if local(key) == "id" and "}" in key]
            path = posixpath.normpath(posixpath.join("/xl", targets.get(ids[0] if ids else "", ""))).lstrip(
                "/"
            )
            parts[element.get("name", "")] = names.get(path.lower(), path)
    return parts


class _OddCells:
    """Walks a sheet's XML and notes cells with an error value, and formulas that carry no value."""

    def __init__(self) -> None:
        self.found: list[tuple[int, int, str]] = []
        self.formulas = 0
        self.ref = self.kind = self.text = ""
        self.formula = self.inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self.ref, self.kind, self.text = attributes.get("r", ""), attributes.get("t", ""), ""
            self.formula = False
        elif name == "f":
            self.formula = True
        elif name == "v":
            self.inside = True

    def characters(self, text: str) -> None:
        if self.inside:
            self.text += text

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "v":
            self.inside = False
        elif name == "c":
            self.formulas += self.formula
            if self.kind == "e":
                self._note(self.text or "#错误")
            elif self.formula and not self.text and self.kind != "str":
                self._note("")

    def _note(self, text: str) -> None:
        if len(self.found) < MAX_ODD_CELLS and (place := cell_place(self.ref)):
            self.found.append((*place, text[:20]))


def cell_place(ref: str) -> tuple[int, int] | None:
    """'C5' → (4, 2)."""
    letters = ref.rstrip("0123456789")
    digits = ref[len(letters) :]
    if not digits or not letters.isascii() or not letters.isalpha() or len(letters) > 3:
        return None
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return int(digits) - 1, column - 1


def odd_cells(data: bytes, part: str) -> tuple[int, list[tuple[int, int, str]]]:
    walk = _OddCells()
    parser = expat.ParserCreate()
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.characters
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(part) as stream:
            parser.ParseFile(stream)
    except (expat.ExpatError, KeyError) as problem:
        raise FileRefused(DAMAGED) from problem
    return walk.formulas, walk.found


if __name__ == "__main__":
    main(*sys.argv[1:])
