"""Reading FACTS: every spelling of a cell, every problem named. No test here may touch the database."""

import datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from awards.determine_file import determine_facts, shipped_document
from awards.facts_file import FactsError, read_json, read_workbook
from awards.facts_tables import TITLES
from awards.places import Places
from core.fields import FieldError
from core.spreadsheets.guard import FileRefused
from policies.engine.values import TITLES as ENGINE_TITLES
from tests.awards.facts import (
    SUBSIDY_HEADS,
    TITLE_HEADS,
    A,
    B,
    brief,
    facts_file,
    nat,
    problems_of,
    prov,
    result_rows,
    run,
    title,
)
from tests.makers import full_width, workbook_of


# ---- reading ---------------------------------------------------------------------------------------------
def test_columns_are_found_in_any_order_below_a_title_row(tmp_path):
    rows = [["2024 年事实表"], [*reversed(TITLE_HEADS), "备注"], [*reversed(nat(A, "2024-09-02")), "随便写"]]
    (tmp_path / "F.xlsx").write_bytes(workbook_of({"认定": rows, "说明": [["不读这一页"]]}))
    call_command(
        "determine", tmp_path / "F.xlsx", policy="xinxiang-2022-8", year="2024", output=tmp_path / "R.xlsx"
    )
    assert brief(result_rows(tmp_path / "R.xlsx")) == [("XX-NAT", "给予", 500000)]


def test_missing_and_empty_sheets_mean_none(tmp_path):
    assert brief(run(tmp_path, 考核=[[A, 2024, "一等奖", "2024-11-18"]], 认定=[])) == [
        ("XX-ASSESS", "给予", 200000)
    ]


def test_codes_dates_and_titles_are_read_in_every_spelling(tmp_path):
    rows = [
        [full_width(A), "甲", "新乡市高新区", "国家级专精特新“小巨人”企业", "", "x", datetime.date(2024, 9, 2),
         "2024.7.1", "2027年6月30日"],
        [f" {B.lower()}", "乙", "长垣县", "省级“专精特新”中小企业", None, "x", "2024/04/19", 20240101, "2026-12-31"],
    ]  # fmt: skip
    found = run(tmp_path, 认定=rows)
    assert [(row["统一社会信用代码"], row["条款"]) for row in found] == [(A, "XX-NAT"), (B, "XX-PROV")]


def test_every_title_of_the_engine_can_be_written():
    assert set(map(str, TITLES.values())) == ENGINE_TITLES


def test_only_events_of_the_year_are_determined(tmp_path):
    rows = [prov(A, "2023-05-04"), nat(A, "2024-09-02"), prov(B, "2025-05-04")]
    assert brief(run(tmp_path, 认定=rows)) == [("XX-NAT", "给予", 500000)]


def test_results_come_by_code_date_and_item(tmp_path):
    first, second = sorted([A, B])
    rows = [
        nat(second, "2024-01-05"),
        nat(first, "2024-09-02"),
        prov(first, "2024-09-02"),
        prov(second, "2024-03-01"),
    ]
    found = run(tmp_path, 认定=rows)
    assert [(row["统一社会信用代码"], row["条款"]) for row in found] == [
        (first, "XX-NAT"), (first, "XX-PROV"), (second, "XX-NAT"), (second, "XX-PROV"),
    ]  # fmt: skip


def test_event_belongs_to_the_unit_of_the_latest_title_before_it(tmp_path):
    titles = [nat(A, "2023-07-14", unit="郑州市金水区"), prov(A, "2024-08-01", unit="卫滨区")]
    window = ["2023-08-01", "2024-01-31"]
    before = run(tmp_path, 认定=titles, 补助=[[A, 1000000, "2024-06-20", *window]])
    after = run(tmp_path, 认定=titles, 补助=[[A, 1000000, "2024-10-20", *window]])
    assert brief(before)[0] == ("XX-EQ", "不符合", 0)
    assert before[0]["原因"] == "不属本市"
    assert ("XX-EQ", "就高吸收", 250000) in brief(after)


