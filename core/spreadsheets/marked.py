"""The uploaded workbook with its errors marked, so that a person can fix it and upload it again.

openpyxl needs about 1.3 GB for three million cells, so only moderate files are marked in place, in the
child process; for larger ones the bad rows alone come back as a fresh workbook.
"""

import io
import json
import os
import tempfile
from collections.abc import Iterable
from typing import IO, Any

from core.spreadsheets import reader
from core.spreadsheets.guard import FileRefused, scan
from core.spreadsheets.spec import CellError, column_letter

REASON, AUTHOR, RED = "错误原因", "系统检查", "FFF8C9C4"
MARK_MAX_BYTES = 4 * 1024 * 1024  # about 600,000 cells: 10 s and 300 MB in openpyxl
MARK_MAX_CELLS = 600_000
MARK_SECONDS = 60
MAX_COMMENT = 500


def marked_copy(source: reader.Source, errors: Iterable[CellError], *, head_row: int = 0) -> bytes:
    """The workbook with bad cells red and commented and a last column 错误原因.

    `head_row` (ParsedSheet.head_row) is where the new column gets its head. Marks of an earlier round
    are removed. A file too large or too odd to mark gives a list instead.
    """
    remarks = [[e.sheet, e.row, e.column, e.head, e.value, e.message] for e in errors]
    with reader.opened(source) as file:
        if os.fstat(file.fileno()).st_size <= MARK_MAX_BYTES:
            try:
                return _marked(file, {"head_row": head_row, "remarks": remarks})
            except FileRefused:
                pass  # readable for calamine, too much for openpyxl
    return error_list(remarks)


def _marked(file: IO[bytes], task: dict[str, Any]) -> bytes:
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as note:
        json.dump(task, note)
        note.flush()
        with reader.child(file, ["mark", note.name], MARK_SECONDS) as pipe:
            answer = pipe.read()  # what the child may hold bounds it
            if not answer.startswith(b"PK"):
                raise EOFError
            return answer


def error_list(remarks: Iterable[list[Any]]) -> bytes:
    """The errors as a plain table."""
    from core.spreadsheets.writer import Head, Page, write  # heavy: not in the child

    texts = [Head("列", width=6), Head("表头"), Head("填写的内容", width=30), Head(REASON, width=60)]
    heads = [Head("工作表"), Head("行", "plain"), *texts]
    target = io.BytesIO()
    write(
        target,
        [Page("错误清单", heads, remarks, title="导入错误清单", note="请按下列位置修改原文件后重新上传")],
    )
    return target.getvalue()


def mark(data: bytes, task_path: str) -> bytes:
    """In the child process: the marked workbook. Stored results replace formulas."""
    from openpyxl import load_workbook  # child process

    scan(data)
    with open(task_path, encoding="utf-8") as file:
        task = json.load(file)
    try:
        book = load_workbook(io.BytesIO(data), data_only=True)
    except MemoryError:
        raise
    except Exception as problem:  # openpyxl raises whatever a broken part leads it to
        raise FileRefused("文件内部结构特殊，无法生成标错文件，请按页面上的错误清单修改。") from problem
    by_sheet: dict[str, list[list[Any]]] = {}
    for remark in task["remarks"]:
        by_sheet.setdefault(remark[0], []).append(remark)
    for name, items in by_sheet.items():
        if name in book.sheetnames and book[name].max_row * book[name].max_column <= MARK_MAX_CELLS:
            _mark_sheet(book[name], items, task["head_row"] or min(item[1] for item in items) - 1)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _mark_sheet(sheet: Any, remarks: list[list[Any]], head_row: int) -> None:
    from openpyxl.cell.cell import MergedCell  # child process
    from openpyxl.comments import Comment  # child process
    from openpyxl.styles import Alignment, Font, PatternFill  # child process

    red = PatternFill("solid", start_color=RED, end_color=RED)
    last = _clean_column(sheet, max(head_row, 1))
    reasons: dict[int, list[str]] = {}
    for _, row, column, head, _, message in remarks:
        reasons.setdefault(row, []).append(f"{head}：{message}" if head else message)
        if column and not isinstance(cell := sheet[f"{column}{row}"], MergedCell):
            cell.fill, cell.comment = red, Comment(message[:MAX_COMMENT], AUTHOR, width=260, height=90)
    for row, texts in reasons.items():
        if row > 0 and not isinstance(cell := sheet.cell(row, last), MergedCell):
            cell.data_type, cell._value = "s", "；".join(texts)[:2000]  # text, whatever it begins with
            cell.font, cell.alignment = Font(color="FFA8261C"), Alignment(wrap_text=True, vertical="top")
    title = sheet.cell(max(head_row, 1), last)
    if not isinstance(title, MergedCell):
        title.value, title.font = REASON, Font(bold=True, color="FFA8261C")
    sheet.column_dimensions[column_letter(last - 1)].width = 60


def _clean_column(sheet: Any, head_row: int) -> int:
    """Remove the marks of an earlier round; the column for the reasons, that of the earlier round if any."""
    from openpyxl.styles import PatternFill  # child process

    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment, cell.fill = None, PatternFill()
    width = sheet.max_column
    if sheet.cell(head_row, width).value != REASON:
        return int(width) + 1
    for row in range(1, sheet.max_row + 1):
        sheet.cell(row, width)._value = None
    return int(width)
