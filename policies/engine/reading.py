"""Take typed values out of a TOML table; every complaint names the entry, and says what to write."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any


class PolicyError(ValueError):
    """A document that cannot be used. The message says which entry is wrong and how to mend it."""


class Table:
    """A TOML table that remembers where it stands and which of its keys were read."""

    def __init__(self, values: object, where: str) -> None:
        if not isinstance(values, dict):
            raise PolicyError(f"{where}：应是一个表，实为 {values!r}")
        self.values: dict[str, Any] = values
        self.where = where
        self.read: set[str] = set()

    def error(self, key: str, message: str) -> PolicyError:
        return PolicyError(f"{self.where} 的 {key}：{message}" if key else f"{self.where}：{message}")

    def has(self, key: str) -> bool:
        return key in self.values

    def take(self, key: str) -> Any:
        self.read.add(key)
        if key not in self.values:
            raise self.error(key, "缺少这一项，请补上")
        return self.values[key]

    def text(self, key: str, default: str | None = None) -> str:
        if default is not None and not self.has(key):
            return default
        value = self.take(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, f'应是非空文字，如 {key} = "…"，实为 {value!r}')
        return value.strip()

    def day(self, key: str) -> date:
        value = self.take(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.error(key, f"应是不带引号的日期，如 {key} = 2022-03-01，实为 {value!r}")
        return value

    def number(self, key: str, default: Decimal | None = None) -> Decimal:
        """Above zero, without exponent games: what a document prints."""
        if default is not None and not self.has(key):
            return default
        value = self.take(key)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.error(key, f"应是不带引号的数字，实为 {value!r}")
        number = Decimal(value)
        if not number.is_finite() or number <= 0:
            raise self.error(key, f"应大于 0，实为 {value}")
        return number

    def yuan(self, key: str, default: Decimal | None = None) -> Decimal:
        amount = self.number(key, default)
        if amount != amount.quantize(Decimal("0.01")):
            raise self.error(key, f"金额以元为单位，最多两位小数，实为 {amount}")
        return amount.quantize(Decimal("0.01"))

    def whole(self, key: str, default: int) -> int:
        value = self.take(key) if self.has(key) else default
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.error(key, f"应是不小于 1 的整数，实为 {value!r}")
        return value

    def flag(self, key: str) -> bool:
        value = self.take(key) if self.has(key) else False
        if not isinstance(value, bool):
            raise self.error(key, f"应写 true 或 false，实为 {value!r}")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        if default is not None and not self.has(key):
            return default
        value = self.take(key)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            raise self.error(key, f'应是文字的列表，如 {key} = ["甲", "乙"]，实为 {value!r}')
        if repeated := sorted({v for v in value if value.count(v) > 1}):
            raise self.error(key, f"{'、'.join(repeated)} 重复，请各写一次")
        return tuple(value)

    def choice(self, key: str, options: Iterable[str], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in (known := list(options)):
            raise self.error(key, f"没有 {value!r} 这个选项，可写：{'、'.join(known)}")
        return value

    def tables(self, key: str, name: str) -> "list[Table]":
        """An array of tables; each is called by its own id."""
        value = self.take(key)
        if not isinstance(value, list) or not value:
            raise self.error(key, f"至少写一个 [[{key}]]")
        return [
            Table(v, f"{name} {v.get('id', number)}" if isinstance(v, dict) else f"{name} {number}")
            for number, v in enumerate(value, start=1)
        ]

    def table(self, key: str) -> "Table":
        return Table(self.take(key), key if self.where == "文件" else f"{self.where} 的 {key}")

    def finish(self) -> None:
        """Call last: a key nobody read is a slip of the pen."""
        if unknown := sorted(set(self.values) - self.read):
            raise self.error("、".join(unknown), "不认识这一项，请核对拼写或删去")


def unique(ids: Iterable[str], what: str) -> None:
    found = list(ids)
    if repeated := sorted({i for i in found if found.count(i) > 1}):
        raise PolicyError(f"{what} {'、'.join(repeated)} 重复，请改名或删去一个")


def unknown_of(named: Iterable[str], known: Mapping[str, object] | Iterable[str]) -> str:
    """Names that do not exist, joined for a message; "" when all do."""
    return "、".join(sorted(set(named) - set(known)))
