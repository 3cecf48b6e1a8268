"""Reading tables: heads, notes, merged cells, totals, units, errors by cell."""

import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from openpyxl import Workbook

from core.fields import (
    clean_date,
    clean_industry_code,
    clean_int,
    clean_money,
    clean_name,
    clean_phone,
    clean_uscc,
)
from core.spreadsheets import notes, reader
from core.spreadsheets.guard import FileRefused
from core.spreadsheets.sheet import parse, parse_named
from core.spreadsheets.table import CellError, Column, TableSpec, column_letter
from tests.makers import (
    assessment,
    firm,
    recognition_list,
    roster,
    roster_row,
    subsidy_table,
    uscc,
    workbook,
    workbook_of,
)

CITY = Column(key="city", names=("省辖市",), fill=True, head=False, value=False)
COUNTY = Column(key="county", names=("县（市、区）", "县区", "所属县区"), fill=True)
NAME = Column(key="name", names=("企业名称", "运营单位", "名称"), clean=clean_name)
CODE = Column(key="uscc", names=("统一社会信用代码", "信用代码"), clean=clean_uscc, kind="code")
LIST = TableSpec(name="认定名单", columns=(CITY, COUNTY, NAME, CODE))
PAIR = TableSpec(name="名单", columns=(NAME, CODE))


def money(key, name, **more):
    return Column(key=key, names=(name,), clean=clean_money, money=True, value=False, kind="money", **more)


ROSTER = TableSpec(
    name="企业名册",
    columns=(
        *LIST.columns,
        Column(key="established_on", names=("成立日期",), clean=clean_date),
        Column(key="industry", names=("行业代码",), clean=clean_industry_code),
        Column(key="staff", names=("职工人数",), clean=clean_int),
        money("revenue", "上年营业收入"),
        money("rd", "上年研发费用"),
        Column(key="phone", names=("联系电话",), clean=clean_phone, value=False),
    ),
)
SUBSIDY = TableSpec(name="补助下达表", columns=(NAME, CODE, money("amount", "补助金额")))


def pair_rows(*rows):
    return workbook([["企业名称", "统一社会信用代码"], *rows])


def refusal(data, spec=PAIR):
    with pytest.raises(FileRefused) as caught:
        parse(data, spec)
    return str(caught.value)


# --- the four kinds of real files --------------------------------------------------------------------


def test_recognition_list_is_read_with_its_merged_counties_and_messy_codes():
    firms = [firm(n) for n in range(1, 31)]
    table = parse(recognition_list(firms), LIST)
    assert not table.errors
    assert [(row.values["name"], row.values["uscc"]) for row in table.rows] == firms
    assert [row.values["county"] for row in table.rows] == ["红旗区"] * 10 + ["卫滨区"] * 10 + ["长垣市"] * 10
    assert [row.number for row in table.rows] == list(range(4, 34))
    assert table.skipped == [(34, "合计行")]
    assert table.head_row == 3
    assert table.columns["uscc"] == "E"
    assert table.meta.document_number == "豫工信企业〔2023〕52号"
    assert table.meta.documented_on == date(2023, 5, 4)
    assert (table.meta.valid_from, table.meta.valid_until) == (date(2023, 1, 1), date(2025, 12, 31))
    assert table.meta.label_year == 2023


def test_roster_is_read_with_its_bad_rows_named_one_by_one():
    bad = [roster_row(n) for n in range(901, 904)]
    bad[0][4] = uscc(901)[:17] + ("1" if uscc(901)[17] != "1" else "2")
    bad[1][4] = None
    bad[2][5] = "二〇一五年"
    table = parse(roster(20, bad=bad), ROSTER)
    assert len(table.rows) == 23
    assert len(table.good) == 20
    assert [row.number for row in table.bad] == [24, 25, 26]
    assert [(e.row, e.column, e.head) for e in table.errors] == [
        (24, "E", "统一社会信用代码"),
        (25, "E", "统一社会信用代码"),
        (26, "F", "成立日期"),
    ]
    assert str(table.errors[2]).startswith("工作表「Sheet1」第 26 行 F 列「成立日期」：")
    assert str(table.errors[2]).endswith("（填写的是：二〇一五年）")
    assert table.meta.as_of == date(2025, 10, 31)
    assert table.rows[6].values["revenue"] is None  # written as —
    assert all(isinstance(row.values["established_on"], date) for row in table.good)


def test_subsidy_table_converts_wan_by_its_note():
    lines = [(*firm(1), 411.52263, 123.456789), (*firm(2), 2500, 500)]
    table = parse(subsidy_table(lines), SUBSIDY)
    assert [row.values["amount"] for row in table.rows] == [Decimal("1234567.89"), Decimal("5000000.00")]
    assert (table.meta.invested_from, table.meta.invested_until) == (date(2022, 7, 1), date(2023, 6, 30))
    assert table.meta.documented_on == date(2024, 6, 20)
    assert table.meta.unit == 10_000


