"""The cast with recordings that a person must hear."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callwitness.ledger import models as m
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.simulate.recordings import recording as sound
from callwitness.web.ui.cast import Cast


@pytest.fixture
def heard(cast: Cast, settings: Any, tmp_path: Path) -> Cast:
    """Two unsure recordings (of the answered call, the less sure one, and of support's), a sure one of the outbound call."""
    settings.SERVER = replace(settings.SERVER, data=tmp_path, evidence=str(tmp_path / "evidence"))
    add(cast, "answered", "unsure", 0.31)
    add(cast, "support", "unsure", 0.44)
    add(cast, "outbound", "answered", 0.97)
    return cast


def add(cast: Cast, call: str, status: str, confidence: float) -> m.Hearing:
    data = sound([("ringback", 2.0), ("music", 5.0), ("announcement", 3.0), ("speech", 8.0)], call)
    kept = evidence_store().put(io.BytesIO(data), 1 << 24)
    recording = m.Recording.objects.create(
        source=cast.sources["exchange"], call=cast.calls[call], name=f"{call}.wav", sha256=kept.sha256, size=kept.size,
        media_type="audio/wav", duration_s=18.0, peaks=[10, 60, 40, 80] * 40, arrived_at=cast.now, to_hear=False,
    )  # fmt: skip
    return m.Hearing.objects.create(
        recording=recording, workspace=cast.workspace, line="+380500000100", sha256=kept.sha256, status=status,
        human_voice_s=10.04, confidence=confidence, method="test-1", duration_s=18.0, channels="mono", heard_at=cast.now,
        spans=[[0, 2, "tone"], [2, 7, "music"], [7, 10, "announcement"], [10, 18, "speech"]],
        candidates=[[10.04, 0.4], [7.1, 0.35], [0.0, 0.02]],
    )  # fmt: skip


def of(cast: Cast, call: str) -> m.Hearing:
    return m.Hearing.objects.get(recording__call=cast.calls[call])
