from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from callwitness.ledger.store import (
    EvidenceStore,
    FolderStore,
    Missing,
    StoreError,
    StoreFull,
    TooLarge,
    store_of,
)

DATA = b"evidence" * 1000
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    _, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    for name, value in {
        "AWS_ENDPOINT_URL_S3": s3,
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket="evidence")
    return f"s3://evidence/{tmp_path.name}"


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> EvidenceStore:
    if request.param == "folder":
        return store_of(str(tmp_path / "evidence"))
    return store_of(request.getfixturevalue("bucket"))


def test_bytes_are_kept_under_their_hash(store: EvidenceStore) -> None:
    stored = store.put(io.BytesIO(DATA), 1 << 20)
    assert (stored.sha256, stored.size, store.exists(SHA)) == (SHA, len(DATA), True)
    with store.open(SHA) as stream:
        assert stream.read() == DATA
    with store.path(SHA) as path:
        assert path.read_bytes() == DATA


def test_the_same_bytes_are_kept_once_and_can_be_deleted(store: EvidenceStore) -> None:
    assert store.put(io.BytesIO(DATA), 1 << 20) == store.put(io.BytesIO(DATA), 1 << 20)
    store.delete(SHA)
    store.delete(SHA)
    assert not store.exists(SHA)


def test_what_is_not_there_is_missing(store: EvidenceStore) -> None:
    with pytest.raises(Missing, match="no bytes with the hash"):
        store.open("0" * 64)
    with pytest.raises(Missing), store.path("0" * 64):
        pass


def test_too_much_is_refused(store: EvidenceStore) -> None:
    with pytest.raises(TooLarge):
        store.put(io.BytesIO(DATA), len(DATA) - 1)
    assert not store.exists(SHA)


def test_a_broken_stream_leaves_nothing(tmp_path: Path) -> None:
    class Breaks(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ConnectionResetError(errno.ECONNRESET, "reset")

    with pytest.raises(StoreError):
        FolderStore(tmp_path / "e").put(Breaks(), 100)
    assert not [path for path in (tmp_path / "e").rglob("*") if path.is_file()]


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    FolderStore(tmp_path).put(io.BytesIO(DATA), 1 << 20)
    path = tmp_path / SHA[:2] / SHA
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_many_at_once_keep_the_same_bytes(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    threads = [threading.Thread(target=store.put, args=(io.BytesIO(DATA), 1 << 20)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.open(SHA) as stream:
        assert stream.read() == DATA
    assert not list((tmp_path / "incoming").iterdir())


def test_a_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFull, match="what was kept before is untouched"):
        FolderStore(tmp_path).put(io.BytesIO(DATA), 1 << 20)


def test_what_a_killed_process_left_is_discarded(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put(io.BytesIO(DATA), 1 << 20)
    half = tmp_path / "incoming" / "half"
    half.write_bytes(b"ha")
    store.discard_unfinished(half.stat().st_mtime - 10)
    assert half.exists()
    store.discard_unfinished(half.stat().st_mtime + 10)
    assert not half.exists()
    assert store.exists(SHA)


def test_a_bucket_that_is_away_is_a_sentence(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match="does not answer as it should"):
        store_of("s3://nosuch/acme").put(io.BytesIO(DATA), 1 << 20)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    with pytest.raises(StoreError, match="does not answer as it should"):
        store_of(bucket).put(io.BytesIO(DATA), 1 << 20)
