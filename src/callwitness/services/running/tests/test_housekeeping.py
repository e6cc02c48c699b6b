"""What piles up goes; what is not ours stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from callwitness.services.running import housekeeping

NOW = 1_793_000_000_000


@pytest.mark.django_db(transaction=True)
def test_half_written_files_of_ours_go_and_those_in_watched_folders_stay(data: Path) -> None:
    names = {"records/1/20000.tmp": False, "watched/1.tmp": False, "evidence/incoming/tmpx": False,
             "folders/pbx/today.tmp": True, "folders/pbx/today.csv": True}  # fmt: skip
    for name in names:
        path = data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
        os.utime(path, (1, 1))
    housekeeping.tidy(NOW)
    assert {name: (data / name).exists() for name in names} == names