def test_assessment_is_read_with_its_publication_date():
    grade = Column(key="grade", names=("考核等次", "等次"))
    spec = TableSpec(name="考核结果", columns=(NAME, CODE, grade))
    table = parse(assessment([(*firm(1), "一等奖"), (*firm(2), "合格")]), spec)
    assert [row.values["grade"] for row in table.rows] == ["一等奖", "合格"]
    assert table.meta.documented_on == date(2023, 11, 20)


def test_path_bytes_and_open_file_give_the_same(tmp_path):
    data = recognition_list([firm(1)])
    path = tmp_path / "名单.xlsx"
    path.write_bytes(data)
    first = parse(path, LIST)
    assert parse(str(path), LIST) == first
    assert parse(data, LIST) == first
    assert parse(io.BytesIO(data), LIST) == first


# --- the head ----------------------------------------------------------------------------------------


def test_head_is_found_in_any_order_with_other_names_and_marks():
    rows = [["说明"], [], ["* 信用代码 ", "备注", "企 业 名 称（全称）"], [uscc(1), "x", "新乡甲公司"]]
    table = parse(workbook(rows), PAIR)
    assert table.rows[0].values == {"name": "新乡甲公司", "uscc": uscc(1)}
    assert table.columns == {"uscc": "A", "name": "C"}


def test_head_of_two_rows_with_cells_merged_across_is_joined():
    rows = [
        ["企业名称", "统一社会信用代码", "上年数据（万元）", None],
        [None, None, "上年营业收入（万元）", "上年研发费用（万元）"],
        ["新乡甲公司", uscc(1), 12.5, 1],
    ]
    spec = TableSpec(
        name="名册", columns=(NAME, CODE, money("revenue", "上年营业收入"), money("rd", "上年研发费用"))
    )
    table = parse(workbook(rows, merge=["A1:A2", "B1:B2", "C1:D1"]), spec)
    assert table.rows[0].values["revenue"] == Decimal(125_000)
    assert table.rows[0].number == 3


def test_missing_head_is_refused_with_the_columns_it_needs():
    text = refusal(workbook([["甲", "乙"], ["新乡甲公司", uscc(1)]]))
    assert "没有找到「名单」的表头" in text
    assert "企业名称、统一社会信用代码" in text


def test_head_without_a_needed_column_says_which():
    assert "缺少：统一社会信用代码" in refusal(workbook([["县区", "企业名称"], ["红旗区", "甲"]]), LIST)


def test_column_named_twice_is_refused_with_its_letters():
    text = refusal(workbook([["企业名称", "统一社会信用代码", "名称"], ["新乡甲公司", uscc(1), "x"]]))
    assert "A 列「企业名称」、C 列「名称」" in text


@pytest.mark.parametrize("again", [["企业名称", "统一社会信用代码"], ["统一社会信用代码", "名称"]])
def test_second_head_is_refused_with_both_rows(again):
    rows = [["新乡甲公司", uscc(1)], again, ["新乡乙公司", uscc(2)]]
    assert "第 1 行和第 3 行都是表头" in refusal(pair_rows(*rows))


def test_table_on_two_sheets_is_refused_but_other_sheets_are_left_alone():
    page = [["企业名称", "统一社会信用代码"], ["新乡甲公司", uscc(1)]]
    other = [["统计", 1]]
    assert parse(workbook_of({"说明": other, "名单": page, "空": []}), PAIR).sheet == "名单"
    assert "「甲」、「乙」" in refusal(workbook_of({"甲": page, "乙": page}))


def test_empty_workbook_and_head_without_rows_are_refused():
    assert "没有数据" in refusal(workbook([]))
    assert "只有表头" in refusal(pair_rows())
    assert "只有表头" in refusal(pair_rows(["合计", None]))


# --- rows --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["合计", "小 计", "总计（30家）", "新乡市小计", "共计：", "合计30家"])
def test_total_rows_are_skipped_and_named(text):
    table = parse(pair_rows(["新乡甲公司", uscc(1)], [text, None]), PAIR)
    assert len(table.rows) == (2 if text == "合计30家" else 1)
    assert text == "合计30家" or table.skipped == [(3, "合计行")]


def test_row_that_lacks_only_its_code_is_an_error_not_skipped():
    table = parse(pair_rows(["新乡合计机械有限公司", None]), PAIR)
    assert [e.message for e in table.errors] == ["这里必须填写，请补上。"]


