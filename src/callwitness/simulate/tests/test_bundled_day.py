"""The day that comes with the repository is what the simulator writes."""

from __future__ import annotations

from pathlib import Path

from callwitness.simulate.tests.conftest import make
from callwitness.simulate.world import WorldOptions

DAY = Path(__file__).parents[4] / "examples" / "day"


def test_simulate_reproduces_the_bundled_day(tmp_path: Path) -> None:
    world = make(tmp_path, WorldOptions(days=1, calls_per_day=72, seed=1847))
    bundled = {
        path.relative_to(DAY).as_posix(): path.read_bytes() for path in DAY.rglob("*") if path.is_file()
    }
    assert world.bytes() == bundled


def test_the_bundled_day_shows_every_kind_of_end_and_finding(tmp_path: Path) -> None:
    world = make(tmp_path, WorldOptions(days=1, calls_per_day=72, seed=1847))
    assert set(world.summary.by_verdict) == {
        "answered", "voicemail", "rejected", "closed", "abandoned_in_queue", "abandoned_in_ivr", "busy",
        "no_answer", "failed", "never_arrived",
    }  # fmt: skip
    assert set(world.summary.lost) == {"open", "recovered", "self_recovered", "not_needed"}
    found = {kind for row in world.truth() for kind in row["finding"].split(";") if kind}
    assert found == {
        "never_arrived", "unknown_to_provider", "duplicate_record", "answer_disputed", "wait_understated",
    }  # fmt: skip
