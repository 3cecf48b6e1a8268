"""Determinations as lines of PostgreSQL's COPY text, so that a million are written and compared as plain text.

A line written by `writer` is, byte for byte, what COPY … TO gives back for the stored row: two equal lines are
the same determination.
"""

import io
from collections.abc import Callable, Iterable
from decimal import Decimal

from django.db import IntegrityError, connection, transaction

from awards.models import Determination
from core.errors import DomainError
from policies import engine

COLUMNS = (
    "run_id, enterprise_id, managing_unit_id, year, item, source, event_on, outcome, worth, amount, other_amount,"
    " pooled, topup, once, reasons, absorbed_by, facts"
)
DRAFTS_OF_A_UNIT = "run_id = {run} AND year = {year} AND managing_unit_id = {unit} AND decided_at IS NULL"


def writer(run, unit, policy: engine.Policy) -> Callable[[int, engine.Result], str]:
    """The function that turns (enterprise id, result) into a line; the parts that repeat are made once."""
    before, between = f"{run.pk}\t", f"\t{unit.pk}\t{run.year}\t"
    pooled = policy.pool.reading.items
    once = {item.id: "t" if item.once else "f" for item in policy.items.values()}
    arrays: dict[tuple[str, ...], str] = {}
    encode, top_up = engine.encode, engine.Reason.TOP_UP

    def line(enterprise_id: int, result: engine.Result) -> str:
        claim, outcome, worth, amount, other, reasons, winner = result
        item = claim.item
        codes = arrays.get(reasons)
        if codes is None:
            codes = arrays[reasons] = "{" + ",".join(reasons) + "}"
        facts = encode(claim)
        if claim.grade:  # the only free text
            facts = _escaped(facts)
        full = _money(worth)
        paid = full if amount is worth else _money(amount)
        return (
            f"{before}{enterprise_id}{between}{item}\t{claim.ref}\t{claim.on.isoformat()}\t{outcome}\t{full}\t{paid}\t"
            f"{full if other is worth else _money(other)}\t{'t' if item in pooled else 'f'}\t"
            f"{'t' if top_up in reasons else 'f'}\t{once[item]}\t{codes}\t{winner}\t{facts}"
        )

    return line


def _money(amount: Decimal) -> str:
    """The engine rounds to the cent, so only the bare zero differs from what numeric(14,2) prints."""
    return str(amount) if amount else "0.00"


def _escaped(text: str) -> str:
    """What COPY's text format wants escaped."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def stored_drafts(run, unit) -> dict[str, int]:
    """Line → id of every stored draft of the run in the unit."""
    where = DRAFTS_OF_A_UNIT.format(run=run.pk, year=run.year, unit=unit.pk)
    buffer = io.StringIO()
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(
            f"COPY (SELECT id, {COLUMNS} FROM awards_determination WHERE {where}) TO STDOUT", buffer
        )
    found = {}
    for row in buffer.getvalue().split("\n")[:-1]:  # splitlines() would also split at exotic separators
        pk, _, line = row.partition("\t")
        found[line] = int(pk)
    return found


def insert(lines: Iterable[str]) -> None:
    """Write lines as new drafts. IntegrityError when another row stands in the way."""
    text = "\n".join(lines)
    if not text:
        return
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY awards_determination ({COLUMNS}) FROM STDIN", io.StringIO(text + "\n"))


def key_of(line: str) -> tuple[int, str, str]:
    """(enterprise id, item, source) of a line."""
    fields = line.split("\t", 6)
    return int(fields[1]), fields[4], fields[5]


def delete(ids: Iterable[int]) -> None:
    if ids := list(ids):
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM awards_determination WHERE id = ANY(%s) AND decided_at IS NULL", [ids]
            )


SUPERSEDED = """
DELETE FROM awards_determination d
 USING unnest(%(enterprises)s, %(items)s::text[], %(sources)s::text[]) AS n(enterprise_id, item, source)
 WHERE d.decided_at IS NULL AND NOT (d.run_id = %(run)s AND d.managing_unit_id = %(unit)s)
   AND (   (d.source = n.source AND d.item = n.item)
        OR (d.enterprise_id = n.enterprise_id AND d.outcome = 'granted'
            AND ((d.item = n.item AND d.once) OR (d.year = %(year)s AND d.pooled))))
"""
TAKEN = """
SELECT d.item, d.source FROM awards_determination d
  JOIN unnest(%(items)s::text[], %(sources)s::text[]) AS n(item, source) USING (item, source)
 WHERE d.decided_at IS NOT NULL
"""


def replace(run, unit, lines: list[str]) -> int:
    """COPY the lines; returns how many were written.

    Straight on, because rows in the way are rare: drafts made while the enterprise was in another unit or its event
    in another year are out of date and give way; an event that was decided in another year keeps that decision.
    """
    try:
        with transaction.atomic():
            insert(lines)
        return len(lines)
    except IntegrityError:
        pass
    keys = [key_of(line) for line in lines]
    params = {
        "run": run.pk,
        "unit": unit.pk,
        "year": run.year,
        "enterprises": [enterprise for enterprise, _, _ in keys],
        "items": [item for _, item, _ in keys],
        "sources": [source for _, _, source in keys],
    }
    with connection.cursor() as cursor:
        cursor.execute(SUPERSEDED, params)
        cursor.execute(TAKEN, params)
        taken = set(cursor.fetchall())
    free = [line for line, key in zip(lines, keys, strict=True) if key[1:] not in taken]
    try:
        with transaction.atomic():
            insert(free)
    except IntegrityError as error:
        raise DomainError(_clash(error)) from error
    return len(free)


def _clash(error: IntegrityError) -> str:
    """Which rule of the table a new row would break, in words."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    for constraint in Determination._meta.constraints:
        if constraint.name == name:
            return f"{constraint.violation_error_message}与已有决定冲突：{diagnosis.message_detail or ''}"
    return "测算结果与已有数据冲突，已记录日志，请联系系统管理员。"