def test_blank_rows_footnotes_and_bare_numbers_are_skipped():
    rows = [["序号", "企业名称", "统一社会信用代码"], [1, "新乡甲公司", uscc(1)], [], [None, " ", "\u3000"]]
    rows += [
        [2, None, None],
        [3, "新乡乙公司", uscc(2)],
        ["注：以企业名称为准"],
        ["填报人：张三", None, "审核人：李四"],
    ]
    table = parse(workbook(rows), PAIR)
    assert [row.number for row in table.rows] == [2, 6]
    assert not table.errors
    assert [number for number, _ in table.skipped] == [5, 7, 8]


def test_merged_cells_fill_only_columns_that_allow_it():
    rows = [
        ["县区", "企业名称", "统一社会信用代码"],
        ["红旗区", "新乡甲公司", uscc(1)],
        [None, None, uscc(2)],
    ]
    table = parse(workbook(rows, merge=["A2:A3", "B2:B3"]), LIST)
    assert table.rows[1].values["county"] == "红旗区"
    assert [(e.row, e.column) for e in table.errors] == [(3, "B")]


def test_blank_county_that_is_not_merged_is_an_error():
    rows = [
        ["县区", "企业名称", "统一社会信用代码"],
        ["红旗区", "新乡甲公司", uscc(1)],
        [None, "新乡乙公司", uscc(2)],
    ]
    assert [(e.row, e.head) for e in parse(workbook(rows), LIST).errors] == [(3, "县区")]


def test_table_that_begins_away_from_the_corner_keeps_its_places():
    book = Workbook()
    page = book.active
    for row, values in ((5, ("企业名称", "统一社会信用代码")), (6, ("新乡甲公司", "错"))):
        for column, value in enumerate(values, 3):
            page.cell(row, column, value)
    out = io.BytesIO()
    book.save(out)
    [error] = parse(out.getvalue(), PAIR).errors
    assert (error.row, error.column) == (6, "D")


def test_codes_and_dates_stored_as_numbers_have_their_own_messages():
    row = roster_row(1)
    row[4], row[5] = 914107020000000000, datetime(1900, 1, 5)
    errors = parse(roster(1, bad=[row]), ROSTER).errors
    assert "文本" in errors[0].message
    assert "数字被设成了日期格式" in errors[1].message


def test_control_character_in_a_name_is_a_cell_error():
    data = pair_rows(["新乡_x000B_甲公司", uscc(1)])
    assert "控制字符" in parse(data, PAIR).errors[0].message


def test_row_check_speaks_for_whole_rows_without_other_errors():
    def check(values):
        if values["name"].endswith("厂"):
            yield "name", "不能是厂。"

    spec = TableSpec(name="名单", columns=PAIR.columns, check=check)
    table = parse(pair_rows(["新乡甲厂", uscc(1)], ["新乡乙厂", "错"], ["新乡丙公司", uscc(2)]), spec)
    assert [(e.row, e.head) for e in table.errors] == [(2, "企业名称"), (3, "统一社会信用代码")]


def test_importers_can_add_their_own_errors():
    table = parse(pair_rows(["新乡甲厂", uscc(1)]), PAIR)
    error = table.error(2, "name", "没有这个单位。", "新乡甲厂")
    assert error == CellError("Sheet1", 2, "A", "企业名称", "新乡甲厂", "没有这个单位。")
    assert "第 2 行：整行" in str(table.error(2, "", "整行。"))


# --- units -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "note", "yuan"),
    [
        ("补助金额（元）", "", "12.5"),
        ("补助金额(万元)", "", "125000"),
        ("补助金额", "单位：万元", "125000"),
        ("补助金额", "金额单位: 元", "12.5"),
        ("补助金额（元）", "单位：万元", "12.5"),
        ("补助金额（单位：万元）", "", "125000"),
    ],
)
def test_unit_is_read_from_the_head_then_from_the_notes(head, note, yuan):
    rows = [["标题"], [note], ["企业名称", "统一社会信用代码", head], ["新乡甲公司", uscc(1), 12.5]]
    assert parse(workbook(rows), SUBSIDY).rows[0].values["amount"] == Decimal(yuan)


def test_unit_is_never_guessed():
    rows = [["企业名称", "统一社会信用代码", "补助金额"], ["新乡甲公司", uscc(1), 12.5]]
    assert "没有写明单位" in refusal(workbook(rows), SUBSIDY)
    spec = TableSpec(name="补助", columns=(NAME, CODE, money("amount", "补助金额", unit=1)))
    assert parse(workbook(rows), spec).rows[0].values["amount"] == Decimal("12.5")


# --- formulas, error values, hidden things -----------------------------------------------------------


def test_formula_without_a_stored_result_is_an_error_of_its_cell():
    rows = [["企业名称", "统一社会信用代码"], ["新乡甲公司", uscc(1)], ['="新乡"&"乙公司"', uscc(2)]]
    table = parse(workbook(rows, text_from_equals=False), PAIR)
    [error] = table.errors
    assert (error.row, error.column) == (3, "A")
    assert "没有保存计算结果" in error.message
    assert any("1 个公式" in note for note in table.notes)


