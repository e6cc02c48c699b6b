"""The webhooks that the ledger knows, read without Django: it is not on the way of a body."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import psycopg

from callwitness.web.hooks.tokens import Hook

_QUERY: Final = "SELECT hook_token, id, hook_secret FROM ledger_source WHERE enabled AND hook_token IS NOT NULL AND hook_token <> ''"
_WAIT_S: Final = 3


def sqlite_hooks(path: Path) -> Mapping[str, Hook]:
    """Token to hook out of the ledger's file, which is opened for reading only. Raises ``sqlite3.Error``."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT_S)) as ledger:
        return {token: Hook(source, secret) for token, source, secret in ledger.execute(_QUERY)}


def postgres_hooks(conninfo: str) -> Mapping[str, Hook]:
    """Token to hook out of the ledger's database. Raises ``psycopg.Error``."""
    with psycopg.connect(conninfo, connect_timeout=_WAIT_S) as ledger:
        ledger.read_only = True
        return {token: Hook(source, secret) for token, source, secret in ledger.execute(_QUERY)}
