"""The process that listens, for real: sound in, facts out, and nothing it does harms whoever asked."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from callwitness.services.apart import Lost
from callwitness.services.hearing.ears import Ears, Outcome, Recorded, Task, Wish
from callwitness.simulate.recordings import recording as sound

TODAY = date(2026, 11, 22)
TUNE = [("ringback", 4.0), ("music", 14.0), ("speech", 6.0)]


@pytest.fixture
def ears() -> Iterator[Ears]:
    made = Ears()
    yield made
    made.end()


def outcome(ears: Ears, task: Task) -> Outcome | Lost:
    ears.begin(task, 60.0)
    return waited(ears)


def waited(ears: Ears) -> Outcome | Lost:
    for _ in range(400):
        found = ears.look(0.5)
        if found is not None:
            return found
    raise AssertionError("nothing came")


def files(folder: Path, count: int) -> list[tuple[str, Path]]:
    made = []
    for number in range(count):
        path = folder / f"{number}.wav"
        path.write_bytes(sound([(kind, seconds + number / 7) for kind, seconds in TUNE], f"seed {number}"))
        made.append((f"2026-{number}", path))
    return made


def test_recordings_are_heard_and_teach_the_library_of_their_line(ears: Ears, tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_text("no sound")
    recordings = [*files(tmp_path, 4), ("2026-9", broken)]
    told = outcome(ears, Task(recordings, tmp_path / "library", "+74950000001", TODAY))
    assert isinstance(told, Outcome)
    assert not told.trouble
    assert told.heard["2026-9"].status == "unreadable"
    assert told.heard["2026-9"].problem
    first = told.heard["2026-0"]
    assert first.status in ("answered", "nobody", "unsure")
    assert first.spans[0].start_s == 0.0
    assert first.spans[-1].end_s == pytest.approx(24.0, abs=0.05)
    assert told.pieces
    tune = max(told.pieces, key=lambda piece: piece.heard_in)
    assert (tune.last_heard, tune.counts_as_answer) == (TODAY, False)
    assert any(ident == tune.ident for places in told.places.values() for ident, _begin, _end in places)

    wish = Wish(tune.ident, "Tune", counts_as_answer=False, forget=False)
    stretch = Recorded("2026-1", 19.5, 23.0, greeting=True)
    task = Task(recordings[1:2], tmp_path / "library", "+74950000001", TODAY, [wish], [stretch])
    again = outcome(ears, task)
    assert isinstance(again, Outcome)
    assert again.pieces is not None
    named = {piece.ident: piece for piece in again.pieces}
    assert named[tune.ident].name == "Tune"
    assert [piece.duration_s for piece in again.pieces if piece.counts_as_answer] == [3.5]

    gone = outcome(
        ears,
        Task([], tmp_path / "library", "+74950000001", TODAY, [Wish(tune.ident, "", False, forget=True)]),
    )
    assert isinstance(gone, Outcome)
    assert tune.ident not in {piece.ident for piece in gone.pieces or []}


def test_a_library_that_cannot_be_read_helps_nobody_and_hinders_nobody(ears: Ears, tmp_path: Path) -> None:
    recordings = files(tmp_path, 1)
    outcome(ears, Task(recordings, tmp_path / "library", "x", TODAY))
    [book] = (tmp_path / "library").glob("*/library.json")
    book.write_text("{")
    told = outcome(ears, Task(recordings, tmp_path / "library", "x", TODAY))
    assert isinstance(told, Outcome)
    assert told.pieces is None
    assert "no library of a line that can be read" in told.trouble
    assert told.heard["2026-0"].spans


def test_a_process_that_is_killed_is_told_of_and_another_takes_its_place(ears: Ears, tmp_path: Path) -> None:
    task = Task(files(tmp_path, 1), tmp_path / "library", "x", TODAY)
    ears.begin(task, 1.0)
    assert ears._process is not None
    assert ears._process.pid is not None
    os.kill(ears._process.pid, signal.SIGKILL)
    assert isinstance(waited(ears), Lost)
    assert isinstance(outcome(ears, task), Outcome)


def test_one_that_hangs_is_ended(ears: Ears, tmp_path: Path) -> None:
    ears.begin(Task(files(tmp_path, 1), tmp_path / "library", "x", TODAY), 1.0)
    ears._until = 0.0
    process = ears._process
    assert ears.look() == Lost("listening took too long")
    assert process is not None
    assert not process.is_alive()
