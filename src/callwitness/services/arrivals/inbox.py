"""The inbox of this installation: beside the ledger's file, or in its PostgreSQL."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from callwitness.ledger.inbox import Inbox, SqliteInbox
from callwitness.ledger.inbox_postgres import PostgresInbox


def open_inbox() -> Inbox:
    """The inbox; nothing is opened before it is used."""
    if connection.vendor == "postgresql":
        return PostgresInbox(conninfo())
    return SqliteInbox(settings.SERVER.inbox)


def conninfo() -> str:
    """The ledger's PostgreSQL as libpq takes it, password included: not for logs."""
    told = connection.settings_dict
    named = {"dbname": told["NAME"], "user": told["USER"], "password": told["PASSWORD"], "host": told["HOST"],
             "port": told["PORT"]}  # fmt: skip
    return make_conninfo(**{name: value for name, value in named.items() if value}, **told["OPTIONS"])