def test_event_before_every_title_belongs_to_the_unit_of_the_first(tmp_path):
    titles = [title(A, "省级示范平台", "2024-09-15", None, None, unit="郑州市金水区")]
    [row] = run(tmp_path, year=2022, 认定=titles, 考核=[[A, 2022, "一等奖", "2022-11-15"]])
    assert (row["结果"], row["原因"]) == ("不符合", "不属本市")


def test_own_unit_of_an_event_overrides_that_of_the_title(tmp_path):
    heads = [*SUBSIDY_HEADS, "管理单位"]
    sheets = {
        "认定": [TITLE_HEADS, nat(A, "2023-07-14", unit="焦作市")],
        "补助": [heads, [A, 1000000, "2024-06-20", "2023-08-01", "2024-01-31", "红旗区"]],
    }
    (tmp_path / "F.xlsx").write_bytes(workbook_of(sheets))
    call_command(
        "determine", tmp_path / "F.xlsx", policy="xinxiang-2022-8", year="2024", output=tmp_path / "R.xlsx"
    )
    assert brief(result_rows(tmp_path / "R.xlsx")) == [("XX-EQ", "给予", 250000)]


def test_two_winnings_of_one_item_are_told_apart_by_date(tmp_path):
    rows = run(
        tmp_path,
        认定=[nat(A, "2023-07-14", "2023-07-01", "2026-06-30")],
        补助=[
            [A, 1000000, "2024-03-01", "2023-08-01", "2024-01-31"],
            [A, 2000000, "2024-06-20", "2023-08-01", "2024-01-31"],
        ],
    )
    assert rows[0]["吸收于"] == "XX-EQ（2024-06-20）"


@pytest.mark.parametrize(
    "unit",
    ["红旗区", "新乡市", "新乡市红旗区", "河南省新乡市红旗区", "高新区", "平原新区", "长垣县", " 长垣 "],
)
def test_place_inside_the_city(unit):
    assert not Places("410700").is_elsewhere(unit)


@pytest.mark.parametrize(
    "unit", ["金水区", "郑州市", "焦作市解放区", "焦作", "河南省洛阳市涧西区", "济源示范区", "外省"]
)
def test_place_in_another_city(unit):
    assert Places("410700").is_elsewhere(unit)


def test_ambiguous_zone_belongs_to_the_city_of_the_policy():
    assert not Places("410100").is_elsewhere("高新区")
    assert Places("410100").is_elsewhere("新乡高新区")


def test_unknown_place_is_refused_with_suggestions():
    with pytest.raises(FieldError, match="红旗"):
        Places("410700").is_elsewhere("红棋区")


# ---- errors ----------------------------------------------------------------------------------------------
def test_every_problem_is_named_by_sheet_row_and_column(tmp_path):
    found = problems_of(
        tmp_path,
        认定=[
            title("91410702MA", "国家级小巨人", "2024-09-02", None, None),
            title(A, "国家级大巨人", "2024-13-02", None, None, unit="红棋区", kind="续期"),
            prov(A, None),
            prov(A, "2024-05-01", "2026-01-01", "2024-01-01"),
        ],
        补助=[[A, "三百万", "2024-06-20", None, None], [A, 1, "2024-06-20", "2024-05-01", "2024-01-01"]],
        考核=[[A, "去年", None, "2024-11-18"]],
    )
    assert set(found) == {
        ("认定", 2, "统一社会信用代码"),
        ("认定", 3, "称号"),
        ("认定", 3, "成文日期"),
        ("认定", 3, "管理单位"),
        ("认定", 3, "类型"),
        ("认定", 4, "成文日期"),
        ("认定", 5, "有效期止"),
        ("补助", 2, "补助金额（元）"),
        ("补助", 3, "投资区间止"),
        ("考核", 2, "考核年度"),
        ("考核", 2, "等次"),
    }


