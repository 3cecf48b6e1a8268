"""Finding the row that names a table's columns."""

import re
from typing import NamedTuple

from core.fields import FOLD
from core.spreadsheets.guard import FileRefused
from core.spreadsheets.reader import Sheet
from core.spreadsheets.spec import TableSpec, column_letter

HEAD_ROWS = 30  # the head stands among the first rows

NOISE = re.compile(r"[\s*＊:：]+")
BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")


def head_key(text: str) -> str:
    """'县（市、区）\n*' and '县(市、区)' are one."""
    return NOISE.sub("", text.translate(FOLD)).lower()


class Head(NamedTuple):
    row: int  # of the last row of the head, from 0
    first: int  # of its first row, from 0
    places: dict[str, int]  # key → column from 0
    texts: dict[str, str]  # key → head as written


def find_head(sheet: Sheet, spec: TableSpec) -> Head | None:
    """The row that names the columns, or two rows where cells are merged across; None if there is none.

    Refuses a head that lacks columns, names one twice, or stands there twice.
    """
    names = _names(spec)
    across = {first for first, left, _, right in _merges(sheet) if right > left}
    best: tuple[int, int, dict[int, str]] | None = None
    for i, row in enumerate(sheet.rows[:HEAD_ROWS]):
        cells = {j: v for j, v in enumerate(row) if isinstance(v, str) and v.strip()}
        rows = 1
        if i in across and len(cells) > 1 and i + 1 < len(sheet.rows):
            below = {j: v for j, v in enumerate(sheet.rows[i + 1]) if isinstance(v, str) and v.strip()}
            if len(_match(cells | below, names)) > len(_match(cells, names)):
                cells, rows = cells | below, 2
        score = len(_match(cells, names))
        if score >= _enough(spec) and (best is None or score > len(_match(best[2], names))):
            best = (i, rows, cells)
    if best is None:
        return None
    first, rows, cells = best
    head = Head(first + rows - 1, first, *_places(sheet, spec, _match(cells, names), cells))
    _refuse_second_head(sheet, spec, names, head)
    return head


def _names(spec: TableSpec) -> dict[str, str]:
    return {head_key(name): column.key for column in spec.columns for name in column.names}


def _enough(spec: TableSpec) -> int:
    needed = sum(column.head for column in spec.columns)
    return max(2, (needed + 1) // 2)


def _merges(sheet: Sheet) -> list[tuple[int, int, int, int]]:
    return [m for m in sheet.merged if m[0] < HEAD_ROWS]


def _match(cells: dict[int, str], names: dict[str, str]) -> dict[str, list[int]]:
    """Key → the columns that name it. A head counts without its brackets when its full text is unknown."""
    found: dict[str, list[int]] = {}
    for j, text in cells.items():
        if len(text) > 60:
            continue
        key = names.get(head_key(text)) or names.get(head_key(BRACKETS.sub("", text)))
        if key:
            found.setdefault(key, []).append(j)
    return found


def _places(
    sheet: Sheet, spec: TableSpec, match: dict[str, list[int]], cells: dict[int, str]
) -> tuple[dict[str, int], dict[str, str]]:
    missing = [c.label for c in spec.columns if c.head and c.key not in match]
    if missing:
        raise FileRefused(
            f"工作表「{sheet.name}」的表头缺少：{'、'.join(missing)}。请补上这些列（可下载模板对照）后重新上传。"
        )
    for places in match.values():
        if len(places) > 1:
            where = "、".join(f"{column_letter(j)} 列「{cells[j].strip()}」" for j in places)
            raise FileRefused(f"工作表「{sheet.name}」有重复的列：{where}。请只保留一列后重新上传。")
    return ({k: p[0] for k, p in match.items()}, {k: " ".join(cells[p[0]].split()) for k, p in match.items()})


def _refuse_second_head(sheet: Sheet, spec: TableSpec, names: dict[str, str], head: Head) -> None:
    written = set(head.texts.values()) | {name for column in spec.columns for name in column.names}
    enough = max(2, (len(head.places) + 1) // 2)
    for i in range(head.row + 1, len(sheet.rows)):
        row = sheet.rows[i]
        if written.isdisjoint(row):
            continue
        cells = {j: v for j, v in enumerate(row) if isinstance(v, str)}
        if len(_match(cells, names)) >= enough:
            raise FileRefused(
                f"工作表「{sheet.name}」第 {head.first + 1} 行和第 {i + 1} 行都是表头。"
                "请删除多余的表头；如果是两张表，请分成两个文件上传。"
            )
