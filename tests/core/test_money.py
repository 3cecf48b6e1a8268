from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import format_wan, format_yuan, round_to_cent, split_by_weight


@pytest.mark.parametrize(
    ("amount", "cents"),
    [("0.125", "0.13"), ("0.124999", "0.12"), ("1.005", "1.01"), ("-0.125", "-0.13"), ("7", "7.00")],
)
def test_round_to_cent_rounds_half_up(amount, cents):
    assert round_to_cent(Decimal(amount)) == Decimal(cents)


@pytest.mark.parametrize("amount", [1.5, 0.1 + 0.2, True, "1.00", None])
def test_round_to_cent_refuses_what_is_not_exact(amount):
    with pytest.raises(TypeError):
        round_to_cent(amount)


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_round_to_cent_refuses_what_is_not_finite(amount):
    with pytest.raises(ValueError, match="finite"):
        round_to_cent(Decimal(amount))


def test_split_by_weight_gives_the_odd_cent_to_the_first_of_equals():
    assert split_by_weight(Decimal(100000), [1, 1, 1]) == [
        Decimal("33333.34"),
        Decimal("33333.33"),
        Decimal("33333.33"),
    ]


@given(
    st.integers(0, 10**13),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any),
)
def test_split_by_weight_adds_up_and_stays_within_a_cent(cents, weights):
    total = Decimal(cents) / 100
    parts = split_by_weight(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) < Decimal("0.01")


@pytest.mark.parametrize(
    ("total", "weights"), [("-1", [1]), ("1.001", [1]), ("1", [0, 0]), ("1", [-1, 2]), ("1", [])]
)
def test_split_by_weight_refuses_what_cannot_be_split(total, weights):
    with pytest.raises(ValueError, match="split needs"):
        split_by_weight(Decimal(total), weights)


def test_money_is_shown_with_commas_and_two_decimals():
    assert format_yuan(Decimal("1234567.5")) == "1,234,567.50"
    assert format_yuan(0) == "0.00"
    assert format_wan(Decimal("1234567.89")) == "123.46"
    assert format_wan(Decimal(50_000_000), 0) == "5,000"
