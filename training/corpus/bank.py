"""The bank: every sound of the sources at 8 kHz, trimmed, levelled and cut into phrases, in one array with an index.

``python -m training.corpus.bank --raw DIR --out DIR --labels LABELS`` builds it; LABELS names the readers to leave out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile
import soxr
from scipy.cluster.hierarchy import fcluster, linkage

from training.corpus.machine_voices import machine_prompts
from training.corpus.sources import SOURCES, Kind, Part, Source, readers

Sound = npt.NDArray[np.float32]

RATE: Final = 8000
LEVEL: Final = 0.08  # rms of active speech, about -22 dBFS
LONGEST_MUSIC_S: Final = 130


@dataclass(frozen=True, slots=True)
class Piece:
    """One sound of the bank: ``start`` and ``size`` in samples; ``voice`` is who speaks or which track it is."""

    start: int
    size: int
    voice: str
    kind: Kind
    part: Part

    @property
    def seconds(self) -> float:
        return self.size / RATE


class Bank:
    """The pieces of one part, by kind, and their sound."""

    def __init__(self, folder: Path, part: Part) -> None:
        self.part = part
        rows = json.loads((folder / "index.json").read_text())
        self.pieces = [piece for row in rows if (piece := Piece(**row)).part == part]
        self._samples = np.load(folder / "samples.npy", mmap_mode="r")

    def sound(self, piece: Piece) -> Sound:
        """The samples of a piece as float32, active rms about ``LEVEL``."""
        raw = self._samples[piece.start : piece.start + piece.size]
        return np.asarray(raw, dtype=np.float32) / np.float32(32768)

    def of(self, kind: Kind) -> dict[str, list[Piece]]:
        """voice -> pieces of one kind."""
        found: dict[str, list[Piece]] = {}
        for piece in self.pieces:
            if piece.kind == kind:
                found.setdefault(piece.voice, []).append(piece)
        return found


def read(path: Path) -> Sound:
    """A file of any format that libsndfile reads, as mono float32 at 8 kHz."""
    if path.suffix == ".gsm":
        samples, rate = soundfile.read(
            path, dtype="float32", format="RAW", subtype="GSM610", samplerate=8000, channels=1
        )
    else:
        with soundfile.SoundFile(path) as file:
            rate = file.samplerate
            samples = file.read(rate * (LONGEST_MUSIC_S + 20), dtype="float32", always_2d=True).mean(axis=1)
    return np.asarray(samples if rate == RATE else soxr.resample(samples, rate, RATE), dtype=np.float32)


def loudness(sound: Sound, frame: int = 80) -> npt.NDArray[np.float64]:
    """Energy of each 10 ms in dB."""
    count = len(sound) // frame
    power = np.square(sound[: count * frame].reshape(count, frame), dtype=np.float64).mean(axis=1)
    return np.asarray(10 * np.log10(power + 1e-10))


def phrases(sound: Sound, longest_s: float = 4.5, pause_s: float = 0.2) -> Iterator[Sound]:
    """Speech cut at its pauses into phrases that begin within 10 ms of their first sound.

    The label of an answer is the start of such a phrase, so a quiet breath before the first word must not count: a phrase
    begins with the first 10 ms that are less than 20 dB below its loud parts. What was before is cut away.
    """
    level = loudness(sound)
    if len(level) < 30:
        return
    active = level > np.percentile(level, 95) - 28
    held = np.convolve(active, np.ones(4), "full")[3 : len(active) + 3] >= 3  # three of four frames
    starts = np.flatnonzero(held & ~np.concatenate([[False], held[:-1]]))
    ends = np.flatnonzero(held & ~np.concatenate([held[1:], [False]])) + 4
    first = last = -1
    for start, end in zip(starts, ends, strict=True):
        if first >= 0 and (start - last < pause_s * 100 and end - first < longest_s * 100):
            last = int(end)
            continue
        if first >= 0:
            yield _cut(sound, first, last)
        first, last = int(start), int(end)
    if first >= 0:
        yield _cut(sound, first, last)


def timbre(sound: Sound) -> npt.NDArray[np.float64]:
    """What a voice and its microphone look like on average: 24 bands in dB of the loud frames, and the pitch, eighteen to the octave."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, 400)[::200]
    power = np.square(frames).sum(axis=1)
    loud = frames[power > np.percentile(power, 60)]
    spectrum = (
        np.square(np.abs(np.fft.rfft(loud * np.hanning(400), 512)))[:, 8:248]
        .reshape(len(loud), 24, 10)
        .sum(axis=2)
    )
    bands = 10 * np.log10(spectrum.mean(axis=0) + 1e-6)
    auto = np.fft.irfft(np.square(np.abs(np.fft.rfft(loud, 1024))))[:, :110]
    lags = np.argmax(auto[:, 20:], axis=1) + 20
    voiced = lags[auto[np.arange(len(lags)), lags] > 0.4 * auto[:, 0]]
    hz = RATE / np.median(voiced) if len(voiced) else 150.0
    return np.append(bands - bands.mean(), 18 * np.log2(hz))


