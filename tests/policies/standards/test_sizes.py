"""Company sizes: the document against the table typed again, every limit on both sides."""

import tomllib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine.standards import Figures, FirmRecord, industry_of, size_of, with_size
from tests.policies.standards import worked

TABLE = worked.standard("miit-300-sizes").sizes
FILE = tomllib.loads((worked.CASES / "standards" / "miit-300-sizes.toml").read_text(encoding="utf-8"))
SIZES = {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型", None: "不划型"}
ORDER = ["微型", "小型", "中型", "大型"]
WAN = 10_000
INDUSTRIES = [(industry, code) for industry in FILE["industry"] for code in industry["codes"]]
codes = st.sampled_from(sorted(TABLE.by_code))


def size(code, values):
    return SIZES[
        size_of(
            code, values.get("人", 0), Decimal(values.get("收入", 0)), Decimal(values.get("资产", 0)), TABLE
        )
    ]


def in_yuan(limits):
    return {name: value if name == "人" else value * WAN for name, value in limits.items()}


@pytest.mark.parametrize(("industry", "code"), INDUSTRIES, ids=[code for _, code in INDUSTRIES])
def test_each_limit_of_an_industry_on_both_sides(industry, code):
    for place, grade in enumerate(ORDER[1:], start=1):
        reached = in_yuan(industry[grade])
        assert size(code, reached) == grade
        for name in reached:
            missed = {**reached, name: reached[name] - (1 if name == "人" else Decimal("0.01"))}
            assert ORDER.index(size(code, missed)) == place - 1


@pytest.mark.parametrize("row", FILE["case"][0]["rows"], ids=str)
def test_worked_size(row):
    code, staff, revenue, assets, expected = row
    assert size(code, in_yuan({"人": staff, "收入": revenue, "资产": assets})) == expected


def test_every_division_but_finance_rail_and_government_has_an_industry():
    known = {f"{number:02d}" for number in range(1, 98)}
    without = {code for code in known if industry_of(code, TABLE) is None}
    assert without == {"53", "59", "66", "67", "68", "69", "70", *(str(number) for number in range(91, 98))}
    assert {industry_of(code, TABLE).name for code in ("7010", "7020", "7040")} == {
        "房地产开发经营",
        "物业管理",
        "其他未列明行业",
    }


def test_unknown_figure_gives_no_size_unless_it_cannot_matter():
    assert size_of("C39", None, Decimal(WAN), None, TABLE) == "micro"  # too little revenue for anything more
    assert size_of("C39", None, Decimal(500_000_000), None, TABLE) is None
    assert size_of("C39", 5, None, None, TABLE) == "micro"
    assert size_of("C39", 500, None, None, TABLE) is None
    assert size_of("M73", 300, None, None, TABLE) == "large"


@given(codes, st.integers(0, 3000), st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 500))
def test_more_people_never_make_a_smaller_company(code, staff, revenue, assets, more):
    found = [
        ORDER.index(SIZES[size_of(code, people, Decimal(revenue), Decimal(assets), TABLE)])
        for people in (staff, staff + more)
    ]
    assert found[0] <= found[1]


def test_record_gets_its_size_from_the_last_finished_year():
    record = FirmRecord(
        industry_code="C3931",
        years={
            2025: Figures(staff=300, revenue=Decimal(20_000_000), assets=Decimal(0)),
            2024: Figures(staff=1, revenue=Decimal(0), assets=Decimal(0)),
        },
        profile={"company_size": "large", "own_brand": True},
    )
    found = with_size(record, TABLE, date(2026, 1, 1))
    assert found.profile == {"company_size": "medium", "own_brand": True}
    assert with_size(record, TABLE, date(2024, 1, 1)) is record
    finance = FirmRecord(industry_code="J66", years=record.years, profile={"company_size": "small"})
    assert with_size(finance, TABLE, date(2026, 1, 1)) is finance
