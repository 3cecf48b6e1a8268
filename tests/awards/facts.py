"""FACTS workbooks for tests, and what `manage.py determine` makes of them."""

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from awards.facts_file import FactsError, read_workbook
from awards.places import Places
from tests.makers import uscc, workbook_of

A, B = uscc(1), uscc(2)
TITLE_HEADS = [
    "统一社会信用代码",
    "名称",
    "管理单位",
    "称号",
    "类型",
    "文号",
    "成文日期",
    "有效期起",
    "有效期止",
]
SUBSIDY_HEADS = ["统一社会信用代码", "补助金额（元）", "下达日期", "投资区间起", "投资区间止"]
ASSESSMENT_HEADS = ["统一社会信用代码", "考核年度", "等次", "公布日期"]
INVESTMENT_HEADS = [
    "统一社会信用代码", "投资额（不含税，元）", "申报日期", "投资区间起", "投资区间止", "同一设备已获省级补助",
]  # fmt: skip
HEADS = {"认定": TITLE_HEADS, "补助": SUBSIDY_HEADS, "考核": ASSESSMENT_HEADS, "投资": INVESTMENT_HEADS}


def title(code, name, on, start, until, *, unit="红旗区", kind="新认定"):
    return [code, "某公司", unit, name, kind, "豫工信企业〔2023〕1号", on, start, until]


def nat(code, on, start=None, until=None, **more):
    return title(code, "国家级小巨人", on, start or on, until or "2029-12-31", **more)


def prov(code, on, start=None, until=None, **more):
    return title(code, "省级专精特新", on, start or on, until or "2029-12-31", **more)


def facts_file(path, **sheets):
    """A FACTS workbook; each keyword is a sheet's rows below its heads."""
    path.write_bytes(workbook_of({sheet: [HEADS[sheet], *rows] for sheet, rows in sheets.items()}))
    return path


def run(tmp_path, *, policy="xinxiang-2022-8", year=2024, factors=(), **sheets):
    """The rows of 测算 as dicts."""
    facts, result = facts_file(tmp_path / "FACTS.xlsx", **sheets), tmp_path / "RESULT.xlsx"
    call_command(
        "determine", facts, policy=policy, year=str(year), output=result, factor=list(factors), verbosity=0
    )
    return result_rows(result)


def result_rows(path):
    head, *rows = load_workbook(path)["测算"].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def brief(rows):
    return [(row["条款"], row["结果"], row["金额（元）"]) for row in rows]


def summary_values(path):
    return [
        value
        for row in load_workbook(path)["汇总"].iter_rows(values_only=True)
        for value in row
        if value is not None
    ]


def problems_of(tmp_path, **sheets):
    with pytest.raises(FactsError) as caught:
        read_workbook(facts_file(tmp_path / "FACTS.xlsx", **sheets), Places("410700"))
    return [(p.sheet, p.row, p.head) for p in caught.value.problems]
