"""The two passes of hearing: measure each recording by itself, then decide it with what its line has taught."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from callwitness.audio import classes
from callwitness.audio import decide as choosing
from callwitness.audio.candidates import SPEECH
from callwitness.audio.context import in_context_by_parts
from callwitness.audio.decode import open_sound
from callwitness.audio.features import BLOCKS_PER_SECOND, Floats, Measures, Meter
from callwitness.audio.heard import Heard
from callwitness.audio.layout import LayoutMeter, Signals, far_of
from callwitness.audio.line import Lesson
from callwitness.audio.recurring import Print
from callwitness.audio.spans import tile
from callwitness.audio.trace import Side, Trace

_SILENT: Final = {
    "far": "The side called is digital silence throughout: a fault of the recording, not a call without a person.",
    "near": "The caller's side is digital silence throughout: nobody spoke there, or it was not recorded.",
    "all": "The recording is digital silence throughout: a fault of the recording, not a call without a person.",
}

_DEAD: Final = (
    "The side called is digital silence from second {} on while the caller speaks: a fault of the recording, not a call "
    "without a person."
)
_SHORT: Final = "The recording is shorter than a second: too short to hear anybody in it."
_SHORT_S: Final = 1.0
_DEAD_S: Final = 8
_SPOKEN_S: Final = 4
_SURE: Final = 0.6
_CLICK: Final = 3  # blocks: hanging up may click


def listen_to(path: Path) -> Trace:
    """Pass 1: measure a recording. Raises ``decode.Unreadable`` with a sentence."""
    with open_sound(path) as sound:
        meters = [Meter() for _ in range(sound.channels)]
        layout_meter = LayoutMeter(sound.channels)
        for chunk in sound:
            layout_meter.add(chunk)
            for meter, channel in zip(meters, chunk, strict=True):
                meter.feed(channel)
        duration_s, problem = sound.duration_s, sound.problem
    layout = layout_meter.layout()
    sides = [meter.finish() for meter in (meters if layout.channels == "stereo" else meters[:1])]
    measured = [_side(side) for side in sides]
    far = far_of(layout, *(_signals(side) for side in sides)) if len(sides) == 2 else 0
    answering, near = measured[far], measured[1 - far] if len(measured) == 2 else None
    return Trace(
        source=path,
        duration_s=duration_s,
        channels=layout.channels,
        silence=layout.silence(far),
        problem=problem,
        answering=answering,
        near=near,
        dead_s=_dead_s(layout.still[far], near) if near else None,
        heard=Print(sides[far].marks, sides[far].bands, answering.classes.argmax(axis=1).astype(np.uint8)),
        tones=sides[far].tones,
        far=far,
    )


def decide(file: str, trace: Trace, lesson: Lesson) -> Heard:
    """Pass 2: the facts of a recording."""
    if trace.silence in ("far", "all"):
        return _unheard(file, trace, lesson)
    choice = choosing.choose(trace, lesson)
    # An agent who answered may well be silent to the end: his phone sends nothing while he listens.
    unheard = choice.human_voice_s is None and trace.dead_s is not None
    return Heard(
        file=file,
        status="unsure" if unheard else choice.status,
        human_voice_s=choice.human_voice_s,
        connect_s=choice.connect_s,
        confidence=0.0 if unheard else choice.confidence,
        method=choosing.METHOD,
        duration_s=round(trace.duration_s, 3),
        channels=trace.channels,
        spans=tile(trace, lesson.share, choice.human_voice_s, choice.machine),
        known=sorted({ident for ident, _, _ in lesson.pieces}),
        silence=trace.silence,
        problem=_problem(trace, unheard),
        candidates=choice.candidates,
        tones=trace.tones,
        played=sorted(lesson.pieces, key=lambda piece: piece[1:]),
    )


def _unheard(file: str, trace: Trace, lesson: Lesson) -> Heard:
    """The answering side was not recorded: nothing can be said of an answer, least of all that nobody was there."""
    return Heard(
        file=file,
        status="unreadable" if trace.silence == "all" else "unsure",
        method=choosing.METHOD,
        duration_s=round(trace.duration_s, 3),
        channels=trace.channels,
        spans=tile(trace, lesson.share, None),
        silence=trace.silence,
        problem=_problem(trace, unheard=False),
        tones=trace.tones,
    )


def _dead_s(still: NDArray[np.bool_], near: Side) -> float | None:
    """From when on the side called is digital silence up to the end while the caller speaks to it; None = it is not."""
    last = len(still) - _CLICK
    sounding = np.flatnonzero(~still[:last])
    begin = int(sounding[-1]) + 1 if len(sounding) else 0
    spoken = near.classes[begin:last, SPEECH].sum(axis=1) > _SURE
    if last - begin < _DEAD_S * BLOCKS_PER_SECOND or spoken.sum() < _SPOKEN_S * BLOCKS_PER_SECOND:
        return None
    return begin / BLOCKS_PER_SECOND


def _problem(trace: Trace, unheard: bool) -> str | None:
    sentences = [trace.problem or "", _SILENT.get(trace.silence or "", "")]
    if trace.duration_s < _SHORT_S:
        sentences.append(_SHORT)
    if unheard and trace.dead_s is not None and trace.silence is None:
        sentences.append(_DEAD.format(round(trace.dead_s)))
    return " ".join(filter(None, sentences)) or None


def _side(measures: Measures) -> Side:
    told: Floats = np.concatenate([classes.classify(part) for part in in_context_by_parts(measures.blocks)])
    return Side(measures.blocks.astype(np.float16), told, measures.energy.astype(np.float16))


def _signals(side: Measures) -> Signals:
    """Seconds and loudness of the network's signals: whoever calls hears them, so they come from the side called."""
    calls = [tone for tone in side.tones if tone.name not in ("dtmf", "fax")]
    heard = [side.energy[round(tone.start_s * 100) : round(tone.end_s * 100)] for tone in calls]
    loud = np.concatenate([np.zeros(0, np.float32), *heard])
    return Signals(
        sum(tone.end_s - tone.start_s for tone in calls), float(np.median(loud)) if len(loud) else -np.inf
    )
