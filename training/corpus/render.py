"""From a composed scene to a recording and its label: noise, codecs, loss, gain control, one channel or two."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training.corpus.bank import RATE, Sound, loudness
from training.corpus.lines import db
from training.corpus.scene import Scene, Spans
from training.corpus.talking import babble, quiet_line
from training.corpus.telephony import FILE_CODECS, delay, level_out, lose, opus, through


@dataclass(frozen=True, slots=True)
class Recording:
    """How one call was recorded."""

    layout: str  # mono | stereo | dual_mono | far_silent
    file_codec: str | None
    agc: bool
    loss: float
    hidden: bool


def choose(scene: Scene) -> Recording:
    """The recorder's settings by chance; two channels are as frequent as the line has them."""
    rng, line = scene.rng, scene.line
    two = rng.random() < line.stereo_share
    layout = str(rng.choice(["stereo", "dual_mono", "far_silent"], p=(0.92, 0.06, 0.02))) if two else "mono"
    codec = (
        None
        if layout != "mono" and rng.random() < 0.6
        else FILE_CODECS[rng.choice(5, p=(0.44, 0.2, 0.2, 0.11, 0.05))]
    )
    loss = float(rng.choice([0, 0.002, 0.01, 0.03], p=(0.75, 0.08, 0.1, 0.07)))
    return Recording(layout, codec, line.traits["agc"] and rng.random() < 0.8, loss, bool(rng.random() < 0.5))


def write(scene: Scene, folder: Path, name: str) -> dict[str, Any]:
    """Render the scene to ``folder/name`` and answer its label."""
    how = choose(scene)
    size = max(scene.now, 2 * RATE, *(at + len(sound) for at, sound in scene.far + scene.near), 0)
    size = min(size, 300 * RATE)
    far, near = _mix(scene.far, size), _mix(scene.near, size)
    clean = far if how.layout == "stereo" else far + near
    far, near = _noisy(scene, far, near)
    if how.layout in {"mono", "dual_mono"}:
        far, near = far + near, np.zeros_like(near)  # the recorder hears both sides through one codec
    else:
        near = _transmitted(scene, near, how)
    far = _transmitted(scene, far, how)
    channels = _laid_out(scene, far, near, how)
    if delay("opus16"):
        raise ValueError(
            "this Opus encoder's delay is not taken out by the decoder: the labels would be wrong"
        )
    (folder / name).write_bytes(opus(channels, 15 if how.layout == "mono" else 24))
    return _label(scene, how, name, clean)


def _mix(parts: list[tuple[int, Sound]], size: int) -> Sound:
    out = np.zeros(size, dtype=np.float32)
    for at, sound in parts:
        if at < size:
            part = sound[: size - at]
            out[at : at + len(part)] += part
    return out


def _noisy(scene: Scene, far: Sound, near: Sound) -> tuple[Sound, Sound]:
    """Both sides with the noise of the line, the place of the agent while the agent is there, the place of the caller."""
    rng, line = scene.rng, scene.line
    size = len(far)
    if rng.random() < 0.85:
        far = far + quiet_line(rng, size, line.noise, line.noise_db)
    for start, end in scene.agent_present:
        stop = size if end < 0 else min(end, size)
        if stop - start < RATE // 4:
            continue
        place = (
            babble(scene, stop - start)
            if line.traits["op_babble"]
            else quiet_line(rng, stop - start, "pink", 0)
        )
        if line.traits["op_babble"]:
            scene.tag("op_babble")
        voice_db = scene.operator.gain_db - 22 if scene.operator else -25.0
        far[start:stop] += place * db(min(line.agent_noise_db + rng.normal(0, 3), voice_db - 12))
    around = str(rng.choice(["white", "pink", "road", "hum"], p=(0.3, 0.3, 0.3, 0.1)))
    if around == "road":
        scene.tag("caller_road")
    return far, near + quiet_line(rng, size, around, float(rng.uniform(-78, -40)))


