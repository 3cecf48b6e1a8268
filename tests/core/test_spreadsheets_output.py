"""Exports, templates and marked copies: reopened and looked at."""

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from core.fields import clean_choice, clean_money, clean_name, clean_uscc
from core.spreadsheets import marked
from core.spreadsheets.marked import marked_copy
from core.spreadsheets.sheet import parse
from core.spreadsheets.table import Column, TableSpec
from core.spreadsheets.template import template
from core.spreadsheets.writer import Head, Page, write
from tests.makers import recognition_list, uscc, workbook

PAYLOADS = [
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("x")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\tx",
    "\rx",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "=1+1\n=2",
]
SPEC = TableSpec(
    name="补助下达表",
    columns=(
        Column(key="name", names=("企业名称",), clean=clean_name, width=30),
        Column(key="uscc", names=("统一社会信用代码",), clean=clean_uscc, kind="code", hint="18 位"),
        Column(
            key="grade",
            names=("等次",),
            clean=lambda v: clean_choice(v, {"一等奖": 1, "二等奖": 2}),
            choices=("一等奖", "二等奖"),
            head=False,
            value=False,
        ),
        Column(key="amount", names=("补助金额",), clean=clean_money, money=True, kind="money"),
    ),
)


def written(*pages):
    out = io.BytesIO()
    write(out, pages)
    return load_workbook(io.BytesIO(out.getvalue()))


def formulas(book):
    return [
        cell.coordinate for page in book for row in page.iter_rows() for cell in row if cell.data_type == "f"
    ]


# --- exports -----------------------------------------------------------------------------------------


def test_export_never_holds_a_formula_and_keeps_the_text():
    heads = [Head("名称"), Head("代码", "code"), Head("数", "money")]
    book = written(Page("甲", heads, [(p, p, p) for p in PAYLOADS], title="=1+1", note="=2"))
    assert formulas(book) == []
    page = book["甲"]
    assert page["A1"].value == "=1+1"
    kept = [page.cell(row, 1).value for row in range(4, 4 + len(PAYLOADS))]
    assert kept[:5] == PAYLOADS[:5]
    assert kept[7:] == PAYLOADS[7:]


def test_export_keeps_types_and_formats():
    heads = [
        Head("代码", "code"),
        Head("日期", "date"),
        Head("金额", "money"),
        Head("数", "number"),
        Head("备注"),
    ]
    row = ("914403001922038216", date(2023, 5, 4), Decimal("1234567.89"), 12, None)
    page = written(Page("甲", heads, [row], title="题", note="单位：元"))["甲"]
    cells = page[4]
    assert (cells[0].value, cells[0].data_type, cells[0].number_format) == ("914403001922038216", "s", "@")
    assert cells[1].value.date() == date(2023, 5, 4)
    assert cells[1].number_format == "yyyy-mm-dd"
    assert (cells[2].value, cells[2].number_format) == (1234567.89, "#,##0.00")
    assert cells[3].value == 12
    assert cells[4].value is None


