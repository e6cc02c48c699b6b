"""Many rows at once: columns of a frame to ``executemany`` (SQLite) or ``COPY`` (PostgreSQL), never ORM objects.

Frames carry the database's column names (``source_id``); lists and structs come as JSON text. All of it inside a
transaction that the caller opened. Errors come as Django's, as from any query.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import polars as pl
from django.db import connection
from django.db.models import CharField, Field, Model, QuerySet, TextField
from django.db.models.functions import Cast

_AT_ONCE: Final = 20_000
_KEYS_AT_ONCE: Final = 900


def insert(model: type[Model], frame: pl.DataFrame, *, ignore_conflicts: bool = False) -> None:
    """Write all rows of a frame. ignore_conflicts: rows that break a unique constraint are left out."""
    if frame.is_empty():
        return
    rows = conform(model, frame)
    names = ", ".join(f'"{name}"' for name in rows.columns)
    table = f'"{model._meta.db_table}"'  # noqa: SLF001 Django's documented way to the table
    if connection.vendor == "postgresql" and not ignore_conflicts:
        _copy(f"COPY {table} ({names}) FROM STDIN", rows)
        return
    marks = ", ".join([_mark()] * rows.width)
    ending = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    _many(f"INSERT INTO {table} ({names}) VALUES ({marks}){ending}", rows)  # noqa: S608 names are the model's own


def update(model: type[Model], frame: pl.DataFrame, key: str = "id") -> None:
    """Set the frame's other columns in the rows whose key it names."""
    if frame.is_empty():
        return
    values = [name for name in frame.columns if name != key]
    rows = conform(model, frame.select(*values, key))
    sets = ", ".join(f'"{name}" = {_mark()}' for name in values)
    table = f'"{model._meta.db_table}"'  # noqa: SLF001 as above
    _many(f'UPDATE {table} SET {sets} WHERE "{key}" = {_mark()}', rows)  # noqa: S608 names are the model's own


def delete(model: type[Model], keys: Iterable[int], key: str = "id") -> None:
    """Delete the rows with these keys; what points at them must be gone already."""
    table = f'"{model._meta.db_table}"'  # noqa: SLF001 as above
    rows = pl.DataFrame({key: list(keys)}, schema={key: pl.Int64})
    _many(f'DELETE FROM {table} WHERE "{key}" = {_mark()}', rows)  # noqa: S608 names are the model's own


def conform(model: type[Model], frame: pl.DataFrame) -> pl.DataFrame:
    """Texts as the model can keep them: '' for null where it has no null, no NUL, not longer than the column."""
    fields = {field.column: field for field in model._meta.concrete_fields}  # noqa: SLF001 as above
    return frame.with_columns(
        _text(pl.col(name), fields[name])
        for name, dtype in frame.schema.items()
        if dtype == pl.String and isinstance(fields[name], CharField | TextField)
    )


def _text(column: pl.Expr, field: Field[Any, Any]) -> pl.Expr:
    text = column.str.replace_all("\0", "", literal=True)
    if isinstance(field, CharField) and field.max_length:
        text = text.str.slice(0, field.max_length)
    return text if field.null else text.fill_null("")


def by_keys(keys: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """The keys in pieces that fit into one ``IN (...)``."""
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        yield keys[start : start + _KEYS_AT_ONCE]


def frame_of(query: QuerySet[Any], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """A queryset's columns, in the order of the schema, as a frame. JSON columns of lists are read by Polars."""
    lists = [name for name, dtype in schema.items() if isinstance(dtype, pl.List)]
    texts = {f"{name}_as_text": Cast(name, TextField()) for name in lists}
    names = [f"{name}_as_text" if name in lists else name for name in schema]
    rows = list(query.annotate(**texts).values_list(*names).iterator(_AT_ONCE))
    plain = {name: pl.String() if name in lists else dtype for name, dtype in schema.items()}
    frame = pl.DataFrame(rows, schema=plain, orient="row")
    return frame.with_columns(pl.col(name).str.json_decode(schema[name]) for name in lists)


def _mark() -> str:
    return "?" if connection.vendor == "sqlite" else "%s"


def _many(statement: str, rows: pl.DataFrame) -> None:
    _in_transaction()
    connection.ensure_connection()
    cursor = connection.connection.cursor()
    try:
        with connection.wrap_database_errors:
            for part in rows.iter_slices(_AT_ONCE):
                cursor.executemany(statement, part.rows())
    finally:
        cursor.close()


def _copy(statement: str, rows: pl.DataFrame) -> None:
    _in_transaction()
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        connection.connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for row in rows.iter_rows():
            copy.write_row(row)


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("rows are written in bulk inside a transaction only")