def _transmitted(scene: Scene, sound: Sound, how: Recording) -> Sound:
    """One side after the line's codec and its losses."""
    out = through(sound, scene.line.codec)
    return lose(scene.rng, out, how.loss, how.hidden) if how.loss else out


def _laid_out(scene: Scene, far: Sound, near: Sound, how: Recording) -> Sound:
    """The channels of the file: (n,) or (n, 2) with the caller left and the far side right."""
    rng = scene.rng
    if how.layout in {"mono", "dual_mono"}:
        one = through(level_out(far) if how.agc else far, how.file_codec) * db(rng.normal(0, 3))
        both = np.stack([one, one], axis=1) if how.layout == "dual_mono" else one
        return np.asarray(np.clip(both, -0.98, 0.98), dtype=np.float32)
    left, right = (level_out(near), level_out(far)) if how.agc else (near, far)
    if scene.line.traits["crosstalk"]:
        leak = db(rng.uniform(-50, -32))
        left, right = left + right * leak, right + left * leak
    right = np.zeros_like(right) if how.layout == "far_silent" else through(right, how.file_codec)
    both = np.stack([through(left, how.file_codec), right], axis=1)
    return np.asarray(np.clip(both * db(rng.normal(0, 3)), -0.98, 0.98), dtype=np.float32)


def _label(scene: Scene, how: Recording, name: str, clean: Sound) -> dict[str, Any]:
    """The label with the fields of the open corpus; what they cannot say is in the tags."""
    line, size = scene.line, len(clean)
    if how.layout == "far_silent":  # nobody can be heard in such a file
        scene.answer = scene.connect = None
        scene.operator = None
        for key in ("operator", "announcement", "ivr", "hold", "tone"):
            scene.spans[key] = []
    if how.agc:
        scene.tag("agc")
    if how.loss:
        scene.tag(f"loss{how.loss:g}")
    if how.layout != "mono":
        scene.tag(how.layout)
    if scene.answer is not None and scene.answer >= size:  # the recording ended first
        scene.answer, scene.operator = None, None
    if scene.answer is None:
        scene.connect = None
    spans = {key: [[span[0], min(float(str(span[1])), round(size / RATE, 3)), *span[2:]] for span in found]
             for key, found in _within(scene.spans, size / RATE).items()}  # fmt: skip
    return {
        "file": name, "split": "own", "line": line.name, "cold_line": line.cold, "seq": 0, "duration": round(size / RATE, 3),
        "channels": 1 if how.layout == "mono" else 2,
        "answer_at": None if scene.answer is None else round(scene.answer / RATE, 3),
        "connect_at": None if scene.connect is None else round(scene.connect / RATE, 3),
        "flow": scene.flow, "hold_kind": scene.hold_kind, "country": line.country, "line_codec": line.codec,
        "file_codec": how.file_codec, "tags": scene.tags, "operator_voice": scene.operator.voice if scene.operator else None,
        "announce_voice": line.announcer, "caller_voice": scene.caller.voice, "hold_spans": spans["hold"],
        "announcement_spans": spans["announcement"], "silence_spans": _silences(clean), "tone_spans": spans["tone"],
        "ivr_spans": spans["ivr"], "operator_spans": spans["operator"], "caller_spans": spans["caller"], "overlays": scene.overlays,
    }  # fmt: skip


def _within(spans: Spans, seconds: float) -> Spans:
    """The spans that begin before the recording ends."""
    return {key: [span for span in found if float(str(span[0])) < seconds] for key, found in spans.items()}


def _silences(clean: Sound) -> list[list[float]]:
    """Stretches of at least a second in which nothing was placed, in 20 ms steps."""
    quiet = np.concatenate([[False], loudness(clean, 160) < -75, [False]])
    edges = np.flatnonzero(quiet[1:] != quiet[:-1]).reshape(-1, 2)
    return [[round(a * 0.02, 3), round(b * 0.02, 3)] for a, b in edges.tolist() if b - a >= 50]
