"""The cast's calls in the ledger and in the warehouse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callwitness.services.publish import publish_day
from callwitness.web.ui.cast import Cast


@pytest.fixture
def shown(cast: Cast, settings: Any, tmp_path: Path) -> Cast:
    """The cast, its calls published for figures."""
    settings.SERVER = replace(settings.SERVER, data=tmp_path)
    publish(cast)
    return cast


def publish(cast: Cast) -> None:
    for day in {call.started_at // 86_400_000 for call in cast.calls.values()}:
        publish_day(cast.workspace, day)
