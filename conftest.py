"""What tests of the server share, wherever they stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def data(tmp_path: Path, settings: Any) -> Path:
    """The server's data folder for this test."""
    folder = tmp_path / "data"
    folder.mkdir()
    settings.SERVER = replace(
        settings.SERVER, data=folder, evidence=str(folder / "evidence"), exports=folder / "exports"
    )
    return folder
