"""A backup of a running server becomes the same server again; a damaged or foreign one is refused."""

from __future__ import annotations

import json
import tarfile
import time
from pathlib import Path

import pytest

from tests.databases.servers import Postgres
from tests.server.installation import Installation
from tests.server.killing import LEDGER, MAKE, PUBLISHED, RESTING, TOKEN, load, settle

EVENT = (
    '{"event": "call.ended", "event_id": "e%d", "call_id": "c%d", "at": "2026-11-02T10:00:00Z", "direction": "inbound",'
    ' "from": "+79000000001", "to": "+74950000001", "result": "no_answer"}'
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation with a few calls, at rest and stopped; only to be copied."""
    here = Installation(tmp_path_factory.mktemp("kept") / "data")
    here.ask(MAKE)
    with here.started("up") as up:
        here.well(up)
        for number in range(5):
            assert here.post(f"/hooks/{TOKEN}", (EVENT % (number, number)).encode()).status == 202
        settle(here, up)
    return here


def test_what_is_restored_is_what_was_kept(kept: Installation, tmp_path: Path) -> None:
    said = kept.run("backup", str(tmp_path / "all.tar.gz")).stdout
    assert "read back and found whole" in said
    assert (tmp_path / "all.tar.gz").stat().st_mode & 0o077 == 0
    again = Installation(tmp_path / "again")
    done = again.run("restore", str(tmp_path / "all.tar.gz"), "--data", str(again.data))
    assert "problem" not in done.stdout
    with again.started("up") as up:
        settle(again, up)
    assert again.ask(PUBLISHED + LEDGER) == kept.ask(PUBLISHED + LEDGER)
    assert (again.data / "secret").read_text() == (kept.data / "secret").read_text()


def test_a_backup_under_load_holds_everything_acknowledged_before_it_began(tmp_path: Path) -> None:
    here = Installation(tmp_path / "data")
    here.ask(MAKE)
    with here.started("up") as up:
        here.well(up)
        with load(here, clients=2, pause_s=0.01) as clients:
            time.sleep(3)
            before = {event for client in clients for event in client.kept}
            here.run("backup", str(tmp_path / "all.tar"))
    again = Installation(tmp_path / "again")
    again.run("restore", str(tmp_path / "all.tar"), "--data", str(again.data))
    with again.started("up") as up:
        settle(again, up)
    found = again.ask(PUBLISHED + LEDGER)
    assert before
    assert not before - set(found["events"])
    assert found["twice"] == []
    assert found["day_files_wrong"] == []


def test_a_folder_with_something_in_it_is_not_restored_into(kept: Installation, tmp_path: Path) -> None:
    kept.run("backup", str(tmp_path / "all.tar"))
    refused = kept.run("restore", str(tmp_path / "all.tar"), "--data", str(kept.data), check=False)
    assert refused.returncode == 2
    assert "is not empty" in refused.stderr
    assert kept.ask(RESTING) == [0, 0, 0, 0]


@pytest.mark.parametrize("harm", ["cut", "changed", "without_manifest", "no_tar"])
def test_a_damaged_backup_is_refused_and_nothing_is_written(
    kept: Installation, tmp_path: Path, harm: str
) -> None:
    file, bad = tmp_path / "all.tar", tmp_path / "bad.tar"
    kept.run("backup", str(file))
    data = file.read_bytes()
    if harm == "cut":
        bad.write_bytes(data[: len(data) // 2])
    elif harm == "changed":
        at = data.index(b"SQLite format 3") + 5000
        bad.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    elif harm == "no_tar":
        bad.write_bytes(b"hello" * 1000)
    else:
        with tarfile.open(file) as whole, tarfile.open(bad, "w") as part:
            for member in whole:
                if member.name != "manifest.json":
                    part.addfile(member, whole.extractfile(member))
    refused = kept.run("restore", str(bad), "--data", str(tmp_path / "new"), check=False)
    assert refused.returncode == 2
    assert "backup" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "new").exists()


def test_a_backup_that_would_write_outside_its_folder_is_refused(kept: Installation, tmp_path: Path) -> None:
    kept.run("backup", str(tmp_path / "all.tar"))
    with tarfile.open(tmp_path / "all.tar") as whole, tarfile.open(tmp_path / "evil.tar", "w") as evil:
        for member in whole:
            file = whole.extractfile(member)
            if member.name == "secret":
                member.name = "../outside"
            if member.name == "manifest.json":
                assert file is not None
                told = json.loads(file.read())
                told["files"]["../outside"] = told["files"].pop("secret")
                text = json.dumps(told).encode()
                member.size = len(text)
                (tmp_path / "manifest").write_bytes(text)
                file = (tmp_path / "manifest").open("rb")
            evil.addfile(member, file)
            if file is not None:
                file.close()
    refused = kept.run("restore", str(tmp_path / "evil.tar"), "--data", str(tmp_path / "new"), check=False)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "outside").exists()


@pytest.mark.real("PostgreSQL", commands=("pg_ctlcluster",), root=True)
def test_a_postgresql_server_is_restored_into_an_empty_database(postgres: Postgres, tmp_path: Path) -> None:
    here = Installation(tmp_path / "data", {"DATABASE": postgres.url("callwitness")})
    here.ask(MAKE)
    with here.started("up") as up:
        here.well(up)
        assert here.post(f"/hooks/{TOKEN}", (EVENT % (1, 1)).encode()).status == 202
        settle(here, up)
        here.run("backup", str(tmp_path / "all.tar"))
    full = Installation(tmp_path / "full", here.settings)
    refused = full.run("restore", str(tmp_path / "all.tar"), "--data", str(full.data), check=False)
    assert refused.returncode == 2
    assert "has tables already" in refused.stderr
    postgres.run("CREATE DATABASE again;")
    again = Installation(tmp_path / "again", {"DATABASE": postgres.url("again")})
    again.run("restore", str(tmp_path / "all.tar"), "--data", str(again.data))
    with again.started("up") as up:
        settle(again, up)
    assert again.ask(PUBLISHED + LEDGER) == here.ask(PUBLISHED + LEDGER)
