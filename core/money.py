"""Money in yuan as Decimal, exact to the cent. Floats are refused: they have no cents."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
WAN = 10_000  # one 万元 in yuan


def _exact(amount: Decimal | int) -> Decimal:
    if isinstance(amount, bool) or not isinstance(amount, (Decimal, int)):
        raise TypeError(f"money must be Decimal or int, not {type(amount).__name__}")
    value = Decimal(amount)
    if not value.is_finite():
        raise ValueError("money must be finite")
    return value


def round_to_cent(amount: Decimal | int) -> Decimal:
    """Half up, as the bureaus and PostgreSQL round (0.125 → 0.13, −0.125 → −0.13)."""
    return _exact(amount).quantize(CENT, ROUND_HALF_UP)


def split_by_weight(total: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Parts of `total` (yuan, whole cents) in proportion to `weights`; they always add up to `total`.

    Cents left over go to the largest remainders, the earlier part first. Refuses negative totals,
    negative weights and weights that are all zero.
    """
    exact = [_exact(weight) for weight in weights]
    total = _exact(total)
    if total < 0 or total != round_to_cent(total) or any(w < 0 for w in exact) or not sum(exact):
        raise ValueError("split needs whole cents ≥ 0 and weights ≥ 0 with a positive sum")
    cents, whole = int(total * 100), sum(exact)
    shares = [divmod(cents * weight, whole) for weight in exact]
    parts = [int(quotient) for quotient, _ in shares]
    by_remainder = sorted(range(len(parts)), key=lambda i: (-shares[i][1], i))
    for i in by_remainder[: cents - sum(parts)]:
        parts[i] += 1
    return [Decimal(part) / 100 for part in parts]


def format_yuan(amount: Decimal | int) -> str:
    """1234567.5 → '1,234,567.50' (yuan, always two decimals)."""
    return f"{round_to_cent(amount):,.2f}"


def format_wan(amount: Decimal | int, places: int = 2) -> str:
    """Yuan shown in 万元: 1234567.89 → '123.46'."""
    return f"{(_exact(amount) / WAN).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,}"
