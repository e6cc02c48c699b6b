"""A disk without room left, as real processes meet it: it is said, nothing is kept by halves, and it goes on afterwards."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.server.installation import Installation, until
from tests.server.killing import AGAIN, MAKE, TOKEN

pytestmark = pytest.mark.real("a small disk", commands=("mount", "umount"), root=True)

SIZE_MB: Final = 24
RECEIVE: Final = """
import io
from callwitness.ledger import models as m
from callwitness.ledger.store import StoreError
from callwitness.services.arrivals.receive import receive
try:
    receive(m.Source.objects.get(), io.BytesIO(b"x" * (40 << 20)), "big.csv", "upload", 1)
    print(json.dumps("kept"))
except StoreError as problem:
    print(json.dumps(str(problem)))
"""
STANDS: Final = """
from callwitness.ledger import models as m
from callwitness.services.running.doctor_stores import bytes_kept, day_files
print(json.dumps([sorted(m.Record.objects.filter(evidence__state="read").values_list("native_id", flat=True)),
    m.Evidence.objects.filter(state="failed").count(), bytes_kept(None)[1], day_files(), m.Call.objects.count()]))
"""


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of its own, of a few megabytes."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """A file that takes all the room there is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as target:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    target.write(b"\0" * size)
            except OSError:
                continue
    return filler


def event(name: str) -> bytes:
    at = f"2026-11-02T06:{int(name) % 60:02}:00Z"
    told = {"event": "call.ended", "event_id": name, "call_id": f"c{name}", "at": at, "direction": "inbound", "result": "no_answer",
            "from": f"+38050000{int(name):04}", "to": "+380500000100"}  # fmt: skip
    return json.dumps(told).encode()


def test_a_full_disk_refuses_and_takes_again_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        here = Installation(disk / "data")
        here.ask(MAKE)
        with here.started("up") as up:
            until(lambda: here.get("/accounts/login/").status == 200, lambda: up.said)
            kept = [
                str(number)
                for number in range(20)
                if here.post(f"/hooks/{TOKEN}", event(str(number))).status == 202
            ]
            assert len(kept) == 20
            until(lambda: here.ask(STANDS)[4] == 20, lambda: up.said)
            filler = fill(disk)
            answers = []
            for number in range(20, 60):
                answers.append(here.post(f"/hooks/{TOKEN}", event(str(number))).status)
                if answers[-1] == 202:
                    kept.append(str(number))
            assert set(answers) <= {202, 503}
            health = here.get("/health/")
            assert health.status == 503
            assert "The disk is nearly full." in health.text
            assert here.get("/accounts/login/").status in (200, 503)
            assert up.process.poll() is None
            filler.unlink()
            until(lambda: here.post(f"/hooks/{TOKEN}", event("70")).status == 202, lambda: up.said)
            kept.append("70")
            until(
                lambda: here.ask(STANDS)[0] == sorted(kept), lambda: f"{here.ask(STANDS)} {up.said[-3000:]}"
            )
            until(lambda: here.ask(STANDS)[4] == len(kept), lambda: up.said[-3000:])
            _, failed, wrong, days, _ = here.ask(STANDS)
            assert (failed, wrong, days) == (0, [], [])
        assert here.ask(AGAIN)["same"]


def test_evidence_that_does_not_fit_is_refused_in_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        here = Installation(tmp_path / "data", {"EVIDENCE": str(disk / "evidence")})
        here.ask(MAKE)
        said = here.ask(RECEIVE)
        assert "no room left" in said
        assert "nothing of this file was kept" in said
        assert not [path for path in disk.rglob("*") if path.is_file()]
        assert here.ask("from callwitness.ledger import models as m\nprint(m.Evidence.objects.count())") == 0
