"""Call records straight out of MySQL, PostgreSQL and SQLite, against the real servers."""

from __future__ import annotations

import csv
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from callwitness.services.arguments import parse_source
from callwitness.services.databases import export_table
from tests.databases.servers import mariadb, postgresql

COLUMNS = """calldate {time} NOT NULL, clid varchar(80), src varchar(80), dst varchar(80), dcontext varchar(80),
channel varchar(80), dstchannel varchar(80), lastapp varchar(80), lastdata varchar(80), duration int, billsec int,
disposition varchar(45), amaflags int, accountcode varchar(20), uniqueid varchar(32), userfield varchar(255),
did varchar(50), linkedid varchar(32), sequence int"""
ROWS = """
('2026-11-02 10:00:00', '"Анна" <79000000001>', '79000000001', '600', 'from-trunk', 'PJSIP/trunk-00000001', '',
 'Queue', 'sales', 44, 44, 'ANSWERED', 3, '', '1793613600.1', '', '74950000001', '1793613600.1', 1),
('2026-11-02 10:10:00', '<79000000002>', '79000000002', '101', 'from-trunk', 'PJSIP/trunk-00000002',
 'PJSIP/101-00000003', 'Dial', 'PJSIP/101', 70, 60, 'ANSWERED', 3, '', '1793614200.2', '', '74950000001',
 '1793614200.2', 2)"""
REAL = pytest.mark.real(
    "MariaDB, PostgreSQL", commands=("mariadbd", "mariadb-install-db", "pg_ctlcluster"), root=True
)


def setup_of(time: str) -> str:
    return f"CREATE TABLE cdr ({COLUMNS.format(time=time)}); INSERT INTO cdr VALUES {ROWS};"


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that the servers' own users can enter; sockets want short paths."""
    with tempfile.TemporaryDirectory(prefix="cw-", dir="/tmp") as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def checked(argument: str, out: Path, **environment: str) -> tuple[int, str, list[dict[str, str]]]:
    command = [sys.executable, "-m", "callwitness", "check", argument, "--out", str(out)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env={**os.environ, **environment}
    )
    if done.returncode:
        return done.returncode, done.stderr, []
    with (out / "calls.csv").open(encoding="utf-8", newline="") as stream:
        return 0, done.stdout, list(csv.DictReader(stream))


def expect_both(code: int, said: str, calls: list[dict[str, str]]) -> None:
    assert code == 0, said
    assert [(call["caller"], call["verdict"], call["did"]) for call in calls] == [
        ("+79000000001", "abandoned_in_queue", "+74950000001"),
        ("+79000000002", "answered", "+74950000001"),
    ]


def test_sqlite_needs_no_driver_and_is_opened_for_reading_only(tmp_path: Path) -> None:
    path = tmp_path / "cdr.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(setup_of("datetime"))
    connection.close()
    before = path.read_bytes()
    expect_both(*checked(f"office=asterisk:sqlite://{path}?table=cdr", tmp_path / "out"))
    assert path.read_bytes() == before


def test_two_databases_of_one_source_with_tables_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    exported = []
    for name in ("moscow", "kazan"):
        with sqlite3.connect(tmp_path / name) as connection:
            connection.executescript(f"CREATE TABLE cdr (src text); INSERT INTO cdr VALUES ('{name}')")
        connection.close()
        argument = parse_source(f"office=sqlite://{tmp_path / name}?table=cdr", ())
        exported.append(export_table(argument, None, tmp_path)[0])
    assert [path.read_text() for path in exported] == ["src\nmoscow\n", "src\nkazan\n"]


@REAL
def test_mariadb_with_a_password_from_the_environment(tmp_path: Path, open_folder: Path) -> None:
    setup = f"CREATE DATABASE asteriskcdrdb CHARACTER SET utf8mb4; USE asteriskcdrdb; {setup_of('datetime')}"
    grant = "CREATE USER reader@localhost IDENTIFIED BY 'secret'; GRANT SELECT ON asteriskcdrdb.* TO reader@localhost;"
    with mariadb(open_folder, f"SET NAMES utf8mb4; {setup} {grant}") as socket:
        argument = f"office=asterisk:mysql://reader@localhost/asteriskcdrdb?table=cdr&socket={socket}"
        expect_both(*checked(argument, tmp_path / "out", CALLWITNESS_OFFICE_PASSWORD="secret"))
        code, said, _ = checked(argument, tmp_path / "none", CALLWITNESS_OFFICE_PASSWORD="wrong")
        assert code == 2
        assert "asteriskcdrdb/cdr" in said
        assert "wrong" not in said


@REAL
def test_postgresql_over_its_socket(tmp_path: Path, open_folder: Path) -> None:
    with postgresql(open_folder, setup_of("timestamp")) as folder:
        argument = f"office=asterisk:postgresql://postgres@localhost/postgres?table=cdr&socket={folder}"
        expect_both(*checked(argument, tmp_path / "out"))


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ("office=asterisk:mysql://user:secret@localhost/db?table=cdr", "CALLWITNESS_OFFICE_PASSWORD"),
        ("office=asterisk:sqlite:///nowhere/none.sqlite?table=cdr", "none.sqlite"),
        ("office=asterisk:mysql://user@[::1/db", "office"),
        ("office=asterisk:mysql://user@localhost:port/db", "localhost"),
        ("office=asterisk:sqlite:///nowhere/none.sqlite?table=cdr;drop", "table"),
    ],
)
def test_a_wrong_address_is_refused_with_a_sentence_and_without_the_password(
    argument: str, named: str, tmp_path: Path
) -> None:
    code, said, _ = checked(argument, tmp_path / "out")
    assert code == 2
    assert named in said
    assert "secret" not in said
