"""The cast's calls in the ledger and in the warehouse, with a recording and some history."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callwitness.ledger import models as m
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.publish import publish_day
from callwitness.web.ui.cast import Cast

SOUND = bytes(range(256)) * 8


@pytest.fixture
def shown(cast: Cast, settings: Any, tmp_path: Path) -> Cast:
    """The cast, its calls published; the abandoned call has legs of both sources."""
    settings.SERVER = replace(
        settings.SERVER, data=tmp_path, evidence=str(tmp_path / "evidence"), exports=tmp_path / "exports"
    )
    for day in {call.started_at // 86_400_000 for call in cast.calls.values()}:
        publish_day(cast.workspace, day)
    return cast


def add_legs(call: m.Call) -> None:
    leg = {"call_id": call.public_id, "record_id": "r1", "witness": "cdr", "human": None, "extension": "", "agent": "",
           "queue": "", "result": "answered", "started_at": call.started_at, "answered_at": None,
           "ended_at": call.started_at + 40_000}  # fmt: skip
    legs = [
        {**leg, "source": "mango", "role": "provider", "segment": "call"},
        {
            **leg,
            "source": "exchange",
            "role": "office",
            "segment": "queue",
            "queue": "sales",
            "witness": "queue_log",
        },
        {
            **leg,
            "source": "exchange",
            "role": "office",
            "segment": "ring",
            "agent": "Ivanna",
            "result": "no_answer",
        },
    ]
    m.Ladder.objects.filter(call=call).update(legs=legs)


def add_recording(cast: Cast, call: m.Call) -> m.Recording:
    kept = evidence_store().put(io.BytesIO(SOUND), 1 << 20)
    return m.Recording.objects.create(
        source=cast.sources["exchange"], call=call, name="../monitor/2026/170000.wav", sha256=kept.sha256, size=kept.size,
        media_type="audio/wav", duration_s=45.0, peaks=[0, 50, 100, 20], arrived_at=cast.now,
    )  # fmt: skip
