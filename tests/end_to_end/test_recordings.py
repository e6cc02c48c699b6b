"""Recordings as witnesses: a simulated company whose people really speak, and the argument about 18 and 37 seconds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from callwitness.simulate.recordings import recording
from callwitness.simulate.world import WorldOptions, simulate
from tests.end_to_end.conftest import Run
from tests.end_to_end.quick import Quick, company, sums_hold
from tests.end_to_end.score import rows, score
from tests.end_to_end.voices import speak

WITNESSES = (
    "provider=provider.csv",
    "office=Master.csv",
    "office=queue_log",
    "office=cel.csv",
    "contractor=contractor",
)
Row = dict[str, str]

pytestmark = pytest.mark.real("Recordings in which people speak", commands=("espeak-ng",))


def seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


@dataclass
class World:
    """A simulated day, and what checks say of it with its recordings and without."""

    folder: Path
    heard: Run
    unheard: Run

    @property
    def truth(self) -> dict[str, Row]:
        return {row["recording"]: row for row in rows(self.folder / "truth_recordings.csv")}

    @property
    def recordings(self) -> dict[str, Row]:
        return {row["recording"]: row for row in self.heard.table("recordings")}

    @property
    def calls(self) -> dict[str, Row]:
        """By the office's id of the call."""
        found: dict[str, Row] = {}
        for row in self.heard.table("calls"):
            ids = (told.partition(":") for told in row["source_ids"].split(";"))
            found |= {native: row for source, _, native in ids if source == "office"}
        return found

    def findings(self, kind: str) -> list[Row]:
        return [row for row in self.heard.table("findings") if row["kind"] == kind]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    simulate(WorldOptions(days=1, calls_per_day=40, seed=3, recordings="stereo"), folder, speak=speak)
    bench = Quick(folder)
    given = (*WITNESSES, "--config", "callwitness.toml", "--lang", "en")
    heard = bench.check(*given, "--recordings", "recordings", out="heard")
    assert heard.code == 0, heard.said
    return World(folder, heard, bench.check(*given, out="unheard"))


def test_every_recording_is_told_and_the_sums_hold(world: World) -> None:
    sums_hold(world.heard)
    there = {name for name, row in world.truth.items() if row["trouble"] != "missing"}
    assert set(world.recordings) == there
    told = world.heard.summary["recordings"]
    assert told["total"] == len(there) == sum(told["tied"].values()) + told["orphans"]


def test_every_recording_is_tied_to_its_own_call(world: World) -> None:
    for name, row in world.recordings.items():
        office_id = world.truth[name]["office_id"]
        assert row["call_id"] == (world.calls[office_id]["call_id"] if office_id else ""), name
    assert {row["tied_by"] for row in world.recordings.values()} == {"id", "number_and_time", ""}


def test_recordings_begin_when_they_did(world: World) -> None:
    sure = [row for row in world.recordings.values() if row["begun_by"] == "name"]
    assert len(sure) > 0.8 * len(world.recordings)
    for row in sure:
        true = int(world.truth[row["recording"]]["begun_at"]) / 1000
        assert abs(seconds(row["begun_at"]) - true) < 4.0, row["recording"]


def test_the_voice_is_where_it_was(world: World) -> None:
    spoken = [row for row in world.truth.values() if row["human_voice_s"] and row["trouble"] == ""]
    found = [row for row in spoken if world.recordings[row["recording"]]["status"] == "answered"]
    right = [
        row
        for row in found
        if abs(float(world.recordings[row["recording"]]["human_voice_s"]) - float(row["human_voice_s"]))
        <= 0.5
    ]
    assert len(found) >= 0.8 * len(spoken)
    assert len(right) >= 0.9 * len(found)


def test_the_third_clock_of_a_call_agrees_with_the_truth(world: World) -> None:
    true = {row["office_id"]: row for row in rows(world.folder / "truth.csv") if row["office_id"]}
    told = {native: call for native, call in world.calls.items() if call["human_voice_at"] and native in true}
    assert len(told) >= 10
    for native, call in told.items():
        off = seconds(call["human_voice_at"]) - seconds(true[native]["human_voice_at"])
        assert abs(off) < 4.0, native
        assert float(call["wait_s"]) == pytest.approx(
            seconds(call["human_voice_at"]) - seconds(call["started_at"]), abs=0.01
        )


def test_recordings_make_no_verdict_worse(world: World) -> None:
    with_them = score(world.folder, world.heard.out)
    without = score(world.folder, world.unheard.out)
    assert with_them.verdicts >= without.verdicts, "\n".join(with_them.wrong)


def test_what_is_wrong_with_recordings_is_found_and_nothing_else(world: World) -> None:
    truth = world.truth.values()
    by_call = {call["call_id"]: native for native, call in world.calls.items()}
    missing = {row["office_id"] for row in truth if row["trouble"] == "missing"}
    found = {by_call[row["call_id"]] for row in world.findings("recording_missing")}
    assert found
    assert found <= missing
    cut = {row["recording"] for row in truth if row["trouble"] in ("truncated", "far_silent")}
    assert {row["left_record"] for row in world.findings("recording_truncated")} == cut
    orphans = {row["recording"] for row in truth if row["trouble"] == "orphan"}
    assert {row["left_value"] for row in world.findings("recording_orphan")} == orphans


