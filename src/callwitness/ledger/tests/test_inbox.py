import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callwitness.ledger.inbox import (
    ONCE_KEPT_MS,
    Arrival,
    Backlog,
    InboxFull,
    InboxUnavailable,
    SqliteInbox,
)

NOW = 1_793_602_800_000


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[SqliteInbox]:
    opened = SqliteInbox(tmp_path / "inbox.sqlite3")
    yield opened
    opened.close()


def arrival(body: bytes = b"{}", once: str | None = None, at: int = NOW) -> Arrival:
    return Arrival(7, at, "application/json", body, None, "{}", once)


def bodies(inbox: SqliteInbox) -> list[bytes]:
    return [letter.body for letter in inbox.after(0, 1000)]


def test_what_was_appended_is_read_in_order_and_forgotten_up_to_a_number(inbox: SqliteInbox) -> None:
    assert inbox.append([arrival(b"1"), arrival(b"2")]) == [True, True]
    inbox.append([arrival(b"\xff\0", at=NOW + 1)])
    letters = inbox.after(0, 10)
    assert [letter.body for letter in letters] == [b"1", b"2", b"\xff\0"]
    assert [letter.seq for letter in letters] == sorted({letter.seq for letter in letters})
    assert inbox.after(letters[0].seq, 1) == letters[1:2]
    assert inbox.backlog() == Backlog(3, NOW)
    assert inbox.forget(letters[1].seq) == 2
    assert inbox.backlog() == Backlog(1, NOW + 1)
    inbox.forget(letters[2].seq)
    assert inbox.backlog() == Backlog(0, None)


def test_a_number_is_never_given_twice(inbox: SqliteInbox) -> None:
    inbox.append([arrival()])
    first = inbox.after(0, 1)[0].seq
    inbox.forget(first)
    inbox.close()
    inbox.append([arrival()])
    assert inbox.after(0, 1)[0].seq == first + 1


def test_a_new_inbox_numbers_above_one_that_was_lost(tmp_path: Path, inbox: SqliteInbox) -> None:
    inbox.append([arrival()] * 50)
    another = SqliteInbox(tmp_path / "another.sqlite3")
    another.append([arrival()])
    assert another.after(0, 1)[0].seq > inbox.after(0, 100)[-1].seq
    another.close()


def test_the_same_key_is_kept_once_also_within_one_batch_and_after_a_restart(inbox: SqliteInbox) -> None:
    assert inbox.append([arrival(b"1", "a"), arrival(b"2", "a"), arrival(b"3"), arrival(b"4", "b")]) == [
        True, False, True, True,
    ]  # fmt: skip
    inbox.close()
    assert inbox.append([arrival(b"5", "b")]) == [False]
    assert bodies(inbox) == [b"1", b"3", b"4"]


def test_keys_are_forgotten_when_no_signature_can_be_that_old(inbox: SqliteInbox) -> None:
    inbox.append([arrival(b"1", "a")])
    assert inbox.append([arrival(b"2", "b", NOW + ONCE_KEPT_MS + 1)]) == [True]
    assert inbox.append([arrival(b"3", "a", NOW + ONCE_KEPT_MS + 1)]) == [True]


def test_the_file_is_written_through_at_every_commit(inbox: SqliteInbox) -> None:
    inbox.append([arrival()])
    assert inbox._connection is not None
    assert inbox._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert inbox._connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_full_disk_is_named_keeps_nothing_of_the_batch_and_passes(inbox: SqliteInbox) -> None:
    inbox.append([arrival(b"before")])
    assert inbox._connection is not None
    inbox._connection.execute("PRAGMA max_page_count = 20")
    with pytest.raises(InboxFull, match="no room left"):
        inbox.append([arrival(b"small"), arrival(bytes(500_000))])
    assert bodies(inbox) == [b"before"]
    inbox.append([arrival(b"after")])
    assert bodies(inbox) == [b"before", b"after"]


def test_a_folder_that_is_gone_is_an_error_until_it_is_back(tmp_path: Path) -> None:
    inbox = SqliteInbox(tmp_path / "data" / "inbox.sqlite3")
    with pytest.raises(InboxUnavailable, match="cannot be used"):
        inbox.append([arrival()])
    (tmp_path / "data").mkdir()
    inbox.append([arrival(b"1")])
    assert bodies(inbox) == [b"1"]
    inbox.close()


def test_a_file_that_is_no_database_is_an_error_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_bytes(b"no database" * 1000)
    with pytest.raises(InboxUnavailable, match="not a database"):
        SqliteInbox(tmp_path / "inbox").append([arrival()])


def test_a_row_that_cannot_be_bound_leaves_no_open_transaction(inbox: SqliteInbox) -> None:
    with pytest.raises(UnicodeEncodeError):
        inbox.append([arrival(), Arrival(7, NOW, "", b"", "\ud800")])
    inbox.append([arrival(b"1")])
    assert bodies(inbox) == [b"1"]


def test_several_connections_and_threads_share_one_file(tmp_path: Path) -> None:
    def write(mark: int) -> None:
        own = SqliteInbox(tmp_path / "inbox")
        for at in range(20):
            own.append([arrival(b"%d %d" % (mark, at))])
        own.close()

    threads = [threading.Thread(target=write, args=(mark,)) for mark in range(4)]
    SqliteInbox(tmp_path / "inbox").append([])
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = bodies(SqliteInbox(tmp_path / "inbox"))
    assert len(kept) == len(set(kept)) == 80


def test_what_append_returned_for_is_there_after_a_kill(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from callwitness.ledger.inbox import *\n"
        "inbox = SqliteInbox(Path(sys.argv[1]))\n"
        "for at in range(10**9):\n"
        "    inbox.append([Arrival(7, 1, '', b'%d' % at)] * 3)\n"
        "    print(at, flush=True)\n"
    )
    path = tmp_path / "inbox"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        said = [int(writer.stdout.readline()) for _ in range(30)]
        writer.kill()
        said += [int(line) for line in writer.stdout.read().splitlines() if line]
    kept = bodies(SqliteInbox(path))
    assert len(kept) % 3 == 0
    assert {b"%d" % at for at in said} <= set(kept)
    assert all(kept.count(body) == 3 for body in set(kept))


def test_a_copy_taken_in_the_middle_is_whole(inbox: SqliteInbox, tmp_path: Path) -> None:
    inbox.append([arrival(b"1")] * 200)
    for suffix in ("", "-wal"):
        shutil.copy(f"{inbox._path}{suffix}", tmp_path / f"copy{suffix}")
    with (tmp_path / "copy-wal").open("r+b") as torn:
        torn.truncate(torn.seek(0, 2) - 700)
    with sqlite3.connect(tmp_path / "copy") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(min_value=1, max_value=4))
def test_any_bytes_come_out_as_they_went_in(
    tmp_path_factory: pytest.TempPathFactory, told: list[bytes], page: int
) -> None:
    inbox = SqliteInbox(tmp_path_factory.mktemp("inbox") / "inbox")
    inbox.append([arrival(body) for body in told])
    found: list[bytes] = []
    seq = 0
    while letters := inbox.after(seq, page):
        found += [letter.body for letter in letters]
        seq = letters[-1].seq
    inbox.close()
    assert found == told
