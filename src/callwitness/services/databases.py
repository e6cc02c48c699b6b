"""Tables of call records in a database, exported as they are: ``asterisk:mysql://user@host/asteriskcdrdb?table=cdr``.

The rows become a CSV file with the table's column names, so that evidence has bytes to keep and adapters read
files only. Drivers come with the extra ``databases``; SQLite needs none.
"""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from callwitness.domain.errors import UnreadableEvidence, UsageError
from callwitness.services.arguments import SourceArgument

SCHEMES: Final = {"mysql": "pymysql", "mariadb": "pymysql", "postgresql": "psycopg", "sqlite": "sqlite3"}
_TABLE: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?")
_ROWS_AT_ONCE: Final = 10_000


def is_database(path: str) -> bool:
    """The path of an argument is the address of a database."""
    return path.partition("://")[0] in SCHEMES and "://" in path


def password_variable(source: str) -> str:
    """Name of the environment variable with the password of a source."""
    return f"CALLWITNESS_{re.sub(r'[^A-Z0-9]', '_', source.upper())}_PASSWORD"


def export_table(argument: SourceArgument, password: str | None, folder: Path) -> tuple[Path, str]:
    """Write the table of an argument into ``folder``; its path and the name people see.

    Raises ``UsageError`` for a wrong address, ``UnreadableEvidence`` when the database cannot be read.
    """
    try:
        address = urlsplit(argument.path)
    except ValueError:
        raise UsageError(
            f"{argument.name}: not the address of a database; expected mysql://user@host/name"
        ) from None
    table = argument.options.get("table", "cdr")
    if address.password is not None:
        variable = password_variable(argument.name)
        raise UsageError(
            f"{argument.name}: no password in the address; set {variable} or sources.{argument.name}.password"
        )
    if not _TABLE.fullmatch(table):
        raise UsageError(f"{argument.name}: table={table!r}: expected the name of a table")
    shown = f"{address.scheme}://{address.hostname or ''}{address.path}/{table}"
    # Two databases of one source may have tables of one name.
    path = (
        folder / f"{argument.name}-{table}-{blake2b(argument.path.encode(), digest_size=4).hexdigest()}.csv"
    )
    try:
        with (
            _connected(address, argument, password) as connection,
            path.open("w", encoding="utf-8", newline="") as out,
        ):
            _write(connection, address.scheme, table, csv.writer(out, lineterminator="\n"))
    except ImportError:
        raise UsageError(
            f"{shown}: needs the extra 'databases': pip install callwitness[databases]"
        ) from None
    except Exception as problem:
        if isinstance(problem, UsageError):
            raise
        raise UnreadableEvidence(shown, f"the database says: {problem}") from problem
    return path, shown


@contextmanager
def _connected(address: SplitResult, argument: SourceArgument, password: str | None) -> Iterator[Any]:
    driver = import_module(SCHEMES[address.scheme])
    name = unquote(address.path.lstrip("/"))
    if driver is sqlite3:
        file = Path(unquote(address.path))
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            yield connection
        return
    common: dict[str, Any] = {"user": address.username, "password": password}
    if SCHEMES[address.scheme] == "pymysql":
        socket = argument.options.get("socket")
        more = {"unix_socket": socket} if socket else {"host": address.hostname, "port": address.port or 3306}
        cursors = import_module("pymysql.cursors")
        with closing(
            driver.connect(database=name, cursorclass=cursors.SSCursor, charset="utf8mb4", **more, **common)
        ) as connection:
            yield connection
        return
    host = argument.options.get("socket") or address.hostname
    with closing(driver.connect(dbname=name, host=host, port=address.port or 5432, **common)) as connection:
        yield connection


def _write(connection: Any, scheme: str, table: str, out: Any) -> None:
    """Header and rows, a few thousand at a time; the server keeps the rest."""
    cursor = connection.cursor("callwitness") if scheme == "postgresql" else connection.cursor()
    with closing(cursor):
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 the name was checked to be a plain one
        rows = cursor.fetchmany(_ROWS_AT_ONCE)
        out.writerow([column[0] for column in cursor.description])
        while rows:
            out.writerows(_texts(rows))
            rows = cursor.fetchmany(_ROWS_AT_ONCE)


def _texts(rows: Iterable[Iterable[Any]]) -> Iterator[list[str]]:
    for row in rows:
        yield ["" if cell is None else _text(cell) for cell in row]


def _text(cell: Any) -> str:
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes | bytearray) else str(cell)
