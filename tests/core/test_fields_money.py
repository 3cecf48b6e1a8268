"""Amounts at every door: one table of what is accepted and what is refused, to the cent."""

from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fields import (
    clean_money,
)
from tests.core.test_fields import refusal

ACCEPTED = [
    ("0", "0.00"),
    ("12", "12.00"),
    ("12.5", "12.50"),
    ("12.50", "12.50"),
    ("012.5", "12.50"),
    ("1,234.50", "1234.50"),
    ("1,234,567.89", "1234567.89"),
    ("１２.５", "12.50"),
    ("１，２３４．５", "1234.50"),
    (" 12 ", "12.00"),
    ("12.500", "12.50"),
    ("999999999999.99", "999999999999.99"),
    (12, "12.00"),
    (12.5, "12.50"),
    (0.1 + 0.2, "0.30"),
    (0.0, "0.00"),
    (Decimal("12.5"), "12.50"),
    (Decimal("1E+3"), "1000.00"),
]
REFUSED = [
    "",
    "-1",
    "-0",
    "-0.00",
    "+1",
    "1e3",
    "1E3",
    "1_000",
    "0x10",
    ".5",
    "5.",
    "1,23",
    "12,34,567",
    "1,2345",
    "1 234",
    "NaN",
    "nan",
    "Infinity",
    "-inf",
    "12元",
    "12万元",
    "¥12",
    "12.345",
    "1000000000000",
    "1.2.3",
    "一百",
    "٣",
    "12\x0b3",
    "=1+1",
    "1\n2",
    "(12)",
    "12%",
    "½",
    "0.001",
    1.005,
    0.001,
    1e-7,
    -1.0,
    -0.0,
    -1,
    float("nan"),
    float("inf"),
    float("-inf"),
    1e12,
    1e300,
    10**12,
    True,
    Decimal("NaN"),
    Decimal("-0"),
    Decimal("0.001"),
    Decimal("Infinity"),
    date(2023, 5, 4),
    time(1, 2),
    None,
    [],
]


@pytest.mark.parametrize(("value", "yuan"), ACCEPTED)
def test_clean_money_accepts(value, yuan):
    amount = clean_money(value)
    assert str(amount) == yuan


@pytest.mark.parametrize("value", REFUSED, ids=repr)
def test_clean_money_refuses(value):
    assert "金额" in refusal(clean_money, value)


@pytest.mark.parametrize(
    ("value", "yuan"),
    [
        (123.456789, "1234567.89"),
        ("123.456789", "1234567.89"),
        (666.666667, "6666666.67"),
        (391.2948, "3912948.00"),
        (200, "2000000.00"),
        (0.000001, "0.01"),
        ("12.3456780", "123456.78"),
    ],
)
def test_clean_money_converts_wan_to_whole_cents(value, yuan):
    assert str(clean_money(value, unit=10_000)) == yuan


@pytest.mark.parametrize("value", [123.4567891, "0.0000001", 1 / 3, 1e8 + 0.1, "100000000"])
def test_clean_money_refuses_wan_that_is_no_whole_cent_or_too_large(value):
    assert "金额" in refusal(clean_money, value, unit=10_000)


def test_clean_money_can_ask_for_more_than_zero():
    assert "大于 0" in refusal(clean_money, "0.00", positive=True)
    assert clean_money("0.01", positive=True) == Decimal("0.01")


@given(st.integers(0, 10**14 - 1))
def test_clean_money_keeps_every_cent_as_text_number_and_wan(cents):
    yuan = Decimal(cents) / 100
    assert clean_money(str(yuan)) == yuan
    assert clean_money(f"{yuan:,}") == yuan
    assert clean_money(float(yuan)) == yuan
    assert clean_money(float(yuan / 10_000), unit=10_000) == yuan
