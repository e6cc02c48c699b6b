"""``kill -9`` of web, worker and importer under load: what was acknowledged is there, once, and nothing is half done."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases.servers import Postgres
from tests.server.installation import Installation
from tests.server.killing import MAKE, Importer, faults, kill_at_random, load, settle

KILLS = 12


def test_what_was_acknowledged_survives_any_kill_exactly_once(tmp_path: Path) -> None:
    _kill_and_look(Installation(tmp_path / "data"), tmp_path)


@pytest.mark.real("PostgreSQL", commands=("pg_ctlcluster",), root=True)
def test_it_does_on_postgresql_too(postgres: Postgres, tmp_path: Path) -> None:
    _kill_and_look(
        Installation(tmp_path / "data", {"DATABASE": postgres.url("callwitness")}), tmp_path, seed=2
    )


def _kill_and_look(here: Installation, folder: Path, seed: int = 1) -> None:
    here.ask(MAKE)
    importer = Importer(here, folder)
    with here.started("up") as up:
        here.well(up)
        with load(here, clients=3, pause_s=0.02) as clients:
            killed = kill_at_random(up, importer, KILLS, seed)
        importer.finish()
        settle(here, up)
    assert sum(killed.values()) == KILLS
    assert sum(len(client.kept) for client in clients) > 100
    assert faults(here, clients, importer) == {}
