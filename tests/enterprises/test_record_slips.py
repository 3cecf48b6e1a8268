"""Warnings beside typed figures: what looks like a slip is named, what is right stays quiet, nothing is refused."""

import pytest

from enterprises.queries import slips

RIGHT = {
    "staff.2025": "230", "rd_staff.2025": "34", "revenue.2025": "8,642.50", "main_revenue.2025": "8,000",
    "lead_product_revenue.2025": "7,000", "cost.2025": "7,900", "gross_profit.2025": "2,000", "net_profit.2025": "700",
    "assets.2025": "9,000", "liabilities.2025": "4,000", "rd_expense.2025": "400", "taxes.2025": "300",
    "exports.2025": "0",
    "staff.2024": "210", "revenue.2024": "7,310.00", "rd_expense.2024": "286.40", "net_profit.2024": "600",
}  # fmt: skip


def found(change, earlier=RIGHT):
    return slips(change, earlier)


def test_right_figures_are_left_alone():
    assert slips(RIGHT, {}) == {}
    assert slips(RIGHT, RIGHT) == {}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"revenue.2025": "86425000"}, ["请除以 10,000", "平均每名员工的收入过高"]),
        ({"rd_expense.2025": "2864000"}, ["约为 2024 年的 10,000 倍", "超过 60%", "大于成本费用总额"]),
        ({"revenue.2025": "0.86425"}, ["分之一", "收入过低"]),
        ({"revenue.2025": "10,965.01"}, ["比 2024 年增加 50.0%"]),
        ({"revenue.2025": "3,654.99", "main_revenue.2025": "3,000", "lead_product_revenue.2025": "2,000",
          "gross_profit.2025": "1"}, ["比 2024 年减少 50.0%"]),
        ({"rd_expense.2025": "5,412"}, ["比 2024 年增加 1,789.7%", "占营业收入 62.62%，超过 60%"]),
        ({"staff.2025": "330"}, ["比 2024 年增加 57.1%"]),
        ({"main_revenue.2025": "8,642.51"}, ["主营业务收入大于营业收入"]),
        ({"lead_product_revenue.2025": "9,000"}, ["主导产品收入大于营业收入"]),
        ({"rd_staff.2025": "231"}, ["研发人员多于全职员工"]),
        ({"liabilities.2025": "9,000.01"}, ["负债总额大于资产总额"]),
        ({"net_profit.2025": "9,000"}, ["比 2024 年增加", "净利润大于营业收入"]),
        ({"exports.2025": "9,000"}, ["出口额大于营业收入"]),
    ],
)  # fmt: skip
def test_slip_is_named_beside_its_field(change, says):
    warnings = found(change)
    assert set(warnings) <= set(change)
    sentences = " ".join(warnings[next(iter(change))])
    assert [piece for piece in says if piece not in sentences] == []


@pytest.mark.parametrize(
    "change",
    [
        {"revenue.2025": "10,965.00"},  # exactly half more
        {"rd_expense.2025": "428"},
        {"staff.2025": "229"},
        {"main_revenue.2025": "8,642.50"},  # as much as the whole
        {"liabilities.2025": "9,000"},
        {"rd_staff.2025": "230"},
        {"net_profit.2025": "-500"},  # from profit to loss: no ratio
        {"exports.2025": "5"},  # from nothing: no ratio
        {"revenue.2025": "很多"},  # the field's own message says so
        {"revenue.2025": ""},
        {"market_share": "99"},
        {"nothing.2025": "1", "revenue": "1", "": ""},
    ],
)
def test_border_and_what_cannot_be_compared_are_quiet(change):
    assert found(change) == {}


def test_small_team_may_double():
    assert slips({"staff.2025": "24"}, {"staff.2024": "10"}) == {}
    assert list(slips({"staff.2025": "31"}, {"staff.2024": "10"})) == ["staff.2025"]


def test_rd_border_is_sixty_percent():
    record = {"revenue.2025": "1,000"}
    assert slips({"rd_expense.2025": "600"}, record) == {}
    assert list(slips({"rd_expense.2025": "600.01"}, record)) == ["rd_expense.2025"]


def test_slip_made_in_every_year_alike_shows_against_the_head_count():
    typed = {"revenue.2025": "86425000", "revenue.2024": "73100000", "staff.2025": "230", "staff.2024": "210"}
    assert set(slips(typed, {})) == {"revenue.2025", "revenue.2024"}


def test_typed_year_is_compared_with_the_record():
    assert list(slips({"revenue.2024": "73100000"}, {"revenue.2023": "6,900", "revenue.2024": "7,310"})) == [
        "revenue.2024"
    ]