def test_export_prints_on_a4_landscape_with_frozen_repeated_head():
    page = written(Page("甲", [Head("名称"), Head("代码", "code")], [("x", "y")], title="题", note="注"))[
        "甲"
    ]
    assert (page["A1"].value, page["A2"].value, page["A3"].value) == ("题", "注", "名称")
    assert page.freeze_panes == "A4"
    assert page.print_title_rows == "$3:$3"
    setup = page.page_setup
    assert (setup.orientation, setup.paperSize, setup.fitToHeight) == ("landscape", 9, 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert {str(r) for r in page.merged_cells.ranges} == {"A1:B1", "A2:B2"}
    assert page.column_dimensions["B"].width > 20


def test_export_without_rows_or_title_still_has_its_head():
    book = written(
        Page("甲", [Head("名称")], []), Page("乙", [Head("名称"), Head("数", "number")], iter([("x", 1)]))
    )
    assert [cell.value for cell in book["甲"][1]] == ["名称"]
    assert [[cell.value for cell in row] for row in book["乙"].iter_rows()] == [["名称", "数"], ["x", 1]]


def test_export_survives_characters_no_workbook_can_hold():
    page = written(Page("甲", [Head("名称")], [("a\x0bb\ud800c\x00",), ("长" * 40000,), (True,), ("a\nb",)]))[
        "甲"
    ]
    assert [page.cell(row, 1).value for row in (2, 4, 5)] == ["abc", "是", "a\nb"]
    assert len(page.cell(3, 1).value) == 32_767


def test_export_refuses_two_columns_of_one_name():
    with pytest.raises(ValueError, match="labels must differ"):
        write(io.BytesIO(), [Page("甲", [Head("a"), Head("a")], [])])


# --- templates ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def blank():
    note = "文号：  下达日期：  单位：万元"
    return template(SPEC, title="下达表模板", note=note, version="2", guide=["一行一家企业。"])


def test_template_has_text_codes_lists_locked_head_and_guide(blank):
    book = load_workbook(io.BytesIO(blank))
    page = book["补助下达表"]
    assert [cell.value for cell in page[3]] == ["企业名称", "统一社会信用代码", "等次", "补助金额（万元）"]
    assert page.column_dimensions["B"].number_format == "@"
    assert page.protection.sheet
    assert page["A3"].protection.locked
    assert not page.column_dimensions["A"].protection.locked
    [rule] = page.data_validations.dataValidation
    assert rule.formula1 == "选项!$C$1:$C$2"
    assert book["选项"].sheet_state == "hidden"
    lines = [row[0] for row in book["填写说明"].iter_rows(values_only=True) if row[0]]
    assert "一行一家企业。" in lines
    assert "统一社会信用代码：必填，18 位" in lines
    assert book.defined_names["模板版本"].attr_text == '"补助下达表-2"'
    assert formulas(book) == []


def test_filled_template_is_read_back(blank):
    book = load_workbook(io.BytesIO(blank))
    book["补助下达表"].append(["新乡甲公司", uscc(1), "一等奖", 12.5])
    out = io.BytesIO()
    book.save(out)
    table = parse(out.getvalue(), SPEC)
    assert not table.errors
    assert table.rows[0].values == {
        "name": "新乡甲公司",
        "uscc": uscc(1),
        "grade": 1,
        "amount": Decimal(125_000),
    }
    assert table.meta.unit == 10_000


# --- marked copies -----------------------------------------------------------------------------------


def bad_list():
    rows = [
        ["企业名称", "统一社会信用代码", "补助金额（元）"],
        ["新乡甲公司", uscc(1), 1],
        ["新乡乙公司", "错", "=x"],
    ]
    return workbook(rows, sheet="名单")


def test_marked_copy_shows_errors_where_they_are_and_can_be_read_again():
    data = bad_list()
    table = parse(data, SPEC)
    assert len(table.errors) == 2
    copy = marked_copy(data, table.errors, head_row=table.head_row)
    book = load_workbook(io.BytesIO(copy))
    page = book["名单"]
    assert page["D2"].value is None
    assert "统一社会信用代码：" in page["D3"].value
    assert "补助金额（元）：金额不是数字" in page["D3"].value
    assert page["D1"].value == marked.REASON
    assert page["B3"].fill.start_color.rgb == "FFF8C9C4"
    assert "18 位" in page["B3"].comment.text
    assert page["B2"].comment is None
    assert formulas(book) == []
    again = parse(copy, SPEC)
    assert [(e.row, e.column) for e in again.errors] == [(e.row, e.column) for e in table.errors]
    second = load_workbook(io.BytesIO(marked_copy(copy, again.errors[:1], head_row=again.head_row)))["名单"]
    assert second.max_column == 4
    assert second["B3"].comment is not None
    assert second["C3"].comment is None
    assert second["C3"].fill.fill_type is None


def test_marked_copy_of_a_merged_list_keeps_its_merges():
    firms = [("新乡甲机械有限公司", "错"), ("新乡乙机械有限公司", uscc(2))]
    data = recognition_list(firms, counties=["红旗区"])
    spec = TableSpec(name="名单", columns=SPEC.columns[:2])
    book = load_workbook(io.BytesIO(marked_copy(data, parse(data, spec).errors)))
    page = book.active
    assert "C4:C5" in {str(area) for area in page.merged_cells.ranges}
    assert page["G3"].value == marked.REASON
    assert page["G4"].value


def test_file_too_large_to_mark_gives_a_list_of_errors(monkeypatch):
    monkeypatch.setattr(marked, "MARK_MAX_BYTES", 10)
    data = bad_list()
    page = load_workbook(io.BytesIO(marked_copy(data, parse(data, SPEC).errors))).active
    assert [cell.value for cell in page[3]] == ["工作表", "行", "列", "表头", "填写的内容", "错误原因"]
    assert [cell.value for cell in page[5]][:5] == ["名单", 3, "C", "补助金额（元）", "=x"]
    assert page["E5"].data_type == "s"