def alike(sounds: list[Sound]) -> list[int]:
    """Recordings of unnamed people, grouped by timbre into voices of about ten: for each its voice."""
    if len(sounds) < 2:
        return [0] * len(sounds)
    tree = linkage(np.stack([timbre(sound) for sound in sounds]), "ward")
    return [int(voice) for voice in fcluster(tree, max(1, len(sounds) // 10), "maxclust")]


def _cut(sound: Sound, first: int, last: int) -> Sound:
    """The frames [first, last) of 10 ms with 5 ms of fade, at the level of the bank."""
    level = loudness(sound[first * 80 : last * 80])
    first += int(np.argmax(level > np.percentile(level, 95) - 20))
    part = sound[first * 80 : min(len(sound), last * 80)].copy()
    fade = np.linspace(0, 1, 40, dtype=np.float32)
    part[:40] *= fade
    part[-40:] *= fade[::-1]
    return levelled(part)


def levelled(sound: Sound) -> Sound:
    """The sound with its active parts at ``LEVEL``, peaks held below 0.9."""
    level = loudness(sound)
    active = level > np.percentile(level, 90) - 20
    rms = np.sqrt(np.mean(10 ** (level[active] / 10))) if active.any() else 1.0
    out = sound * np.float32(LEVEL / max(rms, 1e-5))
    return np.asarray(np.clip(out, -0.9, 0.9), dtype=np.float32)


class Builder:
    """Collects sounds into one int16 array."""

    def __init__(self) -> None:
        self.index: list[Piece] = []
        self._sounds: list[npt.NDArray[np.int16]] = []
        self._size = 0

    def add(self, sound: Sound, voice: str, kind: Kind, part: Part) -> None:
        """Append one sound."""
        self.index.append(Piece(self._size, len(sound), voice, kind, part))
        self._sounds.append((np.clip(sound, -1, 1) * 32767).astype(np.int16))
        self._size += len(sound)

    def add_source(self, raw: Path, source: Source) -> int:
        """All files of one source; answers how many pieces came of it."""
        before = len(self.index)
        strangers: list[Sound] = []
        for number, path in enumerate(sorted((raw / source.folder).glob(source.pattern))):
            try:
                sound = read(path)
            except soundfile.LibsndfileError:
                continue
            voice = source.voice or f"{source.folder.split('/')[0].split('+')[-1]}_{path.stem[:8] or number}"
            if not source.voice and source.kind in {"speech", "short"}:
                strangers.append(sound)
                continue
            self.add_file(sound, source, voice)
        for sound, group in zip(strangers, alike(strangers), strict=True):
            self.add_file(sound, source, f"{source.folder.split('/')[-1].replace(' ', '_')}_{group}")
        return len(self.index) - before

    def add_file(self, sound: Sound, source: Source, voice: str) -> None:
        """One file: speech is cut into phrases, prompts stay whole, music is shortened."""
        if source.kind == "music":
            if len(sound) > 20 * RATE:
                self.add(levelled(sound[: LONGEST_MUSIC_S * RATE]), voice, "music", source.part)
        elif source.kind == "speech":
            for phrase in phrases(sound, longest_s=3.0 if voice.startswith("libri") else 4.5):
                if len(phrase) > 0.35 * RATE:
                    self.add(phrase, voice, "speech" if len(phrase) > 0.9 * RATE else "short", source.part)
        else:
            whole = list(phrases(sound, longest_s=60, pause_s=60))
            if whole and len(whole[0]) > 0.25 * RATE:
                self.add(whole[0], voice, source.kind, source.part)

    def save(self, folder: Path) -> None:
        """Write samples.npy and index.json."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "samples.npy", np.concatenate(self._sounds))
        (folder / "index.json").write_text(json.dumps([asdict(piece) for piece in self.index]))


def main() -> None:
    """Build the bank and print what came of each source."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--raw", type=Path, required=True)
    asked.add_argument("--out", type=Path, required=True)
    asked.add_argument("--labels", type=Path, help="labels.jsonl whose voices are left out")
    told = asked.parse_args()
    rows = [json.loads(line) for line in told.labels.read_text().splitlines()] if told.labels else []
    taken = {row[key] for row in rows for key in ("operator_voice", "caller_voice")}
    builder = Builder()
    for source in SOURCES:
        print(f"{builder.add_source(told.raw, source):6d}  {source.folder} {source.pattern} ({source.part})")
    for name, part, files in readers(told.raw, taken):
        for path in files:
            builder.add_file(read(path), Source("", "", "speech", part, name), name)
    for name, part, kind, sound in machine_prompts():
        builder.add(levelled(sound), name, kind, part)
    builder.save(told.out)
    for kind in ("speech", "short", "prompt", "digit", "music"):
        for part in ("train", "eval"):
            found = [piece for piece in builder.index if piece.kind == kind and piece.part == part]
            voices = len({piece.voice for piece in found})
            print(
                f"{part:5s} {kind:6s} {len(found):5d} pieces, {voices:4d} voices, {sum(p.seconds for p in found) / 60:6.1f} min"
            )


if __name__ == "__main__":
    main()