def stored(data, old, new):
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old, new))
    return out.getvalue()


def test_formula_with_a_stored_result_is_read():
    rows = [["企业名称", "统一社会信用代码", "补助金额（元）"], ["新乡甲公司", uscc(1), "=1+1"]]
    data = workbook(rows, text_from_equals=False)
    for empty in (b"<v />", b"<v/>", b"<v></v>"):  # the spelling is that of the XML library at hand
        data = stored(data, b"<f>1+1</f>" + empty, b"<f>1+1</f><v>2</v>")
    table = parse(data, SUBSIDY)
    assert not table.errors
    assert table.rows[0].values["amount"] == Decimal(2)


def test_error_value_is_not_taken_for_a_blank():
    book = Workbook()
    page = book.active
    page.append(["企业名称", "统一社会信用代码", "补助金额（元）"])
    page.append(["新乡甲公司", uscc(1), "#REF!"])
    page["C2"].data_type = "e"
    out = io.BytesIO()
    book.save(out)
    [error] = parse(out.getvalue(), SUBSIDY).errors
    assert "公式出错（#REF!）" in error.message


def test_hidden_sheets_are_skipped_and_hidden_columns_named():
    book = Workbook()
    book.active.append(["企业名称", "统一社会信用代码"])
    book.active.append(["新乡甲公司", uscc(1)])
    book.active.column_dimensions["B"].hidden = True
    hidden = book.create_sheet("旧名单")
    hidden.append(["企业名称", "统一社会信用代码"])
    hidden.append(["新乡乙公司", uscc(2)])
    hidden.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    table = parse(out.getvalue(), PAIR)
    assert len(table.rows) == 1
    assert any("旧名单" in note for note in table.notes)
    assert any("隐藏的行或列" in note for note in table.notes)


def test_cells_come_back_with_their_types():
    moment = datetime(2023, 5, 4, 15, 30)
    row = ["文", 1, 2.5, True, date(2023, 5, 4), moment, None, "末"]
    [sheet] = reader.read(workbook([row, [None] * 8, ["二"]])).sheets
    assert sheet.rows[0] == ["文", 1.0, 2.5, True, date(2023, 5, 4), moment, None, "末"]
    assert sheet.rows[2][0] == "二"
    assert type(sheet.rows[0][3]) is bool
    assert type(sheet.rows[0][4]) is date


# --- named sheets (several tables in one workbook) -----------------------------------------------------


def test_named_sheets_are_parsed_each_by_its_spec_and_missing_ones_left_out():
    page = [["企业名称", "统一社会信用代码"], ["新乡甲公司", uscc(1)]]
    tables = parse_named(
        workbook_of({" 认定 ": page, "补助": [], "其他": page}), {"认定": PAIR, "补助": SUBSIDY, "考核": PAIR}
    )
    assert list(tables) == ["认定"]
    assert tables["认定"].rows[0].values["uscc"] == uscc(1)


def test_named_sheet_without_head_and_workbook_without_named_sheets_are_refused():
    with pytest.raises(FileRefused, match="没有找到「名单」的表头"):
        parse_named(workbook_of({"认定": [["x", "y"]]}), {"认定": PAIR})
    with pytest.raises(FileRefused, match="没有找到工作表「认定」"):
        parse_named(workbook_of({"甲": [["x", "y"]]}), {"认定": PAIR})


# --- notes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "文号：豫工信企业〔2023〕52号 成文日期：2023年5月4日 有效期：2023-01-01至2025-12-31",
        "（豫工信企业[2023] 52号）  发文日期 2023.5.4   有效期限：2023年1月1日—2025年12月31日",
        "根据豫工信企业（2023）第52号，印发日期：2023/5/4，有效期自2023年1月1日起至2025年12月31日",
    ],
)
def test_notes_are_read_in_several_spellings(text):
    found = notes.from_texts(["2023年度名单", text])
    assert found.document_number == "豫工信企业〔2023〕52号"
    assert found.documented_on == date(2023, 5, 4)
    assert (found.valid_from, found.valid_until) == (date(2023, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("2023年度河南省专精特新中小企业名单", 2023),
        ("专精特新“小巨人”企业名单（2021年，河南省）", 2021),
        ("2024年省级制造业专项资金下达表", 2024),
        ("企业名册", None),
        ("２０２５年度名单", 2025),
    ],
)
def test_label_year_is_read_from_the_title(title, year):
    assert notes.from_texts([title]).label_year == year


def test_notes_that_say_nothing_stay_empty():
    found = notes.from_texts(["名单", "成文日期：2023年2月30日 有效期三年"])
    assert found.documented_on is None
    assert found.valid_years == 3
    assert found.valid_from is None
    assert notes.from_texts([]) == notes.Notes()


def test_column_letters_follow_excel():
    assert [column_letter(n) for n in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]
