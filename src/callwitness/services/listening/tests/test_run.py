"""A run over many recordings: in order, the same for any number of processes, and none lost with another."""

from __future__ import annotations

import os
import random
import signal
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import soundfile

from callwitness.audio.heard import Heard
from callwitness.audio.library import Library
from callwitness.domain.errors import CallwitnessError
from callwitness.services.listening import groups, run
from callwitness.services.listening.gather import Input, gather
from callwitness.services.listening.groups import Traced
from callwitness.services.listening.lines import from_folders, one_line
from callwitness.services.listening.passes import Class, Part, Task, Trouble, decide_part, hear, teach
from callwitness.services.listening.pool import Pool
from callwitness.services.listening.run import Learning, Progress, listen
from callwitness.services.listening.tests import doings
from callwitness.simulate.recordings import RATE, recording

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two lines, each with an announcement of its own in every call; one broken file."""
    folder = tmp_path_factory.mktemp("calls")
    for line in ("a", "b"):
        (folder / line).mkdir()
        prompt = _samples(recording([("announcement", 6.0)], f"prompt {line}"))
        for number in range(3):
            own = [("ringback", 2.0 + number)], [("silence", 1.0), ("speech", 8.0)]
            before, after = (_samples(recording(spans, f"{line} {number}")) for spans in own)
            soundfile.write(folder / line / f"{number}.wav", np.concatenate([before, prompt, after]), RATE)
    (folder / "b" / "broken.wav").write_bytes(b"RIFF")
    return folder


def _samples(wav: bytes) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.frombuffer(wav[44:], "<i2").astype(np.int16)


def heard(inputs: list[Input], root: Path, processes: int, learning: Learning | None = None) -> list[Heard]:
    with Pool(processes) as pool:
        return list(listen(inputs, from_folders(inputs, root).of, learning, pool=pool))


def test_order_processes_and_arguments_change_nothing(calls: Path) -> None:
    given = gather([calls])
    once = heard(given.inputs, given.root, 1)
    assert [each.file for each in once] == [each.file for each in given.inputs]
    shuffled = given.inputs[:]
    random.Random(7).shuffle(shuffled)
    twice = heard(shuffled, given.root, 3)
    assert [each.file for each in twice] == [each.file for each in shuffled]
    assert {each.file: each for each in twice} == {each.file: each for each in once}


def test_a_process_that_is_killed_costs_its_recording_only(calls: Path, tmp_path: Path) -> None:
    long = tmp_path / "long.wav"
    soundfile.write(long, np.tile(_samples(recording([("speech", 60.0)], "long")), 30), RATE)
    inputs = [Input("long.wav", long), *gather([calls / "a"]).inputs]
    with Pool(2) as pool:
        killer = Killer(pool, "listen")
        told = list(listen(inputs, one_line(inputs).of, progress=killer, pool=pool))
    assert killer.killed
    first, *others = told
    assert (first.file, first.status) == ("long.wav", "unreadable")
    assert first.problem == "The recording could not be heard: the process that worked on it ended (SIGKILL)."
    assert others == heard_as_one(inputs[1:])


def test_where_a_process_goes_down_in_the_second_pass_its_recordings_are_tried_again(
    calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = gather([calls / "a"]).inputs
    whole = heard_as_one(inputs)
    monkeypatch.setattr(run, "decide_part", doings.slowly_decide)
    monkeypatch.setattr(groups, "_CHUNK", 2)
    with Pool(2) as pool:
        killer = Killer(pool, "decide")
        told = list(listen(inputs, one_line(inputs).of, progress=killer, pool=pool))
    assert killer.killed
    assert told == whole


class Killer:
    """Takes progress; in its stage it kills a process that is at work, once."""

    def __init__(self, pool: Pool, stage: str) -> None:
        self._pool, self._stage = pool, stage
        self.killed: list[int] = []

    def __call__(self, progress: Progress) -> None:
        busy = [worker.process.pid for worker in self._pool._workers if worker.task is not None]
        if progress.stage == self._stage and not self.killed and busy and busy[0]:
            self.killed.append(busy[0])
            os.kill(busy[0], signal.SIGKILL)


def heard_as_one(inputs: list[Input]) -> list[Heard]:
    return list(listen(inputs, one_line(inputs).of))


def traced(calls: Path, folder: Path) -> list[Traced]:
    """Line a, measured."""
    told = [
        hear(Task(one.file, one.path, folder / f"{one.file}.npz")) for one in gather([calls / "a"]).inputs
    ]
    return [one for one in told if isinstance(one, Traced)]


def test_a_recording_without_its_lesson_is_heard_alone_and_says_so(calls: Path, tmp_path: Path) -> None:
    recordings = traced(calls, tmp_path)
    (alone,) = decide_part(Part((recordings[0],), taught=False))
    (untaught,) = decide_part(Part((recordings[0],), taught=True))
    assert alone.problem is None
    assert untaught.problem == "What its line plays could not be learned; the recording was heard alone."
    assert replace(untaught, problem=None) == alone


def test_what_a_group_has_learned_teaches_the_next(
    calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "GROUP_S", 40.0)
    recordings = traced(calls, tmp_path)
    assert len(list(groups.groups(recordings))) == 2
    assert teach(Class("a", tuple(recordings), causal=False, library=None, today=DAY)) is None
    first, second, third = decide_part(Part(tuple(recordings), taught=True))
    assert set(first.known) & set(second.known) & set(third.known)


def test_a_library_that_is_none_is_said_before_the_work(calls: Path, tmp_path: Path) -> None:
    given = gather([calls / "a"])
    learning = Learning("all", tmp_path / "kept", DAY)
    heard(given.inputs, given.root, 1, learning)
    (book,) = (tmp_path / "kept").glob("*/library.json")
    assert Library.open(tmp_path / "kept", "a").recordings == 3
    book.write_text("{}")
    with pytest.raises(CallwitnessError, match="no library of a line that can be read"):
        heard(given.inputs, given.root, 1, learning)


def test_a_temporary_folder_without_room_is_said(calls: Path, tmp_path: Path) -> None:
    (one, *_) = gather([calls / "a"]).inputs
    trouble = hear(Task(one.file, one.path, tmp_path / "gone" / "1.npz"))
    assert isinstance(trouble, Trouble)
    assert "name a larger folder in the variable TMPDIR" in trouble.why
