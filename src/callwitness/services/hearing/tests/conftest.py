"""An office with calls and their recordings, and ears that hear what a test says."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from callwitness.audio.heard import Candidate, Heard, Span
from callwitness.ledger import models as m
from callwitness.services.apart import Lost
from callwitness.services.hearing.ears import Ears, Known, Outcome, Task
from callwitness.services.recordings.keep import keep_recording
from callwitness.simulate.recordings import recording as sound

NOW = 1_795_000_000_000
DAY = 86_400_000


@dataclass(slots=True)
class Office:
    """A workspace with one exchange. ``record`` makes a call with its recording."""

    source: m.Source
    calls: int = 0

    @property
    def workspace(self) -> m.Workspace:
        return self.source.workspace

    def record(
        self, did: str = "+74950000001", direction: str = "inbound", seconds: float = 1.0
    ) -> m.Recording:
        self.calls += 1
        native = f"1793606400.{self.calls}"
        call = self._call(native, did, direction)
        data = sound([("speech", seconds)], native)
        kept = keep_recording(self.source, io.BytesIO(data), f"{native}.wav", NOW + self.calls)
        kept.call, kept.native_call_id = call, native
        kept.save()
        return kept

    def _call(self, native: str, did: str, direction: str) -> m.Call:
        texts = dict.fromkeys(
            "caller caller_kind called verdict agent queue trunk recovery content".split(), ""
        )
        at = NOW + self.calls * 60_000
        made = m.Call.objects.create(
            workspace=self.workspace, public_id=f"c{self.calls}", anchor_source=self.source, anchor_native_id=native,
            started_at=at, ended_at=at + 60_000, day=at // DAY, did=did, direction=direction, **texts,
        )  # fmt: skip
        more = dict.fromkeys("match excluded_because rule result agent recording".split(), "")
        m.Witness.objects.create(call=made, source=self.source, native_call_id=native, started_at=at, **more)
        return made


@pytest.fixture
def office(data: Path) -> Office:  # noqa: ARG001 opens the store
    acme = m.Workspace.objects.create(slug="acme", name="Acme", country="RU")
    return Office(m.Source.objects.create(workspace=acme, name="office", role="office"))


def facts(name: str, at_s: float | None = 0.4, confidence: float = 0.9, status: str = "") -> Heard:
    """As the detector would tell them of a second of sound."""
    return Heard(
        file=name,
        status=status or ("nobody" if at_s is None else "answered"),  # type: ignore[arg-type]  # a test's own word
        human_voice_s=at_s,
        confidence=confidence,
        method="test-1",
        duration_s=1.0,
        channels="mono",
        spans=[Span(0.0, 0.4, "music"), Span(0.4, 1.0, "speech")],
        candidates=[Candidate(0.4, 0.9), Candidate(0.1, 0.05)],
    )


class SaidEars(Ears):
    """In the place of a process: every task is done at once, as a test says."""

    def __init__(self, heard: Mapping[str, Heard] | None = None, pieces: list[Known] | None = None) -> None:
        super().__init__()
        self.tasks: list[Task] = []
        self.heard = heard or {}
        self.pieces: list[Known] | None = pieces or []
        self.places: dict[str, list[tuple[str, float, float]]] = {}
        self.deadly: set[str] = set()

    def begin(self, task: Task, seconds: float) -> None:
        self.tasks.append(task)

    def look(self, wait_s: float = 0.0) -> Outcome | Lost | None:
        names = [name for name, _ in self.tasks[-1].files]
        if self.deadly & set(names):
            return Lost("died")
        return Outcome({name: self.heard.get(name, facts(name)) for name in names}, self.places, self.pieces)

    """Who decides in tests."""

    user: object = field(default=None)
