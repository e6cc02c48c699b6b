from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from callwitness.services.running.locks import WORKER, FileLock, lock

HOLD = """
import sys, time
from pathlib import Path
from callwitness.services.running.locks import FileLock
assert FileLock(Path(sys.argv[1])).take()
print("held", flush=True)
time.sleep(600)
"""


def test_a_lock_is_had_once_and_again_after_it_was_let_go(tmp_path: Path) -> None:
    one, other = FileLock(tmp_path / "x"), FileLock(tmp_path / "x")
    assert one.take()
    assert one.take()
    assert one.held()
    assert not other.take()
    assert not other.held()
    one.release()
    assert other.take()
    other.release()


def test_a_lock_dies_with_the_process_that_held_it(tmp_path: Path) -> None:
    path = tmp_path / "x"
    program = f"import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'callwitness.config.django'\n{HOLD}"
    holder = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        mine = FileLock(path)
        assert not mine.take()
        holder.kill()
    assert mine.take()
    mine.release()


@pytest.mark.django_db(transaction=True)
def test_a_lock_of_the_installation_is_had_by_one(tmp_path: Path) -> None:
    one, other = lock(WORKER, tmp_path), lock(WORKER, tmp_path)
    assert one.take()
    assert not other.take()
    assert one.held()
    one.release()
    assert other.take()
    other.release()


@pytest.mark.django_db(transaction=True)
def test_a_lock_in_the_database_is_lost_with_its_connection(tmp_path: Path) -> None:
    if connection.vendor != "postgresql":
        return
    mine = lock(WORKER, tmp_path)
    assert mine.take()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    assert not mine.held()
    assert mine.take()
    mine.release()