def test_the_page_shows_the_three_clocks_and_the_recordings(world: World) -> None:
    page = (world.heard.out / "report.html").read_text(encoding="utf-8")
    assert "First answer, after the call began:" in page
    assert 'class="span-speech' in page
    levels = world.heard.summary["service_level"]
    assert None not in (levels["signal"], levels["agent"], levels["voice"])


def test_without_recordings_nothing_is_said_of_them(world: World) -> None:
    assert not (world.unheard.out / "recordings.csv").exists()
    assert "recordings" not in world.unheard.summary
    assert not any(row["human_voice_at"] for row in world.unheard.table("calls"))
    assert not [row for row in world.unheard.table("findings") if row["kind"].startswith("recording")]


REPORT = """\
Date,Client,Line,Waiting,Talk,Result
2026-11-02 10:10:00,+79000000002,+74950000001,5,59,answered
"""


@pytest.fixture
def bench(tmp_path: Path) -> Quick:
    made = company(tmp_path)
    made.write("report.csv", REPORT)
    return made


def sound(*spans: tuple[str, float], seed: str) -> bytes:
    return recording(spans, seed, stereo=True, speak=speak)


GIVEN = (
    "provider=provider.csv",
    "office=Master.csv",
    "office=queue_log",
    "contractor=report.csv",
    "--recordings",
    "tapes",
)


def test_five_seconds_are_thirty_seven_in_the_recording(bench: Quick) -> None:
    # A machine speaks here, so hearing is in doubt of some of these voices; of this one it is not.
    bench.write("tapes/q-1793614201.2.wav", sound(("music", 37.0), ("speech", 42.0), seed="c"))
    run = bench.check(*GIVEN)
    assert run.code == 0, run.said
    call = next(row for row in run.table("calls") if row["caller"] == "+79000000002")
    assert call["verdict"] == "answered"
    assert abs(float(call["wait_s"]) - 38.0) < 1.5
    (finding,) = [row for row in run.table("findings") if row["kind"] == "wait_understated"]
    assert (finding["left_source"], finding["right_source"]) == ("contractor", "recording")
    assert finding["right_record"] == "q-1793614201.2.wav"
    assert [reason["code"] for reason in json.loads(finding["reasons"])] == [
        "wait_claimed",
        "recording_voice",
    ]


def test_an_answer_without_a_voice_is_disputed(bench: Quick) -> None:
    bench.write("tapes/1793616001.8.wav", recording([("ringback", 10.0), ("music", 60.0)], "b"))
    run = bench.check(*GIVEN)
    (finding,) = [row for row in run.table("findings") if row["kind"] == "answer_disputed"]
    assert (finding["left_source"], finding["left_value"]) == ("office", "answered")
    assert (finding["right_source"], finding["right_value"]) == ("recording", "nobody")
    assert finding["right_record"] == "1793616001.8.wav"


def test_a_side_that_was_not_recorded_denies_nothing(bench: Quick) -> None:
    caller_alone = bytearray(sound(("silence", 10.0), ("caller", 60.0), seed="c"))
    caller_alone[46::4] = bytes(len(caller_alone[46::4]))
    caller_alone[47::4] = bytes(len(caller_alone[47::4]))
    bench.write("tapes/1793616001.8.wav", bytes(caller_alone))
    run = bench.check(*GIVEN)
    call = next(row for row in run.table("calls") if "office:1793616001.8" in row["source_ids"])
    assert call["verdict"] == "answered"
    assert "recording_side_silent" in call["reasons"]
    kinds = [row["kind"] for row in run.table("findings")]
    assert "answer_disputed" not in kinds
    assert "recording_truncated" in kinds


def test_bad_files_are_told_and_the_good_ones_go_on(bench: Quick) -> None:
    bench.write("tapes/q-1793614201.2.wav", sound(("music", 37.0), ("speech", 42.0), seed="a"))
    bench.write("tapes/Запись разговора.wav", b"this is no sound at all" * 40)
    bench.write("tapes/empty-1793613601.1.wav", b"")
    bench.write("tapes/notes.txt", "not a recording")
    run = bench.check(*GIVEN)
    assert run.code == 0, run.said
    told = {row["recording"]: row for row in run.table("recordings")}
    assert sorted(told) == ["empty-1793613601.1.wav", "q-1793614201.2.wav", "Запись разговора.wav"]
    bad = told["Запись разговора.wav"]
    assert (bad["status"], bad["call_id"]) == ("unreadable", "")
    assert bad["problem"]
    assert "Запись разговора.wav" in run.said


def test_the_order_of_arguments_changes_no_byte(bench: Quick) -> None:
    for number, seed in enumerate("ab"):
        bench.write(
            f"tapes/{seed}-{('1793614201.2', '1793616001.8')[number]}.wav", sound(("speech", 20.0), seed=seed)
        )
    one = bench.check(*GIVEN)
    other = bench.check(*reversed(GIVEN[:4]), *GIVEN[4:])
    for name in ("calls", "records", "findings", "recordings", "matches"):
        assert (one.out / f"{name}.csv").read_bytes() == (other.out / f"{name}.csv").read_bytes(), name


@pytest.mark.parametrize(
    ("folder", "sentence"), [("nowhere", "expected a folder"), ("empty", "no recordings")]
)
def test_no_folder_and_no_recordings_are_wrong_usage(bench: Quick, folder: str, sentence: str) -> None:
    (bench.folder / "empty").mkdir()
    run = bench.check(*GIVEN[:-1], folder)
    assert run.code == 2
    assert sentence in run.said
    assert not run.out.exists()
