"""One table on one sheet: find its head by known names, clean its cells, say what is wrong where.

Cells are cleaned column by column with the plain validators of core.fields; the result has every data
row, good or bad, with the row number the user sees.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from core.fields import FOLD, FieldError
from core.spreadsheets.guard import FileRefused
from core.spreadsheets.head import Head, find_head
from core.spreadsheets.notes import Notes, head_unit, read_notes
from core.spreadsheets.reader import Sheet
from core.spreadsheets.spec import CellError, Column, ParsedSheet, Row, TableSpec, column_letter, shown

__all__ = ["CellError", "Column", "ParsedSheet", "Row", "TableSpec", "column_letter", "parse_table", "shown"]

MEMO = 4096  # distinct texts remembered per column: counties and dates repeat, codes do not
MAX_FILLED = 2_000_000  # cells filled from merged ranges
MAX_ERRORS = 20_000  # named one by one; beyond that the file is the wrong file

TOTAL = re.compile(r".{0,12}(合计|小计|总计|共计|累计)([(（:：].*)?|共.{0,4}[0-9]+(家|户|个|条|项).{0,2}")
FOOTNOTE = re.compile(
    r"(备?注|说明|填[报表]|审[核批]|制表|联系|单位负责|负责人|数据来源|截止|截至|经办|报送).{0,8}[:：]"
)


def parse_table(sheet: Sheet, spec: TableSpec) -> ParsedSheet | None:
    """The sheet's table, or None when it has no head. Raises FileRefused for what no row-level fix cures."""
    head = find_head(sheet, spec)
    if head is None:
        return None
    meta = read_notes(sheet.rows[: head.first])
    letters = {key: column_letter(j) for key, j in head.places.items()}
    result = ParsedSheet(sheet.name, meta, head.row + 1, letters, head.texts, [])
    numbers = _data_rows(sheet, spec, head, result)
    rows = [sheet.rows[i] for i in numbers]
    found: dict[int, list[CellError]] = {}
    cleaned = []
    for column in spec.columns:
        j = head.places.get(column.key)
        if j is None:
            cleaned.append([None] * len(rows))
            continue
        cells = [row[j] if j < len(row) else None for row in rows]
        if column.fill:
            _fill(sheet, numbers, cells, j, head)
        values, problems = _clean_column(_bound(column, head.texts[column.key], meta, sheet), cells)
        cleaned.append(values)
        problems |= _odd_problems(sheet, numbers, j)
        for n, message in problems.items():
            found.setdefault(n, []).append(
                result.error(numbers[n] + 1, column.key, message, sheet.odd.get((numbers[n], j)) or cells[n])
            )
        if len(found) > MAX_ERRORS:
            raise FileRefused(
                f"工作表「{sheet.name}」的错误超过 {MAX_ERRORS} 行，请核对是否选错了文件或模板。"
            )
    _assemble(result, spec, numbers, rows, cleaned, found)
    return result


def _data_rows(sheet: Sheet, spec: TableSpec, head: Head, result: ParsedSheet) -> list[int]:
    """Rows below the head that hold data, from 0; blank, total and footnote rows go to `skipped`."""
    must = [head.places[c.key] for c in spec.columns if c.value and not c.fill and c.key in head.places]
    numbers = []
    for i in range(head.row + 1, len(sheet.rows)):
        row = sheet.rows[i]
        if None in row or len(row) <= max(must, default=0):  # a full row is no total row
            texts = [v for v in row if v is not None and not (isinstance(v, str) and not v.strip())]
            if not texts:
                continue
            lacks = sum(j >= len(row) or row[j] is None for j in must)
            first = texts[0].translate(FOLD).strip() if isinstance(texts[0], str) else ""
            if lacks and TOTAL.fullmatch("".join(first.split())):
                result.skipped.append((i + 1, "合计行"))
                continue
            if lacks and first and (FOOTNOTE.match(first) or (len(texts) == 1 and lacks == len(must) > 0)):
                result.skipped.append((i + 1, "说明行"))
                continue
            if len(texts) == 1 and isinstance(texts[0], float) and lacks == len(must) > 0:
                result.skipped.append((i + 1, "空行（只有序号）"))
                continue
        numbers.append(i)
    return numbers


