"""Assess a whole table of enterprises by COPY: numbers out of one table, compact results into another.

A row of numbers has the columns of a policies.engine.standards.bulk.Bulk, NULL for what is not known.
"""

import io
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction

from core.bulk import without_collecting
from policies.engine.standards.bulk import Bulk

NULL = -(2**63)  # stands for NULL while rows have a fixed width
CHUNK = 40_000
HEAD, TAIL = 19, 2  # bytes around the rows of a binary COPY
RESULTS = ("id", "verdict", "points", "possible", "failed", "waiting")
LINE = "\t".join(["%s"] * len(RESULTS)) + "\n"


@transaction.atomic
def assess_table(bulk: Bulk, *, source: str, target: str) -> int:
    """Assess every row of `source` (id and the columns of the bulk, whole numbers); the number of rows written.

    `target` has the columns of RESULTS: see Compact for their meaning. The bulk must have been made with null=NULL.
    Safe to repeat on an emptied target: the same rows give the same results.
    """
    if bulk.null != NULL:
        raise ValueError("the bulk must be made with null=NULL")
    names = ", ".join(f"coalesce({_quoted(column.name)}::bigint, {NULL})" for column in bulk.columns)
    unpack = struct.Struct(">2x" + "4xq" * (1 + len(bulk.columns))).iter_unpack
    into = f"COPY {_quoted(target)} ({', '.join(RESULTS)}) FROM STDIN"
    with without_collecting(), connection.cursor() as cursor, ThreadPoolExecutor(1) as database:

        def store(lines: list[str]) -> int:
            cursor.copy_expert(into, io.BytesIO("".join(lines).encode()))
            return len(lines)

        # While one chunk is worked out here, the database reads the next one and stores the one before: all of it
        # in one thread and one transaction, in this order.
        chunks, stored = _chunks(cursor, _quoted(source), names), []
        coming = database.submit(next, chunks, None)
        while (data := coming.result()) is not None:
            coming = database.submit(next, chunks, None)
            stored.append(database.submit(store, list(map(LINE.__mod__, bulk.run(unpack(data))))))
        return sum(one.result() for one in stored)


def _chunks(cursor, table: str, names: str) -> Iterator[memoryview]:
    """The rows in the order of their ids, so many at a time, in the fixed width of a binary COPY of integers."""
    last = NULL
    while True:
        chunk = f"SELECT id FROM {table} WHERE id > %s ORDER BY id LIMIT {CHUNK}"
        cursor.execute(f"SELECT max(id) FROM ({chunk}) AS chunk", [last])
        [(end,)] = cursor.fetchall()
        if end is None:
            return
        data = io.BytesIO()
        rows = f"SELECT id::bigint, {names} FROM {table} WHERE id > {last} AND id <= {end}"
        cursor.copy_expert(f"COPY ({rows}) TO STDOUT (FORMAT binary)", data)
        yield data.getbuffer()[HEAD:-TAIL]
        last = end


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
