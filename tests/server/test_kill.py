"""``kill -9`` of web, worker and importer under load: what was acknowledged is there, once, and nothing is half done."""

from __future__ import annotations

from pathlib import Path

from tests.server.installation import Installation
from tests.server.killing import MAKE, Importer, faults, kill_at_random, load, settle


def test_what_was_acknowledged_survives_any_kill_exactly_once(tmp_path: Path) -> None:
    here = Installation(tmp_path / "data")
    here.ask(MAKE)
    importer = Importer(here, tmp_path)
    with here.started("up") as up:
        here.well(up)
        with load(here, clients=3, pause_s=0.02) as clients:
            killed = kill_at_random(up, importer, kills=12, seed=1)
        importer.finish()
        settle(here, up)
    assert sum(killed.values()) == 12
    assert sum(len(client.kept) for client in clients) > 100
    assert faults(here, clients, importer) == {}
