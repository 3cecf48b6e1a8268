"""manage.py determine: a plain workbook in, explained awards out. No test here may touch the database."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from awards.determine_file import determine_facts, shipped_document
from core.errors import DomainError
from tests.awards.facts import (
    A,
    B,
    brief,
    facts_file,
    nat,
    prov,
    run,
    summary_values,
    title,
)

# ---- worked cases of domain.md §8 ------------------------------------------------------------------------
CASES = {
    "AW-01": (2023, {"认定": [prov(A, "2023-05-04", "2023-01-01", "2025-12-31")]}, [("XX-PROV", "给予", 300000)]),
    "AW-02": (
        2025,
        {"认定": [prov(A, "2023-05-04", "2023-01-01", "2025-12-31"),
                 prov(A, "2025-12-20", "2026-01-01", "2028-12-31", kind="复核")]},
        [("XX-PROV", "不符合", 0)],
    ),
    "AW-03": (
        2023,
        {"认定": [nat(A, "2021-02-01", "2021-01-01", "2023-12-31"),
                 nat(A, "2023-07-14", "2024-01-01", "2026-12-31", kind="复核")]},
        [("XX-NAT", "不符合", 0)],
    ),
    "AW-04": (2022, {"认定": [prov(A, "2021-11-30"), nat(A, "2022-08-20")]}, [("XX-NAT", "给予", 500000)]),
    "AW-05": (
        2024,
        {"认定": [prov(A, "2020-06-01", "2020-06-01", "2023-05-31"), prov(A, "2024-06-18")]},
        [("XX-PROV", "待定", 0)],
    ),
    "AW-06 first title in 焦作": (
        2024,
        {"认定": [prov(A, "2022-07-01", unit="焦作市"), prov(A, "2024-03-01", unit="新乡县")]},
        [("XX-PROV", "不符合", 0)],
    ),
    "AW-11": (
        2023,
        {"认定": [title(A, "省级示范平台", "2021-09-01", "2021-09-01", "2024-08-31")],
         "考核": [[A, 2022, "一等奖", "2022-11-15"], [A, 2023, "二等奖", "2023-11-20"]]},
        [("XX-ASSESS", "给予", 100000)],
    ),
    "AW-20": (
        2023,
        {"认定": [prov(A, "2023-05-04"), nat(A, "2023-07-31")]},
        [("XX-PROV", "就高吸收", 300000), ("XX-NAT", "给予", 500000)],
    ),
    "AW-24": (
        2024,
        {"认定": [nat(A, "2024-09-02", "2024-01-01")],
         "补助": [[A, 2000000, "2024-06-20", "2024-02-01", "2024-05-31"]]},
        [("XX-EQ", "就高吸收", 500000), ("XX-NAT", "给予", 500000)],
    ),
    "AW-26": (
        2024,
        {"认定": [nat(A, "2023-07-14", "2023-07-01", "2026-06-30")],
         "补助": [[A, 5000000, "2024-06-20", "2023-07-01", "2024-05-31"]]},
        [("XX-EQ", "给予", 1250000)],
    ),
    "AW-28": (
        2024,
        {"认定": [title(A, "国家级示范平台", "2024-03-01", "2024-03-01", "2027-02-28")],
         "考核": [[A, 2024, "一等奖", "2024-11-18"]]},
        [("XX-PLAT-N", "给予", 300000), ("XX-ASSESS", "就高吸收", 200000)],
    ),
    "AW-60": (2022, {"认定": [prov(A, "2022-01-20")]}, [("XX-PROV", "不符合", 0)]),
    "AW-61": (2025, {"认定": [prov(A, "2025-12-31")]}, [("XX-PROV", "给予", 300000)]),
    "AW-62": (2026, {"认定": [prov(A, "2026-01-05")]}, [("XX-PROV", "不符合", 0)]),
    "window partly covered": (
        2024,
        {"认定": [nat(A, "2023-07-14", "2023-07-01", "2026-06-30")],
         "补助": [[A, 1800000, "2024-06-20", "2022-07-01", "2023-12-31"]]},
        [("XX-EQ", "待定", 450000)],
    ),
    "base without assessment award": (
        2024,
        {"认定": [title(A, "省级示范基地", "2023-10-08", "2023-10-08", "2026-10-07")],
         "考核": [[A, 2024, "一等奖", "2024-11-18"]]},
        [("XX-ASSESS", "不符合", 0)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_determine_gives_the_worked_case(case, tmp_path):
    year, sheets, expected = CASES[case]
    assert brief(run(tmp_path, year=year, **sheets)) == expected


def test_determine_prints_both_readings_of_the_pool(tmp_path):
    rows = run(
        tmp_path,
        认定=[nat(A, "2024-09-02", "2024-01-01")],
        补助=[[A, 3000000, "2024-06-20", "2024-02-01", "2024-05-31"]],
    )
    assert brief(rows) == [("XX-EQ", "给予", 750000), ("XX-NAT", "就高吸收", 500000)]
    assert rows[1]["吸收于"] == "XX-EQ"
    assert {750000, 1250000} <= set(summary_values(tmp_path / "RESULT.xlsx"))


ZHENGZHOU = {
    "ZZ-01": (
        2025,
        (),
        {"认定": [prov(A, "2025-03-01", unit="金水区"), nat(A, "2025-10-20", unit="金水区")]},
        [("ZZ-PROV", "就高吸收", 500000), ("ZZ-NAT", "给予", 2000000)],
    ),
    "ZZ-02": (
        2025,
        (),
        {"认定": [prov(A, "2023-03-01", unit="金水区")],
         "投资": [[A, "1,000,000.00", "2025-09-01", "2025-01-01", "2025-08-31", "否"]]},
        [("ZZ-EQ", "不符合", 0)],
    ),
    "ZZ-04": (
        2025,
        (),
        {"认定": [prov(A, "2023-03-01", unit="金水区")],
         "投资": [[A, 25000000, "2025-09-01", "2025-01-01", "2025-08-31", None]]},
        [("ZZ-EQ", "给予", 2000000)],
    ),
    "ZZ-05": (2025, ["ZZ-NAT=0.8"], {"认定": [nat(A, "2025-10-20", unit="郑东")]}, [("ZZ-NAT", "给予", 1600000)]),
    "AW-54": (
        2025,
        (),
        {"认定": [prov(A, "2023-03-01", unit="金水区")],
         "投资": [[A, 8000000, "2025-09-01", "2025-01-01", "2025-08-31", "是"]]},
        [("ZZ-EQ", "不符合", 0)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ZHENGZHOU)
def test_determine_gives_the_zhengzhou_case(case, tmp_path):
    year, factors, sheets, expected = ZHENGZHOU[case]
    assert (
        brief(run(tmp_path, policy="zhengzhou-2024-2026", year=year, factors=factors, **sheets)) == expected
    )


def determine(tmp_path, **options):
    options = {
        "policy": "xinxiang-2022-8",
        "year": "2024",
        "output": tmp_path / "R.xlsx",
        "factor": [],
    } | options
    call_command("determine", tmp_path / "FACTS.xlsx", **options)


def test_refused_facts_leave_the_old_result_alone_and_nothing_half_written(tmp_path):
    facts_file(tmp_path / "FACTS.xlsx", 认定=[nat("错", "2024-09-02")])
    (tmp_path / "R.xlsx").write_bytes(b"old")
    with pytest.raises(CommandError, match="第 2 行"):
        determine(tmp_path)
    assert (tmp_path / "R.xlsx").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["FACTS.xlsx", "R.xlsx"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"policy": "nowhere"}, "xinxiang-2022-8"),
        ({"policy": "../secret"}, "xinxiang-2022-8"),
        ({"year": "24"}, "四位数字"),
        ({"factor": ["XX-NAT=0.8"]}, "核定系数"),
        ({"factor": ["ZZ-NAT"]}, "条款=系数"),
        ({"factor": ["ZZ-NAT=nan"]}, "0.8"),
    ],
)
def test_wrong_option_is_refused_in_words(options, message, tmp_path):
    facts_file(tmp_path / "FACTS.xlsx", 认定=[nat(A, "2024-09-02")])
    with pytest.raises(CommandError, match=message):
        determine(tmp_path, **options)


def test_result_is_never_written_over_the_facts(tmp_path):
    facts_file(tmp_path / "FACTS.xlsx", 认定=[nat(A, "2024-09-02")])
    with pytest.raises(CommandError, match="换一个文件名"):
        determine(tmp_path, output=tmp_path / "FACTS.xlsx")


def test_missing_file_and_folder_are_refused_in_words(tmp_path):
    with pytest.raises(CommandError, match="没有写出结果"):
        determine(tmp_path)
    facts_file(tmp_path / "FACTS.xlsx", 认定=[nat(A, "2024-09-02")])
    with pytest.raises(CommandError, match="没有文件夹"):
        determine(tmp_path, output=tmp_path / "no" / "R.xlsx")


# ---- RESULT ----------------------------------------------------------------------------------------------
def test_result_is_readable_and_the_same_every_time(tmp_path):
    sheets = {"认定": [prov(A, "2024-05-04"), nat(A, "2024-09-02"), nat(B, "2024-09-02", unit="焦作市")]}
    run(tmp_path, **sheets)
    first = load_workbook(tmp_path / "RESULT.xlsx")
    run(tmp_path, **sheets)
    second = load_workbook(tmp_path / "RESULT.xlsx")
    cells = [[list(sheet.iter_rows(values_only=True)) for sheet in book] for book in (first, second)]
    assert cells[0] == cells[1]
    sheet = first["测算"]
    assert sheet.freeze_panes == "A2"
    assert [cell.number_format for cell in sheet[2]][:5] == ["@", "@", "yyyy-mm-dd", "@", "#,##0.00"]
    assert all(
        row[8].value and row[7].value.startswith("新政文〔2022〕8号") for row in sheet.iter_rows(min_row=2)
    )


def test_grade_that_looks_like_a_formula_stays_text(tmp_path):
    rows = run(tmp_path, 考核=[[A, 2024, '=HYPERLINK("x")', "2024-11-18"]])
    book = load_workbook(tmp_path / "RESULT.xlsx")
    assert rows[0]["结果"] == "不符合"
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_summary_says_which_text_was_applied(tmp_path):
    run(tmp_path, 认定=[nat(A, "2024-09-02")])
    document = shipped_document("xinxiang-2022-8")
    assert {document.sha256, document.policy.number, "2024"} <= set(summary_values(tmp_path / "RESULT.xlsx"))


def test_factor_outside_the_document_is_refused():
    document = shipped_document("zhengzhou-2024-2026")
    with pytest.raises(DomainError, match="核定系数"):
        determine_facts({}, document, 2025, {"ZZ-NAT": Decimal("1.2")})
