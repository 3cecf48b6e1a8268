"""Workbooks as plain values, opened by a child process with limits. A hostile file costs the child only."""

import gc
import io
import marshal
import os
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

from core.spreadsheets.guard import MAX_FILE_BYTES, MB, FileRefused, precheck

ROOT = Path(__file__).resolve().parents[2]
WALL_SECONDS = 60
MAX_FRAME = 64 * MB
MAX_TRAFFIC = 600 * MB
KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT")  # no secrets for the child

Cell = str | int | float | bool | date | datetime | None
Source = str | os.PathLike[str] | bytes | IO[bytes]


class Sheet(NamedTuple):
    """One visible sheet. rows[0] is row 1, its cells begin at column A; short rows are possible."""

    name: str
    rows: list[list[Cell]]
    merged: list[tuple[int, int, int, int]]  # first row, first column, last row, last column, from 0
    odd: dict[tuple[int, int], str]  # (row, column) from 0 → error value, '' for a formula without value
    formulas: int
    has_hidden: bool


class Workbook(NamedTuple):
    sheets: list[Sheet]
    notes: list[str]


def read(source: Source, *, timeout: float = WALL_SECONDS) -> Workbook:
    """Every visible sheet of an .xlsx file (path, bytes or open binary file).

    Raises FileRefused, always with what to do, for whatever is not a plain, sound, reasonably large
    workbook. Cells are str, float, int, bool, date, datetime or None; formulas give their stored value.
    """
    sheets: list[Sheet] = []
    notes: list[str] = []
    was_enabled = gc.isenabled()
    gc.disable()  # a million small objects and no cycles: collecting would take most of the time
    try:
        with opened(source) as file:
            for frame in frames(file, ["read"], timeout):
                _take(frame, sheets, notes)
    finally:
        if was_enabled:
            gc.enable()
    for sheet in sheets:
        if sheet.formulas:
            notes.append(f"工作表「{sheet.name}」有 {sheet.formulas} 个公式，按文件里保存的计算结果读取。")
        if sheet.has_hidden:
            notes.append(f"工作表「{sheet.name}」有隐藏的行或列，其中的内容也会读取。")
    return Workbook(sheets, notes)


def _take(frame: tuple[Any, ...], sheets: list[Sheet], notes: list[str]) -> None:
    match frame:
        case ("rows", rows, dates):
            for i, j, kind, value in dates:
                rows[i][j] = date.fromordinal(value) if kind == "d" else datetime.fromisoformat(value)
            sheets[-1].rows.extend(rows)
        case ("sheet", name, merged, odd, formulas, hidden):
            places = {(row, column): text for row, column, text in odd}
            sheets.append(Sheet(name, [], merged, places, formulas, hidden))
        case ("hidden", name):
            notes.append(f"隐藏的工作表「{name}」没有读取。")


@contextmanager
def opened(source: Source) -> Iterator[IO[bytes]]:
    """A real file for the child's stdin, already past the cheap checks."""
    if isinstance(source, (str, os.PathLike)):
        with open(source, "rb") as file:
            precheck(file.read(100_000), os.fstat(file.fileno()).st_size)
            file.seek(0)
            yield file
        return
    data = source if isinstance(source, bytes) else _all(source)
    precheck(data, len(data))
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        yield file


def _all(source: IO[bytes]) -> bytes:
    source.seek(0)
    return source.read(MAX_FILE_BYTES + 1)


def frames(file: IO[bytes], arguments: list[str], timeout: float) -> Iterator[tuple[Any, ...]]:
    """What the child says, frame by frame; FileRefused when it refuses, dies or takes too long."""
    with child(file, arguments, timeout) as pipe:
        traffic = 0
        while True:
            head = pipe.read(4)
            if len(head) < 4:
                raise EOFError
            [length] = struct.unpack("<I", head)
            traffic += length
            if length > MAX_FRAME or traffic > MAX_TRAFFIC:
                raise FileRefused("文件内容过多，请拆成几个文件上传。")
            payload = pipe.read(length)
            if len(payload) < length:
                raise EOFError
            frame = marshal.loads(payload)
            if frame[0] == "refused":
                raise FileRefused(frame[1])
            if frame[0] == "end":
                return
            yield frame


@contextmanager
def child(file: IO[bytes], arguments: list[str], timeout: float) -> Iterator[io.BufferedIOBase]:
    """A limited Python with `file` as stdin. EOFError inside means: it died, say why."""
    environment = {key: os.environ[key] for key in KEPT_ENVIRONMENT if key in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-s", "-m", "core.spreadsheets.child", *arguments],
        stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment,
        start_new_session=True,
    )  # fmt: skip
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(timeout, stop)
    timer.start()
    assert process.stdout
    try:
        yield process.stdout
    except (EOFError, ValueError, TypeError) as problem:  # cut off, or marshal of a broken frame
        code = process.wait()
        raise FileRefused(_death(late.is_set(), code)) from problem
    finally:
        timer.cancel()
        process.kill()
        process.stdout.close()
        process.wait()


def _death(late: bool, code: int) -> str:
    advice = "请新建一个工作簿，只把需要的数据用“选择性粘贴—数值”粘贴过去，再上传。"
    if late or -code in (9, 24):  # our timer, or the CPU limit
        return f"文件太复杂，没能在规定时间内读完。{advice}"
    return f"文件无法读取：多半是远离数据的地方还有内容，使表格范围过大，或者文件已损坏。{advice}"
