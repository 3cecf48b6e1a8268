"""One question of the record: how its answer is typed, checked, stored and shown.

Money is typed and shown in 万元 and kept in yuan; a share is typed as 12.5 and kept as a fraction, 0.125.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from core.fields import (
    FieldError,
    clean_choice,
    clean_date,
    clean_int,
    clean_money,
    clean_text,
    clean_year,
    fold,
    is_blank,
)
from core.money import WAN

MINUS_SIGNS = ("-", "−", "－", "–")
YES, NO = "yes", "no"
YES_OR_NO = {
    "是": True,
    "有": True,
    YES: True,
    "true": True,
    "否": False,
    "没有": False,
    NO: False,
    "false": False,
}
LARGEST = 10**9


class Kind(StrEnum):
    MONEY = "money"
    PERCENT = "percent"
    INT = "int"
    DECIMAL = "decimal"
    TEXT = "text"
    MULTILINE = "multiline"
    CHOICE = "choice"
    MULTICHOICE = "multichoice"
    DATE = "date"
    YEAR = "year"
    YESNO = "yesno"


class Store(StrEnum):
    """Where an answer is kept."""

    FIRM = "firm"  # a column of Enterprise
    FIGURES = "figures"  # a column of YearlyFigures: the question is asked for every year
    FACTS = "facts"  # FirmProfile.facts
    ITEM = "item"  # a column of an entry of a list


TEXTS = (Kind.TEXT, Kind.MULTILINE)
UNITS = {Kind.MONEY: "万元", Kind.PERCENT: "%"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordField:
    """`least` and `most` bound numbers (inclusive, in the unit typed); `signed` lets money be negative."""

    key: str
    label: str
    kind: Kind
    part: str = ""
    group: str = ""  # heading inside the part
    store: Store = Store.FACTS
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    least: int = 0
    most: int = LARGEST
    max_length: int = 100
    signed: bool = False
    required: bool = False  # an entry of a list cannot be kept without it
    optional: bool = False  # nothing is missing without it
    personal: bool = False  # shown in full only to the enterprise and the offices that work with it
    cleaner: Callable[[Any], Any] | None = None  # for texts with a form of their own

    @property
    def per_year(self) -> bool:
        return self.store is Store.FIGURES

    def clean(self, raw: Any) -> Any:
        """What a person typed → the value to keep; None when nothing was said. Raises FieldError."""
        if isinstance(raw, dict) or (isinstance(raw, list | tuple) and self.kind is not Kind.MULTICHOICE):
            raise FieldError("内容格式不对，请重新填写。")
        if self._says_nothing(raw):
            return None
        return CLEANERS[self.kind](self, raw)

    def _says_nothing(self, raw: Any) -> bool:
        if isinstance(raw, list | tuple):
            return not raw
        if self.kind in TEXTS:
            return raw is None or (isinstance(raw, str) and not raw.strip())
        return is_blank(raw)

    def show(self, value: Any) -> str:
        """The value as it stands in an input: cleaning it again gives the same value. "" for None."""
        return "" if value is None else SHOWN.get(self.kind, str)(value)

    def words(self, value: Any) -> str:
        """The value as a person reads it, with its unit; "—" for None."""
        if value is None or value == ():
            return "—"
        if self.kind is Kind.YESNO:
            return "是" if value else "否"
        if self.kind is Kind.CHOICE:
            return dict(self.choices).get(value, str(value))
        if self.kind is Kind.MULTICHOICE:
            names = dict(self.choices)
            return "、".join(names.get(code, code) for code in value)
        shown = self.show(value)
        if self.kind is Kind.PERCENT:
            return f"{shown}%"
        return f"{shown} {self.unit}" if self.unit else shown

    def pack(self, value: Any) -> Any:
        """The value as JSON, exact."""
        if isinstance(value, Decimal | date):
            return str(value)
        return list(value) if isinstance(value, tuple) else value

    def unpack(self, stored: Any) -> Any:
        """The value of what `pack` made."""
        if stored is None:
            return None
        if self.kind in (Kind.MONEY, Kind.PERCENT, Kind.DECIMAL):
            return Decimal(stored)
        if self.kind is Kind.DATE:
            return date.fromisoformat(stored)
        return tuple(stored) if self.kind is Kind.MULTICHOICE else stored

    def label_in(self, year: int | None = None) -> str:
        """“2025 年营业收入”; without a year the plain label."""
        return f"{year} 年{self.label}" if year else self.label

    def help_in(self, year: int | None = None) -> str:
        """The hint, with the real year in it."""
        return self.help.replace("{year}", str(year)) if year else self.help


# ---- cleaning -------------------------------------------------------------------------------------------


def _text_of(raw: Any) -> Any:
    return fold(raw) if isinstance(raw, str) else raw


def _money(field: RecordField, raw: Any) -> Decimal:
    typed = _text_of(raw)
    if field.signed and isinstance(typed, str) and typed.startswith(MINUS_SIGNS):
        return -clean_money(typed[1:].strip(), unit=WAN) or Decimal("0.00")
    if field.signed and isinstance(typed, int | float | Decimal) and typed < 0:
        return -clean_money(-typed, unit=WAN) or Decimal("0.00")
    return clean_money(typed, unit=WAN)


def _decimal(field: RecordField, raw: Any) -> Decimal:
    """Two decimals, between the bounds of the field."""
    try:
        number = clean_money(_text_of(raw))
    except FieldError:
        raise FieldError("应为数字，最多两位小数，不带单位或符号。") from None
    if not field.least <= number <= field.most:
        raise FieldError(f"应在 {field.least} 至 {field.most} 之间，请核对。")
    return number


def _percent(field: RecordField, raw: Any) -> Decimal:
    typed = _text_of(raw)
    if isinstance(typed, str):
        typed = typed.removesuffix("%").strip()
    return (_decimal(field, typed) / 100).quantize(Decimal("0.0001"))


def _yes_or_no(_field: RecordField, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    answer = YES_OR_NO.get(str(_text_of(raw)).lower())
    if answer is None:
        raise FieldError("请选“是”或“否”。")
    return answer


def _choice(field: RecordField, raw: Any) -> Any:
    """A code or its words."""
    names = {label: code for code, label in field.choices}
    return str(raw) if str(raw) in names.values() else clean_choice(raw, names)


def _choices(field: RecordField, raw: Any) -> tuple[str, ...]:
    """Codes or words, as a list or joined by commas; in the order of the question, each once."""
    given = raw if isinstance(raw, list | tuple) else str(_text_of(raw)).replace("、", ",").split(",")
    if len(given) > len(field.choices):
        raise FieldError("选项重复，请重新选择。")
    if any(isinstance(one, dict | list | tuple) for one in given):
        raise FieldError("内容格式不对，请重新填写。")
    chosen = {
        _choice(field, one.strip() if isinstance(one, str) else one) for one in given if not is_blank(one)
    }
    return tuple(code for code, _ in field.choices if code in chosen)


def _text(field: RecordField, raw: Any) -> str:
    if field.cleaner:
        return field.cleaner(raw)
    return clean_text(raw, max_length=field.max_length, multiline=field.kind is Kind.MULTILINE)


CLEANERS: Mapping[Kind, Callable[[RecordField, Any], Any]] = {
    Kind.MONEY: _money,
    Kind.PERCENT: _percent,
    Kind.INT: lambda field, raw: clean_int(_text_of(raw), minimum=field.least, maximum=field.most),
    Kind.DECIMAL: _decimal,
    Kind.TEXT: _text,
    Kind.MULTILINE: _text,
    Kind.CHOICE: _choice,
    Kind.MULTICHOICE: _choices,
    Kind.DATE: lambda field, raw: clean_date(raw),
    Kind.YEAR: lambda field, raw: clean_year(raw),
    Kind.YESNO: _yes_or_no,
}


# ---- showing --------------------------------------------------------------------------------------------


def _shown_money(value: Decimal) -> str:
    """86425000 → 8,642.50: 万元 with two decimals at least, and as many as the cents need."""
    wan = Decimal(value) / WAN
    places = max(2, -int(wan.normalize().as_tuple().exponent))
    return f"{wan:,.{places}f}"


def _shown_number(value: Decimal) -> str:
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


SHOWN: Mapping[Kind, Callable[[Any], str]] = {
    Kind.MONEY: _shown_money,
    Kind.PERCENT: lambda value: _shown_number(value * 100),
    Kind.DECIMAL: _shown_number,
    Kind.MULTICHOICE: ",".join,
    Kind.DATE: date.isoformat,
    Kind.YESNO: lambda value: YES if value else NO,
}
