"""What a form says beside typed figures: amounts in capitals, shares and growth worked out of them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cn2an import an2cn

from core.templatetags.portal import pct
from enterprises.fields import FIELDS, Kind, answer_key
from enterprises.queries.slips import values_of

# Part → (whole, what the share is called).
SHARES = {
    "rd_staff": ("staff", "占全职员工"),
    "main_revenue": ("revenue", "占营业收入"),
    "lead_product_revenue": ("revenue", "占营业收入"),
    "exports": ("revenue", "占营业收入"),
    "rd_expense": ("revenue", "占营业收入"),
    "gross_profit": ("revenue", "毛利率"),
    "net_profit": ("revenue", "净利润率"),
    "liabilities": ("assets", "资产负债率"),
}
GROWING = ("revenue", "main_revenue")


def notes(answers: Mapping[str, Any], earlier: Mapping[str, Any]) -> dict[str, list[str]]:
    """Sentences by the key of the answer they stand beside; arguments as of `slips`."""
    values = values_of({**earlier, **answers})
    found = {}
    for (name, year), value in values.items():
        said = [capitals(value)] if FIELDS[name].kind is Kind.MONEY and value else []
        if name in SHARES:
            whole, words = SHARES[name]
            if (of := values.get((whole, year))) and of > 0:
                said.append(f"{words} {pct(Decimal(value) / of, 2)}")
        before = values.get((name, year - 1))
        if name in GROWING and before and before > 0:
            growth = Decimal(value) / before - 1
            said.append(f"比上年{'增长' if growth >= 0 else '下降'} {pct(abs(growth), 2)}")
        if said:
            found[answer_key(FIELDS[name], year)] = said
    return found


def capitals(yuan: Decimal) -> str:
    """大写：捌仟陆佰肆拾贰万伍仟元整."""
    return f"大写：{an2cn(f'{yuan:f}', 'rmb')}"
