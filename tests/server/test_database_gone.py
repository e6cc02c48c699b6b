"""The database goes away under load and comes back: it is waited out, nothing that was acknowledged is lost."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tests.databases.servers import Postgres
from tests.server.installation import Installation, until
from tests.server.killing import MAKE, TOKEN, Client, Importer, faults, load, settle

AWAY_S = 10
EVENT = b'{"event": "call.ended", "event_id": "late", "call_id": "late", "at": "2026-11-02T10:00:00Z"}'


@pytest.mark.real("PostgreSQL", commands=("pg_ctlcluster",), root=True)
def test_postgresql_stopped_for_a_while_is_waited_out(postgres: Postgres, tmp_path: Path) -> None:
    here = Installation(tmp_path / "data", {"DATABASE": postgres.url("callwitness")})
    here.ask(MAKE)
    with here.started("up") as up:
        here.well(up)
        before = up.children()
        with load(here, clients=2, pause_s=0.05) as clients:
            time.sleep(3)
            postgres.stop()
            until(lambda: here.get("/health/").status == 503)
            assert here.post(f"/hooks/{TOKEN}", EVENT).status == 503
            page = here.get("/accounts/login/", Cookie="sessionid=abcdefghijklmnopqrstuvwxyz012345")
            assert page.status in (200, 503)
            time.sleep(AWAY_S)
            postgres.start()
            heard = _kept(clients)
            until(lambda: _kept(clients) > heard)
        settle(here, up)
        assert up.children() == before
    assert _told(clients)["503"]
    assert faults(here, clients, Importer(here, tmp_path)) == {}


def test_a_ledger_that_somebody_else_locks_is_waited_for_while_webhooks_are_taken(tmp_path: Path) -> None:
    here = Installation(tmp_path / "data")
    here.ask(MAKE)
    with here.started("up") as up:
        here.well(up)
        with load(here, clients=2, pause_s=0.05) as clients:
            time.sleep(1)
            _locked(here.data / "ledger.sqlite3", clients)
        settle(here, up)
        assert up.process.poll() is None
    assert set(_told(clients)) == {"202"}
    assert faults(here, clients, Importer(here, tmp_path)) == {}


def test_an_inbox_that_cannot_be_written_refuses_and_takes_again(tmp_path: Path) -> None:
    here = Installation(tmp_path / "data")
    here.ask(MAKE)
    with here.started("up") as up:
        here.well(up)
        assert here.post(f"/hooks/{TOKEN}", EVENT).status == 202
        with closing(sqlite3.connect(here.data / "inbox.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            answer = here.post(f"/hooks/{TOKEN}", EVENT)
            assert answer.status == 503
            assert "Retry-After".lower() in {name.lower() for name in answer.headers}
            other.execute("ROLLBACK")
        assert here.post(f"/hooks/{TOKEN}", EVENT).status == 202
        settle(here, up)


def _locked(path: Path, clients: list[Client]) -> None:
    """Hold the only write lock for a while; webhooks go on meanwhile."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        heard = _kept(clients)
        time.sleep(AWAY_S)
        assert _kept(clients) > heard
        other.execute("ROLLBACK")


def _kept(clients: list[Client]) -> int:
    return sum(len(client.kept) for client in clients)


def _told(clients: list[Client]) -> Counter[str]:
    return sum((client.answers for client in clients), Counter[str]())
