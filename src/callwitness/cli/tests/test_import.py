"""``callwitness import``, as it is run."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import callwitness

SAMPLES = Path(callwitness.__file__).parent / "adapters" / "asterisk" / "samples"
TABLE = "date,caller,number,duration,status\n2026-11-02 12:00:00,+79000000001,+74950000001,60,answered\n"


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "callwitness", "import", *arguments, "--data", str(tmp_path / "data")]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as a first ``up`` leaves it: tables, nobody in them."""
    folder = tmp_path_factory.mktemp("empty")
    code = "import sys, pathlib; from callwitness.config.startup import *; migrate(setup(pathlib.Path(sys.argv[1])))"
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, capture_output=True)
    return folder


@pytest.fixture(autouse=True)
def _ledger(tmp_path: Path, empty: Path) -> None:
    shutil.copytree(empty, tmp_path / "data")


def asked(tmp_path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(tmp_path / "data" / "ledger.sqlite3")) as connection:
        return connection.execute(query).fetchall()


def test_files_are_stored_read_and_derived_and_come_once(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(TABLE)
    arguments = [
        "acme",
        f"office@pbx=asterisk:{SAMPLES / 'dump.sql'}?zone=Europe/Moscow",
        "provider=calls.csv",
    ]
    done = run(tmp_path, *arguments)
    assert done.returncode == 0, done.stderr
    assert "acme: files kept: 2" in done.stdout
    assert "records: 5, rejected rows: 1" in done.stdout
    assert asked(tmp_path, "SELECT name, role, adapter, zone FROM ledger_source ORDER BY name") == [
        ("pbx", "office", "asterisk", "Europe/Moscow"),
        ("provider", "provider", "", ""),
    ]
    calls = asked(tmp_path, "SELECT count(*) FROM ledger_call")
    assert calls[0][0] > 0
    again = run(tmp_path, *arguments)
    assert "was there already, as dump.sql" in again.stderr
    assert asked(tmp_path, "SELECT count(*) FROM ledger_call") == calls
    assert asked(tmp_path, "SELECT count(*) FROM ledger_record") == [(5,)]


def test_a_folder_is_gone_through_and_strangers_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "calls.csv").write_text(TABLE)
    (folder / "picture.png").write_bytes(b"\x89PNG\x00\x01")
    (folder / "out.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "secret.csv").write_text(TABLE)
    done = run(tmp_path, "acme", f"office={folder}")
    assert done.returncode == 0, done.stderr
    assert "picture.png: passed over: not a kind of call record" in done.stderr
    assert "out.csv: passed over: a link that leads out of the folder" in done.stderr
    assert asked(tmp_path, "SELECT name FROM ledger_evidence") == [("calls.csv",)]


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("office=nosuch.csv", "no such file"),
        ("office=asterisk:calls.csv?nosuch=1", "no option 'nosuch'"),
        ("office=calls.csv?nosuch=1", "no adapter takes"),
        ("office=calls.csv?zone=Mars", "IANA zone"),
        ("office=spreadsheet:calls.csv?save=x.toml", "not for a source that is kept"),
        ("boss=calls.csv", "expected ROLE=PATH"),
    ],
)
def test_what_nobody_can_mean_is_refused(tmp_path: Path, argument: str, said: str) -> None:
    (tmp_path / "calls.csv").write_text(TABLE)
    done = run(tmp_path, "acme", argument)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert "Traceback" not in done.stderr


def test_a_source_is_not_changed_in_passing(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(TABLE)
    run(tmp_path, "acme", "office=spreadsheet:calls.csv?zone=Europe/Kyiv")
    done = run(tmp_path, "acme", "office=spreadsheet:calls.csv?zone=Asia/Tokyo")
    assert done.returncode == 2
    assert "has zone 'Europe/Kyiv', not 'Asia/Tokyo'" in done.stderr
    assert "no workspace called 'acne'; there are: acme" in run(tmp_path, "acne", "office=calls.csv").stderr


def test_a_forgotten_data_folder_is_said_and_nothing_is_made(tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "data")
    (tmp_path / "calls.csv").write_text(TABLE)
    done = run(tmp_path, "acme", "office=calls.csv")
    assert done.returncode == 2
    assert f"{tmp_path / 'data'}: no ledger here, nothing was stored" in done.stderr
    assert "--data" in done.stderr
    assert "callwitness up" in done.stderr
    assert not (tmp_path / "data").exists()


def test_an_unreadable_file_is_kept_and_said(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"\x00\x01\x02")
    done = run(tmp_path, "acme", "office=x.bin")
    assert done.returncode == 2
    assert "x.bin: not a kind of call record that is known" in done.stderr
    assert asked(tmp_path, "SELECT state FROM ledger_evidence") == [("failed",)]
