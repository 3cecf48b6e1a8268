"""How a table is described, and what reading one gives."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.fields import BLANKS, clean_text
from core.spreadsheets.notes import Notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table and of its template. `names`: the head, then other names people use for it."""

    key: str
    names: tuple[str, ...]
    clean: Callable[..., Any] = clean_text
    head: bool = True  # the head must be there
    value: bool = True  # every data row must have a value
    fill: bool = False  # merged cells fill down and across
    money: bool = False  # `clean` takes unit=, which the head or a note must say …
    unit: int | None = None  # … unless this is given
    blanks: frozenset[str] = BLANKS
    kind: str = "text"  # in templates and exports: text, code, date, money, number
    choices: tuple[str, ...] = ()  # drop-down list of the template
    hint: str = ""  # its line in 填写说明
    width: int = 14

    @property
    def label(self) -> str:
        return self.names[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """`check` looks at the clean values of a whole row and yields (column key, message)."""

    name: str
    columns: tuple[Column, ...]
    check: Callable[[dict[str, Any]], Iterable[tuple[str, str]]] | None = None


class CellError(NamedTuple):
    """`row` as the user sees it; `column` is its letter ('' for a whole row)."""

    sheet: str
    row: int
    column: str
    head: str
    value: str
    message: str

    def __str__(self) -> str:
        place = f"工作表「{self.sheet}」第 {self.row} 行"
        if self.column:
            place += f" {self.column} 列「{self.head}」"
        return f"{place}：{self.message}" + (f"（填写的是：{self.value}）" if self.value else "")


class Row(NamedTuple):
    """`values` has every key of the spec (None where blank or bad); `raw` is the row as it stood."""

    number: int
    values: dict[str, Any]
    raw: Sequence[Any]
    errors: tuple[CellError, ...]


@dataclass(slots=True)
class ParsedSheet:
    """The data rows of one sheet in order. `errors` are those of all rows; `skipped` names rows left out."""

    sheet: str
    meta: Notes
    head_row: int
    columns: dict[str, str]  # key → column letter, for the columns that were found
    heads: dict[str, str]  # key → head as written
    rows: list[Row]
    errors: list[CellError] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def good(self) -> list[Row]:
        return [row for row in self.rows if not row.errors]

    @property
    def bad(self) -> list[Row]:
        return [row for row in self.rows if row.errors]

    def error(self, row: int, key: str, message: str, value: Any = "") -> CellError:
        """A CellError for a finding of the importer's own, e.g. an unknown county."""
        return CellError(
            self.sheet, row, self.columns.get(key, ""), self.heads.get(key, ""), shown(value), message
        )


def column_letter(index: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def shown(value: Any) -> str:
    """A cell's value in an error message, short."""
    if value is None:
        return ""
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    text = "".join(c if c.isprintable() else "□" for c in text.strip())
    return text if len(text) <= 40 else f"{text[:40]}…"
