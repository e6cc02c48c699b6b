"""Frames of recordings: what was heard in them, the calls they are tied to, what they say of each call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from callwitness.domain.schema import Column, Table

_TEXT: Final = pl.String()
_INT: Final = pl.Int64()
_REAL: Final = pl.Float64()

SOURCE: Final = "recording"
"""What a recording is called where findings name their sources."""

RECORDINGS: Final = Table(
    "recordings",
    (
        Column("recording", _TEXT, "key of the recording, unique"),
        Column("name", _TEXT, "name of the file or link, by which it may know its call"),
        Column("source", _TEXT, "source it came through; null = it may be of any"),
        Column("native_call_id", _TEXT, "that source's id of the call it is known to be of, else null"),
        Column("status", _TEXT, "answered | nobody | unsure | unreadable; null = it is there, nobody has listened"),
        Column("human_voice_s", _REAL, "first live word of the answering side, from the start of the file", "s"),
        Column("confidence", _REAL, "probability that this is right"),
        Column("method", _TEXT, "who or what heard it: the detector and its version, or person"),
        Column("duration_s", _REAL, "length", "s"),
        Column("live_s", _REAL, "live speech of anybody in it", "s"),
        Column("channels", _TEXT, "mono | stereo | dual_mono"),
        Column("silence", _TEXT, "side that is digital silence throughout: near | far | all, else null"),
        Column("problem", _TEXT, "what is wrong with the file, one sentence"),
    ),
)  # fmt: skip

FACTS: Final = RECORDINGS.columns[4:]
"""What was heard."""

TIES: Final = Table(
    "ties",
    (
        Column("recording", _TEXT, "key of the recording"),
        Column("name", _TEXT, "its name"),
        Column("scall", _INT, "source call it was tied to"),
        Column("tied_source", _TEXT, "source of that call"),
        Column("group", _INT, "the real call"),
        Column("rule", _TEXT, "told | named | id | number_and_time"),
        Column("named_at", _INT, "moment that its name tells, clock of the source", "ms UTC"),
        Column("begun_at", _INT, "when the recording began, null = cannot be told", "ms UTC"),
        Column("begun_by", _TEXT, "name | answer | queue | signal | start; name_alone: the length does not bear it out"),
        Column("uncertainty_s", _REAL, "how far off the beginning may be", "s"),
        *FACTS,
    ),
)  # fmt: skip

LOOSE: Final = Table(
    "loose",
    (
        Column("recording", _TEXT, "key of the recording"),
        Column("name", _TEXT, "its name"),
        Column("groups", pl.List(pl.Int64()), "real calls it may be of; none = no call fits"),
        *FACTS,
    ),
)

VOICES: Final = Table(
    "voices",
    (
        Column("group", _INT, "the real call"),
        Column("heard", _TEXT, "voice | faulty | doubtful | nobody: what its recordings say together"),
        Column("voice_at", _INT, "first live word of the answering side, null = cannot be placed", "ms UTC"),
        Column("voice_confidence", _REAL, "probability that what was heard is right"),
        Column("voice_apart", pl.Boolean(), "heard on a channel of the answering side alone, or by a person"),
        Column("voice_uncertainty_s", _REAL, "how far off the beginning of that recording may be", "s"),
        Column("voice_recording", _TEXT, "the recording that says so"),
        Column("silent_side", _TEXT, "near | far | all, where a side is digital silence"),
        Column(
            "listened_from", _INT, "beginning of the longest recording in which nobody is heard", "ms UTC"
        ),
        Column("listened_until", _INT, "its end", "ms UTC"),
        Column("listened_s", _REAL, "its length", "s"),
    ),
)

LIVE_KINDS: Final = ("speech", "speech_near", "speech_far", "mixed")
"""Kinds of spans in which somebody speaks live, of whichever side."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recordings of a run in the reference clock: TIES, LOOSE, VOICES."""

    ties: pl.DataFrame
    loose: pl.DataFrame
    voices: pl.DataFrame


def live_seconds(spans: Sequence[tuple[float, float, str]]) -> float:
    """How long anybody speaks live. spans: from, to (s), kind."""
    return round(sum(end - begin for begin, end, kind in spans if kind in LIVE_KINDS), 3)