def _fill(sheet: Sheet, numbers: list[int], cells: list[Any], j: int, head: Head) -> None:
    """Give every cell of column `j` that a merged range covers the value of the range's first cell."""
    merged = [m for m in sheet.merged if m[1] <= j <= m[3] and m[0] > head.row]
    at = {i: n for n, i in enumerate(numbers)} if merged else {}
    filled = 0
    for first, left, last, _ in merged:
        origin = sheet.rows[first] if first < len(sheet.rows) else []
        value = origin[left] if left < len(origin) else None
        last = min(last, len(sheet.rows) - 1)
        filled += max(last - first, 0)
        if filled > MAX_FILLED:
            raise FileRefused(f"工作表「{sheet.name}」的合并单元格互相重叠，请取消合并后再上传。")
        for i in range(first, last + 1):
            if i in at:
                cells[at[i]] = value


def _bound(column: Column, head: str, meta: Notes, sheet: Sheet) -> Column:
    """For money: the column with its unit decided, by the head first, then the notes."""
    if not column.money:
        return column
    unit = head_unit(head) or meta.unit or column.unit
    if unit is None:
        raise FileRefused(
            f"工作表「{sheet.name}」的「{head}」没有写明单位。"
            f"请把表头写成「{column.label}（元）」或「{column.label}（万元）」，或在表格上方注明“单位：万元”。"
        )
    return replace(column, clean=partial(column.clean, unit=unit))


NO_RESULT = "这是公式，但文件里没有保存计算结果。请用 Excel 或 WPS 打开后保存一次，或改成“选择性粘贴—数值”。"
MISSING = "这里必须填写，请补上。"


def _clean_column(column: Column, cells: list[Any]) -> tuple[list[Any], dict[int, str]]:
    """Clean values (None where blank or bad), and messages by position."""
    clean, blanks, needed = column.clean, column.blanks, column.value
    memo: dict[str, Any] = {}
    values: list[Any] = []
    problems: dict[int, str] = {}
    for n, cell in enumerate(cells):
        is_text = type(cell) is str
        if is_text and cell in memo:
            values.append(memo[cell])
            continue
        if cell is None or (is_text and cell.strip() in blanks):
            if needed:
                problems[n] = MISSING
            values.append(None)
            continue
        try:
            value = clean(cell)
        except FieldError as problem:
            problems[n] = str(problem)
            values.append(None)
            continue
        values.append(value)
        if is_text and len(memo) < MEMO:
            memo[cell] = value
    return values, problems


def _odd_problems(sheet: Sheet, numbers: list[int], j: int) -> dict[int, str]:
    """Formulas without a stored value, and error values: they read as blank, which they are not."""
    at = {i: n for n, i in enumerate(numbers)} if sheet.odd else {}
    problems = {}
    for (i, column), text in sheet.odd.items():
        if column == j and i in at:
            problems[at[i]] = f"公式出错（{text}），请改正后重新上传。" if text else NO_RESULT
    return problems


def _assemble(
    result: ParsedSheet, spec: TableSpec, numbers: list[int], rows: list[Any], cleaned: list[list[Any]],
    found: dict[int, list[CellError]],
) -> None:  # fmt: skip
    keys = [column.key for column in spec.columns]
    check = spec.check
    for n, values in enumerate(zip(*cleaned, strict=True)):
        record = dict(zip(keys, values, strict=True))
        errors: Iterable[CellError] = found.get(n, ())
        if check and not errors:
            errors = [result.error(numbers[n] + 1, key, text) for key, text in check(record)]
        if errors:
            result.errors.extend(errors)
        result.rows.append(Row(numbers[n] + 1, record, rows[n], tuple(errors)))
