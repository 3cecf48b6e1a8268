"""Values, lines and bands in Chinese words."""

from decimal import Context, Decimal
from fractions import Fraction

from policies.engine.standards.values import Side

WAN = 10_000
YI = WAN * WAN
EXACT = Context(prec=60)  # more digits than any figure has


def decimal_of(value: Fraction, places: int, *, up: bool = False) -> Decimal:
    """Rounded towards the worse side, so that what is not reached does not look reached."""
    scale = 10**places
    scaled = value * scale
    whole = -(-scaled.numerator // scaled.denominator) if up else scaled.numerator // scaled.denominator
    return Decimal(whole).scaleb(-places, EXACT)


def plain(value: Decimal) -> str:
    """Without idle zeros and with thousands separators: 1,250.5."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount_words(value: Fraction, unit: str) -> str:
    """A measured amount with its unit, yuan to the cent."""
    if unit == "元":
        return f"{decimal_of(value, 2):,f} 元"
    return f"{plain(decimal_of(value, 2))} {unit}".rstrip()


def line_words(at: Decimal, unit: str) -> str:
    """A number of a document with its unit: 3%, 100 万元, 1 亿元, 2 项."""
    if unit == "%":
        return f"{plain(at * 100)}%"
    if unit == "元":
        if at >= YI and at % WAN == 0 and (at / YI) * 100 % 1 == 0:
            return f"{plain(at / YI)} 亿元"
        if at >= WAN and (at / WAN) * 100 % 1 == 0:
            return f"{plain(at / WAN)} 万元"
        return f"{plain(at)} 元"
    return f"{plain(at)} {unit}".rstrip()


def side_words(side: Side, at: Decimal, unit: str) -> str:
    """3% 以上, 2 年以上, 70% 以下, 不足 5,000 万元; both 以上 and 以下 include the number."""
    words = line_words(at, unit)
    if side is Side.BELOW:
        return f"不足 {words}"
    return over_words(words) if side is Side.AT_LEAST else f"{spaced(words)}以下"


def over_words(words: str) -> str:
    return f"{spaced(words)}以上"


def spaced(words: str) -> str:
    """A space between a digit or % and what follows, none after a unit: "3% ", "2 年"."""
    return f"{words} " if words[-1] in "0123456789%" else words


def shown_value(value: Fraction, unit: str, *, up: bool) -> Decimal:
    """A measured value in its unit; a share becomes percent with two places, whole things stay whole."""
    if unit == "%":
        return decimal_of(value * 100, 2, up=up)
    if unit == "元":
        return decimal_of(value, 2, up=up)
    return decimal_of(value, 0 if value.denominator == 1 else 2, up=up)
