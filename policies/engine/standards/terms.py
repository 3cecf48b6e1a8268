"""Read the procedure of a tier: deadlines and periods, each with its clause or the question it leaves open."""

import re
from dataclasses import fields
from datetime import date
from typing import Any, get_type_hints

from policies.engine.reading import Table
from policies.engine.standards.criteria import natural
from policies.engine.standards.values import MonthDay, Procedure, Term

NAMES = tuple(field.name for field in fields(Procedure) if field.name != "terms")
TYPES: dict[str, Any] = get_type_hints(Procedure)


def procedure_of(table: Table) -> Procedure:
    """All values of a Procedure; each is a table with value, cite and gist, or with a question and its answer."""
    found = {name: _term(table.table(name), TYPES[name]) for name in NAMES}
    table.finish()
    values: dict[str, Any] = {name: term.value for name, term in found.items()}
    return Procedure(**values, terms=found)


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


def _value(table: Table, wanted: Any) -> int | tuple[int, ...] | MonthDay:
    if wanted is MonthDay:
        return _month_day(table)
    if wanted is int:
        return natural(table, "value")
    value = table.take("value")
    whole = isinstance(value, list) and all(
        isinstance(v, int) and not isinstance(v, bool) and v > 0 for v in value
    )
    if not whole or not value:
        raise table.error("value", f"应是整数的列表，如 [90, 30]，实为 {value!r}")
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
