"""What is heard in the lab's own recordings, against the sound that its telephones really played."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.asterisk_lab.checking import Checked, codes, run_check, seconds
from tests.asterisk_lab.recorded import CALLS, DIRECT, JOINED, RecordedCall
from tests.asterisk_lab.recordings import KINDS, Recorded, Recording
from tests.asterisk_lab.scripts import Call

pytestmark = pytest.mark.real("Asterisk 22", commands=("debootstrap", "chroot", "setpriv"), root=True)

RIGHT_S = 0.5
SURE = 0.8
BOASTING = 0.1
"""By so much the confidence of thirty recordings may be higher than the share of them that is right."""
# Clocks of an exchange and of its recorder, and the way from a telephone's button to its first packet, on a busy machine.
CLOCK_S = 0.8
# Lists cut to whole seconds set the clocks: early by up to two, never late (test_check.py); the beginning is as sure as told.
EARLY_S, LATE_S = 2.0, 1.0
AUDIBLE = [call for call in CALLS if call.audible]
MUTE = [call for call in CALLS if call.mute]
NOBODY = [call for call in CALLS if call.talk is None]
# In one channel nobody can tell these from an agent who speaks: a caller who talks first, or to a dead line.
BLURRED = [call for call in CALLS if call.mute or (call.talk and call.talk.caller_first)]
Heard = dict[str, Any]


def by_key(call: RecordedCall) -> str:
    """Name of a test's call."""
    return call.key


@pytest.fixture(scope="module")
def heard(recorded: Recorded, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Heard]:
    """Facts of every recording, as the command ``listen`` tells them, by kind and key of the call."""
    folder = tmp_path_factory.mktemp("heard")
    return {
        (kind, recording.call.key): fact
        for kind in KINDS
        for recording, fact in zip(recorded.of(kind), _listen(recorded, kind, folder), strict=True)
    }


def _listen(recorded: Recorded, kind: str, folder: Path) -> list[Heard]:
    out = folder / f"{kind}.jsonl"
    command = [sys.executable, "-m", "callwitness", "listen", str(recorded.folder / kind)]
    options = ["--lines-from-folders", "--library", str(folder / kind), "--out", str(out)]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    facts = {fact["file"]: fact for fact in map(json.loads, out.read_text().splitlines())}
    return [facts[recording.file] for recording in recorded.of(kind)]


def test_every_call_was_recorded_both_ways(recorded: Recorded) -> None:
    for kind in KINDS:
        assert {each.call.key for each in recorded.of(kind)} == {call.key for call in CALLS}
        assert len(recorded.of(kind)) == len(CALLS)


def test_the_agents_words_lie_where_clock_and_sound_say(recorded: Recorded) -> None:
    """The truth of these tests: found by the sound; by the clocks too, where the recorder ran from an answer on."""
    for recording in recorded.recordings:
        call = recording.call
        assert (recording.first_word_s is not None) == call.audible, recording.file
        if recording.first_word_s is None or call.line in {DIRECT, JOINED}:
            continue
        _, picked_up = recorded.moments(call).picked_up[0]
        by_clock = picked_up - recording.begun_at + recorded.conversations[call.key].first_word_s
        assert abs(by_clock - recording.first_word_s) < CLOCK_S, recording.file


def test_nothing_is_written_before_an_answer(recorded: Recorded) -> None:
    """A recorder that starts while a telephone rings keeps no second of the ringing: its file begins with the answer."""
    for recording in recorded.recordings:
        if recording.call.line == DIRECT and recording.first_word_s is not None:
            lead = recorded.conversations[recording.call.key].first_word_s
            assert abs(recording.first_word_s - lead) < CLOCK_S, recording.file


@pytest.mark.parametrize("call", AUDIBLE, ids=by_key)
def test_with_two_sides_the_agents_first_word_is_found(
    recorded: Recorded, heard: dict[tuple[str, str], Heard], call: RecordedCall
) -> None:
    fact, recording = heard["stereo", call.key], the(recorded, "stereo", call)
    assert fact["channels"] == "stereo"
    assert is_right(fact, recording), (recording.first_word_s, fact)


@pytest.mark.parametrize("call", NOBODY, ids=by_key)
def test_with_two_sides_nobody_is_heard_where_nobody_was(
    heard: dict[tuple[str, str], Heard], call: RecordedCall
) -> None:
    assert heard["stereo", call.key]["status"] != "answered"


@pytest.mark.parametrize("call", MUTE, ids=by_key)
def test_a_telephone_that_cannot_be_heard_is_a_fault_and_not_nobody(
    heard: dict[tuple[str, str], Heard], call: RecordedCall
) -> None:
    fact = heard["stereo", call.key]
    assert fact["status"] == "unsure"
    assert "digital silence" in fact["problem"]
    assert (fact["silence"] == "far") == (call.line == DIRECT)  # elsewhere music sounds before


