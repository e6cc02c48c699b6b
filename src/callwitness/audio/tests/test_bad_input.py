"""Files that are broken, hostile or no recordings: a sentence, what can be heard is heard, nothing waits or grows."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from callwitness.audio import external
from callwitness.audio.decode import RATE, Unreadable, open_sound
from callwitness.audio.headers import CUT, LONGER, UNFINISHED
from callwitness.audio.tests.conftest import Floats, Make, tone
from callwitness.domain.errors import CallwitnessError

pytestmark = pytest.mark.real("ffmpeg and espeak-ng", commands=("ffmpeg", "espeak-ng"))

NOISE = np.random.default_rng(4).integers(0, 256, 6000, np.uint8).tobytes()


def wav(
    data: bytes, length: int | None = None, riff: int | None = None, rate: int = RATE, channels: int = 1
) -> bytes:
    length = len(data) if length is None else length
    riff = len(data) + 36 if riff is None else riff
    head = struct.pack(
        "<4sI8sIHHIIHH",
        b"RIFF",
        riff,
        b"WAVEfmt ",
        16,
        1,
        channels,
        rate,
        rate * 2 * channels,
        2 * channels,
        16,
    )
    return head + struct.pack("<4sI", b"data", length) + data


def pcm(seconds: float) -> bytes:
    return (tone(seconds, 440) * 32767).astype("<i2").tobytes()


def listened(path: Path) -> tuple[float, str | None]:
    with open_sound(path) as sound:
        for _ in sound:
            pass
    return sound.duration_s, sound.problem


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "The file is empty: 0 bytes."),
    "text": ("Запись недоступна, перезвоните\n".encode() * 9, "this is text"),
    "text in an old alphabet": ("Запись недоступна. Call again.\n".encode("cp1251") * 9, "expected"),
    "text in UTF-16": ("no recording".encode("utf-16"), "this is text"),
    "a page": (b"<!DOCTYPE html><html><body>403 Forbidden</body></html>", "this is text"),
    "a playlist": (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", "this is text"),
    "a list for ffmpeg": (b"ffconcat version 1.0\nfile /etc/passwd\n", "this is text"),
    "an archive": (b"PK\x03\x04" + NOISE, "none of them"),
    "noise": (b"\x07" + NOISE, "none of them"),
    "a header": (wav(b""), "a header but no sound"),
    "half a header": (wav(b"")[:30], "a header but no sound"),
    "a header of nobody": (b"RIFF\x00\x00\x00\x00WAVE", "a header but no sound"),
    "FLAC and noise": (b"fLaC" + NOISE, "No sound could be decoded"),
    "Ogg and noise": (b"OggS" + NOISE, "No sound could be decoded"),
    "MP4 and noise": (b"\x00\x00\x00\x20ftypM4A " + NOISE, "No sound could be decoded"),
    "MP4 and a playlist": (
        b"\x00\x00\x00\x10ftypM4A #EXTM3U\nfile:///etc/passwd\n",
        "No sound could be decoded",
    ),
    "WebM and noise": (b"\x1a\x45\xdf\xa3" + NOISE, "No sound could be decoded"),
    "AMR header": (b"#!AMR\n", "a header but no sound"),
    "one sample a second": (wav(pcm(1), rate=1), "1 samples a second were found"),
    "a million a second": (wav(pcm(1), rate=10**6), "1000000 samples a second were found"),
    "no rate": (wav(pcm(1), rate=0), "No sound could be decoded"),
    "no channels": (wav(pcm(1), channels=0), "No sound could be decoded"),
    "many channels": (wav(pcm(1), channels=64), "64 channels were found"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_heard_gets_a_sentence(kind: str, tmp_path: Path) -> None:
    data, words = UNREADABLE[kind]
    path = tmp_path / "record.wav"
    path.write_bytes(data)
    with pytest.raises(Unreadable) as caught:
        listened(path)
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    assert isinstance(caught.value, CallwitnessError)


# What recorders that died and copies that broke leave behind: two seconds of sound in every one.
HEADERS: dict[str, tuple[bytes, str | None]] = {
    "as it should be": (wav(pcm(2)), None),
    "Asterisk that was killed": (wav(pcm(2), length=0, riff=36), UNFINISHED),
    "length 0": (wav(pcm(2), length=0), UNFINISHED),
    "all zero": (wav(pcm(2), length=0, riff=0), UNFINISHED),
    "streamed": (wav(pcm(2), length=0xFFFFFFFF, riff=0xFFFFFFFF), UNFINISHED),
    "streamed by sox": (wav(pcm(2), length=0x7FFFFFDC, riff=0x80000000), UNFINISHED),
    "half of it promised": (wav(pcm(2), length=16000), LONGER),
    "cut": (wav(pcm(4))[: 44 + 32000], "The file is cut off: its header promises 4.0 s, 2.0 s are there."),
    "cut in mid-sample": (
        wav(pcm(4))[: 44 + 32001],
        "The file is cut off: its header promises 4.0 s, 2.0 s are there.",
    ),
    "a byte too many": (wav(pcm(2) + b"\0", length=32000), None),
    "chunks behind it": (wav(pcm(2) + b"LIST\x04\0\0\0INFO", length=32000), None),
    "a tag behind it": (wav(pcm(2) + b"TAG" + bytes(125), length=32000), None),
    "a chunk before it": (wav(pcm(2)).replace(b"data", b"fact\x04\0\0\0\0\0\0\0data", 1), None),
}


@pytest.mark.parametrize("kind", HEADERS)
def test_all_sound_is_used_whatever_the_header_says(kind: str, tmp_path: Path) -> None:
    data, sentence = HEADERS[kind]
    path = tmp_path / "record.wav"
    path.write_bytes(data)
    seconds, problem = listened(path)
    assert seconds == pytest.approx(2.0, abs=0.02)
    assert problem == sentence


@pytest.mark.parametrize("codec", ["pcm_alaw", "pcm_mulaw", "libgsm_ms", "adpcm_ima_wav", "adpcm_ms"])
@pytest.mark.parametrize("lengths", [b"\0\0\0\0", b"\xff\xff\xff\xff"])
def test_unfinished_files_of_every_codec(codec: str, lengths: bytes, call: Floats, make: Make) -> None:
    path = make("record.wav", call, "-c:a", codec)
    data = bytearray(path.read_bytes())
    place = data.index(b"data") + 4
    data[4:8] = data[place : place + 4] = lengths
    if (fact := data.find(b"fact", 0, place)) > 0:
        data[fact + 8 : fact + 12] = bytes(4)
    path.write_bytes(data)
    seconds, problem = listened(path)
    assert seconds == pytest.approx(len(call) / RATE, abs=0.3)  # ADPCM fills its last block
    assert problem == UNFINISHED


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("a.opus", "-b:a 16k"),
        ("a.ogg", "-c:a libvorbis"),
        ("a.mp3", "-b:a 16k"),
        ("a.flac", ""),
        ("a.gsm.wav", "-c:a libgsm_ms"),
        ("a.m4a", "-movflags +faststart"),
        ("a.webm", "-c:a libopus -ar 48000"),
        ("a.aac", ""),
    ],
)
def test_a_file_cut_in_mid_frame_is_heard_up_to_there(
    name: str, arguments: str, call: Floats, make: Make
) -> None:
    long = np.tile(call, 4)
    path = make(name, long, *arguments.split())
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 5])
    seconds, problem = listened(path)
    whole = len(long) / RATE
    assert 0.4 * whole < seconds < 0.8 * whole
    if name not in ("a.aac", "a.webm"):  # frames after frames, without a length or an end
        assert problem
        assert "cut off" in problem


def test_an_mp4_without_its_index_cannot_be_heard(call: Floats, make: Make) -> None:
    path = make("a.m4a", call)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(Unreadable, match="No sound could be decoded from this MP4 or M4A file"):
        listened(path)


def test_damage_in_the_middle_stops_nothing(call: Floats, make: Make) -> None:
    for name in ("a.mp3", "a.opus", "a.wav", "a.m4a"):
        path = make(name, np.tile(call, 4))
        data = bytearray(path.read_bytes())
        data[len(data) // 2 : len(data) // 2 + 600] = NOISE[:600]
        path.write_bytes(data)
        assert listened(path)[0] > 10


def test_a_fifth_of_a_second_is_a_recording(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "short.wav", tone(0.2, 440), RATE)
    assert listened(tmp_path / "short.wav") == (0.2, None)


def _folder(path: Path) -> None:
    path.mkdir()


def _link(path: Path) -> None:
    soundfile.write(path.with_name("real.wav"), tone(1, 440), RATE)
    path.symlink_to("real.wav")


@pytest.mark.parametrize(
    ("put", "words"),
    [(_folder, "a folder"), (_link, "a link"), (os.mkfifo, "a pipe"), (lambda _: None, "No such file")],
)
def test_what_is_no_file_is_refused_without_waiting(
    put: Callable[[Path], None], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "record.wav"
    put(path)
    with pytest.raises(Unreadable, match=words):
        open_sound(path)


def test_a_device_is_refused() -> None:
    with pytest.raises(Unreadable, match="a device"):
        open_sound(Path("/dev/zero"))


def test_without_ffmpeg_the_sentence_names_it(
    call: Floats, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make("a.m4a", call)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(
        Unreadable, match=r"MP4 or M4A needs the program ffmpeg, which is not installed here\."
    ):
        open_sound(path)


def test_a_decoder_that_hangs_is_given_up(
    call: Floats, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make("a.m4a", call)
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(external, "PATIENCE_S", 0.2)
    with pytest.raises(Unreadable, match="No sound could be decoded"):
        open_sound(path)


def test_a_missing_end_of_an_ogg_file_is_said(call: Floats, make: Make) -> None:
    path = make("a.opus", call)
    path.write_bytes(path.read_bytes()[:-20])
    assert listened(path)[1] == CUT
