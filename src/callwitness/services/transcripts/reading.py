"""One recording that was heard, read by an engine. Facts of hearing may come from a file of ``listen``."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from callwitness.audio.decode import open_sound
from callwitness.audio.heard import KINDS, STATUSES, Channels, Heard, Kind, Span, Status
from callwitness.audio.words.engine import Engine
from callwitness.audio.words.regions import live_speech
from callwitness.audio.words.tape import Tape, record
from callwitness.audio.words.transcribe import transcribe
from callwitness.audio.words.transcript import Side, Transcript
from callwitness.domain.errors import UsageError

_CHANNELS: Final = ("mono", "stereo", "dual_mono", None)
_LONGEST_FILE: Final = 1 << 30
_ROUNDED_S: Final = 0.01
_ENOUGH_S: Final = 60.0
"""Of a span, to tell who speaks in it."""
_ONE: Final[Mapping[Side, int]] = {"both": 0}
_TWO: Final[Mapping[Side, int]] = {"near": 0, "far": 1}


def read_words(path: Path, heard: Heard, engine: Engine, language: str) -> Transcript:
    """What was said live in a recording. Raises ``Unreadable``, ``EngineFailed``."""
    if not live_speech(heard):
        return Transcript(heard.file, language, engine.name, problem=heard.problem)
    sides = _TWO if heard.channels == "stereo" else _ONE
    with tempfile.TemporaryDirectory(prefix="callwitness-", ignore_cleanup_errors=True) as folder:
        with open_sound(path) as sound:
            tape = record(sound, sides, Path(folder))
        return transcribe(heard, _as_heard(heard, tape), engine, language)


def _as_heard(heard: Heard, tape: Tape) -> Tape:
    """The caller is left by custom; hearing may have found him right, and its spans tell: who speaks alone is louder."""
    agreed_s = 0.0
    for span in heard.spans if heard.channels == "stereo" else ():
        if span.kind in ("speech_near", "speech_far"):
            near, far = (_loudness(tape, side, span) for side in _TWO)
            agrees = (near > far) == (span.kind == "speech_near")
            agreed_s += (span.end_s - span.start_s) * (1 if agrees else -1)
    return tape if agreed_s >= 0 else Tape({"near": tape.sides["far"], "far": tape.sides["near"]})


def _loudness(tape: Tape, side: Side, span: Span) -> float:
    sound = tape.between(side, span.start_s, min(span.end_s, span.start_s + _ENOUGH_S))
    return float(np.square(sound).mean()) if len(sound) else 0.0


def read_facts(path: Path) -> tuple[dict[str, Heard], list[str]]:
    """Facts by file name from the JSON lines of ``listen``, and a sentence for each bad line. Raises ``UsageError``."""
    try:
        if path.stat().st_size > _LONGEST_FILE:
            raise UsageError(f"--heard {path}: larger than {_LONGEST_FILE >> 20} MB")
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as problem:
        raise UsageError(f"--heard {path}: cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(
            f"--heard {path}: not text; expected the lines that callwitness listen writes"
        ) from None
    facts, notes = dict[str, Heard](), list[str]()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            heard = heard_of(json.loads(line))
        except (ValueError, TypeError, KeyError, RecursionError):
            notes.append(f"{path}, row {number}: expected a line of callwitness listen")
        else:
            facts[heard.file] = heard
    return facts, notes


def heard_of(row: Mapping[str, Any]) -> Heard:
    """Facts from a line of ``listen``, as far as words need them. Raises ``ValueError``, ``TypeError``, ``KeyError``."""
    status, channels = row["status"], row.get("channels")
    if status not in STATUSES or channels not in _CHANNELS:
        raise ValueError(status)
    problem = row.get("problem")
    return Heard(
        str(row["file"]),
        cast(Status, status),
        duration_s=float(row.get("duration_s") or 0.0),
        channels=cast(Channels | None, channels),
        spans=spans_of(row.get("spans") or []),
        problem=None if problem is None else str(problem),
    )


def spans_of(rows: Sequence[Sequence[Any]]) -> list[Span]:
    """Spans from rows of start, end and kind, in order. Raises ``ValueError``, ``TypeError``."""
    spans = [Span(float(start), float(end), cast(Kind, kind)) for start, end, kind in rows]
    at = 0.0
    for span in spans:
        ordered = at - _ROUNDED_S <= span.start_s <= span.end_s
        if span.kind not in KINDS or not ordered or not math.isfinite(span.end_s):
            raise ValueError(span)
        at = span.end_s
    return spans
