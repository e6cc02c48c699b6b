from __future__ import annotations

import csv
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from callwitness.simulate.recordings import RATE
from callwitness.simulate.witnesses.recorder import COLUMNS
from callwitness.simulate.world import WorldOptions, simulate

Rows = list[dict[str, str]]


def hum(who: str, count: int, _rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """A voice that is quickly made: each speaker a tone of its own."""
    return np.asarray(0.3 * np.sin(np.arange(count) * {"operator": 0.31, "caller": 0.53}.get(who, 0.17)))


def recorded(folder: Path, **options: object) -> Rows:
    simulate(WorldOptions(days=1, calls_per_day=120, seed=5, **options), folder, speak=hum)  # type: ignore[arg-type]
    with (folder / "truth_recordings.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rows]:
    folder = tmp_path_factory.mktemp("world")
    return folder, recorded(folder, recordings="mono")


def test_a_world_without_recordings_has_none(tmp_path: Path) -> None:
    simulate(WorldOptions(calls_per_day=10), tmp_path)
    assert not (tmp_path / "recordings").exists()
    assert not (tmp_path / "truth_recordings.csv").exists()


def test_every_file_is_in_the_truth_and_as_long_as_it_says(world: tuple[Path, Rows]) -> None:
    folder, rows = world
    there = {path.relative_to(folder / "recordings").as_posix() for path in folder.rglob("*.wav")}
    assert {row["recording"] for row in rows if row["trouble"] != "missing"} == there
    assert tuple(rows[0]) == COLUMNS
    for row in rows:
        if row["trouble"] != "missing":
            with wave.open(str(folder / "recordings" / row["recording"])) as file:
                assert abs(file.getnframes() / RATE - float(row["duration_s"])) < 0.01


def test_something_goes_wrong_with_some(world: tuple[Path, Rows]) -> None:
    troubles = {row["trouble"] for row in world[1]}
    assert {"", "missing", "orphan"} <= troubles
    assert len([row for row in world[1] if not row["trouble"]]) > len(world[1]) / 2


def test_the_operator_is_heard_from_the_moment_that_the_truth_tells(world: tuple[Path, Rows]) -> None:
    folder, rows = world
    row = next(row for row in rows if row["human_voice_s"] and not row["trouble"])
    with wave.open(str(folder / "recordings" / row["recording"])) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32_768
    at = round(float(row["human_voice_s"]) * RATE)
    before, after = sound[at - 800 : at], sound[at : at + 1600]
    assert np.abs(after).max() > 0.2
    assert np.abs(before).max() < np.abs(after).max()


def test_the_same_options_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        simulate(WorldOptions(calls_per_day=12, seed=2, recordings="stereo"), tmp_path / name, speak=hum)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)


def test_in_stereo_the_caller_is_on_the_left(tmp_path: Path) -> None:
    rows = recorded(tmp_path, recordings="stereo")
    row = next(row for row in rows if row["human_voice_s"] and not row["trouble"])
    with wave.open(str(tmp_path / "recordings" / row["recording"])) as file:
        assert file.getnchannels() == 2
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2) / 32_768
    at = round(float(row["human_voice_s"]) * RATE)
    near, far = np.abs(sound[at : at + 1600]).max(axis=0)
    assert near < 0.05 < far


def test_a_silent_side_is_digital_silence(tmp_path: Path) -> None:
    for seed in range(40):
        folder = tmp_path / str(seed)
        simulate(WorldOptions(calls_per_day=60, seed=seed, recordings="mono"), folder, speak=hum)
        with (folder / "truth_recordings.csv").open(encoding="utf-8", newline="") as stream:
            silent = [row for row in csv.DictReader(stream) if row["trouble"] == "far_silent"]
        if silent:
            with wave.open(str(folder / "recordings" / silent[0]["recording"])) as file:
                sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
            assert not sound[:, 1].any()
            assert sound[:, 0].any()
            return
    pytest.fail("no world had a silent side")
