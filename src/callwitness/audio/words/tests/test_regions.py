"""Which speech is sent to an engine, and how it is joined."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callwitness.audio.heard import KINDS, Channels, Heard, Kind, Span
from callwitness.audio.words.regions import LONGEST_S, SILENCE_S, chunks, live_speech
from callwitness.audio.words.transcript import Side

LATEST = {"speech_near": {"near"}, "speech_far": {"far"}}


def heard(*spans: tuple[float, Kind], channels: Channels = "mono") -> Heard:
    """Spans by length and kind, one after another."""
    at, tiled = 0.0, []
    for length, kind in spans:
        tiled.append(Span(at, at + length, kind))
        at += length
    return Heard("a.wav", "answered", spans=tiled, duration_s=at, channels=channels)


def at_the_end(_side: Side, _start: float, end: float) -> float:
    return end


def test_only_live_speech_is_sent_and_padding_keeps_off_what_the_line_plays() -> None:
    facts = heard((5, "announcement"), (4, "speech"), (3, "quiet"), (2, "speech"), (10, "music"))
    assert live_speech(facts) == {"both": [(5.0, 9.25), (11.75, 14.0)]}


def test_each_side_has_its_own_speech_where_there_are_two() -> None:
    facts = heard(
        (2, "quiet"), (3, "speech_far"), (1, "quiet"), (3, "speech_near"), (2, "mixed"), channels="stereo"
    )
    assert live_speech(facts) == {"far": [(1.75, 5.25), (8.75, 11.0)], "near": [(5.75, 11.0)]}


def test_a_mono_copied_to_two_channels_is_mono() -> None:
    facts = heard((2, "quiet"), (3, "speech"), channels="dual_mono")
    assert list(live_speech(facts)) == ["both"]


def test_nothing_live_is_nothing_to_hear() -> None:
    assert chunks(heard((30, "music"), (5, "announcement"), (4, "quiet"), (1, "tone")), at_the_end) == []


def test_long_speech_is_cut_where_it_is_quiet() -> None:
    asked = []

    def quietest(side: Side, start: float, end: float) -> float:
        asked.append((side, start, end))
        return end - 2.5

    found = chunks(heard((60, "speech")), quietest)
    assert asked == [("both", 22.0, 28.0), ("both", 47.5, 53.5)]
    assert [(piece.start_s, piece.end_s) for chunk in found for piece in chunk.pieces] == [
        (0.0, 25.5),
        (25.5, 51.0),
        (51.0, 60.0),
    ]


def test_times_of_a_chunk_lead_back_to_the_file() -> None:
    facts = heard((10, "music"), (4, "speech"), (20, "music"), (6, "speech"))
    (chunk,) = chunks(facts, at_the_end)
    second = 4 + SILENCE_S
    assert chunk.duration_s == pytest.approx(second + 6)
    told = {0.0: 10.0, 3.9: 13.9, 4.1: 14.0, second - 0.1: 34.0, second: 34.0, second + 5: 39.0, 99.0: 40.0}
    assert {at: round(chunk.file_time(at), 6) for at in told} == told


TILES = st.lists(st.tuples(st.floats(0.1, 90), st.sampled_from(KINDS)), max_size=30)


@given(TILES, st.sampled_from(["mono", "stereo", "dual_mono"]))
def test_chunks_hold_all_live_speech_once_and_nothing_that_is_played(
    spans: list[tuple[float, Kind]], channels: Channels
) -> None:
    facts = heard(*spans, channels=channels)
    found = chunks(facts, at_the_end)
    for chunk in found:
        assert chunk.duration_s <= LONGEST_S + 1e-6
        for piece, following in pairwise(chunk.pieces):
            assert following.start_s >= piece.end_s - 1e-9
            assert following.at_s == pytest.approx(piece.until_s + SILENCE_S)
    for side in {chunk.side for chunk in found}:
        pieces = sorted((p.start_s, p.end_s) for chunk in found if chunk.side == side for p in chunk.pieces)
        assert all(after[0] >= before[1] - 1e-9 for before, after in pairwise(pieces))
        for span in facts.spans:
            inside = sum(max(0.0, min(end, span.end_s) - max(start, span.start_s)) for start, end in pieces)
            own = span.kind in ("speech", "mixed") or side in LATEST.get(span.kind, {side}) & {"near", "far"}
            if span.kind in ("music", "announcement", "tone"):
                assert inside < 1e-6
            elif span.kind.startswith(("speech", "mixed")) and span.end_s - span.start_s > 0.2:
                wanted = side == "both" or own
                assert not wanted or inside == pytest.approx(span.end_s - span.start_s)
