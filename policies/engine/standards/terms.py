"""Read the procedure and the entry of a tier: values, each with its clause or the question it leaves open."""

import re
from dataclasses import fields
from datetime import date
from typing import Any, get_type_hints

from policies.engine.reading import Table, unknown_of
from policies.engine.standards.criteria import natural
from policies.engine.standards.values import HELD_TITLES, Entry, MonthDay, Procedure, Term


def procedure_of(table: Table) -> Procedure:
    """All values of a Procedure; each is a table with value, cite and gist, or with a question and its answer."""
    found = _terms(table, Procedure)
    values: dict[str, Any] = {name: term.value for name, term in found.items()}
    return Procedure(**values, terms=found)


def entry_of(table: Table) -> Entry:
    """All values of an Entry, written like those of a Procedure."""
    found = _terms(table, Entry)
    values: dict[str, Any] = {name: term.value for name, term in found.items()}
    return Entry(**values, terms=found)


def _terms(table: Table, of: type[Procedure] | type[Entry]) -> dict[str, Term]:
    types: dict[str, Any] = get_type_hints(of)
    names = [field.name for field in fields(of) if field.name != "terms"]
    found = {name: _term(table.table(name), types[name]) for name in names}
    table.finish()
    return found


def _term(table: Table, wanted: Any) -> Term:
    open_question = table.has("question")
    term = Term(
        value=_value(table, wanted),
        cite=table.text("cite"),
        gist=table.text("gist"),
        question=table.text("question") if open_question else "",
        since=table.day("since") if open_question else None,
        decided_by=table.text("decided_by") if open_question else "",
    )
    table.finish()
    return term


def _value(table: Table, wanted: Any) -> int | tuple[int, ...] | tuple[str, ...] | MonthDay:
    if wanted is MonthDay:
        return _month_day(table)
    if wanted is int:
        return natural(table, "value")
    value = table.take("value")
    if wanted == tuple[str, ...]:
        return _titles(table, value)
    whole = isinstance(value, list) and all(
        isinstance(v, int) and not isinstance(v, bool) and v > 0 for v in value
    )
    if not whole or not value:
        raise table.error("value", f"应是整数的列表，如 [90, 30]，实为 {value!r}")
    return tuple(value)


def _titles(table: Table, value: object) -> tuple[str, ...]:
    """Titles, any one of which is enough; an empty list asks for none."""
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise table.error("value", f'应是称号的列表，如 ["innovative"]，不要求的写 []，实为 {value!r}')
    if unknown := unknown_of(value, HELD_TITLES):
        raise table.error("value", f"没有称号 {unknown}，可写：{'、'.join(sorted(HELD_TITLES))}")
    return tuple(value)


def _month_day(table: Table) -> MonthDay:
    text = table.text("value")
    if match := re.fullmatch(r"(\d{2})-(\d{2})", text, re.ASCII):
        try:
            found = date(
                2001, int(match[1]), int(match[2])
            )  # a common year: February 29 is no yearly deadline
        except ValueError:
            pass
        else:
            return MonthDay(found.month, found.day)
    raise table.error("value", f'应是月和日，如 "06-30"，实为 {text!r}')
