"""Mass writes by COPY: what an import or a run writes by the hundred thousand."""

import csv
import gc
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.db import connection, models

CHUNK = 10_000


class _Lines:
    """Rows as a file that COPY reads, so that the text of a whole batch never stands in memory."""

    def __init__(self, rows: Iterable[Sequence[Any]]):
        self.rows = iter(rows)
        self.rest, self.at = b"", 0

    def read(self, size: int) -> bytes:
        if self.at >= len(self.rest):
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(islice(self.rows, CHUNK))
            self.rest, self.at = text.getvalue().encode(), 0
        part = self.rest[self.at : self.at + size]
        self.at += size
        return part


def copy_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], *, table=""
) -> None:
    """COPY rows into a model's table. Values are written as PostgreSQL reads them.

    None is NULL; in columns that may not be NULL an empty text stays an empty text.
    """
    kept = {field.column for field in model._meta.concrete_fields if not field.null}
    force = ", ".join(column for column in columns if column in kept)
    options = f"FORMAT csv, FORCE_NOT_NULL ({force})" if force else "FORMAT csv"
    target = f"{table or model._meta.db_table} ({', '.join(columns)})"
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {target} FROM STDIN WITH ({options})", _Lines(rows))


def update_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """One UPDATE for many rows: each is (id, *values of `columns`). Runs inside the caller's transaction."""
    table, names = model._meta.db_table, ", ".join(columns)
    sets = ", ".join(f"{column} = changed.{column}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE changed AS SELECT id, {names} FROM {table} WITH NO DATA")
        copy_rows(model, ["id", *columns], rows, table="changed")
        cursor.execute(f"UPDATE {table} SET {sets} FROM changed WHERE {table}.id = changed.id")
        cursor.execute("DROP TABLE changed")


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` fresh primary keys, so that children can be copied with their parents."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def text_array(items: Sequence[str]) -> str:
    """A text[] as COPY reads it."""
    if not items:
        return "{}"
    joined = '","'.join(items)
    if "\\" in joined or joined.count('"') != 2 * (len(items) - 1):
        joined = '","'.join(item.replace("\\", "\\\\").replace('"', '\\"') for item in items)
    return f'{{"{joined}"}}'


@contextmanager
def without_collecting() -> Iterator[None]:
    """A million small objects and no cycles: the garbage collector would take a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
