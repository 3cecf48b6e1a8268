"""Download templates made from the same TableSpec that reads them back."""

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from core.spreadsheets.table import Column, TableSpec
from core.spreadsheets.writer import A4, FORMATS

ROWS = 5000  # how far drop-downs reach
LISTS = "选项"
GUIDE = "填写说明"
VERSION_NAME = "模板版本"


def template(spec: TableSpec, *, title: str = "", note: str = "", version: str = "1",
             guide: Sequence[str] = ()) -> bytes:  # fmt: skip
    """A workbook with the head, text format for codes, drop-down lists and a sheet 填写说明.

    `note` is the row under the title (文号、日期、单位); it is read back by notes.py.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = spec.name[:31]
    head_row = _top(sheet, spec, title or spec.name, note)
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    for number, column in enumerate(spec.columns, 1):
        _column(sheet, number, column, head_row)
        if column.choices:
            _choices(sheet, lists, number, column, head_row)
    sheet.freeze_panes = sheet.cell(head_row + 1, 1)
    sheet.print_title_rows = f"{head_row}:{head_row}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    _guide(book.create_sheet(GUIDE), spec, guide)
    book.defined_names[VERSION_NAME] = DefinedName(VERSION_NAME, attr_text=f'"{spec.name}-{version}"')
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _top(sheet: Worksheet, spec: TableSpec, title: str, note: str) -> int:
    last = max(len(spec.columns), 2)
    for row, text in enumerate((title, note) if note else (title,), 1):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=last)
        cell = sheet.cell(row, 1, text)
        cell.protection = Protection(locked=False)  # the note is filled in
    sheet["A1"].font, sheet["A1"].alignment = Font(bold=True, size=16), Alignment(horizontal="center")
    # The head is locked so that it comes back as it went; the rest is free. No password: a guard, no secret.
    sheet.protection.sheet = True
    for act in (
        "formatCells",
        "formatColumns",
        "formatRows",
        "insertRows",
        "deleteRows",
        "sort",
        "autoFilter",
    ):
        setattr(sheet.protection, act, False)
    return 3 if note else 2


def _column(sheet: Worksheet, number: int, column: Column, head_row: int) -> None:
    letter = get_column_letter(number)
    style = sheet.column_dimensions[letter]
    style.width, style.number_format = column.width, FORMATS[column.kind]
    style.protection = Protection(locked=False)
    cell = sheet.cell(head_row, number, column.label + (_unit(column)))
    cell.font = Font(bold=True, color="FFA8261C" if column.value else "FF17212D")
    cell.fill = PatternFill("solid", start_color="FFE9F0F9", end_color="FFE9F0F9")
    cell.alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")
    cell.border = Border(*[Side("thin", color="FFDCE2E9")] * 4)
    cell.protection = Protection(locked=True)


def _unit(column: Column) -> str:
    return "（元）" if column.money and column.unit == 1 else "（万元）" if column.money else ""


def _choices(sheet: Worksheet, lists: Worksheet, number: int, column: Column, head_row: int) -> None:
    at = get_column_letter(number)
    for row, choice in enumerate(column.choices, 1):
        lists[f"{at}{row}"] = choice
    rule = DataValidation(
        type="list", formula1=f"{LISTS}!${at}$1:${at}${len(column.choices)}", allow_blank=not column.value
    )
    rule.error, rule.errorTitle, rule.showErrorMessage = "请从下拉列表中选择。", column.label, True
    sheet.add_data_validation(rule)
    rule.add(f"{at}{head_row + 1}:{at}{head_row + ROWS}")


def _guide(sheet: Worksheet, spec: TableSpec, guide: Sequence[str]) -> None:
    lines = [
        "红色表头的列必须填写；没有内容的格留空或填“—”。",
        "统一社会信用代码、电话列已设为文本格式，请直接粘贴数值。",
        "日期写成 2023-05-04；金额只填数字，单位以表头为准。",
        *guide,
    ]
    for line in lines:
        sheet.append([line])
    sheet.append([])
    for column in spec.columns:
        hint = column.hint or ("从下拉列表中选择" if column.choices else "")
        sheet.append([f"{column.label}：{'必填' if column.value else '选填'}{'，' + hint if hint else ''}"])
    sheet.column_dimensions["A"].width = 90
