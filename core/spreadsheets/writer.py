"""Exports: fast, printable, and never a formula. Text stays text whatever it begins with.

One sheet: a title row, a row with unit and time, the head, then the rows. Frozen below the head,
A4 landscape, one page wide, head repeated on every page.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, NamedTuple

from rustpy_xlsxwriter import Format, write_worksheets

MAX_TEXT = 32_767  # Excel's own limit for one cell
A4 = 9
FORMATS = {
    "text": "@",
    "code": "@",
    "date": "yyyy-mm-dd",
    "money": "#,##0.00",
    "number": "#,##0",
    "plain": "0",
}
HEAD_FILL = "#e9f0f9"
WIDTHS = {"text": 18, "code": 22, "date": 12, "money": 16, "number": 10, "plain": 8}


class Head(NamedTuple):
    """A column of an export. kind: text, code (18 characters, phones), date, money, number, plain (years)."""

    label: str
    kind: str = "text"
    width: float | None = None


class Page(NamedTuple):
    """A sheet of an export. `rows` are sequences in the order of `heads` and may be a generator.

    `note` is the second row, e.g. '单位：元    制表单位：…    制表时间：2025-10-31 09:00'. Without a title
    the head is row 1 (for files that other programs read).
    """

    name: str
    heads: Sequence[Head]
    rows: Iterable[Sequence[Any]]
    title: str = ""
    note: str = ""


def write(target: str | IO[bytes], pages: Sequence[Page]) -> None:
    """Write a workbook to a path or an open binary file. Labels must differ within a page."""
    per_page: dict[str, dict[str, Any]] = {option: {} for option in OPTIONS}
    for page in pages:
        for option, value in _options(page).items():
            per_page[option][page.name] = value
    write_worksheets([(page.name, _records(page)) for page in pages], target, **per_page)


OPTIONS = ("freeze_panes", "column_widths", "column_formats", "header_format", "header_row", "merge_ranges",
           "page_setup", "ignore_errors")  # fmt: skip


def _options(page: Page) -> dict[str, Any]:
    labels = [head.label for head in page.heads]
    if len(set(labels)) != len(labels):
        raise ValueError(f"labels must differ: {labels}")
    top = 2 if page.title else 0
    last = max(len(labels) - 1, 0)
    merges = []
    if page.title:
        merges = [
            _line(0, last, page.title, Format().set_bold().set_font_size(16).set_align("center")),
            _line(1, last, page.note or " ", Format().set_font_color("#5d6b7a")),
        ]
    return {
        "freeze_panes": {"row": top + 1, "col": 0},
        "column_widths": {h.label: h.width or WIDTHS[h.kind] for h in page.heads},
        "column_formats": {h.label: Format().set_num_format(FORMATS[h.kind]) for h in page.heads},
        "header_format": _head_format(),
        "header_row": top,
        "merge_ranges": merges,
        "page_setup": {
            "landscape": True, "paper_size": A4, "repeat_rows": (top, top), "fit_to_pages": (1, 0),
            "footer": "&C第 &P 页，共 &N 页",
        },
        "ignore_errors": {h.label: "number_stored_as_text" for h in page.heads if h.kind == "code"},
    }  # fmt: skip


def _head_format() -> Format:
    return Format().set_bold().set_text_wrap().set_border("thin").set_background_color(HEAD_FILL)


def _line(row: int, last: int, text: str, style: Format) -> tuple[Any, ...]:
    return (row, 0, row, max(last, 1), safe_text(text), style)


def _records(page: Page) -> Iterator[dict[str, Any]]:
    labels = [head.label for head in page.heads]
    empty = True
    for row in page.rows:
        empty = False
        yield {label: cell(value) for label, value in zip(labels, row, strict=True)}
    if empty:  # the writer takes the head from the first record
        yield dict.fromkeys(labels)


def cell(value: Any) -> Any:
    """A value the writer stores as it is: text as text, Decimal as a number, the rest as text."""
    kind = type(value)
    if kind is str:
        return value if value.isprintable() and len(value) <= MAX_TEXT else safe_text(value)
    if value is None or kind is int or kind is float or kind is date or kind is datetime or kind is Decimal:
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    return safe_text(str(value))


def safe_text(text: str) -> str:
    """Without the characters a workbook cannot hold; input checks refuse them, this is the second belt."""
    kept = (c for c in text[:MAX_TEXT] if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Cn"))
    return "".join(kept)
