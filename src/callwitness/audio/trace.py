"""What pass 1 keeps of a recording: numbers per 10, 20 and 100 ms instead of sound, on disk until its line is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Final, Self, get_args

import numpy as np
from numpy.typing import NDArray

from callwitness.audio.features import Floats
from callwitness.audio.heard import Channels
from callwitness.audio.landmarks import Marks
from callwitness.audio.layout import Silence
from callwitness.audio.recurring import Print
from callwitness.audio.tones import ToneEvent

CLASSES: Final = ("quiet", "tone", "music", "speech", "speech_over_music")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a call, or both mixed. blocks: (n, len(MEASURES)) float16 and classes: (n, 5) per 100 ms; energy: dB per
    10 ms, float16.
    """

    blocks: NDArray[np.float16]
    classes: Floats
    energy: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Trace:
    """A recording as measured. answering: the side that may answer (the side called, or the mix when there is one channel);
    near: the caller's side when it has its own channel. heard: the fingerprint of the answering side;
    tones: its signals. dead_s: from when on the answering side is digital silence while the caller goes on speaking.
    far: the channel of the file that the answering side is.
    """

    source: Path
    duration_s: float
    channels: Channels
    silence: Silence
    problem: str | None
    answering: Side
    near: Side | None
    heard: Print
    tones: list[ToneEvent]
    dead_s: float | None = None
    far: int = 0

    def save(self, path: Path) -> None:
        """Write it; about 200 KB a minute. Raises OSError."""
        sides = {"answering": self.answering} | ({"near": self.near} if self.near else {})
        whole: dict[str, Any] = {"duration_s": self.duration_s, "far": self.far}
        whole["dead_s"] = np.nan if self.dead_s is None else self.dead_s
        whole["told"] = np.array((str(self.source), self.channels, self.silence or "", self.problem or ""))
        whole["tones"] = np.array(json.dumps([astuple(tone) for tone in self.tones]))
        whole |= print_arrays(self.heard)
        for name, side in sides.items():
            whole |= {f"{name}_{part}": getattr(side, part) for part in Side.__slots__}
        with path.open("wb") as stream:
            np.savez(stream, **whole)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote."""
        with np.load(path) as arrays:
            source, channels, silence, problem = (str(text) for text in arrays["told"])
            return cls(
                source=Path(source),
                duration_s=float(arrays["duration_s"]),
                channels=_one_of(channels, get_args(Channels)),
                silence=_one_of(silence, ("near", "far", "all")) if silence else None,
                problem=problem or None,
                answering=_side(arrays, "answering"),
                near=_side(arrays, "near") if "near_blocks" in arrays else None,
                heard=print_of(arrays),
                dead_s=None if np.isnan(arrays["dead_s"]) else float(arrays["dead_s"]),
                far=int(arrays["far"]),
                tones=[ToneEvent(*told) for told in json.loads(str(arrays["tones"]))],
            )


def load_print(path: Path) -> Print:
    """The fingerprint of a saved trace, without the rest."""
    with np.load(path) as arrays:
        return print_of(arrays)


def print_arrays(one: Print, prefix: str = "") -> dict[str, Any]:
    """A fingerprint as arrays to keep."""
    return {
        f"{prefix}words": one.marks.words,
        f"{prefix}at": one.marks.at,
        f"{prefix}bands": one.bands,
        f"{prefix}sounds": one.sounds,
    }


def print_of(arrays: Mapping[str, NDArray[Any]], prefix: str = "") -> Print:
    """The fingerprint that ``print_arrays`` took apart."""
    marks = Marks(arrays[f"{prefix}words"], arrays[f"{prefix}at"])
    return Print(marks, arrays[f"{prefix}bands"], arrays[f"{prefix}sounds"])


def _side(arrays: Mapping[str, NDArray[Any]], name: str) -> Side:
    return Side(*(arrays[f"{name}_{part}"] for part in Side.__slots__))


def _one_of(text: str, allowed: tuple[Any, ...]) -> Any:
    if text not in allowed:
        raise ValueError(f"a trace says {text!r}, expected one of {allowed}")
    return text
