"""Files as recorders write them, by real encoders, come out as the same sound at the same time."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from callwitness.audio import decode
from callwitness.audio.decode import CHUNK_S, LONGEST_S, RATE, open_sound
from callwitness.audio.tests.conftest import Floats, Make, ffmpeg, quiet, tone

pytestmark = pytest.mark.real("ffmpeg and espeak-ng", commands=("ffmpeg", "espeak-ng"))

# file | what ffmpeg is told | how alike at least
WRITTEN = """
pcm.wav     | -c:a pcm_s16le                          | .999
pcm8.wav    | -c:a pcm_u8                             | .97
pcm24.wav   | -c:a pcm_s24le                          | .999
pcm32.wav   | -c:a pcm_s32le                          | .999
float.wav   | -c:a pcm_f32le                          | .999
alaw.wav    | -c:a pcm_alaw                           | .99
ulaw.wav    | -c:a pcm_mulaw                          | .99
gsm.wav     | -c:a libgsm_ms                          | .8
ima.wav     | -c:a adpcm_ima_wav                      | .97
ms.wav      | -c:a adpcm_ms                           | .97
g722.wav    | -c:a g722 -ar 16000                     | .97
bare.alaw   | -f alaw                                 | .99
bare.ulaw   | -f mulaw                                | .99
bare.sln    | -f s16le                                | .999
bare.gsm    | -c:a libgsm -f gsm                      | .8
sun.au      | -c:a pcm_mulaw                          | .99
apple.aiff  | -c:a pcm_s16be                          | .999
core.caf    | -c:a pcm_s16le                          | .999
sony.w64    | -c:a pcm_s16le                          | .999
big.wav     | -c:a pcm_s16le -rf64 always             | .999
free.flac   | -c:a flac                               | .999
voice.opus  | -c:a libopus -b:a 16k -application voip | .85
wide.opus   | -ar 48000 -c:a libopus -b:a 32k         | .9
old.ogg     | -c:a libvorbis -q:a 3                   | .9
speex.ogg   | -c:a libspeex -b:a 16k                  | .8
phone.mp3   | -c:a libmp3lame -b:a 16k                | .9
music.mp3   | -ar 44100 -c:a libmp3lame -b:a 64k      | .9
apple.m4a   | -c:a aac -b:a 24k                       | .9
bare.aac    | -c:a aac -b:a 24k                       | .9
old.wma     | -c:a wmav2 -b:a 32k -ar 16000           | .9
web.webm    | -ar 48000 -c:a libopus -b:a 32k         | .9
""".strip().splitlines()


def heard(path: Path) -> tuple[Floats, decode.Sound]:
    with open_sound(path) as sound:
        return np.concatenate(list(sound), axis=1), sound


def alike(one: Floats, other: Floats) -> tuple[float, int]:
    """Highest correlation, and by how many samples ``other`` is late there."""
    length = 1 << (len(one) + len(other)).bit_length()
    spectrum = np.fft.rfft(other, length) * np.conj(np.fft.rfft(one, length))
    products = np.fft.irfft(spectrum, length)
    late = int(products.argmax())
    scale = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(products[late]) / scale, late - length if late > length // 2 else late


@pytest.mark.parametrize("row", WRITTEN, ids=lambda row: row.split()[0])
def test_what_was_recorded_is_what_is_heard(row: str, call: Floats, make: Make) -> None:
    name, arguments, least = (cell.strip() for cell in row.split("|"))
    sound, told = heard(make(name, call, *arguments.split()))
    same, late = alike(call, sound[0])
    assert sound.shape[0] == 1
    assert same >= float(least)
    # Without a container nobody knows the encoder's delay: AAC then starts a frame or two late; WMA never says it. ADPCM
    # fills its last block.
    assert abs(late) <= {"bare.aac": 2048, "old.wma": 256}.get(name, 80)
    assert told.duration_s == pytest.approx(len(call) / RATE, abs=0.3)
    assert told.problem is None


@pytest.mark.parametrize("rate", [6000, 8000, 11025, 16000, 22050, 44100, 48000, 96000, 192_000])
def test_every_rate_comes_out_at_8_khz(rate: int, call: Floats, make: Make) -> None:
    sound, told = heard(make("some.wav", call, "-ar", str(rate), "-c:a", "pcm_s16le"))
    same, late = alike(call, sound[0])
    assert (told.rate, late) == (rate, 0)
    assert same > 0.98
    assert abs(sound.shape[1] - len(call)) <= 2


def test_amr_of_mobile_recorders_is_decoded(tmp_path: Path) -> None:
    """No free encoder makes it, but any bits are speech to this codec: a second of 20 ms frames at 12.2 kb/s."""
    bits = np.random.default_rng(5).integers(0, 256, (50, 31), np.uint8)
    frames = np.concatenate([np.full((50, 1), 0x3C, np.uint8), bits], axis=1)
    (tmp_path / "a.amr").write_bytes(b"#!AMR\n" + frames.tobytes())
    sound, told = heard(tmp_path / "a.amr")
    assert told.duration_s == pytest.approx(1.0)
    assert np.abs(sound).max() > 0.01


def test_8_khz_passes_untouched(tmp_path: Path) -> None:
    samples = np.random.default_rng(1).integers(-9000, 9000, 20000).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", samples, RATE)
    sound, _ = heard(tmp_path / "a.wav")
    offset = samples.mean() if abs(samples.mean()) > 16 else 0
    assert np.allclose(sound[0] * 32768 + offset, samples, atol=0.01)


@pytest.mark.parametrize("name", ["call.txt", "call.mp3", "call", "call.wav.part", "звонок клиента №7.мп3"])
def test_the_name_does_not_matter(name: str, call: Floats, make: Make, tmp_path: Path) -> None:
    for kind in ("a.wav", "b.opus", "c.m4a"):
        path = make(kind, call).rename(tmp_path / name)
        assert heard(path)[1].duration_s == pytest.approx(len(call) / RATE, abs=0.1)


def test_chunks_are_half_a_minute_and_two_channels_at_most(make: Make) -> None:
    sides = np.stack([tone(65, 300 + 100 * side) for side in range(6)])
    with open_sound(make("six.wav", sides, "-c:a", "pcm_s16le")) as sound:
        chunks = list(sound)
    assert [chunk.shape for chunk in chunks] == [(2, CHUNK_S * RATE), (2, CHUNK_S * RATE), (2, 5 * RATE)]
    assert sound.problem == "The file has 6 channels; the first two were heard."
    left, right = np.concatenate(chunks, axis=1)
    assert alike(sides[0], left)[0] > 0.99
    assert alike(sides[1], right)[0] > 0.99


def sparse_wav(path: Path, hours: float, rate: int = RATE) -> Path:
    """A u-law WAV of many hours that takes no room on disk."""
    soundfile.write(path, np.zeros(RATE, np.float32), rate, subtype="ULAW")
    head = bytearray(path.read_bytes()[:-RATE])
    samples = int(hours * 3600 * rate)
    head[-4:] = samples.to_bytes(4, "little")
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + samples)
    return path


def test_ten_hours_need_no_more_memory_than_ten_minutes(tmp_path: Path) -> None:
    path = sparse_wav(tmp_path / "long.wav", 10)
    tracemalloc.start()
    with open_sound(path) as sound:
        for _ in sound:
            pass
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sound.duration_s == pytest.approx(36000)
    assert most < 32 << 20


def test_after_twelve_hours_nobody_listens(tmp_path: Path) -> None:
    with open_sound(sparse_wav(tmp_path / "endless.wav", 14)) as sound:
        samples = sum(chunk.shape[1] for chunk in sound)
    assert samples == LONGEST_S * RATE
    assert sound.problem == "The recording is longer than 12 hours; the rest was not heard."


def test_a_small_file_that_unpacks_to_days_is_left_after_the_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "LONGEST_S", 60)
    for name in ("bomb.flac", "bomb.opus", "bomb.m4a"):
        ffmpeg("-f", "lavfi", "-i", "anullsrc=r=48000", "-t", "300", "-b:a", "6k", tmp_path / name)
        with open_sound(tmp_path / name) as sound:
            assert sum(chunk.shape[1] for chunk in sound) == 60 * RATE
        assert sound.problem
        assert "longer than" in sound.problem


def test_a_constant_voltage_is_taken_away_and_silence_stays_constant(tmp_path: Path) -> None:
    voice = tone(2, 440, level=0.1)
    level = np.concatenate([quiet(1) + 0.05, voice + 0.05, quiet(31) + 0.05]).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", level, RATE, subtype="PCM_16")
    sound, _ = heard(tmp_path / "a.wav")
    assert abs(float(sound.mean())) < 0.001
    for start in (0, 4 * RATE, 31 * RATE):  # the last one in the second chunk
        assert np.ptp(sound[0, start : start + RATE // 2]) == 0


def test_numbers_that_are_no_sound_become_silence(tmp_path: Path) -> None:
    samples = tone(1, 440)
    samples[100:200], samples[300], samples[400] = np.nan, np.inf, -1e30
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="FLOAT")
    sound, _ = heard(tmp_path / "a.wav")
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 1.0
    assert sound.shape[1] == RATE


def test_who_stops_listening_leaves_no_ffmpeg_behind(make: Make) -> None:
    path = make("long.m4a", tone(600, 440), "-c:a", "aac", "-b:a", "24k")
    with open_sound(path) as sound:
        next(iter(sound))
    assert sound._source._process.poll() is not None  # type: ignore[attr-defined]