def test_missing_column_names_the_sheet(tmp_path):
    sheets = {"认定": [TITLE_HEADS, nat(A, "2024-09-02")], "补助": [SUBSIDY_HEADS[:2], [A, 1]]}
    (tmp_path / "F.xlsx").write_bytes(workbook_of(sheets))
    with pytest.raises(FactsError) as caught:
        read_workbook(tmp_path / "F.xlsx", Places("410700"))
    [problem] = caught.value.problems
    assert "「补助」" in problem.message
    assert "下达日期" in problem.message


def test_same_row_twice_is_refused(tmp_path):
    row = [A, 1000000, "2024-06-20", "2023-08-01", "2024-01-31"]
    assert problems_of(tmp_path, 补助=[row, row]) == [("补助", 3, "统一社会信用代码")]


def test_wan_head_is_converted_and_never_read_as_yuan(tmp_path):
    heads = ["统一社会信用代码", "补助金额（万元）", *SUBSIDY_HEADS[2:]]
    sheets = {
        "认定": [TITLE_HEADS, nat(A, "2023-07-14")],
        "补助": [heads, [A, 100, "2024-06-20", "2023-08-01", "2024-01-31"]],
    }
    (tmp_path / "F.xlsx").write_bytes(workbook_of(sheets))
    facts, _ = read_workbook(tmp_path / "F.xlsx", Places("410700"))
    assert facts[A].history.subsidies[0].amount == Decimal("1000000.00")


def test_workbook_without_any_known_sheet_is_refused(tmp_path):
    (tmp_path / "F.xlsx").write_bytes(workbook_of({"Sheet1": [["x"]]}))
    with pytest.raises(FileRefused, match="认定"):
        read_workbook(tmp_path / "F.xlsx", Places("410700"))


# ---- JSON ------------------------------------------------------------------------------------------------
def test_json_gives_what_the_workbook_gives():
    data = {
        "titles": [
            {"uscc": A, "title": "national_giant", "documented_on": "2024-09-02", "valid_from": "2024-01-01",
             "valid_until": "2026-12-31", "managing_unit": "红旗区"},
        ],
        "subsidies": [
            {"uscc": A, "amount": "3000000.00", "allocated_on": "2024-06-20", "invested_from": "2024-02-01",
             "invested_until": "2024-05-31"},
        ],
    }  # fmt: skip
    document = shipped_document("xinxiang-2022-8")
    answer = determine_facts(read_json(data, Places("410700")), document, 2024, {})
    assert [total for *_, total in answer.readings()] == [Decimal(750000), Decimal(1250000)]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"titles": "x"}, ("titles", 0, "")),
        ({"titles": [1]}, ("titles", 1, "")),
        ({"subsidies": [{"uscc": A, "amount": {}, "allocated_on": "2024-06-20"}]}, ("subsidies", 1, "amount")),
        ({"subsidies": [{"uscc": A, "amount": "1e3", "allocated_on": "2024-06-20"}]}, ("subsidies", 1, "amount")),
        ({"assessments": [{"uscc": A, "year": 2024, "grade": "一等奖", "published_on": "2024-11-18", "paid": 1}]},
         ("assessments", 1, "paid")),
        ({"titles": [{"uscc": 91410702, "title": "创新型", "documented_on": "2024-09-02"}]}, ("titles", 1, "uscc")),
    ],
)  # fmt: skip
def test_json_problem_names_list_number_and_field(data, place):
    with pytest.raises(FactsError) as caught:
        read_json(data, Places("410700"))
    assert [(p.sheet, p.row, p.head) for p in caught.value.problems] == [place]


def test_hidden_sheet_is_refused_rather_than_left_out(tmp_path):
    book = load_workbook(facts_file(tmp_path / "F.xlsx", 认定=[nat(A, "2024-09-02")], 补助=[]))
    book["补助"].sheet_state = "hidden"
    book.save(tmp_path / "F.xlsx")
    with pytest.raises(FileRefused, match="隐藏"):
        read_workbook(tmp_path / "F.xlsx", Places("410700"))
