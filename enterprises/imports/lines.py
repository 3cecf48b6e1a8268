"""Rows on their way in. Values are kept as JSON keeps them (dates and money as text), so that a row just
read, a row stored for the dry run and a record of the database compare alike."""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from core.fields import clean_date, clean_money, clean_name, clean_uscc
from core.spreadsheets.notes import Notes
from core.spreadsheets.spec import Column
from enterprises.enums import RowOutcome

# What a row says when several things are true of it: the later word wins.
WEIGHT = {
    outcome: weight
    for weight, outcome in enumerate(
        [
            RowOutcome.KNOWN,
            RowOutcome.NEW,
            RowOutcome.CHANGED,
            RowOutcome.RENAMED,
            RowOutcome.CONFLICT,
            RowOutcome.FOREIGN,
            RowOutcome.BAD,
        ]
    )
}


class Line:
    """One data row. `undo` holds what writing it creates or replaces; it is part of the dry run."""

    __slots__ = ("data", "errors", "name", "note", "number", "outcome", "pk", "undo", "uscc")

    def __init__(self, number, uscc, name, data, errors=None):
        self.number, self.uscc, self.name, self.data = number, uscc, name, data
        self.errors = errors or []
        self.begin()

    def begin(self) -> None:
        """Forget the verdict, before judging the row (again)."""
        self.outcome = RowOutcome.BAD if self.errors else RowOutcome.KNOWN
        self.note, self.undo = "", {}

    def say(self, outcome, note="") -> None:
        if outcome is not self.outcome and WEIGHT[outcome] > WEIGHT[self.outcome]:
            self.outcome = outcome
        if note:
            self.note = f"{self.note}{note}"[:300]

    def fail(self, table, key, message, value="") -> None:
        """A finding of the importer's own, placed where the user can see it."""
        self.errors.append(as_json(table.error(self.number, key, message, value)))
        self.outcome = RowOutcome.BAD


def as_json(error) -> dict:
    """A CellError as it is stored and shown."""
    return {"column": error.column, "head": error.head, "value": error.value, "message": error.message}


def jsonable(value: Any) -> Any:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def date_text(value: Any) -> str:
    return clean_date(value).isoformat()


def money_text(value: Any, *, unit: int = 1) -> str:
    return str(clean_money(value, unit=unit))


def day_after(pattern: str) -> Callable[[Notes], Any]:
    """Reads a date of the note row that core does not know: day_after("截止(?:日期|时间)")."""
    found = re.compile(
        rf"{pattern}\s*[:：]?\s*(?P<day>[0-9]{{4}}\s*[-./年]\s*[0-9]{{1,2}}\s*[-./月]\s*[0-9]{{1,2}})"
    )

    def read(notes: Notes) -> str | None:
        match = found.search("\n".join(notes.texts))
        return date_text("-".join(re.findall("[0-9]+", match["day"]))) if match else None

    return read


@dataclass(frozen=True)
class HeaderField:
    """Something the rows above the table say about all rows; the user may correct it."""

    key: str
    label: str
    clean: Callable[[Any], Any]
    read: Callable[[Notes], Any] | None = None  # default: the note of the same key
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    kind: str = "text"  # text, date

    def of(self, notes: Notes) -> Any:
        """As the file says it; None when it does not."""
        return jsonable(self.read(notes) if self.read else getattr(notes, self.key))


def optional(key: str, *names: str, **more: Any) -> Column:
    """A column that need not be there and may be blank."""
    return Column(key=key, names=names, head=False, value=False, **more)


CITY = optional("city", "省辖市", "所属市", "所在市", "市", fill=True, width=10)
UNIT = Column(
    key="unit",
    names=(
        "县（市、区）", "县市区", "县区", "区县", "所属县区", "所属县（市、区）", "所在县（市、区）", "管理单位",
        "推荐单位",
    ),
    value=False,
    fill=True,
    width=22,
    hint="写区、县、县级市或功能区的名称，如 红旗区、长垣市、高新区。",
)  # fmt: skip
UNIT_IF_ANY = replace(UNIT, head=False)
NAME = Column(
    key="name",
    names=(
        "企业名称", "单位名称", "运营单位", "运营主体", "运营机构", "运营单位名称", "平台运营单位", "基地运营单位",
        "申报单位", "企业（单位）名称", "名称",
    ),
    clean=clean_name,
    width=36,
    hint="按营业执照填写全称。",
)  # fmt: skip
USCC = Column(
    key="uscc",
    names=("统一社会信用代码", "信用代码", "社会信用代码", "统一信用代码", "企业信用代码"),
    clean=clean_uscc,
    kind="code",
    width=22,
    hint="18 位，请保持“文本”格式。",
)