def test_in_one_channel_confidence_is_honest(
    recorded: Recorded, heard: dict[tuple[str, str], Heard], record_property: Callable[[str, object], None]
) -> None:
    """Sure ones are right, the others may be wrong: as often as they say, or less."""
    clear = [each for each in recorded.of("mono") if each.call not in BLURRED]
    told = {each.call.key: heard["mono", each.call.key] for each in clear}
    right = {each.call.key: is_right(told[each.call.key], each) for each in clear}
    sure = {key for key, fact in told.items() if fact["confidence"] >= SURE}
    record_property("right", f"{sum(right.values())} of {len(clear)}")
    record_property("sure", f"{len(sure)} of {len(clear)}")
    assert [key for key in sorted(sure) if not right[key]] == []
    expected = sum(fact["confidence"] for fact in told.values())
    assert sum(right.values()) >= expected - BOASTING * len(clear)


@pytest.fixture(scope="module")
def checked(recorded: Recorded, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Checked]:
    """``check`` of the lab's records with its recordings of each kind."""
    office = [f"office=asterisk:{{}}/{name}" for name in ("Master.csv", "queue_log", "cel.csv")]
    sources = ("provider=spreadsheet:{}/provider.csv", *office)
    folder = tmp_path_factory.mktemp("check")
    return {
        kind: run_check(recorded.capture, folder / kind, sources, "--recordings", str(recorded.folder / kind))
        for kind in KINDS
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_recording_is_tied_to_its_call(
    recorded: Recorded, checked: dict[str, Checked], kind: str
) -> None:
    told = checked[kind]
    tied = {row["recording"]: (row["tied_by"], row["call_id"]) for row in told.rows("recordings")}
    wanted = {each.file: scripted(recorded, each.call) for each in recorded.of(kind)}
    assert tied == {file: ("named", told.the(call)["call_id"]) for file, call in wanted.items()}
    assert not {row["kind"] for row in told.rows("findings")} & {"recording_missing", "recording_orphan"}


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_is_disputed_where_somebody_spoke(
    recorded: Recorded, checked: dict[str, Checked], kind: str
) -> None:
    """To a dead line a caller speaks alone: that the office calls it answered may be doubted."""
    told = checked[kind]
    dead = {told.the(scripted(recorded, call))["call_id"] for call in MUTE}
    assert {row["call_id"] for row in told.rows("findings") if row["kind"] == "answer_disputed"} <= dead


def test_a_silent_side_is_a_finding_of_its_call(recorded: Recorded, checked: dict[str, Checked]) -> None:
    told = checked["stereo"]
    silent = {told.the(scripted(recorded, call))["call_id"] for call in MUTE if call.line == DIRECT}
    found = {row["call_id"] for row in told.rows("findings") if row["kind"] == "recording_truncated"}
    assert found == silent


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("call", CALLS, ids=by_key)
def test_recordings_leave_the_verdict_true(
    recorded: Recorded, checked: dict[str, Checked], call: RecordedCall, kind: str
) -> None:
    """Also where one channel deceives the ear: the exchange's own log and the mailbox outweigh it."""
    script = scripted(recorded, call)
    row = checked[kind].the(script)
    assert row["verdict"] == script.truth.verdict, row["reasons"]


@pytest.mark.parametrize("call", MUTE, ids=by_key)
def test_a_telephone_that_cannot_be_heard_tells_no_moment(
    recorded: Recorded, checked: dict[str, Checked], call: RecordedCall
) -> None:
    row = checked["stereo"].the(scripted(recorded, call))
    assert not row["human_voice_at"]
    assert ("recording_side_silent" if call.line == DIRECT else "recording_doubtful") in codes(row)


def test_the_voice_is_heard_when_the_telephone_was_picked_up_and_somebody_spoke(
    recorded: Recorded, checked: dict[str, Checked]
) -> None:
    """CONNECT and the agent's breath after it: the exchange's clock and the sound agree."""
    placed = {row["recording"]: row for row in checked["stereo"].rows("recordings") if row["human_voice_at"]}
    assert len(placed) >= 0.8 * len(AUDIBLE)
    for each in recorded.of("stereo"):
        if each.file not in placed or not each.call.audible:
            continue
        row, words = placed[each.file], recorded.conversations[each.call.key].first_word_s
        spoke = recorded.moments(each.call).picked_up[0][1] + words
        off, unsure = (seconds(row["human_voice_at"]) or 0.0) - spoke, float(row["uncertainty_s"])
        assert -EARLY_S - unsure <= off <= LATE_S + unsure, f"{each.call.key}: {off:+.3f} s"


def the(recorded: Recorded, kind: str, call: RecordedCall) -> Recording:
    """The recording of a call."""
    return next(each for each in recorded.of(kind) if each.call is call)


def is_right(fact: Heard, recording: Recording) -> bool:
    """The agent's first word within half a second, or rightly nobody."""
    if recording.first_word_s is None or fact["human_voice_s"] is None:
        return recording.first_word_s is None and fact["status"] != "answered"
    return bool(abs(fact["human_voice_s"] - recording.first_word_s) <= RIGHT_S)


def scripted(recorded: Recorded, call: RecordedCall) -> Call:
    """The call as it was played."""
    return next(each for each in recorded.capture.session.calls if each.key == call.key)
