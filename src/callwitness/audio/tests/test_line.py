"""Recordings of one line teach each other: pieces, their ids, who may teach whom, the library."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import soundfile

from callwitness.audio.features import RATE, Floats
from callwitness.audio.library import KEPT_DAYS, Library, LibraryProblem, lines, slug
from callwitness.audio.line import Line, alone
from callwitness.audio.recurring import Print
from callwitness.audio.tests.sounds import fingerprint, measure, noisy, said, tune
from callwitness.audio.trace import Side, Trace

PROMPT, TUNE = said("announcement", 6, "you are in a queue"), tune(15, 7)
TODAY = date(2026, 11, 22)


def _call(number: int, lead_s: float) -> Floats:
    parts = (said("silence", lead_s, "lead"), PROMPT, TUNE, said("speech", 15, f"talk {number}"))
    return noisy(np.concatenate(parts), 0.003, number)


@pytest.fixture(scope="module")
def calls() -> dict[str, Floats]:
    return {f"call-{number}.wav": _call(number, 1.0 + 0.37 * number) for number in range(4)}


@pytest.fixture(scope="module")
def prints(calls: dict[str, Floats]) -> dict[str, Print]:
    return {name: fingerprint(sound) for name, sound in calls.items()}


@pytest.fixture
def traces(calls: dict[str, Floats], prints: dict[str, Print], tmp_path: Path) -> dict[str, Trace]:
    made = {}
    for name, sound in calls.items():
        soundfile.write(tmp_path / name, sound, RATE)
        measures = measure(sound)
        side = Side(
            measures.blocks.astype(np.float16),
            np.zeros((len(measures.blocks), 5), np.float32),
            measures.energy.astype(np.float16),
        )
        made[name] = Trace(
            tmp_path / name, len(sound) / RATE, "mono", None, None, side, None, prints[name], []
        )
    return made  # fmt: skip


def test_waiting_is_known_and_talk_is_not(prints: dict[str, Print]) -> None:
    for number, lesson in enumerate(Line(prints).lessons.values()):
        begin = 1.0 + 0.37 * number
        waiting = lesson.share[round(10 * begin) + 3 : round(10 * (begin + 21)) - 3]
        assert waiting.mean() > 0.85
        assert lesson.share[round(10 * (begin + 21)) + 5 :].max() == 0
        assert lesson.company == 3


def test_order_of_recordings_is_no_matter(prints: dict[str, Print]) -> None:
    forward, backward = Line(prints), Line(dict(reversed(prints.items())))
    for name in prints:
        assert forward.lessons[name].pieces == backward.lessons[name].pieces
        assert (forward.lessons[name].share == backward.lessons[name].share).all()


def test_one_piece_has_one_id(prints: dict[str, Print]) -> None:
    heard = [{ident for ident, _, _ in lesson.pieces} for lesson in Line(prints).lessons.values()]
    assert set.intersection(*heard)
    assert len(set.union(*heard)) <= 3


def test_causal_hears_only_what_came_before(prints: dict[str, Print]) -> None:
    lessons = list(Line(prints, causal=True).lessons.values())
    assert lessons[0].share[:200].mean() < 0.1
    assert lessons[0].company == 0
    assert lessons[3].share[25:225].mean() > 0.85
    assert lessons[3].company == 3


def test_one_call_in_two_formats_teaches_itself_nothing(prints: dict[str, Print]) -> None:
    same = {"a/1.wav": prints["call-0.wav"], "a/1.MP3": prints["call-0.wav"]}
    assert Line(same).lessons["a/1.wav"].share.max() == 0
    others = {"b/1.wav": prints["call-0.wav"], "a/1.5": prints["call-1.wav"], "a/1.6": prints["call-2.wav"]}
    for lesson in Line({"a/1.wav": prints["call-0.wav"], **others}).lessons.values():
        assert lesson.share[30:200].mean() > 0.85


def test_alone_knows_nothing_of_a_prompt_heard_once(prints: dict[str, Print]) -> None:
    assert alone(prints["call-0.wav"]).share[:60].max() == 0


def _learned(traces: dict[str, Trace], names: list[str], folder: Path, today: date = TODAY) -> Library:
    library = Library.open(folder, "Sales / продажи")
    own = {name: traces[name] for name in names}
    library.learn(own, Line({name: trace.heard for name, trace in own.items()}, library), today)
    library.save()
    return Library.open(folder, "Sales / продажи")


def test_library_knows_the_line_again(traces: dict[str, Trace], tmp_path: Path) -> None:
    library = _learned(traces, ["call-0.wav", "call-1.wav", "call-2.wav"], tmp_path / "library")
    assert library.recordings == 3
    assert max(piece.heard_in for piece in library.pieces) == 3
    assert lines(tmp_path / "library") == ["Sales / продажи"]
    fresh = {"call-3.wav": traces["call-3.wav"].heard}
    lesson = Line(fresh, library).lessons["call-3.wav"]
    assert lesson.share[25:225].mean() > 0.85
    assert {ident for ident, _, _ in lesson.pieces} & {piece.id for piece in library.pieces}
    again = _learned(traces, ["call-0.wav", "call-3.wav"], tmp_path / "library")
    assert again.recordings == 4
    assert max(piece.heard_in for piece in again.pieces) == 4


def test_library_grows_as_recordings_come_one_by_one(traces: dict[str, Trace], tmp_path: Path) -> None:
    for name in sorted(traces):
        library = _learned(traces, [name], tmp_path / "library")
    assert library.recordings == 4
    assert max(piece.heard_in for piece in library.pieces) == 4
    lesson = Line({"new": traces["call-1.wav"].heard.part(100, 1000)}, library).lessons["new"]
    assert {ident for ident, _, _ in lesson.pieces} <= {piece.id for piece in library.pieces}
    assert all(library.clip(piece.id) for piece in library.pieces)


def test_causal_is_the_same_whatever_comes_later(prints: dict[str, Print]) -> None:
    """Five later calls share a prompt with the third; what the two before it taught must not be crowded out."""
    later = {f"later-{number}.wav": prints[f"call-{number % 2 + 2}.wav"] for number in range(5)}
    first = {name: prints[name] for name in ("call-0.wav", "call-1.wav", "call-2.wav")}
    alone_, crowded = Line(first, causal=True), Line({**first, **later}, causal=True)
    for name in first:
        assert (alone_.lessons[name].share == crowded.lessons[name].share).all()
        assert (alone_.lessons[name].others == crowded.lessons[name].others).all()
        assert alone_.lessons[name].pieces == crowded.lessons[name].pieces


def test_what_a_person_says_while_a_run_goes_on_stands(traces: dict[str, Trace], tmp_path: Path) -> None:
    _learned(traces, ["call-0.wav", "call-1.wav"], tmp_path / "library")
    running = Library.open(tmp_path / "library", "Sales / продажи")
    person = Library.open(tmp_path / "library", "Sales / продажи")
    piece = person.pieces[0].id
    person.name(piece, "Queue")
    person.count_as_answer(piece, True)
    person.save()
    own = {"call-3.wav": traces["call-3.wav"]}
    running.learn(own, Line({"call-3.wav": traces["call-3.wav"].heard}, running), TODAY)
    running.save()
    (kept,) = [one for one in Library.open(tmp_path / "library", "Sales / продажи").pieces if one.id == piece]
    assert (kept.name, kept.counts_as_answer, kept.heard_in) == ("Queue", True, 3)
    running.name(piece, "Hold tune")
    running.save()
    again = Library.open(tmp_path / "library", "Sales / продажи")
    assert [one.name for one in again.pieces if one.id == piece] == ["Hold tune"]


def test_a_save_that_was_broken_off_leaves_a_library_that_can_be_read(
    traces: dict[str, Trace], tmp_path: Path
) -> None:
    library = _learned(traces, ["call-0.wav", "call-1.wav"], tmp_path / "library")
    (book,) = (tmp_path / "library").glob("*/library.json")
    old = book.read_bytes()
    kept = library.pieces[0].id
    library.name(kept, "Queue")
    library.save()
    named = book.read_bytes()
    _learned(traces, [], tmp_path / "library", date.fromordinal(TODAY.toordinal() + KEPT_DAYS + 1))
    for before in (old, named):
        book.write_bytes(before)
        again = Library.open(tmp_path / "library", "Sales / продажи")
        assert [piece.id for piece in again.pieces] == [kept]
        assert again.recordings == 0
        again.save()


def test_damaged_fingerprints_are_said(traces: dict[str, Trace], tmp_path: Path) -> None:
    _learned(traces, ["call-0.wav", "call-1.wav"], tmp_path / "library")
    (prints,) = (tmp_path / "library").glob("*/prints.npz")
    whole = prints.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], whole[:200] + bytes(100) + whole[300:], b"text"):
        prints.write_bytes(damaged)
        with pytest.raises(LibraryProblem, match="no library of a line"):
            Library.open(tmp_path / "library", "Sales / продажи")


def test_clip_is_of_the_answering_side_alone(
    traces: dict[str, Trace], calls: dict[str, Floats], tmp_path: Path
) -> None:
    for name, sound in calls.items():
        caller = noisy(np.zeros(len(sound), np.float32), 0.2, 9)
        soundfile.write(tmp_path / name, np.stack([caller, sound], axis=1), RATE)
    library = _learned(
        {name: replace(trace, far=1) for name, trace in traces.items()}, sorted(traces), tmp_path / "library"
    )
    clip = library.clip(library.pieces[0].id)
    assert clip is not None
    samples, _ = soundfile.read(clip, dtype="float32", always_2d=True)
    assert samples.shape[1] == 1
    found = Line({"a": fingerprint(samples[:, 0]), "b": traces["call-1.wav"].heard}).lessons["a"]
    assert found.share.mean() > 0.5


def test_clip_sounds_like_the_piece(traces: dict[str, Trace], tmp_path: Path) -> None:
    library = _learned(traces, sorted(traces), tmp_path / "library")
    for piece in library.pieces:
        clip = library.clip(piece.id)
        assert clip is not None
        samples, rate = soundfile.read(clip, dtype="float32")
        assert rate == RATE
        assert abs(len(samples) / rate - piece.duration_s) < 0.05
        found = Line({"a": fingerprint(samples), "b": traces["call-1.wav"].heard}).lessons["a"]
        assert found.share.mean() > 0.5


def test_greeting_is_live_and_told(traces: dict[str, Trace], tmp_path: Path) -> None:
    library = _learned(traces, ["call-0.wav", "call-1.wav"], tmp_path / "library")
    for piece in library.pieces:
        library.count_as_answer(piece.id, True)
    lesson = Line({"call-3.wav": traces["call-3.wav"].heard}, library).lessons["call-3.wav"]
    assert lesson.greetings
    assert lesson.share[30:].mean() < 0.2
    assert abs(min(lesson.greetings) - 2.11) < 0.6


def test_forgotten_is_not_learned_again(traces: dict[str, Trace], tmp_path: Path) -> None:
    library = _learned(traces, ["call-0.wav", "call-1.wav"], tmp_path / "library")
    for piece in library.pieces:
        library.forget(piece.id)
    library.save()
    again = _learned(traces, sorted(traces), tmp_path / "library")
    assert all(piece.duration_s < 3 for piece in again.pieces)
    lesson = Line({"call-3.wav": traces["call-3.wav"].heard}, library).lessons["call-3.wav"]
    assert not {ident for ident, _, _ in lesson.pieces if library.has(ident)}


def test_pieces_and_recordings_age_out(traces: dict[str, Trace], tmp_path: Path) -> None:
    library = _learned(traces, ["call-0.wav", "call-1.wav"], tmp_path / "library")
    named = library.pieces[0].id
    library.name(named, "  Queue \n music ")
    library.save()
    later = _learned(traces, [], tmp_path / "library", date.fromordinal(TODAY.toordinal() + KEPT_DAYS + 1))
    assert [piece.name for piece in later.pieces] == ["Queue music"]
    assert later.recordings == 0
    assert later.clip(named) is not None


def test_unknown_piece_and_broken_library(tmp_path: Path) -> None:
    library = Library.open(tmp_path, "one")
    with pytest.raises(LibraryProblem, match="no piece 'k1'"):
        library.name("k1", "x")
    folder = tmp_path / slug("one")
    folder.mkdir()
    (folder / "library.json").write_text("[]")
    with pytest.raises(LibraryProblem, match="no library of a line"):
        Library.open(tmp_path, "one")


def test_slug_keeps_lines_apart() -> None:
    assert slug("a/b") != slug("a\\b")
    assert "/" not in slug("../../etc")
